"""The figures of the optima notebook: where a finite number of answers is best, the best temperature, the best judge.

Exact optima of `optima.values` beside the printed expressions (HP Remarks 2-4, arXiv:2512.19905) and the registered laws.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.theory.optima.values import numeric as optima

_INFINITE = "#ffffff"
_ONE = "#4d4d4d"


def phase_diagram(taus: Sequence[float] = (0.4, 1.2), points: int = 26) -> Picture:
    """The best number of answers over temperature t and judge's offset rho, one panel for each teacher's offset tau.

    White: infinitely many; dark grey: one; colour: the finite optimum on a logarithmic scale. Solid: the exact boundary of a
    rise at large k; dashed: the printed threshold.
    """
    t, rho = np.logspace(-2, 2, points), np.linspace(-3, 3, points + 1)
    levels = np.log10([1, 4 / 3, 1.6, 2, 3, 5, 10, 30, 100, 1000])
    with styled():
        figure = blank_figure(9.2, 4.6)
        panels = figure.subplots(1, len(taus), sharey=True, squeeze=False)[0]
        for axes, tau in zip(panels, taus, strict=True):
            axes.grid(False)
            best = optima.optimal_number(t, tau, rho[:, None])
            fine_t, fine_rho = np.logspace(-2, 2, 400), np.linspace(-3, 3, 600)[:, None]
            gain = 1 + 2 * fine_rho * tau
            exact = fine_rho**2 * (4 + 3 * fine_t) / ((1 + fine_t) * (2 + fine_t)) - gain
            printed = 3 * (gain + fine_rho**2) - gain * fine_t
            # Beyond the largest level the optimum is about to diverge: the exact line, drawn on top, is where it does.
            shown = np.log10(np.minimum(best, 3e3))
            colours = axes.contourf(t, rho, shown, levels=levels, cmap="viridis_r", norm=_steps(levels))
            axes.contourf(fine_t, fine_rho[:, 0], exact, levels=[-np.inf, 0], colors=[_INFINITE])
            axes.contourf(t, rho, shown, levels=[-1, 0.004], colors=[_ONE])
            axes.contour(fine_t, fine_rho[:, 0], exact, levels=[0], colors="black", linewidths=1.8)
            axes.contour(fine_t, fine_rho[:, 0], printed, levels=[0], colors=COLOURS[1], linewidths=1.6, linestyles="--")
            axes.set(xscale="log", xlabel="temperature $t$")
            axes.set_title(rf"teacher at $\tau$ = {tau:g}", loc="left")
        panels[0].set_ylabel(r"judge's offset $\rho$")
        bar = figure.colorbar(colours, ax=list(panels), ticks=levels, pad=0.01)
        bar.ax.set_yticklabels(["1", "4/3", "1.6", "2", "3", "5", "10", "30", "100", "1000"])
        bar.ax.minorticks_off()
        bar.set_label("best number of answers $k_*$")
        _key(figure)
    return Picture(figure, "best number of answers over temperature and judge")


def _key(figure) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [
        Line2D([], [], color="black", lw=1.8, label="exact: error rises at large $k$"),
        Line2D([], [], color=COLOURS[1], lw=1.6, ls="--", label=r"printed threshold $3C_2/C_1$"),
        Patch(facecolor=_INFINITE, edgecolor="black", lw=0.6, label="the more answers the better"),
        Patch(facecolor=_ONE, label="one answer is best"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=9)


def temperature_map(taus: Sequence[float] = (-0.3, -0.5), points: int = 12) -> Picture:
    """The relative error of the printed best temperature 2 (1 - 2/k) C2/C1 against the exact one, over k and rho > 0.

    White: the exact optimum is 0. White line: an error of ten per cent.
    """
    k = np.unique(np.round(np.logspace(np.log10(3), 2.5, 30)))
    with styled():
        figure = blank_figure(9.2, 4.2)
        panels = figure.subplots(1, len(taus), squeeze=False)[0]
        levels = np.array([1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10])
        for axes, tau in zip(panels, taus, strict=True):
            axes.grid(False)
            edge = -1 / (2 * tau)
            rho = edge * (1 - np.logspace(-2.3, -0.05, points)[::-1])
            exact = optima.optimal_temperature(k, tau, rho[:, None], between=(1e-3, 1e4))
            gain = 1 + 2 * rho[:, None] * tau
            printed = 2 * (1 - 2 / k) * (gain + rho[:, None] ** 2) / gain
            inside = np.isfinite(exact) & (exact > 0)
            off = np.abs(printed / np.where(inside, exact, 1.0) - 1)
            shown = np.ma.masked_array(np.clip(off, levels[0], levels[-1]), ~inside)
            colours = axes.contourf(k, gain[:, 0], shown, levels=levels, cmap="magma_r", norm=_steps(levels))
            axes.contour(k, gain[:, 0], shown, levels=[0.1], colors="white", linewidths=1.4)
            axes.set(xscale="log", yscale="log", xlabel="number of answers $k$", xlim=(3, k[-1]), ylim=(gain.min(), 1))
            axes.set_title(rf"teacher at $\tau$ = {tau:g}, $0 < \rho < {edge:.3g}$", loc="left")
        panels[0].set_ylabel(r"what the judge tells, $C_1=1+2\rho\tau=1/h$")
        bar = figure.colorbar(colours, ax=list(panels), pad=0.01, ticks=levels)
        bar.ax.set_yticklabels([f"{level:g}" for level in levels])
        bar.ax.minorticks_off()
        bar.set_label("relative error of the printed $t_*$ (white line: 10 %)")
    return Picture(figure, "relative error of the printed best temperature")


def best_judge(taus: Sequence[float] = (0.1, 0.7), answers: Sequence[int] = (3, 5, 10, 30, 300)) -> Picture:
    """The best c of HP-code's family Delta_R = (1+c) Delta_T against temperature: exact, and by the expansion (dashed).

    A triangle marks where the exact optimum jumps to infinity; curves that end without one leave |rho| <= 40.
    """
    t, fine = np.logspace(-1.5, 2, 12), np.logspace(-1.5, 2, 200)
    best = optima.optimal_judge(np.array(answers)[:, None], t[:, None, None], np.array(taus))
    with styled():
        figure = blank_figure(9.2, 4.4)
        panels = figure.subplots(1, len(taus), sharey=True, squeeze=False)[0]
        for n, (axes, tau) in enumerate(zip(panels, taus, strict=True)):
            for colour, count, curve in zip(COLOURS, answers, best[:, :, n].T / tau - 1, strict=False):
                shown = np.isfinite(curve)
                axes.loglog(t[shown], curve[shown], color=colour, label=f"$k$ = {count}")
                if np.isinf(curve).any():
                    last = np.flatnonzero(shown)[-1]
                    axes.plot(t[last], curve[last], marker="^", color=colour, ms=7)
                expansion = fine * count / (count - 2) - 2
                axes.loglog(fine[expansion > 0.02], expansion[expansion > 0.02], color=colour, ls="--", lw=1)
            axes.loglog(t, t, color=LIMIT, ls=":", label=r"$k\to\infty$: $c=t$")
            axes.set(xlabel="temperature $t$", ylim=(0.02, 500))
            axes.set_title(rf"teacher at $\tau$ = {tau:g}", loc="left")
        panels[0].set_ylabel("best $c$: how far the judge should exaggerate")
        panels[-1].legend(loc="lower right")
    return Picture(figure, "best judge in HP-code's family")


def _steps(levels: np.ndarray):
    from matplotlib.colors import BoundaryNorm

    return BoundaryNorm(levels, 256)


def _single(colour: str):
    from matplotlib.colors import ListedColormap

    return ListedColormap([colour])


def zero_temperature_boundary(answers: Sequence[int] = (2, 50), judge: float = 1.2, points: int = 9) -> Picture:
    """Where T = 0 is best: the best temperature over both offsets at two k, and on the way to the line for k = 2, 5, 50, oo.

    White: best-of-k is best, or all but best (t* < 1e-4). Grey: uniform choice is, 1 + 2 rho tau <= 0. Black:
    1 + 2 rho (tau - rho) = 0, the same for every k. Right: exact (solid), from the law at small t (dashed, where
    k t^(1/2) < 0.55).
    """
    # Coordinates in which the line and the edge of the grey are straight: tau = rho - 1/(2 rho) - rho share.
    rho, share = np.linspace(0.25, 2.25, points), np.concatenate((np.linspace(0.01, 0.3, 12), np.linspace(0.35, 1.3, 20)))
    tau = rho[:, None] * (1 - share) - 1 / (2 * rho[:, None])
    best = optima.optimal_temperature(np.array(answers, float)[:, None, None], tau, rho[:, None], between=(1e-5, 1e3))
    levels = np.array([1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100])
    with styled():
        figure = blank_figure(11.5, 4.0)
        *maps, line = figure.subplots(1, len(answers) + 1, width_ratios=[1.0] * len(answers) + [1.25])
        fine = np.linspace(rho[0], rho[-1], 200)
        for axes, count, found in zip(maps, answers, best, strict=True):
            axes.grid(False)
            shown = np.log10(np.clip(found, 1e-9, 99))
            height = np.broadcast_to(rho[:, None], tau.shape)
            colours = axes.contourf(tau, height, shown, levels=np.log10(levels), cmap="viridis_r")
            axes.fill_betweenx(fine, -9, -1 / (2 * fine), color=_ONE)
            axes.plot(fine - 1 / (2 * fine), fine, color="black", lw=2)
            axes.set(xlabel=r"teacher's offset $\tau$", xlim=(-1.2, 2), ylim=(rho[0], rho[-1]))
            axes.set_title(f"$k$ = {count}", loc="left")
            axes.text(1.05, 0.55, "$t_*=0$", fontsize=10)
            axes.text(-1.1, 2.0, r"$t_*=\infty$", color="white", fontsize=10)
        maps[0].set_ylabel(r"judge's offset $\rho$")
        bar = figure.colorbar(colours, ax=maps, ticks=np.log10(levels), pad=0.01)
        bar.ax.set_yticklabels([f"$10^{{{round(x)}}}$" for x in np.log10(levels)])
        bar.set_label("best temperature $t_*$")
        _towards_the_line(line, judge)
    return Picture(figure, "best temperature over both offsets, and the line where T = 0 becomes best")


def _towards_the_line(axes, judge: float) -> None:
    from infscale_sym.theory.zero_temperature.values import cold_pairs, zeta_slope

    edge = judge - 1 / (2 * judge)
    teacher = edge - np.linspace(0.02, 0.9, 60)
    counts = np.array([2, 5, 50])
    exact = optima.optimal_temperature(counts[:, None].astype(float), teacher, judge)
    constant = -1.5 - 6 * float(zeta_slope(2.0)) / np.pi**2
    fine = edge - np.geomspace(0.005, 0.9, 300)
    for colour, count, found in zip(COLOURS, counts, exact, strict=False):
        warm = np.isfinite(found) & (found > 0)
        axes.semilogy(teacher[warm], found[warm], color=colour, label=f"$k$ = {count}")
        law = np.exp(constant + 2 * cold_pairs(float(count), fine, judge) / (1 + 2 * judge * (fine - judge)))
        valid = law * count**2 < 0.3  # k t^(1/2) answers within reach: fewer than one
        axes.semilogy(fine[valid], law[valid], color=colour, ls="--", lw=1)
    axes.semilogy(fine, 2 * judge**2 / (1 + 2 * judge * fine) - 1, color=LIMIT, ls=":", label=r"$k=\infty$")
    axes.axvline(edge, color="black", lw=2)
    axes.text(edge + 0.02, 1e-5, "$t_*=0$\nfor every $k$", va="center", fontsize=9)
    axes.set(xlabel=r"teacher's offset $\tau$", ylim=(1e-9, 300), xlim=(edge - 0.9, edge + 0.3))
    axes.set_title(rf"best temperature at $\rho$ = {judge:g}", loc="left")
    axes.legend(loc="lower left")
