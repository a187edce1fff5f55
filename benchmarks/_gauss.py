"""The competent alternative: vectorised Gauss-Legendre quadrature with well-placed breakpoints.

It shares nothing with the package but the definition of F_k(t; tau, rho) (HP, arXiv:2512.19905) and is what someone
who needs full accuracy for many prompts would write with NumPy alone. With x = z + rho, D = tau - rho and the score
y = x² (t = 0) or the noisy score v = x²/(2t) + ln Exp(1) (t > 0: picking answer i with probability w_i/sum w is picking
the least v),

    F_k = k ∫ m(y) P(score > y)^{k-1} dy,      m(y) dy = E[(x+D)²; score in dy].

- Every prompt gets its own panels, of equal width in ln(-ln P(score > y)) from the scale of the largest k to the far
  tail, after a first panel that begins at 0 (in r = |x| at t = 0, in u = e^v at t > 0: the integrand is entire there).
- P(score > y) needs no special function: it is the running integral of the score's own density on the same panels,
  from the left and from the right, so that nothing cancels in k ln P or in the tail.
- At t > 0 the density in v is an integral over x, again by Gauss-Legendre, on the window where the integrand lives.
- All k share the nodes; a k leaves out the panels beyond the reach of exp(-k L).

Accuracy is set by the numbers of nodes in SETTINGS; `benchmarks.selection_error` measures it in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Array = NDArray[np.float64]

_FAR = 37.0  # e^-37 = 1e-16: what has that probability is left out
_TAIL = 0.5  # how much narrower panels are in the tail, see `_edges`
_NOISE, _NOISE_WIDTH = 5.0, 4.0  # additional panels where the noise of the score matters, and up to which |v|
_INV_SQRT_2PI = 1 / np.sqrt(2 * np.pi)


class Settings(NamedTuple):
    """How fine the rule is."""

    panels: int  # panels of equal width in ln L after the first one
    nodes: int  # Gauss nodes per panel
    inner: tuple[int, int]  # Gauss nodes in x before and after the switch of the kernel (t > 0)
    block: int = 4  # prompts that are treated at a time


#: About the least work that gives 1e-13 on |tau| <= 3, |rho| <= 4, 1 <= k <= 1e6 (by trial).
SETTINGS = {
    0.0: Settings(16, 16, (0, 0), 16),
    1e-3: Settings(15, 18, (32, 32)),
    0.05: Settings(12, 20, (32, 32)),
    1.0: Settings(14, 18, (32, 24)),
    50.0: Settings(12, 16, (32, 32)),
}


def gauss_selection_error(
    k: Array, t: float, tau: Array, rho: Array, settings: Settings | None = None, threads: int = 1
) -> Array:
    """F for every prompt and every k, shape (n, n_k); dimensionless.

    k: increasing, shape (n_k,); t: one of the keys of SETTINGS unless `settings` are given; tau, rho: shape (n,).
    """
    chosen = SETTINGS[t] if settings is None else settings
    result = np.empty((tau.size, k.size))

    def work(rows: slice) -> None:
        drift, judge = (tau - rho)[rows, None], rho[rows, None]
        make = _cold_nodes if t == 0 else _warm_nodes
        result[rows] = _sum_over_nodes(k, *make(float(k[-1]), t, drift, judge, chosen))

    rows = (slice(i, i + chosen.block) for i in range(0, tau.size, chosen.block))
    _run(work, rows, threads)
    return result


def _run(work: Callable[[slice], None], items: Iterable[slice], threads: int) -> None:
    if threads == 1:
        for item in items:
            work(item)
        return
    # Threads of the BLAS on top of these would only spin.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, items):
            pass


def _sum_over_nodes(k: Array, hazard: Array, mass: Array, nodes: int) -> Array:
    """k sum_j mass_j exp(-(k-1) L_j): hazard, mass of shape (n, n_j), the hazard increasing; result (n, n_k)."""
    result = np.empty((hazard.shape[0], k.size))
    start = hazard[:, ::nodes].min(axis=0)  # hazard at the first node of each panel
    step = 25
    for i in range(0, k.size, step):
        some = k[i : i + step]
        reach = nodes * int(np.searchsorted(start * max(some[0] - 1, 1e-9), _FAR + 3))
        grid = hazard[:, None, :reach] * (1 - some)[:, None]
        np.exp(grid, out=grid)
        result[:, i : i + step] = np.matmul(grid, mass[:, :reach, None])[..., 0]
    return result * k


def _cold_nodes(k_high: float, _: float, drift: Array, rho: Array, settings: Settings) -> tuple[Array, Array, int]:
    """Nodes in r = |x| for t = 0: L and the weighted mass, shape (n, n_j), and the nodes per panel."""
    # Where ln L takes equally spaced values, roughly: by interpolation in a coarse table of S.
    coarse = np.geomspace(0.02 / k_high, np.abs(rho).max() + 9.5, 220)
    density = _folded(coarse, rho)[0]
    probability = _cumulative_trapezoid(density, coarse) + coarse[0] * density[:, :1]
    log_hazard = _rough_log_hazard(probability, density, coarse)
    edges = _edges(coarse, log_hazard, -np.log(k_high) - 1.5, settings.panels)
    edges = np.concatenate([np.zeros_like(edges[:, :1]), edges], axis=1)
    x, w, running = _rule(settings.nodes)
    width = np.diff(edges)[..., None]
    r = edges[:, :-1, None] + width * x
    even, right = _folded(r, rho[..., None])
    hazard = _hazard(even, width, w, running)
    shift = drift[..., None]
    mass = (r + shift) ** 2 * right
    mass += (r - shift) ** 2 * (even - right)
    mass *= width * w
    return hazard, mass.reshape(hazard.shape), settings.nodes


def _folded(r: Array, rho: Array) -> tuple[Array, Array]:
    """phi(r-rho) + phi(r+rho), the density of |x|, and its first term."""
    right = np.exp(-0.5 * (r - rho) ** 2) * _INV_SQRT_2PI
    return right + np.exp(-0.5 * (r + rho) ** 2) * _INV_SQRT_2PI, right


def _warm_nodes(k_high: float, t: float, drift: Array, rho: Array, settings: Settings) -> tuple[Array, Array, int]:
    """Nodes in v for t > 0: as `_cold_nodes`. Between the first panel and the far tail the variable is asinh v."""
    shrink = t / (1 + t)
    log_mean_weight = 0.5 * np.log(shrink) - 0.5 * rho**2 / (1 + t)
    # The first panel, in u: up to where k (1 - a) is about 0.2, but not beyond u = 0.4.
    v_first = np.minimum(-1.5 - np.log(k_high) - log_mean_weight, np.log(0.4))
    top = (np.abs(rho) + 9.0) ** 2 / (2 * t) + 4.0
    place = np.linspace(0, 1, 80)
    coarse = np.arcsinh(v_first) + (np.arcsinh(top) - np.arcsinh(v_first)) * place
    density = _score_density(np.sinh(coarse), t, rho, None, (12, 8))[0] * np.cosh(coarse)
    probability = _cumulative_trapezoid(density, coarse) + np.exp(v_first + log_mean_weight)
    log_hazard = _rough_log_hazard(probability, density, coarse)
    # More of them where the noise of the score begins to give way to x² itself, |v| of a few units.
    edges = _edges(
        coarse,
        log_hazard,
        log_hazard[:, :1],
        settings.panels,
        _NOISE * np.arctan(np.sinh(coarse) / _NOISE_WIDTH),
    )
    edges[:, 0] = np.arcsinh(v_first[:, 0])

    x, w, running = _rule(settings.nodes)
    u = np.exp(v_first) * x
    width = np.diff(edges)[..., None]
    s = edges[:, :-1, None] + width * x
    v = np.concatenate([np.log(u), np.sinh(s).reshape(u.shape[0], -1)], axis=1)
    density, second = _score_density(v, t, rho, drift, settings.inner)
    # dv = du/u on the first panel, dv = cosh(s) ds on the others; all panels in the unit interval of the rule.
    scale = np.concatenate([(1 / x) * np.ones_like(u), (width * np.cosh(s)).reshape(u.shape[0], -1)], axis=1)
    shape = (u.shape[0], settings.panels + 1, settings.nodes)
    density, second = (density * scale).reshape(shape), (second * scale).reshape(shape)
    hazard = _hazard(density, np.ones((1, 1, 1)), w, running)
    return hazard, (second * w).reshape(hazard.shape), settings.nodes


def _score_density(v: Array, t: float, rho: Array, drift: Array | None, nodes: tuple[int, int]) -> tuple[Array, Array]:
    """E[K(c)] and (unless drift is None) E[(x+D)² K(c)], c = v - x²/(2t), K(c) = e^c exp(-e^c); v of shape (n, m)."""
    sign = np.where(rho < 0, -1.0, 1.0)
    q = np.abs(rho)
    shrink = t / (1 + t)
    peak = q * shrink
    r = np.sqrt(2 * t * np.maximum(v, 0.0))
    reach = np.sqrt(2 * _FAR * shrink)
    # For c < 0 the integrand is a Gaussian about `peak`; K switches it off for c > 3.8.
    high = np.where(r > peak, peak + np.sqrt((r - peak) ** 2 + reach**2), peak + reach)
    high = np.minimum(high, q + 11.0)
    low = np.where(v > 0, q - 11.0, peak - 1.05 * reach)
    low = np.maximum(np.maximum(low, np.sqrt(2 * t * np.maximum(v - 3.8, 0.0))), 0.0)
    low = np.minimum(low, high)
    middle = np.sqrt(2 * t * np.maximum(v + 2.0, 0.0))
    middle = low + np.clip(middle - low, 0.15 * (high - low), 0.6 * (high - low))
    # Nodes are kept as offsets from r, so that c is not the small difference of two large numbers.
    offset, w = np.empty((2, *v.shape, sum(nodes)))
    parts = slice(nodes[0]), slice(nodes[0], None)
    for part, count, begin, end in zip(parts, nodes, (low, middle), (middle, high), strict=True):
        unit, weight, _ = _rule(count)
        width = (end - begin)[..., None]
        offset[..., part] = (begin - r)[..., None] + width * unit
        w[..., part] = width * weight
    x = offset + r[..., None]
    kernel = np.add(x, r[..., None])
    kernel *= offset
    kernel *= -0.5 / t
    kernel += np.minimum(v, 0.0)[..., None]
    kernel -= np.exp(np.minimum(kernel, 7.0))
    np.exp(kernel, out=kernel)
    kernel *= w
    right = np.subtract(x, q[..., None], out=w)
    right *= right
    right *= -0.5
    np.exp(right, out=right)
    right *= kernel
    left = (-2 * q[..., None]) * x
    np.exp(left, out=left)
    left *= right
    density = (right.sum(axis=-1) + left.sum(axis=-1)) * _INV_SQRT_2PI
    if drift is None:
        return density, density
    shift = (drift * sign)[..., None]
    square = np.add(x, shift, out=kernel)
    square *= square
    x -= shift
    x *= x
    return density, (np.vecdot(square, right) + np.vecdot(x, left)) * _INV_SQRT_2PI


def _edges(coarse: Array, log_hazard: Array, low: Array | float, panels: int, extra: Array | float = 0.0) -> Array:
    """Breakpoints, (n, panels + 1), from ln L = `low` to L = 37, by interpolation: equally spaced in
    ln L + sqrt(L)/2 + extra, so in the scale of exp(-k L) where L is small and of a Gaussian's tail where it is large.
    """
    edges = np.empty((log_hazard.shape[0], panels + 1))
    level = log_hazard + _TAIL * np.exp(0.5 * np.minimum(log_hazard, 5.0)) + extra
    coarse = np.broadcast_to(coarse, level.shape)
    low = np.broadcast_to(low, (edges.shape[0], 1))
    for i in range(edges.shape[0]):
        first, last = np.interp([low[i, 0], np.log(_FAR)], log_hazard[i], level[i])
        edges[i] = np.interp(np.linspace(first, last, panels + 1), level[i], coarse[i])
    return edges


def _cumulative_trapezoid(values: Array, x: Array) -> Array:
    areas = 0.5 * (values[:, 1:] + values[:, :-1]) * np.diff(x)
    return np.concatenate([np.zeros_like(areas[:, :1]), np.cumsum(areas, axis=1)], axis=1)


def _rough_log_hazard(probability: Array, density: Array, x: Array) -> Array:
    """ln L for the placing of panels, increasing."""
    beyond = np.cumsum((0.5 * (density[:, 1:] + density[:, :-1]) * np.diff(x))[:, ::-1], axis=1)[:, ::-1]
    beyond = np.concatenate([beyond, beyond[:, -1:] * 1e-3], axis=1)
    left = np.log(-np.log1p(-np.minimum(probability, 0.5)))
    right = np.log(-np.log(np.clip(beyond, 1e-300, 0.9)))
    return np.maximum.accumulate(np.where(probability < 0.5, left, right), axis=1)


def _hazard(density: Array, width: Array, w: Array, running: Array) -> Array:
    """L = -ln P(score > y) at all nodes from the density (n, panels, nodes); (n, panels * nodes)."""
    areas = np.matmul(density, w)[..., None] * width
    below = np.cumsum(areas, axis=1) - areas
    above = np.cumsum(areas[:, ::-1], axis=1)[:, ::-1] - areas
    filled = below + width * np.matmul(density, running.T)
    empty = above + width * np.matmul(density, (w - running).T)
    hazard = np.where(filled < 0.5, -np.log1p(-np.minimum(filled, 0.6)), -np.log(np.maximum(empty, 1e-18)))
    return hazard.reshape(hazard.shape[0], -1)


_RULES: dict[int, tuple[Array, Array, Array]] = {}


def _rule(n: int) -> tuple[Array, Array, Array]:
    """Gauss-Legendre nodes and weights on (0, 1), and the matrix that integrates from 0 to each node; (n,), (n, n)."""
    if n not in _RULES:
        x, w = legendre.leggauss(n)
        values_to_series = legendre.legvander(x, n - 1).T * w * (np.arange(n) + 0.5)[:, None]
        integrals = legendre.legval(x, legendre.legint(np.eye(n), lbnd=-1, axis=0)).T
        _RULES[n] = (0.5 * (1 + x), 0.5 * w, 0.5 * integrals @ values_to_series)
    return _RULES[n]
