"""Simulation of the expansion in 1/t (`hte.second`, `hte.third.*`; HP Result 2, eq. 15, arXiv:2512.19905).

The same answers are judged at several temperatures, t = oo among them: with common draws the error of each batch is a smooth
function of 1/t, and its Taylor coefficients at 1/t = 0 follow by interpolation with little noise. Only draws enter.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from sympy import Symbol, diff, expand

from infscale_sym import registry, simulate
from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.theory.selection.notation import k, rho, t, tau
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg, leg_of_wrong

#: Interpolation nodes in 1/t. The polynomial leaves out 1/t^6: at k = 2, where noise is least, some 1e-5 of a coefficient.
NODES = np.linspace(0, 0.04, 6)
ANSWERS = (2, 3, 8)
OFFSETS = ((1.0, 0.7), (0.3, -0.5), (0.7, 0.0))
BATCH = 8192


@cache  # three formulas speak of the same draws
def taylor_coefficients(teacher: float, judge: float, batches: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of t^0 ... t^-5 of the simulated error and their standard errors, each of shape (6, len(ANSWERS)).

    Standard errors are over `batches` independent batches of BATCH trials; within a batch the draws are common to all t.
    """
    solve = np.linalg.inv(np.vander(NODES, increasing=True))
    rows = []
    for number in range(batches):
        curves = [
            simulate.selection(ANSWERS, 1 / node if node else math.inf, teacher, judge, trials=BATCH, seed=seed + number).mean
            for node in NODES
        ]
        rows.append(solve @ np.array(curves))
    return np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1) / math.sqrt(batches)


def _coefficient(formula: Formula, order: int) -> Callable[..., Any]:
    """The claim's coefficient of t^-order as a function of (k, tau, rho)."""
    x = Symbol("x")  # 1/t
    term = diff(expand(formula.statement.rhs.subs(t, 1 / x)), x, order).subs(x, 0) / math.factorial(order)
    return numpy_function(term, [k, tau, rho])


def expansion(formula: Formula, quick: bool) -> Leg:
    """The last coefficient of the claim (for the second order also the first) against the simulated one."""
    third = formula.id.startswith("hte.third")
    answers = ANSWERS if third else ANSWERS[1:]  # at k = 2 the second coefficient is zero draw by draw
    other = _by_id("hte.third.corrected" if formula.id.endswith("printed") else "hte.third.printed") if third else None
    deviations, controls, rows = [], [], []
    batches = 32 if quick else 64
    for number, (teacher, judge) in enumerate(OFFSETS):
        mean, error = taylor_coefficients(teacher, judge, batches, SEED + 1000 * number)
        for order in (3,) if third else (1, 2):
            for count in answers:
                at = (order, ANSWERS.index(count))
                wanted = float(_coefficient(formula, order)(count, teacher, judge))
                wrong = float(_coefficient(other, order)(count, teacher, judge)) if other else 1.1 * wanted
                deviations.append(float((mean[at] - wanted) / error[at]))
                controls.append(float((mean[at] - wrong) / error[at]))
                row = {"k": count, "tau": teacher, "rho": judge, "order": order, "claim": f"{wanted:.6g}"}
                rows.append(row | {"simulated": f"{mean[at]:.6g}", "error": f"{error[at]:.2g}"})
    worst, least = max(deviations, key=abs), min(controls, key=abs)
    where = (
        f"coefficient of t^-{3 if third else 2}{'' if third else ' and t^-1'} from draws common to t = 25 ... oo, "
        f"k = {', '.join(map(str, answers))}, {len(OFFSETS)} pairs of offsets, {batches * BATCH} trials each, "
        f"largest of {len(deviations)} deviations {abs(worst):.1f}"
    )
    if third and formula.id.endswith("printed"):
        where += f"; the corrected coefficient deviates by at most {max(map(abs, controls)):.1f}"
        return leg_of_wrong(worst, max(controls, key=abs), where, {"points": rows})
    return leg(worst, least, where, {"points": rows}, "the printed coefficient" if third else "a coefficient 10 % larger")


def _by_id(id: str) -> Formula:

    return registry.formula(id)
