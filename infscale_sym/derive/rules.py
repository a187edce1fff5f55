"""The algebraic rules of derivation: definition, naming, algebra, substitution, integration. All are checked symbolically.

What is wrong is refused by its value at one point first, which spares SymPy the attempt to prove it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sympy import (
    Abs,
    Add,
    Derivative,
    Dummy,
    Expr,
    Float,
    Heaviside,
    Indexed,
    Integer,
    Integral,
    Limit,
    Product,
    Rational,
    Sum,
    Symbol,
    diff,
    expand,
    integrate,
    oo,
    powsimp,
)

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.errors import DerivationError
from infscale_sym.notation.quantity import Quantity, QuantityMeta
from infscale_sym.notation.symbols import same_assumptions

SYMBOLIC = "symbolic"
NUMERIC = "numeric"
INSTANCES = "instances"  # symbolic, but only for a few whole numbers k


def is_zero(expr: Expr) -> bool:
    """Whether SymPy can show that `expr` vanishes."""
    if expr == 0:
        return True
    if clearly_not_zero(expr):
        return False
    return expand(expr) == 0 or simplify(expand(powsimp(expr)), doit=False) == 0


def clearly_not_zero(expr: Expr) -> bool:
    """Whether the value at one point is not zero: spares the simplification of what is wrong. False where it has no value.

    Named quantities count as smooth functions of their arguments, whatever they are.
    """
    if expr.has(Integral, Sum, Product, Derivative, Limit, Indexed, Heaviside):
        return False
    letters = sorted(expr.free_symbols, key=str)
    if any(s.is_positive is False or s.is_commutative is False for s in letters):
        return False
    # 80 digits, so that what cancels does; no rational numbers, whose fractional powers SymPy would take apart.
    point = {s: Float(n + 2 if s.is_integer else Rational(2 * n + 3, n + 5), 80) for n, s in enumerate(letters)}

    def plain(quantity: Expr) -> Expr:
        return 1 / (2 + sum(((n + 1) * arg**2 for n, arg in enumerate(quantity.args)), Integer(0)))

    try:
        value = expr.subs(point).replace(lambda e: isinstance(e, Quantity), plain).evalf(80)
        return bool(value.is_number and abs(complex(value)) > 1e-15)
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return False


@dataclass(frozen=True)
class Unfold:
    """Replace a named quantity by its definition, one level deep."""

    quantity: type[Quantity]
    name: str = "definition"

    def __post_init__(self) -> None:
        _class_wanted(self.quantity)

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Structural equality after unfolding."""
        opened = before.replace(lambda e: isinstance(e, self.quantity), lambda e: e.unfold())
        if opened == before:
            raise DerivationError(f"nothing to unfold: {self.quantity.__name__} does not occur or has no formula")
        if not same_to_the_letter(opened, after):
            raise DerivationError(f"the definition gives {opened}, not {after}")
        return Evidence(SYMBOLIC, f"definition of {self.quantity.__name__}")


@dataclass(frozen=True)
class Definition:
    """Replace a named quantity by its definition, one level deep, as it stands."""

    quantity: type[Quantity]
    name: str = "definition as it stands"

    def __post_init__(self) -> None:
        _class_wanted(self.quantity)

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Structural equality after unfolding, up to the order of factors and terms."""
        opened = before.replace(lambda e: isinstance(e, self.quantity), lambda e: e.unfold())
        if opened == before:
            raise DerivationError(f"nothing to unfold: {self.quantity.__name__} does not occur")
        if opened != after and expand(opened - after) != 0:
            raise DerivationError(f"the definition gives {opened}, not {after}")
        return Evidence(SYMBOLIC, f"definition of {self.quantity.__name__}")


@dataclass(frozen=True)
class Name:
    """Call an expression by the name of the quantity that it defines."""

    quantity: type[Quantity]
    name: str = "name"

    def __post_init__(self) -> None:
        _class_wanted(self.quantity)

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Unfolding the claim gives back the expression."""
        opened = after.replace(lambda e: isinstance(e, self.quantity), lambda e: e.unfold())
        if opened == after or not same_to_the_letter(opened, before):
            raise DerivationError(f"{after} unfolds to {opened}, not to {before}")
        return Evidence(SYMBOLIC, f"definition of {self.quantity.__name__}")


def _class_wanted(quantity: Any) -> None:
    if not isinstance(quantity, QuantityMeta):
        wanted = f"the quantity itself, like {type(quantity).__name__}, without arguments"
        raise DerivationError(f"the rule takes {wanted}; got {quantity}")


def same_to_the_letter(one: Expr, two: Expr) -> bool:
    """Whether two expressions are equal with the same integrals in them: none of these is evaluated."""
    integrals = one.atoms(Integral)
    if integrals != two.atoms(Integral):
        return False
    letters = {integral: Dummy("integral", positive=True) for integral in integrals}
    return one == two or is_zero((one - two).xreplace(letters))


@dataclass(frozen=True)
class Algebra:
    """Rewrite an expression into an equal one."""

    name: str = "algebra"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The difference simplifies to zero."""
        if not is_zero(before - after):
            raise DerivationError(f"the two sides differ by {simplify(before - after)}")
        return Evidence(SYMBOLIC, "the difference simplifies to 0")


@dataclass(frozen=True)
class Substitute:
    """Change the variable of an integral: old = g(new), g increasing and mapping the new range onto the old."""

    old: Symbol
    new: Symbol
    g: Expr
    name: str = "substitution"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Transform the integrand by hand and compare with what is claimed."""
        integral = only_integral(before)
        claimed = only_integral(after)
        variable, low, high = integral.limits[0]
        same_assumptions({*before.atoms(Symbol), *after.atoms(Symbol), self.old, self.new}, self.name)
        if claimed.limits[0][0] != self.new:
            raise DerivationError(f"the claim integrates over {claimed.limits[0][0]}, not over {self.new}")
        if variable != self.old or not bool(diff(self.g, self.new).is_positive):
            raise DerivationError(f"{self.g} is not increasing in {self.new}, or {self.old} is not integrated over")
        moved = integral.function.subs(self.old, self.g) * diff(self.g, self.new)
        image = [self.g.subs(self.new, end) for end in claimed.limits[0][1:]]
        if image != [low, high]:
            raise DerivationError(f"the limits become {image}, not {[low, high]}")
        (constant, factor), (constant_after, factor_after) = split(before, integral), split(after, claimed)
        if not same(constant, constant_after):
            raise DerivationError(f"the term {constant} outside the integral has changed")
        if not is_zero(simplify(factor * moved - factor_after * claimed.function)):
            raise DerivationError(f"the integrand becomes {factor * moved}, not {factor_after * claimed.function}")
        return Evidence(SYMBOLIC, f"{self.old} = {self.g}")


@dataclass(frozen=True)
class Integrate:
    """Evaluate integrals term by term in closed form (SymPy)."""

    name: str = "integration"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """SymPy's value of the integral equals the claim."""
        done = before.replace(lambda e: isinstance(e, Integral), integrated)
        if done.has(Integral):
            raise DerivationError("SymPy leaves an integral")
        if not is_zero(done - after):
            raise DerivationError(f"integration gives {simplify(done)}, not {after}")
        return Evidence(SYMBOLIC, "integrated term by term by SymPy")


def integrated(integral: Integral) -> Expr:
    """SymPy's value of an integral, term by term; it holds an integral where SymPy has none."""
    return Add(*(_integrated(term, integral.limits) for term in Add.make_args(expand(integral.function))))


@cache
def _integrated(term: Expr, limits: tuple) -> Expr:
    """One term, once: the perturbed copies of a claim ask for the same integrals again."""
    if len(limits) == 1 and tuple(limits[0][1:]) == (-oo, oo) and term.has(Abs):
        variable, half = limits[0][0], Dummy(positive=True)
        if term.subs(variable, -variable) == term:  # even: on the half-line there is no modulus to take apart
            return 2 * integrate(term.subs(variable, half), (half, 0, oo), conds="none")
    return integrate(term, *limits, conds="none")


def only_integral(expr: Expr) -> Integral:
    """The one integral in `expr`."""
    found = list(expr.atoms(Integral))
    if len(found) != 1:
        raise DerivationError(f"expected one integral, found {len(found)}")
    return found[0]


def same(one: Expr, two: Expr) -> bool:
    """Whether SymPy can show that the two are equal."""
    return one == two or is_zero(one - two)


def split(expr: Expr, part: Expr) -> tuple[Expr, Expr]:
    """(constant, factor) with expr = constant + factor * part. Raises DerivationError where expr is not linear in part."""
    marker = Symbol("marker", positive=True)
    opened = expand(expr.subs(part, marker))
    constant, factor = opened.coeff(marker, 0), opened.coeff(marker, 1)
    if not is_zero(opened - constant - factor * marker):
        raise DerivationError(f"the expression is not linear in {part}")
    return constant, factor


def outside(expr: Expr, part: Expr) -> Expr:
    """The factor of `part` in `expr`, which must have no other term."""
    constant, factor = split(expr, part)
    if not is_zero(constant):
        raise DerivationError(f"unexpected term {constant}")
    return factor
