"""Exponents in answers and in data: closed forms by hand, difference quotients in two ways, the printed law refuted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from infscale_sym.catalog import formula
from infscale_sym.derive.engine import Derivation
from infscale_sym.derive.rules import Unfold
from infscale_sym.errors import DerivationError, DomainError
from infscale_sym.theory.averages.values import gaussian_average_mp
from infscale_sym.theory.regression.notation import Sigma, alpha, gamma, nu, sigma
from infscale_sym.theory.scaling.notation import DataExponent
from infscale_sym.theory.scaling.rules import ImplicitSlope, Isotropic
from infscale_sym.theory.scaling.tradeoff import DATA_CORRECTED
from infscale_sym.theory.scaling.values import data_exponent, data_exponent_at, offset_ratio, sample_exponent
from infscale_sym.theory.scaling.values_exact import data_exponent_mp, sample_exponent_mp
from infscale_sym.verify import digits
from tests.shared import derived

MODEL = (0.3, 0.4, 1.0, 1.2, 0.8)
CLOSED = formula("tradeoff.data-exponent.corrected").rhs.numpy
PRINTED = formula("tradeoff.data-exponent.printed").rhs.numpy


def test_a_model_computed_by_hand():
    """alpha = 1/2, sigma = gamma = Sigma = nu = 1: 1/2 = kappa (1 - 1/(2 (1 + kappa))), so kappa = 1/sqrt(2)."""
    share, a = 1 / (1 + math.sqrt(0.5)), 0.5
    assert offset_ratio(0.5, 1, 1, 1, 1) == pytest.approx(a * share, rel=1e-13)
    wanted = a * share**2 * (2 - 3 * a * share) / ((1 - a * share**2) * (1 - 2 * a * share))
    assert CLOSED(0.5, 1.0, 1.0, 1.0, 1.0) == pytest.approx(wanted, rel=1e-12)
    assert data_exponent(0.5, 1.0, 1.0, 1.0, 1.0) == pytest.approx(wanted, rel=1e-8)


def test_equal_exponents_at_a_small_ridge():
    shape = (4 - math.sqrt(2)) / 7
    assert CLOSED(shape, 1e-7, 1.0, 1.0, 1.0) == pytest.approx(2, rel=1e-6)


@pytest.mark.parametrize("model", [MODEL, (0.1, 1.0, 0.5, 0.7, 2.0), (1.4, 1.5, 0.6, 1.0, 0.3)])
def test_closed_form_against_both_difference_quotients(model):
    assert data_exponent(*model) == pytest.approx(float(CLOSED(*model)), rel=1e-7)
    assert float(data_exponent_mp(*model, digits=20)) == pytest.approx(float(CLOSED(*model)), rel=1e-12)
    assert float(CLOSED(*model)) != pytest.approx(float(CLOSED(*model[:-1], model[-1] * 1.001)), rel=1e-6)


def test_the_printed_law_keeps_the_bias_only():
    """Right at the authors' own parameters, where alpha = 1e-3; off by orders of magnitude at a moderate alpha."""
    own = (1e-3, 1e-4, 1e-3, 1.0, 2.0)
    assert PRINTED(*own) == pytest.approx(float(CLOSED(*own)), rel=0.04)
    assert PRINTED(0.3, 0.1, 1.0, 1.0, 1.0) < CLOSED(0.3, 0.1, 1.0, 1.0, 1.0) / 100


def test_the_first_condition_is_a_small_product_of_alpha_and_share():
    """(gamma^2/d) Tr(B Sigma)/sigma^2 = alpha m/(1 - alpha m), from the numbers."""
    from infscale_sym.theory.regression.values.ridge import (
        bare_ridge,
        degrees_of_freedom,
        predictive_variance,
        renormalized_ridge,
    )

    for model in ((0.3, 0.4, 1.0, 1.2), (2.0, 0.7, 0.5, 0.8)):
        share = degrees_of_freedom(renormalized_ridge(bare_ridge(*model[:3]), model[0], model[3]), model[3])
        ratio = predictive_variance(*model) / model[1] ** 2 - 1
        assert ratio == pytest.approx(model[0] * share / (1 - model[0] * share), rel=1e-12)


def test_slopes_at_finite_k_tend_to_their_limits():
    gaps = np.abs(data_exponent_at([10, 100, 1e3, 1e4], *MODEL) - float(CLOSED(*MODEL)))
    assert (np.diff(gaps) < 0).all()
    answers = sample_exponent([1e2, 1e3, 1e4], *MODEL)
    assert np.array([1e2, 1e3, 1e4]) * (2 - answers) == pytest.approx([3, 3, 3], rel=0.4)
    assert sample_exponent(100, *MODEL) == pytest.approx(float(sample_exponent_mp(100, *MODEL, digits=12)), abs=1e-8)


def test_the_weighted_average_is_the_derivative_in_k():
    """-k dF/dk by its own integral against a difference quotient of the average, at 25 digits."""
    step = 1e-6
    low, high = (gaussian_average_mp(f"{50 * (1 + n * step):.12f}", "0.2", 25) for n in (-1, 1))
    slope = -(high - low) / (2 * step)
    assert float(gaussian_average_mp(50, "0.2", 20, moment=1)) == pytest.approx(float(slope), rel=1e-9)


def test_beyond_the_edge_there_is_no_law():
    with pytest.raises(DomainError, match="2 Q must be less than"):
        data_exponent(0.9, 0.1, 1.0, 1.0, 1.0)
    with pytest.raises(DomainError, match="2 Q must be less than"):
        data_exponent_mp("0.9", "0.1", 1, 1, 1, digits=15)


def test_the_printed_exponent_is_refuted_and_the_corrected_one_holds():
    assert digits.check(formula("tradeoff.data-exponent.printed"), 20, quick=True)[0].agrees is False
    assert digits.check(DATA_CORRECTED, 20, quick=True)[0].agrees


def test_the_steps_refuse_the_printed_law():
    start = DataExponent(alpha, sigma, gamma, Sigma, nu)
    derivation = Derivation("tradeoff.data-exponent.corrected", start)
    derivation.claim(start.unfold(), Unfold(DataExponent), "definition")
    with pytest.raises(DerivationError, match="closed forms"):
        derivation.claim(start.unfold() * 2, Isotropic(), "twice")
    good = derived(DATA_CORRECTED.id).steps
    with pytest.raises(DerivationError, match="slope"):
        ImplicitSlope().check(good[1].after, formula("tradeoff.data-exponent.printed").statement.rhs)
