"""How the quantities are computed: the law of the distance in closed form, the error as one integral in front of the peak.

With y the teacher's distance from the peak, the probability that one answer is farther than r is

    S(r) = 1 - exp(-y) sinh r   (r <= y: the interval has not reached the peak),   exp(-r) cosh y   (r >= y),

and int_y^oo 2 r S^k dr = S(y)^k (2 y/k + 2/k^2). What is left is int_0^y 2 r S^k dr. float64: relative error below 1e-12 for
1 <= k <= 1e16, 0 <= y <= 30; mpmath: to the digits asked for, by two meshes that agree.
"""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.definition import integral
from infscale_sym.evaluate.lambdify import to_mpf

#: Gauss-Legendre on this many panels; beyond -k ln S = _REACH nothing is left of the integrand.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_PANELS = 8
_REACH = 45.0


def log_survival(r: Any, y_T: Any) -> Any:
    """ln S(r; y_T), dimensionless, for r, y_T >= 0; float64, broadcasts."""
    r, y_T = np.broadcast_arrays(np.asarray(r, float), np.asarray(y_T, float))
    near = np.minimum(r, y_T)
    inside = np.log1p(-np.exp(-y_T) * np.sinh(near))
    outside = y_T - r + np.log1p(np.exp(-2 * y_T)) - np.log(2)
    return np.where(r <= y_T, inside, outside)[()]


def laplace_error(k: Any, y_T: Any) -> Any:
    """L_k(y_T) in units of the scale squared, for 1 <= k <= 1e16, 0 <= y_T <= 30; float64, broadcasts. Raises DomainError."""
    k, y_T = np.broadcast_arrays(np.asarray(k, float), np.asarray(y_T, float))
    if not (np.all((k >= 1) & (k <= 1e16)) and np.all((y_T >= 0) & (y_T <= 30))):
        raise DomainError("k must lie in [1, 1e16] and y_T in [0, 30]")
    # -k ln S >= k exp(-y) r: the front ends at the peak, or before.
    end = np.minimum(y_T, _REACH * np.exp(y_T) / k)
    ends = end[..., None, None] * np.linspace(0, 1, _PANELS + 1)[:, None]
    half = np.diff(ends, axis=-2) / 2
    at = ends[..., :-1, :] + half * (1 + _NODES)
    heights = 2 * at * np.exp(k[..., None, None] * log_survival(at, y_T[..., None, None]))
    front = (half * _WEIGHTS * heights).sum(axis=(-2, -1))
    beyond = np.exp(k * log_survival(y_T, y_T)) * (2 * y_T / k + 2 / k**2)
    return (front + beyond)[()]


def log_survival_mp(r: Any, y_T: Any, digits: int = 50) -> Any:
    """ln S(r; y_T) to `digits` digits."""
    with mpmath.workdps(digits + 10):
        return +_log_survival(to_mpf(r), to_mpf(y_T))


def _log_survival(r: Any, y: Any) -> Any:
    return mpmath.log1p(-mpmath.exp(-y) * mpmath.sinh(r)) if r <= y else mpmath.log(mpmath.cosh(y)) - r


def laplace_error_mp(k: Any, y_T: Any, digits: int = 50) -> Any:
    """L_k(y_T) to `digits` digits, for real k >= 1 and y_T >= 0. Raises ValidationError where two meshes differ."""
    with mpmath.workdps(digits + 30):
        count, y = to_mpf(k), to_mpf(y_T)
        beyond = mpmath.exp(count * _log_survival(y, y)) * (2 * y / count + 2 / count**2)
        return beyond + (integral(lambda r: 2 * r * mpmath.exp(count * _log_survival(r, y)), (0, y)) if y else 0)


def laplace_error_by_density(k: Any, y_T: Any, digits: int = 50) -> Any:
    """The same by the density of the closest answer, k S^(k-1) (-dS/dr) r^2, integrated on both sides of the peak: an
    independent way."""
    with mpmath.workdps(digits + 30):
        count, y = to_mpf(k), to_mpf(y_T)

        def weighted(r: Any) -> Any:
            slope = mpmath.exp(-y) * mpmath.cosh(r) if r <= y else mpmath.exp(-r) * mpmath.cosh(y)
            return count * r**2 * slope * mpmath.exp((count - 1) * _log_survival(r, y))

        return integral(weighted, (y, mpmath.inf)) + (integral(weighted, (0, y)) if y else 0)
