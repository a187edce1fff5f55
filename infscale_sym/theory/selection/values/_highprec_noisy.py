"""F_k at 0 < t < ∞ in mpmath: the trapezoidal rule over the score of the chosen answer.

`selection.integral` (HP, arXiv:2512.19905) in v = ln u: F_k = k ∫ m(v) a(v)^{k-1} dv with a and m of
`_highprec_scores`. The rule runs in s, where

    v = V(s) = v0 + s - e^{-s-2} + r(s)²/(2t),      r(s) = ln(1 + c sqrt(2t) e^{s-s1})/c.

On the left (a is entire in e^v) the integrand e^v ends doubly exponentially in s; then v is linear in s until the
noise is resolved (v about 5); then the distance r = sqrt(2tv) grows geometrically; and about the place where
k (-ln a) = 1, r is linear in s at the rate at which ln(-ln a) grows. So in every regime the integrand looks like
exp(s - e^s), whose strip has half-width pi/2: the relative error is of order exp(-pi²/h).
"""

from __future__ import annotations

import math
from typing import Any

import mpmath
from mpmath import mp

from infscale_sym.theory.selection.values._highprec_scores import Scores


def typical_score(k: Any, t: Any, tau: Any, rho: Any) -> tuple[Any, Any]:
    """(v, d ln(-ln a)/dv) where k (-ln a(v)) = 1: the score of the chosen answer, to about two digits; rho >= 0."""
    with mp.workdps(25 + max(0, int(mp.log10(k)))):
        scores = Scores(t, tau, rho, 8, 1.0, centred=False)
        low = mp.asinh((-mp.log(k) - 3) / 2)
        high = mp.asinh((abs(rho) + 14) ** 2 / (4 * t) + 25)
        while high - low > 0.02:
            middle = (low + high) / 2
            low, high = (middle, high) if -k * scores.log_above(2 * mp.sinh(middle)) < 1 else (low, middle)
        v = 2 * mp.sinh((low + high) / 2)
        log_a = scores.log_above(v)
        slope = scores.chosen(v)[0] / (-mp.exp(log_a) * log_a)
    return v, slope


class ScoreMap:
    """The map s -> V(s) for one (k, t, rho >= 0), and the s of the typical score."""

    def __init__(self, t: Any, rho: Any, typical: Any, slope: Any) -> None:
        self.t, self.start = t, min(typical, mpmath.mpf(0))
        distance = mp.sqrt(2 * t * max(typical, mpmath.mpf(0)))
        self.bend = max(mpmath.mpf("0.5"), rho - distance)
        if typical > 5:  # dV/ds = 1/slope there, of which the linear part is 1
            rate = (t / distance) * max(1 / slope - 1, mpmath.mpf("1e-9"))
            self.bend = max(self.bend, 1 / rate - 1 / distance)
        self.turn, self.width = mpmath.mpf("5.5") - self.start, mp.sqrt(2 * t)
        low, high = mpmath.mpf(-3), 40 - self.start + self.bend * (distance + 1)
        while high - low > 0.01:
            middle = (low + high) / 2
            low, high = (middle, high) if self(middle)[0] < typical else (low, middle)
        self.centre = (low + high) / 2

    def __call__(self, s: Any) -> tuple[Any, Any]:
        """(V(s), V'(s))."""
        e, far = mp.exp(-s - 2), self.width * mp.exp(s - self.turn)
        r = mp.log1p(self.bend * far) / self.bend
        return self.start + s - e + r * r / (2 * self.t), 1 + e + r / self.t * far / (1 + self.bend * far)


def noisy_selection(
    k: Any, t: Any, tau: Any, rho: Any, digits: int, refine: float, inner: float, offset: Any, *, centred: bool
) -> tuple[Any, Any, int]:
    """(F_k, defect of the normalization, outer nodes) on one mesh at the present precision, 0 < t < ∞.

    The present precision must exceed `digits` by log10(k) and a guard. `refine` and `inner` divide the outer and inner
    steps, `offset` shifts the outer mesh by that fraction of a step, `centred` moves the inner ones. The defect is
    |k ∫ E K a^{k-1} dv - 1|: someone is chosen.
    """
    if rho < 0:
        tau, rho = -tau, -rho
    scores = Scores(t, tau, rho, digits, inner, centred=centred)
    score = ScoreMap(t, rho, *typical_score(k, t, tau, rho))
    step = mp.pi**2 / (digits * mp.ln10 * mpmath.mpf(refine))
    tiny = mpmath.mpf(10) ** (-digits - 1)
    # E w: k e^v E w bounds k (1 - a) and tells where a^{k-1} is 1
    bound = k * mp.sqrt(t / (1 + t)) * mp.exp(-(rho**2) / (2 * (1 + t)))
    total = mass = mpmath.mpf(0)
    count = 0
    for direction in (1, -1):
        index, idle = (0 if direction == 1 else -1), 0
        share = exponent = 0.0  # of the node before: ln of its share (or its envelope's) in the total; ln(-k ln a)
        while idle < 2:
            v, dv = score(score.centre + (index + offset) * step)
            # a node that adds little need not be known to all digits; nor a^{k-1} where it is nearly 1
            slack = max(0.0, -share - 12)
            chosen, second = scores.chosen(v, slack)
            log_power = mpmath.mpf(0)
            if k != 1 and mp.exp(v) * bound > tiny / 100:
                log_power = (k - 1) * scores.log_above(v, slack + max(0.0, -exponent - 12))
                exponent = float(mp.log(-log_power))
            common = step * k * dv * mp.exp(log_power)
            total += common * second
            mass += common * chosen
            reach = 2 * t * max(v, mpmath.mpf(0)) + (tau - rho) ** 2  # (x+D)² as if it did not cancel
            part = common * max(second + chosen * reach, chosen * total) / total
            share = float(mp.log(part)) if part else -math.inf
            idle = 0 if part > tiny else idle + 1
            index, count = index + direction, count + 1
    return total, abs(mass - 1), count
