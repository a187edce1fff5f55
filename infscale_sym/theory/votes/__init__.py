"""Other ways to spend k answers: means, medians, majorities, search in stages."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="votes",
    title="Other ways to spend k answers: means, medians, majorities, search in stages",
    package=__name__,
    ids=("vote", "search"),
    rules=(".rules", ".limit_rules"),
    figures=(".figures",),
    builds_on=("selection",),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
