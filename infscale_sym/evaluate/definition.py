"""Numbers from a definition that is an integral, a sum or a root, for quantities without an evaluator of their own.

Integrals: the maxima of ln |integrand| are located first, over the whole range and at as many digits as their width asks for;
the range is cut around them, each panel at most twice as wide as the one before, and integrated by Gauss-Legendre rules of
two orders that must agree; towards a singular or infinite end in the logarithm of the distance, where a divergent integral
shows. So a peak of width 1e-60 is not missed, which mpmath's quadrature alone does without a word; what the search cannot see
is a peak below the slope of another term, and an integrand that is exactly zero at every point of it. Infinite sums: the terms
that matter are added up; where these are too many, two ways of accelerating the sum must agree. Roots: one sign change, then
bracketing.

What does not settle raises ValidationError; nothing is returned that did not agree with its own check. All functions work in
mpmath at the working precision.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import mpmath

from infscale_sym.errors import DomainError, EvaluationError, ValidationError

#: Decades that the search for maxima spans on each side of a finite point of an infinite range.
_DECADES = 130
#: At most this many maxima are resolved; an integrand with more oscillates, and is not settled by this method.
_MOST_PEAKS = 24
#: The most that the logarithm of an integrand falls in a panel.
_FALL = 12
#: At most this many panels more than the maxima ask for: some twenty kinks at fifty digits.
_MOST_PANELS = 2000
#: How far an integral is followed towards an end, in the logarithm of the distance.
_FARTHEST = 16000
#: The most digits at which a maximum is looked for.
_MOST_DIGITS = 1200


def integral(integrand: Callable[[Any], Any], limits: tuple[Any, Any]) -> Any:
    """int integrand(x) dx over (low, high), either end possibly infinite, to the working precision less 25 digits: what it is
    made of may be known to 15 less.

    Raises ValidationError where two meshes differ."""
    low, high = mpmath.mpf(limits[0]), mpmath.mpf(limits[1])
    if low == high:
        return mpmath.mpf(0)
    if low > high:
        return -integral(integrand, (high, low))
    aim = mpmath.mp.dps - 25
    surveyed = _Guarded(integrand)
    found, places = mpmath.mp.dps, None
    while found <= _MOST_DIGITS:
        with mpmath.workdps(found + 10):
            places, needed = _panels(surveyed, low, high, aim)
            if places is not None:
                needed = max(needed, aim + 25 + _lost(surveyed, places))
        if needed <= found + 10:
            break
        found = max(needed, 2 * found)
    if places is None:
        return mpmath.mpf(0)  # the integrand vanishes wherever it was asked
    with mpmath.workdps(max(found, mpmath.mp.dps) + 5):
        return +_by_panels(_Guarded(integrand, surveyed.refused), places, aim)


def _lost(integrand: Callable[[Any], Any], places: list[Any]) -> int:
    """How many of the working digits the integrand loses around its largest value, as (1 - x)^k does where x is tiny."""
    heights = {x: abs(integrand(x)) for x in places[1:-1]}
    high = [x for x, height in heights.items() if 100 * height > max(heights.values())]
    lost = 0
    for x in {high[0], high[len(high) // 2], high[-1], (high[0] + high[-1]) / 2}:
        rough = integrand(x)
        with mpmath.workdps(2 * mpmath.mp.dps):
            fine = integrand(x)
            gap = abs(rough - fine)
        if gap:
            kept = mpmath.log10(abs(fine) / gap) if fine else mpmath.mpf(0)
            lost = max(lost, mpmath.mp.dps - int(max(kept, 0)))
    return lost


def _by_panels(integrand: Callable[[Any], Any], places: list[Any], aim: int) -> Any:
    """The integral over panels by Gauss-Legendre rules on two meshes; those at the ends of the range by `_to_the_end`."""
    first, *inner, last = pairwise(places)
    order, tiny = max(22, int(0.8 * aim)), mpmath.mpf(10) ** -aim
    value = size = mpmath.mpf(0)
    if inner:
        shifted = [inner[0][0], *((a + b) / 2 for a, b in inner), inner[-1][1]]
        one = mpmath.fsum(_gauss(integrand, panel, order) for panel in pairwise(shifted))
        parts = [_gauss(integrand, panel, order) for panel in inner]
        value, size = mpmath.fsum(parts), mpmath.fsum(map(abs, parts))
        if not abs(one - value) <= tiny * size:
            value, size = _adaptively(integrand, inner, order, aim)
    for edge, start, width in (
        (first[0], first[1], inner[0][1] - inner[0][0] if inner else mpmath.mpf(1)),
        (last[1], last[0], inner[-1][1] - inner[-1][0] if inner else mpmath.mpf(1)),
    ):
        more = _to_the_end(integrand, edge, start, width, order, size, aim)
        value, size = value + more, size + abs(more)
    if abs(value) < size * mpmath.mpf(10) ** -10:
        raise ValidationError("the parts of a definition's integral cancel: give the quantity an evaluator of its own")
    return value


def _to_the_end(integrand: Callable[[Any], Any], edge: Any, start: Any, width: Any, order: int, size: Any, aim: int) -> Any:
    """The integral between `start` and the end of the range next to it, without its sign: by Gauss-Legendre rules where the
    integrand is smooth up to a finite end; else in the logarithm s of the distance, where a power has become an exponential
    and a divergent integral is one that does not fall.

    Raises ValidationError where it does not fall."""
    finite, side = not mpmath.isinf(edge), 1 if edge > start else -1
    tiny = mpmath.mpf(10) ** -aim
    if finite:
        panel = (start, edge) if side > 0 else (edge, start)
        try:
            value, error = _two_rules(integrand, panel, order)
            if error <= tiny * (size + abs(value)) / 1000:
                return value
        except (ValidationError, ZeroDivisionError):  # of the end itself: it is not in the range
            pass

    def scaled(s: Any) -> Any:
        if not finite:
            grown = mpmath.exp(s)
            return integrand(start + side * width * (grown - 1)) * width * grown
        # As many digits more as the place comes closer to the end than to zero.
        closer = int(mpmath.log10(abs(edge / (edge - start))) + s / 2) + 5 if edge else 0
        with mpmath.workdps(mpmath.mp.dps + max(closer, 0)):
            left = abs(edge - start) * mpmath.exp(-s)
            return integrand(edge - side * left) * left

    cuts, heights = [mpmath.mpf(0)], [abs(scaled(mpmath.mpf(0)))]
    while True:
        s = 2 * cuts[-1] or mpmath.mpf(1)
        cuts.append(s)
        heights.append(abs(scaled(s)))
        most = size + max(heights)
        if s >= 4 and all(height * cut <= tiny * most / 1000 for height, cut in zip(heights[-2:], cuts[-2:], strict=True)):
            break
        if s > (_FARTHEST if not finite or not edge else 2 * _MOST_DIGITS):
            where = f"at {mpmath.nstr(edge, 6)}" if finite else "at infinity"
            raise ValidationError(
                f"an integral of a definition diverges, or converges too slowly, {where}: give the quantity an evaluator of "
                "its own"
            )
    if max(height * cut for height, cut in zip(heights, cuts, strict=True)) <= tiny * size / 1000:
        return mpmath.mpf(0)
    return _adaptively(scaled, list(pairwise(cuts)), order, aim, size)[0]


def _adaptively(
    integrand: Callable[[Any], Any], panels: list[tuple[Any, Any]], order: int, aim: int, beside: Any = 0
) -> tuple[Any, Any]:
    """(sum, sum of sizes) over panels, halved where the rules of two orders differ, or where the polynomial through the nodes
    misses the integrand at an end: a kink between the end and the first node is seen by neither rule. `beside`: the size of
    what they are added to.

    Raises ValidationError where that does not end."""
    done: list[tuple[Any, Any]] = []
    waiting, size, tiny = panels, mpmath.mpf(0), mpmath.mpf(10) ** -aim
    gaps: list[Any] = []
    for _ in range(4 * aim + 20):  # at a jump, the slowest, every halving gains a factor of two
        found = [(panel, *_two_rules(integrand, panel, order)) for panel in waiting]
        size = beside + mpmath.fsum([abs(value) for value, _ in done] + [abs(value) for _, value, _ in found])
        share = tiny * size / (2 * (len(done) + len(found)))
        waiting = []
        for (a, b), value, error in found:
            middle = (a + b) / 2
            if error <= share or not a < middle < b:
                done.append((value, error))
            else:
                waiting += [(a, middle), (middle, b)]
        gaps.append(mpmath.fsum(error for _, _, error in found))
        # Noise: halving helps nowhere.
        stuck = len(gaps) > 3 and 2 * gaps[-1] > gaps[-4] and len(waiting) > len(done)
        if not waiting or stuck or len(done) + len(waiting) > len(panels) + _MOST_PANELS:
            break
    if waiting or not mpmath.fsum(error for _, error in done) <= tiny * size:
        a, b = waiting[0] if waiting else panels[0]
        raise ValidationError(
            f"an integral of a definition did not settle near {mpmath.nstr(a, 6)} ... {mpmath.nstr(b, 6)}: give the "
            "quantity an evaluator of its own"
        )
    return mpmath.fsum(value for value, _ in done), size


def _two_rules(integrand: Callable[[Any], Any], panel: tuple[Any, Any], order: int) -> tuple[Any, Any]:
    """(value, error): by the finer of two rules; the error includes what may hide between an end and the node next to it."""
    a, b = panel
    centre, half = (a + b) / 2, (b - a) / 2
    nodes = _rule(order, mpmath.mp.prec)
    heights = [integrand(centre + half * node) for node, _ in nodes]
    value = half * mpmath.fsum(weight * height for (_, weight), height in zip(nodes, heights, strict=True))
    error = abs(value - _gauss(integrand, panel, 2 * order // 3))
    for end, shares in zip((a, b), _at_ends(order, mpmath.mp.prec), strict=True):
        through = mpmath.fsum(share * height for share, height in zip(shares, heights, strict=True))
        error += abs(through - integrand(end)) * half * (1 - max(abs(node) for node, _ in nodes))
    return value, error


@lru_cache(maxsize=64)
def _at_ends(order: int, precision: int) -> tuple[list[Any], list[Any]]:
    """The shares of the heights at Legendre's nodes in the polynomial through them, at -1 and at 1: barycentric weights
    (-1)^j ((1 - x^2) w)^(1/2) (Wang & Xiang 2012)."""
    nodes = _rule(order, precision)
    raw = [[(-1) ** j * mpmath.sqrt((1 - x * x) * w) / (side - x) for j, (x, w) in enumerate(nodes)] for side in (-1, 1)]
    return tuple([share / mpmath.fsum(shares) for share in shares] for shares in raw)  # type: ignore[return-value]


def _gauss(integrand: Callable[[Any], Any], panel: tuple[Any, Any], order: int) -> Any:
    """A Gauss-Legendre rule on a panel."""
    a, b = panel
    centre, half = (a + b) / 2, (b - a) / 2
    return half * mpmath.fsum(weight * integrand(centre + half * node) for node, weight in _rule(order, mpmath.mp.prec))


@lru_cache(maxsize=64)
def _rule(order: int, precision: int) -> tuple[tuple[Any, Any], ...]:
    """Nodes and weights on (-1, 1), from Arb, exactly rounded."""
    import flint

    from infscale_sym.evaluate.dyadic import midpoint

    with flint.ctx.workprec(precision + 20):
        both = [flint.arb.legendre_p_root(order, i, weight=True) for i in range(order)]
        return tuple((midpoint(node), midpoint(weight)) for node, weight in both)


class _Guarded:
    """An integrand, real or refused, zero where an evaluator in it refuses its argument and that does not matter.

    `refused`: the intervals where it was found to refuse, if they are known; there only is a refusal taken for zero."""

    def __init__(self, integrand: Callable[[Any], Any], refused: list[tuple[Any, Any]] | None = None) -> None:
        self.integrand, self.searching, self.refused = integrand, refused is None, refused or []

    def __call__(self, x: Any) -> Any:
        try:
            value = self.integrand(x)
        except DomainError as error:
            if self.searching or any(a <= x <= b for a, b in self.refused):
                return mpmath.mpf(0)
            raise _without_a_value(x, error) from error
        if isinstance(value, mpmath.mpc) or not mpmath.isfinite(value):
            raise _without_a_value(x, f"it is {mpmath.nstr(value, 5)}")
        return value

    def answers(self, x: Any) -> bool:
        """Whether the integrand has a value at x."""
        try:
            self.integrand(x)
        except DomainError:
            return False
        return True

    def survey(self, low: Any, high: Any, grid: list[Any], heights: list[Any], least: Any) -> None:
        """Find the intervals where it refuses. Raises ValidationError where ln |integrand| beside one is above `least`."""
        self.refused = []
        asked = [h > -mpmath.inf or self.answers(x) for x, h in zip(grid, heights, strict=True)]
        for i, good in enumerate(asked):
            if good:
                continue
            left, right = low, high
            if i and not asked[i - 1] and self.refused:
                left = self.refused.pop()[0]
            elif i:
                left = self._edge(grid[i - 1], grid[i], least)
            if i + 1 < len(grid):
                right = self._edge(grid[i + 1], grid[i], least) if asked[i + 1] else grid[i]
            self.refused.append((left, right))

    def _edge(self, inside: Any, outside: Any, least: Any) -> Any:
        """The last place with a value between two points."""
        for _ in range(30):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if self.answers(middle) else (inside, middle)
        if _height(self, inside) > least:
            try:
                self.integrand(outside)
            except DomainError as error:
                raise _without_a_value(outside, error) from error
        return inside


def _without_a_value(x: Any, why: Any) -> ValidationError:
    return ValidationError(f"the integrand of a definition has no value where it matters: at {mpmath.nstr(x, 10)}, {why}")


def _height(integrand: Callable[[Any], Any], x: Any) -> Any:
    try:
        value = integrand(x)
    except ZeroDivisionError as error:
        raise _without_a_value(x, "it is infinite") from error
    return mpmath.log(abs(value)) if value else -mpmath.inf


def _grid(low: Any, high: Any) -> list[Any]:
    """Points on all scales: geometric towards each finite end, and towards infinity; denser where things are of order one."""
    powers = sorted({*range(-_DECADES, _DECADES + 1, 2), *(mpmath.mpf(i) / 8 for i in range(-24, 25))})
    steps = [mpmath.mpf(10) ** power for power in powers]
    if mpmath.isinf(low) and mpmath.isinf(high):
        return sorted([-s for s in steps] + [mpmath.mpf(0)] + steps)
    if mpmath.isinf(high):
        return sorted({low + s for s in steps if low + s > low})
    if mpmath.isinf(low):
        return sorted({high - s for s in steps if high - s < high})
    width = high - low
    inner = [s for s in steps if s < 0.5]
    evenly = [low + width * i / 64 for i in range(1, 64)]
    towards = {low + width * s for s in inner} | {high - width * s for s in inner} | set(evenly)
    return sorted(x for x in towards if low < x < high)


def _panels(integrand: _Guarded, low: Any, high: Any, digits: int) -> tuple[list[Any] | None, int]:
    """(ends of the panels, digits that the places of the maxima need to be told from their neighbours)."""
    grid = _grid(low, high)
    heights = [_height(integrand, x) for x in grid]
    best = max(heights)
    drop = (digits + 15) * mpmath.log(10)
    integrand.survey(low, high, grid, heights, best - (digits + 5) * mpmath.log(10))
    if best == -mpmath.inf:
        if integrand.refused:
            raise _without_a_value(grid[0], "an evaluator in it refuses every argument")
        return None, 0
    ends = [-mpmath.inf, *heights, -mpmath.inf]
    tops = [i for i, h in enumerate(heights) if h > ends[i] and h >= ends[i + 2]]  # of a plateau the first point
    peaks, slopes = [], _slopes(grid, heights, tops, drop)
    for i in tops:
        left, right = grid[i - 1] if i else low, grid[i + 1] if i + 1 < len(grid) else high
        peaks.append(_summit(integrand, grid[i], heights[i], left, right))
    reach = {x: ends for (x, _), ends in zip(peaks, slopes, strict=True)}
    best, highest = max((h, x) for x, h in peaks)
    if (mpmath.isinf(high) and highest == grid[-1]) or (mpmath.isinf(low) and highest == grid[0]):
        raise ValidationError("the integrand of a definition is largest at infinity: the integral diverges")
    if len(peaks) > 10 * _MOST_PEAKS:
        raise ValidationError("the integrand of a definition oscillates too much; give the quantity an evaluator of its own")
    around = {x: {side: _step(integrand, x, h, side, low, high) for side in (-1, 1)} for x, h in peaks}
    # What counts is height times width: a high spike may hold less than a low plateau.
    masses = {x: h + mpmath.log(max(filter(None, around[x].values()), default=mpmath.mpf(1))) for x, h in peaks}
    most = max(masses.values())
    peaks = sorted((x, h) for x, h in peaks if masses[x] > most - drop or h > best - drop)
    if len(peaks) > _MOST_PEAKS:
        raise ValidationError("the integrand of a definition oscillates too much; give the quantity an evaluator of its own")
    cuts: dict[Any, Any] = {}
    needed = 0
    for x, h in peaks:
        steps = around[x]
        widest = max((step for step in steps.values() if step is not None), default=mpmath.mpf(0))
        for side, step in steps.items():
            if step is None or (x - low if side < 0 else high - x) < widest / 1000:
                continue  # the maximum is the end of the range: there is nothing on this side of it
            if x:
                needed = max(needed, int(mpmath.ceil(-mpmath.log10(step / abs(x)))) + 15 + digits)
            cuts[x] = h
            while low < x + side * step < high and step < mpmath.mpf(10) ** _DECADES:
                cuts[x + side * step] = height = _height(integrand, x + side * step)
                mass = height + mpmath.log(step)
                most = max(most, mass)
                if height < best - drop and mass < most - drop and side * (x + side * step - reach[x][side]) > 0:
                    break
                step *= 2
    places = sorted(cuts)
    if not places:
        raise ValidationError(
            f"the integrand of a definition is largest within 1e-{_DECADES} of an end of its range: give the quantity an "
            "evaluator of its own"
        )
    return [low, *_evened(integrand, places, cuts), high], needed


def _slopes(grid: list[Any], heights: list[Any], tops: list[int], drop: Any) -> list[dict[int, Any]]:
    """How far down its slopes, on either side of each maximum of the grid, there is height times width that counts."""
    masses = [h + mpmath.log(b - a) for (a, b), h in zip(pairwise([*grid, 2 * grid[-1] - grid[-2]]), heights, strict=True)]
    least = max(masses) - drop
    out = []
    for i in tops:
        ends = {}
        for side in (-1, 1):
            j = far = i
            while 0 <= j + side < len(grid) and heights[j + side] <= heights[j]:
                j += side
                far = j if masses[j] > least else far
            ends[side] = grid[far]
        out.append(ends)
    return out


def _evened(integrand: Callable[[Any], Any], places: list[Any], heights: dict[Any, Any]) -> list[Any]:
    """The places with further ones between, so that the logarithm of the integrand falls by no more than _FALL in a panel."""
    out = places[:1]
    waiting = places[:0:-1]
    while waiting:
        a, b = out[-1], waiting[-1]
        if (
            len(out) < 2000
            and abs(heights[a] - heights[b]) > _FALL
            and max(heights[a], heights[b]) > -mpmath.inf
            and (b - a) > 0
        ):
            middle = (a + b) / 2
            if a < middle < b and heights[a] != -mpmath.inf and heights[b] != -mpmath.inf:
                heights[middle] = _height(integrand, middle)
                waiting.append(middle)
                continue
        out.append(waiting.pop())
    return out


def _summit(integrand: Callable[[Any], Any], x: Any, h: Any, left: Any, right: Any) -> tuple[Any, Any]:
    """The maximum of the height between two neighbours of a grid point, by golden-section search."""
    if mpmath.isinf(left) or mpmath.isinf(right):
        return x, h
    ratio = (mpmath.sqrt(5) - 1) / 2
    a, b = left, right
    c, d = b - ratio * (b - a), a + ratio * (b - a)
    at_c, at_d = _height(integrand, c), _height(integrand, d)
    tiny = mpmath.mpf(10) ** -(mpmath.mp.dps - 5)
    for _ in range(int(5 * mpmath.mp.dps)):
        if b - a <= tiny * max(abs(a), abs(b)) or max(h, at_c, at_d) - min(at_c, at_d) < tiny:
            break
        if at_c > at_d:
            b, d, at_d = d, c, at_c
            c = b - ratio * (b - a)
            at_c = _height(integrand, c)
        else:
            a, c, at_c = c, d, at_d
            d = a + ratio * (b - a)
            at_d = _height(integrand, d)
    return max([(x, h), (c, at_c), (d, at_d)], key=lambda pair: pair[1])


def _step(integrand: Callable[[Any], Any], x: Any, h: Any, side: int, low: Any, high: Any) -> Any:
    """How far from a maximum the logarithm of the integrand has fallen by about 1; None where there is no room."""
    room = high - x if side > 0 else x - low
    if not room > 0:
        return None
    start = mpmath.mpf(10) ** -(mpmath.mp.dps - 6) * (abs(x) if x else mpmath.mpf(10) ** -_DECADES)

    def near(step: Any) -> bool:
        return step < room and step < mpmath.mpf(10) ** _DECADES and h - _height(integrand, x + side * step) < 1

    step = start
    while near(step * 10**6):
        step *= 10**6
    while near(step):
        step *= 4
    return min(step, room / 2)


def summation(term: Callable[[Any], Any], limits: tuple[Any, Any]) -> Any:
    """sum term(i) for whole numbers i from low to high, either of them possibly infinite; as in SymPy, one from low to less
    than low - 1 is the negative of what lies between.

    Raises ValidationError where an infinite sum does not settle."""
    low, high = (mpmath.mpf(limit) for limit in limits)
    for limit in (low, high):
        if not mpmath.isinf(limit) and not mpmath.isint(limit):
            raise ValidationError(f"a sum of a definition runs over whole numbers; got the limit {mpmath.nstr(limit, 10)}")
    if low == mpmath.inf or high == -mpmath.inf:
        raise ValidationError("a sum of a definition begins at infinity; it must end there")
    if low == -mpmath.inf:
        if high == mpmath.inf:
            return _series(term, mpmath.mpf(0)) + _series(lambda i: term(-i), mpmath.mpf(1))
        return _series(lambda i: term(-i), -high)
    if high == mpmath.inf:
        return _series(term, low)
    if high < low - 1:
        return -_terms(term, high + 1, low - 1)
    return _terms(term, low, high)


def _term(term: Callable[[Any], Any], i: Any) -> Any:
    """One term, real and finite."""
    try:
        value = term(i)
    except ZeroDivisionError:
        value = mpmath.inf
    if isinstance(value, mpmath.mpc) or not mpmath.isfinite(value):
        raise ValidationError(f"a term of a definition's sum is {mpmath.nstr(value, 5)}: that at {mpmath.nstr(i, 10)}")
    return value


def _terms(term: Callable[[Any], Any], low: Any, high: Any) -> Any:
    """The terms from low to high added up, at as many digits more as cancel."""
    if high - low > 1_000_000:
        raise EvaluationError("a sum of over a million terms needs an evaluator of its own")
    aim, digits = mpmath.mp.dps - 25, mpmath.mp.dps
    while digits <= _MOST_DIGITS:
        with mpmath.workdps(digits):
            values = [_term(term, low + i) for i in range(int(high - low) + 1)]
            total, size = mpmath.fsum(values), mpmath.fsum(values, absolute=True)
            lost = mpmath.log10(size / abs(total)) if total else mpmath.mpf(digits if size else 0)
        if lost + aim + 15 <= digits or (not total and digits > 2 * (aim + 25)):
            return total
        digits = int(min(lost, digits)) + digits + 5
    raise ValidationError("the terms of a definition's sum cancel: give the quantity an evaluator of its own")


def _series(term: Callable[[Any], Any], low: Any) -> Any:
    """The sum from low to infinity. Raises ValidationError where its terms do not fall, or it does not settle."""
    aim = mpmath.mp.dps - 25

    def height(n: int) -> Any:
        value = _term(term, low + n)
        return mpmath.log(abs(value)) if value else -mpmath.inf

    places = sorted({*range(40), *(int(40 * 1.1**i) for i in range(260))})  # to 2e12
    heights = {n: height(n) for n in places}
    for i in range(1, len(places) - 1):  # climb what the grid shows the foot of
        a, n, b = places[i - 1 : i + 2]
        if heights[n] > heights[a] and heights[n] >= heights[b]:
            while b - a > 2:
                c, d = a + (b - a) // 3, b - (b - a) // 3
                heights |= {c: height(c), d: height(d)}
                a, b = (a, d) if heights[c] > heights[d] else (c, b)
    best = max(heights.values())
    if best == -mpmath.inf:
        return mpmath.mpf(0)
    counted = [n for n in sorted(heights) if heights[n] + mpmath.log(n + 1) > best - (aim + 15) * mpmath.log(10)]
    beyond = [n for n in places if n > counted[-1]]
    if counted[-1] < 20_000 and len(beyond) > 1:
        return _terms(term, low, low + beyond[1])
    if heights[places[-1]] > best - 5 or heights[places[-1]] > heights[places[-60]]:
        raise ValidationError("the terms of a definition's sum do not fall to zero: it diverges, or converges too slowly")
    early, late = places[-60], places[-1]
    slope = (heights[late] - heights[early]) / (mpmath.log(late) - mpmath.log(early))
    if slope > -1.001 and len({mpmath.sign(term(low + n)) for n in places[-30:]}) == 1:
        raise ValidationError("the terms of a definition's sum fall no faster than 1/i: it diverges, or converges too slowly")
    if max(heights, key=lambda n: heights[n]) > 1000:
        raise ValidationError("an infinite sum of a definition has its largest terms too far out; give an evaluator of its own")
    first, ends = max(10, *(n for n in heights if heights[n] > best - 2 and n < 1000)), []
    for method in ("levin", "richardson+shanks"):
        for start, more in ((0, 0), (first, 10)):
            try:
                with mpmath.workdps(mpmath.mp.dps + more):
                    begun = mpmath.fsum(_term(term, low + n) for n in range(start))
                    ends.append(begun + mpmath.nsum(term, [low + start, mpmath.inf], method=method))
            except (ValueError, ZeroDivisionError):  # of an acceleration that breaks down
                continue
            for one in ends[:-1]:
                if abs(one - ends[-1]) <= abs(ends[-1]) * mpmath.mpf(10) ** -aim:
                    return +ends[-1]
    raise ValidationError(f"an infinite sum of a definition did not settle to {aim} digits; give an evaluator of its own")


def root(function: Callable[[Any], Any], limits: tuple[Any, Any]) -> Any:
    """The zero of `function` in (low, high). Raises ValidationError unless it changes its sign just once on a grid of all
    scales, and does so through zero."""
    low, high = mpmath.mpf(limits[0]), mpmath.mpf(limits[1])
    if not low < high:
        raise ValidationError(f"a root is looked for from the lesser number to the larger; got {low} and {high}")

    def sign(x: Any) -> int:
        try:
            value = function(x)
        except ZeroDivisionError:
            value = mpmath.inf
        if isinstance(value, mpmath.mpc) or not mpmath.isfinite(value):
            raise ValidationError(f"the equation of a definition is {mpmath.nstr(value, 5)} at {mpmath.nstr(x, 10)}")
        return int(mpmath.sign(value))

    grid = _grid(low, high)[:: 1 if not mpmath.isinf(high - low) else 2]
    signs = [(x, sign(x)) for x in grid]
    apart = [(x, s) for x, s in signs if s]
    changes = [(a, b) for (a, one), (b, two) in pairwise(apart) if one != two]
    if len(changes) != 1:
        raise ValidationError(f"the equation of a definition has {len(changes)} sign changes in its range; one is wanted")
    a, b = changes[0]
    zeros = [x for x, s in signs if not s and a < x < b]
    if len(zeros) > 1:
        raise ValidationError(f"the equation of a definition holds at {len(zeros)} places of its range; one is wanted")
    if zeros:
        return zeros[0]
    with mpmath.workdps(mpmath.mp.dps + 10):
        most, below = max(abs(function(a)), abs(function(b))), sign(a)
        found = mpmath.findroot(function, (a, b), solver="anderson", verify=False, maxsteps=60)
        near = abs(found) * mpmath.mpf(10) ** (25 - mpmath.mp.dps)
        if not (a < found < b and sign(found - near) != sign(found + near)):  # a root of higher order
            while b - a > abs(a) * mpmath.mpf(10) ** (15 - mpmath.mp.dps):
                middle = (a + b) / 2
                if not (s := sign(middle)):
                    a = b = middle
                a, b = (middle, b) if s == below else (a, middle)
            found = (a + b) / 2
            near = abs(found) * mpmath.mpf(10) ** (25 - mpmath.mp.dps)
        if max(abs(function(found - near)), abs(function(found + near))) > most:
            raise ValidationError("the equation of a definition changes its sign at a pole; a root is wanted")
    return +found


def ball_integral(integrand: Callable[[Any, bool], Any], low: Any, high: Any) -> Any:
    """A ball that contains the integral over a finite range (Arb's adaptive Gauss-Legendre quadrature with proved errors,
    Johansson 2018). `integrand(x, analytic)` works on complex balls and honours the flag.

    Raises EvaluationError if it does not converge."""
    import flint

    value = flint.acb.integral(integrand, flint.acb(low), flint.acb(high))
    if not value.real.is_finite():
        raise EvaluationError("the enclosure of a definition's integral does not converge; give the quantity an arb evaluator")
    return value.real
