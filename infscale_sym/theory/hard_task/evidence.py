"""Students trained and asked end to end where s^2 < 2 Q, beside the law `best-of-k.hard-task` at d = oo (HP, arXiv:2512.19905).

The table comes with the package; tools/make_hard_task_evidence.py made it. Sigma = I, sigma = 1, gamma = 1/2, alpha = d/n =
1/2, all weights of the teacher equal to nu, the teacher judges, T = 0. The prior is too narrow for this teacher: the
student's offset is as large as it thinks its answers are uncertain, theta = s^2/Q = 1 and 3/2.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from infscale_sym.theory.regression.values.error import regression_error

#: Label noise, prior width, d/n of every student.
SIGMA, GAMMA, ALPHA = 1.0, 0.5, 0.5
ANSWERS = (1, 3, 10, 30, 100, 300, 1000)
#: theta at d = oo (to six digits) and the teacher's weights that give it.
TEACHERS = {1.0: 1.480290, 1.5: 1.196110}


@dataclass(frozen=True)
class HardStudents:
    """The students of one theta and one d; arrays over the numbers of answers, errors over independent batches of students."""

    theta: float
    d: int
    delta: np.ndarray
    """Simulated delta of each batch, units of y^2, shape (batches, 7)."""

    @property
    def mean(self) -> np.ndarray:
        """delta, units of y^2, shape (7,)."""
        return self.delta.mean(axis=0)

    @property
    def error(self) -> np.ndarray:
        """Standard error of delta, units of y^2, shape (7,)."""
        return self.delta.std(axis=0, ddof=1) / np.sqrt(len(self.delta))

    def exponents(self) -> tuple[np.ndarray, np.ndarray]:
        """-d ln delta/d ln k between neighbouring k and its standard error (batches left out one by one); shapes (6,)."""
        count = len(self.delta)
        left_out = (count * self.mean - self.delta) / (count - 1)
        values = chords(left_out)
        spread = np.sqrt((count - 1) * values.var(axis=0))
        return chords(self.mean), spread


def chords(delta: np.ndarray) -> np.ndarray:
    """-ln(delta(k')/delta(k))/ln(k'/k) between neighbouring k of ANSWERS; (..., 7) -> (..., 6)."""
    return -np.diff(np.log(delta), axis=-1) / np.diff(np.log(ANSWERS))


@cache
def law(theta: float) -> np.ndarray:
    """delta of the law at d = oo for one theta of TEACHERS, units of y^2, shape (7,)."""
    return regression_error(ANSWERS, 0, 1, ALPHA, 1.0, SIGMA, GAMMA, TEACHERS[theta], law="full")


@cache
def hard_students() -> tuple[HardStudents, ...]:
    """All runs: theta = 1 and 3/2, three sizes each."""
    table = json.loads((files(str(__package__)) / "evidence.json").read_text(encoding="utf-8"))
    return tuple(HardStudents(run["theta"], run["d"], np.array(run["delta"])) for run in table)


def at_infinity(theta: float) -> tuple[np.ndarray, np.ndarray]:
    """delta/law - 1 at d = oo by a weighted straight line in 1/d for each k, and its standard error; shapes (7,)."""
    runs = [run for run in hard_students() if run.theta == theta]
    wanted = law(theta)
    return _intercepts([run.d for run in runs], [run.mean / wanted - 1 for run in runs], [run.error / wanted for run in runs])


def exponents_at_infinity(theta: float) -> tuple[np.ndarray, np.ndarray]:
    """The local exponents at d = oo, extrapolated in the same way; shapes (6,)."""
    runs = [run for run in hard_students() if run.theta == theta]
    values = [run.exponents() for run in runs]
    return _intercepts([run.d for run in runs], [v for v, _ in values], [e for _, e in values])


def _intercepts(sizes: list[int], values: list[np.ndarray], errors: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    found = []
    for value, error in zip(np.array(values).T, np.array(errors).T, strict=True):
        design = np.array([[1.0, 1 / d] for d in sizes]) / error[:, None]
        covariance = np.linalg.inv(design.T @ design)
        found.append(((covariance @ (design.T @ (value / error)))[0], np.sqrt(covariance[0, 0])))
    return np.array([c for c, _ in found]), np.array([e for _, e in found])
