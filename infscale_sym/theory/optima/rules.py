"""Rules about optima: scaling the variable, expanding the objective, and the stationary point of what is left.

For `finite-k.threshold`, `temperature.optimum`, `reward.optimum` (HP Remarks 2-4, arXiv:2512.19905). The place where an error
is least does not change when the error gains a constant or a positive factor. So the leading term of the error's expansion that
depends on the variable decides, and the next one moves the place by the ratio of the two. Remainders are measured on the exact
quantity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

from sympy import Dummy, Expr, Rational, Symbol, diff, expand, limit, oo, solve

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.numbers import evaluate
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, outside, same
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.points import random_points
from infscale_sym.notation.operators import ArgMin, ZeroOf
from infscale_sym.theory.optima.notation import InverseCoefficient
from infscale_sym.theory.selection.notation import SelectionError, k


def _place(expr: Expr) -> tuple[Expr, Expr, Expr, Symbol]:
    """(factor, place, objective, variable) of factor * ArgMin(objective, variable), or of a ZeroOf."""
    found = [e for e in expr.atoms(ArgMin, ZeroOf)]
    if len(found) != 1:
        raise DerivationError(f"expected one optimum, found {len(found)}")
    return outside(expr, found[0]), found[0], *found[0].args


def _positive(expr: Expr) -> bool:
    """Whether SymPy knows `expr` to be positive where its non-negative symbols are."""
    return bool(expr.subs({s: Dummy(positive=True) for s in expr.free_symbols if s.is_nonnegative}).is_positive)


@cache
def _roots(equation: Expr, sought: Symbol) -> tuple[Expr, ...]:
    """Where `equation` vanishes, zero left out; solved once for a claim and its perturbed copies."""
    free = Dummy("place", real=True)  # the symbol's own assumptions must not hide a root
    return tuple(root for root in solve(simplify(equation.subs(sought, free)), free) if root != 0)


@dataclass(frozen=True)
class MeasureIn:
    """Measure the variable in a positive unit: argmin over old = unit * argmin over new, old = unit * new."""

    new: Symbol
    unit: Expr
    name: str = "unit"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The objective with the variable replaced, and the factor outside."""
        factor, place, objective, old = _place(before)
        factor_after, place_after, objective_after, new = _place(after)
        if not _positive(self.unit) or self.unit.has(old):
            raise DerivationError(f"{self.unit} is no positive unit for {old}")
        if new != self.new or type(place) is not type(place_after) or not same(factor * self.unit, factor_after):
            raise DerivationError(f"the place in units of {self.unit} is not the one claimed")
        if objective.subs(old, self.unit * self.new) != objective_after:
            raise DerivationError("the objective is not the old one in the new unit")
        return Evidence(SYMBOLIC, f"{old} = {self.unit} {self.new}")


@dataclass(frozen=True)
class LeadingTerm:
    """Replace the error by the leading term, in large `variable`, that depends on the place sought; `scale` is its order.

    The registered expansion `id` is put in and expanded; a constant and the scale are dropped. What the registered formula
    leaves out at this scaling is measured: the exact error minus constant and leading term goes as `remainder`.
    """

    id: str
    variable: Symbol
    scale: Expr
    remainder: Expr
    values: Mapping[Symbol, Sequence[Any]]
    exact: Callable[[Mapping[Symbol, Any], int], Any] | None = None
    at: tuple[str, str] = ("1e4", "1e7")
    digits: int = 32
    _seen: dict[Any, str] = field(default_factory=dict, compare=False, repr=False)
    name: str = "leading term"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The leading term by SymPy, the remainder by its measured exponent."""
        factor, place, objective, sought = _place(before)
        factor_after, place_after, leading, sought_after = _place(after)
        if type(place) is not type(place_after) or sought != sought_after or not same(factor, factor_after):
            raise DerivationError("the place sought has changed")
        if isinstance(place, ArgMin) and not _positive(self.scale):
            raise DerivationError(f"the scale {self.scale} is not positive")
        statement = registry.statement(self.id)

        def insert(e: Expr) -> Expr:
            return statement.rhs.subs(dict(zip(statement.lhs.args, e.args, strict=True)), simultaneous=True)

        inserted = objective.replace(lambda e: isinstance(e, SelectionError), insert)
        if inserted == objective:
            raise DerivationError("no selection error to expand")
        if isinstance(inserted, InverseCoefficient):
            inside, count = inserted.args
            small = Dummy("epsilon", positive=True)
            inserted = expand(inside.subs(count, 1 / small)).coeff(small, 1)
        rest = expand(inserted - self.scale * leading)
        constant = rest.as_independent(sought, as_Add=True)[0]
        point = next(random_points(sorted(rest.free_symbols - {self.variable}, key=str), 1, self.values))
        exact = {name: Rational(Fraction(value)) for name, value in point.items()}
        left_over = simplify((rest - constant).subs(exact) / self.remainder.subs(exact))
        if limit(left_over, self.variable, oo).is_finite is not True:
            raise DerivationError(f"{leading} is not the leading term that depends on {sought}")
        if isinstance(place, ZeroOf) and constant != 0:
            raise DerivationError(f"a zero is moved by the constant {constant}")
        key = (before, self.remainder)
        if key not in self._seen:
            self._seen[key] = self._measure(objective, constant + self.scale * leading, sought)
        return Evidence(NUMERIC, f"{self.id}, leading term by SymPy; {self._seen[key]}")

    def _measure(self, objective: Expr, claim: Expr, sought: Symbol) -> str:
        import mpmath

        names = sorted(objective.free_symbols | {sought}, key=str)
        names = [n for n in names if n != self.variable and not (isinstance(objective, InverseCoefficient) and n == k)]
        point = next(random_points(names, 1, self.values))
        errors = []
        for big in self.at:
            full = {**point, self.variable: big}
            value = self.exact(full, self.digits) if self.exact else evaluate(objective, full, self.digits)
            with mpmath.workdps(self.digits + 10):
                errors.append(abs(value - evaluate(claim, full, self.digits)))
        with mpmath.workdps(20):
            slope = float(mpmath.log(errors[1] / errors[0]) / mpmath.log(mpmath.mpf(self.at[1]) / mpmath.mpf(self.at[0])))
        wanted = float(simplify(self.variable * diff(self.remainder, self.variable) / self.remainder))
        if abs(slope - wanted) > 0.02 * abs(wanted):
            raise DerivationError(f"the error goes as {self.variable}^{slope:.3f}, not {wanted:g}")
        return f"error exponent {slope:.4f} measured from {self.variable} = {self.at[0]} to {self.at[1]}"


@dataclass(frozen=True)
class StationaryPoint:
    """The one place where the leading term is stationary (or vanishes), and how far the rest of the expansion moves it.

    `quantity` is the registered left side: its exact value minus the claim must go as `remainder` in `variable`.
    """

    quantity: Expr
    variable: Symbol
    remainder: Expr
    values: Mapping[Symbol, Sequence[Any]]
    at: tuple[str, str] = ("1e4", "1e7")
    digits: int = 16
    name: str = "stationary point"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Solve by SymPy; a minimum needs a positive second derivative there."""
        factor, place, objective, sought = _place(before)
        equation = diff(objective, sought) if isinstance(place, ArgMin) else objective
        roots = _roots(equation, sought)
        if len(roots) != 1:
            raise DerivationError(f"there are {len(roots)} stationary points")
        if not same(factor * roots[0], after):
            raise DerivationError(f"the stationary point is {factor * roots[0]}")
        names = sorted((after.free_symbols | objective.free_symbols) - {sought, self.variable}, key=str)
        point = next(random_points(names, 1, self.values))
        bend = diff(equation, sought).subs(sought, roots[0])
        if isinstance(place, ArgMin) and not evaluate(bend, {**point, self.variable: "1e6"}, 15) > 0:
            raise DerivationError("the stationary point is no minimum")
        return Evidence(NUMERIC, f"one root by SymPy, a minimum at random points; {self._measure(after, point)}")

    def _measure(self, after: Expr, point: Mapping[Symbol, Any]) -> str:
        import mpmath

        errors = []
        for big in self.at:
            full = {**point, self.variable: big}
            missing = [s for s in self.quantity.free_symbols if s not in full]
            if missing:
                raise DerivationError(f"no value for {missing}")
            digits = self.digits + 2 * int(float(big)).bit_length() // 6
            with mpmath.workdps(digits + 10):
                errors.append(abs(evaluate(self.quantity, full, digits) - evaluate(after, full, digits)))
        with mpmath.workdps(20):
            slope = float(mpmath.log(errors[1] / errors[0]) / mpmath.log(mpmath.mpf(self.at[1]) / mpmath.mpf(self.at[0])))
        wanted = float(simplify(self.variable * diff(self.remainder, self.variable) / self.remainder))
        if abs(slope - wanted) > 0.02 * max(1.0, abs(wanted)):
            raise DerivationError(f"the exact optimum departs as {self.variable}^{slope:.3f}, not {wanted:g}")
        return f"the exact optimum departs as {self.variable}^{slope:.4f}"
