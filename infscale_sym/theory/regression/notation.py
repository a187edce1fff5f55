"""Symbols and named quantities of Bayesian linear regression in high dimension (HP, arXiv:2512.19905)."""

from __future__ import annotations

from sympy import Expr, Symbol

from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry

alpha = Symbol("alpha", positive=True)
sigma = Symbol("sigma", positive=True)
gamma = Symbol("gamma", positive=True)
lambda_ = Symbol("lambda", positive=True)
Sigma = Symbol("Sigma", positive=True)
nu = Symbol("nu", positive=True)
kappa = Symbol("kappa", positive=True)
C = Symbol("C", positive=True)
dimension = Symbol("d", positive=True)
eigenvalue = Symbol("x_C", nonnegative=True)
examples = Symbol("n", positive=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(alpha, r"\alpha", "alpha > 0", "features per training pair, d/n", between=("0.05", "2.5"), typical=0.5),
    SymbolEntry(
        sigma, r"\sigma", "sigma > 0", "standard deviation of the label noise (units of y)", between=("0.6", "1.5"), typical=1
    ),
    SymbolEntry(gamma, r"\gamma", "gamma > 0", "prior standard deviation of a weight", between=("0.3", "0.8"), typical=1),
    SymbolEntry(lambda_, r"\lambda", "lambda > 0", "bare ridge (units of Sigma)", between=("0.01", "3"), typical=0.3),
    SymbolEntry(kappa, r"\kappa", "kappa > 0", "renormalised ridge (units of Sigma)", "HP: R", ("0.01", "3")),
    SymbolEntry(
        Sigma,
        r"\Sigma",
        "positive eigenvalues",
        "feature covariance; a number stands for Sigma = number * I",
        "HP: Sigma; S^2 when isotropic",
        ("0.2", "3"),
        typical=1,
    ),
    SymbolEntry(C, "C", "d x d matrix", "sample covariance of the features, (1/n) sum_i x_i x_i'"),
    SymbolEntry(
        nu, r"\nu", "nu > 0", "root mean square teacher weight: nu^2 = w_T' w_T / d", between=("0.1", "1"), typical=0.3
    ),
    SymbolEntry(
        dimension,
        "d",
        "d > 0 (an integer where data are drawn)",
        "number of features",
        between=("4", "30"),
        typical=20,
        counted=True,
    ),
    SymbolEntry(eigenvalue, "x_{C}", "x_C >= 0", "eigenvalue of the training set's covariance, in units of sigma_0^2"),
    SymbolEntry(
        examples,
        "n",
        "n > 0 (an integer where data are drawn)",
        "number of training examples",
        "H: N",
        ("2", "40"),
        typical=10,
        counted=True,
    ),
)


class BareRidge(Quantity):
    """lambda: the ridge for which the posterior mean is ridge regression on the sample covariance."""

    slots = (alpha, sigma, gamma)
    meaning = "bare ridge of the posterior mean"
    template = r"\lambda"
    numpy = ".values.ridge:bare_ridge"
    mpmath = ".values.ridge_exact:bare_ridge_mp"
    arb = ".values.ridge_exact:bare_ridge_arb"


class RenormalizedRidge(Quantity):
    """kappa: 1/kappa is the limit of E (1/n) Tr (XX'/n + lambda)^(-1), the one positive solution of
    lambda = kappa (1 - alpha df1(kappa; Sigma)); HP call it R."""

    slots = (lambda_, alpha, Sigma)
    meaning = "renormalised ridge (HP: R)"
    template = r"\kappa"
    numpy = ".values.ridge:renormalized_ridge"
    mpmath = ".values.ridge_exact:renormalized_ridge_mp"
    arb = ".values.ridge_exact:renormalized_ridge_arb"
    referee_mpmath = ".values.marchenko_pastur:ridge_from_law_mp"
    referee_arb = ".values.marchenko_pastur:ridge_from_law_arb"
    draw = ".draws.moments:renormalized_ridge"


class DegreesOfFreedom(Quantity):
    """df1(kappa; Sigma) = (1/d) Tr Sigma (Sigma + kappa)^(-1); HP call it m_Sigma."""

    slots = (kappa, Sigma)
    meaning = "normalised degrees of freedom (HP: m_Sigma)"
    template = r"\mathrm{{df}}_1\left({0}\right)"
    numpy = ".values.ridge:degrees_of_freedom"
    mpmath = ".values.ridge_exact:degrees_of_freedom_mp"
    arb = ".values.ridge_exact:degrees_of_freedom_arb"


class SecondDegreesOfFreedom(Quantity):
    """df2(kappa; Sigma) = (1/d) Tr Sigma^2 (Sigma + kappa)^(-2)."""

    slots = (kappa, Sigma)
    meaning = "second degrees of freedom, normalised"
    template = r"\mathrm{{df}}_2\left({0}\right)"
    numpy = ".values.ridge:second_degrees_of_freedom"
    mpmath = ".values.ridge_exact:second_degrees_of_freedom_mp"
    arb = ".values.ridge_exact:second_degrees_of_freedom_arb"


class MeanShrinkage(Quantity):
    """Limit of E (1/d) Tr C (C + lambda)^(-1), C the sample covariance: how much of the teacher the mean keeps."""

    slots = (lambda_, alpha, Sigma)
    meaning = "mean factor by which the posterior mean shrinks the teacher, d, n -> oo at fixed alpha"
    template = r"\eta"
    numpy = ".values.ridge:mean_shrinkage"
    mpmath = ".values.ridge_exact:mean_shrinkage_mp"
    arb = ".values.ridge_exact:mean_shrinkage_arb"
    draw = ".draws.moments:mean_shrinkage"


class PredictiveVariance(Quantity):
    """s^2: limit of the prompt-averaged posterior predictive variance, d, n -> oo at fixed alpha."""

    slots = (alpha, sigma, gamma, Sigma)
    meaning = "predictive variance averaged over prompts"
    template = r"s^2"
    numpy = ".values.ridge:predictive_variance"
    mpmath = ".values.ridge_exact:predictive_variance_mp"
    arb = ".values.ridge_exact:predictive_variance_arb"
    draw = ".draws.moments:predictive_variance"


class TeacherOffset(Quantity):
    """q = (1/d) (B w_T)' Sigma (B w_T), B = kappa (Sigma + kappa)^(-1), mean square weight nu^2: the printed E Delta_T^2."""

    slots = (alpha, sigma, gamma, Sigma, nu)
    meaning = "squared teacher offset from the printed predictive mean (HP: q)"
    template = r"q"
    numpy = ".values.ridge:teacher_offset"
    mpmath = ".values.ridge_exact:teacher_offset_mp"
    arb = ".values.ridge_exact:teacher_offset_arb"

    def unfold(self) -> Expr:
        alpha_, sigma_, gamma_, Sigma_, nu_ = self.args
        ridge = RenormalizedRidge(BareRidge(alpha_, sigma_, gamma_), alpha_, Sigma_)
        return nu_**2 * ridge * (DegreesOfFreedom(ridge, Sigma_) - SecondDegreesOfFreedom(ridge, Sigma_))


class TeacherRisk(Quantity):
    """Q = E Delta_T^2 over training sets and prompts, proportional limit (`predictive.mean-law`); mean square weight nu^2."""

    slots = (alpha, sigma, gamma, Sigma, nu)
    meaning = "mean squared teacher offset with training noise and fluctuations"
    template = r"Q"
    numpy = ".values.ridge:teacher_risk"
    mpmath = ".values.ridge_exact:teacher_risk_mp"
    arb = ".values.ridge_exact:teacher_risk_arb"
    referee_mpmath = ".values.marchenko_pastur:teacher_risk_from_law_mp"
    referee_arb = ".values.marchenko_pastur:teacher_risk_from_law_arb"
    draw = ".draws.moments:teacher_risk"


QUANTITIES: tuple[type[Quantity], ...] = (
    BareRidge,
    RenormalizedRidge,
    DegreesOfFreedom,
    SecondDegreesOfFreedom,
    MeanShrinkage,
    PredictiveVariance,
    TeacherOffset,
    TeacherRisk,
)
