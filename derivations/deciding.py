# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Deciding
#
# A budget can be spent twice: on training examples, which make the student better, or on answers, of which a judge keeps
# one. Which of the two should the next unit of money buy? In the solvable model of Halder & Pehlevan (arXiv:2512.19905)
# the question has a number for an answer, because the error
# $$\delta(n,k,T,c)=s^2\,\mathbb{E}_\tau F_k\!\left(\tfrac{T}{2s^2};\tau,(1+c)\tau\right),\qquad \tau\sim N(0,Q/s^2),$$
# is known at every point: $n$ examples enter through $\alpha=d/n$ in the student's variance $s^2$ and the mean squared
# offset $Q$ of its centre; $k$ answers, temperature $T$ and the judge $\Delta_R=(1+c)\Delta_T$ enter through $F$. The price is
# $$\text{cost}(n,k)=p_n\,n+p_k\,k\times\text{prompts}.$$
#
# The function `infscale_sym.plan` (on the command line `infscale plan`) searches the whole numbers $(n,k)$, and $T$ and $c$
# where they are not given. The numbers it reports are computed by the exact average, not read from the tables of its search.

# %%
from infscale_sym import plan, simulate
from infscale_sym.theory.planning import *

model = {"d": 20, "sigma": 1.0, "gamma": 1.0, "teacher": 1.0, "price_example": 1.0, "price_answer": 0.01}
best = plan(**model, prompts=100, budget=300)
best

# %% [markdown]
# The judge and the temperature were free, and the plan took the teacher at $T=0$. That is no accident of the numbers: whatever
# the weights $p_i$, $\sum_i p_i(y_i-y_T)^2\ge\min_i(y_i-y_T)^2$, and the right side is what the teacher gets at $T=0$. With
# both free there is nothing to search.
#
# At the optimum a unit of money is worth the same wherever it goes, up to the whole numbers. Money spent on training alone
# would have been spent badly, and so would money spent on answers alone:

# %%
from infscale_sym.theory.planning.error import averaged_error
from infscale_sym.theory.planning.model import Student

student = Student.of(20, 1.0, 1.0, 1.0, 1.0)
for n in (0, 30, int(best.n), 200, 290, 299):
    print(f"n = {n:3d}   k = {300 - n:3d}   error {float(averaged_error(300 - n, 0.0, n, student, 0.0)):.6e}")
print(f"worth of a unit of money: {best.next_unit.training:.3e} in training, {best.next_unit.answers:.3e} in answers")

# %% tags=["figure"]
from infscale_sym.theory.planning.figures import frontier_picture

frontier_picture(best)

# %% [markdown]
# Below a certain budget no example is bought at all: an untrained student and many answers beat a trained one and few. Here
# the untrained student stands exactly where the law $1/k^2$ ends, at $2Q=s^2$ (because $\nu=\gamma$ and
# $\gamma^2S^2=\sigma^2$): on the left of the picture the error carries a factor $\sqrt{\ln k}$. On the right it falls faster
# than $1/\text{cost}^2$, as the money also goes into training.
#
# ## A judge that is not the teacher
#
# Let the judge overshoot, $c=4$. As $k\to\infty$ best-of-$k$ then ends at the error $c^2Q$: more answers lead to the judge's
# optimum and not to the teacher's. Heat is the known remedy, and the plan is free to use it; but a handful of answers at
# $T=0$ beats infinitely many at the best temperature.

# %%
import math

from infscale_sym.theory.planning.error import Choice, infinite_answers

misled = plan(**model, prompts=100, budget=300, judge=4)
print(misled)
variance, risk = student.moments([misled.n])
for heat, name in ((0.0, "T = 0"), (None, "the best T")):
    error, T, _ = infinite_answers(variance, risk, Choice(heat, 4.0))
    print(f"infinitely many answers, {name:<10}  error {error[0]:.6f} at T = {T[0]:.4f}")
assert misled.error < infinite_answers(variance, risk, Choice(None, 4.0))[0][0]

# %% [markdown]
# At a fixed temperature the roles change: no judge and no money brings the error below its value at $n=k=\infty$, where the
# student's centre is right and the choice among its answers is blurred by $T$ alone:
# $\sigma^2 t/(1+t)$ with $t=T/(2\sigma^2)$. A target below it is answered by that floor, and by where it lies.

# %%
floor = plan(**model, target=0.1, temperature=0.5)
floor

# %% [markdown]
# ## Where training hurts
#
# The parameters of the authors' finite-temperature figure ($d=10$, $\sigma=10^{-4}$, $\gamma=10^{-3}$, teacher $N(0,2^2)$,
# $T=20\sigma^2$) hold a surprise. With $c=10$ the judge turns the student's offset into a preference among its answers. More
# training takes the offset away, and the preference with it: the best plan leaves most of a budget of 20 000 unspent.

# %%
authors = {"d": 10, "sigma": 1e-4, "gamma": 1e-3, "teacher": 2.0, "price_example": 1.0, "price_answer": 1.0}
unspent = plan(**authors, budget=20_000, judge=10, temperature=20e-8)
print(f"n = {unspent.n:.0f}, k = {unspent.k:.0f}, cost {unspent.cost:.0f}, error/sigma^2 {unspent.error / 1e-8:.5f}")
other = Student.of(10, 1.0, 1e-4, 1e-3, 2.0)
for n in (1000, int(unspent.n), 5000, 10_000, 20_000):
    error = float(averaged_error(unspent.k, 20e-8, n, other, 10))
    print(f"n = {n:5d}   error/sigma^2 {error / 1e-8:.5f}")

# %% tags=["figure"]
frontier_picture(unspent)

# %% [markdown]
# ## What the uncertainty is
#
# The error is that of the proportional limit, $d,n\to\infty$ at fixed $\alpha$. At $d=20$ the variance $s^2$ and the spread of
# the offset differ from prompt to prompt and from training set to training set. The plan draws features, averages
# everything else exactly, and reports the difference as `finite_size`; with twice its standard error it is the
# uncertainty. The simulator, which knows none of these formulas, draws everything:

# %%
seen = simulate.regression(
    int(best.n),
    20,
    1.0,
    1.0,
    k=int(best.k),
    T=0.0,
    redraw_teacher=True,
    prompts=40,
    training_sets=4000,
    seed=7,
)
mean, error = float(seen.delta.mean[0]), float(seen.delta.standard_error[0])
print(f"plan        {best.error:.4e}   with the finite-size shift {best.error + best.finite_size:.4e}")
print(f"simulation  {mean:.4e} +- {error:.1e}")
assert abs(mean - best.error - best.finite_size) < 4 * math.hypot(error, best.uncertainty / 2)

# %% [markdown]
# ## Numbers to take along
#
# The closed forms behind the edges, against the plans above: the floor $\sigma^2t/(1+t)$ at $t=1/4$, and an untrained student's
# single answer, $s^2+Q=\sigma^2+\gamma^2+\nu^2$.

# %%
assert abs(floor.error - 0.2) < 1e-12
assert not floor.reachable
single = plan(**model, target=4.0)
assert (single.n, single.k, single.error) == (0, 1, 3.0)
# The optimum, against every whole number of examples that the budget allows.
brute = min(float(averaged_error(300 - n, 0.0, n, student, 0.0)) for n in range(300))
print(f"least error over all n: {brute:.10e}; the plan's: {best.error:.10e}")
assert best.error <= brute * (1 + 1e-9)
assert abs(best.next_unit.training / best.next_unit.answers - 1) < 0.05
