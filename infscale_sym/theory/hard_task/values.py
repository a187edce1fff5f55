"""Best-of-k over hard prompts in float64 (`best-of-k.hard-task`, `best-of-k.hard-task.edge`; HP Remark 5, arXiv:2512.19905).

theta = s^2/Q, tau ~ N(0, 1/theta), judge = teacher, t = 0. The number of answers enters as L = tau_k with k = L/phi(L), so
that k may exceed what a double holds. The average is a trapezoidal sum over tau of F = int 2 r S^k dr, itself one over ln q,
r tau = ln(1 + q/lambda), lambda = (L/tau) exp((L^2 - tau^2)/2). Relative error below 1e-9 for L from 1 to 300 and theta from
0.2 to 20. To any number of digits: `hard_task_exact`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import dawsn, erf, erfcx, gamma, lambertw

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import check_range, float_array

Array = NDArray[np.float64]

#: Up to this L the number of answers is below 1e12 and the average has an evaluator of its own.
_DIRECT = 7.0
_NEPERS = 30.0
_LARGEST = 300.0
#: hard_task_error is good to 3e-12: what is less than this part of it has lost too many digits.
_MOST_LOST = 500


def hard_task_error(tau_k: Any, theta: Any) -> Any:
    """E F_k(0; tau, tau) over the density of |tau| at L = tau_k, tau ~ N(0, 1/theta), k = L/phi(L); broadcasting.

    tau_k: 1 to 300 (k from 4 to 10^19000), and at most 36 where theta > 1.9. theta: 0.2 to 20, (theta - 2) tau_k^2 <= 1200.
    Relative error below 1e-9. Raises DomainError outside.
    """
    level, ratio = float_array(tau_k, "tau_k"), float_array(theta, "theta")
    check_range(level, "tau_k", 1, _LARGEST)
    check_range(ratio, "theta", 0.2, 20)
    if np.any((ratio - 2) * level**2 > 1200):
        raise DomainError(f"(theta - 2) tau_k^2 must stay below 1200; got {float(np.max((ratio - 2) * level**2)):g}")
    if np.any((ratio > 1.9) & (level > 36)):
        raise DomainError(f"tau_k must be at most 36 where theta > 1.9; got {float(np.max(level)):g}")
    level, ratio = np.broadcast_arrays(level, ratio)
    out = [_one(float(a), float(b)) for a, b in zip(level.ravel(), ratio.ravel(), strict=True)]
    return np.array(out).reshape(level.shape)[()]


def hard_task_edge(tau_k: Any, theta: Any) -> Any:
    """hard_task_error less plateau/(2 tau_k^2); same arguments, broadcasting. Relative error below 1e-8.

    It is a difference: above theta = 2 the plateau is exp((theta - 2) tau_k^2/2) times as large. Raises DomainError where that
    leaves too few digits (HardTaskEdge.mpmath has them), and where hard_task_error does.
    """
    level = float_array(tau_k, "tau_k")
    whole = hard_task_error(tau_k, theta)
    edge = whole - plateau(tau_k, theta) / (2 * level**2)
    lost = np.abs(whole) > _MOST_LOST * np.abs(edge)
    if np.any(lost):
        L, th = (np.broadcast_to(a, np.shape(lost))[lost].flat[0] for a in (level, float_array(theta, "theta")))
        raise DomainError(
            f"the edge term at tau_k = {L:g}, theta = {th:g} is less than 1/{_MOST_LOST} of the average, too little for "
            "doubles; take theta <= 2 and tau_k <= 15, or the mpmath evaluator"
        )
    return edge


def plateau(tau_k: Any, theta: Any) -> Any:
    """int_0^L exp((2 - theta)(x^2 - L^2)/2) dx, L = tau_k > 0, theta > 0: a Dawson function, L, or an error function."""
    level, ratio = np.broadcast_arrays(float_array(tau_k, "tau_k"), float_array(theta, "theta"))
    root = np.sqrt(np.abs(2 - ratio) / 2)
    safe = np.where(root > 0, root, 1.0)
    with np.errstate(over="ignore"):
        easy = np.exp((safe * level) ** 2) * (math.sqrt(math.pi) / 2) * erf(safe * level) / safe
    hard = dawsn(safe * level) / safe
    return np.where(root == 0, level, np.where(ratio < 2, hard, easy))[()]


def hard_task_constant(theta: Any) -> Any:
    """M(theta) = Gamma(theta/2)^3 Gamma(1 - theta/2)/4, 0 < theta < 2 (its continuation for 2 < theta < 4); few roundings."""
    half = float_array(theta, "theta") / 2
    check_range(half, "theta/2", 1e-300, 2)
    return gamma(half) ** 3 * gamma(1 - half) / 4


def rarity(k: Any) -> Any:
    """tau_k > 0 with k phi(tau_k) = tau_k: the square root of Lambert's W(k^2/(2 pi)); 1 <= k <= 1e150, dimensionless."""
    count = float_array(k, "k")
    check_range(count, "k", 1, 1e150)
    return np.sqrt(lambertw(count**2 / (2 * math.pi)).real)


def averaged_by_rarity(k: Any, theta: Any) -> Any:
    """The factor of H in E F_k: the density of |tau| at tau_k, 2 (theta/(2 pi))^(1/2) exp(-theta tau_k^2/2)."""
    ratio = float_array(theta, "theta")
    return 2 * np.sqrt(ratio / (2 * math.pi)) * np.exp(-ratio * rarity(k) ** 2 / 2)


def local_exponent(k: Any, theta: Any) -> Any:
    """-d ln E F_k/d ln k at t = 0, judge = teacher, tau ~ N(0, 1/theta), by differences of the exact average; shape of k.

    k: 1.2 to 5e15, one-dimensional; theta: one number, 0.02 to 50. Absolute error below 1e-7.
    """
    from infscale_sym.theory.regression.values.gaussian_pair import line_average

    count = float_array(k, "k")
    check_range(count, "k", 1.2, 5e15)
    step = 0.06
    at = count[..., None] * np.exp(step * np.array([-2.0, -1.0, 1.0, 2.0]))
    logs = np.log(line_average(np.maximum(at, 1.0), 0, 1, 1 / float(theta)))
    return -(logs @ np.array([1.0, -8.0, 8.0, -1.0])) / (12 * step)


def _one(level: float, ratio: float) -> float:
    if level <= _DIRECT:
        from infscale_sym.theory.regression.values.gaussian_pair import line_average

        k = math.sqrt(2 * math.pi) * level * math.exp(level * level / 2)
        density = 2 * math.sqrt(ratio / (2 * math.pi)) * math.exp(-ratio * level * level / 2)
        return float(line_average(k, 0, 1, 1 / ratio)) / density
    step = 0.5 / level
    low = math.sqrt(max(level**2 - 2 * _NEPERS / (2 - ratio), 0.0)) if ratio < 2 else 0.0
    high = math.sqrt(level**2 + 2 * (_NEPERS + 10) / ratio)
    tau = step * np.arange(int(low / step), int(high / step) + 2)
    weight = np.where(tau == 0, 0.5, 1.0) * step
    total = 0.0
    for part in np.array_split(np.arange(tau.size), tau.size // 500 + 1):
        w = (tau[part] ** 2 - level**2) / 2
        total += float(np.sum(weight[part] * np.exp((2 - ratio) * w) * _scaled_error(level, tau[part], w)))
    return total / level**2


def _scaled_error(level: float, tau: Any, w: Any) -> Array:
    """(k phi(tau))^2 F at the offsets tau, k = level/phi(level): about 1/2 on the plateau."""
    step = 0.3
    # Far beyond L the Gaussian factor of A counts: r is about tau - L there, and q as large as exp(r^2/2).
    beyond = max(float(tau[-1]) - level, 0.0)
    v = step * np.arange(-int((18 + max(float(w[-1]), 0.0)) / step), int((6 + beyond**2 / 2) / step))
    rate = level * np.exp(-w)[:, None]  # k phi(tau)
    q = np.exp(v)
    # y = ln(1 + q/lambda) without lambda = rate/tau, which has no end at tau = 0
    small = q * tau[:, None] / rate
    y = np.log1p(small)
    r = np.where(small > 0, y / np.where(tau > 0, tau, 1.0)[:, None], q / rate)
    return np.sum(2 * r * rate * np.exp(-rate * _interval(tau[:, None], r)) * q / (1 + small), axis=1) * step


def _interval(tau: Array, r: Array) -> Array:
    """(Phi(tau + r) - Phi(tau - r))/phi(tau) = int_(-r)^r exp(-tau x - x^2/2) dx; large where it has no bearing."""
    y = tau * r
    with np.errstate(over="ignore", invalid="ignore"):
        front = np.exp(np.minimum(y - r * r / 2, 600)) * erfcx((tau - r) / math.sqrt(2))
        back = np.exp(-y - r * r / 2) * erfcx((tau + r) / math.sqrt(2))
    far = math.sqrt(math.pi / 2) * (front - back)
    near = 2 * r * (1 + (tau**2 - 1) * r * r / 6)
    return np.where(np.maximum(y, r) < 1e-4, near, np.where(np.isfinite(far), far, np.inf))
