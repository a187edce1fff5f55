"""The deterministic equivalents to any number of digits: mpmath values and Arb balls (HP Result 1, arXiv:2512.19905).

The root of kappa (1 - alpha df1(kappa)) = lambda, for any spectrum: a number (Sigma = number * I), a list of eigenvalues, a
symmetric positive definite matrix, or a PowerLaw: Newton's method from above in mpmath; in Arb a ball, proved by the signs at
its ends. Where eta or s^2 is asked for at Sigma = number * I, it comes from the Marchenko-Pastur law instead
(`regression.values.marchenko_pastur`), which never sees kappa.
"""

from __future__ import annotations

from typing import Any

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.dyadic import from_mpf, midpoint
from infscale_sym.evaluate.lambdify import to_arb, to_mpf
from infscale_sym.theory.regression.values.marchenko_pastur import (
    bits,
    marchenko_pastur_shrinkage_arb,
    marchenko_pastur_shrinkage_mp,
    ridge_from_law_arb,
    ridge_from_law_mp,
    teacher_risk_from_law_arb,
    teacher_risk_from_law_mp,
)
from infscale_sym.theory.regression.values.spectrum_exact import (
    eigenvalues_arb,
    eigenvalues_mp,
    is_number,
    positive_arb,
    positive_mp,
    quadratic_arb,
    quadratic_mp,
)

__all__ = [
    "bare_ridge_arb",
    "bare_ridge_mp",
    "degrees_of_freedom_arb",
    "degrees_of_freedom_mp",
    "from_mpf",
    "marchenko_pastur_shrinkage_arb",
    "marchenko_pastur_shrinkage_mp",
    "mean_shrinkage_arb",
    "mean_shrinkage_mp",
    "midpoint",
    "predictive_variance_arb",
    "predictive_variance_mp",
    "renormalized_ridge_arb",
    "renormalized_ridge_mp",
    "ridge_from_law_arb",
    "ridge_from_law_mp",
    "second_degrees_of_freedom_arb",
    "second_degrees_of_freedom_mp",
    "teacher_offset_arb",
    "teacher_offset_mp",
    "teacher_risk_arb",
    "teacher_risk_from_law_arb",
    "teacher_risk_from_law_mp",
    "teacher_risk_mp",
]


def bare_ridge_mp(alpha: Any, sigma: Any, gamma: Any, digits: int = 50) -> Any:
    """From the posterior precision: noise variance over prior variance, times d/n; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        a, s, g = positive_mp(alpha, "alpha"), positive_mp(sigma, "sigma"), positive_mp(gamma, "gamma")
        return a * (s / g) ** 2


def bare_ridge_arb(alpha: Any, sigma: Any, gamma: Any, digits: int = 50) -> Any:
    """alpha sigma^2/gamma^2 as a ball."""
    import flint

    with flint.ctx.workprec(bits(digits)):
        return positive_arb(alpha, "alpha") * (positive_arb(sigma, "sigma") / positive_arb(gamma, "gamma")) ** 2


def degrees_of_freedom_mp(kappa: Any, Sigma: Any, digits: int = 50) -> Any:
    """df1(kappa) as an mpf; any spectrum."""
    import mpmath

    with mpmath.workdps(digits + 15):
        return _share_mp(to_mpf(kappa), eigenvalues_mp(Sigma), 1)


def degrees_of_freedom_arb(kappa: Any, Sigma: Any, digits: int = 50) -> Any:
    """df1(kappa) as a ball."""
    import flint

    with flint.ctx.workprec(bits(digits)):
        return _share_arb(to_arb(kappa), eigenvalues_arb(Sigma), 1)


def second_degrees_of_freedom_mp(kappa: Any, Sigma: Any, digits: int = 50) -> Any:
    """df2(kappa) = (1/d) Tr Sigma^2 (Sigma + kappa)^-2 as an mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        return _share_mp(to_mpf(kappa), eigenvalues_mp(Sigma), 2)


def second_degrees_of_freedom_arb(kappa: Any, Sigma: Any, digits: int = 50) -> Any:
    """df2(kappa) as a ball."""
    import flint

    with flint.ctx.workprec(bits(digits)):
        return _share_arb(to_arb(kappa), eigenvalues_arb(Sigma), 2)


def renormalized_ridge_mp(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """kappa by Newton's method from above (convex, monotone); mpf. lambda = 0 is the limit from above.

    Raises DomainError, ValidationError. 10^5 eigenvalues take some three seconds.
    """
    import mpmath

    with mpmath.workdps(digits + 15):
        lam, al = _ridge_and_ratio(to_mpf(lambda_), positive_mp(alpha, "alpha"), lambda_)
        spectrum = eigenvalues_mp(Sigma)
        count = len(spectrum)
        if lam == 0 and al <= 1:
            return mpmath.mpf(0)
        # df1 is at most that of the mean eigenvalue, whose root therefore lies above.
        mean = mpmath.fsum(spectrum) / count
        half = (lam + (al - 1) * mean) / 2
        root = mpmath.sqrt(half**2 + lam * mean)
        kappa = half + root if half >= 0 else lam * mean / (root - half)
        tolerance = mpmath.mpf(10) ** -(digits + 10)
        for _ in range(2000):
            ratios = [s / (s + kappa) for s in spectrum]
            value = kappa * (1 - al * mpmath.fsum(ratios) / count) - lam
            step = value / (1 - al * mpmath.fsum(q**2 for q in ratios) / count)
            kappa -= step
            if abs(step) <= tolerance * kappa:
                return +kappa
    raise ValidationError("renormalised ridge: Newton's method did not settle; ask for more digits")


def renormalized_ridge_arb(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """kappa as a ball, proved by the sign of g(kappa) = kappa (1 - alpha df1(kappa)) - lambda at both ends.

    g is convex, and g(0) < 0 or (lambda = 0, alpha > 1) g starts downwards from 0, so it has one positive root, and g < 0 < g
    at the ends means that the root lies between.
    """
    import flint
    import mpmath

    with flint.ctx.workprec(bits(digits)), mpmath.workdps(digits + 25):
        lam, al = _ridge_and_ratio(to_arb(lambda_), positive_arb(alpha, "alpha"), lambda_)
        if lam == 0 and al <= 1:
            return flint.arb(0)
        # Where the arguments are balls, the bracket below is for every lambda and alpha in them.
        spectrum = eigenvalues_arb(Sigma)
        centres = [midpoint(s) for s in spectrum]
        middle = from_mpf(renormalized_ridge_mp(midpoint(lam), midpoint(al), centres, digits + 10))

        def g(at: Any) -> Any:
            return at * (1 - al * _share_arb(at, spectrum, 1)) - lam

        for loss in range(0, digits + 8, 4):
            width = middle * flint.arb(10) ** (loss - digits - 8)
            if g(middle - width) < 0 and g(middle + width) > 0:
                return flint.arb(middle.mid(), width.upper())
    raise ValidationError("renormalised ridge: no sign change was found; ask for more digits")


def mean_shrinkage_mp(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """E (1/d) Tr C (C + lambda)^-1: by Marchenko-Pastur for a number Sigma, by df1(kappa) for a spectrum; mpf."""
    if is_number(Sigma) and to_mpf(lambda_) != 0:
        return marchenko_pastur_shrinkage_mp(lambda_, alpha, Sigma, digits)
    return degrees_of_freedom_mp(renormalized_ridge_mp(lambda_, alpha, Sigma, digits + 5), Sigma, digits)


def mean_shrinkage_arb(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    if is_number(Sigma) and to_arb(lambda_) != 0:
        return marchenko_pastur_shrinkage_arb(lambda_, alpha, Sigma, digits)
    return degrees_of_freedom_arb(renormalized_ridge_arb(lambda_, alpha, Sigma, digits + 5), Sigma, digits)


def predictive_variance_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, digits: int = 50) -> Any:
    """s^2: by eta from the Marchenko-Pastur law for a number Sigma, by kappa df1(kappa) otherwise; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        lam = bare_ridge_mp(alpha, sigma, gamma, digits + 5)
        s, g = to_mpf(sigma), to_mpf(gamma)
        if is_number(Sigma):
            # E phi' Lambda^-1 phi = gamma^2 (1/d) E Tr Sigma lambda (C + lambda)^-1 = gamma^2 Sigma (1 - eta).
            return s**2 + g**2 * to_mpf(Sigma) * (1 - marchenko_pastur_shrinkage_mp(lam, alpha, Sigma, digits + 5))
        kappa = renormalized_ridge_mp(lam, alpha, Sigma, digits + 5)
        return s**2 + g**2 * kappa * degrees_of_freedom_mp(kappa, Sigma, digits + 5)


def predictive_variance_arb(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    import flint

    with flint.ctx.workprec(bits(digits)):
        lam = bare_ridge_arb(alpha, sigma, gamma, digits + 15)
        s, g = to_arb(sigma), to_arb(gamma)
        if is_number(Sigma):
            return s**2 + g**2 * to_arb(Sigma) * (1 - marchenko_pastur_shrinkage_arb(lam, alpha, Sigma, digits + 5))
        kappa = renormalized_ridge_arb(lam, alpha, Sigma, digits + 5)
        return s**2 + g**2 * kappa * degrees_of_freedom_arb(kappa, Sigma, digits + 5)


def teacher_offset_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """Printed q = (1/d) (B w_T)' Sigma (B w_T); nu: root mean square weight, or weights; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        kappa = renormalized_ridge_mp(bare_ridge_mp(alpha, sigma, gamma, digits + 5), alpha, Sigma, digits + 5)
        return quadratic_mp(Sigma, nu, kappa)


def teacher_offset_arb(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    import flint

    with flint.ctx.workprec(bits(digits)):
        kappa = renormalized_ridge_arb(bare_ridge_arb(alpha, sigma, gamma, digits + 15), alpha, Sigma, digits + 5)
        return quadratic_arb(Sigma, nu, kappa)


def teacher_risk_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """Q = (q + alpha sigma^2 df2)/(1 - alpha df2); nu: root mean square weight, or weights; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        kappa = renormalized_ridge_mp(bare_ridge_mp(alpha, sigma, gamma, digits + 5), alpha, Sigma, digits + 5)
        share = to_mpf(alpha) * _share_mp(kappa, eigenvalues_mp(Sigma), 2)
        return (quadratic_mp(Sigma, nu, kappa) + share * to_mpf(sigma) ** 2) / (1 - share)


def teacher_risk_arb(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    import flint

    with flint.ctx.workprec(bits(digits)):
        kappa = renormalized_ridge_arb(bare_ridge_arb(alpha, sigma, gamma, digits + 15), alpha, Sigma, digits + 5)
        share = to_arb(alpha) * _share_arb(kappa, eigenvalues_arb(Sigma), 2)
        return (quadratic_arb(Sigma, nu, kappa) + share * to_arb(sigma) ** 2) / (1 - share)


def _share_mp(kappa: Any, spectrum: list[Any], power: int) -> Any:
    import mpmath

    return mpmath.fsum((s / (s + kappa)) ** power for s in spectrum) / len(spectrum)


def _share_arb(kappa: Any, spectrum: list[Any], power: int) -> Any:
    import flint

    return sum(((s / (s + kappa)) ** power for s in spectrum), flint.arb(0)) / len(spectrum)


def _ridge_and_ratio(lam: Any, al: Any, given: Any) -> tuple[Any, Any]:
    if not lam >= 0:
        raise DomainError(f"lambda must not be negative; got {given}")
    return lam, al
