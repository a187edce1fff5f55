"""How long it takes to start: whole processes, beside a process that only imports SymPy.

    python benchmarks/imports.py [--json] [--repeats N]

Every process is started in turn with the others, N times, after one unmeasured round that fills the caches; a ratio is
the median over the rounds of time / (time of `import sympy` in the same round). CPU seconds (user and system) are
shown too: they depend less on what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from _common import Table, median_ratio, parser, run, say

_PYTHON = [sys.executable, "-c"]


def commands() -> dict[str, list[str]]:
    """What is started: the baseline first."""
    script = Path(sys.executable).with_name("infscale")  # not resolved: in a venv python is a link
    infscale = [str(script)] if script.exists() else [*_PYTHON, "from infscale_sym.cli import main; main()"]
    return {
        "`import sympy`": [*_PYTHON, "import sympy"],
        "`python -c pass`": [*_PYTHON, "pass"],
        "`import infscale_sym`": [*_PYTHON, "import infscale_sym"],
        "`infscale list`": [*infscale, "list"],
        "`infscale --help`": [*infscale, "--help"],
        "one `selection_error_numpy`": [*_PYTHON, _ONE_VALUE],
    }


_ONE_VALUE = "from infscale_sym.theory.selection.values.numeric import selection_error_numpy as f; f(100, 0.1, 1, 1)"


def measure(arguments: argparse.Namespace) -> list[Table]:
    wall: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    failed: dict[str, str] = {}
    repeats = 3 if arguments.quick else 3 * arguments.repeats
    for turn in range(repeats + 1):
        say(f"round {turn} of {repeats}")
        for name, command in commands().items():
            if name in failed:
                continue
            seconds, processor, error = timed(command)
            if error is not None:
                failed[name] = error
            elif turn:
                wall.setdefault(name, []).append(seconds)
                cpu.setdefault(name, []).append(processor)
    baseline, *_ = commands()
    rows = []
    for name in commands():
        if name in failed:
            rows.append([name, "failed", "", "", "", failed[name]])
            continue
        rows.append([name, f"{1e3 * statistics.median(wall[name]):.0f}", f"{median_ratio(wall[name], wall[baseline]):.2f}"])
        rows[-1] += [f"{1e3 * statistics.median(cpu[name]):.0f}", f"{median_ratio(cpu[name], cpu[baseline]):.2f}", ""]
    columns = ("process", "wall, ms", "wall / `import sympy`", "CPU, ms", "CPU / `import sympy`", "remark")
    return [Table("Start-up", columns, rows, f"Medians of {repeats} rounds; whole processes, in turn.")]


def timed(command: list[str]) -> tuple[float, float, str | None]:
    """Wall and CPU seconds of a process, and its last line on stderr if it failed."""
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    seconds, after = time.perf_counter() - start, os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    if done.returncode:
        return seconds, processor, (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
    return seconds, processor, None


def main() -> None:
    run("imports", measure, parser("Start-up time beside `import sympy`."))


if __name__ == "__main__":
    main()
