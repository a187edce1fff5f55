"""The numbers along the axis of a figure, and what is held fixed where a formula does not say it (`Sweep`)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sympy import Expr, Symbol

from infscale_sym import registry
from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.notation.check import Sweep
from infscale_sym.notation.formula import Formula
from infscale_sym.notation.quantity import quantities_of
from infscale_sym.notation.relations import AsymptoticTo


def held_at(formula: Formula, sweep: Sweep) -> dict[Symbol, float]:
    """What each symbol is held at: as the sweep says, else its typical value in the notation table, else the middle of the
    range in which checks draw it."""
    named = sweep.quantity.free_symbols if sweep.quantity is not None else set()
    symbols = formula.statement.free_symbols | formula.domain.free_symbols | named
    return {symbol: _typical(symbol) for symbol in symbols if isinstance(symbol, Symbol)} | dict(sweep.fixed)


def _typical(symbol: Symbol) -> float:
    entry = registry.symbol_entry(symbol)
    if entry is None:
        return 1.0
    if entry.typical is not None:
        return entry.typical
    low, high = _range(symbol)
    return (low + high) / 2


def _range(symbol: Symbol) -> tuple[float, float]:
    entry = registry.symbol_entry(symbol)
    low, high = entry.between if entry is not None else ("0.2", "3")
    return float(low), float(high)


def plain_sweep(formula: Formula) -> Sweep:
    """Along the first symbol over the range in which checks draw it, for a few values of the second."""
    first, *rest = formula.symbols
    if not rest:
        return Sweep(first, _range(first), False, first, (_range(first)[0],))
    return Sweep(first, _range(first), False, rest[0], tuple(np.linspace(*_range(rest[0]), 3)))


def plain_curves(formula: Formula, series: bool) -> Sweep:
    """An asymptotic statement along its variable, for a few values of another symbol; one for a whole series."""
    statement = formula.statement
    assert isinstance(statement, AsymptoticTo)
    others = [s for s in formula.symbols if s != statement.variable]
    # A quantity that is computed from its definition costs a quadrature a point.
    slow = any(cls.numpy is None for cls in quantities_of(statement.lhs))
    points = 21 if slow else 241
    if not others:
        return Sweep(points=points)
    low, high = _range(others[0])  # from zero on: many a curve is the same at both signs
    values = (_typical(others[0]),) if series else tuple(np.linspace(max(low, 0.0), high, 2 if slow else 4).tolist())
    return Sweep(curve=others[0], values=values, points=points)


def along(expr: Expr, variable: Symbol, grid: np.ndarray, fixed: Mapping[Symbol, float]) -> np.ndarray:
    """`expr` along `grid`; the other symbols are numbers. Float64."""
    symbols = tuple(dict.fromkeys((variable, *(s for s in expr.free_symbols if isinstance(s, Symbol)))))
    function = numpy_function(expr, symbols)
    with np.errstate(all="ignore"):
        values = function(*(grid if s == variable else float(fixed[s]) for s in symbols))
    return np.broadcast_to(np.asarray(values, float), grid.shape)
