"""How the error falls with the number of answers and of data, and with difficulty (HP, Remark 6)."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="scaling",
    title="How the error falls with the number of answers and of data, and with difficulty",
    package=__name__,
    ids=("monotone", "difficulty", "tradeoff"),
    formulas_in=(".monotone", ".difficulty", ".tradeoff"),
    rules=(".rules", ".chebyshev_sum"),
    figures=(".figures",),
    builds_on=("selection", "regression", "best_of_k", "averages"),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
