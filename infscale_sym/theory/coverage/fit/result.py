"""What a fit of the Beta law of coverage gives: parameters, errors, intervals, tests, and what follows from them.

Model (L, arXiv:2410.16377) and likelihood: `coverage.fit.likelihood`. Where the maximum lies at a limit of the parameter
space there is no pair (a, b), and the kind of the fit says which limit it is:
    interior        0 < a, b < oo
    binomial        a, b -> oo at fixed a/(a+b): no more spread between problems than chance makes
    all-or-nothing  a, b -> 0: every problem was solved at each attempt or at none
    one attempt     one attempt a problem: only a/(a+b) can be known
    always, never   every attempt succeeded, or none
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from infscale_sym.theory.coverage.fit.counts import Counts
from infscale_sym.theory.coverage.fit.likelihood import Likelihood


@dataclass(frozen=True)
class Interval:
    """A profile-likelihood interval: the values that a likelihood-ratio test at this level does not reject."""

    low: float
    high: float
    level: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class CeilingTest:
    """Likelihood-ratio test of A = 1 against A < 1, which is the edge of the parameter's range.

    If A = 1 is true, the ratio is 0 for about half of all tables and chi-squared with one degree of freedom for the others.
    """

    ratio: float
    """2 (ln L at the best A - ln L at A = 1) >= 0."""
    p: float
    """Chance of a ratio at least this large if A = 1: half a chi-squared tail, or 1 at ratio 0."""
    ceiling: float
    """The best A."""


@dataclass(frozen=True, eq=False)
class CoverageFit:
    """What a table of counts says about coverage. Probabilities are of a new problem from the same source, unless said."""

    counts: Counts
    kind: str
    """interior, binomial, all-or-nothing, one attempt, always or never (see the module)."""
    a: float
    b: float
    """Shapes of the failure probability of a problem that can be solved; inf or 0 at a limit, nan where not identified."""
    ceiling: float
    """A, the share of problems that can be solved at all."""
    failure: float
    """a/(a+b): the chance that an attempt on a problem that can be solved fails."""
    free: bool
    """Whether A was fitted; otherwise it is 1."""
    log_likelihood: float
    """Of the counts, combinatorial factors included."""
    level: float
    """Level of all intervals and of the tests' wording."""
    covariance: np.ndarray
    """Inverse observed information, in (ln a, ln b) or (ln a, ln b, logit A); in (logit failure) at kind binomial; or empty."""
    a_interval: Interval
    b_interval: Interval
    ceiling_interval: Interval
    ceiling_test: CeilingTest | None
    """None where three parameters cannot be told apart (fewer than 3 attempts on every problem), or at a limit."""
    goodness: Any = None
    """The test of the law itself (decide.coverage.goodness.Goodness), or None."""
    notes: tuple[str, ...] = ()
    likelihood: Likelihood | None = field(default=None, repr=False)

    @property
    def standard_error(self) -> dict[str, float]:
        """Standard errors of ln a, ln b and logit A from the observed information, as far as they exist."""
        names = ("log a", "log b", "logit A") if self.kind == "interior" else ()
        return {name: float(np.sqrt(v)) for name, v in zip(names, np.diag(self.covariance), strict=False)}

    @property
    def tail_exponent(self) -> tuple[float, Interval]:
        """b, the exponent of 1 - pass@k/A ~ k^-b, with its interval."""
        return self.b, self.b_interval

    def passk(self, k: Any) -> Any:
        """pass@k at real k >= 1, shape of k; nan for k > 1 where one attempt a problem was made."""
        from infscale_sym.theory.coverage.fit.forecast import passk

        return passk(self, k)

    def band(self, k: Any, level: float | None = None) -> Any:
        """(low, high) of pass@k, shapes of k: delta method on the scale ln(-ln(1 - pass@k)) (decide.coverage.forecast)."""
        from infscale_sym.theory.coverage.fit.forecast import band

        return band(self, k, level)

    def empirical(self, k: Any) -> Any:
        """The unbiased estimate of pass@k, without any law, for whole k within the attempts (decide.coverage.forecast)."""
        from infscale_sym.theory.coverage.fit.forecast import empirical

        return empirical(self.counts, k)

    def forecast(self, k: Any, level: float | None = None) -> Any:
        """pass@k of a new problem and of the very problems of the table, with bands, beyond the attempts made."""
        from infscale_sym.theory.coverage.fit.forecast import forecast

        return forecast(self, k, level)

    @property
    def verdict(self) -> str:
        """The fit in plain sentences."""
        from infscale_sym.theory.coverage.fit.report import verdict

        return verdict(self)

    def __str__(self) -> str:
        from infscale_sym.theory.coverage.fit.report import lines

        return "\n".join(lines(self))

    __repr__ = __str__
