"""One answer seen through the temperature: the law of the noisy score and the moments of the answer given it (t > 0).

The `a(u) = E exp(-u w)` of `selection.integral` (HP, arXiv:2512.19905), read through the Gumbel-max identity: to pick
answer i with probability `w_i / sum w`, `w = exp(-x²/2t)`, `x = z + rho`, is to take the smallest of the noisy scores
`x_i²/(2t) + xi_i`, `xi = ln Exp(1)`. With `v = ln u` and `c(x) = v - x²/(2t)`,

    a = P(score > v) = E exp(-e^c),      E[x^j | score = v] = E[x^j K(c)] / E[K(c)],      K(c) = e^c exp(-e^c),

and `dL/dv = E[K]/a` for `L = -ln a`. The expectations are folded onto x > 0, where one kernel serves both signs of x,
and done by Gauss-Legendre on two panels that part at c = -3: the kernel's switch from 1 to e^c above it, a Gaussian
tail below it. What lies closer than `x(c = 4.5)`, where the kernel is 1 to 40 digits, is the folded normal's p(x).
"""

from __future__ import annotations

import decimal
import functools
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from infscale_sym.theory.selection.values.survival import central_folded, survival_folded

Array = NDArray[np.float64]

_SATURATED = 4.5  # exp(-e^4.5) = 1e-39: the kernel of `1 - a` is 1 for larger c
_SWITCHED = -3.0  # the panels part here
_DEPTH = 38.0  # e^-38 = 3e-17: where an integrand has fallen that far below its peak it is dropped

_NODES = 48  # Gauss-Legendre nodes per panel
_ROWS = 160  # rows of a block: its arrays stay in the cache, and below the size that makes malloc ask the kernel


class NoisyScore(NamedTuple):
    """What `noisy_score` returns: arrays of the shape of its arguments."""

    hazard: Array  # L = -ln a
    slope: Array  # d ln L / dv, in (0, 1]
    mean: Array  # E[x | score = v]
    variance: Array  # Var[x | score = v]


def noisy_score(v: Array, t: Array, rho: Array, nodes: int = _NODES) -> NoisyScore:
    """The law of the noisy score at the threshold v, and the answer's first two moments given it.

    `v`, `t > 0`, `rho >= 0`: one-dimensional arrays of one length, `a(v)` not below about 1e-27. Relative error about
    1e-15, the mean also relative to rho as rho -> 0, the variance relative to its sum with `1e-2 mean²`.
    """
    window = _window(v, t, rho)
    sums = np.empty((5, v.size))
    for i in range(0, v.size, _ROWS):
        block = slice(i, i + _ROWS)
        anchor, level, low, split, high, _ = (part[block] for part in window)
        _integrals(t[block], rho[block], anchor, level, low, split, high, nodes, sums[:, block])
    filled, empty, m0, mean, variance = sums

    anchor, level, _, _, high, saturated = window
    filled += central_folded(saturated, rho)  # 1 - a, all terms positive
    # Beyond the window the kernel is 1, or else (at large t) all of it is negligible.
    end = level - high * (high + 2 * anchor) / (2 * t)
    empty += survival_folded(anchor + high, rho) * np.exp(-np.exp(end))
    large = filled < 0.5  # whichever of 1 - a and a is the smaller is a sum, without a difference
    a = np.where(large, 1 - filled, np.maximum(empty, 1e-300))
    hazard = np.where(large, -np.log1p(-np.where(large, filled, 0.0)), -np.log(a))
    return NoisyScore(hazard, m0 / (a * hazard), mean, variance)


def _integrals(
    t: Array, rho: Array, anchor: Array, level: Array, low: Array, split: Array, high: Array, nodes: int, sums: Array
) -> None:
    """The Gauss-Legendre sums for a block of rows: into the rows of `sums` go the window's parts of 1 - a and of a,
    E[K], E[x K]/E[K] and the variance of x under K."""
    gauss, weights = _legendre(nodes)
    d = np.empty((t.size, 2 * nodes))
    w = np.empty_like(d)
    for part, begin, end in ((slice(nodes), low, split), (slice(nodes, None), split, high)):
        width = (end - begin)[:, None]
        np.multiply(width, gauss, out=d[:, part])
        d[:, part] += begin[:, None]
        np.multiply(width, weights, out=w[:, part])
    x = d + anchor[:, None]
    c = x + anchor[:, None]
    c *= d
    c *= (-0.5 / t)[:, None]
    c += level[:, None]
    y = np.subtract(x, rho[:, None], out=d)
    y *= y
    y *= -0.5
    w *= np.exp(y, out=y)  # phi(x-rho)
    # -odd = phi(x+rho) - phi(x-rho) relatively exact as rho -> 0, and the folded density even = 2 phi(x-rho) - odd
    minus_odd = np.multiply((-2 * rho)[:, None], x, out=y)
    np.expm1(minus_odd, out=minus_odd)
    minus_odd *= w
    even = 2 * w
    even += minus_odd

    e = np.exp(c, out=c)
    minus_e = -e
    still = np.exp(minus_e)  # and `1 - still` apart: each is needed where the other is small
    np.expm1(minus_e, out=minus_e)
    sums[0] = -np.vecdot(even, minus_e)
    sums[1] = np.vecdot(even, still)
    kernel = np.multiply(e, still, out=still)
    sums[2] = m0 = np.maximum(np.vecdot(even, kernel), 1e-300)
    np.multiply(x, kernel, out=c)
    sums[3] = mean = -np.vecdot(minus_odd, c) / m0
    # (x+mean)² = (x-mean)² + 4 mean x: with phi(x+rho) = w + minus_odd the variance is a sum of positive terms.
    w += minus_odd
    crossed = np.vecdot(w, c)
    x -= mean[:, None]
    x *= x
    x *= kernel
    sums[4] = (np.vecdot(x, even) + 4 * mean * crossed) / m0


def _offset(c: float, v: Array, t: Array, r: Array) -> Array:
    """The d with c(r + d) = c, where v > c: no difference of large numbers when v is large. Elsewhere finite."""
    gap = 2 * t * (np.minimum(v, 0.0) - c)
    return gap / np.maximum(r + np.sqrt(np.maximum(r * r + gap, 0.0)), 1e-200)


def _window(v: Array, t: Array, rho: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Where to integrate: the point `anchor` with `c(anchor) = level`, the offsets `low, split, high` from it, and
    the position up to which the kernel of `1 - a` is 1.

    The anchor is r, where c = 0 (0 if v <= 0), unless the window ends before it; so c is never the small difference of
    `v` and `x²/2t`. For c < 0 the logarithm of the integrand is a parabola with the peak m0 at x0 and the variance s.
    """
    r = np.sqrt(2 * t * np.maximum(v, 0.0))
    s = t / (1 + t)
    x0 = rho * s
    before = r - x0
    m0 = v - 0.5 * rho * rho / (1 + t)
    # Lower bounds of the highest point: on c <= 0; at x = rho; at rho = 0 the stationary point with e^c = 1 + t.
    edge = np.where(before > 0, -0.5 * (r - rho) ** 2 - 1, m0 - 1)
    c_rho = np.minimum(v - 0.5 * rho * rho / t, 50.0)
    c_mid = np.minimum(np.log1p(t), np.maximum(v, 0.0))
    x_mid = np.sqrt(np.maximum(r * r - 2 * t * c_mid, 0.0))
    peak = np.maximum(edge, c_rho - np.exp(c_rho))
    peak = np.maximum(peak, np.where(v > c_mid, c_mid - np.exp(c_mid) - 0.5 * (x_mid - rho) ** 2, peak))
    # The end: by the parabola, and by the Gaussian alone, iterated for the kernel's own fall where c > 0.
    reach = 2 * s * (_DEPTH - (peak - edge))
    root = np.sqrt(np.maximum(before * before * (before > 0) + reach, 0.0))
    high = np.where(before > 0, reach / np.maximum(root + before, 1e-300), x0 + root - r)
    fall = np.full_like(v, -1.0)
    for _ in range(3):
        end = rho + np.sqrt(np.maximum(2 * (_DEPTH - peak + fall), 1.0))
        c = np.clip(v - end * end / (2 * t), 0.0, 50.0)
        fall = c - np.exp(c)
    high = np.minimum(high, end - r)
    # The beginning: by the parabola if c < 0 throughout, else by the Gaussian alone and by saturation.
    low = np.where(v > 0, rho - np.sqrt(2 * (_DEPTH - peak)) - r, x0 - np.sqrt(2 * s * _DEPTH) - r)
    saturated = np.where(v > _SATURATED, _offset(_SATURATED, v, t, r), -r)
    low = np.minimum(np.maximum(np.maximum(low, saturated), -r), high)  # an empty window means a = 0 to 25 digits
    width = high - low
    switch = np.where(v > _SWITCHED, _offset(_SWITCHED, v, t, r), low)
    split = low + np.clip(switch - low, 0.15 * width, 0.5 * width)

    shift = np.maximum(-high, 0.0)  # the window ends before r: then it lies at moderate c, and v is moderate too
    anchor = r - shift
    level = np.where(shift > 0, v - anchor * anchor / (2 * t), np.minimum(v, 0.0))
    return anchor, level, low + shift, split + shift, high + shift, np.maximum(r + saturated, 0.0)


@functools.lru_cache(maxsize=8)
def _legendre(nodes: int) -> tuple[Array, Array]:
    """The Gauss-Legendre rule on (0, 1), its weights divided by sqrt(2 pi), correctly rounded.

    NumPy's rule is good to 1e-14 only, which shows; its nodes are refined here by Newton's method in decimals.
    """
    nodes_out, weights_out = np.polynomial.legendre.leggauss(nodes)
    with decimal.localcontext() as context:
        context.prec = 40
        scale = 1 / (2 * decimal.Decimal(math.pi).sqrt() * decimal.Decimal(2).sqrt())
        for i, start in enumerate(nodes_out.tolist()):
            x = decimal.Decimal(start)
            for _ in range(3):
                before, value = decimal.Decimal(1), x
                for n in range(1, nodes):
                    before, value = value, ((2 * n + 1) * x * value - n * before) / (n + 1)
                slope = nodes * (before - x * value) / (1 - x * x)
                x -= value / slope
            nodes_out[i] = float((1 + x) / 2)
            weights_out[i] = float(2 / ((1 - x * x) * slope * slope) * scale)
    return nodes_out, weights_out
