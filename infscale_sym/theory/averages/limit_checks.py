"""Simulation of averages at many answers (`averaged.first-correction`, `averaged.slow-approach.exponent`, ...): no integrals.

Offsets and answers are drawn (model of HP, arXiv:2512.19905). The coefficient of 1/k comes from the same answers used twice:
the error of 2k answers against the mean error of their two halves. The difference is of the size 1/k trial by trial, so its
noise falls with it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.averages.notation import v_cross, v_rho, v_tau
from infscale_sym.theory.selection.notation import k, t
from infscale_sym.verify.simulation import leg

if TYPE_CHECKING:
    from infscale_sym.verify.record import Leg

#: (t, E tau^2, E tau rho, E rho^2); the coefficient of 1/k is positive in the first, negative in the second.
CASES = ((2.0, 0.9, 0.7, 0.9), (1.5, 0.6, -0.3, 0.5))
SIZES = (8, 12, 20, 40)
_BLOCK = 20_000


def halves(
    rng: np.random.Generator, count: int, heat: float, moments: Sequence[float], trials: int
) -> tuple[float, float, float, float]:
    """(mean error of 2 count answers, its standard error, mean of halves less whole, its standard error), by drawing."""
    a, b, c = moments
    whole, gap = [], []
    for _ in range(trials // _BLOCK):
        judge = math.sqrt(c) * rng.standard_normal((_BLOCK, 1))
        teacher = b / c * judge + math.sqrt(a - b * b / c) * rng.standard_normal((_BLOCK, 1))
        answers = rng.standard_normal((_BLOCK, 2 * count))
        weights = np.exp(-((answers + judge) ** 2) / (2 * heat))
        errors = weights * (answers + teacher) ** 2
        above, below = (part.reshape(_BLOCK, 2, count).sum(axis=2) for part in (errors, weights))
        both = above.sum(axis=1) / below.sum(axis=1)
        whole.append(both)
        gap.append((above / below).mean(axis=1) - both)
    one, two = np.concatenate(whole), np.concatenate(gap)
    scale = math.sqrt(one.size)
    return float(one.mean()), float(one.std() / scale), float(two.mean()), float(two.std() / scale)


def many_answers(formula: Formula, quick: bool) -> Leg:
    """The limit, or the coefficient of 1/k, extrapolated in 1/k from offsets and answers drawn together."""
    claim = numpy_function(formula.statement.rhs, formula.symbols)
    first = formula.id.endswith("first-correction")
    trials = 80_000 if quick else 160_000
    deviations, controls, rows = [], [], []
    for number, (heat, *moments) in enumerate(CASES):
        values, errors = [], []
        for place, size in enumerate(SIZES):
            rng = np.random.default_rng(SEED + 10 * number + place)
            mean, error, gap, gap_error = halves(rng, size, heat, moments, trials)
            values.append(2 * size * gap if first else mean)
            errors.append(2 * size * gap_error if first else error)
        got, error = extrapolate([2 * size for size in SIZES], values, errors, orders=2 if first else 1)
        point: dict[Any, float] = dict(zip((t, v_tau, v_cross, v_rho), (heat, *moments), strict=True))
        at = [float(claim(*({**point, k: count}[s] for s in formula.symbols))) for count in (1e8, 1.0)]
        wanted = at[1] - at[0] if first else at[0]
        wrong = (
            wanted * (1 - 2 * moments[2] / ((1 + heat) * (2 + heat))) ** 1.5 if first else wanted - moments[2] / (1 + heat) ** 2
        )
        deviations.append((got - wanted) / error)
        controls.append((got - wrong) / error)
        rows.append(
            {"t": heat, "moments": moments, "claim": f"{wanted:.6g}", "simulated": f"{got:.6g}", "error": f"{error:.2g}"}
        )
    worst, most = max(deviations, key=abs), max(controls, key=abs)
    what = "coefficient of 1/k from halves of the same answers" if first else "mean error"
    where = (
        f"{what}, offsets and answers drawn at {len(CASES)} settings, {', '.join(str(2 * size) for size in SIZES)} answers, "
        f"{trials} trials each, extrapolated in 1/k, largest deviation {abs(worst):.1f}"
    )
    name = (
        "the coefficient without the average of the exponential"
        if first
        else "a limit without its square of the judge's offset"
    )
    return leg(worst, most, where, {"points": rows}, name)


def tail_of_share(rng: np.random.Generator, heat: float, v_rho_: float, draws: int, levels: Any) -> np.ndarray:
    """How often ln(w/E w) of one answer exceeds each level, over drawn offsets and answers; counts, shape of levels."""
    judge = math.sqrt(v_rho_) * rng.standard_normal(draws)
    answer = rng.standard_normal(draws)
    logs = 0.5 * (judge**2 / (1 + heat) - (answer + judge) ** 2 / heat + math.log1p(1 / heat))
    return np.array([np.count_nonzero(logs > level) for level in levels], float)


def exponent(formula: Formula, quick: bool) -> Leg:
    """The tail of w/E w over prompts and answers falls with the exponent 1 + e: a moment of higher order is infinite."""
    claim = numpy_function(formula.statement.rhs, formula.symbols)
    heat, spread, levels = 1.0, 6.0, np.arange(1.5, 6.6, 1.0)
    batches, draws = (16, 250_000) if quick else (32, 500_000)
    counts = np.array([tail_of_share(np.random.default_rng(SEED + n), heat, spread, draws, levels) for n in range(batches)])
    middles = 0.5 * (levels[1:] + levels[:-1])

    def intercept(total: np.ndarray) -> float:
        slopes = -np.diff(np.log(total)) / np.diff(levels)
        return extrapolate(middles.tolist(), slopes.tolist(), (1 / np.sqrt(total[1:])).tolist(), orders=1)[0] - 1

    # Deviations of neighbouring slopes are correlated: the error is that of leaving out one batch after the other.
    got = intercept(counts.sum(axis=0))
    others = np.array([intercept(counts.sum(axis=0) - row) for row in counts])
    error = math.sqrt((batches - 1) / batches * np.sum((others - others.mean()) ** 2))
    wanted = float(claim(*({t: heat, v_rho: spread}[s] for s in formula.symbols)))
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
