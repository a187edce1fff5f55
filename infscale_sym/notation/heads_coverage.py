"""Named quantities of coverage (THEORY section 5; Levi, arXiv:2410.16377).

A problem has a failure probability p, drawn from Beta(a, b); attempts at it are independent given p. With a ceiling A < 1 a
share 1 - A of the problems has p = 1.
"""

from __future__ import annotations

from sympy import Derivative, Expr, Integral, Sum, binomial, gamma, log

from infscale_sym.notation.heads import Head
from infscale_sym.notation.symbols import (
    attempts,
    ceiling,
    copying,
    failed,
    flops,
    j,
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

a, b, p = shape_a, shape_b, p_fail


def beta_density(at: Expr, first: Expr, second: Expr) -> Expr:
    """The density of Beta(first, second) at `at`."""
    return gamma(first + second) / (gamma(first) * gamma(second)) * at ** (first - 1) * (1 - at) ** (second - 1)


class ProblemAverage(Head):
    """E of an expression in p over p ~ Beta(a, b)."""

    nargs = 3
    slots = (p, a, b)
    meaning = "expectation over the failure probability p of a problem, p ~ Beta(a, b)"
    template = r"\mathbb{{E}}_{{p}}\left[{0}\right]"

    def unfold(self) -> Expr:
        inside, first, second = self.args
        return Integral(inside * beta_density(p, first, second), (p, 0, 1))


class InferenceLoss(Head):
    """E p^k: the chance that all of k attempts at a solvable problem fail."""

    nargs = 3
    slots = (k, a, b)
    meaning = "probability that k attempts at a problem all fail, p ~ Beta(a, b)"
    template = r"\mathcal{{L}}_{{{0}}}\left({1},{2}\right)"

    def unfold(self) -> Expr:
        k_, first, second = self.args
        return ProblemAverage(p**k_, first, second)


class PassAtK(Head):
    """The chance that at least one of k attempts succeeds; a share 1 - A of the problems is never solved."""

    nargs = 4
    slots = (k, a, b, ceiling)
    meaning = "coverage: probability that at least one of k attempts at a problem succeeds (L: pass@k)"
    template = r"\mathrm{{pass}}_{{{0}}}\left({1},{2};{3}\right)"


class ScaledLoss(Head):
    """k^b E p^k: the loss without its power law."""

    nargs = 3
    slots = (k, a, b)
    meaning = "loss over its power law"
    template = r"{0}^{{{2}}}\mathcal{{L}}_{{{0}}}\left({1},{2}\right)"

    def unfold(self) -> Expr:
        k_, first, second = self.args
        return k_**second * InferenceLoss(k_, first, second)


class CentredLoss(Head):
    """k_bar^b E p^k at k = k_bar - a - (b - 1)/2: the loss without its power law, in the variable in which it is even."""

    nargs = 3
    slots = (k_bar, a, b)
    meaning = "loss over its power law in the centred number of attempts"
    template = r"\mathcal{{L}}^{{\mathrm{{c}}}}\left({0};{1},{2}\right)"

    def unfold(self) -> Expr:
        at, first, second = self.args
        return at**second * InferenceLoss(at - first - (second - 1) / 2, first, second)


class LocalExponent(Head):
    """-d ln E p^k/d ln k: the slope of the loss on log-log paper."""

    nargs = 3
    slots = (k, a, b)
    meaning = "local exponent of the loss in the number of attempts"
    template = r"\beta_{{{0}}}\left({1},{2}\right)"

    def unfold(self) -> Expr:
        k_, first, second = self.args
        return -k_ * Derivative(log(InferenceLoss(k_, first, second)), k_) if k_.is_Symbol else self


class EffectiveExponent(Head):
    """The local exponent in k where k attempts are worth k_eff = k^varkappa independent ones: d ln k = d ln k_eff/varkappa."""

    nargs = 4
    slots = (k_eff, a, b, varkappa)
    meaning = "local exponent of the loss where k attempts are worth k_eff = k^varkappa independent ones"
    template = r"\beta^{{\mathrm{{eff}}}}\left({0};{1},{2},{3}\right)"

    def unfold(self) -> Expr:
        at, first, second, power = self.args
        return power * LocalExponent(at, first, second)


class AttemptsNeeded(Head):
    """The real k at which E p^k = Gamma(a+b)/Gamma(a) k_0^-b, the loss for which the leading power law asks k_0 attempts."""

    nargs = 3
    slots = (k_0, a, b)
    meaning = "number of attempts for a loss of Gamma(a+b)/Gamma(a) k_0^-b"
    template = r"k_{{\mathrm{{need}}}}\left({0};{1},{2}\right)"


class TargetCost(Head):
    """Cost in FLOPs of the attempts that a loss of Gamma(a+b)/Gamma(a) k_0^-b needs: attempts x tokens x FLOPs a token."""

    nargs = 5
    slots = (k_0, a, b, tokens, flops)
    meaning = "cost of a problem, in FLOPs, at the number of attempts that a target needs"
    template = r"\mathcal{{C}}\left({0};{1},{2}\right)"

    def unfold(self) -> Expr:
        lead, first, second, length, price = self.args
        return length * price * AttemptsNeeded(lead, first, second)


class StoppedAttempts(Head):
    """Expected number of attempts if one stops at the first success, after k at the latest: attempt j+1 follows j failures."""

    nargs = 3
    slots = (k, a, b)
    meaning = "expected number of attempts up to the first success, at most k"
    template = r"\mathcal{{N}}_{{{0}}}\left({1},{2}\right)"

    def unfold(self) -> Expr:
        k_, first, second = self.args
        return Sum(InferenceLoss(j, first, second), (j, 0, k_ - 1))


class AttemptCorrelation(Head):
    """Correlation of the outcomes of two attempts at the same problem: Var p/(E p (1 - E p))."""

    nargs = 2
    slots = (a, b)
    meaning = "correlation of the outcomes of two attempts at one problem"
    template = r"\mathrm{{corr}}\left({0},{1}\right)"

    def unfold(self) -> Expr:
        one, two = (InferenceLoss(n, *self.args) for n in (1, 2))
        return (two - one**2) / (one * (1 - one))


class SharedPassAtK(Head):
    """pass@k where, with probability varrho per problem, all attempts have one outcome (copies), and else are independent."""

    nargs = 5
    slots = (k, a, b, ceiling, copying)
    meaning = "coverage where all attempts at a problem have one outcome with probability varrho"
    template = r"\mathrm{{pass}}^{{\mathrm{{shared}}}}_{{{0}}}\left({1},{2};{3},{4}\right)"


class StickyLoss(Head):
    """k^b times the chance that k attempts fail where each repeats the outcome of the one before with probability varrho."""

    nargs = 4
    slots = (k, a, b, copying)
    meaning = "loss over its power law where an attempt repeats the one before with probability varrho"
    template = r"{0}^{{{2}}}\mathcal{{L}}^{{\mathrm{{sticky}}}}_{{{0}}}\left({1},{2};{3}\right)"


class AllFailed(Head):
    """1 if f = n, else 0."""

    nargs = 2
    slots = (failed, attempts)
    meaning = "1 if every attempt failed, else 0"
    template = r"\left[{0}={1}\right]"


class FailureChance(Head):
    """P(f of n attempts at a problem fail)."""

    nargs = 5
    slots = (failed, attempts, a, b, ceiling)
    meaning = "probability that f of n attempts at a problem fail"
    template = r"\mathbb{{P}}_{{{1}}}\left({0};{2},{3},{4}\right)"


def subset_share(f: Expr, n: Expr, size: Expr) -> Expr:
    """The share of the subsets of `size` attempts out of n in which all fail, if f of n fail: C(f, size)/C(n, size)."""
    return binomial(f, size) / binomial(n, size)


class EstimatorMean(Head):
    """E(1 - C(f, k)/C(n, k)) over the f failures in n attempts at a problem with failure probability p."""

    nargs = 3
    slots = (attempts, k, p)
    meaning = "expectation, at one problem, of the estimate 1 - C(n-c, k)/C(n, k) from c successes in n attempts"
    template = r"\mathbb{{E}}_{{{2}}}\big[\hat{{P}}_{{{1}\mid {0}}}\big]"

    def unfold(self) -> Expr:
        n, k_, fail = self.args
        law = binomial(n, failed) * fail**failed * (1 - fail) ** (n - failed)
        return Sum(law * (1 - subset_share(failed, n, k_)), (failed, 0, n))


class EstimatorVariance(Head):
    """Variance of 1 - C(f, k)/C(n, k) over problems and attempts; p ~ Beta(a, b)."""

    nargs = 4
    slots = (attempts, k, a, b)
    meaning = "variance over problems of the estimate 1 - C(n-c, k)/C(n, k)"
    template = r"\mathrm{{Var}}\big[\hat{{P}}_{{{1}\mid {0}}}\big]\left({2},{3}\right)"

    def unfold(self) -> Expr:
        n, k_, first, second = self.args
        law = binomial(n, failed) * ProblemAverage(p**failed * (1 - p) ** (n - failed), first, second)
        return Sum(law * subset_share(failed, n, k_) ** 2, (failed, 0, n)) - InferenceLoss(k_, first, second) ** 2


class PairLoss(Head):
    """The chance that two random k-subsets of n attempts both fail: sum_j C(k, j) C(n-k, j)/C(n, k) E p^(k+j)."""

    nargs = 4
    slots = (attempts, k, a, b)
    meaning = "probability that two random sets of k out of n attempts fail altogether"
    template = r"\mathcal{{L}}_{{{1}\cup {1}\mid {0}}}\left({2},{3}\right)"

    def unfold(self) -> Expr:
        n, k_, first, second = self.args
        chance = binomial(k_, j) * binomial(n - k_, j) / binomial(n, k_)
        return Sum(chance * InferenceLoss(k_ + j, first, second), (j, 0, k_))


class PlugInMean(Head):
    """E(1 - (f/n)^k) over the f failures in n attempts at a problem with failure probability p."""

    nargs = 3
    slots = (attempts, k, p)
    meaning = "expectation, at one problem, of the estimate 1 - (1 - c/n)^k from c successes in n attempts"
    template = r"\mathbb{{E}}_{{{2}}}\big[\tilde{{P}}_{{{1}\mid {0}}}\big]"

    def unfold(self) -> Expr:
        n, k_, fail = self.args
        law = binomial(n, failed) * fail**failed * (1 - fail) ** (n - failed)
        return Sum(law * (1 - (failed / n) ** k_), (failed, 0, n))


class PosteriorPass(Head):
    """The chance that one of k more attempts succeeds at a problem of which f of n attempts failed."""

    nargs = 5
    slots = (k, failed, attempts, a, b)
    meaning = "probability that at least one of k more attempts succeeds, given f failures in n attempts"
    template = r"\mathrm{{pass}}_{{{0}\mid {1},{2}}}\left({3},{4}\right)"

    def unfold(self) -> Expr:
        k_, f, n, first, second = self.args
        seen = p**f * (1 - p) ** (n - f)
        return 1 - ProblemAverage(seen * p**k_, first, second) / ProblemAverage(seen, first, second)


HEADS: tuple[type[Head], ...] = (
    ProblemAverage,
    InferenceLoss,
    PassAtK,
    ScaledLoss,
    CentredLoss,
    LocalExponent,
    EffectiveExponent,
    AttemptsNeeded,
    TargetCost,
    StoppedAttempts,
    AttemptCorrelation,
    SharedPassAtK,
    StickyLoss,
    AllFailed,
    FailureChance,
    EstimatorMean,
    EstimatorVariance,
    PairLoss,
    PlugInMean,
    PosteriorPass,
)
