"""Pictures of a coverage fit: pass@k with its band beside the unbiased estimate, and whether the law fits.

Fits, bands and tests are those of `coverage.fit` (model of L, arXiv:2410.16377).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from infscale_sym.present.picture import Picture
from infscale_sym.present.style import COLOURS, LIMIT, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from infscale_sym.theory.coverage.fit.result import CoverageFit


def fit_picture(fit: CoverageFit, farthest: float = 100.0) -> Picture:
    """Left: pass@k, its band, the unbiased estimate, and the forecast to `farthest` times the attempts made. Right: the tenths
    of the probability transform, each of which should hold a tenth of the problems."""
    with styled():
        figure = blank_figure(9.6, 4.3)
        left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (1.75, 1)})
        _coverage(left, fit, farthest)
        _transform(right, fit)
    return Picture(figure, "pass@k by the fitted law and without it, and the test of the law")


def _coverage(axes: Axes, fit: CoverageFit, farthest: float) -> None:
    from scipy.special import ndtri

    most = fit.counts.largest
    k = np.geomspace(1, max(farthest * most, 10), 300)
    ahead = fit.forecast(k)
    percent = f"{100 * fit.level:g} %"
    axes.fill_between(k, ahead.low, ahead.high, color=COLOURS[0], alpha=0.18, lw=0, label=f"{percent} band")
    axes.plot(k, ahead.value, color=COLOURS[0], label=_name(fit))
    whole = np.unique(np.round(np.geomspace(1, most, 14)).astype(int))
    seen = fit.empirical(whole)
    full, enough = seen.problems == len(fit.counts), seen.problems >= min(10, len(fit.counts))
    times = float(ndtri(0.5 + fit.level / 2))
    kinds = ((full, COLOURS[1], f"unbiased estimate, {percent}"), (~full & enough, "white", "from part of the problems"))
    for rows, face, label in kinds:
        if rows.any():
            error = times * np.nan_to_num(seen.standard_error[rows])
            axes.errorbar(
                whole[rows], seen.value[rows], error, fmt="o", ms=4.5, color=COLOURS[1], mfc=face, capsize=2, lw=1, label=label
            )
    axes.axvline(most, color=LIMIT, lw=0.8, ls=":")
    where: Any = ("data", "axes fraction")
    axes.annotate("forecast", (most, 0.02), (6, 0), xycoords=where, textcoords="offset points", fontsize=9.5)
    if fit.free and fit.ceiling < 1:
        axes.axhline(fit.ceiling, color=LIMIT, lw=1, ls="--", label=f"ceiling $A$ = {fit.ceiling:.3f}")
    axes.set(xscale="log", xlabel="attempts $k$", ylabel="pass@$k$", ylim=(0, 1.02), title="Coverage")
    axes.legend(loc="lower right" if ahead.value[0] < 0.5 else "center right")


def _transform(axes: Axes, fit: CoverageFit) -> None:
    good = fit.goodness
    if good is None or not good.replicates:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "the fit was not tested", ha="center", va="center", transform=axes.transAxes)
        return
    centre = 0.05 + 0.1 * np.arange(good.bins.size)
    colour = COLOURS[1] if good.p <= 1 - fit.level else COLOURS[2]
    axes.bar(centre, good.bins, 0.088, color=colour, alpha=0.75, label="observed")
    middle, spread = (good.bins_low + good.bins_high) / 2, (good.bins_high - good.bins_low) / 2
    axes.errorbar(centre, middle, spread, fmt="none", ecolor=LIMIT, capsize=3, lw=1, label="95 % of drawn tables")
    axes.axhline(good.bins.sum() / good.bins.size, color=LIMIT, lw=1, ls="--")
    word = "does not fit" if good.p <= 1 - fit.level else "fits"
    axes.set(xlabel="worse $\\leftarrow$ probability transform $\\rightarrow$ better", ylabel="problems", xlim=(0, 1))
    axes.set_title(f"The law {word} ($p$ = {good.p:.2g})")
    axes.set_ylim(0, 1.3 * max(good.bins.max(), good.bins_high.max()))
    axes.legend(loc="upper center", ncols=2)


def _name(fit: CoverageFit) -> str:
    if fit.kind == "interior":
        return f"Beta law, $a$ = {fit.a:.3g}, $b$ = {fit.b:.3g}"
    return "Binomial law" if fit.kind == "binomial" else "fitted"


def interval_picture(truth: float, values: np.ndarray, lows: np.ndarray, highs: np.ndarray, level: float) -> Picture:
    """Intervals of the tail exponent from many tables with one truth, by size; those that miss it stand out."""
    order = np.argsort(values)
    values, lows, highs = values[order], lows[order], highs[order]
    missed = (truth < lows) | (truth > highs)
    x = np.arange(values.size)
    with styled():
        figure = blank_figure(7.2, 3.8)
        axes = figure.subplots()
        for rows, colour, label in ((~missed, COLOURS[0], "hold the truth"), (missed, COLOURS[1], "miss it")):
            axes.vlines(x[rows], lows[rows], highs[rows], color=colour, lw=1.1, label=f"{rows.sum()} {label}")
            axes.plot(x[rows], values[rows], ".", color=colour, ms=3)
        axes.axhline(truth, color=LIMIT, lw=1.2, ls="--", label=f"truth, $b$ = {truth:g}")
        axes.set(yscale="log", xlabel="tables, by their estimate", ylabel="tail exponent $b$", xlim=(-2, values.size + 1))
        ticks = [tick for tick in (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5) if lows.min() < tick < 1.35 * highs.max()]
        axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.set_title(f"{values.size} tables, {100 * level:g} % profile intervals")
        axes.legend(loc="upper left", ncols=3)
        axes.set_ylim(top=1.35 * float(highs.max()))
    return Picture(figure, "profile intervals of the tail exponent from tables with a known truth")


def ratio_picture(ratios: np.ndarray, title: str) -> Picture:
    """Tail of likelihood ratios of the ceiling test against half a chi-squared law, and against the whole one."""
    from scipy.special import chdtrc

    x = np.linspace(0.02, max(8.0, float(ratios.max()) + 0.5), 200)
    tail = np.array([(ratios >= value).mean() for value in x])
    with styled():
        figure = blank_figure(5.6, 4.2)
        axes = figure.subplots()
        axes.plot(x, chdtrc(1, x), color=COLOURS[6], ls="--", label=r"$\chi^2_1$: the edge forgotten")
        axes.plot(x, 0.5 * chdtrc(1, x), color=LIMIT, label=r"half 0, half $\chi^2_1$")
        axes.step(x, tail, color=COLOURS[1], label=f"{ratios.size} tables with $A=1$")
        axes.set(yscale="log", ylim=(0.7 / ratios.size, 1), xlabel="likelihood ratio", ylabel="share above", title=title)
        axes.legend(loc="upper right")
    return Picture(figure, "null law of the likelihood ratio of the ceiling")


def stopping_picture(k: np.ndarray, truth: np.ndarray, curves: dict[str, tuple[Any, Any]]) -> Picture:
    """Bias of estimates of pass@k: name -> (mean over tables, standard error of that mean)."""
    with styled():
        figure = blank_figure(6.2, 4.2)
        axes = figure.subplots()
        axes.axhline(0, color=LIMIT, lw=1)
        for i, (name, (mean, error)) in enumerate(curves.items()):
            axes.errorbar(k, mean - truth, 2 * error, fmt="o-", color=COLOURS[i], capsize=2, lw=1, label=name)
        axes.set_title("Attempts that stop at the first success")
        axes.set(xscale="log", xlabel="attempts $k$", ylabel="mean estimate − pass@$k$")
        axes.legend(loc="best")
    return Picture(figure, "bias of estimates under stopping")


def cost_picture(targets: np.ndarray, curves: dict[str, np.ndarray], unit: str) -> Picture:
    """Cost of a problem against the pass@k that it buys, one curve a strategy; nan where the target is out of reach."""
    with styled():
        figure = blank_figure(6.2, 4.2)
        axes = figure.subplots()
        for i, (name, cost) in enumerate(curves.items()):
            axes.plot(targets, cost, "o-", ms=3.5, color=COLOURS[i], label=name)
        axes.set(yscale="log", xlabel="pass@$k$ wanted", ylabel=f"cost of a problem ({unit})", title="What coverage costs")
        axes.legend(loc="upper left")
    return Picture(figure, "cost against coverage for one model, the other, and both under two couplings")


def forecasts_picture(fits: dict[str, CoverageFit], truth: Any, most: int) -> Picture:
    """Several fits of one table, with bands, against the truth (a function of k), within and beyond the attempts made."""
    k = np.geomspace(1, 1000 * most, 200)
    with styled():
        figure = blank_figure(7.0, 4.2)
        axes = figure.subplots()
        for i, (name, fit) in enumerate(fits.items()):
            ahead = fit.forecast(k)
            axes.fill_between(k, ahead.low, ahead.high, color=COLOURS[i], alpha=0.2, lw=0)
            axes.plot(k, ahead.value, color=COLOURS[i], label=name)
        axes.plot(k, truth(k), color=LIMIT, ls="--", lw=1.2, label="truth")
        axes.axvline(most, color=LIMIT, lw=0.8, ls=":")
        where: Any = ("data", "axes fraction")
        axes.annotate("forecast", (most, 0.03), (6, 0), xycoords=where, textcoords="offset points", fontsize=9.5)
        axes.set(xscale="log", xlabel="attempts $k$", ylabel="pass@$k$", ylim=(0, 1.02), title="A ceiling mistaken for a tail")
        axes.legend(loc="lower right")
    return Picture(figure, "forecasts with and without a ceiling against the truth")


def blank_figure(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure
