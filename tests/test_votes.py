"""Other ways to spend k answers: hand-computed cases, independent computations, rules that refuse, simulation, figures."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from sympy import Expr, Integral, Rational, Sum, exp, oo

from infscale_sym import selection_error
from infscale_sym.catalog import formula
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.notation.operators import Expectation, normal_density
from infscale_sym.theory.selection.notation import SelectionError, k, rho, tau, z
from infscale_sym.theory.votes import draws as drawn
from infscale_sym.theory.votes.formulas import FORMULAS
from infscale_sym.theory.votes.limit_rules import LastStage, LikeliestBin, RatioOfMeans, UnderLimit, weighted_moment
from infscale_sym.theory.votes.notation import (
    BeamError,
    BeforeLastStage,
    MajorityPolynomial,
    MajorityVote,
    ManyAnswers,
    NormalShare,
    WinningChance,
    bin_width,
    grid_shift,
    i_bin,
    remaining,
    stages,
)
from infscale_sym.theory.votes.rules import CentreOfABin, CountInBins, MiddleAnswer, MomentsOfDraws, SymmetricAboutZero
from infscale_sym.theory.votes.values import beam, exact, majority, numeric, race
from infscale_sym.theory.votes.values.pair import weighted_mean_pair_mp
from infscale_sym.verify import simulation
from infscale_sym.verify.draws import drawing_of


def test_every_formula_has_a_recipe_and_a_derivation() -> None:
    assert all(drawing_of(f) is not None for f in FORMULAS)
    assert all(f.script == "votes" for f in FORMULAS)


# Mean and weighted mean.


def test_the_mean_by_hand_and_by_the_law_of_the_sum() -> None:
    assert numeric.mean_vote(4, 0.5) == 0.5
    with mpmath.workdps(60):
        assert abs(exact.mean_vote_mp(4, "0.5", 50) - mpmath.mpf(1) / 2) < mpmath.mpf(10) ** -50
    with pytest.raises(DomainError, match="whole"):
        exact.mean_vote_mp("2.5", 0)


def test_two_answers_with_weights_by_the_plane() -> None:
    """The vote is (q - p tanh(p (q + sqrt(2) rho)/2t))/sqrt 2 in rotated coordinates: a sum over the plane in float64."""
    t, tau_, rho_ = 0.7, 1.0, 0.3
    x = np.arange(-9, 9.01, 0.02)
    p, q = x[:, None], x[None, :]
    vote = (q - p * np.tanh(p * (q + math.sqrt(2) * rho_) / (2 * t))) / math.sqrt(2)
    value = float(((vote + tau_) ** 2 * np.exp(-(p**2 + q**2) / 2)).sum() * 0.02**2 / (2 * math.pi))
    assert numeric.weighted_mean_vote(2, t, tau_, rho_) == pytest.approx(value, rel=1e-10)


def test_weighted_mean_in_three_roads() -> None:
    point = (2, 8, 1, Fraction(3, 10))
    one, two = exact.weighted_mean_vote_mp(*point, digits=25), weighted_mean_pair_mp(*point, digits=25)
    assert abs(one - two) < 1e-24
    assert numeric.weighted_mean_vote(*map(float, point)) == pytest.approx(float(one), rel=1e-12)


def test_weighted_mean_between_its_ends() -> None:
    """t = oo is the mean, t = 0 best-of-k, and at any t it is not worse than selection."""
    assert numeric.weighted_mean_vote(5, math.inf, 0.4, 2.0) == pytest.approx(0.16 + 0.2, rel=1e-14)
    assert numeric.weighted_mean_vote(5, 0, 0.4, 2.0) == pytest.approx(selection_error(5, 0, 0.4, 2.0), rel=1e-12)
    assert numeric.weighted_mean_vote(5, 1e5, 0.4, 2.0) == pytest.approx(0.36, rel=1e-4)
    for setting in ((2, 0.3, 0.5, -1.0), (8, 1.0, 2.0, 2.0), (30, 0.1, 0.0, 1.0), (3, 5.0, -1.0, 1.0)):
        assert numeric.weighted_mean_vote(*setting) < selection_error(*setting)


def test_limit_of_the_weighted_mean_is_that_of_selection_without_its_variance() -> None:
    t, tau_, rho_ = 0.8, 1.1, 0.4
    value = formula("vote.weighted-mean.infinite-k").rhs.numpy(1e6, t, tau_, rho_)
    assert value == pytest.approx((tau_ - rho_ / (1 + t)) ** 2, rel=1e-15)
    far = numeric.weighted_mean_vote(1e6, t, tau_, rho_)
    first = formula("vote.weighted-mean.first-correction").rhs.numpy(1e6, t, tau_, rho_)
    assert abs(far - first) < 1e-10 < abs(far - value)


# Medians.


def test_medians_by_hand() -> None:
    """Two: the mean, 1/2. Three: 1 - sqrt(3)/pi. Four: E X_2^2 = 1 - sqrt(3)/pi... (order statistics in closed form)."""
    assert numeric.median_spread(1) == pytest.approx(1, rel=1e-12)
    assert numeric.median_spread(3) == pytest.approx(1 - math.sqrt(3) / math.pi, rel=1e-12)
    assert numeric.middle_pair_spread(2) == pytest.approx(0.5, rel=1e-11)
    assert numeric.middle_pair_spread(4) == pytest.approx(0.5 + (math.sqrt(3) - 3) / (2 * math.pi), rel=1e-11)
    assert float(exact.median_spread_mp(3, 20)) == pytest.approx(1 - math.sqrt(3) / math.pi, rel=1e-15)
    assert float(exact.middle_pair_spread_mp(1000, 15)) == pytest.approx(numeric.middle_pair_spread(1000), rel=1e-11)


def test_the_median_by_counts_and_by_its_density() -> None:
    one, two = exact.median_by_counts_mp(7, "0.3", 20), exact.median_vote_mp(7, "0.3", 20)
    assert abs(one - two) < 1e-20
    with pytest.raises(DomainError, match="odd"):
        exact.median_by_counts_mp(4, 0)


def test_an_even_number_is_worth_the_next_odd_one() -> None:
    even, odd = (formula(f"vote.median.{name}").statement.rhs for name in ("even", "large-k"))
    gap = even.subs(tau, 0) - odd.subs({tau: 0, k: k + 1})
    assert (gap * k**2).limit(k, oo) == 0
    assert (gap * k**3).limit(k, oo) != 0


# Majorities.


def test_majority_of_one_and_two() -> None:
    """One answer, or two (a tie gives one of two at random): sum of p_i (centre + tau)^2."""
    centres, chances = majority.winning_chances(1, 1.5, 0.2)
    share = numeric.bin_share(np.rint(centres / 1.5 - 0.2), 1.5, 0.2)
    assert chances == pytest.approx(share, rel=1e-12)
    assert majority.winning_chances(2, 1.5, 0.2)[1] == pytest.approx(chances, rel=1e-12)
    third = majority.winning_chances(3, 1.5, 0.2)[1]
    # p^3 + 3 p^2 (1 - p) from two or three equal ones, and a third of 3! times the triples with all different
    triples = [
        sum(2 * p * q * r for m, q in enumerate(share) for n, r in enumerate(share) if m < n and i not in (m, n))
        for i, p in enumerate(share)
    ]
    assert third == pytest.approx(share**3 + 3 * share**2 * (1 - share) + np.array(triples), rel=1e-11)


def test_majority_in_three_arithmetics() -> None:
    point = (5, Fraction(5, 2), Fraction(2, 5), Fraction(1, 2))
    one, two = majority.majority_vote_mp(*point, digits=25), majority.majority_by_counts_mp(*point, digits=25)
    assert abs(one - two) < 1e-24
    assert majority.majority_vote(*map(float, point)) == pytest.approx(float(one), rel=1e-12)
    for number in (40, 300):
        assert majority.winning_chances(number, 1.0, 0.3)[1].sum() == pytest.approx(1, abs=1e-11)
    with pytest.raises(DomainError, match="whole"):
        majority.majority_vote(2.5, 1, 0, 0)


def test_the_plateau_is_the_likeliest_bin() -> None:
    assert majority.majority_vote(400, 2.0, 0.2, 0.5) == pytest.approx((0.4 + 0.5) ** 2, rel=1e-3)
    level = majority.majority_vote(400, 2.0, 0.5, 0.5)  # two bins at +-1, each given half the time
    assert level == pytest.approx(0.25 + 1, rel=1e-6)


def test_the_limit_of_the_majority_by_polynomials_and_by_the_likeliest_bin() -> None:
    """The exact vote at a large enough k; (varsigma Delta + tau)^2, or tau^2 + Delta^2/4 where two bins are level."""
    for width, shift, wanted in ((6, Fraction(1, 10), Fraction(121, 100)), (8, Fraction(1, 2), Fraction(65, 4))):
        value = majority.majority_limit_mp(width, shift, Fraction(1, 2), digits=30)
        assert abs(value - mpmath.mpf(wanted.numerator) / wanted.denominator) < 1e-14
        assert majority.majority_limit(width, float(shift), 0.5) == pytest.approx(float(wanted), rel=1e-14)
    # float64 at k = 500, where M^k = 1e-19: the vote has settled on bin 0 (shift 0.3), on bin -1 (shift 0.7)
    for shift in (0.3, 0.7):
        assert majority.majority_vote(500, 4.0, shift, 0.5) == pytest.approx(majority.majority_limit(4.0, shift, 0.5), rel=1e-9)
    with pytest.raises(DomainError, match="above 400"):
        majority.majority_limit_mp(2, Fraction(9, 20), 0)


def test_the_likeliest_bin_rule_refuses_other_plateaus() -> None:
    chance = WinningChance(i_bin, k, bin_width, grid_shift)
    before = ManyAnswers(Sum(((i_bin + grid_shift) * bin_width + tau) ** 2 * chance, (i_bin, -oo, oo)), k)
    assert LikeliestBin().check(before, (grid_shift * bin_width + tau) ** 2).kind == "symbolic"
    for claim in (((grid_shift - 1) * bin_width + tau) ** 2, tau**2):
        with pytest.raises(DerivationError, match="plateau"):
            LikeliestBin().check(before, claim)
    with pytest.raises(DerivationError):
        LikeliestBin(tie=True).check(before, tau**2 + bin_width**2 / 4)
    with pytest.raises(DerivationError, match="limits"):
        UnderLimit(CentreOfABin()).check(before.args[0], before)


def test_the_race_by_hand_and_by_counts() -> None:
    assert race.race_tail(1, 0.5, 0.2) == pytest.approx(0.2 + 0.3 / 2, rel=1e-12)
    assert race.race_tail(2, 0.5, 0.2) == pytest.approx(0.04 + 0.12 + (0.09 + 0.2) / 2, rel=1e-12)
    a, b = race.race_tail_mp(30, "0.5", "0.2", 25), race.race_by_counts_mp(30, "0.5", "0.2", 25)
    assert abs(a / b - 1) < 1e-24
    with pytest.raises(DomainError, match="needed"):
        race.race_tail(3, 0.2, 0.5)


# Search in stages.


def test_search_with_nothing_to_choose_and_with_one_stage() -> None:
    assert beam.beam_error(3, 3, 0.7, -1.0) == pytest.approx(1 + 0.49, rel=1e-12)
    for judge in (0.7, -0.4):
        assert beam.beam_error(12, 1, 0.7, judge) == pytest.approx(selection_error(12, 0, 0.7, judge), rel=1e-11)


def test_two_stages_as_an_integral_over_the_first() -> None:
    """With two candidates a stage: density 2 phi(x - o) S(|x|; o) of the first residual, then F_2 of the last stage."""
    tau_, rho_ = 0.4, 0.9
    x = np.arange(-10, 10.0001, 0.005)
    o = rho_ / math.sqrt(2)
    erfc = np.vectorize(math.erfc)
    survival = (erfc((np.abs(x) - o) / math.sqrt(2)) + erfc((np.abs(x) + o) / math.sqrt(2))) / 2
    density = 2 * np.exp(-((x - o) ** 2) / 2) / math.sqrt(2 * math.pi) * survival
    left = rho_ / 2 + x / math.sqrt(2)
    last = selection_error(2, 0, math.sqrt(2) * (left + tau_ - rho_), math.sqrt(2) * left) / 2
    assert beam.beam_error(4, 2, tau_, rho_) == pytest.approx(float((density * last).sum() * 0.005), rel=1e-5)


def test_search_in_two_arithmetics_and_its_law() -> None:
    value = beam.beam_error_mp(10**4, 2, 1, 1, digits=20)
    assert beam.beam_error(1e4, 2, 1, 1) == pytest.approx(float(value), rel=1e-10)
    law = formula("search.beam").rhs.numpy(1e6, 4, 2.0, 2.0)
    assert beam.beam_error(1e6, 4, 2.0, 2.0) == pytest.approx(law, rel=1e-4)
    assert law == pytest.approx(math.pi * 4 * math.e / 1e12, rel=1e-14)
    assert law < formula("search.beam").rhs.numpy(1e6, 1, 2.0, 2.0) / 3  # e^4 against 4 e
    with pytest.raises(DomainError, match="stages"):
        beam.beam_error(4, 1.5, 0, 0)


# The rules refuse what is false.


def test_rules_refuse_wrong_claims() -> None:
    from infscale_sym.theory.selection.rules import draw, i

    square = Expectation((Sum(draw[i], (i, 1, k)) / k + tau) ** 2)
    assert MomentsOfDraws().check(square, tau**2 + 1 / k).kind == "symbolic"
    share = NormalShare(z)
    weight: Expr = (share * (1 - share)) ** ((k - 1) / 2) * normal_density(z)
    wrong_constant = Integral((z + tau) ** 2 * weight, (z, -oo, oo))
    centre = weighted_moment(1, 1) / weighted_moment(1, 0)
    start = BeamError(k, stages, tau, rho)
    unscaled = BeforeLastStage(SelectionError(k / stages, 0, remaining + tau - rho, remaining) / stages, k, stages, rho)
    chance = WinningChance(i_bin, k, bin_width, grid_shift)
    at_the_edge = Sum(((i_bin + grid_shift + Rational(1, 2)) * bin_width + tau) ** 2 * chance, (i_bin, -oo, oo))
    for rule, before, claim in (
        (MomentsOfDraws(), square, tau**2 + 1 / k**2),
        (MomentsOfDraws(), square, tau**2 + exp(-k)),
        (MiddleAnswer(), wrong_constant, wrong_constant),
        (SymmetricAboutZero(), wrong_constant, tau**2 + Integral(z**2 * weight, (z, -oo, oo))),
        (RatioOfMeans(1), square, centre**2),
        (RatioOfMeans(0), square, centre),
        (LastStage(), start, unscaled),
        (CentreOfABin(), MajorityVote(k, bin_width, grid_shift, tau), at_the_edge),
    ):
        with pytest.raises(DerivationError):
            rule.check(before, claim)


def test_ties_must_be_shared() -> None:
    before = Sum(
        ((i_bin + grid_shift) * bin_width + tau) ** 2 * WinningChance(i_bin, k, bin_width, grid_shift), (i_bin, -oo, oo)
    )
    right = MajorityPolynomial(k, bin_width, grid_shift, tau)
    assert CountInBins().check(before, right).kind == "instances"
    opened = right.unfold()
    unshared = opened.replace(
        lambda e: isinstance(e, Integral), lambda e: 2 * Integral(e.function, (e.limits[0][0], 0, Rational(1, 2)))
    )
    with pytest.raises(DerivationError, match="chances"):
        CountInBins().check(before, unshared)


# The simulator, by itself and as a leg.


def test_simulated_votes_by_hand() -> None:
    rng = np.random.default_rng(5)
    whole = 1 - (math.sqrt(0.5) - math.sqrt(0.2)) ** 2
    for result, value in (
        (drawn.mean_of_answers(4, 0.5, trials=40_000, seed=rng), 0.5),
        (drawn.median_of_answers(3, 0.0, trials=40_000, seed=rng), 1 - math.sqrt(3) / math.pi),
        (drawn.median_of_answers(2, 0.0, trials=40_000, seed=rng), 0.5),
        (drawn.race_of_bins(2, 0.5, 0.2, trials=40_000, seed=rng), 0.305 * math.sqrt(2) / whole**2),
        (drawn.search_in_stages(3, 3, 0.7, -1.0, trials=40_000, seed=rng), 1.49),
        (drawn.majority_of_answers(5, 2.5, 0.4, 0.5, trials=40_000, seed=rng), 1.8485485149518),
    ):
        assert abs(result.mean - value) < 4.5 * result.standard_error
    with pytest.raises(DomainError, match="multiple"):
        drawn.search_in_stages(5, 2, 0, 0, trials=10, seed=rng)


@pytest.mark.parametrize("id", ["vote.weighted-mean", "vote.majority", "vote.majority.infinite-k.tie", "vote.median.even"])
def test_the_simulation_leg_agrees_and_rejects(id: str) -> None:
    (one,) = [f for f in FORMULAS if f.id == id]
    leg = simulation.check(one, quick=True)
    assert leg.agrees
    assert "standard errors away" in leg.evidence


def test_the_map_is_exact_where_it_is_drawn() -> None:
    from infscale_sym.theory.votes.figures import _fine_contest, contest

    offsets = np.array([-0.7, 0.0, 2.0])
    fine, whole = _fine_contest(16, 0.3, offsets, 8), contest(16, 0.3, offsets, offsets)
    assert fine == pytest.approx(whole, rel=2e-3)
    assert (whole[1] < whole[2]).all()  # the weighted mean is never worse than selection
