"""Rigorous quadrature of the selection error for large v = ln u, where t is small against x²: an analytic surrogate.

Notation of `_enclosure_strip` (HP, arXiv:2512.19905, `selection.integral`). The noisy score x² + 2tξ, P(ξ > c) =
exp(-e^c), density K(c) = e^c exp(-e^c), turns the means into smoothed functions of the folded law: with r² = 2t(v-c)
    P(v) = 1 - a = ∫_{-∞}^v K(c) p(r) dc,      m(v) = ∫_{-∞}^v K(c) (t/r) g(r) dc.
K is negligible beyond C (doubly exponentially), so for v >= C + 3 both are replaced by finite sums over c, which are
analytic in v and live on the scale of r; the v-integral of the surrogate then needs few Gauss panels. Everything lost:

1. Trapezoid c_j = jh <= C = (j_max + 1/2) h, on the contour Im c = ±γ closed at Re c = C:
       |h Σ f(c_j) - ∫_{-∞}^C f| <= Σ_± ∫ |f(c ± iγ)| dc / (e^{2πγ/h} - 1) + (1/2) ∫_{-γ}^γ |f(C+iy)| dy.
   There |K(c+iγ)| = K(c + ln cos γ)/cos γ. Let r = r1 + i r2: r1² >= 2t(v-c) >= 6t, r2 = tγ/r1, so r2² <= Y² = tγ²/6,
   and r2²/(2t) <= e0 = γ²/12, while e0 + ln cos γ < 0. Since |f(x+iy)| <= e^{y²/2} f(x) for the density f, integrating
   from 0 to r along a ray gives |p(r)| <= (|r|/r1) e^{r2²/2} p(r1) with |r|/r1 <= √2. Shifting c by ln cos γ:
       lines: <= (√2 e^{Y²/2}/cos γ) P(v) each;  edge: <= γ e^C exp(-e^C cos γ) √2 e^{Y²/2} p(√(2tv)),
   and p(√(2tv)) (1-1/e) <= P(v). So the error of P, with ∫_C^∞ K p <= exp(-e^C) p(√(2tv)), is relative: eps_p P(v).
   Likewise, with dc = (r1/t)(1 + r2²/r1²) dr1, the error of m on the lines is at most
       2 (√2 e^{e0 + Y²/2}/cos γ) [m + Y² κ](v + ln cos γ) / (e^{2πγ/h} - 1),
   and k ∫ m(v + ln cos γ) a(v)^(k-1) dv <= F as a decreases, k ∫ κ a^(k-1) <= 1: eps_m (F + Y²) in the end; edge and
   the part beyond C contribute at most k (γ e^C exp(-e^C cos γ) √2 e^{Y²/2} (1+tau²+Y²) + exp(-e^C) (1+tau²)).
2. The nodes c_j < c_min left out have total weight eps_l <= h e^{c_min - h}/(1 - e^{-h}): an error eps_l of P and
   k eps_l (1+tau²) of F.
3. The sum over c_j is compressed: the smooth function of c is replaced by its interpolant at the n zeros of the Chebyshev
   polynomial T_n on [c_min, c_max]. If it is bounded by M in the ellipse of parameter q, the interpolant is off by
   4 M q^(1-n)/(q-1): |coefficients| <= 2M q^-j, and each T_j, j >= n, is aliased to some ±T_i or 0. In an ellipse with
   Re c <= Re v - gap and |Im (v-c)| <= y, r2² <= t y²/(2 gap): |p| <= √2 exp(r2²/2), and g is bounded by
   `Folded.peaks`; ∫ (t/r) dv = ∫ dr bounds the effect on F. The same holds for complex v with |Im v| <= `reach`.
4. If |a_surrogate - a| <= δ on [v0, V] then a_surrogate^(k-1) = a^(k-1) e^θ, |θ| <= λ = (k-1) δ/(a(V) - δ), and the
   errors of m are multiplied by e^λ at most. On an ellipse the surrogate is within the error of item 3 of the sum over
   c_j, whose weights are positive: |a(v)| <= a(min Re v) + |Im v| sup|a'| (`_enclosure_float.log_bound`).
5. Beyond V: k a^(k-1) E[(x+D)² e^{-uw}], where a = E S(r) and the mean = E N(r) over ξ = c <= V, r² = 2t(V-c), plus what
   lies beyond; S and N increase with c, so upper sums over cells of c bound them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import flint
import numpy as np
from flint import arb

from infscale_sym.theory.selection.values._enclosure_float import FloatLaw, LogNodes, log_bound
from infscale_sym.theory.selection.values._enclosure_gauss import (
    Folded,
    gauss_error,
    gauss_nodes,
    log_float,
    points_needed,
    power,
    square,
    symmetric,
)

GAMMA = 1.25
_LN10 = math.log(10)


#: The bound of item 3 is taken on a strip wider than the ellipse in c by this factor, so that v may be complex too.
_ALLOWANCE = 1.5
_ELLIPSES = (7.0, 4.5, 3.2, 2.4)


def log_nodes(nodes: list[tuple[arb, arb]]) -> LogNodes:
    """c and ln|weight| in float64."""
    return LogNodes(np.array([float(c.mid()) for c, _ in nodes]), np.array([log_float(abs(w)) for _, w in nodes]))


@dataclass
class Rule:
    """Nodes and weights in c, for Re v >= valid, |Im v| <= reach; the errors of P, m and F through the compression."""

    nodes: list[tuple[arb, arb]]
    valid: float
    reach: float
    error_p: arb
    error_m: arb
    error_f: arb


@dataclass
class Smoothing:
    """The sum over c_j: its nodes and the errors of items 1 and 2. `nats`: relative, `nats_far`: absolute, as e^-nats."""

    k: arb
    t: arb
    law: Folded
    nats: float
    nats_far: float

    def __post_init__(self) -> None:
        k, t, gamma = self.k, self.t, arb(GAMMA)
        h = 2 * math.pi * GAMMA / (self.nats + 3 + float(t.mid()) * GAMMA**2 / 12)
        last = math.ceil(math.log((self.nats_far + 12) / math.cos(GAMMA)) / h)
        first = -math.ceil((self.nats_far + 2) / h)
        step = arb(h)
        self.c_min, self.c_max, cut = step * first, step * last, step * last + step / 2
        self.start = float(cut.upper()) + 3.001
        self.direct = []
        for j in range(first, last + 1):
            e = (step * j).exp()
            self.direct.append((step * j, step * e * (-e).exp()))
        self.floats = log_nodes(self.direct)
        self.step = step
        y2 = t * gamma**2 / 6
        e0 = gamma**2 / 12
        if not e0 + gamma.cos().log() < 0:
            raise ArithmeticError("internal: the strip of the noise is too wide")
        line = 2 * arb(2).sqrt() * (y2 / 2).exp() / gamma.cos() / ((2 * arb.pi() * gamma / step).exp() - 1)
        edge = gamma * cut.exp() * (-cut.exp() * gamma.cos()).exp() * arb(2).sqrt() * (y2 / 2).exp()
        beyond = (-cut.exp()).exp()
        lost = step * (self.c_min - step).exp() / (1 - (-step).exp())
        whole = 1 + square(self.law.tau)
        self.cut, self.beyond, self.noise = cut, beyond, y2
        self.relative_p = (line + (edge + beyond) / (1 - arb(-1).exp())).upper()
        self.absolute_p = lost.upper()
        self.relative_m = (line * e0.exp()).upper()  # times (F + Y²)
        self.absolute_f = (k * (edge * (whole + y2) + beyond * whole + lost * whole)).upper()

    def rule(self, valid: float, end: float) -> Rule:
        """A rule for valid <= v <= end, compressed if that makes it shorter."""
        half = (self.c_max - self.c_min) / 2
        centre = (self.c_max + self.c_min) / 2
        half_, centre_, t_ = float(half.mid()), float(centre.mid()), float(self.t.mid())
        best = (len(self.direct), 0.0)
        for i in range(1, 260):
            q = 1.04 * 1.09**i
            gap = valid - centre_ - half_ * (q + 1 / q) / 2
            if gap < 0.5:
                break
            growth = t_ * (_ALLOWANCE * half_ * (q - 1 / q) / 2) ** 2 / (4 * gap)
            n = math.ceil((self.nats_far + 12 + growth + math.log(q / (q - 1))) / math.log(q)) + 2
            if n <= best[0]:
                best = (n, q)
        n, q_ = best
        if q_ == 0.0:
            return Rule(self.direct, valid, math.inf, arb(0), arb(0), arb(0))
        q = arb(q_)
        gap = valid - centre - half * (q + 1 / q) / 2
        y = half * (q - 1 / q) / 2
        r2 = (self.t * (_ALLOWANCE * y) ** 2 / (2 * gap)).sqrt()
        total = sum((w for _, w in self.direct), arb(0))
        common = total * 4 * q ** (1 - n) / (q - 1)
        # |v - c| for c in the ellipse and Re v <= 4 end, |Im v| <= y/2, which every ellipse of a panel respects
        reach = (2 * self.t * (4 * arb(end) - centre + 2 * half * (q + 1 / q))).sqrt()
        g_top = self.law.peaks(arb(0), reach, r2)[1]
        error_p = common * arb(2).sqrt() * (r2 * r2 / 2).exp()
        error_m = common * g_top * (self.t / (2 * gap)).sqrt()
        error_f = self.k * common * g_top * (2 * self.t * end).sqrt()
        free = float((y * (_ALLOWANCE - 1)).lower()) * (1 - 1e-9)
        return Rule(self._compress(n, centre, half), valid, free, error_p.upper(), error_m.upper(), error_f.upper())

    def _compress(self, n: int, centre: arb, half: arb) -> list[tuple[arb, arb]]:
        """Chebyshev nodes and their weights: moments of the discrete measure, then the discrete cosine sum."""
        moments = [arb(0)] * n
        with flint.ctx.workprec(flint.ctx.prec + 2 * n):  # the recurrence in balls loses up to log2(1+√2) bits a step
            for c, w in self.direct:
                x = (c - centre) / half
                older, newer, twice = w.mid(), w.mid() * x, 2 * x
                moments[0] += older
                moments[1] += newer
                for i in range(2, n):
                    older, newer = newer, twice * newer - older
                    moments[i] += newer
        radius = symmetric(sum((w.rad() for _, w in self.direct), arb(0)))  # |T_i| <= 1
        moments = [moment + radius for moment in moments]
        cosines = [arb.cos_pi_fmpq(flint.fmpq(i, 2 * n)) for i in range(4 * n)]
        nodes = []
        for j in range(n):
            weight = moments[0] / 2
            for i in range(1, n):
                weight += moments[i] * cosines[(2 * j + 1) * i % (4 * n)]
            nodes.append((centre + half * cosines[2 * j + 1], 2 * weight / n))
        return nodes


class SmallNoise:
    """∫ of k m a^(k-1) dv from v0 to V; `log_target` is ln of the absolute error aimed at."""

    def __init__(
        self, k: arb, integer: bool, t: arb, law: Folded, smoothing: Smoothing, log_target: float, digits: int
    ) -> None:
        self.k, self.integer, self.t, self.law, self.smoothing = k, integer, t, law, smoothing
        self.log_target, self.longest = log_target, int(1.3 * (digits + 8))
        self.floats = FloatLaw(float(law.rho.mid()), float(law.tau.mid()), float(t.mid()))
        self.exponent, self.log_k = float((k - 1).mid()), log_float(k)
        self.rules: list[Rule] = []

    def run(self, start: float, end: float) -> tuple[arb, arb, arb]:
        """(integral of the surrogate, absolute error, relative error), tail beyond `end` included in the former."""
        total, absolute = arb(0), arb(0)
        v = start
        while v < end:
            top = min(2 * v, end)
            valid = self.smoothing.start if not self.rules else 0.6 * v
            self.rules.append(self.smoothing.rule(valid, top))
            waiting = [(v, top)]
            while waiting:
                a, b = waiting.pop()
                found = self._panel(self.rules[-1], a, b)
                if found is None:
                    if b - a < 1e-9 * a:
                        raise ArithmeticError("internal: a panel cannot be bounded")
                    waiting += [((a + b) / 2, b), (a, (a + b) / 2)]
                    continue
                n, error = found
                absolute += error
                for node, weight in gauss_nodes(arb(a), arb(b), n):
                    one_minus_a, a_, m = self.means(self.rules[-1], node)
                    log_a = (-one_minus_a).log1p() if one_minus_a < 0.5 else a_.log()
                    total += weight * self.k * m * ((self.k - 1) * log_a).exp()
            v = top
        smoothing = self.smoothing
        step, _ = self._perturbation(end)
        growth = step.exp()
        errors_f = smoothing.absolute_f + sum((rule.error_f for rule in self.rules), arb(0))
        absolute += growth * (errors_f + smoothing.relative_m * smoothing.noise) + self.tail(arb(end))
        return total, absolute.upper(), (growth * (1 + smoothing.relative_m) - 1).upper()

    def means(self, rule: Rule, v: arb) -> tuple[arb, arb, arb]:
        """(P, a, m) of the surrogate at real v."""
        one_minus_a = a = m = mass = arb(0)
        for c, weight in rule.nodes:
            r = (2 * self.t * (v - c)).sqrt()
            s, p = self.law.tails(r)
            one_minus_a += weight * p
            a += weight * s
            mass += weight
            m += weight * self.law.weighted(r) / r
        return one_minus_a, a + (1 - mass), m * self.t

    def _closeness(self, rule: Rule) -> arb:
        """δ: a bound of |a_surrogate - a| for every v >= rule.valid."""
        return (self.smoothing.relative_p + self.smoothing.absolute_p + rule.error_p).upper()

    def _perturbation(self, end: float) -> tuple[arb, arb]:
        """λ of item 4, and a lower bound of a(V)."""
        error = self.smoothing.absolute_p + arb(0)
        for rule in self.rules:
            error = error.max(self.smoothing.absolute_p + rule.error_p)
        surrogate, a_end, _ = self.means(self.rules[-1], arb(end))
        top = ((abs(surrogate) + error) / (1 - self.smoothing.relative_p)).upper()  # P(V), and P increases
        delta = (self.smoothing.relative_p * top + error).upper()
        low = (a_end - 2 * delta).lower()
        if not low > 0:
            raise ArithmeticError("internal: a(V) is not resolved")
        return ((self.k - 1) * delta / low).upper(), low

    def tail(self, end: arb) -> arb:
        """Upper bound for the part of F beyond V = end (item 5): upper sums over cells of c, each at its right edge."""
        smoothing, law, edge = self.smoothing, self.law, self.smoothing.c_min
        a = p = mean = arb(0)
        above = arb(1)  # P(ξ > left edge of the cell); the first cell begins at -∞
        while edge <= smoothing.c_max:
            now = (-edge.exp()).exp()
            s_, p_ = law.tails((2 * self.t * (end - edge)).sqrt())
            a += (above - now) * s_
            p += (above - now) * p_
            mean += (above - now) * abs(law.error_tail((2 * self.t * (end - edge)).sqrt()))
            above, edge = now, edge + smoothing.step
        a, mean = a + above, mean + above * (1 + square(law.tau))
        log_a = (-p).log1p() if p < 0.5 else a.log()
        return (self.k * power(a, log_a, self.k - 1) * mean).upper()

    def _panel(self, rule: Rule, a: float, b: float) -> tuple[int, arb] | None:
        """(points, error bound) of a Gauss rule on [a, b], or None: halve it."""
        half, centre = (b - a) / 2, (a + b) / 2
        best: tuple[int, float, float] | None = None
        slack, extra = math.log(4) + log_float(self._closeness(rule)), log_float(rule.error_m)
        for q in _ELLIPSES:
            across, y = half * (q + 1 / q) / 2 * (1 + 1e-12), half * (q - 1 / q) / 2 * (1 + 1e-12)
            if not (centre - across >= rule.valid and y <= rule.reach and centre + across <= 4 * b):
                continue
            pieces = 1 if self.integer or self.k > 1000 else 16  # a small k follows a through many powers of e
            edges = centre + across * np.linspace(-1.0, 1.0, pieces + 1)
            size = log_bound(self.floats, self.exponent, self.integer, self.smoothing.floats, slack, extra, edges, y)
            size += self.log_k
            n = points_needed(size, math.log(half), self.log_target - 5.0, q)
            if best is None or n < best[0]:
                best = (n, q, size)
        if best is None or best[0] > self.longest:
            return None
        n, q, size = best
        return n, gauss_error(arb(size).exp(), arb(half), q, n)
