"""Sums over the law of the best of k: mean and variance of the chosen answer from a node table.

HP, arXiv:2512.19905, THEORY sections 1 and 7. With `Y = l + ln k` the law of the winning score is the Gumbel law
`exp(Y - e^Y) dY`, `e^Y = k L`, and the chosen answer `x = z + rho` has

    B = E[x] = sum p mu,        V = Var[x] = sum p s² + sum p (mu - B)²,        F_k = V + (D + B)²,    D = tau - rho,

all terms of V positive: nothing cancels, also where tau makes D + B vanish. The mass below the first node, where mu
and s² have become constant or the mass negligible, is put into that node.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from infscale_sym.quantities.selection._tables import STEP

Array = NDArray[np.float64]


def chosen(k: Array, hazard: Array, rate: Array, mean: Array, variance: Array) -> tuple[Array, Array]:
    """B and V: sums over the last axis.

    `k` of shape (..., 1) and the four parts of a table, of shape (..., n_j) or (n_j,), broadcast against each other.
    """
    measure = STEP * rate * hazard
    g = k * hazard  # e^Y, with the relative accuracy of k
    lowest = g[..., 0].copy()
    p = np.exp(np.negative(g, out=g), out=g)
    total = k[..., 0] * np.vecdot(p, measure)
    # Below the first node the weights go on nearly geometrically. That sum is known at once, in relative terms about as
    # well as the rate is constant there; what is missing to 1 says it exactly, unless that is only rounding. Rounding
    # common to all weights is taken out.
    step = STEP * rate[..., 0]
    below = lowest * step / np.expm1(np.maximum(step, 1e-3))
    doubt = below * np.minimum(0.006 * np.abs(rate[..., 0] - 1) + lowest + 1e-9, 1.0)
    rest = np.where(lowest < 0.1, np.clip(1 - total, below - doubt, below + doubt), np.maximum(1 - total, 0.0))
    scale = (1 - rest) / total * k[..., 0]
    center = scale * np.vecdot(p, measure * mean) + rest * mean[..., 0]
    root = np.sqrt(measure)
    gap = root * mean - center[..., None] * root
    gap *= gap
    spread = scale * (np.vecdot(p, gap) + np.vecdot(p, measure * variance))
    return center, spread + rest * (variance[..., 0] + (mean[..., 0] - center) ** 2)
