"""The notebooks are their derivations', executed, top to bottom, without errors; and the checks can fail."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from infscale_sym.catalog import formulas
from tools import build_notebooks

SCRIPTS = sorted(build_notebooks.SCRIPTS.glob("*.py"))

TOY = """\
# %% [markdown]
# # A toy

# %%
import sympy as sp

x = sp.Symbol("x")
sp.expand((x + 1) ** 2)

# %%
import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.show()

# %%
print("%.10g" % sp.N(sp.pi))

# %%
assert x == x

# %%
assert x == x
"""

def test_each_derivation_has_its_notebook_and_the_other_way_round():
    assert build_notebooks.unpaired() == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_notebook_is_the_scripts_and_executed(script: Path):
    notebook = nbformat.read(build_notebooks.NOTEBOOKS / f"{script.stem}.ipynb", as_version=4)
    assert build_notebooks.differences(script, notebook) == []
    assert build_notebooks.defects(notebook) == []


def test_every_derivation_is_concluded_in_its_notebook():
    """nbval runs these cells, in which a step that fails or an end elsewhere than at the formula raises."""
    open_ended = []
    for record in formulas():
        if record.script:
            notebook = nbformat.read(build_notebooks.NOTEBOOKS / f"{record.script}.ipynb", as_version=4)
            own = [cell.source for cell in notebook.cells if f"derives:{record.id}" in cell.metadata.get("tags", [])]
            if not any(re.search(r"\.conclude\(\)", source) for source in own):
                open_ended.append(record.id)
    assert open_ended == []


# Negative controls, on a small script built for the purpose.


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A script and the notebook that the generator makes of it, in folders of their own."""
    scripts = tmp_path_factory.mktemp("scripts")
    notebooks = tmp_path_factory.mktemp("notebooks")
    (scripts / "toy.py").write_text(TOY)
    done = _generate(scripts, notebooks)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return scripts / "toy.py", notebooks / "toy.ipynb"


def _generate(scripts: Path, notebooks: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, build_notebooks.__file__, "--scripts", str(scripts), "--notebooks", str(notebooks)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_the_generator_writes_is_accepted(toy: tuple[Path, Path]):
    script, path = toy
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert build_notebooks.unpaired(script.parent, path.parent) == []
    assert build_notebooks.differences(script, notebook) == []
    assert build_notebooks.defects(notebook) == []
    figure = notebook.cells[2]
    assert build_notebooks.FIGURE_TAG in figure.metadata.tags
    assert not any(cell.metadata.get("tags") for cell in notebook.cells if cell is not figure)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_cell_ids_survive_an_insertion(toy: tuple[Path, Path], tmp_path: Path):
    script, path = toy
    longer = tmp_path / "toy.py"
    longer.write_text("# %%\nfirst = 1\n\n" + script.read_text())
    ids = [cell.id for cell in build_notebooks.from_script(longer).cells]
    assert ids[1:] == [cell.id for cell in nbformat.read(path, as_version=4).cells]


def test_a_missing_partner_is_noticed(toy: tuple[Path, Path], tmp_path: Path):
    script, path = toy
    assert build_notebooks.unpaired(script.parent, tmp_path) == ["toy.py has no notebook"]
    assert build_notebooks.unpaired(tmp_path, path.parent) == ["toy.ipynb has no script"]


def _edit(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[3].source += "\nprint(3)"


def _swap(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[1], notebook.cells[3] = notebook.cells[3], notebook.cells[1]


def _drop(notebook: nbformat.NotebookNode) -> None:
    del notebook.cells[-1]


def _append(notebook: nbformat.NotebookNode) -> None:
    notebook.cells.append(nbformat.v4.new_markdown_cell("added by hand"))


def _retype(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[0] = nbformat.v4.new_raw_cell(notebook.cells[0].source)


@pytest.mark.parametrize("tamper", [_edit, _swap, _drop, _append, _retype])
def test_cells_that_are_not_the_scripts_are_noticed(toy: tuple[Path, Path], tamper: Callable[[nbformat.NotebookNode], None]):
    script, path = toy
    notebook = nbformat.read(path, as_version=4)
    tamper(notebook)
    assert build_notebooks.differences(script, notebook) != []


def _unexecute(cell: nbformat.NotebookNode) -> None:
    cell.execution_count = None


def _renumber(cell: nbformat.NotebookNode) -> None:
    cell.execution_count += 4


def _fail(cell: nbformat.NotebookNode) -> None:
    cell.outputs.append(nbformat.v4.new_output("error", ename="ValueError", evalue="", traceback=[]))


def _warn(cell: nbformat.NotebookNode) -> None:
    cell.outputs.append(nbformat.v4.new_output("stream", name="stderr", text="a warning\n"))


def _address(cell: nbformat.NotebookNode) -> None:
    cell.outputs.append(nbformat.v4.new_output("stream", name="stdout", text="<object at 0x7f0000000000>\n"))


def _skip(cell: nbformat.NotebookNode) -> None:
    cell.metadata["tags"] = ["nbval-skip"]


def _skip_by_comment(cell: nbformat.NotebookNode) -> None:
    cell.source = "# NBVAL_SKIP\n" + cell.source


@pytest.mark.parametrize("number", [1, 3, 5])
@pytest.mark.parametrize("tamper", [_unexecute, _renumber, _fail, _warn, _address, _skip, _skip_by_comment])
def test_defects_of_execution_are_noticed(toy: tuple[Path, Path], tamper: Callable[[nbformat.NotebookNode], None], number: int):
    notebook = nbformat.read(toy[1], as_version=4)
    tamper(notebook.cells[number])
    assert len(build_notebooks.defects(notebook)) == 1


def test_an_untagged_figure_and_an_empty_notebook_are_noticed(toy: tuple[Path, Path]):
    notebook = nbformat.read(toy[1], as_version=4)
    untagged = copy.deepcopy(notebook)
    untagged.cells[2].metadata.tags = []
    assert len(build_notebooks.defects(untagged)) == 1
    notebook.cells = notebook.cells[:1]
    assert build_notebooks.defects(notebook) == ["no code cell"]


def test_a_script_that_fails_leaves_the_old_notebook(toy: tuple[Path, Path], tmp_path: Path):
    scripts, notebooks = tmp_path / "scripts", tmp_path / "notebooks"
    scripts.mkdir()
    notebooks.mkdir()
    (scripts / "toy.py").write_text("# %%\nraise ValueError('on purpose')\n")
    old = toy[1].read_bytes()
    (notebooks / "toy.ipynb").write_bytes(old)
    done = _generate(scripts, notebooks)
    assert done.returncode == 1
    assert "on purpose" in done.stderr
    assert (notebooks / "toy.ipynb").read_bytes() == old
    assert [path.name for path in notebooks.iterdir()] == ["toy.ipynb"]


def test_nbval_notices_changed_numbers(toy: tuple[Path, Path], tmp_path: Path):
    text = toy[1].read_text()
    for old, new in [("3.141592654", "3.141592655"), ("x^{2} + 2 x", "x^{2} + 3 x")]:
        assert old in text
        text = text.replace(old, new)
    tampered = tmp_path / "toy.ipynb"
    tampered.write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, str(tampered)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert "2 failed, 3 passed" in done.stdout
