"""The best temperature, number of answers and judge (HP, Remarks 2 to 4)."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="optima",
    title="The best temperature, number of answers and judge",
    package=__name__,
    ids=("finite-k", "temperature", "reward"),
    formulas_in=(".finite_k", ".formulas"),
    rules=(".rules",),
    figures=(".figures",),
    builds_on=("selection", "best_of_k", "high_temperature"),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
