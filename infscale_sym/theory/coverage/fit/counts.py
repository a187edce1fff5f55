"""What was counted: attempts and successes of each problem, and how the attempts were ended.

Two designs, also side by side in one table. Fixed: the number of attempts was chosen beforehand. Stopped: attempts went on
until the s-th success (usually the first) or to a cap. Given p the likelihood is the same up to a factor free of p; what is
unbiased, and what a count should look like, is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import exact

#: Most attempts on one problem, and most rows.
MOST = 10**6


class BadRows(DomainError):
    """Some rows cannot be used; `rows` holds one line for each of them. Nothing was dropped: nothing was read."""

    def __init__(self, source: str, rows: Sequence[str]) -> None:
        self.source = source
        self.rows = tuple(rows)
        many = "1 bad row" if len(rows) == 1 else f"{len(rows)} bad rows"
        super().__init__(f"{source}: {many}: " + "; ".join(rows))


@dataclass(frozen=True, eq=False)
class Counts:
    """A checked table. Arrays of shape (problems,); make it with `Counts.of` or `read_counts`."""

    problem: tuple[str, ...]
    attempts: np.ndarray
    """Attempts made, int64, 1 to 1e6."""
    successes: np.ndarray
    """Successes among them, int64."""
    stopped: np.ndarray
    """Whether the attempts were to end at a success (bool)."""
    cap: int | None = None
    """Where a stopped problem was given up, if known; otherwise read from the problems that were."""

    @classmethod
    def of(cls, attempts: Any, successes: Any, problem: Any = None, stopped: Any = False, cap: Any = None) -> Counts:
        """From sequences of whole numbers of equal length; `stopped` is one truth value or one each. Raises BadRows."""
        tries, solved = _row(attempts, "attempts"), _row(successes, "successes")
        if not tries:
            raise DomainError("a table of counts needs at least one problem; got none")
        if len(tries) > MOST:
            raise DomainError(f"a table of counts has at most {MOST:.0e} problems; got {len(tries)}")
        if len(tries) != len(solved):
            raise DomainError(f"attempts and successes must be equally many; got {len(tries)} and {len(solved)}")
        names = [str(i + 1) for i in range(len(tries))] if problem is None else [str(name) for name in problem]
        flags = [bool(stopped)] * len(tries) if np.ndim(stopped) == 0 else [bool(flag) for flag in stopped]
        if not len(names) == len(flags) == len(tries):
            raise DomainError(f"names and stopped must have one entry a problem, {len(tries)}; got {len(names)}, {len(flags)}")
        numbers = [(whole(n), whole(c)) for n, c in zip(tries, solved, strict=True)]
        faults = [(i, fault(n, c)) for i, (n, c) in enumerate(numbers)]
        bad = [f"entry {i + 1} ({names[i]}): {text}" for i, text in faults if text]
        if bad:
            raise BadRows("counts", bad)
        table = np.array(numbers, dtype=np.int64)
        counts = cls(tuple(names), table[:, 0], table[:, 1], np.array(flags, dtype=bool), None)
        return counts if cap is None else counts.with_cap(cap)

    def with_cap(self, cap: Any) -> Counts:
        """The same with a known cap on stopped attempts. Raises DomainError where a problem contradicts it."""
        limit = whole(cap)
        if not isinstance(limit, int) or not 1 <= limit <= MOST:
            raise DomainError(f"cap must be a whole number from 1 to {MOST:.0e}; got {cap}")
        early = self.stopped & (self.successes < self.target)
        if (self.attempts[self.stopped] > limit).any() or (self.attempts[early] != limit).any():
            raise DomainError(f"cap {limit}: stopped problems have at most that many attempts, unsolved ones exactly that many")
        return Counts(self.problem, self.attempts, self.successes, self.stopped, limit)

    def __len__(self) -> int:
        return len(self.problem)

    @property
    def failures(self) -> np.ndarray:
        """Failed attempts, shape (problems,)."""
        return self.attempts - self.successes

    @property
    def largest(self) -> int:
        """Most attempts on one problem."""
        return int(self.attempts.max())

    @property
    def target(self) -> int:
        """The number of successes at which the stopped problems end: the most that any of them has, at least 1."""
        return max(1, int(self.successes[self.stopped].max(initial=0)))

    @property
    def ended(self) -> np.ndarray:
        """Problems whose last attempt is a success because the design says so, shape (problems,)."""
        return self.stopped & (self.successes == self.target)

    @property
    def reach(self) -> np.ndarray:
        """How many attempts the design would have made at most on each problem: the largest k its estimator knows.

        For a stopped problem the cap; where no cap is known, the most attempts on any stopped problem.
        """
        most = self.attempts.copy()
        if self.stopped.any():
            most[self.ended] = self.cap or int(self.attempts[self.stopped].max())
        return most

    @property
    def design_known(self) -> bool:
        """Whether the design could be repeated: a stopped problem that was solved needs a cap that the others agree on."""
        given_up = self.attempts[self.stopped & ~self.ended]
        return not self.ended.any() or self.cap is not None or np.unique(given_up).size == 1


def whole(value: Any) -> int | str:
    """The whole number that a value or its text is (10, "10", "10.0", "1e3"), or the text unchanged if it is none."""
    if type(value) is int:
        return value
    try:
        number = exact(value)
    except DomainError:
        return str(value)
    return int(number) if number == int(number) else str(value)


def fault(attempts: int | str, successes: int | str) -> str | None:
    """What is wrong with one row, in a few words."""
    for value, name in ((attempts, "attempts"), (successes, "successes")):
        if isinstance(value, str):
            return f"{name} must be a whole number; got {value[:40]!r}"
        if value < 0:
            return f"{name} must not be negative; got {value}"
    if attempts == 0:
        return "attempts must be at least 1; got 0"
    if int(attempts) > MOST:
        return f"attempts must be at most {MOST:.0e}; got {attempts}"
    return f"{successes} successes in {attempts} attempts" if int(successes) > int(attempts) else None


def _row(values: Any, name: str) -> list[Any]:
    if isinstance(values, (str, bytes)) or np.ndim(values) != 1:
        raise DomainError(f"{name} must be a sequence of whole numbers, one a problem; got {type(values).__name__}")
    return values.tolist() if isinstance(values, np.ndarray) else list(values)
