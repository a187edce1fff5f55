"""Infinitely many answers: hand-computed cases, independent computations, rules that refuse, the legs of the verdicts."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from sympy import Rational, Symbol, expand, simplify, sqrt

from infscale_sym import catalog, selection_error
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.notation.operators import ZeroOf
from infscale_sym.theory.many_answers import unimodality
from infscale_sym.theory.many_answers import values as quantities
from infscale_sym.theory.many_answers.formulas import CRITERION, FIRST, JOINT, LIMIT, RATIO
from infscale_sym.theory.many_answers.notation import LimitError, TiltedError, WeightRatio
from infscale_sym.theory.many_answers.rules import CompleteTheSquare, Registered
from infscale_sym.theory.many_answers.series import expanded_integrand, expansion_coefficients
from infscale_sym.theory.optima.notation import CriticalTemperature
from infscale_sym.theory.optima.values import numeric as optima
from infscale_sym.theory.selection.notation import SelectionError, SelectionIntegral, k, rho, t, tau
from infscale_sym.verify import digits, simulation


def ratio(n: int) -> Symbol:
    return Symbol(f"M{n}")


def error(n: int) -> Symbol:
    return Symbol(f"f{n}")


# By hand.


def test_second_order_by_hand() -> None:
    """A ratio of means: E[N/W] to 1/k^2 by the moments of w and its error, worked out on paper."""
    m2, m3, (f1, f2, f3) = ratio(2), ratio(3), (error(n) for n in (1, 2, 3))
    zero, first, second = expansion_coefficients(2, ratio, error)
    assert zero == f1
    assert expand(first - m2 * (f1 - f2)) == 0
    assert expand(second - (m3 * (f3 - f1) + (3 * m2**2 - m2) * (f1 - f2))) == 0


def test_equal_weights_need_no_correction() -> None:
    """If w is constant every M is 1 and every f the same; then F_k does not depend on k."""
    for c in expansion_coefficients(5, lambda _: Rational(1), lambda _: Symbol("f"))[1:]:
        assert expand(c) == 0


def test_a_weight_of_zero_or_one() -> None:
    """w = 1 with probability p, else 0, errors e given w = 1: F is e P(some w = 1), and e - e (1-p)^k falls exponentially."""
    p, e = Symbol("p", positive=True), Symbol("e")
    for c in expansion_coefficients(5, lambda n: p ** (1 - n), lambda _: e)[1:]:
        assert expand(c) == 0


def test_first_correction_is_the_difference_at_half_the_temperature() -> None:
    warm = Symbol("t", positive=True)

    def limit(n: int):
        return (tau - rho * n / (n + warm)) ** 2 + warm / (n + warm)

    bracket = (1 + warm) / sqrt(warm * (2 + warm))
    claim = (FIRST.statement.rhs - LIMIT.statement.rhs).subs(t, warm) * k
    ratio_ = simplify(claim / (bracket * (limit(1) - limit(2))))
    assert simplify(ratio_.subs(rho, 0)) == 1
    assert float(ratio_.subs({warm: 0.7, rho: 1.3, tau: 0.2})) == pytest.approx(math.exp(1.69 / (1.7 * 2.7)), rel=1e-12)


# Against independent computations.


@pytest.mark.parametrize("point", [(0.5, 1.0, 0.5), (2.0, -0.4, 1.1), (1.0, 0.3, -0.8)])
def test_series_against_the_exact_error(point: tuple[float, float, float]) -> None:
    count = np.array([50.0, 100.0, 200.0])
    exact = selection_error(count, *point)
    for name, order in (("limit.infinite-k", 1), ("limit.first-correction", 2), ("limit.corrections", 5)):
        left = np.abs(catalog.formula(name).rhs.numpy(count, *point) - exact)
        assert left[0] / left[1] == pytest.approx(2**order, rel=0.25)
        assert left[1] < 60 / 100.0**order


def test_weight_ratio_against_quadrature() -> None:
    for order, heat, judge in ((2, 0.3, 1.2), (3, 1.5, -0.4), (5, 4.0, 2.0)):
        with mpmath.workdps(20):
            means = [
                mpmath.quad(
                    lambda z, n=n, h=heat, r=judge: mpmath.exp(-n * (z + r) ** 2 / (2 * h)) * mpmath.npdf(z),
                    [-mpmath.inf, -3, -1, 0, 1, 3, mpmath.inf],
                )
                for n in (1, order)
            ]
        wanted = float(means[1] / means[0] ** order)
        assert float(quantities.weight_ratio(order, heat, judge)) == pytest.approx(wanted, rel=1e-12)
        assert float(catalog.formula("limit.weight-ratio").rhs.numpy(order, heat, judge)) == pytest.approx(wanted, rel=1e-12)


def test_crossover_function_and_its_ends() -> None:
    chi = np.array([1e-3, 0.1, 1.0, 7.0, 1e3])
    got = quantities.crossover_factor(chi)
    assert 2 * chi[0] ** 2 * got[0] == pytest.approx(1, abs=1e-9)
    assert got[4] - 1 == pytest.approx(1 / (4 * math.sqrt(math.pi) * 1e3), rel=1e-2)
    assert (np.diff(got) < 0).all()
    for x, value in zip(chi[1:4], got[1:4], strict=True):
        assert float(quantities.crossover_factor_mp(Fraction(float(x)), digits=12)) == pytest.approx(value, rel=1e-12)


def test_crossover_against_points_strewn_on_a_line() -> None:
    rng = np.random.default_rng(3)
    y = rng.uniform(-7, 7, (40_000, 56))
    keep = np.arange(56) < rng.poisson(14.0, 40_000)[:, None]
    weight = np.where(keep, np.exp(-(y**2) / 2), 0)
    drawn = (weight * y * y).sum(1) / np.maximum(weight.sum(1), 1e-300)
    drawn = drawn[keep.any(1)]
    assert drawn.mean() == pytest.approx(float(quantities.crossover_factor(1.0)), abs=5 * drawn.std() / 200)


def test_collapse_at_low_temperature() -> None:
    """(F - D^2)/(t (1 + 2 rho D)) is one function of k phi(rho) sqrt(t), whatever the offsets."""
    for teacher, judge, density in ((1.0, 0.6, 0.5), (0.2, -0.7, 2.0)):
        near = math.exp(-(judge**2) / 2) / math.sqrt(2 * math.pi)
        count, drift = 500.0, teacher - judge
        heat = (density / (count * near)) ** 2
        got = (float(selection_error(count, heat, teacher, judge)) - drift**2) / (heat * (1 + 2 * judge * drift))
        assert got == pytest.approx(float(quantities.crossover_factor(density)), rel=0.02)


def test_laplace_exponent_by_quadrature_on_both_branches() -> None:
    for u in (0.01, 1.0, 9.0, 1e3, 1e5):
        with mpmath.workdps(20):
            cut = [0, *np.linspace(0.5, 12, 24)]
            wanted = 2 * mpmath.quad(lambda y, u=u: 1 - mpmath.exp(-u * mpmath.exp(-y * y / 2)), cut)
        assert float(quantities.crowd_laplace(u)) == pytest.approx(float(wanted), rel=1e-13)
        assert float(quantities.crowd_laplace_mp(Fraction(u), 15)) == pytest.approx(float(wanted), rel=1e-13)


# The criterion and the shape in k.


def test_boundary_by_hand_and_on_it_the_error_falls() -> None:
    """At x = (1 + 2 rho tau)/rho^2 = 1 the boundary is sqrt(2): (1+t)(2+t) = 4+3t."""
    judge = 1.3
    teacher = (judge**2 - 1) / (2 * judge)
    claim = catalog.formula("finite-k.criterion").rhs
    assert float(claim.numpy(teacher, judge)) == pytest.approx(math.sqrt(2), rel=1e-14)
    assert float(optima.critical_temperature(teacher, judge)) == pytest.approx(math.sqrt(2), rel=1e-13)
    count = np.array([1e2, 1e3])
    limit = float(catalog.formula("limit.infinite-k").rhs.numpy(1.0, math.sqrt(2), teacher, judge))
    above = selection_error(count, math.sqrt(2), teacher, judge) - limit
    assert above[0] > above[1] > 0
    assert above[0] / above[1] == pytest.approx(100, rel=0.05)


def test_no_second_turn_on_a_grid() -> None:
    rng = np.random.default_rng(11)
    heat, teacher, judge = 10 ** rng.uniform(-2, 1.5, 40), rng.uniform(-3, 3, 40), rng.uniform(-3, 3, 40)
    count = np.geomspace(1, 1e5, 60)
    for at in zip(heat, teacher, judge, strict=True):
        value = selection_error(count, *at)
        step = np.diff(value)
        signs = np.sign(step[np.abs(step) > 1e-12 * value[:-1]])
        assert (np.diff(signs) >= 0).all()  # falls first, rises afterwards, at most once
        rises = at[2] ** 2 * (4 + 3 * at[0]) > (1 + 2 * at[1] * at[2]) * (1 + at[0]) * (2 + at[0])
        assert rises or (signs <= 0).all()


def test_rules_refuse_what_is_false(monkeypatch: pytest.MonkeyPatch) -> None:
    one = SelectionError(k, t, tau, rho)
    with pytest.raises(DerivationError):
        Registered("selection.integral").check(one, 2 * SelectionIntegral(k, t, tau, rho))
    with pytest.raises(DerivationError):
        Registered("limit.infinite-k").check(one, LIMIT.statement.rhs)
    with pytest.raises(DerivationError):
        CompleteTheSquare().check(TiltedError(2, t, tau, rho), LimitError(t, tau, rho))
    assert CompleteTheSquare().check(TiltedError(2, t, tau, rho), LimitError(t / 2, tau, rho)).kind == "symbolic"
    gain = 1 + 2 * rho * tau
    parabola = ZeroOf(gain * (1 + t) * (2 + t) - rho**2 * (4 + 3 * t), t)
    other = (3 * (rho**2 - gain) - sqrt((rho**2 - gain) ** 2 + 8 * rho**4)) / (2 * gain)
    with pytest.raises(DerivationError, match="negative root"):
        unimodality.PositiveRoot().check(parabola, other)
    assert unimodality.PositiveRoot().check(parabola, CRITERION.statement.rhs).kind == "symbolic"
    with pytest.raises(DerivationError):
        unimodality.PositiveFactor().check(parabola, ZeroOf(t - 1, t))
    with pytest.raises(DerivationError):
        unimodality.LeastBelowMean().check(CriticalTemperature(tau, rho), one)


def test_integrand_and_coefficients_agree() -> None:
    from sympy import Integral, exp, oo

    v = Symbol("v", positive=True)
    for polynomial, wanted in zip(expanded_integrand(2, ratio, error, v), expansion_coefficients(2, ratio, error), strict=True):
        assert simplify(Integral(polynomial * exp(-v), (v, 0, oo)).doit() - wanted) == 0


# The legs and the inputs.


def test_legs() -> None:
    for formula in (RATIO,):
        leg, caught = digits.check(formula, 15, quick=True)
        assert leg.agrees
        assert "each caught at 1e-6" in caught
    for formula in (RATIO, JOINT):
        assert simulation.check(formula, quick=True).agrees


def test_bad_input() -> None:
    for call in (
        lambda: quantities.weight_ratio(2, 0.0, 1.0),
        lambda: quantities.crossover_factor(0.0),
        lambda: quantities.crossover_factor_mp(0),
        lambda: quantities.crowd_laplace(-1.0),
    ):
        with pytest.raises(DomainError):
            call()
    with pytest.raises(ValueError, match="at least 0"):
        expansion_coefficients(-1, ratio, error)
    assert WeightRatio(2, t, rho).is_positive
