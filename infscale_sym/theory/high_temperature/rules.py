"""Rules for the expansion in 1/t to every order: Taylor's theorem at t = oo, its coefficients from the integral over u, and
their limit for many answers (`hte.all-orders`, `hte.coefficients-many-answers`; they continue HP Result 2, arXiv:2512.19905).

The coefficients are found here by SymPy's derivatives and the binomial series of a^(k-1), not by the generator's recurrences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sympy import (
    Add,
    Expr,
    Integer,
    Integral,
    Poly,
    Symbol,
    cancel,
    diff,
    exp,
    expand,
    expand_power_base,
    factorial,
    ff,
    fraction,
    oo,
    solve,
    together,
)

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, is_zero
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.points import random_points
from infscale_sym.notation.operators import normal_density
from infscale_sym.notation.quantity import Quantity
from infscale_sym.theory.high_temperature.moments import normal_moment
from infscale_sym.theory.high_temperature.notation import ExpansionCoefficient
from infscale_sym.theory.selection.notation import (
    ErrorLaplace,
    SelectionError,
    SelectionIntegral,
    WeightLaplace,
    j,
    k,
    rho,
    t,
    tau,
    u,
    z,
)

_EPSILON = Symbol("epsilon", positive=True)


@dataclass(frozen=True)
class RegisteredEquality:
    """Insert a registered equality for one named quantity, whatever its arguments are."""

    id: str
    kind: str = SYMBOLIC
    name: str = "registered equality at matched arguments"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Match the arguments, put the registered right side in, and compare."""
        statement = registry.statement(self.id)
        quantity, pattern = type(statement.lhs), statement.lhs.args

        def insert(e: Expr) -> Expr:
            values: dict[Symbol, Expr] = {}
            for slot, value in zip(pattern, e.args, strict=True):
                names = slot.free_symbols
                if len(names) > 1 or (not names and slot != value):
                    return e
                for name in names:
                    marker = Symbol("marker")  # no assumptions: they must not hide the solution
                    values[name] = solve(slot.subs(name, marker) - value, marker)[0]
            return statement.rhs.subs(values, simultaneous=True)

        inserted = before.replace(lambda e: isinstance(e, quantity), insert)
        if inserted == before or not same_rational(inserted, after):
            raise DerivationError(f"{self.id} gives {inserted}")
        return Evidence(self.kind, f"{self.id}, derived by itself")


def same_rational(one: Expr, two: Expr) -> bool:
    """Whether two rational expressions in named quantities, factorials and powers agree; quick where simplify is slow."""
    if one == two:
        return True
    names: dict[Expr, Symbol] = {}

    def named(e: Expr) -> Symbol:
        key = e.func(*(expand(arg) for arg in e.args))
        return names.setdefault(key, Symbol(f"q{len(names)}"))

    gap = (one - two).replace(lambda e: isinstance(e, (Quantity, factorial)), named)
    return expand(fraction(together(expand_power_base(gap)))[0]) == 0


@dataclass(frozen=True)
class TaylorAtInfinity:
    """Taylor's theorem for F in 1/t at t = oo, to t^-order: the coefficients by name, the remainder O(t^-(order+1)).

    For whole k it follows from Lagrange's remainder at fixed draws (`high_temperature.cumulants`), whose bound has a finite
    expectation. The remainder is measured with the exact F, real k among the points, and the coefficients' exact values.
    """

    order: int
    at: Sequence[str] = ("1e3", "1e6")
    digits: int = 52
    name: str = "Taylor's theorem"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The claim is the Taylor polynomial; what it leaves out falls with the claimed exponent."""
        if before != SelectionError(k, t, tau, rho):
            raise DerivationError("this rule expands the selection error")
        wanted = Add(*(ExpansionCoefficient(n, k, tau, rho) / t**n for n in range(self.order + 1)))
        if not is_zero(expand(after - wanted)):
            raise DerivationError(f"the Taylor polynomial of degree {self.order} is the sum of a_n t^-n over n <= {self.order}")
        return Evidence(NUMERIC, _measured(self.order, tuple(self.at), self.digits))


@cache
def _measured(order: int, at: tuple[str, str], digits: int) -> str:
    import mpmath

    from infscale_sym.theory.high_temperature.values import expansion_coefficients_exact
    from infscale_sym.theory.selection.values.highprec import selection_error_mp

    slopes = []
    for point in random_points([k, tau, rho], 2):  # k is no whole number there
        place = point[k], point[tau], point[rho]
        with mpmath.workdps(digits + 10):
            numbers = [mpmath.mpf(int(a.p)) / int(a.q) for a in expansion_coefficients_exact(order, *place)]
            left = []
            for heat in at:
                exact = selection_error_mp(place[0], heat, *place[1:], digits=digits)
                left.append(abs(exact - mpmath.fsum(a / mpmath.mpf(heat) ** n for n, a in enumerate(numbers))))
            slopes.append(float(mpmath.log(left[1] / left[0]) / mpmath.log(mpmath.mpf(at[1]) / mpmath.mpf(at[0]))))
    if any(abs(slope + order + 1) > 0.02 * (order + 1) for slope in slopes):
        raise DerivationError(f"the remainder falls with the exponents {slopes}")
    return f"the Taylor polynomial by name; its remainder goes as t^{slopes[0]:.4f} from t = {at[0]} to {at[1]} (exact F)"


@dataclass(frozen=True)
class CoefficientsFromTheIntegral:
    """a_n from k int_0^oo b(u) a(u)^(k-1) du: Taylor coefficients of the integrand in 1/t, integrated term by term."""

    name: str = "coefficients of the integral"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Every coefficient that occurs is worked out, as a polynomial in tau, rho and 1/k, and compared."""
        found = sorted(before.atoms(ExpansionCoefficient), key=lambda e: int(e.args[0]))
        if not found or any(e.args[1:] != (k, tau, rho) for e in found):
            raise DerivationError("there is no coefficient to work out")
        values = coefficients_from_the_integral(int(found[-1].args[0]))
        opened = before.subs({e: values[int(e.args[0])] for e in found})
        if expand(opened - after) != 0:
            raise DerivationError("the coefficients are not the claim's")
        return Evidence(SYMBOLIC, f"{len(found)} coefficients by SymPy's derivatives of the integrand; any real k")


@cache
def coefficients_from_the_integral(order: int) -> tuple[Expr, ...]:
    """a_0 ... a_order, by derivatives of exp(-u (e^(-h/t) - 1)) at t = oo and the binomial series of the power k-1."""
    _check_integral_form()
    tilt = exp(-_EPSILON * Symbol("h"))
    one, error = exp(-u * (tilt - 1)), tilt * exp(-u * (tilt - 1))
    weights, errors = [], []
    for n in range(order + 1):
        for current, rows, times in ((one, weights, 1), (error, errors, (z + tau) ** 2)):
            rows.append(_mean(expand(current.subs(_EPSILON, 0)), times) / factorial(n))
        one, error = diff(one, _EPSILON), diff(error, _EPSILON)
    # (1 + X)^(k-1), X = sum_(n>=1) weights_n epsilon^n, by its binomial series: the m-th power starts with epsilon^m.
    power: list[Poly] = [Poly(1, u, k, tau, rho)] + [Poly(0, u, k, tau, rho)] * order
    total = list(power)
    steps = [Poly(w, u, k, tau, rho) for w in weights]
    for m in range(1, order + 1):
        power = [sum((steps[i] * power[n - i] for i in range(1, n + 1)), Poly(0, u, k, tau, rho)) for n in range(order + 1)]
        binomial = Poly(expand(ff(k - 1, m) / factorial(m), func=True), u, k, tau, rho)
        total = [a + binomial * b for a, b in zip(total, power, strict=True)]
    out = []
    for n in range(order + 1):
        product = Poly(0, u, k, tau, rho)
        for i in range(n + 1):
            product += Poly(errors[i], u, k, tau, rho) * total[n - i]
        terms = product.terms()
        out.append(Add(*(c * factorial(m) * k ** (a - m) * tau**b * rho**d for (m, a, b, d), c in terms)))
    return tuple(expand(a) for a in out)


def _mean(polynomial: Expr, times: Any) -> Expr:
    """E over z of a polynomial in h = z^2/2 + rho z and u, times a function of z."""
    inside = Poly(expand(polynomial.subs(Symbol("h"), z**2 / 2 + rho * z) * times), z)
    return expand(sum((c * normal_moment(n) for (n,), c in inside.terms()), Integer(0)))


@cache
def _check_integral_form() -> None:
    """a and b are those of the definition after u -> u e^(rho^2/2t), which moves k int_0^oo b a^(k-1) du not at all."""
    shift = exp(rho**2 / (2 * t))
    h = z**2 / 2 + rho * z
    expected = (
        (WeightLaplace(u * shift, t, rho), exp(-u * exp(-h / t))),
        # b carries a factor w: with du it makes e^(rho^2/2t) w = e^(-h/t)
        (ErrorLaplace(u * shift, t, tau, rho) * shift, (z + tau) ** 2 * exp(-h / t) * exp(-u * exp(-h / t))),
    )
    for quantity, wanted in expected:
        opened = quantity.replace(lambda e: isinstance(e, (WeightLaplace, ErrorLaplace)), lambda e: e.unfold())
        (integral,) = opened.atoms(Integral)
        inside = (opened / integral) * integral.function / normal_density(z)
        if simplify(inside / wanted) != 1:
            raise DerivationError("the Laplace transforms are not those of the definition")
    outer = SelectionIntegral(k, t, tau, rho).unfold()
    if outer != k * Integral(ErrorLaplace(u, t, tau, rho) * WeightLaplace(u, t, rho) ** (k - 1), (u, 0, oo)):
        raise DerivationError("the integral form is not k int b a^(k-1) du")


@dataclass(frozen=True)
class ManyAnswers:
    """At a fixed order a_n is a polynomial in 1/k, and at 1/k = 0 it is the coefficient of F_oo(t).

    A product of sample means has the product of the means as its expectation, up to terms with coinciding indices, which
    carry 1/k. So the coefficient of E[<l e^(-h/t)>/<e^(-h/t)>] tends to that of E[l e^(-h/t)]/E[e^(-h/t)].
    """

    name: str = "law of large numbers"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The quotient of the two Gaussian integrals, its geometric series at every order, and a_n at 1/k = 0 up to n = 6."""
        if before != ExpansionCoefficient(j + 1, k, tau, rho):
            raise DerivationError("this rule takes the coefficient of t^-(j+1)")
        wanted = _many_answers()
        if not is_zero(expand(wanted - after)):
            raise DerivationError(f"the coefficient for many answers is {wanted}")
        for order, value in enumerate(coefficients_from_the_integral(6)[1:], start=1):
            if expand(Poly(expand(value).subs(k, 1 / _EPSILON), _EPSILON).eval(0) - after.subs(j, order - 1)) != 0:
                raise DerivationError(f"a_{order} at 1/k = 0 is not the claim")
        return Evidence(SYMBOLIC, "Gaussian integrals by SymPy, geometric series at every order; a_1 ... a_6 at 1/k = 0 agree")


@cache
def _many_answers() -> Expr:
    """The coefficient of t^-(j+1) in the quotient, a polynomial of degree two in v = 1/(1+t)."""
    v, n = Symbol("v", positive=True), Symbol("n", integer=True, positive=True)
    # v = sum_(n>=1) (-1)^(n-1) t^-n solves v (1 + epsilon) = epsilon; v^2 = sum_(n>=2) (-1)^n (n-1) t^-n.
    in_v = Poly(cancel(_tilted_quotient().subs(_EPSILON, v / (1 - v))), v).all_coeffs()[::-1]
    first, second = (lambda n: (-1) ** (n - 1)), (lambda n: (-1) ** n * (n - 1))
    if not (is_zero(first(n + 1) + first(n)) and is_zero(second(n + 2) + 2 * second(n + 1) + second(n)) and len(in_v) == 3):
        raise DerivationError("the series of v = 1/(1+t) or of its square is not that")
    if (first(1), second(1), second(2)) != (1, 0, 1):
        raise DerivationError("the series do not start so")
    return expand(in_v[1] * first(j + 1) + in_v[2] * second(j + 1))


@cache
def _tilted_quotient() -> Expr:
    """E[(z+tau)^2 e^(-epsilon h)]/E[e^(-epsilon h)], h = z^2/2 + rho z: the tilted density is a normal one."""
    variance = 1 / (1 + _EPSILON)
    mean = -_EPSILON * rho * variance
    exponent = -_EPSILON * (z**2 / 2 + rho * z) - z**2 / 2
    if simplify(diff(exponent + (z - mean) ** 2 / (2 * variance), z)) != 0:
        raise DerivationError("the tilted density is not that of N(mean, variance)")
    return cancel((tau + mean) ** 2 + variance)
