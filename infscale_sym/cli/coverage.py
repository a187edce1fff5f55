"""`infscale coverage`: the Beta law of pass@k fitted to counts (`fit`), and what a target costs (`cost`)."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from infscale_sym.cli import common
from infscale_sym.cli.numbers import Domain, number, whole_number, whole_numbers
from infscale_sym.errors import DomainError

_FIT = """\
FILE holds one row a problem: problem, attempts, successes, found by the names in a header (task, n, correct and other
synonyms too) or by position; `-` is standard input. Comma, semicolon, tab, bar or spaces. Attempts may differ between
problems. Rows that cannot be used are all listed, with their line numbers, and nothing is computed.

The model: an attempt fails with probability p ~ Beta(a, b), drawn once a problem; a share 1 - A is never solved; then
pass@k = A (1 - E p^k), and the failures fall as k^-b. `unbiased` is the estimate without any law, for k within the attempts;
`these` is the forecast for the very problems of the table, `pass@k` for a new one from the same source.
Stopped attempts (--stopped, or a column `stopped`) end at the first success, or at a cap.

examples:
  infscale coverage fit counts.csv
  infscale coverage fit counts.csv --k 1,10,100,1000 --ceiling free --level 0.9 --plot coverage.png
  infscale coverage fit stopped.csv --stopped --json
  infscale coverage fit models.csv --where dataset=aime --where llm=small

exit code: 1 if the law does not fit (a table drawn from it is this far off with a chance below 1 - LEVEL)"""

_COST = """\
A model is a list of name=, a=, b=, ceiling= (1), tokens= (1, of an attempt) and price= (1, of a token), in any money or in
FLOPs. Costs are those of one problem; `if_stopped` is the mean cost where a check ends the attempts at the first success. How
two models fail on the same problem is not in their laws, so two answers are given: independent, and comonotone (one order of
difficulty for all), which is the worst case for the same laws.

examples:
  infscale coverage cost --model a=0.9,b=0.35,ceiling=0.97,tokens=800,price=1e-6 --target 0.9
  infscale coverage cost --model name=small,a=0.9,b=0.35 --model name=large,a=0.4,b=0.5,price=15 --target 0.9
  infscale coverage cost --model name=small,a=0.9,b=0.35 --model name=large,a=0.4,b=0.5,price=15 --budget 300 --json

exit code: 1 if no number of attempts reaches the target"""

_COLUMNS = ("k", "pass@k", "low", "high", "these", "these_low", "these_high", "unbiased", "error", "problems")


def chosen(words: list[str]) -> dict[str, str]:
    """Column and text of every `--where`. Raises DomainError."""
    for word in words:
        if word.find("=") < 1:
            raise DomainError(f"--where takes COLUMN=TEXT; got {word!r}")
    return {column: text for column, _, text in (word.partition("=") for word in words)}


def add(subparsers: Any) -> None:
    """Register the subcommand and its two parts."""
    parser = subparsers.add_parser(
        "coverage",
        help="fit the Beta law of pass@k to counts; the cheapest attempts for a target",
        description="Coverage: how many problems k attempts solve (Levi, arXiv:2410.16377).",
        epilog="`infscale coverage fit --help` and `infscale coverage cost --help` show options and examples",
    )
    parts = parser.add_subparsers(dest="part", metavar="PART", title="parts", required=True)
    fit = parts.add_parser(
        "fit",
        help="from a table of attempts and successes",
        description="Beta-binomial maximum likelihood with standard errors and profile-likelihood intervals, a test for a "
        "ceiling, goodness of fit, the tail exponent, and pass@k with its band, within the attempts and beyond.",
        epilog=_FIT,
    )
    fit.add_argument("file", metavar="FILE", help="table of counts (CSV or alike), - for standard input")
    where = "only rows with this text in a column: COLUMN=TEXT; may be repeated"
    fit.add_argument("--where", action="append", default=[], metavar="WHAT", help=where)
    fit.add_argument("--k", metavar="NUMBERS", help="attempts to tabulate, whole (default: 1 to ten times the most made)")
    fit.add_argument("--ceiling", choices=("test", "one", "free"), default="test", help="A: tested first, kept at 1, or fitted")
    fit.add_argument("--level", default="0.95", metavar="LEVEL", help="level of intervals and tests (default: 0.95)")
    fit.add_argument("--stopped", action="store_true", help="attempts ended at a success, or at a cap")
    fit.add_argument("--cap", metavar="N", help="where stopped attempts were given up (default: read from the unsolved)")
    fit.add_argument("--replicates", default="199", metavar="N", help="tables drawn to judge the fit; 0: none (default: 199)")
    fit.add_argument("--seed", default="0", metavar="N", help="seed of those tables (default: 0)")
    fit.add_argument("--plot", metavar="FILE", help="draw the fit into FILE (.png, .svg or .pdf)")
    fit.add_argument("--json", action="store_true", help=f"print JSON (schema {common.SCHEMA}) for machines")
    fit.add_argument("-o", "--output", metavar="FILE", help="write the table of pass@k as CSV into FILE")
    fit.set_defaults(run=run_fit)
    cost = parts.add_parser(
        "cost",
        help="the cheapest k, or split between models, for a target or a budget",
        description="The fewest attempts for a target pass@k, and the cheapest split of attempts between models of different "
        "price, under two assumptions on how they fail together.",
        epilog=_COST,
    )
    cost.add_argument("--model", action="append", required=True, metavar="FIELDS", help="a model; may be given up to 4 times")
    goal = cost.add_mutually_exclusive_group(required=True)
    goal.add_argument("--target", metavar="PASS", help="the pass@k to reach, between 0 and 1")
    goal.add_argument("--budget", metavar="MONEY", help="what may be spent on a problem")
    cost.add_argument("--json", action="store_true", help=f"print JSON (schema {common.SCHEMA}) for machines")
    cost.set_defaults(run=run_cost)


def run_fit(arguments: argparse.Namespace) -> int:
    """Fit, print and draw; 1 if the law is rejected, 2 with all bad rows listed. Nothing is written before all is computed."""
    level = float(number(arguments.level, Domain("level")))
    replicates = whole_number(arguments.replicates, "replicates", 0, 10**5)
    seed = whole_number(arguments.seed, "seed", 0, 10**18)
    attempts = None if arguments.k is None else whole_numbers(arguments.k, "k", 1, 10**15)
    for name in (arguments.plot, arguments.output):
        common.check_output(name)
    if arguments.plot is not None:
        from infscale_sym.present.style import check_suffix

        check_suffix(arguments.plot)
    import numpy as np

    from infscale_sym.theory.coverage.fit import BadRows, fit_coverage, read_counts

    source = sys.stdin.buffer if arguments.file == "-" else arguments.file
    try:
        counts = read_counts(source, where=chosen(arguments.where), stopped=arguments.stopped, cap=arguments.cap)
    except BadRows as problem:
        many = "1 bad row" if len(problem.rows) == 1 else f"{len(problem.rows)} bad rows"
        lines = (f"infscale coverage: {problem.source}: {many}; nothing was read", *(f"  {row}" for row in problem.rows))
        sys.stderr.writelines(common.one_line(line) + "\n" for line in lines)
        return 2
    found = fit_coverage(counts, arguments.ceiling, level=level, replicates=replicates, rng=np.random.default_rng(seed))
    rows = list(table(found, attempts if attempts is not None else default_attempts(counts.largest)))
    if arguments.plot is not None:
        from infscale_sym.present.style import save
        from infscale_sym.theory.coverage.figures_fit import fit_picture

        save(fit_picture(found).figure, arguments.plot)
    if arguments.output is not None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([_COLUMNS, *rows])
        common.write([text.getvalue()], arguments.output)
    if arguments.json:
        common.write([common.document(**as_text(found, rows))], None)
    else:
        shown = [tuple(_short(cell) for cell in row) for row in rows]
        report = [common.labelled(*line) if isinstance(line, tuple) else line for line in _paragraphs(str(found))]
        common.write([*report, "\n", *common.table(_COLUMNS, shown)], None)
    return 1 if found.goodness is not None and found.goodness.p <= 1 - level else 0


def default_attempts(most: int) -> list[int]:
    """1, 2, 5, 10 ... up to ten times the most attempts made."""
    steps = [m * 10**e for e in range(8) for m in (1, 2, 5)]
    return sorted({most, 10 * most, *(k for k in steps if k <= 10 * most)})


def table(found: Any, attempts: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """Rows of decimal texts, one for each k; empty where there is nothing to say."""
    seen, ahead = found.empirical(attempts), found.forecast(attempts)
    for i, k in enumerate(attempts):
        law = (ahead.value, ahead.low, ahead.high, ahead.these, ahead.these_low, ahead.these_high)
        plain = (seen.value, seen.standard_error)
        yield (str(k), *(_number(column[i]) for column in (*law, *plain)), str(seen.problems[i]))


def as_text(found: Any, rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The fit as the JSON document shows it: numbers as decimal texts, null where there is none."""
    test, good = found.ceiling_test, found.goodness
    tested = None if test is None else {"ratio": _number(test.ratio), "p": _number(test.p), "ceiling": _number(test.ceiling)}
    judged = None
    if good is not None and good.replicates:
        judged = {"p": _number(good.p), "distance": _number(good.distance), "replicates": good.replicates,
                  "bins": [_number(x) for x in good.bins]}  # fmt: skip
    spans = {"a": found.a_interval, "b": found.b_interval, "ceiling": found.ceiling_interval}
    return {
        "kind": found.kind,
        "problems": len(found.counts),
        **{name: _number(getattr(found, name)) or None for name in ("a", "b", "ceiling", "failure", "log_likelihood", "level")},
        "intervals": {name: [_number(span.low), _number(span.high)] for name, span in spans.items()},
        "standard_errors": {name: _number(value) for name, value in found.standard_error.items()},
        "ceiling_test": tested,
        "goodness": judged,
        "verdict": found.verdict,
        "table": [{name: cell or None for name, cell in zip(_COLUMNS, row, strict=True)} for row in rows],
    }


def run_cost(arguments: argparse.Namespace) -> int:
    """Print the cheapest attempts; 1 if the target is out of reach of every model and of all together."""
    from infscale_sym.theory.coverage.fit.cost import DEPENDENCES, cheapest, cheapest_split

    models = [_model(text, i) for i, text in enumerate(arguments.model, 1)]
    if len({model.name for model in models}) < len(models):
        raise DomainError("models must have different names")
    goal = {name: getattr(arguments, name) for name in ("target", "budget") if getattr(arguments, name) is not None}
    alone = [(m, cheapest(m, goal["target"])) for m in models] if "target" in goal else []
    splits = [cheapest_split(models, **goal, dependence=way) for way in (DEPENDENCES if len(models) > 1 else DEPENDENCES[:1])]
    names = [model.name for model in models]
    rows = [("alone", *(str(buy.k) if m is model else "0" for m in models), _number(buy.passk), _number(buy.cost),
             _number(buy.cost_if_stopped)) for model, buy in alone if buy is not None]  # fmt: skip
    if len(models) > 1 or not alone:
        found = [split for split in splits if split is not None]
        label = {way: way if len(models) > 1 else "alone" for way in DEPENDENCES}
        rows += [(label[s.dependence], *map(str, s.attempts), _number(s.passk), _number(s.cost), "") for s in found]
    head = ("attempts", *names, "pass@k", "cost", "if_stopped")
    if arguments.json:
        common.write([common.document(plans=[{n: c or None for n, c in zip(head, row, strict=True)} for row in rows])], None)
    else:
        common.write(common.table(head, [tuple(_short(cell) for cell in row) for row in rows], left=("attempts",)), None)
        for model, buy in alone:
            if buy is None:
                common.write([f"{model.name} alone never reaches {goal['target']}: its ceiling is {model.ceiling:g}\n"], None)
    return 0 if all(split is not None for split in splits) else 1


def _model(text: str, position: int) -> Any:
    from infscale_sym.theory.coverage.fit.cost import Model

    fields: dict[str, Any] = {"name": f"model {position}"}
    for part in text.split(","):
        key, sign, value = part.partition("=")
        key = key.strip().lower()
        if not sign or key not in ("name", "a", "b", "ceiling", "tokens", "price"):
            raise DomainError(f"a model is a list of name=, a=, b=, ceiling=, tokens=, price=; got {part.strip()[:40]!r}")
        fields[key] = value.strip() if key == "name" else float(number(value, Domain(key)))
    if not {"a", "b"} <= fields.keys():
        raise DomainError(f"a model needs a= and b= at least; got {text[:60]!r}")
    return Model(**fields)


def _number(value: Any) -> str:
    value = float(value)
    return "" if value != value else repr(value).removesuffix(".0")


def _short(cell: str) -> str:
    """A decimal text at a reader's precision."""
    try:
        return cell if cell.isdigit() or not cell else f"{float(cell):.6g}"
    except ValueError:
        return cell


def _paragraphs(report: str) -> Iterator[str | tuple[str, str]]:
    """Long lines of the report as labelled paragraphs."""
    for line in report.split("\n"):
        label, _, text = line.strip().partition(" ")
        yield (label, text) if line.startswith("  ") and len(line) > common.WIDTH else line + "\n"
