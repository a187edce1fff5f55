"""Named quantities about infinitely many answers: moments of a weight, the limit of the error, the crossover at t -> 0.

For the formulas `limit.*`, derived here for the sampler of HP (arXiv:2512.19905). Everything is dimensionless.
"""

from __future__ import annotations

from sympy import Expr, Integral, Symbol, exp, oo

from infscale_sym.notation.operators import normal_density
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.selection.notation import j, rho, t, tau, u, z

chi = Symbol("chi", positive=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(
        chi,
        r"\chi",
        "chi > 0",
        "number of answers within reach of the judge's at low temperature, k phi(rho) t^(1/2)",
        between=("0.2", "3"),
    ),
)


class _Positive(Quantity):
    """A quantity whose value is known to be positive."""

    def _eval_is_positive(self) -> bool:
        return True

    def _eval_is_extended_positive(self) -> bool:
        return True


class WeightMoment(_Positive):
    """E w^j of one answer's weight w = exp(-(z+rho)^2/(2t)), z standard normal; t > 0."""

    slots = (j, t, rho)
    meaning = "moment of one answer's weight"
    template = r"\mathbb{{E}}\left[w^{{{0}}}\right]"
    numpy = ".values:weight_moment"
    mpmath = ".values:weight_moment_mp"
    draw = ".draws:weight_moment"

    def unfold(self) -> Expr:
        order, temperature, offset = self.args
        return Integral(exp(-order * (z + offset) ** 2 / (2 * temperature)) * normal_density(z), (z, -oo, oo))


class WeightRatio(_Positive):
    """M_j = E w^j/(E w)^j at (t, rho); k/M_2 is the number of answers that effectively take part in the choice."""

    slots = (j, t, rho)
    meaning = "moment of one answer's weight over the power of its mean, at temperature t and judge's offset rho"
    template = r"M_{{{0}}}"
    numpy = ".values:weight_ratio"
    mpmath = ".values:weight_ratio_mp"
    draw = ".draws:weight_ratio"

    def unfold(self) -> Expr:
        order, *rest = self.args
        return WeightMoment(order, *rest) / WeightMoment(1, *rest) ** order


class TiltedError(_Positive):
    """f_j = E[w^j (z+tau)^2]/E w^j: the mean squared error of an answer drawn with the weight w^j; t > 0."""

    slots = (j, t, tau, rho)
    meaning = "mean squared error under the normal density tilted by the j-th power of the weight"
    template = r"f_{{{0}}}"
    numpy = ".values:tilted_error"
    mpmath = ".values:tilted_error_mp"

    def unfold(self) -> Expr:
        order, temperature, teacher, offset = self.args
        tilted = exp(-order * (z + offset) ** 2 / (2 * temperature)) * normal_density(z)
        return Integral((z + teacher) ** 2 * tilted, (z, -oo, oo)) / WeightMoment(order, temperature, offset)


class LimitError(_Positive):
    """F_oo(t; tau, rho) = (tau - rho/(1+t))^2 + t/(1+t): the selection error among infinitely many answers."""

    slots = (t, tau, rho)
    meaning = "selection error among infinitely many answers"
    template = r"F_{{\infty}}\left({0};{1},{2}\right)"
    numpy = "infscale_sym.theory.selection.values.limits:infinite_k"
    mpmath = ".values:limit_error_mp"
    arb = ".values:limit_error_arb"

    def unfold(self) -> Expr:
        temperature, teacher, offset = self.args
        return (teacher - offset / (1 + temperature)) ** 2 + temperature / (1 + temperature)


class CrowdLaplace(_Positive):
    """J(u) = int (1 - exp(-u exp(-y^2/2))) dy over the real line: points of unit density, Laplace transformed."""

    slots = (u,)
    meaning = "Laplace exponent of the summed weights of uniformly strewn answers"
    template = r"J\left({0}\right)"
    numpy = ".values:crowd_laplace"
    mpmath = ".values:crowd_laplace_mp"

    def unfold(self) -> Expr:
        return Integral(1 - exp(-self.args[0] * exp(-(z**2) / 2)), (z, -oo, oo))


class CrossoverFactor(_Positive):
    """G(chi) = chi int_0^oo (J(u)/u) exp(-chi J(u)) du: from 1/k^2 (G = 1/(2 chi^2)) to 1/k (G -> 1) at low temperature."""

    slots = (chi,)
    meaning = "crossover function of low temperature and many answers: mean squared distance from the judge in units of t"
    template = r"\mathcal{{G}}\left({0}\right)"
    numpy = ".values:crossover_factor"
    mpmath = ".values:crossover_factor_mp"
    draw = ".draws:crossover_factor"

    def unfold(self) -> Expr:
        at = self.args[0]
        return at * Integral(CrowdLaplace(u) / u * exp(-at * CrowdLaplace(u)), (u, 0, oo))


QUANTITIES: tuple[type[Quantity], ...] = (
    WeightMoment,
    WeightRatio,
    TiltedError,
    LimitError,
    CrowdLaplace,
    CrossoverFactor,
)
