"""The figures of the notebook on best-of-k: its exact error, the limit law of the chosen answer, and HP-code's figure.

Each joins an exact quantity with a registered claim or with the simulator and returns a `Picture`, which all other modules of
figures use too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from infscale_sym.present.style import COLOURS, LIMIT, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Picture:
    """A finished figure that a notebook shows as PNG, with one line on what it shows."""

    figure: Figure
    caption: str

    def _repr_png_(self) -> bytes:
        content = BytesIO()
        with styled():
            self.figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
        return content.getvalue()

    def __repr__(self) -> str:
        return f"<picture: {self.caption}>"


def _figure(width: float = 7.2, height: float = 4.4) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def scaled_error(tau: float, corrections: Sequence[int] = (0, 1, 2, 4)) -> Picture:
    """k^2 F_k of best-of-k with judge = teacher against k, with its limit and the partial sums of its series.

    tau: offset (dimensionless); corrections: how many terms beyond the leading one each dashed curve holds.
    """
    from infscale_sym.theory.best_of_k.series import best_of_k_coefficients
    from infscale_sym.theory.selection.notation import tau as symbol
    from infscale_sym.theory.selection.values import selection_error

    k = np.logspace(0, 4, 400)
    exact = k**2 * selection_error(k, 0, tau, tau)
    coefficients = [float(a.subs(symbol, tau)) for a in best_of_k_coefficients(max(corrections) + 2)]
    with styled():
        figure = _figure()
        axes = figure.subplots()
        limit = coefficients[0]
        for colour, terms in zip(COLOURS[1:], corrections, strict=False):
            partial = sum(a / k**m for m, a in enumerate(coefficients[: terms + 1]))
            label = rf"limit $\pi e^{{\tau^2}}$ = {limit:.3f}" if terms == 0 else f"+ {terms} correction{'s' * (terms > 1)}"
            style = {"color": LIMIT, "ls": ":"} if terms == 0 else {"color": colour, "ls": "--", "lw": 1.2}
            axes.semilogx(k, partial, label=label, **style)
        axes.semilogx(k, exact, color=COLOURS[0], lw=2.2, label=r"exact $k^2 F_k$")
        axes.set(ylim=(0, 1.18 * limit), xlabel="number of answers $k$", ylabel=r"scaled error $k^2 F_k$", xlim=(1, 1e4))
        axes.set_title(rf"Best of k reaches its law from below ($\tau$ = {tau:g}, judge = teacher)", loc="left")
        axes.legend(loc="lower right")
    return Picture(figure, "scaled best-of-k error, its limit and successive corrections")


def limit_law(tau: float, answers: Sequence[int], trials: int, seed: int) -> Picture:
    """Histograms of k |z + tau| of the chosen answer, drawn by the simulator, against the exponential limit law."""
    from infscale_sym import simulate

    rate = math.sqrt(2 / math.pi) * math.exp(-(tau**2) / 2)
    edges = np.linspace(0, 5 / rate, 46)
    middles = 0.5 * (edges[1:] + edges[:-1])
    with styled():
        figure = _figure(8.4, 4.0)
        left, right = figure.subplots(1, 2)
        for colour, count in zip(COLOURS, answers, strict=False):
            chosen = simulate.chosen_answers(count, tau, trials=trials, seed=seed)
            distance = count * np.abs(chosen + tau)
            density = np.histogram(distance, edges)[0] / (trials * np.diff(edges))
            left.stairs(density, edges, color=colour, lw=1.3, label=f"k = {count}")
            counts = (distance[:, None] > middles).sum(0)
            share = counts / trials
            error = 2 * np.sqrt(share * (1 - share) / trials)
            gap = count * (np.exp(-rate * middles) - share)
            right.errorbar(middles, gap, count * error, fmt="o", ms=2.5, lw=0.8, color=colour, label=f"k = {count}")
        left.plot(middles, rate * np.exp(-rate * middles), color=LIMIT, ls=":", label="limit law")
        right.plot(
            middles, (rate * middles) ** 2 * np.exp(-rate * middles) / 2, color=LIMIT, ls=":", label="its first correction"
        )
        left.set(xlabel=r"distance $k\,|z_*+\tau|$", ylabel="density", xlim=(0, edges[-1]), ylim=(0, None))
        right.set(xlabel=r"distance $k\,|z_*+\tau|$", ylabel=r"$k\times$ (limit tail $-$ tail)", xlim=(0, edges[-1]))
        left.set_title("Where the chosen answer lies", loc="left")
        right.set_title("What is left, times k", loc="left")
        left.legend()
        right.set_ylim(-0.15, 0.6)
        right.legend(fontsize=8.5)
    return Picture(figure, "law of the chosen answer, simulated, and its limit")


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
        figure = _figure(8.4, 4.6)
        left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (1.25, 1)})
        for colour, n in zip(COLOURS, (10_000, 15_000, 20_000, 25_000, 30_000), strict=False):
            result = simulate.regression(
                n,
                d,
                sigma,
                gamma,
                k=k,
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
            left.errorbar(k[shown], mean[shown], 2 * error[shown], fmt="o", ms=3, lw=0.9, color=colour, label=f"n = {n:,}")
            ratio = mean / exact
            right.errorbar(
                k[shown] + 0.001 * (n - 20_000) / 10,
                ratio[shown],
                2 * (error / exact)[shown],
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
