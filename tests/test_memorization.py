"""Memorization by the linear denoiser: direct integrals, hand-computed limits, refusals of the rules, drawn training sets."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sympy import Rational, exp, log, sqrt

from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.theory.denoiser.draws import generated_law_infinite, generated_law_one_draw, training_set
from infscale_sym.theory.denoiser.notation import MarchenkoPasturMean, zeta
from infscale_sym.theory.memorization import values as closed
from infscale_sym.theory.memorization import values_exact as exact
from infscale_sym.theory.memorization.draws import log_overlaps
from infscale_sym.theory.memorization.figures import distances, half_way, inner_products, phases, survey, transition
from infscale_sym.theory.memorization.formulas import FORMULAS, GAP, KERNEL_RATE, LOG_MEAN
from infscale_sym.theory.memorization.notation import KernelRate, NormalOverlap, SamplingRate, kernel_width
from infscale_sym.theory.memorization.rules import (
    GaussianOverlaps,
    LargestVariance,
    LogDeterminant,
    NarrowSpectrum,
    RateAsSpectralMean,
    SameMean,
    meaning,
)
from infscale_sym.theory.regression.notation import RenormalizedRidge, alpha, eigenvalue, lambda_

TIME, NOISE = 2.0, math.exp(-4)


def laws(data: np.ndarray, seed: int = 0) -> list[closed.Gaussian]:
    """The generated laws of both variants, from the simulator."""
    one, two = generated_law_infinite(data, TIME, NOISE), generated_law_one_draw(data, TIME, NOISE, np.random.default_rng(seed))
    return [closed.Gaussian.of(law.mean, law.covariance) for law in (one, two)]


def normal(x: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """A normal density at points (..., d)."""
    d = mean.size
    gap = x - mean
    square = np.einsum("...i,ij,...j", gap, np.linalg.inv(covariance), gap)
    return np.exp(-square / 2) / np.sqrt((2 * np.pi) ** d * np.linalg.det(covariance))


@pytest.mark.parametrize("d", [1, 2])
def test_the_statistic_against_the_squares_integrated_on_a_grid(d: int) -> None:
    """Not from inner products: (g - s)^2 - (g - K)^2 summed over a grid, for both variants and n > d."""
    data = training_set(np.random.default_rng(d), 4, d)
    line = np.arange(-9, 9, 0.01 if d == 1 else 0.03)
    x = np.stack(np.meshgrid(*[line] * d, indexing="ij"), axis=-1)
    cell = (line[1] - line[0]) ** d
    for law in laws(data):
        covariance = law.axes * law.variances @ law.axes.T
        g = normal(x, law.mean, covariance)
        s = normal(x, np.zeros(d), np.eye(d))
        for width in (None, 0.5):
            h = 4 ** (-1 / d) if width is None else width
            kernel = np.mean([normal(x, point, h**2 * np.eye(d)) for point in data], axis=0)
            wanted = np.sum((g - s) ** 2 - (g - kernel) ** 2) / np.sum(s**2)
            found = closed.memorization(data, law, width=width)
            assert found.statistic == pytest.approx(wanted, rel=1e-6)
            assert found.memorizing == (wanted > 0)
        root = np.sum(np.sqrt(g * s)) * cell
        assert closed.hellinger_squared(law) == pytest.approx(1 - root, rel=1e-6)


def test_the_closed_law_is_the_simulated_one_and_units_drop_out() -> None:
    rng = np.random.default_rng(1)
    for n, d in ((12, 5), (3, 6)):
        data = training_set(rng, n, d)
        mine, drawn = closed.generated_law(data, TIME, NOISE), generated_law_infinite(data, TIME, NOISE)
        assert np.allclose(mine.axes * mine.variances @ mine.axes.T, drawn.covariance, atol=1e-12)
        there = closed.memorization(data, mine)
        # metres to centimetres, and the origin elsewhere
        scaled = closed.generated_law(100 * data + 7, TIME, 100**2 * NOISE, 100.0)
        again = closed.memorization(100 * data + 7, scaled, centre=7, sigma0=100.0)
        assert again.statistic == pytest.approx(there.statistic, rel=1e-9)


def test_two_examples_are_the_general_case() -> None:
    mean, line = np.array([0.3, -0.4, 0.0]), np.array([1.1, 0.0, 0.0])
    data = np.array([mean + line, mean - line])
    found = closed.memorization(data, closed.generated_law(data, TIME, NOISE), width=0.6)
    ratio = float(closed.noise_ratio(TIME, NOISE))
    assert float(closed.pair_statistic(3, 1.1, 0.3, -0.4, ratio, 0.6)) == pytest.approx(found.statistic, rel=1e-10)
    high = exact.pair_statistic_mp(3, 1.1, 0.3, -0.4, ratio, 0.6, 20)
    assert float(high) == pytest.approx(found.statistic, rel=1e-10)


def test_fresh_draws_in_place_of_the_sampling_law() -> None:
    """H's code: the kernel estimate of a reference set; against plain double loops."""
    rng = np.random.default_rng(4)
    data, fresh = training_set(rng, 5, 3), training_set(rng, 40, 3)
    law = laws(data)[0]
    found = closed.memorization(data, law, reference=fresh)
    drawn = generated_law_infinite(data, TIME, NOISE)
    total = 0.0
    for sign, points in ((-1, fresh), (1, data)):
        h = len(points) ** (-1 / 3)
        cross = np.mean(np.exp(log_overlaps(drawn, points, h)))
        own = np.mean([[np.exp(-np.sum((a - b) ** 2) / (4 * h**2)) / h**3 for a in points] for b in points])
        total += sign * (2 * cross - own)
    assert found.statistic == pytest.approx(total, rel=1e-10)


def test_at_d_100_nothing_underflows_and_nothing_memorizes() -> None:
    data = training_set(np.random.default_rng(2), 60, 100, 10.0)
    for law in laws(data):
        found = closed.memorization(data, law, centre=10.0)
        assert np.isfinite(found.statistic)
        assert not found.memorizing
        assert found.kernel < found.near
        assert closed.hellinger_squared(law, 10.0) == pytest.approx(1, abs=1e-12)


def test_rates_by_hand_where_there_is_no_signal() -> None:
    """zeta -> oo: g -> 0, gamma_s = ln(2)/2. Few examples: gamma_K = ln(2)/2 - ln h - 1/(2 (1 + zeta + h^2))."""
    assert float(closed.sampling_rate(0.5, 1e6)) == pytest.approx(math.log(2) / 2, rel=1e-5)
    few = math.log(2) / 2 - math.log(0.6) - 0.5 / (2 + 0.36)
    assert float(closed.kernel_rate(1e7, 1.0, 0.6)) == pytest.approx(few, rel=1e-3)
    # a narrow enough kernel memorizes there, at the bandwidth of the text
    turn = 0.8294
    advantage = float(closed.kernel_rate(1e7, 0.9817, turn) - closed.sampling_rate(1e7, 0.9817))
    assert abs(advantage) < 2e-3


def test_closed_rates_against_the_sums_in_float64() -> None:
    from infscale_sym.evaluate.lambdify import numpy_function

    point = {"alpha": 1.7, "zeta": 0.6, "h_K": 0.8, "lambda": 0.4}
    for formula in FORMULAS:
        if formula.id.endswith("rate"):
            values = [point[str(s)] for s in formula.symbols]
            left, right = (numpy_function(side, formula.symbols) for side in (formula.statement.lhs, formula.statement.rhs))
            assert float(left(*values)) == pytest.approx(float(right(*values)), rel=1e-10)


def test_the_advantage_of_the_examples_is_positive_and_fades() -> None:
    per = np.array([0.2, 1.5, 10.0, 1e3])
    gaps = closed.memory_gap(1 / per, 1.0, 0.9)
    assert (gaps > 0).all()
    assert (np.diff(gaps) < 0).all()
    assert gaps[-1] * per[-1] == pytest.approx(1 / (1 + 2 * 0.81) ** 2, rel=1e-2)


def test_rules_refuse_what_does_not_follow() -> None:
    x = eigenvalue
    GaussianOverlaps().check(NormalOverlap(zeta, 1, 0), sqrt(2 / (1 + zeta)))
    ridge = RenormalizedRidge(lambda_, alpha, 1)
    right, before = LOG_MEAN.statement.rhs, MarchenkoPasturMean(log(x + lambda_), alpha)
    kernel = KernelRate(alpha, zeta, kernel_width)
    refused = (
        (GaussianOverlaps(), NormalOverlap(zeta, 1, 0), sqrt(1 / (1 + zeta))),
        (GaussianOverlaps(), NormalOverlap(zeta, 1, 1), sqrt(2 / (1 + zeta)) * exp(-1 / (1 + zeta))),
        (LogDeterminant(ridge), before, right + Rational(1, 100)),
        (LogDeterminant(ridge), before, right.subs(alpha, 2 * alpha)),
        (RateAsSpectralMean((KERNEL_RATE.id,)), kernel, meaning(SamplingRate(alpha, zeta))),
        (RateAsSpectralMean((KERNEL_RATE.id,)), SamplingRate(alpha, zeta), meaning(SamplingRate(alpha, zeta))),
        (SameMean(), meaning(kernel), KERNEL_RATE.statement.rhs + zeta / 1000),
        (LargestVariance(), -MarchenkoPasturMean(x, alpha) / 2, -1 / (2 * (2 + zeta))),
        (NarrowSpectrum(), MarchenkoPasturMean(x**2, 1 / GAP.statement.variable), GAP.statement.rhs),
    )
    for rule, one, two in refused:
        with pytest.raises(DerivationError):
            rule.check(one, two)


def test_a_survey_and_its_pictures() -> None:
    found = [survey(12, (4, 20, 80), 6, seed=variant, variant=variant, fresh=500) for variant in (0, 1)]
    assert found[0].near.shape == (3, 6)
    assert np.isnan(found[0].kl[0]).all()
    assert (found[0].kl[1:] > 0).all()
    assert found[0].against_fresh[0].mean() >= found[0].against_fresh[2].mean()
    middle, error = half_way(found[0])
    assert np.isnan(middle) or 4 < middle < 80
    assert np.isnan(error) or error > 0
    for picture in (inner_products(found), transition(found, found[:1]), phases(), distances(found)):
        assert picture._repr_png_().startswith(b"\x89PNG")


def test_bad_input() -> None:
    data = np.zeros((3, 2))
    law = closed.Gaussian(np.zeros(2), np.ones(2), np.eye(2))
    for call in (
        lambda: closed.noise_ratio(0.0, 1.0),
        lambda: closed.generated_law(np.zeros(3), TIME, NOISE),
        lambda: closed.memorization(data, law, width=0.0),
        lambda: exact.hellinger_rate_mp(2, 1),
        lambda: exact.log_mean_mp(-1, 0, 1),
    ):
        with pytest.raises(DomainError):
            call()
