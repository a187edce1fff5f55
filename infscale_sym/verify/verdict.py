"""From the three legs to a verdict. No leg stands for another; a leg that fails, or legs that disagree, give `unknown`.

A simulation with too few draws to tell has no say in a quick run. In a full run it has failed: what is drawn there must tell.
"""

from __future__ import annotations

import time
from functools import cache

from infscale_sym import registry
from infscale_sym.errors import DerivationError, InfscaleError
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.relations import AsymptoticTo
from infscale_sym.verify import digits as digits_leg
from infscale_sym.verify import simulation as simulation_leg
from infscale_sym.verify.record import INCONCLUSIVE, NOT_COMPUTED, Leg, Verdict


def verify(formula: Formula, digits: int = 50, quick: bool = False) -> Verdict:
    """Verify one formula now.

    `digits`: how many digits an equality, or an asymptotic constant at a very large argument, must show (15 to 1000).
    `quick`: fewer points and fewer draws.
    """
    start = time.perf_counter()
    derivation = _derivation(formula)
    figures, caught = _digits(formula, digits, quick)
    simulation = _simulation(formula, quick)
    legs = (derivation, figures, simulation)
    return Verdict(
        id=formula.id,
        verdict=_verdict(formula, legs, quick).value,
        expected=formula.expected.value,
        legs=legs,
        smallest_caught=caught,
        seconds=time.perf_counter() - start,
        digits=digits,
        quick=quick,
    )


def _verdict(formula: Formula, legs: tuple[Leg, ...], quick: bool) -> Expected:
    derivation, figures, simulation = legs
    failed = simulation.summary == NOT_COMPUTED or (simulation.summary == INCONCLUSIVE and not quick)
    if figures.agrees is None:
        return Expected.UNKNOWN  # without a number there is no verdict, whatever the other legs say
    if figures.agrees:
        if derivation.agrees is False or simulation.agrees is False or failed:
            return Expected.UNKNOWN
        return Expected.IN_THE_LIMIT if isinstance(formula.statement, AsymptoticTo) else Expected.HOLDS
    # A counterexample refutes; a derivation or a simulation that agrees with the claim contradicts it.
    if derivation.agrees or simulation.agrees:
        return Expected.UNKNOWN
    return Expected.REFUTED


def _derivation(formula: Formula) -> Leg:
    if not formula.script and formula.proof is None:
        return Leg("derivation", "not derived", None, formula.underived or "no derivation was given")
    try:
        derivation = formula.derivation()
    except (DerivationError, InfscaleError) as error:
        return Leg("derivation", "fails", False, str(error))
    assert derivation is not None
    place = f"derivations/{formula.script}.py" if formula.script else "the derivation at hand"
    words = f"{len(derivation.steps)} steps of {place}, each refusing perturbed right sides"
    steps = [{"rule": s.rule, "kind": s.evidence.kind, "detail": s.evidence.detail} for s in derivation.steps]
    summary, unproved = derivation.verdict, [id for id in derivation.uses if not _proved(id)]
    if derivation.all_symbolic:
        summary = f"derived ({len(steps)} symbolic)" if unproved else "proved"
    if unproved:
        words += f"; it uses {', '.join(unproved)}, not proved"
    return Leg("derivation", summary, True, words, {"steps": steps, "uses": list(derivation.uses)})


@cache
def _proved(id: str) -> bool:
    """Whether a registered formula is proved, and whatever its derivation uses."""
    try:
        derivation = registry.formula(id).derivation()
    except InfscaleError:
        return False
    return derivation is not None and derivation.all_symbolic and all(map(_proved, derivation.uses))


def _digits(formula: Formula, digits: int, quick: bool) -> tuple[Leg, str]:
    try:
        return digits_leg.check(formula, digits, quick)
    except InfscaleError as error:
        return Leg("digits", NOT_COMPUTED, None, str(error)), "none"


def _simulation(formula: Formula, quick: bool) -> Leg:
    try:
        return simulation_leg.check(formula, quick)
    except InfscaleError as error:
        return Leg("simulation", NOT_COMPUTED, None, str(error))
