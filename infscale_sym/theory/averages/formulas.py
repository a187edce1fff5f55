"""The error averaged over prompts and training sets (HP Remark 5, arXiv:2512.19905), as printed, corrected, and at any t.

The prompts' offsets from teacher and judge are a centred Gaussian pair with the moments of `predictive.mean-law` over s^2. The
printed law takes the offset of the mean prediction only; the corrected one its full variance Q = E Delta_T^2.
"""

from fractions import Fraction

from sympy import pi, sqrt

from infscale_sym.notation.check import Check, ExactDraw, Recipe, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo, AtMost, Equal
from infscale_sym.theory.averages.notation import AveragedSelectionError, LineAverage, PairAverage, v_cross, v_rho, v_tau
from infscale_sym.theory.regression.notation import (
    PredictiveVariance,
    Sigma,
    TeacherOffset,
    TeacherRisk,
    alpha,
    gamma,
    nu,
    sigma,
)
from infscale_sym.theory.selection.notation import k, t
from infscale_sym.theory.sources import HP, OWN

here = lazy(__package__)
_REACH_MODEL = (alpha, sigma, gamma, Sigma, nu)
_REACH_BOUND = TeacherOffset(*_REACH_MODEL) + alpha * PredictiveVariance(alpha, sigma, gamma, Sigma) / 4
_REACH = (
    ("a quarter of the share", AtMost(TeacherRisk(*_REACH_MODEL), _REACH_BOUND)),
    ("the printed q", AtMost(TeacherRisk(*_REACH_MODEL), TeacherOffset(*_REACH_MODEL))),
)

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
    check=Check(ladder=("1e3", "1e7"), quick_far="1e12", left_digits=(1, 4)),
    partner="best-of-k.averaged.corrected",
    draw=Recipe(here(".checks:offset_moment"), moment=TeacherOffset, other=TeacherRisk, other_said="the corrected Q"),
    sweep=Sweep(curve=sigma, values=(0.5, 1, 2)),
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
    script="best_of_k",
    check=Check(ladder=("1e3", "1e7"), quick_far="1e12", left_digits=(1, 4)),
    partner="best-of-k.averaged.printed",
    draw=Recipe(here(".checks:offset_moment"), moment=TeacherRisk, other=TeacherOffset, other_said="the printed q"),
    sweep=Sweep(curve=sigma, values=(0.5, 1, 2)),
)

#: What the judge knows of the teacher's offset.
_known = LineAverage(k, t, v_cross / v_rho, v_rho)

FINITE_TEMPERATURE = Formula(
    id="averaged.finite-temperature",
    title="The error averaged over prompts and training sets is one integral",
    statement=Equal(
        PairAverage(k, t, v_tau, v_cross, v_rho),
        v_tau - v_cross**2 / v_rho + _known,
    ),
    domain=v_tau * v_rho > v_cross**2,
    source=OWN,
    deviation="The moments are those of predictive.mean-law divided by s^2; the hat stands for an integral over rho.",
    expected=Expected.HOLDS,
    script="averages",
    check=Check(
        independent={PairAverage: here("infscale_sym.theory.regression.values.gaussian_pair_exact:pair_of_answers_mp")},
        near={k: (Fraction(2),), t: tuple(Fraction(n) for n in (9, 14, 20))},
        note="left side: the definition at k = 2 integrated over answers and offsets together",
        count=2,
    ),
    draw=ExactDraw(
        settings=((2, 0.5, 0.8, 0.3, 0.5), (8, 0.0, 0.4, 0.5, 1.2), (64, 2.0, 1.5, -0.4, 0.7)),
        trials=120_000,
        wrong=_known,
        wrong_said="the claim without what the judge cannot know",
    ),
    sweep=Sweep(v_tau, (0.2, 2), False, t, (1, 3, 10, 40), {k: 2}),
)

_two = 1 + v_tau - 2 / pi * (1 + 2 * v_cross) / sqrt(1 + 2 * v_rho)

BEST_OF_TWO = Formula(
    id="averaged.best-of-two",
    title="The better of two answers, averaged over prompts and training sets",
    statement=Equal(
        PairAverage(2, 0, v_tau, v_cross, v_rho),
        _two,
    ),
    domain=v_tau * v_rho > v_cross**2,
    source=OWN,
    deviation="Any judge; with the teacher as judge the three moments are one.",
    expected=Expected.HOLDS,
    script="averages",
    check=Check(
        enclosed=True,
        independent_arb={
            PairAverage: here("infscale_sym.theory.regression.values.gaussian_pair_enclosure:pair_average_by_nodes_arb")
        },
        note="left side: the integral over rho with proved bounds",
        count=3,
    ),
    draw=ExactDraw(
        settings=((0.8, 0.3, 0.5), (0.4, 0.5, 1.2), (1.5, -0.4, 0.7)),
        trials=120_000,
        wrong=_two - v_tau + v_cross**2 / v_rho,
        wrong_said="the claim without what the judge cannot know",
    ),
    sweep=Sweep(v_rho, (0.1, 3), False, v_cross, (-0.2, 0, 0.2), independent={PairAverage: here(".checks:average_by_sums")}),
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
    check=Check(near={alpha: tuple(Fraction(n, 100) for n in (1, 5, 20, 60))}, broken=_REACH),
    draw=ExactDraw(
        settings=((0.2, 0.3, 1.0, 1.0, 1.0),),
        trials=12_000,
        quick_trials=4_000,
        wrong=TeacherOffset(*_model),
        wrong_said="the bound q",
        note="students fitted end to end at d = 20 to 160, extrapolated in 1/d",
    ),
)

FORMULAS = (PRINTED, CORRECTED, FINITE_TEMPERATURE, BEST_OF_TWO, PRINTED_REACH)
