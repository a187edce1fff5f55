# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Infinitely many answers
#
# What does a softmax choice among $k$ answers do when $k$ is large and the temperature $t$ is not zero? The weighted mean
# becomes an average over the normal density tilted by the weight $w=e^{-(z+\rho)^2/2t}$, and everything that follows is
# exact: the limit $F_\infty$, its corrections in $1/k$, which of them decides whether more answers help, and where the best
# temperature and the best judge lie. Two limits do not commute: at fixed $t>0$ the error approaches its limit as $1/k$, at
# $t=0$ as $1/k^2$. One function of $\chi=k\varphi(\rho)\sqrt t$ joins them.
#
# Everything is beyond the paper of Halder & Pehlevan (arXiv:2512.19905), in its model and in units $s=1$.

# %%
# %load_ext infscale_sym
from fractions import Fraction

from sympy import Integral, Rational, Symbol, exp, oo, pi, sqrt

from infscale_sym.theory.many_answers import *

v = Symbol("v", nonnegative=True)  # the Laplace variable in units of 1/(k E w)
mean = WeightMoment(1, t, rho)
at = v / (k * mean)
scaled = ErrorLaplace(at, t, tau, rho) * WeightLaplace(at, t, rho) ** (k - 1)
small_tail = ["beyond u_0 the integral is at most (1 + tau^2) k a(u_0)^(k-1)", "t > 0"]
factor = chi * Integral(CrowdLaplace(u) / u * exp(-chi * CrowdLaplace(u)), (u, 0, oo))
gain = 1 + 2 * rho * tau  # what the judge tells
WARM = {t: (Fraction(1, 2), Fraction(3, 4), Fraction(5, 4), 2)}


def ratio(n):
    """M_n = E w^n/(E w)^n."""
    return WeightRatio(n, t, rho)


def tilted(n):
    """f_n: the mean squared error under the density tilted by w^n."""
    return TiltedError(n, t, tau, rho)

# %% [markdown]
# ## The limit
#
# Start from the exact integral (`selection.integral`), $a(u)=\mathbb E\,e^{-uw}$,
# $b(u)=\mathbb E\,(z+\tau)^2we^{-uw}$, and measure $u$ in units of $1/(k\,\mathbb E w)$.

# %% tags=["derives:limit.infinite-k"]
limit = Derivation("limit.infinite-k", SelectionError(k, t, tau, rho))
limit.claim(SelectionIntegral(k, t, tau, rho), Registered("selection.integral"), "exact")
limit.claim(
    k * Integral(ErrorLaplace(u, t, tau, rho) * WeightLaplace(u, t, rho) ** (k - 1), (u, 0, oo)),
    Unfold(SelectionIntegral),
    "written out",
)

# %% tags=["derives:limit.infinite-k"]
limit.claim(Integral(scaled, (v, 0, oo)) / mean, Substitute(u, v, at), "u = v/(k E w)")

# %% [markdown]
# **Watson's lemma.** At fixed $v$, $a^{k-1}\to e^{-v}$ and $b\to\mathbb E[(z+\tau)^2w]$. May one integrate the limit? Both
# $a$ and $b$ have all derivatives at $u=0$, because $0<w\le1$; $-\ln a$ increases from zero; and what lies beyond any
# fixed $u_0$ is at most $k\,a(u_0)^{k-1}\int b\,du=(1+\tau^2)\,k\,a(u_0)^{k-1}$, exponentially small in $k$. This
# needs $t>0$: as $t\to0$ the weight vanishes almost everywhere, and $\mathbb Ew\to0$.

# %% tags=["derives:limit.infinite-k"]
limit.claim(
    Integral(tilted(1) * exp(-v), (v, 0, oo)),
    WatsonAtZero(v, k, 0, 1 / k, selection_exact(), values=WARM, digits=24),
    "the integrand at k = oo",
    hypotheses=small_tail,
    remainder=1 / k,
)
limit.claim(tilted(1), GammaIntegrals(v), "0! = 1")

# %% [markdown]
# The tilted density is normal with mean $-\rho/(1+t)$ and variance $t/(1+t)$:

# %% tags=["derives:limit.infinite-k"]
limit.claim(LIMIT.statement.rhs, CompleteTheSquare(), "mean squared distance from -tau")
limit.conclude()

# %% [markdown]
# So at infinite $k$ a warm judge is a judge nearer to the mean, $\rho\to\rho/(1+t)$, and an answer that still scatters with
# variance $t/(1+t)$. At $t=0$ this is $(\tau-\rho)^2$: the judge's answer itself.
#
# ## The first correction
#
# One order further. Tilting by $w^2$ is tilting by $w$ at half the temperature, so the second moment that enters is
# $F_\infty(t/2)$. First the moments of the weight themselves.

# %% tags=["derives:limit.weight-ratio"]
moments = Derivation("limit.weight-ratio", WeightRatio(j, t, rho))
moments.claim(
    WeightMoment(j, t, rho) / WeightMoment(1, t, rho) ** j, Unfold(WeightRatio), "definition"
)
moments.claim(RATIO.statement.rhs, CompleteTheSquare(), "two Gaussian integrals")
moments.conclude()


# %% tags=["derives:limit.first-correction", "derives:limit.corrections"]
def expand_to(order, id):
    """The chain from the definition to the expansion in f_n and M_n."""
    derivation = Derivation(id, SelectionError(k, t, tau, rho))
    derivation.claim(SelectionIntegral(k, t, tau, rho), Registered("selection.integral"), "exact")
    derivation.claim(
        k
        * Integral(ErrorLaplace(u, t, tau, rho) * WeightLaplace(u, t, rho) ** (k - 1), (u, 0, oo)),
        Unfold(SelectionIntegral),
        "written out",
    )
    derivation.claim(Integral(scaled, (v, 0, oo)) / mean, Substitute(u, v, at), "u = v/(k E w)")
    integrand = expanded_integrand(order, ratio, tilted, v)
    last = k ** -(order + 1)
    derivation.claim(
        Integral(exp(-v) * sum(p / k**n for n, p in enumerate(integrand)), (v, 0, oo)),
        WatsonAtZero(
            v, k, order, last, selection_exact(), values=WARM, digits=14 + 9 * (order + 1)
        ),
        f"the integrand to k^-{order}",
        hypotheses=small_tail,
        remainder=last,
    )
    series = expansion_coefficients(order, ratio, tilted)
    derivation.claim(
        sum(c / k**n for n, c in enumerate(series)), GammaIntegrals(v), "each v^m exp(-v) gives m!"
    )
    return derivation


# %% tags=["derives:limit.first-correction"]
first = expand_to(1, "limit.first-correction")
first.steps[-2]

# %% tags=["derives:limit.first-correction"]
first.steps[-1]

# %% tags=["derives:limit.first-correction"]
first.claim(FIRST.statement.rhs, CompleteTheSquare(), "f_n = F_oo(t/n), and M_2")
first.conclude()

# %% [markdown]
# **Read it like this.** About $k/M_2$ answers take part in the choice, and the correction is
# $[F_\infty(t)-F_\infty(t/2)]$ over that number. The law needs $k\gg M_2$; as $t\to0$, $M_2\approx e^{\rho^2/2}/\sqrt{2t}$.
#
# ## Every power of 1/k
#
# The same generator goes to any order; registered are four. Only $M_n$ and $F_\infty(t/n)$ enter.

# %% tags=["derives:limit.corrections"]
orders = expand_to(4, "limit.corrections")
print(orders.steps[3].evidence.detail)

# %% tags=["derives:limit.corrections"]
orders.claim(CORRECTIONS.statement.rhs, CompleteTheSquare(), "f_n = F_oo(t/n)")
orders.conclude()

# %% [markdown]
# Scaled by the first correction, $(F_k-F_\infty)\,k/c_1$ must tend to one. The series is asymptotic: useful for $k\gg M_2$.

# %% tags=["figure"]
from infscale_sym.theory.many_answers.figures import corrections_picture

corrections_picture(tau=1.0, rho=0.5, heats=(0.1, 0.5, 2.0), seed=5)

# %% [markdown]
# ## Where 1/k turns into 1/k²
#
# The first correction is proportional to $\sqrt t$ at small $t$, and at $t=0$ it is gone: best-of-$k$ approaches its
# limit as $1/k^2$. What happens in between? At low temperature only answers at distances $\sim\sqrt t$ from the judge's
# count. There are about $\chi=k\varphi(\rho)\sqrt t$ of them, and at fixed $\chi$ they become a Poisson process of constant
# density.

# %% tags=["derives:limit.crossover"]
cold = 2 * pi * exp(rho**2) * chi**2 / k**2  # t at which k phi(rho) t^(1/2) = chi
SOME = {chi: (Fraction(1, 2), 1), rho: (Fraction(-4, 5), Fraction(3, 5)), tau: (Fraction(3, 10), 1)}
cross = Derivation("limit.crossover", SelectionError(k, cold, tau, rho))
cross.claim(SelectionIntegral(k, cold, tau, rho), Registered("selection.integral"), "exact")
cross.claim(
    k
    * Integral(
        ErrorLaplace(u, cold, tau, rho) * WeightLaplace(u, cold, rho) ** (k - 1), (u, 0, oo)
    ),
    Unfold(SelectionIntegral),
    "written out",
)

# %% [markdown]
# **Poisson limit.** Put $z=-\rho+\sqrt t\,y$. Then $a(u)^k\to e^{-\chi J(u)}$ with
# $J(u)=\int(1-e^{-u\,e^{-y^2/2}})\,dy$. The error is $(D+\sqrt t\,y)^2$ with $D=\tau-\rho$; its part $D^2$ integrates to
# $D^2$ exactly, the odd parts vanish, and what is left is $t\,y^2(1+2\rho D)$. Then
# $\int y^2x\,e^{-x}dy=J(u)$, by parts, with $x=u\,e^{-y^2/2}$. One may integrate the limit: $\ln a\le-(1-a)$, so
# $a^k\le e^{-k(1-a)}$, and $k(1-a)$ is $\chi J(u)$ with the density of the answers in place of a constant. Up to distances of
# order one that density is bounded from below, which dominates the integrand there; farther out $a^k$ is
# exponentially small in $k$. Relative corrections are $O(\sqrt t)=O(1/k)$; the exponent is measured.

# %% tags=["derives:limit.crossover"]
cross.claim(
    (tau - rho) ** 2 + cold * (1 + 2 * rho * (tau - rho)) * factor,
    NearbyAnswers(chi, k**-3, selection_exact(cold), values=SOME),
    "the answers within reach of the judge's",
    hypotheses=["chi = k phi(rho) t^(1/2) is held fixed"],
    remainder=k**-3,
)
cross.claim(CROSSOVER.statement.rhs, Name(CrossoverFactor), "one function of one variable")
cross.conclude()

# %% [markdown]
# One function serves all offsets. At small $\chi$ only the nearest answer counts and $\mathcal G\to1/2\chi^2$, which is
# `best-of-k.misspecified`. At large $\chi$ it tends to one, and its corrections follow from the scheme above with
# $M_n\to n^{-1/2}$, $F_\infty(t/n)\to t/n$.

# %% tags=["derives:limit.crossover.many-answers"]
many = Derivation("limit.crossover.many-answers", CrossoverFactor(chi))
many.claim(factor, Unfold(CrossoverFactor), "definition")
crowd = CrowdLaplace(v / (sqrt(2 * pi) * chi))
many.claim(
    chi * Integral(crowd / v * exp(-chi * crowd), (v, 0, oo)),
    Substitute(u, v, v / (sqrt(2 * pi) * chi)),
    "u = v/((2 pi)^(1/2) chi)",
)

# %% tags=["derives:limit.crossover.many-answers"]
expanded = expanded_integrand(3, lambda n: 1 / sqrt(n), lambda n: Rational(1, n), v, poisson=True)
unit = sqrt(2 * pi) * chi
many.claim(
    Integral(exp(-v) * sum(p / unit**n for n, p in enumerate(expanded)), (v, 0, oo)),
    WatsonAtZero(v, chi, 3, chi**-4, crossover_exact, at=("1e2", "1e3"), digits=20),
    "J is a power series at 0 and increases",
    hypotheses=["J increases from 0, so that what lies beyond any u is exponentially small in chi"],
    remainder=chi**-4,
)
many.claim(MANY.statement.rhs, GammaIntegrals(v), "each v^m exp(-v) gives m!")
many.conclude()

# %% tags=["figure"]
from infscale_sym.theory.many_answers.figures import crossover_picture

crossover_picture(tau=1.0, rho=0.6, heats=(1e-1, 1e-2, 1e-4, 1e-6))

# %% [markdown]
# ## When do more answers hurt?
#
# The sign of the coefficient of $1/k$ decides at large $k$: the error rises if $F_\infty(t/2)>F_\infty(t)$, if halving the
# temperature hurts at infinite $k$. The critical temperature is where it changes sign.

# %% tags=["derives:finite-k.criterion"]
criterion = Derivation("finite-k.criterion", CriticalTemperature(tau, rho))
criterion.claim(
    ZeroOf(InverseCoefficient(SelectionError(k, t, tau, rho), k), t),
    Unfold(CriticalTemperature),
    "where the coefficient of 1/k changes sign",
)

# %% tags=["derives:finite-k.criterion"]
both = (1 + t) * (2 + t)
slope = sqrt(t) / (2 + t) ** Rational(3, 2) * exp(rho**2 / both)
criterion.claim(
    ZeroOf(slope * (gain - rho**2 * (4 + 3 * t) / both), t),
    FirstCorrection("limit.first-correction"),
    "its remainder is O(1/k^2)",
)
criterion.claim(
    ZeroOf(gain * both - rho**2 * (4 + 3 * t), t),
    PositiveFactor(),
    "times a positive function of t",
)

# %% tags=["derives:finite-k.criterion"]
criterion.claim(
    (3 * (rho**2 - gain) + sqrt((rho**2 - gain) ** 2 + 8 * rho**4)) / (2 * gain),
    PositiveRoot(),
    "a parabola in t that starts below zero",
    hypotheses=["0 < 1 + 2 rho tau < 2 rho^2"],
)
criterion.conclude()

# %% [markdown]
# In terms of $x=(1+2\rho\tau)/\rho^2$ alone the boundary is $t_c=[3(1-x)+\sqrt{(1-x)^2+8}]/2x$: one curve for every
# judge and every teacher. The printed threshold $3C_2/C_1$ is $3+3/x$. They share the leading term at small $x$, but the
# exact one is $3/x-5/3+\dots$, and it reaches $t=0$ at $x=2$, where the printed one still says $4.5$. Beyond $x=2$ more
# answers help at every temperature.
#
# ## Can the error turn twice?
#
# The criterion looks at large $k$. When it fails, could $F_k$ still have a minimum at some small $k$, rise, and fall again? It
# cannot. Write $F_k=\int m(u)\,(-da^k)$ with $m(u)=b/(-a')$, the error under the tilt $we^{-uw}$. Three facts:
#
# 1. Given its distance $r$ from the judge's answer, an answer's error is on average $G(r)+D^2$, $G=r^2+2Dr\tanh\rho r$; and $m$
#    averages it with the kernel $e^{-uw(r)}$, $w$ falling in $r$, which is totally positive.
# 2. $G'$ changes its sign at most once, from minus to plus. A totally positive kernel cannot create sign changes: $m$ rises,
#    or falls, or falls and then rises.
# 3. Where the criterion fails $m$ rises at $u=0$: its slope there is $F_\infty(t)-F_\infty(t/2)$ times a positive factor. *On*
#    the boundary the slope vanishes, and the second coefficient is $M_3\,[F_\infty(t/3)-F_\infty(t)]$, which is
#    positive: $F_\infty$ is a convex parabola in $1/(1+t)$, equal at $t$ and $t/2$, and $t/3$ lies beyond.
#
# So $m$ rises for all $u$. One answer more moves the law $-da^k$ towards smaller $u$, where the error is smaller.

# %% tags=["derives:finite-k.no-return"]
back = Derivation("finite-k.no-return", SelectionError(k + 1, t, tau, rho))
inside = ErrorLaplace(u, t, tau, rho)
single = WeightLaplace(u, t, rho)
back.claim(SelectionIntegral(k + 1, t, tau, rho), Registered("selection.integral"), "exact")
back.claim(
    (k + 1) * Integral(inside * single**k, (u, 0, oo)), Unfold(SelectionIntegral), "written out"
)

# %% tags=["derives:finite-k.no-return"]
back.claim(
    k * Integral(inside * single ** (k - 1), (u, 0, oo)),
    OneAnswerMore(),
    "m(u) rises, and u is smaller with one answer more",
    hypotheses=[
        "the criterion fails: rho^2 (4+3t)/((1+t)(2+t)) <= 1 + 2 rho tau",
        "t > 0, and t = 0 as the limit t -> 0",
    ],
)

# %% tags=["derives:finite-k.no-return"]
back.claim(SelectionIntegral(k, t, tau, rho), Name(SelectionIntegral), "the form for k answers")
back.claim(
    SelectionError(k, t, tau, rho), Registered("selection.integral", backwards=True), "exact"
)
back.conclude()

# %% [markdown]
# So for real $k$ the error falls for ever, or falls and then rises, or rises from the start: a finite number of answers is
# best **if and only if** $t<t_c$. At the boundary itself the error falls as $1/k^2$. The exact best number of answers, for two
# judges, over the one variable $x$:

# %% tags=["figure"]
from infscale_sym.theory.many_answers.figures import boundary_picture

boundary_picture(judges=(0.6, 1.5))

# %% [markdown]
# ## The best temperature
#
# $F_\infty$ is a parabola in $1/(1+t)$. $F_k\to F_\infty$ uniformly in $t$ (the crossover covers the corner $t\to0$), so
# the best temperature converges as well.

# %% tags=["derives:temperature.optimum-infinite-k"]
TELLING = {
    rho: (Fraction(6, 5), Fraction(3, 2)),
    tau: (Fraction(-1, 10), Fraction(-1, 5)),
    t: (Fraction(3, 2), 3),
}
heat = Derivation("temperature.optimum-infinite-k", OptimalTemperature(k, tau, rho))
heat.claim(
    ArgMin(SelectionError(k, t, tau, rho), t), Unfold(OptimalTemperature), "the t of least error"
)
heat.claim(
    ArgMin(rho**2 / (1 + t) ** 2 - 2 * rho * tau / (1 + t) + t / (1 + t), t),
    LeadingTerm("limit.infinite-k", k, k**0, 1 / k, TELLING),
    "the limit, without its constant",
    hypotheses=["F_k -> F_oo uniformly in t, and the minimum of F_oo is unique and not flat"],
)
heat.claim(
    2 * rho**2 / gain - 1,
    StationaryPoint(heat.start, k, 1 / k, TELLING, at=("1e5", "1e8")),
    "a parabola in 1/(1+t)",
    hypotheses=["0 < 1 + 2 rho tau < 2 rho^2"],
    remainder=1 / k,
)
heat.conclude()

# %% [markdown]
# If $1+2\rho\tau\ge2\rho^2$ the best temperature is zero, if $1+2\rho\tau\le0$ it is infinite. The paper's expansion in $1/t$
# gives $2C_2/C_1=2\rho^2/(1+2\rho\tau)+2$ at $k\to\infty$: too high by exactly 3. It cuts the parabola in
# $1/(1+t)=1/t-1/t^2+\dots$ at second order, and its stationary point $2C_2/C_1$ is only good to $O(1)$.
#
# ## The best judge

# %% tags=["derives:reward.optimum-infinite-k"]
judge = Derivation("reward.optimum-infinite-k", OptimalJudge(k, t, tau))
NEAR = {t: (Fraction(3, 2), 2), tau: (Fraction(-1, 2), Fraction(7, 10)), rho: (Fraction(6, 5), 2)}
judge.claim(
    ArgMin(SelectionError(k, t, tau, rho), rho), Unfold(OptimalJudge), "the judge of least error"
)
judge.claim(
    ArgMin(rho**2 / (1 + t) ** 2 - 2 * rho * tau / (1 + t), rho),
    LeadingTerm("limit.infinite-k", k, k**0, 1 / k, NEAR),
    "the limit, without its constant",
    hypotheses=["|rho| >> (ln k)^(1/2) is worse: the chosen answer then lies at (2 ln k)^(1/2)"],
)
judge.claim(
    tau * (1 + t),
    StationaryPoint(judge.start, k, 1 / k, NEAR, at=("1e5", "1e8")),
    "a parabola in rho",
    remainder=1 / k,
)
judge.conclude()

# %% [markdown]
# The best judge undoes the shrinking $1/(1+t)$; the error there is $t/(1+t)$, the scatter of the choice alone. Over both $t$
# and $\rho$ the infimum is 0, at $t=0$, $\rho=\tau$. The same place is best at every finite $k$, draw by draw: the teacher
# at $t=0$ keeps the least of the $k$ squared errors, and no weights have a smaller mean.

# %% tags=["derives:optimum.joint"]
joint = Derivation("optimum.joint", SelectionError(k, 0, tau, tau))
joint.claim(
    SquaredMinimum(k, tau), ZeroTemperature(), "the teacher at t = 0 keeps the closest answer"
)
joint.claim(softmax_average(), LeastBelowMean(), "a least is below every weighted mean")
joint.claim(SelectionError(k, t, tau, rho), NameOfSampling(), "the sampler's definition")
joint.conclude()

# %% [markdown]
# The error at finite $k$ has its own optima. Here they are exactly, as roots of exact derivatives in ball arithmetic, against
# the limits; the gap times $k$ settles. In the figure the curve for $k=3$ on the right ends where the best judge jumps to
# infinity.

# %% tags=["numbers"]
from infscale_sym.theory.optima.values.exact import optimal_judge_mp, optimal_temperature_mp

best_heat, best_judge = 2 * 1.2**2 / (1 - 0.48) - 1, 0.7 * (1 + 1.5)
print("      k   best t (tau = -0.2, rho = 1.2)   times k      best rho (t = 1.5, tau = 0.7)   times k")
for count in (10, 100, 10**4, 10**6):
    warm = float(optimal_temperature_mp(count, "-0.2", "1.2", 16))
    far = float(optimal_judge_mp(count, "1.5", "0.7", 16))
    gaps = count * (warm - best_heat), count * (far - best_judge)
    print(f"{count:>7}   {warm:.9f}   {gaps[0]:20.6f}      {far:.9f}   {gaps[1]:20.6f}")
assert abs(warm / best_heat - 1) < 1e-5
assert abs(far / best_judge - 1) < 1e-5

# %% tags=["figure"]
from infscale_sym.theory.many_answers.figures import optima_picture

optima_picture(rho=1.2, counts=(3, 10, 30, 100))

# %% [markdown]
# ## Numbers to take along
#
# $F$ by three methods at $t=1/2$, $\tau=1$, $\rho=1/2$: the exact integral in float64, the series, and the crossover function
# at its two ends.

# %% tags=["numbers"]
from infscale_sym import formula, selection_error
from infscale_sym.theory.many_answers.values import crossover_factor

for count in (100, 1000, 10_000):
    exact = float(selection_error(count, 0.5, 1.0, 0.5))
    series = float(formula("limit.corrections").rhs.numpy(count, 0.5, 1.0, 0.5))
    print(f"k = {count:>6}: F = {exact:.14f}, series {series:.14f}")
    assert abs(exact - series) < 30 / count**5 + 1e-14
for x in (0.01, 0.1, 1.0, 10.0, 100.0):
    print(f"chi = {x:>6}: G = {crossover_factor(x):.12g}, 2 chi^2 G = {2 * x * x * crossover_factor(x):.10g}")
assert abs(2e-4 * crossover_factor(0.01) - 1) < 1e-6
