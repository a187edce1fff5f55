"""Best-of-k over hard prompts, drawn (`best-of-k.hard-task.*`; HP Remark 5, arXiv:2512.19905).

The offset is drawn with importance weights, then the two answers next to the target. Of k independent uniform numbers the gap
above a point u has P(gap > a) = (1 - a)^k, and the gap b below it, given a, (1 - b/(1 - a))^(k-1); answers are normal
quantiles of uniform numbers. So the nearest of k answers is drawn exactly for any k, by two uniform numbers.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError
from infscale_sym.sampling.normal import ndtr, ndtri
from infscale_sym.sampling.streams import Estimate, Seed, estimate

Array = NDArray[np.float64]


def _drawable(level: float, ratio_fits: bool) -> None:
    if not (3 <= level <= 30 and ratio_fits):
        raise DomainError("drawn are tau_k from 3 to 30, and 0 < Theta <= 2 (the edge: < 3, the constant: < 2)")


def nearest_square(log_k: float, tau: Array, rng: np.random.Generator) -> Array:
    """(z + tau)^2 of the nearest of k = exp(log_k) answers, one draw for each offset tau > 0; k >= 1e3, float64.

    For tau up to 37, and gaps not so small that a double cannot tell the answer from the target.
    """
    return _nearest(log_k, tau, rng)[0]


def _nearest(log_k: float, tau: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """The same, and the smaller of the two gaps in uniform numbers."""
    k = math.exp(log_k)
    target = ndtr(-tau)
    above = -np.expm1(np.log(rng.uniform(size=tau.size)) / k)
    below = -np.expm1(np.log(rng.uniform(size=tau.size)) / (k - 1)) * (1 - above)
    over = ndtri(np.minimum(target + above, 1 - 1e-16)) + tau
    under = np.where(below < target, -(ndtri(np.maximum(target - below, 1e-320)) + tau), np.inf)
    return np.minimum(over, under) ** 2, np.minimum(above, below)


def hard_task_error(level: float, ratio: float, *, trials: int, seed: Seed) -> Estimate:
    """H at tau_k = level from 3 to 30, Theta = ratio <= 2.

    Proposal for w = (tau^2 - level^2)/2: exponential to the right; to the left exponential too, or flat in tau at 2.
    """
    _drawable(level, 0 < ratio <= 2)
    rng = np.random.default_rng(seed)
    right = 0.7 * ratio
    log_k = 0.5 * math.log(2 * math.pi) + math.log(level) + level * level / 2
    side = rng.uniform(size=trials) < 0.5
    depth = rng.exponential(size=trials)
    if ratio < 2:
        left = 0.7 * (2 - ratio)
        w = np.where(side, depth / right, -depth / left)
        keep = w > -level * level / 2 + 0.5
        density = np.where(side, right * np.exp(-right * np.abs(w)), left * np.exp(-left * np.abs(w))) / 2
        tau = np.sqrt(np.where(keep, level * level + 2 * w, 1.0))
        rate = density * tau  # in tau
    else:
        tau = np.where(side, np.sqrt(level * level + 2 * depth / right), level * rng.uniform(size=trials))
        w, keep = (tau * tau - level * level) / 2, np.full(trials, True)
        rate = np.where(side, right * np.exp(-right * w) * tau, 1 / level) / 2
    values = np.where(keep, np.exp(-ratio * w) * nearest_square(log_k, tau, rng) / rate, 0.0)
    return estimate(values)


def hard_task_edge(level: float, ratio: float, *, trials: int, seed: Seed) -> Estimate:
    """H_edge at tau_k = level from 3 to 30, Theta = ratio < 3.

    On the plateau the smaller gap m over phi(tau) stands in for the distance. E m^2 = 1/(2 (k+1)(k+2)) is the plateau itself,
    up to 1/k, so (z + tau)^2 - m^2/phi(tau)^2 is drawn there: its scatter fades towards ordinary prompts, where the plateau
    grows.
    """
    _drawable(level, 0 < ratio < 3)
    rng = np.random.default_rng(seed)
    right, left = 0.7 * ratio, 3 - ratio
    log_k = 0.5 * math.log(2 * math.pi) + math.log(level) + level * level / 2
    depth = rng.exponential(size=trials)
    w = np.where(rng.uniform(size=trials) < 0.5, depth / right, -depth / left)
    keep = w > -level * level / 2 + 0.5
    rate = np.where(w > 0, right * np.exp(-right * np.abs(w)), left * np.exp(-left * np.abs(w))) / 2
    tau = np.sqrt(np.where(keep, level * level + 2 * w, 1.0))
    square, gap = _nearest(log_k, tau, rng)
    plain = np.where(w < 0, 2 * math.pi * (gap * np.exp(tau * tau / 2)) ** 2, 0.0)
    values = np.where(keep, np.exp(-ratio * w) * (square - plain) / (rate * tau), 0.0)
    return estimate(values)


def hard_task_constant(ratio: float, *, trials: int, seed: Seed) -> Estimate:
    """M(Theta), Theta = ratio < 2: int dw exp(-theta w) E Y^2, Y the distance from 0 to the nearest point of a
    Poisson process of density exp(-w - x) on the line: what k answers look like at the edge. Importance weights in w."""
    _drawable(3.0, 0 < ratio < 2)
    rng = np.random.default_rng(seed)
    right, left = 0.7 * ratio, 0.7 * (2 - ratio)
    depth = rng.exponential(size=trials)
    w = np.where(rng.uniform(size=trials) < 0.5, depth / right, -depth / left)
    rate = np.where(w > 0, right * np.exp(-right * np.abs(w)), left * np.exp(-left * np.abs(w))) / 2
    # The number of points between 0 and a is exp(-w) (1 - exp(-a)) in the mean above 0, exp(-w) (exp(b) - 1) below.
    share = rng.exponential(size=trials) * np.exp(w)
    above = np.where(share < 1, -np.log1p(-np.minimum(share, 1 - 1e-16)), np.inf)
    below = np.log1p(rng.exponential(size=trials) * np.exp(w))
    values = np.exp(-ratio * w) * np.minimum(above, below) ** 2 / rate
    return estimate(values)
