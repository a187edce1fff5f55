"""Chance that a sum of squares of normal variables is small: P(Q <= y), Q = sum_j w_j (xi_j + a_j)^2, xi_j ~ N(0, 1), w_j > 0.

The Laplace transform E e^(-sQ) = prod_j (1 + 2 w_j s)^(-1/2) exp(-s w_j a_j^2/(1 + 2 w_j s)) is inverted along a path through
a saddle point of its integrand,

    P(Q <= y) =  1/(2 pi i) int e^(sy) E e^(-sQ) ds/s,   path through c > 0,
    P(Q >  y) = -1/(2 pi i) int e^(sy) E e^(-sQ) ds/s,   path through -1/(2 max w) < c < 0,

where the integrand is largest at c and cancels nowhere: whichever of the two is small comes with all its digits, and as a
logarithm however small it is (Rice 1980, doi:10.1137/0901031). The only singularities are the pole at 0 and branch points on
the negative axis, so the path may bend to the left, s = c + iv - beta v^2, where e^(sy) falls (Helstrom's parabola). In v the
integrand is analytic in a strip and falls at least like a Gaussian, so the trapezoidal rule converges geometrically. The step
is halved until two sums agree; halving squares a geometric error.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.inputs import float_array

Array = NDArray[np.float64]

#: First step in units of the saddle's width, and how close two sums must be: then the finer one is good to rounding.
STEP, AGREE, HALVINGS = 0.5, 1e-9, 7
#: The path ends where the integrand is this small against the saddle: e^-40 = 4e-18.
NEPERS = 40.0
#: Largest ratio of two weights in one sum: the scales along the path differ as much, and so grows the work.
LARGEST_RATIO = 1e8
#: Integrand values held at a time: 16 bytes each, times three.
_CELLS = 4_000_000


class Chances(NamedTuple):
    """ln P(Q <= y) and ln P(Q > y), each with its own digits."""

    log_below: Any
    log_above: Any


def quadratic_form(y: Any, weights: Any, offsets: Any) -> Chances:
    """ln P(Q <= y) and ln P(Q > y) of Q = sum_j w_j (xi_j + a_j)^2; float64.

    y: any shape; weights > 0 and offsets: (..., q), q >= 1, the last axis summed; all broadcast. y and the weights share one
    unit, offsets are dimensionless, |a| <= 1e4; weights of one sum within a factor 1e8 (slow beyond 1e4). y <= 0 gives
    (-inf, 0). Error of the smaller logarithm, so relative error of that chance: about 1e-13 plus 1e-15 times the logarithm; the
    other is its complement. Raises DomainError; ValidationError where the sums do not settle.
    """
    y, weights, offsets = float_array(y, "y"), float_array(weights, "weights"), float_array(offsets, "offsets")
    if not weights.ndim or not offsets.ndim or not weights.shape[-1] or not offsets.shape[-1]:
        raise DomainError(f"weights and offsets need a last axis over the squares; got shapes {weights.shape}, {offsets.shape}")
    if not (weights > 0).all():
        raise DomainError(f"weights must be > 0; got {weights[~(weights > 0)].ravel()[0]:g}; leave out squares of weight 0")
    if (weights.max(axis=-1) > LARGEST_RATIO * weights.min(axis=-1)).any():
        raise DomainError(f"the weights of one sum may differ by a factor of {LARGEST_RATIO:g}; leave out those without effect")
    if (np.abs(offsets) > 1e4).any():
        raise DomainError(f"offsets must lie in [-1e4, 1e4]; got {offsets[np.abs(offsets) > 1e4].ravel()[0]:g}")
    try:
        shape = np.broadcast_shapes(y.shape, weights.shape[:-1], offsets.shape[:-1])
        squares = np.broadcast_shapes(weights.shape[-1:], offsets.shape[-1:])
    except ValueError:
        shapes = f"{y.shape}, {weights.shape}, {offsets.shape}"
        raise DomainError(
            f"y, weights and offsets must broadcast, apart from the last axis of the latter; got {shapes}"
        ) from None
    level = np.broadcast_to(y, shape).ravel()
    w = np.broadcast_to(weights, shape + squares).reshape(-1, *squares)
    noncentral = np.broadcast_to(offsets**2, shape + squares).reshape(-1, *squares)
    below, above = np.full(level.size, -np.inf), np.zeros(level.size)
    rows = np.flatnonzero(level > 0)
    if rows.size:
        # in units of the mean of Q nothing depends on the scale
        mean = (w[rows] * (1 + noncentral[rows])).sum(axis=1)
        small = level[rows] <= mean
        for lower, near, far in ((True, below, above), (False, above, below)):
            side = small == lower
            at = rows[side]
            near[at] = _tail(level[at] / mean[side], w[at] / mean[side, None], noncentral[at], lower)
            far[at] = np.log1p(-np.exp(near[at]))
    return Chances(below.reshape(shape)[()], above.reshape(shape)[()])


def chance_below(y: Any, weights: Any, offsets: Any) -> Any:
    """P(Q <= y); as `quadratic_form`. Chances below 1e-308 come out as 0: take the logarithm."""
    return np.exp(quadratic_form(y, weights, offsets).log_below)


def _slopes(s: Array, w: Array, a2: Array) -> tuple[Array, Array, Array]:
    """Derivatives at real s, shape (n,) each: first and second of ln E e^(-sQ) - ln|s|, third of ln E e^(-sQ) alone."""
    x = w / (1 + 2 * w * s[:, None])  # weights under the tilted law
    part = a2 * x / w
    first = -(x * (1 + part)).sum(axis=1) - 1 / s
    second = (2 * x**2 * (1 + 2 * part)).sum(axis=1) + 1 / s**2
    return first, second, -(8 * x**3 * (1 + 3 * part)).sum(axis=1)


def _saddle(y: Array, w: Array, a2: Array, lower: bool) -> Array:
    """Where the integrand is least along the real axis, to a per mille of its distance from the ends: near is enough."""
    if lower:
        # y = 1/s + sum of w/(1+2ws) + w a^2/(1+2ws)^2, terms that are at most 1/(2s) and a^2/(8s)
        low, high = -np.log(y), np.log((1 + w.shape[1] / 2 + a2.sum(axis=1) / 8) / y)
    else:
        low, high = np.full(y.size, -30.0), np.full(y.size, 30.0)
    edge = 0.5 / w.max(axis=1)

    def place(u: Array) -> Array:
        return np.exp(u) if lower else -edge / (1 + np.exp(-u))

    for _ in range(14 if lower else 18):
        middle = (low + high) / 2
        right = (y + _slopes(place(middle), w, a2)[0] < 0) == lower
        low, high = np.where(right, middle, low), np.where(right, high, middle)
    return place((low + high) / 2)


def _tail(y: Array, w: Array, a2: Array, lower: bool) -> Array:
    """ln of the smaller chance, shape (n,), in blocks of rows."""
    result = np.empty(y.size)
    block = max(1, _CELLS // (64 * w.shape[1]))
    for i in range(0, y.size, block):
        part = slice(i, i + block)
        result[part] = _inversion(y[part], w[part], a2[part], lower)
    return result


def _inversion(y: Array, w: Array, a2: Array, lower: bool) -> Array:
    """ln of the smaller chance, shape (n,): trapezoidal sums over v >= 0 (the other half is the complex conjugate)."""
    c = _saddle(y, w, a2, lower)
    _, second, third = _slopes(c, w, a2)
    # Steepest descent bends by beta = -K3/(6 K2): for a power 1/3 and for an essential singularity 1/2 of the inverse
    # distance to it. The pole at 0 is left out of K3 where it lies on the right and would bend the path that way.
    if lower:
        third = third - 2 / c**3
    tilted = 1 + 2 * w * c[:, None]
    inverse, height = 2 * w / tilted, a2 / (2 * tilted)
    # A path bent by more than 1/distance runs into the growth around an essential singularity: up to a factor e is let pass.
    bound = (inverse * np.maximum(1, 4 / np.maximum(height, 1e-9) ** 2)).min(axis=1)
    beta = np.minimum(np.minimum(-third / (6 * second), bound), inverse.max(axis=1) / 2)
    width = 1 / np.sqrt(second)
    peak = c * y - np.log(np.abs(c)) - (0.5 * np.log(tilted) + a2 * w * c[:, None] / tilted).sum(axis=1)

    def sums(rows: NDArray[np.int64], first: float, step: float) -> Array:
        """The integrand, relative to the saddle, summed over u = first, first + step, ... in units of the width."""
        found, active = np.zeros(rows.size), np.arange(rows.size)
        while active.size:
            r = rows[active]
            v = (first + step * np.arange(16)) * width[r, None]
            values = _integrand(v, y[r], w[r], a2[r], c[r], beta[r])
            found[active] += values.real.sum(axis=1)
            active = active[np.abs(values[:, -1]) > np.exp(-NEPERS)]
            first += 16 * step
        return found

    result, rows, step = np.empty(y.size), np.arange(y.size), STEP
    coarse = step * (0.5 + sums(rows, step, step))
    for _ in range(HALVINGS):
        fine = coarse / 2 + step / 2 * sums(rows, step / 2, step)
        settled = np.abs(fine - coarse) <= AGREE * fine
        result[rows[settled]] = fine[settled]
        rows, coarse, step = rows[~settled], fine[~settled], step / 2
        if not rows.size:
            return peak + np.log(result * width / np.pi)
    raise ValidationError(f"the inversion did not settle at {rows.size} of {y.size} points, e.g. y/E Q = {y[rows[0]]:g}")


def _integrand(v: Array, y: Array, w: Array, a2: Array, c: Array, beta: Array) -> Any:
    """Integrand at s = c + iv - beta v^2 over its value at c, with ds/(i dv); v (n, m), result (n, m), complex."""
    y, c, beta = y[:, None], c[:, None], beta[:, None]
    step = 1j * v - beta * v**2
    exponent, scale = step * y, (1 + 2j * beta * v) / (1 + step / c)
    for j in range(w.shape[1]):
        tilted = 1 + 2 * w[:, j : j + 1] * c
        turn = 2 * w[:, j : j + 1] / tilted * step
        # principal roots: in the upper half plane no factor crosses its cut
        scale /= np.sqrt(1 + turn)
        exponent -= 0.5 * a2[:, j : j + 1] / tilted * turn / (1 + turn)
    return np.exp(exponent) * scale
