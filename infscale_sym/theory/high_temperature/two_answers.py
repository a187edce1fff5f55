"""Rules for two answers, where the expansion in 1/t is that of a hyperbolic tangent (`hte.coefficients-two-answers`).

With p = (z_1 - z_2)/2^(1/2) and y = (z_1 + z_2)/2^(1/2) + 2^(1/2) rho the weights of two answers (HP, arXiv:2512.19905) differ
by tanh(p y/2t). Its poles at p y/t = i pi (2m-1) make the coefficients grow like factorials once p and y, which are unbounded,
are averaged. Identities are checked symbolically, coefficient by coefficient.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sympy import (
    Expr,
    Integer,
    Integral,
    Rational,
    Symbol,
    bernoulli,
    binomial,
    diff,
    exp,
    expand,
    expand_func,
    factorial,
    gamma,
    gammasimp,
    integrate,
    oo,
    pi,
    series,
    sqrt,
    tanh,
)

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import SYMBOLIC, is_zero
from infscale_sym.errors import DerivationError
from infscale_sym.notation.operators import normal_density
from infscale_sym.theory.high_temperature.notation import BernoulliNumber, ExpansionCoefficient, Laguerre
from infscale_sym.theory.high_temperature.rules import same_rational
from infscale_sym.theory.selection.notation import j, k, rho, t, tau, z, z_prime
from infscale_sym.theory.selection.rules import draw, softmax_average, weight

_X = Symbol("x", positive=True)


def pair_integrals() -> tuple[Expr, Expr]:
    """E p^(2j+2) and E y^(2j+1) (y + 2^(1/2) (tau - rho)), p and y - 2^(1/2) rho standard normal, as integrals."""
    of_p = Integral(z_prime ** (2 * j + 2) * normal_density(z_prime), (z_prime, -oo, oo))
    of_y = (z + sqrt(2) * rho) ** (2 * j + 1) * (z + sqrt(2) * tau) * normal_density(z)
    return of_p, Integral(of_y, (z, -oo, oo))


@cache
def check_rotation() -> None:
    """The average over two answers is (l_1 + l_2)/2 - p (y + 2^(1/2) (tau - rho)) tanh(p y/2t), its mean 1 + tau^2 first."""
    p, q = Symbol("p", real=True), Symbol("q", real=True)
    first, second = (q + p) / sqrt(2), (q - p) / sqrt(2)
    y = q + sqrt(2) * rho
    average = softmax_average().args[0].subs(k, 2).doit()
    at = {draw[1]: first, draw[2]: second}
    penalties = [(answer + rho) ** 2 / 2 for answer in (first, second)]
    average = average.subs({weight[n + 1]: exp(-g / t) for n, g in enumerate(penalties)}).subs(at)
    losses = [(answer + tau) ** 2 for answer in (first, second)]
    wanted = (losses[0] + losses[1]) / 2 - p * (y + sqrt(2) * (tau - rho)) * tanh(p * y / (2 * t))
    # tanh(x) = (1 - e^-2x)/(1 + e^-2x), and w_2/w_1 = e^(p y/t): the identity in the ratio of the weights
    ratio = Symbol("R", positive=True)
    if not is_zero(expand(penalties[0] - penalties[1] - p * y)):
        raise DerivationError("the penalties do not differ by p y")
    by_ratio = (losses[0] / ratio + losses[1]) / (1 / ratio + 1)
    tangent = (ratio - 1) / (ratio + 1)
    if not is_zero(simplify(tangent - tanh(_X).rewrite(exp).subs(exp(_X), sqrt(ratio)).subs(exp(-_X), 1 / sqrt(ratio)))):
        raise DerivationError("tanh is not that quotient")
    if not is_zero(simplify(by_ratio - wanted.subs(tanh(p * y / (2 * t)), tangent))):
        raise DerivationError("the average over two answers is not (l_1 + l_2)/2 minus the product with tanh")
    value = average.subs({p: Rational(3, 7), q: Rational(2, 5), rho: Rational(1, 3), tau: Rational(-1, 2), t: 2})
    again = wanted.subs({p: Rational(3, 7), q: Rational(2, 5), rho: Rational(1, 3), tau: Rational(-1, 2), t: 2})
    if abs((value - again).evalf(40)) > Rational(1, 10**35):
        raise DerivationError("the rotated average has another value")


@cache
def _check_tangent() -> None:
    """x tanh x = x - beta(2x) + beta(4x), beta(y) = y/(e^y - 1) = sum B_n y^n/n!: its coefficients (4^n - 2^n) B_n/n!."""
    beta = _X / (exp(_X) - 1)
    left = (_X * tanh(_X)).rewrite(exp) - (_X - beta.subs(_X, 2 * _X) + beta.subs(_X, 4 * _X))
    if simplify(left.subs(_X, Symbol("x", real=True))) != 0:
        raise DerivationError("x tanh x is not that sum of Bernoulli's generating functions")
    expanded = series(beta, _X, 0, 9).removeO()  # that SymPy's numbers are the coefficients of this function
    if any(expanded.coeff(_X, n) != bernoulli(n) / factorial(n) for n in (0, 2, 4, 6, 8)):
        raise DerivationError("the generating function has other coefficients")


@dataclass(frozen=True)
class TangentSeries:
    """The coefficient of t^-(2j+1) at two answers: that of the hyperbolic tangent times the moments of p and y."""

    name: str = "series of tanh"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The rotation and the generating function by SymPy, for every j."""
        check_rotation()
        _check_tangent()
        if before != ExpansionCoefficient(2 * j + 1, 2, tau, rho):
            raise DerivationError("this rule takes the coefficient of t^-(2j+1) at two answers")
        of_p, of_y = pair_integrals()
        n = 2 * j + 2
        # The coefficient (4^n - 2^n) B_n/n! of x^n in x tanh x, x = p y/2t: over 2^(2j+1), and 2^n = 4^(j+1).
        wanted = -2 * (4 ** (j + 1) - 1) * BernoulliNumber(n) / factorial(n)
        if not after.has(of_p) or not same_rational(after / (of_p * of_y), wanted):
            raise DerivationError(f"the factor before the moments is {wanted}")
        return Evidence(SYMBOLIC, "average over two draws rotated; x tanh x as a sum of y/(e^y - 1), Bernoulli's function")


@dataclass(frozen=True)
class EvenMoment:
    """E p^(2j+2) = (2j+2)!/(2^(j+1) (j+1)!), p standard normal."""

    name: str = "even normal moment"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """SymPy integrates z^(2j+2) for a symbolic whole j."""
        of_p, of_y = pair_integrals()
        half = integrate(z_prime ** (2 * j + 2) * exp(-(z_prime**2) / 2), (z_prime, 0, oo))
        value = 2 * half / sqrt(2 * pi)
        factor = before.subs({of_p: 1, of_y: 1})
        claimed = after.subs(of_y, 1)
        if after.has(of_p) or not after.has(of_y) or gammasimp((claimed / (factor * value)).rewrite(gamma)) != 1:
            raise DerivationError(f"the moment is {value}")
        return Evidence(SYMBOLIC, "integrated by SymPy, j a symbol")


@cache
def _check_laguerre_moments() -> None:
    """E y^(2n) = 2^n n! L_n^(-1/2)(-rho^2) and E y^(2n+1) = 2^(1/2) rho 2^n n! L_n^(1/2)(-rho^2) obey Stein's recurrence.

    m_(i+1) = mu m_i + i m_(i-1), mu = 2^(1/2) rho, m_0 = 1, m_1 = mu; compared coefficient by coefficient for symbolic n.
    """
    n, i = Symbol("n", positive=True), Symbol("i", positive=True)

    def coefficient(degree: Expr, order: Expr, power: Expr) -> Expr:
        """Of x^power in L_degree^(order)(-x)."""
        numerator = gamma(degree + order + 1)
        return numerator / (gamma(degree - power + 1) * gamma(order + power + 1) * gamma(power + 1))

    def even(degree: Expr, power: Expr) -> Expr:
        return 2**degree * gamma(degree + 1) * coefficient(degree, -Rational(1, 2), power)

    def odd(degree: Expr, power: Expr) -> Expr:  # over mu
        return 2**degree * gamma(degree + 1) * coefficient(degree, Rational(1, 2), power)

    gaps = (
        odd(n, i) - even(n, i) - 2 * n * odd(n - 1, i),
        even(n + 1, i) - 2 * odd(n, i - 1) - (2 * n + 1) * even(n, i),  # mu^2 = 2 rho^2 raises the power by one
    )
    for gap in gaps:
        ratios = (gammasimp(term / even(n, i)) for term in gap.as_ordered_terms())
        if simplify(expand_func(sum(ratios, Integer(0)))) != 0:
            raise DerivationError("the Laguerre polynomials do not obey Stein's recurrence")
    x, mu = rho**2, sqrt(2) * rho
    powers = [integrate(z**m * normal_density(z), (z, -oo, oo)) for m in range(4)]
    moments = [sum((binomial(m, i) * mu ** (m - i) * powers[i] for i in range(m + 1)), Integer(0)) for m in range(4)]
    opened = [Laguerre(Integer(m), a, -x).unfold() for m, a in ((0, -Rational(1, 2)), (0, Rational(1, 2)))]
    opened += [Laguerre(Integer(m), a, -x).unfold() for m, a in ((1, -Rational(1, 2)), (1, Rational(1, 2)))]
    for moment, value in zip(moments, (opened[0], mu * opened[1], 2 * opened[2], 2 * mu * opened[3]), strict=True):
        if not is_zero(expand(moment - value)):
            raise DerivationError("the first moments are not those Laguerre polynomials")


@dataclass(frozen=True)
class ShiftedMoments:
    """E y^(2j+1) (y + 2^(1/2) (tau - rho)) = 2^(j+1) (j+1)! [L_(j+1)^(-1/2) + rho (tau - rho)/(j+1) L_j^(1/2)] at -rho^2."""

    name: str = "moments of a shifted normal"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Stein's recurrence for the two families of Laguerre polynomials, for every j; then the claim."""
        _check_laguerre_moments()
        _, of_y = pair_integrals()
        even, odd = (Laguerre(j + 1 - m, m - Rational(1, 2), -(rho**2)) for m in (0, 1))
        second, first = 2 ** (j + 1) * factorial(j + 1) * even, sqrt(2) * rho * 2**j * factorial(j) * odd
        factor, value = before.subs(of_y, 1), second + sqrt(2) * (tau - rho) * first
        for quantity, others in ((even, odd), (odd, even)):
            claimed, wanted = (diff(expand(e.subs({others: 0, quantity: _X})), _X) for e in (after / factor, value))
            if gammasimp((claimed / wanted).rewrite(gamma)) != 1:
                raise DerivationError("the moments are not the claim")
        if after.subs({even: 0, odd: 0}) != 0:
            raise DerivationError("the claim has a term without a moment")
        return Evidence(
            SYMBOLIC, "E y f(y) = mu E f + E f' coefficient by coefficient, n and i symbols; first moments by SymPy"
        )
