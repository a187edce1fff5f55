"""One answer more: the inequality by hand and by enclosure, judges that break it, the margin, and what the rules refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infscale_sym import selection_error
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.notation.operators import Expectation
from infscale_sym.theory.scaling.chebyshev_sum import (
    A,
    AnyKAnswers,
    AverageOfAll,
    AverageOverSigns,
    DropPairs,
    LeaveOneOut,
    error,
    over_pairs,
    without_one,
)
from infscale_sym.theory.scaling.monotone import CLOSE_JUDGE, MONOTONE
from infscale_sym.theory.scaling.values_monotone import judge_margin, judge_margin_limit
from infscale_sym.theory.selection.notation import SelectionError, k, t, tau
from infscale_sym.theory.selection.rules import i, j_
from tests.shared import derived

pairs = over_pairs(error[j_] - error[i])


@pytest.mark.parametrize("formula", [MONOTONE, CLOSE_JUDGE], ids=lambda f: f.id)
def test_the_derivations_are_proved_with_one_inequality(formula):
    derivation = derived(formula.id)
    assert derivation.verdict == "proved"
    assert sum(step.evidence.at_most for step in derivation.steps) == 1


@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0.001, 1)), min_size=2, max_size=7),
)
@settings(max_examples=60, deadline=None)
def test_leaving_one_out_identity_at_random_weights(draws):
    """The identity holds for any weights; the sum over pairs is not negative where weights fall with the error."""
    y, w = np.array(draws).T
    total, mean = w.sum(), (w * y).sum() / w.sum()
    others = np.mean((mean * total - w * y) / (total - w))
    kernel = np.outer(w, w) / np.outer(total - w, total - w) * (w[:, None] - w) * (y - y[:, None])
    assert others - kernel.sum() / (2 * len(w) * total) == pytest.approx(mean, rel=1e-9, abs=1e-9)
    falling = np.exp(-y / 10)
    kernel = (falling[:, None] - falling) * (y - y[:, None])
    assert (kernel >= 0).all()


@given(st.integers(1, 60), st.floats(0, 5).map(lambda x: 0 if x < 1e-5 else x), st.floats(-3, 3), st.floats(-3, 3))
@settings(max_examples=80, deadline=None)
def test_a_close_judge_never_hurts(count, heat, teacher, judge):
    if 1 + 2 * judge * (teacher - judge) >= 0:
        few, more = (float(selection_error(n, heat, teacher, judge)) for n in (count, count + 1))
        assert more <= few * (1 + 1e-12)


def test_two_answers_by_hand():
    # tau = rho = 0, t = 0: F_1 = 1 and F_2 = 1 - 2/pi; the second answer gains 2/pi.
    assert selection_error(1, 0, 0, 0) - selection_error(2, 0, 0, 0) == pytest.approx(2 / math.pi, rel=1e-13)


def test_far_judges_do_hurt_and_the_margin_says_when():
    for count, heat, judge in ((1, 0.5, 1.0), (5, 0.0, 2.0), (20, 3.0, 1.5)):
        margin = float(judge_margin(count, heat, judge))
        gains = [
            float(selection_error(count, heat, judge - over, judge) - selection_error(count + 1, heat, judge - over, judge))
            for over in (margin * 0.999, margin * 1.001)
        ]
        assert gains[0] > 0 > gains[1]


def test_the_margin_shrinks_to_its_limit_which_at_zero_temperature_is_the_proved_one():
    counts = np.array([1, 2, 4, 8, 16, 64, 256])
    for heat in (0.0, 0.2, 2.0):
        margins = judge_margin(counts, heat, 1.3)
        assert (np.diff(margins) < 0).all()
        assert margins[-1] == pytest.approx(float(judge_margin_limit(heat, 1.3)), rel=0.02)
        assert margins[-1] > judge_margin_limit(heat, 1.3)
    assert judge_margin_limit(0, 1.3) == pytest.approx(1 / 2.6, rel=1e-14)
    assert (judge_margin_limit(np.geomspace(1e-3, 1e3, 50), 1.3) > 1 / 2.6).all()


@pytest.mark.parametrize(("arguments", "said"), [((0.5, 0, 1), "k must"), ((2, 0, 0), "rho must"), ((2000, 0, 1), "k must")])
def test_the_margin_says_what_it_takes(arguments, said):
    with pytest.raises(DomainError, match=said):
        judge_margin(*arguments)
    with pytest.raises(DomainError, match="t must"):
        judge_margin_limit(-1, 1)


def test_the_rules_refuse_what_is_false():
    average = Expectation(A)
    with pytest.raises(DerivationError):
        AverageOfAll().check(SelectionError(k, t, tau, tau), average)
    with pytest.raises(DerivationError, match="differs"):
        LeaveOneOut().check(average, Expectation(without_one() + pairs))
    with pytest.raises(DerivationError, match="differs"):
        LeaveOneOut().check(average, Expectation(without_one()))
    with pytest.raises(DerivationError, match="exactly"):
        DropPairs().check(Expectation(without_one() + pairs), Expectation(without_one()))
    with pytest.raises(DerivationError):
        AverageOverSigns().check(Expectation(without_one() - pairs), Expectation(without_one() - 2 * pairs))
    with pytest.raises(DerivationError, match="divided"):
        AnyKAnswers().check(Expectation(without_one() * (k + 1) / k), SelectionError(k, t, tau, tau))
    with pytest.raises(DerivationError):
        AnyKAnswers().check(Expectation(without_one()), SelectionError(k + 1, t, tau, tau))
