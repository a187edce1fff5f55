"""Run the derivation of one formula out of its literate script, without its figures.

A script under derivations/ is py:percent: cells tagged `derives:ID` take the steps for that formula, untagged code cells
prepare them, and cells tagged `figure` or `numbers` are for the reader of the notebook only.
"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

from infscale_sym import registry
from infscale_sym.derive.engine import Derivation
from infscale_sym.errors import DerivationError
from infscale_sym.notation.formula import Formula

_CELL = re.compile(r"^# %%(?P<rest>.*)$", re.MULTILINE)
_TAGS = re.compile(r'"([^"]+)"')


def script_path(formula: Formula) -> Path:
    """Where the derivation script of a formula lies: with its topic. Raises DerivationError if it is not installed."""
    topic = registry.topic_of(formula.id)
    if topic is None:
        raise DerivationError(f"{formula.id} belongs to no topic: hand its derivation over with using(derivation=...)")
    path = topic.script(formula.script)
    if path is None:
        raise DerivationError(f"the derivation script {formula.script}.py of the topic {topic.name} is not installed")
    return path


def code_cells(text: str) -> list[tuple[tuple[str, ...], str]]:
    """(tags, source) of every code cell of a py:percent script, in order; each source stands in its own lines of the file, so
    that a traceback names them."""
    marks = list(_CELL.finditer(text))
    cells = []
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        rest = mark["rest"]
        if "[markdown]" in rest:
            continue
        source = text[mark.end() : following.start() if following else len(text)]
        tags = tuple(_TAGS.findall(rest.split("tags=", 1)[1])) if "tags=" in rest else ()
        cells.append((tags, "\n" * text.count("\n", 0, mark.end()) + source))
    return cells


def derivation_of(formula: Formula) -> Derivation | None:
    """The concluded derivation of a formula, every step checked now; None where it has none.

    Raises DerivationError if a step fails or the script does not reach the formula.
    """
    if not formula.script:
        return None
    path = script_path(formula)
    wanted = f"derives:{formula.id}"
    namespace: dict[str, Any] = {"__name__": f"derivations.{formula.script}"}
    found = False
    for tags, source in code_cells(path.read_text(encoding="utf-8")):
        if tags and wanted not in tags:
            continue
        found = found or bool(tags)
        with contextlib.redirect_stdout(io.StringIO()):  # what a cell prints is for the reader of the notebook
            exec(compile(source, str(path), "exec"), namespace)
    if not found:
        raise DerivationError(f"{path.name} has no cell tagged {wanted!r}")
    for value in namespace.values():
        if isinstance(value, Derivation) and value.id == formula.id and value.concluded:
            return value
    raise DerivationError(f"{path.name} does not conclude a derivation of {formula.id}")
