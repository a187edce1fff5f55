"""Choosing one of k answers by a noisy reward: the exact error F_k(t; tau, rho) (HP, arXiv:2512.19905)."""

from __future__ import annotations

from infscale_sym.notation.topic import Topic
from infscale_sym.theory import NOTEBOOKS, SCRIPTS

TOPIC = Topic(
    name="selection",
    title="Choosing one of k answers by a noisy reward: the exact error F_k(t; tau, rho)",
    package=__name__,
    ids=("selection",),
    rules=(".rules",),
    scripts=SCRIPTS,
    notebooks=NOTEBOOKS,
)

__getattr__ = TOPIC.export
