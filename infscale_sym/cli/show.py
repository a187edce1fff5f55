"""`infscale show ID ...`: a formula as it is registered, with the evidence of the last ledger, or with what is found now."""

from __future__ import annotations

import argparse
from typing import Any

from infscale_sym.cli import common, verify

_EPILOG = """\
The evidence is that of the ledger that came with the package; where the code at hand differs
from that which made it, it is said to be stale. A formula that it does not know is verified now.

examples:
  infscale show ridge.bare
  infscale show best-of-k.leading hte.second
  infscale show ridge.isotropic --verify --json"""


def add(subparsers: Any) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "show",
        help="formulas: statement, domain, source, evidence",
        description="Registered formulas: statement, domain, source, deviation from it, the three legs of its evidence, "
        "and where it is derived. Exit code 1 if a verdict is not the expected one.",
        epilog=_EPILOG,
    )
    parser.add_argument("ids", metavar="ID", nargs="+", help="ids of formulas, groups or patterns (see `infscale list`)")
    parser.add_argument("--verify", action="store_true", help="verify now, quickly, in place of the last ledger's evidence")
    parser.add_argument("--full", action="store_true", help="verify now as `infscale verify` does (may take a minute)")
    verify.add_digits(parser)
    common.add_output(parser, json_only=True)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the formulas and their verdicts. Raises UnknownFormula."""
    now = arguments.verify or arguments.full or arguments.digits is not None
    digits = verify.read_digits(arguments.digits)
    found = []
    for id in verify.chosen(arguments.ids):
        shipped = None if now else _shipped(id)
        found.append(shipped or _found_now(id, digits, quick=not arguments.full))
    if arguments.json:
        fields = [_fields(row) for row in found]
        common.write([common.document(**fields[0]) if len(fields) == 1 else common.document(formulas=fields)], None)
    else:
        common.write([line for number, row in enumerate(found) for line in (*["\n"] * (number > 0), *_plain(row))], None)
    return 0 if all(row["as_expected"] for row in found) else 1


def _shipped(id: str) -> dict[str, Any] | None:
    """The last ledger's row on a formula, as long as it states what is registered now."""
    from infscale_sym.verify import evidence

    known = evidence.shipped(id)
    if known is None:
        return None
    row = {**known.row, "shown": known.said(), "stale": known.stale}
    if known.stale:  # the statement itself may have changed: say what is registered now
        from infscale_sym.catalog import formula
        from infscale_sym.present.ledger import described

        row |= described(formula(id))
    return row


def _found_now(id: str, digits: int, quick: bool) -> dict[str, Any]:
    from infscale_sym.catalog import formula
    from infscale_sym.present.ledger import described

    entry, verdict = formula(id), verify.examine(id, digits=digits, quick=quick)
    return {**verdict.as_dict(), **described(entry), "shown": "found now", "stale": False}


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    """The row as JSON has it: the source in its parts, the script as a path."""
    source = {"text": row["source"], "arxiv": row["arxiv"], "locator": row["locator"]}
    left_out = ("script", "topic", "text", "assumptions", "arxiv", "locator", "printed")
    rest = {name: value for name, value in row.items() if name not in left_out}
    return {**rest, "source": source, "derivation": _script(row)}


def _script(row: dict[str, Any]) -> str:
    return f"derivations/{row['script']}.py" if row["script"] else ""


def _plain(row: dict[str, Any]) -> list[str]:
    domain = "; ".join([row["domain"]] * (row["domain"] != "True") + row["assumptions"])
    lines = {
        "statement": row["text"],
        "latex": row["latex"],
        "domain": domain,
        "only where": row["only_where"],
        "source": row["source"],
        "deviation": row["deviation"],
        "derived in": _script(row) or f"not here: {row['underived'] or 'none was given'}",
        "partner": row["partner"],
        "evidence": row["shown"],
    }
    text = [f"{row['id']}\n  {row['title']}\n\n"]
    text += [common.labelled(name, content) for name, content in lines.items() if content]
    return [*text, "\n", *verify.report(row)]
