"""The error that a plan promises: delta over answers, prompts and training sets (HP Remark 5, arXiv:2512.19905).

delta(n, k, T, c) = s^2 E F_k(T/(2 s^2); tau, (1 + c) tau) over tau ~ N(0, Q/s^2), s^2 and Q at alpha = d/n
(`predictive.variance`, `predictive.mean-law`), to a relative 1e-10 of this proportional-limit law. The judge is that of HP's
code, y_R = y_T - c (m - y_T), so that Delta_R = (1 + c) Delta_T; c = 0 is the teacher itself.

What may be left free, and what is then best, is settled here once. No rule that picks among the answers does better than
picking the one nearest to the teacher's, so with both free T = 0 and c = 0; with one of them 0, the other is 0 too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import exact
from infscale_sym.theory.planning.model import Student
from infscale_sym.theory.regression.values.gaussian_pair import pair_average

#: Largest E rho^2 for which the average over prompts is computed, and most answers.
LARGEST_SPREAD = 1e6
MOST_ANSWERS = 1e16
#: Range of t = T/(2 s^2) beside 0 and infinity.
LOWEST_T, HIGHEST_T = 1e-6, 1e6


@dataclass(frozen=True)
class Choice:
    """What is given of the selection: temperature T (units of y^2) and the judge's c; None is free."""

    T: float | None
    c: float | None

    @classmethod
    def of(cls, temperature: Any, judge: Any, student: Student) -> tuple[Choice, str]:
        """Read and check; the choice with what follows at once filled in, and a note on it. Raises DomainError."""
        T = None if temperature is None else float(exact(temperature, "temperature", infinite=True))
        c = None if judge is None else float(exact(judge, "judge"))
        if T is not None and not T >= 0:
            raise DomainError(f"temperature must lie in [0, inf], units of y^2; got {temperature}")
        if c is not None and not abs(c) <= 1e3:
            raise DomainError(f"judge (c) must lie in [-1000, 1000]; got {judge}")
        if T and math.isfinite(T):
            hottest, coldest = T / (2 * student.sigma**2), T / (2 * student.untrained_variance)
            if not LOWEST_T <= coldest <= hottest <= HIGHEST_T:
                raise DomainError(
                    f"temperature must be 0, inf, or give T/(2 s^2) within {LOWEST_T:g} and {HIGHEST_T:g}, that is T from "
                    f"{2 * student.untrained_variance * LOWEST_T:g} to {2 * student.sigma**2 * HIGHEST_T:g}; got {T:g}"
                )
        chosen = cls(T, c)
        if T is not None and math.isinf(T):
            return replace(chosen, c=0.0 if c is None else c), "T = inf: every answer is as likely; one answer does as well"
        if c is None and not T:
            note = "the best judge is the teacher (c = 0) at T = 0: no selection beats the answer nearest to the teacher's"
            return cls(0.0, 0.0), note
        if c == 0 and T is None:
            return cls(0.0, 0.0), "T = 0 is optimal: with the teacher as judge, no selection beats its first choice"
        return chosen, ""


def averaged_error(k: Any, T: float, n: float, student: Student, c: float) -> np.ndarray:
    """delta (units of y^2), shape of k; k real from 1 to 1e16, or inf; n real >= 0, or inf.

    The proportional-limit law; relative error 1e-10 against it. Raises DomainError if (1 + c)^2 Q/s^2 exceeds 1e6.
    """
    answers = np.asarray(k, float)
    variance, risk = (float(part) for part in student.moments(n))
    ratio = risk / variance
    result = np.full(answers.shape, variance + risk)
    most = np.isinf(answers)
    if most.any():
        result[most] = infinite_answers(np.array(variance), np.array(risk), Choice(T, c))[0]
    some = ~most & (answers > 1)
    if some.any() and math.isfinite(T):
        if not within_reach(ratio, Choice(T, c)):
            raise DomainError(f"(1 + c)^2 Q/s^2 must not exceed {LARGEST_SPREAD:g}; got {(1 + c) ** 2 * ratio:g} at n = {n:g}")
        t = T / (2 * variance)
        result[some] = variance * pair_average(answers[some], t, ratio, (1 + c) * ratio, (1 + c) ** 2 * ratio)
    return result[()]


def within_reach(ratio: Any, choice: Choice) -> Any:
    """Whether the average over prompts is computed at Q/s^2 = ratio."""
    stretch = 1.0 if choice.c is None else (1 + choice.c) ** 2
    return np.asarray(ratio) * max(stretch, 1.0) <= LARGEST_SPREAD


def infinite_answers(variance: np.ndarray, risk: np.ndarray, choice: Choice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(delta, T, c) as k -> oo, the free one at its best; closed. F_oo = V (1 - (1 + c) v)^2 + 1 - v, v = 1/(1 + t)."""
    ratio = risk / variance
    if choice.c is None:
        assert choice.T is not None
        t = choice.T / (2 * variance)
        return variance * t / (1 + t), np.full(ratio.shape, choice.T), t
    g = 1 + choice.c
    if choice.T is None:
        with np.errstate(divide="ignore", invalid="ignore"):
            v = np.where(ratio * g * g > 0, (1 + 2 * ratio * g) / (2 * ratio * g * g), 1.0)
            v = np.clip(v, 0.0, 1.0)
            T = 2 * variance * (1 / v - 1)
    else:
        v = 1 / (1 + choice.T / (2 * variance))
        T = np.full(ratio.shape, choice.T)
    F = ratio * choice.c**2 if choice.T == 0 else ratio * (1 - g * v) ** 2 + (1 - v)
    return variance * F, T, np.full(ratio.shape, choice.c)


def polish(k: float, n: float, student: Student, choice: Choice, near: float) -> tuple[float, float, float]:
    """(delta, T, c) at one (n, k), the free one of T and c minimised to 1e-4 around `near` on the exact error.

    `near` is where a search saw the minimum: T or c; T = 0 and T = inf are compared.
    """
    from scipy.optimize import minimize_scalar

    if choice.T is not None and choice.c is not None:
        return float(averaged_error(k, choice.T, n, student, choice.c)), choice.T, choice.c
    variance, risk = student.moments(n)
    if math.isinf(k):
        error, heat, judge = infinite_answers(variance, risk, choice)
        return float(error), float(heat), float(judge)
    if choice.c is None:
        T = choice.T
        assert T is not None
        farthest = math.sqrt(LARGEST_SPREAD / max(float(risk / variance), 1e-300))
        low, high = (min(math.log1p(max(near, 0.0) * f + (f - 1) * 0.1), math.log(farthest)) for f in (0.75, 1.3))
        found: Any = minimize_scalar(
            lambda x: float(averaged_error(k, T, n, student, math.expm1(x))),
            bounds=(max(low, 0.0), high), method="bounded", options={"xatol": 3e-4},
        )  # fmt: skip
        return float(found.fun), T, math.expm1(float(found.x))
    c = choice.c
    candidates = [(float(averaged_error(k, T, n, student, c)), T) for T in (0.0, math.inf)]
    if 0 < near < math.inf:
        centre = math.log(near)
        found = minimize_scalar(
            lambda x: float(averaged_error(k, math.exp(x), n, student, c)),
            bounds=(centre - 0.4, centre + 0.4), method="bounded", options={"xatol": 1e-3},
        )  # fmt: skip
        candidates.append((float(found.fun), math.exp(float(found.x))))
    return *min(candidates), c
