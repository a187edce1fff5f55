"""`infscale error`: the numbers it prints, to what radius, and in which form."""

from __future__ import annotations

import itertools
import json
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from infscale_sym.cli import error, main
from infscale_sym.errors import ValidationError
from infscale_sym.theory.selection.values.enclosure import selection_error_arb
from infscale_sym.theory.selection.values.numeric import selection_error_numpy

FIELDS = ["k", "t", "tau", "rho", "value", "radius", "kind"]


def values(line: str, capsys) -> list[dict[str, str]]:
    """The values that `infscale error LINE --json` prints."""
    assert main(["error", *line.split(), "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    document = json.loads(out)
    assert list(document) == ["schema", "values"]
    assert document["schema"] == 1
    for value in document["values"]:
        assert list(value) == FIELDS
        assert all(isinstance(field, str) for field in value.values())
    return document["values"]


def within(value: dict[str, str], digits: int) -> bool:
    """Whether an independent ball of more digits lies within the radius printed, and the radius is as small as asked."""
    ball = selection_error_arb(*(value[name] for name in FIELDS[:4]), digits=digits + 8)
    number, radius = Fraction(value["value"]), Fraction(value["radius"])
    low, high = error._ends(ball)
    return number - radius <= low and high <= number + radius and radius <= number / 10**digits


def test_doubles_are_printed_as_they_are(capsys):
    found = values("--k 1:1000:x4,2.5 --t 0,0.5,inf --tau -0.5,0.3 --rho=-0.25", capsys)
    lists = ["1", "10", "100", "1000", "2.5"], ["0", "0.5", "inf"], ["-0.5", "0.3"], ["-0.25"]
    assert [tuple(value[name] for name in FIELDS[:4]) for value in found] == list(itertools.product(*lists))
    # Last digits depend on the company in which a value is computed, and on the processor: the same call gives the same.
    together = selection_error_numpy(*np.ix_(*([float(text) for text in texts] for texts in lists)))
    assert [value["value"] for value in found] == [repr(float(x)) for x in together.flat]
    for value in found:
        assert value["kind"] == "float64"
        assert 1e-13 <= float(value["radius"]) / float(value["value"]) <= 1.11e-13
    for value in found[::5]:  # every k, t and tau is among them
        low, high = error._ends(selection_error_arb(*(value[name] for name in FIELDS[:4]), digits=15))
        assert max(high - Fraction(value["value"]), Fraction(value["value"]) - low) <= Fraction(value["radius"])


@pytest.mark.parametrize(("point", "relative"), [("1e9 8", 1e-13), ("2e9 8", 1e-11), ("1e9 8.5", 1e-11)])
def test_the_radius_of_doubles_is_the_contract(point: str, relative: float, capsys):
    k, tau = point.split()
    (value,) = values(f"--k {k} --t 0 --tau {tau} --rho {tau}", capsys)
    assert 1 <= float(value["radius"]) / (relative * float(value["value"])) <= 1.11
    ball = selection_error_arb(k, 0, tau, tau, digits=30)
    assert abs(Fraction(value["value"]) - error._ends(ball)[0]) <= Fraction(value["radius"])


@pytest.mark.parametrize("digits", [16, 60])
def test_digits_at_zero_temperature_are_enclosed(digits: int, capsys):
    for value in values(f"--k 1,2,2.5,1e16 --t 0 --tau 0.1,8 --rho 0.1 --digits {digits} --jobs 1", capsys):
        assert value["kind"] == "enclosure"
        assert within(value, digits), value


def test_digits_with_noise_are_enclosed_and_at_infinity_exact(capsys):
    noisy, uniform = values("--k 1000 --t 0.5,inf --tau 1 --rho 1 --digits 16 --jobs 1", capsys)
    assert noisy["kind"] == uniform["kind"] == "enclosure"
    assert within(noisy, 16)
    assert (uniform["value"], uniform["radius"]) == ("2", "0")


def test_text_is_the_exact_decimal_when_digits_are_asked_for(capsys):
    (exact,) = values("--k 1 --t 0 --tau 0.1 --rho 0 --digits 40", capsys)
    assert abs(Fraction(exact["value"]) - Fraction("1.01")) <= Fraction(exact["radius"]) <= Fraction(1, 10**40)


def test_wide_balls_give_way_to_self_validated_values(monkeypatch, capsys):
    from flint import arb

    narrow = selection_error_arb(8, 0, 1, 1, digits=60)
    monkeypatch.setattr(
        "infscale_sym.theory.selection.values.enclosure.selection_error_arb", lambda *_, digits: narrow + arb(0, 1e-20)
    )
    (value,) = values("--k 8 --t 0 --tau 1 --rho 1 --digits 40", capsys)
    assert value["kind"] == "self-validated"
    monkeypatch.undo()
    assert within(value, 40)


def test_a_value_outside_its_ball_is_not_printed(monkeypatch, capsys):
    from flint import arb

    monkeypatch.setattr("infscale_sym.theory.selection.values.enclosure.selection_error_arb", lambda *_, digits: arb(1, 1e-20))
    with pytest.raises(ValidationError, match="outside its own enclosure"):
        error.precise_row(("8", "0", "1", "1"), digits=40)
    assert main(["error", "--k", "8", "--t", "0", "--tau", "1", "--rho", "1", "--digits", "40"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1


def test_processes_change_nothing(capsys):
    line = "--k 1:1e6:x3 --t 0 --tau 1 --rho 0.5,1 --digits 30 --jobs"
    assert values(f"{line} 1", capsys) == values(f"{line} 2", capsys)


@pytest.mark.parametrize("bound", [1.0, 1.04e-13, 9.96e-20, 9.9e-20, 1.1e-11, 3.141e300, 5e-300])
def test_bounds_are_rounded_up(bound: float):
    for text in (error._upward(bound), error._upward(Fraction(bound))):
        assert bound <= float(text) <= 1.11 * bound
        assert len(text.partition("e")[0]) == 3


def test_the_table_is_aligned(capsys):
    assert main(["error", "--k", "8,1e6", "--t", "0.5,inf", "--tau", "-0.5", "--rho", "0.3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["k", "t", "tau", "rho", "F", "radius", "kind"]
    assert len(lines) == 5
    column = lines[0].index("F")
    for line in lines[1:]:
        assert line[column - 1] == " "
        assert line[column].isdigit()
        assert line.endswith("float64")
        assert line.index("float64") == lines[0].index("kind")


def test_output_is_written_whole_and_keeps_the_mode_of_the_file(tmp_path: Path, capsys):
    target, link = tmp_path / "error.json", tmp_path / "link"
    target.write_text("x" * 10_000)
    target.chmod(0o640)
    link.symlink_to(target)
    assert main(f"error --k 8 --t 0 --tau 1 --rho 1 --json -o {link}".split()) == 0
    assert capsys.readouterr() == ("", "")
    assert json.loads(target.read_text())["schema"] == 1
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    fresh = tmp_path / "fresh"
    assert main(f"error --k 8 --t 0 --tau 1 --rho 1 -o {fresh}".split()) == 0
    mask = os.umask(0)
    os.umask(mask)
    assert fresh.stat().st_mode & 0o777 == 0o666 & ~mask
    assert sorted(path.name for path in tmp_path.iterdir()) == ["error.json", "fresh", "link"]
