"""The selection error itself: its exact integral form and its value for one answer (sampler of HP, arXiv:2512.19905).

F_k(t; tau, rho) = E[sum_i w_i (z_i + tau)^2 / sum_i w_i], w_i = exp(-(z_i + rho)^2/(2t)), z_i independent standard normal; in
units s = 1. All other formulas about best-of-k and temperature start from it.
"""

from fractions import Fraction

from infscale_sym.notation.check import Check, ExactDraw, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import Equal
from infscale_sym.theory.selection.notation import SelectionError, SelectionIntegral, k, rho, t, tau
from infscale_sym.theory.sources import OWN

here = lazy(__package__)

INTEGRAL = Formula(
    id="selection.integral",
    title="The selection error as one integral",
    statement=Equal(SelectionError(k, t, tau, rho), SelectionIntegral(k, t, tau, rho)),
    domain=(k >= 1) & (t > 0),
    source=OWN,
    deviation="For whole k >= 1 a theorem about k draws; for other real k >= 1 it is the definition.",
    expected=Expected.HOLDS,
    script="selection_integral",
    check=Check(
        independent={SelectionError: here(".values.pair:selection_error_pair_mp")},
        near={k: (Fraction(2),), t: tuple(Fraction(n, 4) for n in (8, 11, 14, 20))},
        note="left side: the definition integrated over both answers at k = 2",
        count=3,
    ),
    draw=ExactDraw(settings=((2, 0.5, 1.0, 0.3), (8, 0.1, -0.5, 1.0), (64, 2.0, 0.7, 0.7)), trials=400_000),
    sweep=Sweep(
        t,
        (0.1, 50),
        True,
        rho,
        (0, 1, 2),
        {k: 2, tau: 1},
        independent={SelectionError: here(".checks:error_by_integration")},
        note="the definition, integrated over two answers",
    ),
)

SINGLE = Formula(
    id="selection.single-answer",
    title="One answer: neither judge nor temperature matter",
    statement=Equal(SelectionError(1, t, tau, rho), 1 + tau**2),
    source=OWN,
    expected=Expected.HOLDS,
    script="selection_integral",
    check=Check(
        independent={SelectionError: here(".checks:just_more_than_one_answer")},
        near={t: (Fraction(5), Fraction(20))},
        count=2,
        note="left side at k = 1 + 10^-(digits+10), where nothing is short-cut",
    ),
    draw=ExactDraw(settings=((0.5, 1.0, 0.3), (0.1, -0.5, 1.0), (2.0, 0.7, 0.7)), trials=400_000),
    sweep=Sweep(
        tau,
        (-2.5, 2.5),
        False,
        rho,
        (-2, 0, 1),
        {t: 0.5},
        independent={SelectionError: here(".checks:just_more_than_one_answer_quickly")},
        note="k = 1 + 2^-42",
    ),
)

FORMULAS = (INTEGRAL, SINGLE)
