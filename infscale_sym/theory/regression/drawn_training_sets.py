"""Random matrices on which the steps of `derive/matrices.py` are checked: every product, trace and quadratic form as a number.

A TrainingSet is one drawn set (the rows X) at one choice of lambda, alpha, sigma, gamma, nu, with eigenvalues 2 and 1/2 of
Sigma in equal numbers; float64. In small ones a row is left out by inverting again; in large ones by the Sherman-Morrison
formula, which is itself a step that has been checked on the small ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Dummy, Expr, Symbol

from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.quantity import Quantity
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.regression.matrix_notation import (
    C,
    Equivalent,
    KernelTrace,
    LeftOut,
    PosteriorCovariance,
    Resolvent,
    RowForm,
    RowMean,
    Times,
    TraceMean,
)
from infscale_sym.theory.regression.notation import Sigma, alpha, gamma, lambda_, nu, sigma

#: alpha, lambda, sigma, gamma, nu: more data than weights, and fewer.
CASES: tuple[tuple[float, ...], ...] = ((0.5, 0.2, 0.7, 1.6, 0.6), (1.5, 0.3, 0.6, 0.5, 1.5))
SPECTRUM = (2.0, 0.5)
#: Up to this dimension a row is left out by inverting again.
SMALL = 12


class TrainingSet:
    """One training set. `rows`: X, shape (n, d); `spectrum`: eigenvalues of Sigma, shape (d,); `names`: values of symbols."""

    def __init__(self, case: tuple[float, ...], d: int, seed: tuple[int, ...]) -> None:
        shape, ridge, noise, prior, weight = case
        self.d, self.n = d, round(d / shape)
        self.spectrum = np.resize(np.array(SPECTRUM), d)
        rng = np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=seed))
        self.rows = rng.standard_normal((self.n, d)) * np.sqrt(self.spectrum)
        self.names: dict[Symbol, Any] = {
            alpha: shape,
            lambda_: ridge,
            sigma: noise,
            gamma: prior,
            nu: weight,
            Sigma: self.spectrum[:2],
        }
        self.covariance = self.rows.T @ self.rows / self.n
        self._cache: dict[Expr, Any] = {}

    def number(self, expr: Expr) -> Any:
        """A scalar expression at this training set; each trace, form and named quantity is computed once."""
        if expr in self._cache:
            return self._cache[expr]
        names, quantities, function = _compiled(expr)
        value = function(*(self.names[s] for s in names), *(self._quantity(h) for h in quantities))
        self._cache[expr] = value
        return value

    def _quantity(self, quantity: Expr) -> Any:
        if quantity in self._cache:
            return self._cache[quantity]
        if isinstance(quantity, TraceMean):
            value: Any = float(np.trace(self.matrix(quantity.args[0]))) / self.d
        elif isinstance(quantity, KernelTrace):
            gram = self.rows @ self.rows.T / self.n + self.number(quantity.args[0]) * np.eye(self.n)
            value = float(np.trace(np.linalg.inv(gram))) / self.n
        elif isinstance(quantity, RowMean):
            value = float(np.mean(self.number(quantity.args[0])))
        elif isinstance(quantity, RowForm):
            value = self._forms(quantity.args[0])
        elif type(quantity).numpy is not None:
            arguments = [self.names[a] if a in self.names else self.number(a) for a in quantity.args]
            value = type(quantity).numpy(*arguments)
        else:
            raise DerivationError(f"{quantity} has no number at a training set")
        self._cache[quantity] = value
        return value

    def matrix(self, letter: Expr) -> np.ndarray:
        """A matrix or a product of matrices, shape (d, d)."""
        if letter in self._cache:
            return self._cache[letter]
        unit = np.eye(self.d)
        if isinstance(letter, Times):
            left, right = letter.args
            return self.matrix(left) @ self.matrix(right)
        if letter == C:
            return self.covariance
        if letter == Sigma:
            return np.diag(self.spectrum)
        if isinstance(letter, Resolvent):
            made = np.linalg.inv(self.covariance + self.number(letter.args[0]) * unit)
        elif isinstance(letter, Equivalent):
            scale, ridge = (self.number(a) for a in letter.args)
            made = np.diag(1 / (scale * self.spectrum + ridge))
        elif isinstance(letter, PosteriorCovariance):
            shape, noise, prior = (self.number(a) for a in letter.args)
            made = np.linalg.inv(self.covariance / (shape * noise**2) + unit / prior**2)
        else:
            raise DerivationError(f"{letter} is no matrix")
        self._cache[letter] = made
        return made

    def _forms(self, letters: Expr) -> np.ndarray:
        """(1/d) x_i' (product) x_i for every row i, shape (n,); a product may begin with the resolvent that leaves x_i out."""
        first, rest = letters.args if isinstance(letters, Times) else (letters, None)
        right = self.rows if rest is None else self.rows @ self.matrix(rest).T
        if not isinstance(first, LeftOut):
            return np.einsum("ij,ij->i", self.rows @ self.matrix(first), right) / self.d
        ridge = first.args[0]
        if self.d <= SMALL:
            out = np.empty(self.n)
            for i, x in enumerate(self.rows):
                without = self.covariance - np.outer(x, x) / self.n + self.number(ridge) * np.eye(self.d)
                out[i] = x @ np.linalg.solve(without, right[i]) / self.d
            return out
        reached = self.rows @ self.matrix(Resolvent(ridge))
        share = 1 - np.einsum("ij,ij->i", reached, self.rows) / self.n
        return np.einsum("ij,ij->i", reached, right) / share / self.d


@lru_cache(maxsize=512)
def _compiled(expr: Expr) -> tuple[list[Symbol], list[Expr], Callable[..., Any]]:
    """(symbols, outermost named quantities, function of both) of a scalar expression."""
    found: dict[Expr, Dummy] = {}

    def hidden(e: Expr) -> Expr:
        if isinstance(e, Quantity):
            return found.setdefault(e, Dummy())
        return e.func(*(hidden(a) for a in e.args)) if e.args else e

    outer = hidden(expr)
    names = sorted((s for s in outer.free_symbols if not isinstance(s, Dummy)), key=str)
    quantities = [quantity for quantity, dummy in found.items() if dummy in outer.free_symbols]
    return names, quantities, numpy_function(outer, [*names, *(found[h] for h in quantities)], {})


@lru_cache(maxsize=16)
def training_sets(case: tuple[float, ...], d: int, count: int) -> tuple[TrainingSet, ...]:
    """`count` training sets of dimension d, always the same ones."""
    with single_threaded_algebra():
        return tuple(TrainingSet(case, d, (d, CASES.index(case), index)) for index in range(count))
