"""The linear one-step denoiser, drawn and fitted (H, arXiv:2411.17807). NumPy only, no formula.

Data x_i ~ N(mu0, sigma0^2 I_d). Forward: x_T = e^-T x + (l (1 - e^-2T))^(1/2) xi, xi ~ N(0, I). The denoiser is the affine
least-squares map from x_T back to x, (i) over infinitely many noise draws or (ii) over one draw for each datum. It is applied
to N(e^-T m, c^2 I), c^2 = e^-2T Tr C/d + l (1 - e^-2T), m and C the mean and covariance (1/N) of the training set.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError
from infscale_sym.sampling.checks import count, positive
from infscale_sym.sampling.fits import commensurate, drawn_limit
from infscale_sym.sampling.streams import Estimate, Seed, estimate
from infscale_sym.sampling.threads import single_threaded_algebra

Array = NDArray[np.float64]

#: zeta in place of 0 and of infinity, where T would be; the divergence differs by less than 1e-6.
NEXT_TO_NO_NOISE, LONG = 2e-8, float(np.expm1(18.0))
#: Dimensions near which the proportional limits are drawn.
WIDTHS = (8, 12, 20, 32)


@dataclass(frozen=True)
class GeneratedLaw:
    """The law N(mean, factor factor') of what is generated; mean (..., d), factor (..., d, d), in the units of the data."""

    mean: Array
    factor: Array

    @property
    def covariance(self) -> Array:
        """Covariance matrix, shape (..., d, d), units of the data squared."""
        return self.factor @ np.swapaxes(self.factor, -1, -2)

    def draw(self, rng: np.random.Generator, count: int) -> Array:
        """`count` generated points of one law, shape (count, d)."""
        return self.mean + rng.standard_normal((count, self.mean.size)) @ self.factor.T


def training_set(
    rng: np.random.Generator, N: int, d: int, mu0: float | Array = 0.0, sigma0: float = 1.0, sets: tuple[int, ...] = ()
) -> Array:
    """N draws from N(mu0, sigma0^2 I_d), shape (*sets, N, d). mu0: one number for every coordinate, or shape (d,)."""
    shape = (*sets, count(N, "N"), count(d, "d"))
    return np.asarray(mu0, float) + positive(sigma0, "sigma0") * rng.standard_normal(shape)


def _noise(T: float, noise: float) -> tuple[float, float]:
    """e^-T and the variance l (1 - e^-2T) of the noise at time T; both arguments > 0, else DomainError."""
    time, scale = positive(T, "T"), positive(noise, "noise scale l")
    return float(np.exp(-time)), float(-scale * np.expm1(-2 * time))


def _moments(data: Array) -> tuple[Array, Array, Array, Array]:
    """Mean (..., d), centred data (..., N, d), covariance (1/N) (..., d, d) and its mean eigenvalue (..., 1, 1)."""
    if data.ndim < 2 or data.shape[-2] < 2:
        raise DomainError(f"a training set has shape (N, d) with N >= 2; got shape {data.shape}")
    mean = data.mean(axis=-2)
    centred = data - mean[..., None, :]
    covariance = np.swapaxes(centred, -1, -2) @ centred / data.shape[-2]
    return mean, centred, covariance, np.trace(covariance, axis1=-2, axis2=-1)[..., None, None] / data.shape[-1]


def _apply(matrix: Array, vector: Array) -> Array:
    return (matrix @ vector[..., None])[..., 0]


def generated_law_infinite(data: Array, T: float, noise: float) -> GeneratedLaw:
    """Variant (i): the map is the least-squares one over infinitely many noise draws. data: (..., N, d); noise is l."""
    mean, _, covariance, level = _moments(data)
    shrink, variance = _noise(T, noise)
    inputs = shrink**2 * covariance + variance * np.eye(mean.shape[-1])
    gain = np.swapaxes(np.linalg.solve(inputs, shrink * covariance), -1, -2)
    factor = np.asarray(np.sqrt(shrink**2 * level + variance) * gain, np.float64)
    return GeneratedLaw(mean, factor)


def generated_law_one_draw(data: Array, T: float, noise: float, rng: np.random.Generator) -> GeneratedLaw:
    """Variant (ii): the map is fitted by least squares to the pairs (x_T, x), one noise draw for each datum."""
    mean, centred, _, level = _moments(data)
    shrink, variance = _noise(T, noise)
    noisy = shrink * data + np.sqrt(variance) * rng.standard_normal(data.shape)
    middle = noisy.mean(axis=-2)
    # the pseudo-inverse: of the maps that fit equally well the smallest, where N <= d
    gain = np.swapaxes(np.linalg.pinv(noisy - middle[..., None, :]) @ centred, -1, -2)
    return GeneratedLaw(mean + _apply(gain, shrink * mean - middle), np.sqrt(shrink**2 * level + variance) * gain)


def generated_law_steps(data: Array, T: float, noise: float, steps: int, sigma0: float = 1.0) -> GeneratedLaw:
    """Several steps with the map (i) of each time: guess x, keep the guessed noise, lower it to the next time (DDIM).

    Times: the angles arctan(noise-to-signal ratio of x_t/e^-t, in units of sigma0) are equally spaced from that of T to 0.
    """
    mean, _, covariance, level = _moments(data)
    shrink, variance = _noise(T, noise)
    number, one = count(steps, "steps"), np.eye(mean.shape[-1])
    ratio = np.sqrt(variance) / shrink
    levels = sigma0 * np.tan(np.arctan(ratio / sigma0) * (1 - np.arange(number + 1) / number))
    factor = np.sqrt(level + ratio**2) * one  # of x_T/e^-T
    for now, after in pairwise(levels):
        gain = np.swapaxes(np.linalg.solve(covariance + now**2 * one, covariance), -1, -2)
        guess = gain @ factor
        factor = guess + after / now * (factor - guess)
    return GeneratedLaw(mean, factor)


def divergence(law: GeneratedLaw, mu0: float | Array = 0.0, sigma0: float = 1.0) -> Array:
    """KL(generated || N(mu0, sigma0^2 I)) in nats, shape (...); inf where the generated law is degenerate."""
    factor, offset = law.factor / sigma0, (law.mean - mu0) / sigma0
    d = offset.shape[-1]
    singular = np.linalg.svd(factor, compute_uv=False)
    lost = singular[..., -1] <= singular[..., 0] * d * np.finfo(float).eps
    logs = 2 * np.sum(np.log(np.where(lost[..., None], 1.0, singular)), axis=-1)
    return np.where(lost, np.inf, (np.sum(singular**2, axis=-1) - d - logs + np.sum(offset**2, axis=-1)) / 2)


def reverse_divergence(law: GeneratedLaw, mu0: float | Array = 0.0, sigma0: float = 1.0) -> Array:
    """KL(N(mu0, sigma0^2 I) || generated) in nats, shape (...), of laws that are not degenerate."""
    inverse = np.asarray(np.linalg.inv(law.factor / sigma0), np.float64)
    offset = _apply(inverse, (law.mean - mu0) / sigma0)
    logs = 2 * np.linalg.slogdet(inverse)[1]
    return (np.sum(inverse**2, axis=(-1, -2)) - offset.shape[-1] - logs + np.sum(offset**2, axis=-1)) / 2


def mean_divergence(
    N: int, d: int, T: float, noise: float, *, sets: int, rng: np.random.Generator, variant: str = "infinite", steps: int = 1
) -> Estimate:
    """Mean KL over `sets` training sets of N data in d dimensions (sigma0 = 1) with its standard error; nats.

    variant: "infinite", "one draw", "steps" (with that number of steps) or "reverse". DomainError for others or sets < 2.
    """
    if sets < 2 or variant not in ("infinite", "one draw", "steps", "reverse"):
        raise DomainError(f"at least 2 sets and a known variant are needed; got {sets} and {variant!r}")
    block, parts = max(1, 2_000_000 // (N * d)), []
    for done in range(0, sets, block):
        data = training_set(rng, N, d, sets=(min(block, sets - done),))
        if variant == "one draw":
            law = generated_law_one_draw(data, T, noise, rng)
        elif variant == "steps":
            law = generated_law_steps(data, T, noise, steps)
        else:
            law = generated_law_infinite(data, T, noise)
        parts.append(reverse_divergence(law) if variant == "reverse" else divergence(law))
    return estimate(np.concatenate(parts))


# The named quantities, at zeta = l (e^(2T) - 1) with l = 1. `trials`: training sets; seed: an integer or a generator to go on.


def expected_divergence(n: int, d: int, zeta: float, *, trials: int, seed: Seed, variant: str = "infinite") -> Estimate:
    """Mean KL over training sets of n data in d dimensions (sigma0 = 1); nats."""
    time = 0.5 * np.log1p(max(zeta, NEXT_TO_NO_NOISE))
    with single_threaded_algebra():
        return mean_divergence(n, d, time, 1.0, sets=trials, rng=np.random.default_rng(seed), variant=variant)


def long_one_draw_divergence(n: int, d: int, *, trials: int, seed: Seed) -> Estimate:
    """The same in variant (ii), with so much noise that nothing of the data is left in the inputs; n well above d."""
    return expected_divergence(n, d, LONG, trials=trials, seed=seed, variant="one draw")


def proportional_divergence(alpha: float, zeta: float, *, trials: int, seed: int, variant: str = "infinite") -> Estimate:
    """KL/d at d/n = alpha, extrapolated in 1/d over WIDTHS; `trials` is the number of training sets times d at each."""

    def at(d: int, seed: int) -> Estimate:
        mean, error = expected_divergence(round(d / alpha), d, zeta, trials=trials // d, seed=seed, variant=variant)
        return Estimate(mean / d, error / d)

    return drawn_limit(at, [commensurate(d, alpha) for d in WIDTHS], seed, orders=2)


def one_draw_proportional(alpha: float, zeta: float, *, trials: int, seed: int) -> Estimate:
    """The same in variant (ii); d/n well below 1."""
    return proportional_divergence(alpha, zeta, trials=trials, seed=seed, variant="one draw")


def one_draw_spread(n: int, d: int, zeta: float, *, trials: int, seed: Seed) -> Estimate:
    """Total variance generated in variant (ii), in units of sigma0^2."""
    rng = np.random.default_rng(seed)
    data = training_set(rng, n, d, sets=(trials,))
    with single_threaded_algebra():
        law = generated_law_one_draw(data, 0.5 * np.log1p(zeta), 1.0, rng)
    return estimate(np.sum(law.factor**2, axis=(1, 2)))


def fit_divergence(n: int, d: int, *, trials: int, seed: Seed) -> Estimate:
    """Mean KL of the fitted normal law N(m, C) from the sampling law; nats."""
    data = training_set(np.random.default_rng(seed), n, d, sets=(trials,))
    mean, _, covariance, _ = _moments(data)
    with single_threaded_algebra():
        return estimate(divergence(GeneratedLaw(mean, np.asarray(np.linalg.cholesky(covariance), float))))


def direction_divergence(g: float, mu: float, *, trials: int, seed: Seed) -> Estimate:
    """Mean of the log-ratio of the densities of N(mu, g) and N(0, 1) over `trials` draws from the first; nats."""
    x = mu + np.sqrt(g) * np.random.default_rng(seed).standard_normal(trials)
    return estimate((x**2 - (x - mu) ** 2 / g - np.log(g)) / 2)
