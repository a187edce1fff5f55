"""The chosen answer's distance in best-of-k, judge = teacher: its exact tails and its distance from the limit law.

P(k |z_*+tau| > x) = S(x/k; tau)^k for k independent answers, S(r) = P(|z+tau| > r) (`best-of-k.extreme-value`; HP,
arXiv:2512.19905, has the mean square only). The limit law is exponential with rate p = 2 phi(tau). Tails follow from ln S
without cancellation, in three arithmetics; the largest gap between the two tails is searched on a grid and polished:
absolute error below 1e-6/k in float64 (k <= 1e8), to the digits asked for in mpmath.
"""

from __future__ import annotations

from typing import Any

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.lambdify import to_mpf


def chosen_tail(x: Any, k: Any, tau: Any) -> Any:
    """P(k |z_*+tau| > x), float64, broadcasting; dimensionless, in [0, 1]."""
    import numpy as np

    from infscale_sym.theory.selection.values.survival import log_survival

    return np.exp(np.asarray(k, float) * log_survival(np.asarray(x, float) / k, tau))


def chosen_square_tail(y: Any, k: Any, tau: Any) -> Any:
    """P(k^2 (z_*+tau)^2 > y), float64, broadcasting."""
    import numpy as np

    return chosen_tail(np.sqrt(np.asarray(y, float)), k, tau)


def chosen_tail_mp(x: Any, k: Any, tau: Any, digits: int = 50) -> Any:
    """The same as an mpf. The power k is applied to the logarithm, which carries the digits of k as guard digits."""
    import mpmath

    from infscale_sym.theory.selection.values.highprec import log_survival_mp

    guard = _digits_of(k, "k")
    with mpmath.workdps(digits + guard + 15):
        k_ = to_mpf(k)
        return mpmath.exp(k_ * log_survival_mp(to_mpf(x) / k_, to_mpf(tau), digits=digits + guard + 10))


def chosen_square_tail_mp(y: Any, k: Any, tau: Any, digits: int = 50) -> Any:
    """P(k^2 (z_*+tau)^2 > y) as an mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        root = mpmath.sqrt(to_mpf(y))
    return chosen_tail_mp(root, k, tau, digits)


def chosen_tail_arb(x: Any, k: Any, tau: Any, digits: int = 50) -> Any:
    """P(k |z_*+tau| > x) as a ball."""
    import flint

    from infscale_sym.evaluate.lambdify import to_arb
    from infscale_sym.theory.selection.values.enclosure import log_survival_arb

    guard = max(0, int(float(to_arb(k).log().mid()) / 2.3) + 1)
    with flint.ctx.workprec(int(3.33 * (digits + guard)) + 64):
        k_ = to_arb(k)
        return (k_ * log_survival_arb(to_arb(x) / k_, to_arb(tau))).exp()


def chosen_square_tail_arb(y: Any, k: Any, tau: Any, digits: int = 50) -> Any:
    """P(k^2 (z_*+tau)^2 > y) as a ball."""
    import flint

    from infscale_sym.evaluate.lambdify import to_arb

    with flint.ctx.workprec(int(3.33 * digits) + 256):
        root = to_arb(y).sqrt()
    return chosen_tail_arb(root, k, tau, digits)


def law_distance_mp(k: Any, tau: Any, digits: int = 50) -> Any:
    """sup over x of |P(k |z_*+tau| > x) - exp(-p x)|, p = 2 phi(tau); mpf. k >= 1, else DomainError.

    The supremum is searched on a grid in w = p x (as in `law_distance`), and polished by a root of the derivative. The two
    tails agree, and their slopes too, in the digits of k, which are added as guard digits.
    """
    import mpmath

    from infscale_sym.theory.selection.values.highprec import log_survival_mp

    guard = _digits_of(k, "k")
    with mpmath.workdps(digits + 2 * guard + 25):
        k_, tau_ = to_mpf(k), to_mpf(tau)
        p = 2 * mpmath.npdf(tau_)

        def survival_power(w: Any, power: Any) -> Any:
            return mpmath.exp(power * log_survival_mp(w / (p * k_), tau_, digits=digits + 2 * guard + 15))

        def slope(w: Any) -> Any:
            # d/dw of S^k is -(g(r)/p) S^(k-1), g the density of |z+tau| at r = w/(p k).
            r = w / (p * k_)
            density = mpmath.npdf(r - tau_) + mpmath.npdf(r + tau_)
            return (mpmath.exp(-w) - density / p * survival_power(w, k_ - 1)) * k_

        # Beyond k = 10^8 the gap has its limiting shape w^2 exp(-w)/(2k) (float64 would see rounding only).
        low, high = _around_the_top(float(min(k_, mpmath.mpf(10) ** 8)), float(tau_))
        if slope(mpmath.mpf(low)) * slope(mpmath.mpf(high)) > 0:
            raise ValidationError("law distance: the largest gap was not bracketed; report these parameters")
        w = mpmath.findroot(slope, (mpmath.mpf(low), mpmath.mpf(high)), solver="anderson", tol=mpmath.mpf(10) ** -(digits + 10))
        return abs(survival_power(w, k_) - mpmath.exp(-w))


def law_distance(k: Any, tau: Any) -> Any:
    """The same in float64, broadcasting: the largest gap on a fine grid, corrected by a parabola through its top.

    Absolute error below 1e-6/k for k <= 1e8. Raises DomainError for k < 1.
    """
    import numpy as np

    from infscale_sym.evaluate.inputs import check_range, float_array

    k_, tau_ = np.broadcast_arrays(float_array(k, "k"), float_array(tau, "tau"))
    check_range(k_, "k", 1, 1e16)
    check_range(tau_, "tau", -8, 8)
    _, gap = _gaps(k_[..., None], tau_[..., None])
    top = gap.argmax(-1)
    left, middle, right = (np.take_along_axis(gap, top[..., None] + i, -1)[..., 0] for i in (-1, 0, 1))
    curvature = left - 2 * middle + right
    return (middle - (right - left) ** 2 / (8 * np.where(curvature == 0, 1, curvature)))[()]


def _gaps(k: Any, tau: Any) -> tuple[Any, Any]:
    """A grid in w = p x, geometric so that the answer's own scale w = k p is on it, and the gap of the two tails."""
    import numpy as np

    from infscale_sym.theory.selection.values.survival import log_survival

    log_p = 0.5 * np.log(2 / np.pi) - tau**2 / 2
    # The tail S(r)^k falls off at r of order 1 at the latest (by |tau| + 1 if k = 1), that is at w = k p r.
    w = np.exp(np.linspace(np.minimum(-9.0, log_p + np.log(k) - 9.0), np.log(60.0), 6000, axis=-1)[..., 0, :])
    logarithm = k * log_survival(w / (np.exp(log_p) * k), tau)
    close = np.abs(logarithm + w) < 0.5
    gap = np.exp(-w) * np.abs(np.expm1(np.where(close, logarithm + w, 0.0)))
    gap = np.where(close, gap, np.abs(np.exp(-w) - np.exp(logarithm)))
    gap[..., [0, -1]] = 0.0
    return w, gap


def _around_the_top(k: float, tau: float) -> tuple[float, float]:
    import numpy as np

    w, gap = _gaps(np.array([k])[:, None], np.array([tau])[:, None])
    top = int(gap[0].argmax())
    reach = 3 if k < 1e6 else 60  # rounding moves the top of a flat gap
    return float(w[0, max(top - reach, 0)]), float(w[0, min(top + reach, w.shape[-1] - 1)])


def _digits_of(value: Any, name: str) -> int:
    """How many digits a number k >= 1 has before the point; DomainError for anything else."""
    import mpmath

    from infscale_sym.evaluate.inputs import exact

    number = exact(value, name)
    if number < 1:
        raise DomainError(f"{name} must be at least 1; got {value}")
    with mpmath.workdps(15):
        return int(mpmath.log10(to_mpf(value))) + 1
