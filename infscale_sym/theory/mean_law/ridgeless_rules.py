"""Rules for the offset without a ridge at finite size: a mixture of normal laws over a Wishart matrix.

For `predictive.ridgeless-kurtosis` and `predictive.gaussian-bound`. Given the training set the offset of HP's student
(arXiv:2512.19905) is N(0, sigma^2 V); V is a ratio of two chi-square variables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sympy import Expr, Integer, Symbol, diff, exp, gammasimp, integrate, oo, solve
from sympy import gamma as gamma_function

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, is_zero
from infscale_sym.errors import DerivationError
from infscale_sym.theory.mean_law.notation import CharacteristicGap, ChiSquareMoment, OffsetKurtosis, SpreadMoment
from infscale_sym.theory.regression.drawn_training_sets import CASES, training_sets
from infscale_sym.theory.regression.notation import alpha, dimension, sigma


@dataclass(frozen=True)
class NormalGivenTheData:
    """Given the training set Delta_T is N(0, sigma^2 V): its fourth moment is 3 sigma^4 V^2."""

    name: str = "normal given the training set"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The fourth moment of the normal law by differentiating exp(s^2/2), averaged over V."""
        if not isinstance(before, OffsetKurtosis):
            raise DerivationError("this rule opens the kurtosis")
        s = Symbol("s", real=True)
        fourth = diff(exp(s**2 / 2), s, 4).subs(s, 0)
        if not is_zero(after - fourth * SpreadMoment(2, *before.args) / SpreadMoment(1, *before.args) ** 2):
            raise DerivationError(f"a normal variable has the fourth moment {fourth} times its variance squared")
        return Evidence(SYMBOLIC, "both offsets are linear in the prompt, phi is Gaussian; E z^4 = 3")


@dataclass(frozen=True)
class RatioOfChiSquares:
    """Without a ridge V is |z|^2 over the squared distance of a column from n - d + 1 dimensions: independent chi-squares."""

    name: str = "Wishart matrix"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The identities behind it at small training sets, and the claim's powers and degrees of freedom."""
        n = dimension / alpha

        def opened(expr: Expr) -> Expr:
            return expr.replace(
                lambda e: isinstance(e, SpreadMoment),
                lambda e: ChiSquareMoment(e.args[0], dimension) * ChiSquareMoment(-e.args[0], n - dimension + 1),
            )

        if not before.has(SpreadMoment) or not is_zero(opened(before) - after):
            raise DerivationError("V is chi-square(d)/chi-square(n - d + 1) with independent parts")
        worst = 0.0
        for sample in training_sets(CASES[0], 6, 3):
            d, size, noise = sample.d, sample.n, sample.names[sigma]
            to_mean = np.linalg.pinv(sample.rows / np.sqrt(d))  # without a ridge mu - w_T = to_mean (sigma eps)
            white = sample.rows / np.sqrt(sample.spectrum)
            wishart = np.linalg.inv(white.T @ white)
            root = np.diag(np.sqrt(sample.spectrum))
            scatter = noise**2 * root @ to_mean @ to_mean.T @ root / d  # of Sigma^(1/2)(mu - w_T)/sqrt(d), given the rows
            worst = max(worst, np.abs(scatter / (noise**2 * wishart) - 1).max())
            e = np.cos(np.arange(d) + 1.0)
            e /= np.linalg.norm(e)
            turned = white @ np.linalg.qr(np.column_stack([e, np.eye(d)]))[0][:, 1:d]  # the columns orthogonal to e
            away = np.eye(size) - turned @ np.linalg.pinv(turned)
            worst = max(worst, abs(np.linalg.norm(away @ white @ e) ** 2 * (e @ wishart @ e) - 1))
            worst = max(worst, abs(np.trace(away) / (size - d + 1) - 1))
        if not worst < 1e-10:
            raise DerivationError(f"the identities behind the two chi-squares fail by {worst:.1e}")
        return Evidence(NUMERIC, "covariance, distance and rank to 10 digits at 3 training sets, d = 6, n = 12")


@dataclass(frozen=True)
class ChiSquareMoments:
    """E (chi^2_f)^p = 2^p Gamma(f/2 + p)/Gamma(f/2), for f > -2p."""

    name: str = "chi-square moments"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """SymPy integrates the density once, and simplifies the ratios of Gamma functions."""
        x, f = Symbol("x", positive=True), Symbol("f", positive=True)
        density = x ** (f / 2 - 1) * exp(-x / 2) / (2 ** (f / 2) * gamma_function(f / 2))
        if not is_zero(gammasimp(integrate(x**2 * density, (x, 0, oo), conds="none")) - f * (f + 2)):
            raise DerivationError("the density of the chi-square law has another second moment")

        def moment(e: Expr) -> Expr:
            p, degrees = e.args
            return gammasimp(Integer(2) ** p * gamma_function(f / 2 + p) / gamma_function(f / 2)).subs(f, degrees)

        opened = before.replace(lambda e: isinstance(e, ChiSquareMoment), moment)
        if opened == before or not is_zero(simplify(opened - after)):
            raise DerivationError("the chi-square moments give another expression")
        return Evidence(SYMBOLIC, "moments of the chi-square law by SymPy")


@dataclass(frozen=True)
class JensenGap:
    """For f(V) = exp(-w^2 V/2), V >= 0: E f(V) - f(E V) <= sup f''/2 Var V, the linear term having no mean."""

    name: str = "Jensen gap"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """f'' = (w^4/4) f is largest at V = 0."""
        if not isinstance(before, CharacteristicGap):
            raise DerivationError("this rule bounds the gap of the characteristic function")
        w, *model = before.args
        v = Symbol("V", nonnegative=True)
        f = exp(-(w**2) * v / 2)
        second, third = diff(f, v, 2), diff(f, v, 3)
        if not (second.subs(v, 0).is_positive and third.is_negative):
            raise DerivationError("the second derivative is not largest at 0")
        bound = second.subs(v, 0) / 2 * (SpreadMoment(2, *model) - SpreadMoment(1, *model) ** 2)
        if not is_zero(after - bound):
            raise DerivationError(f"Taylor's formula gives {bound}")
        return Evidence(SYMBOLIC, "E cos(w Delta_T/sigma) = E f(V) given the data; f'' falls from w^4/4", at_most=True)


@dataclass(frozen=True)
class ByKurtosis:
    """3 E V^2 = K (E V)^2."""

    name: str = "kurtosis by name"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Solve the kurtosis for E V^2 and compare."""
        model = (dimension, alpha)
        second, first = SpreadMoment(2, *model), SpreadMoment(1, *model)
        place = Symbol("K", positive=True)
        inner = solve(3 * Symbol("m") - place * first**2, Symbol("m"))[0]
        if not after.has(OffsetKurtosis) or not is_zero(before.subs(second, inner) - after.subs(OffsetKurtosis(*model), place)):
            raise DerivationError("with E V^2 = K (E V)^2/3 the sides differ")
        return Evidence(SYMBOLIC, "E V^2 = K (E V)^2/3 put in")
