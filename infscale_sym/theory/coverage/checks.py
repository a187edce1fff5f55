"""Simulation of coverage (`coverage.*`; L, arXiv:2410.16377). Only drawn attempts enter the left sides.

Problems and attempts come from `coverage.draws`; the deviation from a claim is in standard errors, and a wrong claim (5 %
larger, another coefficient, ...) must be rejected.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.sampling.streams import Estimate
from infscale_sym.theory.coverage import draws as drawn
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg

Generator = np.random.Generator
Case = tuple[float, ...]


def _claim(formula: Formula) -> Callable[..., Any]:
    return numpy_function(formula.statement.rhs, formula.symbols)


def _mean(values: Any) -> Estimate:
    values = np.asarray(values, float)
    return Estimate(float(values.mean()), float(values.std(ddof=1) / math.sqrt(values.size)))


def _one_less(estimate: Estimate) -> Estimate:
    return Estimate(1 - estimate.mean, estimate.standard_error)


def _scaled(estimate: Estimate, scale: float) -> Estimate:
    return Estimate(scale * estimate.mean, scale * estimate.standard_error)


# One function per quantity: (arguments of the named quantity ..., problems, rng) -> Estimate.


def _loss(k: int, a: float, b: float, problems: int, rng: Generator) -> Estimate:
    return drawn.share_all_failed(k, a, b, problems=problems, rng=rng)


def _pass(k: int, a: float, b: float, top: float, problems: int, rng: Generator) -> Estimate:
    return _one_less(drawn.share_all_failed(k, a, b, top, problems=problems, rng=rng))


def _shared(k: int, a: float, b: float, top: float, share: float, problems: int, rng: Generator) -> Estimate:
    return _one_less(drawn.share_all_failed(k, a, b, top, problems=problems, rng=rng, shared=share))


def _sticky(k: int, a: float, b: float, share: float, problems: int, rng: Generator) -> Estimate:
    return _scaled(drawn.share_all_failed(k, a, b, problems=problems, rng=rng, sticky=share), k**b)


def _scaled_loss(k: int, a: float, b: float, problems: int, rng: Generator) -> Estimate:
    return _scaled(_loss(k, a, b, problems, rng), k**b)


def _centred(k_bar: float, a: float, b: float, problems: int, rng: Generator) -> Estimate:
    return _scaled(_loss(round(k_bar - a - (b - 1) / 2), a, b, problems, rng), k_bar**b)


def _failures(f: int, n: int, a: float, b: float, top: float, problems: int, rng: Generator) -> Estimate:
    return _mean(drawn.numbers_of_failures(n, a, b, top, problems=problems, rng=rng) == f)


def _stopped(k: int, a: float, b: float, problems: int, rng: Generator) -> Estimate:
    return _mean(np.minimum(drawn.first_successes(a, b, problems=problems, rng=rng), k))


def _correlation(a: float, b: float, problems: int, rng: Generator) -> Estimate:
    """Of two attempts at each problem; the error from a hundred batches."""
    pairs = drawn.attempts_at(drawn.failure_probabilities(a, b, 1.0, problems, rng), 2, rng).reshape(100, -1, 2).astype(float)
    centred = pairs - pairs.mean(axis=1, keepdims=True)
    values = (centred[..., 0] * centred[..., 1]).mean(axis=1) / (centred.std(axis=1).prod(axis=-1))
    return _mean(values)


def _estimator(n: int, k: int, p: float, problems: int, rng: Generator) -> Estimate:
    failures = drawn.attempts_at(np.full(problems, p), n, rng).sum(axis=1)
    return _mean(drawn.subset_estimates(failures, n, k))


def _plug_in(n: int, k: int, p: float, problems: int, rng: Generator) -> Estimate:
    failures = drawn.attempts_at(np.full(problems, p), n, rng).sum(axis=1)
    return _mean(1 - (failures / n) ** k)


def _variance(n: int, k: int, a: float, b: float, problems: int, rng: Generator) -> Estimate:
    values = drawn.subset_estimates(drawn.numbers_of_failures(n, a, b, problems=problems, rng=rng), n, k)
    return _mean((values - values.mean()) ** 2 * problems / (problems - 1))


def _posterior(k: int, f: int, n: int, a: float, b: float, problems: int, rng: Generator) -> Estimate:
    """Of the problems with f failures in the first n attempts, the share with a success in k more."""
    fails = drawn.attempts_at(drawn.failure_probabilities(a, b, 1.0, problems, rng), n + k, rng)
    kept = fails[fails[:, :n].sum(axis=1) == f, n:]
    return _mean(~kept.all(axis=1))


#: How each claim is drawn, and where. Of the asymptotic one, the remainder there is below a tenth of the standard error.
_DIRECT: dict[str, tuple[Callable[..., Estimate], tuple[Case, ...]]] = {
    "coverage.loss": (_loss, ((2, 0.5, 0.5), (6, 2.0, 0.4), (20, 1.0, 1.5))),
    "coverage.passk": (_pass, ((2, 0.5, 0.5, 1.0), (6, 2.0, 0.4, 0.7), (20, 1.0, 1.5, 0.9))),
    "coverage.failures": (_failures, ((0, 6, 0.5, 0.8, 0.8), (3, 6, 0.5, 0.8, 0.8), (6, 6, 0.5, 0.8, 0.8))),
    "coverage.correlation": (_correlation, ((0.5, 0.5), (2.0, 1.0))),
    "coverage.tail.centred": (_centred, ((3.7, 2.0, 0.4), (4.25, 1.0, 1.5), (8.7, 2.0, 0.4))),
    "coverage.loss.early-stop": (_stopped, ((3, 0.5, 0.5), (20, 2.0, 0.4), (60, 1.0, 0.8))),
    "coverage.correlated.shared": (_shared, ((2, 0.5, 0.5, 1.0, 0.3), (20, 1.0, 1.5, 0.9, 0.5))),
    "coverage.unbiased": (_estimator, ((6, 4, 0.7), (12, 12, 0.9), (20, 3, 0.5))),
    "coverage.unbiased.variance": (_variance, ((6, 4, 0.5, 0.5), (12, 3, 2.0, 0.4), (5, 5, 1.0, 1.5))),
    "coverage.posterior": (_posterior, ((3, 2, 4, 0.5, 0.5), (12, 4, 4, 1.0, 1.5))),
}


#: Where more problems are needed to tell a claim from one that is 5 % larger.
_TIMES = {"coverage.correlation": 5, "coverage.posterior": 2}


def direct(formula: Formula, quick: bool) -> Leg:
    """The quantity drawn and compared with the claim at a few settings."""
    draw, cases = _DIRECT[formula.id]
    claim, problems = _claim(formula), (40_000 if quick else 100_000) * _TIMES.get(formula.id, 1)
    rng = np.random.default_rng(SEED)
    deviations, control, rows = [], 0.0, []
    for case in cases:
        result, wanted = draw(*case, problems=problems, rng=rng), float(claim(*case))
        deviations.append((result.mean - wanted) / result.standard_error)
        control = max(control, abs(result.mean - 1.05 * wanted) / result.standard_error)
        rows.append({"at": str(case), "mean": f"{result.mean:.6g}", "error": f"{result.standard_error:.2g}"})
    worst = max(deviations, key=abs)
    where = f"attempts drawn at {len(cases)} settings, {problems} problems each, largest deviation {abs(worst):.1f}"
    return leg(worst, control, where, {"points": rows}, "a claim 5 % larger")


#: Asymptotic claims: how drawn, arguments after the variable, its sizes, the order tested, and that order's coefficient.
_LIMITS: dict[str, tuple[Callable[..., Estimate], Case, Sequence[int], int]] = {
    "coverage.tail": (_scaled_loss, (1.0, 0.5), (4, 6, 10, 16, 24), 0),
    "coverage.tail.all-orders": (_scaled_loss, (1.0, 0.5), (3, 4, 6, 10), 1),
    "coverage.correlated.sticky": (_sticky, (1.0, 0.5, 0.4), (8, 12, 20, 32), 1),
    "coverage.plug-in": (_plug_in, (4, 0.7), (6, 9, 14, 24), 1),
}


def limit(formula: Formula, quick: bool) -> Leg:
    """size^order (drawn - claim), which must vanish in the limit, extrapolated; with one coefficient off it must not."""
    draw, rest, sizes, order = _LIMITS[formula.id]
    claim, problems = _claim(formula), 100_000 if quick else 300_000
    rng = np.random.default_rng(SEED)
    values, errors = [], []
    for size in sizes:
        result = draw(size, *rest, problems=problems, rng=rng)
        values.append((result.mean - float(claim(size, *rest))) * size**order)
        errors.append(result.standard_error * size**order)
    intercept, error = extrapolate(sizes, values, errors, orders=1 if formula.id != "coverage.tail" else 2)
    limit = float(claim(1e12, *rest))
    off = 0.1 * limit if order == 0 else 1e6 * (float(claim(1e6, *rest)) - limit)
    words = "a constant 10 % larger" if order == 0 else "no first correction"
    where = f"attempts drawn at {', '.join(map(str, sizes))}, {problems} problems each, extrapolated"
    numbers = {"gap": f"{intercept:.4g}", "standard_error": f"{error:.2g}"}
    return leg(intercept / error, abs(off) / error - abs(intercept / error), where, numbers, words)


def slope(formula: Formula, quick: bool) -> Leg:
    """ln(loss at one number/loss at a larger one), drawn, against the claimed slope integrated over ln k between them."""
    claim, problems = _claim(formula), 300_000 if quick else 1_000_000
    rng = np.random.default_rng(SEED)
    powered = formula.id.endswith("power")
    power, low, high = (0.5, 8, 80) if powered else (1.0, 2, 16)  # independent attempts at both ends
    deviations, controls, rows = [], [], []
    for a, b in ((0.5, 0.5), (0.7, 0.4)) if powered else ((0.5, 0.5), (2.0, 0.4)):
        ends = [_mean(drawn.first_successes(a, b, problems=problems, rng=rng) > n) for n in (low, high)]
        fall = math.log(ends[0].mean / ends[1].mean)
        error = math.hypot(*(e.standard_error / e.mean for e in ends))
        grid = np.linspace(math.log(low), math.log(high), 201)
        along = claim(np.exp(grid), a, b, power) if powered else claim(np.exp(grid), a, b)
        wanted = float(np.trapezoid(along, grid / power))
        deviations.append((fall - wanted) / error)
        controls.append(abs(fall - 1.1 * wanted) / error)
        rows.append({"a": a, "b": b, "fall": f"{fall:.5f}", "claim": f"{wanted:.5f}", "error": f"{error:.2g}"})
    worst = max(deviations, key=abs)
    where = (
        f"losses drawn at {low} and {high} independent attempts, {problems} problems each, largest deviation {abs(worst):.1f}"
    )
    return leg(worst, max(controls), where, {"points": rows}, "a slope 10 % larger")


def bound(formula: Formula, quick: bool) -> Leg:
    """The loss drawn where the bound is close; the law centred half an attempt farther must be refused."""
    claim, problems = _claim(formula), 400_000 if quick else 1_000_000
    rng = np.random.default_rng(SEED)
    a, b, k = 0.5, 0.5, 1
    result = _loss(k, a, b, problems, rng)
    wanted = float(claim(k, a, b))
    centre = k + a + (b - 1) / 2
    wrong = wanted * (centre / (centre + 0.5)) ** b
    above = max(0.0, (result.mean - wanted) / result.standard_error)
    where = (
        f"{problems} attempts drawn at k = 1, a = b = 1/2: {result.mean:.5f} +- {result.standard_error:.5f}, bound {wanted:.5f}"
    )
    numbers = {"mean": f"{result.mean:.6g}", "bound": f"{wanted:.6g}"}
    return leg(above, (result.mean - wrong) / result.standard_error, where, numbers, "a bound in k + a + b/2")


def cost(formula: Formula, quick: bool) -> Leg:
    """The number of attempts at which the share drawn falls to the target, between whole numbers along the power law."""
    claim, problems = _claim(formula), 400_000 if quick else 1_500_000
    rng = np.random.default_rng(SEED)
    a, b, lead, tokens, flops = 1.5, 0.6, 12.0, 2.0, 3.0
    target = math.gamma(a + b) / math.gamma(a) * lead**-b
    first = drawn.first_successes(a, b, problems=problems, rng=rng)
    low, shares = 1, []
    while (share := float(np.mean(first > low))) > target:
        shares.append(share)
        low += 1
    before = shares[-1]
    part = math.log(before / target) / math.log(before / share)
    number = low - 1 + part
    slope = b * number / (number + a + (b - 1) / 2)
    error = number / slope * math.sqrt((1 - target) / (target * problems))
    wanted = float(claim(lead, a, b, tokens, flops)) / (tokens * flops)
    where = f"target {target:.4f} at a = 1.5, b = 0.6, {problems} problems: reached at k = {number:.3f} +- {error:.3f}"
    numbers = {"k": f"{number:.5g}", "claim": f"{wanted:.5g}", "leading law": f"{lead:g}"}
    return leg((number - wanted) / error, (lead - number) / error, where, numbers, "the leading law")
