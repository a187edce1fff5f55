"""`infscale plot ID -o FILE`: a picture of a formula, both of its sides and their difference."""

from __future__ import annotations

import argparse
from typing import Any

from infscale_sym.cli import common

_EPILOG = """
examples:
  infscale plot best-of-k.leading -o leading.png
  infscale plot best-of-k.extreme-value -o law.svg
  infscale plot ridge.isotropic -o kappa.pdf"""


def add(subparsers: Any) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "plot",
        help="a picture of a formula: both sides, and how far they are apart",
        description="Draw a formula with numbers computed now: an asymptotic claim against k with its limit and the error of "
        "the claim, a limit law against the tails at several k, an equality along a sweep of one parameter.",
        epilog=_EPILOG,
    )
    parser.add_argument("id", metavar="ID", help="the formula's id (see `infscale list`)")
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="a file name ending in .png, .svg or .pdf")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Draw and write. Raises UnknownFormula and DomainError."""
    from infscale_sym.present.style import check_suffix, save

    check_suffix(arguments.output)
    common.check_output(arguments.output)
    from infscale_sym.catalog import formula

    entry = formula(arguments.id)
    from infscale_sym.present.plots import draw

    save(draw(entry), arguments.output)
    return 0
