"""Averages over a Gaussian pair of offsets, and of fitted students, drawn (`averaged.*`; HP, arXiv:2512.19905).

Offsets and answers are drawn and chosen from as in the model. The coefficient of 1/k comes from the same answers used twice:
the error of 2k answers against the mean error of their two halves. The difference is of the size 1/k trial by trial, so its
noise falls with it. Each named quantity is drawn by the function that takes its arguments in their order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infscale_sym.sampling.fits import commensurate, drawn_limit
from infscale_sym.sampling.streams import Estimate, Seed, estimate
from infscale_sym.theory.regression.draws.regression import RegressionResult, regression

Array = NDArray[np.float64]

#: Trials drawn at a time.
BLOCK = 20_000
#: Dimensions near which students are fitted.
WIDTHS = (20, 40, 80)


def _offsets(rng: np.random.Generator, v_tau: float, v_cross: float, v_rho: float, trials: int) -> tuple[Array, Array]:
    """The teacher's and the judge's offset, with the given second moments; shapes (trials, 1)."""
    judge = math.sqrt(v_rho) * rng.standard_normal((trials, 1))
    rest = math.sqrt(max(v_tau - v_cross * v_cross / v_rho, 0.0))
    return v_cross / v_rho * judge + rest * rng.standard_normal((trials, 1)), judge


def pair_average(k: int, t: float, v_tau: float, v_cross: float, v_rho: float, *, trials: int, seed: Seed) -> Estimate:
    """Softmax average of (z_i + tau)^2 over k answers, a pair of offsets a trial; at t = 0 that nearest to the judge's."""
    rng, parts = np.random.default_rng(seed), []
    for done in range(0, trials, BLOCK):
        size = min(BLOCK, trials - done)
        teacher, judge = _offsets(rng, v_tau, v_cross, v_rho, size)
        answers = rng.standard_normal((size, k))
        rewards = -((answers + judge) ** 2)
        best = rewards.max(axis=1, keepdims=True)
        weights = np.exp((rewards - best) / (2 * t)) if t else (rewards == best).astype(float)
        parts.append((weights * (answers + teacher) ** 2).sum(axis=1) / weights.sum(axis=1))
    return estimate(np.concatenate(parts))


def line_average(k: int, t: float, ratio: float, v: float, *, trials: int, seed: Seed) -> Estimate:
    """The same with the teacher's offset in a fixed ratio to the judge's, of variance v."""
    return pair_average(k, t, ratio * ratio * v, ratio * v, v, trials=trials, seed=seed)


def gap_of_halves(k: int, t: float, v_tau: float, v_cross: float, v_rho: float, *, trials: int, seed: Seed) -> Estimate:
    """By how much the mean error of two halves of 2k answers exceeds that of the whole; t > 0."""
    rng, parts = np.random.default_rng(seed), []
    for _ in range(trials // BLOCK):
        teacher, judge = _offsets(rng, v_tau, v_cross, v_rho, BLOCK)
        answers = rng.standard_normal((BLOCK, 2 * k))
        weights = np.exp(-((answers + judge) ** 2) / (2 * t))
        errors = weights * (answers + teacher) ** 2
        above, below = (part.reshape(BLOCK, 2, k).sum(axis=2) for part in (errors, weights))
        parts.append((above / below).mean(axis=1) - above.sum(axis=1) / below.sum(axis=1))
    return estimate(np.concatenate(parts))


def tail_of_share(rng: np.random.Generator, heat: float, v_rho_: float, draws: int, levels: Sequence[float]) -> Array:
    """How often ln(w/E w) of one answer exceeds each level, over drawn offsets and answers; counts, shape of levels."""
    judge = math.sqrt(v_rho_) * rng.standard_normal(draws)
    answer = rng.standard_normal(draws)
    logs = 0.5 * (judge**2 / (1 + heat) - (answer + judge) ** 2 / heat + math.log1p(1 / heat))
    return np.array([np.count_nonzero(logs > level) for level in levels], float)


def students(
    answers: tuple[int, ...],
    d: int,
    alpha: float,
    sigma: float,
    gamma: float,
    Sigma: float,
    nu: float,
    *,
    trials: int,
    seed: int,
) -> RegressionResult:
    """Students of dimension d at d/n = alpha, fitted end to end: moments, and best-of-k errors at the numbers of answers.

    `trials` is the number of training sets times d; the teacher's weights are all nu.
    """
    return regression(
        round(d / alpha),
        d,
        sigma,
        gamma,
        k=answers,
        T=0.0,
        prompts=400,
        training_sets=trials // d,
        seed=seed,
        Sigma=Sigma,
        teacher=np.full(d, nu),
    )


def averaged_selection_error(
    k: int, alpha: float, sigma: float, gamma: float, Sigma: float, nu: float, *, trials: int, seed: int
) -> Estimate:
    """Best-of-k error over s^2 of fitted students, judge = teacher, extrapolated in 1/d; `trials` as in `students`."""

    def at(d: int, seed: int) -> Estimate:
        drawn: Any = students((k,), d, alpha, sigma, gamma, Sigma, nu, trials=trials, seed=seed)
        error, variance = drawn.selection_error, drawn.variance
        value = float(error.mean[0] / variance.mean)
        spread = math.hypot(error.standard_error[0] / error.mean[0], variance.standard_error / variance.mean)
        return Estimate(value, value * spread)

    return drawn_limit(at, [commensurate(d, alpha) for d in WIDTHS], seed)
