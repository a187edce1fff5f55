"""`infscale list`: the registered formulas in reading order."""

from __future__ import annotations

import argparse
from typing import Any

from infscale_sym.cli import common

_EPILOG = """\
examples:
  infscale list
  infscale list --json"""


def add(subparsers: Any) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "list",
        help="the registered formulas",
        description="The registered formulas: id, expected verdict, title.",
        epilog=_EPILOG,
    )
    common.add_output(parser, json_only=True)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print one line a formula."""
    from infscale_sym.catalog import formulas

    entries = formulas()
    if arguments.json:
        fields = [
            {
                "id": entry.id,
                "title": entry.title,
                "expected": entry.expected,
                "source": str(entry.source),
                "derivation": entry.script,
                "partner": entry.partner,
            }
            for entry in entries
        ]
        common.write([common.document(formulas=fields)], None)
        return 0
    rows = [(entry.id, entry.expected, entry.title) for entry in entries]
    common.write(common.table(("id", "expected", "title"), rows, left=("id", "expected", "title")), None)
    return 0
