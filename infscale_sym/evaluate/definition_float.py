"""The float64 value of an integral in a definition, by the method of `definition.integral` on arrays; or no value at all.

The maxima of ln |integrand| are located on all scales, the range is cut around them, and Gauss-Legendre rules of two orders
must agree to 1e-13 of the whole in every panel, which is halved until they do. Where they never do, or a peak is too narrow
for doubles, `Unsettled` is raised and the caller turns to mpmath, which is slower and settles more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError

Function = Callable[[np.ndarray], Any]

#: What two rules may differ by, of the sum of the sizes of the panels.
_CLOSE = 1e-12
#: The fall of ln |integrand| beyond which nothing counts, and the most that it falls in a panel.
_DEEP, _FALL = 60.0, 6.0


class Unsettled(ArithmeticError):
    """Doubles do not settle this integral."""


def integral(function: Function, limits: tuple[Any, Any]) -> float:
    """int function(x) dx over (low, high), either end possibly infinite. Raises Unsettled."""
    low, high = float(limits[0]), float(limits[1])
    if low == high:
        return 0.0
    if low > high:
        return -integral(function, (high, low))
    with np.errstate(all="ignore"):
        value, size = _adapted(function, _panels(function, low, high))
    if not np.isfinite(value) or abs(value) < 1e-3 * size:  # the parts cancel: doubles lose digits
        raise Unsettled
    return value


def _adapted(function: Function, panels: np.ndarray) -> tuple[float, float]:
    """(sum, sum of sizes) over the panels, halved where two rules differ: at a kink again and again."""
    value = size = 0.0
    for _ in range(60):
        coarse, fine = _gauss(function, panels, 16), _gauss(function, panels, 24)
        settled = np.abs(coarse - fine) <= _CLOSE / 10 * (size + np.abs(fine).sum())
        value, size = value + float(fine[settled].sum()), size + float(np.abs(fine[settled]).sum())
        left = panels[~settled]
        if not len(left):
            return value, size
        middle = left.mean(axis=1)
        panels = np.concatenate([np.stack([left[:, 0], middle], 1), np.stack([middle, left[:, 1]], 1)])
        if len(panels) > 4000:
            break
    raise Unsettled


def _values(function: Function, at: np.ndarray) -> np.ndarray:
    try:
        values = np.broadcast_to(np.asarray(function(at), float), at.shape)
    except (DomainError, ArithmeticError, TypeError, ValueError) as error:
        raise Unsettled from error
    if np.isnan(values).any():
        raise Unsettled
    return values


def _heights(function: Function, at: np.ndarray) -> np.ndarray:
    return np.log(np.abs(_values(function, at)))


def _panels(function: Function, low: float, high: float) -> np.ndarray:
    """Ends of the panels, shape (n, 2)."""
    scales = np.unique(np.concatenate([10.0 ** np.arange(-150, 6, 1.0), 10.0 ** np.arange(-3, 3.01, 0.125)]))
    if np.isinf(low) and np.isinf(high):
        grid = np.concatenate([-scales[::-1], [0.0], scales])
    elif np.isinf(high):
        grid = low + scales[low + scales > low]
    elif np.isinf(low):
        grid = (high - scales[high - scales < high])[::-1]
    else:
        parts = scales[scales < 0.5]
        inside = np.concatenate([low + (high - low) * parts, high - (high - low) * parts, np.linspace(low, high, 66)[1:-1]])
        grid = np.unique(inside[(inside > low) & (inside < high)])
    heights = _heights(function, grid)
    best = heights.max()
    if not np.isfinite(best):
        raise Unsettled
    around = np.concatenate([[-np.inf], heights, [-np.inf]])
    tops = np.flatnonzero((around[1:-1] > around[:-2]) & (around[1:-1] >= around[2:]) & np.isfinite(heights))
    if len(tops) > 12:
        raise Unsettled
    cuts: set[float] = set()
    for top in tops:
        left = grid[top - 1] if top else max(low, grid[0])
        right = grid[top + 1] if top + 1 < len(grid) else min(high, grid[-1])
        cuts |= _around(function, *_summit(function, left, right), low, high, best)
    places = sorted(cuts)
    if len(places) < 2:
        raise Unsettled
    edges = [e for e in (low, high) if np.isfinite(e)]
    for edge, inner in ((low, places[0]), (high, places[-1])):
        height = float(_heights(function, np.array([inner]))[0])
        # What is left out beyond the last cut counts for nothing, unless the integrand falls too slowly to say so.
        if not np.isfinite(edge) and not height + np.log(abs(inner) + 1) < best + np.log(places[-1] - places[0]) - 45:
            raise Unsettled
    ends = sorted({*places, *edges})
    panels = _evened(function, ends, best)
    if not panels:
        raise Unsettled
    return np.array(panels)


def _summit(function: Function, left: float, right: float) -> tuple[float, float]:
    """Place and height of the maximum between two points, by zooming in."""
    for _ in range(60):
        at = np.linspace(left, right, 17)
        heights = _heights(function, at)
        i = int(np.argmax(heights))
        if right - left <= 4e-16 * abs(at[i]) or heights[i] - heights.min() < 1e-7:
            break
        left, right = at[max(i - 1, 0)], at[min(i + 1, 16)]
    return float(at[i]), float(heights[i])


def _around(function: Function, x: float, h: float, low: float, high: float, best: float) -> set[float]:
    """Cuts around a maximum: from where the logarithm has fallen by one, twice as far each time, until nothing is left."""
    cuts = {x}
    for side, room in ((1.0, high - x), (-1.0, x - low)):
        if not room > 0:
            continue
        least = 1e-13 * abs(x) if x else 1e-150
        steps = np.geomspace(least, min(room, 1e6) / 2 if np.isfinite(room) else 1e6, 400)
        fallen = h - _heights(function, x + side * steps)
        far = np.flatnonzero(fallen >= 1)
        if len(far) and far[0] == 0 and x:
            raise Unsettled  # narrower than doubles can say
        step = float(steps[far[0]] if len(far) else steps[-1])
        most = h + np.log(step)
        while step < room:
            cuts.add(x + side * step)
            height = float(_heights(function, np.array([x + side * step]))[0])
            # Height times width is what counts: a singular end is high, and may hold nothing.
            most = max(most, height + np.log(step))
            if (height < best - _DEEP and height + np.log(step) < most - _DEEP) or step > 1e8:
                break
            step *= 2
    return cuts


def _evened(function: Function, ends: list[float], best: float) -> list[tuple[float, float]]:
    """Panels in which the logarithm falls by no more than _FALL, those left out that count for nothing."""
    out = []
    waiting = list(pairwise(ends))
    most = max(float(_heights(function, np.array([(a + b) / 2]))[0]) + np.log(b - a) for a, b in waiting)
    while waiting:
        a, b = waiting.pop()
        at = np.array([a + 1e-3 * (b - a), b - 1e-3 * (b - a)])
        first, last = _heights(function, at)
        if max(first, last) < best - _DEEP and b - a < 1e3 * (ends[-1] - ends[0]):
            middle = float(_heights(function, np.array([(a + b) / 2]))[0])
            if middle < best - _DEEP and max(first, middle, last) + np.log(b - a) < most - 45:
                continue
        if abs(first - last) > _FALL and (b - a) > 1e-15 * max(abs(a), abs(b)) and len(out) + len(waiting) < 2000:
            waiting += [(a, (a + b) / 2), ((a + b) / 2, b)]
            continue
        out.append((a, b))
    return out


@cache
def _rule(order: int) -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(order)


def _gauss(function: Function, panels: np.ndarray, order: int) -> np.ndarray:
    """A Gauss-Legendre rule on every panel."""
    nodes, weights = _rule(order)
    centre, half = panels.mean(axis=1), (panels[:, 1] - panels[:, 0]) / 2
    values = _values(function, (centre[:, None] + half[:, None] * nodes).ravel()).reshape(len(panels), order)
    return half * (values @ weights)
