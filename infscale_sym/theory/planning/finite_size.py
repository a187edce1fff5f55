"""How far a real student of d dimensions is from the proportional limit on which a plan rests (model of HP, arXiv:2512.19905).

At finite d the variance s^2 differs from prompt to prompt and from training set to training set, and with it the spread of
Delta_T. Given the features, with A = (I + (gamma/sigma)^2 Phi'Phi)^-1 and a teacher of random signs along the eigenvectors,
    s^2 = sigma^2 + gamma^2 phi'A phi,     v = E Delta_T^2 = gamma^2 (phi'A phi - phi'A^2 phi) + sum_j w_j^2 (A phi)_j^2,
and the error is the average of s^2 E F_k over draws of (s^2, v): features are drawn, everything else is averaged exactly
(up to the law of the teacher's direction, taken as normal). The difference from the limit is the finite-size estimate.
"""

from __future__ import annotations

import math

import numpy as np

from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.planning.error import Choice, infinite_answers
from infscale_sym.theory.planning.model import Student
from infscale_sym.theory.regression.values.gaussian_pair import pair_average

#: Matrices are drawn up to this size; larger d are taken at this d and the same d/n, the shift falling as 1/d.
LARGEST_MATRIX = 100
_PROMPTS = 20


def finite_size_shift(
    k: float, T: float, n: float, student: Student, c: float, *, sets: int = 200, seed: int = 0
) -> tuple[float, float]:
    """(shift, standard error), units of y^2: error at this d less error in the proportional limit; over `sets` training sets.

    Relative to the error itself the shift is of order 1/d. Deterministic for a given seed.
    """
    if math.isinf(n):
        return 0.0, 0.0
    variance, spread, length = draw_prompts(student, n, sets, np.random.default_rng(seed))
    values = _errors(k, T, c, variance, spread)
    # |phi|^2 has a known mean: regressing on it takes out most of the noise of the prompts.
    centred = length - 1
    slope = float((centred * (values - values.mean())).sum() / (centred**2).sum())
    means = (values - slope * centred).mean(1)
    limit_variance, risk = student.moments(n)
    limit = _errors(k, T, c, np.array([[float(limit_variance)]]), np.array([[float(risk)]]))[0, 0]
    scale = min(1.0, LARGEST_MATRIX / student.d)
    error = float(means.std(ddof=1) / math.sqrt(sets))
    return scale * float(means.mean() - limit), scale * error


def draw_prompts(student: Student, n: float, sets: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """(s^2, v, |phi|^2 over its mean) at some prompts of each training set, each of shape (sets, prompts)."""
    d = min(student.d, LARGEST_MATRIX)
    rows = round(n * d / student.d)
    pick = np.linspace(0, student.eigenvalues.size - 1, d).round().astype(int)
    root = np.sqrt(student.eigenvalues[pick])
    square = np.broadcast_to(student.squares[pick] if student.squares.size > 1 else student.squares, (d,))
    ratio = student.gamma / student.sigma
    variance, spread, length = np.empty((3, sets, _PROMPTS))
    with single_threaded_algebra():
        for i in range(sets):
            factor = _root_of_wishart(rows, d, rng) * root * (ratio / math.sqrt(d))
            inverse = np.linalg.inv(np.eye(d) + factor.T @ factor)
            phi = rng.standard_normal((_PROMPTS, d)) * root / math.sqrt(d)
            shrunk = phi @ inverse
            inside, twice = (phi * shrunk).sum(1), (shrunk * shrunk).sum(1)
            variance[i] = student.sigma**2 + student.gamma**2 * inside
            spread[i] = student.gamma**2 * (inside - twice) + (square * shrunk**2).sum(1)
            length[i] = (phi * phi).sum(1) / (root**2).mean()
    return variance, spread, length


def _root_of_wishart(n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    """R with R'R distributed as X'X, X of shape (n, d) with independent standard normal entries (Bartlett where n >= d)."""
    if n < d:
        return rng.standard_normal((n, d))
    upper = np.triu(rng.standard_normal((d, d)), 1)
    upper[np.diag_indices(d)] = np.sqrt(rng.chisquare(n - np.arange(d)))
    return upper


def _errors(k: float, T: float, c: float, variance: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """s^2 E F_k(T/(2 s^2)) over tau ~ N(0, v/s^2), at each (s^2, v): Chebyshev interpolation in their logarithms."""
    if k == 1 or math.isinf(T):
        return variance + spread
    if math.isinf(k):
        return infinite_answers(variance, spread, Choice(T, c))[0]
    # Beyond, hardly a prompt is left, and the average is costly.
    ratio = np.clip(spread / variance, 1e-12, max(400 / max((1 + c) ** 2, 1.0), 1.5 * float(np.median(spread / variance))))
    heat, width = np.log(variance), np.log(ratio)
    heats = _nodes(heat, (0.01, 0.3)) if T > 0 else np.array([heat.mean()])
    widths = _nodes(width, (0.02, 0.3, 1.0, 3.0))
    table = np.empty((heats.size, widths.size))
    for i, h in enumerate(heats):
        for j, w in enumerate(widths):
            a = math.exp(w)
            table[i, j] = math.log(pair_average(k, T / (2 * math.exp(h)) if T else 0.0, a, (1 + c) * a, (1 + c) ** 2 * a))
    left, right = _lagrange(heats, heat.ravel()), _lagrange(widths, width.ravel())
    return variance * np.exp(np.einsum("pi,ij,pj->p", left, table, right)).reshape(variance.shape)


def _nodes(values: np.ndarray, limits: tuple[float, ...]) -> np.ndarray:
    """Chebyshev nodes over the range of the values, one for each limit that the range exceeds, and two more."""
    low, high = float(values.min()), float(values.max())
    if high - low < 1e-9:
        return np.array([(low + high) / 2])
    count = 2 + sum(high - low > limit for limit in limits)
    return (low + high) / 2 - (high - low) / 2 * np.cos(np.pi * (np.arange(count) + 0.5) / count)


def _lagrange(nodes: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Row p: the weights of the nodes in the interpolating polynomial at x_p."""
    weights = np.ones((x.size, nodes.size))
    for j, own in enumerate(nodes):
        for m, other in enumerate(nodes):
            if m != j:
                weights[:, j] *= (x - other) / (own - other)
    return weights
