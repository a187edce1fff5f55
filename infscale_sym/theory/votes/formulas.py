"""Other ways to spend k answers: votes, which need no judge or use it only for weights, and search in stages.

Derived here; answers, offsets and softmax weights as for the selection error F of HP (arXiv:2512.19905). Errors in units of
s^2, offsets in units of s.
"""

from fractions import Fraction

from sympy import Rational, exp, pi, sqrt

from infscale_sym.notation.check import Check, ExactDraw, LimitDraw, Recipe, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo, Equal
from infscale_sym.theory.selection.notation import k, rho, t, tau
from infscale_sym.theory.sources import OWN
from infscale_sym.theory.votes.notation import (
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
    bin_width,
    grid_shift,
    p_1,
    p_2,
    stages,
)

here = lazy(__package__)

MEAN = Formula(
    id="vote.mean",
    title="The mean of k answers: the noise goes, the offset stays",
    statement=Equal(MeanVote(k, tau), tau**2 + 1 / k),
    domain=k >= 1,
    source=OWN,
    deviation="For whole k; no judge.",
    expected=Expected.HOLDS,
    script="votes",
    check=Check(
        near={k: tuple(map(Fraction, (2, 3, 7, 19, 40)))}, note="left side: the law of the sum of k draws, multiplied out"
    ),
    draw=ExactDraw(settings=((2, 0.3), (8, -0.5), (40, 0.1))),
    sweep=Sweep(tau, (-2, 2), False, k, (2, 5, 20)),
)

WEIGHTED_MEAN = Formula(
    id="vote.weighted-mean",
    title="The mean with the judge's weights as one integral",
    statement=Equal(WeightedMeanVote(k, t, tau, rho), WeightedMeanIntegral(k, t, tau, rho)),
    domain=(k >= 1) & (t > 0),
    source=OWN,
    deviation="For whole k a theorem about k draws; for other real k >= 1 the definition.",
    expected=Expected.HOLDS,
    script="votes",
    check=Check(
        independent={WeightedMeanVote: here(".values.pair:weighted_mean_pair_mp")},
        near={k: (Fraction(2),), t: tuple(map(Fraction, (6, 8, 10, 14)))},
        note="left side: the definition integrated over both answers at k = 2",
        count=2,
    ),
    draw=ExactDraw(settings=((2, 0.5, 1.0, 0.3), (8, 0.1, -0.5, 1.0), (40, 2.0, 0.3, 0.7))),
    sweep=Sweep(tau, (-2, 2), False, rho, (0, 1.5), {k: 2, t: 6}),
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
    script="votes",
    check=Check(ladder=("1e4", "1e8", "1e18"), near={t: tuple(map(Fraction, (1, 2, 3)))}),
    draw=LimitDraw(sizes=(16, 24, 40, 64), settings=((1.0, 1.0, 0.6),)),
    sweep=Sweep(curve=t, values=(0.5, 3), points=31),
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
    script="votes",
    check=Check(ladder=("1e4", "1e8", "1e18"), near={t: tuple(map(Fraction, (1, 2, 3)))}),
    draw=LimitDraw(sizes=(12, 18, 30, 50), settings=((1.0, 0.3, 0.6),)),
    sweep=Sweep(curve=t, values=(0.5, 3), points=31),
)

MEDIAN = Formula(
    id="vote.median",
    title="The median of an odd number of answers as one integral",
    statement=Equal(MedianVote(k, tau), tau**2 + MedianSpread(k)),
    domain=k >= 1,
    source=OWN,
    deviation="For odd k a theorem about k draws; for other real k >= 1 the definition.",
    expected=Expected.HOLDS,
    script="votes",
    check=Check(
        independent={MedianVote: here(".values.exact:median_by_counts_mp")},
        near={k: tuple(map(Fraction, (1, 3, 5, 9, 21)))},
        note="left side: the law of the median from binomial sums",
    ),
    draw=ExactDraw(settings=((3, 0.3), (9, -0.5), (41, 0.1))),
    sweep=Sweep(tau, (-2, 2), False, k, (3, 9)),
)

MEDIAN_LARGE = Formula(
    id="vote.median.large-k",
    title="The median of an odd number of answers, many of them",
    statement=AsymptoticTo(MedianVote(k, tau), tau**2 + pi / (2 * k) - pi * (4 - pi) / (4 * k**2), k, remainder=k**-3),
    source=OWN,
    deviation="k odd, or real by the integral of vote.median.",
    expected=Expected.IN_THE_LIMIT,
    script="votes",
    check=Check(ladder=("1e4", "1e8", "1e16")),
    draw=LimitDraw(
        sizes=(5, 9, 15, 25),
        settings=((0.0,),),
        trials=400_000,
        quick_trials=200_000,
        wrong=tau**2 + pi / (2 * k) - pi * (6 - pi) / (4 * k**2),
        wrong_said="the formula for numbers of the other parity",
    ),
    sweep=Sweep(k, (1, 1e4), True, tau, (0, 0.1, 1)),
)

MEDIAN_EVEN = Formula(
    id="vote.median.even",
    title="The mean of the two middle answers of an even number, many of them",
    statement=AsymptoticTo(MiddlePairVote(k, tau), tau**2 + pi / (2 * k) - pi * (6 - pi) / (4 * k**2), k, remainder=k**-3),
    source=OWN,
    deviation="k even, or real by the integral over the two middle answers; the same as vote.median.large-k at k + 1.",
    expected=Expected.IN_THE_LIMIT,
    script="votes",
    check=Check(ladder=("1e4", "1e8", "1e10")),
    draw=LimitDraw(
        sizes=(6, 10, 16, 26),
        settings=((0.0,),),
        trials=400_000,
        quick_trials=400_000,
        wrong=tau**2 + pi / (2 * k) - pi * (4 - pi) / (4 * k**2),
        wrong_said="the formula for numbers of the other parity",
    ),
    sweep=Sweep(k, (2, 1e4), True, tau, (0, 0.1, 1), points=41),
)

MAJORITY = Formula(
    id="vote.majority",
    title="The majority vote over bins from the generating function of the counts",
    statement=Equal(MajorityVote(k, bin_width, grid_shift, tau), MajorityPolynomial(k, bin_width, grid_shift, tau)),
    domain=k >= 1,
    source=OWN,
    deviation="For whole k.",
    expected=Expected.HOLDS,
    script="votes",
    check=Check(
        independent={MajorityVote: here(".values.majority:majority_by_counts_mp")},
        near={k: tuple(map(Fraction, (2, 3, 4, 5))), bin_width: tuple(Fraction(n, 2) for n in (4, 5, 6))},
        note="left side: all ways in which the answers fall into the bins, one by one",
        count=3,
    ),
    draw=ExactDraw(settings=((3, 1.0, 0.2, 0.4), (10, 2.0, 0.35, -0.6), (30, 0.7, 0.0, 0.2))),
    sweep=Sweep(tau, (-2, 2), False, k, (2, 4), {bin_width: 2, grid_shift: 0.2}),
)

MAJORITY_LIMIT = Formula(
    id="vote.majority.infinite-k",
    title="Infinitely many answers: the bin nearest to the predictive mean wins",
    statement=Equal(MajorityLimit(bin_width, grid_shift, tau), (grid_shift * bin_width + tau) ** 2),
    domain=grid_shift < Rational(1, 2),
    source=OWN,
    deviation="The plateau lies on the grid: it is 0 only if the teacher's answer is the centre of that bin.",
    expected=Expected.HOLDS,
    script="votes",
    check=Check(
        near={bin_width: tuple(map(Fraction, (6, 8, 10))), grid_shift: tuple(Fraction(n, 20) for n in (0, 1, 2))},
        note="left side: the exact vote at a k where all other bins are proved to count for less than the digits",
        count=3,
    ),
    draw=Recipe(here(".checks:settled")),
    sweep=Sweep(tau, (-2, 2), False, grid_shift, (0, 0.05, 0.1), {bin_width: 6}),
)

MAJORITY_LIMIT_TIE = Formula(
    id="vote.majority.infinite-k.tie",
    title="Infinitely many answers, the predictive mean on the edge of two bins: each wins half the time",
    statement=Equal(MajorityLimit(bin_width, Rational(1, 2), tau), tau**2 + bin_width**2 / 4),
    source=OWN,
    deviation="Other shifts by periodicity and reflection: varsigma -> varsigma + 1, or (varsigma, tau) -> (-varsigma, -tau).",
    expected=Expected.HOLDS,
    script="votes",
    check=Check(
        near={bin_width: tuple(map(Fraction, (8, 10, 12)))},
        note="left side: the exact vote at a k where all other bins are proved to count for less than the digits",
        count=2,
    ),
    draw=ExactDraw(
        here(".draws:majority_on_an_edge"),
        settings=((3.0, 0.4), (4.0, 0.4)),
        trials=20_000,
        quick_trials=4_000,
        wrong=(tau - bin_width / 2) ** 2,
        wrong_said="one of the two bins alone",
        each=True,
        note="votes of 150 answers",
    ),
    sweep=Sweep(tau, (-2, 2), False, bin_width, (5, 6, 8)),
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
    script="votes",
    check=Check(ladder=("1e5", "1e9", "1e25")),
    draw=LimitDraw(sizes=(200, 300, 500, 800), settings=((0.5, 0.3),), trials=400_000, quick_trials=200_000),
    sweep=Sweep(k, (3, 1e4), True, p_2, (0.02, 0.06, 0.1), {p_1: 0.35}, points=61),
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
    script="votes",
    check=Check(ladder=("1e7", "1e11", "1e13"), near={stages: (Fraction(2), Fraction(3))}),
    draw=LimitDraw(
        sizes=(60, 100, 160, 240),
        settings=((2, 0.8, 0.8),),
        trials=60_000,  # it is the number of increments that costs
        quick_trials=60_000,
    ),
    sweep=Sweep(k, (20, 1e5), True, stages, (1, 2, 4), {tau: 2, rho: 2}, points=31),
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
