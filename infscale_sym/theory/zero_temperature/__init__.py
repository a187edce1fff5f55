"""When the choice at temperature zero is the best one, and how the error leaves it."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="zero_temperature",
    title="When the choice at temperature zero is the best one, and how the error leaves it",
    package=__name__,
    ids=("temperature.zero",),
    rules=(".rules",),
    builds_on=("selection", "scaling"),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
