"""Simulation of memorization (`denoiser.memorization.*`, `denoiser.hellinger`; Halder, arXiv:2411.17807).

Training sets and generated laws are drawn and fitted by `denoiser.draws`; inner products of densities are means of one
density over draws from the other, or determinants of drawn covariances. No formula of the theory enters.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.denoiser.draws import GeneratedLaw, generated_law_infinite, training_set
from infscale_sym.theory.denoiser.notation import zeta
from infscale_sym.theory.memorization.notation import half_gap, kernel_width, offset_across, offset_along, per_feature
from infscale_sym.theory.regression.notation import alpha, dimension, examples, lambda_
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import REJECTED, leg

#: H's setting: zeta = 1 - e^-4.
TIME, NOISE = 2.0, float(np.exp(-4.0))
ZETA = 1 - NOISE
#: d/alpha is whole at alpha = 1/4, 1/2 and 2: a rounded number of examples would be another alpha.
SIZES = (36, 60, 100, 200)


def _claim(formula: Formula, point: dict[Any, float]) -> float:
    function = numpy_function(formula.statement.rhs, formula.symbols)
    return float(function(*(point[s] for s in formula.symbols)))


def _density(x: np.ndarray, centre: np.ndarray, width: float) -> np.ndarray:
    """The density of N(centre, width^2 I) at the rows of x."""
    d = x.shape[1]
    return np.exp(-np.sum((x - centre) ** 2, axis=1) / (2 * width**2)) / (np.sqrt(2 * np.pi) * width) ** d


def pair(formula: Formula, quick: bool) -> Leg:
    """Each inner product as the mean of one density over draws from the other; two examples in three dimensions."""
    draws = 100_000 if quick else 300_000
    rng = np.random.default_rng(SEED)
    deviations, control, rows = [], np.inf, []
    for gap, along, across, width in ((0.8, 0.3, -0.5, 0.7), (1.2, -0.6, 0.4, 0.7)):
        mean, line = np.array([along, across, 0.0]), np.array([gap, 0.0, 0.0])
        data = np.array([mean + line, mean - line])
        law = generated_law_infinite(data, TIME, NOISE)

        def kernels(x: np.ndarray, data: np.ndarray = data, width: float = width) -> np.ndarray:
            return (_density(x, data[0], width) + _density(x, data[1], width)) / 2

        zero = np.zeros(3)
        generated = law.draw(rng, draws)
        smooth = data[rng.integers(2, size=draws)] + width * rng.standard_normal((draws, 3))
        # the sampling law's own norm by the same means, once
        own = _density(rng.standard_normal((draws, 3)), zero, 1.0)
        unit, unit_error = own.mean(), own.std() / np.sqrt(draws)
        g_part = -2 * _density(generated, zero, 1.0) + 2 * kernels(generated)
        k_part = kernels(smooth)
        value = 1 + (g_part.mean() - k_part.mean()) / unit
        error = np.sqrt((g_part.var() + k_part.var()) / draws) / unit
        error = float(np.hypot(error, (value - 1) * unit_error / unit))
        point = {dimension: 3, half_gap: gap, offset_along: along, offset_across: across, zeta: ZETA, kernel_width: width}
        wanted = _claim(formula, point)
        deviations.append((value - wanted) / error)
        control = min(control, abs(value - 1.1 * wanted) / error)
        rows.append({"drawn": f"{value:.5f}", "error": f"{error:.1g}", "claim": f"{wanted:.5f}"})
    worst = max(deviations, key=abs)
    where = f"densities at {draws} draws from each law, two sets of two examples in three dimensions"
    return leg(worst, control, where, {"points": rows}, "a claim 10 % larger")


def norm(formula: Formula, quick: bool) -> Leg:
    """||K||^2 of drawn training sets, pair by pair."""
    sets = 10_000 if quick else 40_000
    rng = np.random.default_rng(SEED)
    deviations, control = [], np.inf
    for n, d, width in ((5, 3, 0.8), (8, 4, 8**-0.25)):
        x = rng.standard_normal((sets, n, d))
        square = np.sum((x[:, :, None] - x[:, None]) ** 2, axis=-1)
        values = np.exp(-square / (4 * width**2)).mean(axis=(1, 2)) / width**d
        error = values.std(ddof=1) / np.sqrt(sets)
        wanted = _claim(formula, {examples: n, dimension: d, kernel_width: width})
        deviations.append((values.mean() - wanted) / error)
        control = min(control, abs(values.mean() - 1.03 * wanted) / error)
    worst = max(deviations, key=abs)
    return leg(worst, control, f"{sets} training sets each at (n, d) = (5, 3), (8, 4)", {}, "a claim 3 % larger")


def log_overlaps(law: GeneratedLaw, points: np.ndarray, width: float) -> np.ndarray:
    """ln <g, N(point, width^2 I)>/||s||^2 for each row of points, by a Cholesky factor."""
    d = law.mean.size
    factor = np.linalg.cholesky(law.covariance + width**2 * np.eye(d))
    scaled = np.linalg.solve(factor, (points - law.mean).T)
    return -np.sum(np.log(np.diag(factor))) + d * np.log(2) / 2 - np.sum(scaled**2, axis=0) / 2


def _logarithm(kind: str, ratio: float, d: int, width: float, rng: np.random.Generator) -> float:
    """(1/d) ln of one overlap for one training set; for kernels the mean of the logarithms of the terms."""
    data = training_set(rng, round(d / ratio), d)
    law = generated_law_infinite(data, TIME, NOISE)
    if kind == "hellinger":
        eigenvalues = np.linalg.svd(law.factor, compute_uv=False) ** 2
        middle = np.linalg.solve(law.covariance + np.eye(d), law.mean) @ law.mean
        return float(-np.sum(np.log(4 * eigenvalues / (1 + eigenvalues) ** 2)) / 4 + middle / 4) / d
    near = float(log_overlaps(law, np.zeros((1, d)), 1.0)[0]) if kind in ("sampling", "never") else 0.0
    if kind == "sampling":
        return near / d
    where = training_set(rng, 200, d) if kind == "fresh" else data
    return (float(log_overlaps(law, where, width).mean()) - near) / d


#: What is drawn, at which alpha, at which bandwidth.
_KINDS = {
    "denoiser.memorization.sampling-rate": ("sampling", (2.0, 0.5), 1.0),
    "denoiser.memorization.kernel-rate": ("kernel", (2.0, 0.25), 0.4),
    "denoiser.memorization.fresh-rate": ("fresh", (2.0, 0.5), 0.5),
    "denoiser.memorization.never": ("never", (2.0, 0.5), 1.0),
    "denoiser.hellinger": ("hellinger", (0.5, 0.25), 1.0),
}


def rate(formula: Formula, quick: bool) -> Leg:
    """A rate at d = 36 ... 200, extrapolated in 1/d, against the claim; for the inequality, below it."""
    kind, ratios, width = _KINDS[formula.id]
    sets = 20 if quick else 24
    rng = np.random.default_rng(SEED)
    deviations, control, numbers = [], np.inf, {}
    inside, outside = np.inf, np.inf
    with single_threaded_algebra():
        for ratio in ratios:
            drawn = [
                np.array([_logarithm(kind, ratio, d, width, rng) for _ in range(sets * (200 // d if d < 200 else 1))])
                for d in SIZES
            ]
            errors = [float(v.std(ddof=1)) / np.sqrt(v.size) for v in drawn]
            value, error = extrapolate(SIZES, [float(v.mean()) for v in drawn], errors, orders=2)
            wanted = _claim(formula, {alpha: ratio, zeta: ZETA, kernel_width: width})
            deviations.append((value - wanted) / error)
            control = min(control, abs(value - 1.1 * wanted) / error)
            inside, outside = min(inside, (wanted - value) / error), min(outside, (value - 2 * wanted) / error)
            numbers[f"alpha = {ratio:g}"] = f"{value:.5f} +- {error:.1g}, claim {wanted:.5f}"
    cases = f"alpha = {ratios[0]:g} and {ratios[1]:g}"
    where = f"training sets at d = {SIZES[0]} ({200 // SIZES[0] * sets}) ... 200 ({sets}), {cases}, extrapolated in 1/d"
    if kind == "never":
        good = inside > 4 and outside > REJECTED
        text = f"{where}: below the bound by {inside:.0f} standard errors; twice the bound is exceeded by {outside:.0f}"
        return Leg("simulation", f"inside by {inside:.0f} standard errors", good, text, numbers)
    return leg(max(deviations, key=abs), control, where, numbers, "a claim 10 % larger")


def determinant(formula: Formula, quick: bool) -> Leg:
    """(1/d) ln det(C + lambda) of drawn covariances, extrapolated in 1/d."""
    rng = np.random.default_rng(SEED)
    deviations, control = [], np.inf
    sizes, sets = (20, 40, 80), 60 if quick else 100
    with single_threaded_algebra():
        for ratio, ridge in ((2.0, 0.3), (0.5, 0.6)):
            means, errors = [], []
            for d in sizes:
                values = []
                for _ in range(sets):
                    rows = training_set(rng, round(d / ratio), d)
                    centred = rows - rows.mean(axis=0)
                    values.append(np.linalg.slogdet(centred.T @ centred / len(rows) + ridge * np.eye(d))[1] / d)
                means.append(float(np.mean(values)))
                errors.append(float(np.std(values, ddof=1)) / np.sqrt(sets))
            value, error = extrapolate(sizes, means, errors)
            wanted = _claim(formula, {lambda_: ridge, alpha: ratio})
            deviations.append((value - wanted) / error)
            control = min(control, abs(value - 1.05 * wanted) / error)
    where = f"sample covariances, d = 20, 40, 80, {sets} each, extrapolated in 1/d"
    return leg(max(deviations, key=abs), control, where, {}, "a claim 5 % larger")


def gap(formula: Formula, quick: bool) -> Leg:
    """n_d times the advantage of the examples at n = d^2/2, extrapolated in 1/d; fresh draws enter by their covariance I."""
    sizes, width = (16, 24, 40, 64), 0.8
    rng = np.random.default_rng(SEED)
    values, errors = [], []
    with single_threaded_algebra():
        for d in sizes:
            drawn = []
            for _ in range((3_000 if quick else 6_000) // d):
                data = training_set(rng, d * d // 2, d)
                law = generated_law_infinite(data, TIME, NOISE)
                centred = data - law.mean
                stiffness = np.linalg.inv(law.covariance + width**2 * np.eye(d))
                mine = np.sum(stiffness * (centred.T @ centred)) / len(data)
                # 1 - Tr C/d has the mean 1/n; taken out, times its factor near x = 1, it costs no bias and saves noise
                noise = (1 - np.sum(centred**2) / data.size - 1 / len(data)) / (1 / (1 + ZETA) + width**2) / 2
                drawn.append(d / 2 * ((np.trace(stiffness) - mine) / (2 * d) - noise))
            values.append(float(np.mean(drawn)))
            errors.append(float(np.std(drawn, ddof=1)) / np.sqrt(len(drawn)))
    value, error = extrapolate(sizes, values, errors, orders=2)
    wanted = _claim(formula, {zeta: ZETA, kernel_width: width, per_feature: 1.0})
    where = f"generated laws at n = d^2/2, d = {', '.join(map(str, sizes))}, n_d times the gap extrapolated in 1/d"
    numbers = {"extrapolated": f"{value:.5f}", "standard_error": f"{error:.1g}", "claim": f"{wanted:.5f}"}
    return leg((value - wanted) / error, (value - 1.25 * wanted) / error, where, numbers, "a claim 25 % larger")
