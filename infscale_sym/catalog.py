"""The register as a user reads it: one formula by its id, or all of them in reading order."""

from __future__ import annotations

from infscale_sym.notation.formula import Formula, Side
from infscale_sym.registry import formula, formulas

__all__ = ["Formula", "Side", "formula", "formulas"]
