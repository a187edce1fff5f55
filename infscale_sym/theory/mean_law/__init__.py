"""The joint law of the offsets over prompts and training sets."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="mean_law",
    title="The joint law of the offsets over prompts and training sets",
    package=__name__,
    ids=("predictive",),
    rules=(".rules", ".ridgeless_rules"),
    figures=(".figures",),
    builds_on=("regression",),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
