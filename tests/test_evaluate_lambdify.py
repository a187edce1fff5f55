"""Functions made from expressions: every supported function against mpmath at random points, in three arithmetics."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
import sympy as S
from mpmath import mp, mpf

from infscale_sym.catalog import formula, formulas
from infscale_sym.errors import DomainError, EvaluationError
from infscale_sym.evaluate.lambdify import (
    ArbPrinter,
    arb_function,
    mpmath_function,
    numpy_function,
    power,
    to_arb,
    to_mpf,
)
from infscale_sym.notation.check import Sweep
from infscale_sym.notation.operators import Root
from infscale_sym.notation.quantity import Quantity
from infscale_sym.present.sweeps import held_at

x, y = S.symbols("x y", positive=True)
k = S.Symbol("k", positive=True)

# the expression, and the same written by hand
SUPPORTED = {
    "sum": (x + y - 3, lambda a, b: a + b - 3),
    "product": (S.Rational(2, 7) * x / y, lambda a, b: 2 * a / (7 * b)),
    "whole powers": (x**5 - y**-3, lambda a, b: a**5 - 1 / b**3),
    "square root": (S.sqrt(x + y**2), lambda a, b: mp.sqrt(a + b**2)),
    "inverse root": (1 / S.sqrt(x), lambda a, b: 1 / mp.sqrt(a)),
    "rational power": (x ** S.Rational(-5, 3), lambda a, b: mp.exp(-5 * mp.log(a) / 3)),
    "real power": (x**y, lambda a, b: mp.exp(b * mp.log(a))),
    "exp": (S.exp(-x * y), lambda a, b: mp.exp(-a * b)),
    "log": (S.log(x / y), lambda a, b: mp.log(a) - mp.log(b)),
    "erf": (S.erf(x - y), lambda a, b: mp.erf(a - b)),
    "erfc": (S.erfc(x + y), lambda a, b: mp.erfc(a + b)),
    "gamma": (S.gamma(x + S.Rational(1, 2)), lambda a, b: mp.gamma(a + mpf(1) / 2)),
    "pi": (S.pi * x, lambda a, b: 4 * mp.atan(1) * a),
    "e": (S.E + x, lambda a, b: mp.exp(1) + a),
    "normal density": (S.exp(-(x**2) / 2) / S.sqrt(2 * S.pi), lambda a, b: mp.npdf(a)),
}


def points(number):
    draw = random.Random(5)
    return [(Fraction(draw.randint(1, 5000), 1000), Fraction(draw.randint(1, 5000), 1000)) for _ in range(number)]


def by_hand(function, point):
    return function(*(mpf(v.numerator) / v.denominator for v in point))


@pytest.mark.parametrize("name", SUPPORTED)
def test_three_arithmetics_against_mpmath(name):
    expr, hand = SUPPORTED[name]
    as_numpy, as_mp, as_arb = (make(expr, (x, y)) for make in (numpy_function, mpmath_function, arb_function))
    where = points(12)
    column = as_numpy(*np.array(where, float).T)
    failures = []
    with mp.workdps(90):
        for point, double in zip(where, column, strict=True):
            wanted = by_hand(hand, point)
            scale = max(abs(wanted), mpf(10) ** -3)  # a difference may cancel
            ball = as_arb(*point, digits=40)
            with flint.ctx.workprec(400):
                contained = ball.overlaps(flint.arb(mp.nstr(wanted, 80) + " +/- 1e-75"))
                narrow = float(ball.rad()) < 1e-40 * float(scale)
            got = as_mp(*point, digits=60)
            for kind, good, value in (
                ("numpy", abs(double - wanted) < 2e-14 * scale, double),
                ("mpmath", abs(got - wanted) < mpf(10) ** -60 * scale, got),
                ("arb", contained and narrow, ball),
            ):
                if not good:
                    failures.append(f"{kind} {point}: got {value}, wanted {mp.nstr(wanted, 30)}")
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("name", ["exp", "erfc", "gamma", "rational power"])
def test_a_perturbed_expression_is_caught(name):
    expr, hand = SUPPORTED[name]
    other = expr.subs(x, x * (1 + S.Rational(1, 10**30)))
    as_mp, as_arb = (make(other, (x, y)) for make in (mpmath_function, arb_function))
    with mp.workdps(90):
        point = (Fraction(7, 5), Fraction(3, 10))
        wanted = by_hand(hand, point)
        assert abs(as_mp(*point, digits=60) / wanted - 1) > mpf(10) ** -32
        with flint.ctx.workprec(400):
            assert not as_arb(*point, digits=40).overlaps(flint.arb(mp.nstr(wanted, 80) + " +/- 1e-75"))


def test_a_ball_covers_every_value_of_its_arguments():
    square = arb_function(x**2 + S.exp(x), (x,))
    ball = square(flint.arb(2, 0.25), digits=20)
    with mp.workdps(30):
        for at in ("1.75", "2", "2.25"):
            assert ball.contains(flint.arb(mp.nstr(mpf(at) ** 2 + mp.exp(mpf(at)), 16)))
    assert not ball.contains(flint.arb(8))  # 1.7^2 + e^1.7 = 8.36 is already outside


@pytest.mark.parametrize("middle", [0.0, 0.25, -0.5, 1.0, -1.0])  # Arb's own power is nan where the centre is 0
@pytest.mark.parametrize("exponent", [1, 2, 3, 4, 7, 16])
def test_whole_powers_of_a_ball_across_zero_are_tight(middle, exponent):
    ball = power(flint.arb(middle, 1), exponent)
    low, high = middle - 1, middle + 1
    for i in range(101):
        assert ball.contains(flint.arb(low + i * (high - low) / 100) ** exponent)
    most = max(-low, high) ** exponent
    assert (ball.lower() >= 0) if exponent % 2 == 0 else (ball.lower() >= -most * 1.000001)
    assert ball.upper() <= most * 1.000001


def test_powers_of_a_ball_that_reaches_zero():
    unit = flint.arb(0, 1).nonnegative_part()  # [0, 1], a radius of 0.5 about 0.5 would be rounded up
    assert power(flint.arb(0, 1), 0) == 1
    assert not power(flint.arb(0, 1), -2).is_finite()  # the function is not finite either
    assert power(flint.arb(0, 1), flint.arb(2)).upper() <= 1.000001  # an exponent that is a whole ball
    for exponent in ("0.5", "0.3", "2.5"):
        ball = power(unit, flint.arb(exponent))
        assert ball.contains(0)
        assert ball.contains(1)
        assert 0 <= ball.lower() <= ball.upper() <= 1.000001
    assert not power(flint.arb(0, 1), flint.arb("0.3")).is_finite()  # of negative numbers there is none
    assert not power(unit, flint.arb("-0.3")).is_finite()
    three_halves = arb_function(x ** S.Rational(3, 2), (x,), {})(unit)
    assert three_halves.contains(0)
    assert three_halves.contains(1)


def test_best_of_k_at_a_ball_of_offsets():
    """pi exp(tau^2)/k^2 for tau in [-1/1000, 1/1000] at k = 100: between pi/10^4 and pi exp(10^-6)/10^4."""
    ball = formula("best-of-k.leading").rhs.arb(100, flint.arb(0, 1e-3))
    with mp.workdps(30):
        for end in (mp.pi / 10**4, mp.pi * mp.exp(mpf("1e-6")) / 10**4):
            assert ball.contains(flint.arb(mp.nstr(end, 25)))
    assert ball.rad() < 2e-9


def elementary() -> list[Any]:
    """The registered claims that use no named quantity."""
    claims = [entry for entry in formulas() if not entry.rhs.expr.atoms(Quantity)]
    assert len(claims) > 30
    return claims


def test_every_elementary_claim_has_a_finite_ball_across_zero_where_it_is_finite():
    failures, refused, outside, finite = [], [], [], 0
    for entry in elementary():
        for symbol in entry.symbols:
            if symbol.is_nonnegative or symbol.is_integer:
                continue
            point = [0 if s is symbol else held_at(entry, Sweep())[s] for s in entry.symbols]
            try:
                middle = entry.rhs.arb(*point, digits=20)
                wide = (flint.arb(0, 2**-20) if s is symbol else at for s, at in zip(entry.symbols, point, strict=True))
                ball = entry.rhs.arb(*wide, digits=20)
            except TypeError as error:
                refused.append(str(error))
                continue
            except DomainError as error:
                outside.append((symbol in entry.domain.free_symbols, f"{symbol} = 0" in str(error)))
                continue
            finite += middle.is_finite()
            if middle.is_finite() and not (ball.is_finite() and ball.overlaps(middle)):
                failures.append(f"{entry.id}, {symbol} = 0: {middle}, but {ball}")
    assert failures == []
    assert finite > 20
    assert set(outside) == {(True, True)}, "zero is refused where it is outside the domain, and only there"
    assert all("has no enclosure" in words or "is a rounded number" in words for words in refused)


def test_constants_stay_exact():
    third = S.Rational(1, 3)
    with mp.workdps(120):
        assert abs(3 * mpmath_function(third, ())(digits=100) - 1) < mpf(10) ** -100
        # 0.1 as text is a tenth, as a double it is not
        tenfold = mpmath_function(10 * x - 1, (x,))
        assert abs(tenfold("0.1", digits=80)) < mpf(10) ** -80
        assert abs(tenfold(0.1, digits=80) - mpf(2) ** -54) < mpf(10) ** -60
    with flint.ctx.workprec(500):
        assert arb_function(third, ())(digits=100).contains(flint.arb(flint.fmpq(1, 3)))
        assert not arb_function(third, ())(digits=100).contains(flint.arb(1 / 3))
        assert arb_function(10 * x - 1, (x,))("0.1", digits=80).contains(0)


def test_precision_is_that_of_the_call():
    root = mpmath_function(S.sqrt(x), (x,))
    with mp.workdps(230):
        for digits in (15, 50, 200):
            off = abs(root(2, digits=digits) / mp.sqrt(2) - 1)
            assert mpf(10) ** -(digits + 30) < off < mpf(10) ** -digits
    ball = arb_function(S.sqrt(x), (x,))
    assert float(ball(2, digits=15).rad()) > 1e-60 > float(ball(2, digits=100).rad())


class Halved(Quantity):
    """A quantity with a name, no definition and no evaluator."""

    slots = (x,)


class Third(Quantity):
    """A quantity that carries its evaluators."""

    slots = (x,)

    @staticmethod
    def numpy(value):
        return value / 3

    @staticmethod
    def mpmath(value, *, digits):
        return value / 3

    arb = mpmath


def test_quantities_bring_their_evaluators():
    expr = Third(x) + 1
    assert numpy_function(expr, (x,))(np.array([1.5, 3.0])).tolist() == [1.5, 2.0]
    assert mpmath_function(expr, (x,))(6) == 3
    assert arb_function(expr, (x,))(6).contains(3)


@pytest.mark.parametrize("quantity", [Halved, Third])
def test_functions_given_instead_are_taken_and_told_the_digits(quantity):
    told = []

    def half(value, *, digits):
        told.append(digits)
        return value / 2

    expr = quantity(x) + 1
    assert numpy_function(expr, (x,), {quantity: lambda v: v / 2})(np.array([1.0, 4.0])).tolist() == [1.5, 3.0]
    assert mpmath_function(expr, (x,), {quantity: half})(5, digits=33) == 3.5
    assert arb_function(expr, (x,), {quantity: half})(5, digits=33) == 3.5
    assert told[0] == 33
    assert told[1] >= 33


def test_numpy_broadcasts():
    grid = numpy_function(x * S.exp(-y), (x, y))(np.array([1.0, 2.0])[:, None], np.zeros(3))
    assert grid.tolist() == [[1.0] * 3, [2.0] * 3]


def test_integrals_by_a_given_quadrature_or_one_that_checks_itself():
    z = S.Symbol("z", real=True)
    integral = S.Integral(S.exp(-x * z**2), (z, -S.oo, S.oo))
    with pytest.raises(TypeError, match="no enclosure"):
        arb_function(integral, (x,))
    with pytest.raises(TypeError, match="no enclosure"):
        arb_function(S.Sum(x**k, (k, 0, 3)), (x,))
    with pytest.raises(TypeError, match="no enclosure"):
        arb_function(Root(x - y, (x, 0, 1)), (y,))

    def quadrature(integrand, limits):
        assert list(limits) == [-mp.inf, mp.inf]
        return mp.quad(integrand, [-30, -3, 0, 3, 30])

    with mp.workdps(40):
        for given in (quadrature, None):
            got = mpmath_function(integral, (x,), quadrature=given)("0.5", digits=25)
            assert abs(got - mp.sqrt(2 * mp.pi)) < mpf(10) ** -24
    assert numpy_function(integral, (x,))(0.5) == pytest.approx(np.sqrt(2 * np.pi), rel=1e-12)


def test_rounded_constants_have_no_enclosure():
    with pytest.raises(TypeError, match="is a rounded number: write it as a Rational"):
        arb_function(S.Float("0.1") * x, (x,))
    with pytest.raises(TypeError, match="rounded number"):
        arb_function(S.EulerGamma + x, (x,))


@pytest.mark.parametrize("make", [numpy_function, mpmath_function, arb_function])
def test_a_quantity_without_numbers_is_named(make):
    with pytest.raises(EvaluationError, match=f"Halved has no {make.__name__.split('_')[0]} evaluator and no definition"):
        make(Halved(x), (x,))(2)
    with pytest.raises(EvaluationError, match="f: a function of SymPy without a meaning"):
        make(1 + S.Function("f")(x), (x,))


@pytest.mark.parametrize("expr", [S.LambertW(x), S.zeta(x), S.besselj(0, x), S.erfi(x)])
def test_a_function_without_balls_is_named(expr):
    with pytest.raises(TypeError, match=f"{type(expr).__name__} has no enclosure"):
        arb_function(expr, (x,))


@pytest.mark.parametrize("value", ["two", True, None, 1j, float("nan")])
def test_arguments_that_are_no_numbers(value):
    for make in (mpmath_function, arb_function):
        with pytest.raises(DomainError, match=r"must be a .*real number"):
            make(x + 1, (x,))(value)


def test_printed_source():
    printer = ArbPrinter({"fully_qualified_modules": False, "allow_unknown_functions": True})
    assert printer.doprint(S.Rational(2, 3)) == "arb(fmpq(2, 3))"
    assert printer.doprint(S.exp(x)) == "(x).exp()"
    assert printer.doprint(1 / S.sqrt(x)) == "(x).rsqrt()"
    assert printer.doprint(S.pi) == "arb_pi()"


@pytest.mark.parametrize("value", ["0.1", Fraction(1, 10), Decimal("0.1"), S.Rational(1, 10)])
def test_one_number_to_mpf_and_ball(value):
    with mp.workdps(60), flint.ctx.workprec(200):
        assert abs(10 * to_mpf(value) - 1) < mpf(10) ** -59
        ball = to_arb(value)
        assert (10 * ball).contains(1)
        assert ball.contains(flint.arb(flint.fmpq(1, 10)))
        assert not to_arb(0.1).contains(flint.arb(flint.fmpq(1, 10)))


def test_infinity_and_what_is_already_converted():
    assert to_mpf("inf") == mp.inf
    with pytest.raises(DomainError, match="finite"):
        to_arb("inf")
    with mp.workdps(80):
        third = mpf(1) / 3
    assert to_mpf(third)._mpf_ == third._mpf_  # not rounded to the standing precision
    ball = flint.arb(1, 0.5)
    assert to_arb(ball) is ball


def test_a_cache_computes_each_value_once_per_precision():
    calls = []

    def square(value, *, digits):
        calls.append((value, digits))
        return value**2

    cache = {}
    squared, and_one = (mpmath_function(e, (x,), {Halved: square}, cache=cache) for e in (Halved(x), Halved(x) + 1))
    for digits in (20, 20, 30, 20):
        assert squared(3, digits=digits) == 9
        assert and_one(3, digits=digits) == 10
    assert [digits for _, digits in calls] == [20, 30]
    with mp.workdps(50):
        near = mpmath.mpf(3) + mpmath.mpf(10) ** -40
        assert squared(near, digits=40) > 9  # not taken for 3, whose first digits it has
    assert len(calls) == 3


@pytest.mark.parametrize("name", ["sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "loggamma"])
def test_other_elementary_functions_are_enclosed_or_refused(name):
    try:
        ball = arb_function(getattr(S, name)(x), (x,))("1.3", digits=30)
    except (NameError, TypeError):
        return
    with mp.workdps(60), flint.ctx.workprec(300):
        assert ball.overlaps(flint.arb(mp.nstr(getattr(mp, name)(mpf("1.3")), 50) + " +/- 1e-45"))


@pytest.mark.parametrize(
    ("expr", "at", "value"),
    [
        (S.Max(x, S.Rational(6, 5)), "1.5", "1.5"),
        (S.Piecewise((x, x > 1), (-x, True)), "1.5", "1.5"),
        (S.floor(x), "0.5", "0"),
    ],
)
def test_branches_of_a_ball_are_enclosed_or_refused(expr, at, value):
    try:
        ball = arb_function(expr, (x,))(flint.arb(1, 0.5))
    except (NameError, TypeError, ValueError):
        return
    assert flint.arb(1, 0.5).contains(flint.arb(at))
    assert ball.contains(flint.arb(value))
