"""The figures of the notebook on best-of-k: its exact error, the limit law of the chosen answer, and HP-code's figure.

Each joins an exact quantity with a registered claim or with the simulator.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled

if TYPE_CHECKING:
    pass


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
        figure = blank_figure()
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
        figure = blank_figure(8.4, 4.0)
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
