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
    Symbol,
    diff,
    exp,
    expand,
    factorial,
    integrate,
    oo,
    powsimp,
    simplify,
    solve,
)

from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.numbers import evaluate, random_points
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, is_zero, only_integral, outside, same
from infscale_sym.errors import DerivationError
from infscale_sym.formulas import FORMULAS
from infscale_sym.notation.heads import LogSurvival, Supremum, Survival
from infscale_sym.notation.symbols import k, z

#: Four decades over which the exponent of a remainder is measured.
DECADES = ("1e6", "1e7", "1e8", "1e9", "1e10")


@cache
def log_survival_derivatives(order: int, offset: Symbol) -> tuple[Expr, ...]:
    """(d/dr)^m ln S(r; offset) at r = 0 for m = 1 ... order, by SymPy differentiation of the head itself."""
    at = Symbol("r", nonnegative=True)
    out, current = [], LogSurvival(at, offset)
    for _ in range(order):
        current = diff(current, at)
        out.append(expand(current.subs(at, 0).replace(Survival, lambda *_: Integer(1))))
    return tuple(out)


def _inside(expr: Expr) -> tuple[Expr, Expr]:
    """(integrand, factor): what stands under the one integral or supremum, and what multiplies it."""
    for container in (Integral, Supremum):
        found = list(expr.atoms(container))
        if found:
            if len(found) != 1:
                raise DerivationError(f"expected one {container.__name__}, found {len(found)}")
            return found[0].args[0], outside(expr, found[0])  # type: ignore[return-value]
    return expr, Integer(1)


@dataclass(frozen=True)
class ExpandInOneOverK:
    """Replace the exact integrand by its expansion to the order k^-order at a fixed integration variable.

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
    name: str = "Watson's lemma"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Coefficients by differentiation; remainder by its measured exponent."""
        (exact, factor), (claimed, factor_after) = _inside(before), _inside(after)
        small = Dummy("epsilon", positive=True)
        ratio = simplify(factor / factor_after)
        if ratio.has(self.variable):
            raise DerivationError("the factor before the integral depends on the integration variable")
        key = (exact, self.order)
        if key not in _SERIES:  # does not change under perturbation of the claim
            symbol = Dummy("epsilon", positive=True)
            _SERIES[key] = symbol, self._series(exact, symbol)
        symbol, series = _SERIES[key]
        wanted = [expand(coefficient.subs(symbol, small) * ratio) for coefficient in series]
        got = expand(claimed.subs(k, 1 / small))
        for degree in range(self.order + 1):
            difference = wanted[degree] - got.coeff(small, degree)
            if not is_zero(expand(powsimp(expand(difference)))):
                raise DerivationError(f"the coefficient of k^-{degree} under the integral is {simplify(wanted[degree])}")
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
    slopes = []
    for point in random_points(names, rule.points, rule.values):
        errors = []
        for big in (rule.at[0], rule.at[-1]):
            full = {**point, k: big}
            key = (rule.name, before, tuple(full.items()), rule.digits)
            if key not in _EXACT:
                _EXACT[key] = rule.exact(full, rule.digits) if rule.exact else evaluate(before, full, rule.digits)
            claimed = evaluate(after, full, rule.digits)
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
        total = Integer(0)
        for (power,), coefficient in Poly(expand(integral.function * exp(self.variable)), self.variable).terms():
            total += coefficient * factorial(power)
        if not is_zero(expand(outside(before, integral) * total - after)):
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
        function, variable = supremum.args
        points = [p for p in solve(diff(function, variable), variable) if p.is_positive]
        values = [simplify(outside(before, supremum) * function.subs(variable, p)) for p in points]
        if len(values) != 1 or not same(values[0], after):
            raise DerivationError(f"the stationary values are {values}")
        return Evidence(SYMBOLIC, f"one stationary point, {variable} = {points[0]}")


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
    name: str = "registered formula"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The claim is the old expression with the registered right side put in; its error is measured."""
        statement = next(f for f in FORMULAS if f.id == self.id).statement
        head, pattern = type(statement.lhs), statement.lhs.args

        def insert(e: Expr) -> Expr:
            values = {p: a for p, a in zip(pattern, e.args, strict=True) if isinstance(p, Symbol)}
            return statement.rhs.subs(values, simultaneous=True)

        inserted = before.replace(lambda e: isinstance(e, head), insert)
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
