"""The error at high temperature, in powers of 1/t (HP Result 2, eq. 15, arXiv:2512.19905), and the next term as HP-code has it.

Units s = 1: C1 = 1 + 2 rho tau, C2 = C1 + rho^2, C3 = C1 + 2 rho^2; the reward of an answer is -(z + rho)^2 and t = T/(2 s^2).
An expansion at fixed k, tau, rho: truncating it needs t >> 1 + rho^2 + |rho tau|.
"""

from sympy import Rational

from infscale_sym.notation.check import Check, Recipe, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo
from infscale_sym.theory.selection.notation import SelectionError, k, rho, t, tau
from infscale_sym.theory.sources import HP, OWN

here = lazy(__package__)

_error = SelectionError(k, t, tau, rho)
_C1 = 1 + 2 * rho * tau
_C2 = 1 + 2 * rho * tau + rho**2
_C3 = 1 + 2 * rho * (tau + rho)
_second = 1 + tau**2 - (1 - 1 / k) * _C1 / t + (1 - 1 / k) * (1 - 2 / k) * _C2 / t**2
_printed = _second - (1 - 1 / k) * (1 - 2 / k) * (1 - 3 / k) * _C3 / t**3
_corrected = _second - (1 - 1 / k) * ((1 - 6 / k + 6 / k**2) * _C3 - _C1 * (Rational(1, 2) + rho**2) / k) / t**3

SECOND = Formula(
    id="hte.second",
    title="High temperature: the error to second order in 1/t",
    statement=AsymptoticTo(_error, _second, t, remainder=t**-3),
    domain=k >= 1,
    source=HP.at("Result 2, eq. 15"),
    deviation="Stated for F = delta/s^2 with a remainder; the source has delta and '~'. Derived for whole k, tested at real k.",
    expected=Expected.IN_THE_LIMIT,
    script="high_temperature",
    check=Check(ladder=("1e3", "1e7", "1e18")),
    draw=Recipe(here(".checks:low_orders"), orders=(1, 2), answers=(3, 8)),  # at k = 2 the second is zero draw by draw
    sweep=Sweep(t, (1, 1e4), True, rho, (0, 1, 2, 4), {k: 10}),
)

THIRD_PRINTED = Formula(
    id="hte.third.printed",
    title="High temperature: the term in 1/t^3 as HP-code has it",
    statement=AsymptoticTo(_error, _printed, t, remainder=t**-4),
    domain=k >= 1,
    source=HP.at("companion code, locator not checked"),
    deviation="Stated for F = delta/s^2 with a remainder.",
    expected=Expected.REFUTED,
    underived="refuted: right at k = 1 and as k -> oo only; the derivation is that of its correction",
    partner="hte.third.corrected",
    check=Check(ladder=("1e3", "1e7", "1e14")),
    draw=Recipe(
        here(".checks:low_orders"), orders=(3,), answers=(2, 3, 8), other=_corrected, other_said="the corrected coefficient"
    ),
    sweep=Sweep(t, (1, 1e3), True, rho, (1,), {k: 4}),
)

THIRD_CORRECTED = Formula(
    id="hte.third.corrected",
    title="High temperature: the error to third order in 1/t",
    statement=AsymptoticTo(_error, _corrected, t, remainder=t**-4),
    domain=k >= 1,
    source=OWN,
    deviation="The expectation of the third-order sample cumulant exactly in k, in place of (1-1/k)(1-2/k)(1-3/k) C3.",
    expected=Expected.IN_THE_LIMIT,
    script="high_temperature",
    partner="hte.third.printed",
    check=Check(ladder=("1e3", "1e7", "1e14")),
    draw=Recipe(
        here(".checks:low_orders"), orders=(3,), answers=(2, 3, 8), other=_printed, other_said="the printed coefficient"
    ),
    sweep=Sweep(t, (1, 1e3), True, rho, (1,), {k: 4}),
)

FORMULAS = (SECOND, THIRD_PRINTED, THIRD_CORRECTED)
