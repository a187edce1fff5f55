"""Every named quantity, once: an unevaluated SymPy head with its LaTeX and, where it has one, its definition.

A head prints as a symbol and opens one level with `unfold()`. It never evaluates by itself: how a quantity is
computed to any accuracy is the business of `infscale_sym.quantities`.
"""

# SymPy's inline annotations call an applied head a type and an expression's arguments Basic; pyright believes them.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportIndexIssue=false
# pyright: reportReturnType=false, reportOperatorIssue=false, reportGeneralTypeIssues=false

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, Integral, erf, erfc, exp, log, oo, pi, sqrt

from infscale_sym.notation.symbols import (
    Sigma,
    alpha,
    gamma,
    k,
    kappa,
    lambda_,
    nu,
    r,
    rho,
    sigma,
    t,
    tau,
    u,
    x,
    y,
    z,
)


class Head(Function):
    """A named unevaluated quantity. Subclasses set `meaning`, `template` (LaTeX), `slots` and `unfold`."""

    meaning: str = ""
    template: str = ""
    slots: tuple[Expr, ...] = ()

    @classmethod
    def eval(cls, *args: Any) -> None:
        """Never evaluate on construction: a head is a name."""
        return None

    def unfold(self) -> Expr:
        """The definition, one level deep; the head itself where the definition is not a formula."""
        return self

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = self.template.format(*(printer._print(arg) for arg in self.args))
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


class Expectation(Head):
    """E[...] over k independent draws z_1 ... z_k; w_i is the weight of draw i."""

    nargs = 1
    slots = (z,)
    meaning = "expectation over the k answers"
    template = r"\mathbb{{E}}\left[{0}\right]"


def normal_density(at: Expr) -> Expr:
    """The standard normal density at `at`."""
    return exp(-(at**2) / 2) / sqrt(2 * pi)


class SelectionError(Head):
    """F_k(t; tau, rho): expected squared error, in units of s^2, of one answer picked among k with softmax weights."""

    nargs = 4
    slots = (k, t, tau, rho)
    meaning = "selection error: mean squared error of the chosen answer in units of s^2 (HP: delta/s^2)"
    template = r"F_{{{0}}}\left({1};{2},{3}\right)"


class WeightLaplace(Head):
    """a(u) = E exp(-u w(z)), w(z) = exp(-(z+rho)^2/(2t)); for t > 0."""

    nargs = 3
    slots = (u, t, rho)
    meaning = "Laplace transform of one answer's weight"
    template = r"a\left({0};{1},{2}\right)"

    def unfold(self) -> Expr:
        at, temperature, offset = self.args
        w = exp(-((z + offset) ** 2) / (2 * temperature))
        return Integral(normal_density(z) * exp(-at * w), (z, -oo, oo))


class ErrorLaplace(Head):
    """b(u) = E[(z+tau)^2 w(z) exp(-u w(z))]; for t > 0."""

    nargs = 4
    slots = (u, t, tau, rho)
    meaning = "one answer's weighted squared error, Laplace transformed"
    template = r"b\left({0};{1},{2},{3}\right)"

    def unfold(self) -> Expr:
        at, temperature, teacher, offset = self.args
        w = exp(-((z + offset) ** 2) / (2 * temperature))
        return Integral((z + teacher) ** 2 * w * normal_density(z) * exp(-at * w), (z, -oo, oo))


class SelectionIntegral(Head):
    """k * int_0^oo b(u) a(u)^(k-1) du: the exact form, and for non-integer k the definition, of the selection error."""

    nargs = 4
    slots = (k, t, tau, rho)
    meaning = "integral form of the selection error"
    template = r"\mathcal{{I}}_{{{0}}}\left({1};{2},{3}\right)"

    def unfold(self) -> Expr:
        k_, t_, tau_, rho_ = self.args
        return k_ * Integral(ErrorLaplace(u, t_, tau_, rho_) * WeightLaplace(u, t_, rho_) ** (k_ - 1), (u, 0, oo))


class Survival(Head):
    """S(r; rho) = P(|z + rho| > r), z standard normal."""

    nargs = 2
    slots = (r, rho)
    meaning = "survival function of |z + rho|: probability that one answer is farther than r from the judge's"
    template = r"S\left({0};{1}\right)"

    def unfold(self) -> Expr:
        at, offset = self.args
        return (erfc((at - offset) / sqrt(2)) + erfc((at + offset) / sqrt(2))) / 2

    def fdiff(self, argindex: int = 1) -> Expr:
        """dS/dr = -(phi(r-rho) + phi(r+rho)); dS/drho = phi(r-rho) - phi(r+rho)."""
        at, offset = self.args
        if argindex == 1:
            return -(normal_density(at - offset) + normal_density(at + offset))
        return normal_density(at - offset) - normal_density(at + offset)


class LogSurvival(Head):
    """ln S(r; rho), kept as a head of its own so that no rewriting loses the tail."""

    nargs = 2
    slots = (r, rho)
    meaning = "logarithm of the survival function of |z + rho|"
    template = r"\ln S\left({0};{1}\right)"

    def unfold(self) -> Expr:
        return log(1 - (erf((self.args[0] - self.args[1]) / sqrt(2)) + erf((self.args[0] + self.args[1]) / sqrt(2))) / 2)

    def fdiff(self, argindex: int = 1) -> Expr:
        """d ln S = dS/S."""
        survival = Survival(*self.args)
        return survival.fdiff(argindex) / survival


class SquaredMinimum(Head):
    """E min_{i<=k} (z_i + tau)^2: best-of-k when the judge is the teacher, k a whole number."""

    nargs = 2
    slots = (k, tau)
    meaning = "expected squared distance of the closest of k answers"
    template = r"\mathbb{{E}}\Big[\min_{{i\le {0}}}\left(z_i+{1}\right)^2\Big]"


class MinimumTail(Head):
    """P(min_{i<=k} |z_i + tau| > r)."""

    nargs = 3
    slots = (r, k, tau)
    meaning = "probability that every one of k answers is farther than r"
    template = r"\mathbb{{P}}\Big(\min_{{i\le {1}}}\left|z_i+{2}\right|>{0}\Big)"


class ChosenTail(Head):
    """P(k |z + tau| > x) of the chosen answer: best-of-k, judge = teacher; equals S(x/k; tau)^k."""

    nargs = 3
    slots = (x, k, tau)
    meaning = "tail of the chosen answer's distance in units of 1/k"
    template = r"\mathbb{{P}}\left({1}\left|z_*+{2}\right|>{0}\right)"

    def unfold(self) -> Expr:
        at, k_, tau_ = self.args
        return MinimumTail(at / k_, k_, tau_)


class ChosenSquareTail(Head):
    """P(k^2 (z + tau)^2 > y) of the chosen answer: best-of-k, judge = teacher."""

    nargs = 3
    slots = (y, k, tau)
    meaning = "tail of the chosen answer's squared distance in units of 1/k^2"
    template = r"\mathbb{{P}}\left({1}^2\left(z_*+{2}\right)^2>{0}\right)"

    def unfold(self) -> Expr:
        at, k_, tau_ = self.args
        return MinimumTail(sqrt(at) / k_, k_, tau_)


class Supremum(Head):
    """sup over x >= 0 of |expression|."""

    nargs = 2  # expression, x
    slots = (z, x)
    meaning = "supremum of the absolute value"
    template = r"\sup_{{{1}\ge 0}}\left|{0}\right|"


class LawDistance(Head):
    """sup_x |P(k |z_*+tau| > x) - exp(-sqrt(2/pi) exp(-tau^2/2) x)|: Kolmogorov distance to the limit law."""

    nargs = 2
    slots = (k, tau)
    meaning = "Kolmogorov distance between the chosen answer's scaled distance and its limit law"
    template = r"\mathcal{{K}}_{{{0}}}\left({1}\right)"

    def unfold(self) -> Expr:
        k_, tau_ = self.args
        limit_law = exp(-2 * normal_density(tau_) * x)
        return Supremum(limit_law - exp(k_ * LogSurvival(x / k_, tau_)), x)


class BareRidge(Head):
    """lambda: the ridge for which the posterior mean is ridge regression on the sample covariance."""

    nargs = 3
    slots = (alpha, sigma, gamma)
    meaning = "bare ridge of the posterior mean"
    template = r"\lambda"


class RenormalizedRidge(Head):
    """kappa: the positive solution of lambda = kappa (1 - alpha df1(kappa; Sigma)); HP call it R."""

    nargs = 3
    slots = (lambda_, alpha, Sigma)
    meaning = "renormalised ridge (HP: R)"
    template = r"\kappa"


class DegreesOfFreedom(Head):
    """df1(kappa; Sigma) = (1/d) Tr Sigma (Sigma + kappa)^(-1); HP call it m_Sigma."""

    nargs = 2
    slots = (kappa, Sigma)
    meaning = "normalised degrees of freedom (HP: m_Sigma)"
    template = r"\mathrm{{df}}_1\left({0}\right)"


class MeanShrinkage(Head):
    """Limit of E (1/d) Tr C (C + lambda)^(-1), C the sample covariance: how much of the teacher the mean keeps."""

    nargs = 3
    slots = (lambda_, alpha, Sigma)
    meaning = "mean factor by which the posterior mean shrinks the teacher, d, n -> oo at fixed alpha"
    template = r"\eta"


class PredictiveVariance(Head):
    """s^2: limit of the prompt-averaged posterior predictive variance, d, n -> oo at fixed alpha."""

    nargs = 4
    slots = (alpha, sigma, gamma, Sigma)
    meaning = "predictive variance averaged over prompts"
    template = r"s^2"


class TeacherOffset(Head):
    """q = (1/d) (B w_T)' Sigma (B w_T), B = kappa (Sigma + kappa)^(-1), isotropic Sigma: the printed E Delta_T^2."""

    nargs = 5
    slots = (alpha, sigma, gamma, Sigma, nu)
    meaning = "squared teacher offset from the printed predictive mean (HP: q)"
    template = r"q"


class TeacherRisk(Head):
    """Q = E Delta_T^2 over training sets and prompts, proportional limit (`predictive.mean-law`), isotropic Sigma."""

    nargs = 5
    slots = (alpha, sigma, gamma, Sigma, nu)
    meaning = "mean squared teacher offset with training noise and fluctuations"
    template = r"Q"


class AveragedSelectionError(Head):
    """Best-of-k error over s^2, averaged over prompts and training sets in the proportional limit; judge = teacher."""

    nargs = 6
    slots = (k, alpha, sigma, gamma, Sigma, nu)
    meaning = "best-of-k error averaged over prompts and training sets, in units of s^2"
    template = r"\overline{{F}}_{{{0}}}"

    def unfold(self) -> Expr:
        k_, *model = self.args
        alpha_, sigma_, gamma_, Sigma_, _ = model
        spread = sqrt(TeacherRisk(*model) / PredictiveVariance(alpha_, sigma_, gamma_, Sigma_))
        inner = SelectionError(k_, 0, spread * z, spread * z)
        return Integral(normal_density(z) * inner, (z, -oo, oo))


HEADS: tuple[type[Head], ...] = (
    Expectation,
    SelectionError,
    WeightLaplace,
    ErrorLaplace,
    SelectionIntegral,
    Survival,
    LogSurvival,
    SquaredMinimum,
    MinimumTail,
    ChosenTail,
    ChosenSquareTail,
    Supremum,
    LawDistance,
    BareRidge,
    RenormalizedRidge,
    DegreesOfFreedom,
    MeanShrinkage,
    PredictiveVariance,
    TeacherOffset,
    TeacherRisk,
    AveragedSelectionError,
)
