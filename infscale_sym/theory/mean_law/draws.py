"""Students fitted to drawn training sets, and the covariance of the offsets over prompts of each (HP, arXiv:2512.19905).

Given its training set a student's mean answer is mu'phi, so Delta_T = (mu - w_T)'phi and Delta_R = (mu - w_R)'phi are Gaussian
over prompts, with covariances that are quadratic forms in mu. The rows of the data and their label noise are drawn, the student
is fitted to its answers; only the prompts are averaged by hand, exactly. No formula of the theory enters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.sampling import checks as _checks
from infscale_sym.sampling.fits import commensurate, extrapolated
from infscale_sym.sampling.streams import Estimate, estimate, part
from infscale_sym.sampling.threads import single_threaded_algebra

#: Weights in a pattern that repeats, each entry on every eigenvalue: they prefer none.
TEACHER, JUDGE = (1.2, 0.5, -0.8), (0.7, 0.8, -0.3)
#: Dimensions near which students are fitted.
SIZES = (12, 24, 48, 72)
#: Doubles in the rows of one batch of training sets (8 MiB).
BATCH = 1 << 20


def prompt_covariances(
    n: int, d: int, sigma: Any, gamma: Any, *, Sigma: Any, teacher: Any, judge: Any, training_sets: int, seed: int
) -> np.ndarray:
    """(E Delta_T^2, E Delta_T Delta_R, E Delta_R^2) over prompts, a row for each training set: (training_sets, 3), in y^2.

    n >= 1 training pairs in d >= 1 dimensions; sigma > 0: label noise; gamma > 0: prior width; Sigma: a number or eigenvalues,
    shape (d,); teacher, judge: weights w_T and w_R, shape (d,), the same for every training set. seed: integer >= 0; it alone
    fixes the numbers. Memory: some 30 MB, and 8 n d bytes beyond that where one training set is larger. Raises DomainError.
    """
    setting = _setting(n, d, sigma, gamma, Sigma, teacher, judge)
    w, root = setting.teacher, setting.root
    out = []
    with single_threaded_algebra():
        for rng, x in _batches(setting, _checks.count(training_sets, "training_sets"), _checks.seed(seed)):
            y = x @ w / np.sqrt(d) + setting.sigma * rng.standard_normal(x.shape[:2])
            across = x.transpose(0, 2, 1)
            covariance = across @ x / n + setting.ridge * np.eye(d)
            mean = np.sqrt(d) * np.linalg.solve(covariance, across @ y[:, :, None] / n)[:, :, 0]
            mine, judged = (mean - w) * root, (mean - setting.judge) * root
            pairs = ((mine, mine), (mine, judged), (judged, judged))
            out.append(np.stack([np.einsum("ij,ij->i", one, two) / d for one, two in pairs], axis=1))
    return np.concatenate(out)


def conditional_covariances(
    n: int, d: int, sigma: Any, gamma: Any, *, Sigma: Any, teacher: Any, judge: Any, training_sets: int, seed: int
) -> np.ndarray:
    """The same, averaged by hand over the label noise and the signs of the coordinates; arguments, shape, units as above.

    mu - w_T = -lambda (C + lambda)^-1 w_T + noise is linear in both. The law of the rows does not change when a coordinate of x
    changes its sign, so fixed weights and weights of random signs have the same mean over training sets: only the diagonals of
    the quadratic forms count. The mean is that of `prompt_covariances`; the scatter is far smaller, of the order 1/d.
    """
    setting = _setting(n, d, sigma, gamma, Sigma, teacher, judge)
    w, gap, eigenvalues = setting.teacher, setting.teacher - setting.judge, setting.root**2
    out = []
    with single_threaded_algebra():
        for _, x in _batches(setting, _checks.count(training_sets, "training_sets"), _checks.seed(seed)):
            resolvent = np.linalg.inv(x.transpose(0, 2, 1) @ x / n + setting.ridge * np.eye(d))
            column = np.einsum("tij,tij,i->tj", resolvent, resolvent, eigenvalues)  # diagonal of G Sigma G
            diagonal = np.einsum("tii,i->ti", resolvent, eigenvalues)  # of Sigma G
            bias = setting.ridge**2 * (column @ w**2) / d
            noise = setting.sigma**2 / n * (diagonal.sum(axis=1) - setting.ridge * column.sum(axis=1))
            mixed = setting.ridge * (diagonal @ (w * gap)) / d
            first = bias + noise
            out.append(np.stack([first, first - mixed, first - 2 * mixed + eigenvalues @ gap**2 / d], axis=1))
    return np.concatenate(out)


@dataclass(frozen=True)
class _Setting:
    n: int
    d: int
    sigma: float
    ridge: float
    root: np.ndarray
    teacher: np.ndarray
    judge: np.ndarray


def _setting(n: int, d: int, sigma: Any, gamma: Any, Sigma: Any, teacher: Any, judge: Any) -> _Setting:
    n, d = _checks.count(n, "n"), _checks.count(d, "d")
    noise, prior = _checks.positive(sigma, "sigma"), _checks.positive(gamma, "gamma")
    factor = np.asarray(_checks.covariance_factor(Sigma, d))
    if factor.ndim == 2:
        raise DomainError("Sigma must be a number or eigenvalues here; got a matrix")
    weights = (_checks.weights(value, name, d) for name, value in (("teacher", teacher), ("judge", judge)))
    return _Setting(n, d, noise, d / n * (noise / prior) ** 2, np.broadcast_to(factor, (d,)), *weights)


def _batches(setting: _Setting, sets: int, seed: int) -> Iterator[tuple[np.random.Generator, np.ndarray]]:
    """(generator, rows of shape (count, n, d)): each batch of training sets has a stream of its own."""
    n, d = setting.n, setting.d
    size = max(1, BATCH // (n * d))
    for number, start in enumerate(range(0, sets, size)):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        yield rng, rng.standard_normal((min(size, sets - start), n, d)) * setting.root


# The named quantities, each a function of its arguments in their order; Sigma: a number or eigenvalues, as often each.


def cross_risk(
    alpha: float, sigma: float, gamma: float, Sigma: Any, nu: float, overlap: float, *, trials: int, seed: int
) -> Estimate:
    """E Delta_T Delta_R, extrapolated in 1/d over SIZES; `trials` is the number of training sets times d at each."""
    judge = _turned(nu, overlap)
    return _students(alpha, sigma, gamma, _eigenvalues(Sigma), _scaled(nu), judge, trials, seed)[0]


def judge_risk(
    alpha: float, sigma: float, gamma: float, Sigma: Any, nu: float, nu_R: float, overlap: float, *, trials: int, seed: int
) -> Estimate:
    """E Delta_R^2, extrapolated in 1/d over SIZES; `trials` as above."""
    judge = _turned(nu, overlap, nu_R)
    return _students(alpha, sigma, gamma, _eigenvalues(Sigma), _scaled(nu), judge, trials, seed)[1]


def _eigenvalues(Sigma: Any) -> tuple[float, ...]:
    return tuple(np.atleast_1d(np.asarray(Sigma, float)).tolist())


def _scaled(nu: float) -> tuple[float, ...]:
    """The teacher's pattern at the mean square nu^2."""
    return tuple((nu / np.sqrt(np.mean(np.square(TEACHER))) * np.array(TEACHER)).tolist())


def _turned(nu: float, overlap: float, nu_R: float | None = None) -> tuple[float, ...]:
    """The judge's pattern, turned to that mean product with the teacher's, and scaled across it to the mean square nu_R^2."""
    teacher, judge = np.array(_scaled(nu)), np.array(JUDGE)
    across = judge - np.mean(judge * teacher) / nu**2 * teacher
    if nu_R is not None:
        left = nu_R**2 - overlap**2 / nu**2
        if left < 0:
            raise DomainError(f"the overlap of the weights must be at most nu nu_R; got {overlap:g} and {nu * nu_R:g}")
        across *= np.sqrt(left / np.mean(across**2))
    return tuple((overlap / nu**2 * teacher + across).tolist())


@cache  # the cross law and the judge's are read off the same students
def _students(
    alpha: float,
    sigma: float,
    gamma: float,
    Sigma: tuple[float, ...],
    teacher: tuple[float, ...],
    judge: tuple[float, ...],
    trials: int,
    seed: int,
) -> tuple[Estimate, Estimate]:
    """(E Delta_T Delta_R, E Delta_R^2)."""
    times = len(Sigma)
    sizes = [commensurate(d, alpha, 3 * times) for d in SIZES]
    drawn = []
    for number, d in enumerate(sizes):
        given: dict[str, Any] = {"Sigma": np.resize(Sigma, d), "training_sets": trials // d, "seed": part(seed, number)}
        weights: dict[str, Any] = {
            "teacher": np.resize(np.repeat(teacher, times), d),
            "judge": np.resize(np.repeat(judge, times), d),
        }
        drawn.append(prompt_covariances(round(d / alpha), d, sigma, gamma, **given, **weights))
    cross, own = (extrapolated(sizes, [estimate(rows[:, n]) for rows in drawn]) for n in (1, 2))
    return cross, own


def _without_ridge(d: int, alpha: float, trials: int, seed: int) -> np.ndarray:
    """E[Delta_T^2 | training set]/sigma^2 of students with an endless prior, shape (trials,); Sigma does not matter."""
    given: dict[str, Any] = {"Sigma": np.resize([2.0, 0.5], d), "teacher": np.resize(np.repeat(TEACHER, 2), d)}
    rows = prompt_covariances(round(d / alpha), d, 1.0, 1e6, **given, judge=np.zeros(d), training_sets=trials, seed=seed)
    return rows[:, 0]


def offset_kurtosis(d: int, alpha: float, *, trials: int, seed: int) -> Estimate:
    """3 E V^2/(E V)^2, V the offset's variance over the prompts of one of `trials` training sets."""
    v = _without_ridge(d, alpha, trials, seed)
    first, second = v.mean(), np.mean(v**2)
    scatter = 3 * ((v**2 - second) / first**2 - 2 * second * (v - first) / first**3)
    return Estimate(float(3 * second / first**2), float(scatter.std(ddof=1) / np.sqrt(trials)))


def characteristic_gap(w: float, d: int, alpha: float, *, trials: int, seed: int) -> Estimate:
    """E exp(-w^2 V/2) - exp(-w^2 E V/2), V drawn as above, E V its own mean."""
    v = _without_ridge(d, alpha, trials, seed)
    mean = v.mean()
    value = np.mean(np.exp(-(w**2) * v / 2)) - np.exp(-(w**2) * mean / 2)
    scatter = np.exp(-(w**2) * v / 2) + w**2 / 2 * np.exp(-(w**2) * mean / 2) * (v - mean)
    return Estimate(float(value), float(scatter.std(ddof=1) / np.sqrt(trials)))
