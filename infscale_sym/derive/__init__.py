"""The derivation engine and its rules: `Derivation` in engine, rules in probability, rules and asymptotics."""

from __future__ import annotations

from infscale_sym.derive.engine import Derivation, Evidence, Step

__all__ = ["Derivation", "Evidence", "Step"]
