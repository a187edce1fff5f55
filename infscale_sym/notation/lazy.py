"""Functions named by where they stand, imported when they are first called.

A quantity, a formula and a topic name their evaluators, draws and figures this way, so that stating something costs no
import of what computes it. A `Lazy` function is compared, hashed and pickled by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Lazy:
    """The function `name` of `module`, imported on the first call."""

    module: str
    name: str

    def resolve(self) -> Callable[..., Any]:
        """The function itself. Raises ImportError or AttributeError where it does not exist."""
        return _resolve(self.module, self.name)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return _resolve(self.module, self.name)(*args, **keywords)

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"


@cache
def _resolve(module: str, name: str) -> Callable[..., Any]:
    return getattr(import_module(module), name)


def lazy(package: str | None) -> Callable[[str], Lazy]:
    """How a module of `package` (its `__package__`) names functions: `here(".values:survival")`, or absolutely
    `here("infscale_sym.theory.selection.values.survival:survival")`."""

    def here(place: str) -> Lazy:
        module, colon, name = place.partition(":")
        if not colon or not name.isidentifier():
            raise ValueError(f"a function is named as 'module:name', with a leading dot for this package; got {place!r}")
        return Lazy(f"{package}{module}" if module.startswith(".") else module, name)

    return here


def function_name(function: Callable[..., Any]) -> str:
    """The bare name of a function, lazy or not, for tables and messages."""
    return function.name if isinstance(function, Lazy) else getattr(function, "__name__", type(function).__name__)
