"""The exact deterministic equivalents: closed forms, limits, a cubic's root, the Marchenko-Pastur density by quadrature."""

from __future__ import annotations

import random
from fractions import Fraction

import flint
import numpy as np
import pytest
from mpmath import mp, mpf

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.dyadic import from_mpf, midpoint
from infscale_sym.theory.regression.values import ridge_exact as exact_ridge

DIGITS = 40
TOLERANCE = mpf(10) ** -DIGITS


def close(got, wanted, tolerance=TOLERANCE):
    """Whether they agree in relative terms; with a ball also whether it contains the value and is no wider than that."""
    with mp.workdps(DIGITS + 30), flint.ctx.workprec(400):
        if isinstance(got, flint.arb):
            # `wanted` is known to the working precision only: it is widened by that much
            low, high = (from_mpf(mpf(wanted) * (1 + sign * mpf(10) ** -(DIGITS + 15))) for sign in (-1, 1))
            return got.overlaps(low.union(high)) and bool(got.rad() < from_mpf(abs(mpf(wanted)) * tolerance))
        return abs(got - wanted) <= tolerance * abs(wanted)


def isotropic(lam, alpha, size):
    """The positive root of kappa^2 - (lambda + (alpha - 1) Sigma) kappa - lambda Sigma = 0."""
    half = (lam + (alpha - 1) * size) / 2
    root = mp.sqrt(half**2 + lam * size)
    return half + root if half >= 0 else lam * size / (root - half)


def density_average(function, alpha, size):
    """E function(x), x an eigenvalue of the sample covariance: its density on the bulk, and the atom at 0 if alpha > 1."""
    low, high = size * (1 - mp.sqrt(alpha)) ** 2, size * (1 + mp.sqrt(alpha)) ** 2

    def weighted(x):
        return function(x) * mp.sqrt((high - x) * (x - low)) / (2 * mp.pi * alpha * size * x)

    return mp.quad(weighted, [low, (low + high) / 2, high]) + (max(0, 1 - 1 / alpha) * function(mpf(0)))


def points(number):
    draw = random.Random(11)
    return [tuple(Fraction(draw.randint(1, 4000), draw.randint(20, 900)) for _ in range(3)) for _ in range(number)]


def test_a_model_computed_by_hand():
    """alpha = sigma = gamma = Sigma = nu = 1: kappa^2 = kappa + 1, and all is a power of the golden ratio."""
    with mp.workdps(60):
        golden = (1 + mp.sqrt(5)) / 2
        wanted = {
            "bare_ridge": ((1, 1, 1), mpf(1)),
            "renormalized_ridge": ((1, 1, 1), golden),
            "ridge_from_law": ((1, 1, 1), golden),
            "degrees_of_freedom": ((1, 1), mpf(1) / 2),
            "mean_shrinkage": ((1, 1, 1), golden**-2),
            "marchenko_pastur_shrinkage": ((1, 1, 1), golden**-2),
            "predictive_variance": ((1, 1, 1, 1), golden),
            "teacher_offset": ((1, 1, 1, 1, 1), golden**-2),
            "teacher_risk": ((1, 1, 1, 1, 1), 1 / golden),
        }
        failures = []
        for name, (arguments, value) in wanted.items():
            for suffix in ("_mp", "_arb"):
                got = getattr(exact_ridge, name + suffix)(*arguments, digits=DIGITS)
                if not close(got, value):
                    middle = midpoint(flint.arb(got)) if suffix == "_arb" else got
                    off = mp.nstr(middle / value - 1, 3)
                    failures.append(f"{name}{suffix}{arguments}: got {got}, wanted {value}, relative difference {off}")
        assert not failures, "\n".join(failures)


def test_small_cases_by_hand():
    assert exact_ridge.bare_ridge_mp(2, 3, 6) == 0.5
    assert exact_ridge.bare_ridge_arb(2, 3, 6) == 0.5
    # (1/2 + 3/4)/2
    assert exact_ridge.degrees_of_freedom_mp(1, [1, 3]) == 0.625
    assert exact_ridge.degrees_of_freedom_arb(1, [1, 3]).contains(flint.arb("0.625"))
    assert exact_ridge.degrees_of_freedom_mp(0, [1, 3]) == 1


@pytest.mark.parametrize("point", points(12))
def test_isotropic_root_in_closed_form(point):
    with mp.workdps(70):
        wanted = isotropic(*(mpf(v.numerator) / v.denominator for v in point))
        for function in (exact_ridge.renormalized_ridge_mp, exact_ridge.renormalized_ridge_arb):
            got = function(*point, digits=DIGITS)
            assert close(got, wanted), (point, got, wanted, got / wanted - 1)


@pytest.mark.parametrize("point", points(3))
def test_a_perturbed_ratio_is_caught(point):
    lam, alpha, size = point
    other = alpha * (1 + Fraction(1, 10**30))
    with mp.workdps(70):
        wanted = isotropic(*(mpf(v.numerator) / v.denominator for v in (lam, other, size)))
        assert not close(exact_ridge.renormalized_ridge_mp(*point, digits=DIGITS), wanted)
        assert not close(exact_ridge.renormalized_ridge_arb(*point, digits=DIGITS), wanted)


@pytest.mark.parametrize(("lam", "alpha"), [("0.1", "0.5"), ("2", "1"), ("0.01", "3")])
def test_two_eigenvalues_by_the_roots_of_a_cubic(lam, alpha):
    a, b = mpf(1), mpf(4)
    with mp.workdps(70):
        x, al = mpf(lam), mpf(alpha)
        # (kappa - lambda)(a + kappa)(b + kappa) = alpha kappa (a (b + kappa) + b (a + kappa))/2
        cubic = [1, a + b - x - al * (a + b) / 2, a * b - x * (a + b) - al * a * b, -x * a * b]
        # g < 0 at 0 and convex: of the three real roots one is positive
        (wanted,) = [root.real for root in mp.polyroots(cubic, maxsteps=200, extraprec=400) if root.real > 0]
        for spectrum in ([1, 4], (4, 1, 1, 4), np.array([1.0, 4.0])):
            assert close(exact_ridge.renormalized_ridge_mp(lam, alpha, spectrum, DIGITS), wanted)
            assert close(exact_ridge.renormalized_ridge_arb(lam, alpha, spectrum, DIGITS), wanted)
        share = (a / (a + wanted) + b / (b + wanted)) / 2
        assert close(exact_ridge.mean_shrinkage_mp(lam, alpha, [1, 4], DIGITS), share)
        assert close(exact_ridge.mean_shrinkage_arb(lam, alpha, [1, 4], DIGITS), share)


@pytest.mark.parametrize("alpha", ["0.2", "0.9", "1.5", "7"])
def test_ridgeless_limit(alpha):
    """kappa -> lambda/(1 - alpha) with more data than weights; -> Sigma (alpha - 1), and eta -> 1/alpha, with fewer."""
    tiny, size = Fraction(1, 10**60), 3
    with mp.workdps(80):
        al, lam = mpf(alpha), mpf(10) ** -60
        kappa = lam / (1 - al) if al < 1 else size * (al - 1)
        eta = 1 if al < 1 else 1 / al
        for suffix in ("_mp", "_arb"):
            assert close(getattr(exact_ridge, "renormalized_ridge" + suffix)(tiny, alpha, size, DIGITS), kappa)
            assert close(getattr(exact_ridge, "mean_shrinkage" + suffix)(tiny, alpha, [size], DIGITS), eta)


def test_no_data_and_endless_data():
    # alpha -> oo: the prior stands, s^2 -> sigma^2 + gamma^2 mean(Sigma); alpha -> 0: the noise is left.
    with mp.workdps(70):
        for Sigma in (3, [2, 4]):
            assert close(exact_ridge.predictive_variance_mp("1e70", 2, 5, Sigma, DIGITS), mpf(4 + 25 * 3))
            assert close(exact_ridge.predictive_variance_mp("1e-70", 2, 5, Sigma, DIGITS), mpf(4))
        assert close(exact_ridge.predictive_variance_arb("1e70", 2, 5, 3, DIGITS), mpf(79))


@pytest.mark.parametrize(("lam", "alpha", "size"), [("0.3", "0.5", "1"), ("1.7", "0.25", "2.5"), ("0.3", "2", "1")])
def test_shrinkage_against_the_density(lam, alpha, size):
    with mp.workdps(DIGITS):
        x, al, s = mpf(lam), mpf(alpha), mpf(size)
        total = density_average(lambda _: mpf(1), al, s)
        wanted = density_average(lambda e: e / (e + x), al, s)
        assert abs(total - 1) < mpf(10) ** -30
        for name in ("marchenko_pastur_shrinkage", "mean_shrinkage"):
            for suffix in ("_mp", "_arb"):
                got = getattr(exact_ridge, name + suffix)(lam, alpha, size, 30)
                got = midpoint(got) if suffix == "_arb" else got
                assert abs(got / wanted - 1) < mpf(10) ** -28, (name + suffix, got, wanted, got / wanted - 1)
        # the law of kappa: kappa = lambda/(1 - alpha eta)
        assert abs(exact_ridge.renormalized_ridge_mp(lam, alpha, size, 30) * (1 - al * wanted) / x - 1) < mpf(10) ** -28


@pytest.mark.parametrize("model", [("0.5", "0.8", "1.5", "1", "0.7"), ("2", "0.4", "1", "3", "1.2")])
def test_teacher_risk_against_the_density(model):
    """Ridge regression at sample covariance C: Q/Sigma = E Tr [nu^2 lambda^2 + alpha sigma^2 C] (C + lambda)^-2 / d."""
    with mp.workdps(DIGITS):
        alpha, sigma, gamma, size, nu = (mpf(v) for v in model)
        lam = alpha * sigma**2 / gamma**2
        risk = density_average(lambda e: ((nu * lam) ** 2 + alpha * sigma**2 * e) / (e + lam) ** 2, alpha, size)
        wanted = size * risk
        assert abs(exact_ridge.teacher_risk_mp(*model, digits=30) / wanted - 1) < mpf(10) ** -28
        assert abs(midpoint(exact_ridge.teacher_risk_arb(*model, digits=30)) / wanted - 1) < mpf(10) ** -28
        # the printed q leaves out the training noise and the fluctuations of the mean
        bias = (nu * density_average(lambda e: lam / (e + lam), alpha, size)) ** 2 * size
        assert abs(exact_ridge.teacher_offset_mp(*model, digits=30) / bias - 1) < mpf(10) ** -28
        assert exact_ridge.teacher_offset_mp(*model, digits=30) < wanted * mpf("0.95")


def test_conversion_to_balls_and_back_is_exact():
    with mp.workdps(80):
        values = [mpf(1) / 3, -mp.pi * mpf(10) ** 50, mpf(0), mpf(2) ** -3000, mpf(7)]
    for value in values:  # at the low standing precision
        ball = from_mpf(value)
        assert ball.rad() == 0
        assert midpoint(ball)._mpf_ == value._mpf_
    with flint.ctx.workprec(300):
        assert midpoint(flint.arb(1, 0.25)) == 1


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [
        ("renormalized_ridge", (-1, 1, 1), "lambda must not be negative; got -1"),
        ("renormalized_ridge", (1, "-0.5", 1), "alpha must be positive; got -0.5"),
        ("renormalized_ridge", (1, 1, [1, -2]), "Sigma must be positive; got -2"),
        ("marchenko_pastur_shrinkage", (-1, 1, 1), "lambda must be positive; got -1"),
        ("bare_ridge", (1, 0, 1), "sigma must be positive; got 0"),
        ("teacher_risk", (1, 1, 1, 1, 0), "nu must be positive; got 0"),
        ("predictive_variance", (1, 1, "x", 1), "must be a real number .*; got 'x'"),
    ],
)
def test_bad_input_is_named(function, arguments, said):
    with pytest.raises(DomainError, match=said):
        getattr(exact_ridge, function + "_mp")(*arguments)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [("bare_ridge", (-1, 1, 1)), ("teacher_risk", (1, 1, 1, 1, -1)), ("marchenko_pastur_shrinkage", (1, 1, 0))],
)
def test_enclosures_refuse_bad_input(function, arguments):
    with pytest.raises(DomainError, match="must be positive"):
        getattr(exact_ridge, function + "_arb")(*arguments)
