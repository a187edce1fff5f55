"""The votes in float64: mean, weighted mean and median of k answers (`vote.mean`, `vote.weighted-mean`, `vote.median`).

Errors in units of s^2, offsets in units of s. Everything smooth is summed by the trapezoidal rule, which converges
geometrically here: relative error 1e-10 for the weighted mean, 1e-11 or better for the medians.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import check_range, float_array

Array = NDArray[np.float64]

#: Coldest temperature of the weighted mean: below it the mesh would have to be finer than is worth it.
COLDEST = 0.02
_NEPERS = 40.0


def mean_vote(k: Any, tau: Any) -> Any:
    """E (mean of k answers + tau)^2 = tau^2 + 1/k, dimensionless; float64, broadcasting; k >= 1.

    Raises DomainError for k below 1 and for what is no number.
    """
    k, tau = float_array(k, "k"), float_array(tau, "tau")
    check_range(k, "k", 1, math.inf)
    return (tau**2 + 1 / k)[()]


def weighted_mean_vote(k: Any, t: Any, tau: Any, rho: Any) -> Any:
    """E (sum w (z + tau)/sum w)^2, the error of the softmax-weighted mean; float64, broadcasting, relative error 1e-10.

    k: real, 1 to 1e8 (between whole numbers: the integral of `vote.weighted-mean`). t: 0 (best-of-k), 0.02 to 1e6, or inf
    (the plain mean). |tau|, |rho| <= 8. Many tau at one (k, t, rho) share their work. Raises DomainError outside.
    """
    parts = [float_array(k, "k"), float_array(t, "t", infinite=True), float_array(tau, "tau"), float_array(rho, "rho")]
    for part, name, low, high in zip(parts, ("k", "t", "tau", "rho"), (1, COLDEST, -8, -8), (1e8, 1e6, 8, 8), strict=True):
        check_range(part, name, low, high, also=(0.0, math.inf) if name == "t" else ())
    k, t, tau, rho = np.broadcast_arrays(*parts)
    flat, own = np.unique(np.stack([k.ravel(), t.ravel(), rho.ravel()]), axis=1, return_inverse=True)
    result = np.empty(k.size)
    for index, setting in enumerate(flat.T):
        rows = np.ravel(own) == index
        square, mean = _moments(*map(float, setting))
        gap = tau.ravel()[rows] - setting[2]
        result[rows] = square + 2 * gap * mean + gap**2
    return result.reshape(k.shape)[()]


def _moments(k: float, t: float, rho: float) -> tuple[float, float]:
    """E X^2 and E X of X = sum w (z + rho)/sum w."""
    if k == 1 or math.isinf(t):
        return rho**2 + 1 / k, rho
    if t == 0:
        from infscale_sym.theory.selection.values.numeric import selection_error_numpy

        zero, one = (float(selection_error_numpy(k, 0.0, rho + d, rho)) for d in (0.0, 1.0))
        return zero, (one - zero - 1) / 2
    # r = sqrt(2 t ln u) is where the weights turn on; the draws hide what lies beyond `far`.
    far = math.sqrt(2 * _NEPERS / k) + 1
    step = min(0.3, math.pi**2 * t / (far * _NEPERS))
    z = np.arange(-9.0, 9.0 + step, step)
    x, density = z + rho, step * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    log_w = -(x**2) / (2 * t)
    scale = math.log(k) - rho**2 / (2 * (1 + t)) + 0.5 * math.log(t / (1 + t))
    mesh = 0.2
    total = np.zeros(3)
    block = max(1, int(4e5 // z.size))
    start = -scale - _NEPERS - 4
    while True:
        v = start + mesh * np.arange(block)
        load = np.exp(np.minimum(v[:, None] + log_w, 7.0))  # u w; exp(-1100) is zero
        fade = density * np.exp(-load)
        miss = -np.expm1(-load) @ density  # 1 - a
        with np.errstate(divide="ignore"):
            log_a = np.where(miss < 0.5, np.log1p(-np.minimum(miss, 0.5)), np.log(fade.sum(axis=1)))
        loaded = fade * load
        first, second = loaded @ x, (loaded * load) @ x**2
        with np.errstate(invalid="ignore", over="ignore"):
            rest = np.exp((k - 1) * log_a)
            pairs = np.where(rest > 0, k * (k - 1) * first**2 * np.exp((k - 2) * log_a), 0.0)
        parts = np.array([k * second * rest, pairs, k * first * rest])
        total += parts.sum(axis=1)
        start += mesh * block
        if np.all(np.abs(parts[:, -1]) <= 1e-18 * np.abs(total)) and start > -scale + 4:
            break
    return mesh * (total[0] + total[1]), mesh * total[2]


def median_vote(k: Any, tau: Any) -> Any:
    """E (median + tau)^2 of an odd number k of answers; float64, broadcasting, relative error 1e-12; k real, 1 to 1e12.

    Raises DomainError outside.
    """
    k, tau = float_array(k, "k"), float_array(tau, "tau")
    return (tau**2 + median_spread(k))[()]


def median_spread(k: Any) -> Any:
    """Variance of the median of k standard normals, k odd (real k: the same integral); float64, 1e-12; k from 1 to 1e12.

    Raises DomainError outside.
    """
    k = float_array(k, "k")
    check_range(k, "k", 1, 1e12)
    node = np.linspace(-1.0, 1.0, 401)
    reach = np.minimum(9.5, 9.0 * np.sqrt(math.pi / (2 * k)) * (1 + 2 / k))[..., None]
    z = reach * node
    weight = np.exp((k[..., None] - 1) / 2 * (log_ndtr(z) + log_ndtr(-z) + math.log(4)) - z**2 / 2)
    return ((z**2 * weight).sum(-1) / weight.sum(-1))[()]


def middle_pair_vote(k: Any, tau: Any) -> Any:
    """E (mean of the two middle answers + tau)^2 of an even number k of answers; float64, broadcasting; k real, 2 to 1e10.

    Relative error 1e-11. Raises DomainError outside.
    """
    k, tau = float_array(k, "k"), float_array(tau, "tau")
    return (tau**2 + middle_pair_spread(k))[()]


def middle_pair_spread(k: Any) -> Any:
    """Variance of the mean of the two middle ones of k standard normals, k even; float64, 1e-11; k from 2 to 1e10.

    Raises DomainError outside.
    """
    k = float_array(k, "k")
    check_range(k, "k", 2, 1e10)
    return np.array([_middle_pair(float(v)) for v in k.ravel()]).reshape(k.shape)[()]


def _middle_pair(k: float) -> float:
    reach = min(9.5, 9.0 * math.sqrt(math.pi / (2 * k)) * (1 + 2 / k))
    centre = reach * np.linspace(-1.0, 1.0, 241)[:, None]
    node, weight = np.polynomial.legendre.leggauss(120)
    # The gap between neighbours at the middle is exponential with mean sqrt(2 pi)/k in the limit.
    longest = min(19.0, 42 * math.sqrt(2 * math.pi) / k)
    gap, weight = longest * (node + 1) / 2, weight * longest / 2
    low, high = centre - gap / 2, centre + gap / 2
    exponent = (k / 2 - 1) * (log_ndtr(low) + log_ndtr(-high) + math.log(4)) - (low**2 + high**2) / 2
    joint = np.exp(exponent) * weight
    return float((centre**2 * joint).sum() / joint.sum())


def bin_share(number: Any, width: Any, shift: Any) -> Any:
    """p_i, the probability that an answer falls into bin i; float64, broadcasting, relative error 1e-13 at |z| < 8.

    number: whole; width > 0, shift: real, of the grid in bin widths. Raises DomainError for a width that is not positive.
    """
    number, width, shift = float_array(number, "i"), float_array(width, "Delta"), float_array(shift, "varsigma")
    if not (width > 0).all():
        raise DomainError(f"the width of a bin must be positive; got {width.min():g}")
    near = np.abs((number + shift) * width)
    return (np.exp(log_ndtr(width / 2 - near)) - np.exp(log_ndtr(-width / 2 - near)))[()]
