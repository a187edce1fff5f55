"""Coverage, or pass@k: exact laws, tails, costs and estimators.

The model is that of Levi, *A Simple Model of Inference Scaling Laws*, arXiv:2410.16377. An attempt at a problem fails
with probability p, p ~ Beta(a, b) over problems, attempts independent given p; a share 1 - A has p = 1. L_k = E p^k.
k_bar = k + a + (b-1)/2.
"""

from fractions import Fraction

from sympy import Add, Rational, beta, binomial, gamma, polygamma

from infscale_sym.notation.check import Check, ExactDraw, LimitDraw, Recipe, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo, AtMost, Equal
from infscale_sym.theory.coverage.notation import (
    AllFailed,
    AttemptCorrelation,
    CentredLoss,
    EffectiveExponent,
    EstimatorMean,
    EstimatorVariance,
    FailureChance,
    InferenceLoss,
    LocalExponent,
    PairLoss,
    PassAtK,
    PlugInMean,
    PosteriorPass,
    ScaledLoss,
    SharedPassAtK,
    StickyLoss,
    StoppedAttempts,
    TargetCost,
    attempts,
    ceiling,
    copying,
    failed,
    flops,
    k_0,
    k_bar,
    k_eff,
    p_fail,
    shape_a,
    shape_b,
    tokens,
    varkappa,
)
from infscale_sym.theory.coverage.series import inverse_coefficients, tail_coefficients
from infscale_sym.theory.selection.notation import k
from infscale_sym.theory.sources import LEVI, OWN

here = lazy(__package__)
_ATTEMPTS = tuple(map(Fraction, (1, 2, Fraction(7, 2), 9, 40)))

a, b, n, f = shape_a, shape_b, attempts, failed
_loss = beta(a + k, b) / beta(a, b)
_lead = gamma(a + b) / gamma(a)
_centre = a + (b - 1) / 2

LOSS = Formula(
    id="coverage.loss",
    title="The chance that all of k attempts fail",
    statement=Equal(InferenceLoss(k, a, b), _loss),
    source=LEVI,
    deviation="Real k > 0. Symmetric in k and b.",
    expected=Expected.HOLDS,
    script="coverage",
    check=Check(by_referee=True, near={k: _ATTEMPTS}, note="left side: the integral over p"),
    draw=ExactDraw(settings=((2, 0.5, 0.5), (6, 2.0, 0.4), (20, 1.0, 1.5)), trials=100_000),
    sweep=Sweep(k, (1, 1e3), True, shape_b, (0.3, 1, 2)),
)

PASS = Formula(
    id="coverage.passk",
    title="Coverage: the chance that one of k attempts succeeds",
    statement=Equal(PassAtK(k, a, b, ceiling), ceiling * (1 - _loss)),
    domain=ceiling <= 1,
    source=LEVI,
    deviation="For whole k a theorem about k attempts; for other real k > 0 the definition.",
    expected=Expected.HOLDS,
    script="coverage",
    check=Check(by_referee=True, near={k: _ATTEMPTS}, note="left side: the integral over p"),
    draw=ExactDraw(settings=((2, 0.5, 0.5, 1.0), (6, 2.0, 0.4, 0.7), (20, 1.0, 1.5, 0.9)), trials=100_000),
    sweep=Sweep(k, (1, 1e3), True, shape_b, (0.3, 1, 2), {ceiling: 0.8}),
)

FAILURES = Formula(
    id="coverage.failures",
    title="The number of failures in n attempts",
    statement=Equal(
        FailureChance(f, n, a, b, ceiling),
        ceiling * binomial(n, f) * gamma(a + f) * gamma(b + n - f) * _lead / (gamma(b) * gamma(a + b + n))
        + (1 - ceiling) * AllFailed(f, n),
    ),
    domain=(ceiling <= 1) & (f < n + 1),
    source=LEVI,
    deviation="Whole f and n; beta-binomial. The atom 1 - A of unsolvable problems lies at f = n.",
    expected=Expected.HOLDS,
    script="coverage",
    check=Check(
        near={attempts: (Fraction(6),), failed: (Fraction(0), Fraction(2), Fraction(6))},
        note="left side: the binomial law integrated over p",
    ),
    draw=ExactDraw(settings=((0, 6, 0.5, 0.8, 0.8), (3, 6, 0.5, 0.8, 0.8), (6, 6, 0.5, 0.8, 0.8)), trials=100_000),
    sweep=Sweep(shape_a, (0.1, 4), False, failed, (0, 3, 6), {attempts: 6, ceiling: 0.9}),
)

CORRELATION = Formula(
    id="coverage.correlation",
    title="Two attempts at one problem are correlated",
    statement=Equal(AttemptCorrelation(a, b), 1 / (a + b + 1)),
    source=OWN,
    deviation="The model is the exchangeable one: attempts are independent only given the problem.",
    expected=Expected.HOLDS,
    script="coverage",
    check=Check(note="left side: moments of p by integration"),
    draw=ExactDraw(settings=((0.5, 0.5), (2.0, 1.0)), trials=500_000, quick_trials=200_000),
    sweep=Sweep(shape_a, (0.1, 4), False, shape_b, (0.3, 1, 2)),
)

TAIL = Formula(
    id="coverage.tail",
    title="The loss falls as a power of the number of attempts",
    statement=AsymptoticTo(ScaledLoss(k, a, b), _lead, k, remainder=1 / k),
    source=LEVI,
    deviation="With k^b multiplied out; L_k is 1 - pass@k/A.",
    expected=Expected.IN_THE_LIMIT,
    script="coverage",
    check=Check(ladder=("1e4", "1e8", "1e60")),
    draw=LimitDraw(sizes=(4, 6, 10, 16, 24), settings=((1.0, 0.5),), trials=300_000, wrong=0.1),
    sweep=Sweep(curve=shape_b, values=(0.3, 1, 2)),
)

TAIL_ALL_ORDERS = Formula(
    id="coverage.tail.all-orders",
    title="The loss in powers of 1/k",
    statement=AsymptoticTo(
        ScaledLoss(k, a, b), _lead * Add(*(c / k**i for i, c in enumerate(tail_coefficients(3)))), k, remainder=k**-4
    ),
    source=OWN,
    deviation="The first three corrections; tail_coefficients gives any order.",
    expected=Expected.IN_THE_LIMIT,
    script="coverage",
    check=Check(ladder=("1e4", "1e8", "1e16")),
    draw=LimitDraw(
        sizes=(3, 4, 6, 10),
        settings=((1.0, 0.5),),
        trials=300_000,
        orders=1,
        scale=1 / k,
        falling=1 / k,
        wrong=_lead,
        wrong_said="no first correction",
    ),
    sweep=Sweep(k, (1, 1e4), True, shape_b, (0.5,)),
)

TAIL_CENTRED = Formula(
    id="coverage.tail.centred",
    title="The loss in the centred number of attempts",
    statement=AsymptoticTo(
        CentredLoss(k_bar, a, b),
        _lead * Add(*(c / k_bar**i for i, c in enumerate(tail_coefficients(6, centred=True)))),
        k_bar,
        remainder=k_bar**-8,
    ),
    source=OWN,
    deviation="In k_bar = k + a + (b - 1)/2; to the sixth order, the generator gives any. The corrections do not contain a.",
    expected=Expected.IN_THE_LIMIT,
    script="coverage",
    check=Check(ladder=("1e3", "1e7", "1e9")),
    draw=ExactDraw(settings=((3.7, 2.0, 0.4), (4.25, 1.0, 1.5), (8.7, 2.0, 0.4)), trials=100_000),
    sweep=Sweep(k_bar, (2, 40), True, shape_b, (1.5,)),
)

TAIL_BOUND = Formula(
    id="coverage.tail.bound",
    title="The centred power law is a bound",
    statement=AtMost(InferenceLoss(k, a, b), _lead * (k + _centre) ** (-b)),
    domain=(b < 1) & (k + _centre > 0),
    source=OWN,
    deviation="For b < 1; an equality at b = 1; for b > 1 the inequality is reversed.",
    expected=Expected.HOLDS,
    script="coverage",
    check=Check(
        near={shape_b: tuple(Fraction(n, 10) for n in (2, 4, 6, 9)), k: tuple(map(Fraction, (1, 3, 40, 1000)))},
        broken=(("centred at k + a + b/2", AtMost(InferenceLoss(k, a, b), _lead * (k + _centre + Rational(1, 2)) ** (-b))),),
    ),
    draw=ExactDraw(
        settings=((1, 0.5, 0.5),),
        trials=1_000_000,
        quick_trials=400_000,
        wrong=_lead * (k + _centre + Rational(1, 2)) ** (-b),
        wrong_said="a bound in k + a + b/2",
    ),
    sweep=Sweep(k, (1, 100), True, shape_b, (0.2, 0.5, 0.8), {shape_a: 0.5}),
)

EXPONENT = Formula(
    id="coverage.loss.exponent",
    title="The slope of the loss on log-log paper",
    statement=Equal(LocalExponent(k, a, b), k * (polygamma(0, a + b + k) - polygamma(0, a + k))),
    source=OWN,
    deviation="It rises from 0 and tends to b.",
    expected=Expected.HOLDS,
    script="coverage",
    check=Check(by_referee=True, near={k: _ATTEMPTS}, note="left side: -k E(p^k ln p)/E p^k integrated"),
    draw=Recipe(here(".checks:slope"), shapes=((0.5, 0.5), (2.0, 0.4)), ends=(2, 16)),
    sweep=Sweep(k, (0.1, 1e3), True, shape_a, (0.1, 1, 10)),
)

COST = Formula(
    id="coverage.loss.cost",
    title="The cheapest number of attempts for a target, and its cost",
    statement=AsymptoticTo(
        TargetCost(k_0, a, b, tokens, flops),
        tokens * flops * (k_0 - _centre + Add(*(d / k_0 ** (2 * i - 1) for i, d in enumerate(inverse_coefficients(2), 1)))),
        k_0,
        remainder=k_0**-5,
    ),
    source=LEVI,
    deviation="Cost = attempts x tokens x FLOPs a token, k real. The source's power law is the first term.",
    expected=Expected.IN_THE_LIMIT,
    script="coverage",
    check=Check(ladder=("1e3", "1e7", "1e10")),
    draw=Recipe(here(".checks:cost")),
    sweep=Sweep(k_0, (4, 1e3), True, shape_b, (0.5,)),
)

EARLY_STOP = Formula(
    id="coverage.loss.early-stop",
    title="Attempts made if one stops at the first success",
    statement=Equal(StoppedAttempts(k, a, b), ((a + b + k - 1) * InferenceLoss(k, a, b) - (a + b - 1)) / (1 - b)),
    domain=(b < 1) & (k >= 1),
    source=OWN,
    deviation="Whole k; also right for b > 1. At b = 1 its limit is a (psi(a+k) - psi(a)).",
    expected=Expected.HOLDS,
    script="coverage",
    check=Check(
        near={shape_b: tuple(Fraction(n, 10) for n in (2, 4, 6, 9)), k: _ATTEMPTS},
        note="left side: (1 - p^k)/(1 - p) integrated over p",
    ),
    draw=ExactDraw(settings=((3, 0.5, 0.5), (20, 2.0, 0.4), (60, 1.0, 0.8)), trials=100_000),
    sweep=Sweep(k, (1, 1e3), True, shape_b, (0.2, 0.5, 0.9)),
)

POWER = Formula(
    id="coverage.correlated.power",
    title="An effective number of attempts multiplies the exponent",
    statement=AsymptoticTo(
        EffectiveExponent(k_eff, a, b, varkappa), varkappa * b * (1 - _centre / k_eff), k_eff, remainder=k_eff**-2
    ),
    source=LEVI,
    deviation="Model: k attempts fail together with E p^(k_eff), k_eff = k^varkappa. At varkappa = 1 the slope itself.",
    expected=Expected.IN_THE_LIMIT,
    script="coverage",
    check=Check(ladder=("1e3", "1e7", "1e25")),
    draw=Recipe(here(".checks:slope"), shapes=((0.5, 0.5), (0.7, 0.4)), ends=(8, 80), power=0.5),
    sweep=Sweep(k_eff, (1, 1e4), True, shape_a, (0.1, 1, 10)),
)

SHARED = Formula(
    id="coverage.correlated.shared",
    title="Attempts that are copies of one lower the ceiling",
    statement=Equal(
        SharedPassAtK(k, a, b, ceiling, copying),
        ceiling * (1 - copying * a / (a + b) - (1 - copying) * InferenceLoss(k, a, b)),
    ),
    domain=(ceiling <= 1) & (copying <= 1),
    source=OWN,
    deviation="Model: with probability varrho per problem all attempts are copies of one. Ceiling A (1 - varrho a/(a+b)).",
    expected=Expected.HOLDS,
    script="coverage",
    check=Check(near={k: _ATTEMPTS}, note="left side: integrated over p"),
    draw=ExactDraw(settings=((2, 0.5, 0.5, 1.0, 0.3), (20, 1.0, 1.5, 0.9, 0.5)), trials=100_000),
    sweep=Sweep(k, (1, 1e3), True, copying, (0, 0.2, 0.5)),
)

STICKY = Formula(
    id="coverage.correlated.sticky",
    title="Sticky attempts raise the constant and keep the exponent",
    statement=AsymptoticTo(
        StickyLoss(k, a, b, copying),
        _lead / (1 - copying) ** b * (1 - b * (a / (1 - copying) + (b - 1) / 2) / k),
        k,
        remainder=k**-2,
    ),
    domain=copying < 1,
    source=OWN,
    deviation="Model: each attempt repeats the outcome of the one before with probability varrho. k counts as (1 - varrho) k.",
    expected=Expected.IN_THE_LIMIT,
    script="coverage",
    check=Check(
        ladder=("1e3", "1e7", "1e9"), near={copying: tuple(Fraction(n, 10) for n in (1, 3, 5))}, note="integrated over p"
    ),
    draw=LimitDraw(
        sizes=(8, 12, 20, 32),
        settings=((1.0, 0.5, 0.4),),
        trials=300_000,
        quick_trials=200_000,
        orders=1,
        wrong=-1.0,
        wrong_said="no first correction",
    ),
    sweep=Sweep(k, (2, 1e4), True, copying, (0, 0.5, 0.8), points=61),
)

UNBIASED = Formula(
    id="coverage.unbiased",
    title="The subset estimate of pass@k has no bias",
    statement=Equal(EstimatorMean(n, k, p_fail), 1 - p_fail**k),
    domain=(k < n + 1) & (p_fail < 1),
    source=LEVI,
    deviation="Whole 1 <= k <= n. At every p, so over any law of p, ceiling or not. No such estimate exists for k > n.",
    expected=Expected.HOLDS,
    script="coverage",
    check=Check(
        near={attempts: (Fraction(7), Fraction(12)), k: tuple(map(Fraction, (1, 2, 5, 7)))},
        note="left side: summed over all numbers of failures",
    ),
    draw=ExactDraw(settings=((6, 4, 0.7), (12, 12, 0.9), (20, 3, 0.5)), trials=100_000),
    sweep=Sweep(p_fail, (0.05, 0.95), False, k, (1, 4, 12), {attempts: 12}),
)

VARIANCE = Formula(
    id="coverage.unbiased.variance",
    title="The variance of the subset estimate over problems",
    statement=Equal(EstimatorVariance(n, k, a, b), PairLoss(n, k, a, b) - InferenceLoss(k, a, b) ** 2),
    domain=k < n + 1,
    source=OWN,
    deviation="Whole 1 <= k <= n, A = 1, one problem; over N problems divide by N.",
    expected=Expected.HOLDS,
    script="coverage",
    check=Check(
        near={attempts: (Fraction(7), Fraction(12)), k: tuple(map(Fraction, (1, 2, 5, 7)))},
        note="left side: summed over all numbers of failures, integrated over p",
    ),
    draw=ExactDraw(settings=((6, 4, 0.5, 0.5), (12, 3, 2.0, 0.4), (5, 5, 1.0, 1.5)), trials=100_000),
    sweep=Sweep(shape_a, (0.1, 4), False, k, (1, 4, 12), {attempts: 12}),
)

PLUG_IN = Formula(
    id="coverage.plug-in",
    title="The plug-in estimate of pass@k is too small",
    statement=AsymptoticTo(
        PlugInMean(n, k, p_fail), 1 - p_fail**k - k * (k - 1) * p_fail ** (k - 1) * (1 - p_fail) / (2 * n), n, remainder=n**-2
    ),
    domain=(k > 1) & (p_fail < 1),
    source=OWN,
    deviation="For whole k > 1, at one problem.",
    expected=Expected.IN_THE_LIMIT,
    script="coverage",
    check=Check(ladder=("1e4", "1e8", "1e20"), near={k: tuple(map(Fraction, (2, 3, 5, 8)))}),
    draw=LimitDraw(
        sizes=(6, 9, 14, 24),
        settings=((4, 0.7),),
        trials=300_000,
        orders=1,
        wrong=-1.0,
        wrong_said="no first correction",
    ),
    sweep=Sweep(attempts, (5, 1e3), True, k, (2, 4, 8), {p_fail: 0.8}, points=41),
)

POSTERIOR = Formula(
    id="coverage.posterior",
    title="What k more attempts will do after f failures in n",
    statement=Equal(PosteriorPass(k, f, n, a, b), 1 - beta(a + f + k, b + n - f) / beta(a + f, b + n - f)),
    domain=f < n + 1,
    source=OWN,
    deviation="Any k, also beyond n; it needs a and b.",
    expected=Expected.HOLDS,
    script="coverage",
    check=Check(
        near={attempts: (Fraction(5), Fraction(9)), failed: (Fraction(0), Fraction(2), Fraction(5)), k: _ATTEMPTS},
        note="left side: Bayes' rule, integrated over p",
    ),
    draw=ExactDraw(settings=((3, 2, 4, 0.5, 0.5), (12, 4, 4, 1.0, 1.5)), trials=200_000, quick_trials=80_000),
    sweep=Sweep(k, (1, 1e3), True, failed, (0, 3, 6), {attempts: 6}),
)

FORMULAS = (
    LOSS,
    PASS,
    FAILURES,
    CORRELATION,
    TAIL,
    TAIL_ALL_ORDERS,
    TAIL_CENTRED,
    TAIL_BOUND,
    EXPONENT,
    COST,
    EARLY_STOP,
    POWER,
    SHARED,
    STICKY,
    UNBIASED,
    VARIANCE,
    PLUG_IN,
    POSTERIOR,
)
