# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Eleven language models, counted
#
# Everything else in this project is solvable. This page holds one of its laws against language models: 11 of them, each given
# 80 to 160 attempts on the problems of AIME 2024 and 2025 (30 each, answers are integers), and six of them on GPQA diamond
# (198 problems, answers are letters). Two ways to spend $k$ attempts are compared:
#
# - **select**: a perfect judge keeps a right attempt if there is one. The share of problems solved is
#   pass@$k=1-\mathbb{E}\,p^k$, $p$ the chance that an attempt on the problem fails;
# - **vote**: give the most frequent answer. No judge is needed, but the right answer must be the most frequent one.
#
# The questions: does the Beta law of failure hold ([coverage](coverage.ipynb), [coverage_fit](coverage_fit.ipynb))? Can a few
# attempts forecast many? And what does voting lose?
#
# *The counts* come from the logs of `jkomiyama/BoInf-code-publish` (MIT licence by its README), commit `fbcb0970`: one row for
# each dataset, model and problem with the attempts `n`, the right ones `c` and how often each distinct wrong answer came
# (`wrong_answer_counts`). The project ships no copy. The page looks for `shared/data/boinf_counts.csv` in the folders above it,
# or for the file that the variable `INFSCALE_ANSWERS` names; without one it runs on a small drawn table of its own, and then
# the words about the models do not apply.

# %% tags=["nbval-ignore-output"]
import numpy as np

from infscale_sym.theory.coverage.fit import Counts, fit_coverage
from infscale_sym.theory.coverage.fit.answers import drawn_answers, find_answers, read_answers

place = find_answers()
tables = read_answers(place) if place else drawn_answers()
attempts = sum(int(table.counts.attempts.sum()) for table in tables)
print("real counts" if place else "no real counts found: a drawn table")
print(f"{len(tables)} tables, {sum(len(table.counts) for table in tables)} rows, {attempts} attempts")

# %% [markdown]
# ## Does the Beta law hold?
#
# Each table is fitted by $p\sim\mathrm{Beta}(a,b)$, with a share $1-A$ of problems that are never solved where the data ask for
# it (likelihood ratio, 5 %). The last column is the test of the law itself: the chance of a misfit at least this large if the
# law holds, from 199 tables drawn from the fit.

# %% tags=["nbval-ignore-output"]
fits = [fit_coverage(table.counts) for table in tables]
print(f"{'':44}   one   never/always        a      b   95 % of b      A    law p")
for table, fit in zip(tables, fits, strict=True):
    c, n = table.counts.successes, table.counts.attempts
    b, span = fit.tail_exponent
    ceiling = f"{fit.ceiling:.3f}" if fit.free else "  1  "
    print(
        f"{table.dataset:13}{table.model:31}{table.share.mean():6.3f}{(c == 0).sum():8}/{(c == n).sum():<6}"
        f"{fit.a:9.3f}{b:7.3f}  {span.low:5.2f} - {span.high:4.2f}  {ceiling}   {fit.goodness.p:.3f}"
    )
rejected = sum(fit.goodness.p < 0.05 for fit in fits)
print(f"\nthe law is rejected at 5 % in {rejected} of {len(fits)} tables; {0.05 * len(fits):.1f} would be by chance")

# %% [markdown]
# Most exponents are small. With $b=1/3$, to halve what is left unsolved takes $2^3=8$ times the attempts; with $b=0.8$ a little
# more than twice. (Where a ceiling is fitted, $b$ is the exponent of the approach to it, and larger.) Hollow dots: the law is
# rejected.

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures_answers import exponents

exponents(tables, fits)

# %% [markdown]
# With 30 problems the test has little power, and the law passes it mostly. With 198 it fails more often than not. Below is the
# table of the large dataset that fits best, and the one that fits worst, with what the law expects. The worst has too few
# problems that are *always* right and too many that are *nearly always* right. A Beta law with $a<1$ has an infinite density
# at $p=0$, problems without any failure; a model that slips now and then on every problem has a least failure rate instead.

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures_answers import two_laws

largest = max(len(table.counts) for table in tables)
big = [(table, fit) for table, fit in zip(tables, fits, strict=True) if len(table.counts) == largest]
big.sort(key=lambda pair: (pair[1].goodness.p, -pair[1].goodness.distance))
worst, best = (pair for pair in (big[0], max(big, key=lambda pair: pair[1].goodness.p)))
two_laws(*((f"{table.dataset}, {table.model}", fit) for table, fit in (best, worst)))

# %% [markdown]
# Some slips are attempts that ended without a readable answer. Leave these out, as if such an attempt were noticed and made
# again, and the law should fit better if they are the reason:

# %% tags=["nbval-ignore-output"]
for table, fit in big:
    read = table.counts.successes + np.array([sum(wrong) for wrong in table.wrong])
    some = read > 0
    cleaned = fit_coverage(Counts.of(read[some], table.counts.successes[some]))
    lost = 1 - read.sum() / table.counts.attempts.sum()
    perfect, then = fit.goodness.perfect, cleaned.goodness.perfect
    print(
        f"{table.model:29}{lost:6.2%} unreadable   p {fit.goodness.p:.3f} -> {cleaned.goodness.p:.3f}   always right"
        f" {perfect[0]} (law {perfect[1]:.0f}) -> {then[0]} (law {then[1]:.0f})"
    )

# %% [markdown]
# It hardly does: the slips are wrong answers, not lost ones. The middle of the law is at fault too, so the small exponents
# describe these models to the accuracy of the plots below, not to the accuracy of the data.
#
# ## A forecast, tried
#
# The use of a law is to say what many attempts will do, from few. So take 10 of the attempts on each problem (drawn without
# replacement), fit, and forecast the share of *these* problems that 64 attempts solve; the full table knows the answer almost
# exactly. Three treatments of the ceiling: fixed at one, fitted, or fixed unless the likelihood ratio asks for it.

# %% tags=["nbval-ignore-output"]
FEW, FAR, REPEATS = 10, 64, 2
TREATMENTS = {"$A$ = 1": "one", "$A$ fitted": "free", "$A$ chosen by the test": "test"}
FAR = min(FAR, min(int(table.counts.attempts.min()) for table in tables))
truth = np.array([float(fit.empirical([FAR]).value[0]) for fit in fits])
rng = np.random.default_rng(5)
tried = {name: np.empty((REPEATS, len(tables), 3)) for name in TREATMENTS}
for repeat in range(REPEATS):
    for row, table in enumerate(tables):
        n, c = table.counts.attempts, table.counts.successes
        few = Counts.of(np.full(len(n), FEW), rng.hypergeometric(c, n - c, FEW))
        for name, ceiling in TREATMENTS.items():
            ahead = fit_coverage(few, ceiling, replicates=0).forecast([FAR])
            tried[name][repeat, row] = ahead.these[0], ahead.these_low[0], ahead.these_high[0]
for name, rows in tried.items():
    value, low, high = rows.transpose(2, 0, 1)
    held = (low <= truth) & (truth <= high)
    print(
        f"{name.replace('$', ''):24}holds the truth: {held.mean():4.0%} (nominal 95 %)  width {np.mean(high - low):.3f}"
        f"  mean error {np.mean(value - truth):+.3f}"
    )

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures_answers import forecasts

forecasts({name: rows[0] for name, rows in tried.items()}, truth)

# %% [markdown]
# This is the practical lesson of the page. A ceiling that ten attempts seem to show is often not there: problems unsolved in
# ten are solved in sixty-four. A forecast that believes in the ceiling is then too low and too sure of itself, whether the
# ceiling was always fitted or only where a test asked for it. Unless a ceiling is known for another reason, forecast with
# $A=1$; and since the law itself is only an approximation, even those bands hold the truth less often than they say.
#
# ## Selecting and voting
#
# The vote's chance is exact: if attempts fall on the distinct answers with the observed shares, the counts of $k$ of them are
# multinomial, and the chance that the right answer is the most frequent one (ties shared) is a finite sum. Two votes are worth
# exactly one, apart from unreadable attempts: when they differ, the tie is drawn.

# %% tags=["nbval-ignore-output"]
KS = (1, 2, 4, 8, 16, 32, 64)
shown = [(table, fit) for table, fit in zip(tables, fits, strict=True) if len(table.counts) == largest]
votes = [table.vote(KS).mean(axis=0) for table, _ in shown]
print(f"{'':31}" + "".join(f"{f'vote {k}':>9}" for k in KS) + "    limit  pass@64")
for (table, fit), vote in zip(shown, votes, strict=True):
    top = float(fit.empirical([FAR]).value[0])
    print(f"{table.model:31}" + "".join(f"{v:9.3f}" for v in vote) + f"{table.vote_limit.mean():9.3f}{top:9.3f}")

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures_answers import coverage_and_votes

coverage_and_votes([table for table, _ in shown], [fit for _, fit in shown], KS, votes)

# %% [markdown]
# A vote saturates after some sixteen attempts, at the share of problems whose commonest answer is right. Selection goes on
# rising as a small power of $k$. What lies between the two curves is what a judge is worth. (On GPQA some of it is luck: four
# letters, so a blind guess is right in a quarter of attempts, and 64 blind guesses contain the right letter almost surely. A
# judge that cannot tell could not use it.)
#
# Where does voting lose to a single attempt? Where a wrong answer is more frequent than the right one. In the plot each problem
# of each model is a dot; below the diagonal the vote tends to be right, above it to be wrong.

# %% tags=["figure"]
from infscale_sym.theory.coverage.figures_answers import where_votes_win

where_votes_win([table for table, _ in shown], f"{shown[0][0].dataset}, {len(shown)} models")

# %% tags=["nbval-ignore-output"]
print(f"{'':44}  one    vote   wins  loses   gain from wins   from losses")
for table in tables:
    limit, share = table.vote_limit, table.share
    up, down = limit > share, limit < share
    print(
        f"{table.dataset:13}{table.model:31}{share.mean():6.3f}{limit.mean():8.3f}{up.sum():6}{down.sum():7}"
        f"{(limit - share)[up].sum() / len(share):+14.3f}{(limit - share)[down].sum() / len(share):+14.3f}"
    )

# %% [markdown]
# In every table voting gains more on the problems where the right answer leads than it loses where it does not. On GPQA the
# losses take back about half of the gains: with four letters a confident mistake gathers the votes. On AIME wrong answers
# scatter over many integers, a right one with a modest share already leads, and the losses are slight.
#
# ## Checked
#
# On the real counts the numbers that the words rest on are asserted; on any table, that two votes are worth one and that a vote
# never beats selection.

# %%
for table in tables:
    one, two = table.vote((1, 2)).T
    read = table.counts.successes + np.array([sum(wrong) for wrong in table.wrong])
    whole = read == table.counts.attempts  # every attempt was readable
    assert np.allclose(one, table.share)
    assert np.allclose(one[whole], two[whole])
for (table, fit), vote in zip(shown, votes, strict=True):
    ks = [k for k in KS if k <= table.counts.attempts.min()]
    assert (vote[: len(ks)] <= fit.empirical(ks).value + 0.01).all()
if place:
    held = {name: np.mean((rows[..., 1] <= truth) & (truth <= rows[..., 2])) for name, rows in tried.items()}
    assert (len(tables), attempts) == (28, 169680)
    assert 0.3 < np.median([fit.b for fit in fits]) < 0.6
    assert sum(fit.goodness.p < 0.05 for _, fit in big) >= 4 > 0.05 * len(big)
    assert held["$A$ = 1"] > held["$A$ chosen by the test"]
    assert all((table.vote_limit - table.share).mean() > 0 for table in tables)
