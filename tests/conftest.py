"""Guards around every test: global precision and other global numerical state must be left as they were found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import flint
import mpmath
import numpy as np
import pytest


def _global_state() -> dict[str, Any]:
    """The settings that one piece of code can change under another's feet."""
    return {
        "mpmath.mp.prec": mpmath.mp.prec,
        "mpmath.mp.pretty": mpmath.mp.pretty,
        "mpmath.mp.trap_complex": mpmath.mp.trap_complex,
        "mpmath.iv.prec": mpmath.iv.prec,
        "flint.ctx.prec": flint.ctx.prec,
        "flint.ctx.pretty": flint.ctx.pretty,
        "flint.ctx.threads": flint.ctx.threads,
        "numpy.geterr()": np.geterr(),
    }


def _restore(state: dict[str, Any]) -> None:
    for name, value in state.items():
        if name == "numpy.geterr()":
            np.seterr(**value)
        else:
            module, context, attribute = name.split(".")
            setattr(getattr({"mpmath": mpmath, "flint": flint}[module], context), attribute, value)


@pytest.fixture(autouse=True)
def global_state_unchanged() -> Iterator[None]:
    """Fail the test that changes mpmath's or Arb's global precision (or NumPy's error handling), and put it back."""
    before = _global_state()
    yield
    after = _global_state()
    _restore(before)
    changed = [f"{name}: {before[name]} -> {after[name]}" for name in before if before[name] != after[name]]
    if changed:
        pytest.fail("global state changed by this test: " + ", ".join(changed), pytrace=False)


@pytest.fixture(autouse=True)
def figures_without_a_screen() -> Iterator[None]:
    """Draw with Agg, also in subprocesses; only during a test, as the notebooks' kernels choose for themselves."""
    before = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = "Agg"
    yield
    if before is None:
        os.environ.pop("MPLBACKEND", None)
    else:
        os.environ["MPLBACKEND"] = before
