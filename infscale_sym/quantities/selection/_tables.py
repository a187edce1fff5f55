"""Node tables: mean and variance of one answer given its (noisy) score, on nodes fit for every k (HP, arXiv:2512.19905).

THEORY sections 1 and 7. With the law `a = P(score > v)` of one noisy score, `L = -ln a`, `x = z + rho`, `D = tau - rho`,

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

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from infscale_sym.quantities.selection._kernel import noisy_score
from infscale_sym.quantities.selection.survival import (
    central_folded,
    folded_density,
    log_survival_folded,
    outer_tail,
)

Array = NDArray[np.float64]

#: Step in s: for f ~ e^{2l} the relative error of the trapezoidal rule is Gamma(3 + 2 pi i/h)/Gamma(3) = 3e-17.
STEP = 0.203125
_TOP = 4.1  # largest l + ln k: the weight is then 4e-25, and 1e-17 with the strongest growth of f, e^{4l}
_DEPTH = 38.0  # e^-38 = 3e-17: what has that weight is dropped
_SHIFT = 5.0  # v at s_1 is _SHIFT + 1: beyond it the noise in v has died out (like exp(-e^v))
_LOG_TWO_PHI_0 = 0.5 * np.log(2 / np.pi)


class Table(NamedTuple):
    """Nodes for n pairs (t, rho): four arrays of shape (n, n_j), row i for pair i; where a row has fewer nodes than
    others its last entries have the rate 0."""

    hazard: Array  # L = -ln a
    rate: Array  # dl/ds
    mean: Array  # E[x | score]
    variance: Array  # Var[x | score]


def node_table(t: Array, rho: Array, k_low: Array | float, k_high: Array | float) -> Table:
    """The table for every pair (t, rho), good for all k in [k_low, k_high] (a number or one for each pair).

    `t >= 0` (finite) and `rho >= 0`: one-dimensional arrays of one length n. Relative error about 1e-15 (the mean also
    relative to rho, as rho -> 0).
    """
    warm = t > 0
    some_t = np.where(warm, t, 1.0)
    meeting = _meeting_point(some_t, rho)
    low, high = _range(t, some_t, rho, meeting, k_low, k_high)
    first = np.floor(low / STEP)
    count = int((np.ceil(high / STEP) - first).max()) + 1
    s: Array = STEP * (first[:, None] + np.arange(count, dtype=np.float64))
    used = s < high[:, None] + STEP
    all_rho = np.broadcast_to(rho[:, None], s.shape)[used]
    r = radius(s[used], all_rho)
    values = Table(np.exp(s[used]), np.ones_like(r), r * np.tanh(all_rho * r), r / np.cosh(np.minimum(all_rho * r, 700)))
    np.square(values.variance, out=values.variance)
    if warm.any():
        soft = np.broadcast_to(warm[:, None], s.shape)[used]
        each_t, offset = (np.broadcast_to(part[:, None], s.shape)[used][soft] for part in (t, _SHIFT - meeting))
        r, q, s_soft = r[soft], all_rho[soft], s[used][soft]
        v = s_soft + offset + r * r / (2 * each_t)
        stretch = 1 + r * np.exp(s_soft) * mills_ratio(r, q) / each_t  # dv/ds
        score = noisy_score(v, each_t, q)
        for part, value in zip(values, (score.hazard, score.slope * stretch, score.mean, score.variance), strict=True):
            part[soft] = value
    table = Table(np.full(s.shape, 1e4), np.zeros(s.shape), np.zeros(s.shape), np.zeros(s.shape))
    for part, value in zip(table, values, strict=True):
        part[used] = value
    return table


def log_mean_weight(t: Array, rho: Array) -> Array:
    """ln E w, `w = exp(-(z+rho)²/2t)`: the limit of `l - v` as v -> -inf, and by Jensen's inequality never exceeded."""
    return 0.5 * np.log(t / (1 + t)) - 0.5 * rho * rho / (1 + t)


def _meeting_point(t: Array, rho: Array) -> Array:
    """s_1: where `r(s)² = 2t`, but not left of the quantile ln E w at which the noise gives way, nor out of reach."""
    return np.clip(np.maximum(log_hazard_radius(np.sqrt(2 * t), rho), log_mean_weight(t, rho)), -75.0, 3.0)


def _range(
    t: Array, some_t: Array, rho: Array, meeting: Array, k_low: Array | float, k_high: Array | float
) -> tuple[Array, Array]:
    """Bounds in s. Below the lower one f may be replaced by its value there: the mass is k L, and together with what is
    left of f's variation it is negligible: always so at l + ln k = -38, earlier where f has become flat, which at
    t > 0 it does like e^l below `(E w)²/E w²`, and at t = 0 like e^{2l}, F itself falling likewise."""
    log_k = np.log(k_high)
    bottom = log_mean_weight(some_t, rho)
    flat = 2 * bottom - log_mean_weight(0.5 * some_t, rho)
    cold_flat = _LOG_TWO_PHI_0 - 0.5 * rho * rho - np.log1p(rho)
    frozen = np.minimum(-log_k - _DEPTH / 3, (2 * cold_flat - log_k - _DEPTH) / 3)
    low = np.maximum(np.where(t > 0, 0.5 * (flat - log_k - _DEPTH), frozen), -_DEPTH - log_k)
    high = np.broadcast_to(_TOP - np.log(k_low), low.shape)
    if not (t > 0).any():
        return low, high
    # Now from l to v by bounds, and from v to s.
    # The score is x²/2t up to noise only where ln p grows by less than one per unit of v.
    r, r_high = np.split(radius(np.concatenate((low - 2, high + 0.1)), np.tile(rho, 2)), 2)
    cold = ((rho - r) * some_t < 0.5 * r) & (r * r > 20 * some_t)
    v_low = np.where(cold, np.maximum(low - bottom, r * r / (2 * some_t) - 3), low - bottom)
    v_high = np.maximum(1.0, high) + r_high**2 / (2 * some_t)
    v_high = np.where(high + 0.7 < flat, np.minimum(high - bottom + 0.7, v_high), v_high)
    # v(s) is a line that vanishes at `root` plus a square: at the solution each is bounded by what the other leaves.
    root = meeting - _SHIFT
    reach = np.sqrt(2 * np.tile(some_t, 2) * np.maximum(np.concatenate((v_high, v_low)), 0.0))
    above, near = np.split(log_hazard_radius(reach, np.tile(rho, 2)), 2)
    s_high = np.minimum(v_high + root, np.maximum(above, root))
    s_near = np.minimum(np.minimum(v_low + root, np.where(near > root, near, np.inf)), 4.2)
    by_line = v_low + root - radius(s_near, rho) ** 2 / (2 * some_t)
    left = np.maximum(v_low - (s_near - root), 0.0)
    by_square = np.where(near > root, log_hazard_radius(np.sqrt(2 * some_t * left), rho), near)
    s_low = np.maximum(by_line, by_square)
    return np.where(t > 0, s_low, low), np.where(t > 0, np.minimum(s_high, 4.2), high)


def log_hazard_radius(r: Array, rho: Array) -> Array:
    """l = ln(-ln P(|z+rho| > r)), the inverse of `radius`; -inf at r = 0."""
    with np.errstate(divide="ignore"):
        return np.log(-log_survival_folded(r, rho))


def mills_ratio(r: Array, rho: Array) -> Array:
    """S(r) / (-dS/dr) of the folded normal law, also where both underflow."""
    density = np.log1p(np.exp(-2 * rho * r)) - 0.5 * (r - rho) ** 2 - 0.5 * np.log(2 * np.pi)
    return np.exp(log_survival_folded(r, rho) - density)


def radius(l: Array, rho: Array) -> Array:  # noqa: E741
    """The r with `P(|z+rho| > r) = exp(-e^l)`, for one-dimensional arrays l in [-90, 5] and rho >= 0.

    Halley's iteration for ln p (l < -0.37) or ln S: both are concave, and each starts from a bound on the side from
    which Newton's cannot overshoot.
    """
    r = np.empty_like(l)
    inner = l < -0.37
    if inner.any():
        q, hazard = rho[inner], np.exp(l[inner])
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
        q, target = rho[~inner], -np.exp(l[~inner])
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
