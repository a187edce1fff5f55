"""Chance that a decoded Gaussian code comes close to an image: exactly, for an affine decoder (task of L, arXiv:2410.16377).

An attempt on the image x draws a code z ~ N(m, t V) and decodes it as mu + W z; it succeeds if |x - mu - W z|^2 <= threshold.
With r = x - mu - W m and the singular value decomposition W V^(1/2) = P S R' (S > 0) the error is

    |r|^2 - |P' r|^2 + t sum_j S_j^2 (xi_j - (P' r)_j/(S_j t^(1/2)))^2,   xi_j ~ N(0, 1) independent:

a floor that no code can undercut, and a quadratic form in normal variables. An image whose floor exceeds the threshold is
never solved; that is a ceiling of coverage which no temperature moves. Close above the floor, at y = threshold - floor -> 0,
the chance is the volume of a small ball times the density of the code at its centre:

    C y^(q/2) (1 + y/(q+2) sum_j (a_j^2 - 1)/(2 w_j) + ...),  C = exp(-sum_j a_j^2/2)/(Gamma(q/2+1) prod_j (2 w_j)^(1/2)),

w_j = t S_j^2, a_j the offsets, by expanding the Laplace transform at infinity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import float_array
from infscale_sym.theory.autoencoder.quadratic_form import Chances, quadratic_form

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ErrorLaw:
    """Law of the squared error of one attempt at t = 1, a row an image."""

    floor: Array
    """The least error that a code can reach, shape (n,), squared units of a pixel."""
    spread: Array
    """S_j^2, shape (q,), squared units of a pixel."""
    shift: Array
    """(P' r)_j/S_j, shape (n, q), dimensionless: how far the mean code misses the best one."""

    def chances(self, threshold: Any, t: Any) -> Chances:
        """ln of success and failure of an attempt, each with its own digits.

        threshold > 0, squared units of a pixel, and t > 0, dimensionless: shapes that broadcast with (n,), e.g. t of shape
        (m, 1) gives (m, n). Relative error of either chance about 1e-13, however small. Raises DomainError.
        """
        threshold, t = float_array(threshold, "threshold"), _positive(t)
        root = np.sqrt(t)[..., None]
        return quadratic_form(threshold - self.floor, root**2 * self.spread, self.shift / root)

    def log_small_ball(self, threshold: Any, t: Any) -> Any:
        """ln(C y^(q/2)), the law close above the floor, without its correction; -inf below the floor. As `chances`."""
        from scipy.special import gammaln

        t = _positive(t)
        y = np.maximum(float_array(threshold, "threshold") - self.floor, 0.0)
        q = self.spread.size
        with np.errstate(divide="ignore"):
            ball = q / 2 * (np.log(y) - np.log(2 * t)) - 0.5 * np.log(self.spread).sum() - gammaln(q / 2 + 1)
        return ball - (self.shift**2).sum(axis=1) / (2 * t)


def error_law(images: Any, mean: Any, loadings: Any, codes: Any, covariance: Any) -> ErrorLaw:
    """The law of the error from the model. images (n, D), mean (D,), loadings W (D, q), codes m (n, q), covariance V (q, q).

    Pixels in any one unit; V symmetric, positive definite, W of rank q, else DomainError.
    """
    x, mu, w = float_array(images, "images"), float_array(mean, "mean"), float_array(loadings, "loadings")
    m, v = float_array(codes, "codes"), float_array(covariance, "covariance")
    shapes = [part.shape for part in (x, mu, w, m, v)]
    if w.ndim != 2 or not x.ndim or shapes != [(len(x), len(w)), (len(w),), w.shape, (len(x), w.shape[1]), (w.shape[1],) * 2]:
        raise DomainError(f"shapes must be (n, D), (D,), (D, q), (n, q), (q, q); got {', '.join(map(str, shapes))}")
    p, s, _ = np.linalg.svd(w @ np.linalg.cholesky(v), full_matrices=False)
    if not s[-1] > 1e-12 * s[0]:
        raise DomainError(f"W V^(1/2) must have full rank; its singular values are {s[0]:g} to {s[-1]:g}")
    residue = x - mu - m @ w.T
    inside = residue @ p
    floor = ((residue - inside @ p.T) ** 2).sum(axis=1)
    return ErrorLaw(floor, s**2, inside / s)


def _positive(t: Any) -> Array:
    t = float_array(t, "t")
    if not (t > 0).all():
        raise DomainError(f"the temperature t must be > 0; got {t[~(t > 0)].ravel()[0]:g} (at t = 0 attempts are all alike)")
    return t
