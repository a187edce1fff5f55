"""What the benchmarks share: the machine's name, fair timing, tables, and the command line of a script."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

SCHEMA = 1


class Table(NamedTuple):
    """One table of a report; cells are strings or numbers."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine() -> dict[str, str]:
    """The machine and the versions that matter; `load` is the average over the last minute, ideally well below 1."""
    from importlib.metadata import version

    name = platform.processor() or platform.machine()
    memory = "unknown memory"
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            fields = dict(line.split(":", 1) for line in lines if ":" in line)
        fields = {key.strip(): value.strip() for key, value in fields.items()}
        family, model = fields.get("cpu family", "?"), fields.get("model", "?")
        name = f"{fields.get('model name', name)}, family {family} model {model}"
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"
    return {
        "cpu": f"{processors()} cores, {name}",
        "memory": memory,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{package: version(package) for package in ("numpy", "scipy", "sympy")},
        "load": f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown",
    }


class Seconds(NamedTuple):
    """Times of one action, run by run."""

    wall: list[float]
    cpu: list[float]  # of all threads together: hardly depends on what else the machine does

    def scaled(self, factor: float) -> Seconds:
        """The times of an action `factor` times as large."""
        return Seconds([factor * each for each in self.wall], [factor * each for each in self.cpu])


def interleaved(repeats: int, **actions: Callable[[], object]) -> dict[str, Seconds]:
    """Every action `repeats` times, in turn: a busy machine slows all of them alike.

    Every action runs once beforehand, unmeasured.
    """
    seconds = {name: Seconds([], []) for name in actions}
    for turn in range(repeats + 1):
        for name, action in actions.items():
            start, start_cpu = time.perf_counter(), time.process_time()
            action()
            if turn:
                seconds[name].wall.append(time.perf_counter() - start)
                seconds[name].cpu.append(time.process_time() - start_cpu)
    return seconds


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median over the turns of above/below."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def rate(count: float, seconds: Sequence[float]) -> str:
    """`count` divided by the median of `seconds`, as text."""
    return f"{count / statistics.median(seconds):.2e}"


def at_least(least: int) -> Callable[[str], int]:
    """An argparse type: integers from `least` on."""

    def integer(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"an integer from {least} on is wanted; got {text!r}") from None
        if number < least:
            raise argparse.ArgumentTypeError(f"an integer from {least} on is wanted; got {text!r}")
        return number

    return integer


def parser(description: str) -> argparse.ArgumentParser:
    """The options that all scripts have."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--json", action="store_true", help="write JSON instead of Markdown")
    result.add_argument("--quick", action="store_true", help="smaller and fewer runs: a trial of the script")
    result.add_argument("--repeats", type=at_least(1), default=5, metavar="N", help="timed runs of each kind [5]")
    return result


def markdown(tables: Sequence[Table]) -> str:
    """The tables as Markdown."""
    parts = []
    for table in tables:
        lines = [" | ".join(["", *map(str, row), ""]).strip() for row in (table.columns, *table.rows)]
        lines.insert(1, "|" + "---|" * len(table.columns))
        parts.append("\n".join([f"### {table.title}", "", *lines] + (["", table.note] if table.note else [])))
    return "\n\n".join(parts) + "\n"


def named(host: dict[str, str]) -> str:
    """The machine in one line of Markdown."""
    versions = ", ".join(f"{name} {host[name]}" for name in ("python", "numpy", "scipy", "sympy"))
    return f"{host['cpu']}, {host['memory']}, {host['system']}; {versions}; load at the start {host['load']}"


def run(name: str, measure: Callable[[argparse.Namespace], list[Table]], options: argparse.ArgumentParser) -> None:
    """The main function of a script: measure, then print the tables as Markdown or JSON."""
    arguments = options.parse_args()
    host = machine()
    tables = measure(arguments)
    if arguments.json:
        content = [table._asdict() for table in tables]
        json.dump({"schema": SCHEMA, "benchmark": name, "machine": host, "tables": content}, sys.stdout, indent=1)
        print()
    else:
        print(f"{named(host)}\n\n{markdown(tables)}", end="")


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)
