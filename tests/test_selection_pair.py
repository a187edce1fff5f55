"""The double sum at k = 2: large-temperature expansion, Gauss-Hermite in rotated coordinates, symmetry, errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from mpmath import mp, mpf

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.theory.selection.values.pair import selection_error_pair_mp

POINTS = [(1, 0, 0), (1, "0.5", "-0.7"), (2, "1.5", 1), ("3.25", -4, 2), (40, 2, 5)]


def rotated(t, tau, rho):
    """1 + tau^2 - E a (b + sqrt2 tau) tanh(a (b + sqrt2 rho)/(2 t)) with a, b = (z_1 -+ z_2)/sqrt2, by Gauss-Hermite."""
    t, tau, rho = float(t), float(tau), float(rho)
    x, w = np.polynomial.hermite_e.hermegauss(180)
    w = w / math.sqrt(2 * math.pi)
    a, b = x[:, None], x[None, :]
    gain = a * (b + math.sqrt(2) * tau) * np.tanh(a * (b + math.sqrt(2) * rho) / (2 * t))
    return 1 + tau**2 - float((w[:, None] * gain * w).sum())


@pytest.mark.parametrize("point", POINTS)
def test_rotated_coordinates(point):
    got = float(selection_error_pair_mp(2, *point, 15))
    assert got == pytest.approx(rotated(*point), rel=1e-9)


@pytest.mark.parametrize("point", POINTS[1:])
def test_another_temperature_is_caught(point):
    t, tau, rho = point
    got = float(selection_error_pair_mp(2, t, tau, rho, 15))
    assert got != pytest.approx(rotated(float(t) * (1 + 1e-6), tau, rho), rel=1e-9)


@pytest.mark.parametrize(("tau", "rho"), [(0, 0), (1, 2), (-3, "0.5"), (5, 5)])
def test_high_temperature(tau, rho):
    """tanh y = y - y^3/3 + ...: F_2 = 1 + tau^2 - (1 + 2 tau rho)/(2 t) + O(t^-3), to 25 digits at t = 1e10."""
    with mp.workdps(45):
        a, b, t = mpf(tau), mpf(rho), mpf(10) ** 10
        got = selection_error_pair_mp(2, t, tau, rho, 25)
        wanted = 1 + a**2 - (1 + 2 * a * b) / (2 * t)
        assert abs(got / wanted - 1) < mpf(10) ** -25
        assert abs(got / (1 + a**2) - 1) > mpf(10) ** -12  # the first correction is there


def test_nothing_is_chosen_at_endless_temperature():
    with mp.workdps(30):
        assert abs(selection_error_pair_mp("2", "1e40", 3, -2, 25) / 10 - 1) < mpf(10) ** -25


def test_only_the_relative_sign_matters():
    with mp.workdps(30):
        one, other = (selection_error_pair_mp(2, 2, sign * mpf("1.25"), sign * mpf("-0.5"), 20) for sign in (1, -1))
        assert abs(one / other - 1) < mpf(10) ** -20
        # and a judge on the other side does worse
        assert selection_error_pair_mp(2, 2, "1.25", "0.5", 20) < one


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((3, 1, 0, 0), "k = 2; got 3"),
        ((2, "0.99", 0, 0), "t >= 1 .* got t = 0.99"),
        ((2, 1, "5.5", 0), "tau = 5.5"),
        ((2, 1, 0, -6), "rho = -6"),
        ((2, 1, "far", 0), "got 'far'"),
        ((2, math.nan, 0, 0), "got nan"),
    ],
)
def test_bad_input_is_named(arguments, said):
    with pytest.raises(DomainError, match=said):
        selection_error_pair_mp(*arguments)


def test_it_says_when_the_meshes_differ():
    with pytest.raises(ValidationError, match="do not agree to 30 digits"):
        selection_error_pair_mp(2, 1, 5, -5, 30)


def test_infinite_temperature_is_refused():
    with pytest.raises(DomainError, match="t >= 1"):
        selection_error_pair_mp(2, "inf", 0, 0)
