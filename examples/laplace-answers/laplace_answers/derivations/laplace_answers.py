# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A peak in the answers' law
#
# Draw $k$ answers and keep the closest to the teacher's. For Gaussian answers the mean squared error is
# $\pi e^{\tau^2}/k^2\,(1-3/k+\dots)$, and the argument asks for nothing Gaussian: a density $f$ that is smooth and positive at
# the teacher's answer gives $1/(2f^2k^2)\,(1-3/k+\dots)$. The $-3$ is the same for all of them. What if the density is *not*
# smooth there? Laplace's law, $f(y)=\tfrac12e^{-|y|}$, is the simplest: it is smooth everywhere but at its peak. So let the
# teacher's answer be at a distance $y_T$ from the peak, and compare $y_T=0$, $y_T>0$, and $y_T\sim1/k$ between them.
#
# Everything below is a topic of its own, in a package of its own. One rule was missing, and is brought by the topic.

# %%
# %load_ext infscale_sym
from laplace_answers import *
from sympy import Integral, cosh, exp, oo, sinh

# %% [markdown]
# ## At the peak
#
# **Definition.** $L_k(y_T)=\mathbb{E}\min_i(y_i-y_T)^2$. The mean of the square of a non-negative $R$ is an integral over
# its tail, $\int2r\,P(R>r)\,\mathrm dr$, and all $k$ answers are farther than $r$ with the probability
# $S_{\mathrm L}(r;y_T)^k$.

# %% tags=["derives:laplace.peak"]
peak = Derivation(PEAK)
peak.claim(
    Integral(2 * r * exp(k * LogLaplaceSurvival(r, 0)), (r, 0, oo)),
    Unfold(LaplaceError),
    "the tail of the closest of k answers is S(r)^k",
)

# %% [markdown]
# **The law of the distance.** The interval $(y_T-r,y_T+r)$ holds the mass $e^{-y_T}\sinh r$ as long as it does not reach the
# peak, and all but $e^{-r}\cosh y_T$ after. At $y_T=0$ there is only the second case: the distance of one answer is
# exponential, and the closest of $k$ is exponential with $k$ times the rate.

# %% tags=["derives:laplace.peak"]
peak.claim(
    Integral(2 * r * exp(-k * r), (r, 0, oo)), BothSidesOfThePeak(), "at the peak S(r) = exp(-r)"
)

# %% tags=["derives:laplace.peak"]
peak.claim(2 / k**2, Integrate(), "a Gamma integral")
peak.conclude()

# %% [markdown]
# No correction at all, for any $k$. The leading term is still $1/(2f^2k^2)$ with $f=\tfrac12$.
#
# ## Off the peak
#
# Now $y_T>0$. The density at the teacher's answer is $\tfrac12e^{-y_T}$, twice that the slope $p$ of $S$ at $r=0$: measure
# $r$ in units of $1/kp$.

# %% tags=["derives:laplace.off-peak", "derives:laplace.near-peak"]
from sympy import Symbol

w = Symbol("w", positive=True)  # the distance in units of 1/k, or of 1/(k p)
p = exp(-y_T)

# %% tags=["derives:laplace.off-peak"]
off = Derivation(OFF_PEAK)
off.claim(
    Integral(2 * r * exp(k * LogLaplaceSurvival(r, y_T)), (r, 0, oo)),
    Unfold(LaplaceError),
    "as before",
)
at = w / (k * p)
off.claim(
    2 / (k * p) ** 2 * Integral(w * exp(k * LogLaplaceSurvival(at, y_T)), (w, 0, oo)),
    Substitute(r, w, at),
    "r = w/(k p)",
)

# %% [markdown]
# The range splits where the interval reaches the peak, at $w=k\,p\,y_T$.

# %% tags=["derives:laplace.off-peak"]
reached = k * p * y_T
off.claim(
    2
    / (k * p) ** 2
    * (
        Integral(w * (1 - p * sinh(at)) ** k, (w, 0, reached))
        + Integral(w * (exp(-at) * cosh(y_T)) ** k, (w, reached, oo))
    ),
    BothSidesOfThePeak(),
    "S on both sides of the peak",
)

# %% [markdown]
# **Watson's lemma.** In front of the peak $k\ln S=-w-w^2/2k+O(1/k^2)$ at fixed $w$. What lies behind recedes to infinity: it
# is smaller than $S(y_T)^k$, exponentially small in $k$, since $S(y_T)<1$.

# %% tags=["derives:laplace.off-peak"]
off.claim(
    2 / (k * p) ** 2 * Integral(w * exp(-w) * (1 - w**2 / (2 * k)), (w, 0, oo)),
    ExpandUnderIntegral(k, 3, k**-4),
    "the exponential, and its first correction",
    hypotheses=[
        "the integrand is below w exp(-w) for every k, as -k ln S >= w in front of the peak",
        ("S(y_T) = 1 - p sinh(y_T) < 1", lambda: bool((p * sinh(y_T)).is_positive)),
    ],
)

# %% tags=["derives:laplace.off-peak"]
off.claim(2 * exp(2 * y_T) / k**2 * (1 - 3 / k), Integrate(), "1! - 3!/2k = 1 - 3/k")
off.conclude()

# %% [markdown]
# The $-3$ of every smooth density, however close to the peak. So the correction jumps from $-3$ to $0$ as $y_T\to0$, at
# $k=\infty$.
#
# ## Within 1/k of the peak
#
# At any finite $k$ there is no jump. Let the teacher's answer approach the peak as $y_T=c_T/k$, and measure $r$ in units of
# $1/k$: the range splits at $w=c_T$.

# %% tags=["derives:laplace.near-peak"]
near = Derivation(NEAR_PEAK)
near.claim(
    Integral(2 * r * exp(k * LogLaplaceSurvival(r, c_T / k)), (r, 0, oo)),
    Unfold(LaplaceError),
    "as before",
)
near.claim(
    2 / k**2 * Integral(w * exp(k * LogLaplaceSurvival(w / k, c_T / k)), (w, 0, oo)),
    Substitute(r, w, w / k),
    "r = w/k",
)
near.claim(
    2
    / k**2
    * (
        Integral(w * (1 - exp(-c_T / k) * sinh(w / k)) ** k, (w, 0, c_T))
        + Integral(w * (exp(-w / k) * cosh(c_T / k)) ** k, (w, c_T, oo))
    ),
    BothSidesOfThePeak(),
    "S on both sides of the peak",
)

# %% tags=["derives:laplace.near-peak"]
near.claim(
    2
    / k**2
    * (
        Integral(w * exp(-w) * (1 + (c_T * w - w**2 / 2) / k), (w, 0, c_T))
        + Integral(w * exp(-w) * (1 + c_T**2 / (2 * k)), (w, c_T, oo))
    ),
    ExpandUnderIntegral(k, 3, k**-4),
    "both integrands at fixed w",
    hypotheses=["both are below w exp(-w) times a constant, for every k >= 1"],
)

# %% tags=["derives:laplace.near-peak"]
near.claim(
    2 / k**2 * (1 + (2 * c_T - 3 + (c_T + 3) * exp(-c_T)) / k),
    Integrate(),
    "incomplete Gamma integrals",
)
near.conclude()

# %% [markdown]
# The correction starts as $c_T^2/2$ at the peak, and for $c_T\gg1$ it is $2c_T-3$: the $-3$ of the smooth density, and $2c_T$
# from its leading term, $e^{2c_T/k}=1+2c_T/k+\dots$

# %% tags=["figure"]
from laplace_answers.figures import correction

correction(answers=(10, 30, 100), drawn=10, trials=200_000, seed=3)

# %% [markdown]
# ## Numbers to take along
#
# The exact error, integrated, beside the three laws.

# %% tags=["numbers"]
print("k (k^2 L_k / 2 - 1) at y_T = c_T/k, for k = 100, 10^4, 10^6, and its limit")
for place in (0.5, 1, 2, 4):
    exact = [k_ * (k_**2 * float(LaplaceError.numpy(k_, place / k_)) / 2 - 1) for k_ in (1e2, 1e4, 1e6)]
    limit = float(2 * place - 3 + (place + 3) * exp(-place))
    print(f"c_T = {place:>3}: " + "  ".join(f"{value:.4f}" for value in exact) + f"   limit {limit:.4f}")
    assert abs(exact[-1] - limit) < 1e-4 * max(1, limit)
