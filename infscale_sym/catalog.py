"""What a user holds: a registered formula joined with its numbers, its LaTeX and its verdict."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from infscale_sym.errors import UnknownFormula
from infscale_sym.formulas import FORMULAS, Formula
from infscale_sym.notation.formula import Source

if TYPE_CHECKING:
    from sympy import Expr, Symbol
    from sympy.logic.boolalg import Boolean

    from infscale_sym.notation.relations import Relation
    from infscale_sym.verify.record import Verdict


@dataclass(frozen=True)
class Side:
    """One side of a statement as functions of its symbols, in the order of `symbols`."""

    expr: Expr
    symbols: tuple[Symbol, ...]

    @cached_property
    def numpy(self) -> Callable[..., Any]:
        """float64, broadcasting over array arguments."""
        from infscale_sym.evaluate.lambdify import numpy_function
        from infscale_sym.quantities.namespaces import NUMPY

        return numpy_function(self.expr, self.symbols, NUMPY)

    @cached_property
    def mp(self) -> Callable[..., Any]:
        """f(*values, digits=50) -> mpmath.mpf."""
        from infscale_sym.evaluate.lambdify import mpmath_function
        from infscale_sym.quantities.namespaces import MPMATH

        return mpmath_function(self.expr, self.symbols, MPMATH)

    @cached_property
    def arb(self) -> Callable[..., Any]:
        """f(*values, digits=50) -> flint.arb, a ball that contains the value."""
        from infscale_sym.evaluate.lambdify import arb_function
        from infscale_sym.quantities.namespaces import ARB

        return arb_function(self.expr, self.symbols, ARB)


@dataclass(frozen=True)
class Entry:
    """A registered formula as a user meets it. `record` is the claim; everything else is looked up from it."""

    record: Formula

    @property
    def id(self) -> str:
        """The permanent id."""
        return self.record.id

    @property
    def title(self) -> str:
        """One line."""
        return self.record.title

    @property
    def statement(self) -> Relation:
        """The SymPy statement: lhs, rhs, and for asymptotic claims variable, limit and remainder."""
        return self.record.statement

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The free symbols, in the order in which the sides take their arguments."""
        return self.record.symbols

    @property
    def domain(self) -> Boolean:
        """Condition on the symbols beyond their own assumptions."""
        return self.record.domain

    @property
    def source(self) -> Source:
        """Where it is printed."""
        return self.record.source

    @property
    def deviation(self) -> str:
        """How the statement differs from its source."""
        return self.record.deviation

    @property
    def expected(self) -> str:
        """The verdict that the project expects."""
        return self.record.expected.value

    @cached_property
    def lhs(self) -> Side:
        """The named quantity."""
        return Side(self.statement.lhs, self.symbols)

    @cached_property
    def rhs(self) -> Side:
        """The claim."""
        return Side(self.statement.rhs, self.symbols)

    def latex(self) -> str:
        """The statement as LaTeX (no delimiters)."""
        from infscale_sym.present.latex import statement_latex

        return statement_latex(self.record)

    def verdict(self, digits: int = 50, quick: bool = False) -> Verdict:
        """Verify now: three legs, a verdict, the smallest perturbation caught. Seconds to a minute."""
        from infscale_sym.verify import verify

        return verify(self.record, digits=digits, quick=quick)

    def derivation(self) -> Any:
        """Run the derivation of this formula and return it, every step checked; None where there is none."""
        from infscale_sym.derive.scripts import derivation_of

        return derivation_of(self.record)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def formula(id: str) -> Entry:
    """The registered formula with this id. Raises UnknownFormula, naming the nearest ids."""
    for record in FORMULAS:
        if record.id == id:
            return Entry(record)
    near = difflib.get_close_matches(id, [f.id for f in FORMULAS], n=3, cutoff=0.3)
    hint = f"; the nearest are {', '.join(near)}" if near else ""
    raise UnknownFormula(f"no formula has the id {id!r}{hint}; `infscale list` shows them all")


def formulas() -> tuple[Entry, ...]:
    """All registered formulas, in reading order."""
    return tuple(Entry(record) for record in FORMULAS)
