"""The figures on the linear denoiser (`denoiser.*`; Halder, arXiv:2411.17807): divergence against examples, noise and steps.

Curves are exact finite-size averages or proportional limits; points are fitted maps from the simulator.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.denoiser.values.numeric import (
    expected_divergence,
    expected_many_steps,
    fit_divergence,
    isotropic_divergence,
    noise_ratio,
    one_draw_proportional,
)

#: The setting of H's companion code.
_DIMENSION, _TIME, _NOISE = 100, 2.0, math.exp(-4)


def divergence_against_examples(sets: int = 4, seed: int = 7) -> Picture:
    """Left: KL against n/d at d = 100, T = 2, l = exp(-4), both variants, with fitted maps. Right: variant (ii) per dimension.

    sets: training sets at each point.
    """
    from infscale_sym.theory.denoiser.draws import mean_divergence

    ratio, d = float(noise_ratio(_TIME, _NOISE)), _DIMENSION
    aspect = np.concatenate([np.linspace(1.01, 1.2, 20), np.linspace(1.25, 10, 60)])
    rng = np.random.default_rng(seed)
    with styled():
        figure = blank_figure(9.4, 4.4)
        left, right = figure.subplots(1, 2)
        n = np.unique(np.round(aspect * d))
        left.loglog(n / d, expected_divergence(n, d, ratio), color=COLOURS[0], label="(i) exact")
        inside = aspect[aspect > 1.05]
        left.loglog(inside, d * one_draw_proportional(1 / inside, ratio), color=COLOURS[1], label="(ii) limit of large $d$")
        left.loglog(n / d, fit_divergence(n, d), color=COLOURS[2], ls="--", label=r"$N(m,C)$, exact")
        floor = d / 2 * (math.log1p(ratio) - ratio / (1 + ratio))
        left.axhline(floor, color=LIMIT, lw=0.9, ls=":")
        left.annotate("floor of one step", (10, floor), (0, -12), textcoords="offset points", ha="right", fontsize=9.5)
        for colour, variant, numbers in (
            (COLOURS[0], "infinite", (102, 110, 130, 180, 300, 600, 1000)),
            (COLOURS[1], "one draw", (125, 150, 200, 300, 600, 1000)),
        ):
            with single_threaded_algebra():
                means = [mean_divergence(k, d, _TIME, _NOISE, sets=sets, rng=rng, variant=variant) for k in numbers]
            left.errorbar(
                np.array(numbers) / d,
                [m.mean for m in means],
                [m.standard_error for m in means],
                fmt="o",
                color=colour,
                capsize=2,
            )
        left.axvline(1, color=LIMIT, lw=0.9)
        left.set(xlabel="examples per dimension $n/d$", ylabel="KL(generated || sampling law), nats", ylim=(3, 400))
        left.set_xticks([1, 2, 5, 10], ["1", "2", "5", "10"])
        left.minorticks_off()
        left.set_title("$d$ = 100, $T$ = 2, $l=e^{-4}$: infinite up to $n=d$", loc="left")
        left.legend(loc="upper right")
        wide = np.linspace(1.15, 9, 400)
        for colour, noise in zip(COLOURS, (0.5, 1, 3, 10, 1e9), strict=False):
            name = rf"$\zeta$ = {noise:g}" if noise < 1e6 else r"$\zeta=\infty$"
            values = one_draw_proportional(1 / wide, noise)
            right.plot(wide, values, color=colour, label=name)
            if 1 + noise < 9:
                right.plot([1 + noise], one_draw_proportional(1 / (1 + noise), noise), "o", color=colour, ms=7, mfc="white")
        right.set(xlabel="examples per dimension $n/d$", ylabel="KL per dimension", ylim=(0, 2), xlim=(1, 9))
        right.set_title(r"(ii): circles at $n=(1+\zeta)d$", loc="left")
        right.legend(loc="upper right", ncols=2)
    return Picture(figure, "divergence of the one-step denoiser against examples per dimension, theory and fitted maps")


def time_and_noise(d: int = 100, examples: Sequence[int] = (110, 200, 1000)) -> Picture:
    """Left: KL over diffusion time and noise scale at n = 2 d; constant where zeta is. Right: KL against zeta for several n."""
    time, noise = np.linspace(0.1, 3, 60), np.logspace(-5, 1, 60)
    grid = noise_ratio(time[None, :], noise[:, None])
    ladder = np.logspace(-6, 4, 90)
    values = expected_divergence(2 * d, d, ladder)
    field = np.exp(np.interp(np.log(grid), np.log(ladder), np.log(values)))
    with styled():
        figure = blank_figure(9.4, 4.2)
        left, right = figure.subplots(1, 2)
        left.grid(False)
        shade = left.contourf(time, noise, field, levels=np.logspace(-0.7, 2.7, 18), norm="log", cmap="viridis")
        lines = left.contour(time, noise, grid, levels=[1e-3, 1e-2, 0.1, 1, 10, 100], colors="white", linewidths=0.9)
        left.clabel(lines, fmt=lambda value: rf"$\zeta$ = {value:g}", fontsize=9)
        left.plot([_TIME], [_NOISE], "*", color="white", ms=12)
        left.set(yscale="log", xlabel="diffusion time $T$", ylabel="noise scale $l$")
        left.set_title(f"$d$ = {d}, $n$ = {2 * d}: colour is KL, star: H's code", loc="left")
        figure.colorbar(shade, ax=left, ticks=[0.3, 1, 3, 10, 30, 100, 300], format="%g")
        for colour, n in zip(COLOURS, examples, strict=False):
            right.loglog(ladder, expected_divergence(n, d, ladder), color=colour, label=f"$n$ = {n}")
            right.axhline(float(isotropic_divergence(n, d)), color=colour, lw=0.9, ls="--")
        right.loglog(ladder, d / 2 * (np.log1p(ladder) - ladder / (1 + ladder)), color=LIMIT, ls=":", label="floor")
        right.set(xlabel=r"noise-to-signal ratio $\zeta=l(e^{2T}-1)$", ylabel="expected KL", ylim=(0.03, 1e3))
        right.set_title("Least without noise (dashed)", loc="left")
        right.legend(loc="upper left")
    return Picture(figure, "expected divergence of the one-step denoiser over diffusion time and noise scale")


def divergence_against_steps(
    d: int = 10, examples: Sequence[int] = (20, 100, 1000), noise: float = 20.0, sets: int = 100, seed: int = 3
) -> Picture:
    """KL against the number of steps, simulated maps for several n (points), with the limits of many steps and the floor."""
    from infscale_sym.theory.denoiser.draws import mean_divergence
    from infscale_sym.theory.denoiser.values.steps import steps_floor

    steps = np.array([1, 2, 3, 5, 9, 16, 30, 55])
    fine = np.logspace(0, math.log10(60), 60)
    rng = np.random.default_rng(seed)
    T = 0.5 * math.log1p(noise)
    with styled():
        figure = blank_figure(7.4, 4.6)
        axes = figure.subplots()
        axes.loglog(fine, d * steps_floor(fine, noise), color=LIMIT, ls=":", label=r"$n=\infty$ (falls as $1/M^2$)")
        for colour, n in zip(COLOURS, examples, strict=False):
            with single_threaded_algebra():
                means = [mean_divergence(n, d, T, 1.0, sets=sets, rng=rng, variant="steps", steps=int(m)) for m in steps]
            values = [m.mean for m in means]
            axes.errorbar(steps, values, [m.standard_error for m in means], fmt="o-", lw=0.8, color=colour, label=f"$n$ = {n}")
            axes.axhline(float(expected_many_steps(n, d, noise)), color=colour, ls="--", lw=1)
        axes.set(xlabel="number of steps $M$", ylabel="expected KL, nats", ylim=(0.01, 40))
        axes.set_title(rf"$d$ = {d}, $\zeta$ = {noise:g}; dashed: infinitely many steps, exact", loc="left")
        axes.legend(loc="lower left")
    return Picture(figure, "divergence against the number of denoising steps for several numbers of examples")
