"""The figure on hard tasks (THEORY section 3; HP Remark 5, arXiv:2512.19905): what more answers buy, from k = 1 to 1e15."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infscale_sym.present.figures import Picture, _figure
from infscale_sym.present.style import LIMIT, styled
from infscale_sym.quantities.hard_task import local_exponent


def exponents(ratios: Sequence[float] = (0.5, 1.0, 1.5, 2.0, 3.0, 8.0)) -> Picture:
    """-d ln delta/d ln k against k for several theta = s^2/Q, exact, with the limits min(theta, 2) at the right edge."""
    from matplotlib import colormaps

    k = np.logspace(0.1, 15.5, 120)
    with styled():
        figure = _figure(7.6, 4.6)
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
