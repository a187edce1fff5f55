"""The simulation leg: draws against the claim, in standard errors, at several sizes.

A claim about the limit k -> oo (or d -> oo) is judged by extrapolation: the simulated values at several sizes are fitted by
the claim plus its remainder and the next order, weighted by their standard errors; what is left over, in standard errors, is
the deviation. Each check also fits a wrong claim, and is evidence only if that one is rejected.
"""

from __future__ import annotations

from typing import Any

from infscale_sym.notation.formula import Formula
from infscale_sym.verify.record import INCONCLUSIVE, Leg

#: A claim is contradicted beyond this many standard errors; a wrong claim must be rejected beyond REJECTED.
ALLOWED = 4.0
REJECTED = 6.0


def check(formula: Formula, quick: bool) -> Leg:
    """Draw the left side as the formula says, or as its quantity does; 'not simulable' where neither can be drawn."""
    from infscale_sym.verify.draws import drawing_of

    drawing = drawing_of(formula)
    if drawing is None:
        return Leg("simulation", "not simulable", None, "no recipe draws this quantity")
    return drawing.leg(formula, quick)


def leg(deviation: float, control: float, where: str, numbers: dict[str, Any], wrong: str) -> Leg:
    """The leg of a deviation and of how far a wrong statement is away, both in standard errors; `wrong` names that."""
    agrees = abs(deviation) <= ALLOWED
    if agrees and not abs(control) >= REJECTED:
        text = f"{where}; {wrong} is only {abs(control):.1f} standard errors away: too few draws to tell"
        return Leg("simulation", INCONCLUSIVE, None, text, numbers)
    text = f"{where}; {wrong} would be {abs(control):.0f} standard errors away"
    return Leg("simulation", f"{abs(deviation):.1f} standard errors", agrees, text, numbers)


def leg_of_wrong(deviation: float, right: float, where: str, numbers: dict[str, Any]) -> Leg:
    """The leg of a claim that the draws should reject; `right`: deviation of the corrected claim.

    Draws that reject neither are too few to agree with this one.
    """
    agrees = abs(deviation) <= ALLOWED
    if agrees and not abs(right) >= REJECTED:
        text = f"{where}; the corrected claim is only {abs(right):.1f} standard errors away: too few draws to tell"
        return Leg("simulation", INCONCLUSIVE, None, text, numbers)
    return Leg("simulation", f"{abs(deviation):.0f} standard errors", agrees, where, numbers)


def leg_of_bound(inside: float, outside: float, where: str, tighter: str, numbers: dict[str, Any]) -> Leg:
    """The leg of an inequality. inside: standard errors from what was drawn up to the bound (negative beyond it); outside:
    by how many the draws exceed a tighter bound."""
    if abs(inside) <= ALLOWED or (inside > 0 and not outside >= REJECTED):
        text = f"{where}: {inside:.1f} standard errors within the bound, {outside:.1f} beyond {tighter}: too few draws to tell"
        return Leg("simulation", INCONCLUSIVE, None, text, numbers)
    text = f"{where}: below the bound by {inside:.0f} standard errors; {tighter} is exceeded by {outside:.0f}"
    return Leg("simulation", f"inside by {inside:.0f} standard errors" if inside > 0 else "outside", inside > 0, text, numbers)
