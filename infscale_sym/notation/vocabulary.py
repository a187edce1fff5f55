"""All named quantities in the order of the notation table: the core's and those of each wing."""

from __future__ import annotations

from infscale_sym.notation import heads
from infscale_sym.notation.heads import Head

HEADS: tuple[type[Head], ...] = (*heads.HEADS,)
