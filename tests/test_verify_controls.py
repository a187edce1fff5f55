"""Negative controls of verification and derivation: what is false must be refused, by the leg that should refuse it."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from math import comb, erf, pi, sqrt

import pytest
from sympy import Integral, Symbol, oo

from infscale_sym import catalog, registry, selection_error
from infscale_sym.derive import Derivation
from infscale_sym.errors import DerivationError, ValidationError
from infscale_sym.evaluate.points import points_in
from infscale_sym.notation.check import Check
from infscale_sym.notation.lazy import Lazy
from infscale_sym.notation.relations import AtMost
from infscale_sym.theory.best_of_k.rules import GammaIntegrals
from infscale_sym.theory.best_of_k.series import best_of_k_coefficients
from infscale_sym.theory.regression.values.ridge import renormalized_ridge
from infscale_sym.theory.selection.notation import MinimumTail, SelectionError, SquaredMinimum, k, r, tau
from infscale_sym.theory.selection.rules import TailFormula, ZeroTemperature
from infscale_sym.verify import digits, simulation, verdict
from infscale_sym.verify.draws import drawing_of
from infscale_sym.verify.record import Leg, Verdict

FORMULAS = registry.formulas()


def record(id: str):
    return catalog.formula(id)


@pytest.mark.parametrize("id", ["ridge.isotropic", "best-of-k.leading", "best-of-k.extreme-value"])
def test_a_claim_off_by_a_thousandth_is_refuted_by_its_digits(id: str) -> None:
    true = record(id)
    false = dataclasses.replace(true, statement=true.statement.with_rhs(true.statement.rhs * (1 + Fraction(1, 1000))))
    assert digits.check(true, 20, quick=True)[0].agrees
    leg, _ = digits.check(false, 20, quick=True)
    assert leg.agrees is False
    assert "counterexample" in leg.evidence


def test_an_inequality_is_certified_and_its_reverse_refuted() -> None:
    fewer, more = SelectionError(k, 0, tau, tau), SelectionError(k + 1, 0, tau, tau)
    true = dataclasses.replace(record("best-of-k.leading"), id="test.inequality", statement=AtMost(more, fewer))
    leg, caught = digits.check(true, 20, quick=True)
    assert leg.agrees
    assert caught == "the reversed inequality"
    leg, _ = digits.check(dataclasses.replace(true, statement=AtMost(fewer, more)), 20, quick=True)
    assert leg.agrees is False
    assert "counterexample" in leg.evidence


def test_a_quick_run_looks_for_the_point_that_refutes_a_broken_variant() -> None:
    true = dataclasses.replace(record("best-of-k.leading"), id="test.inequality", statement=AtMost(tau, tau + 1))
    seen = [point[tau] for point in points_in(true.symbols, true.domain, 6)]
    most, later = max(seen[:2]), max(seen)
    assert later > most
    refuted_later = AtMost(tau, (most + later) / 2)
    leg, caught = digits.check(true.using(check=Check(count=6, broken=(("only later", refuted_later),))), 20, quick=True)
    assert leg.agrees
    assert leg.summary == "certain at 2 points (enclosure)"
    assert caught == "the reversed inequality; only later"
    never = true.using(check=Check(count=6, broken=(("never", AtMost(tau, tau + 2)),)))
    with pytest.raises(ValidationError, match="a variant that is false also passes: never"):
        digits.check(never, 20, quick=True)


def test_a_claim_off_by_a_fifth_is_refuted_by_simulation() -> None:
    true = record("best-of-k.leading")
    false = dataclasses.replace(true, statement=true.statement.with_rhs(true.statement.rhs * Fraction(6, 5)))
    assert simulation.check(true, quick=True).agrees
    assert simulation.check(false, quick=True).agrees is False


@pytest.mark.parametrize(
    ("leg", "agrees", "summary"),
    [
        (simulation.leg(1.0, 8.0, "draws", {}, "a claim 5 % larger"), True, "1.0 standard errors"),
        (simulation.leg(1.0, 3.0, "draws", {}, "a claim 5 % larger"), None, "inconclusive"),
        (simulation.leg(5.0, 3.0, "draws", {}, "a claim 5 % larger"), False, "5.0 standard errors"),
        (simulation.leg(float("nan"), 9.0, "draws", {}, "a claim 5 % larger"), False, "nan standard errors"),
        (simulation.leg_of_wrong(30.0, 1.0, "draws", {}), False, "30 standard errors"),
        (simulation.leg_of_wrong(3.0, 1.0, "draws", {}), None, "inconclusive"),
        (simulation.leg_of_wrong(1.0, 9.0, "draws", {}), True, "1 standard errors"),
        (simulation.leg_of_bound(9.0, 9.0, "draws", "half the bound", {}), True, "inside by 9 standard errors"),
        (simulation.leg_of_bound(9.0, 5.0, "draws", "half the bound", {}), None, "inconclusive"),
        (simulation.leg_of_bound(-3.0, 5.0, "draws", "half the bound", {}), None, "inconclusive"),
        (simulation.leg_of_bound(-5.0, 5.0, "draws", "half the bound", {}), False, "outside"),
    ],
)
def test_too_few_draws_neither_agree_nor_disagree(leg: Leg, agrees: bool | None, summary: str) -> None:
    assert leg.agrees is agrees
    assert leg.summary == summary
    assert ("too few draws to tell" in leg.evidence) == (agrees is None)


def test_what_the_verdict_makes_of_a_simulation() -> None:
    """Too few draws are no contradiction in a quick run; in a full one the simulation has failed, and unknown is no pass."""
    proved, digits_, refuting = Leg("derivation", "proved", True), Leg("digits", "50", True), Leg("digits", "no", False)
    drawn, against, unable = (Leg("simulation", "1", agrees) for agrees in (True, False, None))
    few, broken = Leg("simulation", "inconclusive", None), Leg("simulation", "not computed", None)
    holds = record("ridge.bare")
    for leg, quick, full in (
        (drawn, "holds", "holds"),
        (unable, "holds", "holds"),
        (few, "holds", "unknown"),
        (against, "unknown", "unknown"),
        (broken, "unknown", "unknown"),
    ):
        assert verdict._verdict(holds, (proved, digits_, leg), True) == quick
        assert verdict._verdict(holds, (proved, digits_, leg), False) == full
    underived = Leg("derivation", "not derived", None)
    assert verdict._verdict(holds, (underived, refuting, few), True) == "refuted"
    assert verdict._verdict(holds, (underived, refuting, drawn), True) == "unknown"


def test_a_quick_run_that_cannot_tell_says_so() -> None:
    leg = simulation.check(record("best-of-k.hard-task.marginal"), quick=True)
    assert leg.agrees is not False
    few = Leg("simulation", "inconclusive", None, "too few draws to tell")
    said = str(Verdict("some.id", "holds", "holds", (few,), "none", 1.0, 50))
    assert "inconclusive" in said
    assert "DISAGREES" not in said


def test_a_wrong_step_and_a_wrong_end_are_refused() -> None:
    derivation = Derivation("best-of-k.leading", SelectionError(k, 0, tau, tau))
    derivation.claim(SquaredMinimum(k, tau), ZeroTemperature(), "true")
    with pytest.raises(DerivationError, match="kernel"):
        derivation.claim(Integral(3 * r * MinimumTail(r, k, tau), (r, 0, oo)), TailFormula(), "false")
    with pytest.raises(DerivationError, match="ends in"):
        derivation.conclude()


def test_a_check_that_cannot_fail_is_refused() -> None:
    class Anything:
        name = "anything goes"

        def check(self, before, after):
            return None

    with pytest.raises(DerivationError, match="proves nothing"):
        Derivation("best-of-k.leading", SelectionError(k, 0, tau, tau)).claim(SquaredMinimum(k, tau), Anything(), "?")


def test_gamma_integrals_refuse_what_is_no_polynomial() -> None:
    w = Symbol("w", nonnegative=True)
    with pytest.raises(DerivationError):
        GammaIntegrals(w).check(Integral(1 / (1 + w), (w, 0, oo)), Symbol("c"))


def test_ids_are_unique_partners_meet_and_every_drawing_exists() -> None:
    ids = [f.id for f in FORMULAS]
    assert len(ids) == len(set(ids))
    for formula in FORMULAS:
        assert not formula.partner or record(formula.partner).partner == formula.id
        for function in vars(formula.draw).values() if formula.draw else ():
            assert not isinstance(function, Lazy) or callable(function.resolve())
    assert [f.id for f in FORMULAS if drawing_of(f) is None] == ["denoiser.steps.rate", "denoiser.steps.floor"]


def test_hand_computed_cases() -> None:
    # tau = rho = 0, k = 2: E min(z1^2, z2^2) = 1 - 2/pi (polar coordinates).
    assert selection_error(2, 0, 0, 0) == pytest.approx(1 - 2 / pi, rel=1e-13)
    # k -> oo of a weighted mean at t = 1, tau = 0, rho = 2: (0 - 1)^2 + 1/2.
    assert selection_error(1e9, 1, 0, 2) == pytest.approx(1.5, rel=1e-6)
    # The first two coefficients: pi and -3 pi at tau = 0.
    assert [float(a.subs(tau, 0)) for a in best_of_k_coefficients(3)] == pytest.approx([pi, -3 * pi])
    # lambda = 1, alpha = 1, Sigma = 1: kappa = (1 + sqrt 5)/2.
    assert renormalized_ridge(1, 1, 1) == pytest.approx((1 + sqrt(5)) / 2, rel=1e-14)


def test_whole_k_by_the_binomial_theorem() -> None:
    # E R^2 = int 2 r (1 - p)^k dr by a midpoint sum over p = erf(r/sqrt 2), tau = 0: no code of the package.
    step, count = 2e-4, 3
    total = sum(
        2 * x * step * sum(comb(count, i) * (-erf(x / sqrt(2))) ** i for i in range(count + 1))
        for x in (step * (n + 0.5) for n in range(int(9 / step)))
    )
    assert selection_error(count, 0, 0, 0) == pytest.approx(total, rel=1e-7)


def test_the_derivation_of_a_statement_is_none_of_another():
    true = record("selection.single-answer")
    assert true.derivation() is not None
    other = true.using(statement=true.statement.with_rhs(true.statement.rhs + 1))
    leg = verdict._derivation(other)
    assert (leg.summary, leg.agrees) == ("fails", False)
    assert "does not end in this statement" in leg.evidence
