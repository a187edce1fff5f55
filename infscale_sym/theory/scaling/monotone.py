"""A judge close to the teacher makes the error fall with every further answer (claimed in HP, arXiv:2512.19905).

For whole k and every temperature: with the teacher as judge, and for any judge with 2 rho (rho - tau) <= 1.
"""

from fractions import Fraction

from sympy import Integer

from infscale_sym.notation.check import Check, ExactDraw, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AtMost
from infscale_sym.theory.selection.notation import SelectionError, k, rho, t, tau
from infscale_sym.theory.sources import HP, OWN

here = lazy(__package__)
_MODEST = tuple(Fraction(n, 10) for n in (-18, -11, -3, 4, 9, 17))

MONOTONE = Formula(
    id="monotone",
    title="Judge = teacher: one answer more never hurts",
    statement=AtMost(SelectionError(k + 1, t, tau, tau), SelectionError(k, t, tau, tau)),
    source=HP,
    deviation="The source speaks of a judge close to the teacher; here the judge is the teacher. For whole k, at any t >= 0.",
    expected=Expected.HOLDS,
    script="monotone",
    check=Check(
        near={k: (Fraction(3), Fraction(5), Fraction(8)), t: (Fraction(0), Fraction(2), Fraction(10)), tau: _MODEST},
        count=3,
        broken=(("a judge at -2 tau", AtMost(SelectionError(k + 1, t, tau, -2 * tau), SelectionError(k, t, tau, -2 * tau))),),
    ),
    draw=ExactDraw(
        settings=((0.5, 0.8, 1), (0.1, -0.6, 3), (2.0, 1.2, 6), (0.0, 0.4, 2)), trials=400_000, quick_trials=100_000, both=True
    ),
    sweep=Sweep(tau, (-3, 3), False, k, (1, 3, 10)),
)

CLOSE_JUDGE = Formula(
    id="monotone.close-judge",
    title="How close a judge must be for one answer more never to hurt",
    statement=AtMost(SelectionError(k + 1, t, tau, rho), SelectionError(k, t, tau, rho)),
    domain=1 + 2 * rho * (tau - rho) >= Integer(0),
    source=OWN,
    deviation=(
        "Makes the source's 'close' precise: 2 rho (rho - tau) <= 1 suffices for whole k at every temperature, and at t = 0 "
        "it is also necessary (best-of-k.misspecified)."
    ),
    expected=Expected.HOLDS,
    script="monotone",
    check=Check(
        near={k: (Fraction(3), Fraction(5), Fraction(40)), t: (Fraction(0), Fraction(3)), rho: _MODEST, tau: _MODEST},
        count=3,
        broken=(("a judge at the mirror image", AtMost(SelectionError(k + 1, t, -tau, rho), SelectionError(k, t, -tau, rho))),),
    ),
    draw=ExactDraw(
        settings=((0.5, 0.8, 1.2, 1), (0.1, -0.6, 0.3, 3), (2.0, 1.2, 1.5, 6), (0.0, 0.4, 0.9, 2)),
        trials=400_000,
        quick_trials=100_000,
        both=True,
    ),
)

FORMULAS = (MONOTONE, CLOSE_JUDGE)
