"""Rules for best-of-k with a judge that is not the teacher: folding, by parts, a Gumbel law, minima by Newton's step.

For `best-of-k.misspecified.*` (t = 0; HP, arXiv:2512.19905). Registered statements are put in by id. A place or a value found
from an expansion is checked twice: Newton's step from the claim is of the order of the claim's remainder, and the exact
quantity departs from the claim with that order (measured).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sympy import (
    Expr,
    Integer,
    Integral,
    Poly,
    Symbol,
    cosh,
    diff,
    exp,
    expand,
    expand_func,
    expand_log,
    gamma,
    log,
    oo,
    series,
    sqrt,
    tanh,
)

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.numbers import evaluate
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, clearly_not_zero, is_zero, only_integral, split
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.points import random_points
from infscale_sym.notation.operators import ArgMin
from infscale_sym.theory.misspecified.notation import DistanceIntegral, beyond
from infscale_sym.theory.selection.notation import LogSurvival, SelectionError, Survival, k, r, rho, tau, x


def _two_integrals(before: Expr, after: Expr) -> tuple[Expr, Expr]:
    """The integrands over r with their factors; the terms outside must agree."""
    old, new = only_integral(before), only_integral(after)
    (zero, factor), (zero_after, factor_after) = split(before, old), split(after, new)
    if expand(zero - zero_after) != 0 or old.limits != new.limits:
        raise DerivationError("the term outside the integral, or its range, has changed")
    return factor * old.function, factor_after * new.function


_WHOLE: dict[Expr, Expr] = {}


def _polynomial(expr: Expr) -> Expr:
    """`expr` with tanh a symbol T and 1/cosh^2 = 1 - T^2, expanded: zero exactly where the identity holds."""
    letter = Symbol("T", real=True)
    opened = expand(expr).replace(lambda e: isinstance(e, cosh), lambda e: 1 / sqrt(1 - tanh(e.args[0]) ** 2))
    return expand(opened.replace(lambda e: isinstance(e, tanh), lambda _: letter))


@dataclass(frozen=True)
class AverageOverSides:
    """At the distance r on either side of the judge's answer, x = r and x = -r: x is on average r tanh(rho r)."""

    name: str = "conditional mean at a distance"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The integrands agree once tanh is written by exponentials."""
        one, two = _two_integrals(before, after)
        logarithm = next(iter(before.atoms(LogSurvival)))
        others = exp((k - 1) * logarithm)
        if not is_zero(simplify(expand(((one - two) / others).rewrite(exp)))):
            raise DerivationError("the folded integrand is another")
        return Evidence(SYMBOLIC, "(phi(r-rho) - phi(r+rho))/(phi(r-rho) + phi(r+rho)) = tanh(rho r)")


@dataclass(frozen=True)
class ByParts:
    """int G k (-S') S^(k-1) dr = int G' S^k dr, G(0) = 0 and G S^k -> 0: the density of the distance is -(S^k)'."""

    name: str = "integration by parts in the distance"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The boundary function read off from the integrand, and its derivative."""
        one, two = _two_integrals(before, after)
        logarithm = next(iter(before.atoms(LogSurvival)))
        density = k * exp((k - 1) * logarithm) * -Survival(*logarithm.args).fdiff(1)
        if before not in _WHOLE:  # does not change under perturbation of the claim
            _WHOLE[before] = simplify(one / density)
        whole = _WHOLE[before]
        if whole.has(LogSurvival) or whole.subs(r, 0) != 0:
            raise DerivationError("the integrand is no function of r, zero at 0, times minus the slope of S^k")
        if _polynomial(two / exp(k * logarithm) - diff(whole, r)) != 0:
            raise DerivationError(f"the slope is {diff(whole, r)}")
        return Evidence(SYMBOLIC, "the mean error is 0 at r = 0, and S^k falls faster than any power of 1/r")


@dataclass(frozen=True)
class DistanceByName:
    """The distance integral is replaced by its definition, or (`back`) the definition by its name."""

    back: bool = False
    name: str = "definition of the distance integral"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Equal terms outside, equal integrands."""
        named, opened = (after, before) if self.back else (before, after)
        if not named.has(DistanceIntegral) or opened.has(DistanceIntegral):
            raise DerivationError("the distance integral does not occur, or is still there")
        one, two = _two_integrals(named.replace(lambda e: isinstance(e, DistanceIntegral), lambda e: e.unfold()), opened)
        if expand(one - two) != 0:
            raise DerivationError("the integrand is not that of the definition")
        return Evidence(SYMBOLIC, "definition of DistanceIntegral")


@dataclass(frozen=True)
class InUnits:
    """Measure the distance in a positive unit: r = unit * new in an integral from 0 to oo."""

    new: Symbol
    unit: Expr
    name: str = "change of units"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The integrand with r replaced, times the unit."""
        old, claimed = only_integral(before), only_integral(after)
        if not self.unit.is_positive or old.limits[0] != (r, 0, oo):
            raise DerivationError(f"{self.unit} is no positive unit of the distance")
        (constant, factor), (constant_after, factor_after) = split(before, old), split(after, claimed)
        moved = factor * old.function.subs(r, self.unit * self.new) * self.unit
        if constant != constant_after or claimed.limits[0] != (self.new, 0, oo):
            raise DerivationError("the term outside the integral, or its range, has changed")
        if expand(moved - factor_after * claimed.function) != 0:
            raise DerivationError("the transformed integrand is not the one claimed")
        return Evidence(SYMBOLIC, f"r = {self.unit} {self.new}")


@dataclass(frozen=True)
class InsertEqual:
    """Put in a registered equality for the selection error, or (`back`) recognise it."""

    id: str
    back: bool = False
    name: str = "registered formula at zero temperature"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The side without the selection error is the other one with it put in."""
        statement = registry.statement(self.id)
        source, target = (after, before) if self.back else (before, after)
        names = {p: i for i, p in enumerate(statement.lhs.args) if isinstance(p, Symbol)}

        def insert(e: Expr) -> Expr:
            return statement.rhs.subs({p: e.args[i] for p, i in names.items()}, simultaneous=True)

        inserted = source.replace(lambda e: isinstance(e, SelectionError) and e.args[1] == 0, insert)
        if inserted == source or expand(inserted - target) != 0:
            raise DerivationError(f"{self.id} gives {inserted}")
        return Evidence(SYMBOLIC, self.id)


@dataclass(frozen=True)
class TanhBound:
    """tanh(s) + s/cosh(s)^2 <= 2 s for s >= 0: if rho (tau - rho) < 0, the integrand grows when the left replaces the right."""

    name: str = "pointwise bound"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The two integrands differ by a product of factors that are not negative."""
        one, two = _two_integrals(before, after)
        tail = exp(k * next(iter(before.atoms(LogSurvival))))
        s = rho * r
        short = (1 - tanh(s) / s) + tanh(s) ** 2  # each part is not negative
        wanted = 2 * r * rho * (rho - tau) * short
        if _polynomial((two - one) / tail - wanted) != 0:
            raise DerivationError("the integrands do not differ by 2 r rho (rho - tau) [1 - tanh(s)/s + tanh(s)^2]")
        at = Symbol("s", positive=True)
        room = at - tanh(at)
        if room.subs(at, 0) != 0 or simplify(diff(room, at) - tanh(at) ** 2) != 0:
            raise DerivationError("tanh(s) <= s could not be shown")
        return Evidence(SYMBOLIC, "s - tanh(s) is 0 at 0 and has the slope tanh(s)^2", at_most=True)


@dataclass(frozen=True)
class Measured:
    """What the measuring rules share: the exact quantity at two values of the large variable."""

    variable: Symbol
    remainder: Expr
    exact: Callable[[Mapping[Symbol, Any], int], Any]
    values: Mapping[Symbol, Sequence[Any]]
    at: tuple[str, str] = ("1e4", "1e7")
    digits: int = 60
    _seen: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def measure(self, claim: Expr, extra: tuple[Symbol, ...] = ()) -> str:
        """|exact - claim| goes as the remainder between the two values; in words."""
        import mpmath

        names = sorted((claim.free_symbols - {self.variable}) | set(extra), key=str)
        point = next(random_points(names, 1, self.values))
        if "point" not in self._seen:
            more = sorted(set(self.values) - set(point), key=str)
            self._seen["point"] = {**next(random_points(more, 1, self.values)), **point}
            self._seen["exact"] = [self.exact({**self._seen["point"], self.variable: at}, self.digits) for at in self.at]
        errors = []
        for at, value in zip(self.at, self._seen["exact"], strict=True):
            with mpmath.workdps(self.digits + 10):
                errors.append(abs(value - evaluate(claim, {**self._seen["point"], self.variable: at}, self.digits)))
        if not all(errors):
            raise DerivationError("the error vanishes: both sides come from the same computation")
        with mpmath.workdps(20):
            slope = float(mpmath.log(errors[1] / errors[0]) / mpmath.log(mpmath.mpf(self.at[1]) / mpmath.mpf(self.at[0])))
        wanted = float(simplify(self.variable * diff(self.remainder, self.variable) / self.remainder))
        if abs(slope - wanted) > 0.02 * max(1.0, abs(wanted)):
            raise DerivationError(f"the error goes as {self.variable}^{slope:.3f}, not {wanted:g}")
        return f"error exponent {slope:.4f} measured from {self.variable} = {self.at[0]} to {self.at[1]}"


@dataclass(frozen=True)
class TruncateSeries(Measured):
    """Put in a registered series in 1/k and keep what is larger than the remainder."""

    id: str = ""
    name: str = "registered series"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Order by order in the small parameter, k and the variable tied by `scale`."""
        gap = expand(_simplified(_inserted(self.id, before)) - after).subs(self.variable, 1 / _SMALL)
        order = _degree(self.remainder.subs(self.variable, 1 / _SMALL))
        if _lowest(gap) < order:
            raise DerivationError(f"what is left out is of lower order than {self.remainder}")
        return Evidence(NUMERIC, f"{self.id}; {self.measure(after)}")


@dataclass(frozen=True)
class LeadingObjective(Measured):
    """Replace the error under an argmin over k by its leading terms, with k of the order of the root of the large variable.

    The registered series is put in; a constant is dropped, as it does not move the place.
    """

    id: str = ""
    name: str = "leading terms of the objective"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Order by order in the inverse root at fixed k over the root."""
        if not (isinstance(before, ArgMin) and isinstance(after, ArgMin) and before.args[1] == after.args[1] == k):
            raise DerivationError("the place sought has changed")
        unit = unit_symbol
        tied = {k: unit / _SMALL, self.variable: _SMALL**-2}
        whole = expand(_simplified(_inserted(self.id, before.args[0]).subs(tied)))
        claim = expand(after.args[0].subs(tied))
        constant = whole.as_independent(unit, as_Add=True)[0]
        order = _degree(self.remainder.subs(self.variable, _SMALL**-2))
        if _lowest(expand(whole - constant - claim)) < order:
            raise DerivationError(f"what is left out is of lower order than {self.remainder}")
        root = sqrt(self.variable)
        plateau = simplify(constant.subs(_SMALL, 1 / root))
        words = self.measure((plateau + after.args[0]).subs(k, unit_symbol * root), (unit_symbol,))
        return Evidence(NUMERIC, f"{self.id}, order by order; {words}")


#: k in units of its scale, where an error is measured.
unit_symbol = Symbol("y_unit", positive=True)
_SMALL = Symbol("epsilon", positive=True)


def _inserted(id: str, expr: Expr) -> Expr:
    statement = registry.statement(id)
    names = {p: i for i, p in enumerate(statement.lhs.args) if isinstance(p, Symbol)}
    done = expr.replace(
        lambda e: isinstance(e, SelectionError),
        lambda e: statement.rhs.subs({p: e.args[i] for p, i in names.items()}, simultaneous=True),
    )
    if done == expr:
        raise DerivationError("no selection error to expand")
    return done


def _degree(expr: Expr) -> int:
    """The power of the small parameter in a monomial."""
    return int(simplify(_SMALL * diff(expr, _SMALL) / expr))


def _lowest(expr: Expr) -> Any:
    """The lowest power of the small parameter that does not vanish, oo for zero."""
    powers: dict[Any, Expr] = {}
    for term in expand(expr).as_ordered_terms():
        rest, power = term.as_coeff_exponent(_SMALL)
        powers[power] = powers.get(power, Integer(0)) + rest
    return min((p for p, rest in powers.items() if clearly_not_zero(rest) or simplify(rest) != 0), default=oo)


@lru_cache(maxsize=16)
def _simplified(expr: Expr) -> Expr:
    """`simplify`, once for each expression: a perturbed claim leaves the other side as it is."""
    return simplify(expr)


@dataclass(frozen=True)
class GumbelLimit(Measured):
    """The extreme answer near the teacher: with N = k P(z > tau) and y = tau (M - tau), M the largest of the k answers,

    N P(z > tau + y/tau)/P(z > tau) is a standard exponential x (up to exponentially small terms), so that
    y + (y + y^2/2)/tau^2 + O(tau^-4) = ln(N/x), and the error is y^2/tau^2.
    """

    name: str = "Gumbel law"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The hazard of the normal tail from its differential equation, inverted order by order in 1/tau^2."""
        if type(before) is not type(after) or before.args[1] != beyond or after.args[1] != beyond:
            raise DerivationError("the place sought has changed")
        integral = only_integral(after)
        if integral.limits[0] != (x, 0, oo):
            raise DerivationError("the claim must integrate over a standard exponential variable")
        at, w, step = Symbol("at", positive=True), Symbol("w", real=True), Symbol("y", real=True)
        hazard = at + 1 / at - 2 / at**3
        gap = expand(diff(hazard, at) - hazard * (hazard - at))  # h' = h (h - x)
        if simplify(gap * at**4).subs(at, oo) in (oo, -oo):
            raise DerivationError("the hazard does not solve its equation")
        total = expand_log(-_antiderivative(hazard, at, step), force=True)
        fall = series(total, _SMALL, 0, 4).removeO()
        solution = w - (w + w**2 / 2) * _SMALL**2
        if _lowest(expand((fall + w).subs(step, solution))) < 4:
            raise DerivationError("y(w) does not invert the tail")
        square = expand(solution**2)
        wanted = sum((square.coeff(_SMALL, n) * _SMALL**n for n in range(4)), Integer(0)) * _SMALL**2
        wanted = wanted.subs({w: log(beyond / x), _SMALL: 1 / tau}, simultaneous=True) * exp(-x)
        zero, factor = split(after.args[0], integral)
        if zero != 0 or not is_zero(expand(factor * integral.function - wanted)):
            raise DerivationError("the integrand is not the square of y to this order")
        done = after.args[0].replace(lambda e: isinstance(e, Integral), _log_gamma)
        return Evidence(NUMERIC, f"the tail inverted by SymPy; {self.measure(done, (beyond,))}")


def _antiderivative(hazard: Expr, at: Symbol, step: Symbol) -> Expr:
    """The integral of the hazard from tau to tau + y/tau, tau = 1/epsilon."""
    from sympy import integrate

    whole = integrate(expand(hazard), at)
    return whole.subs(at, 1 / _SMALL + step * _SMALL) - whole.subs(at, 1 / _SMALL)


def _log_gamma(integral: Any) -> Expr:
    """int_0^oo e^-x polynomial(ln x) dx, each power n of ln x the n-th derivative of Gamma at 1."""
    letter, s = Symbol("ell_x"), Symbol("s", positive=True)
    opened = expand(expand_log(simplify(integral.function * exp(x)), force=True)).subs(log(x), letter)
    if opened.has(x):
        raise DerivationError("the integrand is no polynomial in ln x times e^-x")
    poly = Poly(opened, letter)
    return sum((c * expand_func(diff(gamma(s), s, n).subs(s, 1).doit()) for (n,), c in poly.terms()), Integer(0))


@dataclass(frozen=True)
class LogGammaIntegrals:
    """int_0^oo e^-x (ln x)^n dx is the n-th derivative of Gamma at 1: the moments of Gumbel's law."""

    name: str = "Gumbel moments"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """SymPy differentiates Gamma."""
        done = before.args[0].replace(lambda e: isinstance(e, Integral), _log_gamma)
        if type(before) is not type(after) or before.args[1] != after.args[1] or not is_zero(expand(done - after.args[0])):
            raise DerivationError(f"the integral is {done}")
        return Evidence(SYMBOLIC, "Gamma'(1) = -gamma_E, Gamma''(1) = gamma_E^2 + pi^2/6, Gamma'''(1) by SymPy")


@dataclass(frozen=True)
class NewtonStep(Measured):
    """The place of a minimum from its objective: Newton's step from the claim is of the order of the remainder.

    With `place` the claim is the least value, and the place is given.
    """

    place: Expr | None = None
    name: str = "Newton's step"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Derivatives by SymPy, their orders from two values of the variable at 200 digits; the exact quantity by measuring."""
        objective, sought = before.args
        if isinstance(before, ArgMin) != (self.place is None):
            raise DerivationError("a place is found by an argmin, a value by a minimum")
        claim = after if self.place is None else self.place
        key = (before, claim)
        if key not in self._seen:
            self._seen[key] = [self._order(diff(objective, sought, n).subs(sought, claim)) for n in (1, 2)]
        (slope, _), (bend, sign) = self._seen[key]
        wanted, _ = self._order(self.remainder)
        if sign <= 0:
            raise DerivationError("the place is no minimum")
        if self.place is None:
            if slope - bend > wanted + 0.01:
                raise DerivationError(f"Newton's step from the claim is of the order {slope - bend:g}, not {wanted:g}")
            return Evidence(NUMERIC, f"Newton's step is of the order {self.remainder}; {self.measure(after)}")
        # An error of the place enters squared.
        gap, _ = self._order(objective.subs(sought, claim) - after)
        if max(gap, 2 * slope - bend) > wanted + 0.01:
            raise DerivationError(f"the least value differs from the claim in the order {gap:g}, not {wanted:g}")
        return Evidence(NUMERIC, f"the objective at its stationary point; {self.measure(after)}")

    def _order(self, expr: Expr) -> tuple[float, int]:
        """(exponent of the variable, sign) of `expr` as the variable tends to infinity, at a random point."""
        import mpmath

        point = next(random_points(sorted(expr.free_symbols - {self.variable}, key=str), 1, self.values))
        one, two = (evaluate(expr, {**point, self.variable: at}, 200) for at in ("1e24", "1e30"))
        with mpmath.workdps(20):
            return float(mpmath.log(abs(two / one)) / mpmath.log(mpmath.mpf(10) ** 6)), int(mpmath.sign(two))
