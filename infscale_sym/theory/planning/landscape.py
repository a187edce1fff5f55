"""The averaged error over (n, k, T, c) at once, for searching (HP, arXiv:2512.19905).

With HP-code's judge, rho = (1 + c) tau, the error splits as F = V + B^2 - 2 c tau B + c^2 tau^2, where the mean B and variance
V of the chosen answer's distance from the judge's depend on (k, t, rho) only. So one table of B and V serves every n and c: n
enters through t = T/(2 s^2) and through the width of the Gaussian law of tau alone. A search reads the table with cubic
splines (about 1e-4 relative); what a plan reports is computed by `planning.error`, never read from here.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infscale_sym.theory.planning.error import LARGEST_SPREAD, Choice, within_reach
from infscale_sym.theory.planning.model import Student
from infscale_sym.theory.selection.values.numeric import error_table

#: Where T is free, tables begin at this t (T = 0 stands beside it), and end at so many times 1 + |c| (T = oo stands beside it):
#: with infinitely many answers the best t is at most c, or infinite.
COLDEST, HOTTEST = 1e-3, 30.0
_STEP = 0.15  # of the quadrature, in standard deviations
_JUDGES = 40


class Landscape:
    """The error on a grid of n (rows) and k (columns), minimised over what `choice` leaves free.

    n: counts, shape (m,), 0 and inf included; k: numbers of answers, shape (l,), real. error (units of y^2), T (units of y^2)
    and c have shape (m, l); where |tau| is beyond the evaluator's reach, the error is nan but for k = 1.
    """

    def __init__(self, student: Student, choice: Choice, n: np.ndarray, most: float) -> None:
        """Compute the tables for up to `most` answers, 1 <= most <= 1e16. About a second where T > 0."""
        self.student, self.choice = student, choice
        self.n, self.k = np.asarray(n, float), answer_nodes(most)
        variance, risk = student.moments(self.n)
        self.ratio = risk / variance
        self.inside = np.asarray(within_reach(self.ratio, choice))
        shape = (self.n.size, self.k.size)
        self.error, self.T, self.c = (np.full(shape, np.nan) for _ in range(3))
        if choice.T is not None and math.isinf(choice.T):
            assert choice.c is not None
            self.inside[:] = True
            self.error[:], self.T[:], self.c[:] = (variance + risk)[:, None], choice.T, choice.c
        elif self.inside.any():
            used = variance[self.inside]
            self._prepare(self.ratio[self.inside], used)
            F, t, c = self._minimise(self.ratio[self.inside], used)
            self.error[self.inside] = F * used[:, None]
            self.T[self.inside] = t * 2 * used[:, None]
            self.c[self.inside] = c
        self.error[:, 0] = variance + risk  # k = 1

    def _prepare(self, ratio: np.ndarray, variance: np.ndarray) -> None:
        self._t, self._beside_zero = _temperatures(self.choice, variance)
        widest = math.sqrt(float(ratio.max()))
        if self.choice.c is None:
            reach = 9 * max(float((_farthest(ratio, self.choice.T, variance) * np.sqrt(ratio)).max()), 1e-2)
        else:
            reach = 9 * max(abs(1 + self.choice.c) * widest, 1e-2)
        # F grows as exp(rho^2) until rho = sqrt(2 ln k): the average looks that far.
        reach += math.sqrt(2 * math.log(self.k[-1]) + 1) if self.choice.T == 0 and reach > 1 else 0.0
        self._rho = _offsets(reach, 0.08 if self.choice.T == 0 else 0.3)
        # F at two teachers' offsets gives B and V: F(rho + 1) - F(rho) = 2 B + 1, F(rho) = V + B^2.
        shape = (self._t.size, self._rho.size, self.k.size)
        self._square, beside = np.empty(shape), np.empty(shape)
        # Far offsets one by one: the evaluator would cover the whole range between them with panels.
        near = int(np.searchsorted(self._rho, 20.0))
        groups = [np.arange(near), *np.arange(near, self._rho.size)[:, None]]
        for i, t in enumerate(self._t):
            for group in groups:
                rho = self._rho[group]
                both = error_table(self.k, float(t), np.concatenate([rho, rho + 1]), np.tile(rho, 2))
                self._square[i, group], beside[i, group] = np.split(both, 2)
        self._product = self._rho[:, None] * (beside - self._square - 1) / 2  # rho B

    def _minimise(self, ratio: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """F, t, c, each of shape (n, k)."""
        choice = self.choice
        if choice.c is None:
            return self._over_judges(ratio, variance)
        c = choice.c
        weight = self._weights((1 + c) ** 2 * ratio)
        table = self._square - (2 * c / (1 + c) if c != -1 else 0.0) * self._product
        floor = c * c * ratio
        if choice.T is not None:
            t = choice.T / (2 * variance)
            F = np.einsum("nt,nr,trk->nk", self._between(t), weight, table, optimize=True) + floor[:, None]
            return F, np.broadcast_to(t[:, None], F.shape), np.full(F.shape, c)
        F = np.einsum("nr,trk->ntk", weight, table, optimize=True) + floor[:, None, None]
        start = int(self._beside_zero)
        least, where = _lowest(np.log(self._t[start:]), F[:, start:])
        t = np.where(F[:, 0] <= least, 0.0, np.exp(where))
        least = np.minimum(F[:, 0], least)
        uniform = np.broadcast_to((1 + ratio)[:, None], least.shape)
        return np.minimum(least, uniform), np.where(uniform < least, np.inf, t), np.full(least.shape, c)

    def _over_judges(self, ratio: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The judge that is best at the given T > 0: c from 0 up to where its offset leaves the evaluator's range."""
        assert self.choice.T is not None
        t = self.choice.T / (2 * variance)
        farthest = _farthest(ratio, self.choice.T, variance)
        x = np.linspace(0, 1, _JUDGES)
        c = np.expm1(np.log(farthest)[:, None] * x)
        weight = self._weights(((1 + c) ** 2 * ratio[:, None]).ravel()).reshape(*c.shape, -1)
        share = self._between(t)
        F = np.empty((t.size, _JUDGES, self.k.size))
        for i in range(t.size):
            plain, mixed = (np.tensordot(share[i], part, 1) for part in (self._square, self._product))
            F[i] = weight[i] @ plain - (2 * c[i] / (1 + c[i]))[:, None] * (weight[i] @ mixed)
        F += (c * c * ratio[:, None])[:, :, None]
        least, where = _lowest(x, F)
        best = np.expm1(np.log(farthest)[:, None] * where)
        return least, np.broadcast_to(t[:, None], least.shape), best

    def _weights(self, square: np.ndarray) -> np.ndarray:
        """Row i: what E over rho ~ N(0, square_i) gives each node of the table, shape (len(square), nodes)."""
        from scipy.interpolate import CubicSpline

        x = np.arange(0, 18, _STEP)
        mass = np.exp(-x * x / 2)
        mass[1:] *= 2
        flat = np.zeros(self._rho.size)  # even functions of rho: the spline starts with slope zero
        ends: Any = ((1, flat), "not-a-knot")
        basis = CubicSpline(self._rho, np.eye(self._rho.size), bc_type=ends)
        rows = np.empty((square.size, self._rho.size))
        for i, root in enumerate(np.sqrt(square)):
            inside = root * x <= self._rho[-1]
            rows[i] = mass[inside] @ basis(root * x[inside]) / mass[inside].sum()
        return rows

    def _between(self, t: np.ndarray) -> np.ndarray:
        """Row i interpolates in ln t from the table's temperatures to t_i, shape (len(t), number of temperatures)."""
        from scipy.interpolate import CubicSpline

        if self._t.size == 1:
            return np.ones((t.size, 1))
        return CubicSpline(np.log(self._t), np.eye(self._t.size))(np.log(t))


def _farthest(ratio: np.ndarray, T: float | None, variance: np.ndarray) -> np.ndarray:
    """Largest 1 + c that is tried: far beyond the 1 + t that is best as k -> oo, within the evaluator's range."""
    assert T is not None
    return np.minimum(np.sqrt(LARGEST_SPREAD / np.maximum(ratio, 1e-300)), 30 * (1 + T / (2 * variance)))


def answer_nodes(most: float) -> np.ndarray:
    """Nodes in k from 1 to at least `most`: dense where one answer more still matters, then 10 a decade."""
    few = np.array([1, 1.12, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8])
    if most <= 8:
        return few
    return np.concatenate([few, np.geomspace(8, most, max(int(10 * math.log10(most / 8)), 2) + 1)[1:]])


def _temperatures(choice: Choice, variance: np.ndarray) -> tuple[np.ndarray, bool]:
    """Nodes in t, and whether the first is t = 0 beside the others."""
    if choice.T == 0:
        return np.zeros(1), False
    if choice.T is None:
        assert choice.c is not None
        hottest = HOTTEST * (1 + abs(choice.c))
        return np.concatenate([[0.0], np.geomspace(COLDEST, hottest, int(4 * math.log10(hottest / COLDEST)) + 1)]), True
    low, high = choice.T / (2 * variance.max()), choice.T / (2 * variance.min())
    if high / low < 1.0001:
        return np.array([low]), False
    return np.geomspace(low, high, 4 + int(4 * math.log10(high / low))), False


def _offsets(reach: float, step: float) -> np.ndarray:
    """Nodes in rho: evenly spaced while the choice turns (up to about 8), then ever farther apart."""
    near = np.linspace(0, min(reach, 8), max(10, int(min(reach, 8) / step) + 1))
    if reach <= 8:
        return near
    return np.concatenate([near, np.geomspace(8, reach, max(2, int(math.log(reach / 8) / 0.15) + 1))[1:]])


def _lowest(x: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Minimum over axis 1 of values (n, x, k), and where: by a cubic spline, and in it the parabola at the lowest point."""
    from scipy.interpolate import CubicSpline

    fine = np.linspace(x[0], x[-1], 6 * (len(x) - 1) + 1)
    smooth = CubicSpline(x, values, axis=1)(fine)
    i = np.clip(smooth.argmin(1), 1, len(fine) - 2)
    left, middle, right = (np.take_along_axis(smooth, (i + d)[:, None], 1)[:, 0] for d in (-1, 0, 1))
    bend = left - 2 * middle + right
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(bend > 0, np.clip((left - right) / (2 * bend), -1, 1), np.where(left < right, -1.0, 1.0))
    low = middle + shift * (right - left) / 2 + shift**2 * bend / 2
    return np.where(bend > 0, low, np.minimum(left, right)), fine[i] + shift * (fine[1] - fine[0])
