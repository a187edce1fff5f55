"""Numbers on the command line: a decimal, a comma list, or `start:stop:xN`, N log-spaced points with both ends.

No text is evaluated: `evaluate.inputs.exact` reads each number. A list is kept as texts, so that the point printed is
the point used, by every arithmetic: a user's own number stays as it was typed, and a point inside a range is the
shortest decimal of the double nearest to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from infscale_sym.errors import DomainError

#: Most points of a list, and of a product of lists.
MOST_POINTS = 10**7

#: Longest text of one number.
LONGEST = 1000

#: How the syntax is explained in help texts.
SYNTAX = "numbers: a decimal (0.5, 1e6), a comma list (1,2,4), or start:stop:xN (N log-spaced points with both ends)"

_COUNT = re.compile(r"x(\d{1,9})\Z", re.ASCII)


@dataclass(frozen=True)
class Domain:
    """What a parameter may be: low <= value <= high, or infinity if `infinite`, or 0 if `zero`."""

    name: str
    low: Fraction | int = -(10**300)
    high: Fraction | int = 10**300
    infinite: bool = False
    zero: bool = False

    def check(self, text: str) -> Fraction | float:
        """The exact value of one number. Raises DomainError, naming the parameter and its range."""
        from infscale_sym.evaluate.inputs import exact

        if len(text) > LONGEST:
            raise DomainError(f"{self.name} must be written in at most {LONGEST} characters; got {len(text)}")
        value = exact(text, self.name, infinite=self.infinite)
        if value == math.inf or (self.zero and value == 0) or self.low <= value <= self.high:
            return value
        extra = (" or be 0" if self.zero else "") + (" or be inf" if self.infinite else "")
        raise DomainError(f"{self.name} must lie in [{float(self.low):g}, {float(self.high):g}]{extra}; got {text.strip()}")


def number(text: str, domain: Domain) -> str:
    """One decimal number (or inf) in the domain, as canonical text. Raises DomainError."""
    domain.check(text)
    plain = text.strip().removeprefix("+")
    return "inf" if plain.lower().startswith("inf") else plain


def numbers(text: str, domain: Domain) -> list[str]:
    """The numbers that the text lists, in its order, as decimal texts. Raises DomainError."""
    return [point for points in _parts(text, domain) for point in points]


def whole_numbers(text: str, name: str, low: int, high: int) -> list[int]:
    """As `numbers`, for integers: points inside a range go to the nearest integer, and repetitions are dropped."""
    found: list[int] = []
    for points in _parts(text, Domain(name)):
        for end in (points[0], points[-1]):
            whole_number(end, name, low, high)
        found += dict.fromkeys(round(Fraction(point)) for point in points)
    return found


def whole_number(text: str, name: str, low: int, high: int) -> int:
    """One integer from low to high; 1e5 and 2.0 are integers too. Raises DomainError."""
    value = Domain(name).check(text)
    if value != int(value) or not low <= value <= high:
        top = f"{high}" if high < 10**6 else f"{high:.0e}"
        raise DomainError(f"{name} must be an integer from {low} to {top}; got {text.strip()}")
    return int(value)


def doubles(points: list[str]) -> list[float]:
    """The doubles nearest to the points."""
    return [float(point) for point in points]


def _parts(text: str, domain: Domain) -> Iterator[list[str]]:
    """The points of each part of a comma list."""
    total = 0
    for part in text.split(","):
        if not part.strip():
            raise DomainError(f"{domain.name} must list at least one number and have no empty entry; got {_short(text)}")
        points = _range(part, domain) if ":" in part else [number(part, domain)]
        total += len(points)
        if total > MOST_POINTS:
            raise DomainError(f"{domain.name} must list at most {MOST_POINTS:.0e} numbers; got more")
        yield points


def _range(text: str, domain: Domain) -> list[str]:
    """start:stop:xN, with 0 < start, 0 < stop."""
    pieces = text.strip().split(":")
    count = _COUNT.match(pieces[2].strip()) if len(pieces) == 3 else None
    if count is None:
        raise DomainError(f"{domain.name}: a range is written start:stop:xN, as in 1:1000:x4; got {_short(text)}")
    size = int(count[1])
    ends = [number(piece, domain) for piece in pieces[:2]]
    first, last = (domain.check(piece) for piece in ends)
    if not 1 <= size <= MOST_POINTS:
        raise DomainError(f"{domain.name}: a range has from 1 to {MOST_POINTS:.0e} points; got {_short(text)}")
    if isinstance(first, float) or isinstance(last, float) or first <= 0 or last <= 0:
        raise DomainError(f"{domain.name}: log-spaced points need finite ends > 0; got {_short(text)}")
    if (size == 1) != (first == last):
        raise DomainError(f"{domain.name}: the ends of a range are equal if N = 1, and only then; got {_short(text)}")
    if size == 1:
        return ends[:1]
    # 50 digits: repeated products then still round to the nearest double, and 1:1000:x4 is 1, 10, 100, 1000.
    context = Context(prec=50)
    start, stop = (context.divide(Decimal(end.numerator), Decimal(end.denominator)) for end in (first, last))
    factor = context.exp(context.divide(context.ln(context.divide(stop, start)), Decimal(size - 1)))
    inside, point = [], start
    for _ in range(size - 2):
        point = context.multiply(point, factor)
        inside.append(repr(float(point)).removesuffix(".0"))
    return [ends[0], *inside, ends[1]]


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
