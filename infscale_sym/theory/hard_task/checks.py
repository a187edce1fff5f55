"""Simulation of best-of-k over hard prompts (`best-of-k.hard-task.*`; HP Remark 5, arXiv:2512.19905).

The offset is drawn with importance weights, then the two answers next to the target. Of k independent uniform numbers the gap
above a point u has P(gap > a) = (1 - a)^k, and the gap b below it, given a, (1 - b/(1 - a))^(k-1); answers are normal
quantiles of uniform numbers. So the nearest of k answers is drawn exactly for any k, by two uniform numbers.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg

Array = NDArray[np.float64]

#: At these tau_k, k is 6e4 to 1e117.
LEVELS = (4.0, 5.0, 6.5, 9.0, 14.0, 23.0)


def nearest_square(log_k: float, tau: Array, rng: np.random.Generator) -> Array:
    """(z + tau)^2 of the nearest of k = exp(log_k) answers, one draw for each offset tau > 0; k >= 1e3, float64.

    For tau up to 37, and gaps not so small that a double cannot tell the answer from the target.
    """
    return _nearest(log_k, tau, rng)[0]


def _nearest(log_k: float, tau: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """The same, and the smaller of the two gaps in uniform numbers."""
    k = math.exp(log_k)
    target = ndtr(-tau)
    above = -np.expm1(np.log(rng.uniform(size=tau.size)) / k)
    below = -np.expm1(np.log(rng.uniform(size=tau.size)) / (k - 1)) * (1 - above)
    over = ndtri(np.minimum(target + above, 1 - 1e-16)) + tau
    under = np.where(below < target, -(ndtri(np.maximum(target - below, 1e-320)) + tau), np.inf)
    return np.minimum(over, under) ** 2, np.minimum(above, below)


def simulated_error(level: float, ratio: float, trials: int, seed: int) -> tuple[float, float]:
    """H at tau_k = level, theta = ratio <= 2, and its standard error; level >= 3.

    Proposal for w = (tau^2 - level^2)/2: exponential to the right; to the left exponential too, or flat in tau at 2.
    """
    rng = np.random.default_rng(seed)
    right = 0.7 * ratio
    log_k = 0.5 * math.log(2 * math.pi) + math.log(level) + level * level / 2
    side = rng.uniform(size=trials) < 0.5
    depth = rng.exponential(size=trials)
    if ratio < 2:
        left = 0.7 * (2 - ratio)
        w = np.where(side, depth / right, -depth / left)
        keep = w > -level * level / 2 + 0.5
        density = np.where(side, right * np.exp(-right * np.abs(w)), left * np.exp(-left * np.abs(w))) / 2
        tau = np.sqrt(np.where(keep, level * level + 2 * w, 1.0))
        rate = density * tau  # in tau
    else:
        tau = np.where(side, np.sqrt(level * level + 2 * depth / right), level * rng.uniform(size=trials))
        w, keep = (tau * tau - level * level) / 2, np.full(trials, True)
        rate = np.where(side, right * np.exp(-right * w) * tau, 1 / level) / 2
    values = np.where(keep, np.exp(-ratio * w) * nearest_square(log_k, tau, rng) / rate, 0.0)
    return float(values.mean()), float(values.std() / math.sqrt(trials))


def simulated_edge(level: float, ratio: float, trials: int, seed: int) -> tuple[float, float]:
    """H_edge at tau_k = level, theta = ratio < 3, and its standard error; level >= 3.

    On the plateau the smaller gap m over phi(tau) stands in for the distance. E m^2 = 1/(2 (k+1)(k+2)) is the plateau itself,
    up to 1/k, so (z + tau)^2 - m^2/phi(tau)^2 is drawn there: its scatter fades towards ordinary prompts, where the plateau
    grows.
    """
    rng = np.random.default_rng(seed)
    right, left = 0.7 * ratio, 3 - ratio
    log_k = 0.5 * math.log(2 * math.pi) + math.log(level) + level * level / 2
    depth = rng.exponential(size=trials)
    w = np.where(rng.uniform(size=trials) < 0.5, depth / right, -depth / left)
    keep = w > -level * level / 2 + 0.5
    rate = np.where(w > 0, right * np.exp(-right * np.abs(w)), left * np.exp(-left * np.abs(w))) / 2
    tau = np.sqrt(np.where(keep, level * level + 2 * w, 1.0))
    square, gap = _nearest(log_k, tau, rng)
    plain = np.where(w < 0, 2 * math.pi * (gap * np.exp(tau * tau / 2)) ** 2, 0.0)
    values = np.where(keep, np.exp(-ratio * w) * (square - plain) / (rate * tau), 0.0)
    return float(values.mean()), float(values.std() / math.sqrt(trials))


def poisson_constant(ratio: float, trials: int, seed: int) -> tuple[float, float]:
    """M(theta) by draws, and its standard error: int dw exp(-theta w) E Y^2, Y the distance from 0 to the nearest point of a
    Poisson process of density exp(-w - x) on the line: what k answers look like at the edge. Importance weights in w."""
    rng = np.random.default_rng(seed)
    right, left = 0.7 * ratio, 0.7 * (2 - ratio)
    depth = rng.exponential(size=trials)
    w = np.where(rng.uniform(size=trials) < 0.5, depth / right, -depth / left)
    rate = np.where(w > 0, right * np.exp(-right * np.abs(w)), left * np.exp(-left * np.abs(w))) / 2
    # The number of points between 0 and a is exp(-w) (1 - exp(-a)) in the mean above 0, exp(-w) (exp(b) - 1) below.
    share = rng.exponential(size=trials) * np.exp(w)
    above = np.where(share < 1, -np.log1p(-np.minimum(share, 1 - 1e-16)), np.inf)
    below = np.log1p(rng.exponential(size=trials) * np.exp(w))
    values = np.exp(-ratio * w) * np.minimum(above, below) ** 2 / rate
    return float(values.mean()), float(values.std() / math.sqrt(trials))


def constant(formula: Formula, quick: bool) -> Leg:
    """The claim at four Theta, one beyond the convergent Beta integral, against the points of a Poisson process."""
    claim, trials = formula.rhs.numpy, 400_000 if quick else 1_000_000
    deviations, controls, rows = [], [], []
    for number, ratio in enumerate((0.5, 1.0, 1.4, 1.8)):
        mean, error = poisson_constant(ratio, trials, SEED + number)
        wanted = float(claim(ratio))
        deviations.append((mean - wanted) / error)
        controls.append((mean - 1.05 * wanted) / error)
        rows.append({"Theta": ratio, "mean": f"{mean:.6g}", "error": f"{error:.2g}", "claim": f"{wanted:.6g}"})
    worst = max(deviations, key=abs)
    where = (
        f"mean square distance to the nearest of Poisson points at Theta = 0.5, 1, 1.4, 1.8, {trials} draws each (importance "
        f"weights), largest deviation {abs(worst):.1f}"
    )
    return leg(float(worst), float(min(controls, key=abs)), where, {"points": rows}, "a claim 5 % larger")


def edge(formula: Formula, quick: bool) -> Leg:
    """2 tau_k^3 H_edge at growing tau_k, extrapolated in 1/tau_k^2, against the bracket on both sides of Theta = 2."""
    claim, trials = formula.rhs.numpy, 150_000 if quick else 400_000
    levels = (4.0, 5.0, 7.0, 12.0)
    deviations, controls, rows = [], [], []
    for number, ratio in enumerate((1.5, 2.4)):
        wanted = 2e24 * float(claim(1e8, ratio))
        values, errors = [], []
        for step, level in enumerate(levels):
            mean, error = simulated_edge(level, ratio, trials, SEED + 10 * number + step)
            values.append(2 * level**3 * mean)
            errors.append(2 * level**3 * error)
        value, error = extrapolate([level**2 for level in levels], values, errors, orders=2)
        deviations.append((value - wanted) / error)
        controls.append((value - 1.1 * wanted) / error)
        rows.append({"Theta": ratio, "value": f"{value:.5f} +- {error:.5f}", "claim": f"{wanted:.6g}"})
    worst = max(deviations, key=abs)
    where = (
        f"nearest of k answers drawn at tau_k = 4, 5, 7, 12 (k to 1e33), less its linear part on the plateau, {trials} prompts "
        f"each: 2 tau_k^3 H_edge extrapolated to {rows[0]['value']} at Theta = 1.5 and {rows[1]['value']} at 2.4"
    )
    return leg(float(worst), float(max(controls, key=abs)), where, {"points": rows}, "a claim 10 % larger")


def law(formula: Formula, quick: bool) -> Leg:
    """H tau_k^3 at six numbers of answers, fitted in 1/tau_k^2: intercept and slope against the claim, Theta = 0.9 and 1.4."""
    claim, trials = formula.rhs.numpy, 100_000 if quick else 300_000
    deviations, controls, rows = [], [], []
    for number, ratio in enumerate((0.9, 1.4)):
        leading = float(claim(1e8, ratio)) * 1e24
        correction = (float(claim(10.0, ratio)) * 1e3 / leading - 1) * 100
        values, errors = [], []
        for step, level in enumerate(LEVELS):
            mean, error = simulated_error(level, ratio, trials, SEED + 10 * number + step)
            values.append(mean * level**3 / leading)
            errors.append(error * level**3 / leading)
        small = np.array(LEVELS) ** -2.0
        design = np.stack([small**n for n in range(4)], axis=1) / np.array(errors)[:, None]
        covariance = np.linalg.inv(design.T @ design)
        fit = covariance @ design.T @ (np.array(values) / np.array(errors))
        # the claim's own slope put in, the intercept is known better
        rest = np.delete(design, 1, axis=1)
        narrow = np.linalg.inv(rest.T @ rest)
        known = narrow @ rest.T @ ((np.array(values) - correction * small) / np.array(errors))
        spread = math.sqrt(narrow[0, 0])
        deviations += [(known[0] - 1) / spread, (fit[1] - correction) / math.sqrt(covariance[1, 1])]
        # an exponent of k that is 0.1 % larger, at the largest number of answers
        wrong = math.expm1(1e-3 * ratio * LEVELS[-1] ** 2 / 2)
        controls.append(wrong * values[-1] / errors[-1])
        rows.append({"Theta": ratio, "intercept": f"{known[0]:.5f} +- {spread:.5f}", "correction": f"{fit[1]:.3g}"})
    worst = max(deviations, key=abs)
    where = (
        f"nearest of k answers drawn at tau_k = {LEVELS[0]:g} to {LEVELS[-1]:g} (k to 1e117), Theta = 0.9 and 1.4, {trials} "
        f"prompts each: H tau_k^3/M to {rows[0]['intercept']} and {rows[1]['intercept']}, largest deviation {abs(worst):.1f}"
    )
    return leg(float(worst), float(min(controls)), where, {"points": rows}, "an exponent of k larger by 0.1 %")


def marginal(formula: Formula, quick: bool) -> Leg:
    """2 tau_k H - 1 at Theta = 2, times tau_k^2, extrapolated in 1/tau_k^2: Euler's gamma."""
    claim, trials = formula.rhs.numpy, 500_000 if quick else 1_500_000
    wanted = (2e2 * float(claim(1e2)) - 1) * 1e4
    levels = (3.0, 3.5, 4.0, 4.5, 5.0)
    values, errors = [], []
    for step, level in enumerate(levels):
        mean, error = simulated_error(level, 2.0, trials, SEED + step)
        values.append((2 * level * mean - 1) * level**2)
        errors.append(2 * level**3 * error)
    value, error = extrapolate([level**2 for level in levels], values, errors)
    where = f"nearest of k answers drawn at tau_k = 3 to 5, {trials} prompts each, extrapolated: {value:.3f} +- {error:.3f}"
    return leg((value - wanted) / error, value / error, where, {"value": f"{value:.6g}"}, "no second term")
