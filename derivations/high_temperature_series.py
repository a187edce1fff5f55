# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # High temperature to every order
#
# The notebook on high temperature derives three powers of $1/t$. This page has all of them: a generator that is exact in
# the number of answers $k$ and in the offsets $\tau$, $\rho$; the reason why the series diverges for every finite $k\ge2$
# that was looked at, with a proof at $k=2$; and what the best truncation is worth.
#
# Every displayed line is checked when it is made, and its check must refuse the line with a number changed by $10^{-6}$.

# %%
# %load_ext infscale_sym
from sympy import Abs, Rational, factorial, pi, sqrt

from infscale_sym.theory.high_temperature import *

half = Rational(1, 2)

# %% [markdown]
# ## A generator from the integral over $u$
#
# At fixed draws the softmax average is smooth in $1/t$ at $t=\infty$, and Lagrange's remainder of order $N$ is at most
# $\frac{b_{N+2}}{(N+1)!}\max_i\ell_i(\max_ig_i)^{N+1}t^{-N-1}$, with $b_n$ the number that bounds a joint cumulant of $n$
# variables. Its expectation is finite, so $F_k$ has a Taylor polynomial of every degree in $1/t$, with coefficients
# $a_n$. Nothing is said yet about how fast $b_N$ and the moments grow with $N$.

# %% tags=["derives:hte.all-orders"]
orders = Derivation("hte.all-orders", SelectionError(k, t, tau, rho))
orders.claim(
    sum(ExpansionCoefficient(n, k, tau, rho) / t**n for n in range(7)),
    TaylorAtInfinity(6),
    "Lagrange's remainder at fixed draws has a finite expectation",
    hypotheses=[
        ("b_8 = 94586 bounds joint cumulants of 8 variables", lambda: largest_joint_cumulant(8) == 94586),
        "k is a whole number (at real k the remainder is measured)",
    ],
    remainder=t**-7,
)

# %% [markdown]
# The coefficients follow from the integral form $F_k=k\int_0^\infty b(u)\,a(u)^{k-1}du$, which holds at real $k\ge1$ too.
# A constant may be taken from the penalty, so that $h=z^2/2+\rho z$ serves. With the Touchard polynomials
# $T_n(x)=\sum_iS(n,i)x^i$, the coefficients of $\exp(x(e^y-1))$,
#
# $$e^ua(u)=\sum_n\frac{(-1)^n}{n!\,t^n}\,\mathbb E[h^n]\,T_n(-u),\qquad
# e^ub(u)=\sum_n\frac{(-1)^n}{n!\,t^n}\,\mathbb E[(z+\tau)^2h^n]\,\frac{T_{n+1}(-u)}{-u}.$$
#
# The power $k-1$ of the first series is taken by a recurrence, and $k\int_0^\infty e^{-ku}u^m\,du=m!/k^m$. This is
# polynomial arithmetic: order 6 takes a few hundredths of a second, order 100 at given numbers half a second. The check
# below uses neither Touchard polynomials nor the recurrence: SymPy differentiates the integrand, and the power is a
# binomial series.

# %% tags=["derives:hte.all-orders"]
orders.claim(
    expansion_partial_sum(6),
    CoefficientsFromTheIntegral(),
    "the integrand expanded in 1/t and integrated over u",
)
orders.conclude()

# %% [markdown]
# Two factors are visible. $1-\frac1k$: one answer is kept at any temperature. $1-\frac2k$ at even orders: with two answers
# $F$ is odd in $1/t$ apart from its first term. For $n\ge1$ the coefficient $a_n$ is linear in $\tau$, and has the degree
# $n+1$ at most in $\tau$ and $\rho$ together, not $2n$. So it takes $t\gg1+|\rho|$ for the terms to fall from order to order;
# the condition $t\gg1+\rho^2+|\rho\tau|$ is sufficient and more than is needed.

# %% tags=["numbers"]
from sympy import Poly, expand

from infscale_sym import formula
from infscale_sym.theory.high_temperature.series import expansion_coefficients

print("order   terms   degree in (tau, rho)   value at k = 2, tau = rho = 0")
for n, a in enumerate(expansion_coefficients(8)):
    poly = Poly(expand(a), tau, rho)
    print(f"{n:5d} {len(expand(a).args):7d} {poly.total_degree():14d} {a.subs({k: 2, tau: 0, rho: 0})!s:>22}")
    assert poly.total_degree() <= max(n + 1, 2)
    assert poly.degree(tau) == (1 if n else 2)
assert expand(expansion_partial_sum(3) - formula("hte.third.corrected").statement.rhs) == 0

# %% [markdown]
# ## Many answers: the coefficients of a series that converges
#
# At a fixed order a coefficient is a polynomial in $1/k$. Its constant term is that of the quotient of two expectations,
# which is $F_\infty(t)=1+\tau^2-(1+2\rho\tau)v+\rho^2v^2$, $v=1/(1+t)$, with its only pole at $t=-1$. As a series in $1/t$
# that one converges for $t>1$.

# %% tags=["derives:hte.coefficients-many-answers"]
many = Derivation("hte.coefficients-many-answers", ExpansionCoefficient(j + 1, k, tau, rho))
many.claim(
    (-1) ** (j + 1) * (1 + 2 * rho * tau + j * rho**2),
    ManyAnswers(),
    "coinciding indices carry 1/k; then the geometric series of v and of its square",
    hypotheses=["j is fixed while k grows"],
    remainder=1 / k,
)
many.conclude()

# %% [markdown]
# ## Two answers: every coefficient
#
# Rotate two answers: $p=(z_1-z_2)/\sqrt2$ and $y=(z_1+z_2)/\sqrt2+\sqrt2\rho$ are independent, and the softmax average is
# $\frac{\ell_1+\ell_2}2-p\,\bigl(y+\sqrt2(\tau-\rho)\bigr)\tanh\frac{py}{2t}$. The coefficients of $\tanh$ are Bernoulli
# numbers, since $x\tanh x=x-\beta(2x)+\beta(4x)$ with $\beta(y)=y/(e^y-1)$.

# %% tags=["derives:hte.coefficients-two-answers"]
of_p, of_y = pair_integrals()
pair = Derivation("hte.coefficients-two-answers", ExpansionCoefficient(2 * j + 1, 2, tau, rho))
pair.claim(
    -2 * (4 ** (j + 1) - 1) * BernoulliNumber(2 * j + 2) / factorial(2 * j + 2) * of_p * of_y,
    TangentSeries(),
    "draw by draw; the first term left out bounds the rest and has a finite expectation",
)

# %% tags=["derives:hte.coefficients-two-answers"]
pair.claim(
    -2 * (4 ** (j + 1) - 1) * BernoulliNumber(2 * j + 2) / (2 ** (j + 1) * factorial(j + 1)) * of_y,
    EvenMoment(),
    "p is standard normal",
)

# %% tags=["derives:hte.coefficients-two-answers"]
even, odd = Laguerre(j + 1, -half, -(rho**2)), Laguerre(j, half, -(rho**2))
pair.claim(
    -2 * (4 ** (j + 1) - 1) * BernoulliNumber(2 * j + 2) * (even + rho * (tau - rho) / (j + 1) * odd),
    ShiftedMoments(),
    "y is normal with mean 2^(1/2) rho; the factorials cancel",
)
pair.conclude()

# %% [markdown]
# ## They outgrow every power
#
# $|B_{2n}|\approx2(2n)!/(2\pi)^{2n}$, and the Laguerre polynomials grow like $e^{2|\rho|\sqrt n}$. So the quotient of
# successive coefficients tends to infinity like $(2j/\pi)^2$: the series in $1/t$ diverges at *every* $t$. The quotient
# of two successive terms is one where $2j\approx\pi t$; that is where to stop.

# %% tags=["derives:hte.coefficients-growth"]
ratio = Derivation("hte.coefficients-growth", CoefficientRatio(j, tau, rho))
ratio.claim(CoefficientRatio(j, tau, rho).unfold(), Unfold(CoefficientRatio), "what is meant")


def registered(n):
    """The closed form of the coefficient of t^-(2n-1)."""
    moments = Laguerre(n, -half, -(rho**2)) + rho * (tau - rho) / n * Laguerre(n - 1, half, -(rho**2))
    return -2 * (4**n - 1) * BernoulliNumber(2 * n) * moments


ratio.claim(
    -registered(j + 1) / registered(j),
    RegisteredEquality("hte.coefficients-two-answers"),
    "the closed form above and below",
)

# %% tags=["derives:hte.coefficients-growth"]
ratio.claim(
    4 / pi**2 * (j**2 + Abs(rho) * j ** Rational(3, 2) + (1 + rho**2 / 2) * j),
    LargeOrder(CoefficientRatio(j, tau, rho)),
    "Euler's formula for Bernoulli's numbers; Stein's recurrence for the moments",
    hypotheses=["F does not change when both offsets change sign, so rho > 0; at rho = 0 the quotient is explicit"],
    remainder=sqrt(j),
)
ratio.conclude()

# %% [markdown]
# ## What a truncated series is worth
#
# With two answers and the teacher as judge one can say exactly how good each partial sum is, at every $t>0$. Here
# $\frac{\ell_1+\ell_2}2-py\tanh\frac{py}{2t}$ is averaged, and $x\tanh x$ lies between successive partial sums of its
# divergent series, at every $x$.

# %% tags=["derives:hte.truncation-two-answers"]
envelope = Derivation("hte.truncation-two-answers", TruncationError(2 * j + 1, 2, t, rho, rho))
envelope.claim(
    (-1) ** j * ExpansionCoefficient(2 * j + 3, 2, rho, rho) / t ** (2 * j + 3),
    Enveloped(),
    "every pole of tanh contributes an alternating remainder of the same sign",
    hypotheses=["p y tanh(p y/2t) >= 0 at every draw, since judge = teacher"],
)
envelope.conclude()

# %% [markdown]
# The best partial sum is the one before the smallest term. At $\tau=\rho=0$ the terms are
# $4\lambda(2n)\,[(2n-1)!!]^2\,\pi^{-2n}t^{1-2n}$, $\lambda(s)=\sum_{m\text{ odd}}m^{-s}$, and Stirling's formula puts the
# smallest near $2n=\pi t$ and makes it $8\,t\,e^{-\pi t}$. An alternating series stopped there is off by about half a term.

# %% tags=["numbers"]
import math

from infscale_sym.theory.high_temperature.figures import distances

print("  t   best order   pi t   smallest error   4 t exp(-pi t)   quotient")
for heat in (2, 4, 8, 16):
    errors = distances(2, heat, 4 * heat + 8)
    best = int(errors.argmin())
    wanted = 4 * heat * math.exp(-math.pi * heat)
    line = f"{heat:3d} {best:12d} {math.pi * heat:6.1f} {errors[best]:16.5e} {wanted:16.5e}"
    print(line, f"{errors[best] / wanted:10.4f}")
    assert abs(best - math.pi * heat) < 4
    assert abs(errors[best] / wanted - 1) < 0.8 / heat

# %% [markdown]
# ## More than two answers
#
# The same mechanism is at work for every finite $k$. As a function of $1/t$ the softmax average at fixed draws has poles
# where $\sum_ie^{-g_i/t}=0$, and a pole at distance $r$ from $0$ contributes $r^{-n}$ to $a_n$. The cheapest way, in
# probability, to bring one close is a single answer far out and the $k-1$ others where they usually are: then
# $e^{-(g_1-\bar g)/t}=-(k-1)$, so that $1/t=-w/(g_1-\bar g)$ with $w=\ln(k-1)\pm i\pi$. Averaging $(g_1-\bar g)^n$ gives
#
# $$a_n\approx4k\,\Bigl(\frac{k-1}k\Bigr)^{\frac{k-1}2}e^{-\frac{(k-1)\rho^2}{2k}}\;
# \mathbb E\Bigl[\Bigl(\frac{(z+\rho)^2}2\Bigr)^{n+1}\Bigr]\;\mathrm{Re}\,(-w)^{-n-1},\qquad|w|=\sqrt{\pi^2+\ln^2(k-1)}.$$
#
# This is a saddle-point argument, not a proof, and it is not registered: at $k=2$ it agrees with what is proved above, and
# at other $k$ the exact coefficients decide. The factor $\mathrm{Re}(\ldots)$ changes its sign irregularly, so the table
# shows both sides in units of its largest value.

# %% tags=["numbers"]
import mpmath

from infscale_sym.theory.high_temperature.figures import growth_law
from infscale_sym.theory.high_temperature.values import expansion_coefficients_exact, truncation_error_mp

print("   k   tau   rho     n   exact a_n    the law    difference")
for count, teacher, judge in ((2, "0", "0"), (3, "0", "0"), (3, "1", "0.5"), (8, "0", "0"), (8, "0.5", "0.5")):
    gaps = []
    for n in (31, 63, 95):
        law, size = growth_law(n, count, teacher, judge)
        a = expansion_coefficients_exact(95, count, teacher, judge)[n]
        with mpmath.workdps(30):
            exact = float(mpmath.mpf(int(a.p)) / int(a.q) / size)
            gaps.append(abs(exact - float(law / size)))
        print(f"{count:4d} {teacher:>5} {judge:>5} {n:5d} {exact:11.5f} {float(law / size):10.5f} {gaps[-1]:11.5f}")
    # 1/n where rho = 0, 1/n^(1/2) else
    assert gaps[-1] < (0.03 if judge == "0" else 0.15)

# %% [markdown]
# Read as a statement on truncation: the terms shrink up to the order $|w|\,t$, and at $\tau=\rho=0$ the smallest is about
# $4\sqrt2\,k\,(1-\frac1k)^{(k-1)/2}\,t\,e^{-|w|t}$. More answers push the divergence out, but slowly: $|w|$ is $3.2$ at
# $k=3$, $3.7$ at $k=8$, $14$ at $k=10^6$. At $k=\infty$ nothing is left of it, and the series converges for $t>1$.

# %% tags=["figure"]
from infscale_sym.theory.high_temperature.figures import truncation

truncation(temperatures=(2, 4, 8), answers=(2, 8), orders=44)

# %% [markdown]
# Dots: distance of the partial sums from the exact $F$, at $\tau=\rho=0$. Rings: the predicted best order $|w|\,t$ and the
# predicted smallest term, which the distance itself stays below by a factor of two or so. At $k=\infty$ the distance is
# $t^{-N}/(1+t)$ and falls for ever. At $t=2$ the best partial sum still leaves an error near $10^{-2}$; at $t=8$ it
# is below $10^{-9}$.

# %% [markdown]
# ## Numbers to take along
#
# At $t=10^8$ the sixth order agrees with the exact $F$ to more than 50 digits.

# %% tags=["numbers"]
for count, teacher, judge in ((2, "0.5", "-1.5"), (7, "1.2", "0.8"), ("2.5", "1.2", "0.8")):
    gap = truncation_error_mp(6, count, 10**8, teacher, judge, digits=75)
    seventh = expansion_coefficients_exact(7, count, teacher, judge)[7]
    with mpmath.workdps(30):
        left = gap * mpmath.mpf(10) ** 56
        wanted = abs(mpmath.mpf(int(seventh.p)) / int(seventh.q))
        print(f"k = {count}: |F - order 6| t^7 = {mpmath.nstr(left, 10)}, |a_7| = {mpmath.nstr(wanted, 10)}")
        assert gap < mpmath.mpf(10) ** -50
        assert abs(left / wanted - 1) < 1e-6
