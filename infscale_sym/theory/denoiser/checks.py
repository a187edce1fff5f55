"""Simulation of the linear denoiser on single training sets (`denoiser.noise-ratio`, `denoiser.kl.optimum`, ...).

Sets are drawn and maps fitted (Halder, arXiv:2411.17807); sigma0 = 1, mu0 = 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.denoiser import draws as denoiser
from infscale_sym.verify.record import Leg
from infscale_sym.verify.simulation import leg


def optimum(formula: Formula, quick: bool) -> Leg:
    """KL with noise less KL without, on the same training sets, against the least gain claimed."""
    rng = np.random.default_rng(SEED)
    n, d, ratio, sets = 12, 3, 0.05, 4_000 if quick else 12_000
    data = denoiser.training_set(rng, n, d, sets=(sets,))
    with single_threaded_algebra():
        noisy, plain = (
            denoiser.divergence(denoiser.generated_law_infinite(data, 0.5 * math.log1p(r), 1.0)) for r in (ratio, 1e-9)
        )
    gain = noisy - plain
    error = float(gain.std(ddof=1) / math.sqrt(sets))
    margin = float(gain.mean() - d / (2 * n) * math.log1p(ratio))
    where = f"zeta = {ratio:g} against 0 on the same {sets} sets, n = {n}, d = {d}: {gain.mean():.4f} +- {error:.4f} more"
    # an inequality: only a deficit would speak against it
    return leg(min(margin / error, 0.0), margin / error, where, {"gain": f"{gain.mean():.6g}"}, "the reverse")


def noise_ratio(formula: Formula, quick: bool) -> Leg:
    """The generated variance along each eigenvector of a set's covariance, against the claim at its eigenvalue."""

    def variances() -> Iterator[tuple[Any, Any]]:
        for data, T, noise, _ in _sets():
            centred = data - data.mean(axis=0)
            values, vectors = np.linalg.eigh(centred.T @ centred / len(data))
            law = denoiser.generated_law_infinite(data, T, noise)
            yield np.diag(vectors.T @ law.covariance @ vectors), formula.rhs.numpy(T, noise, values, values.mean())

    return _on_every_set(variances())


def steps(formula: Formula, quick: bool) -> Leg:
    """The variance generated in several steps from a set whose covariance is I, against the claim."""

    def variances() -> Iterator[tuple[Any, Any]]:
        for data, T, noise, number in _sets():
            mean, centred = data.mean(axis=0), data - data.mean(axis=0)
            values, vectors = np.linalg.eigh(centred.T @ centred / len(data))
            law = denoiser.generated_law_steps(mean + centred @ vectors / np.sqrt(values), T, noise, number)
            yield np.diag(law.covariance), formula.rhs.numpy(number, noise * math.expm1(2 * T), 1.0)

    return _on_every_set(variances())


def _sets() -> Iterator[tuple[Any, float, float, int]]:
    """Three training sets with T, l and a number of steps."""
    rng = np.random.default_rng(SEED)
    for n, d, T, noise, number in ((9, 3, 2.0, 0.02, 2), (5, 4, 0.4, 1.5, 5), (40, 6, 1.0, 0.3, 12)):
        yield denoiser.training_set(rng, n, d), T, noise, number


def _on_every_set(variances: Iterator[tuple[Any, Any]]) -> Leg:
    """A statement about every training set: (variances generated, claimed) without scatter."""
    pairs = list(variances)
    gaps = [float(np.max(np.abs(got / claimed - 1))) for got, claimed in pairs]
    wrong = [float(np.max(np.abs(got / (1.001 * claimed) - 1))) for got, claimed in pairs]
    good = max(gaps) < 1e-9 < min(wrong)
    text = f"generated covariance on 3 sets, largest relative gap {max(gaps):.1g}; a claim 0.1 % larger: {min(wrong):.1g}"
    return Leg("simulation", "exact on 3 draws", good, text, {"gaps": [f"{g:.2g}" for g in gaps]})


def divergence_by_spectrum(n_: Any, d_: Any, zeta_: Any, digits: int = 20) -> Any:
    """The expected divergence summed over the mean spectrum in float64; for the dots of a figure."""
    import mpmath

    from infscale_sym.theory.denoiser.values.numeric import expected_divergence

    return mpmath.mpf(float(expected_divergence(float(n_), float(d_), float(zeta_))))


def determinant_to_six_digits(alpha_: Any, zeta_: Any, digits: int = 20) -> Any:
    """The proportional limit from the Marchenko-Pastur law to six digits; for the dots of a figure."""
    from infscale_sym.theory.denoiser.values.expectation import one_draw_proportional_mp

    return one_draw_proportional_mp(alpha_, zeta_, digits=6)
