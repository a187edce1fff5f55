"""Long work at the command line: how far it is and how long it takes, on standard error; what would never end is refused."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from infscale_sym.cli import common
from infscale_sym.errors import DomainError

#: Seconds of work from which the time of the whole is estimated.
TRIAL = 1.0
#: A longer estimate, in seconds, is said at once.
LONG = 10.0
#: A longer one is refused, unless the user insists.
LONGEST = 3600.0
#: Seconds between two lines where standard error is no terminal.
EVERY = 30.0


def duration(seconds: float) -> str:
    """'40 seconds', '3 minutes', '12 days': two digits at most."""
    units = (("second", 1, 90), ("minute", 60, 90), ("hour", 3600, 48), ("day", 86400, 730), ("year", 86400 * 365.25, math.inf))
    unit, size = next((unit, size) for unit, size, most in units if seconds < most * size)
    number = float(f"{max(seconds / size, 1):.2g}")
    return f"{number:g} {unit}{'' if number == 1 else 's'}"


class Progress:
    """How far a command is: a bar where somebody watches, else a line now and then, from two seconds on.

    total: items of different length, called `unit`; or, without a unit, a measure of work that goes on evenly, of which it says
    after a second how long the whole will take, if that is long. refuse: the message, made from that estimate in seconds, with
    which a run of more than an hour ends; None: it goes on. `update` may be called from any thread.
    """

    def __init__(self, command: str, total: float, unit: str = "", refuse: Callable[[float], str] | None = None) -> None:
        self.command, self.total, self.unit, self.refuse = command, total, unit, refuse
        self.estimated = bool(unit)
        self.done = 0.0
        self.begun = time.monotonic()
        self.next = self.begun + common.PATIENCE
        self.refused: DomainError | None = None
        self._lock = threading.Lock()
        self._bar: Any = None
        self._first = threading.Timer(common.PATIENCE, self._show)  # before the first item is done, which may take long
        self._first.daemon = True

    def __enter__(self) -> Progress:
        if common.watched():
            from tqdm import tqdm

            items, share = f"{{n_fmt}} of {{total_fmt}} {self.unit}s, {{elapsed}}", "{elapsed} gone, {remaining} to go"
            form = f"{{percentage:3.0f}}%|{{bar}}| {items if self.unit else share}"
            self._bar = tqdm(total=self.total, bar_format=form, leave=False, delay=common.PATIENCE)
        self._first.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._first.cancel()
        self._first.join()
        with self._lock:
            if self._bar is not None:
                self._bar.close()
            self.done = self.total

    def update(self, amount: float) -> None:
        """Count `amount` of the total as done. Raises DomainError where the whole would take too long."""
        with self._lock:
            if self.refused is not None:
                raise self.refused
            self.done += amount
            if self._bar is not None:
                self._bar.update(amount)
            elapsed = time.monotonic() - self.begun
            if not self.estimated and elapsed >= TRIAL:
                self.estimated = True
                self._judge(elapsed * self.total / self.done)
        self._show()

    def _judge(self, seconds: float) -> None:
        if seconds > LONGEST and self.refuse is not None:
            self.refused = DomainError(self.refuse(seconds))
            raise self.refused
        if seconds > LONG:
            self._say(f"this takes about {duration(seconds)}")
            self.next += LONG

    def _show(self) -> None:
        """The bar, or a line if it is time for one."""
        now = time.monotonic()
        if now < self.next or self.done >= self.total:
            return
        with self._lock:
            if now < self.next or self.done >= self.total:
                return
            self.next = now + EVERY
            if self._bar is not None:
                self._bar.refresh()
            elif self.unit:
                self._say(f"{self.done:.0f} of {self.total:.0f} {self.unit}s done")
            elif self.done:
                left = (now - self.begun) * (self.total / self.done - 1)
                self._say(f"{self.done / self.total:.0%} done, about {duration(left)} to go")

    def _say(self, words: str) -> None:
        sys.stderr.write(f"{self.command}: {words}\n")
        sys.stderr.flush()
