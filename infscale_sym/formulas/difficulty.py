"""The advantage of more samples shrinks as the task gets harder (HP, arXiv:2512.19905): best-of-k, judge = teacher."""

from sympy import exp, pi, sqrt

from infscale_sym.formulas.record import HP, OWN, Expected, Formula
from infscale_sym.notation.heads import AveragedSampleGain, DifficultySlope, PredictiveVariance, SampleGain, TeacherRisk
from infscale_sym.notation.relations import AsymptoticTo, AtMost
from infscale_sym.notation.symbols import Sigma, alpha, gamma, k, m, nu, sigma, tau, tau_0

_model = (alpha, sigma, gamma, Sigma, nu)
_ratio = TeacherRisk(*_model) / PredictiveVariance(alpha, sigma, gamma, Sigma)

LARGE_K = Formula(
    id="difficulty",
    title="What k answers gain over one, on one prompt",
    statement=AsymptoticTo(SampleGain(k, tau), k**2 * (1 + tau**2) * exp(-(tau**2)) / pi, k, remainder=k),
    source=HP,
    deviation=(
        "The source says it in words. Gain = F_1/F_k; its derivative in tau^2 has the sign of -tau^2, so it falls as the "
        "offset grows."
    ),
    expected=Expected.IN_THE_LIMIT,
    derivation="difficulty",
)

SLOPE = Formula(
    id="difficulty.slope",
    title="More answers make the error more sensitive to difficulty",
    statement=AtMost(DifficultySlope(m, tau), DifficultySlope(k, tau)),
    domain=k > m,
    source=OWN,
    deviation="For real k >= m >= 1, tau not 0. At m = 1 the left side is 1/(1 + tau^2); as k -> oo the right side tends to 1.",
    expected=Expected.HOLDS,
    derivation="difficulty",
)

EVERY_K = Formula(
    id="difficulty.every-k",
    title="At every number of answers the gain falls as the prompt gets harder",
    statement=AtMost(SampleGain(k, tau), SampleGain(k, tau_0)),
    domain=tau**2 > tau_0**2,
    source=OWN,
    deviation="Makes the source's words precise at every real k >= 1, with no limit.",
    expected=Expected.HOLDS,
    derivation="difficulty",
)

AVERAGED = Formula(
    id="difficulty.averaged",
    title="What k answers gain over one, averaged over prompts and training sets",
    statement=AsymptoticTo(AveragedSampleGain(k, *_model), k**2 * (1 + _ratio) * sqrt(1 - 2 * _ratio) / pi, k, remainder=k),
    domain=PredictiveVariance(alpha, sigma, gamma, Sigma) > 4 * TeacherRisk(*_model),
    source=OWN,
    deviation="The law holds for 2 Q < s^2, with this remainder for 3 Q < s^2; tested for 4 Q < s^2.",
    expected=Expected.IN_THE_LIMIT,
    derivation="difficulty",
)

FORMULAS = (LARGE_K, SLOPE, EVERY_K, AVERAGED)
