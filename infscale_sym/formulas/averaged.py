"""Best-of-k averaged over prompts, judge = teacher (HP Remark 5, arXiv:2512.19905), as printed and corrected."""

# SymPy's inline annotations call an applied head a type and an expression's arguments Basic; pyright believes them.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportIndexIssue=false
# pyright: reportReturnType=false, reportOperatorIssue=false, reportGeneralTypeIssues=false

from sympy import pi, sqrt

from infscale_sym.formulas.record import HP, OWN, Expected, Formula
from infscale_sym.notation.heads import AveragedSelectionError, PredictiveVariance, TeacherOffset, TeacherRisk
from infscale_sym.notation.relations import AsymptoticTo
from infscale_sym.notation.symbols import Sigma, alpha, gamma, k, nu, sigma

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
    domain=_s2 > 2 * _Q,
    source=OWN,
    deviation="q is replaced by Q = E Delta_T^2, which keeps the training noise and the fluctuations of the mean.",
    expected=Expected.IN_THE_LIMIT,
    derivation="best_of_k",
    partner="best-of-k.averaged.printed",
)

FORMULAS = (PRINTED, CORRECTED)
