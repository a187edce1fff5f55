"""Deterministic equivalents for any spectrum: closed forms, ridgeless limits, matrices, power laws, moments of the offsets."""

from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np
import pytest
from mpmath import mp, mpf

from infscale_sym import simulate
from infscale_sym.errors import DomainError
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.regression.values import planar, ridge, ridge_exact
from infscale_sym.theory.regression.values.marchenko_pastur import teacher_risk_from_law_arb, teacher_risk_from_law_mp
from infscale_sym.theory.regression.values.offsets import offset_moments
from infscale_sym.theory.regression.values.spectrum import PowerLaw, Spectrum, spectrum

# A rotated matrix with eigenvalues 1 and 4: rotation by the angle with cosine 3/5.
C, S = Fraction(3, 5), Fraction(4, 5)
ROTATED = [[C * C + 4 * S * S, -3 * C * S], [-3 * C * S, S * S + 4 * C * C]]
FLOATS = [[float(entry) for entry in row] for row in ROTATED]


# Ridges.


@pytest.mark.parametrize("size", [0.25, 1.0, 7.0])
def test_ridgeless_isotropic_by_hand(size):
    """kappa = 0 with at least as many data as weights, Sigma (alpha - 1) with fewer."""
    got = ridge.renormalized_ridge(0, [0.1, 0.999, 1, 1.5, 4], size)
    np.testing.assert_allclose(got, [0, 0, 0, size / 2, 3 * size], rtol=1e-15)


def test_ridgeless_with_two_eigenvalues_by_hand():
    """alpha = 2, eigenvalues 1 and 4: 1/(1 + k) + 4/(4 + k) = 1 is k^2 = 4; alpha = 4: k^2 - 5 k - 12 = 0."""
    got = ridge.renormalized_ridge(0, [0.5, 1, 2, 4], [1, 4])
    np.testing.assert_allclose(got, [0, 0, 2, (5 + 73**0.5) / 2], rtol=1e-15)
    assert ridge_exact.renormalized_ridge_mp(0, 2, [1, 4]) == 2
    ball = ridge_exact.renormalized_ridge_arb(0, 2, [1, 4])
    assert ball.contains(2)
    assert ball.rad() < 1e-45
    assert ridge_exact.renormalized_ridge_arb(0, 1, [1, 4]) == 0


def test_the_approach_to_no_ridge():
    """alpha < 1: lambda/(1 - alpha); alpha = 1: the root of lambda over the mean of 1/s, here 5/8."""
    tiny = 1e-200
    got = ridge.renormalized_ridge(tiny, [0.25, 1], [1, 4])
    np.testing.assert_allclose(got, [tiny / 0.75, (tiny * 8 / 5) ** 0.5], rtol=1e-14)


@pytest.mark.parametrize("alpha", [0.3, 1, 2.5])
@pytest.mark.parametrize("lam", [1e-12, 0.1, 30])
def test_three_arithmetics_agree(alpha, lam):
    for law, exact in (([1, 4], [1, 4]), (FLOATS, [1, 4]), (PowerLaw(0.5, 40), PowerLaw("0.5", 40))):
        fast = ridge.renormalized_ridge(lam, alpha, law)
        with mp.workdps(40):
            slow = ridge_exact.renormalized_ridge_mp(lam, alpha, exact, 30)
            assert abs(fast / slow - 1) < 1e-13, (law, fast, slow, fast / slow - 1)
            with flint.ctx.workprec(200):
                ball = ridge_exact.renormalized_ridge_arb(lam, alpha, exact, 30)
                assert ball.overlaps(ridge_exact.from_mpf(slow).union(ball.mid()))
                assert bool(abs(ball - ridge_exact.from_mpf(slow)) < 1e-28 * abs(ball.mid()))


@pytest.mark.parametrize("law", [[2, Fraction(1, 2)], PowerLaw("0.5", 25), [1], ROTATED])
@pytest.mark.parametrize(("lam", "alpha"), [(2, Fraction(1, 2)), (12, Fraction(5, 2))])
def test_root_against_planar_pairings(law, lam, alpha):
    """The referee sums moments counted from non-crossing partitions and solves no equation."""
    with mp.workdps(30):
        count = planar.ridge_from_moments_mp(lam, alpha, law, 15)
        root = ridge_exact.renormalized_ridge_mp(lam, alpha, law, 25)
        assert abs(count / root - 1) < mpf(10) ** -14
        wrong = ridge_exact.renormalized_ridge_mp(lam, alpha * (1 + Fraction(1, 10**6)), law, 25)
        assert abs(count / wrong - 1) > mpf(10) ** -9


def test_planar_moments_by_hand():
    """Unit cumulants count all non-crossing partitions (Catalan); c_2 alone counts non-crossing pairings."""
    assert planar.planar_moments([Fraction(1)] * 7) == [1, 1, 2, 5, 14, 42, 132, 429]
    assert planar.planar_moments([Fraction(v) for v in (0, 1, 0, 0, 0, 0)]) == [1, 0, 1, 0, 2, 0, 5]
    with pytest.raises(DomainError, match="the planar referee needs"):
        planar.ridge_from_moments_mp(Fraction(1, 1000), 1, 1, 30)


def test_a_hundred_thousand_eigenvalues_are_built_once():
    law = PowerLaw(1.0, 100_000)
    assert PowerLaw(1.0, 100_000).eigenvalues is law.eigenvalues
    kappa = ridge.renormalized_ridge(1e-3, [0.01, 1, 100], law)
    residual = kappa * (1 - np.array([0.01, 1, 100]) * ridge.degrees_of_freedom(kappa, law)) - 1e-3
    assert np.abs(residual).max() < 1e-15
    with mp.workdps(30):
        assert abs(ridge_exact.renormalized_ridge_mp("0.001", 1, law, 20) / kappa[1] - 1) < 1e-13


def test_variance_of_a_spectrum_in_three_arithmetics():
    model = ("0.7", "0.8", "0.9", [1, 4])
    slow = ridge_exact.predictive_variance_mp(*model, digits=30)
    with mp.workdps(50), flint.ctx.workprec(200):
        assert bool(abs(ridge_exact.predictive_variance_arb(*model, digits=30) - ridge_exact.from_mpf(slow)) < 1e-29)
        assert abs(ridge.predictive_variance(0.7, 0.8, 0.9, FLOATS) / slow - 1) < 1e-14


# Moments of the offsets.


@pytest.mark.parametrize("nu", [0.3, 2.0])
@pytest.mark.parametrize("sigma", [0.2, 1.5])
def test_ridgeless_risk_by_hand(sigma, nu):
    """Sigma = 3: alpha < 1, Q = alpha sigma^2/(1 - alpha); alpha > 1, bias 3 nu^2 (1 - 1/alpha), noise sigma^2/(alpha - 1)."""
    few = [1.5, 5.0]
    got = offset_moments([0.25, 0.8, *few], sigma, np.inf, 3.0, nu)
    wanted = [sigma**2 / 3, 4 * sigma**2, *(3 * nu**2 * (1 - 1 / a) + sigma**2 / (a - 1) for a in few)]
    np.testing.assert_allclose(got.teacher, wanted, rtol=1e-13)
    np.testing.assert_allclose(got.variance, [sigma**2 / 0.75, sigma**2 / 0.2, np.inf, np.inf], rtol=1e-15)
    assert offset_moments(1.0, sigma, np.inf, 3.0, nu).teacher == np.inf
    # double descent: at alpha = 1 a wider and wider prior makes it worse and worse, as gamma/(2 sigma) times noise
    assert abs(offset_moments(1.0, 1.0, 1e6, 1.0, 1.0).teacher / 5e5 - 1) < 1e-5


def test_golden_ratio_model():
    """All parameters 1: kappa, s^2 = golden ratio, q = its inverse square, Q = its inverse."""
    golden = (1 + 5**0.5) / 2
    got = offset_moments(1, 1, 1, 1, 1, c=2)
    np.testing.assert_allclose(
        [got.teacher, got.cross, got.judge, got.variance], [1 / golden, 3 / golden, 9 / golden, golden], rtol=1e-15
    )
    printed = offset_moments(1, 1, 1, 1, 1, c=2, law="printed")
    np.testing.assert_allclose([printed.teacher, printed.cross, printed.judge], np.array([1, 3, 9]) / golden**2, rtol=1e-14)


@pytest.mark.parametrize("law", [0.7, [1, 4], FLOATS, PowerLaw(0.3, 500)])
@pytest.mark.parametrize("alpha", [0.2, 1.0, 3.0])
def test_a_teacher_from_the_prior_is_known_exactly(law, alpha):
    """Then Q = s^2 - sigma^2; and s^2 = gamma^2 kappa/alpha for any spectrum."""
    got = offset_moments(alpha, 0.6, 1.4, law, 1.4)
    assert abs(got.teacher / (got.variance - 0.36) - 1) < 1e-12
    kappa = ridge.renormalized_ridge(ridge.bare_ridge(alpha, 0.6, 1.4), alpha, law)
    assert abs(got.variance / (1.96 * kappa / alpha) - 1) < 1e-13


def test_forms_of_sigma_agree():
    weights, judge = [1.0, -2.0], [0.5, 0.25]
    rotation = np.array([[C, -S], [S, C]], dtype=float)
    given = offset_moments(0.7, 0.8, 0.9, FLOATS, rotation @ weights, rotation @ judge)
    diagonal = offset_moments(0.7, 0.8, 0.9, [1, 4], weights, judge)
    repeated = offset_moments(0.7, 0.8, 0.9, [1, 4, 4, 1], [1, -2, -2, 1], [0.5, 0.25, 0.25, 0.5])
    kept = offset_moments(0.7, 0.8, 0.9, spectrum(FLOATS), rotation @ weights, rotation @ judge)
    for other in (diagonal, repeated, kept):
        for name in ("teacher", "cross", "judge", "variance"):
            assert abs(getattr(given, name) / getattr(other, name) - 1) < 1e-13
    # Sigma = 2 I as a number, a list and a matrix
    numbers = [offset_moments(0.7, 0.8, 0.9, form, weights, judge) for form in (2.0, [2.0, 2.0], [[2.0, 0.0], [0.0, 2.0]])]
    assert max(abs(n.judge / numbers[0].judge - 1) for n in numbers) < 1e-14


def test_high_precision_for_matrices_and_weights():
    model = (Fraction(7, 10), Fraction(4, 5), Fraction(9, 10))
    weights = [C * 1 + S * 2, S * 1 - C * 2]  # the rotated (1, -2)
    with mp.workdps(50):
        slow = ridge_exact.teacher_risk_mp(*model, ROTATED, weights, 40)
        plain = ridge_exact.teacher_risk_mp(*model, [1, 4], [1, -2], 40)
        assert abs(slow / plain - 1) < mpf(10) ** -38
        ball = ridge_exact.teacher_risk_arb(*model, ROTATED, weights, 40)
        with flint.ctx.workprec(250):
            assert bool(abs(ball - ridge_exact.from_mpf(slow)) < 1e-38)
        fast = ridge.teacher_risk(0.7, 0.8, 0.9, FLOATS, [float(w) for w in weights])
        assert abs(fast / slow - 1) < 1e-13
        # coinciding eigenvalues
        double = [[2, 0], [0, 2]]
        assert ridge_exact.teacher_risk_arb(*model, double, weights, 40).overlaps(
            ridge_exact.teacher_risk_arb(*model, 2, weights, 40)
        )


@pytest.mark.parametrize("model", [("0.5", "0.8", "1.5", "1", "0.7"), ("2", "0.4", "1", "3", "1.2")])
def test_risk_against_the_marchenko_pastur_law(model):
    with mp.workdps(50):
        slow = ridge_exact.teacher_risk_mp(*model, digits=40)
        assert abs(teacher_risk_from_law_mp(*model, digits=40) / slow - 1) < mpf(10) ** -38
        with flint.ctx.workprec(250):
            assert bool(abs(teacher_risk_from_law_arb(*model, digits=40) - ridge_exact.from_mpf(slow)) < 1e-37)


def test_all_moments_against_fitted_students():
    """A judge with weights of its own, eigenvalues 2 and 1/2, alpha = 1/2; extrapolated in 1/d; the printed law is rejected."""
    found = {name: ([], []) for name in ("teacher_offset_square", "offset_product", "judge_offset_square", "variance")}
    sizes = (20, 40, 80, 160)
    for number, d in enumerate(sizes):
        result = simulate.regression(
            2 * d,
            d,
            1.0,
            0.9,
            k=(1,),
            T=0.0,
            prompts=400,
            training_sets=8000 // d,
            seed=100 + number,
            Sigma=np.resize([2.0, 0.5], d),
            teacher=np.resize([1.0, -0.5], d),
            judge=np.resize([0.4, -0.9], d),
        )
        for name, (values, errors) in found.items():
            values.append(getattr(result, name).mean)
            errors.append(getattr(result, name).standard_error)
    law, printed = (
        offset_moments(0.5, 1.0, 0.9, [2.0, 0.5], [1.0, -0.5], [0.4, -0.9], law=which) for which in ("full", "printed")
    )
    for name, field in zip(found, ("teacher", "cross", "judge", "variance"), strict=True):
        value, error = extrapolate(sizes, *found[name])
        assert abs(value - getattr(law, field)) < 4 * error, (name, value, error, law)
        if field != "variance":
            assert abs(value - getattr(printed, field)) > 6 * error, (name, value, error, printed)


# Bad input.


@pytest.mark.parametrize(
    ("law", "said"),
    [
        ([[1, 2], [2, 1]], "positive definite; its smallest eigenvalue is -1"),
        ([[1, 0], [0, 0]], "positive definite"),
        ([[1, 0.5], [0, 1]], "symmetric; entries differ from their mirror images by up to 0.5"),
        ([[1, 0, 0], [0, 1, 0]], r"square; got shape \(2, 3\)"),
        ([], "got shape"),
        ([1, -2], "Sigma must be positive; got -2"),
        (0, "Sigma must be positive; got 0"),
        (np.ones((2, 2, 2)), "got shape"),
    ],
)
def test_a_bad_covariance_is_named(law, said):
    with pytest.raises(DomainError, match=said):
        ridge.renormalized_ridge(1, 1, law)


@pytest.mark.parametrize("law", [[[1, 2], [2, 1]], [[1, 0], [0, 0]], [[1, 0.5], [0, 1]], [[1, 0, 0], [0, 1, 0]], []])
def test_a_bad_covariance_is_refused_at_high_precision(law):
    for function in (ridge_exact.renormalized_ridge_mp, ridge_exact.renormalized_ridge_arb):
        with pytest.raises(DomainError, match="Sigma"):
            function(1, 1, law)


@pytest.mark.parametrize(
    ("arguments", "keywords", "said"),
    [
        ((1, 1, 1, 1, 1), {"law": "full-law"}, 'law must be "full" or "printed"'),
        ((1, 1, 1, 1, [1, 1]), {"judge": [1, 1], "c": 1}, "not both"),
        ((1, 1, 1, 1, 1), {"judge": [1, 1]}, "needs a teacher given by weights"),
        ((1, 1, 1, [1, 2], [1, 1, 1]), {}, r"teacher must have the shape \(2,\)"),
        ((1, 1, 1, 2, [1, 1, 1]), {"judge": [1, 1]}, "one shape"),
        ((1, 0, 1, 1, 1), {}, "sigma must be positive; got 0"),
        ((-1, 1, 1, 1, 1), {}, "alpha must be positive; got -1"),
        ((1, 1, 1, 1, 0), {}, "teacher must be positive; got 0"),
    ],
)
def test_bad_moments_are_named(arguments, keywords, said):
    with pytest.raises(DomainError, match=said):
        offset_moments(*arguments, **keywords)


def test_bad_ridges_and_power_laws_are_named():
    with pytest.raises(DomainError, match="lambda must not be negative; got -1"):
        ridge.renormalized_ridge(-1, 1, 1)
    for exponent, dimension in ((-1, 5), ("x", 5), (1, 0), (1, 2.5), (1, True), (1, 10**7)):
        with pytest.raises(DomainError, match="power law"):
            PowerLaw(exponent, dimension)
    with pytest.raises(DomainError, match="rounded to doubles"):
        ridge_exact.renormalized_ridge_mp(1, 1, Spectrum(np.array([1.0, 2.0])))
