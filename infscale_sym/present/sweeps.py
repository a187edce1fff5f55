"""What varies in the picture of each formula, and the numbers along it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sympy import Expr, Symbol

from infscale_sym.catalog import Entry
from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.notation.heads import RenormalizedRidge
from infscale_sym.notation.symbols import (
    BY_SYMBOL,
    Sigma,
    Theta,
    alpha,
    attempts,
    bin_width,
    ceiling,
    chi,
    closeness,
    coldness,
    copying,
    denoising_steps,
    diffusion_time,
    dimension,
    eigenvalue,
    exaggeration,
    examples,
    failed,
    flops,
    frequency,
    gamma,
    grid_shift,
    half_gap,
    hardness,
    j,
    k,
    k_0,
    k_bar,
    k_eff,
    kernel_width,
    lambda_,
    log_k,
    m,
    mean_offset,
    mean_variance,
    noise_scale,
    nu,
    nu_R,
    offset_across,
    offset_along,
    omega,
    overlap,
    p_1,
    p_2,
    p_fail,
    per_feature,
    rho,
    shape_a,
    shape_b,
    sigma,
    stages,
    t,
    tau,
    tau_0,
    tau_k,
    tokens,
    v_cross,
    v_rho,
    v_tau,
    varkappa,
    vartheta,
    x,
    zeta,
)
from infscale_sym.verify.points import ROADS, Road

TYPICAL = {
    p_fail: 0.7,
    shape_a: 1,
    shape_b: 0.5,
    ceiling: 1,
    varkappa: 0.6,
    copying: 0.3,
    attempts: 12,
    failed: 3,
    tokens: 1,
    flops: 1,
    Theta: 1,
    tau_k: 10,
    k: 2,
    t: 1,
    tau: 1,
    rho: 0.5,
    alpha: 0.5,
    sigma: 1,
    gamma: 1,
    Sigma: 1,
    nu: 0.3,
    lambda_: 0.3,
    v_tau: 0.5,
    v_cross: 0.2,
    v_rho: 0.5,
    hardness: 100,
    vartheta: 0.4,
    omega: 0.7,
    m: 1,
    tau_0: 0.3,
    nu_R: 0.3,
    overlap: 0.03,
    dimension: 20,
    frequency: 1,
    closeness: 100,
    exaggeration: 1,
    zeta: 1,
    kernel_width: 0.7,
    half_gap: 1,
    offset_along: 0.3,
    offset_across: 0.3,
    examples: 10,
    per_feature: 10,
}


@dataclass(frozen=True)
class Sweep:
    """What varies in a plot: along the axis (from, to), from curve to curve, and what is held fixed."""

    along: Any = None
    ends: tuple[float, float] = (0.0, 1.0)
    log: bool = False
    curve: Any = None
    values: Sequence[float] = ()
    fixed: Mapping[Symbol, float] = field(default_factory=dict)
    quantity: Any = None  # shown in place of the left side
    points: int = 241  # along the axis of an asymptotic statement


_BY_LAMBDA = Sweep(lambda_, (1e-3, 10), True, alpha, (0.2, 0.5, 1, 2))

#: Only what the kind of statement does not settle by itself.
SWEEPS: dict[str, Sweep] = {
    "denoiser.noise-ratio": Sweep(
        diffusion_time, (0.05, 4), False, noise_scale, (0.01, 0.1, 1), {eigenvalue: 0.8, mean_variance: 1}
    ),
    "denoiser.kl": Sweep(x, (0.05, 4), False, mean_offset, (0, 0.5, 1)),
    "denoiser.kl.expected": Sweep(zeta, (0.1, 20), True, examples, (6, 9, 15), {dimension: 2}, points=41),
    "denoiser.kl.no-noise": Sweep(examples, (4, 40), False, dimension, (1, 2, 5)),
    "denoiser.kl.optimum": Sweep(zeta, (0.02, 5), True, examples, (7, 15, 60), {dimension: 3}),
    "denoiser.kl.many-examples": Sweep(examples, (4, 1e4), True, zeta, (0.2, 1, 3), {dimension: 3}, points=31),
    "denoiser.kl.long-diffusion": Sweep(zeta, (1, 1e4), True, examples, (5, 10, 30), {dimension: 3}, points=31),
    "denoiser.kl.proportional": Sweep(alpha, (0.02, 0.98), False, zeta, (0.2, 1, 3)),
    "denoiser.one-draw.spread": Sweep(examples, (5, 40), False, zeta, (0.5, 2, 8), {dimension: 1}),
    "denoiser.one-draw.long-diffusion": Sweep(examples, (7, 60), False, dimension, (2, 3, 4)),
    "denoiser.one-draw.few-examples": Sweep(alpha, (0.5, 0.8), False, zeta, (1.1, 3)),
    "denoiser.one-draw.many-examples": Sweep(alpha, (0.02, 0.3), False, zeta, (0.3, 1, 2)),
    "denoiser.steps.fit": Sweep(examples, (6, 60), False, dimension, (1, 3, 5)),
    "denoiser.steps.cosine": Sweep(zeta, (0.1, 50), True, denoising_steps, (1, 2, 5), {mean_variance: 1}),
    "denoiser.steps.rate": Sweep(
        denoising_steps, (2, 1e4), True, eigenvalue, (0.3, 1, 2), {zeta: 3, mean_variance: 1}, points=15
    ),
    "denoiser.steps.floor": Sweep(denoising_steps, (1, 1e3), True, zeta, (0.3, 3, 30), points=31),
    "best-of-k.hard-task.constant": Sweep(Theta, (0.2, 1.9)),
    "best-of-k.hard-task": Sweep(tau_k, (3, 200), True, Theta, (0.7, 1, 1.5), points=31),
    "best-of-k.hard-task.edge": Sweep(tau_k, (3, 30), True, Theta, (1.5, 1.9, 2.5), points=21),
    "best-of-k.hard-task.marginal": Sweep(tau_k, (3, 30), True, Theta, (2,), points=21),
    "selection.integral": Sweep(t, (0.1, 50), True, rho, (0, 1, 2), {k: 2, tau: 1}),
    "selection.single-answer": Sweep(tau, (-2.5, 2.5), False, rho, (-2, 0, 1), {t: 0.5}),
    "ridge.bare": Sweep(sigma, (0.05, 3), False, alpha, (0.2, 0.5, 1, 2)),
    "ridge.renormalized": Sweep(
        lambda_, (1e-3, 10), True, alpha, (0.2, 0.5, 1, 2), quantity=RenormalizedRidge(lambda_, alpha, Sigma)
    ),
    "ridge.isotropic": _BY_LAMBDA,
    "predictive.mean": _BY_LAMBDA,
    "predictive.variance": Sweep(alpha, (0.05, 5), True, sigma, (0.1, 0.3, 1)),
    "best-of-k.extreme-value.rate": Sweep(curve=tau, values=(0, 0.5, 1, 1.5)),
    "best-of-k.misspecified": Sweep(curve=rho, values=(-0.5, 0.5, 1.5, 2), fixed={tau: 1}),
    "best-of-k.averaged.printed": Sweep(curve=sigma, values=(0.5, 1, 2)),
    "best-of-k.averaged.corrected": Sweep(curve=sigma, values=(0.5, 1, 2)),
    "hte.second": Sweep(t, (1, 1e4), True, rho, (0, 1, 2, 4), {k: 10}),
    "hte.third.printed": Sweep(t, (1, 1e3), True, rho, (1,), {k: 4}),
    "hte.all-orders": Sweep(t, (2, 300), True, rho, (0.7,), {k: 4, tau: 1}),
    "hte.coefficients-many-answers": Sweep(k, (2, 1e4), True, j, (1, 2, 3, 5), {tau: 1, rho: 0.5}, points=41),
    "hte.coefficients-two-answers": Sweep(rho, (-2, 2), False, j, (0, 1, 2), {tau: 1}),
    "hte.coefficients-growth": Sweep(j, (1, 1e4), True, rho, (0, 0.5, 1, 2), {tau: 1}, points=13),
    "hte.truncation-two-answers": Sweep(t, (0.5, 8), True, j, (0, 1, 3), {rho: 0.5}),
    "hte.third.corrected": Sweep(t, (1, 1e3), True, rho, (1,), {k: 4}),
    "finite-k.threshold": Sweep(hardness, (1, 1e5), True, rho, (0.5, 1, 2), points=61),
    "finite-k.optimum.printed": Sweep(hardness, (3, 1e4), True, rho, (0.5, 1, 2), points=41),
    "finite-k.optimum.printed.temperature": Sweep(hardness, (3, 1e4), True, rho, (0.5, 1, 2), points=41),
    "finite-k.optimum.corrected": Sweep(hardness, (3, 1e4), True, rho, (0.5, 1, 2), points=41),
    "temperature.optimum": Sweep(hardness, (3, 1e4), True, rho, (0.5, 1, 2), {k: 8}, points=41),
    "limit.crossover": Sweep(k, (3, 1e3), True, chi, (0.5, 1, 3), {tau: 0.8}, points=31),
    "temperature.zero.boundary": Sweep(t, (0.02, 50), True, k, (2, 5, 20), {tau: 0.5, rho: 0.5}),
    "temperature.zero.approach": Sweep(coldness, (10, 1e5), True, k, (3, 5, 10), {tau: 1, rho: 0.5}, points=31),
    "finite-k.criterion": Sweep(tau, (-0.3, 0.25), False, rho, (1.2, 1.5)),
    "temperature.optimum-infinite-k": Sweep(k, (3, 1e6), True, rho, (1.2, 2), {tau: -0.1}, points=15),
    "reward.optimum-infinite-k": Sweep(k, (3, 1e6), True, t, (0.5, 2), {tau: 0.7}, points=9),
    "reward.optimum": Sweep(t, (3, 300), True, omega, (0.3, 0.7), {k: 8}, points=9),
    "tradeoff.data-exponent.printed": Sweep(alpha, (0.05, 0.4), False, sigma, (0.5, 2)),
    "tradeoff.data-exponent.corrected": Sweep(alpha, (0.05, 0.4), False, sigma, (0.5, 2)),
    "tradeoff.exponents": Sweep(k, (2, 1e5), True, sigma, (0.5, 1, 2)),
    "difficulty.averaged": Sweep(curve=sigma, values=(0.5, 1, 2)),
    "difficulty.slope": Sweep(tau, (0.05, 3), False, k, (2, 10, 100)),
    "difficulty.every-k": Sweep(tau, (0.3, 3), False, k, (2, 10, 100)),
    "monotone": Sweep(tau, (-3, 3), False, k, (1, 3, 10)),
    "averaged.finite-temperature": Sweep(v_tau, (0.2, 2), False, t, (1, 3, 10, 40), {k: 2}),
    "averaged.infinite-k": Sweep(curve=v_rho, values=(0.5, 1, 1.5)),
    "averaged.first-correction": Sweep(curve=v_rho, values=(0.2, 0.5, 0.8)),
    "averaged.slow-approach.exponent": Sweep(v_rho, (0.3, 30), True, t, (0.3, 1, 3, 10)),
    "averaged.slow-approach": Sweep(log_k, (2500, 1e6), True, v_rho, (6, 7, 9), points=41),
    "averaged.marginal-approach": Sweep(log_k, (1000, 1e6), True, v_cross, (0.5, 2, 4), points=41),
    "averaged.best-of-two": Sweep(v_rho, (0.1, 3), False, v_cross, (-0.2, 0, 0.2)),
    "predictive.cross-law": Sweep(alpha, (0.05, 5), True, overlap, (-0.08, 0, 0.08)),
    "predictive.judge-law": Sweep(alpha, (0.05, 5), True, overlap, (-0.08, 0, 0.08)),
    "predictive.prior-teacher": Sweep(alpha, (0.05, 5), True, sigma, (0.1, 0.3, 1)),
    "predictive.prior-teacher.cross": Sweep(alpha, (0.05, 5), True, overlap, (-0.5, 0.2, 0.5, 1)),
    "predictive.ridgeless-kurtosis": Sweep(dimension, (8, 200), True, alpha, (0.2, 0.4, 0.6)),
    "predictive.gaussian-bound": Sweep(frequency, (0.05, 3), False, dimension, (8, 16, 32)),
    "best-of-k.misspecified.distance": Sweep(k, (1, 1e3), True, rho, (0.5, 1.6), {tau: 1}, points=61),
    "best-of-k.misspecified.bound": Sweep(k, (1, 1e3), True, rho, (1.2, 1.4, 2), {tau: 1}),
    "best-of-k.misspecified.all-orders": Sweep(curve=rho, values=(-0.5, 0.5, 1.5, 2), fixed={tau: 1}),
    "best-of-k.misspecified.tie": Sweep(curve=rho, values=(0.5, 0.8, 1.2)),
    "best-of-k.misspecified.optimum-near": Sweep(closeness, (1, 1e4), True, rho, (0.5, 1, 1.5), points=41),
    "best-of-k.misspecified.optimum-far": Sweep(tau, (1, 6.5), True, exaggeration, (0.3, 0.6, 2), points=41),
    "best-of-k.misspecified.least-error": Sweep(tau, (1, 6.5), True, exaggeration, (0.3, 0.6, 2), points=41),
    "vote.mean": Sweep(tau, (-2, 2), False, k, (2, 5, 20)),
    "vote.weighted-mean": Sweep(tau, (-2, 2), False, rho, (0, 1.5), {k: 2, t: 6}),
    "vote.weighted-mean.infinite-k": Sweep(curve=t, values=(0.5, 3), points=31),
    "vote.weighted-mean.first-correction": Sweep(curve=t, values=(0.5, 3), points=31),
    "vote.median": Sweep(tau, (-2, 2), False, k, (3, 9)),
    "vote.median.large-k": Sweep(k, (1, 1e4), True, tau, (0, 0.1, 1)),
    "vote.median.even": Sweep(k, (2, 1e4), True, tau, (0, 0.1, 1), points=41),
    "vote.majority": Sweep(tau, (-2, 2), False, k, (2, 4), {bin_width: 2, grid_shift: 0.2}),
    "vote.majority.infinite-k": Sweep(tau, (-2, 2), False, grid_shift, (0, 0.05, 0.1), {bin_width: 6}),
    "vote.majority.infinite-k.tie": Sweep(tau, (-2, 2), False, bin_width, (5, 6, 8)),
    "vote.majority.rate": Sweep(k, (3, 1e4), True, p_2, (0.02, 0.06, 0.1), {p_1: 0.35}, points=61),
    "search.beam": Sweep(k, (20, 1e5), True, stages, (1, 2, 4), {tau: 2, rho: 2}, points=31),
    "denoiser.memorization": Sweep(half_gap, (0.2, 3), False, kernel_width, (0.5, 0.7, 1), {dimension: 3}),
    "denoiser.memorization.kernel-norm": Sweep(kernel_width, (0.5, 1.2), False, examples, (3, 10, 100), {dimension: 10}),
    "denoiser.log-determinant": Sweep(lambda_, (1e-2, 10), True, alpha, (0.2, 0.5, 2)),
    "denoiser.memorization.sampling-rate": Sweep(alpha, (0.05, 5), True, zeta, (0.3, 1, 3)),
    "denoiser.memorization.kernel-rate": Sweep(alpha, (0.05, 5), True, kernel_width, (0.5, 0.7, 1)),
    "denoiser.memorization.fresh-rate": Sweep(alpha, (0.05, 5), True, kernel_width, (0.5, 0.7, 1)),
    "denoiser.memorization.gap": Sweep(per_feature, (1.5, 1e3), True, zeta, (0.3, 1, 3), points=41),
    "denoiser.memorization.never": Sweep(alpha, (0.05, 0.9), True, zeta, (0.3, 1, 3)),
    "denoiser.hellinger": Sweep(alpha, (0.05, 0.9), False, zeta, (0.3, 1, 3)),
    "coverage.loss": Sweep(k, (1, 1e3), True, shape_b, (0.3, 1, 2)),
    "coverage.passk": Sweep(k, (1, 1e3), True, shape_b, (0.3, 1, 2), {ceiling: 0.8}),
    "coverage.failures": Sweep(shape_a, (0.1, 4), False, failed, (0, 3, 6), {attempts: 6, ceiling: 0.9}),
    "coverage.correlation": Sweep(shape_a, (0.1, 4), False, shape_b, (0.3, 1, 2)),
    "coverage.tail": Sweep(curve=shape_b, values=(0.3, 1, 2)),
    "coverage.tail.all-orders": Sweep(k, (1, 1e4), True, shape_b, (0.5,)),
    "coverage.tail.centred": Sweep(k_bar, (2, 40), True, shape_b, (1.5,)),
    "coverage.tail.bound": Sweep(k, (1, 100), True, shape_b, (0.2, 0.5, 0.8), {shape_a: 0.5}),
    "coverage.loss.exponent": Sweep(k, (0.1, 1e3), True, shape_a, (0.1, 1, 10)),
    "coverage.loss.cost": Sweep(k_0, (4, 1e3), True, shape_b, (0.5,)),
    "coverage.loss.early-stop": Sweep(k, (1, 1e3), True, shape_b, (0.2, 0.5, 0.9)),
    "coverage.correlated.power": Sweep(k_eff, (1, 1e4), True, shape_a, (0.1, 1, 10)),
    "coverage.correlated.shared": Sweep(k, (1, 1e3), True, copying, (0, 0.2, 0.5)),
    "coverage.correlated.sticky": Sweep(k, (2, 1e4), True, copying, (0, 0.5, 0.8), points=61),
    "coverage.unbiased": Sweep(p_fail, (0.05, 0.95), False, k, (1, 4, 12), {attempts: 12}),
    "coverage.unbiased.variance": Sweep(shape_a, (0.1, 4), False, k, (1, 4, 12), {attempts: 12}),
    "coverage.plug-in": Sweep(attempts, (5, 1e3), True, k, (2, 4, 8), {p_fail: 0.8}, points=41),
    "coverage.posterior": Sweep(k, (1, 1e3), True, failed, (0, 3, 6), {attempts: 6}),
}


def plain_sweep(entry: Entry) -> Sweep:
    """Along the first symbol over the range in which checks draw it, for a few values of the second."""
    first, *rest = entry.symbols
    low, high = (float(end) for end in BY_SYMBOL[first].between)
    if not rest:
        return Sweep(first, (low, high), False, first, (low,))
    low_2, high_2 = (float(end) for end in BY_SYMBOL[rest[0]].between)
    return Sweep(first, (low, high), False, rest[0], tuple(np.linspace(low_2, high_2, 3)))


def along(expr: Expr, variable: Symbol, grid: np.ndarray, fixed: Mapping[Symbol, float]) -> np.ndarray:
    """`expr` along `grid`; the other symbols are numbers. Uses the NumPy evaluators of the registry."""
    from infscale_sym.quantities.namespaces import NUMPY

    symbols = tuple(dict.fromkeys((variable, *(s for s in expr.free_symbols if isinstance(s, Symbol)))))
    function = numpy_function(expr, symbols, NUMPY)
    with np.errstate(all="ignore"):
        values = function(*(grid if s == variable else float(fixed[s]) for s in symbols))
    return np.broadcast_to(np.asarray(values, float), grid.shape)


def _direct(k_: Any, t_: Any, tau_: Any, rho_: Any, digits: int = 20) -> Any:
    """The definition of the selection error integrated over two answers, in float64: it reaches to small t."""
    import mpmath

    from infscale_sym.theory.selection.values.referee import selection_error_direct

    return mpmath.mpf(selection_error_direct(int(k_), float(t_), float(tau_), float(rho_)).value)


def _barely_more_than_one(k_: Any, t_: Any, tau_: Any, rho_: Any, digits: int = 20) -> Any:
    """The selection error at k = 1 + 2^-42 in float64, where the evaluator takes no shortcut."""
    import mpmath

    from infscale_sym.theory.selection.values.numeric import selection_error_numpy

    return mpmath.mpf(float(selection_error_numpy(1 + 2.0**-42, float(t_), float(tau_), float(rho_))))


#: Quicker roads than those of verification, enough for the eye.
def _summed(*values: Any, digits: int = 20) -> Any:
    """The average over the Gaussian pair in float64, by the trapezoidal rule."""
    import mpmath

    from infscale_sym.theory.regression.values.gaussian_pair import pair_average

    return mpmath.mpf(float(pair_average(*(float(v) for v in values))))


def _divergence_by_spectrum(n_: Any, d_: Any, zeta_: Any, digits: int = 20) -> Any:
    """The expected divergence summed over the mean spectrum in float64."""
    import mpmath

    from infscale_sym.theory.denoiser.values.numeric import expected_divergence

    return mpmath.mpf(float(expected_divergence(float(n_), float(d_), float(zeta_))))


def _noisy_determinant(alpha_: Any, zeta_: Any, digits: int = 20) -> Any:
    """The proportional limit from the Marchenko-Pastur law to six digits."""
    from infscale_sym.theory.denoiser.values.expectation import one_draw_proportional_mp

    return one_draw_proportional_mp(alpha_, zeta_, digits=6)


_OWN_ROADS = {
    "denoiser.kl.expected": Road(mp={"ExpectedDivergence": _divergence_by_spectrum}, note="the mean spectrum in float64"),
    "denoiser.one-draw.few-examples": Road(
        mp={"OneDrawProportional": _noisy_determinant}, note="the determinant from the Marchenko-Pastur law"
    ),
    "averaged.best-of-two": Road(mp={"PairAverage": _summed}),
    "selection.integral": Road(mp={"SelectionError": _direct}, note="the definition, integrated over two answers"),
    "selection.single-answer": Road(mp={"SelectionError": _barely_more_than_one}, note="k = 1 + 2^-42"),
}


def road_of(entry: Entry) -> Road:
    """How the left side is computed independently of the claim, for the dots of the picture."""
    return _OWN_ROADS.get(entry.id, ROADS.get(entry.id, Road()))
