"""How the statements on the choice itself are drawn: the sampler, at fixed offsets (HP, arXiv:2512.19905)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.theory.selection.draws.selection import selection
from infscale_sym.theory.selection.notation import SelectionError, k, rho, t, tau
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg


def sampler(formula: Formula, quick: bool) -> Leg:
    """Exact statements about F: simulate the sampler and compare with the claim."""
    claim = formula.rhs.numpy
    trials = 40_000 if quick else 400_000
    deviations, control, rows = [], 0.0, []
    cases = [(2, 0.5, 1.0, 0.3), (8, 0.1, -0.5, 1.0), (64, 2.0, 0.7, 0.7)]
    if formula.id == "selection.single-answer":
        cases = [(1, *case[1:]) for case in cases]
    for number, (count, heat, teacher, judge) in enumerate(cases):
        result = selection(count, heat, teacher, judge, trials=trials, seed=SEED + number)
        mean, error = float(np.ravel(result.mean)[0]), float(np.ravel(result.standard_error)[0])
        values = {k: count, t: heat, tau: teacher, rho: judge}
        wanted = float(claim(*(values[s] for s in formula.symbols)))
        deviations.append((mean - wanted) / error)
        control = max(control, abs(mean - 1.05 * wanted) / error)
        rows.append({"k": count, "t": heat, "tau": teacher, "rho": judge, "mean": f"{mean:.6g}", "error": f"{error:.2g}"})
    worst = max(deviations, key=abs)
    where = f"sampler at {len(cases)} points, {trials} trials each, largest deviation {abs(worst):.1f}"
    return leg(worst, control, where, {"points": rows}, "a claim 5 % larger")


def just_more_than_one_answer(k_: Any, t_: Any, tau_: Any, rho_: Any, digits: int = 50) -> Any:
    """F at k = 1 + 10^-(digits+10): the general path of the evaluator, not its shortcut for one answer."""
    just_above = 1 + Fraction(1, 10 ** (digits + 10))
    return SelectionError.mpmath(just_above, t_, tau_, rho_, digits=digits)


def just_more_than_one_answer_quickly(k_: Any, t_: Any, tau_: Any, rho_: Any, digits: int = 20) -> Any:
    """The selection error at k = 1 + 2^-42 in float64, where the evaluator takes no shortcut; for the dots of a figure."""
    import mpmath

    return mpmath.mpf(float(SelectionError.numpy(1 + 2.0**-42, float(t_), float(tau_), float(rho_))))


def error_by_integration(k_: Any, t_: Any, tau_: Any, rho_: Any, digits: int = 20) -> Any:
    """The definition of the selection error integrated over two answers, in float64: it reaches to small t."""
    import mpmath

    from infscale_sym.theory.selection.values.referee import selection_error_direct

    return mpmath.mpf(selection_error_direct(int(k_), float(t_), float(tau_), float(rho_)).value)
