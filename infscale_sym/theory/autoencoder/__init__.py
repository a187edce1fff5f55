"""A linear variational autoencoder tried on images, with exact chances of success."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="autoencoder",
    title="A linear variational autoencoder tried on images, with exact chances of success",
    package=__name__,
    ids=(),
    notation=(),
    formulas_in=(),
    figures=(".figures",),
    builds_on=("coverage",),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
