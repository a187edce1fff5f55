"""The linear one-step denoiser: hand-computed values, independent sums, fitted maps, thresholds, refusals of the rules."""

from __future__ import annotations

import math
from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
from scipy.special import digamma
from sympy import Rational, Symbol, exp, log, sqrt

from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.theory.denoiser import draws as simulate
from infscale_sym.theory.denoiser import formulas
from infscale_sym.theory.denoiser.limit_rules import ChebyshevForExpectations, FitGivenInputs
from infscale_sym.theory.denoiser.notation import (
    DirectionDivergence,
    ExpectedDivergence,
    OneDrawSpread,
    SpectralMean,
    mean_variance,
    zeta,
)
from infscale_sym.theory.denoiser.rules import Linear, ScaleIdentity, WishartMoments, vanishes
from infscale_sym.theory.denoiser.values import expectation as exact
from infscale_sym.theory.denoiser.values import numeric, steps
from infscale_sym.theory.denoiser.values.enclosure import expected_divergence_arb
from infscale_sym.theory.denoiser.values.exact import spectral_average_mp
from infscale_sym.theory.denoiser.values.spectrum import mean_spectrum
from infscale_sym.theory.regression.notation import dimension, eigenvalue, examples

T, NOISE = 2.0, math.exp(-4)
RATIO = float(numeric.noise_ratio(T, NOISE))


def test_one_example_too_few_by_hand() -> None:
    """d = 1, n = 2, no noise: v is chi-squared(1)/2, KL = (ln 1 - psi(1/2))/2 = (Euler's gamma)/2 + ln 2."""
    assert float(numeric.isotropic_divergence(2, 1)) == pytest.approx(np.euler_gamma / 2 + math.log(2), rel=1e-14)
    assert float(numeric.fit_divergence(2, 1)) == pytest.approx(np.euler_gamma / 2 + math.log(2), rel=1e-14)
    assert float(numeric.generated_variance(1.0, 1 / math.expm1(2.0), 1.0, 1.0)) == pytest.approx(0.5, rel=1e-14)
    assert pytest.approx(1 - math.exp(-4), rel=1e-14) == RATIO


@pytest.mark.parametrize(("n", "d"), [(3, 2), (8, 7), (30, 5), (130, 100), (1000, 100), (301, 300)])
def test_the_mean_spectrum_has_the_moments_of_a_wishart_matrix(n: int, d: int) -> None:
    c, w = mean_spectrum(float(n), d)
    free = n - 1
    logs = d * math.log(2 / n) + digamma((free - np.arange(d)) / 2).sum()
    assert w.min() > -1e-12
    assert w @ (n * c) == pytest.approx(free * d, rel=1e-11)
    assert w @ (n * c) ** 2 == pytest.approx(free * d * (free + d + 1), rel=1e-11)
    assert w @ np.log(c) == pytest.approx(logs, rel=1e-9)


def test_the_mean_spectrum_to_fifty_digits_in_even_and_odd_dimension() -> None:
    for n, d in ((7, 3), (9, 4)):
        squares, cubes = spectral_average_mp(lambda c: (c * c, c**3), n, d, 50)
        free = n - 1
        third = free * d * (free**2 + d**2 + 3 * free * d + 3 * free + 3 * d + 4)
        with mpmath.workdps(55):
            assert abs(squares * n**2 / (free * d * (free + d + 1)) - 1) < mpmath.mpf(10) ** -49
            assert abs(cubes * n**3 / third - 1) < mpmath.mpf(10) ** -49


def test_three_roads_to_the_expected_divergence() -> None:
    """float64, one-dimensional sums in Arb numbers, both eigenvalues at d = 2; and a proved ball in odd dimension."""
    ratio = Fraction(4, 5)
    by_pair, by_spectrum = (f(7, 2, ratio, 25) for f in (exact.expected_divergence_pair_mp, exact.expected_divergence_mp))
    with mpmath.workdps(30):
        assert abs(by_pair / by_spectrum - 1) < mpmath.mpf(10) ** -24
    assert float(numeric.expected_divergence(7, 2, 0.8)) == pytest.approx(float(by_pair), rel=1e-12)
    ball = expected_divergence_arb(9, 5, ratio, 20)
    assert float(ball.rad()) < 1e-19
    with mpmath.workdps(30), flint.ctx.workprec(120):
        assert ball.overlaps(flint.arb(f"{mpmath.nstr(exact.expected_divergence_mp(9, 5, ratio, 25), 24)} +/- 1e-22"))


def test_fitted_maps_at_the_setting_of_the_companion_code() -> None:
    """d = 100: variant (i) against its exact average; and a wrong noise ratio is told apart."""
    result = simulate.mean_divergence(200, 100, T, NOISE, sets=24, rng=np.random.default_rng(4))
    exact_value = float(numeric.expected_divergence(200, 100, RATIO))
    assert abs(result.mean - exact_value) < 4.5 * result.standard_error
    assert abs(result.mean - float(numeric.expected_divergence(200, 100, 1.1 * RATIO))) > 6 * result.standard_error


def test_the_generated_law_is_that_of_the_definition() -> None:
    """Draws pushed through the map fitted to very many noise draws have the law's mean and covariance."""
    rng = np.random.default_rng(5)
    data = simulate.training_set(rng, 6, 2, mu0=10.0, sigma0=2.0)
    law = simulate.generated_law_infinite(data, 0.5, 0.7)
    noisy = np.repeat(math.exp(-0.5) * data, 40_000, axis=0)
    noisy = noisy + math.sqrt(0.7 * -math.expm1(-1.0)) * rng.standard_normal(noisy.shape)
    inputs = np.column_stack([noisy, np.ones(len(noisy))])
    fit = np.linalg.lstsq(inputs, np.repeat(data, 40_000, axis=0), rcond=None)[0]
    v = np.trace(np.cov(data.T, bias=True)) / 2
    start = math.sqrt(math.exp(-1.0) * v + 0.7 * -math.expm1(-1.0))
    assert law.mean == pytest.approx(math.exp(-0.5) * data.mean(axis=0) @ fit[:2] + fit[2], abs=0.02)
    assert law.covariance == pytest.approx(start**2 * fit[:2].T @ fit[:2], rel=0.05, abs=0.02)
    assert law.draw(rng, 5).shape == (5, 2)


def test_finite_from_one_example_more_than_dimensions() -> None:
    rng = np.random.default_rng(6)
    for n, finite in ((4, False), (5, True)):
        data = simulate.training_set(rng, n, 4, sets=(20,))
        for law in (simulate.generated_law_infinite(data, T, NOISE), simulate.generated_law_one_draw(data, T, NOISE, rng)):
            assert np.isfinite(simulate.divergence(law)).all() == finite
    assert numeric.expected_divergence(4, 4, RATIO) == math.inf
    assert np.isfinite(numeric.expected_divergence(5, 4, RATIO))
    assert numeric.long_one_draw_divergence(6, 4) == math.inf
    assert np.isfinite(numeric.long_one_draw_divergence(7, 4))


@pytest.mark.parametrize(("variant", "share"), [("one draw", 0.5), ("reverse", 0.25)])
def test_the_tails_that_set_the_thresholds(variant: str, share: float) -> None:
    """P(KL > y) falls as y^-(n-d)/2 in variant (ii), as y^-(n-d)/4 for the reverse: a mean from n = d + 3, d + 5 on.

    Hill's estimate of the exponent from the largest values, at n = d + 2 and d + 4.
    """
    rng = np.random.default_rng(8)
    for n, d in ((5, 3), (7, 3)):
        data = simulate.training_set(rng, n, d, sets=(60_000,))
        if variant == "reverse":
            values = simulate.reverse_divergence(simulate.generated_law_infinite(data, T, NOISE))
        else:
            values = simulate.divergence(simulate.generated_law_one_draw(data, T, NOISE, rng))
        top = np.sort(values)[-400:]
        exponent = 1 / np.mean(np.log(top[1:] / top[0]))
        assert exponent == pytest.approx(share * (n - d), rel=0.25)


def test_no_denoising_is_best_and_by_how_much() -> None:
    n, d, ratio = np.array([[6], [12], [400]]), 5, np.array([1e-4, 0.01, 0.3, 2.0, 50.0])
    gap = numeric.expected_divergence(n, d, ratio) - numeric.expected_divergence(n, d, 0)
    assert (gap >= d / (2 * n) * np.log1p(ratio)).all()


def test_the_slope_of_many_examples_by_hand() -> None:
    """At zeta = 0 the coefficient of 1/n is (d + 1)/2, half the number of fitted parameters."""
    slope = formulas.MANY.statement.rhs.subs(zeta, 0) * examples
    assert slope.expand().equals((dimension + 1) / 2)


def test_both_phases_meet_and_the_second_derivative_jumps() -> None:
    few, many = formulas.FEW_ONE_DRAW.statement.rhs, formulas.MANY_ONE_DRAW.statement.rhs
    ratio = Symbol("r", positive=True)
    gap = (few - many).subs({formulas.alpha: 1 / ratio, zeta: 3})
    at = [float(gap.diff(ratio, order).subs(ratio, 4).evalf(20)) for order in range(3)]
    assert at[:2] == pytest.approx([0, 0], abs=1e-14)
    assert abs(at[2]) == pytest.approx(1 / 24, rel=1e-12)  # half of 1/(r (r - 1))


def test_steps() -> None:
    data = simulate.training_set(np.random.default_rng(9), 9, 3)
    one, also = simulate.generated_law_steps(data, T, NOISE, 1), simulate.generated_law_infinite(data, T, NOISE)
    assert one.covariance == pytest.approx(also.covariance, rel=1e-12)
    values = np.linalg.eigvalsh(np.cov(data.T, bias=True))
    for count in (3, 40):
        got = np.linalg.eigvalsh(simulate.generated_law_steps(data, T, NOISE, count).covariance)
        wanted = steps.steps_variance(count, RATIO, values, values.mean())
        assert np.sort(got) == pytest.approx(np.sort(wanted), rel=1e-11)
    # the product and its Euler-Maclaurin sum on either side of the switch, against float64
    for count in (500, 501, 20_000):
        value = steps.steps_variance_mp(count, Fraction(4, 5), Fraction(7, 10), Fraction(9, 10), 25)
        assert float(value) == pytest.approx(float(steps.steps_variance(count, 0.8, 0.7, 0.9)), rel=1e-12)
    assert float(steps.steps_floor(1, 0.8)) == pytest.approx((math.log(1.8) - 0.8 / 1.8) / 2, rel=1e-13)


def test_the_rules_refuse_what_does_not_follow() -> None:
    n, d, x, v = examples, dimension, eigenvalue, mean_variance
    with pytest.raises(DerivationError):
        Linear().check(SpectralMean(DirectionDivergence(x, 0), n, d), SpectralMean(x, n, d) / 2)
    with pytest.raises(DerivationError):  # v and the spectrum are not independent
        ScaleIdentity().check(SpectralMean(v * x, n, d), (n - 1) / n * SpectralMean(x, n, d))
    with pytest.raises(DerivationError):
        WishartMoments().check(SpectralMean(1 / x, n, d), n * d / (n - d - 1))
    noisy = ExpectedDivergence(n, d, zeta)
    loss = log(v) - log((v + zeta) * x**2 / (x + zeta) ** 2)
    with pytest.raises(DerivationError):  # without the factor 1/n
        ChebyshevForExpectations().check(noisy - SpectralMean((1 - v) * loss, n, d) / 2, noisy - SpectralMean(loss, n, d) / 2)
    with pytest.raises(DerivationError):
        FitGivenInputs().check(OneDrawSpread(n, d, zeta), SpectralMean(v / (1 + zeta) ** 3, n, d))
    assert vanishes(log(x * v + zeta * v) - log(v) - log(x + zeta))
    assert not vanishes(log(x + zeta) - log(x + 2 * zeta))
    assert Rational(1, 2) + sqrt(n) - sqrt(n) == exp(-log(2))


def test_bad_input() -> None:
    rng = np.random.default_rng(1)
    for call in (
        lambda: numeric.expected_divergence(20, 2.5, 1.0),
        lambda: numeric.expected_divergence(20, 3, -1.0),
        lambda: numeric.digamma_sum(3, 3),
        lambda: exact.expected_divergence_mp(3, 3, 1),
        lambda: exact.one_draw_spread_mp(4, 2, 1),
        lambda: expected_divergence_arb(9, 4, 1),
        lambda: steps.steps_variance(0, 1.0, 1.0, 1.0),
        lambda: simulate.generated_law_infinite(np.zeros((1, 3)), T, NOISE),
        lambda: simulate.generated_law_infinite(np.zeros((5, 3)), -1.0, NOISE),
        lambda: simulate.mean_divergence(9, 3, T, NOISE, sets=5, rng=rng, variant="none"),
    ):
        with pytest.raises(DomainError):
            call()
