"""Simulation of the moments of the fitted student, any spectrum (`predictive.mean-law`; HP Result 1, arXiv:2512.19905).

Students are fitted end to end at several d and alpha = 1/2, with eigenvalues 2 and 1/2; the moment is extrapolated in 1/d and
compared with the claim in standard errors; a claim 2 % larger, or the printed q, must be rejected.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.formulas import Formula
from infscale_sym.notation.symbols import Sigma, alpha, gamma, nu, sigma
from infscale_sym.quantities.namespaces import NUMPY
from infscale_sym.verify.record import Leg

SPECTRUM = np.array([2.0, 0.5])


def _moment(formula: Formula, quick: bool) -> Leg:
    """Q or s^2 of the student fitted end to end, eigenvalues 2 and 1/2, extrapolated in 1/d, against the claim itself."""
    from infscale_sym.verify.simulation import _leg, _regression_moment

    shape, noise, prior, weight = 0.5, 1.0, 0.5, 0.5
    point = {alpha: shape, sigma: noise, gamma: prior, Sigma: SPECTRUM, nu: weight}
    wanted = float(numpy_function(formula.statement.rhs, formula.symbols, NUMPY)(*(point[s] for s in formula.symbols)))
    is_risk = formula.id == "predictive.mean-law"
    moment = "teacher_offset_square" if is_risk else "variance"
    value, error, sizes = _regression_moment(moment, shape, noise, prior, tuple(SPECTRUM), weight, quick)
    wrong, words = 1.02 * wanted, "a claim 2 % larger"
    if is_risk:
        wrong, words = float(NUMPY["TeacherOffset"](*(point[s] for s in formula.symbols))), "the printed q"
    where = f"student fitted end to end, eigenvalues 2 and 1/2, d = {sizes} at alpha = 1/2, extrapolated in 1/d"
    numbers = {"extrapolated": f"{value:.8g}", "standard_error": f"{error:.2g}", "claim": f"{wanted:.8g}"}
    return _leg((value - wanted) / error, (wrong - value) / error, where, numbers, words)


RECIPES: dict[str, Callable[[Formula, bool], Leg]] = {
    "predictive.mean-law": _moment,
    "predictive.variance-ridge": _moment,
}
