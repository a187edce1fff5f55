"""Sums over the law of the best of k: mean and variance of the chosen answer from a node table.

The selection error of HP, arXiv:2512.19905. With `Y = l + ln k` the law of the winning score is the Gumbel law
`exp(Y - e^Y) dY`, `e^Y = k L`, and the chosen answer `x = z + rho` has

    B = E[x] = sum p mu,        V = Var[x] = sum p s² + sum p (mu - B)²,        F_k = V + (D + B)²,    D = tau - rho,

all terms of V positive: nothing cancels, also where tau makes D + B vanish. The mass below the first node, where mu
and s² have become constant or the mass negligible, is put into that node.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from infscale_sym.theory.selection.values._tables import FINE, Mesh, Table

Array = NDArray[np.float64]


def decay(g: Array) -> Array:
    """exp(-g) for g >= 0, in place, where exp(-700) is nothing: NumPy's exp is fifty times slower where it underflows."""
    np.minimum(g, 700.0, out=g)
    return np.exp(np.negative(g, out=g), out=g)


def chosen(k: Array, hazard: Array, rate: Array, mean: Array, variance: Array, mesh: Mesh = FINE) -> tuple[Array, Array]:
    """B and V: sums over the last axis, for a table made with `mesh`.

    `k` of shape (..., 1) and the four parts of a table, of shape (..., n_j) or (n_j,), broadcast against each other.
    """
    measure = mesh.step * rate * hazard
    p, total, rest = _weights(k, hazard, rate, measure, mesh)
    scale = (1 - rest) / total
    center = scale * np.vecdot(p, measure * mean) + rest * mean[..., 0]
    root = np.sqrt(measure)
    gap = root * mean - center[..., None] * root
    gap *= gap
    spread = scale * (np.vecdot(p, gap) + np.vecdot(p, measure * variance))
    return center, spread + rest * (variance[..., 0] + (mean[..., 0] - center) ** 2)


def errors(k: Array, drift: Array, table: Table, mesh: Mesh = FINE) -> Array:
    """F_k for the drifts D (n,) and the k (m,) of one pair's table, of shapes (n_j,): shape (n, m).

    As `chosen`, but summed at once with f = Var[x | score] + (D + E[x | score])²: faster where prompts share no table.
    """
    hazard, rate, mean, variance = table
    measure = mesh.step * rate * hazard
    p, total, rest = _weights(k[:, None], hazard, rate, measure, mesh)
    each = variance + (drift[:, None] + mean) ** 2
    # No matrix product: the linear algebra library would start its threads for it.
    return (1 - rest) / total * np.vecdot(p, (measure * each)[:, None, :]) + rest * each[:, :1]


def _weights(k: Array, hazard: Array, rate: Array, measure: Array, mesh: Mesh) -> tuple[Array, Array, Array]:
    """exp(-k L), its sum with the measure, and the mass that belongs to the first node."""
    g = k * hazard  # e^Y, with the relative accuracy of k
    lowest = g[..., 0].copy()
    p = decay(g)
    total = np.vecdot(p, measure)
    mass = k[..., 0] * total
    # Below the first node the weights go on nearly geometrically. That sum is known at once, in relative terms about as
    # well as the rate is constant there; what is missing to 1 says it exactly, unless that is only rounding. Rounding
    # common to all weights is taken out.
    step = mesh.step * rate[..., 0]
    below = lowest * step / np.expm1(np.maximum(step, 1e-3))
    doubt = below * np.minimum(0.006 * np.abs(rate[..., 0] - 1) + lowest + 1e-9, 1.0)
    rest = np.where(lowest < 0.1, np.clip(1 - mass, below - doubt, below + doubt), np.maximum(1 - mass, 0.0))
    return p, total, rest
