"""Deciding how to spend: plans against dense grids, against hand-computed edges, and the finite-size estimate by simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import infscale_sym
from infscale_sym.errors import DomainError
from infscale_sym.theory.planning.error import averaged_error
from infscale_sym.theory.planning.finite_size import finite_size_shift
from infscale_sym.theory.planning.model import Student
from infscale_sym.theory.planning.plan import Plan, plan
from infscale_sym.theory.regression.values.spectrum import PowerLaw

MODEL = {"d": 50, "sigma": 1, "gamma": 1, "teacher": 1, "price_example": 1, "price_answer": 0.1}
STUDENT = Student.of(50, 1.0, 1, 1, 1)


def grid_least(
    student: Student, prices: tuple[float, float], budget: float, T: float | None, c: float | None, rows: int = 40
) -> float:
    """The least error over a dense grid of whole (n, k) within the budget, and over a grid of what is free; brute force."""
    least = math.inf
    top = int((budget - prices[1]) / prices[0])
    for n in sorted({*np.linspace(0, top, rows).astype(int), *np.geomspace(1, top, rows // 2).astype(int)}):
        most = int((budget - prices[0] * n) / prices[1] + 1e-9)
        k = np.unique(np.concatenate([np.arange(1, min(most, 12) + 1), np.geomspace(1, most, 20).astype(int), [most]]))
        variance = float(student.moments(n)[0])
        heats = [T] if T is not None else [0.0, *(2 * variance * np.geomspace(0.02, 20, 6)), math.inf]
        judges = [c] if c is not None else [0.0, *np.geomspace(0.05, 20, 6)]
        for heat, judge in itertools.product(heats, judges):
            least = min(least, float(averaged_error(k, heat, n, student, judge).min()))
    return least


@pytest.mark.parametrize(
    ("changes", "budget"),
    [
        ({}, 300.0),
        ({"judge": 1}, 300.0),
        ({"judge": -1.5, "temperature": 0}, 60.0),
        ({"temperature": 1, "judge": 0.5}, 200.0),
        ({"price_example": 0.5, "price_answer": 3}, 40.0),
    ],
)
def test_no_point_of_a_dense_grid_is_better(changes: dict, budget: float):
    settings = {**MODEL, **changes}
    found = plan(**settings, budget=budget)
    prices = (settings["price_example"], settings["price_answer"])
    T, c = settings.get("temperature"), settings.get("judge")
    if T is None and c is None:
        T = c = 0.0  # shown to be best in test_no_selection_beats_the_nearest_answer
    assert found.error <= grid_least(STUDENT, prices, budget, T, c, 24 if c is not None and T is not None else 6) * (1 + 1e-6)
    assert found.cost <= budget * (1 + 1e-12)
    assert found.error == pytest.approx(float(averaged_error(found.k, found.T, found.n, STUDENT, found.c)), rel=1e-9)


def test_free_heat_and_a_free_judge_against_the_grid():
    for changes, budget in (({"judge": 8.0}, 40.0), ({"temperature": 1.0}, 40.0)):
        found = plan(**{**MODEL, "price_answer": 1, **changes}, budget=budget)
        least = grid_least(STUDENT, (1, 1), budget, changes.get("temperature"), changes.get("judge"), 5)
        assert found.error <= least * (1 + 1e-6)


def test_no_selection_beats_the_nearest_answer():
    best = averaged_error(np.array([2, 10, 100]), 0.0, 80, STUDENT, 0.0)
    for T, c in itertools.product((0.0, 0.01, 1.0), (-0.5, 0.0, 0.5, 3.0)):
        assert (averaged_error(np.array([2, 10, 100]), T, 80, STUDENT, c) >= best * (1 - 1e-12)).all()


def test_the_error_is_the_regression_error():
    value = averaged_error(np.array([1.0, 7, 100]), 0.3, 80, STUDENT, 0.5)
    other = infscale_sym.regression_error([1, 7, 100], 0.3, 80, 50, 1.0, 1.0, 1.0, 1.0, c=0.5)
    assert value == pytest.approx(np.asarray(other), rel=1e-9)
    # The closed ends are the limits.
    assert averaged_error(math.inf, 0.3, 80, STUDENT, 0.5) == pytest.approx(
        averaged_error(1e9, 0.3, 80, STUDENT, 0.5), rel=1e-6
    )
    assert averaged_error(9, 0.3, math.inf, STUDENT, 0.5) == pytest.approx(averaged_error(9, 0.3, 1e12, STUDENT, 0.5), rel=1e-9)
    assert averaged_error(9, 0.3, 0, STUDENT, 0.5) == pytest.approx(averaged_error(9, 0.3, 1e-9, STUDENT, 0.5), rel=1e-7)


def test_more_money_is_never_worse_and_the_frontier_falls():
    plans = [plan(**MODEL, budget=budget) for budget in (1, 3, 10, 30, 100, 300, 1000, 3000)]
    errors = [each.error for each in plans]
    assert errors == sorted(errors, reverse=True)
    front = plans[-2].frontier
    assert (np.diff(front.cost) > 0).all()
    assert (np.diff(front.error) < 0).all()
    # The plans lie on one another's frontiers.
    at = np.exp(np.interp(np.log([100.0, 300.0]), np.log(front.cost), np.log(front.error)))
    assert at == pytest.approx(errors[4:6], rel=0.02)


def test_target_and_budget_agree():
    first = plan(**MODEL, budget=500)
    second = plan(**MODEL, target=first.error)
    assert second.error <= first.error * (1 + 1e-9)
    assert second.cost <= first.cost * (1 + 1e-9)
    assert plan(**MODEL, budget=second.cost * 0.99).error > first.error


def test_at_the_optimum_money_is_worth_the_same_everywhere():
    more = plan(**{**MODEL, "prompts": 10}, budget=1e4).next_unit
    assert more.training == pytest.approx(more.answers, rel=0.03)
    assert more.buy == "either"
    # Negative control: away from the optimum it is not.
    a = averaged_error(np.array([1e3, 1.001e3]), 0.0, 9000, STUDENT, 0.0)
    b = averaged_error(np.array([1e3]), 0.0, 9009, STUDENT, 0.0)
    assert (a[0] - a[1]) > 5 * (a[0] - b[0])


# Edges.


def test_prompts_multiply_the_price_of_an_answer():
    one, many = plan(**MODEL, prompts=50, budget=700), plan(**{**MODEL, "price_answer": 5}, budget=700)
    assert (one.n, one.k, one.error) == (many.n, many.k, many.error)


def test_where_more_answers_never_help():
    found = plan(**MODEL, budget=100, temperature="inf")
    assert (found.n, found.k, found.T) == (99, 1, math.inf)
    assert found.error == pytest.approx(sum(float(v) for v in STUDENT.moments(99)))
    assert any("more answers never help" in note for note in found.notes)
    # A judge that is wrong about the sign: every choice is worse than none.
    worse = plan(**MODEL, budget=100, judge=-6, temperature=0)
    assert worse.k == 1


def test_target_out_of_reach():
    found = plan(**MODEL, target=0.2, temperature=1)
    assert not found.reachable
    assert (found.n, found.k, found.cost) == (math.inf, math.inf, math.inf)
    # s^2 t/(1 + t) at s^2 = sigma^2 = 1, t = 1/2.
    assert found.error == pytest.approx(1 / 3, rel=1e-12)
    assert any("no plan has the error 0.2" in note for note in found.notes)
    limited = plan(**MODEL, target=1e-3, judge=1, max_examples=1000)
    assert not limited.reachable
    assert (limited.n, limited.k) == (1000, math.inf)
    assert limited.error == pytest.approx(float(STUDENT.moments(1000)[1]), rel=1e-12)  # c^2 Q


def test_an_easily_reached_target_needs_one_answer_and_no_training():
    found = plan(**MODEL, target=5)
    assert (found.n, found.k, found.cost, found.error) == (0, 1, 0.1, 3.0)


def test_less_than_one_example():
    found = plan(**MODEL, budget=0.5)
    assert (found.n, found.k, found.cost) == (0, 5, 0.5)
    assert any("stays at its prior" in note for note in found.notes)
    with pytest.raises(DomainError, match=r"budget must pay at least one answer to every prompt, that is 0\.1; got 0\.05"):
        plan(**MODEL, budget=0.05)


def test_free_answers_and_free_examples():
    endless = plan(**{**MODEL, "price_answer": 0}, budget=100, temperature=0.5)
    assert (endless.n, endless.k) == (100, math.inf)
    variance = float(STUDENT.moments(100)[0])
    assert endless.error == pytest.approx(variance * 0.5 / (2 * variance + 0.5), rel=1e-12)
    misled = plan(**{**MODEL, "price_answer": 0}, budget=100, judge=3)
    assert misled.k < 10  # answers are free, and more of them hurt
    taught = plan(**{**MODEL, "price_example": 0}, budget=10)
    assert (taught.n, taught.k) == (math.inf, 100)
    assert taught.error == pytest.approx(float(infscale_sym.selection_error(100, 0, 0, 0)), rel=1e-9)
    perfect = plan(**{**MODEL, "price_answer": 0}, budget=100)
    assert (perfect.error, perfect.k) == (0.0, math.inf)


def test_regimes_are_named():
    assert any("alpha = d/n" in note for note in plan(**MODEL, budget=30, temperature=1, judge=0).notes)
    hard = plan(**{**MODEL, "teacher": 3}, budget=20)
    assert any("1/k^2 law does not hold" in note for note in hard.notes)
    assert not any("1/k^2" in note for note in plan(**MODEL, budget=1000).notes)
    assert any("T = 0 is optimal" in note for note in plan(**MODEL, budget=300, judge=0.5).notes)


def test_more_examples_can_hurt():
    # HP-code's parameters: a judge that overshoots makes use of the student's offset, and training takes it away.
    found = plan(10, 1e-4, 1e-3, 2, price_example=1, price_answer=1, budget=20_000, judge=10, temperature=20e-8)
    student = Student.of(10, 1.0, 1e-4, 1e-3, 2)
    assert found.cost < 3000
    assert found.error < float(averaged_error(np.geomspace(1, 1e4, 200), 20e-8, 20_000, student, 10).min())
    assert any("more examples would raise the error" in note for note in found.notes)


def test_spectra_and_weights():
    power = plan(20, 0.5, 1, 1, Sigma=PowerLaw(0.5, 20), price_example=1, price_answer=2, budget=200)
    listed = plan(20, 0.5, 1, np.ones(20), Sigma=PowerLaw(0.5, 20).eigenvalues, price_example=1, price_answer=2, budget=200)
    assert (power.n, power.k) == (listed.n, listed.k)
    assert power.error == pytest.approx(listed.error, rel=1e-9)


# Finite size.


def test_the_finite_size_shift_is_what_the_simulator_sees():
    d, n, k = 6, 12, 8
    student = Student.of(d, 1.0, 1, 1, 1)
    shift, doubt = finite_size_shift(k, 0.5, n, student, 0.5, sets=2000, seed=3)
    limit = float(averaged_error(k, 0.5, n, student, 0.5))
    seen = infscale_sym.simulate.regression(
        n, d, 1.0, 1.0, k=k, T=0.5, judge=0.5, redraw_teacher=True, prompts=40, training_sets=6000, seed=11
    )
    sigma = math.hypot(float(seen.delta.standard_error[0]), doubt)
    assert abs(float(seen.delta.mean[0]) - limit - shift) < 4 * sigma
    assert abs(float(seen.delta.mean[0]) - limit) > 5 * sigma  # without the shift it is wrong


def test_finite_size_falls_as_one_over_d():
    relative = []
    for d in (10, 40, 160):
        student = Student.of(d, 1.0, 1, 1, 1)
        limit = float(averaged_error(20, 0.0, 2 * d, student, 0.0))
        relative.append(d * finite_size_shift(20, 0.0, 2 * d, student, 0.0, sets=1000)[0] / limit)
    assert relative == pytest.approx([np.mean(relative)] * 3, rel=0.2)
    assert finite_size_shift(20, 0.0, math.inf, STUDENT, 0.0) == (0.0, 0.0)


# Input and presentation.


BAD = [
    ({"budget": None}, "either a budget or a target error; got neither"),
    ({"target": 0.1}, "got both"),
    ({"d": 0}, "d must be an integer from 1"),
    ({"d": 2.5}, "d must be an integer"),
    ({"sigma": -1}, "sigma must be positive"),
    ({"gamma": 0}, "gamma must be positive"),
    ({"teacher": 0}, "nu must be positive"),
    ({"teacher": [1, 2]}, "weights must be d = 50 numbers; got 2"),
    ({"Sigma": [1, 2]}, "d = 50 eigenvalues; got 2"),
    ({"price_example": -1}, "price_example must be 0 or positive"),
    ({"price_example": 0, "price_answer": 0}, "must not both be 0"),
    ({"prompts": 0}, "prompts must be an integer from 1"),
    ({"temperature": -1}, r"temperature must lie in \[0, inf\]"),
    ({"temperature": 1e9}, "temperature must be 0, inf, or give"),
    ({"judge": 1e4}, "judge .c. must lie in"),
    ({"budget": "__import__('os')"}, "budget must be a finite real number"),
    ({"budget": math.nan}, "budget must be a finite real number"),
    ({"max_answers": 0}, "max_answers must be an integer from 1"),
]


@pytest.mark.parametrize(("changes", "said"), BAD)
def test_bad_input(changes: dict, said: str):
    with pytest.raises(DomainError, match=said):
        plan(**{**MODEL, "budget": 100, **changes})


def test_a_plan_reads_well():
    found = infscale_sym.plan(**MODEL, budget=100)
    assert isinstance(found, Plan)
    text = repr(found)
    assert text.startswith("plan: n = ")
    assert f"cost       {found.cost:.10g}" in text
    assert "nan" not in text
    assert found._repr_markdown_().startswith("**plan: n = ")
    assert found.uncertainty >= abs(found.finite_size)
    with pytest.raises(AttributeError):
        found.n = 3.0  # that it is frozen is what is tested


def test_stages_are_told():
    told: list[str] = []
    plan(**MODEL, budget=100, progress=told.append)
    assert told == ["error landscape", "best point", "finite size", "frontier"]
