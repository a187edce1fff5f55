"""Expansion under an integral as a parameter grows (Watson's lemma), for whatever integrand SymPy can differentiate.

An integral whose integrand, at a fixed integration variable, is a Taylor series in 1/k (k the parameter that grows) times the
exponential of one: for instance k ln S(w/k) = -p w + O(1/k). Each integrand is replaced by its Taylor polynomial. The
coefficients are checked symbolically, against derivatives that SymPy takes; the remainder is measured, by the exponent with
which the difference of the two sides falls between two values of k far apart. That the expansion may be integrated term by
term (a bound on the integrand that does not depend on k) is a hypothesis of the step, to be given with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sympy import (
    Add,
    Derivative,
    Dummy,
    E,
    Expr,
    Function,
    Integer,
    Integral,
    Subs,
    Symbol,
    diff,
    exp,
    expand,
    expand_mul,
    factorial,
    limit,
    log,
    nan,
    oo,
    powsimp,
    zoo,
)

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.numbers import evaluate
from infscale_sym.derive.rules import NUMERIC, integrated, is_zero, same
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.lambdify import mpmath_function
from infscale_sym.evaluate.points import random_points
from infscale_sym.notation.quantity import Quantity

#: 1/large.
_SMALL = Dummy("epsilon", positive=True)

#: Digits at which the two sides of an expansion are compared, until their difference shows.
_DIGITS = (20, 40, 80, 160)

#: (integration variable, low, high) -> Taylor coefficients of the integrands over that range.
Series = dict[tuple[Expr, Expr, Expr], list[Expr]]


@dataclass(frozen=True)
class ExpandUnderIntegral:
    """Replace the integrands by their Taylor polynomials in 1/large, the factors in front of the integrals included.

    `large`: the symbol that grows. `order`: the highest power of 1/large that is kept. `remainder`: the order of what is left
    out, a power of `large`; it is measured between the two values in `at`, at `points` random points of the other symbols
    (`near`: where to look). An end of a range that grows in proportion to `large` becomes infinite, and an
    integral that begins there is left out: the integrand must be exponentially small there.
    """

    large: Symbol
    order: int
    remainder: Expr
    at: tuple[str, str] = ("1e5", "1e8")
    points: int = 2
    near: Mapping[Symbol, Sequence[Any]] = field(default_factory=dict)
    name: str = "expansion under the integral"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Coefficients by differentiation; remainder by its measured exponent."""
        constant, wanted = _expansion(before, self.large, self.order)
        constant_after, claimed = _polynomial(after, self.large, self.order)
        if not same(constant, constant_after):
            raise DerivationError(f"the term {constant} outside the integrals became {constant_after}")
        nothing = [Integer(0)] * (self.order + 1)
        for limits in dict.fromkeys((*wanted, *claimed)):
            pairs = zip(wanted.get(limits, nothing), claimed.get(limits, nothing), strict=True)
            for degree, (right, got) in enumerate(pairs):
                if not is_zero(expand(powsimp(expand(right - got)))):
                    variable, low, high = limits
                    raise DerivationError(
                        f"over {low} < {variable} < {high} the coefficient of {self.large}^-{degree} is "
                        f"{simplify(right)}, not {got}"
                    )
        measured = measured_exponent(before, after, self.large, self.remainder, self.at, self.points, self.near)
        return Evidence(NUMERIC, f"coefficients to {self.large}^-{self.order} by SymPy; {measured}")


def measured_exponent(
    before: Expr,
    after: Expr,
    large: Symbol,
    remainder: Expr,
    at: tuple[str, str] = ("1e5", "1e8"),
    points: int = 2,
    near: Mapping[Symbol, Sequence[Any]] | None = None,
) -> str:
    """In words, the exponent with which |before - after| falls as `large` goes from at[0] to at[1].

    Raises DerivationError where it differs from the remainder's by more than 2 %, or where the two sides are equal."""
    import mpmath

    wanted = simplify(large * diff(remainder, large) / remainder)
    if not wanted.is_number:
        raise DerivationError(f"a remainder must be a power of {large}; got {remainder}")
    claim = after.replace(lambda e: isinstance(e, Integral), integrated)
    names = sorted((before.free_symbols | after.free_symbols) - {large}, key=str)
    slopes = []
    for point in random_points(names, points, near):
        errors = [_error(before, claim, {**point, large: big}) for big in at]
        with mpmath.workdps(20):
            slopes.append(float(mpmath.log(errors[1] / errors[0]) / mpmath.log(mpmath.mpf(at[1]) / mpmath.mpf(at[0]))))
    worst = max(slopes, key=lambda slope: abs(slope - float(wanted)))
    if abs(worst - float(wanted)) > 0.02 * max(1.0, abs(float(wanted))):
        raise DerivationError(f"what is left out goes as {large}^{worst:.3f}, not as {remainder}")
    return f"error exponent {worst:.4f} measured from {large} = {at[0]} to {at[1]}"


def _error(before: Expr, claim: Expr, point: Mapping[Symbol, Any]) -> Any:
    """|before - claim| at a point to five digits or more, with as many digits as that takes."""
    import mpmath

    for digits in _DIGITS:
        exact = _value(before, tuple(point.items()), digits)
        claimed = evaluate(claim, point, digits)
        with mpmath.workdps(digits + 10):
            error = abs(exact - claimed)
            if error > abs(exact) * mpmath.mpf(10) ** (5 - digits):
                return error
    at = ", ".join(f"{symbol} = {float(value):g}" for symbol, value in point.items())
    raise DerivationError(f"at {at} the two sides agree to {_DIGITS[-1] - 5} digits: nothing left out could be measured")


@cache
def _value(expr: Expr, point: tuple[tuple[Symbol, Any], ...], digits: int) -> Any:
    """An exact side, once: it does not change under perturbation of the claim."""
    return mpmath_function(expr, [symbol for symbol, _ in point])(*(value for _, value in point), digits=digits)


def _parts(expr: Expr) -> tuple[Expr, dict[Integral, Expr]]:
    """(constant, {integral: factor}) with expr = constant + sum of factor * integral."""
    integrals = sorted((i for i in expr.atoms(Integral)), key=str)
    inner = {nested for i in integrals for nested in i.function.atoms(Integral)}
    outer = [i for i in integrals if i not in inner]
    marks = {i: Dummy("integral", positive=True) for i in outer}
    opened = expand(expr.xreplace(marks))
    factors = {i: opened.coeff(mark, 1) for i, mark in marks.items()}
    constant = opened.subs(dict.fromkeys(marks.values(), 0))
    rest = opened - constant - Add(*(factor * marks[i] for i, factor in factors.items()))
    if expand(rest) != 0:
        raise DerivationError(f"{expr} is no sum of integrals with factors in front")
    if not outer:
        raise DerivationError("there is no integral to expand under")
    for i in outer:
        if len(i.limits) != 1 or len(i.limits[0]) != 3:
            raise DerivationError(f"{i} is no single integral with two limits")
    return constant, factors


@cache
def _expansion(expr: Expr, large: Symbol, order: int) -> tuple[Expr, Series]:
    """(constant, Taylor coefficients in 1/large) of a sum of integrals."""
    constant, factors = _parts(expr)
    out: Series = {}
    for integral, factor in factors.items():
        variable, low, high = integral.limits[0]
        low, high = (_end(end, large) for end in (low, high))
        if low == oo:
            continue
        coefficients = _series((factor * integral.function).subs(large, 1 / _SMALL), large, order)
        known = out.setdefault((variable, low, high), [Integer(0)] * (order + 1))
        out[variable, low, high] = [a + b for a, b in zip(known, coefficients, strict=True)]
    return constant, out


def _polynomial(expr: Expr, large: Symbol, order: int) -> tuple[Expr, Series]:
    """The same of a claim, which must be a polynomial in 1/large already."""
    constant, factors = _parts(expr)
    out: Series = {}
    for integral, factor in factors.items():
        whole = expand((factor * integral.function).subs(large, 1 / _SMALL))
        coefficients = [whole.coeff(_SMALL, degree) for degree in range(order + 1)]
        rest = whole - Add(*(c * _SMALL**degree for degree, c in enumerate(coefficients)))
        if not is_zero(expand(rest)):
            found = rest.subs(_SMALL, 1 / large)
            raise DerivationError(f"the claim is no polynomial in 1/{large} of degree {order}: it has {found}")
        known = out.setdefault(tuple(integral.limits[0]), [Integer(0)] * (order + 1))
        out[tuple(integral.limits[0])] = [a + b for a, b in zip(known, coefficients, strict=True)]
    return constant, out


def _end(end: Expr, large: Symbol) -> Expr:
    """Where an end of a range tends to."""
    if not end.has(large):
        return end
    pace = simplify(end / large)
    if pace.has(large) or not pace.is_positive:
        raise DerivationError(f"the end {end} of the range must stay where it is or grow in proportion to {large}")
    return oo


def _series(expr: Expr, large: Symbol, order: int) -> list[Expr]:
    """Taylor coefficients in _SMALL to `order`: of each term the exponential apart, which may hold 1/_SMALL times a series
    that starts with _SMALL."""
    total = [Integer(0)] * (order + 1)
    for term in Add.make_args(expand_mul(expr, deep=False)):
        exponent, rest = Integer(0), Integer(1)
        for base, power in term.as_powers_dict().items():
            if base == E or power.has(_SMALL):
                exponent += power * log(base)
            else:
                rest *= base**power
        inside = _laurent(exponent, large, order)
        if any(degree < 0 and not is_zero(c) for degree, c in inside.items()):
            grows = exponent.subs(_SMALL, 1 / large)
            raise DerivationError(f"the exponent {grows} grows with {large}: measure the variable in another unit")
        factors = _laurent(rest, large, order)
        lowest = min(factors, default=0)
        if lowest < 0:  # the exponential is needed to a higher order
            inside = _laurent(exponent, large, order - lowest)
        exponential = [exp(powsimp(expand(inside.get(0, Integer(0)))))]
        for n in range(1, order - min(lowest, 0) + 1):  # E' = X' E
            terms = (m * inside.get(m, Integer(0)) * exponential[n - m] for m in range(1, n + 1))
            exponential.append(expand(sum(terms, Integer(0)) / n))
        for degree, c in factors.items():
            for n, e in enumerate(exponential):
                if degree + n < 0:
                    if not is_zero(c * e):
                        raise DerivationError("the integrand grows without bound at a fixed integration variable")
                elif degree + n <= order:
                    total[degree + n] += expand(c * e)
    return total


def _laurent(expr: Expr, large: Symbol, order: int) -> dict[int, Expr]:
    """Coefficients by degree in _SMALL, up to `order`, of a sum of whole powers of it times functions regular at 0."""
    out: dict[int, Expr] = {}
    for term in Add.make_args(expand(expr)):
        power = term.as_powers_dict().get(_SMALL, Integer(0))
        if not power.is_Integer:
            raise DerivationError(f"the power {-power} of {large} is no whole number")
        for n, c in enumerate(_taylor(term / _SMALL**power, large, order - int(power))):
            out[n + int(power)] = out.get(n + int(power), Integer(0)) + c
    return out


def _taylor(expr: Expr, large: Symbol, order: int) -> list[Expr]:
    """Taylor coefficients at _SMALL = 0 by repeated differentiation; quantities open where they have no derivative."""
    if not expr.has(_SMALL):
        return [expr] + [Integer(0)] * order
    derivative, out = _differentiable(expr), []
    for degree in range(order + 1):
        out.append(expand(_at_zero(derivative, large) / factorial(degree)))
        if degree < order:
            derivative = diff(derivative, _SMALL)
            if derivative.has(Derivative, Subs):
                raise DerivationError(f"SymPy has no derivative of {expr}")
    return out


def _differentiable(expr: Expr) -> Expr:
    """The quantities that bring no derivative (`fdiff`) replaced by their definitions."""
    for _ in range(10):
        closed = [q for q in expr.atoms(Quantity) if q.has(_SMALL) and type(q).fdiff is Function.fdiff]
        if not closed:
            return expr
        for q in closed:
            opened = q.unfold()
            if opened == q:
                raise DerivationError(f"{type(q).__name__} has neither a derivative (fdiff) nor a definition to differentiate")
            expr = expr.xreplace({q: opened})
    raise DerivationError("definitions within definitions, ten deep: no end in sight")


def _at_zero(expr: Expr, large: Symbol) -> Expr:
    # S(0) is 1 by its definition; what does not depend on the parameter keeps its name.
    at_zero = {q.subs(_SMALL, 0): q.subs(_SMALL, 0).unfold() for q in expr.atoms(Quantity) if q.has(_SMALL)}
    value = simplify(expr.subs(_SMALL, 0).xreplace(at_zero).doit())
    if value.has(nan, zoo, oo):
        value = limit(_differentiable(expr), _SMALL, 0)
    if value.has(nan, zoo, oo):
        raise DerivationError(f"{expr.subs(_SMALL, 1 / large)} is not regular as {large} grows")
    return value


__all__ = ["ExpandUnderIntegral", "measured_exponent"]
