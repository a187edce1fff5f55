"""Averages over prompts and training sets at infinitely many answers, t > 0, and how they are approached.

HP Remark 5 (arXiv:2512.19905) averages best-of-k only; these claims are derived here. The average of the coefficient of 1/k is
finite where 2 E rho^2 < (1+t)(2+t); beyond, rare prompts with a judge far off dominate, and the power of k falls below one. At
the boundary prompts with rho^2 up to a multiple of ln k all contribute alike.
"""

from fractions import Fraction

from sympy import And, Rational, log, pi, sin, sqrt

from infscale_sym.notation.check import Check, LimitDraw, Recipe, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo, Equal
from infscale_sym.theory.averages.notation import (
    ApproachExponent,
    MarginalApproach,
    PairAverage,
    ScaledApproach,
    log_k,
    v_cross,
    v_rho,
    v_tau,
)
from infscale_sym.theory.selection.notation import k, t
from infscale_sym.theory.sources import OWN

here = lazy(__package__)
_WARM = Check(left_digits=(2, 4), ladder=("1e2", "1e6", "1e8"), near={t: (Fraction(4), Fraction(6), Fraction(9))})

_average = PairAverage(k, t, v_tau, v_cross, v_rho)
_pair = v_tau * v_rho > v_cross**2
_limit = 1 + v_tau - (1 + 2 * v_cross) / (1 + t) + v_rho / (1 + t) ** 2
_first = sqrt(t) / (2 + t) ** Rational(3, 2) * (1 + 2 * v_cross - 3 * v_rho / (1 + t))
_e = ApproachExponent(t, v_rho)
_c = (1 + t) / v_rho
_d = 4 + 3 * t
_h = 4 * v_cross - _d

INFINITE_K = Formula(
    id="averaged.infinite-k",
    title="The averaged error among infinitely many answers",
    statement=AsymptoticTo(_average, _limit, k, remainder=1 / k),
    domain=And(t > 0, 2 * v_rho < (1 + t) * (2 + t), _pair),
    source=OWN,
    deviation=(
        "The value is right for every E rho^2; where 2 E rho^2 >= (1+t)(2+t) it is approached more slowly than 1/k "
        "(averaged.slow-approach)."
    ),
    expected=Expected.IN_THE_LIMIT,
    script="averaged_limit",
    check=_WARM,
    draw=LimitDraw(
        sizes=(16, 24, 40, 80),
        settings=((2.0, 0.9, 0.7, 0.9), (1.5, 0.6, -0.3, 0.5)),
        trials=160_000,
        quick_trials=80_000,
        orders=1,
        wrong=_limit - v_rho / (1 + t) ** 2,
        wrong_said="a limit without its square of the judge's offset",
    ),
    sweep=Sweep(curve=v_rho, values=(0.5, 1, 1.5)),
)

FIRST_CORRECTION = Formula(
    id="averaged.first-correction",
    title="The averaged error at many answers, with its term in 1/k",
    statement=AsymptoticTo(
        _average,
        _limit + _first / (1 - 2 * v_rho / ((1 + t) * (2 + t))) ** Rational(3, 2) / k,
        k,
        remainder=k**-2,
    ),
    domain=And(t > 0, 6 * v_rho < (1 + t) * (3 + t), _pair),
    source=OWN,
    deviation=(
        "The coefficient of 1/k is the same up to 2 E rho^2 < (1+t)(2+t); between the two bounds the remainder falls more "
        "slowly, with the exponent of averaged.slow-approach.exponent, which lies between one and two there."
    ),
    expected=Expected.IN_THE_LIMIT,
    script="averaged_limit",
    check=_WARM,
    draw=Recipe(here(".limit_checks:first_correction")),
    sweep=Sweep(curve=v_rho, values=(0.2, 0.5, 0.8)),
)

EXPONENT = Formula(
    id="averaged.slow-approach.exponent",
    title="The exponent with which the averaged error approaches its limit",
    statement=Equal(_e, (_c - 1 + sqrt((1 + _c) ** 2 + 4 * t * _c)) / 2),
    domain=t > 0,
    source=OWN,
    deviation=(
        "Defined by the moments of a weight; that it is the exponent of 1/k wherever it is below one is "
        "averaged.slow-approach. It is one where 2 E rho^2 = (1+t)(2+t)."
    ),
    expected=Expected.HOLDS,
    script="averaged_limit",
    check=Check(
        independent={ApproachExponent: here(".limit_values:approach_exponent_by_moments_mp")},
        near={v_rho: tuple(Fraction(n, 2) for n in (1, 3, 8, 25))},
        note="left side: moments of the weight by quadrature, the root by the secant method",
    ),
    draw=Recipe(here(".limit_checks:exponent")),
    sweep=Sweep(v_rho, (0.3, 30), True, t, (0.3, 1, 3, 10)),
)

SLOW_APPROACH = Formula(
    id="averaged.slow-approach",
    title="Judges far off: the averaged error nears its limit more slowly than 1/k",
    statement=AsymptoticTo(
        ScaledApproach(log_k, t, v_cross, v_rho),
        2
        * sqrt(pi * (1 + _e))
        * (t * _e) ** Rational(3, 2)
        * (1 + t + _e)
        * (1 + 1 / t) ** ((1 + _e) / 2)
        / ((1 + _e) ** 2 + t * (1 + 2 * _e)) ** Rational(3, 2)
        / sin(pi * _e)
        * (2 * v_cross / v_rho - 1 / (1 + t) - (1 + _e) / (1 + t + _e)),
        log_k,
        remainder=1 / log_k,
    ),
    domain=And(t > 0, 2 * v_rho > (1 + t) * (2 + t)),
    source=OWN,
    deviation=(
        "Says E F_k - E F_oo = C k^-e (ln k)^(1/2) (1 + O(1/ln k)). The digits take the sum of all weights but one at its "
        "expectation, an error of k^-d; at k up to 1e16 the test compares that with the exact average."
    ),
    expected=Expected.IN_THE_LIMIT,
    script="averaged_limit",
    check=Check(
        ladder=("1e4", "1e8", "1e12"),
        near={t: tuple(Fraction(n, 4) for n in (3, 4, 6)), v_rho: (Fraction(6), Fraction(7), Fraction(9))},
    ),
    draw=Recipe(
        here(".dominant_weight_checks:law"),
        draws=here(".dominant_weight_draws:slow_draws"),
        cases=((1.0, 6.0, 6.0), (2.0, 2.7, 9.0)),
        exponent=_e,
    ),
    sweep=Sweep(log_k, (2500, 1e6), True, v_rho, (6, 7, 9), points=41),
)

MARGINAL_APPROACH = Formula(
    id="averaged.marginal-approach",
    title="At the boundary the averaged error nears its limit as (ln k)^(3/2)/k",
    statement=AsymptoticTo(
        MarginalApproach(log_k, t, v_cross),
        sqrt(2 * t / pi)
        / _d ** Rational(3, 2)
        * (4 * _h / 3 + (2 * (2 + t) - (2 + 3 * t) * _h / _d - _h * log(1 + 1 / t)) / log_k),
        log_k,
        remainder=log_k**-2,
    ),
    domain=t > 0,
    source=OWN,
    deviation=(
        "At 2 E rho^2 = (1+t)(2+t); with its first correction. In ln(k (t/(1+t))^(1/2)) in place of ln k the logarithm in the "
        "correction is gone. The digits take the sum of all weights but one at its expectation, an error of k^-d; at k up to "
        "1e16 the test compares that with the exact average."
    ),
    expected=Expected.IN_THE_LIMIT,
    script="averaged_limit",
    check=Check(ladder=("1e4", "1e8", "1e10"), near={t: tuple(Fraction(n, 4) for n in (3, 4, 6))}),
    draw=Recipe(
        here(".dominant_weight_checks:law"),
        draws=here(".dominant_weight_draws:marginal_draws"),
        cases=((1.0, 2.5), (2.0, -0.7)),
        corrected=True,
    ),
    sweep=Sweep(log_k, (1000, 1e6), True, v_cross, (0.5, 2, 4), points=41),
)

FORMULAS = (INFINITE_K, FIRST_CORRECTION, EXPONENT, SLOW_APPROACH, MARGINAL_APPROACH)
