"""Figures on how far more answers carry: close judges, difficulty, and answers against data (HP, arXiv:2512.19905).

Exact quantities in float64 (`monotone.*`, `difficulty.*`, `tradeoff.*`), with simulated points where judges are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled


def close_judges(tau: float) -> Picture:
    """The set of (rho - tau, t) at which one answer more helps, for several k and for all of them.

    tau > 0: teacher's offset (dimensionless).
    """
    from infscale_sym.theory.scaling.values_monotone import judge_margin, judge_margin_limit

    heats = np.geomspace(0.01, 30, 36)
    judges = np.linspace(tau + 1e-3, tau + 4, 60)
    with styled():
        figure = blank_figure(8.6, 4.4)
        left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (1.3, 1)})
        grid = judges - tau, heats
        shown = (5, 10, 20, 100)
        margins = judge_margin(np.array(shown)[:, None, None], heats[:, None], judges)
        for colour, count, margin in zip(COLOURS[1:], shown, margins, strict=False):
            excess = judges - tau - margin
            left.contour(*grid, excess, levels=[0], colors=colour, linewidths=1.5)
            left.plot([], [], color=colour, label=f"k = {count} to {count + 1}")
        limit = judges - tau - judge_margin_limit(heats[:, None], judges)
        left.contourf(*grid, limit, levels=[-99, 0], colors=["#0072B2"], alpha=0.12)
        left.contour(*grid, limit, levels=[0], colors=LIMIT, linewidths=1.8, linestyles=":")
        left.plot([], [], color=LIMIT, ls=":", label=r"$k\to\infty$")
        sure = (np.sqrt(1 + 2 / tau**2) - 1) * tau / 2
        left.axvspan(0, sure, color="#0072B2", alpha=0.16, lw=0)
        left.text(sure / 2, 0.02, "every $t$ (proved)", ha="center", va="bottom", fontsize=9.5, rotation=90)
        left.set(yscale="log", xlim=(0, 4), ylim=(0.01, 30))
        left.set(xlabel=r"the judge overshoots by $\rho-\tau$", ylabel="temperature $t$")
        left.set_title(rf"One answer more helps left of the line ($\tau$ = {tau:g})", loc="left")
        left.legend(loc="lower right", fontsize=9)
        counts = np.unique(np.round(np.geomspace(1, 300, 40)))
        for colour, heat in zip(COLOURS, (0.0, 0.1, 0.5, 3.0), strict=False):
            right.semilogx(counts, judge_margin(counts, heat, 2.0), color=colour, label=f"t = {heat:g}")
            right.axhline(float(judge_margin_limit(heat, 2.0)), color=colour, ls=":", lw=1)
        right.set(xlabel="number of answers $k$", ylabel=r"margin $H_k(t,\rho)$", ylim=(0, None), xlim=(1, 300))
        right.set_title(r"The margin only shrinks ($\rho$ = 2)", loc="left")
        right.legend(loc="upper right", fontsize=8.5, ncols=2)
    return Picture(figure, "judges for whom one answer more helps, at several k and at all")


def judges_drawn(tau: float, t: float, judges: Sequence[float], trials: int, seed: int) -> Picture:
    """F_k against k for several judges: exact lines and simulated points with two standard errors."""
    from infscale_sym import simulate
    from infscale_sym.theory.scaling.values_monotone import judge_margin, judge_margin_limit
    from infscale_sym.theory.selection.values import selection_error

    counts = np.unique(np.round(np.geomspace(1, 200, 14))).astype(int)
    fine = np.geomspace(1, 200, 200)
    with styled():
        figure = blank_figure(7.6, 4.2)
        axes = figure.subplots()
        for number, (colour, judge) in enumerate(zip(COLOURS, judges, strict=False)):
            axes.semilogx(fine, selection_error(fine, t, tau, judge), color=colour, lw=1.3)
            drawn = simulate.selection(counts, t, tau, judge, trials=trials, seed=seed + number)
            excess = np.sign(judge) * (judge - tau)  # mirrored so that the judge's offset is positive
            if excess <= judge_margin_limit(t, abs(judge)):
                kind = "falls for ever"
            else:
                kind = "falls, then rises" if excess < judge_margin(1, t, abs(judge)) else "rises from the start"
            label = rf"$\rho$ = {judge:g}: {kind}"
            axes.errorbar(counts, drawn.mean, 2 * drawn.standard_error, fmt="o", ms=3.2, lw=0.9, color=colour, label=label)
        axes.set(xlabel="number of answers $k$", ylabel=r"error $F_k$", xlim=(0.95, 210))
        axes.set_ylim(0, None)
        axes.set_title(rf"Four judges ($\tau$ = {tau:g}, $t$ = {t:g}); points: simulation", loc="left")
        axes.legend(loc="center right", fontsize=9)
    return Picture(figure, "error against the number of answers for judges at several distances")


def gains_and_exponents(offsets: Sequence[float]) -> Picture:
    """The gain F_1/F_k and the local exponent -d ln F_k/d ln k against k for prompts of several difficulties."""
    from infscale_sym.theory.scaling.values import local_exponent, sample_gain

    counts = np.geomspace(1.03, 1e6, 300)
    with styled():
        figure = blank_figure(8.6, 4.2)
        left, right = figure.subplots(1, 2)
        for colour, tau in zip(COLOURS, offsets, strict=False):
            left.loglog(counts, sample_gain(counts, tau), color=colour)
            law = counts**2 * (1 + tau**2) * np.exp(-(tau**2)) / np.pi
            left.loglog(counts, np.where(law > 0.5, law, np.nan), color=colour, ls=":", lw=1)
            right.semilogx(counts, local_exponent(counts, tau), color=colour, label=rf"$\tau$ = {tau:g}")
        right.axhline(2, color=LIMIT, ls=":")
        left.set(xlabel="number of answers $k$", ylabel=r"gain $F_1/F_k$", xlim=(1, 1e6), ylim=(0.7, 1e12))
        right.set(xlabel="number of answers $k$", ylabel=r"local exponent $-d\,\ln F_k/d\,\ln k$", xlim=(1, 1e6), ylim=(0, 2.1))
        left.set_title("Gain (dotted: its law)", loc="left")
        right.set_title("The exponent 2 comes late on hard prompts", loc="left")
        right.legend(loc="lower right", fontsize=9)
    return Picture(figure, "gain and local exponent of best-of-k for prompts of several difficulties")


def what_is_harder() -> Picture:
    """Q/s^2, the hardness of a task, against noise, data and the strength of the teacher; isotropic Sigma = 1, gamma = 1."""
    from infscale_sym.theory.scaling.values import averaged_sample_gain, offset_ratio

    with styled():
        figure = blank_figure(9.8, 3.9)
        figure.set_layout_engine("constrained", w_pad=0.12)
        left, middle, right = figure.subplots(1, 3)
        noise = np.geomspace(0.01, 10, 200)
        strength = ((0.5, r"$\nu=\gamma/2$"), (1.0, r"$\nu=\gamma$"), (1.3, r"$\nu=1.3\,\gamma$"), (2.0, r"$\nu=2\gamma$"))
        for colour, (nu, label) in zip(COLOURS, strength, strict=False):
            left.semilogx(noise, offset_ratio(0.3, noise, 1.0, 1.0, nu), color=colour, label=label)
            shape = np.geomspace(0.02, 5, 300)
            middle.semilogx(shape, offset_ratio(shape, 0.3, 1.0, 1.0, nu), color=colour)
            gain = np.array([averaged_sample_gain(32, 0.3, s, 1.0, 1.0, nu) for s in noise[::4]])
            right.semilogx(noise[::4], gain, color=colour)
        for axes in (left, middle):
            axes.axhline(0.5, color=LIMIT, ls=":", lw=1)
        left.set(xlabel=r"noise $\sigma/\gamma S$", ylabel=r"hardness $Q/s^2$", ylim=(0, 0.72), xlim=(0.01, 10))
        middle.set(xlabel=r"$\alpha=d/n$", ylim=(0, 1.7), xlim=(0.02, 5))
        right.set(xlabel=r"noise $\sigma/\gamma S$", ylabel=r"gain $\overline{F}_1/\overline{F}_{32}$", xlim=(0.01, 10))
        left.set_title(r"More noise, $\alpha$ = 0.3", loc="left")
        middle.set_title(r"Less data, $\sigma$ = 0.3", loc="left")
        right.set_title(r"Gain of 32 answers, $\alpha$ = 0.3", loc="left")
        right.set_ylim(200, 380)
        left.legend(loc="upper right", fontsize=8.5)
    return Picture(figure, "hardness Q/s^2 of a task against noise and data, and the gain of 32 answers")


def both_exponents() -> Picture:
    """Exact exponents in answers and in data against alpha, at several k and in the limit; the printed data exponent."""
    from infscale_sym.catalog import formula
    from infscale_sym.theory.scaling.values import data_exponent_at, sample_exponent

    sigma, gamma, Sigma, nu = 0.1, 1.0, 1.0, 1.0
    shapes = np.append(np.linspace(0.01, 0.29, 8)[:-1], np.linspace(0.29, 0.48, 17))  # close where the curves bend
    printed, corrected = (formula(f"tradeoff.data-exponent.{kind}").rhs.numpy for kind in ("printed", "corrected"))
    counts = np.array([10.0, 100.0, 1e4])
    slopes = np.array([data_exponent_at(counts, a, sigma, gamma, Sigma, nu) for a in shapes])
    answers = np.array([sample_exponent(counts, a, sigma, gamma, Sigma, nu) for a in shapes])
    with styled():
        figure = blank_figure(7.6, 4.5)
        axes = figure.subplots()
        for number, count in enumerate(counts):
            shade = 0.35 + 0.325 * number
            label = rf"$10^{{{round(np.log10(count))}}}$"
            axes.plot(shapes, answers[:, number], color=COLOURS[0], alpha=shade, label=f"answers, k = {label}")
        for number, count in enumerate(counts):
            shade = 0.35 + 0.325 * number
            label = rf"$10^{{{round(np.log10(count))}}}$"
            axes.plot(shapes, slopes[:, number], color=COLOURS[1], alpha=shade, label=f"data, k = {label}")
        limit = np.array([corrected(a, sigma, gamma, Sigma, nu) for a in shapes])
        wrong = np.array([printed(a, sigma, gamma, Sigma, nu) for a in shapes])
        axes.axhline(2, color=COLOURS[0], ls="--", lw=1.2)
        axes.plot(shapes, limit, color=COLOURS[1], ls="--", lw=1.2, label=r"limits $k\to\infty$")
        axes.plot(shapes, wrong, color=LIMIT, ls=":", label="data, printed law")
        axes.set(xlabel=r"$\alpha=d/n$", ylabel="exponent of the error", xlim=(0, 0.48), ylim=(0, 3.3))
        axes.set_title(r"What more answers and more data buy ($\sigma=0.1\,\gamma S$, $\nu=\gamma$)", loc="left")
        axes.legend(loc="upper left", fontsize=9, ncols=2, bbox_to_anchor=(0.0, 0.985))
    return Picture(figure, "exponents of the error in answers and in data")


def answers_or_data() -> Picture:
    """Filled contours of the ratio of the exponents, 2/(data exponent), at k -> oo; white line: equal; grey: 2 Q > s^2."""
    from matplotlib.colors import BoundaryNorm

    from infscale_sym.theory.scaling.values import data_exponent, offset_ratio

    shapes = np.linspace(0.01, 0.9, 180)
    noise = np.geomspace(0.02, 10, 120)
    weights = np.geomspace(0.1, 10, 120)
    panels: tuple[tuple[Any, ...], ...] = (
        (noise, lambda v: (shapes, v, 1.0, 1.0, 1.0), r"noise $\sigma/\gamma S$", r"Teacher from the prior, $\nu=\gamma$"),
        (weights, lambda v: (shapes, 0.1, 1.0, 1.0, v), r"teacher $\nu/\gamma$", r"Little noise, $\sigma=0.1\,\gamma S$"),
    )
    levels = [0.1, 0.5, 1, 2, 5, 10, 30, 100, 1000]
    with styled():
        figure = blank_figure(9.0, 4.3)
        shown: Any = None
        for axes, (rows, model, label, title) in zip(figure.subplots(1, 2), panels, strict=True):
            exponent = np.full((len(rows), len(shapes)), np.nan)
            for line, value in zip(exponent, rows, strict=True):
                easy = offset_ratio(*model(float(value))) < 0.48  # at the edge the slope is infinite
                line[easy] = data_exponent(shapes[easy], *model(float(value))[1:])
            height = 2 / np.abs(exponent)
            norm = BoundaryNorm(levels, 256, extend="max")
            shown = axes.contourf(shapes, rows, height, levels=levels, cmap="viridis", norm=norm, extend="both")
            axes.contour(shapes, rows, height, levels=[1], colors="white", linewidths=2)
            axes.set(xlabel=r"$\alpha=d/n$", ylabel=label, yscale="log", facecolor="#c8c8c8")
            axes.grid(False)
            axes.set_title(title, loc="left")
            axes.text(0.98, 0.04, r"$2Q>s^2$", transform=axes.transAxes, ha="right", fontsize=10)
        bar = figure.colorbar(shown, ax=figure.axes, ticks=levels, label="exponent in answers / exponent in data")
        bar.ax.set_yticklabels([f"{level:g}" for level in levels])
        bar.ax.minorticks_off()
    return Picture(figure, "ratio of the exponents in answers and in data")
