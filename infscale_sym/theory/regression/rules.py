"""The rules of random-matrix derivations: definitions, exact identities at every training set, limits with a measured rate.

For the deterministic equivalents `ridge.*` and `predictive.*` (HP Result 1, arXiv:2512.19905; AZP, arXiv:2405.00592). An
identity between products of matrices holds for each training set by itself and is checked there. A limit d, n -> oo at fixed
alpha is checked on training sets of growing size: the two sides' root mean square distance must fall with the stated power of
d, and their mean distance, extrapolated in 1/d, must vanish. Draws see one part in fifty, not in 10^6: such a rule says so in
`sensitivity`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Expr, Function, Rational, Symbol, diff, solve, sqrt

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, is_zero
from infscale_sym.errors import DerivationError
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.relations import Equal
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.regression.drawn_training_sets import CASES, TrainingSet, training_sets
from infscale_sym.theory.regression.matrix_notation import C, KernelTrace, PosteriorCovariance, Resolvent, TraceMean, word
from infscale_sym.theory.regression.notation import (
    BareRidge,
    DegreesOfFreedom,
    MeanShrinkage,
    PredictiveVariance,
    RenormalizedRidge,
    SecondDegreesOfFreedom,
    Sigma,
    TeacherOffset,
    TeacherRisk,
    alpha,
    gamma,
    kappa,
    lambda_,
    nu,
    sigma,
)

#: What the limits d, n -> oo at fixed alpha are limits of, by definition.
MEANINGS: dict[type[Quantity], Any] = {
    MeanShrinkage: TraceMean(word(C, Resolvent(lambda_))),
    PredictiveVariance: sigma**2 + TraceMean(word(Sigma, PosteriorCovariance(alpha, sigma, gamma))),
    RenormalizedRidge: 1 / KernelTrace(lambda_),
}

#: Dimensions at which a limit is looked at, and training sets at each.
SIZES = (24, 48, 96, 192)
COUNT = 60
#: The smallest relative change of a claim that these draws see.
SEEN = Rational(1, 50)


@dataclass(frozen=True)
class DefinedAsLimit:
    """A named limit is written as what it is the limit of, or the other way round."""

    quantity: type[Quantity]
    name: str = "definition as a limit"

    @property
    def meaning(self) -> Expr:
        """What the named limit is the limit of."""
        return MEANINGS[self.quantity]

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Replacing the name by its definition on either side makes the two sides equal."""
        meaning = self.meaning

        def open_(expr: Expr) -> Expr:
            return expr.replace(lambda e: isinstance(e, self.quantity), lambda _: meaning)

        if not before.has(self.quantity) and not after.has(self.quantity):
            raise DerivationError(f"{self.quantity.__name__} does not occur")
        if not is_zero(simplify(open_(before) - open_(after))):
            raise DerivationError(f"by definition this is {meaning}")
        return Evidence(SYMBOLIC, f"definition of {self.quantity.__name__} as a limit d, n -> oo at fixed alpha")


@dataclass(frozen=True)
class EverySample:
    """An identity that holds for every training set by itself, whatever its size."""

    name: str = "identity"
    tolerance: float = 1e-11

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Both sides as numbers at small training sets, n > d and n < d; rows are left out by inverting again."""
        worst = 0.0
        with single_threaded_algebra():
            for case in CASES:
                for sample in training_sets(case, 6, 3):
                    one, two = sample.number(before), sample.number(after)
                    worst = max(worst, abs(one - two) / abs(one))
        if not worst < self.tolerance:
            raise DerivationError(f"at a training set with d = 6 the sides differ by {worst:.1e} in relative terms")
        return Evidence(NUMERIC, "11 digits at 6 training sets, d = 6, n = 12 and 4")


@dataclass(frozen=True)
class RandomMatrixLimit:
    """The sides agree as d, n -> oo at fixed alpha, each training set by itself up to O(1/d^power)."""

    power: float = 1.0
    name: str = "random-matrix limit"
    sensitivity: Any = SEEN
    slack: float = 0.15

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Measured exponent of the root mean square distance, and the mean distance extrapolated in 1/d."""
        exponents, deviations = [], []
        for case in CASES:
            spreads, means, errors, scale = [], [], [], 1.0
            for d in SIZES:
                gaps = _gaps(before, after, case, d)
                scale = abs(training_sets(case, d, COUNT)[0].number(before))
                spreads.append(float(np.sqrt(np.mean(gaps**2))))
                means.append(float(gaps.mean()))
                errors.append(float(gaps.std(ddof=1)) / np.sqrt(len(gaps)))
            exponents.append(float(np.polyfit(np.log(SIZES), np.log(spreads), 1)[0]))
            limit, error = _extrapolated(means, errors)
            deviations.append(limit / error)
            if not error < 0.004 * scale:
                raise DerivationError("too few training sets to see a change of one part in fifty")
        if any(abs(e + self.power) > self.slack for e in exponents):
            shown = ", ".join(f"{e:.2f}" for e in exponents)
            raise DerivationError(f"the distance falls with the exponents {shown} in d, not {-self.power:g}")
        if any(abs(v) > 4 for v in deviations):
            shown = ", ".join(f"{v:.0f}" for v in deviations)
            raise DerivationError(f"as d -> oo the sides differ by {shown} standard errors")
        words = " and ".join(f"d^({e:.2f})" for e in exponents)
        return Evidence(NUMERIC, f"distance at one training set falls as {words} at alpha = 1/2 and 3/2, d = 24 ... 192")


def _gaps(before: Expr, after: Expr, case: tuple[float, ...], d: int) -> np.ndarray:
    def gap(sample: TrainingSet) -> float:
        return float(sample.number(before) - sample.number(after))

    with single_threaded_algebra():
        return np.array([gap(sample) for sample in training_sets(case, d, COUNT)])


def _extrapolated(means: list[float], errors: list[float]) -> tuple[float, float]:
    """Intercept and standard error of means = c0 + c1/d + c2/d^2."""
    design = np.array([[size**-power for power in range(3)] for size in map(float, SIZES)]) / np.array(errors)[:, None]
    covariance = np.linalg.inv(design.T @ design)
    return float((covariance @ (design.T @ (np.array(means) / np.array(errors))))[0]), float(np.sqrt(covariance[0, 0]))


@dataclass(frozen=True)
class InsertRidge:
    """eta = b/(1 + alpha b) and kappa = lambda/(1 - alpha eta), so 1/(1 + alpha b) = lambda/kappa."""

    name: str = "renormalised ridge"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Solve kappa (1 - alpha * before) = lambda for the trace b, and compare."""
        found = list(before.atoms(TraceMean))
        if len(found) != 1:
            raise DerivationError("expected one trace")
        b, k_ = Symbol("b", positive=True), RenormalizedRidge(lambda_, alpha, Sigma)
        claim = after.subs(found[0], b).subs(k_, lambda_ / (1 - alpha * before.subs(found[0], b)))
        if not after.has(RenormalizedRidge) or not is_zero(simplify(claim - before.subs(found[0], b))):
            raise DerivationError("with kappa = lambda/(1 - alpha eta) the sides differ")
        return Evidence(SYMBOLIC, "kappa = lambda/(1 - alpha eta) put in")


@dataclass(frozen=True)
class DiagonalTrace:
    """The trace of a function of Sigma is a mean over its eigenvalues: a degrees of freedom by name."""

    name: str = "eigenvalues"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Both sides as numbers; nothing random is left."""
        return EverySample().check(before, after)


@dataclass(frozen=True)
class BiasAndNoise:
    """E (1/d) (mu - w)' Sigma (mu - w) of the posterior mean over prompts, noise, and teachers of mean square nu^2."""

    name: str = "bias-variance decomposition"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """mu - w is linear in w and in the noise; both maps from the posterior itself, at small training sets."""
        if before != TeacherRisk(alpha, sigma, gamma, Sigma, nu):
            raise DerivationError("this rule opens the mean squared offset")
        worst = 0.0
        for case in CASES:
            for sample in training_sets(case, 6, 3):
                noise, prior, weight = (sample.names[s] for s in (sigma, gamma, nu))
                features = sample.rows / np.sqrt(sample.d)
                precision = np.eye(sample.d) / prior**2 + features.T @ features / noise**2
                to_mean = np.linalg.solve(precision, features.T / noise**2)  # mu = to_mean y, y = features w + sigma eps
                cov = np.diag(sample.spectrum)
                bias = to_mean @ features - np.eye(sample.d)
                wanted = weight**2 * np.trace(bias.T @ cov @ bias) + noise**2 * np.trace(to_mean.T @ cov @ to_mean)
                worst = max(worst, abs(sample.number(after) * sample.d / wanted - 1))
        if not worst < 1e-11:
            raise DerivationError(f"the risk of the posterior mean differs by {worst:.1e} in relative terms")
        return Evidence(NUMERIC, "11 digits against the posterior mean at 6 training sets, d = 6, n = 12 and 4")


@dataclass(frozen=True)
class PosteriorIsRidge:
    """The posterior mean (precision I/gamma^2 + Phi'Phi/sigma^2) is (C + lambda)^-1 X'y sqrt(d)/n with this lambda."""

    name: str = "posterior mean as ridge regression"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Both linear maps from the answers to the weights, at small training sets."""
        if before != BareRidge(alpha, sigma, gamma):
            raise DerivationError("this rule opens the bare ridge")
        worst = 0.0
        for case in CASES:
            for sample in training_sets(case, 6, 3):
                noise, prior = sample.names[sigma], sample.names[gamma]
                features = sample.rows / np.sqrt(sample.d)
                precision = np.eye(sample.d) / prior**2 + features.T @ features / noise**2
                posterior = np.linalg.solve(precision, features.T / noise**2)
                ridge = sample.covariance + sample.number(after) * np.eye(sample.d)
                regression = np.linalg.solve(ridge, sample.rows.T) * np.sqrt(sample.d) / sample.n
                worst = max(worst, np.abs(posterior - regression).max() / np.abs(posterior).max())
        if not worst < 1e-11:
            raise DerivationError(f"posterior mean and ridge regression differ by {worst:.1e} in relative terms")
        return Evidence(NUMERIC, "11 digits, as maps from answers to weights, at 6 training sets")


@dataclass(frozen=True)
class PositiveRoot:
    """`ridge.renormalized` at Sigma = number * I is a quadratic equation with one positive root."""

    name: str = "quadratic equation of the ridge"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The claim solves it, is positive, and the product of the roots is negative."""
        if before != RenormalizedRidge(lambda_, alpha, Sigma):
            raise DerivationError("this rule solves for kappa")
        k_ = RenormalizedRidge(lambda_, alpha, Sigma)
        statement = _registered("ridge.renormalized")
        equation = statement.rhs.replace(lambda e: isinstance(e, DegreesOfFreedom), lambda e: Sigma / (Sigma + e.args[0]))
        polynomial = simplify((equation - statement.lhs).subs(k_, kappa) * (Sigma + kappa)).expand()
        if not is_zero(simplify(polynomial.subs(kappa, after))):
            raise DerivationError("the claim is no root of the quadratic equation")
        coefficients = [polynomial.coeff(kappa, power) for power in range(3)]
        if not is_zero(coefficients[2] - 1) or not (-coefficients[0]).is_positive:
            raise DerivationError("the product of the roots is not negative")
        if not all(after.subs({lambda_: a, alpha: b, Sigma: 1}) > 0 for a in (Rational(1, 9), 3) for b in (Rational(1, 2), 2)):
            raise DerivationError("the claim is the negative root")
        return Evidence(SYMBOLIC, "a root of the quadratic equation ridge.renormalized; the roots' product is negative")


@dataclass(frozen=True)
class UseEqual:
    """Insert a registered equality."""

    id: str
    name: str = "registered deterministic equivalent"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The claim is the old expression with the registered right side put in."""
        statement = _registered(self.id)
        inserted = before.subs(statement.lhs, statement.rhs)
        if inserted == before or not is_zero(simplify(inserted - after)):
            raise DerivationError(f"{self.id} does not give the claim")
        # What is put in was itself measured, so nothing that rests on it is proved.
        return Evidence(NUMERIC, f"{self.id} put in symbolically; its own derivation rests on measured limits")


@dataclass(frozen=True)
class DifferentiatedEquivalent:
    """(1/d) Tr Sigma G -> kappa df1/lambda; its derivative in -lambda is the limit of (1/d) Tr Sigma G^2.

    Analytic functions of lambda > 0 that are bounded and converge, converge with their derivatives.
    """

    sensitivity: Any = SEEN
    name: str = "derivative in the ridge"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """SymPy differentiates implicitly; then the limit is measured like any other."""
        bare = BareRidge(alpha, sigma, gamma)
        ridge = Symbol("L", positive=True)
        first, second = Function("f1")(kappa), Symbol("f2", positive=True)
        slope = -(first - second) / kappa  # d df1/d kappa, eigenvalue by eigenvalue: see below
        s = Symbol("s", positive=True)
        if not is_zero(simplify(diff(s / (s + kappa), kappa) + (s / (s + kappa) - (s / (s + kappa)) ** 2) / kappa)):
            raise DerivationError("the derivative of df1 is not (df2 - df1)/kappa")
        rate = 1 / diff(kappa * (1 - alpha * first), kappa).subs(diff(first, kappa), slope)  # d kappa/d lambda
        one = kappa * first / ridge
        two = -(diff(one, ridge) + diff(one, kappa).subs(diff(first, kappa), slope) * rate)
        G = Resolvent(bare)
        wanted = before.subs({TraceMean(word(Sigma, G)): one, TraceMean(word(Sigma, G, G)): two}).subs(bare, ridge)
        k_ = RenormalizedRidge(bare, alpha, Sigma)
        named = {SecondDegreesOfFreedom(k_, Sigma): second, DegreesOfFreedom(k_, Sigma): first}
        claim = after.subs(named).subs(k_, kappa).subs(bare, ridge)
        plain = Symbol("f1", positive=True)
        if wanted.has(TraceMean) or not is_zero(simplify((wanted - claim).subs(first, plain))):
            raise DerivationError("implicit differentiation does not give the claim")
        measured = RandomMatrixLimit(sensitivity=self.sensitivity).check(before, after)
        return Evidence(NUMERIC, f"derivative by SymPy; {measured.detail}")


@dataclass(frozen=True)
class SelfConsistency:
    """Algebra with lambda = kappa (1 - alpha df1(kappa)), where lambda = alpha sigma^2/gamma^2."""

    name: str = "self-consistent equation"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Both sides in kappa, df1, df2 alone, q opened; their difference simplifies to 0."""
        bare = BareRidge(alpha, sigma, gamma)
        k_ = RenormalizedRidge(bare, alpha, Sigma)
        first, second, square = (Symbol(name, positive=True) for name in ("f1", "f2", "v"))
        named = {DegreesOfFreedom(k_, Sigma): first, SecondDegreesOfFreedom(k_, Sigma): second}

        def plain(expr: Expr) -> Expr:
            opened = expr.replace(lambda e: isinstance(e, TeacherOffset), lambda e: e.unfold())
            opened = opened.subs(named).subs(k_, kappa).subs(bare, kappa * (1 - alpha * first))
            return opened.subs(sigma, sqrt(square))

        solved = solve(alpha * square / gamma**2 - kappa * (1 - alpha * first), square)[0]
        difference = (plain(before) - plain(after)).subs(square, solved)
        if difference.has(Quantity) or not is_zero(simplify(difference)):
            raise DerivationError("the two sides differ by more than the self-consistent equation")
        return Evidence(SYMBOLIC, "lambda = kappa (1 - alpha df1) put in; the difference simplifies to 0")


def _registered(id_: str) -> Equal:
    statement = registry.statement(id_)
    assert isinstance(statement, Equal)
    return statement
