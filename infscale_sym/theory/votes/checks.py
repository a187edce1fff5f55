"""Simulation of votes and search in stages (`vote.*`, `search.beam`). Only draws enter the left sides.

Exact claims are compared with drawn votes at three settings; claims for many answers at four sizes, extrapolated. The deviation
is in standard errors, and a wrong claim (5 % larger, or another coefficient) must be rejected.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Symbol, diff, factorial

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.selection.notation import k, tau
from infscale_sym.theory.votes import draws as votes
from infscale_sym.theory.votes.notation import bin_width, grid_shift
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg


def _claim(formula: Formula) -> Callable[..., float]:
    return numpy_function(formula.statement.rhs, formula.symbols)


#: How each exact claim is drawn, where, and what is changed for the claim that must be rejected.
_EXACT: dict[str, tuple[Callable[..., Any], tuple[tuple[Any, ...], ...]]] = {
    "vote.mean": (votes.mean_of_answers, ((2, 0.3), (8, -0.5), (40, 0.1))),
    "vote.weighted-mean": (votes.weighted_mean_of_answers, ((2, 0.5, 1.0, 0.3), (8, 0.1, -0.5, 1.0), (40, 2.0, 0.3, 0.7))),
    "vote.median": (votes.median_of_answers, ((3, 0.3), (9, -0.5), (41, 0.1))),
    "vote.majority": (votes.majority_of_answers, ((3, 1.0, 0.2, 0.4), (10, 2.0, 0.35, -0.6), (30, 0.7, 0.0, 0.2))),
}


def exact(formula: Formula, quick: bool) -> Leg:
    """Equalities: the vote is drawn and compared with the claim at three settings."""
    drawn, cases = _EXACT[formula.id]
    claim, trials = _claim(formula), 40_000 if quick else 200_000
    rng = np.random.default_rng(SEED)
    deviations, control, rows = [], 0.0, []
    for case in cases:
        result = drawn(*case, trials=trials, rng=rng)
        wanted = float(claim(*case))
        deviations.append((result.mean - wanted) / result.standard_error)
        control = max(control, abs(result.mean - 1.05 * wanted) / result.standard_error)
        rows.append({"at": str(case), "mean": f"{result.mean:.6g}", "error": f"{result.standard_error:.2g}"})
    worst = max(deviations, key=abs)
    where = f"votes drawn at {len(cases)} settings, {trials} trials each, largest deviation {abs(worst):.1f}"
    return leg(worst, control, where, {"points": rows}, "a claim 5 % larger")


#: Asymptotic claims: how drawn at k, the other arguments, the sizes, and the power of k of the term that is tested.
_LIMITS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], tuple[int, ...], int]] = {
    "vote.weighted-mean.infinite-k": (votes.weighted_mean_of_answers, (1.0, 1.0, 0.6), (16, 24, 40, 64), 0),
    "vote.weighted-mean.first-correction": (votes.weighted_mean_of_answers, (1.0, 0.3, 0.6), (12, 18, 30, 50), 1),
    "vote.median.large-k": (votes.median_of_answers, (0.0,), (5, 9, 15, 25), 2),
    "vote.median.even": (votes.median_of_answers, (0.0,), (6, 10, 16, 26), 2),
    "search.beam": (votes.search_in_stages, (2, 0.8, 0.8), (60, 100, 160, 240), 2),
    "vote.majority.rate": (votes.race_of_bins, (0.5, 0.3), (200, 300, 500, 800), 0),
}


#: Draws of counts are cheap.
_TIMES = {"vote.majority.rate": 2, "vote.median.large-k": 2, "vote.median.even": 2}


def limit(formula: Formula, quick: bool) -> Leg:
    """k^power (simulated - claim), which must vanish as k -> oo, extrapolated; a claim with another coefficient must not."""
    drawn, rest, sizes, power = _LIMITS[formula.id]
    claim, trials = _claim(formula), (100_000 if quick else 200_000) * _TIMES.get(formula.id, 1)
    trials = 60_000 if formula.id == "search.beam" else trials  # it is the number of increments that costs
    rng = np.random.default_rng(SEED)
    values, errors = [], []
    for size in sizes:
        result = drawn(size, *rest, trials=trials, rng=rng)
        scale = float(size) ** power
        values.append((result.mean - float(claim(size, *rest))) * scale)
        errors.append(result.standard_error * scale)
    intercept, error = extrapolate(sizes, values, errors, orders=2 if power < 2 else 1)
    off, words = 0.25 * _coefficient(formula, power, rest), f"a coefficient of k^-{power} 25 % larger"
    if formula.id.startswith("vote.median"):
        off, words = math.pi / 2, "the formula for numbers of the other parity"
    where = f"drawn at k = {', '.join(map(str, sizes))}, {trials} trials each, extrapolated in 1/k"
    numbers = {"gap": f"{intercept:.4g}", "standard_error": f"{error:.2g}"}
    return leg(intercept / error, abs(off) / error - abs(intercept / error), where, numbers, words)


def settled(formula: Formula, quick: bool) -> Leg:
    """So many answers that the vote has settled: one bin (each vote must give its centre), or two, each half the time."""
    claim, trials, count = _claim(formula), 4_000 if quick else 20_000, 150
    rng = np.random.default_rng(SEED)
    tie = formula.id.endswith("tie")
    grids = ((3.0, 0.5), (4.0, 0.5)) if tie else ((3.0, 0.1), (4.0, 0.2), (6.0, 0.3))
    gaps, controls, rows = [], [], []
    for width, shift in grids:
        offset = 0.4
        values: dict[Symbol, float] = {bin_width: width, grid_shift: shift, tau: offset}
        wanted = float(claim(*(values[s] for s in formula.symbols)))
        result = votes.majority_of_answers(count, width, shift, offset, trials=trials, rng=rng)
        other = ((shift - 1) * width + offset) ** 2  # always the bin next to it
        unit = result.standard_error if tie else 1e-12 * wanted
        gaps.append((result.mean - wanted) / unit)
        controls.append((result.mean - other) / unit)
        rows.append({"at": f"{width}, {shift}, {offset}", "mean": f"{result.mean:.6g}", "claim": f"{wanted:.6g}"})
    where = f"votes of {count} answers on {len(grids)} grids, {trials} each"
    if tie:
        return leg(max(gaps, key=abs), min(controls, key=abs), where, {"points": rows}, "one of the two bins alone")
    good = max(map(abs, gaps)) < 1 < 1e-9 * min(map(abs, controls))
    text = f"{where}: every vote gives the centre claimed; the next bin's would be off by {1e-12 * min(map(abs, controls)):.2g}"
    return Leg("simulation", f"all of {len(grids) * trials} votes", good, text, {"points": rows})


def _coefficient(formula: Formula, power: int, rest: tuple[Any, ...]) -> float:
    """The claim's coefficient of k^-power at the other arguments."""
    small = Symbol("epsilon", positive=True)
    claim = formula.statement.rhs.subs(k, 1 / small)
    others = [s for s in formula.symbols if s != k]
    return float(numpy_function(diff(claim, small, power).subs(small, 0) / factorial(power), others)(*rest))
