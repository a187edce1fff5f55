"""The chosen answer's distance: closed tails, its density by quadrature, the limit law, and the largest gap to it."""

from __future__ import annotations

import math

import flint
import numpy as np
import pytest
from mpmath import mp, mpf
from scipy.special import ndtr

from infscale_sym.theory.best_of_k.values import (
    chosen_square_tail,
    chosen_square_tail_arb,
    chosen_square_tail_mp,
    chosen_tail,
    chosen_tail_arb,
    chosen_tail_mp,
    law_distance,
    law_distance_mp,
)

POINTS = [(0.3, 1, 0.0), (0.3, 3, 0.5), (2.0, 3, -1.2), (6.0, 10, 2.0), (1.5, 2.5, 3.0)]


def tail(x, k, tau):
    """(P(|z + tau| > x/k))^k from the error function."""
    root = mp.sqrt(2)
    return (mp.erfc((x / k - tau) / root) / 2 + mp.erfc((x / k + tau) / root) / 2) ** k


@pytest.mark.parametrize("point", POINTS)
def test_tail_against_the_error_function(point):
    x, k, tau = point
    with mp.workdps(45):
        wanted = tail(mpf(x), mpf(k), mpf(tau))
        assert chosen_tail(x, k, tau) == pytest.approx(float(wanted), rel=1e-13)
        assert abs(chosen_tail_mp(x, k, tau, 30) / wanted - 1) < mpf(10) ** -30
        # negative control: a change of tau in the 25th digit is told apart
        perturbed = tail(mpf(x), mpf(k) * (1 + mpf(10) ** -25), mpf(tau))
        assert abs(chosen_tail_mp(x, k, tau, 30) / perturbed - 1) > mpf(10) ** -28


@pytest.mark.parametrize("tau", [0.0, 0.7, -2.0])
def test_squared_tail_of_one_answer_by_quadrature(tau):
    """(z + tau)^2 has the noncentral chi-squared law, of density exp(-(y + tau^2)/2) cosh(tau sqrt(y))/sqrt(2 pi y)."""
    with mp.workdps(30):
        t = mpf(tau)
        density = lambda y: mp.exp(-(y + t * t) / 2) * mp.cosh(t * mp.sqrt(y)) / mp.sqrt(2 * mp.pi * y)  # noqa: E731
        wanted = mp.quad(density, [1.5, 4, 10, 25, 60, 200])
        assert abs(chosen_square_tail_mp("1.5", 1, tau, 20) / wanted - 1) < mpf(10) ** -20
    assert chosen_square_tail(1.5, 1, tau) == pytest.approx(float(wanted), rel=1e-13)


def test_ends_and_shape():
    tails = chosen_tail(np.linspace(0, 90, 200)[:, None], [1.0, 5.0, 1e6], 0.4)
    assert tails.shape == (200, 3)
    assert np.all(tails[0] == 1)
    assert np.all(np.diff(tails, axis=0) <= 0)
    assert tails[-1].max() < 1e-20
    assert chosen_square_tail(4.0, 7, 0.4) == chosen_tail(2.0, 7, 0.4)


def test_limit_law_and_its_first_correction():
    """ln P = k ln S(x/k) = -p x - (p x)^2/(2 k) + O(k^-2), with p = 2 phi(tau): the density is flat to first order at 0."""
    with mp.workdps(80):
        k, x = mpf(10) ** 20, mpf(3)
        for tau in (mpf(0), mpf(1) / 2, mpf(3)):
            w = 2 * mp.npdf(tau) * x
            got = chosen_tail_mp(x, k, tau, 50)
            assert abs(mp.log(got) + w + w**2 / (2 * k)) < 100 / k**2
            assert abs(mp.log(got) + w) > w**2 / (3 * k)
            assert abs(chosen_square_tail_mp(x**2, k, tau, 50) / got - 1) < mpf(10) ** -49


def test_distance_to_the_law_of_one_answer_in_closed_form():
    """k = 1, tau = 0: the slopes of erfc(x/sqrt 2) and exp(-p x) agree where x^2/2 = p x, at x = 2 p = 2 sqrt(2/pi)."""
    with mp.workdps(30):
        wanted = mp.exp(-4 / mp.pi) - mp.erfc(2 / mp.sqrt(mp.pi))
        assert abs(law_distance_mp(1, 0, 15) / wanted - 1) < mpf(10) ** -15
    assert law_distance(1, 0) == pytest.approx(float(wanted), rel=1e-6)


def test_distance_to_the_law_of_two_answers_on_a_fine_grid():
    p = math.sqrt(2 / math.pi) * math.exp(-0.125)
    x = np.linspace(0, 12, 400_001)
    gap = np.abs((ndtr(0.5 - x / 2) + ndtr(-0.5 - x / 2)) ** 2 - np.exp(-p * x))
    assert float(law_distance_mp(2, "0.5", 15)) == pytest.approx(gap.max(), rel=1e-9)
    assert law_distance(2, 0.5) == pytest.approx(gap.max(), rel=1e-6)


@pytest.mark.parametrize("tau", ["0", "1.5"])
def test_distance_to_the_law_for_many_answers(tau):
    """w^2 exp(-w)/(2 k) is largest at w = 2: the distance is 2 exp(-2)/k, to relative order 1/k."""
    with mp.workdps(30):
        for exponent in (3, 6):
            k = mpf(10) ** exponent
            scaled = law_distance_mp(k, tau, 20) * k * mp.exp(2) / 2
            assert mpf("0.01") / k < abs(scaled - 1) < 60 / k
    assert law_distance([1e6, 1e9], float(tau)) == pytest.approx([2e-6 * math.exp(-2), 2e-9 * math.exp(-2)], rel=1e-4)


def test_distance_to_the_law_keeps_its_digits_at_many_answers():
    with mp.workdps(40):
        k = mpf(10) ** 15
        assert abs(law_distance_mp(k, 0, 12) * k * mp.exp(2) / 2 - 1) < mpf(10) ** -12


@pytest.mark.parametrize("point", POINTS)
def test_balls_contain_the_tail(point):
    x, k, tau = point
    with mp.workdps(60):
        wanted = mp.nstr(tail(mpf(x), mpf(k), mpf(tau)), 50)
        square = chosen_square_tail_arb(mpf(x) ** 2, k, tau, 30)
    with flint.ctx.workprec(300):
        near = flint.arb(f"{wanted} +/- 1e-48")
    for ball in (chosen_tail_arb(x, k, tau, 30), square):
        assert ball.overlaps(near)
        assert float(ball.rad()) < 1e-30 * float(ball.mid())


def test_distance_to_the_law_far_from_the_judge():
    # P(|z + 5| > 1) and exp(-p) are 0.99997 and 0.999997; at x = 9 the first is 3e-5 and the second 0.99997.
    assert law_distance(1, 5.0) > 0.9998
