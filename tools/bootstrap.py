"""Build or repair `.venv`, standard library only; called by tools/bootstrap.sh, never by hand.

A stamp inside the environment says what it holds: the hash of pyproject.toml, the extras, and every installed
distribution. It is removed before pip touches anything and written last, so an interrupted installation has none.
Beyond the stamp, each distribution's own list of files is compared with the disk, so a deleted or truncated file,
a vanished interpreter and a moved folder are noticed too. What is merely incomplete or out of date is completed by
pip; what is damaged is built anew.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "infscale-setup.json"
PROJECT = "infscale-sym"
# What is imported once after an installation: the compiled parts that can be there and still not load.
IMPORTS = "import flint, joblib, matplotlib, mpmath, numpy, scipy.special, sympy, tqdm, infscale_sym"


class SetupError(Exception):
    """The environment could not be made; the message says why in words for the user."""


def fingerprint() -> str:
    """Hash of what decides the environment's contents."""
    return hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()


def made_here() -> bool:
    """Whether the environment was created at this place: its scripts name the place, and do not run from another."""
    with contextlib.suppress(OSError):
        lines = (ENVIRONMENT / "pyvenv.cfg").read_text().splitlines()
        return any(line.startswith("command") and line.endswith(f" {ENVIRONMENT}") for line in lines)
    return False


def distributions() -> Iterator[tuple[str, Path]]:
    """Name and metadata folder of every distribution in the running interpreter's environment.

    Read from the folder names: importlib.metadata parses every METADATA, which takes half a second.
    """
    for folder in sorted(Path(sysconfig.get_path("purelib")).glob("*.dist-info")):
        yield folder.name.split("-")[0], folder


def damaged_distributions() -> list[str]:
    """Names of distributions in the running interpreter with a file missing or of the wrong size."""
    damaged = []
    for name, folder in distributions():
        try:
            # Byte code carries no size in the record: it comes and goes.
            record = [line for line in csv.reader((folder / "RECORD").read_text().splitlines()) if line and line[2]]
            intact = all(os.stat(f"{folder.parent}/{path}").st_size == int(size) for path, _, size in record)
        except (OSError, ValueError, IndexError):  # no record, or no such file: pip was cut short, or something deleted
            intact = False
        if not intact:
            damaged.append(name)
    # A folder renamed to ~name is what an interrupted pip leaves of the version that it was replacing.
    return damaged + [left.name for left in Path(sysconfig.get_path("purelib")).glob("~*")]


def inspect(extras: Sequence[str]) -> tuple[str, str]:
    """State of the environment whose Python runs this: ("complete" | "incomplete" | "damaged", reason)."""
    if not made_here():
        return "damaged", "it was made in another folder"
    damaged = damaged_distributions()
    if damaged:
        return "damaged", f"files of {', '.join(damaged[:4])} are missing or cut short"
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return "incomplete", "its installation was not finished"
    if stamp["fingerprint"] != fingerprint():
        return "incomplete", "pyproject.toml has changed"
    lacking = sorted(set(extras) - set(stamp["extras"]))
    if lacking:
        return "incomplete", f"it lacks [{','.join(lacking)}]"
    present = {name for name, _ in distributions()}
    gone = [name for name in stamp["distributions"] if name not in present]
    if gone:
        return "incomplete", f"{', '.join(gone[:4])} is not installed any more"
    return "complete", ""


def say(text: str) -> None:
    """One line of progress on stderr."""
    print(f"setup: {text}", file=sys.stderr, flush=True)


def run(command: Sequence[str | os.PathLike[str]], doing: str) -> None:
    """Run a command quietly, with a sign of life; its output is shown only when it fails."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON") and name not in {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
    }
    begun = time.monotonic()
    terminal = sys.stderr.isatty()
    say(f"{doing} ...")
    next_sign = 5.0 if terminal else 30.0
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        # The child inherits the lock (close_fds=False): it stays held while pip lives, even if we are killed.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=clean,
            cwd=ROOT,
            close_fds=False,
        )
        try:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.5)
                elapsed = time.monotonic() - begun
                if elapsed > next_sign:
                    next_sign += 1.0 if terminal else 30.0
                    text = f"setup: ... {elapsed:.0f} s"
                    print(f"\r{text}" if terminal else text, end="" if terminal else "\n", file=sys.stderr, flush=True)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            if terminal:
                print("\r\033[K", end="", file=sys.stderr, flush=True)
        if process.returncode:
            log.seek(0)
            sys.stderr.write("".join(log.readlines()[-25:]))
            raise SetupError(f"{doing} failed (above: the end of its output). Put that right, then run make again.")


def environment_python() -> Path:
    """The environment's interpreter (not resolved: the link is what makes it the environment's)."""
    return ENVIRONMENT / "bin" / "python"


def ask_environment(extras: Sequence[str]) -> tuple[str, str]:
    """`inspect`, run by the environment's own Python; a Python that does not run is damage."""
    if not ENVIRONMENT.is_dir():
        return "missing", ""
    command = [environment_python(), "-I", Path(__file__).resolve(), "--check", *extras]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "damaged", "its Python does not run"
    state, _, reason = answer.stderr.strip().rpartition("\n")[2].partition(":")
    return (state, reason.strip()) if state in {"complete", "incomplete"} else ("damaged", reason.strip() or state)


def create() -> None:
    """A new, empty environment; an old one is moved out of the way first, so none is ever half deleted."""
    if ENVIRONMENT.is_symlink() or ENVIRONMENT.is_file():
        ENVIRONMENT.unlink()
    elif ENVIRONMENT.exists():
        old = Path(tempfile.mkdtemp(prefix=".venv.old-", dir=ROOT))
        ENVIRONMENT.rename(old / "environment")
        shutil.rmtree(old, ignore_errors=True)
    try:
        from ensurepip import version  # noqa: F401  (Debian ships it in a package of its own)
    except ImportError:
        pip: list[str] = ["--without-pip"]
    else:
        pip = []
    run([sys.executable, "-I", "-m", "venv", *pip, ENVIRONMENT], f"creating .venv with Python {sys.version.split()[0]}")


def install(extras: Sequence[str]) -> None:
    """Let pip bring the environment to what pyproject.toml asks for, check it, and write the stamp last."""
    with contextlib.suppress(OSError, ValueError):  # an unreadable stamp names no extras
        extras = sorted({*extras, *json.loads(STAMP.read_text())["extras"]} & known_extras())
    STAMP.unlink(missing_ok=True)
    target = f".[{','.join(extras)}]" if extras else "."
    python = environment_python()
    has_pip = not subprocess.run([python, "-I", "-c", "import pip"], capture_output=True, check=False).returncode
    pip = [python, "-I", "-m", "pip"] if has_pip else [sys.executable, "-I", "-m", "pip", "--python", python]
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"]
    run(
        [*pip, "install", *options, "--editable", target],
        f"installing {PROJECT}{target[1:]}, about a minute at first",
    )
    checked = subprocess.run([python, "-I", "-c", IMPORTS], capture_output=True, text=True, check=False, cwd=ROOT)
    if checked.returncode:
        raise SetupError(f"the installed packages do not load: {checked.stderr.strip().splitlines()[-1]}")
    command = [python, "-I", Path(__file__).resolve(), "--names"]
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    stamp = {"fingerprint": fingerprint(), "extras": sorted(extras), "distributions": names}
    written = STAMP.with_suffix(".new")
    written.write_text(json.dumps(stamp, indent=1))
    written.replace(STAMP)


def known_extras() -> set[str]:
    """Extras that pyproject.toml defines."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return set(project.get("optional-dependencies", {}))


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the lock beside the environment: two makes at once must not build it twice."""
    import fcntl

    with (ROOT / ".venv.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another make is setting up .venv; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        os.set_inheritable(lock.fileno(), True)
        yield


def prepare(extras: Sequence[str]) -> None:
    """Bring `.venv` to the complete state, in place where that is sound, anew otherwise."""
    unknown = sorted(set(extras) - known_extras())
    if unknown:
        raise SetupError(f"no extra [{','.join(unknown)}]; pyproject.toml has {', '.join(sorted(known_extras()))}")
    with one_at_a_time():
        state, reason = ask_environment(extras)
        if state == "complete":  # another make was faster
            return
        if state == "incomplete":
            say(f"completing .venv: {reason}")
            try:
                install(extras)
                if ask_environment(extras)[0] == "complete":
                    return
            except SetupError as error:
                say(f"{error} Building .venv anew.")
        elif state == "damaged":
            say(f"rebuilding .venv: {reason}")
        create()
        install(extras)
        state, reason = ask_environment(extras)
        if state != "complete":
            raise SetupError(f".venv was built but is not sound: {reason}. Run make again.")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extras", nargs="*")
    parser.add_argument("--check", action="store_true", help="only inspect; run by the environment's Python")
    parser.add_argument("--names", action="store_true", help="print what is installed; likewise")
    options = parser.parse_args()
    if options.names:
        print(*(name for name, _ in distributions()))
        return 0
    if options.check:
        state, reason = inspect(options.extras)
        print(f"{state}: {reason}", file=sys.stderr)
        return 0 if state == "complete" else 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwind, so that pip is stopped too
    try:
        prepare(options.extras)
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("interrupted; the same command takes up where it stopped")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
