"""How slowly coverage ends on images that the linear autoencoder made itself: the tail exponent, exactly.

Under the model (probabilistic PCA, kept eigenvalues lambda_j, noise sigma2, q codes, D pixels) the law of the error of an
attempt (`error_law`) is itself random in a known way: floor = sigma2 chi^2 with D - q degrees of freedom, S_j^2 =
sigma2 (1 - sigma2/lambda_j), and independent shifts m_j ~ N(0, v_j), v_j = sigma2/(lambda_j - sigma2). Let P be an image's
chance of success at temperature t, y = threshold - floor. As y -> 0, P ~ C y^(q/2), and for far shifts ln P ~ -sum m_j^2/(2t).
So E P^-s over the images with y > 0 is finite if and only if s q/2 < 1 and s < t/v_j for all j, and

    P(P < x) = x^(b + o(1)),  E (1 - P)^k = k^(-b + o(1)),   b = min(2/q, t/max v):

warmer than t_c = 2 max v/q the images close to the ceiling dominate, at a rate that knows neither t nor the threshold; colder,
the images whose best code the sampler hardly reaches. (Finite below the bounds: by Jensen's inequality for the density over the
ball, P is at least C y^(q/2) exp(-y sum 1/S_j^2/(2t(q+2))).) For t > t_c, with f the density of the floor given that y > 0,

    E (1 - P)^k ~ f(threshold) Gamma(1 + 2/q) 2t (Gamma(q/2 + 1)^2 prod S_j^2)^(1/q) prod (1 - 2 v_j/(q t))^(-1/2) k^(-2/q).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import check_range, float_array
from infscale_sym.theory.autoencoder.quadratic_form import quadratic_form

Array = NDArray[np.float64]

_PRIMES = np.array([n for n in range(2, 114) if all(n % m for m in range(2, n))])


class Unsolved(NamedTuple):
    """Share of the solvable images that k attempts leave unsolved, and its local exponent -d ln share/d ln k."""

    share: Array
    exponent: Array


@dataclass(frozen=True, eq=False)
class GeneratedImages:
    """Images drawn from the model: kept eigenvalues (q,) > sigma2 > 0, squared units of a pixel; 1 <= q < D, q <= 29."""

    eigenvalues: Array
    sigma2: float
    pixels: int

    def __post_init__(self) -> None:
        values = float_array(self.eigenvalues, "eigenvalues")
        if values.ndim != 1 or not 1 <= values.size < min(self.pixels, len(_PRIMES)):
            most = min(self.pixels, len(_PRIMES)) - 1
            raise DomainError(f"eigenvalues must be a row of 1 to {most}, fewer than pixels; got shape {values.shape}")
        if not (0 < self.sigma2 < values.min()):
            raise DomainError(f"sigma2 must lie between 0 and the kept eigenvalues; got {self.sigma2:g} and {values.min():g}")
        object.__setattr__(self, "eigenvalues", values)

    @property
    def shift_variance(self) -> Array:
        """v_j, the variance of the shift of each code, dimensionless."""
        return self.sigma2 / (self.eigenvalues - self.sigma2)

    @property
    def spread(self) -> Array:
        """S_j^2."""
        return self.sigma2 * (1 - self.sigma2 / self.eigenvalues)

    @property
    def freezing(self) -> float:
        """t_c = 2 max v/q."""
        return float(2 * self.shift_variance.max() / self.eigenvalues.size)

    def ceiling(self, threshold: Any) -> Any:
        """Share of the images that can be solved; threshold > 0 in squared units of a pixel."""
        from scipy.special import gammainc

        return gammainc((self.pixels - self.eigenvalues.size) / 2, float_array(threshold, "threshold") / (2 * self.sigma2))

    def exponent(self, t: Any) -> Any:
        """b = min(2/q, t/max v), dimensionless; t > 0 broadcasts."""
        return np.minimum(2 / self.eigenvalues.size, float_array(t, "t") / self.shift_variance.max())

    def constant(self, threshold: Any, t: Any) -> Any:
        """lim k^(2/q) E (1 - P)^k for t > t_c; broadcasts. Raises DomainError for colder t."""
        from scipy.special import gamma, gammaln

        threshold, t = float_array(threshold, "threshold"), float_array(t, "t")
        check_range(t, "t", self.freezing * (1 + 1e-12), np.inf)
        q = self.eigenvalues.size
        best = 2 * t * np.exp((2 * gammaln(q / 2 + 1) + np.log(self.spread).sum()) / q)
        shifts = 1 / np.sqrt((1 - 2 * self.shift_variance / (q * t[..., None])).prod(axis=-1))
        return self._density(threshold) / self.ceiling(threshold) * gamma(1 + 2 / q) * best * shifts

    def unsolved(self, k: Any, threshold: float, t: float, points: int = 4096) -> Unsolved:
        """E (1 - P)^k over the images with floor < threshold, for k from 1 to 1e60, shape of k; t > t_c.

        Quasi-random points (multiples of square roots of primes): ln y evenly, and the shifts from the law tilted towards the
        images that are left over; P itself is exact. At 4096 points within 3 % for t >= 4 t_c and k <= 1e16, the exponent
        within 0.02. Raises DomainError.
        """
        from scipy.special import ndtri

        k = float_array(k, "k")
        check_range(k, "k", 1, 1e60)
        check_range(float_array(t, "t"), "t", self.freezing * (1 + 1e-12), np.inf)
        q = self.eigenvalues.size
        u = np.modf((np.arange(points)[:, None] + 0.5) * np.sqrt(_PRIMES[: q + 1]))[0]
        reach = 2 / q * np.log(k.max(initial=1)) + 20  # in ln y: far enough that k attempts do not count there
        y = threshold * np.exp(-reach * u[:, 0])
        wider = 1 / (1 - 1.6 / q * self.shift_variance / t)
        z = ndtri(u[:, 1:])
        shift = z * np.sqrt(wider * self.shift_variance)
        tilt = (0.5 * np.log(wider) - (wider - 1) * z**2 / 2).sum(axis=1)
        log_weight = np.log(self._density(threshold - y) * y * reach) + tilt
        weight = np.exp(log_weight) / (points * self.ceiling(threshold))
        log_fail = quadratic_form(y, t * self.spread, shift / np.sqrt(t)).log_above
        failed = np.exp(k[..., None] * log_fail)
        share = failed @ weight
        return Unsolved(share, -k * ((failed * log_fail) @ weight) / share)

    def _density(self, floor: Any) -> Any:
        from scipy.special import gammaln

        half = (self.pixels - self.eigenvalues.size) / 2
        x = np.asarray(floor) / (2 * self.sigma2)
        return np.exp((half - 1) * np.log(x) - x - gammaln(half)) / (2 * self.sigma2)
