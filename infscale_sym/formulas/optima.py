"""The best temperature and the best judge (HP Remark 4, eq. 22, and Remark 2, eq. 18, arXiv:2512.19905).

Both follow from `hte.second` and hold where its truncation does: the temperature as h = 1/(1 + 2 rho tau) -> oo at fixed
rho, the judge as t -> oo with tau = omega/sqrt(t) (then rho grows like sqrt(t), and rho^2/t stays finite).
"""

from sympy import And, sqrt

from infscale_sym.formulas.record import HP, Expected, Formula
from infscale_sym.notation.heads import OptimalJudge, OptimalTemperature
from infscale_sym.notation.relations import AsymptoticTo
from infscale_sym.notation.symbols import hardness as h
from infscale_sym.notation.symbols import k, omega, rho, t

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
    derivation="optima",
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
    derivation="optima",
)

FORMULAS = (TEMPERATURE, JUDGE)
