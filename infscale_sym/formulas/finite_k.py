"""A finite number of answers is best (HP Remark 3, eqs. 20-21, arXiv:2512.19905): where, and which, as printed and corrected.

The printed forms follow from `hte.second`, which is truncated at t >> 1 + rho^2; at that scale they say something only where
the judge tells little, C1 = 1 + 2 rho tau = 1/h with h -> oo at fixed rho. So h is the large number here, and
tau = (1/h - 1)/(2 rho). In units s = 1, C2/C1 = 1 + rho^2 h.
"""

from sympy import And

from infscale_sym.formulas.record import HP, OWN, Expected, Formula
from infscale_sym.notation.heads import CriticalTemperature, OptimalNumber
from infscale_sym.notation.relations import AsymptoticTo
from infscale_sym.notation.symbols import hardness as h
from infscale_sym.notation.symbols import rho, vartheta

_tau = (1 / h - 1) / (2 * rho)  # 1 + 2 rho tau = 1/h
_number = OptimalNumber(3 * vartheta * rho**2 * h, _tau, rho)
_READINGS = "The quotation leaves open what t* stands for in 2 t*/(t* - t); "

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
    derivation="optima",
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
)

CORRECTED = Formula(
    id="finite-k.optimum.corrected",
    title="Optimal number of answers",
    statement=AsymptoticTo(_number, 4 / (3 * (1 - vartheta)), h, remainder=1 / h),
    domain=And(rho**2 > 0, vartheta < 1),
    source=OWN,
    deviation="4/(3 - t C1/C2) in place of 2 t*/(t* - t): 2/3 of the printed number if t* is the threshold.",
    expected=Expected.IN_THE_LIMIT,
    derivation="optima",
    partner="finite-k.optimum.printed",
)

FORMULAS = (THRESHOLD, PRINTED, PRINTED_TEMPERATURE, CORRECTED)
