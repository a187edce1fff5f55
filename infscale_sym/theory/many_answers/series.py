"""Generator of the expansion of F_k about infinitely many answers, at t > 0, by Watson's lemma (`limit.corrections`).

In F_k = k int_0^oo b(u) a(u)^(k-1) du put u = v/(k E w). With M_j = E w^j/(E w)^j and f_j = E[w^j (z+tau)^2]/E w^j both
factors are power series in x = v/k: b/E w = sum_n M_(n+1) f_(n+1) (-x)^n/n!, and ln a = sum_n c_n (-x)^n/n! with the
cumulants c_n of w/E w. Expand exp((k-1) ln a) = exp(-v) (1 + ...) in 1/k and integrate each v^m exp(-v) to m!. Everything is
exact arithmetic with polynomials in M_2, M_3, ... and f_1, f_2, ...; nothing is typed in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import comb, factorial
from typing import Any

from sympy import QQ, Expr, Integer, Rational, ring


@cache
def _ring(order: int) -> tuple[Any, Any, list[Any], list[Any]]:
    """(ring, v, [M_1 = 1, M_2, ...], [f_1, f_2, ...]) with moments up to order + 1."""
    names = [f"M{n}" for n in range(2, order + 2)] + [f"f{n}" for n in range(1, order + 2)]
    polynomials, v, *rest = ring(["v", *names], QQ)
    return polynomials, v, [polynomials(1), *rest[:order]], rest[order:]


@cache
def _integrand(order: int, poisson: bool) -> tuple[Any, ...]:
    """Polynomials in v that stand before exp(-v) at k^0, ..., k^-order; `poisson`: the crossover form, see below."""
    polynomials, v, moments, errors = _ring(order)
    cumulants = list(moments)  # c_n = M_n - sum_i C(n-1, i-1) c_i M_(n-i)
    if not poisson:
        for n in range(2, order + 2):
            lower = (comb(n - 1, i - 1) * cumulants[i - 1] * moments[n - i - 1] for i in range(1, n))
            cumulants[n - 1] = moments[n - 1] - sum(lower, polynomials(0))
    term = [polynomials(1)] + [cumulants[n - 1] * (-v) ** n * QQ(1, factorial(n)) for n in range(1, order + 2)]
    exponent = [polynomials(0)] + [term[m + 1] - (0 if poisson else term[m]) for m in range(1, order + 1)]
    power = [polynomials(1)]  # its exponential: E' = X' E
    for m in range(1, order + 1):
        power.append(sum((exponent[i] * power[m - i] * QQ(i, m) for i in range(1, m + 1)), polynomials(0)))
    weighted = [moments[n] * errors[n] * (-v) ** n * QQ(1, factorial(n)) for n in range(order + 1)]
    return tuple(sum((weighted[i] * power[m - i] for i in range(m + 1)), polynomials(0)) for m in range(order + 1))


@cache
def _coefficients(order: int, poisson: bool) -> tuple[Any, ...]:
    """The same integrated over v: ring elements in M_2 ... and f_1 ..."""
    polynomials = _ring(order)[0]
    out = []
    for polynomial in _integrand(order, poisson):
        total = polynomials(0)
        for (power, *rest), coefficient in polynomial.terms():
            total += polynomials({(0, *rest): coefficient * factorial(power)})
        out.append(total)
    return tuple(out)


def _expression(element: Any, order: int, ratio: Callable[[int], Expr], error: Callable[[int], Expr], v: Expr) -> Expr:
    """A ring element as SymPy, collected by the errors f_n."""
    by_error: dict[int, Expr] = {}
    for (power, *rest), coefficient in element.terms():
        product = Rational(int(coefficient.numerator), int(coefficient.denominator)) * v**power
        for n, exponent in enumerate(rest[:order], start=2):
            product *= ratio(n) ** exponent
        place = rest[order:].index(1) + 1
        by_error[place] = by_error.get(place, Integer(0)) + product
    return sum((error(n) * factor for n, factor in sorted(by_error.items())), Integer(0))


def expansion_coefficients(
    order: int, ratio: Callable[[int], Expr], error: Callable[[int], Expr], poisson: bool = False
) -> tuple[Expr, ...]:
    """(c_0, ..., c_order) with F_k = sum_m c_m k^-m: dimensionless, exact, as polynomials in ratio(n), n >= 2, and error(n).

    ratio(n) stands for M_n = E w^n/(E w)^n and error(n) for f_n = F_oo(t/n). With `poisson` the number of answers is itself
    Poisson distributed (cumulants become moments, and k - 1 becomes k): the form that the crossover function takes.
    Raises ValueError for a negative order.
    """
    if order < 0:
        raise ValueError(f"the order must be at least 0; got {order}")
    return tuple(_expression(c, order, ratio, error, Integer(1)) for c in _coefficients(order, poisson))


def expanded_integrand(
    order: int, ratio: Callable[[int], Expr], error: Callable[[int], Expr], v: Expr, poisson: bool = False
) -> tuple[Expr, ...]:
    """The polynomials in v before exp(-v) that integrate to `expansion_coefficients`; the same arguments."""
    return tuple(_expression(p, order, ratio, error, v) for p in _integrand(order, poisson))
