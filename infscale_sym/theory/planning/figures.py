"""The frontier of a plan as a picture: the least error for every amount of money, and how the money is split.

The numbers are those of the `Plan` that `planning.plan` has found.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infscale_sym.present.picture import Picture
from infscale_sym.present.style import COLOURS, LIMIT, styled, two_panels
from infscale_sym.theory.planning.plan import Plan
from infscale_sym.theory.planning.remarks import count


def frontier_picture(plan: Plan) -> Picture:
    """Least error (units of y^2) against cost, the plan's point on it; below, examples and answers along the frontier."""
    front = plan.frontier
    with styled():
        figure, upper, lower = two_panels("What money buys: the least error", _choice(plan))
        finite = math.isfinite(plan.cost) and plan.cost > 0 and plan.error > 0
        upper.plot(front.cost, front.error, color=COLOURS[0], label="least error")
        if finite:
            label = f"plan: n = {count(plan.n)}, k = {count(plan.k)}"
            style: dict[str, Any] = {"color": COLOURS[1], "ms": 7, "capsize": 3, "lw": 1.2, "zorder": 3}
            upper.errorbar(
                [plan.cost], [plan.error], [min(plan.uncertainty, 0.999 * plan.error)], fmt="o", label=label, **style
            )
        elif plan.error > 0:
            name = "the least error of all" if not plan.reachable else "the plan's error"
            upper.axhline(plan.error, color=LIMIT, ls="--", lw=1.1, label=f"{name}, {plan.error:.3g}")
        upper.set(xscale="log", yscale="log", ylabel=r"error $\delta$ (units of $y^2$)")
        if front.error.size and front.error.max() < 20 * max(front.error.min(), 1e-300):
            upper.set_yscale("linear")
            upper.set_ylim(0, 1.08 * front.error.max())
        upper.legend(loc="best")
        shown = False
        for values, colour, name, marker in (
            (front.n, COLOURS[2], "training examples $n$", "o"),
            (front.k, COLOURS[3], "answers per prompt $k$", "s"),
        ):
            good = np.isfinite(values) & (values > 0)
            if good.any():
                lower.plot(front.cost[good], values[good], color=colour, marker=marker, ms=3, lw=1.2, label=name)
                shown = True
        lower.set(xscale="log", xlabel="money spent", ylabel="how many")
        if shown:
            lower.set_yscale("log")
            lower.legend(loc="best")
        if finite:
            for axes in (upper, lower):
                axes.axvline(plan.cost, color="#999999", lw=0.8, ls=":")
    return Picture(figure, "the least error against money, and how it is split between examples and answers")


def _choice(plan: Plan) -> str:
    judge = "judge = teacher" if plan.c == 0 else f"judge's $c$ = {plan.c:.3g}"
    heat = "best of $k$" if plan.T == 0 else f"$T$ = {plan.T:.3g}"
    return f"at the plan: {heat}, {judge}"
