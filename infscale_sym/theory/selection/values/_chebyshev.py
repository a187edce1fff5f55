"""Interpolation of the chosen answer's mean and variance over many prompts (selection error of HP, arXiv:2512.19905).

At one t, B/|rho| and V are positive, even and analytic in rho; in `q = rho²/2` (and in ln k) their logarithms vary on the
scale one, with the nearest singularities at the distance of about pi/2 (there `k exp(-q)`, which is what F depends on
at small t, becomes imaginary). Chebyshev interpolation of ln(B/|rho|) and ln V on panels of width 4 therefore reaches
1e-15 with some 45 nodes. Values are taken relative to the middle of the panel, so that the logarithms are small and
their rounding does not show.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NODES = 44


@functools.lru_cache(maxsize=4)
def nodes(n: int = NODES) -> Array:
    """Chebyshev points of the first kind in (-1, 1), ascending."""
    return -np.cos(np.pi * (np.arange(n) + 0.5) / n)


@functools.lru_cache(maxsize=4)
def transform(n: int = NODES) -> Array:
    """The matrix from values at `nodes(n)` to Chebyshev coefficients, shape (n, n)."""
    matrix = np.cos(np.outer(np.arange(n), np.pi * (np.arange(n) + 0.5) / n)) * (2 / n)
    matrix[0] *= 0.5
    matrix[1::2] *= -1  # the points ascend
    return matrix


def basis(x: Array, n: int = NODES) -> Array:
    """T_0..T_{n-1} at the points x in [-1, 1]: shape (x.size, n)."""
    values = np.empty((n, x.size))
    values[0], values[1] = 1.0, x
    for i in range(2, n):
        np.multiply(2 * x, values[i - 1], out=values[i])
        values[i] -= values[i - 2]
    return values.T


def rising_roots(series: Array) -> tuple[Array, NDArray[np.intp], NDArray[np.intp]]:
    """Where Chebyshev series turn from negative to positive: x in [-1, 1], which panel, which function.

    series: (panels, coefficients, functions). Found are the sign changes between points four times as dense as the nodes.
    """
    from scipy.optimize.elementwise import find_root

    count = series.shape[1]
    fine = np.linspace(-1, 1, 4 * count + 5)
    values = basis(fine, count) @ series
    panel, place, owner = np.nonzero((values[:, :-1] < 0) & (values[:, 1:] >= 0))

    def at(x: Array, i: NDArray[np.intp], j: NDArray[np.intp]) -> Array:
        return np.vecdot(basis(x, count), series[i, :, j])

    return find_root(at, (fine[place], fine[place + 1]), args=(panel, owner)).x, panel, owner


def tail(coefficients: Array) -> float:
    """The largest of the last coefficients along the first axis, the estimate of the interpolation error."""
    return float(np.abs(coefficients[-3:]).max())
