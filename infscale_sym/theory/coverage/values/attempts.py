"""Correlated attempts, and estimates of pass@k from n attempts, in float64.

Attempts that copy the one before (`coverage.correlated.sticky`) by a trapezoidal sum over p ~ Beta(a, b), relative error below
1e-11; means and variances of estimators (`coverage.unbiased`, `coverage.plug-in`) by their definition, a sum over the number of
successes of n. The closed forms are in `coverage`, the model is that of L, arXiv:2410.16377.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import check_range, float_array
from infscale_sym.theory.coverage.values.numeric import estimator_variance, log_failure_chance, log_loss, unbiased_passk


def sticky_loss(k: Any, a: Any, b: Any, copying: Any) -> Any:
    """E p (varrho + (1 - varrho) p)^(k-1): all of k attempts fail, each the copy of the one before with chance `copying`.

    float64, broadcasts; k >= 1 real to 1e12, a, b in [0.05, 100], 0 <= copying < 1. Trapezoidal sum over x = ln p - ln(1-p) =
    ln(k/b) + pi sinh u, normalised by the same sum; relative error below 1e-11.
    """
    k, a, b, copying = np.broadcast_arrays(
        *(float_array(v, name) for v, name in ((k, "k"), (a, "a"), (b, "b"), (copying, "copying")))
    )
    check_range(k, "k", 1.0, 1e12)
    check_range(a, "a", 0.05, 100.0)
    check_range(b, "b", 0.05, 100.0)
    if not ((copying >= 0) & (copying < 1)).all():
        raise DomainError("copying must lie in [0, 1): at 1 all attempts have one outcome, see shared_passk")
    u = np.arange(-6.2, 6.2001, 0.02)
    wide = (..., None)
    centre = np.log1p(k * (1 - copying) / b)[wide]
    x = centre + np.pi * np.sinh(u)
    log_p, log_q = -np.logaddexp(0, -x), -np.logaddexp(0, x)
    law = a[wide] * log_p + b[wide] * log_q + np.log(np.cosh(u))
    share = copying[wide] + 0 * u
    with np.errstate(divide="ignore"):
        far = np.logaddexp(np.log(share), np.log1p(-share) + log_p)
    again = np.where(log_q < -0.5, np.log1p(-(1 - share) * np.minimum(np.exp(log_q), 0.7)), far)
    fails = log_p + (k - 1)[wide] * again
    top = law.max(axis=-1, keepdims=True)
    weight = np.exp(law - top)
    return ((weight * np.exp(fails)).sum(axis=-1) / weight.sum(axis=-1))[()]


def scaled_sticky_loss(k: Any, a: Any, b: Any, copying: Any) -> Any:
    """k^b times `sticky_loss`."""
    return float_array(k, "k") ** float_array(b, "b") * sticky_loss(k, a, b, copying)


def all_failed(f: Any, n: Any) -> Any:
    """1 where f = n, else 0."""
    return (float_array(f, "f") == float_array(n, "n")).astype(float)[()]


def estimator_mean(n: Any, k: Any, p: Any) -> Any:
    """E(1 - C(n-c, k)/C(n, k)) at failure probability p, summed over c; whole 1 <= k <= n; broadcasts."""
    return _mean(lambda c, count, size: unbiased_passk(count, c, size), n, k, p)


def plug_in_mean(n: Any, k: Any, p: Any) -> Any:
    """E(1 - (1 - c/n)^k) at failure probability p, summed over c; whole n, real k > 0; broadcasts."""
    return _mean(lambda c, count, size: 1 - (1 - c / count) ** size, n, k, p)


def _mean(estimate: Any, n: Any, k: Any, p: Any) -> Any:
    from scipy.stats import binom

    n, k, p = np.broadcast_arrays(float_array(n, "n"), float_array(k, "k"), float_array(p, "p"))
    check_range(p, "p", 0.0, 1.0)
    out = np.empty(n.shape)
    for at in np.ndindex(n.shape):
        success = np.arange(int(n[at]) + 1)
        out[at] = (binom.pmf(success, int(n[at]), 1 - p[at]) * estimate(success, int(n[at]), k[at])).sum()
    return out[()]


def estimator_variance_of(n: Any, k: Any, a: Any, b: Any) -> Any:
    """`estimator_variance` with n and k broadcast too."""
    return _each(lambda count, size, first, second: estimator_variance(int(count), int(size), first, second), n, k, a, b)


def pair_loss(n: Any, k: Any, a: Any, b: Any) -> Any:
    """The chance that two random sets of k out of n attempts fail altogether; broadcasts."""

    def value(count: float, size: float, first: float, second: float) -> float:
        return float(estimator_variance(int(count), int(size), first, second) + np.exp(2 * log_loss(size, first, second)))

    return _each(value, n, k, a, b)


def _each(function: Any, *values: Any) -> Any:
    arrays = np.broadcast_arrays(*(np.asarray(v, float) for v in values))
    out = np.empty(arrays[0].shape)
    for at in np.ndindex(out.shape):
        out[at] = function(*(float(v[at]) for v in arrays))
    return out[()]


def estimator_variance_by_law(n: int, k: int, a: float, b: float) -> float:
    """The same variance summed over the numbers of failures: an independent check for the tests; n up to a few thousand."""
    failures = np.arange(n + 1)
    law = np.exp(log_failure_chance(failures, n, a, b))
    share = 1 - unbiased_passk(n, n - failures, k)
    return float((law * share**2).sum() - (law * share).sum() ** 2)
