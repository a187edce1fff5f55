"""Join a formula with the quantity it speaks of: three legs, a verdict in words, the smallest perturbation caught."""

from __future__ import annotations

from infscale_sym.verify.record import Leg, Verdict
from infscale_sym.verify.verdict import verify

__all__ = ["Leg", "Verdict", "verify"]
