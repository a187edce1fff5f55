"""Simulation of the linear denoiser (the formulas `denoiser.*`; Halder, arXiv:2411.17807): sets drawn, maps fitted.

The divergence of the fitted law from the sampling law is taken for each drawn training set. Standard errors are over
independent training sets. sigma0 = 1, mu0 = 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.sampling.streams import Estimate
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.denoiser import draws as denoiser
from infscale_sym.theory.denoiser.notation import (
    denoising_steps,
    diffusion_time,
    mean_offset,
    mean_variance,
    noise_scale,
    zeta,
)
from infscale_sym.theory.regression.notation import alpha, dimension, eigenvalue, examples
from infscale_sym.theory.selection.notation import x
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg


def _claim(formula: Formula, **values: float) -> float:
    names = {"n": examples, "d": dimension, "zeta": zeta, "alpha": alpha, "M": denoising_steps, "v": mean_variance}
    names |= {"T": diffusion_time, "l": noise_scale, "own": eigenvalue, "x": x, "mu": mean_offset}
    point = {names[key]: value for key, value in values.items()}
    return float(numpy_function(formula.statement.rhs, formula.symbols)(*(point[s] for s in formula.symbols)))


def _ratio(T: float, noise: float) -> float:
    return noise * math.expm1(2 * T)


def _fitted(n: int, d: int, T: float, noise: float, *, sets: int, rng: np.random.Generator) -> Estimate:
    """KL of N(m, C)."""
    data = denoiser.training_set(rng, n, d, sets=(sets,))
    mean, centred = data.mean(axis=1), data - data.mean(axis=1, keepdims=True)
    factor = np.linalg.cholesky(np.swapaxes(centred, 1, 2) @ centred / n)
    values = denoiser.divergence(denoiser.GeneratedLaw(mean, factor))
    return Estimate(float(values.mean()), float(values.std(ddof=1) / math.sqrt(sets)))


def _spread(n: int, d: int, T: float, noise: float, *, sets: int, rng: np.random.Generator) -> Estimate:
    """Total variance generated in variant (ii)."""
    data = denoiser.training_set(rng, n, d, sets=(sets,))
    values = np.sum(denoiser.generated_law_one_draw(data, T, noise, rng).factor ** 2, axis=(1, 2))
    return Estimate(float(values.mean()), float(values.std(ddof=1) / math.sqrt(sets)))


def _one_draw(*args: Any, **keywords: Any) -> Estimate:
    return denoiser.mean_divergence(*args, variant="one draw", **keywords)


#: What is drawn, at which (n, d, T, l), and a factor by which the wrong claim is off. One-draw means need n well above d.
_EXACT: dict[str, tuple[Callable[..., Estimate], tuple[tuple[int, int, float, float], ...]]] = {
    "denoiser.kl.expected": (denoiser.mean_divergence, ((5, 2, 2.0, math.exp(-4)), (9, 4, 0.3, 2.0), (30, 6, 1.0, 0.5))),
    "denoiser.kl.no-noise": (denoiser.mean_divergence, ((4, 3, 1e-4, 1e-4), (12, 5, 1e-4, 1e-4))),
    "denoiser.kl.long-diffusion": (denoiser.mean_divergence, ((6, 3, 9.0, 0.2), (12, 5, 9.0, 1.0))),
    "denoiser.one-draw.spread": (_spread, ((12, 3, 2.0, math.exp(-4)), (20, 5, 1.0, 0.5))),
    "denoiser.one-draw.long-diffusion": (_one_draw, ((14, 4, 9.0, 1.0), (24, 6, 9.0, 1.0))),
    "denoiser.steps.fit": (_fitted, ((6, 4, 1.0, 1.0), (20, 5, 1.0, 1.0))),
}


def exact(formula: Formula, quick: bool) -> Leg:
    drawn, cases = _EXACT[formula.id]
    sets = 4_000 if quick else 12_000
    rng = np.random.default_rng(SEED)
    deviations, controls, rows = [], [], []
    with single_threaded_algebra():
        for n, d, T, noise in cases:
            result = drawn(n, d, T, noise, sets=sets, rng=rng)
            point = {"n": n, "d": d, "zeta": _ratio(T, noise)}
            wanted = _claim(formula, **point)
            if formula.id == "denoiser.kl.long-diffusion":  # stated without what grows
                wanted += d / 2 * math.log(point["zeta"])
            deviations.append((result.mean - wanted) / result.standard_error)
            controls.append(abs(result.mean - 1.05 * wanted) / result.standard_error)
            row = {"mean": result.mean, "error": result.standard_error, "claim": wanted}
            rows.append({**point, **{key: f"{value:.6g}" for key, value in row.items()}})
    worst = max(deviations, key=abs)
    where = f"maps fitted at {len(cases)} settings, {sets} training sets each, largest deviation {abs(worst):.1f}"
    return leg(worst, max(controls), where, {"points": rows}, "a claim 5 % larger")


#: Limits d -> oo: variant, d/n, zeta.
_LIMITS: dict[str, tuple[str, float, float]] = {
    "denoiser.kl.proportional": ("infinite", 0.5, 1.0),
    "denoiser.one-draw.few-examples": ("one draw", 0.4, 3.0),
    "denoiser.one-draw.many-examples": ("one draw", 0.2, 1.0),
}


def limit(formula: Formula, quick: bool) -> Leg:
    """KL/d of fitted maps of growing size at fixed d/n, extrapolated in 1/d."""
    variant, aspect, ratio = _LIMITS[formula.id]
    sizes = (8, 12, 20, 32)
    rng = np.random.default_rng(SEED)
    values, errors = [], []
    with single_threaded_algebra():
        for d in sizes:
            sets = (6_000 if quick else 12_000) // d
            T = 0.5 * math.log1p(ratio)  # l = 1
            result = denoiser.mean_divergence(round(d / aspect), d, T, 1.0, sets=sets, rng=rng, variant=variant)
            values.append(result.mean / d)
            errors.append(result.standard_error / d)
    value, error = extrapolate(sizes, values, errors, orders=2)
    wanted = _claim(formula, alpha=aspect, zeta=ratio)
    where = f"maps fitted at d/n = {aspect:g}, zeta = {ratio:g}, d = {', '.join(map(str, sizes))}, "
    where += f"extrapolated: {value:.4f} +- {error:.4f}"
    numbers = {"extrapolated": f"{value:.6g}", "standard_error": f"{error:.2g}", "claim": f"{wanted:.6g}"}
    return leg((value - wanted) / error, (value - 1.25 * wanted) / error, where, numbers, "a claim 25 % larger")


def many(formula: Formula, quick: bool) -> Leg:
    """n (KL - claim) must vanish as n -> oo; a coefficient of 1/n that is 10 % larger must not."""
    d, ratio, sizes = 4, 0.5, (20, 40, 80, 160)
    rng = np.random.default_rng(SEED)
    values, errors = [], []
    far = _claim(formula, n=1e12, d=d, zeta=ratio)
    slope = (_claim(formula, n=1.0, d=d, zeta=ratio) - far) * 1.0
    with single_threaded_algebra():
        for n in sizes:
            sets = 20_000 if quick else 40_000
            result = denoiser.mean_divergence(n, d, 0.5 * math.log1p(ratio), 1.0, sets=sets // (n // 20), rng=rng)
            values.append(n * (result.mean - _claim(formula, n=n, d=d, zeta=ratio)))
            errors.append(n * result.standard_error)
    value, error = extrapolate(sizes, values, errors, orders=2)
    where = f"maps fitted at d = {d}, zeta = {ratio:g}, n = {', '.join(map(str, sizes))}: n times the gap, "
    where += f"extrapolated: {value:.3f} +- {error:.3f}"
    return leg(value / error, (value - 0.25 * slope) / error, where, {"gap": f"{value:.4g}"}, "a coefficient 25 % larger")


def optimum(formula: Formula, quick: bool) -> Leg:
    """KL with noise less KL without, on the same training sets, against the least gain claimed."""
    rng = np.random.default_rng(SEED)
    n, d, ratio, sets = 12, 3, 0.05, 4_000 if quick else 12_000
    data = denoiser.training_set(rng, n, d, sets=(sets,))
    with single_threaded_algebra():
        noisy, plain = (
            denoiser.divergence(denoiser.generated_law_infinite(data, 0.5 * math.log1p(r), 1.0)) for r in (ratio, 1e-9)
        )
    gain = noisy - plain
    error = float(gain.std(ddof=1) / math.sqrt(sets))
    margin = float(gain.mean() - d / (2 * n) * math.log1p(ratio))
    where = f"zeta = {ratio:g} against 0 on the same {sets} sets, n = {n}, d = {d}: {gain.mean():.4f} +- {error:.4f} more"
    # an inequality: only a deficit would speak against it
    return leg(min(margin / error, 0.0), margin / error, where, {"gain": f"{gain.mean():.6g}"}, "the reverse")


def draws(formula: Formula, quick: bool) -> Leg:
    """Statements about every training set: the covariance generated, against the claim, on three of them."""
    rng = np.random.default_rng(SEED)
    gaps, wrong = [], []
    for n, d, T, noise, steps in ((9, 3, 2.0, 0.02, 2), (5, 4, 0.4, 1.5, 5), (40, 6, 1.0, 0.3, 12)):
        data = denoiser.training_set(rng, n, d)
        mean, centred = data.mean(axis=0), data - data.mean(axis=0)
        values, vectors = np.linalg.eigh(centred.T @ centred / n)
        if formula.id == "denoiser.noise-ratio":
            law = denoiser.generated_law_infinite(data, T, noise)
            claims = [_claim(formula, T=T, l=noise, own=a, v=float(values.mean())) for a in values]
        else:  # examples with the covariance I
            data = mean + centred @ vectors / np.sqrt(values)
            vectors = np.eye(d)
            law = denoiser.generated_law_steps(data, T, noise, steps)
            claims = [_claim(formula, M=steps, zeta=_ratio(T, noise), v=1.0)] * d
        got = np.diag(vectors.T @ law.covariance @ vectors)
        gaps.append(float(np.max(np.abs(got / claims - 1))))
        wrong.append(float(np.max(np.abs(got / (1.001 * np.array(claims)) - 1))))
    good = max(gaps) < 1e-9 < min(wrong)
    text = f"generated covariance on 3 sets, largest relative gap {max(gaps):.1g}; a claim 0.1 % larger: {min(wrong):.1g}"
    return Leg("simulation", "exact on 3 draws", good, text, {"gaps": [f"{g:.2g}" for g in gaps]})


def direction(formula: Formula, quick: bool) -> Leg:
    """The mean of the log-ratio of the two densities over draws."""
    rng = np.random.default_rng(SEED)
    deviations, controls, rows = [], [], []
    for g, mu in ((0.3, 0.5), (2.0, -1.0)):
        draws = mu + math.sqrt(g) * rng.standard_normal(100_000 if quick else 400_000)
        ratio = (draws**2 - (draws - mu) ** 2 / g - math.log(g)) / 2
        error = float(ratio.std() / math.sqrt(ratio.size))
        wanted = _claim(formula, x=g, mu=mu)
        deviations.append((ratio.mean() - wanted) / error)
        controls.append(abs(ratio.mean() - 1.05 * wanted) / error)
        rows.append({"g": g, "mu": mu, "mean": f"{ratio.mean():.6g}", "error": f"{error:.2g}"})
    worst = max(deviations, key=abs)
    return leg(worst, min(controls), "log-ratio of densities over draws", {"points": rows}, "a claim 5 % larger")


def divergence_by_spectrum(n_: Any, d_: Any, zeta_: Any, digits: int = 20) -> Any:
    """The expected divergence summed over the mean spectrum in float64; for the dots of a figure."""
    import mpmath

    from infscale_sym.theory.denoiser.values.numeric import expected_divergence

    return mpmath.mpf(float(expected_divergence(float(n_), float(d_), float(zeta_))))


def determinant_to_six_digits(alpha_: Any, zeta_: Any, digits: int = 20) -> Any:
    """The proportional limit from the Marchenko-Pastur law to six digits; for the dots of a figure."""
    from infscale_sym.theory.denoiser.values.expectation import one_draw_proportional_mp

    return one_draw_proportional_mp(alpha_, zeta_, digits=6)
