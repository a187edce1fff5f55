"""The slope dF/dk and the excess F - F_oo of the selection error without cancellation, for the optima.

HP Remarks 2-4, arXiv:2512.19905; float64, relative error about 1e-13 (measured; up to 1e-9 at t < 1e-4, |rho| > 2). With the
chosen answer's level L = -ln P(score > v) and m(v) = E[(x+D)^2 | score = v], x = z + rho, D = tau - rho, the error
F_k = int k exp(-kL) m dL is a Laplace transform, and by parts

    F_k - F_oo = int exp(-kL) m'(v) dv,        dF_k/dk = -int L exp(-kL) m'(v) dv.

So F_k has no more extrema in k than m has in v. The conditional law of x given the score has the kernel K(c) =
e^c exp(-e^c), c = v - x^2/(2t), with K' = K (1 - e^c); hence m' is minus a covariance,

    m'(v) = -Cov_K((x+D)^2, e^c) = -(C_2 + 2 D C_1),        C_j = Cov_K(x^j, e^c),

which is computed from e^c minus its value at a fixed place, so that nothing cancels as t -> oo either. At t = 0 the score is
the distance r and m = r^2 + 2 D r tanh(rho r) + D^2. Everything is linear in D: many tau at one (t, rho) are nearly free.
"""

from __future__ import annotations

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


def slope_tables(t: Array, rho: Array, k_low: float, k_high: float) -> list[SlopeTable]:
    """The tables for pairs (t, rho), one-dimensional arrays, t in {0} or [1e-6, 1e6].

    What lies at levels below e^-19/sqrt(k_high) is left out: of F - F_oo at k the share k e^-19/sqrt(k_high), of dF/dk its
    square. Otherwise the relative error is about 1e-13, at t < 1e-4 and |rho| > 2 up to 1e-9 of F (measured).
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


def _covariances(v: Array, t: Array, rho: Array) -> tuple[Array, Array]:
    """Cov_K(x^2, e^c) and Cov_K(x, e^c), folded onto x > 0; rho >= 0, one-dimensional arrays."""
    window = kernel._window(v, t, rho)
    out = np.empty((2, v.size))
    gauss, weights = kernel._legendre(_NODES)
    for i in range(0, v.size, _ROWS):
        block = slice(i, i + _ROWS)
        anchor, level, low, split, high, _ = (part[block, None] for part in window)
        own_t, own_rho = t[block, None], rho[block, None]
        d = np.concatenate((low + (split - low) * gauss, split + (high - split) * gauss), axis=1)
        w = np.concatenate(((split - low) * weights, (high - split) * weights), axis=1)
        x = d + anchor
        fall = (-0.5 / own_t) * d * (x + anchor)  # c - level
        w *= np.exp(-0.5 * (x - own_rho) ** 2)
        minus_odd = np.expm1(-2 * own_rho * x) * w
        even = 2 * w + minus_odd
        e = np.exp(level + fall)
        mass = e * np.exp(-e)
        even *= mass
        minus_odd *= mass
        total = np.maximum(even.sum(1, keepdims=True), 1e-300)
        excess = np.exp(level) * np.expm1(fall)  # e^c without its value at the anchor
        excess -= np.vecdot(even, excess)[:, None] / total
        centre = np.vecdot(even, x * x)[:, None] / total
        out[0, block] = np.vecdot(even, (x * x - centre) * excess) / total[:, 0]
        out[1, block] = -np.vecdot(minus_odd, x * excess) / total[:, 0]
    return out[0], out[1]


def error_at_infinity(t: Any, tau: Any, rho: Any) -> Any:
    """F_oo - F_1 = -(1 + 2 rho tau) v + rho^2 v^2, v = 1/(1+t), float64; the closed limit minus the single answer."""
    v = 1 / (1 + np.asarray(t, float))
    return v * (rho * rho * v - (1 + 2 * rho * tau))
