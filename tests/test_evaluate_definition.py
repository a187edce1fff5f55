"""Numbers from integrals, sums and roots of a definition: right, or refused; nothing that is wrong without a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from mpmath import exp, inf, log, mpf, sqrt
from sympy import Integral, Rational, Sum, Symbol, oo
from sympy import log as Log
from sympy import sqrt as Sqrt

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.definition import integral, root, summation
from infscale_sym.evaluate.lambdify import mpmath_function, numpy_function
from infscale_sym.notation.operators import Root
from infscale_sym.notation.quantity import quantity

Function = Callable[[Any], Any]
r = Symbol("r", nonnegative=True)
DIGITS = 20


def third() -> Any:
    return mpf(1) / 3


def close(got: Any, exact: Function) -> bool:
    with mpmath.workdps(DIGITS + 40):
        return abs(got - exact()) <= mpf(10) ** -DIGITS * abs(exact())


INTEGRALS: dict[str, tuple[Function, tuple[Any, Any], Function]] = {
    "singular at 0": (lambda x: 1 / sqrt(x), (0, 1), lambda: mpf(2)),
    "singular, and at 0 almost all": (lambda x: x ** (-mpf(9) / 10), (0, 1), lambda: mpf(10)),
    "a logarithm": (log, (0, 1), lambda: mpf(-1)),
    "a slow tail": (lambda x: (1 + x) ** (-mpf(11) / 10), (0, inf), lambda: mpf(10)),
    "a scale beyond the search": (lambda x: exp(-x * mpf(10) ** -400), (0, inf), lambda: mpf(10) ** 400),
    "a spike that holds nothing, over a plateau": (
        lambda x: exp(-x) + mpf(10) ** 80 * exp(-x * mpf(10) ** 100),
        (0, inf),
        lambda: 1 + mpf(10) ** -20,
    ),
}


@pytest.mark.parametrize("name", INTEGRALS)
def test_an_integral_is_right_up_to_the_ends_of_its_range(name: str):
    integrand, limits, exact = INTEGRALS[name]
    with mpmath.workdps(DIGITS + 25):
        assert close(integral(integrand, limits), exact)


@pytest.mark.parametrize(
    ("integrand", "limits", "said"),
    [
        (lambda x: 1 / (1 + x), (0, inf), "diverges, or converges too slowly, at infinity"),
        (lambda x: mpf(1), (0, inf), "diverges, or converges too slowly, at infinity"),
        (lambda x: 1 / (x * log(x)), (2, inf), "diverges, or converges too slowly, at infinity"),
        (lambda x: 1 / x, (0, 1), "diverges, or converges too slowly, at 0"),
        (lambda x: sqrt(x - 1), (0, 3), "no value where it matters: at .*, it is"),
        (lambda x: mpmath.nan, (0, 3), "no value where it matters: at .*, it is nan"),
    ],
)
def test_an_integral_that_is_no_number_is_refused(integrand: Function, limits: Any, said: str):
    with mpmath.workdps(DIGITS + 25), pytest.raises(ValidationError, match=said):
        integral(integrand, limits)


def refusing(where: Callable[[Any], bool]) -> Function:
    def function(x: Any) -> Any:
        if where(x):
            raise DomainError("x must be elsewhere")
        return exp(-x)

    return function


def test_where_an_evaluator_refuses_nothing_may_matter():
    with mpmath.workdps(DIGITS + 25):
        assert close(integral(refusing(lambda x: x > 200), (0, inf)), lambda: mpf(1))
        for where in (lambda x: x > 20, lambda x: 1 < x < 2, lambda x: x < mpf(10) ** -3, lambda x: True):
            with pytest.raises(ValidationError, match="no value where it matters"):
                integral(refusing(where), (0, inf))


def test_doubles_see_the_mass_beside_a_singular_end():
    """1/sqrt(r) is highest where nothing lies: once 3e-49 instead of 2."""
    assert numpy_function(Integral(1 / Sqrt(r), (r, 0, 1)), ())() == pytest.approx(2, rel=1e-12)
    assert numpy_function(Integral(Log(r), (r, 0, 1)), ())() == pytest.approx(-1, rel=1e-12)
    assert numpy_function(Integral(r ** Rational(-9, 10), (r, 0, 1)), ())() == pytest.approx(10, rel=1e-12)


SUMS: dict[str, tuple[Function, tuple[Any, Any], Function]] = {
    "a slow one": (lambda i: i ** (-mpf(11) / 10), (1, inf), lambda: mpmath.zeta(mpf(11) / 10)),
    "of both signs": (lambda i: (-1) ** int(i) / (i + 1), (0, inf), lambda: log(mpf(2))),
    "over all whole numbers": (lambda i: third() ** abs(i), (-inf, inf), lambda: mpf(2)),
    "from minus infinity": (lambda i: mpf(2) ** i, (-inf, 3), lambda: mpf(16)),
    "a hill far from the first term": (
        lambda i: exp(-((i - 300) ** 2) / mpf(50)),
        (-inf, inf),
        lambda: mpmath.jtheta(3, 0, exp(-mpf(1) / 50)),
    ),
    "a Poisson law of mean 2000": (lambda i: exp(i * log(mpf(2000)) - 2000 - mpmath.loggamma(i + 1)), (0, inf), lambda: mpf(1)),
    "terms that cancel": (lambda i: (-1) ** int(i) * mpmath.binomial(200, i) / (i + 1), (0, 200), lambda: mpf(1) / 201),
    "backwards, as in SymPy": (lambda i: i, (3, 0), lambda: mpf(-3)),
}


@pytest.mark.parametrize("name", SUMS)
def test_a_sum_is_right(name: str):
    term, limits, exact = SUMS[name]
    with mpmath.workdps(DIGITS + 25):
        assert close(summation(term, limits), exact)


@pytest.mark.parametrize(
    ("term", "limits", "said"),
    [
        (lambda i: 1 / i, (1, inf), "it diverges"),
        (lambda i: 1 / sqrt(i), (1, inf), "it diverges"),
        (lambda i: mpf(2) ** i, (0, inf), "do not fall to zero"),
        (lambda i: (-1) ** int(i), (0, inf), "do not fall to zero"),
        (lambda i: mpmath.factorial(i) * mpf(-100) ** -int(i), (0, inf), "do not fall to zero"),
        (lambda i: mpf(1), (-inf, inf), "do not fall to zero"),
        (lambda i: 1 / (i - 5), (0, 9), "a term of a definition's sum is .inf: that at 5"),
        (lambda i: i, (0, mpf("2.5")), "over whole numbers; got the limit 2.5"),
        (lambda i: mpf(2) ** -i, (mpf("0.5"), inf), "over whole numbers; got the limit 0.5"),
    ],
)
def test_a_sum_that_is_no_number_is_refused(term: Function, limits: Any, said: str):
    with mpmath.workdps(DIGITS + 25), pytest.raises(ValidationError, match=said):
        summation(term, limits)


@pytest.mark.parametrize(
    ("function", "limits", "exact"),
    [
        (lambda x: x - 1, (0, inf), lambda: mpf(1)),  # on the grid of the search, like the next four
        (lambda x: x - 100, (0, inf), lambda: mpf(100)),
        (lambda x: 2 * x - 1, (0, 1), lambda: mpf(1) / 2),
        (lambda x: -x, (-inf, inf), lambda: mpf(0)),
        (lambda x: (x - 1) ** 3, (0, inf), lambda: mpf(1)),
        (lambda x: (x - third()) ** 3, (0, 1), third),
        (lambda x: x * mpf(10) ** 60 - third(), (0, 1), lambda: third() * mpf(10) ** -60),
    ],
)
def test_a_root_is_right(function: Function, limits: Any, exact: Function):
    with mpmath.workdps(DIGITS + 25):
        assert close(root(function, limits), exact)


@pytest.mark.parametrize(
    ("function", "limits", "said"),
    [
        (lambda x: x * x + 1, (0, inf), "has 0 sign changes"),
        (lambda x: -((x - 1) ** 2), (0, inf), "has 0 sign changes"),
        (lambda x: (x - 1) * (x - 100), (0, inf), "has 2 sign changes"),
        (lambda x: 1 / (x - third()), (0, 1), "at a pole"),
        (lambda x: mpmath.nan if x > 100 else x - 1, (0, inf), "is nan at"),
        (lambda x: x, (1, 0), "from the lesser number to the larger"),
    ],
)
def test_a_root_that_is_none_or_one_of_several_is_refused(function: Function, limits: Any, said: str):
    with mpmath.workdps(DIGITS + 25), pytest.raises(ValidationError, match=said):
        root(function, limits)


# An argument that is called like a bound variable of the definition stays what it is.

x = Symbol("x", positive=True)
y = Symbol("y", positive=True)
i = Symbol("i", integer=True, nonnegative=True)


def test_an_argument_is_not_captured():
    tail = quantity("CapturedTail", (x,), "A(#1)", definition=Integral(Rational(1, 2) * x * r, (r, 0, x)), meaning="x^3/4")
    series = quantity("CapturedSum", (x,), "B(#1)", definition=Sum((i + x) / 2**i, (i, 0, oo)), meaning="2 + 2 x")
    square = quantity("CapturedRoot", (x,), "C(#1)", definition=Root(y**2 - x, (y, 0, oo)), meaning="the square root")
    for cls, argument, at, value in ((tail, r + 1, 1, 2), (series, i, 3, 8), (square, y, 9, 3)):
        opened = cls(argument).unfold()
        assert opened.free_symbols == argument.free_symbols
        for expr in (opened, cls(argument)):
            assert mpmath_function(expr, tuple(argument.free_symbols))(at, digits=15) == pytest.approx(value, rel=1e-14)
