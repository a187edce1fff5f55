"""Numbers from a definition that is an integral, a sum or a root, for quantities without an evaluator of their own.

Integrals: the maxima of ln |integrand| are located first, over the whole range and at as many digits as their width asks for;
the range is cut around them, each panel at most twice as wide as the one before, and integrated by Gauss-Legendre rules of
two orders that must agree, at the ends of the range by tanh-sinh quadrature (Takahasi & Mori 1974) on two meshes. So a peak
of width 1e-60 is not missed, which mpmath's quadrature alone does without a word. Infinite sums: two ways of accelerating
them must agree. Roots: one sign change, then bracketing.

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
    integrand = _within_reach(integrand)
    found, places = mpmath.mp.dps, None
    while found <= _MOST_DIGITS:
        with mpmath.workdps(found + 10):
            places, needed = _panels(integrand, low, high, aim)
            if places is not None:
                needed = max(needed, aim + 25 + _lost(integrand, places))
        if needed <= found + 10:
            break
        found = max(needed, 2 * found)
    if places is None:
        return mpmath.mpf(0)  # the integrand vanishes wherever it was asked
    with mpmath.workdps(max(found, mpmath.mp.dps) + 5):
        return +_by_panels(integrand, places, aim)


def _lost(integrand: Callable[[Any], Any], places: list[Any]) -> int:
    """How many of the working digits the integrand loses around its largest value, as (1 - x)^k does where x is tiny."""
    heights = {x: abs(integrand(x)) for x in places if not mpmath.isinf(x)}
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
    """The integral over panels by Gauss-Legendre rules on two meshes; the panels at the ends of the range by tanh-sinh
    quadrature, where they count."""
    inner = list(pairwise(places))
    first, last = inner[0], inner[-1]
    ends = [
        panel for panel in dict.fromkeys((first, last)) if mpmath.isinf(panel[0]) or mpmath.isinf(panel[1]) or len(inner) > 2
    ]
    inner = [panel for panel in inner if panel not in ends]
    order, tiny = max(22, int(0.8 * aim)), mpmath.mpf(10) ** -aim
    shifted = [inner[0][0], *((a + b) / 2 for a, b in inner), inner[-1][1]]
    one = mpmath.fsum(_gauss(integrand, panel, order) for panel in pairwise(shifted))
    parts = [_gauss(integrand, panel, order) for panel in inner]
    value, size = mpmath.fsum(parts), mpmath.fsum(map(abs, parts))
    if not abs(one - value) <= tiny * size:
        value, size = _adaptively(integrand, inner, order, aim)
    for a, b in ends:
        if not mpmath.isinf(a) and not mpmath.isinf(b) and 100 * abs(integrand((a + b) / 2)) * (b - a) < tiny * size / 1000:
            continue
        half = _between(a, b)
        whole, split = _tanh_sinh(integrand, [a, b], size), _tanh_sinh(integrand, [a, half, b], size)
        if not abs(whole - split) <= tiny * (size + abs(split)):
            raise ValidationError(
                f"an integral of a definition did not settle near {mpmath.nstr(a, 6)} ... {mpmath.nstr(b, 6)}: give the "
                "quantity an evaluator of its own"
            )
        value, size = value + split, size + abs(split)
    if abs(value) < size * mpmath.mpf(10) ** -10:
        raise ValidationError("the parts of a definition's integral cancel: give the quantity an evaluator of its own")
    return value


def _tanh_sinh(integrand: Callable[[Any], Any], ends: list[Any], size: Any) -> Any:
    """mpmath's quadrature in units of `size`: its own tolerance is absolute."""
    unit = size or mpmath.mpf(1)
    return unit * mpmath.quad(lambda x: integrand(x) / unit, ends)


def _adaptively(integrand: Callable[[Any], Any], panels: list[tuple[Any, Any]], order: int, aim: int) -> tuple[Any, Any]:
    """(sum, sum of sizes) over panels, halved where the rules of two orders differ, or where the polynomial through the nodes
    misses the integrand at an end: a kink between the end and the first node is seen by neither rule.

    Raises ValidationError where that does not end."""
    done: list[tuple[Any, Any]] = []
    waiting, size, tiny = panels, mpmath.mpf(0), mpmath.mpf(10) ** -aim
    gaps: list[Any] = []
    for _ in range(4 * aim + 20):  # at a jump, the slowest, every halving gains a factor of two
        found = [(panel, *_two_rules(integrand, panel, order)) for panel in waiting]
        size = mpmath.fsum([abs(value) for value, _ in done] + [abs(value) for _, value, _ in found])
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


def _within_reach(integrand: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The integrand, zero where an evaluator in it refuses its argument; `_panels` makes sure that nothing is lost there."""

    def guarded(x: Any) -> Any:
        try:
            return integrand(x)
        except DomainError:
            return mpmath.mpf(0)

    return guarded


def _height(integrand: Callable[[Any], Any], x: Any) -> Any:
    value = integrand(x)
    if mpmath.isnan(value):
        raise ValidationError(f"the integrand of a definition is not a number at {mpmath.nstr(x, 10)}")
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


def _between(a: Any, b: Any) -> Any:
    if mpmath.isinf(a) and mpmath.isinf(b):
        return mpmath.mpf(0)
    if mpmath.isinf(b):
        return 2 * a if a > 1 else a + 1
    if mpmath.isinf(a):
        return 2 * b if b < -1 else b - 1
    return (a + b) / 2


def _panels(integrand: Callable[[Any], Any], low: Any, high: Any, digits: int) -> tuple[list[Any] | None, int]:
    """(ends of the panels, digits that the places of the maxima need to be told from their neighbours)."""
    grid = _grid(low, high)
    heights = [_height(integrand, x) for x in grid]
    best = max(heights)
    if best == -mpmath.inf:
        return None, 0
    drop = (digits + 15) * mpmath.log(10)
    ends = [-mpmath.inf, *heights, -mpmath.inf]
    tops = [i for i, h in enumerate(heights) if h > ends[i] and h >= ends[i + 2]]  # of a plateau the first point
    peaks = []
    for i in tops:
        left, right = grid[i - 1] if i else low, grid[i + 1] if i + 1 < len(grid) else high
        peaks.append(_summit(integrand, grid[i], heights[i], left, right))
    best, highest = max((h, x) for x, h in peaks)
    if (mpmath.isinf(high) and highest == grid[-1]) or (mpmath.isinf(low) and highest == grid[0]):
        raise ValidationError("the integrand of a definition is largest at infinity: the integral diverges")
    peaks = sorted((x, h) for x, h in peaks if h > best - drop)
    if len(peaks) > _MOST_PEAKS:
        raise ValidationError("the integrand of a definition oscillates too much; give the quantity an evaluator of its own")
    cuts: dict[Any, Any] = {}
    needed = 0
    for x, h in peaks:
        steps = {side: _step(integrand, x, h, side, low, high) for side in (-1, 1)}
        widest = max((step for step in steps.values() if step is not None), default=mpmath.mpf(0))
        for side, step in steps.items():
            if step is None or (x - low if side < 0 else high - x) < widest / 1000:
                continue  # the maximum is the end of the range: there is nothing on this side of it
            if x:
                needed = max(needed, int(mpmath.ceil(-mpmath.log10(step / abs(x)))) + 15 + digits)
            cuts[x] = h
            while low < x + side * step < high and step < mpmath.mpf(10) ** _DECADES:
                cuts[x + side * step] = height = _height(integrand, x + side * step)
                if height < best - drop:
                    break
                step *= 2
    places = sorted(cuts)
    return [low, *_evened(integrand, places, cuts), high], needed


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
    """sum term(i) for i from low to high (a whole number or infinity). Raises ValidationError where an infinite sum does not
    settle."""
    low, high = limits
    if not mpmath.isinf(high):
        if high - low > 1_000_000:
            raise EvaluationError("a sum of over a million terms needs an evaluator of its own")
        return mpmath.fsum(term(mpmath.mpf(i)) for i in range(int(low), int(high) + 1))
    aim = mpmath.mp.dps - 25
    one = mpmath.nsum(term, [low, mpmath.inf])
    with mpmath.workdps(mpmath.mp.dps + 10):
        two = mpmath.fsum(term(low + i) for i in range(40)) + mpmath.nsum(term, [low + 40, mpmath.inf])
    if not abs(one - two) <= abs(two) * mpmath.mpf(10) ** -aim:
        raise ValidationError(f"an infinite sum of a definition did not settle to {aim} digits; give an evaluator of its own")
    return +two


def root(function: Callable[[Any], Any], limits: tuple[Any, Any]) -> Any:
    """The zero of `function` in (low, high). Raises ValidationError unless it changes its sign just once on a grid of all
    scales."""
    low, high = mpmath.mpf(limits[0]), mpmath.mpf(limits[1])
    grid = _grid(low, high)[:: 1 if not mpmath.isinf(high - low) else 2]
    values = [function(x) for x in grid]
    changes = [i for i, (a, b) in enumerate(pairwise(values)) if (a > 0) != (b > 0) or b == 0]
    if len(changes) != 1:
        raise ValidationError(f"the equation of a definition has {len(changes)} sign changes in its range; one is wanted")
    at = changes[0]
    with mpmath.workdps(mpmath.mp.dps + 10):
        found = mpmath.findroot(function, (grid[at], grid[at + 1]), solver="anderson", verify=False, maxsteps=400)
        near = abs(found) * mpmath.mpf(10) ** (25 - mpmath.mp.dps)
        if not (function(found - near) > 0) != (function(found + near) > 0):
            raise ValidationError("the root of a definition did not settle; give the quantity an evaluator of its own")
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
