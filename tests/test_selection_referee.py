"""The direct k-dimensional integration against the mpmath evaluator, with which it shares nothing."""

from __future__ import annotations

import math
from functools import cache

import pytest

from infscale_sym.errors import DomainError
from infscale_sym.theory.selection.values.highprec import selection_error_mp
from infscale_sym.theory.selection.values.referee import selection_error_direct

#: Two tests look at some points.
direct = cache(selection_error_direct)

POINTS = [
    (2, 0, 1.0, 1.0),
    (2, 0, -3.0, 20.0),
    (3, 0, 0.5, -2.0),
    (3, 0, 0.0, 0.0),
    (2, 0.05, 2.0, -3.0),
    (2, 0.2, 0.0, 6.0),
    (2, 1.0, 0.5, 0.7),
    (2, 30.0, -4.0, 2.0),
    (3, 0.25, 1.0, -1.5),
    (3, 1.0, 0.5, 0.7),
    (3, 1000.0, 3.0, -8.0),
]


@pytest.mark.parametrize("point", POINTS)
def test_definition_and_integral_form_agree(point):
    value, error = direct(*point)
    wanted = selection_error_mp(*point, 16)
    assert error < 1e-11 * value  # it knows that it has the digits
    assert abs(value - wanted) <= error


@pytest.mark.parametrize("point", [(2, 1e-3, 1.0, 1.0), (3, 0.02, 0.3, 2.0)])
def test_error_estimate_is_honest_where_the_mesh_does_not_suffice(point, monkeypatch):
    monkeypatch.setattr("infscale_sym.theory.selection.values.referee._BUDGET", 1_000_000)
    value, error = selection_error_direct(*point)
    assert abs(value - selection_error_mp(*point, 12)) <= error
    assert 1e-10 < error < 0.1


@pytest.mark.parametrize("point", [p for p in POINTS if p[1] in (1.0, 0.05)])
def test_a_perturbed_exponent_is_caught(point):
    """w with the exponent 2(1 + 1e-9) t in place of 2t is another temperature; the referee tells them apart."""
    k, t, tau, rho = point
    value, error = direct(*point)
    assert abs(value - selection_error_mp(k, t * (1 + 1e-9), tau, rho, 16)) > 5 * error


def test_infinite_temperature_and_closed_value():
    assert selection_error_direct(3, math.inf, 1.0, 5.0).value == pytest.approx(2.0, rel=1e-14)
    assert selection_error_direct(2, 0, 0, 0).value == pytest.approx(1 - 2 / math.pi, rel=1e-14)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((4, 1, 0, 0), "k must be 2 or 3"), ((2, -1, 0, 0), "t must lie"), ((2, 1, "a", 0), "tau"), ((2, 1, 0, 1e3), "rho")],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(DomainError, match=message):
        selection_error_direct(*arguments)
