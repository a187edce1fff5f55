"""Simulation of students whose teachers come from their prior (`predictive.prior-teacher`; HP, arXiv:2512.19905)."""

from __future__ import annotations

import numpy as np

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.theory.regression.draws.regression import regression
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg

SPECTRUM, NOISE, PRIOR = np.array([2.0, 0.5]), 0.8, 1.1


def prior(formula: Formula, quick: bool) -> Leg:
    """Q + sigma^2 - s^2 of students whose teachers are drawn from the prior, end to end, at three finite sizes."""
    sets = 1_500 if quick else 2_000
    deviations, controls, rows = [], [], []
    for number, (n, d) in enumerate(((6, 3), (4, 8), (40, 20))):
        result = regression(
            n,
            d,
            NOISE,
            PRIOR,
            k=(1,),
            T=0.0,
            prompts=16,
            training_sets=sets,
            seed=SEED + number,
            Sigma=np.resize(SPECTRUM, d),
            redraw_teacher=True,
            workers=1,
        )
        offset, variance = result.teacher_offset_square, result.variance
        error = float(np.hypot(offset.standard_error, variance.standard_error))
        gap = float(offset.mean - (variance.mean - NOISE**2))
        deviations.append(gap / error)
        controls.append((gap - 0.2 * float(offset.mean)) / error)
        rows.append({"n": n, "d": d, "gap": f"{gap:.4g}", "standard_error": f"{error:.2g}"})
    worst, control = max(deviations, key=abs), min(controls, key=abs)
    where = f"end to end, teachers drawn from the prior, (n, d) = (6, 3), (4, 8), (40, 20), {sets} training sets each"
    return leg(worst, control, where, {"points": rows}, "a Q 20 % larger")
