"""Figures on many answers at fixed temperature: the corrections in 1/k, the crossover at t -> 0, the boundary, the optima.

For `limit.*`, `finite-k.criterion` and `optimum.joint`. Each claim is read from the registry, none is retyped.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infscale_sym.catalog import formula
from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.theory.many_answers.values import crossover_factor, weight_ratio
from infscale_sym.theory.optima.values import numeric as optima
from infscale_sym.theory.selection.values.limits import infinite_k
from infscale_sym.theory.selection.values.numeric import selection_error_numpy


def corrections_picture(tau: float, rho: float, heats: Sequence[float], seed: int, trials: int = 300_000) -> Picture:
    """(F_k - F_oo) k/c_1 against k/M_2, the number of answers that take part: exact, by the series, and sampled.

    tau, rho: offsets; heats: temperatures, one colour each; all dimensionless.
    """
    from infscale_sym import simulate

    k = np.geomspace(1, 2e3, 161)
    drawn = np.array([2, 4, 8, 16, 32])
    with styled():
        figure = blank_figure(7.4, 4.5)
        axes = figure.subplots()
        axes.axhline(1, color="#999999", lw=0.8)
        for n, (colour, t) in enumerate(zip(COLOURS, heats, strict=False)):
            limit, unit = infinite_k(t, tau, rho), weight_ratio(2, t, rho)
            first = formula("limit.first-correction").rhs.numpy(1.0, t, tau, rho) - limit  # c_1: the claim at k = 1
            axes.semilogx(
                k / unit, (selection_error_numpy(k, t, tau, rho) - limit) * k / first, color=colour, label=f"$t$ = {t:g}"
            )
            series = (formula("limit.corrections").rhs.numpy(k, t, tau, rho) - limit) * k / first
            shown = k / unit > 2.5
            axes.semilogx(k[shown] / unit, series[shown], color=colour, ls="--", lw=1.2)
            result = simulate.selection(drawn, t, tau, rho, trials=trials, seed=seed + n)
            axes.errorbar(
                drawn / unit,
                (result.mean - limit) * drawn / first,
                2 * result.standard_error * drawn / first,
                fmt="o",
                ms=4,
                lw=1,
                capsize=2,
                color=colour,
            )
        axes.set(xlabel="answers that take part, $k/M_2$", ylabel=r"$(F_k-F_\infty)\,k/c_1$", ylim=(0, 2.6), xlim=(0.5, 300))
        axes.set_title(rf"Solid: exact. Dashed: to $k^{{-4}}$. Dots: sampler ($\tau$ = {tau:g}, $\rho$ = {rho:g})", loc="left")
        axes.legend()
    return Picture(figure, "error beyond its limit over the first correction")


def crossover_picture(tau: float, rho: float, heats: Sequence[float]) -> Picture:
    """Left: F - D^2 against k at several temperatures. Right: the same over t (1 + 2 rho D), against chi: one curve.

    tau, rho: offsets with 1 + 2 rho (tau - rho) > 0; heats: temperatures, all dimensionless.
    """
    drift = tau - rho
    factor = 1 + 2 * rho * drift
    near = np.exp(-(rho**2) / 2) / np.sqrt(2 * np.pi)
    k, chi = np.geomspace(1, 1e6, 121), np.geomspace(1e-2, 1e2, 161)
    with styled():
        figure = blank_figure(9.4, 4.5)
        left, right = figure.subplots(1, 2)
        left.loglog(k, factor / (2 * (k * near) ** 2), color=LIMIT, ls=":", label="$t=0$: $1/k^2$")
        for colour, t in zip(COLOURS, heats, strict=False):
            error = selection_error_numpy(k, t, tau, rho) - drift**2
            left.loglog(k, error, color=colour, label=f"$t=10^{{{round(np.log10(t))}}}$")
            at = k * near * np.sqrt(t)
            shown = (at > chi[0]) & (at < chi[-1])
            right.loglog(at[shown][::3], error[shown][::3] / (t * factor), "o", ms=4.5, mfc="none", color=colour)
        right.loglog(chi, crossover_factor(chi), color=LIMIT, lw=1.6, label=r"$\mathcal{G}(\chi)$")
        right.loglog(chi, 1 / (2 * chi**2), color="#999999", ls=":", label=r"$1/2\chi^2$")
        right.axhline(1, color="#999999", ls="--", lw=1, label="1")
        left.set(xlabel="number of answers $k$", ylabel=r"$F_k-(\tau-\rho)^2$", ylim=(1e-7, 5))
        left.set_title(rf"Error above its limit at $t$ = 0 ($\tau$ = {tau:g}, $\rho$ = {rho:g})", loc="left", fontsize=11)
        right.set(xlabel=r"answers within reach, $\chi=k\,\varphi(\rho)\sqrt{t}$", ylim=(0.3, 1e4))
        right.set_ylabel(r"$(F_k-D^2)\,/\,t\,(1+2\rho D)$")
        right.set_title("Collapsed on one curve as $t\\to0$", loc="left", fontsize=11)
        left.legend()
        right.legend()
    return Picture(figure, "crossover from 1/k^2 to 1/k at low temperature")


def boundary_picture(judges: Sequence[float], points: int = 40) -> Picture:
    """The exact best number of answers over x = (1 + 2 rho tau)/rho^2 and t, one panel for each judge rho.

    Lines, the same in every panel: the exact boundary, the printed threshold 3 + 3/x, and the best temperature at k = oo.
    """
    from infscale_sym.theory.optima.figures import _steps

    x, t = np.linspace(0.05, 4, points), np.geomspace(0.03, 60, points + 1)
    fine = np.linspace(0.02, 4, 800)
    levels = np.log10([1, 1.5, 2, 3, 5, 10, 30, 100, 1000])
    with styled():
        figure = blank_figure(9.4, 4.7)
        panels = figure.subplots(1, len(judges), sharey=True, squeeze=False)[0]
        for axes, rho in zip(panels, judges, strict=True):
            axes.grid(False)
            best = optima.optimal_number(t[:, None], (x * rho**2 - 1) / (2 * rho), rho)
            shown = np.log10(np.minimum(best, 999))
            colours = axes.contourf(x, t, shown, levels=levels, cmap="viridis_r", norm=_steps(levels))
            tau = (fine * rho**2 - 1) / (2 * rho)
            inside = fine < 2
            exact = np.where(inside, formula("finite-k.criterion").rhs.numpy(tau, rho + 0 * tau, on_outside="nan"), 0.0)
            axes.fill_between(fine, np.maximum(exact, t[0]), t[-1], color="white", lw=0)
            axes.plot(fine[inside], exact[inside], color="black", lw=2.2, label="exact boundary $t_c$")
            axes.plot(fine, 3 + 3 / fine, color=COLOURS[1], ls="--", lw=1.6, label="printed threshold $3C_2/C_1$")
            warm = formula("temperature.optimum-infinite-k").rhs.numpy(1.0, tau[inside], rho + 0 * tau[inside])
            axes.plot(fine[inside], warm, color=COLOURS[3], ls="-.", lw=1.6, label=r"best temperature, $k=\infty$")
            axes.set(yscale="log", ylim=(t[0], t[-1]), xlim=(0.05, 4), xlabel=r"$x=(1+2\rho\tau)/\rho^2$")
            axes.set_title(rf"judge at $\rho$ = {rho:g}", loc="left")
            axes.text(2.6, 0.3, "the more answers\nthe better", fontsize=10)
        panels[0].set_ylabel("temperature $t$")
        bar = figure.colorbar(colours, ax=list(panels), ticks=levels, pad=0.01)
        bar.ax.set_yticklabels(["1", "1.5", "2", "3", "5", "10", "30", "100", "1000"])
        bar.ax.minorticks_off()
        bar.set_label("best number of answers $k_*$")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9.5)
    return Picture(figure, "best number of answers over the one variable of the boundary")


def optima_picture(rho: float, counts: Sequence[float]) -> Picture:
    """Best temperature against the teacher's offset: exact at several k and at k = oo; and the best judge against t.

    rho: judge's offset of the left panel; counts: numbers of answers. Dimensionless.
    """
    low = -1 / (2 * rho)
    edge = (2 * rho**2 - 1) / (2 * rho)
    tau = np.linspace(low + 0.02, edge + 0.35, 60)
    heats, teacher = np.geomspace(0.05, 20, 8), 0.5
    with styled():
        figure = blank_figure(9.4, 4.5)
        left, right = figure.subplots(1, 2)
        best = optima.optimal_temperature(np.array(counts, float)[:, None], tau, rho)
        judges = optima.optimal_judge(np.array(counts, float)[:, None], heats, teacher)
        for colour, count, row, other in zip(COLOURS, counts, best, judges, strict=False):
            left.plot(tau, row, color=colour, label=f"$k$ = {count:g}")
            right.loglog(heats, other, color=colour)
        inside = (tau > low) & (tau < edge)
        limit = formula("temperature.optimum-infinite-k").rhs.numpy(1.0, tau[inside], rho + 0 * tau[inside])
        left.plot(np.append(tau[inside], tau[-1]), np.append(limit, 0), color=LIMIT, ls="--", lw=1.4, label=r"$k=\infty$")
        printed = 2 * rho**2 / (1 + 2 * rho * tau) + 2
        left.plot(tau, printed, color="#999999", ls=":", label=r"printed, $k=\infty$")
        left.set(xlabel=r"teacher's offset $\tau$", ylabel="best temperature $t_*$", ylim=(-0.2, 12), xlim=(low, tau[-1]))
        left.set_title(rf"Best temperature, judge at $\rho$ = {rho:g}", loc="left", fontsize=11)
        right.loglog(heats, teacher * (1 + heats), color=LIMIT, ls="--", lw=1.4)
        right.set(xlabel="temperature $t$", ylabel=r"best judge $\rho_*$", ylim=(0.4, 40))
        right.set_title(rf"Best judge, teacher at $\tau$ = {teacher:g}", loc="left", fontsize=11)
        left.legend()
    return Picture(figure, "best temperature and best judge at finite and infinite k")
