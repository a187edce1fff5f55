"""Memorization by the linear denoiser to any number of digits (`denoiser.memorization.*`; H, arXiv:2411.17807).

Rates and the two-example statistic by quadrature, independently of the closed forms which they check: the Marchenko-Pastur law
on a period, each coordinate by the trapezoidal rule, on two meshes that must agree. The named means over the spectrum, LogMean,
PoleMean and SpreadMean, through kappa at a complex ridge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.lambdify import to_arb, to_mpf
from infscale_sym.theory.regression.values.marchenko_pastur import bits, law_average_arb, law_average_mp
from infscale_sym.theory.regression.values.spectrum_exact import positive_arb, positive_mp


def complex_ridge_mp(z: Any, alpha: Any) -> Any:
    """kappa with z = kappa (1 - alpha/(1 + kappa)) at the current precision; z off the negative axis."""
    import mpmath

    root = mpmath.sqrt(alpha)
    half = (z + alpha - 1) / 2
    square = mpmath.sqrt(z + (1 + root) ** 2) * mpmath.sqrt(z + (1 - root) ** 2) / 2
    return half + square if mpmath.re(half) > 0 else z / (square - half)


def log_mean_mp(p: Any, q: Any, alpha: Any, digits: int = 50) -> Any:
    """(1/2) <ln((x + p)^2 + q^2)>; mpf."""
    import mpmath

    with mpmath.workdps(digits + 20):
        z, al = mpmath.mpc(positive_mp(p, "p"), to_mpf(q)), positive_mp(alpha, "alpha")
        kappa = complex_ridge_mp(z, al)
        return mpmath.re(mpmath.log(1 + kappa) + (1 - 1 / al) * mpmath.log(z / kappa) - 1 / (1 + kappa))


def _resolvent_mp(p: Any, q: Any, alpha: Any) -> Any:
    import mpmath

    z = mpmath.mpc(positive_mp(p, "p"), to_mpf(q))
    kappa = complex_ridge_mp(z, positive_mp(alpha, "alpha"))
    return kappa / (z * (1 + kappa))


def pole_mean_mp(p: Any, q: Any, alpha: Any, digits: int = 50) -> Any:
    """<(x + p)/((x + p)^2 + q^2)>; mpf."""
    import mpmath

    with mpmath.workdps(digits + 20):
        return mpmath.re(_resolvent_mp(p, q, alpha))


def spread_mean_mp(p: Any, q: Any, alpha: Any, digits: int = 50) -> Any:
    """<q/((x + p)^2 + q^2)>; mpf."""
    import mpmath

    with mpmath.workdps(digits + 20):
        return -mpmath.im(_resolvent_mp(p, q, alpha))


def spectral_mean_mp(function: Callable[[Any], Any], alpha: Any, digits: int) -> Any:
    """<function(x)> over the Marchenko-Pastur law and its atom at 0; the function finite at 0; mpf."""
    import mpmath

    with mpmath.workdps(digits + 25):
        start = function(mpmath.mpf(0))
        return start + law_average_mp(lambda x: (function(x) - start) / x, alpha, 1, digits + 5)


def log_mean_by_law_mp(p: Any, q: Any, alpha: Any, digits: int = 50) -> Any:
    """LogMean by quadrature: the referee; mpf."""
    import mpmath

    with mpmath.workdps(digits + 25):
        a, b = positive_mp(p, "p"), to_mpf(q)
        return spectral_mean_mp(lambda x: mpmath.log((x + a) ** 2 + b**2) / 2, alpha, digits)


def _over(zeta: Any, width: Any) -> Callable[[Any], Any]:
    z, h = positive_mp(zeta, "zeta"), positive_mp(width, "h_K")
    return lambda x: (1 + z) * x**2 / (x + z) ** 2 + h**2


def sampling_rate_mp(alpha: Any, zeta: Any, digits: int = 50) -> Any:
    """gamma_s by quadrature; mpf."""
    import mpmath

    with mpmath.workdps(digits + 25):
        over = _over(zeta, 1)
        return spectral_mean_mp(lambda x: -mpmath.log(over(x) / 2) / 2, alpha, digits)


def kernel_rate_mp(alpha: Any, zeta: Any, width: Any, digits: int = 50) -> Any:
    """gamma_K by quadrature; mpf."""
    import mpmath

    with mpmath.workdps(digits + 25):
        over = _over(zeta, width)
        return spectral_mean_mp(lambda x: -(mpmath.log(over(x) / 2) + x / over(x)) / 2, alpha, digits)


def fresh_rate_mp(alpha: Any, zeta: Any, width: Any, digits: int = 50) -> Any:
    """gamma_0 by quadrature; mpf."""
    import mpmath

    with mpmath.workdps(digits + 25):
        over = _over(zeta, width)
        return spectral_mean_mp(lambda x: -(mpmath.log(over(x) / 2) + 1 / over(x)) / 2, alpha, digits)


def memory_gap_mp(alpha: Any, zeta: Any, width: Any, digits: int = 50) -> Any:
    """gamma_K - gamma_0 by one quadrature, <(1 - x)(f(x) - f(1))>/2 with f = 1/(g + h_K^2), as <x> = 1; mpf."""
    import mpmath

    with mpmath.workdps(digits + 25):
        lost = max(0, -int(mpmath.log10(to_mpf(alpha))))
    with mpmath.workdps(digits + 25 + lost):
        over = _over(zeta, width)
        centre = 1 / over(mpmath.mpf(1))
        return spectral_mean_mp(lambda x: (1 - x) * (1 / over(x) - centre) / 2, alpha, digits + lost)


def kernel_advantage_mp(alpha: Any, zeta: Any, digits: int = 50) -> Any:
    """-<x/(1 + g)>/2; mpf."""
    import mpmath

    with mpmath.workdps(digits + 25):
        over = _over(zeta, 1)
        return -law_average_mp(lambda x: 1 / over(x), alpha, 1, digits) / 2


def kernel_advantage_arb(alpha: Any, zeta: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    import flint

    with flint.ctx.workprec(bits(digits)):
        z = positive_arb(zeta, "zeta")
        return -law_average_arb(lambda x: (x + z) ** 2 / ((x + z) ** 2 + (1 + z) * x**2), to_arb(alpha), 1, digits) / 2


def hellinger_rate_mp(alpha: Any, zeta: Any, digits: int = 50) -> Any:
    """-(1/d) ln int (g s)^(1/2) dx by quadrature; alpha < 1, else DomainError; mpf."""
    import mpmath

    with mpmath.workdps(digits + 25):
        if not to_mpf(alpha) < 1:
            raise DomainError(f"alpha must be below 1 (more examples than dimensions); got {alpha}")
        over = _over(zeta, 1)
        # <f> = <x (f/x)>: no atom at 0, and ln g is only met where x > 0
        return law_average_mp(lambda x: (mpmath.log(over(x)) / 2 - mpmath.log(4 * (over(x) - 1)) / 4) / x, alpha, 1, digits + 5)


def _trapezoid(integrand: Callable[[Any], Any], width: Any, digits: int) -> Any:
    """int integrand over the line, a function that falls like exp(-z^2/(2 width^2)) and is entire; two meshes must agree."""
    import mpmath

    reach = mpmath.sqrt(2 * mpmath.log(10) * (digits + 12))

    def value(halvings: int) -> Any:
        step = width / 2**halvings
        count = int(reach / step) + 1
        return step * mpmath.fsum(integrand(n * step) for n in range(-count, count + 1))

    return agree(value, range(8), digits + 3, "trapezoidal rule")


def normal_overlap_mp(one: Any, two: Any, apart: Any, digits: int = 50) -> Any:
    """int N(x; 0, a) N(x; delta, b) dx in units of (4 pi)^(-1/2), by the trapezoidal rule over the first law; mpf."""
    import mpmath

    with mpmath.workdps(digits + 25):
        a, b, delta = to_mpf(one), positive_mp(two, "b"), to_mpf(apart)
        spread, root = 1 / mpmath.sqrt(1 + a / b), mpmath.sqrt(a)
        if a == 0:
            return mpmath.sqrt(2 / b) * mpmath.exp(-(delta**2) / (2 * b))
        peak = root * delta / (a + b)
        value = _trapezoid(
            lambda z: mpmath.exp(-((z + peak) ** 2) / 2 - (root * (z + peak) - delta) ** 2 / (2 * b)), spread, digits
        )
        return value / mpmath.sqrt(mpmath.pi * b)


def pair_statistic_mp(d: Any, gap: Any, along: Any, across: Any, zeta: Any, width: Any, digits: int = 50) -> Any:
    """The statistic of two examples, coordinate by coordinate; mpf. The result may be small: 10 further digits are kept."""
    import mpmath

    with mpmath.workdps(digits + 35):
        n, delta, z, h = (positive_mp(v, w) for v, w in ((d, "d"), (gap, "delta"), (zeta, "zeta"), (width, "h_K")))
        more = digits + 10
        g = (1 + n * z / delta**2) * delta**2 / n * (delta**2 / (delta**2 + z)) ** 2
        point = normal_overlap_mp(0, 1, 0, more)
        near = normal_overlap_mp(g, 1, along, more) * normal_overlap_mp(0, 1, across, more) * point ** (n - 2)
        kernel = normal_overlap_mp(g, h**2, delta, more) * normal_overlap_mp(0, h**2, 0, more) ** (n - 1)
        own, other = (normal_overlap_mp(h**2, h**2, shift, more) for shift in (0, 2 * delta))
        return 1 - 2 * near + 2 * kernel - (own**n + other * own ** (n - 1)) / 2


def kernel_norm_mp(n: Any, d: Any, width: Any, digits: int = 50) -> Any:
    """E ||K||^2/||s||^2: the mean over the distance r 2^(1/2) of two examples, r a chi variable with d degrees of freedom; mpf.

    r = e^u, trapezoidal rule in u, two meshes.
    """
    import mpmath

    with mpmath.workdps(digits + 25):
        count, dim, h = positive_mp(n, "n"), positive_mp(d, "d"), positive_mp(width, "h_K")
        own = normal_overlap_mp(h**2, h**2, 0, digits + 5) ** dim
        front = 2 ** (1 - dim / 2) / mpmath.gamma(dim / 2)
        low, high = -mpmath.log(10) * (digits + 12) / dim, mpmath.log(2 * mpmath.log(10) * (digits + 12 + dim)) / 2

        def mean(nodes: int) -> Any:
            step = (high - low) / nodes
            spots = (low + j * step for j in range(nodes + 1))
            return front * step * mpmath.fsum(mpmath.exp(dim * u - mpmath.exp(2 * u) * (1 + 1 / h**2) / 2) for u in spots)

        value = agree(mean, (1 << n for n in range(7, 15)), digits + 3, "kernel norm", "d is too small")
        return own * (1 / count + (1 - 1 / count) * value)
