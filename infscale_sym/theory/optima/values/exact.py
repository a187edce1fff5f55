"""The optima of the selection error to any number of digits: best k, best temperature, best judge, critical temperature.

HP Remarks 2-4, arXiv:2512.19905. Each is a root of an exact derivative of F, no expansion of it is used. With draws z,
weights w(z) = exp(-(z^2 + 2 rho z)/(2t)) (a constant factor drops out), g = z^2 + 2 tau z, v = ln u, L = -ln E exp(-u w),

    dF/dk = -int L exp(-kL) m'(v) dv,    m' = -u (E[g w^2 e] E[w e] - E[g w e] E[w^2 e]) / E[w e]^2,    e = exp(-u w),
    dF/drho = -J[z]/t,    J[y] = E[Cov_p(y, g)], p the softmax weights of the k answers,
    J[y] = k int a^(k-1) u {E[g y w (1 - u w) e] - (k-1) u E[g w e] E[y w e]/a} dv.

Both integrals are trapezoidal sums in ball arithmetic: over z, and over s in u = exp(s - exp(-s))/(k E w), which falls off
doubly exponentially. A root is returned if a second mesh moves it by less than the digits asked for. For t >= 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.dyadic import from_mpf, midpoint
from infscale_sym.evaluate.inputs import exact
from infscale_sym.evaluate.lambdify import to_mpf
from infscale_sym.theory.optima.values._heat import temperature_slope

_LN10 = 2.302585092994046
_LEAST_T = 1.0
#: Below it the best temperature is sought as ln(1/t).
_COOL = 1 / 64
_MOST_NODES = 20_000
#: The step in s at density 1, times the natural logarithm of the accuracy: the strip has half-width about 1.2.
_STRIP = 7.5
_LARGEST_K = 1e6
#: The largest number of answers for which the best temperature and the best judge are sought.
_FARTHEST_K = 1e12


class _Mesh:
    """Level L and the averages over one draw at the nodes u of one (t, tau, rho), for k around `k`; at the present precision.

    With `wide` the nodes serve every k in [1, k]. `density` scales the number of nodes in both directions.
    """

    def __init__(self, k: Any, t: Any, tau: Any, rho: Any, digits: int, density: float, wide: bool = False) -> None:
        import flint

        self.k, self.need = k, digits * _LN10
        temperature, judge = float(t.mid()), float(rho.mid())
        # ln E w and the centre of the tilted density
        log_mean = rho * rho / (2 * t * (1 + t)) - (1 + 1 / t).log() / 2
        centre = -judge / (1 + temperature)
        reach = math.sqrt(2 * self.need) + 1
        step = 0.85 * math.pi * math.sqrt(2 * temperature / (temperature + 2) / self.need) / density
        first, last = math.floor((min(centre, 0) - reach) / step), math.ceil((max(centre, 0) + reach) / step)
        h = flint.arb(step)
        self.z = [h * i for i in range(first, last + 1)]
        norm = h / (2 * flint.arb.pi()).sqrt()
        self.mass = [norm * (-z * z / 2).exp() for z in self.z]
        self.penalty = [z * z + 2 * rho * z for z in self.z]
        self.loss = [z * z + 2 * tau * z for z in self.z]
        self.weight = [(-y / (2 * t) - log_mean).exp() for y in self.penalty]  # divided by E w
        self.wide, self.log_k, self.step = wide, k.log(), _STRIP / self.need / density
        low = -self.need - float(self.log_k.mid()) if wide else -math.log(self.need) - 0.7
        self.first = math.floor(low / self.step)

    def _nodes(self, start: int, count: int) -> list[tuple[Any, Any]]:
        """(u E w, dv) at `count` nodes of the outer rule, from the left."""
        import flint

        h, out = flint.arb(self.step), []
        for i in range(self.first + start, self.first + start + count):
            s = h * i
            if self.wide:
                out.append((s.exp(), h))
            else:
                decay = (-s).exp()
                out.append(((s - decay - self.log_k).exp(), h * (1 + decay)))
        return out

    def averages(self, columns: list[list[Any]], most: Any) -> tuple[list[tuple[Any, Any]], list[Any], list[list[Any]]]:
        """The nodes in use, L at each of them and E[column e] at each of them; nodes with `most` * L > need are left out."""
        import flint

        matrix = flint.arb_mat([list(row) for row in zip(self.mass, *columns, strict=True)])
        scales = [sum(column, flint.arb(0)) for column in columns]
        used, levels, out = [], [], []
        for start in range(0, _MOST_NODES, 64):
            some = self._nodes(start, 64)
            lifted = flint.arb_mat([[(-u * w).expm1() for w in self.weight] for u, _ in some])  # e - 1
            product = lifted * matrix
            for row, (u, dv) in enumerate(some):
                level = -product[row, 0].log1p()
                if not level.is_finite():
                    return used, levels, out  # a is smaller than the rounding: nothing is left of its power
                used.append((u, dv))
                levels.append(level)
                out.append([scale + product[row, c + 1] for c, scale in enumerate(scales)])
                if float((most * level).mid()) > self.need + 5:
                    return used, levels, out
        raise ValidationError("optimum: the integral over scores is too long for this evaluator; use a larger t")


def _slope_in_k(mesh: _Mesh, k_low: Any) -> Callable[[Any], tuple[Any, Any]]:
    """k -> (dF/dk, F_k - F_oo) from one mesh; k_low is the smallest k it is asked for."""
    import flint

    w1 = [m * w for m, w in zip(mesh.mass, mesh.weight, strict=True)]
    g1 = [x * g for x, g in zip(w1, mesh.loss, strict=True)]
    w2 = [x * w for x, w in zip(w1, mesh.weight, strict=True)]
    g2 = [x * g for x, g in zip(w2, mesh.loss, strict=True)]
    nodes, levels, sums = mesh.averages([w1, g1, w2, g2], k_low)
    rises = [-u * dv * (d * a - b * c) / (a * a) for (u, dv), (a, b, c, d) in zip(nodes, sums, strict=True)]

    def slope(k: Any) -> tuple[Any, Any]:
        total, above = flint.arb(0), flint.arb(0)
        for level, rise in zip(levels, rises, strict=True):
            share = (-k * level).exp() * rise
            above += share
            total -= level * share
        return total, above

    return slope


def _lean(mesh: _Mesh, score: list[Any]) -> tuple[Any, Any]:
    """(J[score], F - F_1) at the mesh's k: the mean covariance of `score` and the loss among the answers."""
    import flint

    k = mesh.k
    w1 = [m * w for m, w in zip(mesh.mass, mesh.weight, strict=True)]
    g1 = [x * g for x, g in zip(w1, mesh.loss, strict=True)]
    y1 = [x * y for x, y in zip(w1, score, strict=True)]
    b1 = [x * y for x, y in zip(g1, score, strict=True)]
    b2 = [x * w for x, w in zip(b1, mesh.weight, strict=True)]
    nodes, levels, sums = mesh.averages([g1, y1, b1, b2], k)
    total, error = flint.arb(0), flint.arb(0)
    for (u, dv), level, (loss, one, both, twice) in zip(nodes, levels, sums, strict=True):
        common = k * dv * u * (-(k - 1) * level).exp()
        error += common * loss
        total += common * (both - u * twice - (k - 1) * u * loss * one * level.exp())
    return total, error - 1  # E g = 1 at k = 1


def optimal_number_mp(t: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """The real k >= 1 at which F_k(t; tau, rho) is least, to `digits` digits: mpf, 1 or inf.

    t >= 1 and finite, tau and rho real scalars; k is sought in [1, 1e6], and beyond counts as inf. Also t = 0, where k has no
    bound. Dimensionless. Raises DomainError outside, ValidationError where two meshes disagree.
    """
    if t == 0:
        from infscale_sym.theory.optima.values.frozen import frozen_optimal_number_mp

        return frozen_optimal_number_mp(tau, rho, digits)
    return _number(*_exact(t, tau, rho), digits)


def optimal_temperature_mp(k: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """The t at which F_k(t; tau, rho) is least, to `digits` digits: mpf, 0 or inf.

    k in (1, 1e12], real scalars; however small or large it is: 0 exactly where 1 + 2 rho (tau - rho) >= 0, else t* > 0. The
    error is relative, two meshes must agree. A second or two at 20 digits. DomainError outside, ValidationError where the
    meshes differ.
    """
    return _temperature(*_exact(k, tau, rho), digits)


def optimal_judge_mp(k: Any, t: Any, tau: Any, digits: int = 50) -> Any:
    """The judge's offset rho at which F_k(t; tau, rho) is least, to `digits` digits: mpf; 0 at tau = 0; may be +-inf.

    k > 1, t >= 1; |rho| is sought up to 1000 (1 + t) (1 + |tau|).
    """
    return _judge(*_exact(k, t, tau), digits)


def critical_temperature_mp(tau: Any, rho: Any, digits: int = 50) -> Any:
    """The t below which F_k(t; tau, rho) rises at large k, to `digits` digits: the root of dF/dk at k = 10^(digits+10); mpf.

    inf where it rises at every t, 0 where it rises at none; a root below 1 raises DomainError.
    """
    return _critical(*_exact(tau, rho), digits)


def inverse_coefficient_mp(t: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """lim k (F_k - F_oo) as k -> oo, to `digits` digits relative to 1, t >= 1: -k^2 dF/dk at k = 10^(digits+5); mpf."""
    t, tau, rho = _exact(t, tau, rho)
    _check(t=t)
    work = digits + 2 * _lost(t)

    def value(x: Any) -> Any:
        return -(x[0] ** 2) * _slope_in_k(_Mesh(*x, digits=work, density=1.2), x[0])(x[0])[0]

    return _balls(work, (10 ** (digits + 5), t, rho), value, 10 ** (digits + 5), t, tau, rho)


def _exact(*values: Any) -> Any:
    """Exact, hashable values."""
    return tuple(exact(value) for value in values)


@lru_cache(maxsize=256)
def _number(t: Any, tau: Any, rho: Any, digits: int) -> Any:
    import mpmath

    _check(t=t)
    work = 2 * _lost(t)
    slopes: dict[Any, Callable[[Any], tuple[Any, Any]]] = {}

    def at(k: Any, accuracy: int, density: float) -> Any:
        def value(x: Any) -> Any:
            if (accuracy, density) not in slopes:  # one mesh serves the whole bracket
                slopes[accuracy, density] = _slope_in_k(_Mesh(*x, digits=accuracy + work, density=density), 3 * x[0] / 4)
            return slopes[accuracy, density](x[0])[0]

        return _balls(accuracy + work, (0.75, t, rho), value, k, t, tau, rho)

    grid = [1.3**i for i in range(int(math.log(_LARGEST_K) / math.log(1.3)) + 1)]

    def scan(x: Any) -> list[tuple[float, Any, Any]]:
        slope = _slope_in_k(_Mesh(*x, digits=8 + work, density=1.0, wide=True), x[0] / x[0])
        return [(k, *slope(type(x[0])(k))) for k in grid]

    table = _balls(8 + work, (1, t, rho), scan, _LARGEST_K, t, tau, rho, raw=True)
    # (F - F_oo, bracket): one answer, infinitely many, and what lies between a falling and a rising slope
    candidates: list[tuple[Any, Any]] = []
    if not table[0][1] < 0:
        candidates.append((table[0][2], 1.0))
    if table[-1][1] < 0:
        candidates.append((0 * table[-1][2], math.inf))
    for (low, slope, _), (high, other, above) in pairwise(table):
        if slope < 0 and other > 0:
            candidates.append((above, (low, high)))
    place = min(candidates, key=lambda item: midpoint(item[0]))[1]
    if isinstance(place, float):
        return mpmath.mpf(place)
    low, high = place
    return _root(at, low, high, digits, f"optimal number at t = {float(t):g}")


@lru_cache(maxsize=256)
def _temperature(k: Any, tau: Any, rho: Any, digits: int) -> Any:
    import mpmath

    _check(k=k)
    gain, start = 1 + 2 * rho * tau, 1 + 2 * rho * (tau - rho)
    if start >= 0:  # F rises with t (`_heat`)
        return mpmath.mpf(0)
    near_line = max(0, math.ceil(-math.log10(-start)))  # the terms of the slope cancel to a share 1 + 2 rho (tau - rho)

    def at(t: Any, accuracy: int, density: float) -> tuple[Any, Any]:
        return temperature_slope(k, Fraction(exact(t)), tau, rho, accuracy + near_line + _lost(t), density)

    def in_t(t: Any, accuracy: int, density: float) -> Any:
        return midpoint(at(t, accuracy, density)[0])

    def in_coldness(x: Any, accuracy: int, density: float) -> Any:  # x = ln(1/t)
        t = mpmath.exp(-x)
        return midpoint(at(t, accuracy, density)[0]) / t**2

    with mpmath.workdps(digits + 20):
        far = 1e3 * (1 + float(rho) ** 2) / float(gain) if gain > 0 else 1e6
        coldest = mpmath.mpf(10) ** (-8 - 2 * math.ceil(math.log10(k)))
        grid = [coldest]
        while grid[-1] * 10 < _COOL:
            grid.append(grid[-1] * 10)
        grid += [mpmath.mpf(_COOL) * 2**i for i in range(int(math.log2(far / _COOL)) + 2)]
        signs = [in_t(t, 4, 1.0) > 0 for t in grid]
        brackets = [(low, high) for (low, one), (high, two) in pairwise(zip(grid, signs, strict=True)) if two and not one]
        if signs[0]:  # F falls at first: dF/d ln t = t^2 (2 c ln(1/t) + C)
            brackets.insert(0, (mpmath.mpf(0), coldest))

        places = [
            _place(in_t, in_coldness, bracket, k, rho, start, digits if len(brackets) == 1 else 8) for bracket in brackets
        ]
        if signs[-1] and len(places) == 1:
            return places[0]
        # Several valleys, or one and F falling again towards t = oo, where F = F_1: the deepest.
        depths = [midpoint(at(t, 8, 1.0)[1]) for t in places]
        if not places or (not signs[-1] and min(depths) >= 0):
            return mpmath.inf
        return _place(in_t, in_coldness, brackets[depths.index(min(depths))], k, rho, start, digits)


def _place(in_t: Any, in_coldness: Any, bracket: tuple[Any, Any], k: Any, rho: Any, start: Any, digits: int) -> Any:
    """The best temperature in a bracket, to a relative error of 10^-digits: a root in t or, where it is cold, in ln(1/t)."""
    import mpmath

    low, high = bracket
    label = f"optimal temperature at k = {float(k):g}"
    if low >= _COOL:
        return _root(in_t, low, high, digits, label)
    far = -mpmath.log(low) if low else (2 * digits + 10) * mpmath.ln(10) - mpmath.log(high)
    more = len(str(int(far))) + 1  # an error of ln t is a relative error of t
    if low or in_coldness(far, 8, 1.0) < 0:
        return mpmath.exp(-_root(in_coldness, -mpmath.log(high), far, digits + more, label))
    # Colder still dF/d ln t = t^2 (2 c ln(1/t) + C) to more digits than are asked for.
    coefficient = mpmath.pi / 3 * to_mpf(k * (k - 1) * start) * mpmath.exp(-to_mpf(rho * rho))
    more += len(str(int(abs(in_coldness(far, 8, 1.0) / coefficient))))
    one, two = (far - in_coldness(far, digits + more, density) / coefficient for density in (1.0, 1.3))
    if not abs(one - two) < mpmath.mpf(10) ** -digits:
        raise ValidationError(
            f"{label}: two meshes differ by {mpmath.nstr(abs(one - two), 2)} of the root; ask for fewer digits"
        )
    return mpmath.exp(-two)


@lru_cache(maxsize=256)
def _judge(k: Any, t: Any, tau: Any, digits: int) -> Any:
    import mpmath

    _check(k=k, t=t)
    if tau < 0:
        return -_judge(k, t, -tau, digits)
    if tau == 0:
        return mpmath.mpf(0)
    lost = _lost(t)

    def at(rho: Any, accuracy: int, density: float, both: bool = False) -> Any:
        def value(x: Any) -> Any:
            mesh = _Mesh(*x, digits=accuracy + lost, density=density)
            return _lean(mesh, mesh.z)

        pair = _balls(accuracy + lost, (k, t, rho), value, k, t, tau, rho, raw=True)
        return pair if both else -midpoint(pair[0])

    unit = float(tau)
    grid = [unit * 2.0**i for i in range(int(math.log2(1e3 * (1 + float(t)) * (1 + unit) / unit)) + 1)]
    candidates: list[tuple[float, Any]] = []
    before = at(0, 4, 1.0, both=True)[0]
    place: Any = 0.0
    error = None
    for place_next in grid:
        slope, error = at(place_next, 4, 1.0, both=True)
        if before > 0 and slope < 0:  # F falls, then rises
            candidates.append((float(error.mid()), (place, place_next)))
        place, before = place_next, slope
        if len(candidates) == 1 and place_next > 3 * candidates[0][1][1] and float(error.mid()) > candidates[0][0]:
            break
    if not candidates or (before > 0 and error is not None and float(error.mid()) < min(candidates)[0]):
        return mpmath.inf
    low, high = min(candidates)[1]
    return _root(at, low, high, digits, f"optimal judge at k = {float(k):g}, t = {float(t):g}")


@lru_cache(maxsize=256)
def _critical(tau: Any, rho: Any, digits: int) -> Any:
    import mpmath

    huge = 10 ** (digits + 10)

    def at(t: Any, accuracy: int, density: float) -> Any:
        work = accuracy + 2 * _lost(t)

        def fall(x: Any) -> Any:
            return -_slope_in_k(_Mesh(*x, digits=work, density=density), x[0])(x[0])[0]

        return _balls(work, (huge, t, rho), fall, huge, t, tau, rho)

    grid = [_LEAST_T * 2.0**i for i in range(54)]
    low = None
    for t in grid:
        if at(t, 4, 1.0) > 0:
            break
        low = t
    else:
        return mpmath.inf
    if low is None:
        return _frozen_side(tau, rho)
    return _root(at, low, 2 * low, digits, "critical temperature")


def _frozen_side(tau: Any, rho: Any) -> Any:
    """0 if F falls at large k even at t = 0, i.e. if 1 + 2 rho (tau - rho) >= 0; else the root is out of reach."""
    import mpmath

    if 1 + 2 * rho * (tau - rho) >= 0:
        return mpmath.mpf(0)
    raise DomainError(f"the critical temperature must be at least {_LEAST_T} for this evaluator; it lies below")


def _root(at: Callable[..., Any], low: Any, high: Any, digits: int, label: str) -> Any:
    """The root of at(x, digits, density) between low and high, on meshes fine enough that two of them agree."""
    for refine in (1.0, 1.5, 2.2, 3.3):
        try:
            return _root_on(lambda x, n, density, finer=refine: at(x, n, finer * density), low, high, digits, label)
        except ValidationError as error:
            failure = error
    raise failure


def _root_on(at: Callable[..., Any], low: Any, high: Any, digits: int, label: str) -> Any:
    """The root: regula falsi, then secants of rising accuracy.

    A second mesh must agree: its value at the root, over the slope, is the error.
    """
    import mpmath

    with mpmath.workdps(digits + 20):
        low, high = mpmath.mpf(low), mpmath.mpf(high)
        below, above = at(low, 8, 1.0), at(high, 8, 1.0)
        if not below * above <= 0:
            raise ValidationError(f"{label}: no change of sign between {mpmath.nstr(low, 6)} and {mpmath.nstr(high, 6)}")
        for _ in range(60):  # regula falsi (Illinois) to about four digits
            x = high - above * (high - low) / (above - below)
            y = at(x, 8, 1.0)
            done = min(abs(x - low), abs(high - x)) < x * mpmath.mpf("1e-4")
            if y * above < 0:
                low, below = high, above
            else:
                below /= 2
            high, above = x, y
            if done or y == 0:
                break
        # Two points at one accuracy, then secants: each gains as many digits as the two before it have together.
        last = high * (1 + mpmath.mpf("1e-3"))
        y_last, x, accuracy = at(last, 12, 1.0), high, 12
        for _ in range(40):
            y = at(x, accuracy, 1.0)
            slope = (y - y_last) / (x - last)
            before, move = x - last, y / slope
            last, y_last, x = x, y, x - move
            accuracy = min(2 * accuracy, digits + 8)
            if abs(move * before) < x**2 * mpmath.mpf(10) ** (-digits - 3) or y == 0:  # a secant's error goes with both
                break
        gap = abs(at(x, digits + 8, 1.3) / slope / x)
        if not gap < mpmath.mpf(10) ** -digits:
            raise ValidationError(f"{label}: two meshes differ by {mpmath.nstr(gap, 2)} of the root; ask for fewer digits")
        return +x


def _balls(digits: int, least: Any, function: Callable[[Any], Any], *values: Any, raw: bool = False) -> Any:
    """`function` of the values as balls at a precision for `digits` digits; the middle of what it returns as mpf.

    `least` is (k, t, rho), the smallest k in use: E[w exp(-uw)] is about a/u, and both a and 1/u are small at the far end,
    where k (-ln a) is the number of digits and -ln a = (sqrt(2 t ln u) - |rho|)^2/2.
    """
    import flint
    import mpmath

    k, t, rho = (float(value) for value in least)
    need = (digits + 3) * _LN10
    lift = (math.sqrt(2 * need / k) + abs(rho)) ** 2 / (2 * t) + need / k + math.log(need)
    with flint.ctx.workprec(int(3.33 * digits + 1.45 * lift) + 50), mpmath.workdps(digits + 15):
        result = function(tuple(from_mpf(to_mpf(value)) for value in values))
        return result if raw else midpoint(result)


def _lost(t: Any) -> int:
    """How many digits F loses at large t, where it differs from F_1 in the order 1/t."""
    return max(0, math.ceil(math.log10(float(t)))) + 3


def _check(**values: Any) -> None:
    if "t" in values and not _LEAST_T <= values["t"] < math.inf:
        raise DomainError(f"t must lie in [{_LEAST_T}, oo) for this evaluator; got {float(values['t']):g}")
    if "k" in values and not 1 < values["k"] <= _FARTHEST_K:
        raise DomainError(f"k must lie in (1, {_FARTHEST_K:g}] for this evaluator; got {float(values['k']):g}")
