"""F_k at several hundred points: NumPy against stored self-validated values, and a part of those computed anew."""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from infscale_sym.theory.selection.values.highprec import selection_error_mp

DATA = Path(__file__).resolve().parent / "data"
STORED = json.loads((DATA / "selection_references.json").read_text())
POINTS: list[dict[str, str]] = STORED["points"]
RECOMPUTED = np.random.default_rng(5).choice(len(POINTS), math.ceil(0.05 * len(POINTS)), replace=False).tolist()


def parameters(point: dict[str, Any]) -> tuple[float, float, float, float]:
    k, t, tau, rho = (float(point[name]) for name in ("k", "t", "tau", "rho"))
    return k, t, tau, rho


def tolerance(point: dict[str, Any]) -> float:
    """The accuracy promised in the box that holds the point."""
    k, _, tau, rho = parameters(point)
    return 1e-13 if k <= 1e9 and abs(tau) <= 8 and abs(rho) <= 8 else 1e-11


def failures(points: list[dict[str, Any]], got: Any, allowed: list[float]) -> Iterator[str]:
    for point, value, limit in zip(points, got, allowed, strict=True):
        with mp.workdps(40):
            wanted = mpf(point["value"])
            difference = float(abs(mpf(float(value)) / wanted - 1)) if math.isfinite(value) else math.inf
        if not difference <= limit:
            k, t, tau, rho = parameters(point)
            yield (
                f"k={k!r} t={t!r} tau={tau!r} rho={rho!r}: got {float(value)!r}, wanted {point['value']}, "
                f"relative difference {difference:.2e} > {limit:.0e}"
            )


def check(points: list[dict[str, Any]], allowed: list[float]) -> None:
    from infscale_sym.theory.selection.values.numeric import selection_error_numpy

    together = selection_error_numpy(*np.array([parameters(point) for point in points]).T)
    bad = list(failures(points, together, allowed))
    assert not bad, f"{len(bad)} of {len(points)} points fail:\n" + "\n".join(bad)


def test_numpy_is_accurate_at_every_stored_point():
    check(POINTS, [tolerance(point) for point in POINTS])


def test_numpy_is_accurate_at_the_values_made_elsewhere():
    """60 values to 25 digits that no code of this project made."""
    elsewhere = json.loads((DATA / "reference_selection_error.json").read_text())
    points = elsewhere["points"] if isinstance(elsewhere, dict) else elsewhere
    assert len(points) == 60
    check(points, [tolerance(point) for point in points])


@pytest.mark.parametrize("index", range(0, 60, 8))
def test_mpmath_gives_the_values_made_elsewhere(index):
    elsewhere = json.loads((DATA / "reference_selection_error.json").read_text())
    point = (elsewhere["points"] if isinstance(elsewhere, dict) else elsewhere)[index]
    assert not list(failures_mp(point, 14))


@pytest.mark.parametrize("index", RECOMPUTED)
def test_a_seeded_part_is_computed_anew(index):
    assert not list(failures_mp(POINTS[index], 14))


def failures_mp(point: dict[str, Any], digits: int) -> Iterator[str]:
    value = selection_error_mp(*parameters(point), digits)
    with mp.workdps(40):
        difference = abs(value / mpf(point["value"]) - 1)
        if difference > mpf(10) ** -digits:
            yield f"{point}: got {value}, relative difference {mp.nstr(difference, 3)}"


def test_a_wrong_value_is_reported_with_its_parameters():
    point = {"k": "3.0", "t": "0.5", "tau": "1.0", "rho": "-2.0", "value": "1.00000000000000000000"}
    (line,) = failures([point], [1 + 1e-12], [1e-13])
    for part in ("k=3.0", "t=0.5", "tau=1.0", "rho=-2.0", "got 1.000000000001", "relative difference 1.00e-12"):
        assert part in line


def test_stored_points_cover_every_order_of_magnitude():
    rows = [parameters(point) for point in POINTS]
    assert len(rows) >= 320
    assert len(set(rows)) == len(rows)
    decades_k = {math.floor(math.log10(k)) for k, *_ in rows}
    decades_t = {math.floor(math.log10(t)) for _, t, *_ in rows if 0 < t < math.inf}
    assert decades_k >= set(range(17))
    assert decades_t >= set(range(-6, 7))
    assert {0.0, math.inf} <= {t for _, t, *_ in rows}
    assert sum(tolerance(point) == 1e-13 for point in POINTS) >= 100
    assert all(len(point["value"].replace(".", "").lstrip("0-")) >= 2 for point in POINTS)
    assert STORED["digits"] >= 25


def test_the_stored_points_are_those_of_the_generator():
    path = DATA / "make_selection_references.py"
    spec = importlib.util.spec_from_file_location("make_selection_references", path)
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    planned = [generator._key(point) for point in generator.plan()]
    assert planned == [generator._key(point) for point in POINTS]
