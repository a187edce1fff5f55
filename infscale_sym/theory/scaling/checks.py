"""Simulation of monotony, difficulty and the two exponents: draws, differences and slopes, in standard errors.

An inequality agrees unless the draws contradict it; it is evidence if they reject the reverse. Exponents come from students
fitted end to end at several numbers of answers or of training pairs.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from infscale_sym import registry, simulate
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.regression.notation import Sigma, alpha, gamma, nu, sigma
from infscale_sym.theory.selection.notation import k, tau
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg, leg_of_wrong


def _mean(count: int, t: float, teacher: float, judge: float, trials: int, seed: int) -> tuple[float, float]:
    result = simulate.selection(count, t, teacher, judge, trials=trials, seed=seed)
    return float(np.ravel(result.mean)[0]), float(np.ravel(result.standard_error)[0])


def monotone(formula: Formula, quick: bool) -> Leg:
    """F_{k+1} against F_k from independent draws, at several points; the reverse must be rejected, at one at least."""
    trials = 100_000 if quick else 400_000
    cases = [(1, 0.5, 0.8, 0.8), (3, 0.1, -0.6, -0.6), (6, 2.0, 1.2, 1.2), (2, 0.0, 0.4, 0.4)]
    if formula.id == "monotone.close-judge":
        cases = [(1, 0.5, 0.8, 1.2), (3, 0.1, -0.6, 0.3), (6, 2.0, 1.2, 1.5), (2, 0.0, 0.4, 0.9)]
    rows, excess = [], []
    for number, (count, t, teacher, judge) in enumerate(cases):
        (fewer, one), (more, two) = (_mean(count + n, t, teacher, judge, trials, SEED + 2 * number + n) for n in (0, 1))
        excess.append((more - fewer) / math.hypot(one, two))
        rows.append({"k": count, "t": t, "tau": teacher, "rho": judge, "F_k": f"{fewer:.6g}", "F_k+1": f"{more:.6g}"})
    where = f"sampler at {len(cases)} points, {trials} trials each"
    return _inequality(excess, where, rows)


def every_k(formula: Formula, quick: bool) -> Leg:
    """Gains at a harder and an easier offset, or slopes at two numbers of answers, from independent draws."""
    trials = 100_000 if quick else 400_000
    rows, excess = [], []
    for number, (count, hard, easy) in enumerate([(2, 1.2, 0.3), (8, 1.5, 1.0), (40, -1.0, 0.2)]):
        logs, square = [], 0.0
        # ln[F_1(hard)/F_k(hard)] - ln[F_1(easy)/F_k(easy)], four independent estimates; its sign is what is claimed.
        for part, (n, at, sign) in enumerate(((1, hard, 1), (count, hard, -1), (1, easy, -1), (count, easy, 1))):
            mean, error = _mean(n, 0.0, at, at, trials, SEED + 10 * number + part)
            logs.append(sign * math.log(mean))
            square += (error / mean) ** 2
        excess.append(sum(logs) / math.sqrt(square))
        rows.append({"k": count, "tau": hard, "tau_0": easy, "ln of the ratio of gains": f"{sum(logs):.5g}"})
    return _inequality(excess, f"hard argmin at 3 pairs of offsets, {trials} trials each", rows)


def slope(formula: Formula, quick: bool) -> Leg:
    """2 E(z_* + tau)/(2 tau F), the slope of ln F in tau^2, from the chosen answers themselves, at m and at k answers."""
    trials = 100_000 if quick else 400_000
    rows, excess = [], []
    for number, (fewer, more, teacher) in enumerate([(1, 3, 0.8), (2, 6, 1.3), (1, 20, -1.5)]):
        values, square = [], 0.0
        for part, count in enumerate((fewer, more)):
            miss = simulate.chosen_answers(count, teacher, trials=trials, seed=SEED + 10 * number + part) + teacher
            mean, error = float(np.mean(miss)), float(np.mean(miss**2))
            values.append(mean / (teacher * error))
            # standard error of a ratio of two means over the same draws
            square += float(np.var(miss / (teacher * error) - values[-1] * miss**2 / error)) / trials
        excess.append((values[0] - values[1]) / math.sqrt(square))
        rows.append({"m": fewer, "k": more, "tau": teacher, "D_m": f"{values[0]:.5f}", "D_k": f"{values[1]:.5f}"})
    return _inequality(excess, f"chosen answers at 3 points, {trials} each", rows)


def _inequality(excess: list[float], where: str, rows: list[dict[str, Any]]) -> Leg:
    """`excess`: by how many standard errors the left side exceeds the right, point by point."""
    worst, best = max(excess), min(excess)
    return leg(max(worst, 0.0), best, where, {"points": rows}, "the reversed inequality")


def gain(formula: Formula, quick: bool) -> Leg:
    """F_1/F_k over the claim, for growing k, extrapolated in 1/k to 1."""
    claim, teacher = formula.rhs.numpy, 0.6
    trials = 100_000 if quick else 400_000
    sizes = (16, 24, 40, 64, 100)
    one, one_error = _mean(1, 0.0, teacher, teacher, 4 * trials, SEED)
    ratios, errors = [], []
    for number, size in enumerate(sizes, start=1):
        mean, error = _mean(size, 0.0, teacher, teacher, trials, SEED + number)
        wanted = float(claim(*({k: size, tau: teacher}[s] for s in formula.symbols)))
        # F_k/F_1 over the inverse of the claim: a polynomial in 1/k, where the gain itself is a series
        ratios.append(mean / one * wanted)
        errors.append(ratios[-1] * error / mean)
    intercept, error = extrapolate(sizes, ratios, errors, orders=2)
    error = math.hypot(error, one_error / one)
    where = f"hard argmin at k = {', '.join(map(str, sizes))}, {trials} trials each, extrapolated in 1/k: {intercept:.4f}"
    return leg((intercept - 1) / error, (1.15 - intercept) / error, where, {"error": f"{error:.2g}"}, "a gain 15 % off")


#: Students fitted end to end for the averaged statements: alpha, sigma, gamma, Sigma, nu.
MODEL = (0.2, 1.0, 0.5, 1.0, 0.5)


@cache
def _students(answers: tuple[int, ...], size: int, quick: bool, seed: int, shape: float, model: Any = MODEL) -> Any:
    """`size`-dimensional students at alpha = shape; moments and selection errors at the numbers of answers."""
    _, noise, prior, Sigma_, weight = model
    return simulate.regression(
        round(size / shape),
        size,
        noise,
        prior,
        k=answers,
        T=0.0,
        prompts=400,
        training_sets=(4_000 if quick else 8_000) // size,
        seed=seed,
        Sigma=Sigma_,
        teacher=np.full(size, weight),
    )


def averaged_gain(formula: Formula, quick: bool) -> Leg:
    """E F_1/E F_k of the fitted student against the claim: each k extrapolated in 1/d, then all in 1/k."""
    claim = formula.rhs.numpy
    counts, widths = (8, 12, 20, 32), (20, 40, 80)
    ratios, errors = [], []
    for number, count in enumerate(counts):
        values, spread = [], []
        for step, width in enumerate(widths):
            # One run for both: their correlation is positive (both grow with the offsets), so adding variances errs safely.
            drawn = _students((1, count), width, quick, SEED + 10 * number + step, MODEL[0]).selection_error
            point = {k: count, **dict(zip((alpha, sigma, gamma, Sigma, nu), MODEL, strict=True))}
            wanted = float(claim(*(point[s] for s in formula.symbols)))
            (one, mean), (one_error, error) = drawn.mean, drawn.standard_error
            values.append(float(mean / one) * wanted)
            spread.append(values[-1] * math.hypot(one_error / one, error / mean))
        value, error = extrapolate(widths, values, spread)
        ratios.append(value)
        errors.append(error)
    intercept, error = extrapolate(counts, ratios, errors, orders=2)
    where = (
        f"students fitted end to end at alpha = {MODEL[0]}, d = {', '.join(map(str, widths))}, k = "
        f"{', '.join(map(str, counts))}, extrapolated in 1/d and 1/k: {intercept:.3f} +- {error:.3f} of the claim"
    )
    return leg((intercept - 1) / error, (1.5 - intercept) / error, where, {"error": f"{error:.2g}"}, "a gain 50 % off")


def sample_exponent(formula: Formula, quick: bool) -> Leg:
    """ln[k^2 E F_k] of fitted students = c + (2 - exponent) ln k + a/k + b/k^2: the exponent by weighted least squares."""
    counts = (8, 12, 20, 32, 64, 128, 256)
    rows, values, errors = [], [], []
    for number, count in enumerate(counts):
        estimate = _students((count,), 40, quick, SEED + number, MODEL[0]).selection_error
        mean, error = float(estimate.mean[0]), float(estimate.standard_error[0])
        values.append(math.log(mean))
        errors.append(error / mean)
        rows.append([1.0, -math.log(count), 1 / count, 1 / count**2])
    design = np.array(rows) / np.array(errors)[:, None]
    covariance = np.linalg.inv(design.T @ design)
    slope = float((covariance @ design.T @ (np.array(values) / np.array(errors)))[1])
    error = math.sqrt(covariance[1, 1])
    wanted = float(formula.rhs.numpy(*(1.0 for _ in formula.symbols)))
    where = (
        f"students fitted end to end at alpha = {MODEL[0]}, d = 40, k = {counts[0]} to {counts[-1]}: exponent "
        f"{slope:.4f} +- {error:.4f}"
    )
    numbers = {"exponent": f"{slope:.6g}", "standard_error": f"{error:.2g}"}
    return leg((slope - wanted) / error, (slope - 1.85) / error, where, numbers, "an exponent of 1.85")


#: Two values of alpha, and sigma, gamma, Sigma, nu, for the exponent in the data.
LOW, HIGH, STUDENT = 0.2, 0.4, (0.0, 0.5, 1.0, 1.0, 0.8)
WIDTHS = (20, 40, 80)


@cache
def _data_slope(quick: bool) -> tuple[float, float]:
    """Slope of ln[s^2/sqrt(1 - 2 Q/s^2)] between two alphas, from the moments of fitted students, extrapolated in 1/d."""
    slopes, errors = [], []
    for step, width in enumerate(WIDTHS):
        logs, square = [], 0.0
        for part, shape in enumerate((LOW, HIGH)):
            result = _students((1,), width, quick, SEED + 10 * step + part, shape, STUDENT)
            s2, risk = float(result.variance.mean), float(result.teacher_offset_square.mean)
            left = 1 - 2 * risk / s2
            logs.append(math.log(s2) - math.log(left) / 2)
            by_risk, by_variance = 1 / (s2 * left), 1 / s2 - risk / (s2**2 * left)
            # both moments from the same draws: add their contributions in the worst case
            square += (
                abs(by_risk) * float(result.teacher_offset_square.standard_error)
                + abs(by_variance) * float(result.variance.standard_error)
            ) ** 2
        slopes.append((logs[1] - logs[0]) / math.log(HIGH / LOW))
        errors.append(math.sqrt(square) / math.log(HIGH / LOW))
    return extrapolate(WIDTHS, slopes, errors)


def data_exponent(formula: Formula, quick: bool) -> Leg:
    """The simulated slope in ln alpha against the claim averaged over ln alpha (five Gauss nodes)."""
    slope, error = _data_slope(quick)
    claims = {name: _over_alpha(name, LOW, HIGH, STUDENT) for name in ("printed", "corrected")}
    mine = claims[formula.id.rsplit(".", 1)[1]]
    where = (
        f"students fitted end to end at alpha = {LOW} and {HIGH}, sigma = {STUDENT[1]}, gamma = 1, nu = {STUDENT[4]}, d = "
        f"{', '.join(map(str, WIDTHS))}, extrapolated in 1/d: {slope:.4f} +- {error:.4f}, this claim {mine:.4f}"
    )
    numbers = {"slope": f"{slope:.6g}", "standard_error": f"{error:.2g}", **{n: f"{v:.6g}" for n, v in claims.items()}}
    if formula.id.endswith("printed"):
        return leg_of_wrong((slope - mine) / error, (slope - claims["corrected"]) / error, where, numbers)
    return leg((slope - mine) / error, (slope - claims["printed"]) / error, where, numbers, "the printed law")


def _over_alpha(name: str, low: float, high: float, model: Any) -> float:
    from infscale_sym.evaluate.lambdify import numpy_function

    names = (alpha, sigma, gamma, Sigma, nu)
    statement = registry.statement(f"tradeoff.data-exponent.{name}")
    claim = numpy_function(statement.rhs, names)
    nodes, masses = np.polynomial.legendre.leggauss(5)
    at = np.exp((math.log(low * high) + nodes * math.log(high / low)) / 2)
    return float(sum(m * float(claim(a, *model[1:])) for a, m in zip(at, masses, strict=True)) / 2)
