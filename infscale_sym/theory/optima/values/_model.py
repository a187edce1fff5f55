"""Where an analytic function of one real variable has its minima, with proof: Chebyshev models and their derivatives.

If |F| <= M in the strip |Im x| <= eta, then on [c - h, c + h], with q = eta/h + (1 + eta^2/h^2)^(1/2) (an ellipse inside the
strip), its Chebyshev coefficients obey |a_j| <= 2 M q^-j. The interpolant p at the n zeros of T_n folds each T_j, j >= n,
onto some +-T_i, i < n, or 0. With |T_j'| <= j^2 and |T_j''| <= j^2 (j^2 - 1)/3 on [-1, 1], in units of h,
    |F - p| <= 4 M sum q^-j,   |F' - p'| <= 4 M sum j^2 q^-j,   |F'' - p''| <= (4/3) M sum j^4 q^-j,   sums over j >= n,
and a sum is at most its first term over 1 - r, r the ratio of its first two terms (the ratios fall). Errors of the sampled
values enter in the same way, through the radii of the coefficients. The derivatives, so enclosed on ever smaller pieces, are
shown to have a sign: on a piece F rises, falls, is convex or concave. Everything is dimensionless.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import flint
from flint import arb, arb_poly

from infscale_sym.theory.selection.values._enclosure_gauss import symmetric

#: F at some places (balls), to about e^-nats.
Values = Callable[[Sequence[arb], float], list[arb]]
#: An upper bound of |F| for |Im x| <= eta and low <= Re x <= high.
Bound = Callable[[float, float, float], arb]


@dataclass(frozen=True)
class Piece:
    """A closed interval [low, high] on which F is known to be 'rising', 'falling', 'convex', 'concave' or 'unknown'."""

    low: float
    high: float
    kind: str


@lru_cache(maxsize=64)
def _chebyshev(n: int) -> list[flint.fmpz_poly]:
    polynomials = [flint.fmpz_poly([1]), flint.fmpz_poly([0, 1])]
    while len(polynomials) < n:
        polynomials.append(flint.fmpz_poly([0, 2]) * polynomials[-1] - polynomials[-2])
    return polynomials


def _tail(n: int, power: int, q: arb) -> arb:
    """Upper bound of the sum of j^power q^-j over j >= n."""
    ratio = (arb(n + 1) / n) ** power / q
    if not ratio < 1:
        raise ArithmeticError("internal: the ellipse is too narrow for this degree")
    return arb(n) ** power * q**-n / (1 - ratio)


class Model:
    """p, p' and p'' on [low, high] with their proven distances from F, F' and F''; derivatives in units of half its length.

    `values` are F at `nodes(low, high, n)`, `bound` >= |F| on the ellipse that reaches to |Im x| = eta.
    """

    def __init__(self, low: float, high: float, values: Sequence[arb], eta: float, bound: arb) -> None:
        n = len(values)
        self.low, self.high = low, high
        self._bits = flint.ctx.prec + 3 * n
        with flint.ctx.workprec(self._bits):
            self.centre, self.half = (arb(low) + arb(high)) / 2, (arb(high) - arb(low)) / 2
            ratio = arb(eta) / self.half
            q = ratio + (1 + ratio * ratio).sqrt()
            coefficients = []
            for j in range(n):
                total = sum((f * _cosine(j * (2 * i + 1), n) for i, f in enumerate(values)), arb(0))
                coefficients.append(total * (1 if j == 0 else 2) / n)
            p = arb_poly([0])
            for c, basis in zip(coefficients, _chebyshev(n), strict=False):
                p += arb_poly([c.mid() * x for x in basis.coeffs()])
            self.polynomials = p, p.derivative(), p.derivative().derivative()
            radii = [c.rad() for c in coefficients]

            def distance(power: int) -> arb:
                return 4 * bound * _tail(n, power, q) + sum((r * j**power for j, r in enumerate(radii)), arb(0))

            self.errors = distance(0).upper(), distance(2).upper(), (distance(4) / 3).upper()

    def enclose(self, order: int, low: arb | float, high: arb | float) -> arb:
        """A ball that contains the order-th derivative of F (in units of half) on [low, high], within the panel."""
        with flint.ctx.workprec(self._bits):
            a, b = (arb(low) - self.centre) / self.half, (arb(high) - self.centre) / self.half
            middle, radius = (a + b) / 2, (b - a) / 2
            moved = self.polynomials[order](arb_poly([middle, radius]))
            coefficients = moved.coeffs()
            spread = sum((abs(c) for c in coefficients[1:]), arb(0))
            return coefficients[0] + symmetric(spread + self.errors[order]) if coefficients else symmetric(self.errors[order])

    @cached_property
    def pieces(self) -> list[Piece]:
        """The panel cut into pieces, in order; those shorter than a five-hundredth of it stay 'unknown'."""
        out: list[Piece] = []
        least = (self.high - self.low) / 500
        waiting = [(self.low, self.high)]
        while waiting:
            low, high = waiting.pop()
            slope = self.enclose(1, low, high)
            kind = "rising" if slope > 0 else "falling" if slope < 0 else ""
            if not kind:
                bend = self.enclose(2, low, high)
                kind = "convex" if bend > 0 else "concave" if bend < 0 else ""
            if kind or high - low < least:
                out.append(Piece(low, high, kind or "unknown"))
            else:
                middle = (low + high) / 2
                waiting += [(middle, high), (low, middle)]
        return out

    def stationary(self) -> arb | None:
        """The zero of p' that Newton's method finds from the middle, a point in the panel: a choice, no claim."""
        x = arb(0)
        with flint.ctx.workprec(self._bits):
            for _ in range(60):
                slope, bend = (self.polynomials[i](x).mid() for i in (1, 2))
                move = (slope / bend).mid() if bend != 0 else arb(0)
                x = (x - move).mid()
                if not abs(x) < 1:
                    return None
                if abs(move) < arb(2) ** -self._bits:
                    break
            return (self.centre + self.half * x).mid()


@lru_cache(maxsize=4096)
def _cosine_at(numerator: int, n: int, bits: int) -> arb:
    with flint.ctx.workprec(bits):
        return (arb.pi() * numerator / (2 * n)).cos()


def _cosine(numerator: int, n: int) -> arb:
    return _cosine_at(numerator % (4 * n), n, flint.ctx.prec)


def plan(low: float, high: float, bound: Bound, widest: float, log_target: float) -> tuple[int, float, arb]:
    """(n, eta, M): the fewest nodes for which the truncation of p' on [low, high] is below e^log_target (a choice)."""
    half = (high - low) / 2
    best: tuple[int, float, arb] | None = None
    for share in (0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0):
        eta = widest * share
        q = eta / half + math.hypot(1.0, eta / half)
        reach = 1.001 * half * (q + 1 / q) / 2 - half
        size = bound(eta, low - reach, high + reach)
        log_size = float(size.log().upper().mid())
        n = 8
        while log_size + 1.4 + 2 * math.log(n) - n * math.log(q) + 0.7 > log_target:
            n += 1
            if n > 400:
                break
        if best is None or n < best[0]:
            best = n, eta, size
    assert best is not None
    return best


def nodes(low: float, high: float, n: int) -> list[arb]:
    """The n zeros of T_n on [low, high], as points."""
    half, centre = (arb(high) - arb(low)) / 2, (arb(high) + arb(low)) / 2
    return [centre + half * _cosine(2 * i + 1, n) for i in range(n)]
