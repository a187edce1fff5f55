"""What the simulators accept; anything else is a DomainError with one line that says what came and what is valid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import exact, float_array
from infscale_sym.sampling.streams import available_workers

#: Largest count (answers, trials, prompts ...) that makes sense to draw one by one.
LARGEST_COUNT = 10**15

#: Largest offset in units of s: an answer drawn around it still keeps ten digits after the point.
LARGEST_OFFSET = 1e6


def count(value: Any, name: str, least: int = 1) -> int:
    """`value` as an integer between `least` and 1e15 (2.0 and "2" are integers; 2.5 and True are not)."""
    number = exact(value, name)
    if number != int(number) or not least <= number <= LARGEST_COUNT:
        raise DomainError(f"{name} must be an integer from {least} to {LARGEST_COUNT:.0e}; got {value!r}")
    return int(number)


def counts(values: Any, name: str) -> np.ndarray:
    """One or more integers >= 1 as an int64 array of shape (m,), m >= 1, in the order given."""
    if isinstance(values, str) or not isinstance(values, Iterable) or np.ndim(values) == 0:  # type: ignore
        values = [values]
    items = [count(value, name) for value in values]
    if not items:
        raise DomainError(f"{name} must name at least one number of answers; got none")
    return np.array(items, dtype=np.int64)


def real(value: Any, name: str) -> float:
    """A finite real number as a double."""
    number = float_array(value, name)
    if number.ndim:
        raise DomainError(f"{name} must be one number; got an array of shape {number.shape}")
    return float(number)


def offset(value: Any, name: str) -> float:
    """A number from -LARGEST_OFFSET to LARGEST_OFFSET as a double."""
    number = real(value, name)
    if abs(number) > LARGEST_OFFSET:
        raise DomainError(f"{name} must lie in [{-LARGEST_OFFSET:g}, {LARGEST_OFFSET:g}]; got {number:g}")
    return number


def positive(value: Any, name: str) -> float:
    """A number from 1e-100 to 1e100 (so that its square is a double) as a double."""
    number = real(value, name)
    if number <= 0:
        raise DomainError(f"{name} must be > 0; got {number:g}")
    if not 1e-100 <= number <= 1e100:
        raise DomainError(f"{name} must lie in [1e-100, 1e100]; got {number:g}")
    return number


def temperature(value: Any, name: str) -> float:
    """A number from 0 to infinity, both included, as a double."""
    number = float_array(value, name, infinite=True)
    if number.ndim or number < 0:
        raise DomainError(f"{name} must be one number from 0 to infinity; got {value!r}")
    return float(number)


def weights(value: Any, name: str, d: int) -> np.ndarray:
    """A weight vector of length d as a float64 array."""
    vector = float_array(value, name)
    if vector.shape != (d,):
        raise DomainError(f"{name} must have shape ({d},); got shape {vector.shape}")
    return vector


def seed(value: Any) -> int:
    """A non-negative integer of any size."""
    number = exact(value, "seed")
    if number != int(number) or number < 0:
        raise DomainError(f"seed must be an integer >= 0; got {value!r}")
    return int(number)


def workers(value: Any) -> int:
    """The number of threads; None means as many as this process has processors."""
    return available_workers() if value is None else count(value, "workers")


def covariance_factor(value: Any, d: int) -> np.ndarray:
    """A factor C of the features' covariance, Sigma = C C': shape () or (d,) if Sigma is diagonal, else (d, d).

    value: S² > 0 (Sigma = S² I), the d eigenvalues, or a symmetric positive definite d×d matrix.
    """
    sigma = float_array(value, "Sigma")
    if sigma.shape in ((), (d,)):
        if not (sigma > 0).all():
            raise DomainError(f"Sigma must be positive definite; got the eigenvalue {sigma.min():g}")
        return np.sqrt(sigma)
    if sigma.shape != (d, d):
        raise DomainError(f"Sigma must be a number or have shape ({d},) or ({d}, {d}); got shape {sigma.shape}")
    if not np.allclose(sigma, sigma.T, rtol=1e-10, atol=0.0):
        asymmetry = np.abs(sigma - sigma.T).max()
        raise DomainError(f"Sigma must be symmetric; got a matrix that differs from its transpose by {asymmetry:g}")
    # Cholesky reads one triangle and lets a matrix pass that is singular up to rounding; so look at the spectrum.
    smallest, largest = np.linalg.eigvalsh(sigma)[[0, -1]]
    if not smallest > d * np.finfo(float).eps * largest:
        raise DomainError(f"Sigma must be positive definite; got a matrix with the eigenvalue {smallest:g}")
    return np.linalg.cholesky(sigma)
