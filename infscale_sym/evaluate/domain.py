"""The domain of a statement: the conditions on its symbols, and whether points meet them.

A domain is a SymPy condition (conjunctions and disjunctions of inequalities, in which named quantities may stand) together
with the assumptions that its symbols were made with. Conditions are evaluated in NumPy, mpmath or Arb like everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from sympy import And, Expr, Ge, Gt, Le, Lt, Or, Symbol, true
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, to_dnf

from infscale_sym.errors import DomainError, InfscaleError, NotationError


@dataclass(frozen=True)
class Condition:
    """One inequality, gap > 0 or (not `strict`) gap >= 0. `said`: how it is printed; `implied`: it is an assumption of a
    symbol, without which the expressions have no meaning."""

    gap: Expr
    strict: bool
    said: str
    implied: bool = False

    def met(self, gap: Any) -> Any:
        """Whether it holds where the gap has this value, elementwise."""
        return gap > 0 if self.strict else gap >= 0

    @cached_property
    def _numpy(self) -> tuple[Callable[..., Any], tuple[Symbol, ...]]:
        from infscale_sym.evaluate.lambdify import numpy_function

        names = tuple(sorted((s for s in self.gap.free_symbols if isinstance(s, Symbol)), key=str))
        return numpy_function(self.gap, names), names

    def gaps(self, columns: Mapping[Symbol, Any]) -> Any:
        """The gap in float64, broadcasting; nan where it has no value."""
        function, names = self._numpy
        with np.errstate(all="ignore"):
            try:
                return np.asarray(function(*(columns[name] for name in names)), float)
            except (InfscaleError, ArithmeticError, ValueError):
                arrays = np.broadcast_arrays(*(columns[name] for name in names))
                return np.reshape([_alone(function, row) for row in zip(*map(np.ravel, arrays), strict=True)], arrays[0].shape)


def _alone(function: Callable[..., Any], row: Sequence[float]) -> float:
    try:
        return float(function(*row))
    except (InfscaleError, ArithmeticError, ValueError):
        return np.nan


def condition(relation: Relational) -> Condition:
    """An inequality as a condition. Raises NotationError for an equation, which has no inside."""
    if not isinstance(relation, (Gt, Ge, Lt, Le)):
        raise NotationError(f"a domain is made of inequalities; got {relation}")
    return Condition(relation.gts - relation.lts, isinstance(relation, (Gt, Lt)), str(relation))


@cache
def implied(symbol: Symbol) -> tuple[Condition, ...]:
    """What a symbol's own assumptions say of its sign."""
    if symbol.is_positive:
        return (Condition(symbol, True, f"{symbol} > 0", implied=True),)
    if symbol.is_nonnegative:
        return (Condition(symbol, False, f"{symbol} >= 0", implied=True),)
    if symbol.is_negative:
        return (Condition(-symbol, True, f"{symbol} < 0", implied=True),)
    return ()


@cache
def branches(domain: Boolean) -> tuple[tuple[Condition, ...], ...]:
    """The domain as a union of conjunctions; one empty conjunction where there is no condition."""
    if domain == true:
        return ((),)
    parts = to_dnf(domain).args if isinstance(to_dnf(domain), Or) else (to_dnf(domain),)
    return tuple(tuple(condition(r) for r in (part.args if isinstance(part, And) else (part,))) for part in parts)  # type: ignore[arg-type]


def inside(domain: Boolean, columns: Mapping[Symbol, Any]) -> Any:
    """Which points (float64 columns, broadcasting) meet the domain and the assumptions of their symbols.

    A condition on a symbol that is not among the columns is left out."""
    good: Any = np.bool_(True)
    for symbol, values in columns.items():
        for one in implied(symbol):
            good = good & one.met(np.asarray(one.gaps({symbol: values})))
        if symbol.is_integer:
            good = good & (np.asarray(values, float) == np.round(np.asarray(values, float)))
    within: Any = np.bool_(False)
    for branch in branches(domain):
        here: Any = np.bool_(True)
        for one in branch:
            if one.gap.free_symbols <= set(columns):
                here = here & one.met(one.gaps(columns))
        within = within | here
    return good & within


def broken(domain: Boolean, point: Mapping[Symbol, Any]) -> str:
    """The condition that a point (numbers of any arithmetic) does not meet, in words; '' where it meets them all."""
    for symbol, value in point.items():
        if not isinstance(symbol, Symbol):  # a quantity's slot may be an expression, which has no assumptions of its own
            continue
        for one in implied(symbol):
            if _outside(one, {symbol: value}):
                return one.said
        if symbol.is_integer and not _whole(value):
            return f"{symbol} a whole number"
    unmet = []
    for branch in branches(domain):
        missed = [one.said for one in branch if one.gap.free_symbols <= set(point) and _outside(one, point)]
        if not missed:
            return ""
        unmet.append(" and ".join(missed))
    return " or ".join(unmet)


def _whole(value: Any) -> bool:
    from infscale_sym.evaluate.inputs import exact

    if hasattr(value, "unique_fmpz"):
        return bool(value.contains_integer())
    number = exact(value, infinite=True)
    return isinstance(number, float) or number.denominator == 1


def _outside(one: Condition, point: Mapping[Symbol, Any]) -> bool:
    """Whether a point certainly does not meet a condition: of a ball, no number in it does."""
    names = sorted((s for s in one.gap.free_symbols if isinstance(s, Symbol)), key=str)
    values = [point[name] for name in names]
    if any(hasattr(value, "unique_fmpz") for value in values):
        from infscale_sym.evaluate.lambdify import arb_function

        gap = arb_function(one.gap, names)(*values, digits=30)
        return bool(gap <= 0 if one.strict else gap < 0)
    from infscale_sym.evaluate.lambdify import mpmath_function

    return not bool(one.met(mpmath_function(one.gap, names)(*values, digits=30)))


def refuse_outside(what: str, domain: Boolean, symbols: Sequence[Symbol], values: Sequence[Any]) -> None:
    """Raise DomainError, naming the condition, where a point of any arithmetic lies outside."""
    wanted(what, symbols, values)
    missed = broken(domain, dict(zip(symbols, values, strict=True)))
    if missed:
        at = ", ".join(f"{s} = {_said(v)}" for s, v in zip(symbols, values, strict=True))
        raise DomainError(f"{what} is stated for {missed}; got {at}")


def inside_only(function: Callable[..., Any], what: str, domain: Boolean, symbols: Sequence[Symbol]) -> Callable[..., Any]:
    """A float64 function of the symbols that refuses points outside the domain, or is nan there."""

    def checked(*values: Any, on_outside: str = "raise") -> Any:
        wanted(what, symbols, values)
        if on_outside not in ("raise", "nan"):
            raise DomainError(f"on_outside is 'raise' or 'nan'; got {on_outside!r}")
        columns = dict(zip(symbols, values, strict=True))
        *arrays, good = np.broadcast_arrays(*values, inside(domain, columns))
        if good.all():
            return function(*values)
        if on_outside == "raise":
            first = int(np.flatnonzero(~good.ravel())[0])
            point = [array.ravel()[first].item() for array in arrays]
            where = [int(i) for i in np.unravel_index(first, good.shape)]
            place = f", entry {where[0] if len(where) == 1 else tuple(where)}" if where else ""
            missed = "" if np.isnan(point).any() else broken(domain, dict(zip(symbols, point, strict=True)))
            at = ", ".join(f"{s} = {_said(v)}" for s, v in zip(symbols, point, strict=True))
            more = f" ({(~good).sum()} of {good.size} entries are outside)" if good.ndim else ""
            raise DomainError(f"{what} is stated for {missed or 'numbers'}; got {at}{place}{more}")
        out = np.full(good.shape, np.nan)
        if good.any():
            out[good] = function(*(array[good] for array in arrays))
        return out

    return checked


def wanted(what: str, symbols: Sequence[Symbol], values: Sequence[Any]) -> None:
    """Raise DomainError, naming the symbols, unless there is one value for each."""
    if len(values) != len(symbols):
        names = ", ".join(map(str, symbols))
        raise DomainError(f"{what} takes {len(symbols)} values, those of {names}; got {len(values)}")


def _said(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
