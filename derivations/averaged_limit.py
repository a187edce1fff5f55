# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Averages over prompts, at many answers
#
# For one prompt the error among infinitely many answers is known, and it is approached as $1/k$. What is measured is an
# average over prompts and training sets, over a Gaussian pair of offsets $(\tau,\rho)$ with second moments
# $v_\tau,v_{\tau\rho},v_\rho$. This page averages the limit and the coefficient of $1/k$, says for which temperature $t$
# and which spread $v_\rho=\mathbb E\rho^2$ of the judge's offset that coefficient is finite, and derives the slower law
# that takes over beyond. Halder & Pehlevan (arXiv:2512.19905) average best-of-k ($t=0$) only.
#
# Every displayed line is checked when it is made, and its check must refuse the line with a number changed by $10^{-6}$.

# %%
# %load_ext infscale_sym
from sympy import Integral, Rational, cosh, exp, log, oo, pi, sin, sinh, sqrt

from infscale_sym.theory.averages import *
from infscale_sym.theory.scaling.rules import UseEquality

b = v_cross / v_rho
rest = v_tau - v_cross * b
prompts = (z, -oo, oo)
average = PairAverage(k, t, v_tau, v_cross, v_rho)
judge = sqrt(v_rho) * z
inner = SelectionError(k, t, sqrt(v_rho) * b * z, judge)
one_prompt = (b - 1 / (1 + t)) ** 2 * v_rho * z**2 + t / (1 + t)
margin = 1 - 2 * v_rho / ((1 + t) * (2 + t))
limit = 1 + v_tau - (1 + 2 * v_cross) / (1 + t) + v_rho / (1 + t) ** 2
e = ApproachExponent(t, v_rho)
warm = {t: 6.0, v_cross: 0.3, v_rho: 0.7}  # where the remainder of the average is measured

# %% [markdown]
# ## One prompt: an exact identity
#
# Let $W_i=w_i/(k\,\mathbb Ew)$ be the share of answer $i$, $w=e^{-(z+\rho)^2/2t}$, and $\ell=(z+\tau)^2$. The sum of the
# other shares has the expectation $1-1/k$; call it $1+Y$. By exchangeability, and because $\sum_i w_i/\sum_j w_j=1$,
#
# $$F_k-F_\infty=k\,\mathbb E\left[\frac{(\ell_1-F_\infty)\,W_1}{W_1+1+Y}\right],\qquad
# \mathbb E\big[(\ell-F_\infty)\,W\big]=0 ,$$
#
# where the second equation says that $F_\infty$ is the mean of $\ell$ tilted by $w$. Expand in $W_1+Y$: the first
# term vanishes, the next is $-k\,\mathbb E[(\ell-F_\infty)W^2]=O(1/k)$, and what follows is $O(1/k^2)$. So
#
# $$F_k=F_\infty+\frac{c_1}k+O(k^{-2}),\qquad
# c_1=\frac{\mathbb E w^2}{(\mathbb E w)^2}\big(F_\infty(t)-F_\infty(t/2)\big).$$
#
# The remainder is at most a polynomial in $\tau,\rho$ times
# $k^{-2}\big(\mathbb E w^3/(\mathbb E w)^3+(\mathbb E w^2)^2/(\mathbb E w)^4\big)$ as long as the sum is not far below its
# expectation, which is exponentially rare in a power of $k$ for $\rho^2<2(1-\delta)(1+t)^2\ln k$.
#
# ## Average and expansion may be exchanged
#
# That bound grows as an exponential of $\rho^2$, because $\mathbb E w^p/(\mathbb E w)^p\propto e^{\Lambda_p\rho^2/2}$ with
# $\Lambda_p=p(p-1)/((1+t)(p+t))$. Over $\rho\sim N(0,v_\rho)$ it has a finite average iff $v_\rho\Lambda_p<1$. The third
# moment decides, $6v_\rho<(1+t)(3+t)$ (the square of the second asks for less). Offsets beyond
# $\rho^2=2(1-\delta)(1+t)^2\ln k$ have the probability $k^{-(1-\delta)(1+t)^2/v_\rho}$, less than $k^{-2}$ then, and cannot
# add more than that times $O(\ln k)$. So the average may be taken term by term.

# %% tags=["derives:averaged.infinite-k"]

zeroth = Derivation("averaged.infinite-k", average)
zeroth.claim(
    rest + LineAverage(k, t, b, v_rho),
    UseEquality("averaged.finite-temperature"),
    "what the judge cannot know about the teacher adds its variance",
)

# %% tags=["derives:averaged.infinite-k"]
zeroth.claim(rest + Integral(normal_density(z) * inner, prompts), Unfold(LineAverage), "the average over rho")

# %% tags=["derives:averaged.infinite-k"]
zeroth.claim(
    rest + Integral(normal_density(z) * one_prompt, prompts),
    ManyAnswers(0, warm, (1e3, 1e7)),
    "the limit for each prompt; the bound on the remainder has a finite average",
    hypotheses=["2 v_rho < (1+t)(2+t): the average of E w^2/(E w)^2 is finite", "t > 0"],
    remainder=1 / k,
)

# %% tags=["derives:averaged.infinite-k"]
zeroth.claim(limit, GaussianMoments(margin), "E z^2 = 1")
zeroth.conclude()

# %% [markdown]
# The term in $1/k$ carries $\mathbb E w^2/(\mathbb E w)^2$, an exponential of $\rho^2$.

# %% tags=["derives:averaged.first-correction"]
growth = v_rho * z**2 / ((1 + t) * (2 + t))
factor = 1 + (2 * b - (4 + 3 * t) / ((1 + t) * (2 + t))) * v_rho * z**2
term = sqrt(t) / (2 + t) ** Rational(3, 2) * factor * exp(growth)

first = Derivation("averaged.first-correction", average)
first.claim(rest + LineAverage(k, t, b, v_rho), UseEquality("averaged.finite-temperature"), "as before")
first.claim(rest + Integral(normal_density(z) * inner, prompts), Unfold(LineAverage), "as before")
first.claim(
    rest + Integral(normal_density(z) * (one_prompt + term / k), prompts),
    ManyAnswers(1, warm, (1e2, 1e4)),
    "limit and first correction for each prompt; the bound on the remainder has a finite average",
    hypotheses=["6 v_rho < (1+t)(3+t): the average of E w^3/(E w)^3 is finite", "t > 0"],
    remainder=k**-2,
)

# %% tags=["derives:averaged.first-correction"]
c1 = sqrt(t) / (2 + t) ** Rational(3, 2) * (1 + 2 * v_cross - 3 * v_rho / (1 + t))
first.claim(
    limit + c1 / margin ** Rational(3, 2) / k,
    GaussianMoments(margin),
    "E exp(m z^2) = (1-2m)^(-1/2), E z^2 exp(m z^2) = (1-2m)^(-3/2)",
    hypotheses=["2 v_rho < (1+t)(2+t)"],
)
first.conclude()

# %% [markdown]
# At large $k$ more answers help on average iff $1+2v_{\tau\rho}>3v_\rho/(1+t)$, whatever $v_\tau$.
#
# The coefficient grows without bound as $2v_\rho\to(1+t)(2+t)$. Beyond, the average of the second moment is infinite
# while $\mathbb E F_k$ is finite for every $k$: the exchange is not allowed, and the law is another one.
#
# ## Which moment is still finite
#
# Let $1+\varepsilon$ be the order of the moment whose average diverges. It is a quadratic equation.

# %% tags=["derives:averaged.slow-approach.exponent"]
order = Derivation("averaged.slow-approach.exponent", e)
order.claim(e.unfold(), Definition(ApproachExponent), "E exp(g rho^2/2) over N(0, v) diverges at g = 1/v")

# %% tags=["derives:averaged.slow-approach.exponent"]
order.claim(
    ZeroOf(1 / v_rho - varepsilon * (1 + varepsilon) / ((1 + t) * (1 + t + varepsilon)), varepsilon),
    MomentsOfTheWeight(),
    "E w^p = (t/(t+p))^(1/2) exp(-p rho^2/(2(t+p)))",
)

# %% tags=["derives:averaged.slow-approach.exponent"]
c = (1 + t) / v_rho
order.claim((c - 1 + sqrt((1 + c) ** 2 + 4 * t * c)) / 2, PositiveZero(), "quadratic in epsilon")
order.conclude()

# %% [markdown]
# So $v_\rho=(1+t)(1+t+\varepsilon)/(\varepsilon(1+\varepsilon))$. It is $\varepsilon=1$ at $2v_\rho=(1+t)(2+t)$, and
# $\varepsilon\to1/v_\rho$ as $t\to0$. A finite moment of order $1+\varepsilon'$, $\varepsilon'<\varepsilon\le1$, bounds the
# average of $F_k-F_\infty$ by a constant times $k^{-\varepsilon'}$ (von Bahr and Esseen's inequality for the sum of
# weights). That the exponent is indeed reached, and with which factor, is the rest of this page.
#
# ## One draw dominates
#
# Take $\rho$ as large as $(2x\ln k)^{1/2}$. Prompts like this have the probability $k^{-x/v_\rho}$. Among their answers
# one may be so close to the judge's that its weight rivals the sum of all others; a second one like this is rarer by a
# further power of $k$. So keep $W_1$ in the exact identity and put $Y$ to its expectation. With
# $\mathbb E[(\ell-F_\infty)W]=0$,
#
# $$F_k-F_\infty\simeq k\,\mathbb E\left[(F_\infty-\ell)\,\frac{W^2}{1+W}\right].$$
#
# The error of this is bounded by the same expectation with $|F_\infty-\ell|$, times $\mathbb E\min(|Y|,1)$, which for
# $x<(1+t)^2$ is a negative power of $k$. For $x>(1+t)^2$ the choice freezes on the nearest answer, as in the random energy
# model, and the limit is not reached at all; that costs $k^{-(1+t)^2/v_\rho}$, less than $k^{-\varepsilon}$.

# %% tags=["derives:averaged.slow-approach"]
slow = Derivation("averaged.slow-approach", ScaledApproach(log_k, t, v_cross, v_rho))
scale = exp(e * log_k) / sqrt(log_k)
slow.claim(
    scale * (LineAverage(exp(log_k), t, b, v_rho) - (b - 1 / (1 + t)) ** 2 * v_rho - t / (1 + t)),
    Definition(ScaledApproach),
    "the excess over the limit, times k^epsilon/(ln k)^(1/2)",
)

# %% tags=["derives:averaged.slow-approach"]
W = sqrt(1 + 1 / t) * exp(rho**2 / (2 * (1 + t)) - (z + rho) ** 2 / (2 * t) - log_k)
advantage = (b - 1 / (1 + t)) ** 2 * rho**2 + t / (1 + t) - (z + b * rho) ** 2
densities = normal_density(z) * normal_density(rho / sqrt(v_rho)) / sqrt(v_rho)
slow.claim(
    scale * Integral(exp(log_k) * advantage * W**2 / (1 + W) * densities, (z, -oo, oo), (rho, -oo, oo)),
    DominantWeight(W),
    "the sum of the other weights at its expectation",
    hypotheses=[
        "2 v_rho > (1+t)(2+t), t > 0",
        "the relative error is O(k^-d), d > 0: a second dominant draw",
    ],
)

# %% [markdown]
# The two Gaussians and the share are exponentials of quadratic forms. In the coordinates in which $W$ is constant on
# hyperbolas, $\rho=\sqrt{2(1+t)}\,S\cosh\psi$ and $z+\rho=\sqrt{2t}\,S\sinh\psi$, one variable is $\eta=\ln W$ itself.

# %% tags=["derives:averaged.slow-approach"]
shift = log(1 + 1 / t) / 2
S2 = log_k + eta - shift
spread = (sqrt(1 + t) * cosh(psi) - sqrt(t) * sinh(psi)) ** 2 + (1 + t) * cosh(psi) ** 2 / v_rho
gain = 2 * (1 + t) * ((b - 1 / (1 + t)) * cosh(psi)) ** 2 - 2 * (sqrt(t) * sinh(psi) - (1 - b) * sqrt(1 + t) * cosh(psi)) ** 2
outer = scale * sqrt(t * (1 + t) / v_rho) / pi
reach = ((psi, -oo, oo), (eta, shift - log_k, oo))
share = exp(log_k + 2 * eta) / (1 + exp(eta))
slow.claim(
    outer * Integral(share * exp(-S2 * spread) * (S2 * gain + t / (1 + t)), *reach),
    HyperbolicCoordinates(),
    "the part of the plane that is left out adds O(1/k)",
)

# %% [markdown]
# **The exponent appears.** The square of the hyperbolic functions is completed. Its least value is
# $1+\varepsilon$, the order of the moment above: no other exponent has to be put in.

# %% tags=["derives:averaged.slow-approach"]
bend = ((1 + t + e) * sinh(psi) - sqrt(t * (1 + t)) * cosh(psi)) ** 2 / (1 + t + e)
slow.claim(
    outer * Integral(share * exp(-S2 * (1 + e + bend)) * (S2 * gain + t / (1 + t)), *reach),
    AlgebraInExponent(),
    "complete the square",
)

# %% [markdown]
# **Laplace's method** in the angle, at the minimum $\tanh\psi=\sqrt{t(1+t)}/(1+t+\varepsilon)$. What is left over $\eta$
# is $\int e^{(1-\varepsilon)\eta}/(1+e^\eta)\,d\eta=\pi/\sin\pi\varepsilon$; it converges because $0<\varepsilon<1$.

# %% tags=["derives:averaged.slow-approach"]
size = (1 + e) ** 2 + t * (1 + 2 * e)
gap = (b - 1 / (1 + t)) ** 2 - (b - (1 + e) / (1 + t + e)) ** 2
slow.claim(
    2
    * sqrt(pi * t * (1 + t) / v_rho)
    * (1 + t)
    * (1 + t + e) ** Rational(5, 2)
    / size ** Rational(3, 2)
    * (1 + 1 / t) ** ((1 + e) / 2)
    / sin(pi * e)
    * gap,
    LaplaceInAngle(bend, gain, sqrt(t * (1 + t)) / (1 + t + e)),
    "S^2 = ln k + O(1); Gaussian in the angle",
    remainder=1 / log_k,
)

# %% tags=["derives:averaged.slow-approach"]
slow.claim(
    2
    * sqrt(pi * (1 + e))
    * (t * e) ** Rational(3, 2)
    * (1 + t + e)
    * (1 + 1 / t) ** ((1 + e) / 2)
    / size ** Rational(3, 2)
    / sin(pi * e)
    * (2 * b - 1 / (1 + t) - (1 + e) / (1 + t + e)),
    AlgebraInExponent(),
    "v_rho expressed by epsilon",
)
slow.conclude()

# %% [markdown]
# In words: for $2v_\rho>(1+t)(2+t)$ the averaged error approaches its limit as $C\,k^{-\varepsilon}\sqrt{\ln k}$,
# from above iff $2v_{\tau\rho}/v_\rho>\frac1{1+t}+\frac{1+\varepsilon}{1+t+\varepsilon}$. The hard prompts are those with
# $\rho^2=2\cosh^2\!\psi\,(1+t)\ln k$, not the typical ones.
#
# ## At the boundary
#
# Let $2v_\rho=(1+t)(2+t)$, so $\varepsilon=1$ and the factor $\pi/\sin\pi\varepsilon$ of the last law is infinite. Up to
# the edge where one draw dominates, the growth of $\mathbb Ew^2/(\mathbb Ew)^2$ now exactly undoes the tail of $\rho$.
# Prompts add in proportion to $\rho^2\,d\rho$, the size of what is gained, and the edge lies at $|\rho|\propto\sqrt{\ln
# k}$. So expect $(\ln k)^{3/2}/k$. The one-draw integral starts as before, over the whole plane; write $D=4+3t$.

# %% tags=["derives:averaged.marginal-approach"]
marginal = Derivation("averaged.marginal-approach", MarginalApproach(log_k, t, v_cross))
at_boundary = (1 + t) * (2 + t) / 2
b_there = v_cross / at_boundary
scale_there = exp(log_k) / log_k ** Rational(3, 2)
limit_there = (b_there - 1 / (1 + t)) ** 2 * at_boundary + t / (1 + t)
marginal.claim(
    scale_there * (LineAverage(exp(log_k), t, b_there, at_boundary) - limit_there),
    Definition(MarginalApproach),
    "the excess over the limit, times k/(ln k)^(3/2)",
)

# %% tags=["derives:averaged.marginal-approach"]
one_share = sqrt(1 + 1 / t) * exp(rho**2 / (2 * (1 + t)) - (z + rho) ** 2 / (2 * t) - log_k)
gained = (b_there - 1 / (1 + t)) ** 2 * rho**2 + t / (1 + t) - (z + b_there * rho) ** 2
both_densities = normal_density(z) * normal_density(rho / sqrt(at_boundary)) / sqrt(at_boundary)
plane = ((z, -oo, oo), (rho, -oo, oo))
marginal.claim(
    scale_there * Integral(exp(log_k) * gained * one_share**2 / (1 + one_share) * both_densities, *plane),
    DominantWeight(one_share, ((2.0, 2.7, 6.0), (1.5, -2.2, 4.375)), (1e3, 1e6)),
    "the sum of the other weights at its expectation",
    hypotheses=["t > 0", "the relative error is O(k^-d), d > 0: a second dominant draw"],
)

# %% [markdown]
# **A boost.** $\ln W+\text{const}$ is $X^2-Y^2$ in $X=\rho/\sqrt{2(1+t)}$, $Y=(z+\rho)/\sqrt{2t}$. Two more Gaussians
# go with $W^2$, and together the three exponents are $-(2+t)(Y-mX)^2$ with $m=\sqrt{t(1+t)}/(2+t)<1$: nothing falls in
# the other direction. A Lorentz transformation with velocity $m$ keeps $X^2-Y^2$ and makes that direction an axis, $x$;
# the other axis is scaled to a standard normal variable.

# %% tags=["derives:averaged.marginal-approach"]
D = 4 + 3 * t
H = 4 * v_cross - D
velocity = sqrt(t * (1 + t)) / (2 + t)
rapid = (2 + t) / sqrt(D)  # (1 - velocity^2)^(-1/2)
u_axis = sqrt((2 + t) / (2 * D)) * z
X, Y = rapid * (x + velocity * u_axis), rapid * (u_axis + velocity * x)
change = BoostedCoordinates(sqrt(2 * t) * Y - sqrt(2 * (1 + t)) * X, sqrt(2 * (1 + t)) * X)

level = log_k - log(1 + 1 / t) / 2 + (2 + t) / (2 * D) * z**2
inside = 2 * H / D * x**2 + 1 - 8 * (1 + t) * v_cross / D**2 * z**2
front = 2 * sqrt(2 * t / (pi * D)) / log_k ** Rational(3, 2)
marginal.claim(
    front * Integral(normal_density(z) * inside / (1 + exp(x**2 - level)), (x, 0, oo), prompts),
    change,
    "even in x once averaged over both signs; the tail of rho is gone",
)

# %% [markdown]
# What remains under the average over $z$ is a Fermi function with $\ln k$ as its chemical potential. Its levels
# are filled up to $x^2=\ln k+O(1)$, and Sommerfeld's correction is of the relative size $1/\ln^2k$.

# %% tags=["derives:averaged.marginal-approach"]
filled = 2 * H / (3 * D) * level + 1 - 8 * (1 + t) * v_cross / D**2 * z**2
marginal.claim(
    front * Integral(normal_density(z) * filled * sqrt(level), prompts),
    FilledLevels(),
    "int x^(2n)/(1 + exp(x^2 - m)) dx = m^(n+1/2)/(2n+1)",
    remainder=log_k**-2,
)

# %% tags=["derives:averaged.marginal-approach"]
correction = 2 * (2 + t) - (2 + 3 * t) * H / D - H * log(1 + 1 / t)
marginal.claim(
    sqrt(2 * t / pi) / D ** Rational(3, 2) * (4 * H / 3 + correction / log_k),
    FarFromTheEdge(),
    "E z^2 = 1",
    remainder=log_k**-2,
)
marginal.conclude()

# %% [markdown]
# So at the boundary
#
# $$\mathbb EF_k-\mathbb EF_\infty=\frac43\sqrt{\frac{2t}\pi}\;\frac{4v_{\tau\rho}-4-3t}{(4+3t)^{3/2}}\;
# \frac{(\ln k)^{3/2}}k\left(1+O\Big(\frac1{\ln k}\Big)\right),$$
#
# from above iff $4v_{\tau\rho}>4+3t$. The power $3/2$ is one more than on the slow side: there one edge decides, here
# everything below it.
#
# ## At a glance
#
# Left: the exponent over the plane. Right: the local slope of the exact average, $-d\ln|\mathbb E F_k-\mathbb E
# F_\infty|/d\ln k$, up to $k=10^{16}$ (lines), then of the integral over one draw (dashed); triangles mark $\varepsilon$.
# The slopes drift by about $1/(2\ln k)$, because of the factor $\sqrt{\ln k}$: one decade of data cannot tell
# $k^{-\varepsilon}$ from its neighbours.

# %% tags=["figure"]
from infscale_sym.theory.averages.limit_figures import exponent_map

exponent_map(t=1.0, spreads=(1.0, 6.0, 12.0))

# %% [markdown]
# ## The step that is an approximation, against the exact average
#
# The one-draw integral is the only step whose error is a *small* power of $k$. Its ratio to the exact average (float64,
# judge = teacher, $t=1$) tends to one slowly, and more slowly the wider the judge's offset is spread.

# %% tags=["numbers"]
from itertools import pairwise

from infscale_sym.theory.averages.limit_figures import one_draw_against_exact

ratios = one_draw_against_exact(1.0, 1.0, (4.0, 6.0, 12.0), (1e2, 1e4, 1e6, 1e8, 1e10, 1e12))
print("        k " + "".join(f"   v = {v:<6g}" for v in ratios))
for row, count in enumerate((1e2, 1e4, 1e6, 1e8, 1e10, 1e12)):
    print(f"{count:10.0e}" + "".join(f"{column[row]:11.4f} " for column in ratios.values()))
for column in ratios.values():
    assert all(one > two > 1 for one, two in pairwise(column))

# %% [markdown]
# ## Numbers to take along
#
# The constant against the double sum over the dominant draw, at $\ln k=10^{12}$; the law at the boundary with its first
# correction, at $\ln k=10^{10}$, beside the exact average at $k=10^6$; and the averaged coefficient of $1/k$ against the
# exact average by two values of $k$ (mpmath).

# %% tags=["numbers"]
import mpmath
import numpy as np

from infscale_sym import formula
from infscale_sym.theory.averages.limit_values import approach_exponent, scaled_approach_mp
from infscale_sym.theory.regression.values.gaussian_pair_exact import pair_average_mp

for point in ((1, 6, 6), (2, "2.7", 9), ("1.5", "-2.2", "5.5")):
    claimed = formula("averaged.slow-approach").rhs.mp("1e12", *point, digits=20)
    got = scaled_approach_mp("1e12", *point, digits=15)
    exponent = approach_exponent(float(point[0]), float(point[2]))
    print(f"t = {point[0]}, v_rho = {point[2]}: epsilon = {exponent:.6f}, C = {mpmath.nstr(claimed, 12)}")
    assert abs(got / claimed - 1) < 1e-11

from infscale_sym.theory.averages.marginal_values import marginal_approach, marginal_approach_mp

for point in ((1, "2.5"), (2, "-0.7")):
    claimed = formula("averaged.marginal-approach").rhs.mp("1e10", *point, digits=25)
    got = marginal_approach_mp("1e10", *point, digits=25)
    exact = float(marginal_approach(np.log(1e6), float(point[0]), float(point[1])))
    print(f"boundary, t = {point[0]}, v_cross = {point[1]}: {mpmath.nstr(claimed, 12)} at ln k = 1e10, {exact:.6f} at k = 1e6")
    assert abs(got / claimed - 1) < 1e-18

moments = (6, "0.5", "0.3", "0.7")
both = formula("averaged.first-correction").rhs
for count in (1000, 4000):
    exact = pair_average_mp(count, *moments, digits=14)
    off = exact - both.mp(count, *moments, digits=20)
    base = formula("averaged.infinite-k").rhs.mp(count, *moments, digits=20)
    print(f"k = {count}: k (E F_k - limit) = {mpmath.nstr(count * (exact - base), 9)}", end="  ")
    print(f"k^2 times the remainder = {mpmath.nstr(off * count**2, 5)}")
