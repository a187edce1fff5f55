"""A package of somebody else's gets what ours get: examples/laplace-answers, built, installed into a folder of its own.

The folder is put on the path of subprocesses only; in this process, and for the tests that run beside, it does not exist.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

from infscale_sym import registry
from infscale_sym.cli import main
from tools.build_notebooks import defects, differences

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "laplace-answers"
PACKAGE = EXAMPLE / "laplace_answers"
LEGS = ("derivation", "digits", "simulation")
IDS = ["laplace.peak", "laplace.off-peak", "laplace.near-peak"]

#: What a user of the package types, one after the other; run in one process, which keeps what it has imported.
COMMANDS = {
    "list": ["list", "laplace", "--json"],
    "verify": ["verify", "laplace.near-peak", "--quick", "--jobs", "1", "--report", "report"],
    "show": ["show", "laplace.peak"],
    "latex": ["latex", "laplace.peak", "--derivation", "-o", "peak.tex"],
    "plot": ["plot", "laplace.near-peak", "-o", "near.png"],
}

RUNNER = """
import contextlib, io, json, sys
from infscale_sym.cli import main
found = {}
for name, command in json.loads(sys.argv[1]).items():
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(command)
    found[name] = [code, out.getvalue(), err.getvalue()]
print(json.dumps(found))
"""


def run(command: list[str], folder: Path, site: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A command in a folder, with the installed package on its path where it is given."""
    environment = {**os.environ, "PYTHONPATH": str(site)} if site else os.environ
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's wheel, built from a copy of its source."""
    from hatchling.builders.wheel import WheelBuilder

    source = tmp_path_factory.mktemp("source") / "laplace-answers"
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (path,) = WheelBuilder(str(source)).build(directory=str(source / "dist"), versions=["standard"])
    return Path(path)


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel installed: one of pure Python is unpacked, no more."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands ran and left their files."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def said(site: Path, work: Path) -> dict[str, tuple[int, str, str]]:
    """(exit code, standard output, standard error) of each of COMMANDS."""
    done = run([sys.executable, "-c", RUNNER, json.dumps(COMMANDS)], work, site)
    assert done.returncode == 0, done.stderr
    found = {name: tuple(answer) for name, answer in json.loads(done.stdout).items()}
    assert [(name, code, err) for name, (code, _, err) in found.items() if code or err] == []
    return found


def test_the_wheel_carries_the_derivation_and_the_notebook(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (entry,) = [name for name in names if name.endswith("entry_points.txt")]
        assert "[infscale_sym.topics]\nlaplace = laplace_answers:TOPIC" in archive.read(entry).decode()
    want = {path.relative_to(EXAMPLE).as_posix() for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert {f"laplace_answers/{kind}" for kind in ("derivations/laplace_answers.py", "notebooks/laplace_answers.ipynb")} <= want
    assert want <= names


def test_its_formulas_are_listed(said: dict[str, tuple[int, str, str]]):
    assert [row["id"] for row in json.loads(said["list"][1])["formulas"]] == IDS


def test_a_verdict_has_three_legs_that_agree_and_stands_in_the_ledger(said: dict[str, tuple[int, str, str]], work: Path):
    assert "1 formula: 1 as expected, 0 not" in said["verify"][1]
    (row,) = json.loads((work / "report" / "ledger.json").read_text())["formulas"]
    assert (row["id"], row["verdict"]) == ("laplace.near-peak", "holds in the limit")
    assert {leg["name"]: leg["agrees"] for leg in row["legs"]} == dict.fromkeys(LEGS, True)
    assert "order -4.000" in row["legs"][1]["summary"]
    assert "each caught at 1e-6" in row["smallest_caught"]
    text = (work / "report" / "ledger.md").read_text()
    assert r"| $L_{k}(y_{T})$ |" in text
    assert "| the same in units of 1/$k$" in text


def test_it_is_shown(said: dict[str, tuple[int, str, str]]):
    out = said["show"][1]
    assert out.startswith("laplace.peak\n  At the peak of Laplace's law")
    assert "derivations/laplace_answers.py" in out
    assert "laplace.peak: holds (quick)" in out
    assert "\n  derivation  proved\n" in out


def test_its_document_has_a_derivation_and_a_glossary_and_compiles(said: dict[str, tuple[int, str, str]], work: Path):
    text = (work / "peak.tex").read_text()
    assert text.startswith(r"\documentclass")
    assert "Derivation, proved" in text
    assert "Both sides of the peak" in text
    notation = text[text.index(r"\section*{Notation}") :]
    lines = {r"r_{T}": "distance of an answer", r"L_{k}(y_{T})": "mean squared error of the closest"}
    for symbol, words in lines.items():
        assert re.search(rf"^\${re.escape(symbol)}\$ & .*{words}", notation, re.MULTILINE), notation
    assert r"\ln S_{\mathrm{L}}" in notation
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    done = run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "peak.tex"], work)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (work / "peak.pdf").read_bytes().startswith(b"%PDF")


def test_its_figure_is_drawn(said: dict[str, tuple[int, str, str]], work: Path):
    assert (work / "near.png").read_bytes().startswith(b"\x89PNG")


def test_its_notebook_is_its_script_executed():
    notebook: Any = nbformat.read(PACKAGE / "notebooks" / "laplace_answers.ipynb", as_version=4)
    assert differences(PACKAGE / "derivations" / "laplace_answers.py", notebook) == []
    assert defects(notebook) == []


def test_its_own_tests_pass_and_its_notebook_prints_the_same_where_it_is_installed(site: Path, tmp_path: Path):
    shutil.copytree(EXAMPLE / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(site / "laplace_answers" / "notebooks" / "laplace_answers.ipynb", tmp_path)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--nbval", "--nbval-current-env"]
    done = run([sys.executable, "-m", "pytest", *options, "tests", "laplace_answers.ipynb"], tmp_path, site)
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout


def test_without_it_nothing_of_it_is_left(capsys: pytest.CaptureFixture[str]):
    assert main(["list", "laplace"]) == 2
    assert "no formula has the id" in capsys.readouterr().err
    assert "laplace_answers" not in sys.modules
    assert {topic.distribution for topic in registry.topics()} == {"infscale_sym"}
