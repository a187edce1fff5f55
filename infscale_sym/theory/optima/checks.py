"""Simulated optima: where the drawn error is least, for growing h (or t), extrapolated (HP Remarks 2-4, arXiv:2512.19905).

One set of draws serves every k, t and rho. Two averages of the same draws, whose means are known by elementary moments of
normal draws, are subtracted and their means added: the plain average of the squared errors, and their sample covariance
with the judge's penalties, over 2t. The estimate stays unbiased whatever the claims, and its noise falls from O(1) to
O(1/t^2). The curve of batch means is smooth in 1/k, 1/t or rho; a low polynomial through it has its minimum (or, for the
threshold, its slope at 1/k = 0 changes sign) somewhere, and that place is bootstrapped over independent batches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg, leg_of_wrong

Array = NDArray[np.float64]

_JUDGE = 1.0
_BATCHES = 60


def _gains(settings: Sequence[tuple[float, float, float]], counts: Sequence[int], trials: int, seed: int) -> Array:
    """Batch means of F_k - F_1 for every setting (t, tau, rho) and k: shape (batches, settings, counts)."""
    rng = np.random.default_rng(seed)
    out = np.empty((_BATCHES, len(settings), len(counts)))
    per_batch = max(1, trials // _BATCHES)
    for batch in range(_BATCHES):
        z = rng.standard_normal((max(counts), per_batch))
        for i, (t, tau, rho) in enumerate(settings):
            penalty, error = z * z + 2 * rho * z, z * z + 2 * tau * z
            weight = np.exp(-penalty / (2 * t))  # a common factor of the weights drops out
            parts = (weight * error, weight, error, penalty, penalty * error)
            top, bottom, plain, score, product = (np.cumsum(part, axis=0) for part in parts)
            for j, count in enumerate(counts):
                row = count - 1
                chosen = top[row] / bottom[row] - plain[row] / count
                covariance = product[row] / count - score[row] * plain[row] / count**2
                mean = (1 - 1 / count) * (2 + 4 * rho * tau)  # (1 - 1/k) Cov(z^2 + 2 rho z, z^2 + 2 tau z)
                out[batch, i, j] = np.mean(chosen + covariance / (2 * t)) - mean / (2 * t)
    return out


def _bootstrap(place: Callable[[Array], float], batches: Array, seed: int) -> tuple[float, float]:
    """The place on all batches, and its standard error over resampled batches."""
    rng = np.random.default_rng(seed)
    draws = [place(batches[rng.integers(0, len(batches), len(batches))].mean(0)) for _ in range(200)]
    low, high = np.quantile(draws, (0.1587, 0.8413))
    return place(batches.mean(0)), float(high - low) / 2


def _lowest(x: Array, y: Array, degree: int) -> float:
    """Where the polynomial through (x, y) is least near the lowest of the points."""
    middle, width = x.mean(), np.ptp(x) / 2
    fit = np.polynomial.Polynomial.fit((x - middle) / width, y, degree, domain=[-1, 1], window=[-1, 1])
    fine = np.linspace(-1.5, 1.5, 30_001)
    return float(middle + width * fine[np.argmin(fit(fine))])


def _extrapolated(values: Sequence[float], errors: Sequence[float], sizes: Sequence[float]) -> tuple[float, float]:
    return extrapolate(sizes, values, errors, orders=1)


def _verdict(
    value: float, error: float, wanted: float, wrong: float, where: str, words: str, right: float | None = None
) -> Leg:
    """`right`: what the corrected claim says, where this claim is to be rejected."""
    numbers = {"extrapolated": f"{value:.5g}", "standard_error": f"{error:.2g}", "claim": f"{wanted:.5g}"}
    text = f"{where}: {value:.4f} +- {error:.4f}, claimed {wanted:.4f}"
    if right is not None:
        return leg_of_wrong((value - wanted) / error, (value - right) / error, text, numbers)
    return leg((value - wanted) / error, (value - wrong) / error, text, numbers, words)


def _dull(h: float) -> float:
    return (1 / h - 1) / (2 * _JUDGE)


def number(formula: Formula, quick: bool) -> Leg:
    """1/k_* at half the threshold, from simulated curves over k."""
    share, counts = 0.5, (1, 2, 3, 4, 5, 6, 8, 10, 13)
    claims = {
        "finite-k.optimum.corrected": 4 / (3 * (1 - share)),
        "finite-k.optimum.printed": 2 / (1 - share),
        "finite-k.optimum.printed.temperature": 4 / (2 - 3 * share),
    }
    trials = 60_000 if quick else 150_000
    sizes, values, errors = (30.0, 60.0, 120.0), [], []
    x = 1 / np.array(counts, float)
    for n, h in enumerate(sizes):
        batches = _gains([(3 * share * _JUDGE**2 * h, _dull(h), _JUDGE)], counts, trials, SEED + n)[:, 0]
        value, error = _bootstrap(lambda y: _lowest(x, y, 3), batches, SEED)
        values.append(value)
        errors.append(error)
    value, error = _extrapolated(values, errors, sizes)
    wanted, right = 1 / claims[formula.id], 1 / claims["finite-k.optimum.corrected"]
    where = f"1/k* of simulated curves at h = {_list(sizes)}, half the threshold, rho = 1, extrapolated in 1/h"
    wrong = 1 / claims["finite-k.optimum.printed"]
    return _verdict(value, error, wanted, wrong, where, "the printed number", None if wanted == right else right)


def threshold(formula: Formula, quick: bool) -> Leg:
    """t_c/(rho^2 h): where the slope of simulated curves at 1/k = 0 changes its sign."""
    counts, shares = (2, 3, 4, 6, 9, 14, 22, 36), np.array([0.6, 0.8, 1.0, 1.25])
    trials = 60_000 if quick else 100_000
    sizes, values, errors = (30.0, 60.0, 120.0), [], []
    x = 1 / np.array(counts, float)

    def crossing(y: Array) -> float:
        slopes = [np.polynomial.Polynomial.fit(x, row, 2).deriv()(0.0) * s**2 for row, s in zip(y, shares, strict=True)]
        line = np.polynomial.Polynomial.fit(shares, slopes, 1)  # t^2 c_1 is a line in t to leading order
        return 3 * float(line.roots()[0])

    for n, h in enumerate(sizes):
        settings = [(3 * s * _JUDGE**2 * h, _dull(h), _JUDGE) for s in shares]
        value, error = _bootstrap(crossing, _gains(settings, counts, trials, SEED + n), SEED)
        values.append(value)
        errors.append(error)
    value, error = _extrapolated(values, errors, sizes)
    where = f"t_c/(rho^2 h) from simulated slopes at 1/k = 0, h = {_list(sizes)}, rho = 1, extrapolated in 1/h"
    return _verdict(value, error, 3.0, 2.0, where, "2 in place of 3")


def temperature(formula: Formula, quick: bool) -> Leg:
    """t_*/(rho^2 h) at k = 6, from simulated curves over 1/t."""
    count, units = 6, 1 / np.array([0.35, 0.5, 0.65, 0.8, 0.95, 1.1])
    trials = 60_000 if quick else 100_000
    sizes, values, errors = (30.0, 60.0, 120.0), [], []
    for n, h in enumerate(sizes):
        settings = [(u * _JUDGE**2 * h, _dull(h), _JUDGE) for u in units]
        batches = _gains(settings, (count,), trials, SEED + n)[:, :, 0]
        value, error = _bootstrap(lambda y: 1 / _lowest(1 / units, y, 3), batches, SEED)
        values.append(value)
        errors.append(error)
    value, error = _extrapolated(values, errors, sizes)
    where = f"t*/(rho^2 h) of simulated curves at k = 6, h = {_list(sizes)}, rho = 1, extrapolated in 1/h"
    return _verdict(value, error, 2 * (1 - 2 / count), 2.0, where, "2 without the factor 1 - 2/k")


def judge(formula: Formula, quick: bool) -> Leg:
    """rho_*/sqrt(t) at k = 6, tau = 1/sqrt(t), from simulated curves over rho."""
    count, units = 6, np.array([0.6, 0.9, 1.2, 1.5, 1.8, 2.1])
    trials = 30_000 if quick else 100_000
    sizes, values, errors = (20.0, 40.0, 80.0), [], []
    for n, t in enumerate(sizes):
        settings = [(t, t**-0.5, u * t**0.5) for u in units]
        batches = _gains(settings, (count,), trials, SEED + n)[:, :, 0]
        value, error = _bootstrap(lambda y: _lowest(units, y, 3), batches, SEED)
        values.append(value)
        errors.append(error)
    value, error = _extrapolated(values, errors, sizes)
    where = f"rho*/sqrt(t) of simulated curves at k = 6, tau = 1/sqrt(t), t = {_list(sizes)}, extrapolated in 1/t"
    return _verdict(value, error, count / (count - 2), 1.0, where, "the judge for k = oo")


def _list(sizes: Sequence[float]) -> str:
    return ", ".join(f"{size:g}" for size in sizes)
