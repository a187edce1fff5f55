# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Best of $k$ with a judge that is not the teacher
#
# At temperature zero the judge's favourite is taken: of $k$ standard normal answers $z_i$ the one with the smallest distance
# $r=|z_i+\rho|$ from the judge's answer. Its error is $(z+\tau)^2$. With $D=\tau-\rho$ the plateau reached by infinitely many
# answers is $D^2$. How is it approached, from above or from below, and which finite $k$, if any, is better than infinitely
# many? (Setting: Halder & Pehlevan, arXiv:2512.19905; units $s=1$.)

# %%
# %load_ext infscale_sym
from fractions import Fraction

import mpmath
from sympy import (
    EulerGamma,
    Integer,
    Integral,
    Rational,
    Symbol,
    cosh,
    diff,
    exp,
    expand,
    log,
    oo,
    pi,
    series,
    simplify,
    sqrt,
    tanh,
    zeta,
)

from infscale_sym.evaluate.lambdify import to_mpf
from infscale_sym.theory.misspecified import *
from infscale_sym.theory.misspecified.notation import beyond as N
from infscale_sym.theory.misspecified.notation import closeness as Lambda
from infscale_sym.theory.misspecified.notation import exaggeration as c
from infscale_sym.theory.misspecified.values import answers_beyond_teacher_mp, distance_integral_mp, least_error_mp
from infscale_sym.theory.optima.values.frozen import frozen_optimal_number_mp

D = tau - rho
JUDGES = (Fraction(7, 10), Fraction(6, 5), Fraction(3, 2))
both = normal_density(r - rho) + normal_density(r + rho)  # density of the distance at r
others = exp((k - 1) * LogSurvival(r, rho))  # all others are farther
tail = exp(k * LogSurvival(r, rho))  # all are
slope = 2 * r + 2 * D * (tanh(rho * r) + rho * r / cosh(rho * r) ** 2)  # of the mean error at r

# %% [markdown]
# ## One integral over the distance
#
# **Definition.** The chosen answer is number 1 with $k$ times its density times the probability that the others are farther.

# %% tags=["derives:best-of-k.misspecified.distance"]
derivation = Derivation("best-of-k.misspecified.distance", SelectionError(k, 0, tau, rho))
derivation.claim(
    Integral(
        k
        * ((r + D) ** 2 * normal_density(r - rho) + (r - D) ** 2 * normal_density(r + rho))
        * others,
        (r, 0, oo),
    ),
    ClosestAnswer(),
    "the density of the chosen answer, at distance r on either side of the judge's",
)

# %% tags=["derives:best-of-k.misspecified.distance"]
sides = (r**2 + 2 * D * r) * normal_density(r - rho) + (r**2 - 2 * D * r) * normal_density(r + rho)
derivation.claim(
    D**2 + Integral(k * sides * others, (r, 0, oo)),
    Normalized(D**2),
    "the density of the chosen answer has mass one",
)

# %% [markdown]
# **Either side.** The choice sees the distance only. Given $r$, the answer is on the side of the student's mean more often
# than
# beyond: on average $z+\rho=r\tanh\rho r$.

# %% tags=["derives:best-of-k.misspecified.distance"]
derivation.claim(
    D**2 + Integral(k * (r**2 + 2 * D * r * tanh(rho * r)) * both * others, (r, 0, oo)),
    AverageOverSides(),
    "the mean error at distance r",
)

# %% [markdown]
# **By parts.** The density of the distance is $-\frac{d}{dr}S^k$.

# %% tags=["derives:best-of-k.misspecified.distance"]
derivation.claim(
    D**2 + Integral(slope * tail, (r, 0, oo)),
    ByParts(),
    "minus the slope of S^k times the mean error",
)
derivation.claim(D**2 + DistanceIntegral(k, tau, rho), DistanceByName(back=True), "by name")
derivation.conclude()

# %% [markdown]
# ## When is a finite $k$ best?
#
# Write $f(r)$ for the slope in the integrand. With $s=\rho r$ it is
# $f=2r\,\big[1+\rho D\,\big(\tfrac{\tanh s}{s}+\tfrac1{\cosh^2s}\big)\big]$, and the bracket behind $\rho D$ falls from 2
# at $s=0$
# to 0. So there are two cases and no third:
#
# - $1+2\rho D\ge0$: $f>0$ for all $r>0$. Then $F_k-D^2>0$ and $dF_k/dk=\int f\ln S\;S^k\,dr<0$ at **every** real $k$.
#   Infinitely many answers are best, and no finite $k$ is as good.
# - $1+2\rho D<0$: $f$ is negative up to one place and positive beyond. $dF_k/dk$ is a Laplace transform in $k$ (in the
#   variable $-\ln S$) of something with one change of sign, so by the variation-diminishing property it changes sign at
#   most once.
#   At large $k$ the plateau is reached from below (next section). So $F_k$ falls, is least at **one** finite $k_*$, and
#   rises;
#   or it rises from the first answer on.
#
# A finite best number of answers therefore exists **if and only if** $1+2\rho(\tau-\rho)<0$; no interior minimum can hide
# above
# the plateau. (`monotone.close-judge` has the first case for whole $k$ at every temperature.) The two facts about $f$, by
# SymPy:

# %% tags=["numbers"]
s = Symbol("s", positive=True)
bracket = tanh(s) / s + 1 / cosh(s) ** 2
assert simplify((slope - 2 * r * (1 + rho * D * bracket.subs(s, rho * r))).rewrite(exp)) == 0
falls = (s / cosh(s) ** 2 - tanh(s)) / s**2 - 2 * tanh(s) / cosh(s) ** 2  # both terms are negative
assert simplify(diff(bracket, s) - falls) == 0
assert simplify(diff(s - tanh(s) * cosh(s) ** 2, s) + 2 * cosh(s) ** 2 - 2) == 0  # s < sinh(s) cosh(s)
print("bracket at 0 and at infinity:", bracket.limit(s, 0), bracket.limit(s, oo))

# %% [markdown]
# The same bracket is at most 2. For a judge beyond the teacher ($\rho D<0$) that bounds the error from below by the error
# with
# the judge as teacher, $F_k(0;\rho,\rho)$:

# %% tags=["derives:best-of-k.misspecified.bound"]
bound = Derivation(
    "best-of-k.misspecified.bound", D**2 + (1 + 2 * rho * D) * SelectionError(k, 0, rho, rho)
)
bound.claim(
    D**2 + (1 + 2 * rho * D) * DistanceIntegral(k, rho, rho),
    InsertEqual("best-of-k.misspecified.distance"),
    "judge = teacher: no plateau",
)

# %% tags=["derives:best-of-k.misspecified.bound"]
bound.claim(
    D**2 + (1 + 2 * rho * D) * Integral(2 * r * tail, (r, 0, oo)),
    DistanceByName(),
    "D = 0: the slope is 2 r",
)

# %% tags=["derives:best-of-k.misspecified.bound"]
bound.claim(
    D**2 + Integral(slope * tail, (r, 0, oo)),
    TanhBound(),
    "2 s is at least tanh(s) + s/cosh(s)^2, and rho D is negative",
    hypotheses=["rho (rho - tau) > 0"],
)
bound.claim(D**2 + DistanceIntegral(k, tau, rho), DistanceByName(back=True), "by name")
bound.claim(
    SelectionError(k, 0, tau, rho),
    InsertEqual("best-of-k.misspecified.distance", back=True),
    "the registered equality, read backwards",
)
bound.conclude()

# %% [markdown]
# ## Every power of $1/k$
#
# Watson's lemma as for the judge who is the teacher, now on the distance integral: $r=w/kq$ with $q=2\varphi(\rho)$, the
# density
# of $|z+\rho|$ at zero. The slope is a series in odd powers of $r$, and $k\ln S=-w-\sum_{m\ge2}c_mw^mk^{1-m}$ has the
# coefficients of `best-of-k.all-orders`, at $\rho$.

# %% tags=["derives:best-of-k.misspecified.all-orders"]
w = Symbol("w", nonnegative=True)
ORDER = REGISTERED_ORDER
q = 2 * normal_density(rho)
at = w / (k * q)
levels = [e.subs(tau, rho) for e in log_survival_coefficients(ORDER - 1)]
exponent = [Integer(0)] + [-levels[m] * w ** (m + 1) for m in range(1, ORDER - 1)]  # of k^-m
powers = [Integer(1)]
for m in range(1, ORDER - 1):  # the exponential of a power series: E' = X' E
    powers.append(
        expand(sum(Rational(i, m) * exponent[i] * powers[m - i] for i in range(1, m + 1)))
    )

# %% tags=["derives:best-of-k.misspecified.all-orders"]
linear = series(r * tanh(rho * r), r, 0, ORDER + 1).removeO()  # even in r
mean = expand(r**2 + 2 * D * linear)
front = {n: n * mean.coeff(r, n) for n in range(2, ORDER + 1, 2)}  # of r^(n-1) in the slope
expanded = sum(
    expand(front[n] * powers[m]) * w ** (n - 1) / q**n / k ** (n + m)
    for n in front
    for m in range(ORDER - 1)
    if n + m <= ORDER
)

# %% tags=["derives:best-of-k.misspecified.all-orders"]
orders = Derivation("best-of-k.misspecified.all-orders", SelectionError(k, 0, tau, rho))
orders.claim(
    D**2 + DistanceIntegral(k, tau, rho), InsertEqual("best-of-k.misspecified.distance"), "above"
)
orders.claim(D**2 + Integral(slope * tail, (r, 0, oo)), DistanceByName(), "opened")
scaled = slope.subs(r, at) * exp(k * LogSurvival(at, rho)) / (k * q)
orders.claim(D**2 + Integral(scaled, (w, 0, oo)), InUnits(w, 1 / (k * q)), "r = w/(k q)")

# %% tags=["derives:best-of-k.misspecified.all-orders"]
watson = orders.claim(
    D**2 + Integral(expanded * exp(-w), (w, 0, oo)),
    ExpandInOneOverK(w, ORDER, k ** -(ORDER + 1), exact=best_of_k_exact, digits=95),
    f"expansion of the integrand to the order k^-{ORDER}; it starts at k^-2",
    hypotheses=["-ln S increases from zero with slope q > 0"],
    remainder=k ** -(ORDER + 1),
)
print(watson.evidence.detail)

# %% tags=["derives:best-of-k.misspecified.all-orders"]
orders.claim(
    misspecified_partial_sum(ORDER), GammaIntegrals(w), "each w^m exp(-w) integrates to m!"
)
orders.conclude()

# %% [markdown]
# The coefficients $B_m$ are those of `best-of-k.all-orders` with one derivative: $B_m=A_m(\rho)+D\,A_m'(\rho)$. The reason is
# short: the chosen answer minimises $(z+\rho)^2$, so the slope of the mean minimum in $\rho$ is twice the mean of $z+\rho$.
# The generator uses it; the derivation above did not. With judge = teacher, $D=0$, the known series comes back.

# %% tags=["numbers"]
known, new = best_of_k_coefficients(6), misspecified_coefficients(6)
for m, (a, b) in enumerate(zip(known, new, strict=True), start=2):
    at_judge = a.subs(tau, rho)
    assert expand(b - at_judge - D * diff(at_judge, rho)) == 0
    assert expand(b.subs(rho, tau) - a) == 0
    if m <= 4:
        print(f"B_{m} =", b)

# %% [markdown]
# **From above or from below?** $B_2$ has the sign of $1+2\rho D$, and so has $-B_3=3B_2$. On the boundary $1+2\rho D=0$ both
# vanish, and $B_4$ decides: it is positive. So the boundary belongs to the side where more answers never hurt, as the first
# case above says.

# %% tags=["derives:best-of-k.misspecified.tie"]
edge = rho - 1 / (2 * rho)
tie = Derivation("best-of-k.misspecified.tie", SelectionError(k, 0, edge, rho))


def on_edge(at, digits):
    judge = Fraction(at[rho])
    return best_of_k_exact({k: at[k], tau: judge - 1 / (2 * judge), rho: judge}, digits)


tie.claim(
    1 / (4 * rho**2) + 2 * pi**2 * rho**2 * exp(2 * rho**2) / k**4,
    TruncateSeries(k, k**-5, on_edge, {rho: JUDGES}, digits=80, id="best-of-k.misspecified.all-orders"),
    "the orders k^-2 and k^-3 vanish together",
    remainder=k**-5,
)
tie.conclude()

# %% [markdown]
# The figure shows $k^2(F_k-D^2)$ in units of $\pi e^{\rho^2}$: exact (lines), and the registered series (dots).

# %% tags=["figure"]
from infscale_sym.theory.misspecified.figures import approach

approach()

# %% [markdown]
# ## The best number becomes infinite
#
# Just beyond the boundary, $1+2\rho D=-1/\Lambda$ with large $\Lambda$, a small negative $B_2$ meets the positive $B_4$:
# $k$ is of the order $\sqrt\Lambda$, and both terms are of the order $\Lambda^{-2}$. The next order, $\Lambda^{-5/2}$, comes
# from $B_3$ and $B_5$.

# %% tags=["derives:best-of-k.misspecified.optimum-near"]
beside = rho - (1 + 1 / Lambda) / (2 * rho)
near = Derivation("best-of-k.misspecified.optimum-near", OptimalNumber(0, beside, rho))
near.claim(
    ArgMin(SelectionError(k, 0, beside, rho), k), Unfold(OptimalNumber), "the k with the least error"
)

# %% tags=["derives:best-of-k.misspecified.optimum-near"]
def beside_error(at, digits):
    judge, close = Fraction(at[rho]), Fraction(at[Lambda])
    teacher = judge - (1 + 1 / close) / (2 * judge)
    with mpmath.workdps(digits + 30):
        count = to_mpf(at[unit_symbol]) * mpmath.sqrt(int(close))
        return distance_integral_mp(count, teacher, judge, digits) + to_mpf((teacher - judge) ** 2)



falling = -pi * exp(rho**2) / Lambda * (1 / k**2 - 3 / k**3)
rising = 2 * pi**2 * rho**2 * exp(2 * rho**2) * (1 / k**4 - 10 / k**5)
near.claim(
    ArgMin(falling + rising, k),
    LeadingObjective(
        Lambda,
        Lambda**-3,
        beside_error,
        {rho: JUDGES, unit_symbol: (Fraction(5, 2), 3, 4)},
        at=("1e8", "1e12"),
        digits=60,
        id="best-of-k.misspecified.all-orders",
    ),
    "the orders Lambda^-2 and Lambda^(-5/2) at k of the order Lambda^(1/2)",
)

# %% tags=["derives:best-of-k.misspecified.optimum-near"]
near.claim(
    2 * rho * exp(rho**2 / 2) * sqrt(pi * Lambda) - 4,
    NewtonStep(
        Lambda,
        1 / sqrt(Lambda),
        lambda at, digits: frozen_optimal_number_mp(
            Fraction(at[rho]) - (1 + 1 / Fraction(at[Lambda])) / (2 * Fraction(at[rho])),
            Fraction(at[rho]),
            digits,
        ),
        {rho: JUDGES},
        at=("1e8", "1e12"),
        digits=24,
    ),
    "the one stationary point of that order; the -4 is the same for every judge",
    hypotheses=["rho > 0", "F has one minimum in k (above)"],
    remainder=1 / sqrt(Lambda),
)
near.conclude()

# %% [markdown]
# ## A judge far beyond the teacher
#
# Now $\tau\to\infty$ with the judge at $\rho=(1+c)\tau$, $c>0$ fixed (HP-code's family). In the standardised picture the
# teacher's
# answer is $\tau$ away from the student's mean and the judge's farther on the same side. Until $k$ reaches $e^{\rho^2/2}$ the
# judge picks the *largest* of $k$ answers, $M$, and $F=\mathbb E(M-\tau)^2$ up to terms exponentially small in $\tau^2$:
# the best
# $k$ lets the record land on the teacher. The natural number is $N=k\,P(z>\tau)$, how many answers are expected beyond the
# teacher's.

# %%
chosen = SelectionError(answers_for(N, tau), 0, tau, (1 + c) * tau)

# %% tags=["derives:best-of-k.misspecified.optimum-far"]
far = Derivation("best-of-k.misspecified.optimum-far", AnswersBeyondTeacher(tau, c))
far.claim(ArgMin(chosen, N), Unfold(AnswersBeyondTeacher), "the N with the least error")

# %% [markdown]
# **Gumbel's law and its correction.** $k\,P(z>M)$ is a standard exponential variable $x$. With $M=\tau+y/\tau$ the hazard
# of the
# normal tail, $h'=h(h-\tau)$, $h=\tau+1/\tau-\dots$, turns this into $y+(y+y^2/2)/\tau^2+\dots=w$ with $w=\ln(N/x)$. Hence
# $y^2=w^2-(2w^2+w^3)/\tau^2+O(\tau^{-4})$. The average may be taken term by term: beyond $|w|\sim\ln\tau$ the weight
# $e^{-x}dx$ is
# smaller than any power of $1/\tau$ on one side and $y^2$ times it on the other.

# %%
def far_error(at, digits):
    teacher, ratio = Fraction(at[tau]), Fraction(at[c])
    with mpmath.workdps(digits + 30):
        tail = mpmath.erfc(to_mpf(teacher) / mpmath.sqrt(2)) / 2
        count, judge = to_mpf(at[N]) / tail, (1 + ratio) * teacher
        return distance_integral_mp(count, teacher, judge, digits) + to_mpf((ratio * teacher) ** 2)


FAR = {c: (Fraction(1, 2), Fraction(3, 2)), N: (Fraction(2, 5), Fraction(4, 5))}
W = log(N / x)
record = Integral(exp(-x) * (W**2 / tau**2 - (2 * W**2 + W**3) / tau**4), (x, 0, oo))
gumbel = GumbelLimit(tau, tau**-6, far_error, FAR, at=("1e2", "1e4"), digits=45)

# %% tags=["derives:best-of-k.misspecified.optimum-far"]
far.claim(
    ArgMin(record, N),
    gumbel,
    "the record's law, to the order tau^-4",
    hypotheses=["c > 0: an answer beyond the judge is exponentially rare at k of this order"],
)

# %% [markdown]
# **Moments.** $\int_0^\infty e^{-x}(\ln x)^n\,dx=\Gamma^{(n)}(1)$: Euler's $\gamma_E$, $\pi^2/6$ and $\zeta(3)$.

# %%
shift = log(N) + EulerGamma  # the mean of w
second = shift**2 + pi**2 / 6
third = shift**3 + shift * pi**2 / 2 + 2 * zeta(3)
moments = second / tau**2 - (2 * second + third) / tau**4
best = exp(-EulerGamma) * (1 + pi**2 / (4 * tau**2))  # to be found

# %% tags=["derives:best-of-k.misspecified.optimum-far"]
far.claim(ArgMin(moments, N), LogGammaIntegrals(), "bias squared plus variance of the record")

# %% tags=["derives:best-of-k.misspecified.optimum-far"]
place = NewtonStep(
    tau,
    tau**-4,
    lambda at, digits: answers_beyond_teacher_mp(at[tau], at[c], digits),
    {c: FAR[c]},
    at=("1e2", "1e4"),
    digits=30,
)
far.claim(
    best,
    place,
    "the mean of the record lands on the teacher, nearly",
    hypotheses=["F has one minimum in k (above)"],
    remainder=tau**-4,
)
far.conclude()

# %% [markdown]
# So $k_*\approx e^{-\gamma_E}/P(z>\tau)\approx e^{-\gamma_E}\sqrt{2\pi}\,\tau\,e^{\tau^2/2}$, and $c$ does not matter. What
# is left at the
# best $k$ is the record's own spread, $\pi^2/6$ in units of $1/\tau^2$, while infinitely many answers leave $c^2\tau^2$.

# %% tags=["derives:best-of-k.misspecified.least-error"]
least = Derivation("best-of-k.misspecified.least-error", LeastError(tau, c))
least.claim(Minimum(chosen, N), Unfold(LeastError), "the least error over N")
least.claim(Minimum(record, N), gumbel, "as before")
least.claim(Minimum(moments, N), LogGammaIntegrals(), "as before")
least.claim(
    pi**2 / (6 * tau**2) - (pi**2 / 3 + 2 * zeta(3)) / tau**4,
    NewtonStep(
        tau,
        tau**-6,
        lambda at, digits: least_error_mp(at[tau], at[c], digits),
        {c: FAR[c]},
        at=("1e2", "1e4"),
        digits=40,
        place=best,
    ),
    "the objective at its stationary point",
    remainder=tau**-6,
)
least.conclude()

# %% [markdown]
# The exact numbers: how many answers lie beyond the teacher's at the best $k$ (left), and the error there against what
# infinitely
# many answers leave (right, dotted). The closer the judge, the later the law sets in: what is neglected is of the order
# $e^{-(\rho^2-\tau^2)/2}$.

# %% tags=["figure"]
from infscale_sym.theory.misspecified.figures import far_beyond

far_beyond()

# %% [markdown]
# ## The whole plane
#
# The best number of answers at temperature zero for every teacher and judge ($\rho>0$; the mirror image is the same). The
# black
# line is the exact boundary. For large $\rho$ the levels become vertical: how far beyond the teacher a judge is does not
# matter.

# %% tags=["figure"]
from infscale_sym.theory.misspecified.figures import best_number_map

best_number_map()

# %% [markdown]
# ## Numbers to take along
#
# The best number by float64 Laplace tables and by the distance integral to 20 digits (two evaluators that share no
# quadrature),
# at a moderate judge; then the two laws against the exact values.

# %% tags=["numbers"]
from infscale_sym.theory.optima.values.numeric import optimal_number

for teacher, judge in ((0.0, 1.0), (1.0, 2.0), (2.0, 4.0), (5.0, 9.5)):
    fast, exact = optimal_number(0.0, teacher, judge), frozen_optimal_number_mp(teacher, judge, 20)
    print(f"tau = {teacher}, rho = {judge}:  k* = {float(exact):.12g}   float64 {float(fast):.12g}")
    assert abs(float(fast / exact) - 1) < 1e-10

for close in (10**4, 10**8):
    teacher = 1 - (1 + Fraction(1, close)) / 2
    exact = frozen_optimal_number_mp(teacher, 1, 20)
    rest = float(exact - 2 * mpmath.exp(0.5) * mpmath.sqrt(mpmath.pi * close))
    print(f"rho = 1, Lambda = {close:.0e}:  k* = {float(exact):.9g}, less its leading term {rest:.6f}")
    assert abs(rest + 4) < 5 / close**0.5

for teacher in (10, 1000):
    number = float(answers_beyond_teacher_mp(teacher, "0.5", 15))
    law = float(mpmath.exp(-mpmath.euler) * (1 + mpmath.pi**2 / 4 / teacher**2))
    print(f"tau = {teacher}, rho = 1.5 tau:  N* = {number:.12f}   law {law:.12f}")
    assert abs(number - law) * teacher**4 < 6
