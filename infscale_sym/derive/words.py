"""The words of a derivation script: what `from infscale_sym.theory.votes import *` brings.

The engine's (a derivation, the general rules, the kinds of statement, the operators), and of the topic and of those that it
builds on the symbols, quantities, formulas, rules and series. Where two have one name the topic's own wins.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import sympy
from sympy import Basic, Symbol

from infscale_sym.notation.formula import Formula
from infscale_sym.notation.topic import Topic

_ENGINE = (
    "infscale_sym.derive",
    "infscale_sym.derive.rules",
    "infscale_sym.derive.asymptotics",
    "infscale_sym.notation.relations",
    "infscale_sym.notation.operators",
    "infscale_sym.notation.formula",
    "infscale_sym.notation.quantity",
    "infscale_sym.errors",
)


@cache
def words_of(topic: Topic) -> dict[str, Any]:
    """Name -> object."""
    from infscale_sym import registry

    words: dict[str, Any] = {}
    for module in _ENGINE:
        words |= _public(import_module(module))
    words |= {"registry": registry, "formula": registry.formula}
    for name in topic.builds_on:
        words |= words_of(registry.topic(name, topic.distribution))
    for place in (*topic.notation, *topic.formulas_in, *topic.rules):
        words |= _public(import_module(place, topic.package))
    return words


def _public(module: ModuleType) -> dict[str, Any]:
    """What a module defines itself: its `__all__`, or its functions, classes, expressions, formulas and numbers."""
    names = getattr(module, "__all__", None)
    if names is not None:
        return {name: getattr(module, name) for name in names}
    return {name: x for name, x in vars(module).items() if not name.startswith("_") and _own(module, name, x)}


def _own(module: ModuleType, name: str, x: Any) -> bool:
    if isinstance(x, Formula) or (name.isupper() and isinstance(x, (int, str))):
        return True
    if isinstance(x, Basic):  # symbols, indexed draws; not what SymPy itself offers under this name
        return not hasattr(sympy, name) or isinstance(x, Symbol)
    return getattr(x, "__module__", "") == module.__name__ and (callable(x) or isinstance(x, type))
