"""Numbers on the command line: what is read, what is refused, and that nothing else can happen."""

from __future__ import annotations

import contextlib
import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from infscale_sym.cli.numbers import MOST_POINTS, Domain, doubles, number, numbers, whole_number, whole_numbers
from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import exact

K = Domain("k", 1, 10**16)
ANY = Domain("x", infinite=True)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("8", ["8"]),
        (" 0.1 ", ["0.1"]),
        ("+2.50", ["2.50"]),
        ("-0.5,0.3", ["-0.5", "0.3"]),
        ("-1e-3", ["-1e-3"]),
        (".5,5.", [".5", "5."]),
        ("0,0.5,inf", ["0", "0.5", "inf"]),
        ("Infinity,+INF", ["inf", "inf"]),
        ("1:1000:x4", ["1", "10", "100", "1000"]),
        ("1e-6:1:x7", ["1e-6", "1e-05", "0.0001", "0.001", "0.01", "0.1", "1"]),
        ("1000:1:x4", ["1000", "100", "10", "1"]),
        ("1:4:x3", ["1", "2", "4"]),
        ("2:2:x1", ["2"]),
        ("1:100:x3,7", ["1", "10", "100", "7"]),
    ],
)
def test_what_is_written_is_what_is_meant(text: str, points: list[str]):
    assert numbers(text, ANY) == points


def test_decimals_are_exact_and_doubles_correctly_rounded():
    (point,) = numbers("0.1", ANY)
    assert exact(point) == Fraction(1, 10)
    assert doubles([point]) == [0.1]


@pytest.mark.parametrize(("start", "stop", "size"), [("1", "1e6", 200), ("1e-6", "7.3", 57), ("0.3", "0.30001", 11)])
def test_points_of_a_range_are_the_nearest_doubles_to_a_geometric_sequence(start: str, stop: str, size: int):
    points = numbers(f"{start}:{stop}:x{size}", ANY)
    assert (points[0], points[-1], len(points)) == (start, stop, size)
    values = doubles(points)
    assert values == sorted(set(values))
    # x_i^(N-1) = start^(N-1-i) stop^i, within the (N-1)-fold rounding error of x_i.
    for i, value in enumerate(values[1:-1], 1):
        want = Fraction(start) ** (size - 1 - i) * Fraction(stop) ** i
        ratio = Fraction(value) ** (size - 1) / want
        assert abs(float(ratio - 1)) < (size - 1) * 2**-52
    # The text printed is the double used.
    assert [repr(value).removesuffix(".0") for value in values[1:-1]] == points[1:-1]


BAD = [
    "", " ", ",", "1,", "1,,2", "abc", "nan", "-inf", "1+1", "1/2", "0x10", "1_000", "1e", "e5", "--1", "1 2", "٣", "1e99999",
    ":", "1:2", "1:2:3", "1:2:x", "1:2:x0", "1:2:x-1", "1:2:x2.5", "1:2:x3:4", "0:1:x3", "-1:1:x3", "1:inf:x3", "1:1:x2",
    "1:2:x1", "a:2:x3", "1:b:x3", f"1:2:x{MOST_POINTS + 1}", "1:2:x999999999999", "9" * 5000, "inf.", "__import__('os')",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:20])
def test_what_is_refused(text: str):
    with pytest.raises(DomainError, match=r"\Ax\b.* got "):
        numbers(text, ANY)


def test_the_range_of_a_parameter_is_checked_exactly():
    assert numbers("1,1e16", K) == ["1", "1e16"]
    for text in ("0.99999999999999999999999", "10000000000000000.0000000001", "inf", "0.5:2:x3", "1,0"):
        with pytest.raises(DomainError, match="k must "):
            numbers(text, K)
    t = Domain("t", Fraction(1, 10**6), 10**6, infinite=True, zero=True)
    assert numbers("0,1e-6,1e6,inf", t) == ["0", "1e-6", "1e6", "inf"]
    for text in ("1e-7", "2e6", "-0.5"):
        with pytest.raises(DomainError, match=r"t must lie in \[1e-06, 1e\+06\] or be 0 or be inf; got "):
            numbers(text, t)


def test_whole_numbers():
    assert whole_number("1e5", "trials", 2, 10**15) == 100_000
    assert whole_numbers("2,1,4.0", "k", 1, 10**15) == [2, 1, 4]
    assert whole_numbers("1:10:x9", "k", 1, 10**15) == [1, 2, 3, 4, 6, 7, 10]
    assert whole_numbers("1:100:x5,100", "k", 1, 10**15) == [1, 3, 10, 32, 100, 100]
    for text in ("2.5", "0", "1e16", "1.5:10:x3", "1:10.5:x3", "-1"):
        with pytest.raises(DomainError, match="k must be an integer from 1 to 1e"):
            whole_numbers(text, "k", 1, 10**15)


ALPHABET = st.text(alphabet="0123456789.eE+-,:xinfa ٣\n\0", max_size=30)
PIECES = ["1", "-2.5", "1e3", "inf", "x3", ":", ",", "1:10:x4", "x999", "x99999999", "nan"]
WRITTEN = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)


@given(st.one_of(ALPHABET, WRITTEN, st.text(max_size=40)))
def test_any_text_is_read_or_refused(text: str):
    for domain in (ANY, K):
        with contextlib.suppress(DomainError):  # nothing but that
            points = numbers(text, domain)
            assert points
            assert [number(point, domain) for point in points[:100]] == points[:100]
    with contextlib.suppress(DomainError):
        assert all(1 <= value <= 100 for value in whole_numbers(text, "k", 1, 100))
    with contextlib.suppress(DomainError):
        assert 1 <= whole_number(text, "k", 1, 100) <= 100


@given(st.floats(allow_nan=False, allow_infinity=True, min_value=0))
def test_a_double_survives_its_shortest_text(value: float):
    assume(value == 0 or 1e-290 < value < 1e290 or value == math.inf)
    assert doubles(numbers(repr(value), ANY)) == [value]
