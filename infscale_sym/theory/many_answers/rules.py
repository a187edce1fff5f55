"""Rules about many answers at fixed temperature: Watson's lemma in the Laplace variable, Gaussian moments, the crossover.

For `limit.infinite-k`, `limit.first-correction`, `limit.corrections` and `limit.crossover`; HP, arXiv:2512.19905, has none of
them. The coefficients of an expansion are checked against Taylor coefficients that SymPy takes of the exact integrands; the
remainder is measured on the exact quantity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sympy import Add, Expr, Integer, Integral, Rational, Symbol, diff, exp, expand, factorial, integrate, oo, pi, sqrt

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.numbers import evaluate
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, is_zero, only_integral, same, split
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.points import random_points
from infscale_sym.notation.operators import normal_density
from infscale_sym.notation.relations import Equal
from infscale_sym.theory.best_of_k.rules import remainder_exponent
from infscale_sym.theory.many_answers.notation import (
    CrossoverFactor,
    CrowdLaplace,
    LimitError,
    TiltedError,
    WeightMoment,
    WeightRatio,
)
from infscale_sym.theory.selection.notation import ErrorLaplace, SelectionError, WeightLaplace, k, rho, t, tau, u, z


@dataclass(frozen=True)
class Registered:
    """Replace a quantity by the right side of a registered equality about it, or back."""

    id: str
    backwards: bool = False
    name: str = "registered formula"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The claim is the old expression with the registered side put in."""
        statement = registry.statement(self.id)
        if not isinstance(statement, Equal):
            raise DerivationError(f"{self.id} is no equality")
        left, right = (statement.rhs, statement.lhs) if self.backwards else (statement.lhs, statement.rhs)

        def put(e: Expr) -> Expr:
            values = {p: a for p, a in zip(left.args, e.args, strict=True) if isinstance(p, Symbol)}
            return right.subs(values, simultaneous=True)

        moved = before.replace(lambda e: isinstance(e, type(left)), put)
        if moved == before or not same(moved, after):
            raise DerivationError(f"{self.id} does not give the claim")
        return Evidence(SYMBOLIC, self.id)


def _taylor(quantity: Expr, order: int) -> Expr:
    """The Taylor coefficient in u at 0 of a Laplace transform, from SymPy's derivative of its integrand."""
    if (key := (type(quantity), order)) not in _CHECKED:
        _CHECKED[key] = _checked(type(quantity), order)
    if isinstance(quantity, CrowdLaplace):
        return Integer(0) if order == 0 else (-1) ** (order + 1) * sqrt(2 * pi / order) / factorial(order)
    rest = quantity.args[1:]
    if isinstance(quantity, WeightLaplace):
        return (-1) ** order * (WeightMoment(order, *rest) if order else Integer(1)) / factorial(order)
    heat, _, judge = rest
    return (-1) ** order * WeightMoment(order + 1, heat, judge) * TiltedError(order + 1, *rest) / factorial(order)


_CHECKED: dict[Any, bool] = {}


def _checked(kind: Any, order: int) -> bool:
    """The moments that `_taylor` names are what differentiating under the integral gives; raises DerivationError if not."""
    heat = Symbol("t", positive=True)
    slots = {WeightLaplace: (u, heat, rho), ErrorLaplace: (u, heat, tau, rho), CrowdLaplace: (u,)}[kind]
    got = diff(kind(*slots).unfold().function, u, order).subs(u, 0)
    if kind is CrowdLaplace:
        wanted = sqrt(2 * pi / order) * (-1) ** (order + 1) if order else Integer(0)
        good = is_zero(integrate(got, (z, -oo, oo)) - wanted)
    else:
        power = order + (kind is ErrorLaplace)
        moment = WeightMoment(power, heat, rho).unfold().function
        if kind is ErrorLaplace:
            tilted = TiltedError(power, heat, tau, rho).unfold().subs(WeightMoment(power, heat, rho), 1)
            moment = tilted.function
        good = is_zero(simplify(got / moment) - (-1) ** order)
    if not good:
        raise DerivationError(f"derivative {order} of {kind.__name__} at 0 is another")
    return True


@dataclass(frozen=True)
class WatsonAtZero:
    """Expand an integral over v whose power exp(-v) (...) narrows as `large` grows, to the total order large^-order.

    `before` is an integral of products of Laplace transforms at u = v/scale, and of one power of a (or exponential of J);
    `claimed` must be polynomials in v times exp(-v). `exact` gives the left side as an mpf for the measured remainder.
    """

    variable: Symbol
    large: Symbol
    order: int
    remainder: Expr
    exact: Callable[[Mapping[Symbol, Any], int], Any]
    at: Sequence[str] = ("1e5", "1e8")
    digits: int = 60
    points: int = 1
    values: Mapping[Symbol, Sequence[Any]] = field(default_factory=dict)
    relative_slack: float = 0.02
    name: str = "Watson's lemma for a large power"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Coefficients by truncated power series; remainder by its measured exponent."""
        old, new = only_integral(before), only_integral(after)
        if old.limits != new.limits or old.limits[0] != (self.variable, 0, oo):
            raise DerivationError(f"both integrals must run over {self.variable} from 0 to oo")
        (zero, factor), (zero_after, factor_after) = split(before, old), split(after, new)
        if not same(zero, zero_after):
            raise DerivationError(f"the term {zero} outside the integral has changed")
        small = Symbol("epsilon", positive=True)
        key = (before, self.order)
        if key not in _SERIES:
            _SERIES[key] = self._series(factor * old.function, small)
        claim = expand(_in_letters(factor_after * new.function * exp(self.variable)).subs(self.large, 1 / small))
        for degree in range(self.order + 1):
            if not is_zero(expand(claim.coeff(small, degree) - _SERIES[key][degree])):
                raise DerivationError(f"the coefficient of {self.large}^-{degree} is {_SERIES[key][degree]}")
        if not is_zero(expand(claim - sum(claim.coeff(small, n) * small**n for n in range(self.order + 1)))):
            raise DerivationError(f"the claim has terms beyond {self.large}^-{self.order}")
        return Evidence(NUMERIC, f"coefficients to {self.large}^-{self.order} by SymPy; {self._measure(before, after)}")

    def _series(self, integrand: Expr, small: Symbol) -> list[Expr]:
        """Coefficients of small^0 ... small^order of the integrand times exp(v), moments as symbols."""
        order, log_power, rest = self.order, [Integer(0)] * (self.order + 2), [Integer(1)] + [Integer(0)] * self.order
        for base, power in integrand.as_powers_dict().items():
            if isinstance(base, WeightLaplace) and power.has(self.large):
                times = _coefficients(power, self, small, order + 1)
                log_power = _add(log_power, _times(times, _log(self._quantity(base, small, 1))))
                log_power = [*log_power[1:], Integer(0)]  # the power brings one factor of `large`
            elif base.func is exp or base == exp(1):
                exponent = power if base == exp(1) else base.args[0] * power
                crowd = next(iter(exponent.atoms(CrowdLaplace)), None)
                if crowd is None:
                    raise DerivationError(f"unexpected exponential {base}**{power}")
                times = (exponent / crowd).subs(self.large, 1 / small) * small
                log_power = _add(log_power, _shift(_scale(self._quantity(crowd, small, 1), times)))
            elif isinstance(base, (ErrorLaplace, WeightLaplace, CrowdLaplace)) and power == 1:
                rest = _times(rest, self._quantity(base, small, 0))
            else:  # a power of `large` or of v, and constants; J/u is regular
                rest = _scale(rest, base**power)
        leading = log_power[0] + self.variable
        if not is_zero(leading):
            raise DerivationError(f"the exponent starts with {log_power[0]}, not with -{self.variable}")
        exponential = [Integer(1)]
        for n in range(1, order + 1):  # E' = X' E
            terms = (i * log_power[i] * exponential[n - i] for i in range(1, n + 1))
            exponential.append(expand(sum(terms, Integer(0)) / n))
        product = Add(*(c * small**n for n, c in enumerate(_times(rest, exponential))))
        product = expand(_in_letters(product.subs(self.large, 1 / small)))
        return [expand(product.coeff(small, n)) for n in range(order + 1)]

    def _quantity(self, quantity: Expr, small: Symbol, extra: int) -> list[Expr]:
        """Power series in `small` of a transform at u = v/scale; one order more where it stands in a power."""
        extra += isinstance(quantity, CrowdLaplace)
        step = _in_letters(simplify(quantity.args[0] * self.large))
        if step.has(self.large):
            raise DerivationError(f"{quantity.args[0]} is not of the order 1/{self.large}")
        return [_in_letters(_taylor(quantity, n)) * step**n for n in range(self.order + 1 + extra)]

    def _measure(self, before: Expr, after: Expr) -> str:
        if self.large == k:
            return remainder_exponent(self, before, after)
        import mpmath

        claim = after.replace(lambda e: isinstance(e, Integral), lambda e: _factorials(e, self.variable))
        errors = []
        for big in self.at:
            value = evaluate(claim, {self.large: big}, self.digits)
            with mpmath.workdps(self.digits):
                errors.append(abs(self.exact({self.large: big}, self.digits) - value))
        with mpmath.workdps(20):
            slope = float(mpmath.log(errors[1] / errors[0]) / mpmath.log(mpmath.mpf(self.at[1]) / mpmath.mpf(self.at[0])))
        wanted = float(simplify(self.large * diff(self.remainder, self.large) / self.remainder))
        if abs(slope - wanted) > self.relative_slack * abs(wanted):
            raise DerivationError(f"the error falls with the exponent {slope:.4f}, not {wanted:g}")
        return f"error exponent {slope:.4f} measured from {self.large} = {self.at[0]} to {self.at[1]}"


_SERIES: dict[Any, list[Expr]] = {}


def _factorials(integral: Expr, v: Symbol) -> Expr:
    from sympy import Poly

    poly = Poly(expand(integral.function * exp(v)), v)
    return sum((c * factorial(power) for (power,), c in poly.terms()), Integer(0))


def _in_letters(expr: Expr) -> Expr:
    """Moments as symbols: E w^j = M_j m^j, m = E w, with M_1 = 1 (and E w^0 = 1)."""
    mean = Symbol("m_1", positive=True)

    def moment(e: Expr) -> Expr:
        n = e.args[0]
        return mean**n * (Symbol(f"M_{n}", positive=True) if n > 1 else 1)

    out = expr.replace(lambda e: isinstance(e, WeightMoment), moment)
    out = out.replace(lambda e: isinstance(e, WeightRatio), lambda e: Symbol(f"M_{e.args[0]}", positive=True))
    return out.replace(lambda e: isinstance(e, TiltedError), lambda e: Symbol(f"f_{e.args[0]}", positive=True))


def _coefficients(power: Expr, rule: WatsonAtZero, small: Symbol, order: int) -> list[Expr]:
    """Power series of power/large in small = 1/large."""
    scaled = expand(power.subs(rule.large, 1 / small) * small)
    return [scaled.coeff(small, n) for n in range(order + 1)]


def _log(series: list[Expr]) -> list[Expr]:
    """The logarithm of a power series that starts with 1: L' S = S'."""
    if series[0] != 1:
        raise DerivationError("a(0) is not 1")
    out = [Integer(0)]
    for n in range(1, len(series)):
        out.append(expand(series[n] - sum((Rational(i, n) * out[i] * series[n - i] for i in range(1, n)), Integer(0))))
    return out


def _times(one: Sequence[Expr], two: Sequence[Expr]) -> list[Expr]:
    size = max(len(one), len(two))
    pad = [list(s) + [Integer(0)] * (size - len(s)) for s in (one, two)]
    return [expand(sum((pad[0][i] * pad[1][n - i] for i in range(n + 1)), Integer(0))) for n in range(size)]


def _add(one: Sequence[Expr], two: Sequence[Expr]) -> list[Expr]:
    size = max(len(one), len(two))
    pad = [list(s) + [Integer(0)] * (size - len(s)) for s in (one, two)]
    return [a + b for a, b in zip(*pad, strict=True)]


def _scale(series: Sequence[Expr], factor: Expr) -> list[Expr]:
    return [expand(c * factor) for c in series]


def _shift(series: Sequence[Expr]) -> list[Expr]:
    """Divide a power series without constant term by its variable (the factor `small` was put in by the caller)."""
    if series[0] != 0:
        raise DerivationError("the series has a constant term")
    return list(series[1:])


@dataclass(frozen=True)
class CompleteTheSquare:
    """Moments of w and of (z+tau)^2 under a normal density tilted by w^j, in closed form: one square is completed."""

    name: str = "completing the square"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Exponents compared by SymPy; the tilted law is normal, its first two moments are read off."""
        order, heat = Symbol("n", positive=True), Symbol("t", positive=True)
        mean, variance = -rho * order / (order + heat), heat / (order + heat)
        constant = -order * rho**2 / (2 * (order + heat))
        exponent = -order * (z + rho) ** 2 / (2 * heat) - z**2 / 2
        if simplify(exponent - constant + (z - mean) ** 2 / (2 * variance)) != 0:
            raise DerivationError("the square is not completed")
        if any(not _has_exponent(h, exponent, heat, order) for h in (WeightMoment, TiltedError)):
            raise DerivationError("the moments have another integrand")

        def moment(e: Expr) -> Expr:
            n, at, judge = e.args
            return (sqrt(variance) * exp(constant)).subs({order: n, heat: at, rho: judge}, simultaneous=True)

        def tilted(e: Expr) -> Expr:
            n, at, teacher, judge = e.args
            return (tau - rho * n / (n + at)).subs({tau: teacher, rho: judge}, simultaneous=True) ** 2 + at / (n + at)

        value, claim = before, after
        if not after.has(WeightRatio):
            value = value.replace(lambda e: isinstance(e, WeightRatio), lambda e: e.unfold())
        value = value.replace(lambda e: isinstance(e, Integral), _named).replace(lambda e: isinstance(e, WeightMoment), moment)
        if after.has(LimitError):  # f_n is F_oo at t/n
            for n in sorted({e.args[0] for e in before.atoms(TiltedError)}):
                closed = LimitError(t / n, tau, rho).unfold()
                if simplify(tilted(TiltedError(n, t, tau, rho)) - closed) != 0:
                    raise DerivationError(f"f_{n} is not the limit at t/{n}")

            def limit(e: Expr) -> Expr:
                return LimitError(e.args[1] / e.args[0], *e.args[2:])

            value = value.replace(lambda e: isinstance(e, TiltedError), limit)
        else:
            value = value.replace(lambda e: isinstance(e, TiltedError), tilted)
        if value == before or not _vanishes(value - claim):
            raise DerivationError("the moments do not give the claim")
        return Evidence(SYMBOLIC, "tilted law N(-rho j/(j+t), t/(j+t)); exponents compared by SymPy")


def _has_exponent(kind: Any, exponent: Expr, heat: Symbol, order: Symbol) -> bool:
    slots = (order, heat, rho) if kind is WeightMoment else (order, heat, tau, rho)
    opened = kind(*slots).unfold()
    integral = next(iter(opened.atoms(Integral)))
    extra = (z + tau) ** 2 if kind is TiltedError else 1
    return is_zero(simplify(integral.function / extra * sqrt(2 * pi) / exp(expand(exponent))) - 1)


def _named(integral: Expr) -> Expr:
    """A weight's moment written out is named again."""
    for n in range(1, 9):
        if integral == WeightMoment(n, t, rho).unfold():
            return WeightMoment(n, t, rho)
    return integral


def _vanishes(gap: Expr) -> bool:
    """Zero for t > 0: refused at once where a random point shows it is not; else by SymPy, with t named as positive."""
    letters = {e: Symbol(f"H{n}", positive=True) for n, e in enumerate(sorted(gap.atoms(WeightRatio, LimitError), key=str))}
    shown = gap.subs(letters)
    (point,) = random_points(sorted(shown.free_symbols, key=str), 1)
    import mpmath

    value = evaluate(shown, point, 40)
    with mpmath.workdps(40):
        if abs(value) > mpmath.mpf("1e-30"):
            return False
    shown = shown.subs(t, Symbol("t", positive=True))
    return expand(shown) == 0 or simplify(shown) == 0


@dataclass(frozen=True)
class NearbyAnswers:
    """At low temperature only answers at distances y t^(1/2) from the judge's count: a Poisson process of points y.

    With s = t^(1/2) = chi/(k phi(rho)), z = -rho + s y: the density is s phi(rho) exp(rho s y - s^2 y^2/2) dy, so
    a(u)^k -> exp(-chi J(u)), and of the error (D + s y)^2, D = tau - rho, the part D^2 integrates to D^2 exactly. What is
    left is even in y to the order s^2: y^2 (1 + 2 rho D), and int y^2 x exp(-x) dy = J for x = u exp(-y^2/2).
    """

    chi: Symbol
    remainder: Expr
    exact: Callable[[Mapping[Symbol, Any], int], Any]
    at: Sequence[str] = ("1e3", "1e6")
    digits: int = 22
    points: int = 2
    values: Mapping[Symbol, Sequence[Any]] = field(default_factory=dict)
    relative_slack: float = 0.02
    name: str = "Poisson limit"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The even part of the expansion by SymPy; the integral by parts; the remainder measured on the exact error."""
        s, y, point = Symbol("s", positive=True), Symbol("y", real=True), Symbol("u", positive=True)
        a, b = next(iter(before.atoms(WeightLaplace))), next(iter(before.atoms(ErrorLaplace)))
        heat, teacher, judge = b.args[1:]
        if not same(sqrt(heat), self.chi / (k * normal_density(judge))) or a.args[1:] != (heat, judge):
            raise DerivationError("chi is not k phi(rho) t^(1/2)")
        density = simplify(normal_density(-judge + s * y) / normal_density(judge) / exp(judge * s * y - s**2 * y**2 / 2))
        if density != 1:
            raise DerivationError("the density near the judge's answer is another")
        drift = teacher - judge
        extra = ((drift + s * y) ** 2 - drift**2) * exp(judge * s * y - s**2 * y**2 / 2)
        taylor = [diff(extra, s, n).subs(s, 0) / factorial(n) for n in range(3)]
        even = [expand((c + c.subs(y, -y)) / 2) for c in taylor]
        if even[:2] != [0, 0] or not is_zero(even[2] - y**2 * (1 + 2 * judge * drift)):
            raise DerivationError("the part of the error of the order t is another")
        x = point * exp(-(y**2) / 2)
        if simplify(diff(y * (1 - exp(-x)), y) - (1 - exp(-x)) + y**2 * x * exp(-x)) != 0:
            raise DerivationError("the integral by parts fails")  # the boundary term vanishes
        integral = self.chi * Integral(CrowdLaplace(u) / u * exp(-self.chi * CrowdLaplace(u)), (u, 0, oo))
        if not same(after, drift**2 + heat * (1 + 2 * judge * drift) * integral):
            raise DerivationError("the limit of the integral is another")
        return Evidence(NUMERIC, f"expansion in t^(1/2) by SymPy; {self._measure(before, after, integral)}")

    def _measure(self, before: Expr, after: Expr, integral: Expr) -> str:
        if before not in _MEASURED:
            claim = after.subs(integral, CrossoverFactor(self.chi))
            start = SelectionError(k, *next(iter(before.atoms(ErrorLaplace))).args[1:])
            _MEASURED[before] = remainder_exponent(self, start, claim)
        return _MEASURED[before]


_MEASURED: dict[Any, str] = {}


def selection_exact(heat: Expr | None = None) -> Callable[[Mapping[Symbol, Any], int], Any]:
    """F_k at a point as an mpf; `heat`: the temperature as an expression in the point's other symbols."""

    def value(point: Mapping[Symbol, Any], digits: int) -> Any:
        return evaluate(SelectionError(k, t if heat is None else heat, tau, rho), point, digits)

    return value


def crossover_exact(point: Mapping[Symbol, Any], digits: int) -> Any:
    """The crossover function at a point as an mpf."""
    (symbol,) = point
    return evaluate(CrossoverFactor(symbol), point, digits)
