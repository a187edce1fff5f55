"""What is claimed. Each module exports FORMULAS; this list names the modules, in the order in which they are read."""

from __future__ import annotations

from infscale_sym.formulas import (
    averaged,
    best_of_k,
    difficulty,
    equivalents,
    finite_k,
    high_temperature,
    monotone,
    optima,
    selection,
    tradeoff,
)
from infscale_sym.formulas.record import Expected, Formula, Source

FORMULAS: tuple[Formula, ...] = (
    *selection.FORMULAS,
    *equivalents.FORMULAS,
    *high_temperature.FORMULAS,
    *best_of_k.FORMULAS,
    *averaged.FORMULAS,
    *monotone.FORMULAS,
    *difficulty.FORMULAS,
    *tradeoff.FORMULAS,
    *finite_k.FORMULAS,
    *optima.FORMULAS,
)

__all__ = ["FORMULAS", "Expected", "Formula", "Source"]
