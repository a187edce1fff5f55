"""Join a formula with the quantity it speaks of and check it: three legs of evidence, a verdict in words, and controls.

The legs are the derivation, the digits (`digits`: the claim against an independent computation) and the simulation
(`simulation` and `simulation_*`: the claim against draws); `verdict` joins them. Every check is also run on perturbed copies of
the claim; the smallest perturbation that it catches is part of the verdict.
"""

from __future__ import annotations

from infscale_sym.verify.record import Leg, Verdict
from infscale_sym.verify.verdict import verify

__all__ = ["Leg", "Verdict", "verify"]
