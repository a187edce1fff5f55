"""The expansion in 1/t to every order: hand-computed cases, other computations, the rules and what they refuse, the legs."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from sympy import Abs, Rational, Symbol, expand, pi, series, sqrt, tanh

from infscale_sym import catalog
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.theory.high_temperature.draws import drawn_remainder, drawn_series
from infscale_sym.theory.high_temperature.figures import distances, growth_law, smallest_term, truncation
from infscale_sym.theory.high_temperature.formulas import FORMULAS, GROWTH, MANY_ANSWERS, TRUNCATION, TWO_ANSWERS
from infscale_sym.theory.high_temperature.large_orders import Enveloped, LargeOrder
from infscale_sym.theory.high_temperature.notation import (
    BernoulliNumber,
    CoefficientRatio,
    ExpansionCoefficient,
    Laguerre,
    TruncationError,
)
from infscale_sym.theory.high_temperature.polynomials import (
    bernoulli_number,
    bernoulli_number_arb,
    bernoulli_number_mp,
    laguerre,
    laguerre_arb,
    laguerre_mp,
)
from infscale_sym.theory.high_temperature.rules import (
    CoefficientsFromTheIntegral,
    ManyAnswers,
    RegisteredEquality,
    TaylorAtInfinity,
    coefficients_from_the_integral,
    same_rational,
)
from infscale_sym.theory.high_temperature.series import expansion_coefficients, expansion_partial_sum
from infscale_sym.theory.high_temperature.two_answers import EvenMoment, ShiftedMoments, TangentSeries, pair_integrals
from infscale_sym.theory.high_temperature.values import (
    coefficient_ratio,
    coefficient_ratio_mp,
    expansion_coefficient,
    expansion_coefficient_arb,
    expansion_coefficient_mp,
    expansion_coefficients_exact,
    truncation_error,
    truncation_error_arb,
    truncation_error_mp,
)
from infscale_sym.theory.selection.notation import SelectionError, j, k, rho, t, tau
from infscale_sym.theory.selection.values.numeric import selection_error_numpy
from infscale_sym.verify import digits, simulation

# The generator, by hand and in other ways.


def test_two_answers_at_zero_offsets_by_hand() -> None:
    """F_2 = 1 - E[u v tanh(u v/2t)], u, v normal; tanh x = x - x^3/3 + 2x^5/15 - 17x^7/315; E u^(2n) = 1, 3, 15, 105."""
    at = {k: 2, tau: 0, rho: 0}
    by_hand = [1, -Rational(1, 2), 0, Rational(9, 24), 0, -Rational(2 * 225, 15 * 32), 0, Rational(17 * 105**2, 315 * 128)]
    assert [a.subs(at) for a in expansion_coefficients(7)] == by_hand
    x = Symbol("x")
    assert series(tanh(x), x, 0, 8).removeO().coeff(x, 7) == -Rational(17, 315)


def test_generator_agrees_with_derivatives_of_the_integrand_and_with_the_cumulants() -> None:
    for made, found in zip(expansion_coefficients(6), coefficients_from_the_integral(6), strict=True):
        assert expand(made - found) == 0
    third = catalog.formula("hte.third.corrected").statement.rhs
    assert expand(expansion_partial_sum(3) - third) == 0


def test_generator_at_three_answers_against_division_of_series_with_enumerated_moments() -> None:
    """k = 3, tau = 1/2, rho = -1: Gauss-Hermite nodes take polynomial moments exactly, and the series are divided at each."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(8)  # exact to degree 15 in each draw: order 4 needs 10
    z = np.stack(np.meshgrid(nodes, nodes, nodes, indexing="ij")).reshape(3, -1)
    weight = np.prod(np.stack(np.meshgrid(weights, weights, weights, indexing="ij")), axis=0).ravel() / weights.sum() ** 3
    losses, penalties = (z + 0.5) ** 2, (z - 1) ** 2 / 2
    above = [(losses * (-penalties) ** n).mean(axis=0) / math.factorial(n) for n in range(5)]
    below = [((-penalties) ** n).mean(axis=0) / math.factorial(n) for n in range(5)]
    rows: list[np.ndarray] = []
    for n in range(5):
        rows.append(above[n] - sum(rows[m] * below[n - m] for m in range(n)))
    got = [float(row @ weight) for row in rows]
    wanted = [float(a.subs({k: 3, tau: Rational(1, 2), rho: -1})) for a in expansion_coefficients(4)]
    assert got == pytest.approx(wanted, rel=1e-11, abs=1e-11)


def test_one_answer_has_no_coefficients_and_two_no_even_ones() -> None:
    for n, a in enumerate(expansion_coefficients(8)[1:], start=1):
        assert a.subs(k, 1) == 0
        assert (expand(a.subs(k, 2)) == 0) == (n % 2 == 0)
    with pytest.raises(ValueError, match="0, 1, 2"):
        expansion_coefficients(-1)


def test_exact_numbers_are_the_generator_at_real_k() -> None:
    at = {k: Rational(7, 3), tau: Rational(1, 2), rho: -Rational(4, 5)}
    exact = expansion_coefficients_exact(8, Fraction(7, 3), "0.5", "-0.8")
    assert [Rational(int(a.p), int(a.q)) for a in exact] == [a.subs(at) for a in expansion_coefficients(8)]
    assert float(expansion_coefficient(3, 5, 1.0, 0.7)) == pytest.approx(0.272, abs=1e-12)
    assert expansion_coefficient([1, 2], 2, 0.0, 0.0).tolist() == [-0.5, 0.0]
    with mpmath.workdps(40):
        assert abs(expansion_coefficient_mp(3, 5, 1, "0.7", digits=40) - mpmath.mpf("0.272")) < mpmath.mpf(10) ** -39
    assert expansion_coefficient_arb(3, 2, 0, 0).contains(0.375)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: expansion_coefficients_exact(1.5, 2, 0, 0), "order must be a whole number from 0 to 300; got 1.5"),
        (lambda: expansion_coefficients_exact(301, 2, 0, 0), "got 301"),
        (lambda: expansion_coefficients_exact(3, 0.5, 0, 0), "k must be at least 1; got 0.5"),
        (lambda: truncation_error_mp(3, 2, 0, 0, 0), "t must be positive and finite; got 0"),
        (lambda: coefficient_ratio_mp(0, 0, 0), "j must be at least 1"),
        (lambda: coefficient_ratio_mp(1, -1, Fraction(1, 2)), "a_1 vanishes"),
        (lambda: growth_law(3, 1, 0, 0), "k must be at least 2; got 1"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        call()


# Two answers: closed form, quotients, growth.


def test_closed_form_against_the_integral_over_u() -> None:
    claim = catalog.formula("hte.coefficients-two-answers")
    for order in (0, 1, 4, 11):
        wanted = expansion_coefficient_mp(2 * order + 1, 2, "0.3", "-1.1", digits=45)
        with mpmath.workdps(45):
            assert abs(claim.rhs.mp("0.3", "-1.1", order, digits=40) / wanted - 1) < mpmath.mpf(10) ** -38
    assert float(claim.rhs.numpy(0.3, -1.1, 2)) == pytest.approx(float(expansion_coefficient(5, 2, 0.3, -1.1)), rel=1e-13)


def test_named_polynomials_and_numbers_in_three_arithmetics() -> None:
    assert laguerre(2, -0.5, -1.0) == pytest.approx(3 / 8 + 1.5 + 0.5)  # (a+1)(a+2)/2 - (a+2) x + x^2/2
    assert laguerre_mp(2, -0.5, -1) == mpmath.mpf("2.375")
    assert laguerre_arb(2, -0.5, -1).contains(2.375)
    assert Laguerre(2, -Rational(1, 2), -1).unfold() == Rational(19, 8)
    assert bernoulli_number([2, 4]) == pytest.approx([1 / 6, -1 / 30], rel=1e-14)
    with mpmath.workdps(40):
        assert abs(bernoulli_number_mp(12, digits=40) + mpmath.mpf(691) / 2730) < mpmath.mpf(10) ** -39
    assert bernoulli_number_arb(4).overlaps(-1 / bernoulli_number_arb(0) / 30)
    assert BernoulliNumber(4).unfold() == -Rational(1, 30)
    assert Laguerre(j, 0, rho).unfold() == Laguerre(j, 0, rho)
    assert BernoulliNumber(j).unfold() == BernoulliNumber(j)


def test_quotients_by_summation_are_those_of_the_exact_coefficients() -> None:
    exact = expansion_coefficients_exact(23, 2, "0.4", "1.2")
    for order in (1, 2, 11):
        wanted = -exact[2 * order + 1] / exact[2 * order - 1]
        with mpmath.workdps(40):
            quotient = coefficient_ratio_mp(order, "0.4", "1.2", digits=40)
            assert abs(quotient * int(wanted.q) / int(wanted.p) - 1) < mpmath.mpf(10) ** -38
    assert coefficient_ratio(2, [0.4], 1.2)[0] == pytest.approx(float(-exact[5].p) / float(exact[5].q) / float(exact[3]))


def test_growth_by_hand_without_offset() -> None:
    """rho = tau = 0: -a_(2j+1)/a_(2j-1) = ((2j+1)/pi)^2 (1 + O(9^-j))."""
    quotient = float(coefficient_ratio_mp(30, 0, 0, digits=20))
    assert quotient == pytest.approx((61 / math.pi) ** 2, rel=1e-14)
    # the registered law adds the offset: half a per cent of j^2 at j = 10^4, rho = 1/2, and right to j^-3/2
    law = catalog.formula("hte.coefficients-growth").rhs.numpy(1e4, 0.3, 0.5)
    exact = float(coefficient_ratio_mp(10**4, 0.3, 0.5, digits=20))
    assert abs(law / exact - 1) < 1e-6 < abs(1e8 * 4 / math.pi**2 / exact - 1)


def test_growth_law_for_more_answers() -> None:
    """One answer far out: the exact coefficients approach the law like 1/n; the wrong pole (k = 2's) does not fit."""
    for count in (3, 8):
        exact = expansion_coefficients_exact(90, count, 0, 0)
        gaps, wrong = [], []
        for n in (85, 88, 89, 90):
            law, size = growth_law(n, count, 0, 0)
            value = float(mpmath.mpf(int(exact[n].p)) / int(exact[n].q) / size)
            gaps.append(abs(value - float(law / size)))
            wrong.append(abs(value - math.cos((n + 1) * math.pi / 2)))
        assert max(gaps) < 0.02 < 0.3 < max(wrong)


# Truncation.


def test_partial_sums_of_two_answers_lie_on_both_sides() -> None:
    exact = selection_error_numpy(2, 3.0, 0.6, 0.6)
    a = expansion_coefficient(np.arange(12), 2, 0.6, 0.6)
    sums = np.cumsum(a * 3.0 ** -np.arange(12.0))[1::2]
    signs = np.sign(sums - exact)
    assert signs.tolist() == [-1.0, 1.0, -1.0, 1.0, -1.0, 1.0]
    left = truncation_error([1, 3], 2, 3.0, 0.6, 0.6)
    assert left == pytest.approx(np.abs(sums - exact)[:2], rel=1e-12)
    for order, value in zip((1, 3), left, strict=True):
        assert value < abs(a[order + 2]) * 3.0 ** -(order + 2)
        assert float(truncation_error_mp(order, 2, 3, 0.6, 0.6)) == pytest.approx(value, rel=1e-12)
        assert float(truncation_error_arb(order, 2, 3, 0.6, 0.6, digits=15).mid()) == pytest.approx(value, rel=1e-12)


def test_the_best_truncation_of_two_answers() -> None:
    for heat in (4, 8):
        errors = distances(2, heat, 30)
        order, size = smallest_term(2, heat)
        assert (order, size) == pytest.approx((math.pi * heat, 8 * heat * math.exp(-math.pi * heat)))
        assert abs(errors.argmin() - order) < 3
        assert errors.min() == pytest.approx(size / 2, rel=0.06)
    assert smallest_term(8, 4.0)[0] == pytest.approx(4 * math.hypot(math.pi, math.log(7)))


def test_the_figure_is_a_picture() -> None:
    assert truncation((3,), (2,), 8)._repr_png_().startswith(b"\x89PNG")


# The rules refuse what is false.


def test_rules_of_the_general_expansion() -> None:
    start = SelectionError(k, t, tau, rho)
    named = sum(ExpansionCoefficient(n, k, tau, rho) / t**n for n in range(3))
    for wrong in (named + 1 / t**3, named - ExpansionCoefficient(2, k, tau, rho) / t**2, 2 * named):
        with pytest.raises(DerivationError, match="Taylor polynomial"):
            TaylorAtInfinity(2).check(start, wrong)
    with pytest.raises(DerivationError, match="expands the selection error"):
        TaylorAtInfinity(2).check(named, named)
    assert CoefficientsFromTheIntegral().check(named, expansion_partial_sum(2)).kind == "symbolic"
    for before, wrong in ((named, expansion_partial_sum(2) + 1 / (k * t**2)), (start, start)):
        with pytest.raises(DerivationError):
            CoefficientsFromTheIntegral().check(before, wrong)
    many = ExpansionCoefficient(j + 1, k, tau, rho)
    for wrong in (MANY_ANSWERS.statement.rhs + 1, (-1) ** (j + 1) * (1 + 2 * rho * tau + (j + 1) * rho**2)):
        with pytest.raises(DerivationError, match="for many answers"):
            ManyAnswers().check(many, wrong)


def test_rules_of_two_answers() -> None:
    of_p, of_y = pair_integrals()
    start, end = ExpansionCoefficient(2 * j + 1, 2, tau, rho), TWO_ANSWERS.statement.rhs
    with pytest.raises(DerivationError, match="factor before the moments"):
        TangentSeries().check(start, BernoulliNumber(2 * j + 2) * of_p * of_y)
    with pytest.raises(DerivationError, match="the moment is"):
        EvenMoment().check(of_p * of_y, of_y)
    with pytest.raises(DerivationError, match="moments are not"):
        ShiftedMoments().check(of_y, end)
    with pytest.raises(DerivationError, match=r"hte\.coefficients-two-answers gives"):
        RegisteredEquality("hte.coefficients-two-answers").check(start, end.subs(rho, 2 * rho))
    quotient = RegisteredEquality("hte.coefficients-two-answers")
    before = CoefficientRatio(j, tau, rho).unfold()
    opened = -end / end.subs(j, j - 1)
    assert quotient.check(before, opened).kind == "symbolic"
    with pytest.raises(DerivationError, match="coefficient of j"):
        LargeOrder(CoefficientRatio(j, tau, rho)).check(opened, 4 / pi**2 * (j**2 + 2 * Abs(rho) * j * sqrt(j)))
    with pytest.raises(DerivationError, match="two registered coefficients"):
        LargeOrder(CoefficientRatio(j, tau, rho)).check(2 * opened, GROWTH.statement.rhs)
    for wrong in (TRUNCATION.statement.rhs / 2, TRUNCATION.statement.rhs.subs(j, j + 1)):
        with pytest.raises(DerivationError, match="first term left out"):
            Enveloped().check(TruncationError(2 * j + 1, 2, t, rho, rho), wrong)
    assert same_rational((1 + rho) ** 2 / (1 + rho), 1 + rho)
    assert not same_rational(rho, 1 + rho)


# The legs.


def test_digits_leg_holds_and_refutes_a_wrong_coefficient() -> None:
    for formula in (MANY_ANSWERS, TWO_ANSWERS, GROWTH):
        leg, caught = digits.check(formula, 15, quick=True)
        assert leg.agrees, formula.id
        assert "each caught at 1e-6" in caught


def test_simulated_coefficients_side_with_the_generator() -> None:
    mean, error = drawn_series(3, 6, 1.0, 0.7, 200_000, seed=11)
    for order in range(1, 7):
        right = float(expansion_coefficient(order, 3, 1.0, 0.7))
        assert abs(mean[order] - right) < 4 * error[order]
        assert abs(mean[order] - 1.2 * right) > 6 * error[order]
    left, error = drawn_remainder(1, 3.0, 0.5, 0.5, 200_000, seed=5)
    assert abs(abs(left) - float(truncation_error(1, 2, 3.0, 0.5, 0.5))) < 4 * error
    assert simulation.check(TRUNCATION, quick=True).agrees
    assert simulation.check(GROWTH, quick=True).agrees is None


def test_every_statement_has_a_derivation_script() -> None:
    assert {f.script for f in FORMULAS} == {"high_temperature_series"}
