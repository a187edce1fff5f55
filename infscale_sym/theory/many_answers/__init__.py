"""The limit k -> oo at fixed temperature, its corrections, and when more answers hurt."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="many_answers",
    title="The limit k -> oo at fixed temperature, its corrections, and when more answers hurt",
    package=__name__,
    ids=("limit", "finite-k", "temperature", "reward", "optimum"),
    rules=(".series", ".rules", ".unimodality"),
    figures=(".figures",),
    builds_on=("selection", "best_of_k", "optima", "scaling"),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
