"""What a formula carries besides its statement: how it is checked, how its left side is drawn, what its figure shows.

All of it is data; the work is done by `infscale_sym.verify` and `infscale_sym.present`, which are imported when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sympy import Symbol

from infscale_sym.notation.lazy import Lazy

if TYPE_CHECKING:
    from infscale_sym.notation.formula import Formula
    from infscale_sym.notation.relations import Relation
    from infscale_sym.verify.record import Leg


@dataclass(frozen=True)
class Check:
    """How the numbers of one formula are checked.

    `independent`: functions (mpmath, with `digits=`) that replace a quantity's own evaluator on the left side;
    `independent_arb`: the same for balls. `by_referee`: the left side's quantities by their own referees. `enclosed`: by
    enclosures where the arguments allow it (of an equality both sides, of an asymptotic statement the left). `near`: where
    to look, values for symbols. `count`: how many points. `ladder`: for an asymptotic statement two values of its variable
    at least four decades apart and one far beyond, as decimal strings (without the last, it goes as far as the digits ask
    for); `quick_far` replaces the last in a quick run. `left_digits` (a, b): the left side is asked for a * size + b digits
    where its variable is 10^size, because more are dear, or not known. `broken`: for an inequality, variants that must
    fail, as pairs (words, statement).
    """

    independent: Mapping[Any, Callable[..., Any]] = field(default_factory=dict)
    independent_arb: Mapping[Any, Callable[..., Any]] = field(default_factory=dict)
    by_referee: bool = False
    enclosed: bool = False
    near: Mapping[Symbol, Sequence[Any]] = field(default_factory=dict)
    note: str = ""
    count: int = 4
    ladder: tuple[str, ...] = ()
    quick_far: str = ""
    left_digits: tuple[int, int] | None = None
    broken: tuple[tuple[str, Relation], ...] = ()


@dataclass(frozen=True)
class Sweep:
    """What a figure shows: along the axis (from, to; `log`: by powers of ten), from curve to curve, and what is held fixed.

    `quantity` is shown in place of the left side. `independent` replaces a quantity's evaluator for the dots, where the
    computation that verification uses is slower than the eye needs; `note` says how.
    """

    along: Any = None
    ends: tuple[float, float] = (0.0, 1.0)
    log: bool = False
    curve: Any = None
    values: Sequence[float] = ()
    fixed: Mapping[Symbol, float] = field(default_factory=dict)
    quantity: Any = None
    log_height: bool = False
    points: int = 241  # along the axis of an asymptotic statement
    independent: Mapping[Any, Callable[..., Any]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Recipe:
    """A drawing of its own for one formula: `leg(formula, quick)` gives the simulation leg."""

    function: Lazy | Callable[[Formula, bool], Leg]

    def leg(self, formula: Formula, quick: bool) -> Leg:
        """Draw, compare with the statement, and show that a wrong statement would have been rejected."""
        return self.function(formula, quick)
