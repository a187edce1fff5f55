"""Values of the averaged best-of-k error at a point, against which a derivation measures the order of an expansion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Symbol

from infscale_sym.theory.averages.notation import AveragedSelectionError
from infscale_sym.theory.regression.notation import Sigma, alpha, gamma, nu, sigma
from infscale_sym.theory.selection.notation import k


def averaged_exact(point: Mapping[Symbol, Any], digits: int) -> Any:
    """The averaged best-of-k error at a point, in float64 (about 12 digits, whatever `digits`); as an mpf."""
    import mpmath

    model = (alpha, sigma, gamma, Sigma, nu)
    return mpmath.mpf(float(AveragedSelectionError.numpy(float(point[k]), *(float(point[m]) for m in model))))
