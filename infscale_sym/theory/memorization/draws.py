"""Generated laws against the sampling law and the training examples (`denoiser.memorization.*`, `denoiser.hellinger`), drawn.

Training sets are drawn and maps fitted (Halder, arXiv:2411.17807; variant (i), sigma0 = 1, mu0 = 0) at zeta = l (e^(2T) - 1),
l = 1. Inner products of densities are means of one density over draws from the other, or determinants of drawn covariances.
Each named quantity is drawn by the function that takes its arguments in their order; seed: an integer or a generator to go on.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from infscale_sym.sampling.fits import commensurate, extrapolate
from infscale_sym.sampling.streams import Estimate, Seed, estimate
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.denoiser.draws import GeneratedLaw, generated_law_infinite, training_set

Array = NDArray[np.float64]
Generator = np.random.Generator

#: Dimensions near which rates and mean logarithms are drawn.
SIZES, SPECTRAL_SIZES = (36, 60, 100, 200), (20, 40, 80)


def _time(zeta: float) -> float:
    return float(0.5 * np.log1p(zeta))


def _density(x: Array, centre: Array, width: float) -> Array:
    """The density of N(centre, width^2 I) at the rows of x."""
    d = x.shape[1]
    return np.exp(-np.sum((x - centre) ** 2, axis=1) / (2 * width**2)) / (np.sqrt(2 * np.pi) * width) ** d


def pair_statistic(
    d: int, gap: float, along: float, across: float, zeta: float, width: float, *, trials: int, seed: Seed
) -> Estimate:
    """Each inner product as the mean of one density over `trials` draws from the other; two examples in d >= 2 dimensions."""
    rng = np.random.default_rng(seed)
    mean, line, zero = np.zeros((3, d))
    mean[:2], line[0] = (along, across), gap
    data = np.array([mean + line, mean - line])
    law = generated_law_infinite(data, _time(zeta), 1.0)

    def kernels(x: Array) -> Array:
        return (_density(x, data[0], width) + _density(x, data[1], width)) / 2

    generated = law.draw(rng, trials)
    smooth = data[rng.integers(2, size=trials)] + width * rng.standard_normal((trials, d))
    # the sampling law's own norm by the same means, once
    own = _density(rng.standard_normal((trials, d)), zero, 1.0)
    unit, unit_error = own.mean(), own.std() / np.sqrt(trials)
    g_part = -2 * _density(generated, zero, 1.0) + 2 * kernels(generated)
    k_part = kernels(smooth)
    value = 1 + (g_part.mean() - k_part.mean()) / unit
    error = np.sqrt((g_part.var() + k_part.var()) / trials) / unit
    return Estimate(float(value), float(np.hypot(error, (value - 1) * unit_error / unit)))


def kernel_norm(n: int, d: int, width: float, *, trials: int, seed: Seed) -> Estimate:
    """||K||^2 of drawn training sets, pair by pair."""
    rng = np.random.default_rng(seed)
    block, values = max(1, 2_000_000 // (n * n * d)), []
    for done in range(0, trials, block):
        x = rng.standard_normal((min(block, trials - done), n, d))
        square = np.sum((x[:, :, None] - x[:, None]) ** 2, axis=-1)
        values.append(np.exp(-square / (4 * width**2)).mean(axis=(1, 2)) / width**d)
    return estimate(np.concatenate(values))


def log_mean(p: float, q: float, alpha: float, *, trials: int, seed: Seed) -> Estimate:
    """Mean of ln|x + p + i q| over the eigenvalues x of `trials` sample covariances at each size, extrapolated in 1/d."""
    return _spectral_mean(lambda x: 0.5 * np.log((x + p) ** 2 + q**2), alpha, trials, seed)


def pole_mean(p: float, q: float, alpha: float, *, trials: int, seed: Seed) -> Estimate:
    """The same of the real part of 1/(x + p + i q)."""
    return _spectral_mean(lambda x: (x + p) / ((x + p) ** 2 + q**2), alpha, trials, seed)


def spread_mean(p: float, q: float, alpha: float, *, trials: int, seed: Seed) -> Estimate:
    """The same of minus its imaginary part."""
    return _spectral_mean(lambda x: q / ((x + p) ** 2 + q**2), alpha, trials, seed)


def _spectral_mean(of: Callable[[Array], Array], alpha: float, trials: int, seed: Seed) -> Estimate:
    rng = np.random.default_rng(seed)

    def one(d: int) -> float:
        rows = training_set(rng, round(d / alpha), d)
        centred = rows - rows.mean(axis=0)
        return float(of(np.asarray(np.linalg.eigvalsh(centred.T @ centred / len(rows)), float)).mean())

    with single_threaded_algebra():
        sizes = [commensurate(d, alpha) for d in SPECTRAL_SIZES]
        drawn = [estimate([one(d) for _ in range(trials)]) for d in sizes]
    means, errors = zip(*drawn, strict=True)
    return extrapolate(sizes, means, errors)


def log_overlaps(law: GeneratedLaw, points: Array, width: float) -> Array:
    """ln <g, N(point, width^2 I)>/||s||^2 for each row of points, by a Cholesky factor."""
    d = law.mean.size
    factor = np.linalg.cholesky(law.covariance + width**2 * np.eye(d))
    scaled = np.linalg.solve(factor, (points - law.mean).T)
    return -np.sum(np.log(np.diag(factor))) + d * np.log(2) / 2 - np.sum(scaled**2, axis=0) / 2


# What one training set gives, per dimension: functions of (its generated law, data, width, rng).


def _to_sampling(law: GeneratedLaw, data: Array, width: float, rng: Generator) -> float:
    return float(log_overlaps(law, np.zeros((1, law.mean.size)), 1.0)[0])


def _to_examples(law: GeneratedLaw, data: Array, width: float, rng: Generator) -> float:
    """The mean of the logarithms of the kernels' terms."""
    return float(log_overlaps(law, data, width).mean())


def _to_fresh(law: GeneratedLaw, data: Array, width: float, rng: Generator) -> float:
    return float(log_overlaps(law, training_set(rng, 200, law.mean.size), width).mean())


def _advantage(law: GeneratedLaw, data: Array, width: float, rng: Generator) -> float:
    return _to_examples(law, data, width, rng) - _to_sampling(law, data, width, rng)


def _hellinger(law: GeneratedLaw, data: Array, width: float, rng: Generator) -> float:
    eigenvalues = np.linalg.svd(law.factor, compute_uv=False) ** 2
    middle = np.linalg.solve(law.covariance + np.eye(law.mean.size), law.mean) @ law.mean
    return float(-np.sum(np.log(4 * eigenvalues / (1 + eigenvalues) ** 2)) / 4 + middle / 4)


def _rate(of: Callable[..., float], alpha: float, zeta: float, width: float, trials: int, seed: Seed) -> Estimate:
    """Per dimension, extrapolated in 1/d over SIZES; `trials` training sets at the largest size, more at the others."""
    rng = np.random.default_rng(seed)

    def one(d: int) -> float:
        data = training_set(rng, round(d / alpha), d)
        return of(generated_law_infinite(data, _time(zeta), 1.0), data, width, rng) / d

    with single_threaded_algebra():
        sizes = [commensurate(d, alpha) for d in SIZES]
        drawn = [estimate([one(d) for _ in range(trials * (sizes[-1] // d))]) for d in sizes]
    return extrapolate(sizes, *zip(*drawn, strict=True), orders=2)


def sampling_rate(alpha: float, zeta: float, *, trials: int, seed: Seed) -> Estimate:
    """Rate of the inner product with the sampling law; `trials` training sets at the largest size, also below."""
    return _rate(_to_sampling, alpha, zeta, 1.0, trials, seed)


def kernel_rate(alpha: float, zeta: float, width: float, *, trials: int, seed: Seed) -> Estimate:
    """Rate of the inner product with kernels at the training examples."""
    return _rate(_to_examples, alpha, zeta, width, trials, seed)


def fresh_rate(alpha: float, zeta: float, width: float, *, trials: int, seed: Seed) -> Estimate:
    """Rate of the inner product with kernels at fresh draws."""
    return _rate(_to_fresh, alpha, zeta, width, trials, seed)


def kernel_advantage(alpha: float, zeta: float, *, trials: int, seed: Seed) -> Estimate:
    """Rate of the kernels at width 1 less that of the sampling law, of the same training sets."""
    return _rate(_advantage, alpha, zeta, 1.0, trials, seed)


def hellinger_rate(alpha: float, zeta: float, *, trials: int, seed: Seed) -> Estimate:
    """Rate at which the overlap int (g s)^(1/2) dx falls."""
    return _rate(_hellinger, alpha, zeta, 1.0, trials, seed)


def memory_gap_of_many(zeta: float, width: float, per_feature: float, *, trials: int, seed: Seed) -> Estimate:
    """What the examples have over fresh draws at d = 2 n_d, n = d^2/2; fresh draws enter by their covariance I.

    `trials` is the number of training sets times d. As d grows at this n the ratio d/n goes to 0 with 1/d.
    """
    rng, d = np.random.default_rng(seed), round(2 * per_feature)
    drawn = []
    with single_threaded_algebra():
        for _ in range(trials // d):
            data = training_set(rng, d * d // 2, d)
            law = generated_law_infinite(data, _time(zeta), 1.0)
            centred = data - law.mean
            stiffness = np.linalg.inv(law.covariance + width**2 * np.eye(d))
            mine = np.sum(stiffness * (centred.T @ centred)) / len(data)
            # 1 - Tr C/d has the mean 1/n; taken out, times its factor near x = 1, it costs no bias and saves noise
            noise = (1 - np.sum(centred**2) / data.size - 1 / len(data)) / (1 / (1 + zeta) + width**2) / 2
            drawn.append((np.trace(stiffness) - mine) / (2 * d) - noise)
    return estimate(drawn)
