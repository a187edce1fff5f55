"""Questions that a user asks of the theory: how to spend a budget, or reach a target, on training data and on answers.

`plan` chooses examples, answers, temperature and judge by the averaged error of HP's model (arXiv:2512.19905); `coverage` fits
pass@k to counts and prices a target.
"""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="planning",
    title="Questions that a user asks of the theory: how to spend a budget, or reach a target, on training data and on answers",
    package=__name__,
    ids=(),
    notation=(),
    formulas_in=(),
    figures=(".figures",),
    builds_on=("selection", "regression", "averages"),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
