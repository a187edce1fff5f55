"""Rules on large orders at two answers: how fast the coefficients grow, and what a partial sum leaves out.

For `hte.coefficients-growth` and `hte.truncation-two-answers`. Both rest on the poles of tanh(p y/2t), see
`high_temperature.two_answers` (HP, arXiv:2512.19905, has the first two orders only). The growth is checked by the recurrences
symbolically and by its measured remainder, the bound by the partial fractions of the hyperbolic tangent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sympy import Abs, Expr, Integer, Rational, Symbol, bernoulli, diff, expand, factorial, pi, series, sqrt, zeta

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, is_zero
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.points import random_points
from infscale_sym.theory.high_temperature.notation import BernoulliNumber, ExpansionCoefficient, Laguerre, TruncationError
from infscale_sym.theory.high_temperature.rules import same_rational
from infscale_sym.theory.high_temperature.two_answers import check_rotation
from infscale_sym.theory.selection.notation import j, rho, t, tau

_X = Symbol("x", positive=True)


@dataclass(frozen=True)
class LargeOrder:
    """The quotient of successive coefficients at large order, from Bernoulli's numbers and Stein's recurrence.

    B_(2n+2)/B_(2n) = -(2n+1)(2n+2)/(2 pi)^2 up to 4^-n, by Euler's B_(2n) ~ zeta(2n) and zeta(2n) = 1 + O(4^-n). The quotients
    s_i = m_(i+1)/m_i of the moments obey s_i = mu + i/s_(i-1), which forgets its start: an error shrinks by
    i/s_(i-1)^2 = 1 - mu/i^(1/2) + ... each time. mu = 2^(1/2)|rho| > 0: both offsets may change sign, and at rho = 0 the
    moments are explicit.
    """

    quantity: Expr
    at: Sequence[str] = ("1e9", "1e14")
    digits: int = 40
    name: str = "large orders"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The three leading powers of j by SymPy; the remainder by its measured exponent."""
        above, below = (_laguerre_form(step) for step in (1, 0))
        if not same_rational(before, -above / below):
            raise DerivationError("this rule takes the quotient of two registered coefficients")
        small = Symbol("s", positive=True)  # j^(-1/2)
        claimed = expand(after.subs(Abs(rho), Symbol("r", positive=True)).subs(rho, Symbol("r", positive=True)))
        claimed = expand(claimed.subs(j, small**-2))
        wanted = _leading_quotient(small)
        for power in range(3):
            if not is_zero(simplify(claimed.coeff(small, power - 4) - wanted[power])):
                raise DerivationError(f"the coefficient of j^{Rational(4 - power, 2)} is {wanted[power]}")
        rest = claimed - sum((claimed.coeff(small, n - 4) * small ** (n - 4) for n in range(3)), Integer(0))
        if not is_zero(simplify(rest)):
            raise DerivationError("the claim has other powers of j")
        return Evidence(NUMERIC, f"three powers of j by SymPy; {self._measure(after)}")

    def _measure(self, after: Expr) -> str:
        return _measured_quotient(self.quantity, after, tuple(self.at), self.digits)


def _laguerre_form(step: int) -> Expr:
    """The registered coefficient of t^-(2j+1) (step 1) or t^-(2j-1) (step 0)."""
    n = j + step
    even, odd = Laguerre(n, -Rational(1, 2), -(rho**2)), Laguerre(n - 1, Rational(1, 2), -(rho**2))
    return -2 * (4**n - 1) * BernoulliNumber(2 * n) * (even + rho * (tau - rho) / n * odd)


@cache
def _leading_quotient(small: Symbol) -> tuple[Expr, ...]:
    """Coefficients of j^2, j^(3/2), j in -a_(2j+1)/a_(2j-1), rho > 0; the ansatz is checked against the recurrence."""
    r, gap = Symbol("r", positive=True), Symbol("D", real=True)
    mu = sqrt(2) * r
    unknown = [Symbol(f"c{n}") for n in range(5)]
    root = Symbol("e", positive=True)  # i^(-1/2)
    ansatz = 1 / root + sum((c * root**n for n, c in enumerate(unknown)), Integer(0))
    before = ansatz.subs(root, root / sqrt(1 - root**2))  # s_(i-1)
    equation = series(expand(root**2 * (ansatz * before - mu * before - root**-2)), root, 0, 6).removeO()
    solved: dict[Symbol, Expr] = {}
    for power in range(6):
        condition = expand(diff(expand(equation), root, power).subs(root, 0).subs(solved) / factorial(power))
        if power == 0:
            if condition != 0:
                raise DerivationError("s_i does not start as i^(1/2)")
            continue
        name = unknown[power - 1]
        solved[name] = simplify(-condition.subs(name, 0) / condition.coeff(name))
    contraction = series((root**-2 - 1) / before.subs(solved) ** 2 / (1 - root**2), root, 0, 2).removeO()
    if not is_zero(simplify(contraction - (1 - mu * root))):
        raise DerivationError("the recurrence does not forget its start")

    def s(shift: int) -> Expr:  # s_(2j+shift) times j^(-1/2), to j^(-3/2)
        at = small / sqrt(2 + shift * small**2)
        terms = (small * c * at**n for n, c in ((-1, Integer(1)), *((n, solved[c]) for n, c in enumerate(unknown[:3]))))
        return expand(sum((series(term, small, 0, 4).removeO() for term in terms), Integer(0)))

    # m_(2j) + 2^(1/2) D m_(2j-1) = m_(2j-1) (s_(2j-1) + 2^(1/2) D)
    above, below = s(1) + sqrt(2) * gap * small, s(-1) + sqrt(2) * gap * small
    moments = expand(s(0) * s(-1)) * series(above / below, small, 0, 3).removeO()
    # B_(2j+2)/B_(2j) = -(2j+2)(2j+1)/(2 pi)^2, 4^(j+1)/4^j = 4, and the moments enter as m_(2n)/(2^n n!)
    n = Symbol("n", integer=True, positive=True)
    euler = (-1) ** (n + 1) * 2 * factorial(2 * n) * zeta(2 * n) / (2 * pi) ** (2 * n)
    if any(simplify(euler.subs(n, m) - bernoulli(2 * m)) != 0 for m in range(1, 7)):
        raise DerivationError("Euler's formula does not give Bernoulli's numbers")
    factor = 4 * (2 / small**2 + 2) * (2 / small**2 + 1) / (2 * pi) ** 2 / (2 * (1 / small**2 + 1))
    whole = expand(expand(simplify(factor * small**2)) * expand(moments))
    return tuple(simplify(whole.coeff(small, power)) for power in range(3))


@cache
def _measured_quotient(quantity: Expr, after: Expr, at: tuple[str, str], digits: int) -> str:
    import mpmath

    from infscale_sym.evaluate.lambdify import mpmath_function

    slopes = []
    for point in random_points([tau, rho], 2, {rho: (-1, Rational(3, 5), Rational(3, 2))}):
        names = [*point, j]
        left, right = (mpmath_function(e, names) for e in (quantity, after))
        gaps = []
        for big in at:
            with mpmath.workdps(digits):
                gaps.append(abs(left(*point.values(), big, digits=digits) - right(*point.values(), big, digits=digits)))
        slopes.append(float(mpmath.log(gaps[1] / gaps[0]) / mpmath.log(mpmath.mpf(at[1]) / mpmath.mpf(at[0]))))
    if any(abs(slope - 0.5) > 0.01 for slope in slopes):
        raise DerivationError(f"what is left goes as j to the powers {slopes}")
    return f"what is left goes as j^{slopes[0]:.4f} from j = {at[0]} to {at[1]} (moments by summation)"


@dataclass(frozen=True)
class Enveloped:
    """tanh x lies between successive partial sums of its series, at every x > 0; so does the average of p y tanh(p y/2t).

    tanh x = sum_m 8x/(pi_m^2 + 4x^2), pi_m = (2m-1) pi, and 1/(1+X) less its geometric series up to X^j is
    (-X)^(j+1)/(1+X): of one sign for all m, and smaller than the first term left out. With judge = teacher p y tanh(p y/2t)
    is the whole average up to 1 + rho^2, and never negative.
    """

    name: str = "enveloping series"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The remainder of the geometric series for symbolic j; the poles' sums by zeta(2n); tanh at random points."""
        import mpmath

        check_rotation()
        if before != TruncationError(2 * j + 1, 2, t, rho, rho):
            raise DerivationError("this rule bounds the truncation error of two answers, judge = teacher")
        wanted = (-1) ** j * ExpansionCoefficient(2 * j + 3, 2, rho, rho) / t ** (2 * j + 3)
        if not is_zero(after - wanted):
            raise DerivationError(f"the first term left out is {wanted} in size")
        powers = (1 - (-_X) ** (j + 1)) / (1 + _X)  # sum_(i<=j) (-X)^i: it grows by (-X)^(j+1), and is 1 at j = 0
        grows = simplify(powers.subs(j, j + 1) - powers - (-_X) ** (j + 1))
        if grows != 0 or simplify(powers.subs(j, 0)) != 1 or simplify(1 / (1 + _X) - powers - (-_X) ** (j + 1) / (1 + _X)) != 0:
            raise DerivationError("the geometric series leaves something else")
        for n in range(1, 9):
            poles = 8 * (-4) ** (n - 1) * (1 - Integer(2) ** (-2 * n)) * zeta(2 * n) / pi ** (2 * n)
            if simplify(poles - (4 ** (2 * n) - 2 ** (2 * n)) * bernoulli(2 * n) / factorial(2 * n)) != 0:
                raise DerivationError("the poles do not add up to the coefficients of tanh")
        with mpmath.workdps(30):
            for x in map(mpmath.mpf, ("0.3", "1.7", "6.5")):
                poles = mpmath.nsum(lambda m, x=x: 8 * x / (((2 * m - 1) * mpmath.pi) ** 2 + 4 * x**2), [1, mpmath.inf])
                if abs(poles - mpmath.tanh(x)) > mpmath.mpf(10) ** -22:
                    raise DerivationError("the sum over the poles is not tanh")
        words = "geometric series for symbolic j, the sums over poles by zeta(2n), n <= 8, and tanh = their sum to 22 digits"
        return Evidence(NUMERIC, words, at_most=True)
