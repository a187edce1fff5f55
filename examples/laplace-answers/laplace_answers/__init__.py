"""Best of k answers with Laplace's law in place of the Gaussian: what a peak in the density changes."""

from __future__ import annotations

from infscale_sym import Topic

TOPIC = Topic(
    name="laplace",
    title="Best of k answers with Laplace's law in place of the Gaussian",
    package=__name__,
    ids=("laplace",),
    rules=(".rules",),
    figures=(".figures",),
    builds_on=("selection",),  # its symbols k, r, w ... are used here too
)

__getattr__ = TOPIC.export  # `from laplace_answers import *` gives a derivation script all the words it needs
