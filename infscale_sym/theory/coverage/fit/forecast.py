"""pass@k from a fit and without one: for a new problem, for the problems of the table, with bands.

Two questions that are easily mixed. A *new* problem from the same source: pass@k = A (1 - E p^k), uncertain because a, b and A
are. The problems *of the table*: the mean of 1 - p_i^k over them, where each p_i is known in part from its own counts; given
the parameters p_i ~ Beta(a + f_i, b + c_i), and an unsolved problem may be one that is never solved.

Bands use the delta method on the scale ln(-ln(1 - pass@k)), on which small pass@k is a logarithm and, at A = 1, the tail
k^-b is ln b + ln ln k: the estimate is nearly normal there at both ends, and the band stays within (0, 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import check_range, float_array
from infscale_sym.theory.coverage.fit.counts import Counts
from infscale_sym.theory.coverage.values.numeric import log_loss, unbiased_passk
from infscale_sym.theory.coverage.values.numeric import passk as beta_passk

if TYPE_CHECKING:
    from infscale_sym.theory.coverage.fit.result import CoverageFit

MOST_ATTEMPTS = 1e17


@dataclass(frozen=True, eq=False)
class Empirical:
    """The unbiased estimate of pass@k without any law; arrays of the shape of k."""

    k: np.ndarray
    value: np.ndarray
    """Mean over problems of the unbiased estimate; nan where no problem has k attempts."""
    standard_error: np.ndarray
    """Over problems (a sample of a larger source); nan with fewer than two problems."""
    problems: np.ndarray
    """How many problems were used: those whose design reaches k attempts. If attempts were given out by difficulty, the
    mean over these is not the mean over all."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """pass@k by the fitted law; arrays of the shape of k."""

    k: np.ndarray
    value: np.ndarray
    """Of a new problem from the same source."""
    low: np.ndarray
    high: np.ndarray
    these: np.ndarray
    """Mean over the problems of the table, given their counts."""
    these_low: np.ndarray
    these_high: np.ndarray
    factor: np.ndarray
    """k over the most attempts on any problem: how far this extrapolates."""
    level: float


def passk(fit: CoverageFit, k: Any) -> Any:
    """pass@k of a new problem, shape of k."""
    k = _attempts(k)
    if fit.kind == "interior":
        return beta_passk(k, fit.a, fit.b, fit.ceiling)
    if fit.kind == "binomial":
        return -fit.ceiling * np.expm1(k * np.log(fit.failure))
    if fit.kind == "one attempt":
        return np.where(k == 1, 1 - fit.failure, np.nan)[()]
    return np.full(k.shape, 1 - fit.failure)[()]


def band(fit: CoverageFit, k: Any, level: float | None = None) -> tuple[Any, Any]:
    """(low, high) around `passk`, shapes of k; nan where nothing but the counts' extremes is known."""
    k = _attempts(k)
    value = np.asarray(passk(fit, k))
    gradient = _slopes(fit, k, value)
    if gradient is None:
        return np.full(k.shape, np.nan)[()], np.full(k.shape, np.nan)[()]
    return _around(value, _variance(gradient, fit.covariance), level or fit.level)


def empirical(counts: Counts, k: Any) -> Empirical:
    """Mean over problems of `estimates` at whole k >= 1, with its standard error over problems; shape of k."""
    k = np.asarray(_attempts(k))
    if (k != np.floor(k)).any():
        raise DomainError(f"k must be whole for the unbiased estimate; got {k[k != np.floor(k)].ravel()[0]:g}")
    value, error, used = np.full(k.shape, np.nan), np.full(k.shape, np.nan), np.zeros(k.shape, dtype=int)
    for at, size in np.ndenumerate(k):
        found = estimates(counts, int(size))
        found = found[~np.isnan(found)]
        used[at] = found.size
        if found.size:
            value[at] = found.mean()
        if found.size > 1:
            error[at] = found.std(ddof=1) / np.sqrt(found.size)
    return Empirical(k, value, error, used)


def estimates(counts: Counts, k: int) -> np.ndarray:
    """The unbiased estimate of 1 - p^k for each problem, shape (problems,); nan where the design does not reach k attempts.

    Fixed attempts: 1 - C(n-c, k)/C(n, k). Stopped at the s-th success, in the n-th attempt: its last success is no news, and
    the first n - 1 attempts hold s - 1 successes in random order, so 1 - C(n-s, k)/C(n-1, k) for k < n, and 1 for k >= n
    (for s = 1: was it solved within k attempts). Stopped problems count as far as their cap; if none is known, as far as the
    most attempts on any of them.
    """
    late = counts.ended.astype(int)
    n, c = counts.attempts - late, counts.successes - late
    found = np.where(counts.reach >= k, 1.0, np.nan)
    within = (n >= k) & (counts.reach >= k)
    found[within] = unbiased_passk(n[within], c[within], k)
    return found


def forecast(fit: CoverageFit, k: Any, level: float | None = None) -> Forecast:
    """pass@k for a new problem and for these problems, with bands at `level`; shapes of k."""
    k = np.asarray(_attempts(k))
    level = level or fit.level
    value = np.asarray(passk(fit, k))
    low, high = (np.asarray(end) for end in band(fit, k, level))
    these, variance = (np.asarray(part) for part in _these(fit, k))
    these_low, these_high = (np.asarray(end) for end in _around(these, variance, level, relative=False))
    return Forecast(k, value, low, high, these, these_low, these_high, k / fit.counts.largest, level)


def _attempts(k: Any) -> Any:
    k = float_array(k, "k")
    check_range(k, "k", 1.0, MOST_ATTEMPTS)
    return k


def _around(value: Any, variance: Any, level: float, relative: bool = True) -> tuple[Any, Any]:
    """The band on the scale ln(-ln(1 - value)); variance is on that scale if `relative`, otherwise that of the value."""
    from scipy.special import ndtri

    value = np.asarray(value, float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        depth = -np.log1p(-value)
        deviation = np.sqrt(variance)
        if not relative:
            deviation = deviation / ((1 - value) * depth)
        factor = np.exp(ndtri(0.5 + level / 2) * deviation)
        ends = [-np.expm1(-depth / factor), -np.expm1(-depth * factor)]
    fixed = (value == 0) | (value == 1)
    return tuple(np.where(fixed, value, end)[()] for end in ends)


def _variance(gradient: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    return np.einsum("i...,ij,j...->...", gradient, covariance, gradient)


def _slopes(fit: CoverageFit, k: np.ndarray, value: np.ndarray) -> np.ndarray | None:
    """d ln(-ln(1 - pass@k)) along the coordinates of fit.covariance, shape (coordinates,) + k's; None where there are none."""
    from scipy.special import digamma

    A = fit.ceiling
    if fit.kind == "interior":
        a, b = fit.a, fit.b
        log = log_loss(k, a, b)
        by_a = (digamma(a + k) - digamma(a)) - (digamma(a + b + k) - digamma(a + b))
        by_b = digamma(a + b) - digamma(a + b + k)
        parts = [a * by_a, b * by_b]
    elif fit.kind == "binomial":
        log = k * np.log(fit.failure)
        parts = [k * (1 - fit.failure)]
    else:
        return None
    # pass@k = A (1 - e^log): d pass = -A e^log d log, d logit A adds (1 - A) pass
    slopes = [-A * np.exp(log) * part for part in parts]
    if len(fit.covariance) > len(parts):
        slopes.append((1 - A) * value)
    with np.errstate(divide="ignore", invalid="ignore"):
        if A == 1:  # the same without 0/0 far out: ln(-log), whose derivative is d log/log
            return np.array([part / log for part in parts])
        return np.array(slopes) / (-(1 - value) * np.log1p(-value))


def _these(fit: CoverageFit, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(mean, variance) of the mean of 1 - p_i^k over the table's problems: spread of the p_i and errors of the parameters."""
    if fit.kind != "interior":
        return _these_at_limit(fit, k)
    at = np.log([fit.a, fit.b])
    if len(fit.covariance) == 3:
        at = np.append(at, np.log(fit.ceiling / (1 - fit.ceiling)))
    mean, variance = _posterior(fit, k, at)
    steps = 1e-4 * np.eye(at.size)
    slopes = np.array([(_posterior(fit, k, at + h)[0] - _posterior(fit, k, at - h)[0]) / 2e-4 for h in steps])
    return mean, variance + _variance(slopes, fit.covariance)


def _posterior(fit: CoverageFit, k: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same at given parameters (ln a, ln b[, logit A])."""
    a, b = np.exp(at[:2])
    A = 1 / (1 + np.exp(-at[2])) if at.size == 3 else 1.0
    rows, weights = np.unique(np.stack([fit.counts.failures, fit.counts.successes]), axis=1, return_counts=True)
    shape = (-1,) + (1,) * k.ndim
    f, c, weight = (x.reshape(shape).astype(float) for x in (rows[0], rows[1], weights))
    share = np.where(c > 0, 1.0, A * np.exp(log_loss(f, a, b)))
    share = np.where(c > 0, 1.0, share / (share + (1 - A)))  # that the problem can be solved
    first, second = (np.exp(log_loss(m * k, a + f, b + c)) for m in (1, 2))
    total = weight.sum()
    mean = (weight * share * (1 - first)).sum(axis=0) / total
    # Var of 1 - p^k, p = 1 with chance 1 - share
    square = share * second + (1 - share)
    variance = (weight * (square - (share * first + 1 - share) ** 2)).sum(axis=0) / total**2
    return mean, np.maximum(variance, 0.0)


def _these_at_limit(fit: CoverageFit, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At the limits: every problem alike (up to those never solved), or each as it was seen."""
    solved = fit.counts.successes > 0
    if fit.kind == "binomial":
        share = np.ones(len(solved))
        if fit.ceiling < 1:
            zero = fit.ceiling * fit.failure ** fit.counts.attempts[~solved].astype(float)
            share[~solved] = zero / (zero + 1 - fit.ceiling)
        reached = -np.expm1(k * np.log(fit.failure))
        slope = -np.exp(k * np.log(fit.failure)) * k * (1 - fit.failure)
        mean = share.mean() * reached
        variance = (share * (1 - share)).sum() / share.size**2 * reached**2 + (share.mean() * slope) ** 2 * fit.covariance[0, 0]
        return mean, variance
    value = np.asarray(passk(fit, k))
    return value, np.full(k.shape, np.nan)
