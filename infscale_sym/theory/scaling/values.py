"""What more answers, more data and an easier prompt gain: gains and exponents of best-of-k in float64.

HP Remark 6 and its claim on difficulty, arXiv:2512.19905 (`tradeoff.*`, `difficulty`). Judge = teacher, t = 0, isotropic Sigma
(a number). An exponent is a logarithmic slope of delta = s^2 E F_k, taken as a central difference of fourth order of the exact
quantity, error about 1e-9; no asymptotic law enters but in `data_exponent`, which is the slope at k -> oo.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import float_array

#: Steps in the logarithm of k and of alpha: the averages are good to 1e-12, the closed forms of s^2 and Q to rounding, and
#: near 2 Q = s^2 the slope in alpha varies fast.
STEP, DATA_STEP = 0.01, 0.001


def sample_gain(k: Any, tau: Any) -> Any:
    """F_1/F_k(0; tau, tau), dimensionless, at least 1; broadcasts; relative error about 1e-13."""
    from infscale_sym.theory.selection.values.numeric import selection_error_numpy

    tau = float_array(tau, "tau")
    return (1 + tau**2) / selection_error_numpy(k, 0.0, tau, tau)


def difficulty_slope(k: Any, tau: Any) -> Any:
    """d ln F_k/d(tau^2), dimensionless, between 1/(1 + tau^2) and 1; broadcasts; tau != 0.

    dF_k/dtau = 2 E(z_* + tau), read off exactly from F at two other teachers with the same judge: F is quadratic in the
    teacher's offset. Relative error about 1e-13 (k + 1/|tau|). Raises DomainError at tau = 0.
    """
    from infscale_sym.theory.selection.values.numeric import selection_error_numpy

    tau = float_array(tau, "tau")
    if (tau == 0).any():
        raise DomainError("tau must not be 0; got 0")
    error = selection_error_numpy(k, 0.0, tau, tau)
    away = np.sqrt(error)
    rise = selection_error_numpy(k, 0.0, tau + away, tau) - selection_error_numpy(k, 0.0, tau - away, tau)
    return rise / (4 * away * tau * error)


def local_exponent(k: Any, tau: Any) -> Any:
    """-d ln F_k/d ln k at one prompt, dimensionless; broadcasts; k > 1.02. Error about 1e-9."""
    from infscale_sym.theory.selection.values.numeric import selection_error_numpy

    k, tau = np.broadcast_arrays(_more_than_one(k), float_array(tau, "tau"))
    return -_slope(lambda u: np.log(selection_error_numpy(k * np.exp(u), 0.0, tau, tau)))


def averaged_sample_gain(k: Any, alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any) -> Any:
    """E F_1/E F_k = (1 + Q/s^2)/E F_k, dimensionless; k broadcasts, the model is numbers."""
    from infscale_sym.theory.averages.values import gaussian_average

    ratio = float(offset_ratio(alpha, sigma, gamma, Sigma, nu))
    return (1 + ratio) / gaussian_average(np.asarray(k, float), ratio)


def sample_exponent(k: Any, alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any) -> Any:
    """-d ln delta/d ln k of the averaged error, dimensionless; k > 1.02 broadcasts, the model is numbers. Error about 1e-9."""
    from infscale_sym.theory.averages.values import gaussian_average

    ratio = float(offset_ratio(alpha, sigma, gamma, Sigma, nu))
    k = _more_than_one(k)
    return -_slope(lambda u: np.log(gaussian_average(k * np.exp(u), ratio)))


def data_exponent(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any) -> Any:
    """-d ln delta/d ln n at fixed d, in the limit k -> oo, dimensionless; alpha, sigma and gamma broadcast, Sigma
    and nu are numbers. Error about 1e-11, rising to 1e-8 where 1 - 2 Q/s^2 falls to 0.1.

    Raises DomainError unless 2 Q < s^2: beyond, delta has no such limit and the slope grows like ln k.
    """
    alpha = float_array(alpha, "alpha")

    def log_error(u: float) -> Any:
        at = alpha * np.exp(u)
        variance = _variance(at, sigma, gamma, Sigma)
        ratio = offset_ratio(at, sigma, gamma, Sigma, nu)
        if not (np.asarray(ratio) < 0.5).all():
            raise DomainError(f"2 Q must be less than s^2; got Q/s^2 = {np.max(ratio):g}")
        return np.log(variance) - np.log1p(-2 * ratio) / 2

    return _slope(log_error, DATA_STEP)


def data_exponent_at(k: Any, alpha: float, sigma: float, gamma: float, Sigma: float, nu: float) -> Any:
    """The same slope at finite k, from the exact average; k broadcasts, the model is numbers. Error about 1e-9."""
    from infscale_sym.theory.averages.values import gaussian_average

    k = float_array(k, "k")

    def log_error(u: float) -> Any:
        model = (alpha * np.exp(u), sigma, gamma, Sigma)
        return np.log(_variance(*model)) + np.log(gaussian_average(k, float(offset_ratio(*model, nu))))

    return _slope(log_error, DATA_STEP)


def offset_ratio(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any) -> Any:
    """Q/s^2 = E tau^2 over prompts and training sets, dimensionless; alpha, sigma and gamma broadcast."""
    from infscale_sym.theory.regression.values.ridge import teacher_risk

    return teacher_risk(alpha, sigma, gamma, Sigma, nu) / _variance(alpha, sigma, gamma, Sigma)


def _variance(alpha: Any, sigma: Any, gamma: Any, Sigma: Any) -> Any:
    from infscale_sym.theory.regression.values.ridge import predictive_variance

    return predictive_variance(alpha, sigma, gamma, Sigma)


def _more_than_one(k: Any) -> Any:
    k = float_array(k, "k")
    if not (k > np.exp(2 * STEP)).all():
        raise DomainError(f"k must be more than {np.exp(2 * STEP):.4f} for a slope; got {k.min():g}")
    return k


def _slope(function: Callable[[float], Any], step: float = STEP) -> Any:
    """f'(0) by the central difference of fourth order; f maps a number to an array."""
    one, two = (function(n * step) - function(-n * step) for n in (1, 2))
    return (8 * one - two) / (12 * step)
