"""What a peak in the answers' law changes: nothing in the law 1/k^2, everything in its first correction.

A density f that is smooth at the teacher's answer gives 1/(2 f^2 k^2) (1 - 3/k + ...), whatever the law. Laplace's law is
smooth everywhere but at its peak. There the correction is not -3/k but nothing at all, to any order; and between the two lies
a strip of the width 1/k in which one becomes the other.
"""

from __future__ import annotations

from sympy import exp

from infscale_sym import asymptotic, equality
from infscale_sym.notation.check import Check, LimitDraw, Sweep
from infscale_sym.notation.lazy import lazy
from infscale_sym.theory.selection.notation import k

from .notation import LaplaceError, c_T, y_T

here = lazy(__package__)

#: The draws must see the last term, the correction in 1/k: few answers, many trials, and a correction that is off by one half
#: must be rejected. By default a quarter is asked for, which takes four times as many trials.
DRAWN = {"sizes": (8, 12, 18, 30), "trials": 800_000, "quick_trials": 800_000, "wrong": 0.5}

PEAK = equality(
    "laplace.peak",
    LaplaceError(k, 0),
    2 / k**2,
    title="At the peak of Laplace's law best-of-k is 2/k^2 exactly",
    domain=k >= 1,
    script="laplace_answers",
    check=Check(
        independent={LaplaceError: here(".values:laplace_error_by_density")},
        note="left side: the density of the closest answer, integrated",
    ),
    sweep=Sweep(k, (1, 100), True, log_height=True, note="the density of the closest answer"),
)

OFF_PEAK = asymptotic(
    "laplace.off-peak",
    LaplaceError(k, y_T),
    2 * exp(2 * y_T) / k**2 * (1 - 3 / k),
    variable=k,
    remainder=k**-4,
    title="Off the peak of Laplace's law the first correction is -3/k, as for every smooth density",
    script="laplace_answers",
    draw=LimitDraw(settings=((0.5,),), **DRAWN),
    sweep=Sweep(curve=y_T, values=(0.25, 0.5, 1, 2)),
)

NEAR_PEAK = asymptotic(
    "laplace.near-peak",
    LaplaceError(k, c_T / k),
    2 / k**2 * (1 + (2 * c_T - 3 + (c_T + 3) * exp(-c_T)) / k),
    variable=k,
    remainder=k**-4,
    title="Within 1/k of the peak the first correction grows from 0 to that of a smooth density",
    script="laplace_answers",
    draw=LimitDraw(settings=((3,),), **DRAWN),
    sweep=Sweep(curve=c_T, values=(0.5, 1, 2, 4)),
)

FORMULAS = (PEAK, OFF_PEAK, NEAR_PEAK)
