"""Symbols and named quantities on how the error falls with answers, data and difficulty (HP, Remark 6)."""

from __future__ import annotations

from sympy import Derivative, Expr, Symbol, log, sqrt

from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.averages.notation import AveragedSelectionError
from infscale_sym.theory.regression.notation import PredictiveVariance, Sigma, TeacherRisk, alpha, gamma, nu, sigma
from infscale_sym.theory.selection.notation import SelectionError, k, tau

tau_0 = Symbol("tau_0", real=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(
        tau_0,
        r"\tau_0",
        "real, |tau_0| < |tau|",
        "standardised teacher offset of an easier prompt",
        "",
        ("-2.5", "2.5"),
        typical=0.3,
    ),
)


class SampleGain(Quantity):
    """F_1/F_k of best-of-k with judge = teacher: how many times smaller k answers make the error of one prompt."""

    slots = (k, tau)
    meaning = "gain of best-of-k over one answer, F_1/F_k, judge = teacher"
    template = r"\mathcal{{G}}_{{{0}}}\left({1}\right)"
    numpy = ".values:sample_gain"
    mpmath = ".values_exact:sample_gain_mp"
    arb = ".values_exact:sample_gain_arb"
    draw = ".draws:sample_gain"

    def unfold(self) -> Expr:
        k_, tau_ = self.args
        return SelectionError(1, 0, tau_, tau_) / SelectionError(k_, 0, tau_, tau_)


class DifficultySlope(Quantity):
    """d ln F_k/d(tau^2) of best-of-k with judge = teacher: the relative price of a little more difficulty."""

    slots = (k, tau)
    meaning = "relative growth of the best-of-k error with the squared offset, judge = teacher"
    template = r"\mathcal{{D}}_{{{0}}}\left({1}\right)"
    numpy = ".values:difficulty_slope"
    mpmath = ".values_exact:difficulty_slope_mp"
    arb = ".values_exact:difficulty_slope_arb"
    draw = ".draws:difficulty_slope"

    def unfold(self) -> Expr:
        k_, tau_ = self.args
        if not tau_.is_Symbol:
            return self
        return Derivative(log(SelectionError(k_, 0, tau_, tau_)), tau_) / (2 * tau_)


class AveragedSampleGain(Quantity):
    """E F_1/E F_k of best-of-k, judge = teacher, each averaged over prompts and training sets."""

    slots = (k, alpha, sigma, gamma, Sigma, nu)
    meaning = "gain of best-of-k over one answer after averaging, judge = teacher"
    template = r"\overline{{\mathcal{{G}}}}_{{{0}}}"
    numpy = ".values:averaged_sample_gain"
    mpmath = ".values_exact:averaged_sample_gain_mp"
    draw = ".draws:averaged_gain"

    def unfold(self) -> Expr:
        k_, *model = self.args
        return AveragedSelectionError(1, *model) / AveragedSelectionError(k_, *model)


class SampleExponent(Quantity):
    """-d ln delta/d ln k of the averaged best-of-k error, judge = teacher: what relatively more answers buy."""

    slots = (k, alpha, sigma, gamma, Sigma, nu)
    meaning = "exponent of the averaged best-of-k error in the number of answers"
    template = r"\beta_{{\mathrm{{answers}}}}\left({0}\right)"
    numpy = ".values:sample_exponent"
    mpmath = ".values_exact:sample_exponent_mp"

    def unfold(self) -> Expr:
        k_, *model = self.args
        return -k_ * Derivative(log(AveragedSelectionError(k_, *model)), k_) if k_.is_Symbol else self


class DataExponent(Quantity):
    """-d ln delta/d ln n at fixed d, in the limit k -> oo: what relatively more training pairs buy. Needs 2 Q < s^2.

    n enters through alpha = d/n, so -d/d ln n = alpha d/d alpha; of delta ~ pi s^2/(k^2 sqrt(1 - 2 Q/s^2)) the part that
    depends on alpha is s^2/sqrt(1 - 2 Q/s^2).
    """

    slots = (alpha, sigma, gamma, Sigma, nu)
    meaning = "exponent of the averaged best-of-k error in the number of training pairs, many answers"
    template = r"\beta_{{\mathrm{{data}}}}"
    numpy = ".values:data_exponent"
    mpmath = ".values_exact:data_exponent_mp"

    def unfold(self) -> Expr:
        alpha_, sigma_, gamma_, Sigma_, _ = self.args
        if not alpha_.is_Symbol:
            return self
        variance = PredictiveVariance(alpha_, sigma_, gamma_, Sigma_)
        return alpha_ * Derivative(log(variance / sqrt(1 - 2 * TeacherRisk(*self.args) / variance)), alpha_)


QUANTITIES: tuple[type[Quantity], ...] = (
    SampleGain,
    DifficultySlope,
    AveragedSampleGain,
    SampleExponent,
    DataExponent,
)
