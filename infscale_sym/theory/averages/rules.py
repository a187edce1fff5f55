"""Rules for averages over a Gaussian pair of offsets (HP, arXiv:2512.19905), checked symbolically.

For `averaged.finite-temperature`, where one integral of two remains because F is quadratic in the teacher's offset (an identity
draw by draw, checked at k = 2, 3, 4), and for `averaged.best-of-two`, where rotating the pair of answers makes the average
elementary.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sympy import Abs, Expr, Integer, Integral, Poly, PolynomialError, Rational, Symbol, expand, factorial2, oo, sqrt

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import INSTANCES, SYMBOLIC, is_zero, only_integral, same_to_the_letter, split
from infscale_sym.errors import DerivationError
from infscale_sym.notation.operators import normal_density
from infscale_sym.theory.averages.notation import PairAverage
from infscale_sym.theory.selection.notation import SelectionError, k, tau, z
from infscale_sym.theory.selection.rules import SMALL_COUNTS, draw, softmax_average, weight


@dataclass(frozen=True)
class QuadraticInTeacher:
    """F(tau + D) = F(tau) + D (F(tau + 1) - F(tau) - 1) + D^2: the judge does not see tau, so every draw is a square in it."""

    shift: Expr
    name: str = "quadratic in the teacher's offset"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The identity holds draw by draw for the softmax average; the claim is the integrand with it put in."""
        _square_draw_by_draw()

        def opened(e: Expr) -> Expr:
            answers, heat, teacher, judge = e.args
            base = expand(teacher - self.shift)
            value, one = (SelectionError(answers, heat, at, judge) for at in (base, base + 1))
            return value + self.shift * (one - value - 1) + self.shift**2

        wanted = before.replace(lambda e: isinstance(e, SelectionError), opened)
        if wanted == before or wanted.limits != getattr(after, "limits", None):
            raise DerivationError("the claim must be the same integral with F opened")
        if not is_zero(expand(wanted.function - after.function)):
            raise DerivationError("the claim's integrand is not F opened at its shift")
        return Evidence(INSTANCES, "the identity draw by draw, for k = 2, 3, 4")


@cache
def _square_draw_by_draw() -> None:
    """The softmax average of (z_i + tau)^2 is a square in tau with leading coefficient one, whatever the draws."""
    inside = softmax_average().args[0]
    for count in SMALL_COUNTS:
        error = inside.subs(k, count).doit()
        at, more = Symbol("A", real=True), Symbol("D", real=True)
        old, new, one = (error.subs(tau, at + step) for step in (0, more, 1))
        if error.has(SelectionError) or simplify(expand(new - old - more * (one - old - 1) - more**2)) != 0:
            raise DerivationError(f"for {count} answers the average is not a square in tau with leading coefficient one")
        if not error.has(weight[1], draw[1]):
            raise DerivationError("the average does not depend on the draws")


@dataclass(frozen=True)
class NormalAverage:
    """Average a polynomial in one standard normal variable; what then no longer depends on the other comes out."""

    variable: Symbol
    name: str = "average over a standard normal"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Moments 0, 1, 0, 3, ... of the variable; a constant against the other density is itself."""
        old, new = only_integral(before), only_integral(after)
        if old != before or old.limits[0] != (self.variable, -oo, oo) or new.limits != old.limits[1:]:
            raise DerivationError(f"the integral must run over {self.variable} first, and the claim over the rest")
        other = new.limits[0][0]
        density = normal_density(other)
        try:
            inside = Poly(expand(old.function / density / normal_density(self.variable)), self.variable)
        except PolynomialError:
            raise DerivationError(f"the integrand is no polynomial in {self.variable}") from None
        mean = Integer(0)
        for (power,), coefficient in inside.terms():
            if power % 2 == 0:
                mean += coefficient * (factorial2(power - 1) if power else 1)
        constant, factor = split(after, new)
        left = expand(mean - factor * expand(new.function / density) - constant)
        if constant.has(other) or self.variable in after.free_symbols or not is_zero(left):
            raise DerivationError(f"the average over {self.variable} leaves {simplify(left)}")
        return Evidence(SYMBOLIC, "odd moments vanish, E z'^2 = 1, and densities have mass one")


@dataclass(frozen=True)
class BetterOfTwo:
    """Best of two answers: of the rotated pair (z_1 -+ z_2)/2^(1/2) = p, q, the choice is by the sign of p (q + 2^(1/2) rho).

    With e_i = (z_i + tau)^2 the chosen error is (e_1 + e_2)/2 - |e_1 - e_2| times the agreement of teacher and judge. p is
    independent of q and of the offsets, and x = q + 2^(1/2) tau given y = q + 2^(1/2) rho has the mean (E xy/E y^2) y.
    """

    name: str = "rotation"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The two products, the second moments, and E x sign(y) = (E xy/E y^2) (E y^2)^(1/2) E|z|, put together."""
        if not isinstance(before, PairAverage) or before.args[:2] != (2, 0):
            raise DerivationError("this rule is for the average of the best of two answers")
        of_teacher, cross, of_judge = before.args[2:]
        p, q, teacher, judge = (Symbol(name, real=True) for name in ("p", "q", "tau", "rho"))
        first, second = (q + p) / sqrt(2), (q - p) / sqrt(2)
        x, y = q + sqrt(2) * teacher, q + sqrt(2) * judge
        for offset, factor in ((teacher, x), (judge, y)):
            if not is_zero(expand((first + offset) ** 2 - (second + offset) ** 2 - 2 * p * factor)):
                raise DerivationError("the difference of the squares is not 2 p times the rotated offset")
        half = expand(((first + teacher) ** 2 + (second + teacher) ** 2) * Rational(1, 2))
        moments = {p**2: 1, q**2: 1, teacher**2: of_teacher, teacher * judge: cross, judge**2: of_judge}

        def mean(polynomial: Expr) -> Expr:
            terms = Poly(polynomial, p, q, teacher, judge).terms()
            total = Integer(0)
            for powers, coefficient in terms:
                monomial = p ** powers[0] * q ** powers[1] * teacher ** powers[2] * judge ** powers[3]
                odd = sum(powers) % 2 or powers[0] % 2 or powers[1] % 2
                total += 0 if odd else coefficient * (1 if monomial == 1 else moments[monomial])
            return total

        slope, spread = mean(expand(x * y)) / mean(expand(y**2)), mean(expand(y**2))
        size = Integral(normal_density(z) * Abs(z), (z, -oo, oo))
        # (e_1 - e_2)/2 = p x, and the better is 2 where p y > 0: the mean less E |p| E x sign(y)
        wanted = mean(half) - size * slope * sqrt(spread) * size
        if not same_to_the_letter(wanted, after):
            raise DerivationError(f"the average is {wanted}")
        return Evidence(SYMBOLIC, "squares and second moments by SymPy")
