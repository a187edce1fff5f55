"""Where a claim is tested: random points of its domain, and where a quantity must be computed by a road of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sympy import And, Symbol, true
from sympy.core.relational import Relational

from infscale_sym.derive.numbers import SEED, random_points
from infscale_sym.evaluate.lambdify import mpmath_function
from infscale_sym.formulas import Formula
from infscale_sym.notation.relations import Relation
from infscale_sym.notation.symbols import k, t
from infscale_sym.quantities.namespaces import MPMATH, REFEREE_ARB, REFEREE_MPMATH


@dataclass(frozen=True)
class Road:
    """How the left side is computed for one formula, and where.

    `mp`, `arb`: functions that replace a quantity's own on the left side (`arb` given, even empty: both sides by
    enclosure). `values`: special values for symbols. `ladder`: for an asymptotic claim, five values of its variable over
    at least four decades and one far beyond, as decimal strings. `broken`: for an inequality, variants that must fail,
    as pairs (words, statement).
    """

    mp: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    arb: Mapping[str, Callable[..., Any]] | None = None
    values: Mapping[Symbol, Sequence[Any]] = field(default_factory=dict)
    note: str = ""
    count: int = 4
    ladder: tuple[str, ...] = ()
    broken: tuple[tuple[str, Relation], ...] = ()


def _pair(k_: Any, t_: Any, tau_: Any, rho_: Any, digits: int = 50) -> Any:
    from infscale_sym.quantities.selection.pair import selection_error_pair_mp

    return selection_error_pair_mp(k_, t_, tau_, rho_, digits)


def _barely_more_than_one(k_: Any, t_: Any, tau_: Any, rho_: Any, digits: int = 50) -> Any:
    """F at k = 1 + 10^-(digits+10): the general path of the evaluator, not its shortcut for one answer."""
    just_above = 1 + Fraction(1, 10 ** (digits + 10))
    return MPMATH["SelectionError"](just_above, t_, tau_, rho_, digits=digits)


_MODEST = tuple(Fraction(n, 10) for n in (-18, -11, -3, 4, 9, 17))

ROADS: dict[str, Road] = {
    "selection.integral": Road(
        mp={"SelectionError": _pair},
        values={k: (Fraction(2),), t: tuple(Fraction(n, 4) for n in (8, 11, 14, 20))},
        note="left side: the definition integrated over both answers at k = 2",
        count=3,
    ),
    "selection.single-answer": Road(
        mp={"SelectionError": _barely_more_than_one},
        values={t: (Fraction(5), Fraction(20))},
        count=2,
        note="left side at k = 1 + 10^-(digits+10), where nothing is short-cut",
    ),
    "ridge.bare": Road(arb={}),
    "ridge.renormalized": Road(REFEREE_MPMATH, REFEREE_ARB, note="kappa from the Marchenko-Pastur law"),
    "ridge.isotropic": Road(REFEREE_MPMATH, REFEREE_ARB, note="left side: kappa from the Marchenko-Pastur law"),
    "predictive.mean": Road(arb={}, note="left side: the Marchenko-Pastur integral; right side: the root solve"),
    "predictive.variance": Road(arb={}, note="left side: the Marchenko-Pastur integral; right side: the root solve"),
}


def points(formula: Formula, count: int, skip: Sequence[Symbol] = ()) -> list[dict[Symbol, Any]]:
    """`count` random points of the formula's domain with exact rational coordinates (the symbols `skip` left out)."""
    road = ROADS.get(formula.id, Road())
    names = [s for s in formula.symbols if s not in skip]
    out: list[dict[Symbol, Any]] = []
    for seed in range(SEED, SEED + 200):
        for point in random_points(names, 2, road.values, seed):
            if _inside(formula, point) and point not in out:
                out.append(point)
            if len(out) == count:
                return out
    raise AssertionError(f"{formula.id}: the domain is too thin for random points")


def _inside(formula: Formula, point: Mapping[Symbol, Any]) -> bool:
    conditions = formula.domain.args if isinstance(formula.domain, And) else (formula.domain,)
    for condition in conditions:
        if condition == true or not isinstance(condition, Relational):
            continue
        if not condition.free_symbols <= set(point):
            continue
        gap = condition.gts - condition.lts  # type: ignore[attr-defined]
        if not mpmath_function(gap, list(point), MPMATH)(*point.values(), digits=15) > 0:
            return False
    return True
