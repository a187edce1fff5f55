"""The chosen answer's distance against its limit law (`best-of-k.extreme-value.rate`), drawn (HP, arXiv:2512.19905)."""

from __future__ import annotations

import math

from infscale_sym.sampling.streams import Estimate
from infscale_sym.theory.selection.draws.selection import minimum_tail


def law_distance(k: int, tau: float, *, trials: int, seed: int) -> Estimate:
    """By how much the tail of k |z + tau| stays below the exponential limit law at twice its mean, where the gap is largest."""
    place = 2 * math.sqrt(math.pi / 2) * math.exp(tau**2 / 2)
    share, error = minimum_tail(place / k, k, tau, trials=trials, seed=seed)
    return Estimate(math.exp(-2) - share, error)
