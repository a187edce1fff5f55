"""Certified optima: the proof's parts one by one, two other evaluators, whole-number grids, negative controls."""

from __future__ import annotations

import math

import flint
import numpy as np
import pytest
from flint import arb

from infscale_sym import selection_error
from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.theory.optima.values import _search as optima_search
from infscale_sym.theory.optima.values import enclosure as optima_enclosure
from infscale_sym.theory.optima.values._model import Model, nodes, plan
from infscale_sym.theory.optima.values._moments import SMOOTHING, chosen_moments_arb, precision
from infscale_sym.theory.optima.values.enclosure import (
    enclose_optimal_judge,
    enclose_optimal_number,
    enclose_optimal_temperature,
    slope_at_zero,
)
from infscale_sym.theory.optima.values.exact import optimal_judge_mp, optimal_temperature_mp
from infscale_sym.theory.optima.values.numeric import optimal_judge, optimal_number, optimal_temperature


def number(text: str | int) -> arb:
    return arb(text)


# The moments.


@pytest.mark.parametrize(("k", "t", "rho"), [(3, "0.5", "-0.7"), (8, "3", "5"), (40, "200", "1.2")])
def test_moments_against_the_other_enclosure_of_f(k, t, rho):
    tau = "0.3"
    with flint.ctx.workprec(precision(20)):
        ((second, first, _),) = chosen_moments_arb(k, [(number(t), number(rho))], 20.0)
        d = number(tau) - number(rho)
        ball = second + 2 * d * first + d * d
        assert ball.overlaps(selection_error.enclose(k, t, tau, rho, digits=8))
        assert ball.rad() < arb("1e-8")


def test_moments_do_not_depend_on_the_company_they_are_computed_in():
    with flint.ctx.workprec(precision(16)):
        places = [(number(t), number(rho)) for t, rho in (("1", "0.2"), ("2", "-1"), ("3", "2"))]
        together = chosen_moments_arb(4, places, 16.0)
        for place, (second, first, _) in zip(places, together, strict=True):
            ((other, one, _),) = chosen_moments_arb(4, [place], 22.0)
            assert second.overlaps(other)
            assert first.overlaps(one)


def test_hinge_is_a_lower_bound_that_rises_with_the_judge():
    k, t, tau = 6, 4, 0.5
    with flint.ctx.workprec(64):
        before = arb(-1)
        for rho in (0.5, 2.0, 6.0, 12.0):
            ((_, _, hinge),) = chosen_moments_arb(k, [(arb(t), arb(rho))], 12.0, arb(tau))
            low = hinge - arb(SMOOTHING) ** 2
            assert float(low.upper()) < selection_error(k, t, tau, rho)
            assert hinge > before
            before = hinge
        # by hand: at k answers all alike (t -> oo) z is normal, H has mean E(z - tau + sigma xi)_+^2
        ((_, _, flat),) = chosen_moments_arb(2, [(arb(10**9), arb(0))], 12.0, arb(0))
        assert abs(flat - (1 + arb(SMOOTHING) ** 2) / 2) < 1e-3


def test_moments_refuse_what_is_too_cold():
    with flint.ctx.workprec(64), pytest.raises(ArithmeticError, match="too small"):
        chosen_moments_arb(2, [(arb("0.001"), arb(1))], 20.0)


# Models.


def _sine_model(values: list[arb] | None = None, panel: tuple[float, float] = (0.2, 1.8)) -> tuple[Model, int]:
    """sin on a panel: |sin(x + iy)| <= cosh y."""

    def bound(eta, low, high):
        return arb(eta).cosh().upper()

    n, eta, size = plan(*panel, bound, 3.0, -20.0)
    with flint.ctx.workprec(100):
        values = values or [x.sin() for x in nodes(*panel, n)]
        return Model(*panel, values, eta, size), n


def test_model_encloses_a_function_and_its_derivatives():
    model, _ = _sine_model()
    with flint.ctx.workprec(100):
        unit = model.half
        for x in ("0.25", "1", "1.7"):
            point = number(x)
            exact = point.sin(), point.cos() * unit, -point.sin() * unit**2
            for order, value in enumerate(exact):
                ball = model.enclose(order, point, point)
                assert ball.contains(value)
                assert ball.rad() < 1e-6
        wide = model.enclose(0, 0.5, 1.5)
        assert wide.contains(number("0.5").sin())
        assert wide.contains(arb(1))
    kinds = [piece.kind for piece in model.pieces]
    assert set(kinds) == {"concave"}  # sin'' < 0 on the whole panel
    beyond, _ = _sine_model(panel=(2.0, 7.0))
    kinds = [piece.kind for piece in beyond.pieces]
    assert kinds[0] == "falling"
    assert "convex" in kinds
    assert "rising" in kinds
    model = beyond
    assert [p.low for p in model.pieces[1:]] == [p.high for p in model.pieces[:-1]]
    root = model.stationary()
    assert root is not None
    assert abs(float(root) - 3 * math.pi / 2) < 1e-6


def test_model_knows_what_its_values_do_not():
    """Wide values make wide derivatives: no piece gets a kind that it does not have."""
    _, n = _sine_model()
    with flint.ctx.workprec(100):
        vague = [x.sin() + arb(0, 0.3) for x in nodes(0.2, 1.8, n)]
    model, _ = _sine_model(vague)
    assert {piece.kind for piece in model.pieces} == {"unknown"}


# The best number of answers.


def test_numbers_against_all_numbers_up_to_60():
    counts = np.arange(1, 61)
    for t, tau, rho in ((30, -0.4, 1.2), (0, -0.4, 1.2), (5, 0.4, -0.9), (0, 0.9, 1.1)):
        got = enclose_optimal_number(t, tau, rho)
        values = selection_error(counts, t, tau, rho)
        if got.place == arb.pos_inf():
            assert (np.diff(values) < 0).all()
            assert float(got.error.mid()) < values[-1]
        else:
            assert got.place == int(counts[values.argmin()])
            assert float(got.error.mid()) == pytest.approx(values.min(), rel=1e-11)
        assert float(got.place) == optimal_number(float(t), tau, rho, integer=True)


# The best temperature.


@pytest.mark.parametrize(("k", "tau", "rho"), [(20, "-0.2", "1.2"), (60, "0.1", "-1.5")])
def test_temperature_three_evaluators(k, tau, rho):
    got = enclose_optimal_temperature(k, tau, rho)
    assert got.place.rad() < arb("1e-10") * got.place
    exact = optimal_temperature_mp(k, tau, rho, 14)
    assert got.place.contains(arb(str(exact)) + arb(0, 1e-12))
    assert optimal_temperature(k, float(tau), float(rho)) == pytest.approx(float(got.place), rel=1e-8)
    assert float(got.error.mid()) == pytest.approx(selection_error(k, float(exact), float(tau), float(rho)), rel=1e-13)


def test_a_shifted_ball_is_refused():
    got = enclose_optimal_temperature(20, "-0.2", "1.2")
    exact = arb(str(optimal_temperature_mp(20, "-0.2", "1.2", 14)))
    for shift in ("1e-9", "-1e-9"):
        assert not (got.place * (1 + arb(shift))).overlaps(exact)


def test_zero_and_infinite_temperature():
    # 1 + 2 rho (tau - rho) = 0 exactly: still zero; a little below it is not, but exponentially near.
    assert enclose_optimal_temperature(3, "0.5", 1).place == 0
    with pytest.raises(ValidationError, match="not 0"):
        enclose_optimal_temperature(3, "0.49", 1)
    got = enclose_optimal_temperature(5, -1, 1)
    assert got.place == arb.pos_inf()
    assert got.error == 2
    assert optimal_temperature(5, -1.0, 1.0) == math.inf


def test_best_of_k_is_left_at_once_if_the_criterion_fails():
    """F(t) - F(0) ~ c t^2 ln(1/t): two temperatures separate the logarithm from the rest."""
    for k, tau, rho in ((2, "-0.4", "1.2"), (3, "0.45", "0.9")):
        t = np.array([1e-6, 1e-5])
        rise = (selection_error(k, t, float(tau), float(rho)) - selection_error(k, 0, float(tau), float(rho))) / t**2
        assert (rise[0] - rise[1]) / math.log(10) == pytest.approx(float(slope_at_zero(k, tau, rho)), rel=4e-3)  # O(t^(1/2))
    assert slope_at_zero(7, "0.5", 1) == 0


# The best judge.


@pytest.mark.parametrize(("k", "t", "tau"), [(8, 20, "0.1")])
def test_judge_against_the_other_evaluators(k, t, tau):
    got = enclose_optimal_judge(k, t, tau)
    assert got.place.rad() < 1e-10
    assert optimal_judge(k, float(t), float(tau)) == pytest.approx(float(got.place), rel=1e-8)
    if float(t) >= 1:
        assert got.place.contains(arb(str(optimal_judge_mp(k, t, tau, 14))) + arb(0, 1e-12))
    grid = np.linspace(-30, 30, 1501)
    assert float(got.error.mid()) <= selection_error(k, float(t), float(tau), grid).min() * (1 + 1e-13)


def test_judge_by_symmetry_and_at_t_zero():
    got = enclose_optimal_judge(10, 2, 0)
    assert got.place.contains(0)
    assert enclose_optimal_judge(7, 0, "0.3").place.contains(arb("0.3"))
    with pytest.raises(ValidationError, match="reach too far"):
        enclose_optimal_judge(3, 20, -8)  # few answers, a far teacher: the best judge is far out or nowhere


def test_nothing_beats_the_teacher_at_t_zero():
    """`optimum.joint`, point by point: the certified least error over t, or over rho, stays above F_k(0; tau, tau)."""
    least = selection_error.enclose(5, 0, "-0.4", "-0.4", digits=12)
    assert enclose_optimal_temperature(5, "-0.4", "-0.4").error.overlaps(least)
    assert enclose_optimal_judge(5, 2, "-0.4").error > least
    assert enclose_optimal_temperature(20, "-0.2", "1.2").error > selection_error.enclose(20, 0, "-0.2", "-0.2", digits=12)


# Broken proofs.


def test_a_broken_slope_is_caught(monkeypatch):
    """With F' replaced by F' + 0.02 no zero can be certified where F has its minimum."""
    enclose = Model.enclose

    def shifted(self, order, low, high):
        return enclose(self, order, low, high) + (arb("0.02") if order == 1 else 0)

    monkeypatch.setattr(Model, "enclose", shifted)
    with pytest.raises(ValidationError):
        enclose_optimal_temperature(20, "-0.2", "1.2")


def test_two_equal_minima_are_not_told_apart():
    """A search over cos, which has two equal minima in view, must not choose one."""

    class Cosine(optima_search.Search):
        widest = 2.0

        def values(self, places, nats):
            return [x.cos() for x in places]

        def bound(self, eta, low, high):
            return arb(eta).cosh().upper()

    search = Cosine()
    models = search.resolved([(i + 0.1, i + 1.1) for i in range(11)], -8.0)
    with pytest.raises(ValidationError, match="2 minima"):
        search.basin(models, arb("-0.9"))
    basin = search.basin(models[:6], arb("-0.9"))
    assert basin is not None
    place, least = search.refine(basin, 15)
    assert place.contains(arb.pi())
    assert place.rad() < 1e-15
    assert least.contains(-1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: enclose_optimal_temperature("2.5", 0, 1), "whole number"),
        (lambda: enclose_optimal_temperature(201, 0, 1), "whole number"),
        (lambda: enclose_optimal_temperature(5, 0, 11), "rho must lie"),
        (lambda: enclose_optimal_temperature(5, 0, 1, digits=0), "digits"),
        (lambda: enclose_optimal_judge(5, -1, 1), "t must"),
        (lambda: enclose_optimal_judge(5, "0.01", 1), "t must"),
        (lambda: enclose_optimal_number(-1, 0, 0), "t must"),
        (lambda: enclose_optimal_number(1, 50, 0), "tau must"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(DomainError, match=said):
        call()


def test_what_is_out_of_reach_is_said():
    with pytest.raises(ValidationError, match="too near 0"):
        optima_enclosure.enclose_optimal_temperature(5, "-0.5", 1)  # 1 + 2 rho tau = 0
