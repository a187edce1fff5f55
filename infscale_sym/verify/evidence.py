"""The evidence of the last ledger, shipped with the package, and whether it still speaks of the code at hand.

A ledger carries for every source file that its evidence rests on two hashes: of its bytes, and of its syntax tree without
docstrings. A row rests on the engine, on the formula's topic and those that it builds on, and on the derivation script. A file
whose bytes changed is parsed; if its tree changed too, every row that rests on it is stale, and says of which file.

Nothing here imports SymPy or a topic's modules: reading the evidence is quick.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infscale_sym import registry

_PACKAGE = Path(__file__).resolve().parent.parent
#: Folders and files of the engine, on which every row rests.
ENGINE = ("notation", "evaluate", "derive", "sampling", "verify", "registry.py")
#: Where the ledger lies: in the installed package, or in the repository.
_PLACES = (_PACKAGE / "_ledger" / "ledger.json", _PACKAGE.parent / "docs" / "ledger" / "ledger.json")


@dataclass(frozen=True)
class Shipped:
    """A row of the shipped ledger: the verdict's fields and the formula's, as in ledger.json; when and by which version it
    was made; and the files that changed since (none: it is current)."""

    row: dict[str, Any]
    date: str
    version: str
    changed: tuple[str, ...]

    @property
    def stale(self) -> bool:
        """Whether the code at hand differs from that which gave this evidence."""
        return bool(self.changed)

    def said(self) -> str:
        """In one line: whose evidence it is, and whether it is stale."""
        made = f"from the ledger of {self.date}, version {self.version}"
        if not self.changed:
            return made
        more = f" and {len(self.changed) - 3} more" if len(self.changed) > 3 else ""
        return f"{made}; STALE: {', '.join(self.changed[:3])}{more} changed since"


def shipped(id: str) -> Shipped | None:
    """The shipped evidence on one formula; None where the ledger does not know it."""
    ledger = _ledger()
    row = _rows().get(id)
    if row is None:
        return None
    known: dict[str, tuple[str, ...]] = ledger.get("sources", {})
    rests = [path for path in sources_of(row.get("topic", ""), row.get("script", "")) if path in known or _file(path)]
    changed = tuple(path for path in rests if not _same(path, known.get(path)))
    return Shipped(row, ledger.get("date", "unknown date"), ledger.get("version", "unknown"), changed)


def ids() -> tuple[str, ...]:
    """The ids in the shipped ledger, in its order."""
    return tuple(_rows())


def current_index() -> list[dict[str, Any]] | None:
    """The rows of the shipped ledger if it speaks of this package's formulas as they are stated now; else None."""
    known = _ledger().get("sources", {})
    stated = [path for topic in registry.OWN for path in _stating(topic)]
    if not known or not all(_same(path, known.get(path)) for path in stated):
        return None
    return list(_rows().values())


def fingerprints(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """path -> [hash of the bytes, hash of the tree] of every file that rows (topic, script) rest on."""
    paths = dict.fromkeys(path for topic, script in rows for path in sources_of(topic, script))
    return {path: [_bytes_hash(path), _tree_hash(path)] for path in paths if _file(path)}


@cache
def sources_of(topic: str, script: str) -> tuple[str, ...]:
    """The files that the evidence on a formula of a topic rests on, as paths relative to the package."""
    folders = [f"theory/{name}" for name in _foundation(topic)]
    paths = [str(p.relative_to(_PACKAGE)) for part in (*ENGINE, *folders) for p in _python_files(_PACKAGE / part)]
    return (*sorted(paths), *([f"derivations/{script}.py"] if script else []))


def _foundation(topic: str) -> list[str]:
    """A topic and all that it builds on."""
    found: dict[str, None] = {}
    waiting = [topic] if topic in registry.OWN else []
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += registry.topic(name).builds_on
    return list(found)


def _stating(topic: str) -> list[str]:
    """The files that say what a topic claims."""
    known = registry.topic(topic)
    modules = (*known.notation, *known.formulas_in, *known.rules)
    return [path for module in modules if _file(path := f"theory/{topic}/{module.lstrip('.').replace('.', '/')}.py")]


def _python_files(place: Path) -> list[Path]:
    return [place] if place.suffix == ".py" else sorted(place.rglob("*.py"))


def _file(path: str) -> Path | None:
    """Where a path of the ledger lies; None where there is no such file."""
    if path.startswith("derivations/"):
        name = path.removeprefix("derivations/")
        places = [_PACKAGE / "_derivations" / name, _PACKAGE.parent / "derivations" / name]
    else:
        places = [_PACKAGE / path]
    return next((place for place in places if place.is_file()), None)


@cache
def _same(path: str, known: tuple[str, ...] | None) -> bool:
    if known is None or _file(path) is None:
        return False
    return _bytes_hash(path) == known[0] or _tree_hash(path) == known[1]


@cache
def _bytes_hash(path: str) -> str:
    place = _file(path)
    return hashlib.sha256(place.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:20] if place else ""


@cache
def _tree_hash(path: str) -> str:
    """The hash of what a file does, whatever it says in comments and docstrings."""
    place = _file(path)
    if place is None:
        return ""
    tree = ast.parse(place.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            del body[0]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:20]


@cache
def _ledger() -> dict[str, Any]:
    place = next((place for place in _PLACES if place.is_file()), None)
    if place is None:
        return {}
    ledger = json.loads(place.read_text(encoding="utf-8"))
    ledger["sources"] = {path: tuple(hashes) for path, hashes in ledger.get("sources", {}).items()}
    return ledger


@cache
def _rows() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in _ledger().get("formulas", [])}
