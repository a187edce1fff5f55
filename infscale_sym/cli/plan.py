"""`infscale plan`: how to spend a budget, or reach a target error, on training examples and on sampled answers."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from infscale_sym.cli import common
from infscale_sym.cli.numbers import Domain, doubles, number, numbers, whole_number
from infscale_sym.errors import DomainError

_EPILOG = """\
The model is that of `infscale simulate regression`: n examples in d dimensions, answers from the posterior predictive, a judge
with Delta_R = (1 + c) Delta_T that selects by softmax of -(y - y_R)^2/T. What is not given of c and T is chosen best.
Money: cost = PRICE-EXAMPLE n + PRICE-ANSWER PROMPTS k; with one prompt, the default, PRICE-ANSWER is the price of one answer to
everything that is asked.

examples:
  infscale plan --d 50 --sigma 1 --gamma 1 --nu 1 --price-example 1 --price-answer 0.01 --prompts 100 --budget 1000
  infscale plan --d 50 --sigma 1 --gamma 1 --nu 1 --price-example 1 --price-answer 1 --target 0.01 --json
  infscale plan --d 20 --sigma 0.5 --gamma 1 --nu 1 --Sigma power:1 --price-example 1 --price-answer 2 --budget 99 --judge 0.5

exit code: 1 if no plan reaches the target; what is then printed is the least error, and where it is"""

_NUMBERS = ("n", "k", "T", "c", "error", "uncertainty", "finite_size", "numerical", "cost")
_COLUMNS = ("cost", "error", "n", "k", "T", "c")


def add(subparsers: Any) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "plan",
        help="how to split a budget between training data and answers, or reach a target",
        description="The best number of training examples n, of answers k, temperature T and judge c for a budget or for a "
        "target error; the error to expect, what the next unit of money should buy, and the frontier of error against cost.",
        epilog=_EPILOG,
    )
    for name, meaning in (
        ("d", "dimensions"),
        ("sigma", "standard deviation of the noise, units of y"),
        ("gamma", "standard deviation of the student's prior of a weight"),
        ("price-example", "price of a training example (0: free)"),
        ("price-answer", "price of an answer to one prompt (0: free)"),
    ):
        parser.add_argument(f"--{name}", required=True, metavar="NUMBER", help=meaning)
    teacher = parser.add_mutually_exclusive_group(required=True)
    teacher.add_argument("--nu", metavar="NUMBER", help="root mean square weight of the teacher")
    teacher.add_argument("--weights", metavar="NUMBERS", help="the teacher's d weights, in the coordinates of Sigma")
    goal = parser.add_mutually_exclusive_group(required=True)
    goal.add_argument("--budget", metavar="MONEY", help="what may be spent: the least error is sought")
    goal.add_argument("--target", metavar="ERROR", help="the error delta to reach, units of y^2: the least cost is sought")
    shape = "covariance of x: S^2, d eigenvalues, power:A for i^-(1+A), or @FILE with a matrix (default: 1)"
    parser.add_argument("--Sigma", default="1", metavar="FORM", help=shape)
    parser.add_argument("--prompts", default="1", metavar="N", help="prompts to be answered, each k times (default: 1)")
    parser.add_argument("--judge", metavar="C", help="the judge's c, 0 is the teacher (default: the best)")
    parser.add_argument("--temperature", metavar="T", help="temperature, units of y^2, 0 to inf (default: the best)")
    parser.add_argument("--max-examples", metavar="N", help="examples that there are at most")
    parser.add_argument("--max-answers", metavar="K", help="answers to a prompt at most")
    parser.add_argument("--json", action="store_true", help=f"print JSON (schema {common.SCHEMA}) for machines")
    parser.add_argument("-o", "--output", metavar="FILE", help="draw the frontier into FILE (.png, .svg or .pdf)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Plan, print and draw; 1 if the target is out of reach. Raises DomainError before anything is written."""
    settings = _settings(arguments)
    if arguments.output is not None:
        from infscale_sym.present.style import check_suffix

        check_suffix(arguments.output)
        common.check_output(arguments.output)
    from infscale_sym.theory.planning.plan import plan

    with _Stages() as stages:
        found = plan(**settings, progress=stages.tell)
    if arguments.output is not None:
        from infscale_sym.present.style import save
        from infscale_sym.theory.planning.figures import frontier_picture

        save(frontier_picture(found).figure, arguments.output)
    lines = [common.document(**as_text(found))] if arguments.json else [f"{line}\n" for line in found.lines()]
    common.write(lines, None)
    return 0 if found.reachable else 1


def as_text(found: Any) -> dict[str, Any]:
    """The plan as the JSON document shows it: numbers as decimal texts."""
    more, front = found.next_unit, found.frontier
    points = zip(*(getattr(front, name).tolist() for name in _COLUMNS), strict=True)
    return {
        "reachable": found.reachable,
        **{name: _plain(getattr(found, name)) for name in _NUMBERS},
        "next_unit": {"buy": more.buy, "training": _plain(more.training), "answers": _plain(more.answers)},
        "notes": list(found.notes),
        "frontier": [dict(zip(_COLUMNS, map(_plain, point), strict=True)) for point in points],
    }


def _plain(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """The texts as numbers. Raises DomainError."""

    def real(text: str | None, name: str, infinite: bool = False) -> float | None:
        return None if text is None else float(number(text, Domain(name, infinite=infinite)))

    d = whole_number(arguments.d, "d", 1, 10**15)
    settings: dict[str, Any] = {
        name: real(getattr(arguments, name), name.replace("_", "-"), name == "temperature")
        for name in ("sigma", "gamma", "price_example", "price_answer", "budget", "target", "judge", "temperature")
    }
    for name, low in (("prompts", 1), ("max_examples", 0), ("max_answers", 1)):
        text = getattr(arguments, name)
        settings[name] = None if text is None else whole_number(text, name.replace("_", "-"), low, 10**15)
    if arguments.weights is not None:
        settings["teacher"] = doubles(numbers(arguments.weights, Domain("weights")))
    else:
        settings["teacher"] = real(arguments.nu, "nu")
    return {"d": d, "Sigma": _covariance(arguments.Sigma, d), **settings}


def _covariance(text: str, d: int) -> Any:
    """Sigma as `infscale simulate` reads it, or a power law."""
    if not text.startswith("power:"):
        from infscale_sym.cli.simulate import read_covariance

        return read_covariance(text)
    exponent = number(text.removeprefix("power:"), Domain("Sigma (power:A)", 0, 20))
    if d > 10**5:
        raise DomainError(f"Sigma: a power law needs d up to 1e+05; got {d}")
    from infscale_sym.theory.regression.values.spectrum import PowerLaw

    return PowerLaw(float(exponent), d)


class _Stages:
    """What is being done, on standard error, if it takes long and somebody sees it."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.shown = False
        self.watched = common.watched()

    def __enter__(self) -> _Stages:
        return self

    def tell(self, stage: str) -> None:
        """Show the stage in place of the one before."""
        if self.watched and time.monotonic() - self.begun > common.PATIENCE:
            sys.stderr.write(f"\r\x1b[K{stage} ...")
            sys.stderr.flush()
            self.shown = True

    def __exit__(self, *_: object) -> None:
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
