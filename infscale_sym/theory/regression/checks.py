"""Simulation of the two ridges (`ridge.bare`, `ridge.renormalized`; HP Result 1, arXiv:2512.19905)."""

from __future__ import annotations

import numpy as np

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.theory.regression.draws.moments import MATRIX_SIZES, renormalized_ridge
from infscale_sym.theory.regression.draws.spectra import posterior_against_ridge
from infscale_sym.theory.regression.notation import RenormalizedRidge
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg


def posterior_mean(formula: Formula, quick: bool) -> Leg:
    """The posterior mean is ridge regression with the bare ridge, draw by draw."""
    gaps, wrong = [], []
    for number, (n, d, noise, prior) in enumerate([(40, 10, 0.7, 1.3), (30, 60, 0.4, 0.8), (200, 50, 1.1, 0.5)]):
        value = float(formula.rhs.numpy(d / n, noise, prior))
        gaps.append(posterior_against_ridge(n, d, noise, prior, value, seed=SEED + number))
        wrong.append(posterior_against_ridge(n, d, noise, prior, 1.001 * value, seed=SEED + number))
    good = max(gaps) < 1e-10 < min(wrong)
    text = (
        f"posterior mean = ridge regression on 3 draws, largest relative gap {max(gaps):.1g}; "
        f"a ridge 0.1 % off: {min(wrong):.1g}"
    )
    return Leg("simulation", "exact on 3 draws", good, text, {"gaps": [f"{g:.2g}" for g in gaps]})


def fixed_point(formula: Formula, quick: bool) -> Leg:
    """The positive solution of the claimed equation against the ridge of random matrices: its left side is given, not drawn."""
    bare, shape, spectrum = 0.2, 0.5, np.array([2.0, 0.5])
    value, error = renormalized_ridge(bare, shape, spectrum, trials=2_000 if quick else 4_000, seed=SEED)
    wanted = float(RenormalizedRidge.numpy(bare, shape, spectrum))
    sizes = ", ".join(map(str, MATRIX_SIZES))
    where = f"random matrices, eigenvalues 2 and 1/2, d = {sizes} at alpha = 1/2, extrapolated in 1/d"
    numbers = {"extrapolated": f"{value:.8g}", "standard_error": f"{error:.2g}", "claim": f"{wanted:.8g}"}
    return leg((value - wanted) / error, (1.02 * wanted - value) / error, where, numbers, "a claim 2 % larger")
