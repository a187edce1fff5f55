"""`infscale coverage` as a user runs it: text, JSON, CSV, picture, exit codes, and every bad row on its line."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from infscale_sym.cli import common, main
from infscale_sym.cli.coverage import default_attempts

DATA = Path(__file__).parent / "data"
FIELDS = ["schema", "kind", "problems", "a", "b", "ceiling", "failure", "log_likelihood", "level"]
FIELDS += ["intervals", "standard_errors", "ceiling_test", "goodness", "verdict", "table"]
COLUMNS = ["k", "pass@k", "low", "high", "these", "these_low", "these_high", "unbiased", "error", "problems"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the example tables under the names that the help text uses."""
    monkeypatch.chdir(tmp_path)
    for name in ("example", "stopped"):
        shutil.copy(DATA / f"coverage_{name}.csv", {"example": "counts.csv", "stopped": "stopped.csv"}[name])
    rows = (DATA / "coverage_example.csv").read_text(encoding="utf-8").splitlines()[1:]
    models = ["dataset,llm,problem,attempts,successes", *(f"aime,{llm},{row}" for llm in ("small", "large") for row in rows)]
    (tmp_path / "models.csv").write_text("\n".join(models) + "\n", encoding="utf-8")
    return tmp_path


def test_the_report_and_the_table(capsys: pytest.CaptureFixture[str]):
    assert main(shlex.split("coverage fit counts.csv --replicates 19 --k 1,10,40,4000")) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("coverage: 120 problems, 10 to 40 attempts each, 1532 successes\n  a          0.8572")
    assert "\n  verdict    The counts are compatible with the Beta law" in out
    table = out.split("\n\n")[1].splitlines()
    assert table[0].split() == COLUMNS
    assert [line.split()[0] for line in table[1:]] == ["1", "10", "40", "4000"]
    assert table[-1].split()[-1] == "0"


def test_json_and_csv_hold_the_numbers_of_the_library(capsys: pytest.CaptureFixture[str]):
    assert main(shlex.split("coverage fit counts.csv --ceiling free --replicates 19 --json -o table.csv --k 1:1000:x4")) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found = json.loads(out)
    assert list(found) == FIELDS
    assert found["schema"] == common.SCHEMA
    from infscale_sym import fit_coverage, read_counts

    fit = fit_coverage(read_counts("counts.csv"), "free", replicates=0)
    assert found["a"] == repr(fit.a)
    assert found["intervals"]["b"] == [repr(fit.b_interval.low), repr(fit.b_interval.high)]
    rows = list(csv.DictReader(io.StringIO(Path("table.csv").read_text())))
    assert [row["k"] for row in rows] == ["1", "10", "100", "1000"]
    assert [float(row["pass@k"]) for row in rows] == fit.passk(np.array([1.0, 10, 100, 1000])).tolist()
    assert rows[3]["unbiased"] == ""
    assert found["table"][3]["unbiased"] is None
    assert found["table"][3]["pass@k"] == rows[3]["pass@k"]


def test_standard_input_and_a_picture(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path):
    class Stream:
        buffer = io.BytesIO(Path("stopped.csv").read_bytes())

    monkeypatch.setattr(sys, "stdin", Stream)
    assert main(shlex.split("coverage fit - --stopped --replicates 0 --plot fit.png")) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "(stopped at a success)" in out
    assert (folder / "fit.png").read_bytes().startswith(b"\x89PNG")


def test_a_law_that_does_not_fit_is_exit_code_1(capsys: pytest.CaptureFixture[str]):
    rng = np.random.default_rng(4)
    p = np.concatenate([np.full(60, 0.2), np.full(40, 0.6), np.full(20, 0.95)])
    Path("peaks.csv").write_text("".join(f"t{i},30,{c}\n" for i, c in enumerate(rng.binomial(30, 1 - p))))
    assert main(shlex.split("coverage fit peaks.csv --replicates 39")) == 1
    assert "The Beta law does not fit (p = 0.025)" in capsys.readouterr().out


def test_bad_rows_are_listed_and_nothing_is_written(capsys: pytest.CaptureFixture[str], folder: Path):
    Path("bad.csv").write_text("problem,attempts,successes\na,10,12\nb,x,3\nc,5,-1\nd,5,5\n")
    before = sorted(folder.iterdir())
    assert main(shlex.split("coverage fit bad.csv -o out.csv --plot out.png")) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "infscale coverage: bad.csv: 3 bad rows; nothing was read",
        "  line 2: 12 successes in 10 attempts",
        "  line 3: attempts must be a whole number; got 'x'",
        "  line 4: successes must not be negative; got -1",
    ]
    assert sorted(folder.iterdir()) == before


def test_cost_in_text_and_json(capsys: pytest.CaptureFixture[str]):
    line = "coverage cost --model name=small,a=0.9,b=0.35 --model name=large,a=0.4,b=0.5,price=15 --target 0.9"
    assert main(shlex.split(line)) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].split() == ["attempts", "small", "large", "pass@k", "cost", "if_stopped"]
    assert [row.split()[:3] for row in out.splitlines()[1:]] == [
        ["alone", "450", "0"], ["alone", "0", "24"], ["independent", "18", "2"], ["comonotone", "2", "23"],
    ]  # fmt: skip
    assert main(shlex.split(f"{line} --json")) == 0
    plans = json.loads(capsys.readouterr().out)["plans"]
    assert [plan["cost"] for plan in plans] == ["450", "360", "48", "347"]
    assert main(shlex.split("coverage cost --model a=1,b=1,ceiling=0.5 --target 0.6")) == 1
    assert "alone never reaches 0.6: its ceiling is 0.5" in capsys.readouterr().out


BAD = {
    "coverage": "required",
    "coverage fit": "required",
    "coverage fit missing.csv": "cannot read 'missing.csv'",
    "coverage fit counts.csv --level 1.5": "level must lie in [0.5, 1)",
    "coverage fit counts.csv --level x": "level must be a finite real number",
    "coverage fit counts.csv --k 0": "k must be an integer from 1",
    "coverage fit counts.csv --k 1.5": "k must be an integer",
    "coverage fit counts.csv --replicates 3": "replicates must be 0, or from 19",
    "coverage fit counts.csv --ceiling two": "invalid choice",
    "coverage fit counts.csv --seed -1": "seed must be an integer from 0",
    "coverage fit stopped.csv --stopped --cap 5": "cap 5: stopped problems",
    "coverage fit counts.csv --plot a.jpg": "must end in .png, .svg or .pdf",
    "coverage fit counts.csv -o missing/a.csv": "cannot write",
    "coverage cost --target 0.5": "required",
    "coverage cost --model a=1,b=1": "one of the arguments --target --budget is required",
    "coverage cost --model a=1 --target 0.5": "a model needs a= and b= at least",
    "coverage cost --model a=1,b=1,size=7 --target 0.5": "a model is a list of name=",
    "coverage cost --model a=1,b=0 --target 0.5": "b of model 1 must lie in",
    "coverage cost --model a=1,b=1 --target 1": "target must lie in (0, 1)",
    "coverage cost --model a=1,b=1 --budget 0.1": "budget must pay",
    "coverage cost --model a=1,b=1,name=x --model a=1,b=1,name=x --target 0.5": "different names",
}


@pytest.mark.parametrize(("line", "said"), BAD.items(), ids=[str(i) for i in range(len(BAD))])
def test_bad_input_is_one_line_and_exit_code_2(line: str, said: str, capsys: pytest.CaptureFixture[str], folder: Path):
    before = sorted(folder.iterdir())
    assert main(shlex.split(line)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert len(err.splitlines()) == 1
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("part", ["fit", "cost"])
def test_help_has_examples_that_run(part: str, capsys: pytest.CaptureFixture[str]):
    assert main(["coverage", part, "--help"]) == 0
    text = capsys.readouterr().out
    assert all(len(line) <= 128 for line in text.splitlines())
    examples = re.findall(r"^  infscale (coverage .*)$", text, re.MULTILINE)
    assert len(examples) >= 3
    for example in examples:
        assert main(shlex.split(example)) == 0, example
        out, err = capsys.readouterr()
        assert (bool(out), err) == (True, "")


def test_attempts_shown_by_default():
    assert default_attempts(40) == [1, 2, 5, 10, 20, 40, 50, 100, 200, 400]
    assert default_attempts(1) == [1, 2, 5, 10]


def test_one_model_of_a_table_of_several(capsys: pytest.CaptureFixture[str]):
    assert main(["coverage", "fit", "models.csv"]) == 2
    assert "line 122: the problem 'task-001' stands in line 2 already (several models in one table?" in capsys.readouterr().err
    assert main(["coverage", "fit", "models.csv", "--where", "llm=large", "--replicates", "0"]) == 0
    assert capsys.readouterr().out.startswith("coverage: 120 problems, 10 to 40 attempts each, 1532 successes")
    for wrong, words in (
        ("llm=c", "no row has llm = 'c'; it has small, large"),
        ("model=a", "no column 'model' to choose rows by; the header has dataset, llm, problem, attempts, successes"),
        ("llm", "--where takes COLUMN=TEXT; got 'llm'"),
        ("=a", "--where takes COLUMN=TEXT; got '=a'"),
    ):
        assert main(["coverage", "fit", "models.csv", "--where", wrong]) == 2
        assert words in capsys.readouterr().err
