"""Best-of-k over hard prompts: hand-computed values, independent sums, the rules' refusals, and the simulation's draws."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from sympy import EulerGamma, Integral, Rational, gamma, oo, pi, sinh

from infscale_sym import simulate
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.theory.hard_task import values as numeric
from infscale_sym.theory.hard_task import values_exact as exact
from infscale_sym.theory.hard_task.draws import hard_task_error, nearest_square
from infscale_sym.theory.hard_task.figures import exponents
from infscale_sym.theory.hard_task.formulas import CONSTANT, EDGE, HARD_TASK, MARGINAL
from infscale_sym.theory.hard_task.notation import Theta, tau_k
from infscale_sym.theory.hard_task.rules import BetaIntegrals, edge_number
from infscale_sym.theory.regression.values.gaussian_pair import line_average
from infscale_sym.theory.selection.notation import y


def test_the_constant_by_hand() -> None:
    """At theta = 1: int_0^oo y/sinh y dy = pi^2/4. The form with Beta and cot agrees elsewhere."""
    assert CONSTANT.statement.rhs.subs(Theta, 1) == pi**2 / 4
    for ratio in (0.5, 1.3, 1.8):
        half = ratio / 2
        beta = math.gamma(half) * math.gamma(1 - ratio) / math.gamma(1 - half)
        printed = 0.5 * math.gamma(ratio) * beta * math.pi / math.tan(math.pi * half)
        assert float(numeric.hard_task_constant(ratio)) == pytest.approx(printed, rel=1e-12)


def test_the_enclosure_of_the_constant_meets_the_closed_form() -> None:
    import flint

    for ratio in (Fraction(1, 10), Fraction(1), Fraction(19, 10)):
        ball = exact.hard_task_constant_arb(ratio, 40)
        half = flint.arb(ratio.numerator) / (2 * ratio.denominator)
        with flint.ctx.workprec(200):
            half = flint.arb(flint.fmpq(ratio.numerator, 2 * ratio.denominator))
            closed = half.gamma() ** 3 * (1 - half).gamma() / 4
            assert ball.overlaps(closed)
            assert not ball.overlaps(closed * (1 + flint.arb(10) ** -38))


def test_scaled_sums_against_the_definition() -> None:
    """Three ways: the average itself (k <= 1e16), its sum in float64 at any k, and the swapped sum in ball arithmetic."""
    for ratio in (0.5, 1.0, 1.9, 2.0):
        level = 7.5
        k = math.sqrt(2 * math.pi) * level * math.exp(level**2 / 2)
        density = 2 * math.sqrt(ratio / (2 * math.pi)) * math.exp(-ratio * level**2 / 2)
        assert numeric.hard_task_error(level, ratio) == pytest.approx(line_average(k, 0, 1, 1 / ratio) / density, rel=1e-9)
    for level, ratio in ((100, Fraction(1)), (60, Fraction(3, 2))):
        assert float(exact.hard_task_error_mp(level, ratio, 10)) == pytest.approx(
            float(numeric.hard_task_error(level, float(ratio))), rel=1e-9
        )


def test_two_ways_through_the_edge_agree() -> None:
    """Below 2 the edge term is the average less its plateau; the code for it shares neither sum nor order of integration."""
    import mpmath

    with mpmath.workdps(40):
        whole = exact.hard_task_error_mp(200, Fraction(3, 2), 22)
        left = whole - exact.plateau_mp(200, Fraction(3, 2), 30) / (2 * 200**2)
        assert abs(exact.hard_task_edge_mp(200, Fraction(3, 2), 12) / left - 1) < mpmath.mpf(10) ** -11


def test_the_edge_in_doubles_is_right_or_refused() -> None:
    """At points drawn from its domain: above Theta = 2 the plateau takes its digits, at (12, 2.4) all of them."""
    rng = np.random.default_rng(8)
    level, ratio = np.round(rng.uniform(32, 80, 4), 3), np.round(rng.uniform(1.2, 1.9, 4), 3)
    got = numeric.hard_task_edge(level, ratio)
    for value, L, theta in zip(got, level, ratio, strict=True):
        assert value == pytest.approx(float(exact.hard_task_edge_mp(L, theta, 9)), rel=1e-8)
    assert numeric.hard_task_edge(level[:, None], ratio[:3]).shape == (4, 3)
    for L, theta in zip(rng.uniform(7.5, 30, 12), rng.uniform(2.2, 2.9, 12), strict=True):
        with pytest.raises(DomainError, match="too little for doubles"):
            numeric.hard_task_edge([10.0, L], [1.5, theta])


def test_the_next_coefficients_leave_powers_of_the_stated_order() -> None:
    import mpmath

    for formula, point in ((HARD_TASK, {Theta: Rational(3, 2)}), (MARGINAL, {})):
        gaps = []
        for level in (100, 400):
            ratio = point.get(Theta, 2)
            claim = formula.statement.rhs.subs(point).subs(tau_k, level).evalf(30)
            with mpmath.workdps(30):
                gaps.append(abs(exact.hard_task_error_mp(level, Fraction(str(ratio)), 20) - mpmath.mpf(str(claim))))
        slope = math.log(gaps[1] / gaps[0]) / math.log(4)
        assert slope == pytest.approx(-7 if formula is HARD_TASK else -5, abs=0.05)


def test_the_edge_integral_on_both_sides_of_the_transition() -> None:
    for ratio in ("1.2", "2", "2.5"):
        bracket = 2 * EDGE.statement.rhs * tau_k**3
        at = Rational(ratio) if ratio != "2" else None
        wanted = float(bracket.subs(Theta, at)) if at else float(EulerGamma)
        assert float(edge_number(ratio)) == pytest.approx(wanted, rel=1e-9)


def test_the_beta_rule_refuses_other_constants() -> None:
    before = 2 * gamma(Theta) * Integral(y * (2 * sinh(y)) ** -Theta, (y, 0, oo))
    right = CONSTANT.statement.rhs
    assert BetaIntegrals().check(before, right).kind == "symbolic"
    for wrong in (2 * right, right * gamma(Theta / 2), gamma(Theta / 2) ** 2 * gamma(1 - Theta / 2) / 4):
        with pytest.raises(DerivationError):
            BetaIntegrals().check(before, wrong)


def test_exponents_tend_to_the_smaller_of_theta_and_two() -> None:
    for ratio in (0.5, 1.0, 3.0, 8.0):
        near, far = numeric.local_exponent([1e6, 1e15], ratio)
        assert abs(far - min(ratio, 2)) < 0.04
        assert abs(far - min(ratio, 2)) <= abs(near - min(ratio, 2)) + 1e-6
    assert exponents((0.5, 2.0))._repr_png_().startswith(b"\x89PNG")


def test_the_drawn_neighbours_are_those_of_k_answers() -> None:
    """Against the simulator that draws all k answers, at one offset; a k larger by a tenth is told apart."""
    full = simulate.selection(1000, 0, 2.5, 2.5, trials=60_000, seed=3)
    rng = np.random.default_rng(5)
    values = nearest_square(math.log(1000), np.full(400_000, 2.5), rng)
    spread = math.hypot(float(np.ravel(full.standard_error)[0]), values.std() / math.sqrt(values.size))
    gap = values.mean() - float(np.ravel(full.mean)[0])
    assert abs(gap) < 4.5 * spread
    other = nearest_square(math.log(1100), np.full(400_000, 2.5), np.random.default_rng(5))
    assert abs(values.mean() - other.mean()) > 6 * spread


def test_the_simulated_average_against_the_exact_one() -> None:
    for ratio in (1.0, 2.0):
        mean, error = hard_task_error(5.0, ratio, trials=200_000, seed=11)
        assert abs(mean - float(numeric.hard_task_error(5.0, ratio))) < 4.5 * error


def test_bad_input() -> None:
    for call in (
        lambda: numeric.hard_task_error(0.5, 1.0),
        lambda: numeric.hard_task_error(100.0, 2.5),
        lambda: exact.hard_task_error_mp(30, Fraction(19, 10), 40),
        lambda: exact.hard_task_constant_mp(2),
        lambda: exact.hard_task_edge_mp(100, 4),
        lambda: numeric.rarity(0.5),
    ):
        with pytest.raises(DomainError):
            call()


# Students trained end to end (the stored runs, and a sample of them drawn again).


def test_a_stored_batch_of_students_comes_again() -> None:
    from infscale_sym.theory.hard_task.evidence import hard_students
    from tools.make_hard_task_evidence import BATCHES, batch, plan

    assert [(run["theta"], run["d"]) for run in plan()] == [(s.theta, s.d) for s in hard_students()]
    assert hard_students()[0].delta.shape == (BATCHES, 7)
    assert batch(plan()[0], 3) == pytest.approx(hard_students()[0].delta[3], rel=1e-7)


def test_students_agree_with_the_law_and_not_with_two() -> None:
    from infscale_sym.theory.hard_task import evidence

    for theta, nu in evidence.TEACHERS.items():
        gap, error = evidence.at_infinity(theta)
        slope, spread = evidence.exponents_at_infinity(theta)
        assert (np.abs(gap) < 4 * error).all()
        assert (np.abs(slope - evidence.chords(evidence.law(theta))) < 4 * spread).all()
        # the law of a teacher with weights larger by a tenth, and the exponent 2, are told apart
        other = evidence.regression_error(evidence.ANSWERS, 0, 1, evidence.ALPHA, 1.0, 1.0, evidence.GAMMA, 1.1 * nu)
        assert (np.abs(gap + 1 - other / evidence.law(theta)) > 6 * error)[:4].all()
        assert (2 - slope > 6 * spread).all()


@pytest.mark.parametrize("id", ["best-of-k.hard-task.constant", "best-of-k.hard-task.edge"])
def test_recipes_agree_and_reject(id: str) -> None:
    import dataclasses

    from infscale_sym.verify import simulation

    (one,) = [f for f in (CONSTANT, EDGE) if f.id == id]
    assert simulation.check(one, quick=True).agrees
    wrong = dataclasses.replace(one, statement=one.statement.with_rhs(one.statement.rhs * 2))
    assert simulation.check(wrong, quick=True).agrees is False
