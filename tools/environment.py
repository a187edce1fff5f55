"""Make `.venv` hold infscale-sym with the extras named as arguments; standard library only, called by make.

A stamp inside the environment says which Python, pyproject.toml and extras made it and what was installed. It is
removed before anything changes and written last, so a half-built environment has none; and every file that pip
recorded must be there in its size. What is only out of date is completed by pip, anything else is built anew.
"""

from __future__ import annotations

import csv
import fcntl
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# The compiled parts can be there and still not load.
LOAD = "import flint, matplotlib, numpy, scipy.special, infscale_sym"


def contents(environment: Path) -> dict[str, Any]:
    """The environment's Python (place and version; "" if it does not run) and the distributions whose files are whole."""
    command = [environment / "bin" / "python", "-Ic", "import sys; print(sys.prefix, sys.version)"]
    try:
        python = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        python = ""
    whole = []
    for record in environment.glob("lib/python*/site-packages/*.dist-info/RECORD"):
        site = record.parent.parent
        try:  # byte code has no size in the record: it comes and goes
            rows = [row for row in csv.reader(record.read_text().splitlines()) if row[2]]
            if all(os.stat(f"{site}/{path}").st_size == int(size) for path, _, size in rows):
                whole.append(record.parent.name.split("-")[0])
        except (OSError, ValueError, IndexError):
            continue
    return {"python": python, "distributions": sorted(whole)}


def step(doing: str, *command: str | Path) -> None:
    """Run a command in the project's folder, or end with one line that says which step failed."""
    print(f"setup: {doing} ...", file=sys.stderr, flush=True)
    # The lock is inherited: it stays held while pip lives, even if this process is killed.
    if subprocess.run(command, cwd=ROOT, check=False, close_fds=False).returncode:
        sys.exit(f"setup: {doing} failed, for the reason above; put that right and run make again")


def compile_all(environment: Path) -> None:
    """Byte code of what was installed, on all processors and without the packages' own tests, which pip compiles one by one.

    What does not compile (a template, say) is no module that anybody imports."""
    print("setup: compiling what was installed ...", file=sys.stderr, flush=True)
    packages = [str(place) for place in environment.glob("lib/python*/site-packages")]
    command = [environment / "bin" / "python", "-Im", "compileall", "-qq", "-j", "0", "-x", r"[/\\]tests[/\\]", *packages]
    subprocess.run(command, cwd=ROOT, check=False, close_fds=False)


def prepare(extras: Sequence[str], environment: Path = ROOT / ".venv") -> None:
    """Bring the environment to the complete state: left alone, completed in place, or built anew."""
    text = (ROOT / "pyproject.toml").read_text()
    known = tomllib.loads(text)["project"]["optional-dependencies"]
    if unknown := sorted(set(extras) - set(known)):
        sys.exit(f"setup: no extra [{','.join(unknown)}]; pyproject.toml has {', '.join(sorted(known))}")
    stamp, python = environment / "stamp.json", environment / "bin" / "python"
    with (environment.parent / ".venv.lock").open("w") as lock:  # two makes at once must not build it twice
        os.set_inheritable(lock.fileno(), True)
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            made = json.loads(stamp.read_text())
        except (OSError, ValueError):
            made = {"python": None, "distributions": [], "project": "", "extras": []}
        found = contents(environment)
        sound = made["python"] == found["python"] and set(made["distributions"]) <= set(found["distributions"])
        if sound and made["project"] == text and set(extras) <= set(made["extras"]):
            return
        stamp.unlink(missing_ok=True)
        if sound:
            extras = sorted({*extras, *made["extras"]} & set(known))
        else:
            why = ", as it is broken or half-built" if environment.exists() else ""
            making = f"making .venv with Python {sys.version.split()[0]}{why}"
            step(making, sys.executable, "-Im", "venv", "--clear", environment)
        target = f".[{','.join(extras)}]" if extras else "."
        options = ["-qq", "--no-input", "--disable-pip-version-check", "--no-compile", "--editable", target]
        step(f"installing infscale-sym{target[1:]}, about a minute at first", python, "-Im", "pip", "install", *options)
        compile_all(environment)
        step("loading what was installed", python, "-Ic", LOAD)
        stamp.write_text(json.dumps({**contents(environment), "project": text, "extras": list(extras)}))


if __name__ == "__main__":
    try:
        prepare(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\nsetup: interrupted; the same command begins it again")
