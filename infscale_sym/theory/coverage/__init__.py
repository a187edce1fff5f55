"""Coverage, pass@k, of problems with Beta-distributed failure probabilities (Levi, arXiv:2410.16377)."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="coverage",
    title="Coverage, pass@k, of problems with Beta-distributed failure probabilities",
    package=__name__,
    ids=("coverage",),
    rules=(".series", ".rules", ".limit_rules", ".estimate_rules"),
    figures=(".figures", ".figures_fit", ".figures_answers"),
    builds_on=("selection",),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
