"""The deterministic equivalents as numbers: ridges, shrinkage and predictive variance (HP Result 1, arXiv:2512.19905).

kappa is found by a root solve that cannot miss: g(kappa) = kappa (1 - alpha df1(kappa)) - lambda is convex and negative at
zero, so Newton's method from the bound lambda + alpha mean(Sigma) descends monotonically to its one positive root. The
Marchenko-Pastur integrals below are the independent referees: they never see kappa.

`Sigma` is a number (Sigma = number * I), or a sequence of eigenvalues; every eigenvalue and lambda, alpha must be positive.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.inputs import float_array


def bare_ridge(alpha: Any, sigma: Any, gamma: Any) -> Any:
    """alpha sigma^2/gamma^2 (units of Sigma), broadcasting. Raises DomainError unless all are positive."""
    alpha, sigma, gamma = (_positive(v, n) for v, n in ((alpha, "alpha"), (sigma, "sigma"), (gamma, "gamma")))
    return alpha * sigma**2 / gamma**2


def degrees_of_freedom(kappa: Any, Sigma: Any) -> Any:
    """df1(kappa) = (1/d) Tr Sigma (Sigma + kappa)^-1, dimensionless, in (0, 1]; shape of kappa."""
    kappa = np.asarray(kappa, dtype=float)
    eigenvalues = np.atleast_1d(_positive(Sigma, "Sigma"))
    return np.mean(eigenvalues / (eigenvalues + kappa[..., None]), axis=-1)[()]


def renormalized_ridge(lambda_: Any, alpha: Any, Sigma: Any) -> Any:
    """kappa(lambda, alpha; Sigma) (units of Sigma), to rounding; lambda and alpha broadcast, Sigma is one spectrum.

    Raises DomainError for a non-positive argument.
    """
    eigenvalues = np.atleast_1d(_positive(Sigma, "Sigma"))
    lam, al = np.broadcast_arrays(_positive(lambda_, "lambda"), _positive(alpha, "alpha"))
    kappa = lam + al * eigenvalues.mean()
    for _ in range(200):
        # With rest = kappa/(s + kappa) nothing cancels in 1 - alpha df1 near alpha = 1. From above, Newton's steps on a
        # convex function descend until rounding stops them.
        rest = kappa[..., None] / (eigenvalues + kappa[..., None])
        value = kappa * ((1 - al) + al * rest.mean(-1)) - lam
        slope = (1 - al) + al * (rest * (2 - rest)).mean(-1)
        new = kappa - value / slope
        if not np.any(new < kappa):
            return kappa[()]
        kappa = np.minimum(new, kappa)
    raise ValidationError("renormalised ridge: Newton's method did not settle; report these parameters")


def predictive_variance(alpha: Any, sigma: Any, gamma: Any, Sigma: Any) -> Any:
    """s^2 = sigma^2 + gamma^2 kappa df1(kappa), averaged over prompts; units of y^2."""
    lam = bare_ridge(alpha, sigma, gamma)
    kappa = renormalized_ridge(lam, alpha, Sigma)
    return np.asarray(sigma, float) ** 2 + np.asarray(gamma, float) ** 2 * kappa * degrees_of_freedom(kappa, Sigma)


def mean_shrinkage(lambda_: Any, alpha: Any, Sigma: Any) -> Any:
    """df1(kappa): the share of the teacher kept by the posterior mean on average over training sets."""
    return degrees_of_freedom(renormalized_ridge(lambda_, alpha, Sigma), Sigma)


def teacher_offset(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any) -> Any:
    """Printed q = nu^2 Sigma (kappa/(Sigma + kappa))^2 for isotropic Sigma (a number); units of y^2."""
    kappa = renormalized_ridge(bare_ridge(alpha, sigma, gamma), alpha, Sigma)
    S2 = _positive(Sigma, "Sigma")
    return _positive(nu, "nu") ** 2 * S2 * (kappa / (S2 + kappa)) ** 2


def teacher_risk(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any) -> Any:
    """Q = (q + alpha sigma^2 df2)/(1 - alpha df2), df2 = (Sigma/(Sigma + kappa))^2, isotropic; units of y^2."""
    kappa = renormalized_ridge(bare_ridge(alpha, sigma, gamma), alpha, Sigma)
    S2 = _positive(Sigma, "Sigma")
    df2 = (S2 / (S2 + kappa)) ** 2
    al = np.asarray(alpha, float)
    return (teacher_offset(alpha, sigma, gamma, Sigma, nu) + al * np.asarray(sigma, float) ** 2 * df2) / (1 - al * df2)


def _positive(value: Any, name: str) -> np.ndarray:
    array = float_array(value, name)
    if not (array > 0).all():
        raise DomainError(f"{name} must be positive; got {array[~(array > 0)].ravel()[0]:g}")
    return array
