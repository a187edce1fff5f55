"""Join a formula with the quantity it speaks of: three legs, a verdict in words, the smallest perturbation caught.

`verdict` combines the legs; `digits` and `simulation` make two of them (the third is the derivation, run by `derive.scripts`);
`draws` draws; `evidence` reads what the last ledger found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infscale_sym.verify.record import Leg, Verdict

if TYPE_CHECKING:
    from infscale_sym.notation.formula import Formula

__all__ = ["Leg", "Verdict", "verify"]


def verify(formula: Formula, digits: int = 50, quick: bool = False) -> Verdict:
    """Verify one formula now: see `infscale_sym.verify.verdict.verify`, which is imported on the first call."""
    from infscale_sym.verify.verdict import verify as run

    return run(formula, digits=digits, quick=quick)
