"""Generator of the expansion in 1/t to any order, exact in k, tau and rho (`hte.all-orders`; HP, arXiv:2512.19905).

In F_k = k int_0^oo b(u) a(u)^(k-1) du a constant taken from the penalty drops out: h = z^2/2 + rho z serves for it. With
epsilon = 1/t and the Touchard polynomials T_n(x) = sum_i S(n, i) x^i, exp(x (e^y - 1)) = sum_n T_n(x) y^n/n!,

    e^u a(u) = sum_n (-epsilon)^n/n! E[h^n] T_n(-u),    e^u b(u) = sum_n (-epsilon)^n/n! E[(z+tau)^2 h^n] T_(n+1)(-u)/(-u),

and k int_0^oo e^(-ku) u^m du = m!/k^m. Everything is exact arithmetic with polynomials; the power k-1 is taken by the
recurrence n P_n = sum_i ((k-1) i - (n-i)) A_i P_(n-i) for the power of a series that starts with one.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sympy import QQ, Expr, Integer, Rational, ring

from infscale_sym.theory.selection.notation import k, rho, t, tau

_RING, _U, _K, _TAU, _RHO = ring("u,k,tau,rho", QQ)
_LINE, _Z, _A, _B = ring("z,tau,rho", QQ)


def _touchard(order: int) -> list[Any]:
    """T_0(-u) ... T_order(-u), by T_(n+1) = x (T_n + T_n')."""
    out = [_RING(1)]
    for _ in range(order):
        out.append(-_U * (out[-1] - out[-1].diff(_U)))
    return out


def _mean(polynomial: Any) -> Any:
    """E over a standard normal z: z^(2m) gives (2m-1)!!."""
    total = _RING(0)
    for (power, of_tau, of_rho), coefficient in polynomial.terms():
        if power % 2 == 0:
            double = 1
            for odd in range(1, power, 2):
                double *= odd
            total += _RING({(0, 0, of_tau, of_rho): coefficient * double})
    return total


@cache
def _coefficients(order: int) -> tuple[Any, ...]:
    """a_0 ... a_order, each as {power of 1/k: polynomial in tau and rho}."""
    touchard = _touchard(order + 1)
    h, loss = _Z**2 * QQ(1, 2) + _B * _Z, (_Z + _A) ** 2
    weights, errors, scale, power = [], [], QQ(1), _LINE(1)
    for n in range(order + 1):
        if n:
            scale, power = -scale / n, power * h
        weights.append(touchard[n] * _mean(power) * scale)
        errors.append((-touchard[n + 1]).exquo(_U) * _mean(loss * power) * scale)
    series = [_RING(1)]  # a^(k-1), without its factor exp(-(k-1) u)
    for n in range(1, order + 1):
        terms = (((_K - 1) * i - (n - i)) * weights[i] * series[n - i] for i in range(1, n + 1))
        series.append(sum(terms, _RING(0)) * QQ(1, n))
    return tuple(_laplace(sum((errors[i] * series[n - i] for i in range(n + 1)), _RING(0))) for n in range(order + 1))


def _laplace(polynomial: Any) -> dict[int, dict[tuple[int, int], Any]]:
    """k int_0^oo e^(-ku) (...) du: u^m becomes m!/k^m; {power of 1/k: {(power of tau, of rho): number}}."""
    out: dict[int, dict[tuple[int, int], Any]] = {}
    for (m, of_k, of_tau, of_rho), coefficient in polynomial.terms():
        factorial = 1
        for n in range(2, m + 1):
            factorial *= n
        row = out.setdefault(m - of_k, {})
        key = (of_tau, of_rho)
        row[key] = row.get(key, QQ(0)) + coefficient * factorial
    return out


def expansion_coefficients(order: int) -> tuple[Expr, ...]:
    """(a_0, ..., a_order) of F_k = sum_n a_n t^-n: polynomials in 1/k, tau and rho, exact and dimensionless.

    Order 6 takes a few tenths of a second and is cached. Raises ValueError for a negative order.
    """
    if order < 0:
        raise ValueError(f"the order must be 0, 1, 2, ...; got {order}")
    return tuple(_expression(n, rows) for n, rows in enumerate(_coefficients(order)))


def _expression(order: int, rows: dict[int, dict[tuple[int, int], Any]]) -> Expr:
    """One polynomial in tau and rho for each power of 1/k, after the factors that vanish at k = 1 and k = 2."""
    factors = Integer(1)
    if order:  # one answer is kept at any temperature
        rows, factors = _divided(rows, 1), factors * (1 - 1 / k)
    if order and order % 2 == 0:  # two answers: odd in 1/t apart from a_0
        rows, factors = _divided(rows, 2), factors * (1 - 2 / k)
    out = Integer(0)
    for power, row in sorted(rows.items()):
        inner = Integer(0)
        for (of_tau, of_rho), c in sorted(row.items()):
            inner += Rational(int(c.numerator), int(c.denominator)) * tau**of_tau * rho**of_rho
        out += inner / k**power
    return factors * out


def _divided(rows: dict[int, dict[tuple[int, int], Any]], count: int) -> dict[int, dict[tuple[int, int], Any]]:
    """The quotient by 1 - count/k, from the lowest power of 1/k up; the division must leave nothing."""
    top = max(rows)
    out: dict[int, dict[tuple[int, int], Any]] = {}
    carried: dict[tuple[int, int], Any] = {}
    for power in range(top + 1):
        row = {key: count * c for key, c in carried.items()}
        for key, c in rows.get(power, {}).items():
            row[key] = row.get(key, QQ(0)) + c
        carried = {key: c for key, c in row.items() if c}
        if carried:
            out[power] = carried
    if top in out:
        raise ValueError(f"the coefficient does not vanish at k = {count}")
    return out


def expansion_partial_sum(order: int) -> Expr:
    """The expansion of F_k up to t^-order."""
    return sum((a / t**n for n, a in enumerate(expansion_coefficients(order))), Integer(0))
