"""Isotropic features by the Marchenko-Pastur law of the sample covariance: referees that never see the ridge kappa.

eta = E (1/d) Tr C (C + lambda)^-1 = int x/(x + lambda) dMP(x), kappa = lambda/(1 - alpha eta) by the definition of kappa, and
for ridge regression at sample covariance C (bias and noise of a fixed training set, averaged; AZP, arXiv:2405.00592)
    Q = Sigma int [nu^2 lambda^2 + alpha sigma^2 x]/(x + lambda)^2 dMP(x).
With x = Sigma (1 + alpha + 2 sqrt(alpha) cos(theta)), int x f(x) dMP = (2 Sigma/pi) int_0^pi sin^2 f d theta: x f has no
atom at 0. mpmath: the trapezoidal rule on a period, two meshes that agree; Arb: rigorous Gauss-Legendre integration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.lambdify import to_arb, to_mpf
from infscale_sym.theory.regression.values.spectrum_exact import positive_arb, positive_mp


def bits(digits: int) -> int:
    """Working precision of the enclosures for that many digits."""
    return int(3.3220 * (digits + 20)) + 16


def law_average_mp(function: Callable[[Any], Any], alpha: Any, Sigma: Any, digits: int) -> Any:
    """int x f(x) dMP(x) by the trapezoidal rule on a period, doubled until two meshes agree to `digits`; mpf.

    f must be analytic near the support. Raises ValidationError where 2^17 nodes do not suffice.
    """
    import mpmath

    with mpmath.workdps(digits + 15):
        al, S2 = positive_mp(alpha, "alpha"), positive_mp(Sigma, "Sigma")
        centre, half = S2 * (1 + al), 2 * S2 * mpmath.sqrt(al)

        def value(count: int) -> Any:
            angles = (mpmath.pi * (2 * i + 1) / (2 * count) for i in range(count))
            total = mpmath.fsum(mpmath.sin(a) ** 2 * function(centre + half * mpmath.cos(a)) for a in angles)
            return 2 * S2 * total / count

        counts = (1 << n for n in range(5, 18))
        return agree(value, counts, digits + 3, "Marchenko-Pastur integral", "the ridge is too close to the edge")


def law_average_arb(function: Callable[[Any], Any], alpha: Any, Sigma: Any, digits: int) -> Any:
    """The same as a ball, by rigorous Gauss-Legendre integration; f meromorphic."""
    import flint

    with flint.ctx.workprec(bits(digits)):
        al, S2 = positive_arb(alpha, "alpha"), positive_arb(Sigma, "Sigma")
        centre, half = S2 * (1 + al), 2 * S2 * al.sqrt()
        # The integrand is meromorphic: near a pole the quotient is not finite and the integrator subdivides.
        total = flint.acb.integral(lambda a, _: a.sin() ** 2 * function(centre + half * a.cos()), 0, flint.arb.pi())
        return 2 * S2 * total.real / flint.arb.pi()


def marchenko_pastur_shrinkage_mp(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """eta; Sigma a number; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        lam = positive_mp(lambda_, "lambda")
        return law_average_mp(lambda x: 1 / (x + lam), alpha, Sigma, digits)


def marchenko_pastur_shrinkage_arb(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """eta as a ball; Sigma a number."""
    import flint

    with flint.ctx.workprec(bits(digits)):
        lam = positive_arb(lambda_, "lambda")
        return law_average_arb(lambda x: 1 / (x + lam), alpha, Sigma, digits)


def ridge_from_law_mp(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """kappa = lambda/(1 - alpha eta): the referee of the root solve; Sigma a number; mpf."""
    import mpmath

    with mpmath.workdps(digits + 20):
        eta = marchenko_pastur_shrinkage_mp(lambda_, alpha, Sigma, digits + 10)
        return to_mpf(lambda_) / (1 - to_mpf(alpha) * eta)


def ridge_from_law_arb(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    import flint

    with flint.ctx.workprec(bits(digits) + 64):
        eta = marchenko_pastur_shrinkage_arb(lambda_, alpha, Sigma, digits + 15)
        return to_arb(lambda_) / (1 - to_arb(alpha) * eta)


def teacher_risk_from_law_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """Q from the law alone: bias nu^2 lambda^2/(x + lambda)^2, noise alpha sigma^2 x/(x + lambda)^2; Sigma, nu numbers; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        al, s, g = positive_mp(alpha, "alpha"), positive_mp(sigma, "sigma"), positive_mp(gamma, "gamma")
        lam = al * (s / g) ** 2
        # lambda^2/(x + lambda)^2 = 1 - x (x + 2 lambda)/(x + lambda)^2, which has the atom at 0 right.
        bias = 1 - law_average_mp(lambda x: (x + 2 * lam) / (x + lam) ** 2, al, Sigma, digits + 10)
        noise = law_average_mp(lambda x: 1 / (x + lam) ** 2, al, Sigma, digits + 10)
        return to_mpf(Sigma) * (positive_mp(nu, "nu") ** 2 * bias + al * s**2 * noise)


def teacher_risk_from_law_arb(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    import flint

    with flint.ctx.workprec(bits(digits)):
        al, s, g = positive_arb(alpha, "alpha"), positive_arb(sigma, "sigma"), positive_arb(gamma, "gamma")
        lam = al * (s / g) ** 2
        bias = 1 - law_average_arb(lambda x: (x + 2 * lam) / (x + lam) ** 2, al, Sigma, digits + 10)
        noise = law_average_arb(lambda x: 1 / (x + lam) ** 2, al, Sigma, digits + 10)
        return to_arb(Sigma) * (positive_arb(nu, "nu") ** 2 * bias + al * s**2 * noise)
