"""The linear one-step denoiser (THEORY section 6; H, arXiv:2411.17807): how far what it generates is from the sampling law.

Lengths in units of sigma_0, divergences KL(generated || sampling law) in nats; alpha = d/n; zeta = l (e^(2T) - 1)/sigma_0^2.
Variant (i): the affine map is fitted to infinitely many noise draws; variant (ii): to one draw for each example.
"""

from sympy import atan, cos, exp, log, polygamma, sqrt

from infscale_sym.formulas.memorization import H
from infscale_sym.formulas.record import OWN, Expected, Formula
from infscale_sym.notation.heads import RenormalizedRidge
from infscale_sym.notation.heads_denoiser import (
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
    divergence_of,
    variance_of,
)
from infscale_sym.notation.relations import AsymptoticTo, AtMost, Equal
from infscale_sym.notation.symbols import (
    alpha,
    denoising_steps,
    diffusion_time,
    dimension,
    eigenvalue,
    examples,
    mean_offset,
    mean_variance,
    noise_scale,
    x,
    zeta,
)

_n, _d, _M, _x, _v = examples, dimension, denoising_steps, eigenvalue, mean_variance
_up = 1 + zeta
_ratio = noise_scale * (exp(2 * diffusion_time) - 1)

NOISE_RATIO = Formula(
    id="denoiser.noise-ratio",
    title="Diffusion time and noise scale count through one number, zeta = l (e^(2T) - 1)",
    statement=Equal(GeneratedVariance(diffusion_time, noise_scale, _x, _v), variance_of(_x, _ratio, _v)),
    source=H,
    deviation="In units of sigma_0. Variant (i); in (ii) T and l also enter through zeta alone.",
    expected=Expected.HOLDS,
    derivation="denoiser",
)

KL = Formula(
    id="denoiser.kl",
    title="What one direction adds to the divergence",
    statement=Equal(DirectionDivergence(x, mean_offset), divergence_of(x, mean_offset**2)),
    source=H,
    deviation=(
        "The sampling law is isotropic: the divergence is a sum over eigenvectors of the generated covariance, x being the "
        "eigenvalue, mu the mean's offset along it. Finite exactly if all x > 0: almost surely if and only if n >= d + 1."
    ),
    expected=Expected.HOLDS,
    derivation="denoiser",
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
    derivation="denoiser",
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
    derivation="denoiser",
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
    derivation="denoiser",
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
    derivation="denoiser",
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
    derivation="denoiser",
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
    derivation="denoiser",
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
    derivation="denoiser",
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
    derivation="denoiser",
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
    derivation="denoiser",
)

MANY_ONE_DRAW = Formula(
    id="denoiser.one-draw.many-examples",
    title="One noise draw for each example, n > (1 + zeta) d: the determinant is that of infinitely many",
    statement=Equal(OneDrawProportional(alpha, zeta), (_gap + log(_up)) / 2),
    domain=(alpha < 1) & (alpha * _up < 1),
    source=OWN,
    deviation="Variant (ii), per dimension, d and n large. Above its floor zeta/(2 (1 + zeta)(n/d - 1)).",
    expected=Expected.HOLDS,
    derivation="denoiser",
)

FIT = Formula(
    id="denoiser.steps.fit",
    title="Infinitely many steps from T = oo give the fitted normal law: its expected divergence",
    statement=Equal(FitDivergence(_n, _d), (_d * log(_n / 2) - DigammaSum(_n, _d)) / 2),
    domain=_n > _d,
    source=OWN,
    deviation="About d (d + 3)/(4 n) for many examples; from finite T the law has variances x (v + zeta)/(x + zeta).",
    expected=Expected.HOLDS,
    derivation="denoiser",
)

_angle = atan(sqrt(zeta))

COSINE = Formula(
    id="denoiser.steps.cosine",
    title="Steps at equal angles telescope: a cosine to the power 2M",
    statement=Equal(StepsVariance(_M, zeta, 1, _v), (_v + zeta) / _up * cos(_angle / _M) ** (2 * _M)),
    source=OWN,
    deviation="Along directions in which the covariance is right (x_C = 1), whole M; each step as in DDIM. M = 1 is one step.",
    expected=Expected.HOLDS,
    derivation="denoiser",
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
    deviation="THEORY's limit C is reached as T -> oo only; at finite T the start v + zeta is not x + zeta.",
    expected=Expected.IN_THE_LIMIT,
    derivation="denoiser",
)

FLOOR = Formula(
    id="denoiser.steps.floor",
    title="Many steps: the floor of the divergence falls as 1/M^2",
    statement=AsymptoticTo(
        StepsFloor(_M, zeta), _angle**4 / (4 * _M**2) - _angle**6 / (12 * _M**3), _M, remainder=_M**-4
    ),
    source=OWN,
    deviation="Per dimension, infinitely many examples.",
    expected=Expected.IN_THE_LIMIT,
    derivation="denoiser",
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
