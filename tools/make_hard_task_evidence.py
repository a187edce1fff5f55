"""Make infscale_sym/theory/hard_task/evidence.json: students trained and asked end to end where rare prompts decide.

    python tools/make_hard_task_evidence.py [--part NUMBER]

theta = s^2/Q = 1 and 3/2, n = 2 d, three sizes d, up to 1000 answers a prompt. Training sets and prompts are drawn, the student
is fitted, the answers are drawn, the teacher takes its nearest (`infscale_sym.simulate.regression`); nothing is averaged by a
formula. Each run is 16 independent batches with seeds of their own, so every number comes again. About 4 minutes on one core.
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
from infscale_sym.theory.hard_task.evidence import ALPHA, ANSWERS, GAMMA, SIGMA, TEACHERS

SEED = 20261123
TABLE = Path(__file__).resolve().parents[1] / "infscale_sym" / "theory" / "hard_task" / "evidence.json"
SIZES = (30, 60, 120)
BATCHES = 16
#: Training sets of a batch, and prompts of a training set.
SETS, PROMPTS = 120, 500


def plan() -> list[dict[str, Any]]:
    """Every run: its theta, its size and its first seed."""
    runs = [{"theta": theta, "d": d} for theta in TEACHERS for d in SIZES]
    return [{**run, "seed": SEED + 100 * number} for number, run in enumerate(runs)]


def batch(run: dict[str, Any], number: int) -> list[float]:
    """delta at each number of answers in one batch of a run, units of y^2, to 8 digits."""
    d = run["d"]
    result = simulate.regression(
        round(d / ALPHA),
        d,
        SIGMA,
        GAMMA,
        k=ANSWERS,
        T=0.0,
        prompts=PROMPTS,
        training_sets=SETS,
        seed=run["seed"] + number,
        teacher=np.full(d, TEACHERS[run["theta"]]),
        judge=0.0,
        workers=1,
    )
    return [float(f"{value:.8g}") for value in result.delta.mean]


def main() -> None:
    """Run the plan and write the table, all or nothing."""
    options = argparse.ArgumentParser(description="Simulate students whose hard prompts decide.")
    options.add_argument("--part", type=int, metavar="NUMBER", help="print this run of the plan, write nothing")
    arguments = options.parse_args()
    done = []
    for number, run in enumerate(plan()):
        if arguments.part in (None, number):
            done.append({**run, "delta": [batch(run, part) for part in range(BATCHES)]})
            print(f"\r{number + 1} of {len(plan())}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    text = "[\n" + ",\n".join(json.dumps(row) for row in done) + "\n]\n"
    if arguments.part is not None:
        print(text)
        return
    temporary = TABLE.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, TABLE)


if __name__ == "__main__":
    main()
