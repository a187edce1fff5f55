"""The offset without a ridge at finite size: its kurtosis and characteristic function (`predictive.ridgeless-kurtosis`).

In HP's model (arXiv:2512.19905) with gamma = oo and n = d/alpha > d training pairs, Delta_T is N(0, sigma^2 V) given the
training set, and V is a ratio of independent chi-square variables with d and n - d + 1 degrees of freedom, for every Sigma and
every teacher. Moments and Laplace transform of V in closed form (Beta and confluent hypergeometric functions): to rounding in
float64, to the digits asked for in mpmath and Arb. d and n may be any real numbers here; whole ones are the model.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.dyadic import midpoint
from infscale_sym.evaluate.inputs import float_array
from infscale_sym.evaluate.lambdify import to_mpf
from infscale_sym.theory.regression.values.marchenko_pastur import bits
from infscale_sym.theory.regression.values.spectrum_exact import positive_arb, positive_mp


def offset_kurtosis(d: Any, alpha: Any) -> Any:
    """E Delta_T^4/(E Delta_T^2)^2 = 3 (d+2)(n-d-1)/(d (n-d-3)), n = d/alpha, dimensionless, to rounding; d, alpha broadcast.

    Raises DomainError unless d > 0, alpha > 0 and n - d > 3 (the fourth moment is infinite otherwise).
    """
    size, shape = np.broadcast_arrays(float_array(d, "d"), float_array(alpha, "alpha"))
    if not ((size > 0) & (shape > 0)).all():
        raise DomainError(f"d and alpha must be positive; got {size.min():g} and {shape.min():g}")
    spare = size * (1 - shape) / shape
    if not (spare > 3).all():
        raise DomainError(f"the fourth moment needs d/alpha - d > 3; got {spare.min():g}")
    return (3 * (1 + 2 / size) * (1 + 2 / (spare - 3)))[()]


def spread_moment(p: Any, d: Any, alpha: Any) -> Any:
    """E V^p, p = 1 or 2, over training sets, dimensionless float64; d/alpha - d > 2p - 1."""
    order = int(p)
    size, shape = float(d), float(alpha)
    spare = size / shape - size
    if order not in (1, 2) or not spare > 2 * order - 1:
        raise DomainError(f"the moment needs p = 1 or 2 and d/alpha - d > 2p - 1; got p = {p}, {spare:g}")
    first = size / (spare - 1)
    return first if order == 1 else first * (size + 2) / (spare - 3)


def characteristic_gap(frequency: Any, d: Any, alpha: Any) -> Any:
    """The gap of the characteristic function as float64, 15 digits of the larger term; arguments broadcast."""
    arrays = np.broadcast_arrays(*(float_array(v, name) for v, name in ((frequency, "frequency"), (d, "d"), (alpha, "alpha"))))
    points = zip(*map(np.ravel, arrays), strict=True)
    out = [float(midpoint(characteristic_gap_arb(*map(float, point), digits=18))) for point in points]
    return np.reshape(out, arrays[0].shape)[()]


def offset_kurtosis_mp(d: Any, alpha: Any, digits: int = 50) -> Any:
    """3 E V^2/(E V)^2 from the Beta function's values, which are the moments of a ratio of chi-squares; mpf."""
    import mpmath

    extra = 2 * max(0, int(mpmath.log10(to_mpf(d) + 1)))  # Beta functions of large arguments nearly cancel
    with mpmath.workdps(digits + 25 + extra):
        a, b = _shapes(positive_mp(d, "d"), positive_mp(alpha, "alpha"), 2)
        first, second = (mpmath.beta(a + p, b - p) / mpmath.beta(a, b) for p in (1, 2))
        return 3 * second / first**2


def offset_kurtosis_arb(d: Any, alpha: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    import flint

    with flint.ctx.workprec(bits(digits) + 64):
        a, b = _shapes(positive_arb(d, "d"), positive_arb(alpha, "alpha"), 2)

        def moment(p: int) -> Any:
            return (a + p).gamma() * (b - p).gamma() / (a.gamma() * b.gamma())

        return 3 * moment(2) / moment(1) ** 2


def kurtosis_by_density_mp(d: Any, alpha: Any, digits: int = 50) -> Any:
    """The same by summing over the density of ln V (the trapezoidal rule, two meshes); mpf. The referee: no Gamma function."""
    import mpmath

    with mpmath.workdps(digits + 20):
        a, b = _shapes(positive_mp(d, "d"), positive_mp(alpha, "alpha"), 2)
        reach = (digits + 15) * mpmath.log(10)
        peak = mpmath.log(a / b)
        # far out the density of ln V falls as exp(a s) and exp(-b s); what it loses before that is made up for
        low = peak - (reach + (a + b) * mpmath.log1p(a / b) + 10) / a
        high = peak + (reach + (a + b) * mpmath.log1p(b / a) + 10) / (b - 2)

        def value(count: int) -> Any:
            step = (high - low) / count
            totals = [mpmath.mpf(0)] * 3
            for i in range(count + 1):
                s = low + i * step
                v = mpmath.exp(s)
                density = mpmath.exp(a * s - (a + b) * mpmath.log1p(v) - (a * peak - (a + b) * mpmath.log1p(a / b)))
                totals = [t + density * v**p for p, t in enumerate(totals)]
            zero, one, two = totals
            return 3 * two * zero / one**2

        counts = (1 << n for n in range(7, 16))
        return agree(value, counts, digits + 3, "kurtosis", "d/alpha - d is too close to 3")


def characteristic_gap_arb(frequency: Any, d: Any, alpha: Any, digits: int = 50) -> Any:
    """E exp(-w^2 V/2) - exp(-w^2 E V/2) as a ball: Gamma(a+b)/Gamma(b) U(a, 1-b, w^2/2), a = d/2, b = (n-d+1)/2."""
    import flint

    with flint.ctx.workprec(2 * bits(digits)):
        a, b = _shapes(positive_arb(d, "d"), positive_arb(alpha, "alpha"), 1)
        at = positive_arb(frequency, "frequency") ** 2 / 2
        mixture = flint.acb(at).hypgeom_u(a, 1 - b).real * (a + b).gamma() / b.gamma()
        return mixture - (-at * a / (b - 1)).exp()


def characteristic_gap_mp(frequency: Any, d: Any, alpha: Any, digits: int = 50) -> Any:
    """The middle of the ball; mpf."""
    return midpoint(characteristic_gap_arb(frequency, d, alpha, digits + 10))


def _shapes(d: Any, alpha: Any, moments: int) -> tuple[Any, Any]:
    """(d/2, (n - d + 1)/2): the shapes of the Beta law of V/(1 + V); `moments` of V must be finite."""
    a, b = d / 2, (d / alpha - d + 1) / 2
    if not b > moments:
        raise DomainError(f"this needs d/alpha - d > {2 * moments - 1}; got {d / alpha - d}")
    return a, b
