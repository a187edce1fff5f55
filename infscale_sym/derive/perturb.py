"""Perturbed copies of an expression: each number in it, one at a time, moved by a relative amount.

Coefficients and exponents alike; the constants pi and e count as numbers; and the whole expression as a last resort. This is
the negative control of every check in the project.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import E, Expr, Integral, Number, Pow, Tuple, pi, polygamma

from infscale_sym.notation.operators import ArgMin, Expectation, ZeroOf
from infscale_sym.notation.quantity import Quantity


def perturbations(expr: Expr, amount: Expr, most: int | None = None) -> Iterator[tuple[str, Expr]]:
    """Yield (what was moved, perturbed expression): every number n in `expr` becomes n (1 + amount).

    A whole factor is moved first; then coefficients and exponents in the order in which they are met. Limits of integrals
    and the arguments of named quantities are left alone.
    """
    yield "the whole", expr * (1 + amount)
    count = 1
    for path, number in _numbers(expr, ()):
        if most is not None and count >= most:
            return
        wrong = _replace(expr, path, number * (1 + amount))
        if wrong != expr:
            count += 1
            yield _describe(expr, path, number), wrong


def _numbers(expr: Expr, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Expr]]:
    if isinstance(expr, Number) or expr in (pi, E):
        if expr != 0:
            yield path, expr
        return
    if isinstance(expr, Tuple) or (isinstance(expr, Quantity) and not isinstance(expr, (ArgMin, Expectation, ZeroOf))):
        return
    args = expr.args[:1] if isinstance(expr, Integral) else expr.args
    for index, arg in enumerate(args):
        if isinstance(expr, polygamma) and index == 0:  # which derivative: a label, and no evaluator takes another
            continue
        yield from _numbers(arg, (*path, index))  # type: ignore[arg-type]


def _replace(expr: Expr, path: tuple[int, ...], value: Expr) -> Expr:
    if not path:
        return value
    args = list(expr.args)
    args[path[0]] = _replace(args[path[0]], path[1:], value)  # type: ignore[arg-type]
    return expr.func(*args)


def _describe(expr: Expr, path: tuple[int, ...], number: Expr) -> str:
    parent = expr
    for index in path[:-1]:
        parent = parent.args[index]  # type: ignore[assignment]
    role = "exponent" if isinstance(parent, Pow) and path[-1] == 1 else "coefficient"
    return f"{role} {number} of {parent}" if path else f"the number {number}"
