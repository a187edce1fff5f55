# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Does one answer more ever hurt?
#
# Halder & Pehlevan (arXiv:2512.19905) observe that a judge close to the teacher makes the error fall with the number of
# answers $k$. This page proves it, says how close is close, and computes the whole set of judges for which it is true.
#
# The $k+1$ answers have standardised positions $z_i$; $x_i=z_i+\rho$ is an answer's signed distance from the judge's,
# $r_i=|x_i|$, its weight is $w_i=e^{-r_i^2/2t}$ and its squared error $y_i=(x_i+D)^2$ with $D=\tau-\rho$. Write $W$ for the
# sum of the weights and $A$ for the weighted mean of the errors, over all $k+1$ answers. If the judge is the teacher,
# $D=0$ and the weight falls with the error itself.

# %%
# %load_ext infscale_sym
from infscale_sym.theory.scaling import *

# %% [markdown]
# ## Judge = teacher
#
# **Definition.** Given the answers, the error of the chosen one is the weighted mean.

# %% tags=["derives:monotone"]
derivation = Derivation("monotone", SelectionError(k + 1, t, tau, tau))
derivation.claim(Expectation(A), AverageOfAll(), "A is the weighted mean over k + 1 answers")

# %% [markdown]
# **Leave one out.** Without answer $j$ the weighted mean is $(AW-w_jy_j)/(W-w_j)=A+w_j(A-y_j)/(W-w_j)$. Average that over
# $j$. The numbers $w_j(A-y_j)$ sum to zero, and what multiplies them, $1/(W-w_j)$, is larger where the weight is larger.
# Chebyshev's identity writes such a sum as one over pairs of answers:

# %% tags=["derives:monotone"]
derivation.claim(
    Expectation(without_one() - over_pairs(error[j_] - error[i])),
    LeaveOneOut(),
    "mean over j of A without answer j, less Chebyshev's sum over pairs",
)

# %% [markdown]
# **Chebyshev's sum inequality.** In a pair, the answer with the larger weight has the smaller error:
# $(w_i-w_j)(y_j-y_i)\ge0$. No term of the sum over pairs is negative.

# %% tags=["derives:monotone"]
derivation.claim(
    Expectation(without_one()),
    DropPairs(),
    "no term of the sum over pairs is negative",
    hypotheses=["t > 0; the case t = 0 is the limit t -> 0, dominated by the largest error"],
)

# %% [markdown]
# **Any $k$ of them.** Without one of them, $k$ independent answers remain, whichever it was.

# %% tags=["derives:monotone"]
derivation.claim(SelectionError(k, t, tau, tau), AnyKAnswers(), "the mean of k + 1 equal expectations")

# %% tags=["derives:monotone"]
derivation.conclude()

# %% [markdown]
# Nothing was used about the normal law but that answers are independent and identically distributed; the weight may be any
# falling function of the error. Read backwards, the sum over pairs is an exact formula for the gain of one more answer. At
# $k=1$ it says $F_1-F_2=\tfrac12\,\mathbb E\,(w_1-w_2)(y_2-y_1)/(w_1+w_2)$.
#
# ## A judge that is only close
#
# Now let $D\ne0$. The weights see the distance $r_i$ only, so the error may first be averaged over the sign of $x_i$:
# $\mathbb E[x\,|\,r]=r\tanh(\rho r)$. So $y_i$ becomes $G_i+D^2$ with $G_i=G(r_i)$, $G(r)=r^2+2D\,r\tanh(\rho r)$, and
# $D^2$ cancels in each pair.

# %% tags=["derives:monotone.close-judge"]
close = Derivation("monotone.close-judge", SelectionError(k + 1, t, tau, rho))
close.claim(Expectation(A), AverageOfAll(), "as before")

# %% tags=["derives:monotone.close-judge"]
close.claim(
    Expectation(without_one() - over_pairs(error[j_] - error[i])), LeaveOneOut(), "as before"
)

# %% tags=["derives:monotone.close-judge"]
close.claim(
    Expectation(without_one() - over_pairs(mean_error[j_] - mean_error[i])),
    AverageOverSigns(),
    "given the distances, the signs are independent of the weights",
)

# %% [markdown]
# Does $G$ rise with $r$? Its slope is $2r\,(1+2\rho D\,e)$ with
# $e=\tfrac12[\tanh(u)/u+1/\cosh^2u]$, $u=\rho r$, which lies between 0 and 1. Linear in $e$, the slope is nowhere
# negative if it is not so at $e=0$ and $e=1$: if $1+2\rho D\ge0$.

# %% tags=["derives:monotone.close-judge"]
close.claim(
    Expectation(without_one()),
    DropPairs(fold=True),
    "the larger weight goes with the smaller mean error",
    hypotheses=["1 + 2 rho D >= 0; t > 0, and t = 0 as the limit t -> 0"],
)

# %% tags=["derives:monotone.close-judge"]
close.claim(SelectionError(k, t, tau, rho), AnyKAnswers(), "as before")

# %% tags=["derives:monotone.close-judge"]
close.conclude()

# %% [markdown]
# At $t=0$ the condition is also necessary: $F_k-D^2\sim\pi e^{\rho^2}(1+2\rho D)/k^2$ (`best-of-k.misspecified`) rises to
# its limit if $1+2\rho D<0$. A judge between the student's mean and the teacher, $0\le\rho/\tau\le1$, is always close
# enough; one that overshoots is, as long as it does so by no more than $1/2\rho$.
#
# ## All close judges
#
# $F_k=A_k+2DB_k+D^2$, where $A_k$, $B_k$ depend on $(k,t,\rho)$ only. So at $\rho>0$ one answer more helps exactly if
#
# $$\rho-\tau\;\le\;H_k(t,\rho)=\frac{A_k-A_{k+1}}{2\,(B_k-B_{k+1})}.$$
#
# At $k\to\infty$ this is $\rho^2(4+3t)/((1+t)(2+t))\le1+2\rho\tau$. At $t=0$, $H_k$ is a mean of $r/[r\tanh(\rho r)]'$,
# which rises with $r$, under a weight that moves to smaller $r$ as $k$ grows: so $H_k$ falls, the sets shrink with $k$, and
# **the error falls at every $k$ if and only if it falls at large $k$**. For $t>0$ the same is found at all points of a grid.

# %% tags=["numbers"]
import numpy as np

from infscale_sym.theory.scaling.values_monotone import judge_margin, judge_margin_limit

heats = np.geomspace(1e-3, 100, 25)[:, None]
judges = np.linspace(0.1, 6, 25)
counts = (1, 2, 3, 5, 10, 20, 50, 100, 200)
margins = judge_margin(np.array(counts)[:, None, None], heats, judges)
falling = margins[1:] < margins[:-1] * (1 + 1e-6)
above = margins > judge_margin_limit(heats, judges) * (1 - 1e-6)
print(f"H falls from one k to the next in {falling.sum()} of {falling.size} comparisons")
print(f"H lies above its limit in {above.sum()} of {above.size}")
assert falling.all()
assert above.all()

# %% tags=["figure"]
from infscale_sym.theory.scaling.figures import close_judges

close_judges(tau=1.0)

# %% [markdown]
# So the error never has a rise at small $k$ followed by a fall: it falls for ever, or falls and then rises, or rises from
# the start. The simulator draws the two cases.

# %% tags=["figure"]
from infscale_sym.theory.scaling.figures import judges_drawn

judges_drawn(tau=1.0, t=0.1, judges=(1.0, 1.3, 1.8, -1.0), trials=100_000, seed=3)

# %% [markdown]
# ## Numbers to take along
#
# Rigorous enclosures at $t=1/2$, $\tau=1$: with the teacher as judge each further answer helps; with a judge on the other
# side of the mean, $\rho=-1$, each one hurts. Last, the exact gain of the second answer against the sum over pairs, by
# quadrature over the two answers.

# %% tags=["numbers"]
from infscale_sym import selection_error

for judge in (1, -1):
    balls = [selection_error.enclose(n, 0.5, 1, judge, digits=12) for n in (1, 2, 3, 4)]
    print(f"rho = {judge}: ", "  ".join(ball.str(10, radius=False) for ball in balls))
    if judge == 1:
        assert balls[1] < balls[0]
        assert balls[2] < balls[1]
        assert balls[3] < balls[2]
    else:
        assert balls[1] > balls[0]
        assert balls[2] > balls[1]
        assert balls[3] > balls[2]

nodes, step = np.linspace(-9, 9, 721, retstep=True)  # trapezoidal rule
z1, z2 = nodes[:, None], nodes
mass = step**2 * np.exp(-(z1**2 + z2**2) / 2) / (2 * np.pi)
y1, y2 = (z1 + 1) ** 2, (z2 + 1) ** 2
w1, w2 = np.exp(-y1), np.exp(-y2)  # t = 1/2
pairs = float(np.sum(mass * (w1 - w2) * (y2 - y1) / (w1 + w2)) / 2)
exact = 2 - float(selection_error(2, 0.5, 1.0, 1.0))
print(f"F_1 - F_2 = {exact:.10f}, the sum over pairs {pairs:.10f}")
assert abs(pairs / exact - 1) < 1e-10
