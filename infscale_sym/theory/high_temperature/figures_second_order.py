"""Figures on the expansion in 1/t (HP Result 2, eq. 15, arXiv:2512.19905): its third term, where it may be trusted, and
HP-code's finite-temperature figure at its own parameters. Each claim is read from the registry, none is retyped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from infscale_sym.catalog import formula
from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.theory.selection.values.numeric import selection_error_numpy

SECOND, PRINTED, CORRECTED = "hte.second", "hte.third.printed", "hte.third.corrected"


#: What a temperature may be measured against: the size of the terms, and the spread of the judge's penalty among answers.
SCALES: dict[str, Callable[[Any, Any], Any]] = {
    "terms": lambda tau, rho: 1 + rho**2 + np.abs(rho * tau),
    "spread": lambda tau, rho: 1 + np.abs(rho) + 0 * tau,
}
_LABELS = {"terms": r"(1+\rho^2+\left|\rho\tau\right|)", "spread": r"(1+\left|\rho\right|)"}


def relative_errors(ids: Sequence[str], k: Any, t: Any, tau: Any, rho: Any) -> list[Any]:
    """|claim/F - 1| of registered expansions against the exact F, dimensionless, float64, broadcasting."""
    exact = selection_error_numpy(k, t, tau, rho)
    arguments = np.broadcast_arrays(*(np.asarray(v, float) for v in (k, t, tau, rho)))
    return [np.abs(formula(id).rhs.numpy(*arguments) / exact - 1) for id in ids]


def rule_of_thumb(ids: Sequence[str], share: float, k: Any, t: Any, tau: Any, rho: Any) -> dict[str, list[float]]:
    """c such that each claim is within `share` of the exact F wherever t > c scale, on a product grid; {scale: [c of each id]}.

    k, t, tau, rho are one-dimensional; c is the largest t/scale at which `share` is exceeded, for both SCALES.
    """
    k, t, tau, rho = (
        np.asarray(v, float).reshape([-1 if n == m else 1 for n in range(4)]) for m, v in enumerate((k, t, tau, rho))
    )
    errors = relative_errors(ids, k, t, tau, rho)
    return {
        name: [float(np.broadcast_to(t / scale(tau, rho), error.shape)[error > share].max()) for error in errors]
        for name, scale in SCALES.items()
    }


def third_term(tau: float, rho: float, seed: int, batches: int = 64) -> Picture:
    """The coefficient of t^-3 against 1/k: as HP-code has it, as derived, from the exact F, and from the simulator.

    tau, rho: offsets (dimensionless); seed, batches: of the simulation at k = 2, 3, 8 (batches of 8192 trials).
    """
    from infscale_sym.theory.high_temperature.draws import ANSWERS, taylor_coefficients

    inverse = np.linspace(1e-3, 1, 300)

    def coefficient(id: str, k: Any) -> Any:
        return (formula(id).rhs.numpy(k, 1.0, tau, rho) - formula(SECOND).rhs.numpy(k, 1.0, tau, rho)) * np.ones_like(k)

    k = np.array([1, 1.25, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 12, 20, 50, 1000])
    near, far = (
        (selection_error_numpy(k, t, tau, rho) - formula(SECOND).rhs.numpy(k, t, tau, rho)) * t**3 for t in (300.0, 600.0)
    )
    mean, error = taylor_coefficients(tau, rho, batches, seed)
    with styled():
        figure = blank_figure(7.2, 4.4)
        axes = figure.subplots()
        axes.axhline(0, color="#bbbbbb", lw=0.8)
        axes.plot(inverse, coefficient(PRINTED, 1 / inverse), color=COLOURS[1], ls="--", label="as HP-code has it")
        axes.plot(inverse, coefficient(CORRECTED, 1 / inverse), color=COLOURS[0], lw=2, label="derived here")
        axes.plot(1 / k, 2 * far - near, "o", mfc="white", mec=LIMIT, ms=5.5, label="exact $F$ at $t$ = 300 and 600")
        axes.errorbar(
            1 / np.array(ANSWERS),
            mean[3],
            2 * error[3],
            fmt="s",
            ms=4,
            capsize=4,
            lw=1.2,
            color=COLOURS[2],
            label="simulation, $k$ = 2, 3, 8",
        )
        axes.set(xlabel="one over the number of answers, $1/k$", ylabel=r"coefficient of $t^{-3}$", xlim=(-0.02, 1.02))
        axes.set_title(rf"The third term ($\tau$ = {tau:g}, $\rho$ = {rho:g})", loc="left")
        axes.legend()
    return Picture(figure, "coefficient of t^-3: printed, derived, exact and simulated")


def trust_map(tau: float, k: float, constants: Mapping[str, Sequence[float]], share: float = 0.01) -> Picture:
    """Relative error of the second and of the corrected third order over (t, rho) as filled logarithmic contours.

    constants: {scale: c for the two panels}, drawn over as t = c scale (`rule_of_thumb` measures them at `share`).
    """
    t, rho = np.logspace(-0.5, 3.5, 121), np.linspace(-6, 6, 97)
    ids = (SECOND, CORRECTED)
    errors = relative_errors(ids, k, t[:, None], tau, rho)
    with styled():
        figure = blank_figure(9.4, 4.8)
        panels = figure.subplots(1, 2, sharey=True)
        filled: Any = None
        for n, (axes, title) in enumerate(zip(panels, ("Second order", "Third order, corrected"), strict=True)):
            logs = np.log10(np.maximum(errors[n], 1e-14)).T
            filled = axes.contourf(t, rho, logs, levels=np.arange(-10, 1.5), cmap="viridis_r", extend="both")
            axes.contour(t, rho, logs, levels=[math.log10(share)], colors="white", linewidths=1.2, linestyles="-")
            for style, (name, values) in zip(("-", "--"), constants.items(), strict=False):
                label = rf"$t={values[n]:.1f}\,{_LABELS[name]}$"
                axes.plot(values[n] * SCALES[name](tau, rho), rho, color=COLOURS[1], lw=2, ls=style, label=label)
            axes.set(xscale="log", xlim=(t[0], t[-1]), ylim=(rho[0], rho[-1]), xlabel="temperature $t$")
            axes.grid(False)
            axes.set_title(title, loc="left")
            axes.legend(loc="upper left", frameon=True, framealpha=0.92, edgecolor="none", fontsize=9)
        panels[0].set_ylabel(rf"judge offset $\rho$   ($\tau$ = {tau:g}, $k$ = {k:g})", labelpad=8)
        bar = figure.colorbar(filled, ax=list(panels), ticks=[-10, -8, -6, -4, -2, 0], pad=0.02)
        bar.ax.set_yticklabels([rf"$10^{{{n}}}$" for n in (-10, -8, -6, -4, -2)] + ["1"])
        bar.ax.minorticks_off()
        bar.set_label(rf"relative error (white line: {100 * share:g} %)")
    return Picture(figure, "relative error of the expansion in 1/t over temperature and judge offset")


def gaussian_prompts(function: Any, k: Any, t: float, spread: float, c: float) -> Any:
    """Average of function(k, t, tau, (1 + c) tau) over tau ~ N(0, spread^2) by the trapezoidal rule; shape of k."""
    z = np.arange(-8.5, 8.55, 0.1)
    weight = np.exp(-(z**2) / 2)
    return function(np.asarray(k, float)[:, None], t, spread * z, (1 + c) * spread * z) @ weight / weight.sum()


def authors_finite_temperature(training_sets: int, prompts: int, seed: int) -> Picture:
    """HP-code's finite-temperature figure at its own parameters: simulation, exact average, and the expansion in 1/t.

    n = 10^4, d = 10, S = 1, sigma = 1e-4, gamma = 1e-3, teacher N(0, 2^2) drawn once, T = 20 sigma^2, judge c = 5, 10, 15,
    k = 1 ... 99. Shown is delta/sigma^2; the theory takes the drawn teacher's mean squared weight and nothing else.
    """
    from infscale_sym import simulate
    from infscale_sym.theory.regression.values.ridge import predictive_variance, teacher_risk

    n, d, sigma, gamma = 10_000, 10, 1e-4, 1e-3
    T = 20 * sigma**2
    k = np.arange(1, 100)
    shown = np.array([0, 1, 2, 3, 5, 8, 13, 22, 37, 61, 98])
    teacher: Any = ("normal", 2.0)
    with styled():
        figure = blank_figure(9.2, 4.6)
        left, right = figure.subplots(1, 2)
        for colour, c in zip(COLOURS, (5.0, 10.0, 15.0), strict=False):
            result = simulate.regression(
                n,
                d,
                sigma,
                gamma,
                k=k[shown],
                T=T,
                prompts=prompts,
                training_sets=training_sets,
                seed=seed,
                teacher=teacher,
                judge=c,
            )
            teacher = result.teacher
            nu = math.sqrt(float(np.mean(np.square(teacher))))
            s2 = float(predictive_variance(d / n, sigma, gamma, 1.0))
            spread = math.sqrt(float(teacher_risk(d / n, sigma, gamma, 1.0, nu)) / s2)
            unit, t = s2 / sigma**2, T / (2 * s2)
            exact = unit * gaussian_prompts(selection_error_numpy, k, t, spread, c)
            second, third = (unit * gaussian_prompts(formula(i).rhs.numpy, k, t, spread, c) for i in (SECOND, CORRECTED))
            mean, error = result.delta.mean / sigma**2, result.delta.standard_error / sigma**2
            left.semilogx(k, exact, color=colour, lw=1.6)
            left.semilogx(k, second, color=colour, lw=1.1, ls="--")
            left.errorbar(k[shown], mean, 2 * error, fmt="o", ms=3.5, lw=0.9, color=colour, label=f"c = {c:g}")
            right.semilogx(k, 100 * (second / exact - 1), color=colour, ls="--", lw=1.3)
            right.semilogx(k, 100 * (third / exact - 1), color=colour, ls=":", lw=1.6)
            right.errorbar(
                k[shown] * (1 + 0.008 * (c - 10)),
                100 * (mean / exact[shown] - 1),
                200 * error / exact[shown],
                fmt="o",
                ms=3.5,
                lw=0.9,
                color=colour,
            )
        right.axhline(0, color=LIMIT, lw=1)
        for axes in (left, right):
            axes.set(xlabel="number of answers $k$", xlim=(0.93, 107), xticks=[1, 3, 10, 30, 100])
            axes.set_xticklabels(["1", "3", "10", "30", "100"])
            axes.minorticks_off()
        left.set_ylabel(r"error $\delta/\sigma^2$")
        right.set_ylabel("difference from the exact average (%)")
        left.set_title("Points: simulation. Lines: exact. Dashed: 2nd order", loc="left", fontsize=11)
        right.set_title("Dashed: second order. Dotted: third, corrected", loc="left", fontsize=11)
        left.legend()
    return Picture(figure, "HP-code's finite-temperature figure at its own parameters")
