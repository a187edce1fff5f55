"""Weighted least squares for simulated values: polynomials in a small quantity, whose intercept is the limit.

Values drawn at growing sizes are fitted by c_0 + c_1/size + ..., weighted by their standard errors; c_0 is the limit. The
standard errors of the coefficients are those of independent values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infscale_sym.sampling.streams import Estimate, part

Array = NDArray[np.float64]


def weighted_fit(columns: Any, values: Sequence[float], errors: Sequence[float]) -> tuple[Any, Any]:
    """Coefficients and their covariance of values = columns @ coefficients; columns of shape (values, coefficients)."""
    weight = np.array(errors, float)
    design = np.asarray(columns, float) / weight[:, None]
    covariance = np.linalg.inv(design.T @ design)
    return covariance @ (design.T @ (np.array(values, float) / weight)), covariance


def extrapolate(sizes: Sequence[float], values: Sequence[float], errors: Sequence[float], orders: int = 1) -> Estimate:
    """Intercept and its standard error of values = c_0 + c_1/size + ... + c_orders/size^orders."""
    columns = [[size**-power for power in range(orders + 1)] for size in sizes]
    coefficients, covariance = weighted_fit(columns, values, errors)
    return Estimate(float(coefficients[0]), math.sqrt(covariance[0, 0]))


def drawn_limit(draw: Callable[[int, int], Any], sizes: Sequence[int], seed: int, orders: int = 1) -> Estimate:
    """What draw(size, seed) -> (mean, standard error) tends to as the size grows: independent draws, extrapolated in 1/size."""
    means, errors = zip(*(draw(size, part(seed, number)) for number, size in enumerate(sizes)), strict=True)
    return extrapolate(sizes, means, errors, orders)


def commensurate(size: int, ratio: float, of: int = 1) -> int:
    """The multiple of `of` nearest to `size`, if possible within 15 %, at which size/ratio is most nearly whole: of d features
    the number of examples at d/n = ratio, which rounded would be another ratio."""
    near = [d for d in range(math.ceil(0.85 * size), math.floor(1.15 * size) + 1) if d % of == 0]
    near = near or [max(1, round(size / of)) * of]
    return min(near, key=lambda d: (round(abs(d / ratio - round(d / ratio)), 9), abs(d - size)))


def extrapolated(sizes: Sequence[float], drawn: Sequence[Estimate], orders: int = 1) -> Estimate:
    """The same of estimates, one a size."""
    return extrapolate(sizes, [one.mean for one in drawn], [one.standard_error for one in drawn], orders)
