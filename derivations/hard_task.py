# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Hard tasks
#
# Best of $k$ with the teacher as judge has the error $F_k\approx\pi e^{\tau^2}/k^2$ on a prompt whose offset is $\tau$. Over
# prompts $\tau$ is normal with variance $Q/s^2=1/\theta$. The average of $e^{\tau^2}$ is finite for $\theta>2$ and infinite
# below: where $s^2<2Q$, rare prompts decide, and the famous $1/k^2$ is lost. (For a teacher drawn from the prior
# $\theta=1+\sigma^2/Q$, so the transition is where epistemic variance equals noise variance.) This page derives what takes its
# place: $k^{-\theta}$, with its constant in closed form and its first correction, and the law at the transition.
#
# **The right variable.** Let $\tau_k$ be the offset at which $k\phi(\tau)=\tau$, so $\tau_k^2=W(k^2/2\pi)$ with Lambert's $W$.
# Prompts with $|\tau|<\tau_k$ have answers all around the target; beyond, the best answer falls short. In $\tau_k$ all
# corrections are powers. The error is measured in the density of $|\tau|$ at $\tau_k$:
# $\overline{F}_k=2\sqrt{\theta/2\pi}\,e^{-\theta\tau_k^2/2}\,\mathcal{H}$, that is
# $2\sqrt{\theta/2\pi}\,(\sqrt{2\pi}\,\tau_k/k)^{\theta}\,\mathcal{H}$. Formulas write $\Theta$ for this $\theta$.

# %%
# %load_ext infscale_sym
from sympy import (
    EulerGamma,
    Integral,
    cosh,
    cot,
    coth,
    exp,
    log,
    oo,
    pi,
    polygamma,
    sinh,
    sqrt,
)
from sympy import gamma as gamma_function

from infscale_sym.theory.hard_task import *

half = Theta / 2
M = gamma_function(half) ** 3 * gamma_function(1 - half) / 4
answers = tau_k / normal_density(tau_k)
average = LineAverage(answers, 0, 1, 1 / Theta)
density = 2 * sqrt(Theta) * normal_density(sqrt(Theta) * tau_k)
tail = Integral(2 * r * exp(answers * LogSurvival(r, z / sqrt(Theta))), (r, 0, oo))

# %% [markdown]
# ## The constant
#
# One integral sets the size of the law. It comes from the Beta integral
# $\int_0^\infty e^{-2py}(2\sinh y)^{-\theta}dy=\frac12B(p+\frac\theta2,1-\theta)$, differentiated once in $p$. Each factor
# has a pole or a zero at $\theta=1$; with the reflection formulas they cancel, and nothing has to be continued there.

# %% tags=["derives:best-of-k.hard-task.constant"]
constant = Derivation("best-of-k.hard-task.constant", HardTaskConstant(Theta))
constant.claim(
    2 * gamma_function(Theta) * Integral(y * (2 * sinh(y)) ** -Theta, (y, 0, oo)),
    Unfold(HardTaskConstant),
    "its definition",
)
constant.claim(M, BetaIntegrals(), "u = exp(-2 y), one derivative, reflection")
constant.conclude()

# %% [markdown]
# ## The law below the transition
#
# From the definition to the variables of the edge, exactly: $w=(\tau^2-\tau_k^2)/2$ says how rare a prompt is, $y=\tau r$ how
# far from the target its best answer.

# %% tags=["derives:best-of-k.hard-task"]
law = Derivation("best-of-k.hard-task", HardTaskError(tau_k, Theta))
law.claim(
    average / density,
    Unfold(HardTaskError),
    "the average over prompts, in units of the density of |tau| at tau_k",
)
law.claim(average.unfold() / density, Unfold(LineAverage), "tau is normal with variance 1/Theta")
law.claim(
    Integral(normal_density(z) * tail, (z, -oo, oo)) / density,
    OffsetTail(),
    "tails of the nearest answer",
)
law.claim(scaled_form(), ScaledVariables(), "units of the edge")

# %% [markdown]
# In these variables the expected number of answers within $r$ of the target is $\frac{\tau_k}{\tau}e^{-w}A$ with
# $A=\int_{-y}^{y}e^{-x-x^2/2\tau^2}dx\to2\sinh y$: the answers form a Poisson process with an exponential density. Expand in
# $1/\tau_k^2$ under the integral. **This is allowed only for $\theta<2$.** To the left, towards ordinary prompts, the integrand
# falls as $e^{(2-\theta)w}$; at $\theta=2$ it no longer does, and all prompts up to $\tau_k$ count alike.

# %% tags=["derives:best-of-k.hard-task"]
lam = exp(-w)
leading = 2 * y * exp(-Theta * w - 2 * lam * sinh(y))
shape = (y**2 + 2) * sinh(y) - 2 * y * cosh(y)
correction = -3 * w + lam * (2 * w * sinh(y) + shape)
law.claim(
    Integral(leading * (1 + correction / tau_k**2), (w, -oo, oo), (y, 0, oo)) / tau_k**3,
    ExpandAtEdge(1),
    "in 1/tau_k^2 at fixed w and y",
    hypotheses=["Theta < 2: the integrals over w converge on the left"],
    remainder=tau_k**-7,
)

# %% tags=["derives:best-of-k.hard-task"]
mean_log = polygamma(0, Theta) - log(2 * sinh(y))
inside = 1 + ((3 - Theta) * mean_log - 1 + Theta * ((y**2 + 2) / 2 - y * coth(y))) / tau_k**2
law.claim(
    2 * gamma_function(Theta) / tau_k**3 * Integral(y * (2 * sinh(y)) ** -Theta * inside, (y, 0, oo)),
    GammaOverDepth(),
    "lambda = exp(-w)",
)

# %% [markdown]
# What is left are moments of $y$ and $\ln(2\sinh y)$ over $(2\sinh y)^{-\theta}$, again derivatives of the Beta function.

# %% tags=["derives:best-of-k.hard-task"]
c = (3 - Theta) * (polygamma(0, half) - pi / 2 * cot(pi * half) - 1)
c += Theta * (6 * polygamma(1, half) - pi**2) / 8
law.claim(M / tau_k**3 * (1 + c / tau_k**2), BetaIntegrals(), "as for the constant")
law.conclude()

# %% [markdown]
# The same in $\ln k$ is slow: $\tau_k^{\theta-3}$ is $(2\ln k)^{(\theta-3)/2}$ only up to a relative
# $\frac{3-\theta}4(\ln\ln k+\ln4\pi)/\ln k$. At $\theta=1$, against the exact average:

# %% tags=["numbers"]
import numpy as np

from infscale_sym import formula
from infscale_sym.theory.hard_task.values import averaged_by_rarity, hard_task_constant, rarity
from infscale_sym.theory.regression.values.gaussian_pair import line_average

print("     k   with ln k   leading   corrected   (over the exact average)")
for count in (1e4, 1e8, 1e12, 1e15):
    level, exact = rarity(count), line_average(count, 0, 1, 1.0)
    scale = averaged_by_rarity(count, 1.0)
    leading = scale * hard_task_constant(1.0) / level**3
    crude = leading * (level**2 / (2 * np.log(count)))
    full = scale * formula("best-of-k.hard-task").rhs.numpy(level, 1.0)
    print(f"{count:6.0e}  {crude / exact:9.4f} {leading / exact:9.4f}  {full / exact:9.4f}")

# %% [markdown]
# ## Through the transition
#
# Where $|\tau|<\tau_k$, $k^2F_k=\pi e^{\tau^2}$: a plateau in the right units. Taken out as one integral (a Dawson function
# below $\theta=2$, an error function above), it leaves a contribution of the edge that is regular at $\theta=2$.

# %% tags=["derives:best-of-k.hard-task.edge"]
edge = Derivation("best-of-k.hard-task.edge", HardTaskEdge(tau_k, Theta))
plateau = Integral(exp((2 - Theta) * (x**2 - tau_k**2) / 2), (x, 0, tau_k)) / (2 * tau_k**2)
edge.claim(HardTaskError(tau_k, Theta) - plateau, Unfold(HardTaskEdge), "its definition")
edge.claim(average / density - plateau, Unfold(HardTaskError), "as before")
edge.claim(average.unfold() / density - plateau, Unfold(LineAverage), "as before")
edge.claim(Integral(normal_density(z) * tail, (z, -oo, oo)) / density - plateau, OffsetTail(), "as before")
edge.claim(scaled_form() - plateau, ScaledVariables(), "as before")

# %% tags=["derives:best-of-k.hard-task.edge"]
edge.claim(
    edge_integral() / (2 * tau_k**3),
    EdgeLimit(),
    "leading order in 1/tau_k^2, both parts over w",
    hypotheses=["Theta < 3: on the plateau k^2 F = pi exp(tau^2) up to 1/k"],
    remainder=tau_k**-5,
)

# %% [markdown]
# Below $\theta=2$ the two parts of the bracket can be integrated one by one, and the first is $2M$. Beyond, the same formula
# holds by continuation: the bracket falls fast enough up to $\theta=4$.

# %% tags=["derives:best-of-k.hard-task.edge"]
edge.claim((2 * M - 1 / (2 - Theta)) / (2 * tau_k**3), ThroughTransition(), "below 2, then by continuation")
edge.conclude()

# %% [markdown]
# For $2<\theta<3$ this is the correction to $\pi/(k^2\sqrt{1-2/\theta})$: of order $k^{-\theta}$, which is *larger* than
# $k^{-3}$. A remainder $\mathcal{O}(k^{-3})$ needs $\theta>3$.
#
# ## At the transition
#
# The plateau's share is $\tau_k$ itself, and the pole of $2M$ at $\theta=2$ leaves Euler's constant.

# %% tags=["derives:best-of-k.hard-task.marginal"]
marginal = Derivation("best-of-k.hard-task.marginal", HardTaskError(tau_k, 2))
marginal.claim(HardTaskEdge(tau_k, 2) + 1 / (2 * tau_k), AddPlateau(), "at Theta = 2 the plateau is flat")
marginal.claim(
    1 / (2 * tau_k) + EulerGamma / (2 * tau_k**3),
    AtTransition("best-of-k.hard-task.edge"),
    "the bracket's limit at Theta = 2",
    remainder=tau_k**-5,
)
marginal.conclude()

# %% [markdown]
# So $k^2\,\overline{F}_k=2\sqrt\pi\,(\tau_k+\gamma/\tau_k+\dots)$, and to leading order $\sqrt{8\pi\ln k}/k^2$.
#
# ## What more answers buy
#
# The exact exponent $-d\ln\delta/d\ln k$. Even at $k=10^{15}$ it has not arrived: it lies above its limit by about
# $\frac{3-\theta}{2\ln k}$ for small $\theta$, and around $\theta=2$ it creeps.

# %% tags=["figure"]
from infscale_sym.theory.hard_task.figures import exponents

exponents()

# %% [markdown]
# ## Students, end to end
#
# Does a trained student show it? Take $\sigma=1$, $\gamma=\frac12$, $\alpha=d/n=\frac12$, $\Sigma=I$, and a teacher
# whose weights are larger than the prior expects, so that $\theta=s^2/Q$ is 1 and $\frac32$. Training sets, prompts
# and up to 1000 answers a prompt are drawn; the teacher takes the nearest; nothing is averaged by a formula. Below:
# the simulated error over the law $s^2\,\mathbb E F_k$ less 1, and the local exponents, both extrapolated from
# $d=30,60,120$ by a straight line in $1/d$. Standard errors are over independent batches of students. (The runs are
# stored with the program that made them.)

# %% tags=["numbers"]
from itertools import pairwise

from infscale_sym.theory.hard_task import evidence

for theta in evidence.TEACHERS:
    gap, error = evidence.at_infinity(theta)
    slope, spread = evidence.exponents_at_infinity(theta)
    chord = evidence.chords(evidence.law(theta))
    print(f"theta = {theta:g}")
    for count, g, e in zip(evidence.ANSWERS, gap, error, strict=True):
        print(f"  k = {count:>4}: simulated/law - 1 = {g:+.4f} +- {e:.4f}")
    for pair, s, e, c in zip(pairwise(evidence.ANSWERS), slope, spread, chord, strict=True):
        print(f"  k = {pair[0]:>3} to {pair[1]:>4}: exponent {s:.3f} +- {e:.3f}, law {c:.3f}")
    assert (abs(gap) < 4 * error).all()
    assert (abs(slope - chord) < 4 * spread).all()
    # from k = 10 on the exponent is above theta, and always below 2; beyond 6 standard errors where the draws tell
    assert (slope[2:4] - theta > 6 * spread[2:4]).all()
    assert (2 - slope > 6 * spread).all()

# %% tags=["figure"]
from infscale_sym.theory.hard_task.figures import students_against_law

students_against_law()
