"""Simulated optima: where the drawn error is least, for growing h (or t) (HP Remarks 2-4, arXiv:2512.19905).

One set of draws serves every k, t and rho. Two averages of the same draws, whose means are known by elementary moments of
normal draws, are subtracted and their means added: the plain average of the squared errors, and their sample covariance
with the judge's penalties, over 2t. The estimate stays unbiased whatever the claims, and its noise falls from O(1) to
O(1/t^2). The curve of batch means is smooth in 1/k, 1/t or rho; a low polynomial through it has its minimum (or, for the
threshold, its slope at 1/k = 0 changes sign) somewhere, and that place is bootstrapped over independent batches. The windows
in which a place is sought are those of the formulas' settings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from infscale_sym.sampling.streams import Estimate, part

Array = NDArray[np.float64]

BATCHES, RESAMPLED = 60, 200


def gains(settings: Sequence[tuple[float, float, float]], counts: Sequence[int], trials: int, seed: int) -> Array:
    """Batch means of F_k - F_1 for every setting (t, tau, rho) and k: shape (BATCHES, settings, counts)."""
    rng = np.random.default_rng(seed)
    out = np.empty((BATCHES, len(settings), len(counts)))
    per_batch = max(1, trials // BATCHES)
    for batch in range(BATCHES):
        z = rng.standard_normal((max(counts), per_batch))
        for i, (t, tau, rho) in enumerate(settings):
            penalty, error = z * z + 2 * rho * z, z * z + 2 * tau * z
            weight = np.exp(-penalty / (2 * t))  # a common factor of the weights drops out
            parts = (weight * error, weight, error, penalty, penalty * error)
            top, bottom, plain, score, product = (np.cumsum(part, axis=0) for part in parts)
            for j, count in enumerate(counts):
                row = count - 1
                chosen = top[row] / bottom[row] - plain[row] / count
                covariance = product[row] / count - score[row] * plain[row] / count**2
                mean = (1 - 1 / count) * (2 + 4 * rho * tau)  # (1 - 1/k) Cov(z^2 + 2 rho z, z^2 + 2 tau z)
                out[batch, i, j] = np.mean(chosen + covariance / (2 * t)) - mean / (2 * t)
    return out


def bootstrap(place: Callable[[Array], float], batches: Array, seed: int) -> Estimate:
    """The place on all batches, and its standard error over resampled batches; `seed` is that of the batches' draws."""
    rng = np.random.default_rng(part(seed, 1))
    draws = [place(batches[rng.integers(0, len(batches), len(batches))].mean(0)) for _ in range(RESAMPLED)]
    low, high = np.quantile(draws, (0.1587, 0.8413))
    return Estimate(place(batches.mean(0)), float(high - low) / 2)


def lowest(x: Array, y: Array, degree: int) -> float:
    """Where the polynomial through (x, y) is least near the lowest of the points."""
    middle, width = x.mean(), np.ptp(x) / 2
    fit = np.polynomial.Polynomial.fit((x - middle) / width, y, degree, domain=[-1, 1], window=[-1, 1])
    fine = np.linspace(-1.5, 1.5, 30_001)
    return float(middle + width * fine[np.argmin(fit(fine))])


def _offset(h: float, rho: float) -> float:
    """The teacher's offset at which C2/C1 = rho^2 h + 1."""
    return (1 / h - 1) / (2 * rho)


def best_number(rho: float, h: float, share: float, *, trials: int, seed: int) -> Estimate:
    """k_* at that share (about one half) of the threshold, by a cubic in 1/k."""
    counts = (1, 2, 3, 4, 5, 6, 8, 10, 13)
    x = 1 / np.array(counts, float)
    batches = gains([(3 * share * rho**2 * h, _offset(h, rho), rho)], counts, trials, seed)[:, 0]
    return bootstrap(lambda y: 1 / lowest(x, y, 3), batches, seed)


def critical_temperature(rho: float, h: float, *, trials: int, seed: int) -> Estimate:
    """t_c: where the slope of the curves at 1/k = 0 changes its sign; t^2 times it is a line in t to leading order."""
    counts, shares = (2, 3, 4, 6, 9, 14, 22, 36), np.array([0.6, 0.8, 1.0, 1.25])
    x = 1 / np.array(counts, float)

    def crossing(y: Array) -> float:
        slopes = [np.polynomial.Polynomial.fit(x, row, 2).deriv()(0.0) * s**2 for row, s in zip(y, shares, strict=True)]
        return 3 * rho**2 * h * float(np.polynomial.Polynomial.fit(shares, slopes, 1).roots()[0])

    settings = [(3 * s * rho**2 * h, _offset(h, rho), rho) for s in shares]
    return bootstrap(crossing, gains(settings, counts, trials, seed), seed)


def best_temperature(k: int, rho: float, h: float, *, trials: int, seed: int) -> Estimate:
    """t_*, by a cubic in 1/t; k about 6."""
    units = 1 / np.array([0.35, 0.5, 0.65, 0.8, 0.95, 1.1])
    settings = [(u * rho**2 * h, _offset(h, rho), rho) for u in units]
    batches = gains(settings, (k,), trials, seed)[:, :, 0]
    return bootstrap(lambda y: rho**2 * h / lowest(1 / units, y, 3), batches, seed)


def best_judge(k: int, t: float, omega: float, *, trials: int, seed: int) -> Estimate:
    """rho_* at tau = omega/sqrt(t), by a cubic in rho; k about 6."""
    units = np.array([0.6, 0.9, 1.2, 1.5, 1.8, 2.1]) * omega * np.sqrt(t)
    batches = gains([(t, omega / np.sqrt(t), float(rho)) for rho in units], (k,), trials, seed)[:, :, 0]
    return bootstrap(lambda y: lowest(units, y, 3), batches, seed)
