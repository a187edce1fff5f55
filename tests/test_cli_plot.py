"""`infscale plot` as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from infscale_sym.cli import main

MAGIC = [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF"), (".PNG", b"\x89PNG")]


@pytest.mark.parametrize(("suffix", "magic"), MAGIC)
def test_a_picture_in_every_format(suffix: str, magic: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    target = tmp_path / f"a{suffix}"
    assert main(["plot", "ridge.bare", "-o", str(target)]) == 0
    assert target.read_bytes().startswith(magic)
    assert capsys.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no.such.id", "-o", "a.png"], "no formula has the id"),
        (["ridge.bare"], "required"),
        (["ridge.bare", "-o", "a.jpg"], "must end in .png, .svg or .pdf"),
        (["ridge.bare", "-o", "missing/a.png"], "cannot write"),
        (["-o", "a.png"], "required"),
    ],
)
def test_bad_input_gives_one_line_and_two(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    assert main(["plot", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
