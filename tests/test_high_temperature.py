"""The expansion in 1/t: hand-computed cases, the rules that derive it, negative controls, and the three verdicts' legs."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from sympy import Rational, Symbol, exp, expand, factorial, limit, oo, series, simplify

from infscale_sym import catalog, selection_error
from infscale_sym.errors import DerivationError
from infscale_sym.notation.operators import Expectation
from infscale_sym.theory.high_temperature.cumulants import AverageOverDraws, ExpandInOneOverT, NormalCumulants, WeightedMean
from infscale_sym.theory.high_temperature.draws import ANSWERS, taylor_coefficients
from infscale_sym.theory.high_temperature.figures_second_order import (
    gaussian_prompts,
    relative_errors,
    rule_of_thumb,
    third_term,
)
from infscale_sym.theory.high_temperature.moments import (
    enumerated_mean,
    largest_joint_cumulant,
    mean_of_product,
    normal_cumulant,
)
from infscale_sym.theory.high_temperature.notation import JointCumulant, SampleCumulant, SampleMean, loss, penalty
from infscale_sym.theory.high_temperature.second_order import FORMULAS, SECOND, THIRD_CORRECTED, THIRD_PRINTED
from infscale_sym.theory.selection.notation import k, rho, t, tau
from infscale_sym.theory.selection.rules import softmax_average
from infscale_sym.verify import digits, simulation
from tests.shared import derived

IDS = ("hte.second", "hte.third.printed", "hte.third.corrected")


def coefficient(formula, order: int):
    return expand(formula.statement.rhs).coeff(t, -order)


# By hand.


def test_one_answer_is_kept_whatever_the_temperature() -> None:
    for formula in FORMULAS:
        assert expand(formula.statement.rhs.subs(k, 1)) == 1 + tau**2


def test_two_answers_by_hand() -> None:
    """F_2 = E[(l1+l2)/2 - (l1-l2)/2 tanh((g1-g2)/2t)], and at tau = rho = 0: l1-l2 = 2 u v, g1-g2 = u v, u and v normal.

    tanh x = x - x^3/3: -E[u v (u v/2t)] = -1/(2t), and E[u v (u v)^3]/(24 t^3) = 9/(24 t^3).
    """
    at = {k: 2, tau: 0, rho: 0}
    assert [coefficient(THIRD_CORRECTED, n).subs(at) for n in range(4)] == [1, Rational(-1, 2), 0, Rational(3, 8)]
    assert coefficient(THIRD_PRINTED, 3).subs(at) == 0
    # any offsets, first order: -E[(l1-l2)(g1-g2)]/(4t) = -cov(l, g)/(2t), cov((z+tau)^2, (z+rho)^2)/2 = 1 + 2 rho tau
    assert expand(coefficient(SECOND, 1).subs(k, 2) + (1 + 2 * rho * tau) / 2) == 0
    assert expand(coefficient(SECOND, 2).subs(k, 2)) == 0


def test_infinitely_many_answers_by_completing_the_square() -> None:
    """The tilted normal law has mean -rho v and variance 1 - v, v = 1/(1+t): F = (tau - rho v)^2 + 1 - v."""
    x = Symbol("x", positive=True)
    v = x / (1 + x)  # t = 1/x
    closed = expand(series((tau - rho * v) ** 2 + 1 - v, x, 0, 4).removeO())
    for formula, order in ((SECOND, 2), (THIRD_CORRECTED, 3), (THIRD_PRINTED, 3)):
        claim = expand(limit(formula.statement.rhs, k, oo).subs(t, 1 / x))
        assert all(simplify(claim.coeff(x, n) - closed.coeff(x, n)) == 0 for n in range(order + 1))


def test_printed_third_factor_vanishes_where_the_true_one_does_not() -> None:
    for count in (2, 3):
        assert coefficient(THIRD_PRINTED, 3).subs(k, count) == 0
        assert coefficient(THIRD_CORRECTED, 3).subs({k: count, tau: Rational(1, 2), rho: 1}) != 0
    third = [coefficient(f, 3).subs({tau: 1, rho: Rational(7, 10)}) for f in (THIRD_PRINTED, THIRD_CORRECTED)]
    assert [c.subs(k, 5) for c in third] == [Rational(-8112, 12500), Rational(272, 1000)]


def test_against_the_exact_error() -> None:
    heat = np.array([300.0, 600.0])
    for count, teacher, judge in ((2, 0.3, -0.5), (3, 1.0, 0.7), (17.5, -0.4, 1.3)):
        exact = selection_error(count, heat, teacher, judge)
        second = catalog.formula("hte.second").rhs.numpy(count, heat, teacher, judge)
        near, far = (exact - second) * heat**3
        wanted = float(coefficient(THIRD_CORRECTED, 3).subs({k: count, tau: teacher, rho: judge}))
        printed = float(coefficient(THIRD_PRINTED, 3).subs({k: count, tau: teacher, rho: judge}))
        assert 2 * far - near == pytest.approx(wanted, abs=2e-4)
        assert abs(2 * far - near - printed) > 0.02


# Moments and cumulants.


def test_means_of_products_by_hand_and_by_enumeration() -> None:
    one, other, both = Expectation(loss), Expectation(penalty), Expectation(loss * penalty)
    assert expand(mean_of_product(((1, 0), (0, 1))) - (1 - 1 / k) * one * other - both / k) == 0
    assert mean_of_product(((1, 2),)) == Expectation(loss * penalty**2)
    for factors in (((0, 1), (0, 1), (1, 0)), ((0, 1), (0, 2), (1, 0)), ((0, 1),) * 3 + ((1, 0),)):
        for count in (1, 2, 3, 6):  # 6: beyond what the rule itself enumerates
            assert expand(mean_of_product(factors).subs(k, count) - enumerated_mean(factors, count)) == 0


def test_cumulants_of_a_normal_answer() -> None:
    assert normal_cumulant(1, 0) == 1 + tau**2
    assert normal_cumulant(0, 2) == Rational(1, 2) + rho**2  # var of (z+rho)^2/2: (2 + 4 rho^2)/4
    # the n-th cumulant of z^2/2 is (n-1)!/2; one z^2 among them doubles it
    assert [normal_cumulant(1, n).subs({tau: 0, rho: 0}) for n in range(5)] == [factorial(n) for n in range(5)]


def test_the_bound_on_joint_cumulants() -> None:
    assert [largest_joint_cumulant(n) for n in (1, 2, 3, 4, 5)] == [1, 2, 6, 26, 150]
    # a fair coin in {0, 1}: cumulants 1/2, 1/4, 0, -1/8 stay within it
    unfolded = JointCumulant(1, 3).unfold().replace(lambda e: isinstance(e, Expectation), lambda _: Rational(1, 2))
    assert unfolded == Rational(-1, 8)
    assert JointCumulant(k, 1).unfold() == JointCumulant(k, 1)


# The rules refuse what is false.


def tilted():
    return Expectation(SampleMean(loss * exp(-penalty / t)) / SampleMean(exp(-penalty / t)))


def test_weighted_mean_refuses_other_weights() -> None:
    assert WeightedMean().check(softmax_average(), tilted()).kind == "symbolic"
    wrong = Expectation(SampleMean(loss * exp(-2 * penalty / t)) / SampleMean(exp(-2 * penalty / t)))
    for claim in (wrong, Expectation(SampleMean(loss)), 2 * tilted(), softmax_average()):
        with pytest.raises(DerivationError):
            WeightedMean().check(softmax_average(), claim)


def expansion(order: int, factor=1, last=1):
    terms = [(-1) ** n * SampleCumulant(1, n) / (factorial(n) * t**n) for n in range(order + 1)]
    return factor * Expectation(sum(terms[:-1]) + last * terms[-1])


def test_expansion_refuses_wrong_coefficients_and_orders() -> None:
    assert "exponent -4.00" in ExpandInOneOverT(3).check(tilted(), expansion(3)).detail
    for rule, claim in (
        (ExpandInOneOverT(2), expansion(2, last=Rational(3, 2))),
        (ExpandInOneOverT(2), expansion(2, last=1 / t)),
        (ExpandInOneOverT(2), expansion(3)),
        (ExpandInOneOverT(3), expansion(2)),
        (ExpandInOneOverT(2), expansion(2, factor=2)),
    ):
        with pytest.raises(DerivationError):
            rule.check(tilted(), claim)
    with pytest.raises(DerivationError, match="this rule expands"):
        ExpandInOneOverT(2).check(softmax_average(), expansion(2))


def test_expectation_over_draws_refuses_the_printed_factor() -> None:
    before = Expectation(SampleCumulant(1, 3))
    true = (1 - 1 / k) * ((1 - 6 / k + 6 / k**2) * JointCumulant(1, 3) - 6 / k * JointCumulant(1, 1) * JointCumulant(0, 2))
    assert AverageOverDraws().check(before, true).kind == "symbolic"
    for wrong in ((1 - 1 / k) * (1 - 2 / k) * (1 - 3 / k) * JointCumulant(1, 3), true + JointCumulant(1, 1) / k**4):
        with pytest.raises(DerivationError, match="not the claim"):
            AverageOverDraws().check(before, wrong)
    assert NormalCumulants().check(JointCumulant(1, 1), 1 + 2 * rho * tau).kind == "symbolic"
    with pytest.raises(DerivationError):
        NormalCumulants().check(JointCumulant(1, 1), 1 + rho * tau)


@pytest.mark.parametrize("formula", [SECOND, THIRD_CORRECTED], ids=lambda f: f.id)
def test_derivations_reach_the_registered_statements(formula) -> None:
    derivation = derived(formula.id)
    assert [step.evidence.kind for step in derivation.steps].count("symbolic") == 4


# The legs.


def test_digits_hold_the_corrected_and_refute_the_printed_term() -> None:
    leg, caught = digits.check(THIRD_CORRECTED, 15, quick=True)
    assert leg.agrees
    assert "each caught at 1e-6" in caught
    leg, _ = digits.check(THIRD_PRINTED, 15, quick=True)
    assert leg.agrees is False
    assert "the error goes as t^-3.0" in leg.evidence


def test_simulated_coefficients_side_with_the_corrected_term() -> None:
    mean, error = taylor_coefficients(1.0, 0.7, 32, seed=3)
    for place, count in enumerate(ANSWERS):
        right, wrong = (float(coefficient(f, 3).subs({k: count, tau: 1.0, rho: 0.7})) for f in (THIRD_CORRECTED, THIRD_PRINTED))
        assert abs(mean[3, place] - right) < 4.5 * error[3, place]
        assert abs(mean[3, place] - wrong) > 20 * error[3, place]
    assert simulation.check(THIRD_CORRECTED, quick=True).agrees
    assert simulation.check(SECOND, quick=True).agrees
    assert simulation.check(THIRD_PRINTED, quick=True).agrees is False


# Figures and the rule of thumb.


def test_errors_shrink_by_the_order_and_the_rule_of_thumb_bounds_them() -> None:
    near, far = (np.array(relative_errors(IDS, 5, heat, 1.0, 0.7)) for heat in (100.0, 1000.0))
    assert np.log10(near / far) == pytest.approx([3, 3, 4], abs=0.05)
    grid = {"k": (3, 10), "t": np.logspace(0, 2.5, 61), "tau": (0, 1), "rho": (-3, 0, 3)}
    loose, strict = (rule_of_thumb(IDS[::2], share, **grid) for share in (0.01, 0.001))
    for name in ("terms", "spread"):
        assert all(a < b for a, b in zip(loose[name], strict[name], strict=True))
        assert 2 < loose[name][0] < 6


def test_average_over_prompts_by_hand() -> None:
    """E tau^2 (1 + c) of the integrand tau * rho; and the weights sum to one."""
    product = gaussian_prompts(lambda k, t, tau, rho: tau * rho + 0 * k, [1, 2], 1.0, 0.3, 5.0)
    assert product == pytest.approx([0.54, 0.54], rel=1e-12)


def test_the_figure_of_the_third_term_is_a_picture() -> None:
    assert third_term(0.5, 0.5, seed=1, batches=2)._repr_png_().startswith(b"\x89PNG")


def test_real_numbers_of_answers_and_exact_rationals() -> None:
    """hte.third.corrected at k = 5/2, tau = rho = 0, t = 10: 1 - 0.06 + 0.0012 - 0.6 (1 - 2.4 + 0.96 - 0.2)/1000."""
    value = catalog.formula("hte.third.corrected").rhs.mp(Fraction(5, 2), 10, 0, 0, digits=20)
    assert math.isclose(float(value), 1 - 0.06 + 0.0012 + 0.6 * 0.64 / 1000, rel_tol=1e-14)
