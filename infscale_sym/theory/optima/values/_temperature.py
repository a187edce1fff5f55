"""The best temperature in float64: the roots of dF/d ln t for many (k, tau) at one rho (HP Remark 3, arXiv:2512.19905).

The slope (`slopes.HeatTable`) is sampled at Chebyshev points of panels in ln t and its roots are sought on the panels. F is
analytic in ln t up to |arg t| = pi/2, so over a decade a node more gains half a digit. From 1e-6 up to 1e6 the panels are
decades; further ones are added only where a root must lie beyond. Where k t^(1/2) << 1, t^-2 times the slope is a straight
line in ln t up to a power series in t^(1/2), and above 1e6 t times the slope is a power series in 1/t: there the panels are
six times as wide, and below 1e-28/k^2 the line is all (`_heat`).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError
from infscale_sym.theory.selection.values import _chebyshev as chebyshev
from infscale_sym.theory.selection.values.numeric import selection_error_numpy
from infscale_sym.theory.selection.values.slopes import heat_tables

Array = NDArray[np.float64]

_NODES = 25
_DECADE = math.log(10)


def one_plus_twice(factor: Array, first: Array, second: Array) -> Array:
    """1 + 2 factor (first + second), correctly rounded, also where next to nothing is left of it."""
    parts = np.stack((*_product(factor, first), *_product(factor, second)), axis=-1)
    return np.array([math.fsum((1.0, *row)) for row in (2 * parts).tolist()])


def _product(a: Array, b: Array) -> tuple[Array, Array]:
    """a b as the sum of two doubles (Dekker)."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = (_halves(x) for x in (a, b))
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _halves(x: Array) -> tuple[Array, Array]:
    high = 134217729.0 * x
    high -= high - x
    return high, x - high


def best_temperatures(k: Array, tau: Array, rho: float, steepness: Array, between: tuple[float, float]) -> Array:
    """The best t for arrays k > 1 and tau of one length, where steepness = 1 + 2 rho (tau - rho) < 0."""
    whole = tuple(between) == (0.0, math.inf)
    powers = np.arange(-6, 7)
    powers = powers[(0.99 * between[0] < 10.0**powers) & (10.0**powers < 1.01 * between[1])]
    if powers.size < 2:
        raise DomainError(f"between must hold two powers of ten from 1e-6 to 1e6; got {between}")
    search = _Search(k, tau, rho, steepness)
    search.sample(np.asarray(powers * _DECADE, float))
    if whole:
        search.cool()
        search.heat()
    return search.best()


class _Search:
    def __init__(self, k: Array, tau: Array, rho: float, steepness: Array) -> None:
        self.k, self.tau, self.rho, self.steepness = k, tau, rho, steepness
        self.own_k, self.back = np.unique(k, return_inverse=True)
        self.edges = np.empty(0)  # of what was sampled, in ln t
        self.ends = np.empty((2, 0))  # the slope (in the unit of `_slope`) at the first and at the last
        self.places: list[Array] = []  # ln t of minima
        self.owners: list[NDArray[np.intp]] = []  # their rows

    def _slope(self, log_t: Array) -> Array:
        """dF/d ln t over t^2/(1+t)^3; log_t: (panels, nodes), out: (panels, nodes, rows)."""
        out = np.empty((*log_t.shape, self.k.size))
        for panel, points in enumerate(log_t):
            bent = math.exp(points[0]) * (1 + self.rho**2) < 1
            t = np.exp(points)
            for i, table in enumerate(heat_tables(t, self.rho, self.own_k[0], self.own_k[-1])):
                first, second = (part[self.back] for part in table.slope_parts(self.own_k, bent))
                slope = (self.steepness if bent else 1.0) * first + 2 * (self.tau - self.rho) * second
                out[panel, i] = slope * ((1 + t[i]) ** 3 / t[i] ** 2)
        return out

    def sample(self, edges: Array) -> None:
        """Find the minima between the first and the last of the edges, which may adjoin those before."""
        middle, half = 0.5 * (edges[:-1] + edges[1:]), 0.5 * np.diff(edges)
        series = chebyshev.transform(_NODES) @ self._slope(middle[:, None] + half[:, None] * chebyshev.nodes(_NODES))
        x, panel, row = chebyshev.rising_roots(series)
        self._note(middle[panel] + half[panel] * x, row)
        left, right = np.moveaxis(chebyshev.basis(np.array([-1.0, 1.0]), _NODES) @ series, 1, 0)
        first, last = left[0], right[-1]
        if self.edges.size and edges[-1] == self.edges[0]:
            left, edges, last = np.concatenate((left, self.ends[:1])), np.append(edges, self.edges[-1]), self.ends[1]
        elif self.edges.size:
            right, edges = np.concatenate((self.ends[1:], right)), np.insert(edges, 0, self.edges[0])
            left, first = np.concatenate((self.ends[:1], left)), self.ends[0]
        # A minimum right on an edge is seen by neither panel if rounding parts their slopes: take the edge itself.
        inner = edges[1:-1]
        place, row = np.nonzero((right[: inner.size] < 0) & (left[1 : inner.size + 1] >= 0))
        self._note(inner[place], row)
        self.edges, self.ends = edges[[0, -1]], np.stack((first, last))

    def _note(self, log_t: Array, rows: NDArray[np.intp]) -> None:
        self.places.append(log_t)
        self.owners.append(rows)

    def cool(self) -> None:
        """Go on to smaller t where F still rises at the least of them; it falls as t leaves 0."""
        while (rows := np.flatnonzero(self.ends[0] >= 0)).size:
            cold = -2 * math.log(self.k[rows].max())
            start = self.edges[0]
            if start < cold - 28 * _DECADE:
                # The slope is t^2 (2 c ln(1/t) + C).
                with np.errstate(divide="ignore", over="ignore"):
                    fall = np.pi / 3 * self.k[rows] * (self.k[rows] - 1) * np.exp(-(self.rho**2)) * self.steepness[rows]
                    self._note(start + self.ends[0, rows] / fall, rows)
                self.ends[0, rows] = -1.0
                return
            self.sample(np.array([start - (6 if start < cold - 4 * _DECADE else 1) * _DECADE, start]))

    def heat(self) -> None:
        """Go on to larger t where F still falls at the largest, and yet rises in the end: where 1 + 2 rho tau > 0."""
        rises = one_plus_twice(np.full(self.tau.shape, self.rho), self.tau, 0 * self.tau) > 0
        if (rises & (self.ends[1] < 0)).any():
            self.sample(self.edges[1] + np.array([0.0, 6.0]) * _DECADE)

    def best(self) -> Array:
        """The deepest minimum of each row, the ends included."""
        cold, hot = np.flatnonzero(self.ends[0] >= 0), np.flatnonzero(self.ends[1] < 0)
        owner = np.concatenate((*self.owners, cold, hot))
        with np.errstate(under="ignore"):
            t = np.concatenate((np.exp(np.concatenate(self.places)), 0.0 * cold, np.full(hot.size, np.inf)))
        depth = np.zeros(owner.size)
        several = np.flatnonzero(np.bincount(owner, minlength=self.k.size)[owner] > 1)
        if several.size:
            near = np.where(t < 1e-6, 0.0, np.where(np.isfinite(t), np.minimum(t, 1e6), t))[several]
            row = owner[several]
            depth[several] = selection_error_numpy(self.k[row], near, self.tau[row], self.rho)
        order = np.lexsort((t, depth, owner))
        return t[order][np.searchsorted(owner[order], np.arange(self.k.size))]
