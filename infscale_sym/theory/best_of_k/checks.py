"""How the statements on best-of-k are drawn: the hard choice among growing numbers of answers, extrapolated in 1/k."""

from __future__ import annotations

import math

import numpy as np

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.selection.draws.selection import chosen_answers, selection
from infscale_sym.theory.selection.notation import k, rho, tau, x, y
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg


def hard_choice(formula: Formula, quick: bool) -> Leg:
    """F at t = 0 for growing k: (simulated - claim + last term)/last term tends to 1."""
    claim = formula.rhs.numpy
    judge = 0.6
    teacher = judge + (0.1 if rho in formula.symbols else 0.0)  # a small offset: its linear term is mostly noise
    trials = 100_000 if quick and judge == teacher else 400_000
    sizes = (16, 24, 40, 64) if quick and judge == teacher else (16, 24, 40, 64, 100)
    values, errors = [], []
    for number, size in enumerate(sizes):
        result = selection(size, 0, teacher, judge, trials=trials, seed=SEED + number)
        mean, error = float(np.ravel(result.mean)[0]), float(np.ravel(result.standard_error)[0])
        point = {k: size, tau: teacher, rho: judge}
        wanted = float(claim(*(point[s] for s in formula.symbols)))
        scale = math.pi * math.exp(judge**2) * (1 + 2 * judge * (teacher - judge)) / size**2  # the term in 1/k^2
        values.append((mean - wanted) / scale)
        errors.append(error / abs(scale))
    intercept, error = extrapolate(sizes, values, errors, orders=2 if formula.id != "best-of-k.all-orders" else 1)
    where = f"hard argmin at k = {', '.join(map(str, sizes))}, {trials} trials each, extrapolated in 1/k"
    numbers = {"relative_gap": f"{intercept:.4g}", "standard_error": f"{error:.2g}"}
    return leg(intercept / error, (0.15 - intercept) / error, where, numbers, "a 1/k^2 coefficient 15 % off")


def tail(formula: Formula, quick: bool) -> Leg:
    """The tail of k |z + tau| of the chosen answer at one distance, for growing k; also its first correction (the rate)."""
    teacher = 0.6
    rate = math.sqrt(2 / math.pi) * math.exp(-(teacher**2) / 2)
    at = 2 / rate  # where the gap to the limit law is largest
    trials = 100_000 if quick else 400_000
    sizes = (4, 6, 10, 16) if quick else (4, 6, 10, 16, 30)
    tails, errors = [], []
    for number, size in enumerate(sizes):
        chosen = chosen_answers(size, teacher, trials=trials, seed=SEED + number)
        share = float(np.mean(size * np.abs(chosen + teacher) > at))
        tails.append(share)
        errors.append(math.sqrt(share * (1 - share) / trials))
    numbers = {"tails": [f"{s:.6f}" for s in tails], "sizes": list(sizes)}
    if formula.id.endswith("rate"):
        gaps = [size * (math.exp(-2) - share) for size, share in zip(sizes, tails, strict=True)]
        scaled = [size * error for size, error in zip(sizes, errors, strict=True)]
        intercept, error = extrapolate(sizes, gaps, scaled)
        wanted = float(formula.rhs.numpy(*({k: 1.0, tau: teacher}[s] for s in formula.symbols)))
        where = f"k (limit - tail) at its largest, k = {', '.join(map(str, sizes))}, {trials} answers each, extrapolated"
        return leg((intercept - wanted) / error, (1.5 * wanted - intercept) / error, where, numbers, "a rate 50 % larger")
    intercept, error = extrapolate(sizes, tails, errors, orders=2)
    point = {x: at, y: at**2, k: 1.0, tau: teacher}
    wanted = float(formula.rhs.numpy(*(point[s] for s in formula.symbols)))
    where = f"chosen answers at k = {', '.join(map(str, sizes))}, {trials} each, tail at one distance extrapolated"
    wrong = wanted**1.1  # a rate 10 % larger
    return leg((intercept - wanted) / error, (intercept - wrong) / error, where, numbers, "a rate 10 % larger")
