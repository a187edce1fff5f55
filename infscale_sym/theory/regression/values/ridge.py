"""The deterministic equivalents as numbers: ridges, shrinkage and predictive variance (HP Result 1, arXiv:2512.19905).

kappa (`ridge.renormalized`) is found, to rounding, by a root solve that cannot miss: g(kappa) = kappa (1 - alpha df1(kappa)) -
lambda is convex, g(0) <= 0, and df1 is at most what the mean eigenvalue alone would give (Jensen), so Newton's method from the
isotropic root at mean(Sigma) descends monotonically to the largest root, the one sought. The Marchenko-Pastur integrals of
`marchenko_pastur` and the moments of `planar` are independent referees: they never see kappa.

`Sigma` is a number (Sigma = number * I), a sequence of eigenvalues, a symmetric positive definite matrix, a `PowerLaw`, or the
result of `spectrum(...)`. alpha > 0; lambda >= 0, where lambda = 0 means the limit from above: kappa = 0 for alpha <= 1 (at
alpha = 1 as the root of lambda), the positive root of alpha df1 = 1 for alpha > 1. gamma may be infinite (lambda = 0).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.inputs import float_array
from infscale_sym.theory.regression.values.spectrum import BLOCK, Spectrum, average, spectrum


def bare_ridge(alpha: Any, sigma: Any, gamma: Any) -> Any:
    """alpha sigma^2/gamma^2 (units of Sigma), broadcasting. Raises DomainError unless all are positive."""
    return _positive(alpha, "alpha") * (_positive(sigma, "sigma") / _positive(gamma, "gamma", infinite=True)) ** 2


def degrees_of_freedom(kappa: Any, Sigma: Any) -> Any:
    """df1(kappa) = (1/d) Tr Sigma (Sigma + kappa)^-1, dimensionless, in (0, 1]; shape of kappa."""
    return average(lambda k, s: s / (s + k), _at_least_zero(kappa, "kappa"), spectrum(Sigma).eigenvalues)[()]


def second_degrees_of_freedom(kappa: Any, Sigma: Any) -> Any:
    """df2(kappa) = (1/d) Tr Sigma^2 (Sigma + kappa)^-2, dimensionless, in (0, 1]; shape of kappa."""
    return average(lambda k, s: (s / (s + k)) ** 2, _at_least_zero(kappa, "kappa"), spectrum(Sigma).eigenvalues)[()]


def renormalized_ridge(lambda_: Any, alpha: Any, Sigma: Any) -> Any:
    """kappa(lambda, alpha; Sigma) (units of Sigma), to rounding; lambda and alpha broadcast, Sigma is one spectrum.

    d = 10^5 eigenvalues take a few milliseconds. Raises DomainError for negative lambda or non-positive alpha, Sigma.
    """
    s = spectrum(Sigma).eigenvalues
    lam, al = np.broadcast_arrays(_at_least_zero(lambda_, "lambda"), _positive(alpha, "alpha"))
    if len(s) == 1:
        return _isotropic_root(lam, al, s[0])[()]
    shape = lam.shape
    lam, al = lam.ravel(), al.ravel()
    kappa = _isotropic_root(lam, al, s.mean()) * (1 + 1e-14)
    active = np.flatnonzero(kappa > 0)
    for _ in range(2000):
        # With rest = kappa/(s + kappa) nothing cancels in 1 - alpha df1 near alpha = 1. From above, Newton's steps on a
        # convex function descend until rounding stops them.
        at, ratio = kappa[active], al[active]
        rest, square = _rest(at, s)
        value = at * ((1 - ratio) + ratio * rest) - lam[active]
        slope = (1 - ratio) + ratio * (2 * rest - square)
        new = at - value / np.where(slope > 0, slope, 1)
        kappa[active] = np.minimum(new, at)
        active = active[new < at * (1 - 2e-16)]
        if not len(active):
            return kappa.reshape(shape)[()]
    raise ValidationError("renormalised ridge: Newton's method did not settle; report these parameters")


def predictive_variance(alpha: Any, sigma: Any, gamma: Any, Sigma: Any) -> Any:
    """s^2 = sigma^2 + gamma^2 kappa df1(kappa), averaged over prompts; units of y^2.

    With gamma = inf it is sigma^2/(1 - alpha) for alpha < 1 and infinite otherwise (directions that no datum has seen).
    """
    known = spectrum(Sigma)
    al, s, g = np.broadcast_arrays(
        _positive(alpha, "alpha"), _positive(sigma, "sigma"), _positive(gamma, "gamma", infinite=True)
    )
    kappa = np.asarray(renormalized_ridge(bare_ridge(al, s, g), al, known))
    endless = np.isinf(g)
    with np.errstate(divide="ignore", invalid="ignore"):
        proper = s**2 + np.where(endless, 1, g) ** 2 * kappa * degrees_of_freedom(kappa, known)
        flat = np.where(al < 1, s**2 / (1 - np.minimum(al, 1)), np.inf)
    return np.where(endless, flat, proper)[()]


def mean_shrinkage(lambda_: Any, alpha: Any, Sigma: Any) -> Any:
    """df1(kappa): the share of the teacher kept by the posterior mean on average over training sets."""
    known = spectrum(Sigma)
    return degrees_of_freedom(renormalized_ridge(lambda_, alpha, known), known)


def teacher_offset(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any) -> Any:
    """Printed q = (1/d) (B w_T)' Sigma (B w_T), B = kappa (Sigma + kappa)^-1; units of y^2.

    nu: root mean square weight of a teacher averaged over directions (a number), or weights of shape (d,) in the
    coordinates of Sigma. alpha, sigma and gamma broadcast.
    """
    known = spectrum(Sigma)
    kappa = np.asarray(renormalized_ridge(bare_ridge(alpha, sigma, gamma), alpha, known))
    return left_over(kappa, known, teacher_square(nu, known), 2)[()]


def teacher_risk(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any) -> Any:
    """Q = (q + alpha sigma^2 df2)/(1 - alpha df2) = E Delta_T^2; arguments as in `teacher_offset`; units of y^2.

    It grows without bound as lambda -> 0 at alpha = 1, and is inf there for gamma = inf.
    """
    known = spectrum(Sigma)
    kappa = np.asarray(renormalized_ridge(bare_ridge(alpha, sigma, gamma), alpha, known))
    q = left_over(kappa, known, teacher_square(nu, known), 2)
    return risk(q, kappa, _positive(alpha, "alpha"), _positive(sigma, "sigma"), known)[()]


def teacher_square(nu: Any, known: Spectrum, name: str = "nu") -> np.ndarray:
    """Squared weights in the eigenbasis, shape (1,) for a root mean square weight `nu`, (d,) for weights."""
    array = float_array(nu, name)
    if array.ndim == 0:
        return np.atleast_1d(_positive(array, name)) ** 2
    return known.components(array, name) ** 2


def left_over(kappa: np.ndarray, known: Spectrum, square: np.ndarray, power: int) -> np.ndarray:
    """(1/d) sum_i square_i s_i (kappa/(s_i + kappa))^power: what B leaves of a quadratic form; shape of kappa."""
    s, square = np.broadcast_arrays(known.eigenvalues, square)
    # average() hands out blocks of kappa, each against the whole spectrum.
    return average(lambda k, at: square * at * (k / (at + k)) ** power, kappa, s)


def risk(q: np.ndarray, kappa: np.ndarray, alpha: np.ndarray, sigma: np.ndarray, known: Spectrum) -> np.ndarray:
    """(q + alpha sigma^2 df2)/(1 - alpha df2), arrays; inf where the denominator has vanished (lambda = 0, alpha = 1)."""
    slope = _slope(kappa, alpha, known.eigenvalues)
    with np.errstate(divide="ignore"):
        return (q + alpha * sigma**2 * second_degrees_of_freedom(kappa, known)) / np.maximum(slope, 0)


def _slope(kappa: np.ndarray, alpha: np.ndarray, s: np.ndarray) -> np.ndarray:
    """1 - alpha df2(kappa) = d lambda/d kappa, without cancellation near alpha = 1."""
    rest, square = _rest(kappa.ravel(), s)
    return (1 - alpha) + alpha * (2 * rest - square).reshape(kappa.shape)


def _rest(kappa: np.ndarray, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means over the spectrum of kappa/(s + kappa) and of its square, kappa and both of shape (m,); in blocks."""
    first, second = np.empty_like(kappa), np.empty_like(kappa)
    rows = max(BLOCK // len(s), 1)
    for i in range(0, len(kappa), rows):
        block = kappa[i : i + rows, None]
        rest = block / (s + block)
        first[i : i + rows] = rest.mean(axis=1)
        second[i : i + rows] = np.einsum("ij,ij->i", rest, rest) / len(s)
    return first, second


def _isotropic_root(lam: np.ndarray, alpha: np.ndarray, size: Any) -> np.ndarray:
    """The larger root of kappa^2 - (lambda + (alpha - 1) size) kappa - lambda size = 0, without cancellation."""
    half = (lam + (alpha - 1) * size) / 2
    root = np.hypot(half, np.sqrt(lam * size))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(half >= 0, half + root, np.where(lam > 0, lam * size / (root - half), 0))


def _positive(value: Any, name: str, *, infinite: bool = False) -> np.ndarray:
    array = float_array(value, name, infinite=infinite)
    if not (array > 0).all():
        raise DomainError(f"{name} must be positive; got {array[~(array > 0)].ravel()[0]:g}")
    return array


def _at_least_zero(value: Any, name: str) -> np.ndarray:
    array = float_array(value, name)
    if not (array >= 0).all():
        raise DomainError(f"{name} must not be negative; got {array[~(array >= 0)].ravel()[0]:g}")
    return array
