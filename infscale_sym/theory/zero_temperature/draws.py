"""What a temperature adds to the error of best-of-k, drawn (`temperature.zero.*`; sampler of HP, arXiv:2512.19905).

The same answers at t and at t = 0, so that what is common to both cancels.
"""

from __future__ import annotations

import numpy as np

from infscale_sym.sampling.streams import Estimate


def drawn_excess(
    count: int, heats: tuple[float, ...], teacher: float, judge: float, trials: int, seed: int, *, fold: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """F_k(t) - F_k(0) and its standard error at each t, from the same answers; two arrays of the shape of `heats`.

    `fold`: the error of an answer at the distance r is averaged over both sides of the judge's by hand, (tau - rho)^2 + r^2 +
    2 (tau - rho) r tanh(rho r), which takes out most of the noise; all else is drawn.
    """
    rng, block = np.random.default_rng(seed), 50_000
    sums, squares = np.zeros((2, len(heats)))
    for start in range(0, trials, block):
        x = rng.standard_normal((min(block, trials - start), count)) + judge
        square = x * x
        first = square.argmin(axis=1)[:, None]
        drift = teacher - judge
        error = square + 2 * drift * (x * np.tanh(judge * x) if fold else x)  # less (tau - rho)^2
        error -= np.take_along_axis(error, first, axis=1)
        square -= np.take_along_axis(square, first, axis=1)
        for n, heat in enumerate(heats):
            weight = np.exp(square * (-0.5 / heat))
            gain = np.vecdot(weight, error) / weight.sum(axis=1)
            sums[n] += gain.sum()
            squares[n] += gain @ gain
    mean = sums / trials
    return mean, np.sqrt((squares / trials - mean**2) / trials)


def thermal_excess(k: int, t: float, tau: float, rho: float, *, trials: int, seed: int) -> Estimate:
    """F_k(t) - F_k(0) for t > 0, both sides of the judge's answer averaged by hand."""
    mean, error = drawn_excess(k, (t,), tau, rho, trials, seed, fold=True)
    return Estimate(float(mean[0]), float(error[0]))
