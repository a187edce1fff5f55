"""docs/your-own-result.md is executed: the notebook, and the same as a file at the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infscale_sym import registry
from infscale_sym.cli import main

ROOT = Path(__file__).resolve().parent.parent
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "your-own-result.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "mine_in_a_notebook"}
    for block in BLOCKS:
        exec(compile(block, "docs/your-own-result.md", "exec"), names)
    said = capsys.readouterr().out
    assert said.startswith("mine.absolute: holds in the limit (quick)")
    for words in ("derived (3 symbolic, 1 numeric)", "59 digits at k = 1e60, order -2.000", "standard errors", "catches"):
        assert words in said
    assert r"\mathcal{A}_{k}(\tau) = \frac{\sqrt{\frac{\pi}{2}} e^{\tau^{2}/2}}{k}" in said
    assert (tmp_path / "absolute.pdf").read_bytes().startswith(b"%PDF")


def test_the_file_is_known_at_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    file = tmp_path / "mine_in_a_file.py"
    file.write_text('"""A law of my own."""\n' + BLOCKS[0] + "\nFORMULAS = (law,)\n")
    monkeypatch.setenv(registry.VARIABLE, "")
    try:
        assert main(["--module", str(file), "list", "mine"]) == 0
        assert "mine.absolute" in capsys.readouterr().out
        assert main(["--module", str(file), "latex", "mine.absolute"]) == 0
        assert r"\mathcal{A}_{k}(\tau)" in capsys.readouterr().out
    finally:
        monkeypatch.setenv(registry.VARIABLE, "")
        registry._foreign.cache_clear()
        registry._forget()
    assert main(["list", "mine"]) == 2
    assert main(["--module", str(tmp_path / "absent.py"), "list"]) == 2
    assert "there is no such file" in capsys.readouterr().err
