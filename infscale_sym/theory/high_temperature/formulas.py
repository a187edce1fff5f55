"""High temperature to every order: the expansion in 1/t, its coefficients, and why it does not converge.

It continues HP Result 2 (arXiv:2512.19905), which has the first two orders. Its coefficients grow like factorials for
1 < k < oo, because the zeros of the sum of the weights lie at complex 1/t arbitrarily near 0; at two answers everything is
explicit.
"""

from fractions import Fraction

from sympy import Abs, Rational, pi, sqrt

from infscale_sym.notation.check import Check, ExactDraw, LimitDraw, NotSimulable, Recipe, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo, AtMost, Equal
from infscale_sym.theory.high_temperature.notation import (
    BernoulliNumber,
    CoefficientRatio,
    ExpansionCoefficient,
    Laguerre,
    TruncationError,
)
from infscale_sym.theory.high_temperature.series import expansion_partial_sum
from infscale_sym.theory.selection.notation import SelectionError, j, k, rho, t, tau
from infscale_sym.theory.sources import OWN

here = lazy(__package__)
_HALF_A_TERM = AtMost(
    TruncationError(2 * j + 1, 2, t, rho, rho),
    (-1) ** j * ExpansionCoefficient(2 * j + 3, 2, rho, rho) / (2 * t ** (2 * j + 3)),
)
_TELLING = tuple(Fraction(n, 10) for n in (-14, -9, 7, 11, 13))

#: The order in 1/t to which `hte.all-orders` is registered; the generator goes on to any order.
REGISTERED_ORDER = 6

ALL_ORDERS = Formula(
    id="hte.all-orders",
    title=f"High temperature: the error in powers of 1/t, to t^-{REGISTERED_ORDER}",
    statement=AsymptoticTo(
        SelectionError(k, t, tau, rho), expansion_partial_sum(REGISTERED_ORDER), t, remainder=t ** -(REGISTERED_ORDER + 1)
    ),
    domain=k >= 1,
    source=OWN,
    deviation="The coefficients are generated, not typed in. The remainder is proved for whole k and measured at real k.",
    expected=Expected.IN_THE_LIMIT,
    script="high_temperature_series",
    check=Check(ladder=("1e3", "1e7", "1e14"), near={k: tuple(Fraction(n, 2) for n in (5, 6, 9, 14, 16))}),
    draw=Recipe(here(".checks:all_orders")),
    sweep=Sweep(t, (2, 300), True, rho, (0.7,), {k: 4, tau: 1}),
)

MANY_ANSWERS = Formula(
    id="hte.coefficients-many-answers",
    title="High temperature: the coefficients for many answers, which are those of a series that converges for t > 1",
    statement=AsymptoticTo(
        ExpansionCoefficient(j + 1, k, tau, rho), (-1) ** (j + 1) * (1 + 2 * rho * tau + j * rho**2), k, remainder=1 / k
    ),
    source=OWN,
    deviation="At a fixed order: the larger the order, the more answers it takes.",
    expected=Expected.IN_THE_LIMIT,
    script="high_temperature_series",
    check=Check(
        ladder=("1e4", "1e8", "1e60"), near={j: tuple(map(Fraction, range(1, 9)))}, note="left side: exact arithmetic at that k"
    ),
    draw=LimitDraw(
        sizes=(16, 24, 40, 64),
        settings=((1.0, 0.7, 1), (1.0, 0.7, 2)),
        trials=300_000,
        wrong=0.15,
        each=True,
        note="series divided draw by draw",
    ),
    sweep=Sweep(k, (2, 1e4), True, j, (1, 2, 3, 5), {tau: 1, rho: 0.5}, points=41),
)

TWO_ANSWERS = Formula(
    id="hte.coefficients-two-answers",
    title="High temperature: every coefficient of two answers in closed form",
    statement=Equal(
        ExpansionCoefficient(2 * j + 1, 2, tau, rho),
        -2
        * (4 ** (j + 1) - 1)
        * BernoulliNumber(2 * j + 2)
        * (Laguerre(j + 1, -Rational(1, 2), -(rho**2)) + rho * (tau - rho) / (j + 1) * Laguerre(j, Rational(1, 2), -(rho**2))),
    ),
    source=OWN,
    deviation="Of the even orders only a_0 = 1 + tau^2 is not zero.",
    expected=Expected.HOLDS,
    script="high_temperature_series",
    check=Check(
        near={j: tuple(map(Fraction, (0, 1, 3, 8, 30)))}, note="left side: the integral over u, expanded exactly at k = 2"
    ),
    draw=ExactDraw(
        settings=tuple((*offsets, half) for offsets in ((1.0, 0.7), (0.3, -0.5), (0.7, 0.0)) for half in range(3)),
        trials=500_000,
        quick_trials=200_000,
        wrong=0.1,
        each=True,
        note="series divided draw by draw",
    ),
    sweep=Sweep(rho, (-2, 2), False, j, (0, 1, 2), {tau: 1}),
)

GROWTH = Formula(
    id="hte.coefficients-growth",
    title="High temperature: the coefficients of two answers outgrow every power, so the series diverges at every t",
    statement=AsymptoticTo(
        CoefficientRatio(j, tau, rho),
        4 / pi**2 * (j**2 + Abs(rho) * j ** Rational(3, 2) + (1 + rho**2 / 2) * j),
        j,
        remainder=sqrt(j),
    ),
    source=OWN,
    deviation="The quotient of successive terms is this over t^2: they shrink while 2j < pi t, about, and then grow.",
    expected=Expected.IN_THE_LIMIT,
    script="high_temperature_series",
    check=Check(ladder=("1e9", "1e13", "1e16"), near={rho: _TELLING}),
    draw=NotSimulable("a statement on orders that no number of draws resolves"),
    sweep=Sweep(j, (1, 1e4), True, rho, (0, 0.5, 1, 2), {tau: 1}, points=13),
)

TRUNCATION = Formula(
    id="hte.truncation-two-answers",
    title="High temperature: with two answers and judge = teacher the error of truncation is less than the first term left out",
    statement=AtMost(
        TruncationError(2 * j + 1, 2, t, rho, rho),
        (-1) ** j * ExpansionCoefficient(2 * j + 3, 2, rho, rho) / t ** (2 * j + 3),
    ),
    domain=t > 0,
    source=OWN,
    deviation="At every t > 0 and every order; F_2 lies between successive partial sums.",
    expected=Expected.HOLDS,
    script="high_temperature_series",
    check=Check(
        near={
            j: tuple(map(Fraction, (0, 1, 2, 4))),
            t: tuple(map(Fraction, (2, 4, 6, 12))),
            rho: tuple(Fraction(n, 8) for n in (-12, -3, 0, 5, 11)),
        },
        broken=(("half the first term left out", _HALF_A_TERM),),
    ),
    draw=ExactDraw(
        settings=((3.0, 0.5, 0), (8.0, -0.8, 0), (8.0, 0.3, 1)),
        trials=500_000,
        quick_trials=200_000,
        wrong=-0.5,
        wrong_said="half the bound",
        note="partial sums subtracted draw by draw",
    ),
    sweep=Sweep(t, (0.5, 8), True, j, (0, 1, 3), {rho: 0.5}),
)

FORMULAS = (ALL_ORDERS, MANY_ANSWERS, TWO_ANSWERS, GROWTH, TRUNCATION)
