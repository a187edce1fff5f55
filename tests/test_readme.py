"""The README does what it says: its Python runs, its commands print what is shown, its links lead somewhere.

- Every ```python block runs, in order, in one namespace; lines after `>>>` must print what stands below them.
- In every ```console block each line `$ infscale ...` runs through the command line's `main`, in this process and in
  an empty folder, and prints what stands below it. A line `...` stands for any lines, `...` within a line for any
  text. The exit code must be 0 unless the next line is `$ echo $?` with another number below it; then what is shown
  is standard output followed by standard error.
- `$ make NAME` must be a target of the Makefile; what `make verify` shows is compared with the committed ledger, which such
  a run wrote (and tests/test_present_audit.py holds against the register).
"""

from __future__ import annotations

import contextlib
import dataclasses
import doctest
import io
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
LEDGER = ROOT / "docs" / "ledger" / "ledger.json"


def blocks(text: str, language: str) -> list[tuple[int, str]]:
    """(line number of its first line, content) of each fenced block in `language`."""
    found = []
    for match in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        found.append((text.count("\n", 0, match.start(1)) + 1, match.group(1)))
    return found


def run_python(sources: list[tuple[int, str]], namespace: dict[str, Any]) -> None:
    """Run blocks in order in one namespace; those with `>>>` as doctests. Raises AssertionError with the difference."""
    for line, source in sources:
        if ">>>" not in source:
            # dont_inherit: this file's __future__ imports are not the README's.
            code = compile("\n" * (line - 1) + source, str(README), "exec", dont_inherit=True)
            with contextlib.redirect_stdout(io.StringIO()):
                exec(code, namespace)
            continue
        test = doctest.DocTestParser().get_doctest(source, {}, f"README, line {line}", str(README), line - 1)
        test.globs = namespace
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE, verbose=False)
        report = io.StringIO()
        runner.run(test, out=report.write, clear_globs=False)
        assert runner.failures == 0, report.getvalue()


def commands(block: str) -> list[tuple[str, str, int]]:
    """(command, expected output, expected exit code) of each `$` line of a console block."""
    found: list[tuple[str, str, int]] = []
    continued = False
    for line in block.splitlines():
        if line.startswith("$ ") or continued:
            text = line.removeprefix("$ ")
            command = found.pop()[0] + text if continued else text
            continued = command.endswith("\\")
            found.append((command.removesuffix("\\") if continued else command, "", 0))
        elif found:
            command, output, code = found[-1]
            found[-1] = (command, f"{output}{line}\n", code)
    merged: list[tuple[str, str, int]] = []
    for command, output, code in found:
        if command.strip() == "echo $?":
            merged[-1] = (*merged[-1][:2], int(output))
        else:
            merged.append((command, output, code))
    return merged


def matches(shown: str, printed: str) -> bool:
    """Whether printed text is what is shown, with `...` as a line for any lines and within a line for any text."""
    pattern = []
    for line in shown.strip("\n").split("\n"):
        if line.strip() == "...":
            pattern.append(r"(?:.*\n)*?")
        else:
            pattern.append(r"[^\n]*?".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ \t]*\n")
    return re.fullmatch("".join(pattern), printed.strip("\n") + "\n") is not None


def run_infscale(arguments: list[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `infscale` with these arguments."""
    from infscale_sym.cli import main

    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = stop.code
    return (code if isinstance(code, int) else 0 if code is None else 1), output.getvalue(), errors.getvalue()


def targets() -> set[str]:
    """Targets of the Makefile."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def check_command(command: str, shown: str, code: int) -> None:
    """Run one command of a console block and compare. Raises AssertionError."""
    words = shlex.split(command, comments=True)
    if words[0] == "make":
        target = words[1]
        assert target in targets(), f"`{command}`: the Makefile has no target {target}"
        if not shown.strip():
            return
        assert target == "verify", f"`{command}` shows output that no test can compare"
        printed = recorded_verification()
        assert matches(shown, printed), f"`{command}` shows\n{shown}\nbut the ledger says\n{printed}"
        return
    if words[0] != "infscale":  # git clone, cd
        assert not shown.strip(), f"`{command}` shows output that no test can compare"
        return
    got, output, errors = run_infscale(words[1:])
    assert got == code, f"`{command}` exits with {got}, not {code}:\n{output}{errors}"
    printed = output + errors if code else output
    assert matches(shown, printed), f"`{command}` shows\n{shown}\nbut prints\n{printed}"


def recorded_verification() -> str:
    """What `infscale verify` printed when it wrote the committed ledger."""
    from infscale_sym.cli.verify import report
    from infscale_sym.present import audit
    from infscale_sym.verify import Leg, Verdict

    names = [field.name for field in dataclasses.fields(Verdict)]
    verdicts = []
    for row in audit.load(LEDGER):
        legs = tuple(Leg(**leg) for leg in row["legs"])
        verdicts.append(Verdict(**{name: row[name] for name in names} | {"legs": legs}))
    held = sum(verdict.as_expected for verdict in verdicts)
    lines = "".join("".join(report(verdict.as_dict())) for verdict in verdicts)
    return f"{lines}{len(verdicts)} formulas: {held} as expected, {len(verdicts) - held} not (0 s)\n"


PYTHON = blocks(README.read_text(encoding="utf-8"), "python")
CONSOLE = [
    pytest.param(*parts, id=f"line {line}, {parts[0]}")
    for line, block in blocks(README.read_text(encoding="utf-8"), "console")
    for parts in commands(block)
]


def test_python_snippets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert PYTHON, "the README has no python block"
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "tests" / "data" / "coverage_example.csv", tmp_path / "counts.csv")
    run_python(PYTHON, {"__name__": "__main__"})


@pytest.mark.parametrize(("command", "shown", "code"), CONSOLE)
def test_console_snippets(command: str, shown: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    check_command(command, shown, code)


def test_links_and_pictures_exist():
    text = README.read_text(encoding="utf-8")
    local = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link and "mailto:" not in link]
    local += re.findall(r"<img[^>]* src=\"([^\":]+)\"", text)
    missing = [link for link in local if not (ROOT / link).exists()]
    assert not missing


def test_the_two_commands_are_shown():
    shown = {parameters.values[0] for parameters in CONSOLE}
    assert {"make verify", "make test"} <= shown


# The machinery can fail.


def test_a_wrong_snippet_is_noticed():
    run_python([(1, "x = 2\n"), (2, ">>> x + 1\n3\n")], {})
    with pytest.raises(AssertionError):
        run_python([(1, "x = 2\n"), (2, ">>> x + 1\n4\n")], {})
    with pytest.raises(NameError):
        run_python([(1, "undefined\n")], {})


def test_console_blocks_are_read_as_written():
    block = "$ infscale list\none\ntwo\n\n$ infscale error \\\n--k 0\nk is 0\n$ echo $?\n2\n$ make test\n"
    assert commands(block) == [
        ("infscale list", "one\ntwo\n\n", 0),
        ("infscale error --k 0", "k is 0\n", 2),
        ("make test", "", 0),
    ]


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("one\ntwo", "one\ntwo\n", True),
        ("one\n...\nfour", "one\ntwo\nthree\nfour\n", True),
        ("one\n...\nfour", "one\nfour\n", True),
        ("one\n...", "one\n", True),
        ("took ... s, ok", "took 1.3 s, ok\n", True),
        ("took ... s, ok", "took 1.3 s, bad\n", False),
        ("one\ntwo", "one\n2\n", False),
        ("one", "one\ntwo\n", False),
        ("one\n...\nfour", "one\nfive\n", False),
        ("a.c", "abc\n", False),
    ],
)
def test_comparison(shown: str, printed: str, same: bool):
    assert matches(shown, printed) is same


def test_an_unknown_target_and_uncheckable_output_are_noticed():
    check_command("make test", "", 0)
    with pytest.raises(AssertionError, match="no target"):
        check_command("make nonsense", "", 0)
    with pytest.raises(AssertionError, match="no test can compare"):
        check_command("cat file", "some text\n", 0)
