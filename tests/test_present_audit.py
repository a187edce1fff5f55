"""The audit of the paper: made from the ledger, complete, and up to date with the register."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from infscale_sym import registry
from infscale_sym.errors import DomainError
from infscale_sym.present import audit
from infscale_sym.present.latex import statement_latex

FORMULAS = registry.formulas()

LEDGER = Path(__file__).resolve().parent.parent / "docs" / "ledger" / "ledger.json"


@pytest.fixture(scope="module")
def rows():
    return audit.load(LEDGER)


def test_the_stored_ledger_is_that_of_the_register(rows):
    """After a change of a statement or of an expectation: `make ledger`."""
    assert [row["id"] for row in rows] == [formula.id for formula in FORMULAS]
    for row, formula in zip(rows, FORMULAS, strict=True):
        assert row["latex"] == statement_latex(formula), formula.id
        assert row["verdict"] == row["expected"] == formula.expected.value, formula.id
        assert not row["quick"], formula.id


def test_every_printed_statement_is_in_the_table_and_every_refuted_one_is_corrected(rows):
    text, tex = audit.markdown(rows), audit.tex(rows)
    statements = audit.printed(rows)
    assert {row["id"] for row in statements} >= {f.id for f in FORMULAS if f.id.endswith(".printed")}
    assert not any(row["id"].endswith(".corrected") for row in statements)
    for row in statements:
        assert f"`{row['id']}`" in text
        assert row["latex"] in tex or row["verdict"] != "refuted"
        if row["verdict"] == "refuted":
            assert "counterexample" in next(leg["evidence"] for leg in row["legs"] if leg["name"] == "digits")
            base = row["id"].split(".printed")[0]
            better = next(other for other in rows if other["id"] in (row["partner"], f"{base}.corrected"))
            assert better["verdict"].startswith("holds")
            assert better["latex"] in text


def test_what_it_prints_is_computed(rows):
    doctored = copy.deepcopy(rows)
    target = audit.printed(doctored)[0]
    target["verdict"] = "unknown"
    assert audit.markdown(doctored) != audit.markdown(rows)
    assert "1 unknown" in audit.summary(doctored)


@pytest.mark.parametrize("content", [None, "{", "[]", '{"schema": 2, "formulas": []}'])
def test_what_is_no_ledger_is_refused(tmp_path, content):
    path = tmp_path / "ledger.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DomainError, match="make ledger"):
        audit.load(path)


def test_results_come_before_remarks():
    locators = ["Remark 6, eqs. 23-24", "locator not checked", "Result 3", "Remark 2, eq. 18", "Result 1, eq. 11"]
    wanted = ["Result 1, eq. 11", "Result 3", "Remark 2, eq. 18", "Remark 6, eqs. 23-24", "locator not checked"]
    assert sorted(locators, key=audit._place) == wanted
