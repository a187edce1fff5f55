"""How far a judge may overshoot the teacher before one answer more hurts, in float64 (`monotone` of HP, arXiv:2512.19905).

F_k = A_k + 2 D B_k + D^2, D = tau - rho, with A, B functions of (k, t, rho). So at rho > 0 F_{k+1} <= F_k exactly if
rho - tau <= H_k = (A_k - A_{k+1})/(2 (B_k - B_{k+1})). The sign of rho mirrors everything: H_k(t, -rho) = H_k(t, rho). H_k is a
quotient of differences of exact errors: relative error about 1e-13 k^2, k up to 1000.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import float_array
from infscale_sym.theory.selection.values.numeric import selection_error_numpy


def judge_margin(k: Any, t: Any, rho: Any) -> Any:
    """H_k(t, rho), dimensionless, positive; broadcasts; rho > 0, 1 <= k <= 1000.

    A difference of errors of size 1/k^2: relative error about 1e-13 k^2. Raises DomainError outside the range.
    """
    k, rho = float_array(k, "k"), float_array(rho, "rho")
    if not ((k >= 1) & (k <= 1000)).all():
        raise DomainError(f"k must lie in [1, 1000]; got {k[~((k >= 1) & (k <= 1000))].ravel()[0]:g}")
    _positive(rho)
    t = float_array(t, "t", infinite=True)
    shape = np.broadcast_shapes(k.shape, t.shape, rho.shape)
    # One call: all k and all teachers at one (t, rho) share its tables.
    count = np.stack([np.broadcast_to(k + n, shape) for n in (0, 1)])[:, None]
    teacher = np.stack([np.broadcast_to(rho + n, shape) for n in (0, 1, -1)])
    error = selection_error_numpy(count, t, teacher, np.broadcast_to(rho, shape))
    gain = error[0] - error[1]
    return (2 * gain[0] / (gain[1] - gain[2]))[()]


def judge_margin_limit(t: Any, rho: Any) -> Any:
    """H_oo = rho + 1/(2 rho) - rho (4 + 3t)/(2 (1 + t)(2 + t)), the limit of H_k as k -> oo; broadcasts; rho > 0, t >= 0.

    At t = 0 it is 1/(2 rho), what `monotone.close-judge` allows at every t.
    """
    t, rho = float_array(t, "t"), float_array(rho, "rho")
    if not (t >= 0).all():
        raise DomainError(f"t must lie in [0, inf); got {t.min():g}")
    _positive(rho)
    return (rho + 0.5 / rho - rho * (4 + 3 * t) / (2 * (1 + t) * (2 + t)))[()]


def _positive(rho: np.ndarray) -> None:
    if not (rho > 0).all():
        raise DomainError(f"rho must be positive (mirror tau and rho together); got {rho.min():g}")
