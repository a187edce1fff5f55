"""Speed of the selection error F_k(t; tau, rho) in NumPy, beside competent and naive alternatives.

    python benchmarks/selection_error.py [--quick] [--json] [--repeats N]

The everyday call: 1000 prompts (|tau| <= 3, |rho| <= 4, uniform), each with 200 values of k from 1 to 1e6, at one t;
then 1e5 prompts; then one scalar. Beside it, in the same run and in turn, Gauss-Legendre quadrature with well-placed
breakpoints at the same accuracy on all processors, the library on one (`_gauss`); plain Monte Carlo to a relative standard
error of 1e-3; and `scipy.integrate.quad` on the textbook integrand. The errors of both are measured against Arb
enclosures (t = 0) and self-validated mpmath values (t > 0), and against each other at every point.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from _common import Seconds, Table, at_least, interleaved, median_ratio, parser, processors, rate, run, say
from _gauss import gauss_selection_error
from _naive import monte_carlo, quad_best_of_k, quad_selection_error
from numpy.typing import NDArray

from infscale_sym.theory.selection.values.numeric import selection_error_numpy

Array = NDArray[np.float64]

TEMPERATURES = (0.0, 1e-3, 0.05, 1.0, 50.0)
MONTE_CARLO = ((10, 0.0, 0.5, 0.5), (100, 0.0, 0.5, 0.5), (100, 0.05, 1.0, 2.0), (100, 1.0, 1.0, 2.0))


def measure(arguments: argparse.Namespace) -> list[Table]:
    rng = np.random.default_rng(20251219)
    k = np.geomspace(1, 1e6, 200)
    tau, rho = rng.uniform(-3, 3, 1000), rng.uniform(-4, 4, 1000)
    # A fifth with judge = teacher, where at small t and large k the error itself is tiny.
    rho[::5] = tau[::5]
    many = 20_000 if arguments.quick else 100_000
    return [
        everyday(k, tau, rho, arguments),
        large(k, rng.uniform(-3, 3, many), rng.uniform(-4, 4, many), arguments),
        scalar(rng, arguments),
        sampling(arguments),
        naive(rng, arguments),
    ]


def library(k: Array, t: float, tau: Array, rho: Array) -> Array:
    """F for every prompt and every k by the package, shape (n, n_k)."""
    return selection_error_numpy(k, t, tau[:, None], rho[:, None])


def everyday(k: Array, tau: Array, rho: Array, arguments: argparse.Namespace) -> Table:
    rows = []
    for t in TEMPERATURES:
        say(f"1000 prompts, t = {t:g}")
        ours, theirs = library(k, t, tau, rho), gauss_selection_error(k, t, tau, rho)
        apart = np.abs(ours / theirs - 1).max()
        errors = reference_errors(k, t, tau, rho, ours, theirs, 3 if arguments.quick else arguments.references)
        seconds = interleaved(
            arguments.repeats,
            library=lambda t=t: library(k, t, tau, rho),
            gauss=lambda t=t: gauss_selection_error(k, t, tau, rho, threads=processors()),
        )
        points = tau.size * k.size
        rows.append([f"{t:g}", *_compared(points, **seconds), *(f"{e:.1e}" for e in (*errors, apart))])
    columns = ("library, rel. error", "Gauss-Legendre, rel. error", "largest rel. difference")
    note = (
        "Medians of the runs; in brackets by CPU time of all threads together. Errors: the largest at random points "
        "against references that share no code with either; difference: the largest between the two at all points."
    )
    return Table(f"1000 prompts × 200 k; the alternative on {processors()} threads", (*_COMPARED, *columns), rows, note)


_COMPARED = ("t", "library, points/s", "Gauss-Legendre, points/s", "library : Gauss-Legendre")


def _compared(points: int, library: Seconds, gauss: Seconds) -> list[str]:
    """The cells for the columns _COMPARED after the first."""
    cells = [f"{rate(points, each.wall)} ({rate(points, each.cpu)})" for each in (library, gauss)]
    ratios = median_ratio(gauss.wall, library.wall), median_ratio(gauss.cpu, library.cpu)
    return [*cells, f"{ratios[0]:.2f} ({ratios[1]:.2f})"]


def reference_errors(k: Array, t: float, tau: Array, rho: Array, ours: Array, theirs: Array, count: int) -> tuple[float, float]:
    """Largest relative errors of two results at `count` random points of the grid."""
    rng = np.random.default_rng(7)
    worst = [0.0, 0.0]
    exact = _enclosed if t == 0 else _validated
    for i, j in zip(rng.integers(tau.size, size=count), rng.integers(k.size, size=count), strict=True):
        wanted = exact(float(k[j]), t, float(tau[i]), float(rho[i]))
        for place, got in enumerate((ours[i, j], theirs[i, j])):
            worst[place] = max(worst[place], abs(float((type(wanted)(got) - wanted) / wanted)))
    return worst[0], worst[1]


def _enclosed(*point: float) -> Any:
    from infscale_sym.theory.selection.values.enclosure import selection_error_arb

    return selection_error_arb(*point, digits=25).mid()


def _validated(*point: float) -> Any:
    from infscale_sym.theory.selection.values.highprec import selection_error_mp

    return selection_error_mp(*point, digits=20)


def large(k: Array, tau: Array, rho: Array, arguments: argparse.Namespace) -> Table:
    rows, part = [], slice(2000)
    for t in TEMPERATURES:
        say(f"{tau.size} prompts, t = {t:g}")
        seconds = interleaved(
            max(1, arguments.repeats // 2),
            library=lambda t=t: library(k, t, tau, rho),
            gauss=lambda t=t: gauss_selection_error(k, t, tau[part], rho[part], threads=processors()),
        )
        seconds["gauss"] = seconds["gauss"].scaled(tau.size / 2000)
        rows.append([f"{t:g}", *_compared(tau.size * k.size, **seconds)])
    note = "Gauss-Legendre was run on the first 2000 prompts: its cost is proportional to their number."
    return Table(f"{tau.size} prompts × 200 k; the alternative on {processors()} threads", _COMPARED, rows, note)


def scalar(rng: np.random.Generator, arguments: argparse.Namespace) -> Table:
    rows = []
    for t in TEMPERATURES:
        points = [
            (float(10 ** rng.uniform(0, 6)), t, float(rng.uniform(-3, 3)), float(rng.uniform(-4, 4)))
            for _ in range(10 * arguments.repeats)
        ]
        times = [_seconds(selection_error_numpy, point) for point in points]
        single = [_seconds(gauss_selection_error, (np.array([p[0]]), t, np.array(p[2:3]), np.array(p[3:]))) for p in points]
        ours, theirs = statistics.median(times), statistics.median(single)
        rows.append([f"{t:g}", f"{1e3 * ours:.2f}", f"{1e3 * max(times):.2f}", f"{1e3 * theirs:.2f}"])
    columns = ("t", "library, median ms", "library, slowest ms", "Gauss-Legendre, median ms")
    note = f"{10 * arguments.repeats} random points with 1 <= k <= 1e6, each the best of 3 calls."
    return Table("One scalar call", columns, rows, note)


def _seconds(function: Callable[..., object], point: tuple) -> float:
    """The best of 3 calls."""
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        function(*point)
        best = min(best, time.perf_counter() - start)
    return best


def sampling(arguments: argparse.Namespace) -> Table:
    accuracy = 1e-2 if arguments.quick else 1e-3
    rows = []
    for k, t, tau, rho in MONTE_CARLO:
        say(f"Monte Carlo, k = {k}, t = {t:g}")
        sampled = monte_carlo(k, t, tau, rho, accuracy, seed=1, threads=processors(), limit=60.0)
        wanted = float(selection_error_numpy(k, t, tau, rho))
        ours = _seconds(selection_error_numpy, (k, t, tau, rho))
        seconds = f"{sampled.seconds:.2f}" if sampled.finished else f"> {sampled.seconds:.0f}"
        off = (sampled.mean - wanted) / sampled.standard_error
        row = [k, f"{t:g}", tau, rho, f"{sampled.draws:.1e}", seconds, f"{off:+.1f}", f"{1e3 * ours:.2f}"]
        rows.append([*row, f"{sampled.seconds / ours:.0f}"])
    columns = ("k", "t", "tau", "rho", "normals drawn", "Monte Carlo, s", "off by (standard errors)", "library, ms")
    note = "One point. The library is timed on the scalar call, its slowest kind; its accuracy is 1e-13."
    title = f"Plain Monte Carlo to a relative standard error of {accuracy:g}, {processors()} threads"
    return Table(title, (*columns, "ratio of times"), rows, note)


def naive(rng: np.random.Generator, arguments: argparse.Namespace) -> Table:
    rows = []
    nested = min(arguments.nested, 5) if arguments.quick else arguments.nested
    for label, count, warm in (("t = 0", 1000, False), ("1e-3 <= t <= 50", nested, True)):
        say(f"quad, {label}")
        wrong = silent = confident = zero = 0
        start = time.perf_counter()
        for _ in range(count):
            k, tau, rho = float(10 ** rng.uniform(0, 6)), float(rng.uniform(-3, 3)), float(rng.uniform(-4, 4))
            t = float(10 ** rng.uniform(-3, np.log10(50))) if warm else 0.0
            got = quad_selection_error(k, t, tau, rho) if warm else quad_best_of_k(k, tau, rho)
            wanted = float(selection_error_numpy(k, t, tau, rho))
            error = abs(got.value - wanted)
            if error <= 1e-3 * wanted:
                continue
            wrong += 1
            silent += not got.warned
            confident += got.estimate < error / 100
            zero += got.value == 0
        each = (time.perf_counter() - start) / count
        shares = (f"{100 * number / count:.0f} %" for number in (wrong, silent, confident, zero))
        rows.append([label, count, *shares, f"{1e3 * each:.1f}"])
    columns = ("points", "number", "wrong", "wrong, no warning", "wrong, error estimate > 100 times too small")
    note = (
        "Wrong: relative error above 1e-3. Random points, k log-uniform in [1, 1e6], |tau| <= 3, |rho| <= 4. Integrands "
        "and settings as one would write them first; at t > 0 the two inner integrals are quad's, too."
    )
    return Table("`scipy.integrate.quad`, infinite limits", (*columns, "exactly 0", "ms each"), rows, note)


def main() -> None:
    options = parser("Speed of the selection error F_k(t; tau, rho) beside alternatives.")
    help_text = "reference values at each t for the measured errors [12]"
    options.add_argument("--references", type=at_least(1), default=12, metavar="N", help=help_text)
    help_text = "points at t > 0 for the naive nested quad, about a second each [40]"
    options.add_argument("--nested", type=at_least(1), default=40, metavar="N", help=help_text)
    run("selection_error", measure, options)


if __name__ == "__main__":
    main()
