"""Simulation of the two exponents of best-of-k (`tradeoff.exponents`, `tradeoff.data-exponent.*`; HP, arXiv:2512.19905).

They come from students fitted end to end at several numbers of answers or of training pairs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.sampling.fits import weighted_fit
from infscale_sym.theory.averages.draws import WIDTHS, students
from infscale_sym.theory.scaling.draws import data_slope
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg, leg_of_wrong

#: Students fitted end to end: alpha, sigma, gamma, Sigma, nu.
MODEL = (0.2, 1.0, 0.5, 1.0, 0.5)
#: Two values of alpha, and sigma, gamma, Sigma, nu, for the exponent in the data.
ENDS, STUDENT = (0.2, 0.4), (0.5, 1.0, 1.0, 0.8)


def sample_exponent(formula: Formula, quick: bool) -> Leg:
    """ln[k^2 E F_k] of fitted students = c + (2 - exponent) ln k + a/k + b/k^2: the exponent by weighted least squares."""
    counts = (8, 12, 20, 32, 64, 128, 256)
    rows, values, errors = [], [], []
    for number, count in enumerate(counts):
        drawn = students((count,), 40, *MODEL, trials=4_000 if quick else 8_000, seed=SEED + number).selection_error
        mean, error = float(drawn.mean[0]), float(drawn.standard_error[0])
        values.append(math.log(mean))
        errors.append(error / mean)
        rows.append([1.0, -math.log(count), 1 / count, 1 / count**2])
    coefficients, covariance = weighted_fit(rows, values, errors)
    slope, error = float(coefficients[1]), math.sqrt(covariance[1, 1])
    wanted = float(formula.rhs.numpy(float(counts[-1]), *MODEL))
    where = (
        f"students fitted end to end at alpha = {MODEL[0]}, d = 40, k = {counts[0]} to {counts[-1]}: exponent "
        f"{slope:.4f} +- {error:.4f}"
    )
    numbers = {"exponent": f"{slope:.6g}", "standard_error": f"{error:.2g}"}
    return leg((slope - wanted) / error, (slope - 1.85) / error, where, numbers, "an exponent of 1.85")


def data_exponent(formula: Formula, quick: bool, *, other: Any, other_said: str) -> Leg:
    """The simulated slope in ln alpha against the claim averaged over ln alpha, and against `other`, another right side."""
    slope, error = data_slope(ENDS, STUDENT, trials=4_000 if quick else 8_000, seed=SEED)
    mine, theirs = _over_alpha(formula.rhs.numpy), _over_alpha(numpy_function(other, formula.symbols))
    where = (
        f"students fitted end to end at alpha = {ENDS[0]} and {ENDS[1]}, sigma = {STUDENT[0]}, gamma = 1, nu = {STUDENT[3]}, "
        f"d = {', '.join(map(str, WIDTHS))}, extrapolated in 1/d: {slope:.4f} +- {error:.4f}, this claim {mine:.4f}, "
        f"{other_said} {theirs:.4f}"
    )
    numbers = {"slope": f"{slope:.6g}", "standard_error": f"{error:.2g}", "claim": f"{mine:.6g}", other_said: f"{theirs:.6g}"}
    if formula.expected is Expected.REFUTED:
        return leg_of_wrong((slope - mine) / error, (slope - theirs) / error, where, numbers)
    return leg((slope - mine) / error, (slope - theirs) / error, where, numbers, other_said)


def _over_alpha(claim: Callable[..., Any]) -> float:
    """The mean of claim(alpha, ...) over ln alpha between ENDS, by five Gauss nodes."""
    nodes, masses = np.polynomial.legendre.leggauss(5)
    at = np.exp((math.log(ENDS[0] * ENDS[1]) + nodes * math.log(ENDS[1] / ENDS[0])) / 2)
    return float(sum(m * float(claim(a, *STUDENT)) for a, m in zip(at, masses, strict=True)) / 2)
