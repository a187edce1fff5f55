"""Node tables: mean and variance of one answer given its (noisy) score, on nodes fit for every k (HP, arXiv:2512.19905).

With the law `a = P(score > v)` of one noisy score, `L = -ln a`, `x = z + rho`, `D = tau - rho`,

    F_k = ∫ E[(x+D)² | score] d(1 - a^k) = ∫ f k L exp(-k L) dl,      l = ln L,   f = Var[x | score] + (D + E[x | score])².

The trapezoidal rule converges exponentially in a variable in which all that happens has width one: the Gumbel law of
`l + ln k` for every k, and the noise of the score, of width one in v. At t = 0 that variable is l itself, and score and
answer are one: E[x | r] = r tanh(rho r), Var = r²/cosh²(rho r), at the radius r(l) with `P(|z+rho| > r) = exp(-e^l)`.
At t > 0 it is s, with the explicit map

    v(s) = (s - s_1 + 5) + r(s)²/(2t),

the first term alone where the noise rules (there l = s + const), the second where the score is all but `x²/2t` (there
l = s); s_1 is where they meet. (The quantile l itself does not do at t > 0: as a function of l the integrand turns in a
strip much narrower than the step, and at h = 7/32 the rule is then wrong in the sixth digit.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from infscale_sym.theory.selection.values._kernel import noisy_score
from infscale_sym.theory.selection.values.survival import central_folded, folded_density, log_survival_folded, outer_tail

Array = NDArray[np.float64]

TOP = 4.1  # largest l + ln k: the weight is then 4e-25, and 1e-17 with the strongest growth of f, e^{4l}
SHIFT = 5.0  # v at s_1 is SHIFT + 1: beyond it the noise in v has died out (like exp(-e^v))
_LOG_TWO_PHI_0 = 0.5 * math.log(2 / math.pi)


class Mesh(NamedTuple):
    """How finely a table is made."""

    step: float  # in s: for f ~ e^{2l} the relative error of the trapezoidal rule is Gamma(3 + 2 pi i/h)/Gamma(3)
    depth: float  # what has the weight e^-depth is dropped
    points: int  # Gauss-Legendre points per panel of the noisy score


FINE = Mesh(0.203125, 38.0, 48)  # 3e-17, 3e-17 and 1e-15
COARSE = Mesh(0.28125, 30.0, 36)  # 3e-12, 1e-13 and 3e-12: for averages, which promise 1e-10


class Table(NamedTuple):
    """Nodes for n pairs (t, rho): four arrays of shape (n, n_j), row i for pair i; where a row has fewer nodes than
    others its last entries have the rate 0."""

    hazard: Array  # L = -ln a
    rate: Array  # dl/ds
    mean: Array  # E[x | score]
    variance: Array  # Var[x | score]


class Nodes(NamedTuple):
    """The nodes of n pairs, one pair after the other: `own` says which, all arrays of the length of all nodes."""

    own: NDArray[np.intp]
    place: NDArray[np.intp]  # 0, 1, ... within the pair
    s: Array
    rho: Array
    radius: Array  # r(s)
    t: Array
    offset: Array  # v(s) - s - r²/2t

    def some(self, which: NDArray[np.bool_]) -> Nodes:
        floats = (part[which] for part in (self.s, self.rho, self.radius, self.t, self.offset))
        return Nodes(self.own[which], self.place[which], *floats)


def node_table(t: Array, rho: Array, k_low: Array | float, k_high: Array | float, mesh: Mesh = FINE) -> Table:
    """The table for every pair (t, rho), good for all k in [k_low, k_high] (a number or one for each pair).

    `t >= 0` (finite) and `rho >= 0`: one-dimensional arrays of one length n. Relative error about 1e-15 (the mean also
    relative to rho, as rho -> 0), with the mesh COARSE 2e-11.
    """
    nodes = place_nodes(t, rho, k_low, k_high, mesh)
    r, q = nodes.radius, nodes.rho
    warm = nodes.t > 0
    if warm.all():
        values = _warm_values(nodes, mesh)
    else:
        values = Table(np.exp(nodes.s), np.ones_like(r), r * np.tanh(q * r), (r / np.cosh(np.minimum(q * r, 700))) ** 2)
        if warm.any():
            soft = _warm_values(nodes.some(warm), mesh)
            for part, value in zip(values, soft, strict=True):
                part[warm] = value
    if t.size == 1:
        return Table(*(part[None] for part in values))
    shape = (t.size, int(nodes.place.max()) + 1)
    table = Table(np.full(shape, 1e4), np.zeros(shape), np.zeros(shape), np.zeros(shape))
    for part, value in zip(table, values, strict=True):
        part[nodes.own, nodes.place] = value
    return table


def place_nodes(t: Array, rho: Array, k_low: Array | float, k_high: Array | float, mesh: Mesh = FINE) -> Nodes:
    """Where the nodes of each pair lie; arguments as for `node_table`."""
    if t.size == 1:  # NumPy's overhead would be a third of all the work
        bounds = float(np.ravel(k_low)[0]), float(np.ravel(k_high)[0])
        found = _range(_Scalars, float(t[0]), float(rho[0]), bounds[0], bounds[1], mesh.depth)
    else:
        found = _range(_Arrays, t, rho, np.asarray(k_low, float), np.asarray(k_high, float), mesh.depth)
    meeting, low, high = (np.atleast_1d(part) for part in found)
    first = np.floor(low / mesh.step)
    counts = (np.ceil(high / mesh.step) - first).astype(np.intp) + 1
    own = np.repeat(np.arange(t.size), counts)
    place = np.arange(own.size) - np.repeat(np.cumsum(counts) - counts, counts)
    s: Array = np.asarray(mesh.step * (first[own] + place), np.float64)
    each_rho = rho[own]
    return Nodes(own, place, s, each_rho, radius(s, each_rho), t[own], (SHIFT - meeting)[own])


def _warm_values(nodes: Nodes, mesh: Mesh) -> Table:
    v, rate = noisy_position(nodes)
    score = noisy_score(v, nodes.t, nodes.rho, mesh.points)
    return Table(score.hazard, score.slope * rate, score.mean, score.variance)


def noisy_position(nodes: Nodes) -> tuple[Array, Array]:
    """v(s) and dv/ds at nodes with t > 0."""
    v = nodes.s + nodes.offset + nodes.radius**2 / (2 * nodes.t)
    return v, 1 + nodes.radius * np.exp(nodes.s) * mills_ratio(nodes.radius, nodes.rho) / nodes.t


class _Arrays:
    """What `_range` is made of, for arrays ..."""

    maximum, minimum, where, sqrt, log, log1p = np.maximum, np.minimum, np.where, np.sqrt, np.log, np.log1p

    @staticmethod
    def log_hazard(r: Array, rho: Array) -> Array:
        return log_hazard_radius(r, rho)

    @staticmethod
    def radius(level: Array, rho: Array) -> Array:
        return radius(level, rho)


class _Scalars:
    """... and for floats, where digits do not matter: the range needs bounds, good to a few thousandths."""

    maximum, minimum, sqrt, log, log1p = max, min, math.sqrt, math.log, math.log1p

    @staticmethod
    def where(condition: bool, yes: float, no: float) -> float:
        return yes if condition else no

    @staticmethod
    def log_hazard(r: float, rho: float) -> float:
        if r <= 0:
            return -math.inf
        if r * (1 + rho) <= 1:  # Simpson's rule for p/(2 r phi(rho))
            middle, end = math.exp(-r * r / 8) * math.cosh(rho * r / 2), math.exp(-r * r / 2) * math.cosh(rho * r)
            log_p = _LOG_TWO_PHI_0 - 0.5 * rho * rho + math.log(r * (1 + 4 * middle + end) / 6)
        else:
            gap = r - rho
            if abs(gap) > 30:  # Mills' ratio
                tail = -0.5 * gap * gap - math.log(abs(gap) * math.sqrt(2 * math.pi))
                return math.log(-tail) if gap > 0 else tail
            near, far = math.erfc(abs(gap) * math.sqrt(0.5)) / 2, math.erfc((r + rho) * math.sqrt(0.5)) / 2
            return math.log(-math.log(near + far)) if gap >= 0 else math.log(-math.log1p(far - near))
        return log_p + math.log(-math.log1p(-math.exp(log_p)) / math.exp(log_p)) if log_p > -30 else log_p

    @classmethod
    def radius(cls, level: float, rho: float) -> float:
        """By the secants of a bracket in ln r, the end that stays counting half (the Illinois rule)."""
        # p <= 2 phi(0) r and p <= exp(-(rho-r)²/2), p > 0.6 e^level; and level <= 4.3.
        first = max(math.exp(min(level, 0.0) - 1), rho - math.sqrt(1 - 2 * min(level, 0.0)))
        left, right = math.log(first), math.log(rho + 14)
        below, above = cls.log_hazard(math.exp(left), rho) - level, cls.log_hazard(math.exp(right), rho) - level
        for _ in range(60):
            u = right - above * (right - left) / (above - below)
            value = cls.log_hazard(math.exp(u), rho) - level
            if abs(value) < 1e-3 or right - left < 1e-9:
                break
            if value > 0:
                right, above, below = u, value, 0.5 * below
            else:
                left, below, above = u, value, 0.5 * above
        return math.exp(u)


def log_mean_weight(t: Any, rho: Any, kind: Any = _Arrays) -> Any:
    """ln E w, `w = exp(-(z+rho)²/2t)`: the limit of `l - v` as v -> -inf, and by Jensen's inequality never exceeded."""
    return 0.5 * kind.log(t / (1 + t)) - 0.5 * rho * rho / (1 + t)


def _range(kind: Any, t: Any, rho: Any, k_low: Any, k_high: Any, depth: float) -> tuple[Any, Any, Any]:
    """The meeting point s_1 and bounds in s, for arrays or floats (`kind`).

    s_1 is where `r(s)² = 2t`, but not left of the quantile ln E w at which the noise gives way, nor out of reach.

    Below the lower bound f may be replaced by its value there: the mass is k L, and together with what is
    left of f's variation it is negligible: always so at l + ln k = -38 (the depth), earlier where f has become flat,
    which at t > 0 it does like e^l below `(E w)²/E w²`, and at t = 0 like e^{2l}, F itself falling likewise."""
    warm = t > 0
    some_t = kind.where(warm, t, 1.0)
    bottom = log_mean_weight(some_t, rho, kind)
    meeting = kind.maximum(kind.log_hazard(kind.sqrt(2 * some_t), rho), bottom)
    meeting = kind.minimum(kind.maximum(meeting, -75.0), 3.0)
    log_k = kind.log(k_high)
    flat = 2 * bottom - log_mean_weight(0.5 * some_t, rho, kind)
    cold_flat = _LOG_TWO_PHI_0 - 0.5 * rho * rho - kind.log1p(rho)
    frozen = kind.minimum(-log_k - depth / 3, (2 * cold_flat - log_k - depth) / 3)
    low = kind.maximum(kind.where(warm, 0.5 * (flat - log_k - depth), frozen), -depth - log_k)
    high = TOP - kind.log(k_low) + 0 * rho
    if not np.any(warm):
        return meeting, low, high
    # Now from l to v by bounds, and from v to s.
    # The score is x²/2t up to noise only where ln p grows by less than one per unit of v.
    r, r_high = kind.radius(low - 2, rho), kind.radius(high + 0.1, rho)
    cold = ((rho - r) * some_t < 0.5 * r) & (r * r > 20 * some_t)
    v_low = kind.where(cold, kind.maximum(low - bottom, r * r / (2 * some_t) - 3), low - bottom)
    v_high = kind.maximum(1.0, high) + r_high**2 / (2 * some_t)
    v_high = kind.where(high + 0.7 < flat, kind.minimum(high - bottom + 0.7, v_high), v_high)
    # v(s) is a line that vanishes at `root` plus a square: at the solution each is bounded by what the other leaves.
    root = meeting - SHIFT
    above = kind.log_hazard(kind.sqrt(2 * some_t * kind.maximum(v_high, 0.0)), rho)
    reach = kind.sqrt(2 * some_t * kind.maximum(v_low, 0.0))
    near = kind.log_hazard(reach, rho)
    s_high = kind.minimum(v_high + root, kind.maximum(above, root))
    s_near = kind.minimum(kind.minimum(v_low + root, kind.where(near > root, near, np.inf)), 4.2)
    r_near = kind.where(s_near == near, reach, kind.radius(s_near, rho))  # r²/2t may be huge: no round trip
    by_line = v_low + root - r_near**2 / (2 * some_t)
    left = kind.maximum(v_low - (s_near - root), 0.0)
    by_square = kind.where(near > root, kind.log_hazard(kind.sqrt(2 * some_t * left), rho), near)
    s_low = kind.maximum(by_line, by_square)
    return meeting, kind.where(warm, s_low, low), kind.where(warm, kind.minimum(s_high, 4.2), high)


def log_hazard_radius(r: Array, rho: Array) -> Array:
    """l = ln(-ln P(|z+rho| > r)), the inverse of `radius`; -inf at r = 0."""
    with np.errstate(divide="ignore"):
        return np.log(-log_survival_folded(r, rho))


def mills_ratio(r: Array, rho: Array) -> Array:
    """S(r) / (-dS/dr) of the folded normal law, also where both underflow."""
    density = np.log1p(np.exp(-2 * rho * r)) - 0.5 * (r - rho) ** 2 - 0.5 * np.log(2 * np.pi)
    return np.exp(log_survival_folded(r, rho) - density)


def radius(level: Array, rho: Array) -> Array:
    """The r with `P(|z+rho| > r) = exp(-e^level)`, for one-dimensional arrays level in [-90, 5] and rho >= 0.

    Halley's iteration for ln p (level < -0.37) or ln S: both are concave, and each starts from a bound on the side from
    which Newton's cannot overshoot.
    """
    r = np.empty_like(level)
    inner = level < -0.37
    if inner.any():
        q, hazard = rho[inner], np.exp(level[inner])
        target = np.log(-np.expm1(-hazard))
        # p <= 2 phi(rho) sinh(rho r)/rho, p <= Phi(r-rho), p <= P(|z| < r): three lower bounds of r.
        some_q = np.maximum(q, 1e-3)
        log_sinh = target + np.log(some_q) + 0.5 * q * q - _LOG_TWO_PHI_0
        large = log_sinh > 20
        by_sinh = np.where(large, log_sinh + np.log(2), np.arcsinh(np.exp(np.where(large, 0.0, log_sinh)))) / some_q
        by_tail = q + special.ndtri_exp(target)
        by_center = -special.ndtri_exp(-hazard - np.log(2))
        r[inner] = _halley(_inner_step, np.maximum(np.maximum(by_sinh, by_tail), by_center), q, target)
    if not inner.all():
        q, target = rho[~inner], -np.exp(level[~inner])
        r[~inner] = _halley(_outer_step, q - special.ndtri_exp(target - np.log(2)), q, target)
    return r


def _inner_step(r: Array, rho: Array, target: Array) -> tuple[Array, Array]:
    p, density = central_folded(r, rho), folded_density(r, rho)
    hazard = density / p
    return (target - np.log(p)) / hazard, rho * np.tanh(rho * r) - r - hazard


def _outer_step(r: Array, rho: Array, target: Array) -> tuple[Array, Array]:
    log_s, mills = outer_tail(r, rho)
    return (log_s - target) * mills, rho * np.tanh(rho * r) - r + 1 / mills


def _halley(step: Callable[[Array, Array, Array], tuple[Array, Array]], r: Array, rho: Array, target: Array) -> Array:
    """Halley's iteration; `step` returns Newton's step and f''/f'."""
    todo = np.arange(r.size)
    for _ in range(40):
        change, bend = step(r[todo], rho[todo], target[todo])
        change /= np.clip(1 + 0.5 * change * bend, 0.6, 2.0)
        r[todo] = np.maximum(r[todo] + change, 0.1 * r[todo])
        # Convergence is cubic: after a relative step of 1e-6 the rest is rounding.
        todo = todo[np.abs(change) > 1e-6 * r[todo]]
        if todo.size == 0:
            return r
    raise ArithmeticError("the quantile of the folded normal law did not converge")
