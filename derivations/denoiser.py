# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The one-step denoiser
#
# A generative model simple enough to solve (Halder, arXiv:2411.17807). Draw $n$ examples from an isotropic normal law in $d$
# dimensions. Add noise for a time $T$: $x_T=e^{-T}x+\sqrt{l(1-e^{-2T})}\,\xi$. Fit the affine map that guesses $x$ from $x_T$
# with the least squared error. To generate, start from a normal law with the mean and the total variance of $x_T$ and apply
# the map once.
#
# How far is the law that comes out from the one the examples came from? The measure is the Kullback-Leibler divergence
# of the generated law from the sampling law, in nats; lengths are in units of $\sigma_0$. The map is fitted **(i)** to
# infinitely many noise draws or **(ii)** to one draw for each example. $C$ is the examples' covariance (with $1/n$), $x_C$ an
# eigenvalue of it and $v$ the mean eigenvalue.

# %%
# %load_ext infscale_sym
from sympy import Integral, atan, cos, log, oo, sqrt

from infscale_sym.theory.denoiser import *

n, d, M, own, v = examples, dimension, denoising_steps, eigenvalue, mean_variance
up, g = 1 + zeta, variance_of(own, zeta, v)


def mean(expr):
    return SpectralMean(expr, n, d)


def registered(name):
    return formula(name).statement.rhs

# %% [markdown]
# ## One number in place of two
#
# The map (i) is $W=e^{-T}C\,(e^{-2T}C+l(1-e^{-2T}))^{-1}$. It shares its eigenvectors with $C$; so does the generated
# covariance $c^2WW^{\mathsf T}$.

# %% tags=["derives:denoiser.noise-ratio"]
ratio = Derivation("denoiser.noise-ratio", GeneratedVariance(diffusion_time, noise_scale, own, v))
ratio.claim(ratio.start.unfold(), Unfold(GeneratedVariance), "the map and its input")
ratio.claim(registered("denoiser.noise-ratio"), Algebra(), "multiply by exp(2 T)")
ratio.conclude()

# %% [markdown]
# So time and noise scale count only through the noise-to-signal ratio $\zeta=l(e^{2T}-1)$. (Variant (ii) too: divide $x_T$ by
# $e^{-T}$.) A direction of variance $x$ in the examples comes out with $g=(v+\zeta)x^2/(x+\zeta)^2$.
#
# The sampling law looks the same from every direction, so the divergence is a sum over eigenvectors.

# %% tags=["derives:denoiser.kl"]
one = Derivation("denoiser.kl", DirectionDivergence(x, mean_offset))
one.claim(one.start.unfold(), Unfold(DirectionDivergence), "its definition, at mu + sqrt(x) z")
one.claim(
    Integral(normal_density(z) * ((mean_offset + sqrt(x) * z) ** 2 - z**2 - log(x)) / 2, (z, -oo, oo)),
    GaussianLogRatio(),
    "logarithms of normal densities",
)
one.claim(registered("denoiser.kl"), Integrate(), "normal moments")
one.conclude()

# %% [markdown]
# **Finite or not.** If $n\le d$ some $x$ is zero and the divergence infinite; for $n\ge d+1$ all are positive, almost surely.
# On average over training sets only $-\ln x$ could still diverge in variant (i); the smallest eigenvalue has a density
# $\propto x^{(n-d)/2-1}$ at zero, and the average is finite for every $n\ge d+1$. The *reverse* divergence holds $x^{-2}$ and
# needs $(n-d)/2>2$, that is $n\ge d+5$. Variant (ii) holds $x^{-1}$ (of the inputs) and needs $(n-d)/2>1$, $n\ge d+3$.
#
# ## The exact average
#
# $v$ and the spectrum are not independent: they share a scale. But the scale of a Wishart matrix is a Gamma variable
# independent of its shape, which turns $\langle vf(x)\rangle$ into averages of $f$ and $xf'$. What is left are sums over
# single eigenvalues, one-dimensional integrals over their mean density.

# %% tags=["derives:denoiser.kl.expected"]
share = own**2 / (own + zeta) ** 2
logs = mean(log(own + zeta)) - mean(log(own)) - mean(log(v + zeta)) / 2
average = Derivation("denoiser.kl.expected", ExpectedDivergence(n, d, zeta))
average.claim(
    mean(DirectionDivergence(g, 1 / sqrt(n))),
    Unfold(ExpectedDivergence),
    "the mean of the examples is off by mu, E mu^2 = 1/n, independent of C",
)
average.claim(
    mean(v * share) / 2 + zeta * mean(share) / 2 - d / 2 + d / (2 * n) + logs,
    Linear(),
    "denoiser.kl in each direction",
)
gap = 2 * zeta * own**2 / (own + zeta) ** 3
average.claim(
    ((n - 1) / n + zeta) * mean(share) / 2 + mean(gap) / (d * n) - d / 2 + d / (2 * n) + logs,
    ScaleIdentity(),
    "f = x^2/(x + zeta)^2",
)

# %% tags=["derives:denoiser.kl.expected"]
target = registered("denoiser.kl.expected")
log_det = d * log(2 / n) + DigammaSum(n, d)
average.claim(target + log_det - mean(log(own)), Linear(), "partial fractions, named")
average.claim(target, LogDeterminant(), "E ln det C: Bartlett's product of chi-squared variables")
average.conclude()

# %% [markdown]
# ## Without noise, and why that is best
#
# At $\zeta=0$ the map is the identity: $N(m,vI)$ comes out. For isotropic data this is the right family, with $d+1$ fitted
# numbers, and the divergence is about $(d+1)/2n$.

# %% tags=["derives:denoiser.kl.no-noise"]
plain = Derivation("denoiser.kl.no-noise", ExpectedDivergence(n, d, 0))
plain.claim(mean(DirectionDivergence(v, 1 / sqrt(n))), Unfold(ExpectedDivergence), "g = v at zeta = 0")
plain.claim(mean(v) / 2 - d / 2 - mean(log(v)) / 2 + d / (2 * n), Linear(), "denoiser.kl")
plain.claim(registered("denoiser.kl.no-noise"), WishartMoments(), "n d v is chi-squared, d (n-1) degrees of freedom")
plain.conclude()

# %% [markdown]
# **Theorem.** On average any denoising makes it worse: $\mathcal{K}(\zeta)\ge\mathcal{K}(0)+\frac d{2n}\ln(1+\zeta)$, for every
# $n$, $d$ and $\zeta$. With $y=\ln(g/v)$, $ve^y-v-y\ge(v-1)y$ direction by direction. The loss $-y$ summed over directions
# falls as $v$ grows, like $1-v$; so the two are positively correlated, and $\mathbb{E}(1-v)=1/n$.

# %% tags=["derives:denoiser.kl.optimum"]
best = Derivation("denoiser.kl.optimum", ExpectedDivergence(n, d, 0))
best.claim(mean(DirectionDivergence(v, 1 / sqrt(n))), Unfold(ExpectedDivergence), "g = v at zeta = 0")
noisy = ExpectedDivergence(n, d, zeta)
loss = log(v) - log(g)
best.claim(noisy - mean((1 - v) * loss) / 2, ConvexInLog(), "exp(y) >= 1 + y")
best.claim(noisy - mean(loss) / (2 * n), ChebyshevForExpectations(), "1 - v and the loss both fall with v")
best.claim(noisy - mean(log(1 + zeta / v)) / (2 * n), DirectionsJensen(), "ln(1 + h/s) is convex in s; the mean of s is 1")
best.claim(registered("denoiser.kl.optimum"), AverageLog(), "ln(1 + zeta/v) is convex in v, E v < 1")
best.conclude()

# %% [markdown]
# So the optimum over $T$ and $l$ is at their edge, $\zeta=0$: the map does best by passing its input on. That is a fact about
# isotropic data and an isotropic start. At $T=2$, $l=e^{-4}$, where $\zeta=0.98$, one step pays for it:

# %% tags=["figure"]
from infscale_sym.theory.denoiser.figures import time_and_noise

time_and_noise()

# %% [markdown]
# ## Many examples: a floor
#
# With $C\to I$ the map still shrinks: the variance $1/(1+\zeta)$ comes out. The floor per dimension is
# $\frac12(\ln(1+\zeta)-\frac\zeta{1+\zeta})$.

# %% tags=["derives:denoiser.kl.many-examples"]
many = Derivation("denoiser.kl.many-examples", ExpectedDivergence(n, d, zeta))
many.claim(mean(DirectionDivergence(g, 1 / sqrt(n))), Unfold(ExpectedDivergence), "as before")
many.claim(
    registered("denoiser.kl.many-examples"), AroundTruth(), "second order in C - I", remainder=n**-2
)
many.conclude()

# %% [markdown]
# The other end, a long diffusion: everything collapses to $m$, and there is no limit.

# %% tags=["derives:denoiser.kl.long-diffusion"]
grown = d * log(zeta) / 2
far = Derivation("denoiser.kl.long-diffusion", ExpectedDivergence(n, d, zeta) - grown)
far.claim(mean(DirectionDivergence(g, 1 / sqrt(n))) - grown, Unfold(ExpectedDivergence), "as before")
far.claim(
    d / 2 * (1 / n - 1) - mean(log(own)),
    AtLargeNoise(),
    "g tends to x^2/zeta",
    remainder=1 / zeta,
)
far.claim(
    registered("denoiser.kl.long-diffusion"), WishartMoments(), "E ln det C", remainder=1 / zeta
)
far.conclude()

# %% [markdown]
# ## Many dimensions
#
# With $d,n\to\infty$ at fixed $\alpha=d/n$ the spectrum is Marchenko and Pastur's, and everything is closed in the
# renormalised ridge $\kappa$ of the ridge $\zeta$.

# %% tags=["derives:denoiser.kl.proportional"]
large = Derivation("denoiser.kl.proportional", ProportionalDivergence(alpha, zeta))
large.claim(
    MarchenkoPasturMean(divergence_of(variance_of(own, zeta, 1)), alpha),
    Unfold(ProportionalDivergence),
    "v tends to 1",
)
large.claim(registered("denoiser.kl.proportional"), MarchenkoPasturValue(), "resolvent and logarithm in terms of kappa")
large.conclude()

# %% [markdown]
# ## One noise draw for each example
#
# Variant (ii) is a regression of $x$ on $y=x+\sqrt\zeta\,\xi$: given the inputs, $W=\frac1{1+\zeta}I$ plus
# $\sqrt{\zeta/(1+\zeta)}\,ZA^{-1/2}$ with $Z$ standard normal and $A$ the inputs' scatter matrix. Its variance comes
# on top, and has a mean only from $n=d+3$ on.

# %% tags=["derives:denoiser.one-draw.spread"]
spread = Derivation("denoiser.one-draw.spread", OneDrawSpread(n, d, zeta))
fitted = v / up**3 + zeta * v / (n * own * up**3) * d + 4 * zeta / (n * d * up**3) + zeta * (n - 1) / (n * up**3)
fitted += zeta**2 * ((n - 1) * d + 2) / (n**2 * up**3 * own)
spread.claim(
    mean(fitted + zeta * (1 / up**2 + zeta * d / (n * own * up**2))),
    FitGivenInputs(),
    "average over Z, given the inputs; their covariance is (1 + zeta) C in law",
)
spread.claim(registered("denoiser.one-draw.spread"), WishartMoments(), "means of 1/x and v/x", ["n > d + 2"])
spread.conclude()

# %% [markdown]
# As $T\to\infty$ the inputs are pure noise, and $W=ZA^{-1/2}$ alone remains. Unlike (i) this has a limit.

# %% tags=["derives:denoiser.one-draw.long-diffusion"]
noise = Derivation("denoiser.one-draw.long-diffusion", OneDrawLongDivergence(n, d))
noise.claim(
    mean((1 + 1 / n) * d / (n * own) - 1 + 1 / n + log(n / 2) + log(own)) / 2 - DigammaSum(d + 1, d) / 2,
    FitToNoise(),
    "average over Z, given the inputs; the mean is off by (1 + Tr W W'/d)/n in each direction",
)
noise.claim(
    registered("denoiser.one-draw.long-diffusion"), WishartMoments(), "means of 1/x and ln x", ["n > d + 2"]
)
noise.conclude()

# %% [markdown]
# Few examples fit the noise and spread too far; many learn that there is nothing to learn, and collapse to the mean. In
# between is a best number of examples, $n\approx2.34\,d$ in high dimension, the root of $\ln\frac r{r-1}=\frac1{(r-1)^2}$
# in $r=n/d$.

# %% tags=["numbers"]
import numpy as np
from scipy.optimize import brentq

from infscale_sym.theory.denoiser.values.numeric import long_one_draw_divergence

root = brentq(lambda r: np.log(r / (r - 1)) - 1 / (r - 1) ** 2, 2, 3)
for size in (10, 30, 100, 300):
    numbers = np.arange(size + 3, 5 * size)
    values = long_one_draw_divergence(numbers, size)
    print(f"d = {size:>3}: least at n = {numbers[values.argmin()]:>3}, n/d = {numbers[values.argmin()] / size:.3f}")
print(f"root of the limit: {root:.6f}")

# %% [markdown]
# In high dimension there is a transition at $n=(1+\zeta)d$. The determinant of a fixed square matrix plus a random one does
# not notice the random one as long as that is weak; beyond a threshold it does. (A theorem of free probability: the logarithm
# of the determinant is $\ln\det(BB^{\mathsf T}+y)-d\,y/t$ with $y\ge0$ such that
# $\frac1d\mathrm{Tr}(BB^{\mathsf T}+y)^{-1}=1/t$, or $y=0$ where there is none.)

# %% tags=["derives:denoiser.one-draw.few-examples", "derives:denoiser.one-draw.many-examples"]
def with_shift(y):
    """KL/d with the determinant shifted by y (in units of n/(1 + zeta))."""
    gap = 1 / up + zeta * alpha / up * MarchenkoPasturMean(1 / own, alpha) - 1
    return (gap + log(up) - MarchenkoPasturMean(log(own + y) - log(own), alpha) + y / (alpha * zeta)) / 2


# %% tags=["derives:denoiser.one-draw.few-examples"]
few = Derivation("denoiser.one-draw.few-examples", OneDrawProportional(alpha, zeta))
shift = zeta * (alpha - 1 / up)
few.claim(with_shift(shift), NoisyDeterminant(shift), "n < (1 + zeta) d: the root is positive")
few.claim(registered("denoiser.one-draw.few-examples"), MarchenkoPasturValue(above=True), "kappa = (1 + zeta) alpha - 1")
few.conclude()

# %% tags=["derives:denoiser.one-draw.many-examples"]
enough = Derivation("denoiser.one-draw.many-examples", OneDrawProportional(alpha, zeta))
enough.claim(
    (1 / up + zeta * alpha / up * MarchenkoPasturMean(1 / own, alpha) - 1 + log(up)) / 2,
    NoisyDeterminant(0),
    "n > (1 + zeta) d: no root, y = 0",
)
enough.claim(registered("denoiser.one-draw.many-examples"), MarchenkoPasturValue(above=False), "the mean of 1/x")
enough.conclude()

# %% tags=["figure"]
from infscale_sym.theory.denoiser.figures import divergence_against_examples

divergence_against_examples()

# %% [markdown]
# Left, beyond $n\approx2.3\,d$ one noise draw does better than infinitely many: the error of its fit widens a law that is too
# narrow. Right, where noise dominates ($\zeta>3$ or so) more examples hurt in the end.

# %% [markdown]
# ## Several steps
#
# Divide the way back into $M$ steps. In units of $e^{-t}$ the noisy $x_t$ is $x$ plus noise of variance $s^2$, from
# $s^2=\zeta$ down to 0. A step from $s$ to $s'$ guesses $x$ with the map of level $s$ and keeps the share $s'/s$ of the
# guessed noise (as in DDIM). Along an eigenvector of $C$ it multiplies by $\frac{x+ss'}{x+s^2}$. The law stays normal, the
# eigenvectors stay. Choose the levels $s=\tan p$ with angles $p$ equally spaced from $\theta=\arctan\sqrt\zeta$ to 0, the
# cosine schedule. Then the product telescopes where the covariance is right.

# %% tags=["derives:denoiser.steps.cosine"]
cosine = Derivation("denoiser.steps.cosine", StepsVariance(M, zeta, 1, v))
cosine.claim(cosine.start.unfold(), StepByStep(), "the factor of each step")
cosine.claim(
    registered("denoiser.steps.cosine"), Telescope(), "1 + tan p tan q = cos(p - q)/(cos p cos q)", ["M is a whole number"]
)
cosine.conclude()

# %% tags=["derives:denoiser.steps.rate"]
rate = Derivation("denoiser.steps.rate", StepsVariance(M, zeta, own, v))
rate.claim(rate.start.unfold(), StepByStep(), "the factor of each step")
rate.claim(
    registered("denoiser.steps.rate"),
    EulerStep(),
    "each step misses the flow by -x (s - s')^2/(x + s^2)^2 in ln g",
    remainder=M**-2,
)
rate.conclude()

# %% [markdown]
# As $M\to\infty$: the variance $x\,\frac{v+\zeta}{x+\zeta}$. It is $x$, the covariance is $C$, only as $T\to\infty$: at finite
# $T$ the start $v+\zeta$ is not the $x+\zeta$ of the noised examples. With $C\to I$ the floor of the divergence falls as
# $1/M^2$, since the divergence is quadratic in the error $1/M$.

# %% tags=["derives:denoiser.steps.floor"]
floor = Derivation("denoiser.steps.floor", StepsFloor(M, zeta))
floor.claim(floor.start.unfold(), Unfold(StepsFloor), "x = v = 1")
angle = atan(sqrt(zeta))
floor.claim(divergence_of(cos(angle / M) ** (2 * M)), Telescope(inside=True), "denoiser.steps.cosine")
floor.claim(registered("denoiser.steps.floor"), EulerStep(floor=True), "Taylor in 1/M", remainder=M**-4)
floor.conclude()

# %% [markdown]
# What is left is the fit itself: infinitely many steps from $T=\infty$ give $N(m,C)$.

# %% tags=["derives:denoiser.steps.fit"]
fit = Derivation("denoiser.steps.fit", FitDivergence(n, d))
fit.claim(mean(DirectionDivergence(own, 1 / sqrt(n))), Unfold(FitDivergence), "its definition")
fit.claim(mean(own) / 2 - d / 2 - mean(log(own)) / 2 + d / (2 * n), Linear(), "denoiser.kl")
fit.claim(registered("denoiser.steps.fit"), WishartMoments(), "E x and E ln det C")
fit.conclude()

# %% tags=["figure"]
from infscale_sym.theory.denoiser.figures import divergence_against_steps

divergence_against_steps()

# %% [markdown]
# More steps help until the number of examples limits, at about $d(d+3)/4n$: $\frac12$ for each fitted number. Isotropy known
# in advance would be worth a factor $d/2$: $(d+1)/2n$.

# %% tags=["numbers"]
from infscale_sym.theory.denoiser.values.numeric import (
    expected_divergence,
    expected_many_steps,
    fit_divergence,
    isotropic_divergence,
    noise_ratio,
)

at = float(noise_ratio(2.0, np.exp(-4)))
print(f"d = 100, T = 2, l = exp(-4), zeta = {at:.6f}: expected divergence in nats")
for number in (101, 105, 120, 200, 400, 1000):
    one_step, many_steps = expected_divergence(number, 100, at), expected_many_steps(number, 100, at)
    fitted_law, isotropic = fit_divergence(number, 100), isotropic_divergence(number, 100)
    print(
        f"n = {number:>4}: one step {one_step:8.4f}   many steps {many_steps:8.4f}"
        f"   N(m, C) {fitted_law:8.4f}   N(m, v I) {isotropic:.4f}"
    )
# n = 200: the sum over the mean spectrum; 20 simulated training sets gave 32.57 +- 0.16
assert abs(expected_divergence(200, 100, at) - 32.47761682) < 1e-7
