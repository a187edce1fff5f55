"""Named quantities of the joint law of the offsets: second moments with a judge of its own, kurtosis (THEORY section 3)."""

from __future__ import annotations

from typing import Any

from sympy import Integer

from infscale_sym.notation.heads import Head
from infscale_sym.notation.symbols import Sigma, alpha, dimension, frequency, gamma, nu, nu_R, overlap, sigma


def _without_first_power(text: str) -> str:
    return text.replace(r"^{1}\right]", r"\right]")


class CrossRisk(Head):
    """E Delta_T Delta_R over training sets and prompts, proportional limit; w_T'w_T/d = nu^2, w_T'w_R/d = overlap."""

    nargs = 6
    slots = (alpha, sigma, gamma, Sigma, nu, overlap)
    meaning = "mean product of the teacher's and the judge's offset, over prompts and training sets"
    template = r"Q_{{TR}}"


class JudgeRisk(Head):
    """E Delta_R^2 over training sets and prompts, proportional limit; mean squares nu^2, nu_R^2 and overlap of the weights."""

    nargs = 7
    slots = (alpha, sigma, gamma, Sigma, nu, nu_R, overlap)
    meaning = "mean squared judge offset, over prompts and training sets"
    template = r"Q_{{R}}"


class MeanEigenvalue(Head):
    """(1/d) Tr Sigma."""

    nargs = 1
    slots = (Sigma,)
    meaning = "mean eigenvalue of the feature covariance"
    template = r"\overline{{{0}}}"


class WeightForm(Head):
    """(1/d) w_T' (word) (w_T - w_R), fixed weights."""

    nargs = 1
    slots = (Sigma,)
    meaning = "bilinear form between the teacher's weights and their distance from the judge's"
    template = r"\tfrac{{1}}{{d}}w_T^\top {0}\left(w_T-w_R\right)"


class GapForm(Head):
    """(1/d) (w_T - w_R)' (word) (w_T - w_R), fixed weights."""

    nargs = 1
    slots = (Sigma,)
    meaning = "quadratic form in the distance of the judge's weights from the teacher's"
    template = r"\tfrac{{1}}{{d}}\left(w_T-w_R\right)^\top {0}\left(w_T-w_R\right)"


class SpreadMoment(Head):
    """E V^p over training sets, V = E[Delta_T^2 | training set]/sigma^2, no ridge, n = d/alpha > d rows."""

    nargs = 3  # p, d, alpha
    slots = (Integer(2), dimension, alpha)
    meaning = "moment over training sets of the prompt-averaged squared offset, units of sigma^2, no ridge"
    template = r"\mathbb{{E}}\left[V^{{{0}}}\right]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _without_first_power(super()._latex(printer, exp))


class ChiSquareMoment(Head):
    """E X^p of a chi-square variable X with the given degrees of freedom f; finite for f > -2p."""

    nargs = 2  # p, f
    slots = (Integer(2), dimension)
    meaning = "moment of a chi-square variable with the given degrees of freedom"
    template = r"\mathbb{{E}}\left[\left(\chi^2_{{{1}}}\right)^{{{0}}}\right]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _without_first_power(super()._latex(printer, exp))


class OffsetKurtosis(Head):
    """E Delta_T^4/(E Delta_T^2)^2 over prompts and training sets, no ridge (gamma = oo), n = d/alpha > d + 3 rows."""

    nargs = 2
    slots = (dimension, alpha)
    meaning = "kurtosis of the teacher's offset over prompts and training sets, no ridge"
    template = r"\mathcal{{K}}_{{{0}}}\left({1}\right)"


class CharacteristicGap(Head):
    """E cos(w Delta_T/sigma) - exp(-w^2 E Delta_T^2/(2 sigma^2)) over prompts and training sets, no ridge, d/alpha > d + 1."""

    nargs = 3
    slots = (frequency, dimension, alpha)
    meaning = "characteristic function of the offset in units of sigma, minus that of the normal law of the same variance"
    template = r"\mathcal{{C}}_{{{1}}}\left({0};{2}\right)"


HEADS: tuple[type[Head], ...] = (
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
