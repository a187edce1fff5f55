# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # When is best-of-k the best temperature?
#
# A judge picks one of $k$ answers by a softmax at temperature $t$. At $t=0$ it takes the answer nearest to its own. Is that
# the best it can do? Among infinitely many answers it is if $1+2\rho(\tau-\rho)\ge0$ (`temperature.optimum-infinite-k`).
# This page shows that the condition is the same for every $k\ge2$: **the boundary does not move with the number of
# answers.** It also computes what a little heat costs, $t^2\ln(1/t)$ with its constant.
#
# Everything is beyond the paper of Halder & Pehlevan (arXiv:2512.19905), in its model and in units $s=1$; $D=\tau-\rho$.

# %%
# %load_ext infscale_sym
from sympy import Rational

from infscale_sym.theory.zero_temperature import *

# %% [markdown]
# ## The slope in temperature
#
# Answer $i$ has the squared error $y_i$ and the squared distance $s_i=r_i^2$ from the judge's answer; its weight is
# $w_i=e^{-s_i/2t}$. The weighted mean of the errors has the slope $\mathrm{Cov}(y,s)/2t^2$ in $t$, and a covariance is a
# sum over pairs. Integrate it from $t=0$, where the mean is the error of the nearest answer.

# %% tags=["derives:temperature.zero.boundary"]
edge = Derivation("temperature.zero.boundary", SelectionError(k, 0, tau, rho))
edge.claim(
    SelectionError(k, t, tau, rho) - heating(error, t),
    Fluctuations(),
    "the slope in temperature, integrated",
    hypotheses=[
        "t > 0; as t -> 0 the weighted mean tends to the nearest answer's error, dominated by the largest"
    ],
)

# %% [markdown]
# **Signs.** The weights see the distance only. Given $r$, the answer lies on either side with the normal density there, and
# its error is on average $G(r)+D^2$, $G=r^2+2Dr\tanh\rho r$.

# %% tags=["derives:temperature.zero.boundary"]
edge.claim(
    SelectionError(k, t, tau, rho) - heating(mean_error, t),
    SignsInPairs(),
    "given the distances, the signs are independent of the weights",
)

# %% [markdown]
# **Order.** $G'=2r\,(1+2\rho D\,e)$ with $0\le e\le1$ (`monotone.close-judge`): if $1+2\rho D\ge0$, $G$ rises with $r$, and
# no pair contributes a negative term. So heat can only hurt.

# %% tags=["derives:temperature.zero.boundary"]
edge.claim(
    SelectionError(k, t, tau, rho),
    DropHeating(),
    "no term of the sum over pairs is negative",
    hypotheses=["1 + 2 rho (tau - rho) >= 0"],
)
edge.conclude()

# %% [markdown]
# Only one thing was used about the normal law, the conditional mean $G$. The same line shows more: under the condition $F$
# *rises* with $t$ all the way to $1+\tau^2$.
#
# ## What a little heat costs
#
# And if $1+2\rho D<0$? Then the same pair sum, at small $t$, is negative. Heat exchanges answers whose squared distances
# differ by about $2t$. Near $r=0$ they abound: the density of $s$ there is $\varphi(\rho)/\sqrt s$, whose square has no
# integral. That is where a logarithm comes from.

# %% tags=["derives:temperature.zero.approach"]
cost = Derivation("temperature.zero.approach", ThermalExcess(k, 1 / coldness, tau, rho))
cost.claim(heating(error, 1 / coldness), Fluctuations(), "as before, beta = 1/t")
cost.claim(heating(mean_error, 1 / coldness), SignsInPairs(), "as before")

# %% [markdown]
# **Pairs.** With weight on two answers only, at squared distances that differ by $x$, the farther one is taken with the
# probability $1/(1+e^{x/2t})$. A third answer within reach is rarer by a factor $k\sqrt t$; if it is nearer than both, it
# takes all the weight; hence $S^{k-2}$. We put $x=2tv$.

# %% tags=["derives:temperature.zero.approach"]
cost.claim(
    two_answers(),
    OnlyPairs(),
    "the nearest answer changes place with the second",
    hypotheses=["k > 2: at k = 2 there is nothing but a pair, and the step is exact"],
    remainder=coldness ** Rational(-5, 2),
)

# %% [markdown]
# **Matching.** Up to an $R$ with $\sqrt t\ll R\ll1$ the densities are constant and $G=(1+2\rho D)\,r^2$; beyond $R$ the
# difference is small, $G(r')-G(r)=xG'/2r$. Each piece has its $\ln R$; the sum has none. What remains of the outer piece is
# its finite part, measured against $e^{-r^2}$:
#
# $$M=\int_0^\infty e^{-r^2}\Big\{S(r)^{k-2}
# \Big[\cosh^2\!\rho r+\tfrac Dr\big(\tfrac12\sinh2\rho r+\rho r\big)\Big]-1-2\rho D\Big\}\frac{dr}r .$$

# %% tags=["derives:temperature.zero.approach"]
cost.claim(
    fermi_integral(),
    LogarithmOfPairs(),
    "the pairs per unit of ln r are constant from t^(1/2) to 1",
    remainder=coldness ** Rational(-5, 2),
)

# %% tags=["derives:temperature.zero.approach"]
cost.claim(APPROACH.statement.rhs, FermiIntegrals(), "Mellin transform of 1/(1 + exp(v)) at 2, and its slope")
cost.conclude()

# %% [markdown]
# So at small $t$ the excess has the sign of $1+2\rho D$: best-of-$k$ is the best temperature **if and only if**
# $1+2\rho(\tau-\rho)\ge0$, whatever $k\ge2$. (On the line itself the logarithm is gone, and $M>0$.) With infinitely many
# answers the line is the same, though the law is not: $k\to\infty$ first, the error is linear in $t$ (`limit.infinite-k`).
#
# ## The line
#
# The best temperature of the exact error over the plane of both offsets, at two numbers of answers, and on the right the
# same along a line of teachers. Right of the black line it is zero, whatever $k$. (At $k=2$ there is white to the left of
# it too: there the best temperature is below $10^{-4}$, but not zero.)

# %% tags=["figure"]
from infscale_sym.theory.optima.figures import zero_temperature_boundary

zero_temperature_boundary(answers=(2, 50), judge=1.2)

# %% [markdown]
# Just beyond the line the best temperature is exponentially small: $t^2[g(\ln\frac1t+c)+2M]$ with $g=1+2\rho D<0$ is least
# at $\ln(1/t)=\frac12-c+2M/|g|$. Here are both, the exact one as a root of $dF/d\ln t$; and the excess itself, to see that
# what the law leaves out goes as $t^{5/2}$.

# %% tags=["numbers"]
import math

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.theory.optima.values.exact import optimal_temperature_mp
from infscale_sym.theory.optima.values.numeric import optimal_temperature
from infscale_sym.theory.zero_temperature.values import cold_pairs, thermal_excess, thermal_excess_mp, zeta_slope

c = -1 - 6 * zeta_slope(2) / math.pi**2
for answers, judge, level in ((2, 1.2, -0.3), (5, 1.0, -0.2), (2, 1.2, -0.2), (2, 1.2, -0.05)):
    teacher = judge + (level - 1) / (2 * judge)
    claim = math.exp(c - 0.5 + 2 * cold_pairs(answers, teacher, judge) / level)
    exact = float(optimal_temperature(answers, teacher, judge))
    print(f"k = {answers}, rho = {judge}, g = {level}:  best t = {exact:.9g}, from the law {claim:.9g}")
    assert abs(claim / exact - 1) < 2 * math.sqrt(exact) * answers
assert abs(optimal_temperature_mp(answers, teacher, judge, 14) / exact - 1) < 1e-12

print()
law = APPROACH.statement.rhs.subs({k: 3, tau: 1, rho: Rational(1, 2)})
law = numpy_function(law, [coldness])
for power in (4, 6, 8):
    beta = 10.0**power
    exact = float(thermal_excess_mp(3, f"1e-{power}", 1, "0.5", 12))
    gap = (exact - law(beta)) * beta**2.5
    print(f"t = 1e-{power}:  F(t) - F(0) = {exact:.10g}, less the law, over t^(5/2): {gap:.5f}")
assert abs(gap - 6.929) < 1e-2
assert abs(float(thermal_excess_mp(3, "1e-4", 1, "0.5", 12)) / thermal_excess(3, 1e-4, 1.0, 0.5) - 1) < 1e-6
