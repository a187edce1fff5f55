"""The topics in reading order: those of this package, of installed packages, and of a user's own files.

This package's topics are named here and imported when they are asked for. Another package hands over its own through an
entry point of the group "infscale_sym.topics"; a single file is loaded by path (`infscale --module FILE.py`, or the
variable INFSCALE_MODULES), which runs its code. What cannot be registered is left out, with one line that says why; the
rest works.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infscale_sym.errors import NotationError, UnknownFormula
from infscale_sym.notation.topic import INTERFACE, Topic

if TYPE_CHECKING:
    from sympy import Symbol

    from infscale_sym.notation.formula import Formula
    from infscale_sym.notation.quantity import Quantity
    from infscale_sym.notation.relations import Relation
    from infscale_sym.notation.symbols import SymbolEntry

GROUP = "infscale_sym.topics"
VARIABLE = "INFSCALE_MODULES"

#: This package's topics in reading order; each stands on those before it.
OWN = (
    "selection",
    "regression",
    "best_of_k",
    "high_temperature",
    "averages",
    "scaling",
    "zero_temperature",
    "optima",
    "mean_law",
    "misspecified",
    "many_answers",
    "hard_task",
    "votes",
    "denoiser",
    "memorization",
    "coverage",
    "autoencoder",
    "planning",
)

#: Topics handed over in this session, by distribution and name.
_given: dict[tuple[str, str], Topic] = {}


@cache
def own_topics() -> tuple[Topic, ...]:
    """This package's topics."""
    return tuple(import_module(f"infscale_sym.theory.{name}").TOPIC for name in OWN)


@cache
def _foreign() -> tuple[tuple[Topic, ...], tuple[str, ...]]:
    """(topics of other packages and of the user's files, lines on those that could not be loaded)."""
    topics: list[Topic] = []
    problems: list[str] = []
    for entry in _entry_points():
        _try(lambda entry=entry: entry.load(), f"the topic {entry.name} ({entry.value})", topics, problems)
    for path in filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)):
        _try(lambda path=path: topic_of_file(path), f"the file {path}", topics, problems)
    return tuple(topics), tuple(problems)


def foreign_at_hand() -> bool:
    """Whether there is a topic of another package or file to load, or one that failed; nothing is loaded to find out."""
    return bool(os.environ.get(VARIABLE)) or bool(_entry_points()) or bool(_given)


@cache
def _entry_points() -> tuple[Any, ...]:
    from importlib.metadata import entry_points

    return tuple(sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)))


def _try(load: Any, what: str, topics: list[Topic], problems: list[str]) -> None:
    try:
        topic = load()
        _check(topic, [*own_topics(), *topics])
        topics.append(topic)
    except (Exception, SystemExit) as error:  # a package of somebody else's must not take everything down
        said = " ".join(str(error).split()) or "no reason given"
        problems.append(f"{what} is left out: {type(error).__name__}: {said}")


def _check(topic: Any, before: Iterable[Topic]) -> None:
    """Refuse what would make two things one: ids, symbols, names of topics. Raises NotationError."""
    if not isinstance(topic, Topic):
        raise NotationError(f"it must be an infscale_sym.notation.topic.Topic; got {type(topic).__name__}")
    if topic.interface != INTERFACE:
        raise NotationError(f"it is made for version {topic.interface} of the interface of topics; this is {INTERFACE}")
    ids = [_id_of(formula, topic) for formula in topic.formulas]
    twice = next((id for id in ids if ids.count(id) > 1), None)
    if twice is not None:
        raise NotationError(f"two formulas have the id {twice}")
    for other in before:
        _no_clash(topic, other)


def _id_of(formula: Any, topic: Topic) -> str:
    """The id of a formula of a topic. Raises NotationError where it is no formula, or its id none of the topic's."""
    from infscale_sym.notation.formula import Formula

    if not isinstance(formula, Formula):
        raise NotationError(f"FORMULAS is a tuple of formulas; got {formula!r} in it")
    if not topic.owns(formula.id):
        begin = " or ".join(topic.ids) or "what its `ids` say"
        raise NotationError(f"the id {formula.id} must begin with {begin}, as the topic {topic.name} says")
    return formula.id


def _no_clash(topic: Topic, other: Topic) -> None:
    if (topic.distribution, topic.name) == (other.distribution, other.name):
        raise NotationError(f"{topic.distribution} has two topics called {topic.name}")
    ids = {f.id for f in other.formulas}
    for formula in topic.formulas:
        if formula.id in ids:
            raise NotationError(f"the id {formula.id} belongs to the topic {other.name} of {other.distribution}")
    entries = {entry.symbol.name: entry for entry in other.symbols}
    for entry in topic.symbols:
        theirs = entries.get(entry.symbol.name)
        if theirs is not None and (theirs.symbol, theirs.meaning) != (entry.symbol, entry.meaning):
            raise NotationError(
                f"the symbol {entry.symbol.name} means '{entry.meaning}' in {topic.name} and '{theirs.meaning}' in "
                f"{other.name} of {other.distribution}; give one of them another name"
            )


def other_topics() -> tuple[Topic, ...]:
    """The topics of other packages and of a user's own files. One that was handed over in this session stands in place of the
    installed one of its name."""
    installed = {(topic.distribution, topic.name): topic for topic in _foreign()[0]}
    return tuple((installed | _given).values())


def topics() -> tuple[Topic, ...]:
    """All topics in reading order: this package's, then others'."""
    return (*own_topics(), *other_topics())


def topic(name: str, distribution: str = "infscale_sym") -> Topic:
    """The topic of that name: of the distribution, else of this package. Raises NotationError if there is none."""
    own = {known.name: known for known in own_topics()}
    if distribution == "infscale_sym" and name in own:
        return own[name]
    for known in topics():
        if (known.distribution, known.name) == (distribution, name):
            return known
    if name in own:
        return own[name]
    raise NotationError(f"there is no topic called {name}; there are {', '.join(known.name for known in topics())}")


def problems() -> tuple[str, ...]:
    """One line on each topic that was left out."""
    return _foreign()[1]


def register(topic: Topic) -> Topic:
    """Add a topic in this session (a test, a notebook). Raises NotationError where it clashes with another."""
    known = [t for t in topics() if (t.distribution, t.name) != (topic.distribution, topic.name)]
    _check(topic, known)
    _given[topic.distribution, topic.name] = topic
    _forget()
    return topic


def unregister(topic: Topic) -> None:
    """Take a topic back that `register` added."""
    _given.pop((topic.distribution, topic.name), None)
    _forget()


def use_files(paths: Iterable[str]) -> None:
    """Take the topics of a user's own files too, here and in worker processes. Their code is run."""
    known = list(filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)))
    os.environ[VARIABLE] = os.pathsep.join(dict.fromkeys([*known, *(str(Path(path).resolve()) for path in paths)]))
    _foreign.cache_clear()
    _forget()


def topic_of_file(path: str | Path) -> Topic:
    """The topic of a single Python file: its TOPIC, or one made of its FORMULAS (and QUANTITIES and SYMBOLS)."""
    path = Path(path).resolve()
    if not path.is_file():
        raise NotationError("there is no such file")
    if path.name == "__init__.py":
        raise NotationError("it is part of a package: install that (`pip install -e`), or give a file of its own")
    name = path.stem
    if not name.isidentifier():
        raise NotationError(f"its name must be an identifier, as a module's is; got {name!r}")
    if name in sys.stdlib_module_names or _found_elsewhere(name, path):
        raise NotationError(f"Python has another module called {name}; give the file another name")
    module = sys.modules.get(name)
    if module is None or Path(str(getattr(module, "__file__", ""))).resolve() != path:
        if module is not None:
            raise NotationError(f"a module called {name} is loaded already; give the file another name")
        spec = spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    topic = getattr(module, "TOPIC", None)
    if topic is not None:
        return topic
    found = getattr(module, "FORMULAS", None)
    if not found:
        raise NotationError("it defines neither TOPIC nor FORMULAS")
    if not isinstance(found, (tuple, list)):
        raise NotationError(f"FORMULAS is a tuple, like FORMULAS = (law,); got {type(found).__name__}")
    ids = tuple(id for formula in found if (id := getattr(formula, "id", "")))
    title = (module.__doc__ or name).strip().splitlines()[0]
    return Topic(name, title, name, notation=(name,), formulas_in=(name,), ids=ids)


def _found_elsewhere(name: str, path: Path) -> bool:
    """Whether `import name` would bring a module that is not this file: it would be taken for the other, or hide it."""
    if name in sys.modules:
        return False  # compared by the file that it came from
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.has_location and Path(str(spec.origin)).resolve() != path


def _forget() -> None:
    for cached in (symbol_entries, quantities, families, _by_symbol):
        cached.cache_clear()


def formulas() -> tuple[Formula, ...]:
    """All registered formulas, in reading order."""
    return tuple(formula for topic in topics() for formula in topic.formulas)


def formula(id: str) -> Formula:
    """The registered formula with this id. Raises UnknownFormula, naming the nearest ids.

    Only the topics that may own the id are imported for it."""
    owner = topic_of(id)
    if owner is not None:
        return next(f for f in owner.formulas if f.id == id)
    near = difflib.get_close_matches(str(id), [f.id for f in formulas()], n=3, cutoff=0.3)
    hint = f"; the nearest are {', '.join(near)}" if near else ""
    raise UnknownFormula(f"no formula has the id {id!r}{hint}; `infscale list` shows them all")


def statement(id: str) -> Relation:
    """What a registered formula states: how a rule reads a result that it builds on."""
    for read in _READ.get():
        read[id] = None
    return formula(id).statement


#: Who wants to know which statements are read, the innermost last.
_READ: ContextVar[tuple[dict[str, None], ...]] = ContextVar("read", default=())


@contextmanager
def reading() -> Iterator[dict[str, None]]:
    """Within it, the ids whose statements are read, in their order: what a step of a derivation rests on."""
    read: dict[str, None] = {}
    token = _READ.set((*_READ.get(), read))
    try:
        yield read
    finally:
        _READ.reset(token)


def topic_of(id: str) -> Topic | None:
    """The topic that a registered formula belongs to; None if there is no such formula."""
    return _owner(id, own_topics()) or _owner(id, other_topics())


def _owner(id: str, among: Iterable[Topic]) -> Topic | None:
    likely = sorted((topic for topic in among if topic.owns(id)), key=lambda topic: -topic.owns(id))
    return next((topic for topic in likely if any(f.id == id for f in topic.formulas)), None)


@cache
def symbol_entries() -> tuple[SymbolEntry, ...]:
    """The notation table of all topics, in reading order; a symbol that two topics share stands once."""
    return tuple({entry.symbol: entry for topic in reversed(topics()) for entry in reversed(topic.symbols)}.values())[::-1]


def symbol_entry(symbol: Symbol) -> SymbolEntry | None:
    """The line of the notation table on a symbol; None for an auxiliary one.

    The topics whose notation is at hand are asked first; only for a symbol that is not theirs are the others imported."""
    for place, known in enumerate(own_topics()):
        if known.at_hand and symbol in _lines(place):
            return _lines(place)[symbol]
    return None if isinstance(symbol, _dummy()) else _by_symbol().get(symbol)


@cache
def _lines(place: int) -> dict[Symbol, SymbolEntry]:
    return {entry.symbol: entry for entry in own_topics()[place].symbols}


@cache
def _dummy() -> type:
    from sympy import Dummy

    return Dummy


@cache
def _by_symbol() -> dict[Symbol, SymbolEntry]:
    return {entry.symbol: entry for entry in symbol_entries()}


def symbol_place(name: str) -> tuple[int, int] | None:
    """Where a letter stands in the notation table (topic, line); None for an auxiliary one. Asks as `symbol_entry` does."""
    for place, known in enumerate(own_topics()):
        if known.at_hand and name in _places(place):
            return place, _places(place)[name]
    for place, known in enumerate(topics()):
        for line, entry in enumerate(known.symbols):
            if entry.symbol.name == name:
                return place, line
    return None


@cache
def _places(place: int) -> dict[str, int]:
    return {entry.symbol.name: line for line, entry in reversed(list(enumerate(own_topics()[place].symbols)))}


@cache
def families() -> dict[str, tuple[str, str]]:
    """Indexed families of draws: letter -> (domain, meaning)."""
    return {name: words for topic in topics() for name, words in topic.families.items()}


def counted(symbol: Symbol) -> bool:
    """Whether a symbol stands for a whole number where things are drawn."""
    entry = symbol_entry(symbol)
    return bool(symbol.is_integer) or (entry is not None and entry.counted)


@cache
def quantities() -> tuple[type[Quantity], ...]:
    """The named quantities of all topics, in reading order, the general operators first."""
    from infscale_sym.notation import operators

    return tuple(dict.fromkeys((*operators.QUANTITIES, *(q for topic in topics() for q in topic.quantities))))
