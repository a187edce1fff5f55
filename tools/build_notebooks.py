"""Generate `notebooks/*.ipynb` from `derivations/*.py` (jupytext py:percent) and execute them; one way only.

The script is the source and the notebook is made from it: same cells, same order, ids that depend only on a cell's
type and text (so an edit elsewhere leaves them alone), outputs from a fresh kernel run top to bottom, no timestamps.
Cells that show a figure get the tag `nbval-ignore-output`: pixels differ between machines, numbers must not.
A notebook is replaced only when its run ended without an error and passes the checks below, which
tests/test_notebooks.py applies to the committed files.

Usage: python tools/build_notebooks.py [NAME ...] [--check]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "derivations"
NOTEBOOKS = ROOT / "notebooks"

FIGURE_TAG = "nbval-ignore-output"
#: Seconds that one cell may take.
CELL_TIMEOUT = 600
# Marks by which nbval leaves a cell out, or expects it to fail; a derivation has no use for them.
_NBVAL_MARKS = re.compile(r"nbval[-_](skip|raises[-_]exception)|raises-exception", re.IGNORECASE)
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")


def from_script(script: Path) -> NotebookNode:
    """The unexecuted notebook of a py:percent script, with deterministic cell ids and the kernel `python3`."""
    notebook = jupytext.read(script, fmt="py:percent")
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\0{cell.source}".encode()).hexdigest()[:12]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    return notebook


def _shows_figure(cell: NotebookNode) -> bool:
    return any(kind.startswith("image/") for output in cell.outputs for kind in output.get("data", {}))


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Run all cells in place in a fresh kernel whose working directory is `folder` (as nbval does); tag figures.

    Raises nbclient.exceptions.CellExecutionError at the first cell that fails.
    """
    from nbclient import NotebookClient

    # A backend from the caller's environment would keep figures out of the notebook.
    os.environ.pop("MPLBACKEND", None)
    metadata = notebook.metadata
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        # The kernel warns on every start that it talks TCP to this very machine; errors are still shown.
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    notebook.metadata = metadata
    notebook.metadata.language_info = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code" and _shows_figure(cell):
            cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), FIGURE_TAG})


def unpaired(scripts: Path = SCRIPTS, notebooks: Path = NOTEBOOKS) -> list[str]:
    """Names of scripts without a notebook and of notebooks without a script."""
    have_script = {path.stem for path in scripts.glob("*.py")}
    have_notebook = {path.stem for path in notebooks.glob("*.ipynb")}
    return sorted(
        [f"{name}.py has no notebook" for name in have_script - have_notebook]
        + [f"{name}.ipynb has no script" for name in have_notebook - have_script]
    )


def differences(script: Path, notebook: NotebookNode) -> list[str]:
    """Where a notebook's cells (type, source, order) are not exactly the script's."""
    want = [(cell.cell_type, cell.source) for cell in from_script(script).cells]
    got = [(cell.cell_type, cell.source) for cell in notebook.cells]
    found = [f"cell {i} differs from {script.name}" for i, (a, b) in enumerate(zip(want, got, strict=False)) if a != b]
    if len(want) != len(got):
        found.append(f"{len(got)} cells, but {script.name} has {len(want)}")
    return found


def defects(notebook: NotebookNode) -> list[str]:
    """What is wrong with a notebook's execution: cells not run, run out of order, failed, or not reproducible."""
    found = []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if not code:
        found.append("no code cell")
    for number, cell in enumerate(code, start=1):
        where = f"code cell {number}"
        if cell.execution_count is None:
            found.append(f"{where} is not executed")
        elif cell.execution_count != number:
            found.append(f"{where} was executed as number {cell.execution_count}")
        if _NBVAL_MARKS.search(f"{cell.metadata.get('tags', [])} {cell.source}"):
            found.append(f"{where} is left out of the comparison by a mark")
        if _shows_figure(cell) and FIGURE_TAG not in cell.metadata.get("tags", []):
            found.append(f"{where} shows a figure without the tag {FIGURE_TAG}")
        for output in cell.outputs:
            text = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output])]))
            if output.output_type == "error":
                found.append(f"{where} failed: {output.ename}")
            elif output.get("name") == "stderr":
                found.append(f"{where} wrote to stderr: {output.text.strip().splitlines()[0]}")
            elif "image/svg+xml" in output.get("data", {}):
                found.append(f"{where} shows an SVG, whose ids change from run to run")
            elif _ADDRESS.search(text) or str(ROOT) in text:
                found.append(f"{where} prints an object address or a path of this machine")
    return found


def build(script: Path, folder: Path) -> None:
    """Generate, execute, check and write `folder/<script>.ipynb`; the old file stays unless all went well.

    Raises RuntimeError with the defects found, or CellExecutionError.
    """
    notebook = from_script(script)
    execute(notebook, folder)
    found = defects(notebook)
    if found:
        raise RuntimeError(f"{script.name}: " + "; ".join(found))
    nbformat.validate(notebook)
    handle, temporary = tempfile.mkstemp(prefix=f".{script.stem}.", suffix=".new", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            nbformat.write(notebook, stream)
        os.chmod(temporary, 0o644)
        os.replace(temporary, folder / f"{script.stem}.ipynb")
    except BaseException:
        os.unlink(temporary)
        raise


def main(arguments: Sequence[str] | None = None) -> int:
    """Build or check the named notebooks (all of them by default); 0, or 1 when something is wrong."""
    parser = argparse.ArgumentParser(description="generate and execute notebooks/ from derivations/")
    parser.add_argument("names", nargs="*", metavar="NAME", help="derivations, without .py (default: all)")
    parser.add_argument("--check", action="store_true", help="compare the notebooks with their scripts, run nothing")
    parser.add_argument("--scripts", type=Path, default=SCRIPTS, help="folder of the scripts")
    parser.add_argument("--notebooks", type=Path, default=NOTEBOOKS, help="folder of the notebooks")
    options = parser.parse_args(arguments)
    from nbclient.exceptions import CellExecutionError

    scripts = {path.stem: path for path in sorted(options.scripts.glob("*.py"))}
    unknown = [name for name in options.names if name not in scripts]
    if unknown:
        parser.error(f"no derivation {', '.join(unknown)}; there are: {', '.join(scripts) or 'none'}")
    wrong = unpaired(options.scripts, options.notebooks) if options.check else []
    options.notebooks.mkdir(exist_ok=True)
    for name in options.names or scripts:
        target = options.notebooks / f"{name}.ipynb"
        if options.check:
            if target.exists():
                notebook = nbformat.read(target, as_version=4)
                found = differences(scripts[name], notebook) + defects(notebook)
                wrong += [f"{target.name}: {text}" for text in found]
            continue
        print(f"{target.name} ...", end=" ", flush=True)
        begun = time.monotonic()
        try:
            build(scripts[name], options.notebooks)
        except (CellExecutionError, RuntimeError) as error:
            wrong.append(str(error))
            print("failed")
        else:
            print(f"{time.monotonic() - begun:.1f} s")
    for text in wrong:
        print(text, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
