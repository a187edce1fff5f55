"""Simulation of the boundary at T = 0 and finite k (`temperature.zero.boundary`): excesses inside the domain and outside."""

from __future__ import annotations

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.theory.zero_temperature.draws import drawn_excess
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg


def boundary(formula: Formula, quick: bool) -> Leg:
    """Excesses inside the domain must not be negative; one outside must be."""
    trials, heats = 100_000 if quick else 200_000, (0.3, 1.0, 4.0)
    deviations, rows = [], []
    for number, (count, teacher, judge) in enumerate(((2, 0.9, 1.2), (5, -0.4, 0.4), (8, 0.4, 0.9))):  # 0.28, 0.36, 0.1
        mean, error = drawn_excess(count, heats, teacher, judge, trials, SEED + number)
        deviations.append(min(0.0, float((mean / error).min())))
        rows.append({"k": count, "tau": teacher, "rho": judge, "excess": [f"{m:.4g}" for m in mean]})
    mean, error = drawn_excess(5, heats, -0.4, 1.2, trials, SEED + 9)
    where = (
        f"same answers at t = 0.3, 1, 4 and at t = 0, {len(rows)} points, {trials} trials each, largest violation "
        f"{abs(min(deviations)):.1f}"
    )
    return leg(min(deviations), float((mean / error).min()), where, {"points": rows}, "the inequality at tau = -0.4, rho = 1.2")
