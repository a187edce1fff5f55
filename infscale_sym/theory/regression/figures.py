"""Figures of the deterministic equivalents: double descent, a power-law spectrum (HP Result 1; AZP, arXiv:2405.00592).

Curves are exact values in the proportional limit (`predictive.mean-law`, `ridge.renormalized`), points fitted students.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.sampling.threads import single_threaded_algebra


def double_descent(widths: Sequence[float], d: int, training_sets: int, seed: int) -> Picture:
    """Q and the printed q against n/d for wider and wider priors, Sigma = I, sigma = 1/2, nu = 1, with fitted students.

    widths: prior widths gamma (inf: no ridge); d: dimension of the students drawn; training_sets: how many for each point.
    """
    from infscale_sym.theory.regression.values.offsets import offset_moments

    sigma, nu = 0.5, 1.0
    data = np.geomspace(0.2, 5, 401)  # n/d; 1 is among them
    with styled():
        figure = blank_figure(9.2, 4.3)
        left, right = figure.subplots(1, 2)
        for colour, gamma in zip(COLOURS, widths, strict=False):
            # alpha = 1 itself is infinite without a ridge; leave the pole out of the line
            shape = np.where(np.isinf(gamma) & (np.abs(data - 1) < 1e-9), np.nan, 1 / data)
            known = ~np.isnan(shape)
            full, printed = (np.full(data.shape, np.nan) for _ in range(2))
            full[known] = offset_moments(shape[known], sigma, gamma, 1.0, nu).teacher
            printed[known] = offset_moments(shape[known], sigma, gamma, 1.0, nu, law="printed").teacher
            name = r"$\gamma=\infty$ (ridgeless)" if np.isinf(gamma) else rf"$\gamma={gamma:g}$"
            left.loglog(data, full, color=colour, label=name)
            right.semilogx(data, printed / full, color=colour, label=name)
            for i, n in enumerate(np.unique(np.round(d * np.geomspace(0.25, 4, 9)).astype(int))):
                drawn = _risks(n, d, sigma, gamma, nu, training_sets, np.random.default_rng([seed, i]))
                if np.isinf(gamma) and n == d:
                    continue  # at the pole the mean over training sets does not exist
                left.errorbar(
                    n / d,
                    drawn.mean(),
                    2 * drawn.std(ddof=1) / np.sqrt(training_sets),
                    fmt="o",
                    ms=3.2,
                    lw=0.9,
                    color=colour,
                )
        left.axvline(1, color=LIMIT, lw=0.8, ls=":")
        right.axvline(1, color=LIMIT, lw=0.8, ls=":")
        left.set(xlabel="training pairs per weight $n/d=1/\\alpha$", ylabel=r"mean squared offset $Q$", ylim=(0.05, 20))
        right.set(xlabel="training pairs per weight $n/d=1/\\alpha$", ylabel="$q/Q$", ylim=(0, 1.02))
        for axes in (left, right):
            axes.set_xlim(0.2, 5)
            axes.set_xticks([0.2, 0.5, 1, 2, 5], ["0.2", "0.5", "1", "2", "5"])
            axes.minorticks_off()
        left.set_title("Double descent: lines the law, points students", loc="left")
        right.set_title("What the printed $q$ keeps of it", loc="left")
        left.legend()
    return Picture(figure, "mean squared offset against the amount of data, with and without a ridge")


def _risks(n: int, d: int, sigma: float, gamma: float, nu: float, sets: int, rng: np.random.Generator) -> np.ndarray:
    """(1/d) |mu - w|^2 of `sets` fitted students (Sigma = I), averaged over the noise by hand; shape (sets,).

    The teacher is (nu, ..., nu): rotation invariance makes its direction irrelevant.
    """
    out = np.empty(sets)
    teacher = np.full(d, nu)
    ridge = d / n * (sigma / gamma) ** 2
    for i in range(sets):
        with single_threaded_algebra():
            _, values, right = np.linalg.svd(rng.standard_normal((n, d)) / np.sqrt(n), full_matrices=False)
        coordinates = right @ teacher
        missed = teacher @ teacher - coordinates @ coordinates  # directions that no datum has seen
        bias = np.sum((ridge / (values**2 + ridge) * coordinates) ** 2) + missed
        noise = sigma**2 * d / n * np.sum((values / (values**2 + ridge)) ** 2)
        out[i] = (bias + noise) / d
    return out


def power_law_ridge(exponents: Sequence[float], dimension: int, alpha: float, noises: Sequence[float], a: float) -> Picture:
    """kappa against lambda for power-law spectra, and the learning curve of one of them for several noises.

    exponents: a' in eigenvalues i^-(1 + a'), dimension: d, alpha: d/n of the left panel; noises: sigma (answers of order
    one) and a: exponent of the right one, where the prior is matched to the teacher.
    """
    from infscale_sym.theory.regression.values.offsets import offset_moments
    from infscale_sym.theory.regression.values.ridge import renormalized_ridge
    from infscale_sym.theory.regression.values.spectrum import PowerLaw

    lam = np.geomspace(1e-14, 1e1, 31)
    with styled():
        figure = blank_figure(9.2, 4.3)
        left, right = figure.subplots(1, 2)
        for colour, exponent in zip(COLOURS, exponents, strict=False):
            law = PowerLaw(exponent, dimension)
            left.loglog(lam, renormalized_ridge(lam, alpha, law), color=colour, label=f"$a={exponent:g}$")
            left.axhline(float(renormalized_ridge(0, alpha, law)), color=colour, lw=0.8, ls=":")
        left.plot(lam, lam, color=LIMIT, lw=0.9, ls="--", label=r"$\kappa=\lambda$")
        left.set(xlabel=r"bare ridge $\lambda$", ylabel=r"renormalised ridge $\kappa$", xlim=(1e-14, 10), ylim=(1e-13, 20))
        law = PowerLaw(a, dimension)
        weight = np.sqrt(dimension / law.eigenvalues.sum())  # the teacher's answers have mean square one
        n = np.geomspace(10, dimension / 10, 17)
        for colour, noise in zip(COLOURS[3:], noises, strict=False):
            right.loglog(
                n, offset_moments(dimension / n, noise, weight, law, weight).teacher, color=colour, label=rf"$\sigma={noise:g}$"
            )
        few, many = np.array([30.0, 3000.0]), np.array([100.0, dimension / 10])
        right.plot(few, 0.025 * (few / few[0]) ** -a, color=LIMIT, lw=0.9, ls=":")
        right.plot(many, 0.3 * (many / many[0]) ** (-a / (1 + a)), color=LIMIT, lw=0.9, ls="--")
        right.annotate(rf"$n^{{-{a:g}}}$", (few[1], 0.025 * (few[1] / few[0]) ** -a), (-6, -13), textcoords="offset points")
        height = 0.3 * (many[1] / many[0]) ** (-a / (1 + a))
        right.annotate(rf"$n^{{-{a / (1 + a):g}}}$", (many[1], height), (-26, 14), textcoords="offset points")
        right.set(xlabel="training pairs $n$", ylabel="mean squared offset $Q$", xlim=(10, dimension / 10))
        left.set_title(rf"Power-law spectra, $d=10^{{{np.log10(dimension):.0f}}}$, $\alpha={alpha:g}$", loc="left")
        right.set_title(rf"Learning curves at $a={a:g}$", loc="left")
        left.legend(loc="lower right")
        right.legend(loc="lower left")
    return Picture(figure, "renormalised ridge and learning curves of power-law spectra")
