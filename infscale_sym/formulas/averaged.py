"""The error averaged over prompts and training sets (HP Remark 5, arXiv:2512.19905), as printed, corrected, and at any t."""

from sympy import pi, sqrt

from infscale_sym.formulas.record import HP, OWN, Expected, Formula
from infscale_sym.notation.heads import (
    AveragedSelectionError,
    LineAverage,
    PairAverage,
    PredictiveVariance,
    TeacherOffset,
    TeacherRisk,
)
from infscale_sym.notation.relations import AsymptoticTo, AtMost, Equal
from infscale_sym.notation.symbols import Sigma, alpha, gamma, k, nu, sigma, t, v_cross, v_rho, v_tau

_model = (alpha, sigma, gamma, Sigma, nu)
_s2 = PredictiveVariance(alpha, sigma, gamma, Sigma)
_Q = TeacherRisk(*_model)

PRINTED = Formula(
    id="best-of-k.averaged.printed",
    title="Best-of-k averaged over prompts, as printed",
    statement=AsymptoticTo(
        AveragedSelectionError(k, *_model),
        pi / (k**2 * sqrt(1 - 2 * TeacherOffset(*_model) / _s2)),
        k,
        remainder=k**-3,
    ),
    domain=_s2 > 2 * _Q,
    source=HP.at("Remark 5"),
    deviation="Divided by s^2; the source writes delta. Isotropic Sigma, teacher of mean squared weight nu^2.",
    expected=Expected.REFUTED,
    underived="refuted; the derivation is that of its correction",
    partner="best-of-k.averaged.corrected",
)

CORRECTED = Formula(
    id="best-of-k.averaged.corrected",
    title="Best-of-k averaged over prompts and training sets",
    statement=AsymptoticTo(
        AveragedSelectionError(k, *_model),
        pi / (k**2 * sqrt(1 - 2 * _Q / _s2)),
        k,
        remainder=k**-3,
    ),
    domain=_s2 > 3 * _Q,
    source=OWN,
    deviation=(
        "q is replaced by Q = E Delta_T^2, which keeps the training noise and the fluctuations of the mean. For "
        "2 < s^2/Q < 3 the leading term still holds, but the next is of the order k^(-s^2/Q) up to logarithms."
    ),
    expected=Expected.IN_THE_LIMIT,
    derivation="best_of_k",
    partner="best-of-k.averaged.printed",
)

FINITE_TEMPERATURE = Formula(
    id="averaged.finite-temperature",
    title="The error averaged over prompts and training sets is one integral",
    statement=Equal(
        PairAverage(k, t, v_tau, v_cross, v_rho),
        v_tau - v_cross**2 / v_rho + LineAverage(k, t, v_cross / v_rho, v_rho),
    ),
    domain=v_tau * v_rho > v_cross**2,
    source=OWN,
    deviation="The moments are those of predictive.mean-law divided by s^2; the hat stands for an integral over rho.",
    expected=Expected.HOLDS,
    derivation="averages",
)

BEST_OF_TWO = Formula(
    id="averaged.best-of-two",
    title="The better of two answers, averaged over prompts and training sets",
    statement=Equal(
        PairAverage(2, 0, v_tau, v_cross, v_rho),
        1 + v_tau - 2 / pi * (1 + 2 * v_cross) / sqrt(1 + 2 * v_rho),
    ),
    domain=v_tau * v_rho > v_cross**2,
    source=OWN,
    deviation="Any judge; with the teacher as judge the three moments are one.",
    expected=Expected.HOLDS,
    derivation="averages",
)

PRINTED_REACH = Formula(
    id="averaged.printed-law-reach",
    title="For one answer the printed law falls short by less than the share alpha",
    statement=AtMost(_Q, (TeacherOffset(*_model) + alpha * _s2) / (1 - alpha)),
    domain=alpha < 1,
    source=OWN,
    deviation=(
        "Says (Q - q)/(s^2 + Q) <= alpha, so within 1 % for alpha <= 0.01; (Q - q)/(sigma^2 + Q) = alpha df2 exactly. "
        "Isotropic Sigma."
    ),
    expected=Expected.HOLDS,
    underived="shown in the notebook on averages: one line of algebra, but an inequality is no step of the engine",
)

FORMULAS = (PRINTED, CORRECTED, FINITE_TEMPERATURE, BEST_OF_TWO, PRINTED_REACH)
