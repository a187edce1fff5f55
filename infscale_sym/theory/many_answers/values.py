"""Quantities about infinitely many answers: moments of a weight, the limit of the error, the crossover at t -> 0.

They stand in `limit.infinite-k`, `limit.corrections` and `limit.crossover`; model of HP, arXiv:2512.19905, dimensionless. The
moments are Gaussian integrals in closed form (by quadrature in `*_by_quadrature_mp`, for verification). The crossover function
is G = chi int J exp(-chi J) ds over ln u = s, J(u) = int (1 - exp(-u e^(-y^2/2))) dy = int y^2 x e^(-x) dy,
x = exp(s - y^2/2); for s > 8 the same integral over q = y^2/2 - s, where its integrand is smooth on the scale one. Trapezoidal
sums throughout; s = 3 sinh p. Relative error of J 1e-14 and of G 1e-13 in float64; in mpmath two meshes agree to the digits.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.inputs import check_range, exact, float_array
from infscale_sym.evaluate.lambdify import to_mpf

Array = NDArray[np.float64]

#: The range of chi in float64 and of the exact evaluator; below it G = 1/(2 chi^2) to 1e-10.
CHI_RANGE, CHI_RANGE_EXACT = (1e-3, 1e4), (1e-3, 1e12)
_STRETCH = 3.0
_SERIES_TO = 2.3
_SWITCH = 8.0  # from here on exp(-e^s) is below every precision in use


def weight_moment(j: Any, t: Any, rho: Any) -> Any:
    """E w^j, float64, broadcasting; t > 0. Relative error a few 1e-16 times the exponent."""
    j, t, rho = _positive_heat(j, t, rho)
    return (np.sqrt(t / (t + j)) * np.exp(-j * rho**2 / (2 * (t + j))))[()]


def weight_ratio(j: Any, t: Any, rho: Any) -> Any:
    """E w^j/(E w)^j, float64, broadcasting; t > 0. Overflows to inf for a judge too far out at small t."""
    j, t, rho = _positive_heat(j, t, rho)
    exponent = 0.5 * j * rho**2 * (1 / (1 + t) - 1 / (j + t))
    with np.errstate(over="ignore"):
        return (np.exp(exponent + 0.5 * (j * np.log1p(1 / t) - np.log1p(j / t))))[()]


def tilted_error(j: Any, t: Any, tau: Any, rho: Any) -> Any:
    """E[w^j (z+tau)^2]/E w^j, float64, broadcasting: the tilted law is normal with mean -rho j/(j+t), variance t/(j+t)."""
    j, t, rho = _positive_heat(j, t, rho)
    return ((float_array(tau, "tau") - rho * j / (j + t)) ** 2 + t / (j + t))[()]


def weight_moment_mp(j: Any, t: Any, rho: Any, digits: int = 50) -> Any:
    """E w^j as an mpf, t > 0."""
    import mpmath

    with mpmath.workdps(digits + 15):
        j, t, rho = (to_mpf(v) for v in (j, t, rho))
        return mpmath.sqrt(t / (t + j)) * mpmath.exp(-j * rho**2 / (2 * (t + j)))


def weight_ratio_mp(j: Any, t: Any, rho: Any, digits: int = 50) -> Any:
    """E w^j/(E w)^j as an mpf, t > 0."""
    import mpmath

    with mpmath.workdps(digits + 20):
        j = to_mpf(j)
        return weight_moment_mp(j, t, rho, digits + 5) / weight_moment_mp(1, t, rho, digits + 5) ** j


def tilted_error_mp(j: Any, t: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """E[w^j (z+tau)^2]/E w^j as an mpf, t > 0."""
    import mpmath

    with mpmath.workdps(digits + 15):
        j, t, tau, rho = (to_mpf(v) for v in (j, t, tau, rho))
        return (tau - rho * j / (j + t)) ** 2 + t / (j + t)


def limit_error_mp(t: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """F_oo(t; tau, rho) as an mpf, 0 <= t <= inf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        v = 1 / (1 + to_mpf(t))
        return (to_mpf(tau) - to_mpf(rho) * v) ** 2 + 1 - v


def limit_error_arb(t: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """F_oo(t; tau, rho) as a ball, t finite."""
    import flint

    from infscale_sym.evaluate.lambdify import power, to_arb

    with flint.ctx.workprec(int(3.33 * digits) + 64):
        heat = to_arb(t)
        v = 1 / (1 + heat)
        return power(to_arb(tau) - to_arb(rho) * v, 2) + heat * v


def weight_ratio_by_quadrature_mp(j: Any, t: Any, rho: Any, digits: int = 50) -> Any:
    """E w^j/(E w)^j from the definition, each mean by the trapezoidal rule on two meshes; mpf, t > 0."""
    import mpmath

    with mpmath.workdps(digits + 20):
        j, t, rho = (to_mpf(v) for v in (j, t, rho))

        def ratio(refine: Any) -> Any:
            means = []
            for power in (1, j):
                width = mpmath.sqrt(t / (t + power))
                step = width * mpmath.mpf("2.5") / mpmath.sqrt(digits + 20) / refine
                far = int(mpmath.sqrt(4.7 * (digits + 20)) * width / step) + 2
                middle = -rho * power / (power + t)
                nodes = (middle + n * step for n in range(-far, far + 1))
                means.append(step * mpmath.fsum(mpmath.exp(-power * (z + rho) ** 2 / (2 * t)) * mpmath.npdf(z) for z in nodes))
            return means[1] / means[0] ** j

        return agree(ratio, (1, mpmath.mpf("1.37")), digits, "moments of the weight")


def crowd_laplace(u: Any) -> Any:
    """J(u) = int (1 - exp(-u e^(-y^2/2))) dy, float64, relative error 1e-14; 0 <= u <= 1e300; shape of u."""
    u = float_array(u, "u")
    check_range(u, "u", 0, 1e300)
    with np.errstate(divide="ignore"):
        s = np.log(u).ravel()
    out = np.zeros(s.shape)
    out[u.ravel() > 0] = _crowd(s[u.ravel() > 0])
    return out.reshape(u.shape)[()]


def _crowd(s: Array) -> Array:
    """J at u = e^s; both branches by the trapezoidal rule."""
    out = np.empty(s.shape)
    far = s > _SWITCH
    y = np.linspace(0, 9.8, 246)  # half of the line, to where e^(8 - y^2/2) is below 1e-17
    for rows in _chunks(np.flatnonzero(~far)):
        x = np.exp(s[rows, None] - 0.5 * y * y)
        out[rows] = 2 * (y[1] - y[0]) * np.sum(y * y * x * np.exp(-x), axis=1)
    q = np.linspace(-5, 42, 235)
    density = (q[1] - q[0]) * np.exp(-q - np.exp(-q))
    for rows in _chunks(np.flatnonzero(far)):
        out[rows] = 2 * np.sqrt(2 * (s[rows, None] + q)) @ density
    return out


def _chunks(rows: Any) -> Any:
    return (rows[n : n + 4096] for n in range(0, rows.size, 4096))


@lru_cache(maxsize=1)
def _crossover_table() -> tuple[Array, Array]:
    """(J, weight ds) on the outer mesh of float64."""
    p = np.linspace(-3.4, 20.0, 586)
    s = _STRETCH * np.sinh(p)
    return _crowd(s), (p[1] - p[0]) * _STRETCH * np.cosh(p)


def crossover_factor(chi: Any) -> Any:
    """G(chi), float64, broadcasting, 1e-3 <= chi <= 1e4; relative error 1e-13. Falls from 1/(2 chi^2) to 1."""
    chi = float_array(chi, "chi")
    check_range(chi, "chi", *CHI_RANGE)
    crowd, weight = _crossover_table()
    flat = chi.ravel()
    out = np.empty(flat.shape)
    for rows in _chunks(np.arange(flat.size)):
        product = np.multiply.outer(flat[rows], crowd)
        out[rows] = (product * np.exp(-product)) @ weight
    return out.reshape(chi.shape)[()]


def crowd_laplace_mp(u: Any, digits: int = 50) -> Any:
    """J(u) as an mpf, 0 < u; trapezoidal rule, two meshes that agree."""
    import flint
    import mpmath

    from infscale_sym.evaluate.dyadic import midpoint
    from infscale_sym.evaluate.lambdify import to_arb

    def value(refine: float) -> Any:
        with flint.ctx.workprec(int(3.33 * digits) + 60):
            return midpoint(_Crowd(digits + 5, refine)(to_arb(u).log()))

    with mpmath.workdps(digits + 10):
        return +agree(value, (1.0, 1.23), digits, "J")


def crossover_factor_mp(chi: Any, digits: int = 50) -> Any:
    """G(chi) as an mpf, 1e-3 <= chi <= 1e12 (exact number); two meshes, inner and outer, must agree to `digits` digits.

    At 50 digits some seconds the first time, then quick. Raises DomainError outside the range.
    """
    import mpmath

    value = exact(chi)
    low, high = CHI_RANGE_EXACT
    if not low <= value <= high:
        raise DomainError(f"chi must lie in [{low:g}, {high:g}]; got {float(value):g}")
    digits = 10 * math.ceil((digits + 2) / 10)  # neighbouring requests share a mesh
    with mpmath.workdps(digits + 10):
        return +agree(lambda refine: _crossover(value, digits, refine), (1.0, 1.12), digits, "crossover function")


class _Crowd:
    """J at u = e^s in ball arithmetic, on meshes for `digits` digits made `refine` times finer; only midpoints matter."""

    def __init__(self, digits: int, refine: float) -> None:
        import flint

        self.flint, self.need = flint, 2.303 * digits
        self.step_y = 0.04 * math.sqrt(36 / self.need) ** 2 / refine
        self.step_q = 0.2 * math.sqrt(36 / self.need) ** 2 / refine
        count = int(math.sqrt(2 * (_SWITCH + self.need)) / self.step_y) + 2
        half = [flint.arb(n) * flint.arb(self.step_y) for n in range(count)]
        self.squares = [y * y for y in half]
        self.weights = [(-square / 2).exp() for square in self.squares]
        low = -int(math.log(self.need * 1.1) / self.step_q) - 1
        self.q = [flint.arb(n) * flint.arb(self.step_q) for n in range(low, int(self.need / self.step_q) + 2)]
        self.density = [(-q - (-q).exp()).exp() for q in self.q]
        self.least = 10.0**-digits
        self.series, factorial = [flint.arb(0)], flint.arb(1)
        for n in range(1, int(self.need) + 60):
            factorial *= -n
            self.series.append(-(2 * flint.arb.pi() / n).sqrt() / factorial)
        self.asymptotic_from = 3 * self.need + 40
        self.binomial = self._gumbel_series()

    def __call__(self, s: Any) -> Any:
        flint, place = self.flint, float(s.mid())
        if place < _SERIES_TO:  # sum of (-u)^n/n! (2 pi/n)^(1/2)
            return self._sum(self.series, s.exp())
        if place > self.asymptotic_from:  # 2 E (2 (s + q))^(1/2), binomial series
            return 2 * (2 * s).sqrt() * self._sum(self.binomial, 1 / s)
        total = flint.arb(0)
        if place > _SWITCH:
            for q, density in zip(self.q, self.density, strict=True):
                total += density * (s + q).sqrt()
            return 2 * flint.arb(2).sqrt() * flint.arb(self.step_q) * total
        u = s.exp()
        for square, weight in zip(self.squares, self.weights, strict=True):
            x = u * weight
            total += square * x * (-x).exp()
        return 2 * flint.arb(self.step_y) * total

    def _sum(self, coefficients: list[Any], at: Any) -> Any:
        """A power series, to where its terms are negligible against the first."""
        total, power, least = self.flint.arb(0), self.flint.arb(1), math.inf
        for coefficient in coefficients:
            term = coefficient * power
            total += term
            size = float(abs(term / total).mid()) if coefficient != 0 else least
            if size < self.least:
                return total
            power *= at
        raise ValidationError("a series of J does not reach the digits asked for")

    def _gumbel_series(self) -> list[Any]:
        """Coefficients of s^-n in E (1 + q/s)^(1/2)."""
        flint, out, binomial = self.flint, [], self.flint.arb(1)
        powers = [density * flint.arb(self.step_q) for density in self.density]
        for n in range(int(0.5 * self.need) + 10):
            out.append(binomial * sum(powers, flint.arb(0)))
            powers = [value * q for value, q in zip(powers, self.q, strict=True)]
            binomial = binomial * (flint.arb(1) / 2 - n) / (n + 1)
        return out


@lru_cache(maxsize=8)
def _crowd_evaluator(digits: int, refine: float) -> _Crowd:
    return _Crowd(digits, refine)


@lru_cache(maxsize=8)
def _crossover_mesh(digits: int, refine: float, largest_s: float, shift: int) -> list[tuple[Any, Any]]:
    """[(J, ds)] on the outer mesh s = 3 sinh p - shift, from where e^(s+shift) is negligible to `largest_s`."""
    import flint

    with flint.ctx.workprec(int(3.33 * digits) + 60):
        crowd = _crowd_evaluator(digits + 5, refine)
        step = 0.045 * 36 / crowd.need / refine
        low = int(math.asinh((crowd.need + 10) / _STRETCH) / step) + 1
        high = int(math.asinh(largest_s / _STRETCH) / step) + 1
        out = []
        for n in range(-low, high + 1):
            p = flint.arb(n) * flint.arb(step)
            out.append((crowd(_STRETCH * p.sinh() - shift), flint.arb(step) * _STRETCH * p.cosh()))
        return out


@lru_cache(maxsize=256)
def _crossover(chi: Any, digits: int, refine: float) -> Any:
    import flint

    from infscale_sym.evaluate.dyadic import midpoint
    from infscale_sym.evaluate.lambdify import to_arb

    largest = ((2.303 * (digits + 8)) / float(chi)) ** 2 / 8
    largest = 10.0 ** math.ceil(math.log10(max(largest, 10.0)))  # one mesh serves a decade
    shift = round(math.log(chi)) if chi > 30 else 0  # follow the place where chi J is about one
    with flint.ctx.workprec(int(3.33 * digits) + 60):
        at, total = to_arb(chi), flint.arb(0)
        for crowd, width in _crossover_mesh(digits, refine, largest, shift):
            product = at * crowd
            total += product * (-product).exp() * width
        return midpoint(total)


def _positive_heat(j: Any, t: Any, rho: Any) -> tuple[Array, Array, Array]:
    temperature = float_array(t, "t")
    if not (temperature > 0).all():
        raise DomainError(f"t must be positive here; got {temperature[~(temperature > 0)].ravel()[0]:g}")
    return float_array(j, "j"), temperature, float_array(rho, "rho")
