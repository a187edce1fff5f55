"""What a formula carries: a statement about a named quantity, its domain, its source, and the verdict it expects.

The statement is a SymPy relation (`notation.relations`) between an unevaluated quantity and an expression; a claim that is
wrong as printed is registered too, with its correction as partner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from sympy import Symbol, true
from sympy.logic.boolalg import Boolean

from infscale_sym.notation.relations import Relation


class Expected(StrEnum):
    """The verdicts in words. `unknown` is never a pass, so no formula can expect it."""

    HOLDS = "holds"
    IN_THE_LIMIT = "holds in the limit"
    ONLY_WHERE = "holds only where"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Source:
    """Where a claim is printed. `locator` (equation or result) is given only where it is known."""

    key: str
    authors: str
    title: str
    arxiv: str
    locator: str = "locator not checked"

    def at(self, locator: str) -> Source:
        """The same source with a locator."""
        return Source(self.key, self.authors, self.title, self.arxiv, locator)

    def __str__(self) -> str:
        where = f", arXiv:{self.arxiv}" if self.arxiv else ""
        return f"{self.authors}, {self.title}{where}, {self.locator}"


HP = Source(
    "HP",
    "Halder & Pehlevan",
    "Demystifying LLM-as-a-Judge: Analytically Tractable Model for Inference-Time Scaling",
    "2512.19905",
)
OWN = Source("infscale-sym", "infscale-sym", "derived here", "", "see the derivation")

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\Z")


@dataclass(frozen=True)
class Formula:
    """One registered claim.

    `id` is permanent. `domain` is a SymPy condition on the statement's free symbols (beyond the symbols' own
    assumptions). `deviation` says in words how the statement differs from its source. `derivation` names the script
    under derivations/ whose last step is this statement, or is empty with the reason in `underived`.
    `partner` links a printed claim with its correction.
    """

    id: str
    title: str
    statement: Relation
    source: Source
    expected: Expected
    domain: Boolean = true
    deviation: str = "none"
    derivation: str = ""
    underived: str = ""
    partner: str = ""
    only_where: str = ""

    def __post_init__(self) -> None:
        if not _ID.match(self.id):
            raise ValueError(f"formula id {self.id!r} must be lower-case words joined by '-' and '.'")
        if bool(self.derivation) == bool(self.underived):
            raise ValueError(f"{self.id}: give either a derivation or the reason why there is none")
        if self.expected is Expected.UNKNOWN:
            raise ValueError(f"{self.id}: 'unknown' is no expectation")

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The free symbols of the statement, in the order of the named quantity's arguments."""
        first = [s for s in self.statement.lhs.args if isinstance(s, Symbol)]
        rest = sorted((s for s in self.statement.free_symbols if isinstance(s, Symbol)), key=str)
        return tuple(dict.fromkeys(first + rest))
