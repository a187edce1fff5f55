"""Simulation of slopes and costs of coverage (`coverage.loss.exponent`, `coverage.loss.cost`, ...; L, arXiv:2410.16377).

Only drawn attempts enter the left sides; the deviation from a claim is in standard errors, and a wrong claim must be rejected.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.streams import estimate
from infscale_sym.theory.coverage.draws import first_successes
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg


def slope(
    formula: Formula, quick: bool, *, shapes: Sequence[tuple[float, float]], ends: tuple[int, int], power: float | None = None
) -> Leg:
    """ln(loss at one number/loss at a larger one), drawn, against the claimed slope integrated over ln k between them.

    `ends`: two numbers of independent attempts; `power`: of these numbers in k (k_eff = k^power), where the claim has it.
    """
    claim, problems = formula.rhs.numpy, 300_000 if quick else 1_000_000
    rng = np.random.default_rng(SEED)
    low, high = ends
    deviations, controls, rows = [], [], []
    for a, b in shapes:
        losses = [estimate(first_successes(a, b, problems=problems, rng=rng) > n) for n in ends]
        fall = math.log(losses[0].mean / losses[1].mean)
        error = math.hypot(*(loss.standard_error / loss.mean for loss in losses))
        grid = np.linspace(math.log(low), math.log(high), 201)
        along = claim(np.exp(grid), a, b) if power is None else claim(np.exp(grid), a, b, power)
        wanted = float(np.trapezoid(along, grid / (power or 1.0)))
        deviations.append((fall - wanted) / error)
        controls.append(abs(fall - 1.1 * wanted) / error)
        rows.append({"a": a, "b": b, "fall": f"{fall:.5f}", "claim": f"{wanted:.5f}", "error": f"{error:.2g}"})
    worst = max(deviations, key=abs)
    where = (
        f"losses drawn at {low} and {high} independent attempts, {problems} problems each, largest deviation {abs(worst):.1f}"
    )
    return leg(worst, max(controls), where, {"points": rows}, "a slope 10 % larger")


def cost(formula: Formula, quick: bool) -> Leg:
    """The number of attempts at which the share drawn falls to the target, between whole numbers along the power law."""
    claim, problems = formula.rhs.numpy, 400_000 if quick else 1_500_000
    rng = np.random.default_rng(SEED)
    a, b, lead, tokens, flops = 1.5, 0.6, 12.0, 2.0, 3.0
    target = math.gamma(a + b) / math.gamma(a) * lead**-b
    first = first_successes(a, b, problems=problems, rng=rng)
    low, shares = 1, []
    while (share := float(np.mean(first > low))) > target:
        shares.append(share)
        low += 1
    before = shares[-1]
    part = math.log(before / target) / math.log(before / share)
    number = low - 1 + part
    slope = b * number / (number + a + (b - 1) / 2)
    error = number / slope * math.sqrt((1 - target) / (target * problems))
    wanted = float(claim(lead, a, b, tokens, flops)) / (tokens * flops)
    where = f"target {target:.4f} at a = 1.5, b = 0.6, {problems} problems: reached at k = {number:.3f} +- {error:.3f}"
    numbers = {"k": f"{number:.5g}", "claim": f"{wanted:.5g}", "leading law": f"{lead:g}"}
    return leg((number - wanted) / error, (lead - number) / error, where, numbers, "the leading law")
