"""A fit in words: what was found, whether the law holds, and what cannot be known from the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from infscale_sym.theory.coverage.fit.result import CoverageFit, Interval

#: How far beyond the attempts made a forecast is called far.
FAR = 10.0


def lines(fit: CoverageFit) -> list[str]:
    """The report, one line each; the first says what was fitted."""
    counts = fit.counts
    n = counts.attempts
    span = f"{n.min()}" if n.min() == n.max() else f"{n.min()} to {n.max()}"
    some = "" if counts.stopped.all() else "some "
    design = f" ({some}stopped at a success)" if counts.stopped.any() else ""
    tries = f"{span} attempt{'' if n.max() == 1 else 's'} each{design}"
    solved = _count(int(counts.successes.sum()), "success", "es")
    out = [f"coverage: {_count(len(counts), 'problem')}, {tries}, {solved}"]
    if fit.kind == "interior":
        error = fit.standard_error
        out += [
            f"  a          {fit.a:.5g}   {_span(fit.a_interval)}   (s.e. of ln a {error['log a']:.2g})",
            f"  b          {fit.b:.5g}   {_span(fit.b_interval)}   (s.e. of ln b {error['log b']:.2g}); the tail exponent",
        ]
    elif fit.kind == "binomial":
        out += [
            f"  a, b       infinite, a/(a+b) = {fit.failure:.5g}: no spread between {_problems(fit)} beyond chance",
            f"             a >= {fit.a_interval.low:.3g}, b >= {fit.b_interval.low:.3g} at {100 * fit.level:g} %",
        ]
    if fit.kind in ("interior", "binomial"):
        note = _span(fit.ceiling_interval) if fit.free else "kept"
        out.append(f"  ceiling    {fit.ceiling:.5g}   {note}")
        out.append(f"  ln L       {fit.log_likelihood:.6f}")
    if fit.ceiling_test is not None:
        test = fit.ceiling_test
        out.append(f"  A = 1?     likelihood ratio {test.ratio:.4g}, p = {test.p:.2g}")
    if fit.goodness is not None and fit.goodness.replicates:
        good = fit.goodness
        out.append(f"  fit        distance {good.distance:.4g}, p = {good.p:.3g} ({good.replicates} tables drawn from the law)")
    return out + [f"  verdict    {sentence}" for sentence in sentences(fit)]


def verdict(fit: CoverageFit) -> str:
    """Plain sentences, in one string."""
    return " ".join(sentences(fit))


def sentences(fit: CoverageFit) -> list[str]:
    """What a reader should take away, most important first."""
    if fit.kind in ("interior", "binomial"):
        return [*_goodness(fit), *_spread(fit), *(_ceiling(fit) if len(fit.counts) > 1 else []), *fit.notes]
    return [*_special(fit), *fit.notes]


def _special(fit: CoverageFit) -> list[str]:
    counts, level = fit.counts, fit.level
    size, alpha = len(counts), 1 - fit.level
    said = f"with {100 * level:g} % confidence"
    if fit.kind == "always":
        # P(all succeed) = prod E (1-p)^n_i <= (E (1-p))^problems
        return [f"Every attempt succeeded: a and b cannot be fitted; pass@1 of a new problem is at least "
                f"{alpha ** (1 / size):.4g} {said}."]  # fmt: skip
    if fit.kind == "never":
        least = int(counts.attempts.min())
        # P(none succeeds) = prod E p^n_i <= (E p^m)^problems, m the least n_i
        return [f"No attempt succeeded: a, b and a ceiling cannot be told apart; pass@{least} of a new problem is at most "
                f"{-np.expm1(np.log(alpha) / size):.4g} {said}."]  # fmt: skip
    mean = 1 - fit.failure
    if fit.kind == "one attempt":
        return [f"One attempt on every problem: only the mean success {mean:.4g} can be known, not a and b; pass@k may lie "
                f"anywhere between {mean:.4g} (all or nothing) and 1 - {fit.failure:.4g}^k (every problem alike)."]  # fmt: skip
    return [f"All or nothing: every problem succeeded at each attempt or at none, the limit a, b -> 0; more attempts would "
            f"not help, pass@k = {mean:.4g}, as far as {int(counts.attempts.max())} attempts can tell."]  # fmt: skip


def _goodness(fit: CoverageFit) -> list[str]:
    good = fit.goodness
    if good is None:
        return []
    if not good.replicates:
        return [f"The fit was not tested: {good.reason}."]
    name = "Beta law" if fit.kind == "interior" else "Binomial law"
    name += " with a ceiling" if fit.ceiling < 1 else ""
    if good.p > 1 - fit.level:
        return [f"The counts are compatible with the {name} (p = {good.p:.2g})."]
    out = [f"The {name} does not fit (p = {good.p:.2g}): forecasts beyond the attempts made are not to be trusted."]
    for (seen, mean, spread), what in ((good.unsolved, "without a success"), (good.perfect, "without a failure")):
        if abs(seen - mean) > 2 * spread:
            out.append(f"{_count(seen, 'problem')} {what}, where the law expects {mean:.3g} +- {max(spread, 0.1):.2g}.")
    wide = [i for i in range(good.bins.size) if not good.bins_low[i] <= good.bins[i] <= good.bins_high[i]]
    if len(out) == 1 and wide:
        most = max(wide, key=lambda i: abs(good.bins[i] - good.bins.mean()))
        where = f"between the {10 * most} % and {10 * most + 10} % points of the law"
        out.append(f"Most of it: {good.bins[most]:.3g} problems {where}, where {good.bins.mean():.3g} belong.")
    return out


def _spread(fit: CoverageFit) -> list[str]:
    if len(fit.counts) == 1:
        return ["One problem says nothing about how problems differ."]
    if fit.kind == "binomial":
        rest = "1 - pass@k falls exponentially" if fit.ceiling == 1 else "the ceiling is approached exponentially"
        return [f"No spread between {_problems(fit)}: the largest likelihood is at a, b -> infinity, where {rest} and there "
                "is no tail exponent."]  # fmt: skip
    if np.isinf(fit.b_interval.high):
        return ["The spread between problems is not significant: the interval of b reaches infinity."]
    return []


def _ceiling(fit: CoverageFit) -> list[str]:
    test = fit.ceiling_test
    if test is None:
        if fit.counts.largest < 3:
            return ["A ceiling cannot be tested: it needs 3 attempts or more on some problem."]
        return []
    if test.p < 1 - fit.level:
        rest = "" if fit.free else " (kept at 1 as asked)"
        if fit.goodness is not None and fit.goodness.p <= 1 - fit.level:
            rest += ", under a law that does not fit"
        return [f"A ceiling at {test.ceiling:.4g} is significant (p = {test.p:.2g}){rest}."]
    return [f"No sign of a ceiling (p = {test.p:.2g})."]


def _span(interval: Interval) -> str:
    return f"[{interval.low:.4g}, {interval.high:.4g}] at {100 * interval.level:g} %"


def _problems(fit: CoverageFit) -> str:
    return "problems" if fit.ceiling == 1 else "the problems that can be solved"


def _count(number: int, noun: str, plural: str = "s") -> str:
    return f"{number} {noun}" + ("" if number == 1 else plural)
