"""The digits leg. Equalities: how many digits hold all over the domain, by enclosure or by self-validation. Asymptotic claims:
agreement at a very large argument, and the measured order of the remainder over four decades."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
from sympy import Add, Expr, Symbol, diff, simplify

from infscale_sym.derive.perturb import perturbations
from infscale_sym.errors import DomainError, EvaluationError, ValidationError
from infscale_sym.evaluate.dyadic import midpoint
from infscale_sym.evaluate.lambdify import arb_function, mpmath_function
from infscale_sym.evaluate.points import points_in
from infscale_sym.notation.formula import Formula
from infscale_sym.notation.quantity import QuantityMeta, quantities_of
from infscale_sym.notation.relations import AsymptoticTo, AtMost, Relation
from infscale_sym.verify.record import Leg

Point = Mapping[Symbol, Any]

#: Relative sizes at which each number of a claim is perturbed.
AMOUNTS = tuple(mpmath.mpf(10) ** -n for n in (2, 6, 12, 24, 36, 48))
_EPSILON = Symbol("epsilon_perturbation", positive=True)

#: Digits of the remainder of an asymptotic claim; its measured order needs two.
_SHOWN = 8


def check(formula: Formula, digits: int, quick: bool) -> tuple[Leg, str]:
    """The leg, and the smallest perturbation of the claim that it catches, in words. Raises ValidationError where nothing is
    claimed, or the numbers do not suffice."""
    if formula.statement.lhs == formula.statement.rhs:
        raise ValidationError("both sides are the same expression: nothing is claimed")
    if isinstance(formula.statement, AsymptoticTo):
        return _asymptotic(formula, digits, quick)
    if isinstance(formula.statement, AtMost):
        return _inequality(formula, digits, quick)
    return _equality(formula, digits, quick)


def _inequality(formula: Formula, digits: int, quick: bool) -> tuple[Leg, str]:
    """lhs <= rhs at random points, by enclosures, or where a side has none by numbers that check themselves; the reverse, and
    its broken variants, must be refused."""
    own = formula.check
    everywhere = _points(formula, own.count)
    where = everywhere[:2] if quick else everywhere
    compare = _enclosed_comparison
    try:
        values = list(_compared(formula, formula.statement, where, digits, compare))
    except (EvaluationError, TypeError):  # a side, like an integral over an infinite range, that has no enclosure
        compare = _validated_comparison
        values = list(_compared(formula, formula.statement, where, digits, compare))
    numbers = _numbers(where, [a for a, _ in values], [b for _, b in values])
    worst = next((i for i, (a, b) in enumerate(values) if a > b), None)
    if worst is not None:
        left, right = values[worst]
        text = f"counterexample: at {_point_words(where[worst])} the left side is {_show(left)}, the right {_show(right)}"
        return Leg("digits", "counterexample", False, text, numbers), "none"
    if not all(b > a for a, b in values):
        raise ValidationError("equality at a test point: the reverse could not be refused")
    for words, statement in own.broken:  # at the first point that refutes it, which a quick run may have to look for, too
        if all(a <= b for a, b in _compared(formula, statement, everywhere, digits, compare)):
            raise ValidationError(f"a variant that is false also passes: {words}")
    gap = min(_share((b - a) / b) for a, b in values)
    caught = "; ".join(["the reversed inequality", *(words for words, _ in own.broken)])
    how = ("certain", "enclosure") if compare is _enclosed_comparison else ("holds", "self-validated")
    text = f"{how[0]} at {len(where)} random points ({how[1]}{'s' * (how[0] == 'certain')}), smallest relative gap {gap:.2g}"
    return Leg("digits", f"{how[0]} at {len(where)} points ({how[1]})", True, text, numbers), caught


def _share(ratio: Any) -> float:
    """A ratio of balls, or of numbers, as a float."""
    return float(ratio if isinstance(ratio, mpmath.mpf) else ratio.mid())


Comparison = Callable[[Any, Any, int], bool]


def _enclosed_comparison(left: Any, right: Any, digits: int) -> bool:
    """Whether two balls are narrow enough to be compared."""
    return bool(left <= right or left > right)


def _validated_comparison(left: Any, right: Any, digits: int) -> bool:
    """Whether two numbers, known to `digits` digits, are far enough apart to be compared."""
    return abs(left - right) > max(abs(left), abs(right)) * mpmath.mpf(10) ** (3 - digits)


def _compared(
    formula: Formula, statement: Relation, where: Sequence[Point], digits: int, known: Comparison
) -> Iterator[tuple[Any, Any]]:
    """Both sides at every point, to as many digits as it takes to compare them. Raises ValidationError where `digits` are too
    few."""
    names = list(where[0])
    balls = known is _enclosed_comparison
    make, instead = (arb_function, formula.check.independent_arb) if balls else (mpmath_function, formula.check.independent)
    one, two = (make(side, names, instead) for side in (statement.lhs, statement.rhs))
    for point in where:
        for enough in (min(15, digits), digits):  # more digits cost more and are seldom needed to compare
            left, right = one(*point.values(), digits=enough), two(*point.values(), digits=enough)
            if known(left, right, enough):
                break
        else:
            raise ValidationError(f"{digits} digits are too few to compare the sides at {_point_words(point)}")
        yield left, right


def _equality(formula: Formula, digits: int, quick: bool) -> tuple[Leg, str]:
    own = formula.check
    where = _points(formula, min(own.count, 2 if quick else 4))
    lhs, rhs = formula.statement.lhs, formula.statement.rhs
    names = list(where[0])
    enclosed = own.enclosed
    cache: dict[Any, Any] = {}
    instead = independent_ways(formula, "arb" if enclosed else "mpmath")
    # The referee replaces a quantity on the left; on the right only where the left is a bare symbol.
    table = instead if getattr(lhs, "is_Symbol", False) else {}
    left, right = [], []
    if enclosed:
        one, two = arb_function(lhs, names, instead), arb_function(rhs, names, table)
        left = [one(*p.values(), digits=digits + 5) for p in where]
        right = [two(*p.values(), digits=digits + 5) for p in where]
        apart = [not a.overlaps(b) for a, b in zip(left, right, strict=True)]
        agree, worst = not any(apart), apart.index(True) if any(apart) else 0
        width = max(_log_radius(v) for v in (*left, *right))
        reached = int(-width)
    else:
        one, two = mpmath_function(lhs, names, instead), mpmath_function(rhs, names, cache=cache)
        left = [one(*p.values(), digits=digits) for p in where]
        right = [two(*p.values(), digits=digits) for p in where]
        with mpmath.workdps(digits + 10):
            gaps = [abs(a - b) / abs(b) for a, b in zip(left, right, strict=True)]
            reached = min(digits if g == 0 else int(mpmath.floor(-mpmath.log10(g))) for g in gaps)
            worst = gaps.index(max(gaps))
        agree = reached >= digits - 1
    if enclosed and agree and reached < digits:
        raise ValidationError(f"the balls are too wide: {reached} digits of {digits}")
    kind = "enclosure" if enclosed else "self-validated"
    caught = "none"
    if agree:
        compiled = (lambda wrong: arb_function(wrong, [*names, _EPSILON], table)) if enclosed else _variants(rhs, names, cache)
        caught = _caught_equality(rhs, compiled, where, left, enclosed, digits, quick)
    note = f"; {own.note}" if own.note else ""
    if agree:
        text = f"{min(reached, digits)} digits at {len(where)} random points ({kind}){note}"
        return Leg("digits", f"{min(reached, digits)} digits ({kind})", True, text, _numbers(where, left, right)), caught
    at, one_side, other = _point_words(where[worst]), _show(left[worst]), _show(right[worst])
    text = f"counterexample: at {at} the quantity is {one_side}, the claim gives {other}{note}"
    return Leg("digits", "counterexample", False, text, _numbers(where, left, right)), caught


def _points(formula: Formula, count: int, skip: Sequence[Symbol] = ()) -> list[dict[Symbol, Any]]:
    """`count` random points of the formula's domain (the symbols `skip` left out)."""
    return points_in([s for s in formula.symbols if s not in skip], formula.domain, count, formula.check.near)


def independent_ways(formula: Formula, arithmetic: str) -> dict[QuantityMeta, Callable[..., Any]]:
    """What computes the quantities of the left side in place of their own evaluators: referees, and the formula's own ways."""
    own = formula.check
    table: dict[QuantityMeta, Callable[..., Any]] = {}
    if own.by_referee:
        expressions = (formula.statement.lhs, formula.statement.rhs)
        classes = {cls for expression in expressions for cls in quantities_of(expression)}
        table = {cls: way for cls in classes if (way := getattr(cls, f"referee_{arithmetic}")) is not None}
    return table | dict(own.independent_arb if arithmetic == "arb" else own.independent)


def _caught_equality(
    rhs: Expr, compiled: Callable[[Expr], Any], where: Any, left: Any, enclosed: bool, digits: int, quick: bool
) -> str:
    def passes(wrong: Callable[..., Any], amount: Any) -> bool:
        for point, value in zip(where, left, strict=True):
            if enclosed:
                got = wrong(*point.values(), _exact_power(amount), digits=digits + 5)
                if not value.overlaps(got):
                    return False
            else:
                got = wrong(*point.values(), amount, digits=digits)
                with mpmath.workdps(digits + 10):
                    if abs(value - got) > abs(got) * mpmath.mpf(10) ** (1 - digits):
                        return False
        return True

    return _smallest(rhs, compiled, passes, most=4 if quick else None, floor=digits)


def _variants(rhs: Expr, names: list[Symbol], cache: dict[Any, Any]) -> Callable[[Expr], Callable[..., Any]]:
    """Compiles perturbed claims. Of a sum only the terms that changed are computed anew for each; the sum itself once."""
    if not isinstance(rhs, Add):
        return lambda wrong: mpmath_function(wrong, [*names, _EPSILON], cache=cache)
    whole, known = mpmath_function(rhs, names, cache=cache), {}

    def compiled(wrong: Expr) -> Callable[..., Any]:
        change = mpmath_function(wrong - rhs, [*names, _EPSILON], cache=cache)

        def claim(*values: Any, digits: int) -> Any:
            key = (*map(str, values[:-1]), digits)
            if key not in known:
                known[key] = whole(*values[:-1], digits=digits)
            with mpmath.workdps(digits + 10):
                return known[key] + change(*values, digits=digits)

        return claim

    return compiled


def _asymptotic(formula: Formula, digits: int, quick: bool) -> tuple[Leg, str]:
    statement = formula.statement
    assert isinstance(statement, AsymptoticTo)
    variable = statement.variable
    where = _points(formula, 1 if quick else 2, skip=(variable,))
    # One point goes all the way out; the other shows the order over the first four decades.
    series = [_Exact(formula, point, digits, quick, far_too=index == 0) for index, point in enumerate(where)]
    names = [*where[0], variable]
    cache: dict[Any, Any] = {}
    compiled = mpmath_function(statement.rhs, names, cache=cache)
    wanted = float(simplify(variable * diff(statement.remainder, variable) / statement.remainder))

    def measure(claim: Callable[..., Any], *extra: Any) -> tuple[bool, list[float], int, Any]:
        slopes, reached, example = [], 0, None
        good = True
        for exact in series:
            errors, values = [], []
            rungs = zip(exact.ladder, exact.values, exact.accuracy, strict=True)
            for big, value, accuracy in reversed(list(rungs)):  # what was computed for the far end serves the others
                got = claim(*exact.point.values(), big, *extra, digits=accuracy)
                values.append(got)
                with mpmath.workdps(exact.digits):
                    errors.append(abs(value - got))
            if 0 in errors:
                raise ValidationError("the error of the claim vanishes: both sides come from the same computation")
            with mpmath.workdps(30):
                heights = [mpmath.log(e) for e in reversed(errors)]
                places = [mpmath.log(mpmath.mpf(at)) for at in exact.ladder]
                own = [float((b - a) / (y - x)) for a, b, x, y in zip(heights, heights[1:], places, places[1:], strict=False)]
                if exact is series[0]:  # the one that goes farthest
                    reached = int(mpmath.floor(-mpmath.log10(errors[0] / abs(exact.values[-1]))))
            slopes += own
            if not all(abs(slope - wanted) <= 0.02 * max(1.0, abs(wanted)) for slope in own):
                good = False
                example = (exact, values[-1], own[0])
                break
        return good, slopes, reached, example

    good, slopes, reached, example = measure(compiled)
    caught = "none"
    if good:
        caught = _smallest(
            statement.rhs,
            _variants(statement.rhs, names, cache),
            lambda claim, amount: measure(claim, amount)[0],
            most=4 if quick else None,
            floor=digits,
        )
        start, mid, end = series[0].ladder[0], series[0].ladder[-2], series[0].ladder[-1]
        text = (
            f"agrees to {reached} digits at {variable} = {end}; error exponent {slopes[0]:.4f} from {variable} = {start} "
            f"to {mid} and {slopes[1]:.4f} on to {end} (claimed {wanted:g}) ({series[0].kind})"
        )
        numbers = {"slopes": [f"{s:.6f}" for s in slopes], "digits": str(reached), "far_end": f"{variable} = {end}"}
        return Leg("digits", f"{reached} digits at {variable} = {end}, order {slopes[1]:.3f}", True, text, numbers), caught
    exact, got, near = example
    if near < wanted - 0.02 * max(1.0, abs(wanted)) and _falls(statement):
        # From the near end: farther out the values have only the digits that the claimed remainder asks for.
        raise ValidationError(
            f"the remainder is not sharp: the error falls faster than {statement.remainder}, about as {variable}^{near:.2f}; "
            "state that as the remainder"
        )
    with mpmath.workdps(exact.digits):  # the difference may lie many digits down
        off = abs(got / exact.values[0] - 1)
        text = (
            f"counterexample: at {_point_words(exact.point)}, {variable} = {exact.ladder[0]} the quantity is "
            f"{mpmath.nstr(exact.values[0], 12)}, the claim gives {mpmath.nstr(got, 12)} "
            f"({float(100 * off):.3g} % off); the error goes as {variable}^{slopes[1]:.3f}, claimed {variable}^{wanted:g}"
        )
    return Leg("digits", "counterexample", False, text, {"slopes": [f"{s:.6f}" for s in slopes]}), caught


class _Exact:
    """The quantity at two values of the claim's variable that are four decades apart and, with `far_too`, at one very
    large. Each to enough digits to show the remainder to _SHOWN digits of its own."""

    def __init__(self, formula: Formula, point: Point, digits: int, quick: bool, far_too: bool) -> None:
        statement = formula.statement
        assert isinstance(statement, AsymptoticTo)
        self.point, self.variable = dict(point), statement.variable
        order = abs(float(simplify(self.variable * diff(statement.remainder, self.variable) / statement.remainder)))
        # The relative size of the remainder is variable^-gap: go far enough to see `digits` digits agree.
        order = order if _falls(statement) else -order
        gap = order - _leading_order(statement.rhs, self.point, self.variable)
        if not gap > 0:
            raise ValidationError(
                f"the remainder {statement.remainder} is not below the claim {statement.rhs} as {self.variable} grows: "
                "nothing is claimed"
            )
        own = formula.check
        near, middle, far = (*own.ladder, *("1e6", "1e10")[len(own.ladder) :], "")[:3]
        # Of a ladder without its far end, or of none, the far end is where the digits wanted are reached.
        far = far or f"1e{max(16, math.ceil((digits + 10) / gap))}"
        self.ladder = (near, middle, own.quick_far if quick and own.quick_far else far)
        if not far_too:
            self.ladder = self.ladder[:2]
        sizes = [float(mpmath.log10(mpmath.mpf(big))) for big in self.ladder]
        self.accuracy = [max(20, int(size * gap) + _SHOWN) for size in sizes]
        self.digits = max(self.accuracy) + 10
        self.enclosed = True
        self.values = [self._value(formula, *rung) for rung in zip(self.ladder, self.accuracy, strict=True)]
        self.kind = "enclosure" if own.enclosed and self.enclosed else "self-validated"

    def _value(self, formula: Formula, big: str, digits: int) -> Any:
        full = {**self.point, self.variable: big}
        lhs, own = formula.statement.lhs, formula.check
        if own.enclosed:
            try:
                return midpoint(arb_function(lhs, list(full), independent_ways(formula, "arb"))(*full.values(), digits=digits))
            except DomainError:  # beyond the reach of the enclosure
                self.enclosed = False
        if own.left_digits:  # a value that is dear, or known to no more
            per_decade, more = own.left_digits
            digits = per_decade * int(float(mpmath.log10(mpmath.mpf(big)))) + more
        # Claims about one quantity (a printed and a corrected one) are tested at the same points.
        key = (lhs, tuple(own.independent.items()), tuple(sorted((str(s), str(v)) for s, v in full.items())))
        if _VALUES.get(key, (0, None))[0] < digits:
            value = mpmath_function(lhs, list(full), independent_ways(formula, "mpmath"))
            _VALUES[key] = digits, value(*full.values(), digits=digits)
        return _VALUES[key][1]


#: (digits, value) of quantities computed so far, in this process.
_VALUES: dict[Any, tuple[int, Any]] = {}


def _falls(statement: AsymptoticTo) -> bool:
    """Whether the remainder falls as the variable grows (it may be O(1), or grow more slowly than the claim)."""
    return float(simplify(statement.variable * diff(statement.remainder, statement.variable) / statement.remainder)) <= 0


def _leading_order(rhs: Expr, point: Point, variable: Symbol) -> float:
    """p with rhs ~ variable^-p as it tends to infinity, at a point. Raises ValidationError where the claim is 0."""
    if rhs == 0:
        raise ValidationError("a claim of 0 is but a bound: state the leading term, or an inequality")
    function = mpmath_function(rhs, [*point, variable])
    one, two = (abs(function(*point.values(), big, digits=20)) for big in ("1e40", "1e41"))
    return round(float(mpmath.log10(one / two)), 2)


def _smallest(
    rhs: Expr, compiled: Callable[[Expr], Any], passes: Callable[[Any, Any], bool], most: int | None, floor: int
) -> str:
    """Perturb every number of the claim; the smallest amount caught, and whether each is caught at 10^-6."""
    smallest, missed, tried = None, [], 0
    for words, wrong in perturbations(rhs, _EPSILON, most=most):
        tried += 1
        claim = compiled(wrong)
        best = None
        for amount in AMOUNTS:
            if passes(claim, amount):
                break
            best = amount
        if best is None or best > AMOUNTS[1]:
            missed.append(words)
        if best is not None and (smallest is None or best < smallest):
            smallest = best
    if missed:
        raise ValidationError(f"a perturbation of 10^-6 is not caught: {missed[0]}")
    return f"{mpmath.nstr(smallest, 1)} ({tried} numbers of the claim, each caught at 1e-6)"


def _exact_power(amount: Any) -> Any:

    return Fraction(1, 10 ** round(-float(mpmath.log10(amount))))


def _log_radius(ball: Any) -> float:
    """log10 of the relative radius of a ball."""
    if ball.rad() == 0:
        return -1e6
    ratio = ball.rad() / abs(ball).lower()
    return float((ratio.log() / 2.302585092994046).mid())


def _show(value: Any) -> str:
    return str(mpmath.nstr(value, 15)) if isinstance(value, mpmath.mpf) else str(value.str(15))


def _point_words(point: Point) -> str:
    return ", ".join(f"{s} = {float(v):.6g}" for s, v in point.items())


def _numbers(where: Any, left: Any, right: Any) -> dict[str, Any]:
    rows = [
        {"at": {str(s): str(v) for s, v in p.items()}, "quantity": _show(a), "claim": _show(b)}
        for p, a, b in zip(where, left, right, strict=True)
    ]
    return {"points": rows}
