"""The advantage of more samples shrinks as the task gets harder (HP, arXiv:2512.19905): best-of-k, judge = teacher.

The source says it in words. Here the gain F_1/F_k is the advantage, and the size of the offset tau (for a prompt) or Q/s^2 (on
average) the difficulty.
"""

from fractions import Fraction

from sympy import exp, pi, sqrt

from infscale_sym.notation.check import Check, ExactDraw, LimitDraw, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo, AtMost
from infscale_sym.theory.regression.notation import PredictiveVariance, Sigma, TeacherRisk, alpha, gamma, nu, sigma
from infscale_sym.theory.scaling.notation import AveragedSampleGain, DifficultySlope, SampleGain, tau_0
from infscale_sym.theory.selection.notation import k, m, tau
from infscale_sym.theory.sources import HP, OWN

here = lazy(__package__)

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
    script="difficulty",
    check=Check(ladder=("1e5", "1e9", "1e16")),
    draw=LimitDraw(sizes=(16, 24, 40, 64, 100), settings=((0.6,),), trials=400_000, wrong=0.15),
    sweep=Sweep(curve=tau, values=(0, 1, 1.5, 2)),
)

SLOPE = Formula(
    id="difficulty.slope",
    title="More answers make the error more sensitive to difficulty",
    statement=AtMost(DifficultySlope(m, tau), DifficultySlope(k, tau)),
    domain=k > m,
    source=OWN,
    deviation="For real k >= m >= 1, tau not 0. At m = 1 the left side is 1/(1 + tau^2); as k -> oo the right side tends to 1.",
    expected=Expected.HOLDS,
    script="difficulty",
    check=Check(
        near={k: tuple(map(Fraction, (5, 12, 40))), m: tuple(map(Fraction, (1, 2, 3)))},
        broken=(("1 + tau^2 times the left side", AtMost((1 + tau**2) * DifficultySlope(m, tau), DifficultySlope(k, tau))),),
    ),
    draw=ExactDraw(settings=((1, 0.8, 3), (2, 1.3, 6), (1, -1.5, 20)), trials=400_000, quick_trials=100_000, both=True),
    sweep=Sweep(tau, (0.05, 3), False, k, (2, 10, 100)),
)

EVERY_K = Formula(
    id="difficulty.every-k",
    title="At every number of answers the gain falls as the prompt gets harder",
    statement=AtMost(SampleGain(k, tau), SampleGain(k, tau_0)),
    domain=tau**2 > tau_0**2,
    source=OWN,
    deviation="Makes the source's words precise at every real k >= 1, with no limit.",
    expected=Expected.HOLDS,
    script="difficulty",
    check=Check(
        near={k: tuple(map(Fraction, (2, 9, 40)))},
        broken=(
            (
                "a fall as fast as exp(-tau^2)",
                AtMost(exp(tau**2) * SampleGain(k, tau), exp(tau_0**2) * SampleGain(k, tau_0)),
            ),
        ),
    ),
    draw=ExactDraw(settings=((2, 1.2, 0.3), (8, 1.5, 1.0), (40, -1.0, 0.2)), trials=400_000, quick_trials=100_000, both=True),
    sweep=Sweep(tau, (0.3, 3), False, k, (2, 10, 100)),
)

AVERAGED = Formula(
    id="difficulty.averaged",
    title="What k answers gain over one, averaged over prompts and training sets",
    statement=AsymptoticTo(AveragedSampleGain(k, *_model), k**2 * (1 + _ratio) * sqrt(1 - 2 * _ratio) / pi, k, remainder=k),
    domain=PredictiveVariance(alpha, sigma, gamma, Sigma) > 4 * TeacherRisk(*_model),
    source=OWN,
    deviation="The law holds for 2 Q < s^2, with this remainder for 3 Q < s^2; tested for 4 Q < s^2.",
    expected=Expected.IN_THE_LIMIT,
    script="difficulty",
    check=Check(left_digits=(1, 4), ladder=("1e3", "1e7", "1e12")),
    draw=LimitDraw(
        sizes=(8, 12, 20, 32),
        settings=((0.2, 1.0, 0.5, 1.0, 0.5),),
        trials=8_000,
        quick_trials=4_000,
        wrong=0.5,
        note="students fitted end to end at d = 20, 40, 80, extrapolated in 1/d",
    ),
    sweep=Sweep(curve=sigma, values=(0.5, 1, 2)),
)

FORMULAS = (LARGE_K, SLOPE, EVERY_K, AVERAGED)
