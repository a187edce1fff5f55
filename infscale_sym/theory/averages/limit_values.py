"""How the error averaged over prompts approaches its value among infinitely many answers, at t > 0.

The offsets (tau, rho) are a centred Gaussian pair (`averaged.slow-approach`, `averaged.slow-approach.exponent`). The gap
E F_k - E F_oo is exact where k can be summed over: k <= 1e16 in float64, k <= 1e100 in mpmath (`gaussian_pair`,
`gaussian_pair_exact`). For ln k in the thousands it is the integral over the one draw whose weight dominates the sum,

    gap = E k (F_oo - l) W^2/(1 + W),    l = (z+tau)^2,    W = w(z)/(k E w),

in which the sum of all other weights is replaced by its expectation; the relative error of that is below k^-d,
d = `second_draw`, up to powers of ln k. In rho = (2(1+t))^(1/2) S cosh(psi), z + rho = (2t)^(1/2) S sinh(psi) it is a double
trapezoidal sum over psi and eta = ln W = S^2 - ln k + ln((1+t)/t)/2. Float64: 1e-10, of E F_oo up to k = 1e16 and of the gap
beyond; where neither form is that good, DomainError. HP, arXiv:2512.19905, has no counterpart.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import check_range, float_array
from infscale_sym.evaluate.lambdify import to_mpf
from infscale_sym.theory.regression.values.gaussian_pair import line_average

#: ln k up to which float64 sums over k answers; beyond, the integral over the dominant draw.
LARGEST_LOG = math.log(1e16)


def approach_exponent(t: Any, v_rho: Any) -> Any:
    """The exponent at which the averaged moment of a weight diverges, dimensionless; float64, broadcasting.

    t > 0: temperature T/(2 s^2); v_rho > 0: E rho^2. Range (0, inf); below 1 it is the exponent of 1/k of the averaged error.
    Relative error 1e-14. Raises DomainError for t or v_rho not positive.
    """
    t, v = float_array(t, "t"), float_array(v_rho, "E rho^2")
    _positive(t, v)
    c = (1 + t) / v
    root = np.sqrt((1 + c) ** 2 + 4 * c * t)
    # (c - 1 + root)/2 without a difference of nearly equal numbers
    return np.where(c < 1, 2 * c * (1 + t) / (1 - c + root), 0.5 * (c - 1 + root))[()]


def second_draw(t: Any, v_rho: Any) -> Any:
    """d such that a second large weight contributes k^-d as much as the first, up to powers of ln k; float64, broadcasting.

    Arguments and errors as for `approach_exponent`. The same construction with the cost of two draws, less the exponent.
    """
    t, v = float_array(t, "t"), float_array(v_rho, "E rho^2")
    _positive(t, v)
    c = (1 + t) / v
    return (0.5 * (c - 2 + np.sqrt((2 + c) ** 2 + 8 * c * t)) - approach_exponent(t, v))[()]


def scaled_approach(log_k: Any, t: Any, v_cross: Any, v_rho: Any) -> Any:
    """(E F_k - E F_oo) k^e/(ln k)^(1/2), e = `approach_exponent`, dimensionless; float64, broadcasting.

    log_k: ln k > 0; t, 1e-6 to 1e6; v_cross, v_rho: E tau rho and E rho^2 (at most 1e6). Up to ln k = 36.8 from the exact
    average, which is good to 1e-10 of E F_oo, so that of the gap k^e 1e-10/gap is lost; beyond, to 1e-10 where one draw
    dominates to that accuracy (ln k in the hundreds to thousands), and DomainError elsewhere.
    """
    parts = [float_array(v, n) for v, n in ((log_k, "ln k"), (t, "t"), (v_cross, "E tau rho"), (v_rho, "E rho^2"))]
    check_range(parts[0], "ln k", 1e-3, 1e15)
    check_range(parts[1], "t", 1e-6, 1e6)
    check_range(parts[3], "E rho^2", 1e-6, 1e6)
    logs, *rest = np.broadcast_arrays(*parts)
    flat, own = np.unique(np.stack([part.ravel() for part in rest]), axis=1, return_inverse=True)
    result = np.empty(logs.size)
    for index, (heat, cross, judge) in enumerate(flat.T):
        rows = np.flatnonzero(np.ravel(own) == index)
        at, ratio = logs.ravel()[rows], cross / judge
        few = at <= LARGEST_LOG
        if few.any():
            gap = line_average(np.exp(at[few]), heat, ratio, judge) - averaged_limit(heat, ratio, judge)
            result[rows[few]] = gap * np.exp(approach_exponent(heat, judge) * at[few]) / np.sqrt(at[few])
        for row, logarithm in zip(rows[~few], at[~few], strict=True):
            _enough(logarithm, heat, judge, 10)
            result[row] = _dominant(logarithm, heat, ratio, judge, 11, np)
    return result.reshape(logs.shape)[()]


def dominant_draw(log_k: float, t: float, ratio: float, v_rho: float) -> float:
    """The integral over the dominant draw, E k (F_oo - l) W^2/(1 + W), tau = ratio rho, dimensionless; float64 scalar.

    ln k from 1 to 600, 0.1 <= t <= 100, E rho^2 to 1e3. A double trapezoidal sum over (z, rho), relative error 1e-9.
    """
    reach = 1.2 * math.sqrt(2 * log_k) + 8
    step = 0.1 * min(1.0, math.sqrt(t))
    answers = np.arange(-reach, reach + step, step)[:, None]
    judges = np.arange(-(1 + t) * reach, (1 + t) * reach + step, step * min(1.0, 4 * math.sqrt(v_rho)))
    log_w = 0.5 * (judges**2 / (1 + t) - (answers + judges) ** 2 / t + math.log1p(1 / t)) - log_k
    weight = np.exp(log_k + 2 * log_w - np.logaddexp(0, log_w) - 0.5 * (answers**2 + judges**2 / v_rho))
    gain = ((ratio - 1 / (1 + t)) * judges) ** 2 + t / (1 + t) - (answers + ratio * judges) ** 2
    return float(np.sum(weight * gain) * step * (judges[1] - judges[0]) / (2 * math.pi * math.sqrt(v_rho)))


def averaged_limit(t: Any, ratio: Any, v_rho: Any) -> Any:
    """E F_oo(t; ratio rho, rho) over rho ~ N(0, v_rho); arithmetic of the arguments."""
    return (ratio - 1 / (1 + t)) ** 2 * v_rho + t / (1 + t)


def approach_exponent_mp(t: Any, v_rho: Any, digits: int = 50) -> Any:
    """`approach_exponent` as an mpf."""
    import mpmath

    with mpmath.workdps(2 * digits + 15):  # the difference may cancel
        heat, v = to_mpf(t), to_mpf(v_rho)
        _positive(heat, v)
        c = (1 + heat) / v
        return (c - 1 + mpmath.sqrt((1 + c) ** 2 + 4 * c * heat)) / 2


def approach_exponent_by_moments_mp(t: Any, v_rho: Any, digits: int = 50) -> Any:
    """The same from the definition: moments of the weight by quadrature, and the root by the secant method.

    ln of E w^p/(E w)^p is a square in rho: its values at rho = 1 and 0 differ by half the curvature.
    """
    import mpmath

    with mpmath.workdps(digits + 15):
        heat, v = to_mpf(t), to_mpf(v_rho)
        _positive(heat, v)
        start = mpmath.mpf(float(approach_exponent(float(heat), float(v))))
        # trapezoidal rule on a Gaussian of variance t/(t+p); its centre lies within one of zero
        need = 2.31 * digits + 30
        step = mpmath.mpf(math.sqrt(19.7 * float(heat / (heat + 2 + start)) / need))
        reach = int((math.sqrt(2 * need) + 2) / step) + 1
        grid = [step * n for n in range(-reach, reach + 1)]

        def log_moment(order: Any, rho: Any) -> Any:
            return mpmath.log(mpmath.fsum(mpmath.exp(-order * (z + rho) ** 2 / (2 * heat) - z * z / 2) for z in grid))

        of_one = log_moment(1, 1) - log_moment(1, 0)

        def excess(e: Any) -> Any:
            curvature = 2 * (log_moment(1 + e, 1) - log_moment(1 + e, 0) - (1 + e) * of_one)
            return curvature * v - 1

        return mpmath.findroot(excess, (start, start * (1 + mpmath.mpf(10) ** -8)), tol=mpmath.mpf(10) ** (-2 * digits))


def scaled_approach_mp(log_k: Any, t: Any, v_cross: Any, v_rho: Any, digits: int = 50) -> Any:
    """`scaled_approach` to `digits` digits, an mpf: from the exact average up to k = 1e100, from the dominant draw beyond.

    The former takes minutes. Raises DomainError where neither reaches that accuracy.
    """
    import mpmath

    with mpmath.workdps(digits + 15):
        logarithm, heat, cross, v = (to_mpf(value) for value in (log_k, t, v_cross, v_rho))
        _positive(heat, v)
        if logarithm > 230:
            _enough(logarithm, float(heat), float(v), digits)
            return _dominant(logarithm, heat, cross / v, v, digits + 2, mpmath)
    e = approach_exponent_mp(t, v_rho, digits + 10)
    more = digits + int(e * logarithm / 2.3) + 5
    with mpmath.workdps(more + 15):
        from infscale_sym.theory.regression.values.gaussian_pair_exact import line_average_mp

        number, ratio = mpmath.exp(logarithm), cross / v
        gap = line_average_mp(number, t, ratio, v_rho, digits=more) - averaged_limit(heat, ratio, v)
        return gap * mpmath.exp(e * logarithm) / mpmath.sqrt(logarithm)


def _positive(t: Any, v: Any) -> None:
    for value, name in ((t, "t"), (v, "E rho^2")):
        if not np.all(np.asarray(value, float) > 0):
            raise DomainError(f"{name} must be positive; got {np.min(np.asarray(value, float)):g}")


def _enough(log_k: Any, t: float, v: float, digits: int) -> None:
    """One draw must dominate to `digits` digits."""
    rate = min(float(second_draw(t, v)), 1 - float(approach_exponent(t, v)))
    if rate <= 0:
        raise DomainError(f"ln k must be at most 36.8 (in mpmath 230) unless 2 E rho^2 > (1+t)(2+t); got {float(log_k):g}")
    least = (2.31 * digits + 10) / rate
    if log_k < 1.5 * least:
        raise DomainError(f"ln k must be at most 36.8 (in mpmath 230) or at least {1.5 * least:.0f} here; got {float(log_k):g}")


def _dominant(log_k: Any, t: Any, b: Any, v: Any, digits: int, of: Any) -> Any:
    """The integral over the dominant draw, scaled; `of` is numpy or mpmath, at its current precision."""
    need = 2.31 * digits
    sqrt, exp = of.sqrt, of.exp
    c = (1 + t) / v
    size = sqrt((1 + c) ** 2 + 4 * c * t)  # the exponent of the density is S^2 (1 + e + size sinh(psi - least)^2)
    e = (c - 1 + size) / 2
    least = (of.arctanh if of is np else of.atanh)(sqrt(t * (1 + t)) / (1 + t + e))
    shift = (of.log(1 + t) - of.log(t)) / 2
    # trapezoidal rule in eta: poles at +- i pi; ends where what is left out is below 10^-digits
    low, high, step = -(need + 8) / float(1 - e), (need + 8) / float(e), 19.7 / (need + 3)
    count = int((high - low) / step) + 1
    etas = [low + step * n for n in range(count)]
    width = 1 / sqrt((log_k + high) * size)
    spacing = width * (math.pi / math.sqrt(need + 3))
    reach = int(math.sqrt((need + 3) * (1 + 2 * abs(low) / float(log_k))) * math.sqrt(need + 3) / math.pi) + 2
    angles = [spacing * n for n in range(-reach, reach + 1)]
    fall = [size * of.sinh(a) ** 2 for a in angles]
    gain = [
        2 * (1 + t) * (of.cosh(least + a) * (b - 1 / (1 + t))) ** 2
        - 2 * (sqrt(t) * of.sinh(least + a) - (1 - b) * sqrt(1 + t) * of.cosh(least + a)) ** 2
        for a in angles
    ]
    if of is np:
        etas, fall, gain = np.array(etas), np.array(fall)[:, None], np.array(gain)[:, None]
        S2 = log_k + etas - shift
        inner = np.sum(np.exp(-S2 * fall) * (S2 * gain + t / (1 + t)), axis=0)
        total = np.sum(np.exp((1 - e) * etas - np.logaddexp(0, etas)) * inner)
    else:
        terms = []
        for y in etas:
            S2 = log_k + y - shift
            inner = of.fsum(exp(-S2 * f) * (S2 * g + t / (1 + t)) for f, g in zip(fall, gain, strict=True))
            terms.append(exp((1 - e) * y) / (1 + exp(y)) * inner)
        total = of.fsum(terms)
    return total * step * spacing * exp((1 + e) * shift) * sqrt(t * (1 + t) / v / log_k) / of.pi
