"""The distance of one answer from the judge's answer: P(|z+rho| > r), its logarithm and its complement.

In the model of Halder & Pehlevan (HP, arXiv:2512.19905) one answer is `z ~ N(0,1)` in units of the
predictive width, and best-of-k keeps the answer with the smallest `|z+rho|`. Its law is the folded normal,

    S(r) = P(|z+rho| > r) = [erfc((r-rho)/sqrt 2) + erfc((r+rho)/sqrt 2)] / 2,      p(r) = 1 - S(r).

Nothing cancels: S comes from two positive tails and never from `1 - Phi`; p comes, where r is small, from
`2 r phi(rho) ∫_0^1 exp(-r²s²/2) cosh(rho r s) ds`, which keeps the relative accuracy as r -> 0. Relative error of S
about 3e-16 (1 + (r-|rho|)²). Everything here is dimensionless, NumPy float64, and depends on |rho| only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from infscale_sym.evaluate.inputs import float_array

Array = NDArray[np.float64]

_SQRT_HALF = np.sqrt(0.5)
_SQRT_2_OVER_PI = np.sqrt(2 / np.pi)
# The positive half of the 12-point Gauss-Legendre rule: for an even integrand it integrates over (0, 1).
_NODES, _WEIGHTS = (half[6:] for half in np.polynomial.legendre.leggauss(12))


def survival(r: Any, rho: Any) -> Any:
    """S(r) = P(|z+rho| > r) for z ~ N(0,1); 1 for r <= 0.

    Arguments: real `r` (infinity allowed) and finite real `rho`, broadcast. Returns float64 of the broadcast shape,
    with a relative error of about 3e-16 (1 + (r-|rho|)²) down to the underflow limit, S ~ 1e-308 at r - |rho| = 37.
    Raises DomainError for NaN or text that is no number.
    """
    r, rho, shape = _flat(r, rho)
    return survival_folded(r, rho).reshape(shape)[()]


def log_survival(r: Any, rho: Any) -> Any:
    """ln P(|z+rho| > r), accurate where S is close to 1 and where S underflows; 0 for r <= 0, -inf at r = inf.

    Arguments and errors as for `survival`; relative error about 1e-15, for r < |rho| times (r-|rho|)².
    """
    r, rho, shape = _flat(r, rho)
    return log_survival_folded(r, rho).reshape(shape)[()]


def central_probability(r: Any, rho: Any) -> Any:
    """p(r) = P(|z+rho| <= r) = 1 - S(r), with full relative accuracy also as r -> 0; 0 for r <= 0.

    Arguments and errors as for `survival`.
    """
    r, rho, shape = _flat(r, rho)
    return central_folded(r, rho).reshape(shape)[()]


def _flat(r: Any, rho: Any) -> tuple[Array, Array, tuple[int, ...]]:
    r, rho = float_array(r, "r", infinite=True), float_array(rho, "rho")
    r, rho = np.broadcast_arrays(np.maximum(r, 0.0), np.abs(rho))
    return r.ravel(), rho.ravel(), r.shape


def folded_density(r: Array, rho: Array) -> Array:
    """dp/dr = phi(r-rho) + phi(r+rho), the folded normal density."""
    return 0.5 * _SQRT_2_OVER_PI * (np.exp(-0.5 * (r - rho) ** 2) + np.exp(-0.5 * (r + rho) ** 2))


def survival_folded(r: Array, rho: Array) -> Array:
    """S(r) for arrays r >= 0, rho >= 0, without any check of the input."""
    return 0.5 * (special.erfc((r - rho) * _SQRT_HALF) + special.erfc((r + rho) * _SQRT_HALF))


def central_folded(r: Array, rho: Array) -> Array:
    """p(r) for arrays r >= 0, rho >= 0 of one shape, without any check of the input."""
    near = r * (1.0 + rho) <= 1.0
    if not near.any():
        return _central_far(r, rho)
    if near.all():
        return _central_near(r, rho)
    p = np.empty(r.shape)
    p[near] = _central_near(r[near], rho[near])
    p[~near] = _central_far(r[~near], rho[~near])
    return p


def _central_near(r: Array, rho: Array) -> Array:
    # 2 cosh(y) exp(-y²/(2 rho²)) phi(rho) = phi(rs-rho) + phi(rs+rho): no factor can overflow in this form.
    s = r[..., None] * _NODES
    rho = rho[..., None]
    both = np.exp(-0.5 * (s - rho) ** 2) + np.exp(-0.5 * (s + rho) ** 2)
    return 0.5 * _SQRT_2_OVER_PI * r * (both @ _WEIGHTS)


def _central_far(r: Array, rho: Array) -> Array:
    below, above = (rho - r) * _SQRT_HALF, (rho + r) * _SQRT_HALF
    # For r < rho a difference of two tails of which the second is less than a fifth; else a sum of positive terms.
    return 0.5 * np.where(r < rho, special.erfc(below) - special.erfc(above), special.erf(above) - special.erf(below))


def outer_tail(r: Array, rho: Array) -> tuple[Array, Array]:
    """ln S(r) and S/(-dS/dr) for r >= rho >= 0, also where S underflows, without any check of the input."""
    mirrored = np.exp(-2 * rho * r)
    scaled = special.erfcx((r - rho) * _SQRT_HALF) + mirrored * special.erfcx((r + rho) * _SQRT_HALF)
    return np.log(0.5 * scaled) - 0.5 * (r - rho) ** 2, scaled / (1 + mirrored) / _SQRT_2_OVER_PI


def log_survival_folded(r: Array, rho: Array) -> Array:
    """ln S(r) for arrays r >= 0, rho >= 0 of one shape, without any check of the input."""
    p = central_folded(r, rho)
    low = p < 0.5
    if low.all():
        return np.log1p(-p)
    result = np.log1p(-np.where(low, p, 0.0))
    high = ~low & np.isfinite(r)  # here r >= rho, for p(rho) < 1/2
    result[high] = outer_tail(r[high], rho[high])[0]
    result[np.isinf(r)] = -np.inf
    return result
