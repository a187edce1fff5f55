"""A finite number of answers is best (HP Remark 3, eqs. 20-21, arXiv:2512.19905): where, and which, as printed and corrected.

The printed forms follow from `hte.second`, which is truncated at t >> 1 + rho^2; at that scale they say something only where
the judge tells little, C1 = 1 + 2 rho tau = 1/h with h -> oo at fixed rho. So h is the large number here, and
tau = (1/h - 1)/(2 rho). In units s = 1, C2/C1 = 1 + rho^2 h.
"""

from fractions import Fraction

from sympy import And

from infscale_sym.notation.check import Check, LimitDraw, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo
from infscale_sym.theory.optima.notation import CriticalTemperature, OptimalNumber, hardness, vartheta
from infscale_sym.theory.optima.notation import hardness as h
from infscale_sym.theory.selection.notation import rho
from infscale_sym.theory.sources import HP, OWN

here = lazy(__package__)
_TELLING = tuple(Fraction(n, 10) for n in (-14, -9, 7, 11, 13))
_LIMIT_OF_H = Check(
    ladder=("1e3", "1e7", "1e11"), near={rho: _TELLING, vartheta: (Fraction(1, 4), Fraction(2, 5), Fraction(1, 2))}
)

_tau = (1 / h - 1) / (2 * rho)  # 1 + 2 rho tau = 1/h
_number = OptimalNumber(3 * vartheta * rho**2 * h, _tau, rho)
_READINGS = "The quotation leaves open what t* stands for in 2 t*/(t* - t); "

#: Values of h at which curves are drawn.
_SIZES = (30.0, 60.0, 120.0)

THRESHOLD = Formula(
    id="finite-k.threshold",
    title="Below this temperature more answers hurt at large k",
    statement=AsymptoticTo(CriticalTemperature(_tau, rho), 3 * rho**2 * h, h, remainder=1),
    domain=rho**2 > 0,
    source=HP.at("Remark 3, eqs. 20-21"),
    deviation=(
        "The source has t < 3 C2/C1 = 3 rho^2 h + 3; only the growing term is right, the exact boundary being "
        "3 rho^2 h - 5/3 + O(1/h)."
    ),
    expected=Expected.IN_THE_LIMIT,
    script="optima",
    check=_LIMIT_OF_H,
    draw=LimitDraw(
        here(".draws:critical_temperature"),
        sizes=_SIZES,
        settings=((1.0,),),
        trials=100_000,
        quick_trials=60_000,
        orders=1,
        wrong=2 * rho**2 * h,
        wrong_said="2 in place of 3",
        note="slopes of simulated curves at 1/k = 0",
    ),
    sweep=Sweep(hardness, (1, 1e5), True, rho, (0.5, 1, 2), points=61),
)

PRINTED = Formula(
    id="finite-k.optimum.printed",
    title="Optimal number of answers, t* read as the threshold",
    statement=AsymptoticTo(_number, 2 / (1 - vartheta), h, remainder=1 / h),
    domain=And(rho**2 > 0, vartheta < 1),
    source=HP.at("Remark 3, eqs. 20-21"),
    deviation=_READINGS + "here the threshold 3 C2/C1, to the leading order in h.",
    expected=Expected.REFUTED,
    underived="refuted; the derivation is that of its correction",
    partner="finite-k.optimum.corrected",
    check=_LIMIT_OF_H,
    draw=LimitDraw(
        here(".draws:best_number"),
        sizes=_SIZES,
        settings=((1.0, 0.5),),
        trials=150_000,
        quick_trials=60_000,
        orders=1,
        wrong=4 / (3 * (1 - vartheta)),
        wrong_said="the corrected number",
        note="place of the minimum of simulated curves",
    ),
    sweep=Sweep(hardness, (3, 1e4), True, rho, (0.5, 1, 2), points=41),
)

PRINTED_TEMPERATURE = Formula(
    id="finite-k.optimum.printed.temperature",
    title="Optimal number of answers, t* read as the optimal temperature",
    statement=AsymptoticTo(_number, 4 / (2 - 3 * vartheta), h, remainder=1 / h),
    domain=And(rho**2 > 0, 3 * vartheta < 2),
    source=HP.at("Remark 3, eqs. 20-21"),
    deviation=_READINGS + "here the best temperature at large k, 2 C2/C1. It is the k whose best t is t, not the best k.",
    expected=Expected.REFUTED,
    underived="refuted; the derivation is that of finite-k.optimum.corrected",
    check=_LIMIT_OF_H,
    draw=LimitDraw(
        here(".draws:best_number"),
        sizes=_SIZES,
        settings=((1.0, 0.5),),
        trials=150_000,
        quick_trials=60_000,
        orders=1,
        wrong=4 / (3 * (1 - vartheta)),
        wrong_said="the corrected number",
        note="place of the minimum of simulated curves",
    ),
    sweep=Sweep(hardness, (3, 1e4), True, rho, (0.5, 1, 2), points=41),
)

CORRECTED = Formula(
    id="finite-k.optimum.corrected",
    title="Optimal number of answers",
    statement=AsymptoticTo(_number, 4 / (3 * (1 - vartheta)), h, remainder=1 / h),
    domain=And(rho**2 > 0, vartheta < 1),
    source=OWN,
    deviation="4/(3 - t C1/C2) in place of 2 t*/(t* - t): 2/3 of the printed number if t* is the threshold.",
    expected=Expected.IN_THE_LIMIT,
    script="optima",
    partner="finite-k.optimum.printed",
    check=_LIMIT_OF_H,
    draw=LimitDraw(
        here(".draws:best_number"),
        sizes=_SIZES,
        settings=((1.0, 0.5),),
        trials=150_000,
        quick_trials=60_000,
        orders=1,
        wrong=2 / (1 - vartheta),
        wrong_said="the printed number",
        note="place of the minimum of simulated curves",
    ),
    sweep=Sweep(hardness, (3, 1e4), True, rho, (0.5, 1, 2), points=41),
)

FORMULAS = (THRESHOLD, PRINTED, PRINTED_TEMPERATURE, CORRECTED)
