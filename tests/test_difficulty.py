"""Harder prompts gain less: gains and slopes by hand, against simulation-free quadrature, at every k, and over prompts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from infscale_sym import selection_error
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.theory.averages.values import gaussian_average
from infscale_sym.theory.scaling.rules import AsTail, MoreAnswers, slope_integral, tail_integral
from infscale_sym.theory.scaling.values import averaged_sample_gain, difficulty_slope, local_exponent, offset_ratio, sample_gain
from infscale_sym.theory.scaling.values_exact import averaged_sample_gain_mp, difficulty_slope_arb, sample_gain_mp
from infscale_sym.theory.selection.notation import SelectionError, k, m, tau


def test_two_answers_by_hand():
    # tau = 0: F_1/F_2 = 1/(1 - 2/pi); for one answer the slope is 1/(1 + tau^2).
    assert sample_gain(2, 0) == pytest.approx(1 / (1 - 2 / math.pi), rel=1e-13)
    assert difficulty_slope(1, [0.5, -2.0]) == pytest.approx([1 / 1.25, 1 / 5], rel=1e-12)


def test_slope_by_quadrature_of_its_derivation():
    """int [r tanh(tau r)]' S^k / (2 tau int r S^k), by Gauss-Legendre and scipy's normal law."""
    u, v = np.polynomial.legendre.leggauss(400)
    r, v = 6 * (u + 1), 6 * v
    for count, offset in ((1, 0.7), (3, 1.5), (40, -0.9)):
        power = (special.ndtr(offset - r) + special.ndtr(-offset - r)) ** count
        rise = np.tanh(offset * r) + offset * r / np.cosh(offset * r) ** 2
        wanted = (v * rise * power).sum() / (2 * offset * (v * r * power).sum())
        assert difficulty_slope(count, offset) == pytest.approx(wanted, rel=1e-9)
        assert float(difficulty_slope_arb(count, offset, digits=15).mid()) == pytest.approx(wanted, rel=1e-9)
        assert difficulty_slope(count, offset * 1.001) != pytest.approx(wanted, rel=1e-6)


@given(st.floats(1, 500), st.floats(1.01, 20), st.floats(0.05, 4), st.floats(1.01, 3))
@settings(max_examples=80, deadline=None)
def test_the_ratio_of_errors_falls_with_the_offset_at_every_k(fewer, times, easy, harder):
    ratios = [
        float(selection_error(fewer, 0, at, at) / selection_error(fewer * times, 0, at, at)) for at in (easy, easy * harder)
    ]
    assert ratios[1] < ratios[0] * (1 + 1e-11)
    low, high = difficulty_slope([fewer, fewer * times], easy)
    assert 1 / (1 + easy**2) - 1e-9 <= low <= high + 1e-9 <= 1 + 2e-9


def test_local_exponent_falls_with_the_offset_and_tends_to_two():
    exponents = local_exponent(np.array([2.0, 20.0, 200.0])[:, None], np.array([0.1, 1.0, 2.0, 3.0]))
    assert (np.diff(exponents, axis=1) < 0).all()
    assert local_exponent(1e5, 0.5) == pytest.approx(2 - 3e-5, abs=1e-7)


def test_averaged_gain_falls_with_the_ratio_at_every_k():
    ratios = np.linspace(0.02, 1.5, 25)
    for count in (2, 10, 1000):
        gains = [(1 + v) / float(gaussian_average(count, v)) for v in ratios]
        assert (np.diff(gains) < 0).all()


def test_averaged_gain_two_ways():
    model = (0.25, 1.0, 0.5, 1.0, 0.5)
    assert averaged_sample_gain(50, *model) == pytest.approx(float(averaged_sample_gain_mp(50, *model, digits=15)), rel=1e-11)
    assert sample_gain(50, 0.7) == pytest.approx(float(sample_gain_mp(50, 0.7, digits=20)), rel=1e-12)


def test_noise_raises_the_gain_exactly_up_to_a_teacher_norm():
    """Q/s^2 falls with the noise everywhere iff nu^2 <= (2 - alpha) gamma^2, for alpha < 1."""
    noise = np.geomspace(1e-3, 30, 400)
    for shape in (0.1, 0.5, 0.9):
        edge = math.sqrt(2 - shape)
        assert (np.diff(offset_ratio(shape, noise, 1.0, 1.0, 0.99 * edge)) < 0).all()
        assert (np.diff(offset_ratio(shape, noise, 1.0, 1.0, 1.1 * edge)) > 0).any()


def test_domains_and_rules():
    with pytest.raises(DomainError, match="tau must not be 0"):
        difficulty_slope(3, 0)
    with pytest.raises(DomainError, match="k must be more than"):
        local_exponent(1, 0.3)
    with pytest.raises(DerivationError, match="same quotient"):
        MoreAnswers(m).check(slope_integral(m) / tail_integral(m), slope_integral(k) / tail_integral(k))
    with pytest.raises(DerivationError, match="same quotient"):
        MoreAnswers(m).check(slope_integral(m) / (2 * tau * tail_integral(m)), slope_integral(k) / (tau * tail_integral(k)))
    with pytest.raises(DerivationError):
        AsTail().check(SelectionError(k, 0, tau, tau), tail_integral(k + 1))
