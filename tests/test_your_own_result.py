"""docs/your-own-result.md does what it says: its Python prints what is shown, its file and its commands work.

In processes of their own, as what they register (a quantity called A, a file) must not be seen by the tests beside.
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

#: Runs the page's examples in one namespace; prints what differs.
EXAMPLES = """
import doctest, json, sys
parser, namespace = doctest.DocTestParser(), {"__name__": "__main__"}
runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE, verbose=False)
for line, source in json.load(sys.stdin):
    test = parser.get_doctest(source, {}, f"line {line}", "your-own-result.md", line - 1)
    test.globs = namespace
    runner.run(test, clear_globs=False)
sys.exit(runner.failures)
"""

#: Runs commands one after the other; prints [exit code, standard output, standard error] of each.
TYPED = """
import contextlib, io, json, sys
from infscale_sym.cli import main
found = []
for arguments in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    found.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(found))
"""


def run(code: str, given: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python code in a folder and hand it JSON."""
    environment = {name: value for name, value in os.environ.items() if name != "INFSCALE_MODULES"}
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, check=False, cwd=folder, env=environment
    )


def test_the_examples_print_what_is_shown(tmp_path: Path):
    examples = [(line, source) for line, source in PYTHON if ">>>" in source]
    assert len(examples) == 4
    done = run(EXAMPLES, examples, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "absolute.pdf").read_bytes().startswith(b"%PDF")


def test_the_file_and_the_commands_work(tmp_path: Path):
    (source,) = [source for _, source in PYTHON if source.startswith(FILE)]
    (tmp_path / "mine.py").write_text(source)
    typed = [(shlex.split(command), shown, code) for command, shown, code in COMMANDS]
    ours = [(words[1:], shown, code) for words, shown, code in typed if words[0] == "infscale"]
    assert [shown for words, shown, _ in typed if words[0] != "infscale" and shown.strip()] == []
    done = run(TYPED, [words for words, _, _ in ours], tmp_path)
    assert done.returncode == 0, done.stderr
    for (words, shown, code), (got, out, err) in zip(ours, json.loads(done.stdout), strict=True):
        assert (got, err) == (code, ""), f"infscale {' '.join(words)}"
        assert matches(shown, out), f"infscale {' '.join(words)} shows\n{shown}\nbut prints\n{out}"
    assert r"\mathcal{A}_{k}(\tau)" in (tmp_path / "absolute.tex").read_text()
    assert (tmp_path / "absolute.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "heavy-tails" / "heavy_tails" / "formulas.py").is_file()


@pytest.mark.parametrize("link", ["../infscale_sym/derive/rules.py", "../examples/laplace-answers/README.md"])
def test_the_links_lead_somewhere(link: str):
    assert f"]({link})" in PAGE.read_text(encoding="utf-8")
    assert (PAGE.parent / link).is_file()
