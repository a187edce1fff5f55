"""The simulation leg by drawing: the left side at points of its domain, or along the variable of an asymptotic statement.

`ExactDraw` and `LimitDraw` (`infscale_sym.notation.check`) say what is drawn and where; here it is done. Both reject a
statement that is false by a given part, or say that they cannot. An expression that is linear in quantities with a drawing of
their own (`Quantity.draw`), at first sight or once definitions are opened, is drawn for nothing: so is what anyone states
about it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sympy import Add, Dummy, Expr, expand, oo, sympify

from infscale_sym import registry
from infscale_sym.errors import DomainError
from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED, inside, points_in
from infscale_sym.notation.check import Drawing, ExactDraw, LimitDraw, Sampler
from infscale_sym.notation.formula import Formula
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.relations import AsymptoticTo, AtMost, Relation
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.sampling.streams import part
from infscale_sym.verify.record import INCONCLUSIVE, Leg
from infscale_sym.verify.simulation import leg, leg_of_bound


def drawing_of(formula: Formula) -> Drawing | None:
    """How a formula's left side is drawn: by its own drawing, by a function that draws it once, or as its quantities are."""
    own = formula.draw
    kind = LimitDraw if isinstance(formula.statement, AsymptoticTo) else ExactDraw
    if isinstance(own, Drawing):
        return own
    if own is not None:
        if not callable(own):
            raise DomainError(f"{formula.id}: a drawing is a function, an ExactDraw or a LimitDraw; got {own!r}")
        # A Python call a draw is slow: fewer of them, unless the function makes many at once.
        few: dict[str, Any] = (
            {} if "trials" in inspect.signature(own).parameters else {"trials": 40_000, "quick_trials": 10_000}
        )
        return kind(_one_by_one(formula, own), **few)
    return kind() if sampler_of(formula.statement.lhs, formula.symbols) else None


def exact_leg(draw: ExactDraw, formula: Formula, quick: bool) -> Leg:
    """The leg of an `ExactDraw`. Raises DomainError for a side that cannot be drawn."""
    trials = draw.quick_trials if quick else draw.trials
    one_sided = isinstance(formula.statement, AtMost)
    compare = _comparison(formula, formula.statement, draw)
    other = _comparison(formula, draw.wrong, draw) if isinstance(draw.wrong, Relation) else None
    wrong = _other_side(draw.wrong, formula)
    settings = [tuple(map(_value, values)) for values in draw.settings or _settings(formula, draw.count)]
    gaps, controls, rows = [], [], []
    for number, values in enumerate(settings):
        mean, wanted, error = compare(values, trials, number)
        at = _said(formula.symbols, values)
        if not 0 < error < np.inf:
            return _advised(_too_few(trials, at, error), draw, quick)
        gaps.append((mean - wanted) / error)
        if other is not None:
            drawn, claimed, noise = other(values, trials, number)
            controls.append((drawn - claimed) / noise)
        elif wrong is not None:
            controls.append((mean - float(wrong(*values))) / error)
        elif one_sided and draw.wrong is None:
            controls.append(-gaps[-1])
        else:
            controls.append((mean - (1 + _part(draw.wrong, 0.05)) * wanted) / error)
        rows.append({"at": at, "drawn": f"{mean:.6g}", "error": f"{error:.2g}", "claim": f"{wanted:.6g}"})
    worst = max(0.0, *gaps) if one_sided else max(gaps, key=abs)
    what = "both sides drawn" if draw.both else "drawn"
    place = f"at {len(settings)} settings" if len(settings) > 1 else f"at {rows[0]['at']}".removesuffix(" at ")
    where = _sentence(draw.note, f"{what} {place}", f"{trials} trials each")
    words = "the reversed inequality" if one_sided and draw.wrong is None else _wrong_said(draw, 0.05, "right side")
    control = _control(controls, draw.each, one_sided)
    if one_sided and draw.wrong is not None:
        return _advised(leg_of_bound(-max(gaps), control, where, words, {"points": rows}), draw, quick)
    found = leg(worst, control, f"{where}, largest deviation {abs(worst):.1f}", {"points": rows}, words)
    return _advised(found, draw, quick)


def _comparison(formula: Formula, relation: Relation, draw: ExactDraw) -> Callable[..., tuple[float, float, float]]:
    """compare(values, trials, number) -> (left side drawn, right side, standard error of their difference)."""
    left = _sampled(formula, draw.sampler) or _drawn(formula, relation.lhs)
    right = _drawn(formula, relation.rhs) if draw.both else None
    claim = numpy_function(relation.rhs, formula.symbols) if right is None else None

    def compare(values: tuple[Any, ...], trials: int, number: int) -> tuple[float, float, float]:
        if right is None:
            mean, error = left(*values, trials=trials, seed=SEED + number)
            return mean, float(claim(*values)), error  # type: ignore[misc]
        mean, error = left(*values, trials=trials, seed=SEED + 2 * number)
        wanted, noise = right(*values, trials=trials, seed=SEED + 2 * number + 1)
        return mean, wanted, float(np.hypot(error, noise))

    return compare


def limit_leg(draw: LimitDraw, formula: Formula, quick: bool) -> Leg:
    """The leg of a `LimitDraw`. Raises DomainError for a side that cannot be drawn, or whose last term is not to be told."""
    statement, symbols = formula.statement, formula.symbols
    assert isinstance(statement, AsymptoticTo)
    left = _sampled(formula, draw.sampler) or _drawn(formula, statement.lhs)
    if len(set(draw.sizes)) <= draw.orders:
        raise DomainError(f"{formula.id}: {draw.orders + 1} different sizes at least are wanted; got {tuple(draw.sizes)}")
    others = [s for s in symbols if s != statement.variable]
    settings = [tuple(map(_value, rest)) for rest in draw.settings]
    if not settings:
        point = points_in(others, formula.domain, 1, formula.check.near)[0]
        settings = [tuple(float(point[s]) for s in others)]
    trials = draw.quick_trials if quick else draw.trials
    each = [trials] * len(draw.sizes) if isinstance(trials, int) else trials
    other = _other_side(draw.wrong, formula)
    deviations, controls, rows = [], [], []
    for number, rest in enumerate(settings):
        held = dict(zip(others, rest, strict=True))
        points = [tuple(_value(size) if s == statement.variable else held[s] for s in symbols) for size in draw.sizes]
        term = sympify(draw.scale) if draw.scale is not None else last_term(formula, points[-1])
        scale = numpy_function(term, symbols)
        falling = numpy_function(draw.falling if draw.falling is not None else statement.remainder / term, symbols)
        if draw.falling is None:
            _must_fall(statement, term, draw.sizes, [abs(float(falling(*at))) for at in points])
        places, gaps, wrong, errors = [], [], [], []
        for step, (at, count) in enumerate(zip(points, each, strict=True)):
            mean, error = left(*at, trials=count, seed=SEED + 10 * number + step)
            unit = float(scale(*at))
            if not 0 < error < np.inf:
                return _advised(_too_few(count, _said(symbols, at), error), draw, quick)
            places.append(1 / abs(float(falling(*at))))
            gaps.append((mean - float(formula.rhs.numpy(*at))) / unit)
            wrong.append((mean - float(other(*at))) / unit if other else gaps[-1] - _part(draw.wrong, 0.25))
            errors.append(error / abs(unit))
        gap, error = extrapolate(places, gaps, errors, draw.orders)
        deviations.append(gap / error)
        controls.append(extrapolate(places, wrong, errors, draw.orders)[0] / error)
        rows.append({"at": _said(others, rest), "gap": f"{gap:.4g}", "error": f"{error:.2g}"})
    worst = max(deviations, key=abs)
    sizes = ", ".join(f"{size:g}" for size in draw.sizes)
    place = f"{len(settings)} settings" if len(settings) > 1 else rows[0]["at"]
    counts = f"{each[0]} trials each" if len(set(each)) == 1 else f"{each[0]} to {each[-1]} trials"
    where = _sentence(draw.note, f"drawn at {statement.variable} = {sizes}", place, counts, "the gap to the claim extrapolated")
    if len(settings) == 1:
        where += f", {gap:+.3g} +- {error:.2g} of the term"
    words = _wrong_said(draw, 0.25, "last term" if draw.scale is None else f"term {term}")
    return _advised(leg(worst, _control(controls, draw.each, False), where, {"points": rows}, words), draw, quick)


def _must_fall(statement: AsymptoticTo, term: Expr, sizes: Sequence[float], left: Sequence[float]) -> None:
    """Raises DomainError where what is left out does not fall, beside the term that is tested, towards the limit."""
    ordered = [value for _, value in sorted(zip(sizes, left, strict=True), reverse=statement.limit == 0)]
    if not ordered[-1] < ordered[0] * (1 - 1e-9):
        what = f"claim {statement.rhs}" if term == statement.rhs else f"term {term} of the claim"
        goes = "grows" if statement.limit == oo else f"tends to {statement.limit}"
        raise DomainError(
            f"the remainder {statement.remainder} is not below the {what} as {statement.variable} {goes}: nothing is claimed"
        )


def last_term(formula: Formula, at: Sequence[Any]) -> Expr:
    """The smallest term of the right side as the variable tends to its limit: what the draws can still see.

    By the powers of the variable that its terms fall with, measured at a point, whose values are in the order of
    `Formula.symbols`. Raises DomainError where they cannot be measured.
    """
    statement = formula.statement
    assert isinstance(statement, AsymptoticTo)
    variable = statement.variable
    terms = [term for term in Add.make_args(expand(statement.rhs)) if term != 0]
    try:
        powers = [float(numpy_function(variable * term.diff(variable) / term, formula.symbols)(*at)) for term in terms]
    except Exception as error:
        raise DomainError(f"{formula.id}: which term is the last cannot be told ({error}); say LimitDraw(scale=...)") from None
    if not terms or statement.limit not in (oo, 0) or not np.isfinite(powers).all():
        raise DomainError(f"{formula.id}: which term is the last cannot be told; say LimitDraw(scale=...)")
    last = min(powers) if statement.limit == oo else max(powers)
    return Add(*(term for term, power in zip(terms, powers, strict=True) if abs(power - last) < 1e-9))


# What is drawn.


def sampler_of(expr: Any, symbols: Sequence[Any]) -> Sampler | None:
    """How an expression is drawn that is linear in quantities with a drawing of their own; None if it is not.

    Quantities without one are opened by their definitions. Several quantities are drawn independently.
    """
    opened = _opened(sympify(expr))
    named = [q for q in opened.atoms(Quantity) if type(q).draw is not None]
    named = sorted((q for q in named if not any(q != other and other.has(q) for other in named)), key=str)
    marks = [Dummy() for _ in named]
    marked = opened.xreplace(dict(zip(named, marks, strict=True)))
    constant = marked.subs(dict.fromkeys(marks, 0))
    factors = [marked.diff(mark) for mark in marks]
    # Under a sum, an integral or a derivative a quantity is not one number, and what is put together here is not the whole.
    linear = expand(marked - constant - Add(*(f * mark for f, mark in zip(factors, marks, strict=True)))) == 0
    if not (named and linear and all(q.free_symbols <= set(symbols) for q in named)) or any(f.has(*marks) for f in factors):
        return None
    rest = numpy_function(constant, symbols)
    parts = [
        (type(q).draw, [numpy_function(argument, symbols) for argument in q.args], numpy_function(factor, symbols))
        for q, factor in zip(named, factors, strict=True)
    ]

    def sampler(*values: Any, trials: int, seed: int) -> tuple[float, float]:
        mean, square = float(rest(*values)), 0.0
        for number, (draw, arguments, factor) in enumerate(parts):
            at = (_value(argument(*values)) for argument in arguments)
            drawn, error = draw(*at, trials=trials, seed=part(seed, number))
            times = float(factor(*values))
            mean, square = mean + times * drawn, square + (times * error) ** 2
        return mean, float(np.sqrt(square))

    return sampler


def _opened(expr: Expr) -> Expr:
    """The expression with quantities that have no drawing opened, as long as that leads to some that have."""
    closed = {q: q.unfold() for q in expr.atoms(Quantity) if type(q).draw is None}
    known = {q: _opened(body) for q, body in closed.items() if body != q}
    return expr.xreplace({q: body for q, body in known.items() if any(type(a).draw is not None for a in body.atoms(Quantity))})


def _drawn(formula: Formula, side: Expr) -> Sampler:
    sampler = sampler_of(side, formula.symbols)
    if sampler is None:
        raise DomainError(f"{formula.id}: {side} is not linear in quantities that have a drawing; give a sampler")
    return sampler


def _sampled(formula: Formula, own: Sampler | None) -> Sampler | None:
    """A sampler as it is; a function of the symbols and `rng` made one. Raises DomainError for anything else."""
    if own is None:
        return None
    given: Any = inspect.signature(own).parameters if callable(own) else {}
    if "rng" in given:
        return _one_by_one(formula, own)
    if {"trials", "seed"} <= set(given) or any(p.kind is p.VAR_KEYWORD for p in given.values()):
        return own
    names = ", ".join(s.name for s in formula.symbols)
    got = f"a function of ({', '.join(given)})" if callable(own) else repr(own)
    raise DomainError(
        f"{formula.id}: what is drawn is a function of ({names}, rng) or ({names}, rng, trials), or a sampler "
        f"({names}, *, trials, seed) -> (mean, standard error); got {got}"
    )


def _one_by_one(formula: Formula, draw: Callable[..., Any]) -> Sampler:
    """A function of the symbols and `rng` that draws the left side once, as a sampler; or, if it takes `trials`, many at
    once, as an array. Raises DomainError for one that takes or gives anything else, or fails."""
    names = inspect.signature(draw).parameters
    wanted = [s for s in formula.symbols if s.name in names]
    missing = [name for name in names if name not in {s.name for s in formula.symbols} | {"rng", "trials"}]
    if missing or "rng" not in names:
        said = ", ".join(s.name for s in formula.symbols)
        raise DomainError(
            f"{formula.id}: a drawing takes rng and symbols of the statement ({said}) by their names, and trials if it draws "
            f"many at once; got {', '.join(names) or 'nothing'}"
        )

    def sampler(*values: Any, trials: int, seed: int) -> tuple[float, float]:
        rng = np.random.default_rng(seed)
        held = {s.name: value for s, value in zip(formula.symbols, values, strict=True) if s in wanted}
        at = ", ".join(f"{name} = {value}" for name, value in held.items())
        wish = f"an array of shape ({trials},)" if "trials" in names else "one number"
        try:
            if "trials" in names:
                given = draw(**held, rng=rng, trials=trials)
                nothing = given is None
            else:
                given = [draw(**held, rng=rng) for _ in range(trials)]
                nothing = any(one is None for one in given)
            drawn = np.asarray(given, float)
        except Exception as error:
            raise DomainError(f"{formula.id}: the drawing fails at {at}: {type(error).__name__}: {error}") from error
        if nothing:
            raise DomainError(f"{formula.id}: the drawing returns None at {at}; {wish} is wanted")
        if drawn.shape != (trials,):
            each = f"{trials} trials at once" if "trials" in names else "one trial"
            wrong = drawn.shape if "trials" in names else drawn.shape[1:]
            raise DomainError(f"{formula.id}: the drawing gives an array of shape {wrong} for {each} at {at}; {wish} is wanted")
        if not np.isfinite(drawn).all():
            raise DomainError(f"{formula.id}: the drawing gives {drawn[~np.isfinite(drawn)][0]} at {at}")
        return float(drawn.mean()), float(drawn.std(ddof=1) / np.sqrt(len(drawn)))

    return sampler


# Where, and in which words.


def _value(value: Any) -> Any:
    """A whole number as an int, because the number of answers drawn is one; a tuple as an array."""
    if np.ndim(value):
        return np.asarray(value, float)
    number = float(value)
    return round(number) if np.isfinite(number) and abs(number - round(number)) <= 1e-12 * abs(number) else number


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


def _other_side(wrong: Any, formula: Formula) -> Callable[..., Any] | None:
    """The wrong right side as a function, where it is an expression."""
    return numpy_function(wrong, formula.symbols) if isinstance(wrong, Expr) else None


def _part(wrong: Any, usual: float) -> float:
    return usual if wrong is None else float(wrong)


def _control(controls: Sequence[float], each: bool, one_sided: bool) -> float:
    """How far the wrong statement is away. A bound that is not exceeded is not contradicted."""
    sizes = [max(control, 0.0) if one_sided else abs(control) for control in controls]
    return min(sizes) if each else max(sizes)


def _too_few(trials: int, at: str, error: float) -> Leg:
    return Leg("simulation", INCONCLUSIVE, None, f"{trials} trials at {at} are too few: a standard error of {error:g}")


def _advised(found: Leg, draw: ExactDraw | LimitDraw, quick: bool) -> Leg:
    """The leg; where it is inconclusive, with what to do."""
    if found.summary != INCONCLUSIVE:
        return found
    if isinstance(draw, LimitDraw) and draw.sizes == LimitDraw.sizes:
        advice = "use LimitDraw(sizes=(4, 6, 9, 14), trials=600_000)"
    else:
        most = draw.trials if isinstance(draw.trials, int) else max(draw.trials)
        advice = f"use {type(draw).__name__}(trials=...) with more than {most}"
    unhurried = "draw without quick, or " if quick else ""
    return replace(found, evidence=f"{found.evidence}; {unhurried}{advice}")


def _wrong_said(draw: ExactDraw | LimitDraw, usual: float, what: str) -> str:
    if draw.wrong_said:
        return draw.wrong_said
    size = _part(draw.wrong, usual)
    return f"a {what} {100 * abs(size):g} % {'larger' if size > 0 else 'smaller'}"


def _said(symbols: Sequence[Any], values: Sequence[Any]) -> str:
    def number(value: Any) -> str:
        return f"{value:g}" if np.ndim(value) == 0 else f"({', '.join(f'{x:g}' for x in value)})"

    return ", ".join(f"{s} = {number(v)}" for s, v in zip(symbols, values, strict=True))


def _sentence(*parts: str) -> str:
    return ", ".join(filter(None, parts))
