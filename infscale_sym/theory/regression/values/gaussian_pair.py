"""The selection error averaged over a Gaussian pair of offsets, float64 (`averaged.finite-temperature`; HP, arXiv:2512.19905).

Over prompts and training sets (tau, rho) is a centred Gaussian pair with second moments a = E tau^2, b = E tau rho,
c = E rho^2. F is quadratic in tau at a given rho, and tau given rho is Gaussian with mean (b/c) rho and variance
a - b^2/c, so one integral remains:

    E F_k(t; tau, rho) = a - b^2/c + E F_k(t; (b/c) rho, rho),        rho ~ N(0, c).

The trapezoidal rule converges geometrically here; it is refined until the differences of interleaved meshes have fallen so
far that the next one would not matter. Relative error below 1e-10. To any number of digits: `gaussian_pair_exact`; with proved
bounds: `gaussian_pair_enclosure`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.inputs import check_range, float_array
from infscale_sym.theory.selection.values._tables import COARSE
from infscale_sym.theory.selection.values.numeric import error_table

Array = NDArray[np.float64]

#: Largest E rho^2: rho then stays within the 1e4 that the tables of F reach.
LARGEST = 1e6
#: Nepers by which the tails that are left out lie below the rest.
_NEPERS = 27.0
#: Wanted relative error of the rule.
_GOOD = 5e-11
#: From about here on the nodes in rho lie farther and farther apart.
_STRETCH = 3.0


def pair_average(k: Any, t: Any, teacher: Any, cross: Any, judge: Any) -> Any:
    """E F_k(t; tau, rho) over a centred Gaussian pair, dimensionless; float64, broadcasting.

    k: numbers of answers, real, 1 to 1e16. t: temperature T/(2 s^2), 0, 1e-6 to 1e6, or inf. teacher, cross, judge: E tau^2,
    E tau rho, E rho^2, the moments of the offsets divided by s^2, E rho^2 <= 1e6; degenerate pairs are allowed, as is
    rho = 0. Many k at one (t, moments) share their work. Relative error below 1e-10; 4e-11 was the
    largest at 400 random settings, t = 0 and 1e-4 to 1e3, k to 1e16, E rho^2 to 16.
    Raises DomainError for anything else, also if the three are no second moments.
    """
    parts = [float_array(k, "k"), float_array(t, "t", infinite=True)]
    check_range(parts[0], "k", 1, 1e16)
    check_range(parts[1], "t", 1e-6, 1e6, also=(0.0, math.inf))
    parts += [float_array(v, n) for v, n in ((teacher, "E tau^2"), (cross, "E tau rho"), (judge, "E rho^2"))]
    answers, *settings = np.broadcast_arrays(*parts)
    flat, own = np.unique(np.stack([part.ravel() for part in settings]), axis=1, return_inverse=True)
    result = np.empty(answers.size)
    for index, (heat, *moments) in enumerate(flat.T):
        rows = np.ravel(own) == index
        result[rows] = _at_one_setting(answers.ravel()[rows], heat, *moments)
    return result.reshape(answers.shape)[()]


def _at_one_setting(k: Array, t: float, a: float, b: float, c: float) -> Array:
    slope, rest = _conditional(a, b, c)
    known, place = np.unique(k, return_inverse=True)
    values = np.full(known.shape, 1 + a)
    chosen = known > 1
    if chosen.any() and t < math.inf:
        values[chosen] = rest + (_trapezoid(known[chosen], t, slope, c) if c else _alike(known[chosen], t))
    return values[place]


def line_average(k: Any, t: Any, slope: Any, judge: Any) -> Any:
    """E F_k(t; slope rho, rho) over rho ~ N(0, judge); float64, broadcasting; the rest as for `pair_average`."""
    m, c = float_array(slope, "the ratio of the offsets"), float_array(judge, "E rho^2")
    return pair_average(k, t, m * (m * c), m * c, c)


def _conditional(a: float, b: float, c: float) -> tuple[float, float]:
    """(b/c, a - b^2/c); the latter exactly zero where judge and teacher are one."""
    if not (a >= 0 and 0 <= c <= LARGEST):
        raise DomainError(f"E tau^2 must be >= 0 and E rho^2 lie in [0, {LARGEST:g}]; got {a:g} and {c:g}")
    slope = b / c if c else 0.0
    rest = a - b * slope
    if rest < -1e-12 * a or (c == 0 and b != 0):
        raise DomainError(f"(E tau rho)^2 must not exceed E tau^2 E rho^2; got {b:g}^2 and {a:g} times {c:g}")
    return slope, max(rest, 0.0)


def _alike(k: Array, t: float) -> Array:
    """The judge's offset vanishes for every prompt."""
    return error_table(k, t, np.zeros(1), np.zeros(1))[0]


def _trapezoid(k: Array, t: float, slope: float, c: float) -> Array:
    """E F_k(t; slope rho, rho) over rho ~ N(0, c), c > 0; k sorted, all > 1."""
    # The meshes' difference oscillates with k: neighbours of the largest guard against an agreement by chance.
    guarded = np.concatenate([k, np.minimum(k.max() * np.array([1.3, 1.7]), 1e16)])
    # rho = w sinh(s/w): F varies on the scale one up to sqrt(2 ln k) at most, and more and more slowly beyond.
    reach = _STRETCH * math.asinh(_reach(guarded.max(), c) / _STRETCH)
    step = min(0.85 * math.sqrt(c), 0.9)
    # The integrand is even: nodes 0, h, 2h, ... with weight 2 except at 0.
    value = _mesh(guarded, t, slope, c, reach, step, 0.0)
    before = 0.0
    for _ in range(8):
        between = _mesh(guarded, t, slope, c, reach, step, 0.5 * step)
        both = 0.5 * (value + between)
        apart = float((np.abs(value - between) / both).max())
        # The differences fall faster from each mesh to the next, so the next is less than the last times the last ratio. But
        # for c < 1/2 the rare prompts at rho^2 = 2 ln k have the share k^(2 - 1/c), perhaps far below what still converges.
        ratio = min(1.0, apart / before) if before and c >= 0.5 else 1.0
        if apart * ratio <= _GOOD:
            return both[: k.size]
        value, step, before = both, 0.5 * step, apart
    raise ValidationError("average over a Gaussian pair: the meshes do not agree; report these parameters")


def _mesh(k: Array, t: float, slope: float, c: float, reach: float, step: float, first: float) -> Array:
    s = np.arange(first, reach + step, step) / _STRETCH
    rho = _STRETCH * np.sinh(s)
    weight = 2 * step * np.cosh(s) * np.exp(-0.5 * rho * rho / c) / math.sqrt(2 * math.pi * c)
    if first == 0:
        weight[0] *= 0.5
    return weight @ error_table(k, t, slope * rho, rho, COARSE)


def _reach(k: float, c: float) -> float:
    """Beyond it nothing is left. F grows at most as exp(rho^2)/k^2 up to rho_k = sqrt(2 ln k), then as rho^2."""
    turn = 2 * math.log(k)
    if c < 0.5:
        early = _NEPERS / (0.5 / c - 1)
        return math.sqrt(early if early < turn else 2 * c * (_NEPERS + turn))
    return math.sqrt(2 * c * _NEPERS + turn)
