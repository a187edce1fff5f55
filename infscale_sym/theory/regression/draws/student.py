"""Training data, drawn, and the exact Bayesian linear regression on them (HP, arXiv:2512.19905).

With the noise sigma as the unit of answers and the prior width gamma as the unit of weights, the training data read
y/sigma = G (w_T/gamma) + eps, where the rows of G are (gamma/sigma) phi. The posterior mean is where
|G delta - eps|² + |delta + w_T/gamma|² is least, delta = (mean - w_T)/gamma, and the posterior precision is I + G'G
(in units of 1/gamma²). Both come from orthogonal transformations of the rows (I, -w_T/gamma) and (G, eps): neither
G'G nor the difference of nearly equal weights is ever formed, so sigma = 1e-4 or gamma/sigma = 1e4 cost no digits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from infscale_sym.sampling.streams import Stopped

#: Doubles in one batch of features (2 MiB); a batch has at least d rows where the regression needs them.
BATCH = 1 << 18


@dataclass(frozen=True)
class Student:
    """The posterior of one training set, dimensionless: weights in units of gamma, answers in units of sigma."""

    offset: np.ndarray
    """(posterior mean - teacher)/gamma, shape (d,)."""
    root: np.ndarray
    """M with M M' = posterior covariance/gamma² in the space that the data reach: (d, d), or (n, n) if n < d."""
    span: np.ndarray | None
    """Orthonormal basis of the space that the data reach, shape (d, n), if n < d; outside it the prior remains."""

    def variance(self, features: np.ndarray) -> np.ndarray:
        """phi' Cov phi / gamma² at each row phi of `features`, shape (m, d) -> (m,)."""
        if self.span is None:
            return _row_squares(features @ self.root)
        inside = features @ self.span
        return _row_squares(features - inside @ self.span.T) + _row_squares(inside @ self.root)


def draw_features(rng: np.random.Generator, rows: int, d: int, factor: np.ndarray) -> np.ndarray:
    """`rows` prompt features phi = x/sqrt(d), x ~ N(0, C C') with C = `factor` (see `covariance_factor`): (rows, d)."""
    z = rng.standard_normal((rows, d))
    if factor.ndim == 2:
        return z @ (factor.T / np.sqrt(d))
    return np.multiply(z, factor / np.sqrt(d), out=z)


def training_rows(
    rng: np.random.Generator,
    n: int,
    d: int,
    factor: np.ndarray,
    ratio: float,
    tell: Callable[[int], object] = lambda rows: None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The n training pairs in batches (G, eps): shapes (rows, d) and (rows,), ratio = gamma/sigma. `tell`: told of the rows
    that have been used."""
    rows = max(BATCH // d, d, 1)
    for start in range(0, n, rows):
        features = draw_features(rng, min(rows, n - start), d, factor)
        features *= ratio
        yield features, rng.standard_normal(len(features))
        tell(len(features))


def fit(rows: Iterator[tuple[np.ndarray, np.ndarray]], teacher: np.ndarray, n: int, stop: threading.Event) -> Student:
    """The exact posterior after the training rows (G, eps), n in all; teacher: w_T/gamma, shape (d,)."""
    d = len(teacher)
    if n < d:
        # The data reach n directions only: rotate into them; there the problem is n-dimensional, and along all
        # others the posterior is the prior.
        batches = list(rows)
        span, upper = np.linalg.qr(np.concatenate([features for features, _ in batches]).T)
        noise = np.concatenate([eps for _, eps in batches])
        within = span.T @ teacher
        offset, root = _least_squares(iter([(upper.T, noise)]), within, stop)
        return Student(span @ (offset + within) - teacher, root, span)
    offset, root = _least_squares(rows, teacher, stop)
    return Student(offset, root, None)


def _least_squares(
    rows: Iterator[tuple[np.ndarray, np.ndarray]], teacher: np.ndarray, stop: threading.Event
) -> tuple[np.ndarray, np.ndarray]:
    """delta that minimises |G delta - eps|² + |delta + teacher|², and R^-1 with R'R = I + G'G, by sequential QR."""
    d = len(teacher)
    triangle = np.column_stack([np.eye(d), -teacher])
    for features, noise in rows:
        if stop.is_set():
            raise Stopped
        stacked = np.concatenate([triangle, np.column_stack([features, noise])])
        triangle = np.asarray(np.linalg.qr(stacked, mode="r"))[:d]
    # R is triangular, so elimination without pivots is what `solve` does here.
    solved = np.linalg.solve(triangle[:, :d], np.column_stack([triangle[:, d], np.eye(d)]))
    return solved[:, 0], solved[:, 1:]


def _row_squares(rows: np.ndarray) -> np.ndarray:
    return np.einsum("ij,ij->i", rows, rows)
