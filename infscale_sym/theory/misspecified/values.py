"""Best-of-k with a judge that is not the teacher, by the distance of the chosen answer (t = 0; HP, arXiv:2512.19905).

Given the distance r = |z + rho| from the judge's answer, the error is on average r^2 + 2 D r tanh(rho r) + D^2, D = tau - rho,
and P(distance > r) = S(r)^k (`best-of-k.misspecified.distance`). By parts, with f(r) the slope of r^2 + 2 D r tanh(rho r) and
u(r) = -ln S(r),

    F_k - D^2 = int f e^(-ku) dr,        dF_k/dk = -int f u e^(-ku) dr.

f is positive everywhere if 1 + 2 rho D >= 0; else it is negative up to one place and positive beyond. A Laplace transform
has no more changes of sign than its density: then F_k falls, is least at one k, and rises. Dimensionless. Float64: about 1e-12
of E r^2 (measured); mpmath: Gauss-Legendre panels on two meshes that agree to the digits asked for.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.dyadic import from_mpf, midpoint
from infscale_sym.evaluate.inputs import check_range, float_array
from infscale_sym.theory.optima.values.numeric import optimal_number
from infscale_sym.theory.selection.values.slopes import slope_tables

_LN10 = 2.302585092994046


def distance_integral(k: Any, tau: Any, rho: Any) -> Any:
    """F_k(0; tau, rho) - (tau - rho)^2, float64, broadcast; k in [1, 1e12], |tau|, |rho| <= 40.

    Relative error about 1e-12 where nothing cancels, i.e. of E r^2 (measured). Raises DomainError outside the ranges.
    """
    k, tau, rho = np.broadcast_arrays(*(float_array(v, n) for v, n in ((k, "k"), (tau, "tau"), (rho, "rho"))))
    check_range(k, "k", 1, 1e12)
    check_range(tau, "tau", -40, 40)
    check_range(rho, "rho", -40, 40)
    out = np.empty(k.shape)
    for judge in np.unique(rho):
        here = rho == judge
        count, drift = k[here], tau[here] - judge
        # The table leaves out levels below e^-19/sqrt(k_high): far above the largest k, nothing of F - F_oo is lost.
        table = slope_tables(np.zeros(1), np.array([judge]), count.min(), 1e18 * count.max() ** 2)[0]
        own_k, back = np.unique(count, return_inverse=True)
        second, first = table.limit_parts(own_k)
        out[here] = second[back] + 2 * drift * first[back]
    return out[()]


def answers_beyond_teacher(tau: Any, c: Any) -> Any:
    """k_* P(z > tau) at t = 0, rho = (1 + c) tau, float64, broadcast; 0 < tau < 40, c > 0, (1 + c) tau <= 40.

    inf where the best k is infinite or beyond 1e12 (tau above 7). Relative error as of `optima.values.numeric.optimal_number`.
    """
    from scipy.special import ndtr

    tau, c = _positive(tau, c)
    return optimal_number(0.0, tau, (1 + c) * tau) * ndtr(-tau)


def least_error(tau: Any, c: Any) -> Any:
    """The least F_k(0; tau, (1 + c) tau) over real k >= 1, float64, broadcast; the plateau c^2 tau^2 where no k does better.

    0 < tau < 7, c > 0, (1 + c) tau <= 40. Relative error about 1e-11 (measured).
    """
    from infscale_sym.theory.selection.values.numeric import selection_error_numpy

    tau, c = _positive(tau, c)
    check_range(tau, "tau", 0, 7)
    best = optimal_number(0.0, tau, (1 + c) * tau)
    finite = np.isfinite(best)
    error = selection_error_numpy(np.where(finite, best, 1.0), 0.0, tau, (1 + c) * tau)
    return np.where(finite, error, (c * tau) ** 2)[()]


def _positive(tau: Any, c: Any) -> tuple[Any, Any]:
    tau, c = np.broadcast_arrays(float_array(tau, "tau"), float_array(c, "c"))
    for name, array in (("tau", tau), ("c", c)):
        if not (array > 0).all():
            raise DomainError(f"{name} must be positive; got {array.min():g}")
    return tau, c


class _Mesh:
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


def distance_integral_mp(k: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """F_k(0; tau, rho) - (tau - rho)^2 to `digits` digits of E r^2, by the distance integral on two meshes; mpf.

    k >= 1, tau and rho real, scalars. Raises ValidationError where the meshes disagree.
    """
    import mpmath

    def value(digits: int, density: float) -> Any:
        k_, tau_, rho_ = _mirrored(k, tau, rho)
        if k_ < 1:
            raise DomainError(f"k must be at least 1; got {mpmath.nstr(k_, 5)}")
        return _Mesh(tau_, rho_, mpmath.log(k_), digits, density).gap(mpmath.log(k_))

    return _twice(value, digits, 10 + _cancels(k, tau, rho), "distance integral")


def _cancels(k: Any, tau: Any, rho: Any) -> int:
    """Digits lost in 1 - S where k u is about 1, in u where S is a far tail, and between D^2 and the rest."""
    import mpmath

    with mpmath.workdps(30):
        k, tau, rho = _mirrored(k, tau, rho)
        close = mpmath.log10(k * mpmath.npdf(rho)) + mpmath.log10(1 + rho)  # of 1/r, where u is 2 phi(rho) r
        return max(0, int(close)) + 2 * int(mpmath.log10(2 + rho)) + 2 * int(mpmath.log10(2 + abs(tau - rho)))


def _mirrored(k: Any, tau: Any, rho: Any) -> tuple[Any, Any, Any]:
    """Numbers at the current precision, mirrored so that rho >= 0."""
    from infscale_sym.evaluate.lambdify import to_mpf

    k, tau, rho = (to_mpf(value) for value in (k, tau, rho))
    return (k, -tau, -rho) if rho < 0 else (k, tau, rho)


def _twice(value: Any, digits: int, guard: int, label: str) -> Any:
    """`value(digits, density)` on two meshes that must agree."""
    import mpmath

    with mpmath.workdps(digits + guard + 25):
        one, two = value(digits + guard, 1.0), value(digits + guard, 1.3)
        if abs(one - two) > abs(two) * mpmath.mpf(10) ** -digits:
            raise ValidationError(f"{label}: two meshes differ by {mpmath.nstr(abs(one / two - 1), 2)}; ask for fewer digits")
        return two


def frozen_optimal_number_mp(tau: Any, rho: Any, digits: int = 50) -> Any:
    """The real k >= 1 at which F_k(0; tau, rho) is least, to `digits` digits: mpf, 1 or inf; tau and rho real scalars.

    inf exactly where 1 + 2 rho (tau - rho) >= 0. Raises ValidationError where two meshes disagree.
    """
    import mpmath

    with mpmath.workdps(digits + 15):
        return mpmath.exp(_log_best(*_key(tau, rho), digits))


def answers_beyond_teacher_mp(tau: Any, c: Any, digits: int = 50) -> Any:
    """k_* P(z > tau) at t = 0, rho = (1 + c) tau, to `digits` digits; mpf; tau > 0, c > 0 scalars. inf where k_* is."""
    import mpmath

    exact_tau, exact_c = _key(tau, c)
    if not (exact_tau > 0 and exact_c > 0):
        raise DomainError(f"tau and c must be positive; got tau = {float(exact_tau):g}, c = {float(exact_c):g}")
    size = 2 * len(str(int(exact_tau))) + 2  # digits of ln k before the point
    with mpmath.workdps(digits + size + 15):
        tail = mpmath.erfc(_number(exact_tau) / mpmath.sqrt(2)) / 2
        return mpmath.exp(_log_best(exact_tau, (1 + exact_c) * exact_tau, digits + size) + mpmath.log(tail))


def least_error_mp(tau: Any, c: Any, digits: int = 50) -> Any:
    """The least F_k(0; tau, (1 + c) tau) over real k >= 1, to `digits` digits; mpf; tau > 0, c > 0 scalars."""
    import mpmath

    exact_tau, exact_c = _key(tau, c)
    if not (exact_tau > 0 and exact_c > 0):
        raise DomainError(f"tau and c must be positive; got tau = {float(exact_tau):g}, c = {float(exact_c):g}")
    rho = (1 + exact_c) * exact_tau
    # F is flat at its minimum, and D^2 nearly cancels: (c tau)^2 against 1/tau^2.
    lost = 4 * len(str(int((1 + exact_c) * exact_tau))) + 6

    log_k = _log_best(exact_tau, rho, digits // 2 + lost)
    if not mpmath.isfinite(log_k):
        with mpmath.workdps(digits + 15):
            return _number((exact_c * exact_tau) ** 2)

    def value(digits: int, density: float) -> Any:
        tau_, rho_ = _number(exact_tau), _number(rho)
        return _Mesh(tau_, rho_, log_k, digits, density).gap(log_k) + (tau_ - rho_) ** 2

    return _twice(value, digits, lost, "least error")


def _key(*values: Any) -> tuple[Any, ...]:
    from infscale_sym.evaluate.inputs import exact

    return tuple(exact(value) for value in values)


def _number(value: Any) -> Any:
    from infscale_sym.evaluate.lambdify import to_mpf

    return to_mpf(value)


@lru_cache(maxsize=256)
def _log_best(tau: Any, rho: Any, digits: int) -> Any:
    """ln k_*, absolute error 10^-digits; inf where more answers never hurt, 0 where one is best."""
    import mpmath

    if rho < 0:
        return _log_best(-tau, -rho, digits)
    margin = 1 + 2 * rho * (tau - rho)
    if margin >= 0:
        return mpmath.inf
    # Near the boundary the slope is a difference of two numbers 1/margin times as large, at k about margin^(-1/2).
    guard = 3 * len(str(int(1 / -margin))) + 2 * len(str(int(rho))) + 10

    def rise(log_k: Any, digits: int, density: float = 1.0, mesh: list[Any] | None = None) -> Any:
        with mpmath.workdps(digits + guard + 25):
            if not mesh:
                made = _Mesh(_number(tau), _number(rho), mpmath.mpf(log_k), digits + guard, density)
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
        bound = 1 / _number(rho * (rho - tau))
        below, above = mpmath.mpf(0), _number(rho * (rho - tau)) + 2
        for _ in range(guard * 7):
            s = (below + above) / 2
            value = mpmath.tanh(s) / s + mpmath.sech(s) ** 2
            below, above = (s, above) if value > bound else (below, s)
        start = -mpmath.log(_level_at(s / _number(rho), _number(rho)))
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

    mesh = _Mesh.__new__(_Mesh)
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
