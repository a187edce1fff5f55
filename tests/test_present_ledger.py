"""The ledger: complete, honest about what is not as expected, whole or absent."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from infscale_sym import registry
from infscale_sym.errors import DomainError
from infscale_sym.present import ledger
from infscale_sym.present.files import write_whole
from infscale_sym.verify.record import Leg, Verdict

FORMULAS = registry.formulas()


def verdicts() -> list[Verdict]:
    """One verdict a formula, as if all had been verified; texts with everything that Markdown and LaTeX could trip over."""
    awkward = "at k = 10^60 | got a_b & c: 3 # 4 ~ \\ {x}"
    out = []
    for record in FORMULAS:
        refuted = record.expected.value == "refuted"
        legs = (
            Leg("derivation", "derived (4 symbolic, 2 numeric)" if record.script else "none", None, record.underived),
            Leg("digits", "off by 4.5 %" if refuted else "50 digits (enclosure)", not refuted, awkward),
            Leg("simulation", "1.2 standard errors", True, "", {"sizes": [10, 20]}),
        )
        out.append(Verdict(record.id, record.expected.value, record.expected.value, legs, "1e-6 of the coefficient", 1.25, 50))
    return out


def test_three_files_with_every_formula_and_its_counterexample(tmp_path: Path):
    paths = ledger.write(verdicts(), tmp_path / "new" / "report")
    assert [path.name for path in paths] == ["ledger.md", "ledger.json", "ledger.tex"]
    assert sorted(path.name for path in paths[0].parent.iterdir()) == ["ledger.json", "ledger.md", "ledger.tex"]
    read = json.loads(paths[1].read_text())
    assert read["schema"] == 1
    assert read["as_expected"] is True
    assert [row["id"] for row in read["formulas"]] == [record.id for record in FORMULAS]
    assert {"verdict", "expected", "as_expected", "legs", "latex", "smallest_caught", "seconds"} <= set(read["formulas"][0])
    for path in (paths[0], paths[2]):
        text = path.read_text()
        assert f"{len(FORMULAS)} of {len(FORMULAS)} verdicts are as expected" in text
        assert text.count("counterexample") == sum(record.expected.value == "refuted" for record in FORMULAS)
        assert "best-of-k.averaged.corrected" in text.replace(r"\allowbreak{}", "")
    table = [line for line in paths[0].read_text().splitlines() if line.startswith("| [")]
    assert len(table) == len(FORMULAS)
    assert {len(re.split(r"(?<!\\)\|", line)) for line in table} == {10}  # eight cells


def test_what_is_not_as_expected_is_named():
    one, *rest = verdicts()
    wrong = Verdict(one.id, "unknown", one.expected, one.legs, "", 0.1, 50)
    assert ledger.summary([wrong, *rest]).endswith(f"not so: {one.id}")
    assert json.loads(ledger.machine([wrong, *rest]))["as_expected"] is False
    assert f"no: {one.expected} was expected" in ledger.markdown([wrong])


def test_an_unwritable_folder_gives_one_line_and_leaves_nothing(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DomainError, match="cannot write into"):
        ledger.write(verdicts(), tmp_path / "file")
    with pytest.raises(DomainError, match="cannot write"):
        write_whole(tmp_path / "missing" / "x.txt", "x")
    with pytest.raises(DomainError, match="is a folder"):
        write_whole(tmp_path, "x")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def full(self: Path, other: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DomainError, match="No space left"):
        write_whole(target, "new")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_the_ledger_compiles_and_nothing_runs_off_the_page(tmp_path: Path):
    (path,) = [path for path in ledger.write(verdicts(), tmp_path) if path.suffix == ".tex"]
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name]
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, errors="replace")
        assert done.returncode == 0, done.stdout[-2000:]
    log = path.with_suffix(".log").read_text(errors="replace")
    assert [w for w in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", log) if float(w) > 20] == []
