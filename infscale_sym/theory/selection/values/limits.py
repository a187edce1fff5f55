"""F at the two ends of k, in closed form: one answer, and infinitely many.

F_1 = 1 + tau^2: nothing is chosen. As k -> oo at fixed t > 0 the empirical weighted average tends to the average over the
tilted normal density phi(z) w(z)/E w, which is normal with mean -rho v and variance 1 - v, v = 1/(1 + t); so
F_oo = (tau - rho v)^2 + 1 - v, which at t = 0 is the squared distance (tau - rho)^2 of judge and teacher.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import float_array


def single_answer(tau: Any) -> Any:
    """F_1 = 1 + tau^2, dimensionless; shape of tau. Raises DomainError for what is no finite number."""
    return (1 + float_array(tau, "tau") ** 2)[()]


def infinite_k(t: Any, tau: Any, rho: Any) -> Any:
    """F_oo(t; tau, rho) = (tau - rho/(1+t))^2 + t/(1+t), dimensionless; broadcasts; 0 <= t <= inf.

    Relative error a few 1e-16 but where tau and rho/(1+t) nearly cancel. Raises DomainError for t < 0.
    """
    temperature = float_array(t, "t", infinite=True)
    if (temperature < 0).any():
        raise DomainError(f"t must lie in [0, inf]; got {temperature[temperature < 0].ravel()[0]:g}")
    weight = 1 / (1 + temperature)
    with np.errstate(invalid="ignore"):
        share = np.where(np.isinf(temperature), 1.0, temperature * weight)
    return ((float_array(tau, "tau") - float_array(rho, "rho") * weight) ** 2 + share)[()]
