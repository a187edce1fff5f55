"""Simulation of averages at many answers (`averaged.first-correction`, `averaged.slow-approach.exponent`): no integrals."""

from __future__ import annotations

import math

import numpy as np

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.averages.draws import gap_of_halves, tail_of_share
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg

#: (t, E tau^2, E tau rho, E rho^2); the coefficient of 1/k is positive in the first, negative in the second.
CASES = ((2.0, 0.9, 0.7, 0.9), (1.5, 0.6, -0.3, 0.5))
SIZES = (8, 12, 20, 40)


def first_correction(formula: Formula, quick: bool) -> Leg:
    """The coefficient of 1/k, extrapolated in 1/k, from the same answers used twice."""
    trials = 80_000 if quick else 160_000
    deviations, controls, rows = [], [], []
    for number, case in enumerate(CASES):
        gaps = [gap_of_halves(k, *case, trials=trials, seed=SEED + 10 * number + n) for n, k in enumerate(SIZES)]
        values, errors = zip(
            *((2 * k * gap.mean, 2 * k * gap.standard_error) for k, gap in zip(SIZES, gaps, strict=True)), strict=True
        )
        got, error = extrapolate([2 * k for k in SIZES], values, errors, orders=2)
        far, near = (float(formula.rhs.numpy(k, *case)) for k in (1e8, 1.0))
        wanted = near - far
        wrong = wanted * (1 - 2 * case[3] / ((1 + case[0]) * (2 + case[0]))) ** 1.5
        deviations.append((got - wanted) / error)
        controls.append((got - wrong) / error)
        rows.append({"at": str(case), "claim": f"{wanted:.6g}", "simulated": f"{got:.6g}", "error": f"{error:.2g}"})
    worst, most = max(deviations, key=abs), max(controls, key=abs)
    where = (
        f"coefficient of 1/k from halves of the same answers, offsets and answers drawn at {len(CASES)} settings, "
        f"{', '.join(str(2 * k) for k in SIZES)} answers, {trials} trials each, extrapolated in 1/k, largest deviation "
        f"{abs(worst):.1f}"
    )
    return leg(worst, most, where, {"points": rows}, "the coefficient without the average of the exponential")


def exponent(formula: Formula, quick: bool) -> Leg:
    """The tail of w/E w over prompts and answers falls with the exponent 1 + e: a moment of higher order is infinite."""
    heat, spread, levels = 1.0, 6.0, np.arange(1.5, 6.6, 1.0)
    batches, draws = (16, 250_000) if quick else (32, 500_000)
    counts = np.array(
        [tail_of_share(np.random.default_rng(SEED + n), heat, spread, draws, levels.tolist()) for n in range(batches)]
    )
    middles = 0.5 * (levels[1:] + levels[:-1])

    def intercept(total: np.ndarray) -> float:
        slopes = -np.diff(np.log(total)) / np.diff(levels)
        return extrapolate(middles.tolist(), slopes.tolist(), (1 / np.sqrt(total[1:])).tolist(), orders=1)[0] - 1

    # Deviations of neighbouring slopes are correlated: the error is that of leaving out one batch after the other.
    got = intercept(counts.sum(axis=0))
    others = np.array([intercept(counts.sum(axis=0) - row) for row in counts])
    error = math.sqrt((batches - 1) / batches * np.sum((others - others.mean()) ** 2))
    wanted = float(formula.rhs.numpy(heat, spread))
    where = (
        f"tail of one answer's weight over its mean, {batches * draws} draws at t = 1, v_rho = 6, exponent extrapolated in "
        f"one over the level: {got:.3f} +- {error:.3f}, claimed {wanted:.3f}"
    )
    return leg(
        (got - wanted) / error,
        (got - 1) / error,
        where,
        {"measured": f"{got:.5g}", "error": f"{error:.2g}"},
        "the exponent one",
    )
