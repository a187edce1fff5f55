"""The simulated errors of the regression model at d = oo, beside the two laws (HP Result 1, arXiv:2512.19905).

The table comes with the package; tests/data/make_regression_evidence.py made it, by simulating the model end to end at four
sizes d and extrapolating in 1/d.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby


@dataclass(frozen=True)
class Evidence:
    """One simulated delta (units of y^2) with its standard error over training sets, and what the two laws say."""

    alpha: float
    sigma: float
    gamma: float
    nu: float
    T: float
    c: float
    k: int
    delta: float
    error: float
    full: float
    printed: float


@cache
def extrapolated_evidence() -> tuple[Evidence, ...]:
    """All 160 comparisons: alpha, (sigma, gamma, nu), T in {0, 2 s^2}, c in {0, 1}, k in {1, 2, 8, 64}; Sigma = I."""
    from infscale_sym.theory.regression.values.error import regression_error

    rows = []
    table = json.loads((files(__package__) / "evidence.json").read_text(encoding="utf-8"))
    for setting, group in groupby(table, key=lambda row: row[:6]):  # all k of a setting share their work
        alpha, sigma, gamma, nu, T, c = setting
        k, delta, error = zip(*(row[6:] for row in group), strict=True)
        full, printed = (regression_error(k, T, 1, alpha, 1.0, sigma, gamma, nu, c=c, law=law) for law in ("full", "printed"))
        rows += [Evidence(*setting, *own) for own in zip(k, delta, error, full.tolist(), printed.tolist(), strict=True)]
    return tuple(rows)
