# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Memorization
#
# A linear denoiser is trained on $n$ draws $x_i\sim\mathcal N(\mu_0,\sigma_0^2I_d)$ and generates the normal law
# $g=\mathcal N(\mu_g,c^2WW^\top)$ (Halder, arXiv:2411.17807). Is $g$ nearer to the law $s$ that the examples come from, or to
# the examples? H's companion code compares squared $L^2$ distances, with a Gaussian kernel at each example,
# $K=\frac1n\sum_i\mathcal N(x_i,h_K^2I)$, $h_K=\sigma_0n^{-1/d}$:
#
# $$\frac{\Vert g-s\Vert^2-\Vert g-K\Vert^2}{\Vert s\Vert^2}
# =1-\frac{2\langle g,s\rangle-2\langle g,K\rangle+\Vert K\Vert^2}{\Vert s\Vert^2}.$$
#
# Positive is memorizing. $\Vert g\Vert^2$ has cancelled; for $n\le d$ it is infinite, since $g$ is flat in $d-n+1$ directions,
# and the difference stays finite. The unit $\Vert s\Vert^2=(4\pi\sigma_0^2)^{-d/2}$ is $10^{-55}$ at $d=100$: everything below
# is in logarithms, and lengths are in units of $\sigma_0$.
#
# **One parameter.** Along an eigenvector of the examples' covariance with eigenvalue $x$ the generated variance is
# $c^2e^{-2T}x^2/(e^{-2T}x+l(1-e^{-2T}))^2=(v+\zeta)x^2/(x+\zeta)^2$: time and noise scale enter only through
# $\zeta=l(e^{2T}-1)/\sigma_0^2$. H's setting $T=2$, $l=e^{-4}$ is $\zeta=1-e^{-4}$.

# %%
# %load_ext infscale_sym
from sympy import Integral, exp, log, oo, sqrt

from infscale_sym.theory.memorization import *

d, n, h, x = dimension, examples, kernel_width, eigenvalue

# %% [markdown]
# ## Two examples
#
# All inner products of normal laws are normal densities: $\int\mathcal N(x;m_1,S_1)\,\mathcal N(x;m_2,S_2)\,dx
# =\mathcal N(m_1-m_2;0,S_1+S_2)$, coordinate by coordinate where the covariances commute. For two examples
# $m\pm\delta e$ in any dimension that is one line.

# %% tags=["derives:denoiser.memorization"]
pair = Derivation("denoiser.memorization", PairStatistic(d, half_gap, offset_along, offset_across, zeta, h))
pair.claim(
    pair.start.unfold(),
    Unfold(PairStatistic),
    "the square opened: one coordinate along e, one across, d - 2 others",
)
pair.claim(pair.formula.statement.rhs, GaussianOverlaps(), "each coordinate is a normal density")
pair.conclude()

# %% [markdown]
# For any $n$ and any generated law the same integrals are `memorization.values`. Their building blocks have three kinds:
# the norm of $K$, the overlap with $s$, and the overlap with $K$.
#
# ## The norm of the kernel estimate
#
# Of the $n^2$ pairs in $\Vert K\Vert^2$, $n$ are an example with itself. The others are at a distance $\mathcal N(0,2I)$.

# %% tags=["derives:denoiser.memorization.kernel-norm"]
norm = Derivation("denoiser.memorization.kernel-norm", KernelNorm(n, d, h))
norm.claim(norm.start.unfold(), Unfold(KernelNorm), "pairs of an example with itself, and the others")
gauss = Integral(normal_density(z) * exp(-(z**2) / (2 * h**2)) / h, (z, -oo, oo))
norm.claim(
    h ** (-d) / n + (1 - 1 / n) * gauss**d,
    GaussianOverlaps(),
    "overlap of two kernels",
)

# %% tags=["derives:denoiser.memorization.kernel-norm"]
norm.claim(h ** (-d) / n + (1 - 1 / n) * (1 + h**2) ** (-d / 2), WholePower(), "over the distance of two examples")
norm.conclude()

# %% [markdown]
# This explains H's bandwidth: at $h_K=n^{-1/d}$ the first term is exactly 1. The kernel estimate then has the norm of $s$ up to
# the second term, $(n-1)(1+n^{2/d})^{-d/2}$, exponentially small in $d$ while $n\ll2^d$; so the statistic is
# $2\langle g,K\rangle-2\langle g,s\rangle$ up to that. But at $d=100$ this bandwidth is 0.95 for $n=120$: a kernel
# is nearly as wide as $s$ itself, and hardly a memory of one example.
#
# ## Rates per dimension
#
# For $d,n\to\infty$ at $\alpha=d/n$ the overlaps are exponentially large or small in $d$, and who wins is a matter of
# rates: $\gamma_s=\lim\frac1d\ln\langle g,s\rangle/\Vert s\Vert^2$; $\gamma_K$ the same with kernels at the training
# examples; $\gamma_0$ with kernels at fresh draws. Along an eigenvector of the examples' covariance the mean square of $x_i-m$
# is the eigenvalue $x$ itself; a fresh draw has 1 there. So the exponents are means over the eigenvalues, whose law is
# Marchenko and Pastur's. The mean of the logarithms of the $n$ terms of $\langle g,K\rangle$ has the same limit as the
# logarithm of the mean: the exponents scatter by $O(\sqrt d)$, so the largest among a fixed power of $d$ of them lies
# $O(\sqrt{d\ln d})$ above. (The *expectation* over training sets has a larger rate; rare sets carry it, and no
# sample mean shows it.)
#
# All of them come from one integral, the log-determinant; $\kappa$ is the renormalised ridge.

# %% tags=["derives:denoiser.log-determinant"]
kappa_of = RenormalizedRidge(lambda_, alpha, 1)
determinant = Derivation("denoiser.log-determinant", LogMean(lambda_, 0, alpha))
determinant.claim(MarchenkoPasturMean(log(x + lambda_), alpha), Unfold(LogMean), "its definition")
determinant.claim(
    log(1 + kappa_of) + (1 - 1 / alpha) * log(lambda_ / kappa_of) - 1 / (1 + kappa_of),
    LogDeterminant(kappa_of),
    "its slope in lambda is the resolvent's trace",
)
determinant.conclude()

# %% [markdown]
# It is analytic in $\lambda$ off the negative axis, so it holds at a complex ridge $p+iq$: $\mathcal L$ is its real part there,
# $\mathcal P$ and $-\mathcal S$ the real and imaginary part of the resolvent's trace. That is needed because
# $(g(x)+h_K^2)(x+\zeta)^2=D\,((x+p)^2+q^2)$ with $D=1+\zeta+h_K^2$ has its zeros off the real axis.

# %% tags=["derives:denoiser.memorization.sampling-rate"]
near = Derivation("denoiser.memorization.sampling-rate", SamplingRate(alpha, zeta))
near.claim(meaning(near.start), RateAsSpectralMean(), "Tr C/d -> 1; the offset of the mean counts O(1) in all")
near.claim(near.formula.statement.rhs, SameMean(), "zeros of g + 1 at a complex pole")
near.conclude()

# %% tags=["derives:denoiser.memorization.kernel-rate"]
kernel = Derivation("denoiser.memorization.kernel-rate", KernelRate(alpha, zeta, h))
kernel.claim(meaning(kernel.start), RateAsSpectralMean(), "an example's mean square along an eigenvector is x")
kernel.claim(kernel.formula.statement.rhs, SameMean(), "partial fractions; <x> = 1")
kernel.conclude()

# %% tags=["derives:denoiser.memorization.fresh-rate"]
fresh = Derivation("denoiser.memorization.fresh-rate", FreshRate(alpha, zeta, h))
fresh.claim(meaning(fresh.start), RateAsSpectralMean(), "a fresh draw's is 1")
fresh.claim(fresh.formula.statement.rhs, SameMean(), "partial fractions")
fresh.conclude()

# %% [markdown]
# ## Against the sampling law: no transition
#
# At $h_K\to1$, where H's bandwidth tends, the kernel at an example is a copy of $s$ that is shifted by the example's distance:
# it can only be farther from $g$ than $s$, and by a rate.

# %% tags=["derives:denoiser.memorization.never"]
never = Derivation("denoiser.memorization.never", KernelAdvantage(alpha, zeta))
never.claim(KernelRate(alpha, zeta, 1) - SamplingRate(alpha, zeta), Unfold(KernelAdvantage), "its definition")
never.claim(
    meaning(KernelRate(alpha, zeta, 1)) - meaning(SamplingRate(alpha, zeta)),
    RateAsSpectralMean(
        ("denoiser.memorization.kernel-rate", "denoiser.memorization.sampling-rate")
    ),
    "the two rates as spectral means",
)
never.claim(
    -MarchenkoPasturMean(x / (generated_variance(x, zeta) + 1), alpha) / 2,
    SameMean(name="linearity"),
    "the logarithms cancel",
)
never.claim(-1 / (2 * (2 + zeta)), LargestVariance(), "no generated variance exceeds 1 + zeta")
never.conclude()

# %% [markdown]
# With squared distances to the law itself the sign never changes, whatever $n/d$: the generated law is always nearer to $s$. A
# narrower kernel can change that for few examples. In the limit $n/d\to0$ the comparison of $\gamma_K$ and $\gamma_s$ turns at
# $\ln h=-1/(2(1+\zeta+h^2))$, which is $h=0.83$ in H's setting; for $n/d\to\infty$ at no $h$, since
# $\ln w+1/w\ge1>\ln(1+\frac1{1+\zeta})$ with $w=\frac1{1+\zeta}+h^2$.
#
# ## Against fresh draws: a transition beyond $n=d$
#
# H's code does not use $s$. It puts kernels at $10^4$ fresh draws in its place and asks which estimate is nearer. Then like is
# compared with like, and the examples have the advantage $\Delta\gamma=\gamma_K-\gamma_0>0$: an example is nearer to what was
# fitted to it, at any $n/d$. It fades as $n$ grows.

# %% tags=["derives:denoiser.memorization.gap"]
gap = Derivation("denoiser.memorization.gap", MemoryGap(1 / per_feature, zeta, h))
model = (1 / per_feature, zeta, h)
gap.claim(KernelRate(*model) - FreshRate(*model), Unfold(MemoryGap), "its definition")
gap.claim(
    meaning(KernelRate(*model)) - meaning(FreshRate(*model)),
    RateAsSpectralMean(
        ("denoiser.memorization.kernel-rate", "denoiser.memorization.fresh-rate")
    ),
    "the two rates as spectral means",
)
gap.claim(
    MarchenkoPasturMean((1 - x) / (generated_variance(x, zeta) + h**2), 1 / per_feature) / 2,
    SameMean(name="linearity"),
    "the logarithms cancel",
)
gap.claim(
    zeta / ((1 + (1 + zeta) * h**2) ** 2 * per_feature),
    NarrowSpectrum(),
    "the eigenvalues crowd at 1, with variance alpha",
    remainder=per_feature**-2,
)
gap.conclude()

# %% [markdown]
# So $d\,\Delta\gamma\approx\zeta d^2/(n(1+(1+\zeta)h_K^2)^2)$: the examples stand out as long as $n\ll d^2$, far beyond $n=d$.
#
# ## The Hellinger distance
#
# $1-\int\sqrt{gs}\,dx$ is closed too, and 1 where $g$ is singular ($n\le d$). Beyond, the overlap falls exponentially with $d$.

# %% tags=["derives:denoiser.hellinger"]
hellinger = Derivation("denoiser.hellinger", HellingerRate(alpha, zeta))
hellinger.claim(meaning(hellinger.start), RateAsSpectralMean(), "four determinants")
poles = (zeta / (2 + zeta), zeta * sqrt(1 + zeta) / (2 + zeta))
hellinger.claim(
    log((2 + zeta) ** 2 / (4 * (1 + zeta))) / 4
    - MarchenkoPasturMean(log(x), alpha) / 2
    - LogMean(zeta, 0, alpha) / 2
    + LogMean(*poles, alpha),
    SameMean(),
    "the same pole",
)
hellinger.claim(hellinger.formula.statement.rhs, RidgeToZero(), "<ln x> is the log-determinant without a ridge")
hellinger.conclude()

# %% [markdown]
# ## The setting of H's code
#
# $d=100$, mean 10, $\sigma_0=1$, $T=2$, $l=e^{-4}$, $n=25\dots120$ and beyond; 20 training sets each, both ways of training:
# over infinitely many noise draws, and fitted to one noise draw per example. All inner products are closed for each set;
# dots are means over sets with standard errors.

# %% tags=["numbers"]
from infscale_sym.theory.memorization.figures import distances, half_way, inner_products, phases, survey, transition

counts = (25, 50, 75, 100, 120, 400, 1000)
surveys = [survey(100, counts, 20, seed=7 + variant, variant=variant) for variant in (0, 1)]

# %% tags=["figure"]
inner_products(surveys)

# %% [markdown]
# The sampling law (blue) is nearer than the examples (orange) by ten to twenty powers of $e$ at every $n$: nothing
# memorizes by the statistic with $s$ itself. Fitting to one noise draw hurts all three around $n=d$, where the least-squares
# map explodes. The open circles lie on the rate; the filled ones above it, since a few examples of many carry the mean. Fresh
# draws (green) start far below the examples and catch up: that is the transition which H's code sees.

# %% tags=["numbers"]
dimensions = (16, 25, 36, 60, 100)
fractions = (0.015, 0.03, 0.06)
by_dimension = [survey(d, [max(3, round(f * d * d)) for f in fractions], 14, seed=d) for d in dimensions]

# %% tags=["figure"]
transition(surveys, by_dimension)

# %% [markdown]
# H's abstract (second version) places the transition in the phase in which the divergence falls, which begins at $n=d$.
# At $d=100$ it is well inside: half of the sets still memorize at $n$ between 300 and 500, and over this range the point
# is consistent with a multiple of $d^2$, as the gap suggests (14 sets a dot: not a measured exponent). The window
# $n\le120$ of the code shows hardly anything of it. The turn is not sharp: beyond it chance decides, and as $n$ nears the
# number of fresh draws the two estimates become alike, so that the share must return to one half. (For still larger $d$
# the $n_0=10^4$ fresh draws matter: their best terms gain $O(\sqrt{d\ln n_0})$ over typical ones, more than those of
# $n\ll n_0$ examples, which must bend the curve below $d^2$.)

# %% tags=["figure"]
phases()

# %% [markdown]
# Where the bandwidth is a free number, the limit has a memorizing phase, for narrow kernels and few examples. H's bandwidth
# (black) stays far above it.

# %% tags=["figure"]
distances(surveys)

# %% [markdown]
# ## Numbers
#
# The rates at $n=400$, $d=100$ in H's setting, as in the figures; and what was read from the draws (seeds as above).

# %% tags=["numbers"]
noise = "0.98168436111126581629"  # 1 - e^-4
names = ("memorization.sampling-rate", "hellinger")
rates = {name: formula(f"denoiser.{name}").rhs.mp("0.25", noise, digits=20) for name in names}
for name, value in rates.items():
    print(f"{name}: %.12f" % value)
print("d times the gap to first order, d = 100, n = 400: %.10g" % (25 * float(noise) / (2 + float(noise)) ** 2))
middle = [half_way(found) for found in by_dimension]
for (n, error), d in zip(middle, dimensions, strict=True):
    print(f"d = {d:3d}: half of the sets memorize at n/d^2 = {n / d**2:.3f} +- {error / d**2:.3f}")
assert abs(100 * float(rates["memorization.sampling-rate"]) - surveys[0].near[counts.index(400)].mean()) < 1
assert abs(100 * float(rates["hellinger"]) + surveys[0].overlap[counts.index(400)].mean()) < 0.5
assert not any(found.against_law.any() for found in surveys)
assert all(found.against_fresh[:3].all() for found in surveys)
assert all(0.015 < n / d**2 < 0.06 for (n, _), d in zip(middle, dimensions, strict=True))
assert middle[-1][0] - 4 * middle[-1][1] > 2 * dimensions[-1]
