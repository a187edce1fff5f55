"""The number of answers that is best at zero temperature, to any digits: the minimum over k of the error of the hard choice.

The root of d ln F/d ln k, F_k(0; tau, rho) as an integral over the distance from the judge (see
`best-of-k.misspecified.distance`), by Gauss-Legendre panels on two meshes that must agree.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import Any

from infscale_sym.errors import ValidationError
from infscale_sym.evaluate.dyadic import from_mpf, midpoint

_LN10 = 2.302585092994046


class DistanceMesh:
    """Gauss-Legendre panels in r that serve all k within a factor e of exp(log_k); rho > 0.

    Arb numbers at the working precision of mpmath that is set outside; their radii are dropped, two meshes are compared.
    """

    def __init__(self, tau: Any, rho: Any, log_k: Any, digits: int, density: float) -> None:
        import flint

        with flint.ctx.workprec(_bits()):
            self.rho, self.drift = from_mpf(rho), from_mpf(tau) - from_mpf(rho)
            level = -from_mpf(log_k)
            need = (digits + 8) * _LN10
            middle = self._distance(level - 1)
            low = self._distance(level - 1 - need)
            if low < middle / 1000:
                low = flint.arb(0)
            # Below `low` e^-ku is 1: the integral of the slope itself.
            self.below = low**2 + 2 * self.drift * low * (self.rho * low).tanh()
            # Up to k u = 1/e the integrand is a power or an exponential of r; then e^-ku wants a panel for each factor e of u.
            tail = [self._distance(n / density - 1 + level) for n in range(1, int(density * (math.log(need) + 2)) + 1)]
            stops = [*self._steps(low, middle, 12 / self._hazard(middle) / density), middle, *tail]
            edges = [low]
            for stop in stops:
                # tanh(rho r) has its poles at the distance pi/(2 rho) from r = 0.
                while stop - edges[-1] > (edges[-1] + 1 / (1 + self.rho)) / density:
                    edges.append((edges[-1] + (edges[-1] + 1 / (1 + self.rho)) / density).mid())
                edges.append(stop)
            self.nodes = []
            for start, stop in pairwise(edges):
                half = (stop - start) / 2
                for x, weight in _legendre(int(digits * 0.7) + 12, digits + 20):
                    r = (start + half * (1 + x)).mid()
                    self.nodes.append((self._level(r).mid(), (weight * half * self._slope(r)).mid()))

    @staticmethod
    def _steps(low: Any, high: Any, most: Any) -> list[Any]:
        """Equal steps of at most `most` from low to high, both ends left out."""
        count = int(float(((high - low) / most).mid())) + 1
        return [(low + (high - low) * n / count).mid() for n in range(1, count)]

    def _survival(self, r: Any) -> tuple[Any, Any]:
        """(S, 1 - S) at r."""
        root = (r * 0 + 2).sqrt()
        # exact arguments: of a ball far out in the tail erfc keeps no digit
        near, far = ((r - self.rho) / root).mid(), ((r + self.rho) / root).mid()
        if r > self.rho:
            inside = (near.erfc() + far.erfc()) / 2
            return inside, 1 - inside
        outside = ((-near).erfc() - far.erfc()) / 2
        return 1 - outside, outside

    def _level(self, r: Any) -> Any:
        inside, outside = self._survival(r)
        return -(-outside).log1p() if outside < 0.5 else -inside.log()

    def _hazard(self, r: Any) -> Any:
        """d ln u/dr."""
        inside, _ = self._survival(r)
        both = _density(r - self.rho) + _density(r + self.rho)
        return both / inside / self._level(r)

    def _slope(self, r: Any) -> Any:
        s = (self.rho * r).mid()
        return 2 * r + 2 * self.drift * (s.tanh() + s * s.sech() ** 2)

    def _distance(self, log_level: Any) -> Any:
        """r with ln u(r) = log_level: bisection, then Newton to a few digits; an exact number."""
        log_level = log_level.mid()
        low, high = self.rho * 0, (self.rho + 1).mid()
        while self._level(high).log() < log_level:
            high = 2 * high
        small = log_level.exp() / (2 * _density(self.rho))
        if small < 1e-6 / (1 + self.rho):
            return small.mid()
        for _ in range(40 + max(0, int(math.log2(1 + min(float(self.rho.mid()), 1e300))))):
            middle = ((low + high) / 2).mid()
            low, high = (middle, high) if self._level(middle).log() < log_level else (low, middle)
            if high - low < middle / 10 and (high - low) * (1 + self.rho) < 1:
                break
        r = ((low + high) / 2).mid()
        for _ in range(4):
            r = (r + (log_level - self._level(r).log()) / self._hazard(r)).mid()
            r = low if r < low else high if r > high else r
        return r

    def gap(self, log_k: Any) -> Any:
        """F_k - D^2; mpf."""
        import flint

        with flint.ctx.workprec(_bits()):
            k = from_mpf(log_k).exp()
            return midpoint(sum((share * (-k * level).exp() for level, share in self.nodes), self.below))

    def rise(self, log_k: Any) -> Any:
        """k dF_k/dk; mpf."""
        import flint

        with flint.ctx.workprec(_bits()):
            k = from_mpf(log_k).exp()
            total = sum((share * level * (-k * level).exp() for level, share in self.nodes), flint.arb(0))
            return midpoint(-k * total)


def _bits() -> int:
    """The working precision of mpmath, and a few bits for what Arb rounds."""
    import mpmath

    return mpmath.mp.prec + 30


def _density(x: Any) -> Any:
    import flint

    return (-x * x / 2).exp() / (2 * flint.arb.pi()).sqrt()


@lru_cache(maxsize=32)
def _legendre(count: int, digits: int) -> tuple[tuple[Any, Any], ...]:
    """Nodes and weights of the Gauss-Legendre rule on (-1, 1), Arb numbers without their radii."""
    import flint

    with flint.ctx.workprec(int(3.33 * digits) + 40):
        pairs = [flint.arb.legendre_p_root(count, n, weight=True) for n in range(count)]
        return tuple((x.mid(), w.mid()) for x, w in pairs)


def frozen_optimal_number_mp(tau: Any, rho: Any, digits: int = 50) -> Any:
    """The real k >= 1 at which F_k(0; tau, rho) is least, to `digits` digits: mpf, 1 or inf; tau and rho real scalars.

    inf exactly where 1 + 2 rho (tau - rho) >= 0. Raises ValidationError where two meshes disagree.
    """
    import mpmath

    with mpmath.workdps(digits + 15):
        return mpmath.exp(log_best_number(*exact_arguments(tau, rho), digits))


def exact_arguments(*values: Any) -> tuple[Any, ...]:
    from infscale_sym.evaluate.inputs import exact

    return tuple(exact(value) for value in values)


def to_number(value: Any) -> Any:
    from infscale_sym.evaluate.lambdify import to_mpf

    return to_mpf(value)


@lru_cache(maxsize=256)
def log_best_number(tau: Any, rho: Any, digits: int) -> Any:
    """ln k_*, absolute error 10^-digits; inf where more answers never hurt, 0 where one is best."""
    import mpmath

    if rho < 0:
        return log_best_number(-tau, -rho, digits)
    margin = 1 + 2 * rho * (tau - rho)
    if margin >= 0:
        return mpmath.inf
    # Near the boundary the slope is a difference of two numbers 1/margin times as large, at k about margin^(-1/2).
    guard = 3 * len(str(int(1 / -margin))) + 2 * len(str(int(rho))) + 10

    def rise(log_k: Any, digits: int, density: float = 1.0, mesh: list[Any] | None = None) -> Any:
        with mpmath.workdps(digits + guard + 25):
            if not mesh:
                made = DistanceMesh(to_number(tau), to_number(rho), mpmath.mpf(log_k), digits + guard, density)
                if mesh is None:
                    return made.rise(log_k)
                mesh.append(made)
            return mesh[0].rise(log_k)

    low, high = _bracket(tau, rho, rise, guard)
    if high <= 0:
        return mpmath.mpf(0)
    with mpmath.workdps(digits + 25):
        low, high = mpmath.mpf(low), mpmath.mpf(high)
    # One coarse and one fine mesh; secants on each.
    for accuracy, density in ((8, 1.0), (digits + 4, 1.0)):
        mesh: list[Any] = []
        with mpmath.workdps(accuracy + guard + 25):
            root = _root(lambda x, a=accuracy, d=density, m=mesh: rise(x, a, d, m), low, high, accuracy)
            width = mpmath.mpf(10) ** -min(accuracy - 2, 6)
            low, high = root - width, root + width
    with mpmath.workdps(digits + guard + 25):
        step = mpmath.mpf(10) ** -(digits // 2)
        slope = (rise(root + step, digits + 4, 1.0, mesh) - rise(root - step, digits + 4, 1.0, mesh)) / (2 * step)
        gap = abs(rise(root, digits + 4, 1.3) / slope)
        if not gap < mpmath.mpf(10) ** -digits:
            raise ValidationError(f"optimal number: two meshes differ by {mpmath.nstr(gap, 2)}; ask for fewer digits")
        return max(root, mpmath.mpf(0))


def _bracket(tau: Any, rho: Any, rise: Any, guard: int) -> tuple[Any, Any]:
    """Two values of ln k, at most 1 apart, between which the slope changes from falling to rising; (0, 0) if k_* <= 1."""
    import mpmath

    with mpmath.workdps(guard + 35):
        # The slope of the error in r changes sign where (tanh s + s/cosh^2 s)/s = 1/(rho (rho - tau)), s = rho r.
        bound = 1 / to_number(rho * (rho - tau))
        below, above = mpmath.mpf(0), to_number(rho * (rho - tau)) + 2
        for _ in range(guard * 7):
            s = (below + above) / 2
            value = mpmath.tanh(s) / s + mpmath.sech(s) ** 2
            below, above = (s, above) if value > bound else (below, s)
        start = -mpmath.log(_level_at(s / to_number(rho), to_number(rho)))
        high = max(mpmath.ceil(start), mpmath.mpf(0))
        step = 1 if rise(high, 8) < 0 else -1
        while True:
            if step < 0 and high == 0:
                return mpmath.mpf(0), mpmath.mpf(0)
            after = high + step
            if (rise(after, 8) < 0) != (step > 0):
                return min(high, after), max(high, after)
            high = after


def _level_at(r: Any, rho: Any) -> Any:
    """-ln S(r; rho); mpf."""
    import flint

    mesh = DistanceMesh.__new__(DistanceMesh)
    with flint.ctx.workprec(_bits()):
        mesh.rho = from_mpf(rho)
        return midpoint(mesh._level(from_mpf(r)))


def _root(function: Any, low: Any, high: Any, digits: int) -> Any:
    """The root of a smooth function between low and high: regula falsi (Illinois), then secants."""
    import mpmath

    f_low, f_high = function(low), function(high)
    if not f_low * f_high <= 0:
        raise ValidationError("optimal number: no change of sign in the bracket")
    for _ in range(8):
        x = high - f_high * (high - low) / (f_high - f_low)
        y = function(x)
        if y * f_high < 0:
            low, f_low = high, f_high
        else:
            f_low /= 2
        high, f_high = x, y
        if y == 0:
            return x
    last, f_last = low, function(low)
    for _ in range(40):
        if f_high == f_last:
            return high
        move = f_high * (high - last) / (f_high - f_last)
        last, f_last, high = high, f_high, high - move
        if abs(move) < mpmath.mpf(10) ** (-digits - 2):
            return high
        f_high = function(high)
    raise ValidationError("optimal number: the secants did not settle")
