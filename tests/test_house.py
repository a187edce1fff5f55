"""The house itself: guards that fail when they should, set-up that says what is wrong, packaging, and metadata."""

from __future__ import annotations

import ast
import graphlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tools import bootstrap

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder and capture what it prints."""
    environment = {**os.environ, **variables}
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
    """A copy of what the set-up needs, without an environment, and a folder `bin` for the PATH with a few tools."""
    project = tmp_path / "a project"
    (project / "bin").mkdir(parents=True)
    shutil.copytree(ROOT / "tools", project / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", project)
    for tool in ("dirname", "env"):
        (project / "bin" / tool).symlink_to(shutil.which(tool) or pytest.skip(f"no {tool} here"))
    return project


def fake_python(project: Path, answer: str, name: str = "python3") -> Path:
    """A program of that name on the project's PATH."""
    path = project / "bin" / name
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return path


def set_up(project: Path, *extras: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up with nothing but the project's own `bin` on the PATH."""
    command = ["/bin/sh", str(project / "tools" / "bootstrap.sh"), *extras]
    return run(command, project, **{"PYTHON": "", "PATH": str(project / "bin"), **variables})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "no Python 3.11 or newer found"),
        ("echo 3.8; exit 4", "python3 is 3.8"),
        ("exit 1", "lacks venv or pip"),
        ("exit 127", "no Python 3.11 or newer found"),
    ],
)
def test_without_a_suitable_python_one_line_says_so(bare_project: Path, answer: str | None, said: str):
    if answer:
        fake_python(bare_project, answer)
    done = set_up(bare_project)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (bare_project / ".venv").exists()


def test_the_first_suitable_python_is_taken_with_its_extras(bare_project: Path):
    fake_python(bare_project, "echo 3.10; exit 4")
    fake_python(bare_project, 'case "$*" in *bootstrap.py*) echo "$@";; esac', "python3.12")
    done = set_up(bare_project, "test", "fast")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["-I", "tools/bootstrap.py", "test", "fast"]


def test_a_named_python_is_taken_and_no_other(bare_project: Path):
    fake_python(bare_project, "exit 0")
    done = set_up(bare_project, PYTHON=str(fake_python(bare_project, "echo 3.9; exit 4", "mine")))
    assert done.returncode == 1
    assert "mine is 3.9" in done.stderr


def test_an_unknown_extra_is_refused_before_anything_is_made(bare_project: Path):
    done = run([sys.executable, "-I", "tools/bootstrap.py", "nonsense"], bare_project)
    assert done.returncode == 1
    assert "no extra [nonsense]" in done.stderr
    assert not (bare_project / ".venv").exists()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site-packages with one small distribution, which the set-up takes for its own."""
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "part.py").write_text("x = 1\n")
    (tmp_path / "toy-1.0.dist-info").mkdir()
    record = "toy/part.py,sha256=,6\ntoy/__pycache__/part.pyc,,\ntoy-1.0.dist-info/RECORD,,\n"
    (tmp_path / "toy-1.0.dist-info" / "RECORD").write_text(record)
    monkeypatch.setattr(bootstrap.sysconfig, "get_path", lambda _: str(tmp_path))
    return tmp_path


def test_an_intact_distribution_is_left_alone(site: Path):
    assert list(bootstrap.distributions()) == [("toy", site / "toy-1.0.dist-info")]
    assert bootstrap.damaged_distributions() == []


def test_damage_is_noticed(site: Path):
    part, record = site / "toy" / "part.py", site / "toy-1.0.dist-info" / "RECORD"
    part.write_text("x =")
    assert bootstrap.damaged_distributions() == ["toy"]
    part.unlink()
    assert bootstrap.damaged_distributions() == ["toy"]
    part.write_text("x = 1\n")
    (site / "~oy").mkdir()
    assert bootstrap.damaged_distributions() == ["~oy"]
    (site / "~oy").rmdir()
    record.unlink()
    assert bootstrap.damaged_distributions() == ["toy"]


def test_an_environment_made_elsewhere_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", tmp_path)
    assert not bootstrap.made_here()
    (tmp_path / "pyvenv.cfg").write_text(f"version = 3.11.7\ncommand = python3 -m venv {tmp_path}\n")
    assert bootstrap.made_here()
    (tmp_path / "pyvenv.cfg").write_text(f"version = 3.11.7\ncommand = python3 -m venv {tmp_path}-old\n")
    assert not bootstrap.made_here()


# Makefile and continuous integration.


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_alone_lists_every_target():
    done = run(["make"], ROOT, MAKEFLAGS="")
    assert (done.returncode, done.stderr) == (0, "")
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    public = [name for name in phony.group(1).split() if not name.startswith("setup-")]
    assert sorted(re.findall(r"^make (\S+)", done.stdout, re.MULTILINE)) == sorted(public)


def test_continuous_integration_runs_the_readmes_test_command():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    text = script.read_text()
    assert "set -euo pipefail" in text
    assert text.rstrip().endswith("\nmake test")


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


def imports_of(path: Path) -> set[str]:
    """The package's modules that a module imports, at its top or inside its functions; not those for its annotations only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    passed_over = {id(inner) for node in typing for inner in ast.walk(node)}
    found = set()
    for node in ast.walk(tree):
        if id(node) in passed_over:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def circles(graph: dict[str, set[str]]) -> list[str]:
    """A circle of imports, if there is one."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


@pytest.mark.parametrize("folder", ["present", "decide"])
def test_no_modules_import_each_other_in_a_circle(folder: str):
    found = (ROOT / "infscale_sym" / folder).rglob("*.py")
    files = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in found}
    graph = {name: imports_of(path) & (files.keys() - {name}) for name, path in files.items()}
    assert sum(map(len, graph.values())) > len(files) / 2
    assert circles(graph) == []


def test_a_circle_is_noticed():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}})
