"""The student as a planner sees it: what n training examples do to its variance and its bias (HP, arXiv:2512.19905).

Two numbers decide everything that follows: s^2, the variance of the student's answers, and Q = E Delta_T^2, the mean squared
offset of their centre from the teacher's answer. Both are deterministic equivalents in alpha = d/n (`predictive.variance`,
`predictive.mean-law`); the ends n = 0 (the prior) and n = oo (the teacher itself) are taken in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import exact
from infscale_sym.theory.regression.values.offsets import offset_moments
from infscale_sym.theory.regression.values.spectrum import PowerLaw, spectrum

LARGEST = 10**15


@dataclass(frozen=True, eq=False)
class Student:
    """Bayesian linear regression in d dimensions: data, prior, teacher.

    d: dimensions. eigenvalues: spectrum of Sigma, shape (d,), or (1,) for a multiple of the identity. sigma: standard
    deviation of the noise, units of y. gamma: width of the student's prior. teacher: root mean square weight nu, or the
    weights along the eigenvectors of Sigma, shape (d,).
    """

    d: int
    eigenvalues: np.ndarray
    sigma: float
    gamma: float
    teacher: float | np.ndarray

    @classmethod
    def of(cls, d: Any, Sigma: Any, sigma: Any, gamma: Any, teacher: Any) -> Student:
        """Read and check what a user gives (see `infscale_sym.plan`). Raises DomainError: what came and what is valid."""
        size = whole(d, "d", 1, LARGEST)
        noise, prior = positive(sigma, "sigma"), positive(gamma, "gamma")
        if isinstance(Sigma, PowerLaw) and Sigma.dimension != size:
            raise DomainError(f"Sigma must have d = {size} eigenvalues; got a power law with {Sigma.dimension}")
        known = spectrum(Sigma)
        values = known.eigenvalues
        if values.size not in (1, size):
            raise DomainError(f"Sigma must be one number or have d = {size} eigenvalues; got {values.size}")
        if not 1e-150 < values.min() <= values.max() < 1e150:
            raise DomainError(f"Sigma must lie within 1e-150 and 1e150; got {values.min():g} to {values.max():g}")
        if np.ndim(teacher) == 0:
            return cls(size, values, noise, prior, positive(teacher, "nu"))
        weights = known.components(teacher, "the teacher's weights")
        if weights.size != size:
            raise DomainError(f"the teacher's weights must be d = {size} numbers; got {weights.size}")
        if not weights.any():
            raise DomainError("the teacher's weights must not all be 0")
        return cls(size, values, noise, prior, weights)

    @property
    def Sigma(self) -> float | np.ndarray:
        """The spectrum as the quantities take it: a number, or eigenvalues."""
        return float(self.eigenvalues[0]) if self.eigenvalues.size == 1 else self.eigenvalues

    @property
    def squares(self) -> np.ndarray:
        """Squared weights of the teacher along the eigenvectors, shape (d,) or, where only their mean counts, (1,)."""
        square = np.atleast_1d(np.square(self.teacher))
        return square.mean(keepdims=True) if self.eigenvalues.size == 1 else square

    @property
    def untrained_variance(self) -> float:
        """s^2 at n = 0, sigma^2 + gamma^2 mean(Sigma), units of y^2: no n gives more."""
        return self.sigma**2 + self.gamma**2 * float(self.eigenvalues.mean())

    def moments(self, n: Any) -> tuple[np.ndarray, np.ndarray]:
        """(s^2, Q), both units of y^2, shape of n; n real, 0 and inf included."""
        count = np.asarray(n, float)
        variance, risk = np.empty(count.shape), np.empty(count.shape)
        nothing, all_ = count == 0, np.isinf(count)
        variance[nothing], risk[nothing] = self.untrained_variance, float((self.eigenvalues * self.squares).mean())
        variance[all_], risk[all_] = self.sigma**2, 0.0
        some = ~(nothing | all_)
        if some.any():
            found = offset_moments(self.d / count[some], self.sigma, self.gamma, self.Sigma, self.teacher)
            variance[some], risk[some] = found.variance, found.teacher
        return variance, risk


def positive(value: Any, name: str) -> float:
    """One positive double, within 1e-150 and 1e150 so that squares do not overflow."""
    number = float(exact(value, name))
    if not 1e-150 < number < 1e150:
        raise DomainError(f"{name} must be positive (and within 1e-150 and 1e150); got {value}")
    return number


def whole(value: Any, name: str, low: int, high: int) -> int:
    """One integer from low to high; 1e5 and 2.0 are integers too."""
    number = exact(value, name)
    if number != int(number) or not low <= number <= high:
        raise DomainError(f"{name} must be an integer from {low} to {high:.0e}; got {value}")
    return int(number)
