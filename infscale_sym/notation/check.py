"""What a formula carries besides its statement: how it is checked, how its left side is drawn, what its figure shows.

All of it is data; the work is done by `infscale_sym.verify` and `infscale_sym.present`, which are imported when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from sympy import Symbol

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
    where its variable is 10^size, because more are dear, or not known.
    `broken`: for an inequality, variants that must fail, as pairs (words, statement).
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
    log_height: bool = False  # of an equality
    points: int = 241  # along the axis of an asymptotic statement
    independent: Mapping[Any, Callable[..., Any]] = field(default_factory=dict)
    note: str = ""


@runtime_checkable
class Drawing(Protocol):
    """Anything that makes the simulation leg of a formula."""

    def leg(self, formula: Formula, quick: bool) -> Leg:
        """Draw the left side, compare it with the right, and show that a wrong statement would have been rejected."""
        ...


#: sampler(*values, trials=, seed=) -> (mean, standard error) of a left side at values of its symbols, as in `Quantity.draw`.
Sampler = Callable[..., "tuple[float, float]"]


@dataclass(frozen=True)
class ExactDraw:
    """The left side drawn at settings of the symbols, and compared with the right side there.

    For equalities and inequalities, and for an asymptotic statement where its remainder is far below the standard errors.

    `sampler`: draws the left side at values of `Formula.symbols`, in their order, or is a function of those symbols and `rng`
    as in `Formula.draw`; without it the left side is drawn as its quantities are (`Quantity.draw`). `both`: so is the right
    side, by draws of its own. `settings`: values of the symbols (a tuple is an array); without them `count` random points of
    the domain. `wrong`: what must be rejected: a right side (named by `wrong_said`), the part by which it is larger, or a
    statement, drawn like this one; by default 5 % larger, and for an inequality the reverse. `each`: at every setting, not at
    one at least. `note`: how it is drawn, in a few words.
    """

    sampler: Sampler | None = None
    settings: Sequence[tuple[Any, ...]] = ()
    trials: int = 200_000
    quick_trials: int = 40_000
    wrong: Any = None
    wrong_said: str = ""
    each: bool = False
    both: bool = False
    note: str = ""
    count: int = 3

    def leg(self, formula: Formula, quick: bool) -> Leg:
        """The largest deviation over the settings, in standard errors."""
        from infscale_sym.verify.draws import exact_leg

        return exact_leg(self, formula, quick)


@dataclass(frozen=True)
class LimitDraw:
    """The left side of an asymptotic statement drawn at growing values of its variable, the rest extrapolated.

    What is left, (drawn - right side)/scale, is fitted by c_0 + c_1 falling + ... + c_orders falling^orders; c_0, what is left
    in the limit, must be nothing. `scale`: the term that is tested, by default the last of the right side; `falling`: what the
    rest falls with, by default remainder/scale.

    `sampler`, `wrong`, `wrong_said`, `each`, `note`: as in `ExactDraw`; a number `wrong` is the part of `scale` by which the
    right side is off, by default 25 %. `sizes`: values of the variable. `settings`: values of the other symbols, in the order
    of `Formula.symbols`; without them one random point of the domain. `trials`: at each size, or one number a size.
    """

    sampler: Sampler | None = None
    sizes: Sequence[float] = (12, 18, 30, 50)
    settings: Sequence[tuple[Any, ...]] = ()
    trials: int | Sequence[int] = 200_000
    quick_trials: int | Sequence[int] = 100_000
    orders: int = 2
    scale: Any = None
    falling: Any = None
    wrong: Any = None
    wrong_said: str = ""
    each: bool = False
    note: str = ""

    def leg(self, formula: Formula, quick: bool) -> Leg:
        """The largest of c_0 over the settings, in standard errors."""
        from infscale_sym.verify.draws import limit_leg

        return limit_leg(self, formula, quick)


class Recipe:
    """A drawing of its own: `function(formula, quick, **given)` gives the simulation leg."""

    def __init__(self, function: Callable[..., Leg], **given: Any) -> None:
        self.function, self.given = function, given

    def leg(self, formula: Formula, quick: bool) -> Leg:
        """What the function finds."""
        return self.function(formula, quick, **self.given)


@dataclass(frozen=True)
class NotSimulable:
    """Why the left side cannot be drawn, in a few words."""

    reason: str

    def leg(self, formula: Formula, quick: bool) -> Leg:
        """A leg that says so."""
        from infscale_sym.verify.record import Leg

        return Leg("simulation", "not simulable", None, self.reason)
