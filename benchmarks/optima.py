"""Phase diagrams, long spectra and plans: seconds, beside what one would write first.

    python benchmarks/optima.py [--quick] [--json] [--repeats N]

A diagram: the best number of answers at 50 x 50 points (t, rho), beside the smallest of F at 400 values of k, which knows
the best k to 8 % only. A spectrum: d = 10^5 power-law eigenvalues, the renormalised ridge and the offsets' moments, beside
Brent's method on the plain equation. A plan: the whole of `infscale_sym.plan`, with nothing beside it.
"""

from __future__ import annotations

import argparse

import numpy as np
from _common import Table, interleaved, median_ratio, parser, run, say
from scipy.optimize import brentq

from infscale_sym import plan, selection_error
from infscale_sym.theory.optima.values.numeric import optimal_number
from infscale_sym.theory.regression.values.offsets import offset_moments
from infscale_sym.theory.regression.values.ridge import renormalized_ridge
from infscale_sym.theory.regression.values.spectrum import PowerLaw


def measure(arguments: argparse.Namespace) -> list[Table]:
    return [diagrams(arguments), spectra(arguments), plans(arguments)]


def _median(seconds: list[float]) -> str:
    return f"{float(np.median(seconds)):.3g}"


def diagrams(arguments: argparse.Namespace) -> Table:
    side = 12 if arguments.quick else 50
    t, rho = np.geomspace(0.01, 100, side)[:, None], np.linspace(-4, 4, side)
    k = np.geomspace(1, 1e12, 400)
    rows = []
    for tau in (0.4, 1.2):
        say(f"diagram, tau = {tau}")
        seconds = interleaved(
            min(arguments.repeats, 3),
            library=lambda tau=tau: optimal_number(t, tau, rho),
            grid=lambda tau=tau: k[selection_error(k, t[..., None], tau, rho[:, None]).argmin(-1)],
        )
        ratio = median_ratio(seconds["grid"].wall, seconds["library"].wall)
        rows.append([tau, f"{side} x {side}", *(_median(each.wall) for each in seconds.values()), f"{ratio:.1f}"])
    columns = ("tau", "points", "optimal_number, s", "400 k, s", "ratio")
    return Table("The best number of answers over (t, rho)", columns, rows, "Medians of wall times.")


def spectra(arguments: argparse.Namespace) -> Table:
    rows = []
    for d in (10**3,) if arguments.quick else (10**3, 10**5):
        for alpha, ridge in ((0.5, 1e-3), (2.0, 1e-6)):
            say(f"spectrum, d = {d}, alpha = {alpha}")
            law = PowerLaw(1.0, d)
            eigenvalues = np.arange(1, d + 1) ** -2.0

            def plain(alpha=alpha, ridge=ridge, eigenvalues=eigenvalues):
                def gap(kappa: float) -> float:
                    return kappa * (1 - alpha * float(np.mean(eigenvalues / (eigenvalues + kappa)))) - ridge

                return brentq(gap, 1e-12, ridge + alpha * float(eigenvalues.mean()) + 1e-9, xtol=1e-16, rtol=1e-14)

            seconds = interleaved(
                arguments.repeats,
                ridge=lambda law=law, alpha=alpha, ridge=ridge: renormalized_ridge(ridge, alpha, law),
                brent=plain,
                moments=lambda law=law, alpha=alpha: offset_moments(alpha, 0.3, 1.0, law, 1.0, c=0.5),
            )
            ratio = median_ratio(seconds["brent"].wall, seconds["ridge"].wall)
            rows.append([f"{d:.0e}", alpha, f"{ridge:g}", *(_median(each.wall) for each in seconds.values()), f"{ratio:.1f}"])
    columns = ("d", "alpha", "lambda", "renormalized_ridge, s", "Brent's method, s", "offset_moments, s", "ratio")
    return Table("Power-law spectra", columns, rows, "Medians of wall times; the ratio is Brent's over the library's.")


def plans(arguments: argparse.Namespace) -> Table:
    model = {"d": 20, "sigma": 1.0, "gamma": 1.0, "teacher": 1.0, "price_example": 1.0, "price_answer": 0.01, "prompts": 100}
    kinds = {
        "budget, all free": {"budget": 300},
        "budget, T = 1": {"budget": 300, "temperature": 1.0},
        "budget, c = 4": {"budget": 300, "judge": 4},
        "target": {"target": 1e-3},
    }
    rows = []
    for name, options in kinds.items():
        say(f"plan, {name}")
        seconds = interleaved(min(arguments.repeats, 3), plan=lambda options=options: plan(**model, **options))
        rows.append([name, _median(seconds["plan"].wall)])
    return Table("Plans", ("question", "plan, s"), rows, "Medians of wall times.")


def main() -> None:
    run("optima", measure, parser("Seconds for phase diagrams, long spectra and plans."))


if __name__ == "__main__":
    main()
