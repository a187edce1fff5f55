"""CONTRIBUTING is true: a new result over existing quantities, added in a copy by the steps that it lists and no others."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FORMULA = '''
TWICE_AS_MANY = Formula(
    id="best-of-k.twice-as-many",
    title="Twice as many answers make the error four times smaller",
    statement=AsymptoticTo(SelectionError(2 * k, 0, tau, tau), pi * exp(tau**2) / (4 * k**2), k, remainder=k**-3),
    source=OWN,
    script="twice_as_many",
    check=Check(quick_far="1e12"),
    sweep=Sweep(curve=tau, values=(0, 1)),
)

FORMULAS = (*FORMULAS, TWICE_AS_MANY)
'''

SCRIPT = '''# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Twice as many answers
#
# The law of best-of-$k$ at $2k$.

# %%
# %load_ext infscale_sym
from fractions import Fraction

from sympy import exp, pi

from infscale_sym.theory.best_of_k import *

# %% tags=["derives:best-of-k.twice-as-many"]
law = Derivation("best-of-k.twice-as-many")
law.claim(
    pi * exp(tau**2) / (4 * k**2),
    UseFormula("best-of-k.leading", k**-3, lambda at, digits: best_of_k_exact({**at, k: 2 * Fraction(at[k])}, digits)),
    "the law of best-of-k at 2 k",
    remainder=k**-3,
)
law.conclude()
'''

TEST = '''"""Twice as many answers."""

from infscale_sym.catalog import formula


def test_it_holds():
    assert formula("best-of-k.twice-as-many").verdict(digits=20, quick=True).as_expected
'''


def state(folder: Path) -> dict[str, str]:
    """path -> hash of every file that is not a cache."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and ".pytest_cache" not in path.parts
    }


def run(folder: Path, *command: str) -> str:
    """Run Python in the copy; what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository's own files that a result touches or needs."""
    clutter = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in ("infscale_sym", "derivations", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=clutter)
    for name in ("tests", "notebooks"):
        (tmp_path / name).mkdir()
    for name in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_a_new_result_touches_the_files_that_are_listed(copy: Path):
    before = state(copy)
    with (copy / "infscale_sym/theory/best_of_k/formulas.py").open("a") as file:
        file.write(FORMULA)
    (copy / "derivations/twice_as_many.py").write_text(SCRIPT)
    (copy / "tests/test_twice_as_many.py").write_text(TEST)
    run(copy, "tools/build_notebooks.py", "twice_as_many")
    assert "1 passed" in run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_twice_as_many.py")
    said = run(copy, "-m", "infscale_sym", "verify", "best-of-k.twice-as-many", "--quick", "--digits", "20")
    assert "1 formula: 1 as expected" in said
    assert "derivation  derived (" in said or "derivation  proved" in said
    after = state(copy)
    touched = sorted(path for path in after if before.get(path) != after[path])
    assert [path for path in before if path not in after] == []
    steps = re.findall(r"^\d\. (.*(?:\n   .*)*)", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    places = {"infscale_sym/theory/": 0, "derivations/": 1, "tests/": 2, "notebooks/": 3}
    assert sorted(next(step for place, step in places.items() if path.startswith(place)) for path in touched) == [0, 1, 2, 3]
    for place, step in places.items():
        assert (place.rstrip("/") if place != "notebooks/" else "notebook") in steps[step]
    assert "four files" in (ROOT / "CONTRIBUTING.md").read_text()
