"""A linear one-step denoiser as a generative model (Halder, arXiv:2411.17807)."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="denoiser",
    title="A linear one-step denoiser as a generative model",
    package=__name__,
    ids=("denoiser",),
    rules=(".rules", ".limit_rules"),
    figures=(".figures",),
    builds_on=("regression",),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
