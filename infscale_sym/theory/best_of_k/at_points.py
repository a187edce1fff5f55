"""Exact values of the best-of-k quantities at a point, against which a derivation measures the order of an expansion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Symbol

from infscale_sym.theory.best_of_k.notation import LawDistance
from infscale_sym.theory.selection.notation import k, rho, tau


def best_of_k_exact(point: Mapping[Symbol, Any], digits: int) -> Any:
    """F_k(0; tau, rho) at a point (rho = tau where it is absent) to `digits` digits: the centre of its enclosure; mpf."""
    from infscale_sym.evaluate.dyadic import midpoint
    from infscale_sym.theory.selection.values.enclosure import selection_error_arb

    teacher = point[tau]
    return midpoint(selection_error_arb(point[k], 0, teacher, point.get(rho, teacher), digits=digits))


def law_distance_exact(point: Mapping[Symbol, Any], digits: int) -> Any:
    """The Kolmogorov distance to the limit law at a point; mpf."""
    return LawDistance.mpmath(point[k], point[tau], digits=digits)
