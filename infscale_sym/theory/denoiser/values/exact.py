"""Averages over the spectrum of a sample covariance C of n normal vectors to any number of digits.

What the expected divergences of the linear denoiser (`denoiser.kl.expected`; H, arXiv:2411.17807) are averages over. One
spectrum at a time: `spectral_average_mp` by the mean density (source in `spectrum`), for sums over eigenvalues;
`pair_average_mp` over both eigenvalues in two dimensions, the definition, for anything; `scale_average_mp` over their mean v
alone. Trapezoidal sums in Arb numbers whose radii are dropped at the end; a value is returned only if two meshes agree to the
digits asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.dyadic import from_mpf, midpoint
from infscale_sym.evaluate.inputs import exact
from infscale_sym.evaluate.lambdify import to_mpf
from infscale_sym.theory.votes.values.exact import DENSITIES

#: f(c, v) in Arb numbers; v is only given where it is known.
Summand = Callable[[Any], tuple[Any, ...]]


def whole(value: Any, name: str, low: int, high: int) -> int:
    """A whole number between low and high; DomainError otherwise."""
    number = exact(value, name)
    if number != int(number) or not low <= number <= high:
        raise DomainError(f"{name} must be a whole number from {low} to {high}; got {value}")
    return int(number)


def _precision(digits: int, extra: int = 0) -> int:
    return int(3.33 * (digits + 12)) + 64 + extra


def _nepers(digits: int) -> float:
    return 2.303 * (digits + 6)


def gamma_mesh(shape: Any, digits: int, density: float, slack: float = 0.0) -> tuple[list[Any], list[Any]]:
    """Values x and weights of a mean over the Gamma law of that shape (scale 1), the weights summing to 1 up to the mesh.

    Trapezoidal in ln x. `slack`: the density falls at 0 as slowly as x^(shape - slack) once the summand is multiplied in.
    """
    import flint

    form, need = float(to_mpf(shape)), _nepers(digits)
    step = min(math.pi**2 / need, math.sqrt(2 * math.pi**2 / (form * need))) / density
    width = math.sqrt(2 * need / form)
    low = -max(width * 1.3, min(need / max(form - slack, 0.05) + 1.2, 40 * width + 8))
    if form > 50 * need:
        low = -1.3 * width
    high = min(width * 1.2 + width**2 / 3, math.log(1 + 2 * need / form) + 1.0) if form > 1 else math.log(need / form) + 2.0
    k = from_mpf(to_mpf(shape))
    h = flint.arb(step)
    points, weights = [], []
    lead = k * k.log() - k - k.lgamma()
    for i in range(int(low / step), int(high / step) + 2):
        u = h * i
        e = u.exp()
        points.append(k * e)
        weights.append(h * (lead + k * (u - e + 1)).exp())
    return points, weights


def scale_average_mp(summand: Summand, n: Any, d: Any, digits: int, slack: float = 0.0) -> tuple[Any, ...]:
    """E f(v) for v = Tr C/d: (2/(n d)) times a Gamma variable of shape d (n-1)/2; mpf, relative to each value.

    slack: by how many powers f grows at 0.
    """
    import flint
    import mpmath

    with mpmath.workdps(digits + 15):
        N, D = to_mpf(n), to_mpf(d)

        def value(density: float) -> tuple[Any, ...]:
            with flint.ctx.workprec(_precision(digits, int(2 * mpmath.log(N * D, 2)))):
                points, weights = gamma_mesh(D * (N - 1) / 2, digits, density, slack)
                unit = 2 / (from_mpf(N) * from_mpf(D))
                rows = [summand(unit * p) for p in points]
                return tuple(
                    midpoint(sum((w * r[i] for w, r in zip(weights, rows, strict=True)), flint.arb(0)))
                    for i in range(len(rows[0]))
                )

        return agree(value, DENSITIES, digits, "average over the scale")


def pair_average_mp(summand: Callable[[Any, Any], tuple[Any, ...]], n: Any, digits: int, slack: float = 0.0) -> tuple[Any, ...]:
    """E f(c_1, c_2) over both eigenvalues of C in two dimensions, f symmetric and analytic; n > 2, mpf.

    c = v (1 +- s): v Gamma of shape n - 1, s independent with density (n-2) s (1 - s^2)^((n-4)/2). slack: by how many powers f
    grows where an eigenvalue vanishes.
    """
    import flint
    import mpmath

    number, need = float(exact(n, "n")), _nepers(digits)
    if not 2 < number <= 1e4:
        raise DomainError(f"n must lie in (2, 1e4] for two eigenvalues; got {n}")

    def value(density: float) -> tuple[Any, ...]:
        with flint.ctx.workprec(_precision(digits)):
            N = from_mpf(to_mpf(n))
            scales, masses = gamma_mesh(to_mpf(n) - 1, digits, density, 2 * slack)
            levels, sizes, tiny = [p / N for p in scales], [float(m) for m in masses], 10.0 ** -(digits + 12)
            sizes = [m * max(1.0, float(v) ** -slack) for m, v in zip(sizes, levels, strict=True)]
            step = flint.arb(math.pi**2 / need / 1.3 / density)
            rate = (N - 2) / 2
            fall = float(rate) - slack
            first, last = -math.log(need) - 1.5, math.log(2 * need / fall) + 1
            totals: list[Any] = []
            for i in range(int(first / float(step)), int(last / float(step)) + 2):
                y = step * i
                bend = (-y).exp()
                tau = (y - bend).exp()
                share = step * rate * (1 + bend) * tau * (-rate * tau).exp()
                s = (-(-tau).expm1()).sqrt()
                low = (-tau).exp() / (1 + s)
                grown = float(share) * math.exp(min(slack * float(tau), 600.0))  # times what f grows by
                for v, m, size in zip(levels, masses, sizes, strict=True):
                    if size * grown < tiny:
                        continue
                    row = summand(v * (1 + s), v * low)
                    if not totals:
                        totals = [flint.arb(0)] * len(row)
                    for j, part in enumerate(row):
                        totals[j] += share * m * part
            return tuple(midpoint(t) for t in totals)

    with mpmath.workdps(digits + 15):
        return agree(value, DENSITIES, digits, "average over two eigenvalues")


def spectral_average_mp(summand: Summand, n: Any, d: Any, digits: int, slack: float = 0.0) -> tuple[Any, ...]:
    """E sum_i f(c_i) over the eigenvalues of C by their mean density; mpf. d whole, 1 to 12; real n > d.

    slack: by how many powers f grows at 0. n up to 1e12 for odd d, 1e4 for even d.
    """
    import flint
    import mpmath

    size = whole(d, "d", 1, 12)
    number = exact(n, "n")
    if not size < number <= (10**12 if size % 2 else 10**4):
        raise DomainError(f"d < n <= 1e12 is needed (1e4 for even d); got n = {n}, d = {size}")
    with mpmath.workdps(digits + 15):

        def value(density: float) -> tuple[Any, ...]:
            with flint.ctx.workprec(_precision(digits, int(8 * size * max(1.0, math.log10(float(number)))))):
                points, weights = _mean_density(number, size, digits, density, slack)
                unit = 1 / from_mpf(to_mpf(number))
                rows = [summand(unit * p) for p in points]
                return tuple(
                    midpoint(sum((w * r[i] for w, r in zip(weights, rows, strict=True)), flint.arb(0)))
                    for i in range(len(rows[0]))
                )

        return agree(value, DENSITIES, digits, "average over the spectrum")


@lru_cache(maxsize=16)
def _mean_density(n: Any, d: int, digits: int, density: float, slack: float) -> tuple[list[Any], list[Any]]:
    """Eigenvalues of n C and the weights of their mean density; weights sum to d. Laguerre functions in Arb numbers."""
    import flint

    number, need = float(n), _nepers(digits)
    a = from_mpf(to_mpf(n)) - 1 - d
    least = (number - d) / 2  # x^least e^(-x/2) in ln x, where the eigenvalue is small
    most = (number + 3 * d) / 2
    step = min(math.pi**2 / need, math.sqrt(2 * math.pi**2 / (most * need))) / density / (1.25 if d > 1 else 1.0)
    width = math.sqrt(2 * (need + 3 * d) / most)
    low = -max(width * 1.5, min(need / max(least - slack, 0.05) + 1.2, 40 * width + 8)) - (4 * d / number) ** 0.5
    if least > 50 * need:
        low = -1.5 * width - (4 * d / number) ** 0.5
    high = math.log(1 + 2 * (need + 4 * d) / most) + 0.5 if least < 50 * need else 1.5 * width + (4 * d / number) ** 0.5
    middle, h = flint.arb(number), flint.arb(step)
    half_a = (a + 1) / 2
    whole_0 = flint.arb(2) ** half_a * half_a.gamma() if d % 2 == 0 else None  # int x^((a-1)/2) e^(-x/2)
    lead = (a + 1).lgamma()
    points, rows = [], []
    for i in range(int(low / step), int(high / step) + 2):
        x = middle * (h * i).exp()
        log_x = x.log()
        # Laguerre polynomials, normalised: l_j = L_j (j! Gamma(a+1)/Gamma(j+a+1))^(1/2)
        now, before, total = flint.arb(1), flint.arb(0), flint.arb(0)
        chain = [now]
        for j in range(d - 1):
            total += now * now
            now, before = (
                ((2 * j + 1 + a - x) * now - (flint.arb(j) * (j + a)).sqrt() * before) / ((j + 1) * (j + 1 + a)).sqrt(),
                now,
            )
            chain.append(now)
        base = (a * log_x - x - lead).exp()  # u_0^2
        density_x = base * total
        if d > 1:
            density_x += _correction(x, a, d, chain, base, lead, whole_0)
        points.append(x)
        rows.append((density_x, (half_a * log_x - x / 2).exp() * now))  # x (.) w_1 l_(d-1) in the measure of ln x
    if d % 2:
        whole_last = sum((r[1] for r in rows), flint.arb(0)) * h
        return points, [h * (x * r[0] + r[1] / whole_last) for x, r in zip(points, rows, strict=True)]
    return points, [h * x * r[0] for x, r in zip(points, rows, strict=True)]


def _correction(x: Any, a: Any, d: int, chain: list[Any], base: Any, lead: Any, whole_0: Any) -> Any:
    """-((d-1)(d+a-1))^(1/2)/2 x^(-1/2) u_(d-1) eps(x^(-1/2) u_(d-2)), from int x^(-1/2) u_k in steps of two in k.

    d(x^(1/2) u_k)/dx = (((k+1)(k+1+a))^(1/2) u_(k+1) - (k (k+a))^(1/2) u_(k-1)) x^(-1/2)/2.
    """
    import flint

    root = (base * x).sqrt()  # x^(1/2) u_0
    if d % 2 == 0:
        # int_0^x x^((a-1)/2) e^(-x/2) less half of the whole, over Gamma(a+1)^(1/2)
        upper = _upper_share((a + 1) / 2, x / 2)
        value, start = whole_0 * (flint.arb(1) / 2 - upper) / (lead / 2).exp(), 0
    else:
        value, start = 2 * root / (1 + a).sqrt(), 1
    for k in range(start + 1, d - 2, 2):
        value = (2 * root * chain[k] + (flint.arb(k) * (k + a)).sqrt() * value) / ((k + 1) * (k + 1 + a)).sqrt()
    last = chain[d - 1] * root / x
    return -((d - 1) * (d + a - 1)).sqrt() / 2 * last * value


def _upper_share(s: Any, x: Any) -> Any:
    """Gamma(s, x)/Gamma(s) for real s, x > 0."""
    import flint

    return flint.acb(x).gamma_upper(flint.acb(s), regularized=1).real
