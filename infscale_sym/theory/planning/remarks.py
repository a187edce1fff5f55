"""What a reader of a plan should know, in words: edges, regimes, money that is better not spent."""

from __future__ import annotations

import math

from infscale_sym.theory.planning.search import Ground, Prices


def remarks(
    n: float, k: float, T: float, c: float, reachable: bool, money: float, cost: float, ground: Ground, prices: Prices
) -> list[str]:
    """What is special about the point."""
    student, choice = ground.landscape.student, ground.landscape.choice
    variance, risk = (float(part) for part in student.moments(n))
    limit = (
        float(prices.most_answers(money - (prices.example * n if prices.example else 0.0)))
        if math.isfinite(money)
        else math.inf
    )
    notes = []
    if math.isinf(k):
        if prices.answer == 0:
            notes.append("answers are free and do not hurt: the error is the limit k -> oo")
    elif k < limit * (1 - 1e-9) and reachable and limit >= 1 and k < prices.answers:
        if k == 1:
            notes.append("more answers never help here: k = 1, and what is left of the budget buys nothing")
        elif k + 1 <= limit and math.isfinite(limit):
            notes.append(
                f"more answers would hurt (error rises beyond k = {count(k)}): what is left of the budget is not spent"
            )
    if math.isinf(n) and prices.example == 0:
        notes.append("examples are free: the error is the limit n -> oo")
    elif n > 0 and student.d > n:
        notes.append(f"alpha = d/n = {student.d / n:.3g} > 1: fewer examples than dimensions")
    if T == 0 and choice.T is None and c != 0:
        always = 2 * c * (1 + c) * risk <= variance
        why = (
            "2 c (1 + c) Q <= s^2, so that heat would not help however many answers"
            if always
            else "too few answers for heat to help"
        )
        notes.append(f"T = 0 is optimal: {why}")
    spread = (1 + c) ** 2 * risk / variance
    if T == 0 and 2 * spread >= 1 and k > 1:
        theta = 1 / spread
        law = f"the error falls as k^-{theta:.3g} up to logarithms" if c == 0 else "rare prompts dominate"
        notes.append(f"2 E Delta_R^2 = {2 * spread:.3g} s^2 >= s^2: the 1/k^2 law does not hold; {law}")
    return notes


def count(value: float) -> str:
    """A number of examples or answers as text: all its digits, or inf."""
    return "inf" if math.isinf(value) else f"{value:.0f}" if value < 1e7 else f"{value:.6g}"
