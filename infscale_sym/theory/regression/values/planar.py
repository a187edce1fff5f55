"""kappa from planar pairings: the referee for any spectrum, which solves no equation (AZP, arXiv:2405.00592).

In E (1/n) Tr (X X'/n)^k only planar Gaussian pairings survive at large size, so the spectrum of the kernel matrix XX'/n has the
free cumulants c_j = alpha (1/d) Tr Sigma^j, and its moments follow by counting non-crossing partitions:
    M_k = sum_j c_j * [z^(k - j)] M(z)^j.
kappa is defined by 1/kappa = E (1/n) Tr (XX'/n + lambda)^-1. Its expansion about the middle of the support converges for every
lambda > 0, geometrically, with the ratio edge/(edge + 2 lambda).
"""

from __future__ import annotations

import math
from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.theory.regression.values.spectrum_exact import eigenvalues_mp, positive_mp

#: Moments that are counted at most; their cost grows with the third power.
MOST = 260


def planar_moments(cumulants: list[Any]) -> list[Any]:
    """M_0 = 1, M_1 ... M_K from the free cumulants c_1 ... c_K, by sums over non-crossing partitions; exact if these are."""
    count = len(cumulants)
    one = cumulants[0] * 0 + 1
    moments = [one]
    # powers[j][m] = [z^m] M(z)^j, filled one m at a time: M_k needs m <= k - 1 only.
    powers: list[list[Any]] = [[one] + [one * 0] * count] + [[one] for _ in range(count)]
    for k in range(1, count + 1):
        moments.append(sum((cumulants[j - 1] * powers[j][k - j] for j in range(1, k + 1)), one * 0))
        for j in range(1, count - k + 1):
            powers[j].append(sum((moments[i] * powers[j - 1][k - i] for i in range(k + 1)), one * 0))
    return moments


def ridge_from_moments_mp(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 30) -> Any:
    """kappa(lambda, alpha; Sigma), any spectrum, to `digits` digits; mpf.

    Raises DomainError where lambda is so small against the edge of the spectrum that more than MOST moments would be needed.
    """
    import mpmath

    with mpmath.workdps(digits + 15):
        lam, al, s = positive_mp(lambda_, "lambda"), positive_mp(alpha, "alpha"), eigenvalues_mp(Sigma)
        edge = max(s) * (1 + mpmath.sqrt(al)) ** 2  # nothing lies above
        ratio = float(edge / (edge + 2 * lam))
        count = math.ceil((digits + 5) * math.log(10) / -math.log(ratio))
    if count > MOST:
        raise DomainError(
            f"the planar referee needs lambda >= {float(edge) * 0.2:.3g} or so for {digits} digits of this spectrum; "
            f"got {float(lam):.3g}"
        )
    with mpmath.workdps(digits + 15 + int(1.2 * count)):  # the binomial sums cancel
        middle = edge / 2
        cumulants, power = [], [mpmath.mpf(1)] * len(s)
        for _ in range(count):
            power = [p * value for p, value in zip(power, s, strict=True)]
            cumulants.append(al * mpmath.fsum(power) / len(s))
        moments = planar_moments(cumulants)
        total = mpmath.mpf(0)
        for j in range(count + 1):
            centred = mpmath.fsum(mpmath.binomial(j, i) * (-1) ** i * moments[i] * middle ** (j - i) for i in range(j + 1))
            total += centred / (middle + lam) ** (j + 1)
        return 1 / total
