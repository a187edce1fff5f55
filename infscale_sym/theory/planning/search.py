"""Where on the landscape of errors the best affordable point lies, in whole examples and whole answers.

Rows and columns of the landscape are joined by cubics in ln n and ln k, so that thousands of integer candidates cost nothing.
Wherever money runs out, one more example is paid with answers: the candidates lie on the line of the budget (all the money
spent on the finer of the two) and, as more answers can hurt, inside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from infscale_sym.theory.planning.error import MOST_ANSWERS, infinite_answers
from infscale_sym.theory.planning.landscape import Landscape

#: Costs less than this apart, relatively, count as one price: rounding must not buy or lose an example.
_PENNY = 1e-12
_WINDOWS = (1.5, 1.1, 1.02, 1.004)


@dataclass(frozen=True)
class Prices:
    """What things cost (units of money): example, one answer to every prompt; and how many there may be of each."""

    example: float
    answer: float
    examples: float = math.inf
    answers: float = math.inf

    def cost(self, n: np.ndarray | float, k: np.ndarray | float) -> np.ndarray | float:
        """Of n examples and k answers to each prompt; what is free costs nothing, even infinitely much of it."""
        paid = 0.0
        for price, count in ((self.example, n), (self.answer, k)):
            if price:
                paid = paid + price * np.asarray(count, float)
        return paid if np.ndim(paid) else float(paid)

    def most_examples(self, money: np.ndarray | float) -> np.ndarray:
        """The most examples for so much money; inf where they are free and there is no end of them."""
        return np.minimum(_whole_parts(np.asarray(money, float), self.example), self.examples)

    def most_answers(self, money: np.ndarray | float) -> np.ndarray:
        """The most answers to each prompt."""
        return np.minimum(_whole_parts(np.asarray(money, float), self.answer), self.answers)


def _whole_parts(money: np.ndarray, price: float) -> np.ndarray:
    return np.floor(money / price * (1 + _PENNY)) if price else np.where(money >= 0, np.inf, -1.0)


class Ground:
    """A landscape that can be asked at any n and k."""

    def __init__(self, landscape: Landscape) -> None:
        from scipy.interpolate import CubicSpline

        self.landscape = landscape
        inner = np.isfinite(landscape.n) & (landscape.n > 0)
        self._n = np.log(landscape.n[inner])
        self._k = np.log(landscape.k)
        self._rows = np.flatnonzero(inner)
        self._cubics = np.full((4, self._k.size - 1, landscape.n.size), np.nan)
        good = landscape.inside
        if good.any():
            self._cubics[:, :, good] = CubicSpline(self._k, np.log(landscape.error[good]), axis=1).c

    def error(self, n: np.ndarray, k: np.ndarray) -> np.ndarray:
        """The error (units of y^2) at pairs (n, k), any shape; inf where it is not computed."""
        n, k = np.broadcast_arrays(np.asarray(n, float), np.asarray(k, float))
        flat_n, flat_k = n.ravel(), k.ravel()
        result = np.full(flat_n.shape, np.nan)
        ends = np.isinf(flat_k) | (flat_k == 1) | (flat_n == 0) | np.isinf(flat_n)
        for special in (0.0, math.inf):
            own = (flat_n == special) & np.isfinite(flat_k)
            row = np.flatnonzero(self.landscape.n == special)
            if own.any() and row.size:
                result[own] = np.exp(self._along(np.full(own.sum(), row[0]), np.log(flat_k[own])))
        inner = ~ends
        if inner.any():
            x, y = np.log(flat_n[inner]), np.log(flat_k[inner])
            i = np.clip(np.searchsorted(self._n, x) - 2, 0, max(self._n.size - 4, 0))
            total = np.zeros(x.shape)
            nodes = [self._n[np.minimum(i + j, self._n.size - 1)] for j in range(min(4, self._n.size))]
            for j, own in enumerate(nodes):
                share = np.ones(x.shape)
                for m, other in enumerate(nodes):
                    if m != j:
                        share *= (x - other) / (own - other)
                total += share * self._along(self._rows[np.minimum(i + j, self._n.size - 1)], y)
            result[inner] = np.exp(total)
        for closed in (np.isinf(flat_k), flat_k == 1):
            if closed.any():
                variance, risk = self.landscape.student.moments(flat_n[closed])
                many = np.isinf(flat_k[closed])
                value = infinite_answers(variance, risk, self.landscape.choice)[0] if many.any() else variance + risk
                result[closed] = value
        return np.where(np.isnan(result), np.inf, result).reshape(n.shape)

    def _along(self, rows: np.ndarray, y: np.ndarray) -> np.ndarray:
        """ln error in the given rows at ln k = y."""
        j = np.clip(np.searchsorted(self._k, y, side="right") - 1, 0, self._k.size - 2)
        h = y - self._k[j]
        c = self._cubics
        return ((c[0, j, rows] * h + c[1, j, rows]) * h + c[2, j, rows]) * h + c[3, j, rows]

    def choice_at(self, n: float, k: float) -> tuple[float, float]:
        """(T, c) of the grid point nearest to (n, k); k = 1, where nothing is chosen, takes those of k = 2."""
        land = self.landscape
        with np.errstate(divide="ignore"):
            distance = np.abs(np.log(land.n) - math.log(n)) if 0 < n < math.inf else np.where(land.n == n, 0.0, np.inf)
        row = int(distance.argmin())
        column = int(np.abs(self._k - math.log(min(max(k, 2), land.k[-1]))).argmin())
        return float(land.T[row, column]), float(land.c[row, column])


def least_error(ground: Ground, prices: Prices, budget: float, keep: int = 1, rounds: int = 4) -> list[tuple[float, float]]:
    """The affordable points (n, k) with the least error, best first; [] if not one answer can be paid."""
    top = float(prices.most_examples(budget - prices.answer))
    if top < 0:
        return []
    land = ground.landscape
    columns = np.unique(np.floor(land.k))
    lines = prices.most_examples(budget - prices.answer * columns) if prices.answer else np.empty(0)
    n = _counts(np.concatenate([land.n, lines, [0.0, top]]), 0, top)
    k = columns
    for window in (None, *_WINDOWS[:rounds]):
        limit = np.minimum(prices.most_answers(budget - _paid(prices.example, n)), np.floor(land.k[-1]))
        nn, most = (np.concatenate([x, np.repeat(x, k.size)]) for x in (n, limit))
        kk = np.concatenate([limit, np.tile(k, n.size)])
        fits = (kk >= 1) & (kk <= most)
        nn, kk = nn[fits], kk[fits]
        if prices.answer == 0 and math.isinf(prices.answers):
            nn, kk = np.concatenate([nn, n]), np.concatenate([kk, np.full(n.size, math.inf)])
        value = ground.error(nn, kk)
        # Of equal errors the cheapest: money that changes nothing is not spent. Examples without end do not harm.
        spent = np.asarray(prices.cost(nn, kk)) / budget - np.isinf(nn) + np.isinf(kk)
        # Nor does the ripple of the landscape (1e-5) far out make a finite number better than the closed limit.
        edge = (prices.answer == 0) & np.isfinite(kk) & (kk > 1e5) & math.isinf(prices.answers)
        edge |= (prices.example == 0) & np.isfinite(nn) & (nn > 1e6 * land.student.d) & math.isinf(prices.examples)
        order = np.argsort(value * (1 + 1e-9 * spent + 1e-4 * edge), kind="stable")
        best_n, best_k = float(nn[order[0]]), float(kk[order[0]])
        if window is not None and window == _WINDOWS[:rounds][-1]:
            break
        step = _WINDOWS[0] if window is None else _WINDOWS[min(_WINDOWS.index(window) + 1, len(_WINDOWS) - 1)]
        k = _counts(_around(best_k, step, 41), 1, MOST_ANSWERS)
        near = [_around(best_n, step, 161), [0.0, 1.0]]
        if prices.answer:
            near.append(prices.most_examples(budget - prices.answer * _counts(_around(best_k, step, 161), 1, MOST_ANSWERS)))
        n = _counts(np.concatenate(near), 0, top)
    found: dict[tuple[float, float], None] = {}
    for i in order:
        if np.isfinite(value[i]):
            found[float(nn[i]), float(kk[i])] = None
        if len(found) == keep:
            break
    return list(found)


def least_cost(ground: Ground, prices: Prices, target: float, keep: int = 1) -> list[tuple[float, float]]:
    """The cheapest points (n, k) whose error is at most `target`, cheapest first; [] if there is none on the landscape."""
    land = ground.landscape
    n = _counts(np.append(land.n, prices.examples), 0, prices.examples)
    most = min(land.k[-1], prices.answers)
    k = _counts(np.append(np.floor(land.k), most), 1, most)
    for window in (None, *_WINDOWS):
        needed_k = _first(lambda x, m=n: ground.error(m[:, None], x), _counts(np.append(land.k, most), 1, most), target, n.size)
        finite = land.n[np.isfinite(land.n)]
        last = min(prices.examples, float(finite[-1]))
        nodes = _counts(np.append(finite, last), 0, last)
        needed_n = _first(lambda x, m=k: ground.error(x, m[:, None]), nodes, target, k.size)
        nn, kk = np.concatenate([n, needed_n]), np.concatenate([needed_k, k])
        if prices.example == 0 and math.isinf(prices.examples):
            nn, kk = np.concatenate([nn, np.full(k.size, math.inf)]), np.concatenate([kk, k])
        good = ~np.isnan(nn) & np.isfinite(kk) & (nn <= prices.examples)
        nn, kk = nn[good], kk[good]
        good = ground.error(nn, kk) <= target * (1 + 1e-12)
        nn, kk = nn[good], kk[good]
        if prices.answer == 0 and math.isinf(prices.answers):
            endless = n[ground.error(n, np.full(n.size, math.inf)) <= target]
            nn, kk = np.concatenate([nn, endless]), np.concatenate([kk, np.full(endless.size, math.inf)])
        if not nn.size:
            return []
        spent = np.asarray(prices.cost(nn, kk), float)
        # Of equal costs the one that needs less of what is free.
        order = np.lexsort((kk, nn, spent))
        best_n, best_k = float(nn[order[0]]), float(kk[order[0]])
        step = _WINDOWS[0] if window is None else _WINDOWS[min(_WINDOWS.index(window) + 1, len(_WINDOWS) - 1)]
        n = _counts(np.concatenate([_around(best_n, step, 121), [0.0, 1.0]]), 0, prices.examples)
        k = _counts(_around(best_k, step, 121), 1, most)
    found = dict.fromkeys((float(nn[i]), float(kk[i])) for i in order)
    return list(found)[:keep]


def _first(curve: Callable[[np.ndarray], np.ndarray], nodes: np.ndarray, target: float, rows: int) -> np.ndarray:
    """In each row the least whole x at which curve(x) <= target: between nodes by bisection; nan where there is none."""
    below = curve(np.broadcast_to(nodes, (rows, nodes.size))) <= target
    first = below.argmax(1)
    high, low = nodes[first], nodes[np.maximum(first - 1, 0)]
    for _ in range(60):
        middle = np.floor((low + high) / 2)
        good = curve(middle[:, None])[:, 0] <= target
        high, low = np.where(good, middle, high), np.where(good, low, middle)
        if (high - low <= 1).all():
            break
    return np.where(below.any(1), high, np.nan)


def _paid(price: float, n: np.ndarray) -> np.ndarray:
    return price * n if price else np.zeros(n.shape)


def _counts(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """The distinct whole numbers of the list within [low, high], inf included if high is."""
    whole = np.floor(np.asarray(values, float) * (1 + 1e-15))
    return np.unique(whole[(whole >= low) & (whole <= high)])


def _around(x: float, factor: float, most: int) -> np.ndarray:
    """Every whole number from x/factor to x factor, or `most` of them evenly spread with all next to x."""
    if not math.isfinite(x):
        return np.array([x])
    low, high = math.floor(x / factor) - 2, math.ceil(x * factor) + 2
    if high - low <= most:
        return np.arange(low, high + 1.0)
    return np.concatenate([np.linspace(low, high, most), np.arange(x - 8, x + 9)])
