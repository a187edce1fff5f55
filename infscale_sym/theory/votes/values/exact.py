"""The means and medians of k answers to any number of digits (`vote.mean`, `vote.weighted-mean`, `vote.median`).

Trapezoidal and Gauss-Legendre sums in Arb numbers, whose radii are dropped at the end: a value is returned only if two meshes
agree to the digits asked for. The mean is computed from the law of the sum of k draws, the definition, not from its formula.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.dyadic import from_mpf, midpoint
from infscale_sym.evaluate.inputs import exact
from infscale_sym.evaluate.lambdify import to_mpf

#: Meshes from coarse to fine: how many times denser than the first.
DENSITIES = (1.0, 1.35, 1.9, 2.7)


def _in_range(value: Any, name: str, low: float, high: float) -> Any:
    number = exact(value, name)
    if not low <= number <= high:
        raise DomainError(f"{name} must lie in [{low:g}, {high:g}]; got {value}")
    return number


def mean_vote_mp(k: Any, tau: Any, digits: int = 50) -> Any:
    """E (mean + tau)^2 from the law of z_1 + ... + z_k; mpf. k whole, 1 to 400.

    The law of one draw on a mesh, as a polynomial, to the power k: the moments of the mesh are those of the normal law to far
    beyond the digits. Raises DomainError for other k.
    """
    import flint
    import mpmath

    number = _in_range(k, "k", 1, 400)
    if number != int(number):
        raise DomainError(f"k must be a whole number here; got {k}")
    with mpmath.workdps(digits + 15), flint.ctx.workprec(int(3.33 * digits) + 128):
        nepers = 2.303 * (digits + 14) + 4 * math.log(float(number))
        step = flint.arb(math.sqrt(2 * math.pi**2 / nepers))
        half = int(math.sqrt(2 * nepers) / float(step)) + 1
        scale = step / (2 * flint.arb.pi()).sqrt()
        one = flint.arb_poly([scale * (-((step * i) ** 2) / 2).exp() for i in range(-half, half + 1)])
        law, offset = (one ** int(number)).coeffs(), from_mpf(to_mpf(tau))
        place = [step * (n - half * int(number)) / int(number) + offset for n in range(len(law))]
        return midpoint(sum((p * y * y for p, y in zip(law, place, strict=True)), flint.arb(0)))


def weighted_mean_vote_mp(k: Any, t: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """E (sum w (z + tau)/sum w)^2 by the integral over u; mpf to `digits` digits. k real, 1 to 1e40; t in [0.5, 1e6].

    |tau|, |rho| <= 8. A second at 50 digits for t >= 2, longer below. Raises DomainError and ValidationError.
    """
    import mpmath

    _in_range(k, "k", 1, 1e40)
    _in_range(t, "t", 0.5, 1e6)
    _in_range(tau, "tau", -8, 8)
    _in_range(rho, "rho", -8, 8)
    with mpmath.workdps(digits + 15):
        K, T, A, R = (to_mpf(v) for v in (k, t, tau, rho))
        if K == 1:
            return 1 + A * A

        def error(density: float) -> tuple[Any, ...]:
            square, mean = _soft_moments(K, T, R, digits, density)
            return (square + 2 * (A - R) * mean + (A - R) ** 2,)

        return agree(error, DENSITIES, digits, "weighted mean")[0]


def _soft_moments(K: Any, T: Any, R: Any, digits: int, density: float) -> tuple[Any, Any]:
    """E X^2 and E X of X = sum w (z + rho)/sum w: two sums, over z and over v = ln u + constant = s - exp(-s)."""
    import flint
    import mpmath

    nepers = 2.303 * (digits + 8)
    heat, number = float(T), float(K)
    with flint.ctx.workprec(int(3.33 * (digits + 10 + max(0, int(mpmath.log10(K))))) + 64):
        k, t, rho = from_mpf(K), from_mpf(T), from_mpf(R)
        log_scale = float(mpmath.log(K)) - float(R) ** 2 / (2 * (1 + heat)) + 0.5 * math.log(heat / (1 + heat))
        # Where u w is large, exp(-u w) oscillates beyond pi t/r of |x| = r, by where the draws have hidden exp(-k r^2/2);
        # where it is small it grows at last, as exp(u exp(y^2/2t)).
        worst = math.sqrt(2 * nepers / (3 * number)) * nepers * 2 / 3
        growth = 2 * math.pi * math.sqrt(2 * heat * max(math.log(nepers), log_scale)) / nepers
        step = flint.arb(min(2 * math.pi / math.sqrt(2 * nepers) / 1.05, math.pi**2 * heat / worst, growth) / density)
        half = int(math.sqrt(2 * nepers + 8) / float(step)) + 1
        scale = step / (2 * flint.arb.pi()).sqrt()
        draws = [step * i for i in range(-half, half + 1)]
        phi = [scale * (-z * z / 2).exp() for z in draws]
        x = [z + rho for z in draws]
        w = [(-y * y / (2 * t)).exp() for y in x]
        wx = [p * q * y for p, q, y in zip(phi, w, x, strict=True)]
        sums = flint.arb_mat([[p, b, b * q * y] for p, b, q, y in zip(phi, wx, w, x, strict=True)])
        whole_weight = sum(phi, flint.arb(0))
        mesh = flint.arb(math.pi**2 / nepers / density)
        tiny, none, cut = flint.arb(10) ** (-digits - 6), flint.arb(0), nepers + 40
        s = mesh * round(-(math.log(nepers) + 1) / float(mesh))
        square = mean = none
        while True:
            bend = (-s).exp()
            u = (s - bend - log_scale).exp()
            load = [u * q for q in w]
            # 1 - a from expm1: otherwise a^(k-1) loses its digits at large k.
            drop = [(-e).expm1().mid() if e < cut else none - 1 for e in load]
            fade = flint.arb_mat([[1 + e if e > -1 else none for e in drop]])
            kept, first, second = (fade * sums).entries()
            miss = -sum(map(_times, phi, drop), none)
            log_a = (-miss / whole_weight).log1p() if float(miss.mid()) < 0.9 else kept.log()
            first, second = u * first, u * u * second
            rest = ((k - 2) * log_a).exp() * (1 + bend)
            whole = rest * log_a.exp()
            add_square, add_mean = k * second * whole + k * (k - 1) * first * first * rest, k * first * whole
            square, mean = square + add_square.mid(), mean + add_mean.mid()
            s += mesh
            past = float(s.mid()) > 4
            if past and abs(add_square.mid()) <= tiny * abs(square) and abs(add_mean.mid()) <= tiny * (abs(mean) + tiny):
                return midpoint(mesh * square), midpoint(mesh * mean)


def _times(a: Any, b: Any) -> Any:
    return a * b


def median_spread_mp(k: Any, digits: int = 50) -> Any:
    """Variance of the median of k standard normals (k odd; real k: the same integral), mpf; k from 1 to 1e40.

    Normalised by the integral of the weight itself. Raises DomainError and ValidationError.
    """
    return _median_spread(_in_range(k, "k", 1, 1e40), digits)


def median_vote_mp(k: Any, tau: Any, digits: int = 50) -> Any:
    """E (median + tau)^2, k odd or real as for `median_spread_mp`; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        return to_mpf(tau) ** 2 + median_spread_mp(k, digits)


@cache
def _median_spread(k: Any, digits: int) -> Any:
    import flint
    import mpmath

    nepers = 2.303 * (digits + 8)

    def value(density: float) -> tuple[Any, ...]:
        with flint.ctx.workprec(int(3.33 * (digits + 20)) + 64):
            power, root2 = (from_mpf(to_mpf(k)) - 1) / 2, flint.arb(2).sqrt()
            # (1 - erf^2)^power falls at least as exp(-power z^2/2), near the middle as exp(-2 power z^2/pi).
            spread = 1 / math.sqrt(1 + 4 * float(power.mid()) / math.pi)
            reach = min(math.sqrt(2 * nepers), spread * math.sqrt(2 * nepers) * 1.3)
            step = flint.arb(min(0.9 * spread * 2 * math.pi / math.sqrt(2 * nepers), 15 / nepers) / density)
            above = below = flint.arb(0)
            for i in range(int(reach / float(step)) + 2):
                z = step * i
                weight = ((1 - (z / root2).erf() ** 2).log() * power - z * z / 2).exp() * (1 if i else flint.arb(1) / 2)
                above, below = above + z * z * weight.mid(), below + weight.mid()
            return (midpoint(above / below),)

    with mpmath.workdps(digits + 15):
        return agree(value, DENSITIES, digits, "median")[0]


def median_by_counts_mp(k: Any, tau: Any, digits: int = 50) -> Any:
    """E (median + tau)^2 from P(median <= z) = P(more than half of the draws are <= z), a sum of binomials; mpf.

    k odd, 1 to 99. The referee of `vote.median`: E M^2 = int_0^oo 2 r P(|M| > r) dr with M = median + tau.
    """
    import flint
    import mpmath

    number = _in_range(k, "k", 1, 99)
    if number != int(number) or int(number) % 2 == 0:
        raise DomainError(f"k must be odd here; got {k}")
    count, nepers = int(number), 2.303 * (digits + 10)

    def value(density: float) -> tuple[Any, ...]:
        with flint.ctx.workprec(int(3.33 * (digits + 20)) + 64):
            root2, offset = flint.arb(2).sqrt(), from_mpf(to_mpf(tau))

            def above(at: Any) -> Any:
                """P(median > at)."""
                high, low = (at / root2).erfc() / 2, (-at / root2).erfc() / 2
                most = range((count + 1) // 2, count + 1)
                return sum((math.comb(count, n) * high**n * low ** (count - n) for n in most), flint.arb(0))

            total, longest = flint.arb(0), math.sqrt(2 * nepers) + abs(float(offset.mid())) + 1
            # The law of the median is as narrow as k^(-1/2); 40 nodes a panel are plenty for few digits.
            panels = int(min(24.0, max(0.35 * (digits + 10), 2.4 * math.sqrt(count))) * density)
            for node, weight in _gauss(40, digits):
                for panel in range(panels):
                    r = (panel + node) * longest / panels
                    total += 2 * r * (above(r - offset) + above(r + offset)) * weight * longest / panels
            return (midpoint(total),)

    with mpmath.workdps(digits + 15):
        return agree(value, DENSITIES, digits, "median by counts")[0]


@cache
def _gauss(order: int, digits: int) -> list[tuple[Any, Any]]:
    """Gauss-Legendre nodes and weights on (0, 1) as Arb numbers."""
    import flint

    with flint.ctx.workprec(int(3.33 * (digits + 20)) + 64):
        rule = [flint.arb.legendre_p_root(order, n, weight=True) for n in range(order)]
        return [((x + 1) / 2, w / 2) for x, w in rule]


def middle_pair_spread_mp(k: Any, digits: int = 50) -> Any:
    """Variance of the mean of the two middle ones of k standard normals (k even; real k: the same integral), mpf.

    k from 2 to 1e40. Raises DomainError and ValidationError.
    """
    return _middle_pair(_in_range(k, "k", 2, 1e40), digits)


def middle_pair_vote_mp(k: Any, tau: Any, digits: int = 50) -> Any:
    """E (mean of the two middle answers + tau)^2, k as for `middle_pair_spread_mp`; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        return to_mpf(tau) ** 2 + middle_pair_spread_mp(k, digits)


@cache
def _middle_pair(k: Any, digits: int) -> Any:
    import flint
    import mpmath

    nepers = 2.303 * (digits + 8)

    def value(density: float) -> tuple[Any, ...]:
        with flint.ctx.workprec(int(3.33 * (digits + 20)) + 64):
            power, root2 = from_mpf(to_mpf(k)) / 2 - 1, flint.arb(2).sqrt()
            spread = 1 / math.sqrt(2 + 4 * float(power.mid()) / math.pi)
            reach = min(math.sqrt(nepers), spread * math.sqrt(2 * nepers) * 1.3)
            step = flint.arb(min(0.9 * spread * 2 * math.pi / math.sqrt(2 * nepers), 7 / nepers) / density)
            longest = min(2 * math.sqrt(nepers), nepers * math.sqrt(2 * math.pi) / max(1.0, 2 * float(power.mid())) * 1.1)
            panels = max(2, math.ceil(2 * density))
            gaps = [((n + x) * longest / panels, w) for n in range(panels) for x, w in _gauss(int(0.55 * nepers), digits)]
            above = below = flint.arb(0)
            for i in range(int(reach / float(step)) + 2):
                c = step * i
                total = flint.arb(0)
                for gap, weight in gaps:
                    low, high = c - gap / 2, c + gap / 2
                    inside = ((-low / root2).erfc() * (high / root2).erfc()).log() * power - c * c - gap * gap / 4
                    total += weight * inside.exp().mid()
                total *= 1 if i else flint.arb(1) / 2
                above, below = above + c * c * total.mid(), below + total.mid()
            return (midpoint(above / below),)

    with mpmath.workdps(digits + 15):
        return agree(value, DENSITIES, digits, "middle pair")[0]
