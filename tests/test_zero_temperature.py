"""T = 0 at finite k: the boundary that does not move with k, and what a small t costs (`temperature.zero.*`)."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from sympy import Rational, log, pi

from infscale_sym.catalog import formula
from infscale_sym.derive import Derivation
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.theory.optima.values import numeric as optima
from infscale_sym.theory.optima.values.enclosure import slope_at_zero
from infscale_sym.theory.scaling.chebyshev_sum import error, mean_error
from infscale_sym.theory.selection.notation import SelectionError, k, rho, t, tau
from infscale_sym.theory.selection.values.enclosure import selection_error_arb
from infscale_sym.theory.selection.values.numeric import selection_error_numpy
from infscale_sym.theory.zero_temperature.draws import drawn_excess
from infscale_sym.theory.zero_temperature.formulas import APPROACH
from infscale_sym.theory.zero_temperature.notation import ColdPairs, coldness
from infscale_sym.theory.zero_temperature.rules import (
    DropHeating,
    FermiIntegrals,
    Fluctuations,
    LogarithmOfPairs,
    SignsInPairs,
    fermi_integral,
    float_value,
    heating,
    two_answers,
)
from infscale_sym.theory.zero_temperature.values import (
    cold_pairs,
    cold_pairs_mp,
    thermal_excess,
    thermal_excess_mp,
    zeta_slope,
    zeta_slope_mp,
)


@pytest.mark.parametrize("id", ["temperature.zero.boundary", "temperature.zero.approach"])
def test_formulas_verify(id: str) -> None:
    verdict = formula(id).verdict(quick=True, digits=30)
    assert verdict.as_expected, verdict
    assert all(leg.agrees for leg in verdict.legs)
    assert verdict.leg("derivation").summary == ("proved" if id.endswith("boundary") else "derived (3 symbolic, 2 numeric)")


# Quantities.


def test_cold_evaluator_against_ball_arithmetic() -> None:
    for t_, tau_, rho_ in ((Fraction(1, 100), 1, Fraction(1, 2)), (Fraction(1, 10**3), Fraction(-2, 5), Fraction(-6, 5))):
        warm, frozen = (selection_error_arb(3, heat, tau_, rho_, digits=15) for heat in (t_, 0))
        exact = warm - frozen
        got = thermal_excess_mp(3, t_, tau_, rho_, 8)
        assert abs(float(got) / float(exact.mid()) - 1) < 1e-8
        assert float(thermal_excess(3, float(t_), float(tau_), float(rho_))) == pytest.approx(float(got), rel=1e-6)


def test_cold_evaluator_at_one_in_a_million_from_the_general_one() -> None:
    # selection_error_mp to 50 digits at t = 1e-6 and 1e-10, minus its value at 0 (six seconds each: recorded)
    assert mpmath.nstr(thermal_excess_mp(3, "1e-6", 1, "0.5", 12), 10) == "4.515061725e-11"
    assert mpmath.nstr(thermal_excess_mp("4.5", "1e-10", "0.25", "1.25", 12), 10) == "-5.456402105e-19"


def test_symmetry_and_ranges() -> None:
    assert thermal_excess_mp(3, "1e-5", 1, "0.5", 10) == thermal_excess_mp(3, "1e-5", -1, "-0.5", 10)
    with pytest.raises(DomainError, match="subtract two values of selection_error"):
        thermal_excess_mp(3, "0.5", 1, 1)
    with pytest.raises(DomainError, match="k must lie in"):
        cold_pairs_mp(1, 0, 0)


def test_pairs_in_closed_form() -> None:
    """k = 2, tau = rho: M = int exp(-r^2) sinh^2(rho r) dr/r = sum_n rho^(2n) (n-1)! 2^(2n) /(4 (2n)!)."""
    judge = 0.8
    series = sum(judge ** (2 * n) * math.factorial(n - 1) * 4.0**n / (4 * math.factorial(2 * n)) for n in range(1, 40))
    assert float(cold_pairs(2, judge, judge)) == pytest.approx(series, rel=1e-13)
    assert float(cold_pairs_mp(2, "0.8", "0.8", 30)) == pytest.approx(series, rel=1e-14)
    some = cold_pairs(np.array([2.0, 3.5, 40.0]), 0.3, np.array([[-1.2], [0.0], [2.5]]))
    assert some.shape == (3, 3)
    for row, judge_ in zip(some, (Fraction(-6, 5), 0, Fraction(5, 2)), strict=True):
        for value, count in zip(row, (2, Fraction(7, 2), 40), strict=True):
            assert value == pytest.approx(float(cold_pairs_mp(count, Fraction(3, 10), judge_, 20)), rel=1e-12, abs=1e-13)


def test_zeta_slope() -> None:
    assert float(zeta_slope(2)) == pytest.approx(-0.9375482543158437, rel=1e-14)
    direct = -math.fsum(math.log(n) / n**6 for n in range(2, 4000))
    assert float(zeta_slope_mp(6, 20)) == pytest.approx(direct, rel=1e-14)


# The boundary.


@pytest.mark.parametrize("count", [2, 5, 50])
def test_the_line_is_the_same_for_every_k(count: int) -> None:
    judge = 1.2
    edge = judge - 1 / (2 * judge)
    heats = np.geomspace(1e-3, 1e3, 60)
    for teacher, least in ((edge + 0.02, 0.0), (edge, 0.0), (edge - 0.3, -np.inf)):
        rise = selection_error_numpy(count, heats, teacher, judge) - selection_error_numpy(count, 0.0, teacher, judge)
        assert rise.min() >= least - 1e-15 or least < 0
        if least < 0:
            assert rise.min() < -1e-4  # negative control: beyond the line some heat helps
        else:
            assert np.all(np.diff(rise) > 0)  # and before it the error rises all the way
    assert optima.optimal_temperature(count, edge + 0.02, judge) == 0
    assert optima.optimal_temperature(count, edge - 0.3, judge) > 0


def test_on_the_line_the_constant_is_positive() -> None:
    for count, judge in ((2, 0.7), (3.5, 1.2), (20, -2.0)):
        assert cold_pairs(count, judge - 1 / (2 * judge), judge) > 0


def test_coefficient_agrees_with_the_certificate() -> None:
    ours = APPROACH.statement.rhs.subs({k: 5, tau: Rational(3, 10), rho: 1}) * coldness**2
    leading = ours.expand().coeff(log(coldness))
    assert float(leading) == pytest.approx(float(slope_at_zero(5, "0.3", 1).mid()), rel=1e-14)


def test_exponentially_small_optimum() -> None:
    """Just beyond the line: t* = exp(c - 1/2 - 2M/|g|), c = -1 - zeta'(2)/zeta(2), up to its own square root."""
    judge, level, count = 1.2, -0.0625, 2
    teacher = judge + (level - 1) / (2 * judge)
    c = -1 - 6 * float(zeta_slope(2)) / math.pi**2
    law = math.exp(c - 0.5 + 2 * float(cold_pairs(count, teacher, judge)) / level)
    assert law < 1e-12
    assert float(optima.optimal_temperature(count, teacher, judge)) == pytest.approx(law, rel=4 * count * math.sqrt(law))


def test_optimal_temperature_at_the_edge_of_a_panel() -> None:
    # optimal_temperature_mp(2, "-0.4", "1.2", 14); it lies a thousandth below the panel's end t = 10
    assert float(optima.optimal_temperature(2, -0.4, 1.2)) == pytest.approx(9.988890938787227, rel=1e-10)


# Derivations: what must be refused.


def test_rules_refuse_what_does_not_follow() -> None:
    start = SelectionError(k, 0, tau, rho)
    with pytest.raises(DerivationError, match="the slope integrated"):
        Fluctuations().check(start, SelectionError(k, t, tau, rho) + heating(error, t))
    with pytest.raises(DerivationError, match="only the errors"):
        SignsInPairs().check(
            SelectionError(k, t, tau, rho) - heating(error, t), SelectionError(k, t, tau, rho) - heating(error, t)
        )
    with pytest.raises(DerivationError, match="exactly the integral"):
        DropHeating().check(SelectionError(k, t, tau, rho) + heating(mean_error, t), SelectionError(k, t, tau, rho))
    with pytest.raises(DerivationError, match="do not add up"):
        LogarithmOfPairs().check(two_answers(), fermi_integral().subs(ColdPairs(k, tau, rho), 2 * ColdPairs(k, tau, rho)))
    with pytest.raises(DerivationError, match="do not give the claim"):
        FermiIntegrals().check(fermi_integral(), APPROACH.statement.rhs + pi / coldness**2)
    derivation = Derivation("temperature.zero.boundary", start)
    derivation.claim(SelectionError(k, t, tau, rho) - heating(error, t), Fluctuations(), "slope")
    with pytest.raises(DerivationError, match="ends in"):
        derivation.conclude()


def test_two_answers_are_a_pair() -> None:
    """At k = 2 the integral over pairs is exact."""
    pairs = float_value(two_answers())
    for beta, teacher, judge in ((10.0, 0.4, 1.2), (50.0, -1.0, 0.6)):
        assert pairs(2, teacher, judge, beta) == pytest.approx(float(thermal_excess(2, 1 / beta, teacher, judge)), rel=1e-10)


def test_draws_see_the_excess() -> None:
    for fold in (False, True):
        mean, spread = drawn_excess(3, (0.1, 1.0), 0.7, 0.4, 60_000, 5, fold=fold)
        exact = thermal_excess(3, np.array([0.1, 1.0]), 0.7, 0.4)
        assert np.all(np.abs(mean - exact) < 4 * spread)
        assert np.all(mean > 6 * spread)
