"""A quadrature rule on ever finer meshes: a value counts once two meshes in a row agree on it.

The comparison is the error estimate: of rules that converge geometrically, as the trapezoidal rule on analytic functions does,
the coarser of two meshes misses by far more than the finer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from infscale_sym.errors import ValidationError


def agree(
    rule: Callable[[Any], Any],
    refinements: Iterable[Any],
    digits: int,
    what: str,
    remedy: str = "ask for fewer digits",
    *,
    beside: int = 0,
) -> Any:
    """`rule(refinement)`, an mpf or a tuple of them, of the first mesh that agrees with the one before, returned as it came.

    Each value must agree to 10^-digits (`beside` + its modulus). Meshes are made one by one, from coarse to fine. Raises
    ValidationError, saying `what` was to be computed and the `remedy`, where no two agree.
    """
    import mpmath

    before: tuple[Any, ...] | None = None
    for refinement in refinements:
        value = rule(refinement)
        after = value if isinstance(value, tuple) else (value,)
        if before is not None:
            allowed = mpmath.mpf(10) ** -digits
            if all(abs(new - old) <= (beside + abs(new)) * allowed for new, old in zip(after, before, strict=True)):
                return value
        before = after
    raise ValidationError(f"{what}: the meshes do not agree to {digits} digits; {remedy}")
