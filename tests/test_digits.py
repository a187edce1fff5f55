"""The linear autoencoder on digits: quadratic forms against SciPy, quadrature and draws; its success law; its tail exponent."""

from __future__ import annotations

import sys

import mpmath as mp
import numpy as np
import pytest
from scipy import stats
from scipy.special import chdtri, ndtr

from infscale_sym.errors import DomainError
from infscale_sym.theory.autoencoder import quadratic_form as module
from infscale_sym.theory.autoencoder.draws import LinearVAE, fit_linear_vae, load_digits
from infscale_sym.theory.autoencoder.quadratic_form import chance_below, quadratic_form
from infscale_sym.theory.autoencoder.tail import GeneratedImages
from infscale_sym.theory.autoencoder.values import ErrorLaw, error_law

# The quadratic form.


@pytest.mark.parametrize(("q", "shift"), [(1, 0.0), (1, 3.0), (2, 0.5), (12, 0.0), (12, 5.0), (40, 60.0)])
def test_equal_weights_are_a_noncentral_chi_squared(q: int, shift: float):
    y = (q + shift) * np.array([1e-3, 0.05, 0.5, 0.999, 1.001, 1.5, 2.5])
    found = quadratic_form(3 * y, np.full(q, 3.0), np.full(q, np.sqrt(shift / q)))
    law = stats.ncx2(q, shift) if shift else stats.chi2(q)
    assert np.exp(found.log_below) == pytest.approx(law.cdf(y), rel=1e-11, abs=0)
    assert np.exp(found.log_above[3:]) == pytest.approx(law.sf(y[3:]), rel=1e-11, abs=0)
    # Negative control: a weight changed by 1e-8 is noticed.
    off = chance_below(3 * y, np.full(q, 3.0 + 3e-8), np.full(q, np.sqrt(shift / q)))
    assert off[:3] != pytest.approx(law.cdf(y)[:3], rel=1e-11, abs=0)


def two_squares(y: float, w: tuple[float, float], a: tuple[float, float]) -> tuple[mp.mpf, mp.mpf]:
    """P(Q <= y) and P(Q > y) of two squares by one integral over the second draw, without any transform; 25 digits."""
    w_1, w_2, a_1, a_2 = (mp.mpf(value) for value in (*w, *a))
    reach = mp.sqrt(y / w_2)

    def inner(angle: mp.mpf) -> mp.mpf:  # xi_2 + a_2 = reach sin(angle), so that the ends are smooth
        first = mp.sqrt(y / w_1) * mp.cos(angle)
        share = (mp.erfc((-first + a_1) / mp.sqrt(2)) - mp.erfc((first + a_1) / mp.sqrt(2))) / 2
        return share * mp.npdf(reach * mp.sin(angle) - a_2) * reach * mp.cos(angle)

    below = mp.quad(inner, mp.linspace(-mp.pi / 2, mp.pi / 2, 9))
    return below, 1 - below


@pytest.mark.parametrize(
    ("y", "w", "a"),
    [
        (1e-9, (2.0, 0.3), (1.0, -2.0)),
        (0.02, (1.0, 5.0), (3.0, 4.0)),
        (4.0, (2.0, 0.3), (0.1, 1.0)),
        (90.0, (2.0, 0.3), (1.0, -2.0)),
    ],
)
def test_two_squares_by_an_integral_without_transform(y: float, w: tuple[float, float], a: tuple[float, float]):
    with mp.workdps(30):
        below, above = two_squares(y, w, a)
        wanted = float(mp.log(below)), float(mp.log(above))
    found = quadratic_form(y, w, a)
    assert float(found.log_below) == pytest.approx(wanted[0], abs=2e-13)
    assert float(np.exp(found.log_above - wanted[1])) == pytest.approx(1, rel=2e-13)


def straight(y: float, w: np.ndarray, a: np.ndarray) -> float:
    """ln P(Q <= y) by mpmath along the vertical line through the saddle."""
    c = mp.mpf(float(module._saddle(np.array([y]), w[None], a[None] ** 2, True)[0]))
    pairs = list(zip(w.tolist(), a.tolist(), strict=True))

    def log_value(s: mp.mpc) -> mp.mpc:
        return s * y - mp.fsum(mp.log(1 + 2 * u * s) / 2 + s * u * v * v / (1 + 2 * u * s) for u, v in pairs) - mp.log(s / c)

    peak = mp.re(log_value(c))
    area = mp.quad(lambda v: mp.re(mp.exp(log_value(mp.mpc(c, v)) - peak)), [0, *(c / 2 * 2**j for j in range(8))])
    return float(peak + mp.log(area / mp.pi) - mp.log(c))


@pytest.mark.parametrize(("scale", "factor"), [(8.0, 0.1), (12.0, 0.3)])
def test_many_squares_by_quadrature_along_a_straight_path(scale: float, factor: float):
    rng = np.random.default_rng(3)
    w, a = rng.gamma(1.0, size=14), scale * rng.standard_normal(14)
    y = factor * float((w * (1 + a**2)).sum())
    with mp.workdps(18):
        wanted = straight(y, w, a)
    assert wanted < -8
    assert float(min(quadratic_form(y, w, a))) == pytest.approx(wanted, abs=1e-11)


def test_the_step_does_not_matter(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(4)
    w = 10 ** rng.uniform(-2, 2, (300, 7))
    a = rng.standard_normal(w.shape) * 10 ** rng.uniform(-2, 2, w.shape)
    y = (w * (1 + a**2)).sum(axis=1) * 10 ** rng.uniform(-6, 0.7, 300)
    one = quadratic_form(y, w, a)
    monkeypatch.setattr(module, "STEP", 0.37)
    two = quadratic_form(y, w, a)
    small = np.minimum(one.log_below, one.log_above)
    assert small.min() < -1000
    np.testing.assert_allclose(np.minimum(two.log_below, two.log_above), small, rtol=1e-14, atol=1e-13)
    assert np.exp(one.log_below) + np.exp(one.log_above) == pytest.approx(np.ones(300), abs=1e-14)


def test_draws_of_the_quadratic_form():
    rng = np.random.default_rng(5)
    w, a = np.array([0.2, 1.0, 3.0]), np.array([1.0, -0.5, 0.7])
    draws = (w * (rng.standard_normal((200_000, 3)) + a) ** 2).sum(axis=1)
    for y in (0.3, 2.0, 6.0, 20.0):
        p = float(chance_below(y, w, a))
        error = np.sqrt(p * (1 - p) / draws.size)
        assert abs((draws <= y).mean() - p) < 4 * error
        assert abs((draws <= y).mean() - float(chance_below(y, w, a + 0.1))) > 4 * error


def test_shapes_edges_and_bad_input():
    found = quadratic_form(np.array([[0.0], [-1.0], [2.0]]), np.ones(3), np.zeros((4, 3)))
    assert found.log_below.shape == found.log_above.shape == (3, 4)
    assert np.isneginf(found.log_below[:2]).all()
    assert (found.log_above[:2] == 0).all()
    for y, w, a, said in (
        (1.0, [1.0, 0.0], [0.0, 0.0], "weights must be > 0"),
        (1.0, [1.0, 1e-9], [0.0, 0.0], "factor of 1e"),
        (1.0, [1.0], [2e4], "offsets must lie"),
        (1.0, 1.0, [1.0], "last axis"),
        ([1.0, 2.0], [[1.0, 1.0]] * 3, [0.0], "broadcast"),
        (np.nan, [1.0], [0.0], "y must be a finite"),
    ):
        with pytest.raises(DomainError, match=said):
            quadratic_form(y, w, a)


# The model and its attempts.


@pytest.fixture(scope="module")
def digits() -> tuple[LinearVAE, np.ndarray, ErrorLaw]:
    """Model fitted to the first half of the digits, the other half, and the law of the errors on it."""
    images, _ = load_digits()
    model, test = fit_linear_vae(images[:899], 12), images[899:]
    return model, test, error_law(test, model.mean, model.loadings, model.codes(test), model.covariance)


def likelihood(images: np.ndarray, model: LinearVAE) -> float:
    """Log-likelihood by SciPy's normal law."""
    covariance = model.loadings @ model.loadings.T + model.sigma2 * np.eye(model.mean.size)
    return float(stats.multivariate_normal(model.mean, covariance).logpdf(images).sum())


def test_the_fit_is_the_maximum_of_the_likelihood(digits: tuple[LinearVAE, np.ndarray, ErrorLaw]):
    model, images = digits[0], load_digits()[0][:899]
    top = likelihood(images, model)
    rng = np.random.default_rng(6)
    for size in (1e-2, -1e-2):
        other = LinearVAE(model.mean, model.loadings, model.sigma2 * (1 + size))
        assert likelihood(images, other) < top
        turned = model.loadings * (1 + size * rng.standard_normal(model.loadings.shape))
        assert likelihood(images, LinearVAE(model.mean, turned, model.sigma2)) < top


def test_codes_are_the_posterior(digits: tuple[LinearVAE, np.ndarray, ErrorLaw]):
    """From the joint normal law of image and code, by conditioning on all 64 pixels."""
    model, test, _ = digits
    gain = np.linalg.solve(model.loadings @ model.loadings.T + model.sigma2 * np.eye(64), model.loadings).T
    np.testing.assert_allclose(model.codes(test[:9]), (test[:9] - model.mean) @ gain.T, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(model.covariance, np.eye(12) - gain @ model.loadings, rtol=1e-9, atol=1e-12)


def test_counts_agree_with_the_exact_chances(digits: tuple[LinearVAE, np.ndarray, ErrorLaw]):
    model, test, law = digits
    rng = np.random.default_rng(8)
    for t in (1.0, 3.0):
        p = np.exp(law.chances(400.0, t).log_below)
        counts = model.successes(test, 400.0, t, 100, rng)
        assert counts[p == 0].sum() == 0
        rows = (p > 0.01) & (p < 0.99)

        def square(p: np.ndarray, rows: np.ndarray = rows, counts: np.ndarray = counts) -> float:
            return float(((counts - 100 * p)[rows] ** 2 / (100 * p * (1 - p))[rows]).sum())

        assert stats.chi2.sf(square(p), rows.sum()) > 1e-3
        # Negative control: a temperature 10 % off.
        assert stats.chi2.sf(square(np.exp(law.chances(400.0, 1.1 * t).log_below)), rows.sum()) < 1e-3


def test_the_law_does_not_depend_on_the_basis_of_the_codes(digits: tuple[LinearVAE, np.ndarray, ErrorLaw]):
    model, test, law = digits
    turn = np.linalg.qr(np.random.default_rng(9).standard_normal((12, 12)))[0]
    other = LinearVAE(model.mean, model.loadings @ turn, model.sigma2)
    again = error_law(test[:30], other.mean, other.loadings, other.codes(test[:30]), other.covariance)
    # Shares of codes with nearly equal spread may mix; the chances may not change.
    np.testing.assert_allclose(again.chances(400.0, 1.0).log_below, law.chances(400.0, 1.0).log_below[:30], rtol=1e-8)


def test_small_balls(digits: tuple[LinearVAE, np.ndarray, ErrorLaw]):
    _, _, law = digits
    few = ErrorLaw(np.zeros(40), law.spread, law.shift[:40])
    for t in (0.3, 5.0):
        for y in (1e-3, 1e-1):
            ratio = np.exp(few.chances(y, t).log_below - few.log_small_ball(y, t)) - 1
            first = y / 14 * ((few.shift**2 / t - 1) / (2 * t * few.spread)).sum(axis=1)
            assert np.abs(ratio - first).max() < 3 * (y / t) ** 2 * np.maximum(1, (few.shift**2).sum(axis=1).max() / t) ** 2
            assert np.abs(ratio).max() > 10 * np.abs(ratio - first).max()  # the correction is there


# The tail.


def own(q: int) -> GeneratedImages:
    values = np.array([165.0, 161.0, 147.0, 115.0, 70.0, 56.0, 54.0, 44.0, 39.0, 38.0, 29.0, 25.0])
    return GeneratedImages(values[12 - q :], 4.6, 64)


def test_own_images_have_the_law_that_the_tail_assumes():
    model = fit_linear_vae(load_digits()[0][:899], 12)
    images = model.generate(4000, np.random.default_rng(10))
    law = error_law(images, model.mean, model.loadings, model.codes(images), model.covariance)
    theirs = GeneratedImages((model.loadings**2).sum(axis=0) + model.sigma2, model.sigma2, 64)
    np.testing.assert_allclose(np.sort(law.spread), np.sort(theirs.spread), rtol=1e-9)
    order = np.argsort(theirs.spread)
    scaled = law.shift[:, np.argsort(law.spread)] / np.sqrt(theirs.shift_variance[order])
    assert stats.kstest(scaled.ravel(), ndtr).pvalue > 1e-3
    assert stats.kstest(law.floor / theirs.sigma2, stats.chi2(52).cdf).pvalue > 1e-3
    assert stats.kstest(1.05 * law.floor / theirs.sigma2, stats.chi2(52).cdf).pvalue < 1e-3
    threshold = theirs.sigma2 * float(chdtri(52, 0.2))
    fail = law.chances(threshold, 1.0).log_above[law.floor < threshold]
    for k, share in zip((1, 100), theirs.unsolved([1, 100], threshold, 1.0).share, strict=True):
        left = np.exp(k * fail)
        assert abs(left.mean() - share) < 4 * left.std() / np.sqrt(left.size)


@pytest.mark.parametrize(("q", "t"), [(1, 1.0), (2, 0.5), (2, 10.0), (12, 1.0), (12, 10.0)])
def test_warm_tail_and_its_constant(q: int, t: float):
    images = own(q)
    threshold = 4.6 * float(chdtri(64 - q, 0.2))
    k = np.array([1e12, 1e20]) if q > 2 else np.array([1e6, 1e8])
    found = images.unsolved(k, threshold, t, 16384 if q < 12 else 4096)
    assert images.exponent(t) == pytest.approx(2 / q)
    ratio = found.share * k ** (2 / q) / images.constant(threshold, t)
    assert ratio == pytest.approx(np.ones(2), abs=0.04)
    assert found.exponent == pytest.approx(np.full(2, 2 / q), rel=0.06)
    # Negative control: half the latents more would be another law altogether.
    assert np.abs(found.exponent / (2 / (q + 1)) - 1).min() > 0.02


def test_frozen_tail_on_one_latent():
    """q = 1 by a product rule over ln y and the shift, colder than t_c: local exponents approach t/v, far from 2/q."""
    images = own(1)
    v, t, threshold = float(images.shift_variance[0]), 0.6 * float(images.shift_variance[0]), 4.6 * float(chdtri(63, 0.2))
    assert t < images.freezing
    assert float(images.exponent(t)) == pytest.approx(0.6)
    ln_y = np.linspace(-6, 0, 30)[:, None]
    shift = np.linspace(0, 25, 1500) * np.sqrt(v)
    y = threshold * np.exp(ln_y)
    weight = images._density(threshold - np.minimum(y, threshold * (1 - 1e-12))) * y * np.exp(-(shift**2) / (2 * v))
    fail = quadratic_form(y, [t * images.spread[0]], (shift / np.sqrt(t))[:, None]).log_above
    off = []
    for k in (1e10, 1e40, 1e160):
        left = weight * np.exp(k * fail)
        off.append(-k * (fail * left).sum() / left.sum() - 0.6)
    off = np.array(off)
    assert (np.diff(np.abs(off)) < 0).all()
    # What is left over falls like 1/(ln k)^(1/2): the far edge of the ball is nearer than its centre.
    scaled = off * np.sqrt(np.log([1e10, 1e40, 1e160]))
    assert abs(scaled[2] / scaled[1] - 1) < 0.25
    assert abs(off[-1]) < 0.15


def test_bad_models_are_refused(monkeypatch: pytest.MonkeyPatch):
    images = np.random.default_rng(0).standard_normal((30, 5))
    model = fit_linear_vae(images, 2)
    law = error_law(images, model.mean, model.loadings, model.codes(images), model.covariance)
    for call, said in (
        (lambda: fit_linear_vae(images, 5), "5 latents need images"),
        (lambda: fit_linear_vae(images[:, :1] * np.ones(5), 2), "leave no noise"),
        (lambda: law.chances(1.0, 0.0), "temperature t must be > 0"),
        (lambda: model.successes(images, 1.0, -1.0, 5, np.random.default_rng(0)), "t must be > 0"),
        (lambda: error_law(images, model.mean, model.loadings, images, model.covariance), "shapes must be"),
        (lambda: error_law(images, model.mean, 0 * model.loadings, model.codes(images), model.covariance), "full rank"),
        (lambda: GeneratedImages(np.array([2.0]), 3.0, 5), "sigma2 must lie"),
        (lambda: own(2).unsolved(10.0, 300.0, 0.01), "t must lie in"),
        (lambda: own(2).constant(300.0, 0.01), "t must lie in"),
    ):
        with pytest.raises(DomainError, match=said):
            call()
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(DomainError, match=r"pip install 'infscale-sym\[digits\]'"):
        load_digits()
