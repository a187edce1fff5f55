"""Simulation of the coefficients of the expansion in 1/t (`hte.all-orders`, `hte.second`, `hte.third.*`; HP eq. 15)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from sympy import Symbol, diff, expand

from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.theory.high_temperature.draws import ANSWERS, COMMON, drawn_series, taylor_coefficients
from infscale_sym.theory.selection.notation import k, rho, t, tau
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg, leg_of_wrong

#: (tau, rho)
OFFSETS = ((1.0, 0.7), (0.3, -0.5), (0.7, 0.0))


def all_orders(formula: Formula, quick: bool) -> Leg:
    """Orders 4 to 6 against the claim; HP-code's pattern (1-1/k)(1-2/k)... continued must be rejected."""
    trials = 200_000 if quick else 500_000
    claim = [numpy_function(formula.statement.rhs.coeff(t, -n), [k, tau, rho]) for n in (4, 5, 6)]
    deviations, controls, rows = [], [], []
    for number, (teacher, judge) in enumerate(OFFSETS):
        for count in (3, 8):
            mean, error = drawn_series(count, 6, teacher, judge, trials, SEED + 10 * number + count)
            for order, of in zip((4, 5, 6), claim, strict=True):
                wanted = float(of(count, teacher, judge))
                pattern = math.prod(1 - i / count for i in range(1, order + 1))
                wrong = (-1) ** order * pattern * (1 + 2 * judge * teacher + (order - 1) * judge**2)
                deviations.append(float((mean[order] - wanted) / error[order]))
                controls.append(float((mean[order] - wrong) / error[order]))
                row = {"k": count, "tau": teacher, "rho": judge, "order": order, "claim": f"{wanted:.6g}"}
                rows.append(row | {"simulated": f"{mean[order]:.6g}", "error": f"{error[order]:.2g}"})
    worst, control = max(deviations, key=abs), min(controls, key=abs)
    where = (
        f"coefficients of t^-4, t^-5 and t^-6 by dividing series draw by draw, k = 3, 8, {len(OFFSETS)} pairs of offsets, "
        f"{trials} weighted trials each, largest of {len(deviations)} deviations {abs(worst):.1f}"
    )
    return leg(worst, control, where, {"points": rows}, "HP-code's pattern (1-1/k)(1-2/k)... continued")


def low_orders(
    formula: Formula,
    quick: bool,
    *,
    orders: Sequence[int],
    answers: Sequence[int],
    other: Any = None,
    other_said: str = "a coefficient 10 % larger",
) -> Leg:
    """The claim's coefficients of t^-n, n in `orders`, against those of draws common to all t; `other`: a right side that it is
    told from."""
    deviations, controls, rows = [], [], []
    batches = 32 if quick else 64
    for number, (teacher, judge) in enumerate(OFFSETS):
        mean, error = taylor_coefficients(teacher, judge, batches, SEED + 1000 * number)
        for order in orders:
            claim = _coefficient(formula.statement.rhs, order)
            wrong = claim if other is None else _coefficient(other, order)
            for count in answers:
                at = (order, ANSWERS.index(count))
                wanted = float(claim(count, teacher, judge))
                false = (1.1 if other is None else 1.0) * float(wrong(count, teacher, judge))
                deviations.append(float((mean[at] - wanted) / error[at]))
                controls.append(float((mean[at] - false) / error[at]))
                row = {"k": count, "tau": teacher, "rho": judge, "order": order, "claim": f"{wanted:.6g}"}
                rows.append(row | {"simulated": f"{mean[at]:.6g}", "error": f"{error[at]:.2g}"})
    worst, least = max(deviations, key=abs), min(controls, key=abs)
    where = (
        f"coefficients of {', '.join(f't^-{order}' for order in orders)} from draws common to t = 25 ... oo, "
        f"k = {', '.join(map(str, answers))}, {len(OFFSETS)} pairs of offsets, {batches * COMMON} trials each, "
        f"largest of {len(deviations)} deviations {abs(worst):.1f}"
    )
    if formula.expected is Expected.REFUTED:
        where += f"; {other_said} deviates by at most {max(map(abs, controls)):.1f}"
        return leg_of_wrong(worst, max(controls, key=abs), where, {"points": rows})
    return leg(worst, least, where, {"points": rows}, other_said)


def _coefficient(side: Any, order: int) -> Callable[..., Any]:
    """A right side's coefficient of t^-order as a function of (k, tau, rho)."""
    x = Symbol("x")  # 1/t
    term = diff(expand(side.subs(t, 1 / x)), x, order).subs(x, 0) / math.factorial(order)
    return numpy_function(term, [k, tau, rho])
