"""Simulating teacher and student from the training data to the score (the regression model of HP, arXiv:2512.19905).

Every step of the model is carried out: training pairs are drawn, the Bayesian linear regression is fitted exactly,
prompts are drawn, k answers come from the posterior predictive N(m, s²), the judge selects among them at temperature
T, the teacher scores. Nothing is averaged by a formula except which of the drawn answers is picked (the sum over i of
p_i). Standard errors are over independent training sets: the prompts of one training set are not independent.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.sampling import checks as _checks
from infscale_sym.sampling import streams as _streams
from infscale_sym.sampling.streams import Block, Estimate, Progress
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.regression.draws.model import MOMENTS, Model

#: Up to here s² and the offsets keep at least six digits, far more than a simulation needs.
WORST_CONDITION = 1e9


@dataclass(frozen=True)
class RegressionResult:
    """The simulated error curve of the regression model and the moments behind it.

    Each Estimate holds `mean` and `standard_error` over the training sets. The numbers at different k come from the
    same draws, hence are correlated.
    """

    k: np.ndarray
    """Numbers of answers, int64, shape (m,), in the order asked for."""
    delta: Estimate
    """Generalization error delta(k, T) = E[sum_i p_i (y_i - y_T)²], units of y², shapes (m,)."""
    selection_error: Estimate
    """E[F_k], F_k = delta/s² prompt by prompt, dimensionless, shapes (m,)."""
    variance: Estimate
    """E s², the posterior predictive variance, units of y²; floats, as are the next three."""
    teacher_offset_square: Estimate
    """E Delta_T², Delta_T = m - y_T, units of y²."""
    offset_product: Estimate
    """E Delta_T Delta_R, Delta_R = m - y_R, units of y²."""
    judge_offset_square: Estimate
    """E Delta_R², units of y²."""
    teacher: np.ndarray | None
    """The teacher's weights w_T, shape (d,); None if they were redrawn for every training set."""
    T: float
    """Temperature, units of the reward, y²."""
    prompts: int
    """Prompts per training set."""
    training_sets: int
    """Number of independent training sets."""
    seed: int
    """The seed that gives these numbers again."""


def regression(
    n: int,
    d: int,
    sigma: Any,
    gamma: Any,
    *,
    k: int | Iterable[int],
    T: Any,
    prompts: int,
    training_sets: int,
    seed: int,
    Sigma: Any = 1.0,
    teacher: Any = None,
    redraw_teacher: bool = False,
    judge: Any = 0.0,
    workers: int | None = None,
    progress: Progress = False,
    chunk: int | None = None,
) -> RegressionResult:
    """Simulate teacher, student and judge end to end, for every k in one pass.

    n >= 1 training pairs in d >= 1 dimensions. sigma > 0: standard deviation of the noise (units of y), shared by
    teacher and student. gamma > 0: width of the prior N(0, gamma² I) of the weights (units of y, as x is taken
    dimensionless). Sigma: covariance of x, either S² > 0, or its d eigenvalues > 0 (diagonal), or a symmetric positive
    definite matrix of shape (d, d); features are x/sqrt(d).

    teacher: weights w_T of shape (d,), or ("normal", width): drawn from N(0, width² I), once for the whole run, or for
    each training set if redraw_teacher; None stands for ("normal", gamma), the student's own prior.
    judge: weights w_R of shape (d,), or a number c: y_R = y_T - c (m - y_T), so Delta_R = (1 + c) Delta_T (HP-code's
    judge; 0 is the teacher). A number is always c, also for d = 1.

    k: integers >= 1, in any order. T: temperature of the selection in units of the reward -(y - y_R)², from 0
    (best-of-k) to infinity. prompts >= 1 fresh ones for each of training_sets >= 2 independent training sets. seed:
    integer >= 0; it alone fixes the numbers. workers: threads, by default all processors; chunk: prompts that a worker
    takes at a time; neither changes any number. progress: True shows a bar on stderr; a function is told the share of the
    run (estimated) that was done since it was last told, and ends the run by raising. Memory: for each worker about
    10 MB plus some 8 d² doubles, whatever n, prompts and k are.

    Raises DomainError for parameters outside these ranges, for a regression conditioned so badly that s² would lose
    its digits (gamma/sigma beyond about 1e9), and if an offset exceeds 1e6 s.
    """
    n, d = _checks.count(n, "n"), _checks.count(d, "d")
    sigma, gamma = _checks.positive(sigma, "sigma"), _checks.positive(gamma, "gamma")
    lengths, order = np.unique(_checks.counts(k, "k"), return_inverse=True)
    prompts, sets = _checks.count(prompts, "prompts"), _checks.count(training_sets, "training_sets", 2)
    seed, workers = _checks.seed(seed), _checks.workers(workers)
    chunk = None if chunk is None else _checks.count(chunk, "chunk")
    T = _checks.temperature(T, "T")
    factor = _checks.covariance_factor(Sigma, d)
    fixed, width = _teacher(teacher, d, gamma, seed, redraw_teacher)
    judge_weights = None if np.ndim(judge) == 0 else _checks.weights(judge, "judge", d) / gamma
    c = _checks.real(judge, "judge") if judge_weights is None else 0.0
    ratio, reduced = gamma / sigma, T / sigma**2
    # The relative error of s² is about 2e-16 times this number, the condition of the regression.
    condition = ratio * float(np.max(factor)) * math.sqrt(max(n / d, 1.0))
    if not condition <= WORST_CONDITION or (reduced in (0.0, math.inf) and reduced != T):
        raise DomainError(
            f"gamma/sigma times the root of Sigma's scale times max(n/d, 1)^(1/2) must not exceed {WORST_CONDITION:g}, "
            f"and T/sigma² must be a double; got {condition:g} and {reduced:g}"
        )
    model = Model(n, d, ratio, factor, fixed, width, judge_weights, c, reduced, lengths, seed)
    curve = 2 * len(lengths) + len(MOMENTS)
    most = int(lengths[-1])

    whole = sets * (model.work(n + prompts) + prompts * model.work(answers=most))

    def done(work: float) -> None:
        tell(work / whole)

    def average(index: int, stop: threading.Event, workers: int) -> np.ndarray:
        """The averages over the prompts of one training set."""
        student, gap = model.train(index, stop, done)
        total = _streams.Moments(curve)

        def score(blocks: list[Block], stop: threading.Event) -> list[tuple[int, np.ndarray]]:
            return model.score(student, gap, index, blocks, stop, done)

        tasks = _streams.tasks(prompts, most, chunk, workers)
        with closing(_streams.in_order(score, tasks, workers, stop)) as parts:
            for results in parts:
                for size, mean in results:
                    total.merge(size, mean, np.zeros(curve))
        return total.mean

    stop, moments = threading.Event(), _streams.Moments(curve)
    with _streams.progress(sets * prompts, "prompt", progress) as tell, single_threaded_algebra():
        if sets >= workers:  # a training set is one worker's task

            def alone(index: int, stop: threading.Event) -> np.ndarray:
                return average(index, stop, 1)

            with closing(_streams.in_order(alone, range(sets), workers, stop)) as means:
                for mean in means:
                    moments.merge(1, mean, np.zeros(curve))
        else:  # all workers share the prompts of one training set
            for index in range(sets):
                moments.merge(1, average(index, stop, workers), np.zeros(curve))
        moments.rescale(np.repeat([sigma**2, 1.0, sigma**2], [len(lengths), len(lengths), len(MOMENTS)]))
        estimate = moments.estimate()
    mean, error = estimate.mean, estimate.standard_error
    m = len(lengths)
    return RegressionResult(
        lengths[order],
        Estimate(mean[:m][order], error[:m][order]),
        Estimate(mean[m : 2 * m][order], error[m : 2 * m][order]),
        *(Estimate(float(mean[i]), float(error[i])) for i in range(2 * m, curve)),
        teacher=None if fixed is None else fixed * gamma,
        T=T,
        prompts=prompts,
        training_sets=sets,
        seed=seed,
    )


def _teacher(teacher: Any, d: int, gamma: float, seed: int, redraw: bool) -> tuple[np.ndarray | None, float]:
    """The fixed teacher (None if redrawn) and the width of the law it is drawn from, both in units of gamma."""
    if teacher is None:
        teacher = ("normal", gamma)
    if isinstance(teacher, tuple) and len(teacher) == 2 and isinstance(teacher[0], str):
        if teacher[0] != "normal":
            raise DomainError(f'teacher must be weights or ("normal", width); got {teacher!r}')
        width = _checks.positive(teacher[1], "the width of the teacher's law") / gamma
        fixed = width * _streams.generator(seed, _streams.TEACHER, 0).standard_normal(d)
        return (None if redraw else fixed), width
    if redraw:
        raise DomainError('redraw_teacher needs a law to draw from, teacher=("normal", width); got weights')
    return _checks.weights(teacher, "teacher", d) / gamma, 0.0
