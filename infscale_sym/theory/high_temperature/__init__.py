"""The error in powers of 1/t: every order, and why the series diverges (HP, Result 2)."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="high_temperature",
    title="The error in powers of 1/t: every order, and why the series diverges",
    package=__name__,
    ids=("hte",),
    formulas_in=(".second_order", ".formulas"),
    rules=(".series", ".cumulants", ".moments", ".rules", ".large_orders", ".two_answers"),
    figures=(".figures", ".figures_second_order"),
    builds_on=("selection", "best_of_k"),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
