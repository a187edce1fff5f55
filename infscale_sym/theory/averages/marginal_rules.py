"""Rules for the boundary 2 E rho^2 = (1+t)(2+t), where prompts with rho^2 up to a multiple of ln k all contribute alike.

For `averaged.marginal-approach`. The integral over the dominant draw no longer falls along one direction. What stops it is
1/(1 + W), an edge at W = 1 like that of a Fermi function, with ln k in place of the chemical potential (Sommerfeld's
expansion). The remainder is measured between ln k = 600 and 1e4. HP, arXiv:2512.19905, averages at t = 0 only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Expr, Integer, Matrix, Poly, Pow, Rational, Symbol, diff, exp, expand, expand_log, log, oo, sqrt

from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, only_integral, split
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.notation.operators import normal_density
from infscale_sym.theory.averages.limit_rules import ALIKE, vanishes
from infscale_sym.theory.averages.marginal_values import marginal_approach
from infscale_sym.theory.averages.notation import log_k, v_cross
from infscale_sym.theory.selection.notation import rho, t, x, z

#: (t, v_cross) at which remainders are measured, and between which ln k.
POINTS = ((1.0, 2.0), (1.5, -1.2))
BETWEEN = (600.0, 1e4)


@dataclass(frozen=True)
class BoostedCoordinates:
    """(z, rho) as linear functions of (z, x), which put the whole fall of the integrand into z; folded to x > 0.

    `answer`, `judge`: the old z and rho.
    """

    answer: Expr
    judge: Expr
    name: str = "boost"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The Jacobian, and the integrand's even part in x on the half-line."""
        old, new = only_integral(before), only_integral(after)
        if old.limits != ((z, -oo, oo), (rho, -oo, oo)) or new.limits != ((x, 0, oo), (z, -oo, oo)):
            raise DerivationError("the plane (z, rho) becomes the half-plane x > 0")
        jacobian = Matrix([self.answer, self.judge]).jacobian([z, x]).det()
        if jacobian.has(x, z):
            raise DerivationError("the new coordinates are not linear in the old ones")
        line = Symbol("x", real=True)  # the old integrand on both sides of zero
        there = {z: self.answer.subs(x, line), rho: self.judge.subs(x, line)}
        moved = old.function.subs(there, simultaneous=True)
        folded = sqrt(jacobian**2) * (moved + moved.subs(line, -line)).subs(line, x)
        (constant, factor), (constant_after, factor_after) = split(before, old), split(after, new)
        if constant != 0 or constant_after != 0:
            raise DerivationError("only the integral may be rewritten")
        if not vanishes((factor_after * new.function / (factor * folded) - 1).subs(log_k, log_k / 100)):
            raise DerivationError("the transformed integrand is not the one claimed")
        return Evidence(NUMERIC, f"Jacobian by SymPy; even part of the integrand {ALIKE}")


@dataclass(frozen=True)
class FilledLevels:
    """int_0^oo x^(2n)/(1 + exp(x^2 - m)) dx = m^(n+1/2)/(2n+1) (1 + O(1/m^2)): Sommerfeld's expansion, first term."""

    name: str = "edge of the integrand"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The polynomial in x term by term; the remainder by its measured exponent in ln k."""
        old, new = only_integral(before), only_integral(after)
        if old.limits[0] != (x, 0, oo) or new.limits != old.limits[1:]:
            raise DerivationError("the integral over x comes first")
        fermi = next((e for e in old.function.atoms(Pow) if e.exp == -1 and e.has(x) and e.has(exp)), None)
        if fermi is None:
            raise DerivationError("the integrand has no edge 1/(1 + exp(x^2 - m))")
        level = x**2 - expand_log(log(1 / fermi - 1), force=True)
        if not vanishes(diff(level, x)):
            raise DerivationError("the edge is not that of 1/(1 + exp(x^2 - m))")
        level = expand(level.subs(x, 0))
        inside = Poly(expand(old.function.subs(fermi, 1) / normal_density(z)), x)
        total = Integer(0)
        for (power,), coefficient in inside.terms():
            if power % 2:
                raise DerivationError("an odd power of x")
            total += coefficient * level ** Rational(power + 1, 2) / (power + 1)
        (constant, factor), (constant_after, factor_after) = split(before, old), split(after, new)
        if constant != 0 or constant_after != 0:
            raise DerivationError("only the integral may be rewritten")
        gap = factor_after * new.function / (factor * total * normal_density(z)) - 1
        if not vanishes(gap.subs(log_k, 9 + log_k)):  # ln k where the level is positive
            raise DerivationError("the terms do not add up to the claim")
        return Evidence(NUMERIC, f"term by term {ALIKE}; {self._measure(after)}")

    def _measure(self, after: Expr) -> str:
        integral = only_integral(after)
        _, factor = split(after, integral)
        inside = numpy_function(factor * integral.function, [z, log_k, t, v_cross])
        # What is below the edge for every z that counts; a trapezoidal sum.
        grid = np.arange(-9, 9.01, 0.1)

        def claim(big: float, heat: float, cross: float) -> float:
            return 0.1 * float(np.sum(inside(grid, big, heat, cross)))

        return measured_order(claim)


@dataclass(frozen=True)
class FarFromTheEdge:
    """Expand in 1/ln k under the average over z, to the first order, and average."""

    name: str = "expansion in 1/ln k"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Value and derivative at 1/ln k = 0 by SymPy, E z^2 = 1; the remainder by its measured exponent in ln k."""
        integral = only_integral(before)
        constant, factor = split(before, integral)
        if constant != 0:
            raise DerivationError("only the integral may be rewritten")
        small = Symbol("epsilon", positive=True)
        inside = (factor * integral.function / normal_density(z)).subs(log_k, 1 / small)
        # Roots of (1/epsilon + ...) are epsilon^(-1/2) times what is regular.
        inside = inside.replace(
            lambda e: e.is_Pow and e.base.has(small) and e.base.is_Add,
            lambda e: small**-e.exp * expand(e.base * small) ** e.exp,
        )
        regular = expand(inside)
        terms = regular.subs(small, 0) + small * diff(regular, small).subs(small, 0)
        moments = Poly(expand(terms), z)
        mean = sum((c * {0: 1, 2: 1, 4: 3}[power] for (power,), c in moments.terms()), Integer(0))
        if not vanishes(mean / after.subs(log_k, 1 / small) - 1):
            raise DerivationError(f"the two terms are {mean}")
        order = measured_order(numpy_function(after, [log_k, t, v_cross]))
        return Evidence(NUMERIC, f"derivative at 1/ln k = 0 by SymPy, {ALIKE}; {order}")


def measured_order(claim: Any) -> str:
    """How the error of a claim about the scaled excess falls with ln k: as 1/(ln k)^2."""
    slopes = []
    for point in POINTS:
        errors = [abs(float(marginal_approach(big, *point)) - float(claim(big, *point))) for big in BETWEEN]
        slopes.append(math.log(errors[1] / errors[0]) / math.log(BETWEEN[1] / BETWEEN[0]))
    if any(abs(slope + 2) > 0.04 for slope in slopes):
        raise DerivationError(f"the error falls with the exponents {slopes} of ln k, not -2")
    return f"error goes as (ln k)^{slopes[0]:.3f} from ln k = {BETWEEN[0]:g} to {BETWEEN[1]:g}"
