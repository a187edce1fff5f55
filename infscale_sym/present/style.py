"""How every figure of the project looks, in one place. matplotlib is imported on use, without pyplot's global state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infscale_sym.errors import DomainError
from infscale_sym.present.files import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito's colours, which colour-blind readers tell apart; black is kept for limits.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#8C510A")
LIMIT = "black"
SUFFIXES = (".png", ".svg", ".pdf")

_SETTINGS: dict[str, Any] = {
    "font.family": "serif",
    "font.serif": ["STIXGeneral"],
    "mathtext.fontset": "stix",
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.labelsize": 11,
    "legend.fontsize": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True,
    "xtick.direction": "out",
    "axes.unicode_minus": True,
    "text.usetex": False,
    "svg.hashsalt": "infscale-sym",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "figure.dpi": 100,
    "savefig.dpi": 160,
    "savefig.bbox": "standard",
    "figure.facecolor": "white",
}


@contextmanager
def styled() -> Iterator[None]:
    """The project's settings, on top of matplotlib's own defaults and of nobody else's; restored afterwards."""
    import matplotlib

    with matplotlib.rc_context():
        settings: Any = matplotlib.rcParams
        settings.update({n: v for n, v in matplotlib.rcParamsDefault.items() if n != "backend"})
        settings.update(_SETTINGS)
        yield


def two_panels(title: str, shown: str = "") -> tuple[Figure, Axes, Axes]:
    """A figure with a tall panel above a low one that shares its horizontal axis. To be called within `styled()`.

    `shown` says what the tall panel shows, under the title.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.6, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (2.1, 1)})
    upper.set_title(title, loc="left", pad=28 if shown else 10)
    if shown:
        upper.annotate(shown, (0, 1), (0, 10), xycoords="axes fraction", textcoords="offset points", fontsize=10.5)
    return figure, upper, lower


def check_suffix(path: str | Path) -> str:
    """The format that a file name asks for. Raises DomainError for other endings than .png, .svg and .pdf."""
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise DomainError(f"a plot's file name must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}; got {str(path)!r}")
    return suffix[1:]


def save(figure: Figure, path: str | Path) -> None:
    """Write the figure whole or not at all; the same figure gives the same bytes (no date, fixed ids).

    Raises DomainError for an unknown ending or an unwritable place.
    """
    format = check_suffix(path)
    metadata: dict[str, Any] = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[format]
    content = BytesIO()
    with styled():
        figure.savefig(content, format=format, metadata=metadata)
    write_whole(path, content.getvalue())
