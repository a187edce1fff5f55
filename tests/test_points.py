"""Random points of a domain: both signs, the ranges that a symbol's assumptions allow, and what is said where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Symbol, sign, true

from infscale_sym.catalog import formula, formulas
from infscale_sym.errors import ValidationError
from infscale_sym.evaluate.points import between, inside, points_in
from infscale_sym.notation.relations import Equal
from infscale_sym.theory.selection.notation import k, rho, tau
from infscale_sym.verify.digits import check

b, n, p = Symbol("b", real=True), Symbol("n", integer=True, positive=True), Symbol("p", negative=True)


def test_a_symbol_that_can_have_both_signs_has_both():
    for count in (2, 3, 4):
        points = points_in([k, tau, rho, b], true, count)
        assert len(points) == count
        for symbol in (tau, rho, b):
            assert {point[symbol] > 0 for point in points} == {True, False}, symbol


def test_where_the_domain_leaves_one_sign_the_other_is_not_tried():
    assert all(point[b] < 0 for point in points_in([k, b], b < 0, 3))


def test_the_range_of_ones_own_symbol_follows_its_assumptions():
    assert [tuple(map(float, between(s))) for s in (b, n, p)] == [(-3, 3), (1, 8), (-3, -0.2)]
    assert all(point[n].denominator == 1 for point in points_in([n, b], true, 4))


def test_a_thin_domain_says_where_to_say_where_to_look():
    with pytest.raises(ValidationError, match=r"too thin .*SymbolEntry\(\.\.\., between=\.\.\.\).*Check\(near="):
        points_in([b], (b > 1) & (b < 1 + 10**-6), 2)


def test_a_claim_that_is_false_for_one_sign_is_refuted_where_it_is_false():
    true_one = formula("vote.mean")
    false = replace(true_one, id="test.one-sign", statement=Equal(true_one.statement.lhs, sign(tau) * true_one.statement.rhs))
    leg, _ = check(false, 20, quick=False)
    assert leg.agrees is False
    assert "tau = -" in leg.evidence


def test_most_of_the_claims_are_looked_at_on_both_sides():
    signed = [f for f in formulas() if tau in f.symbols and tau not in f.check.near and tau not in f.domain.free_symbols]
    assert len(signed) > 20
    for entry in signed:
        assert {point[tau] > 0 for point in points_in(entry.symbols, entry.domain, 2, entry.check.near)} == {True, False}


def test_what_is_whole_is_drawn_whole_and_the_end_of_a_closed_domain_belongs_to_it():
    growth = formula("hte.coefficients-growth")
    (j,) = (s for s in growth.symbols if s.is_integer)
    assert all(point[j].denominator == 1 for point in points_in(growth.symbols, growth.domain, 4, growth.check.near))
    assert inside(k >= 1, {k: 1})
    assert not inside(k > 1, {k: 1})
    assert inside((k < 1) | (k > 2), {k: 3})
    assert not inside(true, {k: -1}), "the symbol is positive"
