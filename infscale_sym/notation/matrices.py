"""Words in random matrices: what the derivation of the deterministic equivalents is written in (HP Result 1, arXiv:2512.19905).

A word is a product `Times(A, Times(B, C))` of d x d matrices; SymPy never reorders it, for its letters are arguments of heads.
C = (1/n) sum_i x_i x_i' is the sample covariance of n rows x_i ~ N(0, Sigma); `Sigma` inside a word is the matrix itself.
"""

from __future__ import annotations

from functools import reduce

from sympy import Expr

from infscale_sym.notation.heads import Expectation, Head
from infscale_sym.notation.symbols import C, Sigma, alpha, gamma, kappa, lambda_, sigma


class Times(Head):
    """The product of two matrices or words."""

    nargs = 2
    slots = (C, Sigma)
    meaning = "matrix product"
    template = r"{0}\,{1}"


def word(*letters: Expr) -> Expr:
    """The product of the letters, from the left."""
    return reduce(lambda right, left: Times(left, right), reversed(letters))


class Resolvent(Head):
    """(C + lambda)^-1."""

    nargs = 1
    slots = (lambda_,)
    meaning = "resolvent of the sample covariance"
    template = r"\left(C+{0}\right)^{{-1}}"


class LeftOut(Head):
    """(C - x_1 x_1'/n + lambda)^-1: the resolvent without the row x_1."""

    nargs = 1
    slots = (lambda_,)
    meaning = "resolvent without the first row of the data"
    template = r"\left(C_{{\setminus 1}}+{0}\right)^{{-1}}"


class Equivalent(Head):
    """(h Sigma + lambda)^-1, not random: the candidate for the resolvent's equivalent."""

    nargs = 2
    slots = (lambda_ / kappa, lambda_)
    meaning = "what stands in for the resolvent: a multiple of Sigma in the place of the sample covariance"
    template = r"\left({0}\,\Sigma+{1}\right)^{{-1}}"


class PosteriorCovariance(Head):
    """(I/gamma^2 + Phi'Phi/sigma^2)^-1, Phi'Phi = C/alpha."""

    nargs = 3  # alpha, sigma, gamma
    slots = (alpha, sigma, gamma)
    meaning = "posterior covariance of the weights"
    template = r"\left(\frac{{I}}{{{2}^2}}+\frac{{\Phi^\top\Phi}}{{{1}^2}}\right)^{{-1}}"


class TraceMean(Head):
    """E (1/d) Tr of a word over training sets."""

    nargs = 1
    slots = (C,)
    meaning = "mean normalised trace over training sets"
    template = r"\mathbb{{E}}\,\tfrac{{1}}{{d}}\mathrm{{Tr}}\left[{0}\right]"


class KernelTrace(Head):
    """E (1/n) Tr (XX'/n + lambda)^-1, XX' the n x n Gram matrix of the rows."""

    nargs = 1
    slots = (lambda_,)
    meaning = "mean normalised trace of the kernel matrix's resolvent"
    template = r"\mathbb{{E}}\,\tfrac{{1}}{{n}}\mathrm{{Tr}}\left(\tfrac{{1}}{{n}}XX^\top+{0}\right)^{{-1}}"


class RowForm(Head):
    """(1/d) x_1' (word) x_1, x_1 one row of the data."""

    nargs = 1
    slots = (Sigma,)
    meaning = "quadratic form in one row of the data"
    template = r"\tfrac{{1}}{{d}}x_1^\top {0}\,x_1"


class RowMean(Expectation):
    """E over training sets of an expression in the forms of one row; all rows are alike."""

    nargs = 1
    slots = (RowForm(Sigma),)
    meaning = "mean over training sets (and over the rows, which are exchangeable)"
    template = r"\mathbb{{E}}\left[{0}\right]"


MATRIX_HEADS: tuple[type[Head], ...] = (
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
