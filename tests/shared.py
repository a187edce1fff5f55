"""What several tests look at and none changes, computed once in each process."""

from __future__ import annotations

from functools import cache

from infscale_sym.catalog import formula
from infscale_sym.derive.engine import Derivation


@cache
def derived(id: str) -> Derivation:
    """The concluded derivation of a registered formula, run alone: the cells of its script that are its own."""
    derivation = formula(id).derivation()
    assert derivation is not None, f"{id} has no derivation"
    return derivation
