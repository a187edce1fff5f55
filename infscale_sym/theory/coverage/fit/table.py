"""Reading counts from a delimited text file: problem, attempts, successes, one row a problem.

The header is recognised, the delimiter is found, and every row that cannot be used is listed with its line number. Nothing is
dropped: one bad row, and nothing is read. `csv.Sniffer` guesses from letter frequencies and takes the letters of names for
delimiters; here the delimiter is the one under which the rows have equally many columns.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.theory.coverage.fit.counts import MOST, BadRows, Counts, fault, whole

#: Names that a column may have, in any case; spaces and hyphens count as underscores.
NAMES = {
    "problem": ("problem", "task", "id", "name", "question", "item", "prompt", "problem_id", "task_id", "question_id", "index"),
    "attempts": ("attempts", "n", "samples", "trials", "tries", "num_attempts", "num_samples", "n_samples", "total"),
    "successes": ("successes", "c", "correct", "solved", "passed", "success", "num_correct", "n_correct", "num_successes"),
    "stopped": ("stopped", "sequential", "stop"),
}
_DELIMITERS = ",;\t| "
_TRUE, _FALSE = ("yes", "y", "true", "t", "1"), ("no", "n", "false", "f", "0", "")

Row = tuple[int, list[str]]


def read_counts(source: Any, *, where: Mapping[str, str] | None = None, stopped: bool = False, cap: Any = None) -> Counts:
    """The counts in a file: a path, or an open text or binary file.

    Columns by name (problem, attempts, successes, stopped, or a common synonym), other columns are passed over; without a
    header by position: problem, attempts, successes[, stopped], or attempts, successes alone. Delimiter: comma, semicolon,
    tab, bar or spaces; quoted fields, a byte-order mark and any line ends are understood. A column `stopped` (yes or no),
    or stopped=True for the whole file, marks attempts that ended at a success; `cap` is where they were given up otherwise.
    where: only the rows whose cells in these named columns are these texts (one model of a table of many, say).
    Raises BadRows, which lists each row that cannot be used, and DomainError for a file that is no such table.
    """
    text, name = _text(source)
    rows = _rows(text, name)
    columns, body = _columns(rows, name)
    for column, value in (where or {}).items():
        body = _only(rows, body, column, value, name)
    problems, attempts, successes, flags, bad = [], [], [], [], []
    seen: dict[str, int] = {}
    width = max(columns.values()) + 1
    for line, cells in body:
        if len(cells) < width:
            bad.append(f"line {line}: {len(cells)} columns instead of {len(rows[0][1])}")
            continue
        n, c = whole(cells[columns["attempts"]]), whole(cells[columns["successes"]])
        label = cells[columns["problem"]] if "problem" in columns else str(len(problems) + 1)
        word = cells[columns["stopped"]].lower() if "stopped" in columns else "yes" if stopped else "no"
        wrong = fault(n, c)
        if wrong is None and word not in _TRUE + _FALSE:
            wrong = f"stopped must be yes or no; got {word[:40]!r}"
        if wrong is None and label in seen:
            wrong = f"the problem {label[:60]!r} stands in line {seen[label]} already (several models in one table? choose one)"
        if wrong is not None:
            bad.append(f"line {line}: {wrong}")
            continue
        seen[label] = line
        problems.append(label)
        attempts.append(n)
        successes.append(c)
        flags.append(word in _TRUE)
    if bad:
        raise BadRows(name, bad)
    return Counts.of(attempts, successes, problems, flags, cap)


def _text(source: Any) -> tuple[str, str]:
    """The whole text and a name for it."""
    if hasattr(source, "read"):
        data, name = source.read(), str(getattr(source, "name", "counts"))
    else:
        name = str(source)
        try:
            data = Path(source).read_bytes()
        except OSError as problem:
            raise DomainError(f"cannot read {name!r}: {(problem.strerror or str(problem)).lower()}") from None
        except (TypeError, ValueError):
            raise DomainError(f"a table of counts is a path or an open file; got {source!r}") from None
    if isinstance(data, bytes):
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))  # as spreadsheets save "Unicode text"
        try:
            data = data.decode("utf-16" if wide else "utf-8-sig")
        except UnicodeDecodeError as problem:
            raise DomainError(f"{name}: not a UTF-8 text (byte {problem.start}); save the table as CSV in UTF-8") from None
    return data.removeprefix("\ufeff"), name


def _rows(text: str, name: str) -> list[Row]:
    """(line number, cells) of the rows that are not blank, under the delimiter that fits best."""
    if "\0" in text:
        raise DomainError(f"{name}: not a text table (it holds a zero byte)")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        raise DomainError(f"{name}: an empty table; it needs the columns problem, attempts, successes")
    delimiter = max(_DELIMITERS, key=lambda candidate: _fit(lines[:200], candidate))
    return list(_split(text, delimiter, name))


def _fit(lines: list[str], delimiter: str) -> tuple[float, int]:
    """How alike the rows are under a delimiter: share of rows with the commonest number of columns, if that is 2 or more."""
    try:
        widths = Counter(len(row) for _, row in _split("\n".join(lines), delimiter, ""))
    except DomainError:
        return 0.0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return (count / sum(widths.values()) if width > 1 else 0.0), -_DELIMITERS.index(delimiter)


def _split(text: str, delimiter: str, name: str) -> Iterable[Row]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    begun = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if delimiter == " ":
                stripped = [cell for cell in stripped if cell]  # columns aligned with blanks
            if any(stripped):
                yield begun, stripped
            begun = reader.line_num + 1
    except csv.Error as problem:
        raise DomainError(f"{name}: line {reader.line_num}: {problem}") from None


def _columns(rows: list[Row], name: str) -> tuple[dict[str, int], list[Row]]:
    """Which column is what, and the rows below the header if there is one."""
    first = rows[0][1]
    columns: dict[str, int] = {}
    for i, cell in enumerate(first):
        word = cell.lower().replace(" ", "_").replace("-", "_")
        for what, words in NAMES.items():
            if word in words and what not in columns:
                columns[what] = i
    if "attempts" in columns and "successes" in columns:
        body = rows[1:]
    elif len(first) not in (2, 3, 4):
        raise DomainError(f"{name}: no header names the columns, and {len(first)} columns are neither 2, 3 nor 4; {_WANTED}")
    elif columns or (len(rows) > 1 and _words(first) and not _words(rows[1][1])):
        raise DomainError(f"{name}: line {rows[0][0]}: the header ({', '.join(first)[:80]}) lacks a column; {_WANTED}")
    else:
        names = ("attempts", "successes") if len(first) == 2 else ("problem", "attempts", "successes", "stopped")[: len(first)]
        columns, body = {what: i for i, what in enumerate(names)}, rows
    if not body:
        raise DomainError(f"{name}: a header and no rows")
    if len(body) > MOST:
        raise DomainError(f"{name}: a table has at most {MOST:.0e} rows; got {len(body)}")
    return columns, body


def _only(rows: list[Row], body: list[Row], column: str, value: str, name: str) -> list[Row]:
    """The rows of the body whose cell in the column of that name is `value`."""
    header = rows[0][1] if len(body) < len(rows) else []
    if column not in header:
        raise DomainError(f"{name}: no column {column!r} to choose rows by; the header has {', '.join(header) or 'no names'}")
    at = header.index(column)
    kept = [row for row in body if len(row[1]) > at and row[1][at] == value]
    if not kept:
        found = list(dict.fromkeys(cells[at] for _, cells in body if len(cells) > at))
        some = ", ".join(found[:12]) + (", ..." if len(found) > 12 else "")
        raise DomainError(f"{name}: no row has {column} = {value!r}; it has {some}")
    return kept


_WANTED = "wanted: problem, attempts, successes (or task, n, correct)"


def _words(cells: list[str]) -> bool:
    """Whether the cells that should be numbers are all words."""
    return all(isinstance(whole(cell), str) for cell in cells[-2:])
