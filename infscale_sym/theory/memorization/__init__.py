"""Whether the linear denoiser is nearer to the sampling law or to its training set."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="memorization",
    title="Whether the linear denoiser is nearer to the sampling law or to its training set",
    package=__name__,
    ids=("denoiser",),
    rules=(".rules",),
    figures=(".figures",),
    builds_on=("regression", "denoiser"),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
