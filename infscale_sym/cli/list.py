"""`infscale list [PATTERN ...]`: the registered formulas in reading order."""

from __future__ import annotations

import argparse
from typing import Any

from infscale_sym.cli import common, verify

_EPILOG = """\
A pattern is an id, a group (`best-of-k` means all ids that begin with it), or has * and ? in it.

examples:
  infscale list
  infscale list 'hte.*' coverage
  infscale list --json"""


def add(subparsers: Any) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "list",
        help="the registered formulas",
        description="The registered formulas: id, expected verdict, title.",
        epilog=_EPILOG,
    )
    parser.add_argument("patterns", metavar="PATTERN", nargs="*", help="ids, groups or patterns (default: all)")
    common.add_output(parser, json_only=True)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print one line a formula. Raises UnknownFormula for a pattern that fits none."""
    entries = _entries()
    if arguments.patterns:
        wanted = set(verify.matching(arguments.patterns, [entry["id"] for entry in entries]))
        entries = [entry for entry in entries if entry["id"] in wanted]
    if arguments.json:
        common.write([common.document(formulas=entries)], None)
        return 0
    rows = [(entry["id"], entry["expected"], entry["title"]) for entry in entries]
    common.write(common.table(("id", "expected", "title"), rows, left=("id", "expected", "title"), fitted=True), None)
    return 0


def _entries() -> list[dict[str, Any]]:
    """The register, from the index of the last ledger as long as it says what the code says: building it takes longer."""
    from infscale_sym import registry
    from infscale_sym.verify import evidence

    rows = evidence.current_index()
    own = (
        [_fields(row) for row in rows]
        if rows is not None
        else [_described(f) for t in registry.own_topics() for f in t.formulas]
    )
    others = registry.other_topics() if registry.foreign_at_hand() else ()
    return own + [_described(formula) for topic in others for formula in topic.formulas]


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "title": row["title"],
        "expected": row["expected"],
        "source": row["source"],
        "derivation": row["script"],
        "partner": row["partner"],
    }


def _described(formula: Any) -> dict[str, Any]:
    return {
        "id": formula.id,
        "title": formula.title,
        "expected": formula.expected.value,
        "source": str(formula.source),
        "derivation": formula.script,
        "partner": formula.partner,
    }
