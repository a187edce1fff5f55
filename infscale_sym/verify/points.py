"""Where a claim is tested: random points of its domain, and where a quantity must be computed by a road of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sympy import And, Rational, Symbol, exp, log, true
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
from infscale_sym.notation.symbols import (
    Sigma,
    Theta,
    alpha,
    attempts,
    bin_width,
    chi,
    copying,
    denoising_steps,
    dimension,
    eigenvalue,
    examples,
    failed,
    frequency,
    gamma,
    grid_shift,
    half_gap,
    j,
    k,
    m,
    nu,
    rho,
    shape_a,
    shape_b,
    sigma,
    stages,
    t,
    tau,
    tau_0,
    v_rho,
    vartheta,
    x,
    zeta,
)
from infscale_sym.quantities.namespaces import MPMATH, REFEREE_ARB, REFEREE_MPMATH
from infscale_sym.theory.denoiser.notation import ExpectedDivergence
from infscale_sym.theory.high_temperature.notation import ExpansionCoefficient, TruncationError
from infscale_sym.theory.mean_law.notation import CharacteristicGap
from infscale_sym.theory.memorization.notation import KernelAdvantage


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
    from infscale_sym.theory.selection.values.pair import selection_error_pair_mp

    return selection_error_pair_mp(k_, t_, tau_, rho_, digits)


def _barely_more_than_one(k_: Any, t_: Any, tau_: Any, rho_: Any, digits: int = 50) -> Any:
    """F at k = 1 + 10^-(digits+10): the general path of the evaluator, not its shortcut for one answer."""
    just_above = 1 + Fraction(1, 10 ** (digits + 10))
    return MPMATH["SelectionError"](just_above, t_, tau_, rho_, digits=digits)


def _pair_of_answers(k_: Any, t_: Any, *moments: Any, digits: int = 50) -> Any:
    from infscale_sym.theory.regression.values.gaussian_pair_exact import pair_of_answers_mp

    return pair_of_answers_mp(k_, t_, *moments, digits=digits)


def _pair_by_nodes(k_: Any, t_: Any, *moments: Any, digits: int = 50) -> Any:
    from infscale_sym.theory.regression.values.gaussian_pair_enclosure import pair_average_by_nodes_arb

    return pair_average_by_nodes_arb(k_, t_, *moments, digits=digits)


def _exponent_by_moments(t_: Any, v_: Any, digits: int = 50) -> Any:
    from infscale_sym.theory.averages.limit_values import approach_exponent_by_moments_mp

    return approach_exponent_by_moments_mp(t_, v_, digits=digits)


def _weight_by_quadrature(j_: Any, t_: Any, rho_: Any, digits: int = 50) -> Any:
    from infscale_sym.theory.many_answers.values import weight_ratio_by_quadrature_mp

    return weight_ratio_by_quadrature_mp(j_, t_, rho_, digits)


_FIXED_HEATS = (Fraction(1, 2), Fraction(3, 4), Fraction(5, 4), Fraction(2))
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

_WARM = Road(ladder=("1e2", "1e6", "1e8"), values={t: (Fraction(4), Fraction(6), Fraction(9))})


def _gaussian_bound() -> Relation:
    from infscale_sym.theory.mean_law.formulas import GAUSSIAN_BOUND

    return GAUSSIAN_BOUND.statement


_HALF_A_TERM = AtMost(
    TruncationError(2 * j + 1, 2, t, rho, rho),
    (-1) ** j * ExpansionCoefficient(2 * j + 3, 2, rho, rho) / (2 * t ** (2 * j + 3)),
)


def _soft_pair(k_: Any, t_: Any, tau_: Any, rho_: Any, digits: int = 50) -> Any:
    from infscale_sym.theory.votes.values.pair import weighted_mean_pair_mp

    return weighted_mean_pair_mp(k_, t_, tau_, rho_, digits)


def _median_by_counts(k_: Any, tau_: Any, digits: int = 50) -> Any:
    from infscale_sym.theory.votes.values.exact import median_by_counts_mp

    return median_by_counts_mp(k_, tau_, digits)


def _divergence_by_definition(n_: Any, d_: Any, zeta_: Any, digits: int = 50) -> Any:
    from infscale_sym.theory.denoiser.values.expectation import expected_divergence_pair_mp

    return expected_divergence_pair_mp(n_, d_, zeta_, digits=digits)


def _majority_by_counts(k_: Any, width_: Any, shift_: Any, tau_: Any, digits: int = 50) -> Any:
    from infscale_sym.theory.votes.values.majority import majority_by_counts_mp

    return majority_by_counts_mp(k_, width_, shift_, tau_, digits)


_HARD = tuple(Fraction(n, 10) for n in (7, 9, 10, 12, 16, 18))
_SETS = {dimension: tuple(map(Fraction, (1, 2, 3))), examples: tuple(map(Fraction, (6, 9, 14)))}
_ABOUT_TWO = tuple(Fraction(n, 10) for n in (15, 19, 22, 26))

_ATTEMPTS = tuple(map(Fraction, (1, 2, Fraction(7, 2), 9, 40)))


def _bound_centred_elsewhere() -> Relation:
    """The bound of `coverage.tail.bound` in k + a + b/2 in place of k + a + (b - 1)/2."""
    from infscale_sym.theory.coverage.formulas import TAIL_BOUND

    centre = k + shape_a + (shape_b - 1) / 2
    return TAIL_BOUND.statement.with_rhs(TAIL_BOUND.statement.rhs * (centre / (centre + Rational(1, 2))) ** shape_b)


def _log_mean_by_law(*arguments: Any, digits: int = 50) -> Any:
    from infscale_sym.theory.memorization.values_exact import log_mean_by_law_mp

    return log_mean_by_law_mp(*arguments, digits=digits)


_RATIOS = tuple(Fraction(n, 10) for n in (2, 5, 15, 22))
_BY_LAW = Road(values={alpha: _RATIOS}, count=3, note="left side: the Marchenko-Pastur integral; right side: complex ridges")

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
    "hte.all-orders": Road(ladder=("1e3", "1e7", "1e14"), values={k: tuple(Fraction(n, 2) for n in (5, 6, 9, 14, 16))}),
    "hte.coefficients-many-answers": Road(
        ladder=("1e4", "1e8", "1e60"),
        values={j: tuple(map(Fraction, range(1, 9)))},
        note="left side: exact arithmetic at that k",
    ),
    "hte.coefficients-two-answers": Road(
        values={j: tuple(map(Fraction, (0, 1, 3, 8, 30)))}, note="left side: the integral over u, expanded exactly at k = 2"
    ),
    "hte.coefficients-growth": Road(ladder=("1e9", "1e13", "1e16"), values={rho: _TELLING}),
    "hte.truncation-two-answers": Road(
        values={
            j: tuple(map(Fraction, (0, 1, 2, 4))),
            t: tuple(map(Fraction, (2, 4, 6, 12))),
            rho: tuple(Fraction(n, 8) for n in (-12, -3, 0, 5, 11)),
        },
        broken=(("half the first term left out", _HALF_A_TERM),),
    ),
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
    "averaged.infinite-k": _WARM,
    "averaged.first-correction": _WARM,
    "averaged.slow-approach.exponent": Road(
        mp={"ApproachExponent": _exponent_by_moments},
        values={v_rho: tuple(Fraction(n, 2) for n in (1, 3, 8, 25))},
        note="left side: moments of the weight by quadrature, the root by the secant method",
    ),
    "averaged.slow-approach": Road(
        ladder=("1e4", "1e8", "1e12"),
        values={t: tuple(Fraction(n, 4) for n in (3, 4, 6)), v_rho: (Fraction(6), Fraction(7), Fraction(9))},
    ),
    "averaged.marginal-approach": Road(ladder=("1e4", "1e8", "1e10"), values={t: tuple(Fraction(n, 4) for n in (3, 4, 6))}),
    "averaged.printed-law-reach": Road(values={alpha: tuple(Fraction(n, 100) for n in (1, 5, 20, 60))}, broken=_REACH),
    "averaged.best-of-two": Road(
        arb={"PairAverage": _pair_by_nodes},
        note="left side: the integral over rho with proved bounds",
        count=3,
    ),
    "limit.infinite-k": Road(values={t: _FIXED_HEATS}),
    "limit.first-correction": Road(values={t: _FIXED_HEATS}),
    "limit.corrections": Road(ladder=("1e5", "1e9", "1e13"), values={t: _FIXED_HEATS}),
    "limit.weight-ratio": Road(
        mp={"WeightRatio": _weight_by_quadrature},
        values={j: tuple(map(Fraction, (2, 3, 5, 7)))},
        note="left side: both means by quadrature",
    ),
    "limit.crossover": Road(ladder=("1e3", "1e7", "1e9"), values={chi: (Fraction(1, 2), Fraction(1), Fraction(7, 4))}),
    "limit.crossover.many-answers": Road(ladder=("1e2", "1e6", "1e8")),
    "finite-k.criterion": Road(
        values={rho: (Fraction(6, 5), Fraction(-7, 5), Fraction(2)), tau: tuple(Fraction(n, 20) for n in (-4, -3, 2, 3, 4))},
        note="left side: root of dF/dk at k = 10^(digits+10)",
    ),
    "finite-k.no-return": Road(
        values={
            k: (Fraction(2), Fraction(4)),
            t: (Fraction(2), Fraction(5)),
            rho: _MODEST,
            tau: _MODEST,
        },
        count=2,
        broken=(("a judge at the mirror image", AtMost(SelectionError(k + 1, t, -tau, rho), SelectionError(k, t, -tau, rho))),),
    ),
    "temperature.optimum-infinite-k": Road(
        ladder=("1e3", "1e7", "1e11"),
        values={rho: (Fraction(6, 5), Fraction(7, 5), Fraction(2)), tau: (Fraction(-1, 10), Fraction(-3, 20))},
    ),
    "reward.optimum-infinite-k": Road(
        ladder=("1e4", "1e8", "1e12"),
        values={t: (Fraction(3, 2), Fraction(2)), tau: (Fraction(-1, 2), Fraction(7, 10))},
    ),
    "temperature.zero.boundary": Road(
        values={k: tuple(map(Fraction, (2, 3))), t: (Fraction(2), Fraction(5)), rho: _MODEST, tau: _MODEST},
        count=2,
        broken=(
            (
                "a judge at the mirror image, beyond the boundary",
                AtMost(SelectionError(k, 0, -tau, rho), SelectionError(k, t, -tau, rho)),
            ),
        ),
    ),
    "temperature.zero.approach": Road(
        ladder=("1e4", "1e8", "1e14"),
        values={
            k: tuple(Fraction(n, 2) for n in (6, 9, 14)),
            rho: (Fraction(6, 5),),  # one judge: the tables over scores serve all k and tau
            tau: tuple(Fraction(n, 10) for n in (-5, 3, 10, 14)),
        },
    ),
    "optimum.joint": Road(
        values={
            k: tuple(map(Fraction, (2, 3))),
            t: (Fraction(2), Fraction(5)),
            rho: _MODEST,
            tau: _MODEST,
        },
        count=2,
        broken=(("t = 0 with the judge as it is", AtMost(SelectionError(k, 0, tau, rho), SelectionError(k, t, tau, rho))),),
    ),
    "monotone": Road(
        values={k: (Fraction(3), Fraction(5), Fraction(8)), t: (Fraction(0), Fraction(2), Fraction(10)), tau: _MODEST},
        count=3,
        broken=(("a judge at -2 tau", AtMost(SelectionError(k + 1, t, tau, -2 * tau), SelectionError(k, t, tau, -2 * tau))),),
    ),
    "monotone.close-judge": Road(
        values={k: (Fraction(3), Fraction(5), Fraction(40)), t: (Fraction(0), Fraction(3)), rho: _MODEST, tau: _MODEST},
        count=3,
        broken=(("a judge at the mirror image", AtMost(SelectionError(k + 1, t, -tau, rho), SelectionError(k, t, -tau, rho))),),
    ),
    "difficulty": Road(ladder=("1e5", "1e9", "1e16")),
    "difficulty.slope": Road(
        values={k: tuple(map(Fraction, (5, 12, 40))), m: tuple(map(Fraction, (1, 2, 3)))},
        broken=(("1 + tau^2 times the left side", AtMost((1 + tau**2) * DifficultySlope(m, tau), DifficultySlope(k, tau))),),
    ),
    "difficulty.every-k": Road(
        values={k: tuple(map(Fraction, (2, 9, 40)))},
        broken=(
            (
                "a fall as fast as exp(-tau^2)",
                AtMost(exp(tau**2) * SampleGain(k, tau), exp(tau_0**2) * SampleGain(k, tau_0)),
            ),
        ),
    ),
    "difficulty.averaged": Road(ladder=("1e3", "1e7", "1e12")),
    "tradeoff.exponents": Road(ladder=("1e3", "1e7", "1e12")),
    "tradeoff.data-exponent.printed": Road(note="left side: slope of the Marchenko-Pastur integrals in ln alpha"),
    "tradeoff.data-exponent.corrected": Road(note="left side: slope of the Marchenko-Pastur integrals in ln alpha"),
    "predictive.cross-law": Road(REFEREE_MPMATH, REFEREE_ARB, note="left side: the Marchenko-Pastur integrals"),
    "predictive.judge-law": Road(REFEREE_MPMATH, REFEREE_ARB, note="left side: the Marchenko-Pastur integrals"),
    "predictive.prior-teacher": Road(
        REFEREE_MPMATH, REFEREE_ARB, note="left side: bias and noise integrated over the Marchenko-Pastur law"
    ),
    "predictive.prior-teacher.cross": Road(REFEREE_MPMATH, REFEREE_ARB, note="left side: the Marchenko-Pastur integrals"),
    "predictive.ridgeless-kurtosis": Road(
        REFEREE_MPMATH,
        values={dimension: tuple(map(Fraction, (8, 13, 21, 40))), alpha: tuple(Fraction(1, n) for n in (2, 3, 4))},
        note="left side: moments summed over the density",
    ),
    "predictive.gaussian-bound": Road(
        values={
            frequency: tuple(Fraction(n, 20) for n in (2, 5, 10, 24)),
            dimension: tuple(map(Fraction, (8, 13, 21, 40))),
            alpha: tuple(Fraction(1, n) for n in (2, 3, 4)),
        },
        broken=(
            (
                "nine tenths of the bound",
                AtMost(Rational(10, 9) * CharacteristicGap(frequency, dimension, alpha), _gaussian_bound().rhs),
            ),
        ),
    ),
    "best-of-k.misspecified.distance": Road(
        values={k: tuple(map(Fraction, (2, Fraction(7, 2), 12, 40)))},
        note="right side: the integral over the distance by Gauss-Legendre panels",
        count=3,
    ),
    "best-of-k.misspecified.bound": Road(
        values={k: tuple(map(Fraction, (5, 12, 40)))},
        broken=(
            (
                "half the coefficient of rho (tau - rho)",
                AtMost(
                    (tau - rho) ** 2 + (1 + rho * (tau - rho)) * SelectionError(k, 0, rho, rho), SelectionError(k, 0, tau, rho)
                ),
            ),
        ),
    ),
    "best-of-k.misspecified.tie": Road(values={rho: tuple(Fraction(n, 10) for n in (-13, -7, 8, 15))}),
    "best-of-k.misspecified.optimum-near": Road(
        ladder=("1e6", "1e10", "1e20"), values={rho: tuple(Fraction(n, 10) for n in (6, 9, 13))}
    ),
    "best-of-k.misspecified.optimum-far": Road(ladder=("1e2", "1e6", "1e10")),
    "best-of-k.misspecified.least-error": Road(ladder=("1e2", "1e6", "1e9")),
    "vote.mean": Road(
        values={k: tuple(map(Fraction, (2, 3, 7, 19, 40)))}, note="left side: the law of the sum of k draws, multiplied out"
    ),
    "vote.weighted-mean": Road(
        mp={"WeightedMeanVote": _soft_pair},
        values={k: (Fraction(2),), t: tuple(map(Fraction, (6, 8, 10, 14)))},
        note="left side: the definition integrated over both answers at k = 2",
        count=2,
    ),
    "vote.weighted-mean.infinite-k": Road(ladder=("1e4", "1e8", "1e18"), values={t: tuple(map(Fraction, (1, 2, 3)))}),
    "vote.weighted-mean.first-correction": Road(ladder=("1e4", "1e8", "1e18"), values={t: tuple(map(Fraction, (1, 2, 3)))}),
    "vote.median": Road(
        mp={"MedianVote": _median_by_counts},
        values={k: tuple(map(Fraction, (1, 3, 5, 9, 21)))},
        note="left side: the law of the median from binomial sums",
    ),
    "vote.median.large-k": Road(ladder=("1e4", "1e8", "1e16")),
    "vote.median.even": Road(ladder=("1e4", "1e8", "1e10")),
    "vote.majority": Road(
        mp={"MajorityVote": _majority_by_counts},
        values={k: tuple(map(Fraction, (2, 3, 4, 5))), bin_width: tuple(Fraction(n, 2) for n in (4, 5, 6))},
        note="left side: all ways in which the answers fall into the bins, one by one",
        count=3,
    ),
    "vote.majority.infinite-k": Road(
        values={bin_width: tuple(map(Fraction, (6, 8, 10))), grid_shift: tuple(Fraction(n, 20) for n in (0, 1, 2))},
        note="left side: the exact vote at a k where all other bins are proved to count for less than the digits",
        count=3,
    ),
    "vote.majority.infinite-k.tie": Road(
        values={bin_width: tuple(map(Fraction, (8, 10, 12)))},
        note="left side: the exact vote at a k where all other bins are proved to count for less than the digits",
        count=2,
    ),
    "vote.majority.rate": Road(ladder=("1e5", "1e9", "1e25")),
    "search.beam": Road(ladder=("1e7", "1e11", "1e13"), values={stages: (Fraction(2), Fraction(3))}),
    "best-of-k.hard-task.constant": Road(arb={}, note="left side: the integral, enclosed"),
    "best-of-k.hard-task": Road(ladder=("1e3", "1e7", "1e9"), values={Theta: _HARD}),
    "best-of-k.hard-task.edge": Road(ladder=("1e2", "1e6", "1e7"), values={Theta: _ABOUT_TWO}),
    "best-of-k.hard-task.marginal": Road(ladder=("1e2", "1e6", "1e7")),
    "denoiser.noise-ratio": Road(arb={}, note="left side: the definition in T and l"),
    "denoiser.kl": Road(values={x: tuple(Fraction(n, 10) for n in (1, 4, 13, 30))}, note="left side: the integral"),
    "denoiser.kl.expected": Road(
        mp={"ExpectedDivergence": _divergence_by_definition},
        values={dimension: (Fraction(2),), examples: tuple(map(Fraction, (6, 9, 15)))},
        note="left side: the definition averaged over both eigenvalues at d = 2",
        count=1,
    ),
    "denoiser.kl.no-noise": Road(values=_SETS, note="left side: averaged over v"),
    "denoiser.kl.optimum": Road(
        values={dimension: tuple(map(Fraction, (1, 3, 5))), examples: tuple(map(Fraction, (7, 9, 30)))},
        broken=(
            (
                "a divergence that grows by 2 d ln(1 + zeta)",
                AtMost(
                    ExpectedDivergence(examples, dimension, 0) + 2 * dimension * log(1 + zeta),
                    ExpectedDivergence(examples, dimension, zeta),
                ),
            ),
        ),
    ),
    "denoiser.kl.many-examples": Road(ladder=("1e3", "1e7", "1e9"), values={dimension: tuple(map(Fraction, (1, 3, 5)))}),
    "denoiser.kl.long-diffusion": Road(ladder=("1e4", "1e8", "1e14"), values=_SETS),
    "denoiser.kl.proportional": Road(
        values={alpha: tuple(Fraction(n, 10) for n in (2, 4, 5, 7))}, note="left side: the Marchenko-Pastur integral"
    ),
    "denoiser.one-draw.spread": Road(
        values={dimension: (Fraction(2),), examples: tuple(map(Fraction, (8, 11, 20)))},
        note="left side: averaged over both eigenvalues of the inputs at d = 2",
        count=1,
    ),
    "denoiser.one-draw.long-diffusion": Road(
        values={dimension: tuple(map(Fraction, (1, 2, 3))), examples: tuple(map(Fraction, (7, 9, 14)))},
        note="left side: averaged over the mean spectrum",
        count=3,
    ),
    "denoiser.one-draw.few-examples": Road(
        values={alpha: tuple(Fraction(n, 10) for n in (4, 5, 6)), zeta: tuple(map(Fraction, (2, 3, 5)))},
        note="left side: the determinant from the Marchenko-Pastur law",
        count=1,
    ),
    "denoiser.one-draw.many-examples": Road(
        values={alpha: tuple(Fraction(n, 10) for n in (2, 3, 4)), zeta: tuple(Fraction(n, 4) for n in (1, 2, 4))},
        note="left side: the determinant from the Marchenko-Pastur law",
    ),
    "denoiser.steps.fit": Road(values=_SETS, note="left side: averaged over the mean spectrum"),
    "denoiser.steps.cosine": Road(
        values={denoising_steps: tuple(map(Fraction, (1, 2, 3, 7, 20)))}, note="left side: the product over the steps"
    ),
    "denoiser.steps.rate": Road(
        ladder=("1e3", "1e7", "1e14"), values={eigenvalue: tuple(Fraction(n, 10) for n in (4, 7, 13, 20))}
    ),
    "denoiser.steps.floor": Road(ladder=("5e1", "1e6", "1e12")),
    "coverage.loss": Road(REFEREE_MPMATH, values={k: _ATTEMPTS}, note="left side: the integral over p"),
    "coverage.passk": Road(REFEREE_MPMATH, values={k: _ATTEMPTS}, note="left side: the integral over p"),
    "coverage.failures": Road(
        values={attempts: (Fraction(6),), failed: (Fraction(0), Fraction(2), Fraction(6))},
        note="left side: the binomial law integrated over p",
    ),
    "coverage.correlation": Road(note="left side: moments of p by integration"),
    "coverage.tail": Road(ladder=("1e4", "1e8", "1e60")),
    "coverage.tail.all-orders": Road(ladder=("1e4", "1e8", "1e16")),
    "coverage.tail.centred": Road(ladder=("1e3", "1e7", "1e9")),
    "coverage.tail.bound": Road(
        values={shape_b: tuple(Fraction(n, 10) for n in (2, 4, 6, 9)), k: tuple(map(Fraction, (1, 3, 40, 1000)))},
        broken=(("centred at k + a + b/2", _bound_centred_elsewhere()),),
    ),
    "coverage.loss.exponent": Road(REFEREE_MPMATH, values={k: _ATTEMPTS}, note="left side: -k E(p^k ln p)/E p^k integrated"),
    "coverage.loss.cost": Road(ladder=("1e3", "1e7", "1e10")),
    "coverage.loss.early-stop": Road(
        values={shape_b: tuple(Fraction(n, 10) for n in (2, 4, 6, 9)), k: _ATTEMPTS},
        note="left side: (1 - p^k)/(1 - p) integrated over p",
    ),
    "coverage.correlated.power": Road(ladder=("1e3", "1e7", "1e25")),
    "coverage.correlated.shared": Road(values={k: _ATTEMPTS}, note="left side: integrated over p"),
    "coverage.correlated.sticky": Road(
        ladder=("1e3", "1e7", "1e9"), values={copying: tuple(Fraction(n, 10) for n in (1, 3, 5))}, note="integrated over p"
    ),
    "coverage.unbiased": Road(
        values={attempts: (Fraction(7), Fraction(12)), k: tuple(map(Fraction, (1, 2, 5, 7)))},
        note="left side: summed over all numbers of failures",
    ),
    "coverage.unbiased.variance": Road(
        values={attempts: (Fraction(7), Fraction(12)), k: tuple(map(Fraction, (1, 2, 5, 7)))},
        note="left side: summed over all numbers of failures, integrated over p",
    ),
    "coverage.plug-in": Road(ladder=("1e4", "1e8", "1e20"), values={k: tuple(map(Fraction, (2, 3, 5, 8)))}),
    "coverage.posterior": Road(
        values={attempts: (Fraction(5), Fraction(9)), failed: (Fraction(0), Fraction(2), Fraction(5)), k: _ATTEMPTS},
        note="left side: Bayes' rule, integrated over p",
    ),
    "denoiser.memorization": Road(
        values={dimension: tuple(map(Fraction, (1, 2, 5))), half_gap: tuple(Fraction(n, 4) for n in (2, 3, 5))},
        count=3,
        note="left side: coordinate by coordinate, by the trapezoidal rule",
    ),
    "denoiser.memorization.kernel-norm": Road(
        values={dimension: tuple(map(Fraction, (4, 7, 10))), examples: tuple(map(Fraction, (2, 5, 40)))},
        count=2,
        note="left side: over the distance of two examples, by the trapezoidal rule",
    ),
    "denoiser.log-determinant": Road(
        mp={"LogMean": _log_mean_by_law},
        values={alpha: _RATIOS},
        count=3,
        note="left side: the Marchenko-Pastur integral; right side: the root solve",
    ),
    "denoiser.memorization.sampling-rate": _BY_LAW,
    "denoiser.memorization.kernel-rate": _BY_LAW,
    "denoiser.memorization.fresh-rate": _BY_LAW,
    "denoiser.memorization.gap": Road(ladder=("1e3", "1e7", "1e20")),
    "denoiser.memorization.never": Road(
        values={alpha: _RATIOS},
        count=3,
        broken=(("three times the bound", AtMost(KernelAdvantage(alpha, zeta), Rational(-3, 2) / (2 + zeta))),),
    ),
    "denoiser.hellinger": Road(
        values={alpha: tuple(Fraction(n, 10) for n in (1, 2, 4, 6))},
        count=3,
        note="left side: the Marchenko-Pastur integral; right side: complex ridges",
    ),
}


def points(formula: Formula, count: int, skip: Sequence[Symbol] = ()) -> list[dict[Symbol, Any]]:
    """`count` random points of the formula's domain with exact rational coordinates (the symbols `skip` left out)."""
    road = ROADS.get(formula.id, Road())
    names = [s for s in formula.symbols if s not in skip]
    if not names:  # a statement about one variable only
        return [{}]
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
