"""`infscale new TOPIC DIR`: the skeleton of a package with a topic of one's own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from infscale_sym.cli import common

_EPILOG = """\
The package is small and complete: a quantity, two claims, their derivation, drawing and tests. Replace it piece by piece; the
comments say where to think. docs/your-own-result.md tells the whole way.

examples:
  infscale new heavy-tails heavy-tails
  infscale new correlated-answers ~/papers/correlated"""


def add(subparsers: Any) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "new",
        help="a package for a result of your own, ready to be filled",
        description="Write the skeleton of a Python package that brings a topic of your own: its formulas are then listed, "
        "verified, printed and plotted like ours, wherever the package is installed.",
        epilog=_EPILOG,
    )
    parser.add_argument("topic", metavar="TOPIC", help="its name: lower-case words joined by '-'; the ids begin with it")
    parser.add_argument("folder", metavar="DIR", help="where to write it: a folder that is new or empty")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write, and say what was written and what comes next. Raises DomainError."""
    common.check_folder(arguments.folder)
    from infscale_sym import skeleton

    paths = skeleton.write(arguments.topic, arguments.folder)
    folder = Path(arguments.folder)
    lines = [f"{folder / path.relative_to(folder.absolute())}\n" for path in paths]
    after = f"\nnext: pip install -e {folder} && pytest {folder}, then replace the example piece by piece\n"
    common.write([*lines, after], None)
    return 0
