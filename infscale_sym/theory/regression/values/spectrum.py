"""The feature covariance Sigma in every form that a user may give it (HP, arXiv:2512.19905): one list of eigenvalues.

A number stands for number * I; a 1-d sequence holds the eigenvalues, each with equal weight; a 2-d array is a symmetric
positive definite matrix; `PowerLaw(a, d)` is the spectrum i^-(1 + a), i = 1 ... d. Nothing is computed twice: a power law's
list is remembered, and `spectrum(matrix)` may be kept and passed in the matrix's place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import exact, float_array

#: The longest power law.
LONGEST = 1_000_000
#: A matrix is symmetric, and an eigenvalue positive, to this many rounding errors of its largest eigenvalue, per dimension.
_ROUNDING = 4 * np.finfo(float).eps
#: Doubles in one block of averages over a spectrum.
BLOCK = 1 << 19


@dataclass(frozen=True)
class PowerLaw:
    """Eigenvalues i^-(1 + exponent), i = 1 ... dimension (dimensionless); exponent > -1 real, 1 <= dimension <= 10^6."""

    exponent: Any
    dimension: int

    def __post_init__(self) -> None:
        if not exact(self.exponent, "the exponent of a power law") > -1:
            raise DomainError(f"the exponent of a power law must exceed -1; got {self.exponent}")
        if isinstance(self.dimension, bool) or not isinstance(self.dimension, (int, np.integer)):
            raise DomainError(f"the dimension of a power law must be an integer; got {self.dimension!r}")
        if not 1 <= self.dimension <= LONGEST:
            raise DomainError(f"the dimension of a power law must lie in [1, {LONGEST}]; got {self.dimension}")

    @property
    def eigenvalues(self) -> np.ndarray:
        """float64, shape (dimension,), falling, read-only; one list for all calls."""
        return _power_law(float(exact(self.exponent)), int(self.dimension))


@lru_cache(maxsize=16)
def _power_law(exponent: float, dimension: int) -> np.ndarray:
    values = np.arange(1, dimension + 1, dtype=float) ** -(1 + exponent)
    if not values[-1] > 0:
        raise DomainError(f"the last eigenvalue of this power law is below the smallest double; got exponent {exponent:g}")
    values.setflags(write=False)
    return values


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Eigenvalues of Sigma, shape (p,), p = 1 where Sigma = number * I; and its eigenvectors, columns of (p, p), or None where
    the coordinates are already those of the eigenbasis."""

    eigenvalues: np.ndarray
    vectors: np.ndarray | None = None

    def components(self, weights: Any, name: str = "weights") -> np.ndarray:
        """Weights, shape (d,), in the coordinates in which Sigma was given, as components in its eigenbasis, shape (d,).

        Raises DomainError unless d is the dimension of Sigma (any d >= 1 where Sigma is a number).
        """
        array = float_array(weights, name)
        size = len(self.eigenvalues)
        if array.ndim != 1 or not array.size or (size > 1 and len(array) != size):
            wanted = f"({size},)" if size > 1 else "(d,), d >= 1"
            raise DomainError(f"{name} must have the shape {wanted} of Sigma; got {array.shape}")
        return array if self.vectors is None else self.vectors.T @ array


def spectrum(Sigma: Any) -> Spectrum:
    """The eigenvalues of Sigma (number, 1-d list, symmetric matrix, PowerLaw or Spectrum); units of Sigma.

    Raises DomainError for an empty or three-dimensional array, a matrix that is not square, symmetric and positive
    definite (its smallest eigenvalue must exceed rounding), or an eigenvalue that is not positive.
    """
    if isinstance(Sigma, Spectrum):
        return Sigma
    if isinstance(Sigma, PowerLaw):
        return Spectrum(Sigma.eigenvalues)
    array = float_array(Sigma, "Sigma")
    if array.size == 0 or array.ndim > 2:
        raise DomainError(f"Sigma must be a number, a list of eigenvalues or a square matrix; got shape {array.shape}")
    if array.ndim == 2:
        return _of_matrix(array)
    if not (array > 0).all():
        raise DomainError(f"Sigma must be positive; got {array[~(array > 0)].ravel()[0]:g}")
    return Spectrum(np.atleast_1d(array))


def _of_matrix(matrix: np.ndarray) -> Spectrum:
    rows, columns = matrix.shape
    if rows != columns:
        raise DomainError(f"Sigma as a matrix must be square; got shape {matrix.shape}")
    scale = np.abs(matrix).max()
    skew = np.abs(matrix - matrix.T).max()
    if skew > rows * _ROUNDING * scale:
        raise DomainError(f"Sigma must be symmetric; entries differ from their mirror images by up to {skew:g}")
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if not values[0] > rows * _ROUNDING * scale:
        raise DomainError(f"Sigma must be positive definite; its smallest eigenvalue is {values[0]:g}")
    return Spectrum(values, vectors)


def average(function: Callable[[np.ndarray, np.ndarray], np.ndarray], kappa: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Mean over the last axis of function(kappa[..., None], at), the shape of kappa; in blocks where the product is long."""
    flat = kappa.reshape(-1, 1)
    rows = max(BLOCK // len(at), 1)
    parts = [function(flat[i : i + rows], at).mean(axis=-1) for i in range(0, len(flat), rows)]
    return np.concatenate(parts).reshape(kappa.shape) if parts else np.empty(kappa.shape)
