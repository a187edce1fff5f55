"""The Arb enclosures contain the value, are narrow, and would miss it if a bound or a parameter were off."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
from flint import acb, arb, fmpq

from infscale_sym.errors import DomainError
from infscale_sym.theory.selection.values import _enclosure_gauss as gauss
from infscale_sym.theory.selection.values import _enclosure_zero as zero
from infscale_sym.theory.selection.values._enclosure_float import log_bound
from infscale_sym.theory.selection.values._enclosure_gauss import Folded
from infscale_sym.theory.selection.values._enclosure_small_t import SmallNoise, Smoothing
from infscale_sym.theory.selection.values._enclosure_strip import Means
from infscale_sym.theory.selection.values.enclosure import log_survival_arb, selection_error_arb, survival_arb
from infscale_sym.theory.selection.values.highprec import selection_error_mp

DATA = Path(__file__).resolve().parent / "data"
STORED: list[dict[str, Any]] = json.loads((DATA / "selection_references.json").read_text())["points"]
ELSEWHERE: list[dict[str, Any]] = json.loads((DATA / "reference_selection_error.json").read_text())

BITS = 256


def log10_radius(ball: arb) -> float:
    """log10 of the relative radius, an upper bound; inf for a ball around 0."""
    with flint.ctx.workprec(64):
        if ball.contains(0):
            return math.inf
        return float((ball.rad() / abs(ball).lower()).log().upper() / math.log(10)) if ball.rad() > 0 else -math.inf


def within(value: str, digits: int) -> arb:
    """A reference value with the uncertainty of its last digits."""
    with flint.ctx.workprec(BITS):
        centre = arb(value)
        return centre + arb(0, abs(centre).upper() * arb(f"1e-{digits}"))


def judged(points: list[dict[str, Any]], digits: int, known: int) -> list[str]:
    """One line for every point whose ball misses the reference or is too wide."""
    lines = []
    for point in points:
        k, t, tau, rho = (float(point[name]) for name in ("k", "t", "tau", "rho"))
        ball = selection_error_arb(k, t, tau, rho, digits)
        if not ball.overlaps(within(point["value"], known)) or not log10_radius(ball) <= -digits:
            lines.append(f"k={k!r} t={t!r} tau={tau!r} rho={rho!r}: got {ball}, wanted {point['value']}")
    return lines


def mean_integrands(t: Any, rho: Any, d: Any, u: Any) -> tuple[Any, Any]:
    """The integrands of 1 - a(u) and b(u) in mpmath."""

    def w(x: Any) -> Any:
        return mpmath.exp(-x * x / (2 * t))

    def one_minus_a(x: Any) -> Any:
        return -mpmath.expm1(-u * w(x)) * mpmath.npdf(x, rho)

    def b(x: Any) -> Any:
        return (x + d) ** 2 * w(x) * mpmath.exp(-u * w(x)) * mpmath.npdf(x, rho)

    return one_minus_a, b


class TestAgainstReferences:
    def test_best_of_k_at_all_stored_points(self) -> None:
        points = [p for p in STORED if float(p["t"]) == 0] + [p for p in ELSEWHERE if p["t"] == 0]
        assert len(points) >= 20
        assert not (lines := judged(points, 30, 24)), "\n".join(lines)

    def test_values_made_elsewhere_at_positive_temperature_and_large_k(self) -> None:
        points = [p for p in ELSEWHERE if p["t"] > 0 and p["k"] >= 4096 and p["rho"] > -8]
        assert not (lines := judged(points, 15, 23)), "\n".join(lines)

    def test_a_seeded_part_of_the_stored_points_at_positive_temperature(self) -> None:
        noisy = [p for p in STORED if float(p["t"]) > 0]
        chosen = np.random.default_rng(11).choice(len(noisy), 12, replace=False)
        assert not (lines := judged([noisy[i] for i in chosen], 15, 25)), "\n".join(lines)

    @pytest.mark.parametrize(("k", "t", "tau", "rho"), [("2.5", "50", "1/7", "-2"), ("1000", "2", "-3", "1")])
    def test_thirty_digits_against_the_self_validated_value(self, k: str, t: str, tau: str, rho: str) -> None:
        exact_tau = Fraction(tau)
        ball = selection_error_arb(k, t, exact_tau, rho, 30)
        value = selection_error_mp(k, t, exact_tau, rho, 28)
        assert ball.overlaps(within(mpmath.nstr(value, 35), 26))
        assert log10_radius(ball) <= -30


class TestContract:
    @pytest.mark.parametrize("k", [2, "1.5", 4096, 10**16, Fraction(10**16, 3)])
    @pytest.mark.parametrize(("tau", "rho"), [(0, 0), (40, 40), (40, -40), ("-39.5", "0.25")])
    def test_fifty_digits_of_best_of_k(self, k: Any, tau: Any, rho: Any) -> None:
        assert log10_radius(selection_error_arb(k, 0, tau, rho)) <= -50

    def test_hundred_and_fifty_digits(self) -> None:
        ball = selection_error_arb(10**12, 0, "0.3", "0.3", 150)
        assert log10_radius(ball) <= -150
        assert ball.overlaps(selection_error_arb(10**12, 0, "0.3", "0.3", 60))

    def test_tiny_value(self) -> None:
        ball = selection_error_arb(10**16, 0, 1, 1)
        with flint.ctx.workprec(BITS):
            leading = arb.pi() * arb(1).exp() / arb(10) ** 32
            assert abs(ball / leading - 1) < arb("1e-15")

    @pytest.mark.parametrize("t", [1e-6, 1e6])
    @pytest.mark.parametrize("k", [2, 10**16])
    def test_corners_of_the_box(self, t: float, k: int) -> None:
        assert log10_radius(selection_error_arb(k, t, 40, -40, 15)) <= -15

    @pytest.mark.parametrize(("k", "t"), [("1.0000000000000001", "1e6"), ("1.5", "50"), ("1.5", "1e-6")])
    def test_powers_of_small_means(self, k: str, t: str) -> None:
        assert log10_radius(selection_error_arb(k, t, "0.5", 2, 15)) <= -15

    def test_steep_noise(self) -> None:
        """The smoothing in c meets functions that change by e^30: k = 1e16, judge at 40."""
        ball = selection_error_arb(10**16, 2, 40, 40, 15)
        assert log10_radius(ball) <= -15
        assert 1005 < ball < 1012

    def test_exact_cases(self) -> None:
        for k, t in ((1, 0), (1, 3), (1, "inf"), (10**16, math.inf)):
            ball = selection_error_arb(k, t, "0.1", 7)
            with flint.ctx.workprec(BITS):
                assert ball.contains(fmpq(101, 100))
            assert log10_radius(ball) <= -50

    def test_symmetry(self) -> None:
        assert selection_error_arb(7, "0.5", 1, -2, 15).overlaps(selection_error_arb(7, "0.5", -1, 2, 15))

    def test_digits_are_kept_within_reason_unless_thorough(self) -> None:
        ball = selection_error_arb(60, "0.05", "0.2", "0.4")
        assert -30 < log10_radius(ball) <= -18
        better = selection_error_arb(60, "0.05", "0.2", "0.4", 22, thorough=True)
        assert log10_radius(better) <= -22
        assert ball.overlaps(better)

    def test_a_zero_of_the_error_at_an_inexact_ball(self) -> None:
        """x - D is a ball of midpoint 0 there: `**2` would be nan."""
        tau = 1 + Fraction(1, 10**20)
        assert log10_radius(selection_error_arb(10**6, 0, tau, Fraction(1, 2), 30)) <= -30

    @pytest.mark.parametrize("t", [0, 30])
    def test_balls_as_parameters(self, t: int) -> None:
        with flint.ctx.workprec(BITS):
            third, wide = arb(fmpq(1, 3)), arb(1, 1e-12)
        ball = selection_error_arb(arb(50), t, third, third, 30)
        assert ball.overlaps(selection_error_arb(50, t, Fraction(1, 3), Fraction(1, 3), 30))
        assert log10_radius(ball) < -29
        wide_ball = selection_error_arb(50, t, wide, third, 30)
        for tau in (1 - Fraction(1, 10**12), 1 + Fraction(1, 10**12)):
            assert wide_ball.overlaps(selection_error_arb(50, t, tau, Fraction(1, 3), 30))
        assert -13 < log10_radius(wide_ball) < -8
        assert selection_error_arb(50, arb("inf"), 1, 2) == 2
        with pytest.raises(DomainError, match="rho must be"):
            selection_error_arb(50, t, 1, arb("nan"))

    def test_context_precision_is_left_alone(self) -> None:
        before = flint.ctx.prec
        selection_error_arb(3, 0, 0, 1, 30)
        selection_error_arb(3, 20, 0, 1, 15)
        assert flint.ctx.prec == before

    @pytest.mark.parametrize(
        ("arguments", "text"),
        [
            ((0.5, 0, 0, 0), "k must lie in"),
            ((10**400, 0, 0, 0), "k must lie in"),
            ((2, -1, 0, 0), "t must be 0"),
            ((2, 1e-7, 0, 0), "t must be 0"),
            ((2, 1, 41, 0), "tau must lie in"),
            ((2, 1, 0, "-40.5"), "rho must lie in"),
            ((2, 1, 0, float("nan")), "rho must be"),
            ((2, 1, "one", 0), "tau must be"),
            ((2, 1, 0, 0, 0), "digits must be"),
        ],
    )
    def test_bad_input(self, arguments: tuple[Any, ...], text: str) -> None:
        with pytest.raises(DomainError, match=text):
            selection_error_arb(*arguments)


class TestNegativeControls:
    """What is changed by a little must be noticed."""

    @pytest.mark.parametrize(
        ("k", "t", "which"),
        [(10**6, 0, "tau"), (10**6, 0, "rho"), (17, 30, "tau"), (17, 30, "rho"), (17, 30, "t")],
    )
    def test_a_shift_of_a_parameter_separates_the_balls(self, k: int, t: int, which: str) -> None:
        tiny = Fraction(1, 10**20)
        shift = {name: tiny if name == which else 0 for name in ("t", "tau", "rho")}
        ball = selection_error_arb(k, t, 1, Fraction(1, 2), 30)
        moved = selection_error_arb(k, t + shift["t"], 1 + shift["tau"], Fraction(1, 2) + shift["rho"], 30)
        assert not ball.overlaps(moved)

    def test_the_gauss_bound_is_needed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """With a tenth of the nodes' digits and no error term, the ball misses."""
        exact = selection_error_arb(100, 0, 1, 1, 40)
        points = zero.points_needed
        monkeypatch.setattr(zero, "points_needed", lambda *a: max(4, points(*a) // 3))
        honest = selection_error_arb(100, 0, 1, 1, 2)
        assert honest.overlaps(exact)
        monkeypatch.setattr(zero, "gauss_error", lambda *a: arb(0))
        monkeypatch.setattr(zero, "tail", lambda *a: arb(0))
        with flint.ctx.workprec(200):
            bare = zero.enclose_zero(arb(100), True, Folded(arb(1), arb(1)), 12)
        assert not bare.overlaps(exact)

    def test_the_bound_of_the_inner_rule_is_needed_and_holds(self) -> None:
        with flint.ctx.workprec(200):
            law, t = Folded(arb(1), arb(2)), arb("0.5")
            fine, coarse = Means(t, law, 3.0, 60.0), Means(t, law, 3.0, 9.0)
            u = arb(3)
            for good, rough in zip(fine.survival_and_b(u), coarse.survival_and_b(u), strict=True):
                assert rough.overlaps(good)
            coarse.relative_1ma = coarse.absolute_1ma = coarse.absolute_b = arb(0)
            for good, rough in zip(fine.survival_and_b(u), coarse.survival_and_b(u), strict=True):
                assert not rough.overlaps(good)


class TestPieces:
    """The parts of the proof, each against something that shares no code with it."""

    def test_gauss_rule_within_its_bound_and_not_absurdly_so(self) -> None:
        with flint.ctx.workprec(120):
            for n in (4, 7, 12):
                total = sum((w / (2 - x) for x, w in gauss.gauss_nodes(arb(-1), arb(1), n)), arb(0))
                error = abs(total - arb(3).log())
                q = 3.5  # the pole at 2 lies on the ellipse of parameter 2 + sqrt 3
                bound = gauss.gauss_error(1 / (2 - (arb(q) + 1 / arb(q)) / 2), arb(1), q, n)
                assert error < bound < 2000 * error

    def test_folded_law(self) -> None:
        with flint.ctx.workprec(120), mpmath.workdps(400):
            for rho, r in (("0", "1e-9"), ("2", "1e-12"), ("40", "3"), ("0.5", "0.25"), ("3", "20"), ("-1", "1.5")):
                s, p = Folded(arb(rho), arb(1)).tails(arb(r))
                x, c = mpmath.mpf(r), mpmath.mpf(rho)
                survival = (mpmath.erfc((x - c) / mpmath.sqrt(2)) + mpmath.erfc((x + c) / mpmath.sqrt(2))) / 2
                central = 1 - survival  # at 400 digits
                for ball, value in ((s, survival), (p, central)):
                    assert ball.overlaps(within(mpmath.nstr(value, 40), 30))
                    assert log10_radius(ball) < -30

    def test_means_against_mpmath(self) -> None:
        with flint.ctx.workprec(160), mpmath.workdps(30):
            for t_, rho_, tau_, u_ in (("0.3", "1", "2", "5"), ("20", "-6", "1", "0.01"), ("0.01", "2", "0", "40")):
                means = Means(arb(t_), Folded(arb(rho_), arb(tau_)), 6.0, 50.0)
                t, rho, d, u = mpmath.mpf(t_), mpmath.mpf(rho_), mpmath.mpf(tau_) - mpmath.mpf(rho_), mpmath.mpf(u_)

                grid = mpmath.linspace(rho - 15, rho + 15, 61)
                one_minus_a, b = (mpmath.quad(f, grid) for f in mean_integrands(t, rho, d, u))
                for ball, value in zip(means.survival_and_b(arb(u_)), (one_minus_a, b), strict=True):
                    assert ball.overlaps(within(mpmath.nstr(value, 30), 20))
                    assert log10_radius(ball) < -18

    def test_surrogate_against_the_strip_method(self) -> None:
        """Two discretisations that share only the folded law agree within their bounds, compressed or not."""
        with flint.ctx.workprec(160):
            for t_, rho_, v_ in ((1, 7, 30), ("0.02", "0.5", 30), (30, 28, 14)):
                law, t = Folded(arb(rho_), arb(1)), arb(t_)
                smoothing = Smoothing(arb(50), t, law, 40.0, 60.0)
                small = SmallNoise(arb(50), True, t, law, smoothing, -40.0, 15)
                v = arb(v_)
                one_minus_a, b = Means(t, law, v_ + 0.5, 110.0).survival_and_b(v.exp())
                rules = [smoothing.rule(max(smoothing.start, v_ - 10.0), v_ + 10.0)]
                rules.append(type(rules[0])(smoothing.direct, smoothing.start, math.inf, arb(0), arb(0), arb(0)))
                assert t > 5 or len(rules[0].nodes) < len(rules[1].nodes)
                for rule in rules:
                    p, _, m = small.means(rule, v)
                    slack = smoothing.relative_p + smoothing.absolute_p + rule.error_p
                    assert abs(p - one_minus_a) <= 1.01 * slack
                    assert abs(m / (b * v.exp()) - 1) < arb("1e-15")
                    assert slack < arb("1e-16")

    def test_bounds_on_ellipses_hold(self) -> None:
        """|integrand| at complex points stays below the bound that the Gauss rule uses (best-of-k and small noise)."""
        angles = np.linspace(0, math.pi, 9)
        with flint.ctx.workprec(160):
            law = Folded(arb("2.5"), arb("0.5"))
            for k, integer in ((arb(5000), True), (arb("2.5"), False)):
                a, b, q = (arb("0.001"), arb("0.003"), 3.0) if integer else (arb(2), arb("2.1"), 3.0)
                bound = zero._on_ellipse(k, integer, law, a, b, q)
                assert bound is not None
                seen = []
                for angle in angles:
                    z = acb(q) * (acb(0, 1) * angle).exp()
                    r = (a + b) / 2 + (b - a) / 2 * (z + 1 / z) / 2
                    s = survival_arb(r, law.rho)
                    g = sum((r + e * law.shift) ** 2 * (-((r - e * law.rho) ** 2) / 2).exp() for e in (1, -1))
                    seen.append((abs(k * g * s ** (k - 1)) / (2 * arb.pi()).sqrt()).upper())
                assert max(seen) <= bound <= 1e6 * max(seen)
            t = arb("0.02")
            smoothing = Smoothing(arb(20), t, law, 40.0, 60.0)
            small = SmallNoise(arb(20), True, t, law, smoothing, -40.0, 15)
            centre, half, q = 60.0, 8.0, 2.5
            rule = smoothing.rule(35.0, 70.0)
            across, y = half * (q + 1 / q) / 2, half * (q - 1 / q) / 2
            edges = np.array([centre - across, centre + across])
            extra, slack = gauss.log_float(rule.error_m), gauss.log_float(rule.error_p) + math.log(4)
            bound = log_bound(small.floats, 19.0, True, smoothing.floats, slack, extra, edges, y)
            largest = -math.inf
            for angle in angles:
                v = acb(centre + across * math.cos(angle), y * math.sin(angle))
                p, m = acb(0), acb(0)
                for c, w in rule.nodes:
                    r = (2 * t * (v - c)).sqrt()
                    g = sum((r + e * law.shift) ** 2 * (-((r - e * law.rho) ** 2) / 2).exp() for e in (1, -1))
                    p += w * (1 - survival_arb(r, law.rho))
                    m += w * g * t / r / (2 * arb.pi()).sqrt()
                largest = max(largest, gauss.log_float(abs(m * (1 - p) ** 19)))
            assert largest <= bound <= largest + 30


class TestSurvival:
    @pytest.mark.parametrize(("r", "rho"), [("0.3", "2"), ("41", "1"), ("1e-20", "3"), ("0", "1"), ("60", "-40")])
    def test_real_values_and_logarithms(self, r: str, rho: str) -> None:
        with flint.ctx.workprec(200), mpmath.workdps(120):
            x, c = mpmath.mpf(r), mpmath.mpf(rho)
            value = (mpmath.erfc((x - c) / mpmath.sqrt(2)) + mpmath.erfc((x + c) / mpmath.sqrt(2))) / 2
            log = log_survival_arb(arb(r), arb(rho))
            assert survival_arb(r, rho).overlaps(within(mpmath.nstr(value, 60), 50))
            if x == 0:
                assert log == 0
            else:
                assert log.overlaps(within(mpmath.nstr(mpmath.log(value), 60), 45))
                assert log10_radius(log) < -45

    def test_complex_balls(self) -> None:
        with flint.ctx.workprec(128):
            for r in (acb(1, 2), acb(30, 1), acb("1e-15", "1e-15"), acb(arb(2, 0.01), arb(1, 0.01))):
                s, log = survival_arb(r, arb(1)), log_survival_arb(r, arb(1))
                assert log.exp().overlaps(s)
            tiny = log_survival_arb(acb("1e-15", "1e-15"), arb(1))
            slope = -2 * (-arb(0.5)).exp() / (2 * arb.pi()).sqrt()
            assert abs(tiny / (slope * acb("1e-15", "1e-15")) - 1) < arb("1e-15")  # -p - p²/2
            assert tiny.real.rel_accuracy_bits() > 120

    def test_a_wide_ball_contains_its_ends(self) -> None:
        wide = arb(2, 0.25)
        for end in (arb(1.75), arb(2.25)):
            assert survival_arb(wide, arb(1)).contains(survival_arb(end, arb(1)))
            assert log_survival_arb(wide, arb(1)).overlaps(log_survival_arb(end, arb(1)))

    def test_bad_input(self) -> None:
        with pytest.raises(DomainError, match="r must be"):
            survival_arb("wide", 1)
