"""The binomial limit of the likelihood, a = b = infinity: errors of the one failure probability and of the ceiling.

Every problem that can be solved then fails with the same probability. Standard errors from the observed information, the
ceiling's interval from the profile likelihood.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from infscale_sym.theory.coverage.fit.likelihood import Likelihood


def binomial_spread(
    likelihood: Likelihood, binomial: tuple[float, float, float], drop: float
) -> tuple[np.ndarray, tuple[float, float]]:
    """(inverse observed information in (logit failure[, logit A]), profile interval of A) at the maximum in this limit.

    binomial: (ln L, failure, A); drop: by how much ln L may fall within the interval. The interval is (1, 1) where A = 1.
    """
    from scipy.optimize import brentq, minimize_scalar

    value, failure, height = binomial
    if height == 1:
        return np.array([[1 / (likelihood.counts.attempts.sum() * failure * (1 - failure))]]), (1.0, 1.0)
    at = np.array([_logit(failure), _logit(height)])
    information = -_curvature(lambda x: likelihood.binomial(_share(x[0]), _share(x[1])), at)

    def excess(x: float) -> float:
        def below(y: float) -> float:
            return -likelihood.binomial(_share(y), _share(x))

        found: Any = minimize_scalar(below, bounds=(at[0] - 6, at[0] + 6), method="bounded", options={"xatol": 1e-8})
        return value + float(found.fun) - drop

    ends = []
    for direction in (-1, 1):
        outer = at[1] + direction
        while excess(outer) < 0 and abs(outer) < 20:
            outer += direction
        root: Any = brentq(excess, at[1], outer, xtol=1e-7) if abs(outer) < 20 else direction * np.inf
        ends.append(_share(root))
    return np.linalg.inv(information), (ends[0], ends[1])


def _curvature(function: Callable[[np.ndarray], float], at: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """Hessian by central differences, good to about 1e-6."""
    size = at.size
    found = np.empty((size, size))
    unit = step * np.eye(size)
    for i in range(size):
        for j in range(size):
            corners = [function(at + s * unit[i] + t * unit[j]) * s * t for s in (1, -1) for t in (1, -1)]
            found[i, j] = sum(corners) / (4 * step**2)
    return found


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _share(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))
