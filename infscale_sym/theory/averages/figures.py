"""The figures of the notebook on averages: the laws against simulated training sets, and HP-code's figure at finite T.

Lines are the averages of `regression.values.error` by the full and the printed law (`best-of-k.averaged.*`; HP,
arXiv:2512.19905); points are students trained end to end, with standard errors over training sets.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.theory.regression.evidence import Evidence, extrapolated_evidence


def laws_against_alpha() -> Picture:
    """delta/sigma^2 against alpha = d/n: full law (lines), printed law (dashed), simulation at d = oo (points, 2 s.e.)."""
    from infscale_sym.theory.regression.values.error import regression_error
    from infscale_sym.theory.regression.values.ridge import predictive_variance

    sigma, gamma, nu = 0.3, 1.0, 1.0
    alpha = np.append(np.geomspace(7e-4, 0.05, 12)[:-1], np.geomspace(0.05, 2.2, 21))  # close where the curves bend
    answers = np.array([1, 2, 8, 64])
    rows = [row for row in extrapolated_evidence() if (row.sigma, row.gamma, row.nu) == (sigma, gamma, nu)]
    with styled():
        figure = blank_figure(9.4, 6.4)
        grid = figure.subplots(2, 2, sharex=True, gridspec_kw={"height_ratios": (1.5, 1)})
        cases = ((0.0, 0.0, "$t=0$, the teacher judges"), (0.0, 1.0, "$t=0$, judge overshoots, $c=1$"))
        for column, (t, c, title) in enumerate(cases):
            upper, lower = grid[:, column]
            T = 2 * t * predictive_variance(alpha, sigma, gamma, 1.0)
            both = [
                regression_error(answers[:, None], T, 1, alpha, 1.0, sigma, gamma, nu, c=c, law=law)
                for law in ("full", "printed")
            ]
            for index, (colour, k) in enumerate(zip(COLOURS, answers, strict=False)):
                curves = {law: values[index] for law, values in zip(("full", "printed"), both, strict=True)}
                upper.loglog(alpha, curves["full"] / sigma**2, color=colour, lw=1.5, label=f"$k={k}$")
                upper.loglog(alpha, curves["printed"] / sigma**2, color=colour, lw=1.1, ls="--")
                lower.semilogx(alpha, curves["printed"] / curves["full"], color=colour, lw=1.1, ls="--")
                own = [row for row in rows if row.k == k and row.c == c and (row.T == 0) == (t == 0)]
                at = np.array([row.alpha for row in own])
                got, error = (np.array([getattr(row, name) for row in own]) for name in ("delta", "error"))
                law_there = np.array([row.full for row in own])
                dots = {"fmt": "o", "ms": 4, "lw": 1.0, "color": colour}
                upper.errorbar(at, got / sigma**2, 2 * error / sigma**2, **dots)
                aside = 1.06 ** (index - 1.5)  # so that the points do not cover each other
                lower.errorbar(at * aside, got / law_there, 2 * error / law_there, **dots)
            lower.axhline(1, color=LIMIT, lw=1)
            upper.set_title(title, loc="left")
            lower.set(xlabel=r"features per training pair $\alpha=d/n$", ylim=(0, 1.12), xlim=(alpha[0], alpha[-1]))
        grid[0, 0].set_ylabel(r"error $\delta/\sigma^2$")
        grid[1, 0].set_ylabel("divided by the full law")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        grid[0, 1].legend(handles, labels, loc="lower right", ncols=2)
        figure.suptitle(
            rf"Full law (lines), printed law (dashed), simulation extrapolated to $d=\infty$ (points, 2 s.e.);"
            rf" $\sigma={sigma:g}$, $\gamma=\nu={gamma:g}$",
            x=0.01,
            ha="left",
            fontsize=11,
        )
    return Picture(figure, "full and printed law against alpha, with the simulation")


def authors_finite_temperature(training_sets: int, prompts: int, seed: int) -> Picture:
    """HP-code's figure at finite T at its own parameters: simulation with error bars against `regression_error`.

    n = 10^4, d = 10, S = 1, sigma = 1e-4, gamma = 1e-3, teacher N(0, 2^2) drawn once, T = 20 sigma^2, c = 5, 10, 15,
    k = 1 ... 99; delta/sigma^2. The theory takes the drawn teacher's mean squared weight and nothing else.
    """
    from infscale_sym import simulate
    from infscale_sym.theory.regression.values.error import regression_error

    n, d, sigma, gamma = 10_000, 10, 1e-4, 1e-3
    k = np.arange(1, 100)
    shown = np.unique(np.round(np.geomspace(1, 99, 16)).astype(int)) - 1
    teacher: Any = None
    with styled():
        figure = blank_figure(9.0, 4.6)
        left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (1.25, 1)})
        for number, (colour, c) in enumerate(zip(COLOURS, (5, 10, 15), strict=False)):
            result = simulate.regression(
                n,
                d,
                sigma,
                gamma,
                k=k[shown],
                T=20 * sigma**2,
                prompts=prompts,
                training_sets=training_sets,
                seed=seed,
                teacher=("normal", 2.0) if teacher is None else teacher,
                judge=float(c),
            )
            teacher = result.teacher
            nu = math.sqrt(float(np.mean(np.square(teacher))))
            full, printed = (
                regression_error(k, 20 * sigma**2, n, d, 1.0, sigma, gamma, nu, c=c, law=law) for law in ("full", "printed")
            )
            mean, error = result.delta.mean, result.delta.standard_error
            between = np.geomspace(1, 99, 120)  # the exact average knows real k
            curve = regression_error(between, 20 * sigma**2, n, d, 1.0, sigma, gamma, nu, c=c)
            left.semilogx(between, curve / sigma**2, color=colour, lw=1.4)
            bars = {"fmt": "o", "ms": 3.5, "lw": 0.9, "color": colour}
            left.errorbar(k[shown], mean / sigma**2, 2 * error / sigma**2, label=f"$c={c}$", **bars)
            aside = 1.04 ** (number - 1)
            right.errorbar(k[shown] * aside, mean / full[shown], 2 * error / full[shown], **bars)
            right.semilogx(k, printed / full, color=colour, lw=1.0, ls="--")
        right.axhline(1, color=LIMIT, lw=1)
        left.set(xlabel="number of answers $k$", ylabel=r"error $\delta/\sigma^2$", xlim=(0.9, 110))
        right.set(xlabel="number of answers $k$", ylabel="divided by the averaged exact error")
        left.set_title("Points: simulation. Lines: exact average", loc="left")
        right.set_title("Dashed: the printed law", loc="left")
        left.legend()
    return Picture(figure, "HP-code's figure at finite temperature at its own parameters")


__all__ = ["Evidence", "authors_finite_temperature", "laws_against_alpha"]


def authors_best_of_k(training_sets: int, prompts: int, seed: int) -> Picture:
    """HP-code's best-of-k figure at its own parameters: simulation with error bars against the averaged error.

    n = 1, 1.5, 2, 2.5, 3 times 10^4, d = 10, S = 1, sigma = 1e-4, gamma = 1e-3, teacher N(0, 2^2) drawn once, c = 0,
    k = 50 ... 199. Shown is delta/sigma^2; the theory takes the drawn teacher's mean squared weight and nothing else.
    """
    from infscale_sym import simulate
    from infscale_sym.theory.averages.values import gaussian_average
    from infscale_sym.theory.regression.values.ridge import predictive_variance, teacher_offset, teacher_risk

    d, sigma, gamma = 10, 1e-4, 1e-3
    k = np.arange(50, 200)
    shown = np.arange(0, 150, 12)
    teacher: Any = None
    with styled():
        figure = blank_figure(8.4, 4.6)
        left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (1.25, 1)})
        for colour, n in zip(COLOURS, (10_000, 15_000, 20_000, 25_000, 30_000), strict=False):
            result = simulate.regression(
                n,
                d,
                sigma,
                gamma,
                k=k[shown],
                T=0.0,
                prompts=prompts,
                training_sets=training_sets,
                seed=seed,
                teacher=("normal", 2.0) if teacher is None else teacher,
                judge=0.0,
            )
            teacher = result.teacher
            nu = math.sqrt(float(np.mean(np.square(teacher))))
            model = (d / n, sigma, gamma, 1.0)
            s2 = float(predictive_variance(*model))
            exact = s2 * gaussian_average(k, float(teacher_risk(*model, nu)) / s2) / sigma**2
            law = s2 * math.pi / (k**2 * math.sqrt(1 - 2 * float(teacher_offset(*model, nu)) / s2)) / sigma**2
            mean, error = result.delta.mean / sigma**2, result.delta.standard_error / sigma**2
            left.loglog(k, exact, color=colour, lw=1.3)
            left.errorbar(k[shown], mean, 2 * error, fmt="o", ms=3, lw=0.9, color=colour, label=f"n = {n:,}")
            right.errorbar(
                k[shown] + 0.001 * (n - 20_000) / 10,
                mean / exact[shown],
                2 * error / exact[shown],
                fmt="o",
                ms=3,
                lw=0.9,
                color=colour,
            )
            right.plot(k, law / exact, color=colour, ls="--", lw=1)
        right.axhline(1, color=LIMIT, lw=1)
        left.set(xlabel="number of answers $k$", ylabel=r"error $\delta/\sigma^2$", xticks=[50, 100, 200])
        left.set_xticklabels(["50", "100", "200"])
        left.minorticks_off()
        right.set(xlabel="number of answers $k$", ylabel="divided by the averaged exact error")
        left.set_title("Points: simulation. Lines: exact average", loc="left")
        right.set_title("Dashed: the printed law", loc="left")
        left.legend()
    return Picture(figure, "HP-code's best-of-k figure at its own parameters")
