"""Coverage, or pass@k (THEORY section 5; Levi, *A Simple Model of Inference Scaling Laws*, arXiv:2410.16377).

An attempt at a problem fails with probability p, p ~ Beta(a, b) over problems, attempts independent given p; a share 1 - A
has p = 1. L_k = E p^k. k_bar = k + a + (b-1)/2.
"""

from sympy import Add, beta, binomial, gamma, polygamma

from infscale_sym.formulas.record import OWN, Expected, Formula, Source
from infscale_sym.formulas.series_coverage import inverse_coefficients, tail_coefficients
from infscale_sym.notation.heads_coverage import (
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
)
from infscale_sym.notation.relations import AsymptoticTo, AtMost, Equal
from infscale_sym.notation.symbols import (
    attempts,
    ceiling,
    copying,
    failed,
    flops,
    k,
    k_0,
    k_bar,
    k_eff,
    p_fail,
    shape_a,
    shape_b,
    tokens,
    varkappa,
)

LEVI = Source("L", "Levi", "A Simple Model of Inference Scaling Laws", "2410.16377")

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
    derivation="coverage",
)

PASS = Formula(
    id="coverage.passk",
    title="Coverage: the chance that one of k attempts succeeds",
    statement=Equal(PassAtK(k, a, b, ceiling), ceiling * (1 - _loss)),
    domain=ceiling <= 1,
    source=LEVI,
    deviation="For whole k a theorem about k attempts; for other real k > 0 the definition.",
    expected=Expected.HOLDS,
    derivation="coverage",
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
    derivation="coverage",
)

CORRELATION = Formula(
    id="coverage.correlation",
    title="Two attempts at one problem are correlated",
    statement=Equal(AttemptCorrelation(a, b), 1 / (a + b + 1)),
    source=OWN,
    deviation="The model is the exchangeable one: attempts are independent only given the problem.",
    expected=Expected.HOLDS,
    derivation="coverage",
)

TAIL = Formula(
    id="coverage.tail",
    title="The loss falls as a power of the number of attempts",
    statement=AsymptoticTo(ScaledLoss(k, a, b), _lead, k, remainder=1 / k),
    source=LEVI,
    deviation="With k^b multiplied out; L_k is 1 - pass@k/A.",
    expected=Expected.IN_THE_LIMIT,
    derivation="coverage",
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
    derivation="coverage",
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
    derivation="coverage",
)

TAIL_BOUND = Formula(
    id="coverage.tail.bound",
    title="The centred power law is a bound",
    statement=AtMost(InferenceLoss(k, a, b), _lead * (k + _centre) ** (-b)),
    domain=(b < 1) & (k + _centre > 0),
    source=OWN,
    deviation="For b < 1; an equality at b = 1; for b > 1 the inequality is reversed.",
    expected=Expected.HOLDS,
    derivation="coverage",
)

EXPONENT = Formula(
    id="coverage.loss.exponent",
    title="The slope of the loss on log-log paper",
    statement=Equal(LocalExponent(k, a, b), k * (polygamma(0, a + b + k) - polygamma(0, a + k))),
    source=OWN,
    deviation="It rises from 0 and tends to b.",
    expected=Expected.HOLDS,
    derivation="coverage",
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
    derivation="coverage",
)

EARLY_STOP = Formula(
    id="coverage.loss.early-stop",
    title="Attempts made if one stops at the first success",
    statement=Equal(StoppedAttempts(k, a, b), ((a + b + k - 1) * InferenceLoss(k, a, b) - (a + b - 1)) / (1 - b)),
    domain=(b < 1) & (k >= 1),
    source=OWN,
    deviation="Whole k; also right for b > 1. At b = 1 its limit is a (psi(a+k) - psi(a)).",
    expected=Expected.HOLDS,
    derivation="coverage",
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
    derivation="coverage",
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
    derivation="coverage",
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
    derivation="coverage",
)

UNBIASED = Formula(
    id="coverage.unbiased",
    title="The subset estimate of pass@k has no bias",
    statement=Equal(EstimatorMean(n, k, p_fail), 1 - p_fail**k),
    domain=(k < n + 1) & (p_fail < 1),
    source=LEVI,
    deviation="Whole 1 <= k <= n. At every p, so over any law of p, ceiling or not. No such estimate exists for k > n.",
    expected=Expected.HOLDS,
    derivation="coverage",
)

VARIANCE = Formula(
    id="coverage.unbiased.variance",
    title="The variance of the subset estimate over problems",
    statement=Equal(EstimatorVariance(n, k, a, b), PairLoss(n, k, a, b) - InferenceLoss(k, a, b) ** 2),
    domain=k < n + 1,
    source=OWN,
    deviation="Whole 1 <= k <= n, A = 1, one problem; over N problems divide by N.",
    expected=Expected.HOLDS,
    derivation="coverage",
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
    derivation="coverage",
)

POSTERIOR = Formula(
    id="coverage.posterior",
    title="What k more attempts will do after f failures in n",
    statement=Equal(PosteriorPass(k, f, n, a, b), 1 - beta(a + f + k, b + n - f) / beta(a + f, b + n - f)),
    domain=f < n + 1,
    source=OWN,
    deviation="Any k, also beyond n; it needs a and b.",
    expected=Expected.HOLDS,
    derivation="coverage",
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
