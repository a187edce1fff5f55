"""How far a search has to look, and what it can say at the edges: limits n, k -> oo, targets that no plan reaches.

The limits come from the closed error at infinitely many answers and the ends n = 0, oo of `planning.model`; between an edge of
the landscape and infinity the error is taken to run monotonically.
"""

from __future__ import annotations

import math

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.theory.planning.error import MOST_ANSWERS, Choice, infinite_answers
from infscale_sym.theory.planning.landscape import Landscape
from infscale_sym.theory.planning.model import Student
from infscale_sym.theory.planning.search import Ground, Prices

#: Most examples on a landscape; beyond stands the limit n -> oo.
LARGEST_COUNT = 1e15
_ROWS = 20  # of the landscape per decade of n


def affordable(prices: Prices, money: float) -> tuple[float, float]:
    """How many examples and answers such money buys at most, as far as the landscape goes; beyond stand the limits."""
    examples, answers = float(prices.most_examples(money)), float(prices.most_answers(money))
    free = answers if prices.answer else min(answers, 1e6)
    return min(examples, LARGEST_COUNT), min(free, MOST_ANSWERS)


def survey(student: Student, choice: Choice, prices: Prices, examples: float, answers: float, *, endless: bool) -> Ground:
    """The landscape up to so many examples and answers; with n = oo as well if `endless` and nothing limits n."""
    examples, answers = min(examples, prices.examples), min(answers, prices.answers)
    n = np.zeros(1)
    if examples >= 1:
        top = max(examples, 2.0)
        # Around n = d the error may turn quickly.
        rows = np.concatenate(
            [np.geomspace(1, top, max(int(_ROWS * math.log10(top)), 4) + 1), student.d * np.geomspace(0.5, 2, 25)]
        )
        rows = np.unique(rows[(rows >= 1) & (rows <= top)])
        n = np.concatenate([n, rows[np.append(np.diff(np.log(rows)) > 1e-3, True)]])
    if endless and math.isinf(prices.examples):
        n = np.append(n, math.inf)
    return Ground(Landscape(student, choice, n, max(answers, 2.0)))


def may_pay(ground: Ground, prices: Prices, money: float, target: float, examples: float, answers: float) -> bool:
    """Whether the target may be reached within `money` beyond so many examples or answers.

    Judged by what remains for the other one, at the edge and at infinity: between them the error runs monotonically.
    """
    edge = np.array([min(answers, prices.answers), prices.answers])
    if prices.answer and prices.answers > answers and money > prices.answer * answers:
        n = min(float(prices.most_examples(money - prices.answer * answers)), examples)
        if (ground.error(np.full(2, n), edge) <= target).any():
            return True
    if prices.example and prices.examples > examples and money > prices.example * examples:
        k = min(float(prices.most_answers(money - prices.example * examples)), ground.landscape.k[-1])
        return k >= 1 and bool((ground.error(np.array([examples, prices.examples]), np.floor(k)) <= target).any())
    return False


def check_reach(ground: Ground, prices: Prices, money: float, points: list[tuple[float, float]]) -> None:
    """Raise DomainError if the best plan may lie where the error is not computed (offsets far beyond s)."""
    land = ground.landscape
    out = ~land.inside & (np.where(np.isfinite(land.n), land.n, 0) * prices.example <= money)
    if not out.any():
        return
    best = float(ground.error(np.array(points[0][0]), np.array(points[0][1]))) if points else math.inf
    variance, risk = land.student.moments(land.n[out])
    # However it is chosen, no answer is farther from the centre than the extreme of k: (|Delta_T| - s sqrt(2 ln 2k))_+ .
    k = np.maximum(np.minimum(prices.most_answers(money - prices.example * land.n[out]), MOST_ANSWERS), 1)
    extreme = np.sqrt(variance * (2 * np.log(2 * k) + 2))
    least = risk - 2 * extreme * np.sqrt(2 * risk / np.pi)
    if (least < best).any():
        ratio = float((risk / variance).max())
        raise DomainError(
            "no plan can be computed: at an affordable n the student's offset is too large against its own spread "
            f"((1 + c)^2 Q/s^2 up to {ratio:.3g}); choose |c| or nu smaller, gamma larger, or a larger budget"
        )


def floor_of(ground: Ground, prices: Prices) -> tuple[float, float, float]:
    """(least error, n, k) over all n and k that there may be, infinitely many included; of equal ones the cheapest."""
    land = ground.landscape
    n = np.unique(np.append(land.n[land.n <= prices.examples], prices.examples))
    k = np.unique(np.append(np.floor(land.k[land.k <= prices.answers]), prices.answers))
    nn, kk = (grid.ravel() for grid in np.meshgrid(n, k, indexing="ij"))
    values = ground.error(nn, kk)
    if math.isinf(prices.answers):
        variance, risk = land.student.moments(nn)
        values = np.where(np.isinf(kk), infinite_answers(variance, risk, land.choice)[0], values)
    i = int(np.lexsort((nn, kk, np.round(values / values.min(), 12) if values.min() > 0 else values))[0])
    return float(values[i]), float(nn[i]), float(kk[i])
