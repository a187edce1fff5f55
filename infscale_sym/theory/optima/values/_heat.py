"""The slope of the selection error in ln t, to any number of digits and at any t > 0 (HP Remark 3, arXiv:2512.19905).

Choosing by softmax weights is choosing the least noisy score y + c, y = x^2/(2t), x = z + rho, c the logarithm of a standard
exponential draw. With D = tau - rho, g = (x + D)^2, K(c) = e^c exp(-e^c) and a(v) = P(score > v),

    F = k int E[g K] a^(k-1) dv at c = v - y, and by parts in v, since dy/d ln t = -y,

    dF/d ln t = k (k-1) int a^(k-2) (E[g y K] E[K] - E[g K] E[y K]) dv = k (k-1) int a^k (L')^2 Cov(g, y | score v) dv,

L = -ln a, for every real k > 1. Given r = |x|, g is on average D^2 + G(r), G = r^2 + 2 D r tanh(rho r), and y depends on r
alone. If 1 + 2 rho D >= 0 then G rises with r (`optima_enclosure`, 1), no covariance is negative, and t = 0 is best. Else
G falls at first, and so does F: as t -> 0 (`temperature.zero.approach`), for some C,

    dF/d ln t = t^2 (2 c ln(1/t) + C) + O(t^(5/2)),        c = (pi^2/3) k (k-1) phi(rho)^2 (1 + 2 rho D).

Means over x are trapezoidal sums: at low scores over x, at high ones over the noise c, for which the cut c < v costs
exp(-e^v). The sum over v runs over s, v = start + s - exp(-s-2) + r^2/(2t) with r growing first geometrically, then linearly:
so the integrand falls off doubly exponentially on both sides. The radii of the balls are not used; the caller compares two
meshes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import flint
from flint import arb, arb_mat
from scipy.special import loggamma

from infscale_sym.errors import ValidationError
from infscale_sym.evaluate.lambdify import to_arb

_BLOCK, _MOST_BLOCKS = 64, 2000


class _Score(NamedTuple):
    """One score: dv, 1 - a, and the means of K times 1, y', y'^2, x, x y', where y' is y up to a constant; and of K x^2."""

    dv: arb
    near: arb
    mass: arb
    one: arb
    two: arb
    linear: arb
    crossed: arb
    square: arb


def temperature_slope(
    k: Fraction, t: Fraction, tau: Fraction, rho: Fraction, digits: int, refine: float = 1.0
) -> tuple[arb, arb]:
    """(dF/d ln t, F - F_1), each to about `digits` digits of its terms; exact k > 1, t > 0, tau, rho; dimensionless.

    `refine` divides all steps and moves the nodes. Raises ValidationError where the integral does not end.
    """
    if rho < 0:
        tau, rho = -tau, -rho
    need = digits * math.log(10) + 8
    # 1 - a is as small as phi(rho)/k; terms cancel to one part in t or 1/t.
    lost = float(rho) ** 2 + _log(k) + abs(_log(t))
    with flint.ctx.workprec(int(1.45 * (need + lost)) + 60):
        law = _Law(_log(k), to_arb(t), to_arb(rho), need, refine)
        count, drift = to_arb(k), to_arb(tau - rho)
        slope, error = arb(0), drift * drift - 1 - to_arb(tau) ** 2
        for row in law.scores():
            above = 1 - row.near
            level = -(-row.near).log1p()
            if not above > 0:  # less is left of a than the rules resolve
                break
            power = row.dv * count * (-(count - 2) * level).exp()
            spread = 2 * law.t * (row.two * row.mass - row.one * row.one)
            slope += power * (count - 1) * (spread + 2 * drift * (row.crossed * row.mass - row.linear * row.one))
            error += power * above * (row.square + 2 * drift * row.linear)
            if float(count * level) > need or float(level) > need - 5:
                break
        else:
            raise ValidationError("best temperature: the integral over scores is too long; ask for fewer digits")
        return slope, error


def _log(value: Fraction) -> float:
    """ln of a positive rational of any size."""
    return math.log(value.numerator) - math.log(value.denominator)


class _Law:
    """The law of the noisy score at one (t, rho), rho >= 0, on a mesh for k answers."""

    def __init__(self, log_k: float, t: arb, rho: arb, need: float, refine: float) -> None:
        self.t, self.rho, self.need, self.refine = t, rho, need, refine
        self.heat, self.judge = float(t), float(rho)
        self.aside = arb(refine % 1.0)
        self.width = (2 * t).sqrt()
        self.split = math.log(1.3 * need + 10)
        # -ln(k E w): the typical score where many answers lie within the noise
        self.start = min(-log_k - math.log(self.heat / (1 + self.heat)) / 2 + self.judge**2 / (2 + 2 * self.heat), 0.0)
        self.bend = 1 + min(self.judge, math.sqrt(2 * log_k))
        self._lay_answers()

    def scores(self) -> Iterator[_Score]:
        """From low to high."""
        step = math.pi**2 / self.need / self.refine
        first = math.floor((-math.log(self.need) - 3) / step)
        for start in range(first, first + _BLOCK * _MOST_BLOCKS, _BLOCK):
            places = [self._place((start + i + self.aside) * arb(step)) for i in range(_BLOCK)]
            low = [place for place in places if float(place[0]) < self.split]
            if low:
                yield from self._low(low, step)
            for v, dv in places[len(low) :]:
                yield self._high(v, dv * step)

    def _place(self, s: arb) -> tuple[arb, arb]:
        """(v, dv/ds)."""
        end, far = (-s - 2).exp(), self.bend * self.width * (s + self.start - arb("5.5")).exp()
        r = far.log1p() / self.bend
        return self.start + s - end + r * r / (2 * self.t), 1 + end + r / self.t * far / (self.bend * (1 + far))

    def _densities(self, r: arb) -> tuple[arb, arb]:
        """phi(r - rho) +- phi(r + rho)."""
        one, two = ((-((r + side) ** 2) / 2).exp() for side in (-self.rho, self.rho))
        unit = (2 * arb.pi()).rsqrt()
        return (one + two) * unit, (one - two) * unit

    # Means over the answers.

    def _lay_answers(self) -> None:
        """Nodes x/(2t)^(1/2) = y^(1/2): the weights w = e^-y there, and dx times the density times 1, y, y^2, x, x y."""
        strip = min(0.32, math.sqrt(self.need / self.heat))  # in which neither exp(-u w) nor the density grows
        step = 2 * math.pi * strip / (self.need + self.heat * strip**2) / self.refine
        # The end: by the density alone, or by its product with w.
        slack = self.need + 3 + self.judge**2 / (2 + 2 * self.heat)
        alone = self.judge / math.sqrt(2 * self.heat) + math.sqrt(slack / self.heat)
        tilted = self.judge * math.sqrt(self.heat / 2) / (1 + self.heat) + 1
        tilted += math.sqrt((self.need + self.split + 3) / (1 + self.heat))
        self.weights, columns = [], []
        for n in range(math.ceil(min(alone, tilted) * self.refine / step)):
            root = (n + arb("0.5")) * arb(step)
            y, x = root * root, self.width * root
            both, odd = (density * self.width * arb(step) for density in self._densities(x))
            self.weights.append((-y).exp())
            columns.append([both, both * y, both * y * y, odd * x, odd * x * y])
        self.answers = arb_mat(columns)
        self.weighed = arb_mat([[w * value for value in row] for w, row in zip(self.weights, columns, strict=True)])

    def _low(self, places: list[tuple[arb, arb]], step: float) -> Iterator[_Score]:
        lifted = [[(-u * w).expm1() for w in self.weights] for u in (v.exp() for v, _ in places)]
        near = arb_mat(lifted) * self.answers
        kept = arb_mat([[1 + e for e in row] for row in lifted]) * self.weighed
        for i, (v, dv) in enumerate(places):
            mass, one, two, linear, crossed = (v.exp() * kept[i, j] for j in range(5))
            yield _Score(dv * step, -near[i, 0], mass, one, two, linear, crossed, 2 * self.t * one)

    # Means over the noise.

    @cached_property
    def noise(self) -> list[tuple[arb, arb]]:
        """Nodes c = s - L exp(-s/L - 2) and K(c) dc; L grows where answers far beyond the score, at very negative c, count.

        In a tail the density falls by e^(-t) per unit of v, and what is summed is about exp((1+t) c - e^c), whose transform is
        Gamma(1 + t + iy).
        """
        frequency = 2 * self.need / math.pi
        while loggamma(complex(1 + self.heat, frequency)).real > math.lgamma(1 + self.heat) - self.need:
            frequency *= 1.05
        step = 2 * math.pi / frequency / self.refine
        tilt = max(0.0, self.judge**2 * self.heat / (2 * (1 + self.heat) ** 2) - self.split)
        stretch = 1 + tilt / 2
        low = -stretch * (math.log((self.need + tilt + 10) / stretch) + 2.2)
        out = []
        for n in range(math.floor(low / step), math.ceil(math.log(2 * self.need + 4 * self.heat) / step) + 1):
            s = (n + self.aside) * arb(step)
            end = (-s / stretch - 2).exp()
            c = s - stretch * end
            out.append((c, arb(step) * (1 + end) * (c - c.exp()).exp()))
        return out

    def _high(self, v: arb, dv: arb) -> _Score:
        near = mass = one = two = linear = crossed = arb(0)
        half = arb(2).rsqrt()
        for c, density in self.noise:
            if not c < v:
                break
            r = self.width * (v - c).sqrt()
            both, odd = self._densities(r)
            near += density * (((r - self.rho) * half).erf() + ((r + self.rho) * half).erf())
            both *= density / r
            odd *= density
            mass += both
            one -= c * both
            two += c * c * both
            linear += odd
            crossed -= c * odd
        t = self.t
        return _Score(dv, near / 2, t * mass, t * one, t * two, t * linear, t * crossed, 2 * t * t * (v * mass + one))
