"""The figures on other ways to spend k answers (`vote.*`, `search.beam`): stages, votes against k, and who wins where.

Curves and maps are exact values in float64; asymptotic laws are read from the registry.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from infscale_sym.catalog import formula
from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.theory.selection.values import selection_error
from infscale_sym.theory.votes.values.beam import beam_error
from infscale_sym.theory.votes.values.majority import majority_vote
from infscale_sym.theory.votes.values.numeric import mean_vote, median_vote, weighted_mean_vote


def search_in_stages(depths: Sequence[int] = (1, 2, 4, 8), hard: float = 2.5) -> Picture:
    """Left: error against k at one hard task, for several numbers of stages. Right: k^2 error/pi against difficulty.

    depths: numbers of stages L (1 is best-of-k); hard: the offset tau = rho of the left panel.
    """
    law = formula("search.beam").rhs.numpy
    with styled():
        figure = blank_figure(9.2, 4.4)
        left, right = figure.subplots(1, 2)
        for colour, depth in zip(COLOURS, depths, strict=False):
            k = depth * np.unique(np.round(np.logspace(0, math.log10(3000 / depth), 9)))
            name = "best-of-$k$" if depth == 1 else f"$L$ = {depth}"
            left.loglog(k, beam_error(k, depth, hard, hard), color=colour, label=name)
            far = k[k >= 60 * depth]
            left.loglog(far, law(far, depth, hard, hard), color=colour, ls="--", lw=1)
            tau = np.linspace(0, 3.6, 10)
            scaled = 1e8 / math.pi * beam_error(1e4, depth, tau, tau)
            right.semilogy(tau**2, scaled, color=colour)
            at = 4 if depth == 1 else -2
            lift = -13 if depth == 8 else 5  # under the line of 4 stages
            right.annotate(name, (tau[at] ** 2, scaled[at]), (-4, lift), textcoords="offset points", ha="right", color=colour)
        square = np.linspace(1, 3.6**2, 100)
        right.semilogy(square, math.e * square, color=LIMIT, ls=":", lw=1.6)
        right.annotate(r"dotted: $e\,\tau^2$, at $L=\tau^2$", (7.6, math.e * 7.6), (6.2, 4.0), fontsize=10)
        left.set(xlabel="judgements $k$", ylabel="error", ylim=(1e-6, 12))
        left.set_title(rf"A hard task, $\tau=\rho$ = {hard:g}", loc="left")
        left.legend(loc="lower left", title="dashed: law at large $k$", title_fontsize=9.5, alignment="left")
        right.set(xlabel=r"difficulty $\tau^2$", ylabel=r"error $\times\ k^2/\pi$", ylim=(0.8, 3e5))
        right.set_title("Stages divide the exponent ($k=10^4$)", loc="left")
    return Picture(figure, "search in stages against the number of judgements and against difficulty")


def votes_against_answers(width: float = 2.0, taus: Sequence[float] = (0.6, 1.2)) -> Picture:
    """Error of mean, median and majority against k where the teacher's answer is the centre of a bin of the given width.

    taus: the teacher's offsets of the two panels, one within half a bin of the predictive mean and one beyond.
    """
    k = np.unique(np.round(np.logspace(0, math.log10(200), 18)))
    odd = np.unique(2 * np.round((np.logspace(0, math.log10(200), 24) - 1) / 2) + 1)
    with styled():
        figure = blank_figure(9.2, 4.2)
        panels = figure.subplots(1, 2, sharey=True)
        for axes, tau in zip(panels, taus, strict=True):
            shift = (-tau / width) % 1.0
            centre = (shift - round(shift)) * width
            plateau = (centre + tau) ** 2
            axes.loglog(k, mean_vote(k, tau), color=COLOURS[0], label="mean")
            axes.loglog(odd, median_vote(odd, tau), color=COLOURS[2], ls="--", label="median (odd $k$)")
            axes.loglog(k, majority_vote(k, width, shift, tau), color=COLOURS[1], label=f"majority, $\\Delta$ = {width:g}")
            axes.axhline(tau**2, color=COLOURS[0], ls=":", lw=1)
            if plateau > 1e-12:
                axes.axhline(plateau, color=COLOURS[1], ls=":", lw=1)
            inside = "in the teacher's bin" if plateau < 1e-12 else "in the next bin"
            axes.set_title(rf"$\tau$ = {tau:g}: predictive mean {inside}", loc="left")
            axes.set(xlabel="number of answers $k$", ylim=(2e-3, 6))
        panels[0].set_ylabel("error")
        panels[0].legend(loc="lower left", title="dotted: plateaus", title_fontsize=9.5, alignment="left")
    return Picture(figure, "votes without a judge against the number of answers")


#: What competes in the map, in the order of the colours.
NAMES = ("mean", "weighted mean", "selection, same $t$", "best-of-$k$", "2 stages", "4 stages")


def contest(k: int, t: float, tau: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Errors of the competitors of NAMES on the grid of tau (last axis) and rho; shape (6, len(rho), len(tau)); float64."""
    tau, rho = np.asarray(tau, float)[None, :], np.asarray(rho, float)[:, None]
    rows = (
        mean_vote(k, tau + 0 * rho),
        weighted_mean_vote(k, t, tau, rho),
        selection_error(k, t, tau, rho),
        selection_error(k, 0, tau, rho),
        beam_error(k, 2, tau, rho),
        beam_error(k, 4, tau, rho),
    )
    return np.array([np.broadcast_to(row, np.broadcast_shapes(tau.shape, rho.shape)) for row in rows])


def _fine_contest(k: int, t: float, offsets: np.ndarray, nodes: int) -> np.ndarray:
    """`contest` on a fine square grid: exact in tau, where every error is A + 2 D B + D^2, and a spline in rho for A and B."""
    from scipy.interpolate import CubicSpline

    rho = np.linspace(0, offsets[-1], nodes)
    gap = offsets[None, :] - offsets[:, None]
    out = []
    at, beside = (np.stack([contest(k, t, np.array([r + d]), np.array([r]))[:, 0, 0] for r in rho], axis=1) for d in (0.0, 1.0))
    for zero, one in zip(at, beside, strict=True):
        # Mirrored offsets have the same error: A is even in rho, B odd.
        A = CubicSpline(rho, zero)(np.abs(offsets))[:, None]
        B = (np.sign(offsets) * CubicSpline(rho, (one - zero - 1) / 2)(np.abs(offsets)))[:, None]
        out.append(A + 2 * gap * B + gap**2)
    return np.array(out)


def winners(answers: Sequence[int] = (16, 128), t: float = 0.3, nodes: int = 8) -> Picture:
    """Which way of spending k judgements has the least error, over the offsets of teacher and judge; one panel for each k."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    offsets = np.linspace(-3, 3, 361)
    shades = ("#9ecae1", "#fdd0a2", "#d9d9d9", "#fff7bc", "#a1d99b", "#31a354")
    with styled():
        figure = blank_figure(9.2, 4.9)
        panels = figure.subplots(1, len(answers), sharey=True, squeeze=False)[0]
        seen: set[int] = set()
        for axes, k in zip(panels, answers, strict=True):
            axes.grid(False)
            best = _fine_contest(k, t, offsets, nodes).argmin(axis=0)
            seen |= set(np.unique(best).tolist())
            axes.pcolormesh(offsets, offsets, best, cmap=ListedColormap(shades), vmin=-0.5, vmax=5.5, rasterized=True)
            axes.plot([-3, 3], [-3, 3], color="black", lw=0.9, ls="--")
            axes.set(xlabel=r"teacher's offset $\tau$", aspect="equal", xlim=(-3, 3), ylim=(-3, 3))
            axes.set_title(f"$k$ = {k}", loc="left")
        panels[0].set_ylabel(r"judge's offset $\rho$   (dashed: $\rho=\tau$)")
        handles = [
            Patch(facecolor=shades[n], edgecolor="#555555", lw=0.5, label=NAMES[n] + (f", $t$ = {t:g}" if n == 1 else ""))
            for n in sorted(seen)
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=10)
    return Picture(figure, "which way of spending k judgements has the least error")
