"""Fitting coverage to counts: the likelihood against SciPy and quadrature, estimators by enumeration, tests by simulation."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

import infscale_sym
from infscale_sym.errors import DomainError
from infscale_sym.theory.coverage.fit import BadRows, Counts, fit_coverage, read_counts
from infscale_sym.theory.coverage.fit.cost import DEPENDENCES, Model, cheapest, cheapest_split
from infscale_sym.theory.coverage.fit.forecast import estimates
from infscale_sym.theory.coverage.fit.goodness import Law, intervals, redraw, transform
from infscale_sym.theory.coverage.fit.likelihood import Likelihood
from infscale_sym.theory.coverage.fit.maximum import maximum, newton_ascent, restricted
from infscale_sym.theory.coverage.values.numeric import loss, passk

DATA = Path(__file__).parent / "data"


def drawn(problems: int, attempts: int, a: float, b: float, ceiling: float = 1.0, seed: int = 1) -> Counts:
    """A table with known truth."""
    rng = np.random.default_rng(seed)
    p = rng.beta(a, b, problems)
    p[rng.random(problems) >= ceiling] = 1.0
    return Counts.of(np.full(problems, attempts), rng.binomial(attempts, 1 - p))


def uneven(seed: int = 2) -> Counts:
    """150 problems with 1 to 59 attempts, a = 0.7, b = 0.5, A = 0.8."""
    rng = np.random.default_rng(seed)
    p = rng.beta(0.7, 0.5, 150)
    p[rng.random(150) >= 0.8] = 1.0
    attempts = rng.integers(1, 60, 150)
    return Counts.of(attempts, rng.binomial(attempts, 1 - p))


# The likelihood.


def scipy_value(counts: Counts, a: float, b: float, ceiling: float) -> float:
    """The same by SciPy's beta-binomial law."""
    chance = ceiling * stats.betabinom.pmf(counts.successes, counts.attempts, b, a) + (1 - ceiling) * (counts.successes == 0)
    return float(np.log(chance).sum())


@pytest.mark.parametrize(("a", "b", "ceiling"), [(0.7, 0.5, 1.0), (0.7, 0.5, 0.8), (30.0, 2.0, 0.95), (0.05, 4.0, 0.5)])
def test_likelihood_is_scipys(a: float, b: float, ceiling: float):
    counts = uneven()
    likelihood = Likelihood(counts)
    want = scipy_value(counts, a, b, ceiling)
    assert likelihood.value(a, b, ceiling) + likelihood.constant == pytest.approx(want, rel=1e-11)
    # Negative control: a changed by 1e-6 is noticed.
    assert likelihood.value(a * (1 + 1e-6), b, ceiling) + likelihood.constant != pytest.approx(want, rel=1e-11)


@pytest.mark.parametrize("point", [(0.3, -0.2), (0.3, -0.2, 0.7), (4.0, 1.0, 3.0), (-3.0, -2.0, -1.0)])
def test_derivatives_against_differences(point: tuple[float, ...]):
    jet = Likelihood(uneven()).jet
    at = np.array(point)
    _, gradient, hessian = jet(at)
    steps = 1e-5 * np.eye(at.size)
    slope = np.array([(jet(at + h)[0] - jet(at - h)[0]) / 2e-5 for h in steps])
    bend = np.array([(jet(at + h)[1] - jet(at - h)[1]) / 2e-5 for h in steps])
    assert gradient == pytest.approx(slope, rel=1e-6, abs=1e-5)
    assert hessian == pytest.approx(bend, rel=1e-6, abs=1e-5)


def test_faces_are_limits_of_the_inside():
    likelihood = Likelihood(uneven())
    for ceiling in (1.0, 0.8):
        near = likelihood.value(4e7, 6e7, ceiling)
        assert near == pytest.approx(likelihood.binomial(0.4, ceiling), rel=1e-5)
        assert near != pytest.approx(likelihood.binomial(0.41, ceiling), rel=1e-5)


def test_likelihood_of_stopped_attempts_by_quadrature():
    """P(second success in attempt n | p) = (n-1) p^(n-2) (1-p)^2, and P(c < 2 in 5 attempts), averaged over p ~ Beta."""
    counts = Counts.of([2, 4, 5, 5, 5], [2, 2, 1, 0, 2], stopped=True)
    assert (counts.target, counts.ended.tolist()) == (2, [True, True, False, False, True])
    nodes, weights = np.polynomial.legendre.leggauss(60)
    p, w = (nodes + 1) / 2, weights / 2
    density = stats.beta.pdf(p, 2.5, 3.5)
    parts = [(1 - p) ** 2, 3 * p**2 * (1 - p) ** 2, 5 * p**4 * (1 - p), p**5, 4 * p**3 * (1 - p) ** 2]
    want = sum(math.log(float(w @ (density * part))) for part in parts)
    likelihood = Likelihood(counts)
    assert likelihood.value(2.5, 3.5) + likelihood.constant == pytest.approx(want, rel=1e-6)


# The fit.


def test_fit_is_the_maximum_and_its_errors_the_curvature():
    """Against SciPy's law and optimiser, which share nothing with the product form."""
    counts = uneven()
    fit = fit_coverage(counts, "free", replicates=0)

    def minus(x: np.ndarray) -> float:
        return -scipy_value(counts, *np.exp(x[:2]), 1 / (1 + math.exp(-x[2])))

    found = minimize(minus, [0.0, 0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 2000})
    assert fit.log_likelihood == pytest.approx(-found.fun, abs=1e-7)
    assert (math.log(fit.a), math.log(fit.b)) == pytest.approx(tuple(found.x[:2]), abs=1e-4)
    assert fit.ceiling == pytest.approx(1 / (1 + math.exp(-found.x[2])), abs=1e-4)
    h = 1e-3 * np.eye(3)
    curvature = [[(minus(found.x + u + v) - minus(found.x + u - v) - minus(found.x - u + v) + minus(found.x - u - v)) / 4e-6
                  for u in h] for v in h]  # fmt: skip
    assert fit.covariance == pytest.approx(np.linalg.inv(np.array(curvature)), rel=1e-2)
    assert list(fit.standard_error) == ["log a", "log b", "logit A"]


def test_profile_interval_ends_where_the_likelihood_has_fallen():
    counts = uneven()
    for ceiling in ("one", "free"):
        fit = fit_coverage(counts, ceiling, replicates=0, level=0.9)
        drop = stats.chi2.ppf(0.9, 1) / 2
        likelihood = Likelihood(counts)
        size = len(fit.covariance)
        log_odds = math.log(fit.ceiling / (1 - fit.ceiling)) if size == 3 else 0
        best = np.array([math.log(fit.a), math.log(fit.b), log_odds])[:size]
        spans = (fit.a_interval, fit.b_interval, fit.ceiling_interval)[:size]
        for which, span in enumerate(spans):
            assert span.low < np.exp(best[which]) < span.high or which == 2
            for end in (span.low, span.high):
                if which == 2 and end == 1:
                    continue
                at = math.log(end if which < 2 else end / (1 - end))
                constrained = newton_ascent(restricted(likelihood.jet, which, at), np.delete(best, which))
                profile = constrained.value + likelihood.constant
                assert fit.log_likelihood - profile == pytest.approx(drop, abs=1e-4)


def test_truth_is_found_and_a_ceiling_noticed():
    truth = fit_coverage(drawn(2000, 40, 0.8, 0.4), replicates=0)
    assert (truth.kind, truth.free, truth.ceiling) == ("interior", False, 1.0)
    assert 0.8 in truth.a_interval
    assert 0.4 in truth.b_interval
    assert truth.tail_exponent == (truth.b, truth.b_interval)
    low = fit_coverage(drawn(2000, 40, 0.8, 1.5, 0.7), replicates=0)
    assert low.free
    assert 0.7 in low.ceiling_interval
    assert low.ceiling_test is not None
    assert low.ceiling_test.p < 1e-10
    assert low.passk(1e9) == pytest.approx(low.ceiling, rel=1e-6)
    # Kept at 1, the ceiling is taken for a heavy tail: half the exponent.
    assert fit_coverage(drawn(2000, 40, 0.8, 1.5, 0.7), "one", replicates=0).b < 0.75


def test_boundary_law_of_the_likelihood_ratio():
    """With A = 1 the ratio is 0 about half the time, and its tail is half that of chi-squared."""
    ratios = []
    for seed in range(60):
        likelihood = Likelihood(drawn(60, 10, 0.8, 0.8, seed=seed))
        values = [maximum(likelihood, free).value for free in (False, True)]
        ratios.append(max(2 * (values[1] - values[0]), 0.0))
    assert abs(np.mean(np.array(ratios) < 1e-6) - 0.5) < 3 * math.sqrt(0.25 / 60)
    assert np.mean(np.array(ratios) > stats.chi2.ppf(0.8, 1)) < 0.1 + 3 * math.sqrt(0.09 / 60)
    for ceiling in (1.0, 0.9):
        test = fit_coverage(drawn(60, 10, 0.8, 0.8, ceiling), "test", replicates=0).ceiling_test
        assert test is not None
        assert test.p == pytest.approx(1.0 if test.ratio == 0 else 0.5 * stats.chi2.sf(test.ratio, 1))


def test_seeds_decide_and_the_default_is_fixed():
    counts = drawn(60, 10, 0.8, 0.8)
    first, second = (fit_coverage(counts, replicates=39) for _ in range(2))
    assert first.goodness.p == second.goodness.p
    assert str(first) == str(second)
    other = fit_coverage(counts, replicates=39, rng=np.random.default_rng(5))
    assert not np.array_equal(other.goodness.bins_low, first.goodness.bins_low)


# Goodness of fit.


def test_transform_fills_the_unit_interval():
    """All outcomes with their chances tile [0, 1], whatever the design; with a wrong law they do not."""
    a, b, ceiling, n = 0.7, 1.3, 0.9, 7
    c = np.arange(n + 1)
    chance = ceiling * stats.betabinom.pmf(c, n, b, a) + (1 - ceiling) * (c == 0)
    for parameters, right in (((a, b, ceiling, a / (a + b)), True), ((a, 1.2 * b, ceiling, 0.4), False)):
        low, high = intervals(Counts.of(np.full(n + 1, n), c), Law(*parameters))
        assert np.allclose(high - low, chance) is right
    # stopped at the second success or after 5: outcomes from worst to best tile [0, 1]
    stopped = Counts.of([5, 5, 5, 4, 3, 2], [0, 1, 2, 2, 2, 2], stopped=True)
    low, high = intervals(stopped, Law(a, b, ceiling, 0.35))
    assert low[0] == 0
    assert high[-1] == pytest.approx(1)
    assert low[1:] == pytest.approx(high[:-1])


def test_goodness_accepts_the_law_and_refuses_others():
    rng = np.random.default_rng(4)
    right = [fit_coverage(drawn(80, 20, 0.8, 0.6, seed=s), "one", replicates=39).goodness.p for s in range(12)]
    assert np.mean(right) > 0.3
    assert min(right) > 0.02
    peaks = np.concatenate([np.full(60, 0.2), np.full(40, 0.6), np.full(20, 0.95)])
    wrong = fit_coverage(Counts.of(np.full(120, 30), rng.binomial(30, 1 - peaks)), replicates=39)
    assert wrong.goodness.p == 1 / 40
    assert wrong.verdict.startswith("The Beta law does not fit (p = 0.025): forecasts beyond")


def test_drawn_tables_follow_the_design():
    law = Law(0.7, 0.5, 0.9, 0.7 / 1.2)
    rng = np.random.default_rng(8)
    stopped = Counts.of(np.full(4000, 6), np.concatenate([[2], np.zeros(3999, int)]), stopped=True, cap=6)
    again = redraw(stopped, law, rng)
    assert (again.attempts[again.successes < 2] == 6).all()
    assert again.successes.max() == 2
    bins = transform(again, law)
    assert np.abs(bins - 400).max() < 5 * math.sqrt(400)
    assert np.abs(transform(again, Law(1.2, 0.5, 0.9, 0.7)) - 400).max() > 5 * math.sqrt(400)


def test_goodness_says_why_it_is_silent():
    for counts, reason in (
        (drawn(60, 2, 0.8, 0.6), "2 parameters describe 2 attempts"),
        (drawn(5, 20, 0.8, 0.6), "10 problems are the least"),
        (Counts.of([1, 2, 3] * 9, [1] * 27, stopped=True), "given up is not known"),
    ):
        fit = fit_coverage(counts, "one")
        assert math.isnan(fit.goodness.p)
        assert reason in fit.verdict


# Estimates without a law, and forecasts.


def outcomes(p: float, goal: int | None, cap: int) -> tuple[Counts, np.ndarray]:
    """Every (attempts, successes) of a design with its chance at failure probability p."""
    if goal is None:
        c = np.arange(cap + 1)
        return Counts.of(np.full(cap + 1, cap), c), stats.binom.pmf(c, cap, 1 - p)
    n = np.arange(goal, cap + 1)
    ended = [math.comb(m - 1, goal - 1) * p ** (m - goal) * (1 - p) ** goal for m in n]
    late = stats.binom.pmf(np.arange(goal), cap, 1 - p)
    counts = Counts.of([*n, *[cap] * goal], [*[goal] * len(n), *range(goal)], stopped=True)
    return counts, np.array([*ended, *late])


@pytest.mark.parametrize("goal", [None, 1, 2, 3])
def test_estimates_are_unbiased_under_every_design(goal: int | None):
    p, cap = 0.63, 8
    counts, chance = outcomes(p, goal, cap)
    assert chance.sum() == pytest.approx(1)
    for k in range(1, cap + 1):
        assert chance @ estimates(counts, k) == pytest.approx(1 - p**k, rel=1e-12)
    assert np.isnan(estimates(counts, cap + 1)).all()
    # Negative control: successes/attempts is biased as soon as one stops at a success.
    naive = chance @ (counts.successes / counts.attempts)
    assert (abs(naive - (1 - p)) < 1e-12) == (goal is None)


def test_unequal_attempts_say_what_is_used():
    seen = fit_coverage(uneven(), replicates=0).empirical([1, 30, 59, 60])
    assert seen.problems.tolist() == [150, int((uneven().attempts >= 30).sum()), int((uneven().attempts >= 59).sum()), 0]
    assert math.isnan(seen.value[3])
    with pytest.raises(DomainError, match="k must be whole"):
        fit_coverage(uneven(), replicates=0).empirical(1.5)


def test_bands_by_the_curvature_and_their_ends():
    """Against differences of the scale along each parameter, computed through pass@k alone."""
    for ceiling in ("one", "free"):
        fit = fit_coverage(uneven(), ceiling, replicates=0)
        k = np.array([1.0, 30.0, 3e4])
        size = len(fit.covariance)
        at = np.array([math.log(fit.a), math.log(fit.b), math.log(fit.ceiling / (1 - fit.ceiling)) if size == 3 else 0])[:size]

        def scale(x: np.ndarray, k: np.ndarray = k, size: int = size) -> np.ndarray:
            value = passk(k, *np.exp(x[:2]), 1 / (1 + np.exp(-x[2])) if size == 3 else 1.0)
            return np.log(-np.log1p(-value))

        slopes = np.array([(scale(at + h) - scale(at - h)) / 2e-5 for h in 1e-5 * np.eye(size)])
        width = stats.norm.ppf(0.95) * np.sqrt(np.einsum("ik,ij,jk->k", slopes, fit.covariance, slopes))
        low, high = fit.band(k, 0.9)
        assert np.log(-np.log1p(-high)) - np.log(-np.log1p(-low)) == pytest.approx(2 * width, rel=1e-6)
        assert (low < fit.passk(k)).all()
        assert (fit.passk(k) < high).all()


def test_forecast_for_these_problems_is_the_posterior_mean():
    """By weighting quantiles of the prior with the binomial likelihood of each problem."""
    counts = drawn(40, 12, 0.9, 0.7, 0.8)
    fit = fit_coverage(counts, "free", replicates=0)
    ahead = fit.forecast([5, 500])
    x = stats.beta.ppf((np.arange(20000) + 0.5) / 20000, fit.a, fit.b)
    means = np.zeros(2)
    for c, many in zip(*np.unique(counts.successes, return_counts=True), strict=True):
        weight = stats.binom.pmf(c, 12, 1 - x) / x.size
        rest = (1 - fit.ceiling) / fit.ceiling if c == 0 else 0.0
        means += many / len(counts) * np.array([weight @ (1 - x**k) for k in (5, 500)]) / (weight.sum() + rest)
    assert ahead.these == pytest.approx(means, rel=2e-4)
    assert (ahead.these_low < ahead.these).all()
    assert (ahead.these < ahead.these_high).all()
    assert ahead.factor.tolist() == [5 / 12, 500 / 12]


# Tables that have no interior maximum.


SPECIAL = {
    "always": (([10] * 30, [10] * 30), "at least 0.905 with 95 % confidence"),
    "never": (([10] * 30, [0] * 30), "pass@10 of a new problem is at most 0.09503"),
    "one attempt": (([1] * 30, [1] * 10 + [0] * 20), "only the mean success 0.3333 can be known"),
    "all-or-nothing": (([10] * 30, [10] * 10 + [0] * 20), "the limit a, b -> 0"),
}


@pytest.mark.parametrize("kind", SPECIAL)
def test_tables_without_a_maximum_are_named(kind: str):
    table, said = SPECIAL[kind]
    fit = fit_coverage(Counts.of(*table))
    assert fit.kind == kind
    assert said in fit.verdict
    assert said in str(fit)
    want = {"always": 1.0, "never": 0.0}.get(kind, 1 / 3)
    assert fit.passk(1) == pytest.approx(want)
    assert np.isnan(fit.passk(2)) == (kind == "one attempt")
    assert np.isnan(fit.band(2)[0])
    fit.forecast([1, 100])


def test_no_more_spread_than_chance_is_the_binomial_limit():
    fit = fit_coverage(Counts.of([10] * 30, [5] * 15 + [4] * 15), replicates=39)
    assert (fit.kind, fit.a, fit.b) == ("binomial", np.inf, np.inf)
    assert fit.failure == pytest.approx(0.55)
    assert fit.log_likelihood == pytest.approx(stats.binom.logpmf([5] * 15 + [4] * 15, 10, 0.45).sum())
    assert fit.a_interval.low > 10
    assert fit.a_interval.high == np.inf
    assert fit.passk(3) == pytest.approx(1 - 0.55**3)
    assert fit.goodness.p == 1 / 40  # less spread than a Binomial law: no such law fits
    assert "no tail exponent" in fit.verdict
    one = fit_coverage(Counts.of([10], [4]))
    assert "One problem says nothing about how problems differ." in one.verdict
    mixed = fit_coverage(Counts.of([10] * 60, [0] * 20 + list(stats.binom.rvs(10, 0.5, size=40, random_state=3))), replicates=0)
    assert (mixed.kind, mixed.free) == ("binomial", True)
    assert 2 / 3 in mixed.ceiling_interval
    assert len(mixed.covariance) == 2


def test_two_attempts_leave_no_room_for_a_ceiling():
    counts = Counts.of([2] * 30, [1] * 10 + [0] * 15 + [2] * 5)
    fit = fit_coverage(counts)
    # Two moments: E p = 2/3, E p^2 = 1/2, so a = 2, b = 1.
    assert (fit.a, fit.b) == pytest.approx((2, 1), rel=1e-5)
    assert "A ceiling cannot be tested" in fit.verdict
    with pytest.raises(DomainError, match="3 attempts or more"):
        fit_coverage(counts, "free")


@pytest.mark.parametrize(("options", "said"), [
    ({"ceiling": "two"}, "ceiling must be"),
    ({"level": 1.0}, "level must lie in"),
    ({"replicates": 5}, "replicates must be 0, or from 19"),
])  # fmt: skip
def test_bad_options_are_refused(options: dict, said: str):
    with pytest.raises(DomainError, match=said):
        fit_coverage(uneven(), **options)
    with pytest.raises(DomainError, match="k must lie in"):
        fit_coverage(uneven(), replicates=0).passk(0)


# Reading tables.


FORMS = [
    "problem,attempts,successes\na,10,3\nb,5,0\n",
    "Task;Correct;N\r\na;3;10\r\nb;0;5\r\n",
    "\ufeffid\tc\tn\na\t3\t10\nb\t0\t5\n",
    "a,10,3\nb,5,0",
    "a 10   3\n\nb  5   0\n",
    '"a"|"10"|"3"\n"b"|5|0',
    'task-id,model,num samples,num correct\na,"x, y",10,3\nb,"x, y",5.0,0\n',
    "problem,attempts,successes,stopped\na,1e1,3,no\nb,5,0,No\n",
]


@pytest.mark.parametrize("text", FORMS, ids=range(len(FORMS)))
def test_forms_of_a_table(text: str, tmp_path: Path):
    path = tmp_path / "counts.csv"
    path.write_bytes(text.encode())
    for counts in (read_counts(path), read_counts(io.StringIO(text)), read_counts(io.BytesIO(text.encode()))):
        assert counts.problem == ("a", "b")
        assert counts.attempts.tolist() == [10, 5]
        assert counts.successes.tolist() == [3, 0]
        assert not counts.stopped.any()
    assert infscale_sym.read_counts is read_counts
    assert infscale_sym.fit_coverage is fit_coverage


def test_more_forms():
    assert read_counts(io.StringIO("10,3\n5,0")).problem == ("1", "2")
    assert read_counts(io.BytesIO("n\tc\n10\t3\n".encode("utf-16"))).attempts.tolist() == [10]
    quoted = 'problem,n,c\n"two\nlines",10,3\nb,5,x\n'
    with pytest.raises(BadRows, match="line 4: successes must be a whole number; got 'x'"):
        read_counts(io.StringIO(quoted))
    mixed = read_counts(io.StringIO("id,n,c,stopped\na,3,1,yes\nb,9,0,yes\nc,9,4,no\n"))
    assert mixed.stopped.tolist() == [True, True, False]
    assert mixed.reach.tolist() == [9, 9, 9]
    assert read_counts(io.StringIO("3,1\n9,0"), stopped=True, cap=9).cap == 9


def test_every_bad_row_is_listed():
    text = "problem,n,c\na,10,12\nb,x,3\nc,5,-1\nd,5,5\nd,5,4\ne,3\nf,0,0\ng,2.5,1\nh,,1\n"
    with pytest.raises(BadRows) as caught:
        read_counts(io.StringIO(text))
    assert caught.value.rows == (
        "line 2: 12 successes in 10 attempts",
        "line 3: attempts must be a whole number; got 'x'",
        "line 4: successes must not be negative; got -1",
        "line 6: the problem 'd' stands in line 5 already (several models in one table? choose one)",
        "line 7: 2 columns instead of 3",
        "line 8: attempts must be at least 1; got 0",
        "line 9: attempts must be a whole number; got '2.5'",
        "line 10: attempts must be a whole number; got ''",
    )
    with pytest.raises(BadRows, match="entry 2"):
        Counts.of([3, 3], [1, 4])


BAD = {
    "": "an empty table",
    "problem,attempts,successes\n": "a header and no rows",
    "problem,wins\na,1\n": "lacks a column",
    "a,b,c,d,e\n1,2,3,4,5": "5 columns are neither 2, 3 nor 4",
    "id,n,c\na,1\x00,1": "zero byte",
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_table(text: str):
    with pytest.raises(DomainError, match=BAD[text]):
        read_counts(io.StringIO(text))


def test_files_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(DomainError, match=r"cannot read .*missing"):
        read_counts(tmp_path / "missing.csv")
    with pytest.raises(DomainError, match="not a UTF-8 text"):
        read_counts(io.BytesIO(b"id,n,c\n\xff\xfa,1,1"))
    with pytest.raises(DomainError, match="cap 3"):
        Counts.of([5, 5], [0, 1], stopped=True, cap=3)


def test_example_tables_are_the_scripts_and_hold_the_truth():
    fixed = fit_coverage(read_counts(DATA / "coverage_example.csv"), replicates=0)
    stopped = fit_coverage(read_counts(DATA / "coverage_stopped.csv", stopped=True), replicates=0)
    for fit in (fixed, stopped):
        assert 0.7 in fit.a_interval
        assert 0.45 in fit.b_interval
        low, high = fit.band(1000)
        assert low < passk(1000, 0.7, 0.45) < high


# Cost.


SMALL, LARGE = Model(0.9, 0.35, name="small"), Model(0.4, 0.5, price=15, name="large")


def test_cheapest_k_is_the_first_that_reaches():
    for target in (0.3, 0.5, 0.9, 0.97):
        buy = cheapest(SMALL, target)
        assert buy is not None
        assert passk(buy.k, 0.9, 0.35) >= target
        assert buy.k == 1 or passk(buy.k - 1, 0.9, 0.35) < target
        # stopping at the first success: sum of the chances to be still unsolved
        assert buy.cost_if_stopped == pytest.approx(float(loss(np.arange(buy.k), 0.9, 0.35).sum()), rel=1e-10)
    assert cheapest(Model(0.9, 0.35, 0.8), 0.8) is None
    with pytest.raises(DomainError, match="more than 1e\\+12"):
        cheapest(Model(1, 0.01), 0.9)


@pytest.mark.parametrize("way", DEPENDENCES)
def test_split_is_the_best_of_all_whole_numbers(way: str):
    from infscale_sym.theory.coverage.fit import cost

    failure = (cost._independent if way == "independent" else cost._comonotone)([LARGE, SMALL])
    budget = 300.0
    for money in (budget, 47.0):
        split = cheapest_split([SMALL, LARGE], budget=money, dependence=way)
        assert split is not None
        large = np.arange(0, money // 15 + 1)
        every = np.column_stack([large, np.floor(money - 15 * large)])
        assert 1 - split.passk == pytest.approx(failure(every).min(), rel=1e-12)
        assert split.cost <= money
    reached = cheapest_split([SMALL, LARGE], target=0.8, dependence=way)
    assert reached is not None
    grid = np.array([(i, j) for i in range(40) for j in range(100)], float)
    good = failure(grid) <= 0.2
    assert reached.cost == (grid[good] @ [15.0, 1.0]).min()
    assert reached.passk >= 0.8


def test_comonotone_models_with_one_law_are_one_model():
    """E p^i p^j = E p^(i+j); and independence, any ceiling, is at least as good."""
    from infscale_sym.theory.coverage.fit import cost

    twin = [Model(0.6, 0.4, 0.9, name="one"), Model(0.6, 0.4, 0.9, name="two")]
    k = np.array([[3.0, 4.0], [100.0, 1.0], [0.0, 7.0]])
    want = 0.1 + 0.9 * loss(k.sum(axis=1), 0.6, 0.4)
    assert cost._comonotone(twin)(k) == pytest.approx(want, rel=1e-10)
    other = [Model(0.6, 0.4, 0.9), Model(2.0, 0.7, 0.6)]
    worst, lucky = cost._comonotone(other)(k), cost._independent(other)(k)
    assert (lucky[:2] < worst[:2]).all()
    assert lucky[2] == pytest.approx(worst[2])
    # the same by sorting a large sample of problems
    u = (np.arange(40000) + 0.5) / 40000
    p = [np.where(u < m.ceiling, stats.beta.ppf(np.minimum(u / m.ceiling, 1), m.a, m.b), 1.0) for m in other]
    assert float((p[0] ** 3 * p[1] ** 4).mean()) == pytest.approx(worst[0], rel=1e-3)


def test_out_of_reach_and_bad_models():
    assert cheapest_split([Model(1, 1, 0.5), Model(1, 1, 0.6)], target=0.7, dependence="comonotone") is None
    together = cheapest_split([Model(1, 1, 0.5), Model(1, 1, 0.6)], target=0.7)
    assert together is not None
    assert together.passk >= 0.7
    for options, said in (
        ({"target": 1.0}, "target must lie in"),
        ({"target": 0.5, "budget": 3}, "got both"),
        ({"budget": 0.5}, "budget must pay"),
        ({"budget": 5, "dependence": "none"}, "dependence must be"),
    ):
        with pytest.raises(DomainError, match=said):
            cheapest_split([SMALL, LARGE], **options)
    with pytest.raises(DomainError, match="a of bad must lie in"):
        Model(0, 1, name="bad")
    with pytest.raises(DomainError, match="1 to 4 models"):
        cheapest_split([], target=0.5)
