"""Best-of-k with a judge that is not the teacher: all orders, the plateau, the best k (arXiv:2512.19905, t = 0).

D = tau - rho. The plateau is D^2; where 1 + 2 rho D >= 0 the error falls to it, else it falls, is least at one finite k and
rises to it from below.
"""

from fractions import Fraction

from sympy import EulerGamma, exp, pi, sqrt, zeta

from infscale_sym.notation.check import Check, ExactDraw, LimitDraw, Recipe, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo, AtMost, Equal
from infscale_sym.theory.best_of_k.formulas import MISSPECIFIED
from infscale_sym.theory.misspecified.notation import (
    AnswersBeyondTeacher,
    DistanceIntegral,
    LeastError,
    closeness,
    exaggeration,
)
from infscale_sym.theory.misspecified.series import misspecified_partial_sum
from infscale_sym.theory.optima.notation import OptimalNumber
from infscale_sym.theory.selection.notation import SelectionError, k, rho, tau
from infscale_sym.theory.sources import OWN

here = lazy(__package__)

#: The order in 1/k to which the series is registered; the generator goes on to any order.
REGISTERED_ORDER = 6

DISTANCE = Formula(
    id="best-of-k.misspecified.distance",
    title="Best-of-k by the distance from the judge's answer",
    statement=Equal(SelectionError(k, 0, tau, rho), (tau - rho) ** 2 + DistanceIntegral(k, tau, rho)),
    domain=k > 1,
    source=OWN,
    deviation="For real k > 0; tested for k > 1.",
    expected=Expected.HOLDS,
    script="misspecified",
    check=Check(
        near={k: tuple(map(Fraction, (2, Fraction(7, 2), 12, 40)))},
        note="right side: the integral over the distance by Gauss-Legendre panels",
        count=3,
    ),
    draw=ExactDraw(
        settings=((2, 1.0, 0.3), (6, 0.5, 1.4), (24, 1.2, 2.5), (12, 0.8, -0.6)), trials=400_000, quick_trials=60_000
    ),
    sweep=Sweep(k, (1, 1e3), True, rho, (0.5, 1.6), {tau: 1}, points=61),
)

_HALF = AtMost((tau - rho) ** 2 + (1 + rho * (tau - rho)) * SelectionError(k, 0, rho, rho), SelectionError(k, 0, tau, rho))

BOUND = Formula(
    id="best-of-k.misspecified.bound",
    title="A judge beyond the teacher: how far below the plateau the error can be",
    statement=AtMost(
        (tau - rho) ** 2 + (1 + 2 * rho * (tau - rho)) * SelectionError(k, 0, rho, rho), SelectionError(k, 0, tau, rho)
    ),
    domain=rho * (rho - tau) > 0,
    source=OWN,
    deviation="Above the plateau at every k if 1 + 2 rho (tau - rho) >= 0. Equality is approached as k -> oo.",
    expected=Expected.HOLDS,
    script="misspecified",
    check=Check(
        near={k: tuple(map(Fraction, (5, 12, 40)))},
        broken=(("half the coefficient of rho (tau - rho)", _HALF),),
    ),
    draw=ExactDraw(
        settings=((8, 1.2, 0.7), (20, 1.5, 0.5), (40, 1.6, 0.2)),
        trials=400_000,
        quick_trials=100_000,
        wrong=_HALF,
        wrong_said="half the coefficient of rho (tau - rho)",
        both=True,
    ),
    sweep=Sweep(k, (1, 1e3), True, rho, (1.2, 1.4, 2), {tau: 1}),
)

ALL_ORDERS = Formula(
    id="best-of-k.misspecified.all-orders",
    title=f"Best-of-k with a judge that is not the teacher, to k^-{REGISTERED_ORDER}",
    statement=AsymptoticTo(
        SelectionError(k, 0, tau, rho),
        misspecified_partial_sum(REGISTERED_ORDER),
        k,
        remainder=k ** -(REGISTERED_ORDER + 1),
    ),
    source=OWN,
    deviation="Each coefficient is A + (tau - rho) A' with A(rho) that of best-of-k.all-orders: generated, not typed in.",
    expected=Expected.IN_THE_LIMIT,
    script="misspecified",
    check=Check(enclosed=True, quick_far="1e16"),
    draw=ExactDraw(
        settings=((12, 0.4, 0.6), (16, 0.5, 0.6), (16, -0.3, 0.2), (24, 0.8, 0.9)),
        trials=400_000,
        quick_trials=100_000,
        wrong=MISSPECIFIED.statement.rhs,
        wrong_said="the series cut after k^-2",
    ),
    sweep=Sweep(curve=rho, values=(-0.5, 0.5, 1.5, 2), fixed={tau: 1}),
)

TIE = Formula(
    id="best-of-k.misspecified.tie",
    title="On the boundary the error falls to the plateau as k^-4",
    statement=AsymptoticTo(
        SelectionError(k, 0, rho - 1 / (2 * rho), rho),
        1 / (4 * rho**2) + 2 * pi**2 * rho**2 * exp(2 * rho**2) / k**4,
        k,
        remainder=k**-5,
    ),
    domain=rho**2 > 0,
    source=OWN,
    deviation="The boundary is 1 + 2 rho (tau - rho) = 0, where the orders k^-2 and k^-3 vanish together.",
    expected=Expected.IN_THE_LIMIT,
    script="misspecified",
    check=Check(enclosed=True, quick_far="1e16", near={rho: tuple(Fraction(n, 10) for n in (-13, -7, 8, 15))}),
    draw=Recipe(here(".checks:tie")),
    sweep=Sweep(curve=rho, values=(0.5, 0.8, 1.2)),
)

NEAR = Formula(
    id="best-of-k.misspecified.optimum-near",
    title="How the best number of answers becomes infinite",
    statement=AsymptoticTo(
        OptimalNumber(0, rho - (1 + 1 / closeness) / (2 * rho), rho),
        2 * rho * exp(rho**2 / 2) * sqrt(pi * closeness) - 4,
        closeness,
        remainder=1 / sqrt(closeness),
    ),
    domain=rho > 0,
    source=OWN,
    deviation="Lambda = -1/(1 + 2 rho (tau - rho)); for rho < 0 mirror tau and rho together.",
    expected=Expected.IN_THE_LIMIT,
    script="misspecified",
    check=Check(ladder=("1e6", "1e10", "1e20"), near={rho: tuple(Fraction(n, 10) for n in (6, 9, 13))}),
    draw=Recipe(here(".checks:near")),
    sweep=Sweep(closeness, (1, 1e4), True, rho, (0.5, 1, 1.5), points=41),
)

FAR = Formula(
    id="best-of-k.misspecified.optimum-far",
    title="At the best k, 0.56 answers are expected beyond the teacher's",
    statement=AsymptoticTo(
        AnswersBeyondTeacher(tau, exaggeration),
        exp(-EulerGamma) * (1 + pi**2 / (4 * tau**2)),
        tau,
        remainder=tau**-4,
    ),
    source=OWN,
    deviation=(
        "tau -> oo at a fixed ratio rho/tau = 1 + c > 1, on which only exponentially small terms depend. So k_* is about "
        "exp(-gamma_E) sqrt(2 pi) tau exp(tau^2/2)."
    ),
    expected=Expected.IN_THE_LIMIT,
    script="misspecified",
    check=Check(ladder=("1e2", "1e6", "1e10")),
    draw=LimitDraw(
        here(".draws:answers_beyond"),
        sizes=(6.0, 8.0, 12.0, 20.0),
        settings=((1.0,),),
        trials=800_000,
        quick_trials=200_000,
        orders=1,
        scale=exp(-EulerGamma),
        falling=tau**-4,
        wrong=1 + pi**2 / (4 * tau**2),
        wrong_said="a claim without exp(-gamma_E)",
        note="records",
    ),
    sweep=Sweep(tau, (1, 6.5), True, exaggeration, (0.3, 0.6, 2), points=41),
)

LEAST = Formula(
    id="best-of-k.misspecified.least-error",
    title="The least error with a judge beyond the teacher",
    statement=AsymptoticTo(
        LeastError(tau, exaggeration),
        pi**2 / (6 * tau**2) - (pi**2 / 3 + 2 * zeta(3)) / tau**4,
        tau,
        remainder=tau**-6,
    ),
    source=OWN,
    deviation="tau -> oo at fixed c = rho/tau - 1 > 0; infinitely many answers leave c^2 tau^2.",
    expected=Expected.IN_THE_LIMIT,
    script="misspecified",
    check=Check(ladder=("1e2", "1e6", "1e9")),
    draw=LimitDraw(
        here(".draws:least_error"),
        sizes=(6.0, 8.0, 12.0, 20.0),
        settings=((1.0,),),
        trials=800_000,
        quick_trials=200_000,
        orders=1,
        scale=pi**2 / (6 * tau**2),
        falling=tau**-4,
        wrong=0.05,
        note="records",
    ),
    sweep=Sweep(tau, (1, 6.5), True, exaggeration, (0.3, 0.6, 2), points=41),
)

FORMULAS = (DISTANCE, BOUND, ALL_ORDERS, TIE, NEAR, FAR, LEAST)
