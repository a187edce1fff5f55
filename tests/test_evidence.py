"""The evidence that is shown without being recomputed: where it comes from, and when it is called stale."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infscale_sym import catalog
from infscale_sym.cli import main
from infscale_sym.present import ledger
from infscale_sym.verify import evidence, verify


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A ledger of one formula made now, in place of the shipped one; `change(path, text)` edits a source that it rests on."""
    verdict = verify(catalog.formula("ridge.bare"), digits=20, quick=True)
    ledger.write([verdict], tmp_path)
    place = tmp_path / "ledger.json"
    originals = evidence._file
    edited: dict[str, Path] = {}
    monkeypatch.setattr(evidence, "_PLACES", (place,))
    monkeypatch.setattr(evidence, "_file", lambda path: edited.get(path) or originals(path))

    def change(path: str, edit) -> None:
        source = originals(path)
        assert source is not None
        text = source.read_text()
        changed = edit(text)
        assert changed != text
        edited[path] = tmp_path / "edited.py"
        edited[path].write_text(changed)
        clear()

    def clear() -> None:
        for cached in (evidence._ledger, evidence._rows, evidence._same, evidence._bytes_hash, evidence._tree_hash):
            cached.cache_clear()

    clear()
    yield change
    clear()


def shown():
    row = evidence.shipped("ridge.bare")
    assert row is not None
    return row


def test_evidence_of_the_code_at_hand_is_current(fresh):
    assert not shown().stale
    assert "STALE" not in shown().said()
    assert evidence.shipped("vote.mean") is None


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("theory/regression/formulas.py", "ridge.bare", "ridge.barer"),
        ("theory/regression/checks.py", "1.001", "1.002"),
        ("theory/selection/notation.py", "positive=True", "positive=None"),
        ("verify/digits.py", "_SHOWN = 8", "_SHOWN = 9"),
        ("derive/rules.py", "return Evidence", "return  (Evidence)"),
        ("derivations/deterministic_equivalents.py", "Derivation(", "Derivation.__call__("),
    ],
)
def test_a_change_of_statement_check_script_or_engine_makes_it_stale(fresh, path: str, old: str, new: str):
    if path == "derive/rules.py":  # spaces and brackets are no change
        fresh(path, lambda text: text.replace("return Evidence(SYMBOLIC", "return  Evidence(SYMBOLIC"))
        assert not shown().stale
        return
    fresh(path, lambda text: text.replace(old, new, 1))
    assert shown().changed == (path,)
    assert f"STALE: {path} changed since" in shown().said()


def test_words_may_change(fresh):
    fresh("theory/regression/formulas.py", lambda text: "# a comment\n" + text)
    assert not shown().stale


def test_what_a_formula_does_not_rest_on_may_change(fresh):
    fresh("theory/votes/rules.py", lambda text: text + "\nX = 1\n")
    assert not shown().stale


def test_show_prints_it_at_once_and_says_when_it_is_stale(fresh, capsys: pytest.CaptureFixture[str]):
    assert main(["show", "ridge.bare"]) == 0
    text = capsys.readouterr().out
    assert "from the ledger of" in text
    assert "STALE" not in text
    fresh("verify/digits.py", lambda text: text.replace("_SHOWN = 8", "_SHOWN = 9", 1))
    assert main(["show", "ridge.bare", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["stale"] is True
    assert row["source"]["arxiv"] == "2512.19905"
    assert row["derivation"] == "derivations/deterministic_equivalents.py"


def test_the_index_is_used_only_as_long_as_the_statements_are_those_of_the_code(fresh):
    assert evidence.current_index() is None  # a ledger of one formula rests on a part of the topics only


def test_the_committed_ledger_states_what_is_registered():
    """Whether its evidence is current it says itself; what it states must be what the code states."""
    rows = {row["id"]: row for row in json.loads(evidence._PLACES[-1].read_text(encoding="utf-8"))["formulas"]}
    assert list(rows) == [formula.id for formula in catalog.formulas()]
    for formula in catalog.formulas():
        assert rows[formula.id]["text"] == ledger.statement_text(formula.statement)
