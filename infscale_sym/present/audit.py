"""The audit of the paper: every printed statement with its verdict, three legs, and for a refuted one the correction.

Made from the rows of the ledger (`ledger.machine`), so that a stored ledger and a fresh one print alike. Nothing here is
typed: words come from the registry, verdicts and numbers from the verification.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.present.prose import to_markdown, to_tex

Row = Mapping[str, Any]
_LEGS = ("derivation", "digits", "simulation")


def load(path: str | Path) -> list[dict[str, Any]]:
    """The rows of a ledger.json. Raises DomainError where the file is missing or is none."""
    try:
        stored = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DomainError(f"cannot read a ledger from {path}: {error}; `make ledger` writes one") from None
    if not isinstance(stored, dict) or stored.get("schema") != 1 or "formulas" not in stored:
        raise DomainError(f"{path} is no ledger of schema 1; `make ledger` writes one")
    return stored["formulas"]


def printed(rows: Sequence[Row]) -> list[Row]:
    """The rows of statements that stand in the paper, corrections and own results left out, in the paper's order."""
    own = [row for row in rows if row.get("printed") and not row["id"].endswith(".corrected")]
    return sorted(own, key=lambda row: _place(row["locator"]))


def markdown(rows: Sequence[Row]) -> str:
    """The audit as Markdown: one table of all printed statements, then each refuted one with its correction."""
    by_id = {row["id"]: row for row in rows}
    statements = printed(rows)
    out = [f"{to_markdown(summary(rows))}."]
    table = ["| printed | statement | verdict | derivation | digits | simulation |", "|---|---|---|---|---|---|"]
    for row in statements:
        cells = [to_markdown(row["locator"]), f"`{row['id']}`: {to_markdown(row['title'])}", f"**{row['verdict']}**"]
        table.append(f"| {' | '.join(cells + [to_markdown(_leg(row, name)) for name in _LEGS])} |")
    out.append("\n".join(table))
    for row in statements:
        if row["verdict"] != "refuted":
            continue
        out.append(f"### Refuted: {to_markdown(row['title'])}\n\n$$\n{row['latex']}\n$$")
        out.append(f"{to_markdown(_evidence(row, 'digits'))}.")
        if said := _evidence(row, "simulation"):
            out.append(f"Simulation: {to_markdown(said)}.")
        if (better := _correction(row, by_id)) is not None:
            legs = "; ".join(f"{name}: {_leg(better, name)}" for name in _LEGS)
            words = f"Corrected, `{better['id']}`, **{better['verdict']}** ({to_markdown(legs)}):"
            out.append(f"{words}\n\n$$\n{better['latex']}\n$$")
    return "\n\n".join(out) + "\n"


def tex(rows: Sequence[Row]) -> str:
    """The same as LaTeX for the body of a landscape document (longtable, array and amsmath loaded)."""
    from infscale_sym.present.document import to_tex_id

    by_id = {row["id"]: row for row in rows}
    widths = (0.1, 0.27, 0.1, 0.13, 0.18, 0.12)
    spec = "".join(rf">{{\raggedright\arraybackslash}}p{{{width}\linewidth}}" for width in widths)
    out = [f"{to_tex(summary(rows))}.", r"{\footnotesize\setlength{\tabcolsep}{4pt}"]
    out.append(rf"\begin{{longtable}}{{@{{}}{spec}@{{}}}}")
    head = ("printed", "statement", "verdict", *_LEGS)
    out.append(" & ".join(rf"\textbf{{{name}}}" for name in head) + r" \\ \hline \endhead")
    for row in printed(rows):
        cells = [to_tex(row["locator"]), rf"\texttt{{{to_tex_id(row['id'])}}}: {to_tex(row['title'])}", to_tex(row["verdict"])]
        out.append(" & ".join(cells + [to_tex(_leg(row, name)) for name in _LEGS]) + r" \\[3pt]")
    out.append(r"\end{longtable}}")
    for row in printed(rows):
        if row["verdict"] != "refuted":
            continue
        out.append(rf"\paragraph{{Refuted: {to_tex(row['title'])}}} \begin{{equation*}}{row['latex']}\end{{equation*}}")
        out.append(f"{to_tex(_evidence(row, 'digits'))}.")
        if (better := _correction(row, by_id)) is not None:
            words = rf"Corrected (\texttt{{{to_tex_id(better['id'])}}}, {to_tex(better['verdict'])}):"
            out.append(rf"{words} \begin{{equation*}}{better['latex']}\end{{equation*}}")
    return "\n".join(out)


def summary(rows: Sequence[Row]) -> str:
    """One sentence that counts the verdicts on the printed statements."""
    statements = printed(rows)
    kinds = list(dict.fromkeys(row["verdict"] for row in statements))
    counts = ", ".join(f"{sum(row['verdict'] == kind for row in statements)} {kind}" for kind in kinds)
    return f"{len(statements)} printed statements: {counts}"


def _correction(row: Row, by_id: Mapping[str, Row]) -> Row | None:
    """The partner; where a claim has two readings, one correction serves both."""
    return by_id.get(row["partner"]) or by_id.get(row["id"].split(".printed")[0] + ".corrected")


def _leg(row: Row, name: str) -> str:
    found = next((leg for leg in row["legs"] if leg["name"] == name), None)
    if found is None:
        return "none"
    return found["summary"] if found["agrees"] is not False else f"{found['summary']} (disagrees)"


def _evidence(row: Row, name: str) -> str:
    found = next((leg for leg in row["legs"] if leg["name"] == name), None)
    return "" if found is None or found["agrees"] is None else str(found["evidence"]).rstrip(".")


def _place(locator: str) -> tuple[int, int]:
    """Results before remarks, each by number; what has no number last."""
    for kind, rank in (("Result", 0), ("Remark", 1)):
        if kind in locator:
            digits = "".join(c for c in locator.split(kind, 1)[1].strip().split(",")[0].split()[0] if c.isdigit())
            return rank, int(digits or 99)
    return 2, 99
