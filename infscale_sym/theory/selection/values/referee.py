"""The independent referee at k = 2 and 3: the definition of F_k, integrated over all k answers.

The definition (HP, arXiv:2512.19905): F_k(t; tau, rho) = E[sum w_i (z_i+tau)² / sum w_i],
w_i = exp(-(z_i+rho)²/(2t)), z_i ~ N(0,1) iid; t -> 0 picks the z_i with the least |z_i+rho|. Here the expectation is
a k-dimensional integral of just that expression. Nothing is shared with the other evaluators: not the integral form
in u, not a survival function, not a change of variables.

* t > 0: the trapezoidal product rule in z. The integrand is analytic; its nearest singularities are zeros of
  sum w_i, at a distance of about pi t/|z+rho|, so the number of nodes per dimension grows like 1/t.
* t = 0: the integrand jumps where two distances |z_i+rho| are equal. Each region "answer i is nearest" is integrated
  by itself, in its own coordinates (distance r of the nearest, excess s_j of each other one, all signs), by
  Gauss-Legendre panels; inside a region everything is smooth.

Two meshes are compared and refined until they agree or the budget is spent; the error estimate says which.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import exact

_HALF_WIDTH = 9.5  # of the box in z: beyond it lies a mass of 2e-21
_BUDGET = 100_000_000  # evaluations of the integrand on one mesh, at most
_ROUNDING = 2e-14  # relative; sums of up to 1e8 positive terms in float64, added pairwise


class DirectValue(NamedTuple):
    """A value of F_k (dimensionless) and an estimate of its absolute error."""

    value: float
    error: float


def selection_error_direct(k: int, t: Any, tau: Any, rho: Any) -> DirectValue:
    """F_k(t; tau, rho) for k = 2 or 3 by direct k-dimensional integration of its definition, with an error estimate.

    t in [0, ∞], tau and rho real scalars (numbers or decimal strings), |tau|, |rho| <= 100. Thirteen digits for t = 0,
    for t >= 0.01 at k = 2 and for t >= 0.2 at k = 3; ten digits for t >= 0.05 at k = 3 and |rho| <= 1; at smaller t
    or larger |rho| fewer, as `error` says. Takes up to some ten seconds.
    Raises DomainError for other k, for t < 0, and for tau or rho that is no real number or lies outside.
    """
    order = exact(k, "k")
    if order not in (2, 3):
        raise DomainError(f"k must be 2 or 3 for the direct integration; got {k}")
    temperature = exact(t, "t", infinite=True)
    if temperature < 0:
        raise DomainError(f"t must lie in [0, inf]; got {t}")
    mean, judge = _moderate(tau, "tau"), _moderate(rho, "rho")
    meshes = _hard_choice(int(order), mean, judge) if temperature == 0 else _softmax(int(order), temperature, mean, judge)
    value, gap, error = next(meshes), math.inf, math.inf
    for better in meshes:
        before, gap, value = gap, abs(better - value), better
        # both rules converge faster than geometrically: the next gap would be below gap²/before
        error = 5 * gap * gap / before if gap < before / 10 and before < math.inf else 2 * gap
        if error <= _ROUNDING * value:
            break
    return DirectValue(value, error + _ROUNDING * value)


def _moderate(value: Any, name: str) -> float:
    number = Fraction(exact(value, name))
    if abs(number) > 100:
        raise DomainError(f"{name} must lie in [-100, 100] for the direct integration; got {value}")
    return float(number)


def _softmax(k: int, t: Any, tau: float, rho: float) -> Iterator[float]:
    """The trapezoidal rule in z on ever finer meshes, within the budget."""
    step, shift = 0.4, 0.0
    while True:
        number = math.ceil(2 * _HALF_WIDTH / step)
        if number**k / math.factorial(k) > _BUDGET:
            return
        z = (np.arange(number) - (number - 1) / 2 + shift) * step
        mass = step / math.sqrt(2 * math.pi) * np.exp(-z * z / 2)
        loss = (z + tau) ** 2
        cost = (z + rho) ** 2 / (2 * float(t))
        yield _pairs(mass, loss, cost) if k == 2 else _triples(mass, loss, cost)
        step, shift = step / 1.5, shift + 0.31


def _average(costs: list[np.ndarray], losses: list[np.ndarray]) -> np.ndarray:
    """sum w_i loss_i / sum w_i with w = exp(-cost), the least cost subtracted so that no weight sum vanishes."""
    least = costs[0]
    for cost in costs[1:]:
        least = np.minimum(least, cost)
    weights = [np.exp(least - cost) for cost in costs]
    total, share = weights[0], weights[0] * losses[0]
    for weight, loss in zip(weights[1:], losses[1:], strict=True):
        total, share = total + weight, share + weight * loss
    return share / total


def _pairs(mass: np.ndarray, loss: np.ndarray, cost: np.ndarray) -> float:
    rows = []
    for i in range(len(mass)):  # the expression is symmetric in the answers: i < j twice, i = j once
        others = slice(i, None)
        count = np.full(len(mass) - i, 2.0)
        count[0] = 1.0
        average = _average([cost[i], cost[others]], [loss[i], loss[others]])
        rows.append(mass[i] * math.fsum(count * mass[others] * average))
    return math.fsum(rows)


def _triples(mass: np.ndarray, loss: np.ndarray, cost: np.ndarray) -> float:
    rows = []
    for i in range(len(mass)):
        j, m = np.triu_indices(len(mass) - i)
        j, m = j + i, m + i
        # how many orders the triple i <= j <= m stands for
        count = np.where((j == i) & (m == i), 1.0, np.where((j == i) | (m == j), 3.0, 6.0))
        average = _average([cost[i], cost[j], cost[m]], [loss[i], loss[j], loss[m]])
        rows.append(mass[i] * float(np.sum(count * mass[j] * mass[m] * average)))
    return math.fsum(rows)


def _hard_choice(k: int, tau: float, rho: float) -> Iterator[float]:
    """Gauss-Legendre in the region where a given answer is nearest, times k, with more and more nodes per panel."""
    low, high = max(0.0, abs(rho) - _HALF_WIDTH), abs(rho) + _HALF_WIDTH
    panels = math.ceil((high - low) / 1.2)
    for points in (10, 14, 18):
        r, r_weight = _legendre(low, high, panels, points)
        s, s_weight = _legendre(0.0, high - low, panels, points)
        rows = []
        for nearest, weight in zip(r, r_weight, strict=True):
            row = 0.0
            for signs in itertools.product((-1.0, 1.0), repeat=k):
                z = signs[0] * nearest - rho
                others = [_density(sign * (nearest + s) - rho) * s_weight for sign in signs[1:]]
                together = others[0] if k == 2 else np.multiply.outer(*others)
                row += (z + tau) ** 2 * float(_density(z)) * float(np.sum(together))
            rows.append(weight * row)
        yield k * math.fsum(rows)


def _legendre(low: float, high: float, panels: int, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of equal Gauss-Legendre panels."""
    x, w = np.polynomial.legendre.leggauss(points)
    edges = np.linspace(low, high, panels + 1)
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + x)).ravel(), (half * w).ravel()


def _density(z: Any) -> Any:
    return np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
