"""Simulating the selection among k answers at fixed offsets (HP, arXiv:2512.19905).

Answers z_i ~ N(0, 1) iid, offsets tau of the teacher and rho of the judge, temperature t (all dimensionless):
F_k(t; tau, rho) = E[ sum w_i (z_i + tau)² / sum w_i ], w_i = exp(-(z_i + rho)²/(2t)). The expectation over which
answer is picked is taken exactly, as the sum over i; only the answers are drawn.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from infscale_sym.sampling import checks as _checks
from infscale_sym.sampling import streams as _streams
from infscale_sym.sampling.streams import Block, Estimate, Progress, estimate
from infscale_sym.theory.selection.draws.choice import HardChoice, Workspace, choice_rule, prefix_errors


@dataclass(frozen=True)
class SelectionResult:
    """The simulated error curve; the numbers at different k come from the same draws, hence are correlated."""

    k: np.ndarray
    """Numbers of answers, int64, shape (m,), in the order asked for."""
    mean: np.ndarray
    """Estimates of F_k, dimensionless, shape (m,)."""
    standard_error: np.ndarray
    """Standard errors over the independent trials, shape (m,)."""
    trials: int
    """Number of independent trials."""
    t: float
    """Dimensionless temperature, 0 to infinity."""
    tau: float
    """Teacher's offset."""
    rho: float
    """Judge's offset."""
    seed: int
    """The seed that gives these numbers again."""


def selection(
    k: int | Iterable[int],
    t: Any,
    tau: Any,
    rho: Any,
    *,
    trials: int,
    seed: int,
    workers: int | None = None,
    progress: Progress = False,
    chunk: int | None = None,
) -> SelectionResult:
    """Simulate F_k(t; tau, rho) for every k in one pass: max(k) answers a trial, the first k of them for each k.

    k: integers >= 1, in any order. t: 0 (the answer with the least |z + rho|) to infinity (all answers alike).
    tau, rho: from -1e6 to 1e6. All dimensionless. trials: >= 2 independent repetitions. seed: integer >= 0; it alone fixes the
    numbers. workers: threads, by default all processors; chunk: trials that a worker takes at a time (in whole blocks
    of 4096 to 32768); neither changes any number. progress: True shows a bar on stderr; a function is told the share of the
    run that was done since it was last told, and ends the run by raising. Memory: about 5 MB a worker.

    Raises DomainError for parameters outside these ranges.
    """
    lengths, order = np.unique(_checks.counts(k, "k"), return_inverse=True)
    t, tau, rho = _checks.temperature(t, "t"), _checks.offset(tau, "tau"), _checks.offset(rho, "rho")
    trials, seed, workers = _checks.count(trials, "trials", 2), _checks.seed(seed), _checks.workers(workers)
    chunk = None if chunk is None else _checks.count(chunk, "chunk")
    most = int(lengths[-1])
    steepness = 0.5 / t if t > 0 else np.inf

    def simulate(blocks: list[Block], stop: threading.Event) -> list[tuple[int, np.ndarray, np.ndarray]]:
        space = Workspace(blocks[0].size, most, len(lengths))
        results = []

        def answered(count: int) -> None:
            tell(count / (trials * most))

        with np.errstate(over="ignore", under="ignore"):
            for block in blocks:
                rng = _streams.generator(seed, _streams.TRIALS, block.index)
                choice = choice_rule(block.size, rho, tau - rho, steepness)
                mean, deviation = np.empty((2, len(lengths)))
                for part, errors in prefix_errors(rng, lengths, rho, choice, block.size, space, stop, answered):
                    mean[part], deviation[part] = _streams.row_moments(errors)
                results.append((block.size, mean, deviation))
        return results

    moments = _streams.Moments(len(lengths))
    tasks = _streams.tasks(trials, most, chunk, workers)
    work = _streams.in_order(simulate, tasks, workers, threading.Event())
    with _streams.progress(trials, "trial", progress) as tell, closing(work):
        for results in work:
            for size, mean, deviation in results:
                moments.merge(size, mean, deviation)
    estimate = moments.estimate()
    return SelectionResult(lengths[order], estimate.mean[order], estimate.standard_error[order], trials, t, tau, rho, seed)


def chosen_answers(
    k: int,
    rho: Any,
    *,
    trials: int,
    seed: int,
    workers: int | None = None,
    progress: Progress = False,
    chunk: int | None = None,
) -> np.ndarray:
    """The answers z that best-of-k picks (least |z + rho| of k), one a trial: float64, shape (trials,).

    For one seed these are the draws of `selection` at t = 0: mean((z + tau)²) is its estimate. Parameters, units and
    errors as there.
    """
    lengths, rho = np.array([_checks.count(k, "k")]), _checks.offset(rho, "rho")
    trials, seed, workers = _checks.count(trials, "trials", 1), _checks.seed(seed), _checks.workers(workers)
    chunk = None if chunk is None else _checks.count(chunk, "chunk")
    answers = np.empty(trials)

    def simulate(blocks: list[Block], stop: threading.Event) -> None:
        space = Workspace(blocks[0].size, int(lengths[0]), 1)

        def answered(count: int) -> None:
            tell(count / (trials * int(lengths[0])))

        for block in blocks:
            rng = _streams.generator(seed, _streams.TRIALS, block.index)
            choice = HardChoice(block.size, 0.0)
            for _, x in prefix_errors(rng, lengths, rho, choice, block.size, space, stop, answered, chosen=True):
                np.subtract(x[0], rho, out=answers[block.start : block.start + block.size])

    tasks = _streams.tasks(trials, int(lengths[0]), chunk, workers)
    work = _streams.in_order(simulate, tasks, workers, threading.Event())
    with _streams.progress(trials, "trial", progress) as tell, closing(work):
        for _ in work:
            pass
    return answers


# The named quantities, each a function of its arguments in their order.


def mean_error(k: int, t: Any, tau: Any, rho: Any, *, trials: int, seed: int) -> Estimate:
    """F_k(t; tau, rho) for one k."""
    result = selection(k, t, tau, rho, trials=trials, seed=seed)
    return Estimate(float(result.mean[0]), float(result.standard_error[0]))


def squared_minimum(k: int, tau: Any, *, trials: int, seed: int) -> Estimate:
    """Mean square of the least |z + tau| of k answers."""
    return mean_error(k, 0, tau, tau, trials=trials, seed=seed)


def minimum_tail(r: float, k: int, tau: Any, *, trials: int, seed: int) -> Estimate:
    """How often the least |z + tau| of k answers exceeds r."""
    return estimate(np.abs(chosen_answers(k, tau, trials=trials, seed=seed) + tau) > r)
