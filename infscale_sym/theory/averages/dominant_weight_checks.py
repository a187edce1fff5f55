"""Simulation of averages dominated by the weight of one draw (`averaged.slow-approach`, `averaged.marginal-approach`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import weighted_fit
from infscale_sym.sampling.streams import estimate
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg

#: ln k of the draws.
LEVELS = (200.0, 300.0, 450.0, 800.0, 1600.0, 3000.0)


def law(
    formula: Formula,
    quick: bool,
    *,
    draws: Callable[..., Any],
    cases: Sequence[tuple[float, ...]],
    exponent: Any = None,
    corrected: bool = False,
) -> Leg:
    """The scaled excess at six numbers of answers, fitted in 1/ln k; if the claim is `corrected`, its slope in 1/ln k as well.

    `draws(rng, ln k, point, trials)` has the scaled excess as its mean, at the points `cases` of the symbols after ln k; it
    takes the exponent of k too where that is an expression, and not one.
    """
    power = numpy_function(exponent, formula.symbols[1:]) if exponent is not None else None
    trials = 20_000 if quick else 60_000
    deviations, controls, rows = [], [], []
    for number, point in enumerate(cases):
        values, errors = [], []
        e = float(power(*point)) if power else 1.0
        for step, logarithm in enumerate(LEVELS):
            rng = np.random.default_rng(SEED + 10 * number + step)
            mean, error = estimate(draws(rng, logarithm, point, trials, *((e,) if power else ())))
            values.append(mean)
            errors.append(error)
        one, two = (float(formula.rhs.numpy(big, *point)) for big in (1e12, 1e2))
        slope = (two - one) * 1e2
        small = 1 / np.array(LEVELS)
        fit, covariance = weighted_fit(np.stack([small**n for n in range(3)], axis=1), values, errors)
        spread = np.sqrt(np.diag(covariance))
        deviations.append((fit[0] - one) / spread[0])
        if corrected:
            deviations.append((fit[1] - slope) / spread[1])
        # another power of k, by one part in a thousand of the exponent, at the largest number of answers
        controls.append(math.expm1(1e-3 * e * LEVELS[-1]) * values[-1] / errors[-1])
        controls.append((fit[0] - 1.1 * one) / spread[0])
        rows.append({"point": point, "constant": f"{fit[0]:.5g} +- {spread[0]:.2g}", "claim": f"{one:.5g}"})
    worst = max(deviations, key=abs)
    where = (
        f"offsets and one answer drawn with importance weights, the others counted, at ln k = {LEVELS[0]:g} to {LEVELS[-1]:g}, "
        f"{trials} trials each, extrapolated in 1/ln k: {rows[0]['constant']} (claimed {rows[0]['claim']}) and "
        f"{rows[1]['constant']} ({rows[1]['claim']}), largest deviation {abs(worst):.1f}"
    )
    wrong = "an exponent of k larger by 0.1 %, or a constant larger by 10 %,"
    return leg(float(worst), float(min(controls, key=abs)), where, {"points": rows}, wrong)
