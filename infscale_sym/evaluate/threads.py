"""Our own threads and those of the linear algebra library do not mix: one place that keeps them apart."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cache
from typing import Any


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()  # looks through all loaded libraries: once is enough


def single_threaded_algebra() -> AbstractContextManager[Any]:
    """While entered, linear algebra runs on the thread that calls it.

    The workers already fill the processors; libraries that add threads of their own (and let them spin) have been seen
    to slow a busy machine thirtyfold.
    """
    return _controller().limit(limits=1, user_api="blas")


def on_all_processors(work: Callable[[Any], None], items: Iterable[Any]) -> None:
    """Do `work` on every item, on all processors: NumPy releases the interpreter lock inside its loops."""
    items = list(items)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if len(items) < 2 or processors < 2:
        for item in items:
            work(item)
        return
    with single_threaded_algebra(), ThreadPoolExecutor(min(processors, len(items), 8)) as pool:
        for _ in pool.map(work, items):
            pass
