"""Sample covariances drawn and diagonalised: the random-matrix side of ridge regression, by counting (HP, arXiv:2512.19905).

For features x ~ N(0, Sigma), C = X'X/n with n = d/alpha rows: the share (1/d) Tr C (C + lambda)^-1 of the teacher that ridge
regression keeps, and the identity between the posterior mean and ridge regression, draw by draw.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.sampling.threads import single_threaded_algebra


class ShareEstimate(NamedTuple):
    """Mean of (1/d) Tr C (C + lambda)^-1 (dimensionless) and its standard error over independent training sets."""

    mean: float
    standard_error: float


def ridge_share(
    n: int, d: int, eigenvalues: np.ndarray | float, lambda_: float, *, training_sets: int, seed: int
) -> ShareEstimate:
    """Estimate E (1/d) Tr C (C + lambda)^-1 for n rows, d features, Sigma with the given eigenvalues (repeated to length d).

    Raises DomainError for n, d < 1, training_sets < 2, or a non-positive eigenvalue or lambda.
    """
    spectrum = np.resize(np.atleast_1d(np.asarray(eigenvalues, float)), d) if d >= 1 else np.zeros(1)
    for name, good, got in (
        ("n and d must be at least 1", n >= 1 and d >= 1, (n, d)),
        ("training_sets must be at least 2", training_sets >= 2, training_sets),
        ("lambda must be positive", lambda_ > 0, lambda_),
        ("eigenvalues of Sigma must be positive", bool((spectrum > 0).all()), spectrum.min()),
    ):
        if not good:
            raise DomainError(f"{name}; got {got}")
    root = np.sqrt(spectrum)
    values = np.empty(training_sets)
    with single_threaded_algebra():
        for index, child in enumerate(np.random.SeedSequence(seed).spawn(training_sets)):
            x = np.random.default_rng(child).standard_normal((n, d)) * root
            gram = (x.T @ x if d <= n else x @ x.T) / n
            squares = np.linalg.eigvalsh(gram).clip(min=0)
            values[index] = (squares / (squares + lambda_)).sum() / d
    return ShareEstimate(float(values.mean()), float(values.std(ddof=1) / np.sqrt(training_sets)))


def posterior_against_ridge(n: int, d: int, sigma: float, gamma: float, lambda_: float, *, seed: int) -> float:
    """Largest relative gap between the Bayesian posterior mean and ridge regression with ridge `lambda_`, on one draw.

    Posterior mean: precision I/gamma^2 + Phi'Phi/sigma^2, Phi = X/sqrt(d). Ridge: (C + lambda)^-1 X'y/n, times sqrt(d).
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, d))
    phi = x / np.sqrt(d)
    y = phi @ rng.standard_normal(d) + sigma * rng.standard_normal(n)
    posterior = np.linalg.solve(np.eye(d) / gamma**2 + phi.T @ phi / sigma**2, phi.T @ y / sigma**2)
    ridge = np.sqrt(d) * np.linalg.solve(x.T @ x / n + lambda_ * np.eye(d), x.T @ y / n)
    return float(np.abs(posterior - ridge).max() / np.abs(posterior).max())
