"""How to spend money on training data and on answers: the best (n, k, T, c) for a budget or for a target error.

Built on the averaged error of HP's model (arXiv:2512.19905), see `planning.error`. Money: price_example for each training
example, price_answer for each answer drawn, k answers to each of `prompts` prompts:
    cost(n, k) = price_example n + price_answer prompts k.
A search on `landscape` proposes whole n and k; the best of them and of their neighbours is taken by the exact error. The plan's
error is within about 1e-4 relative of the least one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import exact
from infscale_sym.theory.planning.edges import LARGEST_COUNT, affordable, check_reach, floor_of, may_pay, survey
from infscale_sym.theory.planning.error import MOST_ANSWERS, Choice, averaged_error, polish
from infscale_sym.theory.planning.finite_size import finite_size_shift
from infscale_sym.theory.planning.frontier import Frontier, NextUnit, frontier_of, next_unit
from infscale_sym.theory.planning.model import Student, whole
from infscale_sym.theory.planning.remarks import count, remarks
from infscale_sym.theory.planning.search import Ground, Prices, least_cost, least_error

_SPAN = 10.0  # the frontier goes from a hundredth of the budget to this many times the budget


@dataclass(frozen=True, eq=False)
class Plan:
    """What to buy, and what it gives. Errors in units of y^2, money in the units of the prices."""

    n: float
    """Training examples; whole, 0 for an untrained student, or inf."""
    k: float
    """Answers to each prompt; whole, or inf."""
    T: float
    """Temperature of the selection, units of y^2; 0 is best-of-k, inf a uniform choice."""
    c: float
    """The judge: Delta_R = (1 + c) Delta_T; 0 is the teacher."""
    error: float
    """delta(n, k, T, c) over answers, prompts and training sets, in the proportional limit."""
    uncertainty: float
    """|finite_size| + twice its standard error + numerical: an estimate of how far a real student of d dimensions is
    from `error` on average, no bound."""
    finite_size: float
    """Estimated error at this d less `error`, from features drawn at random (decide.finite_size)."""
    numerical: float
    """Error of the arithmetic: of the quadrature and of the minimum in T or c."""
    cost: float
    """Money spent; inf where the best is infinitely much of something that is paid."""
    reachable: bool
    """False if no plan has the target error; the plan is then the one with the least error."""
    next_unit: NextUnit
    """What the next unit of money should buy."""
    frontier: Frontier
    """Least error against cost."""
    notes: tuple[str, ...]
    """What a reader should know: edges, regimes, unspent money."""

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_markdown_(self) -> str:
        head, *rest = self.lines()
        return f"**{head}**\n\n" + "\n".join(f"- {line.strip()}" for line in rest)

    def lines(self) -> list[str]:
        """The plan in words, one line each."""
        more = self.next_unit
        head = f"n = {count(self.n)} examples, k = {count(self.k)} answers, T = {self.T:.4g}, c = {self.c:.4g}"
        lines = [
            f"plan: {head}" if self.reachable else f"target out of reach; the least error is at {head}",
            f"  error      {self.error:.6g} +- {self.uncertainty:.2g} (finite size {self.finite_size:+.2g})",
            f"  cost       {self.cost:.10g}",
            f"  next unit  {more.buy} (error falls by {more.training:.3g} per unit of money spent on training, "
            f"{more.answers:.3g} on answers)",
        ]
        return lines + [f"  note       {note}" for note in self.notes]


def plan(
    d: Any,
    sigma: Any,
    gamma: Any,
    teacher: Any,
    *,
    price_example: Any,
    price_answer: Any,
    budget: Any = None,
    target: Any = None,
    prompts: Any = 1,
    Sigma: Any = 1.0,
    judge: Any = None,
    temperature: Any = None,
    max_examples: Any = None,
    max_answers: Any = None,
    progress: Callable[[str], object] | None = None,
) -> Plan:
    """The best split of a budget, or the cheapest way to a target error, between training examples and sampled answers.

    d: dimensions, integer >= 1. sigma > 0: noise (units of y). gamma > 0: width of the student's prior. teacher: root mean
    square weight nu > 0, or the d weights in the coordinates of Sigma. Sigma: number, d eigenvalues, (d, d) matrix or PowerLaw.
    price_example, price_answer >= 0, not both 0. prompts: integer >= 1, how many prompts are to be answered; each answer is
    paid once a prompt (1 by default: price_answer is then the price of one answer to everything that is asked).
    Exactly one of budget (> 0, must pay at least one answer) and target (error > 0, units of y^2).
    judge: c of HP-code's judge, Delta_R = (1 + c) Delta_T, within [-1000, 1000]; None: the best one. temperature: T >= 0, units
    of y^2, inf allowed; None: the best one. max_examples, max_answers: how many there are at most. progress is told the stages.

    n and k are whole numbers (or inf where they are free), T and c real. The plan's error is within about 1e-4 relative of the
    least one, and its value accurate to `numerical`. Raises DomainError, naming what came and what is valid.
    """
    tell = progress or (lambda _: None)
    student = Student.of(d, Sigma, sigma, gamma, teacher)
    choice, first_note = Choice.of(temperature, judge, student)
    prices = _prices(price_example, price_answer, prompts, max_examples, max_answers)
    if (budget is None) == (target is None):
        raise DomainError("give either a budget or a target error; got " + ("neither" if budget is None else "both"))
    notes = [first_note] if first_note else []
    tell("error landscape")
    if budget is not None:
        return _for_budget(_amount(budget, "budget"), student, choice, prices, notes, tell)
    return _for_target(_amount(target, "target"), student, choice, prices, notes, tell)


def _for_budget(
    money: float, student: Student, choice: Choice, prices: Prices, notes: list[str], tell: Callable[[str], object]
) -> Plan:
    if prices.answer > money * (1 + 1e-12):
        raise DomainError(f"budget must pay at least one answer to every prompt, that is {prices.answer:g}; got {money:g}")
    endless = prices.example == 0 and math.isinf(prices.examples)
    ground = survey(student, choice, prices, *affordable(prices, _SPAN * money), endless=endless)
    points = least_error(ground, prices, money, keep=6)
    check_reach(ground, prices, money, points)
    tell("best point")
    n, k = _refine(points, ground, prices, money)
    if prices.example > 0 and prices.most_examples(money - prices.answer) < 1 and prices.examples >= 1:
        notes.append("the budget pays no training example beside one answer: the student stays at its prior (n = 0)")
    return _finish(n, k, True, money, ground, prices, notes, tell)


def _for_target(
    target: float, student: Student, choice: Choice, prices: Prices, notes: list[str], tell: Callable[[str], object]
) -> Plan:
    for examples, answers in ((1e3 + 300 * student.d, 1e4), (1e6 + 1e5 * student.d, 1e8), (LARGEST_COUNT, MOST_ANSWERS)):
        ground = survey(student, choice, prices, examples, answers, endless=True)
        points = least_cost(ground, prices, target)
        if points or (choice.T != 0 and floor_of(ground, prices)[0] > target):
            break
    if not points:
        error, n, k = floor_of(ground, prices)
        notes.append(f"no plan has the error {target:g}: the least is {error:.6g}, at n = {count(n)}, k = {count(k)}")
        return _finish(n, k, False, math.inf, ground, prices, notes, tell)
    # Whatever is cheaper lies within what this much money can buy; is there anything beyond the landscape's edges?
    money = float(prices.cost(*points[0]))
    wider = affordable(prices, money)
    if may_pay(ground, prices, money, target, examples, answers):
        ground = survey(student, choice, prices, max(wider[0], examples), max(wider[1], answers), endless=True)
        points = least_cost(ground, prices, target) or points
    tell("best point")
    n, k = points[0]
    # The landscape is off by a common factor here: aim at what it should show for the exact error to be the target.
    for _ in range(4):
        error, T, c = _exact(n, k, ground)
        seen = float(ground.error(np.array(n), np.array(k)))
        closer = least_cost(ground, prices, target * min(max(seen / error, 0.5), 2.0), keep=4)
        done = [point for point in closer if _exact_at(point, T, c, student) <= target * (1 + 1e-12)]
        if done:
            n, k = done[0]
            break
        n, k = closer[0] if closer else (n, k)
    while _exact(n, k, ground)[0] > target * (1 + 1e-10) and (n < prices.examples or k < prices.answers):
        if prices.answer <= prices.example and k < min(prices.answers, MOST_ANSWERS):
            k = k + max(1.0, math.floor(1e-5 * k))
        else:
            n = n + max(1.0, math.floor(1e-5 * n))
    money = float(prices.cost(n, k))
    return _finish(n, k, True, money, ground, prices, notes, tell)


def _finish(
    n: float, k: float, reachable: bool, money: float, ground: Ground, prices: Prices, notes: list[str],
    tell: Callable[[str], object],
) -> Plan:  # fmt: skip
    student, choice = ground.landscape.student, ground.landscape.choice
    error, T, c = _exact(n, k, ground)
    tell("finite size")
    shift, doubt = finite_size_shift(k, T, n, student, c)
    # The minimum over T or c is flat: it is known to the square of the tolerance in its place.
    numerical = error * (1e-10 if (choice.T is not None and choice.c is not None) or math.isinf(k) else 1e-6)
    tell("frontier")
    cost = float(prices.cost(n, k))
    around = money if math.isfinite(money) and money > 0 else max(1e3 * prices.answer, 10.0 * student.d * prices.example)
    low = max(prices.answer, around / 100)
    frontier = frontier_of(ground, prices, np.geomspace(low, max(low * 1.0001, _SPAN * around), 31))
    notes += remarks(n, k, T, c, reachable, money, cost, ground, prices)
    more = next_unit(n, k, T, c, error, ground, prices) if math.isfinite(cost) else NextUnit(0.0, 0.0, "nothing")
    if more.training < 0:
        notes.append("more examples would raise the error: at this T and c the choice lives on the student's offset")
    return Plan(
        n, k, T, c, error, abs(shift) + 2 * doubt + numerical, shift, numerical, cost, reachable, more, frontier, tuple(notes)
    )  # fmt: skip


def _refine(points: list[tuple[float, float]], ground: Ground, prices: Prices, money: float) -> tuple[float, float]:
    """The best of the candidates and of their neighbours on the budget line, by the exact error."""
    student = ground.landscape.student
    if not points:
        raise DomainError("no plan can be computed: the student's offset is beyond the evaluator's reach at every n")
    if len(points) == 1:
        return points[0]
    n, k = points[0]
    _, T, c = _exact(n, k, ground)
    values = {point: _exact_at(point, T, c, student) for point in points}
    best = min(values, key=lambda point: (values[point], prices.cost(*point)))
    if prices.answer and prices.example and min(best) > 50 and math.isfinite(max(best)):
        # The landscape's ripple can move a flat minimum: one parabola through exact values along the line of the budget.
        share = prices.example * best[0] / money
        step = min(0.05, 0.4 * (1 - share))
        line = [math.floor(best[0] * (1 + x)) for x in (-step, step)]
        line = [(float(m), float(prices.most_answers(money - prices.example * m))) for m in line]
        left, right = (math.log(_exact_at(point, T, c, student)) for point in line)
        middle = math.log(values[best])
        bend = left - 2 * middle + right
        if bend > 0 and abs(left - right) < 2 * bend:
            m = float(math.floor(best[0] * (1 + step * (left - right) / (2 * bend))))
            for point in ((m, float(prices.most_answers(money - prices.example * m))),):
                values[point] = _exact_at(point, T, c, student)
        for point, value in zip(line, (left, right), strict=True):
            values[point] = math.exp(value)
        best = min(values, key=lambda point: values[point])
    return best


def _exact(n: float, k: float, ground: Ground) -> tuple[float, float, float]:
    """(error, T, c) at a point, the free one of T and c at its best; at k = 1 the T and c that are best for k = 2."""
    land = ground.landscape
    T, c = ground.choice_at(n, k)
    if land.choice.T is not None and land.choice.c is not None:
        T, c = land.choice.T, land.choice.c
        return float(averaged_error(k, T, n, land.student, c)), T, c
    error, T, c = polish(max(k, 2.0), n, land.student, land.choice, c if land.choice.c is None else T)
    return (error if k > 1 else float(averaged_error(1.0, T, n, land.student, c))), T, c


def _exact_at(point: tuple[float, float], T: float, c: float, student: Student) -> float:
    return float(averaged_error(point[1], T, point[0], student, c))


def _prices(example: Any, answer: Any, prompts: Any, examples: Any, answers: Any) -> Prices:
    found = []
    for value, name in ((example, "price_example"), (answer, "price_answer")):
        price = float(exact(value, name))
        if not (price == 0 or 1e-100 < price < 1e100):
            raise DomainError(f"{name} must be 0 or positive (1e-100 to 1e100); got {value}")
        found.append(price)
    if not any(found):
        raise DomainError("price_example and price_answer must not both be 0: nothing is to be decided")
    asked = whole(prompts, "prompts", 1, 10**15)
    most = math.inf if examples is None else float(whole(examples, "max_examples", 0, 10**15))
    drawn = math.inf if answers is None else float(whole(answers, "max_answers", 1, 10**16))
    return Prices(found[0], found[1] * asked, most, drawn)


def _amount(value: Any, name: str) -> float:
    number = float(exact(value, name))
    if not 1e-100 < number < 1e100:
        raise DomainError(f"{name} must be positive (1e-100 to 1e100); got {value}")
    return number
