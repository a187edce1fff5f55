"""Averages of the error over prompts and training sets."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="averages",
    title="Averages of the error over prompts and training sets",
    package=__name__,
    ids=("averaged", "best-of-k.averaged"),
    formulas_in=(".formulas", ".limit_formulas"),
    rules=(".rules", ".dominant_weight", ".limit_rules", ".marginal_rules", ".at_points"),
    figures=(".figures", ".limit_figures"),
    builds_on=("selection", "regression", "best_of_k"),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
