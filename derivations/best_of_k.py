# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Best of k
#
# Draw $k$ answers, let a judge keep the one it likes best. How fast does the error fall? For the solvable model of Halder
# & Pehlevan (arXiv:2512.19905), at zero temperature and with the teacher as judge, the answer is $1/k^2$: twice the
# answers, a quarter of the error. This page goes from the definition to that law, on to every power of $1/k$, to a judge
# that is not the teacher, to the distribution behind the mean, and to the average over prompts, where the printed law has
# to be corrected.
#
# Every displayed line is checked when it is made, and its check must refuse the line with a number changed by $10^{-6}$.
# The small print under each line says how: *symbolically* by SymPy, or *numerically* to so many digits.

# %%
# %load_ext infscale_sym
from sympy import Integer, Integral, Rational, Symbol, exp, expand, oo, pi, sqrt

from infscale_sym.theory.averages import *

w = Symbol("w", nonnegative=True)  # distance in units of 1/(k p)
p = 2 * normal_density(tau)  # density of |z + tau| at zero

# %% [markdown]
# ## The leading law
#
# **Definition.** As $t\to0$ the softmax keeps the answer with the largest reward, the one closest to the judge. With the
# teacher as judge, $\rho=\tau$, the error is the *smallest* of $k$ squared distances.

# %% tags=["derives:best-of-k.leading"]
leading = Derivation("best-of-k.leading", SelectionError(k, 0, tau, tau))
leading.claim(
    SquaredMinimum(k, tau),
    ZeroTemperature(),
    "the weights pick the closest answer",
    hypotheses=["two answers are equally close with probability zero; (z_1 + tau)^2 dominates"],
)

# %% [markdown]
# **Tail formula.** The mean of the square of a non-negative variable is an integral over its tail.

# %% tags=["derives:best-of-k.leading"]
leading.claim(
    Integral(2 * r * MinimumTail(r, k, tau), (r, 0, oo)),
    TailFormula(),
    "R^2 is the integral of 2 r over 0 < r < R",
    hypotheses=["E R^2 is finite, as R <= |z_1 + tau|"],
)

# %% [markdown]
# **Independence.** The minimum exceeds $r$ when all $k$ answers do; $S(r;\tau)=P(|z+\tau|>r)$.

# %% tags=["derives:best-of-k.leading"]
leading.claim(
    Integral(2 * r * exp(k * LogSurvival(r, tau)), (r, 0, oo)),
    IndependentTails(),
    "k independent answers, each farther than r with probability S(r)",
)

# %% [markdown]
# **The scale.** $S$ leaves 1 with slope $-p$, $p=2\varphi(\tau)$, so the integrand lives where $r\sim1/kp$. Measure $r$
# in that unit, $r=w/kp$.

# %% tags=["derives:best-of-k.leading"]
leading.claim(
    2 / (k * p) ** 2 * Integral(w * exp(k * LogSurvival(w / (k * p), tau)), (w, 0, oo)),
    Substitute(r, w, w / (k * p)),
    "r = w/(k p)",
)

# %% [markdown]
# **Watson's lemma.** $k\ln S(w/kp)=-w+O(1/k)$ at fixed $w$, $-\ln S$ increases from zero, and what lies beyond any fixed
# $r$ is exponentially small in $k$: the integrand may be replaced by its limit.

# %% tags=["derives:best-of-k.leading"]
leading.claim(
    2 / (k * p) ** 2 * Integral(w * exp(-w), (w, 0, oo)),
    ExpandInOneOverK(w, 2, k**-3, exact=best_of_k_exact),
    "limit of the integrand; remainder one order of 1/k below",
    hypotheses=[("p > 0", lambda: bool(p.is_positive))],
    remainder=k**-3,
)

# %% tags=["derives:best-of-k.leading"]
leading.claim(
    pi * exp(tau**2) / k**2, GammaIntegrals(w), "the integral is 1! and 2/p^2 = pi exp(tau^2)"
)
leading.conclude()

# %% [markdown]
# That is HP Result 3, with its remainder: harder prompts (larger $|\tau|$) pay a factor $e^{\tau^2}$, and the exponent 2
# comes from nothing but a density that is positive at the right answer.
#
# ## Every power of 1/k
#
# The Taylor series of $-\ln S$ in $pr$ begins with

# %%
for m, coefficient in enumerate(log_survival_coefficients(4), start=1):
    print(f"c_{m} =", coefficient)

# %% [markdown]
# Put it in the exponent, $k\ln S = -w-\sum_{m\ge2}c_m w^m k^{1-m}$, expand the exponential in $1/k$, and integrate every
# power of $w$. The coefficients are generated, then compared with SymPy's own derivatives of $\ln S$.

# %% tags=["derives:best-of-k.all-orders"]
ORDER = 8
c = log_survival_coefficients(ORDER - 1)
exponent = [Integer(0)] + [-c[m] * w ** (m + 1) for m in range(1, ORDER - 1)]  # of 1/k^m, beyond -w
series = [Integer(1)]
for m in range(1, ORDER - 1):  # the exponential of a power series: E' = X' E
    series.append(
        expand(sum(Rational(i, m) * exponent[i] * series[m - i] for i in range(1, m + 1)))
    )
expanded = w * exp(-w) * sum(term / k**m for m, term in enumerate(series))

# %% tags=["derives:best-of-k.all-orders"]
orders = Derivation("best-of-k.all-orders", SelectionError(k, 0, tau, tau))
orders.claim(SquaredMinimum(k, tau), ZeroTemperature(), "as before")
orders.claim(Integral(2 * r * MinimumTail(r, k, tau), (r, 0, oo)), TailFormula(), "as before")
orders.claim(
    Integral(2 * r * exp(k * LogSurvival(r, tau)), (r, 0, oo)), IndependentTails(), "as before"
)
orders.claim(
    2 / (k * p) ** 2 * Integral(w * exp(k * LogSurvival(w / (k * p), tau)), (w, 0, oo)),
    Substitute(r, w, w / (k * p)),
    "as before",
)
watson = orders.claim(
    2 / (k * p) ** 2 * Integral(expanded, (w, 0, oo)),
    ExpandInOneOverK(w, ORDER, k ** -(ORDER + 1), exact=best_of_k_exact, digits=180),
    "expansion of the integrand to the order k^-8",
    hypotheses=["-ln S increases from zero with slope p > 0"],
    remainder=k ** -(ORDER + 1),
)
print(watson.evidence.detail)

# %% tags=["derives:best-of-k.all-orders"]
orders.claim(best_of_k_partial_sum(ORDER), GammaIntegrals(w), "each w^m exp(-w) integrates to m!")
orders.conclude()

# %% [markdown]
# The series is asymptotic: at fixed $k$ its terms first fall, then grow. The plot shows the scaled error $k^2F_k$, its
# limit $\pi e^{\tau^2}$, and what one, two and four corrections add.

# %% tags=["figure"]
from infscale_sym.theory.best_of_k.figures import scaled_error

scaled_error(tau=0.8, corrections=(0, 1, 2, 4))

# %% [markdown]
# ## A judge that is not the teacher
#
# Let the judge be off: $\rho\ne\tau$. The chosen answer is the one closest to the *judge*; with $x=z+\rho$ and
# $D=\tau-\rho$ its error is $(x+D)^2$. The chosen one is number 1 with $k$ times its density times the probability that
# the others are farther, $S(|x|;\rho)^{k-1}$. Fold $x=\pm r$ together.

# %% tags=["derives:best-of-k.misspecified"]
D = tau - rho
others = exp((k - 1) * LogSurvival(r, rho))
off = Derivation("best-of-k.misspecified", SelectionError(k, 0, tau, rho))
off.claim(
    Integral(
        k
        * ((r + D) ** 2 * normal_density(r - rho) + (r - D) ** 2 * normal_density(r + rho))
        * others,
        (r, 0, oo),
    ),
    ClosestAnswer(),
    "the density of the chosen answer, at distance r on either side of the judge's",
)

# %% [markdown]
# The density integrates to one, so the constant $D^2$ comes out: even infinitely many answers cannot repair the judge.

# %% tags=["derives:best-of-k.misspecified"]
off.claim(
    D**2
    + Integral(
        k
        * (
            (r**2 + 2 * D * r) * normal_density(r - rho)
            + (r**2 - 2 * D * r) * normal_density(r + rho)
        )
        * others,
        (r, 0, oo),
    ),
    Normalized(D**2),
    "the density of the chosen answer has mass one",
)

# %% tags=["derives:best-of-k.misspecified"]
q = 2 * normal_density(rho)
at = w / (k * q)
off.claim(
    D**2
    + Integral(
        (
            (at**2 + 2 * D * at) * normal_density(at - rho)
            + (at**2 - 2 * D * at) * normal_density(at + rho)
        )
        * exp((k - 1) * LogSurvival(at, rho))
        / q,
        (w, 0, oo),
    ),
    Substitute(r, w, at),
    "r = w/(k q), q the density of |z + rho| at zero",
)

# %% [markdown]
# The two sides nearly cancel in the term linear in $D$: what is left is the slope of the density, $2\rho\,\varphi(\rho)r$,
# one power of $1/k$ higher, and so of the same order as the square.

# %% tags=["derives:best-of-k.misspecified"]
off.claim(
    D**2 + Integral(w**2 * exp(-w) / q**2 * (1 + 2 * rho * D), (w, 0, oo)) / k**2,
    ExpandInOneOverK(w, 2, k**-3, exact=best_of_k_exact, digits=80),
    "expansion of the integrand; the orders 1 and 1/k vanish",
    remainder=k**-3,
)

# %% tags=["derives:best-of-k.misspecified"]
off.claim(
    D**2 + pi * exp(rho**2) * (1 + 2 * rho * D) / k**2, GammaIntegrals(w), "2!/q^2 = pi exp(rho^2)"
)
off.conclude()

# %% [markdown]
# So at zero temperature more answers *hurt* at large $k$ exactly when $1+2\rho(\tau-\rho)<0$.
#
# ## The law behind the mean
#
# With the teacher as judge again, the whole distribution of the chosen answer is as simple as its mean.

# %% tags=["derives:best-of-k.extreme-value"]
law = Derivation("best-of-k.extreme-value", ChosenTail(x, k, tau))
law.claim(
    MinimumTail(x / k, k, tau),
    Unfold(ChosenTail),
    "the chosen answer is the closest one; rescale by k",
)

# %% tags=["derives:best-of-k.extreme-value"]
law.claim(exp(k * LogSurvival(x / k, tau)), IndependentTails(), "k independent answers")

# %% tags=["derives:best-of-k.extreme-value"]
law.claim(
    exp(-sqrt(2 / pi) * exp(-(tau**2) / 2) * x),
    ExpandInOneOverK(x, 0, 1 / k, digits=80),
    "k ln S(x/k) tends to -p x",
    remainder=1 / k,
)
law.conclude()

# %% [markdown]
# An exponential law with rate $p=2\varphi(\tau)$. Squaring gives a Weibull law of shape $1/2$ and scale
# $\tfrac{\pi}{2}e^{\tau^2}$, whose mean, twice its scale, is the constant of the leading law.

# %% tags=["derives:best-of-k.extreme-value.squared"]
square = Derivation("best-of-k.extreme-value.squared", ChosenSquareTail(y, k, tau))
square.claim(
    MinimumTail(sqrt(y) / k, k, tau), Unfold(ChosenSquareTail), "k^2 R^2 > y when R > sqrt(y)/k"
)
square.claim(exp(k * LogSurvival(sqrt(y) / k, tau)), IndependentTails(), "k independent answers")
square.claim(
    exp(-sqrt(y / (pi * exp(tau**2) / 2))),
    ExpandInOneOverK(y, 0, 1 / k, digits=80),
    "k ln S(sqrt(y)/k) tends to -p sqrt(y)",
    remainder=1 / k,
)
square.conclude()

# %% [markdown]
# How fast? The gap between the two tails is largest, at order $1/k$, where $(px)^2e^{-px}$ is: at $px=2$. The offset
# $\tau$ drops out, so hard prompts reach the law as fast as easy ones.

# %% tags=["derives:best-of-k.extreme-value.rate"]
rate = Derivation("best-of-k.extreme-value.rate", LawDistance(k, tau))
rate.claim(
    LawDistance(k, tau).unfold(), Unfold(LawDistance), "Kolmogorov distance of the two tails"
)

# %% tags=["derives:best-of-k.extreme-value.rate"]
rate.claim(
    Supremum((p * x) ** 2 * exp(-p * x) / (2 * k), x),
    ExpandInOneOverK(x, 1, k**-2, exact=law_distance_exact, digits=40),
    "the second Taylor coefficient of ln S is -p^2/2, whatever tau",
    hypotheses=[
        "the expansion is uniform in x: both tails are below any power of 1/k beyond x = (ln k)^2"
    ],
    remainder=k**-2,
)

# %% tags=["derives:best-of-k.extreme-value.rate"]
rate.claim(2 * exp(-2) / k, Maximize(), "the maximum is at p x = 2")
rate.conclude()

# %% [markdown]
# The independent simulator draws, keeps the closest, and counts; the line is the limit law.

# %% tags=["figure"]
from infscale_sym.theory.best_of_k.figures import limit_law

limit_law(tau=0.8, answers=(3, 10, 30), trials=400_000, seed=1)

# %% [markdown]
# ## Over prompts
#
# Over prompts and training sets $\tau$ is Gaussian with some variance $Q/s^2$. The factor $e^{\tau^2}$ averages to
# $(1-2Q/s^2)^{-1/2}$, as long as $2Q<s^2$. The remainder stays $O(k^{-3})$ where $3Q<s^2$.

# %% tags=["derives:best-of-k.averaged.corrected"]
model = (alpha, sigma, gamma, Sigma, nu)
risk = TeacherRisk(*model) / PredictiveVariance(alpha, sigma, gamma, Sigma)
average = Derivation("best-of-k.averaged.corrected", AveragedSelectionError(k, *model))
average.claim(
    AveragedSelectionError(k, *model).unfold(),
    Unfold(AveragedSelectionError),
    "the offset is Gaussian over prompts",
    hypotheses=[
        "proportional limit: E Delta_T^2 = Q and s^2 self-averages (predictive.mean-law; judged by simulation)"
    ],
)

# %% tags=["derives:best-of-k.averaged.corrected"]
half, third, quarter = Rational(1, 2), Rational(1, 3), Rational(1, 4)
average.claim(
    Integral(normal_density(z) * pi * exp(risk * z**2) / k**2, (z, -oo, oo)),
    UseFormula(
        "best-of-k.leading",
        k**-3,
        exact=averaged_exact,
        values={
            alpha: (Rational(1, 5), half),
            sigma: (1,),
            gamma: (half, third),
            Sigma: (1,),
            nu: (quarter, half),
        },
    ),
    "the leading law under the average",
    hypotheses=["k^2 F_k is dominated by a multiple of exp(tau^2), integrable as 2 Q < s^2"],
    remainder=k**-3,
)

# %% tags=["derives:best-of-k.averaged.corrected"]
average.claim(pi / (k**2 * sqrt(1 - 2 * risk)), GaussianAverage(), "a Gaussian integral")
average.conclude()

# %% [markdown]
# The source prints the same law with $q$, the square of the *mean* prediction's offset, in place of $Q$, which also holds
# the training noise and the fluctuations of the prediction from one training set to the next. Where $\alpha=d/n$ is small
# the two agree; at $\alpha=1/2$ they do not, and the ledger holds the counterexample.

# %% tags=["numbers"]
from infscale_sym import formula

printed, corrected = formula("best-of-k.averaged.printed"), formula("best-of-k.averaged.corrected")
for ratio in (0.001, 0.05, 0.5):
    values = (1e6, ratio, 1.0, 0.5, 1.0, 0.5)  # k, alpha, sigma, gamma, Sigma, nu
    exact = corrected.lhs.numpy(*values)
    shown = [f"{side.rhs.numpy(*values) / exact - 1:+.2e}" for side in (printed, corrected)]
    print(
        f"alpha = {ratio:<5}  printed {shown[0]}  corrected {shown[1]}  (relative to the exact average at k = 10^6)"
    )

# %% [markdown]
# ## The authors' own figure
#
# Halder & Pehlevan's code draws best-of-k at $d=10$, $S=1$, $\sigma=10^{-4}$, $\gamma=10^{-3}$, teacher weights
# $N(0,2^2)$, judge = teacher, $n$ from $10^4$ to $3\cdot10^4$ and $k$ from 50 to 199. Here are the same parameters: the
# simulator trains the student, predicts, draws and chooses (points, two standard errors over training sets); the lines
# are the averaged error, with one teacher drawn once, and no other input.

# %% tags=["figure"]
from infscale_sym.theory.averages.figures import authors_best_of_k

authors_best_of_k(training_sets=40, prompts=8_000, seed=5)

# %% [markdown]
# ## Numbers to take along
#
# Constants confirmed by a rigorous enclosure at $k=10^{16}$; the reference digits are those of the closed form, computed
# by mpmath at the same precision.

# %% tags=["numbers"]
import mpmath

from infscale_sym import selection_error

with mpmath.workdps(60):
    for offset in ("0", "0.8", "2.5"):
        ball = selection_error.enclose(10**16, 0, offset, offset, digits=50)
        ratio = mpmath.mpf(ball.mid().str(50, radius=False)) * mpmath.mpf(10) ** 32
        limit = mpmath.pi * mpmath.exp(mpmath.mpf(offset) ** 2)
        print(
            f"tau = {offset:>3}:  k^2 F = {mpmath.nstr(ratio, 25)}   pi exp(tau^2) = {mpmath.nstr(limit, 25)}"
        )
        assert abs(ratio / limit - 1 + 3 / mpmath.mpf(10) ** 16) < 1e-27  # the next term is -3/k
