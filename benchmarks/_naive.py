"""What people write first: `scipy.integrate.quad` with infinite limits on the textbook integrand, and plain sampling.

F_k(t; tau, rho) of HP, arXiv:2512.19905, by its definition and as the textbook integral; nothing of the package is used.
"""

from __future__ import annotations

import math
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

_INV_SQRT_2PI = 1 / math.sqrt(2 * math.pi)
_SQRT_HALF = math.sqrt(0.5)


class QuadResult(NamedTuple):
    value: float
    estimate: float  # quad's own estimate of its absolute error
    warned: bool


def quad_best_of_k(k: float, tau: float, rho: float) -> QuadResult:
    """k ∫ (z+tau)² phi(z) P(|z'+rho| > |z+rho|)^{k-1} dz over the whole line, with quad's default settings."""

    def normal_cdf(x: float) -> float:
        return 0.5 * math.erfc(-x * _SQRT_HALF)

    def integrand(z: float) -> float:
        r = abs(z + rho)
        survival = 1 - (normal_cdf(r - rho) - normal_cdf(-r - rho))
        return k * (z + tau) ** 2 * math.exp(-0.5 * z * z) * _INV_SQRT_2PI * max(survival, 0.0) ** (k - 1)

    return _quad(integrand, -math.inf)


def quad_selection_error(k: float, t: float, tau: float, rho: float) -> QuadResult:
    """k ∫_0^∞ b(u) a(u)^{k-1} du at t > 0, a and b by an inner quad over the whole line, all default settings."""
    from scipy.integrate import quad

    def inner(u: float, power: int) -> float:
        def integrand(z: float) -> float:
            weight = math.exp(-((z + rho) ** 2) / (2 * t))
            damped = math.exp(-0.5 * z * z - u * weight) * _INV_SQRT_2PI
            return (z + tau) ** 2 * weight * damped if power else damped

        return quad(integrand, -math.inf, math.inf)[0]

    def integrand(u: float) -> float:
        return k * inner(u, 1) * max(inner(u, 0), 0.0) ** (k - 1)

    return _quad(integrand, 0.0)


def _quad(integrand, low: float) -> QuadResult:
    from scipy.integrate import quad

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        value, estimate, *_ = quad(integrand, low, math.inf)
    return QuadResult(value, estimate, bool(seen))


class Sampled(NamedTuple):
    mean: float
    standard_error: float
    draws: int
    seconds: float
    finished: bool  # False if the time limit came first


def monte_carlo(k: int, t: float, tau: float, rho: float, accuracy: float, seed: int, threads: int, limit: float) -> Sampled:
    """Draw k answers, weight, average, until the standard error is `accuracy` times the mean (or `limit` seconds)."""
    rows = max(200_000 // k, 1)
    lock, done = threading.Lock(), threading.Event()
    trials, total, squares = 0, 0.0, 0.0
    start = time.perf_counter()

    def work(stream: np.random.SeedSequence) -> None:
        nonlocal trials, total, squares
        rng = np.random.default_rng(stream)
        z = np.empty((rows, k))
        while not done.is_set():
            rng.standard_normal(out=z)
            z += rho
            square = z * z
            if t == 0:
                chosen = z[np.arange(rows), square.argmin(axis=1)]
                error = (chosen + (tau - rho)) ** 2
            else:
                square -= square.min(axis=1, keepdims=True)
                square *= -0.5 / t
                weight = np.exp(square, out=square)
                z += tau - rho
                z *= z
                error = np.vecdot(z, weight) / weight.sum(axis=1)
            with lock:
                trials, total, squares = trials + rows, total + error.sum(), squares + (error * error).sum()
                mean = total / trials
                spread = math.sqrt(max(squares / trials - mean**2, 0.0) / trials)
                # Not before a few batches: the first estimate of the spread may be far too small.
                if trials >= 20 * rows and spread <= accuracy * mean:
                    done.set()
                if time.perf_counter() - start > limit:
                    done.set()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, np.random.SeedSequence(seed).spawn(threads)))
    mean = total / trials
    error = math.sqrt(max(squares / trials - mean**2, 0.0) / trials)
    return Sampled(mean, error, trials * k, time.perf_counter() - start, error <= 1.1 * accuracy * mean)
