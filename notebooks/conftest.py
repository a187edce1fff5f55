"""The notebooks' kernels run without NumPy's newer kernels: a number that depends on the processor shows itself anywhere.

An environment that chooses for itself (`make test DISPATCH=...`) is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import pytest

from tools import dispatch


@cache
def _environment() -> dict[str, str]:
    return dispatch.without(dispatch.newest(dispatch.active(os.environ)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """A kernel starts while the first cell of its notebook is set up, and takes the environment over."""
    if dispatch.VARIABLE in os.environ:
        return (yield)
    before = dict(os.environ)
    os.environ.update(_environment())
    try:
        return (yield)
    finally:
        os.environ.clear()
        os.environ.update(before)
