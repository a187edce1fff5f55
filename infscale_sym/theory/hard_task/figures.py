"""The figures on hard tasks (`best-of-k.hard-task.*`; HP Remark 5, arXiv:2512.19905): what more answers buy.

Exact averages and simulated ones, with the registered laws.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.theory.hard_task.values import local_exponent
from infscale_sym.theory.regression.values.error import regression_error


def exponents(ratios: Sequence[float] = (0.5, 1.0, 1.5, 2.0, 3.0, 8.0)) -> Picture:
    """-d ln delta/d ln k against k for several theta = s^2/Q, exact, with the limits min(theta, 2) at the right edge."""
    from matplotlib import colormaps

    k = np.logspace(0.1, 15.5, 120)
    with styled():
        figure = blank_figure(7.6, 4.6)
        axes = figure.subplots()
        axes.axhline(2, color=LIMIT, lw=0.9, ls=":")
        for place, ratio in enumerate(ratios):
            colour = colormaps["viridis"](0.92 * place / (len(ratios) - 1))
            axes.semilogx(k, local_exponent(k, ratio), color=colour, label=rf"$\theta$ = {ratio:g}")
            axes.plot([2.5e16], [min(ratio, 2)], marker="<", ms=7, color=colour, clip_on=False)
        axes.set(xlabel="number of answers $k$", ylabel=r"exponent $-d\ln\delta/d\ln k$", xlim=(1, 2.5e16), ylim=(0, 2.15))
        axes.set_xticks([1, 1e4, 1e8, 1e12, 1e16])
        axes.minorticks_off()
        axes.set_title(r"Below $\theta=s^2/Q=2$ rare prompts decide (triangles: limits)", loc="left")
        axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
    return Picture(figure, "local exponent of the averaged best-of-k error against k for several theta")


def students_against_law() -> Picture:
    """Students trained and asked end to end, extrapolated to d = oo, and the law (lines). Left delta, right exponent."""
    from infscale_sym.theory.hard_task import evidence

    answers = np.array(evidence.ANSWERS, float)
    fine = np.logspace(0, 3, 61)
    middle = np.sqrt(answers[1:] * answers[:-1])
    with styled():
        figure = blank_figure(9.2, 4.3)
        left, right = figure.subplots(1, 2)
        for colour, (theta, nu) in zip(COLOURS, evidence.TEACHERS.items(), strict=False):
            model = (1.0, evidence.ALPHA, 1.0, evidence.SIGMA, evidence.GAMMA, nu)
            found, error = evidence.at_infinity(theta)
            law = evidence.law(theta)
            left.loglog(fine, regression_error(fine, 0, *model), color=colour)
            style = {"fmt": "o", "ms": 4.5, "color": colour, "label": rf"$\theta$ = {theta:g}"}
            left.errorbar(answers, law * (1 + found), law * error, **style)
            slopes, spread = evidence.exponents_at_infinity(theta)
            right.semilogx(fine[fine > 1.2], local_exponent(fine[fine > 1.2], theta), color=colour)
            right.errorbar(middle, slopes, spread, capsize=2.5, **style)
            right.axhline(theta, color=colour, ls="--", lw=1)
        for_two = law[0] * answers[[2, 6]] ** -2.0 * 6
        left.loglog(answers[[2, 6]], for_two, color=LIMIT, ls=":", lw=1.4)
        left.annotate("$k^{-2}$", (200, for_two[0] / 400), (-8, -14), textcoords="offset points", ha="right", color=LIMIT)
        right.axhline(2, color=LIMIT, ls=":", lw=1.4)
        left.set(xlabel="number of answers $k$", ylabel=r"error $\delta$")
        left.set_title("Students trained end to end (lines: law)", loc="left")
        left.legend(loc="lower left")
        right.set(xlabel="number of answers $k$", ylabel=r"exponent $-d\ln\delta/d\ln k$", ylim=(0.85, 2.1))
        right.set_title(r"Between $\theta$ (dashed) and 2", loc="left")
    return Picture(figure, "error and local exponent of simulated students where rare prompts decide, against the law")
