"""Figures on the approach of averages to infinitely many answers (`averaged.slow-approach`, `averaged.marginal-approach`).

Exact averages and the integral over the dominant draw beside the registered laws; HP, arXiv:2512.19905, has t = 0 only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.theory.averages.limit_values import approach_exponent, averaged_limit, dominant_draw
from infscale_sym.theory.regression.values.gaussian_pair import line_average


def excess(k: Any, t: float, ratio: float, v_rho: float) -> np.ndarray:
    """E F_k - E F_oo from the exact average, dimensionless, float64; loses the digits that the two have in common."""
    return line_average(k, t, ratio, v_rho) - averaged_limit(t, ratio, v_rho)


def one_draw_against_exact(
    t: float, ratio: float, spreads: Sequence[float], answers: Sequence[float]
) -> dict[float, list[float]]:
    """{v_rho: (exact excess)/(integral over the dominant draw) at each k}, dimensionless."""
    return {
        v: [
            float(one / dominant_draw(math.log(k), t, ratio, v))
            for k, one in zip(answers, excess(np.array(answers), t, ratio, v), strict=True)
        ]
        for v in spreads
    }


def exponent_map(t: float, spreads: Sequence[float]) -> Picture:
    """The exponent over (t, E rho^2) with the boundary of the 1/k law, and local slopes of the averaged excess.

    t, spreads: temperature and E rho^2 of the curves on the right, judge = teacher. Drawn from the closed exponent and from
    the exact average; beyond k = 1e16 from the integral over the dominant draw.
    """
    heat, spread = np.geomspace(0.05, 20, 161), np.geomspace(0.2, 200, 161)
    exponent = approach_exponent(heat[:, None], spread).T
    with styled():
        figure = blank_figure(9.6, 4.5)
        left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (1, 1.08)})
        shown = np.where(exponent < 1, exponent, np.nan)
        filled = left.contourf(heat, spread, shown, levels=np.linspace(0, 1, 11), cmap="viridis")
        left.plot(heat, (1 + heat) * (2 + heat) / 2, color=COLOURS[1], lw=2.2)
        left.text(0.07, 0.62, r"$1/k$", fontsize=14, ha="left", va="top")
        left.text(1.2, 0.9, r"$2\,\mathbb{E}\rho^2=(1+t)(2+t)$", color=COLOURS[1], fontsize=11)
        left.set(
            xscale="log", yscale="log", xlabel="temperature $t$", ylabel=r"spread of the judge's offset, $\mathbb{E}\rho^2$"
        )
        left.set(ylim=(spread[0], spread[-1]), xlim=(heat[0], heat[-1]))
        left.grid(False)
        left.set_title(r"$\mathbb{E}F_k-\mathbb{E}F_\infty\sim k^{-\varepsilon}\sqrt{\ln k}$ above the line", loc="left")
        bar = figure.colorbar(filled, ax=left, pad=0.02, ticks=(0, 0.2, 0.4, 0.6, 0.8, 1))
        bar.set_label(r"exponent $\varepsilon$")
        for colour, v in zip(COLOURS, spreads, strict=False):
            level = min(1.0, float(approach_exponent(t, v)))
            last = 12 if v * 2 < (1 + t) * (2 + t) else 16
            k = np.geomspace(1, 10.0**last, 8 * last + 1)[1:]
            own = np.log(np.abs(excess(k, t, 1.0, v)))
            middle = np.sqrt(k[1:] * k[:-1])
            # at 1/k the excess drops below the accuracy of float64 first
            kept = np.exp(own[1:]) > 1e-9
            right.semilogx(
                middle[kept], (-np.diff(own) / np.diff(np.log(k)))[kept], color=colour, label=rf"$\mathbb{{E}}\rho^2={v:g}$"
            )
            if level < 1:
                logs = np.linspace(math.log(1e9), math.log(1e60), 60)
                one = np.log([abs(float(dominant_draw(x, t, 1.0, v))) for x in logs])
                right.semilogx(np.exp((logs[1:] + logs[:-1]) / 2), -np.diff(one) / np.diff(logs), color=colour, ls="--", lw=1.2)
            right.plot([1e60], [level], marker="<", color=colour, ms=8, clip_on=False, ls="none")
            words = "the limit is 1" if level == 1 else rf"$\varepsilon={level:.3f}$"
            right.annotate(
                rf"$\mathbb{{E}}\rho^2={v:g}$, {words}",
                (1e58, level),
                (0, 7),
                textcoords="offset points",
                color=colour,
                ha="right",
            )
        right.axhline(1, color=LIMIT, lw=0.8, ls=":")
        right.set(xlabel="number of answers $k$", ylabel=r"local slope $-d\,\ln|\mathbb{E}F_k-\mathbb{E}F_\infty|/d\,\ln k$")
        right.set(xlim=(1, 1e60), ylim=(0.2, 1.5))
        right.set_title(rf"Local slopes at $t={t:g}$, judge = teacher", loc="left")
        right.minorticks_off()
    return Picture(figure, "exponent of the averaged error's approach, and local slopes")
