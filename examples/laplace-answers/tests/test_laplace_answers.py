"""What the topic computes, and that its rule refuses what is wrong. `infscale verify` does the rest."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath
import numpy as np
import pytest
from laplace_answers import TOPIC
from laplace_answers.draws import closest_answer
from laplace_answers.notation import LogLaplaceSurvival, r_T, y_T
from laplace_answers.rules import BothSidesOfThePeak
from laplace_answers.values import laplace_error, laplace_error_by_density, laplace_error_mp, log_survival, log_survival_mp
from sympy import Integral, cosh, exp, oo, sinh

from infscale_sym import registry
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.evaluate.lambdify import mpmath_function
from infscale_sym.theory.selection.notation import k


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """The topic is known, installed or not."""
    registry.register(TOPIC)
    yield
    registry.unregister(TOPIC)


@pytest.mark.parametrize("count", [3.5, 1e8])
@pytest.mark.parametrize("teacher", [0, 0.7, 12])
def test_float64_is_good_to_twelve_digits(count: float, teacher: float):
    assert abs(laplace_error(count, teacher) / laplace_error_mp(count, teacher, digits=20) - 1) < 1e-12


def test_two_ways_agree_to_thirty_digits():
    with mpmath.workdps(50):
        one, two = laplace_error_mp("7.5", "0.7", digits=32), laplace_error_by_density("7.5", "0.7", digits=32)
        assert abs(one / two - 1) < mpmath.mpf(10) ** -30


def test_the_law_of_the_distance_is_what_the_definition_says():
    for at in ("0.4", "1.7"):  # in front of the peak, and behind
        by_definition = mpmath_function(LogLaplaceSurvival(r_T, y_T).unfold(), [r_T, y_T])(at, "1", digits=25)
        assert abs(log_survival_mp(at, "1", digits=25) / by_definition - 1) < mpmath.mpf(10) ** -24
        assert abs(log_survival(float(at), 1.0) / by_definition - 1) < 1e-14


def test_one_answer_has_the_variance_of_the_law_and_the_distance():
    assert laplace_error(1, np.array([0.0, 1.0, 3.0])) == pytest.approx([2, 3, 11], rel=1e-13)  # 2 + y_T^2


@pytest.mark.parametrize(("count", "teacher"), [(0.5, 1), (10, -1), (10, 31), (float("nan"), 1)])
def test_what_is_out_of_range_is_refused(count: float, teacher: float):
    with pytest.raises(DomainError, match="k must lie in"):
        laplace_error(count, teacher)


def test_draws_agree_with_the_integral():
    mean, error = closest_answer(5, 0.6, trials=100_000, seed=1)
    assert abs(mean - laplace_error(5, 0.6)) < 4 * error < 0.03 * mean


BEFORE = Integral(2 * r_T * exp(k * LogLaplaceSurvival(r_T, y_T)), (r_T, 0, oo))
FRONT, BEHIND = 2 * r_T * (1 - exp(-y_T) * sinh(r_T)) ** k, 2 * r_T * (exp(-r_T) * cosh(y_T)) ** k


def test_the_rule_splits_at_the_peak():
    after = Integral(FRONT, (r_T, 0, y_T)) + Integral(BEHIND, (r_T, y_T, oo))
    assert BothSidesOfThePeak().check(BEFORE, after).kind == "symbolic"


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (Integral(FRONT, (r_T, 0, oo)), "the range splits at r_T = y_T"),
        (Integral(FRONT, (r_T, 0, y_T)), "the range splits at r_T = y_T"),
        (Integral(BEHIND, (r_T, 0, y_T)) + Integral(FRONT, (r_T, y_T, oo)), "the probability is"),
        (Integral(2 * FRONT, (r_T, 0, y_T)) + Integral(BEHIND, (r_T, y_T, oo)), "the probability is"),
        (1 + Integral(FRONT, (r_T, 0, y_T)) + Integral(BEHIND, (r_T, y_T, oo)), "a term beside"),
    ],
)
def test_the_rule_refuses_what_is_wrong(after: Integral, said: str):
    with pytest.raises(DerivationError, match=said):
        BothSidesOfThePeak().check(BEFORE, after)
