"""Best of k answers by a judge that is not the teacher."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="misspecified",
    title="Best of k answers by a judge that is not the teacher",
    package=__name__,
    ids=("best-of-k.misspecified",),
    rules=(".series", ".rules"),
    figures=(".figures",),
    builds_on=("selection", "best_of_k", "optima"),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
