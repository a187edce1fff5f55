"""`infscale plan` as a user runs it: text, JSON, picture, exit codes, and one line for every mistake."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from infscale_sym.cli import common, main, plan

MODEL = "--d 50 --sigma 1 --gamma 1 --nu 1 --price-example 1 --price-answer 0.1"
FIELDS = ["schema", "reachable", "n", "k", "T", "c", "error", "uncertainty", "finite_size", "numerical", "cost", "next_unit",
          "notes", "frontier"]  # fmt: skip


def document(line: str, capsys: pytest.CaptureFixture[str], code: int = 0) -> dict:
    """What `infscale plan MODEL LINE --json` prints."""
    assert main(["plan", *shlex.split(f"{MODEL} {line}"), "--json"]) == code
    out, err = capsys.readouterr()
    assert err == ""
    found = json.loads(out)
    assert list(found) == FIELDS
    assert found["schema"] == common.SCHEMA
    return found


def test_json_holds_decimal_texts(capsys: pytest.CaptureFixture[str]):
    found = document("--budget 100", capsys)
    from infscale_sym import plan as decide

    want = decide(50, 1, 1, 1, price_example=1, price_answer="0.1", budget=100)
    assert (found["n"], found["k"]) == (str(int(want.n)), str(int(want.k)))
    assert found["error"] == repr(want.error)
    assert found["reachable"] is True
    for name in FIELDS[2:11]:
        assert isinstance(found[name], str)
        float(found[name])
    assert list(found["next_unit"]) == ["buy", "training", "answers"]
    assert len(found["frontier"]) > 10
    for point in found["frontier"]:
        assert list(point) == ["cost", "error", "n", "k", "T", "c"]
        assert all(isinstance(value, str) for value in point.values())


def test_the_text_says_what_to_buy(capsys: pytest.CaptureFixture[str]):
    assert main(["plan", *MODEL.split(), "--budget", "100"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert re.match(r"plan: n = \d+ examples, k = \d+ answers, T = 0, c = 0\n  error      \S+ \+- \S+ \(finite size", out)
    assert "\n  next unit  " in out


def test_a_target_out_of_reach_is_exit_code_1(capsys: pytest.CaptureFixture[str]):
    found = document("--target 0.2 --temperature 1", capsys, code=1)
    assert found["reachable"] is False
    assert (found["n"], found["k"], found["cost"]) == ("inf", "inf", "inf")
    assert float(found["error"]) == pytest.approx(1 / 3)
    assert any("no plan has the error 0.2" in note for note in found["notes"])


def test_forms_of_the_model(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sigma.txt").write_text("1 0\n0 0.25\n")
    rest = "--sigma 1 --gamma 1 --price-example 1 --price-answer 1 --budget 20 --json"
    answers = []
    for form in ("--nu 1 --Sigma @sigma.txt", "--weights 1,-1 --Sigma 1,0.25", "--nu 1 --Sigma power:1"):  # i^-2
        assert main(shlex.split(f"plan --d 2 {form} {rest}")) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0]["n"] == answers[1]["n"]
    assert float(answers[0]["error"]) == pytest.approx(float(answers[1]["error"]), rel=1e-9)
    assert float(answers[2]["error"]) == pytest.approx(float(answers[0]["error"]), rel=1e-9)


def test_a_picture_beside_the_text(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    target = tmp_path / "frontier.png"
    assert main(["plan", *MODEL.split(), "--budget", "100", "-o", str(target)]) == 0
    assert target.read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().out.startswith("plan: ")
    assert list(tmp_path.iterdir()) == [target]


BAD = {
    "plan": "required",
    f"plan {MODEL}": "one of the arguments --budget --target is required",
    f"plan {MODEL} --budget 1 --target 1": "not allowed with",
    f"plan {MODEL} --weights 1 --budget 1": "not allowed with",
    f"plan {MODEL} --budget 0": "budget must be positive",
    f"plan {MODEL} --budget 0.05": "budget must pay at least one answer to every prompt, that is 0.1; got 0.05",
    f"plan {MODEL} --budget x": "budget must be a finite real number; got 'x'",
    f"plan {MODEL} --budget __import__('os')": "budget must be a finite real number",
    f"plan {MODEL} --target -1": "target must be positive",
    f"plan {MODEL} --budget 10 --d 0": "d must be an integer from 1",
    f"plan {MODEL} --budget 10 --sigma 0": "sigma must be positive",
    f"plan {MODEL} --budget 10 --nu 0": "nu must be positive",
    f"plan {MODEL} --budget 10 --prompts 1.5": "prompts must be an integer",
    f"plan {MODEL} --budget 10 --Sigma 1,2": "d = 50 eigenvalues; got 2",
    f"plan {MODEL} --budget 10 --Sigma power:x": "finite real number",
    f"plan {MODEL} --budget 10 --Sigma @missing": "cannot read",
    f"plan {MODEL} --budget 10 --temperature -1": "temperature must lie in [0, inf]",
    f"plan {MODEL} --budget 10 --judge inf": "judge must be a finite real number",
    f"plan {MODEL} --budget 10 --max-answers 0": "max-answers must be an integer from 1",
    f"plan {MODEL} --budget 10 -o a.jpg": "must end in .png, .svg or .pdf",
    f"plan {MODEL} --budget 10 -o missing/a.png": "cannot write",
}


@pytest.mark.parametrize(("line", "said"), BAD.items(), ids=[str(i) for i in range(len(BAD))])
def test_bad_input_is_one_line_and_exit_code_2(
    line: str, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(line.replace("'", "\\'"))) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_help_has_examples_that_run(capsys: pytest.CaptureFixture[str]):
    assert main(["plan", "--help"]) == 0
    text = capsys.readouterr().out
    assert all(len(line) <= 128 for line in text.splitlines())
    examples = re.findall(r"^  infscale (plan .*)$", text, re.MULTILINE)
    assert len(examples) == 3
    for example in examples:
        assert main(shlex.split(example)) == 0, example
        out, err = capsys.readouterr()
        assert (bool(out), err) == (True, "")


def test_long_work_is_shown_only_to_somebody(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(common, "PATIENCE", 0)
    assert main(["plan", *MODEL.split(), "--budget", "100"]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(common, "watched", lambda: True)
    with plan._Stages() as stages:
        stages.tell("frontier")
    assert capsys.readouterr().err == "\r\x1b[Kfrontier ...\r\x1b[K"
