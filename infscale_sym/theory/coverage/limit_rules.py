"""Rules for coverage at many attempts (`coverage.tail`, `coverage.tail.all-orders`, `coverage.loss.cost`; L, arXiv:2410.16377).

Watson's lemma in x = -ln p, an upper bound at every k, the inversion of the series for the attempts that a target needs, and
attempts that copy the one before. Coefficients are checked by SymPy's series; a remainder by its exponent in k, measured on the
exact quantity at two random points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sympy import (
    Add,
    Expr,
    Integer,
    Rational,
    Symbol,
    diff,
    exp,
    expand,
    expand_func,
    expand_log,
    gamma,
    log,
    oo,
    polygamma,
    powsimp,
    rf,
    sinh,
    symbols,
)

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, is_zero, only_integral, outside
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.lambdify import mpmath_function
from infscale_sym.evaluate.points import random_points
from infscale_sym.theory.coverage.notation import attempts, copying, k_0, p_fail, shape_a, shape_b
from infscale_sym.theory.coverage.rules import differs, same_gammas
from infscale_sym.theory.selection.notation import k, x

a, b, n, p = shape_a, shape_b, attempts, p_fail
_AB = (shape_a, shape_b)


@dataclass(frozen=True)
class MinusLogarithm:
    """p = exp(-x): the integral over 0 < p < 1 becomes one over x > 0, dp = exp(-x) dx."""

    name: str = "substitution p = exp(-x)"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The quotient of the integrands has logarithmic derivative zero in x and is 1 at x = ln 2."""
        old, new = only_integral(before), only_integral(after)
        if old.limits != ((p, 0, 1),) or new.limits != ((x, 0, oo),):
            raise DerivationError("the integral must run over 0 < p < 1 and the claim over x > 0")
        moved = outside(before, old) * old.function.subs(p, exp(-x)) * exp(-x)
        if not same_product(moved, outside(after, new) * new.function, x, log(2)):
            raise DerivationError("the transformed integrand is not the one claimed")
        return Evidence(SYMBOLIC, "p = exp(-x)")


def same_product(one: Expr, two: Expr, variable: Symbol, at: Expr) -> bool:
    """Whether two products of powers agree: logarithmic derivatives by SymPy, and one value at a random point."""
    gap = expand_log(log(one), force=True) - expand_log(log(two), force=True)
    slope = diff(gap, variable).rewrite(exp)
    if not is_zero(simplify(slope)):
        return False
    letters = sorted(gap.free_symbols - {variable}, key=str)
    point = {s: Rational(7 + 4 * i, 5 + i) for i, s in enumerate(letters)}
    return abs(gap.subs(variable, at).subs(point).evalf(40)) < 1e-35


@dataclass(frozen=True)
class HalfAngle:
    """1 - exp(-x) = 2 exp(-x/2) sinh(x/2): the integrand in the centred number of attempts."""

    name: str = "half-angle identity"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """As in `MinusLogarithm`, under the integral."""
        old, new = only_integral(before), only_integral(after)
        if old.limits != new.limits:
            raise DerivationError("the range has changed")
        if not same_product(outside(before, old) * old.function, outside(after, new) * new.function, x, log(2)):
            raise DerivationError("the integrands differ")
        return Evidence(SYMBOLIC, "quotient of the integrands is 1")


@cache
def _taylor(log_bracket: Expr, order: int) -> tuple[Expr, ...]:
    """Taylor coefficients at x = 0 of exp(log_bracket), which is 1 there; SymPy's series of the derivative, term by term."""
    slope: Any = Integer(0)
    for term in Add.make_args(expand(diff(log_bracket, x))):
        slope += _series(term, order)
    slope = expand(slope)
    exponent = [Integer(0)] + [slope.coeff(x, i - 1) / i for i in range(1, order + 1)]
    if order and slope.coeff(x, -1) != 0:
        raise DerivationError("the bracket is not regular at zero")
    out: list[Expr] = [Integer(1)]
    for i in range(1, order + 1):
        out.append(expand(Add(*(m * exponent[m] * out[i - m] for m in range(1, i + 1))) / i))
    return tuple(out)


@cache
def _series(term: Expr, order: int) -> Expr:
    factor, rest = term.as_independent(x)
    return factor * rest.rewrite(exp).series(x, 0, order + 1).removeO() if rest.has(x) else term


@dataclass(frozen=True)
class WatsonBeta:
    """Watson's lemma: in int exp(-K x) x^(b-1) g(x) dx expand g to x^order and integrate each power, K -> oo.

    g is analytic at 0 and the integrand bounded by a power times exp(-K x/2) beyond, so the series may be integrated term by
    term; the remainder is measured through the quantity itself.
    """

    variable: Symbol
    order: int
    remainder: int
    exact: Callable[..., Any]
    at: tuple[str, str] = ("1e4", "1e8")
    name: str = "Watson's lemma"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Coefficients by SymPy's series of the logarithmic derivative; remainder by its measured exponent."""
        integral = only_integral(before)
        if integral.limits != ((x, 0, oo),):
            raise DerivationError("the integral must run over x > 0")
        factor = outside(before, integral)
        kernel = exp(-self.variable * x) * x ** (b - 1)
        bracket = expand_log(log(integral.function), force=True) - expand_log(log(kernel), force=True)
        total = Integer(0)
        for power, coefficient in enumerate(_taylor(bracket, self.order)):
            total += factor * gamma(b) * expand_func(rf(b, power)) * coefficient * self.variable ** (-b - power)
        lead = gamma(a + b) / gamma(a)
        gap = expand(powsimp(expand(total / lead))) - expand(after / lead)
        if differs(gap) or not is_zero(gap):
            raise DerivationError(f"the expansion is {total}")
        return Evidence(NUMERIC, f"coefficients to x^{self.order} by SymPy; {self._measure(after)}")

    def _measure(self, after: Expr) -> str:
        return measured(self.exact, after, self.variable, (a, b), self.remainder, self.at)


def measured(
    exact: Callable[..., Any], claim: Expr, variable: Symbol, others: tuple[Symbol, ...], wanted: float, at: tuple[str, str]
) -> str:
    """The error of the claim must go as variable^-wanted from at[0] to at[1], at two random points; returns it in words."""
    import mpmath

    digits = int(float(mpmath.log10(mpmath.mpf(at[1]))) * (wanted + 1)) + 12
    function = mpmath_function(claim, (variable, *others), {})
    slopes = []
    for point in random_points(others, 2):
        values = tuple(point.values())
        errors = []
        for big in at:
            with mpmath.workdps(digits + 15):
                errors.append(abs(_exact(exact, (big, *values), digits) - function(big, *values, digits=digits)))
        if not all(errors):
            raise DerivationError("the error vanishes: both sides come from the same computation")
        slopes.append(float(mpmath.log(errors[1] / errors[0]) / mpmath.log(mpmath.mpf(at[1]) / mpmath.mpf(at[0]))))
    if any(abs(slope + wanted) > 0.02 * max(1, wanted) for slope in slopes):
        raise DerivationError(f"the error goes with the exponents {slopes}, not {-wanted}")
    return f"error exponent {slopes[0]:.4f} from {variable} = {at[0]} to {at[1]}"


@cache
def _exact(function: Callable[..., Any], values: tuple[Any, ...], digits: int) -> Any:
    return function(*values, digits=digits)


@dataclass(frozen=True)
class SinhAboveItsTangent:
    """2 sinh(x/2) >= x, so for b <= 1 its power b - 1 is at most x^(b-1); then a Gamma integral."""

    name: str = "convexity of sinh"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """2 sinh(x/2) - x vanishes at 0 and has the slope cosh(x/2) - 1 = 2 sinh(x/4)^2."""
        integral = only_integral(before)
        gap = 2 * sinh(x / 2) - x
        if gap.subs(x, 0) != 0 or not is_zero(simplify((diff(gap, x) - 2 * sinh(x / 4) ** 2).rewrite(exp))):
            raise DerivationError("2 sinh(x/2) is not above x")
        power = (2 * sinh(x / 2)) ** (b - 1)
        if not integral.function.has(power):
            raise DerivationError("the integrand must have the factor (2 sinh(x/2))^(b-1)")
        rest = simplify(integral.function / power)
        rate = -diff(expand_log(log(rest), force=True), x)
        if rate.has(x) or not is_zero(simplify(rest - exp(-rate * x))):
            raise DerivationError("the other factor must be exp(-rate x)")
        value = outside(before, integral) * gamma(b) * rate**-b
        if not same_gammas(simplify(value / after), Integer(1)):
            raise DerivationError(f"the Gamma integral gives {value}")
        return Evidence(SYMBOLIC, "slope 2 sinh(x/4)^2 >= 0; a power b - 1 <= 0 turns it round", at_most=True)


@dataclass(frozen=True)
class DigammaAtInfinity:
    """psi(z) = ln z - 1/(2 z) + O(z^-2) in both terms: their difference to first order beyond b/K."""

    variable: Symbol
    exact: Callable[..., Any]
    others: tuple[Symbol, ...]
    name: str = "asymptotic series of psi"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Expand in 1/K by SymPy and measure the remainder."""
        series = _digamma_series(before, self.variable)
        gap = expand(series - after)
        if differs(gap) or not is_zero(gap):
            raise DerivationError(f"the series is {series}")
        words = measured(self.exact, after, self.variable, self.others, 2, ("1e4", "1e8"))
        return Evidence(NUMERIC, f"by SymPy in 1/{self.variable}; {words}")


@cache
def _digamma_series(expr: Expr, variable: Symbol) -> Expr:
    """psi by its asymptotic series, then all of it to the order 1/variable."""
    small = Symbol("epsilon", positive=True)
    done = expr.replace(
        lambda e: isinstance(e, polygamma), lambda e: log(e.args[1]) - 1 / (2 * e.args[1]) - 1 / (12 * e.args[1] ** 2)
    )
    if done == expr:
        raise DerivationError("psi does not occur")
    opened = done.subs(variable, 1 / small).replace(
        lambda e: isinstance(e, log), lambda e: log(expand(e.args[0] * small)) - log(small) if e.has(small) else e
    )
    series = Add(*(term.series(small, 0, 2).removeO() for term in Add.make_args(expand(opened))))
    return expand(series).subs(small, 1 / variable)


@dataclass(frozen=True)
class InvertTail:
    """Solve k_bar^-b (1 + c_2 k_bar^-2 + ...) = k_0^-b for k_bar in powers of 1/k_0; k = k_bar - a - (b-1)/2."""

    id: str
    terms: int
    exact: Callable[..., Any]
    name: str = "inversion of the series"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The claim put into the registered tail gives k_0 back to the order kept; the remainder is measured."""
        statement = registry.statement(self.id)
        prefactor, needed = before.as_independent(*(e for e in before.atoms(Symbol) if e == k_0), as_Add=False)
        if type(needed).__name__ != "AttemptsNeeded":
            raise DerivationError("this is for the number of attempts that a target needs")
        v = Symbol("v", positive=True)
        scale = expand(simplify((after / prefactor + a + (b - 1) / 2) / k_0).subs(k_0, v ** Rational(-1, 2)))  # k_bar/k_0
        tail = expand(statement.rhs / (gamma(a + b) / gamma(a)))
        even = [tail.coeff(statement.variable, -2 * i) for i in range(self.terms + 1)]
        if not is_zero(scale.subs(v, 0) - 1):
            raise DerivationError("the first term is not k_0")
        # b ln(k_bar/k_0) = ln(1 + sum c_2i v^i (k_bar/k_0)^-2i), as power series in v
        left = _log_series([scale.coeff(v, i) for i in range(self.terms + 1)])
        powers = [Integer(0)] * (self.terms + 1)
        for i, c in enumerate(even):
            inverse = _exp_series([-2 * i * entry for entry in left])
            for m in range(self.terms + 1 - i):
                powers[m + i] += c * inverse[m]
        right = _log_series(powers)
        if any(not is_zero(expand(b * one - two)) for one, two in zip(left, right, strict=True)):
            raise DerivationError("the claim does not solve the equation to this order")
        rest = scale - Add(*(scale.coeff(v, i) * v**i for i in range(self.terms + 1)))
        if not is_zero(expand(rest)):
            raise DerivationError("the claim has other terms")
        words = measured(self.exact, after / prefactor, k_0, (a, b), 2 * self.terms + 1, ("1e3", "1e6"))
        return Evidence(NUMERIC, f"put into {self.id} by SymPy; {words}")


def _log_series(series: list[Expr]) -> list[Expr]:
    """ln of a power series with constant term 1."""
    out: list[Expr] = [Integer(0)]
    for m in range(1, len(series)):
        out.append(expand(series[m] - Add(*(Rational(i, m) * out[i] * series[m - i] for i in range(1, m)))))
    return out


def _exp_series(series: list[Expr]) -> list[Expr]:
    """exp of a power series with constant term 0."""
    out: list[Expr] = [Integer(1)]
    for m in range(1, len(series)):
        out.append(expand(Add(*(Rational(i, m) * series[i] * out[m - i] for i in range(1, m + 1)))))
    return out


@dataclass(frozen=True)
class ExpandSticky:
    """1 - p = x/((1 - varrho) k): the integrand at many attempts, to the order 1/k, integrated over x > 0.

    The integrand is below (1 - p)^(b-1) exp(-(1-varrho)(1-p)(k-1)), so what lies beyond any fixed 1 - p is exponentially small.
    """

    exact: Callable[..., Any]
    name: str = "Watson's lemma, rescaled"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Series of the logarithm of the integrand in 1/k by SymPy, Gamma integrals; the remainder measured."""
        integral = only_integral(before)
        if integral.limits != ((p, 0, 1),):
            raise DerivationError("the integral must run over 0 < p < 1")
        small, fresh = symbols("epsilon c", positive=True)  # 1/k and 1 - varrho
        constant, slope = _sticky_series(integral.function, small, fresh)
        parts = [slope.coeff(x, i) for i in range(3)]
        if constant.has(x) or not is_zero(slope - Add(*(c * x**i for i, c in enumerate(parts)))):
            raise DerivationError("the integrand is no polynomial times x^(b-1) exp(-x)")
        value = Add(*(c * expand_func(rf(b, i)) for i, c in enumerate(parts)))
        factor = outside(before, integral) / k**b  # u^(b-1) du gives k^-b
        gap = factor * exp(constant) * gamma(b) * (1 + value / k) - after.subs(copying, 1 - fresh)
        if differs(gap) or not is_zero(expand(powsimp(expand(gap)))):
            raise DerivationError("the expansion is another")
        words = measured(self.exact, after, k, (a, b, copying), 2, ("1e3", "1e7"))
        return Evidence(NUMERIC, f"integrand to 1/k by SymPy, each power a Gamma integral; {words}")


@cache
def _sticky_series(integrand: Expr, small: Symbol, fresh: Symbol) -> tuple[Expr, Expr]:
    """(constant, slope) of ln(integrand dp/dx) - (b - 1) ln x + x + b ln k in 1/k, with 1 - p = x/(fresh k)."""
    moved = integrand.subs(copying, 1 - fresh).subs(p, 1 - x * small / fresh).subs(k, 1 / small)
    logs = expand_log(log(moved), force=True).replace(lambda e: isinstance(e, log), lambda e: log(expand(e.args[0])))
    logs = expand_log(logs, force=True) + log(small / fresh) - (b - 1) * log(x) + x - b * log(small)
    gap = expand(expand_log(logs, force=True))
    return simplify(gap.limit(small, 0)), expand(simplify(diff(gap, small)).limit(small, 0))
