"""Asked outside its domain, a side of a formula is an error that names the condition; inside it is the number."""

from __future__ import annotations

import flint
import numpy as np
import pytest
from sympy import Eq, Or, Symbol, true

from infscale_sym.catalog import formula, formulas
from infscale_sym.errors import DomainError, NotationError
from infscale_sym.evaluate.domain import branches, broken, inside
from infscale_sym.evaluate.points import points_in

LEADING, HARD, BOUND = (formula(id) for id in ("best-of-k.leading", "best-of-k.hard-task", "coverage.tail.bound"))
x, y = Symbol("x", real=True), Symbol("y", positive=True)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: HARD.rhs.numpy(5.0, 2.5), r"best-of-k.hard-task is stated for Theta < 2; got tau_k = 5, Theta = 2.5"),
        (lambda: HARD.rhs.numpy(5.0, 2), "Theta < 2; got"),  # the boundary itself
        (lambda: LEADING.rhs.numpy(-5, 1), "k > 0; got k = -5"),
        (lambda: LEADING.lhs.numpy(0, 1), "k > 0; got k = 0"),
        (lambda: LEADING.rhs.mp("-0.5", 1), "k > 0; got k = -0.5"),
        (lambda: LEADING.rhs.arb(-5, 1, digits=20), "k > 0; got k = -5"),
        (lambda: LEADING.rhs.arb(flint.arb(-2, 1), 1), "k > 0"),
        (lambda: LEADING.rhs.numpy(5), "takes 2 values, those of k, tau; got 1"),
        (lambda: LEADING.rhs.mp(5, 1, 1), "takes 2 values, those of k, tau; got 3"),
        (lambda: LEADING.rhs.numpy(np.nan, 1), "stated for numbers; got k = nan"),
        (lambda: LEADING.rhs.numpy([1.0, -2.0, -3.0], 0.5), r"k = -2, tau = 0.5, entry 1 \(2 of 3 entries are outside\)"),
        (lambda: LEADING.rhs.numpy([[1.0], [-2.0]], [0.5, 1.0]), r"entry \(1, 0\) \(2 of 4"),
        (lambda: LEADING.rhs.numpy(5, 1, on_outside="no"), "on_outside is 'raise' or 'nan'; got 'no'"),
        (lambda: BOUND.rhs.mp(3, 1, "1.5"), "b < 1; got k = 3, a = 1, b = 1.5"),
        (lambda: formula("hte.coefficients-two-answers").rhs.numpy(1.0, 1.0, 2.5), "j a whole number; got"),
    ],
)
def test_outside_is_an_error_that_names_the_condition(ask, said):
    with pytest.raises(DomainError, match=said):
        ask()


def test_nan_outside_where_it_is_asked_for():
    ks = np.array([1.0, -2.0, 3.0])
    got = LEADING.rhs.numpy(ks, 0.5, on_outside="nan")
    assert np.isnan(got).tolist() == [False, True, False]
    assert got[2] == LEADING.rhs.numpy(3.0, 0.5)
    assert np.isnan(HARD.rhs.numpy(5.0, 2.5, on_outside="nan"))


def test_a_ball_that_reaches_the_domain_is_not_refused():
    assert LEADING.rhs.arb(flint.arb(2, 1), 1, digits=20).is_finite()


@pytest.mark.parametrize("entry", [f for f in formulas() if f.domain != true], ids=lambda f: f.id)
def test_points_of_the_domain_are_inside_and_its_conditions_are_read(entry):
    for point in points_in(entry.symbols, entry.domain, 2, entry.check.near):
        assert broken(entry.domain, point) == ""
        assert bool(inside(entry.domain, {s: float(v) for s, v in point.items()}))
    assert all(one.said and one.gap.free_symbols for branch in branches(entry.domain) for one in branch)


def test_unions_and_what_is_no_inequality():
    domain = Or((x > 1) & (y < 2), x < -1)
    columns = {x: np.array([2.0, 2.0, -2.0, 0.0]), y: np.array([1.0, 3.0, 3.0, 1.0])}
    assert inside(domain, columns).tolist() == [True, False, True, False]
    assert broken(domain, {x: 0, y: 1}) in ("x > 1 or x < -1", "x < -1 or x > 1")
    assert broken(domain, {x: 2, y: 1}) == ""
    with pytest.raises(NotationError, match="a domain is made of inequalities"):
        branches(Eq(x, y))
