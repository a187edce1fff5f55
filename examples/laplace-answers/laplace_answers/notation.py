"""The symbols and quantities of this topic.

The answers y_1 ... y_k are independent with the density exp(-|y|)/2: Laplace's law, whose scale is the unit of length. The
teacher's answer y_T lies at the distance y_T >= 0 from the peak (the law is even). The judge is the teacher and the temperature
zero: of the k answers the closest to y_T is kept.
"""

from __future__ import annotations

from sympy import Abs, Expr, Integral, Symbol, exp, log, oo

from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.selection.notation import k, r

y_T = Symbol("y_T", positive=True)
c_T = Symbol("c_T", positive=True)
y = Symbol("y", real=True)  # one answer

SYMBOLS = (
    SymbolEntry(
        y_T,
        "y_T",
        "y_T > 0",
        "distance of the teacher's answer from the peak of the answers' law, in units of its scale",
        between=("0.1", "2.5"),
        typical=1,
    ),
    SymbolEntry(c_T, "c_T", "c_T > 0", "the same in units of 1/k: y_T = c_T/k", between=("0.2", "4"), typical=1),
)


def laplace_density(at: Expr) -> Expr:
    """The density of one answer."""
    return exp(-Abs(at)) / 2


class LogLaplaceSurvival(Quantity):
    """ln P(|y_1 - y_T| > r), y_1 one answer: the logarithm, because it is raised to the power k."""

    slots = (r, y_T)
    meaning = "logarithm of the probability that one Laplace answer is farther than r from the teacher's"
    template = r"\ln S_{{\mathrm{{L}}}}\left({0};{1}\right)"
    numpy = ".values:log_survival"
    mpmath = ".values:log_survival_mp"

    def unfold(self) -> Expr:
        at, teacher = self.args
        return log(1 - Integral(laplace_density(y), (y, teacher - at, teacher + at)))


class LaplaceError(Quantity):
    """L_k(y_T) = E min_{i<=k} (y_i - y_T)^2, as the integral over its tail: E R^2 = int 2 r P(R > r) dr, P(R > r) = S^k."""

    slots = (k, y_T)
    meaning = "mean squared error of the closest of k Laplace answers, in units of their scale squared"
    template = r"L_{{{0}}}\left({1}\right)"
    numpy = ".values:laplace_error"
    mpmath = ".values:laplace_error_mp"
    draw = ".draws:closest_answer"

    def unfold(self) -> Expr:
        count, teacher = self.args
        return Integral(2 * r * exp(count * LogLaplaceSurvival(r, teacher)), (r, 0, oo))


QUANTITIES = (LogLaplaceSurvival, LaplaceError)
