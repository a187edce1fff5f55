"""Where the error is least with a judge beyond the teacher, drawn (`best-of-k.misspecified.*`; t = 0; HP, arXiv:2512.19905).

Where the best k is astronomically large only the record is drawn: the largest of k normal draws by inversion, ln P(z > M) =
ln(x/k) with x standard exponential (k so large that (1 - x/k)^k is e^-x). At moderate k one set of drawn answers serves every
smaller k.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infscale_sym.sampling.normal import log_ndtr, ndtri_exp
from infscale_sym.sampling.streams import Estimate, part

Array = NDArray[np.float64]

#: Expected numbers of answers beyond the teacher's among which the best is sought.
SHARES = np.exp(np.linspace(-1.1, -0.1, 7))
#: Independent batches of draws, and how often they are resampled for the error of a place.
BATCHES, RESAMPLED = 40, 100


def record_curves(teacher: float, shares: Array, trials: int, seed: int) -> Array:
    """tau^2 (M - tau)^2 averaged over drawn records, for N = k P(z > tau) in `shares`; shape (BATCHES, len(shares))."""
    rng = np.random.default_rng(seed)
    base = float(log_ndtr(-teacher))
    out = np.empty((BATCHES, shares.size))
    for batch in range(BATCHES):
        level = np.log(rng.standard_exponential(trials // BATCHES)) + base
        for i, share in enumerate(shares):  # one set of draws serves every N
            record = -ndtri_exp(level - math.log(share))
            out[batch, i] = np.mean((teacher * (record - teacher)) ** 2)
    return out


def answers_beyond(tau: float, c: float, *, trials: int, seed: int) -> Estimate:
    """N_*: the share at which the record's error is least; tau, c tau^2 so large that the judge at (1 + c) tau prefers it."""
    place, spread = _lowest_of_records(tau, trials, seed)[0]
    return Estimate(math.exp(place), math.exp(place) * spread)


def least_error(tau: float, c: float, *, trials: int, seed: int) -> Estimate:
    """The record's least error; c as above."""
    least, spread = _lowest_of_records(tau, trials, seed)[1]
    return Estimate(least / tau**2, spread / tau**2)


def _lowest_of_records(tau: float, trials: int, seed: int) -> list[tuple[float, float]]:
    """ln N and tau^2 F at the minimum, each with its standard error over resampled batches."""
    batches = record_curves(tau, SHARES, trials, seed)
    found = lowest(np.log(SHARES), batches.mean(0))
    rows = np.random.default_rng(part(seed, 1)).integers(0, BATCHES, (RESAMPLED, BATCHES))
    spread = np.std([lowest(np.log(SHARES), batches[row].mean(0)) for row in rows], axis=0, ddof=1)
    return [(value, float(error)) for value, error in zip(found, spread, strict=True)]


def lowest(x: Array, y: Array, degree: int = 3) -> tuple[float, float]:
    """Place and value of the minimum of the polynomial of that degree through (x, y)."""
    fit = np.polynomial.Polynomial.fit(x, y, degree)
    fine = np.linspace(x[0], x[-1], 20_001)
    at = int(np.argmin(fit(fine)))
    return float(fine[at]), float(fit(fine[at]))


def subset_curves(judge: float, counts: Array, draws: int, trials: int, seed: int) -> tuple[Array, Array]:
    """E r_k^2 and E r_k tanh(rho r_k), r_k the least distance from the judge among k answers: shapes (BATCHES, len(counts)).

    `draws` answers are drawn and sorted by distance. The nearest of k of them, averaged over all subsets of k, is the i-th
    nearest with the probability C(draws - i, k - 1)/C(draws, k). That x = z + rho is on average r tanh(rho r) at the distance r
    (either side has its normal density) is put in by hand; all else is drawn.
    """
    rng = np.random.default_rng(seed)
    square, linear = np.empty((BATCHES, draws)), np.empty((BATCHES, draws))
    for batch in range(BATCHES):
        r = np.sort(np.abs(rng.standard_normal((trials // BATCHES, draws)) + judge), axis=1)
        square[batch] = (r**2).mean(axis=0)
        linear[batch] = (r * np.tanh(judge * r)).mean(axis=0)
    factorial: Any = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, draws + 1)))])  # logarithms
    rank = np.arange(1, draws + 1)[:, None]
    left = draws - rank - counts + 1  # of the answers farther away, so many stay outside the subset
    logs = factorial[draws - rank] - factorial[np.maximum(left, 0)] - factorial[counts - 1]
    logs -= factorial[draws] - factorial[counts] - factorial[draws - counts]
    weight = np.where(left >= 0, np.exp(logs), 0.0)
    return square @ weight, linear @ weight
