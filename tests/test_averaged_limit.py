"""Averages at many answers: hand-computed cases, independent sums, the rules' refusals, the legs, bad input."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from sympy import Rational, exp, oo, sqrt

from infscale_sym import catalog
from infscale_sym.derive.rules import Definition
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.notation.operators import ZeroOf
from infscale_sym.theory.averages import limit_values as quantities
from infscale_sym.theory.averages import marginal_rules as boundary_rules
from infscale_sym.theory.averages import marginal_values as at_boundary
from infscale_sym.theory.averages.dominant_weight_draws import marginal_draws, slow_draws
from infscale_sym.theory.averages.limit_figures import excess, exponent_map, one_draw_against_exact
from infscale_sym.theory.averages.limit_formulas import EXPONENT, FIRST_CORRECTION, INFINITE_K
from infscale_sym.theory.averages.limit_rules import (
    GaussianMoments,
    ManyAnswers,
    MomentsOfTheWeight,
    PositiveZero,
    gaussian_integral,
    tilted_moment,
    vanishes,
)
from infscale_sym.theory.averages.notation import (
    ApproachExponent,
    MomentGrowth,
    PairAverage,
    ScaledApproach,
    v_cross,
    v_rho,
    v_tau,
    varepsilon,
)
from infscale_sym.theory.regression.values.gaussian_pair import pair_average
from infscale_sym.theory.selection.notation import rho, t, tau, z
from infscale_sym.verify import digits, simulation
from tests.shared import derived

SLOW = catalog.formula("averaged.slow-approach")
MARGINAL = catalog.formula("averaged.marginal-approach")


# By hand.


def test_limit_and_coefficient_by_hand() -> None:
    """t = 1, judge = teacher, E tau^2 = 1: F_oo = (tau/2)^2 + 1/2, so 3/4. The coefficient, from c_1 itself:
    c_1 = (2/3^(1/2)) exp(tau^2/6) (1/6)(1 + tau^2 (2 - 7/6)), E exp(tau^2/6) = (3/2)^(1/2), E tau^2 exp = (3/2)^(3/2)."""
    at = {t: 1, v_tau: 1, v_cross: 1, v_rho: 1}
    assert INFINITE_K.statement.rhs.subs(at) == Rational(3, 4)
    wanted = 2 / math.sqrt(3) / 6 * (1.5**0.5 + 5 / 6 * 1.5**1.5)
    names = FIRST_CORRECTION.symbols
    got = float((FIRST_CORRECTION.statement.rhs - INFINITE_K.statement.rhs).subs({**at, names[0]: 1}))
    assert got == pytest.approx(wanted, rel=1e-14)


def test_exponent_by_hand() -> None:
    assert quantities.approach_exponent(1, 3) == pytest.approx(1, rel=1e-15)  # 2 v = (1+t)(2+t)
    assert quantities.approach_exponent(1, 2) == pytest.approx(math.sqrt(2), rel=1e-15)  # c = 1: e^2 = 2
    for heat, e in ((0.3, 0.4), (2.0, 1.7), (5.0, 0.01)):
        v = (1 + heat) * (1 + heat + e) / (e * (1 + e))
        assert quantities.approach_exponent(heat, v) == pytest.approx(e, rel=1e-13)
    assert quantities.approach_exponent(1e-12, 4.0) == pytest.approx(0.25, rel=1e-9)  # best of k: 1/E rho^2
    many = quantities.approach_exponent(1.0, 1e9)
    assert many * 1e9 == pytest.approx(4, rel=1e-8)  # freezing: (1+t)^2/E rho^2


def test_a_divergent_moment_diverges() -> None:
    """The averaged moment of order 1 + e', by a sum over rho, grows with the range exactly where e' exceeds the exponent."""
    heat, v = 1.0, 6.0
    e = quantities.approach_exponent(heat, v)

    def averaged(order: float, reach: float) -> float:
        judge = np.linspace(0, reach, 4001)
        growth = order * (order - 1) / ((1 + heat) * (order + heat))
        return float(np.sum(np.exp(0.5 * judge**2 * (growth - 1 / v))) * reach)

    assert averaged(1 + 0.9 * e, 60) == pytest.approx(averaged(1 + 0.9 * e, 90), rel=1e-3)
    assert averaged(1 + 1.1 * e, 90) > 1e3 * averaged(1 + 1.1 * e, 60)


def test_slow_law_at_an_exponent_of_one_half() -> None:
    """t = 1, e = 1/2: v = 2 (5/2)/(3/4) = 20/3; the constant by the factors of the double integral, computed apart."""
    e, heat, v, b = 0.5, 1.0, 20 / 3, 1.0
    size = ((1 + e) ** 2 + heat * (1 + 2 * e)) / (1 + heat + e)  # the curvature of the exponent, over two
    tanh = math.sqrt(2) / 2.5
    judge2 = 4 / (1 - tanh**2)  # rho^2/S^2
    gain = judge2 * ((b - 1 / 2) ** 2 - (b - 1.5 / 2.5) ** 2)
    wanted = math.sqrt(2 / v) / math.pi * gain * math.sqrt(math.pi / size) * 2**0.75 * math.pi
    assert float(SLOW.rhs.mp(10**9, 1, Fraction(20, 3), Fraction(20, 3))) == pytest.approx(wanted, rel=1e-13)


def test_boundary_law_by_a_cut() -> None:
    """c_1 averaged up to the edge: F_oo - l gains h rho^2 t^(1/2)/(2+t)^(3/2), and the edge lies at
    rho^2 = 2 (1+t)(2+t)^2/(4+3t) ln k, below which the growth of E w^2/(E w)^2 undoes the normal law's tail."""
    heat, cross, v = 1.0, 2.5, 3.0
    h = 2 * cross / v - (4 + 3 * heat) / ((1 + heat) * (2 + heat))
    edge = 2 * (1 + heat) * (2 + heat) ** 2 / (4 + 3 * heat)
    wanted = 2 / 3 * edge**1.5 * h * math.sqrt(heat) / (2 + heat) ** 1.5 / math.sqrt(2 * math.pi * v)
    assert float(MARGINAL.rhs.mp(10**15, 1, Fraction(5, 2))) == pytest.approx(wanted, rel=1e-13)
    assert quantities.approach_exponent(heat, v) == pytest.approx(1, rel=1e-15)


# Against the exact average.


def test_boundary_sums_agree() -> None:
    """Over a normal and a logistic variable, against the plain double sum; then against the exact average at k = 1e6."""
    for heat, cross in ((1.0, 2.5), (2.0, -0.7)):
        ratio, v = cross / at_boundary.boundary(heat), at_boundary.boundary(heat)
        plain = quantities.dominant_draw(590.0, heat, ratio, v) * math.exp(590) / 590**1.5
        assert at_boundary.marginal_approach(590.0, heat, cross) == pytest.approx(plain, rel=1e-9)
        ratios = []
        for count in (1e4, 1e6):
            one = quantities.dominant_draw(math.log(count), heat, ratio, v) * count / math.log(count) ** 1.5
            ratios.append(float(at_boundary.marginal_approach(math.log(count), heat, cross)) / one - 1)
        assert 0 < ratios[1] < ratios[0] * 100 ** -quantities.second_draw(heat, v)
    assert float(at_boundary.marginal_approach_mp(1000, 2, "-0.7", digits=14)) == pytest.approx(
        at_boundary.marginal_approach(1000.0, 2.0, -0.7), rel=1e-12
    )


def test_drawn_excess_against_the_exact_average() -> None:
    """At k = e^27 the sum of the other answers still matters: the integral over one draw is 13 % off."""
    exponent = float(quantities.approach_exponent(1.0, 6.0))
    drawn = slow_draws(np.random.default_rng(5), 27.0, (1.0, 6.0, 6.0), 60_000, exponent)
    error = drawn.std() / math.sqrt(drawn.size)
    exact = float(quantities.scaled_approach(27.0, 1.0, 6.0, 6.0))
    scale = math.exp(27 * exponent) / math.sqrt(27)
    alone = quantities.dominant_draw(27.0, 1.0, 1.0, 6.0) * scale
    assert abs(drawn.mean() - exact) < 4 * error
    assert abs(drawn.mean() - alone) > 20 * error
    drawn = marginal_draws(np.random.default_rng(5), 22.0, (2.0, 4.0), 60_000)
    assert abs(drawn.mean() - at_boundary.marginal_approach(22.0, 2.0, 4.0)) < 4 * drawn.std() / math.sqrt(drawn.size)


def test_coefficients_against_the_exact_average() -> None:
    count = np.array([1e3, 1e4])
    for heat, *moments in ((1.0, 0.8, 0.5, 0.6), (3.0, 1.0, -0.7, 1.1)):
        gap = count * (pair_average(count, heat, *moments) - INFINITE_K_AT(heat, *moments))
        first = float(FIRST_AT(heat, *moments))
        near, far = gap - first
        assert abs(far) < 2e-3 * (1 + abs(first))
        assert near / far == pytest.approx(10, rel=0.05)


def INFINITE_K_AT(*values: float) -> float:
    return float(INFINITE_K.statement.rhs.subs(dict(zip((t, v_tau, v_cross, v_rho), values, strict=True))))


def FIRST_AT(*values: float) -> float:
    point = dict(zip((t, v_tau, v_cross, v_rho), values, strict=True))
    return float((FIRST_CORRECTION.statement.rhs - INFINITE_K.statement.rhs).subs(FIRST_CORRECTION.symbols[0], 1).subs(point))


def test_the_local_slope_nears_the_exponent_and_not_one() -> None:
    """t = 2, E rho^2 = 9: e = 0.7208; C k^-e (ln k)^(1/2) has the slope e - 1/(2 ln k), within 0.01 from k = 1e8 on."""
    k = np.array([1e8, 1e9, 1e10, 1e11])
    slope = -np.diff(np.log(np.abs(excess(k, 2.0, 0.3, 9.0)))) / math.log(10)
    middle = np.log(np.sqrt(k[1:] * k[:-1]))
    assert np.abs(slope - (0.720759 - 0.5 / middle)).max() < 0.012
    assert np.abs(slope - 1).min() > 0.28


def test_one_dominant_draw_against_the_exact_average() -> None:
    ratios = one_draw_against_exact(2.0, 0.3, (9.0,), (1e4, 1e6, 1e8))[9.0]
    assert np.array(ratios) - 1 == pytest.approx([0.12264, 0.06258, 0.03510], abs=2e-4)
    least = float(quantities.second_draw(2.0, 9.0))
    for one, two in pairwise(ratios):
        assert math.log((one - 1) / (two - 1)) / math.log(100) > least


def test_two_sums_over_one_dominant_draw() -> None:
    """Over (z, rho) and over hyperbolic coordinates, where both reach: the part of the plane that is left out is e^-ln k."""
    for heat, ratio, v in ((1.0, 1.0, 6.0), (2.0, 0.3, 9.0)):
        plain = quantities.dominant_draw(200.0, heat, ratio, v)
        scale = math.exp(float(quantities.approach_exponent(heat, v)) * 200) / math.sqrt(200)
        assert quantities._dominant(200.0, heat, ratio, v, 11, np) == pytest.approx(plain * scale, rel=1e-8)


def test_scaled_approach_in_three_arithmetics() -> None:
    exact = quantities.scaled_approach(math.log(1e6), 2.0, 2.7, 9.0)
    gap = float(excess(1e6, 2.0, 0.3, 9.0))
    e = float(quantities.approach_exponent(2.0, 9.0))
    assert exact == pytest.approx(gap * 1e6**e / math.sqrt(math.log(1e6)), rel=1e-9)
    far = quantities.scaled_approach(1e5, 2.0, 2.7, 9.0)
    assert far == pytest.approx(float(quantities.scaled_approach_mp(10**5, 2, "2.7", 9, digits=11)), rel=1e-9)
    few = quantities.scaled_approach_mp(mpmath.log(4), 4, "0.5", "0.7", digits=6)
    assert float(few) == pytest.approx(float(quantities.scaled_approach(math.log(4), 4.0, 0.5, 0.7)), rel=1e-5)


def test_the_exponent_by_moments_agrees_and_bad_input_is_refused() -> None:
    apart = quantities.approach_exponent_by_moments_mp(2, "1.5", 40) / quantities.approach_exponent_mp(2, "1.5", 40) - 1
    assert abs(apart) < mpmath.mpf(10) ** -40
    for call, words in (
        (lambda: quantities.approach_exponent(0.0, 1.0), r"t must be positive; got 0"),
        (lambda: quantities.approach_exponent(1.0, -1.0), "must be positive; got -1"),
        (lambda: quantities.scaled_approach(100.0, 1.0, 6.0, 6.0), "or at least"),
        (lambda: quantities.scaled_approach(1e4, 1.0, 1.0, 1.0), "unless 2 E rho"),
        (lambda: quantities.scaled_approach(-1.0, 1.0, 6.0, 6.0), "ln k must lie in"),
        (lambda: quantities.scaled_approach_mp(300, 1, 6, 6, digits=20), "or at least"),
        (lambda: at_boundary.marginal_approach(100.0, 1.0, 1.0), "or at least 5"),
        (lambda: at_boundary.marginal_approach(1e4, 0.0, 1.0), "t must lie in"),
        (lambda: at_boundary.marginal_approach_mp(1000, -1, 1), "t must be positive"),
    ):
        with pytest.raises(DomainError, match=words):
            call()


# The rules refuse what is false.


def test_gaussian_moments_by_hand() -> None:
    assert vanishes(
        gaussian_integral(z**2, -(z**2) / 2) ** 2 / (2 * gaussian_integral(1 + 0 * z, -(z**2) / 2) ** 2) - Rational(1, 2)
    )
    mean = tilted_moment(1, 2) / tilted_moment(1, 0)
    assert vanishes(mean - (tau - rho / (1 + t)) ** 2 - t / (1 + t))
    assert not vanishes(mean - (tau - rho / (1 + t)) ** 2 - t / (1 + 2 * t))
    assert vanishes(exp(rho) * exp(-rho) - 1)
    assert not vanishes(sqrt(1 + rho) - sqrt(1 + rho + Rational(1, 10**30)))


def test_rules_refuse_wrong_claims() -> None:
    start = ApproachExponent(t, v_rho).unfold()
    with pytest.raises(DerivationError):
        Definition(ApproachExponent).check(ApproachExponent(t, v_rho), 2 * start)
    wrong = ZeroOf(1 / v_rho - varepsilon**2 / ((1 + t) * (1 + t + varepsilon)), varepsilon)
    with pytest.raises(DerivationError, match="curvature"):
        MomentsOfTheWeight().check(start, wrong)
    assert start.has(MomentGrowth)
    equation = ZeroOf(1 / v_rho - varepsilon * (1 + varepsilon) / ((1 + t) * (1 + t + varepsilon)), varepsilon)
    c = (1 + t) / v_rho
    with pytest.raises(DerivationError, match="positive root"):
        PositiveZero().check(equation, (c - 1 - sqrt((1 + c) ** 2 + 4 * t * c)) / 2)
    with pytest.raises(DerivationError, match="no root"):
        PositiveZero().check(equation, c * (1 + t))


def test_the_expansion_refuses_the_coefficient_at_half_the_temperature_shift() -> None:
    derivation = derived(FIRST_CORRECTION.id)
    before, after = derivation.steps[1].after, derivation.steps[2].after
    rule = ManyAnswers(1, {t: 6.0, v_cross: 0.3, v_rho: 0.7}, (1e2, 1e4))
    assert "k^-2.0" in rule.check(before, after).detail
    for wrong in (after.subs(Rational(-1, 2), Rational(-1, 3)), after + 1, 2 * after):
        with pytest.raises(DerivationError):
            rule.check(before, wrong)
    margin = 1 - 2 * v_rho / ((1 + t) * (2 + t))
    with pytest.raises(DerivationError):
        GaussianMoments(margin).check(after, derivation.steps[3].after + v_rho)


def test_boundary_rules_refuse_what_is_false() -> None:
    boost, edge, series = derived(MARGINAL.id).steps[2:]
    with pytest.raises(DerivationError, match="half-plane"):
        boundary_rules.BoostedCoordinates(z, rho).check(boost.before, boost.before)
    with pytest.raises(DerivationError, match="integrand"):
        boundary_rules.BoostedCoordinates(z, 2 * rho.subs(rho, boundary_rules.x)).check(boost.before, boost.after)
    with pytest.raises(DerivationError, match="add up"):
        boundary_rules.FilledLevels().check(edge.before, 2 * edge.after)
    with pytest.raises(DerivationError, match="two terms"):
        boundary_rules.FarFromTheEdge().check(series.before, series.after * (1 + 1 / boundary_rules.log_k))
    with pytest.raises(DerivationError, match="exponents"):
        boundary_rules.measured_order(lambda big, *point: at_boundary.marginal_approach(big, *point) + 1 / big)


# The legs.


def test_digits_hold_the_slow_law_and_refuse_another_exponent() -> None:
    point, claim = (2, Fraction(27, 10), 9), SLOW.rhs
    one, two = (abs(quantities.scaled_approach_mp(at, *point, digits=12) / claim.mp(at, *point) - 1) for at in (10**4, 10**7))
    assert float(mpmath.log10(one / two)) == pytest.approx(3, abs=0.01)  # the remainder is 1/ln k
    wrong = quantities.scaled_approach_mp(10**4, *point, digits=12) * mpmath.exp(mpmath.mpf(10) ** 4 / 1000)  # 0.001 more
    assert abs(wrong / claim.mp(10**4, *point) - 1) > 1000
    leg, _ = digits.check(EXPONENT, 20, quick=True)
    assert leg.agrees


def test_simulated_tail_of_the_weight_has_the_exponent() -> None:
    leg = simulation.check(EXPONENT, quick=True)
    assert leg.agrees
    assert "the exponent one would be" in leg.evidence


@pytest.mark.parametrize("entry", [SLOW, MARGINAL], ids=lambda e: e.id)
def test_simulated_excess_has_the_constant(entry) -> None:
    leg = simulation.check(entry, quick=True)
    assert leg.agrees
    assert "would be" in leg.evidence


def test_heads_print_and_stay_unevaluated() -> None:
    scaled = ScaledApproach(20, t, v_cross, v_rho)
    assert scaled.unfold().has(ApproachExponent)
    assert not scaled.unfold().has(PairAverage)
    assert ApproachExponent(t, v_rho).is_positive
    assert SLOW.statement.rhs.subs(t, oo) is not None


def test_the_figure_is_a_picture() -> None:
    assert exponent_map(1.0, (6.0,))._repr_png_().startswith(b"\x89PNG")
