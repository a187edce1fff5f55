"""The selection error F_k(t; tau, rho) as one object: float64, any number of digits, or a rigorous enclosure.

F_k = E[sum_i w_i (z_i + tau)^2 / sum_i w_i], w_i = exp(-(z_i + rho)^2/(2 t)), z_i standard normal: the mean squared error, in
units of s^2, of one answer drawn among k with softmax weights (the sampler of arXiv:2512.19905; for real k `selection.integral`
is the definition). Everything is dimensionless. Float64 to 1e-13 (k <= 1e9, |tau|, |rho| <= 8) or 1e-11 (k <= 1e16, 40), see
`numeric`; digits validated by a second mesh and precision, see `highprec`; balls with proofs, see `enclosure`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class SelectionErrorFunction:
    """F_k(t; tau, rho) for real k >= 1 and t from 0 (best-of-k) to infinity, both ends included.

    Call it like a NumPy ufunc on four broadcastable arguments: float64, relative error at most 1e-13 for k <= 1e9,
    |tau|, |rho| <= 8, and 1e-11 for k <= 1e16, |tau|, |rho| <= 40; t must be 0, in [1e-6, 1e6], or inf. Many k at one
    (t, tau, rho) and many prompts at one t share work.

    `.mp(k, t, tau, rho, digits=50)` is an mpmath.mpf, validated on two precisions and two meshes.
    `.enclose(k, t, tau, rho, digits=50)` is a flint.arb ball that provably contains the value: `digits` digits at t = 0,
    at least 15 at t > 0.

    Arguments may be int, float (the exact double), Fraction, Decimal, decimal strings (exact), mpf, or arrays of them.
    Raises DomainError, naming the valid range, for anything else.
    """

    @property
    def __name__(self) -> str:
        return "selection_error"

    def __call__(self, k: Any, t: Any, tau: Any, rho: Any) -> Any:
        """Float64 values; shape: the broadcast of the four arguments."""
        from infscale_sym.theory.selection.values.numeric import selection_error_numpy

        return selection_error_numpy(k, t, tau, rho)

    def mp(self, k: Any, t: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
        """One value as an mpmath.mpf with `digits` significant digits, or ValidationError. Seconds."""
        from infscale_sym.theory.selection.values.highprec import selection_error_mp

        return selection_error_mp(k, t, tau, rho, digits=digits)

    def enclose(self, k: Any, t: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
        """One value as a flint.arb ball that provably contains it. About 0.1 s at t = 0, seconds at t > 0."""
        from infscale_sym.theory.selection.values.enclosure import selection_error_arb

        return selection_error_arb(k, t, tau, rho, digits=digits)

    def __repr__(self) -> str:
        return "<selection_error(k, t, tau, rho)>"


selection_error = SelectionErrorFunction()


def _piece(module: str, name: str) -> Callable[..., Any]:
    from importlib import import_module

    return getattr(import_module(f"infscale_sym.theory.selection.values.{module}"), name)


_PIECES = {
    "survival": "survival",
    "log_survival": "survival",
    "chosen_answer_density": "survival",
    "survival_mp": "highprec",
    "log_survival_mp": "highprec",
    "survival_arb": "enclosure",
    "log_survival_arb": "enclosure",
    "single_answer": "limits",
    "infinite_k": "limits",
}


def __getattr__(name: str) -> Any:
    if name in _PIECES:
        return _piece(_PIECES[name], name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
