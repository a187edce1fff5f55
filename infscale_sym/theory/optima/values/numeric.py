"""The best number of answers, the best temperature and the best judge, from the exact selection error (HP Remarks 2-4,
arXiv:2512.19905). Float64, vectorised; everything is dimensionless.

F is flat at a minimum, so no minimum is sought by comparing values: what is solved is where an exact slope changes its sign.
All local minima are found on a grid fine against the scale on which F can turn (a Laplace transform in ln k; panels of one
decade of t; panels of one or two in rho), each is refined, and the deepest is returned, the ends included.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize.elementwise import find_root

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import check_range, float_array
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.optima.values._temperature import best_temperatures, one_plus_twice
from infscale_sym.theory.selection.values import _chebyshev as chebyshev
from infscale_sym.theory.selection.values.numeric import chosen_moments
from infscale_sym.theory.selection.values.slopes import SlopeTable, slope_tables

Array = NDArray[np.float64]

#: The largest number of answers, the range of t for `optimal_number` and `optimal_judge`, the largest |rho| searched.
LARGEST_K, T_RANGE, LARGEST_RHO = 1e12, (1e-6, 1e6), 40.0

_LOG_K = np.linspace(0, np.log(LARGEST_K), 185)
#: Chebyshev nodes per panel of one or two in rho.
_RHO_NODES = 18
_RHO_EDGES = np.concatenate((np.arange(0.0, 4.0), np.arange(4.0, LARGEST_RHO + 1, 2.0)))


def optimal_number(t: Any, tau: Any, rho: Any, *, integer: bool = False) -> Any:
    """The k >= 1 at which F_k(t; tau, rho) is least; broadcasts over t, tau, rho.

    1 where one answer is best (also where k makes no difference, t = inf); inf where F falls for ever, or has not turned up
    to k = 1e12. Real k by default, else the best whole number. t in {0}, [1e-6, 1e6] or inf; |tau|, |rho| <= 40. Relative
    error 1e-9 or better for k* < 1e6 away from the parameters where the minimum moves to infinity (measured).
    Many tau at one (t, rho) are nearly free. Raises DomainError outside the ranges.
    """
    t, tau, rho = _arguments(("t", t), ("tau", tau), ("rho", rho))
    shape = t.shape
    t, tau, rho = t.ravel(), tau.ravel(), rho.ravel()
    out = np.ones(t.size)

    groups = list(_groups(np.flatnonzero(np.isfinite(t)), t, rho))
    with single_threaded_algebra():  # its products are too small for threads
        for first in range(0, len(groups), 16):
            group = groups[first : first + 16]
            pairs = np.array([pair for pair, _ in group])
            for (pair, rows), table in zip(group, slope_tables(pairs[:, 0], pairs[:, 1], 1.0, LARGEST_K**2), strict=True):
                out[rows] = _best_number(table, tau[rows] - pair[1], integer)
    return out.reshape(shape)[()]


def _best_number(table: SlopeTable, drift: Array, integer: bool) -> Array:
    """The optimum for each drift D = tau - rho at one (t, rho)."""
    p, q = table.slope_parts(np.exp(_LOG_K))
    slope = p + 2 * np.multiply.outer(drift, q)
    row, place = np.nonzero((slope[:, :-1] < 0) & (slope[:, 1:] >= 0))

    def at(x: Array, own: Array) -> Array:
        a, b = table.slope_parts(np.exp(x))
        return a + 2 * own * b

    k = np.exp(find_root(at, (_LOG_K[place], _LOG_K[place + 1]), args=(drift[row],)).x)
    rows = np.arange(drift.size)
    one, endless = rows[slope[:, 0] >= 0], rows[slope[:, -1] < 0]
    if integer:
        row, k = np.concatenate((row, row)), np.concatenate((np.maximum(np.floor(k), 1), np.ceil(k)))
    row = np.concatenate((one, row, endless))
    k = np.concatenate((np.ones(one.size), k, np.full(endless.size, np.inf)))
    depth = np.zeros(k.size)
    finite = np.isfinite(k)
    second, first = table.limit_parts(k[finite])
    depth[finite] = second + 2 * drift[row[finite]] * first
    order = np.lexsort((k, depth, row))
    best = np.searchsorted(row[order], rows)
    return k[order][best]


def optimal_temperature(k: Any, tau: Any, rho: Any, *, between: tuple[float, float] = (0.0, np.inf)) -> Any:
    """The t in [0, inf] at which F_k(t; tau, rho) is least, broadcast: 0 (best of k), finite, or inf (uniform choice).

    k in [1, 1e12] (at k = 1 every t is alike: inf), |tau|, |rho| <= 40. 0 exactly where 1 + 2 rho (tau - rho) >= 0
    (`temperature.zero.boundary`); else a root of dF/dt, however small (below 1e-307 it rounds to 0) and up to 1e12, beyond
    which it counts as inf. Relative error 1e-13 (10 + |ln t*| + t*), measured against `optimal_temperature_mp` (at large t* it
    rests on a small 1 + 2 rho tau). With `between`, two powers of ten from 1e-6 to 1e6, only t there are sought: an optimum
    below counts as 0, one beyond as inf. Many k and tau at one rho share the work, 0.4 s for each rho, less for a smaller
    range.
    """
    k, tau, rho = _arguments(("k", k), ("tau", tau), ("rho", rho))
    check_range(k, "k", 1, LARGEST_K)
    shape = k.shape
    k, tau, rho = k.ravel(), tau.ravel(), rho.ravel()
    out = np.full(k.size, np.inf)
    steepness = one_plus_twice(rho, tau, -rho)
    out[(k > 1) & (steepness >= 0)] = 0.0
    for _, rows in _groups(np.flatnonzero((k > 1) & (steepness < 0)), rho):
        out[rows] = best_temperatures(k[rows], tau[rows], rho[rows[0]], steepness[rows], between)
    return out.reshape(shape)[()]


def optimal_judge(k: Any, t: Any, tau: Any) -> Any:
    """The judge's offset rho at which F_k(t; tau, rho) is least, broadcast; it has the sign of tau, and is 0 at tau = 0.

    HP-code's family Delta_R = (1+c) Delta_T: the best c is rho/tau - 1. inf (with the sign of tau) where F still falls at
    |rho| = 40 and is lower still in the limit, in which the judge takes the answer farthest to one side; nan where the optimum
    lies beyond 40 otherwise, and at k = 1, where no judge matters. k in [1, 1e12], t in {0} or [1e-6, 1e6], |tau| <= 40.
    Error about 1e-9 (1 + t) (measured). Many k and tau at one t share the work, about 0.4 s for each t.
    """
    k, t, tau = _arguments(("k", k), ("t", t), ("tau", tau))
    check_range(k, "k", 1, LARGEST_K)
    if np.isinf(t).any():
        raise DomainError("t must be finite: at t = inf no judge matters; got inf")
    shape = k.shape
    k, t, tau = k.ravel(), t.ravel(), tau.ravel()
    out = np.where(t == 0, tau, np.nan)  # the best answer of all is the teacher's own choice
    edges = _RHO_EDGES
    nodes = _panel_points(edges, _RHO_NODES)

    def work(rows: Any) -> None:
        own_k, back = np.unique(k[rows], return_inverse=True)
        center, spread = chosen_moments(own_k, t[rows[0]], nodes.reshape(-1, 1))
        drift = np.abs(tau[rows]) - nodes.reshape(-1, 1)
        error = spread[:, back] + (drift + center[:, back]) ** 2
        place, depth, owner = _minima(edges, error.reshape(*nodes.shape, rows.size), open_left=True)
        last = _panel_values(error.reshape(*nodes.shape, rows.size)[-1], 1.0)
        falling = _panel_slope(error.reshape(*nodes.shape, rows.size)[-1], 1.0) < 0
        extreme = _farthest(own_k, np.abs(tau[rows]), back)
        beyond = np.where(falling & (extreme >= last), last, np.inf)
        end = np.where(falling & (extreme < last), extreme, np.inf)
        best = _deepest(rows.size, [(owner, place, depth)], [(np.inf, end), (np.nan, beyond)])
        out[rows] = np.sign(tau[rows]) * best

    for _, rows in _groups(np.flatnonzero((k > 1) & (t > 0) & (tau != 0)), t):
        work(rows)
    out[(k > 1) & (tau == 0)] = 0.0
    out[k == 1] = np.nan
    return out.reshape(shape)[()]


def _farthest(k: Array, tau: Array, which: Any) -> Array:
    """E (tau - max of k draws)^2 for tau[i] and k[which[i]]: the limit of F as rho -> oo."""
    from scipy.special import log_ndtr

    z = np.linspace(-9, 12, 4001)
    log_density = -0.5 * z * z - 0.5 * np.log(2 * np.pi) + np.log(k)[:, None] + (k[:, None] - 1) * log_ndtr(z)
    density = np.exp(log_density) * (z[1] - z[0])
    moments = density @ np.stack((np.ones(z.size), z, z * z), axis=1)
    return moments[which, 2] - 2 * tau * moments[which, 1] + tau * tau * moments[which, 0]


def critical_temperature(tau: Any, rho: Any) -> Any:
    """The t below which F_k(t; tau, rho) rises at large k, broadcast: inf if it rises at every t, 0 if at none.

    Root of (1 + 2 rho tau)(1+t)(2+t) = rho^2 (4+3t), `finite-k.criterion`; relative error a few 1e-16 times the rounding of
    1 + 2 rho tau. |tau|, |rho| <= 40. (`optima.values.exact.critical_temperature_mp` finds it from F at huge k instead.)
    """
    tau, rho = _arguments(("tau", tau), ("rho", rho))
    gain, square = 1 + 2 * rho * tau, rho * rho
    with np.errstate(divide="ignore", invalid="ignore"):
        b, c = 3 * gain - 3 * square, 2 * gain - 4 * square
        root = np.sqrt(np.maximum(b * b - 4 * gain * c, 0.0))
        positive = np.where(b > 0, -2 * c / (b + root), (root - b) / (2 * gain))
    return np.where(gain <= 0, np.where(rho == 0, 0.0, np.inf), np.where(c >= 0, 0.0, positive))[()]


def _arguments(*pairs: tuple[str, Any]) -> list[Array]:
    arrays = []
    for name, value in pairs:
        array = float_array(value, name, infinite=name == "t")
        if name == "t":
            check_range(array, name, *T_RANGE, also=(0.0, np.inf))
        elif name != "k":
            check_range(array, name, -40, 40)
        arrays.append(array)
    return list(np.broadcast_arrays(*arrays))


def _groups(rows: Any, *keys: Array) -> Iterable[tuple[tuple[float, ...], Any]]:
    """The rows that share their keys, with the keys."""
    if not rows.size:
        return
    values, inverse = np.unique(np.stack([key[rows] for key in keys], axis=1), axis=0, return_inverse=True)
    order = np.argsort(inverse.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(inverse.ravel(), minlength=len(values)))[:-1]
    for value, part in zip(values, np.split(rows[order], ends), strict=True):
        if part.size:
            yield tuple(float(x) for x in value), part


def _panel_points(edges: Array, count: int) -> Array:
    """Chebyshev points of every panel: shape (panels, count)."""
    return 0.5 * (edges[:-1, None] + edges[1:, None]) + 0.5 * np.diff(edges)[:, None] * chebyshev.nodes(count)


def _panel_values(values: Array, x: float) -> Array:
    count = len(values)
    return (chebyshev.basis(np.array([x]), count) @ (chebyshev.transform(count) @ values))[0]


def _panel_slope(values: Array, x: float) -> Array:
    count = len(values)
    series = np.polynomial.chebyshev.chebder(chebyshev.transform(count) @ values, axis=0)
    return (chebyshev.basis(np.array([x]), count - 1) @ series)[0]


def _minima(edges: Array, values: Array, open_left: bool = False) -> tuple[Array, Array, Any]:
    """All interior minima of functions given at the panels' points, shape (panels, nodes, n): place, value, which function.

    With `open_left` a function that rises from its left end on has its minimum there.
    """
    count = values.shape[1]
    series = chebyshev.transform(count) @ values
    slopes = np.polynomial.chebyshev.chebder(series, axis=1)
    x, panel, owner = chebyshev.rising_roots(slopes)
    if open_left:
        rising = np.flatnonzero(chebyshev.basis(np.array([-1.0]), count - 1)[0] @ slopes[0] >= 0)
        x = np.concatenate((x, np.full(rising.size, -1.0)))
        panel, owner = np.concatenate((panel, 0 * rising)), np.concatenate((owner, rising))
    low, high = edges[panel], edges[panel + 1]
    places = [0.5 * (low + high) + 0.5 * (high - low) * x]
    depths = [np.sum(chebyshev.basis(x, count).T * series[panel, :, owner].T, axis=0)]
    owners = [owner]
    # A minimum right on the edge of two panels is seen by neither if rounding parts their slopes: take the edge itself.
    for left, right, edge in zip(values[:-1], values[1:], edges[1:-1], strict=True):
        owner = np.flatnonzero((_panel_slope(left, 1.0) < 0) & (_panel_slope(right, -1.0) >= 0))
        places.append(np.full(owner.size, edge))
        depths.append(_panel_values(left, 1.0)[owner])
        owners.append(owner)
    return np.concatenate(places), np.concatenate(depths), np.concatenate(owners)


def _deepest(count: int, inner: list[tuple[Any, Array, Array]], ends: list[tuple[float, Array]]) -> Array:
    """For each of `count` functions the place of its lowest candidate; an end wins a tie."""
    place, depth = np.full(count, np.nan), np.full(count, np.inf)
    for where, value in ends:
        better = value < depth
        place[better], depth[better] = where, value[better]
    for owner, where, value in inner:
        for i, x, y in zip(owner, where, value, strict=True):
            if y < depth[i]:
                place[i], depth[i] = x, y
    return place
