"""Pictures of the linear autoencoder's attempts on handwritten digits: what an attempt is, and what coverage becomes of it.

Drawn attempts (`autoencoder.draws`) beside exact chances (`autoencoder.values`) and Beta laws fitted to counts (the
task is that of L, arXiv:2410.16377).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from infscale_sym.present.picture import Picture
from infscale_sym.present.style import COLOURS, LIMIT, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from infscale_sym.theory.coverage.fit.result import CoverageFit


def gallery_picture(images: Any, attempts: Any, t: Sequence[float], errors: Any, chances: Any, threshold: float) -> Picture:
    """A row an image; its attempts framed by success or failure.

    images (m, 64); attempts (m, temperatures, number, 64); errors the same without pixels; chances (m, temperatures).
    """
    rows, warmths, number = np.shape(errors)
    with styled():
        figure = blank_figure(1.05 * (1 + warmths * number) + 0.8, 1.22 * rows + 0.5)
        grid = figure.subplots(rows, 1 + warmths * number, squeeze=False)
        for i in range(rows):
            for j, axes in enumerate(grid[i]):
                place = divmod(j - 1, number)
                picture = images[i] if j == 0 else attempts[i, place[0], place[1]]
                axes.imshow(np.reshape(picture, (8, 8)), cmap="gray_r", vmin=0, vmax=16)
                axes.set(xticks=[], yticks=[])
                axes.grid(False)
                axes.minorticks_off()
                won = j > 0 and errors[i, place[0], place[1]] <= threshold
                for spine in axes.spines.values():
                    spine.set(visible=True, lw=2.5 if j else 0.8, color=(COLOURS[2] if won else COLOURS[1]) if j else LIMIT)
                if j and place[1] == 0:
                    axes.set_title(f"$P$ = {_short(chances[i, place[0]])}", loc="left", fontsize=9.5, pad=3)
                if i == rows - 1:
                    axes.set_xlabel("image" if j == 0 else f"$t$ = {t[place[0]]:g}", fontsize=10)
        figure.suptitle("Attempts on test images: green within the threshold, red outside", fontsize=12)
    return Picture(figure, "test images and attempts at two temperatures, with their exact chances of success")


def simulation_picture(t: Sequence[float], chances: Any, counts: Any, attempts: int, bins: Any) -> Picture:
    """Left: share of successes against the exact chance. Right: the probability transform of all counts, flat if they agree."""
    with styled():
        figure = blank_figure(9.2, 4.1)
        left, right = figure.subplots(1, 2)
        for i, warmth in enumerate(t):
            left.plot(chances[i], counts[i] / attempts, ".", ms=3, color=COLOURS[i], alpha=0.7, label=f"$t$ = {warmth:g}")
        p = np.linspace(0, 1, 200)
        spread = 2 * np.sqrt(p * (1 - p) / attempts)
        left.plot(p, p, color=LIMIT, lw=1)
        left.plot(p, p + spread, color=LIMIT, lw=0.8, ls="--")
        left.plot(p, p - spread, color=LIMIT, lw=0.8, ls="--", label="two standard errors")
        left.set(xlabel="exact chance of success", ylabel=f"share in {attempts} attempts drawn", ylim=(-0.02, 1.02))
        left.legend(loc="upper left", markerscale=3)
        left.set_title("Exact and drawn")
        even = bins.sum() / bins.size
        right.bar((np.arange(bins.size) + 0.5) / bins.size, bins, 0.88 / bins.size, color=COLOURS[2], alpha=0.75)
        right.axhline(even, color=LIMIT, lw=1)
        for sign in (-2, 2):
            right.axhline(even + sign * np.sqrt(even), color=LIMIT, lw=0.8, ls="--")
        right.set(xlabel="probability transform of the count", ylabel="images", xlim=(0, 1), ylim=(0, 1.4 * even))
        right.set_title("All deviations together")
    return Picture(figure, "success counts against exact chances, and their probability transform")


def law_picture(t: Sequence[float], log_chances: Any, fits: Sequence[CoverageFit], latents: int) -> Picture:
    """The exact chances of all images against the fitted Beta laws: as histograms, and their lower tails on log axes."""
    from scipy.special import betainc

    with styled():
        figure = blank_figure(9.6, 6.6)
        grid = figure.subplots(2, len(t), squeeze=False)
        edges = np.linspace(0, 1, 21)
        for i, warmth in enumerate(t):
            top, low, fit = grid[0, i], grid[1, i], fits[i]
            p, n = np.exp(log_chances[i]), len(log_chances[i])
            top.hist(p, edges, color=COLOURS[5], alpha=0.8, label="exact chances")
            law = fit.ceiling * n * np.diff(betainc(fit.b, fit.a, edges))
            law[0] += (1 - fit.ceiling) * n
            top.stairs(law, edges, color=COLOURS[1], lw=1.8, label="fitted Beta law")
            word = "passes" if fit.goodness.p > 0.05 else "fails"
            top.set_title(f"$t$ = {warmth:g}: {word} the test, $p$ = {fit.goodness.p:.2g}", fontsize=11)
            top.set(yscale="log", ylim=(0.5, 1200), xlabel="chance of success $P$", ylabel="images" if i == 0 else None)
            solvable = np.sort(log_chances[i][np.isfinite(log_chances[i])]) / np.log(10)
            rank = np.arange(1, solvable.size + 1)
            low.step(solvable, rank, where="post", color=COLOURS[0], label="exact, solvable images")
            x = np.linspace(-14, 0, 300)
            low.plot(x, n * fit.ceiling * betainc(fit.b, fit.a, 10**x), color=COLOURS[1], label="fitted Beta law")
            anchor = 20  # the slope is drawn through the 20th image
            guide = anchor * 10 ** (2 / latents * (x - solvable[anchor - 1]))
            low.plot(x, guide, color=LIMIT, lw=1, ls="--", label=f"slope 2/{latents}")
            low.set(yscale="log", xlim=(-14, 0), ylim=(0.7, 1000), xlabel="$\\log_{10}x$")
            if i == 0:
                low.set_ylabel("images with $0<P<x$")
                low.legend(loc="upper left")
                top.legend(loc="upper center")
    return Picture(figure, "exact chances of success against the fitted Beta laws")


def coverage_picture(t: Sequence[float], k: Any, exact: Sequence[Any], fits: Sequence[CoverageFit], ceiling: float) -> Picture:
    """pass@k of the test images: exactly, by Beta laws fitted to few attempts, and the unbiased estimate within these."""
    most = fits[0].counts.largest
    with styled():
        figure = blank_figure(7.6, 4.8)
        axes = figure.subplots()
        for i, warmth in enumerate(t):
            axes.plot(k, exact[i], color=COLOURS[i], label=f"$t$ = {warmth:g}")
            axes.plot(k[k >= 1], fits[i].passk(k), color=COLOURS[i], ls="--", lw=1.2)
            whole = np.unique(np.round(np.geomspace(1, most, 8)).astype(int))
            axes.plot(whole, fits[i].empirical(whole).value, "o", ms=4, color=COLOURS[i])
        axes.axhline(ceiling, color=LIMIT, lw=1)
        where: Any = "offset points"
        axes.annotate(f"true ceiling {ceiling:.3f}, at every $t$", (1, ceiling), (2, 4), textcoords=where, fontsize=9.5)
        axes.axvline(most, color=LIMIT, lw=0.8, ls=":")
        axes.annotate("forecast", (most, 0.02), (6, 0), textcoords=where, fontsize=9.5)
        axes.set(xscale="log", xlabel="attempts $k$", ylabel="pass@$k$", ylim=(0, 0.88), xlim=(1, k[-1]))
        axes.set_title("Coverage: exact (lines), drawn (dots), forecast by the Beta law (dashed)")
        axes.legend(loc="lower right", ncols=2)
    return Picture(figure, "pass@k exactly and by fitted Beta laws")


def exponent_picture(
    k: Any, exponents: dict[float, Any], fits: dict[float, CoverageFit], thresholds: dict[float, Any], latents: int
) -> Picture:
    """Local exponents of the unsolved share against k: by temperature with the fitted tail exponents, and by threshold."""
    with styled():
        figure = blank_figure(9.4, 4.4)
        left, right = figure.subplots(1, 2, sharey=True)
        for i, (warmth, values) in enumerate(exponents.items()):
            # the first colour belongs to the coldest temperature, which is not shown here
            left.plot(k, values, color=COLOURS[i + 1], label=f"$t$ = {warmth:g}")
        for i, (warmth, fit) in enumerate(fits.items()):
            span, at = fit.b_interval, 100 * 1.7 ** (i - len(fits) / 2)
            colour = COLOURS[list(exponents).index(warmth) + 1]
            bar = [[fit.b - span.low], [min(span.high, 5) - fit.b]]
            label = "fitted to 100 attempts" if i == 0 else None
            left.errorbar(at, fit.b, bar, fmt="s", ms=5, capsize=3, color=colour, label=label)
        for i, (share, values) in enumerate(sorted(thresholds.items())):
            right.plot(k, values, color=COLOURS[i], label=f"{100 * share:g} % solvable")
        for axes, title in ((left, "by temperature"), (right, "by threshold, $t$ = 1")):
            axes.axhline(2 / latents, color=LIMIT, ls="--", label=f"limit $2/q$ = {2 / latents:.3f}")
            axes.set(xscale="log", xlabel="attempts $k$", title=title, ylim=(0, 1.05))
            axes.legend(loc="upper right")
        left.set_ylabel("exponent of the unsolved share")
    return Picture(figure, "local exponents of the unsolved share, their limit, and fitted tail exponents")


def _short(p: float) -> str:
    if p == 0:
        return "0"
    if p >= 0.0095:
        return f"{min(p, 0.999):.3f}" if p < 0.9995 else "1.000"
    power = int(np.floor(np.log10(p)))
    return f"{p / 10.0**power:.0f}e{power}"


def blank_figure(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure
