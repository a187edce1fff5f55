"""Fitting coverage to counts: how many problems k attempts solve, from a table of attempts and successes (`coverage.passk`).

Model (L, arXiv:2410.16377): one attempt fails with probability p ~ Beta(a, b), drawn once a problem; attempts are independent
given p; a fraction 1 - A of the problems (A: the ceiling) has p = 1 and is never solved. Maximum likelihood (`likelihood`,
`maximum`, `fit`), a test of fit (`goodness`), forecasts with bands (`forecast`), prices (`cost`).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_OBJECTS = {
    "Counts": "counts",
    "BadRows": "counts",
    "read_counts": "table",
    "fit_coverage": "fit",
    "CoverageFit": "result",
    "empirical": "forecast",
    "Model": "cost",
    "cheapest": "cost",
    "cheapest_split": "cost",
}

__all__ = list(_OBJECTS)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _OBJECTS:
        return getattr(import_module(f"infscale_sym.theory.coverage.fit.{_OBJECTS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
