"""The figures on coverage (`coverage.*`; Levi, arXiv:2410.16377): tail and corrections, exponents, correlation, estimators.

Curves are exact float64 values, laws the registry's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infscale_sym.catalog import formula
from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.theory.coverage.values import numeric as coverage
from infscale_sym.theory.coverage.values.attempts import plug_in_mean, sticky_loss


def tail_and_corrections(
    shapes: Sequence[tuple[float, float]] = ((0.3, 0.3), (3.0, 0.5), (20.0, 0.8), (5.0, 2.0)),
    at: tuple[float, float] = (3.0, 0.5),
) -> Picture:
    """Left: the loss against k on log-log paper with its power law. Right: relative errors of the laws at `at`.

    shapes: pairs (a, b); at: the pair of the right panel.
    """
    law = formula("coverage.tail").rhs.numpy
    with styled():
        figure = blank_figure(9.4, 4.5)
        left, right = figure.subplots(1, 2)
        k = np.logspace(0, 5, 300)
        for (a, b), colour in zip(shapes, COLOURS, strict=False):
            exact = coverage.loss(k, a, b)
            left.loglog(k, exact, color=colour, label=f"{a:g}, {b:g}")
            constant = float(law(1.0, a, b))
            plain = constant * k**-b
            left.loglog(k[plain < 1.5], plain[plain < 1.5], color=colour, ls=":", lw=1.2)
        left.set(xlabel="attempts $k$", ylabel=r"loss $\mathcal{L}_k$ = 1 $-$ pass@$k$/A", ylim=(1e-7, 1.6))
        left.set_title("The loss and its power law", loc="left")
        left.legend(title="$a$, $b$   (dotted: $\\Gamma(a+b)/\\Gamma(a)\\,k^{-b}$)", title_fontsize=9.5, alignment="left")
        a, b = at
        k = np.logspace(0, 3, 200)
        exact = coverage.scaled_loss(k, a, b)
        centre = k + a + (b - 1) / 2
        centred_exact = coverage.centred_loss(centre, a, b)
        all_orders, centred = formula("coverage.tail.all-orders").rhs.numpy, formula("coverage.tail.centred").rhs.numpy
        rows = (
            ("leading power of $k$", np.abs(float(law(1.0, a, b)) / exact - 1), COLOURS[0], ":"),
            ("three corrections in $1/k$", np.abs(all_orders(k, a, b) / exact - 1), COLOURS[0], "-"),
            (r"leading power of $\bar{k}$", np.abs(float(law(1.0, a, b)) / centred_exact - 1), COLOURS[1], ":"),
            (r"three corrections in $1/\bar{k}^2$", np.abs(centred(centre, a, b) / centred_exact - 1), COLOURS[1], "-"),
        )
        for name, error, colour, style in rows:
            seen = error > 1e-15
            right.loglog(k[seen], error[seen], color=colour, ls=style, label=name)
        right.set(xlabel="attempts $k$", ylabel="relative error", ylim=(1e-15, 1e5))
        right.set_title(f"What the centred number is worth ($a$ = {a:g}, $b$ = {b:g})", loc="left")
        right.legend(loc="upper right", fontsize=9)
    return Picture(figure, "inference loss against attempts with its power laws, and the errors of its expansions")


def local_exponents(shapes: Sequence[tuple[float, float]] = ((0.05, 0.5), (0.25, 0.5), (3.0, 0.5), (100.0, 0.5))) -> Picture:
    """The slope of the loss over b against k for several a at one b, with b k/k_bar dashed; at 2 a + b < 1 it overshoots."""
    k = np.logspace(-1, 5, 300)
    with styled():
        figure = blank_figure(7.6, 4.4)
        axes = figure.subplots()
        axes.axhline(1, color=LIMIT, lw=0.9, ls=":")
        for (a, b), colour in zip(shapes, COLOURS, strict=False):
            axes.semilogx(k, coverage.local_exponent(k, a, b) / b, color=colour, label=f"$a$ = {a:g}")
            centre = k + a + (b - 1) / 2
            good = centre > max(0.4, a / 2)
            axes.semilogx(k[good], (k / centre)[good], color=colour, ls="--", lw=1.1)
            if a >= 1:
                axes.plot([a], [float(coverage.local_exponent(a, a, b)) / b], "o", color=colour)
        axes.set(xlabel="attempts $k$", ylabel="slope of the loss / $b$", ylim=(0, 1.35))
        axes.set_title(f"The slope reaches $b$ only for $k\\gg a$  ($b$ = {shapes[0][1]:g}; dots: $k=a$)", loc="left")
        axes.legend(loc="lower right", title=r"dashed: $k/\bar{k}$", title_fontsize=9.5, alignment="left")
    return Picture(figure, "local exponent of the loss over its limit against attempts")


def correlated_attempts(a: float = 1.0, b: float = 0.5) -> Picture:
    """The loss against k for independent attempts and three kinds of correlation; right: over the independent one."""
    k = np.logspace(0, 5, 200)
    free = coverage.loss(k, a, b)
    share = 0.1
    rows = (
        ("independent", free, COLOURS[0], "-"),
        (r"effective number $k^{0.6}$: exponent", coverage.loss(k**0.6, a, b), COLOURS[1], "-"),
        (r"sticky, $\varrho$ = 0.8: constant", sticky_loss(k, a, b, 0.8), COLOURS[2], "-"),
        (r"one outcome, $\varrho$ = 0.1: ceiling", share * coverage.loss(1.0, a, b) + (1 - share) * free, COLOURS[3], "-"),
    )
    with styled():
        figure = blank_figure(9.2, 4.3)
        left, right = figure.subplots(1, 2)
        for name, values, colour, style in rows:
            left.loglog(k, values, color=colour, ls=style, label=name)
            right.loglog(k, values / free, color=colour, ls=style)
        right.axhline((1 - 0.8) ** -b, color=COLOURS[2], ls=":", lw=1.2)
        right.annotate(r"$(1-\varrho)^{-b}$", (1.3, (1 - 0.8) ** -b * 1.07), color=COLOURS[2], fontsize=10)
        left.set(xlabel="attempts $k$", ylabel="share of problems unsolved")
        left.set_title(f"Three ways to be correlated ($a$ = {a:g}, $b$ = {b:g})", loc="left")
        left.legend(loc="lower left")
        right.set(xlabel="attempts $k$", ylabel="loss / loss of independent attempts")
        right.set_title("What each of them moves", loc="left")
    return Picture(figure, "inference loss of correlated attempts against their number")


def estimators(n: int = 20, a: float = 0.3, b: float = 0.3, problems: int = 100) -> Picture:
    """Left: mean of the two estimates of pass@k from n attempts at one problem. Right: spread of the subset estimate.

    Left panel: failure probability 0.9. Right: standard error of the mean over `problems` problems, and its floor.
    """
    fail = 0.9
    k = np.arange(1, n + 1)
    with styled():
        figure = blank_figure(9.2, 4.3)
        left, right = figure.subplots(1, 2)
        more = np.arange(1, 3 * n + 1)
        left.plot(more, 1 - fail**more, color=LIMIT, lw=1.2, label="pass@$k$")
        successes = np.arange(n + 1)
        law = coverage.failure_chance(n - successes, n, 1e9 * fail, 1e9 * (1 - fail))
        mean = [(law * coverage.unbiased_passk(n, successes, size)).sum() for size in k]
        left.plot(k, mean, "o", color=COLOURS[0], ms=4, label="subset estimate, mean")
        left.plot(more, plug_in_mean(n, more, fail), color=COLOURS[1], label="plug-in estimate, mean")
        left.axvspan(n, more[-1], color="#f0f0f0", zorder=0)
        left.annotate("$k>n$: no unbiased\nestimate exists", (1.35 * n, 0.15), fontsize=10, color="#555555")
        left.set(xlabel="$k$", ylim=(0, 1.02), xlim=(0, more[-1]))
        left.set_title(f"One problem, $p$ = {fail:g}, $n$ = {n} attempts", loc="left")
        left.legend(loc="lower right", bbox_to_anchor=(1, 0.32))
        sizes = (1, 2, 5, 10, 20, 50)
        for count, colour in zip((10, 20, 50, 200), COLOURS, strict=False):
            own = [size for size in sizes if size <= count]
            spread = [np.sqrt(coverage.estimator_variance(count, size, a, b) / problems) for size in own]
            right.plot(own, spread, "o-", color=colour, label=f"$n$ = {count}")
        fine = np.logspace(0, np.log10(50), 60)
        floor = np.sqrt((coverage.loss(2 * fine, a, b) - coverage.loss(fine, a, b) ** 2) / problems)
        right.plot(fine, floor, color=LIMIT, ls="--", lw=1.2, label=r"$n\to\infty$: between problems")
        right.set(xlabel="$k$", ylabel=f"standard error over {problems} problems", xscale="log", ylim=(0, 1.25 * floor.max()))
        right.set_title(f"More attempts help little ($a$ = {a:g}, $b$ = {b:g})", loc="left")
        right.legend(loc="lower left")
    return Picture(figure, "estimates of pass@k from n attempts: means at one problem, standard errors over problems")
