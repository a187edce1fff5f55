"""`infscale latex` as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from infscale_sym import registry
from infscale_sym.cli import main

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
