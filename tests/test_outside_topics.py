"""Topics that cannot be taken: each is left out with one line that says why, and the rest works."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infscale_sym import registry
from infscale_sym.errors import NotationError

STAR = """\
from sympy import Symbol
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.selection import *
"""
ONE = 'FORMULAS = (equality("{id}", SelectionError(1, t, tau, rho), 1 + tau**2),)\n'

FILES = {
    "x = 1\n": "it defines neither TOPIC nor FORMULAS",
    STAR + 'FORMULAS = equality("mine.one", SelectionError(1, t, tau, rho), 1 + tau**2)\n': "FORMULAS is a tuple, like",
    STAR + "FORMULAS = (1,)\n": "FORMULAS is a tuple of formulas; got 1 in it",
    STAR + ONE.format(id="mine.one").replace(",)\n", ",) * 2\n"): "two formulas have the id mine.one",
    STAR + ONE.format(id="selection.integral"): "the id selection.integral belongs to the topic selection of infscale_sym",
    STAR
    + ONE.format(id="mine.one")
    + 'SYMBOLS = (SymbolEntry(Symbol("b", real=True), "b", "real", "my own b"),)\n': "the symbol b means 'my own b' in",
    STAR
    + ONE.format(id="mine.one")
    + 'from infscale_sym import Topic\nTOPIC = Topic("mine", "mine", __name__, ("your",), (__name__,), (__name__,))\n': (
        "the id mine.one must begin with your, as the topic mine says"
    ),
}


@pytest.fixture
def modules() -> Iterator[None]:
    """What is imported in a test is forgotten after it."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize("number", range(len(FILES)))
def test_a_file_that_cannot_be_taken(number: int, tmp_path: Path, modules: None):
    source, said = list(FILES.items())[number]
    file = tmp_path / f"outside_topic_{number}.py"
    file.write_text(source)
    with pytest.raises(NotationError) as caught:
        registry.register(registry.topic_of_file(file))
    assert said in str(caught.value)
    assert "mine.one" not in [formula.id for formula in registry.formulas()]


def test_what_is_registered_again_stands_once(tmp_path: Path, modules: None):
    file = tmp_path / "outside_topic.py"
    file.write_text(STAR + ONE.format(id="mine.one"))
    topic = registry.topic_of_file(file)
    try:
        for _ in range(2):
            registry.register(topic)
            assert [formula.id for formula in registry.formulas()].count("mine.one") == 1
    finally:
        registry.unregister(topic)
    assert registry.topic_of("mine.one") is None


def test_a_broken_package_is_said_and_left_out(tmp_path: Path):
    """Three entry points: one that does not import, one made for another version of the interface, and one that works."""
    (tmp_path / "outside-1.0.dist-info").mkdir()
    points = "[infscale_sym.topics]\na = absent_outside:TOPIC\nb = other_outside:TOPIC\nc = good_outside:TOPIC\n"
    (tmp_path / "outside-1.0.dist-info" / "entry_points.txt").write_text(points)
    (tmp_path / "outside-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1.0\n")
    topic = "from infscale_sym import Topic\nTOPIC = Topic('{0}', '{0}', __name__, ('{0}',), (__name__,), (__name__,){1})\n"
    (tmp_path / "other_outside.py").write_text(topic.format("other", ", interface=0"))
    (tmp_path / "good_outside.py").write_text(STAR + ONE.format(id="good.one") + topic.format("good", ""))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "infscale_sym", "list", "good", "selection"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [
        "selection.integral",
        "selection.single-answer",
        "good.one",
    ]
    absent, other = done.stderr.splitlines()
    assert absent.startswith("infscale: the topic a (absent_outside:TOPIC) is left out: ModuleNotFoundError:")
    assert "it is made for version 0 of the interface of topics; this is 1" in other


@pytest.mark.parametrize("name", ["statistics", "numpy", "sympy"])
def test_a_file_called_like_another_module_is_refused(name: str, tmp_path: Path):
    """In a fresh process: where the other is not imported yet, the file would stand in its place."""
    (tmp_path / f"{name}.py").write_text(STAR + ONE.format(id="mine.one"))
    code = f"from infscale_sym import registry\nregistry.use_files(['{name}.py'])\nprint(*registry.problems(), sep='\\n')"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    (line,) = done.stdout.splitlines()
    assert f"module called {name}" in line
    assert line.endswith("; give the file another name")
