"""The frontier: the least error for every amount of money, and what the next unit of money buys.

Read from the landscape of `planning.landscape`, within about 1e-3 relative; the next unit from the exact error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from infscale_sym.theory.planning.error import MOST_ANSWERS, averaged_error, polish
from infscale_sym.theory.planning.search import Ground, Prices, least_error


@dataclass(frozen=True, eq=False)
class Frontier:
    """The best plan at each of a range of budgets, read from the landscape (error within about 1e-3 relative).

    cost (money actually spent, rising), error (units of y^2, falling), n, k, T (units of y^2), c: float64, one shape (m,).
    """

    cost: np.ndarray
    error: np.ndarray
    n: np.ndarray
    k: np.ndarray
    T: np.ndarray
    c: np.ndarray


@dataclass(frozen=True)
class NextUnit:
    """What one more unit of money buys from a plan on: error reduction (units of y^2 per unit of money) by each purchase.

    training: per unit spent on examples; answers: per unit spent on answers; 0 where there is infinitely much of it already,
    inf where it is free and still helps, negative where it harms, nan where there is none to be bought.
    buy: "training", "answers", "either" (within 5 %), or "nothing".
    """

    training: float
    answers: float
    buy: str


def frontier_of(ground: Ground, prices: Prices, budgets: np.ndarray) -> Frontier:
    """The least error at each budget (rising); points that repeat an earlier one are dropped."""
    rows: list[tuple[float, ...]] = []
    for budget in budgets:
        found = least_error(ground, prices, float(budget), rounds=2)
        if not found:
            continue
        n, k = found[0]
        error = float(ground.error(np.array(n), np.array(k)))
        T, c = ground.choice_at(n, k)
        # Of equal errors the first costs least; the landscape's own ripple must not make the frontier rise.
        if not rows or error < rows[-1][1] * (1 - 1e-9):
            rows.append((float(prices.cost(n, k)), error, n, k, T, c))
    columns = np.array(rows, float).reshape(-1, 6).T
    return Frontier(*columns)


def next_unit(n: float, k: float, T: float, c: float, error: float, ground: Ground, prices: Prices) -> NextUnit:
    """Difference quotients on the exact error, over one whole example or answer, or over 0.1 % where there are many."""
    student, choice = ground.landscape.student, ground.landscape.choice

    def rate(after: float, price: float) -> float:
        better = error - after if abs(error - after) > 1e-9 * error else 0.0
        return better / price if price else math.copysign(math.inf, better) if better else 0.0

    if math.isinf(n):
        training = 0.0
    elif n + (step := max(1.0, math.floor(1e-3 * n))) > prices.examples:
        training = math.nan
    else:
        training = rate(float(averaged_error(k, T, n + step, student, c)), prices.example * step)
    if math.isinf(k):
        answers = 0.0
    elif k + (step := max(1.0, math.floor(1e-3 * k))) > min(prices.answers, MOST_ANSWERS):
        answers = math.nan
    else:
        after = float(averaged_error(k + step, T, n, student, c))
        if k < 20 and None in (choice.T, choice.c):  # so few that one more asks for another T or c
            near_T, near_c = ground.choice_at(n, k + 1)
            after = min(after, polish(k + 1, n, student, choice, near_c if choice.c is None else near_T)[0])
        answers = rate(after, prices.answer * step)
    best = max((v for v in (training, answers) if not math.isnan(v)), default=0.0)
    if not best > 0:
        return NextUnit(training, answers, "nothing")
    near = [name for name, v in (("training", training), ("answers", answers)) if v == best or v > 0.95 * best]
    return NextUnit(training, answers, near[0] if len(near) == 1 else "either")
