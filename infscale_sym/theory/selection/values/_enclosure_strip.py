"""Rigorous quadrature of the selection error at t > 0 for not too large u: trapezoid inside, Gauss panels outside.

With x = z + rho ~ N(rho,1), D = tau - rho and w = exp(-x²/(2t)) (HP, arXiv:2512.19905, `selection.integral`)
    F_k = k ∫_0^∞ b(u) a(u)^(k-1) du,   a = E e^{-uw},   b = E[(x+D)² w e^{-uw}],
or, in v = ln u with m = u b = E[(x+D)² K(v - x²/(2t))] and K(c) = e^c exp(-e^c),  F_k = ∫ I dv, I = k m a^(k-1).

Outer integral. (1) Put v = α + iβ, |β| < π/2. Since |K(c+iβ)| = K(c + ln cos β)/cos β and |e^{-uw}| = e^{-w Re u},
    |I(v)| <= I(α + ln cos β)/cos β,   and   I <= F on the real axis:
b and a decrease in u, so I(v-s) >= e^{-s} I(v) for s > 0, and ∫_0^∞ e^{-s} ds = 1. Hence |I| <= F/cos β: on every panel
the Gauss rule has a provable *relative* error. (2) On the first panel, u in [0, u1], with x = max(0, -Re u):
    |b(u)| <= e^x b(0),   |a(u)| <= 1 + x e^x E w,   |1 - a(u)| <= |u| e^x E w.
(3) A non-integer k needs a != 0 in the ellipse, which can fail near |β| = π/2 (for large t even near the real axis). It
holds on the first panel where |u| e^x E w < 1; where |Im u| < π/2 (then Re a > 0); and, since |da/dv| at α + iβ is at
most κ(α + ln cos β)/cos β with κ = E K and e^{-v} κ(v) decreasing, wherever
    (β/cos β) e^(high - low) κ(low) < a(high),   low = min α + ln cos β, high = max α.
(4) Beyond V: ∫_V^∞ I dv <= k a(V)^(k-1) E[(x+D)² e^{-uw}] at u = e^V, and the mean is at most
    N(X) + exp(-exp(V - X²/(2t))) (1+tau²) for every X >= 0.

Inner integrals over x by the trapezoidal rule with step h. If |∫ over Im x = ±b| <= B for all b < d its error is at most
2B/(e^{2πd/h} - 1). With s = exp(d²/(2t)), on Im x = b: |phi(x+ib-rho)| <= phi e^{d²/2}, |uw(x+ib)| <= s·uw(x) = s·y, and
arg(uw) = -xb/t. Ask for v + d²/(2t) <= π² t/(8 d²). Then either |xb|/t <= π/2, so Re uw >= 0, or |uw(x+ib)| <= 1. As
min(y,1) <= (1-e^{-y})/(1-1/e), both cases give
    |1 - e^{-uw(x+ib)}| <= (2/(1-1/e)) s (1 - e^{-y}),      |w e^{-uw}| (x+ib) <= e s w(x):
a relative bound for 1 - a, and bounds e s e^{d²/2} E[((x+D)²+d²) w] for b, e s e^{d²/2} E w for κ/u. The nodes left out
are bounded through 1 - e^{-y} <= y by Gaussian tails, phi(x-rho) w(x) being exp(-rho²/(2(1+t))) times a Gaussian about
rho t/(1+t) of variance σ² = t/(1+t); beyond the last node the terms decrease, so a sum is below an integral.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import flint
from flint import arb

from infscale_sym.theory.selection.values._enclosure_gauss import (
    BOUND_BITS,
    Folded,
    density,
    gauss_error,
    gauss_nodes,
    log_float,
    points_needed,
    power,
    square,
    symmetric,
)

#: Largest imaginary part of v that a panel uses; below π/2.
_MAX_BETA = 1.42


@dataclass
class Means:
    """a, b and κ/u at real u = e^v, v <= `reach`, by the trapezoidal rule in x; balls that contain the true values."""

    t: arb
    law: Folded
    reach: float
    nats: float
    nodes: list[tuple[arb, arb, arb, arb]] = field(default_factory=list)

    def __post_init__(self) -> None:
        t, rho, shift = self.t, self.law.rho, self.law.shift
        t_ = float(t.mid())
        eta = 0.999 * (math.hypot(self.reach, math.pi / 2) - self.reach)
        d = min(math.sqrt(eta * t_), math.sqrt(2 * self.nats * t_ / (1 + t_)))
        self.d = arb(d)
        growth = (self.d**2 / 2).exp() * (self.d**2 / (2 * t)).exp()
        if not arb(self.reach) + self.d**2 / (2 * t) <= arb.pi() ** 2 * t / (8 * self.d**2):
            raise ArithmeticError("internal: the strip is too wide for this reach")
        h = 2 * math.pi * d / (self.nats + 2 + log_float(growth))
        rule = 2 * growth / ((2 * arb.pi() * self.d / h).exp() - 1)
        variance = t / (1 + t)
        centre, sigma = rho * variance, variance.sqrt()
        start, sigma_ = float(centre.mid()), float(sigma.mid())
        count = math.ceil(math.sqrt(2 * self.nats) * sigma_ / h) + 2
        edge = (count * arb(h) - abs(centre - start)) / sigma
        mass = sigma * (-square(rho) / (2 * (1 + t))).exp()  # E w
        tail = (edge / arb(2).sqrt()).erfc() / 2
        offset = square(centre + shift)
        self.weight = mass
        self.error_weight = mass * (offset + variance)  # b(0) = E[(x+D)² w]
        constant = 2 / (1 - arb(-1).exp())
        e = arb(1).exp()
        self.relative_1ma = rule * constant
        self.absolute_1ma = 2 * mass * tail  # times u
        self.absolute_b = rule * e * (self.error_weight + mass * self.d**2) + 2 * mass * (
            2 * offset * tail + 2 * variance * (edge * density(edge) + tail)
        )
        self.absolute_w = rule * e * mass + 2 * mass * tail
        if not edge > 2:
            raise ArithmeticError("internal: the range of x is too short")
        step = arb(h)
        for j in range(-count, count + 1):
            x = start + step * j
            w = (-x * x / (2 * t)).exp()
            p = step * density(x - rho)
            self.nodes.append((-w, p, p * w * square(x + shift), p * w))

    def survival_and_b(self, u: arb) -> tuple[arb, arb]:
        """(1 - a(u), b(u))."""
        one_minus_a = b = arb(0)
        for minus_w, p, q, _ in self.nodes:
            e = (u * minus_w).expm1()
            one_minus_a -= p * e
            b += q + q * e
        slack = self.relative_1ma
        one_minus_a = (one_minus_a + symmetric(self.absolute_1ma * u)) / (1 + symmetric(slack))
        return one_minus_a, b + symmetric(self.absolute_b)

    def slope(self, u: arb) -> tuple[arb, arb]:
        """(a(u), upper bound of κ = u E[w e^{-uw}])."""
        one_minus_a = mean = arb(0)
        for minus_w, p, _, r in self.nodes:
            e = (u * minus_w).expm1()
            one_minus_a -= p * e
            mean += r + r * e
        one_minus_a = (one_minus_a + symmetric(self.absolute_1ma * u)) / (1 + symmetric(self.relative_1ma))
        return 1 - one_minus_a, (u * (mean + self.absolute_w)).upper()


@dataclass
class StripSum:
    """Σ of the panels, the error in units of F, the absolute error, where it ended and whether the tail is included."""

    total: arb
    relative: arb
    absolute: arb
    end: float
    finished: bool


class StripIntegrator:
    """Panels in u and in v up to `stop`; precision is that of the context."""

    def __init__(self, k: arb, integer: bool, t: arb, law: Folded, digits: int, stop: float) -> None:
        self.k, self.integer, self.t, self.law, self.digits, self.stop = k, integer, t, law, digits, stop
        # a non-integer power needs a relative accuracy of a, which falls to about 10^-(digits/k) before the tail is nil
        deeper = 0.0 if integer else 1 / float(k.mid())
        self.nats = (digits + 7) * math.log(10) * (1 + deeper)
        self._means: dict[int, Means] = {}

    def means(self, v: float) -> Means:
        """The node set that serves up to v; a larger v needs a finer one."""
        band = max(1, 3 * math.ceil((v + 1e-9) / 3))
        if band not in self._means:
            self._means[band] = Means(self.t, self.law, float(band), self.nats + max(0.0, 1.0 * band))
        return self._means[band]

    def integrand(self, means: Means, u: arb) -> arb:
        """k b(u) a(u)^(k-1)."""
        one_minus_a, b = means.survival_and_b(u)
        one_minus_a = one_minus_a.nonnegative_part()
        a = (1 - one_minus_a).nonnegative_part()
        log_a = (-one_minus_a).log1p() if a.lower() > 0 else None
        return self.k * b.nonnegative_part() * power(a, log_a, self.k - 1)

    def run(self) -> StripSum:
        """Integrate from u = 0 until the tail is negligible or v = stop."""
        means = self.means(1.0)
        rate = float((self.k * means.weight).log().mid())  # ln(k E w)
        v = min(math.log(0.25), -rate)
        total, error = self._first_panel(v)
        result = StripSum(total, arb(0), error, v, False)
        width = 2.0
        while v < self.stop and not result.finished:
            width = min(2 * width, 2.0 if self.digits < 30 else 3.0, self.stop - v)
            q = self._ellipse(v, width)
            while q is None:
                if width < 1e-6:
                    raise ArithmeticError("internal: a panel cannot be bounded")
                width /= 2
                q = self._ellipse(v, width)
            half = arb(v + width) / 2 - arb(v) / 2
            beta = half * (arb(q) - 1 / arb(q)) / 2
            bound = 1 / beta.cos()
            n = points_needed(log_float(bound), log_float(half), -(self.digits + 3) * math.log(10), q)
            result.relative += gauss_error(bound, half, q, n)
            means = self.means(v + width)
            for node, weight in gauss_nodes(arb(v), arb(v + width), n):
                u = node.exp()
                result.total += weight * u * self.integrand(means, u)
            v = v + width
            result.end = v
            tail = self.tail(v)
            if log_float(tail) < log_float(result.total) - (self.digits + 2) * math.log(10):
                result.absolute += tail
                result.finished = True
        return result

    def _first_panel(self, v: float) -> tuple[arb, arb]:
        """∫ over u in [0, e^v], and its error bound."""
        means, k, q = self.means(1.0), self.k, 8.0
        end = arb(v).exp()
        across = (arb(q) + 1 / arb(q)) / 2
        x = (end * (across - 1) / 2).upper()
        if not self.integer and not end * (1 + across) / 2 * x.exp() * means.weight < 1:
            raise ArithmeticError("internal: the first panel is too wide")
        bound = k * x.exp() * means.error_weight * ((k - 1) * (x * x.exp() * means.weight).log1p()).exp()
        target = log_float(k * means.error_weight * end) - (self.digits + 4) * math.log(10)
        n = points_needed(log_float(bound), log_float(end / 2), target, q)
        total = arb(0)
        for u, weight in gauss_nodes(arb(0), end, n):
            total += weight * self.integrand(means, u)
        return total, gauss_error(bound, end / 2, q, n)

    def _ellipse(self, v: float, width: float) -> float | None:
        """A parameter of an ellipse on which the integrand is analytic, or None: the panel must be shorter."""
        half = width / 2
        s = _MAX_BETA / half
        widest = min(s + math.hypot(s, 1.0), 20.0)
        if self.integer:
            return widest
        for q in (widest, 4.0) if widest > 4.0 else (widest,):
            if self._no_zero(v + half, half, q):
                return q
        return None

    def _no_zero(self, centre: float, half: float, q: float) -> bool:
        """Whether a != 0 on the ellipse is proved."""
        across, beta = arb(half) * (arb(q) + 1 / arb(q)) / 2, arb(half) * (arb(q) - 1 / arb(q)) / 2
        high = (centre + across).upper()
        if high.exp() * beta.sin() < arb.pi() / 2:
            return True
        low = (centre - across + beta.cos().log()).lower()
        means = self.means(float(high))
        a_high, _ = means.slope(high.exp())
        _, kappa = means.slope(low.exp())
        return bool(beta / beta.cos() * (high - low).exp() * kappa < a_high)

    def tail(self, v: float) -> arb:
        """Upper bound for the part of F beyond v."""
        one_minus_a, _ = self.means(v).survival_and_b(arb(v).exp())
        a = (1 - one_minus_a).nonnegative_part()
        top = a.upper()
        factor = power(a, top.log() if top > 0 else None, self.k - 1)
        return (self.k * factor * self._mean_beyond(arb(v))).upper()

    def _mean_beyond(self, v: arb) -> arb:
        """Upper bound for E[(x+D)² e^{-uw}], u = e^v."""
        law = self.law
        whole = 1 + square(law.tau)
        best = whole
        with flint.ctx.workprec(BOUND_BITS):
            for i in range(-24, 25):
                x = arb(1.25) ** i * 2
                best = best.min(abs(law.error_tail(x)) + (-(v - x * x / (2 * self.t)).exp()).exp() * whole)
        return best.upper()
