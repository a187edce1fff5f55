"""The simulation leg: draws against the claim, in standard errors, at several sizes.

A claim about the limit k -> oo (or d -> oo) is judged by extrapolation: the simulated values at several sizes are fitted by
the claim plus its remainder and the next order, weighted by their standard errors; what is left over, in standard errors, is
the deviation. Each check also fits a wrong claim, and is evidence only if that one is rejected.
"""

from __future__ import annotations

from typing import Any

from infscale_sym.notation.formula import Formula
from infscale_sym.verify.record import Leg

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
        return Leg("simulation", "inconclusive", False, text, numbers)
    text = f"{where}; {wrong} would be {abs(control):.0f} standard errors away"
    return Leg("simulation", f"{abs(deviation):.1f} standard errors", agrees, text, numbers)
