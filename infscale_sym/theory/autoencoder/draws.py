"""A linear variational autoencoder fitted in closed form, and its attempts drawn and counted. NumPy only.

Probabilistic PCA (Tipping & Bishop 1999, doi:10.1111/1467-9868.00196): an image is x = mu + W z + noise, z ~ N(0, I_q), noise
~ N(0, sigma2 I_D). Maximum likelihood from the eigenvalues of the sample covariance (1/N): sigma2 is the mean of the D - q
smallest, W = U (Lambda - sigma2)^(1/2) of the q largest. The code of an image given the model is Gaussian with mean
M^-1 W'(x - mu) and covariance sigma2 M^-1, M = W'W + sigma2. This is the optimum of an autoencoder with linear encoder and
decoder (Lucas et al. 2019, arXiv:1911.02469). An attempt at temperature t decodes z ~ N(mean code, t covariance).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError
from infscale_sym.sampling.checks import count, positive

Array = NDArray[np.float64]

#: Pixels drawn at a time.
BLOCK = 4_000_000


def load_digits() -> tuple[Array, NDArray[np.int64]]:
    """The 1797 handwritten digits of 8 x 8 pixels that come with scikit-learn: pixels 0 to 16, shape (1797, 64), and labels.

    From the UCI optical recognition set (Alpaydin & Kaynak 1998, doi:10.24432/C50P49). Raises DomainError without the extra.
    """
    try:
        from sklearn.datasets import load_digits as load
    except ImportError:
        raise DomainError("the digits need scikit-learn; install it with: pip install 'infscale-sym[digits]'") from None
    data, labels = load(return_X_y=True)
    return np.asarray(data, float), np.asarray(labels, np.int64)


@dataclass(frozen=True, eq=False)
class LinearVAE:
    """The fitted model: mean (D,), loadings W (D, q), noise variance sigma2, in units of a pixel and their squares."""

    mean: Array
    loadings: Array
    sigma2: float

    @property
    def covariance(self) -> Array:
        """Covariance of the code of any image, shape (q, q), dimensionless."""
        q = self.loadings.shape[1]
        return self.sigma2 * np.asarray(np.linalg.inv(self.loadings.T @ self.loadings + self.sigma2 * np.eye(q)), np.float64)

    def codes(self, images: Array) -> Array:
        """Mean codes, shape (n, q), of images of shape (n, D)."""
        return (images - self.mean) @ self.loadings @ self.covariance / self.sigma2

    def decode(self, codes: Array) -> Array:
        """Images of shape (..., D) of codes of shape (..., q)."""
        return self.mean + codes @ self.loadings.T

    def generate(self, number: int, rng: np.random.Generator) -> Array:
        """`number` images drawn from the model itself, noise included, shape (number, D)."""
        codes = rng.standard_normal((number, self.loadings.shape[1]))
        return self.decode(codes) + np.sqrt(self.sigma2) * rng.standard_normal((number, self.mean.size))

    def attempts(self, images: Array, t: float, number: int, rng: np.random.Generator) -> Array:
        """Squared reconstruction errors of `number` attempts on each image at temperature t > 0, shape (n, number)."""
        factor = np.sqrt(positive(t, "t")) * np.linalg.cholesky(self.covariance)
        centres = self.codes(images)
        errors = np.empty((len(images), count(number, "number")))
        rows = max(1, BLOCK // (number * self.mean.size))
        for i in range(0, len(images), rows):
            part = slice(i, i + rows)
            noise = rng.standard_normal((len(images[part]), number, centres.shape[1]))
            gap = self.decode(centres[part, None] + noise @ factor.T) - images[part, None]
            errors[part] = np.einsum("ijk,ijk->ij", gap, gap)
        return errors

    def successes(self, images: Array, threshold: float, t: float, number: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """How many of `number` attempts on each image have a squared error of at most `threshold`, shape (n,)."""
        return (self.attempts(images, t, number, rng) <= positive(threshold, "threshold")).sum(axis=1)


def fit_linear_vae(images: Array, latents: int) -> LinearVAE:
    """Maximum likelihood from images of shape (N, D). 1 <= latents < min(D, N - 1), else DomainError.

    Raises DomainError too where the noise would vanish or the least of the kept eigenvalues is not above it.
    """
    q = count(latents, "latents")
    if images.ndim != 2 or q >= min(images.shape[1], images.shape[0] - 1):
        raise DomainError(f"{q} latents need images of shape (N, D) with D > {q} and N > {q + 1}; got shape {images.shape}")
    mean = images.mean(axis=0)
    centred = images - mean
    values, vectors = np.linalg.eigh(centred.T @ centred / len(images))
    values, vectors = values[::-1], vectors[:, ::-1]
    # The largest part of each axis is positive: libraries differ in the signs, and with them what is drawn would differ.
    vectors = vectors * np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))])
    sigma2 = float(values[q:].mean())
    if not 0 < 1e-12 * values[0] < sigma2 < values[q - 1]:
        raise DomainError(
            f"{q} latents leave no noise to model or no signal above it: noise {sigma2:g}, signal {values[q - 1]:g}"
        )
    return LinearVAE(mean, vectors[:, :q] * np.sqrt(values[:q] - sigma2), sigma2)
