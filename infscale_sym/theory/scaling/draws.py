"""Gains, slopes and students for monotony, difficulty and the two exponents, drawn (HP, arXiv:2512.19905).

Each named quantity is drawn by the function that takes its arguments in their order; seed: integer >= 0.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from infscale_sym.sampling.fits import commensurate, drawn_limit, extrapolate
from infscale_sym.sampling.streams import Estimate, part
from infscale_sym.theory.averages.draws import WIDTHS, students
from infscale_sym.theory.selection.draws.selection import chosen_answers, mean_error


def sample_gain(k: int, tau: float, *, trials: int, seed: int) -> Estimate:
    """F_1/F_k of best-of-k, judge = teacher, from independent draws; `trials` of each."""
    one = mean_error(1, 0.0, tau, tau, trials=trials, seed=seed)
    more = mean_error(k, 0.0, tau, tau, trials=trials, seed=part(seed, 1))
    ratio = one.mean / more.mean
    return Estimate(ratio, ratio * math.hypot(one.standard_error / one.mean, more.standard_error / more.mean))


def difficulty_slope(k: int, tau: float, *, trials: int, seed: int) -> Estimate:
    """E(z_* + tau)/(tau E(z_* + tau)^2), the slope of ln F in tau^2, from the chosen answers themselves; tau not 0."""
    miss = chosen_answers(k, tau, trials=trials, seed=seed) + tau
    error = float(np.mean(miss**2))
    value = float(np.mean(miss)) / (tau * error)
    # standard error of a ratio of two means over the same draws
    return Estimate(value, float(np.std(miss / (tau * error) - value * miss**2 / error)) / math.sqrt(trials))


def averaged_gain(
    k: int, alpha: float, sigma: float, gamma: float, Sigma: float, nu: float, *, trials: int, seed: int
) -> Estimate:
    """E F_1/E F_k over prompts and training sets, extrapolated in 1/d over WIDTHS; `trials` as in `students`."""

    def at(d: int, seed: int) -> Estimate:
        drawn: Any = students((1, k), d, alpha, sigma, gamma, Sigma, nu, trials=trials, seed=seed).selection_error
        # One run for both: their correlation is positive (both grow with the offsets), so adding variances errs safely.
        (one, more), (one_error, error) = drawn.mean, drawn.standard_error
        return Estimate(float(one / more), float(one / more) * math.hypot(one_error / one, error / more))

    return drawn_limit(at, [commensurate(d, alpha) for d in WIDTHS], seed)


@cache  # a printed and a corrected claim are judged by the same students
def data_slope(ends: tuple[float, float], model: tuple[float, ...], *, trials: int, seed: int) -> Estimate:
    """Slope of ln[s^2/sqrt(1 - 2 Q/s^2)] in ln alpha between two alphas, from the moments of fitted students, extrapolated in
    1/d over WIDTHS. model: sigma, gamma, Sigma, nu; `trials` as in `students`."""
    length, slopes, errors = math.log(ends[1] / ends[0]), [], []
    for step, width in enumerate(WIDTHS):
        logs, square = [], 0.0
        for end, alpha in enumerate(ends):
            result = students((1,), width, alpha, *model, trials=trials, seed=seed + 10 * step + end)
            s2, risk = float(result.variance.mean), float(result.teacher_offset_square.mean)
            left = 1 - 2 * risk / s2
            logs.append(math.log(s2) - math.log(left) / 2)
            by_risk, by_variance = 1 / (s2 * left), 1 / s2 - risk / (s2**2 * left)
            # both moments from the same draws: add their contributions in the worst case
            square += (
                abs(by_risk) * float(result.teacher_offset_square.standard_error)
                + abs(by_variance) * float(result.variance.standard_error)
            ) ** 2
        slopes.append((logs[1] - logs[0]) / length)
        errors.append(math.sqrt(square) / length)
    return extrapolate(WIDTHS, slopes, errors)
