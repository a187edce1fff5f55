"""Named quantities of best-of-k with a judge that is not the teacher (t = 0; HP, arXiv:2512.19905)."""

from __future__ import annotations

from sympy import Expr, Integral, cosh, erfc, exp, oo, sqrt, tanh

from infscale_sym.notation.heads import ArgMin, Head, LogSurvival, SelectionError
from infscale_sym.notation.symbols import beyond, exaggeration, k, r, rho, tau


def error_slope(at: Expr, tau_: Expr, rho_: Expr) -> Expr:
    """d/dr of r^2 + 2 (tau - rho) r tanh(rho r), the mean error at the distance r from the judge's answer, less D^2."""
    return 2 * at + 2 * (tau_ - rho_) * (tanh(rho_ * at) + rho_ * at / cosh(rho_ * at) ** 2)


def answers_for(number: Expr, tau_: Expr) -> Expr:
    """The k of which `number` are expected beyond the teacher's answer: number/P(z > tau)."""
    return 2 * number / erfc(tau_ / sqrt(2))


class DistanceIntegral(Head):
    """int_0^oo [r^2 + 2 (tau - rho) r tanh(rho r)]' S(r; rho)^k dr: the slope of the mean error over the distance's tail."""

    nargs = 3
    slots = (k, tau, rho)
    meaning = "integral of the mean error's slope against the tail of the distance from the judge's answer"
    template = r"\mathcal{{R}}_{{{0}}}\left({1},{2}\right)"

    def unfold(self) -> Expr:
        k_, tau_, rho_ = self.args
        return Integral(error_slope(r, tau_, rho_) * exp(k_ * LogSurvival(r, rho_)), (r, 0, oo))


class AnswersBeyondTeacher(Head):
    """N_*: k_* P(z > tau) at t = 0 with the judge at rho = (1 + c) tau, k_* the best number of answers."""

    nargs = 2
    slots = (tau, exaggeration)
    meaning = "expected number of answers beyond the teacher's at the best k, judge at (1 + c) tau, t = 0"
    template = r"N_*\left({0},{1}\right)"

    def unfold(self) -> Expr:
        tau_, c_ = self.args
        return ArgMin(SelectionError(answers_for(beyond, tau_), 0, tau_, (1 + c_) * tau_), beyond)


class LeastError(Head):
    """The least F_k(0; tau, (1 + c) tau) over real k >= 1."""

    nargs = 2
    slots = (tau, exaggeration)
    meaning = "least best-of-k error over the number of answers, judge at (1 + c) tau"
    template = r"\min_k F_k\left(0;{0},(1+{1}){0}\right)"

    def unfold(self) -> Expr:
        tau_, c_ = self.args
        return Minimum(SelectionError(answers_for(beyond, tau_), 0, tau_, (1 + c_) * tau_), beyond)


class Minimum(Head):
    """The least value of an expression in one variable."""

    nargs = 2  # expression, variable
    slots = (tau, beyond)
    meaning = "least value of the expression"
    template = r"\min_{{{1}}}\left[{0}\right]"


HEADS: tuple[type[Head], ...] = (DistanceIntegral, AnswersBeyondTeacher, LeastError, Minimum)
