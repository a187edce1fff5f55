"""Best-of-k in powers of 1/k to any order for a judge that is not the teacher, t = 0 (`best-of-k.misspecified.all-orders`).

The chosen answer minimises (z + rho)^2, so the slope of the mean minimum G_k(rho) in rho is twice the mean of z + rho:
F_k = D^2 + G_k(rho) + D G_k'(rho), D = tau - rho. Every coefficient A_m(rho) of G_k becomes A_m + D A_m'. Exact arithmetic.
"""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul, diff, exp, expand, pi

from infscale_sym.theory.best_of_k.series import best_of_k_coefficients
from infscale_sym.theory.selection.notation import k, rho, tau


def misspecified_coefficients(order: int) -> tuple[Expr, ...]:
    """(B_2, ..., B_order): F_k(0; tau, rho) = (tau - rho)^2 + sum_m B_m k^-m. Dimensionless, exact; B_m = A_m at tau = rho.

    Raises ValueError for an order below 2, where the series starts.
    """
    return tuple(_shifted(coefficient) for coefficient in best_of_k_coefficients(order))


def misspecified_partial_sum(order: int) -> Expr:
    """(tau - rho)^2 and the series in 1/k up to k^-order."""
    terms = (b / k**m for m, b in enumerate(misspecified_coefficients(order), start=2))
    return sum(terms, (tau - rho) ** 2)


def _shifted(coefficient: Expr) -> Expr:
    """A + (tau - rho) A', one term for each power of pi exp(rho^2)."""
    out: Expr = Integer(0)
    opened = expand(coefficient.subs(tau, rho))
    by_power: dict[Expr, Expr] = {}
    for term in Add.make_args(opened):
        power = term.as_coeff_exponent(pi)[1]
        by_power[power] = by_power.get(power, Integer(0)) + term
    for power, part in sorted(by_power.items(), key=lambda item: int(item[0])):
        scale = Mul(pi**power, exp(power * rho**2))
        poly = expand(part / scale)
        tilt = expand(diff(poly, rho) + 2 * power * rho * poly)
        out += Mul(poly + (tau - rho) * tilt, scale)
    return out
