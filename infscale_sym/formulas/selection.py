"""The selection error itself: its exact integral form and its value for one answer (sampler of HP, arXiv:2512.19905).

F_k(t; tau, rho) = E[sum_i w_i (z_i + tau)^2 / sum_i w_i], w_i = exp(-(z_i + rho)^2/(2t)), z_i independent standard normal; in
units s = 1. All other formulas about best-of-k and temperature start from it.
"""

from infscale_sym.formulas.record import OWN, Expected, Formula
from infscale_sym.notation.heads import SelectionError, SelectionIntegral
from infscale_sym.notation.relations import Equal
from infscale_sym.notation.symbols import k, rho, t, tau

INTEGRAL = Formula(
    id="selection.integral",
    title="The selection error as one integral",
    statement=Equal(SelectionError(k, t, tau, rho), SelectionIntegral(k, t, tau, rho)),
    domain=(k >= 1) & (t > 0),
    source=OWN,
    deviation="For whole k >= 1 a theorem about k draws; for other real k >= 1 it is the definition.",
    expected=Expected.HOLDS,
    derivation="selection_integral",
)

SINGLE = Formula(
    id="selection.single-answer",
    title="One answer: neither judge nor temperature matter",
    statement=Equal(SelectionError(1, t, tau, rho), 1 + tau**2),
    source=OWN,
    expected=Expected.HOLDS,
    derivation="selection_integral",
)

FORMULAS = (INTEGRAL, SINGLE)
