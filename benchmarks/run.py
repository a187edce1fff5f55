"""All benchmarks: each script in a process of its own, the results into benchmarks/results.md and results/*.json.

    python benchmarks/run.py [--quick] [--repeats N] [--output FILE]

Some minutes on two cores. Ratios are within one run; run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from _common import Table, at_least, markdown, named

HERE = Path(__file__).resolve().parent
SCRIPTS = ("selection_error", "averages", "optima", "simulator", "imports")
TITLES = {
    "selection_error": "The selection error in NumPy",
    "averages": "Averages over prompts and training sets",
    "optima": "Phase diagrams, spectra, plans",
    "simulator": "The simulator",
    "imports": "Start-up",
}


def main() -> int:
    options = argparse.ArgumentParser(description="Run all benchmarks and write the results.")
    options.add_argument("--quick", action="store_true", help="a trial: smaller and fewer runs, results to stdout only")
    options.add_argument("--repeats", type=at_least(1), default=5, metavar="N", help="timed runs of each kind [5]")
    options.add_argument("--output", type=Path, default=HERE / "results.md", metavar="FILE", help="[benchmarks/results.md]")
    arguments = options.parse_args()
    if not arguments.quick and not arguments.output.parent.is_dir():
        options.error(f"the folder of --output does not exist: {arguments.output.parent}")
    passed = ["--json", "--repeats", str(arguments.repeats), *(["--quick"] if arguments.quick else [])]
    reports = {}
    for name in SCRIPTS:
        print(f"== {name}", file=sys.stderr, flush=True)
        start = time.perf_counter()
        done = subprocess.run([sys.executable, str(HERE / f"{name}.py"), *passed], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            print(f"{name} failed; nothing was written", file=sys.stderr)
            return 1
        reports[name] = json.loads(done.stdout)
        reports[name]["seconds"] = round(time.perf_counter() - start, 1)
    text = document(reports)
    if arguments.quick:
        print(text, end="")
        return 0
    (HERE / "results").mkdir(exist_ok=True)
    for name, report in reports.items():
        write(HERE / "results" / f"{name}.json", json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    write(arguments.output, text)
    print(f"written: {arguments.output.name}", file=sys.stderr)
    return 0


def document(reports: dict[str, dict]) -> str:
    """The results of all scripts as one Markdown document."""
    parts = [
        "# Benchmarks: results\n\nWritten by `python benchmarks/run.py`; what is compared with what: README.md beside it.\n"
    ]
    for name, report in reports.items():
        tables = [Table(**table) for table in report["tables"]]
        parts.append(f"## {TITLES[name]}\n\n{named(report['machine'])}. {report['seconds']:.0f} s.\n\n{markdown(tables)}")
    return "\n".join(parts)


def write(path: Path, text: str) -> None:
    """Write all or nothing."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


if __name__ == "__main__":
    sys.exit(main())
