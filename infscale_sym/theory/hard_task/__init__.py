"""Averages that rare hard prompts dominate: a power of k that depends on the difficulty."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="hard_task",
    title="Averages that rare hard prompts dominate: a power of k that depends on the difficulty",
    package=__name__,
    ids=("best-of-k.hard-task",),
    rules=(".rules",),
    figures=(".figures",),
    builds_on=("selection", "regression", "averages", "scaling"),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
