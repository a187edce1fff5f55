"""Coefficients of the expansion in 1/t as exact numbers, the error of its partial sums, and their ratios at two answers.

The coefficients (`hte.all-orders`) come from `selection.integral` (sampler of HP, arXiv:2512.19905) in rational arithmetic,
without error, order 100 in about half a second; nothing here knows the closed form at two answers. The error of a partial sum
is its difference from the exact F. The ratios of coefficients are computed from the definition at two answers by a trapezoidal
sum over one normal variable, to the digits asked for, and so reach to any order.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.dyadic import midpoint
from infscale_sym.evaluate.inputs import exact

if TYPE_CHECKING:
    from flint import arb, fmpq

#: Orders up to which coefficients are computed: 0.5 s at order 100, about a minute at 300.
LARGEST_ORDER = 300


def _whole(value: Any, name: str, most: float = float("inf")) -> int:
    number = exact(value, name)
    if isinstance(number, float) or number.denominator != 1 or not 0 <= number <= most:
        raise DomainError(f"{name} must be a whole number from 0 to {most:g}; got {value}")
    return int(number)


def _finite(value: Any, name: str) -> Fraction:
    number = exact(value, name)
    assert isinstance(number, Fraction)  # infinity was refused
    return number


def _answers(k: Any) -> Fraction:
    number = _finite(k, "k")
    if number < 1:
        raise DomainError(f"k must be at least 1; got {k}")
    return number


def expansion_coefficients_exact(order: int, k: Any, tau: Any, rho: Any) -> tuple[fmpq, ...]:
    """a_0 ... a_order of F_k = sum_n a_n t^-n as exact rationals (flint), dimensionless.

    order: 0 ... 300; k >= 1 real and finite; tau, rho real; each an int, float (the exact double), Fraction or decimal
    string. No error. Raises DomainError outside.
    """
    number = _whole(order, "order", LARGEST_ORDER)
    # Orders in steps, so that a loop over orders finds what the last one computed.
    return _series(-(-(number + 1) // 16) * 16, _answers(k), _finite(tau, "tau"), _finite(rho, "rho"))[: number + 1]


@lru_cache(maxsize=64)
def _series(length: int, k: Fraction, tau: Fraction, rho: Fraction) -> tuple[fmpq, ...]:
    from flint import fmpq, fmpq_poly

    count, teacher, judge = (fmpq(v.numerator, v.denominator) for v in (k, tau, rho))
    moments = [fmpq(1), fmpq(0)]
    for n in range(2, 2 * length + 3):
        moments.append(moments[n - 2] * (n - 1))

    def mean(polynomial: Any) -> Any:
        return sum((c * moments[n] for n, c in enumerate(polynomial.coeffs())), fmpq(0))

    minus_u = fmpq_poly([0, -1])
    touchard = [fmpq_poly([1])]
    for _ in range(length):
        touchard.append(minus_u * (touchard[-1] - touchard[-1].derivative()))
    h, loss = fmpq_poly([0, judge, fmpq(1, 2)]), fmpq_poly([teacher * teacher, 2 * teacher, 1])
    weights, errors, scale, power = [], [], fmpq(1), fmpq_poly([1])
    for n in range(length):
        if n:
            scale, power = -scale / n, power * h
        weights.append(touchard[n] * (scale * mean(power)))
        errors.append(fmpq_poly(touchard[n + 1].coeffs()[1:]) * (-scale * mean(loss * power)))
    others = [fmpq_poly([1])]
    for n in range(1, length):
        terms = (((count - 1) * i - (n - i)) * weights[i] * others[n - i] for i in range(1, n + 1))
        others.append(sum(terms, fmpq_poly([0])) / n)
    laplace = [fmpq(1)]
    for m in range(1, length + 1):
        laplace.append(laplace[-1] * m / count)
    out = []
    for n in range(length):
        product = sum((errors[i] * others[n - i] for i in range(n + 1)), fmpq_poly([0]))
        out.append(sum((c * laplace[m] for m, c in enumerate(product.coeffs())), fmpq(0)))
    return tuple(out)


def expansion_coefficient_arb(n: Any, k: Any, tau: Any, rho: Any, digits: int = 50) -> arb:
    """a_n as a ball, radius one rounding of its exact value. Domain as in `expansion_coefficients_exact`."""
    import flint

    order = _whole(n, "n", LARGEST_ORDER)
    with flint.ctx.workprec(int(3.33 * digits) + 32):
        return flint.arb(expansion_coefficients_exact(order, k, tau, rho)[order])


def expansion_coefficient_mp(n: Any, k: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """a_n as an mpf, correct to `digits` digits. Domain as in `expansion_coefficients_exact`."""
    return midpoint(expansion_coefficient_arb(n, k, tau, rho, digits))


def expansion_coefficient(n: Any, k: Any, tau: Any, rho: Any) -> np.ndarray:
    """a_n in float64, correctly rounded up to a unit in the last place; arguments broadcast, each entry its own computation."""

    def one(*at: Any) -> float:
        order = _whole(at[0], "n", LARGEST_ORDER)
        value = expansion_coefficients_exact(order, *at[1:])[order]
        return int(value.p) / int(value.q)

    return np.vectorize(one, otypes=[float])(n, k, tau, rho)


def truncation_error_arb(n: Any, k: Any, t: Any, tau: Any, rho: Any, digits: int = 50) -> arb:
    """|F_k - sum_(i<=n) a_i t^-i| as a ball. n = 0 ... 300; k, t, tau, rho as in `selection_error_arb`, t > 0.

    F enters with the radius that `selection_error_arb` attains, relative to F: where the difference is smaller than that,
    the ball contains zero.
    """
    import flint

    from infscale_sym.theory.selection.values.enclosure import selection_error_arb

    temperature = _temperature(t)
    coefficients = expansion_coefficients_exact(_whole(n, "n", LARGEST_ORDER), k, tau, rho)
    # As rationals: balls of radius zero would be taken for intervals, whose enclosure is not refined.
    point = _answers(k), temperature, _finite(tau, "tau"), _finite(rho, "rho")
    error = selection_error_arb(*point, digits=digits)
    with flint.ctx.workprec(int(3.33 * digits) + 64):
        return abs(error - flint.arb(_partial_sum(coefficients, temperature)))


def truncation_error_mp(n: Any, k: Any, t: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """The same as an mpf to `digits` digits *of F*: absolute error about F 10^-digits. t as in `selection_error_mp`, t > 0."""
    import mpmath

    from infscale_sym.theory.selection.values.highprec import selection_error_mp

    temperature = _temperature(t)
    total = _partial_sum(expansion_coefficients_exact(_whole(n, "n", LARGEST_ORDER), k, tau, rho), temperature)
    error = selection_error_mp(k, t, tau, rho, digits=digits)
    with mpmath.workdps(digits + 15):
        # The partial sum may be far larger than F: it is subtracted before anything is rounded.
        return abs(mpmath.fsub(error, mpmath.mpf(int(total.p)) / int(total.q)))


def truncation_error(n: Any, k: Any, t: Any, tau: Any, rho: Any) -> np.ndarray:
    """The same in float64, arguments broadcast; absolute error about 1e-14 times F."""
    from infscale_sym.theory.selection.values.numeric import selection_error_numpy

    orders, *point = np.broadcast_arrays(*(np.asarray(v, float) for v in (n, k, t, tau, rho)))
    error = np.asarray(selection_error_numpy(*point))

    def one(*at: Any) -> float:
        order = _whole(at[0], "n", LARGEST_ORDER)
        total = _partial_sum(expansion_coefficients_exact(order, at[1], at[3], at[4]), _temperature(at[2]))
        return int(total.p) / int(total.q)

    return np.abs(error - np.vectorize(one, otypes=[float])(orders, *point))


def _temperature(t: Any) -> Fraction:
    value = _finite(t, "t")
    if value <= 0:
        raise DomainError(f"t must be positive and finite; got {t}")
    return value


def _partial_sum(coefficients: Any, t: Fraction) -> fmpq:
    from flint import fmpq

    inverse, total = fmpq(t.denominator, t.numerator), fmpq(0)
    for value in reversed(coefficients):
        total = total * inverse + value
    return total


def coefficient_ratio_mp(j: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """-a_(2j+1)/a_(2j-1) of two answers, j = 1, 2, ..., as an mpf to `digits` digits; tau, rho real, |tau|, |rho| <= 100.

    a_(2j+1) is proportional to the Taylor coefficient of tanh, by the sum over its poles, and to
    E[y^(2j+1) (y + 2^(1/2) (tau - rho))], y = z + 2^(1/2) rho with z standard normal: a trapezoidal sum around the two
    places where y^(2j+1) times the density is largest. Raises DomainError at other j, and at 0/0.
    """
    import mpmath

    order, teacher, judge = _whole(j, "j"), _finite(tau, "tau"), _finite(rho, "rho")
    if order < 1 or max(abs(teacher), abs(judge)) > 100:
        raise DomainError(f"j must be at least 1 and |tau|, |rho| at most 100; got {j}, {tau}, {rho}")
    with mpmath.workdps(digits + 15):
        above, below = (_tilted_moment(order + step, teacher, judge, digits) for step in (0, -1))
        if abs(below) * order * mpmath.mpf(10) ** digits < abs(above):
            raise DomainError(f"a_{2 * order - 1} vanishes at tau = {tau}, rho = {rho}")
        # The poles of tanh at i pi (2m-1)/2: its coefficient of x^(2n-1) is (-1)^(n+1) 2 (2/pi)^(2n) sum_m (2m-1)^(-2n).
        poles = [_odd_zeta(2 * order + step) for step in (2, 0)]
        moment = 2 * order + 1  # E p^(2j+2)/E p^(2j), p standard normal
        return moment * poles[0] / poles[1] / mpmath.pi**2 * above / below


def _odd_zeta(s: int) -> Any:
    """sum over odd m of m^-s, term by term."""
    import mpmath

    total, m = mpmath.mpf(0), 1
    if s < 8:
        return (1 - mpmath.mpf(2) ** -s) * mpmath.zeta(s)
    while True:
        term = mpmath.mpf(m) ** -s
        total += term
        if term < mpmath.mpf(10) ** (-mpmath.mp.dps - 5):
            return total
        m += 2


def _tilted_moment(n: int, teacher: Fraction, judge: Fraction, digits: int) -> Any:
    """E[y^(2n+1) (y + 2^(1/2) (tau - rho))], y = z + 2^(1/2) rho, by the trapezoidal rule on both sides of zero."""
    import mpmath

    mean = mpmath.sqrt(2) * mpmath.mpf(judge.numerator) / judge.denominator
    gap = mpmath.sqrt(2) * mpmath.mpf((teacher - judge).numerator) / (teacher - judge).denominator
    power = 2 * n + 1
    extra = int(mpmath.ceil(mpmath.log10(power + abs(mean) ** 2 + 2))) * 2
    with mpmath.workdps(digits + 20 + extra):
        # Gaussian of width at least 1/2 around each peak: the sum over spacing h errs by exp(-2 pi^2 width^2/h^2).
        reach = mpmath.sqrt(2 * mpmath.log(10) * (digits + 20)) + 1
        step = mpmath.pi / (2 * reach)
        total = mpmath.mpf(0)
        half = int(mpmath.ceil(reach / step)) + 1
        for sign in (1, -1):
            peak = (mean + sign * mpmath.sqrt(mean**2 + 4 * power)) / 2
            first = int(mpmath.nint(peak / step))
            for node in range(first - half, first + half + 1):
                y = node * step
                if y * sign > 0:
                    total += sign * (y + gap) * mpmath.exp(power * mpmath.log(abs(y)) - (y - mean) ** 2 / 2)
        return total * step


def coefficient_ratio(j: Any, tau: Any, rho: Any) -> np.ndarray:
    """The same in float64 (relative error 1e-15), arguments broadcast."""
    return np.vectorize(lambda *at: float(coefficient_ratio_mp(*at, digits=18)), otypes=[float])(j, tau, rho)
