"""Simulation of the expansion in 1/t at every order (`hte.all-orders`, `hte.coefficients-*`; HP, arXiv:2512.19905).

At given draws the softmax average is a quotient of two exponential sums, and its Taylor coefficients in 1/t follow by dividing
two power series. Their mean over draws is the coefficient. High orders live on rare draws, so these are drawn from a wider
normal law and weighted. Only draws and the definition enter.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.selection.notation import j, k, rho, t, tau
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg

#: Standard deviation of the wider law; its weights stay moderate for up to a dozen answers.
WIDTH = 1.5
OFFSETS = ((1.0, 0.7), (0.3, -0.5), (0.7, 0.0))
BATCH = 50_000


def drawn_series(
    answers: int, order: int, teacher: float, judge: float, trials: int, seed: int, width: float = WIDTH
) -> tuple[np.ndarray, np.ndarray]:
    """Simulated coefficients of t^0 ... t^-order and their standard errors, each of shape (order + 1,); dimensionless.

    Draws come from N(0, width^2) and carry the ratio of the densities as weight; width 1 is plain sampling.
    """
    total, square, done = np.zeros(order + 1), np.zeros(order + 1), 0
    rng = np.random.default_rng(seed)
    while done < trials:
        rows, weight, _, _ = _batch(rng, answers, order, teacher, judge, width)
        values = rows * weight
        total += values.sum(axis=1)
        square += (values**2).sum(axis=1)
        done += BATCH
    mean = total / done
    return mean, np.sqrt((square / done - mean**2) / done)


def drawn_remainder(order: int, heat: float, teacher: float, judge: float, trials: int, seed: int) -> tuple[float, float]:
    """Simulated mean over two answers of (softmax average - its Taylor polynomial to t^-order), and its standard error."""
    rng = np.random.default_rng(seed)
    parts: list[np.ndarray] = []
    for _ in range(-(-trials // BATCH)):
        rows, weight, losses, penalties = _batch(rng, 2, order, teacher, judge, WIDTH)
        tilts = np.exp(-(penalties - penalties.min(axis=0)) / heat)
        exact = (tilts * losses).sum(axis=0) / tilts.sum(axis=0)
        parts.append((exact - heat ** -np.arange(order + 1.0) @ rows) * weight)
    values = np.concatenate(parts)
    return float(np.mean(values)), float(np.std(values, ddof=1) / math.sqrt(len(values)))


def _batch(
    rng: np.random.Generator, answers: int, order: int, teacher: float, judge: float, width: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(Taylor coefficients (order + 1, BATCH), weights (BATCH,), losses and penalties (answers, BATCH))."""
    z = width * rng.standard_normal((answers, BATCH))
    weight = width**answers * np.exp(-(1 - width**-2) / 2 * (z**2).sum(axis=0))
    losses, penalties = (z + teacher) ** 2, (z + judge) ** 2 / 2
    # A constant in the penalty drops out of the quotient; without its mean the division loses fewer digits.
    centred = penalties - penalties.mean(axis=0)
    above, below, power = [], [], np.ones_like(centred)
    for n in range(order + 1):
        above.append((losses * power).mean(axis=0))
        below.append(power.mean(axis=0))
        power = power * -centred / (n + 1)
    rows: list[np.ndarray] = []
    for n in range(order + 1):
        rows.append(above[n] - sum((rows[m] * below[n - m] for m in range(n)), np.zeros(BATCH)))
    return np.array(rows), weight, losses, penalties


def all_orders(formula: Formula, quick: bool) -> Leg:
    """Orders 4 to 6 against the claim; HP-code's pattern (1-1/k)(1-2/k)... continued must be rejected."""
    trials = 200_000 if quick else 500_000
    terms: list[Any] = [formula.statement.rhs.coeff(t, -n) for n in (4, 5, 6)]
    claim = [numpy_function(term, [k, tau, rho]) for term in terms]
    deviations, controls, rows = [], [], []
    for number, (teacher, judge) in enumerate(OFFSETS):
        for count in (3, 8):
            mean, error = drawn_series(count, 6, teacher, judge, trials, SEED + 10 * number + count)
            for order, of in zip((4, 5, 6), claim, strict=True):
                wanted = float(of(count, teacher, judge))
                pattern = math.prod(1 - i / count for i in range(1, order + 1))
                wrong = (-1) ** order * pattern * (1 + 2 * judge * teacher + (order - 1) * judge**2)
                deviations.append(float((mean[order] - wanted) / error[order]))
                controls.append(float((mean[order] - wrong) / error[order]))
                row = {"k": count, "tau": teacher, "rho": judge, "order": order, "claim": f"{wanted:.6g}"}
                rows.append(row | {"simulated": f"{mean[order]:.6g}", "error": f"{error[order]:.2g}"})
    worst, control = max(deviations, key=abs), min(controls, key=abs)
    where = (
        f"coefficients of t^-4, t^-5 and t^-6 by dividing series draw by draw, k = 3, 8, {len(OFFSETS)} pairs of offsets, "
        f"{trials} weighted trials each, largest of {len(deviations)} deviations {abs(worst):.1f}"
    )
    return leg(worst, control, where, {"points": rows}, "HP-code's pattern (1-1/k)(1-2/k)... continued")


def two_answers(formula: Formula, quick: bool) -> Leg:
    """Orders 1, 3, 5 at two answers against the closed form."""
    trials = 200_000 if quick else 500_000
    claim = numpy_function(formula.statement.rhs, [j, tau, rho])
    deviations, controls, rows = [], [], []
    for number, (teacher, judge) in enumerate(OFFSETS):
        mean, error = drawn_series(2, 5, teacher, judge, trials, SEED + number)
        for half in range(3):
            order, wanted = 2 * half + 1, float(claim(half, teacher, judge))
            deviations.append(float((mean[order] - wanted) / error[order]))
            controls.append(float((mean[order] - 1.1 * wanted) / error[order]))
            row = {"tau": teacher, "rho": judge, "order": order, "claim": f"{wanted:.6g}"}
            rows.append(row | {"simulated": f"{mean[order]:.6g}", "error": f"{error[order]:.2g}"})
    worst, least = max(deviations, key=abs), min(controls, key=abs)
    where = (
        f"coefficients of t^-1, t^-3 and t^-5 by dividing series draw by draw, {len(OFFSETS)} pairs of offsets, "
        f"{trials} weighted trials each, largest of {len(deviations)} deviations {abs(worst):.1f}"
    )
    return leg(worst, least, where, {"points": rows}, "a coefficient 10 % larger")


def many_answers(formula: Formula, quick: bool) -> Leg:
    """Orders 2 and 3 at growing k, plain draws, extrapolated in 1/k."""
    trials, sizes = (100_000 if quick else 300_000), (16, 24, 40, 64)
    claim = numpy_function(formula.statement.rhs, [j, tau, rho])
    teacher, judge = OFFSETS[0]
    runs = [drawn_series(size, 3, teacher, judge, trials, SEED + size, width=1.0) for size in sizes]
    deviations, controls, numbers = [], [], {}
    for order in (2, 3):
        value, error = extrapolate(sizes, [r[0][order] for r in runs], [r[1][order] for r in runs], orders=2)
        wanted = float(claim(order - 1, teacher, judge))
        deviations.append((value - wanted) / error)
        controls.append((value - 1.15 * wanted) / error)
        numbers[f"order {order}"] = {"extrapolated": f"{value:.5g}", "error": f"{error:.2g}", "claim": f"{wanted:.5g}"}
    worst, control = max(deviations, key=abs), min(controls, key=abs)
    where = f"coefficients of t^-2 and t^-3 at k = {', '.join(map(str, sizes))}, {trials} trials each, extrapolated in 1/k"
    return leg(worst, control, where, numbers, "a coefficient 15 % larger")


def truncation(formula: Formula, quick: bool) -> Leg:
    """The mean of what a partial sum leaves out, draw by draw, against the first term left out."""
    trials = 200_000 if quick else 500_000
    bound = numpy_function(formula.statement.rhs, [t, rho, j])
    beyond, controls, rows = [], [], []
    for number, (heat, judge, half) in enumerate(((3.0, 0.5, 0), (8.0, -0.8, 0), (8.0, 0.3, 1))):
        mean, error = drawn_remainder(2 * half + 1, heat, judge, judge, trials, SEED + number)
        most = float(bound(heat, judge, half))
        beyond.append(max(0.0, (abs(mean) - most) / error))
        controls.append((abs(mean) - most / 2) / error)
        rows.append({"t": heat, "rho": judge, "order": 2 * half + 1, "left out": f"{mean:.5g}", "bound": f"{most:.5g}"})
    where = f"partial sums subtracted draw by draw at {len(rows)} points, {trials} weighted trials each"
    return leg(max(beyond), max(controls), where, {"points": rows}, "half the bound")


def growth(formula: Formula, quick: bool) -> Leg:
    return Leg("simulation", "not simulable", None, "a statement on orders that no number of draws resolves")
