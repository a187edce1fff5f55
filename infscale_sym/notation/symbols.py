"""What the notation table says of a symbol: its SymPy object, LaTeX, domain, meaning, and what the papers call it.

Each topic brings the entries of its own symbols (`SYMBOLS` of its notation). Letters clash between the sources (R is a ridge
and a distance, S a scale and a survival function); here every object has one symbol of its own, and the last column of the
table keeps the papers readable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sympy import Symbol

from infscale_sym.errors import NotationError


@dataclass(frozen=True)
class SymbolEntry:
    """One line of the notation table.

    `between` is the range that random checks draw from (inside the domain), `typical` the value that a figure holds it at;
    `counted`: a whole number where things are drawn.
    """

    symbol: Symbol
    latex: str
    domain: str
    meaning: str
    papers: str = ""
    between: tuple[str, str] = ("0.1", "3")
    typical: float | None = None
    counted: bool = False


def assumptions(symbol: Symbol) -> str:
    """The assumptions that a symbol was made with, in words."""
    said = symbol._assumptions_orig  # type: ignore[attr-defined]  # what was asked for, without what follows from it
    return ", ".join(f"{name}={value}" for name, value in sorted(said.items())) or "none"


def same_assumptions(symbols: Iterable[Any], where: str) -> None:
    """Refuse two symbols of one name: SymPy takes them for two things, and generated code for one.

    Raises NotationError naming both."""
    seen: dict[str, Symbol] = {}
    for symbol in sorted((s for s in symbols if isinstance(s, Symbol)), key=lambda s: (s.name, assumptions(s))):
        other = seen.setdefault(symbol.name, symbol)
        if other != symbol:
            raise NotationError(
                f"{where}: two symbols are called {symbol.name}, with the assumptions {assumptions(other)} and "
                f"{assumptions(symbol)}; take one of them everywhere"
            )
