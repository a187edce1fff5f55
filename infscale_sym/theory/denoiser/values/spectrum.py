"""Mean spectrum of the sample covariance C of n normal vectors in d dimensions: quadrature nodes and weights in float64.

n C is a real Wishart matrix with n - 1 degrees of freedom. With a = n - 1 - d and u_j the orthonormal Laguerre functions of
weight x^a e^-x, the mean density of its eigenvalues is (Adler, Forrester, Nagao & van Moerbeke, J. Stat. Phys. 99 (2000) 141)
    sum_(j < d-1) u_j^2 + x^(-1/2) u_(d-1) {g eps(x^(-1/2) u_(d-2)) + [d odd]/int x^(-1/2) u_(d-1)},
g = -((d-1)(d+a-1))^(1/2)/2, eps f(x) = (int_0^x f - int_x^oo f)/2. Relative error about 1e-11 for means of smooth functions.
Locators in the reference not checked; the tests compare with moments known in closed form and with drawn matrices.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from infscale_sym.errors import DomainError

Array = NDArray[np.float64]

_NODES = 16
LARGEST_DIMENSION = 300


@lru_cache(maxsize=64)
def mean_spectrum(n: float, d: int) -> tuple[Array, Array]:
    """Nodes and weights of E sum_i f(c_i), c_i the eigenvalues of C (units of sigma0^2): weights sum to d.

    d: 1 to 300; real n > d, up to 1e6. For smooth f (also ln c) the relative error is about 1e-11. Raises DomainError outside.
    """
    if not 1 <= d <= LARGEST_DIMENSION or not d < n <= 1e6:
        raise DomainError(f"1 <= d <= {LARGEST_DIMENSION} and d < n <= 1e6 are needed; got d = {d}, n = {n:g}")
    a = n - 1 - d
    width = 9.0 + 3.0 * d ** (1 / 3)
    low, high = max(math.sqrt(n) - math.sqrt(d) - width, 0.0), math.sqrt(n) + math.sqrt(d) + width
    panels = int(0.35 * (high - low) * math.sqrt(d)) + 12
    edges = np.linspace(low, high, panels + 1)
    if low == 0.0:  # ln c and x^(a/2) are not smooth at 0
        edges = np.concatenate([[0.0], edges[1] * 0.25 ** np.arange(24.0, 0.0, -1.0), edges[1:]])
    points, masses = np.polynomial.legendre.leggauss(_NODES)
    half = np.diff(edges)[:, None] / 2
    y = edges[:-1, None] + half * (1 + points)
    mass = half * masses
    before, last, total = _laguerre_functions(y, a, d)
    density = 2 * y * total
    if d > 1:
        running = _running_integral(2 * before, half, points, masses)
        whole = float(np.sum(2 * before * mass))
        factor = -0.5 * math.sqrt((d - 1) * (d + a - 1)) * (running - whole / 2)
    else:
        factor = np.zeros_like(y)
    if d % 2:
        factor = factor + 1 / float(np.sum(2 * last * mass))
    density = density + 2 * last * factor
    weights = (density * mass).ravel()
    return (y**2 / n).ravel(), weights * (d / weights.sum())  # the rounding of u_0 is common to all


def _laguerre_functions(y: Array, a: float, d: int) -> tuple[Array, Array, Array]:
    """u_(d-2), u_(d-1) and sum_(j < d-1) u_j^2 at x = y^2, by the three-term recurrence (stable: it grows)."""
    x = y * y
    with np.errstate(divide="ignore"):
        now = np.exp((a * np.log(x) - x - gammaln(a + 1)) / 2) if a else np.exp(-x / 2)
    before, total = np.zeros_like(y), np.zeros_like(y)
    for j in range(d - 1):
        total += now * now
        step = (2 * j + 1 + a - x) * now - math.sqrt(j * (j + a)) * before
        before, now = now, step / math.sqrt((j + 1) * (j + 1 + a))
    return before, now, total


def _running_integral(values: Array, half: Array, points: Array, masses: Array) -> Array:
    """int_0^y of a function given at the nodes of Gauss-Legendre panels: its Legendre series, integrated."""
    legendre = np.polynomial.legendre
    series = legendre.legvander(points, _NODES - 1)
    to_series = (series * masses[:, None]).T * (np.arange(_NODES) + 0.5)[:, None]
    integrated = np.array([legendre.legval(points, legendre.legint(row, lbnd=-1)) for row in np.eye(_NODES)])
    inside = half * (values @ (integrated.T @ to_series).T)
    ends = np.sum(values * half * masses, axis=1)
    return inside + np.concatenate([[0.0], np.cumsum(ends)[:-1]])[:, None]
