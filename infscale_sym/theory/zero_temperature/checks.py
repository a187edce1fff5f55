"""Simulation about T = 0 at finite k (`temperature.zero.boundary`, `temperature.zero.approach`).

The sampler of HP (arXiv:2512.19905). The same answers at t and at t = 0, so that what is common to both cancels. Only draws
enter.
"""

from __future__ import annotations

import math

import numpy as np

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.selection.notation import k, rho, tau
from infscale_sym.theory.zero_temperature.notation import ColdPairs, coldness
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg


def drawn_excess(
    count: int, heats: tuple[float, ...], teacher: float, judge: float, trials: int, seed: int, *, fold: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """F_k(t) - F_k(0) and its standard error at each t, from the same answers; two arrays of the shape of `heats`.

    `fold`: the error of an answer at the distance r is averaged over both sides of the judge's by hand, (tau - rho)^2 + r^2 +
    2 (tau - rho) r tanh(rho r), which takes out most of the noise; all else is drawn.
    """
    rng, block = np.random.default_rng(seed), 50_000
    sums, squares = np.zeros((2, len(heats)))
    for start in range(0, trials, block):
        x = rng.standard_normal((min(block, trials - start), count)) + judge
        square = x * x
        first = square.argmin(axis=1)[:, None]
        drift = teacher - judge
        error = square + 2 * drift * (x * np.tanh(judge * x) if fold else x)  # less (tau - rho)^2
        error -= np.take_along_axis(error, first, axis=1)
        square -= np.take_along_axis(square, first, axis=1)
        for n, heat in enumerate(heats):
            weight = np.exp(square * (-0.5 / heat))
            gain = np.vecdot(weight, error) / weight.sum(axis=1)
            sums[n] += gain.sum()
            squares[n] += gain @ gain
    mean = sums / trials
    return mean, np.sqrt((squares / trials - mean**2) / trials)


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


def approach(formula: Formula, quick: bool) -> Leg:
    """(Drawn excess less the claim)/t^2 at falling t, extrapolated in t^(1/2): zero."""
    trials, heats = 200_000 if quick else 500_000, (0.006, 0.012, 0.025, 0.05)
    claim, count, teacher, judge = formula.rhs.numpy, 3, 1.0, 0.5
    values, errors = [], []
    for number, heat in enumerate(heats):
        mean, error = drawn_excess(count, (heat,), teacher, judge, trials, SEED + number, fold=True)
        point = {k: count, tau: teacher, rho: judge, coldness: 1 / heat}
        wanted = float(claim(*(point[s] for s in formula.symbols)))
        values.append((float(mean[0]) - wanted) / heat**2)
        errors.append(float(error[0]) / heat**2)
    value, spread = extrapolate([heat**-0.5 for heat in heats], values, errors, orders=2)
    left_out = math.pi / 6 * count * (count - 1) * math.exp(-(judge**2)) * 2 * float(ColdPairs.numpy(count, teacher, judge))
    where = (
        f"same answers at t and at t = 0, k = {count}, tau = {teacher:g}, rho = {judge}, "
        f"t = {', '.join(f'{h:g}' for h in heats)}, "
        f"{trials} trials each; (excess less claim)/t^2 extrapolated in t^(1/2): {value:+.3f} +- {spread:.3f}"
    )
    numbers = {"gap": f"{value:.4g}", "standard_error": f"{spread:.2g}", "M left out": f"{left_out:.4g}"}
    return leg(value / spread, (value - left_out) / spread, where, numbers, "a claim without M")
