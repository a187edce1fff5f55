"""Deterministic equivalents of Bayesian linear regression (HP Result 1, eqs. 9-13, arXiv:2512.19905).

kappa (HP: R) is the renormalised ridge, alpha = d/n; Sigma is given by its eigenvalues, or a number for number * I.
"""

from sympy import sqrt

from infscale_sym.notation.check import Check, ExactDraw, Recipe, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import Equal
from infscale_sym.theory.regression.notation import (
    BareRidge,
    DegreesOfFreedom,
    MeanShrinkage,
    PredictiveVariance,
    RenormalizedRidge,
    SecondDegreesOfFreedom,
    Sigma,
    TeacherOffset,
    TeacherRisk,
    alpha,
    gamma,
    lambda_,
    nu,
    sigma,
)
from infscale_sym.theory.sources import HP, OWN

here = lazy(__package__)
_MATRICES = "random matrices at d = 10, 20, 40, 80, extrapolated in 1/d"
_STUDENTS = "students fitted end to end at d = 20 to 160, extrapolated in 1/d"

_kappa = RenormalizedRidge(lambda_, alpha, Sigma)

BARE = Formula(
    id="ridge.bare",
    title="Bare ridge of the posterior mean",
    statement=Equal(BareRidge(alpha, sigma, gamma), alpha * sigma**2 / gamma**2),
    source=HP.at("Result 1, eq. 11"),
    deviation="alpha = d/n enters because features are x/sqrt(d) and the sample covariance is averaged over n.",
    expected=Expected.HOLDS,
    script="deterministic_equivalents",
    check=Check(enclosed=True),
    draw=Recipe(here(".checks:posterior_mean")),
    sweep=Sweep(sigma, (0.05, 3), False, alpha, (0.2, 0.5, 1, 2)),
)

RENORMALIZED = Formula(
    id="ridge.renormalized",
    title="Renormalised ridge, any spectrum",
    statement=Equal(lambda_, _kappa * (1 - alpha * DegreesOfFreedom(_kappa, Sigma))),
    source=HP.at("Result 1, eq. 12"),
    deviation="kappa is HP's R, df1 is HP's m_Sigma; kappa is the one positive solution.",
    expected=Expected.HOLDS,
    script="deterministic_equivalents",
    check=Check(by_referee=True, enclosed=True, note="kappa from the Marchenko-Pastur law"),
    draw=Recipe(here(".checks:fixed_point")),
    sweep=Sweep(
        lambda_, (1e-3, 10), True, alpha, (0.2, 0.5, 1, 2), quantity=RenormalizedRidge(lambda_, alpha, Sigma), log_height=True
    ),
)

_excess = alpha + lambda_ / Sigma - 1

ISOTROPIC = Formula(
    id="ridge.isotropic",
    title="Renormalised ridge, Sigma = S^2 I",
    statement=Equal(_kappa, Sigma / 2 * (_excess + sqrt(_excess**2 + 4 * lambda_ / Sigma))),
    source=HP.at("Result 1, eqs. 9-13"),
    deviation="Sigma stands for the number S^2.",
    expected=Expected.HOLDS,
    script="deterministic_equivalents",
    check=Check(by_referee=True, enclosed=True, note="left side: kappa from the Marchenko-Pastur law"),
    draw=ExactDraw(settings=((0.2, 0.5, 1.3),), trials=4_000, quick_trials=2_000, wrong=0.02, note=_MATRICES),
    sweep=Sweep(lambda_, (1e-3, 10), True, alpha, (0.2, 0.5, 1, 2), log_height=True),
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
    script="deterministic_equivalents",
    check=Check(enclosed=True, note="left side: the Marchenko-Pastur integral; right side: the root solve"),
    draw=ExactDraw(settings=((0.2, 0.5, (2.0, 0.5)),), trials=4_000, quick_trials=2_000, wrong=0.02, note=_MATRICES),
    sweep=Sweep(lambda_, (1e-3, 10), True, alpha, (0.2, 0.5, 1, 2)),
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
    script="deterministic_equivalents",
    check=Check(enclosed=True, note="left side: the Marchenko-Pastur integral; right side: the root solve"),
    draw=ExactDraw(settings=((0.5, 0.8, 1.1, (2.0, 0.5)),), trials=12_000, quick_trials=4_000, wrong=0.02, note=_STUDENTS),
    sweep=Sweep(alpha, (0.05, 5), True, sigma, (0.1, 0.3, 1)),
)

_model = (alpha, sigma, gamma, Sigma, nu)
_df2 = SecondDegreesOfFreedom(_ridge, Sigma)

MEAN_LAW = Formula(
    id="predictive.mean-law",
    title="Mean squared offset of the predictive mean from the teacher",
    statement=Equal(
        TeacherRisk(*_model),
        (TeacherOffset(*_model) + alpha * sigma**2 * _df2) / (1 - alpha * _df2),
    ),
    source=OWN,
    deviation=(
        "The risk of ridge regression of AZP, arXiv:2405.00592, in the model's variables. HP's printed mean would leave q "
        "alone: the training noise and the fluctuations from one training set to the next are of the same order."
    ),
    expected=Expected.HOLDS,
    script="deterministic_equivalents",
    check=Check(by_referee=True, enclosed=True, note="left side: bias and noise integrated over the Marchenko-Pastur law"),
    draw=ExactDraw(
        settings=((0.5, 1.0, 0.5, (2.0, 0.5), 0.5),),
        trials=12_000,
        quick_trials=4_000,
        wrong=TeacherOffset(*_model),
        wrong_said="the printed q",
        note=_STUDENTS,
    ),
)

VARIANCE_RIDGE = Formula(
    id="predictive.variance-ridge",
    title="The predictive variance is the renormalised ridge in other units",
    statement=Equal(PredictiveVariance(alpha, sigma, gamma, Sigma), gamma**2 * _ridge / alpha),
    source=OWN,
    deviation="The printed variance with the self-consistent equation put in; any spectrum.",
    expected=Expected.HOLDS,
    script="deterministic_equivalents",
    check=Check(enclosed=True, note="left side: the Marchenko-Pastur integral; right side: the root solve"),
    draw=ExactDraw(settings=((0.5, 1.0, 0.5, (2.0, 0.5)),), trials=12_000, quick_trials=4_000, wrong=0.02, note=_STUDENTS),
)

FORMULAS = (BARE, RENORMALIZED, ISOTROPIC, MEAN, VARIANCE, VARIANCE_RIDGE, MEAN_LAW)
