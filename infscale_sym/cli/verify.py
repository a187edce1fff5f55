"""`infscale verify`: every formula's verdict with its three legs of evidence, in registry order as they come in."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any

from infscale_sym.cli import common
from infscale_sym.cli.numbers import whole_number
from infscale_sym.errors import UnknownFormula

if TYPE_CHECKING:
    from infscale_sym.verify.record import Verdict

LEAST_DIGITS, USUAL_DIGITS, MOST_DIGITS = 15, 50, 1000

_EPILOG = """\
Legs of a verdict: derivation (every step checked), digits (against the exact quantity), simulation (drawn and
counted). `catches` is the smallest perturbation of the claim that this very verification notices.

examples:
  infscale verify
  infscale verify ridge.bare ridge.isotropic --jobs 1
  infscale verify best-of-k 'hte.*'
  infscale verify --digits 30 --quick --report report"""


def add(subparsers: Any) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "verify",
        help="check the formulas against exact values, derivations and simulations",
        description="Verify the formulas that are named, or all. Exit code 1 if a verdict is not the expected one.",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "ids", nargs="*", metavar="ID", help="ids of formulas, groups like best-of-k, or patterns like 'hte.*' (default: all)"
    )
    add_digits(parser)
    parser.add_argument("--jobs", metavar="N", help="processes (default: all processors); no result depends on it")
    parser.add_argument("--quick", action="store_true", help="fewer points and draws")
    parser.add_argument("--report", metavar="DIR", help="write the ledger as Markdown, JSON and LaTeX into DIR")
    common.add_output(parser, json_only=True)
    parser.set_defaults(run=run)


def add_digits(parser: argparse.ArgumentParser) -> None:
    """The option `--digits`."""
    usual = f"digits to confirm, {LEAST_DIGITS} to {MOST_DIGITS} (default: {USUAL_DIGITS})"
    parser.add_argument("--digits", metavar="N", help=usual)


def read_digits(text: str | None) -> int:
    """The value of `--digits`. Raises DomainError."""
    return USUAL_DIGITS if text is None else whole_number(text, "digits", LEAST_DIGITS, MOST_DIGITS)


def run(arguments: argparse.Namespace) -> int:
    """Verify, print, write the ledger. Raises DomainError or UnknownFormula before the work."""
    digits, jobs = read_digits(arguments.digits), common.worker_count(arguments.jobs, "jobs")
    if arguments.report is not None:
        common.check_folder(arguments.report)
    ids = chosen(arguments.ids)
    start, verdicts = time.monotonic(), []
    task = partial(examine_all, digits=digits, quick=arguments.quick)
    for group in common.in_parallel(task, related(ids), jobs, "group of formulas"):
        verdicts += group
        if not arguments.json:
            print("".join(line for verdict in group for line in (*report(verdict.as_dict()), "\n")), end="", flush=True)
    seconds = time.monotonic() - start
    held = sum(verdict.as_expected for verdict in verdicts)
    if arguments.report is not None:
        from infscale_sym.present import ledger

        ledger.write(verdicts, arguments.report)
    if arguments.json:
        fields = [verdict.as_dict() for verdict in verdicts]
        summary = {"formulas": len(ids), "as_expected": held, "not_as_expected": len(ids) - held}
        settings = {"digits": digits, "quick": arguments.quick, "seconds": round(seconds, 3)}
        common.write([common.document(**summary, **settings, verdicts=fields)], None)
    else:
        noun = "formula" if len(ids) == 1 else "formulas"
        print(f"{len(ids)} {noun}: {held} as expected, {len(ids) - held} not ({seconds:.0f} s)")
        if arguments.report is not None:
            print(f"ledger written to {arguments.report}")
    return 0 if held == len(ids) else 1


def chosen(patterns: Sequence[str]) -> list[str]:
    """The ids meant by ids, groups and patterns, each once, in registry order; all of them if none is named.

    Raises UnknownFormula for a pattern that fits none."""
    from infscale_sym import registry
    from infscale_sym.verify import evidence

    if patterns and set(patterns) <= set(evidence.ids()):  # plain ids of ours: no need to build the register
        return [id for id in evidence.ids() if id in patterns]
    ids = [entry.id for entry in registry.formulas()]
    return matching(patterns, ids) if patterns else ids


def matching(patterns: Sequence[str], ids: Sequence[str]) -> list[str]:
    """The ids that fit a pattern: the id itself, a group that it belongs to, or wildcards. Raises UnknownFormula."""
    wanted: set[str] = set()
    for pattern in patterns:
        fits = [id for id in ids if id == pattern or id.startswith(f"{pattern}.") or fnmatchcase(id, pattern)]
        if not fits:
            near = difflib.get_close_matches(pattern, ids, n=3, cutoff=0.3)
            hint = f"; the nearest are {', '.join(near)}" if near else ""
            raise UnknownFormula(f"no formula has the id {pattern!r}{hint}; `infscale list` shows them all")
        wanted.update(fits)
    return [id for id in ids if id in wanted]


def related(ids: Sequence[str]) -> list[list[str]]:
    """Runs of formulas on one subject: they ask for the same quantities and draws, which one process then keeps."""
    return [list(run) for _, run in itertools.groupby(ids, key=lambda id: id.split(".")[0])]


def examine_all(ids: Sequence[str], digits: int, quick: bool) -> list[Verdict]:
    """The verdicts on several formulas."""
    return [examine(id, digits, quick) for id in ids]


def examine(id: str, digits: int, quick: bool) -> Verdict:
    """The verdict on one formula. A verification that breaks down proves nothing: its verdict is `unknown`."""
    from infscale_sym.catalog import formula
    from infscale_sym.verify import verify
    from infscale_sym.verify.record import Leg, Verdict

    record, start = formula(id), time.monotonic()
    try:
        # A derivation is a script and prints as scripts do; that is for its notebook, not for this report.
        with contextlib.redirect_stdout(io.StringIO()):
            return verify(record, digits=digits, quick=quick)
    except Exception as problem:  # one formula must not hide what was found of the others
        evidence = common.one_line(f"the verification broke down: {type(problem).__name__}: {problem}")
        legs = tuple(Leg(name, "not reached", None, evidence) for name in ("derivation", "digits", "simulation"))
        return Verdict(id, "unknown", record.expected.value, legs, "none", time.monotonic() - start, digits, quick)


def report(row: Mapping[str, Any]) -> Iterator[str]:
    """The lines on one formula, as wide as the terminal."""
    from infscale_sym.present.report import verdict_lines

    return verdict_lines(row, common.width())
