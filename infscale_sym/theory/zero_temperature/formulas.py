"""Best-of-k against every temperature, at finite k: where T = 0 is best, and what a small temperature costs.

Derived here for the sampler of HP (arXiv:2512.19905); at k = oo see `temperature.optimum-infinite-k`. Units s = 1. An answer at
the distance r from the judge's has on average the error D^2 + r^2 + 2 D r tanh(rho r), D = tau - rho, and it is chosen by its r
alone.
"""

from fractions import Fraction

from sympy import And, Rational, exp, log, pi

from infscale_sym.notation.check import Check, LimitDraw, Recipe, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo, AtMost
from infscale_sym.theory.selection.notation import SelectionError, k, rho, t, tau
from infscale_sym.theory.sources import OWN
from infscale_sym.theory.zero_temperature.notation import ColdPairs, ThermalExcess, ZetaSlope, coldness

here = lazy(__package__)
_MODEST = tuple(Fraction(n, 10) for n in (-18, -11, -3, 4, 9, 17))

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
    script="zero_temperature",
    check=Check(
        near={k: tuple(map(Fraction, (2, 3))), t: (Fraction(2), Fraction(5)), rho: _MODEST, tau: _MODEST},
        count=2,
        broken=(
            (
                "a judge at the mirror image, beyond the boundary",
                AtMost(SelectionError(k, 0, -tau, rho), SelectionError(k, t, -tau, rho)),
            ),
        ),
    ),
    draw=Recipe(here(".checks:boundary")),
    sweep=Sweep(t, (0.02, 50), True, k, (2, 5, 20), {tau: 0.5, rho: 0.5}),
)

_rate = pi * k * (k - 1) * exp(-(rho**2)) / (6 * coldness**2)
_without_pairs = _rate * _level * (log(coldness) - 1 - 6 * ZetaSlope(2) / pi**2)

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
    script="zero_temperature",
    check=Check(
        ladder=("1e4", "1e8", "1e14"),
        near={
            k: tuple(Fraction(n, 2) for n in (6, 9, 14)),
            rho: (Fraction(6, 5),),  # one judge: the tables over scores serve all k and tau
            tau: tuple(Fraction(n, 10) for n in (-5, 3, 10, 14)),
        },
    ),
    draw=LimitDraw(
        sizes=(1 / 0.006, 1 / 0.012, 1 / 0.025, 1 / 0.05),
        settings=((3, 1.0, 0.5),),
        trials=500_000,
        scale=coldness**-2,
        falling=coldness ** Rational(-1, 2),
        wrong=_without_pairs,
        wrong_said="a claim without M",
        note="the same answers at t and at t = 0",
    ),
    sweep=Sweep(coldness, (10, 1e5), True, k, (3, 5, 10), {tau: 1, rho: 0.5}, points=31),
)

FORMULAS = (BOUNDARY, APPROACH)
