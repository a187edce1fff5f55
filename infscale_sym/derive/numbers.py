"""Numbers for checking steps: seeded random points of the domain, and mpmath values of any expression.

Named quantities are computed by their high-precision evaluators, integrals by a quadrature whose two meshes must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Expr, Symbol

from infscale_sym.errors import ValidationError
from infscale_sym.evaluate.lambdify import mpmath_function, remembering
from infscale_sym.notation.symbols import BY_SYMBOL, Sigma, alpha, gamma, k, nu, rho, sigma, tau
from infscale_sym.quantities.namespaces import MPMATH, NUMPY

SEED = 20251219


def random_points(
    names: Sequence[Symbol], count: int, values: Mapping[Symbol, Sequence[Any]] | None = None, seed: int = SEED
) -> Iterator[dict[Symbol, Any]]:
    """`count` points with exact rational coordinates, from each symbol's range in the notation table or from `values`."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        point: dict[Symbol, Any] = {}
        for name in names:
            if values and name in values:
                point[name] = values[name][int(rng.integers(len(values[name])))]
                continue
            low, high = (Fraction(end) for end in (BY_SYMBOL[name].between if name in BY_SYMBOL else ("0.2", "3")))
            point[name] = low + (high - low) * Fraction(int(rng.integers(1, 10000)), 10000)
        yield point


def evaluate(
    expr: Expr, point: Mapping[Symbol, Any], digits: int, heads: Mapping[str, Callable[..., Any]] | None = None
) -> Any:
    """`expr` at a point to `digits` digits; integrals by a quadrature that must agree with itself on two meshes."""
    table = remembering({**MPMATH, **(heads or {})})
    function = mpmath_function(expr, list(point), table, quadrature=checked_quad)
    return function(*point.values(), digits=digits)


def best_of_k_exact(point: Mapping[Symbol, Any], digits: int) -> Any:
    """F_k(0; tau, rho) at a point (rho = tau where it is absent) to `digits` digits: the centre of its enclosure; mpf."""
    from infscale_sym.evaluate.dyadic import midpoint
    from infscale_sym.quantities.selection.enclosure import selection_error_arb

    teacher = point[tau]
    return midpoint(selection_error_arb(point[k], 0, teacher, point.get(rho, teacher), digits=digits))


def checked_quad(integrand: Callable[..., Any], *intervals: Any) -> Any:
    """One-dimensional integral of a function smooth on its interval, split at fixed points; two meshes must agree.

    For the moderate arguments of step checks. Raises ValidationError where two degrees differ.
    """
    import mpmath

    (low, high), *rest = intervals
    if rest:
        return checked_quad(lambda x: checked_quad(lambda y: integrand(x, y), *rest), (low, high))
    cuts = [mpmath.mpf(c) for c in (-32, -16, -8, -4, -2, -1, 0, 0.25, 0.5, 1, 2, 4, 8, 16, 32)]
    nodes = [low, *(c for c in cuts if low < c < high), high]
    value, error = mpmath.quad(integrand, nodes, error=True, maxdegree=9)
    if error > mpmath.mpf(10) ** (5 - mpmath.mp.dps) * max(abs(value), 1e-5):
        raise ValidationError(f"a step's integral did not settle: error {mpmath.nstr(error, 3)}")
    return value


def law_distance_exact(point: Mapping[Symbol, Any], digits: int) -> Any:
    """The Kolmogorov distance to the limit law at a point; mpf."""
    return MPMATH["LawDistance"](point[k], point[tau], digits=digits)


def averaged_exact(point: Mapping[Symbol, Any], digits: int) -> Any:
    """The averaged best-of-k error at a point, in float64 (about 12 digits, whatever `digits`); as an mpf."""
    import mpmath

    model = (alpha, sigma, gamma, Sigma, nu)
    return mpmath.mpf(float(NUMPY["AveragedSelectionError"](float(point[k]), *(float(point[m]) for m in model))))
