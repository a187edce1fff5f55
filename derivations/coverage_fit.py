# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Fitting coverage to counts
#
# A model was given $n_i$ attempts on each of many problems and succeeded $c_i$ times. What will $k$ attempts solve, also
# beyond every $n_i$? In the model of Levi (arXiv:2410.16377) an attempt on a problem fails with a probability $p$ that belongs
# to the problem, drawn from a Beta law; a share $1-A$ of the problems is never solved:
# $$p\sim A\,\mathrm{Beta}(a,b)+(1-A)\,\delta_1,\qquad
# \text{pass@}k=A\,\bigl(1-\mathbb{E}_{\mathrm{Beta}}\,p^k\bigr)\approx A-A\,\frac{\Gamma(a+b)}{\Gamma(a)}\,k^{-b}.$$
# This page fits $(a,b,A)$, and then asks of every number that the fit reports whether it can be believed. The tables below
# are drawn, so that the truth is known. On the command line all of this is `infscale coverage fit FILE`.
#
# ## The likelihood
#
# Given $p$, a problem with $f$ failures and $c$ successes has the likelihood $p^f(1-p)^c$, up to a factor free of $p$. Averaged
# over the Beta law it is a ratio of rising factorials, $(x)_m=x(x+1)\cdots(x+m-1)$:
# $$\mathbb{E}\,p^f(1-p)^c=\frac{B(a+f,\,b+c)}{B(a,b)}=\frac{(a)_f\,(b)_c}{(a+b)_{f+c}},
# \qquad L=A\,\frac{(a)_f\,(b)_c}{(a+b)_{f+c}}+(1-A)\,[c=0].$$
# So $\ln L$ is a sum of terms $\ln(a+j)$, $\ln(b+j)$, $-\ln(a+b+j)$ over integers $j$, each counted with the number of problems
# that have more than $j$ failures, successes, attempts. Nothing cancels in it, and its derivatives are sums of $1/(a+j)$ and
# $1/(a+j)^2$: Newton's method needs no more. SciPy's beta-binomial law, made of log-gamma functions, agrees:

# %%
import numpy as np
from scipy import stats

from infscale_sym import fit_coverage
from infscale_sym.theory.coverage import *
from infscale_sym.theory.coverage.fit import Counts
from infscale_sym.theory.coverage.fit.likelihood import Likelihood


def drawn(rng, problems, attempts, a, b, ceiling=1.0):
    """A table whose truth is known; numpy only."""
    p = rng.beta(a, b, problems)
    p[rng.random(problems) >= ceiling] = 1.0
    return Counts.of(np.broadcast_to(attempts, problems), rng.binomial(attempts, 1 - p))


rng = np.random.default_rng(1)
counts = drawn(rng, 150, rng.integers(10, 61, 150), 0.7, 0.45)
likelihood = Likelihood(counts)
ours = likelihood.value(0.8, 0.5) + likelihood.constant
scipys = stats.betabinom.logpmf(counts.successes, counts.attempts, 0.5, 0.8).sum()
print(f"ln L at (0.8, 0.5): {ours:.8f}; SciPy's law: {scipys:.8f}")

# %% [markdown]
# The fit of this table, whose truth is $a=0.7$, $b=0.45$, $A=1$:

# %%
fit = fit_coverage(counts)
print(fit)

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures_fit import fit_picture

fit_picture(fit)

# %% [markdown]
# On the left, dots are the unbiased estimate $1-\binom{n-c}{k}/\binom nk$, which knows no law and ends at $k=n$; with unequal
# $n_i$ it rests on fewer and fewer problems (open dots). On the right is the test of the law, to which we come back.
#
# ## Are the intervals what they say?
#
# An interval of 95 % must hold the truth in 95 % of all tables. Here are 160 tables of 100 problems with 20 attempts each. The
# intervals of $a$ and $b$ are by profile likelihood; the band of pass@$k$ is by the delta method on the scale
# $\ln(-\ln(1-\text{pass@}k))$, on which the estimate is nearly normal at both ends.

# %%
from infscale_sym.theory.coverage.values.numeric import passk

a, b, tables = 0.8, 0.5, 160
rng = np.random.default_rng(11)
drawings = [drawn(rng, 100, 20, a, b) for _ in range(tables)]
fits = [fit_coverage(table, "one", replicates=0) for table in drawings]
held_a = np.mean([a in each.a_interval for each in fits])
held_b = np.mean([b in each.b_interval for each in fits])
error = np.sqrt(0.95 * 0.05 / tables)
print(f"share of 95 % intervals with the truth inside: a {held_a:.3f}, b {held_b:.3f}; each +- {error:.3f}")
print("band of pass@k    " + "".join(f"{level:8.0%}" for level in (0.5, 0.8, 0.9, 0.95)))
ks = np.array([1, 20, 2000, 200000])
held = {}
for level in (0.5, 0.8, 0.9, 0.95):
    low, high = np.array([each.band(ks, level) for each in fits]).transpose(1, 0, 2)
    held[level] = ((low <= passk(ks, a, b)) & (passk(ks, a, b) <= high)).mean(axis=0)
for i, k in enumerate(ks):
    print(f"  k = {k:<8d}    " + "".join(f"{share[i]:8.3f}" for share in held.values()))

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures_fit import interval_picture

values, lows, highs = np.array([(each.b, each.b_interval.low, each.b_interval.high) for each in fits]).T
interval_picture(b, values, lows, highs, 0.95)

# %% [markdown]
# The bands hold even ten thousand times beyond the attempts made. That is a statement about the *model*: it is true because the
# tables were drawn from a Beta law, and it is worth as much as the test of the law.
#
# ## Is there a ceiling?
#
# A likelihood ratio compares $A=1$ with the best $A$. But $A=1$ is the edge of the parameter's range. If it is true, the best
# unrestricted $A$ lies beyond the edge half of the time; the ratio is then 0. Otherwise it is $\chi^2_1$. So
# $p=\tfrac12P(\chi^2_1\ge\text{ratio})$: who forgets the edge reports twice that.

# %%
ratios = np.array([each.ceiling_test.ratio for each in fits])
rejected = np.mean(ratios > stats.chi2.ppf(0.9, 1))
print(f"ratio 0 in {np.mean(ratios == 0):.3f} of the tables; A = 1 rejected at 5 % in {rejected:.3f}")

# %% [markdown]
# By default the fit keeps $A=1$ unless this test rejects it. The few tables in which it errs then have another law, and other
# intervals, reported as if there had been no choice. That is a price; here is how much of the 95 % is lost to it:

# %%
chosen = [fit_coverage(t, replicates=0) if f.ceiling_test.p < 0.05 else f for t, f in zip(drawings, fits, strict=True)]
after_b = np.mean([b in each.b_interval for each in chosen])
low, high = np.array([each.band(ks, 0.95) for each in chosen]).transpose(1, 0, 2)
after = ((low <= passk(ks, a, b)) & (passk(ks, a, b) <= high)).mean(axis=0)
print(f"b: {held_b:.3f} -> {after_b:.3f}; band at k = 200000: {held[0.95][-1]:.3f} -> {after[-1]:.3f}")

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures_fit import ratio_picture

ratio_picture(ratios, "The ceiling's likelihood ratio when there is none")

# %% [markdown]
# What a ceiling does if it is overlooked: with 30 % of the problems beyond reach, the law without a ceiling takes them for a
# heavy tail. Within the attempts both laws look alike; beyond, one of them promises what will not come.

# %%
rng = np.random.default_rng(5)
limited = drawn(rng, 400, 25, 0.8, 1.5, ceiling=0.7)
without, with_ = fit_coverage(limited, "one"), fit_coverage(limited)
print(f"without: b = {without.b:.3f}, goodness p = {without.goodness.p:.3g}")
print(f"with:    b = {with_.b:.3f}, A = {with_.ceiling:.3f}, goodness p = {with_.goodness.p:.3g}")
for sentence in (without.verdict, with_.verdict):
    print(" -", sentence)

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures_fit import forecasts_picture

forecasts_picture(
    {"no ceiling": without, f"ceiling fitted, $A$ = {with_.ceiling:.3f}": with_}, lambda k: passk(k, 0.8, 1.5, 0.7), 25
)

# %% [markdown]
# ## When the law does not fit
#
# With unequal $n_i$ the counts have no common law. Their probability transforms have: order the outcomes of a problem from
# worst to best; the observed one occupies the interval $(F(c-1),F(c)]$ of cumulative chance. Averaged over problems these
# intervals fill $[0,1]$ evenly if the law is right. The test measures the unevenness over ten bins, and compares it with that
# of 199 tables drawn from the fitted law and fitted again: so discreteness and fitted parameters are accounted for.
#
# Here the problems come in three sorts, easy, middling and hard. Their mean and spread are those of some Beta law, and
# pass@$k$ within the attempts looks fine. The transform shows the three heaps.

# %%
rng = np.random.default_rng(4)
sorts = np.concatenate([np.full(120, 0.2), np.full(80, 0.65), np.full(40, 0.96)])
heaps = fit_coverage(Counts.of(np.full(240, 30), rng.binomial(30, 1 - sorts)))
print(heaps.verdict)
print(f"pass@1000 by the law {heaps.passk(1000):.4f}; in truth {np.mean(1 - sorts**1000):.4f}")

# %% tags=["figure"]
fit_picture(heaps)

# %% [markdown]
# The ceiling that the law reports here is not there: a wrong law bends what it has to make up for what it lacks. The test says
# that the law is not this one; it does not say which.
#
# ## This table or the next one
#
# Two questions have two answers. A *new* problem from the same source is solved with the chance pass@$k$, uncertain because $a$
# and $b$ are. The *very problems* of the table are known better: given the parameters, a problem with $f$ failures and $c$
# successes has $p\sim\mathrm{Beta}(a+f,b+c)$. At small $k$ their band is much narrower. Far out it is the wider one: what is
# left then are a few unsolved problems with fates of their own, and a mean over all that could have been drawn has none.

# %%
ahead = fit.forecast([1, 10, 100, 1000, 10000])
print("     k    a new problem            these problems")
for i, k in enumerate(ahead.k):
    new, these = (
        f"{v[i]:.4f} [{lo[i]:.4f}, {hi[i]:.4f}]"
        for v, lo, hi in ((ahead.value, ahead.low, ahead.high), (ahead.these, ahead.these_low, ahead.these_high))
    )
    print(f"{k:6.0f}   {new}   {these}")

# %% [markdown]
# ## Attempts that stop at a success
#
# Often one stops at the first success, or gives up after a cap. Given $p$, the chance of the record, $f$ failures and then a
# success, is $p^f(1-p)$: the same function of $p$ as if the number of attempts had been fixed. The fit is therefore the same,
# word for word. What is *unbiased* is not. The share $c/n$ counts a lucky first attempt as 1, so its mean is far too large.
# The last success is no news, as the design demands it: leave it out. The first $n-1$ attempts hold $s-1$ successes in random
# order, which gives
# $$1-\binom{n-s}{k}\bigg/\binom{n-1}{k}\quad(k<n),\qquad 1\quad(k\ge n).$$
# For $s=1$ this is just "solved within $k$ attempts". It is unbiased up to the cap.

# %%
from infscale_sym.theory.coverage.fit import empirical

cap, problems = 20, 100
ks = np.array([1, 2, 5, 10, 20])
truth = passk(ks, 0.7, 0.45)
rng = np.random.default_rng(9)
means = {"$1-(1-c/n)^k$": [], "last success left out": [], "fitted law": []}
for _ in range(64):
    first = rng.geometric(np.maximum(1 - rng.beta(0.7, 0.45, problems), 1e-12))
    record = Counts.of(np.minimum(first, cap), (first <= cap).astype(int), stopped=True)
    share = record.successes / record.attempts
    means["$1-(1-c/n)^k$"].append((1 - (1 - share[:, None]) ** ks).mean(axis=0))
    means["last success left out"].append(empirical(record, ks).value)
    means["fitted law"].append(fit_coverage(record, "one", replicates=0).passk(ks))
curves = {name: (np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1) / 8) for name, rows in means.items()}
for name, (mean, error) in curves.items():
    print(f"{name:26s} " + "  ".join(f"{m - t:+.4f} +- {e:.4f}" for m, t, e in zip(mean, truth, error, strict=True)))

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures_fit import stopping_picture

stopping_picture(ks, truth, curves)

# %% [markdown]
# ## Edges
#
# The likelihood is continuous on the closed square of the mean $a/(a+b)$ and the correlation $1/(a+b+1)$ of two attempts, so a
# maximum always exists; where it lies on an edge there is no pair $(a,b)$, and the fit says so instead of failing.

# %%
edges = {
    "no more spread than chance": Counts.of([10] * 30, [5] * 15 + [4] * 15),
    "one attempt each": Counts.of([1] * 30, [1] * 10 + [0] * 20),
    "all or nothing": Counts.of([10] * 30, [10] * 10 + [0] * 20),
    "never solved": Counts.of([10] * 30, [0] * 30),
}
for name, table in edges.items():
    print(f"{name}: {fit_coverage(table, replicates=0).verdict}")

# %% [markdown]
# ## What coverage costs
#
# Two models: a small one with a heavy tail, and a large one at 15 times the price. How should attempts be split? The two
# fitted laws do not decide it: they say nothing about how the models fail on the *same* problem. If their difficulties are
# independent, $1-\text{pass}=\prod_j(1-\text{pass}_j@k_j)$, and a few attempts of each do wonders. If both find the same
# problems hard (comonotone: $p_1$ and $p_2$ are the quantiles of their laws at one common rank $u$),
# $$1-\text{pass}=\int_0^1\prod_jp_j(u)^{k_j}\,du,$$
# and mixing gains almost nothing. This is the worst case for given laws (Lorentz's inequality), so the truth costs no more.

# %%
from infscale_sym.theory.coverage.fit import Model, cheapest, cheapest_split

small, large = Model(0.9, 0.35, name="small"), Model(0.4, 0.5, price=15, name="large")
targets = np.array([0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97])
costs = {"small alone": [], "large alone": [], "both, same order of difficulty": [], "both, independent": []}
for target in targets:
    costs["small alone"].append(cheapest(small, target).cost)
    costs["large alone"].append(cheapest(large, target).cost)
    for name, way in (("both, same order of difficulty", "comonotone"), ("both, independent", "independent")):
        split = cheapest_split([small, large], target=target, dependence=way)
        costs[name].append(split.cost)
        if target == 0.9:
            many, few = split.attempts
            print(f"0.9, {way}: {many} of the small model and {few} of the large, cost {split.cost:g}")
buys = [cheapest(model, 0.9) for model in (small, large)]
for model, buy in zip((small, large), buys, strict=True):
    print(f"0.9, {model.name} alone: {buy.k}, cost {buy.cost:g}; {buy.cost_if_stopped:.1f} if stopped at a success")

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures_fit import cost_picture

cost_picture(targets, {name: np.array(values) for name, values in costs.items()}, "attempts of the small model")

# %% [markdown]
# With a checker that stops at the first success the small model alone is the cheaper one; without, the large one is.
#
# ## Numbers to take along
#
# The likelihood against SciPy's law; the shares of intervals that hold the truth, and of ratios that are 0, within three
# standard errors of what they should be, from the 160 tables above; the test of the law, on tables whose answer is known; the
# bias of a stopped record, in standard errors; and the price of a target, against the laws that the purchase must satisfy.

# %%
assert abs(ours - scipys) < 1e-8 * abs(scipys)
for share in (held_a, held_b, *held[0.95]):
    assert abs(share - 0.95) < 3 * np.sqrt(0.95 * 0.05 / tables)
assert abs(np.mean(ratios == 0) - 0.5) < 3 * np.sqrt(0.25 / tables)
assert heaps.goodness.p == 1 / 200
assert without.goodness.p < 0.05 < with_.goodness.p
assert 0.7 in with_.ceiling_interval
assert after[-1] <= held[0.95][-1]
mean, error = curves["last success left out"]
assert (np.abs(mean - truth) < 3.5 * error).all()
mean, error = curves["$1-(1-c/n)^k$"]
assert (mean - truth)[0] > 10 * error[0]
assert passk(buys[0].k, 0.9, 0.35) >= 0.9 > passk(buys[0].k - 1, 0.9, 0.35)
assert (np.array(costs["both, independent"]) <= np.array(costs["both, same order of difficulty"])).all()
