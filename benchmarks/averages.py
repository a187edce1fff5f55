"""The error averaged over prompts and training sets: 200 k at one setting, beside the two-dimensional average.

The alternative is what one would write first: Gauss-Hermite nodes for both offsets, F at every pair. Its number of nodes is
the smallest multiple of 8 that gives 1e-9 at the largest k, up to 160; errors are against a finer mesh of the library's own
rule, which the tests compare with self-validated mpmath values and with enclosures.
"""

from __future__ import annotations

import argparse
import math
from typing import Any

import numpy as np
from _common import Table, interleaved, parser, run, say
from numpy.typing import NDArray

from infscale_sym.theory.regression.values import gaussian_pair
from infscale_sym.theory.selection.values._tables import FINE
from infscale_sym.theory.selection.values.numeric import selection_error_numpy

Array = NDArray[np.float64]

#: E tau^2, E tau rho, E rho^2: judge = teacher, easy and hard; a judge of its own; HP-code's at c = 15.
PAIRS = ((0.1, 0.1, 0.1), (0.4, 0.4, 0.4), (0.3, 0.1, 0.5), (1.0, 1.0, 1.0), (0.04, 0.64, 10.24))
TEMPERATURES = (0.0, 0.05, 1.0, 10.0)


def measure(arguments: argparse.Namespace) -> list[Table]:
    tables = []
    for title, k in (("k = 1 ... 200", np.arange(1.0, 201)), ("200 k from 1 to 1e6", np.geomspace(1, 1e6, 200))):
        rows = []
        for t in TEMPERATURES[:2] if arguments.quick else TEMPERATURES:
            for pair in PAIRS:
                say(f"{title}, t = {t:g}, {pair}")
                nodes, missed = _needed(k, t, pair)
                seconds = interleaved(
                    arguments.repeats,
                    library=lambda k=k, t=t, pair=pair: gaussian_pair.pair_average(k, t, *pair),
                    hermite=lambda k=k, t=t, pair=pair, nodes=nodes: hermite_average(k, t, pair, nodes),
                )
                ours, theirs = (1e3 * float(np.median(each.wall)) for each in (seconds["library"], seconds["hermite"]))
                rows.append([f"{t:g}", pair, f"{ours:.0f}", f"{theirs:.0f}", nodes, f"{missed:.0e}", f"{theirs / ours:.1f}"])
        columns = ("t", "moments", "library, ms", "Gauss-Hermite squared, ms", "its nodes", "its error", "ratio")
        tables.append(Table(f"Averages over a Gaussian pair, {title}", columns, rows, "Medians of wall times."))
    return tables


def hermite_average(k: Array, t: float, pair: tuple[float, float, float], nodes: int) -> Array:
    """The average by Gauss-Hermite nodes in both offsets, shape of k."""
    a, b, c = pair
    x, weight = np.polynomial.hermite_e.hermegauss(nodes)
    weight = weight / math.sqrt(2 * math.pi)
    rest = a - b * b / c
    rho = math.sqrt(c) * x
    tau = b / c * rho[:, None] + math.sqrt(max(rest, 0.0)) * (x if rest > 1e-14 else np.zeros(1))
    inner = weight if rest > 1e-14 else np.ones(1)
    values = selection_error_numpy(k, t, tau[..., None], rho[:, None, None])
    return np.einsum("i,j,ijk->k", weight, inner, values)


def _needed(k: Array, t: float, pair: tuple[float, float, float]) -> tuple[int, float]:
    usual = gaussian_pair._GOOD, gaussian_pair.COARSE
    gaussian_pair._GOOD, gaussian_pair.COARSE = 1e-14, FINE
    try:
        wanted = gaussian_pair.pair_average(k[-1:], t, *pair)
    finally:
        gaussian_pair._GOOD, gaussian_pair.COARSE = usual
    error: Any = math.inf
    for nodes in range(16, 161, 24):
        reach = math.sqrt(4 * nodes + 2) * math.sqrt(max(pair[0], pair[2]))
        if reach > 40:
            break
        error = float(np.abs(hermite_average(k[-1:], t, pair, nodes) / wanted - 1).max())
        if error < 1e-9:
            break
    return nodes, error


def main() -> None:
    options = parser("Speed of averages over a Gaussian pair of offsets.")
    run("averages", measure, options)


if __name__ == "__main__":
    main()
