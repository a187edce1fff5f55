"""Many answers at fixed temperature, drawn (`limit.*`, `temperature.optimum-infinite-k`, ...; sampler of HP, arXiv:2512.19905).

Moments of a weight, a Poisson process of points for the crossover function, and simulated curves over t and rho whose lowest
place is sought in the windows of the formulas' settings.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from infscale_sym.sampling.streams import Estimate, Seed, estimate
from infscale_sym.theory.optima.draws import bootstrap, gains, lowest

Array = NDArray[np.float64]


def _weights(t: float, rho: float, trials: int, seed: Seed) -> Array:
    z = np.random.default_rng(seed).standard_normal(trials)
    return np.exp(-((z + rho) ** 2) / (2 * t))


def weight_moment(j: float, t: float, rho: float, *, trials: int, seed: Seed) -> Estimate:
    """The mean of w^j over answers."""
    return estimate(_weights(t, rho, trials, seed) ** j)


def weight_ratio(j: float, t: float, rho: float, *, trials: int, seed: Seed) -> Estimate:
    """Sample moments E w^j/(E w)^j, with the standard error of their ratio."""
    w = _weights(t, rho, trials, seed)
    power, base = (w**j).mean(), w.mean()
    value = float(power / base**j)
    return Estimate(value, value * float(np.std(w**j / power - j * w / base)) / math.sqrt(trials))


def crossover_factor(chi: float, *, trials: int, seed: Seed) -> Estimate:
    """Points strewn with density chi on a line; the mean of y^2 weighted by exp(-y^2/2). trials: a multiple of 20."""
    rng, reach = np.random.default_rng(seed), max(6.5, 20 / chi)
    means = []
    for _ in range(20):
        count = rng.poisson(2 * reach * chi, trials // 20)
        y = rng.uniform(-reach, reach, (trials // 20, int(count.max())))
        logs = np.where(np.arange(y.shape[1]) < count[:, None], -(y**2) / 2, -np.inf)
        weight = np.exp(logs - logs.max(axis=1, keepdims=True))
        means.append((weight * y * y).sum(1) / weight.sum(1))
    return estimate(np.concatenate(means))


def best_temperature(k: int, tau: float, rho: float, *, trials: int, seed: int) -> Estimate:
    """t_*, by a quartic in v = 1/(1 + t) between 0.15 and 0.4."""
    v = np.array([0.15, 0.2, 0.25, 0.3, 0.35, 0.4])
    batches = gains([(1 / share - 1, tau, rho) for share in v], (k,), trials, seed)[:, :, 0]
    return bootstrap(lambda y: 1 / lowest(v, y, 4) - 1, batches, seed)


def best_judge(k: int, t: float, tau: float, *, trials: int, seed: int) -> Estimate:
    """rho_*, by a quartic in rho between 1 and 2.5."""
    judges = np.array([1.0, 1.3, 1.6, 1.9, 2.2, 2.5])
    batches = gains([(t, tau, float(judge)) for judge in judges], (k,), trials, seed)[:, :, 0]
    return bootstrap(lambda y: lowest(judges, y, 4), batches, seed)
