"""Coverage: hand-computed cases, other computations, accuracy over the whole range, rules that refuse, simulation, figures."""

from __future__ import annotations

import math
from fractions import Fraction
from math import comb

import mpmath
import numpy as np
import pytest
from sympy import Integral, Rational, exp, gamma, oo

import infscale_sym
from infscale_sym.catalog import formula
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.theory.coverage import draws as drawn
from infscale_sym.theory.coverage.estimate_rules import MomentsOfShare, PairsOfSubsets
from infscale_sym.theory.coverage.formulas import FORMULAS
from infscale_sym.theory.coverage.limit_rules import InvertTail, SinhAboveItsTangent, WatsonBeta
from infscale_sym.theory.coverage.notation import (
    AttemptsNeeded,
    EstimatorVariance,
    InferenceLoss,
    PairLoss,
    PassAtK,
    PlugInMean,
    ProblemAverage,
    StickyLoss,
    StoppedAttempts,
    attempts,
    beta_density,
    ceiling,
    copying,
    k_0,
    k_bar,
    p_fail,
    shape_a,
    shape_b,
)
from infscale_sym.theory.coverage.rules import BetaIntegral, OutcomesOfAttempts, Telescope, same_gammas
from infscale_sym.theory.coverage.series import bracket_coefficients, inverse_coefficients, tail_coefficients
from infscale_sym.theory.coverage.values import (
    attempts as coverage_attempts,
)
from infscale_sym.theory.coverage.values import (
    exact as coverage_exact,
)
from infscale_sym.theory.coverage.values import (
    numeric as coverage,
)
from infscale_sym.theory.coverage.values import (
    referee as coverage_referee,
)
from infscale_sym.theory.selection.notation import k, x
from infscale_sym.verify import simulation
from infscale_sym.verify.draws import drawing_of

a, b, n, p = shape_a, shape_b, attempts, p_fail


def test_every_formula_has_a_recipe_and_a_derivation() -> None:
    assert all(drawing_of(f) is not None for f in FORMULAS)
    assert all(f.script == "coverage" for f in FORMULAS)


# Float64.


def test_by_hand() -> None:
    """b = 1: a/(a+k). Uniform p: 1/(k+1). Two attempts at a = b = 1/2: 3/8."""
    assert infscale_sym.passk(4, 1, 1) == pytest.approx(0.8, rel=1e-15)
    assert coverage.loss(10, 3, 1) == pytest.approx(3 / 13, rel=1e-15)
    assert coverage.loss(2, 0.5, 0.5) == pytest.approx(0.375, rel=1e-15)
    assert infscale_sym.passk(4, 1, 1, ceiling=0.5) == pytest.approx(0.4, rel=1e-15)
    assert coverage.failk(4, 1, 1, 0.5) == pytest.approx(0.6, rel=1e-15)
    assert coverage.passk(0, 2, 3) == 0
    assert coverage.stopped_attempts(3, 1, 1) == pytest.approx(1 + 1 / 2 + 1 / 3, rel=1e-14)
    assert coverage.attempts_needed(0.1, 2, 1) == pytest.approx(18, rel=1e-14)
    assert coverage.local_exponent(6, 3, 1) == pytest.approx(6 / 9, rel=1e-15)
    assert coverage.attempt_correlation(2, 3) == pytest.approx(1 / 6, rel=1e-13)


def test_nothing_cancels_anywhere() -> None:
    """Random k to 1e12, a and b from 1e-3 to 1e5, against 60 digits: ln loss, pass@k, the slope, the stopped attempts."""
    rng = np.random.default_rng(11)
    shape_1, shape_2 = 10 ** rng.uniform(-3, 5, (2, 300))
    count = np.where(rng.random(300) < 0.5, np.floor(10 ** rng.uniform(0, 12, 300)), 10 ** rng.uniform(0, 12, 300))
    logs, passed = coverage.log_loss(count, shape_1, shape_2), coverage.passk(count, shape_1, shape_2)
    slopes, spent = coverage.local_exponent(count, shape_1, shape_2), coverage.stopped_attempts(count, shape_1, shape_2)
    with mpmath.workdps(60):
        for i, (c, s, u) in enumerate(zip(count, shape_1, shape_2, strict=True)):
            K, A, B = map(mpmath.mpf, (c, s, u))
            deficit = mpmath.loggamma(A + B + K) + mpmath.loggamma(A) - mpmath.loggamma(A + K) - mpmath.loggamma(A + B)
            assert abs(logs[i] / -deficit - 1) < 2e-15
            assert abs(passed[i] / -mpmath.expm1(-deficit) - 1) < 3e-15
            assert abs(slopes[i] / (K * (mpmath.psi(0, A + B + K) - mpmath.psi(0, A + K))) - 1) < 3e-15
            total = ((A + B + K - 1) * mpmath.exp(-deficit) - (A + B - 1)) / (1 - B)
            assert abs(spent[i] / total - 1) < 2e-14


def test_the_textbook_form_loses_what_this_one_keeps() -> None:
    """Negative control for the test above: log-gamma differences at a = 1e4, b = 1e-2, k = 1 keep four digits."""
    naive = math.lgamma(10001) + math.lgamma(10000.01) - math.lgamma(10000) - math.lgamma(10001.01)
    right = math.log1p(-0.01 / 10000.01)
    assert coverage.log_loss(1, 1e4, 1e-2) == pytest.approx(right, rel=1e-15)
    assert abs(naive / right - 1) > 1e-6


def test_symmetry_and_broadcasting() -> None:
    grid = coverage.loss(np.array([1, 5, 50.5])[:, None], 2.0, np.array([0.3, 4]))
    assert grid.shape == (3, 2)
    assert coverage.loss(4, 2.0, 50.5) == pytest.approx(grid[2, 1], rel=1e-14)  # k and b exchanged
    assert isinstance(coverage.passk(1, 1, 1), float)


def test_bad_input_is_refused() -> None:
    for call, words in (
        (lambda: coverage.passk(-1, 1, 1), "k must lie"),
        (lambda: coverage.passk(1, 0, 1), "a must lie"),
        (lambda: coverage.passk(1, 1, 1, 1.5), "ceiling"),
        (lambda: coverage.unbiased_passk(10, 3, 11), "k must be at most n"),
        (lambda: coverage.unbiased_passk(10, 11, 1), "c must be at most n"),
        (lambda: coverage.unbiased_passk(10, 1.5, 1), "whole"),
        (lambda: coverage.attempts_needed(0, 1, 1), "target"),
        (lambda: coverage.attempts_needed(0.5, 1e6, 1e-6), "1e18"),
        (lambda: coverage.stopped_attempts(0.5, 1, 1), "at least 1"),
        (lambda: coverage.estimator_variance(3, 4, 1, 1), "1 <= k <= n"),
        (lambda: coverage_attempts.sticky_loss(3, 1, 1, 1), "copying"),
        (lambda: coverage_exact.loss_mp(1, 0, 1), "a must be positive"),
        (lambda: coverage_exact.pair_loss_mp(3, "1.5", 1, 1), "whole"),
        (lambda: coverage_referee.failure_chance_mp(3, 2, 1, 1), "at most n"),
    ):
        with pytest.raises(DomainError, match=words):
            call()


def test_attempts_needed_inverts_the_loss() -> None:
    for first, second, count in ((0.3, 0.3, 7.5), (5.0, 2.0, 1e4), (50.0, 0.9, 3.0)):
        target = coverage.loss(count, first, second)
        assert coverage.attempts_needed(target, first, second) == pytest.approx(count, rel=1e-12)
    by_series = formula("coverage.loss.cost").rhs.numpy(50.0, 2.0, 0.4, 3.0, 2.0)
    assert coverage.target_cost(50.0, 2.0, 0.4, 3.0, 2.0) == pytest.approx(by_series, rel=1e-10)
    assert coverage.leading_attempts(0.1, 2, 1) == pytest.approx(20, rel=1e-13)


# Exact numbers.


def test_two_roads_to_fifty_digits() -> None:
    point = (Fraction(7, 2), "0.7", Fraction(1, 3))
    with mpmath.workdps(60):
        for one, two in (
            (coverage_exact.loss_mp, coverage_referee.loss_by_law_mp),
            (coverage_exact.local_exponent_mp, coverage_referee.exponent_by_law_mp),
        ):
            assert abs(one(*point) / two(*point) - 1) < mpmath.mpf(10) ** -49
        assert abs(coverage_exact.loss_mp(10**30, 2, 1, 40) * (10**30 + 2) / 2 - 1) < mpmath.mpf(10) ** -38
        tiny = coverage_exact.passk_mp("1e-30", 2, 1, 1, 40)  # pass@k at small k is k (psi(a+b) - psi(a)) = k/2
        assert abs(tiny / mpmath.mpf("0.5e-30") - 1) < mpmath.mpf(10) ** -29
    ball = coverage_exact.loss_arb("0.5", "0.5", "0.5", 40)
    assert ball.overlaps(coverage_exact.loss_arb(Fraction(1, 2), Fraction(1, 2), Fraction(1, 2), 60))
    assert float(ball.rad()) < 1e-40


def test_attempts_that_stick_in_two_arithmetics_and_by_hand() -> None:
    """Two attempts: E p (r + (1-r) p)."""
    wanted = 0.3 * 0.5 + 0.7 * 0.375
    assert coverage_attempts.sticky_loss(2, 0.5, 0.5, 0.3) == pytest.approx(wanted, rel=1e-12)
    value = coverage_referee.sticky_loss_mp(1000, 1, "0.5", "0.25", 20) / mpmath.sqrt(1000)
    assert coverage_attempts.sticky_loss(1000, 1, 0.5, 0.25) == pytest.approx(float(value), rel=1e-11)
    assert coverage_attempts.sticky_loss(50, 2, 0.4, 0) == pytest.approx(coverage.loss(50, 2, 0.4), rel=1e-12)


# The series.


def test_the_generators_far_beyond_what_is_registered() -> None:
    even, plain = tail_coefficients(12, centred=True), tail_coefficients(6)
    at = {a: Rational(3, 2), b: Rational(2, 5)}
    with mpmath.workdps(60):
        lead = mpmath.gamma(mpmath.mpf(19) / 10) / mpmath.gamma(mpmath.mpf(3) / 2)
        for terms, exact in ((even, coverage_exact.centred_loss_mp), (plain, coverage_exact.scaled_loss_mp)):
            order = len(terms) + (terms is even)
            total = [
                lead * mpmath.fsum(mpmath.mpf(str(c.subs(at).evalf(50))) / big**i for i, c in enumerate(terms))
                for big in (100, 1000)
            ]
            gaps = [abs(exact(big, "1.5", "0.4", 50) - t) for big, t in zip((100, 1000), total, strict=True)]
            assert float(mpmath.log10(gaps[0] / gaps[1])) == pytest.approx(order, abs=0.2)
    assert all(c == 0 for c in even[1::2])
    assert not any(c.has(a) for c in even)
    assert bracket_coefficients(0, False) == (1,)
    with pytest.raises(ValueError, match="at least"):
        tail_coefficients(-1)
    with pytest.raises(ValueError, match="at least"):
        inverse_coefficients(0)


def test_the_inverse_series_at_shapes_that_are_known() -> None:
    """b = 1: nothing to correct. b = 3: k_bar^3 - k_bar = k_0^3, so k_bar = k_0 + 1/(3 k_0) + 0/k_0^3 - 1/(81 k_0^5) ..."""
    terms = inverse_coefficients(3)
    assert [d.subs(b, 1) for d in terms] == [0, 0, 0]
    assert [d.subs(b, 3) for d in terms] == [Rational(1, 3), 0, Rational(-1, 81)]


def test_the_bound_turns_round_at_one() -> None:
    for second, sign in ((0.3, 1), (0.9, 1), (1.5, -1), (4.0, -1)):
        law = math.gamma(2 + second) / math.gamma(2) * (np.array([1, 5, 30.0]) + 2 + (second - 1) / 2) ** -second
        assert (sign * (law - coverage.loss([1, 5, 30.0], 2, second)) > 0).all()


def test_the_slope_overshoots_only_for_small_shapes() -> None:
    far = np.logspace(2, 6, 9)
    assert (coverage.local_exponent(far, 0.1, 0.5) > 0.5).all()
    assert (coverage.local_exponent(far, 0.3, 0.5) < 0.5).all()


# Estimates.


def test_the_subset_estimate_against_binomials() -> None:
    for number, success, size in ((10, 3, 4), (200, 150, 60), (1000, 1, 999), (7, 0, 3), (7, 7, 7), (5, 2, 4)):
        exact = 1 - Fraction(comb(number - success, size), comb(number, size))
        assert infscale_sym.unbiased_passk(number, success, size) == pytest.approx(float(exact), rel=2e-15)
    assert coverage.unbiased_passk(10**9, 3, 10**6) == pytest.approx(1 - (1 - 1e-3) ** 3, rel=1e-8)


def test_no_bias_for_the_one_and_bias_for_the_other() -> None:
    for number, size, fail in ((8, 3, 0.6), (20, 20, 0.95)):
        assert coverage_attempts.estimator_mean(number, size, fail) == pytest.approx(1 - fail**size, rel=1e-13)
        assert coverage_attempts.plug_in_mean(number, size, fail) < 1 - fail**size - 1e-3
    assert coverage_attempts.plug_in_mean(2, 2, 0.5) == pytest.approx(1 - (0.25 + 0.25 / 2), rel=1e-14)


def test_no_estimate_is_unbiased_beyond_n() -> None:
    """The expectations of functions of c from n = 3 attempts span the polynomials of degree 3: p^4 is not among them."""
    from sympy import Matrix, Poly, binomial, expand

    columns = [Poly(expand(binomial(3, i) * p**i * (1 - p) ** (3 - i)), p) for i in range(4)]
    matrix = Matrix(5, 4, lambda power, i: columns[i].coeff_monomial(p**power))
    for power, possible in ((1, True), (3, True), (4, False)):
        goal = Matrix([int(row == power) for row in range(5)])
        assert (matrix.rank() == matrix.row_join(goal).rank()) is possible


def test_variance_in_three_roads_and_at_both_ends() -> None:
    for number, size in ((6, 4), (12, 3), (40, 40)):
        value = coverage.estimator_variance(number, size, 0.5, 0.7)
        assert value == pytest.approx(coverage_attempts.estimator_variance_by_law(number, size, 0.5, 0.7), rel=1e-12)
        assert value == pytest.approx(float(coverage_referee.estimator_variance_mp(number, size, "0.5", "0.7", 20)), rel=1e-13)
    mean, twice = coverage.loss(5, 0.5, 0.7), coverage.loss(10, 0.5, 0.7)
    assert coverage.estimator_variance(5, 5, 0.5, 0.7) == pytest.approx(mean * (1 - mean), rel=1e-13)
    assert coverage.estimator_variance(10**6, 5, 0.5, 0.7) == pytest.approx(twice - mean**2, rel=1e-4)


def test_the_law_of_the_failures() -> None:
    counts = np.arange(31)
    assert coverage.failure_chance(counts, 30, 0.3, 2.0, 0.7).sum() == pytest.approx(1, rel=1e-14)
    assert coverage.failure_chance(counts, 30, 1, 1) == pytest.approx(np.full(31, 1 / 31), rel=1e-13)
    with_atom = coverage.failure_chance(30, 30, 0.3, 2.0, 0.7)
    assert with_atom == pytest.approx(0.3 + 0.7 * coverage.loss(30, 0.3, 2.0), rel=1e-14)
    assert coverage.posterior_passk(3, 30, 30, 0.3, 2.0) == pytest.approx(coverage.passk(3, 30.3, 2.0), rel=1e-15)


# The rules refuse what is false.


def test_rules_refuse_wrong_claims() -> None:
    density = beta_density(p, a, b)
    right = gamma(a + k) * gamma(a + b) / (gamma(a) * gamma(a + b + k))
    before = Integral(p**k * density, (p, 0, 1))
    assert BetaIntegral().check(before, right).kind == "symbolic"
    watson = gamma(a + b) / (gamma(a) * gamma(b)) * Integral(exp(-(k + a) * x) * (1 - exp(-x)) ** (b - 1), (x, 0, oo))
    lead = gamma(a + b) / gamma(a)
    total = StoppedAttempts(k, a, b).unfold()
    wrong_sum = ((a + b + k) * InferenceLoss(k, a, b) - (a + b)) / (1 - b)
    chain = p * (copying + (1 - copying) * p) ** (k - 1)
    variance = EstimatorVariance(n, k, a, b).unfold()
    needed = AttemptsNeeded(k_0, a, b)
    for rule, start, claim in (
        (BetaIntegral(), before, right.subs(b, b + 1)),
        (BetaIntegral(), before, right * a),
        (OutcomesOfAttempts(), PassAtK(k, a, b, ceiling), ceiling * ProblemAverage(p**k, a, b)),
        (OutcomesOfAttempts(), PassAtK(k, a, b, ceiling), ProblemAverage(1 - p**k, a, b)),
        (OutcomesOfAttempts(), StickyLoss(k, a, b, copying), k**b * ProblemAverage(chain.subs(copying, copying**2), a, b)),
        (WatsonBeta(k, 0, 1, coverage_exact.scaled_loss_mp), k**b * watson, lead * a),
        (WatsonBeta(k, 1, 2, coverage_exact.scaled_loss_mp), k**b * watson, lead * (1 - a * b / k)),
        (SinhAboveItsTangent(), watson, lead * (k + a) ** (-b)),
        (Telescope(), total, wrong_sum),
        (PairsOfSubsets(), variance, PairLoss(n, k, a, b) - InferenceLoss(k, a, b)),
        (MomentsOfShare(coverage_exact.plug_in_mean_mp), PlugInMean(n, k, p).unfold(), 1 - p**k),
        (InvertTail("coverage.tail.centred", 1, coverage_exact.attempts_needed_mp), needed, k_0 - a - (b - 1) / 2 + b / k_0),
    ):
        with pytest.raises(DerivationError):
            rule.check(start, claim)
    assert same_gammas(gamma(a + 1) / gamma(a), a)
    assert not same_gammas(gamma(a + 1) / gamma(a), a + 1)


def test_the_measured_remainder_refuses_a_wrong_order() -> None:
    rule = WatsonBeta(k_bar, 0, 1, coverage_exact.centred_loss_mp)  # the order is 2: nothing at first order
    start = k_bar**b * gamma(a + b) / (gamma(a) * gamma(b)) * Integral(exp(-k_bar * x) * x ** (b - 1), (x, 0, oo))
    with pytest.raises(DerivationError, match="exponents"):
        rule.check(start, gamma(a + b) / gamma(a))


# The simulator, by itself and as a leg.


def test_simulated_attempts_by_hand() -> None:
    rng = np.random.default_rng(5)
    for result, value in (
        (drawn.share_all_failed(4, 1, 1, problems=40_000, rng=rng), 0.2),
        (drawn.share_all_failed(4, 1, 1, 0.5, problems=40_000, rng=rng), 0.6),
        (drawn.share_all_failed(2, 0.5, 0.5, problems=40_000, rng=rng, sticky=0.3), 0.4125),
        (drawn.share_all_failed(9, 1, 1, problems=40_000, rng=rng, shared=1.0), 0.5),
    ):
        assert abs(result.mean - value) < 4.5 * result.standard_error
    first = drawn.first_successes(1, 1, 0.5, problems=40_000, rng=rng)
    assert abs(np.mean(first > 4) - 0.6) < 0.012
    assert drawn.subset_estimates(np.array([0, 3, 7, 10]), 10, 4) == pytest.approx(
        coverage.unbiased_passk(10, [10, 7, 3, 0], 4)
    )
    with pytest.raises(DomainError, match="problems"):
        drawn.share_all_failed(2, 1, 1, problems=1, rng=rng)
    with pytest.raises(DomainError, match="k must"):
        drawn.attempts_at(np.ones(2), 0, rng)


@pytest.mark.parametrize("id", [f.id for f in FORMULAS])
def test_the_simulation_leg_agrees_and_rejects(id: str) -> None:
    (one,) = [f for f in FORMULAS if f.id == id]
    leg = simulation.check(one, quick=True)
    assert leg.agrees
    assert "standard errors away" in leg.evidence or "is exceeded by" in leg.evidence


def test_figures_are_drawn() -> None:
    from infscale_sym.theory.coverage import figures as figures_coverage

    picture = figures_coverage.local_exponents(((0.05, 0.5), (3.0, 0.5)))
    assert picture._repr_png_().startswith(b"\x89PNG")
