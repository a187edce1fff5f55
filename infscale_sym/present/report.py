"""A verdict in plain text, as `print(verdict)` and `infscale verify` have it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

#: Columns of plain text where no terminal says otherwise.
WIDTH = 100


def labelled(name: str, text: str, width: int = WIDTH) -> str:
    """A paragraph with a label in its margin; long words (formulas) are not broken."""
    flat = " ".join(text.split())
    label, indent = f"  {name:<12}", " " * 14
    wrapper = textwrap.TextWrapper(width, label, indent, break_long_words=False, break_on_hyphens=False)
    return wrapper.fill(flat) + "\n"


def verdict_lines(row: Mapping[str, Any], width: int = WIDTH) -> Iterator[str]:
    """The lines on one formula, from the fields of a verdict (`Verdict.as_dict`, or a row of the ledger)."""
    found = row["verdict"] if row["as_expected"] else f"{row['verdict'].upper()} (expected: {row['expected']})"
    yield f"{row['id']}: {found}{' (quick)' if row['quick'] else ''}, {row['seconds']:.1f} s\n"
    for leg in row["legs"]:
        against = " -- DISAGREES" if leg["agrees"] is False else ""
        yield labelled(leg["name"], leg["summary"] + against, width)
        if leg["evidence"]:
            yield labelled("", leg["evidence"], width)
    yield labelled("catches", row["smallest_caught"], width)
