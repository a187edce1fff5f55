"""The walls of the house: what may import what. They may only tighten."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest

from infscale_sym import registry

PACKAGE = Path(registry.__file__).resolve().parent
ENGINE = ("notation", "evaluate", "derive", "sampling", "verify", "present", "registry.py")


def modules(place: Path) -> list[Path]:
    return [place] if place.suffix == ".py" else sorted(place.rglob("*.py"))


def dotted(path: Path) -> str:
    return ".".join(("infscale_sym", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


def imports(path: Path, top: bool = False) -> set[str]:
    """The names that a module imports, dotted; with `top` only those that it imports when it is itself imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    waiting, found = list(tree.body), set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}
        if top and isinstance(node, (ast.FunctionDef, ast.Lambda)):
            continue
        if top and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        waiting += list(ast.iter_child_nodes(node))
    return found


def topic(name: str) -> str | None:
    parts = name.split(".")
    return parts[2] if parts[:2] == ["infscale_sym", "theory"] and len(parts) > 2 and parts[2] in registry.OWN else None


@pytest.mark.parametrize("part", ENGINE)
def test_the_engine_knows_no_topic(part: str):
    files = modules(PACKAGE / part)
    assert files
    bad = {dotted(path): name for path in files for name in imports(path) if name.startswith("infscale_sym.theory")}
    assert bad == {}


def test_topics_build_on_earlier_ones_only():
    bad = []
    for place, name in enumerate(registry.OWN):
        for path in modules(PACKAGE / "theory" / name):
            later = {t for used in imports(path) if (t := topic(used)) and registry.OWN.index(t) > place}
            bad += [(dotted(path), t) for t in later]
    assert bad == []


def test_a_topic_is_loaded_when_asked_for():
    for name in registry.OWN:
        used = imports(PACKAGE / "theory" / name / "__init__.py")
        own = {x for x in used if x.startswith(("infscale_sym.theory.", "infscale_sym.evaluate"))}
        assert own <= {"infscale_sym.theory.NOTEBOOKS", "infscale_sym.theory.SCRIPTS"}, name


def test_draws_share_nothing_with_what_they_check():
    """NumPy, the drawing engine, errors, threads, and the draws and settings of the models themselves."""
    found = [path for path in modules(PACKAGE / "theory") if "draws" in path.relative_to(PACKAGE).as_posix()]
    assert len(found) > 8
    allowed = ("numpy", "infscale_sym.sampling", "infscale_sym.errors")
    plain = ("__future__", "collections", "contextlib", "dataclasses", "functools", "itertools", "math", "threading", "typing")
    bad = []
    for path in found:
        for name in imports(path):
            of_draws = topic(name) is not None and name.split(".")[3:4] == ["draws"]
            if not (name.startswith(allowed) or name.split(".")[0] in plain or of_draws):
                bad.append((dotted(path), name))
    assert sorted(bad) == sorted(EXCEPTIONS)


#: What a drawing needs besides, and why. May only get shorter.
EXCEPTIONS = [  # the images of the digits notebook
    ("infscale_sym.theory.autoencoder.draws", "sklearn.datasets"),
    ("infscale_sym.theory.autoencoder.draws", "sklearn.datasets.load_digits"),
]


def test_no_modules_import_each_other_in_a_circle():
    files = {dotted(path): path for path in modules(PACKAGE)}
    graph = {}
    for name, path in files.items():
        used = imports(path, top=True)
        graph[name] = {other for other in files if other in used and other != name and not name.startswith(f"{other}.")}
    assert sum(map(len, graph.values())) > len(files)
    graphlib.TopologicalSorter(graph).prepare()


def test_no_table_is_keyed_by_ids():
    """What belongs to a formula stands with it."""
    ids = {formula.id for formula in registry.formulas()}
    for path in modules(PACKAGE):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                keys = {key.value for key in node.keys if isinstance(key, ast.Constant)} & ids
                assert len(keys) <= 2, f"{dotted(path)}, line {node.lineno}: {sorted(keys)}"


def test_no_recipe_asks_which_formula_it_is_called_for():
    """It takes what it needs as arguments, so that it serves any formula."""
    for path in modules(PACKAGE / "theory"):
        if "checks" in path.stem:
            asks = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Attribute)]
            assert not [n.lineno for n in asks if n.attr == "id" and ast.unparse(n.value) == "formula"], dotted(path)


def test_evaluators_are_taken_from_earlier_topics_only():
    """Also where they are named in strings, as in `here("infscale_sym.theory.selection.values:function")`."""
    named = 0
    for place, name in enumerate(registry.OWN):
        for path in modules(PACKAGE / "theory" / name):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
                if t := topic(text.partition(":")[0]):
                    assert registry.OWN.index(t) <= place, f"{dotted(path)}, line {node.lineno}: {text}"
                    named += 1
    assert named > 5


def test_the_drawing_engine_shares_only_the_parsing_of_numbers():
    shared = ("numpy", "scipy.special", "threadpoolctl", "tqdm", "infscale_sym.sampling", "infscale_sym.errors")
    plain = {"__future__", "collections", "concurrent", "contextlib", "dataclasses", "functools", "math"}
    plain |= {"os", "threading", "typing"}
    for path in modules(PACKAGE / "sampling"):
        for name in imports(path):
            known = name.startswith(shared) or name.split(".")[0] in plain
            assert known or name.startswith("infscale_sym.evaluate.inputs"), f"{dotted(path)} imports {name}"
