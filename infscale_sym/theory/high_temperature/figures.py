"""Figures on the expansion in 1/t to every order (`hte.all-orders`): what each further order is worth, and where to stop.

Partial sums are compared with the exact F by quadrature; the predicted best order is a saddle-point estimate, exact at k = 2
(`hte.coefficients-growth`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import exact
from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.theory.high_temperature.values import expansion_coefficients_exact
from infscale_sym.theory.selection.values.highprec import selection_error_mp

#: Digits of F behind each dot: the smallest distance shown is far above 10^-DIGITS.
DIGITS = 40


def growth_law(n: int, k: int, tau: Any, rho: Any) -> tuple[Any, Any]:
    """(predicted a_n, its size without the oscillating factor) at large n, as mpf: one answer far out, the others near 0.

    k = 2, 3, ...; leading order in n, relative error O(1/n) at rho = 0 and O(n^-1/2) otherwise. tau does not enter at this
    order. A saddle-point estimate, exact at k = 2 and measured at other k. Raises DomainError for k below 2.
    """
    import mpmath

    from infscale_sym.evaluate.lambdify import to_mpf

    if not k >= 2:
        raise DomainError(f"k must be at least 2; got {k}")
    exact(tau, "tau")
    offset = exact(rho, "rho")
    with mpmath.workdps(30):
        judge = to_mpf(offset)
        zero = mpmath.mpc(-mpmath.log(k - 1), mpmath.pi)
        others = (mpmath.mpf(k - 1) / k) ** (mpmath.mpf(k - 1) / 2) * mpmath.exp(-(judge**2) * (k - 1) / (2 * mpmath.mpf(k)))
        far = mpmath.gamma(n + mpmath.mpf(3) / 2) / mpmath.sqrt(mpmath.pi)
        far *= mpmath.hyp1f1(-n - 1, mpmath.mpf(1) / 2, -(judge**2) / 2)
        size = 4 * k * others * far / abs(zero) ** (n + 1)
        return size * (zero ** -(n + 1)).real * abs(zero) ** (n + 1), size


def smallest_term(k: int, t: float) -> tuple[float, float]:
    """(order |w| t, size 4 2^(1/2) k (1-1/k)^((k-1)/2) t exp(-|w| t)) of the smallest term at tau = rho = 0, k = 2, 3, ..."""
    rate = float(np.hypot(np.pi, np.log(k - 1)))
    return rate * t, 4 * np.sqrt(2) * k * (1 - 1 / k) ** ((k - 1) / 2) * t * float(np.exp(-rate * t))


def distances(k: int, t: int, orders: int) -> np.ndarray:
    """|F_k - partial sum to t^-N| at tau = rho = 0 for N = 0 ... orders, exact F by quadrature; shape (orders + 1,)."""
    import mpmath

    coefficients = expansion_coefficients_exact(orders, k, 0, 0)
    error = selection_error_mp(k, t, 0, 0, digits=DIGITS)
    out = []
    with mpmath.workdps(DIGITS + 20):
        total = mpmath.mpf(0)
        for n, a in enumerate(coefficients):
            total += mpmath.mpf(int(a.p)) / int(a.q) / mpmath.mpf(t) ** n
            out.append(float(abs(error - total)))
    return np.array(out)


def truncation(temperatures: Sequence[int], answers: Sequence[int], orders: int) -> Picture:
    """Distance of the partial sums from F against their order: one panel for each k in `answers` and one for k = oo.

    temperatures: whole numbers above 1; one colour each. tau = rho = 0. Ringed: predicted best order and smallest term.
    """
    with styled():
        figure = blank_figure(10.4, 4.3)
        panels = figure.subplots(1, len(answers) + 1, sharey=True)
        for axes, k in zip(panels, [*answers, None], strict=True):
            for t, colour in zip(temperatures, COLOURS, strict=False):
                if k is None:  # F_oo = t/(1+t): a geometric series
                    n = np.arange(orders + 1)
                    gaps = float(t) ** -n / (1 + t)
                else:
                    gaps = distances(k, t, orders)
                    # At two answers an even order adds nothing to the odd one before it.
                    n = np.arange(1, orders + 1, 2) if k == 2 else np.arange(orders + 1)
                    gaps = gaps[n]
                axes.semilogy(n, gaps, ".-", color=colour, lw=0.9, ms=5, label=rf"$t$ = {t}")
                if k is not None:
                    order, size = smallest_term(k, t)
                    axes.plot(order, size, "o", ms=11, mfc="none", mec=LIMIT, mew=1.3, zorder=5)
            name = r"$\infty$: converges" if k is None else f"{k}: diverges"
            axes.set_title(rf"$k$ = {name}", loc="left")
            axes.set(xlabel="order $N$ of the partial sum", xlim=(-1.5, orders + 1.5), ylim=(1e-15, 30))
        panels[0].set_ylabel("distance from the exact $F_k$")
        panels[0].legend(loc="lower right", frameon=True, framealpha=0.92, edgecolor="none")
    return Picture(figure, "distance of the partial sums in 1/t from the exact error against their order")
