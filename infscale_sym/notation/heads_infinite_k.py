"""Named quantities about infinitely many answers: moments of a weight, the limit of the error, the crossover at t -> 0.

THEORY section 2, beyond HP (arXiv:2512.19905). Everything is dimensionless.
"""

from __future__ import annotations

from sympy import Expr, Integral, exp, oo

from infscale_sym.notation.heads import Head, normal_density
from infscale_sym.notation.symbols import chi, j, rho, t, tau, u, z


class _Positive(Head):
    """A head whose value is known to be positive."""

    def _eval_is_positive(self) -> bool:
        return True

    def _eval_is_extended_positive(self) -> bool:
        return True


class WeightMoment(_Positive):
    """E w^j of one answer's weight w = exp(-(z+rho)^2/(2t)), z standard normal; t > 0."""

    nargs = 3
    slots = (j, t, rho)
    meaning = "moment of one answer's weight"
    template = r"\mathbb{{E}}\left[w^{{{0}}}\right]"

    def unfold(self) -> Expr:
        order, temperature, offset = self.args
        return Integral(exp(-order * (z + offset) ** 2 / (2 * temperature)) * normal_density(z), (z, -oo, oo))


class WeightRatio(_Positive):
    """M_j = E w^j/(E w)^j at (t, rho); k/M_2 is the number of answers that effectively take part in the choice."""

    nargs = 3
    slots = (j, t, rho)
    meaning = "moment of one answer's weight over the power of its mean, at temperature t and judge's offset rho"
    template = r"M_{{{0}}}"

    def unfold(self) -> Expr:
        order, *rest = self.args
        return WeightMoment(order, *rest) / WeightMoment(1, *rest) ** order


class TiltedError(_Positive):
    """f_j = E[w^j (z+tau)^2]/E w^j: the mean squared error of an answer drawn with the weight w^j; t > 0."""

    nargs = 4
    slots = (j, t, tau, rho)
    meaning = "mean squared error under the normal density tilted by the j-th power of the weight"
    template = r"f_{{{0}}}"

    def unfold(self) -> Expr:
        order, temperature, teacher, offset = self.args
        tilted = exp(-order * (z + offset) ** 2 / (2 * temperature)) * normal_density(z)
        return Integral((z + teacher) ** 2 * tilted, (z, -oo, oo)) / WeightMoment(order, temperature, offset)


class LimitError(_Positive):
    """F_oo(t; tau, rho) = (tau - rho/(1+t))^2 + t/(1+t): the selection error among infinitely many answers."""

    nargs = 3
    slots = (t, tau, rho)
    meaning = "selection error among infinitely many answers"
    template = r"F_{{\infty}}\left({0};{1},{2}\right)"

    def unfold(self) -> Expr:
        temperature, teacher, offset = self.args
        return (teacher - offset / (1 + temperature)) ** 2 + temperature / (1 + temperature)


class CrowdLaplace(_Positive):
    """J(u) = int (1 - exp(-u exp(-y^2/2))) dy over the real line: points of unit density, Laplace transformed."""

    nargs = 1
    slots = (u,)
    meaning = "Laplace exponent of the summed weights of uniformly strewn answers"
    template = r"J\left({0}\right)"

    def unfold(self) -> Expr:
        return Integral(1 - exp(-self.args[0] * exp(-(z**2) / 2)), (z, -oo, oo))


class CrossoverFactor(_Positive):
    """G(chi) = chi int_0^oo (J(u)/u) exp(-chi J(u)) du: from 1/k^2 (G = 1/(2 chi^2)) to 1/k (G -> 1) at low temperature."""

    nargs = 1
    slots = (chi,)
    meaning = "crossover function of low temperature and many answers: mean squared distance from the judge in units of t"
    template = r"\mathcal{{G}}\left({0}\right)"

    def unfold(self) -> Expr:
        at = self.args[0]
        return at * Integral(CrowdLaplace(u) / u * exp(-at * CrowdLaplace(u)), (u, 0, oo))


HEADS: tuple[type[Head], ...] = (WeightMoment, WeightRatio, TiltedError, LimitError, CrowdLaplace, CrossoverFactor)
