"""The figures of best-of-k with a judge that is not the teacher: approach to the plateau, the best k, a judge far beyond.

Exact float64 values of F and of its best k beside the registered laws (`best-of-k.misspecified.*`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.theory.misspecified.values import answers_beyond_teacher, distance_integral, least_error
from infscale_sym.theory.optima.values.numeric import optimal_number

_ONE = "#4d4d4d"


def approach(rho: float = 1.0, margins: Sequence[float] = (0.6, 0.2, 0.0, -0.2, -0.6)) -> Picture:
    """k^2 (F_k - D^2)/(pi exp(rho^2)) against k for judges on either side of the boundary: exact, and the series to k^-6.

    It tends to 1 + 2 rho (tau - rho), the number at each curve.
    """
    from infscale_sym.evaluate.lambdify import numpy_function
    from infscale_sym.theory.misspecified.formulas import ALL_ORDERS

    claim = numpy_function(ALL_ORDERS.statement.rhs, ALL_ORDERS.symbols)
    k = np.logspace(0, 4, 241)
    unit = np.pi * np.exp(rho**2) / k**2
    with styled():
        figure = blank_figure(8.6, 4.6)
        axes = figure.subplots()
        axes.axhline(0, color=LIMIT, lw=1)
        for colour, margin in zip(COLOURS, margins, strict=False):
            tau = rho + (margin - 1) / (2 * rho)
            axes.plot(k, distance_integral(k, tau, rho) / unit, color=colour)
            far = k > 14
            axes.plot(k[far], (claim(k, tau, rho) - (tau - rho) ** 2)[far] / unit[far], color="black", ls=(0, (1, 3)), lw=1.6)
            axes.annotate(
                rf"$1+2\rho D={margin:g}$", (1e4, margin), xytext=(6, 0), textcoords="offset points", va="center", color=colour
            )
        axes.plot([], [], color=LIMIT, ls=(0, (1, 3)), lw=1.6, label="series to $k^{-6}$")
        axes.set(xscale="log", xlabel="number of answers $k$", xlim=(1, 1e4))
        axes.set_ylabel(r"distance to the plateau, $k^2(F_k-D^2)\,/\,\pi e^{\rho^2}$")
        axes.set_title(rf"judge at $\rho$ = {rho:g}: above the plateau, or below it", loc="left")
        axes.legend(loc="lower left")
    return Picture(figure, "approach of the error to its plateau")


def best_number_map(points: int = 70) -> Picture:
    """The best number of answers at t = 0 over teacher and judge. White: infinitely many; grey: one; colour: finite.

    Black: the exact boundary 1 + 2 rho (tau - rho) = 0. The mirror image (-tau, -rho) is the same.
    """
    from matplotlib.colors import BoundaryNorm
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    tau, rho = np.linspace(-1.5, 4.5, 2 * points), np.linspace(0.02, 5.5, 2 * points)
    edge_rho = np.linspace(0.02, 5.5, 300)
    levels = np.log10([1, 2, 4, 10, 30, 100, 1e3, 1e4, 1e5, 1e6])
    best = optimal_number(0.0, tau, rho[:, None])
    shown = np.log10(np.minimum(best, 1e6))
    with styled():
        figure = blank_figure(8.4, 5.4)
        axes = figure.subplots()
        axes.grid(False)
        colours = axes.contourf(tau, rho, shown, levels=levels, cmap="viridis_r", norm=BoundaryNorm(levels, 256), extend="max")
        axes.fill_betweenx(edge_rho, -1.5, np.maximum(one_answer(edge_rho), -1.5), color=_ONE, lw=0)
        edge = edge_rho - 1 / (2 * edge_rho)
        axes.fill_betweenx(edge_rho, edge, 4.5, where=edge < 4.5, color="white", lw=0)
        axes.plot(edge, edge_rho, color="black", lw=2)
        axes.plot(tau, tau, color=COLOURS[1], ls="--", lw=1.4)
        axes.text(3.95, 3.6, "judge = teacher", color=COLOURS[1], rotation=41, ha="center", va="center", fontsize=9.5)
        axes.text(2.6, 1.1, "the more answers the better", ha="center", fontsize=11)
        axes.text(-0.95, 2.7, "one answer\nis best", color="white", ha="center", va="center", fontsize=11)
        axes.set(xlim=(-1.5, 4.5), ylim=(0.02, 5.5), xlabel=r"teacher's offset $\tau$", ylabel=r"judge's offset $\rho$")
        bar = figure.colorbar(colours, ax=axes, ticks=levels, pad=0.02)
        bar.ax.set_yticklabels(["1", "2", "4", "10", "30", "100", "$10^3$", "$10^4$", "$10^5$", "$10^6$"])
        bar.ax.minorticks_off()
        bar.set_label("best number of answers $k_*$ at $t=0$")
        handles = [
            Line2D([], [], color="black", lw=2, label=r"exact boundary $1+2\rho(\tau-\rho)=0$"),
            Patch(facecolor="white", edgecolor="black", lw=0.6, label="$k_*$ infinite"),
            Patch(facecolor=_ONE, label="$k_*=1$"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return Picture(figure, "best number of answers over teacher and judge at zero temperature")


def one_answer(rho: np.ndarray) -> np.ndarray:
    """The teacher's offset at which dF_k/dk vanishes at k = 1 (t = 0): one answer is best where tau is smaller; rho > 0."""
    from infscale_sym.theory.selection.values.slopes import slope_tables

    out = np.empty(rho.size)
    for i, table in enumerate(slope_tables(np.zeros(rho.size), rho, 1.0, 1e4)):
        flat, tilted = table.slope_parts(np.ones(1))  # k dF/dk = flat + 2 (tau - rho) tilted
        out[i] = rho[i] - flat[0] / (2 * tilted[0])
    return out


def far_beyond(exaggerations: Sequence[float] = (0.2, 0.5, 2.0)) -> Picture:
    """Left: answers expected beyond the teacher's at the best k. Right: the least error, and what infinitely many leave."""
    tau = np.linspace(0.8, 6.4, 57)
    with styled():
        figure = blank_figure(9.2, 4.2)
        left, right = figure.subplots(1, 2)
        limit = np.exp(-np.euler_gamma)
        for colour, c in zip(COLOURS, exaggerations, strict=False):
            number = answers_beyond_teacher(tau, c)
            left.plot(tau, number, color=colour, label=f"$c$ = {c:g}")
            right.plot(tau, least_error(tau, c), color=colour, label=f"best $k$, $c$ = {c:g}")
            right.plot(tau, (c * tau) ** 2, color=colour, ls=":", lw=1.2)
        claim = limit * (1 + np.pi**2 / (4 * tau**2))
        left.plot(tau, claim, color=LIMIT, ls="--", lw=1.3, label=r"$e^{-\gamma_E}(1+\pi^2/4\tau^2)$")
        left.axhline(limit, color=LIMIT, lw=0.8)
        left.text(0.9, limit - 0.05, r"$e^{-\gamma_E}=0.561$", va="top", fontsize=10)
        right.plot(tau, np.pi**2 / 6 / tau**2, color=LIMIT, ls="--", lw=1.3, label=r"$\pi^2/6\tau^2$")
        right.plot([], [], color=LIMIT, ls=":", lw=1.2, label=r"$k=\infty$: $c^2\tau^2$")
        left.set(xlabel=r"teacher's offset $\tau$", ylabel="answers beyond the teacher's, $N_*$", ylim=(0.3, 1.6))
        left.set_title(r"at the best $k$, judge at $(1+c)\,\tau$", loc="left")
        right.set(xlabel=r"teacher's offset $\tau$", ylabel="error", yscale="log", ylim=(0.01, 5e3))
        right.set_title("what stopping in time is worth", loc="left")
        left.legend(loc="upper right")
        right.legend(loc="upper left", ncols=2)
    return Picture(figure, "best number of answers and least error for a judge beyond the teacher")
