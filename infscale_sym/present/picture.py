"""A finished figure with its caption, as a notebook shows it, and the blank one that it starts from."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from infscale_sym.present.style import styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Picture:
    """A finished figure that a notebook shows as PNG, with one line on what it shows."""

    figure: Figure
    caption: str

    def _repr_png_(self) -> bytes:
        content = BytesIO()
        with styled():
            self.figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
        return content.getvalue()

    def __repr__(self) -> str:
        return f"<picture: {self.caption}>"


def blank_figure(width: float = 7.2, height: float = 4.4) -> Figure:
    """An empty figure that draws without a screen; width and height in inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure
