"""Divergence of the linear one-step denoiser's law from the sampling law, in float64 (`denoiser.kl`; H, arXiv:2411.17807).

Units: sigma0 = 1; nats. T and l enter through zeta = l (e^2T - 1) only, the noise-to-signal ratio of x_T. A direction in which
the training data have the variance a is generated with the variance (v + zeta) a^2/(a + zeta)^2, v the mean of the a. Means
over training sets are sums over the mean spectrum of `spectrum`: relative error 1e-9 for n up to 1e6 and d up to 300.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import check_range, float_array
from infscale_sym.theory.denoiser.values.spectrum import LARGEST_DIMENSION, mean_spectrum

Array = NDArray[np.float64]


def noise_ratio(T: Any, noise: Any) -> Any:
    """zeta = l (e^2T - 1): variance of the noise over that of the signal in x_T, for sigma0 = 1; T > 0, l > 0."""
    time, scale = float_array(T, "T"), float_array(noise, "noise scale l")
    check_range(time, "T", 0, 300)
    check_range(scale, "noise scale l", 0, 1e300)
    return scale * np.expm1(2 * time)


def generated_variance(T: Any, noise: Any, a: Any, v: Any) -> Any:
    """c^2 W^2 in an eigendirection of variance a, v the mean variance: the definition, in T and l. sigma0 = 1."""
    time, scale, own, mean = (float_array(x, s) for x, s in ((T, "T"), (noise, "noise scale l"), (a, "a"), (v, "v")))
    signal, added = np.exp(-2 * time), -scale * np.expm1(-2 * time)
    gain = np.exp(-time) * own / (signal * own + added)
    return (signal * mean + added) * gain**2


def direction_divergence(g: Any, mu: Any) -> Any:
    """KL(N(mu, g) || N(0, 1)) = (g - 1 - ln g + mu^2)/2 in nats; g > 0. Relative error 1e-13 also near g = 1."""
    variance, offset = float_array(g, "g"), float_array(mu, "mu")
    check_range(variance, "g", 1e-300, 1e300)
    return (_excess(variance) + offset**2) / 2


def _excess(variance: Any) -> Any:
    """g - 1 - ln g without cancellation near 1."""
    gap = variance - 1
    small = np.abs(gap) < 1e-3
    near = gap * gap * (0.5 - gap * (1 / 3 - gap * (0.25 - gap * (0.2 - gap / 6))))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(small, near, gap - np.log1p(gap))


def expected_divergence(n: Any, d: Any, zeta: Any) -> Any:
    """E KL of variant (i) over training sets of n examples in d dimensions, nats; broadcasting. Relative error 1e-9.

    d: a whole number, 1 to 300; real n > d, up to 1e6; zeta >= 0 up to 1e12. inf for n <= d unless zeta = 0 (n > 1).
    """
    return _over(n, d, zeta, _expected)


def expected_many_steps(n: Any, d: Any, zeta: Any) -> Any:
    """E KL of infinitely many steps of variant (i), nats: generated variances a (v + zeta)/(a + zeta). Arguments as above."""
    return _over(n, d, zeta, _many_steps)


def _over(n: Any, d: Any, zeta: Any, one: Any) -> Any:
    number, size, ratio = float_array(n, "n"), float_array(d, "d"), float_array(zeta, "zeta")
    check_range(ratio, "zeta", 0, 1e12)
    check_range(number, "n", 1 + 1e-9, 1e6)
    check_range(size, "d", 1, LARGEST_DIMENSION)
    if np.any(size != np.round(size)):
        raise DomainError(f"d must be a whole number; got {float(size[size != np.round(size)].ravel()[0]):g}")
    number, size, ratio = np.broadcast_arrays(number, size, ratio)
    values = [one(float(a), int(b), float(c)) for a, b, c in zip(number.ravel(), size.ravel(), ratio.ravel(), strict=True)]
    return np.array(values).reshape(number.shape)[()]


def _expected(n: float, d: int, zeta: float) -> float:
    if zeta == 0:
        return float(isotropic_divergence(n, d))
    if n <= d:
        return math.inf
    c, w = mean_spectrum(n, d)
    shrink = c / (c + zeta)
    # E v f = ((n-1)/n) E f + (2/(d n)) E c f': the scale of C is a Gamma variable, independent of the rest
    trace = ((n - 1) / n + zeta) * shrink**2 + 4 / (d * n) * zeta * shrink**2 / (c + zeta)
    inner = trace - 1 - 2 * np.log(shrink)
    return float(w @ inner - d * scale_log(n, d, zeta) + d / n) / 2


def _many_steps(n: float, d: int, zeta: float) -> float:
    if zeta == 0:
        return float(isotropic_divergence(n, d))
    if n <= d:
        return math.inf
    c, w = mean_spectrum(n, d)
    shrink = c / (c + zeta)
    trace = ((n - 1) / n + zeta) * shrink + 2 / (d * n) * zeta * shrink / (c + zeta)
    return float(w @ (trace - 1 - np.log(shrink)) - d * scale_log(n, d, zeta) + d / n) / 2


def scale_log(n: float, d: int, zeta: float) -> float:
    """E ln(v + zeta), v = Tr C/d a Gamma variable of mean (n-1)/n and shape d (n-1)/2; absolute error 1e-12."""
    shape = d * (n - 1) / 2
    spread = max(1 / math.sqrt(shape), 1e-9)
    u = np.arange(-max(9.0, 40 * spread), 9.0, 0.07) * spread if shape > 20 else np.arange(-75 / shape, 6.0, 0.02)
    density = np.exp(shape * (u - np.expm1(u)))  # of v/E v, over ln v; u e^-(e^u - 1 - u)
    logs = np.log((n - 1) / n * np.exp(u) + zeta)
    return float(density @ logs / density.sum())


def scale_logs(zeta: Any, n: Any, d: Any) -> Any:
    """`scale_log`, broadcasting."""
    return _over(n, d, zeta, lambda a, b, c: scale_log(a, b, c))


def log_moment(zeta: Any, n: Any, d: Any) -> Any:
    """E ln det(C + zeta), broadcasting; n > d."""

    def one(number: float, size: int, ratio: float) -> float:
        c, w = mean_spectrum(number, size)
        return float(w @ np.log(c + ratio))

    return _over(n, d, zeta, one)


def resolvent_moment(j: Any, zeta: Any, n: Any, d: Any) -> Any:
    """E Tr (C + zeta)^-j for one number j, broadcasting in the others; n > d."""

    def one(number: float, size: int, ratio: float) -> float:
        c, w = mean_spectrum(number, size)
        return float(w @ (c + ratio) ** -float(j))

    return _over(n, d, zeta, one)


def isotropic_divergence(n: Any, d: Any) -> Any:
    """E KL(N(m, v I) || sampling law) = (d/2)(ln(n d/2) - psi(d (n-1)/2)), nats: zeta = 0, no denoising. n > 1."""
    number, size = float_array(n, "n"), float_array(d, "d")
    check_range(number, "n", 1 + 1e-9, 1e15)
    return size / 2 * (np.log(number * size / 2) - digamma(size * (number - 1) / 2))


def digamma_sum(n: Any, d: Any) -> Any:
    """sum_(j=1)^d psi((n - j)/2); whole d >= 1, n > d."""
    number, size = np.broadcast_arrays(float_array(n, "n"), float_array(d, "d"))
    if np.any(number <= size):
        raise DomainError(f"n must exceed d; got n = {float(number.min()):g}, d = {float(size.max()):g}")
    values = [digamma((a - np.arange(1, b + 1)) / 2).sum() for a, b in zip(number.ravel(), size.ravel(), strict=True)]
    return np.array(values).reshape(number.shape)[()]


def fit_divergence(n: Any, d: Any) -> Any:
    """E KL(N(m, C) || sampling law) in nats, n > d: many steps from T = oo; (d ln(n/2) - digamma_sum)/2."""
    number, size = float_array(n, "n"), float_array(d, "d")
    return (size * np.log(number / 2) - digamma_sum(number, size)) / 2


def long_one_draw_divergence(n: Any, d: Any) -> Any:
    """E KL of variant (ii) as T -> oo, nats: the fit is to noise alone. inf for n <= d + 2."""
    number, size = float_array(n, "n"), float_array(d, "d")
    room = number - size - 2
    with np.errstate(divide="ignore"):
        spread = np.where(room > 0, size**2 / np.where(room > 0, room, 1), np.inf)
    own = [digamma((b - np.arange(b)) / 2).sum() for b in size.ravel()]
    logs = digamma_sum(np.maximum(number, size + 1), size) - np.array(own).reshape(size.shape)
    return (spread * (1 + 1 / number) - size + size / number + logs) / 2


def one_draw_spread(n: Any, d: Any, zeta: Any) -> Any:
    """E Tr of the generated covariance in variant (ii), sigma0 = 1, n > d + 2: a rational function."""
    number, size, ratio = float_array(n, "n"), float_array(d, "d"), float_array(zeta, "zeta")
    check_range(number - size, "n - d", 2 + 1e-12, 1e300)
    return _spread(number, size, ratio)


def _spread(n: Any, d: Any, zeta: Any) -> Any:
    beta, tau2 = 1 / (1 + zeta), zeta / (1 + zeta)
    nu, room = n - 1, n - d - 2
    trace, inverse = (1 + zeta) * nu * d, d / ((1 + zeta) * room)
    both = d * (nu * d - 2) / room
    product = beta**2 * (beta**2 * d * trace + tau2 * d * both) + 4 * beta**2 * tau2 * d
    product = product + tau2 * (nu * d**2 * beta**2 + tau2 * (nu * d + 2) * d * inverse)
    return product / (n * d) + zeta * (beta**2 * d + tau2 * d * inverse)


def one_draw_proportional(alpha: Any, zeta: Any) -> Any:
    """KL/d of variant (ii) as d, n -> oo at alpha = d/n < 1, nats; another expression on either side of n = (1 + zeta) d."""
    aspect, ratio = np.broadcast_arrays(float_array(alpha, "alpha"), float_array(zeta, "zeta"))
    check_range(aspect, "alpha", 1e-300, 1 - 1e-12)
    check_range(ratio, "zeta", 0, 1e15)
    r = 1 / aspect
    with np.errstate(divide="ignore", invalid="ignore"):
        few = np.log(r) - (r - 1) * np.log((1 + ratio) * (r - 1) / (np.where(ratio > 0, ratio, 1) * r))
    logs = np.where(r < 1 + ratio, few, np.log1p(ratio))
    return (1 / (1 + ratio) + ratio / ((1 + ratio) * (r - 1)) - 1 + logs) / 2


def proportional_divergence(alpha: Any, zeta: Any) -> Any:
    """KL/d of variant (i) as d, n -> oo at alpha = d/n <= 1, nats: closed in the renormalised ridge kappa of zeta."""
    q, ratio = np.broadcast_arrays(float_array(alpha, "alpha"), float_array(zeta, "zeta"))
    check_range(q, "alpha", 1e-300, 1)
    half = q + ratio - 1
    root = np.sqrt(half**2 + 4 * ratio)
    kappa = np.where(half > 0, (half + root) / 2, 2 * ratio / np.where(half > 0, 1, root - half))
    s = 1 / (1 + kappa)
    share = s**2 * (1 + q - 2 * q * s) / (1 - q * s**2)  # mean of c^2/(c + zeta)^2
    log_det = -np.log(s) + (1 - 1 / q) * np.log1p(-q * s) - s
    own = np.where(q < 1, (1 - 1 / q) * np.log1p(-np.where(q < 1, q, 0.5)), 0) - 1
    return ((1 + ratio) * share - 1 - np.log1p(ratio) + 2 * log_det - 2 * own) / 2
