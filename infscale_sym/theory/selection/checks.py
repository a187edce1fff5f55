"""Other ways to the selection error at particular arguments, for checks and figures (HP, arXiv:2512.19905)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from infscale_sym.theory.selection.notation import SelectionError


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
