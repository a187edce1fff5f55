"""Rules for averages at many answers: the expansion in 1/k under an average, and the moment that decides where it fails.

For `averaged.infinite-k`, `averaged.first-correction` and `averaged.slow-approach`. With the shares W_i = w_i/(k E w) the
excess of the error over its limit is, exactly and by exchangeability,

    F_k - F_oo = k E[(l_1 - F_oo) W_1/(W_1 + W_2 + ... + W_k)],        E[(l - F_oo) W] = 0.

Expanded about W_2 + ... + W_k = 1 it begins with -k E[(l - F_oo) W^2] = O(1/k), whatever the law of the draws. Where the
average of that is infinite one draw dominates: see `dominant_draw`. HP, arXiv:2512.19905, averages at t = 0 only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import numpy as np
from sympy import Add, Expr, Integer, Poly, Rational, Symbol, diff, exp, expand, lambdify, pi, solve, sqrt, together

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, only_integral, same, split
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.operators import ZeroOf, normal_density
from infscale_sym.theory.averages.notation import ApproachExponent, MomentGrowth, v_cross, v_rho
from infscale_sym.theory.regression.values.gaussian_pair import line_average
from infscale_sym.theory.selection.notation import SelectionError, k, rho, t, tau, z

#: What `vanishes` has shown.
ALIKE = "equal to 50 digits at 6 random points"


def gaussian_integral(polynomial: Expr, exponent: Expr) -> Expr:
    """int polynomial(z) exp(exponent) dz over the real line, exponent = c + b z - a z^2 with a > 0, by its moments."""
    quadratic = Poly(expand(exponent), z)
    a, b, c = (-quadratic.coeff_monomial(z**2), quadratic.coeff_monomial(z), quadratic.coeff_monomial(1))
    mean, variance = b / (2 * a), 1 / (2 * a)
    moments = [Integer(1), mean]
    terms = Poly(expand(polynomial), z).terms()
    for n in range(2, max(power for (power,), _ in terms) + 1):
        moments.append(mean * moments[n - 1] + (n - 1) * variance * moments[n - 2])
    total = sum((coefficient * moments[power] for (power,), coefficient in terms), Integer(0))
    return total * sqrt(pi / a) * exp(c + b**2 / (4 * a))


@cache
def tilted_moment(order: int, power: int) -> Expr:
    """E w^order (z + tau)^power, w = exp(-(z+rho)^2/(2t)), z standard normal."""
    exponent = -order * (z + rho) ** 2 / (2 * t) - z**2 / 2
    value = gaussian_integral((z + tau) ** power, exponent) / sqrt(2 * pi)
    return value


def vanishes(expr: Expr) -> bool:
    """Whether `expr` is zero to 50 digits at six random rational points, t > 0; an exponent stands for a positive number.

    SymPy's own proof of such identities (exponentials of quotients, powers of sums) takes minutes, of what is false hours.
    """
    heat, e = Symbol("t", positive=True), Symbol("e", positive=True)
    opened = expr.replace(lambda x: isinstance(x, ApproachExponent), lambda x: e).subs(t, heat)
    names = sorted(opened.free_symbols, key=str)
    function = lambdify(names, opened, "mpmath")
    rng = np.random.default_rng(SEED)
    with mpmath.workdps(70):
        for _ in range(6):
            value = function(*(mpmath.mpf(int(rng.integers(100, 900))) / 911 for _ in names))
            if not abs(value) < mpmath.mpf(10) ** -50:
                return False
    return True


@dataclass(frozen=True)
class ManyAnswers:
    """F_k = F_oo + c_1/k + O(1/k^2) for each prompt, put under the average over the judge's offset.

    `values`: a point (t, v_cross, v_rho) at which the error of the averaged claim is measured from k = `at[0]` to `at[1]`.
    """

    order: int
    values: Mapping[Symbol, float]
    at: tuple[float, float]
    name: str = "expansion in 1/k"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Coefficients: E[l w]/E w, and -E[(l - F_oo) w^2]/(E w)^2, by Gaussian moments. Exponent: of the averages."""
        old, new = only_integral(before), only_integral(after)
        (constant, factor), (constant_after, factor_after) = split(before, old), split(after, new)
        if not same(constant, constant_after) or not same(factor, factor_after) or old.limits != new.limits:
            raise DerivationError("something outside the integrand has changed")
        (error,) = old.function.atoms(SelectionError)
        limit = tilted_moment(1, 2) / tilted_moment(1, 0)
        first = -(tilted_moment(2, 2) - limit * tilted_moment(2, 0)) / tilted_moment(1, 0) ** 2
        wanted = limit + (first / k if self.order else 0)
        wanted = wanted.subs({t: error.args[1], tau: error.args[2], rho: error.args[3]}, simultaneous=True)
        small = Symbol("epsilon", positive=True)
        gap = (new.function / (old.function / error) - wanted).subs(k, 1 / small)
        if not (vanishes(gap.subs(small, 0)) and vanishes(diff(gap, small)) and diff(gap, small, 2) == 0):
            raise DerivationError("the coefficients of the powers of k are not those of the moments")
        return Evidence(NUMERIC, f"coefficients by moments, {ALIKE}; {self._measure(new)}")

    def _measure(self, claim: Any) -> str:
        heat, cross, judge = (self.values[s] for s in (t, v_cross, v_rho))
        # The claim's own integral, by a trapezoidal sum over z.
        grid = np.arange(-12, 12.01, 0.05)
        function = numpy_function(claim.function, [z, k, t, v_cross, v_rho])
        errors = []
        for count in self.at:
            total = 0.05 * np.sum(function(grid, count, heat, cross, judge))
            errors.append(abs(float(line_average(count, heat, cross / judge, judge)) - total))
        slope = math.log(errors[1] / errors[0]) / math.log(self.at[1] / self.at[0])
        if abs(slope + self.order + 1) > 0.02 * (self.order + 1):
            raise DerivationError(f"the error of the average falls with the exponent {slope}")
        return f"error of the average goes as k^{slope:.3f} from k = {self.at[0]:g} to {self.at[1]:g}"


@dataclass(frozen=True)
class GaussianMoments:
    """Integrate polynomials in z times exp(m z^2) against the normal density; `margin` = 1 - 2 m is taken as positive."""

    margin: Expr
    name: str = "Gaussian moments"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Moments of the normal law with 1 - 2 m named; v_rho expressed by it on both sides."""
        integral = only_integral(before)
        constant, factor = split(before, integral)
        g = Symbol("g", positive=True)
        given = {v_rho: solve(self.margin - g, v_rho)[0]}
        total = Integer(0)
        for term in expand(integral.function / normal_density(z)).as_ordered_terms():
            exponent = sum((e.args[0] for e in term.atoms(exp) if e.has(z)), Integer(0))
            curvature = simplify((exponent / z**2 - Rational(1, 2)).subs(given))
            if curvature.has(z):
                raise DerivationError("an exponent is no multiple of z^2")
            total += gaussian_integral(term / exp(exponent), curvature * z**2) / sqrt(2 * pi)
        if not vanishes((constant + factor * total - after).subs(given)):
            raise DerivationError("the moments do not add up to the claim")
        return Evidence(NUMERIC, f"moments of the normal law, convergent where the margin is positive; {ALIKE}")


@dataclass(frozen=True)
class MomentsOfTheWeight:
    """The curvature of ln E w^p - p ln E w in rho: both are Gaussian integrals, exponentials of squares."""

    name: str = "Gaussian integrals of weights"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Complete the square in the weight's moment; only its exponent depends on rho, and is differentiated twice."""
        if not (isinstance(before, ZeroOf) and isinstance(after, ZeroOf) and before.args[1] == after.args[1]):
            raise DerivationError("the zero of the same variable is sought on both sides")
        (growth,) = before.atoms(MomentGrowth)
        order, heat = Symbol("p", positive=True), Symbol("t", positive=True)
        moment = gaussian_integral(Integer(1), -order * (z + rho) ** 2 / (2 * heat) - z**2 / 2)
        exponent = Add(*(e.args[0] for e in moment.atoms(exp)))
        value = simplify(diff(exponent - order * exponent.subs(order, 1), (rho, 2)))
        value = value.subs({order: growth.args[0], heat: growth.args[1]})
        gap = before.args[0].subs(growth, value) - after.args[0]
        if not (vanishes(gap) and together(gap).expand() == 0):
            raise DerivationError(f"the curvature is {value}")
        return Evidence(SYMBOLIC, "completed square, differentiated by SymPy")


@dataclass(frozen=True)
class PositiveZero:
    """The zero among the positive numbers of a rational function whose numerator is a square with one positive root."""

    name: str = "zero of a rational function"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The claim solves the equation; the product of the roots is negative, so one root is positive: the claim."""
        objective, variable = before.args
        numerator, denominator = together(objective).as_numer_denom()
        poly = Poly(expand(numerator), variable)
        if poly.degree() != 2:
            raise DerivationError("the numerator is no square")
        a, _, c = poly.all_coeffs()
        gap = poly.as_expr().subs(variable, after)
        if not (vanishes(gap) and simplify(gap) == 0):
            raise DerivationError("the claim is no root")
        points = [{t: Integer(1) / 3, v_rho: 2}, {t: 2, v_rho: Integer(1) / 5}]
        if not all(
            (c / a).subs(p) < 0 < after.subs(p) and denominator.subs({**p, variable: after.subs(p)}) != 0 for p in points
        ):
            raise DerivationError("the claim is not the positive root")
        return Evidence(SYMBOLIC, "a root by substitution; the roots' product is negative")
