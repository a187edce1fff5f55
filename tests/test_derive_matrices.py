"""Rules of random-matrix derivations: each accepts what is true and refuses what is nearly so."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Rational

from infscale_sym import registry
from infscale_sym.derive import Derivation
from infscale_sym.errors import DerivationError
from infscale_sym.theory.regression.drawn_training_sets import CASES, TrainingSet
from infscale_sym.theory.regression.matrix_notation import (
    C,
    Equivalent,
    LeftOut,
    Resolvent,
    RowForm,
    RowMean,
    Times,
    TraceMean,
    word,
)
from infscale_sym.theory.regression.notation import (
    BareRidge,
    DegreesOfFreedom,
    MeanShrinkage,
    PredictiveVariance,
    RenormalizedRidge,
    Sigma,
    TeacherOffset,
    TeacherRisk,
    alpha,
    gamma,
    lambda_,
    nu,
    sigma,
)
from infscale_sym.theory.regression.rules import (
    BiasAndNoise,
    DefinedAsLimit,
    DifferentiatedEquivalent,
    EverySample,
    InsertRidge,
    PositiveRoot,
    PosteriorIsRidge,
    RandomMatrixLimit,
    SelfConsistency,
    UseEqual,
)

G, G1 = Resolvent(lambda_), LeftOut(lambda_)
KAPPA = RenormalizedRidge(lambda_, alpha, Sigma)
FORM = RowForm(G1)
BARE = BareRidge(alpha, sigma, gamma)
MODEL = (alpha, sigma, gamma, Sigma, nu)


def rhs(id_):
    return registry.statement(id_).rhs


def refused(rule, before, after, said="."):
    with pytest.raises(DerivationError, match=said):
        rule.check(before, after)


def test_words_keep_their_order():
    assert word(C, G, Sigma) == Times(C, Times(G, Sigma))
    assert word(C, G) != word(G, C)


@pytest.mark.parametrize("d", [6, 30])
def test_a_world_by_plain_linear_algebra(d):
    """Traces, forms and left-out rows; below and above the dimension where a row is left out by an update."""
    sample = TrainingSet(CASES[0], d, (1,))
    x, n = sample.rows, sample.n
    resolvent = np.linalg.inv(x.T @ x / n + 0.2 * np.eye(d))
    assert abs(sample.number(TraceMean(word(C, G))) - np.trace(x.T @ x / n @ resolvent) / d) < 1e-13
    without = np.linalg.inv(x[1:].T @ x[1:] / n + 0.2 * np.eye(d))
    assert abs(sample.number(FORM)[0] - x[0] @ without @ x[0] / d) < 1e-12
    form = RowForm(word(G1, Sigma, G))
    assert abs(sample.number(form)[0] - x[0] @ without @ np.diag(sample.spectrum) @ resolvent @ x[0] / d) < 1e-12
    assert sample.number(alpha * lambda_ + 1) == 1.1


def test_identities():
    rule, full, left = EverySample(), RowMean(RowForm(G)), RowMean(FORM / (1 + alpha * FORM))
    rule.check(TraceMean(word(C, G)), full)
    rule.check(full, left)
    refused(rule, full, RowMean(FORM / (1 + FORM)), "the sides differ by")
    refused(rule, TraceMean(word(Sigma, G)), TraceMean(word(Sigma, Equivalent(lambda_ / KAPPA, lambda_))))


def test_limits_have_the_stated_rate():
    trace = TraceMean(word(Sigma, G))
    before = RowMean(FORM / (1 + alpha * FORM))
    RandomMatrixLimit().check(before, trace / (1 + alpha * trace))
    refused(RandomMatrixLimit(power=0.5), before, trace / (1 + alpha * trace), "exponents")
    refused(RandomMatrixLimit(power=2), before, trace / (1 + alpha * trace), "exponents")
    refused(RandomMatrixLimit(), before, trace / (1 + alpha * trace) * Rational(51, 50))
    # with the bare ridge in place of the renormalised one
    refused(RandomMatrixLimit(), TraceMean(word(C, G)), DegreesOfFreedom(lambda_, Sigma))
    RandomMatrixLimit().check(TraceMean(word(C, G)), DegreesOfFreedom(KAPPA, Sigma))


def test_the_printed_offset_is_not_the_risk():
    """Two traces of the posterior tend to Q, not to q."""
    resolvent = Resolvent(BARE)
    opened = nu**2 * BARE**2 * TraceMean(word(resolvent, Sigma, resolvent)) + alpha * sigma**2 * TraceMean(
        word(Sigma, resolvent, C, resolvent)
    )
    BiasAndNoise().check(TeacherRisk(*MODEL), opened)
    refused(BiasAndNoise(), TeacherRisk(*MODEL), opened * (1 + Rational(1, 10**6)))
    RandomMatrixLimit().check(opened, rhs("predictive.mean-law"))
    refused(RandomMatrixLimit(), opened, TeacherOffset(*MODEL))


def test_small_rules_refuse_what_does_not_follow():
    trace = TraceMean(word(Sigma, G))
    eta = MeanShrinkage(lambda_, alpha, Sigma)
    refused(DefinedAsLimit(MeanShrinkage), eta, TraceMean(word(Sigma, G)), "by definition")
    refused(DefinedAsLimit(MeanShrinkage), trace, trace, "does not occur")
    InsertRidge().check(trace / (1 + alpha * trace), lambda_ / KAPPA * trace)
    refused(InsertRidge(), trace / (1 + alpha * trace), KAPPA / lambda_ * trace)
    refused(PosteriorIsRidge(), BARE, alpha * sigma / gamma**2)
    refused(PositiveRoot(), KAPPA, rhs("ridge.isotropic") - Sigma)
    refused(UseEqual("predictive.mean"), eta, DegreesOfFreedom(lambda_, Sigma))
    variance = PredictiveVariance(alpha, sigma, gamma, Sigma)
    refused(UseEqual("predictive.variance"), variance, rhs("predictive.variance-ridge"))
    SelfConsistency().check(rhs("predictive.variance"), rhs("predictive.variance-ridge"))
    refused(SelfConsistency(), rhs("predictive.variance"), gamma**2 * RenormalizedRidge(BARE, alpha, Sigma))
    one = TraceMean(word(Sigma, Resolvent(BARE)))
    renormalized = RenormalizedRidge(BARE, alpha, Sigma)
    wrong = DegreesOfFreedom(renormalized, Sigma)
    refused(DifferentiatedEquivalent(), one, wrong, "implicit differentiation")


def test_a_step_says_how_small_a_change_it_refuses():
    trace = TraceMean(word(C, G))
    chain = Derivation("predictive.mean", MeanShrinkage(lambda_, alpha, Sigma))
    exact = chain.claim(trace, DefinedAsLimit(MeanShrinkage), "")
    drawn = chain.claim(DegreesOfFreedom(KAPPA, Sigma), RandomMatrixLimit(), "")
    assert exact.caught.endswith("one part in 10^6 caught")
    assert drawn.caught.endswith("one part in 50 caught")
    assert drawn.evidence.kind == "numeric"
