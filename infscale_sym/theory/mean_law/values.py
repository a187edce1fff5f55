"""The second moments of the offsets with a judge of its own (`predictive.cross-law`, `predictive.judge-law`).

E Delta_T Delta_R and E Delta_R^2 in the proportional limit of HP's model (arXiv:2512.19905; ridge regression: AZP,
arXiv:2405.00592), by the renormalised ridge kappa: float64 to 1e-13 of Q, mpmath to the digits asked for, Arb as balls.
For Sigma = number * I also by the Marchenko-Pastur law, which never sees kappa:
lambda (1/d) Tr Sigma (C + lambda)^-1 = Sigma (1 - eta). What holds without a ridge is in `mean_law.ridgeless_values`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import float_array
from infscale_sym.evaluate.lambdify import to_arb, to_mpf
from infscale_sym.theory.regression.values import ridge, ridge_exact
from infscale_sym.theory.regression.values.marchenko_pastur import bits
from infscale_sym.theory.regression.values.spectrum import spectrum
from infscale_sym.theory.regression.values.spectrum_exact import eigenvalues_arb, eigenvalues_mp, positive_arb, positive_mp


def cross_risk(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, overlap: Any) -> Any:
    """E Delta_T Delta_R = Q - (nu^2 - overlap) kappa df1, units of y^2; all but Sigma broadcast; relative error 1e-13 of Q.

    nu > 0: root mean square teacher weight; overlap: w_T'w_R/d, real. Weights without preferred directions (or Sigma a number).
    """
    first = ridge.teacher_risk(alpha, sigma, gamma, Sigma, nu)
    return first - _mixed(alpha, sigma, gamma, Sigma, nu, overlap)


def judge_risk(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, nu_R: Any, overlap: Any) -> Any:
    """E Delta_R^2 = Q - 2 (nu^2 - overlap) kappa df1 + (nu^2 - 2 overlap + nu_R^2) mean(Sigma), units of y^2.

    nu_R > 0: root mean square weight of the judge; |overlap| <= nu nu_R, or DomainError; the rest as in `cross_risk`.
    """
    w, v, c = float_array(nu, "nu"), float_array(nu_R, "nu_R"), float_array(overlap, "overlap")
    if not (v > 0).all():
        raise DomainError(f"nu_R must be positive; got {v[~(v > 0)].ravel()[0]:g}")
    if not (np.abs(c) <= w * v * (1 + 1e-12)).all():
        raise DomainError(f"the overlap of two weight vectors lies in [-nu nu_R, nu nu_R]; got {np.ravel(c)[0]:g}")
    first = ridge.teacher_risk(alpha, sigma, gamma, Sigma, nu) - 2 * _mixed(alpha, sigma, gamma, Sigma, nu, overlap)
    return first + (w**2 - 2 * c + v**2) * mean_eigenvalue(Sigma)


def mean_eigenvalue(Sigma: Any) -> Any:
    """(1/d) Tr Sigma, float64, units of Sigma."""
    return float(np.mean(spectrum(Sigma).eigenvalues))


def _mixed(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, overlap: Any) -> Any:
    known = spectrum(Sigma)
    kappa = ridge.renormalized_ridge(ridge.bare_ridge(alpha, sigma, gamma), alpha, known)
    gap = float_array(nu, "nu") ** 2 - float_array(overlap, "overlap")
    return gap * kappa * ridge.degrees_of_freedom(kappa, known)


def cross_risk_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, overlap: Any, digits: int = 50) -> Any:
    """The same by the root kappa; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        return _combined_mp(ridge_exact.teacher_risk_mp, _mixed_mp, 1, (alpha, sigma, gamma, Sigma, nu, overlap), digits)


def judge_risk_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, nu_R: Any, overlap: Any, digits: int = 50) -> Any:
    """The same by the root kappa; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        rest = _combined_mp(ridge_exact.teacher_risk_mp, _mixed_mp, 2, (alpha, sigma, gamma, Sigma, nu, overlap), digits)
        return rest + _gap_mp(nu, nu_R, overlap) * mean_eigenvalue_mp(Sigma, digits)


def mean_eigenvalue_mp(Sigma: Any, digits: int = 50) -> Any:
    """(1/d) Tr Sigma; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        values = eigenvalues_mp(Sigma)
        return mpmath.fsum(values) / len(values)


def cross_risk_from_law_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, overlap: Any, digits: int = 50) -> Any:
    """The same by the Marchenko-Pastur law, Sigma a number; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        arguments = (alpha, sigma, gamma, Sigma, nu, overlap)
        return _combined_mp(ridge_exact.teacher_risk_from_law_mp, _mixed_from_law_mp, 1, arguments, digits)


def judge_risk_from_law_mp(
    alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, nu_R: Any, overlap: Any, digits: int = 50
) -> Any:
    """The same by the Marchenko-Pastur law, Sigma a number; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        arguments = (alpha, sigma, gamma, Sigma, nu, overlap)
        rest = _combined_mp(ridge_exact.teacher_risk_from_law_mp, _mixed_from_law_mp, 2, arguments, digits)
        return rest + _gap_mp(nu, nu_R, overlap) * to_mpf(Sigma)


def cross_risk_arb(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, overlap: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    return _combined_arb(ridge_exact.teacher_risk_arb, _mixed_arb, 1, (alpha, sigma, gamma, Sigma, nu, overlap), digits)


def judge_risk_arb(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, nu_R: Any, overlap: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    import flint

    rest = _combined_arb(ridge_exact.teacher_risk_arb, _mixed_arb, 2, (alpha, sigma, gamma, Sigma, nu, overlap), digits)
    with flint.ctx.workprec(bits(digits)):
        return rest + _gap_arb(nu, nu_R, overlap) * mean_eigenvalue_arb(Sigma, digits)


def mean_eigenvalue_arb(Sigma: Any, digits: int = 50) -> Any:
    """(1/d) Tr Sigma as a ball."""
    import flint

    with flint.ctx.workprec(bits(digits)):
        values = eigenvalues_arb(Sigma)
        return sum(values, flint.arb(0)) / len(values)


def cross_risk_from_law_arb(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, overlap: Any, digits: int = 50) -> Any:
    """By the Marchenko-Pastur law, Sigma a number; a ball."""
    arguments = (alpha, sigma, gamma, Sigma, nu, overlap)
    return _combined_arb(ridge_exact.teacher_risk_from_law_arb, _mixed_from_law_arb, 1, arguments, digits)


def judge_risk_from_law_arb(
    alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, nu_R: Any, overlap: Any, digits: int = 50
) -> Any:
    """By the Marchenko-Pastur law, Sigma a number; a ball."""
    import flint

    arguments = (alpha, sigma, gamma, Sigma, nu, overlap)
    rest = _combined_arb(ridge_exact.teacher_risk_from_law_arb, _mixed_from_law_arb, 2, arguments, digits)
    with flint.ctx.workprec(bits(digits)):
        return rest + _gap_arb(nu, nu_R, overlap) * to_arb(Sigma)


def _combined_mp(first: Any, mixed: Any, times: int, arguments: tuple[Any, ...], digits: int) -> Any:
    *model, nu, overlap = arguments
    share = positive_mp(nu, "nu") ** 2 - to_mpf(overlap)
    return first(*model, nu, digits=digits + 8) - times * share * mixed(*model, digits + 8)


def _combined_arb(first: Any, mixed: Any, times: int, arguments: tuple[Any, ...], digits: int) -> Any:
    import flint

    *model, nu, overlap = arguments
    with flint.ctx.workprec(bits(digits)):
        share = positive_arb(nu, "nu") ** 2 - to_arb(overlap)
        return first(*model, nu, digits=digits + 8) - times * share * mixed(*model, digits + 8)


def _mixed_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, digits: int) -> Any:
    kappa = ridge_exact.renormalized_ridge_mp(ridge_exact.bare_ridge_mp(alpha, sigma, gamma, digits), alpha, Sigma, digits)
    return kappa * ridge_exact.degrees_of_freedom_mp(kappa, Sigma, digits)


def _mixed_arb(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, digits: int) -> Any:
    lam = ridge_exact.bare_ridge_arb(alpha, sigma, gamma, digits + 8)
    kappa = ridge_exact.renormalized_ridge_arb(lam, alpha, Sigma, digits)
    return kappa * ridge_exact.degrees_of_freedom_arb(kappa, Sigma, digits)


def _mixed_from_law_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, digits: int) -> Any:
    lam = ridge_exact.bare_ridge_mp(alpha, sigma, gamma, digits)
    return to_mpf(Sigma) * (1 - ridge_exact.marchenko_pastur_shrinkage_mp(lam, alpha, Sigma, digits))


def _mixed_from_law_arb(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, digits: int) -> Any:
    lam = ridge_exact.bare_ridge_arb(alpha, sigma, gamma, digits + 8)
    return to_arb(Sigma) * (1 - ridge_exact.marchenko_pastur_shrinkage_arb(lam, alpha, Sigma, digits))


def _gap_mp(nu: Any, nu_R: Any, overlap: Any) -> Any:
    w, v, c = positive_mp(nu, "nu"), positive_mp(nu_R, "nu_R"), to_mpf(overlap)
    if not abs(c) <= w * v:
        raise DomainError(f"the overlap of two weight vectors lies in [-nu nu_R, nu nu_R]; got {overlap}")
    return w**2 - 2 * c + v**2


def _gap_arb(nu: Any, nu_R: Any, overlap: Any) -> Any:
    w, v, c = positive_arb(nu, "nu"), positive_arb(nu_R, "nu_R"), to_arb(overlap)
    if abs(c) > w * v:
        raise DomainError(f"the overlap of two weight vectors lies in [-nu nu_R, nu nu_R]; got {overlap}")
    return w**2 - 2 * c + v**2
