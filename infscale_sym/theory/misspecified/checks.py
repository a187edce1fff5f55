"""Simulation at the edge where the judge's exaggeration begins to matter (`best-of-k.misspecified.tie`, `.optimum-near`)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.misspecified.draws import lowest, subset_curves
from infscale_sym.theory.selection.draws.selection import mean_error
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg


def tie(formula: Formula, quick: bool) -> Leg:
    """(F - plateau) over the claimed term, the powers of k replaced by (k+1)...(k+4): 1 + O(1/k^2)."""
    judge = 1.0
    teacher, trials = judge - 1 / (2 * judge), 500_000 if quick else 1_000_000
    sizes, values, errors = (4, 6, 8, 11), [], []
    for number, size in enumerate(sizes):
        mean, error = mean_error(size, 0, teacher, judge, trials=trials, seed=SEED + number)
        unit = 2 * math.pi**2 * judge**2 * math.exp(2 * judge**2) / math.prod(range(size + 1, size + 5))
        values.append((mean - (teacher - judge) ** 2) / unit)
        errors.append(error / unit)
    value, error = extrapolate([(size + 5.5) ** 2 for size in sizes], values, errors, orders=2)
    where = (
        f"hard argmin on the boundary at rho = 1, k = {', '.join(map(str, sizes))}, {trials} trials each, "
        "(F - plateau) over the claim extrapolated"
    )
    numbers = {"ratio": f"{value:.4g}", "standard_error": f"{error:.2g}"}
    return leg((value - 1) / error, value / error, where, numbers, "no term in k^-4")


def near(formula: Formula, quick: bool) -> Leg:
    """The number of answers at which the drawn error is least, for judges ever nearer to the boundary, less the claim."""
    trials, judge = 20_000 if quick else 40_000, 1.0
    counts: Any = np.arange(3, 130)
    square, linear = subset_curves(judge, counts, 250, trials, SEED)
    near = (9.0, 16.0, 30.0, 60.0, 120.0, 240.0)

    def best(closeness_: float, rows: Any) -> float:
        drift = -(1 + 1 / closeness_) / (2 * judge)
        error = square[rows].mean(0) + 2 * drift * linear[rows].mean(0)
        at = int(np.argmin(error))
        window = slice(max(at - at // 3 - 2, 0), at + at // 3 + 3)
        return math.exp(lowest(np.log(counts[window]), error[window] * float(counts[at]) ** 4, 7)[0])

    resampled = np.random.default_rng(SEED).integers(0, 40, (100, 40))
    leading = [float(formula.rhs.numpy(judge, c)) for c in near]
    found = np.array([[best(c, rows) for c in near] for rows in (np.arange(40), *resampled)])
    errors = found[1:].std(axis=0, ddof=1)
    roots = [math.sqrt(c) for c in near]
    value, *spread = (extrapolate(roots, row - leading, errors.tolist(), orders=2)[0] for row in found)
    error = float(np.std(spread, ddof=1))  # all Lambda share their draws: by the resampled batches
    where = (
        f"{trials} sets of 250 answers at rho = 1, nearest of k averaged over all subsets: place of the least error less the "
        f"claim at Lambda = 9 to 240, extrapolated: {value:+.3f} +- {error:.3f}"
    )
    numbers = {"gap": f"{value:.4g}", "standard_error": f"{error:.2g}"}
    return leg(value / error, (4 - abs(value)) / error, where, numbers, "the leading term without the -4")
