"""Bayesian linear regression in high dimension: ridge equivalents, the error from physical parameters (arXiv:2512.19905)."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="regression",
    title="Bayesian linear regression in high dimension: ridge equivalents, the error from physical parameters",
    package=__name__,
    notation=(".notation", ".matrix_notation"),
    ids=("ridge", "predictive"),
    rules=(".rules", ".drawn_training_sets"),
    figures=(".figures",),
    builds_on=("selection",),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
