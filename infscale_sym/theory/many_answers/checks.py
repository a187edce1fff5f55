"""Simulation of the exact threshold (`finite-k.criterion`): where the slope of drawn curves at 1/k = 0 changes its sign."""

from __future__ import annotations

from typing import Any

import numpy as np

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.theory.optima.draws import bootstrap, gains
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg


def criterion(formula: Formula, quick: bool, *, wrong: Any, wrong_said: str) -> Leg:
    """The temperatures drawn lie around the claimed one; `wrong`: a right side that must be rejected."""
    teacher, judge, counts = -0.1, 1.2, (5, 7, 10, 14, 20, 30, 45)
    wanted, other = (float(side(teacher, judge)) for side in (formula.rhs.numpy, numpy_function(wrong, formula.symbols)))
    shares = np.array([0.6, 0.8, 1.0, 1.25])
    x = 1 / np.array(counts, float)

    def crossing(y: Any) -> float:
        slopes = [np.polynomial.Polynomial.fit(x, row, 2).deriv()(0.0) * s**2 for row, s in zip(y, shares, strict=True)]
        roots = np.polynomial.Polynomial.fit(shares, slopes, 2).roots()
        return wanted * float(min(roots.real, key=lambda root: abs(root - 1)))

    settings = [(wanted * s, teacher, judge) for s in shares]
    value, error = bootstrap(crossing, gains(settings, counts, 100_000 if quick else 200_000, SEED), SEED)
    where = (
        f"slope of simulated curves at 1/k = 0, k = {', '.join(map(str, counts))}, tau = {teacher}, rho = {judge}: {value:.4f} "
        f"+- {error:.4f}, claimed {wanted:.4f}"
    )
    numbers = {"drawn": f"{value:.5g}", "standard_error": f"{error:.2g}", "claim": f"{wanted:.5g}"}
    return leg((value - wanted) / error, (value - other) / error, where, numbers, wrong_said)
