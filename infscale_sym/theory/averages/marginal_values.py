"""How the averaged error approaches its limit at E rho^2 = (1+t)(2+t)/2, t > 0 (`averaged.marginal-approach`).

There the average of E w^2/(E w)^2 diverges by a power of a logarithm only. As in `averaged_limit` the gap is exact where k can
be summed over, and beyond that the integral over the one draw whose weight dominates, over the whole plane here,

    gap = E k (F_oo - l) W^2/(1 + W),    W = (1 + 1/t)^(1/2) e^(X^2-Y^2)/k,

rho = (2(1+t))^(1/2) X, z + rho = (2t)^(1/2) Y. With Y = U + (t(1+t))^(1/2) X/(2+t) the densities and W^2 leave exp(-(2+t) U^2):
nothing falls with X. And 1/(1 + W) = P(eta > ln W) for a logistic eta. So the gap is an average over a normal U and a logistic
eta of the integral of F_oo - l, a square in X, between the two X where ln W = eta; Simpson's rule is exact for that. Float64:
1e-10, of E F_oo up to k = 1e16 and of the gap beyond, else DomainError. HP, arXiv:2512.19905, has no counterpart.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import check_range, float_array
from infscale_sym.evaluate.lambdify import to_mpf
from infscale_sym.theory.averages.limit_values import LARGEST_LOG, averaged_limit, second_draw
from infscale_sym.theory.regression.values.gaussian_pair import line_average


def boundary(t: Any) -> Any:
    """E rho^2 at which the averaged coefficient of 1/k ceases to be finite, dimensionless; arithmetic of t."""
    return (1 + t) * (2 + t) / 2


def marginal_approach(log_k: Any, t: Any, v_cross: Any) -> Any:
    """(E F_k - E F_oo) k/(ln k)^(3/2) at E rho^2 = (1+t)(2+t)/2, dimensionless; float64, broadcasting.

    log_k: ln k > 0; t, 1e-3 to 1e3; v_cross: E tau rho. Up to ln k = 36.8 from the exact average, which is good to 1e-10 of
    E F_oo, so that of the gap 1e-10 k E F_oo/(ln k)^(3/2) is lost: use it up to k = 1e6. Beyond 36.8 to 1e-10 where one draw
    dominates to that accuracy (ln k in the hundreds to thousands), and DomainError elsewhere.
    """
    parts = [float_array(v, n) for v, n in ((log_k, "ln k"), (t, "t"), (v_cross, "E tau rho"))]
    check_range(parts[0], "ln k", 1e-3, 1e15)
    check_range(parts[1], "t", 1e-3, 1e3)
    logs, *rest = np.broadcast_arrays(*parts)
    result = np.empty(logs.size)
    for index, (at, heat, cross) in enumerate(zip(*(part.ravel() for part in (logs, *rest)), strict=True)):
        judge = boundary(heat)
        if at <= LARGEST_LOG:
            gap = line_average(math.exp(at), heat, cross / judge, judge) - averaged_limit(heat, cross / judge, judge)
            result[index] = gap * math.exp(at) / at**1.5
        else:
            _enough(at, heat, 10)
            reach, step, wide, spacing = _nodes(heat, 12)
            etas, answers = step * np.arange(-reach, reach + 1), spacing * np.arange(-wide, wide + 1)
            values = _between_edges(at + etas[:, None], answers, heat, cross / judge, np.sqrt)
            weight = 0.25 / np.cosh(0.5 * etas) ** 2
            normal = np.exp(-(2 + heat) * answers**2)
            total = float(weight @ values @ normal) * step * spacing
            result[index] = total * (1 + 1 / heat) * math.sqrt(2 * heat / (2 + heat)) / math.pi / at**1.5
    return result.reshape(logs.shape)[()]


def marginal_approach_mp(log_k: Any, t: Any, v_cross: Any, digits: int = 50) -> Any:
    """`marginal_approach` to `digits` digits, an mpf: from the exact average up to k = 1e100, from the dominant draw beyond.

    The former takes minutes. Raises DomainError where neither reaches that accuracy.
    """
    import mpmath

    with mpmath.workdps(digits + 15):
        logarithm, heat, cross = (to_mpf(value) for value in (log_k, t, v_cross))
        if not 0 < heat < mpmath.inf:
            raise DomainError(f"t must be positive and finite; got {float(heat):g}")
        if logarithm > 230:
            _enough(logarithm, float(heat), digits)
            return _dominant(logarithm, heat, cross, digits)
    from infscale_sym.theory.regression.values.gaussian_pair_exact import line_average_mp

    more = digits + int(logarithm / 2.3) + 5
    with mpmath.workdps(more + 15):
        heat, cross, number = to_mpf(t), to_mpf(v_cross), mpmath.exp(to_mpf(log_k))
        judge = boundary(heat)
        gap = line_average_mp(number, heat, cross / judge, judge, digits=more) - averaged_limit(heat, cross / judge, judge)
        return gap * number / to_mpf(log_k) ** mpmath.mpf("1.5")


def _enough(log_k: Any, t: float, digits: int) -> None:
    """One draw must dominate to `digits` digits: what a second one adds falls as k^-d."""
    rate = min(1.0, float(second_draw(t, boundary(t))))
    least = 1.5 * (2.31 * digits + 10) / rate
    if log_k < least:
        raise DomainError(f"ln k must be at most 36.8 (in mpmath 230) or at least {least:.0f} here; got {float(log_k):g}")


def _nodes(t: float, digits: int) -> tuple[int, float, int, float]:
    """Trapezoidal rules over eta (the logistic density has double poles at +- i pi) and over U, exp(-(2+t) U^2).

    (nodes on either side, spacing) of both.
    """
    need = 2.31 * digits + 4
    step = 19.7 / (need + 8)
    spacing = math.pi / math.sqrt((2 + t) * (need + 4))
    return int((need + 6) / step) + 1, step, int(math.sqrt((need + 4) / (2 + t)) / spacing) + 1, spacing


def _between_edges(level: Any, U: Any, t: Any, b: Any, root: Any) -> Any:
    """int (F_oo - l) dX over ln(k W) < level at given U, tau = b rho: Simpson's rule, exact for a square in X.

    ln(k W) = X^2 - Y^2 + ln(1 + 1/t)/2; numpy arrays or Arb balls, `root` their square root.
    """
    slope = root(t * (1 + t)) / (2 + t)
    shift = np.log1p(1 / t) / 2 if root is np.sqrt else (1 + 1 / t).log() / 2
    # X^2 - (U + slope X)^2 = level - shift
    curve = 1 - slope * slope
    middle = slope * U / curve
    half = root(middle * middle + (level - shift + U * U) / curve)

    def gain(X: Any) -> Any:
        offset = root(2 * (1 + t)) * X
        answer = root(2 * t) * (U + slope * X) - offset
        return ((b - 1 / (1 + t)) * offset) ** 2 + t / (1 + t) - (answer + b * offset) ** 2

    return half / 3 * (gain(middle - half) + 4 * gain(middle) + gain(middle + half))


def _dominant(log_k: Any, t: Any, cross: Any, digits: int) -> Any:
    """The average over eta and U in Arb; midpoints, the rule's error is below the digits asked for."""
    import flint
    import mpmath

    from infscale_sym.evaluate.dyadic import from_mpf, midpoint

    reach, step, wide, spacing = _nodes(float(t), digits)
    with flint.ctx.workprec(int(3.33 * digits) + 64):
        heat, level = from_mpf(t), from_mpf(log_k)
        ratio = from_mpf(cross) / boundary(heat)
        h, w = flint.arb(step), flint.arb(spacing)  # the doubles exactly; multiples of them must not be rounded to doubles
        # Joint mirror images in U and X are equal: half of the U will do.
        answers = [w * n for n in range(wide + 1)]
        normal = [(2 if n else 1) * (-(2 + heat) * u * u).exp() for n, u in enumerate(answers)]
        total = flint.arb(0)
        for n in range(-reach, reach + 1):
            eta, inner = h * n, flint.arb(0)
            for u, weight in zip(answers, normal, strict=True):
                inner += weight * _between_edges(level + eta, u, heat, ratio, flint.arb.sqrt)
            total += inner / (2 + 2 * eta.cosh())
        total *= h * w * (1 + 1 / heat) * (2 * heat / (2 + heat)).sqrt() / flint.arb.pi()
        value = midpoint(total)
    return value / log_k ** mpmath.mpf("1.5")
