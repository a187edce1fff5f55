"""Attempts at problems drawn and counted (coverage; model of L, arXiv:2410.16377). NumPy only, no formula.

A problem's failure probability is drawn from Beta(a, b), or is 1 with probability 1 - ceiling; each attempt is then a draw.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError
from infscale_sym.sampling.streams import Estimate

Array = NDArray[np.float64]
Outcomes = NDArray[np.bool_]

#: Problems drawn at a time.
BLOCK = 20_000


def failure_probabilities(a: float, b: float, ceiling: float, problems: int, rng: np.random.Generator) -> Array:
    """p of each problem; shape (problems,)."""
    p = rng.beta(a, b, problems)
    return p if ceiling == 1 else np.where(rng.random(problems) < ceiling, p, 1.0)


def attempts_at(p: Array, k: int, rng: np.random.Generator, sticky: float = 0.0, shared: float = 0.0) -> Outcomes:
    """Whether each of k attempts fails; shape (problems, k).

    sticky: probability that an attempt repeats the outcome of the one before; shared: that all repeat the first.
    """
    if k < 1:
        raise DomainError(f"k must be at least 1; got {k}")
    fails = rng.random((p.size, k)) < p[:, None]
    if sticky:
        repeat = rng.random((p.size, k)) < sticky
        for step in range(1, k):
            fails[:, step] = np.where(repeat[:, step], fails[:, step - 1], fails[:, step])
    if shared:
        alike = rng.random(p.size) < shared
        fails[alike] = fails[alike, :1]
    return fails


def share_all_failed(
    k: int,
    a: float,
    b: float,
    ceiling: float = 1.0,
    *,
    problems: int,
    rng: np.random.Generator,
    sticky: float = 0.0,
    shared: float = 0.0,
) -> Estimate:
    """Share of problems at which all of k attempts fail, with its standard error. problems >= 2, else DomainError."""
    if problems < 2:
        raise DomainError(f"problems must be at least 2; got {problems}")
    failed = 0
    for done in range(0, problems, BLOCK):
        p = failure_probabilities(a, b, ceiling, min(BLOCK, problems - done), rng)
        failed += int(attempts_at(p, k, rng, sticky, shared).all(axis=1).sum())
    share = failed / problems
    return Estimate(share, float(np.sqrt(share * (1 - share) / problems)))


def first_successes(a: float, b: float, ceiling: float = 1.0, *, problems: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Which attempt at each problem is the first to succeed (1, 2, ...; 2^62 where none ever does): one geometric draw each."""
    p = failure_probabilities(a, b, ceiling, problems, rng)
    never = 2**62
    rate = np.where(p < 1, 1 - p, 0.5)
    return np.where((p < 1) & (rate > 1e-15), np.minimum(rng.geometric(np.maximum(rate, 1e-15)), never), never)


def numbers_of_failures(
    n: int, a: float, b: float, ceiling: float = 1.0, *, problems: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """How many of n attempts fail at each problem; shape (problems,)."""
    return attempts_at(failure_probabilities(a, b, ceiling, problems, rng), n, rng).sum(axis=1)


def subset_estimates(failures: NDArray[np.int64], n: int, k: int) -> Array:
    """1 - C(f, k)/C(n, k) from the numbers of failures: the product of (f - i)/(n - i), i < k."""
    out = np.ones(failures.shape)
    for i in range(k):
        out *= np.maximum(failures - i, 0) / (n - i)
    return 1 - out
