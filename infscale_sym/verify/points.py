"""Where a claim is tested: random points of its domain, and where a quantity must be computed by a road of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sympy import And, Symbol, exp, true
from sympy.core.relational import Relational

from infscale_sym.derive.numbers import SEED, random_points
from infscale_sym.evaluate.lambdify import mpmath_function
from infscale_sym.formulas import Formula
from infscale_sym.notation.heads import (
    DifficultySlope,
    PredictiveVariance,
    SampleGain,
    SelectionError,
    TeacherOffset,
    TeacherRisk,
)
from infscale_sym.notation.relations import AtMost, Relation
from infscale_sym.notation.symbols import Sigma, alpha, gamma, k, m, nu, rho, sigma, t, tau, tau_0, vartheta
from infscale_sym.quantities.namespaces import MPMATH, REFEREE_ARB, REFEREE_MPMATH


@dataclass(frozen=True)
class Road:
    """How the left side is computed for one formula, and where.

    `mp`, `arb`: functions that replace a quantity's own on the left side (`arb` given, even empty: both sides by
    enclosure). `values`: special values for symbols. `ladder`: for an asymptotic claim, two values of its variable at
    least four decades apart and one far beyond, as decimal strings. `broken`: for an inequality, variants that must fail,
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


def _pair_of_answers(k_: Any, t_: Any, *moments: Any, digits: int = 50) -> Any:
    from infscale_sym.quantities.gaussian_pair_exact import pair_of_answers_mp

    return pair_of_answers_mp(k_, t_, *moments, digits=digits)


def _pair_by_nodes(k_: Any, t_: Any, *moments: Any, digits: int = 50) -> Any:
    from infscale_sym.quantities.gaussian_pair_enclosure import pair_average_by_nodes_arb

    return pair_average_by_nodes_arb(k_, t_, *moments, digits=digits)


_MODEST = tuple(Fraction(n, 10) for n in (-18, -11, -3, 4, 9, 17))
_TELLING = tuple(Fraction(n, 10) for n in (-14, -9, 7, 11, 13))
_LIMIT_OF_H = Road(
    ladder=("1e3", "1e7", "1e11"), values={rho: _TELLING, vartheta: (Fraction(1, 4), Fraction(2, 5), Fraction(1, 2))}
)
_FEW = tuple(Fraction(n, 2) for n in (5, 7, 8, 11, 16, 24))

_REACH_MODEL = (alpha, sigma, gamma, Sigma, nu)
_REACH_BOUND = TeacherOffset(*_REACH_MODEL) + alpha * PredictiveVariance(alpha, sigma, gamma, Sigma) / 4
_REACH = (
    ("a quarter of the share", AtMost(TeacherRisk(*_REACH_MODEL), _REACH_BOUND)),
    ("the printed q", AtMost(TeacherRisk(*_REACH_MODEL), TeacherOffset(*_REACH_MODEL))),
)

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
    "predictive.variance-ridge": Road(arb={}, note="left side: the Marchenko-Pastur integral; right side: the root solve"),
    "predictive.mean-law": Road(
        REFEREE_MPMATH, REFEREE_ARB, note="left side: bias and noise integrated over the Marchenko-Pastur law"
    ),
    "hte.second": Road(ladder=("1e3", "1e7", "1e18")),
    "hte.third.printed": Road(ladder=("1e3", "1e7", "1e14")),
    "hte.third.corrected": Road(ladder=("1e3", "1e7", "1e14")),
    "finite-k.threshold": _LIMIT_OF_H,
    "finite-k.optimum.printed": _LIMIT_OF_H,
    "finite-k.optimum.printed.temperature": _LIMIT_OF_H,
    "finite-k.optimum.corrected": _LIMIT_OF_H,
    "temperature.optimum": Road(ladder=("1e3", "1e7", "1e11"), values={rho: _TELLING, k: _FEW}),
    "reward.optimum": Road(ladder=("1e4", "1e8", "1e12"), values={k: _FEW}),
    "averaged.finite-temperature": Road(
        mp={"PairAverage": _pair_of_answers},
        values={k: (Fraction(2),), t: tuple(Fraction(n) for n in (9, 14, 20))},
        note="left side: the definition at k = 2 integrated over answers and offsets together",
        count=2,
    ),
    "averaged.printed-law-reach": Road(values={alpha: tuple(Fraction(n, 100) for n in (1, 5, 20, 60))}, broken=_REACH),
    "averaged.best-of-two": Road(
        arb={"PairAverage": _pair_by_nodes}, note="left side: the integral over rho with proved bounds", count=3
    ),
    "monotone": Road(
        values={k: (Fraction(3), Fraction(5), Fraction(8)), t: (Fraction(0), Fraction(2), Fraction(10)), tau: _MODEST},
        count=3,
        broken=(("a judge at -2 tau", AtMost(SelectionError(k + 1, t, tau, -2 * tau), SelectionError(k, t, tau, -2 * tau))),),
    ),
    "monotone.close-judge": Road(
        values={k: (Fraction(3), Fraction(5), Fraction(40)), t: (Fraction(0), Fraction(3)), rho: _MODEST, tau: _MODEST},
        count=3,
        broken=(
            ("a judge at the mirror image", AtMost(SelectionError(k + 1, t, -tau, rho), SelectionError(k, t, -tau, rho))),
        ),
    ),
    "difficulty": Road(ladder=("1e5", "1e9", "1e16")),
    "difficulty.slope": Road(
        values={k: tuple(map(Fraction, (5, 12, 40))), m: tuple(map(Fraction, (1, 2, 3)))},
        broken=(
            ("1 + tau^2 times the left side", AtMost((1 + tau**2) * DifficultySlope(m, tau), DifficultySlope(k, tau))),
        )
    ),
    "difficulty.every-k": Road(
        values={k: tuple(map(Fraction, (2, 9, 40)))},
        broken=(
            (
                "a fall as fast as exp(-tau^2)",
                AtMost(exp(tau**2) * SampleGain(k, tau), exp(tau_0**2) * SampleGain(k, tau_0)),
            ),
        )
    ),
    "difficulty.averaged": Road(ladder=("1e3", "1e7", "1e12")),
    "tradeoff.exponents": Road(ladder=("1e3", "1e7", "1e12")),
    "tradeoff.data-exponent.printed": Road(note="left side: slope of the Marchenko-Pastur integrals in ln alpha"),
    "tradeoff.data-exponent.corrected": Road(note="left side: slope of the Marchenko-Pastur integrals in ln alpha"),
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
