"""Products of random matrices, in which the deterministic equivalents are derived (HP Result 1, arXiv:2512.19905).

A product of d x d matrices, `Times(A, Times(B, C))`, also called a word, is never reordered by SymPy, for its factors are
arguments of a function. C = (1/n) sum_i x_i x_i' is the sample covariance of n rows x_i ~ N(0, Sigma); `Sigma` inside a product
is the matrix itself.
"""

from __future__ import annotations

from functools import reduce

from sympy import Expr

from infscale_sym.notation.operators import Expectation
from infscale_sym.notation.quantity import Quantity
from infscale_sym.theory.regression.notation import C, Sigma, alpha, gamma, kappa, lambda_, sigma


class Times(Quantity):
    """The product of two matrices or words."""

    slots = (C, Sigma)
    meaning = "matrix product"
    template = r"{0}\,{1}"


def word(*letters: Expr) -> Expr:
    """The product of the letters, from the left."""
    return reduce(lambda right, left: Times(left, right), reversed(letters))


class Resolvent(Quantity):
    """(C + lambda)^-1."""

    slots = (lambda_,)
    meaning = "resolvent of the sample covariance"
    template = r"\left(C+{0}\right)^{{-1}}"


class LeftOut(Quantity):
    """(C - x_1 x_1'/n + lambda)^-1: the resolvent without the row x_1."""

    slots = (lambda_,)
    meaning = "resolvent without the first row of the data"
    template = r"\left(C_{{\setminus 1}}+{0}\right)^{{-1}}"


class Equivalent(Quantity):
    """(h Sigma + lambda)^-1, not random: the candidate for the resolvent's equivalent."""

    slots = (lambda_ / kappa, lambda_)
    meaning = "what stands in for the resolvent: a multiple of Sigma in the place of the sample covariance"
    template = r"\left({0}\,\Sigma+{1}\right)^{{-1}}"


class PosteriorCovariance(Quantity):
    """(I/gamma^2 + Phi'Phi/sigma^2)^-1, Phi'Phi = C/alpha."""

    slots = (alpha, sigma, gamma)  # alpha, sigma, gamma
    meaning = "posterior covariance of the weights"
    template = r"\left(\frac{{I}}{{{2}^2}}+\frac{{\Phi^\top\Phi}}{{{1}^2}}\right)^{{-1}}"


class TraceMean(Quantity):
    """E (1/d) Tr of a word over training sets."""

    slots = (C,)
    meaning = "mean normalised trace over training sets"
    template = r"\mathbb{{E}}\,\tfrac{{1}}{{d}}\mathrm{{Tr}}\left[{0}\right]"


class KernelTrace(Quantity):
    """E (1/n) Tr (XX'/n + lambda)^-1, XX' the n x n Gram matrix of the rows."""

    slots = (lambda_,)
    meaning = "mean normalised trace of the kernel matrix's resolvent"
    template = r"\mathbb{{E}}\,\tfrac{{1}}{{n}}\mathrm{{Tr}}\left(\tfrac{{1}}{{n}}XX^\top+{0}\right)^{{-1}}"


class RowForm(Quantity):
    """(1/d) x_1' (word) x_1, x_1 one row of the data."""

    slots = (Sigma,)
    meaning = "quadratic form in one row of the data"
    template = r"\tfrac{{1}}{{d}}x_1^\top {0}\,x_1"


class RowMean(Expectation):
    """E over training sets of an expression in the forms of one row; all rows are alike."""

    slots = (RowForm(Sigma),)
    meaning = "mean over training sets (and over the rows, which are exchangeable)"
    template = r"\mathbb{{E}}\left[{0}\right]"


QUANTITIES: tuple[type[Quantity], ...] = (
    Times,
    Resolvent,
    LeftOut,
    Equivalent,
    PosteriorCovariance,
    TraceMean,
    KernelTrace,
    RowForm,
    RowMean,
)
