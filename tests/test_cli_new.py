"""`infscale new`: the package that it writes is complete, and nothing is left of one that it refuses."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infscale_sym import skeleton
from infscale_sym.cli import main

FILES = [
    "README.md",
    "least_of_many/__init__.py",
    "least_of_many/derivations/least_of_many.py",
    "least_of_many/draws.py",
    "least_of_many/formulas.py",
    "least_of_many/notation.py",
    "least_of_many/rules.py",
    "pyproject.toml",
    "tests/test_least_of_many.py",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package as it is written."""
    folder = tmp_path_factory.mktemp("new") / "in" / "least-of-many"
    assert main(["new", "least-of-many", str(folder)]) == 0
    return folder


def test_it_is_complete_and_filled_in(made: Path):
    assert sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()) == FILES
    assert [path.name for path in made.parent.iterdir()] == ["least-of-many"]
    for path in made.rglob("*"):
        text = path.read_text() if path.is_file() else ""
        assert "{{topic}}" not in text
        assert "{{package}}" not in text
        if path.suffix == ".py":
            assert max(map(len, text.splitlines())) <= 128, path
            compile(text, str(path), "exec")


def test_it_says_what_it_wrote_and_what_comes_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = tmp_path / "empty"
    folder.mkdir()
    assert main(["new", "least-of-many", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[: len(FILES)] == [str(folder / name) for name in FILES]
    assert f"pip install -e {folder}" in out


def test_its_own_tests_pass(made: Path):
    environment = {**os.environ, "PYTHONPATH": str(made)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=made, env=environment)
    assert done.returncode == 0, done.stdout[-3000:]


def test_its_wheel_carries_the_derivation_and_the_entry_point(made: Path, tmp_path: Path):
    from hatchling.builders.wheel import WheelBuilder

    (path,) = WheelBuilder(str(made)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        (entry,) = [name for name in names if name.endswith("entry_points.txt")]
        assert "[infscale_sym.topics]\nleast-of-many = least_of_many:TOPIC" in wheel.read(entry).decode()
    assert "least_of_many/derivations/least_of_many.py" in names


REFUSED = {
    "Least": "lower-case words joined by '-'",
    "least_of_many": "lower-case words joined by '-'",
    "2-of-k": "lower-case words joined by '-'",
    "": "lower-case words joined by '-'",
    "lambda": "would be the Python module lambda",
    "random": "would be the Python module random",
    "infscale-sym": "would be the Python module infscale_sym",
    "sympy": "would be the Python module sympy",
    "votes": "is taken: by the topic votes of infscale_sym",
    "best-of-k": "is taken: by the topic best_of_k of infscale_sym",
    "hte": "is taken: by the topic high_temperature of infscale_sym",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_name_is_refused_in_one_line(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["new", name, str(tmp_path / "new")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert REFUSED[name] in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name, said in {"full": "is not empty", "file": "", "": "no folder name"}.items():
        assert main(["new", "least-of-many", str(tmp_path / name) if name else ""]) == 2
        out, err = capsys.readouterr()
        assert (out, len(err.splitlines())) == ("", 1)
        assert said in err
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "full", "mine.txt"]
    assert (tmp_path / "file").read_text() == "mine"


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def full(self: Path, *arguments: object, **options: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    assert main(["new", "least-of-many", str(tmp_path / "new")]) == 2
    assert "cannot write into" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_package_may_be_named_after_no_installed_one():
    assert skeleton.package_of("heavy-tails") == "heavy_tails"
