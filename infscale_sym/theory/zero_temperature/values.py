"""What a small temperature adds to the error, F_k(t) - F_k(0), to many digits, and the pair integral in its leading term.

The quantities of `temperature.zero.approach`; sampler of HP, arXiv:2512.19905; dimensionless. L = 2t, D = tau - rho, r = |z +
rho| with density f(r) = 2 phi(rho) exp(-r^2/2) cosh(rho r). Choosing with softmax weights is choosing the least r^2 + L c, c
the logarithm of a standard exponential draw, with density K(c) = e^c exp(-e^c). With s = L v, a(v) = P(r^2 + L c > s),

    F = D^2 + k int (q_2 + 2 D q_1) a^(k-1) dv,   q_2 = int K t r f dc,   q_1 = int K t tanh(rho r) f dc,   r^2 = L (v - c).

The score v runs over three ranges. Low: K is not small where c reaches v, and one integrates over r/L^(1/2). Middle: the
trapezoidal rule over c. High (v beyond the number of nepers asked for): f, as a function of r^2, is a power series about L v,
from a two-term recurrence, and the means of c^n are derivatives of the Gamma function at 1. Only sums of products are left,
so a value costs a fifth of a second where the general evaluator takes ten. Two meshes must agree to the digits asked for, and
the law of the chosen answer must sum to one. Float64: the absolute error is 1e-15 F.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from flint import arb, arb_series, ctx

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.dyadic import midpoint
from infscale_sym.evaluate.inputs import check_range, exact, float_array
from infscale_sym.evaluate.lambdify import to_arb

#: The temperatures at which the method of this module serves; above, two calls of the general evaluator.
COLD = (Fraction(1, 10**40), Fraction(1, 100))
_LARGEST_RHO = 8


def thermal_excess(k: Any, t: Any, tau: Any, rho: Any) -> Any:
    """F_k(t; tau, rho) - F_k(0; tau, rho), float64, broadcasting; arguments as in `selection_error`. Absolute error 1e-15 F."""
    from infscale_sym.theory.selection.values.numeric import selection_error_numpy

    return selection_error_numpy(k, t, tau, rho) - selection_error_numpy(k, 0.0, tau, rho)


def thermal_excess_mp(k: Any, t: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """F_k(t; tau, rho) - F_k(0; tau, rho) as an mpf with `digits` digits; exact numbers.

    Real k in [2, 100], t in [1e-40, 1e-2], |rho| <= 8, |tau| <= 40. Raises DomainError outside, ValidationError where
    two meshes differ.
    """
    from infscale_sym.theory.selection.values.enclosure import selection_error_arb

    k_, t_, tau_, rho_ = (Fraction(exact(v)) for v in (k, t, tau, rho))
    if not (2 <= k_ <= 100 and COLD[0] <= t_ <= COLD[1] and abs(rho_) <= _LARGEST_RHO and abs(tau_) <= 40):
        raise DomainError(
            f"k must lie in [2, 100], t in [1e-40, 0.01], |rho| <= 8, |tau| <= 40; got {float(k_):g}, {float(t_):g}, "
            f"{float(rho_):g}, {float(tau_):g}: subtract two values of selection_error there"
        )
    if rho_ < 0:
        tau_, rho_ = -tau_, -rho_
    whole = digits + 2 * math.ceil(-math.log10(t_)) + 4
    whole = 6 * math.ceil(whole / 6)  # neighbouring requests share their tables
    frozen = selection_error_arb(k_, 0, tau_, rho_, digits=whole)
    with ctx.workprec(_bits(whole)):
        drift, count = to_arb(tau_ - rho_), to_arb(k_)

        def excess(second: bool) -> Any:
            mass, error = arb(0), drift * drift
            for row in _table(t_, rho_, whole, second):
                share = row.weight * count * (row.log_above * (count - 1)).exp()
                mass += share * row.mass
                error += share * (row.square + 2 * drift * row.linear)
            if not abs(mass.mid() - 1) < arb(10) ** -(whole - 2):
                raise ValidationError(f"the chosen answer's law sums to 1 + {float(mass.mid() - 1):.1e} at t = {float(t_):g}")
            return midpoint(error - frozen)

        return agree(excess, (False, True), digits, f"the cold error at k = {k}, t = {float(t_):g}")


class _Row(NamedTuple):
    """One score: dv, ln a, and the means of f t/r, f t r and f t tanh(rho r) over c."""

    weight: arb
    log_above: arb
    mass: arb
    square: arb
    linear: arb


def _bits(digits: int) -> int:
    return int(3.33 * digits) + 50


@lru_cache(maxsize=32)
def _table(t: Fraction, rho: Fraction, digits: int, second: bool) -> tuple[_Row, ...]:
    with ctx.workprec(_bits(digits)):
        scores = _Scores(t, rho, digits, second)
        refine, offset = (1.11, "0.37") if second else (1.0, "0")
        step = math.pi**2 / (digits * math.log(10) + 3) / refine
        # v = s - exp(-s-2) + r^2/L, r = ln(1 + L^(1/2) exp(s - 5.5)): doubly exponential, linear, geometric, linear in r
        width, farthest = math.sqrt(2 * t), float(rho) + math.sqrt(scores.nepers) + 2
        low = -math.log(scores.nepers) - 3
        high = 5.5 + farthest + math.log1p(-math.exp(-farthest)) - math.log(width)
        out = []
        for n in range(math.floor(low / step), math.ceil(high / step) + 1):
            s = (n + arb(offset)) * arb(step)
            end, far = (-s - 2).exp(), scores.width * (s - arb("5.5")).exp()
            r = far.log1p()
            v = s - end + r * r / scores.scale
            slope = 1 + end + 2 * r / scores.scale * far / (1 + far)
            near, mass, square, linear = scores(v)
            if near < 1:
                out.append(_Row(slope * arb(step), (-near).log1p().mid(), mass.mid(), square.mid(), linear.mid()))
        return tuple(out)


class _Scores:
    """(1 - a, mass, square, linear) at a score v. Radii are not used: the comparison of two meshes judges."""

    def __init__(self, t: Fraction, rho: Fraction, digits: int, second: bool) -> None:
        self.nepers = digits * math.log(10) + 3
        self.scale, self.rho = to_arb(2 * t), to_arb(rho)
        self.width, self.root_half = self.scale.sqrt(), 1 / arb(2).sqrt()
        # Where r is of the order t^(1/2), everything that is summed is as small: fewer digits do.
        own = self.nepers + 0.5 * math.log(2 * t)
        self.low, self.high = math.log(1.3 * own + 10), 1.1 * self.nepers + 10
        refine = 1.07 if second else 1.0
        step = 2 * math.pi * 0.32 / (own + 3) / refine
        count = math.ceil(math.sqrt(own + self.low + 3) / step)
        self.near = [self._answer(n * arb(step), step, n == 0) for n in range(count)]
        step = math.pi**2 / own / refine
        self.noise = []
        for n in range(math.floor((-math.log(own + 8) - 2.2) / step), math.ceil((math.log(own) + 1.5) / step) + 1):
            s = (n + arb("0.71" if second else "0.25")) * arb(step)
            end = (-s - 2).exp()
            tail = (s - end).exp()
            self.noise.append((s - end, arb(step) * (1 + end) * tail * (-tail).exp()))
        ctx.cap, cap = 2 + int(self.high), ctx.cap
        gamma = arb_series([1, 1], prec=ctx.cap).gamma().coeffs()
        ctx.cap = cap
        factorial, self.moments = arb(1), []
        for n, coefficient in enumerate(gamma):  # E (-L c)^n
            factorial *= max(n, 1)
            self.moments.append((-self.scale) ** n * factorial * coefficient)
        self.peak = (-self.rho * self.rho / 2).exp() / (2 * arb.pi()).sqrt()

    def _densities(self, r: arb) -> tuple[arb, arb]:
        """phi(r - rho) +- phi(r + rho)."""
        one, two = ((-((r + side) ** 2) / 2).exp() for side in (-self.rho, self.rho))
        unit = (2 * arb.pi()).rsqrt()
        return (one + two) * unit, (one - two) * unit

    def _answer(self, y: arb, step: float, half: bool) -> tuple[arb, ...]:
        r = self.width * y
        both, odd = self._densities(r)
        both, odd = (d * self.width * arb(step) / (2 if half else 1) for d in (both, odd))
        return (-y * y).exp(), both, both * r * r, odd * r

    def __call__(self, v: arb) -> tuple[arb, arb, arb, arb]:
        at = float(v)
        return self._low(v, at) if at < self.low else self._middle(v) if at < self.high else self._high(v, at)

    def _low(self, v: arb, at: float) -> tuple[arb, arb, arb, arb]:
        stride = 2 if at < 0.9 else 1  # the kernel is then analytic in twice the strip
        u, sums = v.exp(), [arb(0)] * 4
        for fall, both, square, odd in self.near[::stride]:
            weight = u * fall
            kernel = (-weight).exp()
            sums[0] += (1 - kernel) * both
            kernel *= weight
            sums[1] += kernel * both
            sums[2] += kernel * square
            sums[3] += kernel * odd
        near, mass, square, linear = (stride * total for total in sums)
        return near, mass, square, linear

    def _middle(self, v: arb) -> tuple[arb, arb, arb, arb]:
        near = mass = square = linear = arb(0)
        for c, density in self.noise:
            if not c < v:
                continue
            r = (self.scale * (v - c)).sqrt()
            both, odd = self._densities(r)
            near += density * ((r - self.rho) * self.root_half).erf() + density * ((r + self.rho) * self.root_half).erf()
            mass += density * both / r
            square += density * both * r
            linear += density * odd
        t = self.scale / 2
        return near / 2, t * mass, t * square, t * linear

    def _high(self, v: arb, at: float) -> tuple[arb, arb, arb, arb]:
        """Power series in s = r^2: A = exp(-s/2) cosh(rho s^(1/2))/s^(1/2), B = exp(-s/2) sinh(rho s^(1/2)).

        s A' = -s A/2 - A/2 + rho B/2 and B' = (rho A - B)/2; P' = phi(rho) A.
        """
        s = self.scale * v
        r = s.sqrt()
        both, odd = self._densities(r)
        a, b, before = both / (2 * self.peak * r), odd / (2 * self.peak), arb(0)
        near = (((r - self.rho) * self.root_half).erf() + ((r + self.rho) * self.root_half).erf()) / 2
        mass = square = linear = arb(0)
        size = 0.0
        for n, moment in enumerate(self.moments[:-1]):
            mass += moment * a
            square += moment * (s * a + before)
            linear += moment * b
            near += self.moments[n + 1] * self.peak * a / (n + 1)
            size += math.log((n + 1) / at)
            if size < -self.nepers - 5:
                break
            after = (-(s + 1) * a / 2 - before / 2 + self.rho * b / 2 - n * a) / (s * (n + 1))
            b = (self.rho * a - b) / (2 * (n + 1))
            before, a = a, after
        unit = self.scale * self.peak  # 2 t phi(rho)
        return near, unit * mass, unit * square, unit * linear


def cold_pairs(k: Any, tau: Any, rho: Any) -> Any:
    """M_k(tau, rho), float64, broadcasting; k >= 2, |rho| <= 25. Error about 1e-14 exp(rho^2) (1 + |tau rho|).

    The trapezoidal rule in ln r.
    """
    from infscale_sym.theory.selection.values.survival import log_survival

    k, tau, rho = (float_array(v, n)[..., None] for v, n in ((k, "k"), (tau, "tau"), (rho, "rho")))
    check_range(k, "k", 2, 1e12)
    check_range(rho, "rho", -25, 25)
    step = 0.08
    r = np.exp(np.arange(-38.0, 3.9, step))
    drift, fall = tau - rho, np.exp(-r * r)
    up, down = np.exp(-((r - np.abs(rho)) ** 2) + rho**2), np.exp(-r * r - 2 * np.abs(rho) * r)
    # exp(-r^2) times cosh^2(rho r) and sinh(2 rho r)/2
    even = (up + 2 * fall + down) / 4
    small = down * np.expm1(np.minimum(4 * np.abs(rho) * r, 100))  # up - down, without cancellation
    odd = np.sign(rho) * np.where(r < 1, small, up - down) / 4
    slope = even + drift / r * (odd + rho * r * fall)
    inside = np.exp((k - 2) * log_survival(r, rho)) * slope - (1 + 2 * rho * drift) * fall
    return (step * inside.sum(-1))[()]


def cold_pairs_mp(k: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """M_k(tau, rho) as an mpf; exact numbers, k >= 2, |rho| <= 8. Two meshes that agree to `digits` digits of 1 + |M|."""
    k_, tau_, rho_ = (Fraction(exact(v)) for v in (k, tau, rho))
    if not (2 <= k_ <= 10**12 and abs(rho_) <= _LARGEST_RHO):
        raise DomainError(f"k must lie in [2, 1e12] and |rho| <= 8; got {float(k_):g}, {float(rho_):g}")
    with ctx.workprec(_bits(digits + 20)):
        count, judge, drift = to_arb(k_), to_arb(rho_), to_arb(tau_ - rho_)
        nepers, half = (digits + 4) * math.log(10), arb(2).rsqrt()
        level = 1 + 2 * judge * drift

        def value(mesh: tuple[float, str]) -> Any:
            refine, offset = mesh
            step, total = 3.2 / (nepers + 2 * float(rho_) ** 2) / refine, arb(0)  # |arg r| < pi/6
            farthest = abs(float(rho_)) + math.sqrt(nepers + float(rho_) ** 2) + 1
            for n in range(math.floor((-math.log(nepers) - 3) / step), math.ceil(math.log(farthest) / step) + 2):
                s = (n + arb(offset)) * arb(step)  # ln r = s - exp(-s-2): doubly exponential towards r = 0
                end = (-s - 2).exp()
                r = (s - end).exp()
                product = judge * r
                slope = product.cosh() ** 2 + drift / r * ((2 * product).sinh() / 2 + product)
                above = (((r - judge) * half).erfc() + ((r + judge) * half).erfc()) / 2
                total += (1 + end) * (-r * r).exp() * ((above.log() * (count - 2)).exp() * slope - level)
            return midpoint(total * arb(step))

        what = f"M at k = {k}, tau = {tau}, rho = {rho}"
        return agree(value, ((1.0, "0"), (1.13, "0.37")), digits, what, beside=1)


def zeta_slope(s: Any) -> Any:
    """zeta'(s), float64, broadcasting; s > 1."""
    import mpmath

    s = float_array(s, "s")
    check_range(s, "s", 1.0001, 1e3)
    return np.vectorize(lambda x: float(mpmath.zeta(x, derivative=1)), otypes=[float])(s)[()]


def zeta_slope_mp(s: Any, digits: int = 50) -> Any:
    """zeta'(s) as an mpf; s > 1."""
    import mpmath

    from infscale_sym.evaluate.lambdify import to_mpf

    with mpmath.workdps(digits + 10):
        return mpmath.zeta(to_mpf(s), derivative=1)
