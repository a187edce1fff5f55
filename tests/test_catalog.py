"""The registry as a user meets it: look-up, near misses, both sides as functions of numbers, LaTeX, verdict, derivation."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from fractions import Fraction

import flint
import numpy as np
import pytest
from mpmath import mp, mpf

import infscale_sym
from infscale_sym.catalog import formula, formulas
from infscale_sym.errors import InfscaleError, UnknownFormula
from infscale_sym.notation.formula import Expected


def test_every_formula_is_found_by_its_id():
    entries = formulas()
    ids = [entry.id for entry in entries]
    assert len(set(ids)) == len(ids) >= 15
    assert ids[0] == "selection.integral"  # reading order: the quantity before what is claimed about it
    for entry in entries:
        assert formula(entry.id) == entry
        assert entry.expected in set(Expected)
        assert entry.title.strip() == entry.title != ""
        assert set(entry.symbols) == entry.statement.free_symbols
    assert infscale_sym.formula("ridge.bare").id == "ridge.bare"


def test_printed_and_corrected_name_each_other():
    for entry in formulas():
        if entry.partner:
            partner = formula(entry.partner)
            assert partner.partner == entry.id
            assert {entry.id.rsplit(".", 1)[1], partner.id.rsplit(".", 1)[1]} == {"printed", "corrected"}
    assert formula("best-of-k.averaged.printed").expected == "refuted"
    assert formula("best-of-k.averaged.corrected").expected == "holds in the limit"


def test_a_near_miss_is_told_the_nearest_ids():
    with pytest.raises(UnknownFormula, match=r"no formula has the id 'ridge\.bar'; the nearest are ridge\.bare") as caught:
        formula("ridge.bar")
    assert isinstance(caught.value, (InfscaleError, LookupError))
    assert "infscale list" in str(caught.value)


@pytest.mark.parametrize("id", ["zzzzzz", "", "???"])
def test_nothing_near_means_no_hint(id):
    with pytest.raises(UnknownFormula, match=f"no formula has the id {id!r}".replace("?", "[?]")) as caught:
        formula(id)
    assert "nearest" not in str(caught.value)


def test_one_answer_on_both_sides():
    single = formula("selection.single-answer")
    assert [str(s) for s in single.symbols] == ["t", "tau", "rho"]
    tau = np.array([0.0, -1.5, 3.0])
    for side in (single.lhs, single.rhs):
        assert np.asarray(side.numpy(0.5, tau, 2.0)) == pytest.approx([1, 3.25, 10], rel=1e-14)
        with mp.workdps(50):
            assert abs(side.mp(20, "0.1", 2, digits=12) - mpf("1.01")) < mpf(10) ** -12
    with flint.ctx.workprec(300):
        assert single.rhs.arb("0.5", "0.1", 2, digits=30).contains(flint.arb(flint.fmpq(101, 100)))


def test_a_golden_ridge_in_three_arithmetics():
    """lambda = alpha = Sigma = 1: kappa^2 = kappa + 1."""
    entry = formula("ridge.isotropic")
    with mp.workdps(60):
        golden = (1 + mp.sqrt(5)) / 2
        digits = mp.nstr(golden, 50)
        for side in (entry.lhs, entry.rhs):
            assert float(side.numpy(1.0, 1.0, 1.0)) == pytest.approx(float(golden), rel=1e-15)
            assert abs(side.mp(1, "1", Fraction(1), digits=40) - golden) < mpf(10) ** -40
            ball = side.arb(1, 1, 1, digits=40)
            with flint.ctx.workprec(300):
                assert ball.overlaps(flint.arb(f"{digits} +/- 1e-48"))
            assert float(ball.rad()) < 1e-40


def test_claims_with_hand_computed_values():
    # alpha sigma^2/gamma^2 at 2, 3, 6; pi e/k^2; exp(-sqrt(2/pi) x); 2 exp(-2)/k
    assert formula("ridge.bare").rhs.mp(2, 3, 6) == mpf("0.5")
    assert formula("best-of-k.leading").rhs.numpy(10, 1) == pytest.approx(math.pi * math.e / 100, rel=1e-14)
    law = formula("best-of-k.extreme-value")
    assert [str(s) for s in law.symbols] == ["x", "k", "tau"]
    assert law.rhs.numpy(1.0, 5, 0.0) == pytest.approx(math.exp(-math.sqrt(2 / math.pi)), rel=1e-14)
    assert law.lhs.numpy(1.0, 1, 0.0) == pytest.approx(math.erfc(math.sqrt(0.5)), rel=1e-14)
    assert formula("best-of-k.extreme-value.rate").rhs.numpy(100, 0) == pytest.approx(0.02 * math.exp(-2), rel=1e-14)


def test_the_sides_of_a_limit_differ_at_few_answers():
    """Negative control: at k = 2, tau = 0 the error is 1 - 2/pi and the leading term pi/4; at 1e6 they agree to 3/k."""
    leading = formula("best-of-k.leading")
    assert leading.lhs.numpy(2, 0) == pytest.approx(1 - 2 / math.pi, rel=1e-14)
    assert leading.rhs.numpy(2, 0) == pytest.approx(math.pi / 4, rel=1e-14)
    assert leading.rhs.numpy(1e6, 0) / leading.lhs.numpy(1e6, 0) - 1 == pytest.approx(3e-6, rel=1e-3)


def test_functions_are_made_once_and_entries_cannot_be_changed():
    entry = formula("ridge.bare")
    assert entry.rhs is entry.rhs
    assert entry.rhs.numpy is entry.rhs.numpy
    with pytest.raises(FrozenInstanceError):
        entry.statement = formula("ridge.isotropic").statement


def test_latex_for_a_notebook():
    for entry in formulas():
        text = entry.latex()
        assert text.count("{") == text.count("}")
        assert "$" not in text
        assert entry._repr_latex_() == f"$\\displaystyle {text}$"
    assert r"\lambda" in formula("ridge.bare").latex()


def test_verdict_and_derivation_are_those_of_the_formula():
    entry = formula("selection.single-answer")
    derivation = entry.derivation()
    assert derivation.concluded
    assert derivation.last == entry.statement.rhs
    assert formula("best-of-k.averaged.printed").derivation() is None
    verdict = formula("ridge.bare").verdict(digits=20, quick=True)
    assert (verdict.id, verdict.verdict, verdict.digits, verdict.quick) == ("ridge.bare", "holds", 20, True)
    assert verdict.as_expected
