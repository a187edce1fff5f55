"""What a topic is: one object that hands over a folder's symbols, quantities, formulas, rules, figures and scripts.

A topic names its modules; nothing of them is imported until it is asked for. The topics of this package and those of other
packages meet in `infscale_sym.registry`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infscale_sym.notation.formula import Formula
    from infscale_sym.notation.quantity import Quantity
    from infscale_sym.notation.symbols import SymbolEntry

#: Version of this interface. A topic made for another one is reported and left out.
INTERFACE = 1


@dataclass(frozen=True)
class Topic:
    """A topic, by name.

    `package`: the folder's import name (`__name__` of its `__init__`). `ids`: the first words of the ids of its formulas;
    an id belongs to the topic with the longest fit. `notation`, `formulas`: modules (with a leading dot: of this package)
    that export SYMBOLS and QUANTITIES, and FORMULAS. `rules`, `figures`: modules whose `__all__` a derivation script may
    use. `builds_on`: the topics whose symbols, quantities and rules it uses. `scripts`: folders of derivation scripts,
    relative to the folder of `package`; `notebooks` likewise.
    """

    name: str
    title: str
    package: str
    ids: tuple[str, ...] = ()
    notation: tuple[str, ...] = (".notation",)
    formulas_in: tuple[str, ...] = (".formulas",)
    rules: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    builds_on: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ("derivations",)
    notebooks: tuple[str, ...] = ("notebooks",)
    interface: int = field(default=INTERFACE)

    @property
    def distribution(self) -> str:
        """The top-level package that it belongs to."""
        return self.package.partition(".")[0]

    @property
    def at_hand(self) -> bool:
        """Whether its notation is imported already."""
        return any(f"{self.package}{module}" in sys.modules for module in self.notation)

    def _collect(self, modules: Sequence[str], name: str) -> tuple[Any, ...]:
        return tuple(x for module in modules for x in getattr(import_module(module, self.package), name, ()))

    @cached_property
    def symbols(self) -> tuple[SymbolEntry, ...]:
        """The entries of its own symbols."""
        return self._collect(self.notation, "SYMBOLS")

    @cached_property
    def families(self) -> dict[str, tuple[str, str]]:
        """Indexed families of draws that occur in its derivations: letter -> (domain, meaning)."""
        return dict(self._collect(self.notation, "FAMILIES"))

    @cached_property
    def quantities(self) -> tuple[type[Quantity], ...]:
        """Its named quantities, in the order of the notation table."""
        return self._collect(self.notation, "QUANTITIES")

    @cached_property
    def formulas(self) -> tuple[Formula, ...]:
        """Its claims, in reading order."""
        return self._collect(self.formulas_in, "FORMULAS")

    @property
    def folder(self) -> Path:
        """Where the package lies."""
        module = sys.modules.get(self.package) or import_module(self.package)
        return Path(str(module.__file__)).resolve().parent

    def script(self, name: str) -> Path | None:
        """Where the derivation script of that name lies; None if it is not installed."""
        places = (self.folder / folder / f"{name}.py" for folder in self.scripts)
        return next((place for place in places if place.is_file()), None)

    def export(self, name: str) -> Any:
        """`__getattr__` of the topic's package: `from package import *` gives a derivation script the words of the topic and
        of those that it builds on, and the engine's. Raises AttributeError for any other name."""
        is_module = (self.folder / f"{name}.py").is_file() or (self.folder / name).is_dir()
        if is_module or (name.startswith("__") and name != "__all__"):  # Python asks here before it imports a submodule
            raise AttributeError(f"module {self.package!r} has no attribute {name!r}")
        from infscale_sym.derive.words import words_of

        words = words_of(self)
        if name == "__all__":
            return sorted(words)
        if name in words:
            return words[name]
        raise AttributeError(f"the topic {self.name} ({self.package}) has no {name!r}")

    def owns(self, id: str) -> int:
        """How many letters of a formula's id this topic claims; 0 if it is not one of its own."""
        return max((len(word) for word in self.ids if id == word or id.startswith(f"{word}.")), default=0)
