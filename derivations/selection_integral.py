# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The selection error as one integral
#
# A language model answers the same prompt $k$ times; a judge scores every answer; one answer is kept, drawn with
# probability proportional to $e^{\text{score}/T}$. In the solvable model of Halder & Pehlevan (arXiv:2512.19905) the
# answers are Gaussian around the student's prediction, the score is minus the squared distance from the judge's answer,
# and the error is the squared distance from the teacher's. Measured in units of the predictive standard deviation, three
# numbers remain beside $k$: the temperature $t = T/2s^2$, the teacher's offset $\tau$ and the judge's offset $\rho$.
#
# The error is then an average over $k$ normal numbers of a *ratio*, and ratios do not factorise. This page turns it into
# one integral, exactly. Each line below is checked as it is made: the rule is applied by SymPy, the result must be the
# line as written, and the same check must refuse the line when one of its numbers is changed by one part in a million.

# %%
# %load_ext infscale_sym
from sympy import Integral, exp, oo

from infscale_sym.theory.selection import *

# %% [markdown]
# ## From the ratio to an integral
#
# Write $w_i = e^{-(z_i+\rho)^2/2t}$ for the weight of answer $i$. The definition of the sampler is a weighted average.

# %% tags=["derives:selection.integral"]
derivation = Derivation("selection.integral", SelectionError(k, t, tau, rho))
derivation.claim(
    softmax_average(),
    DefinitionOfSampling(),
    "answer i is kept with probability w_i over the sum of all weights",
)

# %% [markdown]
# The $k$ answers are exchangeable, so every term of the sum has the same average as the first.

# %% tags=["derives:selection.integral"]
first = weight[1] * (draw[1] + tau) ** 2
derivation.claim(
    k * Expectation(first / TOTAL),
    Exchange(),
    "the answers are identically distributed and enter symmetrically",
)

# %% [markdown]
# The denominator couples the answers. The oldest trick undoes it: $1/W=\int_0^\infty e^{-uW}\,du$ turns the reciprocal of
# a sum into an integral over a product. Everything is non-negative, so expectation and integral may be exchanged.

# %% tags=["derives:selection.integral"]
derivation.claim(
    k * Integral(Expectation(first * exp(-u * TOTAL)), (u, 0, oo)),
    ReciprocalAsIntegral(),
    "1/W is the integral of exp(-u W)",
    hypotheses=["the integrand is non-negative (Tonelli)"],
)

# %% [markdown]
# Now the integrand is a product over independent draws: one factor with the error in it, and $k-1$ equal factors without.

# %% tags=["derives:selection.integral"]
derivation.claim(
    k
    * Integral(
        Expectation(first * exp(-u * weight[1])) * Expectation(exp(-u * weight[1])) ** (k - 1),
        (u, 0, oo),
    ),
    IndependentDraws(),
    "expectations of functions of different draws multiply",
    hypotheses=["z_1, ..., z_k are independent and standard normal"],
)

# %% [markdown]
# Each factor is an integral over one normal number. They have names: $a(u)$, the Laplace transform of one weight, and
# $b(u)$, the same with the weighted error inside.

# %% tags=["derives:selection.integral"]
derivation.claim(
    k * Integral(ErrorLaplace(u, t, tau, rho) * WeightLaplace(u, t, rho) ** (k - 1), (u, 0, oo)),
    OneDraw(),
    "one standard normal draw each",
)

# %% tags=["derives:selection.integral"]
derivation.claim(
    SelectionIntegral(k, t, tau, rho),
    Name(SelectionIntegral),
    "this is what the project calls the integral form",
)
derivation.conclude()

# %% [markdown]
# The chain ends in the registered formula; otherwise `conclude` would have raised. Nothing in the last line asks $k$ to be
# a whole number, so for real $k\ge1$ it serves as the definition.
#
# ## One answer
#
# At $k=1$ the power $a^{k-1}$ is one and $\int_0^\infty w\,e^{-uw}\,du=1$: judge and temperature drop out.

# %% tags=["derives:selection.single-answer"]
single = Derivation("selection.single-answer", SelectionError(1, t, tau, rho))
single.claim(Expectation((draw[1] + tau) ** 2), SoleAnswer(), "with one answer its weight is one")

# %% tags=["derives:selection.single-answer"]
single.claim(1 + tau**2, NormalMoments(), "E z = 0 and E z^2 = 1")
single.conclude()

# %% [markdown]
# ## Numbers
#
# The independent referee integrates the definition over both answers of $k=2$; it shares no code with the integral form.

# %% tags=["numbers"]
import mpmath

from infscale_sym import selection_error
from infscale_sym.theory.selection.values.pair import selection_error_pair_mp

point = (2, 3, "0.7", "-1.2")  # k, t, tau, rho; text is the exact decimal
direct = selection_error_pair_mp(*point, digits=40)
integral = selection_error.mp(*point, digits=40)
with mpmath.workdps(40):
    print("over both answers ", direct)
    print("integral form     ", integral)
    assert abs(direct - integral) < mpmath.mpf("1e-39") * direct

# %% tags=["numbers"]
# Change a number and run again: the float64 evaluator broadcasts over arrays.
print(selection_error([1, 2, 10, 1000, 1e6], 3, 0.7, -1.2))
assert abs(selection_error(2, 3, 0.7, -1.2) / float(direct) - 1) < 1e-13
assert selection_error(1, 3, 0.7, -1.2) == 1 + 0.7**2
