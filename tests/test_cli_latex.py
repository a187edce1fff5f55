"""`infscale latex` as a user runs it."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from infscale_sym import registry
from infscale_sym.cli import common, main
from infscale_sym.cli.progress import Progress
from infscale_sym.derive.engine import Derivation, Evidence, Step
from infscale_sym.notation.formula import Formula

FORMULAS = registry.formulas()


def test_one_formula_as_an_equation(capsys: pytest.CaptureFixture[str]):
    assert main(["latex", "best-of-k.leading"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("\\begin{equation}\\label{eq:best-of-k-leading}\n")
    assert out.endswith("\\end{equation}\n")


@pytest.mark.parametrize(
    ("format", "begins", "holds"),
    [
        ("tex", r"\documentclass", r"\end{document}"),
        ("align", r"\begin{align}", r"\end{align}"),
        ("markdown", "## ", "| symbol | domain | meaning | in the papers |"),
        ("html", "<!DOCTYPE html>", "</html>"),
    ],
)
def test_all_formulas_in_every_format(format: str, begins: str, holds: str, tmp_path: Path):
    target = tmp_path / "out"
    assert main(["latex", "--all", "--format", format, "-o", str(target)]) == 0
    text = target.read_text()
    assert text.startswith(begins)
    assert holds in text
    if format != "align":
        assert all(record.id in text.replace(r"\allowbreak{}", "") for record in FORMULAS)


def test_a_derivation_says_its_reasons_and_nothing_else(capsys: pytest.CaptureFixture[str]):
    assert main(["latex", "selection.single-answer", "--derivation", "--format", "align"]) == 0
    out = capsys.readouterr().out
    assert r"\begin{align}" in out
    assert out.lstrip().startswith(r"\emph{1.")
    assert out.rstrip().endswith(r"\end{align}")


QUICK = ["selection.single-answer", "ridge.bare"]


@pytest.mark.parametrize(
    ("name", "options", "begins"),
    [
        ("paper.tex", [], r"\documentclass"),
        ("PAPER.TEX", ["--derivation", "--jobs", "1"], r"\documentclass"),
        ("fragment.tex", ["--format", "equation"], r"\begin{equation}"),
        ("fragment.tex", ["--format", "align"], r"\begin{align}"),
        ("paper.md", [], "## "),
        ("paper.html", [], "<!DOCTYPE html>"),
        ("paper.txt", [], r"\begin{equation}"),
    ],
)
def test_the_name_of_the_file_decides_unless_the_format_is_given(name: str, options: list[str], begins: str, tmp_path: Path):
    target = tmp_path / name
    assert main(["latex", *QUICK, *options, "-o", str(target)]) == 0
    text = target.read_text()
    assert text.startswith(begins)
    assert (r"\end{document}" in text) == (begins == r"\documentclass")
    assert text.count(r"\documentclass") <= 1


def test_standard_output_gets_fragments(capsys: pytest.CaptureFixture[str]):
    assert main(["latex", *QUICK]) == 0
    out = capsys.readouterr().out
    assert out.count(r"\begin{equation}") == 2
    assert "documentclass" not in out


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_what_readme_promises_compiles(tmp_path: Path):
    assert main(["latex", *QUICK, "--derivation", "-o", str(tmp_path / "paper.tex")]) == 0
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, errors="replace")
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF")


def test_all_derivations_make_one_document_and_say_how_far_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """Stand-ins for the derivations, which take minutes; the first of them as long as it takes to be told."""
    wait = threading.Event()

    def derived(entry: Formula) -> Derivation:
        if entry.id == "selection.integral":
            wait.wait(30)
        statement = entry.statement
        step = Step(statement.lhs, statement.rhs, "expand", "", Evidence("symbolic", "by hand"))
        derivation = Derivation(entry)
        derivation.steps, derivation.concluded = [step], True
        return derivation

    def said(progress: Progress, words: str) -> None:
        say(progress, words)
        wait.set()

    say = Progress._say
    monkeypatch.setattr(Formula, "derivation", derived)
    monkeypatch.setattr(Progress, "_say", said)
    monkeypatch.setattr(common, "PATIENCE", 0.1)
    target = tmp_path / "paper.tex"
    assert main(["latex", "--all", "--derivation", "--jobs", "1", "-o", str(target)]) == 0
    text = target.read_text()
    count = sum(bool(record.script) for record in FORMULAS)
    assert text.startswith(r"\documentclass")
    assert text.rstrip().endswith(r"\end{document}")
    assert text.count(r"\begin{document}") == 1
    assert text.count(r"\paragraph{Derivation") == count
    assert text.count("-derived}") == count
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[0] == f"infscale latex: 0 of {count} derivations done"


def test_processes_change_nothing(tmp_path: Path):
    texts = []
    for jobs in ("1", "2"):
        target = tmp_path / f"{jobs}.tex"
        assert main(["latex", *QUICK, "--derivation", "--jobs", jobs, "-o", str(target)]) == 0
        texts.append(target.read_text())
    assert texts[0] == texts[1]


def test_symbols_of_the_reader(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "mine.json"
    file.write_text('{"kappa": "R", "lambda": "\\\\lambda_0"}')
    assert main(["latex", "ridge.renormalized", "--symbols", str(file)]) == 0
    assert r"\lambda_0 = R (1 - \alpha \mathrm{df}_1(R))" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no.such.id"], "no formula has the id"),
        (["best-of-k.leadin"], "best-of-k.leading"),
        ([], "give one or more formula ids, or --all"),
        (["ridge.bare", "--all"], "not both"),
        (["ridge.bare", "--format", "word"], "invalid choice"),
        (["hte.third.printed", "--derivation"], "has no derivation here"),
        (["ridge.bare", "--symbols", "missing.toml"], "cannot read the symbols file"),
        (["ridge.bare", "-o", "missing/folder/x.tex"], "cannot write"),
        (["ridge.bare", "--derivation", "--jobs", "0"], "jobs must"),
        (["ridge.bare", "-o", ""], "cannot write"),
    ],
)
def test_bad_input_gives_one_line_and_two(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    assert main(["latex", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_an_export_that_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    symbols = tmp_path / "evil.toml"
    symbols.write_text('tau = "\\\\input{x}"\n')
    target = tmp_path / "old.tex"
    target.write_text("old")
    assert main(["latex", "--all", "--symbols", str(symbols), "-o", str(target)]) == 2
    assert "not among the commands" in capsys.readouterr().err
    assert target.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.toml", "old.tex"]
