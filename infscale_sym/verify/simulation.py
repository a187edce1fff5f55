"""The simulation leg: draws against the claim, in standard errors, at several sizes.

A claim about the limit k -> oo (or d -> oo) is judged by extrapolation: the simulated values at several sizes are fitted by
the claim plus its remainder and the next order, weighted by their standard errors; what is left over, in standard errors, is
the deviation. Each check also fits a wrong claim, and is evidence only if that one is rejected.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from infscale_sym import simulate
from infscale_sym.derive.numbers import SEED
from infscale_sym.formulas import Formula
from infscale_sym.notation.symbols import Sigma, alpha, gamma, k, lambda_, rho, sigma, t, tau, x, y
from infscale_sym.quantities import ridge
from infscale_sym.quantities.namespaces import NUMPY
from infscale_sym.verify import (
    simulation_averaged_limit,
    simulation_averages,
    simulation_coverage,
    simulation_decisive_draw,
    simulation_denoiser,
    simulation_hard_task,
    simulation_high_temperature_series,
    simulation_infinite_k,
    simulation_mean_law,
    simulation_memorization,
    simulation_misspecified,
    simulation_optima,
    simulation_ridge,
    simulation_scaling,
    simulation_temperature,
    simulation_votes,
    simulation_zero_temperature,
)
from infscale_sym.verify.record import INCONCLUSIVE, Leg

#: A claim is contradicted beyond this many standard errors; a wrong claim must be rejected beyond REJECTED.
ALLOWED = 4.0
REJECTED = 6.0


def check(formula: Formula, quick: bool) -> Leg:
    """Simulate what the formula speaks of; 'not simulable' with the reason where there is no recipe."""
    recipe = RECIPES.get(formula.id)
    if recipe is None:
        return Leg("simulation", "not simulable", None, "no recipe draws this quantity")
    return recipe(formula, quick)


def _leg(deviation: float, control: float, where: str, numbers: dict[str, Any], wrong: str) -> Leg:
    agrees = abs(deviation) <= ALLOWED
    if agrees and not abs(control) >= REJECTED:
        text = f"{where}; {wrong} is only {abs(control):.1f} standard errors away: too few draws to tell"
        return Leg("simulation", INCONCLUSIVE, None, text, numbers)
    text = f"{where}; {wrong} would be {abs(control):.0f} standard errors away"
    return Leg("simulation", f"{abs(deviation):.1f} standard errors", agrees, text, numbers)


def _leg_of_wrong(deviation: float, right: float, where: str, numbers: dict[str, Any]) -> Leg:
    """The leg of a claim that the draws should reject; `right`: deviation of the corrected claim.

    Draws that reject neither are too few to agree with this one.
    """
    agrees = abs(deviation) <= ALLOWED
    if agrees and not abs(right) >= REJECTED:
        text = f"{where}; the corrected claim is only {abs(right):.1f} standard errors away: too few draws to tell"
        return Leg("simulation", INCONCLUSIVE, None, text, numbers)
    return Leg("simulation", f"{abs(deviation):.0f} standard errors", agrees, where, numbers)


def _leg_of_bound(inside: float, outside: float, where: str, tighter: str, numbers: dict[str, Any]) -> Leg:
    """The leg of an inequality. inside: standard errors from what was drawn up to the bound (negative beyond it); outside:
    by how many the draws exceed a tighter bound."""
    if abs(inside) <= ALLOWED or (inside > 0 and not outside >= REJECTED):
        text = f"{where}: {inside:.1f} standard errors within the bound, {outside:.1f} beyond {tighter}: too few draws to tell"
        return Leg("simulation", INCONCLUSIVE, None, text, numbers)
    text = f"{where}: below the bound by {inside:.0f} standard errors; {tighter} is exceeded by {outside:.0f}"
    return Leg("simulation", f"inside by {inside:.0f} standard errors" if inside > 0 else "outside", inside > 0, text, numbers)


def extrapolate(
    sizes: Sequence[float], values: Sequence[float], errors: Sequence[float], orders: int = 1
) -> tuple[float, float]:
    """Intercept and its standard error of values = c_0 + c_1/size + ... by weighted least squares."""
    design = np.array([[size**-power for power in range(orders + 1)] for size in sizes]) / np.array(errors)[:, None]
    covariance = np.linalg.inv(design.T @ design)
    solution = covariance @ (design.T @ (np.array(values) / np.array(errors)))
    return float(solution[0]), float(math.sqrt(covariance[0, 0]))


def _selection(formula: Formula, quick: bool) -> Leg:
    """Exact statements about F: simulate the sampler and compare with the claim."""
    claim = _numpy(formula)
    trials = 40_000 if quick else 400_000
    deviations, control, rows = [], 0.0, []
    cases = [(2, 0.5, 1.0, 0.3), (8, 0.1, -0.5, 1.0), (64, 2.0, 0.7, 0.7)]
    if formula.id == "selection.single-answer":
        cases = [(1, *case[1:]) for case in cases]
    for number, (count, heat, teacher, judge) in enumerate(cases):
        result = simulate.selection(count, heat, teacher, judge, trials=trials, seed=SEED + number)
        mean, error = float(np.ravel(result.mean)[0]), float(np.ravel(result.standard_error)[0])
        values = {k: count, t: heat, tau: teacher, rho: judge}
        wanted = float(claim(*(values[s] for s in formula.symbols)))
        deviations.append((mean - wanted) / error)
        control = max(control, abs(mean - 1.05 * wanted) / error)
        rows.append({"k": count, "t": heat, "tau": teacher, "rho": judge, "mean": f"{mean:.6g}", "error": f"{error:.2g}"})
    worst = max(deviations, key=abs)
    where = f"sampler at {len(cases)} points, {trials} trials each, largest deviation {abs(worst):.1f}"
    return _leg(worst, control, where, {"points": rows}, "a claim 5 % larger")


def _best_of_k(formula: Formula, quick: bool) -> Leg:
    """F at t = 0 for growing k: (simulated - claim + last term)/last term tends to 1."""
    claim = _numpy(formula)
    judge = 0.6
    teacher = judge + (0.1 if rho in formula.symbols else 0.0)  # a small offset: its linear term is mostly noise
    trials = 100_000 if quick and judge == teacher else 400_000
    sizes = (16, 24, 40, 64) if quick and judge == teacher else (16, 24, 40, 64, 100)
    values, errors = [], []
    for number, size in enumerate(sizes):
        result = simulate.selection(size, 0, teacher, judge, trials=trials, seed=SEED + number)
        mean, error = float(np.ravel(result.mean)[0]), float(np.ravel(result.standard_error)[0])
        point = {k: size, tau: teacher, rho: judge}
        wanted = float(claim(*(point[s] for s in formula.symbols)))
        scale = math.pi * math.exp(judge**2) * (1 + 2 * judge * (teacher - judge)) / size**2  # the term in 1/k^2
        values.append((mean - wanted) / scale)
        errors.append(error / abs(scale))
    intercept, error = extrapolate(sizes, values, errors, orders=2 if formula.id != "best-of-k.all-orders" else 1)
    where = f"hard argmin at k = {', '.join(map(str, sizes))}, {trials} trials each, extrapolated in 1/k"
    numbers = {"relative_gap": f"{intercept:.4g}", "standard_error": f"{error:.2g}"}
    return _leg(intercept / error, (0.15 - intercept) / error, where, numbers, "a 1/k^2 coefficient 15 % off")


def _law(formula: Formula, quick: bool) -> Leg:
    """The tail of k |z + tau| of the chosen answer at one distance, for growing k; also its first correction (the rate)."""
    teacher = 0.6
    rate = math.sqrt(2 / math.pi) * math.exp(-(teacher**2) / 2)
    at = 2 / rate  # where the gap to the limit law is largest
    trials = 100_000 if quick else 400_000
    sizes = (4, 6, 10, 16) if quick else (4, 6, 10, 16, 30)
    tails, errors = [], []
    for number, size in enumerate(sizes):
        chosen = simulate.chosen_answers(size, teacher, trials=trials, seed=SEED + number)
        share = float(np.mean(size * np.abs(chosen + teacher) > at))
        tails.append(share)
        errors.append(math.sqrt(share * (1 - share) / trials))
    numbers = {"tails": [f"{s:.6f}" for s in tails], "sizes": list(sizes)}
    if formula.id.endswith("rate"):
        gaps = [size * (math.exp(-2) - share) for size, share in zip(sizes, tails, strict=True)]
        scaled = [size * error for size, error in zip(sizes, errors, strict=True)]
        intercept, error = extrapolate(sizes, gaps, scaled)
        wanted = float(_numpy(formula)(*({k: 1.0, tau: teacher}[s] for s in formula.symbols)))
        where = f"k (limit - tail) at its largest, k = {', '.join(map(str, sizes))}, {trials} answers each, extrapolated"
        return _leg((intercept - wanted) / error, (1.5 * wanted - intercept) / error, where, numbers, "a rate 50 % larger")
    intercept, error = extrapolate(sizes, tails, errors, orders=2)
    point = {x: at, y: at**2, k: 1.0, tau: teacher}
    wanted = float(_numpy(formula)(*(point[s] for s in formula.symbols)))
    where = f"chosen answers at k = {', '.join(map(str, sizes))}, {trials} each, tail at one distance extrapolated"
    wrong = wanted**1.1  # a rate 10 % larger
    return _leg((intercept - wanted) / error, (intercept - wrong) / error, where, numbers, "a rate 10 % larger")


def _bare(formula: Formula, quick: bool) -> Leg:
    """The posterior mean is ridge regression with the bare ridge, draw by draw."""
    claim = _numpy(formula)
    gaps, wrong = [], []
    for number, (n, d, noise, prior) in enumerate([(40, 10, 0.7, 1.3), (30, 60, 0.4, 0.8), (200, 50, 1.1, 0.5)]):
        point = {alpha: d / n, sigma: noise, gamma: prior}
        value = float(claim(*(point[s] for s in formula.symbols)))
        gaps.append(simulate.posterior_against_ridge(n, d, noise, prior, value, seed=SEED + number))
        wrong.append(simulate.posterior_against_ridge(n, d, noise, prior, 1.001 * value, seed=SEED + number))
    good = max(gaps) < 1e-10 < min(wrong)
    text = (
        f"posterior mean = ridge regression on 3 draws, largest relative gap {max(gaps):.1g}; "
        f"a ridge 0.1 % off: {min(wrong):.1g}"
    )
    return Leg("simulation", "exact on 3 draws", good, text, {"gaps": [f"{g:.2g}" for g in gaps]})


def _ridge(formula: Formula, quick: bool) -> Leg:
    """(1/d) Tr C (C + lambda)^-1 of random matrices of growing size, extrapolated in 1/d, against the claim."""
    isotropic = formula.id in ("ridge.isotropic",)
    spectrum = np.array([1.3]) if isotropic else np.array([2.0, 0.5])
    sizes = (10, 20, 40) if quick else (10, 20, 40, 80)
    shape, bare = 0.5, 0.2
    values, errors = [], []
    for number, size in enumerate(sizes):
        sets = (2000 if quick else 4000) * 10 // size
        estimate = simulate.ridge_share(int(size / shape), size, spectrum, bare, training_sets=sets, seed=SEED + number)
        values.append(estimate.mean)
        errors.append(estimate.standard_error)
    share, error = extrapolate(sizes, values, errors, orders=2)
    kappa = bare / (1 - shape * share)
    kappa_error = kappa * shape * error / (1 - shape * share)
    claims: dict[str, tuple[float, float, Callable[[], float]]] = {
        "ridge.isotropic": (
            kappa,
            kappa_error,
            lambda: float(_numpy(formula)(*({lambda_: bare, alpha: shape, Sigma: 1.3}[s] for s in formula.symbols))),
        ),
        "ridge.renormalized": (kappa, kappa_error, lambda: float(ridge.renormalized_ridge(bare, shape, spectrum))),
        "predictive.mean": (
            share,
            error,
            lambda: float(ridge.degrees_of_freedom(ridge.renormalized_ridge(bare, shape, spectrum), spectrum)),
        ),
    }
    value, uncertainty, claim = claims[formula.id]
    wanted = claim()
    words = "Sigma = 1.3 I" if isotropic else "eigenvalues 2 and 1/2"
    where = f"random matrices, {words}, d = {', '.join(map(str, sizes))} at alpha = 1/2, extrapolated in 1/d"
    numbers = {"extrapolated": f"{value:.8g}", "standard_error": f"{uncertainty:.2g}", "claim": f"{wanted:.8g}"}
    return _leg((value - wanted) / uncertainty, (1.02 * wanted - value) / uncertainty, where, numbers, "a claim 2 % larger")


def _variance(formula: Formula, quick: bool) -> Leg:
    """Predictive variance of the fitted student, averaged over prompts, extrapolated in 1/d."""
    shape, noise, prior = 0.5, 0.8, 1.1
    value, error, sizes = _regression_moment("variance", shape, noise, prior, (2.0, 0.5), 0.5, quick)
    wanted = float(ridge.predictive_variance(shape, noise, prior, np.array([2.0, 0.5])))
    where = f"student fitted end to end, eigenvalues 2 and 1/2, d = {sizes} at alpha = 1/2, extrapolated in 1/d"
    numbers = {"extrapolated": f"{value:.8g}", "standard_error": f"{error:.2g}", "claim": f"{wanted:.8g}"}
    return _leg((value - wanted) / error, (1.02 * wanted - value) / error, where, numbers, "a claim 2 % larger")


def _averaged(formula: Formula, quick: bool) -> Leg:
    """E Delta_T^2 of the fitted student at alpha = 1/2: what the averaged law puts in, extrapolated in 1/d."""
    shape, noise, prior, weight = 0.5, 1.0, 0.5, 0.5
    value, error, sizes = _regression_moment("teacher_offset_square", shape, noise, prior, (1.0,), weight, quick)
    model = (shape, noise, prior, 1.0, weight)
    right, printed = (float(NUMPY[name](*model)) for name in ("TeacherRisk", "TeacherOffset"))
    mine, other = (right, printed) if formula.id.endswith("corrected") else (printed, right)
    where = (
        f"E Delta_T^2 of the fitted student at alpha = 1/2, sigma = 1, gamma = nu = 1/2, d = {sizes}, extrapolated in 1/d: "
        f"{value:.5f} +- {error:.5f}, this law uses {mine:.5f}"
    )
    numbers = {"extrapolated": f"{value:.8g}", "standard_error": f"{error:.2g}", "Q": f"{right:.8g}", "q": f"{printed:.8g}"}
    wrong = "the printed q" if mine is right else "the corrected Q"
    deviation, control = (value - mine) / error, (value - other) / error
    if mine is printed:
        return _leg_of_wrong(deviation, control, where, numbers)
    return _leg(deviation, control, where, numbers, wrong)


@cache  # a printed and a corrected claim are judged by the same students
def _regression_moment(
    moment: str, shape: float, noise: float, prior: float, spectrum: tuple[float, ...], weight: float, quick: bool
) -> tuple[float, float, str]:
    sizes = (20, 40, 80) if quick else (20, 40, 80, 160)
    values, errors = [], []
    for number, size in enumerate(sizes):
        sets = max(40, (4_000 if quick else 12_000) // size)
        result = simulate.regression(
            int(size / shape),
            size,
            noise,
            prior,
            k=(1,),
            T=0.0,
            prompts=400,
            training_sets=sets,
            seed=SEED + number,
            Sigma=np.resize(np.array(spectrum), size) if len(spectrum) > 1 else float(np.array(spectrum)[0]),
            teacher=np.full(size, weight),
        )
        estimate = getattr(result, moment)
        values.append(float(estimate.mean))
        errors.append(float(estimate.standard_error))
    value, error = extrapolate(sizes, values, errors)
    return value, error, ", ".join(map(str, sizes))


def _numpy(formula: Formula) -> Callable[..., Any]:
    from infscale_sym.evaluate.lambdify import numpy_function

    return numpy_function(formula.statement.rhs, formula.symbols, NUMPY)


RECIPES: dict[str, Callable[[Formula, bool], Leg]] = {
    "selection.integral": _selection,
    "selection.single-answer": _selection,
    "ridge.bare": _bare,
    "ridge.renormalized": _ridge,
    "ridge.isotropic": _ridge,
    "predictive.mean": _ridge,
    "predictive.variance": _variance,
    "best-of-k.leading": _best_of_k,
    "best-of-k.all-orders": _best_of_k,
    "best-of-k.misspecified": _best_of_k,
    "best-of-k.extreme-value": _law,
    "best-of-k.extreme-value.squared": _law,
    "best-of-k.extreme-value.rate": _law,
    "best-of-k.averaged.printed": _averaged,
    "best-of-k.averaged.corrected": _averaged,
    **simulation_averages.RECIPES,
    **simulation_averaged_limit.RECIPES,
    **simulation_decisive_draw.RECIPES,
    **simulation_ridge.RECIPES,
    **simulation_optima.RECIPES,
    **simulation_temperature.RECIPES,
    **simulation_scaling.RECIPES,
    **simulation_mean_law.RECIPES,
    **simulation_high_temperature_series.RECIPES,
    **simulation_misspecified.RECIPES,
    **simulation_infinite_k.RECIPES,
    **simulation_zero_temperature.RECIPES,
    **simulation_votes.RECIPES,
    **simulation_denoiser.RECIPES,
    **simulation_hard_task.RECIPES,
    **simulation_memorization.RECIPES,
    **simulation_coverage.RECIPES,
}
