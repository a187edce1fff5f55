"""The joint law of the offsets: by hand, by independent computations, the rules that derive it, drawn students, controls."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from importlib.resources import files

import flint
import numpy as np
import pytest
from mpmath import mp, mpf
from scipy import integrate, stats
from sympy import Rational

from infscale_sym import simulate
from infscale_sym.catalog import formula
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.theory.mean_law import ridgeless_values as ridgeless_law
from infscale_sym.theory.mean_law import values as mean_law
from infscale_sym.theory.mean_law.draws import conditional_covariances, prompt_covariances
from infscale_sym.theory.mean_law.evidence import exponent, intercepts, laws, students, weights_and_spectrum
from infscale_sym.theory.mean_law.figures import deviations_from_the_law
from infscale_sym.theory.mean_law.formulas import FORMULAS
from infscale_sym.theory.mean_law.notation import (
    CharacteristicGap,
    CrossRisk,
    JudgeRisk,
    OffsetKurtosis,
    SpreadMoment,
    WeightForm,
    frequency,
    nu_R,
    overlap,
)
from infscale_sym.theory.mean_law.ridgeless_rules import (
    ByKurtosis,
    ChiSquareMoments,
    JensenGap,
    NormalGivenTheData,
    RatioOfChiSquares,
)
from infscale_sym.theory.mean_law.rules import (
    FixedWeightLimit,
    LinearInTheJudge,
    NoPreferredDirection,
    TeacherFromThePrior,
    UseAt,
)
from infscale_sym.theory.regression.matrix_notation import Equivalent, Resolvent, word
from infscale_sym.theory.regression.notation import (
    BareRidge,
    PredictiveVariance,
    RenormalizedRidge,
    Sigma,
    TeacherRisk,
    alpha,
    dimension,
    gamma,
    nu,
    sigma,
)
from infscale_sym.theory.regression.values.offsets import offset_moments
from infscale_sym.theory.regression.values.spectrum import PowerLaw
from infscale_sym.verify.digits import check
from tests.shared import derived
from tools import make_mean_law_evidence as maker

MODEL = (alpha, sigma, gamma, Sigma)
BARE = BareRidge(alpha, sigma, gamma)
G = Resolvent(BARE)
H = Equivalent(BARE / RenormalizedRidge(BARE, alpha, Sigma), BARE)
Q = TeacherRisk(*MODEL, nu)
GOLDEN = (1 + 5**0.5) / 2


def refused(rule, before, after, said="."):
    with pytest.raises(DerivationError, match=said):
        rule.check(before, after)


# By hand.


def test_golden_student():
    """All parameters 1: kappa is the golden ratio, Q = kappa df1 = 1/golden; c_TR = 1/2 halves one and makes the other 1."""
    model = (1, 1, 1, 1)
    np.testing.assert_allclose(mean_law.cross_risk(*model, 1, [1, 0.5, 0, -1]), np.array([1, 0.5, 0, -1]) / GOLDEN, atol=1e-15)
    np.testing.assert_allclose(mean_law.judge_risk(*model, 1, 1, [1, 0.5]), [1 / GOLDEN, 1], rtol=1e-15)
    # a judge of twice the teacher's weights: Q + (1 - 4 + 4) - 2 (1 - 2)/golden
    np.testing.assert_allclose(mean_law.judge_risk(*model, 1, 2, 2), 1 / GOLDEN + 1 + 2 / GOLDEN, rtol=1e-15)


def test_a_judge_that_knows_nothing():
    """w_R = 0: Delta_R = m, so E Delta_R^2 and E Delta_T Delta_R follow from what is kept of the teacher."""
    law = offset_moments(0.7, 0.8, 0.9, [2.0, 0.5], [1.0, 1.0], [0.0, 0.0])
    got = mean_law.judge_risk(0.7, 0.8, 0.9, [2.0, 0.5], 1, 1e-9, 0)
    np.testing.assert_allclose(got, law.judge, rtol=1e-13)
    np.testing.assert_allclose(mean_law.cross_risk(0.7, 0.8, 0.9, [2.0, 0.5], 1, 0), law.cross, rtol=1e-13)


def test_scalar_overlaps_are_those_of_weights():
    """Weights alike on both eigenvalues against the evaluator that takes whole weight vectors."""
    w, v = np.repeat([1.2, 0.5, -0.8], 2), np.repeat([0.7, 0.8, -0.3], 2)
    spectrum = np.resize([2.0, 0.5], 6)
    law = offset_moments(1.5, 0.6, 1.3, spectrum, w, v)
    overlaps = np.sqrt(np.mean(w * w)), np.sqrt(np.mean(v * v)), np.mean(w * v)
    np.testing.assert_allclose(mean_law.cross_risk(1.5, 0.6, 1.3, spectrum, overlaps[0], overlaps[2]), law.cross, rtol=1e-13)
    np.testing.assert_allclose(mean_law.judge_risk(1.5, 0.6, 1.3, spectrum, *overlaps), law.judge, rtol=1e-13)


@pytest.mark.parametrize("law", [Fraction(7, 10), [1, 4], PowerLaw("0.5", 20)])
def test_three_arithmetics_agree(law):
    exact = (Fraction(1, 2), Fraction(4, 5), Fraction(11, 10), law, Fraction(3, 4), Fraction(1, 2), Fraction(1, 5))
    plain = [float(a) if isinstance(a, Fraction) else a for a in exact]
    with mp.workdps(40), flint.ctx.workprec(200):
        slow = mean_law.judge_risk_mp(*exact, digits=30)
        assert abs(mean_law.judge_risk(*plain) / slow - 1) < 1e-13
        ball = mean_law.judge_risk_arb(*exact, digits=30)
        assert abs(mpf(ball.str(35, radius=False)) / slow - 1) < mpf(10) ** -29
        assert mean_law.mean_eigenvalue_arb(law).overlaps(
            flint.arb(mp.nstr(mean_law.mean_eigenvalue_mp(law, 40), 45)) + flint.arb(0, 1e-38)
        )


def test_the_marchenko_pastur_road_meets_the_root():
    exact = (Fraction(3, 2), Fraction(4, 5), Fraction(1, 2), Fraction(7, 10), Fraction(3, 4), Fraction(1, 2), Fraction(1, 5))
    with mp.workdps(60):
        one, two = mean_law.judge_risk_mp(*exact), mean_law.judge_risk_from_law_mp(*exact)
        assert abs(one / two - 1) < mpf(10) ** -49
        wrong = mean_law.judge_risk_mp(*exact[:-1], Fraction(1, 5) + Fraction(1, 10**20))
        assert abs(wrong / two - 1) > mpf(10) ** -21


def test_a_teacher_from_the_prior():
    """Q = s^2 - sigma^2, and what the judge sees of it; a teacher twice as wide breaks it."""
    cross = formula("predictive.prior-teacher.cross")
    for shape in (0.3, 2.0):
        lhs, rhs = (float(side.numpy(shape, 0.8, 1.1, 0.7, 0.4)) for side in (cross.lhs, cross.rhs))
        assert lhs == pytest.approx(rhs, rel=1e-13)
        square = float(formula("predictive.prior-teacher").rhs.numpy(shape, 0.8, 1.1, 0.7))
        assert offset_moments(shape, 0.8, 1.1, 0.7, 1.1).teacher == pytest.approx(square, rel=1e-13)
        assert offset_moments(shape, 0.8, 1.1, 0.7, 2.2).teacher > 1.01 * square


def test_out_of_domain():
    with pytest.raises(DomainError, match="overlap of two weight vectors"):
        mean_law.judge_risk(1, 1, 1, 1, 1, 1, 1.5)
    with pytest.raises(DomainError, match="overlap of two weight vectors"):
        mean_law.judge_risk_mp(1, 1, 1, 1, 1, 1, -2)
    with pytest.raises(DomainError, match="nu_R must be positive"):
        mean_law.judge_risk(1, 1, 1, 1, 1, 0, 0)
    with pytest.raises(DomainError, match="needs d/alpha - d > 3"):
        ridgeless_law.offset_kurtosis(10, 0.9)
    with pytest.raises(DomainError, match="needs d/alpha - d > 3"):
        ridgeless_law.offset_kurtosis_mp(10, "0.9")
    with pytest.raises(DomainError, match="needs p = 1 or 2"):
        ridgeless_law.spread_moment(3, 10, 0.5)
    with pytest.raises(DomainError, match="Sigma must be a number or eigenvalues here"):
        prompt_covariances(4, 2, 1, 1, Sigma=np.eye(2), teacher=[1, 1], judge=[1, 1], training_sets=2, seed=0)
    with pytest.raises(DomainError, match="a multiple of 3"):
        weights_and_spectrum("isotropic", 10)


# Without a ridge.


def test_kurtosis_of_one_feature_and_five():
    """d = 1, n = 10: normal times Student with 10 degrees (over root 10), E z^4 = 3 times 3 (10 - 2)/(10 - 4) = 4."""
    assert ridgeless_law.offset_kurtosis(1, Fraction(1, 10)) == pytest.approx(3 * (3 + stats.t(10).stats("k")), rel=1e-14)
    assert ridgeless_law.spread_moment(1, 5, 0.25) == pytest.approx(5 / 14)
    ratio = stats.betaprime(2.5, 8)  # chi^2_5 over chi^2_16
    assert ridgeless_law.spread_moment(2, 5, 0.25) == pytest.approx(ratio.moment(2), rel=1e-12)
    wanted = 3 * ratio.moment(2) / ratio.moment(1) ** 2
    for value in (
        ridgeless_law.offset_kurtosis(5, 0.25),
        ridgeless_law.offset_kurtosis_mp(5, "0.25", digits=20),
        ridgeless_law.kurtosis_by_density_mp(5, "0.25", digits=20),
        float(ridgeless_law.offset_kurtosis_arb(5, "0.25", digits=20).mid()),
    ):
        assert float(value) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(("w", "d", "shape"), [(0.4, 6, 0.25), (2.0, 12, 0.5)])
def test_characteristic_function_by_quadrature(w, d, shape):
    n = d / shape
    ratio = stats.betaprime(d / 2, (n - d + 1) / 2)
    value = integrate.quad(lambda v: np.exp(-(w**2) * v / 2) * ratio.pdf(v), 0, np.inf, epsabs=1e-13)[0]
    gap = value - np.exp(-(w**2) * ratio.mean() / 2)
    assert ridgeless_law.characteristic_gap(w, d, shape) == pytest.approx(gap, abs=1e-11)
    assert 0 < gap < float(formula("predictive.gaussian-bound").rhs.numpy(w, d, shape))


def test_students_without_a_ridge_do_not_see_the_spectrum_or_the_teacher():
    """The same white rows and noise give the same offsets, to the digits that a prior of 10^6 leaves."""
    v = [
        prompt_covariances(24, 6, 0.8, 1e6, Sigma=s, teacher=w, judge=np.zeros(6), training_sets=5, seed=3)[:, 0]
        for s, w in ((1.0, np.ones(6)), (np.arange(1, 7.0), np.arange(6.0)))
    ]
    np.testing.assert_allclose(v[0], v[1], rtol=1e-8)


# The rules.


@pytest.mark.parametrize(
    ("place", "verdict"), [(2, "1 symbolic, 3 numeric"), (4, "2 symbolic, 1 numeric"), (5, "3 symbolic, 1 numeric")]
)
def test_derivations_reach_their_formulas(place, verdict):
    """Those that measure no limit; the others run in the notebook."""
    assert derived(FORMULAS[place].id).verdict == f"derived ({verdict})"


def test_rules_refuse_what_is_nearly_so():
    cross, judge = CrossRisk(*MODEL, nu, overlap), JudgeRisk(*MODEL, nu, nu_R, overlap)
    form, settled = BARE * WeightForm(word(G, Sigma)), BARE * WeightForm(word(H, Sigma))
    refused(LinearInTheJudge(), cross, Q + form, "moments of the posterior mean differ")
    refused(LinearInTheJudge(), cross, Q - 2 * form)
    refused(LinearInTheJudge(), judge, Q - 2 * form)  # the term without data left out
    refused(LinearInTheJudge(), Q, Q - form, "opens the moments")
    bare_only = BARE * WeightForm(word(Equivalent(1, BARE), Sigma))  # h = 1: the data taken for Sigma itself
    refused(FixedWeightLimit(), Q - form, Q - bare_only)
    refused(FixedWeightLimit(), Q - form, Q - Rational(51, 50) * settled)
    at_cross = formula("predictive.cross-law").statement.rhs
    NoPreferredDirection().check(Q - settled, at_cross)
    refused(NoPreferredDirection(), Q - settled, at_cross.subs(overlap, 2 * overlap))
    own = TeacherRisk(*MODEL, gamma)
    refused(TeacherFromThePrior(), own, PredictiveVariance(*MODEL))
    refused(TeacherFromThePrior(), Q, PredictiveVariance(*MODEL) - sigma**2, "drawn from the prior")
    refused(UseAt("predictive.prior-teacher"), own, PredictiveVariance(*MODEL))
    refused(UseAt("predictive.prior-teacher"), cross, cross)


def test_rules_without_a_ridge_refuse_what_is_nearly_so():
    kurtosis = OffsetKurtosis(dimension, alpha)
    one, two = (SpreadMoment(p, dimension, alpha) for p in (1, 2))
    refused(NormalGivenTheData(), kurtosis, 2 * two / one**2, "fourth moment 3")
    refused(NormalGivenTheData(), one, one)
    refused(RatioOfChiSquares(), two, two)
    refused(ChiSquareMoments(), two, two)
    gap = CharacteristicGap(frequency, dimension, alpha)
    refused(JensenGap(), gap, frequency**4 / 16 * (two - one**2), "Taylor's formula gives")
    refused(JensenGap(), kurtosis, kurtosis)
    refused(ByKurtosis(), two - one**2, one**2 * (kurtosis - 2) / 3, "the sides differ")


@pytest.mark.parametrize("id", ["predictive.cross-law", "predictive.ridgeless-kurtosis"])
def test_a_wrong_claim_has_a_counterexample(id):
    entry = formula(id)
    statement = entry.statement
    wrong = statement.rhs.subs(overlap, -overlap) if statement.has(overlap) else 3 + 6 / ((1 - alpha) * dimension)
    leg, _ = check(replace(entry, statement=statement.with_rhs(wrong)), 20, True)
    assert leg.summary == "counterexample"


# Drawn students.


def test_students_of_the_fast_road_are_those_of_the_simulator():
    """The same moments end to end, prompts drawn: `simulate.regression` with a judge given by weights."""
    d, n = 6, 9
    Sigma_, teacher, judge = np.resize([2.0, 0.5], d), np.linspace(-1, 1.5, d), np.linspace(1, 0.2, d)
    given = {"Sigma": Sigma_, "teacher": teacher, "judge": judge}
    result = simulate.regression(n, d, 0.8, 1.1, k=1, T=0, prompts=20, training_sets=3000, seed=5, workers=1, **given)
    drawn = prompt_covariances(n, d, 0.8, 1.1, **given, training_sets=20_000, seed=6)
    averaged = conditional_covariances(n, d, 0.8, 1.1, **given, training_sets=20_000, seed=7)
    for column, name in enumerate(("teacher_offset_square", "offset_product", "judge_offset_square")):
        estimate = getattr(result, name)
        means, errors = zip(
            (float(estimate.mean), float(estimate.standard_error)),
            *((a[:, column].mean(), a[:, column].std(ddof=1) / len(a) ** 0.5) for a in (drawn, averaged)),
            strict=True,
        )
        assert abs(means[1] - means[0]) < 4 * np.hypot(errors[0], errors[1])
        assert abs(means[2] - means[1]) < 4 * np.hypot(errors[1], errors[2])
        assert errors[2] < 0.8 * errors[1]  # averaging by hand takes scatter away


def test_one_student_by_plain_linear_algebra():
    rng = np.random.default_rng(np.random.SeedSequence(11, spawn_key=(0,)))
    x = rng.standard_normal((1, 5, 3))[0] * np.sqrt([3.0, 1.0, 0.5])
    w, v = np.array([1.0, -2.0, 0.5]), np.array([0.0, 1.0, 1.0])
    phi = x / 3**0.5
    y = phi @ w + 0.8 * rng.standard_normal((1, 5))[0]
    mu = np.linalg.inv(np.eye(3) / 1.1**2 + phi.T @ phi / 0.8**2) @ phi.T @ y / 0.8**2
    cov = np.diag([3.0, 1.0, 0.5]) / 3
    wanted = [(mu - w) @ cov @ (mu - w), (mu - w) @ cov @ (mu - v), (mu - v) @ cov @ (mu - v)]
    got = prompt_covariances(5, 3, 0.8, 1.1, Sigma=[3.0, 1.0, 0.5], teacher=w, judge=v, training_sets=1, seed=11)
    np.testing.assert_allclose(got[0], wanted, rtol=1e-11)


@pytest.mark.parametrize("number", [16, 33])
def test_the_table_comes_again(number):
    """2 of the 40 runs, by the generator."""
    stored = json.loads((files("infscale_sym.theory.mean_law") / "evidence.json").read_text())[number]
    run = {**maker.plan()[number]}
    assert run == {name: stored[name] for name in run}
    made = maker.simulated(run)
    for name in set(stored) - set(run):
        np.testing.assert_allclose(made[name], stored[name], rtol=1e-6 if "errors" not in name else 5e-3, err_msg=name)


def test_the_law_holds_and_the_printed_one_does_not():
    families = students()
    assert [(f.spectrum, f.alpha) for f in families] == [(s, a) for s in maker.SPECTRA for a in maker.ALPHAS]
    squares = []
    for family in families:
        value, error = family.at_infinity()
        assert error.max() < 0.005  # the standard error asked of a proportional-limit law, relative
        assert np.abs(value / error).max() < 4
        fine, small = family.at_infinity(conditional=True)
        assert np.abs(fine / small).max() < 4
        assert small.max() < 0.0012
        squares.append((value[0] / error[0]) ** 2)
        ratio = laws(family.spectrum, family.alpha, 72, "printed") / laws(family.spectrum, family.alpha, 72)
        assert ((value + 1 - ratio) / error).min() > 6
    assert 1 < sum(squares) < 30  # ten independent deviations: chi-square, neither too good nor too bad


def test_the_deviation_falls_as_one_over_d():
    """Pooled over ten independent families; a rate of d^-1/2 or d^-2 is rejected."""
    for found, allowed in (
        ([f.exponent(0) for f in students()], 0.08),
        ([f.kurtosis_exponent(0) for f in students()], 0.012),
        ([f.kurtosis_exponent(1) for f in students()], 0.012),
    ):
        weights = np.array([e**-2 for _, e in found])
        pooled, error = float(np.array([p for p, _ in found]) @ weights / weights.sum()), float(weights.sum() ** -0.5)
        assert error < allowed
        assert abs(pooled + 1) < 4 * error
        assert min(abs(pooled + 0.5), abs(pooled + 2)) > 6 * error


def test_fits_by_hand():
    d = np.array([9.0, 18, 36, 72])
    values, errors = (0.25 + 3 / d - 5 / d**2)[:, None], np.full((4, 1), 0.01)
    c, e = intercepts((9, 18, 36, 72), values, errors)
    assert c[0] == pytest.approx(0.25, abs=1e-12)
    assert e[0] > 0.01
    p, _ = exponent((9, 18, 36, 72), 4 * d**-1.5 * np.exp(2 / d), np.full(4, 0.001))
    assert p == pytest.approx(-1.5, abs=1e-10)


def test_the_figure_is_drawn():
    picture = deviations_from_the_law()
    assert picture._repr_png_()[:4] == b"\x89PNG"
    assert len(picture.figure.axes) == 3
