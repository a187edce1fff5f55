"""Simulation of best-of-k with a judge that is not the teacher (`best-of-k.misspecified.*`; t = 0; HP, arXiv:2512.19905).

At moderate k the answers are drawn one by one. Where the best k is astronomically large only the record is drawn: the largest
of k normal draws by inversion, ln P(z > M) = ln(x/k) with x standard exponential (k so large that (1 - x/k)^k is e^-x).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infscale_sym import simulate
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.misspecified.notation import closeness, exaggeration
from infscale_sym.theory.selection.notation import k, rho, tau
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg

#: (k, tau, rho): a judge between, beyond, far beyond, and on the other side.
CASES = ((2, 1.0, 0.3), (6, 0.5, 1.4), (24, 1.2, 2.5), (12, 0.8, -0.6))


def _drawn(count: int, teacher: float, judge: float, trials: int, seed: int) -> tuple[float, float]:
    result = simulate.selection(count, 0, teacher, judge, trials=trials, seed=seed)
    return float(np.ravel(result.mean)[0]), float(np.ravel(result.standard_error)[0])


def distance(formula: Formula, quick: bool) -> Leg:
    """The hard argmin against the exact right side."""
    claim, trials = formula.rhs.numpy, 60_000 if quick else 400_000
    deviations, control, rows = [], 0.0, []
    for number, (count, teacher, judge) in enumerate(CASES):
        mean, error = _drawn(count, teacher, judge, trials, SEED + number)
        wanted = float(claim(*({k: count, tau: teacher, rho: judge}[s] for s in formula.symbols)))
        deviations.append((mean - wanted) / error)
        control = max(control, abs(mean - 1.05 * wanted) / error)
        rows.append({"k": count, "tau": teacher, "rho": judge, "mean": f"{mean:.6g}", "error": f"{error:.2g}"})
    worst = max(deviations, key=abs)
    where = f"hard argmin at {len(CASES)} points, {trials} trials each, largest deviation {abs(worst):.1f}"
    return leg(worst, control, where, {"points": rows}, "a claim 5 % larger")


def orders(formula: Formula, quick: bool) -> Leg:
    """The hard argmin at k large enough for the truncated series, small enough for its last terms to be seen."""
    claim, trials = formula.rhs.numpy, 100_000 if quick else 400_000
    cases = ((12, 0.4, 0.6), (16, 0.5, 0.6), (16, -0.3, 0.2), (24, 0.8, 0.9))
    deviations, controls, rows = [], [], []
    for number, (count, teacher, judge) in enumerate(cases):
        mean, error = _drawn(count, teacher, judge, trials, SEED + number)
        wanted = float(claim(*({k: count, tau: teacher, rho: judge}[s] for s in formula.symbols)))
        gap = teacher - judge
        leading = gap**2 + math.pi * math.exp(judge**2) * (1 + 2 * judge * gap) / count**2
        deviations.append((mean - wanted) / error)
        controls.append((mean - leading) / error)
        rows.append({"k": count, "tau": teacher, "rho": judge, "mean": f"{mean:.6g}", "error": f"{error:.2g}"})
    worst = max(deviations, key=abs)
    where = f"hard argmin at k = 12 ... 24, {len(cases)} points, {trials} trials each, largest deviation {abs(worst):.1f}"
    return leg(worst, max(controls, key=abs), where, {"points": rows}, "the series cut after k^-2")


def bound(formula: Formula, quick: bool) -> Leg:
    """Both sides drawn; the left must not be larger, and a left side with half the slope in rho D must be."""
    trials = 100_000 if quick else 400_000
    deviations, controls, rows = [], [], []
    for number, (count, teacher, judge) in enumerate(((8, 0.7, 1.2), (20, 0.5, 1.5), (40, 0.2, 1.6))):
        whole, error = _drawn(count, teacher, judge, trials, SEED + number)
        own, noise = _drawn(count, judge, judge, trials, SEED + 50 + number)
        gap = teacher - judge
        factor, wrong = 1 + 2 * judge * gap, 1 + judge * gap
        deviations.append(min(0.0, (whole - gap**2 - factor * own) / math.hypot(error, factor * noise)))
        controls.append(min(0.0, (whole - gap**2 - wrong * own) / math.hypot(error, wrong * noise)))
        rows.append({"k": count, "tau": teacher, "rho": judge, "mean": f"{whole:.6g}", "error": f"{error:.2g}"})
    where = f"both sides drawn at {len(rows)} points, {trials} trials each, largest violation {abs(min(deviations)):.1f}"
    return leg(min(deviations), min(controls), where, {"points": rows}, "half the coefficient of rho D")


def tie(formula: Formula, quick: bool) -> Leg:
    """(F - plateau) over the claimed term, the powers of k replaced by (k+1)...(k+4): 1 + O(1/k^2)."""
    judge = 1.0
    teacher, trials = judge - 1 / (2 * judge), 200_000 if quick else 1_000_000
    sizes, values, errors = (4, 6, 8, 11), [], []
    for number, size in enumerate(sizes):
        mean, error = _drawn(size, teacher, judge, trials, SEED + number)
        unit = 2 * math.pi**2 * judge**2 * math.exp(2 * judge**2) / math.prod(range(size + 1, size + 5))
        values.append((mean - (teacher - judge) ** 2) / unit)
        errors.append(error / unit)
    value, error = extrapolate([(size + 5.5) ** 2 for size in sizes], values, errors, orders=2)
    where = (
        f"hard argmin on the boundary at rho = 1, k = {', '.join(map(str, sizes))}, {trials} trials each, "
        "(F - plateau) over the claim extrapolated"
    )
    numbers = {"ratio": f"{value:.4g}", "standard_error": f"{error:.2g}"}
    return leg((value - 1) / error, value / error, where, numbers, "no term in k^-4")


def record_curves(teacher: float, shares: np.ndarray, trials: int, seed: int) -> np.ndarray:
    """tau^2 (M - tau)^2 averaged over drawn records, for N = k P(z > tau) in `shares`; shape (40 batches, len(shares))."""
    from scipy.special import log_ndtr, ndtri_exp

    rng = np.random.default_rng(seed)
    base = float(log_ndtr(-teacher))
    out = np.empty((40, shares.size))
    for batch in range(40):
        level = np.log(rng.standard_exponential(trials // 40)) + base
        for i, share in enumerate(shares):  # one set of draws serves every N
            record = -ndtri_exp(level - math.log(share))
            out[batch, i] = np.mean((teacher * (record - teacher)) ** 2)
    return out


def far(formula: Formula, quick: bool) -> Leg:
    """Where the simulated record's error is least, and how small: extrapolated in 1/tau^4 (N), 1/tau^4 (tau^2 F)."""
    place = formula.id.endswith("far")
    claim, trials = formula.rhs.numpy, 200_000 if quick else 800_000
    shares = np.exp(np.linspace(-1.1, -0.1, 7))
    sizes, values, errors = (6.0, 8.0, 12.0, 20.0), [], []
    for number, teacher in enumerate(sizes):
        batches = record_curves(teacher, shares, trials, SEED + number)
        found = _lowest(np.log(shares), batches.mean(0))
        resampled = np.random.default_rng(SEED).integers(0, 40, (100, 40))
        spread = np.array([_lowest(np.log(shares), batches[rows].mean(0)) for rows in resampled])
        column = 0 if place else 1
        wanted = float(claim(*({tau: teacher, exaggeration: 1.0}[s] for s in formula.symbols)))
        unit = wanted if place else wanted * teacher**2
        values.append((math.exp(found[0]) if place else found[1]) / unit - 1)
        errors.append(float(np.std(spread[:, column], ddof=1)) / (1.0 if place else unit))
    value, error = extrapolate([s**4 for s in sizes], values, errors, orders=1)
    what = "N at the least error" if place else "least error"
    where = (
        f"{what} of {trials} drawn records at tau = {', '.join(f'{s:g}' for s in sizes)}, relative to the claim, "
        f"extrapolated in 1/tau^4: {value:+.5f} +- {error:.5f}"
    )
    wrong = 1 / math.exp(-0.5772156649015329) - 1 if place else 0.05
    words = "a claim without exp(-gamma_E)" if place else "a claim 5 % larger"
    return leg(value / error, (value - wrong) / error, where, {"gap": f"{value:.3g}", "standard_error": f"{error:.2g}"}, words)


def _lowest(x: np.ndarray, y: np.ndarray, degree: int = 3) -> tuple[float, float]:
    """Place and value of the minimum of the polynomial of that degree through (x, y)."""
    fit = np.polynomial.Polynomial.fit(x, y, degree)
    fine = np.linspace(x[0], x[-1], 20_001)
    at = int(np.argmin(fit(fine)))
    return float(fine[at]), float(fit(fine[at]))


def subset_curves(judge: float, counts: np.ndarray, draws: int, trials: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """E r_k^2 and E r_k tanh(rho r_k), r_k the least distance from the judge among k answers: shapes (40 batches, len(counts)).

    `draws` answers are drawn and sorted by distance. The nearest of k of them, averaged over all subsets of k, is the i-th
    nearest with the probability C(draws - i, k - 1)/C(draws, k). That x = z + rho is on average r tanh(rho r) at the distance r
    (either side has its normal density) is put in by hand; all else is drawn.
    """
    from scipy.special import gammaln

    rng = np.random.default_rng(seed)
    square, pull = np.empty((40, draws)), np.empty((40, draws))
    for batch in range(40):
        r = np.sort(np.abs(rng.standard_normal((trials // 40, draws)) + judge), axis=1)
        square[batch] = (r**2).mean(axis=0)
        pull[batch] = (r * np.tanh(judge * r)).mean(axis=0)
    rank = np.arange(1, draws + 1)[:, None]
    left = draws - rank - counts + 1  # of the answers farther away, so many stay outside the subset
    logs = gammaln(draws - rank + 1) - gammaln(np.maximum(left, 0) + 1) - gammaln(counts)
    logs -= gammaln(draws + 1) - gammaln(counts + 1) - gammaln(draws - counts + 1)
    weight = np.where(left >= 0, np.exp(logs), 0.0)
    return square @ weight, pull @ weight


def near(formula: Formula, quick: bool) -> Leg:
    """The number of answers at which the drawn error is least, for judges ever nearer to the boundary, less the claim."""
    claim, trials, judge = formula.rhs.numpy, 20_000 if quick else 40_000, 1.0
    counts = np.arange(3, 130)
    square, pull = subset_curves(judge, counts, 250, trials, SEED)
    near = (9.0, 16.0, 30.0, 60.0, 120.0, 240.0)

    def best(closeness_: float, rows: Any) -> float:
        drift = -(1 + 1 / closeness_) / (2 * judge)
        error = square[rows].mean(0) + 2 * drift * pull[rows].mean(0)
        at = int(np.argmin(error))
        window = slice(max(at - at // 3 - 2, 0), at + at // 3 + 3)
        return math.exp(_lowest(np.log(counts[window]), error[window] * float(counts[at]) ** 4, 7)[0])

    resampled = np.random.default_rng(SEED).integers(0, 40, (100, 40))
    leading = [float(claim(*({closeness: c, rho: judge}[s] for s in formula.symbols))) for c in near]
    found = np.array([[best(c, rows) for c in near] for rows in (np.arange(40), *resampled)])
    errors = found[1:].std(axis=0, ddof=1)
    roots = [math.sqrt(c) for c in near]
    value, *spread = (extrapolate(roots, row - leading, errors.tolist(), orders=2)[0] for row in found)
    error = float(np.std(spread, ddof=1))  # all Lambda share their draws: by the resampled batches
    where = (
        f"{trials} sets of 250 answers at rho = 1, nearest of k averaged over all subsets: place of the least error less the "
        f"claim at Lambda = 9 to 240, extrapolated: {value:+.3f} +- {error:.3f}"
    )
    numbers = {"gap": f"{value:.4g}", "standard_error": f"{error:.2g}"}
    return leg(value / error, (4 - abs(value)) / error, where, numbers, "the leading term without the -4")
