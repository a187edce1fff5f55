"""F_k(t; tau, rho) in float64, for arrays: the generalization error of picking one of k answers by a judge.

The sampler of HP, arXiv:2512.19905. With `x = z + rho` and `D = tau - rho`,

    F_k = E[(x_chosen + D)²] = V + (D + B)²,        B = E[x_chosen],  V = Var[x_chosen],

and B (odd in rho) and V (even) depend on (k, t, rho) only. `_tables` gives them for single pairs (t, rho) and any
number of k; this module shares that work: every k and every tau at one (t, rho) use one table, and very many rho at one
t use Chebyshev interpolation of ln V and ln(B/rho) in rho²/2 (and in ln k where every point has its own k).

Range: k in [1, 1e16], t in {0} ∪ [1e-6, 1e6] ∪ {∞}, |tau|, |rho| <= 40. Relative error <= 1e-13 for k <= 1e9 and |tau|,
|rho| <= 8, else <= 1e-11. A value may differ in the last digits with the company in which it is computed. All runs on
one thread: more, which would queue for the interpreter, were measured to gain nothing.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infscale_sym.evaluate.inputs import check_range, float_array
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.selection.values import _chebyshev as chebyshev
from infscale_sym.theory.selection.values._gumbel import chosen, errors
from infscale_sym.theory.selection.values._panels import PAIRS_AT_A_TIME, Panel, fit, group_pairs, plan
from infscale_sym.theory.selection.values._tables import FINE, Mesh, Table, node_table

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_CELLS = 1 << 15  # results of a block: temporaries of 256 kB
_SHARING = 4  # more prompts at one (t, rho) share the mean and the variance of the choice
_POINTS = 256  # points, or values of k, summed at a time over their nodes


def selection_error_numpy(k: Any, t: Any, tau: Any, rho: Any) -> Any:
    """The selection error F_k(t; tau, rho) = delta/s², dimensionless, broadcasting like a ufunc.

    Arguments (each a number or an array of any shape; a float means the exact double, a string the exact decimal):
    `k` number of answers, real, 1 to 1e16; `t` dimensionless temperature `T/(2 s²)`, 0 (best of k), 1e-6 to 1e6, or
    infinity (uniform choice); `tau`, `rho` offsets of the predictive mean from the teacher's and the judge's answer in
    units of s, -40 to 40. Returns a float64 array of the broadcast shape, a scalar if that is (). Relative error at
    most 1e-13 for k <= 1e9 and |tau|, |rho| <= 8, at most 1e-11 elsewhere.
    Raises DomainError, naming the range, outside it and for what is no number.
    """
    k, t, tau, rho = _arguments(k, t, tau, rho)
    shape = np.broadcast_shapes(k.shape, t.shape, tau.shape, rho.shape)
    k_axes = [i for i in range(len(shape)) if _extent(k, len(shape), i) > 1]
    shared = any(_extent(part, len(shape), i) > 1 for part in (t, tau, rho) for i in k_axes)
    if 0 in shape:
        result = np.empty(shape)
    elif shape == ():
        return np.float64(_single(float(k), float(t), float(tau), float(rho)))
    elif k.size > 1 and not shared:  # every k with every prompt
        axes = [i for i in range(len(shape)) if i not in k_axes]
        prompts = np.broadcast_shapes(t.shape, tau.shape, rho.shape)
        each_t, each_tau, each_rho = (np.broadcast_to(part, prompts).ravel() for part in (t, tau, rho))
        result = _outer(k.ravel(), each_t, each_tau, each_rho)
        result = result.reshape([shape[i] for i in axes + k_axes]).transpose(np.argsort(axes + k_axes))
    else:
        k, t, tau, rho = (np.broadcast_to(part, shape).ravel() for part in (k, t, tau, rho))
        center, spread = _scattered(k, t, rho)
        result = np.where(_trivial(k, t), 1 + tau * tau, spread + (tau - rho + center) ** 2).reshape(shape)
    return result[()]


def error_table(k: Array, t: float, tau: Array, rho: Array, mesh: Mesh = FINE) -> Array:
    """F at one t for every prompt and every k, shapes (n,), (n,), (m,) -> (n, m), however far the offsets: for averages.

    k in [1, 1e16], t as above, |tau|, |rho| <= 1e4 (not checked). Accuracy as for offsets up to 40; with the mesh COARSE,
    which takes half the time, 2e-11 where prompts are too few to be interpolated.
    """
    tau, rho = np.asarray(tau, float), np.asarray(rho, float)
    return _outer(np.asarray(k, float), np.full(np.size(rho), float(t)), tau, rho, mesh)


def _single(k: float, t: float, tau: float, rho: float) -> float:
    """One value, past all that serves many."""
    if k == 1 or t == np.inf:
        return 1 + tau * tau
    table = node_table(np.array([t]), np.array([abs(rho)]), k, k)
    center, spread = chosen(np.array([k]), *(part[0] for part in table))
    return float(spread + (tau - rho + np.copysign(center, rho)) ** 2)


def chosen_moments(k: Any, t: Any, rho: Any) -> tuple[Any, Any]:
    """Mean B and variance V of `x = z + rho` of the chosen answer, so that F_k = V + (tau - rho + B)².

    Arguments and range as for `selection_error_numpy`, broadcast; returns two arrays of the broadcast shape. V has the
    relative accuracy stated there, B an error of about 1e-15 |rho| (and at t = 0 also full relative accuracy).
    """
    k, t, _, rho = _arguments(k, t, 0.0, rho)
    shape = np.broadcast_shapes(k.shape, t.shape, rho.shape)
    k, t, rho = (np.broadcast_to(part, shape).ravel() for part in (k, t, rho))
    center, spread = _scattered(k, t, rho)
    return center.reshape(shape)[()], spread.reshape(shape)[()]


def _arguments(k: Any, t: Any, tau: Any, rho: Any) -> tuple[Array, Array, Array, Array]:
    k, t = float_array(k, "k"), float_array(t, "t", infinite=True)
    tau, rho = float_array(tau, "tau"), float_array(rho, "rho")
    check_range(k, "k", 1, 1e16)
    check_range(t, "t", 1e-6, 1e6, also=(0.0, np.inf))
    check_range(tau, "tau", -40, 40)
    check_range(rho, "rho", -40, 40)
    return k, t, tau, rho


def _extent(array: Array, dimensions: int, axis: int) -> int:
    own = axis - (dimensions - array.ndim)
    return array.shape[own] if own >= 0 else 1


def _trivial(k: Array, t: Array) -> NDArray[np.bool_]:
    """Where the choice is as good as none: one answer, or the uniform weights of t = infinity."""
    return (k == 1) | np.isinf(t)


def _outer(k: Array, t: Array, tau: Array, rho: Array, mesh: Mesh = FINE) -> Array:
    """F for every prompt (t, tau, rho) and every k: shape (n, n_k)."""
    result = np.empty((t.size, k.size))
    drift, q, sign = tau - rho, np.abs(rho), np.where(rho < 0, -1.0, 1.0)
    result[np.isinf(t)] = 1 + tau[np.isinf(t), None] ** 2

    def put(rows: Indices, columns: slice, center: Array, spread: Array) -> None:
        center = sign[rows, None] * center
        center += drift[rows, None]
        center *= center
        center += spread
        result[rows, columns] = center

    # Interpolation, many rho at one t: the tables of the nodes, then the prompts in blocks.
    direct, panels = plan(t, q, np.log(k.max()))
    with single_threaded_algebra() if panels else nullcontext():
        for panel in panels:
            tables = _node_moments(panel, k)
            series = fit(panel, *tables)
            if series is None:
                direct.append(panel.rows)
                continue
            height = max(1, _CELLS // k.size)
            for i in range(0, panel.rows.size, height):
                rows = panel.rows[i : i + height]
                basis = chebyshev.basis(panel.place(q[rows]), panel.size)
                center = basis @ series.center
                np.exp(center, out=center)
                center *= series.center_scale
                center *= q[rows, None]
                spread = basis @ series.spread
                np.exp(spread, out=spread)
                spread *= series.spread_scale
                put(rows, slice(None), center, spread)

    for pairs in group_pairs(t, q, direct):
        table = node_table(pairs.t, pairs.q, k.min(), k.max(), mesh)
        for i, rows in enumerate(pairs.rows):
            own = Table(*(part[i] for part in table))
            for j in range(0, k.size, _POINTS):
                columns = slice(j, j + _POINTS)
                if rows.size > _SHARING:
                    put(rows, columns, *chosen(k[columns, None], *own, mesh))
                else:
                    result[rows, columns] = errors(k[columns], sign[rows] * drift[rows], own, mesh)
    result[:, k == 1] = 1 + (tau * tau)[:, None]
    return result


def _scattered(k: Array, t: Array, rho: Array) -> tuple[Array, Array]:
    """B and V at points each with its own (k, t, rho): two arrays (n,)."""
    q = np.abs(rho)
    center, spread = q.copy(), np.ones(k.size)  # right for the trivial points
    log_k = np.log(k)
    direct, panels = plan(np.where(k == 1, np.inf, t), q, log_k.max())
    with single_threaded_algebra() if panels else nullcontext():
        direct += _scattered_panels(panels, k, q, center, spread)
    for pairs in group_pairs(t, q, direct):
        bounds = np.array([(k[rows].min(), k[rows].max()) for rows in pairs.rows])
        table = node_table(pairs.t, pairs.q, bounds[:, 0], bounds[:, 1])
        rows = np.concatenate(pairs.rows)
        own = np.repeat(np.arange(len(pairs.rows)), [part.size for part in pairs.rows])
        for j in range(0, rows.size, _POINTS):
            some, its = rows[j : j + _POINTS], own[j : j + _POINTS]
            hazard, rate, mean, variance = (part[its] for part in table)
            center[some], spread[some] = chosen(k[some, None], hazard, rate, mean, variance)
    return np.sign(rho) * center, spread


def _scattered_panels(panels: list[Panel], k: Array, q: Array, center: Array, spread: Array) -> list[Indices]:
    """Fill B and V for the rows of the panels; those that interpolation does not reach are returned."""
    log_k, left = np.log(k), []
    for panel in panels:
        # A second Chebyshev series in ln k; its panels as wide as those in rho²/2.
        own = log_k[panel.rows]
        edges = np.linspace(own.min(), max(own.max(), own.min() + 1e-3), 1 + max(1, int(np.ceil(np.ptp(own) / 4))))
        which = np.clip(np.searchsorted(edges, own, side="right") - 1, 0, edges.size - 2)
        points = chebyshev.nodes(panel.size)
        grid = 0.5 * (edges[:-1, None] + edges[1:, None]) + 0.5 * np.diff(edges)[:, None] * points
        tables = _node_moments(panel, np.clip(np.exp(grid.ravel()), 1.0, 1e16))
        for cell in np.unique(which):
            rows = panel.rows[which == cell]
            columns = slice(cell * panel.size, (cell + 1) * panel.size)
            series = fit(panel, *(part[:, columns] for part in tables), both=True)
            if series is None:
                left.append(rows)
                continue
            place = (2 * log_k[rows] - edges[cell] - edges[cell + 1]) / (edges[cell + 1] - edges[cell])
            in_k = chebyshev.basis(np.clip(place, -1, 1), panel.size)
            in_q = chebyshev.basis(panel.place(q[rows]), panel.size)
            center[rows] = q[rows] * np.exp(np.vecdot(in_q @ series.center, in_k)) * series.center_scale
            spread[rows] = np.exp(np.vecdot(in_q @ series.spread, in_k)) * series.spread_scale
    return left


def _node_moments(panel: Panel, k: Array) -> tuple[Array, Array]:
    """B/rho and V at the panel's nodes for every k: two arrays (n_nodes, n_k)."""
    center, spread = np.empty((2, panel.size, k.size))
    for first in range(0, panel.size, PAIRS_AT_A_TIME):
        rho = panel.rho[first : first + PAIRS_AT_A_TIME]
        table = node_table(np.full(rho.size, panel.t), rho, k.min(), k.max())
        for i in range(rho.size):
            own = [part[i] for part in table]
            for j in range(0, k.size, _POINTS):
                columns = slice(j, j + _POINTS)
                center[first + i, columns], spread[first + i, columns] = chosen(k[columns, None], *own)
    center /= panel.rho[:, None]
    return center, spread
