"""Deterministic equivalents of Bayesian linear regression (HP Result 1, eqs. 9-13, arXiv:2512.19905).

kappa (HP: R) is the renormalised ridge, alpha = d/n; Sigma is given by its eigenvalues, or a number for number * I.
"""

from sympy import sqrt

from infscale_sym.formulas.record import HP, Expected, Formula
from infscale_sym.notation.heads import (
    BareRidge,
    DegreesOfFreedom,
    MeanShrinkage,
    PredictiveVariance,
    RenormalizedRidge,
)
from infscale_sym.notation.relations import Equal
from infscale_sym.notation.symbols import Sigma, alpha, gamma, lambda_, sigma

_LATER = "encoded and evaluated; to be derived from the self-consistent equation of the resolvent with the whole paper"
_kappa = RenormalizedRidge(lambda_, alpha, Sigma)

BARE = Formula(
    id="ridge.bare",
    title="Bare ridge of the posterior mean",
    statement=Equal(BareRidge(alpha, sigma, gamma), alpha * sigma**2 / gamma**2),
    source=HP.at("Result 1, eq. 11"),
    deviation="alpha = d/n enters because features are x/sqrt(d) and the sample covariance is averaged over n.",
    expected=Expected.HOLDS,
    underived=_LATER,
)

RENORMALIZED = Formula(
    id="ridge.renormalized",
    title="Renormalised ridge, any spectrum",
    statement=Equal(lambda_, _kappa * (1 - alpha * DegreesOfFreedom(_kappa, Sigma))),
    source=HP.at("Result 1, eq. 12"),
    deviation="kappa is HP's R, df1 is HP's m_Sigma; kappa is the one positive solution.",
    expected=Expected.HOLDS,
    underived=_LATER,
)

_excess = alpha + lambda_ / Sigma - 1

ISOTROPIC = Formula(
    id="ridge.isotropic",
    title="Renormalised ridge, Sigma = S^2 I",
    statement=Equal(_kappa, Sigma / 2 * (_excess + sqrt(_excess**2 + 4 * lambda_ / Sigma))),
    source=HP.at("Result 1, eqs. 9-13"),
    deviation="Sigma stands for the number S^2.",
    expected=Expected.HOLDS,
    underived=_LATER,
)

MEAN = Formula(
    id="predictive.mean",
    title="The predictive mean keeps this share of the teacher",
    statement=Equal(MeanShrinkage(lambda_, alpha, Sigma), DegreesOfFreedom(_kappa, Sigma)),
    source=HP.at("Result 1, eqs. 9-13"),
    deviation=(
        "The source prints m = phi'(I - B)w_T, B = kappa (Sigma + kappa)^-1, for one draw; that holds for the "
        "mean over training sets only, and is stated here as its normalised trace."
    ),
    expected=Expected.HOLDS,
    underived=_LATER,
)

_bare = BareRidge(alpha, sigma, gamma)
_ridge = RenormalizedRidge(_bare, alpha, Sigma)

VARIANCE = Formula(
    id="predictive.variance",
    title="Predictive variance, averaged over prompts",
    statement=Equal(
        PredictiveVariance(alpha, sigma, gamma, Sigma),
        sigma**2 + gamma**2 * _ridge * DegreesOfFreedom(_ridge, Sigma),
    ),
    source=HP.at("Result 1, eqs. 9-13"),
    deviation="The prompt average (gamma^2/d) Tr(B Sigma) is written gamma^2 kappa df1(kappa).",
    expected=Expected.HOLDS,
    underived=_LATER,
)

FORMULAS = (BARE, RENORMALIZED, ISOTROPIC, MEAN, VARIANCE)
