"""A judge close to the teacher makes the error fall with every further answer (claimed in HP, arXiv:2512.19905).

For whole k and every temperature: with the teacher as judge, and for any judge with 2 rho (rho - tau) <= 1.
"""

from sympy import Integer

from infscale_sym.formulas.record import HP, OWN, Expected, Formula
from infscale_sym.notation.heads import SelectionError
from infscale_sym.notation.relations import AtMost
from infscale_sym.notation.symbols import k, rho, t, tau

MONOTONE = Formula(
    id="monotone",
    title="Judge = teacher: one answer more never hurts",
    statement=AtMost(SelectionError(k + 1, t, tau, tau), SelectionError(k, t, tau, tau)),
    source=HP,
    deviation="The source speaks of a judge close to the teacher; here the judge is the teacher. For whole k, at any t >= 0.",
    expected=Expected.HOLDS,
    derivation="monotone",
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
    derivation="monotone",
)

FORMULAS = (MONOTONE, CLOSE_JUDGE)
