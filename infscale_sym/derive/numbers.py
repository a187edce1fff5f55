"""Numbers for checking steps: mpmath values of any expression, with integrals that must agree on two meshes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Expr, Symbol

from infscale_sym.errors import ValidationError
from infscale_sym.evaluate.lambdify import Instead, mpmath_function


def evaluate(expr: Expr, point: Mapping[Symbol, Any], digits: int, instead: Instead | None = None) -> Any:
    """`expr` at a point to `digits` digits; integrals by a quadrature that must agree with itself on two meshes."""
    function = mpmath_function(expr, list(point), instead, quadrature=checked_quad, cache={})
    return function(*point.values(), digits=digits)


def checked_quad(integrand: Callable[..., Any], interval: Any) -> Any:
    """One-dimensional integral of a function smooth on its interval, split at fixed points; two meshes must agree.

    For the moderate arguments of step checks. Raises ValidationError where two degrees differ.
    """
    import mpmath

    low, high = interval
    cuts = [mpmath.mpf(c) for c in (-32, -16, -8, -4, -2, -1, 0, 0.25, 0.5, 1, 2, 4, 8, 16, 32)]
    nodes = [low, *(c for c in cuts if low < c < high), high]
    value, error = mpmath.quad(integrand, nodes, error=True, maxdegree=9)
    if error > mpmath.mpf(10) ** (5 - mpmath.mp.dps) * max(abs(value), 1e-5):
        raise ValidationError(f"a step's integral did not settle: error {mpmath.nstr(error, 3)}")
    return value
