"""Generator of the series `best-of-k.all-orders`: best-of-k in powers of 1/k, to any order, by Watson's lemma.

With p = 2 phi(tau), the density of |z + tau| at zero, and P = p^-2 = (pi/2) exp(tau^2): in F_k = int_0^oo 2 r S(r)^k dr
put w = k p r. The exponent is k ln S = -w - sum_{m>=2} c_m w^m k^(1-m); expand the exponential of the sum in 1/k,
integrate each w^m e^-w to m!. Everything up to the last line is exact arithmetic with polynomials in (tau, P).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sympy import QQ, Expr, Integer, Mul, Rational, exp, factorial, pi, ring

from infscale_sym.theory.selection.notation import k, tau

_RING, _W, _TAU, _P = ring("w,tau,P", QQ)


def inverse_square_hazard() -> Expr:
    """P = 1/p^2 = (pi/2) exp(tau^2), p = 2 phi(tau)."""
    return pi * exp(tau**2) / 2


@cache
def _log_survival(order: int) -> tuple[Any, ...]:
    """c_1 ... c_order as ring elements: -ln S(r; tau) = sum_m c_m (p r)^m.

    q = P(|z + tau| <= r) has the Taylor coefficients He_(i-1)(tau) P^((i-1)/2) / i! in p r, i odd (He: probabilists'
    Hermite polynomials, from the derivatives of the normal density); L = -ln(1 - q) obeys L'(1 - q) = q'.
    """
    hermite = [_RING(1), _TAU]
    while len(hermite) < order:
        i = len(hermite) - 1
        hermite.append(_TAU * hermite[i] - i * hermite[i - 1])
    q = [_RING(0)] * (order + 1)
    for i in range(1, order + 1, 2):
        q[i] = hermite[i - 1] * _P ** ((i - 1) // 2) / int(factorial(i))
    result = [_RING(0)] * (order + 1)
    for m in range(1, order + 1):
        result[m] = q[m] + sum((result[i] * q[m - i] * QQ(i, m) for i in range(1, m)), _RING(0))
    return tuple(result[1:])


@cache
def _best_of_k(order: int) -> tuple[Any, ...]:
    """A_2 ... A_order as ring elements in (tau, P)."""
    top = order - 2
    c = _log_survival(top + 1)
    exponent = [_RING(0)] + [-c[m] * _W ** (m + 1) for m in range(1, top + 1)]  # of k^-m
    series = [_RING(1)]  # its exponential: E' = X' E
    for m in range(1, top + 1):
        series.append(sum((exponent[i] * series[m - i] * QQ(i, m) for i in range(1, m + 1)), _RING(0)))
    out = []
    for term in series:
        total = _RING(0)
        for (power, *rest), coefficient in (2 * _W * _P * term).terms():
            total += _RING({(0, *rest): coefficient * int(factorial(power))})
        out.append(total)
    return tuple(out)


def _expression(element: Any) -> Expr:
    """A ring element in (tau, P) as SymPy: one term for each power of P = (pi/2) exp(tau^2)."""
    by_power: dict[int, Expr] = {}
    for (_, degree, power), coefficient in element.terms():
        number = Rational(int(coefficient.numerator), int(coefficient.denominator) * 2**power)
        by_power[power] = by_power.get(power, Integer(0)) + number * tau**degree
    return sum((Mul(poly, pi**power, exp(power * tau**2)) for power, poly in sorted(by_power.items())), Integer(0))


def log_survival_coefficients(order: int) -> tuple[Expr, ...]:
    """(c_1, ..., c_order) of -ln S(r; tau) = sum_m c_m (p r)^m, p = 2 phi(tau), as SymPy expressions; c_1 = 1."""
    return tuple(_expression(c) for c in _log_survival(order))


def best_of_k_coefficients(order: int) -> tuple[Expr, ...]:
    """(A_2, ..., A_order): F_k = sum_m A_m k^-m for best-of-k with the teacher as judge. Dimensionless, exact.

    Raises ValueError for an order below 2, where the series starts.
    """
    if order < 2:
        raise ValueError(f"the series starts at 1/k^2: the order must be at least 2; got {order}")
    return tuple(_expression(a) for a in _best_of_k(order))


def best_of_k_partial_sum(order: int) -> Expr:
    """The series of F_k in 1/k up to k^-order."""
    return sum((a / k**m for m, a in enumerate(best_of_k_coefficients(order), start=2)), Integer(0))
