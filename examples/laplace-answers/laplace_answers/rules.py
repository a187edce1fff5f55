"""The one rule that this topic needs beyond the general ones: the law of the distance on both sides of the peak."""

# SymPy's inline annotations call an applied function a type and an expression's arguments Basic; pyright believes them.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sympy import Dummy, Expr, Integer, Integral, Symbol, exp, expand, expand_log, integrate, log, oo, powsimp, simplify, solve

from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import SYMBOLIC, is_zero, only_integral, outside
from infscale_sym.errors import DerivationError

from .notation import LogLaplaceSurvival


@dataclass(frozen=True)
class BothSidesOfThePeak:
    """S(r) = 1 - exp(-y) sinh r before the interval (y - r, y + r) reaches the peak, exp(-r) cosh y after: the integral over
    exp(k ln S) splits at r = y."""

    name: str = "both sides of the peak"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """SymPy integrates the density over the two kinds of interval; the claim's integrands must be what that gives."""
        integral = only_integral(before)
        variable, low, high = integral.limits[0]
        found = list(integral.function.atoms(LogLaplaceSurvival))
        if len(found) != 1 or (low, high) != (0, oo):
            raise DerivationError("this rule opens ln S in an integral from 0 to oo")
        distance, teacher = found[0].args
        peak = solve(distance - teacher, variable)[0] if teacher != 0 else Integer(0)
        survival = {(0, peak): _before_the_peak(distance, teacher), (peak, oo): _after_the_peak(distance, teacher)}
        wanted = {ends: s for ends, s in survival.items() if ends[0] != ends[1]}
        claimed = _by_range(after, variable)
        if set(claimed) != set(wanted):
            raise DerivationError(f"the range splits at {variable} = {peak}; the claim has parts over {list(claimed)}")
        power = next(e for e in integral.function.atoms(exp) if e.has(found[0]))
        front, count = outside(before, integral) * integral.function / power, power.args[0] / found[0]
        for ends, right in wanted.items():
            # The claim is front * S^count: read its S off.
            root = exp(expand(expand_log(log(powsimp(claimed[ends] / front)), force=True) / count))
            if not is_zero((root - right).rewrite(exp)):
                raise DerivationError(f"over {ends} the probability is {simplify(right)}, not {simplify(root)}")
        return Evidence(SYMBOLIC, "the density integrated by SymPy over an interval without the peak, and over its outside")


def _by_range(expr: Expr, variable: Symbol) -> dict[tuple[Expr, Expr], Expr]:
    """(low, high) -> integrand, the factor in front included, of a sum of integrals over `variable` and nothing else."""
    marks = {integral: Dummy("part", positive=True) for integral in expr.atoms(Integral)}
    opened = expand(expr.xreplace(marks))
    if not is_zero(opened.subs(dict.fromkeys(marks.values(), 0))):
        raise DerivationError("there is a term beside the integrals")
    out: dict[tuple[Expr, Expr], Expr] = {}
    for integral, mark in marks.items():
        over, low, high = integral.limits[0]
        if over != variable:
            raise DerivationError(f"the integral over {over} is one over {variable}")
        out[low, high] = out.get((low, high), Integer(0)) + opened.coeff(mark, 1) * integral.function
    return out


def _before_the_peak(distance: Expr, teacher: Expr) -> Expr:
    """1 minus the mass of (teacher - distance, teacher + distance), all of it on one side of the peak."""
    low, high, mass = _between()
    return 1 - mass.subs({low: teacher - distance, high: teacher + distance}, simultaneous=True)


def _after_the_peak(distance: Expr, teacher: Expr) -> Expr:
    """The mass above teacher + distance, and that below teacher - distance, mirrored; the peak lies between them."""
    low, mass = _beyond()
    return mass.subs(low, teacher + distance) + mass.subs(low, distance - teacher)


@cache
def _between() -> tuple[Symbol, Symbol, Expr]:
    """(low, high, mass of the density between them), 0 < low < high."""
    low, high, u = (Dummy(name, positive=True) for name in ("low", "high", "u"))
    return low, high, integrate(exp(-u) / 2, (u, low, high))


@cache
def _beyond() -> tuple[Symbol, Expr]:
    """(low, mass of the density beyond), low > 0."""
    low, u = Dummy("low", positive=True), Dummy("u", positive=True)
    return low, integrate(exp(-u) / 2, (u, low, oo))
