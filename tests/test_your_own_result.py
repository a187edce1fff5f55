"""docs/your-own-result.md does what it says: its Python prints what is shown, its file and its commands work.

In a process of its own, as what it registers (a quantity called A, a file) must not be seen by the tests beside.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_readme import blocks, commands, matches

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "your-own-result.md"
PYTHON = blocks(PAGE.read_text(encoding="utf-8"), "python")
FILE = "# mine.py\n"
COMMANDS = [parts for _, block in blocks(PAGE.read_text(encoding="utf-8"), "console") for parts in commands(block)]

#: Runs the page's examples in one namespace, then commands one after the other; prints what differs in the examples, and
#: [exit code, standard output, standard error] of each command. Both derive the same law: one process keeps what it measured.
RUNNER = """
import contextlib, doctest, io, json, sys
from infscale_sym.cli import main
given = json.load(sys.stdin)
parser, namespace = doctest.DocTestParser(), {"__name__": "__main__"}
runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE, verbose=False)
report = io.StringIO()
for line, source in given["examples"]:
    test = parser.get_doctest(source, {}, f"line {line}", "your-own-result.md", line - 1)
    test.globs = namespace
    runner.run(test, out=report.write, clear_globs=False)
found = []
for arguments in given["commands"]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    found.append([code, out.getvalue(), err.getvalue()])
print(json.dumps([runner.failures, report.getvalue(), found]))
"""

EXAMPLES = [(line, source) for line, source in PYTHON if ">>>" in source]
TYPED = [(shlex.split(command), shown, code) for command, shown, code in COMMANDS]
OURS = [(words[1:], shown, code) for words, shown, code in TYPED if words[0] == "infscale"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where everything ran and left its files."""
    return tmp_path_factory.mktemp("mine")


@pytest.fixture(scope="module")
def ran(folder: Path) -> tuple[int, str, list[tuple[int, str, str]]]:
    """(examples that failed, how, (exit code, output, errors) of each command)."""
    (source,) = [source for _, source in PYTHON if source.startswith(FILE)]
    (folder / "mine.py").write_text(source)
    given = json.dumps({"examples": EXAMPLES, "commands": [words for words, _, _ in OURS]})
    environment = {name: value for name, value in os.environ.items() if name != "INFSCALE_MODULES"}
    command = [sys.executable, "-W", "error", "-c", RUNNER]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, cwd=folder, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_the_examples_print_what_is_shown(folder: Path, ran: tuple[int, str, list[tuple[int, str, str]]]):
    assert len(EXAMPLES) == 6
    failures, report, _ = ran
    assert failures == 0, report
    assert (folder / "absolute.pdf").read_bytes().startswith(b"%PDF")


def test_the_file_and_the_commands_work(folder: Path, ran: tuple[int, str, list[tuple[int, str, str]]]):
    assert [shown for words, shown, _ in TYPED if words[0] != "infscale" and shown.strip()] == []
    for (words, shown, code), (got, out, err) in zip(OURS, ran[2], strict=True):
        assert (got, err) == (code, ""), f"infscale {' '.join(words)}"
        assert matches(shown, out), f"infscale {' '.join(words)} shows\n{shown}\nbut prints\n{out}"
    assert r"\mathcal{A}_{k}(\tau)" in (folder / "absolute.tex").read_text()
    assert (folder / "absolute.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "heavy-tails" / "heavy_tails" / "formulas.py").is_file()


@pytest.mark.parametrize("link", ["../infscale_sym/derive/rules.py", "../examples/laplace-answers/README.md"])
def test_the_links_lead_somewhere(link: str):
    assert f"]({link})" in PAGE.read_text(encoding="utf-8")
    assert (PAGE.parent / link).is_file()
