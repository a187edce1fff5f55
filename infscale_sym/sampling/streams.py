"""Random streams, ordered parallel work and running moments of the simulators.

The work is cut into blocks whose size is fixed here and nowhere else. A block has its own stream, a SeedSequence
whose spawn key says what it is for, and the blocks' moments are merged in block order. So a number depends on the
seed alone: how many workers there are, and how many blocks each takes at a time, only changes who computes what.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np

#: First entries of the spawn keys, so that no two purposes share a stream.
TRIALS, TRAINING, PROMPTS, TEACHER = range(4)

#: What fixes the draws: an integer, or a generator that goes on (`numpy.random.default_rng` takes both).
Seed = int | np.random.Generator

Item = TypeVar("Item")
Result = TypeVar("Result")


class Stopped(Exception):
    """Raised inside a worker when the run has been interrupted or has failed elsewhere."""


def generator(seed: int, *key: int) -> np.random.Generator:
    """The stream of `seed` for the purpose and position `key`: independent streams for different keys."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def part(seed: int, number: int) -> int:
    """The seed of the number-th of several independent draws that share a seed; that seed itself for the first.

    Checks count their seeds upwards by ones; these are far from all of them.
    """
    return seed + (number << 40)


@dataclass(frozen=True)
class Block:
    """Consecutive trials (or prompts) that share a stream."""

    index: int
    start: int
    size: int


def block_size(answers: int) -> int:
    """Trials of one block when each draws up to `answers` answers; part of the meaning of a seed.

    Small enough to share the work out when a trial is long, large enough that a row of trials amortises the cost of
    a NumPy call: a power of two from 4096 to 32768, about 2^20 draws a block in between.
    """
    return min(max((1 << 20) >> (answers - 1).bit_length(), 4096), 32768)


def tasks(total: int, answers: int, chunk: int | None, workers: int) -> Iterator[list[Block]]:
    """The blocks of `total` trials, grouped into tasks of about `chunk` trials.

    By default there are at least a few tasks a worker, and none much longer than 16 million draws, a few tenths of a
    second, so that progress is seen.
    """
    size = block_size(answers)
    blocks = -(-total // size)
    group = min(blocks // (4 * workers), (1 << 24) // (size * answers)) if chunk is None else chunk // size
    group = max(group, 1)
    for first in range(0, blocks, group):
        indices = range(first, min(first + group, blocks))
        yield [Block(i, i * size, min(size, total - i * size)) for i in indices]


def available_workers() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def in_order(
    task: Callable[[Item, threading.Event], Result], items: Iterable[Item], workers: int, stop: threading.Event
) -> Generator[Result, None, None]:
    """task(item, stop) for every item, on `workers` threads, yielded in the order of the items.

    Threads suffice: NumPy releases the interpreter's lock while it draws and computes. At most a few results wait at
    a time, so memory does not grow with the number of items. If the caller is interrupted or a task fails, `stop` is
    set, the tasks under way end at their next look at it, and the exception goes on. Close the iterator when done.
    """
    if workers == 1:
        for item in items:
            yield task(item, stop)
        return
    pool = ThreadPoolExecutor(workers)
    try:
        waiting: list[Any] = []
        for item in items:
            waiting.append(pool.submit(task, item, stop))
            if len(waiting) > 2 * workers:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


#: Whether to show progress: no, as a bar on stderr, or by telling a function what share of the run (0 to 1) was done since
#: it was last told. It is called from the threads that do the work; what it raises ends the run.
Progress = bool | Callable[[float], object]


@contextlib.contextmanager
def progress(total: int, unit: str, shown: Progress) -> Iterator[Callable[[float], object]]:
    """The function to be told the shares of a run of `total` units, from any thread."""
    if callable(shown):
        yield shown
    elif not shown:
        yield lambda share: None
    else:
        from tqdm import tqdm

        lock = threading.Lock()
        with tqdm(total=total, unit=unit, unit_scale=True, leave=False) as bar:

            def tell(share: float) -> None:
                with lock:
                    bar.update(share * total)

            yield tell


class Estimate(NamedTuple):
    """A mean over independent draws and its standard error (arrays of one shape, or two floats)."""

    mean: Any
    standard_error: Any


def estimate(values: Any) -> Estimate:
    """The mean of independent draws, shape (n,), n >= 2, and its standard error."""
    return Estimate(float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(np.size(values))))


class Moments:
    """Count, mean and sum of squared deviations of vectors, merged pairwise without cancellation."""

    def __init__(self, size: int) -> None:
        self.count = 0
        self.mean = np.zeros(size)
        self.deviation = np.zeros(size)

    def merge(self, count: int, mean: np.ndarray, deviation: np.ndarray) -> None:
        """Add `count` further draws with the given mean and sum of squared deviations, each of shape (size,)."""
        total = self.count + count
        gap = mean - self.mean
        self.mean = self.mean + gap * (count / total)
        self.deviation = self.deviation + deviation + gap * gap * (self.count * (count / total))
        self.count = total

    def rescale(self, factor: np.ndarray) -> None:
        """Change units: every vector drawn is multiplied by `factor`, shape (size,)."""
        self.mean, self.deviation = self.mean * factor, self.deviation * factor * factor

    def estimate(self) -> Estimate:
        """The mean and its standard error, shape (size,) each; the draws must be independent and at least two."""
        return Estimate(self.mean, np.sqrt(self.deviation / (self.count * (self.count - 1.0))))


def row_moments(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sum of squared deviations of each row of `rows`, shape (m, n) -> (m,) each; `rows` is overwritten."""
    mean = rows.mean(axis=1)
    rows -= mean[:, None]
    return mean, np.einsum("ij,ij->i", rows, rows)
