"""Named quantities of best-of-k with a judge that is not the teacher (`best-of-k.misspecified.*`; t = 0; HP, arXiv:2512.19905).

They are integrals over the distance of the chosen answer from the judge's, and optima over the number of answers;
dimensionless.
"""

from __future__ import annotations

from sympy import Expr, Integral, Symbol, cosh, erfc, exp, oo, sqrt, tanh

from infscale_sym.notation.operators import ArgMin
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.selection.notation import LogSurvival, SelectionError, k, r, rho, tau

exaggeration = Symbol("c", positive=True)
beyond = Symbol("N", positive=True)
closeness = Symbol("Lambda", positive=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(
        exaggeration,
        "c",
        "c > 0",
        "how far the judge exaggerates, Delta_R = (1 + c) Delta_T",
        "HP-code: c",
        ("0.4", "3"),
        typical=1,
    ),
    SymbolEntry(beyond, "N", "N > 0", "expected number of answers beyond the teacher's, k P(z > tau)", between=("0.2", "2")),
    SymbolEntry(
        closeness,
        r"\Lambda",
        "Lambda > 0",
        "closeness to where more answers never hurt at t = 0: 1 + 2 rho (tau - rho) = -1/Lambda",
        between=("20", "200"),
        typical=100,
    ),
)


def error_slope(at: Expr, tau_: Expr, rho_: Expr) -> Expr:
    """d/dr of r^2 + 2 (tau - rho) r tanh(rho r), the mean error at the distance r from the judge's answer, less D^2."""
    return 2 * at + 2 * (tau_ - rho_) * (tanh(rho_ * at) + rho_ * at / cosh(rho_ * at) ** 2)


def answers_for(number: Expr, tau_: Expr) -> Expr:
    """The k of which `number` are expected beyond the teacher's answer: number/P(z > tau)."""
    return 2 * number / erfc(tau_ / sqrt(2))


class DistanceIntegral(Quantity):
    """int_0^oo [r^2 + 2 (tau - rho) r tanh(rho r)]' S(r; rho)^k dr: the slope of the mean error over the distance's tail."""

    slots = (k, tau, rho)
    meaning = "integral of the mean error's slope against the tail of the distance from the judge's answer"
    template = r"\mathcal{{R}}_{{{0}}}\left({1},{2}\right)"
    numpy = ".values:distance_integral"
    mpmath = ".values:distance_integral_mp"

    def unfold(self) -> Expr:
        k_, tau_, rho_ = self.args
        return Integral(error_slope(r, tau_, rho_) * exp(k_ * LogSurvival(r, rho_)), (r, 0, oo))


class AnswersBeyondTeacher(Quantity):
    """N_*: k_* P(z > tau) at t = 0 with the judge at rho = (1 + c) tau, k_* the best number of answers."""

    slots = (tau, exaggeration)
    meaning = "expected number of answers beyond the teacher's at the best k, judge at (1 + c) tau, t = 0"
    template = r"N_*\left({0},{1}\right)"
    numpy = ".values:answers_beyond_teacher"
    mpmath = ".values:answers_beyond_teacher_mp"

    def unfold(self) -> Expr:
        tau_, c_ = self.args
        return ArgMin(SelectionError(answers_for(beyond, tau_), 0, tau_, (1 + c_) * tau_), beyond)


class LeastError(Quantity):
    """The least F_k(0; tau, (1 + c) tau) over real k >= 1."""

    slots = (tau, exaggeration)
    meaning = "least best-of-k error over the number of answers, judge at (1 + c) tau"
    template = r"\min_k F_k\left(0;{0},(1+{1}){0}\right)"
    numpy = ".values:least_error"
    mpmath = ".values:least_error_mp"

    def unfold(self) -> Expr:
        tau_, c_ = self.args
        return Minimum(SelectionError(answers_for(beyond, tau_), 0, tau_, (1 + c_) * tau_), beyond)


class Minimum(Quantity):
    """The least value of an expression in one variable."""

    slots = (tau, beyond)  # expression, variable
    meaning = "least value of the expression"
    template = r"\min_{{{1}}}\left[{0}\right]"


QUANTITIES: tuple[type[Quantity], ...] = (
    DistanceIntegral,
    AnswersBeyondTeacher,
    LeastError,
    Minimum,
)
