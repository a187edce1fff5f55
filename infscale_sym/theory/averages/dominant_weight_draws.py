"""Averages dominated by the weight of one draw drawn (`averaged.slow-approach`, ...).

Offsets and answers are drawn up to k = e^3000. By exchangeability, and since the first answer is independent of the others, the
excess of the error over its limit is exactly

    F_k - F_oo = k E[(F_oo - l_1) W_1^2/((1 + Y)(1 + Y + W_1))],    W = w/(k E w),

1 + Y the sum of the other shares. The offset and the first answer are drawn with importance weights, where prompts and answers
that matter lie; the others are counted: Poisson numbers in narrow cells around where the k-th answer is to be expected, and
the expected share where a cell holds more than e^30. The quadratures and the derivation take Y = 0. HP, arXiv:2512.19905.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from infscale_sym.sampling.normal import ndtr
from infscale_sym.sampling.streams import Estimate, Seed, estimate

Array = NDArray[np.float64]

_CELLS = 48


def sum_of_others(rng: np.random.Generator, logarithm: float, heat: float, judge: Array) -> Array:
    """Draws of the sum of the other answers' shares, 1 + Y, at each judge's offset > 0; ln k from 40 on."""
    centre, spread = -judge / (1 + heat), math.sqrt(heat / (1 + heat))
    # Between these two a cell holds from e^30 answers to hardly ever one.
    near = -math.sqrt(2 * max(logarithm - 35, 0.0))
    far = -math.sqrt(2 * (logarithm + 20))
    width = (near - far) / _CELLS
    cells = far + width * (np.arange(_CELLS) + 0.5)
    log_count = logarithm + math.log(width) - 0.5 * cells**2 - 0.5 * math.log(2 * math.pi)
    expected = np.exp(log_count)
    deviation = (cells - centre[:, None]) / spread
    share = width / spread / math.sqrt(2 * math.pi) * np.exp(-0.5 * deviation**2)
    felt = share.max(axis=1) > 1e-12  # elsewhere the cells' shares are negligible, whatever their counts
    total = ndtr((centre - near) / spread)
    counts = rng.poisson(np.minimum(expected, 1e15), (int(felt.sum()), _CELLS))
    total[felt] += (share[felt] * counts / np.minimum(expected, 1e15)).sum(axis=1)
    return total


def excess_of_draws(
    rng: np.random.Generator, logarithm: float, heat: float, ratio: float, X: Array, Y: Array
) -> tuple[Array, Array]:
    """((F_oo - l) W^2/((1+Y)(1+Y+W)) without its W^2, ln W) at rho = (2(1+t))^(1/2) X > 0, z + rho = (2t)^(1/2) Y."""
    judge, distance = math.sqrt(2 * (1 + heat)) * X, math.sqrt(2 * heat) * Y
    # The law of an answer tilted by its weight is normal about -rho/(1+t), with the variance t/(1+t).
    limit = ((ratio - 1 / (1 + heat)) * judge) ** 2 + heat / (1 + heat)
    gain = limit - (distance - judge + ratio * judge) ** 2
    log_w = X**2 - Y**2 + 0.5 * math.log1p(1 / heat) - logarithm
    others = sum_of_others(rng, logarithm, heat, judge)
    return gain / others / (others + np.exp(np.minimum(log_w, 300.0))), log_w


def slow_draws(rng: np.random.Generator, logarithm: float, point: tuple[float, float, float], trials: int, e: float) -> Array:
    """Draws with the mean k^e/(ln k)^(1/2) (E F_k - E F_oo), (t, v_cross, v_rho) = point.

    Shares below (1 + 1/t)^(1/2)/k are left out: they add O(1/k) to the gap. Proposal: eta = ln W exponential on both sides
    of zero, the hyperbolic angle normal.
    """
    heat, cross, v = point
    shift = 0.5 * math.log1p(1 / heat)
    side, depth = rng.uniform(size=trials) < 0.5, rng.exponential(size=trials)
    right, left = 0.8 * e, 0.8 * (1 - e)
    eta = np.where(side, depth / right, -depth / left)
    rate = np.where(side, right, left) * np.exp(-depth) / 2
    square = logarithm + eta - shift
    kept = square > 1.0
    S = np.sqrt(np.where(kept, square, 1.0))
    middle = math.atanh(math.sqrt(heat * (1 + heat)) / (1 + heat + e))
    width = 1 / math.sqrt(2 * logarithm * math.sqrt((1 + (1 + heat) / v) ** 2 + 4 * heat * (1 + heat) / v)) * 1.3
    normal = rng.standard_normal(trials)
    angle = middle + width * normal
    X, Y = S * np.cosh(angle), S * np.sinh(angle)
    inside, log_w = excess_of_draws(rng, logarithm, heat, cross / v, X, Y)
    # d rho dz = (t(1+t))^(1/2) dS^2 dpsi; rho < 0 is the mirror image.
    log_density = -((math.sqrt(heat) * Y - math.sqrt(1 + heat) * X) ** 2) - (1 + heat) * X**2 / v
    log_all = (1 + e) * logarithm + 2 * log_w + log_density + 0.5 * normal**2
    factor = math.sqrt(heat * (1 + heat) / v) / math.pi * math.sqrt(2 * math.pi) * width / math.sqrt(logarithm)
    return np.where(kept, factor * inside * np.exp(log_all) / rate, 0.0)


def marginal_draws(rng: np.random.Generator, logarithm: float, point: tuple[float, float], trials: int) -> Array:
    """Draws with the mean k/(ln k)^(3/2) (E F_k - E F_oo) at E rho^2 = (1+t)(2+t)/2, (t, v_cross) = point.

    Proposal: rho uniform up to where every W is large, the answer normal about a multiple of rho.
    """
    heat, cross = point
    v = (1 + heat) * (2 + heat) / 2
    slope = math.sqrt(heat * (1 + heat)) / (2 + heat)
    spread = 1.2 / math.sqrt(2 * (2 + heat))
    normal = rng.standard_normal(trials)
    wide = slope * 5 * spread
    reach = (wide + math.sqrt(wide**2 + (1 - slope**2) * (logarithm + 25 + 25 * spread**2))) / (1 - slope**2)
    X = reach * rng.uniform(size=trials)
    Y = slope * X + spread * normal
    inside, log_w = excess_of_draws(rng, logarithm, heat, cross / v, X, Y)
    log_density = -((math.sqrt(heat) * Y - math.sqrt(1 + heat) * X) ** 2) - (1 + heat) * X**2 / v
    log_all = 2 * logarithm + 2 * log_w + log_density + 0.5 * normal**2
    # rho < 0 is the mirror image
    factor = 2 * math.sqrt(heat * (1 + heat) / v) / math.pi * math.sqrt(2 * math.pi) * spread * reach
    return factor * inside * np.exp(log_all) / logarithm**1.5


def marginal_approach(log_k: float, t: float, v_cross: float, *, trials: int, seed: Seed) -> Estimate:
    """The mean of `marginal_draws`; ln k from 40 on."""
    return estimate(marginal_draws(np.random.default_rng(seed), log_k, (t, v_cross), trials))
