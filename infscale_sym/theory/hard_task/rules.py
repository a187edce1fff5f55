"""Rules for best-of-k over hard prompts (`best-of-k.hard-task.*`; HP Remark 5, arXiv:2512.19905).

The variables at the edge tau_k, the expansion there, Gamma and Beta integrals, and the continuation through s^2 = 2 Q.
w = (tau^2 - tau_k^2)/2 and y = tau r; with k = tau_k/phi(tau_k) the answers within r of the target are, in the mean,
(tau_k/tau) exp(-w) A(y), A(y) = int_(-y)^y exp(-x - x^2/(2 tau^2)) dx. Coefficients are checked by SymPy, remainders by their
exponent in tau_k, measured on the exact average.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sympy import (
    Add,
    Expr,
    Heaviside,
    Integer,
    Integral,
    Poly,
    Rational,
    Symbol,
    beta,
    cos,
    cosh,
    cot,
    coth,
    diff,
    exp,
    expand,
    expand_func,
    expand_power_exp,
    gamma,
    integrate,
    limit,
    log,
    oo,
    pi,
    polygamma,
    powdenest,
    powsimp,
    sin,
    sinh,
    sqrt,
    together,
)

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, clearly_not_zero, is_zero, only_integral, outside, split
from infscale_sym.errors import DerivationError
from infscale_sym.notation.operators import normal_density
from infscale_sym.theory.hard_task.notation import HardTaskEdge, HardTaskError, Theta, tau_k
from infscale_sym.theory.scaling.rules import AsTail, tail_integral
from infscale_sym.theory.selection.notation import LogSurvival, SelectionError, Survival, k, r, tau, w, x, y, z


@dataclass(frozen=True)
class OffsetTail:
    """F_k at t = 0 with judge = teacher as int 2 r S(r; offset)^k dr, whatever k and the offset are called."""

    name: str = "tail formula at any offset"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The three steps of AsTail for the symbols k and tau, which are then replaced."""
        kind = AsTail().check(SelectionError(k, 0, tau, tau), tail_integral(k)).kind

        def opened(e: Expr) -> Expr:
            count, heat, teacher, judge = e.args
            if heat != 0 or teacher != judge:
                raise DerivationError("this is for best-of-k with judge = teacher")
            return Integral(2 * r * exp(count * LogSurvival(r, teacher)), (r, 0, oo))

        wanted = before.replace(lambda e: isinstance(e, SelectionError), opened)
        if wanted == before or wanted != after:
            raise DerivationError("a best-of-k error is not replaced by its tail integral")
        return Evidence(kind, "limit t -> 0, tail formula, independence: as in best_of_k")


@dataclass(frozen=True)
class ScaledVariables:
    """z = Theta^(1/2) tau, tau^2 = tau_k^2 + 2 w, r = y/tau; the half tau < 0 is the mirror image of the other."""

    name: str = "scaled variables"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """S is even in the offset; the transformed integrand, times two, over the claim's is 1."""
        old = next(e for e in before.atoms(Integral) if e.limits[0][0] == z)
        new = [e for e in after.atoms(Integral) if e.limits[0][0] == w]
        if len(new) != 1 or new[0].limits != ((w, -(tau_k**2) / 2, oo), (y, 0, oo)):
            raise DerivationError("the claim must be an integral over w > -tau_k^2/2 and y > 0")
        if not is_zero(Survival(r, -tau).unfold() - Survival(r, tau).unfold()):
            raise DerivationError("S is not even in the offset")
        inner = only_integral(old.function)
        front = simplify(old.function / inner)
        if old.limits != ((z, -oo, oo),) or inner.limits != ((r, 0, oo),) or simplify(front - front.subs(z, -z)) != 0:
            raise DerivationError("expected an even integral over z, and one over r > 0 in it")
        offset = sqrt(tau_k**2 + 2 * w)
        moved = 2 * front.subs(z, sqrt(Theta) * offset) * sqrt(Theta) * diff(offset, w) / offset
        rest = (inner.function / exp(_exponent(inner.function))).subs(r, y / offset)
        logarithms = _exponent(inner.function).subs(z, sqrt(Theta) * offset).subs(r, y / offset)
        logarithms = logarithms.replace(LogSurvival, lambda a, b: LogSurvival(a, simplify(b)))
        if simplify(logarithms - _exponent(new[0].function, LogSurvival)) != 0:
            raise DerivationError("the power of S in the new variables is another")
        claim = new[0].function / exp(_exponent(new[0].function, LogSurvival))
        (constant, factor), (constant_after, factor_after) = split(before, old), split(after, new[0])
        if expand(constant_after - constant) != 0:
            raise DerivationError("what stands beside the integral has changed")
        gap = factor * moved * rest / (factor_after * claim)
        if clearly_not_zero(gap - 1) or simplify(powsimp(gap)) != 1:
            raise DerivationError("the transformed integrand is not the one claimed")
        return Evidence(SYMBOLIC, "both Jacobians by SymPy, S even in the offset")


def _exponent(integrand: Expr, quantity: Any = LogSurvival) -> Expr:
    """The exponent of the factor that is a power of S."""
    return next(e.args[0] for e in integrand.atoms(exp) if e.has(quantity))


@cache
def edge_series(order: int) -> tuple[Expr, ...]:
    """Coefficients of tau_k^-3, tau_k^-5, ... of 2 y tau^-3 exp(-Theta w) S(y/tau; tau)^k at fixed w and y, by SymPy."""
    small, offset = Symbol("epsilon", positive=True), Symbol("tau", positive=True)
    # 1 - S = int_(-y)^y phi(tau + x/tau)/tau dx, and k phi(tau)/tau = (tau_k/tau) exp(-w)
    inside = normal_density(offset + x / offset) / normal_density(offset)
    if simplify(inside / exp(-x - x**2 / (2 * offset**2))) != 1:
        raise DerivationError("the density about the target is another")
    level = Symbol("tau_k", positive=True)
    if simplify(normal_density(sqrt(level**2 + 2 * w)) / normal_density(level) / exp(-w)) != 1:
        raise DerivationError("the number of answers does not cancel the density")
    stretch = 1 + 2 * w * small  # tau^2/tau_k^2
    at = Symbol("x", real=True)
    terms = (exp(-at) * (-(at**2) * small / (2 * stretch)) ** n / gamma(n + 1) for n in range(order + 1))
    mass = Add(*(integrate(term, (at, -y, y)) for term in terms)).rewrite(exp)
    integrand = 2 * y * stretch ** Rational(-3, 2) * exp(-Theta * w - exp(-w) * mass / sqrt(stretch))
    out, derivative = [], integrand
    for n in range(order + 1):
        out.append(derivative.subs(small, 0) / gamma(n + 1))
        derivative = diff(derivative, small)
    return tuple(out)


@dataclass(frozen=True)
class ExpandAtEdge:
    """Expand in 1/tau_k^2 at fixed w and y and let both run over their whole range.

    Allowed for Theta < 2 by dominated convergence: there are at least c exp(-w) sinh y answers to be expected within y/tau,
    c > 0 fixed, for all w and y that are not exponentially unlikely, and y exp(-Theta w) exp(-c exp(-w) sinh y) is
    integrable. Not for Theta >= 2: it then grows towards w -> -oo.
    """

    order: int
    ratios: tuple[str, ...] = ("1", "1.5")
    at: tuple[str, str] = ("200", "5000")
    name: str = "expansion at the edge"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Coefficients by SymPy; the remainder by its exponent, the exact left side against the claim's integral."""
        if before != _scaled_form():
            raise DerivationError("this rule expands the scaled form")
        integral = only_integral(after)
        if integral.limits != ((w, -oo, oo), (y, 0, oo)):
            raise DerivationError("the claim must run over all w and y > 0")
        claim = outside(after, integral) * integral.function * tau_k**3
        opened = expand(claim.subs(tau_k, 1 / sqrt(Symbol("epsilon", positive=True))))
        small = Symbol("epsilon", positive=True)
        for n, wanted in enumerate(edge_series(self.order)):
            got = diff(opened, small, n).subs(small, 0) / gamma(n + 1)
            plain = exp(-Theta * w - 2 * exp(-w) * sinh(y))
            if not _vanishes(wanted / plain - got / plain):
                raise DerivationError(f"the coefficient of tau_k^-{3 + 2 * n} is another")
        if not _vanishes(diff(opened, small, self.order + 1) / exp(-Theta * w - 2 * exp(-w) * sinh(y))):
            raise DerivationError("the claim has further terms")
        slopes = _measured(after, self.ratios, self.at)
        wanted_slope = -3 - 2 * (self.order + 1)
        if any(abs(slope - wanted_slope) > 0.02 * abs(wanted_slope) for slope in slopes):
            raise DerivationError(f"the error falls with the exponents {slopes}, not {wanted_slope}")
        words = f"error exponent {slopes[0]:.4f} measured from tau_k = {self.at[0]} to {self.at[1]}"
        return Evidence(NUMERIC, f"coefficients by SymPy; {words}")


def _vanishes(difference: Expr) -> bool:
    """Whether an expression in w, y and exponentials of them vanishes."""
    return simplify(expand(powsimp(expand(expand_power_exp(expand(difference.rewrite(exp))))))) == 0


def _scaled_form() -> Expr:
    offset = sqrt(tau_k**2 + 2 * w)
    power = exp(tau_k / normal_density(tau_k) * LogSurvival(y / offset, offset))
    return Integral(2 * y / offset**3 * exp(-Theta * w) * power, (w, -(tau_k**2) / 2, oo), (y, 0, oo))


def scaled_form() -> Expr:
    """The averaged error over the density at tau_k as an integral over w and y, exact."""
    return _scaled_form()


@lru_cache(maxsize=64)
def _measured(claim: Expr, ratios: tuple[str, ...], at: tuple[str, str]) -> list[float]:
    """Exponents in tau_k of |HardTaskError - claim|, the claim's double integral summed with mpmath by a sum of its own."""
    import mpmath
    from sympy import lambdify

    integral = only_integral(claim)
    function = lambdify((w, y, Theta, tau_k), outside(claim, integral) * integral.function, "mpmath")
    slopes = []
    for ratio in ratios:
        errors = []
        for big in at:
            with mpmath.workdps(28):
                th, level = mpmath.mpf(ratio), mpmath.mpf(big)
                exact = HardTaskError.mpmath(big, ratio, digits=22)
                errors.append(abs(exact - _plane_sum(lambda a, b, th=th, level=level: function(a, b, th, level), float(th))))
        slopes.append(_slope(errors[0], errors[1], at))
    return slopes


def _plane_sum(function: Callable[[Any, Any], Any], ratio: float) -> Any:
    """int dy int dw for integrands like y exp(-ratio w - 2 exp(-w) sinh y); ratio < 2; about 19 digits at 28 working ones."""
    import mpmath

    total, step = mpmath.mpf(0), mpmath.mpf(2) / 13

    def nodes(left: float, right: float) -> list[tuple[Any, Any]]:
        first, last = (int(-mpmath.log(50 / left) / step) - 2, int(mpmath.log(55 / right) / step) + 2)
        points = [step * i for i in range(first, last)]
        return [(mpmath.exp(v - mpmath.exp(-v)), step * (1 + mpmath.exp(-v))) for v in points]

    inner = nodes(ratio, 1.0)
    for at, weight in nodes(2 - ratio, ratio):
        wide = 2 * mpmath.sinh(at)
        part = mpmath.mpf(0)
        for size, rate in inner:
            part += rate * function(mpmath.log(wide / size), at)
        total += part * weight * at
    return total


@dataclass(frozen=True)
class GammaOverDepth:
    """int dw w^i exp(-(Theta + j) w - a exp(-w)) = (-d/dn)^i [Gamma(n) a^-n] at n = Theta + j, a = 2 sinh y."""

    name: str = "Gamma integrals by parameter differentiation"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Read the polynomial in w and exp(-w); Gamma's definition with lambda = exp(-w); differentiate in the exponent."""
        old, new = only_integral(before), only_integral(after)
        if old.limits != ((w, -oo, oo), (y, 0, oo)) or new.limits != ((y, 0, oo),):
            raise DerivationError("the integral must run over w, then y, and the claim over y")
        claim = outside(after, new) * new.function
        left = outside(before, old) * self._value(old) / (gamma(Theta) * (2 * sinh(y)) ** -Theta)
        right = claim / (gamma(Theta) * (2 * sinh(y)) ** -Theta)
        if clearly_not_zero(left - right) or _plain(left - right) != 0:
            raise DerivationError("the integral over w leaves something else")
        return Evidence(SYMBOLIC, "Gamma(n) a^-n and its derivative in n")

    @staticmethod
    @lru_cache(maxsize=8)
    def _value(old: Integral) -> Expr:
        """The integral over w as a function of y; the same for a perturbed claim."""
        rate, letter = Symbol("a", positive=True), Symbol("b", positive=True)
        inside = expand(powsimp(expand(old.function / exp(-Theta * w - 2 * exp(-w) * sinh(y)))))
        inside = expand(expand_power_exp(inside)).subs(exp(-w), letter)
        power = Symbol("n", positive=True)
        total = Integer(0)
        for term in inside.as_ordered_terms():
            i, j = (int(simplify(symbol * diff(term, symbol) / term)) for symbol in (w, letter))
            value = gamma(power) * rate**-power
            for _ in range(i):
                value = -diff(value, power)
            total += simplify(term / (w**i * letter**j)) * value.subs(power, Theta + j)
        return total.subs(rate, 2 * sinh(y))


def _plain(difference: Expr) -> Expr:
    """Gamma(Theta + 1) and psi(Theta + 1) in terms of those at Theta; powers of 2 sinh y cancelled; hyperbolic algebra."""
    s, c, lg = Symbol("s", positive=True), Symbol("c", positive=True), Symbol("l", real=True)
    opened = expand_func(difference).subs(log(2 * sinh(y)), lg)
    opened = opened.subs(coth(y), c / s).subs(cosh(y), c).subs(sinh(y), s)
    opened = opened.replace(lambda e: isinstance(e, log) and e.has(s), lambda e: lg)
    return simplify(powdenest(expand(simplify(opened)), force=True))


@dataclass(frozen=True)
class BetaIntegrals:
    """T(p, q) = int_0^oo exp(-2 p y) (2 sinh y)^-q dy = B(p + q/2, 1 - q)/2, with its derivatives in p and q; reflection.

    Convergent for q < 1 and, where a factor y is in front, for q < 2: both sides are analytic there, so the closed forms,
    in which the pole at q = 1 cancels, hold up to 2.
    """

    name: str = "Beta integrals and reflection"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """T by u = exp(-2 y); y^m, ln(2 sinh y), y^2 coth y from it; Gamma and psi at 1 - x by their reflection formulas."""
        total = self._value(before)
        if clearly_not_zero(total - after) or _reflected(total - after) != 0:
            raise DerivationError("the Beta integrals give another value")
        return Evidence(SYMBOLIC, "derivatives of the Beta function in both arguments; reflection formulas of Gamma and psi")

    @staticmethod
    @lru_cache(maxsize=8)
    def _value(before: Expr) -> Expr:
        """The integral by the Beta function's derivatives; the same for a perturbed claim."""
        integral = only_integral(before)
        if integral.limits != ((y, 0, oo),):
            raise DerivationError("the integral must run over y > 0")
        p, q, u = Symbol("p", positive=True), Symbol("q", positive=True), Symbol("u", positive=True)
        moved = (exp(-2 * p * y) * (2 * sinh(y)) ** -q).rewrite(exp).subs(y, -log(u) / 2) / (2 * u)
        kernel = u ** (p + q / 2 - 1) * (1 - u) ** -q / 2
        if simplify(log(moved / kernel).subs({p: Rational(1, 3), q: Rational(1, 2), u: Rational(1, 5)}).evalf(30)) > 1e-25 or (
            simplify(diff(log(moved / kernel), u)) != 0
        ):
            raise DerivationError("the Beta integral has another integrand")
        value = (beta(p + q / 2, 1 - q) / 2).rewrite(gamma)
        letter, bend = Symbol("l", real=True), Symbol("c", real=True)
        base = integral.function.subs(log(2 * sinh(y)), letter).subs(coth(y), bend)
        inside = expand(outside(before, integral) * base.subs((2 * sinh(y)) ** -Theta, 1))
        if inside.has(sinh) or not base.has((2 * sinh(y)) ** -Theta):
            raise DerivationError("expected (2 sinh y)^-Theta times a polynomial in y, its logarithm and coth y")
        total = Integer(0)
        for term in inside.as_ordered_terms():
            m, logs, bends = (int(simplify(s * diff(term, s) / term)) for s in (y, letter, bend))
            part = term / (y**m * letter**logs * bend**bends)
            if bends:  # by parts: coth y (2 sinh y)^-q = -(1/q) d/dy (2 sinh y)^-q, the boundary term vanishes for q < m
                if bends > 1 or logs or m < 2:
                    raise DerivationError("only y^m coth y with m >= 2 can be integrated by parts here")
                if simplify(diff((2 * sinh(y)) ** -q, y) / -q / ((2 * sinh(y)) ** -q * cosh(y) / sinh(y))) != 1:
                    raise DerivationError("integration by parts fails")
                part, m = part * m / Theta, m - 1
            if m < 1:
                raise DerivationError("without a factor y the integral diverges at Theta = 1")
            now = value
            for _ in range(m):
                now = -diff(now, p) / 2
            for _ in range(logs):
                now = -diff(now, q)
            total += part * now.subs(p, 0).subs(q, Theta)
        return total


def _reflected(expr: Expr) -> Expr:
    """Everything at 1 - Theta/2 and 1 - Theta by reflection, trigonometry as two symbols with c^2 = 1 - s^2; numerator."""
    half = Theta / 2
    table = {
        polygamma(0, 1 - half): polygamma(0, half) + pi * cot(pi * half),
        polygamma(1, 1 - half): pi**2 / sin(pi * half) ** 2 - polygamma(1, half),
        polygamma(2, 1 - half): polygamma(2, half) + 2 * pi**3 * cot(pi * half) / sin(pi * half) ** 2,
        polygamma(0, 1 - Theta): polygamma(0, Theta) + pi * cot(pi * Theta),
        gamma(1 - half): pi / (sin(pi * half) * gamma(half)),
        gamma(1 - Theta): pi / (sin(pi * Theta) * gamma(Theta)),
    }
    s, c = Symbol("s", positive=True), Symbol("c", real=True)
    opened = expr.subs(table).subs(cot(pi * Theta), (c * c - s * s) / (2 * s * c)).subs(sin(pi * Theta), 2 * s * c)
    opened = opened.subs(cot(pi * half), c / s).subs(sin(pi * half), s).subs(cos(pi * half), c)
    rest = sorted(opened.atoms(gamma, polygamma), key=str)  # symbols: a rational function of them, s and c is left
    opened = opened.subs({e: Symbol(f"f_{i}", positive=True) for i, e in enumerate(rest)})
    numerator = Poly(together(opened).as_numer_denom()[0], c)
    return expand(sum(v * (1 - s**2) ** (n // 2) * c ** (n % 2) for (n,), v in numerator.terms()))


def edge_integral(ratio: Expr = Theta) -> Expr:
    """int dw exp((2 - ratio) w) {4 exp(-2 w) int y exp(-2 exp(-w) sinh y) dy - [w < 0]}."""
    inside = Integral(4 * exp(-2 * w) * y * exp(-2 * exp(-w) * sinh(y)), (y, 0, oo)) - Heaviside(-w)
    return Integral(exp((2 - ratio) * w) * inside, (w, -oo, oo))


@dataclass(frozen=True)
class EdgeLimit:
    """Leading order of the average less its plateau, both written over w; allowed for 0 < Theta < 3.

    The bracket falls as exp(2 w) to the left, 4 lambda^2 int y exp(-2 lambda sinh y) dy being 1 + O(1/lambda^2), and as
    w^2 exp(-2 w) to the right. On the plateau k^2 F = pi exp(tau^2) up to 1/k, which counts from Theta = 3."""

    ratios: tuple[str, ...] = ("1.5", "2.5")
    at: tuple[str, str] = ("200", "20000")
    name: str = "limit at the edge"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The two integrands by SymPy, the bracket's decay by its series, the remainder by its measured exponent."""
        flat = Integral(exp((2 - Theta) * (x**2 - tau_k**2) / 2), (x, 0, tau_k)) / (2 * tau_k**2)
        if before != _scaled_form() - flat or outside(after, edge_integral()) != 1 / (2 * tau_k**3):
            raise DerivationError("expected the scaled form less its plateau, and the integral at the edge over 2 tau_k^3")
        first = edge_series(0)[0]
        bracket = 4 * exp(-2 * w) * y * exp(-2 * exp(-w) * sinh(y)) * exp((2 - Theta) * w) / 2
        if not _vanishes((first - bracket) / exp(-Theta * w - 2 * exp(-w) * sinh(y))):
            raise DerivationError("the limit of the integrand is another")
        # the plateau with x^2 = tau_k^2 + 2 w: dx = dw/x, and 1/x -> 1/tau_k
        offset = sqrt(tau_k**2 + 2 * w)
        moved = exp((2 - Theta) * (offset**2 - tau_k**2) / 2) * diff(offset, w)
        if simplify(moved * offset / exp((2 - Theta) * w)) != 1:
            raise DerivationError("the plateau in the new variable is another")
        q = Symbol("q", positive=True)
        # y dy/dq at 2 sinh y = q: q/4 + 0 q^2 + O(q^3), so 4 lambda^2 int = 1 + O(lambda^-2)
        series = (log(q / 2 + sqrt(1 + q**2 / 4)) / sqrt(4 + q**2)).series(q, 0, 3).removeO()
        if simplify(series - q / 4) != 0:
            raise DerivationError("the bracket does not fall as exp(2 w)")
        slopes = []
        for ratio in self.ratios:
            near, far = (_edge_gap(after, ratio, big) for big in self.at)
            slopes.append(_slope(near, far, self.at))
        if any(abs(slope + 5) > 0.1 for slope in slopes):
            raise DerivationError(f"the error falls with the exponents {slopes}, not -5")
        words = f"error exponents {', '.join(f'{s:.4f}' for s in slopes)} from tau_k = {self.at[0]} to {self.at[1]}"
        return Evidence(NUMERIC, f"integrands by SymPy; at Theta = {', '.join(self.ratios)} {words}")


@lru_cache(maxsize=64)
def _edge_gap(claim: Expr, ratio: str, big: str) -> Any:
    import mpmath

    with mpmath.workdps(32):
        exact = HardTaskEdge.mpmath(big, ratio, digits=18)
        return abs(exact - edge_number(ratio) / (2 * mpmath.mpf(big) ** 3))


def _slope(near: Any, far: Any, at: tuple[str, str]) -> float:
    import mpmath

    return float(mpmath.log(far / near) / mpmath.log(mpmath.mpf(at[1]) / mpmath.mpf(at[0])))


@lru_cache(maxsize=16)
def edge_number(ratio: str) -> float:
    """`edge_integral` at a number 0 < Theta < 4, in float64 to about 1e-13, by Gauss-Legendre and trapezoidal sums.

    For w < 0 the bracket is the integral of q {asinh(u)/u (1 + u^2)^(-1/2) - 1} exp(-q), u = q exp(w)/2.
    """
    import numpy as np

    th = float(ratio)
    nodes, masses = np.polynomial.legendre.leggauss(24)

    def panels(ends: Any) -> tuple[Any, Any]:
        half = np.diff(ends)[:, None] / 2
        return (np.asarray(ends)[:-1, None] + half * (1 + nodes)).ravel(), (half * masses).ravel()

    v = np.arange(-5.5, 4.8, 0.05)
    q = np.exp(v - np.exp(-v))
    rate = 0.05 * (1 + np.exp(-v)) * q * np.exp(-q)
    depth, weight = panels(np.linspace(-40 / (4 - th), 0, 31))
    u = q * np.exp(depth)[:, None] / 2
    near = u * u * (-2 / 3 + u * u * (8 / 15 - u * u * 16 / 35))
    rest = np.where(u < 1e-3, near, np.arcsinh(u) / (u * np.sqrt(1 + u * u)) - 1)
    below = weight @ (np.exp((2 - th) * depth) * (rest @ (rate * q)))
    depth, weight = panels(np.linspace(0, 45 / th, 31))
    y_, mass = panels(np.linspace(0, 45 / th + 5, 61))
    with np.errstate(over="ignore"):
        inside = np.exp(-2 * np.exp(-depth)[:, None] * np.sinh(y_)) @ (y_ * mass)
    return float(below + weight @ (np.exp(-th * depth) * 4 * inside))


@dataclass(frozen=True)
class ThroughTransition:
    """The integral at the edge is 2 M - 1/(2 - Theta) for Theta < 2, and by analytic continuation up to 4.

    For Theta < 2 its two parts converge one by one: the first is 2 M by its definition (lambda = exp(-w)), the second
    int_(-oo)^0 exp((2 - Theta) w) dw. The whole converges, and is analytic, as long as exp((4 - Theta) w) is integrable.
    """

    name: str = "continuation"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Both parts by the rules for Theta < 2; the claim against the integral on the other side too, by quadrature."""
        whole = only_edge(before)
        first = Integral(2 * y * exp(-Theta * w - 2 * exp(-w) * sinh(y)), (w, -oo, oo), (y, 0, oo))
        over_y = Integral(2 * gamma(Theta) * y * (2 * sinh(y)) ** -Theta, (y, 0, oo))
        eta = Symbol("eta", positive=True)
        share = integrate(exp(eta * w), (w, -oo, 0)).subs(eta, 2 - Theta)
        factor = outside(before, whole)
        worst = 0.0
        if (after / factor).free_symbols != {Theta}:
            raise DerivationError("beside 1/(2 tau_k^3) only Theta may stand")
        for ratio in ("1.5", "2.5", "2.9"):
            value = complex((after / factor).subs(Theta, Rational(ratio)).evalf(20)).real
            worst = max(worst, abs(float(edge_number(ratio)) / value - 1))
        if worst > 1e-9:  # the quick half of the check comes first
            raise DerivationError(f"the integral differs from the claim by {worst:.1g}")
        GammaOverDepth().check(first, over_y)
        BetaIntegrals().check(over_y, simplify((after / factor + share) / 2))
        return Evidence(NUMERIC, "symbolic below 2; beyond by continuation, and by quadrature at Theta = 2.5 and 2.9 to 1e-9")


def only_edge(expr: Expr) -> Expr:
    """The integral over w in an expression."""
    found = [e for e in expr.atoms(Integral) if e == edge_integral()]
    if len(found) != 1:
        raise DerivationError("expected the integral at the edge")
    return found[0]


@dataclass(frozen=True)
class AddPlateau:
    """At Theta = 2 the plateau is flat: its integral is tau_k, and H = H_edge + 1/(2 tau_k)."""

    name: str = "integral over the plateau"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Unfold the edge in the claim and do the integral over the plateau."""
        opened = after.replace(lambda e: isinstance(e, HardTaskEdge), lambda e: e.unfold()).doit()
        if opened == after or simplify(opened - before) != 0:
            raise DerivationError(f"the claim unfolds to {opened}")
        return Evidence(SYMBOLIC, "definition of HardTaskEdge, int_0^tau_k dx = tau_k")


@dataclass(frozen=True)
class AtTransition:
    """The law at the edge at Theta = 2, where its bracket has a removable pole."""

    id: str
    at: tuple[str, str] = ("200", "20000")
    name: str = "removable singularity"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """SymPy's limit of the registered right side, with Gamma(1 - x) = Gamma(2 - x)/(1 - x); the remainder measured."""

        statement = registry.statement(self.id)
        gap = Symbol("delta", positive=True)
        regular = statement.rhs.subs(gamma(1 - Theta / 2), gamma(2 - Theta / 2) / (1 - Theta / 2)).subs(Theta, 2 - gap)
        value = limit(simplify(regular), gap, 0)
        if not is_zero(before.subs(HardTaskEdge(tau_k, 2), value) - after) or not before.has(HardTaskEdge):
            raise DerivationError(f"the limit of {self.id} is {value}")
        slope = _slope(_edge_gap_at_two(self.at[0]), _edge_gap_at_two(self.at[1]), self.at)
        if abs(slope + 5) > 0.1:
            raise DerivationError(f"the error falls with the exponent {slope}, not -5")
        return Evidence(NUMERIC, f"limit by SymPy; error exponent {slope:.4f} from tau_k = {self.at[0]} to {self.at[1]}")


@lru_cache(maxsize=8)
def _edge_gap_at_two(big: str) -> Any:
    import mpmath

    with mpmath.workdps(32):
        return abs(HardTaskEdge.mpmath(big, 2, digits=18) - mpmath.euler / (2 * mpmath.mpf(big) ** 3))
