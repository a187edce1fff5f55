"""Averages over a Gaussian pair and the error of the whole regression model: closed forms, other quadratures, enclosures,
simulated training sets, and what the input checks say."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest

from infscale_sym import regression_error, selection_error
from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.theory.averages.values import gaussian_average
from infscale_sym.theory.regression.evidence import extrapolated_evidence
from infscale_sym.theory.regression.values.gaussian_pair import line_average, pair_average
from infscale_sym.theory.regression.values.gaussian_pair_enclosure import pair_average_arb, pair_average_by_nodes_arb
from infscale_sym.theory.regression.values.gaussian_pair_exact import line_average_mp, pair_average_mp, pair_of_answers_mp
from infscale_sym.theory.regression.values.offsets import offset_moments
from tests.data import make_regression_evidence as evidence

DATA = Path(__file__).parent / "data"


def moments(rng: np.random.Generator, largest: float) -> tuple[float, float, float]:
    """Second moments of a random pair, E rho^2 and E tau^2 up to `largest`."""
    a, c = 10 ** rng.uniform(-2, math.log10(largest), 2)
    return a, rng.uniform(-0.99, 0.99) * math.sqrt(a * c), c


def by_two_quadratures(k: float, t: float, a: float, b: float, c: float) -> float:
    """Both normals by the midpoint rule, F at every pair (tau, rho): no conditional mean or variance is used."""
    x = np.arange(-7.95, 8, 0.1)
    weight = 0.1 * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    rho = math.sqrt(c) * x[:, None]
    tau = b / math.sqrt(c) * x[:, None] + math.sqrt(a - b * b / c) * x
    return float(weight @ selection_error(k, t, tau, rho) @ weight)


@pytest.mark.parametrize(("k", "t"), [(3, 0), (40, 0), (3, 0.2), (40, 1), (1e4, 5)])
def test_a_double_integral_gives_the_same(k: float, t: float):
    pair = moments(np.random.default_rng(int(k)), 2)
    assert pair_average(k, t, *pair) == pytest.approx(by_two_quadratures(k, t, *pair), rel=1e-11)


def test_the_double_integral_notices_one_part_in_a_million():
    a, b, c = moments(np.random.default_rng(3), 2)
    assert pair_average(3, 0, a, b, c * (1 + 1e-6)) != pytest.approx(by_two_quadratures(3, 0, a, b, c), rel=1e-8)


def test_one_answer_two_answers_and_uniform_choice_in_closed_form():
    rng = np.random.default_rng(5)
    for _ in range(20):
        a, b, c = moments(rng, 5)
        assert pair_average([1, 2], 0, a, b, c) == pytest.approx(
            [1 + a, 1 + a - 2 / math.pi * (1 + 2 * b) / math.sqrt(1 + 2 * c)], rel=1e-11
        )
        assert pair_average([1, 5, 1e9], math.inf, a, b, c) == pytest.approx([1 + a] * 3, rel=1e-15)


@pytest.mark.parametrize("ratio", [1e-6, 0.1, 0.45, 1.0, 5.0])
def test_judge_and_teacher_alike(ratio: float):
    k = np.array([2, 3.5, 10, 1e3, 1e6, 1e9])
    assert pair_average(k, 0, ratio, ratio, ratio) == pytest.approx(gaussian_average(k, ratio), rel=1e-11)


def test_degenerate_pairs():
    # rho = 0: the judge's answer is the student's mean; then tau adds its square
    assert pair_average([4, 9], 0.7, 0.3, 0, 0) == pytest.approx(selection_error([4, 9], 0.7, 0, 0) + 0.3, rel=1e-14)
    # tau = 0
    assert pair_average(4, 0.7, 0, 0, 1.3) == pytest.approx(line_average(4, 0.7, 0, 1.3), rel=1e-14)
    # rho = tau = 0 for every prompt
    assert pair_average(4, 0, 0, 0, 0) == pytest.approx(selection_error(4, 0, 0, 0), rel=1e-14)


@pytest.mark.parametrize(
    ("k", "t", "digits"),
    [(7, 0, 15), (1e9, 0, 12), (2.5, 0, 12), (6, 4, 13), (1e6, 20, 12)],
)
def test_float64_against_the_high_precision_sum(k: float, t: float, digits: int):
    a, b, c = moments(np.random.default_rng(int(k) % 97), 5 if k < 10 else 0.7)
    wanted = pair_average_mp(k, t, a, b, c, digits)
    assert float(pair_average(k, t, a, b, c)) == pytest.approx(float(wanted), rel=1e-11)


def test_below_t_1_the_high_precision_sum_goes_node_by_node():
    assert float(line_average_mp(2, "0.9", "0.7", "0.05", 5)) == pytest.approx(line_average(2, 0.9, 0.7, 0.05), rel=1e-5)


def test_two_answers_from_the_definition_to_30_digits():
    args = (2, 12, "0.4", "-0.1", "0.5")
    with mpmath.workdps(40):
        one, other = pair_average_mp(*args, digits=30), pair_of_answers_mp(*args, digits=30)
        assert abs(one / other - 1) < mpmath.mpf(10) ** -29
        moved = pair_of_answers_mp(2, 12, "0.4", "-0.1000001", "0.5", digits=30)
        assert abs(one / moved - 1) > mpmath.mpf(10) ** -9


def test_enclosures_hold_the_values_and_each_other():
    for k, *pair in ((3, "0.3", "0.2", "0.5"), (20, "0.2", "0.2", "0.2"), (5, "1", "-0.5", "0.5")):
        ball = pair_average_arb(k, 0, *pair, digits=14)
        assert float(ball.rad()) < 1e-14 * abs(float(ball.mid()))
        assert float(pair_average(k, 0, *map(float, pair))) == pytest.approx(float(ball.mid()), rel=1e-13)
    closed, summed = (f(2, 0, "0.3", "0.2", "0.5", digits=20) for f in (pair_average_arb, pair_average_by_nodes_arb))
    assert closed.overlaps(summed)
    assert not closed.overlaps(pair_average_by_nodes_arb(2, 0, "0.3", "0.200000000000001", "0.5", digits=20))


def test_shapes_and_shared_work():
    k = np.array([1, 2, 30])
    table = pair_average(k[:, None], [0, 1], 0.3, 0.1, 0.2)
    assert table.shape == (3, 2)
    for i, answers in enumerate(k):
        for j, t in enumerate((0, 1)):
            assert table[i, j] == pytest.approx(pair_average(answers, t, 0.3, 0.1, 0.2), rel=1e-11)
    assert np.ndim(regression_error(3, 0, 10, 5, 1, 1, 1, 1)) == 0
    assert regression_error(k, 0, np.array([[10], [20]]), 5, 1, 1, 1, 1).shape == (2, 3)


# From the physical parameters. Fixed numbers: alpha = sigma = gamma = S = nu = 1: kappa the golden ratio g, s^2 = g, Q = 1/g.


def test_a_model_computed_by_hand():
    g = (1 + math.sqrt(5)) / 2
    wanted = [g + 1 / g, g * (1 + g**-2 - 2 / math.pi * math.sqrt(1 + 2 * g**-2))]
    assert regression_error([1, 2], 0, 7, 7, 1, 1, 1, 1) == pytest.approx(wanted, rel=1e-12)
    # printed: q = (kappa/(1 + kappa))^2 = 1/g^2
    assert regression_error(1, 0, 7, 7, 1, 1, 1, 1, law="printed") == pytest.approx(g + g**-2, rel=1e-12)
    # infinitely many answers, T = 0, Delta_R = (1 + c) Delta_T: what is left is c^2 Q
    assert regression_error(1e16, 0, 7, 7, 1, 1, 1, 1, c=0.5) == pytest.approx(0.25 / g, rel=1e-9)


SPECTRUM, TEACHER, JUDGE = (2.0, 1.0, 0.5, 0.25), (1.0, -0.5, 0.25, 0.75), (0.5, -0.5, 0.5, 1.0)


@pytest.mark.parametrize("judge", [{}, {"c": 1}, {"c": -1}, {"judge": JUDGE}])
@pytest.mark.parametrize("law", ["full", "printed"])
def test_float64_high_precision_and_enclosure_agree(judge: dict, law: str):
    model = (8, 4, SPECTRUM, 0.5, 0.75, TEACHER)
    value = float(regression_error(3, 0, *model, **judge, law=law))
    if judge.get("c") != -1:  # the enclosure of a judge without offset is not offered
        ball = regression_error.enclose(3, 0, *model, **judge, law=law, digits=12)
        assert value == pytest.approx(float(ball.mid()), rel=1e-12)
    assert value == pytest.approx(float(regression_error.mp(3, 0, *model, **judge, law=law, digits=11)), rel=1e-11)


def test_units():
    """Answers in other units: sigma, gamma and the teacher scale, T and delta with the square."""
    base = regression_error([2, 9], 0.8, 8, 4, 1, 0.5, 0.75, 1.1, c=2)
    assert regression_error([2, 9], 0.8e-8, 8, 4, 1, 0.5e-4, 0.75e-4, 1.1e-4, c=2) == pytest.approx(base * 1e-8, rel=1e-11)


def test_moments_are_those_of_the_offsets():
    known = offset_moments(0.5, 0.5, 0.75, SPECTRUM, TEACHER, JUDGE)
    s2 = known.variance
    wanted = s2 * pair_average(6, 0.9 / (2 * s2), known.teacher / s2, known.cross / s2, known.judge / s2)
    assert regression_error(6, 0.9, 8, 4, SPECTRUM, 0.5, 0.75, TEACHER, JUDGE) == pytest.approx(wanted, rel=1e-14)


def test_a_hard_task_with_offsets_far_beyond_s():
    # few pairs, a teacher far from the prior: E tau^2 is in the hundreds
    value = regression_error([1, 1e6], 0, 100, 10, 1, 1e-4, 1e-3, 2.0)
    assert np.isfinite(value).all()
    assert 0 < value[1] < value[0]


# The evidence: simulated training sets (tests/data/make_regression_evidence.py).


@pytest.fixture(scope="module")
def table() -> list[list[float]]:
    return evidence.extrapolated(json.loads((DATA / "regression_evidence.json").read_text()))


def test_the_full_law_is_what_is_simulated_and_the_printed_one_is_not():
    # The package's table is this evidence, as the next tests say; each law at each of its points is computed now.
    rows = extrapolated_evidence()
    full, printed = (np.array([(row.delta - getattr(row, law)) / row.error for row in rows]) for law in ("full", "printed"))
    assert len(full) == 160
    # mean square of 160 standard normals: 1 within 4 (2/160)^(1/2); the four k of a run share their draws
    assert np.mean(full**2) < 1.5
    assert np.abs(full).max() < 4.5
    assert np.mean(np.abs(printed) > 6) > 0.7


def test_the_standard_errors_are_small_enough_to_tell(table: list[list[float]]):
    relative = np.array([row[-1] / row[-2] for row in table])
    assert np.median(relative) < 0.005


def test_the_packages_table_is_this_evidence(table: list[list[float]]):
    shipped = json.loads(evidence.TABLE.read_text())
    assert np.array(shipped)[:, :7] == pytest.approx(np.array(table)[:, :7])
    assert np.array(shipped)[:, 7] == pytest.approx(np.array(table)[:, 7], rel=1e-7)


@pytest.mark.parametrize("number", [35, 103])
def test_a_part_of_the_evidence_comes_again(number: int):
    stored = json.loads((DATA / "regression_evidence.json").read_text())["runs"][number]
    run = evidence.plan()[number]
    assert {name: stored[name] for name in run} == run
    again = evidence.simulated(run)
    assert again["delta"] == pytest.approx(stored["delta"], rel=1e-9)
    assert again["error"] == pytest.approx(stored["error"], rel=1e-7)


# Input.


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"k": 0.5}, r"k must lie in \[1, 1e\+16\]; got 0.5"),
        ({"T": -1}, r"T must lie in \[0, inf\]; got -1"),
        ({"T": 1e-9}, r"T must be 0, inf or lie in \["),
        ({"n": 0}, "n must be positive; got 0"),
        ({"d": -2}, "d must be positive; got -2"),
        ({"law": "other"}, 'law must be "full" or "printed"'),
        ({"teacher": [1.0, 2.0]}, r"teacher must have d weights, d = 4; got shape \(2,\)"),
        ({"judge": [1.0] * 4}, "a judge given by weights needs a teacher given by weights"),
        ({"judge": [1.0] * 4, "c": 1, "teacher": [1.0] * 4}, "not both"),
    ],
)
def test_bad_input_is_named(changed: dict, said: str):
    good = {"k": 2, "T": 0, "n": 8, "d": 4, "Sigma": 1, "sigma": 1, "gamma": 1, "teacher": 1}
    with pytest.raises(DomainError, match=said):
        regression_error(**{**good, **changed})


def test_no_second_moments():
    with pytest.raises(DomainError, match="must not exceed E tau"):
        pair_average(2, 0, 1, 1.2, 1)
    with pytest.raises(DomainError, match="must not exceed E tau"):
        pair_average(2, 0, 1, 0.1, 0)
    with pytest.raises(DomainError, match=r"E rho\^2 lie in \[0, 1e\+06\]"):
        pair_average(2, 0, 1, 0, 2e6)


def test_enclosures_say_where_they_reach():
    with pytest.raises(DomainError, match="t = 0 and whole k"):
        pair_average_arb(3, 1, 1, "0.2", 1)
    with pytest.raises(DomainError, match="t = 0 and whole k"):
        pair_average_arb(2.5, 0, 1, "0.2", 1)
    with pytest.raises((DomainError, ValidationError)):
        regression_error.enclose(3, 0, 8, 4, 1, 1, 1, 1, c=-1)


def test_rare_prompts_far_below_the_rest_are_not_missed() -> None:
    # They have the share k^(2 - 1/c) = 3e-8 of the average: two coarse meshes that both miss them would agree.
    k = 1583446309139754.0
    wanted = float(line_average_mp(k, 0, 1, Fraction(2, 5), 12))
    assert line_average(k, 0, 1, 0.4) == pytest.approx(wanted, rel=1e-10)
