"""The figures on memorization by the linear denoiser (`denoiser.memorization.*`; Halder, arXiv:2411.17807).

Dots are drawn training sets (`denoiser.draws`) in H's setting, T = 2 and l = e^-4; curves are the rates of the registry.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.denoiser.draws import divergence, generated_law_infinite, generated_law_one_draw, training_set
from infscale_sym.theory.memorization import values as closed

TIME, NOISE = 2.0, math.exp(-4)
ZETA = float(closed.noise_ratio(TIME, NOISE))
#: Fresh draws that stand for the sampling law in H's code, and the mean of its data.
FRESH, MEAN = 10_000, 10.0
VARIANTS = ("infinitely many noise draws", "one noise draw per example")


@dataclass(frozen=True)
class Survey:
    """Drawn training sets: arrays of shape (len(n), sets); logarithms in units of ||s||^2.

    near: ln <g, s>; kernel: ln <g, K>; typical: mean logarithm of K's terms; fresh: ln <g, K_0>, K_0 the kernel estimate of
    fresh draws; against_law, against_fresh: whether the statistic is positive; overlap: ln int (g s)^(1/2); kl: KL(g || s).
    """

    d: int
    n: tuple[int, ...]
    near: np.ndarray
    kernel: np.ndarray
    typical: np.ndarray
    fresh: np.ndarray
    against_law: np.ndarray
    against_fresh: np.ndarray
    overlap: np.ndarray
    kl: np.ndarray


def survey(d: int, n: Sequence[int], sets: int, seed: int, variant: int = 0, fresh: int = FRESH) -> Survey:
    """Draw `sets` training sets for each n. variant: 0 or 1, as in VARIANTS; fresh: size of the reference set, 0 for none."""
    rng = np.random.default_rng(seed)
    out = np.full((8, len(n), sets), np.nan)
    with single_threaded_algebra():
        for i, count in enumerate(n):
            for j in range(sets):
                data = training_set(rng, count, d, MEAN)
                model = (data, TIME, NOISE)
                drawn = generated_law_one_draw(*model, rng) if variant else generated_law_infinite(*model)
                law = closed.Gaussian.of(drawn.mean, drawn.covariance)
                one = closed.memorization(data, law, centre=MEAN)
                row = [one.near, one.kernel, one.typical, np.nan, one.memorizing, np.nan]
                if fresh:
                    row[3] = _log_fresh(law, fresh, rng)
                    two = closed.Memorization(row[3], one.kernel, one.typical, one.norm_gap - _others(fresh, d))
                    row[5] = two.memorizing
                if count > d:
                    row += [closed.log_bhattacharyya(law, MEAN), divergence(drawn, MEAN)]
                out[: len(row), i, j] = row
    return Survey(d, tuple(n), *out)


def _log_fresh(law: closed.Gaussian, fresh: int, rng: np.random.Generator) -> float:
    """ln <g, K_0> for fresh draws, drawn in the coordinates of the law's axes (float32: six digits are plenty)."""
    d = law.mean.size
    spread = law.variances + fresh ** (-2 / d)
    points = rng.standard_normal((fresh, d), dtype=np.float32)
    points -= _lengths((law.mean - MEAN) @ law.axes, law.variances).astype(np.float32)
    points *= points
    logs = -0.5 * np.sum(np.log(spread / 2)) - 0.5 * (points @ (1 / spread).astype(np.float32)).astype(float)
    return float(logs.max() + np.log(np.mean(np.exp(logs - logs.max()))))


def _lengths(shift: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """`shift` along axes of other signs, and turned so that axes of one variance share one part: the same for normal draws.

    variances ascend. The sign of an axis, and every axis where variances are equal, is decided by rounding, and so by the
    processor: with the axes as they come, each kind of processor would see other draws.
    """
    first = np.flatnonzero(np.diff(variances, prepend=-np.inf) > 1e-9 * variances[-1])
    out = np.zeros_like(shift)
    out[first] = np.sqrt(np.add.reduceat(shift * shift, first))
    return out


def _others(fresh: int, d: int) -> float:
    """||K_0||^2/||s||^2 - 1 in the mean: pairs of different fresh draws."""
    return float(closed.kernel_norm(fresh, d, fresh ** (-1 / d))) - 1


def _mean(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return values.mean(axis=1), values.std(axis=1, ddof=1) / math.sqrt(values.shape[1])


def inner_products(surveys: Sequence[Survey]) -> Picture:
    """ln of the three inner products against n for the two variants, with the rates times d."""
    with styled():
        figure = blank_figure(9.2, 4.5)
        panels = figure.subplots(1, 2, sharey=True)
        for axes, found, title in zip(panels, surveys, VARIANTS, strict=True):
            n = np.array(found.n, float)
            names = ("sampling law, $s$", "its examples, $K$", "fresh draws, $K_0$")
            for colour, values, name in zip(COLOURS, (found.near, found.kernel, found.fresh), names, strict=False):
                mean, error = _mean(values)
                axes.errorbar(n, mean, error, fmt="o", color=colour, label=name, capsize=2)
            mean, error = _mean(found.typical)
            axes.errorbar(n, mean, error, fmt="o", mfc="none", color=COLOURS[1], label="its examples, mean of ln", capsize=2)
            if found is surveys[0]:
                grid = np.geomspace(n[0], n[-1], 120)
                h = grid ** (-1 / found.d)
                axes.plot(grid, found.d * closed.sampling_rate(found.d / grid, ZETA), color=COLOURS[0])
                axes.plot(grid, found.d * closed.kernel_rate(found.d / grid, ZETA, h), color=COLOURS[1], ls="--")
                axes.annotate("curves: rates times $d$", (0.5, 0.62), xycoords="axes fraction")
            axes.axvline(found.d, color=LIMIT, lw=0.8, ls=":")
            axes.set(xscale="log", xlabel="training examples $n$")
            axes.set_title(title.capitalize(), loc="left")
        panels[0].set_ylabel(r"$\ln$ of the inner product over $\Vert s\Vert^2$")
        panels[1].annotate("$n=d$", (surveys[1].d * 1.05, 0.03), xycoords=("data", "axes fraction"))
        panels[1].legend(loc="lower right")
    return Picture(figure, "inner products of the generated law with sampling law, examples and fresh draws against n")


def half_way(found: Survey) -> tuple[float, float]:
    """n at which half the sets memorize, by the median of ln <g, K> - ln <g, K_0> in ln n, and its standard error.

    nan where it never turns. The standard error is that of the crossing of medians over sets drawn again from those at hand.
    """
    gap = found.kernel - found.fresh
    again = np.random.default_rng(1).integers(gap.shape[1], size=(400, *gap.shape))
    drawn = [_crossing(found.n, np.median(np.take_along_axis(gap, rows, axis=1), axis=1)) for rows in again]
    return _crossing(found.n, np.median(gap, axis=1)), float(np.nanstd(drawn))


def _crossing(n: Sequence[int], middle: np.ndarray) -> float:
    steps = np.log(n)
    for i in range(len(steps) - 1):
        if middle[i] > 0 >= middle[i + 1]:
            return float(np.exp(steps[i] + (steps[i + 1] - steps[i]) * middle[i] / (middle[i] - middle[i + 1])))
    return math.nan


def transition(surveys: Sequence[Survey], by_dimension: Sequence[Survey]) -> Picture:
    """Left: share of memorizing sets against n at d = 100, by both statistics. Right: where it is one half, against d."""
    with styled():
        figure = blank_figure(9.2, 4.2)
        left, right = figure.subplots(1, 2)
        for found, colour, title in zip(surveys, COLOURS, VARIANTS, strict=False):
            n = np.array(found.n, float)
            share, sets = found.against_fresh.mean(axis=1), found.against_fresh.shape[1]
            error = np.sqrt(share * (1 - share) / sets)
            left.errorbar(n, share, error, fmt="o-", color=colour, capsize=2, label=title)
            left.plot(n, found.against_law.mean(axis=1), "s:", color=colour, ms=3.5)
        left.annotate("against fresh draws", (30, 1.03))
        left.annotate("against the sampling law itself (squares)", (30, 0.03))
        left.axvline(surveys[0].d, color=LIMIT, lw=0.8, ls=":")
        left.set(xscale="log", xlabel="training examples $n$", ylabel="share of sets that memorize", ylim=(-0.04, 1.12))
        left.set_title(f"$d$ = {surveys[0].d}: memorizing far beyond $n=d$", loc="left")
        left.legend(loc="center left", bbox_to_anchor=(0, 0.5))
        d = np.array([found.d for found in by_dimension], float)
        where, error = np.array([half_way(found) for found in by_dimension]).T
        right.errorbar(d, where, error, fmt="o", capsize=2, color=COLOURS[0], label="half of the sets memorize (drawn)")
        right.set(xscale="log", yscale="log")
        right.loglog(d, d, color=LIMIT, ls=":", label="$n=d$")
        scale = np.exp(np.nanmean(np.log(where / d**2)))
        right.loglog(d, scale * d**2, color=COLOURS[7], ls="--", label=rf"{scale:.3f} $d^2$")
        right.set(xlabel="dimension $d$", ylabel="training examples $n$")
        right.set_title("The transition outgrows $n=d$", loc="left")
        right.legend(loc="upper left")
    return Picture(figure, "share of memorizing training sets against n, and the transition against the dimension")


def phases(zeta: float = ZETA) -> Picture:
    """Which term of the statistic has the largest rate, over n/d and the bandwidth: the sign for d, n -> oo."""
    from matplotlib.colors import ListedColormap

    per, width = np.geomspace(0.03, 30, 91), np.linspace(0.3, 1.2, 73)
    ratio, h = np.meshgrid(1 / per, width)
    rates = np.array([closed.kernel_rate(ratio, zeta, h), closed.sampling_rate(ratio, zeta), -np.log(h), 0 * h])
    best = rates.argmax(axis=0)
    with styled():
        figure = blank_figure(6.4, 4.4)
        axes = figure.subplots()
        axes.grid(False)
        axes.pcolormesh(
            per, width, best, cmap=ListedColormap(("#fdae6b", "#9ecae1", "#d9d9d9", "#fff7bc")), vmin=-0.5, vmax=3.5
        )
        axes.set(xscale="log", xlabel="examples per dimension $n/d$", ylabel=r"bandwidth $h_K/\sigma_0$")
        axes.text(0.045, 0.52, "memorizing", fontsize=12)
        axes.text(0.045, 1.06, "nearer to the sampling law", fontsize=12)
        axes.text(0.9, 0.5, "nearer to the sampling law:\nkernels are mere spikes", fontsize=12)
        axes.plot(per, (100 * per) ** -0.01, color=LIMIT, label="H's bandwidth $n^{-1/d}$ at $d$ = 100")
        axes.set_ylim(0.3, 1.2)
        axes.legend(loc="upper right")
        axes.set_title(rf"Which inner product is largest, $d\to\infty$ ($\zeta$ = {zeta:.2f})", loc="left")
    return Picture(figure, "phases of the memorization statistic over examples per dimension and bandwidth")


def distances(surveys: Sequence[Survey]) -> Picture:
    """-(1/d) ln of the Hellinger overlap and KL/d against n for both variants, and the rate."""
    with styled():
        figure = blank_figure(9.2, 4.0)
        left, right = figure.subplots(1, 2)
        for found, colour, title in zip(surveys, COLOURS, VARIANTS, strict=False):
            n = np.array(found.n, float)
            seen = n > found.d
            for axes, values in ((left, -found.overlap), (right, found.kl)):
                mean, error = _mean(values[seen] / found.d)
                axes.errorbar(n[seen], mean, error, fmt="o", color=colour, capsize=2, label=title)
        first = surveys[0]
        grid = np.geomspace(first.d * 1.06, max(first.n), 150)
        left.plot(grid, closed.hellinger_rate(first.d / grid, ZETA), color=COLOURS[0])
        for axes, name in ((left, r"$-\frac{1}{d}\ln\int\sqrt{gs}$"), (right, r"KL$(g\,\Vert\,s)/d$")):
            axes.axvline(first.d, color=LIMIT, lw=0.8, ls=":")
            axes.set(xscale="log", yscale="log", xlabel="training examples $n$", ylabel=name)
        left.set_title("Hellinger (curve: the rate)", loc="left")
        right.set_title(f"Kullback-Leibler, $d$ = {first.d}", loc="left")
        left.legend(loc="upper right")
    return Picture(figure, "Hellinger and Kullback-Leibler divergence of the generated law from the sampling law against n")
