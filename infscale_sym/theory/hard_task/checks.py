"""Simulation of the law of best-of-k over hard prompts (`best-of-k.hard-task`): two of its terms, and the exponent of k."""

from __future__ import annotations

import math

import numpy as np

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import weighted_fit
from infscale_sym.theory.hard_task.draws import hard_task_error
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg

#: At these tau_k, k is 6e4 to 1e117.
LEVELS = (4.0, 5.0, 6.5, 9.0, 14.0, 23.0)


def law(formula: Formula, quick: bool) -> Leg:
    """H tau_k^3 at six numbers of answers, fitted in 1/tau_k^2: intercept and slope against the claim, Theta = 0.9 and 1.4."""
    claim, trials = formula.rhs.numpy, 100_000 if quick else 300_000
    deviations, controls, rows = [], [], []
    for number, ratio in enumerate((0.9, 1.4)):
        leading = float(claim(1e8, ratio)) * 1e24
        correction = (float(claim(10.0, ratio)) * 1e3 / leading - 1) * 100
        values, errors = [], []
        for step, level in enumerate(LEVELS):
            mean, error = hard_task_error(level, ratio, trials=trials, seed=SEED + 10 * number + step)
            values.append(mean * level**3 / leading)
            errors.append(error * level**3 / leading)
        small = np.array(LEVELS) ** -2.0
        columns = np.stack([small**n for n in range(4)], axis=1)
        fit, covariance = weighted_fit(columns, values, errors)
        # the claim's own slope put in, the intercept is known better
        known, narrow = weighted_fit(np.delete(columns, 1, axis=1), values - correction * small, errors)
        spread = math.sqrt(narrow[0, 0])
        deviations += [(known[0] - 1) / spread, (fit[1] - correction) / math.sqrt(covariance[1, 1])]
        # an exponent of k that is 0.1 % larger, at the largest number of answers
        wrong = math.expm1(1e-3 * ratio * LEVELS[-1] ** 2 / 2)
        controls.append(wrong * values[-1] / errors[-1])
        rows.append({"Theta": ratio, "intercept": f"{known[0]:.5f} +- {spread:.5f}", "correction": f"{fit[1]:.3g}"})
    worst = max(deviations, key=abs)
    where = (
        f"nearest of k answers drawn at tau_k = {LEVELS[0]:g} to {LEVELS[-1]:g} (k to 1e117), Theta = 0.9 and 1.4, {trials} "
        f"prompts each: H tau_k^3/M to {rows[0]['intercept']} and {rows[1]['intercept']}, largest deviation {abs(worst):.1f}"
    )
    return leg(float(worst), float(min(controls)), where, {"points": rows}, "an exponent of k larger by 0.1 %")
