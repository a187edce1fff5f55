"""Students drawn at growing d, and how far their offsets are from the law at d = oo (`predictive.mean-law`; arXiv:2512.19905).

The table comes with the package; tools/make_mean_law_evidence.py made it. The power law is s_i = (i/d)^(-3/2): its smallest
eigenvalue is 1 at every d, so that a fixed ridge sees a fixed share of the spectrum, and the weights fall so that every
coordinate contributes as much to an answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.theory.regression.values.offsets import offset_moments
from infscale_sym.theory.regression.values.spectrum import PowerLaw

#: Label noise and prior width of every student.
SIGMA, GAMMA = 0.8, 1.0
TEACHER, JUDGE = (1.2, 0.5, -0.8), (0.9, 0.6, -0.6)


def weights_and_spectrum(spectrum: str, d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(eigenvalues, w_T, w_R), each float64 of shape (d,), d a multiple of 3; spectrum: "isotropic" or "power law"."""
    if spectrum not in ("isotropic", "power law") or d % 3:
        raise DomainError(f'spectrum must be "isotropic" or "power law", d a multiple of 3; got {spectrum!r}, {d}')
    if spectrum == "isotropic":
        return np.ones(d), np.resize(TEACHER, d), np.resize(JUDGE, d)
    values = PowerLaw(0.5, d).eigenvalues
    values = values / values[-1]
    return values, np.resize(TEACHER, d) / np.sqrt(values), np.resize(JUDGE, d) / np.sqrt(values)


def laws(spectrum: str, alpha: float, d: int, law: str = "full") -> np.ndarray:
    """(E Delta_T^2, E Delta_T Delta_R, E Delta_R^2) of the law, shape (3,), units of y^2, for the eigenvalues and weights at d.

    law: "full", or "printed" for q in the place of Q.
    """
    found = offset_moments(
        alpha, SIGMA, GAMMA, *weights_and_spectrum(spectrum, d), law="printed" if law == "printed" else "full"
    )
    return np.array([found.teacher, found.cross, found.judge])


@dataclass(frozen=True)
class Students:
    """The students of one alpha and one spectrum at growing d.

    Relative deviations from the law, dimensionless, shape (sizes, 3): columns E Delta_T^2, E Delta_T Delta_R, E Delta_R^2.
    Errors are standard errors over training sets, of the same shape.
    """

    spectrum: str
    alpha: float
    sizes: tuple[int, ...]
    deviation: np.ndarray
    error: np.ndarray
    conditional: np.ndarray
    """The same with the label noise and the signs of the coordinates averaged by hand, and its errors."""
    conditional_error: np.ndarray
    kurtosis: np.ndarray
    """Kurtosis over prompts and training sets of Delta_T and Delta_R, shape (sizes, 2), and its errors."""
    kurtosis_error: np.ndarray

    def at_infinity(self, conditional: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Relative deviation at d = oo by a weighted fit of c_0 + c_1/d + c_2/d^2, and its standard error; shapes (3,)."""
        values, errors = (self.conditional, self.conditional_error) if conditional else (self.deviation, self.error)
        return intercepts(self.sizes, values, errors)

    def exponent(self, column: int) -> tuple[float, float]:
        """Exponent p of |deviation| ~ d^p (averaged by hand) and its standard error; see `exponent`."""
        return exponent(self.sizes, self.conditional[:, column], self.conditional_error[:, column])

    def kurtosis_exponent(self, column: int) -> tuple[float, float]:
        """Exponent p of kurtosis - 3 ~ d^p and its standard error; see `exponent`."""
        return exponent(self.sizes, self.kurtosis[:, column] - 3, self.kurtosis_error[:, column])


def intercepts(sizes: tuple[int, ...], values: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted least squares of each column of `values` by c_0 + c_1/d + c_2/d^2: c_0 and its standard error."""
    found = []
    powers = np.array([[float(d) ** -power for power in range(3)] for d in sizes])
    for value, error in zip(values.T, errors.T, strict=True):
        design = powers / error[:, None]
        covariance = np.linalg.inv(design.T @ design)
        found.append(((covariance @ (design.T @ (value / error)))[0], np.sqrt(covariance[0, 0])))
    return np.array([c for c, _ in found]), np.array([e for _, e in found])


def exponent(sizes: tuple[int, ...], values: np.ndarray, errors: np.ndarray) -> tuple[float, float]:
    """p of |values| = c d^p (1 + b/d), by a weighted fit of ln |values| = ln c + p ln d + b/d; and its standard error."""
    relative = errors / np.abs(values)
    columns = [np.ones(len(sizes)), np.log(sizes), 1 / np.array(sizes, float)]
    design = np.stack(columns, axis=1) / relative[:, None]
    covariance = np.linalg.inv(design.T @ design)
    return float((covariance @ (design.T @ (np.log(np.abs(values)) / relative)))[1]), float(np.sqrt(covariance[1, 1]))


@cache
def students() -> tuple[Students, ...]:
    """All ten families: alpha in {0.05, 0.2, 0.5, 0.9, 1.5} for Sigma = I, and for the power law."""
    table = json.loads((files(str(__package__)) / "evidence.json").read_text(encoding="utf-8"))
    families: dict[tuple[str, float], list[dict]] = {}
    for run in table:
        families.setdefault((run["spectrum"], run["alpha"]), []).append(run)
    out = []
    for (spectrum, alpha), runs in families.items():
        sizes = tuple(run["d"] for run in runs)
        law = np.array([laws(spectrum, alpha, d) for d in sizes])
        moments, errors, other, other_errors, kurtosis, kurtosis_errors = (
            np.array([run[name] for run in runs])
            for name in ("moments", "errors", "conditional_moments", "conditional_errors", "kurtosis", "kurtosis_errors")
        )
        relative = (moments / law - 1, errors / law, other / law - 1, other_errors / law)
        out.append(Students(spectrum, alpha, sizes, *relative, kurtosis, kurtosis_errors))
    return tuple(out)
