"""The maximum of a likelihood of two or three parameters, and how far the parameters can go before it has fallen.

Newton's method with the exact Hessian. Where that is not negative definite its eigenvalues are taken by their absolute
values, so that every step goes up; steps are limited and halved until the value rises. The ascent ends when the next step
promises less than 1e-13 in ln L, far below anything that statistics can tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from infscale_sym.theory.coverage.fit.likelihood import Jet, Likelihood

Function = Callable[[np.ndarray], Jet]

_GAIN = 1e-13
_STEPS = 200
#: |ln a|, |ln b|, |logit A| beyond which a maximum counts as at infinity (rounding ends any ascent near 1e-8).
FAR = 16.0


@dataclass(frozen=True, eq=False)
class Maximum:
    """A point and what the likelihood is there."""

    value: float
    point: np.ndarray
    hessian: np.ndarray

    @property
    def inside(self) -> bool:
        """Whether the point is no limit at infinity."""
        return bool((np.abs(self.point) < FAR).all()) and bool(np.linalg.eigvalsh(-self.hessian)[0] > 1e-7)


def newton_ascent(function: Function, start: np.ndarray) -> Maximum:
    """A local maximum of `function` from `start`; it stops at |coordinate| = FAR + 1."""
    point = np.asarray(start, float)
    value, gradient, hessian = function(point)
    for _ in range(_STEPS):
        curvatures, axes = np.linalg.eigh(hessian)
        curvatures = np.maximum(np.abs(curvatures), 1e-9 * np.abs(curvatures).max() + 1e-12)
        step = axes @ ((axes.T @ gradient) / curvatures)
        if gradient @ step < 2 * _GAIN or np.abs(point).max() > FAR + 1:
            break
        step *= min(1.0, 2.0 / np.abs(step).max())
        while True:
            new = function(point + step)
            if new[0] > value or np.abs(step).max() < 1e-9:
                break
            step = step / 2
        if not new[0] > value:
            break
        point = point + step
        value, gradient, hessian = new
    return Maximum(value, point, hessian)


def multistart(function: Function, starts: Iterable[np.ndarray]) -> Maximum:
    """The best of the Newton ascents from several starts."""
    return max((newton_ascent(function, start) for start in starts), key=lambda found: found.value)


def starts(likelihood: Likelihood, free: bool) -> list[np.ndarray]:
    """Starting points: concentrations a + b over four decades, the mean of all problems or of the solved ones."""
    counts = likelihood.counts
    solved = likelihood.some / likelihood.problems

    def point(rows: np.ndarray, concentration: float) -> np.ndarray:
        attempts = counts.attempts[rows].sum()
        mean = (counts.failures[rows].sum() + 0.5) / (attempts + 1)
        return np.log([concentration * mean, concentration * (1 - mean)])

    everything = np.ones(len(counts), dtype=bool)
    if not free:
        return [point(everything, c) for c in (0.3, 3.0, 30.0, 3000.0)]
    found = []
    for ceiling, rows in (((1 + solved) / 2, everything), (solved + 0.1 * (1 - solved), likelihood.solved)):
        found += [np.append(point(rows, c), np.log(ceiling / (1 - ceiling))) for c in (0.5, 5.0, 50.0)]
    return found


def maximum(likelihood: Likelihood, free: bool, near: Maximum | None = None) -> Maximum:
    """The maximum inside, from scattered starts or from a point near it."""
    if near is not None and near.point.size == (3 if free else 2):
        return newton_ascent(likelihood.jet, near.point)
    return multistart(likelihood.jet, starts(likelihood, free))


def restricted(function: Function, which: int, at: float) -> Function:
    """`function` with one coordinate held fixed."""

    def slice_(rest: np.ndarray) -> Jet:
        others = [i for i in range(rest.size + 1) if i != which]
        point = np.empty(rest.size + 1)
        point[which], point[others] = at, rest
        value, gradient, hessian = function(point)
        return value, gradient[others], hessian[np.ix_(others, others)]

    return slice_


def crossing(function: Function, best: Maximum, which: int, drop: float, direction: int) -> float:
    """Where, in one direction, the likelihood maximised over the other coordinates has fallen by `drop`; +-inf if nowhere.

    Newton's method for the root of the fall, which is nearly linear; the slope of the profile is that of the likelihood at the
    profile's point (the others are at their best). It is kept in a bracket, and the profile is followed from point to point.
    """
    held = np.delete(best.point, which)

    def profile(x: float) -> tuple[float, float]:
        nonlocal held
        found = newton_ascent(restricted(function, which, x), held)
        held = np.clip(found.point, -8, 8)  # at infinity all is flat, and the next ascent could not come back
        return best.value - found.value, -float(function(np.insert(found.point, which, x))[1][which])

    start = inner = float(best.point[which])
    outer = None
    curvature = np.linalg.inv(-best.hessian)[which, which] if best.inside else 1.0
    x = start + direction * min(np.sqrt(2 * drop * curvature), 2.0)
    for _ in range(100):
        fall, slope = profile(x)
        if abs(fall - drop) < 1e-9:
            break
        if fall > drop:
            outer = x
        elif abs(x) >= FAR:
            return direction * np.inf
        else:
            inner = x
        root = np.sqrt(max(fall, 0.0))
        new = x + 2 * root * (np.sqrt(drop) - root) / slope if slope * direction > 0 else np.nan
        if outer is None:
            most = x + 1.6 * (x - start)
            new = most if not 0 < direction * (new - x) < direction * (most - x) else new
            new = float(np.clip(new, -FAR, FAR))
        elif not min(inner, outer) < new < max(inner, outer):
            new = (inner + outer) / 2
        if abs(new - x) < 1e-9:
            break
        x = new
    return x
