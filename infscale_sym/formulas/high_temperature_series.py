"""High temperature to every order: the expansion in 1/t, its coefficients, and why it does not converge (THEORY section 2).

The expansion continues HP Result 2 (arXiv:2512.19905). Its coefficients grow like factorials for 1 < k < oo, because the zeros
of the sum of the weights lie at complex 1/t arbitrarily near 0; at two answers everything is explicit.
"""

from sympy import Abs, Rational, pi, sqrt

from infscale_sym.formulas.record import OWN, Expected, Formula
from infscale_sym.formulas.series_high_temperature import expansion_partial_sum
from infscale_sym.notation.heads import SelectionError
from infscale_sym.notation.heads_high_temperature_series import (
    BernoulliNumber,
    CoefficientRatio,
    ExpansionCoefficient,
    Laguerre,
    TruncationError,
)
from infscale_sym.notation.relations import AsymptoticTo, AtMost, Equal
from infscale_sym.notation.symbols import j, k, rho, t, tau

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
    derivation="high_temperature_series",
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
    derivation="high_temperature_series",
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
    derivation="high_temperature_series",
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
    derivation="high_temperature_series",
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
    derivation="high_temperature_series",
)

FORMULAS = (ALL_ORDERS, MANY_ANSWERS, TWO_ANSWERS, GROWTH, TRUNCATION)
