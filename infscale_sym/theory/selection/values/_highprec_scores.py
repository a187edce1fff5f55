"""The law of the noisy score at 0 < t < ∞ in mpmath: trapezoidal rules over the answer or over the noise.

The sampler of HP, arXiv:2512.19905. Picking answer i with probability w_i/sum w is taking the smallest
noisy score x_i² + 2 t xi_i, x = z + rho, where P(xi > c) = exp(-e^c); xi has the density K(c) = e^c exp(-e^c). In
units of 2t, with x ~ N(rho, 1) and D = tau - rho,

    a(v) = P(score > v) = E exp(-e^{v - x²/2t}),      m(v) = E[(x+D)² K(v - x²/2t)].

**Over the answers** x = ±r: the integrands are entire in x; the step comes from the strip in which
Re e^{v - (x+iy)²/2t} stays positive where it is large, and from the Gaussian.
**Over the noise** c = v - x²/2t, where that is narrow: with r_c = sqrt(2t(v-c)),
1 - a = ∫ K(c) P(|x| < r_c) dc and m = ∫ K(c) [(r_c+D)² phi(r_c-rho) + (r_c-D)² phi(r_c+rho)] (t/r_c) dc, in the
variable s of c = s - L e^{-s/L - 2}, which ends the tail e^c doubly exponentially. The cut c < v costs exp(-e^v)
relatively, and the form is used only where that is below the target.

Steps and windows are placed by estimates in double precision; the caller's comparison of two meshes judges them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import flint
import mpmath
from mpmath import mp

from infscale_sym.evaluate.dyadic import from_mpf, midpoint
from infscale_sym.theory.selection.values._highprec_tail import Probabilities
from infscale_sym.theory.selection.values._highprec_zero import both_densities

_FAR = 2.5  # a distance beyond |rho| where so few answers are left that a, not 1 - a, is wanted
_GOLDEN = (3 - math.sqrt(5)) / 2
_LEAST = 14.0  # nepers: no inner rule aims lower
_MARGIN = 6.0  # nepers by which a window exceeds the target: polynomial factors are ignored in the windows

#: What is integrated: the chosen answers' law, or the answers below or above a score.
Part = Literal["chosen", "nearer", "farther"]


class Plan(NamedTuple):
    """Where the nodes of one inner rule lie."""

    low: float  # the window, in the rule's own variable
    high: float
    family: tuple[int, int]  # (stretch L, or 0 for the rule over the answers; number of the step)
    step: float
    cost: float  # seconds, roughly


class Scores:
    """a(v) and m(v) for one (t, tau, rho) on one family of inner meshes; rho >= 0 (flip both signs otherwise).

    `digits` is the relative accuracy aimed at; the present precision must exceed it by log10(k) and a guard.
    `refine` divides all steps; `centred` puts a node at x = 0 instead of half a step aside.
    """

    def __init__(self, t: Any, tau: Any, rho: Any, digits: int, refine: float, *, centred: bool) -> None:
        self.t, self.rho, self.shift = t, rho, tau - rho
        self.nepers = digits * math.log(10) + _MARGIN
        self.refine, self.centred = refine, centred
        self._t, self._rho = float(t), float(rho)
        self._chances = Probabilities(rho, self.nepers + 10, 9 if centred else 8)
        self._answers: dict[tuple[int, int], tuple[Any, ...]] = {}
        self._noise: dict[tuple[int, int, int], tuple[Any, Any]] = {}

    def chosen(self, v: Any, slack: float = 0.0) -> tuple[Any, Any]:
        """(E K(v - x²/2t), m(v)), each to the target less `slack` nepers."""
        plan = self._plan(v, slack, "chosen")
        return self._chosen_by_noise(v, plan) if plan.family[0] else self._chosen_by_answers(v, plan)

    def log_above(self, v: Any, slack: float = 0.0) -> Any:
        """ln a(v), to the target less `slack` nepers."""
        if math.sqrt(max(2 * self._t * float(v), 0.0)) < self._rho + _FAR:
            near = self._sum(v, self._plan(v, slack, "nearer"), "nearer")
            if near < mpmath.mpf("0.99"):
                return mp.log1p(-near)
        return mp.log(self._sum(v, self._plan(v, slack, "farther"), "farther"))

    def _plan(self, v: Any, slack: float, part: Part) -> Plan:
        at, nepers = float(v), max(self.nepers - slack, _LEAST)
        answers = self._answer_plan(at, nepers, part)
        # exp(-e^v) must be below the target, and the noise narrow beside the distance sqrt(2tv)
        if at > self._t and math.exp(min(at, 50.0)) > 1.3 * nepers + 10:
            noise = self._noise_plan(at, nepers, part)
            return noise if noise.cost < answers.cost else answers
        return answers

    def _sum(self, v: Any, plan: Plan, part: Part) -> Any:
        return (self._part_by_noise if plan.family[0] else self._part_by_answers)(v, plan, part)

    # -- trapezoid over the answers x = ±r ------------------------------------------------------------------------

    def _answer_plan(self, v: float, nepers: float, part: Part) -> Plan:
        t, rho = self._t, self._rho
        turn = math.sqrt(max(2 * t * v, 0.0))
        reach = max(rho, turn) + math.sqrt(2 * nepers) + 1

        def height(r: float) -> float:
            c = v - r * r / (2 * t)
            noise = min(c, 0.0) if part == "nearer" else _minus_exp(c) + (c if part == "chosen" else 0.0)
            return noise - (r - rho) ** 2 / 2

        low, high, _, top = _edges(height, 0.0, reach, nepers, min(math.sqrt(t), 1.0))
        deficit = top - height(turn) if v > 0 else 0.0
        growth = 1 + 1 / t
        widest = math.sqrt(2 * nepers / growth)  # the shift of the contour that serves a Gaussian best
        step = math.pi * widest / nepers
        across = math.hypot(v, math.pi / 2)
        strip = math.pi / 2 * math.sqrt(t / (across + v)) if v > 0 else math.sqrt(t * (across - v))
        if strip < widest:  # where the transition has little weight, it need not be resolved as well
            needed = nepers - 0.8 * max(min(deficit, nepers), 0.0)
            step = min(step, 2 * math.pi * strip / (needed + strip**2 * growth / 2 + 1e-9))
        level = math.ceil(-2 * math.log2(step))  # steps of one family: nodes are shared between different v
        step = 2.0 ** (-level / 2) / self.refine
        return Plan(low, high, (0, level), step, 10e-6 * (high - low) / step)

    def _answer(self, level: int, j: int, step: Any) -> tuple[Any, ...]:
        """(weight w(r), mass at ±r, mass times (x+D)²) at node j, the step included; in Arb, whose arithmetic is fast
        (radii are not used here)."""
        found = self._answers.get((level, j))
        if found is None:
            r = (j if self.centred else j + mpmath.mpf("0.5")) * step
            plus, minus = both_densities(r, self.rho)
            if self.centred and j == 0:
                plus, minus = plus / 2, minus / 2
            second = plus * (r + self.shift) ** 2 + minus * (r - self.shift) ** 2
            values = (mp.exp(-r * r / (2 * self.t)), step * (plus + minus), step * second)
            found = self._answers[level, j] = tuple(map(from_mpf, values))
        return found

    @staticmethod
    def _nodes(plan: Plan) -> range:
        first = math.floor(plan.low / plan.step) - 1
        return range(first if plan.family[0] else max(first, 0), math.ceil(plan.high / plan.step) + 1)

    def _chosen_by_answers(self, v: Any, plan: Plan) -> tuple[Any, Any]:
        u, step, level = from_mpf(mp.exp(v)), mpmath.mpf(plan.step), plan.family[1]
        mass = second = flint.arb(0)
        with flint.ctx.workprec(mp.prec + 10):
            for j in self._nodes(plan):
                weight, p, p2 = self._answer(level, j, step)
                weight = u * weight
                weight *= (-weight).exp()
                mass += weight * p
                second += weight * p2
            return +midpoint(mass), +midpoint(second)

    def _part_by_answers(self, v: Any, plan: Plan, part: Part) -> Any:
        """1 - a ("nearer") or a ("farther")."""
        minus_u, step, level = from_mpf(-mp.exp(v)), mpmath.mpf(plan.step), plan.family[1]
        total, near = flint.arb(0), part == "nearer"
        with flint.ctx.workprec(mp.prec + 10):
            for j in self._nodes(plan):
                weight, p, _ = self._answer(level, j, step)
                exponent = minus_u * weight
                total += (-exponent.expm1() if near else exponent.exp()) * p
            return +midpoint(total)

    # -- trapezoid over the noise c, stretched on the left ----------------------------------------------------------

    def _noise_plan(self, v: float, nepers: float, part: Part) -> Plan:
        t2, rho = 2 * self._t, self._rho
        low, high = -(nepers + 20 + (rho**2 + 60) / t2) - v, min(v, math.log(nepers) + 3)

        def height(c: float) -> float:
            y = math.sqrt(t2 * (v - c)) - rho
            y = y if part == "chosen" else min(y, 0.0) if part == "nearer" else max(y, 0.0)
            return c + _minus_exp(c) - y * y / 2

        low, high, peak, _ = _edges(height, low, high, nepers, 1.0)
        stretch = 2 ** max(0, math.ceil(math.log2(max(-peak, 1.0)) - 0.5))  # 1 in most cases
        low, high = _stretched(low, stretch), _stretched(high, stretch)
        level = math.ceil(-4 * math.log2(math.pi**2 / (nepers * 1.15)))
        step = 2.0 ** (-level / 4) / self.refine
        return Plan(low, high, (stretch, level), step, 30e-6 * (high - low) / step)

    def _distance(self, v: Any, j: int, plan: Plan) -> tuple[Any, Any]:
        """(r_c, K(c) dc) at node j; r_c is None past the cut c = v."""
        key = (*plan.family, j)
        found = self._noise.get(key)
        if found is None:
            stretch = plan.family[0]
            s = (j + mpmath.mpf("0.25" if self.centred else "0.71")) * plan.step
            e = mp.exp(-s / stretch - 2)
            c = s - stretch * e
            ec = mp.exp(c)
            found = self._noise[key] = (c, plan.step * (1 + e) * ec * mp.exp(-ec))
        c, density = found
        return (mp.sqrt(2 * self.t * (v - c)) if c < v else None), density

    def _chosen_by_noise(self, v: Any, plan: Plan) -> tuple[Any, Any]:
        mass = second = mpmath.mpf(0)
        for j in self._nodes(plan):
            r, density = self._distance(v, j, plan)
            if r is not None:
                plus, minus = both_densities(r, self.rho, self.nepers + 10)
                density /= r
                mass += density * (plus + minus)
                second += density * (plus * (r + self.shift) ** 2 + minus * (r - self.shift) ** 2)
        return self.t * mass, self.t * second

    def _part_by_noise(self, v: Any, plan: Plan, part: Part) -> Any:
        """1 - a ("nearer") or a ("farther"); past the cut no answer is near."""
        total = mpmath.mpf(0)
        chance = self._chances.inside if part == "nearer" else self._chances.outside
        for j in self._nodes(plan):
            r, density = self._distance(v, j, plan)
            if r is not None:
                total += density * chance(r)
            elif part == "farther":
                total += density
        return total


def _edges(
    height: Callable[[float], float], low: float, high: float, drop: float, scale: float
) -> tuple[float, float, float, float]:
    """(left, right, peak, top) of the window in which a unimodal `height` is within `drop` of its top.

    Searched in y, x = scale sinh y: ranges may be many orders of magnitude wider than `scale`.
    """

    def at(y: float) -> float:
        return height(min(max(scale * math.sinh(y), low), high))

    left, right = math.asinh(low / scale), math.asinh(high / scale)
    bounds = left, right
    one, two = left + (right - left) * _GOLDEN, right - (right - left) * _GOLDEN
    at_one, at_two = at(one), at(two)
    for _ in range(40):
        if at_one < at_two:
            left, one, at_one = one, two, at_two
            two = right - (right - left) * _GOLDEN
            at_two = at(two)
        else:
            right, two, at_two = two, one, at_one
            one = left + (right - left) * _GOLDEN
            at_one = at(one)
    peak = (left + right) / 2
    top = max(at(peak), at(bounds[0]), at(bounds[1]))
    ends = []
    for outer in bounds:
        inside, beyond = peak, outer
        if at(outer) < top - drop:
            for _ in range(20):
                middle = (inside + beyond) / 2
                inside, beyond = (inside, middle) if at(middle) < top - drop else (middle, beyond)
        ends.append(beyond)
    window = [min(max(scale * math.sinh(y), low), high) for y in (*ends, peak)]
    return window[0], window[1], window[2], top


def _minus_exp(c: float) -> float:
    """-e^c without overflow."""
    return -math.exp(c) if c < 60 else -1e26


def _stretched(c: float, stretch: int) -> float:
    """The s with s - stretch e^{-s/stretch - 2} = c."""
    low, high = -stretch * (math.log(abs(c) / stretch + 10) + 2) - 5, max(c, 0.0) + stretch
    for _ in range(50):
        s = (low + high) / 2
        low, high = (s, high) if s - stretch * math.exp(-s / stretch - 2) < c else (low, s)
    return (low + high) / 2
