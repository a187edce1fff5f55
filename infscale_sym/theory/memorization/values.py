"""Memorization by the linear denoiser in float64 (`denoiser.memorization`, `denoiser.hellinger`; H, arXiv:2411.17807).

For a given training set: the memorization statistic (||g - s||^2 - ||g - K||^2)/||s||^2 and the Hellinger distance of any
Gaussian generated law g, s the sampling law and K the kernel estimate of the training set; in logarithms, as at d = 100 the
densities' inner products are about 1e-55. For d, n -> oo: rates per dimension, in closed form through kappa at a complex ridge
(`log_mean`: relative error about 1e-13) or summed over the Marchenko-Pastur law (1e-10 for |alpha - 1| > 0.01). Lengths in
units of sigma_0 where nothing else is said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import float_array

Array = NDArray[np.float64]


def noise_ratio(T: Any, noise: Any, sigma0: Any = 1.0) -> Array:
    """zeta = l (e^(2T) - 1)/sigma_0^2 from the diffusion time T and the noise scale l, all > 0; dimensionless; broadcasts."""
    time, scale, unit = float_array(T, "T"), float_array(noise, "l"), float_array(sigma0, "sigma0")
    if not ((time > 0).all() and (scale > 0).all() and (unit > 0).all()):
        raise DomainError(f"T, l and sigma0 must be positive; got {T}, {noise}, {sigma0}")
    return np.asarray(scale * np.expm1(2 * time) / unit**2)


@dataclass(frozen=True)
class Gaussian:
    """A normal law: mean (d,), variances (d,) along the columns of axes (d, d)."""

    mean: Array
    variances: Array
    axes: Array

    @classmethod
    def of(cls, mean: Any, covariance: Any) -> Gaussian:
        """From mean (d,) and covariance (d, d), which may be singular."""
        values, axes = np.linalg.eigh(np.asarray(covariance, float))
        return cls(np.asarray(mean, float), np.maximum(values, 0.0), axes)

    def log_overlaps(self, points: Array, variance: float) -> Array:
        """ln of int N(x) N(x; point, variance I) dx for each point, in units of (4 pi)^(-d/2); points (m, d), out (m,)."""
        spread = self.variances + variance
        along = (points - self.mean) @ self.axes
        along *= along
        return -0.5 * np.sum(np.log(spread / 2)) - 0.5 * (along @ (1 / spread))


def generated_law(data: Any, T: float, noise: float, sigma0: float = 1.0) -> Gaussian:
    """The generated law of variant (i), in units of sigma0; data (n, d) in the units of sigma0. From the spectrum of C."""
    rows = _rows(data, sigma0)
    zeta = float(noise_ratio(T, noise, sigma0))
    mean = rows.mean(axis=0)
    _, singular, axes = np.linalg.svd(rows - mean, full_matrices=True)
    x = np.zeros(rows.shape[1])
    x[: singular.size] = singular**2 / len(rows)
    x[min(len(rows) - 1, x.size) :] = 0.0  # the mean has taken one degree of freedom
    return Gaussian(mean, (x.mean() + zeta) * (x / (x + zeta)) ** 2, axes.T)


def _rows(data: Any, sigma0: float) -> Array:
    rows = float_array(data, "data") / sigma0
    if rows.ndim != 2 or len(rows) < 2:
        raise DomainError(f"data must have shape (n, d) with n >= 2; got {rows.shape}")
    return rows


def _log_mean_exp(values: Array) -> float:
    top = float(values.max())
    return top + math.log(float(np.exp(values - top).mean()))


def _log_pairs(points: Array, width: float, most: int = 400) -> float:
    """ln of the sum over pairs i != j in ||K||^2/||s||^2; of many points, the pairs among the first `most` stand for all."""
    n, d = points.shape
    some = points[:most]
    square = (some**2).sum(axis=1)
    gaps = np.maximum(square[:, None] + square - 2 * some @ some.T, 0)[np.triu_indices(len(some), 1)]
    return -d * math.log(width) + _log_mean_exp(-gaps / (4 * width**2)) + math.log1p(-1 / n)


@dataclass(frozen=True)
class Memorization:
    """The terms for one training set, each in units of ||s||^2; natural logarithms.

    near: ln <g, s> (or ln <g, K_0> with the kernels of a reference set); kernel: ln <g, K>; typical: the mean of the
    logarithms of K's terms; norm_gap: ||K||^2 - ||s||^2 (or - ||K_0||^2).
    """

    near: float
    kernel: float
    typical: float
    norm_gap: float

    @property
    def statistic(self) -> float:
        """||g - s||^2 - ||g - K||^2 in units of ||s||^2; positive where g is nearer to the examples: memorizing.

        +-inf where it is beyond the range of a double.
        """
        larger = max(self.near, self.kernel)
        if larger > 700:
            return math.copysign(math.inf, self.kernel - self.near)
        return -self.norm_gap + 2 * math.exp(larger) * (math.exp(self.kernel - larger) - math.exp(self.near - larger))

    @property
    def memorizing(self) -> bool:
        """Whether the statistic is positive."""
        return self.statistic > 0


def memorization(
    data: Any,
    law: Gaussian,
    *,
    width: float | None = None,
    centre: Any = 0.0,
    sigma0: float = 1.0,
    reference: Any = None,
) -> Memorization:
    """The memorization statistic of a generated law and its training set.

    data: (n, d), and centre: the mean of the sampling law, in the units of sigma0; law: in units of sigma0. width: bandwidth
    in units of sigma0, n^(-1/d) by default (H's code). reference: fresh draws (n_0, d) whose kernel estimate, with its own
    default bandwidth, takes the place of the sampling law, as in H's code. Raises DomainError.
    """
    rows = _rows(data, sigma0)
    n, d = rows.shape
    h = n ** (-1 / d) if width is None else float(width)
    if not h > 0:
        raise DomainError(f"the bandwidth must be positive; got {width}")
    terms = law.log_overlaps(rows, h**2)
    excess = math.expm1(-d * math.log(h) - math.log(n)) if width is not None else 0.0
    gap = excess + math.exp(_log_pairs(rows, h))
    if reference is None:
        middle = np.broadcast_to(np.asarray(centre, float) / sigma0, (1, d))
        near = float(law.log_overlaps(middle, 1.0)[0])
    else:
        fresh = _rows(reference, sigma0)
        h_0 = len(fresh) ** (-1 / d)
        near = _log_mean_exp(law.log_overlaps(fresh, h_0**2))
        gap -= math.exp(_log_pairs(fresh, h_0))
    return Memorization(near, _log_mean_exp(terms), float(terms.mean()), gap)


def log_bhattacharyya(law: Gaussian, centre: Any = 0.0, sigma0: float = 1.0) -> float:
    """ln int (g s)^(1/2) dx; -inf for a singular generated law. law in units of sigma0, centre in the units of sigma0."""
    offset = law.axes.T @ (law.mean - np.broadcast_to(np.asarray(centre, float) / sigma0, law.mean.shape))
    g = law.variances
    if (g <= 0).any():
        return -math.inf
    return float(0.25 * np.sum(np.log(4 * g / (1 + g) ** 2)) - 0.25 * np.sum(offset**2 / (1 + g)))


def hellinger_squared(law: Gaussian, centre: Any = 0.0, sigma0: float = 1.0) -> float:
    """1 - int (g s)^(1/2) dx, in [0, 1]; 1 for a singular generated law."""
    return -math.expm1(log_bhattacharyya(law, centre, sigma0))


# Rates per dimension, d, n -> oo at d/n = alpha.


def complex_ridge(z: Any, alpha: Any) -> Any:
    """kappa with z = kappa (1 - alpha/(1 + kappa)), the branch that is z at infinity; complex z off the negative axis."""
    z, root = np.asarray(z, complex), np.sqrt(np.asarray(alpha, float))
    half = (z + root**2 - 1) / 2
    square = np.sqrt(z + (1 + root) ** 2) * np.sqrt(z + (1 - root) ** 2) / 2
    with np.errstate(divide="ignore", invalid="ignore"):  # the branch not taken
        return np.where(half.real > 0, half + square, z / (square - half))


def log_mean(p: Any, q: Any, alpha: Any) -> Array:
    """(1/2) <ln((x + p)^2 + q^2)>; broadcasts; relative error about 1e-13."""
    z = np.asarray(p, float) + 1j * np.asarray(q, float)
    kappa = complex_ridge(z, alpha)
    return (np.log(1 + kappa) + (1 - 1 / np.asarray(alpha, float)) * np.log(z / kappa) - 1 / (1 + kappa)).real


def _resolvent(p: Any, q: Any, alpha: Any) -> Any:
    z = np.asarray(p, float) + 1j * np.asarray(q, float)
    kappa = complex_ridge(z, alpha)
    return kappa / (z * (1 + kappa))


def pole_mean(p: Any, q: Any, alpha: Any) -> Array:
    """<(x + p)/((x + p)^2 + q^2)>; broadcasts."""
    return _resolvent(p, q, alpha).real


def spread_mean(p: Any, q: Any, alpha: Any) -> Array:
    """<q/((x + p)^2 + q^2)>; broadcasts."""
    return -_resolvent(p, q, alpha).imag


def _nodes(alpha: Any, count: int = 400) -> tuple[Array, Array]:
    """Nodes x and weights of the part of the Marchenko-Pastur law away from 0, along a new last axis; alpha broadcasts."""
    ratio = np.asarray(alpha, float)[..., None]
    angles = math.pi * (np.arange(count) + 0.5) / count
    x = 1 + ratio + 2 * np.sqrt(ratio) * np.cos(angles)
    return x, 2 * np.sin(angles) ** 2 / (count * x)


def _mean(function: Any, alpha: Any) -> Array:
    """<function(x)>, the atom at 0 (alpha > 1) included."""
    x, weights = _nodes(alpha)
    atom = np.maximum(1 - 1 / np.asarray(alpha, float), 0)
    return (weights * function(x)).sum(axis=-1) + atom * function(np.zeros_like(x))[..., 0]


def _over(zeta: Any, width: Any) -> Any:
    z, h = np.asarray(zeta, float)[..., None], np.asarray(width, float)[..., None]
    return lambda x: (1 + z) * x**2 / (x + z) ** 2 + h**2


def sampling_rate(alpha: Any, zeta: Any) -> Array:
    """gamma_s by summing over the Marchenko-Pastur law; broadcasts; 1e-10 for |alpha - 1| > 0.01."""
    over = _over(zeta, 1.0)
    return _mean(lambda x: -0.5 * np.log(over(x) / 2), alpha)


def kernel_rate(alpha: Any, zeta: Any, width: Any) -> Array:
    """gamma_K in the same way."""
    over = _over(zeta, width)
    return _mean(lambda x: -0.5 * np.log(over(x) / 2) - 0.5 * x / over(x), alpha)


def fresh_rate(alpha: Any, zeta: Any, width: Any) -> Array:
    """gamma_0 in the same way."""
    over = _over(zeta, width)
    return _mean(lambda x: -0.5 * np.log(over(x) / 2) - 0.5 / over(x), alpha)


def memory_gap(alpha: Any, zeta: Any, width: Any) -> Array:
    """kernel_rate - fresh_rate, without cancellation at small alpha; > 0."""
    over = _over(zeta, width)
    centre = over(np.ones(1))
    return _mean(lambda x: 0.5 * (1 - x) * (1 / over(x) - 1 / centre), alpha)


def kernel_advantage(alpha: Any, zeta: Any) -> Array:
    """kernel_rate at width 1 minus sampling_rate; < 0."""
    over = _over(zeta, 1.0)
    return _mean(lambda x: -0.5 * x / over(x), alpha)


def hellinger_rate(alpha: Any, zeta: Any) -> Array:
    """-(1/d) ln int (g s)^(1/2) dx; alpha < 1, else inf."""
    over = _over(zeta, 1.0)

    def term(x: Array) -> Array:
        with np.errstate(divide="ignore"):
            return -0.25 * np.log(4 * (over(x) - 1)) + 0.5 * np.log(over(x))

    x, weights = _nodes(alpha)
    return np.where(np.asarray(alpha, float) < 1, (weights * term(x)).sum(axis=-1), np.inf)


# Two examples, and the norm of the kernel estimate.


def normal_overlap(one: Any, two: Any, apart: Any) -> Array:
    """int N(x; 0, a) N(x; delta, b) dx in units of (4 pi)^(-1/2); broadcasts."""
    total = np.asarray(one, float) + np.asarray(two, float)
    return np.sqrt(2 / total) * np.exp(-(np.asarray(apart, float) ** 2) / (2 * total))


def pair_statistic(d: Any, gap: Any, along: Any, across: Any, zeta: Any, width: Any) -> Array:
    """The statistic of two examples m +- gap e; broadcasts; dimensionless."""
    d, gap, h = np.asarray(d, float), np.asarray(gap, float), np.asarray(width, float)
    g = (gap**2 / d + zeta) * (gap**2 / (gap**2 + zeta)) ** 2
    near = normal_overlap(g, 1, along) * normal_overlap(0, 1, across) * 2 ** ((d - 2) / 2)
    kernel = normal_overlap(g, h**2, gap) * normal_overlap(0, h**2, 0) ** (d - 1)
    return 1 - 2 * near + 2 * kernel - h**-d * (1 + np.exp(-(gap**2) / h**2)) / 2


def kernel_norm(n: Any, d: Any, width: Any) -> Array:
    """E ||K||^2/||s||^2; broadcasts."""
    n, d, h = np.asarray(n, float), np.asarray(d, float), np.asarray(width, float)
    return h**-d / n + (1 - 1 / n) * (1 + h**2) ** (-d / 2)
