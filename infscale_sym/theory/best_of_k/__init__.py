"""Best of k answers with the teacher as judge: the law in powers of 1/k and the extreme-value limit (HP, Result 3)."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="best_of_k",
    title="Best of k answers with the teacher as judge: the law in powers of 1/k and the extreme-value limit",
    package=__name__,
    ids=("best-of-k",),
    rules=(".series", ".rules", ".at_points"),
    figures=(".figures",),
    builds_on=("selection",),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
