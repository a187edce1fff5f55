"""Best-of-k (t = 0) in mpmath: moments of the chosen answer by a trapezoidal rule in a smooth variable.

The sampler of HP (arXiv:2512.19905) at t = 0: with x = z + rho and S(r) = P(|x| > r), an answer is chosen iff all others
are farther away, so for any weight g

    E[g(x_chosen)] = k ∫_0^∞ [g(r) phi(r-rho) + g(-r) phi(r+rho)] S(r)^{k-1} dr.

The integrand is entire in r (S has no zero near the real axis), but its scale runs from 1/k to |rho|. With
r = ln(1 + c e^s)/c the variable s is ln r for small r and c r for large r; c is the slope of ln(-ln S) beyond its
1/r part at the place where k (-ln S) = 1. Then S^k looks like exp(-e^s) in s: its first singular growth off the real
axis is at Im s = pi/2, so the trapezoidal rule with step h has relative error of order exp(-pi²/h). On the left, where
densities and S no longer change, the integrand falls only as e^s; there s = x - e^{x0-x-2} ends it doubly exponentially
in the rule's own variable x, at the same Im x = pi/2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import mpmath
from mpmath import mp

#: A weight g together with an envelope r -> bound of |g(r)|, |g(-r)| that increases with r.
Weight = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def survival_pair(r: Any, rho: Any, negligible: float | None = None) -> tuple[Any, Any]:
    """(P(|x| <= r), P(|x| > r)) for x ~ N(rho, 1), r >= 0, at the working precision.

    The second entry has no cancellation; the first has the absolute error of the working precision. The side of
    -sign(rho) is left out where it is smaller than the other by more than `negligible` nepers.
    """
    root, rho = mp.sqrt(2), abs(rho)
    far = 0 if negligible is not None and 2 * r * rho > negligible else mp.erfc((rho + r) / root)
    if r < rho:
        inside = (mp.erfc((rho - r) / root) - far) / 2
        return inside, 1 - inside
    outside = (mp.erfc((r - rho) / root) + far) / 2
    return 1 - outside, outside


def log_of_survival(inside: Any, outside: Any) -> Any:
    """ln P(|x| > r) from both probabilities: log1p of the smaller one, so that neither end loses digits."""
    return mp.log1p(-inside) if 2 * inside < 1 else mp.log(outside)


@lru_cache(maxsize=64)
def _norm(prec: int) -> Any:
    """1/sqrt(2 pi) at the working precision of `prec` bits (the argument is the key of the cache)."""
    return 1 / mp.sqrt(2 * mp.pi)


def both_densities(r: Any, rho: Any, negligible: float | None = None) -> tuple[Any, Any]:
    """The densities of x ~ N(rho, 1) at +r and at -r; the second as 0 if it is smaller by `negligible` nepers."""
    norm = _norm(mp.prec)
    plus = norm * mp.exp(-((r - rho) ** 2) / 2)
    if negligible is not None and 2 * r * rho > negligible:
        return plus, mpmath.mpf(0)
    return plus, norm * mp.exp(-((r + rho) ** 2) / 2)


def typical_distance(k: Any, rho: Any) -> tuple[Any, Any]:
    """(r, d ln(-ln S)/dr) where k (-ln S(r)) = 1: the distance of the chosen answer, to about two digits."""
    with mp.workdps(25 + max(0, int(mp.log10(k)))):
        low, high = -mp.log(k) - 5, mp.log(abs(rho) + 40)
        for _ in range(60):
            middle = (low + high) / 2
            if -k * log_of_survival(*survival_pair(mp.exp(middle), rho)) < 1:
                low = middle
            else:
                high = middle
            if high - low < 1e-3:
                break
        r = mp.exp((low + high) / 2)
        inside, outside = survival_pair(r, rho)
        slope = sum(both_densities(r, rho)) / (-outside * log_of_survival(inside, outside))
    return r, slope


def chosen_moments(
    k: Any, rho: Any, weights: Sequence[Weight], digits: int, refine: float, offset: Any
) -> tuple[list[Any], Any]:
    """([E g(x_chosen) for each weight g], defect of the normalization) on one mesh at the present precision.

    The present precision must exceed `digits` by log10(k) and a guard. `refine` >= 1 divides the step, `offset`
    shifts the mesh by that fraction of the step. The defect is |k ∫ density - 1|, which a right mesh makes tiny.
    """
    nepers = digits * float(mp.ln10)
    step = mp.pi**2 / (nepers * mpmath.mpf(refine))
    tiny = mpmath.mpf(10) ** (-digits - 1)
    centre, slope = typical_distance(k, rho)
    bend = max(slope - 1 / centre, abs(rho) - centre, mpmath.mpf("0.5"))
    middle = mp.log(mp.expm1(bend * centre) / bend)
    level = min(centre, 1 / (1 + abs(rho)))  # below this distance densities and S hardly change
    turn = mp.log(mp.expm1(bend * level) / bend) - middle

    sums = [mpmath.mpf(0) for _ in weights]
    mass = mpmath.mpf(0)

    def add(index: int) -> bool:
        """Add the node; True while it matters."""
        nonlocal mass
        x = (index + offset) * step
        ending = mp.exp(turn - x - 2)
        e = mp.exp(middle + x - ending)
        r = mp.log1p(bend * e) / bend
        plus, minus = both_densities(r, rho)
        power = mp.exp((k - 1) * log_of_survival(*survival_pair(r, rho)))
        common = step * (1 + ending) * k * power * e / (1 + bend * e)
        node = common * (plus + minus)
        mass += node
        matters = node > tiny
        for i, (g, envelope) in enumerate(weights):
            sums[i] += common * (plus * g(r) + minus * g(-r))
            matters = matters or node * envelope(r) > tiny * abs(sums[i])
        return matters

    for direction in (1, -1):
        index, idle = (0 if direction == 1 else -1), 0
        while idle < 3:
            idle = 0 if add(index) else idle + 1
            index += direction
    return sums, abs(mass - 1)
