"""Does the Beta law fit? A parametric bootstrap of the distance between the counts' probability transform and a uniform law.

With unequal numbers of attempts the counts have no common law to be tabulated against; their probability transforms have.
If the outcomes of problem i are ordered from worst to best, with cumulative chances F_i, the observed outcome x occupies the
interval (F_i(x-), F_i(x)]. Spread evenly over it and averaged over problems, these intervals fill [0, 1] evenly if the law is
right (Czado, Gneiting & Held 2009, the non-randomised transform: no lots are drawn, unlike with a randomised one). The
statistic is the sum over ten equal bins of (content - expected)^2/expected. It has no standard law: the outcomes are discrete
and the parameters were fitted. So tables are drawn from the fitted law with the same design, fitted and measured alike, and
p = (1 + those at least as far off)/(1 + all), which is exact in rank up to the error of the estimated parameters.

Order of outcomes: more successes are better. For a problem that stops at the s-th success or at a cap, fewer attempts are
better, and any success of the design is better than the cap; P(worse than stopping at n) = P(fewer than s successes in n).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from infscale_sym.theory.coverage.fit.counts import Counts
from infscale_sym.theory.coverage.fit.likelihood import Likelihood
from infscale_sym.theory.coverage.fit.maximum import Maximum, maximum

if TYPE_CHECKING:
    from infscale_sym.theory.coverage.fit.result import CoverageFit

BINS = 10
#: Fewest problems to judge a law by.
FEWEST = 10
#: Most cells of the tables of cumulative chances that one measurement may need.
_CELLS = 2 * 10**7


@dataclass(frozen=True, eq=False)
class Goodness:
    """The test of the fitted law."""

    p: float
    """Chance of a distance at least this large if the law holds, from the bootstrap; nan where it could not be made."""
    distance: float
    """Sum over the bins of (content - expected)^2/expected."""
    bins: np.ndarray
    """Problems in each tenth of the probability transform, from worst to best, shape (10,); each should hold a tenth."""
    bins_low: np.ndarray
    bins_high: np.ndarray
    """The middle 95 % of each bin among the tables drawn."""
    unsolved: tuple[int, float, float]
    """Problems without a success: observed, expected, standard deviation, the last two from the tables drawn."""
    perfect: tuple[int, float, float]
    """Problems that succeeded at every attempt (stopped: at the first ones), likewise."""
    replicates: int
    reason: str = ""
    """Why there is no p, if there is none."""


def judge(fit: CoverageFit, replicates: int, rng: np.random.Generator) -> Goodness:
    """Test the fitted law with `replicates` tables drawn from it."""
    counts = fit.counts
    nothing = np.full(BINS, np.nan)

    def none(reason: str) -> Goodness:
        gap = (0, np.nan, np.nan)
        return Goodness(np.nan, np.nan, nothing, nothing, nothing, gap, gap, 0, reason)

    known = 3 if fit.free else 2
    if len(counts) < FEWEST:
        return none(f"{FEWEST} problems are the least that show a law")
    if counts.largest <= known:
        return none(f"{known} parameters describe {known} attempts a problem whatever the law")
    if not counts.design_known:
        return none("where stopped problems would have been given up is not known (give a cap)")
    if _cells(counts) > _CELLS:
        return none(f"the tables of chances would need {_cells(counts):.0e} cells")
    law = Law(fit.a, fit.b, fit.ceiling, fit.failure)
    bins = transform(counts, law)
    distance = _distance(bins)
    drawn, far, ends = [], 0, []
    for _ in range(replicates):
        again = redraw(counts, law, rng)
        found = transform(again, _refit(again, fit))
        far += _distance(found) >= distance * (1 - 1e-12)
        drawn.append(found)
        ends.append(extremes(again))
    table, edge = np.array(drawn), np.array(ends)
    low, high = np.quantile(table, (0.025, 0.975), axis=0)
    seen = extremes(counts)
    gaps = [(seen[i], float(edge[:, i].mean()), float(edge[:, i].std(ddof=1))) for i in (0, 1)]
    return Goodness((1 + far) / (1 + replicates), distance, bins, low, high, gaps[0], gaps[1], replicates)


@dataclass(frozen=True)
class Law:
    """Parameters with their Binomial limit (a = b = inf, one failure probability)."""

    a: float
    b: float
    ceiling: float
    failure: float

    def chances(self, n: int, most: int) -> np.ndarray:
        """P(at most x successes in n attempts), x = 0 ... most."""
        from scipy.special import gammaln

        x = np.arange(min(most, n) + 1.0)
        logs = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
        if np.isinf(self.a):
            logs = logs + (n - x) * np.log(self.failure) + x * np.log1p(-self.failure)
        else:
            j = np.arange(n)
            fail, win, all_ = (np.concatenate([[0.0], np.cumsum(np.log(s + j))]) for s in (self.a, self.b, self.a + self.b))
            logs = logs + fail[(n - x).astype(int)] + win[x.astype(int)] - all_[n]
        chance = self.ceiling * np.exp(logs)
        chance[0] += 1 - self.ceiling
        return np.minimum(np.cumsum(chance), 1.0)


def transform(counts: Counts, law: Law) -> np.ndarray:
    """Content of each tenth of the averaged probability transform, shape (10,), sum = number of problems."""
    low, high = intervals(counts, law)
    edges = np.linspace(0, 1, BINS + 1)[:, None]
    width = np.maximum(high - low, 1e-300)
    filled = np.clip((edges - low) / width, 0, 1)
    filled[0], filled[-1] = 0, 1
    return np.diff(filled.sum(axis=1))


def intervals(counts: Counts, law: Law) -> tuple[np.ndarray, np.ndarray]:
    """(F(x-), F(x)) of each problem's outcome, shape (problems,)."""
    ended, goal = counts.ended, counts.target
    low, high = np.empty(len(counts)), np.empty(len(counts))
    for n in np.unique(counts.attempts):
        rows = (counts.attempts == n) & ~ended
        if rows.any():
            c = counts.successes[rows]
            chance = np.concatenate([[0.0], law.chances(int(n), int(c.max()))])
            low[rows], high[rows] = chance[c], chance[c + 1]
        rows = (counts.attempts == n) & ended
        if rows.any():
            low[rows] = law.chances(int(n), goal - 1)[-1]
            high[rows] = law.chances(int(n) - 1, goal - 1)[-1] if n > goal else 1.0
    return low, high


def redraw(counts: Counts, law: Law, rng: np.random.Generator) -> Counts:
    """A table drawn from the law with the design of `counts`."""
    size = len(counts)
    p = np.full(size, law.failure) if np.isinf(law.a) else rng.beta(law.a, law.b, size)
    p[rng.random(size) >= law.ceiling] = 1.0
    attempts = counts.attempts.copy()
    limit = counts.reach
    successes = rng.binomial(attempts, 1 - p)
    rows = np.flatnonzero(counts.stopped)
    if rows.size:
        goal = counts.target
        # attempts to the goal-th success: failures before it are negative binomial
        with np.errstate(divide="ignore"):
            able = p[rows] < 1
        need = np.full(rows.size, np.iinfo(np.int64).max)
        need[able] = goal + rng.negative_binomial(goal, np.maximum(1 - p[rows][able], 1e-12))
        ended = need <= limit[rows]
        attempts[rows] = np.where(ended, need, limit[rows])
        successes[rows] = np.where(ended, goal, 0)
        if goal > 1:
            late = rows[~ended]
            successes[late] = _below(goal, limit[late], p[late], rng)
    cap = counts.cap if counts.cap is not None or not rows.size else int(limit[rows].max())
    return Counts(counts.problem, attempts, successes, counts.stopped, cap)


def extremes(counts: Counts) -> tuple[int, int]:
    """(problems without a success, problems without a failure)."""
    return int((counts.successes == 0).sum()), int((counts.failures == 0).sum())


def _below(goal: int, limit: np.ndarray, p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Successes in `limit` attempts given that they are fewer than `goal`, by inversion of the Binomial law."""
    from scipy.special import bdtr

    table = np.stack([bdtr(c, limit, 1 - p) for c in range(goal)])
    return (rng.random(limit.size) * table[-1] > table).sum(axis=0)


def _refit(counts: Counts, fit: CoverageFit) -> Law:
    """The law fitted to a drawn table, from the parameters it was drawn from."""
    n, c = counts.attempts, counts.successes
    if (c == 0).all() or (c == n).all() or ((c == 0) | (c == n)).all():
        failure = float(np.clip((n - c).sum() / n.sum(), 1e-9, 1 - 1e-9))
        return Law(1e-6 * failure, 1e-6 * (1 - failure), 1.0, failure)
    likelihood = Likelihood(counts)
    free = fit.free and bool(likelihood.zero_weights.size)
    binomial = likelihood.best_binomial(free)
    shapes = [fit.a, fit.b] if np.isfinite(fit.a) else [400 * fit.failure, 400 * (1 - fit.failure)]
    near = np.log(shapes)
    if free:
        height = min(fit.ceiling, 0.98)
        near = np.append(near, np.log(height / (1 - height)))
    found = maximum(likelihood, free, Maximum(0.0, near, np.eye(near.size)))
    if binomial[0] >= found.value - 1e-7:
        return Law(np.inf, np.inf, binomial[2], binomial[1])
    a, b = np.exp(np.clip(found.point[:2], -25, 25))
    return Law(float(a), float(b), float(1 / (1 + np.exp(-found.point[2]))) if free else 1.0, float(a / (a + b)))


def _distance(bins: np.ndarray) -> float:
    expected = bins.sum() / BINS
    return float(((bins - expected) ** 2).sum() / expected)


def _cells(counts: Counts) -> int:
    return int(np.unique(counts.attempts[~counts.ended]).sum()) + 4 * len(np.unique(counts.attempts[counts.ended]))
