"""Named quantities of best-of-k over hard prompts (THEORY section 3; HP Remark 5, arXiv:2512.19905).

The scale is tau_k, the offset at which k phi(tau) = tau: there one answer in k is to be expected within 1/tau of the target.
"""

from __future__ import annotations

from sympy import Expr, Integral, exp, gamma, oo, sinh, sqrt

from infscale_sym.notation.heads import Head, LineAverage, normal_density
from infscale_sym.notation.symbols import Theta, tau_k, x, y


class HardTaskError(Head):
    """E F_k of best-of-k, judge = teacher, tau ~ N(0, 1/Theta), over the density of |tau| at tau_k; k = tau_k/phi(tau_k)."""

    nargs = 2
    slots = (tau_k, Theta)
    meaning = "averaged best-of-k error over the density of |tau| at tau_k, where k = tau_k/phi(tau_k)"
    template = r"\mathcal{{H}}\left({0};{1}\right)"

    def unfold(self) -> Expr:
        level, ratio = self.args
        density = 2 * sqrt(ratio) * normal_density(sqrt(ratio) * level)
        return LineAverage(level / normal_density(level), 0, 1, 1 / ratio) / density


class HardTaskEdge(Head):
    """What is left of HardTaskError without the plateau: prompts with |tau| < tau_k, where k^2 F_k = pi exp(tau^2)."""

    nargs = 2
    slots = (tau_k, Theta)
    meaning = "what prompts with |tau| about tau_k add to the averaged best-of-k error, beyond pi exp(tau^2)/k^2 below tau_k"
    template = r"\mathcal{{H}}_{{\mathrm{{edge}}}}\left({0};{1}\right)"

    def unfold(self) -> Expr:
        level, ratio = self.args
        plateau = Integral(exp((2 - ratio) * (x**2 - level**2) / 2), (x, 0, level))
        return HardTaskError(level, ratio) - plateau / (2 * level**2)


class HardTaskConstant(Head):
    """M(Theta) = 2 Gamma(Theta) int_0^oo y (2 sinh y)^-Theta dy, 0 < Theta < 2."""

    nargs = 1
    slots = (Theta,)
    meaning = "constant of the averaged best-of-k error where rare prompts decide"
    template = r"M\left({0}\right)"

    def unfold(self) -> Expr:
        (ratio,) = self.args
        return 2 * gamma(ratio) * Integral(y * (2 * sinh(y)) ** (-ratio), (y, 0, oo))


HEADS: tuple[type[Head], ...] = (HardTaskError, HardTaskEdge, HardTaskConstant)
