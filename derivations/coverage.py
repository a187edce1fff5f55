# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Coverage: pass@$k$
#
# Where answers can be checked, as in mathematics with a proof checker or code with tests, no judge is needed: draw $k$
# attempts, and the problem is solved if one of them is right. How does the share of solved problems grow with $k$?
#
# Levi's model (arXiv:2410.16377) has one number per problem: an attempt fails with probability $p$. Attempts are independent
# *given the problem*, and over problems $p\sim\mathrm{Beta}(a,b)$. A share $1-A$ of the problems may be out of reach
# altogether, $p=1$; $A$ is the ceiling. Then
#
# $$\mathrm{pass@}k=A\,(1-\mathcal L_k),\qquad \mathcal L_k=\mathbb E\,p^k .$$
#
# Everything here is about $\mathcal L_k$, the *inference loss*. Every displayed line is checked when it is made, and its check
# must refuse the line with a number changed by $10^{-6}$.

# %%
# %load_ext infscale_sym
from sympy import Integral, Rational, binomial, exp, gamma, oo, polygamma, sinh

from infscale_sym.theory.coverage import *
from infscale_sym.theory.coverage.values import exact as coverage_exact
from infscale_sym.theory.coverage.values import numeric as coverage
from infscale_sym.theory.coverage.values import referee as coverage_referee

n, f = attempts, failed
lead = gamma(a + b) / gamma(a)
loss = gamma(a + k) * gamma(a + b) / (gamma(a) * gamma(a + b + k))
density = beta_density(p, a, b)


def rhs(id):
    """The registered right side."""
    return formula(id).statement.rhs

# %% [markdown]
# ## The loss and the coverage
#
# The loss is a Beta integral.

# %% tags=["derives:coverage.loss"]
simple = Derivation("coverage.loss", InferenceLoss(k, a, b))
simple.claim(ProblemAverage(p**k, a, b), Definition(InferenceLoss), "its definition")
simple.claim(Integral(p**k * density, (p, 0, 1)), Definition(ProblemAverage), "p ~ Beta(a, b)")
simple.claim(rhs("coverage.loss"), BetaIntegral(), "exponents a + k and b", hypotheses=["a, b, k > 0"])
simple.conclude()

# %% [markdown]
# It is symmetric in $k$ and $b$: $k$ attempts at problems of shape $b$ fail as often as $b$ attempts at problems of shape $k$.
#
# For whole $k$ the coverage follows by summing over the outcomes of $k$ attempts.

# %% tags=["derives:coverage.passk"]
solved = Derivation("coverage.passk", PassAtK(k, a, b, ceiling))
solved.claim(
    ceiling * ProblemAverage(1 - p**k, a, b),
    OutcomesOfAttempts(),
    "all sequences of outcomes but one hold a success; with probability 1 - A none does",
    hypotheses=["k is a whole number"],
)
solved.claim(ceiling * Integral((1 - p**k) * density, (p, 0, 1)), Definition(ProblemAverage), "p ~ Beta(a, b)")
solved.claim(rhs("coverage.passk"), BetaIntegral(), "the density has mass one")
solved.conclude()

# %% [markdown]
# The number $f$ of failures in $n$ attempts is beta-binomial. What a ceiling does to data is an atom at $f=n$.

# %% tags=["derives:coverage.failures"]
law = Derivation("coverage.failures", FailureChance(f, n, a, b, ceiling))
weight = p**f * (1 - p) ** (n - f)
law.claim(
    ceiling * binomial(n, f) * ProblemAverage(weight, a, b) + (1 - ceiling) * AllFailed(f, n),
    CountFailures(),
    "binomial given p; unsolvable problems fail always",
    hypotheses=["f and n are whole numbers, f <= n"],
)
law.claim(
    ceiling * binomial(n, f) * Integral(weight * density, (p, 0, 1)) + (1 - ceiling) * AllFailed(f, n),
    Definition(ProblemAverage),
    "p ~ Beta(a, b)",
)
law.claim(rhs("coverage.failures"), BetaIntegral(), "exponents a + f and b + n - f")
law.conclude()

# %% [markdown]
# **The model is already one of correlated attempts.** Given the problem they are independent; over problems they are
# exchangeable, and the problem is the latent variable that they share.

# %% tags=["derives:coverage.correlation"]
pair = Derivation("coverage.correlation", AttemptCorrelation(a, b))
one, two = InferenceLoss(1, a, b), InferenceLoss(2, a, b)
pair.claim((two - one**2) / (one * (1 - one)), Definition(AttemptCorrelation), "two indicators of failure, each with mean E p")
pair.claim(1 / (a + b + 1), Insert(("coverage.loss",)), "L_1 = a/(a+b), L_2 = L_1 (a+1)/(a+b+1)")
pair.conclude()

# %% [markdown]
# ## Many attempts
#
# Put $p=e^{-x}$. What is left of the integrand next to $e^{-kx}x^{b-1}$ is regular at $x=0$, and Watson's lemma gives the
# loss in powers of $1/k$: each $x^n$ becomes $\Gamma(b+n)\,k^{-b-n}$.

# %%
far = {"exact": coverage_exact.scaled_loss_mp, "variable": k}
watson = k**b * lead / gamma(b) * Integral(exp(-(k + a) * x) * (1 - exp(-x)) ** (b - 1), (x, 0, oo))


def opening(derivation):
    """From the name to the integral over x."""
    derivation.claim(k**b * InferenceLoss(k, a, b), Definition(ScaledLoss), "the loss over its power law")
    derivation.claim(k**b * ProblemAverage(p**k, a, b), Definition(InferenceLoss), "its definition")
    derivation.claim(k**b * Integral(p**k * density, (p, 0, 1)), Definition(ProblemAverage), "p ~ Beta(a, b)")
    derivation.claim(watson, MinusLogarithm(), "p = exp(-x)")


# %% tags=["derives:coverage.tail"]
tail = Derivation("coverage.tail", ScaledLoss(k, a, b))
opening(tail)
tail.claim(lead, WatsonBeta(order=0, remainder=1, **far), "x^(b-1) is all that counts near x = 0", remainder=1 / k)
tail.conclude()

# %% tags=["derives:coverage.tail.all-orders"]
series = Derivation("coverage.tail.all-orders", ScaledLoss(k, a, b))
opening(series)
series.claim(
    rhs("coverage.tail.all-orders"),
    WatsonBeta(order=3, remainder=4, **far),
    "the expansion of exp(-a x) ((1 - exp(-x))/x)^(b-1) to x^3",
    remainder=k**-4,
)
series.conclude()

# %% [markdown]
# These coefficients are not pretty, and there is a reason: $k$ is the wrong variable. Write
# $1-e^{-x}=2e^{-x/2}\sinh\frac x2$. The integrand becomes $e^{-\bar kx}(2\sinh\frac x2)^{b-1}$ with the **centred number of
# attempts** $\bar k=k+a+\frac{b-1}2$, and $2\sinh\frac x2$ is odd: every other correction is absent, and $a$ has left the
# corrections altogether.

# %% tags=["derives:coverage.tail.centred"]
centred = Derivation("coverage.tail.centred", CentredLoss(k_bar, a, b))
shifted = k_bar - a - (b - 1) / 2
centred.claim(k_bar**b * InferenceLoss(shifted, a, b), Definition(CentredLoss), "the loss over its power law")
centred.claim(k_bar**b * ProblemAverage(p**shifted, a, b), Definition(InferenceLoss), "its definition")
centred.claim(k_bar**b * Integral(p**shifted * density, (p, 0, 1)), Definition(ProblemAverage), "p ~ Beta(a, b)")
centred.claim(
    k_bar**b * lead / gamma(b) * Integral(exp(-(k_bar - (b - 1) / 2) * x) * (1 - exp(-x)) ** (b - 1), (x, 0, oo)),
    MinusLogarithm(),
    "p = exp(-x)",
)

# %% tags=["derives:coverage.tail.centred"]
centred.claim(
    k_bar**b * lead / gamma(b) * Integral(exp(-k_bar * x) * (2 * sinh(x / 2)) ** (b - 1), (x, 0, oo)),
    HalfAngle(),
    "1 - exp(-x) = 2 exp(-x/2) sinh(x/2)",
)
centred.claim(
    rhs("coverage.tail.centred"),
    WatsonBeta(k_bar, 6, 8, coverage_exact.centred_loss_mp, ("1e3", "1e6")),
    "an even bracket: only even powers",
    remainder=k_bar**-8,
)
centred.conclude()

# %% [markdown]
# What the right variable is worth: at $a=2$, $b=0.4$ and ten attempts,

# %% tags=["numbers"]
from infscale_sym.theory.coverage.series import tail_coefficients

first, second, number = 2.0, 0.4, 10.0
exact_value = coverage.loss(number, first, second)
centre = number + first + (second - 1) / 2
constant = float(lead.subs({a: Rational(2), b: Rational(2, 5)}))
for order in (0, 2, 4, 6):
    at = {a: first, b: second}
    plain = sum(float(c.subs(at)) * number**-i for i, c in enumerate(tail_coefficients(order)))
    even = sum(float(c.subs(at)) * centre**-i for i, c in enumerate(tail_coefficients(order, centred=True)))
    plain_error = abs(constant * number**-second * plain / exact_value - 1)
    even_error = abs(constant * centre**-second * even / exact_value - 1)
    print(f"order {order}: relative error {plain_error:.1e} in 1/k, {even_error:.1e} in the centred number")
assert plain_error > 1e3 * even_error

# %% [markdown]
# Cut off at the first term, the centred law is even a bound: $2\sinh\frac x2\ge x$, so for $b\le1$ the loss is at most
# $\frac{\Gamma(a+b)}{\Gamma(a)}\bar k^{-b}$, and for $b\ge1$ at least. At $b=1$ it is exact: $\mathcal L_k=\frac a{a+k}$.

# %% tags=["derives:coverage.tail.bound"]
bound = Derivation("coverage.tail.bound", InferenceLoss(k, a, b))
bound.claim(ProblemAverage(p**k, a, b), Definition(InferenceLoss), "its definition")
bound.claim(Integral(p**k * density, (p, 0, 1)), Definition(ProblemAverage), "p ~ Beta(a, b)")
bound.claim(
    lead / gamma(b) * Integral(exp(-(k + a) * x) * (1 - exp(-x)) ** (b - 1), (x, 0, oo)), MinusLogarithm(), "p = exp(-x)"
)
bound.claim(
    lead / gamma(b) * Integral(exp(-(k + a + (b - 1) / 2) * x) * (2 * sinh(x / 2)) ** (b - 1), (x, 0, oo)),
    HalfAngle(),
    "1 - exp(-x) = 2 exp(-x/2) sinh(x/2)",
)

# %% tags=["derives:coverage.tail.bound"]
bound.claim(
    lead * (k + a + (b - 1) / 2) ** (-b),
    SinhAboveItsTangent(),
    "2 sinh(x/2) >= x",
    hypotheses=["b <= 1", "k + a + (b-1)/2 > 0"],
)
bound.conclude()

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures import tail_and_corrections

tail_and_corrections()

# %% [markdown]
# ## The slope on log-log paper
#
# A power law is read off as a slope. The slope of the exact loss is a difference of two digamma functions.

# %% tags=["derives:coverage.loss.exponent"]
slope = Derivation("coverage.loss.exponent", LocalExponent(k, a, b))
slope.claim(LocalExponent(k, a, b).unfold(), Definition(LocalExponent), "its definition")
slope.claim(
    LocalExponent(k, a, b).unfold().subs(InferenceLoss(k, a, b), loss), Insert(("coverage.loss",)), "the loss in closed form"
)
slope.claim(k * (polygamma(0, a + b + k) - polygamma(0, a + k)), Differentiate(), "d ln Gamma = psi")
slope.conclude()

# %% [markdown]
# It starts at 0 and tends to $b$, but slowly: from the centred law, slope $\approx b\,k/\bar k$. At $k=a$ attempts it has about
# half its final value, and a straight line fitted over the first $k\lesssim a$ gives an exponent that is too small by a
# factor of two or more. If $2a+b<1$ (most problems nearly hopeless or nearly certain) it *exceeds* $b$ on the way.

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures import local_exponents

local_exponents()

# %% [markdown]
# ## What a target costs
#
# Let a target loss be written as $\frac{\Gamma(a+b)}{\Gamma(a)}k_0^{-b}$: by the leading law it needs $k_0$ attempts. What it
# really needs is the root of $\mathcal L_k=$ target, and the centred series is easily inverted. The cost is attempts × tokens
# per attempt × FLOPs per token. (With a ceiling $A$: for a wanted pass@$k$ the target loss is $1-\mathrm{pass@}k/A$.)

# %% tags=["derives:coverage.loss.cost"]
cost = Derivation("coverage.loss.cost", TargetCost(k_0, a, b, tokens, flops))
cost.claim(tokens * flops * AttemptsNeeded(k_0, a, b), Definition(TargetCost), "attempts x tokens x FLOPs a token")
cost.claim(
    rhs("coverage.loss.cost"),
    InvertTail("coverage.tail.centred", 2, coverage_exact.attempts_needed_mp),
    "the centred series solved for the centred number, less a + (b-1)/2",
    remainder=k_0**-5,
)
cost.conclude()

# %% [markdown]
# So the attempts needed are those of the leading law less $a+\frac{b-1}2$, a fixed number, and what is left over is tiny. At
# $b=1$ nothing is left: $k=k_0-a$ exactly.

# %% tags=["numbers"]
target = 0.05
for first, second in ((0.3, 0.3), (2.0, 0.4), (5.0, 1.5)):
    lead_number = coverage.leading_attempts(target, first, second)
    exact_number = coverage.attempts_needed(target, first, second)
    by_series = formula("coverage.loss.cost").rhs.numpy(lead_number, first, second, 1.0, 1.0)
    print(f"a = {first}, b = {second}: leading law {lead_number:.6f}, exact {exact_number:.9f}, series {by_series:.9f}")
    assert abs(by_series / exact_number - 1) < 2e-7

# %% [markdown]
# **Stopping at the first success.** pass@$k$ needs a checker, and with a checker one need not go on after a success. Then
# attempt $j+1$ is made only if $j$ have failed, and the expected number of attempts is $\sum_{j<k}\mathcal L_j$, a sum that
# telescopes.

# %% tags=["derives:coverage.loss.early-stop"]
stop = Derivation("coverage.loss.early-stop", StoppedAttempts(k, a, b))
stop.claim(StoppedAttempts(k, a, b).unfold(), StopAtSuccess(), "attempt j+1 follows j failures", hypotheses=["k is whole"])
stop.claim(rhs("coverage.loss.early-stop"), Telescope(), "T_k = (a+b+k-1) L_k/(1-b)", hypotheses=["b is not 1"])
stop.conclude()

# %% [markdown]
# This changes the price of coverage. For $b<1$ the expected number of attempts grows as $k^{1-b}$ while the loss falls as
# $k^{-b}$: in terms of what is *spent*, the loss falls with the exponent $b/(1-b)$, not $b$ (reached slowly where $b$ is
# near 1). For $b>1$ the spending stays finite, $\frac{a+b-1}{b-1}$ attempts a problem, however large $k$. (Unsolvable
# problems spoil it: they cost $k$ each.)

# %% tags=["numbers"]
import math

for second in (0.3, 0.6, 0.9):
    ends = [1e6, 1e8]
    spent, left = coverage.stopped_attempts(ends, 2.0, second), coverage.loss(ends, 2.0, second)
    measured = -math.log(left[1] / left[0]) / math.log(spent[1] / spent[0])
    print(f"b = {second}: exponent in attempts spent {measured:.4f}, b/(1-b) = {second / (1 - second):.4f}")
print(f"b = 3, a = 2: {coverage.stopped_attempts(1e9, 2.0, 3.0):.10g} attempts a problem at k = 10^9")
assert abs(coverage.stopped_attempts(1e9, 2.0, 3.0) - 2) < 1e-8

# %% [markdown]
# ## Attempts that are not independent
#
# Given the problem, attempts may still be correlated: the same prompt, the same seed ideas, low temperature. Three models,
# and each moves another part of the law.
#
# **An effective number.** Let $k$ attempts be worth $k_{\mathrm{eff}}=k^{\varkappa}$ independent ones, $\varkappa\le1$. The
# slope is multiplied by $\varkappa$, at every $k$; the *exponent* becomes $\varkappa b$.

# %% tags=["derives:coverage.correlated.power"]
worth = Derivation("coverage.correlated.power", EffectiveExponent(k_eff, a, b, varkappa))
worth.claim(varkappa * LocalExponent(k_eff, a, b), Definition(EffectiveExponent), "d ln k = d ln k_eff/varkappa")
worth.claim(
    varkappa * k_eff * (polygamma(0, a + b + k_eff) - polygamma(0, a + k_eff)),
    Insert(("coverage.loss.exponent",)),
    "the slope in closed form",
)
worth.claim(
    rhs("coverage.correlated.power"),
    DigammaAtInfinity(k_eff, coverage_exact.effective_exponent_mp, (a, b, varkappa)),
    "two terms of psi at infinity",
    remainder=k_eff**-2,
)
worth.conclude()

# %% [markdown]
# **One outcome for all.** With probability $\varrho$ a problem's attempts are copies of one (a cache, temperature zero). Such
# problems stay where one attempt leaves them: the *ceiling* falls to $A\left(1-\varrho\frac a{a+b}\right)$.

# %% tags=["derives:coverage.correlated.shared"]
shared = Derivation("coverage.correlated.shared", SharedPassAtK(k, a, b, ceiling, copying))
shared.claim(
    ceiling * ProblemAverage(1 - copying * p - (1 - copying) * p**k, a, b),
    OutcomesOfAttempts(),
    "all attempts alike with probability varrho, independent else",
    hypotheses=["k is a whole number"],
)
shared.claim(
    ceiling * Integral((1 - copying * p - (1 - copying) * p**k) * density, (p, 0, 1)),
    Definition(ProblemAverage),
    "p ~ Beta(a, b)",
)
shared.claim(ceiling * (1 - copying * a / (a + b) - (1 - copying) * rhs("coverage.loss")), BetaIntegral(), "E p = a/(a+b)")
shared.claim(rhs("coverage.correlated.shared"), Insert(("coverage.loss",)), "by name")
shared.conclude()

# %% [markdown]
# **Sticky attempts.** Each attempt repeats the outcome of the one before with probability $\varrho$ and is a fresh one
# otherwise. All $k$ fail with $p\,(\varrho+(1-\varrho)p)^{k-1}$. Near $p=1$, where the tail is decided, this is
# $e^{-(1-\varrho)(1-p)k}$: $k$ attempts count as $(1-\varrho)k$. Exponent and ceiling stay, the *constant* rises by
# $(1-\varrho)^{-b}$.

# %% tags=["derives:coverage.correlated.sticky"]
sticky = Derivation("coverage.correlated.sticky", StickyLoss(k, a, b, copying))
chain = p * (copying + (1 - copying) * p) ** (k - 1)
sticky.claim(
    k**b * ProblemAverage(chain, a, b),
    OutcomesOfAttempts(),
    "the first attempt fails; every other repeats a failure or fails afresh",
    hypotheses=["k is a whole number"],
)
sticky.claim(k**b * Integral(chain * density, (p, 0, 1)), Definition(ProblemAverage), "p ~ Beta(a, b)")
sticky.claim(
    rhs("coverage.correlated.sticky"),
    ExpandSticky(coverage_referee.sticky_loss_mp),
    "1 - p = x/((1-varrho) k), to the order 1/k",
    remainder=k**-2,
)
sticky.conclude()

# %% [markdown]
# Of the three only the first changes the exponent, because what it takes away grows with $k$; a correlation of finite range
# changes the constant, one of infinite range the ceiling. An exponent measured below that of independent attempts tells
# of $b$, or of correlations of the first kind.

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures import correlated_attempts

correlated_attempts()

# %% [markdown]
# ## Estimating pass@$k$ from $n\ge k$ attempts
#
# Of $n$ attempts at a problem $f$ have failed, $c=n-f$ succeeded. Of all sets of $k$ of these attempts the share
# $\binom fk/\binom nk$ holds no success. Each such set is itself a fair sample of $k$ attempts, so the estimate
# $\hat P=1-\binom{n-c}k/\binom nk$ has no bias: not on average over problems only, but at every $p$.

# %% tags=["derives:coverage.unbiased"]
fair = Derivation("coverage.unbiased", EstimatorMean(n, k, p))
fair.claim(EstimatorMean(n, k, p).unfold(), Definition(EstimatorMean), "f is binomial")
fair.claim(1 - p**k, SubsetsOfAttempts(), "choose the k that fail first", hypotheses=["k <= n, whole numbers"])
fair.conclude()

# %% [markdown]
# Given $p$, $c$ is a complete sufficient statistic (a polynomial in $p$ that vanishes on an interval has no coefficient left),
# so $\hat P$ is the only unbiased estimate that is a function of $c$, and by Lehmann and Scheffé no unbiased estimate has a
# smaller variance, whatever $p$.
#
# **Beyond $n$ there is none.** For any function $g$ of $c$, $\mathbb E_p\,g=\sum_f\binom nf p^f(1-p)^{n-f}g(n-f)$ is a
# polynomial in $p$ of degree at most $n$. $1-p^k$ with $k>n$ is not. (The program refuses $k>n$ for that reason.) The
# extrapolation needs a model of $p$.
#
# **Its variance** over problems: the square of the estimate is the share of *pairs* of $k$-sets that fail together, and a pair
# has $k+J$ different attempts, $J$ hypergeometric.

# %% tags=["derives:coverage.unbiased.variance"]
spread = Derivation("coverage.unbiased.variance", EstimatorVariance(n, k, a, b))
spread.claim(EstimatorVariance(n, k, a, b).unfold(), Definition(EstimatorVariance), "mean square less squared mean")
spread.claim(
    PairLoss(n, k, a, b) - InferenceLoss(k, a, b) ** 2,
    PairsOfSubsets(),
    "E C(k, J) C(n-k, J)/C(n, k) over the attempts outside the first set",
    hypotheses=["k <= n, whole numbers"],
)
spread.conclude()

# %% [markdown]
# At $n=k$ ($J=0$) it is $\mathcal L_k-\mathcal L_k^2$, one coin per problem. At $n\to\infty$ ($J=k$) it is
# $\mathcal L_{2k}-\mathcal L_k^2$, the true spread between problems, which no number of attempts removes.
#
# **The plug-in estimate** $1-(1-c/n)^k$ is biased: $p^k$ is convex, so it is too small on average, by
# $\frac{k(k-1)}{2n}p^{k-1}(1-p)$.

# %% tags=["derives:coverage.plug-in"]
biased = Derivation("coverage.plug-in", PlugInMean(n, k, p))
biased.claim(PlugInMean(n, k, p).unfold(), Definition(PlugInMean), "f is binomial")
biased.claim(
    rhs("coverage.plug-in"),
    MomentsOfShare(coverage_exact.plug_in_mean_mp),
    "E f^k from the generating function, to the order 1/n",
    hypotheses=["k is a whole number"],
    remainder=n**-2,
)
biased.conclude()

# %% tags=["numbers"]
import numpy as np

number, wanted = 20, 10
successes = np.arange(number + 1)
chance = coverage.failure_chance(number - successes, number, 0.5, 0.5)
truth = coverage.passk(wanted, 0.5, 0.5)
for name, values in (
    ("subset", coverage.unbiased_passk(number, successes, wanted)),
    ("plug-in", coverage.plug_in_passk(number, successes, wanted)),
):
    gap = truth - (chance * values).sum()
    print(f"{name} estimate of pass@{wanted} from {number} attempts, a = b = 1/2: too small by {abs(gap):.4f}")
assert abs((chance * coverage.unbiased_passk(number, successes, wanted)).sum() / truth - 1) < 1e-13

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures import estimators

estimators()

# %% [markdown]
# **What a problem's past says about its future.** Given $f$ failures in $n$ attempts, $p\sim\mathrm{Beta}(a+f,b+n-f)$, and the
# chance that one of $k$ *more* attempts succeeds has the same form with new shapes. There is no condition $k\le n$; the price
# is that $a$ and $b$ must be known.

# %% tags=["derives:coverage.posterior"]
seen = p**f * (1 - p) ** (n - f)
bayes = Derivation("coverage.posterior", PosteriorPass(k, f, n, a, b))
bayes.claim(1 - ProblemAverage(p**k * seen, a, b) / ProblemAverage(seen, a, b), Definition(PosteriorPass), "Bayes' rule")
bayes.claim(
    1 - Integral(p**k * seen * density, (p, 0, 1)) / Integral(seen * density, (p, 0, 1)),
    Definition(ProblemAverage),
    "p ~ Beta(a, b)",
)
bayes.claim(rhs("coverage.posterior"), BetaIntegral(), "exponents a + f + k and b + n - f")
bayes.conclude()

# %% [markdown]
# ## Numbers that can be trusted
#
# $\ln\mathcal L_k$ is a difference of four values of $\ln\Gamma$, and differences lose digits: with $a=10^4$ and one attempt
# at $b=10^{-2}$, four numbers of size $10^5$ must give one of size $10^{-6}$. `infscale_sym.passk` and its relatives use a form
# in which nothing cancels (see `coverage.values`). Digits that are right, at random points of
# $10^{-3}<a,b<10^5$, $1\le k\le10^{12}$, against 50-digit arithmetic:

# %% tags=["numbers"]
import mpmath
from scipy.special import betaln, gammaln

rng = np.random.default_rng(3)
shape = 10 ** rng.uniform(-3, 5, (2, 400))
counts = np.floor(10 ** rng.uniform(0, 12, 400))
with mpmath.workdps(60):
    right = [-mpmath.log(coverage_exact.loss_mp(*v, digits=45)) for v in zip(counts, *shape, strict=True)]
ways = {
    "gammaln": gammaln(shape.sum(0) + counts) + gammaln(shape[0]) - gammaln(shape[0] + counts) - gammaln(shape.sum(0)),
    "betaln": betaln(*shape) - betaln(shape[0] + counts, shape[1]),
    "here": -coverage.log_loss(counts, *shape),
}
print("digits of ln L_k      worst   one in ten below")
for name, values in ways.items():
    with mpmath.workdps(60):
        gaps = [float(abs(v / r - 1)) for v, r in zip(values, right, strict=True)]
    digits = np.sort(-np.log10(np.maximum(gaps, 1e-16)))
    print(f"{name:<20} {max(digits[0], 0):6.0f} {digits[40]:12.0f}")
assert digits[0] > 14.5

# %% [markdown]
# **In summary**, by the methods named: the closed form against the integral over $p$, the tail's constant against exact
# values at $k=10^{12}$, the estimator's mean against the sum over all counts.

# %% tags=["numbers"]
first, second = 2, Rational(2, 5)
by_law = coverage_referee.loss_by_law_mp(7, 2, "0.4", 30)
closed = coverage_exact.loss_mp(7, 2, "0.4", 30)
print("L_7 at a = 2, b = 2/5:", mpmath.nstr(closed, 20), "by the integral", mpmath.nstr(by_law, 20))
assert abs(by_law / closed - 1) < 1e-28
scaled = coverage.scaled_loss(1e12, 2, 0.4)
limit = float(lead.subs({a: first, b: second}))
print(f"k^b L_k at k = 10^12: {scaled:.10f}, Gamma(a+b)/Gamma(a): {limit:.10f}")
assert abs(scaled / limit - 1) < 1e-11
mean = coverage_referee.estimator_mean_mp(12, 5, "0.7", 30)
print("mean of the subset estimate, n = 12, k = 5, p = 0.7:", mpmath.nstr(mean, 15), " 1 - p^5:", "%.15g" % (1 - 0.7**5))
assert abs(mean - (1 - mpmath.mpf("0.7") ** 5)) < 1e-14
