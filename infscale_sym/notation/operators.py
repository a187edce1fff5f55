"""Operators that every topic may use in a definition: expectation, supremum, the place of a minimum or of a zero."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Symbol, exp, pi, sqrt
from sympy.concrete.expr_with_limits import ExprWithLimits

from infscale_sym.notation.quantity import Quantity

x = Symbol("x", nonnegative=True)
z = Symbol("z", real=True)


class Expectation(Quantity):
    """E[...] over k independent draws z_1 ... z_k; w_i is the weight of draw i."""

    is_operator = True
    slots = (z,)
    meaning = "expectation over the k answers"
    template = r"\mathbb{{E}}\left[{0}\right]"


def normal_density(at: Expr) -> Expr:
    """The standard normal density at `at`."""
    return exp(-(at**2) / 2) / sqrt(2 * pi)


class Supremum(Quantity):
    """sup over x >= 0 of |expression|."""

    is_operator = True
    slots = (z, x)  # expression, x
    meaning = "supremum of the absolute value"
    template = r"\sup_{{{1}\ge 0}}\left|{0}\right|"


class ArgMin(Quantity):
    """The place at which an expression in one variable is least."""

    slots = (z, x)  # expression, variable
    meaning = "where the expression is least"
    template = r"\underset{{{1}}}{{\mathrm{{argmin}}}}\left[{0}\right]"


class ZeroOf(Quantity):
    """The largest place at which an expression in one variable changes its sign."""

    slots = (z, x)  # expression, variable
    meaning = "the largest zero of the expression"
    template = r"\underset{{{1}}}{{\mathrm{{zero}}}}\left[{0}\right]"


class Root(ExprWithLimits):
    """Root(equation, (x, low, high)): the one place between low and high where the expression changes its sign; for a
    definition that is a root."""

    def __new__(cls, function: Any, *limits: Any) -> Root:
        return super().__new__(cls, function, *limits)

    def _latex(self, printer: Any) -> str:
        variable, low, high = self.limits[0]
        place = rf"{printer._print(low)} < {printer._print(variable)} < {printer._print(high)}"
        return rf"\underset{{{place}}}{{\mathrm{{root}}}}\left[{printer._print(self.function)}\right]"


QUANTITIES: tuple[type[Quantity], ...] = (Expectation, Supremum, ArgMin, ZeroOf)
