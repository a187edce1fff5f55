"""Memorization by the linear one-step denoiser (Halder, arXiv:2411.17807): squared L2 distances to the sampling law and to
Gaussian kernels at the training examples, and the Hellinger distance.

Lengths in units of sigma_0; alpha = d/n; zeta = l (e^(2T) - 1)/sigma_0^2; variant (i), infinitely many noise draws.
"""

import math
from fractions import Fraction

from sympy import Expr, Rational, exp, log, sqrt

from infscale_sym.notation.check import Check, ExactDraw, LimitDraw, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo, AtMost, Equal
from infscale_sym.theory.denoiser.notation import zeta
from infscale_sym.theory.memorization.notation import (
    FreshRate,
    HellingerRate,
    KernelAdvantage,
    KernelNorm,
    KernelRate,
    LogMean,
    MemoryGap,
    PairStatistic,
    PoleMean,
    SamplingRate,
    SpreadMean,
    generated_variance,
    half_gap,
    kernel_width,
    offset_across,
    offset_along,
    per_feature,
)
from infscale_sym.theory.regression.notation import RenormalizedRidge, alpha, dimension, examples, lambda_
from infscale_sym.theory.sources import HALDER, OWN

here = lazy(__package__)
_RATIOS = tuple(Fraction(n, 10) for n in (2, 5, 15, 22))
_BY_LAW = Check(near={alpha: _RATIOS}, count=3, note="left side: the Marchenko-Pastur integral; right side: complex ridges")

#: H's setting: T = 2, l = e^-4.
_ZETA = 1 - math.exp(-4)


def _rate(*settings: tuple[float, ...], wrong: float = 0.1, wrong_said: str = "") -> ExactDraw:
    note = "training sets at d = 36 to 200, extrapolated in 1/d"
    return ExactDraw(None, settings, 24, 20, wrong, wrong_said, each=True, note=note)


_d, _delta, _h, _n = dimension, half_gap, kernel_width, examples
_g = generated_variance(_delta**2, zeta, _delta**2 / _d)

PAIR = Formula(
    id="denoiser.memorization",
    title="Nearer to the examples or to the law they come from: two examples",
    statement=Equal(
        PairStatistic(_d, _delta, offset_along, offset_across, zeta, _h),
        1
        - 2 * 2 ** (_d / 2) / sqrt(1 + _g) * exp(-(offset_along**2) / (2 * (1 + _g)) - offset_across**2 / 2)
        + 2 * 2 ** (_d / 2) * _h ** (1 - _d) / sqrt(_g + _h**2) * exp(-(_delta**2) / (2 * (_g + _h**2)))
        - (1 + exp(-(_delta**2) / _h**2)) / (2 * _h**_d),
    ),
    source=HALDER,
    deviation=(
        "||g - s||^2 - ||g - K||^2 in units of ||s||^2: positive is memorizing. H's code has bandwidth n^(-1/d) and, in "
        "place of the sampling law, kernels at 10^4 fresh draws. Any n and either variant: theory.memorization.values."
    ),
    expected=Expected.HOLDS,
    script="memorization",
    check=Check(
        near={dimension: tuple(map(Fraction, (1, 2, 5))), half_gap: tuple(Fraction(n, 4) for n in (2, 3, 5))},
        count=3,
        note="left side: coordinate by coordinate, by the trapezoidal rule",
    ),
    draw=ExactDraw(
        settings=((3, 0.8, 0.3, -0.5, _ZETA, 0.7), (3, 1.2, -0.6, 0.4, _ZETA, 0.7)),
        trials=300_000,
        quick_trials=100_000,
        wrong=0.1,
        each=True,
    ),
    sweep=Sweep(half_gap, (0.2, 3), False, kernel_width, (0.5, 0.7, 1), {dimension: 3}),
)

KERNEL_NORM = Formula(
    id="denoiser.memorization.kernel-norm",
    title="At the bandwidth n^(-1/d) a kernel estimate has the norm of the sampling law",
    statement=Equal(KernelNorm(_n, _d, _h), _h ** (-_d) / _n + (1 - 1 / _n) * (1 + _h**2) ** (-_d / 2)),
    source=OWN,
    deviation="At h_K = n^(-1/d) the first term is exactly 1 and the second exponentially small in d.",
    expected=Expected.HOLDS,
    script="memorization",
    check=Check(
        near={dimension: tuple(map(Fraction, (4, 7, 10))), examples: tuple(map(Fraction, (2, 5, 40)))},
        count=2,
        note="left side: over the distance of two examples, by the trapezoidal rule",
    ),
    draw=ExactDraw(settings=((5, 3, 0.8), (8, 4, 8**-0.25)), trials=40_000, quick_trials=10_000, wrong=0.03, each=True),
    sweep=Sweep(kernel_width, (0.5, 1.2), False, examples, (3, 10, 100), {dimension: 10}),
)

_kappa = RenormalizedRidge(lambda_, alpha, 1)

LOG_MEAN = Formula(
    id="denoiser.log-determinant",
    title="The log-determinant of a sample covariance plus a ridge",
    statement=Equal(LogMean(lambda_, 0, alpha), log(1 + _kappa) + (1 - 1 / alpha) * log(lambda_ / _kappa) - 1 / (1 + _kappa)),
    source=OWN,
    deviation="Holds for complex ridges off the negative axis by continuation; the rates below use that.",
    expected=Expected.HOLDS,
    script="memorization",
    check=Check(
        independent={LogMean: here(".values_exact:log_mean_by_law_mp")},
        near={alpha: _RATIOS},
        count=3,
        note="left side: the Marchenko-Pastur integral; right side: the root solve",
    ),
    draw=ExactDraw(
        settings=((0.3, 2.0), (0.6, 0.5)),
        trials=100,
        quick_trials=60,
        each=True,
        note="sample covariances at d = 20, 40, 80, extrapolated in 1/d",
    ),
    sweep=Sweep(lambda_, (1e-2, 10), True, alpha, (0.2, 0.5, 2)),
)


def quadratic(width: Expr) -> tuple[Expr, Expr, Expr]:
    """D, p, q with (g(x) + width^2) (x + zeta)^2 = D ((x + p)^2 + q^2)."""
    top = 1 + zeta + width**2
    return top, width**2 * zeta / top, width * zeta * sqrt(1 + zeta) / top


def _logs(width: Expr) -> Expr:
    top, p, q = quadratic(width)
    return log(2 / top) / 2 - LogMean(p, q, alpha) + LogMean(zeta, 0, alpha)


SAMPLING_RATE = Formula(
    id="denoiser.memorization.sampling-rate",
    title="How near the generated law is to the sampling law, per dimension",
    statement=Equal(SamplingRate(alpha, zeta), _logs(1)),
    source=OWN,
    deviation="Not in H. The pole is complex: eigenvalues never reach it.",
    expected=Expected.HOLDS,
    script="memorization",
    check=_BY_LAW,
    draw=_rate((2.0, _ZETA), (0.5, _ZETA)),
    sweep=Sweep(alpha, (0.05, 5), True, zeta, (0.3, 1, 3)),
)

_top, _p, _q = quadratic(_h)
_real, _imaginary = PoleMean(_p, _q, alpha), SpreadMean(_p, _q, alpha)
_signal = 1 + zeta
#: <x/(g + h_K^2)> and <1/(g + h_K^2)> by partial fractions, times 1 + zeta + h_K^2.
_own = (
    1
    + 2 * zeta * _signal / _top
    + zeta**2 * _signal * (_signal - 3 * _h**2) / _top**2 * _real
    - _h * zeta**2 * sqrt(_signal) * (3 * _signal - _h**2) / _top**2 * _imaginary
)
_other = 1 + 2 * zeta * _signal / _top * _real + zeta * sqrt(_signal) * (_signal - _h**2) / (_h * _top) * _imaginary

KERNEL_RATE = Formula(
    id="denoiser.memorization.kernel-rate",
    title="How near the generated law is to its own training examples, per dimension",
    statement=Equal(
        KernelRate(alpha, zeta, _h),
        _logs(_h) - _own / (2 * _top),
    ),
    source=OWN,
    deviation="Not in H.",
    expected=Expected.HOLDS,
    script="memorization",
    check=_BY_LAW,
    draw=_rate((2.0, _ZETA, 0.4), (0.25, _ZETA, 0.4)),
    sweep=Sweep(alpha, (0.05, 5), True, kernel_width, (0.5, 0.7, 1)),
)

FRESH_RATE = Formula(
    id="denoiser.memorization.fresh-rate",
    title="How near the generated law is to fresh draws, per dimension",
    statement=Equal(
        FreshRate(alpha, zeta, _h),
        _logs(_h) - _other / (2 * _top),
    ),
    source=OWN,
    deviation="Not in H.",
    expected=Expected.HOLDS,
    script="memorization",
    check=_BY_LAW,
    draw=_rate((2.0, _ZETA, 0.5), (0.5, _ZETA, 0.5)),
    sweep=Sweep(alpha, (0.05, 5), True, kernel_width, (0.5, 0.7, 1)),
)

GAP = Formula(
    id="denoiser.memorization.gap",
    title="Training examples stand out until n is of the order of d^2",
    statement=AsymptoticTo(
        MemoryGap(1 / per_feature, zeta, _h),
        zeta / ((1 + (1 + zeta) * _h**2) ** 2 * per_feature),
        per_feature,
        remainder=per_feature**-2,
    ),
    source=OWN,
    deviation="Per dimension; d times it is of order one where n = d^2 zeta/(1 + (1 + zeta) h_K^2)^2.",
    expected=Expected.IN_THE_LIMIT,
    script="memorization",
    check=Check(ladder=("1e3", "1e7", "1e20")),
    draw=LimitDraw(
        here(".draws:memory_gap_of_many"),
        sizes=(8, 12, 20, 32),
        settings=((_ZETA, 0.8),),
        trials=6_000,
        quick_trials=3_000,
        note="generated laws at n = d^2/2",
    ),
    sweep=Sweep(per_feature, (1.5, 1e3), True, zeta, (0.3, 1, 3), points=41),
)

NEVER = Formula(
    id="denoiser.memorization.never",
    title="At H's bandwidth the generated law is always nearer to the sampling law",
    statement=AtMost(KernelAdvantage(alpha, zeta), -1 / (2 * (2 + zeta))),
    source=OWN,
    deviation=(
        "A change of sign in n might be expected. With the sampling law itself there is none for d, n -> oo at any d/n: "
        "<g, s> exceeds <g, K> by the factor exp(d/(2 (2 + zeta))) or more."
    ),
    expected=Expected.HOLDS,
    script="memorization",
    check=Check(
        near={alpha: _RATIOS},
        count=3,
        broken=(("three times the bound", AtMost(KernelAdvantage(alpha, zeta), Rational(-3, 2) / (2 + zeta))),),
    ),
    draw=_rate((2.0, _ZETA), (0.5, _ZETA), wrong=1.0, wrong_said="twice the bound"),
    sweep=Sweep(alpha, (0.05, 0.9), True, zeta, (0.3, 1, 3)),
)

HELLINGER = Formula(
    id="denoiser.hellinger",
    title="The Hellinger distance to the sampling law, per dimension",
    statement=Equal(
        HellingerRate(alpha, zeta),
        log((2 + zeta) ** 2 / (4 * (1 + zeta))) / 4
        + (1 + (1 / alpha - 1) * log(1 - alpha)) / 2
        - LogMean(zeta, 0, alpha) / 2
        + LogMean(*quadratic(1)[1:], alpha),
    ),
    domain=alpha < 1,
    source=HALDER,
    deviation="H's code evaluates the distance itself; here its rate. For n <= d the generated law is singular and it is 1.",
    expected=Expected.HOLDS,
    script="memorization",
    check=Check(
        near={alpha: tuple(Fraction(n, 10) for n in (1, 2, 4, 6))},
        count=3,
        note="left side: the Marchenko-Pastur integral; right side: complex ridges",
    ),
    draw=_rate((0.5, _ZETA), (0.25, _ZETA)),
    sweep=Sweep(alpha, (0.05, 0.9), False, zeta, (0.3, 1, 3)),
)

FORMULAS = (PAIR, KERNEL_NORM, LOG_MEAN, SAMPLING_RATE, KERNEL_RATE, FRESH_RATE, GAP, NEVER, HELLINGER)
