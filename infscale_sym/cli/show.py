"""`infscale show ID`: a formula as it is registered, and what its verification finds now."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from infscale_sym.cli import common, verify

if TYPE_CHECKING:
    from infscale_sym.notation.formula import Formula
    from infscale_sym.verify.record import Verdict

_EPILOG = """\
The verification is the quick one unless --full is given.

examples:
  infscale show ridge.bare
  infscale show ridge.isotropic --json"""


def add(subparsers: Any) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "show",
        help="one formula: statement, domain, source, evidence",
        description="A registered formula: statement, domain, source, deviation from it, the three legs of its evidence, "
        "and where it is derived. Exit code 1 if the verdict is not the expected one.",
        epilog=_EPILOG,
    )
    parser.add_argument("id", metavar="ID", help="the formula's id (see `infscale list`)")
    verify.add_digits(parser)
    parser.add_argument("--full", action="store_true", help="verify as `infscale verify` does (may take a minute)")
    common.add_output(parser, json_only=True)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the formula and its verdict. Raises UnknownFormula."""
    digits = verify.read_digits(arguments.digits)
    from infscale_sym.catalog import formula

    entry = formula(arguments.id)
    verdict = verify.examine(entry.id, digits=digits, quick=not arguments.full)
    if arguments.json:
        common.write([common.document(**verdict.as_dict(), **description(entry))], None)
    else:
        common.write(_plain(entry, verdict), None)
    return 0 if verdict.as_expected else 1


def description(entry: Formula) -> dict[str, Any]:
    """What the registry says of a formula, JSON-ready; the id is left to the verdict."""
    record = entry
    return {
        "title": entry.title,
        "statement": str(entry.statement),
        "latex": entry.latex(),
        "symbols": [str(symbol) for symbol in entry.symbols],
        "domain": str(entry.domain),
        "only_where": record.only_where,
        "source": {"text": str(record.source), "arxiv": record.source.arxiv, "locator": record.source.locator},
        "deviation": entry.deviation,
        "derivation": f"derivations/{record.script}.py" if record.script else "",
        "underived": record.underived,
        "partner": record.partner,
    }


def _plain(entry: Formula, verdict: Verdict) -> list[str]:
    about = description(entry)
    symbols = [str(symbol) + _assumption(symbol) for symbol in entry.symbols]
    lines = {
        "statement": in_words(entry.statement),
        "latex": about["latex"],
        "domain": "; ".join([about["domain"]] * (about["domain"] != "True") + symbols),
        "only where": about["only_where"],
        "source": about["source"]["text"],
        "deviation": about["deviation"],
        "derived in": about["derivation"] or f"not here: {about['underived']}",
        "partner": about["partner"],
    }
    text = [f"{entry.id}\n  {entry.title}\n\n"]
    for name, content in lines.items():
        if content:
            text.append(common.labelled(name, content))
    return [*text, "\n", *verify.report(verdict)]


def in_words(statement: Any) -> str:
    """The statement on one line, in the syntax of SymPy's expressions."""
    claim = f"{statement.lhs} = {statement.rhs}"
    if not hasattr(statement, "remainder"):
        return claim
    towards = f"as {statement.variable} -> {statement.limit}"
    if type(statement).__name__ == "ConvergesInLaw":
        return f"{statement.lhs} -> {statement.rhs} {towards}, error O({statement.remainder})"
    return f"{claim} + O({statement.remainder}) {towards}"


def _assumption(symbol: Any) -> str:
    if symbol.is_positive:
        return " > 0"
    if symbol.is_nonnegative:
        return " >= 0"
    return " real" if symbol.is_real else ""
