"""The figure of the notebook: how the first correction grows out of the peak, exact, drawn, and in the limit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled

from .draws import closest_answer
from .values import laplace_error


def correction(answers: Sequence[int], drawn: int, trials: int, seed: int) -> Picture:
    """k (k^2 L_k/2 - 1) against c_T = k y_T: lines for the numbers of answers in `answers`, points with two standard errors for
    `drawn` answers, and the limit law."""
    places = np.linspace(0, 4, 200)
    with styled():
        figure = blank_figure()
        axes = figure.subplots()
        for k, colour in zip(answers, COLOURS, strict=False):
            exact = k * (k**2 * laplace_error(k, places / k) / 2 - 1)
            axes.plot(places, exact, color=colour, label=f"exact, $k$ = {k}")
        limit = 2 * places - 3 + (places + 3) * np.exp(-places)
        axes.plot(places, limit, color=LIMIT, linestyle="--", label="limit")
        axes.plot(places, 2 * places - 3, color=LIMIT, linestyle=":", label="smooth density, $2c_T-3$")
        for number, place in enumerate(np.linspace(0, 4, 9)):
            mean, error = closest_answer(drawn, place / drawn, trials, seed + number)
            scale = drawn**3 / 2
            axes.errorbar(place, scale * mean - drawn, 2 * scale * error, fmt="o", ms=3, color=COLOURS[0])
        axes.set(xlabel="distance from the peak $c_T = k\\,y_T$", ylabel=r"$k\,(k^2 L_k/2 - 1)$", xlim=(0, 4), ylim=(-3, 6))
        axes.set_title("The first correction grows from nothing to that of a smooth density", loc="left")
        axes.legend(loc="upper left")
    return Picture(figure, "first correction of best-of-k near the peak of Laplace's law")
