"""Named quantities of the joint law of the offsets: second moments with a judge of its own, kurtosis without a ridge.

For `predictive.cross-law`, `predictive.judge-law`, `predictive.ridgeless-kurtosis` (model of HP, arXiv:2512.19905). Moments in
units of y^2, kurtosis dimensionless.
"""

from __future__ import annotations

from typing import Any

from sympy import Integer, Symbol

from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.regression.notation import Sigma, alpha, dimension, gamma, nu, sigma

nu_R = Symbol("nu_R", positive=True)
overlap = Symbol("c_TR", real=True)
frequency = Symbol("varpi", positive=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(
        nu_R,
        r"\nu_{R}",
        "nu_R > 0",
        "root mean square weight of the judge: nu_R^2 = w_R' w_R / d",
        between=("0.3", "1"),
        typical=0.3,
    ),
    SymbolEntry(
        overlap,
        r"c_{TR}",
        "|c_TR| <= nu nu_R",
        "overlap of the teacher's and the judge's weights, w_T' w_R / d",
        between=("-0.3", "0.5"),
        typical=0.03,
    ),
    SymbolEntry(
        frequency,
        r"\varpi",
        "varpi > 0",
        "frequency at which the characteristic function of Delta_T/sigma is taken",
        between=("0.1", "3"),
        typical=1,
    ),
)


def _without_first_power(text: str) -> str:
    return text.replace(r"^{1}\right]", r"\right]")


class CrossRisk(Quantity):
    """E Delta_T Delta_R over training sets and prompts, proportional limit; w_T'w_T/d = nu^2, w_T'w_R/d = overlap."""

    slots = (alpha, sigma, gamma, Sigma, nu, overlap)
    meaning = "mean product of the teacher's and the judge's offset, over prompts and training sets"
    template = r"Q_{{TR}}"
    numpy = ".values:cross_risk"
    mpmath = ".values:cross_risk_mp"
    arb = ".values:cross_risk_arb"
    referee_mpmath = ".values:cross_risk_from_law_mp"
    referee_arb = ".values:cross_risk_from_law_arb"
    draw = ".draws:cross_risk"


class JudgeRisk(Quantity):
    """E Delta_R^2 over training sets and prompts, proportional limit; mean squares nu^2, nu_R^2 and overlap of the weights."""

    slots = (alpha, sigma, gamma, Sigma, nu, nu_R, overlap)
    meaning = "mean squared judge offset, over prompts and training sets"
    template = r"Q_{{R}}"
    numpy = ".values:judge_risk"
    mpmath = ".values:judge_risk_mp"
    arb = ".values:judge_risk_arb"
    referee_mpmath = ".values:judge_risk_from_law_mp"
    referee_arb = ".values:judge_risk_from_law_arb"
    draw = ".draws:judge_risk"


class MeanEigenvalue(Quantity):
    """(1/d) Tr Sigma."""

    slots = (Sigma,)
    meaning = "mean eigenvalue of the feature covariance"
    template = r"\overline{{{0}}}"
    numpy = ".values:mean_eigenvalue"
    mpmath = ".values:mean_eigenvalue_mp"
    arb = ".values:mean_eigenvalue_arb"


class WeightForm(Quantity):
    """(1/d) w_T' (word) (w_T - w_R), fixed weights."""

    slots = (Sigma,)
    meaning = "bilinear form between the teacher's weights and their distance from the judge's"
    template = r"\tfrac{{1}}{{d}}w_T^\top {0}\left(w_T-w_R\right)"


class GapForm(Quantity):
    """(1/d) (w_T - w_R)' (word) (w_T - w_R), fixed weights."""

    slots = (Sigma,)
    meaning = "quadratic form in the distance of the judge's weights from the teacher's"
    template = r"\tfrac{{1}}{{d}}\left(w_T-w_R\right)^\top {0}\left(w_T-w_R\right)"


class SpreadMoment(Quantity):
    """E V^p over training sets, V = E[Delta_T^2 | training set]/sigma^2, no ridge, n = d/alpha > d rows."""

    slots = (Integer(2), dimension, alpha)  # p, d, alpha
    meaning = "moment over training sets of the prompt-averaged squared offset, units of sigma^2, no ridge"
    template = r"\mathbb{{E}}\left[V^{{{0}}}\right]"
    numpy = ".ridgeless_values:spread_moment"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _without_first_power(super()._latex(printer, exp))


class ChiSquareMoment(Quantity):
    """E X^p of a chi-square variable X with the given degrees of freedom f; finite for f > -2p."""

    slots = (Integer(2), dimension)  # p, f
    meaning = "moment of a chi-square variable with the given degrees of freedom"
    template = r"\mathbb{{E}}\left[\left(\chi^2_{{{1}}}\right)^{{{0}}}\right]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _without_first_power(super()._latex(printer, exp))


class OffsetKurtosis(Quantity):
    """E Delta_T^4/(E Delta_T^2)^2 over prompts and training sets, no ridge (gamma = oo), n = d/alpha > d + 3 rows."""

    slots = (dimension, alpha)
    meaning = "kurtosis of the teacher's offset over prompts and training sets, no ridge"
    template = r"\mathcal{{K}}_{{{0}}}\left({1}\right)"
    numpy = ".ridgeless_values:offset_kurtosis"
    mpmath = ".ridgeless_values:offset_kurtosis_mp"
    arb = ".ridgeless_values:offset_kurtosis_arb"
    referee_mpmath = ".ridgeless_values:kurtosis_by_density_mp"
    draw = ".draws:offset_kurtosis"


class CharacteristicGap(Quantity):
    """E cos(w Delta_T/sigma) - exp(-w^2 E Delta_T^2/(2 sigma^2)) over prompts and training sets, no ridge, d/alpha > d + 1."""

    slots = (frequency, dimension, alpha)
    meaning = "characteristic function of the offset in units of sigma, minus that of the normal law of the same variance"
    template = r"\mathcal{{C}}_{{{1}}}\left({0};{2}\right)"
    numpy = ".ridgeless_values:characteristic_gap"
    mpmath = ".ridgeless_values:characteristic_gap_mp"
    arb = ".ridgeless_values:characteristic_gap_arb"
    draw = ".draws:characteristic_gap"


QUANTITIES: tuple[type[Quantity], ...] = (
    CrossRisk,
    JudgeRisk,
    MeanEigenvalue,
    WeightForm,
    GapForm,
    SpreadMoment,
    ChiSquareMoment,
    OffsetKurtosis,
    CharacteristicGap,
)
