"""Gauss-Legendre quadrature with a proven error, and the folded normal law |x|, x ~ N(rho,1), in balls.

Quadrature. Let f be analytic in the open Bernstein ellipse E with foci -1, 1 and sum of semi-axes q > 1, with |f| <= M
there. Its Chebyshev coefficients obey |a_j| <= 2 M q^-j. The n-point Gauss rule (n >= 2) is exact up to degree 2n-1, and
symmetric, so that only even j >= 2n contribute to its error; for each of them the rule and the integral of T_j differ by
at most 2 + 2/(j²-1) <= 32/15. Summed: |error| <= (64/15) M q^-2n / (1 - q^-2). On [a, b] it is multiplied by (b-a)/2.

The folded law of the model of Halder & Pehlevan (HP, arXiv:2512.19905), where x = z + rho and the error is (x+D)²,
D = tau - rho. With phi the normal density and Q its upper tail:
    f(r) = phi(r-rho) + phi(r+rho),   S(r) = Q(r-rho) + Q(r+rho),   p(r) = 1 - S(r),
    g(r) = (r+D)² phi(r-rho) + (r-D)² phi(r+rho),   N(r) = ∫_r^∞ g.
In the complex plane, |phi(x+iy)| = phi(x) exp(y²/2); hence, integrating f upwards from the real axis,
    |S(x+iy) - S(x)| <= |y| exp(y²/2) sup f,                                                               (strip)
which is what the bounds on ellipses use.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import flint
from flint import arb

#: Precision of the bounds (they are enclosures as well; only their width is affected).
BOUND_BITS = 64


@lru_cache(maxsize=512)
def _legendre_half(n: int, bits: int) -> tuple[tuple[arb, arb], ...]:
    with flint.ctx.workprec(bits):
        return tuple(arb.legendre_p_root(n, i, weight=True) for i in range((n + 1) // 2))


def gauss_nodes(a: arb, b: arb, n: int) -> list[tuple[arb, arb]]:
    """Nodes and weights of the n-point Gauss rule on [a, b], at the precision of the context."""
    centre, half = (a + b) / 2, (b - a) / 2
    nodes = []
    for i, (x, w) in enumerate(_legendre_half(n, flint.ctx.prec)):
        nodes.append((centre + half * x, half * w))
        if 2 * i + 1 != n:
            nodes.append((centre - half * x, half * w))
    return nodes


def gauss_error(bound: arb, half: arb, q: float, n: int) -> arb:
    """Upper bound for the error of the n-point rule (see above); `bound` >= |f| on the ellipse of parameter q."""
    ratio = arb(q)
    return (arb(64) / 15 * half * bound * ratio ** (-2 * n) / (1 - ratio**-2)).upper()


def points_needed(log_bound: float, log_half: float, log_target: float, q: float) -> int:
    """Smallest sensible even n that brings `gauss_error` below exp(log_target) (a choice, not a claim)."""
    excess = log_bound + log_half + 1.5 - math.log1p(-(q**-2)) - log_target
    n = max(4, math.ceil(excess / (2 * math.log(q)))) if math.isfinite(excess) else 10**9
    return n + n % 2


def log_float(x: arb) -> float:
    """ln of the upper end of a non-negative ball as a float (-inf for 0): for choices, never for claims."""
    top = x.upper()
    return float(top.log().mid()) if top > 0 else (-math.inf if top == 0 else math.inf)


def symmetric(radius: arb) -> arb:
    """The ball [-radius, radius]."""
    return arb(0, radius.upper())


def power(base: arb, log_base: arb | None, exponent: arb) -> arb:
    """base^exponent for base in [0, 1], exponent >= 0; also when the ball `base` reaches down to 0."""
    if log_base is not None and log_base.is_finite():
        return (exponent * log_base).exp()
    top = base.upper()
    if not top > 0:
        return arb(0)
    return ((exponent * top.log()).exp() / 2).union(arb(0)).union((exponent * top.log()).exp())


@dataclass(frozen=True)
class Folded:
    """Law of |x|, x ~ N(rho,1), and the squared error (x+D)²: balls of `rho` and `tau`; everything dimensionless."""

    rho: arb
    tau: arb

    @property
    def shift(self) -> arb:
        """D = tau - rho."""
        return self.tau - self.rho

    def tails(self, r: arb) -> tuple[arb, arb]:
        """(S(r), p(r)) for real r >= 0 (a ball), both with full relative accuracy for narrow r."""
        if r.is_zero():
            return arb(1), arb(0)
        rho, bits = abs(self.rho), flint.ctx.prec
        below = r < rho
        exponent = 0.0
        if below:  # p is a difference of two tails: the digits lost are those of r
            exponent = -log_float(abs(r)) / math.log(2)
        with flint.ctx.workprec(bits + int(min(float(bits), max(0.0, exponent))) + 8):
            root = arb(0.5).sqrt()
            near, far = (r - rho) * root, (r + rho) * root
            if below:
                p = ((-near).erfc() - far.erfc()) / 2
                s = 1 - p
            elif r < 1:
                p = (near.erf() + far.erf()) / 2
                s = 1 - p
            else:
                s = (near.erfc() + far.erfc()) / 2
                p = 1 - s
        return +s, +p

    def log_survival(self, r: arb) -> arb:
        """ln S(r), accurate where S is near 1 and where it is tiny."""
        s, p = self.tails(r)
        return (-p).log1p() if p < 0.5 else s.log()

    def error_tail(self, r: arb) -> arb:
        """N(r) = E[(x+D)²; |x| > r], an upper bound being what is used (mild cancellation for tau << 0)."""
        tau, total = self.tau, arb(0)
        root = arb(0.5).sqrt()
        for edge, sign in ((r - self.rho, 1), (r + self.rho, -1)):
            q = (edge * root).erfc() / 2
            total += (1 + tau * tau) * q + (edge + sign * 2 * tau) * density(edge)
        return total

    def weighted(self, r: arb) -> arb:
        """g(r) = (r+D)² phi(r-rho) + (r-D)² phi(r+rho)."""
        d = self.shift
        return square(r + d) * density(r - self.rho) + square(r - d) * density(r + self.rho)

    def peaks(self, low: arb, high: arb, y: arb) -> tuple[arb, arb]:
        """Upper bounds for |f| and |g| on {low <= Re r <= high, |Im r| <= y}."""
        growth = (y * y / 2).exp()
        f_total = g_total = arb(0)
        for centre, d in ((self.rho, self.shift), (-self.rho, -self.shift)):
            gap = (low - centre).max(centre - high).max(arb(0))
            reach = abs(low + d).max(abs(high + d))
            peak = density(gap) * growth
            f_total += peak
            g_total += peak * (reach * reach + y * y)
        return f_total.upper(), g_total.upper()


def square(x: arb) -> arb:
    """x² as a product: in python-flint 0.9, `x**2` is nan for a ball of midpoint 0 that is no point."""
    return x * x


def density(x: arb) -> arb:
    """The standard normal density."""
    return (-x * x / 2).exp() / (2 * arb.pi()).sqrt()
