"""The referee of the weighted mean at k = 2 (`vote.weighted-mean`): its definition, integrated over both answers.

E ((w_1 x_1 + w_2 x_2)/(w_1 + w_2))^2, x = z + tau, as a double trapezoidal sum over the plane, two meshes that agree to the
digits asked for. With one coordinate along z_1 - z_2 the integrand depends on the other only through a Gaussian and x_1 + x_2;
nothing is shared with the integral form.
"""

from __future__ import annotations

import math
from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.dyadic import from_mpf, midpoint
from infscale_sym.evaluate.lambdify import to_mpf


def weighted_mean_pair_mp(k: Any, t: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """E of the squared error of the weighted mean of two answers, mpf; k must be 2, t >= 2, |tau|, |rho| <= 5.

    With z_1, z_2 = (q +- p)/sqrt 2 the two weights are in the ratio exp(-p (q + sqrt(2) rho)/t), so the vote is
    (q - p tanh(p (q + sqrt(2) rho)/(2t)))/sqrt 2. Raises DomainError outside and ValidationError where two meshes differ.
    """
    import flint
    import mpmath

    with mpmath.workdps(digits + 15):
        if to_mpf(k) != 2:
            raise DomainError(f"the double sum is for k = 2; got {k}")
        T, A, R = to_mpf(t), to_mpf(tau), to_mpf(rho)
        if not 2 <= T < mpmath.inf or abs(A) > 5 or abs(R) > 5:
            raise DomainError(f"finite t >= 2 and |tau|, |rho| <= 5 are needed; got t = {t}, tau = {tau}, rho = {rho}")

        def value(nodes: int) -> Any:
            with flint.ctx.workprec(int(3.33 * digits) + 64):
                return midpoint(_double_sum(from_mpf(T), from_mpf(A), from_mpf(R), digits, nodes))

        return agree(value, (6, 8, 11, 15, 20), digits, "double sum", "use a larger t or fewer digits")


def _double_sum(t: Any, tau: Any, rho: Any, digits: int, nodes: int) -> Any:
    import flint

    step, root2 = flint.arb(1) / nodes, flint.arb(2).sqrt()
    half = int(math.sqrt(2 * 2.303 * (digits + 6)) * nodes) + 2 * nodes
    points = [step * n for n in range(-half, half + 1)]
    density = [(-x * x / 2).exp() for x in points]
    total = flint.arb(0)
    for n in range(half, 2 * half + 1):  # even in p
        p, row = points[n], flint.arb(0)
        for q, chance in zip(points, density, strict=True):
            row += chance * ((q - p * (p * (q + root2 * rho) / (2 * t)).tanh()) / root2 + tau) ** 2
        total += density[n] * row * (1 if n == half else 2)
    return total * step * step / (2 * flint.arb.pi())
