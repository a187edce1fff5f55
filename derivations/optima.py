# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How many answers, at which temperature, with which judge?
#
# More answers do not always help: a judge that misleads is followed the better, the more answers it can choose from.
# Halder & Pehlevan (arXiv:2512.19905, Remarks 2-4) read off three optima from the high-temperature expansion
#
# $$F_k \approx 1+\tau^2-\Big(1-\tfrac1k\Big)\frac{C_1}{t}+\Big(1-\tfrac1k\Big)\Big(1-\tfrac2k\Big)\frac{C_2}{t^2},
# \qquad C_1=1+2\rho\tau,\quad C_2=C_1+\rho^2,$$
#
# in units $s=1$ (`hte.second`). This page derives them, says where they hold, corrects one, and compares all of them with
# the optima of the exact error.
#
# **Where can such an optimum hold?** The first term wants large $t$ to be right, the optimum balances it against the second,
# which takes $t\sim C_2/C_1$; and the expansion may be truncated there only if that is large against $1+\rho^2$. So the
# statements are about a judge that *tells little*: $C_1=1/h$, $h\to\infty$ at fixed $\rho$, that is
# $\tau=(1/h-1)/(2\rho)$. Then $C_2/C_1=\rho^2h+1$, and only its growing part can be right or wrong: every correction is
# $O(1)$.

# %%
# %load_ext infscale_sym
from fractions import Fraction

from sympy import sqrt

from infscale_sym.theory.optima import *

dull = (1 / h - 1) / (2 * rho)  # the teacher's offset at which 1 + 2 rho tau = 1/h
select = 1 - 1 / k  # one answer selects nothing
SOME = {rho: (Fraction(-9, 10), Fraction(7, 10), Fraction(6, 5)), k: (Fraction(7, 2), 4, 6)}
SOME |= {y: (Fraction(3, 2), Fraction(5, 2)), vartheta: (Fraction(1, 4), Fraction(1, 2))}

# %% [markdown]
# ## The best number of answers
#
# **Definition.** $k_*$ is the real $k\ge1$ at which the exact error is least. The temperature is measured in units of the
# printed threshold, $t=3\vartheta\rho^2h$.

# %% tags=["derives:finite-k.optimum.corrected"]
warm = 3 * vartheta * rho**2 * h
number = Derivation("finite-k.optimum.corrected", OptimalNumber(warm, dull, rho))
number.claim(
    ArgMin(SelectionError(k, warm, dull, rho), k),
    Unfold(OptimalNumber),
    "the k with the least error",
)

# %% [markdown]
# **Expansion.** Put in `hte.second`. What does not depend on $k$ does not matter, and what does starts at the order $h^{-2}$:
# both terms, $C_1/t$ and $C_2/t^2$, are of that order. The rest is $O(h^{-3})$, which is measured on the exact error.

# %% tags=["derives:finite-k.optimum.corrected"]
leading = -select / (3 * vartheta * rho**2) + select * (1 - 2 / k) / (9 * vartheta**2 * rho**2)
number.claim(
    ArgMin(leading, k),
    LeadingTerm("hte.second", h, h**-2, h**-3, SOME),
    "constants and positive factors do not move the place",
    hypotheses=[
        "hte.second holds with one constant for all k >= 1: its terms are polynomials in 1/k"
    ],
)

# %% [markdown]
# **Stationary point.** A parabola in $1/k$. Its lowest point is at $1/k=\tfrac34(1-\vartheta)$; the curvature does not vanish
# there, so a relative correction $O(1/h)$ of the objective moves it by $O(1/h)$. This, too, is measured.

# %% tags=["derives:finite-k.optimum.corrected"]
number.claim(
    4 / (3 * (1 - vartheta)),
    StationaryPoint(number.start, h, 1 / h, SOME),
    "a parabola in 1/k",
    hypotheses=["vartheta < 1"],
    remainder=1 / h,
)
number.conclude()

# %% [markdown]
# In the paper's letters: $k_*=4/(3-tC_1/C_2)=\tfrac43\,t_c/(t_c-t)$ with $t_c=3C_2/C_1$. Never below $4/3$: at high
# temperature one more answer always helps a little before it hurts. The print has $k_*\approx2t_*/(t_*-t)$. Both readings of
# $t_*$ fail, against the exact optimum:

# %% tags=["numbers"]
from infscale_sym.theory.optima.values.exact import optimal_number_mp

for share in (Fraction(1, 4), Fraction(1, 2), Fraction(3, 5)):
    judge, big = Fraction(6, 5), 10**9
    exact = optimal_number_mp(
        3 * share * judge**2 * big, (Fraction(1, big) - 1) / (2 * judge), judge, 12
    )
    s = float(share)
    threshold, best, corrected = 2 / (1 - s), 4 / (2 - 3 * s), 4 / (3 * (1 - s))
    print(f"t = {s:4} t_c:  exact k* = {float(exact):.9f}   corrected {corrected:.9f}", end="   ")
    print(f"printed, t* = threshold {threshold:.4f}, t* = best temperature {best:.4f}")
    assert abs(float(exact) / corrected - 1) < 1e-8
    assert min(threshold, best) > 1.19 * float(exact)

# %% [markdown]
# Where does the printed expression come from? It is the next section's optimum, $t=2(1-2/k)C_2/C_1$, solved for $k$. That is
# the number of answers for which the given temperature is the best one, not the best number of answers at the given
# temperature: on the surface $F(k,t)$ one is the ridge seen along $t$, the other along $k$.
#
# ## The threshold
#
# **Definition.** At large $k$, $F_k=F_\infty+c_1/k+\dots$; the error rises if $c_1<0$. The critical temperature is where
# $c_1$ changes its sign; the unit of temperature is $h$.

# %% tags=["derives:finite-k.threshold"]
threshold = Derivation("finite-k.threshold", CriticalTemperature(dull, rho))
threshold.claim(
    ZeroOf(InverseCoefficient(SelectionError(k, t, dull, rho), k), t),
    Unfold(CriticalTemperature),
    "where the coefficient of 1/k changes its sign",
)

# %% tags=["derives:finite-k.threshold"]
threshold.claim(
    h * ZeroOf(InverseCoefficient(SelectionError(k, h * y, dull, rho), k), y),
    MeasureIn(y, h),
    "temperature in units of h",
)

# %% [markdown]
# **Expansion.** In `hte.second` the coefficient of $1/k$ is $C_1/t-3C_2/t^2$. It is compared with the exact one, which is read
# off from $F_k$ at $k=10^{37}$.

# %% tags=["derives:finite-k.threshold"]
from infscale_sym.theory.optima.values.exact import inverse_coefficient_mp


def coefficient(at, digits):
    hard = Fraction(at[h])
    return inverse_coefficient_mp(
        hard * at[y], (1 / hard - 1) / (2 * at[rho]), at[rho], digits=digits
    )


threshold.claim(
    h * ZeroOf(1 / y - 3 * rho**2 / y**2, y),
    LeadingTerm("hte.second", h, h**-2, h**-3, SOME, exact=coefficient),
    "the coefficient of 1/k, to leading order",
    hypotheses=["hte.second holds uniformly in k, so that its coefficient of 1/k is that of F"],
)

# %% tags=["derives:finite-k.threshold"]
threshold.claim(
    3 * rho**2 * h,
    StationaryPoint(threshold.start, h, h**0, SOME),
    "one zero",
    remainder=h**0,
)
threshold.conclude()

# %% [markdown]
# The print has $3C_2/C_1=3\rho^2h+3$. The constant is off: exactly, the error rises at large $k$ if and only if
# $\rho^2(4+3t)>(1+2\rho\tau)(1+t)(2+t)$, whose boundary is $3\rho^2h-\tfrac53+\dots$, lower by $14/3$. Here it is from $F_k$ at
# huge $k$, with no use of that criterion:

# %% tags=["numbers"]
from infscale_sym.theory.optima.values.exact import critical_temperature_mp

for judge in (Fraction(7, 10), Fraction(6, 5)):
    big = 10**6
    exact = critical_temperature_mp((Fraction(1, big) - 1) / (2 * judge), judge, 20)
    constant = float(exact - 3 * big * float(judge) ** 2)
    print(
        f"rho = {float(judge)}:  t_c - 3 rho^2 h = {constant:.6f}  (exact criterion: -5/3; printed: +3)"
    )
    assert abs(constant + 5 / 3) < 1e-4

# %% [markdown]
# ## The best temperature

# %% tags=["derives:temperature.optimum"]
heat = Derivation("temperature.optimum", OptimalTemperature(k, dull, rho))
heat.claim(
    ArgMin(SelectionError(k, t, dull, rho), t),
    Unfold(OptimalTemperature),
    "the t with the least error",
)
heat.claim(
    h * ArgMin(SelectionError(k, h * y, dull, rho), y), MeasureIn(y, h), "temperature in units of h"
)

# %% tags=["derives:temperature.optimum"]
heat.claim(
    h * ArgMin(-select / y + select * (1 - 2 / k) * rho**2 / y**2, y),
    LeadingTerm("hte.second", h, h**-2, h**-3, SOME),
    "the leading term that depends on the temperature",
    hypotheses=[
        "k > 2: for k <= 2 the second term does not rise, and no optimum of this scale exists"
    ],
)
heat.claim(
    2 * (1 - 2 / k) * rho**2 * h,
    StationaryPoint(heat.start, h, h**0, SOME),
    "a parabola in 1/y",
    remainder=h**0,
)
heat.conclude()

# %% [markdown]
# So `temperature.optimum` is right as an asymptotic statement for $k>2$; at $k=2$, where it gives zero, the third order takes
# over and the best temperature grows like $\rho\sqrt{3h}$. How large must $h$ be? The map shows how far the printed
# $2(1-2/k)C_2/C_1$ is from the exact best temperature, at two values of the teacher's offset.

# %% tags=["figure"]
from infscale_sym.theory.optima.figures import temperature_map

temperature_map()

# %% [markdown]
# ## The best judge
#
# At high temperature the judge's preference is blurred, and an exaggerated judge makes up for it. With
# $\tau=\omega/\sqrt t$ the best offset is of the order $\rho\sim\sqrt t$; then $\rho^2/t$ stays finite, but it is a common
# factor of all weights, and what counts, $\rho z/t$ and $z^2/t$, is small.

# %% tags=["derives:reward.optimum"]
judge_ = Derivation("reward.optimum", OptimalJudge(k, t, omega / sqrt(t)))
judge_.claim(
    ArgMin(SelectionError(k, t, omega / sqrt(t), rho), rho),
    Unfold(OptimalJudge),
    "the judge with the least error",
)
judge_.claim(
    sqrt(t) * ArgMin(SelectionError(k, t, omega / sqrt(t), sqrt(t) * y), y),
    MeasureIn(y, sqrt(t)),
    "offset in units of sqrt(t)",
    hypotheses=[
        "omega > 0; a judge on the other side of the prediction does worse, as F grows with -2 rho tau"
    ],
)

# %% tags=["derives:reward.optimum"]
judge_.claim(
    sqrt(t) * ArgMin(-select * 2 * omega * y + select * (1 - 2 / k) * y**2, y),
    LeadingTerm("hte.second", t, 1 / t, t**-2, SOME, at=("1e3", "1e5")),
    "the leading term that depends on the judge",
    hypotheses=[
        "the terms beyond hte.second are O(1/t^2) also for rho of the order sqrt(t) (measured)"
    ],
)
judge_.claim(
    omega * sqrt(t) * k / (k - 2),
    StationaryPoint(judge_.start, t, 1 / sqrt(t), SOME),
    "a parabola in y",
    hypotheses=["k > 2"],
    remainder=1 / sqrt(t),
)
judge_.conclude()

# %% [markdown]
# In HP-code's family $\Delta_R=(1+c)\Delta_T$ the best $c=\rho_*/\tau-1$ is about $tk/(k-2)-2$; as $k\to\infty$ exactly $t$.
# The exact best $c$ for a few $k$ (solid) against the expansion's (dashed): they meet at large $t$ where $\tau\sqrt t$ stays
# moderate (left). Where the teacher is far out and the answers are few (right) the optimum jumps to infinity (triangles): from
# there on a judge who only says "as far to that side as possible" is the best of the family.

# %% tags=["figure"]
from infscale_sym.theory.optima.figures import best_judge

best_judge(taus=(0.1, 0.7))

# %% [markdown]
# ## The whole plane
#
# The exact error knows no large parameter. At fixed $\tau$ each point $(t,\rho)$ has its best number of answers: infinite
# (white), finite (coloured), or one. The solid line is the exact condition for the error to rise at large $k$, the dashed
# one the printed threshold.

# %% tags=["figure"]
from infscale_sym.theory.optima.figures import phase_diagram

phase_diagram(taus=(0.4, 1.2))

# %% [markdown]
# ## With proof, at finite $k$
#
# Finding an optimum is one thing, proving that no other place is better is another. Three facts do it for every temperature.
#
# *Cold.* An answer at distance $r=|z+\rho|$ from the judge's has on average the error $D^2+G(r)$, $D=\tau-\rho$,
# $G=r^2+2Dr\tanh\rho r$, and its weight depends on $r$ alone. The slope of $G$ over $r^2$ is least at $r=0$ (if $D\rho<0$),
# where it is $1+2\rho D$. If that is not negative, $G$ rises, and so does its softmax mean with $t$: $t=0$ is best. If it is
# negative, pairs of answers next to the judge's decide, as their density in $r^2$ is $\varphi(\rho)^2/rr'$:
#
# $$F_k(t)-F_k(0)\simeq\tfrac{\pi^2}{3}k(k-1)\,\varphi(\rho)^2\,\big[1+2\rho(\tau-\rho)\big]\,t^2\ln\tfrac1t .$$
#
# So *best-of-$k$ is the best temperature if and only if* $1+2\rho(\tau-\rho)\ge0$, at every $k\ge2$: the boundary that
# infinitely many answers have (`temperature.optimum-infinite-k`) does not move with $k$. Just beyond it the best $t$ is
# exponentially small.
#
# *Hot.* In $b=1/t$ the slope starts at $-(1-\frac1k)(1+2\rho\tau)$ and the curvature is bounded, whatever $k$: beyond a known
# $t_1$ the error is monotone.
#
# *Between.* $F$ is analytic in $\ln t$, with a closed bound: a Chebyshev interpolant through balls has a proven error, and so
# have its derivatives. Where they have a sign $F$ rises, falls or is convex; one convex basin is left.

# %% tags=["numbers"]
from infscale_sym.theory.optima.values.enclosure import (
    enclose_optimal_judge,
    enclose_optimal_number,
    enclose_optimal_temperature,
)
from infscale_sym.theory.optima.values.exact import optimal_judge_mp, optimal_temperature_mp

certified = [
    ("k = 20, tau = -0.2, rho = 1.2", "t*  ", enclose_optimal_temperature(20, "-0.2", "1.2", 12)),
    ("k = 5, tau = -1, rho = 1", "t*  ", enclose_optimal_temperature(5, -1, 1)),
    ("k = 3, tau = 0.5, rho = 1", "t*  ", enclose_optimal_temperature(3, "0.5", 1)),
    ("k = 8, t = 20, tau = 0.1", "rho*", enclose_optimal_judge(8, 20, "0.1", 12)),
    ("t = 30, tau = -0.4, rho = 1.2", "k*  ", enclose_optimal_number(30, "-0.4", "1.2")),
    ("t = 0, tau = 0.9, rho = 1.1", "k*  ", enclose_optimal_number(0, "0.9", "1.1")),
]
for where, what, best in certified:
    print(f"{where:30} {what} = {float(best.place):<14.11g} F = {float(best.error.mid()):.12f}\n    {best.proof}")
warm, far = certified[0][2].place, certified[3][2].place
assert abs(float(optimal_temperature_mp(20, "-0.2", "1.2", 14)) - float(warm.mid())) < 1e-11
assert abs(float(optimal_judge_mp(8, 20, "0.1", 14)) - float(far.mid())) < 1e-11
assert warm.rad() < 1e-10
assert far.rad() < 1e-10

# %% [markdown]
# ## Numbers to take along
#
# Exact optima at moderate parameters, by two evaluators that share no code: float64 (Laplace tables, Chebyshev panels) and
# ball arithmetic (derivatives under the integral, two meshes that agree to the digits asked for).

# %% tags=["numbers"]
from infscale_sym.theory.optima.values import exact as optima_exact
from infscale_sym.theory.optima.values import numeric as optima

rows = [
    (
        "k*",
        optima.optimal_number(30.0, -0.4, 1.2),
        optima_exact.optimal_number_mp(30, "-0.4", "1.2", 20),
    ),
    (
        "t*",
        optima.optimal_temperature(5, -0.4, 1.2),
        optima_exact.optimal_temperature_mp(5, "-0.4", "1.2", 20),
    ),
    ("rho*", optima.optimal_judge(8, 20.0, 0.1), optima_exact.optimal_judge_mp(8, 20, "0.1", 20)),
    (
        "t_c",
        optima.critical_temperature(-0.4, 1.2),
        optima_exact.critical_temperature_mp("-0.4", "1.2", 20),
    ),
]
for name, fast, exact in rows:
    print(f"{name:4} = {float(exact):.12g}   float64 {float(fast):.9g}")
    assert abs(float(fast) / float(exact) - 1) < 1e-8
