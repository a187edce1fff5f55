"""Tables that keep the wrong answers too: how often each distinct one came. Enough to vote as well as to select.

One row is a problem put to a model: n attempts, c of them right, and the counts of the distinct wrong answers; the other
attempts gave no answer that could be read, and do not vote. Voting k times draws k attempts with the observed shares
(with replacement): the vote's chance is then exact, by the multinomial law, for every k.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.theory.coverage.fit.counts import BadRows, Counts, fault, whole
from infscale_sym.theory.votes.values.majority import fullest_chances, winning_chance

#: The columns of a table of answers; others are passed over.
COLUMNS = ("dataset", "llm", "problem", "n", "c", "wrong_answer_counts")
#: The variable that may say where such a table lies.
VARIABLE = "INFSCALE_ANSWERS"
#: Where it is looked for otherwise: in the working folder and those above it.
BESIDE = Path("shared", "data", "boinf_counts.csv")


@dataclass(frozen=True, eq=False)
class Answers:
    """The problems of one dataset, put to one model."""

    dataset: str
    model: str
    counts: Counts
    wrong: tuple[tuple[int, ...], ...]
    """How often each distinct wrong answer came, one tuple a problem, falling."""

    @property
    def share(self) -> np.ndarray:
        """Share of right attempts of each problem, shape (problems,)."""
        return self.counts.successes / self.counts.attempts

    def vote(self, k: Sequence[int] | np.ndarray) -> np.ndarray:
        """Chance that the right answer is the most frequent of k attempts, ties shared; shape (problems, len(k)).

        k: whole, 1 to 500. Exact to about 1e-12 for attempts with the observed shares.
        """
        rows = zip(self.counts.attempts.tolist(), self.counts.successes.tolist(), self.wrong, strict=True)
        return np.array([[_chance(int(at), n, c, wrong) for at in k] for n, c, wrong in rows])

    @property
    def vote_limit(self) -> np.ndarray:
        """The vote's limit k -> oo: 1 where the right answer is the most frequent one, ties shared; shape (problems,)."""
        rows = zip(self.counts.successes.tolist(), self.wrong, strict=True)
        return np.array([_leads(c, wrong) for c, wrong in rows])


def _chance(k: int, n: int, c: int, wrong: tuple[int, ...]) -> float:
    if c == 0:
        return 0.0
    if not wrong and c == n:
        return 1.0
    return winning_chance(k, c / n, np.array(wrong) / n) if wrong else float(fullest_chances(k, [c / n])[0])


def _leads(c: int, wrong: tuple[int, ...]) -> float:
    top = max(wrong, default=0)
    return float(c > top) if c != top else (1 / (1 + wrong.count(top)) if c else 0.0)


def read_answers(path: Any) -> list[Answers]:
    """The table at `path` (comma-separated, with a header that has COLUMNS), one entry for each dataset and model.

    wrong_answer_counts: whole numbers with spaces between. Raises DomainError, or BadRows with a line for every bad row.
    """
    name = os.fspath(path)
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise DomainError(f"cannot read {name}: {getattr(problem, 'strerror', None) or problem}") from None
    rows = list(csv.DictReader(text.splitlines()))
    missing = [column for column in COLUMNS if not rows or column not in rows[0]]
    if missing:
        raise DomainError(f"{name}: a table of answers needs the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}")
    bad: list[str] = []
    groups: dict[tuple[str, str], list[tuple[str, int, int, tuple[int, ...]]]] = {}
    for line, row in enumerate(rows, start=2):
        n, c = whole(row["n"]), whole(row["c"])
        wrong = [whole(entry) for entry in (row["wrong_answer_counts"] or "").split()]
        found = fault(n, c) or _fault_of_wrong(n, c, wrong)
        if found:
            bad.append(f"line {line} ({row['problem']}): {found}")
            continue
        falling = tuple(sorted((int(entry) for entry in wrong), reverse=True))
        groups.setdefault((row["dataset"], row["llm"]), []).append((row["problem"], int(n), int(c), falling))
    if bad:
        raise BadRows(name, bad)
    return [_group(dataset, model, entries) for (dataset, model), entries in groups.items()]


def _group(dataset: str, model: str, entries: list[tuple[str, int, int, tuple[int, ...]]]) -> Answers:
    problem, n, c, wrong = zip(*entries, strict=True)
    return Answers(dataset, model, Counts.of(list(n), list(c), problem=list(problem)), tuple(wrong))


def _fault_of_wrong(n: Any, c: Any, wrong: list[Any]) -> str | None:
    for entry in wrong:
        if isinstance(entry, str) or entry < 1:
            return f"counts of wrong answers must be positive whole numbers; got {str(entry)[:40]!r}"
    return f"{c} right and {sum(wrong)} wrong answers in {n} attempts" if c + sum(wrong) > n else None


def find_answers() -> Path | None:
    """Where the table of real answers lies: what INFSCALE_ANSWERS names, or BESIDE in a folder above this one, or None.

    Raises DomainError where the variable names no file.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if not Path(named).is_file():
            raise DomainError(f"{VARIABLE} is {named!r}, which is no file; set it to a table of answers, or unset it")
        return Path(named)
    here = Path.cwd()
    return next((folder / BESIDE for folder in (here, *here.parents) if (folder / BESIDE).is_file()), None)


def drawn_answers(seed: int = 2) -> list[Answers]:
    """A small table of our own in place of a real one: three made-up models, 40 problems, 40 attempts; drawn, with `seed`.

    A wrong attempt falls on one of a problem's tempting answers; how the weight is spread over them differs by problem.
    """
    rng = np.random.default_rng(seed)
    out = []
    for model, a, b in (("small", 0.9, 0.5), ("medium", 0.5, 0.6), ("large", 0.3, 0.9)):
        entries = []
        for number in range(40):
            p = rng.beta(a, b)
            spread = rng.dirichlet(np.full(6, 0.4))
            drawn = rng.multinomial(40, [1 - p, *(p * spread)])
            wrong = tuple(sorted((int(x) for x in drawn[1:] if x), reverse=True))
            entries.append((str(number + 1), 40, int(drawn[0]), wrong))
        out.append(_group("drawn", model, entries))
    return out
