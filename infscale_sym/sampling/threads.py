"""One place that keeps the linear algebra library on one thread while our own worker threads fill the processors."""

from __future__ import annotations

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
