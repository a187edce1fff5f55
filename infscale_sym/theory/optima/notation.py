"""The best temperature, number of answers and judge (HP, Remarks 2 to 4): symbols and named quantities."""

from __future__ import annotations

from sympy import Expr, Symbol

from infscale_sym.notation.operators import ArgMin, ZeroOf
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.selection.notation import SelectionError, k, rho, t, tau, z

hardness = Symbol("h", positive=True)
vartheta = Symbol("vartheta", positive=True)
omega = Symbol("omega", positive=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(
        hardness,
        "h",
        "h > 0",
        "how little the judge tells: h = s^2/(s^2 + 2 Delta_T Delta_R) = 1/(1 + 2 rho tau)",
        "HP: s^2/C1",
        ("20", "200"),
        typical=100,
    ),
    SymbolEntry(
        vartheta,
        r"\vartheta",
        "0 < vartheta < 1",
        "temperature in units of the printed threshold 3 rho^2 h",
        between=("0.1", "0.6"),
        typical=0.4,
    ),
    SymbolEntry(
        omega, r"\omega", "omega > 0", "teacher offset at high temperature, tau sqrt(t)", between=("0.3", "2"), typical=0.7
    ),
)


class InverseCoefficient(Quantity):
    """The coefficient of 1/k as k -> oo: lim k (expression - its limit)."""

    slots = (z, k)  # expression, k
    meaning = "coefficient of 1/k at large k"
    template = r"\left[{1}^{{-1}}\right]{0}"


class OptimalNumber(Quantity):
    """k_*: the real number of answers k >= 1 at which F_k(t; tau, rho) is least."""

    slots = (t, tau, rho)
    meaning = "optimal number of answers"
    template = r"k_*\left({0};{1},{2}\right)"
    numpy = ".values.numeric:optimal_number"
    mpmath = ".values.exact:optimal_number_mp"

    def unfold(self) -> Expr:
        return ArgMin(SelectionError(k, *self.args), k)


class OptimalTemperature(Quantity):
    """t_*: the temperature at which F_k(t; tau, rho) is least."""

    slots = (k, tau, rho)
    meaning = "optimal temperature"
    template = r"t_*\left({0};{1},{2}\right)"
    numpy = ".values.numeric:optimal_temperature"
    mpmath = ".values.exact:optimal_temperature_mp"

    def unfold(self) -> Expr:
        k_, tau_, rho_ = self.args
        return ArgMin(SelectionError(k_, t, tau_, rho_), t)


class OptimalJudge(Quantity):
    """rho_*: the judge's offset at which F_k(t; tau, rho) is least."""

    slots = (k, t, tau)
    meaning = "optimal offset of the judge"
    template = r"\rho_*\left({0},{1};{2}\right)"
    numpy = ".values.numeric:optimal_judge"
    mpmath = ".values.exact:optimal_judge_mp"

    def unfold(self) -> Expr:
        return ArgMin(SelectionError(*self.args, rho), rho)


class CriticalTemperature(Quantity):
    """t_c: the temperature below which F_k(t; tau, rho) rises at large k."""

    slots = (tau, rho)
    meaning = "critical temperature, below which more answers hurt at large k"
    template = r"t_c\left({0},{1}\right)"
    numpy = ".values.numeric:critical_temperature"
    mpmath = ".values.exact:critical_temperature_mp"

    def unfold(self) -> Expr:
        return ZeroOf(InverseCoefficient(SelectionError(k, t, *self.args), k), t)


QUANTITIES: tuple[type[Quantity], ...] = (
    InverseCoefficient,
    OptimalNumber,
    OptimalTemperature,
    OptimalJudge,
    CriticalTemperature,
)
