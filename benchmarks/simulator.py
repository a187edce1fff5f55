"""Speed and memory of the simulator, beside NumPy alone drawing as many normals.

    python benchmarks/simulator.py [--quick] [--full] [--json] [--repeats N] [--trials N]

Rate: `simulate.selection` with k up to 100 (normals per second, of which every trial draws max k), in turn with NumPy
alone filling a buffer with `standard_normal` on as many threads, each with its own generator. The buffer (1 MiB) stays
in the cache, so NumPy alone is at its best. Memory: the peak of a fresh process, before and after the run. Time to a
standard error: a small run tells how many trials are needed, then the run with that many is timed.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from _common import Table, at_least, interleaved, median_ratio, parser, processors, rate, run, say

from infscale_sym import simulate

RATES = [(t, k) for k in ("100", "1..100") for t in (0.0, 1e-6, 1e-3, 0.05, 1.0, 50.0)]
RATES += [(t, k) for k in ("1", "10") for t in (0.0, 1.0)]
#: (k, t, tau, rho, relative standard error)
GOALS = ((10, 0.0, 0.5, 0.5, 1e-3), (100, 0.0, 0.5, 0.5, 1e-3), (100, 0.05, 1.0, 2.0, 1e-3), (10_000, 0.0, 0.5, 0.5, 1e-2))

_PEAK = """
import os, resource, sys
def peak():
    if os.path.exists("/proc/self/status"):  # there ru_maxrss counts what the parent had when it forked
        with open("/proc/self/status") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 1e6 if sys.platform == "darwin" else size * 1024 / 1e6
from infscale_sym import simulate
before = peak()
{call}
print(before, peak())
"""
_SELECTION = "simulate.selection({k}, {t}, 1, 1, trials={trials}, seed=1)"
_REGRESSION = (
    "simulate.regression(n=1000, d=10, sigma=1e-4, gamma=1e-3, k={k}, T=2e-7, prompts={prompts}, "
    "training_sets=2, seed=1, teacher=('normal', 2.0), judge=5.0)"
)


def measure(arguments: argparse.Namespace) -> list[Table]:
    return [rates(arguments), memory(arguments), goals(arguments)]


def rates(arguments: argparse.Namespace) -> Table:
    rows = []
    for t, name in RATES:
        say(f"rate, t = {t:g}, k = {name}")
        k = list(range(1, 101)) if ".." in name else [int(name)]
        trials = arguments.trials * (100 // max(k) if max(k) < 100 else 1)
        trials = trials // 10 if arguments.quick else trials
        draws = trials * max(k)
        seconds = interleaved(
            arguments.repeats,
            ours=lambda k=k, t=t, trials=trials: simulate.selection(k, t, 0.5, 1.0, trials=trials, seed=1),
            numpy=lambda draws=draws: draw_normals(draws, processors()),
        )
        ours, alone = seconds["ours"], seconds["numpy"]
        shares = median_ratio(alone.wall, ours.wall), median_ratio(alone.cpu, ours.cpu)
        rows.append([f"{t:g}", name, f"{draws:.1e}", rate(draws, ours.wall), rate(draws, alone.wall)])
        rows[-1].append(f"{100 * shares[0]:.0f} % ({100 * shares[1]:.0f} %)")
    columns = ("t", "k", "normals", "simulator, normals/s", "NumPy alone, normals/s", "share")
    note = "In brackets: by CPU time. k = 1..100 returns the whole curve, prefix-coupled. tau = 0.5, rho = 1; float64."
    return Table(f"Selection, {processors()} threads", columns, rows, note)


def draw_normals(count: int, threads: int) -> None:
    """NumPy alone: `count` float64 normals on `threads` threads, into a 1 MiB buffer each."""

    def work(stream: np.random.SeedSequence) -> None:
        rng = np.random.Generator(np.random.PCG64(stream))
        buffer = np.empty(1 << 17)
        left = count // threads
        while left > 0:
            rng.standard_normal(out=buffer[: min(left, buffer.size)])
            left -= buffer.size

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, np.random.SeedSequence(1).spawn(threads)))


def memory(arguments: argparse.Namespace) -> Table:
    small = 10 if arguments.quick else 1
    calls = [
        (
            "selection, k = 1..100",
            10**6 // small,
            f"simulate.selection(range(1, 101), 0.0, 1, 1, trials={10**6 // small}, seed=1)",
        ),
        ("selection, k = 1e4", 10**5 // small, f"simulate.selection(10**4, 1.0, 1, 1, trials={10**5 // small}, seed=1)"),
        ("chosen_answers, k = 100", 10**6, "simulate.chosen_answers(100, 1.0, trials=10**6, seed=1)"),
        ("regression, k = 100", 10**6, _REGRESSION.format(k=100, prompts=10**6)),
        ("regression, k = 1e4", 10**5 // small, _REGRESSION.format(k=10**4, prompts=10**5 // small)),
    ]
    if arguments.full:
        calls.append(("regression, k = 1e4", 10**6, _REGRESSION.format(k=10**4, prompts=10**6)))
    rows = []
    for label, count, call in calls:
        say(f"memory, {label}, {count}")
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", _PEAK.format(call=call)], capture_output=True, text=True, check=True)
        before, after = map(float, done.stdout.split())
        rows.append([label, f"{count:.0e}", f"{before:.0f}", f"{after:.0f}", f"{after - before:.0f}"])
        rows[-1].append(f"{time.perf_counter() - start:.1f}")
    columns = ("run", "trials or prompts", "after import, MB", "peak, MB", "difference, MB", "process, s")
    note = "Peak resident memory of a fresh process on all threads. Regression: 2 training sets, n = 1000, d = 10."
    return Table("Memory", columns, rows, note)


def goals(arguments: argparse.Namespace) -> Table:
    rows = []
    for k, t, tau, rho, goal in GOALS:
        say(f"time to a standard error, k = {k}, t = {t:g}")
        goal = 10 * goal if arguments.quick else goal
        pilot = simulate.selection(k, t, tau, rho, trials=20_000, seed=2)
        relative = float(pilot.standard_error[0] / pilot.mean[0]) * math.sqrt(pilot.trials)
        trials = math.ceil((relative / goal) ** 2)
        start = time.perf_counter()
        result = simulate.selection(k, t, tau, rho, trials=trials, seed=3)
        seconds = time.perf_counter() - start
        reached = float(result.standard_error[0] / result.mean[0])
        rows.append([k, f"{t:g}", tau, rho, f"{trials:.1e}", f"{trials * k:.1e}", f"{reached:.1e}", f"{seconds:.2f}"])
    columns = ("k", "t", "tau", "rho", "trials", "normals", "relative standard error", "seconds")
    return Table(f"Time to a given standard error, {processors()} threads", columns, rows)


def main() -> None:
    options = parser("Speed and memory of the simulator beside NumPy alone.")
    options.add_argument("--trials", type=at_least(1000), default=400_000, metavar="N", help="trials of a timed run [400000]")
    options.add_argument("--full", action="store_true", help="also 1e6 prompts at k = 1e4 (minutes), for the memory")
    run("simulator", measure, options)


if __name__ == "__main__":
    main()
