"""The walls of the package, read from its imports: which part may know which. They may only be tightened."""

from __future__ import annotations

import ast
import graphlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from infscale_sym import registry

PACKAGE = Path(__file__).resolve().parent.parent / "infscale_sym"
THEORY = PACKAGE / "theory"
MODULES = sorted(PACKAGE.rglob("*.py"))

#: What the simulator shares with the rest: the parsing of numbers.
SHARED = {"infscale_sym.errors", "infscale_sym.evaluate.inputs"}
#: Pictures that are data, not code.
DATA = {"theory/autoencoder/draws.py": {"sklearn.datasets"}}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


NAMES = {name_of(path): path for path in MODULES}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def nodes(tree: ast.AST, *, inside_functions: bool) -> Iterator[ast.AST]:
    """All nodes but those that are there for annotations only; without functions' bodies, what happens on import."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        if inside_functions or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from nodes(child, inside_functions=inside_functions)


def imports(path: Path, *, inside_functions: bool = True) -> set[str]:
    """What a module imports, by full names: of this package modules, of others as they are written."""
    found: set[str] = set()
    for node in nodes(tree_of(path), inside_functions=inside_functions):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            assert node.module
            wholes = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            found |= {whole if whole in NAMES else node.module for whole in wholes.values()}
    return found


def places(path: Path) -> set[str]:
    """Modules named in strings, as evaluators are: "infscale_sym.theory.selection.values:function"."""
    texts = (n.value for n in ast.walk(tree_of(path)) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return {text.partition(":")[0] for text in texts if text.startswith("infscale_sym.") and text.partition(":")[0] in NAMES}


def is_draws(path: Path) -> bool:
    return path.parent.name == "draws" or path.stem == "draws" or path.stem.endswith("_draws")


def topic_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[2] if parts[:2] == ["infscale_sym", "theory"] and len(parts) > 2 and parts[2] in registry.OWN else None


def outside(found: set[str]) -> set[str]:
    """Imports from other packages than this, the standard library and NumPy."""
    first = {module: module.partition(".")[0] for module in found}
    return {module for module, top in first.items() if top not in {"infscale_sym", "numpy", *sys.stdlib_module_names}}


@pytest.mark.parametrize("part", ["notation", "evaluate", "derive", "sampling", "verify", "present", "registry.py"])
def test_the_engine_knows_no_topic(part: str) -> None:
    paths = [path for path in MODULES if path.relative_to(PACKAGE).parts[0] == part]
    assert paths
    offending = {name_of(path): module for path in paths for module in imports(path) if module.startswith("infscale_sym.theory")}
    assert offending == {}


def test_draws_import_numpy_the_simulation_engine_errors_and_the_models_definition() -> None:
    paths = [path for path in THEORY.rglob("*.py") if is_draws(path)]
    assert len(paths) > 15
    for path in paths:
        found = imports(path)
        assert outside(found) <= DATA.get(path.relative_to(PACKAGE).as_posix(), set()), path
        for module in found:
            if module.startswith("infscale_sym") and not module.startswith("infscale_sym.sampling"):
                assert module == "infscale_sym.errors" or is_draws(NAMES[module]), f"{path} imports {module}"


def test_the_simulation_engine_shares_only_the_parsing_of_numbers() -> None:
    for path in (PACKAGE / "sampling").glob("*.py"):
        found = imports(path)
        assert outside(found) <= {"scipy.special", "threadpoolctl", "tqdm"}, path
        ours = {module for module in found if module.startswith("infscale_sym")}
        assert {module for module in ours if not module.startswith("infscale_sym.sampling")} <= SHARED, path


def test_topics_build_on_earlier_topics_only() -> None:
    offending = []
    for path in MODULES:
        mine = topic_of(name_of(path))
        for module in (imports(path) | places(path)) if mine else ():
            other = topic_of(module)
            if other and registry.OWN.index(other) > registry.OWN.index(mine):
                offending.append(f"{name_of(path)} imports {module}")
    assert offending == []


def test_a_topic_loads_none_of_its_modules() -> None:
    for topic in registry.OWN:
        found = imports(THEORY / topic / "__init__.py", inside_functions=False)
        assert not {module for module in found if module.startswith("infscale_sym.theory")}, topic


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: imports(path, inside_functions=False) & NAMES.keys() - {name} for name, path in NAMES.items()}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError


def test_what_belongs_to_a_formula_is_in_no_table_and_behind_no_branch() -> None:
    """No dictionary with three ids of formulas among its keys; no recipe asks which formula it is called for."""
    ids = {formula.id for formula in registry.formulas()}
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Dict):
                keys = [key.value for key in node.keys if isinstance(key, ast.Constant) and key.value in ids]
                assert len(keys) <= 2, f"{path}: {keys}"
            if "checks" in path.stem and isinstance(node, ast.Attribute) and node.attr == "id":
                assert ast.unparse(node.value) != "formula", f"{path}, line {node.lineno}"


def test_a_wall_that_is_broken_is_noticed() -> None:
    assert outside({"scipy.integrate", "math", "numpy.typing"}) == {"scipy.integrate"}
    assert topic_of("infscale_sym.theory.votes.draws") == "votes"
    assert topic_of("infscale_sym.theory.sources") is None
    assert "infscale_sym.theory.regression.values.gaussian_pair" in places(THEORY / "averages" / "notation.py")
    only_typing = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import scipy\ndef f():\n    import mpmath\n"
    kinds = [type(node).__name__ for node in nodes(ast.parse(only_typing), inside_functions=False)]
    assert kinds.count("Import") == 0
    assert [type(n).__name__ for n in nodes(ast.parse(only_typing), inside_functions=True)].count("Import") == 1
