"""The best number of answers, temperature and judge: hand cases, dense grids as referee, two evaluators, negative controls."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from sympy import Integer

from infscale_sym import catalog, selection_error
from infscale_sym.derive import Derivation
from infscale_sym.derive.rules import Unfold
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.notation.operators import ArgMin
from infscale_sym.theory.optima.notation import OptimalNumber, hardness, vartheta
from infscale_sym.theory.optima.rules import LeadingTerm, MeasureIn, StationaryPoint
from infscale_sym.theory.optima.values.exact import (
    critical_temperature_mp,
    inverse_coefficient_mp,
    optimal_judge_mp,
    optimal_number_mp,
    optimal_temperature_mp,
)
from infscale_sym.theory.optima.values.numeric import critical_temperature, optimal_judge, optimal_number, optimal_temperature
from infscale_sym.theory.selection.notation import SelectionError, k, rho, y
from infscale_sym.theory.selection.values import infinite_k
from infscale_sym.theory.selection.values.slopes import slope_tables

RNG_SEED = 12


# Slopes.


def test_tables_give_the_error_and_its_slope():
    rng = np.random.default_rng(RNG_SEED)
    t = np.concatenate((np.zeros(6), 10 ** rng.uniform(-3, 4, 24)))
    rho_, tau_ = rng.uniform(-3, 3, t.size), rng.uniform(-2, 2, t.size)
    counts, h = np.array([1.5, 3.0, 20.0, 1e3]), 1e-3
    for i, table in enumerate(slope_tables(t, rho_, 1.0, 1e24)):
        at = (t[i], tau_[i], rho_[i])
        drift = np.array(tau_[i] - rho_[i])
        exact = selection_error(counts, *at)
        assert table.above_limit(counts, drift) + infinite_k(*at) == pytest.approx(exact, rel=1e-11)
        p, q = table.slope_parts(counts)
        e = [selection_error(counts * math.exp(n * h), *at) for n in (-2, -1, 1, 2)]
        difference = (e[0] - 8 * e[1] + 8 * e[2] - e[3]) / (12 * h)
        assert p + 2 * drift * q == pytest.approx(difference, abs=3e-11 * exact.max())


# The best number of answers.


def test_judge_is_teacher_never_stops():
    t = np.array([0, 0.01, 1, 100.0])
    assert (optimal_number(t, 0.7, 0.7) == np.inf).all()


def test_a_judge_on_the_other_side_makes_one_answer_best():
    assert optimal_number(0.0, 1.0, -2.0) == 1
    assert optimal_number(np.inf, 1.0, -2.0) == 1


def test_whole_numbers_against_every_number_up_to_400():
    rng = np.random.default_rng(RNG_SEED)
    n = 60
    t = np.where(rng.random(n) < 0.2, 0, 10 ** rng.uniform(-3, 2, n))
    tau_, rho_ = rng.uniform(-2, 2, n), rng.uniform(-3, 3, n)
    best = optimal_number(t, tau_, rho_, integer=True)
    counts = np.unique(np.round(np.concatenate((np.arange(1, 400), np.logspace(2.6, 12, 60)))))
    finite = 0
    for i in range(n):
        values = selection_error(counts, t[i], tau_[i], rho_[i])
        own = infinite_k(t[i], tau_[i], rho_[i]) if np.isinf(best[i]) else selection_error(best[i], t[i], tau_[i], rho_[i])
        assert own <= values.min() * (1 + 1e-13)
        if 1 < best[i] < 399:
            finite += 1
            assert best[i] == counts[values.argmin()]
    assert finite > 5


@pytest.mark.parametrize("point", [("30", "-0.4", "1.2"), ("5", "0.4", "-0.9"), ("20", "-0.45", "1")])
def test_number_two_evaluators(point):
    exact = optimal_number_mp(*point, 14)
    assert 1 < exact < 100
    fast = optimal_number(*(float(x) for x in point))
    assert fast == pytest.approx(float(exact), rel=1e-10)
    t, tau_, rho_ = point
    with mpmath.workdps(30):  # a rise on either side, by the evaluator of F
        low, middle, high = (selection_error.mp(exact * f, t, tau_, rho_, digits=12) for f in (0.99, 1, 1.01))
    assert middle < low
    assert middle < high


# The best temperature.


def test_temperature_never_cools_where_the_judge_misleads():
    # C1 = 1 + 2 rho tau <= 0: the infinite-k optimum is the uniform choice, and no finite k changes that here.
    assert optimal_temperature(1000, -1.0, 0.5) == np.inf
    assert optimal_temperature(1000, -1.0, 1.0) == np.inf
    assert optimal_temperature_mp(1000, -1, 1, 15) == mpmath.inf


def test_temperature_at_infinite_k():
    # F_oo is a parabola in v = 1/(1+t): t* = 2 rho^2/(1 + 2 rho tau) - 1, and 0 where that is negative.
    tau_, rho_ = -0.3, 1.1
    assert optimal_temperature(1e10, tau_, rho_) == pytest.approx(2 * rho_**2 / (1 + 2 * rho_ * tau_) - 1, rel=1e-6)
    assert optimal_temperature(50, 0.4, 0.4) == 0


def test_two_answers():
    # k = 2, by hand: F - F_1 = -(1/h)/(2t) + C3/(4t^3), C3 = 2 rho^2, so t* = rho sqrt(3h), not of the order h.
    h, rho_ = 1e5, 1.2
    assert optimal_temperature(2, (1 / h - 1) / (2 * rho_), rho_) == pytest.approx(rho_ * math.sqrt(3 * h), rel=5e-3)
    assert np.isinf(optimal_temperature(1, 0.3, 0.5))


def test_temperature_against_a_grid():
    rng = np.random.default_rng(RNG_SEED)
    count, tau_, rho_ = np.array([2, 3, 5, 9, 40]), rng.uniform(-1.2, 1.2, 5), 1.3
    best = optimal_temperature(count, tau_, rho_)
    t = np.concatenate(([0], np.logspace(-6, 6, 900), [np.inf]))
    for n, a, own in zip(count, tau_, best, strict=True):
        assert selection_error(n, own, a, rho_) <= selection_error(n, t, a, rho_).min() * (1 + 1e-14)


def test_temperature_two_evaluators():
    assert optimal_temperature(5, -0.4, 1.2) == pytest.approx(float(optimal_temperature_mp(5, "-0.4", "1.2", 14)), rel=1e-9)


# The best judge.


def test_judge_by_hand():
    assert optimal_judge(7, 0, [0.3, -1.2]) == pytest.approx([0.3, -1.2])  # nothing beats the teacher's own choice
    assert optimal_judge(7, 1.0, 0.0) == 0
    assert optimal_judge(1e10, 2.0, 0.4) == pytest.approx(0.4 * 3, rel=1e-6)  # tau (1 + t) as k -> oo
    assert optimal_judge(3, 5.0, -4.0) == -np.inf  # far out: always the lowest answer
    assert np.isnan(optimal_judge(1, 1.0, 0.5))


def test_judge_against_a_grid_and_the_other_evaluator():
    grid = np.linspace(-40, 40, 4001)
    count, t, tau_ = np.array([3, 6, 20]), 4.0, np.array([0.2, -0.5, 0.9])
    best = optimal_judge(count, t, tau_)
    for n, a, own in zip(count, tau_, best, strict=True):
        assert selection_error(n, t, a, own) <= selection_error(n, t, a, grid).min() * (1 + 1e-14)
    assert best[1] == pytest.approx(float(optimal_judge_mp(6, 4, -0.5, 12)), rel=1e-8)


# The critical temperature.


def test_critical_temperature_by_hand():
    # tau = -1/2, rho = 1: gain 0, so it rises at every t; rho = tau: 1 + 2 rho^2 >= 2 rho^2, it never does.
    assert critical_temperature(-0.5, 1.0) == np.inf
    assert critical_temperature(0.8, 0.8) == 0
    assert critical_temperature(0.3, 0.0) == 0
    # tau = -1/4, rho = 1: (1+t)(2+t)/2 = 4 + 3t, t^2 - 3t - 6 = 0.
    assert critical_temperature(-0.25, 1.0) == pytest.approx((3 + math.sqrt(33)) / 2, rel=1e-14)


def test_critical_temperature_from_huge_k():
    with mpmath.workdps(30):
        exact = critical_temperature_mp("-0.25", 1, 20)
        assert abs(exact - (3 + mpmath.sqrt(33)) / 2) < mpmath.mpf(10) ** -18
    assert critical_temperature_mp("0.8", "0.8", 15) == 0
    assert critical_temperature_mp("-0.5", 1, 15) == mpmath.inf


def test_coefficient_at_the_critical_temperature_changes_sign():
    at = critical_temperature(-0.25, 1.0)
    assert inverse_coefficient_mp(0.99 * at, "-0.25", 1, 20) < 0 < inverse_coefficient_mp(1.01 * at, "-0.25", 1, 20)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: optimal_number(-1, 0, 0), "t must lie"),
        (lambda: optimal_number(1, 50, 0), "tau must lie"),
        (lambda: optimal_temperature(0.5, 0, 0), "k must lie"),
        (lambda: optimal_judge(3, np.inf, 0), "t must be finite"),
        (lambda: optimal_number_mp("0.1", 0, 0), "t must lie"),
        (lambda: optimal_temperature_mp(1, 0, 0), "k must lie"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(DomainError, match=said):
        call()


# The statements: derivation and simulation refuse what is false.

_DULL = (1 / hardness - 1) / (2 * rho)
_SOME = {rho: (Fraction(6, 5),), vartheta: (Fraction(1, 2),), k: (Fraction(4),)}


def _begun() -> Derivation:
    warm = 3 * vartheta * rho**2 * hardness
    derivation = Derivation("finite-k.optimum.corrected", OptimalNumber(warm, _DULL, rho))
    derivation.claim(ArgMin(SelectionError(k, warm, _DULL, rho), k), Unfold(OptimalNumber), "definition")
    return derivation


def test_a_wrong_leading_term_or_order_is_refused():
    leading = -(1 - 1 / k) / (3 * vartheta * rho**2) + (1 - 1 / k) * (1 - 2 / k) / (9 * vartheta**2 * rho**2)
    expand = LeadingTerm("hte.second", hardness, hardness**-2, hardness**-3, _SOME)
    with pytest.raises(DerivationError, match="not the leading term"):
        _begun().claim(ArgMin(leading * Fraction(11, 10), k), expand, "false")
    with pytest.raises(DerivationError, match="not the leading term"):
        _begun().claim(ArgMin(leading + 1 / (100 * k), k), expand, "false")
    wrong = LeadingTerm("hte.second", hardness, hardness**-2, hardness**-4, _SOME)
    with pytest.raises(DerivationError):
        _begun().claim(ArgMin(leading, k), wrong, "a remainder too small")


def test_a_wrong_stationary_point_is_refused():
    derivation = _begun()
    rule = StationaryPoint(derivation.start, hardness, 1 / hardness, _SOME)
    upside_down = ArgMin((1 - 1 / k) * (1 / k - Fraction(1, 3)), k)
    with pytest.raises(DerivationError, match="the stationary point is"):
        rule.check(ArgMin((1 / k - Fraction(1, 2)) ** 2, k), Integer(3))
    with pytest.raises(DerivationError, match="no minimum"):
        rule.check(upside_down, Integer(3) / 2)
    with pytest.raises(DerivationError, match="no positive unit"):
        MeasureIn(y, -hardness).check(ArgMin(k**2, k), -hardness * ArgMin(hardness**2 * y**2, y))


def test_simulation_refutes_the_printed_numbers():
    legs = {
        id: catalog.formula(id).simulate(quick=True)
        for id in ("finite-k.optimum.printed", "finite-k.optimum.printed.temperature", "finite-k.optimum.corrected")
    }
    assert [leg.agrees for leg in legs.values()] == [False, False, True]


def test_digits_refute_a_threshold_with_another_constant():
    from infscale_sym.verify import digits

    true = catalog.formula("finite-k.threshold")
    false = dataclasses.replace(true, statement=true.statement.with_rhs(true.statement.rhs * Fraction(4, 3)))
    assert digits.check(false, 15, quick=True)[0].agrees is False
