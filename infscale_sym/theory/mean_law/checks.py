"""Simulation of the joint law of the offsets (`predictive.cross-law`, `predictive.judge-law`, ...; HP, arXiv:2512.19905).

Students are fitted to drawn training sets (`mean_law.draws`, `simulate.regression`); no formula of the theory enters. Limits
d -> oo are extrapolated in 1/d; standard errors are over training sets.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from infscale_sym import simulate
from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.fits import extrapolate
from infscale_sym.theory.mean_law.draws import prompt_covariances
from infscale_sym.theory.mean_law.notation import frequency, nu_R, overlap
from infscale_sym.theory.regression.notation import Sigma, TeacherRisk, alpha, dimension, gamma, nu, sigma
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg, leg_of_bound

SPECTRUM = np.array([2.0, 0.5])
#: Weights in a pattern that repeats, each entry on both eigenvalues: they prefer none.
TEACHER, JUDGE = np.repeat([1.2, 0.5, -0.8], 2), np.repeat([0.7, 0.8, -0.3], 2)
SHAPE, NOISE, PRIOR = 0.5, 0.8, 1.1


def drawn(formula: Formula, quick: bool) -> Leg:
    """A moment of fitted students with a judge of its own, extrapolated in 1/d, against the claim itself."""
    at_prior = formula.id == "predictive.prior-teacher.cross"
    scale = PRIOR / np.sqrt(np.mean(TEACHER**2)) if at_prior else 1.0
    w, other = scale * TEACHER, JUDGE
    point = {alpha: SHAPE, sigma: NOISE, gamma: PRIOR, Sigma: SPECTRUM, nu: float(np.sqrt(np.mean(w**2)))}
    point |= {nu_R: float(np.sqrt(np.mean(other**2))), overlap: float(np.mean(w * other))}
    claim = numpy_function(formula.statement.rhs, formula.symbols)
    wanted = float(claim(*(point[s] for s in formula.symbols)))
    # the judge's share left out: what a judge with the teacher's weights would have
    teacher_only = float(TeacherRisk.numpy(*(point[s] for s in (alpha, sigma, gamma, Sigma, nu))))
    column = 2 if formula.id == "predictive.judge-law" else 1
    sizes = (12, 24, 48, 72)
    values, errors = [], []
    for number, d in enumerate(sizes):
        sets = (75_000 if quick else 150_000) // d
        drawn = _students(d, tuple(w), tuple(other), sets, SEED + number)
        values.append(float(drawn[:, column].mean()))
        errors.append(float(drawn[:, column].std(ddof=1)) / np.sqrt(sets))
    value, error = extrapolate(sizes, values, errors)
    where = f"fitted students, eigenvalues 2 and 1/2, d = {', '.join(map(str, sizes))} at alpha = 1/2, extrapolated in 1/d"
    numbers = {"extrapolated": f"{value:.8g}", "standard_error": f"{error:.2g}", "claim": f"{wanted:.8g}"}
    return leg((value - wanted) / error, (value - teacher_only) / error, where, numbers, "Q in its place")


@cache  # the cross law and the judge's are read off the same students
def _students(d: int, teacher: tuple[float, ...], judge: tuple[float, ...], sets: int, seed: int) -> np.ndarray:
    given: dict[str, Any] = {"Sigma": np.resize(SPECTRUM, d), "teacher": np.resize(teacher, d), "judge": np.resize(judge, d)}
    return prompt_covariances(round(d / SHAPE), d, NOISE, PRIOR, **given, training_sets=sets, seed=seed)


def prior(formula: Formula, quick: bool) -> Leg:
    """Q + sigma^2 - s^2 of students whose teachers are drawn from the prior, end to end, at three finite sizes."""
    sets = 1_500 if quick else 2_000
    deviations, controls, rows = [], [], []
    for number, (n, d) in enumerate(((6, 3), (4, 8), (40, 20))):
        result = simulate.regression(
            n,
            d,
            NOISE,
            PRIOR,
            k=(1,),
            T=0.0,
            prompts=16,
            training_sets=sets,
            seed=SEED + number,
            Sigma=np.resize(SPECTRUM, d),
            redraw_teacher=True,
            workers=1,
        )
        offset, variance = result.teacher_offset_square, result.variance
        error = float(np.hypot(offset.standard_error, variance.standard_error))
        gap = float(offset.mean - (variance.mean - NOISE**2))
        deviations.append(gap / error)
        controls.append((gap - 0.2 * float(offset.mean)) / error)
        rows.append({"n": n, "d": d, "gap": f"{gap:.4g}", "standard_error": f"{error:.2g}"})
    worst, control = max(deviations, key=abs), min(controls, key=abs)
    where = f"end to end, teachers drawn from the prior, (n, d) = (6, 3), (4, 8), (40, 20), {sets} training sets each"
    return leg(worst, control, where, {"points": rows}, "a Q 20 % larger")


def _students_without_ridge(d: int, n: int, sets: int, seed: int) -> np.ndarray:
    """E[Delta_T^2 | training set]/sigma^2 of students with an endless prior (gamma = 10^6 sigma), shape (sets,)."""
    given: dict[str, Any] = {"Sigma": np.resize(SPECTRUM, d), "teacher": np.resize(TEACHER, d), "judge": np.zeros(d)}
    return prompt_covariances(n, d, NOISE, 1e6 * NOISE, **given, training_sets=sets, seed=seed)[:, 0] / NOISE**2


def kurtosis(formula: Formula, quick: bool) -> Leg:
    """3 E V^2/(E V)^2 of students without a ridge, at three finite sizes, against the claim."""
    claim = numpy_function(formula.statement.rhs, formula.symbols)
    sets = 15_000 if quick else 30_000
    deviations, controls = [], []
    for number, (d, n) in enumerate(((6, 24), (10, 40), (20, 60))):
        v = _students_without_ridge(d, n, sets, SEED + number)
        first, second = v.mean(), np.mean(v**2)
        value = 3 * second / first**2
        scatter = 3 * ((v**2 - second) / first**2 - 2 * second * (v - first) / first**3)
        error = float(scatter.std(ddof=1)) / np.sqrt(sets)
        point = {dimension: d, alpha: d / n}
        deviations.append((value - float(claim(*(point[s] for s in formula.symbols)))) / error)
        controls.append((value - (3 + 6 / d)) / error)
    worst, control = max(deviations, key=abs), min(controls, key=abs)
    where = f"students without a ridge, (d, n) = (6, 24), (10, 40), (20, 60), {sets} training sets each"
    numbers = {"deviations": [f"{z:.2f}" for z in deviations]}
    return leg(worst, control, where, numbers, "only the teacher's chi-square, 3 + 6/d,")


def bound(formula: Formula, quick: bool) -> Leg:
    """E exp(-w^2 V/2) of students without a ridge against exp(-w^2 E V/2) and the bound, V drawn, E V their own mean."""
    sets = 30_000 if quick else 60_000
    claim = numpy_function(formula.statement.rhs, formula.symbols)
    inside, outside, rows = np.inf, np.inf, []
    for number, (d, n, w) in enumerate(((6, 24, 0.7), (6, 18, 0.5), (10, 30, 0.5))):
        v = _students_without_ridge(d, n, sets, SEED + 10 + number)
        mean = v.mean()
        value = np.mean(np.exp(-(w**2) * v / 2)) - np.exp(-(w**2) * mean / 2)
        scatter = np.exp(-(w**2) * v / 2) + w**2 / 2 * np.exp(-(w**2) * mean / 2) * (v - mean)
        error = float(scatter.std(ddof=1)) / np.sqrt(sets)
        point = {frequency: w, dimension: d, alpha: d / n}
        most = float(claim(*(point[s] for s in formula.symbols)))
        inside = min(inside, (most - value) / error)
        outside = min(outside, (value - most / 2) / error)
        rows.append({"d": d, "n": n, "frequency": w, "gap": f"{value:.5g}", "error": f"{error:.2g}", "bound": f"{most:.5g}"})
    where = f"gap of {len(rows)} drawn characteristic functions, {sets} training sets each"
    return leg_of_bound(inside, outside, where, "half the bound", {"points": rows})
