"""Named quantities of best-of-k over hard prompts (`best-of-k.hard-task.*`; HP Remark 5, arXiv:2512.19905).

The scale is tau_k, the offset at which k phi(tau) = tau: there one answer in k is to be expected within 1/tau of the target.
"""

from __future__ import annotations

from sympy import Expr, Integral, Symbol, exp, gamma, oo, sinh, sqrt

from infscale_sym.notation.operators import normal_density
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.averages.notation import LineAverage
from infscale_sym.theory.selection.notation import x, y

Theta = Symbol("Theta", positive=True)
tau_k = Symbol("tau_k", positive=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(
        Theta, r"\Theta", "Theta > 0", "ease of the prompts, s^2/Q: tau ~ N(0, 1/Theta)", between=("0.5", "2.8"), typical=1
    ),
    SymbolEntry(
        tau_k,
        r"\tau_k",
        "tau_k > 0",
        "offset at which one of k answers is expected within 1/tau_k: k phi(tau_k) = tau_k",
        between=("20", "200"),
        typical=10,
    ),
)


class HardTaskError(Quantity):
    """E F_k of best-of-k, judge = teacher, tau ~ N(0, 1/Theta), over the density of |tau| at tau_k; k = tau_k/phi(tau_k)."""

    slots = (tau_k, Theta)
    meaning = "averaged best-of-k error over the density of |tau| at tau_k, where k = tau_k/phi(tau_k)"
    template = r"\mathcal{{H}}\left({0};{1}\right)"
    numpy = ".values:hard_task_error"
    mpmath = ".values_exact:hard_task_error_mp"
    draw = ".draws:hard_task_error"

    def unfold(self) -> Expr:
        level, ratio = self.args
        density = 2 * sqrt(ratio) * normal_density(sqrt(ratio) * level)
        return LineAverage(level / normal_density(level), 0, 1, 1 / ratio) / density


class HardTaskEdge(Quantity):
    """What is left of HardTaskError without the plateau: prompts with |tau| < tau_k, where k^2 F_k = pi exp(tau^2)."""

    slots = (tau_k, Theta)
    meaning = "what prompts with |tau| about tau_k add to the averaged best-of-k error, beyond pi exp(tau^2)/k^2 below tau_k"
    template = r"\mathcal{{H}}_{{\mathrm{{edge}}}}\left({0};{1}\right)"
    numpy = ".values:hard_task_edge"
    mpmath = ".values_exact:hard_task_edge_mp"
    draw = ".draws:hard_task_edge"

    def unfold(self) -> Expr:
        level, ratio = self.args
        plateau = Integral(exp((2 - ratio) * (x**2 - level**2) / 2), (x, 0, level))
        return HardTaskError(level, ratio) - plateau / (2 * level**2)


class HardTaskConstant(Quantity):
    """M(Theta) = 2 Gamma(Theta) int_0^oo y (2 sinh y)^-Theta dy, 0 < Theta < 2."""

    slots = (Theta,)
    meaning = "constant of the averaged best-of-k error where rare prompts decide"
    template = r"M\left({0}\right)"
    numpy = ".values:hard_task_constant"
    mpmath = ".values_exact:hard_task_constant_mp"
    arb = ".values_exact:hard_task_constant_arb"
    draw = ".draws:hard_task_constant"

    def unfold(self) -> Expr:
        (ratio,) = self.args
        return 2 * gamma(ratio) * Integral(y * (2 * sinh(y)) ** (-ratio), (y, 0, oo))


QUANTITIES: tuple[type[Quantity], ...] = (
    HardTaskError,
    HardTaskEdge,
    HardTaskConstant,
)
