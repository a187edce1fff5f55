"""Gains and exponents of best-of-k to any number of digits: mpmath values and Arb balls (HP Remark 6, arXiv:2512.19905).

The quantities of `exponents`. Derivatives are exact identities where there is one: in k, -d ln F/d ln k is the ratio of the
integral weighted with -k ln S to the unweighted one; in tau, F is quadratic in the teacher's offset at a fixed judge. Only the
slope in alpha is a difference quotient: at twice the working precision, of Marchenko-Pastur integrals that never see the
renormalised ridge, with two steps that must agree.
"""

from __future__ import annotations

from typing import Any

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.lambdify import power, to_arb, to_mpf


def sample_gain_mp(k: Any, tau: Any, digits: int = 50) -> Any:
    """F_1/F_k(0; tau, tau), for k <= 1e16 the centre of its enclosure; mpf."""
    import mpmath

    from infscale_sym.evaluate.dyadic import midpoint
    from infscale_sym.theory.selection.values.highprec import selection_error_mp

    with mpmath.workdps(digits + 15):
        if to_mpf(k) <= 10**16:
            return midpoint(sample_gain_arb(k, tau, digits))
        return (1 + to_mpf(tau) ** 2) / selection_error_mp(k, 0, tau, tau, digits=digits + 2)


def sample_gain_arb(k: Any, tau: Any, digits: int = 50) -> Any:
    """F_1/F_k(0; tau, tau) as a ball."""
    import flint

    from infscale_sym.theory.selection.values.enclosure import selection_error_arb

    with flint.ctx.workprec(int(3.33 * digits) + 64):
        return (1 + power(to_arb(tau), 2)) / selection_error_arb(k, 0, tau, tau, digits=digits + 2)


def difficulty_slope_mp(k: Any, tau: Any, digits: int = 50) -> Any:
    """d ln F_k/d(tau^2) = [F(tau + 1, tau) - F(tau - 1, tau)]/(4 tau F(tau, tau)), F at t = 0; mpf; tau != 0."""
    import mpmath

    from infscale_sym.theory.selection.values.highprec import selection_error_mp

    with mpmath.workdps(digits + 15):
        offset = to_mpf(tau)
        if offset == 0:
            raise DomainError("tau must not be 0; got 0")
        extra = digits + 5 + 2 * max(0, int(mpmath.log10(to_mpf(k)))) + max(0, -int(mpmath.log10(abs(offset))))
    with mpmath.workdps(extra + 15):
        offset = to_mpf(tau)
        more, less, own = (selection_error_mp(k, 0, offset + n, offset, digits=extra) for n in (1, -1, 0))
        return (more - less) / (4 * offset * own)


def difficulty_slope_arb(k: Any, tau: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    import flint

    from infscale_sym.theory.selection.values.enclosure import selection_error_arb

    extra = digits + 5 + 2 * max(0, int(float(to_arb(k).log().mid()) / 2.3026))
    with flint.ctx.workprec(int(3.33 * extra) + 64):
        offset = to_arb(tau)
        if not (offset > 0 or offset < 0):
            raise DomainError("tau must not be 0; got a ball that contains it")
        more, less, own = (selection_error_arb(k, 0, offset + n, offset, digits=extra) for n in (1, -1, 0))
        return (more - less) / (4 * offset * own)


def averaged_sample_gain_mp(k: Any, alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """(1 + Q/s^2)/E F_k; mpf. Needs 2 Q < s^2."""
    import mpmath

    from infscale_sym.theory.averages.values import gaussian_average_mp

    with mpmath.workdps(digits + 15):
        ratio = offset_ratio_mp(alpha, sigma, gamma, Sigma, nu, digits + 5)
        return (1 + ratio) / gaussian_average_mp(k, ratio, digits)


def sample_exponent_mp(k: Any, alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """-d ln delta/d ln k = E int 2r (-k ln S) S^k dr / E int 2r S^k dr; mpf. Needs 2 Q < s^2."""
    import mpmath

    from infscale_sym.theory.averages.values import gaussian_average_mp

    with mpmath.workdps(digits + 15):
        ratio = offset_ratio_mp(alpha, sigma, gamma, Sigma, nu, digits + 5)
        return gaussian_average_mp(k, ratio, digits, moment=1) / gaussian_average_mp(k, ratio, digits)


def data_exponent_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """-d ln delta/d ln n at fixed d, k -> oo: the slope of ln s^2 - ln(1 - 2 Q/s^2)/2 in ln alpha; mpf; Sigma a number.

    A central difference whose step is 10^-(digits/2 + 3), at digits + digits/2 + 10 digits, and one with half the step; they
    must agree. Raises DomainError unless 2 Q < s^2.
    """
    import mpmath

    inner = digits + digits // 2 + 10
    with mpmath.workdps(inner + 15):
        step = mpmath.mpf(10) ** -(digits // 2 + 3)
        coarse, fine = (_difference(to_mpf(alpha), h, sigma, gamma, Sigma, nu, inner) for h in (step, step / 2))
        if abs(coarse - fine) > mpmath.mpf(10) ** -digits * max(1, abs(fine)):
            raise ValidationError("data exponent: two steps do not agree; ask for fewer digits")
        return fine


def offset_ratio_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """Q/s^2; mpf."""
    import mpmath

    from infscale_sym.theory.regression.values.ridge_exact import predictive_variance_mp, teacher_risk_mp

    with mpmath.workdps(digits + 15):
        risk = teacher_risk_mp(alpha, sigma, gamma, Sigma, nu, digits=digits)
        return risk / predictive_variance_mp(alpha, sigma, gamma, Sigma, digits=digits)


def _difference(alpha: Any, step: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int) -> Any:
    import mpmath

    from infscale_sym.theory.regression.values.marchenko_pastur import teacher_risk_from_law_mp
    from infscale_sym.theory.regression.values.ridge_exact import predictive_variance_mp

    values = []
    for sign in (1, -1):
        at = alpha * mpmath.exp(sign * step)
        variance = predictive_variance_mp(at, sigma, gamma, Sigma, digits=digits)
        left = 1 - 2 * teacher_risk_from_law_mp(at, sigma, gamma, Sigma, nu, digits=digits) / variance
        if not left > 0:
            raise DomainError(f"2 Q must be less than s^2; got 1 - 2 Q/s^2 = {mpmath.nstr(left, 6)}")
        values.append(mpmath.log(variance) - mpmath.log(left) / 2)
    return (values[0] - values[1]) / (2 * step)
