"""Rules for the expansion in 1/t: weighted means, cumulants of the k-sample measure, their expectation exactly in k.

With losses l_i = (z_i+tau)^2 and penalties g_i = (z_i+rho)^2/2 the chosen answer's error is <l e^(-g/t)>/<e^(-g/t)>, < > the
mean over the k draws: an average tilted by -g/t, whose Taylor coefficients in 1/t are the joint cumulants of the empirical
measure (HP Result 2, eq. 15, arXiv:2512.19905, has the first two in expectation).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from sympy import Add, Expr, Integer, Sum, Symbol, cancel, exp, expand, factorial, sympify

from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, is_zero
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.points import random_points
from infscale_sym.notation.operators import Expectation
from infscale_sym.theory.high_temperature.moments import (
    enumerated_mean,
    largest_joint_cumulant,
    mean_of_product,
    normal_cumulant,
)
from infscale_sym.theory.high_temperature.notation import JointCumulant, SampleCumulant, SampleMean, loss, penalty
from infscale_sym.theory.selection.notation import k, rho, t, tau, z
from infscale_sym.theory.selection.rules import TOTAL, draw, i, weight

#: Numbers of draws at which an expectation is enumerated: more than its degree in k, so that the polynomials are equal.
ENUMERATED = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class WeightedMean:
    """Write the softmax average with means over the draws: w_i = exp(-g_i/t), and the two factors 1/k cancel."""

    name: str = "weighted mean"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Open every sample mean as a sum over k draws and compare with the softmax average, for any k."""
        at_index = {loss: (draw[i] + tau) ** 2, exp(-penalty / t): weight[i]}

        def opened(mean: Any) -> Expr:
            inside = mean.args[0].subs(at_index, simultaneous=True)
            if inside.has(loss, penalty, t):
                raise DerivationError(f"{mean} is no sum over weights exp(-g/t)")
            return (TOTAL if inside == weight[i] else Sum(inside, (i, 1, k))) / k

        written = after.replace(lambda e: isinstance(e, SampleMean), opened)
        if not (after.has(SampleMean) and written == before):
            raise DerivationError(f"opened, the means give {written}")
        # The weight is the softmax of the reward -(y - y_R)^2 at temperature T = 2 s^2 t, y - y_R = s (z + rho).
        scale, temperature = Symbol("s", positive=True), Symbol("T", positive=True)
        reward = -((scale * (z + rho)) ** 2) / temperature
        if not is_zero(reward.subs(temperature, 2 * scale**2 * t) + (z + rho) ** 2 / 2 / t):
            raise DerivationError("the penalty is not minus the reward over T, times t")
        return Evidence(SYMBOLIC, "sums over k draws compared term by term, any k; reward/T = -g/t")


@dataclass(frozen=True)
class ExpandInOneOverT:
    """Taylor's theorem in 1/t at fixed draws: the coefficients are joint cumulants of the empirical measure.

    d/d(1/t) of a tilted joint cumulant of (l, g, ..., g) is minus the one with one g more, so Lagrange's remainder of order N
    is bounded, at every t > 0, by c_(N+2) max l (max g)^(N+1)/(N+1)! t^-(N+1), c_n of `largest_joint_cumulant`; its
    expectation is finite, and so the remainder of the expectation is O(t^-(N+1)).
    """

    order: int
    digits: int = 60
    at: Sequence[str] = ("1e3", "1e7")
    name: str = "cumulant expansion"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Coefficients by dividing the two exponential series; remainder and its bound at random draws."""
        (average,) = before.atoms(Expectation)
        if before != Expectation(SampleMean(loss * exp(-penalty / t)) / SampleMean(exp(-penalty / t))) or before != average:
            raise DerivationError("this rule expands E[<l exp(-g/t)>/<exp(-g/t)>]")
        found = list(after.atoms(Expectation))
        if len(found) != 1 or after != found[0]:
            raise DerivationError("the claim must be one expectation")
        small = Symbol("epsilon", positive=True)
        claimed = expand(after.args[0].subs(t, 1 / small))
        opened = claimed.replace(lambda e: isinstance(e, SampleCumulant), lambda e: e.unfold())
        for n, wanted in enumerate(_series_of_quotient(self.order)):
            if not is_zero(expand(opened).coeff(small, n) - wanted):
                raise DerivationError(f"the coefficient of t^-{n} is {wanted}")
        extra = claimed - Add(*(claimed.coeff(small, n) * small**n for n in range(self.order + 1)))
        if not is_zero(extra):
            raise DerivationError(f"the claim has terms beyond t^-{self.order}, or powers that are no whole numbers")
        return Evidence(
            NUMERIC,
            f"coefficients to t^-{self.order} by division of series (symbolic, any k); {_pathwise(self, after)}",
        )


def _series_of_quotient(order: int) -> list[Expr]:
    """Coefficients in epsilon of <l exp(-epsilon g)>/<exp(-epsilon g)>, in sample means."""
    above = [(-1) ** n * SampleMean(loss * penalty**n) / factorial(n) for n in range(order + 1)]
    below = [(-1) ** n * (SampleMean(penalty**n) if n else Integer(1)) / factorial(n) for n in range(order + 1)]
    out: list[Expr] = []
    for n in range(order + 1):
        out.append(expand(above[n] - sum((out[m] * below[n - m] for m in range(n)), Integer(0))))
    return out


_PATHS: dict[Any, str] = {}


def _pathwise(rule: ExpandInOneOverT, after: Expr) -> str:
    """At random draws: the exponent of the remainder from one t to another, and the bound from t = 1/100 on; in words."""
    import mpmath

    if (rule, after) not in _PATHS:
        wanted, slopes, most = rule.order + 1, [], 0.0
        with mpmath.workdps(rule.digits):
            first, last = (mpmath.mpf(value) for value in rule.at)
            for count, seed in ((3, 1), (4, 2), (5, 3), (12, 4)):  # two draws are special: orders t^-4, t^-6 ... vanish
                remainder, bound = _remainder_at_draws(rule.order, after, count, seed)
                slopes.append(float(mpmath.log(remainder(last) / remainder(first)) / mpmath.log(last / first)))
                for heat in map(mpmath.mpf, ("0.01", "0.3", "1", "10", "1e3", "1e7")):
                    most = max(most, float(remainder(heat) * heat**wanted / bound))
        if any(abs(slope + wanted) > 0.02 * wanted for slope in slopes) or most > 1:
            raise DerivationError(f"the remainder falls with the exponents {slopes}; {most:.3g} of its bound")
        _PATHS[rule, after] = (
            f"remainder at 4 random sets of draws: exponent {slopes[-1]:.4f} from t = {rule.at[0]} to {rule.at[1]}, "
            f"and at most {most:.2g} of Lagrange's bound for t >= 0.01"
        )
    return _PATHS[rule, after]


def _remainder_at_draws(order: int, after: Expr, count: int, seed: int) -> tuple[Callable[[Any], Any], Any]:
    """(|softmax average - claim| as a function of t, Lagrange's bound on it times t^(order+1)) at one random set of draws."""
    import mpmath

    (offsets,) = random_points([tau, rho], 1, seed=seed)
    draws = [point[z] for point in random_points([z], count, seed=10 + seed)]
    losses, penalties = ([mpmath.mpmathify(f(d)) for d in draws] for f in _functions(offsets))
    coefficients = []
    for n in range(order + 1):
        term = expand(after.args[0]).coeff(t, -n).replace(lambda e: isinstance(e, SampleCumulant), lambda e: e.unfold())
        total = mpmath.mpf(0)
        for factors, rest in _products(term).items():
            means = [mpmath.fsum(x**a * g**b for x, g in zip(losses, penalties, strict=True)) / count for a, b in factors]
            total += mpmath.mpmathify(rest) * mpmath.fprod(means)
        coefficients.append(total)

    def remainder(heat: Any) -> Any:
        tilts = [mpmath.exp(-g / heat) for g in penalties]
        exact = mpmath.fdot(tilts, losses) / mpmath.fsum(tilts)
        return abs(exact - mpmath.fsum(c / heat**n for n, c in enumerate(coefficients)))

    constant = mpmath.mpf(largest_joint_cumulant(order + 2)) / int(factorial(order + 1))
    return remainder, constant * max(losses) * max(penalties) ** (order + 1)


def _functions(offsets: Mapping[Symbol, Fraction]) -> tuple[Callable[[Fraction], Any], Callable[[Fraction], Any]]:
    """Loss and penalty of an answer, from the definition of the model."""
    return lambda d: _mpf((d + offsets[tau]) ** 2), lambda d: _mpf((d + offsets[rho]) ** 2 / 2)


def _mpf(value: Fraction) -> Any:
    import mpmath

    return mpmath.mpf(value.numerator) / value.denominator


def _products(expr: Expr) -> dict[tuple[tuple[int, int], ...], Expr]:
    """{factors: coefficient} of a polynomial in sample means."""
    out: dict[tuple[tuple[int, int], ...], Expr] = {}
    for term in Add.make_args(expand(expr)):
        factors, rest = [], Integer(1)
        for base, power in term.as_powers_dict().items():
            if not isinstance(base, SampleMean):
                rest *= base**power
                continue
            if not (power.is_Integer and power > 0):
                raise DerivationError(f"{base} occurs with the power {power}")
            powers = base.args[0].as_powers_dict()
            a, b = sympify(powers[loss]), sympify(powers[penalty])
            if not (a.is_Integer and b.is_Integer) or not is_zero(base.args[0] - loss**a * penalty**b):
                raise DerivationError(f"{base} is no moment of loss and penalty")
            factors += [(int(a), int(b))] * int(power)
        key = tuple(sorted(factors))
        out[key] = out.get(key, Integer(0)) + rest
    return out


@dataclass(frozen=True)
class AverageOverDraws:
    """The expectation of a polynomial in sample means, exactly in k, by the coincidences among the indices."""

    name: str = "expectation over the draws"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Set partitions against the claim with its cumulants opened; the partitions against enumeration of the draws."""
        (average,) = before.atoms(Expectation)
        if before != average:
            raise DerivationError("this rule averages one expectation")
        opened = before.args[0].replace(lambda e: isinstance(e, SampleCumulant), lambda e: e.unfold())
        parts = _products(opened)
        value = Add(*(rest * mean_of_product(key) for key, rest in parts.items()))
        claimed = after.replace(lambda e: isinstance(e, JointCumulant), lambda e: e.unfold())
        gap = _with_symbols(expand(value - claimed))
        if gap != 0 and expand(cancel(gap)) != 0:
            raise DerivationError("the expectation over the draws is not the claim")
        for key in parts:
            if len(key) >= len(ENUMERATED):
                raise DerivationError(f"{len(key)} factors: more numbers of draws must be enumerated")
            _compare_with_enumeration(key)
        most = max(map(len, parts))
        return Evidence(
            SYMBOLIC,
            f"{len(parts)} products of sample means; each, times k^p, is a polynomial of degree p <= {most} in k, and agrees "
            f"with the enumeration of all draws at k = {', '.join(map(str, ENUMERATED))}: hence at every k",
        )


@cache
def _compare_with_enumeration(key: tuple[tuple[int, int], ...]) -> None:
    polynomial = mean_of_product(key)
    for count in ENUMERATED:
        if expand(polynomial.subs(k, count) - enumerated_mean(key, count)) != 0:
            raise DerivationError(f"for {count} draws the expectation of {key} is {enumerated_mean(key, count)}")


def _with_symbols(expr: Expr) -> Expr:
    """One-draw moments as plain symbols, so that polynomial algebra applies."""
    return expr.subs({m: Symbol(f"mu{n}") for n, m in enumerate(sorted(expr.atoms(Expectation), key=str))})


@dataclass(frozen=True)
class NormalCumulants:
    """Joint cumulants of (z+tau)^2 and (z+rho)^2/2, z standard normal: polynomials in tau and rho."""

    name: str = "normal cumulants"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Unfold into moments, and SymPy integrates each against the normal density."""
        found = before.atoms(JointCumulant)
        value = before.subs({c: normal_cumulant(*map(int, c.args)) for c in found})
        if not found or value.has(Expectation, JointCumulant):
            raise DerivationError("there is no joint cumulant, or something else is left")
        if not is_zero(value - after):
            raise DerivationError(f"the value is {value}")
        return Evidence(SYMBOLIC, "each moment integrated by SymPy against the normal density")
