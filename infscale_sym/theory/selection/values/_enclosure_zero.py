"""Rigorous enclosure of best-of-k, t = 0: F_k = k ∫_0^∞ g(r) S(r)^(k-1) dr (HP, arXiv:2512.19905, `selection.integral`).

g(r) = (r+D)² phi(r-rho) + (r-D)² phi(r+rho) >= 0 is the error weighted with the law of |x|, so nothing cancels and a
relative error is natural also where F is 1e-31.

1. Tail. ∫_R^∞ k g S^(k-1) dr <= k S(R)^(k-1) N(R), because S decreases.
2. Panels on [0, R], halved until a Gauss rule of moderate length serves. The ellipse of a panel lies in the rectangle
   {low <= Re r <= high, |Im r| <= y}. There |g| has the bound `Folded.peaks`, and since S decreases on the real axis,
   |S(r)| <= S(low) + y exp(y²/2) sup f: for large k this loses only a factor exp(k f · width).
3. A power with a non-integer exponent needs S != 0: |S(r) - S(Re r)| <= y exp(y²/2) sup f < S(high) is asked for then, on
   each of a few pieces of the rectangle.
"""

from __future__ import annotations

import math

import flint
from flint import arb

from infscale_sym.theory.selection.values._enclosure_gauss import (
    BOUND_BITS,
    Folded,
    gauss_error,
    gauss_nodes,
    log_float,
    points_needed,
    power,
    symmetric,
)

_ELLIPSES = (16.0, 8.0, 5.0, 3.2, 2.2)


def enclose_zero(k: arb, integer: bool, law: Folded, digits: int) -> arb:
    """F_k(0; tau, rho) as a ball, aiming at a relative radius of 10^-digits; k > 1 a ball, `integer` if k is one."""
    with flint.ctx.workprec(BOUND_BITS):
        scale = rough_scale(k, law)
        log_target = scale - (digits + 1) * math.log(10)
        end = cutoff(k, law, log_target - 1)
        panels = _panels(k, integer, law, end, log_target - 6.0, int(1.2 * (digits + 8)))
    total = arb(0)
    with flint.ctx.workprec(int(3.33 * digits) + 48):
        for a, b, n, _ in panels:
            for r, weight in gauss_nodes(arb(a), arb(b), n):
                s, p = law.tails(r)
                log_s = (-p).log1p() if p < 0.5 else s.log()
                total += weight * law.weighted(r) * ((k - 1) * log_s).exp()
        total *= k
        error = sum((entry[3] for entry in panels), arb(0)) + tail(k, law, arb(end))
        return total + symmetric(error)


def tail(k: arb, law: Folded, r: arb) -> arb:
    """Upper bound for the part of F beyond r."""
    s, p = law.tails(r)
    return (k * power(s, (-p).log1p() if p < 0.5 else s.log(), k - 1) * abs(law.error_tail(r))).upper()


def rough_scale(k: arb, law: Folded) -> float:
    """ln F_k(0) within a few units: a coarse sum in ln r that sets targets, no claim."""
    logs = []
    # k P(|x| < r) <= k r: what lies far below r = 1/k does not count
    for i in range(max(-200, -24 - math.ceil(4 * log_float(k) / math.log(2))), 27):
        r = arb(2) ** (arb(i) / 4)
        g = law.weighted(r) * r * k * ((k - 1) * law.log_survival(r)).exp()
        logs.append(log_float(g))
    top = max(logs)
    return top + math.log(math.fsum(math.exp(x - top) for x in logs) * math.log(2) / 4)


def cutoff(k: arb, law: Folded, log_target: float) -> float:
    """A point beyond which the tail is below the target."""
    low, high = 2.0**-60, abs(float(law.rho.mid())) + 8.0
    while log_float(tail(k, law, arb(high))) > log_target:
        low, high = high, high * 1.5
    while high > 1.02 * low:
        middle = math.sqrt(low * high)
        if log_float(tail(k, law, arb(middle))) > log_target:
            low = middle
        else:
            high = middle
    return high


def _panels(
    k: arb, integer: bool, law: Folded, end: float, log_target: float, longest: int
) -> list[tuple[float, float, int, arb]]:
    """Panels (a, b, points, error bound) covering [0, end]."""
    done, waiting = [], [(0.0, end)]
    while waiting:
        a, b = waiting.pop()
        best: tuple[int, float, arb] | None = None
        for q in _ELLIPSES:
            bound = _on_ellipse(k, integer, law, arb(a), arb(b), q)
            if bound is not None and bound.is_finite():
                n = points_needed(log_float(bound), math.log((b - a) / 2), log_target, q)
                if best is None or n < best[0]:
                    best = (n, q, bound)
        if best is not None and best[0] <= longest:
            done.append((a, b, best[0], gauss_error(best[2], arb(b - a) / 2, best[1], best[0])))
        else:
            middle = (a + b) / 2
            if not a < middle < b:
                raise ArithmeticError("internal: a panel cannot be bounded")
            waiting += [(middle, b), (a, middle)]
    return done


def _on_ellipse(k: arb, integer: bool, law: Folded, a: arb, b: arb, q: float) -> arb | None:
    """Upper bound for |k g S^(k-1)| on the Bernstein ellipse, or None where S may vanish and k is no integer."""
    half, centre = (b - a) / 2, (a + b) / 2
    across, y = half * (arb(q) + 1 / arb(q)) / 2, half * (arb(q) - 1 / arb(q)) / 2
    pieces = 1 if integer or k > 100 else 8  # a small k lets S fall by many powers on one panel
    edges = [(centre + across * (arb(2 * i) / pieces - 1)) for i in range(pieces + 1)]
    worst = arb(0)
    for low, high in zip([e.lower() for e in edges[:-1]], [e.upper() for e in edges[1:]], strict=True):
        f_top, g_top = law.peaks(low, high, y)
        rise = y * f_top  # exp(y²/2) is already in f_top
        if not integer and not rise < law.tails(high.max(arb(0)))[0].lower():
            return None
        s, p = law.tails(low) if low >= 0 else (2 - law.tails(-low)[0], -law.tails(-low)[1])
        size = (rise - p).log1p() if rise - p < 0.5 and p < 0.5 else (s + rise).log()
        worst = worst.max((k * g_top * ((k - 1) * size).exp()).upper())
    return worst
