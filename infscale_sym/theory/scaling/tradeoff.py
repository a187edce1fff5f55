"""More answers or more data: the two exponents of best-of-k (HP Remark 6, arXiv:2512.19905), as printed and corrected.

Isotropic Sigma. m below is df1(kappa), the share of the teacher that the mean keeps; c = nu^2/gamma^2 - 1 says how far the
teacher is from the student's prior.
"""

from sympy import Expr, Integer

from infscale_sym.notation.check import Check, Recipe, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo, Equal
from infscale_sym.theory.regression.notation import (
    BareRidge,
    DegreesOfFreedom,
    PredictiveVariance,
    RenormalizedRidge,
    Sigma,
    TeacherOffset,
    TeacherRisk,
    alpha,
    gamma,
    nu,
    sigma,
)
from infscale_sym.theory.scaling.notation import DataExponent, SampleExponent
from infscale_sym.theory.selection.notation import k
from infscale_sym.theory.sources import HP, OWN

here = lazy(__package__)

_model = (alpha, sigma, gamma, Sigma, nu)
_s2 = PredictiveVariance(alpha, sigma, gamma, Sigma)
_share = DegreesOfFreedom(RenormalizedRidge(BareRidge(alpha, sigma, gamma), alpha, Sigma), Sigma)


def offset_ratio(share: Expr) -> Expr:
    """Q/s^2 in terms of alpha, nu/gamma and share = df1(kappa); dimensionless."""
    return alpha * share * (1 + (nu**2 / gamma**2 - 1) * (1 - share) / (1 - alpha * share**2))


def data_exponent(share: Expr, ratio: Expr) -> Expr:
    """alpha d/d alpha of ln[s^2/sqrt(1 - 2 Q/s^2)] in terms of alpha, nu/gamma, share = df1(kappa) and Q/s^2; dimensionless."""
    left = 1 - alpha * share**2
    steeper = 1 + 2 * (nu**2 / gamma**2 - 1) * (1 - share) / left**2
    return alpha * share**2 / left * (1 + (1 - alpha * share) * steeper / (1 - 2 * ratio))


EXPONENTS = Formula(
    id="tradeoff.exponents",
    title="Exponent of the error in the number of answers",
    statement=AsymptoticTo(SampleExponent(k, *_model), Integer(2), k, remainder=1 / k),
    domain=_s2 > 4 * TeacherRisk(*_model),
    source=HP.at("Remark 6, eqs. 23-24"),
    deviation=(
        "The first half of the remark, with a remainder. It needs 2 Q < s^2 (remainder as stated: 3 Q < s^2; tested for "
        "4 Q < s^2); the second half, that the exponent in the data is much smaller, is tradeoff.data-exponent."
    ),
    expected=Expected.IN_THE_LIMIT,
    script="tradeoff",
    check=Check(left_digits=(1, 4), ladder=("1e3", "1e7", "1e12")),
    draw=Recipe(here(".checks:sample_exponent")),
    sweep=Sweep(k, (2, 1e5), True, sigma, (0.5, 1, 2)),
)

_q = TeacherOffset(*_model)
_printed = 2 * _share * _q / ((1 - alpha * _share**2) * (sigma**2 - 2 * _q))
_corrected = data_exponent(_share, TeacherRisk(*_model) / _s2)

DATA_PRINTED = Formula(
    id="tradeoff.data-exponent.printed",
    title="Exponent of the error in the data, from the printed law",
    statement=Equal(DataExponent(*_model), _printed),
    domain=(_s2 > 2 * TeacherRisk(*_model)) & (sigma**2 > 2 * _q),
    source=HP.at("Remark 6, eqs. 23-24"),
    deviation=(
        "The slope in ln alpha of the printed average of Remark 5 with s^2 replaced by sigma^2, as the remark's conditions "
        "allow; for kappa << Sigma it is 2 q/((1 - alpha)(sigma^2 - 2 q)), small with q."
    ),
    expected=Expected.REFUTED,
    underived="refuted; the derivation is that of its correction",
    partner="tradeoff.data-exponent.corrected",
    check=Check(note="left side: slope of the Marchenko-Pastur integrals in ln alpha"),
    draw=Recipe(here(".checks:data_exponent"), other=_corrected, other_said="the corrected law"),
    sweep=Sweep(alpha, (0.05, 0.4), False, sigma, (0.5, 2)),
)

DATA_CORRECTED = Formula(
    id="tradeoff.data-exponent.corrected",
    title="Exponent of the error in the data, many answers",
    statement=Equal(DataExponent(*_model), _corrected),
    domain=_s2 > 2 * TeacherRisk(*_model),
    source=OWN,
    deviation="Keeps s^2 and the full Q = E Delta_T^2. Proportional limit, isotropic Sigma, -d/d ln n at fixed d, k -> oo.",
    expected=Expected.HOLDS,
    script="tradeoff",
    partner="tradeoff.data-exponent.printed",
    check=Check(note="left side: slope of the Marchenko-Pastur integrals in ln alpha"),
    draw=Recipe(here(".checks:data_exponent"), other=_printed, other_said="the printed law"),
    sweep=Sweep(alpha, (0.05, 0.4), False, sigma, (0.5, 2)),
)

FORMULAS = (EXPONENTS, DATA_PRINTED, DATA_CORRECTED)
