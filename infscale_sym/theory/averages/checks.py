"""Simulation of what the averaged law of best-of-k puts in (`best-of-k.averaged.*`), and the dots of a figure."""

from __future__ import annotations

from typing import Any

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.theory.regression.draws.moments import STUDENT_SIZES, teacher_risk
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg, leg_of_wrong


def offset_moment(formula: Formula, quick: bool, *, moment: Any, other: Any, other_said: str) -> Leg:
    """E Delta_T^2 of the fitted student at alpha = 1/2 against the quantity `moment` that the averaged law puts in for it;
    `other` is the one that it is told from."""
    model = (0.5, 1.0, 0.5, 1.0, 0.5)
    value, error = teacher_risk(*model, trials=4_000 if quick else 12_000, seed=SEED)
    mine, theirs = (float(quantity.numpy(*model)) for quantity in (moment, other))
    where = (
        "E Delta_T^2 of the fitted student at alpha = 1/2, sigma = 1, gamma = nu = 1/2, d = "
        f"{', '.join(map(str, STUDENT_SIZES))}, extrapolated in 1/d: {value:.5f} +- {error:.5f}, this law uses {mine:.5f}"
    )
    numbers = {
        "extrapolated": f"{value:.8g}",
        "standard_error": f"{error:.2g}",
        "used": f"{mine:.8g}",
        other_said: f"{theirs:.8g}",
    }
    if formula.expected is Expected.REFUTED:
        return leg_of_wrong((value - mine) / error, (value - theirs) / error, where, numbers)
    return leg((value - mine) / error, (value - theirs) / error, where, numbers, other_said)


def average_by_sums(*values: Any, digits: int = 20) -> Any:
    """The average over the Gaussian pair in float64, by the trapezoidal rule; for the dots of a figure."""
    import mpmath

    from infscale_sym.theory.regression.values.gaussian_pair import pair_average

    return mpmath.mpf(float(pair_average(*(float(v) for v in values))))
