"""Rules for the linear denoiser: inequalities between means over training sets, maps fitted to noise, products over steps.

For `denoiser.kl.optimum`, `denoiser.one-draw.*`, `denoiser.kl.proportional` and `denoiser.steps.*` (H, arXiv:2411.17807).
Inequalities are Jensen's and Chebyshev's, their hypotheses checked symbolically; means over the Marchenko-Pastur law in closed
form are compared with trapezoidal sums to 30 digits at two points; normal moments at small d. The limit of a noisy determinant
is cited (Dozier & Silverstein 2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product as pairs
from typing import Any

from sympy import (
    Add,
    Expr,
    Integer,
    Matrix,
    Mul,
    Product,
    Rational,
    Symbol,
    atan,
    cancel,
    cos,
    diff,
    exp,
    expand,
    eye,
    factorial,
    factorial2,
    log,
    sin,
    sqrt,
    tan,
    together,
)
from sympy import Poly as Polynomial

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.numbers import evaluate
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC
from infscale_sym.errors import DerivationError
from infscale_sym.theory.denoiser.notation import (
    DigammaSum,
    DirectionDivergence,
    ExpectedDivergence,
    MarchenkoPasturMean,
    OneDrawLongDivergence,
    OneDrawProportional,
    OneDrawSpread,
    SpectralMean,
    StepsVariance,
    denoising_steps,
    divergence_of,
    mean_variance,
    variance_of,
    zeta,
)
from infscale_sym.theory.denoiser.rules import _against_spectrum, summand, vanishes
from infscale_sym.theory.regression.notation import alpha, dimension, eigenvalue, examples
from infscale_sym.theory.selection.notation import j

_n, _d, _x, _v, _M = examples, dimension, eigenvalue, mean_variance, denoising_steps
_G = variance_of(_x, zeta, _v)
_LOSS = log(_v) - log(_G)
_NOISY = ExpectedDivergence(_n, _d, zeta)


def _same(after: Expr, wanted: Expr, words: str) -> None:
    if not vanishes(summand(after) - summand(wanted)):
        raise DerivationError(words)


def _mean(expr: Expr) -> Expr:
    return SpectralMean(expr, _n, _d)


@dataclass(frozen=True)
class LogDeterminant:
    """E ln det C = d ln(2/n) + Psi(n, d): the determinant is a product of independent chi-squared variables (Bartlett)."""

    name: str = "Bartlett's product"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """ln x replaced by its mean; the mean also summed over the mean spectrum at two n, d."""
        inside = summand(before).subs(log(_x), log(2 / _n) + DigammaSum(_n, _d) / _d)
        if not vanishes(inside - summand(after)):
            raise DerivationError("the mean of ln x gives another expression")
        _against_spectrum()
        return Evidence(NUMERIC, "ln x replaced; its mean against the mean spectrum at n = 9, d = 3 and n = 12, d = 4")


@dataclass(frozen=True)
class ConvexInLog:
    """phi(g) >= phi(v) + (v - 1) ln(g/v) for phi(g) = g - 1 - ln g, which is convex in ln g; in each direction."""

    name: str = "convexity in the logarithm"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The gap is v (e^y - 1 - y), y = ln(g/v)."""
        g = Symbol("g", positive=True)
        gap = divergence_of(g) - divergence_of(_v) - (_v - 1) * (log(g) - log(_v)) / 2
        if simplify(gap - (g - _v - _v * (log(g) - log(_v))) / 2) != 0:
            raise DerivationError("the gap is another")
        if not isinstance(before, SpectralMean) or before != _mean(DirectionDivergence(_v, 1 / sqrt(_n))):
            raise DerivationError("expected the mean divergence at zeta = 0")
        _same(after, _NOISY - _mean((1 - _v) * _LOSS) / 2, "convexity gives another bound")
        return Evidence(SYMBOLIC, "the gap is v (e^y - 1 - y)/2 >= 0", at_most=True)


def _shape_loss() -> tuple[Expr, Symbol, Symbol]:
    """The loss ln(v/g) of one direction in terms of s = x/v and h = zeta/v: 2 ln(1 + h/s) - ln(1 + h)."""
    s, h = Symbol("s", positive=True), Symbol("h", positive=True)
    loss = 2 * log(1 + h / s) - log(1 + h)
    if not vanishes(_LOSS.subs(_x, s * _v).subs(zeta, h * _v) - loss):
        raise DerivationError("the loss is another function of x/v and zeta/v")
    return loss, s, h


@dataclass(frozen=True)
class ChebyshevForExpectations:
    """E (1 - v) L >= E(1 - v) E L given the ratios s = x/v, as both fall with v (Chebyshev); E(1 - v) = 1/n.

    L = sum_i 2 ln(1 + h/s_i) - ln(1 + h), h = zeta/v: dL/dh = sum_i 2/(s_i + h) - 1/(1 + h) >= d/(1 + h) > 0, by Jensen for
    1/(s + h) and mean s = 1; h falls with v.
    """

    name: str = "Chebyshev's sum inequality for expectations"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The derivative in h, and the convexity of 1/(s + h), by SymPy."""
        loss, s, h = _shape_loss()
        if not vanishes(diff(loss, h) - (2 / (s + h) - 1 / (1 + h))) or not diff(1 / (s + h), s, 2).is_positive:
            raise DerivationError("the derivative in h is another")
        _same(before, _NOISY - _mean((1 - _v) * _LOSS) / 2, "expected the mean of (1 - v) times the loss")
        _same(after, _NOISY - _mean(_LOSS) / (2 * _n), "E(1 - v) = 1/n gives another bound")
        return Evidence(SYMBOLIC, "v is independent of x/v; dL/dh > 0; E(1 - v) = 1/n", at_most=True)


@dataclass(frozen=True)
class DirectionsJensen:
    """sum_i 2 ln(1 + h/s_i) - ln(1 + h) >= d ln(1 + h), mean s = 1: ln(1 + h/s) is convex in s."""

    name: str = "Jensen's inequality"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The second derivative by SymPy, and the value at s = 1."""
        loss, s, h = _shape_loss()
        curve = simplify(diff(log(1 + h / s), s, 2) - h * (2 * s + h) / (s * (s + h)) ** 2)
        if curve != 0 or not vanishes(loss.subs(s, 1) - log(1 + h)):
            raise DerivationError("the loss is not convex in s")
        _same(before, _NOISY - _mean(_LOSS) / (2 * _n), "expected the mean of the loss")
        _same(after, _NOISY - _mean(log(1 + zeta / _v)) / (2 * _n), "Jensen gives another bound")
        return Evidence(SYMBOLIC, "second derivative h (2 s + h)/(s (s + h))^2 > 0", at_most=True)


@dataclass(frozen=True)
class AverageLog:
    """E ln(1 + zeta/v) >= ln(1 + zeta/E v) >= ln(1 + zeta): convex in v, and E v = (n-1)/n < 1."""

    name: str = "Jensen's inequality for the logarithm"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The second derivative by SymPy."""
        curve = diff(log(1 + zeta / _v), _v, 2) - zeta * (2 * _v + zeta) / (_v * (_v + zeta)) ** 2
        if simplify(curve) != 0:
            raise DerivationError("not convex in v")
        _same(before, _NOISY - _mean(log(1 + zeta / _v)) / (2 * _n), "expected the mean of ln(1 + zeta/v)")
        _same(after, _NOISY - _d * log(1 + zeta) / (2 * _n), "Jensen gives another bound")
        return Evidence(SYMBOLIC, "second derivative positive; E v = (n-1)/n", at_most=True)


def _gaussian_mean(expr: Expr, letters: list[Symbol]) -> Expr:
    """Mean of a polynomial over independent standard normal symbols."""
    total = Integer(0)
    for powers, factor in Polynomial(expr, *letters).terms():
        if all(p % 2 == 0 for p in powers):
            total += factor * Mul(*(factorial2(p - 1) if p else 1 for p in powers))
    return total


def _cases() -> list[tuple[int, int, Matrix]]:
    """(n, d, centred inputs as d coordinates of n - 1 contrasts) with rational entries."""
    return [(4, 1, Matrix([[1, -2, 1]])), (4, 2, Matrix([[1, 2, 0], [-1, 1, 3]]))]


def _at_inputs(expr: Expr, n: int, scatter: Matrix, values: dict[Symbol, Any]) -> Expr:
    """The sum of a summand over the spectrum, linear in v, 1/x and v/x, at one set of inputs of scatter n (1 + zeta) C."""
    d = scatter.shape[0]
    scale = n * (1 + values[zeta])
    level, inverse = scatter.trace() / (scale * d), scatter.inv().trace() * scale
    inside = expr.subs({_n: n, _d: d, **values})
    w = Symbol("w")  # 1/x
    poly = Polynomial(simplify(inside.subs(_x, 1 / w)), _v, w)
    return sum(c * level**p * (inverse if q else d) for (p, q), c in poly.terms() if q < 2)


@dataclass(frozen=True)
class FitGivenInputs:
    """Mean of (v + zeta) Tr W W' over the fit, given the inputs y: x = y/(1 + zeta) + (zeta/(1 + zeta))^(1/2) z, z normal.

    The inputs y have the covariance (1 + zeta) C in law, so that a sum over their spectrum is one over that of C.
    """

    name: str = "regression on the inputs"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The polynomial in the normal variables averaged exactly, for one and two dimensions, at given inputs."""
        if not isinstance(before, OneDrawSpread) or not isinstance(after, SpectralMean):
            raise DerivationError("expected the spread of the one-draw map and one mean over the spectrum")
        for (n, d, inputs), ratio in pairs(_cases(), (Rational(1, 3), Rational(3))):
            letters = [Symbol(f"z{i}{k}") for i in range(d) for k in range(n - 1)]
            beta, tau2 = 1 / (1 + ratio), ratio / (1 + ratio)
            root = Symbol("root")  # (zeta/(1 + zeta))^(1/2)
            outputs = beta * inputs + root * Matrix(d, n - 1, letters)
            gain = outputs * inputs.T * (inputs * inputs.T).inv()
            level = (outputs * outputs.T).trace() / (n * d)
            value = _gaussian_mean(((level + ratio) * (gain * gain.T).trace()).expand(), letters)
            value = Polynomial(value, root).as_expr().expand().subs(root, sqrt(tau2)).expand()
            claim = _at_inputs(after.args[0], n, inputs * inputs.T, {zeta: ratio})
            if simplify(value - claim) != 0:
                raise DerivationError(f"at n = {n}, d = {d} the mean over the fit is {value}, not {claim}")
        return Evidence(NUMERIC, "normal moments, exactly, at n = 4, d = 1 and 2")


@dataclass(frozen=True)
class FitToNoise:
    """T -> oo: W = Z A^(-1/2)/c with A the scatter of pure noise, a Wishart matrix like n C; A and Z independent.

    Tr: E Z'Z = d I. ln det Z Z' = d ln 2 + Psi(d+1, d) on average (Bartlett). Mean: m less W times that of the noise, of
    variance 1/n in each direction.
    """

    name: str = "regression on noise"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Traces by normal moments at given scatter matrices; the logarithms from det W W' = det Z Z'/det A."""
        if not isinstance(before, OneDrawLongDivergence):
            raise DerivationError("expected the long-diffusion divergence")
        for d in (1, 2, 3):
            letters = [Symbol(f"z{i}") for i in range(d * d)]
            Z = Matrix(d, d, letters)
            inverse = Matrix(d, d, lambda i, k: Rational(1, 1 + abs(i - k))) + eye(d)
            if _gaussian_mean((Z * inverse * Z.T).trace().expand(), letters) != d * inverse.trace():
                raise DerivationError("E Tr Z A^-1 Z'")
        spread = _d / (_n * _x)  # E Tr W W' in each direction of C
        logs = log(2) + DigammaSum(_d + 1, _d) / _d - log(_n * _x)
        wanted = (spread - 1 - logs + (1 + spread) / _n) / 2
        if not vanishes(summand(after) - wanted):
            raise DerivationError("the summands differ")
        return Evidence(NUMERIC, "normal moments, exactly, at d = 1, 2, 3; Bartlett's product for the determinant")


def _law_value(expr: Expr, point: dict[Symbol, Any], digits: int) -> Any:
    """An expression with means over the Marchenko-Pastur law at a point, by the trapezoidal rule; mpf."""
    import mpmath

    from infscale_sym.evaluate.lambdify import mpmath_function
    from infscale_sym.theory.regression.values.marchenko_pastur import law_average_mp

    with mpmath.workdps(digits + 15):
        table = {}
        for index, mean in enumerate(sorted(expr.atoms(MarchenkoPasturMean), key=str)):
            inside, ratio = mean.args
            names = [_x, *point]
            function = mpmath_function(inside, names, {})
            values = list(point.values())
            got = law_average_mp(
                lambda c, f=function, v=values: f(c, *v, digits=digits + 5) / c, evaluate(ratio, point, digits), 1, digits
            )
            table[mean] = (Symbol(f"mean_{index}"), got)
        opened = expr.subs({mean: letter for mean, (letter, _) in table.items()})
        return evaluate(opened, {**point, **dict(table.values())}, digits)


_POINTS = {
    True: ({alpha: Rational(1, 2), zeta: Integer(3)}, {alpha: Rational(2, 5), zeta: Integer(2)}),
    False: ({alpha: Rational(1, 4), zeta: Rational(1, 2)}, {alpha: Rational(2, 5), zeta: Rational(4, 5)}),
    None: ({alpha: Rational(1, 2), zeta: Rational(4, 5)}, {alpha: Rational(1, 5), zeta: Integer(3)}),
}


@dataclass(frozen=True)
class MarchenkoPasturValue:
    """Means over the Marchenko-Pastur law in closed form: 1/(x + zeta) through kappa, the logarithm as its integral.

    above: whether alpha (1 + zeta) > 1 is assumed (None: neither).
    """

    above: bool | None = None
    name: str = "Marchenko-Pastur law"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """d/dzeta of the closed logarithm is the closed resolvent (SymPy); both sides at two points to 30 digits."""
        import mpmath

        s, q = Symbol("s", positive=True), alpha
        ridge = (1 - s) * (1 - q * s) / s
        closed = -log(s) + (1 - 1 / q) * log(1 - q * s) - s
        if simplify(diff(closed, s) / diff(ridge, s) - s / (1 - q * s)) != 0:
            raise DerivationError("the logarithm's derivative is not the resolvent")
        for point in _POINTS[self.above]:
            one, two = _law_value(before, point, 32), evaluate(after, point, 32)
            if abs(one - two) > mpmath.mpf(10) ** -30 * abs(one):
                raise DerivationError(f"at {point} the means give {mpmath.nstr(one, 12)}, the claim {mpmath.nstr(two, 12)}")
        return Evidence(NUMERIC, "d ln/dzeta by SymPy; both sides to 30 digits at two points")


@dataclass(frozen=True)
class NoisyDeterminant:
    """(1/d) ln |det(B + t^(1/2) Z)|^2 tends to (1/d) ln det(B B' + Y) - Y/t, mean of 1/(B B' + Y) = 1/t, or Y = 0.

    Z square with independent entries of variance 1/d, independent of B (information-plus-noise matrices; Dozier &
    Silverstein 2007, locator not checked). Here B B' = n C/(1 + zeta), t = d zeta/(1 + zeta), Y = n y/(1 + zeta).
    """

    y: Expr
    name: str = "determinant of signal plus noise"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """y solves its equation, or there is no root, at two points to 30 digits; the claim is the theorem with that y."""
        import mpmath

        if not isinstance(before, OneDrawProportional):
            raise DerivationError("expected the proportional limit of variant (ii)")
        y, up = self.y, 1 + zeta
        for point in _POINTS[y != 0]:
            got = _law_value(MarchenkoPasturMean(1 / (_x + y), alpha), point, 32)
            wanted = evaluate(1 / (alpha * zeta), point, 32)
            if (y == 0 and not got < wanted) or (y != 0 and abs(got / wanted - 1) > mpmath.mpf(10) ** -30):
                raise DerivationError(f"y = {y} is no solution at {point}")
        inverse = MarchenkoPasturMean(1 / _x, alpha)
        logs = MarchenkoPasturMean(log(_x + y) - log(_x), alpha) if y != 0 else Integer(0)
        # Tr W W'/d = 1/up^2 + zeta alpha/up^2 <1/x>; ln det W W'/d = <ln(x+y) - ln x> - y/(alpha zeta) - 2 ln up
        claim = (up * (1 / up**2 + zeta * alpha / up**2 * inverse) - 1 - log(up) - logs + y / (alpha * zeta) + 2 * log(up)) / 2
        if simplify(after - claim) != 0:
            raise DerivationError("the theorem gives another expression")
        return Evidence(NUMERIC, "the root y to 30 digits at two points; the rest is the theorem cited")


def _differ(one: Expr, two: Expr) -> bool:
    """Whether two expressions differ: at a point first, which spares the simplification of what is wrong."""
    point = {zeta: Rational(4, 5), _v: Rational(9, 10), _M: Rational(7)}
    return abs((one - two).subs(point).evalf(40)) > 1e-25 or (one != two and simplify(one - two) != 0)


@cache
def _one_factor() -> None:
    """(1 + tan p tan q)/(1 + tan^2 p) = cos(p - q) cos p/cos q, and cos^2 theta = 1/(1 + zeta); DerivationError if not."""
    p, q = Symbol("p", real=True), Symbol("q", real=True)
    sines = (1 + sin(p) * sin(q) / (cos(p) * cos(q))) / (1 + sin(p) ** 2 / cos(p) ** 2)
    wanted = (cos(p) * cos(q) + sin(p) * sin(q)) * cos(p) / cos(q)
    both = cos(p - q).expand(trig=True) * cos(p) / cos(q)
    if cancel(together((sines - wanted).subs(sin(p) ** 2, 1 - cos(p) ** 2))) != 0 or expand(both - wanted) != 0:
        raise DerivationError("one factor is not cos(p - q) cos p/cos q")
    if simplify(cos(atan(sqrt(zeta))) ** 2 - 1 / (1 + zeta)) != 0:
        raise DerivationError("cos^2 theta is not 1/(1 + zeta)")


@cache
def _one_step() -> Expr:
    """The integral over the angle from 0 to arctan sqrt zeta of the local error's rate; DerivationError if a check fails.

    With t = tan p: tan(p - h) = t - h (1 + t^2) + h^2 t (1 + t^2) + O(h^3).
    """
    t, h, s = Symbol("t", positive=True), Symbol("h", positive=True), Symbol("s", positive=True)
    p = Symbol("p", positive=True)
    moved = [diff(tan(p - h), h, i).subs(h, 0).subs(tan(p), t).expand() / factorial(i) for i in range(3)]
    after = sum(c * h**i for i, c in enumerate(moved))
    step = log((_x + t * after) / (_x + t**2)) - log((_x + after**2) / (_x + t**2)) / 2
    local = -_x * (1 + t**2) ** 2 / (2 * (_x + t**2) ** 2)
    for order, wanted in ((0, 0), (1, 0), (2, 2 * local)):
        if cancel(together(diff(step, h, order).subs(h, 0) - wanted)) != 0:
            raise DerivationError("one step misses the flow by another amount")
    way = (1 - _x) * s / (2 * _x * (_x + s**2)) + (1 + _x) * atan(s / sqrt(_x)) / (2 * _x * sqrt(_x))
    if cancel(together((diff(way, s) - (1 + s**2) / (_x + s**2) ** 2).subs(_x, t**2))) != 0 or way.subs(s, 0) != 0:
        raise DerivationError("the integral over the angle is another")
    return way.subs(s, sqrt(zeta))


@cache
def _floor_series() -> Expr:
    """The divergence of cos(t e)^(2/e) to the third power of e = 1/M, t = arctan sqrt zeta."""
    e, t = Symbol("e", positive=True), Symbol("t", positive=True)
    expo = -(t**2) * e - t**4 * e**3 / 6  # ln cos u = -u^2/2 - u^4/12 + O(u^6)
    if simplify((2 / e * log(cos(t * e))).series(e, 0, 5).removeO() - expo) != 0:
        raise DerivationError("ln cos has another series")
    taylor = (exp(expo).series(e, 0, 4).removeO() - 1 - expo).expand() / 2
    return Add(*(taylor.coeff(e, i) * e**i for i in range(4))).subs({e: 1 / _M, t: atan(sqrt(zeta))})


@dataclass(frozen=True)
class StepByStep:
    """The variance after M steps as a product over the steps, literally: a product is not to be simplified."""

    name: str = "product over the steps"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Structural equality."""
        if not isinstance(before, StepsVariance):
            raise DerivationError("this rule starts from the variance after M steps")
        opened = before.unfold()
        if after != opened:
            raise DerivationError(f"the definition gives {opened}")
        return Evidence(SYMBOLIC, "definition of StepsVariance")


@dataclass(frozen=True)
class Telescope:
    """prod_j (1 + tan jh tan (j-1)h)/(1 + tan^2 jh) = cos(h)^M cos(theta), h = theta/M; inside: in one named variance."""

    inside: bool = False
    name: str = "telescoping product"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """One factor by trigonometry; the product of cos p/cos q over the steps leaves its ends."""
        _one_factor()
        value = (1 / (1 + zeta)) * cos(atan(sqrt(zeta)) / _M) ** (2 * _M)
        if self.inside:
            opened = before.subs(StepsVariance(_M, zeta, 1, 1), (1 + zeta) * value)
        else:
            steps = StepsVariance(_M, zeta, 1, _v).unfold()
            (found,) = before.atoms(Product)
            if before != steps or found.args[1].args != (j, 1, _M):
                raise DerivationError("expected the product over the steps")
            opened = (_v + zeta) * value
        if _differ(opened, after):
            raise DerivationError(f"the product is {opened}")
        return Evidence(SYMBOLIC, "cos p/cos q telescopes; cos^2 theta = 1/(1 + zeta)")


@dataclass(frozen=True)
class EulerStep:
    """One step from p to p - h of the angle misses the flow, ln(x + s^2)/2, by -x h^2 (ds/dp)^2/(2 (x + s^2)^2) + O(h^3).

    Summed over the steps an integral over the angle, in closed form. floor: Taylor's series of the divergence in 1/M instead.
    """

    floor: bool = False
    name: str = "expansion in 1/M"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Series and antiderivative by SymPy; for the rate the exponent of the remainder from M = 10^3 to 10^6."""
        import mpmath

        if self.floor:
            if _differ(before, divergence_of(cos(atan(sqrt(zeta)) / _M) ** (2 * _M))):
                raise DerivationError("expected the divergence of a cosine's power")
            wanted = _floor_series()
            if _differ(wanted, after):
                raise DerivationError(f"the series is {wanted}")
            return Evidence(SYMBOLIC, "series of ln cos and of exp")
        angle = atan(sqrt(zeta))
        claim = _x * (_v + zeta) / (_x + zeta) * (1 - _x * angle * _one_step() / _M)
        point = {_x: Rational(3, 5), _v: Rational(9, 10), zeta: Rational(4, 5), _M: 10**6}
        if before != StepsVariance(_M, zeta, _x, _v).unfold() or abs((after - claim).subs(point).evalf(40)) > 1e-25:
            raise DerivationError("the steps sum to another rate")
        from infscale_sym.theory.denoiser.values.steps import steps_variance_mp

        gaps = [
            abs(steps_variance_mp(M, point[zeta], point[_x], point[_v], 30) - evaluate(after, {**point, _M: M}, 30))
            for M in (10**3, 10**6)
        ]
        slope = float(mpmath.log(gaps[1] / gaps[0]) / mpmath.log(10**3))
        if abs(slope + 2) > 0.02:
            raise DerivationError(f"the error falls as M^{slope:.3f}")
        return Evidence(NUMERIC, f"one step and the integral by SymPy; error exponent {slope:.4f} from M = 10^3 to 10^6")
