"""The asymptotic rules: expansion in 1/k under an integral (Watson's lemma), Gamma integrals, suprema, registered formulas.

An expansion is checked twice: its coefficients symbolically, against derivatives that SymPy takes of the exact integrand, and
its remainder numerically, by the measured exponent of the error over four decades of k.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sympy import (
    Dummy,
    Expr,
    Integer,
    Integral,
    Poly,
    PolynomialError,
    Symbol,
    diff,
    exp,
    expand,
    expand_mul,
    factorial,
    integrate,
    limit,
    oo,
    powsimp,
    solve,
)

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.numbers import evaluate
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, is_zero, only_integral, outside, same, split
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.points import random_points
from infscale_sym.notation.operators import Supremum
from infscale_sym.theory.selection.notation import LogSurvival, Survival, k, z

#: Four decades over which the exponent of a remainder is measured.
DECADES = ("1e6", "1e7", "1e8", "1e9", "1e10")


@cache
def log_survival_derivatives(order: int, offset: Symbol) -> tuple[Expr, ...]:
    """(d/dr)^m ln S(r; offset) at r = 0 for m = 1 ... order, from the power series of (ln S)' = -f/S, S(0) = 1."""
    at = Symbol("r", nonnegative=True)
    survival = Survival(at, offset)
    density = -diff(survival, at)
    if density.has(Survival) or simplify(diff(LogSurvival(at, offset), at) * survival + density) != 0:
        raise DerivationError("the slope of ln S is not minus the density over S")
    densities = []
    for n in range(order):
        densities.append(expand(density.subs(at, 0) / factorial(n)))
        density = diff(density, at)
    below = [Integer(1)] + [-densities[n] / (n + 1) for n in range(order)]
    quotient: list[Expr] = []
    for n in range(order):  # (-f/S) S = -f
        quotient.append(expand(-densities[n] - sum((below[n - i] * quotient[i] for i in range(n)), Integer(0))))
    return tuple(expand(value * factorial(n)) for n, value in enumerate(quotient))


def _inside(expr: Expr) -> tuple[Expr, Expr, Expr]:
    """(constant, factor, integrand): expr = constant + factor * integral (or supremum) of integrand."""
    for container in (Integral, Supremum):
        found = list(expr.atoms(container))
        if found:
            if len(found) != 1:
                raise DerivationError(f"expected one {container.__name__}, found {len(found)}")
            return *split(expr, found[0]), found[0].args[0]  # type: ignore[return-value]
    return Integer(0), Integer(1), expr


@dataclass(frozen=True)
class ExpandInOneOverK:
    """Replace the exact integrand by its expansion to the total order k^-order at a fixed integration variable.

    The exponent k ln S(const * w/k) = const p w + O(1/k) is expanded with SymPy's own derivatives of ln S. With an
    integral this is Watson's lemma: -ln S increases from zero with a positive slope, so what lies beyond any fixed
    distance is exponentially small in k and the expansion may be integrated term by term. `remainder` is measured
    through `exact`, the left side as an mpf.
    """

    variable: Symbol
    order: int
    remainder: Expr
    exact: Callable[[Mapping[Symbol, Any], int], Any] | None = None
    digits: int = 60
    at: Sequence[str] = DECADES
    points: int = 2
    values: Mapping[Symbol, Sequence[Any]] = field(default_factory=dict)
    relative_slack: float = 0.02
    name: str = "Watson's lemma in 1/k"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Coefficients by differentiation; remainder by its measured exponent."""
        (constant, factor, exact), (constant_after, factor_after, claimed) = _inside(before), _inside(after)
        if not same(constant, constant_after):
            raise DerivationError(f"the term {constant} outside the integral has changed")
        if simplify(factor / factor_after).has(self.variable):
            raise DerivationError("the factor before the integral depends on the integration variable")
        key = (before, self.order)
        if key not in _SERIES:  # does not change under perturbation of the claim
            symbol = Dummy("epsilon", positive=True)
            _SERIES[key] = symbol, self._series(expand_mul(factor * exact, deep=False), symbol)
        small, wanted = _SERIES[key]
        got = expand((factor_after * claimed).subs(k, 1 / small))
        for degree in range(self.order + 1):
            difference = wanted[degree] - got.coeff(small, degree)
            if not is_zero(expand(powsimp(expand(difference)))):
                raise DerivationError(f"the coefficient of k^-{degree} is {simplify(wanted[degree])}")
        extra = got - sum((got.coeff(small, degree) * small**degree for degree in range(self.order + 1)), Integer(0))
        if not is_zero(extra):
            raise DerivationError(f"the claim has terms beyond k^-{self.order}, or powers that are no whole numbers")
        return Evidence(NUMERIC, f"coefficients to k^-{self.order} by SymPy; {self._measure(before, after)}")

    def _series(self, exact: Expr, small: Symbol) -> list[Expr]:
        """Taylor coefficients in small = 1/k of the exact integrand, SymPy's derivatives of ln S put in.

        Terms without ln S must not depend on k otherwise than through a Taylor expandable factor.
        """
        out = [Integer(0)] * (self.order + 1)
        for term in exact.as_ordered_terms():
            logs = list(term.atoms(LogSurvival))
            exponential = [e for e in term.atoms(exp) if e.has(LogSurvival)]
            if not logs:
                base, series = term, [Integer(1)] + [Integer(0)] * self.order
            else:
                if len(logs) != 1 or len(exponential) != 1:
                    raise DerivationError("expected one power of the survival function in each term")
                at, offset = logs[0].args
                slope = simplify(at * k)  # at = slope/k
                power = simplify(exponential[0].args[0] / logs[0])
                if slope.has(k):
                    raise DerivationError(f"{at} is not a constant over k")
                derivatives = log_survival_derivatives(self.order + 1, offset)  # type: ignore[arg-type]
                log_series = [d * slope**m / factorial(m) for m, d in enumerate(derivatives, start=1)]  # of small^m
                times = Poly(expand((power * small).subs(k, 1 / small)), small).all_coeffs()[::-1]  # (power/k) in small
                exponent = [Integer(0)] * (self.order + 1)
                for shift, coefficient in enumerate(times):
                    for m, value in enumerate(log_series):
                        if m + shift <= self.order:
                            exponent[m + shift] += coefficient * value
                series = [exp(powsimp(expand(exponent[0])))]
                for m in range(1, self.order + 1):  # E' = X' E
                    series.append(expand(sum((i * exponent[i] * series[m - i] for i in range(1, m + 1)), Integer(0)) / m))
                base = outside(term, exponential[0])
            factor = base.subs(k, 1 / small)
            taylor = []
            for degree in range(self.order + 1):
                taylor.append(expand(simplify(factor.subs(small, 0)) / factorial(degree)))
                factor = diff(factor, small)
            for degree in range(self.order + 1):
                out[degree] += expand(sum((taylor[i] * series[degree - i] for i in range(degree + 1)), Integer(0)))
        return out

    def _measure(self, before: Expr, after: Expr) -> str:
        return remainder_exponent(self, before, after)


def remainder_exponent(rule: Any, before: Expr, after: Expr) -> str:
    """The error |before - after| must fall with the exponent of rule.remainder over rule.at; returns it in words."""
    import mpmath

    names = sorted((before.free_symbols | after.free_symbols) - {k}, key=str)
    bound = {limit[0] for e in (before, after) for i in e.atoms(Integral) for limit in i.limits}
    names = [n for n in names if n not in bound and n in before.free_symbols]
    wanted = float(simplify(k * diff(rule.remainder, k) / rule.remainder))
    claim = after.replace(lambda e: isinstance(e, Integral), _gamma_value)
    claim = claim.replace(lambda e: isinstance(e, Supremum), _supremum_value)
    slopes = []
    for point in random_points(names, rule.points, rule.values):
        errors = []
        for big in (rule.at[0], rule.at[-1]):
            full = {**point, k: big}
            key = (rule.name, before, tuple(full.items()), rule.digits)
            if key not in _EXACT:
                _EXACT[key] = rule.exact(full, rule.digits) if rule.exact else evaluate(before, full, rule.digits)
            claimed = evaluate(claim, full, rule.digits)
            with mpmath.workdps(rule.digits + 10):
                errors.append(abs(_EXACT[key] - claimed))
        if not all(errors):
            raise DerivationError("the error vanishes: both sides come from the same computation")
        span = mpmath.log(mpmath.mpf(rule.at[-1]) / mpmath.mpf(rule.at[0]))
        slopes.append(float(mpmath.log(errors[1] / errors[0]) / span))
    if any(abs(slope - wanted) > rule.relative_slack * abs(wanted) for slope in slopes):
        raise DerivationError(f"the error falls with the exponents {slopes}, not {wanted:g}")
    return f"error exponent {slopes[0]:.4f} measured from k = {rule.at[0]} to {rule.at[-1]}"


_EXACT: dict[Any, Any] = {}
_SERIES: dict[Any, tuple[Symbol, list[Expr]]] = {}


@cache
def _gamma_value(integral: Any) -> Expr:
    """int_0^oo polynomial(w) e^-w dw, each power a factorial; the integral itself where it is not of that form.

    Once for a claim and its perturbed copies.
    """
    variable, low, high = integral.limits[0]
    try:
        poly = Poly(expand(integral.function * exp(variable)), variable)
    except PolynomialError:
        return integral
    if (low, high) != (0, oo) or poly.free_symbols_in_domain & {variable}:
        return integral
    return sum((coefficient * factorial(power) for (power,), coefficient in poly.terms()), Integer(0))


@dataclass(frozen=True)
class GammaIntegrals:
    """int_0^oo w^m e^-w dw = m!, term by term."""

    variable: Symbol
    name: str = "Gamma integrals"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Read the polynomial in front of e^-w and sum coefficient times factorial."""
        integral = only_integral(before)
        if integral.limits[0] != (self.variable, 0, oo):
            raise DerivationError(f"the integral must run over {self.variable} from 0 to oo")
        total = _gamma_value(integral)
        if total == integral:
            raise DerivationError("the integrand is no polynomial times e^-w")
        constant, factor = split(before, integral)
        if not is_zero(expand(constant + factor * total - after)):
            raise DerivationError("the sum of the Gamma integrals is not the claim")
        return Evidence(SYMBOLIC, "a polynomial against e^-w, each power a factorial")


@dataclass(frozen=True)
class Maximize:
    """The supremum of a smooth function that vanishes at both ends is its largest stationary value."""

    name: str = "maximum"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Compare the claim with the value at the one stationary point."""
        supremum = next(iter(before.atoms(Supremum)), None)
        if supremum is None:
            raise DerivationError("there is no supremum to evaluate")
        value = _supremum_value(supremum)
        if value is supremum or not same(simplify(before.subs(supremum, value)), after):
            raise DerivationError(f"the largest stationary value is {value}")
        return Evidence(SYMBOLIC, "one stationary point; the function vanishes at both ends")


def _supremum_value(supremum: Any) -> Expr:
    """The value at the one stationary point of a function that vanishes at 0 and oo; else the supremum itself."""
    function, variable = supremum.args
    points = [point for point in solve(diff(function, variable), variable) if point.is_positive]
    ends = [function.subs(variable, 0), limit(function, variable, oo)]
    if len(points) != 1 or any(end != 0 for end in ends):
        return supremum
    return simplify(function.subs(variable, points[0]))


@dataclass(frozen=True)
class UseFormula:
    """Insert a registered asymptotic formula under an average, with its remainder (dominated convergence)."""

    id: str
    remainder: Expr
    exact: Callable[[Mapping[Symbol, Any], int], Any]
    at: Sequence[str] = ("1e3", "1e7")
    points: int = 2
    values: Mapping[Symbol, Sequence[Any]] = field(default_factory=dict)
    digits: int = 15
    relative_slack: float = 0.02
    name: str = "registered asymptotics under an average"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The claim is the old expression with the registered right side put in; its error is measured."""
        statement = registry.statement(self.id)
        quantity, pattern = type(statement.lhs), statement.lhs.args

        def insert(e: Expr) -> Expr:
            values = {p: a for p, a in zip(pattern, e.args, strict=True) if isinstance(p, Symbol)}
            return statement.rhs.subs(values, simultaneous=True)

        inserted = before.replace(lambda e: isinstance(e, quantity), insert)
        if inserted == before or not same(inserted, after):
            raise DerivationError(f"{self.id} does not give the claim")
        return Evidence(NUMERIC, f"{self.id}; {remainder_exponent(self, before, after)}")


@dataclass(frozen=True)
class GaussianAverage:
    """E exp(v z^2) = (1 - 2 v)^(-1/2) for v < 1/2, z standard normal."""

    name: str = "Gaussian integral"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """SymPy integrates with 1/2 - v named as a positive number."""
        integral = only_integral(before)
        exponent = sum((e.args[0] for e in expand(powsimp(integral.function)).atoms(exp)), Integer(0))
        margin = Symbol("m", positive=True)  # 1/2 - v
        v = expand(exponent + z**2 / 2).coeff(z, 2)
        if v == 0 or not is_zero(exponent - (v - Integer(1) / 2) * z**2):
            raise DerivationError("the integrand is no Gaussian in z")
        rest = simplify(integral.function / exp(exponent))
        if rest.has(z):
            raise DerivationError("the integrand is no Gaussian in z")
        value = integrate(exp(-margin * z**2), (z, -oo, oo)).subs(margin, Integer(1) / 2 - v)
        if not is_zero(simplify(outside(before, integral) * rest * value / after) - 1):
            raise DerivationError("the Gaussian integral is not the claim")
        return Evidence(SYMBOLIC, "integrated by SymPy with 1/2 - v > 0")
