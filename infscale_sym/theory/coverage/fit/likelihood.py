"""The likelihood of counts under the Beta law with a ceiling, with its exact first and second derivatives.

A problem with f failures and c successes has, up to a factor free of the parameters that the design decides,
    L(f, c) = A R(f, c) + (1 - A) [c = 0],    R(f, c) = (a)_f (b)_c / (a+b)_{f+c},
with rising factorials (x)_m = x (x+1) ... (x+m-1). Their logarithms are sums over integers j of terms like ln(a + j), counted
with the number of problems that have more than j failures: nothing cancels, and every derivative is a sum of the same kind.

Coordinates: (ln a, ln b), or (ln a, ln b, logit A). In the mean m = a/(a+b) and the correlation of two attempts on a problem,
r = 1/(a+b+1), the likelihood is continuous on the closed square: its edges r = 0 (every problem alike, Binomial) and r = 1
(every problem all or nothing) are where a maximum "at infinity" lies, and their values are known in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from infscale_sym.theory.coverage.fit.counts import Counts

Jet = tuple[float, np.ndarray, np.ndarray]


def _above(values: np.ndarray) -> np.ndarray:
    """How many of the values exceed j, for j = 0, 1, ..., max - 1."""
    most = int(values.max(initial=0))
    return np.cumsum(np.bincount(values, minlength=most + 1)[::-1])[::-1][1:].astype(float)


@dataclass(frozen=True, eq=False)
class _Sums:
    """The counts of one group of problems: how many have more than j failures, successes, attempts."""

    failures: np.ndarray
    successes: np.ndarray
    attempts: np.ndarray

    @classmethod
    def of(cls, failures: np.ndarray, successes: np.ndarray) -> _Sums:
        return cls(_above(failures), _above(successes), _above(failures + successes))

    def jet(self, a: float, b: float) -> Jet:
        """Sum of ln R over the group with gradient and Hessian in (a, b)."""
        x = a + np.arange(self.failures.size)
        y = b + np.arange(self.successes.size)
        z = a + b + np.arange(self.attempts.size)
        value = self.failures @ np.log(x) + self.successes @ np.log(y) - self.attempts @ np.log(z)
        both, bend = self.attempts @ (1 / z), self.attempts @ z**-2.0
        gradient = np.array([self.failures @ (1 / x) - both, self.successes @ (1 / y) - both])
        hessian = np.full((2, 2), bend) - np.diag([self.failures @ x**-2.0, self.successes @ y**-2.0])
        return float(value), gradient, hessian


class Likelihood:
    """ln L of a table of counts, the design's factor included, as a function of the parameters."""

    def __init__(self, counts: Counts) -> None:
        failures, successes = counts.failures, counts.successes
        self.counts = counts
        self.solved = successes > 0
        self.problems = len(counts)
        self.some = int(self.solved.sum())
        self._all = _Sums.of(failures, successes)
        self._some = _Sums.of(failures[self.solved], successes[self.solved])
        sizes, weights = np.unique(counts.attempts[~self.solved], return_counts=True)
        self.zero_attempts, self.zero_weights = sizes, weights.astype(float)

    @cached_property
    def constant(self) -> float:
        """The design's factor: C(n, c) for a fixed n, C(n-1, c-1) where the last attempt had to be a success."""
        from scipy.special import gammaln

        late = self.counts.ended.astype(int)
        n, c = self.counts.attempts - late, self.counts.successes - late
        return float((gammaln(n + 1) - gammaln(c + 1) - gammaln(n - c + 1)).sum())

    def unsolved(self, a: float, b: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """ln R(n, 0) at each distinct n of the unsolved problems, its gradient (2, m) and Hessian (2, 2, m) in (a, b)."""
        at = self.zero_attempts - 1
        j = np.arange(int(self.zero_attempts.max()))
        x, z = a + j, a + b + j
        log = -np.cumsum(np.log1p(b / x))[at]
        down, twice = np.cumsum(1 / z)[at], np.cumsum(z**-2.0)[at]
        up = np.cumsum(b / (x * z))[at]
        corner = -np.cumsum(b * (x + z) / (x * z) ** 2)[at]
        return log, np.array([up, -down]), np.array([[corner, twice], [twice, twice]])

    def jet(self, point: np.ndarray) -> Jet:
        """(value, gradient, Hessian) at (ln a, ln b) with A = 1, or at (ln a, ln b, logit A)."""
        a, b = np.exp(point[:2])
        free = point.size == 3
        if not free:
            value, gradient, hessian = self._all.jet(a, b)
        else:
            log_a = -np.logaddexp(0.0, -point[2])
            log_rest = -np.logaddexp(0.0, point[2])
            ceiling, rest = np.exp(log_a), np.exp(log_rest)
            value, first, second = self._some.jet(a, b)
            value += self.some * log_a
            gradient, hessian = np.append(first, self.some * rest), np.zeros((3, 3))
            hessian[:2, :2], hessian[2, 2] = second, -self.some * ceiling * rest
            if self.zero_weights.size:
                log, slope, bend = self.unsolved(a, b)
                whole = np.logaddexp(log_rest, log_a + log)
                share = np.exp(log_a + log - whole)  # that an unsolved problem can be solved
                weight, spread = self.zero_weights, share * np.exp(log_rest - whole)
                value += weight @ whole
                gradient += np.append(slope @ (weight * share), weight @ (share - ceiling))
                hessian[:2, :2] += bend @ (weight * share) + (slope * (weight * spread)) @ slope.T
                hessian[2, 2] += weight @ (spread - ceiling * rest)
                cross = slope @ (weight * spread)
                hessian[:2, 2] += cross
                hessian[2, :2] += cross
        scale = np.ones(point.size)
        scale[:2] = a, b
        hessian = hessian * np.outer(scale, scale)
        hessian[0, 0] += a * gradient[0]
        hessian[1, 1] += b * gradient[1]
        return value, gradient * scale, hessian

    def value(self, a: float, b: float, ceiling: float = 1.0) -> float:
        """ln L without the design's factor."""
        point = np.log([a, b])
        if ceiling < 1:
            point = np.append(point, np.log(ceiling / (1 - ceiling)))
        return self.jet(point)[0]

    def binomial(self, failure: float, ceiling: float = 1.0) -> float:
        """ln L at the edge r = 0, where every problem that can be solved fails with the same probability 0 < failure < 1."""
        n, c = self.counts.attempts, self.counts.successes
        log, other = np.log(failure), np.log1p(-failure)
        if ceiling == 1:
            return float((n - c).sum() * log + c.sum() * other)
        value = float((n - c)[self.solved].sum() * log + c.sum() * other + self.some * np.log(ceiling))
        return value + float(self.zero_weights @ np.log1p(-ceiling * -np.expm1(self.zero_attempts * log)))

    def best_binomial(self, free: bool) -> tuple[float, float, float]:
        """(ln L, failure, ceiling) at the maximum on the edge r = 0; with A = 1 in closed form."""
        n, c = self.counts.attempts, self.counts.successes
        pooled = float((n - c).sum() / n.sum())
        one = self.binomial(pooled), pooled, 1.0
        if not free or not self.zero_weights.size:
            return one
        from scipy.optimize import minimize_scalar

        def loss(x: float) -> float:
            failure = 1 / (1 + np.exp(-x))
            return -self.binomial(failure, self.best_ceiling(-np.expm1(self.zero_attempts * np.log(failure))))

        alone = float((n - c)[self.solved].sum() / n[self.solved].sum())
        low, high = (np.log(p / (1 - p)) for p in (min(max(alone / 2, 1e-9), 0.5 * pooled), pooled))
        found: Any = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-10})
        failure = float(1 / (1 + np.exp(-found.x)))
        ceiling = self.best_ceiling(-np.expm1(self.zero_attempts * np.log(failure)))
        return max(one, (-float(found.fun), failure, ceiling))

    def best_ceiling(self, reached: np.ndarray) -> float:
        """The best A when a problem that can be solved is, within its attempts, with probability `reached` (shape as zeros).

        ln L is concave in A, so its slope has one zero at most.
        """

        def slope(ceiling: float) -> float:
            return self.some / ceiling - float(self.zero_weights @ (reached / (1 - ceiling * reached)))

        if not self.zero_weights.size or ((reached < 1).all() and slope(1.0) >= 0):
            return 1.0
        if reached.size == 1:
            return self.some / (self.problems * float(reached[0]))
        from scipy.optimize import brentq

        root: Any = brentq(slope, 1e-12, 1 - 1e-15, xtol=1e-15)
        return float(root)
