"""Named quantities of the expansion in 1/t to every order: its coefficients, their growth, what cutting it off costs."""

from __future__ import annotations

from sympy import Expr, Integer, Rational, assoc_laguerre, bernoulli

from infscale_sym.notation.heads import Head
from infscale_sym.notation.symbols import j, k, rho, t, tau


class ExpansionCoefficient(Head):
    """a_n: the coefficient of t^-n when F_k(t; tau, rho) is expanded at t = oo with k, tau and rho fixed."""

    nargs = 4  # n: a whole number
    slots = (j, k, tau, rho)
    meaning = "coefficient of t^-n in the expansion of the selection error at high temperature"
    template = r"a_{{{0}}}\left({1};{2},{3}\right)"


class CoefficientRatio(Head):
    """-a_(2j+1)/a_(2j-1) of two answers: the quotient of successive coefficients, whose signs alternate."""

    nargs = 3
    slots = (j, tau, rho)
    meaning = "minus the quotient of successive odd coefficients of the expansion in 1/t, two answers"
    template = r"q_{{{0}}}\left({1},{2}\right)"

    def unfold(self) -> Expr:
        order, *offsets = self.args
        above, below = (ExpansionCoefficient(2 * order + step, 2, *offsets) for step in (1, -1))
        return -above / below


class TruncationError(Head):
    """|F_k - (a_0 + a_1/t + ... + a_n/t^n)|: what is left out when the expansion in 1/t stops after t^-n."""

    nargs = 5
    slots = (j, k, t, tau, rho)
    meaning = "distance of the selection error from its expansion in 1/t up to t^-n"
    template = r"\Delta_{{{0}}}\left({1},{2};{3},{4}\right)"


class Laguerre(Head):
    """L_n^(a)(x), the generalised Laguerre polynomial of degree n."""

    nargs = 3
    slots = (j, Rational(1, 2), -(rho**2))
    meaning = "generalised Laguerre polynomial"
    template = r"L_{{{0}}}^{{({1})}}\left({2}\right)"

    def unfold(self) -> Expr:
        degree, order, at = self.args
        return assoc_laguerre(degree, order, at) if isinstance(degree, Integer) else self


class BernoulliNumber(Head):
    """B_n, the Bernoulli number: y/(e^y - 1) = sum_n B_n y^n/n!."""

    nargs = 1
    slots = (2 * j,)
    meaning = "Bernoulli number"
    template = r"B_{{{0}}}"

    def unfold(self) -> Expr:
        return bernoulli(self.args[0]) if isinstance(self.args[0], Integer) else self


HEADS: tuple[type[Head], ...] = (ExpansionCoefficient, CoefficientRatio, TruncationError, Laguerre, BernoulliNumber)
