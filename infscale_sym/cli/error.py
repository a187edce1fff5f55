"""`infscale error`: the exact selection error F_k(t; tau, rho) (HP, arXiv:2512.19905) at a product of lists.

Three arithmetics, named in the column `kind`. float64: within `radius` of F at the doubles nearest to the numbers
given, by the evaluator's accuracy contract. enclosure: F at the exact decimals provably lies within `radius` of the
value. self-validated: two precisions and two meshes agreed to the digits asked for, inside a rigorous, wider ball.
"""

from __future__ import annotations

import argparse
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from infscale_sym.cli import common
from infscale_sym.cli.numbers import MOST_POINTS, SYNTAX, Domain, doubles, numbers, whole_number
from infscale_sym.errors import DomainError, ValidationError

NAMES = ("k", "t", "tau", "rho")
DOMAINS = {
    "k": Domain("k", 1, 10**16),
    "t": Domain("t", Fraction(1, 10**6), 10**6, infinite=True, zero=True),
    "tau": Domain("tau", -40, 40),
    "rho": Domain("rho", -40, 40),
}

#: Up to here double precision answers.
DOUBLE_DIGITS = 15

MOST_DIGITS = 10_000

_EPILOG = f"""\
{SYNTAX}.
Several lists form a product, in which the last one varies fastest: k, t, tau, rho.
Range: k from 1 to 1e16 (real); t 0 (best of k), 1e-6 to 1e6, or inf; tau and rho from -40 to 40.

kinds of values
  float64         relative error at most 1e-13 (k <= 1e9, |tau|, |rho| <= 8) or 1e-11, at the doubles nearest
                  to the numbers given; radius is that bound
  enclosure       the exact value provably lies within radius of the value (--digits above {DOUBLE_DIGITS})
  self-validated  where no enclosure is narrow enough: two precisions and two meshes agree to within radius

examples:
  infscale error --k 8 --t 0.5 --tau 1 --rho 0.8
  infscale error --k 1:1e6:x4 --t 0,inf --tau -0.5,0.3 --rho 0.3
  infscale error --k 1e12 --t 0 --tau 1 --rho 1 --digits 50
  infscale error --k 1:100:x3 --t 0 --tau 1 --rho 1 --json -o error.json"""

Row = tuple[str, str, str]
Line = tuple[str, ...]


def add(subparsers: Any) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "error",
        help="the exact error F_k(t; tau, rho) of picking one of k answers",
        description="The exact selection error F_k(t; tau, rho) = delta/s^2, dimensionless: k answers, temperature t, "
        "teacher's offset tau, judge's offset rho.",
        epilog=_EPILOG,
    )
    meanings = ("number of answers", "temperature T/(2 s^2)", "teacher's offset (m - y_T)/s", "judge's offset (m - y_R)/s")
    for name, meaning in zip(NAMES, meanings, strict=True):
        parser.add_argument(f"--{name}", required=True, metavar="NUMBERS", help=meaning)
    parser.add_argument("--digits", metavar="N", help=f"significant digits; above {DOUBLE_DIGITS} rigorous where possible")
    parser.add_argument("--jobs", metavar="N", help="processes for --digits above 15 (default: all processors)")
    common.add_output(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the table or the JSON document. Raises DomainError before anything is computed or written."""
    digits = DOUBLE_DIGITS
    if arguments.digits is not None:
        digits = whole_number(arguments.digits, "digits", 1, MOST_DIGITS)
    jobs = common.worker_count(arguments.jobs, "jobs")
    lists = [numbers(getattr(arguments, name), DOMAINS[name]) for name in NAMES]
    size = math.prod(len(points) for points in lists)
    if size > MOST_POINTS:
        raise DomainError(f"the product of the lists must have at most {MOST_POINTS:.0e} points; got {size}")
    common.check_output(arguments.output)
    if digits <= DOUBLE_DIGITS:
        lines = Doubles(lists)
    else:
        points = list(itertools.product(*lists))
        results = common.in_parallel(partial(precise_row, digits=digits), points, jobs, "point")
        lines = [(*point, *row) for point, row in zip(points, results, strict=True)]
    text = _json(lines) if arguments.json else common.table((*NAMES, "F", "radius", "kind"), lines, left=("F", "kind"))
    common.write(text, arguments.output)
    return 0


class Doubles:
    """(k, t, tau, rho, value, radius, kind) for the product of four lists of texts, evaluated in one NumPy call.

    Can be gone through again and again; the rows become text only then, so that ten million of them fit in memory.
    """

    def __init__(self, lists: Sequence[Sequence[str]]) -> None:
        import numpy as np

        from infscale_sym.theory.selection.values.numeric import selection_error_numpy

        self.lists = lists
        k, t, tau, rho = np.ix_(*(doubles(list(points)) for points in lists))
        self.values = selection_error_numpy(k, t, tau, rho)
        strict = (k <= 1e9) & (abs(tau) <= 8) & (abs(rho) <= 8)
        self.radii = self.values * np.where(strict, 1e-13, 1e-11)

    def __iter__(self) -> Iterator[Line]:
        numbers = zip(map(float, self.values.flat), map(float, self.radii.flat), strict=True)
        for point, (value, radius) in zip(itertools.product(*self.lists), numbers, strict=True):
            yield (*point, repr(value), _upward(radius), "float64")


def precise_row(point: Sequence[str], digits: int) -> Row:
    """(value, radius, kind) at one point; the radius is at most value 10^-digits. Raises ValidationError."""
    from infscale_sym.theory.selection.values.enclosure import selection_error_arb

    # A digit more than asked for, and one more in print, so that rounding to decimals stays within the radius.
    ball = selection_error_arb(*point, digits=digits + 1)
    low, high = _ends(ball)
    value = _rounded((low + high) / 2, digits + 2)
    radius = max(high - Fraction(value), Fraction(value) - low)
    if radius * 10**digits <= Fraction(value):
        return _plain(value), _upward(radius), "enclosure"
    import mpmath

    from infscale_sym.theory.selection.values.highprec import selection_error_mp

    with mpmath.workdps(digits + 10):
        text = mpmath.nstr(selection_error_mp(*point, digits=digits + 2), digits + 2, strip_zeros=False)
    value = Decimal(str(text))
    if not low <= Fraction(value) <= high:
        raise ValidationError(f"F at (k, t, tau, rho) = ({', '.join(point)}) is {value:.20g}, outside its own enclosure")
    # Agreement to 10^-(digits + 2), and as much for rounding to digits + 2 decimals, lies within this.
    return _plain(value), _upward(Fraction(value) / 10 ** (digits + 1)), "self-validated"


def _ends(ball: Any) -> tuple[Fraction, Fraction]:
    """The ends of a ball, exactly (they are binary fractions)."""
    middle, radius = (_binary(part) for part in (ball.mid(), ball.rad()))
    return middle - radius, middle + radius


def _binary(point: Any) -> Fraction:
    mantissa, exponent = point.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _rounded(value: Fraction, digits: int) -> Decimal:
    return Context(prec=digits).divide(Decimal(value.numerator), Decimal(value.denominator))


def _plain(value: Decimal) -> str:
    """All digits, trailing zeros too: they are known."""
    return str(value).replace("E", "e")


def _upward(bound: Fraction | float) -> str:
    """A bound as text of two digits, not below it."""
    if not bound:
        return "0"
    if isinstance(bound, Fraction):
        context = Context(prec=2, rounding=ROUND_CEILING)
        return f"{context.divide(Decimal(bound.numerator), Decimal(bound.denominator)):.1e}"
    text = f"{bound:.1e}"
    return text if float(text) >= bound else f"{bound + 0.05 * 10.0 ** int(text.partition('e')[2]):.1e}"


def _json(lines: Iterable[Line]) -> Iterator[str]:
    """The document, one value a line, never the whole of it at once. Numbers as decimal texts need no escapes."""
    yield f'{{"schema": {common.SCHEMA}, "values": ['
    separator = "\n"
    for k, t, tau, rho, value, radius, kind in lines:
        point = f'"k": "{k}", "t": "{t}", "tau": "{tau}", "rho": "{rho}"'
        yield f'{separator}{{{point}, "value": "{value}", "radius": "{radius}", "kind": "{kind}"}}'
        separator = ",\n"
    yield "\n]}\n"
