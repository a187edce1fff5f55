"""The kinds of statement that a formula can make, as SymPy objects that print and never evaluate.

Equal(lhs, rhs) holds exactly; AtMost(lhs, rhs) says lhs <= rhs; AsymptoticTo(lhs, rhs, variable, limit, remainder) says
lhs = rhs + O(remainder) as the variable tends to the limit, with the remainder of lower order than the last term of rhs;
ConvergesInLaw says that the tail P(X_k > x) tends to the tail of the limit law at every x, with the given rate.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, S, Symbol, oo, sympify


class Relation(Basic):
    """A statement about a named quantity. `lhs` is the quantity, `rhs` what is claimed of it."""

    @property
    def lhs(self) -> Expr:
        """The named quantity."""
        return self.args[0]  # type: ignore[return-value]

    @property
    def rhs(self) -> Expr:
        """The claim."""
        return self.args[1]  # type: ignore[return-value]

    def with_rhs(self, rhs: Expr) -> Relation:
        """The same statement with another right side (how perturbations are made)."""
        return self.func(self.lhs, rhs, *self.args[2:])


class Equal(Relation):
    """lhs = rhs everywhere in the domain."""

    def __new__(cls, lhs: Any, rhs: Any) -> Equal:
        return super().__new__(cls, sympify(lhs), sympify(rhs))

    def _latex(self, printer: Any) -> str:
        return f"{printer._print(self.lhs)} = {printer._print(self.rhs)}"


class AtMost(Relation):
    """lhs <= rhs everywhere in the domain."""

    def __new__(cls, lhs: Any, rhs: Any) -> AtMost:
        return super().__new__(cls, sympify(lhs), sympify(rhs))

    def _latex(self, printer: Any) -> str:
        return rf"{printer._print(self.lhs)} \le {printer._print(self.rhs)}"


class AsymptoticTo(Relation):
    """lhs = rhs + O(remainder) as `variable` -> `limit`."""

    def __new__(cls, lhs: Any, rhs: Any, variable: Symbol, limit: Any = oo, remainder: Any = None) -> AsymptoticTo:
        return super().__new__(cls, sympify(lhs), sympify(rhs), variable, sympify(limit), sympify(remainder))

    @property
    def variable(self) -> Symbol:
        """What tends to the limit."""
        return self.args[2]  # type: ignore[return-value]

    @property
    def limit(self) -> Expr:
        """Where it tends to."""
        return self.args[3]  # type: ignore[return-value]

    @property
    def remainder(self) -> Expr:
        """The order of what is left out."""
        return self.args[4]  # type: ignore[return-value]

    def _latex(self, printer: Any) -> str:
        p = printer._print
        order = rf"\mathcal{{O}}\!\left({p(self.remainder)}\right)"
        return rf"{p(self.lhs)} = {p(self.rhs)} + {order} \qquad \left({p(self.variable)} \to {p(self.limit)}\right)"


class ConvergesInLaw(AsymptoticTo):
    """A random variable tends in law: the tail lhs = P(X > x) equals rhs + O(remainder), at every x >= 0."""

    def _latex(self, printer: Any) -> str:
        p = printer._print
        order = rf"\mathcal{{O}}\!\left({p(self.remainder)}\right)"
        return (
            rf"{p(self.lhs)} \;\xrightarrow{{\ {p(self.variable)} \to {p(self.limit)}\ }}\; {p(self.rhs)},"
            rf" \qquad \text{{error }} {order}"
        )


ALWAYS = S.true
