"""Maximum likelihood for the Beta law of coverage: the maximum inside or at the binomial limit, intervals, the tested ceiling.

The model is that of `coverage.fit`, the likelihood that of `likelihood`, maximised by Newton's method (`maximum`). Intervals
come from the profile likelihood; by default a ceiling is fitted only where a likelihood-ratio test rejects A = 1.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.theory.coverage.fit.binomial_limit import binomial_spread
from infscale_sym.theory.coverage.fit.counts import Counts
from infscale_sym.theory.coverage.fit.goodness import judge
from infscale_sym.theory.coverage.fit.likelihood import Likelihood
from infscale_sym.theory.coverage.fit.maximum import FAR, Maximum, crossing, maximum
from infscale_sym.theory.coverage.fit.result import CeilingTest, CoverageFit, Interval

CEILINGS = ("test", "one", "free")


def fit_coverage(
    counts: Counts,
    ceiling: str = "test",
    *,
    level: float = 0.95,
    replicates: int = 199,
    rng: np.random.Generator | None = None,
) -> CoverageFit:
    """Fit the Beta law of coverage to counts by maximum likelihood.

    ceiling: "one" keeps A = 1; "free" fits A; "test" keeps A = 1 unless the likelihood ratio rejects it at `level`. What is
    then reported is the law that was chosen, as if no choice had been made: at A = 1 the intervals of b and of a far forecast
    hold the truth a few percent less often than they say (derivations/coverage_fit). level in [0.5, 1): of intervals and tests.
    replicates: tables drawn from the fitted law and fitted again, to judge the fit (19 to 1e5, or 0 for no such test), with
    `rng`, by default a generator with seed 0. About 2 ms a replicate for a thousand problems. Raises DomainError.
    """
    if ceiling not in CEILINGS:
        raise DomainError(f"ceiling must be 'test', 'one' or 'free'; got {ceiling!r}")
    if not 0.5 <= level < 1:
        raise DomainError(f"level must lie in [0.5, 1); got {level}")
    if replicates and not 19 <= replicates <= 10**5:
        raise DomainError(f"replicates must be 0, or from 19 to 1e5; got {replicates}")
    special = _special(counts, level)
    if special is not None:
        return special
    likelihood = Likelihood(counts)
    result = _fit(likelihood, ceiling, level)
    if replicates:
        result = replace(result, goodness=judge(result, replicates, rng or np.random.default_rng(0)))
    return result


def _special(counts: Counts, level: float) -> CoverageFit | None:
    """The tables that leave nothing to maximise."""
    n, c = counts.attempts, counts.successes
    nothing = Interval(0.0, np.inf, level)

    def fixed(kind: str, shape: float, share: float, failure: float, value: float) -> CoverageFit:
        return CoverageFit(
            counts, kind, shape, shape, share, failure, False, value, level, np.empty((0, 0)), nothing, nothing,
            Interval(0.0, 1.0, level), None,
        )  # fmt: skip

    solved = float((c > 0).mean())
    if (c == n).all():
        return fixed("always", np.nan, 1.0, 0.0, 0.0)
    if (c == 0).all():
        return fixed("never", np.nan, np.nan, 1.0, 0.0)
    if n.max() == 1:
        value = len(counts) * (solved * np.log(solved) + (1 - solved) * np.log1p(-solved))
        return fixed("one attempt", np.nan, 1.0, 1 - solved, value)
    if ((c == 0) | (c == n)).all():
        value = len(counts) * (solved * np.log(solved) + (1 - solved) * np.log1p(-solved))
        return fixed("all-or-nothing", 0.0, 1.0, 1 - solved, value)
    return None


def _fit(likelihood: Likelihood, ceiling: str, level: float) -> CoverageFit:
    from scipy.special import chdtri

    one = maximum(likelihood, False)
    binomial, test, chosen, edge = likelihood.best_binomial(False), None, one, False
    enough = likelihood.counts.largest >= 3
    if ceiling == "free" and not enough:
        raise DomainError("a ceiling needs 3 attempts or more on some problem: with fewer, a, b and A cannot be told apart")
    if enough:
        free = maximum(likelihood, True) if likelihood.zero_weights.size else one
        free_binomial = likelihood.best_binomial(True)
        base, best = max(one.value, binomial[0]), max(free.value, free_binomial[0])
        test = _test(max(2 * (best - base), 0.0), free, free_binomial)
        if ceiling != "one" and test.ratio > 0 and (ceiling == "free" or test.p < 1 - level):
            chosen, binomial = free, free_binomial
        edge = ceiling == "free" and chosen is one
    drop = float(chdtri(1, 1 - level)) / 2
    if binomial[0] >= chosen.value - 1e-7 or not chosen.inside:
        return _binomial_fit(likelihood, binomial, drop, level, test)
    a, b = np.exp(chosen.point[:2])
    height = (float(1 / (1 + np.exp(-chosen.point[2])))) if chosen.point.size == 3 else 1.0
    endless = chosen.value - binomial[0] <= drop
    limits = [
        (
            float(np.exp(crossing(likelihood.jet, chosen, i, drop, -1))),
            np.inf if endless else float(np.exp(crossing(likelihood.jet, chosen, i, drop, 1))),
        )
        for i in (0, 1)
    ]
    if chosen.point.size == 3:
        span = _ceiling_span(likelihood, chosen, drop, one.value)
    else:
        span = (_ceiling_span(likelihood, one, drop, one.value)[0], 1.0) if edge else (1.0, 1.0)
    return CoverageFit(
        likelihood.counts, "interior", float(a), float(b), height, float(a / (a + b)), chosen.point.size == 3 or edge,
        chosen.value + likelihood.constant, level, np.linalg.inv(-chosen.hessian),
        Interval(*limits[0], level), Interval(*limits[1], level), Interval(*span, level), test, likelihood=likelihood,
    )  # fmt: skip


def _test(ratio: float, free: Maximum, binomial: tuple[float, float, float]) -> CeilingTest:
    from scipy.special import chdtrc

    if ratio <= 1e-6:
        return CeilingTest(0.0, 1.0, 1.0)
    best = binomial[2] if binomial[0] > free.value or free.point.size == 2 else float(1 / (1 + np.exp(-free.point[2])))
    return CeilingTest(ratio, 0.5 * float(chdtrc(1, ratio)), best)


def _ceiling_span(likelihood: Likelihood, best: Maximum, drop: float, at_one: float) -> tuple[float, float]:
    """The interval of A: from the profile; the upper end is 1 where A = 1 is not rejected."""
    if best.point.size == 2:
        best = Maximum(best.value, np.append(best.point, FAR - 1), np.eye(3))
    low = crossing(likelihood.jet, best, 2, drop, -1)
    high = np.inf if best.value - at_one <= drop else crossing(likelihood.jet, best, 2, drop, 1)
    return float(1 / (1 + np.exp(-low))), float(1 / (1 + np.exp(-high)))


def _binomial_fit(
    likelihood: Likelihood, binomial: tuple[float, float, float], drop: float, level: float, test: CeilingTest | None
) -> CoverageFit:
    """The Binomial limit: no spread between the problems that can be solved."""
    value, failure, height = binomial
    # The least a and b that are not rejected: downwards from a point so concentrated that it is the limit in all but name.
    begin = np.log(np.array([failure, 1 - failure])) + 12.0
    if height < 1:
        begin = np.append(begin, np.log(height / (1 - height)))
    start = Maximum(value, begin, np.eye(begin.size))
    lows = [float(np.exp(crossing(likelihood.jet, start, i, drop, -1))) for i in (0, 1)]
    ends = [Interval(low, np.inf, level) for low in lows]
    covariance, span = binomial_spread(likelihood, binomial, drop)
    return CoverageFit(
        likelihood.counts, "binomial", np.inf, np.inf, height, failure, height < 1, value + likelihood.constant, level,
        covariance, ends[0], ends[1], Interval(*span, level), test, likelihood=likelihood,
    )  # fmt: skip
