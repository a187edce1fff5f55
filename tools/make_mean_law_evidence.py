"""Make infscale_sym/theory/mean_law/evidence.json: the offsets of students drawn at growing d, beside their law.

    python tools/make_mean_law_evidence.py [--part NUMBER]

Five values of alpha = d/n, Sigma = I and a power law, four sizes d, one teacher and one judge with weights of its own. For
every run: the three second moments of the students, the kurtosis of both offsets over prompts and training sets, and the same
moments with the label noise and the signs of the coordinates averaged by hand (`infscale_sym.theory.mean_law.draws`). Standard
errors are over independent training sets. One seed a run, so every number comes again. About 2 minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from infscale_sym.theory.mean_law.draws import conditional_covariances, prompt_covariances
from infscale_sym.theory.mean_law.evidence import GAMMA, SIGMA, weights_and_spectrum

SEED = 20261122
TABLE = Path(__file__).resolve().parents[1] / "infscale_sym" / "theory" / "mean_law" / "evidence.json"
ALPHAS = (0.05, 0.2, 0.5, 0.9, 1.5)
SPECTRA = ("isotropic", "power law")
#: n = d/alpha is whole for all of them.
SIZES = (9, 18, 36, 72)


def plan() -> list[dict[str, Any]]:
    """Every run: its parameters, its seed, and how many training sets it takes."""
    runs = []
    for spectrum in SPECTRA:
        for alpha in ALPHAS:
            for d in SIZES:
                # the scatter of one student is of the order d^-1/2; averaged by hand it is of the order 1/d
                sets = (650_000 if alpha < 0.5 else 1_000_000) // d
                run = {"spectrum": spectrum, "alpha": alpha, "d": d, "n": round(d / alpha), "training_sets": sets}
                runs.append({**run, "conditional_sets": 1500 if alpha < 0.5 else 4000, "seed": SEED + 2 * len(runs)})
    return runs


def simulated(run: dict[str, Any]) -> dict[str, Any]:
    """The run with its means and standard errors."""
    Sigma, teacher, judge = weights_and_spectrum(run["spectrum"], run["d"])
    given = {"Sigma": Sigma, "teacher": teacher, "judge": judge}
    size, sets = (run["n"], run["d"], SIGMA, GAMMA), run["training_sets"]
    drawn = prompt_covariances(*size, **given, training_sets=sets, seed=run["seed"])
    averaged = conditional_covariances(*size, **given, training_sets=run["conditional_sets"], seed=run["seed"] + 1)
    kurtosis = [_kurtosis(drawn[:, column]) for column in (0, 2)]
    return {
        **run,
        "moments": _rounded(drawn.mean(axis=0)),
        "errors": _rounded(drawn.std(axis=0, ddof=1) / np.sqrt(sets), 3),
        "conditional_moments": _rounded(averaged.mean(axis=0)),
        "conditional_errors": _rounded(averaged.std(axis=0, ddof=1) / np.sqrt(len(averaged)), 3),
        "kurtosis": _rounded([value for value, _ in kurtosis]),
        "kurtosis_errors": _rounded([error for _, error in kurtosis], 3),
    }


def _kurtosis(variances: np.ndarray) -> tuple[float, float]:
    """E Delta^4/(E Delta^2)^2 = 3 E V^2/(E V)^2 of an offset that is N(0, V) given the training set; and its standard error."""
    first, second = variances.mean(), np.mean(variances**2)
    slope = 3 * ((variances**2 - second) / first**2 - 2 * second * (variances - first) / first**3)
    return float(3 * second / first**2), float(slope.std(ddof=1) / np.sqrt(len(variances)))


def _rounded(values: Any, digits: int = 10) -> list[float]:
    return [float(f"{value:.{digits}g}") for value in values]


def main() -> None:
    """Run the plan and write the table, all or nothing."""
    options = argparse.ArgumentParser(description="Draw students for growing d.")
    options.add_argument("--part", type=int, metavar="NUMBER", help="print this run of the plan, write nothing")
    arguments = options.parse_args()
    runs = plan()
    if arguments.part is not None:
        print(json.dumps(simulated(runs[arguments.part]), indent=1))
        return
    done = []
    for number, run in enumerate(runs):
        done.append(simulated(run))
        print(f"\r{number + 1} of {len(runs)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    text = "[\n" + ",\n".join(json.dumps(row) for row in done) + "\n]\n"
    temporary = TABLE.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, TABLE)


if __name__ == "__main__":
    main()
