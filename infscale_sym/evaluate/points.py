"""Points at which statements are checked: seeded, random, inside a domain, with exact rational coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Symbol
from sympy.logic.boolalg import Boolean

from infscale_sym import registry
from infscale_sym.errors import ValidationError
from infscale_sym.evaluate.domain import broken

#: The seed of every check in this project.
SEED = 20251219


def random_points(
    names: Sequence[Symbol], count: int, near: Mapping[Symbol, Sequence[Any]] | None = None, seed: int = SEED
) -> Iterator[dict[Symbol, Any]]:
    """`count` points with exact rational coordinates, from each symbol's range (`between`) or from `near`."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        point: dict[Symbol, Any] = {}
        for name in names:
            if near and name in near:
                point[name] = near[name][int(rng.integers(len(near[name])))]
                continue
            low, high = between(name)
            share = Fraction(int(rng.integers(1, 10000)), 10000)
            value = low + (high - low) * share
            point[name] = Fraction(round(value)) if name.is_integer else value
        yield point


def between(symbol: Symbol) -> tuple[Fraction, Fraction]:
    """The range that checks draw a symbol from: that of the notation table, or one that its assumptions allow."""
    entry = registry.symbol_entry(symbol)
    if entry:
        low, high = entry.between
    elif symbol.is_integer:
        low, high = ("1" if symbol.is_positive else "0" if symbol.is_nonnegative else "-8"), "8"
    elif symbol.is_nonnegative:
        low, high = "0.2", "3"
    else:
        low, high = "-3", "-0.2" if symbol.is_negative else "3"
    return Fraction(low), Fraction(high)


def points_in(
    names: Sequence[Symbol], domain: Boolean, count: int, near: Mapping[Symbol, Sequence[Any]] | None = None
) -> list[dict[Symbol, Any]]:
    """`count` different random points of a domain; of several, every symbol that can have both signs has both among them, if
    the domain allows it. Raises ValidationError where it is too thin for random points."""
    if not names:
        return [{}]
    out: list[dict[Symbol, Any]] = []
    for seed in range(SEED, SEED + 200):
        for point in random_points(names, 2, near, seed):
            if inside(domain, point) and point not in out:
                out.append(point)
            if len(out) == count:
                return _both_signs(out, names, domain, near)
    words = ", ".join(map(str, names))
    raise ValidationError(
        f"the domain {domain} is too thin for random points of {words}: say where to look, by the ranges of its symbols "
        "(SymbolEntry(..., between=...)) or by Check(near={symbol: values})"
    )


def _both_signs(
    points: list[dict[Symbol, Any]], names: Sequence[Symbol], domain: Boolean, near: Mapping[Symbol, Sequence[Any]] | None
) -> list[dict[Symbol, Any]]:
    """The points, the last of them with other signs where a symbol had the same in all of them."""
    if len(points) < 2:
        return points
    *kept, last = points
    last = dict(last)
    for name in names:
        if (near and name in near) or not between(name)[0] < 0 < between(name)[1]:
            continue
        if len({point[name] > 0 for point in (*kept, last)}) == 1:
            other = last | {name: -last[name]}
            if inside(domain, other):
                last = other
    return [*kept, last]


def inside(domain: Boolean, point: Mapping[Symbol, Any]) -> bool:
    """Whether a point meets the assumptions of its symbols, and every inequality that speaks of its coordinates alone."""
    return not broken(domain, point)
