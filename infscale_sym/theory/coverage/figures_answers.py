"""Pictures of counted answers of language models: tail exponents, coverage beside voting, forecasts tried, where votes win.

The counts are tables of `coverage.fit.answers`, the curves and intervals fits of `coverage.fit`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled

if TYPE_CHECKING:
    from infscale_sym.theory.coverage.fit.answers import Answers
    from infscale_sym.theory.coverage.fit.result import CoverageFit

_ANCHOR: Any = ("data", "axes fraction")


def exponents(tables: Sequence[Answers], fits: Sequence[CoverageFit]) -> Picture:
    """The tail exponent b of every fit with its interval, one panel for each dataset; hollow where the Beta law is rejected."""
    sets = list(dict.fromkeys(table.dataset for table in tables))
    most = max(sum(table.dataset == name for table in tables) for name in sets)
    with styled():
        figure = blank_figure(11.6, 1.3 + 0.27 * most)
        for axes, name in zip(np.atleast_1d(figure.subplots(1, len(sets), sharex=True)), sets, strict=True):
            rows = sorted(
                ((fit, table.model) for table, fit in zip(tables, fits, strict=True) if table.dataset == name),
                key=lambda row: row[0].b,
            )
            for height, (fit, _) in enumerate(rows):
                b, span = fit.tail_exponent
                fails = fit.goodness.p < 0.05
                axes.plot([span.low, span.high], [height, height], color=COLOURS[0], lw=1.4)
                axes.plot(b, height, "o", ms=6, color=COLOURS[0], mfc="white" if fails else COLOURS[0])
            axes.set_yticks(range(len(rows)), [model for _, model in rows], fontsize=8.5)
            axes.set_ylim(-0.7, most - 0.3)
            axes.minorticks_off()
            axes.set(xlabel="tail exponent $b$", title=f"{name}, {len(rows[0][0].counts)} problems")
    return Picture(figure, "tail exponents of coverage with 95 % intervals; hollow where the Beta law is rejected")


def coverage_and_votes(
    tables: Sequence[Answers], fits: Sequence[CoverageFit], k: Sequence[int], votes: Sequence[np.ndarray]
) -> Picture:
    """pass@k with its band and the unbiased estimate, and the majority vote at k, one panel for each model.

    votes: for each table the mean chance of the vote, shape (len(k),).
    """
    columns = min(3, len(tables))
    rows = -(-len(tables) // columns)
    with styled():
        figure = blank_figure(11.6, 2.6 * rows + 0.6)
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes in panels[len(tables) :]:
            axes.set_axis_off()
        far = np.geomspace(1, 10 * max(k), 120)
        for axes, table, fit, vote in zip(panels, tables, fits, votes, strict=False):
            ahead = fit.forecast(far)
            axes.fill_between(far, ahead.low, ahead.high, color=COLOURS[0], alpha=0.18, lw=0)
            axes.plot(far, ahead.value, color=COLOURS[0], label="pass@$k$, Beta law, 95 % band")
            seen = fit.empirical(np.array([i for i in k if i <= table.counts.attempts.min()]))
            axes.plot(seen.k, seen.value, "o", color=COLOURS[0], mfc="white", label="pass@$k$, unbiased estimate")
            axes.plot(k, vote, "s-", color=COLOURS[1], ms=4, lw=1.2, label="majority vote of $k$, exact")
            axes.axhline(table.vote_limit.mean(), color=COLOURS[1], lw=0.9, ls="--", label="its limit")
            axes.axhline(table.share.mean(), color=LIMIT, lw=0.8, ls=":", label="one attempt")
            axes.set(xscale="log", title=table.model)
        for axes in panels[max(0, len(tables) - columns) : len(tables)]:
            axes.set_xlabel("attempts $k$")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return Picture(figure, "coverage and majority vote against the number of attempts")


def two_laws(good: tuple[str, CoverageFit], bad: tuple[str, CoverageFit]) -> Picture:
    """Problems by their share of right attempts beside what the fitted law expects: where it fits, and where it does not."""
    with styled():
        figure = blank_figure(11.6, 3.6)
        for axes, (name, fit) in zip(figure.subplots(1, 2), (good, bad), strict=True):
            n, c = int(fit.counts.attempts.max()), fit.counts.successes
            edges = np.concatenate(([-0.5, 0.5], np.linspace(0.5, n - 0.5, 11)[1:], [n + 0.5]))
            seen = np.histogram(c, edges)[0]
            expected = len(fit.counts) * _between(fit, n, edges)
            place = np.arange(seen.size)
            axes.bar(place, seen, color=COLOURS[5], width=0.8, label="problems counted")
            axes.errorbar(
                place,
                expected,
                np.sqrt(expected),
                fmt="o",
                color=LIMIT,
                ms=4,
                lw=1,
                capsize=2,
                label=r"Beta law, $\pm\sqrt{\,}$",
            )
            axes.set_xticks([0, 1, 3.5, 6, 8.5, 11], ["none", ">0", "25 %", "50 %", "75 %", "all"])
            axes.minorticks_off()
            axes.set(title=f"{name}: $p$ = {fit.goodness.p:.2g}", xlabel="share of attempts that are right", ylabel="problems")
            axes.legend(loc="upper center")
    return Picture(figure, "problems by their share of right attempts, counted and expected")


def _between(fit: CoverageFit, n: int, edges: np.ndarray) -> np.ndarray:
    """Chance of a count of successes in n attempts between consecutive edges, by the fitted law; shape (len(edges) - 1,)."""
    from scipy.stats import betabinom

    chance = fit.ceiling * betabinom.pmf(np.arange(n + 1), n, fit.b, fit.a)
    chance[0] += 1 - fit.ceiling
    return np.histogram(np.arange(n + 1), edges, weights=chance)[0]


def forecasts(tried: Mapping[str, np.ndarray], truth: np.ndarray) -> Picture:
    """Forecasts from few attempts against what many attempts gave; one panel for each treatment of the ceiling.

    tried: for each treatment an array (tables, 3): value, low end, high end. truth: shape (tables,).
    """
    with styled():
        figure = blank_figure(11.6, 3.9)
        for axes, (name, rows) in zip(figure.subplots(1, len(tried), sharex=True, sharey=True), tried.items(), strict=True):
            value, low, high = rows.T
            held = (low <= truth) & (truth <= high)
            for mask, colour, label in ((held, COLOURS[0], "holds the truth"), (~held, COLOURS[1], "does not")):
                spread = np.abs(np.array([value - low, high - value]))[:, mask]
                axes.errorbar(truth[mask], value[mask], spread, fmt="o", ms=4, color=colour, lw=1, capsize=2, label=label)
            ends = [truth.min() - 0.02, 1.005]
            axes.plot(ends, ends, color=LIMIT, lw=0.8)
            axes.set_xlim(*ends)
            axes.set(title=f"{name}: {held.sum()} of {held.size}", xlabel="pass@64 from all attempts")
            axes.legend(loc="lower right")
        figure.axes[0].set_ylabel("forecast of pass@64, 95 %")
    return Picture(figure, "forecasts from ten attempts a problem")


def where_votes_win(tables: Sequence[Answers], title: str) -> Picture:
    """Each problem by its share of right attempts and of its commonest wrong answer; voting wins below the diagonal."""
    with styled():
        figure = blank_figure(11.6, 4.6)
        left, right = figure.subplots(1, 2)
        share = np.concatenate([table.share for table in tables])
        wrong = np.concatenate([np.array([max(w, default=0) for w in table.wrong]) / table.counts.attempts for table in tables])
        limit = np.concatenate([table.vote_limit for table in tables])
        wins, loses = (limit > share) & (share > 0), limit < share
        for mask, colour, label in (
            (wins & (share < 1), COLOURS[2], "the vote is right, one attempt is not sure"),
            (loses, COLOURS[1], "the vote is wrong, one attempt may be right"),
            ((share == 0) | (share == 1), COLOURS[6], "no difference"),
        ):
            left.plot(share[mask], wrong[mask], "o", ms=3.5, alpha=0.55, color=colour, mew=0, label=f"{label}: {mask.sum()}")
        left.plot([0, 0.5], [0, 0.5], color=LIMIT, lw=1)
        left.plot([0, 1], [1, 0], color=LIMIT, lw=0.6, ls=":")
        left.set(xlabel="share of right attempts", ylabel="share of the commonest wrong answer", title=title)
        left.legend(loc="upper right")
        order = np.argsort(share)
        right.axhline(0, color=LIMIT, lw=0.8)
        gain = (limit - share)[order]
        right.bar(np.arange(gain.size), gain, width=1.0, color=np.where(gain > 0, COLOURS[2], COLOURS[1]))
        right.set(
            xlabel="problems, from hard to easy",
            ylabel="vote's limit $-$ one attempt",
            title=f"sum / problems = {gain.mean():+.3f}",
        )
    return Picture(figure, "where the majority vote beats one attempt and where it loses")
