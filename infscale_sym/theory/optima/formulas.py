"""The best temperature and the best judge (HP Remark 4, eq. 22, and Remark 2, eq. 18, arXiv:2512.19905).

Both follow from `hte.second` and hold where its truncation does: the temperature as h = 1/(1 + 2 rho tau) -> oo at fixed
rho, the judge as t -> oo with tau = omega/sqrt(t) (then rho grows like sqrt(t), and rho^2/t stays finite).
"""

from fractions import Fraction

from sympy import And, sqrt

from infscale_sym.notation.check import Check, LimitDraw, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo
from infscale_sym.theory.optima.notation import OptimalJudge, OptimalTemperature, hardness, omega
from infscale_sym.theory.optima.notation import hardness as h
from infscale_sym.theory.selection.notation import k, rho, t
from infscale_sym.theory.sources import HP

here = lazy(__package__)
_FEW = tuple(Fraction(n, 2) for n in (5, 7, 8, 11, 16, 24))
_TELLING = tuple(Fraction(n, 10) for n in (-14, -9, 7, 11, 13))

TEMPERATURE = Formula(
    id="temperature.optimum",
    title="Optimal temperature",
    statement=AsymptoticTo(OptimalTemperature(k, (1 / h - 1) / (2 * rho), rho), 2 * (1 - 2 / k) * rho**2 * h, h, remainder=1),
    domain=And(k > 2, rho**2 > 0),
    source=HP.at("Remark 4, eq. 22"),
    deviation=(
        "The source has 2 (1 - 2/k) C2/C1, C2/C1 = rho^2 h + 1; only the growing term is right: as k -> oo the exact optimum "
        "is 2 rho^2 h - 1."
    ),
    expected=Expected.IN_THE_LIMIT,
    script="optima",
    check=Check(ladder=("1e3", "1e7", "1e11"), near={rho: _TELLING, k: _FEW}),
    draw=LimitDraw(
        here(".draws:best_temperature"),
        sizes=(30.0, 60.0, 120.0),
        settings=((6, 1.0),),
        trials=100_000,
        quick_trials=60_000,
        orders=1,
        wrong=2 * rho**2 * h,
        wrong_said="2 without the factor 1 - 2/k",
        note="place of the minimum of simulated curves",
    ),
    sweep=Sweep(hardness, (3, 1e4), True, rho, (0.5, 1, 2), {k: 8}, points=41),
)

JUDGE = Formula(
    id="reward.optimum",
    title="Optimal judge",
    statement=AsymptoticTo(OptimalJudge(k, t, omega / sqrt(t)), omega * sqrt(t) * k / (k - 2), t, remainder=1 / sqrt(t)),
    domain=k > 2,
    source=HP.at("Remark 2, eq. 18"),
    deviation=(
        "The source says that the best judge differs from the teacher; this is which one, from hte.second: "
        "rho = tau (t k/(k-2) - 1), in HP-code's family Delta_R = (1+c) Delta_T the best c = t k/(k-2) - 2, to leading order."
    ),
    expected=Expected.IN_THE_LIMIT,
    script="optima",
    check=Check(ladder=("1e4", "1e8", "1e12"), near={k: _FEW}),
    draw=LimitDraw(
        here(".draws:best_judge"),
        sizes=(20.0, 40.0, 80.0),
        settings=((6, 1.0),),
        trials=100_000,
        quick_trials=30_000,
        orders=1,
        wrong=omega * sqrt(t),
        wrong_said="the judge for k = oo",
        note="place of the minimum of simulated curves",
    ),
    sweep=Sweep(t, (3, 300), True, omega, (0.3, 0.7), {k: 8}, points=9),
)

FORMULAS = (TEMPERATURE, JUDGE)
