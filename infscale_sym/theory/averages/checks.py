"""Simulation of averages over a Gaussian pair of offsets (`averaged.finite-temperature`, `averaged.best-of-two`).

Offsets and answers are drawn and chosen from as in the model (HP, arXiv:2512.19905); the deviation from the claim is in
standard errors, and a claim without what the judge cannot know must be rejected. `averaged.printed-law-reach` with fitted
students.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.theory.averages.notation import v_cross, v_rho, v_tau
from infscale_sym.theory.regression.checks import regression_moment
from infscale_sym.theory.regression.draws.regression import regression
from infscale_sym.theory.regression.notation import PredictiveVariance, TeacherOffset, TeacherRisk
from infscale_sym.theory.selection.notation import k, t
from infscale_sym.verify.simulation import leg, leg_of_wrong

if TYPE_CHECKING:
    from infscale_sym.verify.record import Leg

#: (k, t, E tau^2, E tau rho, E rho^2)
_CASES = ((2, 0.5, 0.8, 0.3, 0.5), (8, 0.0, 0.4, 0.5, 1.2), (64, 2.0, 1.5, -0.4, 0.7))


def drawn_average(
    rng: np.random.Generator, count: int, heat: float, moments: Sequence[float], trials: int
) -> tuple[float, float]:
    """Mean and standard error of the softmax average of (z_i + tau)^2 over `trials` draws of offsets and `count` answers."""
    a, b, c = moments
    judge = math.sqrt(c) * rng.standard_normal(trials)
    teacher = b / c * judge + math.sqrt(a - b * b / c) * rng.standard_normal(trials)
    answers = rng.standard_normal((trials, count))
    rewards = -((answers + judge[:, None]) ** 2)
    best = rewards.max(axis=1, keepdims=True)
    weights = np.exp((rewards - best) / (2 * heat)) if heat else (rewards == best).astype(float)
    errors = (weights * (answers + teacher[:, None]) ** 2).sum(axis=1) / weights.sum(axis=1)
    return float(errors.mean()), float(errors.std(ddof=1) / math.sqrt(trials))


def gaussian_pair(formula: Formula, quick: bool) -> Leg:
    claim = numpy_function(formula.statement.rhs, formula.symbols)
    trials = 40_000 if quick else 120_000
    two = formula.id.endswith("best-of-two")
    deviations, control, rows = [], 0.0, []
    for number, (count, heat, *moments) in enumerate(_CASES):
        count, heat = (2, 0.0) if two else (count, heat)
        mean, error = drawn_average(np.random.default_rng(SEED + number), count, heat, moments, trials)
        values: dict[Any, float] = dict(zip((k, t, v_tau, v_cross, v_rho), (count, heat, *moments), strict=True))
        wanted = float(claim(*(values[s] for s in formula.symbols)))
        # wrong: the judge knows all of the teacher's offset
        wrong = wanted - (moments[0] - moments[1] ** 2 / moments[2])
        deviations.append((mean - wanted) / error)
        control = max(control, abs(mean - wrong) / error)
        rows.append({"k": count, "t": heat, "moments": moments, "mean": f"{mean:.6g}", "error": f"{error:.2g}"})
    worst = max(deviations, key=abs)
    where = f"offsets and answers drawn for {len(_CASES)} pairs, {trials} trials each, largest deviation {abs(worst):.1f}"
    return leg(worst, control, where, {"points": rows}, "the claim without what the judge cannot know")


def printed_reach(formula: Formula, quick: bool) -> Leg:
    """E Delta_T^2 of fitted students at alpha = 1/5: above the printed q, below the bound."""
    shape, noise, prior, weight, d = 0.2, 0.3, 1.0, 1.0, 80
    result = regression(
        round(d / shape),
        d,
        noise,
        prior,
        k=(1,),
        T=0.0,
        prompts=400,
        training_sets=100 if quick else 400,
        seed=SEED,
        teacher=np.full(d, weight),
    )
    square, error = result.teacher_offset_square.mean, result.teacher_offset_square.standard_error
    model = (shape, noise, prior, 1.0, weight)
    printed, s2 = float(TeacherOffset.numpy(*model)), float(PredictiveVariance.numpy(*model[:4]))
    bound = (printed + shape * s2) / (1 - shape)
    where = f"fitted students, d = {d}, alpha = 0.2: E Delta_T^2 = {square:.5f} +- {error:.5f}, at most {bound:.5f}"
    numbers = {"measured": f"{square:.6g}", "standard_error": f"{error:.2g}", "bound": f"{bound:.6g}", "q": f"{printed:.6g}"}
    return leg(max(0.0, (square - bound) / error), (square - printed) / error, where, numbers, "the bound q")


def offset_moment(formula: Formula, quick: bool) -> Leg:
    """E Delta_T^2 of the fitted student at alpha = 1/2: what the averaged law puts in, extrapolated in 1/d."""
    shape, noise, prior, weight = 0.5, 1.0, 0.5, 0.5
    value, error, sizes = regression_moment("teacher_offset_square", shape, noise, prior, (1.0,), weight, quick)
    model = (shape, noise, prior, 1.0, weight)
    right, printed = (float(quantity.numpy(*model)) for quantity in (TeacherRisk, TeacherOffset))
    mine, other = (right, printed) if formula.id.endswith("corrected") else (printed, right)
    where = (
        f"E Delta_T^2 of the fitted student at alpha = 1/2, sigma = 1, gamma = nu = 1/2, d = {sizes}, extrapolated in 1/d: "
        f"{value:.5f} +- {error:.5f}, this law uses {mine:.5f}"
    )
    numbers = {"extrapolated": f"{value:.8g}", "standard_error": f"{error:.2g}", "Q": f"{right:.8g}", "q": f"{printed:.8g}"}
    wrong = "the printed q" if mine is right else "the corrected Q"
    deviation, control = (value - mine) / error, (value - other) / error
    if mine is printed:
        return leg_of_wrong(deviation, control, where, numbers)
    return leg(deviation, control, where, numbers, wrong)


def average_by_sums(*values: Any, digits: int = 20) -> Any:
    """The average over the Gaussian pair in float64, by the trapezoidal rule; for the dots of a figure."""
    import mpmath

    from infscale_sym.theory.regression.values.gaussian_pair import pair_average

    return mpmath.mpf(float(pair_average(*(float(v) for v in values))))
