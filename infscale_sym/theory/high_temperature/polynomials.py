"""Laguerre polynomials and Bernoulli numbers in three arithmetics: they make up `hte.coefficients-two-answers`.

SciPy's in float64, mpmath's at the digits asked for (Laguerre polynomials at x <= 0, where all terms are positive), Arb's as
balls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from infscale_sym.theory.high_temperature.values import _whole

if TYPE_CHECKING:
    from flint import arb


def laguerre(n: Any, a: Any, x: Any) -> np.ndarray:
    """L_n^(a)(x) in float64, n = 0, 1, 2, ..., a > -1; arguments broadcast."""
    from scipy.special import eval_genlaguerre

    return eval_genlaguerre(np.asarray(n, float), a, x)


def laguerre_mp(n: Any, a: Any, x: Any, digits: int = 50) -> Any:
    """L_n^(a)(x) as an mpf to `digits` digits, n = 0, 1, 2, ..., a > -1, x <= 0 (all terms positive)."""
    import mpmath

    with mpmath.workdps(digits + 15):
        return mpmath.laguerre(n, a, x)


def laguerre_arb(n: Any, a: Any, x: Any, digits: int = 50) -> arb:
    """L_n^(a)(x) as a ball, n = 0, 1, 2, ..., a > -1."""
    import flint

    degree = _whole(n, "n")
    with flint.ctx.workprec(int(3.33 * digits) + 64):
        return flint.arb(x).laguerre_l(degree, a)


def bernoulli_number(n: Any) -> np.ndarray:
    """B_n in float64 for even n = 2, 4, 6, ...; arguments broadcast."""
    from scipy.special import zeta

    orders = np.asarray(n, float)
    return -orders * zeta(1 - orders)


def bernoulli_number_mp(n: Any, digits: int = 50) -> Any:
    """B_n as an mpf to `digits` digits, n = 0, 1, 2, ..."""
    import mpmath

    with mpmath.workdps(digits + 15):
        return mpmath.bernoulli(_whole(n, "n"))


def bernoulli_number_arb(n: Any, digits: int = 50) -> arb:
    """B_n as a ball, n = 0, 1, 2, ..."""
    import flint

    with flint.ctx.workprec(int(3.33 * digits) + 32):
        return flint.arb.bernoulli(_whole(n, "n"))
