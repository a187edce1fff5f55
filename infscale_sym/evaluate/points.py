"""Points at which statements are checked: seeded, random, inside a domain, with exact rational coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import And, Symbol, true
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from infscale_sym import registry
from infscale_sym.errors import ValidationError

#: The seed of every check in this project.
SEED = 20251219


def random_points(
    names: Sequence[Symbol], count: int, near: Mapping[Symbol, Sequence[Any]] | None = None, seed: int = SEED
) -> Iterator[dict[Symbol, Any]]:
    """`count` points with exact rational coordinates, from each symbol's range in the notation table or from `near`."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        point: dict[Symbol, Any] = {}
        for name in names:
            if near and name in near:
                point[name] = near[name][int(rng.integers(len(near[name])))]
                continue
            entry = registry.symbol_entry(name)
            low, high = (Fraction(end) for end in (entry.between if entry else ("0.2", "3")))
            point[name] = low + (high - low) * Fraction(int(rng.integers(1, 10000)), 10000)
        yield point


def points_in(
    names: Sequence[Symbol], domain: Boolean, count: int, near: Mapping[Symbol, Sequence[Any]] | None = None
) -> list[dict[Symbol, Any]]:
    """`count` different random points of a domain. Raises ValidationError where it is too thin for random points."""
    if not names:
        return [{}]
    out: list[dict[Symbol, Any]] = []
    for seed in range(SEED, SEED + 200):
        for point in random_points(names, 2, near, seed):
            if inside(domain, point) and point not in out:
                out.append(point)
            if len(out) == count:
                return out
    raise ValidationError(
        f"the domain {domain} is too thin for random points of {', '.join(map(str, names))}: say where to look"
    )


def inside(domain: Boolean, point: Mapping[Symbol, Any]) -> bool:
    """Whether a point satisfies every inequality of a domain that speaks of its coordinates alone."""
    from infscale_sym.evaluate.lambdify import mpmath_function

    for condition in domain.args if isinstance(domain, And) else (domain,):
        if condition == true or not isinstance(condition, Relational) or not condition.free_symbols <= set(point):
            continue
        gap = condition.gts - condition.lts  # type: ignore[attr-defined]
        if not mpmath_function(gap, list(point))(*point.values(), digits=15) > 0:
            return False
    return True
