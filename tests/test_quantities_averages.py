"""Averages over prompts: closed forms at one and two answers, many answers, a hand-computed model, quadrature by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from mpmath import mp, mpf
from scipy import special

from infscale_sym.errors import DomainError
from infscale_sym.theory.averages.values import (
    averaged_selection_error,
    averaged_selection_error_mp,
    gaussian_average,
    gaussian_average_mp,
)

GOLDEN = (1 + math.sqrt(5)) / 2
RATIOS = [1e-6, 0.01, 0.2, 0.4, 0.5, 1.0, 2.0, 10.0, 19.0]


def two_answers(ratio, ctx=math):
    """E min(a^2, b^2) = (E a^2 + E b^2 - E|a-b| E|a+b|)/2, as a-b ~ N(0, 2) and a+b ~ N(2 tau, 2) are independent."""
    return 1 + ratio - 2 / ctx.pi * ctx.sqrt(1 + 2 * ratio)


def by_quadrature(k, ratio):
    """The order of the definition: Gauss-Hermite in tau outside, Gauss-Legendre in the distance r inside."""
    x, w = np.polynomial.hermite_e.hermegauss(80)
    u, v = np.polynomial.legendre.leggauss(400)
    r, v = 12 * (u[:, None] + 1), 12 * v
    tau = math.sqrt(ratio) * x
    tail = special.ndtr(tau - r) + special.ndtr(-tau - r)
    inner = (v[:, None] * 2 * r * tail**k).sum(0)
    return float((w * inner).sum()) / math.sqrt(2 * math.pi)


@pytest.mark.parametrize("ratio", RATIOS)
def test_one_and_two_answers_in_closed_form(ratio):
    assert gaussian_average([1.0, 2.0], ratio) == pytest.approx([1 + ratio, two_answers(ratio)], rel=1e-14)


def test_every_prompt_alike_is_the_limit_of_a_small_spread():
    # tau = 0: the mean square of one answer, and 1 - 2/pi for the nearer of two
    assert gaussian_average(1, 0.0) == pytest.approx(1, rel=1e-15)
    assert gaussian_average(2, 0.0) == pytest.approx(1 - 2 / math.pi, rel=1e-14)
    assert gaussian_average(50, 1e-12) == pytest.approx(gaussian_average(50, 0.0), rel=1e-10)


@pytest.mark.parametrize(("k", "ratio"), [(2.5, 0.2), (3, 0.2), (3, 1.5), (7, 0.45)])
def test_other_order_of_integration(k, ratio):
    assert gaussian_average(k, ratio) == pytest.approx(by_quadrature(k, ratio), rel=1e-10)


def test_the_quadrature_notices_one_part_in_a_million():
    assert gaussian_average(3, 0.2 * (1 + 1e-6)) != pytest.approx(by_quadrature(3, 0.2), rel=1e-8)


def test_shape_follows_k():
    k = np.array([[1.0, 2.0, 3.0], [10.0, 1e3, 1e6]])
    values = gaussian_average(k, 0.3)
    assert values.shape == (2, 3)
    assert np.ndim(gaussian_average(5, 0.3)) == 0
    assert values[1, 1] == pytest.approx(gaussian_average(1e3, 0.3), rel=1e-14)


def test_closed_forms_to_ten_digits():
    with mp.workdps(30):
        number = mpf("0.05")
        for k, form in ((1, lambda v: 1 + v), (2, lambda v: two_answers(v, mp))):
            got, wanted = gaussian_average_mp(k, number, 10), form(number)
            assert abs(got / wanted - 1) < mpf(10) ** -10, (k, number, got, wanted, got / wanted - 1)
            # negative control: another spread by one part in 10^8 is told apart
            assert abs(got / form(number * (1 + mpf(10) ** -8)) - 1) > mpf(10) ** -10


@pytest.mark.parametrize("ratio", ["0.05", "0.2"])
def test_many_answers_to_25_digits(ratio):
    """pi/(k^2 sqrt(1 - 2 ratio)) (1 - 3/k + ...): the Gaussian average of pi exp(tau^2)/k^2 (1 - 3/k + ...)."""
    with mp.workdps(40):
        k = mpf(10) ** 14
        # next: 7/k^2 pi e^(tau^2) + pi^2 (2 - 2 tau^2) e^(2 tau^2)/k^2, of relative size 1e-27
        wanted = mp.pi / (k**2 * mp.sqrt(1 - 2 * mpf(ratio))) * (1 - 3 / k)
        got = gaussian_average_mp(k, ratio, 25)
        assert abs(got / wanted - 1) < mpf(10) ** -24, (ratio, got, wanted, got / wanted - 1)
        # negative control: without the term 3/k the agreement ends at fourteen digits
        assert abs(got / (wanted / (1 - 3 / k)) - 1) > mpf(10) ** -14


@pytest.mark.parametrize("k", [100, 1e6])
def test_float64_follows_the_high_precision_values(k):
    assert gaussian_average(k, 0.3) == pytest.approx(float(gaussian_average_mp(k, "0.3", 12)), rel=1e-12)


def test_a_model_computed_by_hand():
    """alpha = sigma = gamma = Sigma = nu = 1: kappa^2 = kappa + 1, the golden ratio; s^2 = kappa, Q = 1/kappa."""
    ratio = GOLDEN**-2
    assert averaged_selection_error([1, 2], 1, 1, 1, 1, 1) == pytest.approx([1 + ratio, two_answers(ratio)], rel=1e-13)
    with mp.workdps(40):
        k, square = mpf(10) ** 30, 2 / (3 + mp.sqrt(5))
        got = averaged_selection_error_mp(k, 1, 1, 1, 1, 1, 15)
        # past the turn at tau^2 = 2 ln k the Gaussian has left k^(2 - 1/ratio) = 3e-19
        assert abs(got * k**2 * mp.sqrt(1 - 2 * square) / mp.pi - 1) < mpf(10) ** -15


@pytest.mark.parametrize("ratio", [-1e-9, 20, math.nan, math.inf])
def test_float64_says_which_ratios_it_takes(ratio):
    with pytest.raises(DomainError, match=rf"must lie in \[0, 20\); got {ratio:g}"):
        gaussian_average(2, ratio)


@pytest.mark.parametrize("ratio", [0, "0.5", 1, -1])
def test_high_precision_says_which_ratios_it_takes(ratio):
    with pytest.raises(DomainError, match=rf"need 0 < .* < 1/2; got {float(ratio)}"):
        gaussian_average_mp(2, ratio, 10)


def test_one_answer_at_a_larger_spread():
    with mp.workdps(30):
        assert abs(gaussian_average_mp(1, "0.3", 12) / mpf("1.3") - 1) < mpf(10) ** -12


@pytest.mark.parametrize("k", [0, -1, "0.5", "inf"])
def test_fewer_than_one_answer_is_refused(k):
    with pytest.raises(DomainError, match="k must"):
        gaussian_average_mp(k, "0.2", 10)
