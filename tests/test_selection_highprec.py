"""The mpmath evaluator: against closed values, exact limits and itself, and what it does when something is wrong."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
from mpmath import mp, mpf

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.theory.selection.values import _highprec_tail, highprec
from infscale_sym.theory.selection.values.highprec import (
    chosen_density_mp,
    chosen_mean_mp,
    chosen_variance_mp,
    log_survival_mp,
    selection_error_mp,
    survival_mp,
)


def off(got: mpf, wanted: mpf) -> mpf:
    """Relative difference."""
    return abs(got / wanted - 1)


@pytest.fixture(autouse=True)
def precision_stays():
    """Comparisons in 80 digits; nothing under test may change the global precision."""
    before = mp.dps
    with mp.workdps(80):
        yield
        assert mp.dps == 80
    assert mp.dps == before


@pytest.mark.parametrize("t", ["0", "1e-6", "0.003", "0.4", "7", "1e6", "inf"])
def test_one_answer_leaves_no_choice(t):
    """F_1 = 1 + tau² whatever t and rho; the integral is done all the same."""
    assert off(selection_error_mp(1, t, "1.5", "-2.25", 20), mpf("3.25")) < mpf(10) ** -20


def test_all_answers_alike_at_infinite_temperature():
    assert selection_error_mp(1e9, float("inf"), 3, 5) == 10


def test_best_of_two_has_a_closed_value():
    """E min(z1², z2²) = 1 - E|z1²-z2²|/2 = 1 - E|u||v| with u, v iid standard normal."""
    assert off(selection_error_mp(2, 0, 0, 0, 60), 1 - 2 / mp.pi) < mpf(10) ** -60


def test_best_of_k_falls_with_its_known_constant_at_1e60():
    """k² F e^{-tau²}/pi = 1 - 3/k + O(1/k²) at rho = tau (`best-of-k.all-orders`)."""
    k, tau = mpf(10) ** 60, mpf("1.25")
    scaled = selection_error_mp(10**60, 0, "1.25", "1.25", 75) * k**2 / (mp.pi * mp.exp(tau**2))
    assert abs((scaled - 1) * k + 3) < mpf(10) ** -12


def test_best_of_k_with_a_wrong_judge_at_1e40():
    """F = (tau-rho)² + (pi e^{rho²}/k²)(1 + 2 rho (tau-rho)) + O(1/k³)."""
    k, tau, rho = mpf(10) ** 40, mpf(2), mpf("-0.5")
    value = selection_error_mp(10**40, 0, 2, "-0.5", 100)
    with mp.workdps(110):
        first = mp.pi * mp.exp(rho**2) * (1 + 2 * rho * (tau - rho))
        assert off((value - (tau - rho) ** 2) * k**2, first) < mpf(10) ** -18


@pytest.mark.parametrize(("t", "tau", "rho"), [("0.3", "1.7", "-0.8"), ("2.5", "0.4", "3"), ("1e-6", "-1", "0.01")])
def test_many_answers_reach_the_exact_limit(t, tau, rho):
    """F = F_∞ + c1/k + O(1/k²), with F_∞ and c1 of `limit.first-correction`; at k = 1e30 that fixes some 50 digits."""
    k, (tt, a, r) = mpf(10) ** 30, (mpf(v) for v in (t, tau, rho))

    def limit(s):
        return (a - r / (1 + s)) ** 2 + s / (1 + s)

    ratio = (1 + tt) / mp.sqrt(tt * (2 + tt)) * mp.exp(r**2 / ((1 + tt) * (2 + tt)))
    first = ratio * (limit(tt) - limit(tt / 2))
    value = selection_error_mp(10**30, t, tau, rho, 50)
    assert off((value - limit(tt)) * k, first) < mpf(10) ** -16


@pytest.mark.parametrize(
    "point", [(3, "0.05", "0.5", -2), (2.5, 0, 1, "0.3"), ("1e12", "1e-3", 8, 2), (100, 50, -3, 2), (7, "0.5", 0, 0)]
)
def test_fewer_digits_are_the_first_of_more(point):
    assert off(selection_error_mp(*point, 12), selection_error_mp(*point, 20)) < mpf(10) ** -12


def test_fifty_digits_are_those_of_sixty():
    value = selection_error_mp("64.5", 2, "-1.25", "0.75", 50)
    assert off(value, selection_error_mp("64.5", 2, "-1.25", "0.75", 60)) < mpf(10) ** -50


def test_signs_together_do_not_matter():
    assert selection_error_mp(5, 0, "1.5", "0.5", 30) == selection_error_mp(5, 0, "-1.5", "-0.5", 30)
    assert selection_error_mp(5, 2, "1.5", "0.5", 20) == selection_error_mp(5, 2, "-1.5", "-0.5", 20)


def test_a_float_is_its_double_and_a_string_its_decimal():
    double, decimal = selection_error_mp(4, 0, 0.1, 2, 40), selection_error_mp(4, 0, "0.1", 2, 40)
    assert decimal == selection_error_mp(4, 0, Decimal("0.1"), 2, 40) == selection_error_mp(4, 0, Fraction(1, 10), 2, 40)
    slope = 2 * (mpf("0.1") + chosen_mean_mp(4, 2, 40))  # dF/dtau = 2 E(z+tau)
    assert off((double - decimal) / (mpf(0.1) - mpf("0.1")), slope) < mpf(10) ** -15


@pytest.mark.parametrize(("k", "rho"), [(2, "0.5"), ("3.5", 4), (1000, "-1e-9"), ("1e16", 40), ("1.001", "1e-3")])
def test_law_of_the_chosen_answer_fits_the_error(k, rho):
    """F = variance + (mean + tau)², and its derivative by tau gives the mean without the code under test."""
    mean, variance = chosen_mean_mp(k, rho, 20), chosen_variance_mp(k, rho, 20)
    high, low = (selection_error_mp(k, 0, tau, rho, 30) for tau in (1, -1))
    assert off(mean, (high - low) / 4) < mpf(10) ** -19
    assert off(variance + (mean + 1) ** 2, high) < mpf(10) ** -19


def test_law_of_the_chosen_answer_at_its_ends():
    assert chosen_mean_mp(1, 3) == 0
    assert chosen_mean_mp(50, 0) == 0
    assert off(chosen_variance_mp(1, 3, 30), mpf(1)) < mpf(10) ** -30
    assert off(chosen_density_mp("0.5", 1, 7, 40), mp.npdf(mpf("0.5"))) < mpf(10) ** -40


def test_density_of_the_chosen_answer():
    """At k = 2 it is 2 phi(z) P(|x| > |z + rho|); at k = 1e16 its peak sits at -rho with height k phi(rho)."""
    z, rho = mpf("0.3"), mpf("1.1")
    outside = mp.ncdf(-(z + rho) - rho) + 1 - mp.ncdf((z + rho) - rho)
    assert off(chosen_density_mp("0.3", 2, "1.1", 40), 2 * mp.npdf(z) * outside) < mpf(10) ** -40
    assert off(chosen_density_mp(-3, 10**16, 3, 40), mpf(10) ** 16 * mp.npdf(mpf(3))) < mpf(10) ** -40


@pytest.mark.parametrize("rho", ["0", "0.3", "-8", "40"])
@pytest.mark.parametrize("r", ["1e-40", "0.5", "7", "45", "90"])
def test_survival_at_both_ends(r, rho):
    """Against the same probabilities in 1500 digits, where no cancellation matters."""
    with mp.workdps(1500):
        a, b = mpf(r), abs(mpf(rho))
        outside = (mp.erfc((a - b) / mp.sqrt(2)) + mp.erfc((a + b) / mp.sqrt(2))) / 2
        logarithm = mp.log(outside)
    assert off(survival_mp(r, rho, 50), outside) < mpf(10) ** -50
    assert off(log_survival_mp(r, rho, 50), logarithm) < mpf(10) ** -50


def test_survival_below_zero_is_certain():
    assert survival_mp(-1, 2) == 1
    assert log_survival_mp(0, 2) == 0


@pytest.mark.parametrize("epsilon", [mpf(10) ** -9, -(mpf(10) ** -9)])
def test_a_wrong_inner_probability_is_noticed(monkeypatch, epsilon):
    """One part in 1e9 in a(v) alone, equal in both runs: the chosen answers' law no longer sums to 1."""
    right = _highprec_tail.Probabilities.inside
    monkeypatch.setattr(_highprec_tail.Probabilities, "inside", lambda self, r: right(self, r) * (1 + epsilon))
    monkeypatch.setattr(highprec, "_ROUNDS", 1)
    with pytest.raises(ValidationError, match="sums to 1"):
        selection_error_mp(3, "1e-3", 1, 1, 10)


def test_disagreement_raises_with_a_remedy(monkeypatch):
    monkeypatch.setattr(highprec, "noisy_selection", lambda k, *rest, centred: (mpf(1 + 1e-9 * centred), mpf(0), 1))
    with pytest.raises(ValidationError, match="fewer digits"):
        selection_error_mp(3, 1, 1, 1, 20)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("0.5", 1, 0, 0), "k must lie in"),
        ((2, -1, 0, 0), "t must lie in"),
        ((2, "1e-200", 0, 0), "t must be 0, inf or lie in"),
        ((float("nan"), 1, 0, 0), "k must be"),
        ((2, 1, "inf", 0), "tau must be"),
        ((2, 1, 0, "2e3"), "rho must lie in"),
        ((2, 1, 0, "x"), "rho must be"),
        ((2, 1, 0, 0, 0), "digits must be"),
        ((2, 1, 0, 0, 2.5), "digits must be"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(DomainError, match=message):
        selection_error_mp(*arguments)


def test_result_is_a_plain_mpf():
    assert isinstance(selection_error_mp(2, 0, 0, 0, 20), mpmath.mpf)
