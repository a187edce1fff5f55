"""Every registered formula has a picture; the same picture gives the same bytes; matplotlib is left as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sympy import exp, expand, log, pi

from infscale_sym.catalog import formula, formulas
from infscale_sym.errors import DomainError
from infscale_sym.present.plots import by_order, degree, draw
from infscale_sym.present.style import save
from infscale_sym.present.sweeps import along
from infscale_sym.theory.selection.notation import k, rho, tau

PAPER = [entry.id for entry in formulas() if entry.source.key == "HP"]
OWN = [entry.id for entry in formulas() if entry.id not in PAPER]
#: One curve, a claim with a logarithm, one that is zero at a point, and a law.
HARD = ["best-of-k.hard-task.constant", "temperature.zero.approach", "vote.majority.infinite-k", "best-of-k.extreme-value"]


@pytest.mark.parametrize("id", PAPER[1::3] + OWN[::12] + HARD)  # all would take minutes
def test_every_formula_is_drawn_with_finite_numbers(id: str, tmp_path: Path):
    figure = draw(formula(id))
    upper, lower = figure.axes
    drawn = [line for axes in (upper, lower) for line in axes.get_lines() if np.size(line.get_xdata()) > 2]
    assert len(drawn) >= 3
    for line in drawn:
        assert np.isfinite(np.asarray(line.get_ydata(), float)).all()
    assert upper.get_title(loc="left")
    assert upper.get_ylabel()
    assert lower.get_xlabel()
    save(figure, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_drawn_tends_to_the_limit_and_the_refuted_does_not():
    def last(id: str) -> list[float]:
        lines = [ln for ln in draw(formula(id)).axes[0].get_lines() if np.size(ln.get_xdata()) > 2]
        return [float(np.asarray(line.get_ydata())[-1]) for line in lines]

    assert last("best-of-k.leading") == pytest.approx([1] * 4, abs=1e-3)
    assert min(abs(value - 1) for value in last("best-of-k.averaged.printed")) > 0.03
    assert last("best-of-k.averaged.corrected") == pytest.approx([1] * 3, abs=1e-3)


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
def test_the_same_figure_gives_the_same_bytes(suffix: str, tmp_path: Path):
    for name in ("a", "b"):
        save(draw(formula("ridge.bare")), tmp_path / (name + suffix))
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_matplotlib_is_left_as_it_was():
    import matplotlib
    import matplotlib.pyplot as plt

    before = dict(matplotlib.rcParams)
    draw(formula("ridge.bare"))
    assert dict(matplotlib.rcParams) == before
    assert plt.get_fignums() == []


def test_terms_by_order():
    constant, orders = by_order(tau**2 + pi / k**2 + tau / k**2 - exp(tau) / k**3, k)
    assert constant == tau**2
    assert orders == [pi / k**2 + tau / k**2, -exp(tau) / k**3]
    assert degree(k**-3 * tau, k) == -3
    assert degree(pi * (log(k) - tau) / k**2, k) == -2  # a logarithm counts for nothing
    assert degree(k**2 / log(k) + k, k) == 2
    assert by_order(expand(tau * (log(k) + rho) / k**2) + k**-3, k) == (0, [tau * log(k) / k**2 + tau * rho / k**2, k**-3])
    assert along(tau**2, tau, np.array([1.0, 2.0]), {}).tolist() == [1, 4]


def test_other_endings_are_refused(tmp_path: Path):
    with pytest.raises(DomainError, match=r"must end in \.png, \.svg or \.pdf"):
        save(draw(formula("ridge.bare")), tmp_path / "a.jpg")
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_the_figure_of_a_formula():
    picture = formula("ridge.bare").plot()
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert picture.figure.get_axes()
    assert repr(picture) == f"<picture: {formula('ridge.bare').title}>"
