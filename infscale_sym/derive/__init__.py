"""The derivation engine and its rules: a derivation is a chain of named steps, each checked by its rule when it is taken.

`engine` holds `Derivation`; `rules` and `asymptotics` hold the general rules, and each topic brings its own. A rule gets the
expressions before and after a step and returns how it checked it, symbolically or by numbers, or raises DerivationError. The
scripts under derivations/ use them to reach the registered formulas.
"""

from __future__ import annotations

from infscale_sym.derive.engine import Derivation, Evidence, Step

__all__ = ["Derivation", "Evidence", "Step"]
