"""The slopes dF/dk and dF/dt and the excess F - F_oo of the selection error without cancellation, for the optima.

HP Remarks 2-4, arXiv:2512.19905; float64, relative error about 1e-13 (measured; up to 1e-9 at t < 1e-4, |rho| > 2). With the
chosen answer's level L = -ln P(score > v) and m(v) = E[(x+D)^2 | score = v], x = z + rho, D = tau - rho, the error
F_k = int k exp(-kL) m dL is a Laplace transform, and by parts

    F_k - F_oo = int exp(-kL) m'(v) dv,        dF_k/dk = -int L exp(-kL) m'(v) dv.

So F_k has no more extrema in k than m has in v. The conditional law of x given the score has the kernel K(c) =
e^c exp(-e^c), c = v - x^2/(2t), with K' = K (1 - e^c); hence m' is minus a covariance,

    m'(v) = -Cov_K((x+D)^2, e^c) = -(C_2 + 2 D C_1),        C_j = Cov_K(x^j, e^c),

which is computed from e^c minus its value at a fixed place, so that nothing cancels as t -> oo either. At t = 0 the score is
the distance r and m = r^2 + 2 D r tanh(rho r) + D^2. Everything is linear in D: many tau at one (t, rho) are nearly free.

In t, with y = x^2/(2t) (derived in `infscale_sym.theory.optima.values._heat`),

    dF/d ln t = k (k-1) int exp(-kL) (L')^2 {2t g Var_K(y) + 2 D Cov_K(h, y)} dv,
    g = 1 + 2 rho D,  h = r tanh(rho r) - rho r^2.

As t -> 0 the integrand is the same at every scale of r from t^(1/2) to 1, where h is of fourth order: what is left of the
slope where g is small and the best temperature exponentially small in 1/g is the second term, and nothing cancels. At
large t it is g that cancels; there one takes 2t Var_K(y) + 2 D Cov_K(r tanh(rho r), y).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from infscale_sym.theory.selection.values import _kernel as kernel
from infscale_sym.theory.selection.values import _tables as tables
from infscale_sym.theory.selection.values._gumbel import decay

Array = NDArray[np.float64]

_ROWS = 320
_NODES = 40  # Gauss-Legendre nodes per panel


class SlopeTable(NamedTuple):
    """One (t, rho): the level L and the measures C_j dv at the nodes of a trapezoidal rule, arrays of shape (n,)."""

    level: Array
    second: Array  # -(dm/dv) dv for D = 0
    first: Array  # times 2 D, to be added to it

    def above_limit(self, k: Array, drift: Array) -> Array:
        """F_k - F_oo at D = drift; shape drift.shape + k.shape."""
        second, first = self.limit_parts(k)
        return np.add.outer(0 * drift, second) + 2 * np.multiply.outer(drift, first)

    def limit_parts(self, k: Array) -> tuple[Array, Array]:
        """P, Q with F_k - F_oo = P + 2 D Q, at every k."""
        weight = decay(np.multiply.outer(k, self.level))
        return -(weight @ self.second), -(weight @ self.first)

    def slope_parts(self, k: Array) -> tuple[Array, Array]:
        """P, Q with k dF/dk = P + 2 D Q, at every k."""
        g = np.multiply.outer(k, self.level)
        weight = g * decay(g.copy())
        return weight @ self.second, weight @ self.first


class HeatTable(NamedTuple):
    """One (t, rho), t > 0: L and the measures (L')^2 Cov_K dv at the nodes of a trapezoidal rule, arrays of shape (n,)."""

    level: Array
    spread: Array  # 2t Var(y)
    linear: Array  # Cov(r tanh(rho r), y)
    bend: Array  # Cov(r tanh(rho r) - rho r^2, y)

    def slope_parts(self, k: Array, bent: bool) -> tuple[Array, Array]:
        """P, Q at every k, dF/d ln t = g P + 2 D Q, or P + 2 D Q unless `bent`."""
        weight = (k * (k - 1))[:, None] * decay(np.multiply.outer(k, self.level))
        return weight @ self.spread, weight @ (self.bend if bent else self.linear)


def slope_tables(t: Array, rho: Array, k_low: float, k_high: float) -> list[SlopeTable]:
    """The tables for pairs (t, rho), one-dimensional arrays, t in {0} or [1e-6, 1e6].

    What lies at levels below e^-19/sqrt(k_high) is left out: of F - F_oo at k the share k e^-19/sqrt(k_high), of dF/dk its
    square. Otherwise the relative error is about 1e-13 (measured).
    """
    out: list[SlopeTable] = []
    for i in range(0, t.size, 16):
        out += _some_tables(t[i : i + 16], rho[i : i + 16], k_low, k_high)
    return out


def _some_tables(t: Array, rho: Array, k_low: float, k_high: float) -> list[SlopeTable]:
    q, sign = np.abs(rho), np.where(rho < 0, -1.0, 1.0)
    nodes = tables.place_nodes(t, q, k_low, k_high)
    r, each_q = nodes.radius, nodes.rho
    # Frozen: L = e^s, and dm/dr dr/ds with dr/dL = the Mills ratio.
    level = np.exp(nodes.s)
    tangent = np.tanh(each_q * r)
    rise = level * tables.mills_ratio(r, each_q)
    second = -2 * r * rise
    first = -(tangent + each_q * r * (1 - tangent) * (1 + tangent)) * rise
    warm = nodes.t > 0
    if warm.any():
        soft = nodes.some(warm)
        v, stretch = tables.noisy_position(soft)
        level[warm] = kernel.noisy_score(v, soft.t, soft.rho).hazard
        covariances = _covariances(v, soft.t, soft.rho)
        second[warm], first[warm] = covariances[0] * stretch, covariances[1] * stretch
    ends = np.flatnonzero(np.diff(nodes.own)) + 1
    step = tables.FINE.step
    parts = [np.split(part, ends) for part in (level, step * second, step * first)]
    return [SlopeTable(level, two, x * one) for x, level, two, one in zip(sign, *parts, strict=True)]


def heat_tables(t: Array, rho: float, k_low: float, k_high: float) -> list[HeatTable]:
    """The tables for every t, one-dimensional, in [1e-52, 1e12], at one rho, for k_low <= k <= k_high, 1 < k <= 1e12.

    P and Q to about 1e-13 of |P| + |Q| (measured).
    """
    step, q = tables.FINE.step, np.full(t.shape, abs(rho))
    low, meeting = _lowest_score(t, q, math.log(k_high))
    first = np.floor(low / step).astype(int)
    counts = math.ceil((tables.TOP - math.log(k_low)) / step) - first + 1
    own = np.repeat(np.arange(t.size), counts)
    place = np.arange(own.size) - np.repeat(np.cumsum(counts) - counts, counts)
    s: Any
    s, each_t, each_q = step * (first[own] + place), t[own], q[own]
    nodes = tables.Nodes(own, place, s, each_q, tables.radius(s, each_q), each_t, (tables.SHIFT - meeting)[own])
    v, stretch = tables.noisy_position(nodes)
    score = kernel.noisy_score(v, each_t, each_q)
    spread, linear, bend = np.empty((3, s.size))
    for block, given in _given_score(v, each_t, each_q):
        y = given.fall - given.mean(given.fall)[:, None]
        spread[block] = 2 * each_t[block] * given.mean(y * y)
        tangents = given.tangents()
        linear[block] = -given.mean(given.linear(tangents) * y)
        bend[block] = -given.mean(given.bend(tangents) * y)
    measure = step * stretch * (score.hazard * score.slope) ** 2
    sign = -1.0 if rho < 0 else 1.0
    parts = (score.hazard, measure * spread, sign * measure * linear, sign * measure * bend)
    ends = np.cumsum(counts)[:-1]
    return [HeatTable(*four) for four in zip(*(np.split(part, ends) for part in parts), strict=True)]


def _lowest_score(t: Array, rho: Array, log_k: float) -> tuple[Array, Array]:
    """The least s of the tables that dF/dt needs, and s_1. (L')^2 falls like e^2v below the typical score, and at
    small t only below v = 0: it is negligible 20 lower."""
    crowd = tables.log_mean_weight(t, rho)
    meeting = np.minimum(np.maximum(tables.log_hazard_radius(np.sqrt(2 * t), rho), crowd), 3.0)
    low = np.minimum(0.0, -log_k - crowd) - 20 + meeting - tables.SHIFT - 1
    # Where no two answers lie near the judge's it is L^2 that falls, since r is at least 1/(1 + rho).
    alone = tables.log_hazard_radius(1 / (1 + rho), rho) < -log_k - 25
    return np.where(alone, np.maximum(low, -log_k - 25), low), meeting


class _GivenScore(NamedTuple):
    """A block of rows: the conditional law of r = |x| given the score, at Gauss-Legendre nodes; arrays (rows, nodes)."""

    law: Array  # K times the folded density times the weights
    total: Array  # its sum, (rows,)
    rho: Array
    anchor: Array  # where v - x^2/(2t) is `level`, (rows, 1)
    level: Array
    d: Array  # x - anchor
    x: Array
    fall: Array  # c - level

    def mean(self, values: Array) -> Array:
        return np.vecdot(self.law, values) / self.total

    # x and the anchor may agree to all digits: their functions are subtracted by hand.

    def square(self) -> Array:
        """x^2 minus its value at the anchor."""
        return self.d * (self.x + self.anchor)

    def tangents(self) -> tuple[Array, Array, Array]:
        """tanh rho x at the anchor, at x and at d: most of the cost of `linear` and `bend`, which share it."""
        return np.tanh(self.rho * self.anchor), np.tanh(self.rho * self.x), np.tanh(self.rho * self.d)

    def linear(self, tangents: tuple[Array, Array, Array]) -> Array:
        """x tanh(rho x) minus its value at the anchor."""
        near, far, shift = tangents
        return self.d * far + self.anchor * shift * (1 - near * far)

    def bend(self, tangents: tuple[Array, Array, Array]) -> Array:
        """x tanh(rho x) - rho x^2 minus its value at the anchor."""
        near, far, shift = tangents
        rest = _tanh_rest(self.rho * self.d, shift) - shift * near * far
        return self.d * _tanh_rest(self.rho * self.x, far) + self.anchor * rest


#: Taylor coefficients of (tanh z - z)/z^3 in z^2.
_TANH = (-1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925, 21844 / 6081075, -929569 / 638512875, 6404582 / 10854718875)


def _tanh_rest(z: Array, tangent: Array) -> Array:
    """tanh z - z, where tangent = tanh z."""
    rest = tangent - z
    small = np.abs(z) < 0.2
    near = z[small]
    rest[small] = near**3 * np.polynomial.polynomial.polyval(near * near, _TANH)
    return rest


def _given_score(v: Array, t: Array, rho: Array) -> Iterator[tuple[slice, _GivenScore]]:
    """Blocks of rows; v, t > 0, rho >= 0 one-dimensional arrays."""
    window = kernel._window(v, t, rho)
    gauss, weights = kernel._legendre(_NODES)
    for i in range(0, v.size, _ROWS):
        block = slice(i, i + _ROWS)
        anchor, level, low, split, high, _ = (part[block, None] for part in window)
        own_t, own_rho = t[block, None], rho[block, None]
        d = np.concatenate((low + (split - low) * gauss, split + (high - split) * gauss), axis=1)
        w = np.concatenate(((split - low) * weights, (high - split) * weights), axis=1)
        x = d + anchor
        fall = (-0.5 / own_t) * d * (x + anchor)
        w *= np.exp(-0.5 * (x - own_rho) ** 2)
        w *= 1 + np.exp(-2 * own_rho * x)
        e = np.exp(level + fall)
        w *= e * np.exp(-e)
        yield block, _GivenScore(w, np.maximum(w.sum(1), 1e-300), own_rho, anchor, level, d, x, fall)


def _covariances(v: Array, t: Array, rho: Array) -> tuple[Array, Array]:
    """Cov_K(x^2, e^c) and Cov_K(x, e^c); rho >= 0, one-dimensional arrays."""
    out = np.empty((2, v.size))
    for block, given in _given_score(v, t, rho):
        excess = np.exp(given.level) * np.expm1(given.fall)  # e^c without its value at the anchor
        excess -= given.mean(excess)[:, None]
        out[0, block] = given.mean(given.square() * excess)
        out[1, block] = given.mean(given.linear(given.tangents()) * excess)
    return out[0], out[1]
