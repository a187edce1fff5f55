"""Optima of the selection error with proof (HP Remarks 2-4, arXiv:2512.19905): balls that contain the global minimiser.

For whole k; t, tau, rho exact numbers; dimensionless. D = tau - rho, x = z + rho, <.> the softmax mean over the k answers.

**Temperature.** Given its distance r = |x| an answer's error is on average D^2 + G(r), G = r^2 + 2 D r tanh(rho r), and the
weights depend on r alone: F = D^2 + A + 2 D B with A = <r^2>, B = <r tanh(rho r)>. A mean of a rising function of r rises
with t, since d<y>/dt = Cov(y, r^2)/(2t^2). Let g0 = 1 + 2 rho (tau - rho).
1. dG/d(r^2) = 1 + D (tanh s + s sech^2 s)/r, s = rho r, is at least g0 for D rho < 0 and at least 1 otherwise. If g0 >= 0
   then F rises with t: t = 0 is best, at every k. (Only then: for g0 < 0, F falls at first, see `slope_at_zero`.)
2. On [t1, t2], F >= D^2 + A(t1) - 2|D| |B(t2)| for D rho < 0, and on [0, t0], F >= F(0) + g0 (A(t0) - A(0)) for g0 < 0.
3. With b = 1/t: F'(b = 0) = -(1 - 1/k)(1 + 2 rho tau), and |F''(b)| <= (E x^8/8)^(1/2) ((E x^4)^(1/2) + 2|D| (E x^2)^(1/2)),
   from the third cumulant, Cauchy and Schwarz, and E<x^2m> <= E x^2m. So F is monotone for t beyond a known t1.
4. In between F is analytic in ln t. In y = x/t^(1/2) the weights do not depend on t, only the density does; at arg t = c
   its absolute value is Q times a normal density, Q = (cos c)^(-1/2) exp(rho^2 (1 - cos c)/(4 cos c)), and
   |F| <= Q^k (((1 + r'^2)/cos c)^(1/2) + |D|)^2, r' = rho cos(c/2)/(cos c)^(1/2). This feeds `_model`.

**Judge.** F(tau, rho) = F(-tau, -rho), and F(tau, rho) < F(tau, -rho) for tau, rho > 0. |F(rho + ic)| <= e^(k c^2/2)
((1 + rho^2)^(1/2) + |D| + c)^2. Means of increasing functions of -z rise with rho; so <H(-z - tau)> - sigma^2, the hinge of
`_moments`, is below F for all larger rho too, which excludes what lies far out.

**Number.** F is unimodal in k (`finite-k.no-return` and its derivation): a whole k whose neighbours are worse is best.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import flint
from flint import arb, fmpq

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.inputs import exact
from infscale_sym.theory.optima.values._moments import SMOOTHING, chosen_moments_arb
from infscale_sym.theory.optima.values._search import Search
from infscale_sym.theory.selection.values.enclosure import selection_error_arb

_LARGEST_K = 200
_COLDEST, _HOTTEST = Fraction(1, 16), 1e5


@dataclass(frozen=True)
class CertifiedOptimum:
    """`place` provably contains the minimiser (0 and inf are exact), `error` the least F; `proof` says by what."""

    place: Any
    error: Any
    proof: str


def enclose_optimal_number(t: Any, tau: Any, rho: Any) -> CertifiedOptimum:
    """The whole k >= 1 at which F_k(t; tau, rho) is least: `place` is that number as an exact ball, or inf.

    t = 0 or in [1e-6, 1e6], |tau|, |rho| <= 40, taken exactly. inf exactly where rho^2 (4+3t) <= (1 + 2 rho tau)(1+t)(2+t)
    (`finite-k.criterion`); `error` is then F_oo. Raises ValidationError where two neighbours cannot be told apart.
    """
    from infscale_sym.theory.optima.values.numeric import optimal_number

    t_, tau_, rho_ = _numbers(t=t, tau=tau, rho=rho)
    if rho_ * rho_ * (4 + 3 * t_) <= (1 + 2 * rho_ * tau_) * (1 + t_) * (2 + t_):
        v = 1 / (1 + t_)
        error = _ball(1 + tau_**2 - (1 + 2 * rho_ * tau_) * v + rho_**2 * v * v)
        return CertifiedOptimum(arb.pos_inf(), error, "falls for ever: finite-k.criterion and finite-k.no-return")
    guess = float(optimal_number(float(t_), float(tau_), float(rho_), integer=True))
    if not guess < 1e9:
        raise ValidationError(f"the best number of answers is finite but beyond 1e9 at t = {t}, tau = {tau}, rho = {rho}")
    k = int(guess)
    for digits in (12, 15, 18):
        around = [selection_error_arb(n, t_, tau_, rho_, digits=digits) for n in range(max(1, k - 1), k + 2)]
        middle = around[-2]
        if all(other > middle for other in (*around[:-2], around[-1])):
            text = "falls before, rises after (enclosures at its neighbours), and turns once: finite-k.no-return"
            return CertifiedOptimum(arb(k), middle, text)
    raise ValidationError(f"k = {k} and a neighbour cannot be told apart at t = {t}, tau = {tau}, rho = {rho}")


def enclose_optimal_temperature(k: Any, tau: Any, rho: Any, digits: int = 10) -> CertifiedOptimum:
    """The t in [0, inf] at which F_k(t; tau, rho) is least, relative radius at most 10^-digits; 0 and inf are exact.

    Whole k in [2, 200], |tau|, |rho| <= 10, taken exactly. Raises ValidationError where it cannot certify: a cold
    optimum that is not 0 (where 1 + 2 rho (tau - rho) < 0 is small; t* < 0.2 or so), or 1 + 2 rho tau next to 0. About a
    second if t* > 1, up to ten if it is cold.
    """
    k_ = _whole(k)
    tau_, rho_ = _numbers(tau=tau, rho=rho, most=10)
    _check_digits(digits)
    start = 1 + 2 * rho_ * (tau_ - rho_)
    if start >= 0:
        error = selection_error_arb(k_, 0, tau_, rho_, digits=max(digits, 10))
        return CertifiedOptimum(arb(0), error, "F rises with t, as 1 + 2 rho (tau - rho) >= 0")
    return _within_reach(_Temperature(k_, tau_, rho_), digits)


def enclose_optimal_judge(k: Any, t: Any, tau: Any, digits: int = 10) -> CertifiedOptimum:
    """The judge's offset rho at which F_k(t; tau, rho) is least, with a radius of at most 10^-digits (1 + |rho|).

    Whole k in [2, 200], t = 0 or in [1/16, 1e3], |tau| <= 10, taken exactly. 0 at tau = 0; tau at t = 0 (`optimum.joint`).
    Raises ValidationError where it cannot certify: with few answers and a far teacher the best judge lies far out or nowhere.
    """
    k_ = _whole(k)
    t_, tau_ = _numbers(t=t, tau=tau, most=10)
    _check_digits(digits)
    if t_ == 0:
        return CertifiedOptimum(_ball(tau_), selection_error_arb(k_, 0, tau_, tau_), "optimum.joint")
    if not _COLDEST <= t_ <= 1000:
        raise DomainError(f"t must be 0 or lie in [1/16, 1000] for a certified judge; got {t}")
    if tau_ < 0:
        mirror = enclose_optimal_judge(k, t, -tau_, digits)
        return CertifiedOptimum(-mirror.place, mirror.error, mirror.proof)
    return _within_reach(_Judge(k_, t_, tau_), digits)


def slope_at_zero(k: int, tau: Any, rho: Any) -> arb:
    """c in F_k(t) - F_k(0) ~ c t^2 ln(1/t) as t -> 0: (pi^2/3) k (k-1) phi(rho)^2 (1 + 2 rho (tau - rho)).

    Pairs of answers closest to the judge's: near r = 0 the density of r^2 is phi(rho)/r, its square has no integral, and
    G(r) is (1 + 2 rho D) r^2 there. So best-of-k is the best temperature if and only if 1 + 2 rho (tau - rho) >= 0.
    """
    tau_, rho_ = _numbers(tau=tau, rho=rho)
    level = _ball(1 + 2 * rho_ * (tau_ - rho_))
    return arb.pi() / 6 * k * (k - 1) * (-_ball(rho_ * rho_)).exp() * level


class _Temperature(Search):
    widest = 1.35

    def __init__(self, k: int, tau: Fraction, rho: Fraction) -> None:
        self.k, self.tau, self.rho = k, tau, rho
        self.start, self.gain = 1 + 2 * rho * (tau - rho), 1 + 2 * rho * tau
        self.drift = tau - rho

    def moments(self, places: Sequence[arb], nats: float) -> list[tuple[arb, arb]]:
        """(A, |B|) at each s = ln t."""
        rho = _ball(self.rho)
        return [(a, abs(b)) for a, b, _ in chosen_moments_arb(self.k, [(s.exp(), rho) for s in places], nats)]

    def error(self, second: arb, first: arb) -> arb:
        """F from A and |B|: D rho < 0 in this search."""
        d = _ball(self.drift)
        return second - 2 * abs(d) * first + d * d

    def values(self, places: Sequence[arb], nats: float) -> list[arb]:
        return [self.error(*pair) for pair in self.moments(places, nats)]

    def bound(self, eta: float, low: float, high: float) -> arb:
        rho, c = _ball(self.rho), arb(eta).cos()
        growth = (rho * rho * (1 - c) / (4 * c)).exp() / c.sqrt()
        judge = rho * (arb(eta) / 2).cos() / c.sqrt()
        return (growth**self.k * (((1 + judge * judge) / c).sqrt() + abs(_ball(self.drift))) ** 2).upper()

    def beyond(self) -> float:
        """t1: F is monotone for t >= t1."""
        r = self.rho**2
        m2, m4, m8 = map(_ball, (r + 1, r**2 + 6 * r + 3, r**4 + 28 * r**3 + 210 * r**2 + 420 * r + 105))
        most = (m8 / 8).sqrt() * (m4.sqrt() + 2 * abs(_ball(self.drift)) * m2.sqrt())
        slope = abs(_ball(self.gain)) * (1 - arb(1) / self.k)
        if self.gain == 0 or not most / slope < _HOTTEST:
            raise ValidationError("certified temperature: 1 + 2 rho tau is too near 0; the optimum may lie beyond t = 1e5")
        return float((most / slope).upper().mid()) * 1.0001

    def certify(self, digits: int) -> CertifiedOptimum:
        end = self.beyond()
        with flint.ctx.workprec(64):
            single = _ball(1 + self.tau**2)  # F at t = inf
            edges, marks, best = self._marks(math.log(end) + 1e-9, single)
            panels = [
                (edges[i], edges[i + 1])
                for i in range(len(edges) - 1)
                if not self.error(marks[i][0], marks[i + 1][1]) > best  # A and |B| rise with t
            ]
        models = [model for panel in panels for model in self.resolved([panel], -7.0)]
        basin = self.basin(models, best, empty=self.gain < 0)
        if basin is None:
            return CertifiedOptimum(arb.pos_inf(), single, f"F falls for t > {end:.4g}, and is above F(inf) before")
        place, error = self.refine(basin, digits)
        if self.gain < 0 and not error < single:
            raise ValidationError("certified temperature: a finite and the infinite one cannot be told apart")
        with flint.ctx.workprec(int(3.33 * digits) + 64):
            t = place.exp()
        low, high = map(math.exp, basin)
        text = f"one convex basin, t in [{low:.4g}, {high:.4g}]; F is higher or has no minimum elsewhere in [0, inf]"
        return CertifiedOptimum(t, error, text)

    def _marks(self, top: float, best: arb) -> tuple[list[float], list[tuple[arb, arb]], arb]:
        """Edges in s from where F is certainly too large to `top`, the moments there, and the least F seen."""
        frozen = selection_error_arb(self.k, 0, self.tau, self.rho, digits=12)
        least = selection_error_arb(self.k, 0, self.rho, self.rho, digits=12)
        width = min(1.0, 2.2 / math.sqrt(self.k))
        edges, marks = [], []
        s = top
        while s > math.log(_COLDEST):
            try:
                pairs = self.moments([arb(s), arb(s - width)], 16.0)
            except ArithmeticError:
                break
            for pair in pairs:
                edges.append(s)
                marks.append(pair)
                best = best.min(self.error(*pair).upper())
                if frozen + _ball(self.start) * (pair[0] - least) > best:
                    return edges[::-1], marks[::-1], best
                s -= width
        text = "the optimum is not 0, but lies too near 0, or F is too flat there, for this evaluator (t >= 1/16)"
        raise ValidationError(f"certified temperature: {text}")


class _Judge(Search):
    widest = 2.0

    def __init__(self, k: int, t: Fraction, tau: Fraction) -> None:
        self.k, self.t, self.tau = k, t, tau

    def values(self, places: Sequence[arb], nats: float) -> list[arb]:
        t, tau = _ball(self.t), _ball(self.tau)
        out = []
        for rho, (a, b, _) in zip(places, chosen_moments_arb(self.k, [(t, x) for x in places], nats), strict=True):
            d = tau - rho
            out.append(a + 2 * d * b + d * d)
        return out

    def bound(self, eta: float, low: float, high: float) -> arb:
        far = arb(max(abs(low), abs(high)))
        drift = max(abs(float(self.tau) - low), abs(float(self.tau) - high)) * (1 + 1e-12)
        return ((self.k * arb(eta) ** 2 / 2).exp() * ((1 + far * far).sqrt() + drift + eta) ** 2).upper()

    def certify(self, digits: int) -> CertifiedOptimum:
        t, tau = _ball(self.t), _ball(self.tau)
        unit = float(self.tau) * (1 + float(self.t))  # the best judge among very many answers
        with flint.ctx.workprec(64):
            tries = self.values([arb(unit * x) for x in (0.5, 0.8, 1.0, 1.3, 1.8)], 16.0)
            best = min((f.upper() for f in tries), key=lambda f: float(f.mid()))
            end = max(unit, 0.5)
            while True:
                try:
                    ((_, _, hinge),) = chosen_moments_arb(self.k, [(t, arb(end))], 9.0, tau)
                except ArithmeticError:
                    hinge = arb(-1)
                if hinge - arb(SMOOTHING) ** 2 > best:
                    break
                # Farther out the choice is nearly that of the farthest answer already, or out of this evaluator's reach.
                if hinge < 0 or end > 2 * unit + 4 * (1 + float(self.t)):
                    text = "what lies far out cannot be excluded; too few answers for this teacher"
                    raise ValidationError(f"certified judge: {text}")
                end *= 1.5
        width = min(2.0, 4.0 / math.sqrt(self.k))
        start = 0.0 if self.tau else -width / 3  # at tau = 0, F is even and 0 lies inside
        number = math.ceil((end - start) / width)
        edges = [start + (end - start) * i / number for i in range(number + 1)]
        basin = self.basin(self.resolved(list(pairwise(edges)), -7.0), best)
        assert basin is not None
        place, error = self.refine(basin, digits)
        text = f"one convex basin, rho in [{basin[0]:.4g}, {basin[1]:.4g}]; F is higher or has no minimum elsewhere"
        return CertifiedOptimum(place, error, f"{text}, and higher for |rho| > {end:.4g}")


def _within_reach(search: _Temperature | _Judge, digits: int) -> CertifiedOptimum:
    try:
        return search.certify(digits)
    except ValidationError:
        raise
    except ArithmeticError as refusal:
        raise ValidationError(f"certified optimum: {refusal}") from refusal


def _whole(k: Any) -> int:
    number = exact(k, "k")
    if number != int(number) or not 2 <= number <= _LARGEST_K:
        raise DomainError(f"k must be a whole number in [2, {_LARGEST_K}] for a certified optimum; got {k}")
    return int(number)


def _numbers(most: int = 40, **values: Any) -> list[Fraction]:
    out = []
    for name, value in values.items():
        number = Fraction(exact(value, name))
        if name == "t" and number < 0:
            raise DomainError(f"t must not be negative; got {value}")
        if name != "t" and abs(number) > most:
            raise DomainError(f"{name} must lie in [-{most}, {most}] for a certified optimum; got {value}")
        out.append(number)
    return out


def _check_digits(digits: int) -> None:
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= 25:
        raise DomainError(f"digits must be a whole number in [1, 25]; got {digits!r}")


def _ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))
