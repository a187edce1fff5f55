"""The expansion in 1/t, drawn (`hte.*`; HP, arXiv:2512.19905). Only draws and the definition enter.

At given draws the softmax average is a quotient of two exponential sums, and its Taylor coefficients in 1/t follow by dividing
two power series. Their mean over draws is the coefficient. High orders live on rare draws, so these are drawn from a wider
normal law and weighted. Another way for the low orders: the same answers are judged at several temperatures, t = oo among them;
with common draws the error of each batch is a smooth function of 1/t, and its Taylor coefficients follow by interpolation.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from infscale_sym.sampling.streams import Estimate, Seed
from infscale_sym.theory.selection.draws.selection import selection

Array = NDArray[np.float64]

#: Standard deviation of the wider law; its weights stay moderate for up to a dozen answers.
WIDTH, DOZEN = 1.5, 12
#: Draws of the series at a time.
BATCH = 50_000
#: Interpolation nodes in 1/t. The polynomial leaves out 1/t^6: at k = 2, where noise is least, some 1e-5 of a coefficient.
NODES = np.linspace(0, 0.04, 6)
#: Numbers of answers at which coefficients are interpolated, and draws common to all temperatures.
ANSWERS, COMMON = (2, 3, 8), 8192


def drawn_series(
    answers: int, order: int, teacher: float, judge: float, trials: int, seed: Seed, width: float = WIDTH
) -> tuple[Array, Array]:
    """Simulated coefficients of t^0 ... t^-order and their standard errors, each of shape (order + 1,); dimensionless.

    Draws come from N(0, width^2) and carry the ratio of the densities as weight; width 1 is plain sampling.
    """
    total, square, done = np.zeros(order + 1), np.zeros(order + 1), 0
    rng = np.random.default_rng(seed)
    while done < trials:
        rows, weight, _, _ = _batch(rng, answers, order, teacher, judge, width)
        values = rows * weight
        total += values.sum(axis=1)
        square += (values**2).sum(axis=1)
        done += BATCH
    mean = total / done
    return mean, np.sqrt((square / done - mean**2) / done)


def drawn_remainder(
    order: int, heat: float, teacher: float, judge: float, trials: int, seed: Seed, answers: int = 2
) -> tuple[float, float]:
    """Simulated mean over answers of (softmax average - its Taylor polynomial to t^-order), and its standard error."""
    rng = np.random.default_rng(seed)
    parts: list[Array] = []
    for _ in range(-(-trials // BATCH)):
        rows, weight, losses, penalties = _batch(rng, answers, order, teacher, judge, _width(answers))
        tilts = np.exp(-(penalties - penalties.min(axis=0)) / heat)
        exact = (tilts * losses).sum(axis=0) / tilts.sum(axis=0)
        parts.append((exact - heat ** -np.arange(order + 1.0) @ rows) * weight)
    values = np.concatenate(parts)
    return float(np.mean(values)), float(np.std(values, ddof=1) / math.sqrt(len(values)))


def _width(answers: int) -> float:
    return WIDTH if answers <= DOZEN else 1.0


def _batch(
    rng: np.random.Generator, answers: int, order: int, teacher: float, judge: float, width: float
) -> tuple[Array, Array, Array, Array]:
    """(Taylor coefficients (order + 1, BATCH), weights (BATCH,), losses and penalties (answers, BATCH))."""
    z = width * rng.standard_normal((answers, BATCH))
    weight = width**answers * np.exp(-(1 - width**-2) / 2 * (z**2).sum(axis=0))
    losses, penalties = (z + teacher) ** 2, (z + judge) ** 2 / 2
    # A constant in the penalty drops out of the quotient; without its mean the division loses fewer digits.
    centred = penalties - penalties.mean(axis=0)
    above, below, power = [], [], np.ones_like(centred)
    for n in range(order + 1):
        above.append((losses * power).mean(axis=0))
        below.append(power.mean(axis=0))
        power = power * -centred / (n + 1)
    rows: list[Array] = []
    for n in range(order + 1):
        rows.append(above[n] - sum((rows[m] * below[n - m] for m in range(n)), np.zeros(BATCH)))
    return np.array(rows), weight, losses, penalties


@cache  # three formulas speak of the same draws
def taylor_coefficients(teacher: float, judge: float, batches: int, seed: int) -> tuple[Array, Array]:
    """Coefficients of t^0 ... t^-5 of the simulated error and their standard errors, each of shape (6, len(ANSWERS)).

    Standard errors are over `batches` independent batches of COMMON trials; within a batch the draws are common to all t.
    """
    solve = np.linalg.inv(np.vander(NODES, increasing=True))
    rows = []
    for number in range(batches):
        curves = [
            selection(ANSWERS, 1 / node if node else math.inf, teacher, judge, trials=COMMON, seed=seed + number).mean
            for node in NODES
        ]
        rows.append(solve @ np.array(curves))
    return np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1) / math.sqrt(batches)


# The named quantities, each a function of its arguments in their order.


def expansion_coefficient(n: int, k: int, tau: float, rho: float, *, trials: int, seed: Seed) -> Estimate:
    """a_n: the simulated coefficient of t^-n."""
    mean, error = drawn_series(k, n, tau, rho, trials, seed, width=_width(k))
    return Estimate(float(mean[n]), float(error[n]))


def truncation_error(n: int, k: int, t: float, tau: float, rho: float, *, trials: int, seed: Seed) -> Estimate:
    """|F_k - (a_0 + ... + a_n/t^n)|: what the polynomial leaves out, draw by draw."""
    mean, error = drawn_remainder(n, t, tau, rho, trials, seed, answers=k)
    return Estimate(abs(mean), error)
