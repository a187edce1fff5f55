"""The linear one-step denoiser (Halder, arXiv:2411.17807): how far what it generates is from the sampling law.

Lengths in units of sigma_0, divergences KL(generated || sampling law) in nats; alpha = d/n; zeta = l (e^(2T) - 1)/sigma_0^2.
Variant (i): the affine map is fitted to infinitely many noise draws; variant (ii): to one draw for each example.
"""

import math
from fractions import Fraction

from sympy import atan, cos, exp, log, polygamma, sqrt

from infscale_sym.notation.check import Check, ExactDraw, LimitDraw, Recipe, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo, AtMost, Equal
from infscale_sym.theory.denoiser.notation import (
    DigammaSum,
    DirectionDivergence,
    ExpectedDivergence,
    FitDivergence,
    GeneratedVariance,
    LogMoment,
    OneDrawLongDivergence,
    OneDrawProportional,
    OneDrawSpread,
    ProportionalDivergence,
    ResolventMoment,
    ScaleLog,
    StepsFloor,
    StepsVariance,
    denoising_steps,
    diffusion_time,
    divergence_of,
    mean_offset,
    mean_variance,
    noise_scale,
    variance_of,
    zeta,
)
from infscale_sym.theory.regression.notation import RenormalizedRidge, alpha, dimension, eigenvalue, examples
from infscale_sym.theory.selection.notation import x
from infscale_sym.theory.sources import HALDER, OWN

here = lazy(__package__)
#: zeta at (T, l) = (2, e^-4), (0.3, 2) and (1, 1/2).
_SHORT = (1 - math.exp(-4), 2 * math.expm1(0.6), 0.5 * math.expm1(2))
_SETS = {dimension: tuple(map(Fraction, (1, 2, 3))), examples: tuple(map(Fraction, (6, 9, 14)))}

_n, _d, _M, _x, _v = examples, dimension, denoising_steps, eigenvalue, mean_variance
_up = 1 + zeta
_ratio = noise_scale * (exp(2 * diffusion_time) - 1)

NOISE_RATIO = Formula(
    id="denoiser.noise-ratio",
    title="Diffusion time and noise scale count through one number, zeta = l (e^(2T) - 1)",
    statement=Equal(GeneratedVariance(diffusion_time, noise_scale, _x, _v), variance_of(_x, _ratio, _v)),
    source=HALDER,
    deviation="In units of sigma_0. Variant (i); in (ii) T and l also enter through zeta alone.",
    expected=Expected.HOLDS,
    script="denoiser",
    check=Check(enclosed=True, note="left side: the definition in T and l"),
    draw=Recipe(here(".checks:noise_ratio")),
    sweep=Sweep(diffusion_time, (0.05, 4), False, noise_scale, (0.01, 0.1, 1), {eigenvalue: 0.8, mean_variance: 1}),
)

KL = Formula(
    id="denoiser.kl",
    title="What one direction adds to the divergence",
    statement=Equal(DirectionDivergence(x, mean_offset), divergence_of(x, mean_offset**2)),
    source=HALDER,
    deviation=(
        "The sampling law is isotropic: the divergence is a sum over eigenvectors of the generated covariance, x being the "
        "eigenvalue, mu the mean's offset along it. Finite exactly if all x > 0: almost surely if and only if n >= d + 1."
    ),
    expected=Expected.HOLDS,
    script="denoiser",
    check=Check(near={x: tuple(Fraction(n, 10) for n in (1, 4, 13, 30))}, note="left side: the integral"),
    draw=ExactDraw(settings=((0.3, 0.5), (2.0, -1.0)), trials=400_000, quick_trials=100_000, each=True),
    sweep=Sweep(x, (0.05, 4), False, mean_offset, (0, 0.5, 1)),
)

_R = [ResolventMoment(power, zeta, _n, _d) for power in (1, 2, 3)]
_trace = ((_n - 1) / _n + zeta) * (_d - 2 * zeta * _R[0] + zeta**2 * _R[1])
_pull = 4 * zeta / (_d * _n) * (_R[0] - 2 * zeta * _R[1] + zeta**2 * _R[2])
_log_det = _d * log(2 / _n) + DigammaSum(_n, _d)

EXPECTED = Formula(
    id="denoiser.kl.expected",
    title="The expected divergence from one-dimensional integrals over the mean spectrum",
    statement=Equal(
        ExpectedDivergence(_n, _d, zeta),
        (_trace + _pull - _d + _d / _n - _d * ScaleLog(zeta, _n, _d)) / 2 + LogMoment(zeta, _n, _d) - _log_det,
    ),
    domain=_n > _d,
    source=OWN,
    deviation="Variant (i). Exact at finite n and d: v and the spectrum are coupled, but the scale of C is a Gamma variable.",
    expected=Expected.HOLDS,
    script="denoiser",
    check=Check(
        independent={ExpectedDivergence: here(".values.expectation:expected_divergence_pair_mp")},
        near={dimension: (Fraction(2),), examples: tuple(map(Fraction, (6, 9, 15)))},
        note="left side: the definition averaged over both eigenvalues at d = 2",
        count=1,
    ),
    draw=ExactDraw(settings=((5, 2, _SHORT[0]), (9, 4, _SHORT[1]), (30, 6, _SHORT[2])), trials=12_000, quick_trials=4_000),
    sweep=Sweep(
        zeta,
        (0.1, 20),
        True,
        examples,
        (6, 9, 15),
        {dimension: 2},
        points=41,
        independent={ExpectedDivergence: here(".checks:divergence_by_spectrum")},
        note="the mean spectrum in float64",
    ),
)

NO_NOISE = Formula(
    id="denoiser.kl.no-noise",
    title="Without noise the denoiser passes on an isotropic law",
    statement=Equal(
        ExpectedDivergence(_n, _d, 0),
        _d / 2 * (log(_n * _d / 2) - polygamma(0, _d * (_n - 1) / 2)),
    ),
    domain=_n > 1,
    source=OWN,
    deviation="zeta = 0, that is T = 0 or l = 0: the law generated is N(m, v I).",
    expected=Expected.HOLDS,
    script="denoiser",
    check=Check(near=_SETS, note="left side: averaged over v"),
    draw=ExactDraw(settings=((4, 3), (12, 5)), trials=12_000, quick_trials=8_000),
    sweep=Sweep(examples, (4, 40), False, dimension, (1, 2, 5)),
)

OPTIMUM = Formula(
    id="denoiser.kl.optimum",
    title="On average no denoising is best: the optimum over T and l is zeta = 0",
    statement=AtMost(
        ExpectedDivergence(_n, _d, 0),
        ExpectedDivergence(_n, _d, zeta) - _d / (2 * _n) * log(1 + zeta),
    ),
    domain=_n > _d,
    source=OWN,
    deviation="One step, variant (i), isotropic data. For n <= d the right side is infinite.",
    expected=Expected.HOLDS,
    script="denoiser",
    check=Check(
        near={dimension: tuple(map(Fraction, (1, 3, 5))), examples: tuple(map(Fraction, (7, 9, 30)))},
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
    draw=Recipe(here(".checks:optimum")),
    sweep=Sweep(zeta, (0.02, 5), True, examples, (7, 15, 60), {dimension: 3}),
)

_slope = (
    -2 * zeta * _d / _up**2
    + zeta * (zeta - 2) * _d * (_d + 1) / _up**3
    - _d / _up**2
    + 4 * zeta / _up**3
    + (1 - _d * (_d + 1)) / _up**2
    - _d / _up
    + _d
    + _d * (_d + 3)
)

MANY = Formula(
    id="denoiser.kl.many-examples",
    title="Many examples: one step stops at a floor, approached as 1/n",
    statement=AsymptoticTo(
        ExpectedDivergence(_n, _d, zeta),
        _d / 2 * (log(_up) - zeta / _up) + _slope / (2 * _n),
        _n,
        remainder=_n**-2,
    ),
    source=OWN,
    deviation="Variant (i), fixed d.",
    expected=Expected.IN_THE_LIMIT,
    script="denoiser",
    check=Check(ladder=("1e3", "1e7", "1e9"), near={dimension: tuple(map(Fraction, (1, 3, 5)))}),
    draw=LimitDraw(
        sizes=(20, 40, 80, 160),
        settings=((4, 0.5),),
        trials=(40_000, 20_000, 10_000, 5_000),
        quick_trials=(20_000, 10_000, 5_000, 2_500),
    ),
    sweep=Sweep(examples, (4, 1e4), True, zeta, (0.2, 1, 3), {dimension: 3}, points=31),
)

LONG = Formula(
    id="denoiser.kl.long-diffusion",
    title="Long diffusion: one step collapses to the mean, and the divergence grows as (d/2) ln zeta",
    statement=AsymptoticTo(
        ExpectedDivergence(_n, _d, zeta) - _d * log(zeta) / 2,
        _d / 2 * (1 / _n - 1) + _d * log(_n / 2) - DigammaSum(_n, _d),
        zeta,
        remainder=1 / zeta,
    ),
    domain=_n > _d,
    source=OWN,
    deviation="Variant (i). ln zeta = 2 T + ln l: no limit as T -> oo.",
    expected=Expected.IN_THE_LIMIT,
    script="denoiser",
    check=Check(ladder=("1e4", "1e8", "1e14"), near=_SETS),
    draw=ExactDraw(
        settings=((3, 6, 0.2 * math.expm1(18)), (5, 12, math.expm1(18))), trials=12_000, quick_trials=4_000, wrong=0.25
    ),
    sweep=Sweep(zeta, (1, 1e4), True, examples, (5, 10, 30), {dimension: 3}, points=31),
)

_kappa = RenormalizedRidge(zeta, alpha, 1)
_s = 1 / (1 + _kappa)
_share = _s**2 * (1 + alpha - 2 * alpha * _s) / (1 - alpha * _s**2)
_limit_log = log(1 + _kappa) + (1 - 1 / alpha) * log(1 - alpha * _s) - _s
_limit_own = (1 - 1 / alpha) * log(1 - alpha) - 1

PROPORTIONAL = Formula(
    id="denoiser.kl.proportional",
    title="Many dimensions and as many examples: the divergence in closed form",
    statement=Equal(
        ProportionalDivergence(alpha, zeta),
        (_up * _share - 1 - log(_up)) / 2 + _limit_log - _limit_own,
    ),
    domain=alpha < 1,
    source=OWN,
    deviation="Variant (i), per dimension. Finite up to alpha = 1, infinite beyond.",
    expected=Expected.HOLDS,
    script="denoiser",
    check=Check(near={alpha: tuple(Fraction(n, 10) for n in (2, 4, 5, 7))}, note="left side: the Marchenko-Pastur integral"),
    draw=ExactDraw(
        settings=((0.5, 1.0),), trials=12_000, quick_trials=6_000, wrong=0.25, note="maps at d = 8 to 32, extrapolated in 1/d"
    ),
    sweep=Sweep(alpha, (0.02, 0.98), False, zeta, (0.2, 1, 3)),
)

_room = _n - _d - 2

SPREAD = Formula(
    id="denoiser.one-draw.spread",
    title="One noise draw for each example: the generated variance has a mean only from n = d + 3 on",
    statement=Equal(
        OneDrawSpread(_n, _d, zeta),
        _d / (_n * _up**2) * (_n - 1)
        + 4 * zeta / (_n * _up**3)
        + zeta * _d * (_d * (_n - 1) * _up - 2 * (1 - zeta)) / (_n * _up**3 * _room)
        + zeta * _d / _up**2 * (1 + zeta * _d / _room),
    ),
    domain=_n > _d + 2,
    source=OWN,
    deviation="Variant (ii). The divergence holds half of this; the rest of it has a mean as soon as n >= d + 1.",
    expected=Expected.HOLDS,
    script="denoiser",
    check=Check(
        near={dimension: (Fraction(2),), examples: tuple(map(Fraction, (8, 11, 20)))},
        note="left side: averaged over both eigenvalues of the inputs at d = 2",
        count=1,
    ),
    draw=ExactDraw(settings=((12, 3, _SHORT[0]), (20, 5, _SHORT[2])), trials=12_000, quick_trials=4_000),
    sweep=Sweep(examples, (5, 40), False, zeta, (0.5, 2, 8), {dimension: 1}),
)

LONG_ONE_DRAW = Formula(
    id="denoiser.one-draw.long-diffusion",
    title="One noise draw for each example, long diffusion: a finite limit in closed form",
    statement=Equal(
        OneDrawLongDivergence(_n, _d),
        (_d**2 / _room * (1 + 1 / _n) - _d + _d / _n + DigammaSum(_n, _d) - DigammaSum(_d + 1, _d)) / 2,
    ),
    domain=_n > _d + 2,
    source=OWN,
    deviation="Variant (ii), T -> oo. It grows as (d/2) ln n for many examples: the fit to noise tends to the mean.",
    expected=Expected.HOLDS,
    script="denoiser",
    check=Check(
        near={dimension: tuple(map(Fraction, (1, 2, 3))), examples: tuple(map(Fraction, (7, 9, 14)))},
        note="left side: averaged over the mean spectrum",
        count=3,
    ),
    draw=ExactDraw(settings=((14, 4), (24, 6)), trials=12_000, quick_trials=4_000),
    sweep=Sweep(examples, (7, 60), False, dimension, (2, 3, 4)),
)

_gap = 1 / _up + zeta * alpha / (_up * (1 - alpha)) - 1

FEW_ONE_DRAW = Formula(
    id="denoiser.one-draw.few-examples",
    title="One noise draw for each example, d < n < (1 + zeta) d: the noise of the fit decides the determinant",
    statement=Equal(
        OneDrawProportional(alpha, zeta),
        (_gap - log(alpha) - (1 - alpha) / alpha * log(_up * (1 - alpha) / zeta)) / 2,
    ),
    domain=(alpha < 1) & (alpha * _up > 1),
    source=OWN,
    deviation="Variant (ii), per dimension, d and n large. The second derivative in n/d jumps at n = (1 + zeta) d.",
    expected=Expected.HOLDS,
    script="denoiser",
    check=Check(
        near={alpha: tuple(Fraction(n, 10) for n in (4, 5, 6)), zeta: tuple(map(Fraction, (2, 3, 5)))},
        note="left side: the determinant from the Marchenko-Pastur law",
        count=1,
    ),
    draw=ExactDraw(
        settings=((0.4, 3.0),), trials=12_000, quick_trials=6_000, wrong=0.25, note="maps at d = 8 to 32, extrapolated in 1/d"
    ),
    sweep=Sweep(
        alpha,
        (0.5, 0.8),
        False,
        zeta,
        (1.1, 3),
        independent={OneDrawProportional: here(".checks:determinant_to_six_digits")},
        note="the determinant from the Marchenko-Pastur law",
    ),
)

MANY_ONE_DRAW = Formula(
    id="denoiser.one-draw.many-examples",
    title="One noise draw for each example, n > (1 + zeta) d: the determinant is that of infinitely many",
    statement=Equal(OneDrawProportional(alpha, zeta), (_gap + log(_up)) / 2),
    domain=(alpha < 1) & (alpha * _up < 1),
    source=OWN,
    deviation="Variant (ii), per dimension, d and n large. Above its floor zeta/(2 (1 + zeta)(n/d - 1)).",
    expected=Expected.HOLDS,
    script="denoiser",
    check=Check(
        near={alpha: tuple(Fraction(n, 10) for n in (2, 3, 4)), zeta: tuple(Fraction(n, 4) for n in (1, 2, 4))},
        note="left side: the determinant from the Marchenko-Pastur law",
    ),
    draw=ExactDraw(
        settings=((0.2, 1.0),), trials=12_000, quick_trials=6_000, wrong=0.25, note="maps at d = 8 to 32, extrapolated in 1/d"
    ),
    sweep=Sweep(alpha, (0.02, 0.3), False, zeta, (0.3, 1, 2)),
)

FIT = Formula(
    id="denoiser.steps.fit",
    title="Infinitely many steps from T = oo give the fitted normal law: its expected divergence",
    statement=Equal(FitDivergence(_n, _d), (_d * log(_n / 2) - DigammaSum(_n, _d)) / 2),
    domain=_n > _d,
    source=OWN,
    deviation="About d (d + 3)/(4 n) for many examples; from finite T the law has variances x (v + zeta)/(x + zeta).",
    expected=Expected.HOLDS,
    script="denoiser",
    check=Check(near=_SETS, note="left side: averaged over the mean spectrum"),
    draw=ExactDraw(settings=((6, 4), (20, 5)), trials=12_000, quick_trials=4_000),
    sweep=Sweep(examples, (6, 60), False, dimension, (1, 3, 5)),
)

_angle = atan(sqrt(zeta))

COSINE = Formula(
    id="denoiser.steps.cosine",
    title="Steps at equal angles telescope: a cosine to the power 2M",
    statement=Equal(StepsVariance(_M, zeta, 1, _v), (_v + zeta) / _up * cos(_angle / _M) ** (2 * _M)),
    source=OWN,
    deviation="Along directions in which the covariance is right (x_C = 1), whole M; each step as in DDIM. M = 1 is one step.",
    expected=Expected.HOLDS,
    script="denoiser",
    check=Check(near={denoising_steps: tuple(map(Fraction, (1, 2, 3, 7, 20)))}, note="left side: the product over the steps"),
    draw=Recipe(here(".checks:steps")),
    sweep=Sweep(zeta, (0.1, 50), True, denoising_steps, (1, 2, 5), {mean_variance: 1}),
)

_way = (1 - _x) * sqrt(zeta) / (2 * _x * (_x + zeta)) + (1 + _x) * atan(sqrt(zeta / _x)) / (2 * _x * sqrt(_x))

RATE = Formula(
    id="denoiser.steps.rate",
    title="Many steps: the generated variance misses its limit by 1/M",
    statement=AsymptoticTo(
        StepsVariance(_M, zeta, _x, _v),
        _x * (_v + zeta) / (_x + zeta) * (1 - _x * _angle * _way / _M),
        _M,
        remainder=_M**-2,
    ),
    domain=_x > 0,
    source=OWN,
    deviation="The data's covariance C is reached as T -> oo only; at finite T the start v + zeta is not x + zeta.",
    expected=Expected.IN_THE_LIMIT,
    script="denoiser",
    check=Check(ladder=("1e3", "1e7", "1e14"), near={eigenvalue: tuple(Fraction(n, 10) for n in (4, 7, 13, 20))}),
    sweep=Sweep(denoising_steps, (2, 1e4), True, eigenvalue, (0.3, 1, 2), {zeta: 3, mean_variance: 1}, points=15),
)

FLOOR = Formula(
    id="denoiser.steps.floor",
    title="Many steps: the floor of the divergence falls as 1/M^2",
    statement=AsymptoticTo(StepsFloor(_M, zeta), _angle**4 / (4 * _M**2) - _angle**6 / (12 * _M**3), _M, remainder=_M**-4),
    source=OWN,
    deviation="Per dimension, infinitely many examples.",
    expected=Expected.IN_THE_LIMIT,
    script="denoiser",
    check=Check(ladder=("5e1", "1e6", "1e12")),
    sweep=Sweep(denoising_steps, (1, 1e3), True, zeta, (0.3, 3, 30), points=31),
)

FORMULAS = (
    NOISE_RATIO,
    KL,
    EXPECTED,
    NO_NOISE,
    OPTIMUM,
    MANY,
    LONG,
    PROPORTIONAL,
    SPREAD,
    LONG_ONE_DRAW,
    FEW_ONE_DRAW,
    MANY_ONE_DRAW,
    FIT,
    COSINE,
    RATE,
    FLOOR,
)
