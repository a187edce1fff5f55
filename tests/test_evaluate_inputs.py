"""Numbers as people write them: what is exact, what is rounded, what is refused, and in which words."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import check_range, exact, float_array

TENTH = Fraction(1, 10)
DOUBLE = Fraction(3602879701896397, 2**55)  # the double nearest to 0.1

VALUES = [
    ("0.1", TENTH),
    (" +.1 ", TENTH),
    ("1e-1", TENTH),
    ("10.E-2", TENTH),
    ("-12.50", Fraction(-25, 2)),
    ("1e400", Fraction(10**400)),
    (Decimal("0.1"), TENTH),
    (Decimal("-1e-30"), Fraction(-1, 10**30)),
    (Fraction(1, 3), Fraction(1, 3)),
    (sympy.Rational(1, 3), Fraction(1, 3)),
    (sympy.Integer(7), Fraction(7)),
    (0.1, DOUBLE),
    (sympy.Float(0.1), DOUBLE),
    (mpmath.mpf(0.1), DOUBLE),
    (-mpmath.mpf(3) / 4, Fraction(-3, 4)),
    (mpmath.mpf(0), Fraction(0)),
    (np.float64(0.1), DOUBLE),
    (np.float32(0.1), Fraction(13421773, 2**27)),
    (np.array(0.1), DOUBLE),
    (np.int64(-3), Fraction(-3)),
    (2**200 + 1, Fraction(2**200 + 1)),
    (5e-324, Fraction(1, 2**1074)),
]

# what came, and how the message shows it
REFUSED = [
    (math.nan, "nan"),
    (np.float64("nan"), "nan"),
    (Decimal("NaN"), r"Decimal\('NaN'\)"),
    (mpmath.nan, r"mpf\('nan'\)"),
    (sympy.nan, "nan"),
    ("nan", "'nan'"),
    (-math.inf, "-inf"),
    ("-inf", "'-inf'"),
    (-sympy.oo, "-oo"),
    (mpmath.mpf("-inf"), r"mpf\('-inf'\)"),
    ("", "''"),
    ("one", "'one'"),
    ("1/3", "'1/3'"),
    ("1_000", "'1_000'"),
    ("1,5", "'1,5'"),
    ("0x10", "'0x10'"),
    ("１", "'１'"),
    ("1\n2", r"'1\\n2'"),
    ("__import__('os')", "__import__"),
    ("1e99999", "'1e99999'"),
    (True, "True"),
    (np.False_, "False"),
    (1 + 0j, r"\(1\+0j\)"),
    (mpmath.mpc(1, 0), "mpc"),
    (None, "None"),
    (b"1", "b'1'"),
    ([1], r"\[1\]"),
    (np.array([1.0]), r"array\(\[1\.\]\)"),
    (sympy.pi, "pi"),
    (sympy.Symbol("q"), "q"),
]


@pytest.mark.parametrize(("value", "wanted"), VALUES, ids=repr)
def test_exact_value(value, wanted):
    got = exact(value)
    assert isinstance(got, Fraction)
    assert got == wanted
    assert exact(value, infinite=True) == wanted


def test_decimal_and_double_are_different_numbers():
    """Negative control: the text 0.1 and the double 0.1 differ, by 2^-54/10 relative 5.6e-17."""
    assert exact("0.1") != exact(0.1)
    assert exact(0.1) - exact("0.1") == Fraction(1, 10 * 2**54)


def test_an_mpf_of_many_digits_is_not_rounded():
    with mpmath.workdps(60):
        value = mpmath.mpf(1) / 3
    assert 0 < abs(exact(value) - Fraction(1, 3)) < Fraction(1, 10**59)


@pytest.mark.parametrize(("value", "shown"), REFUSED, ids=[repr(value) for value, _ in REFUSED])
def test_refused_with_what_came_and_what_is_valid(value, shown):
    with pytest.raises(DomainError, match=f"^tau must be a finite real number; got .*{shown}"):
        exact(value, "tau")
    with pytest.raises(DomainError, match=rf"^t must be a real number \(infinity allowed\); got .*{shown}"):
        exact(value, "t", infinite=True)


@pytest.mark.parametrize("value", [math.inf, "inf", " +Infinity", Decimal("inf"), np.float64("inf"), mpmath.inf, sympy.oo])
def test_infinity_only_where_it_is_allowed(value):
    assert exact(value, infinite=True) == math.inf
    assert float_array(value, infinite=True) == math.inf
    with pytest.raises(DomainError, match="tau must be a finite real number"):
        exact(value, "tau")
    with pytest.raises(DomainError, match="tau must be"):
        float_array([1, value], "tau")


def test_arrays_of_anything_are_rounded_once():
    got = float_array([["0.1", Decimal("1e-400"), Fraction(1, 3)], [mpmath.mpf(2), sympy.Rational(1, 7), np.float32(0.5)]])
    assert got.dtype == np.float64
    assert got.tolist() == [[0.1, 0.0, 1 / 3], [2.0, 1 / 7, 0.5]]
    # halfway between two doubles, and a little above: one rounding to even, and one upwards
    assert float_array(["9007199254740993", "9007199254740993.0000000000000000001"]).tolist() == [2.0**53, 2.0**53 + 2]
    assert float_array([2**53 + 1, 2**53 + 3]).tolist() == [2.0**53, 2.0**53 + 4]


@pytest.mark.parametrize("value", [3, 0.25, "0.25", Fraction(1, 4), np.float32(0.25), np.array(7, dtype=np.uint8)])
def test_a_scalar_stays_a_scalar(value):
    assert float_array(value).shape == ()
    assert float(float_array(value)) == float(value)


@pytest.mark.parametrize(
    ("value", "shape"),
    [([], (0,)), (range(4), (4,)), ((x for x in (1, 2)), (2,)), (np.ones((2, 1, 3), np.int8), (2, 1, 3)), ([[1], [2]], (2, 1))],
)
def test_shape_is_kept(value, shape):
    assert float_array(value).shape == shape


def test_the_input_is_not_the_output():
    mine = np.array([1.0, 2.0])
    float_array(mine)[0] = 9
    assert mine[0] == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.array([1.0, math.nan]), "nan"),
        (np.array([1.0, -math.inf]), "-inf"),
        ([1.0, math.nan], "nan"),
        ([1, True], "True"),
        (np.array([False]), "False"),
        ([1, None], "None"),
        ([1, "x"], "'x'"),
        (np.array(["1", "x"]), "'x'"),
        ("12 13", "'12 13'"),
        (np.array([1j]), "1j"),
        ([["1", "2"], ["3"]], r"\['1', '2'\]"),
    ],
)
def test_a_bad_entry_is_named(value, shown):
    for infinite in (False, True):
        with pytest.raises(DomainError, match=f"^rho must be .*real number.*; got {shown}"):
            float_array(value, "rho", infinite=infinite)


@pytest.mark.parametrize("value", ["1e400", [10**400], -(10**400)])
def test_what_no_double_holds_is_refused(value):
    with pytest.raises(DomainError, match=r"^k is a finite number beyond the range of a double"):
        float_array(value, "k")


def test_range_names_the_ends_and_the_first_offender():
    inside = np.array([1.0, 2.0, 8.0])
    check_range(inside, "tau", 1, 8)
    check_range(np.array([0.0, 3.0, math.inf]), "t", 1, 8, also=(0.0, math.inf))
    with pytest.raises(DomainError, match=r"^tau must lie in \[-8, 8\]; got 8\.5$"):
        check_range(np.array([1.0, 8.5, 9.0]), "tau", -8, 8)
    with pytest.raises(DomainError, match=r"^t must lie in \[1e-06, 1e\+06\] or 0 or inf; got -1$"):
        check_range(np.array([0.0, math.inf, -1.0]), "t", 1e-6, 1e6, also=(0.0, math.inf))
    with pytest.raises(DomainError, match="got nan"):
        check_range(np.array([[1.0], [math.nan]]), "x", 0, 2)


def test_a_signalling_nan_is_refused():
    with pytest.raises(DomainError, match="sNaN"):
        exact(Decimal("sNaN"))


def test_a_large_decimal_is_exact_like_its_text():
    assert exact(Decimal("1e400")) == 10**400


def test_a_large_finite_number_is_not_infinity():
    with pytest.raises(DomainError, match=r"1e400|double"):
        float_array("1e400", infinite=True)


@pytest.mark.parametrize("value", [[[1, 2], [3]], b"12"])
def test_ragged_lists_and_bytes_are_refused(value):
    try:
        float_array(value, "tau")
    except DomainError:
        return
    except ValueError as error:
        pytest.fail(f"not a DomainError: {error}")
    pytest.fail("accepted")


def test_a_ball_is_no_exact_number():
    import flint

    with pytest.raises(DomainError):
        exact(flint.arb(1, 0.5))
