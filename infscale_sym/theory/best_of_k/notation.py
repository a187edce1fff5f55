"""Symbols and named quantities of best-of-k with the teacher as judge (HP, Result 3, arXiv:2512.19905)."""

from __future__ import annotations

from sympy import Expr, exp, sqrt

from infscale_sym.notation.operators import Supremum, normal_density
from infscale_sym.notation.quantity import Quantity
from infscale_sym.theory.selection.notation import LogSurvival, MinimumTail, k, tau, x, y


class ChosenTail(Quantity):
    """P(k |z + tau| > x) of the chosen answer: best-of-k, judge = teacher; equals S(x/k; tau)^k."""

    slots = (x, k, tau)
    meaning = "tail of the chosen answer's distance in units of 1/k"
    template = r"\mathbb{{P}}\left({1}\left|z_*+{2}\right|>{0}\right)"
    numpy = ".values:chosen_tail"
    mpmath = ".values:chosen_tail_mp"
    arb = ".values:chosen_tail_arb"

    def unfold(self) -> Expr:
        at, k_, tau_ = self.args
        return MinimumTail(at / k_, k_, tau_)


class ChosenSquareTail(Quantity):
    """P(k^2 (z + tau)^2 > y) of the chosen answer: best-of-k, judge = teacher."""

    slots = (y, k, tau)
    meaning = "tail of the chosen answer's squared distance in units of 1/k^2"
    template = r"\mathbb{{P}}\left({1}^2\left(z_*+{2}\right)^2>{0}\right)"
    numpy = ".values:chosen_square_tail"
    mpmath = ".values:chosen_square_tail_mp"
    arb = ".values:chosen_square_tail_arb"

    def unfold(self) -> Expr:
        at, k_, tau_ = self.args
        return MinimumTail(sqrt(at) / k_, k_, tau_)


class LawDistance(Quantity):
    """sup_x |P(k |z_*+tau| > x) - exp(-sqrt(2/pi) exp(-tau^2/2) x)|: Kolmogorov distance to the limit law."""

    slots = (k, tau)
    meaning = "Kolmogorov distance between the chosen answer's scaled distance and its limit law"
    template = r"\mathcal{{K}}_{{{0}}}\left({1}\right)"
    numpy = ".values:law_distance"
    mpmath = ".values:law_distance_mp"

    def unfold(self) -> Expr:
        k_, tau_ = self.args
        limit_law = exp(-2 * normal_density(tau_) * x)
        return Supremum(limit_law - exp(k_ * LogSurvival(x / k_, tau_)), x)


QUANTITIES: tuple[type[Quantity], ...] = (
    ChosenTail,
    ChosenSquareTail,
    LawDistance,
)
