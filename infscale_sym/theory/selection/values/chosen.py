"""The law of the answer that best-of-k keeps (t = 0): density, mean and variance.

The sampler of HP, arXiv:2512.19905. Of k answers `z_i ~ N(0,1)` the one with the smallest `|z+rho|` is kept. With
`S(r) = P(|z+rho| > r)` its density is `k phi(z) S(|z+rho|)^{k-1}`; for real k >= 1 that is its definition. In terms of
`x = z + rho` mean and variance are `B` and `V` of `numeric`. Dimensionless, NumPy float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infscale_sym.evaluate.inputs import check_range, float_array
from infscale_sym.theory.selection.values.numeric import chosen_moments
from infscale_sym.theory.selection.values.survival import log_survival


def chosen_answer_density(z: Any, k: Any, rho: Any) -> Any:
    """The density of the chosen answer z at t = 0, `k phi(z) S(|z+rho|)^{k-1}`.

    `z` finite, `k` in [1, 1e16], `rho` in [-40, 40], broadcast. Returns float64 of the broadcast shape, with a relative
    error of about 1e-16 (3 + z² + |ln density|), 0 where it underflows. Raises DomainError outside the range.
    """
    z, k, rho = float_array(z, "z"), float_array(k, "k"), float_array(rho, "rho")
    check_range(k, "k", 1, 1e16)
    check_range(rho, "rho", -40, 40)
    exponent = (k - 1) * log_survival(np.abs(z + rho), rho) - 0.5 * z * z
    return (k * np.sqrt(0.5 / np.pi) * np.exp(exponent))[()]


def chosen_answer_mean(k: Any, rho: Any) -> Any:
    """E[z] of the chosen answer at t = 0 (-rho as k -> infinity, 0 at k = 1): B - rho.

    `k` in [1, 1e16], `rho` in [-40, 40], broadcast. Absolute error about 1e-15 |rho|. Raises DomainError outside.
    """
    center, _ = chosen_moments(k, 0.0, rho)
    return center - float_array(rho, "rho")


def chosen_answer_variance(k: Any, rho: Any) -> Any:
    """Var[z] of the chosen answer at t = 0 (about pi exp(rho²)/k² as k -> infinity, 1 at k = 1).

    `k` in [1, 1e16], `rho` in [-40, 40], broadcast. Relative error <= 1e-13 for k <= 1e9, |rho| <= 8, else 1e-11.
    Raises DomainError outside.
    """
    return chosen_moments(k, 0.0, rho)[1]
