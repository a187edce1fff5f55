"""Rules about draws: exchangeability, tails, independence, the limit t -> 0.

They lead from the definition of the selection error (HP, arXiv:2512.19905), an expectation over k draws, to integrals over one
variable (`selection.integral`, `best-of-k.leading`). Checked symbolically, or draw by draw: at k = 2, 3, 4, or at random draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sympy import Expr, Function, IndexedBase, Integer, Integral, Sum, Symbol, exp, expand, integrate, oo, powsimp

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.numbers import evaluate
from infscale_sym.derive.rules import INSTANCES, NUMERIC, SYMBOLIC, clearly_not_zero, outside, same, split
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.points import random_points
from infscale_sym.notation.operators import Expectation, normal_density
from infscale_sym.theory.selection.notation import (
    ErrorLaplace,
    LogSurvival,
    MinimumTail,
    SelectionError,
    SquaredMinimum,
    Survival,
    WeightLaplace,
    k,
    r,
    rho,
    t,
    tau,
    u,
    z,
)

#: Draws and their weights: z_1, ..., z_k and w_1, ..., w_k.
draw = IndexedBase("z", real=True)
weight = IndexedBase("w", positive=True)
i = Symbol("i", integer=True, positive=True)
j_ = Symbol("j", integer=True, positive=True)

TOTAL = Sum(weight[j_], (j_, 1, k))
SMALL_COUNTS = (2, 3, 4)


def softmax_average() -> Expr:
    """E[sum_i w_i (z_i + tau)^2 / sum_j w_j]: the selection error by definition."""
    return Expectation(Sum(weight[i] * (draw[i] + tau) ** 2, (i, 1, k)) / TOTAL)


def _at(expr: Expr, count: int) -> Expr:
    return expr.subs(k, count).doit()


def _one(expr: Expr) -> tuple[Expr, Expr]:
    """(factor, inside) of an expression with exactly one expectation."""
    found = list(expr.atoms(Expectation))
    if len(found) != 1:
        raise DerivationError(f"expected one expectation, found {len(found)}")
    return outside(expr, found[0]), found[0].args[0]


@dataclass(frozen=True)
class DefinitionOfSampling:
    """The selection error is, by definition, the softmax-weighted average of the squared errors."""

    name: str = "definition of softmax sampling"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Draw by draw: the claim's integrand is the average with weights proportional to softmax of the reward."""
        factor, inside = _one(after)
        for count in SMALL_COUNTS:
            total = sum(weight[n] for n in range(1, count + 1))
            wanted = sum(weight[n] / total * (draw[n] + tau) ** 2 for n in range(1, count + 1))
            if simplify(_at(factor * inside, count) - wanted) != 0:
                raise DerivationError(f"for {count} answers the weighted average is {wanted}")
        return Evidence(INSTANCES, "the weights w_i/sum_j w_j sum to one, for k = 2, 3, 4")


@dataclass(frozen=True)
class Exchange:
    """E of a sum over exchangeable draws is k times E of its first term."""

    name: str = "exchangeability"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The i-th term is the first with the draws 1 and i swapped, and the claim is k times the first."""
        (_, whole), (factor, first) = _one(before), _one(after)
        for count in SMALL_COUNTS:
            one = _at(first, count)
            terms = Integer(0)
            for n in range(1, count + 1):
                swap = {weight[1]: weight[n], weight[n]: weight[1], draw[1]: draw[n], draw[n]: draw[1]}
                terms += one.subs(swap, simultaneous=True)
            if simplify(terms - _at(whole, count)) != 0 or simplify(factor.subs(k, count) - count) != 0:
                raise DerivationError(f"for {count} answers the terms do not add up to the average")
        return Evidence(INSTANCES, "each term is the first with two draws swapped, for k = 2, 3, 4")


@dataclass(frozen=True)
class ReciprocalAsIntegral:
    """1/W = int_0^oo exp(-u W) du, and the order of expectation and integral is exchanged (Tonelli)."""

    name: str = "Laplace representation"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Integrate the claim's integrand over u at fixed draws."""
        factor, inside = _one(before)
        integral = next(iter(after.atoms(Integral)), None)
        if integral is None or integral.limits[0] != (u, 0, oo):
            raise DerivationError("the claim must be an integral over u from 0 to oo")
        factor_after, inner = _one(outside(after, integral) * integral.function)
        total = Symbol("W", positive=True)
        done = integrate((factor_after * inner).subs(TOTAL, total), (u, 0, oo))
        if not same(done, (factor * inside).subs(TOTAL, total)):
            raise DerivationError(f"the u-integral gives {done}")
        return Evidence(SYMBOLIC, "int exp(-u W) du = 1/W by SymPy; the integrand is non-negative")


@dataclass(frozen=True)
class IndependentDraws:
    """E of a product of functions of different draws is the product of the expectations; equal laws make a power."""

    name: str = "independence"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Factor the integrand draw by draw, for k = 2, 3, 4."""
        integral, claimed = (next(iter(e.atoms(Integral))) for e in (before, after))
        factor, inside = _one(outside(before, integral) * integral.function)
        rest = outside(after, claimed) * claimed.function
        for count in SMALL_COUNTS:
            whole = _at(factor * inside, count)
            product = rest.subs(k, count).doit()
            # Write each E[f(draw 1)]^m as f(draw a) f(draw b) ... over draws not used yet.
            fresh = iter(range(1, count + 1))
            expanded = Integer(1)
            for base, power in sorted(product.as_powers_dict().items(), key=lambda item: item[0].has(draw), reverse=True):
                if not isinstance(base, Expectation):
                    expanded *= base**power
                    continue
                if not power.is_Integer or power < 0:
                    raise DerivationError(f"the power {power} is no number of draws")
                for _ in range(int(power)):
                    n = next(fresh, None)
                    if n is None:
                        raise DerivationError(f"more factors than the {count} draws")
                    expanded *= base.args[0].subs({weight[1]: weight[n], draw[1]: draw[n]}, simultaneous=True)
            if next(fresh, None) is not None or not same(simplify(expanded / whole), Integer(1)):
                raise DerivationError(f"for {count} answers the product over draws is not the integrand")
        return Evidence(INSTANCES, "the integrand is a product over draws, for k = 2, 3, 4")


@dataclass(frozen=True)
class OneDraw:
    """The expectation over one standard normal draw is an integral against the normal density: a and b by name."""

    name: str = "expectation over one draw"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Unfold a and b and compare their integrands."""

        normal_average = Function("N")  # stands for the integral over z against the density, of its argument

        def written(e: Expr) -> Expr:
            w = exp(-((z + rho) ** 2) / (2 * t))
            return normal_average(expand(e.args[0].subs({weight[1]: w, draw[1]: z})))  # type: ignore[union-attr]

        def opened(e: Expr) -> Expr:
            integral = e.unfold()  # type: ignore[attr-defined]
            if integral.limits[0] != (z, -oo, oo):
                raise DerivationError(f"{e} is not an integral over one draw")
            return normal_average(expand(powsimp(integral.function / normal_density(z))))

        left = before.replace(lambda e: isinstance(e, Expectation), written)
        right = after.replace(lambda e: isinstance(e, (WeightLaplace, ErrorLaplace)), opened)
        if left != right:
            raise DerivationError("the one-draw expectations are not a(u) and b(u)")
        return Evidence(SYMBOLIC, "same integrands against the normal density")


@dataclass(frozen=True)
class ZeroTemperature:
    """As t -> 0 the weights pick the answer closest to the judge's; with judge = teacher the error is the squared minimum."""

    name: str = "limit t -> 0"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """At random draws the softmax average at t = 10^-9 is the minimum to 50 digits; (z_1+tau)^2 dominates the minimum."""
        import mpmath

        for point in random_points([k, tau], 4, {k: (2, 3, 5, 8)}):
            draws = [value[z] for value in random_points([z], int(point[k]), seed=7)]
            with mpmath.workdps(70):
                offsets = [mpmath.mpf(v.numerator) / v.denominator for v in (d + point[tau] for d in draws)]
                rewards = [-(o**2) / mpmath.mpf("2e-9") for o in offsets]
                weights = [mpmath.exp(v - max(rewards)) for v in rewards]
                soft = mpmath.fsum(w * o**2 for w, o in zip(weights, offsets, strict=True)) / mpmath.fsum(weights)
                least = min(o**2 for o in offsets)
            claimed = evaluate(after, point, 50, {SquaredMinimum: lambda *_, digits, value=least: value})
            if abs(claimed - soft) > mpmath.mpf(10) ** -48 * soft:
                raise DerivationError(f"at {point} the limit is {mpmath.nstr(soft, 20)}, not {mpmath.nstr(claimed, 20)}")
        return Evidence(NUMERIC, "48 digits at 4 random sets of draws")


@dataclass(frozen=True)
class TailFormula:
    """E R^2 = int_0^oo 2 r P(R > r) dr for R >= 0, because R^2 = int_0^R 2 r dr."""

    name: str = "tail formula"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Integrate the claim's kernel from 0 to R; the rest must be the tail of the same minimum."""
        minimum = next(iter(before.atoms(SquaredMinimum)), None)
        integral = next(iter(after.atoms(Integral)), None)
        if minimum is None or integral is None or integral.limits[0] != (r, 0, oo):
            raise DerivationError("the claim must integrate over r from 0 to oo")
        tail = MinimumTail(r, *minimum.args)
        kernel = outside(after, integral) * integral.function / tail
        bound = Symbol("R", positive=True)
        if kernel.has(MinimumTail) or not same(integrate(kernel, (r, 0, bound)) * minimum / bound**2, before):
            raise DerivationError(f"the kernel {kernel} does not integrate to R^2")
        return Evidence(SYMBOLIC, "int_0^R 2 r dr = R^2 and E 1[R > r] = P(R > r)")


@dataclass(frozen=True)
class IndependentTails:
    """All k independent answers are farther than r: P = S(r)^k, and S is the normal probability outside the interval."""

    name: str = "independence of the distances"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Replace the tail of the minimum by a power; check S against the normal integral."""
        power = before.replace(
            lambda e: isinstance(e, MinimumTail),
            lambda e: exp(e.args[1] * LogSurvival(e.args[0], e.args[2])),  # type: ignore[union-attr]
        )
        if power == before or not same(power, after):
            raise DerivationError("the tail of the minimum is not S(r)^k")
        _survival_is_the_outer_probability()
        return Evidence(SYMBOLIC, "P(all farther) = P(one farther)^k; S integrated by SymPy")


@cache
def _survival_is_the_outer_probability() -> None:
    edge = Symbol("a", real=True)
    above, below = integrate(normal_density(z), (z, edge, oo)), integrate(normal_density(z), (z, -oo, edge))
    opened = Survival(r, tau).unfold()
    outer = above.subs(edge, r - tau) + below.subs(edge, -r - tau)
    if simplify(expand((outer - opened).rewrite("erf"), func=True)) != 0:
        raise DerivationError("S is not the probability outside (-r - tau, r - tau)")
    if simplify(expand(exp(LogSurvival(r, tau).unfold()) - opened.rewrite("erf"), func=True)) != 0:
        raise DerivationError("ln S is not the logarithm of S")


@dataclass(frozen=True)
class ClosestAnswer:
    """The chosen answer is number 1 with k times the density of z_1, times the probability that the others are farther.

    With x = z + rho and D = tau - rho the error is (x + D)^2; both signs of x at distance r are folded into one integral.
    """

    name: str = "closest answer"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The integrand is the folded one, and with the error replaced by 1 it is minus the derivative of S^k."""
        error = next(iter(before.atoms(SelectionError)), None)
        integral = next(iter(after.atoms(Integral)), None)
        if error is None or error != before or error.args[1] != 0 or integral is None or integral.limits[0] != (r, 0, oo):
            raise DerivationError("this rule turns a best-of-k error into an integral over r")
        count, _, teacher, judge = error.args
        gap = teacher - judge
        others = exp((count - 1) * LogSurvival(r, judge))
        folded = (r + gap) ** 2 * normal_density(r - judge) + (r - gap) ** 2 * normal_density(r + judge)
        rest = outside(after, integral) * integral.function / others - count * folded
        if clearly_not_zero(rest) or not same(simplify(rest), Integer(0)):
            raise DerivationError("the integrand is not k (x + D)^2 times the density times S^(k-1)")
        both = normal_density(r - judge) + normal_density(r + judge)
        if not same(simplify(both + Survival(r, judge).unfold().diff(r)), Integer(0)):
            raise DerivationError("the density of |x| is not -dS/dr")
        return Evidence(SYMBOLIC, "k (density) S^(k-1) folded over x = r and x = -r; -dS/dr is the density of |x|")


@dataclass(frozen=True)
class Normalized:
    """k int (density) S^(k-1) dr = S(0)^k - S(oo)^k = 1: a constant under the integral comes out."""

    constant: Expr
    name: str = "normalisation"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """What left the integral is the constant times minus the derivative of S^k."""
        old, new = (next(iter(e.atoms(Integral))) for e in (before, after))
        (zero, factor), (moved, factor_after) = split(before, old), split(after, new)
        logarithm = next(iter(old.atoms(LogSurvival)))
        minus_slope = k * exp((k - 1) * logarithm) * (-Survival(*logarithm.args).fdiff(1))
        left = factor * old.function - factor_after * new.function - self.constant * minus_slope
        if clearly_not_zero(left) or not same(simplify(left), Integer(0)) or not same(moved - zero, self.constant):
            raise DerivationError(f"the part that left the integral is not {self.constant}")
        at_zero = Survival(0, logarithm.args[1]).unfold()
        if simplify(at_zero.rewrite("erf")) != 1:
            raise DerivationError("S(0) is not 1")
        return Evidence(SYMBOLIC, "S(0) = 1 and S(oo) = 0")


@dataclass(frozen=True)
class SoleAnswer:
    """One answer is kept whatever its weight."""

    name: str = "one answer"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The softmax average at k = 1 is the squared error itself."""
        _, average = _one(softmax_average())
        if before.args[0] != 1 or not same(after, Expectation(simplify(_at(average, 1)))):
            raise DerivationError(f"at k = 1 the average is {simplify(_at(average, 1))}")
        return Evidence(SYMBOLIC, "w_1/w_1 = 1")


@dataclass(frozen=True)
class NormalMoments:
    """The expectation of a polynomial in one standard normal draw."""

    name: str = "normal moments"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """SymPy integrates against the normal density."""
        factor, inside = _one(before)
        value = factor * integrate(expand(inside.subs(draw[1], z)) * normal_density(z), (z, -oo, oo))
        if not same(simplify(value), after):
            raise DerivationError(f"the moment is {simplify(value)}")
        return Evidence(SYMBOLIC, "integrated by SymPy against the normal density")
