"""Conversion between mpmath numbers and Arb balls without rounding: both hold dyadic numbers, so that it is exact."""

from __future__ import annotations

from typing import Any


def midpoint(ball: Any) -> Any:
    """The centre of a ball as an mpf, exactly (its radius is dropped)."""
    import mpmath
    from mpmath.libmp import from_man_exp

    mantissa, exponent = ball.mid().man_exp()
    # from_man_exp without a precision is exact; mpf(int) would round to the current one.
    return mpmath.mp.make_mpf(from_man_exp(int(mantissa), int(exponent)))


def from_mpf(value: Any) -> Any:
    """An mpf as a ball of radius zero. Raises ValueError for infinity and NaN, which have no mantissa."""
    import flint

    sign, mantissa, exponent, _ = value._mpf_
    if not mantissa and exponent:
        raise ValueError(f"no exact ball for {value}")
    return flint.arb((int(mantissa) * (-1 if sign else 1), int(exponent)))
