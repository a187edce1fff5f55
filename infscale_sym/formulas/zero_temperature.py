"""Best-of-k against every temperature, at finite k: where T = 0 is best, and what a little heat costs.

THEORY section 2 has the boundary at k = oo only; beyond HP (arXiv:2512.19905). Units s = 1. An answer at the distance r from
the judge's has on average the error D^2 + r^2 + 2 D r tanh(rho r), D = tau - rho, and it is chosen by its r alone.
"""

from sympy import And, Rational, exp, log, pi

from infscale_sym.formulas.record import OWN, Expected, Formula
from infscale_sym.notation.heads import SelectionError
from infscale_sym.notation.heads_zero_temperature import ColdPairs, ThermalExcess, ZetaSlope
from infscale_sym.notation.relations import AsymptoticTo, AtMost
from infscale_sym.notation.symbols import coldness, k, rho, t, tau

_level = 1 + 2 * rho * (tau - rho)

BOUNDARY = Formula(
    id="temperature.zero.boundary",
    title="Where best-of-k is the best temperature",
    statement=AtMost(SelectionError(k, 0, tau, rho), SelectionError(k, t, tau, rho)),
    domain=And(k >= 1, _level >= 0),
    source=OWN,
    deviation=(
        "For whole k. The condition is sharp at every k >= 2 (temperature.zero.approach), and it is that of infinitely many "
        "answers: the boundary does not move with k."
    ),
    expected=Expected.HOLDS,
    derivation="zero_temperature",
)

APPROACH = Formula(
    id="temperature.zero.approach",
    title="What a little heat costs",
    statement=AsymptoticTo(
        ThermalExcess(k, 1 / coldness, tau, rho),
        pi
        * k
        * (k - 1)
        * exp(-(rho**2))
        / (6 * coldness**2)
        * (_level * (log(coldness) - 1 - 6 * ZetaSlope(2) / pi**2) + 2 * ColdPairs(k, tau, rho)),
        coldness,
        remainder=coldness ** Rational(-5, 2),
    ),
    domain=k > 2,
    source=OWN,
    deviation=(
        "beta = 1/t. Only pairs count, triples enter the remainder: at k = 2, where there are none, it is beta^-4 ln(beta)."
    ),
    expected=Expected.IN_THE_LIMIT,
    derivation="zero_temperature",
)

FORMULAS = (BOUNDARY, APPROACH)
