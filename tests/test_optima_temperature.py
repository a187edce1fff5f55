"""The best temperature at every scale: its slope by three ways, two evaluators of the root, ends and exact zero."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from infscale_sym import selection_error
from infscale_sym.errors import DomainError
from infscale_sym.evaluate.dyadic import midpoint
from infscale_sym.theory.optima.values import exact as optima_exact
from infscale_sym.theory.optima.values._heat import temperature_slope
from infscale_sym.theory.optima.values._temperature import one_plus_twice
from infscale_sym.theory.optima.values.exact import optimal_temperature_mp
from infscale_sym.theory.optima.values.numeric import optimal_temperature
from infscale_sym.theory.selection.values import infinite_k
from infscale_sym.theory.selection.values.slopes import heat_tables, slope_tables
from infscale_sym.theory.zero_temperature.values import thermal_excess_mp

#: (k, tau, rho, t*): optimal_temperature_mp to 18 digits, 1 to 13 s each.
RECORDED = (
    (5, 0.499755859375, 1.0, "4.09939335242009720748e-190"),
    (5, 0.498046875, 1.0, "1.83001012295839183e-25"),
    (3, 0.484375, 1.0, "1.10822758471843363e-8"),
    (1e6, -0.5 - 2**-30, 0.5, "1.85151022134852923e-9"),
    (2, 0.75, 1.25, "0.000171977267091949777"),
    (2.5, -1.0, -1.5, "0.00139194841902477007"),
    (1.5, -0.75, -1.5, "0.0155461150448205851"),
    (4, 0.25, 1.0, "0.201500149401456462"),
    (20, -0.25, 1.25, "6.79345309678474369"),
    (5, -0.25 + 2**-20, 2.0, "1258292.19999353093"),
)


def exact_slope(k: float, t: float, tau: float, rho: float, digits: int = 18) -> mpmath.mpf:
    return midpoint(temperature_slope(*map(Fraction, (k, t, tau, rho)), digits)[0])


# The slope.


@pytest.mark.parametrize(("k", "t", "tau", "rho"), [(2.5, 40.0, -0.25, 1.25), (3, 0.25, 0.25, -1.0)])
def test_slope_is_that_of_the_general_evaluator(k: float, t: float, tau: float, rho: float) -> None:
    h = Fraction(1, 256)
    with mpmath.workdps(25):
        values = [selection_error.mp(k, Fraction(t) * (1 + n * h), tau, rho, digits=14) for n in (-2, -1, 1, 2)]
        difference = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / 12 * h.denominator
        assert abs(exact_slope(k, t, tau, rho, 14) / difference - 1) < 1e-8


@pytest.mark.parametrize("t", [Fraction(1, 200), Fraction(1, 10**9)])
def test_slope_is_that_of_the_cold_evaluator(t: Fraction) -> None:
    k, tau, rho, h = 3, Fraction(1, 4), Fraction(3, 4), Fraction(1, 256)
    values = [thermal_excess_mp(k, t * (1 + n * h), tau, rho, 14) for n in (-2, -1, 1, 2)]
    difference = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / 12 * h.denominator
    assert abs(midpoint(temperature_slope(Fraction(k), t, tau, rho, 14)[0]) / difference - 1) < 1e-8


def test_slope_is_that_of_the_softmax_covariance() -> None:
    """At t >= 1: dF/dt = J[z^2 + 2 rho z]/(2 t^2), on the mesh over scores that the best judge uses."""
    k, t, tau, rho = map(Fraction, (7, 3, "-0.4", "1.2"))

    def covariance(x):
        mesh = optima_exact._Mesh(*x, 25, 2.0)
        return optima_exact._lean(mesh, mesh.penalty)

    lean, error = map(midpoint, optima_exact._balls(25, (k, t, rho), covariance, k, t, tau, rho, raw=True))
    slope, other = map(midpoint, temperature_slope(k, t, tau, rho, 20))
    with mpmath.workdps(25):
        assert abs(slope / (lean / 6) - 1) < 1e-18
        assert abs(other / error - 1) < 1e-18


@pytest.mark.parametrize(("k", "rho"), [(1.2, 0.2), (3.0, -1.2), (1e7, 0.5), (40.0, 6.0)])
def test_tables_give_the_slope(k: float, rho: float) -> None:
    """With the first term and without it, where 1 + 2 rho (tau - rho) = 0 up to rounding; in both bases."""
    t = np.array([1e-12, 0.03, 2.0, 1e4])
    for heat, table in zip(t, heat_tables(t, rho, k, k), strict=True):
        for tau in (rho - 0.5 / rho, rho + 1):
            exact, drift = float(exact_slope(k, heat, tau, rho)), tau - rho
            (level,) = one_plus_twice(*(np.array([x]) for x in (rho, tau, -rho)))
            for bent, factor in ((True, level), (False, 1.0)):
                (p,), (q,) = table.slope_parts(np.array([k]), bent)
                size = abs(factor * p) + abs(2 * drift * q)
                assert (bent and heat > 1) or factor * p + 2 * drift * q == pytest.approx(exact, abs=2e-13 * size)


def test_tables_of_the_slope_in_k_are_as_good_in_the_cold() -> None:
    """x and the anchor agree to six digits there: their difference must not be taken from rounded values."""
    t, rho = np.array([1e-6, 1e-5]), np.array([4.0, -3.0])
    for heat, judge, table in zip(t, rho, slope_tables(t, rho, 2.0, 1e24), strict=True):
        exact = selection_error(20.0, heat, 0.5, judge)
        assert table.above_limit(np.array([20.0]), np.array(0.5 - judge)) + infinite_k(heat, 0.5, judge) == pytest.approx(
            exact, abs=1e-12
        )


# The root.


@pytest.mark.parametrize(("k", "tau", "rho", "recorded"), RECORDED)
def test_float64_has_the_error_that_is_stated(k: float, tau: float, rho: float, recorded: str) -> None:
    exact = float(recorded)
    close = 1e-13 * (10 + abs(math.log(exact)) + exact)
    both = np.array([1, -1])
    assert optimal_temperature(k, both * tau, both * rho) == pytest.approx([exact, exact], rel=close)


@pytest.mark.parametrize("at", [4, 8])
def test_recorded_values_are_those_of_the_evaluator(at: int) -> None:
    k, tau, rho, recorded = RECORDED[at]
    with mpmath.workdps(20):
        assert abs(optimal_temperature_mp(k, tau, rho, 12) / mpmath.mpf(recorded) - 1) < 1e-12


def test_many_at_once_are_the_same() -> None:
    at = [case for case in RECORDED if case[2] == 1.0]
    k, tau, _, recorded = zip(*at, strict=True)
    found = optimal_temperature(np.array(k)[:, None], np.array(tau), 1.0)
    assert np.diag(found) == pytest.approx([float(x) for x in recorded], rel=1e-10)


def test_what_is_too_cold_for_a_double() -> None:
    assert optimal_temperature(20, 0.5 - 2**-20, 1.0) == 0
    exact = optimal_temperature_mp(20, Fraction(1, 2) - Fraction(1, 2**20), 1, 6)
    # t* = exp(C - 2 M/|g|), g = -2^-19: only its logarithm is of a size to be compared.
    from infscale_sym.theory.zero_temperature.values import cold_pairs, zeta_slope

    constant = -1.5 - 6 * float(zeta_slope(2)) / math.pi**2
    assert float(mpmath.log(exact)) == pytest.approx(constant - 2**20 * float(cold_pairs(20, 0.5 - 2**-20, 1.0)), rel=1e-12)


def test_zero_exactly_up_to_the_line() -> None:
    for k in (1.5, 2, 7):
        assert optimal_temperature(k, 0.5, 1.0) == 0
        assert optimal_temperature_mp(k, "0.5", 1, 10) == 0
        assert 0 < optimal_temperature(k, 0.5 - 2**-6, 1.0) < 1e-2


def test_infinite_where_heat_always_helps_and_where_it_is_out_of_reach() -> None:
    assert optimal_temperature(5, -0.25, 2.0) == np.inf  # 1 + 2 rho tau = 0
    assert optimal_temperature(5, -0.25 + 2**-50, 2.0) == np.inf  # t* = 1e15
    assert 1e11 < optimal_temperature_mp(5, Fraction(-1, 4) + Fraction(1, 2**40), 2, 6) < 1e13
    assert optimal_temperature_mp(5, "-0.25", 2, 6) == mpmath.inf


def test_a_range_of_its_own() -> None:
    k, tau = np.array([2.0, 4.0, 20.0]), np.array([0.75, 0.25, -0.25])
    inside = optimal_temperature(k, tau, [1.25, 1.0, 1.25], between=(1e-2, 1.0))
    assert inside == pytest.approx([0.0, 0.201500149401456462, np.inf])
    for wrong in ((0.2, 0.9), (1.0, 0.1), (1e-9, 1e-7)):
        with pytest.raises(DomainError, match="two powers of ten"):
            optimal_temperature(2, 0.25, 1.0, between=wrong)


def test_what_is_left_of_one() -> None:
    rng = np.random.default_rng(3)
    rho = rng.uniform(0.1, 3, 200)
    tau = rho - 0.5 / rho * (1 + 10 ** rng.uniform(-16, -9, 200))
    exact = [float(1 + 2 * Fraction(r) * (Fraction(a) - Fraction(r))) for r, a in zip(rho, tau, strict=True)]
    assert one_plus_twice(rho, tau, -rho).tolist() == exact
