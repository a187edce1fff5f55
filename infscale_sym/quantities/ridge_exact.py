"""The deterministic equivalents to any number of digits: mpmath values and Arb balls (HP Result 1, arXiv:2512.19905).

Two independent roads. The root of kappa (1 - alpha df1(kappa)) = lambda, any spectrum; and, for Sigma = number * I, the
Marchenko-Pastur law of the sample covariance, which never sees kappa:
eta = E (1/d) Tr C (C + lambda)^-1 = int x/(x + lambda) dMP(x), and kappa = lambda/(1 - alpha eta) by the definition of kappa.
With x = Sigma (1 + alpha + 2 sqrt(alpha) cos(theta)) the integral is (2 Sigma/pi) int_0^pi sin^2/(x + lambda) d theta.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.lambdify import to_arb, to_mpf


def bare_ridge_mp(alpha: Any, sigma: Any, gamma: Any, digits: int = 50) -> Any:
    """From the posterior precision: noise variance over prior variance, times d/n; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        a, s, g = _positive_mp(alpha, "alpha"), _positive_mp(sigma, "sigma"), _positive_mp(gamma, "gamma")
        return a * (s / g) ** 2


def bare_ridge_arb(alpha: Any, sigma: Any, gamma: Any, digits: int = 50) -> Any:
    """alpha sigma^2/gamma^2 as a ball."""
    import flint

    with flint.ctx.workprec(_bits(digits)):
        return to_arb(alpha) * (to_arb(sigma) / to_arb(gamma)) ** 2


def degrees_of_freedom_mp(kappa: Any, Sigma: Any, digits: int = 50) -> Any:
    """df1(kappa) as an mpf; Sigma a number or eigenvalues."""
    import mpmath

    with mpmath.workdps(digits + 15):
        kappa = to_mpf(kappa)
        spectrum = [_positive_mp(s, "Sigma") for s in _spectrum(Sigma)]
        return mpmath.fsum(s / (s + kappa) for s in spectrum) / len(spectrum)


def degrees_of_freedom_arb(kappa: Any, Sigma: Any, digits: int = 50) -> Any:
    """df1(kappa) as a ball."""
    import flint

    with flint.ctx.workprec(_bits(digits)):
        kappa = to_arb(kappa)
        spectrum = [to_arb(s) for s in _spectrum(Sigma)]
        return sum((s / (s + kappa) for s in spectrum), flint.arb(0)) / len(spectrum)


def renormalized_ridge_mp(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """kappa by Newton's method from above (convex, monotone); mpf. Raises DomainError, ValidationError."""
    import mpmath

    with mpmath.workdps(digits + 15):
        lam, al = _positive_mp(lambda_, "lambda"), _positive_mp(alpha, "alpha")
        spectrum = [_positive_mp(s, "Sigma") for s in _spectrum(Sigma)]
        count = len(spectrum)
        kappa = lam + al * mpmath.fsum(spectrum) / count
        tolerance = mpmath.mpf(10) ** -(digits + 10)
        for _ in range(400):
            ratios = [s / (s + kappa) for s in spectrum]
            value = kappa * (1 - al * mpmath.fsum(ratios) / count) - lam
            step = value / (1 - al * mpmath.fsum(q**2 for q in ratios) / count)
            kappa -= step
            if abs(step) <= tolerance * kappa:
                return +kappa
    raise ValidationError("renormalised ridge: Newton's method did not settle; ask for more digits")


def renormalized_ridge_arb(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """kappa as a ball, proved by the sign of g(kappa) = kappa (1 - alpha df1(kappa)) - lambda at both ends.

    g is convex with g(0) < 0, so it has one positive root, and g < 0 < g at the ends means that the root lies between.
    """
    import flint
    import mpmath

    with flint.ctx.workprec(_bits(digits)), mpmath.workdps(digits + 25):
        lam, al = to_arb(lambda_), to_arb(alpha)
        # Where the arguments are balls, the bracket below is for every lambda and alpha in them.
        middle = from_mpf(renormalized_ridge_mp(midpoint(lam), midpoint(al), Sigma, digits + 10))

        def g(at: Any) -> Any:
            return at * (1 - al * degrees_of_freedom_arb(at, Sigma, digits + 20)) - lam

        for loss in range(0, digits + 8, 4):
            width = middle * flint.arb(10) ** (loss - digits - 8)
            if g(middle - width) < 0 and g(middle + width) > 0:
                return flint.arb(middle.mid(), width.upper())
    raise ValidationError("renormalised ridge: no sign change was found; ask for more digits")


def marchenko_pastur_shrinkage_mp(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """eta by the trapezoidal rule on a period, doubled until two meshes agree to `digits`; Sigma a number; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        lam, al, S2 = _positive_mp(lambda_, "lambda"), _positive_mp(alpha, "alpha"), _positive_mp(Sigma, "Sigma")
        centre, half = S2 * (1 + al) + lam, 2 * S2 * mpmath.sqrt(al)
        before, count = None, 32
        while count <= 1 << 17:
            angles = (mpmath.pi * (2 * i + 1) / (2 * count) for i in range(count))
            total = mpmath.fsum(mpmath.sin(a) ** 2 / (centre + half * mpmath.cos(a)) for a in angles)
            value = 2 * S2 * total / count
            if before is not None and abs(value - before) <= mpmath.mpf(10) ** -(digits + 3) * value:
                return value
            before, count = value, 2 * count
    raise ValidationError("Marchenko-Pastur integral: two meshes do not agree; the ridge is too close to the edge")


def marchenko_pastur_shrinkage_arb(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """eta as a ball, by rigorous Gauss-Legendre integration of the entire-periodic integrand; Sigma a number."""
    import flint

    with flint.ctx.workprec(_bits(digits)):
        lam, al, S2 = to_arb(lambda_), to_arb(alpha), to_arb(Sigma)
        centre, half = S2 * (1 + al) + lam, 2 * S2 * al.sqrt()
        # The integrand is meromorphic: near a pole the quotient is not finite and the integrator subdivides.
        total = flint.acb.integral(lambda a, _: a.sin() ** 2 / (centre + half * a.cos()), 0, flint.arb.pi())
        return 2 * S2 * total.real / flint.arb.pi()


def mean_shrinkage_mp(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """E (1/d) Tr C (C + lambda)^-1: by Marchenko-Pastur for a number Sigma, by df1(kappa) for a spectrum."""
    if _is_number(Sigma):
        return marchenko_pastur_shrinkage_mp(lambda_, alpha, Sigma, digits)
    return degrees_of_freedom_mp(renormalized_ridge_mp(lambda_, alpha, Sigma, digits + 5), Sigma, digits)


def mean_shrinkage_arb(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    if _is_number(Sigma):
        return marchenko_pastur_shrinkage_arb(lambda_, alpha, Sigma, digits)
    return degrees_of_freedom_arb(renormalized_ridge_arb(lambda_, alpha, Sigma, digits + 5), Sigma, digits)


def ridge_from_law_mp(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """kappa = lambda/(1 - alpha eta) from the Marchenko-Pastur law: the referee of the root solve; Sigma a number."""
    import mpmath

    with mpmath.workdps(digits + 20):
        eta = marchenko_pastur_shrinkage_mp(lambda_, alpha, Sigma, digits + 10)
        return to_mpf(lambda_) / (1 - to_mpf(alpha) * eta)


def ridge_from_law_arb(lambda_: Any, alpha: Any, Sigma: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    import flint

    with flint.ctx.workprec(_bits(digits) + 64):
        eta = marchenko_pastur_shrinkage_arb(lambda_, alpha, Sigma, digits + 15)
        return to_arb(lambda_) / (1 - to_arb(alpha) * eta)


def predictive_variance_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, digits: int = 50) -> Any:
    """s^2 = sigma^2 + gamma^2 mean(Sigma) - gamma^2 ..., written for a number Sigma with eta; by kappa df1 otherwise."""
    import mpmath

    with mpmath.workdps(digits + 15):
        lam = bare_ridge_mp(alpha, sigma, gamma, digits + 5)
        s, g = to_mpf(sigma), to_mpf(gamma)
        if _is_number(Sigma):
            # E phi' Lambda^-1 phi = gamma^2 (1/d) E Tr Sigma lambda (C + lambda)^-1 = gamma^2 Sigma (1 - eta).
            return s**2 + g**2 * to_mpf(Sigma) * (1 - marchenko_pastur_shrinkage_mp(lam, alpha, Sigma, digits + 5))
        kappa = renormalized_ridge_mp(lam, alpha, Sigma, digits + 5)
        return s**2 + g**2 * kappa * degrees_of_freedom_mp(kappa, Sigma, digits + 5)


def predictive_variance_arb(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    import flint

    with flint.ctx.workprec(_bits(digits)):
        lam = bare_ridge_arb(alpha, sigma, gamma, digits + 5)
        s, g = to_arb(sigma), to_arb(gamma)
        if _is_number(Sigma):
            return s**2 + g**2 * to_arb(Sigma) * (1 - marchenko_pastur_shrinkage_arb(lam, alpha, Sigma, digits + 5))
    raise DomainError("an enclosure of s^2 is available for Sigma = number * I; got a spectrum")


def _risk(ctx: Any, kappa: Any, al: Any, s: Any, S2: Any, weight: Any) -> tuple[Any, Any]:
    """(q, Q) for isotropic Sigma, in the arithmetic of the arguments."""
    q = weight**2 * S2 * (kappa / (S2 + kappa)) ** 2
    df2 = (S2 / (S2 + kappa)) ** 2
    return q, (q + al * s**2 * df2) / (1 - al * df2)


def _offsets_mp(which: int, alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int) -> Any:
    import mpmath

    with mpmath.workdps(digits + 15):
        kappa = renormalized_ridge_mp(bare_ridge_mp(alpha, sigma, gamma, digits + 5), alpha, Sigma, digits + 5)
        values = (to_mpf(alpha), to_mpf(sigma), _positive_mp(Sigma, "Sigma"), _positive_mp(nu, "nu"))
        return _risk(mpmath, kappa, *values)[which]


def _offsets_arb(which: int, alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int) -> Any:
    import flint

    with flint.ctx.workprec(_bits(digits)):
        lam = bare_ridge_arb(alpha, sigma, gamma, digits + 15)
        kappa = renormalized_ridge_arb(lam, alpha, Sigma, digits + 5)
        return _risk(flint, kappa, to_arb(alpha), to_arb(sigma), to_arb(Sigma), to_arb(nu))[which]


def teacher_offset_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """Printed q, isotropic; mpf."""
    return _offsets_mp(0, alpha, sigma, gamma, Sigma, nu, digits)


def teacher_risk_mp(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """Q, isotropic; mpf."""
    return _offsets_mp(1, alpha, sigma, gamma, Sigma, nu, digits)


def teacher_offset_arb(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """Printed q, isotropic; ball."""
    return _offsets_arb(0, alpha, sigma, gamma, Sigma, nu, digits)


def teacher_risk_arb(alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """Q, isotropic; ball."""
    return _offsets_arb(1, alpha, sigma, gamma, Sigma, nu, digits)


def _bits(digits: int) -> int:
    return int(3.3220 * (digits + 20)) + 16


def _is_number(Sigma: Any) -> bool:
    return isinstance(Sigma, str) or (not isinstance(Sigma, Sequence) and getattr(Sigma, "ndim", 0) == 0)


def _spectrum(Sigma: Any) -> Sequence[Any]:
    return [Sigma] if _is_number(Sigma) else list(Sigma)


def _positive_mp(value: Any, name: str) -> Any:
    number = to_mpf(value)
    if not number > 0:
        raise DomainError(f"{name} must be positive; got {value}")
    return number


def midpoint(ball: Any) -> Any:
    """The centre of a ball as an mpf, exactly."""
    import mpmath
    from mpmath.libmp import from_man_exp

    mantissa, exponent = ball.mid().man_exp()
    # from_man_exp without a precision is exact; mpf(int) would round to the current one.
    return mpmath.mp.make_mpf(from_man_exp(int(mantissa), int(exponent)))


def from_mpf(value: Any) -> Any:
    """The exact dyadic number of an mpf as a zero-radius ball."""
    import flint

    sign, mantissa, exponent, _ = value._mpf_
    return flint.arb((int(mantissa) * (-1 if sign else 1), int(exponent)))
