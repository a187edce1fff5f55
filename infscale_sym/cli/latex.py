"""`infscale latex`: the formulas and their derivations to take along, in the reader's own notation if wanted."""

from __future__ import annotations

import argparse
import contextlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infscale_sym.cli import common
from infscale_sym.cli.progress import Progress
from infscale_sym.errors import DomainError

if TYPE_CHECKING:
    from infscale_sym.derive.engine import Derivation

_EPILOG = r"""
examples:
  infscale latex best-of-k.leading
  infscale latex best-of-k.leading --derivation --format align
  infscale latex --all --derivation -o paper.tex
  infscale latex best-of-k.leading --format equation -o leading.tex
  infscale latex --all -o formulas.html
  infscale latex best-of-k.misspecified --symbols mine.toml

mine.toml holds lines such as
  tau = "\\Delta_T/s"
  kappa = "R"
  F = "\\mathcal{E}"
  SelectionError = "\\delta_{#1}(#3, #4; #2)/s^2"
A name is a symbol, a named quantity, or its letter; #1, #2 ... stand for a quantity's arguments."""

#: The format that the ending of a file's name asks for.
_BY_ENDING = {".tex": "tex", ".md": "markdown", ".html": "html", ".htm": "html"}


def add(subparsers: Any) -> None:
    """Register the subcommand."""
    from_document = ("equation", "align", "tex", "markdown", "html")
    parser = subparsers.add_parser(
        "latex",
        help="formulas and derivations as LaTeX, Markdown or HTML",
        description="Export formulas as environments to paste (equation, align), as a complete LaTeX document (tex), as "
        "Markdown, or as a page that a browser shows without network (html). Without --format the file's name decides: "
        ".tex is a complete document, .md Markdown, .html a page; anything else, standard output too, gets equation "
        "environments, which hold the statements alone; the others name domain and source too. To write a fragment for "
        "\\input into FILE.tex, say --format equation or align.",
        epilog=_EPILOG,
    )
    parser.add_argument("ids", metavar="ID", nargs="*", help="ids of formulas (see `infscale list`)")
    parser.add_argument("--all", action="store_true", help="every formula")
    parser.add_argument("--derivation", action="store_true", help="with the derivation, run and checked now")
    parser.add_argument("--jobs", metavar="N", help="processes for the derivations (default: all processors)")
    usual = "default: by the ending of FILE, else equation"
    parser.add_argument("--format", choices=from_document, help=usual)
    parser.add_argument("--symbols", metavar="FILE", help="your own notation (TOML, or JSON if it ends in .json)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to FILE instead of standard output")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print or write the export. Raises UnknownFormula and DomainError."""
    common.check_output(arguments.output)
    jobs = common.worker_count(arguments.jobs, "jobs")
    if bool(arguments.ids) == bool(arguments.all):
        raise DomainError("give one or more formula ids, or --all" + (", not both" if arguments.ids else ""))
    from infscale_sym.catalog import formula, formulas
    from infscale_sym.present.document import render
    from infscale_sym.present.rename import Renaming

    entries = formulas() if arguments.all else tuple(formula(id) for id in dict.fromkeys(arguments.ids))
    symbols = Renaming.from_file(arguments.symbols) if arguments.symbols is not None else None
    derivations = {}
    if arguments.derivation:
        without = [entry.id for entry in entries if not (entry.script or entry.proof)]
        if without and not arguments.all:
            raise DomainError(f"{without[0]} has no derivation here: {formula(without[0]).underived}")
        ids = [entry.id for entry in entries if entry.script or entry.proof]
        found = common.results(derive, ids, jobs)
        with Progress("infscale latex", len(ids), "derivation") as progress, contextlib.closing(found):
            for id, derivation in zip(ids, found, strict=True):
                derivations[id] = derivation
                progress.update(1)
    format = arguments.format or _BY_ENDING.get(Path(arguments.output or "").suffix.lower(), "equation")
    text = render(entries, format, symbols, derivations)
    common.write([text], arguments.output)
    return 0


def derive(id: str) -> Derivation | None:
    """The derivation of a formula that has one, run now."""
    from infscale_sym.catalog import formula

    with contextlib.redirect_stdout(io.StringIO()):  # the scripts speak to the reader of their notebook
        return formula(id).derivation()
