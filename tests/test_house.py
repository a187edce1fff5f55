"""The house itself: guards that fail when they should, set-up that says what is wrong, packaging, and metadata."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import environment

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder and capture what it prints."""
    # These may come from a make that runs the tests.
    outside = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "EXTRAS", "ARGS", "JOBS", "PYTHON", "DISPATCH"}
    environment = {**{name: value for name, value in os.environ.items() if name not in outside}, **variables}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)


# The guards of conftest.py.


# What a test may do to global state, and what the guard then says.
BREAKS = {
    "mpmath.mp.dps = 50": "mpmath.mp.prec: 53",
    "mpmath.iv.prec = 80": "mpmath.iv.prec: 53",
    "flint.ctx.dps = 40": "flint.ctx.prec: 53",
    "numpy.seterr(over='ignore')": "numpy.geterr(): {",
}


def test_guards_fail_the_test_and_restore(tmp_path: Path):
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    lines = ["import os, warnings, flint, mpmath, numpy"]
    for number, statement in enumerate(BREAKS):
        lines += [
            f"def test_breaks_{number}():",
            "    assert (mpmath.mp.prec, mpmath.iv.prec, flint.ctx.prec) == (53, 53, 53)",
            "    assert numpy.geterr()['over'] == 'warn'",
            f"    {statement}",
        ]
    lines += [
        "def test_innocent():",
        "    with mpmath.workdps(70):",
        "        assert os.environ['MPLBACKEND'] == 'Agg'",
        "def test_warns():",
        "    warnings.warn('a warning')",
    ]
    (tmp_path / "test_it.py").write_text("\n".join(lines) + "\n")
    done = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"], tmp_path)
    assert done.returncode == 1, done.stdout
    # A guard reports in teardown, as an error, after a body that passed; each body starts from the restored state.
    assert f"1 failed, {len(BREAKS) + 1} passed, {len(BREAKS)} errors" in done.stdout, done.stdout
    for said in BREAKS.values():
        assert f"global state changed by this test: {said}" in done.stdout
    assert "UserWarning: a warning" in done.stdout


# Set-up.


@pytest.fixture
def bare_project(tmp_path: Path) -> Path:
    """A copy of what the set-up needs, in a path with a space, without an environment; `bin` is to be the PATH."""
    project = tmp_path / "a project"
    (project / "bin").mkdir(parents=True)
    (project / "tools").mkdir()
    for name in ("Makefile", "pyproject.toml", "tools/environment.py"):
        shutil.copy(ROOT / name, project / name)
    return project


def fake_python(project: Path, answer: str, name: str = "python3") -> Path:
    """A program of that name on the project's PATH."""
    path = project / "bin" / name
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return path


def make(project: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run make with nothing but the project's own `bin` on the PATH."""
    command = [shutil.which("make") or pytest.skip("make is not installed"), *words]
    return run(command, project, PATH=str(project / "bin"), MAKEFLAGS="", **variables)


@pytest.mark.parametrize("answer", [None, "exit 1", "exit 127", 'exec "$0-is-gone"'])
def test_without_a_suitable_python_one_line_says_so(bare_project: Path, answer: str | None):
    if answer:
        fake_python(bare_project, answer)
    done = make(bare_project, "setup-test")
    first, *others = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert "no Python 3.11 or newer with venv and pip" in first
    assert "make PYTHON=" in first
    assert [line[:9] for line in others] == ["make: ***"]
    assert not (bare_project / ".venv").exists()


def test_the_first_suitable_python_is_taken_with_its_extras(bare_project: Path):
    fake_python(bare_project, "exit 1")
    fake_python(bare_project, 'case "$*" in *environment.py*) echo "$@";; esac', "python3.12")
    done = make(bare_project, "setup-test", "EXTRAS=fast digits")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["-I", "tools/environment.py", "test", "fast", "digits"]


def test_a_users_settings_stay_outside(bare_project: Path):
    names = ("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "MPLBACKEND", "PIP_USER", "PIP_TARGET")
    fake_python(bare_project, f"""case "$*" in *environment.py*) echo "[{''.join(f'${name}' for name in names)}]";; esac""")
    done = make(bare_project, "setup-verify", **dict.fromkeys(names, "x"))
    assert done.stdout.strip() == "[]"


def test_a_named_python_is_taken_and_no_other(bare_project: Path):
    fake_python(bare_project, "exit 0")
    done = make(bare_project, "setup-verify", f"PYTHON={fake_python(bare_project, 'exit 1', 'mine')}")
    assert done.returncode == 2
    assert f"among {bare_project}/bin/mine on the PATH" in done.stderr


def test_pythons_that_are_too_old_or_lack_pip_are_unsuitable(bare_project: Path):
    (probe,) = re.findall("-Ic '(.*)'", (bare_project / "Makefile").read_text())
    unsuitable = ("sys.version_info = (3, 10)", "sys.modules['ensurepip'] = None", "sys.modules['venv'] = None")
    for pretence in (*unsuitable, "pass"):
        done = run([sys.executable, "-c", f"import sys; {pretence}; exec({probe!r})"], bare_project)
        assert bool(done.returncode) is (pretence != "pass"), pretence


def test_an_unknown_extra_is_refused_before_anything_is_made(bare_project: Path):
    done = run([sys.executable, "-I", "tools/environment.py", "nonsense"], bare_project)
    assert done.returncode == 1
    assert "no extra [nonsense]" in done.stderr
    assert not (bare_project / ".venv").exists()


class Workshop:
    """A project whose venv and pip are played: pip installs one small distribution. `done` lists the steps taken."""

    def __init__(self, project: Path, monkeypatch: pytest.MonkeyPatch):
        self.project, self.steps, self.fails = project, [], False
        self.environment = project / ".venv"
        self.site = self.environment / "lib" / "python3" / "site-packages"
        monkeypatch.setattr(environment, "ROOT", project)
        monkeypatch.setattr(environment, "step", self.step)

    def step(self, doing: str, *command: str | Path) -> None:
        assert not (self.environment / "stamp.json").exists(), "the stamp outlives a change"
        words = [str(word) for word in command]
        if "venv" in words:
            self.steps.append("venv")
            shutil.rmtree(self.environment, ignore_errors=True)
            (self.environment / "bin").mkdir(parents=True)
            (self.environment / "bin" / "python").write_text(f"#!/bin/sh\necho '{self.environment} 3.11'\n")
            (self.environment / "bin" / "python").chmod(0o755)
        elif "pip" in words:
            self.steps.append(words[-1])
            info = self.site / "toy-1.0.dist-info"
            info.mkdir(parents=True, exist_ok=True)
            (self.site / "toy.py").write_text("x = 1\n")
            (info / "RECORD").write_text("toy.py,sha256=,6\n__pycache__/toy.pyc,,\ntoy-1.0.dist-info/RECORD,,\n")
            if self.fails:
                sys.exit("pip failed")

    def prepare(self, *extras: str) -> list[str]:
        """The steps that this call takes."""
        self.steps = []
        environment.prepare(extras, self.environment)
        return self.steps


@pytest.fixture
def workshop(bare_project: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """The project with a complete environment for the extra `test`."""
    workshop = Workshop(bare_project, monkeypatch)
    assert workshop.prepare("test") == ["venv", ".[test]"]
    return workshop


def test_a_complete_environment_is_left_alone(workshop: Workshop):
    assert workshop.prepare("test") == []
    assert workshop.prepare() == []
    (workshop.site / "mine-2.0.dist-info").mkdir()  # what a user adds by hand is no damage
    assert workshop.prepare("test") == []


def test_what_is_out_of_date_is_completed_in_place(workshop: Workshop):
    assert workshop.prepare("check") == [".[check,test]"]
    with (workshop.project / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert workshop.prepare("test") == [".[check,test]"]
    assert workshop.prepare("check") == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda work: (work.site / "toy.py").write_text("x ="),
        lambda work: (work.site / "toy.py").unlink(),
        lambda work: (work.site / "toy-1.0.dist-info" / "RECORD").unlink(),
        lambda work: (work.site / "toy-1.0.dist-info").rename(work.site / "~oy-1.0.dist-info"),
        lambda work: (work.environment / "stamp.json").unlink(),
        lambda work: (work.environment / "stamp.json").write_text('{"python":'),
        lambda work: (work.environment / "bin" / "python").unlink(),
        lambda work: (work.environment / "bin" / "python").write_text("#!/bin/sh\nexit 1\n"),
        lambda work: (work.environment / "bin" / "python").write_text("#!/bin/sh\necho elsewhere 3.11\n"),
    ],
    ids=["cut", "gone", "no record", "half replaced", "no stamp", "cut stamp", "no python", "dead python", "moved"],
)
def test_a_broken_environment_is_built_anew(workshop: Workshop, damage: Callable[[Workshop], object]):
    damage(workshop)
    assert workshop.prepare("test") == ["venv", ".[test]"]
    assert workshop.prepare("test") == []


def test_a_half_built_environment_is_built_anew(workshop: Workshop):
    workshop.fails = True
    with pytest.raises(SystemExit):
        workshop.prepare("check")
    workshop.fails = False
    assert workshop.prepare("test") == ["venv", ".[test]"]


def test_a_step_that_fails_is_named_in_one_line(capsys: pytest.CaptureFixture[str]):
    environment.step("doing well", sys.executable, "-c", "")
    with pytest.raises(SystemExit, match="doing badly failed"):
        environment.step("doing badly", sys.executable, "-c", "import sys; sys.exit(3)")


# Makefile and continuous integration.


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_alone_lists_every_target():
    done = run(["make"], ROOT, MAKEFLAGS="")
    assert (done.returncode, done.stderr) == (0, "")
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    public = [name for name in phony.group(1).split() if not name.startswith("setup-")]
    assert sorted(re.findall(r"^make (\S+)", done.stdout, re.MULTILINE)) == sorted(public)


@pytest.mark.parametrize("failing", ["", "check", "test"])
def test_continuous_integration_runs_tests_and_checks_and_both_count(tmp_path: Path, failing: str):
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    (tmp_path / "Makefile").write_text(f"test check:; @echo $@ with $(EXTRAS); test $@ != '{failing}'\n")
    done = run([str(tmp_path / ".ci" / "run")], tmp_path, MAKEFLAGS="")
    assert bool(done.returncode) is bool(failing)
    # The extra of the second command is named to both: one installation serves them.
    assert done.stdout.splitlines()[:2] == ["test with check", "check with check"]


# Packaging and metadata.


def test_the_wheel_holds_the_package_and_its_derivations(tmp_path: Path):
    from hatchling.builders.wheel import WheelBuilder

    (path,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(path) as wheel:
        names = set(wheel.namelist())
        (entry,) = [name for name in names if name.endswith("entry_points.txt")]
        assert "infscale = infscale_sym.cli:main" in wheel.read(entry).decode()
    want = {f"infscale_sym/_derivations/{path.name}" for path in (ROOT / "derivations").glob("*.py")}
    for found in (ROOT / "infscale_sym").rglob("*"):
        if found.is_file() and "__pycache__" not in found.parts:
            want.add(found.relative_to(ROOT).as_posix())
    assert "infscale_sym/py.typed" in want
    assert want <= names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    others = {name for name in names if not name.startswith(("infscale_sym/", "infscale_sym-"))}
    assert others == set()


def test_one_version_everywhere():
    version = PROJECT["version"]
    assert re.search(rf"^version: {re.escape(version)}$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_importing_the_package_is_light():
    heavy = ["matplotlib", "scipy.integrate", "scipy.optimize", "joblib", "IPython", "jupytext"]
    code = f"import sys, infscale_sym; print(*[name for name in {heavy} if name in sys.modules])"
    done = run([sys.executable, "-c", code], ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_no_path_of_a_particular_machine():
    listed = run(["git", "ls-files", "-z"], ROOT) if shutil.which("git") else None
    if listed is None or listed.returncode:
        pytest.skip("not a git clone, or no git")
    # Split, so that this file does not find itself.
    pattern = re.compile("/" + r"(?:root|home|Users)/[\w.]+")
    offending = []
    for name in filter(None, listed.stdout.split("\0")):
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        offending += [f"{name}: {match}" for match in pattern.findall(text)]
        if len(ROOT.parts) > 2 and str(ROOT) in text:
            offending.append(f"{name}: {ROOT}")
    assert offending == []


# Walls.
