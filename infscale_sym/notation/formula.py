"""What a formula carries: a statement about a named quantity, its domain, its source, and the verdict it expects."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sympy import Expr, Symbol, SympifyError, sympify, true
from sympy.logic.boolalg import Boolean

from infscale_sym.errors import NotationError
from infscale_sym.notation.check import Check, Drawing, Sweep
from infscale_sym.notation.quantity import quantities_of
from infscale_sym.notation.relations import AsymptoticTo, Relation
from infscale_sym.notation.symbols import same_assumptions

if TYPE_CHECKING:
    from infscale_sym.derive.engine import Derivation
    from infscale_sym.verify.record import Leg, Verdict


class Expected(StrEnum):
    """The verdicts in words. `unknown` is never a pass, so no formula can expect it."""

    HOLDS = "holds"
    IN_THE_LIMIT = "holds in the limit"
    ONLY_WHERE = "holds only where"
    REFUTED = "refuted"
    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True)
class Source:
    """Where a claim is printed. `locator` (equation or result) is given only where it is known."""

    key: str
    authors: str
    title: str
    arxiv: str
    locator: str = "locator not checked"

    def at(self, locator: str) -> Source:
        """The same source with a locator."""
        return Source(self.key, self.authors, self.title, self.arxiv, locator)

    def __str__(self) -> str:
        where = f", arXiv:{self.arxiv}" if self.arxiv else ""
        return f"{self.authors + ', ' if self.authors else ''}{self.title}{where}, {self.locator}"


#: Where a claim is printed that is its author's own.
UNPRINTED = Source("own", "", "derived here", "", "see the derivation")

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\Z")


@dataclass(frozen=True)
class Side:
    """One side of a statement as functions of its symbols, in the order of `symbols`, inside the statement's domain.

    All of them raise DomainError, naming the condition, for a point outside, and for a wrong number of values."""

    expr: Expr
    symbols: tuple[Symbol, ...]
    domain: Boolean = true
    of: str = "this side"

    @cached_property
    def numpy(self) -> Callable[..., Any]:
        """f(*values, on_outside="raise"): float64, broadcasting over array arguments; with on_outside="nan" entries outside
        the domain are nan."""
        from infscale_sym.evaluate.domain import inside_only
        from infscale_sym.evaluate.lambdify import numpy_function

        return inside_only(numpy_function(self.expr, self.symbols), self.of, self.domain, self.symbols)

    @cached_property
    def mp(self) -> Callable[..., Any]:
        """f(*values, digits=50) -> mpmath.mpf."""
        from infscale_sym.evaluate.lambdify import mpmath_function

        return self._inside(mpmath_function(self.expr, self.symbols))

    @cached_property
    def arb(self) -> Callable[..., Any]:
        """f(*values, digits=50) -> flint.arb, a ball that contains the value."""
        from infscale_sym.evaluate.lambdify import arb_function

        return self._inside(arb_function(self.expr, self.symbols))

    def _inside(self, function: Callable[..., Any]) -> Callable[..., Any]:
        from infscale_sym.evaluate.domain import refuse_outside

        def checked(*values: Any, **options: Any) -> Any:
            refuse_outside(self.of, self.domain, self.symbols, values)
            return function(*values, **options)

        return checked


@dataclass(frozen=True)
class Formula:
    """One claim, with what is needed to check, draw and show it; immutable, registered or not.

    `id` is permanent. `domain` is a SymPy condition on the statement's free symbols (beyond the symbols' own
    assumptions). `deviation` says in words how the statement differs from its source. `script` names the derivation script
    whose last step is this statement, or `underived` says why there is none; `proof` is a derivation at hand,
    or a function that takes its steps and returns it.
    `partner` links a printed claim with its correction. `expected` is the verdict that its author expects; by default that
    it holds (in the limit, if it is asymptotic). `check`, `draw`, `sweep`: see `infscale_sym.notation.check`; `draw` may
    also be a plain function of the statement's symbols (in the order of `symbols`) and `rng` that draws the left side once.
    """

    id: str
    title: str
    statement: Relation
    source: Source = UNPRINTED
    expected: Expected = None  # type: ignore[assignment]
    domain: Boolean = true
    deviation: str = "none"
    script: str = ""
    underived: str = ""
    partner: str = ""
    only_where: str = ""
    check: Check = field(default_factory=Check, compare=False, repr=False)
    draw: Drawing | Callable[..., Any] | None = field(default=None, compare=False, repr=False)
    sweep: Sweep | None = field(default=None, compare=False, repr=False)
    proof: Derivation | Callable[[], Derivation] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not _ID.match(self.id):
            raise NotationError(f"formula id {self.id!r} must be lower-case words joined by '-' and '.'")
        if not isinstance(self.statement, Relation):
            raise NotationError(
                f"{self.id}: a statement is Equal, AtMost, AsymptoticTo or ConvergesInLaw; got {type(self.statement).__name__}"
            )
        if not isinstance(self.domain, Boolean):
            name = min(map(str, self.statement.lhs.free_symbols), default="k")
            raise NotationError(f"{self.id}: domain is a SymPy condition like {name} > 2; got {_said(self.domain)}")
        if self.script and self.underived:
            raise NotationError(f"{self.id}: give either a derivation script or the reason why there is none")
        if self.expected is None:
            usual = Expected.IN_THE_LIMIT if isinstance(self.statement, AsymptoticTo) else Expected.HOLDS
            object.__setattr__(self, "expected", usual)
        if self.expected is Expected.UNKNOWN:
            raise NotationError(f"{self.id}: 'unknown' is no expectation")
        slots = {slot for cls in quantities_of(self.statement) if not cls.is_operator for slot in cls.slots}
        same_assumptions(self.statement.free_symbols | self.domain.free_symbols | slots, self.id)
        if isinstance(self.statement, AsymptoticTo) and self.statement.variable not in self.statement.lhs.free_symbols:
            raise NotationError(f"{self.id}: {self.statement.variable}, which tends to a limit, is not on the left side")

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The free symbols of the statement, in the order of the named quantity's arguments."""
        first = [s for s in self.statement.lhs.args if isinstance(s, Symbol)]
        rest = sorted((s for s in self.statement.free_symbols if isinstance(s, Symbol)), key=str)
        return tuple(dict.fromkeys(first + rest))

    @cached_property
    def lhs(self) -> Side:
        """The named quantity."""
        return Side(self.statement.lhs, self.symbols, self.domain, self.id)

    @cached_property
    def rhs(self) -> Side:
        """The claim."""
        return Side(self.statement.rhs, self.symbols, self.domain, self.id)

    def using(
        self,
        *,
        draw: Drawing | Callable[..., Any] | None = None,
        derivation: Derivation | Callable[[], Derivation] | None = None,
        independent: Any = None,
        **changes: Any,
    ) -> Formula:
        """The same claim with more evidence: a drawing of its left side, a derivation (or a function that takes its steps and
        returns it, called when the derivation is asked for), an independent way to its left side
        (a function of the left side's arguments and `digits=`, or a mapping from quantities to such functions); any
        other field by its name. The formula itself does not change."""
        _check_names(self.id, changes, ("id", "title", "statement"))
        if draw is not None:
            changes["draw"] = draw
        if derivation is not None:
            changes["proof"] = derivation if callable(derivation) else self._ending_here(derivation)
        if independent is not None:
            ways = independent if isinstance(independent, dict) else {type(self.statement.lhs): independent}
            changes["check"] = replace(changes.get("check", self.check), independent=ways)
        return replace(self, **changes)

    def _ending_here(self, derivation: Derivation) -> Derivation:
        """The derivation, if it is concluded and ends in this statement. Raises NotationError otherwise."""
        from infscale_sym.derive.engine import Derivation

        if not isinstance(derivation, Derivation):
            raise NotationError(f"{self.id}: a derivation is wanted, or a function that returns one; got {derivation!r}")
        if not derivation.concluded or derivation.formula.statement != self.statement:
            raise NotationError(f"{self.id}: the derivation does not end in this statement: call its conclude() first")
        return derivation

    def latex(self) -> str:
        """The statement as LaTeX (no delimiters), without its domain: documents, Markdown and pages name that beside it."""
        from infscale_sym.present.latex import statement_latex

        return statement_latex(self)

    def verdict(self, digits: int = 50, quick: bool = False) -> Verdict:
        """Verify now: three legs, a verdict, the smallest perturbation caught. Seconds to a minute."""
        from infscale_sym.verify import verify

        return verify(self, digits=digits, quick=quick)

    def simulate(self, quick: bool = False) -> Leg:
        """The simulation leg alone: the left side drawn, against the statement's right side in standard errors."""
        from infscale_sym.verify.simulation import check

        return check(self, quick)

    def derivation(self) -> Derivation | None:
        """The derivation, every step checked: that which was handed over, or its script run now; None if there is none."""
        if self.proof is not None:
            return self._ending_here(self.proof() if callable(self.proof) else self.proof)
        from infscale_sym.derive.scripts import derivation_of

        found = derivation_of(self)
        return None if found is None else self._ending_here(found)

    def plot(self, path: str | Path | None = None) -> Any:
        """The figure of the statement, every number in it computed now; written to `path` (png, pdf, svg) if given, else
        returned as a picture that a notebook shows, whose `figure` is the matplotlib Figure."""
        from infscale_sym.present.picture import Picture
        from infscale_sym.present.plots import draw
        from infscale_sym.present.style import check_suffix, save

        if path is None:
            return Picture(draw(self), self.title)
        check_suffix(str(path))
        return save(draw(self), str(path))

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def _said(value: Any) -> str:
    return f"the string {value!r}" if isinstance(value, str) else f"{value!r}"


def _check_given(id: str, lhs: Any, rhs: Any, given: Mapping[str, Any], more: tuple[str, ...] = ()) -> None:
    """Raises NotationError for a side that is no expression, and for a name that is no field."""
    for which, side in (("left", lhs), ("right", rhs)):
        try:
            good = not isinstance(side, str) and isinstance(sympify(side), Expr)
        except SympifyError:
            good = False
        if not good:
            raise NotationError(f"{id}: the {which} side is a SymPy expression, like 1/k; got {_said(side)}")
    _check_names(id, given, ("title", *more))


def _check_names(id: str, given: Mapping[str, Any], more: tuple[str, ...]) -> None:
    """Raises NotationError for a name that is no field of a formula beside its id, title and statement, nor among `more`."""
    valid = [*more, *(f.name for f in fields(Formula) if f.name not in ("id", "title", "statement"))]
    for name in given:
        if name in ("derivation", "independent"):
            raise NotationError(f"{id}: {name}= is given afterwards, with .using({name}=...)")
        if name not in valid:
            near = difflib.get_close_matches(name, valid, n=1)
            hint = f", of which {near[0]} is the nearest" if near else ""
            raise NotationError(f"{id}: there is no {name}=; the names are {', '.join(valid)}{hint}")


def equality(id: str, lhs: Any, rhs: Any, *, title: str = "", **fields: Any) -> Formula:
    """The formula lhs = rhs. Further fields as in `Formula` (domain=, source=, check=, ...)."""
    from infscale_sym.notation.relations import Equal

    _check_given(id, lhs, rhs, fields)
    return Formula(id, title or id, Equal(lhs, rhs), **fields)


def inequality(id: str, lhs: Any, rhs: Any, *, title: str = "", **fields: Any) -> Formula:
    """The formula lhs <= rhs. Further fields as in `Formula`."""
    from infscale_sym.notation.relations import AtMost

    _check_given(id, lhs, rhs, fields)
    return Formula(id, title or id, AtMost(lhs, rhs), **fields)


def asymptotic(
    id: str, lhs: Any, rhs: Any, *, variable: Symbol, remainder: Any, limit: Any = None, title: str = "", **fields: Any
) -> Formula:
    """The formula lhs = rhs + O(remainder) as variable -> limit (oo). Further fields as in `Formula`.

    Raises NotationError for a remainder that is no power of the variable times what does not depend on it (a number, O(1),
    where the claim depends on the variable)."""
    from sympy import oo, simplify

    _check_given(id, lhs, rhs, fields, ("variable", "remainder", "limit"))
    if isinstance(remainder, str) or not isinstance(sympify(remainder), Expr):
        raise NotationError(f"{id}: the remainder is an expression, like {variable}**-2; got {remainder!r}")
    order = simplify(variable * sympify(remainder).diff(variable) / remainder) if remainder != 0 else variable
    if order.has(variable):
        raise NotationError(f"{id}: the remainder must be a power of {variable}, like {variable}**-2; got {remainder}")
    if not sympify(remainder).has(variable) and not (sympify(remainder).is_number and sympify(rhs).has(variable)):
        raise NotationError(f"{id}: the remainder must hold {variable}, like {variable}**-2; got {remainder}")
    return Formula(id, title or id, AsymptoticTo(lhs, rhs, variable, oo if limit is None else limit, remainder), **fields)
