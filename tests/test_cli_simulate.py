"""`infscale simulate`: the simulator's numbers, with the exact value beside those of the selection."""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from infscale_sym.cli import main, progress
from infscale_sym.cli.simulate import read_covariance
from infscale_sym.errors import DomainError
from infscale_sym.simulate import regression, selection
from infscale_sym.theory.selection.values.numeric import selection_error_numpy

REGRESSION = "--n 40 --d 3 --sigma 0.5 --gamma 1 --k 4,1 --T 0.1 --prompts 50 --training-sets 4 --seed 3 --judge 2"


def run(line: str, capsys) -> str:
    """What `infscale simulate LINE` prints."""
    assert main(["simulate", *line.split()]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_selection_is_the_simulators_with_the_exact_value_beside(capsys):
    line = "selection --k 1,2,4,8 --t 0.5 --tau=-0.5,1 --rho 1 --trials 2e4 --seed 7 --json"
    document = json.loads(run(line, capsys))
    assert list(document) == ["schema", "trials", "seed", "values"]
    assert (document["schema"], document["trials"], document["seed"]) == (1, "20000", "7")
    assert len(document["values"]) == 8
    want = [selection([1, 2, 4, 8], 0.5, tau, 1, trials=20_000, seed=7, workers=1) for tau in (-0.5, 1)]
    for position, value in enumerate(document["values"]):
        result, i = want[position // 4], position % 4
        assert (value["k"], value["t"], value["rho"]) == (str(result.k[i]), "0.5", "1")
        assert float(value["tau"]) == result.tau
        assert float(value["mean"]) == result.mean[i]
        assert float(value["standard_error"]) == result.standard_error[i]
        exact = selection_error_numpy(result.k[i], 0.5, result.tau, 1)
        assert abs(float(value["exact"]) / exact - 1) < 1e-13
        deviation = (result.mean[i] - exact) / result.standard_error[i]
        assert abs(float(value["deviation"]) - deviation) < 1e-3
        assert abs(deviation) < 5


def test_selection_as_a_table(capsys):
    lines = run("selection --k 1:100:x3 --t 0 --tau 0.5 --rho 0.5 --trials 1e3", capsys).splitlines()
    assert lines[0].split() == ["k", "t", "tau", "rho", "mean", "standard", "error", "exact", "F", "deviation"]
    assert [line.split()[0] for line in lines[1:4]] == ["1", "10", "100"]
    assert lines[4].startswith("1000 trials, seed 0")


def test_where_no_exact_value_is_offered_none_is_shown(capsys):
    line = "selection --k 2 --t 1e-9 --tau 1 --rho 1 --trials 100"
    (value,) = json.loads(run(f"{line} --json", capsys))["values"]
    assert value["exact"] is None
    assert value["deviation"] is None
    assert run(line, capsys).splitlines()[1].split()[-2:] == ["-", "-"]


def test_workers_change_nothing(capsys):
    for line in ("selection --k 3,30 --t 0.5 --tau 1 --rho 1 --trials 5e4 --json", f"regression {REGRESSION} --json"):
        assert run(f"{line} --workers 1", capsys) == run(f"{line} --workers 2", capsys)


def test_regression_is_the_simulators(capsys):
    document = json.loads(run(f"regression {REGRESSION} --Sigma 0.5,1,2 --teacher-scale 2 --json", capsys))
    assert list(document) == ["schema", "prompts", "training_sets", "seed", "T", "values", "moments"]
    want = regression(
        40, 3, 0.5, 1, k=[4, 1], T=0.1, prompts=50, training_sets=4, seed=3, Sigma=[0.5, 1, 2], teacher=("normal", 2), judge=2
    )
    assert [value["k"] for value in document["values"]] == ["4", "1"]
    for i, value in enumerate(document["values"]):
        for name, curve in (("delta", want.delta), ("selection_error", want.selection_error)):
            assert float(value[name]["mean"]) == curve.mean[i]
            assert float(value[name]["standard_error"]) == curve.standard_error[i]
    for name in ("variance", "teacher_offset_square", "offset_product", "judge_offset_square"):
        assert float(document["moments"][name]["mean"]) == getattr(want, name).mean
        assert float(document["moments"][name]["standard_error"]) == getattr(want, name).standard_error


def test_regression_as_a_table_and_with_new_teachers(capsys):
    fixed = run(f"regression {REGRESSION}", capsys).splitlines()
    assert fixed[0].split() == ["k", "delta", "std", "error", "delta/s^2", "std", "error"]
    assert [line.split()[0] for line in fixed[1:3]] == ["4", "1"]
    assert fixed[-1] == "50 prompts in each of 4 training sets, seed 3; standard errors over training sets"
    assert run(f"regression {REGRESSION} --redraw-teacher", capsys).splitlines() != fixed


@pytest.mark.parametrize("text", ["2 0.5\n0.5 1\n", "# a comment\n2, 0.5\n\n0.5, 1  # more\n", "2e0,\t.5\r\n0.5 1."])
def test_sigma_from_a_file(text: str, tmp_path: Path):
    path = tmp_path / "Sigma.csv"
    path.write_text(text)
    np.testing.assert_array_equal(read_covariance(f"@{path}"), [[2, 0.5], [0.5, 1]])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "got no numbers"),
        (b"1 2\n", r"got 1 rows of \[2\] numbers"),
        (b"1 2\n3\n", r"got 2 rows of \[1, 2\] numbers"),
        (b"1 x\n2 3\n", r"line 1\) must be a finite real number; got 'x'"),
        (b"1 nan\n2 3\n", "got 'nan'"),
        (b"1 0\n0 1;\n", r"line 2\) must be"),
        (b"\xff\xfe\x00", "must be a text file of numbers"),
    ],
)
def test_a_file_that_holds_no_matrix(content: bytes, said: str, tmp_path: Path):
    path = tmp_path / "Sigma"
    path.write_bytes(content)
    with pytest.raises(DomainError, match=said):
        read_covariance(f"@{path}")


def test_a_matrix_that_is_no_covariance_is_refused(tmp_path: Path, capsys):
    path = tmp_path / "Sigma"
    line = f"simulate regression --n 9 --d 2 --sigma 1 --gamma 1 --k 1 --prompts 2 --training-sets 2 --Sigma @{path}"
    for content, said in (("1 2\n2 1\n", "positive definite"), ("1 0.5\n0 1\n", "symmetric")):
        path.write_text(content)
        assert main(line.split()) == 2
        assert said in capsys.readouterr().err


# Long runs.


@pytest.mark.parametrize(
    "line",
    [
        "selection --k 1e9 --t 0.5 --tau 0 --rho 0",
        "selection --k 1e15 --t 0 --tau 0 --rho 0 --trials 2 --workers 1",  # one block: no trial ever ends
        "selection --k 3e6 --t 0,0.5,1 --tau 1:2:x1000 --rho 0 --trials 3e3 --json",
        "regression --n 1e12 --d 10 --sigma 0.5 --gamma 1 --k 4",
        "regression --n 40 --d 3 --sigma 0.5 --gamma 1 --k 1e9 --T 0.1",
        "regression --n 40 --d 3 --sigma 0.5 --gamma 1 --k 1 --prompts 1e13",
    ],
)
def test_what_would_take_longer_than_an_hour_is_refused_after_a_trial(line: str, tmp_path: Path, capsys):
    target, threads, start = tmp_path / "out", threading.active_count(), time.monotonic()
    assert main(["simulate", *line.split(), "-o", str(target)]) == 2
    assert time.monotonic() - start < 30
    assert threading.active_count() == threads
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("infscale simulate: ")
    assert len(err.splitlines()) == 1
    assert re.search(r"would take about [\d.e+]+ (hours|days|years) here: take fewer --tr.* or say --anyway$", err), err
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_wanted_anyway_is_announced_and_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys):
    """With a clock on which the run, short as it is, takes longer than an hour."""
    clock = itertools.count(step=600.0)
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    words = "selection --k 1000 --t 0.5 --tau 0.2 --rho 0.3 --trials 2e4 --seed 3 --workers 1"
    line = ["simulate", *words.split()]
    assert main(line) == 2
    assert "would take about" in capsys.readouterr().err
    assert main([*line, "--anyway"]) == 0
    out, err = capsys.readouterr()
    announced, *lines = err.splitlines()
    assert re.fullmatch(r"infscale simulate: this takes about \d+ (hours|days)", announced)
    assert len(lines) > 3
    shares = [int(re.fullmatch(r"infscale simulate: (\d+)% done, about [\d.]+ \w+ to go", line)[1]) for line in lines]
    assert shares == sorted(shares)
    assert shares[-1] > 90
    monkeypatch.undo()
    assert main(line) == 0
    assert capsys.readouterr().out == out


def test_shares_of_a_run_add_up_to_one():
    told: list[float] = []
    selection([3, 7000, 500], 0.5, 0.1, 0.2, trials=5000, seed=1, workers=2, progress=told.append)
    assert sum(told) == pytest.approx(1)
    assert max(told) < 0.01
    for n, sets in ((400, 5), (2, 1 + 1)):
        told.clear()
        regression(n, 5, 0.5, 1, k=[1, 100], T=0.1, prompts=5000, training_sets=sets, seed=1, workers=3, progress=told.append)
        assert sum(told) == pytest.approx(1)
        assert max(told) < 0.2


def test_what_progress_raises_ends_the_run():
    def full(share: float) -> None:
        raise DomainError("enough")

    threads = threading.active_count()
    for workers in (1, 2):
        with pytest.raises(DomainError, match="enough"):
            selection(10**9, 0.5, 0, 0, trials=10**6, seed=1, workers=workers, progress=full)
        with pytest.raises(DomainError, match="enough"):
            regression(10, 5, 0.5, 1, k=10**8, T=0, prompts=10**9, training_sets=4, seed=1, workers=workers, progress=full)
    assert threading.active_count() == threads


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 second"), (1, "1 second"), (12.34, "12 seconds"), (89, "89 seconds"), (100, "1.7 minutes"), (7200, "2 hours"),
     (86400 * 12.2, "12 days"), (3.2e9, "100 years")],
)  # fmt: skip
def test_durations_in_words(seconds: float, words: str):
    assert progress.duration(seconds) == words
