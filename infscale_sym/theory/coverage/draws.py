"""Attempts at problems drawn and counted (coverage; model of L, arXiv:2410.16377). NumPy only, no formula.

A problem's failure probability is drawn from Beta(a, b), or is 1 with probability 1 - ceiling; each attempt is then a draw.
First the drawing of problems and attempts, then that of each named quantity, whose arguments it takes in their order: there
`trials` is the number of problems, at least 2, and seed an integer or a generator to go on. DomainError for what is no count.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError
from infscale_sym.sampling.checks import count
from infscale_sym.sampling.streams import Estimate, Seed, estimate

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
    fails = rng.random((p.size, count(k, "k"))) < p[:, None]
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


# The named quantities.


def loss(k: int, a: float, b: float, *, trials: int, seed: Seed) -> Estimate:
    """Share of problems at which all of k attempts fail."""
    return share_all_failed(k, a, b, problems=trials, rng=np.random.default_rng(seed))


def passk(k: int, a: float, b: float, ceiling: float, *, trials: int, seed: Seed) -> Estimate:
    """Share of problems at which one of k attempts succeeds."""
    return _rest(share_all_failed(k, a, b, ceiling, problems=trials, rng=np.random.default_rng(seed)))


def shared_passk(k: int, a: float, b: float, ceiling: float, copying: float, *, trials: int, seed: Seed) -> Estimate:
    """The same, where with the probability `copying` a problem all attempts are copies of the first."""
    return _rest(share_all_failed(k, a, b, ceiling, problems=trials, rng=np.random.default_rng(seed), shared=copying))


def scaled_sticky_loss(k: int, a: float, b: float, copying: float, *, trials: int, seed: Seed) -> Estimate:
    """k^b times the share of problems at which all of k attempts fail, each a copy of the one before with that probability."""
    share = share_all_failed(k, a, b, problems=trials, rng=np.random.default_rng(seed), sticky=copying)
    return Estimate(k**b * share.mean, k**b * share.standard_error)


def failure_chance(f: int, n: int, a: float, b: float, ceiling: float, *, trials: int, seed: Seed) -> Estimate:
    """Share of problems at which f of n attempts fail."""
    return estimate(numbers_of_failures(n, a, b, ceiling, problems=trials, rng=np.random.default_rng(seed)) == f)


def stopped_attempts(k: int, a: float, b: float, *, trials: int, seed: Seed) -> Estimate:
    """Attempts made at a problem if one stops at the first success, and after k."""
    return estimate(np.minimum(first_successes(a, b, problems=trials, rng=np.random.default_rng(seed)), k))


def correlation(a: float, b: float, *, trials: int, seed: Seed) -> Estimate:
    """Correlation of two attempts at each problem; the error from a hundred batches of problems (trials a multiple of 100)."""
    rng = np.random.default_rng(seed)
    pairs = attempts_at(failure_probabilities(a, b, 1.0, trials, rng), 2, rng).reshape(100, -1, 2).astype(float)
    centred = pairs - pairs.mean(axis=1, keepdims=True)
    return estimate((centred[..., 0] * centred[..., 1]).mean(axis=1) / (centred.std(axis=1).prod(axis=-1)))


def estimator_mean(n: int, k: int, p: float, *, trials: int, seed: Seed) -> Estimate:
    """The subset estimate of pass@k from n attempts at a problem of failure probability p."""
    return estimate(subset_estimates(_failures(n, p, trials, seed), n, k))


def plug_in_mean(n: int, k: int, p: float, *, trials: int, seed: Seed) -> Estimate:
    """One minus the k-th power of the share of failures in n attempts at a problem of failure probability p."""
    return estimate(1 - (_failures(n, p, trials, seed) / n) ** k)


def estimator_variance(n: int, k: int, a: float, b: float, *, trials: int, seed: Seed) -> Estimate:
    """Variance of the subset estimate over problems."""
    failures = numbers_of_failures(n, a, b, problems=trials, rng=np.random.default_rng(seed))
    values = subset_estimates(failures, n, k)
    return estimate((values - values.mean()) ** 2 * trials / (trials - 1))


def posterior_pass(k: int, f: int, n: int, a: float, b: float, *, trials: int, seed: Seed) -> Estimate:
    """Of the problems with f failures in the first n attempts, the share with a success in k more."""
    rng = np.random.default_rng(seed)
    fails = attempts_at(failure_probabilities(a, b, 1.0, trials, rng), n + k, rng)
    return estimate(~fails[fails[:, :n].sum(axis=1) == f, n:].all(axis=1))


def _failures(n: int, p: float, problems: int, seed: Seed) -> NDArray[np.int64]:
    return attempts_at(np.full(problems, p), n, np.random.default_rng(seed)).sum(axis=1)


def _rest(share: Estimate) -> Estimate:
    return Estimate(1 - share.mean, share.standard_error)
