"""Numbers as people write them: int, float, Fraction, Decimal, decimal strings, mpf, SymPy rationals.

A float means the exact binary double that it is; a string or Decimal means the exact decimal number. No text is
ever evaluated as code: it is parsed by `fractions.Fraction` after a pattern has admitted it.
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?\Z", re.ASCII)
_INFINITY = re.compile(r"[+]?inf(inity)?\Z", re.ASCII | re.IGNORECASE)

#: An exact rational, or the float `inf` where a parameter may be infinite.
Exact = Fraction | float


def exact(value: Any, name: str = "value", *, infinite: bool = False) -> Exact:
    """The exact rational value of one real number; with `infinite=True` also +infinity (returned as `math.inf`).

    Raises DomainError, naming `name`, for NaN, complex numbers, booleans and text that is no decimal number.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, np.generic):
        value = value.item()
    number: Any = value  # what follows asks for attributes that only some kinds of number have
    result: Exact | None = None
    if isinstance(value, bool):
        result = None
    elif isinstance(value, str):
        text = value.strip()
        if _DECIMAL.match(text):
            result = Fraction(text)
        elif _INFINITY.match(text):
            result = math.inf
    elif isinstance(value, Decimal):
        if value.is_finite():
            result = Fraction(value)
        elif value.is_infinite() and value > 0:
            result = math.inf
    elif isinstance(value, float):
        if math.isfinite(value):
            result = Fraction(value)
        elif value == math.inf:
            result = math.inf
    elif isinstance(value, numbers.Rational):
        result = Fraction(int(value.numerator), int(value.denominator))
    elif hasattr(value, "rad"):  # a ball: its centre is not its value, unless its radius is zero
        result = _center(value) if number.is_exact() and number.is_finite() else None
    elif hasattr(value, "_mpf_"):  # mpmath, without importing it
        sign, mantissa, exponent, _bits = number._mpf_
        if mantissa or not exponent:
            result = Fraction(int(mantissa)) * Fraction(2) ** int(exponent) * (-1 if sign else 1)
        elif value == math.inf:
            result = math.inf
    elif getattr(value, "is_Rational", False):  # SymPy
        result = Fraction(int(number.p), int(number.q))
    elif getattr(value, "is_Float", False):
        return exact(number._to_mpmath(number._prec), name, infinite=infinite)
    elif getattr(value, "is_infinite", False) and getattr(value, "is_extended_positive", False):
        result = math.inf
    if result is None or (result == math.inf and not infinite):
        kind = "a finite real number" if not infinite else "a real number (infinity allowed)"
        raise DomainError(f"{name} must be {kind}; got {value!r}")
    return result


def _center(ball: Any) -> Fraction:
    mantissa, exponent = ball.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def float_array(value: Any, name: str = "value", *, infinite: bool = False) -> np.ndarray:
    """`value` (a number or any nested sequence or array of numbers) as a float64 array, each entry correctly rounded.

    Shape: that of the input. Raises DomainError for anything that `exact` would refuse.
    """
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
        array = value.astype(np.float64)
    elif type(value) in (float, int):
        array = np.array(_round(exact(value, name, infinite=infinite), name))
    else:
        if not isinstance(value, np.ndarray):
            if isinstance(value, (bytes, bytearray, dict, set)):
                raise DomainError(f"{name} must be a number or a sequence of numbers; got {value!r}")
            items = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else value
            try:
                value = np.array(items) if _plain(items) else np.array(items, dtype=object)
            except ValueError:
                raise DomainError(f"{name} must be a rectangular array of numbers; got rows of different lengths") from None
        if value.dtype.kind in "fiu":
            array = value.astype(np.float64)
        else:
            flat = [_round(exact(entry, name, infinite=infinite), name) for entry in value.ravel().tolist()]
            array = np.array(flat, dtype=np.float64).reshape(value.shape)
    if np.isnan(array).any() or (array == -np.inf).any() or (not infinite and np.isinf(array).any()):
        bad = array[~np.isfinite(array)].ravel()[0]
        kind = "finite real numbers" if not infinite else "real numbers (infinity allowed)"
        raise DomainError(f"{name} must be {kind}; got {bad}")
    return array


def check_range(array: np.ndarray, name: str, low: float, high: float, also: tuple[float, ...] = ()) -> None:
    """Raise DomainError unless low <= array <= high everywhere, the values `also` apart."""
    inside = (array >= low) & (array <= high)
    for value in also:
        inside |= array == value
    if not inside.all():
        extra = "".join(f" or {value:g}" for value in also)
        bad = np.asarray(array)[~inside].ravel()[0]
        raise DomainError(f"{name} must lie in [{low:g}, {high:g}]{extra}; got {bad:g}")


def _plain(items: Any) -> bool:
    """Whether NumPy may convert `items` by itself: only ints and floats inside (no bool, no text, no mpf)."""
    if isinstance(items, (list, tuple)):
        return all(_plain(entry) for entry in items)
    return (type(items) in (float, int) and abs(items) < 2**53) or isinstance(items, (np.floating, np.integer))


def _round(value: Exact, name: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise DomainError(f"{name} is a finite number beyond the range of a double (1.8e308)") from None
