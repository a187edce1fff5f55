"""Votes and searches in stages, drawn and counted (`vote.mean`, `vote.majority`, `search.beam`, ...). NumPy only, no formula.

Answers are independent standard normal draws (errors in units of s^2, offsets in units of s); a vote is taken by its
definition, and its mean squared error over trials comes with its standard error. seed: an integer, or a generator to go on.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.sampling.streams import Estimate, Seed, estimate

Vote = Callable[[np.random.Generator, int], np.ndarray]

#: Trials drawn at a time.
BLOCK = 20_000


def _estimate(vote: Vote, tau: float, trials: int, seed: Seed) -> Estimate:
    if trials < 2:
        raise DomainError(f"trials must be at least 2; got {trials}")
    rng = np.random.default_rng(seed)
    parts = [(vote(rng, min(BLOCK, trials - done)) + tau) ** 2 for done in range(0, trials, BLOCK)]
    return estimate(np.concatenate(parts))


def mean_of_answers(k: int, tau: float, *, trials: int, seed: Seed) -> Estimate:
    """Error of the mean of k answers, in units of s^2, with its standard error. trials >= 2, else DomainError."""
    return _estimate(lambda g, n: g.standard_normal((n, k)).mean(axis=1), tau, trials, seed)


def weighted_mean_of_answers(k: int, t: float, tau: float, rho: float, *, trials: int, seed: Seed) -> Estimate:
    """Error of the mean of k answers with softmax weights at temperature t > 0. trials >= 2, else DomainError."""

    def vote(g: np.random.Generator, n: int) -> np.ndarray:
        z = g.standard_normal((n, k))
        score = -((z + rho) ** 2) / (2 * t)
        w = np.exp(score - score.max(axis=1, keepdims=True))
        return (w * z).sum(axis=1) / w.sum(axis=1)

    return _estimate(vote, tau, trials, seed)


def median_of_answers(k: int, tau: float, *, trials: int, seed: Seed) -> Estimate:
    """Error of the median of k answers (k even: the mean of the two middle ones). trials >= 2, else DomainError."""
    return _estimate(lambda g, n: np.median(g.standard_normal((n, k)), axis=1), tau, trials, seed)


def median_of_odd_number(k: int, tau: float, *, trials: int, seed: Seed) -> Estimate:
    """Error of the middle one of k answers. k odd, trials >= 2, else DomainError."""
    if k % 2 != 1:
        raise DomainError(f"the number of answers must be odd for a middle one; got {k}")
    return median_of_answers(k, tau, trials=trials, seed=seed)


def median_of_even_number(k: int, tau: float, *, trials: int, seed: Seed) -> Estimate:
    """Error of the mean of the two middle ones of k answers. k even, trials >= 2, else DomainError."""
    if k % 2 != 0:
        raise DomainError(f"the number of answers must be even for two middle ones; got {k}")
    return median_of_answers(k, tau, trials=trials, seed=seed)


def majority_of_answers(k: int, width: float, shift: float, tau: float, *, trials: int, seed: Seed) -> Estimate:
    """Error of the centre of the fullest bin, ties by lot; bins centred at (i + shift) width. trials >= 2, else DomainError."""

    def vote(g: np.random.Generator, n: int) -> np.ndarray:
        bins = np.rint(g.standard_normal((n, k)) / width - shift).astype(int)
        low = int(bins.min())
        rows = np.repeat(np.arange(n), k)
        counts = np.zeros((n, int(bins.max()) - low + 1))
        np.add.at(counts, (rows, bins.ravel() - low), 1)
        lot = counts + g.random(counts.shape) / 2  # less than one answer: it decides only among equals
        return (lot.argmax(axis=1) + low + shift) * width

    return _estimate(vote, tau, trials, seed)


def majority_on_an_edge(width: float, tau: float, *, trials: int, seed: Seed) -> Estimate:
    """The same for 150 answers, the predictive mean on the edge of two bins: with wide bins, every vote is for one of these."""
    return majority_of_answers(150, width, 0.5, tau, trials=trials, seed=seed)


def race_of_bins(k: int, p_1: float, p_2: float, *, trials: int, seed: Seed) -> Estimate:
    """Chance that the bin of probability p_2 is ahead of that of p_1 > p_2 after k answers, ties counting one half.

    In units of k^(-1/2) Z^k, Z = 1 - (p_1^(1/2) - p_2^(1/2))^2. The event is too rare to count: both bins are drawn with the
    probability (p_1 p_2)^(1/2)/Z, where the race is even, each trial with its likelihood ratio Z^k (p_1/p_2)^((n_1 - n_2)/2).
    """
    even = np.sqrt(p_1 * p_2)
    whole = 1 - (np.sqrt(p_1) - np.sqrt(p_2)) ** 2
    counts = np.random.default_rng(seed).multinomial(k, np.array([even, even, 1 - p_1 - p_2]) / whole, size=trials)
    lead = counts[:, 0] - counts[:, 1]
    ahead = (1 - np.sign(lead)) / 2 * (p_1 / p_2) ** (np.minimum(lead, 0) / 2)
    return Estimate(float(np.sqrt(k) * ahead.mean()), float(np.sqrt(k / trials) * ahead.std(ddof=1)))


def search_in_stages(k: int, stages: int, tau: float, rho: float, *, trials: int, seed: Seed) -> Estimate:
    """Error of search in stages, k/stages increments a stage. k a multiple of stages, trials >= 2, else DomainError."""
    if k % stages:
        raise DomainError(f"k must be a multiple of the stages; got {k} and {stages}")

    def vote(g: np.random.Generator, n: int) -> np.ndarray:
        z = np.zeros(n)
        for left in range(stages, 0, -1):
            increments = g.standard_normal((n, k // stages)) / np.sqrt(stages)
            chosen = np.abs(increments + ((z + rho) / left)[:, None]).argmin(axis=1)
            z = z + increments[np.arange(n), chosen]
        return z

    return _estimate(vote, tau, trials, seed)
