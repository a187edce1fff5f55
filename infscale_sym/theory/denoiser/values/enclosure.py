"""Enclosure of the expected divergence of variant (i) for odd d (`denoiser.kl.expected`; H, arXiv:2411.17807).

For odd d the mean spectrum (source in `spectrum`) is a polynomial times exponentials in y = x^(1/2): Gauss-Legendre with
proved bounds up to Y, and beyond it a Chernoff bound on the trace, a chi-squared variable t with f = d (n-1) degrees of
freedom: E[e^(t/8); t > X] <= e^(-X/4) E e^(3t/8) = 2^f e^(-X/4).
"""

from __future__ import annotations

import math
from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.lambdify import to_arb
from infscale_sym.theory.denoiser.values.exact import whole


def expected_divergence_arb(n: Any, d: Any, zeta: Any, digits: int = 50) -> Any:
    """E KL of variant (i) as a ball; whole n from d + 1 to 200, d = 1, 3, 5 or 7 (any d at zeta = 0), zeta >= 0."""
    import flint

    number, size = whole(n, "n", 2, 200), whole(d, "d", 1, 100)
    with flint.ctx.workprec(int(3.33 * digits) + 128 + 8 * size):
        z, d_ball, n_ball = to_arb(zeta), flint.arb(size), flint.arb(number)
        if z == 0:
            return d_ball / 2 * ((n_ball * d_ball / 2).log() - (d_ball * (n_ball - 1) / 2).digamma())
        if size % 2 == 0 or size > 7 or number <= size or not z > 0:
            raise DomainError(f"odd d <= 7, n > d and zeta >= 0 are enclosed; got n = {n}, d = {d}, zeta = {zeta}")
        log_det = size * (flint.arb(2) / number).log()
        for j in range(1, size + 1):
            log_det += (flint.arb(number - j) / 2).digamma()
        free = size * (number - 1)
        far = 4 * (2.303 * (digits + 9) + free * math.log(2) + 2 * math.log(size + number) + math.log(float(z) + 1))
        end = flint.arb(math.ceil(math.sqrt(far)))
        share = (n_ball - 1) / n_ball + z

        def summand(c: Any, analytic: bool) -> Any:
            r = 1 / (c + z)
            return (share + 4 * z / (d_ball * n_ball) * r) * (c * r) ** 2 + 2 * (c + z).log(analytic)

        def inner(y: Any, analytic: bool) -> Any:
            return _density(y, number - 1 - size, size) * summand(y * y / n_ball, analytic)

        def level(y: Any, analytic: bool) -> Any:
            # t = y^2 chi-squared with `free` degrees of freedom, v = t/(n d)
            return y ** (free - 1) * (-y * y / 2).exp() * (y * y / (n_ball * d_ball) + z).log(analytic)

        half_free = flint.arb(free) / 2
        scale = 2 / (flint.arb(2) ** half_free * half_free.gamma())
        cut = (free * flint.arb(2).log() - end**2 / 4).exp()
        bound = size * (share + 4 / (d_ball * n_ball) + 2 * z + 16 / n_ball) * cut
        total = flint.acb.integral(inner, 0, end).real + flint.arb(0, bound.upper())
        logs = scale * flint.acb.integral(level, 0, end).real + flint.arb(0, ((z + 8 / (d_ball * n_ball)) * cut).upper())
        return (total - size * logs - size + d_ball / n_ball) / 2 - log_det


def _density(y: Any, a: int, d: int) -> Any:
    """Mean density of the eigenvalues x = y^2 of n C, over y; odd d, whole a >= 0; y an acb, the result entire in y."""
    import flint

    x, power = y * y, flint.arb(a + 1).gamma()
    chain = [flint.arb(1) + 0 * x, ((1 + a - x) / flint.arb(1 + a).sqrt())]
    for k in range(1, d - 1):
        step = (2 * k + 1 + a - x) * chain[k] - (flint.arb(k) * (k + a)).sqrt() * chain[k - 1]
        chain.append(step / (flint.arb(k + 1) * (k + 1 + a)).sqrt())
    low = y**a * (-x / 2).exp()  # x^(a/2) e^(-x/2)
    kernel = sum((c * c for c in chain[: d - 1]), 0 * x)
    whole_last = flint.arb(2) ** (flint.arb(a + 1) / 2) * (flint.arb(a + 1) / 2).gamma()
    for k in range(2, d, 2):
        whole_last *= ((flint.arb(k) - 1) * (k - 1 + a) / (flint.arb(k) * (k + a))).sqrt()
    out = 2 * low * chain[d - 1] / whole_last
    if d > 1:
        value = 2 * chain[0] / flint.arb(1 + a).sqrt()  # over low y
        for k in range(2, d - 2, 2):
            value = (2 * chain[k] + (flint.arb(k) * (k + a)).sqrt() * value) / ((flint.arb(k) + 1) * (k + 1 + a)).sqrt()
        kernel -= (flint.arb(d - 1) * (d + a - 1)).sqrt() / 2 * chain[d - 1] * value
        out += 2 * y * low**2 * kernel / power
    return out
