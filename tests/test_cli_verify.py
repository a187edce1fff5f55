"""`infscale list`, `show` and `verify`: what is printed of the registry and of the verdicts, and the exit codes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infscale_sym.catalog import formulas
from infscale_sym.cli import main
from infscale_sym.errors import ValidationError
from infscale_sym.present.ledger import statement_text
from infscale_sym.verify.record import Leg, Verdict

IDS = [entry.id for entry in formulas()]
LEGS = ("derivation", "digits", "simulation")


@pytest.fixture
def verifier(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    """Replace the verification by one that finds what it is told; returns the list of calls."""

    def install(found: dict[str, str] | None = None, broken: str = "") -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []

        def fake(record: Any, digits: int = 50, quick: bool = False) -> Verdict:
            print("a derivation says what it does")  # and must not get into the report, nor into JSON
            calls.append({"id": record.id, "digits": digits, "quick": quick})
            if record.id == broken:
                raise ValidationError("two meshes\ndiffer")
            verdict = (found or {}).get(record.id, record.expected.value)
            agrees = verdict == record.expected.value
            legs = tuple(Leg(name, f"{name} done", agrees, "Evidence " * 30, {"points": 3}) for name in LEGS)
            return Verdict(record.id, verdict, record.expected.value, legs, "1e-9 in the exponent", 0.125, digits, quick)

        monkeypatch.setattr("infscale_sym.verify.verify", fake, raising=False)
        return calls

    return install


def test_list(capsys):
    assert main(["list"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].split() == ["id", "expected", "title"]
    assert [line.split()[0] for line in out[1:]] == IDS
    assert main(["list", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert [entry["id"] for entry in document["formulas"]] == IDS
    assert all({"title", "expected", "source", "derivation"} <= set(entry) for entry in document["formulas"])


def test_show(verifier, capsys):
    for id in IDS:
        calls = verifier()
        assert main(["show", id, "--verify"]) == 0, id
        out = capsys.readouterr().out
        assert calls == [{"id": id, "digits": 50, "quick": True}]
        for word in ("statement", "latex", "source", "deviation", "derived in", *LEGS, "catches"):
            assert re.search(rf"^  {word}\b", out, re.MULTILINE), (id, word)
        assert main(["show", id, "--json", "--full", "--digits", "20"]) == 0, id
        assert calls[1:] == [{"id": id, "digits": 20, "quick": False}]
        document = json.loads(capsys.readouterr().out)
        assert document["schema"] == 1
        assert document["id"] == id
        assert document["verdict"] == document["expected"], id
        assert [leg["name"] for leg in document["legs"]] == list(LEGS), id
        assert document["latex"], id
        assert bool(document["derivation"]) != bool(document["underived"]), id


def test_show_of_a_formula_that_fails_is_exit_code_1(verifier, capsys):
    verifier({"ridge.bare": "refuted"})
    assert main(["show", "ridge.bare", "--verify"]) == 1
    assert "REFUTED (expected: holds)" in capsys.readouterr().out


def test_statements_in_words():
    said = {entry.id: statement_text(entry.statement) for entry in formulas()}
    assert said["ridge.bare"].count(" = ") == 1
    assert said["best-of-k.leading"].endswith(" = pi*exp(tau**2)/k**2 + O(k**(-3)) as k -> oo")
    assert said["best-of-k.extreme-value"].endswith("as k -> oo, error O(1/k)")


def test_verify_prints_every_formula_in_registry_order(verifier, capsys):
    calls = verifier()
    assert main(["verify", "--jobs", "1"]) == 0
    out = capsys.readouterr().out
    assert [call["id"] for call in calls] == IDS
    assert re.findall(r"^([a-z][\w.-]+): ", out, re.MULTILINE) == IDS
    assert re.search(rf"\n{len(IDS)} formulas: {len(IDS)} as expected, 0 not \(\d+ s\)\n\Z", out)
    assert out.count("\n  catches     1e-9 in the exponent\n") == len(IDS)
    assert all(len(line) <= 100 for line in out.splitlines())
    assert out.isascii()
    assert "a derivation says" not in out


def test_verify_of_some_formulas(verifier, capsys):
    calls = verifier()
    chosen = ["best-of-k.leading", "ridge.bare", "best-of-k.leading"]
    assert main(["verify", *chosen, "--jobs", "1", "--digits", "30", "--quick"]) == 0
    assert calls == [{"id": id, "digits": 30, "quick": True} for id in ("ridge.bare", "best-of-k.leading")]
    out = capsys.readouterr().out
    assert "ridge.bare: holds (quick), 0.1 s\n" in out
    assert "2 formulas: 2 as expected, 0 not" in out


@pytest.mark.parametrize("verdict", ["refuted", "unknown", "holds in the limit"])
def test_a_verdict_that_is_not_expected_is_exit_code_1(verdict: str, verifier, capsys):
    verifier({"ridge.bare": verdict})
    assert main(["verify", "ridge.bare", "ridge.isotropic", "--jobs", "1"]) == 1
    out = capsys.readouterr().out
    assert f"ridge.bare: {verdict.upper()} (expected: holds)" in out
    assert "digits done -- DISAGREES" in out
    assert "2 formulas: 1 as expected, 1 not" in out


def test_a_verification_that_breaks_down_is_unknown_and_hides_no_other(verifier, capsys):
    verifier(broken="ridge.bare")
    assert main(["verify", "ridge.bare", "ridge.isotropic", "--jobs", "1", "--json"]) == 1
    broken, other = json.loads(capsys.readouterr().out)["verdicts"]
    assert (broken["verdict"], broken["as_expected"]) == ("unknown", False)
    assert broken["legs"][0]["evidence"] == "the verification broke down: ValidationError: two meshes differ"
    assert other["as_expected"]


def test_verify_as_json(verifier, capsys):
    verifier({"ridge.bare": "refuted"})
    assert main(["verify", "--jobs", "1", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert (document["formulas"], document["as_expected"], document["not_as_expected"]) == (len(IDS), len(IDS) - 1, 1)
    assert (document["digits"], document["quick"]) == (50, False)
    assert [verdict["id"] for verdict in document["verdicts"]] == IDS
    for verdict in document["verdicts"]:
        assert {"verdict", "expected", "legs", "smallest_caught", "seconds", "as_expected"} <= set(verdict)
        assert [leg["name"] for leg in verdict["legs"]] == list(LEGS)


def test_the_ledger_is_written(verifier, tmp_path: Path, capsys):
    pytest.importorskip("infscale_sym.present.ledger")
    verifier()
    folder = tmp_path / "new" / "report"
    assert main(["verify", "ridge.bare", "--jobs", "1", "--report", str(folder)]) == 0
    assert f"ledger written to {folder}" in capsys.readouterr().out
    assert {"ledger.md", "ledger.json", "ledger.tex"} <= {path.name for path in folder.iterdir()}


def test_an_unwritable_ledger_is_noticed_before_the_work(verifier, tmp_path: Path, capsys):
    calls = verifier()
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        assert main(["verify", "--jobs", "1", "--report", str(folder)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("infscale verify: cannot write")
    assert calls == []
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def without_times(document: dict[str, Any]) -> dict[str, Any]:
    """The document but for what differs from run to run."""
    document.pop("seconds")
    for verdict in document["verdicts"]:
        verdict.pop("seconds")
    return document


def test_the_real_thing_and_processes_change_nothing(capsys):
    line = ["verify", "ridge.bare", "ridge.isotropic", "--quick", "--json", "--jobs"]
    documents = []
    for jobs in ("1", "2"):
        start = time.monotonic()
        assert main([*line, jobs]) == 0
        documents.append(json.loads(capsys.readouterr().out))
        assert documents[-1]["seconds"] <= time.monotonic() - start + 1e-3
    assert without_times(documents[0]) == without_times(documents[1])
    assert [verdict["id"] for verdict in documents[0]["verdicts"]] == ["ridge.bare", "ridge.isotropic"]


def test_the_examples_of_show_run_for_real(capsys):
    assert main(["show", "--help"]) == 0
    examples = re.findall(r"^  infscale (.*)$", capsys.readouterr().out, re.MULTILINE)
    assert len(examples) == 3
    for example in examples:
        assert main(example.split()) == 0
