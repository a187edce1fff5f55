"""The referee at k = 2 to any number of digits: the definition of F_2, integrated over both answers.

F_2 = E[(w_1 (z_1+tau)^2 + w_2 (z_2+tau)^2)/(w_1 + w_2)] as a double trapezoidal sum over the plane. The integrand is analytic
where w_1 + w_2 != 0, that is within about pi t/|z+rho| of the real axis, so t must not be small. Nothing is shared with
the integral form. (k = 2, 3 in float64 at any t: `referee`.)
"""

from __future__ import annotations

from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.dyadic import from_mpf, midpoint
from infscale_sym.evaluate.lambdify import to_mpf


def selection_error_pair_mp(k: Any, t: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """F_2(t; tau, rho) as an mpf; two meshes agree to `digits`. k must be 2; t >= 1, |tau|, |rho| <= 5. About a second.

    Raises DomainError outside that range and ValidationError where the meshes differ.
    """
    import mpmath

    with mpmath.workdps(digits + 15):
        if to_mpf(k) != 2:
            raise DomainError(f"the double sum is for k = 2; got {k}")
        t_, tau_, rho_ = to_mpf(t), to_mpf(tau), to_mpf(rho)
        if not 1 <= t_ < mpmath.inf or abs(tau_) > 5 or abs(rho_) > 5:
            raise DomainError(f"finite t >= 1 and |tau|, |rho| <= 5 are needed; got t = {t}, tau = {tau}, rho = {rho}")

        def value(nodes: int) -> Any:  # per unit length
            return _double_sum(t_, tau_, rho_, digits, nodes)

        return agree(value, (8, 11, 15, 20, 26), digits, "double sum", "use a larger t or fewer digits")


def _double_sum(t: Any, tau: Any, rho: Any, digits: int, nodes: int) -> Any:
    import flint

    with flint.ctx.workprec(int(3.33 * digits) + 64):
        T, A, R = (from_mpf(v) for v in (t, tau, rho))
        half = int((2 * 2.303 * (digits + 6)) ** 0.5 * nodes) + 2 * nodes
        step = flint.arb(1) / nodes
        density, weight, weighted = [], [], []
        for i in range(-half, half + 1):
            z = step * i
            phi = (-z * z / 2).exp()
            w = (-((z + R) ** 2) / (2 * T)).exp()
            density.append(phi)
            weight.append(w)
            weighted.append(w * (z + A) ** 2)
        total = flint.arb(0)
        for phi, w, e in zip(density, weight, weighted, strict=True):
            # E over the second answer of (w_1 e_1)/(w_1 + w_2); the other half of F_2 is equal by exchange.
            total += phi * e * sum((p / (w + v) for p, v in zip(density, weight, strict=True)), flint.arb(0))
        return midpoint(2 * total * step * step / (2 * flint.arb.pi()))
