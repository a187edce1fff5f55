"""Named quantities of coverage, pass@k (Levi, arXiv:2410.16377), for the formulas `coverage.*`.

A problem has a failure probability p, drawn from Beta(a, b); attempts at it are independent given p. With a ceiling A < 1 a
share 1 - A of the problems has p = 1.
"""

from __future__ import annotations

from sympy import Derivative, Expr, Integral, Sum, Symbol, binomial, gamma, log

from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.selection.notation import j, k

p_fail = Symbol("p_fail", positive=True)
shape_a = Symbol("a", positive=True)
shape_b = Symbol("b", positive=True)
ceiling = Symbol("A", positive=True)
k_bar = Symbol("k_bar", positive=True)
k_0 = Symbol("k_0", positive=True)
k_eff = Symbol("k_eff", positive=True)
varkappa = Symbol("varkappa", positive=True)
copying = Symbol("varrho", nonnegative=True)
attempts = Symbol("n_attempts", positive=True)
failed = Symbol("f", nonnegative=True)
tokens = Symbol("n_tok", positive=True)
flops = Symbol("c_tok", positive=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(
        p_fail, "p", "0 < p < 1", "failure probability of one attempt at a problem", between=("0.2", "0.8"), typical=0.7
    ),
    SymbolEntry(shape_a, "a", "a > 0", "first shape of the Beta law of p", between=("0.3", "4"), typical=1),
    SymbolEntry(
        shape_b, "b", "b > 0", "second shape of the Beta law of p: density (1 - p)^(b-1) near 1", "", ("0.3", "3"), typical=0.5
    ),
    SymbolEntry(
        ceiling, "A", "0 < A <= 1", "ceiling: share of the problems that can be solved at all", between=("0.5", "1"), typical=1
    ),
    SymbolEntry(k_bar, r"{\bar{k}}", "k_bar > 0", "centred number of attempts, k + a + (b - 1)/2", between=("20", "200")),
    SymbolEntry(
        k_0,
        "k_0",
        "k_0 > 0",
        "attempts that a target needs by the leading power law: target = Gamma(a+b)/Gamma(a) k_0^-b",
        between=("20", "200"),
    ),
    SymbolEntry(
        k_eff, r"k_{\mathrm{eff}}", "k_eff > 0", "independent attempts that k correlated ones are worth", between=("1", "40")
    ),
    SymbolEntry(
        varkappa,
        r"\varkappa",
        "0 < varkappa <= 1",
        "power of k in its effective number, k_eff = k^varkappa",
        between=("0.3", "1"),
        typical=0.6,
    ),
    SymbolEntry(
        copying,
        r"\varrho",
        "0 <= varrho < 1",
        "probability that an attempt copies: all of a problem from one, or each the one before",
        between=("0.1", "0.8"),
        typical=0.3,
    ),
    SymbolEntry(
        attempts,
        "n",
        "n = 1, 2, 3, ...",
        "attempts made at one problem to estimate from",
        between=("4", "12"),
        typical=12,
        counted=True,
    ),
    SymbolEntry(failed, "f", "f = 0, ..., n", "number of failures in n attempts", between=("0", "4"), typical=3, counted=True),
    SymbolEntry(tokens, r"n_{\mathrm{tok}}", "n_tok > 0", "tokens of an attempt", between=("1", "3"), typical=1),
    SymbolEntry(flops, r"c_{\mathrm{tok}}", "c_tok > 0", "FLOPs of a token", between=("1", "3"), typical=1),
)


a, b, p = shape_a, shape_b, p_fail


def beta_density(at: Expr, first: Expr, second: Expr) -> Expr:
    """The density of Beta(first, second) at `at`."""
    return gamma(first + second) / (gamma(first) * gamma(second)) * at ** (first - 1) * (1 - at) ** (second - 1)


class ProblemAverage(Quantity):
    """E of an expression in p over p ~ Beta(a, b)."""

    slots = (p, a, b)
    meaning = "expectation over the failure probability p of a problem, p ~ Beta(a, b)"
    template = r"\mathbb{{E}}_{{p}}\left[{0}\right]"

    def unfold(self) -> Expr:
        inside, first, second = self.args
        return Integral(inside * beta_density(p, first, second), (p, 0, 1))


class InferenceLoss(Quantity):
    """E p^k: the chance that all of k attempts at a solvable problem fail."""

    slots = (k, a, b)
    meaning = "probability that k attempts at a problem all fail, p ~ Beta(a, b)"
    template = r"\mathcal{{L}}_{{{0}}}\left({1},{2}\right)"
    numpy = ".values.numeric:loss"
    mpmath = ".values.exact:loss_mp"
    arb = ".values.exact:loss_arb"
    referee_mpmath = ".values.referee:loss_by_law_mp"
    draw = ".draws:loss"

    def unfold(self) -> Expr:
        k_, first, second = self.args
        return ProblemAverage(p**k_, first, second)


class PassAtK(Quantity):
    """The chance that at least one of k attempts succeeds; a share 1 - A of the problems is never solved."""

    slots = (k, a, b, ceiling)
    meaning = "coverage: probability that at least one of k attempts at a problem succeeds (L: pass@k)"
    template = r"\mathrm{{pass}}_{{{0}}}\left({1},{2};{3}\right)"
    numpy = ".values.numeric:passk"
    mpmath = ".values.exact:passk_mp"
    arb = ".values.exact:passk_arb"
    referee_mpmath = ".values.referee:passk_by_law_mp"
    draw = ".draws:passk"


class ScaledLoss(Quantity):
    """k^b E p^k: the loss without its power law."""

    slots = (k, a, b)
    meaning = "loss over its power law"
    template = r"{0}^{{{2}}}\mathcal{{L}}_{{{0}}}\left({1},{2}\right)"
    numpy = ".values.numeric:scaled_loss"
    mpmath = ".values.exact:scaled_loss_mp"

    def unfold(self) -> Expr:
        k_, first, second = self.args
        return k_**second * InferenceLoss(k_, first, second)


class CentredLoss(Quantity):
    """k_bar^b E p^k at k = k_bar - a - (b - 1)/2: the loss without its power law, in the variable in which it is even."""

    slots = (k_bar, a, b)
    meaning = "loss over its power law in the centred number of attempts"
    template = r"\mathcal{{L}}^{{\mathrm{{c}}}}\left({0};{1},{2}\right)"
    numpy = ".values.numeric:centred_loss"
    mpmath = ".values.exact:centred_loss_mp"

    def unfold(self) -> Expr:
        at, first, second = self.args
        return at**second * InferenceLoss(at - first - (second - 1) / 2, first, second)


class LocalExponent(Quantity):
    """-d ln E p^k/d ln k: the slope of the loss on log-log paper."""

    slots = (k, a, b)
    meaning = "local exponent of the loss in the number of attempts"
    template = r"\beta_{{{0}}}\left({1},{2}\right)"
    numpy = ".values.numeric:local_exponent"
    mpmath = ".values.exact:local_exponent_mp"
    arb = ".values.exact:local_exponent_arb"
    referee_mpmath = ".values.referee:exponent_by_law_mp"

    def unfold(self) -> Expr:
        k_, first, second = self.args
        return -k_ * Derivative(log(InferenceLoss(k_, first, second)), k_) if k_.is_Symbol else self


class EffectiveExponent(Quantity):
    """The local exponent in k where k attempts are worth k_eff = k^varkappa independent ones: d ln k = d ln k_eff/varkappa."""

    slots = (k_eff, a, b, varkappa)
    meaning = "local exponent of the loss where k attempts are worth k_eff = k^varkappa independent ones"
    template = r"\beta^{{\mathrm{{eff}}}}\left({0};{1},{2},{3}\right)"
    numpy = ".values.numeric:effective_exponent"
    mpmath = ".values.exact:effective_exponent_mp"

    def unfold(self) -> Expr:
        at, first, second, power = self.args
        return power * LocalExponent(at, first, second)


class AttemptsNeeded(Quantity):
    """The real k at which E p^k = Gamma(a+b)/Gamma(a) k_0^-b, the loss for which the leading power law asks k_0 attempts."""

    slots = (k_0, a, b)
    meaning = "number of attempts for a loss of Gamma(a+b)/Gamma(a) k_0^-b"
    template = r"k_{{\mathrm{{need}}}}\left({0};{1},{2}\right)"
    numpy = ".values.numeric:attempts_needed_from"
    mpmath = ".values.exact:attempts_needed_mp"


class TargetCost(Quantity):
    """Cost in FLOPs of the attempts that a loss of Gamma(a+b)/Gamma(a) k_0^-b needs: attempts x tokens x FLOPs a token."""

    slots = (k_0, a, b, tokens, flops)
    meaning = "cost of a problem, in FLOPs, at the number of attempts that a target needs"
    template = r"\mathcal{{C}}\left({0};{1},{2}\right)"
    numpy = ".values.numeric:target_cost"
    mpmath = ".values.exact:target_cost_mp"

    def unfold(self) -> Expr:
        lead, first, second, length, price = self.args
        return length * price * AttemptsNeeded(lead, first, second)


class StoppedAttempts(Quantity):
    """Expected number of attempts if one stops at the first success, after k at the latest: attempt j+1 follows j failures."""

    slots = (k, a, b)
    meaning = "expected number of attempts up to the first success, at most k"
    template = r"\mathcal{{N}}_{{{0}}}\left({1},{2}\right)"
    numpy = ".values.numeric:stopped_attempts"
    mpmath = ".values.referee:stopped_attempts_mp"
    draw = ".draws:stopped_attempts"

    def unfold(self) -> Expr:
        k_, first, second = self.args
        return Sum(InferenceLoss(j, first, second), (j, 0, k_ - 1))


class AttemptCorrelation(Quantity):
    """Correlation of the outcomes of two attempts at the same problem: Var p/(E p (1 - E p))."""

    slots = (a, b)
    meaning = "correlation of the outcomes of two attempts at one problem"
    template = r"\mathrm{{corr}}\left({0},{1}\right)"
    numpy = ".values.numeric:attempt_correlation"
    mpmath = ".values.referee:attempt_correlation_mp"
    draw = ".draws:correlation"

    def unfold(self) -> Expr:
        one, two = (InferenceLoss(n, *self.args) for n in (1, 2))
        return (two - one**2) / (one * (1 - one))


class SharedPassAtK(Quantity):
    """pass@k where, with probability varrho per problem, all attempts have one outcome (copies), and else are independent."""

    slots = (k, a, b, ceiling, copying)
    meaning = "coverage where all attempts at a problem have one outcome with probability varrho"
    template = r"\mathrm{{pass}}^{{\mathrm{{shared}}}}_{{{0}}}\left({1},{2};{3},{4}\right)"
    numpy = ".values.numeric:shared_passk"
    mpmath = ".values.referee:shared_passk_mp"
    draw = ".draws:shared_passk"


class StickyLoss(Quantity):
    """k^b times the chance that k attempts fail where each repeats the outcome of the one before with probability varrho."""

    slots = (k, a, b, copying)
    meaning = "loss over its power law where an attempt repeats the one before with probability varrho"
    template = r"{0}^{{{2}}}\mathcal{{L}}^{{\mathrm{{sticky}}}}_{{{0}}}\left({1},{2};{3}\right)"
    numpy = ".values.attempts:scaled_sticky_loss"
    mpmath = ".values.referee:sticky_loss_mp"
    draw = ".draws:scaled_sticky_loss"


class AllFailed(Quantity):
    """1 if f = n, else 0."""

    slots = (failed, attempts)
    meaning = "1 if every attempt failed, else 0"
    template = r"\left[{0}={1}\right]"
    numpy = ".values.attempts:all_failed"
    mpmath = ".values.exact:all_failed_mp"


class FailureChance(Quantity):
    """P(f of n attempts at a problem fail)."""

    slots = (failed, attempts, a, b, ceiling)
    meaning = "probability that f of n attempts at a problem fail"
    template = r"\mathbb{{P}}_{{{1}}}\left({0};{2},{3},{4}\right)"
    numpy = ".values.numeric:failure_chance"
    mpmath = ".values.referee:failure_chance_mp"
    draw = ".draws:failure_chance"


def subset_share(f: Expr, n: Expr, size: Expr) -> Expr:
    """The share of the subsets of `size` attempts out of n in which all fail, if f of n fail: C(f, size)/C(n, size)."""
    return binomial(f, size) / binomial(n, size)


class EstimatorMean(Quantity):
    """E(1 - C(f, k)/C(n, k)) over the f failures in n attempts at a problem with failure probability p."""

    slots = (attempts, k, p)
    meaning = "expectation, at one problem, of the estimate 1 - C(n-c, k)/C(n, k) from c successes in n attempts"
    template = r"\mathbb{{E}}_{{{2}}}\big[\hat{{P}}_{{{1}\mid {0}}}\big]"
    numpy = ".values.attempts:estimator_mean"
    mpmath = ".values.referee:estimator_mean_mp"
    draw = ".draws:estimator_mean"

    def unfold(self) -> Expr:
        n, k_, fail = self.args
        law = binomial(n, failed) * fail**failed * (1 - fail) ** (n - failed)
        return Sum(law * (1 - subset_share(failed, n, k_)), (failed, 0, n))


class EstimatorVariance(Quantity):
    """Variance of 1 - C(f, k)/C(n, k) over problems and attempts; p ~ Beta(a, b)."""

    slots = (attempts, k, a, b)
    meaning = "variance over problems of the estimate 1 - C(n-c, k)/C(n, k)"
    template = r"\mathrm{{Var}}\big[\hat{{P}}_{{{1}\mid {0}}}\big]\left({2},{3}\right)"
    numpy = ".values.attempts:estimator_variance_of"
    mpmath = ".values.referee:estimator_variance_mp"
    draw = ".draws:estimator_variance"

    def unfold(self) -> Expr:
        n, k_, first, second = self.args
        law = binomial(n, failed) * ProblemAverage(p**failed * (1 - p) ** (n - failed), first, second)
        return Sum(law * subset_share(failed, n, k_) ** 2, (failed, 0, n)) - InferenceLoss(k_, first, second) ** 2


class PairLoss(Quantity):
    """The chance that two random k-subsets of n attempts both fail: sum_j C(k, j) C(n-k, j)/C(n, k) E p^(k+j)."""

    slots = (attempts, k, a, b)
    meaning = "probability that two random sets of k out of n attempts fail altogether"
    template = r"\mathcal{{L}}_{{{1}\cup {1}\mid {0}}}\left({2},{3}\right)"
    numpy = ".values.attempts:pair_loss"
    mpmath = ".values.exact:pair_loss_mp"

    def unfold(self) -> Expr:
        n, k_, first, second = self.args
        chance = binomial(k_, j) * binomial(n - k_, j) / binomial(n, k_)
        return Sum(chance * InferenceLoss(k_ + j, first, second), (j, 0, k_))


class PlugInMean(Quantity):
    """E(1 - (f/n)^k) over the f failures in n attempts at a problem with failure probability p."""

    slots = (attempts, k, p)
    meaning = "expectation, at one problem, of the estimate 1 - (1 - c/n)^k from c successes in n attempts"
    template = r"\mathbb{{E}}_{{{2}}}\big[\tilde{{P}}_{{{1}\mid {0}}}\big]"
    numpy = ".values.attempts:plug_in_mean"
    mpmath = ".values.exact:plug_in_mean_mp"
    draw = ".draws:plug_in_mean"

    def unfold(self) -> Expr:
        n, k_, fail = self.args
        law = binomial(n, failed) * fail**failed * (1 - fail) ** (n - failed)
        return Sum(law * (1 - (failed / n) ** k_), (failed, 0, n))


class PosteriorPass(Quantity):
    """The chance that one of k more attempts succeeds at a problem of which f of n attempts failed."""

    slots = (k, failed, attempts, a, b)
    meaning = "probability that at least one of k more attempts succeeds, given f failures in n attempts"
    template = r"\mathrm{{pass}}_{{{0}\mid {1},{2}}}\left({3},{4}\right)"
    numpy = ".values.numeric:posterior_passk"
    mpmath = ".values.referee:posterior_passk_mp"
    draw = ".draws:posterior_pass"

    def unfold(self) -> Expr:
        k_, f, n, first, second = self.args
        seen = p**f * (1 - p) ** (n - f)
        return 1 - ProblemAverage(seen * p**k_, first, second) / ProblemAverage(seen, first, second)


QUANTITIES: tuple[type[Quantity], ...] = (
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
