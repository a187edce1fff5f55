"""The joint law of the offsets over prompts and training sets (THEORY section 3; HP, arXiv:2512.19905).

w_T and w_R are fixed; nu^2 = w_T'w_T/d, nu_R^2 = w_R'w_R/d, c_TR = w_T'w_R/d. Q is `predictive.mean-law`.
"""

from sympy import Ge, Gt

from infscale_sym.formulas.record import OWN, Expected, Formula
from infscale_sym.notation.heads import (
    BareRidge,
    DegreesOfFreedom,
    PredictiveVariance,
    RenormalizedRidge,
    TeacherRisk,
)
from infscale_sym.notation.heads_mean_law import (
    CharacteristicGap,
    CrossRisk,
    JudgeRisk,
    MeanEigenvalue,
    OffsetKurtosis,
)
from infscale_sym.notation.relations import AtMost, Equal
from infscale_sym.notation.symbols import Sigma, alpha, dimension, frequency, gamma, nu, nu_R, overlap, sigma

_model = (alpha, sigma, gamma, Sigma)
_kappa = RenormalizedRidge(BareRidge(alpha, sigma, gamma), alpha, Sigma)
_kept = _kappa * DegreesOfFreedom(_kappa, Sigma)
_fixed = (
    "THEORY has w_T' B Sigma g/d with B = kappa (Sigma + kappa)^-1, g = w_T - w_R, for any fixed weights; that is a line of "
    "the derivation. Stated for Sigma = number * I, and for any spectrum where the weights prefer no eigenvalue: then it is "
)

CROSS_LAW = Formula(
    id="predictive.cross-law",
    title="Mean product of the teacher's and the judge's offset",
    statement=Equal(CrossRisk(*_model, nu, overlap), TeacherRisk(*_model, nu) - (nu**2 - overlap) * _kept),
    source=OWN,
    deviation=_fixed + "(nu^2 - c_TR) kappa df1(kappa).",
    expected=Expected.HOLDS,
    derivation="mean_law",
)

JUDGE_LAW = Formula(
    id="predictive.judge-law",
    title="Mean squared offset of the predictive mean from the judge",
    statement=Equal(
        JudgeRisk(*_model, nu, nu_R, overlap),
        TeacherRisk(*_model, nu) - 2 * (nu**2 - overlap) * _kept + (nu**2 - 2 * overlap + nu_R**2) * MeanEigenvalue(Sigma),
    ),
    source=OWN,
    domain=Ge(nu**2 * nu_R**2, overlap**2),
    deviation=_fixed + "(nu^2 - c_TR) kappa df1(kappa), and g' Sigma g/d is (nu^2 - 2 c_TR + nu_R^2) Tr Sigma/d.",
    expected=Expected.HOLDS,
    derivation="mean_law",
)

PRIOR_TEACHER = Formula(
    id="predictive.prior-teacher",
    title="A student whose teacher comes from its prior knows how wrong it is",
    statement=Equal(TeacherRisk(*_model, gamma), PredictiveVariance(*_model) - sigma**2),
    source=OWN,
    deviation="THEORY states it in the proportional limit; it holds for every n and d, on average over teachers and noise.",
    expected=Expected.HOLDS,
    derivation="mean_law",
)

PRIOR_CROSS = Formula(
    id="predictive.prior-teacher.cross",
    title="With a teacher of the prior's width the offsets share what the two weight vectors share",
    statement=Equal(CrossRisk(*_model, gamma, overlap), (PredictiveVariance(*_model) - sigma**2) * overlap / gamma**2),
    source=OWN,
    deviation="Not in THEORY: the cross law at nu = gamma. A judge orthogonal to the teacher has an uncorrelated offset.",
    expected=Expected.HOLDS,
    derivation="mean_law",
)

_spare = dimension / alpha - dimension

RIDGELESS_KURTOSIS = Formula(
    id="predictive.ridgeless-kurtosis",
    title="How far from Gaussian an offset is at finite d, without a ridge",
    statement=Equal(OffsetKurtosis(dimension, alpha), 3 * (1 + 2 / dimension) * (1 + 2 / (_spare - 3))),
    source=OWN,
    domain=Gt(_spare, 3),
    deviation="Not in THEORY, which says 'Gaussian': exact at n = d/alpha > d + 3, any Sigma; 3 + 6/((1 - alpha) d) + ...",
    expected=Expected.HOLDS,
    derivation="mean_law",
)

GAUSSIAN_BOUND = Formula(
    id="predictive.gaussian-bound",
    title="The characteristic function of the offset is that of a normal law up to O(1/d)",
    statement=AtMost(
        CharacteristicGap(frequency, dimension, alpha),
        frequency**4 / 24 * (dimension / (_spare - 1)) ** 2 * (OffsetKurtosis(dimension, alpha) - 3),
    ),
    source=OWN,
    domain=Gt(_spare, 3),
    deviation=(
        "Not in THEORY, which says 'Gaussian'. The left side is not negative (Jensen). With a ridge the same bound holds with "
        "the own E Delta^2 and kurtosis of each combination of Delta_T and Delta_R; those are not known in closed form."
    ),
    expected=Expected.HOLDS,
    derivation="mean_law",
)

FORMULAS = (CROSS_LAW, JUDGE_LAW, PRIOR_TEACHER, PRIOR_CROSS, RIDGELESS_KURTOSIS, GAUSSIAN_BOUND)
