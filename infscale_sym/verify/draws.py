"""Drawing the left side of a statement: at points of its domain where it is exact, along its variable where it is asymptotic.

`ExactDraw` compares draws with the statement's right side at several settings; `LimitDraw` extrapolates what is left of them
after the right side, in inverse powers of the variable, to its limit, where nothing may be left. Both reject a statement that
is false by a given part, or say that they cannot. Whoever states something about a quantity that can be drawn has this for
nothing (`Quantity.draw`); a formula may bring a drawing of its own.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from sympy import Rational, simplify

from infscale_sym import registry
from infscale_sym.errors import DomainError
from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED, inside, points_in
from infscale_sym.notation.formula import Formula
from infscale_sym.notation.relations import AsymptoticTo, AtMost
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import REJECTED, extrapolate, leg

#: draw(*values, trials=, seed=) -> (mean, standard error) of a left side at values of its symbols.
Sampler = Callable[..., tuple[float, float]]

#: What the draws leave undecided is drawn again with as many as its standard error asks for, up to this many times as many.
MOST_MORE = 16


@runtime_checkable
class Drawing(Protocol):
    """Anything that makes the simulation leg of a formula."""

    def leg(self, formula: Formula, quick: bool) -> Leg:
        """Draw the left side and compare it with the right."""
        ...


@dataclass(frozen=True)
class ExactDraw:
    """An equality or inequality: the left side drawn at settings of the formula's symbols.

    `sampler`: by default the drawing of the quantity on the left (`Quantity.draw`). `settings`: values of `formula.symbols`, in
    their order; without them `count` random points of the domain. `off`: the part by which the rejected statement is wrong.
    """

    sampler: Sampler | None = None
    settings: tuple[tuple[Any, ...], ...] = ()
    trials: int = 200_000
    quick_trials: int = 40_000
    off: float = 0.05
    count: int = 3

    def leg(self, formula: Formula, quick: bool) -> Leg:
        """Draw at every setting; the largest deviation in standard errors of the statement's right side."""
        settings, trials = self.settings or _settings(formula, self.count), self.quick_trials if quick else self.trials
        return _decided(lambda trials: self._drawn(formula, settings, trials), trials, quick)

    def _drawn(self, formula: Formula, settings: Sequence[tuple[Any, ...]], trials: int) -> tuple[Leg, float]:
        """The leg, and how many standard errors away the rejected statement is."""
        claim, at_most = formula.rhs.numpy, isinstance(formula.statement, AtMost)
        sampler = self.sampler or _of_quantity(formula)
        deviations, control, rows = [], 0.0, []
        for number, values in enumerate(settings):
            mean, error = sampler(*values, trials=trials, seed=SEED + number)
            wanted = float(claim(*values))
            gap = (mean - wanted) / error
            deviations.append(max(gap, 0.0) if at_most else gap)
            control = max(control, abs(mean - (1 + self.off) * wanted) / error)
            rows.append({"at": _at(formula, values), "mean": f"{mean:.6g}", "error": f"{error:.2g}"})
        worst = max(deviations, key=abs)
        where = f"drawn at {len(settings)} settings, {trials} trials each, largest deviation {abs(worst):.1f}"
        return leg(worst, control, where, {"points": rows}, f"a right side {100 * self.off:g} % larger"), control


@dataclass(frozen=True)
class LimitDraw:
    """An asymptotic statement: the left side drawn at growing values of its variable, the rest extrapolated.

    `sampler`: by default the drawing of the quantity on the left. `sizes`: values of the variable; `rest`: values of the other
    symbols, in the order of `formula.symbols`. What is left, (drawn - right side) over the size of the right side's last term,
    is of the relative order of the remainder and is fitted in powers of its falling; what remains at the limit must be nothing.
    `orders`: how many powers are fitted. `off`: the part by which the last term of the rejected statement is wrong.
    """

    sampler: Sampler | None = None
    sizes: tuple[float, ...] = (12, 18, 30, 50)
    rest: tuple[Any, ...] | None = None
    trials: int = 200_000
    quick_trials: int = 100_000
    orders: int = 2
    off: float = 0.25

    def leg(self, formula: Formula, quick: bool) -> Leg:
        """Draw along the variable, extrapolate, compare with nothing and with a last term that is off."""
        return _decided(lambda trials: self._drawn(formula, trials), self.quick_trials if quick else self.trials, quick)

    def _drawn(self, formula: Formula, trials: int) -> tuple[Leg, float]:
        """The leg, and how many standard errors away the rejected statement is."""
        statement = formula.statement
        assert isinstance(statement, AsymptoticTo)
        variable = statement.variable
        sampler = self.sampler or _of_quantity(formula)
        others = [s for s in formula.symbols if s != variable]
        rest = self.rest
        if rest is None:
            point = points_in(others, formula.domain, 1, formula.check.near)[0]
            rest = tuple(float(point[s]) for s in others)
        held = dict(zip(others, rest, strict=True))
        last = numpy_function(last_term(statement), formula.symbols)
        falling = numpy_function(statement.remainder / last_term(statement), formula.symbols)
        places, values, errors = [], [], []
        for number, size in enumerate(self.sizes):
            at = [size if s == variable else held[s] for s in formula.symbols]
            mean, error = sampler(*at, trials=trials, seed=SEED + number)
            scale = float(last(*at))
            places.append(1 / abs(float(falling(*at))))
            values.append((mean - float(formula.rhs.numpy(*at))) / scale)
            errors.append(error / abs(scale))
        intercept, error = extrapolate(places, values, errors, orders=self.orders)
        sizes = ", ".join(f"{size:g}" for size in self.sizes)
        others_said = "".join(f", {s} = {float(v):g}" for s, v in held.items())
        where = f"drawn at {variable} = {sizes}{others_said}, {trials} trials each, extrapolated in the order of the remainder"
        numbers = {"gap": f"{intercept:.4g}", "standard_error": f"{error:.2g}"}
        words = f"a last term {100 * self.off:g} % larger"
        control = (abs(self.off) - abs(intercept)) / error
        return leg(intercept / error, control, where, numbers, words), control


def _decided(drawn: Callable[[int], tuple[Leg, float]], trials: int, quick: bool) -> Leg:
    """Draw, and once more where the draws agree but were too few to reject a wrong statement."""
    found, control = drawn(trials)
    if found.summary != "inconclusive" or quick or control <= 0:
        return found
    more = math.ceil(1.5 * (REJECTED / control) ** 2)  # half more than it seems to take
    return drawn(more * trials)[0] if more <= MOST_MORE else found


def last_term(statement: AsymptoticTo) -> Any:
    """The smallest term of the right side as the variable tends to its limit: what the draws can still see."""
    from sympy import Add, expand

    terms = [t for t in Add.make_args(expand(statement.rhs)) if t != 0] or [Rational(1)]
    variable = statement.variable

    def power(term: Any) -> float:
        return float(simplify(variable * term.diff(variable) / term).subs({s: Rational(7, 10) for s in term.free_symbols}))

    powers = [power(term) for term in terms]
    low = min(powers)
    return sum((term for term, p in zip(terms, powers, strict=True) if p == low), start=Rational(0))


def drawing_of(formula: Formula) -> Drawing | None:
    """How a formula's left side is drawn: by its own drawing, by a function that draws it once, or as its quantity is."""
    own = formula.draw
    if own is not None:
        if isinstance(own, Drawing):
            return own
        # A Python call a draw is slow: fewer of them, unless the function makes many at once.
        few = {} if "trials" in inspect.signature(own).parameters else {"trials": 40_000, "quick_trials": 10_000}
        return _plain(formula, _one_by_one(formula, own), **few)
    if getattr(type(formula.statement.lhs), "draw", None) is None:
        return None
    return _plain(formula, _of_quantity(formula))


def _plain(formula: Formula, sampler: Sampler, **trials: int) -> Drawing:
    if isinstance(formula.statement, AsymptoticTo):
        return LimitDraw(sampler, **trials)
    return ExactDraw(sampler, **trials)


def _one_by_one(formula: Formula, draw: Callable[..., Any]) -> Sampler:
    """A function of the symbols and `rng` that draws the left side once, as a sampler; or, if it takes `trials`, many at
    once, as an array."""
    names = inspect.signature(draw).parameters
    wanted = [s for s in formula.symbols if s.name in names]
    missing = [name for name in names if name not in {s.name for s in formula.symbols} | {"rng", "trials"}]
    if missing or "rng" not in names:
        said = ", ".join(s.name for s in formula.symbols)
        raise DomainError(
            f"{formula.id}: a drawing takes rng and symbols of the statement ({said}) by their names, and trials if it draws "
            f"many at once; got {', '.join(names)}"
        )

    def sampler(*values: Any, trials: int, seed: int) -> tuple[float, float]:
        rng = np.random.default_rng(seed)
        held = {s.name: _whole(v) for s, v in zip(formula.symbols, values, strict=True) if s in wanted}
        if "trials" in names:
            drawn = np.asarray(draw(**held, rng=rng, trials=trials), float)
        else:
            drawn = np.fromiter((draw(**held, rng=rng) for _ in range(trials)), float, trials)
        return float(drawn.mean()), float(drawn.std(ddof=1) / np.sqrt(len(drawn)))

    return sampler


def _of_quantity(formula: Formula) -> Sampler:
    """The sampler of the quantity on the left, at the arguments that the statement gives it. Raises DomainError without one."""
    quantity = type(formula.statement.lhs)
    draw = getattr(quantity, "draw", None)
    if draw is None:
        raise DomainError(f"{formula.id}: {quantity.__name__} brings no drawing (its class attribute draw), and none was given")
    arguments = [numpy_function(argument, formula.symbols) for argument in formula.statement.lhs.args]

    def sampler(*values: Any, trials: int, seed: int) -> tuple[float, float]:
        return draw(*(_whole(float(argument(*values))) for argument in arguments), trials=trials, seed=seed)

    return sampler


def _whole(value: Any) -> Any:
    """A whole number as an int: the number of answers drawn is one."""
    return int(value) if float(value).is_integer() else float(value)


def _settings(formula: Formula, count: int) -> list[tuple[float, ...]]:
    """Random points of the domain; what is counted, like answers, is a whole number."""
    found: list[tuple[float, ...]] = []
    for point in points_in(formula.symbols, formula.domain, 20 * count, formula.check.near):
        whole = {symbol: round(value) if registry.counted(symbol) else value for symbol, value in point.items()}
        values = tuple(float(whole[symbol]) for symbol in formula.symbols)
        if inside(formula.domain, whole) and values not in found:
            found.append(values)
        if len(found) == count:
            break
    return found


def _at(formula: Formula, values: Sequence[Any]) -> str:
    return ", ".join(f"{s} = {float(v):g}" for s, v in zip(formula.symbols, values, strict=True))
