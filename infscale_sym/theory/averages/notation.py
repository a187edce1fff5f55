"""Named quantities about averages at infinitely many answers: how fast they are approached (`averaged.slow-approach`, ...).

Everything is dimensionless. HP, arXiv:2512.19905, has the average at t = 0 only.
"""

from __future__ import annotations

from sympy import Derivative, Expr, Integral, Rational, Symbol, exp, log, oo, sqrt

from infscale_sym.notation.operators import ZeroOf, normal_density
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.regression.notation import PredictiveVariance, Sigma, TeacherRisk, alpha, gamma, nu, sigma
from infscale_sym.theory.selection.notation import SelectionError, k, rho, t, z, z_prime

v_tau = Symbol("v_tau", positive=True)
v_cross = Symbol("v_cross", real=True)
v_rho = Symbol("v_rho", positive=True)
log_k = Symbol("log_k", positive=True)
varepsilon = Symbol("varepsilon", positive=True)
psi = Symbol("psi", real=True)
eta = Symbol("eta", real=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(
        v_tau, r"v_{\tau}", "v_tau >= 0", "E tau^2 over prompts and training sets", between=("0.3", "0.8"), typical=0.5
    ),
    SymbolEntry(
        v_cross,
        r"v_{\tau\rho}",
        "v_cross^2 <= v_tau v_rho",
        "E tau rho over prompts and training sets",
        between=("-0.25", "0.25"),
        typical=0.2,
    ),
    SymbolEntry(
        v_rho, r"v_{\rho}", "v_rho >= 0", "E rho^2 over prompts and training sets", between=("0.3", "0.8"), typical=0.5
    ),
    SymbolEntry(log_k, r"\ln k", "ln k > 0", "natural logarithm of the number of answers", between=("5", "30")),
    SymbolEntry(varepsilon, r"\varepsilon", "epsilon > 0", "excess over one of the order of a moment", between=("0.1", "0.9")),
    SymbolEntry(psi, r"\psi", "real", "hyperbolic angle between a judge's offset and an answer", between=("-1", "1")),
    SymbolEntry(eta, r"\eta", "real", "logarithm of one weight over the expected sum of the others", between=("-3", "3")),
)


class AveragedSelectionError(Quantity):
    """Best-of-k error over s^2, averaged over prompts and training sets in the proportional limit; judge = teacher."""

    slots = (k, alpha, sigma, gamma, Sigma, nu)
    meaning = "best-of-k error averaged over prompts and training sets, in units of s^2"
    template = r"\overline{{F}}_{{{0}}}"
    numpy = ".values:averaged_selection_error"
    mpmath = ".values:averaged_selection_error_mp"
    draw = ".draws:averaged_selection_error"

    def unfold(self) -> Expr:
        k_, *model = self.args
        alpha_, sigma_, gamma_, Sigma_, _ = model
        spread = sqrt(TeacherRisk(*model) / PredictiveVariance(alpha_, sigma_, gamma_, Sigma_))
        inner = SelectionError(k_, 0, spread * z, spread * z)
        return Integral(normal_density(z) * inner, (z, -oo, oo))


class PairAverage(Quantity):
    """E F_k(t; tau, rho) over a centred Gaussian pair (tau, rho): the error averaged over prompts and training sets."""

    slots = (k, t, v_tau, v_cross, v_rho)
    meaning = "selection error averaged over a Gaussian pair of offsets with the given second moments"
    template = r"\overline{{F}}_{{{0}}}\left({1};{2},{3},{4}\right)"
    numpy = "infscale_sym.theory.regression.values.gaussian_pair:pair_average"
    mpmath = "infscale_sym.theory.regression.values.gaussian_pair_exact:pair_average_mp"
    arb = "infscale_sym.theory.regression.values.gaussian_pair_enclosure:pair_average_arb"
    draw = ".draws:pair_average"

    def unfold(self) -> Expr:
        k_, t_, of_teacher, cross, of_judge = self.args
        rest = sqrt(of_teacher - cross**2 / of_judge)
        inner = SelectionError(k_, t_, cross / sqrt(of_judge) * z + rest * z_prime, sqrt(of_judge) * z)
        return Integral(normal_density(z) * normal_density(z_prime) * inner, (z_prime, -oo, oo), (z, -oo, oo))


class LineAverage(Quantity):
    """E F_k(t; b rho, rho) over rho ~ N(0, v): the teacher's offset in a fixed ratio b to the judge's."""

    slots = (k, t, v_cross / v_rho, v_rho)
    meaning = "selection error averaged over the judge's offset, the teacher's in a fixed ratio to it"
    template = r"\widehat{{F}}_{{{0}}}\left({1};{2},{3}\right)"
    numpy = "infscale_sym.theory.regression.values.gaussian_pair:line_average"
    mpmath = "infscale_sym.theory.regression.values.gaussian_pair_exact:line_average_mp"
    arb = "infscale_sym.theory.regression.values.gaussian_pair_enclosure:slope_average_arb"
    draw = ".draws:line_average"

    def unfold(self) -> Expr:
        k_, t_, ratio, of_judge = self.args
        inner = SelectionError(k_, t_, sqrt(of_judge) * ratio * z, sqrt(of_judge) * z)
        return Integral(normal_density(z) * inner, (z, -oo, oo))


class MomentGrowth(Quantity):
    """d^2/drho^2 of ln [E w^p/(E w)^p], w = exp(-(z+rho)^2/(2t)): how fast the p-th moment of a weight grows with rho."""

    slots = (1 + varepsilon, t)
    meaning = "curvature in the judge's offset of the logarithm of a weight's moment over the power of its mean"
    template = r"\Lambda_{{{0}}}\left({1}\right)"

    def unfold(self) -> Expr:
        order, heat = self.args

        def moment(p: Expr) -> Expr:
            return Integral(exp(-p * (z + rho) ** 2 / (2 * heat)) * normal_density(z), (z, -oo, oo))

        return Derivative(log(moment(order)) - order * log(moment(1)), (rho, 2))


class ApproachExponent(Quantity):
    """The exponent e at which the average of E w^(1+e)/(E w)^(1+e) over rho ~ N(0, v_rho) ceases to be finite; t > 0."""

    slots = (t, v_rho)
    meaning = "exponent at which the averaged moment of a weight, of order one plus it, diverges"
    template = r"\varepsilon\left({0},{1}\right)"
    numpy = ".limit_values:approach_exponent"
    mpmath = ".limit_values:approach_exponent_mp"

    def unfold(self) -> Expr:
        heat, of_judge = self.args
        return ZeroOf(1 / of_judge - MomentGrowth(1 + varepsilon, heat), varepsilon)

    def _eval_is_positive(self) -> bool:
        return True

    def _eval_is_extended_positive(self) -> bool:
        return True


class ScaledApproach(Quantity):
    """(E F_k - E F_oo) k^e/(ln k)^(1/2), e = ApproachExponent(t, v_rho), E over a Gaussian pair of offsets; t > 0."""

    slots = (log_k, t, v_cross, v_rho)
    meaning = "averaged selection error less its value among infinitely many answers, times k^e/(ln k)^(1/2)"
    template = r"\mathcal{{A}}\left({0};{1},{2},{3}\right)"
    numpy = ".limit_values:scaled_approach"
    mpmath = ".limit_values:scaled_approach_mp"

    def unfold(self) -> Expr:
        logarithm, heat, cross, of_judge = self.args
        ratio = cross / of_judge
        limit = (ratio - 1 / (1 + heat)) ** 2 * of_judge + heat / (1 + heat)
        gap = LineAverage(exp(logarithm), heat, ratio, of_judge) - limit
        return exp(ApproachExponent(heat, of_judge) * logarithm) / sqrt(logarithm) * gap


class MarginalApproach(Quantity):
    """(E F_k - E F_oo) k/(ln k)^(3/2) at E rho^2 = (1+t)(2+t)/2, where ApproachExponent is one; t > 0."""

    slots = (log_k, t, v_cross)
    meaning = "averaged selection error less its value among infinitely many answers, times k/(ln k)^(3/2), at the boundary"
    template = r"\mathcal{{A}}_1\left({0};{1},{2}\right)"
    numpy = ".marginal_values:marginal_approach"
    mpmath = ".marginal_values:marginal_approach_mp"
    draw = ".dominant_weight_draws:marginal_approach"

    def unfold(self) -> Expr:
        logarithm, heat, cross = self.args
        of_judge = (1 + heat) * (2 + heat) / 2
        ratio = cross / of_judge
        limit = (ratio - 1 / (1 + heat)) ** 2 * of_judge + heat / (1 + heat)
        return exp(logarithm) / logarithm ** Rational(3, 2) * (LineAverage(exp(logarithm), heat, ratio, of_judge) - limit)


QUANTITIES: tuple[type[Quantity], ...] = (
    AveragedSelectionError,
    PairAverage,
    LineAverage,
    MomentGrowth,
    ApproachExponent,
    ScaledApproach,
    MarginalApproach,
)
