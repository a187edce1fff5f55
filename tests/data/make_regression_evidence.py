"""Make tests/data/regression_evidence.json: the regression model simulated end to end, for growing d at fixed alpha = d/n;
and infscale_sym/theory/regression/evidence.json: the same extrapolated to d = oo, which the notebook shows.

    python tests/data/make_regression_evidence.py [--part NUMBER] [--extrapolate]

Training sets are drawn, the student is fitted, prompts and answers are drawn, the judge chooses and the teacher scores
(`infscale_sym.simulate.regression`); nothing is averaged by a formula. Standard errors are over independent training
sets. One seed a run, so every number comes again bit for bit. About 7 minutes on one core.

The temperatures are 0 and T = 2 s², with the s² that the deterministic equivalents give rounded to 6 digits: a choice
of parameter, stored as a number. `--part` prints one run of the plan instead, for comparison; `--extrapolate` makes only
the second file, from the first.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from infscale_sym import simulate
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.regression.values.ridge import predictive_variance

SEED = 20251219
HERE = Path(__file__).resolve().parent
RUNS = HERE / "regression_evidence.json"
TABLE = HERE.parents[1] / "infscale_sym" / "theory" / "regression" / "evidence.json"
ANSWERS = (1, 2, 8, 64)
MOMENTS = ("variance", "teacher_offset_square", "offset_product", "judge_offset_square")
#: (sigma, gamma, nu): the teacher has all its weights equal to nu, Sigma = I.
LEVELS = ((1.0, 0.5, 0.5), (0.3, 1.0, 1.0))
#: alpha -> {d: (training sets, prompts of each)}; n = d/alpha is whole throughout.
SIZES = {
    0.001: {5: (400, 1500), 10: (200, 3000), 20: (80, 5000), 40: (25, 12000)},
    0.05: {12: (3000, 200), 24: (2000, 300), 48: (800, 600), 96: (160, 2500)},
    0.2: {12: (5000, 120), 24: (3500, 160), 48: (1500, 300), 96: (500, 800)},
    0.5: {12: (6000, 100), 24: (4000, 150), 48: (2000, 250), 96: (800, 500)},
    1.5: {12: (6000, 100), 24: (4000, 150), 48: (2000, 250), 96: (800, 500)},
}


def plan() -> list[dict[str, Any]]:
    """Every run: its parameters and its seed."""
    runs = []
    for alpha, sizes in SIZES.items():
        for sigma, gamma, nu in LEVELS:
            warm = float(f"{2 * predictive_variance(alpha, sigma, gamma, 1.0):.6g}")
            for T in (0.0, warm):
                for c in (0.0, 1.0):
                    for d, (sets, prompts) in sizes.items():
                        n = round(d / alpha)
                        run = {"alpha": alpha, "sigma": sigma, "gamma": gamma, "nu": nu, "T": T, "c": c, "d": d, "n": n}
                        runs.append({**run, "training_sets": sets, "prompts": prompts, "seed": SEED + len(runs)})
    return runs


def simulated(run: dict[str, Any]) -> dict[str, Any]:
    """The run with its averages and standard errors: delta at each k of ANSWERS, and the moments of the offsets."""
    result = simulate.regression(
        run["n"],
        run["d"],
        run["sigma"],
        run["gamma"],
        k=ANSWERS,
        T=run["T"],
        prompts=run["prompts"],
        training_sets=run["training_sets"],
        seed=run["seed"],
        teacher=np.full(run["d"], run["nu"]),
        judge=run["c"],
        workers=1,
    )
    moments = {name: [float(e.mean), float(e.standard_error)] for name in MOMENTS if (e := getattr(result, name))}
    return {**run, "delta": result.delta.mean.tolist(), "error": result.delta.standard_error.tolist(), **moments}


def extrapolated(evidence: dict[str, Any]) -> list[list[float]]:
    """[alpha, sigma, gamma, nu, T, c, k, delta, standard error] at d = oo: weighted straight lines in 1/d."""
    groups: dict[tuple[float, ...], list[dict[str, Any]]] = {}
    for run in evidence["runs"]:
        groups.setdefault(tuple(run[name] for name in ("alpha", "sigma", "gamma", "nu", "T", "c")), []).append(run)
    rows = []
    for key, runs in groups.items():
        for place, answers in enumerate(evidence["k"]):
            values, errors = ([run[name][place] for run in runs] for name in ("delta", "error"))
            rows.append([*key, answers, *extrapolate([run["d"] for run in runs], values, errors)])
    return rows


def write(path: Path, text: str) -> None:
    """Write all or nothing."""
    temporary = path.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def main() -> None:
    """Run the plan and write both files."""
    options = argparse.ArgumentParser(description="Simulate the regression model for growing d.")
    options.add_argument("--part", type=int, metavar="NUMBER", help="print this run of the plan, write nothing")
    options.add_argument("--extrapolate", action="store_true", help="make only the table, from the runs as they are")
    arguments = options.parse_args()
    if arguments.part is not None:
        print(json.dumps(simulated(plan()[arguments.part]), indent=1))
        return
    if not arguments.extrapolate:
        runs = plan()
        done = []
        for number, run in enumerate(runs):
            done.append(simulated(run))
            print(f"\r{number + 1} of {len(runs)}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        rows = ",\n".join(json.dumps(row) for row in done)
        write(RUNS, f'{{"k": {json.dumps(ANSWERS)}, "runs": [\n{rows}\n]}}\n')
    table = extrapolated(json.loads(RUNS.read_text(encoding="utf-8")))
    rows = ",\n".join(json.dumps([*row[:-2], float(f"{row[-2]:.8g}"), float(f"{row[-1]:.3g}")]) for row in table)
    write(TABLE, f"[\n{rows}\n]\n")


if __name__ == "__main__":
    main()
