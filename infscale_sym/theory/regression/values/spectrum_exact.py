"""The spectrum of Sigma to any number of digits: mpmath numbers, and Arb balls that contain the eigenvalues.

The forms are those of `regression.values.spectrum`: a number, a list of eigenvalues, a symmetric positive definite matrix
(nested lists or an array, its entries exact), or a PowerLaw. A long spectrum costs about 2 microseconds an eigenvalue and
step of the solver.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.inputs import exact
from infscale_sym.evaluate.lambdify import power, to_arb, to_mpf
from infscale_sym.theory.regression.values.spectrum import PowerLaw, Spectrum


def is_number(Sigma: Any) -> bool:
    """Whether Sigma = number * I."""
    if isinstance(Sigma, (str, PowerLaw, Spectrum)):
        return isinstance(Sigma, str)
    return getattr(Sigma, "ndim", 0) == 0 and not isinstance(Sigma, Iterable)


def is_matrix(Sigma: Any) -> bool:
    """Whether Sigma is given as rows."""
    if isinstance(Sigma, (str, PowerLaw)) or is_number(Sigma):
        return False
    return isinstance(Sigma, Spectrum) or any(not is_number(row) for row in Sigma)


def eigenvalues_mp(Sigma: Any) -> list[Any]:
    """The eigenvalues at the current precision, mpf. Raises DomainError unless all are positive."""
    import mpmath

    if isinstance(Sigma, PowerLaw):
        return _power_law_mp(Sigma, mpmath.mp.prec)
    if is_matrix(Sigma):
        values = list(mpmath.eigsy(mpmath.matrix(_rows(Sigma, to_mpf)), eigvals_only=True))
        if not min(values) > max(values) * mpmath.eps * 100 * len(values):
            raise DomainError(f"Sigma must be positive definite; its smallest eigenvalue is {mpmath.nstr(min(values), 6)}")
        return values
    values = [Sigma] if is_number(Sigma) else list(Sigma)
    return _checked([to_mpf(v) for v in values], values)


def eigenvalues_arb(Sigma: Any) -> list[Any]:
    """Balls that contain the eigenvalues, at the current precision. Raises DomainError unless all are positive."""
    import flint

    if isinstance(Sigma, PowerLaw):
        return _power_law_arb(Sigma, flint.ctx.prec)
    if is_matrix(Sigma):
        rows = _rows(Sigma, to_arb)
        try:
            found = flint.acb_mat(rows).eig(multiple=True)  # `multiple`: also where eigenvalues coincide
        except ValueError:
            raise ValidationError("the eigenvalues of Sigma could not be enclosed; ask for more digits") from None
        values = [value.real for value in found]
        if not all(value > 0 for value in values):
            raise DomainError(f"Sigma must be positive definite; got the eigenvalue {min(v.mid() for v in values).str(6)}")
        return values
    values = [Sigma] if is_number(Sigma) else list(Sigma)
    return _checked([to_arb(v) for v in values], values)


def quadratic_mp(Sigma: Any, teacher: Any, kappa: Any) -> Any:
    """(1/d) w' B Sigma B w, B = kappa (Sigma + kappa)^-1; w of mean square `teacher`^2 (a number), or weights; mpf."""
    import mpmath

    if is_number(teacher):
        return positive_mp(teacher, "nu") ** 2 * _mean([s * (kappa / (s + kappa)) ** 2 for s in eigenvalues_mp(Sigma)])
    weights = _weights(Sigma, teacher, to_mpf)
    if is_matrix(Sigma):
        matrix = mpmath.matrix(_rows(Sigma, to_mpf))
        shrunk = mpmath.lu_solve(matrix + kappa * mpmath.eye(len(weights)), kappa * mpmath.matrix(weights))
        return (shrunk.T * matrix * shrunk)[0] / len(weights)
    values = eigenvalues_mp(Sigma) * (len(weights) if is_number(Sigma) else 1)
    return _mean([s * (w * kappa / (s + kappa)) ** 2 for s, w in zip(values, weights, strict=True)])


def quadratic_arb(Sigma: Any, teacher: Any, kappa: Any) -> Any:
    """The same as a ball; for a matrix by a linear solve, so that coinciding eigenvalues do no harm."""
    import flint

    if is_number(teacher):
        return positive_arb(teacher, "nu") ** 2 * _mean([s * (kappa / (s + kappa)) ** 2 for s in eigenvalues_arb(Sigma)])
    weights = _weights(Sigma, teacher, to_arb)
    if is_matrix(Sigma):
        size = len(weights)
        matrix = flint.arb_mat(_rows(Sigma, to_arb))
        unit = flint.arb_mat(size, size, [kappa if i % (size + 1) == 0 else 0 for i in range(size * size)])
        shrunk = (matrix + unit).solve(flint.arb_mat(size, 1, [kappa * w for w in weights]))
        return (shrunk.transpose() * matrix * shrunk)[0, 0] / size
    values = eigenvalues_arb(Sigma) * (len(weights) if is_number(Sigma) else 1)
    return _mean([s * power(w * kappa / (s + kappa), 2) for s, w in zip(values, weights, strict=True)])


def positive_mp(value: Any, name: str) -> Any:
    """An mpf. Raises DomainError unless it is positive."""
    return _refuse(to_mpf(value), value, name)


def positive_arb(value: Any, name: str) -> Any:
    """A ball. Raises DomainError unless all of it is positive."""
    return _refuse(to_arb(value), value, name)


def _refuse(number: Any, value: Any, name: str) -> Any:
    if not number > 0:
        raise DomainError(f"{name} must be positive; got {value}")
    return number


def _checked(numbers: list[Any], given: list[Any]) -> list[Any]:
    if not numbers:
        raise DomainError("Sigma must have at least one eigenvalue; got an empty list")
    return [_refuse(number, value, "Sigma") for number, value in zip(numbers, given, strict=True)]


def _mean(values: list[Any]) -> Any:
    return sum(values[1:], values[0]) / len(values)


def _rows(Sigma: Any, convert: Any) -> list[list[Any]]:
    if isinstance(Sigma, Spectrum):
        raise DomainError("at high precision give Sigma itself: a Spectrum holds eigenvalues that are rounded to doubles")
    rows = [[exact(entry, "Sigma") for entry in row] for row in (Sigma.tolist() if isinstance(Sigma, np.ndarray) else Sigma)]
    if any(len(row) != len(rows) for row in rows):
        raise DomainError(f"Sigma as a matrix must be square; got {len(rows)} rows of lengths {sorted({len(r) for r in rows})}")
    if any(rows[i][j] != rows[j][i] for i in range(len(rows)) for j in range(i)):
        raise DomainError("Sigma must be exactly symmetric at high precision; symmetrise it first")
    return [[convert(entry) for entry in row] for row in rows]


def _weights(Sigma: Any, teacher: Any, convert: Any) -> list[Any]:
    weights = [convert(w) for w in teacher]
    size = Sigma.dimension if isinstance(Sigma, PowerLaw) else None if is_number(Sigma) else len(Sigma)
    if not weights or size not in (None, len(weights)):
        raise DomainError(f"the teacher's weights must match Sigma; got {len(weights)} weights for d = {size}")
    return weights


@lru_cache(maxsize=4)
def _power_law_mp(law: PowerLaw, precision: int) -> list[Any]:
    import mpmath

    power = -(1 + to_mpf(law.exponent))
    return [mpmath.mpf(i) ** power for i in range(1, law.dimension + 1)]


@lru_cache(maxsize=4)
def _power_law_arb(law: PowerLaw, precision: int) -> list[Any]:
    import flint

    power = -(1 + to_arb(law.exponent))
    return [flint.arb(i) ** power for i in range(1, law.dimension + 1)]
