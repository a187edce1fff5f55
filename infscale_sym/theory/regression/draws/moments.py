"""The named quantities of random-feature regression, drawn (`ridge.*`, `predictive.*`; HP, arXiv:2512.19905).

Each is drawn by the function that takes its arguments in their order, at growing d and fixed d/n = alpha, and extrapolated in
1/d. Sigma: a number or eigenvalues, each as often as the others; seed: integer >= 0. Raises DomainError as the simulators do.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from infscale_sym.sampling.fits import commensurate, drawn_limit, extrapolated
from infscale_sym.sampling.streams import Estimate, part
from infscale_sym.theory.regression.draws.regression import regression
from infscale_sym.theory.regression.draws.spectra import ridge_share

#: Dimensions near which matrices are drawn, and students fitted.
MATRIX_SIZES, STUDENT_SIZES = (10, 20, 40, 80), (20, 40, 80, 160)


def _sizes(sizes: tuple[int, ...], alpha: float, Sigma: Any) -> list[int]:
    return [commensurate(d, alpha, np.size(Sigma)) for d in sizes]


def mean_shrinkage(lambda_: float, alpha: float, Sigma: Any, *, trials: int, seed: int) -> Estimate:
    """(1/d) Tr C (C + lambda)^-1 of sample covariances; `trials` is the number of matrices times a tenth of d at each size."""

    def at(d: int, seed: int) -> tuple[float, float]:
        return ridge_share(round(d / alpha), d, Sigma, lambda_, training_sets=trials * 10 // d, seed=seed)

    return drawn_limit(at, _sizes(MATRIX_SIZES, alpha, Sigma), seed, orders=2)


def renormalized_ridge(lambda_: float, alpha: float, Sigma: Any, *, trials: int, seed: int) -> Estimate:
    """kappa = lambda/(1 - alpha share), with the share of `mean_shrinkage`."""
    share, error = mean_shrinkage(lambda_, alpha, Sigma, trials=trials, seed=seed)
    kappa = lambda_ / (1 - alpha * share)
    return Estimate(kappa, kappa * alpha * error / (1 - alpha * share))


def predictive_variance(alpha: float, sigma: float, gamma: float, Sigma: Any, *, trials: int, seed: int) -> Estimate:
    """Predictive variance of students fitted end to end; `trials` as in `teacher_risk`."""
    return _moments(alpha, sigma, gamma, _hashable(Sigma), 0.5, trials, seed)[0]  # it does not depend on the teacher


def teacher_risk(alpha: float, sigma: float, gamma: float, Sigma: Any, nu: float, *, trials: int, seed: int) -> Estimate:
    """E Delta_T^2 of students fitted end to end, the teacher's weights all nu; `trials` is the number of training sets times d
    at each size, where that makes forty sets or more."""
    return _moments(alpha, sigma, gamma, _hashable(Sigma), nu, trials, seed)[1]


def _hashable(Sigma: Any) -> tuple[float, ...]:
    return tuple(np.atleast_1d(np.asarray(Sigma, float)).tolist())


@cache  # a printed and a corrected claim are judged by the same students
def _moments(
    alpha: float, sigma: float, gamma: float, Sigma: tuple[float, ...], nu: float, trials: int, seed: int
) -> tuple[Estimate, Estimate]:
    """(predictive variance, E Delta_T^2)."""
    sizes = _sizes(STUDENT_SIZES, alpha, Sigma)
    results = [
        regression(
            round(d / alpha),
            d,
            sigma,
            gamma,
            k=(1,),
            T=0.0,
            prompts=400,
            training_sets=max(40, trials // d),
            seed=part(seed, number),
            Sigma=np.resize(np.array(Sigma), d) if len(Sigma) > 1 else next(iter(Sigma)),
            teacher=np.full(d, nu),
        )
        for number, d in enumerate(sizes)
    ]
    pairs = [[result.variance for result in results], [result.teacher_offset_square for result in results]]
    variance, risk = (extrapolated(sizes, estimates) for estimates in pairs)
    return variance, risk
