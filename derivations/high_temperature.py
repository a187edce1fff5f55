# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # High temperature
#
# Of $k$ answers, answer $i$ is kept with probability proportional to $e^{r_i/T}$, $r_i$ the judge's reward. When the
# temperature is high the rewards hardly matter, and the error is that of one answer plus small corrections in powers of
# $1/T$. Halder & Pehlevan (arXiv:2512.19905, Result 2) give the first two; the code that comes with the paper adds a
# third. This page derives all three from the definition, exactly in $k$. The first two come out as printed. The third
# does not: the printed one has the wrong dependence on $k$, and vanishes at $k=2$ and $k=3$ where the true one does not.
#
# Every displayed line is checked when it is made, and its check must refuse the line with a number changed by $10^{-6}$.

# %%
# %load_ext infscale_sym
from sympy import exp, factorial

from infscale_sym.theory.high_temperature import *

C1 = 1 + 2 * rho * tau
C2 = 1 + 2 * rho * tau + rho**2
C3 = 1 + 2 * rho * (tau + rho)
tilt = exp(-penalty / t)


def taylor(cumulant, order):
    """The series of the tilted mean in 1/t: cumulant(n) stands for the joint cumulant of one loss and n penalties."""
    return sum((-1) ** n * cumulant(n) / (factorial(n) * t**n) for n in range(order + 1))

# %% [markdown]
# ## The chosen answer's error is a tilted mean
#
# Answer $i$ has the squared error $\ell_i=(z_i+\tau)^2$ in units of $s^2$, and the judge's reward for it is
# $-s^2(z_i+\rho)^2$. With $T=2s^2t$ its weight is $w_i=e^{-g_i/t}$, $g_i=(z_i+\rho)^2/2$.

# %% tags=["derives:hte.second"]
second = Derivation("hte.second", SelectionError(k, t, tau, rho))
second.claim(softmax_average(), DefinitionOfSampling(), "weights proportional to exp(reward/T)")

# %% [markdown]
# Write $\langle f\rangle=\frac1k\sum_i f_i$ for the mean over the $k$ answers drawn. The error is a mean of $\ell$ tilted
# by $-g/t$.

# %% tags=["derives:hte.second"]
second.claim(
    Expectation(SampleMean(loss * tilt) / SampleMean(tilt)),
    WeightedMean(),
    "w_i = exp(-g_i/t); numerator and denominator divided by k",
)

# %% [markdown]
# ## Its expansion consists of cumulants
#
# A tilted mean is a derivative of a cumulant generating function,
# $\langle \ell e^{-g/t}\rangle/\langle e^{-g/t}\rangle=\partial_s\ln\langle e^{s\ell-g/t}\rangle\big|_{s=0}$, so its
# Taylor coefficients in $-1/t$ are joint cumulants of one $\ell$ and $n$ times $g$, over $n!$. They are those of the
# *drawn* answers, with weights $1/k$; call them $\hat c_{1,n}$. The check does not use this argument: it divides the two
# power series.
#
# **How large is what is left out?** The derivative of order $N+1$ in $1/t$ is, up to its sign, a tilted cumulant of $N+2$
# variables. A joint cumulant of bounded variables is at most a number $b_{N+2}$ times the product of their bounds
# (add up the partitions), so Lagrange's remainder is at most
# $\frac{b_{N+2}}{(N+1)!}\max_i\ell_i\,(\max_i g_i)^{N+1}\,t^{-N-1}$, at *every* $t>0$, with no condition on the draws. Its
# expectation is finite for every $k$: all moments of a normal variable are.

# %%
print("b_4 =", largest_joint_cumulant(4), "  b_5 =", largest_joint_cumulant(5))

# %% tags=["derives:hte.second"]
second.claim(
    Expectation(taylor(lambda n: SampleCumulant(1, n), 2)),
    ExpandInOneOverT(2),
    "in 1/t at fixed draws; then the expectation",
    hypotheses=[
        ("b_4 = 26 bounds joint cumulants of 4 variables", lambda: largest_joint_cumulant(4) == 26),
        "the expectation of max l (max g)^3 is finite",
    ],
    remainder=t**-3,
)

# %% tags=["derives:hte.second"]
second.claim(
    Expectation(taylor(lambda n: SampleCumulant(1, n).unfold(), 2)),
    Unfold(SampleCumulant),
    "joint cumulants as sums over partitions",
)

# %% [markdown]
# ## The expectation, exactly in $k$
#
# The means are over the same $k$ draws, so products of them are not independent. A product of $p$ means is a sum over $p$
# indices; those that coincide must be taken together. With $m$ different indices there are $k(k-1)\cdots(k-m+1)$ choices.
# For two means:

# %%
mean_of_product(((1, 0), (0, 1)))

# %% [markdown]
# Times $k^p$ the expectation is a polynomial in $k$ of degree $p$ that vanishes at $k=0$, so agreement at $k=1,\dots,p$,
# where all draws can be written out, proves it for every $k$. That is the check. Up to here nothing was used of the law of
# the answers. In terms of the joint cumulants $c_{a,b}$ of *one* answer:

# %% tags=["derives:hte.second"]
second.claim(
    JointCumulant(1, 0) - (1 - 1 / k) * JointCumulant(1, 1) / t + (1 - 1 / k) * (1 - 2 / k) * JointCumulant(1, 2) / (2 * t**2),
    AverageOverDraws(),
    "coincidences among the indices; independent draws",
    hypotheses=["k is a whole number (at real k the digits of the ledger confirm the same line)"],
)

# %% [markdown]
# These are the factors that turn second and third sample moments into unbiased estimates. Last, the normal law:

# %%
for a, b in ((1, 0), (1, 1), (0, 2), (1, 2), (1, 3)):
    print(f"c_({a},{b}) =", normal_cumulant(a, b))

# %% tags=["derives:hte.second"]
second.claim(
    1 + tau**2 - (1 - 1 / k) * C1 / t + (1 - 1 / k) * (1 - 2 / k) * C2 / t**2,
    NormalCumulants(),
    "z is standard normal",
)
second.conclude()

# %% [markdown]
# This is HP Result 2, now with the order of what is left out. It is read like this: selection helps at first order if
# $1+2\rho\tau>0$, and fully only for many answers; the second order is a penalty for trusting the judge.
#
# ## The third term
#
# The same argument, one order further. The fourth-order cumulant is where the pattern $(1-\frac1k)(1-\frac2k)\cdots$ breaks.

# %% tags=["derives:hte.third.corrected"]
third = Derivation("hte.third.corrected", SelectionError(k, t, tau, rho))
third.claim(softmax_average(), DefinitionOfSampling(), "as before")
third.claim(Expectation(SampleMean(loss * tilt) / SampleMean(tilt)), WeightedMean(), "as before")
third.claim(
    Expectation(taylor(lambda n: SampleCumulant(1, n), 3)),
    ExpandInOneOverT(3),
    "in 1/t at fixed draws; then the expectation",
    hypotheses=[
        (
            "b_5 = 150 bounds joint cumulants of 5 variables",
            lambda: largest_joint_cumulant(5) == 150,
        ),
        "the expectation of max l (max g)^4 is finite",
    ],
    remainder=t**-4,
)

# %% tags=["derives:hte.third.corrected"]
third.claim(
    Expectation(taylor(lambda n: SampleCumulant(1, n).unfold(), 3)),
    Unfold(SampleCumulant),
    "joint cumulants as sums over partitions",
)

# %% [markdown]
# In expectation a sample cumulant of order four is not a multiple of the true one. Two pairs of coinciding indices
# contribute as well, and leave a product of two covariances: $c_{1,1}c_{0,2}$, with three ways to pair $\ell$ with a $g$,
# and a factor that falls only as $1/k$.

# %% tags=["derives:hte.third.corrected"]
mixed = (1 - 6 / k + 6 / k**2) * JointCumulant(1, 3) - 6 / k * JointCumulant(1, 1) * JointCumulant(0, 2)
third.claim(
    JointCumulant(1, 0)
    - (1 - 1 / k) * JointCumulant(1, 1) / t
    + (1 - 1 / k) * (1 - 2 / k) * JointCumulant(1, 2) / (2 * t**2)
    - (1 - 1 / k) * mixed / (6 * t**3),
    AverageOverDraws(),
    "coincidences among the indices; independent draws",
    hypotheses=["k is a whole number (at real k the digits of the ledger confirm the same line)"],
)

# %% tags=["derives:hte.third.corrected"]
third.claim(
    1
    + tau**2
    - (1 - 1 / k) * C1 / t
    + (1 - 1 / k) * (1 - 2 / k) * C2 / t**2
    - (1 - 1 / k) * ((1 - 6 / k + 6 / k**2) * C3 - C1 * (1 + 2 * rho**2) / (2 * k)) / t**3,
    NormalCumulants(),
    "z is standard normal",
)
third.conclude()

# %% [markdown]
# ## Two ends that need no cumulants
#
# **Infinitely many answers.** The means become expectations, and completing the square gives the limit in closed form.
# Its expansion in $1/t$ must be the limit $k\to\infty$ of the above.

# %% tags=["numbers"]
from sympy import Symbol, expand, integrate, log, oo, series, simplify

from infscale_sym import formula
from infscale_sym.notation.operators import normal_density
from infscale_sym.theory.selection.notation import z

warm = Symbol("t", positive=True)
weight = exp(-((z + rho) ** 2) / (2 * warm)) * normal_density(z)
centre = -rho / (1 + warm)
around = expand(log(weight.subs(z, z + centre) / weight.subs(z, centre)), force=True)
assert simplify(around + (1 + 1 / warm) * z**2 / 2) == 0  # the square is complete
width = Symbol("w", positive=True)
moments = [integrate(z**n * exp(-(z**2) / (2 * width)), (z, -oo, oo)) for n in range(3)]
square = expand((z + centre + tau) ** 2)
mean = sum(square.coeff(z, n) * moments[n] / moments[0] for n in range(3))
limit = simplify(mean.subs(width, 1 / (1 + 1 / warm)))
small = Symbol("x", positive=True)
tail = series(limit.subs(warm, 1 / small), small, 0, 4).removeO()
claim = formula("hte.third.corrected").statement.rhs
assert expand(tail - claim.limit(k, oo).subs(t, 1 / small)) == 0
limit

# %% [markdown]
# **Two answers.** Here the error is $\frac{\ell_1+\ell_2}2-\frac{\ell_1-\ell_2}2\tanh\frac{g_1-g_2}{2t}$: odd in $1/t$ apart
# from its first term. So even orders vanish and the third does not:

# %% tags=["numbers"]
at_two = expand(claim.subs(k, 2))
printed = formula("hte.third.printed").statement.rhs
assert at_two.coeff(t, -2) == 0
print("order 3 at k = 2:", at_two.coeff(t, -3), "  printed:", expand(printed.subs(k, 2)).coeff(t, -3))

# %% [markdown]
# ## The printed third term against the exact error
#
# HP-code continues with $-(1-\frac1k)(1-\frac2k)(1-\frac3k)C_3/t^3$. The referee is the exact $F$, by quadrature to 40
# digits at $t=10^9$: $(F-\text{second order})\,t^3$ is the coefficient up to $O(10^{-9})$.

# %% tags=["numbers"]
import mpmath

from infscale_sym import selection_error

offsets = ("1", "0.7")  # tau, rho
print("   k         printed       derived       exact F")
for count in (1, 2, 3, 4, 5, 10, 100, 10**12):
    row = []
    with mpmath.workdps(60):
        heat = mpmath.mpf(10) ** 9
        below = formula("hte.second").rhs.mp(count, 10**9, *offsets, digits=55)
        for id in ("hte.third.printed", "hte.third.corrected"):
            row.append((formula(id).rhs.mp(count, 10**9, *offsets, digits=55) - below) * heat**3)
        row.append((selection_error.mp(count, 10**9, *offsets, digits=40) - below) * heat**3)
        gap = abs(row[1] - row[2])
    name = f"{count:>4}" if count < 10**12 else "1e12"
    print(name, *(f"{float(v if abs(v) > 1e-15 else 0):13.8f}" for v in row))
    assert gap < 1e-7, (count, row)
    assert count in (1, 10**12) or abs(row[0] - row[2]) > 0.05  # the printed one is off

# %% [markdown]
# The printed term is right for one answer and for infinitely many. In between it has the wrong size and, over a wide
# range, the wrong sign. The simulator, which knows nothing of either, sides with the derivation:

# %% tags=["figure"]
from infscale_sym.theory.high_temperature.figures_second_order import third_term

third_term(tau=1.0, rho=0.7, seed=7)

# %% [markdown]
# ## Where it may be trusted
#
# The coefficients grow with $\rho$: $C_2$ as $\rho^2$, so the second *term* is smaller than the first only for
# $t\gg1+\rho^2+|\rho\tau|$. That is the safe condition, and for questions about the terms (which $k$ or $t$ is best) the one
# that counts. For the *error* itself it asks too much: a constant in $g$ drops out of the weights, and the penalties of
# different answers differ by about $|\rho|$, not $\rho^2$. How high must $t$ be for 1 %? Measured over eight numbers of
# answers from 2 to $10^8$, $|\tau|\le4$, $|\rho|\le36$:

# %% tags=["numbers"]
import numpy as np

from infscale_sym.theory.high_temperature.figures_second_order import rule_of_thumb

constants = rule_of_thumb(
    ("hte.second", "hte.third.corrected"),
    0.01,
    k=(2, 3, 5, 10, 30, 100, 1e4, 1e8),
    t=np.logspace(-0.5, 2.7, 97),
    tau=(0, 0.5, 1, 2, 4),
    rho=np.sinh(np.linspace(-4.3, 4.3, 31)),
)
for name, words in (("terms", "1 + rho^2 + |rho tau|"), ("spread", "1 + |rho|")):
    print(f"within 1 %: t > {constants[name][0]:.2g} ({words}) at second order,", end=" ")
    print(f"t > {constants[name][1]:.2g} ({words}) at third")
    assert 4 < constants[name][0] < 4.6
    assert 2.6 < constants[name][1] < 3.1

# %% [markdown]
# The two scales have the same constant, since the worst case is $\rho=0$, where they agree. The map shows how much room
# the second one (dashed) saves. Thin dark-to-light ridges are sign changes of the error, not accuracy.

# %% tags=["figure"]
from infscale_sym.theory.high_temperature.figures_second_order import trust_map

trust_map(tau=1.0, k=10, constants=constants)

# %% [markdown]
# ## The authors' own figure
#
# Halder & Pehlevan's code draws this at $n=10^4$, $d=10$, $S=1$, $\sigma=10^{-4}$, $\gamma=10^{-3}$, teacher weights
# $N(0,2^2)$, $T=20\sigma^2$ (that is $t\approx10$), and judges $y_R=y_T-c\,(m-y_T)$, so that $\rho=(1+c)\tau$. The points
# are simulated end to end, with two standard errors over training sets; the lines are the average of the exact $F$ over
# prompts, with one teacher drawn once, and no other input. The second order is up to 1.6 % off, and its error grows with
# $k$ where the exact curve has turned flat; at $c=15$ it predicts a rise that is many times too strong.

# %% tags=["figure"]
from infscale_sym.theory.high_temperature.figures_second_order import authors_finite_temperature

authors_finite_temperature(training_sets=60, prompts=15_000, seed=5)

# %% [markdown]
# ## Numbers to take along
#
# At $t=10^{18}$ the second order agrees with the exact $F$ (quadrature on two meshes, mpmath) to more than 50 digits; what is
# left, times $t^3$, is the corrected third coefficient.

# %% tags=["numbers"]
for count, teacher, judge in ((2, "0.5", "-1.5"), (7, "1.2", "0.8")):
    with mpmath.workdps(90):
        heat = mpmath.mpf(10) ** 18
        exact = selection_error.mp(count, 10**18, teacher, judge, digits=80)
        gap = exact - formula("hte.second").rhs.mp(count, 10**18, teacher, judge, digits=85)
        wanted = formula("hte.third.corrected").rhs.mp(count, 1, teacher, judge, digits=60)
        wanted -= formula("hte.second").rhs.mp(count, 1, teacher, judge, digits=60)
        print(f"k = {count}: F = {mpmath.nstr(exact, 20)}  (F - second order) t^3 =", end=" ")
        print(f"{mpmath.nstr(gap * heat**3, 15)}  derived {mpmath.nstr(wanted, 15)}")
        assert abs(gap) < mpmath.mpf(10) ** -52
        assert abs(gap * heat**3 / wanted - 1) < 1e-16
