"""What texts may cite: documents, formulas and modules that a reader of this repository has. Every module says what it does."""

from __future__ import annotations

import ast
import pydoc
import re
import shutil
import subprocess
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from infscale_sym import registry

FORMULAS = registry.formulas()

ROOT = Path(__file__).resolve().parent.parent

#: Notes that are not in the repository, split so that this file does not find itself.
ABSENT = re.compile(r"\b(?:THE" + r"ORY|DES" + r"IGN|LIBRA" + r"RIES|PRO" + r"OFS)\b")
#: A section by its number. Of a paper it may be cited, if the line says of which.
SECTION = re.compile(r"(?:\bsections?\s+|§\s*)\d", re.IGNORECASE)


@cache
def texts() -> dict[str, str]:
    """The tracked text files of the project itself: what others wrote (KaTeX) is left out."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=False, cwd=ROOT)
    if listed.returncode:
        pytest.skip("not a git clone")
    found = {}
    for name in filter(None, listed.stdout.split("\0")):
        if name.startswith("infscale_sym/present/katex/"):
            continue
        try:
            found[name] = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return found


def modules() -> dict[str, str]:
    """The tracked Python modules. Derivations are scripts that open with a cell of prose."""
    return {name: text for name, text in texts().items() if name.endswith(".py") and "derivations/" not in name}


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@needs_git
def test_no_text_cites_a_document_that_is_not_here() -> None:
    assert [name for name, text in texts().items() if ABSENT.search(text)] == []


@needs_git
def test_no_text_cites_a_section_without_its_source() -> None:
    lines = [
        f"{name}: {line.strip()}"
        for name, text in texts().items()
        for line in text.splitlines()
        if SECTION.search(line) and "arXiv:" not in line and "doi:" not in line
    ]
    assert lines == []


@needs_git
def test_every_formula_and_module_that_is_cited_exists() -> None:
    ids = {formula.id for formula in FORMULAS}
    places = {"." + name.removesuffix("/__init__.py").removesuffix(".py").replace("/", "."): name for name in modules()}

    def exists(cited: str) -> bool:
        if cited in ids or any(fnmatch(id, cited) for id in ids) or any(place.endswith("." + cited) for place in places):
            return True
        module, _, name = cited.rpartition(".")
        bound = re.compile(rf"^(?:(?:def|class) {name}\b|{name}\b.*=)|\"{name}\"", re.MULTILINE)
        own = (path for place, path in places.items() if place.endswith("." + module))
        return any(bound.search(texts()[path]) for path in own) or pydoc.locate(cited) is not None

    # Scripts too: their prose is read in the notebooks.
    missing = [
        f"{name}: {cited}"
        for name, text in texts().items()
        if name.endswith(".py")
        for cited in re.findall(r"`([a-z_][a-z0-9_-]*(?:\.[A-Za-z0-9*_-]+)+)`", text)
        if not exists(cited)
    ]
    assert missing == []


@needs_git
def test_every_module_says_what_it_does() -> None:
    silent = []
    for name, text in modules().items():
        opening = ast.get_docstring(ast.parse(text)) or ""
        if len(opening.split()) < 6:
            silent.append(name)
    assert silent == []


@needs_git
def test_no_two_rules_of_derivation_have_one_name() -> None:
    """A printed derivation tells its rules apart by their names; an s more or a capital does not do that."""
    places: dict[str, list[str]] = {}
    for place, name in rule_names():
        places.setdefault(re.sub(r"s\b", "", name.casefold()), []).append(f"{place}: {name}")
    assert len(places) > 150
    assert [found for found in places.values() if len(found) > 1] == []


def rule_names() -> list[tuple[str, str]]:
    """(module and class, name) of the rules of the engine, of the topics and of the examples."""
    found = []
    for path, text in modules().items():
        if path.startswith("tests/"):
            continue
        for rule in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)):
            methods = {part.name for part in rule.body if isinstance(part, ast.FunctionDef)}
            parts = [part for part in rule.body if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)]
            fields = {part.target.id: part.value for part in parts}
            if "check" in methods and isinstance(name := fields.get("name"), ast.Constant):
                found.append((f"{path}, {rule.name}", str(name.value)))
    return found


@pytest.mark.parametrize("text", ["as in THE" + "ORY", "see DES" + "IGN.md", "PRO" + "OFS 2"])
def test_an_absent_document_would_be_seen(text: str) -> None:
    assert ABSENT.search(text)


@pytest.mark.parametrize("text", ["Section" + " 2 of the model", "see sections" + " 1 and 7", "§" + " 4"])
def test_a_bare_section_would_be_seen(text: str) -> None:
    assert SECTION.search(text)
