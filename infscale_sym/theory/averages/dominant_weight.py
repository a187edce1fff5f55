"""Rules for averages dominated by the weight of one draw: the integral over it, hyperbolic coordinates, Laplace's method.

For `averaged.slow-approach`. Where the average of E w^2/(E w)^2 over the judge's offset is infinite, the exact excess of
`averaged_limit` keeps W_1, and the sum of the other shares alone is replaced by its expectation; the relative error of that is
measured against exact averages between two values of k. HP, arXiv:2512.19905, averages at t = 0 only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sympy import Expr, Integral, Symbol, diff, exp, expand, log, oo, pi, sin, sqrt
from sympy import cosh as ch
from sympy import sinh as sh

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, only_integral, split
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.notation.operators import normal_density
from infscale_sym.theory.averages.limit_rules import ALIKE, tilted_moment, vanishes
from infscale_sym.theory.averages.limit_values import averaged_limit, scaled_approach, second_draw
from infscale_sym.theory.averages.notation import ApproachExponent, LineAverage, eta, log_k, psi, v_cross, v_rho
from infscale_sym.theory.regression.values.gaussian_pair import line_average
from infscale_sym.theory.selection.notation import k, rho, t, tau, z
from infscale_sym.theory.selection.rules import SMALL_COUNTS, softmax_average, weight


@dataclass(frozen=True)
class DominantWeight:
    """Keep one weight and put the sum of the others to its expectation: k E[(F_oo - l) W^2/(1 + W)] in place of F_k - F_oo.

    `points`: (t, v_cross, v_rho), at which exact averages are compared with the claim at k = `at`.
    """

    share: Expr  # W
    points: tuple[tuple[float, float, float], ...] = ((2.0, 2.7, 9.0), (1.5, -2.2, 5.5))
    at: tuple[float, float] = (1e4, 1e8)
    name: str = "dominant weight"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The exact identity draw by draw, the claim's integrand rebuilt, and the gap's measured exponent."""
        (average,) = before.atoms(LineAverage)
        new = only_integral(after)
        number, heat, ratio, judge = average.args
        constant, factor = split(before, average)
        constant_after, factor_after = split(after, new)
        limit = averaged_limit(heat, ratio, judge)
        if not vanishes(constant / factor + limit) or constant_after != 0 or factor != factor_after:
            raise DerivationError("the excess over the limit must be replaced, and nothing else")
        _excess_by_exchange()
        weight_there = exp(-((z + rho) ** 2) / (2 * heat))
        if not vanishes(self.share * number * tilted_moment(1, 0) / weight_there - 1):
            raise DerivationError("the share is not w/(k E w)")
        error, value = (z + ratio * rho) ** 2, (ratio * rho - rho / (1 + heat)) ** 2 + heat / (1 + heat)
        mean = tilted_moment(1, 2) / tilted_moment(1, 0)
        if not vanishes(mean.subs(tau, ratio * rho) - value):
            raise DerivationError("the limit is not the tilted mean of the squared error")
        density = normal_density(z) * normal_density(rho / sqrt(judge)) / sqrt(judge)
        left = new.function / (number * self.share**2 / (1 + self.share) * density)
        if new.limits != ((z, -oo, oo), (rho, -oo, oo)) or not vanishes(left - (value - error)):
            raise DerivationError("the integrand is not k (F_oo - l) W^2/(1 + W) with the densities")
        return Evidence(NUMERIC, f"identity draw by draw for k = 2, 3, 4; {_gap_of_one_draw(self, new)}")


@cache
def _excess_by_exchange() -> None:
    """F_k less a constant is, draw by draw, the sum of (l_i - constant) w_i/(w_i + the sum of the others)."""
    level = Symbol("F", real=True)
    inside = softmax_average().args[0]
    for count in SMALL_COUNTS:
        error = inside.subs(k, count).doit()
        total = sum(weight[n] for n in range(1, count + 1))
        above = expand(error * total)
        terms = [above.coeff(weight[n]) - level for n in range(1, count + 1)]
        # each sum w_i + (the others) is the total: one denominator, multiplied out
        if expand(sum(terms[n - 1] * weight[n] for n in range(1, count + 1)) - (above - level * total)) != 0:
            raise DerivationError(f"for {count} answers the excess is not the sum over draws")


_MEASURED: dict[Any, str] = {}


def _gap_of_one_draw(rule: DominantWeight, claim: Any) -> str:
    """How the claim's relative error falls with k: at least with the exponent of a second dominant draw."""
    key = (rule, claim)
    if key not in _MEASURED:
        function = numpy_function(claim.function, [z, rho, log_k, t, v_cross, v_rho])
        words = []
        for heat, cross, judge in rule.points:
            gaps = []
            for count in rule.at:
                exact = float(line_average(count, heat, cross / judge, judge)) - averaged_limit(heat, cross / judge, judge)
                step, reach = 0.1, 1.3 * math.sqrt(2 * math.log(count)) + 5
                answers = np.arange(-reach, reach, step)
                judges = np.arange(-(1 + heat) * reach, (1 + heat) * reach, step)
                total = np.sum(function(answers[:, None], judges, math.log(count), heat, cross, judge)) * step**2
                gaps.append(abs(exact / total - 1))
            first, last = map(math.log, rule.at)
            slope = -math.log(gaps[1] / gaps[0]) / (last - first)
            least = float(second_draw(heat, judge))
            if slope < least:
                raise DerivationError(f"the relative error falls as k^-{slope:.3f}, more slowly than k^-{least:.3f}")
            words.append(f"k^-{slope:.3f} (claimed: at least k^-{least:.3f})")
        ends = " to ".join(f"{count:.0e}" for count in rule.at)
        _MEASURED[key] = f"relative error against the exact average from k = {ends}: {' and '.join(words)}"
    return _MEASURED[key]


@dataclass(frozen=True)
class HyperbolicCoordinates:
    """rho = (2(1+t))^(1/2) S cosh psi, z + rho = (2t)^(1/2) S sinh psi, S^2 = eta + ln k - ln(1+1/t)/2, so that W = e^eta.

    Covers W > (1+1/t)^(1/2)/k and rho > 0; the half rho < 0 is its mirror image, and the rest of the plane adds O(1/k).
    """

    name: str = "hyperbolic coordinates"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The Jacobian, the mirror symmetry, and the integrand in the new variables."""
        old, new = only_integral(before), only_integral(after)
        heat, S = Symbol("t", positive=True), Symbol("S", positive=True)
        shift = log(1 + 1 / heat) / 2
        if new.limits != ((psi, -oo, oo), (eta, (shift - log_k).subs(heat, t), oo)):
            raise DerivationError("the new variables run over psi, and over eta from where S vanishes")
        function = old.function.subs(t, heat)
        mirror = function.subs({z: -z, rho: -rho}, simultaneous=True)
        if not vanishes(function - mirror):
            raise DerivationError("the integrand is not even in (z, rho)")
        judge = sqrt(2 * (1 + heat)) * S * ch(psi)
        answer = sqrt(2 * heat) * S * sh(psi) - judge
        jacobian = diff(judge, S) * diff(answer, psi) - diff(judge, psi) * diff(answer, S)
        jacobian = simplify(jacobian / (2 * S))  # d eta = 2 S dS
        moved = 2 * jacobian * function.subs({z: answer, rho: judge}, simultaneous=True)
        (_, factor), (_, factor_after) = split(before, old), split(after, new)
        claimed = (factor_after / factor).subs(t, heat) * new.function.subs(t, heat).subs(eta, S**2 - log_k + shift)
        if not vanishes(_tidy(claimed) / _tidy(moved) - 1):
            raise DerivationError("the transformed integrand is not the one claimed")
        return Evidence(NUMERIC, f"Jacobian by SymPy; symmetry and integrand {ALIKE}")


def _tidy(expr: Expr) -> Expr:
    """Exponents expanded with cosh^2 = 1 + sinh^2, so that equal ones cancel."""
    return expr.replace(
        lambda e: isinstance(e, exp), lambda e: exp(expand(expand(e.args[0]).subs(ch(psi) ** 2, 1 + sh(psi) ** 2)))
    )


def in_exponent(expr: Expr) -> Expr:
    """`expr` with v_rho expressed by t and the exponent, both taken as positive: a root of the quadratic equation."""
    heat, e = Symbol("t", positive=True), Symbol("e", positive=True)
    opened = expr.replace(lambda x: isinstance(x, ApproachExponent), lambda x: e)
    return opened.subs(v_rho, (1 + t) * (1 + t + e) / (e * (1 + e))).subs(t, heat)


@dataclass(frozen=True)
class AlgebraInExponent:
    """Rewrite an expression with v_rho = (1+t)(1+t+e)/(e(1+e)), the equation that the exponent e solves."""

    name: str = "algebra with the exponent's equation"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The two sides, or the two integrands, agree with v_rho expressed by t and e."""
        one, two = before, after
        if before.has(Integral):
            old, new = only_integral(before), only_integral(after)
            (c_1, f_1), (c_2, f_2) = split(before, old), split(after, new)
            if old.limits != new.limits or c_1 != 0 or c_2 != 0:
                raise DerivationError("only the integrand may be rewritten")
            one, two = f_1 * old.function, f_2 * new.function
        if not vanishes(_tidy(in_exponent(one)) / _tidy(in_exponent(two)) - 1):
            raise DerivationError("the two sides differ")
        return Evidence(NUMERIC, f"with v_rho = (1+t)(1+t+e)/(e(1+e)) {ALIKE}")


@dataclass(frozen=True)
class LaplaceInAngle:
    """int exp(-S^2 (1+e+q(psi))) (S^2 gain + ...) dpsi at large S by Laplace's method, then the integral over eta.

    q vanishes at its one minimum; int e^((1-e) eta)/(1 + e^eta) d eta = Gamma(e) Gamma(1-e) = pi/sin(pi e).
    """

    bend: Expr  # q
    gain: Expr
    least: Expr  # tanh psi at the minimum
    values: tuple[tuple[float, float, float], ...] = ((1.0, 6.0, 6.0), (1.5, 2.0, 7.0))
    at: tuple[float, float] = (1e4, 1e8)
    name: str = "Laplace's method in the angle"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Minimum, curvature and the gain there; the remainder by its measured exponent in ln k."""
        integral = only_integral(before)
        _, factor = split(before, integral)
        e = Symbol("e", positive=True)
        exponent = next(iter(before.atoms(ApproachExponent)))
        S2 = eta + log_k - log(1 + 1 / t) / 2
        inside = exp(log_k + 2 * eta) / (1 + exp(eta)) * exp(-S2 * (1 + exponent + self.bend)) * (S2 * self.gain + t / (1 + t))
        if not vanishes(integral.function / inside - 1):
            raise DerivationError("the integrand is not the one of which bend and gain were given")
        cosine = 1 / sqrt(1 - self.least**2)
        there = {ch(psi): cosine, sh(psi): cosine * self.least}
        parts = (self.bend, diff(self.bend, psi), diff(self.bend, psi, 2), self.gain)
        zero, slope, curve, gain = (in_exponent(part.subs(there)) for part in parts)
        if not (vanishes(zero) and vanishes(slope)):
            raise DerivationError("the exponent is not least at the point given")
        power = in_exponent((1 + 1 / t) ** ((1 + exponent) / 2))
        outer = in_exponent(factor * sqrt(log_k) / exp(exponent * log_k))
        value = outer * gain * sqrt(2 * pi / curve) * power * pi / sin(pi * e)
        if not vanishes(in_exponent(after) / value - 1):
            raise DerivationError("the leading term is not the claim")
        return Evidence(NUMERIC, f"minimum, curvature and leading term {ALIKE}; {self._measure(after)}")

    def _measure(self, after: Expr) -> str:
        claim = numpy_function(after, [t, v_cross, v_rho])
        slopes = []
        for point in self.values:
            errors = [abs(float(scaled_approach(big, *point)) - float(claim(*point))) for big in self.at]
            slopes.append(math.log(errors[1] / errors[0]) / math.log(self.at[1] / self.at[0]))
        if any(abs(slope + 1) > 0.02 for slope in slopes):
            raise DerivationError(f"the error falls with the exponents {slopes} of ln k, not -1")
        return f"error goes as (ln k)^{slopes[0]:.3f} from ln k = {self.at[0]:g} to {self.at[1]:g}"
