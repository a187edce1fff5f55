"""Rules about the shape of F in k and about its optima at k = oo: unimodality, the criterion, the joint optimum.

For `finite-k.no-return`, `finite-k.criterion`, `optimum.joint` and the optima at infinite k; HP, arXiv:2512.19905, has none of
them. Variation diminishing: a kernel exp(-x y) is strictly totally positive (Karlin), so integrating a function against it
cannot create sign changes, and keeps or reverses their order. The hypotheses are checked by SymPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sympy import Add, Expr, Integral, Poly, Symbol, cosh, diff, exp, expand, oo, sinh, solve, sqrt, symbols, tanh

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import SYMBOLIC, is_zero
from infscale_sym.errors import DerivationError
from infscale_sym.notation.operators import Expectation, ZeroOf
from infscale_sym.theory.many_answers.rules import Registered
from infscale_sym.theory.many_answers.series import expansion_coefficients
from infscale_sym.theory.optima.notation import InverseCoefficient
from infscale_sym.theory.selection.notation import (
    ErrorLaplace,
    SelectionError,
    SquaredMinimum,
    WeightLaplace,
    k,
    rho,
    t,
    tau,
    u,
)
from infscale_sym.theory.selection.rules import SMALL_COUNTS, TOTAL, DefinitionOfSampling, draw, weight


@dataclass(frozen=True)
class OneAnswerMore:
    """From k + 1 answers back to k: the error m(u) at the Laplace variable u rises with u, and u moves outwards.

    F_k = int m(u) (-d a^k), m = b/(-a'), is a mean of m with the tail a(u)^k; a^(k+1) <= a^k. That m rises on u > 0 follows
    in three steps, each checked here. (1) Given the distance r = |z + rho| the error is G(r) + D^2 on average,
    G = r^2 + 2 D r tanh(rho r), and m averages it with the kernel exp(-u w(r)), w falling in r. (2) G' changes its sign at
    most once, from - to +; so G - c has the signs + - + at most, and so has m - c for every c: m rises for ever, falls for
    ever, or falls and then rises. (3) Where the criterion fails m rises at u = 0: its slope there has the sign of
    F_oo(t) - F_oo(t/2), and where that vanishes its second coefficient is positive.
    """

    name: str = "variation diminishing"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """before: (k+1) int b a^k du; after: k int b a^(k-1) du; and the three steps."""
        quantity = next(iter(before.atoms(ErrorLaplace)), None)
        if quantity is None:
            raise DerivationError("there is no b(u) to average")
        laplace = WeightLaplace(quantity.args[0], quantity.args[1], quantity.args[3])

        def form(count: Expr) -> Expr:
            return count * Integral(quantity * laplace ** (count - 1), (u, 0, oo))

        if before != form(k + 1) or after != form(k):
            raise DerivationError("exactly one answer may be left out")
        _kernel_is_totally_positive()
        _error_turns_once()
        _rises_at_zero()
        return Evidence(SYMBOLIC, "kernel, G and the slope at u = 0 by SymPy; a^(k+1) <= a^k", at_most=True)


@cache
def _kernel_is_totally_positive() -> None:
    """d^2/du dr of ln exp(-u w(r)) = -w'(r) > 0: in (u, -w) the kernel is exp(u (-w)), and -w rises with r."""
    at, heat, point = symbols("r t u", positive=True)
    mixed = diff(-point * exp(-(at**2) / (2 * heat)), point, at)
    if not mixed.is_positive:
        raise DerivationError("the kernel is not totally positive")


@cache
def _error_turns_once() -> None:
    """G' = 2 r (1 + 2 rho D e(rho r)), and e = (tanh(x)/x + 1/cosh(x)^2)/2 falls: at most one change of sign, - to +."""
    at, x = symbols("r x", positive=True)
    drift, judge = symbols("D rho", real=True)
    e = (tanh(x) / x + 1 / cosh(x) ** 2) / 2
    slope = diff(at**2 + 2 * drift * at * tanh(judge * at), at)
    if simplify((slope - 2 * at * (1 + 2 * judge * drift * e.subs(x, judge * at))).rewrite(exp)) != 0:
        raise DerivationError("the slope of G is another")
    # e' = (x - sinh(x) cosh(x))/(2 x^2 cosh^2) - tanh/cosh^2; sinh(x) cosh(x) - x is 0 at 0 with the slope 2 sinh(x)^2.
    above = sinh(x) * cosh(x) - x
    falls = -above / (2 * x**2 * cosh(x) ** 2) - tanh(x) / cosh(x) ** 2
    if simplify((diff(e, x) - falls).rewrite(exp)) != 0 or above.subs(x, 0) != 0:
        raise DerivationError("the slope of e is another")
    if simplify((diff(above, x) - 2 * sinh(x) ** 2).rewrite(exp)) != 0:
        raise DerivationError("sinh(x) cosh(x) >= x could not be shown")


@cache
def _rises_at_zero() -> None:
    """F_oo(t) - F_oo(t/2) has the sign of the criterion; where it is 0, c_2 = M_3 (F_oo(t/3) - F_oo(t)) > 0, as F_oo is a
    convex parabola in v = 1/(1+t) and v(t/3) lies beyond v(t/2)."""
    heat = Symbol("t", positive=True)
    gain = 1 + 2 * rho * tau

    def limit(n: int) -> Expr:
        return (tau - rho * n / (n + heat)) ** 2 + heat / (n + heat)

    both = (1 + heat) * (2 + heat)
    if simplify((limit(1) - limit(2)) * both / heat - gain + rho**2 * (4 + 3 * heat) / both) != 0:
        raise DerivationError("F_oo(t) - F_oo(t/2) is not a positive factor times the criterion")
    f = [Symbol(f"f_{n}") for n in range(4)]
    second = expand(expansion_coefficients(2, lambda n: Symbol(f"M_{n}"), lambda n: f[n])[2].subs(f[2], f[1]))
    if not is_zero(second - Symbol("M_3") * (f[3] - f[1])):
        raise DerivationError("the coefficient of k^-2 on the boundary is another")
    on_boundary = (limit(3) - limit(1)).subs(tau, (rho**2 * (4 + 3 * heat) / both - 1) / (2 * rho))
    square = Symbol("s", positive=True)  # rho^2 > 0: at rho = 0 the boundary is empty
    if not simplify(on_boundary.subs(rho, sqrt(square))).is_positive:
        raise DerivationError("the coefficient of k^-2 on the boundary is not positive")


@dataclass(frozen=True)
class FirstCorrection:
    """The coefficient of 1/k in a registered expansion whose remainder is of a higher order."""

    id: str
    name: str = "coefficient of 1/k"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Put the coefficient in; the registered remainder must fall faster than 1/k."""
        statement = registry.statement(self.id)
        if statement.variable != k or (statement.remainder * k).subs(k, oo) != 0:
            raise DerivationError(f"the remainder of {self.id} is not smaller than 1/k")
        small = Symbol("epsilon", positive=True)
        coefficient = expand(statement.rhs.subs(k, 1 / small), deep=False).coeff(small, 1)
        value = before.replace(lambda e: isinstance(e, InverseCoefficient), lambda _: coefficient)
        if next(iter(before.atoms(InverseCoefficient))).args[0] != statement.lhs or not _same_place(value, after):
            raise DerivationError(f"the coefficient is {coefficient}")
        return Evidence(SYMBOLIC, f"{self.id}, remainder O({statement.remainder})")


def _same_place(one: Expr, two: Expr) -> bool:
    return (
        isinstance(two, ZeroOf)
        and isinstance(one, ZeroOf)
        and one.args[1] == two.args[1]
        and is_zero(simplify(one.args[0] / two.args[0]) - 1)
    )


@dataclass(frozen=True)
class PositiveFactor:
    """A factor that is positive for t > 0 does not move a change of sign."""

    name: str = "positive factor"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The ratio of the two functions is positive, by SymPy."""
        if not isinstance(before, ZeroOf) or not isinstance(after, ZeroOf) or before.args[1] != after.args[1]:
            raise DerivationError("both sides must be changes of sign in one variable")
        heat = Symbol("t", positive=True)
        ratio = simplify((before.args[0] / after.args[0]).subs(before.args[1], heat))
        if not ratio.is_positive:
            raise DerivationError(f"the ratio {ratio} is not known to be positive")
        return Evidence(SYMBOLIC, f"divided by {ratio}")


@dataclass(frozen=True)
class PositiveRoot:
    """The one positive root of a parabola in t, whose end values have opposite signs."""

    name: str = "quadratic equation"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """With g = 1 + 2 rho tau > 0 and g < 2 rho^2: leading coefficient g, value at 0 negative, root by SymPy."""
        if not isinstance(before, ZeroOf):
            raise DerivationError("this rule solves for a change of sign")
        function, variable = before.args
        g, more, heat = Symbol("g", positive=True), Symbol("e", positive=True), Symbol("t", positive=True)
        shown = function.subs(tau, (g - 1) / (2 * rho)).subs(variable, heat)
        leading, _, constant = Poly(expand(simplify(shown)), heat).all_coeffs()
        edge = expand(constant.subs(rho**2, (g + more) / 2))  # 2 rho^2 = g + e, e > 0
        if leading != g or not edge.is_negative:
            raise DerivationError("the parabola does not open upwards from a negative value")
        root = after.subs(tau, (g - 1) / (2 * rho))
        square = Symbol("s", positive=True)
        at = simplify(root.subs(rho, sqrt(square)))
        if not is_zero(expand(simplify(shown.subs(rho, sqrt(square)).subs(heat, at)))):
            raise DerivationError(f"the claim is no root; the roots are {solve(shown, heat)}")
        # the larger of two roots of opposite sign: the square root comes with a plus
        low, high = (float(root.subs({g: 0.5, rho: r})) for r in (0.7, 2.0))
        if not (low > 0 and high > 0):
            raise DerivationError("the claim is the negative root")
        return Evidence(SYMBOLIC, "put in by SymPy; roots of opposite sign, the claim is the positive one")


@dataclass(frozen=True)
class LeastBelowMean:
    """The least of k squared errors is at most their mean with any weights: draw by draw, hence in expectation."""

    name: str = "least below mean"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Mean minus least is a sum of weights times what is not negative, for k = 2, 3, 4."""
        if not isinstance(before, SquaredMinimum) or not isinstance(after, Expectation):
            raise DerivationError("this rule goes from the expected least to an expected mean")
        for count in SMALL_COUNTS:
            least, gaps = Symbol("x", nonnegative=True), symbols(f"d1:{count + 1}", nonnegative=True)
            inside = after.args[0].subs(k, count).doit()
            squares = {(draw[n] + tau): sqrt(least + gaps[n - 1]) for n in range(1, count + 1)}
            total = Add(*(weight[n] for n in range(1, count + 1)))
            left = Add(*(weight[n] * gaps[n - 1] for n in range(1, count + 1)))
            if not is_zero(simplify((inside.subs(squares) - least) * total - left)) or not left.is_nonnegative:
                raise DerivationError(f"for {count} answers the mean less the least is not a sum of non-negative terms")
        return Evidence("instances", "mean less least = sum w_i d_i/sum w_i with d_i >= 0, for k = 2, 3, 4", at_most=True)


@dataclass(frozen=True)
class NameOfSampling:
    """The expected weighted mean is, by definition, the selection error."""

    name: str = "softmax sampling by name"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The definition of the sampler, read backwards."""
        if not isinstance(after, SelectionError) or after.args != (k, t, tau, rho) or not before.has(TOTAL):
            raise DerivationError("the claim must be the selection error of k answers")
        return DefinitionOfSampling().check(after, before)


__all__ = [
    "FirstCorrection",
    "LeastBelowMean",
    "NameOfSampling",
    "OneAnswerMore",
    "PositiveFactor",
    "PositiveRoot",
    "Registered",
]
