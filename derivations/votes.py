# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Other ways to spend $k$ answers
#
# Selection keeps one of $k$ answers. What else can be done with them? They can be averaged, with or without the judge's
# weights; their median can be given; they can be counted in bins and the fullest bin given; or the answer can be built in
# stages, with a choice at each. This page solves each for the Gaussian model of Halder & Pehlevan (arXiv:2512.19905) and
# puts them beside selection at equal $k$.
#
# Answers are $y_i=m+sz_i$; errors are in units of $s^2$; $\tau=(m-y_T)/s$ is the teacher's offset, $\rho=(m-y_R)/s$ the
# judge's. Every displayed line is checked when it is made, and its check must refuse the line with a number changed by
# $10^{-6}$.

# %%
# %load_ext infscale_sym
from fractions import Fraction

from sympy import Integral, Rational, Sum, cos, exp, gamma, oo, pi, sqrt

from infscale_sym.notation.operators import Expectation as E
from infscale_sym.theory.votes import *
from infscale_sym.theory.votes.values import beam, exact, race

# %% [markdown]
# ## The mean
#
# No judge is asked. The noise averages out, the offset does not.

# %% tags=["derives:vote.mean"]
mean = Derivation("vote.mean", MeanVote(k, tau))
mean.claim(
    E((Sum(draw[i], (i, 1, k)) / k + tau) ** 2),
    DefinitionOfVote(mean_of_draws),
    "the mean of the k answers is given",
)

# %% tags=["derives:vote.mean"]
mean.claim(tau**2 + 1 / k, MomentsOfDraws(), "E z_i = 0, E z_i z_j = 1 if i = j, else 0")
mean.conclude()

# %% [markdown]
# ## The mean with the judge's weights
#
# Give $\sum_i p_iy_i$ with the weights $p_i$ with which selection would choose. At the same draws, selection's error is this
# vote's plus the spread of the answers around it: $\sum_ip_ix_i^2=(\sum_ip_ix_i)^2+\sum_ip_i(x_i-\sum_jp_jx_j)^2$. So the
# weighted mean is never worse than selection at the same temperature, whatever the judge; they agree at $t=0$, where one
# answer has all the weight.
#
# The exact form follows the one for selection. The square has $k$ diagonal terms and $k(k-1)$ pairs.

# %%
x_1, x_2, w_1, w_2 = draw[1] + tau, draw[2] + tau, weight[1], weight[2]
fade, one_draw = exp(-u * w_1), (u, t, tau, rho)

# %% tags=["derives:vote.weighted-mean"]
soft = Derivation("vote.weighted-mean", WeightedMeanVote(k, t, tau, rho))
soft.claim(
    E((Sum(weight[i] * (draw[i] + tau), (i, 1, k)) / TOTAL) ** 2),
    DefinitionOfVote(weighted_mean_of_draws),
    "the mean with the softmax weights is given",
)

# %% tags=["derives:vote.weighted-mean"]
soft.claim(
    k * E(w_1**2 * x_1**2 / TOTAL**2) + k * (k - 1) * E(w_1 * w_2 * x_1 * x_2 / TOTAL**2),
    ExchangePairs(),
    "the draws are exchangeable",
    hypotheses=["k is a whole number"],
)

# %% tags=["derives:vote.weighted-mean"]
soft.claim(
    Integral(
        u * (k * E(w_1**2 * x_1**2 * exp(-u * TOTAL)) + k * (k - 1) * E(w_1 * w_2 * x_1 * x_2 * exp(-u * TOTAL))),
        (u, 0, oo),
    ),
    SquareReciprocalAsIntegral(),
    "1/W^2 is an integral; with |x| for x it is at most the expectation of the largest x^2",
)

# %% tags=["derives:vote.weighted-mean"]
soft.claim(
    Integral(
        u * (k * E(w_1**2 * x_1**2 * fade) * E(fade) ** (k - 1) + k * (k - 1) * E(w_1 * x_1 * fade) ** 2 * E(fade) ** (k - 2)),
        (u, 0, oo),
    ),
    IndependentFactors(),
    "the draws are independent with one law",
)

# %% tags=["derives:vote.weighted-mean"]
a = WeightLaplace(u, t, rho)
soft.claim(
    Integral(
        u * (k * SquareLaplace(*one_draw) * a ** (k - 1) + k * (k - 1) * OffsetLaplace(*one_draw) ** 2 * a ** (k - 2)),
        (u, 0, oo),
    ),
    OneWeightedDraw(),
    "one draw is a standard normal variable",
)
soft.claim(WeightedMeanIntegral(k, t, tau, rho), Name(WeightedMeanIntegral), "by name")
soft.conclude()

# %% [markdown]
# ### Infinitely many answers, and the first correction
#
# With $N$ and $W$ the means of $w_ix_i$ and $w_i$ over the answers, the vote is $N/W$, and both settle at their
# expectations.

# %%
whole = E((Sum(weight[i] * (draw[i] + tau), (i, 1, k)) / TOTAL) ** 2)


def far(power):
    """Where the remainder is measured: at two random offsets, t = 1, 2 or 3."""
    return Far(
        exact.weighted_mean_vote_mp,
        (k, t, tau, rho),
        power,
        values={t: (Fraction(1), Fraction(2), Fraction(3))},
        digits=30,
    )


centre = weighted_moment(1, 1) / weighted_moment(1, 0)

# %% tags=["derives:vote.weighted-mean.infinite-k"]
limit = Derivation("vote.weighted-mean.infinite-k", WeightedMeanVote(k, t, tau, rho))
limit.claim(whole, DefinitionOfVote(weighted_mean_of_draws), "as before")
limit.claim(centre**2, RatioOfMeans(0), "the two means settle", remainder=1 / k)
limit.claim(
    (tau - rho / (1 + t)) ** 2,
    WeightMoments(far(1)),
    "w times the density is a normal density around -rho/(1+t)",
    remainder=1 / k,
)
limit.conclude()

# %% [markdown]
# Selection tends to $(\tau-\frac\rho{1+t})^2+\frac t{1+t}$: it keeps the variance $\frac t{1+t}$ of one answer, the
# weighted mean does not. So the best place of the judge is the same, $\rho=\tau(1+t)$, but at it the error of the weighted
# mean vanishes like $1/k$. The correction is found in the fluctuations of $N$ and $W$ to second order. They are means
# over the same draws; their covariances are those of one draw over $k$.

# %% tags=["derives:vote.weighted-mean.first-correction"]
m = weighted_moment
spread = m(2, 2) - 2 * centre * m(2, 1) + centre**2 * m(2, 0)
bias = m(2, 1) - centre * m(2, 0)
first = Derivation("vote.weighted-mean.first-correction", WeightedMeanVote(k, t, tau, rho))
first.claim(whole, DefinitionOfVote(weighted_mean_of_draws), "as before")
first.claim(
    centre**2 + (spread - 2 * centre * bias) / m(1, 0) ** 2 / k,
    RatioOfMeans(1),
    "second order in the fluctuations; third moments of means are of order 1/k^2",
    remainder=k**-2,
)

# %% tags=["derives:vote.weighted-mean.first-correction"]
first.claim(
    formula("vote.weighted-mean.first-correction").statement.rhs,
    WeightMoments(far(2)),
    "w^2 times the density is a normal density around -2 rho/(2+t), of variance t/(2+t)",
    hypotheses=["k (E w)^2/E w^2 >> 1: enough answers are near the judge's"],
    remainder=k**-2,
)
first.conclude()

# %% [markdown]
# ## The median
#
# For odd $k$ the median is one of the answers. Of $k$ draws, $\frac{k-1}2$ lie below it and as many above.

# %%
P, Q = NormalShare(z), NormalShare(z_prime)
middle = (
    gamma(k + 1)
    / gamma((k + 1) / 2) ** 2
    * Integral((z + tau) ** 2 * (P * (1 - P)) ** ((k - 1) / 2) * normal_density(z), (z, -oo, oo))
)

# %% tags=["derives:vote.median"]
median = Derivation("vote.median", MedianVote(k, tau))
median.claim(
    middle,
    MiddleAnswer(),
    "Phi(median) follows Beta((k+1)/2, (k+1)/2)",
    hypotheses=["k is odd"],
)

# %% tags=["derives:vote.median"]
median.claim(tau**2 + MedianSpread(k).unfold(), SymmetricAboutZero(), "z and -z are as likely")
median.claim(tau**2 + MedianSpread(k), Name(MedianSpread), "by name")
median.conclude()

# %% [markdown]
# For many answers $\Phi(\text{median})$ is close to $\frac12$, where the normal quantile function has a power series; its
# moments are those of a Beta variable, rational in $k$.

# %% tags=["derives:vote.median.large-k"]
many = Derivation("vote.median.large-k", MedianVote(k, tau))
many.claim(middle, MiddleAnswer(), "as before", hypotheses=["k is odd"])
many.claim(tau**2 + MedianSpread(k).unfold(), SymmetricAboutZero(), "as before")
many.claim(tau**2 + MedianSpread(k), Name(MedianSpread), "by name")
many.claim(
    tau**2 + pi / (2 * k) - pi * (4 - pi) / (4 * k**2),
    MiddleQuantile(False, Far(exact.median_vote_mp, (k, tau), 3)),
    "the quantile at 1/2 + e is sqrt(2 pi) (e + pi e^3/3 + ...)",
    remainder=k**-3,
)
many.conclude()

# %% [markdown]
# An even number of answers has two middle ones, and their mean is given.

# %% tags=["derives:vote.median.even"]
even = Derivation("vote.median.even", MiddlePairVote(k, tau))
even.claim(
    gamma(k + 1)
    / gamma(k / 2) ** 2
    * Integral(
        ((z + z_prime) / 2 + tau) ** 2 * (P * (1 - Q)) ** (k / 2 - 1) * normal_density(z) * normal_density(z_prime),
        (z, -oo, z_prime),
        (z_prime, -oo, oo),
    ),
    MiddlePair(),
    "k/2 - 1 answers below, as many above, none between",
    hypotheses=["k is even"],
)
even.claim(tau**2 + MiddlePairSpread(k).unfold(), SymmetricAboutZero(), "(z, z') and (-z', -z) are as likely")
even.claim(tau**2 + MiddlePairSpread(k), Name(MiddlePairSpread), "by name")
even.claim(
    tau**2 + pi / (2 * k) - pi * (6 - pi) / (4 * k**2),
    MiddleQuantile(True, Far(exact.middle_pair_vote_mp, (k, tau), 3, at=("1e3", "1e7"), digits=26)),
    "the spacings are Dirichlet(k/2, 1, k/2)",
    remainder=k**-3,
)
even.conclude()

# %% [markdown]
# Put $k+1$ for $k$ in the odd formula and the even one comes out, to this order: $2n$ answers are worth as much to a median
# as $2n+1$. The answer that makes an odd number is wasted. At small numbers:

# %% tags=["numbers"]
for number in (2, 4, 6, 20, 100):
    even_value, odd_value = exact.middle_pair_spread_mp(number, 12), exact.median_spread_mp(number + 1, 12)
    print(f"{number:>4} answers: {float(even_value):.8f}   {number + 1:>4} answers: {float(odd_value):.8f}")
    assert 0 < float(even_value / odd_value - 1) < 1.2 / number**2 + 0.1 / number

# %% [markdown]
# ## The majority
#
# Count the answers in bins of width $\Delta$ (in units of $s$), centred at $z=(i+\varsigma)\Delta$, $i$ whole, and give the
# centre of the fullest bin; if several are equally full, one of them with equal chances. The shift $\varsigma$ says where the
# grid lies against the predictive mean. Bin $i$ has the probability
# $p_i=\Phi((i+\varsigma+\frac12)\Delta)-\Phi((i+\varsigma-\frac12)\Delta)$.
#
# The counts are multinomial. In their generating function a bin with fewer than $m$ answers contributes the exponential
# series before its $m$-th power, $e_m(p\xi)=\sum_{n<m}(p\xi)^n/n!$. Ties are shared by $\int_0^1\theta^n\,d\theta=\frac1{n+1}$.

# %%
MajorityPolynomial(k, bin_width, grid_shift, tau).unfold()

# %% tags=["derives:vote.majority"]
setting = (k, bin_width, grid_shift)
majority = Derivation("vote.majority", MajorityVote(*setting, tau))
majority.claim(
    Sum(((i_bin + grid_shift) * bin_width + tau) ** 2 * WinningChance(i_bin, *setting), (i_bin, -oo, oo)),
    CentreOfABin(),
    "one bin's centre is given",
)
majority.claim(
    MajorityPolynomial(*setting, tau),
    CountInBins(),
    "m answers in the bin given, at most m in each other",
    hypotheses=["k is a whole number"],
)
majority.conclude()

# %% [markdown]
# ### Many answers: the likeliest bin wins
#
# The likeliest bin is the one whose centre is nearest to the predictive mean: the share of a bin falls with the distance of
# its centre. Bin $i$ is ahead of it with a probability below $\big(1-(\sqrt{p_0}-\sqrt{p_i})^2\big)^k$ (Chernoff), so the
# error tends to the squared distance of the likeliest bin's centre from the teacher.

# %% tags=["derives:vote.majority.infinite-k"]
grid = (bin_width, grid_shift)
plateau = Derivation("vote.majority.infinite-k", MajorityLimit(*grid, tau))
plateau.claim(ManyAnswers(MajorityVote(k, *grid, tau), k), Unfold(MajorityLimit), "its definition")
plateau.claim(
    ManyAnswers(
        Sum(((i_bin + grid_shift) * bin_width + tau) ** 2 * WinningChance(i_bin, k, *grid), (i_bin, -oo, oo)),
        k,
    ),
    UnderLimit(CentreOfABin()),
    "one bin's centre is given",
)
plateau.claim(
    (grid_shift * bin_width + tau) ** 2,
    LikeliestBin(),
    "bin 0 wins: its centre is nearest to the predictive mean",
    hypotheses=["varsigma < 1/2: no other centre is as near"],
)
plateau.conclude()

# %% [markdown]
# If the predictive mean lies on the edge of two bins, they are equally likely, and by reflection each wins half the time.

# %% tags=["derives:vote.majority.infinite-k.tie"]
half = Rational(1, 2)
level = Derivation("vote.majority.infinite-k.tie", MajorityLimit(bin_width, half, tau))
level.claim(ManyAnswers(MajorityVote(k, bin_width, half, tau), k), Unfold(MajorityLimit), "its definition")
level.claim(
    ManyAnswers(
        Sum(((i_bin + half) * bin_width + tau) ** 2 * WinningChance(i_bin, k, bin_width, half), (i_bin, -oo, oo)),
        k,
    ),
    UnderLimit(CentreOfABin()),
    "one bin's centre is given",
)
level.claim(tau**2 + bin_width**2 / 4, LikeliestBin(tie=True), "bins 0 and -1, centres at Delta/2 and -Delta/2, by halves")
level.conclude()

# %% [markdown]
# What is left over is the chance that another bin is ahead. The runner-up is the second likeliest bin. The difference
# of the two counts is a sum of $k$ steps $+1$, $-1$, $0$; its generating function is real on the circle through its
# saddle point.

# %% tags=["derives:vote.majority.rate"]
base, root = 1 - (sqrt(p_1) - sqrt(p_2)) ** 2, sqrt(p_1) * sqrt(p_2)
rate = Derivation("vote.majority.rate", ScaledRace(k, p_1, p_2))
rate.claim(ScaledRace(k, p_1, p_2).unfold(), Unfold(ScaledRace), "what is left without the exponential")
rate.claim(
    sqrt(k)
    / (4 * pi)
    * Integral(
        (1 - 2 * root / base * (1 - cos(angle))) ** k * (p_1 - p_2) / (p_1 + p_2 - 2 * root * cos(angle)),
        (angle, -pi, pi),
    ),
    SaddleCircle(),
    "Cauchy's integral; the geometric series over N_2 - N_1 > 0, half of the term 0",
    hypotheses=["k is a whole number"],
)

# %% tags=["derives:vote.majority.rate"]
rate.claim(
    formula("vote.majority.rate").statement.rhs,
    LaplaceAtZero(Far(race.scaled_race_mp, (k, p_1, p_2), 1, digits=25)),
    "the integrand has one maximum, at zero; p_1 + p_2 < 1 keeps its other end below",
    remainder=1 / k,
)
rate.conclude()

# %% [markdown]
# So the second bin is ahead with the probability $k^{-1/2}\left(1-(\sqrt{p_1}-\sqrt{p_2})^2\right)^k$ times this constant: the
# plateau is reached exponentially fast. All bins but the two play no part in it: where the two are level, each holds far more
# than a third can. At $\varsigma=0$ there are two runners-up.
#
# A check of the whole vote, not only of the race: $V-\text{plateau}$ over the runner-up's excess times its chance of being
# ahead.

# %% tags=["numbers"]
from infscale_sym.theory.votes.values.majority import majority_vote
from infscale_sym.theory.votes.values.numeric import bin_share
from infscale_sym.theory.votes.values.race import race_tail

width, shift, offset = 2.0, 0.2, 0.5
best, second = shift * width, (shift - 1) * width
share = bin_share([0, -1], width, shift)
for number in (10, 20, 40, 80):
    excess = majority_vote(number, width, shift, offset) - (best + offset) ** 2
    ratio = excess / (((second + offset) ** 2 - (best + offset) ** 2) * race_tail(number, *share))
    print(f"k = {number:>3}: error above the plateau {excess:.3e}, over the race's {ratio:.6f}")
assert abs(ratio - 1) < 1e-3

# %% [markdown]
# ## Search in stages
#
# Selection judges whole answers. A search judges parts. Let the answer be a sum of $L$ increments,
# $z=\xi_1+\dots+\xi_L$, independent, each of variance $1/L$: without a choice the same law as before. The judge's answer
# lies at $z=-\rho$. After $l$ stages $R=\rho+\xi_1+\dots+\xi_l$ is left to undo in $n=L-l$ stages, an equal share $R/n$
# in each. At each stage draw $k/L$ increments and keep the one with the least $|\xi+R/n|$. In all $k$ increments are drawn
# and judged, as many judgements as in best-of-$k$. ($L=1$ *is* best-of-$k$.)
#
# The last stage is a selection of its own: in units of the increment's $1/\sqrt L$ the judge's offset is $\sqrt LR$, and the
# teacher's $\sqrt L(R+\tau-\rho)$.

# %% tags=["derives:search.beam"]
gap, law = tau - rho, (k, stages, rho)
search = Derivation("search.beam", BeamError(k, stages, tau, rho))
search.claim(
    BeforeLastStage(
        SelectionError(k / stages, 0, sqrt(stages) * (remaining + gap), sqrt(stages) * remaining) / stages,
        *law,
    ),
    LastStage(),
    "what the stages before have left is all to be undone",
)

# %% tags=["derives:search.beam"]
search.claim(
    BeforeLastStage(
        gap**2 + pi * stages * exp(stages * remaining**2) * (1 + 2 * stages * remaining * gap) / k**2,
        *law,
    ),
    InsertBestOfK(),
    "the last choice is among k/L",
    hypotheses=["the tails of R fall as exp(-(k/L) x^2/2) at least: the average of exp(L R^2) is finite for large k"],
    remainder=k**-3,
)

# %% [markdown]
# Each choice among many hits its share but for $O(L/k)$, so $R=\rho/L+O(1/k)$ before the last stage; and the term that depends
# on $R$ has $k^{-2}$ already.

# %% tags=["derives:search.beam"]
search.claim(
    gap**2 + pi * stages * exp(rho**2 / stages) * (1 + 2 * rho * gap) / k**2,
    EvenShares(
        Far(
            beam.beam_error_mp,
            (k, stages, tau, rho),
            3,
            at=("1e7", "1e11"),
            values={stages: (2, 3)},
        )
    ),
    "L exact stages leave rho/L before the last",
    remainder=k**-3,
)
search.conclude()

# %% [markdown]
# **What a search buys.** With the teacher as judge the error is $\pi Le^{\tau^2/L}/k^2$: the number of stages divides the
# exponent of the difficulty, at the price of a factor $L$. $L$ stages beat one choice of equal cost at large $k$ exactly if
# $\tau^2(1-\frac1L)>\ln L$; two stages if $\tau^2>2\ln2$. As a function of real $L$ the error is least at $L=\tau^2$,
# where it is $\pi e\,\tau^2/k^2$: the price of difficulty falls from exponential to linear in $\tau^2$. With a judge that
# is not the teacher the plateau $(\tau-\rho)^2$ stays, and more answers hurt at large $k$ under the same condition as
# for best-of-$k$, $1+2\rho(\tau-\rho)<0$, whatever $L$.
#
# **At which cost?** $k$ counts judgements. If it is the drawing of increments that costs, best-of-$k$ draws $kL$ of them;
# a search with as many has $k$ candidates a stage and the error $\pi e^{\tau^2/L}/(Lk^2)$, less than best-of-$k$'s
# at every $\tau$ and $L>1$. What the model leaves out is that a judge of parts may be worse than a judge of wholes.

# %% tags=["numbers"]
from infscale_sym.theory.votes.values.beam import beam_error

print("judge = teacher at tau, k = 1000: exact error times k^2/pi (law: L exp(tau^2/L))")
for offset in (0.5, 1.5, 2.5, 3.5):
    row = [1e6 / 3.141592653589793 * beam_error(1000, depth, offset, offset) for depth in (1, 2, 4, 8)]
    law_row = [depth * 2.718281828459045 ** (offset**2 / depth) for depth in (1, 2, 4, 8)]
    cells = (f"L = {d}: {v:.4g} ({w:.4g})" for d, v, w in zip((1, 2, 4, 8), row, law_row, strict=True))
    print(f"tau = {offset}   " + "   ".join(cells))

# %% tags=["figure"]
from infscale_sym.theory.votes.figures import search_in_stages

search_in_stages()

# %% [markdown]
# ## Which is best where
#
# First without any judge: mean, median and majority. The teacher's answer is the centre of a bin, as where answers come
# from a list, so $\tau=-(i+\varsigma)\Delta$ for some $i$: if the predictive mean falls into the teacher's bin, the majority
# gives it but for an exponentially small chance; if not, the majority settles on a wrong bin.

# %% tags=["figure"]
from infscale_sym.theory.votes.figures import votes_against_answers

votes_against_answers()

# %% [markdown]
# Now over the two offsets, at temperature $t=0.3$ for the weighted mean. Where judge and teacher lie on the same side of
# the predictive mean and the judge falls short, best-of-$k$ wins, in stages if the judge's answer is far out. Where the judge
# lies beyond the teacher, its exaggeration suits a mean that follows it only part of the way. Where it points to
# the wrong side the plain mean wins. Selection at the same $t$ competes too and never wins: the weighted mean is
# never worse. The switch from one stage to two is at $\rho^2=2\ln2$ for many answers, from two to four at $\rho^2=4\ln2$.

# %% tags=["figure"]
from infscale_sym.theory.votes.figures import winners

winners()
