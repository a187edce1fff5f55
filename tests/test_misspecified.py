"""Best-of-k with a judge that is not the teacher: hand-computed cases, independent computations, negative controls."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import log_ndtr, ndtr
from sympy import expand, pi, simplify

from infscale_sym import selection_error
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.notation.operators import ArgMin
from infscale_sym.theory.best_of_k.series import best_of_k_coefficients
from infscale_sym.theory.misspecified.draws import record_curves, subset_curves
from infscale_sym.theory.misspecified.formulas import ALL_ORDERS, FAR, LEAST, NEAR, TIE
from infscale_sym.theory.misspecified.notation import DistanceIntegral, beyond, closeness
from infscale_sym.theory.misspecified.rules import DistanceByName, InsertEqual, LogGammaIntegrals
from infscale_sym.theory.misspecified.series import misspecified_coefficients
from infscale_sym.theory.misspecified.values import (
    answers_beyond_teacher,
    answers_beyond_teacher_mp,
    distance_integral,
    distance_integral_mp,
    least_error,
    least_error_mp,
)
from infscale_sym.theory.optima.values.exact import optimal_number_mp
from infscale_sym.theory.optima.values.frozen import frozen_optimal_number_mp
from infscale_sym.theory.optima.values.numeric import optimal_number
from infscale_sym.theory.selection.notation import SelectionError, k, rho, tau
from infscale_sym.verify import simulation


def test_one_answer_by_hand() -> None:
    """F_1 = 1 + tau^2, so the distance integral at k = 1 is 1 + tau^2 - (tau - rho)^2."""
    for teacher, judge in ((0.7, 1.2), (-1.0, 2.0), (2.0, 0.0)):
        wanted = 1 + teacher**2 - (teacher - judge) ** 2
        assert distance_integral(1, teacher, judge) == pytest.approx(wanted, rel=1e-12)
        assert abs(distance_integral_mp(1, teacher, judge, 20) - wanted) < 1e-13


def test_against_the_exact_error() -> None:
    for count, teacher, judge in ((3, 0.7, 1.2), (40, -1.1, 2.0), (7, 0.5, -0.9)):
        exact = selection_error(count, 0, teacher, judge) - (teacher - judge) ** 2
        assert distance_integral(count, teacher, judge) == pytest.approx(exact, rel=1e-11)
        assert float(distance_integral_mp(count, teacher, judge, 18)) == pytest.approx(exact, rel=1e-11)


def test_the_definition_by_quadrature() -> None:
    """k int (z + tau)^2 phi(z) S(|z + rho|)^(k-1) dz by scipy.quad, at moderate k."""
    count, teacher, judge = 5, 0.4, 1.3

    def integrand(z: float) -> float:
        r = abs(z + judge)
        inside = ndtr(judge - r) + ndtr(-judge - r)
        return count * (z + teacher) ** 2 * math.exp(-z * z / 2) / math.sqrt(2 * math.pi) * inside ** (count - 1)

    value = quad(integrand, -9, -judge, epsabs=1e-13)[0] + quad(integrand, -judge, 9, epsabs=1e-13)[0]
    assert distance_integral(count, teacher, judge) == pytest.approx(value - (teacher - judge) ** 2, rel=1e-9)


def test_series_with_the_teacher_as_judge_is_the_known_one() -> None:
    for old, new in zip(best_of_k_coefficients(8), misspecified_coefficients(8), strict=True):
        assert expand(new.subs(rho, tau) - old) == 0


def test_boundary_coefficients_by_hand() -> None:
    """On 1 + 2 rho D = 0 the orders 2 and 3 vanish, and the next two are in the ratio 1 : -10, as of 24/((k+1)...(k+4))."""
    second, third, fourth, fifth = (simplify(b.subs(tau, rho - 1 / (2 * rho))) for b in misspecified_coefficients(5))
    assert second == third == 0
    assert simplify(fifth + 10 * fourth) == 0
    assert simplify(TIE.statement.rhs - 1 / (4 * rho**2) - fourth / k**4) == 0


def test_series_against_the_exact_error_and_a_wrong_one() -> None:
    count, teacher, judge = 400, 0.5, 0.9
    exact = float(distance_integral_mp(count, teacher, judge, 25))
    at = {k: count, tau: Fraction(1, 2), rho: Fraction(9, 10)}
    claim = float((ALL_ORDERS.statement.rhs - (tau - rho) ** 2).subs(at))
    cut = float((ALL_ORDERS.statement.rhs.subs(pi, pi * (1 + Fraction(1, 10**6))) - (tau - rho) ** 2).subs(at))
    assert claim == pytest.approx(exact, rel=1e-8)
    assert abs(cut / exact - 1) > 1e-7


@pytest.mark.parametrize(("judge", "margin"), [(0.6, 0.01), (0.6, 0.3), (1.5, 0.05), (1.5, 1.0), (3.0, 0.4), (3.0, 3.0)])
def test_on_one_side_the_error_falls_at_every_k(judge: float, margin: float) -> None:
    teacher = judge + (margin - 1) / (2 * judge)
    count = np.logspace(0, 5, 120)
    gap = distance_integral(count, teacher, judge)
    assert (np.diff(gap) < 0).all()
    assert (gap > 0).all()
    assert optimal_number(0.0, teacher, judge) == math.inf


@pytest.mark.parametrize(("judge", "margin"), [(0.6, -0.05), (1.5, -0.3), (3.0, -2.0), (2.0, -6.0), (1.0, -9.0)])
def test_on_the_other_it_falls_then_rises_to_the_plateau_from_below(judge: float, margin: float) -> None:
    teacher = judge + (margin - 1) / (2 * judge)
    count = np.logspace(0, 5, 120)
    gap = distance_integral(count, teacher, judge)
    signs = np.sign(np.diff(gap))
    assert np.count_nonzero(np.diff(signs)) <= 1
    assert signs[-1] == 1
    assert gap[-1] < 0
    best = frozen_optimal_number_mp(teacher, judge, 12)
    assert float(best) == pytest.approx(optimal_number(0.0, teacher, judge), rel=1e-9)


def test_optimal_number_at_zero_temperature_through_the_public_name() -> None:
    assert optimal_number_mp(0, "0.5", "0.5", 15) == mpmath.inf
    assert optimal_number_mp(0, Fraction(1, 2), 1, 15) == mpmath.inf  # on the boundary
    assert optimal_number_mp(0, -1, "1.5", 15) == 1
    mirrored = optimal_number_mp(0, "-0.7", "-1.5", 15)
    assert abs(mirrored / optimal_number_mp(0, "0.7", "1.5", 15) - 1) < 1e-14


def test_near_the_boundary_the_constant_is_minus_four() -> None:
    for judge in (Fraction(6, 5),):
        close = 10**10
        exact = frozen_optimal_number_mp(judge - (1 + Fraction(1, close)) / (2 * judge), judge, 20)
        claim = NEAR.statement.rhs.subs({rho: judge, closeness: close}).evalf(25)
        assert abs(float(exact - mpmath.mpf(str(claim)))) < 1e-4
        assert abs(float(exact - mpmath.mpf(str(claim + 4)))) > 3.9


def test_far_law_against_records_computed_another_way() -> None:
    """min over N of E(M - tau)^2 with M the largest of k draws, by scipy.quad on the density of the maximum."""
    teacher = 5.0

    def error(share: float) -> float:
        count = share / ndtr(-teacher)

        def integrand(m: float) -> float:
            return (m - teacher) ** 2 * count * math.exp(-m * m / 2 + (count - 1) * log_ndtr(m)) / math.sqrt(2 * math.pi)

        return quad(integrand, 3.5, 9.0, epsabs=1e-12, epsrel=1e-10, limit=100)[0]

    number, value = float(answers_beyond_teacher_mp(5, 1, 10)), float(least_error_mp(5, 1, 10))
    assert error(number) == pytest.approx(value, rel=1e-7)
    assert min(error(0.98 * number), error(1.02 * number)) > error(number)
    assert answers_beyond_teacher(5.0, 1.0) == pytest.approx(number, rel=1e-8)
    assert least_error(5.0, 1.0) == pytest.approx(value, rel=1e-9)


def test_far_laws_and_a_wrong_constant() -> None:
    teacher = 200
    number, value = answers_beyond_teacher_mp(teacher, "0.3", 15), least_error_mp(teacher, "0.3", 15)
    claims = [float(f.statement.rhs.subs(tau, teacher).evalf(20)) for f in (FAR, LEAST)]
    assert abs(float(number) - claims[0]) * teacher**4 == pytest.approx(5.82, abs=0.05)
    assert abs(float(value) - claims[1]) * teacher**6 == pytest.approx(35.7, abs=0.3)
    assert abs(float(number) / (claims[0] / math.exp(-np.euler_gamma)) - 1) > 0.4


def test_simulated_records_have_their_least_error_where_the_law_says() -> None:
    shares = np.array([0.4, 0.561, 0.8])
    curve = record_curves(20.0, shares, 40_000, seed=4).mean(0)
    assert curve[1] < min(curve[0], curve[2])
    assert curve[1] == pytest.approx(math.pi**2 / 6, rel=0.03)


def test_curves_from_subsets_of_drawn_answers() -> None:
    """E r_k^2 and E r_k tanh(rho r_k) give the exact error; the best number drawn agrees, the one without the -4 does not."""
    counts = np.array([2, 5, 20])
    square, linear = subset_curves(1.0, counts, 60, 20_000, seed=3)
    for drift in (-0.6, 0.4):
        drawn = square + 2 * drift * linear
        error = drawn.std(axis=0, ddof=1) / math.sqrt(len(drawn))
        assert (np.abs(drawn.mean(axis=0) - distance_integral(counts, 1.0 + drift, 1.0)) < 4.5 * error).all()
    assert simulation.check(NEAR, quick=True).agrees
    wrong = dataclasses.replace(NEAR, statement=NEAR.statement.with_rhs(NEAR.statement.rhs + 4))
    assert simulation.check(wrong, quick=True).agrees is False


def test_rules_refuse_what_does_not_follow() -> None:
    error, named = SelectionError(k, 0, tau, rho), (tau - rho) ** 2 + DistanceIntegral(k, tau, rho)
    rule = InsertEqual("best-of-k.misspecified.distance")
    assert rule.check(error, named).kind == "symbolic"
    with pytest.raises(DerivationError):
        rule.check(error, 2 * named)
    with pytest.raises(DerivationError):
        DistanceByName().check(named, named)
    with pytest.raises(DerivationError):
        LogGammaIntegrals().check(ArgMin(beyond, beyond), ArgMin(2 * beyond, beyond))


def test_domain_errors() -> None:
    with pytest.raises(DomainError, match="tau must be positive"):
        answers_beyond_teacher(-1.0, 0.5)
    with pytest.raises(DomainError, match="positive"):
        answers_beyond_teacher_mp(1, -1)
    with pytest.raises(DomainError, match="at least 1"):
        distance_integral_mp("0.5", 1, 1, 10)
