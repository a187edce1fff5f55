"""Simulation of many answers at fixed temperature (`limit.*`, `finite-k.criterion`, ...; sampler of HP, arXiv:2512.19905).

The sampler at growing k, extrapolated in 1/k; a Poisson process of points for the crossover function; simulated curves over
t, rho and 1/k for the optima and the threshold. Only draws enter.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infscale_sym import registry
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.many_answers.notation import chi
from infscale_sym.theory.optima.checks import _bootstrap, _gains, _list, _lowest, _verdict
from infscale_sym.theory.scaling.checks import _inequality, _mean
from infscale_sym.theory.selection.notation import j, k, rho, t, tau
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg

_HEAT, _TEACHER, _JUDGE = 0.8, 1.0, 0.5


def _claim(formula: Formula, **values: float) -> float:
    point = {k: 1.0, t: _HEAT, tau: _TEACHER, rho: _JUDGE, chi: 1.0, j: 2.0}
    point |= {s: values[str(s)] for s in point if str(s) in values}
    return float(formula.rhs.numpy(*(point[s] for s in formula.symbols)))


def _sampled(sizes: tuple[int, ...], trials: int) -> tuple[Any, Any]:
    rows = [_mean(size, _HEAT, _TEACHER, _JUDGE, trials, SEED + n) for n, size in enumerate(sizes)]
    return np.array([mean for mean, _ in rows]), np.array([error for _, error in rows])


def limit(formula: Formula, quick: bool) -> Leg:
    """F_k extrapolated to 1/k = 0; or the slope there; or the sampler itself against the series."""
    trials = 200_000 if quick else 500_000
    at = f"t = {_HEAT}, tau = {_TEACHER:g}, rho = {_JUDGE}, {trials} trials each"
    if formula.id == "limit.corrections":
        sizes = (8, 12, 18)
        mean, error = _sampled(sizes, 4 * trials)
        claim = np.array([_claim(formula, k=size) for size in sizes])
        first = np.array([_claim(_by_id("limit.first-correction"), k=size) for size in sizes])
        deviation, control = (mean - claim) / error, (mean - first) / error
        where = f"sampler at k = {_list(sizes)}, {at[: -len(f'{trials} trials each')]}{4 * trials} trials each"
        rows = [{"k": s, "mean": f"{m:.6g}", "error": f"{e:.2g}"} for s, m, e in zip(sizes, mean, error, strict=True)]
        worst = max(deviation, key=abs)
        return leg(float(worst), float(max(control, key=abs)), where, {"points": rows}, "the series cut after 1/k")
    if formula.id == "limit.infinite-k":
        sizes = (12, 24, 48, 96)
        mean, error = _sampled(sizes, trials)
        value, spread = extrapolate(sizes, list(mean), list(error), orders=2)
        wanted = _claim(formula)
        where = f"sampler at k = {_list(sizes)}, {at}, extrapolated in 1/k"
        return _verdict(value, spread, wanted, 1.05 * wanted, where, "a limit 5 % larger")
    sizes = (5, 8, 13, 21)
    mean, error = _sampled(sizes, 6 * trials)
    limit = _claim(_by_id("limit.infinite-k"))
    slopes = [size * (m - limit) for size, m in zip(sizes, mean, strict=True)]
    value, spread = extrapolate(sizes, slopes, [s * e for s, e in zip(sizes, error, strict=True)], orders=2)
    wanted = _claim(formula) - limit  # at k = 1 the claim is the limit plus c_1
    where = f"k (F_k - F_oo) of the sampler at k = {_list(sizes)}, {6 * trials} trials each, extrapolated in 1/k"
    return _verdict(value, spread, wanted, 1.5 * wanted, where, "a coefficient 50 % larger")


def ratio(formula: Formula, quick: bool) -> Leg:
    """Sample moments of the weight, with the standard error of their ratio."""
    z = np.random.default_rng(SEED).standard_normal(400_000 if quick else 2_000_000)
    w = np.exp(-((z + _JUDGE) ** 2) / (2 * _HEAT))
    deviations, controls = [], []
    for order in (2, 3, 5):
        power, base = (w**order).mean(), w.mean()
        value = power / base**order
        terms = w**order / power - order * w / base
        error = value * float(np.std(terms)) / math.sqrt(z.size)
        wanted = _claim(formula, j=order)
        deviations.append((value - wanted) / error)
        controls.append((value - 1.05 * wanted) / error)
    where = f"sample moments of {z.size} weights, j = 2, 3, 5, t = {_HEAT}, rho = {_JUDGE}"
    return leg(float(max(deviations, key=abs)), float(min(controls, key=abs)), where, {}, "a ratio 5 % larger")


def crossover(formula: Formula, quick: bool) -> Leg:
    """The sampler along the path on which chi = 1 is fixed; (F - D^2) over its claimed size, extrapolated in 1/k."""
    teacher, judge, sizes = 0.7, 0.6, (12, 18, 28, 44)
    trials = 200_000 if quick else 400_000
    gap, values, errors = (teacher - judge) ** 2, [], []
    for n, size in enumerate(sizes):
        heat = 2 * math.pi * math.exp(judge**2) / size**2
        mean, error = _mean(size, heat, teacher, judge, trials, SEED + n)
        wanted = _claim(formula, k=size, tau=teacher, rho=judge, chi=1.0) - gap
        values.append((mean - gap) / wanted)
        errors.append(error / wanted)
    value, spread = extrapolate(sizes, values, errors, orders=2)
    where = f"(F - D^2)/claim of the sampler at chi = 1, k = {_list(sizes)}, {trials} trials each, extrapolated in 1/k"
    return _verdict(value, spread, 1.0, 1 / 1.316, where, "a crossover function of one throughout")


def poisson(formula: Formula, quick: bool) -> Leg:
    """Points strewn with density chi on a line; the weighted mean of y^2, against the series at chi = 5 and 8."""
    trials, reach = 100_000 if quick else 200_000, 6.5
    deviations, controls = [], []
    for n, density in enumerate((5.0, 8.0)):
        rng = np.random.default_rng(SEED + n)
        means = []
        for _ in range(20):
            count = rng.poisson(2 * reach * density, trials // 20)
            y = rng.uniform(-reach, reach, (trials // 20, int(count.max())))
            weight = np.where(np.arange(y.shape[1]) < count[:, None], np.exp(-(y**2) / 2), 0.0)
            means.append((weight * y * y).sum(1) / weight.sum(1))
        drawn = np.concatenate(means)
        error = float(np.std(drawn)) / math.sqrt(drawn.size)
        wanted = _claim(formula, chi=density)
        deviations.append((float(drawn.mean()) - wanted) / error)
        controls.append((float(drawn.mean()) - (1 + 1.5 * (wanted - 1))) / error)
    where = f"Poisson points of density 5 and 8, {trials} draws each"
    return leg(float(max(deviations, key=abs)), float(max(controls, key=abs)), where, {}, "a correction 50 % larger")


def criterion(formula: Formula, quick: bool) -> Leg:
    """Where the slope of simulated curves at 1/k = 0 changes sign, as a function of the temperature."""
    teacher, judge, counts = -0.1, 1.2, (5, 7, 10, 14, 20, 30, 45)
    wanted = _claim(formula, tau=teacher, rho=judge)
    shares = np.array([0.6, 0.8, 1.0, 1.25])
    x = 1 / np.array(counts, float)

    def crossing(y: Any) -> float:
        slopes = [np.polynomial.Polynomial.fit(x, row, 2).deriv()(0.0) * s**2 for row, s in zip(y, shares, strict=True)]
        roots = np.polynomial.Polynomial.fit(shares, slopes, 2).roots()
        return wanted * float(min(roots.real, key=lambda root: abs(root - 1)))

    settings = [(wanted * s, teacher, judge) for s in shares]
    value, error = _bootstrap(crossing, _gains(settings, counts, 100_000 if quick else 200_000, SEED), SEED)
    where = f"slope of simulated curves at 1/k = 0, k = {_list(counts)}, tau = {teacher}, rho = {judge}"
    printed = 3 * (1 + 2 * judge * teacher + judge**2) / (1 + 2 * judge * teacher)
    return _verdict(value, error, wanted, printed, where, "the printed threshold")


def temperature(formula: Formula, quick: bool) -> Leg:
    """The place of the minimum of simulated curves over v = 1/(1+t) at growing k, extrapolated in 1/k."""
    teacher, judge, sizes = -0.1, 1.2, (12.0, 24.0, 48.0, 96.0)
    v = np.array([0.15, 0.2, 0.25, 0.3, 0.35, 0.4])
    settings = [(1 / share - 1, teacher, judge) for share in v]
    batches = _gains(settings, [int(s) for s in sizes], 40_000 if quick else 80_000, SEED)
    found = [_bootstrap(lambda y: _lowest(v, y, 4), batches[:, :, n], SEED) for n in range(len(sizes))]
    value, error = extrapolate(sizes, [f[0] for f in found], [f[1] for f in found], orders=2)
    best = _claim(formula, tau=teacher, rho=judge)
    where = f"1/(1+t*) of simulated curves, tau = {teacher}, rho = {judge}, k = {_list(sizes)}, extrapolated in 1/k"
    return _verdict(value, error, 1 / (1 + best), 1 / (4 + best), where, "the printed 2 C2/C1, larger by 3")


def judge(formula: Formula, quick: bool) -> Leg:
    """The place of the minimum of simulated curves over rho at growing k, extrapolated in 1/k."""
    teacher, heat, sizes = 0.7, 1.5, (12.0, 24.0, 48.0, 96.0)
    judges = np.array([1.0, 1.3, 1.6, 1.9, 2.2, 2.5])
    settings = [(heat, teacher, float(judge)) for judge in judges]
    batches = _gains(settings, [int(s) for s in sizes], 40_000 if quick else 80_000, SEED)
    found = [_bootstrap(lambda y: _lowest(judges, y, 4), batches[:, :, n], SEED) for n in range(len(sizes))]
    value, error = extrapolate(sizes, [f[0] for f in found], [f[1] for f in found], orders=2)
    wanted = _claim(formula, t=heat, tau=teacher)
    where = f"rho* of simulated curves at t = {heat}, tau = {teacher}, k = {_list(sizes)}, extrapolated in 1/k"
    return _verdict(value, error, wanted, teacher * heat, where, "tau t in place of tau (1 + t)")


def order(formula: Formula, quick: bool) -> Leg:
    """The two sides of an inequality from independent draws, where simpler conditions do not decide."""
    trials = 100_000 if quick else 400_000
    rows, excess = [], []
    for number, (count, heat, teacher, judge) in enumerate([(2, 3.0, 0.3, 1.2), (5, 1.0, -0.2, -0.8), (3, 0.3, 0.6, 1.1)]):
        right = (count, heat, teacher, judge)
        left = (count, 0.0, teacher, teacher) if formula.id == "optimum.joint" else (count + 1, *right[1:])
        (small, one), (large, two) = (_mean(*side, trials, SEED + 2 * number + n) for n, side in enumerate((left, right)))
        excess.append((small - large) / math.hypot(one, two))
        rows.append({"k": count, "t": heat, "tau": teacher, "rho": judge, "left": f"{small:.6g}", "right": f"{large:.6g}"})
    return _inequality(excess, f"sampler at {len(rows)} points, {trials} trials each", rows)


def _by_id(id: str) -> Formula:

    return registry.formula(id)
