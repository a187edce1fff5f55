"""The race of the two likeliest bins (`vote.majority.rate`): how probably the second is ahead of the first after k answers.

N_2 - N_1 is a sum of k independent steps +1, -1, 0 with the probabilities p_2, p_1, 1 - p_1 - p_2. On the circle through the
saddle point its generating function is real, M (1 - c (1 - cos theta)), with M = 1 - (sqrt p_1 - sqrt p_2)^2 and
c = 2 sqrt(p_1 p_2)/M:

    P(N_2 > N_1) + P(N_2 = N_1)/2
        = M^k (p_1 - p_2)/(4 pi) int (1 - c (1 - cos theta))^k/(p_1 + p_2 - 2 sqrt(p_1 p_2) cos theta) dtheta,

theta from -pi to pi. Periodic, so the trapezoidal rule converges geometrically: relative error 1e-12 (1 + k/1000) in float64,
two meshes that agree in mpmath. The referee adds up the trinomial law of (N_1, N_2).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.inputs import check_range, exact, float_array
from infscale_sym.evaluate.lambdify import to_mpf


def race_tail(k: Any, p_1: Any, p_2: Any) -> Any:
    """P(N_2 > N_1) + P(N_2 = N_1)/2; float64, broadcasting, relative error 1e-12 times (1 + k/1000); k whole, 1 to 1e6.

    0 < p_2 < p_1, p_1 + p_2 <= 1. Raises DomainError outside.
    """
    k, one, two = float_array(k, "k"), float_array(p_1, "p_1"), float_array(p_2, "p_2")
    with np.errstate(under="ignore"):
        return (scaled_race(k, one, two) * (1 - (np.sqrt(one) - np.sqrt(two)) ** 2) ** k / np.sqrt(k))[()]


def scaled_race(k: Any, p_1: Any, p_2: Any) -> Any:
    """sqrt(k) M^(-k) times `race_tail`; the same arguments, relative error 1e-12.

    k may be real where the k-th power in the integral has a base that is never negative: 4 sqrt(p_1 p_2) <= M.
    """
    k, one, two = float_array(k, "k"), float_array(p_1, "p_1"), float_array(p_2, "p_2")
    check_range(k, "k", 1, 1e6)
    steady = 4 * np.sqrt(one * two) <= 1 - (np.sqrt(one) - np.sqrt(two)) ** 2
    if not ((two > 0) & (two < one) & (one + two <= 1) & (steady | (k == np.round(k)))).all():
        raise DomainError("0 < p_2 < p_1, p_1 + p_2 <= 1 and whole k are needed (real k only if the bins are small)")
    shape = np.broadcast_shapes(k.shape, one.shape, two.shape)
    out = [
        _scaled(*map(float, point)) for point in zip(*(np.broadcast_to(v, shape).ravel() for v in (k, one, two)), strict=True)
    ]
    return np.array(out).reshape(shape)[()]


def _scaled(k: float, one: float, two: float) -> float:
    root = math.sqrt(one * two)
    base = 2 * root / (1 - (math.sqrt(one) - math.sqrt(two)) ** 2)
    # The Gaussian needs sqrt(k) nodes, the pole at cos theta = cosh lambda some 40/lambda.
    nodes = 2 * int(30 * math.sqrt(k * base) + 40 / math.log(one / two) + 60)
    angle = np.arange(nodes) * 2 * np.pi / nodes
    loss = 2 * np.sin(angle / 2) ** 2
    kernel = (one - two) / ((math.sqrt(one) - math.sqrt(two)) ** 2 + 2 * root * loss)
    with np.errstate(under="ignore"):
        return math.sqrt(k) * float(((1 - base * loss) ** k * kernel).mean()) / 2


def race_tail_mp(k: Any, p_1: Any, p_2: Any, digits: int = 50) -> Any:
    """P(N_2 > N_1) + P(N_2 = N_1)/2 as an mpf; arguments as for `scaled_race_mp`."""
    import mpmath

    with mpmath.workdps(digits + 15 + int(abs(float(mpmath.log10(to_mpf(k)))))):
        K, one, two = (to_mpf(v) for v in (k, p_1, p_2))
        return scaled_race_mp(k, p_1, p_2, digits) * (1 - (mpmath.sqrt(one) - mpmath.sqrt(two)) ** 2) ** K / mpmath.sqrt(K)


def scaled_race_mp(k: Any, p_1: Any, p_2: Any, digits: int = 50) -> Any:
    """sqrt(k) M^(-k) times the race's tail as an mpf; k whole, 1 to 1e40; 0 < p_2 < p_1, p_1 + p_2 < 1.

    Raises DomainError outside and ValidationError where two meshes differ.
    """
    import mpmath

    number = exact(k, "k")
    if number != int(number) or not 1 <= number <= 10**40:
        raise DomainError(f"k must be whole, 1 to 1e40; got {k}")
    with mpmath.workdps(digits + 15 + len(str(int(number)))):  # a k-th power takes that many digits
        K, one, two = (to_mpf(v) for v in (k, p_1, p_2))
        if not (0 < two < one and one + two < 1):
            raise DomainError(f"0 < p_2 < p_1 and p_1 + p_2 < 1 are needed; got {p_1}, {p_2}")
        root = mpmath.sqrt(one * two)
        base = 2 * root / (1 - (mpmath.sqrt(one) - mpmath.sqrt(two)) ** 2)
        nepers = 2.303 * (digits + 12)
        cut = math.sqrt(2.2 * nepers / float(K * base)) if float(K) > 1e3 else math.inf
        far = 1 - 2 * base
        short = cut < 1 and float(-K * mpmath.log(abs(far) if far else mpmath.mpf("1e-99"))) > nepers

        def scaled(density: float) -> Any:
            nodes = density * (nepers * math.sqrt(float(K * base)) / 2 + nepers / float(mpmath.log(one / two)) * 2 + 20)
            step = mpmath.mpf(cut) / int(density * nepers) if short else mpmath.pi / int(nodes)
            last = int(density * nepers) if short else int(nodes)
            total = mpmath.mpf(0)
            for i in range(last + 1):
                loss = 2 * mpmath.sin(step * i / 2) ** 2
                value = (1 - base * loss) ** int(number) * (one - two) / (one + two - 2 * root + 2 * root * loss)
                total += value / 2 if i in (0, last) else value
            return mpmath.sqrt(K) * total * step / (2 * mpmath.pi)

        return agree(scaled, (1.0, 1.5, 2.2), digits, "race")


def race_by_counts_mp(k: Any, p_1: Any, p_2: Any, digits: int = 50) -> Any:
    """The same probability from the trinomial law of (N_1, N_2), added up; mpf. k whole, 1 to 200. The referee."""
    import mpmath

    number = exact(k, "k")
    if number != int(number) or not 1 <= number <= 200:
        raise DomainError(f"k must be whole, 1 to 200; got {k}")
    count = int(number)
    with mpmath.workdps(digits + 15):
        one, two = to_mpf(p_1), to_mpf(p_2)
        total = mpmath.mpf(0)
        for n in range(count + 1):
            for m in range(min(n, count - n) + 1):
                ways = math.comb(count, n) * math.comb(count - n, m)
                total += ways * two**n * one**m * (1 - one - two) ** (count - n - m) / (2 if m == n else 1)
        return total
