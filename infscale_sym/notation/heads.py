"""Every named quantity, once: an unevaluated SymPy head with its LaTeX and, where it has one, its definition.

A head prints as a symbol and opens one level with `unfold()`. It never evaluates by itself: how a quantity is
computed to any accuracy is the business of `infscale_sym.quantities`.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Derivative, Expr, Function, Integer, Integral, Mul, erf, erfc, exp, factorial, log, oo, pi, sqrt
from sympy.utilities.iterables import multiset_partitions

from infscale_sym.notation.symbols import (
    Sigma,
    alpha,
    gamma,
    k,
    kappa,
    lambda_,
    loss,
    nu,
    penalty,
    r,
    rho,
    sigma,
    t,
    tau,
    u,
    v_cross,
    v_rho,
    v_tau,
    x,
    y,
    z,
    z_prime,
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
    """kappa: 1/kappa is the limit of E (1/n) Tr (XX'/n + lambda)^(-1), the one positive solution of
    lambda = kappa (1 - alpha df1(kappa; Sigma)); HP call it R."""

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


class SecondDegreesOfFreedom(Head):
    """df2(kappa; Sigma) = (1/d) Tr Sigma^2 (Sigma + kappa)^(-2)."""

    nargs = 2
    slots = (kappa, Sigma)
    meaning = "second degrees of freedom, normalised"
    template = r"\mathrm{{df}}_2\left({0}\right)"


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
    """q = (1/d) (B w_T)' Sigma (B w_T), B = kappa (Sigma + kappa)^(-1), mean square weight nu^2: the printed E Delta_T^2."""

    nargs = 5
    slots = (alpha, sigma, gamma, Sigma, nu)
    meaning = "squared teacher offset from the printed predictive mean (HP: q)"
    template = r"q"

    def unfold(self) -> Expr:
        alpha_, sigma_, gamma_, Sigma_, nu_ = self.args
        ridge = RenormalizedRidge(BareRidge(alpha_, sigma_, gamma_), alpha_, Sigma_)
        return nu_**2 * ridge * (DegreesOfFreedom(ridge, Sigma_) - SecondDegreesOfFreedom(ridge, Sigma_))


class TeacherRisk(Head):
    """Q = E Delta_T^2 over training sets and prompts, proportional limit (`predictive.mean-law`); mean square weight nu^2."""

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


class SampleMean(Head):
    """(1/k) sum_i f_i over the k answers, f an expression in the loss and the penalty of one answer."""

    nargs = 1
    slots = (loss,)
    meaning = "mean over the k answers drawn"
    template = r"\left\langle {0}\right\rangle"


def _joint_cumulant(mean: type[Head], a: int, b: int) -> Expr:
    """Sum over the partitions of a losses and b penalties of (-1)^(m-1) (m-1)! times the product of the m blocks' means."""
    names = [loss] * a + [penalty] * b
    return Add(
        *(
            (-1) ** (len(blocks) - 1) * factorial(len(blocks) - 1) * Mul(*(mean(Mul(*block)) for block in blocks))
            for blocks in multiset_partitions(list(range(a + b)))
            for blocks in [[[names[i] for i in block] for block in blocks]]
        )
    )


class SampleCumulant(Head):
    """Joint cumulant of a losses and b penalties under the empirical measure of the k answers, 1/k normalised."""

    nargs = 2  # a, b: whole numbers
    slots = (Integer(1), Integer(2))
    meaning = "joint cumulant of a losses and b penalties over the k answers drawn (weights 1/k)"
    template = r"\hat{{c}}_{{{0},{1}}}"

    def unfold(self) -> Expr:
        a, b = self.args
        return _joint_cumulant(SampleMean, int(a), int(b)) if a.is_Integer and b.is_Integer else self


class JointCumulant(Head):
    """Joint cumulant of a losses (z+tau)^2 and b penalties (z+rho)^2/2 of one answer, z standard normal."""

    nargs = 2  # a, b: whole numbers
    slots = (Integer(1), Integer(2))
    meaning = "joint cumulant of a losses and b penalties of one answer"
    template = r"c_{{{0},{1}}}"

    def unfold(self) -> Expr:
        a, b = self.args
        return _joint_cumulant(Expectation, int(a), int(b)) if a.is_Integer and b.is_Integer else self


class SampleGain(Head):
    """F_1/F_k of best-of-k with judge = teacher: how many times smaller k answers make the error of one prompt."""

    nargs = 2
    slots = (k, tau)
    meaning = "gain of best-of-k over one answer, F_1/F_k, judge = teacher"
    template = r"\mathcal{{G}}_{{{0}}}\left({1}\right)"

    def unfold(self) -> Expr:
        k_, tau_ = self.args
        return SelectionError(1, 0, tau_, tau_) / SelectionError(k_, 0, tau_, tau_)


class DifficultySlope(Head):
    """d ln F_k/d(tau^2) of best-of-k with judge = teacher: the relative price of a little more difficulty."""

    nargs = 2
    slots = (k, tau)
    meaning = "relative growth of the best-of-k error with the squared offset, judge = teacher"
    template = r"\mathcal{{D}}_{{{0}}}\left({1}\right)"

    def unfold(self) -> Expr:
        k_, tau_ = self.args
        if not tau_.is_Symbol:
            return self
        return Derivative(log(SelectionError(k_, 0, tau_, tau_)), tau_) / (2 * tau_)


class AveragedSampleGain(Head):
    """E F_1/E F_k of best-of-k, judge = teacher, each averaged over prompts and training sets."""

    nargs = 6
    slots = (k, alpha, sigma, gamma, Sigma, nu)
    meaning = "gain of best-of-k over one answer after averaging, judge = teacher"
    template = r"\overline{{\mathcal{{G}}}}_{{{0}}}"

    def unfold(self) -> Expr:
        k_, *model = self.args
        return AveragedSelectionError(1, *model) / AveragedSelectionError(k_, *model)


class SampleExponent(Head):
    """-d ln delta/d ln k of the averaged best-of-k error, judge = teacher: what relatively more answers buy."""

    nargs = 6
    slots = (k, alpha, sigma, gamma, Sigma, nu)
    meaning = "exponent of the averaged best-of-k error in the number of answers"
    template = r"\beta_{{\mathrm{{answers}}}}\left({0}\right)"

    def unfold(self) -> Expr:
        k_, *model = self.args
        return -k_ * Derivative(log(AveragedSelectionError(k_, *model)), k_) if k_.is_Symbol else self


class DataExponent(Head):
    """-d ln delta/d ln n at fixed d, in the limit k -> oo: what relatively more training pairs buy. Needs 2 Q < s^2.

    n enters through alpha = d/n, so -d/d ln n = alpha d/d alpha; of delta ~ pi s^2/(k^2 sqrt(1 - 2 Q/s^2)) the part that
    depends on alpha is s^2/sqrt(1 - 2 Q/s^2).
    """

    nargs = 5
    slots = (alpha, sigma, gamma, Sigma, nu)
    meaning = "exponent of the averaged best-of-k error in the number of training pairs, many answers"
    template = r"\beta_{{\mathrm{{data}}}}"

    def unfold(self) -> Expr:
        alpha_, sigma_, gamma_, Sigma_, _ = self.args
        if not alpha_.is_Symbol:
            return self
        variance = PredictiveVariance(alpha_, sigma_, gamma_, Sigma_)
        return alpha_ * Derivative(log(variance / sqrt(1 - 2 * TeacherRisk(*self.args) / variance)), alpha_)


class ArgMin(Head):
    """The place at which an expression in one variable is least."""

    nargs = 2  # expression, variable
    slots = (z, x)
    meaning = "where the expression is least"
    template = r"\underset{{{1}}}{{\mathrm{{argmin}}}}\left[{0}\right]"


class ZeroOf(Head):
    """The largest place at which an expression in one variable changes its sign."""

    nargs = 2  # expression, variable
    slots = (z, x)
    meaning = "the largest zero of the expression"
    template = r"\underset{{{1}}}{{\mathrm{{zero}}}}\left[{0}\right]"


class InverseCoefficient(Head):
    """The coefficient of 1/k as k -> oo: lim k (expression - its limit)."""

    nargs = 2  # expression, k
    slots = (z, k)
    meaning = "coefficient of 1/k at large k"
    template = r"\left[{1}^{{-1}}\right]{0}"


class OptimalNumber(Head):
    """k_*: the real number of answers k >= 1 at which F_k(t; tau, rho) is least."""

    nargs = 3
    slots = (t, tau, rho)
    meaning = "optimal number of answers"
    template = r"k_*\left({0};{1},{2}\right)"

    def unfold(self) -> Expr:
        return ArgMin(SelectionError(k, *self.args), k)


class OptimalTemperature(Head):
    """t_*: the temperature at which F_k(t; tau, rho) is least."""

    nargs = 3
    slots = (k, tau, rho)
    meaning = "optimal temperature"
    template = r"t_*\left({0};{1},{2}\right)"

    def unfold(self) -> Expr:
        k_, tau_, rho_ = self.args
        return ArgMin(SelectionError(k_, t, tau_, rho_), t)


class OptimalJudge(Head):
    """rho_*: the judge's offset at which F_k(t; tau, rho) is least."""

    nargs = 3
    slots = (k, t, tau)
    meaning = "optimal offset of the judge"
    template = r"\rho_*\left({0},{1};{2}\right)"

    def unfold(self) -> Expr:
        return ArgMin(SelectionError(*self.args, rho), rho)


class CriticalTemperature(Head):
    """t_c: the temperature below which F_k(t; tau, rho) rises at large k."""

    nargs = 2
    slots = (tau, rho)
    meaning = "critical temperature, below which more answers hurt at large k"
    template = r"t_c\left({0},{1}\right)"

    def unfold(self) -> Expr:
        return ZeroOf(InverseCoefficient(SelectionError(k, t, *self.args), k), t)


class PairAverage(Head):
    """E F_k(t; tau, rho) over a centred Gaussian pair (tau, rho): the error averaged over prompts and training sets."""

    nargs = 5
    slots = (k, t, v_tau, v_cross, v_rho)
    meaning = "selection error averaged over a Gaussian pair of offsets with the given second moments"
    template = r"\overline{{F}}_{{{0}}}\left({1};{2},{3},{4}\right)"

    def unfold(self) -> Expr:
        k_, t_, of_teacher, cross, of_judge = self.args
        rest = sqrt(of_teacher - cross**2 / of_judge)
        inner = SelectionError(k_, t_, cross / sqrt(of_judge) * z + rest * z_prime, sqrt(of_judge) * z)
        return Integral(normal_density(z) * normal_density(z_prime) * inner, (z_prime, -oo, oo), (z, -oo, oo))


class LineAverage(Head):
    """E F_k(t; b rho, rho) over rho ~ N(0, v): the teacher's offset in a fixed ratio b to the judge's."""

    nargs = 4
    slots = (k, t, v_cross / v_rho, v_rho)
    meaning = "selection error averaged over the judge's offset, the teacher's in a fixed ratio to it"
    template = r"\widehat{{F}}_{{{0}}}\left({1};{2},{3}\right)"

    def unfold(self) -> Expr:
        k_, t_, ratio, of_judge = self.args
        inner = SelectionError(k_, t_, sqrt(of_judge) * ratio * z, sqrt(of_judge) * z)
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
    SecondDegreesOfFreedom,
    MeanShrinkage,
    PredictiveVariance,
    TeacherOffset,
    TeacherRisk,
    AveragedSelectionError,
    SampleMean,
    SampleCumulant,
    JointCumulant,
    SampleGain,
    DifficultySlope,
    AveragedSampleGain,
    SampleExponent,
    DataExponent,
    ArgMin,
    ZeroOf,
    InverseCoefficient,
    OptimalNumber,
    OptimalTemperature,
    OptimalJudge,
    CriticalTemperature,
    PairAverage,
    LineAverage,
)
