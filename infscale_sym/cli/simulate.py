"""`infscale simulate selection|regression`: draw and count, with standard errors.

`selection` puts the exact value F beside each estimate and says how many standard errors lie between: the two are
computed by parts of the package that share nothing but the definition.
"""

from __future__ import annotations

import argparse
import itertools
import math
from pathlib import Path
from typing import Any

from infscale_sym.cli import common, error
from infscale_sym.cli.numbers import MOST_POINTS, SYNTAX, Domain, doubles, number, numbers, whole_number, whole_numbers
from infscale_sym.cli.progress import Progress, duration
from infscale_sym.errors import DomainError

MOST = 10**15  # of anything that is drawn one by one
LARGEST_FILE = 1 << 26

_MODEL = """\
Model: features phi = x/sqrt(d), x ~ N(0, Sigma); teacher y = w_T.phi + sigma eps; the student fits n pairs by Bayesian
linear regression (prior N(0, gamma^2 I), noise sigma), predicts N(m, s^2) at a new prompt and draws k answers from it;
the judge selects by softmax of -(y - y_R)^2/T with y_R = y_T - c (m - y_T); the teacher scores."""

_SELECTION = f"""\
{SYNTAX}.
Several t, tau, rho form a product, each point with the same seed. Points of a range of k go to the nearest integer.

examples:
  infscale simulate selection --k 1,2,4,8 --t 0.5 --tau 1 --rho 1 --trials 1e5 --seed 1
  infscale simulate selection --k 1:100:x5 --t 0 --tau 0.5 --rho 0.5 --trials 2e4 --json"""

_REGRESSION = f"""\
{_MODEL}

{SYNTAX}.

examples:
  infscale simulate regression --n 200 --d 10 --sigma 0.5 --gamma 1 --k 1,4,16 --T 0 --prompts 500 --training-sets 20
  infscale simulate regression --n 100 --d 3 --sigma 0.5 --gamma 1 --Sigma 0.5,1,2 --judge 5 --k 1:50:x4 --T 0.1 --json"""


def add(subparsers: Any) -> None:
    """Register the subcommand and its two kinds."""
    parser = subparsers.add_parser(
        "simulate",
        help="draw and count: selection at fixed offsets, or teacher and student end to end",
        description="Monte Carlo with standard errors; the seed fixes every number, whatever the number of workers.",
        epilog="examples:\n  infscale simulate selection --help\n  infscale simulate regression --help",
    )
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", title="kinds", required=True)
    selection = kinds.add_parser(
        "selection",
        help="the choice among k answers at fixed offsets",
        description="F_k(t; tau, rho) by drawing k answers, weighting and averaging; beside it the exact value.",
        epilog=_SELECTION,
    )
    for name, meaning in (
        ("k", "numbers of answers (integers)"),
        ("t", "temperature T/(2 s^2), 0 to inf"),
        ("tau", "teacher's offset (m - y_T)/s"),
        ("rho", "judge's offset (m - y_R)/s"),
    ):
        selection.add_argument(f"--{name}", required=True, metavar="NUMBERS", help=meaning)
    selection.add_argument("--trials", default="1e5", metavar="N", help="independent trials (default: 1e5)")
    _add_common(selection, run_selection)
    regression = kinds.add_parser(
        "regression",
        help="training data, fit, prompts, answers, choice, score",
        description="delta(k, T) over prompts and training sets; standard errors over training sets.",
        epilog=_REGRESSION,
    )
    for name, meaning in (
        ("n", "training pairs"),
        ("d", "dimensions"),
        ("sigma", "standard deviation of the noise"),
        ("gamma", "standard deviation of the prior of a weight"),
    ):
        regression.add_argument(f"--{name}", required=True, metavar="NUMBER", help=meaning)
    regression.add_argument("--k", required=True, metavar="NUMBERS", help="numbers of answers (integers)")
    regression.add_argument("--T", default="0", metavar="NUMBER", help="temperature, units of y^2 (default: 0, best of k)")
    shape = "covariance of x: S^2, or d eigenvalues, or @FILE with a d x d matrix as text (default: 1)"
    regression.add_argument("--Sigma", default="1", metavar="NUMBERS|@FILE", help=shape)
    width = "the teacher's weights are N(0, SCALE^2 I) (default: gamma)"
    regression.add_argument("--teacher-scale", metavar="SCALE", help=width)
    again = "draw a new teacher for every training set (default: one for all)"
    regression.add_argument("--redraw-teacher", action="store_true", help=again)
    regression.add_argument("--judge", default="0", metavar="C", help="the judge's c (default: 0, the teacher)")
    regression.add_argument("--prompts", default="1000", metavar="N", help="prompts per training set (default: 1000)")
    regression.add_argument("--training-sets", default="20", metavar="N", help="independent training sets (default: 20)")
    _add_common(regression, run_regression)


def _add_common(parser: argparse.ArgumentParser, run: Any) -> None:
    parser.add_argument("--seed", default="0", metavar="N", help="integer >= 0 (default: 0)")
    parser.add_argument("--workers", metavar="N", help="threads (default: all processors); no number depends on it")
    parser.add_argument("--anyway", action="store_true", help="run even if it will take longer than an hour")
    common.add_output(parser)
    parser.set_defaults(run=run)


def run_selection(arguments: argparse.Namespace) -> int:
    """Simulate at every point of the product and print. Raises DomainError before anything is drawn."""
    k = whole_numbers(arguments.k, "k", 1, MOST)
    lists = [
        numbers(arguments.t, Domain("t", 0, 10**300, infinite=True)),
        numbers(arguments.tau, Domain("tau", -(10**6), 10**6)),
        numbers(arguments.rho, Domain("rho", -(10**6), 10**6)),
    ]
    trials = whole_number(arguments.trials, "trials", 2, MOST)
    seed = whole_number(arguments.seed, "seed", 0, 10**300)
    workers = common.worker_count(arguments.workers, "workers")
    if len(k) * math.prod(len(points) for points in lists) > MOST_POINTS:
        raise DomainError(f"the product of the lists must have at most {MOST_POINTS:.0e} points; got more")
    common.check_output(arguments.output)
    from infscale_sym.simulate import selection

    points = list(itertools.product(*lists))
    many = f" at each of {len(points)} points" if len(points) > 1 else ""
    work = f"{len(points) * max(k) * trials:.2g} answers ({trials:.6g} trials of {max(k):.6g}{many})"
    advice = "take fewer --trials or a smaller --k, look up the exact value with `infscale error`"
    rows = []
    with _watch(arguments, len(points), work, advice) as progress:
        for texts in points:
            t, tau, rho = doubles(list(texts))
            result = selection(k, t, tau, rho, trials=trials, seed=seed, workers=workers, progress=progress.update)
            for each, mean, sigma in zip(k, result.mean.tolist(), result.standard_error.tolist(), strict=True):
                exact = exact_value(str(each), *texts)
                # Without spread between the trials there is nothing to measure a deviation in.
                deviation = None if exact is None or not sigma > 0 else (mean - exact) / sigma
                rows.append(((str(each), *texts), mean, sigma, exact, deviation))
    if arguments.json:
        values = [
            dict(zip(error.NAMES, point, strict=True))
            | {"mean": repr(mean), "standard_error": repr(sigma)}
            | {"exact": None if exact is None else repr(exact)}
            | {"deviation": None if deviation is None else f"{deviation:.3f}"}
            for point, mean, sigma, exact, deviation in rows
        ]
        text = [common.document(trials=str(trials), seed=str(seed), values=values)]
    else:
        head = (*error.NAMES, "mean", "standard error", "exact F", "deviation")
        lines = [
            (*point, f"{mean:.7g}", f"{sigma:.2g}", _or_dash(exact, ".10g"), _or_dash(deviation, "+.2f"))
            for point, mean, sigma, exact, deviation in rows
        ]
        note = f"{trials} trials, seed {seed}; deviation in standard errors; rows of one point share their draws\n"
        text = [*common.table(head, lines, left=("mean", "standard error", "exact F")), note]
    common.write(text, arguments.output)
    return 0


def _watch(arguments: argparse.Namespace, points: int, work: str, advice: str) -> Progress:
    """Progress over `points` runs of the simulator, refusing what takes longer than an hour unless the user insists."""

    def refuse(seconds: float) -> str:
        return f"{work} would take about {duration(seconds)} here: {advice}, or say --anyway"

    return Progress("infscale simulate", points, refuse=None if arguments.anyway else refuse)


def exact_value(*point: str) -> float | None:
    """F at the point, or None where it lies outside the range of the exact evaluator."""
    from infscale_sym.theory.selection.values.numeric import selection_error_numpy

    try:
        for name, text in zip(error.NAMES, point, strict=True):
            error.DOMAINS[name].check(text)
    except DomainError:
        return None
    return float(selection_error_numpy(*doubles(list(point))))


def run_regression(arguments: argparse.Namespace) -> int:
    """Simulate and print. Raises DomainError before anything is drawn."""
    n, d = (whole_number(getattr(arguments, name), name, 1, MOST) for name in ("n", "d"))
    k = whole_numbers(arguments.k, "k", 1, MOST)
    scales = ("sigma", "gamma", "T", "judge")
    sigma, gamma, temperature, judge = (_real(getattr(arguments, name), name) for name in scales)
    width = gamma if arguments.teacher_scale is None else _real(arguments.teacher_scale, "teacher-scale")
    if arguments.teacher_scale is not None and not width > 0:
        raise DomainError(f"teacher-scale must be > 0; got {width:g}")
    prompts = whole_number(arguments.prompts, "prompts", 1, MOST)
    sets = whole_number(arguments.training_sets, "training-sets", 2, MOST)
    seed = whole_number(arguments.seed, "seed", 0, 10**300)
    workers = common.worker_count(arguments.workers, "workers")
    covariance = read_covariance(arguments.Sigma)
    common.check_output(arguments.output)
    from infscale_sym.simulate import regression

    work = f"{sets:.6g} training sets of {n:.6g} pairs, each with {prompts:.6g} prompts of {max(k):.6g} answers,"
    advice = "take fewer --training-sets or --prompts, a smaller --n, --d or --k"
    with _watch(arguments, 1, work, advice) as progress:
        result = regression(
            n, d, sigma, gamma,
            k=k, T=temperature, prompts=prompts, training_sets=sets, seed=seed, Sigma=covariance,
            teacher=("normal", width), redraw_teacher=arguments.redraw_teacher, judge=judge,
            workers=workers, progress=progress.update,
        )  # fmt: skip
    curves = {"delta": result.delta, "selection_error": result.selection_error}
    moments = {
        "variance": ("E s^2", result.variance),
        "teacher_offset_square": ("E Delta_T^2", result.teacher_offset_square),
        "offset_product": ("E Delta_T Delta_R", result.offset_product),
        "judge_offset_square": ("E Delta_R^2", result.judge_offset_square),
    }
    if arguments.json:
        values = [
            {"k": str(each)} | {name: _estimate(curve.mean[i], curve.standard_error[i]) for name, curve in curves.items()}
            for i, each in enumerate(k)
        ]
        averages = {name: _estimate(each.mean, each.standard_error) for name, (_, each) in moments.items()}
        settings = {"prompts": str(prompts), "training_sets": str(sets), "seed": str(seed), "T": repr(temperature)}
        text = [common.document(**settings, values=values, moments=averages)]
    else:
        lines = [
            (str(each), *(cell for curve in curves.values() for cell in _cells(curve.mean[i], curve.standard_error[i])))
            for i, each in enumerate(k)
        ]
        head = ("k", "delta", "std error", "delta/s^2", "std error")
        averages = [(label, *_cells(each.mean, each.standard_error)) for label, each in moments.values()]
        note = f"{prompts} prompts in each of {sets} training sets, seed {seed}; standard errors over training sets\n"
        text = [*common.table(head, lines, left=head[1:]), "\n"]
        text += [*common.table(("average", "mean", "std error"), averages, left=("average", "mean", "std error")), note]
    common.write(text, arguments.output)
    return 0


def read_covariance(text: str) -> Any:
    """Sigma as a number, a list of eigenvalues, or the matrix in the file after `@` (rows as lines)."""
    if not text.startswith("@"):
        values = doubles(numbers(text, Domain("Sigma")))
        return values[0] if len(values) == 1 else values
    name = text[1:]
    try:
        path = Path(name)
        if path.stat().st_size > LARGEST_FILE:
            raise DomainError(f"Sigma: {name!r} must have at most {LARGEST_FILE} bytes; got {path.stat().st_size}")
        content = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise DomainError(f"Sigma: cannot read {name!r}: {(problem.strerror or str(problem)).lower()}") from None
    except ValueError:  # no text, or no file name
        raise DomainError(f"Sigma: {name!r} must be a text file of numbers; got something else") from None
    rows: list[list[float]] = []
    for position, line in enumerate(content.splitlines(), 1):
        words = line.partition("#")[0].replace(",", " ").split()
        if words:
            entry = Domain(f"Sigma ({name}, line {position})")
            rows.append([float(number(word, entry)) for word in words])
    if not rows or any(len(row) != len(rows) for row in rows):
        shape = f"{len(rows)} rows of {sorted({len(row) for row in rows})} numbers" if rows else "no numbers"
        raise DomainError(f"Sigma: {name!r} must hold a square matrix, one row a line; got {shape}")
    return rows


def _real(text: str, name: str) -> float:
    return float(number(text, Domain(name, infinite=name == "T")))


def _estimate(mean: float, sigma: float) -> dict[str, str]:
    return {"mean": repr(float(mean)), "standard_error": repr(float(sigma))}


def _cells(mean: float, sigma: float) -> tuple[str, str]:
    return f"{mean:.6g}", f"{sigma:.2g}"


def _or_dash(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
