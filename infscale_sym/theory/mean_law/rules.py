"""Rules for the second moments of the offsets: fixed weights in a random-matrix derivation.

For `predictive.cross-law`, `predictive.judge-law` and `predictive.prior-teacher` (model of HP, arXiv:2512.19905).
With fixed weights a bilinear form (1/d) w_T' G Sigma g of one training set scatters by d^(-1/2); averaged over the signs of the
coordinates, which leave the law of the rows unchanged, only by 1/d. Both rates are measured, on weights that prefer the large
eigenvalues.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Expr, Symbol

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, is_zero
from infscale_sym.errors import DerivationError
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.mean_law.notation import CrossRisk, GapForm, JudgeRisk, WeightForm, nu_R, overlap
from infscale_sym.theory.regression.drawn_training_sets import CASES, TrainingSet, _compiled, training_sets
from infscale_sym.theory.regression.notation import Sigma, TeacherRisk, alpha, gamma, nu, sigma
from infscale_sym.theory.regression.rules import COUNT, SEEN, SIZES, _extrapolated, _registered

#: Weights of teacher and judge, in patterns that repeat: the same on both eigenvalues, or stronger on the larger one.
TEACHER, JUDGE = np.array([0.9, -0.4, 0.7]), np.array([0.5, 0.3, 0.8])
PLAIN, ALIGNED = np.array([1.0, 1.0]), np.array([1.3, 0.6])


@dataclass(frozen=True)
class _Weights:
    """w_T and w_T - w_R for one training set, shape (d,), and the three overlaps that the statements name."""

    teacher: np.ndarray
    gap: np.ndarray
    names: dict[Symbol, float]


def _weights(d: int, along: np.ndarray) -> _Weights:
    # the drawn training sets alternate their two eigenvalues; the pattern gives each pair the same weights, times `along`
    strength = np.resize(along, d)
    w, other = (np.resize(np.repeat(pattern, 2), d) * strength for pattern in (TEACHER, JUDGE))
    names = {nu: float(np.sqrt(np.mean(w**2))), nu_R: float(np.sqrt(np.mean(other**2))), overlap: float(np.mean(w * other))}
    return _Weights(w, w - other, names)


def _number(sample: TrainingSet, expr: Expr, weights: _Weights, risk: float, signs: bool = False) -> float:
    """An expression at one training set: `risk` stands for Q; `signs`: forms averaged over the signs of the coordinates."""
    names, quantities, function = _compiled(expr)
    values = []
    for quantity in quantities:
        if isinstance(quantity, TeacherRisk):
            values.append(risk)
        elif isinstance(quantity, (WeightForm, GapForm)):
            left = weights.teacher if isinstance(quantity, WeightForm) else weights.gap
            matrix = sample.matrix(quantity.args[0])
            form = np.diag(matrix) @ (left * weights.gap) if signs else left @ matrix @ weights.gap
            values.append(float(form) / sample.d)
        else:
            values.append(sample.number(quantity))
    return float(function(*(weights.names.get(s, sample.names.get(s)) for s in names), *values))


def _student(sample: TrainingSet, weights: _Weights) -> tuple[float, float, float]:
    """(E Delta_T^2, E Delta_T Delta_R, E Delta_R^2) of the posterior mean over prompts and noise, at one training set."""
    noise, prior = sample.names[sigma], sample.names[gamma]
    features = sample.rows / np.sqrt(sample.d)
    precision = np.eye(sample.d) / prior**2 + features.T @ features / noise**2
    to_mean = np.linalg.solve(precision, features.T / noise**2)  # mu = to_mean y, y = features w_T + sigma eps
    bias = to_mean @ features @ weights.teacher - weights.teacher
    scatter = noise**2 * np.einsum("ji,j,ji->", to_mean, sample.spectrum, to_mean)
    one, two = bias, bias + weights.gap
    pairs = ((one, one), (one, two), (two, two))
    first, mixed, second = (float((a * sample.spectrum) @ b + scatter) / sample.d for a, b in pairs)
    return first, mixed, second


@dataclass(frozen=True)
class LinearInTheJudge:
    """m - y_R = (m - y_T) + (w_T - w_R)'phi, and the mean of mu - w_T over the noise is -lambda (C + lambda)^-1 w_T."""

    name: str = "linearity of the posterior mean"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Against the posterior itself at small training sets, weights along and against the eigenvalues."""
        place = {CrossRisk: 1, JudgeRisk: 2}.get(type(before))
        if place is None or not after.has(TeacherRisk):
            raise DerivationError("this rule opens the moments with a judge of its own around Q")
        worst = 0.0
        for case in CASES:
            for sample in training_sets(case, 6, 3):
                for along in (PLAIN, ALIGNED):
                    weights = _weights(6, along)
                    moments = _student(sample, weights)
                    worst = max(worst, abs(_number(sample, after, weights, moments[0]) / moments[place] - 1))
        if not worst < 1e-11:
            raise DerivationError(f"the moments of the posterior mean differ by {worst:.1e} in relative terms")
        return Evidence(NUMERIC, "11 digits against the posterior mean at 6 training sets, two choices of weights")


@dataclass(frozen=True)
class FixedWeightLimit:
    """The resolvent between fixed weights tends to its equivalent: O(d^-1/2) at one training set, O(1/d) on average."""

    sensitivity: Any = SEEN
    slack: float = 0.15
    name: str = "equivalent between weights"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Measured rates of both; the mean distance, extrapolated in 1/d, must vanish."""
        exponents: list[list[float]] = [[], []]
        for case in CASES:
            spreads: list[list[float]] = [[], []]
            means, errors = [], []
            for d in SIZES:
                raw, averaged = _gaps(before, after, case, d)
                for kind, gaps in enumerate((raw, averaged)):
                    spreads[kind].append(float(np.sqrt(np.mean(gaps**2))))
                means.append(float(averaged.mean()))
                errors.append(float(averaged.std(ddof=1)) / np.sqrt(len(averaged)))
            for kind in range(2):
                exponents[kind].append(float(np.polyfit(np.log(SIZES), np.log(spreads[kind]), 1)[0]))
            limit, error = _extrapolated(means, errors)
            if abs(limit) > 4 * error:
                raise DerivationError(f"as d -> oo the sides differ by {abs(limit / error):.0f} standard errors")
        for kind, power in enumerate((0.5, 1.0)):
            if any(abs(e + power) > self.slack for e in exponents[kind]):
                shown = ", ".join(f"{e:.2f}" for e in exponents[kind])
                raise DerivationError(f"the distance falls with the exponents {shown} in d, not {-power:g}")
        shown = [" and ".join(f"d^({e:.2f})" for e in kind) for kind in exponents]
        words = f"distance at one training set falls as {shown[0]} at alpha = 1/2 and 3/2, averaged over signs as {shown[1]}"
        return Evidence(NUMERIC, words)


def _gaps(before: Expr, after: Expr, case: tuple[float, ...], d: int) -> tuple[np.ndarray, np.ndarray]:
    """Distance of the sides at each training set of dimension d: as it is, and averaged over signs; weights ALIGNED."""
    weights = _weights(d, ALIGNED)
    out: tuple[list[float], list[float]] = ([], [])
    with single_threaded_algebra():
        for sample in training_sets(case, d, COUNT):
            risk = sample.number(TeacherRisk(alpha, sigma, gamma, Sigma, nu))
            for signs in (False, True):
                sides = (_number(sample, side, weights, risk, signs) for side in (before, after))
                one, two = sides
                out[signs].append(one - two)
    return np.array(out[0]), np.array(out[1])


@dataclass(frozen=True)
class NoPreferredDirection:
    """Weights that are alike on every eigenvalue: (1/d) w' f(Sigma) g = (w'g/d) (1/d) Tr f(Sigma)."""

    name: str = "no preferred direction"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Both sides with such weights; nothing random is left. Weights that prefer an eigenvalue must fail."""
        gaps = {}
        for key, along in (("alike", PLAIN), ("not alike", ALIGNED)):
            found = []
            for case in CASES:
                sample = training_sets(case, 6, 3)[0]
                weights = _weights(6, along)
                one, two = (_number(sample, side, weights, 1.0) for side in (before, after))
                found.append(abs(one / two - 1))
            gaps[key] = found
        if not max(gaps["alike"]) < 1e-11:
            raise DerivationError(f"the sides differ by {max(gaps['alike']):.1e} in relative terms")
        if not min(gaps["not alike"]) > 1e-3:
            raise DerivationError("the sides also agree for weights that prefer an eigenvalue")
        return Evidence(NUMERIC, "11 digits for weights alike on both eigenvalues; other weights are refused")


@dataclass(frozen=True)
class TeacherFromThePrior:
    """E (1/d) (mu - w)' Sigma (mu - w) over prompts, noise and the teacher's law N(0, gamma^2 I), at every training set."""

    name: str = "average over the prior"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """mu - w is linear in w and in the noise; both maps from the posterior itself, at small training sets."""
        if before != TeacherRisk(alpha, sigma, gamma, Sigma, gamma):
            raise DerivationError("this rule opens the mean squared offset of a teacher drawn from the prior")
        worst = 0.0
        for case in CASES:
            for sample in training_sets(case, 6, 3):
                width = sample.names[gamma]
                basis = [_student(sample, _Weights(width * np.sqrt(6) * unit, 0 * unit, {}))[0] for unit in np.eye(6)]
                worst = max(worst, abs(sample.number(after) / np.mean(basis) - 1))
        if not worst < 1e-11:
            raise DerivationError(f"the risk of the posterior mean differs by {worst:.1e} in relative terms")
        return Evidence(NUMERIC, "11 digits against the posterior mean at 6 training sets, d = 6, n = 12 and 4")


@dataclass(frozen=True)
class UseAt:
    """Insert a registered equality at special values of its symbols, into either side."""

    id: str
    at: tuple[tuple[Symbol, Expr], ...] = ()
    name: str = "registered formula at special values"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The sides agree once the registered right side stands on both."""
        statement = _registered(self.id)
        lhs, rhs = statement.lhs.subs(dict(self.at)), statement.rhs.subs(dict(self.at))
        one, two = before.subs(lhs, rhs), after.subs(lhs, rhs)
        if (one, two) == (before, after) or not is_zero(simplify(one - two)):
            raise DerivationError(f"{self.id} does not give the claim")
        return Evidence(NUMERIC, f"{self.id} put in symbolically; its own derivation has numeric steps")
