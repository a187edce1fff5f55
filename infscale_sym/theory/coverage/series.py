"""Generators of the expansions of coverage at many attempts, to any order, by Watson's lemma (`coverage.tail.all-orders`).

With p = exp(-x) the loss is Gamma(a+b)/(Gamma(a) Gamma(b)) int_0^oo exp(-k x) x^(b-1) g(x) dx with
g = exp(-a x) ((1 - exp(-x))/x)^(b-1).
The same with k_bar = k + a + (b-1)/2 has g = (2 sinh(x/2)/x)^(b-1), which is even and free of a. Each x^n in g gives
Gamma(b+n) k^(-b-n), so the coefficient of k^-n relative to the leading term is b (b+1) ... (b+n-1) g_n. Exact arithmetic.
"""

from __future__ import annotations

from functools import cache
from math import factorial
from typing import Any

from sympy import QQ, Expr, Integer, Rational, factor, rf, ring

from infscale_sym.theory.coverage.notation import shape_a, shape_b

_RING, _A, _B = ring("a,b", QQ)


@cache
def _bracket(order: int, centred: bool) -> tuple[Any, ...]:
    """g_0 ... g_order as ring elements: g' = (ln g)' g; ln(2 sinh(x/2)/x) from the series of sinh."""
    sinh = [QQ(0) if n % 2 else QQ(1, 4 ** (n // 2) * factorial(n + 1)) for n in range(order + 1)]  # 2 sinh(x/2)/x
    log = [QQ(0)] * (order + 1)  # n s_n = sum_i i l_i s_(n-i)
    for n in range(1, order + 1):
        log[n] = (n * sinh[n] - sum((i * log[i] * sinh[n - i] for i in range(1, n)), QQ(0))) / n
    exponent = [(_B - 1) * log[n] for n in range(order + 1)]  # of x^n
    if not centred and order:  # k x = k_bar x - (a + (b-1)/2) x
        exponent[1] = exponent[1] - _A - (_B - 1) * QQ(1, 2)
    return tuple(_exponential(exponent))


def bracket_coefficients(order: int, centred: bool) -> tuple[Expr, ...]:
    """(g_0, ..., g_order), factored; polynomials in a and b, and in b alone if `centred`."""
    return tuple(_expression(g) for g in _bracket(order, centred))


def tail_coefficients(order: int, centred: bool = False) -> tuple[Expr, ...]:
    """(c_0 = 1, ..., c_order): E p^k = Gamma(a+b)/Gamma(a) k^-b sum_n c_n k^-n; in k_bar if `centred` (c_n = 0 for odd n).

    Exact polynomials in a and b, factored. Raises ValueError for a negative order.
    """
    if order < 0:
        raise ValueError(f"the order must be at least 0; got {order}")
    return tuple(factor(rf(shape_b, n) * g) for n, g in enumerate(bracket_coefficients(order, centred)))


def inverse_coefficients(order: int) -> tuple[Expr, ...]:
    """(d_1, ..., d_order) of the inverse: k_bar = k_0 + d_1/k_0 + d_2/k_0^3 + ..., polynomials in b, factored.

    k_bar^-b (1 + c_2 k_bar^-2 + ...) = k_0^-b. With v = k_0^-2 and k_bar = k_0 X(v): ln X = (1/b) ln(1 + c_2 v X^-2 + ...),
    solved by iteration, each round right to one more power of v. Raises ValueError for an order below 1.
    """
    if order < 1:
        raise ValueError(f"the order must be at least 1; got {order}")
    even = [_rising(2 * n) * g for n, g in enumerate(_bracket(2 * order, centred=True)[::2])]
    logs = [_RING(0)]  # those of 1 + c_2 y + c_4 y^2 + ...; every c has the factor b
    for n in range(1, order + 1):
        logs.append(even[n] - sum((logs[i] * even[n - i] * QQ(i, n) for i in range(1, n)), _RING(0)))
    slope = [c.exquo(_B) for c in logs]
    solution = [_RING(1)] + [_RING(0)] * order
    for _ in range(order):
        exponent, power = [_RING(0)] * (order + 1), _power(solution, -2)
        times = [_RING(1)] + [_RING(0)] * order
        for n in range(1, order + 1):
            times = _product(times, power)
            for i in range(order + 1 - n):
                exponent[n + i] += slope[n] * times[i]
        solution = _exponential(exponent)
    return tuple(_expression(d) for d in solution[1:])


def _rising(n: int) -> Any:
    """b (b+1) ... (b+n-1)."""
    out = _RING(1)
    for i in range(n):
        out *= _B + i
    return out


def _product(one: list[Any], two: list[Any]) -> list[Any]:
    return [sum((one[i] * two[n - i] for i in range(n + 1)), _RING(0)) for n in range(len(one))]


def _exponential(exponent: list[Any]) -> list[Any]:
    """exp of a power series without constant term."""
    out = [_RING(1)]
    for n in range(1, len(exponent)):
        out.append(sum((exponent[i] * out[n - i] * QQ(i, n) for i in range(1, n + 1)), _RING(0)))
    return out


def _power(series: list[Any], power: int) -> list[Any]:
    """series^power for a constant term 1: n s_n = sum_i (i (power + 1) - n) x_i s_(n-i)."""
    out = [_RING(1)]
    for n in range(1, len(series)):
        out.append(sum((series[i] * out[n - i] * QQ(i * (power + 1) - n, n) for i in range(1, n + 1)), _RING(0)))
    return out


def _expression(element: Any) -> Expr:
    total: Expr = Integer(0)
    for (power_a, power_b), coefficient in element.terms():
        total += Rational(int(coefficient.numerator), int(coefficient.denominator)) * shape_a**power_a * shape_b**power_b
    return factor(total)
