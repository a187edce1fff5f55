"""Expansion under an integral for quantities of anybody's, and what the engine does with the remainder that a rule measures."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from sympy import Abs, Expr, Integer, Integral, Symbol, exp, log, oo, pi, sinh, sqrt

from infscale_sym.derive.asymptotics import ExpandUnderIntegral
from infscale_sym.derive.engine import Derivation, Evidence
from infscale_sym.derive.rules import Integrate, Substitute, Unfold
from infscale_sym.errors import DerivationError
from infscale_sym.notation.formula import asymptotic
from infscale_sym.notation.quantity import quantity

K = Symbol("K", positive=True)
u = Symbol("u", nonnegative=True)
v = Symbol("v", positive=True)
w = Symbol("w", positive=True)


def log_outside(at: Any, digits: int) -> Any:
    """ln of the probability outside (2 - u, 2 + u) under exp(-|w - 1|)/2, in closed form."""
    if at <= 1:
        return mpmath.log1p(-mpmath.exp(-1) * mpmath.sinh(at))
    return mpmath.log(mpmath.cosh(1)) - at


Defined = quantity(
    "LogOutside",
    (u,),
    r"\ln Q({#1})",
    definition=log(1 - Integral(exp(-Abs(w - 1)) / 2, (w, 2 - u, 2 + u))),
    meaning="logarithm of the probability outside 2 - u ... 2 + u, of a law that peaks at 1",
    mpmath=log_outside,
)


def check(before: Expr, after: Expr, order: int, remainder: Expr, **options: object) -> str:
    return ExpandUnderIntegral(K, order, remainder, **options).check(before, after).detail


def test_a_power_of_the_parameter_is_expanded_with_its_corrections():
    before = Integral((1 - sinh(v / K) / 2) ** K, (v, 0, K))
    after = Integral(exp(-v / 2) * (1 - v**2 / (8 * K)), (v, 0, oo))
    assert "error exponent -2.0" in check(before, after, 1, K**-2)


def test_a_quantity_that_is_defined_by_an_integral_is_opened():
    before = Integral(exp(K * Defined(v / K)), (v, 0, oo))
    slope = exp(-1)
    after = Integral(exp(-slope * v) * (1 - (slope * v) ** 2 / (2 * K)), (v, 0, oo))
    assert "to K^-1" in check(before, after, 1, K**-2)


def test_several_ranges_and_a_factor_in_front():
    before = (Integral(v * (1 - v / K) ** K, (v, 0, 1)) + Integral(exp(-v) * v, (v, 1, K))) * (1 + 1 / K)
    after = Integral(v * exp(-v) * (1 + 1 / K - v**2 / (2 * K)), (v, 0, 1)) + Integral(v * exp(-v) * (1 + 1 / K), (v, 1, oo))
    assert check(before, after, 1, K**-2)


def test_a_range_that_recedes_is_left_out():
    before = Integral(exp(-v), (v, 0, K)) / (1 - 1 / K) + Integral(exp(-v), (v, K, oo))
    assert check(before, Integral(exp(-v) * (1 + 1 / K), (v, 0, oo)), 1, K**-2)


BEFORE = Integral((1 - v / K) ** K, (v, 0, K))
WRONG = {
    "coefficient": (Integral(exp(-v) * (1 - v**2 / (3 * K)), (v, 0, oo)), 1, K**-2, r"coefficient of K\^-1 is .*, not "),
    "order": (Integral(exp(-v) * (1 - v**2 / (2 * K)), (v, 0, oo)), 1, K**-3, r"goes as K\^-2\.000, not as K\*\*\(-3\)"),
    "no power": (Integral(exp(-v), (v, 0, oo)), 0, exp(-K), "must be a power of K"),
    "too many terms": (Integral(exp(-v) * (1 - v**2 / (2 * K)), (v, 0, oo)), 0, 1 / K, "no polynomial in 1/K of degree 0"),
    "range": (Integral(exp(-v), (v, 0, 1)), 0, 1 / K, "over 0 < v < oo the coefficient"),
    "no integral": (Integer(1), 0, 1 / K, "no integral to expand under"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str):
    after, order, remainder, said = WRONG[name]
    with pytest.raises(DerivationError, match=said):
        check(BEFORE, after, order, remainder)


def test_what_cannot_be_expanded_is_named():
    claim = Integral(exp(-v), (v, 0, oo))
    with pytest.raises(DerivationError, match="measure the variable in another unit"):
        check(Integral(exp(-K * v), (v, 0, oo)), claim, 0, 1 / K)
    with pytest.raises(DerivationError, match=r"no whole number"):
        check(Integral(exp(-v - v / sqrt(K)), (v, 0, oo)), claim, 0, 1 / K)
    with pytest.raises(DerivationError, match="or grow in proportion to K"):
        check(Integral(exp(-v), (v, 0, K**2)), claim, 0, 1 / K)
    nameless = quantity("Nameless", (u,), "n({#1})", meaning="nothing is known of it")
    with pytest.raises(DerivationError, match="neither a derivative"):
        check(Integral(exp(K * nameless(v / K)), (v, 0, oo)), claim, 0, 1 / K)


def test_two_equal_sides_leave_no_remainder_to_measure():
    claim = Integral(exp(-v) * (1 + 1 / K), (v, 0, oo))
    with pytest.raises(DerivationError, match="agree to 155 digits"):
        check(claim, claim, 1, K**-2)


# The engine and remainders.

Mean = quantity("MeanOfTheLeast", (K,), "m_{#1}", definition=Integral((1 - v) ** K, (v, 0, 1)), meaning="mean of the least")
LAW = asymptotic("least.mean", Mean(K), 1 / K, variable=K, remainder=K**-2)


class Magic:
    """A rule that knows the answer beforehand."""

    name = "magic"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Nothing but the answer passes."""
        if after != 1 / K - 1 / K**2:
            raise DerivationError("that is not it")
        return Evidence("numeric", "seen before")


def started() -> Derivation:
    derivation = Derivation(LAW)
    derivation.claim(Mean(K).unfold(), Unfold(Mean), "definition")
    derivation.claim(Integral((1 - w / K) ** K, (w, 0, K)) / K, Substitute(v, w, w / K), "v = w/K")
    return derivation


def test_the_remainder_that_a_rule_measures_is_the_steps():
    derivation = started()
    step = derivation.claim(Integral(exp(-w), (w, 0, oo)) / K, ExpandUnderIntegral(K, 1, K**-2), "(1 - w/K)^K -> exp(-w)")
    assert step.remainder == K**-2
    derivation.claim(1 / K, Integrate(), "0! = 1")
    assert derivation.conclude().verdict == "derived (3 symbolic, 1 numeric)"


def test_a_step_may_not_claim_a_smaller_remainder_than_its_rule_measures():
    with pytest.raises(DerivationError, match=r"measures the remainder K\*\*\(-2\), not K\*\*\(-5\)"):
        started().claim(Integral(exp(-w), (w, 0, oo)) / K, ExpandUnderIntegral(K, 1, K**-2), "too good", remainder=K**-5)


def test_a_chain_is_no_better_than_its_worst_step():
    sharper = asymptotic("least.mean", Mean(K), 1 / K - 1 / K**2, variable=K, remainder=K**-3)
    derivation = Derivation(sharper)
    derivation.claim(Mean(K).unfold(), Unfold(Mean), "definition")
    derivation.claim(Integral((1 - w / K) ** K, (w, 0, K)) / K, Substitute(v, w, w / K), "v = w/K")
    derivation.claim(Integral(exp(-w), (w, 0, oo)) / K, ExpandUnderIntegral(K, 1, K**-2), "its limit")
    derivation.claim(sharper.statement.rhs, Magic(), "out of a hat", remainder=K**-3)
    with pytest.raises(DerivationError, match=r"leaves out O\(K\*\*\(-2\)\), more than the statement's O\(K\*\*\(-3\)\)"):
        derivation.conclude()


def test_pi_is_a_constant_and_no_symbol():
    assert check(Integral(exp(-pi * v) * (1 + 1 / K), (v, 0, oo)), Integral(exp(-pi * v), (v, 0, oo)), 0, 1 / K)
