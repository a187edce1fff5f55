"""Other ways to spend k answers (THEORY section 4): votes, which need no judge or use it softly, and search in stages.

Errors in units of s^2, offsets in units of s, as for the selection error F of HP (arXiv:2512.19905).
"""

from sympy import Rational, exp, pi, sqrt

from infscale_sym.formulas.record import OWN, Expected, Formula
from infscale_sym.notation.heads_votes import (
    BeamError,
    MajorityLimit,
    MajorityPolynomial,
    MajorityVote,
    MeanVote,
    MedianSpread,
    MedianVote,
    MiddlePairVote,
    ScaledRace,
    WeightedMeanIntegral,
    WeightedMeanVote,
)
from infscale_sym.notation.relations import AsymptoticTo, Equal
from infscale_sym.notation.symbols import bin_width, grid_shift, k, p_1, p_2, rho, stages, t, tau

MEAN = Formula(
    id="vote.mean",
    title="The mean of k answers: the noise goes, the offset stays",
    statement=Equal(MeanVote(k, tau), tau**2 + 1 / k),
    domain=k >= 1,
    source=OWN,
    deviation="For whole k; no judge.",
    expected=Expected.HOLDS,
    derivation="votes",
)

WEIGHTED_MEAN = Formula(
    id="vote.weighted-mean",
    title="The mean with the judge's weights as one integral",
    statement=Equal(WeightedMeanVote(k, t, tau, rho), WeightedMeanIntegral(k, t, tau, rho)),
    domain=(k >= 1) & (t > 0),
    source=OWN,
    deviation="For whole k a theorem about k draws; for other real k >= 1 the definition.",
    expected=Expected.HOLDS,
    derivation="votes",
)

#: Where the weighted mean goes, and the square of the weights' mean that the correction is measured in.
_place = tau - rho / (1 + t)
_gap = rho * t / ((1 + t) * (2 + t))
_bracket = (1 + t) / sqrt(t * (2 + t)) * exp(rho**2 / ((1 + t) * (2 + t)))

WEIGHTED_MEAN_LIMIT = Formula(
    id="vote.weighted-mean.infinite-k",
    title="Infinitely many answers, averaged with the judge's weights",
    statement=AsymptoticTo(WeightedMeanVote(k, t, tau, rho), _place**2, k, remainder=1 / k),
    domain=t > 0,
    source=OWN,
    deviation="The limit of selection without its variance t/(1+t).",
    expected=Expected.IN_THE_LIMIT,
    derivation="votes",
)

WEIGHTED_MEAN_CORRECTION = Formula(
    id="vote.weighted-mean.first-correction",
    title="The mean with the judge's weights, to first order in 1/k",
    statement=AsymptoticTo(
        WeightedMeanVote(k, t, tau, rho),
        _place**2 + _bracket * (t / (2 + t) + _gap**2 + 2 * _place * _gap) / k,
        k,
        remainder=k**-2,
    ),
    domain=t > 0,
    source=OWN,
    deviation="At fixed t > 0; needs k (E w)^2/E w^2 >> 1.",
    expected=Expected.IN_THE_LIMIT,
    derivation="votes",
)

MEDIAN = Formula(
    id="vote.median",
    title="The median of an odd number of answers as one integral",
    statement=Equal(MedianVote(k, tau), tau**2 + MedianSpread(k)),
    domain=k >= 1,
    source=OWN,
    deviation="For odd k a theorem about k draws; for other real k >= 1 the definition.",
    expected=Expected.HOLDS,
    derivation="votes",
)

MEDIAN_LARGE = Formula(
    id="vote.median.large-k",
    title="The median of an odd number of answers, many of them",
    statement=AsymptoticTo(MedianVote(k, tau), tau**2 + pi / (2 * k) - pi * (4 - pi) / (4 * k**2), k, remainder=k**-3),
    source=OWN,
    deviation="k odd, or real by the integral of vote.median.",
    expected=Expected.IN_THE_LIMIT,
    derivation="votes",
)

MEDIAN_EVEN = Formula(
    id="vote.median.even",
    title="The mean of the two middle answers of an even number, many of them",
    statement=AsymptoticTo(MiddlePairVote(k, tau), tau**2 + pi / (2 * k) - pi * (6 - pi) / (4 * k**2), k, remainder=k**-3),
    source=OWN,
    deviation="k even, or real by the integral over the two middle answers; the same as vote.median.large-k at k + 1.",
    expected=Expected.IN_THE_LIMIT,
    derivation="votes",
)

MAJORITY = Formula(
    id="vote.majority",
    title="The majority vote over bins from the generating function of the counts",
    statement=Equal(MajorityVote(k, bin_width, grid_shift, tau), MajorityPolynomial(k, bin_width, grid_shift, tau)),
    domain=k >= 1,
    source=OWN,
    deviation="For whole k.",
    expected=Expected.HOLDS,
    derivation="votes",
)

MAJORITY_LIMIT = Formula(
    id="vote.majority.infinite-k",
    title="Infinitely many answers: the bin nearest to the predictive mean wins",
    statement=Equal(MajorityLimit(bin_width, grid_shift, tau), (grid_shift * bin_width + tau) ** 2),
    domain=grid_shift < Rational(1, 2),
    source=OWN,
    deviation="The plateau lies on the grid: it is 0 only if the teacher's answer is the centre of that bin.",
    expected=Expected.HOLDS,
    derivation="votes",
)

MAJORITY_LIMIT_TIE = Formula(
    id="vote.majority.infinite-k.tie",
    title="Infinitely many answers, the predictive mean on the edge of two bins: each wins half the time",
    statement=Equal(MajorityLimit(bin_width, Rational(1, 2), tau), tau**2 + bin_width**2 / 4),
    source=OWN,
    deviation="Other shifts by periodicity and reflection: varsigma -> varsigma + 1, or (varsigma, tau) -> (-varsigma, -tau).",
    expected=Expected.HOLDS,
    derivation="votes",
)

_root_1, _root_2 = sqrt(p_1), sqrt(p_2)

MAJORITY_RATE = Formula(
    id="vote.majority.rate",
    title="How fast the likeliest bin wins: the runner-up is ahead with an exponentially small probability",
    statement=AsymptoticTo(
        ScaledRace(k, p_1, p_2),
        (_root_1 + _root_2) / (_root_1 - _root_2) * sqrt((1 - (_root_1 - _root_2) ** 2) / (16 * pi * _root_1 * _root_2)),
        k,
        remainder=1 / k,
    ),
    domain=(p_2 < p_1) & (p_1 + p_2 < 1),
    source=OWN,
    deviation="For whole k; the exponential fall (1 - (sqrt p_1 - sqrt p_2)^2)^k and the factor k^(-1/2) are divided out.",
    expected=Expected.IN_THE_LIMIT,
    derivation="votes",
)

BEAM = Formula(
    id="search.beam",
    title="Search in L stages at the cost of k judgements",
    statement=AsymptoticTo(
        BeamError(k, stages, tau, rho),
        (tau - rho) ** 2 + pi * stages * exp(rho**2 / stages) * (1 + 2 * rho * (tau - rho)) / k**2,
        k,
        remainder=k**-3,
    ),
    domain=stages >= 1,
    source=OWN,
    deviation="At fixed whole L; each stage is a best-of-(k/L) choice of an increment. L = 1 is best-of-k.misspecified.",
    expected=Expected.IN_THE_LIMIT,
    derivation="votes",
)

FORMULAS = (
    MEAN,
    WEIGHTED_MEAN,
    WEIGHTED_MEAN_LIMIT,
    WEIGHTED_MEAN_CORRECTION,
    MEDIAN,
    MEDIAN_LARGE,
    MEDIAN_EVEN,
    MAJORITY,
    MAJORITY_LIMIT,
    MAJORITY_LIMIT_TIE,
    MAJORITY_RATE,
    BEAM,
)
