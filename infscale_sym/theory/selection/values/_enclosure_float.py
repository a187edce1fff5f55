"""Float64 companions of the enclosures at small noise: upper bounds on ellipses, and rough sizes that set targets.

The bounds are sums and maxima of positive terms in logarithms (`log_ndtr`, `exp`, `log1p`), accurate to about 1e-13; every
one is widened by MARGIN = 1e-6 in the logarithm, seven orders above that, so that rounding cannot undo it. They enter the
enclosure only as the bound M of a Gauss rule (`_enclosure_gauss`) and as the proof that a mean does not vanish. The rough
sizes claim nothing: an error there costs time or digits, never correctness.

Notation: `_enclosure_small_t` (HP, arXiv:2512.19905, `selection.integral`); everything is dimensionless.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp

Array = NDArray[np.float64]

MARGIN = 1e-6
_LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class FloatLaw:
    """The folded normal law and the squared error, in logarithms; arrays of any shape."""

    rho: float
    tau: float
    t: float

    def log_survival(self, r: Array) -> Array:
        """ln S(r)."""
        return np.logaddexp(log_ndtr(self.rho - r), log_ndtr(-self.rho - r))

    def log_central(self, r: Array) -> Array:
        """ln p(r), p = 1 - S, for r > 1e-4."""
        rho = abs(self.rho)
        near, far = log_ndtr(r - rho), log_ndtr(-r - rho)
        return near + np.log1p(-np.exp(np.minimum(far - near, -1e-300)))

    def log_peaks(self, low: Array, high: Array, y: Array) -> tuple[Array, Array]:
        """ln of upper bounds for |f| and |g| on {low <= Re r <= high, |Im r| <= y}."""
        logs_f, logs_g = [], []
        for centre, d in ((self.rho, self.tau - self.rho), (-self.rho, self.rho - self.tau)):
            gap = np.maximum(np.maximum(low - centre, centre - high), 0.0)
            reach = np.maximum(abs(low + d), abs(high + d))
            peak = (y * y - gap * gap) / 2 - _LOG_ROOT_2PI
            logs_f.append(peak)
            logs_g.append(peak + np.log(reach * reach + y * y))
        return np.logaddexp(*logs_f), np.logaddexp(*logs_g)

    def log_error_tail(self, r: Array) -> Array:
        """ln of a majorant of N(r) = E[(x+D)²; |x| > r] of its size (rough)."""
        logs = []
        for edge, tau in ((r - self.rho, self.tau), (r + self.rho, -self.tau)):
            logs.append(log_ndtr(-edge) + np.log((np.maximum(edge, 0.0) + tau) ** 2 + 1 + abs(tau) + tau * tau * 0.01))
        return np.logaddexp(*logs)


@dataclass(frozen=True)
class LogNodes:
    """Nodes c and ln|weight| of a rule in c."""

    c: Array
    log_weight: Array


def _log_sum(logs: Array) -> Array:
    """ln Σ exp over the last axis."""
    return np.asarray(logsumexp(logs, axis=-1))


def log_bound(
    law: FloatLaw,
    k_minus_1: float,
    integer: bool,
    nodes: LogNodes,
    log_slack: float,
    log_extra: float,
    edges: Array,
    y: float,
) -> float:
    """ln of an upper bound of |m a^(k-1)| for the surrogate on {edges[0] <= Re v <= edges[-1], |Im v| <= y}.

    `nodes` are the c_j with their positive weights; the surrogate for a is within exp(log_slack)/4 of 1 - Σ w p and of
    Σ w S, that for m within exp(log_extra) of its sum. Returns inf where a non-integer power is not proved to be analytic.
    """
    t = law.t
    low, high = edges[:-1, None], edges[1:, None]
    r_low = np.sqrt(2 * t * (low - nodes.c))
    r_high = np.sqrt(2 * t * np.hypot(high - nodes.c, y))
    f_top, g_top = law.log_peaks(r_low, r_high, t * y / r_low)
    size = nodes.log_weight + np.log(t / r_low)
    slope = _log_sum(size + f_top) + MARGIN
    m_top = np.logaddexp(_log_sum(size + g_top), log_extra) + MARGIN
    r = np.sqrt(2 * t * (edges[:, None] - nodes.c))
    log_a = _log_sum(nodes.log_weight + law.log_survival(r))
    log_p = _log_sum(nodes.log_weight + law.log_central(r)) - MARGIN
    log_rise = np.logaddexp(math.log(y) + slope, log_slack) + MARGIN
    if not integer and not np.all(log_rise < log_a[1:] - MARGIN):
        return math.inf
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        near_one = np.log1p(np.exp(log_rise) - np.exp(log_p[:-1]))
        top = np.where(log_p[:-1] < -0.7, near_one, np.logaddexp(log_a[:-1] + MARGIN, log_rise))
        worst = float(np.max(m_top + k_minus_1 * np.where(top > 0, top * (1 + MARGIN), top * (1 - MARGIN)) + MARGIN))
    return worst if not math.isnan(worst) else math.inf


@dataclass(frozen=True)
class Rough:
    """Rough logarithms on a grid of v: of the part of F beyond its start, of the tail bound, and of a."""

    log_part: float
    v: Array
    log_tail: Array
    log_a: Array

    def cutoff(self, log_target: float) -> tuple[float, float]:
        """(V, -ln a(V)) where the tail falls below the target."""
        i = min(int(np.argmax(self.log_tail < log_target)), len(self.v) - 1)
        i = i if self.log_tail[i] < log_target else len(self.v) - 1
        return float(self.v[i]), -float(self.log_a[i])


def rough_range(law: FloatLaw, k: float, start: float, nats: float) -> Rough:
    """The integral over v beyond `start` on a coarse grid that reaches to a tail of about e^-nats."""
    c = np.arange(-150.0, 4.0, 0.4)
    weight = c - np.exp(c) + math.log(0.4)
    end = start + 4 + (abs(law.rho) + math.sqrt(2 * nats + 100) + 3) ** 2 / (2 * law.t)
    v = start + np.expm1(np.linspace(0.0, math.log1p(end - start), 250))
    gap = v[:, None] - c
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        r = np.sqrt(2 * law.t * np.maximum(gap, 1e-3))
        live = np.where(gap > 0, weight, -np.inf)
        log_a = np.minimum(_log_sum(live + law.log_survival(r)), -1e-300)
        log_1ma = _log_sum(live + law.log_central(r))
        log_a = np.where(log_1ma < -1, np.log1p(-np.exp(np.minimum(log_1ma, -1.0))), log_a)
        log_m = _log_sum(live + np.log(law.t / r) + law.log_peaks(r, r, np.zeros_like(r))[1])
        log_part = _log_sum(math.log(k) + log_m + (k - 1) * log_a + np.log(np.gradient(v)))
        log_tail = math.log(k) + (k - 1) * log_a + _log_sum(live + law.log_error_tail(r))
    return Rough(float(log_part), v, log_tail, log_a)
