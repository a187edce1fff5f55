"""Best-of-k with a judge that is not the teacher, by the distance of the chosen answer (t = 0; HP, arXiv:2512.19905).

Given the distance r = |z + rho| from the judge's answer, the error is on average r^2 + 2 D r tanh(rho r) + D^2, D = tau - rho,
and P(distance > r) = S(r)^k (`best-of-k.misspecified.distance`). By parts, with f(r) the slope of r^2 + 2 D r tanh(rho r) and
u(r) = -ln S(r),

    F_k - D^2 = int f e^(-ku) dr,        dF_k/dk = -int f u e^(-ku) dr.

f is positive everywhere if 1 + 2 rho D >= 0; else it is negative up to one place and positive beyond. A Laplace transform
has no more changes of sign than its density: then F_k falls, is least at one k, and rises. Dimensionless. Float64: about 1e-12
of E r^2 (measured); mpmath: Gauss-Legendre panels on two meshes that agree to the digits asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.inputs import check_range, float_array
from infscale_sym.theory.optima.values.frozen import DistanceMesh, exact_arguments, log_best_number, to_number
from infscale_sym.theory.optima.values.numeric import optimal_number
from infscale_sym.theory.selection.values.slopes import slope_tables


def distance_integral(k: Any, tau: Any, rho: Any) -> Any:
    """F_k(0; tau, rho) - (tau - rho)^2, float64, broadcast; k in [1, 1e12], |tau|, |rho| <= 40.

    Relative error about 1e-12 where nothing cancels, i.e. of E r^2 (measured). Raises DomainError outside the ranges.
    """
    k, tau, rho = np.broadcast_arrays(*(float_array(v, n) for v, n in ((k, "k"), (tau, "tau"), (rho, "rho"))))
    check_range(k, "k", 1, 1e12)
    check_range(tau, "tau", -40, 40)
    check_range(rho, "rho", -40, 40)
    out = np.empty(k.shape)
    for judge in np.unique(rho):
        here = rho == judge
        count, drift = k[here], tau[here] - judge
        # The table leaves out levels below e^-19/sqrt(k_high): far above the largest k, nothing of F - F_oo is lost.
        table = slope_tables(np.zeros(1), np.array([judge]), count.min(), 1e18 * count.max() ** 2)[0]
        own_k, back = np.unique(count, return_inverse=True)
        second, first = table.limit_parts(own_k)
        out[here] = second[back] + 2 * drift * first[back]
    return out[()]


def answers_beyond_teacher(tau: Any, c: Any) -> Any:
    """k_* P(z > tau) at t = 0, rho = (1 + c) tau, float64, broadcast; 0 < tau < 40, c > 0, (1 + c) tau <= 40.

    inf where the best k is infinite or beyond 1e12 (tau above 7). Relative error as of `optima.values.numeric.optimal_number`.
    """
    from scipy.special import ndtr

    tau, c = _positive(tau, c)
    return optimal_number(0.0, tau, (1 + c) * tau) * ndtr(-tau)


def least_error(tau: Any, c: Any) -> Any:
    """The least F_k(0; tau, (1 + c) tau) over real k >= 1, float64, broadcast; the plateau c^2 tau^2 where no k does better.

    0 < tau < 7, c > 0, (1 + c) tau <= 40. Relative error about 1e-11 (measured).
    """
    from infscale_sym.theory.selection.values.numeric import selection_error_numpy

    tau, c = _positive(tau, c)
    check_range(tau, "tau", 0, 7)
    best = optimal_number(0.0, tau, (1 + c) * tau)
    finite = np.isfinite(best)
    error = selection_error_numpy(np.where(finite, best, 1.0), 0.0, tau, (1 + c) * tau)
    return np.where(finite, error, (c * tau) ** 2)[()]


def _positive(tau: Any, c: Any) -> tuple[Any, Any]:
    tau, c = np.broadcast_arrays(float_array(tau, "tau"), float_array(c, "c"))
    for name, array in (("tau", tau), ("c", c)):
        if not (array > 0).all():
            raise DomainError(f"{name} must be positive; got {array.min():g}")
    return tau, c


def distance_integral_mp(k: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """F_k(0; tau, rho) - (tau - rho)^2 to `digits` digits of E r^2, by the distance integral on two meshes; mpf.

    k >= 1, tau and rho real, scalars. Raises ValidationError where the meshes disagree.
    """
    import mpmath

    def value(digits: int, density: float) -> Any:
        k_, tau_, rho_ = _mirrored(k, tau, rho)
        if k_ < 1:
            raise DomainError(f"k must be at least 1; got {mpmath.nstr(k_, 5)}")
        return DistanceMesh(tau_, rho_, mpmath.log(k_), digits, density).gap(mpmath.log(k_))

    return _validated(value, digits, 10 + _cancels(k, tau, rho), "distance integral")


def _cancels(k: Any, tau: Any, rho: Any) -> int:
    """Digits lost in 1 - S where k u is about 1, in u where S is a far tail, and between D^2 and the rest."""
    import mpmath

    with mpmath.workdps(30):
        k, tau, rho = _mirrored(k, tau, rho)
        close = mpmath.log10(k * mpmath.npdf(rho)) + mpmath.log10(1 + rho)  # of 1/r, where u is 2 phi(rho) r
        return max(0, int(close)) + 2 * int(mpmath.log10(2 + rho)) + 2 * int(mpmath.log10(2 + abs(tau - rho)))


def _mirrored(k: Any, tau: Any, rho: Any) -> tuple[Any, Any, Any]:
    """Numbers at the current precision, mirrored so that rho >= 0."""
    from infscale_sym.evaluate.lambdify import to_mpf

    k, tau, rho = (to_mpf(value) for value in (k, tau, rho))
    return (k, -tau, -rho) if rho < 0 else (k, tau, rho)


def _validated(value: Any, digits: int, guard: int, label: str) -> Any:
    """`value(digits, density)` on two meshes that must agree."""
    import mpmath

    with mpmath.workdps(digits + guard + 25):
        return agree(lambda density: value(digits + guard, density), (1.0, 1.3), digits, label)


def answers_beyond_teacher_mp(tau: Any, c: Any, digits: int = 50) -> Any:
    """k_* P(z > tau) at t = 0, rho = (1 + c) tau, to `digits` digits; mpf; tau > 0, c > 0 scalars. inf where k_* is."""
    import mpmath

    exact_tau, exact_c = exact_arguments(tau, c)
    if not (exact_tau > 0 and exact_c > 0):
        raise DomainError(f"tau and c must be positive; got tau = {float(exact_tau):g}, c = {float(exact_c):g}")
    size = 2 * len(str(int(exact_tau))) + 2  # digits of ln k before the point
    with mpmath.workdps(digits + size + 15):
        tail = mpmath.erfc(to_number(exact_tau) / mpmath.sqrt(2)) / 2
        return mpmath.exp(log_best_number(exact_tau, (1 + exact_c) * exact_tau, digits + size) + mpmath.log(tail))


def least_error_mp(tau: Any, c: Any, digits: int = 50) -> Any:
    """The least F_k(0; tau, (1 + c) tau) over real k >= 1, to `digits` digits; mpf; tau > 0, c > 0 scalars."""
    import mpmath

    exact_tau, exact_c = exact_arguments(tau, c)
    if not (exact_tau > 0 and exact_c > 0):
        raise DomainError(f"tau and c must be positive; got tau = {float(exact_tau):g}, c = {float(exact_c):g}")
    rho = (1 + exact_c) * exact_tau
    # F is flat at its minimum, and D^2 nearly cancels: (c tau)^2 against 1/tau^2.
    lost = 4 * len(str(int((1 + exact_c) * exact_tau))) + 6

    log_k = log_best_number(exact_tau, rho, digits // 2 + lost)
    if not mpmath.isfinite(log_k):
        with mpmath.workdps(digits + 15):
            return to_number((exact_c * exact_tau) ** 2)

    def value(digits: int, density: float) -> Any:
        tau_, rho_ = to_number(exact_tau), to_number(rho)
        return DistanceMesh(tau_, rho_, log_k, digits, density).gap(log_k) + (tau_ - rho_) ** 2

    return _validated(value, digits, lost, "least error")
