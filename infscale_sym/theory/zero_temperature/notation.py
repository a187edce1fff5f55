"""Named quantities about the approach to T = 0 at finite k (`temperature.zero.approach`): excess error, pair integral.

Derived here for the sampler of HP (arXiv:2512.19905). Everything is dimensionless.
"""

from __future__ import annotations

from sympy import Expr, Integral, Sum, Symbol, cosh, exp, log, oo, sinh

from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.selection.notation import SelectionError, Survival, k, r, rho, t, tau, x

coldness = Symbol("beta", positive=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(coldness, r"\beta", "beta > 0", "inverse temperature 1/t", between=("1e3", "1e6")),
)


_N = Symbol("n", integer=True, positive=True)


class ThermalExcess(Quantity):
    """F_k(t; tau, rho) - F_k(0; tau, rho): what the temperature t adds to the error of best-of-k."""

    slots = (k, t, tau, rho)
    meaning = "what the temperature t adds to the error of best-of-k"
    template = r"\Delta F_{{{0}}}\left({1};{2},{3}\right)"
    numpy = ".values:thermal_excess"
    mpmath = ".values:thermal_excess_mp"
    draw = ".draws:thermal_excess"

    def unfold(self) -> Expr:
        count, temperature, teacher, judge = self.args
        return SelectionError(count, temperature, teacher, judge) - SelectionError(count, 0, teacher, judge)


class ColdPairs(Quantity):
    """M = int_0^oo exp(-r^2) {S(r)^(k-2) [cosh^2(rho r) + (D/r)(sinh(2 rho r)/2 + rho r)] - 1 - 2 rho D} dr/r, D = tau - rho.

    Of two answers at about the distance r from the judge's (density squared), with no other nearer, the slope of the mean
    error in r^2; less its value at r = 0 times exp(-r^2), without which the integral would not exist. k >= 2.
    """

    slots = (k, tau, rho)
    meaning = "how the error rises with the distance from the judge's answer, averaged over pairs of nearest answers"
    template = r"M_{{{0}}}\left({1},{2}\right)"
    numpy = ".values:cold_pairs"
    mpmath = ".values:cold_pairs_mp"

    def unfold(self) -> Expr:
        count, teacher, judge = self.args
        drift = teacher - judge
        slope = cosh(judge * r) ** 2 + drift / r * (sinh(2 * judge * r) / 2 + judge * r)
        inside = Survival(r, judge) ** (count - 2) * slope - 1 - 2 * judge * drift
        return Integral(exp(-(r**2)) * inside / r, (r, 0, oo))


class ZetaSlope(Quantity):
    """zeta'(s) = -sum_n ln(n)/n^s, s > 1: the slope of Riemann's zeta function."""

    slots = (x,)
    meaning = "slope of Riemann's zeta function"
    template = r"\zeta'\left({0}\right)"
    numpy = ".values:zeta_slope"
    mpmath = ".values:zeta_slope_mp"

    def unfold(self) -> Expr:
        return -Sum(log(_N) / _N ** self.args[0], (_N, 1, oo))


QUANTITIES: tuple[type[Quantity], ...] = (
    ThermalExcess,
    ColdPairs,
    ZetaSlope,
)
