"""Which prompts to compute one by one and which by interpolation, and the Chebyshev series for the latter.

The selection error of HP, arXiv:2512.19905: at one t, B/|rho| and V depend smoothly on rho²/2. A panel with many more
different rho than Chebyshev nodes is interpolated (see `_chebyshev`); its series shows by the fall of its coefficients
whether it is good to rounding, and if not, the prompts are computed one by one after all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from infscale_sym.theory.selection.values import _chebyshev as chebyshev

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

PAIRS_AT_A_TIME = 24  # pairs (t, rho) whose tables are made at a time
_NEAR = 0.6  # end of the first panel in rho²/2
_FAR = 800.0  # from here (|rho| = 40) on the panels widen in proportion
_NODES = ((1e-3, 64), (0.02, 58), (0.1, 52), (0.5, 44), (3.0, 36), (10.0, 32), (np.inf, 20))  # for t up to ...


class Panel:
    """An interval of rho²/2 at one t, its points (rows) and its Chebyshev nodes."""

    def __init__(self, t: float, low: float, high: float, rows: Indices) -> None:
        self.t, self.low, self.high, self.rows = t, low, high, rows
        self.size = panel_nodes(t, high - low)
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        self.rho = np.sqrt(2 * (middle + half * chebyshev.nodes(self.size)))

    def place(self, q: Array) -> Array:
        """Where |rho| = q lies in the panel, in [-1, 1]."""
        return np.clip((q * q - self.low - self.high) / (self.high - self.low), -1.0, 1.0)


class Series(NamedTuple):
    """Chebyshev coefficients of ln(B/|rho|) and ln V, relative to the scales."""

    center: Array
    spread: Array
    center_scale: Array
    spread_scale: Array


class Pairs(NamedTuple):
    """Some distinct pairs (t, |rho| = q) and the rows that belong to each."""

    t: Array
    q: Array
    rows: list[Indices]


def panel_nodes(t: float, width: float = 4.0) -> int:
    """Chebyshev nodes for 1e-15, measured. The strip is narrowest where the soft choice at t << 1 meets large k."""
    nodes = 44 if t == 0 else next(n for limit, n in _NODES if t <= limit)
    return min(nodes, 36) if width <= _NEAR else nodes


def plan(t: Array, q: Array, log_k: float) -> tuple[list[Indices], list[Panel]]:
    """Which rows to compute pair by pair, and which by interpolation: those of a panel with more pairs than nodes.

    Rows with t = inf are left out.
    """
    direct, panels = [], []
    if t.size == 1:
        return [np.flatnonzero(np.isfinite(t))], panels
    values, inverse = np.unique(t, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    for value, rows in zip(values, np.split(order, np.cumsum(np.bincount(inverse))[:-1]), strict=True):
        if np.isinf(value):
            continue
        half_square = 0.5 * q[rows] ** 2
        low, high = half_square.min(), half_square.max()
        if rows.size <= 1.2 * panel_nodes(value, high - low) or high <= low:
            direct.append(rows)
            continue
        # Where k is no whole number there are singularities at rho = i pi/(2 r) of the strength exp(-k r²/2), for every
        # r: so the first panel is short. Far beyond ln k the choice hardly depends on rho any more: panels are wide.
        inner, outer, far = np.clip((_NEAR, log_k + 12, max(log_k + 12, _FAR)), low, high)
        pieces = [
            np.linspace(a, b, 1 + int(np.ceil((b - a) / width)))
            for a, b, width in ((low, inner, 4.0), (inner, outer, 4.0), (outer, far, 32.0))
            if b > a
        ]
        if high > far:
            pieces.append(np.geomspace(far, high, 1 + int(np.ceil(np.log(high / far) / 0.04))))
        bounds = np.unique(np.concatenate(pieces))
        which = np.clip(np.searchsorted(bounds, half_square, side="right") - 1, 0, bounds.size - 2)
        for i in range(bounds.size - 1):
            own = rows[which == i]
            panel = Panel(float(value), bounds[i], bounds[i + 1], own)
            if own.size > 1.2 * panel.size and np.unique(q[own]).size > 1.2 * panel.size:
                panels.append(panel)
            elif own.size:
                direct.append(own)
    return direct, panels


def group_pairs(t: Array, q: Array, direct: list[Indices]) -> Iterable[Pairs]:
    """The rows in `direct`, sorted by pair, a few pairs at a time."""
    if not direct:
        return
    rows = np.concatenate(direct)
    rows = rows[np.lexsort((q[rows], t[rows]))]
    if rows.size == 0:
        return
    new = np.flatnonzero((np.diff(t[rows]) != 0) | (np.diff(q[rows]) != 0)) + 1
    groups = np.split(rows, new)
    for i in range(0, len(groups), PAIRS_AT_A_TIME):
        some = groups[i : i + PAIRS_AT_A_TIME]
        first = np.array([group[0] for group in some])
        yield Pairs(t[first], q[first], some)


def fit(panel: Panel, center: Array, spread: Array, both: bool = False) -> Series | None:
    """The series in rho²/2 (with `both`, in ln k too), or None if their coefficients do not fall to rounding."""
    middle = (panel.size // 2, panel.size // 2) if both else panel.size // 2
    scales = center[middle].copy(), spread[middle].copy()
    transform = chebyshev.transform(panel.size)
    coefficients = []
    for values, scale in zip((center, spread), scales, strict=True):
        series = transform @ np.log(values / scale)
        if both:
            series = series @ transform.T
        # Rounding in B and V grows with |rho| (the contract allows for it); truncation would show above it.
        allowed = 2e-14 * (1 + panel.high / 32)
        if chebyshev.tail(series) > allowed or (both and chebyshev.tail(series.T) > allowed):
            return None
        coefficients.append(series)
    return Series(coefficients[0], coefficients[1], *scales)
