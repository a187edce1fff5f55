"""Named quantities about averages at infinitely many answers: how fast they are approached (THEORY section 3).

Everything is dimensionless. HP, arXiv:2512.19905, has the average at t = 0 only.
"""

from __future__ import annotations

from sympy import Derivative, Expr, Integral, Rational, exp, log, oo, sqrt

from infscale_sym.notation.heads import Head, LineAverage, ZeroOf, normal_density
from infscale_sym.notation.symbols import log_k, rho, t, v_cross, v_rho, varepsilon, z


class MomentGrowth(Head):
    """d^2/drho^2 of ln [E w^p/(E w)^p], w = exp(-(z+rho)^2/(2t)): how fast the p-th moment of a weight grows with rho."""

    nargs = 2
    slots = (1 + varepsilon, t)
    meaning = "curvature in the judge's offset of the logarithm of a weight's moment over the power of its mean"
    template = r"\Lambda_{{{0}}}\left({1}\right)"

    def unfold(self) -> Expr:
        order, heat = self.args

        def moment(p: Expr) -> Expr:
            return Integral(exp(-p * (z + rho) ** 2 / (2 * heat)) * normal_density(z), (z, -oo, oo))

        return Derivative(log(moment(order)) - order * log(moment(1)), (rho, 2))


class ApproachExponent(Head):
    """The exponent e at which the average of E w^(1+e)/(E w)^(1+e) over rho ~ N(0, v_rho) ceases to be finite; t > 0."""

    nargs = 2
    slots = (t, v_rho)
    meaning = "exponent at which the averaged moment of a weight, of order one plus it, diverges"
    template = r"\varepsilon\left({0},{1}\right)"

    def unfold(self) -> Expr:
        heat, of_judge = self.args
        return ZeroOf(1 / of_judge - MomentGrowth(1 + varepsilon, heat), varepsilon)

    def _eval_is_positive(self) -> bool:
        return True

    def _eval_is_extended_positive(self) -> bool:
        return True


class ScaledApproach(Head):
    """(E F_k - E F_oo) k^e/(ln k)^(1/2), e = ApproachExponent(t, v_rho), E over a Gaussian pair of offsets; t > 0."""

    nargs = 4
    slots = (log_k, t, v_cross, v_rho)
    meaning = "averaged selection error less its value among infinitely many answers, times k^e/(ln k)^(1/2)"
    template = r"\mathcal{{A}}\left({0};{1},{2},{3}\right)"

    def unfold(self) -> Expr:
        logarithm, heat, cross, of_judge = self.args
        ratio = cross / of_judge
        limit = (ratio - 1 / (1 + heat)) ** 2 * of_judge + heat / (1 + heat)
        gap = LineAverage(exp(logarithm), heat, ratio, of_judge) - limit
        return exp(ApproachExponent(heat, of_judge) * logarithm) / sqrt(logarithm) * gap


class MarginalApproach(Head):
    """(E F_k - E F_oo) k/(ln k)^(3/2) at E rho^2 = (1+t)(2+t)/2, where ApproachExponent is one; t > 0."""

    nargs = 3
    slots = (log_k, t, v_cross)
    meaning = "averaged selection error less its value among infinitely many answers, times k/(ln k)^(3/2), at the boundary"
    template = r"\mathcal{{A}}_1\left({0};{1},{2}\right)"

    def unfold(self) -> Expr:
        logarithm, heat, cross = self.args
        of_judge = (1 + heat) * (2 + heat) / 2
        ratio = cross / of_judge
        limit = (ratio - 1 / (1 + heat)) ** 2 * of_judge + heat / (1 + heat)
        return exp(logarithm) / logarithm ** Rational(3, 2) * (LineAverage(exp(logarithm), heat, ratio, of_judge) - limit)


HEADS: tuple[type[Head], ...] = (MomentGrowth, ApproachExponent, ScaledApproach, MarginalApproach)
