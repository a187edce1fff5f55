"""The chosen answer's distance in best-of-k, judge = teacher: its exact tails and its distance from the limit law.

P(k |z_*+tau| > x) = S(x/k; tau)^k for k independent answers. The limit law is exponential with rate p = 2 phi(tau).
"""

from __future__ import annotations

from typing import Any

from infscale_sym.errors import ValidationError
from infscale_sym.evaluate.lambdify import to_mpf


def chosen_tail(x: Any, k: Any, tau: Any) -> Any:
    """P(k |z_*+tau| > x), float64, broadcasting; dimensionless, in [0, 1]."""
    import numpy as np

    from infscale_sym.quantities.selection.survival import log_survival

    return np.exp(np.asarray(k, float) * log_survival(np.asarray(x, float) / k, tau))


def chosen_square_tail(y: Any, k: Any, tau: Any) -> Any:
    """P(k^2 (z_*+tau)^2 > y), float64, broadcasting."""
    import numpy as np

    return chosen_tail(np.sqrt(np.asarray(y, float)), k, tau)


def chosen_tail_mp(x: Any, k: Any, tau: Any, digits: int = 50) -> Any:
    """The same as an mpf. The power k is applied to the logarithm, which carries the digits of k as guard digits."""
    import mpmath

    from infscale_sym.quantities.selection.highprec import log_survival_mp

    k_ = to_mpf(k)
    guard = max(0, int(mpmath.log10(k_)) + 1)
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
    from infscale_sym.quantities.selection.enclosure import log_survival_arb

    guard = max(0, int(to_arb(k).log().mid() / 2.3) + 1)
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
    """sup over x of |P(k |z_*+tau| > x) - exp(-p x)|, p = 2 phi(tau); mpf.

    The supremum is searched on a grid in w = p x up to where both tails are below the best value found, and polished by
    Newton's method on the derivative; the two tails agree in the digits of k, which are added as guard digits.
    """
    import mpmath

    from infscale_sym.quantities.selection.highprec import log_survival_mp

    guard = max(0, int(mpmath.log10(to_mpf(k))) + 1)
    with mpmath.workdps(2 * digits // 2 + guard + 25):
        k_, tau_ = to_mpf(k), to_mpf(tau)
        p = 2 * mpmath.npdf(tau_)

        def gap(w: Any) -> Any:
            logarithm = log_survival_mp(w / (p * k_), tau_, digits=digits + guard + 15)
            return mpmath.exp(k_ * logarithm) - mpmath.exp(-w)

        grid = [mpmath.mpf(i) / 8 for i in range(1, 8 * 40)]
        sizes = [abs(gap(w)) for w in grid]
        best = max(range(len(grid)), key=sizes.__getitem__)
        if best in (0, len(grid) - 1):
            raise ValidationError("law distance: no interior maximum of the gap was found; use a larger k")

        def slope(w: Any) -> Any:
            # d/dw of S^k is -(g(r)/p) S^(k-1), g the density of |z+tau| at r = w/(p k).
            r = w / (p * k_)
            density = mpmath.npdf(r - tau_) + mpmath.npdf(r + tau_)
            logarithm = log_survival_mp(r, tau_, digits=digits + guard + 15)
            return mpmath.exp(-w) - density / p * mpmath.exp((k_ - 1) * logarithm)

        w = mpmath.findroot(slope, (grid[best - 1], grid[best + 1]), solver="anderson", tol=mpmath.mpf(10) ** -(digits))
        return abs(gap(w))


def law_distance(k: Any, tau: Any) -> Any:
    """The same in float64, broadcasting: the largest gap on a fine grid, corrected by a parabola through its top."""
    import numpy as np

    k_, tau_ = np.broadcast_arrays(np.asarray(k, float), np.asarray(tau, float))
    from infscale_sym.quantities.selection.survival import log_survival

    w = np.linspace(0.01, 60, 6000)
    p = np.sqrt(2 / np.pi) * np.exp(-(tau_[..., None] ** 2) / 2)
    logarithm = k_[..., None] * log_survival(w / (p * k_[..., None]), tau_[..., None])
    gap = np.abs(np.exp(-w) * np.expm1(logarithm + w))
    top = np.clip(gap.argmax(-1), 1, w.size - 2)[..., None]
    left, middle, right = (np.take_along_axis(gap, top + i, -1)[..., 0] for i in (-1, 0, 1))
    curvature = left - 2 * middle + right
    return (middle - (right - left) ** 2 / (8 * np.where(curvature == 0, 1, curvature)))[()]
