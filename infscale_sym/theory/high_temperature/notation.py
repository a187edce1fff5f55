"""Named quantities of the expansion in 1/t (`hte.all-orders`): its coefficients, their growth, truncation errors.

F_k = sum_n a_n t^-n is the selection error of HP (arXiv:2512.19905), whose Result 2 has a_0, a_1 and a_2. Dimensionless.
"""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul, Rational, Symbol, assoc_laguerre, bernoulli, factorial
from sympy.utilities.iterables import multiset_partitions

from infscale_sym.notation.operators import Expectation
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.selection.notation import j, k, rho, t, tau

loss = Symbol("ell", nonnegative=True)
penalty = Symbol("g", nonnegative=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(loss, r"\ell", "ell >= 0", "squared error (z + tau)^2 of one answer in units of s^2", between=("0.01", "9")),
    SymbolEntry(
        penalty, "g", "g >= 0", "half the squared distance to the judge, (z + rho)^2/2; w = exp(-g/t)", between=("0.01", "9")
    ),
)


class SampleMean(Quantity):
    """(1/k) sum_i f_i over the k answers, f an expression in the loss and the penalty of one answer."""

    slots = (loss,)
    meaning = "mean over the k answers drawn"
    template = r"\left\langle {0}\right\rangle"


def _joint_cumulant(mean: type[Quantity], a: int, b: int) -> Expr:
    """Sum over the partitions of a losses and b penalties of (-1)^(m-1) (m-1)! times the product of the m blocks' means."""
    names = [loss] * a + [penalty] * b
    return Add(
        *(
            (-1) ** (len(blocks) - 1) * factorial(len(blocks) - 1) * Mul(*(mean(Mul(*block)) for block in blocks))
            for blocks in multiset_partitions(list(range(a + b)))
            for blocks in [[[names[i] for i in block] for block in blocks]]
        )
    )


class SampleCumulant(Quantity):
    """Joint cumulant of a losses and b penalties under the empirical measure of the k answers, 1/k normalised."""

    slots = (Integer(1), Integer(2))  # a, b: whole numbers
    meaning = "joint cumulant of a losses and b penalties over the k answers drawn (weights 1/k)"
    template = r"\hat{{c}}_{{{0},{1}}}"

    def unfold(self) -> Expr:
        a, b = self.args
        return _joint_cumulant(SampleMean, int(a), int(b)) if a.is_Integer and b.is_Integer else self


class JointCumulant(Quantity):
    """Joint cumulant of a losses (z+tau)^2 and b penalties (z+rho)^2/2 of one answer, z standard normal."""

    slots = (Integer(1), Integer(2))  # a, b: whole numbers
    meaning = "joint cumulant of a losses and b penalties of one answer"
    template = r"c_{{{0},{1}}}"

    def unfold(self) -> Expr:
        a, b = self.args
        return _joint_cumulant(Expectation, int(a), int(b)) if a.is_Integer and b.is_Integer else self


class ExpansionCoefficient(Quantity):
    """a_n: the coefficient of t^-n when F_k(t; tau, rho) is expanded at t = oo with k, tau and rho fixed."""

    slots = (j, k, tau, rho)  # n: a whole number
    meaning = "coefficient of t^-n in the expansion of the selection error at high temperature"
    template = r"a_{{{0}}}\left({1};{2},{3}\right)"
    numpy = ".values:expansion_coefficient"
    mpmath = ".values:expansion_coefficient_mp"
    arb = ".values:expansion_coefficient_arb"
    draw = ".draws:expansion_coefficient"


class CoefficientRatio(Quantity):
    """-a_(2j+1)/a_(2j-1) of two answers: the quotient of successive coefficients, whose signs alternate."""

    slots = (j, tau, rho)
    meaning = "minus the quotient of successive odd coefficients of the expansion in 1/t, two answers"
    template = r"q_{{{0}}}\left({1},{2}\right)"
    numpy = ".values:coefficient_ratio"
    mpmath = ".values:coefficient_ratio_mp"

    def unfold(self) -> Expr:
        order, *offsets = self.args
        above, below = (ExpansionCoefficient(2 * order + step, 2, *offsets) for step in (1, -1))
        return -above / below


class TruncationError(Quantity):
    """|F_k - (a_0 + a_1/t + ... + a_n/t^n)|: what is left out when the expansion in 1/t stops after t^-n."""

    slots = (j, k, t, tau, rho)
    meaning = "distance of the selection error from its expansion in 1/t up to t^-n"
    template = r"\Delta_{{{0}}}\left({1},{2};{3},{4}\right)"
    numpy = ".values:truncation_error"
    mpmath = ".values:truncation_error_mp"
    arb = ".values:truncation_error_arb"
    draw = ".draws:truncation_error"


class Laguerre(Quantity):
    """L_n^(a)(x), the generalised Laguerre polynomial of degree n."""

    slots = (j, Rational(1, 2), -(rho**2))
    meaning = "generalised Laguerre polynomial"
    template = r"L_{{{0}}}^{{({1})}}\left({2}\right)"
    numpy = ".polynomials:laguerre"
    mpmath = ".polynomials:laguerre_mp"
    arb = ".polynomials:laguerre_arb"

    def unfold(self) -> Expr:
        degree, order, at = self.args
        return assoc_laguerre(degree, order, at) if isinstance(degree, Integer) else self


class BernoulliNumber(Quantity):
    """B_n, the Bernoulli number: y/(e^y - 1) = sum_n B_n y^n/n!."""

    slots = (2 * j,)
    meaning = "Bernoulli number"
    template = r"B_{{{0}}}"
    numpy = ".polynomials:bernoulli_number"
    mpmath = ".polynomials:bernoulli_number_mp"
    arb = ".polynomials:bernoulli_number_arb"

    def unfold(self) -> Expr:
        return bernoulli(self.args[0]) if isinstance(self.args[0], Integer) else self


QUANTITIES: tuple[type[Quantity], ...] = (
    SampleMean,
    SampleCumulant,
    JointCumulant,
    ExpansionCoefficient,
    CoefficientRatio,
    TruncationError,
    Laguerre,
    BernoulliNumber,
)
