"""A picture of a registered formula, drawn by the kind of its statement: both sides above, their difference below.

Asymptotic statements: the exact quantity over its leading term against k, with the successive partial sums of the claim, and
the relative error of the claim, which must fall with the slope of its remainder. Laws: tails at several k against the limit
law. Equalities: the claim as a curve, and on it as dots the quantity computed by the road of its own that verification uses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Add, Expr, S, Symbol, simplify

from infscale_sym.catalog import Entry, formula
from infscale_sym.evaluate.lambdify import mpmath_function, numpy_function
from infscale_sym.notation.heads import RenormalizedRidge
from infscale_sym.notation.relations import AsymptoticTo, ConvergesInLaw
from infscale_sym.notation.symbols import BY_SYMBOL, Sigma, alpha, gamma, k, lambda_, nu, rho, sigma, t, tau
from infscale_sym.present.printer import FormulaPrinter
from infscale_sym.present.prose import to_plot
from infscale_sym.present.style import COLOURS, LIMIT, styled, two_panels
from infscale_sym.verify.points import ROADS, Road

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Relative accuracy of the float64 quantities, with a margin: smaller differences are not shown as if they were known.
FLOOR = 3e-13
_DOTS = 11
_TYPICAL = {k: 2, t: 1, tau: 1, rho: 0.5, alpha: 0.5, sigma: 1, gamma: 1, Sigma: 1, nu: 0.3, lambda_: 0.3}


@dataclass(frozen=True)
class Sweep:
    """What varies in a plot: along the axis (from, to), from curve to curve, and what is held fixed."""

    along: Symbol | None = None
    ends: tuple[float, float] = (0.0, 1.0)
    log: bool = False
    curve: Symbol | None = None
    values: Sequence[float] = ()
    fixed: Mapping[Symbol, float] = field(default_factory=dict)
    quantity: Expr | None = None  # shown in place of the left side


_BY_LAMBDA = Sweep(lambda_, (1e-3, 10), True, alpha, (0.2, 0.5, 1, 2))

#: Only what the kind of statement does not settle by itself.
SWEEPS: dict[str, Sweep] = {
    "selection.integral": Sweep(t, (0.1, 50), True, rho, (0, 1, 2), {k: 2, tau: 1}),
    "selection.single-answer": Sweep(tau, (-2.5, 2.5), False, rho, (-2, 0, 1), {t: 0.5}),
    "ridge.bare": Sweep(sigma, (0.05, 3), False, alpha, (0.2, 0.5, 1, 2)),
    "ridge.renormalized": Sweep(
        lambda_, (1e-3, 10), True, alpha, (0.2, 0.5, 1, 2), quantity=RenormalizedRidge(lambda_, alpha, Sigma)
    ),
    "ridge.isotropic": _BY_LAMBDA,
    "predictive.mean": _BY_LAMBDA,
    "predictive.variance": Sweep(alpha, (0.05, 5), True, sigma, (0.1, 0.3, 1)),
    "best-of-k.misspecified": Sweep(curve=rho, values=(-0.5, 0.5, 1.5, 2), fixed={tau: 1}),
    "best-of-k.averaged.printed": Sweep(curve=sigma, values=(0.5, 1, 2)),
    "best-of-k.averaged.corrected": Sweep(curve=sigma, values=(0.5, 1, 2)),
}


def draw(entry: Entry) -> Figure:
    """The figure of a registered formula; every number in it is computed now."""
    statement = entry.statement
    with styled():
        if isinstance(statement, ConvergesInLaw):
            return _law(entry, statement)
        if isinstance(statement, AsymptoticTo):
            return _asymptotic(entry, statement)
        return _equality(entry)


def _direct(k_: Any, t_: Any, tau_: Any, rho_: Any, digits: int = 20) -> Any:
    """The definition of the selection error integrated over two answers, in float64: it reaches to small t."""
    import mpmath

    from infscale_sym.quantities.selection.referee import selection_error_direct

    return mpmath.mpf(selection_error_direct(int(k_), float(t_), float(tau_), float(rho_)).value)


def _barely_more_than_one(k_: Any, t_: Any, tau_: Any, rho_: Any, digits: int = 20) -> Any:
    """The selection error at k = 1 + 2^-42 in float64, where the evaluator takes no shortcut."""
    import mpmath

    from infscale_sym.quantities.selection.numeric import selection_error_numpy

    return mpmath.mpf(float(selection_error_numpy(1 + 2.0**-42, float(t_), float(tau_), float(rho_))))


#: Quicker roads than those of verification, enough for the eye.
_OWN_ROADS = {
    "selection.integral": Road(mp={"SelectionError": _direct}, note="the definition, integrated over two answers"),
    "selection.single-answer": Road(mp={"SelectionError": _barely_more_than_one}, note="k = 1 + 2^-42"),
}


# Asymptotic statements.


def _asymptotic(entry: Entry, statement: AsymptoticTo) -> Figure:
    variable = statement.variable
    constant, orders = by_order(statement.rhs, variable)
    printer = FormulaPrinter()
    figure, upper, lower = two_panels(to_plot(entry.title))
    grid = np.geomspace(1, 1e5, 241)
    series = len(orders) > 2
    sweep = SWEEPS.get(entry.id) or Sweep(curve=tau, values=(0.5,) if series else (0, 1, 1.5, 2))
    partner = formula(entry.record.partner) if entry.record.partner else None
    label = _scaled_label(statement.lhs, constant, orders[0], printer)
    top = 1.0
    for value, colour in zip(sweep.values, COLOURS, strict=False):
        fixed = {**_TYPICAL, **sweep.fixed, sweep.curve: value}
        exact = _along(statement.lhs, entry, variable, grid, fixed)
        leading = _along(orders[0], entry, variable, grid, fixed)
        offset = _along(constant, entry, variable, grid, fixed)
        claim = _along(statement.rhs, entry, variable, grid, fixed)
        known = np.abs(exact) * FLOOR < 0.02 * np.abs(leading)
        name = f"{_tex(sweep.curve, printer)} = {value:g}"
        if series:
            _partial_sums(upper, lower, orders, entry, variable, grid, fixed, exact, name)
            continue
        ratio = (exact - offset) / leading
        upper.plot(grid[known], ratio[known], color=colour, label=f"${name}$")
        top = max(top, ratio[known].max())
        error = np.abs(exact - claim) / np.abs(leading)
        _error_curve(lower, grid, error, np.abs(exact / leading), colour)
        if partner:
            other = by_order(partner.statement.rhs, variable)[1][0]
            level = _along(other, partner, variable, grid[-1:], fixed)[0] / leading[-1]
            upper.axhline(level, color=colour, linestyle=":", linewidth=1.1)
    upper.axhline(1, color=LIMIT, linestyle="--", linewidth=1.1, label="the claimed limit")
    if partner:
        upper.plot([], [], color="#7F7F7F", linestyle=":", label=f"leading term of {partner.id}")
    upper.set_xscale("log")
    upper.set_ylabel(f"${label}$")
    upper.set_ylim(0, 2 if series else min(1.15 * top, 3))
    if series:
        upper.set_ylim(0.3, 1.5)
    upper.legend(loc="best", ncols=2 if series else 1)
    _slope_guide(lower, statement, orders[0], variable, grid)
    lower.set_yscale("log")
    lower.set_ylabel("|left $-$ right|\n/ leading term")
    lower.set_xlabel(f"${_tex(variable, printer)}$")
    return figure


def _partial_sums(
    upper: Axes,
    lower: Axes,
    orders: Sequence[Expr],
    entry: Entry,
    variable: Symbol,
    grid: np.ndarray,
    fixed: Mapping[Symbol, float],
    exact: np.ndarray,
    name: str,
) -> None:
    """The exact quantity, and the claim cut off after each of its orders."""
    leading = _along(orders[0], entry, variable, grid, fixed)
    upper.plot(grid, exact / leading, color=LIMIT, linewidth=2.4, label=f"exact, ${name}$")
    total = np.zeros_like(grid)
    for order, colour in zip(orders, COLOURS, strict=False):
        total = total + _along(order, entry, variable, grid, fixed)
        power = -degree(order, variable)
        if order is not orders[0]:
            upper.plot(grid, total / leading, color=colour, linewidth=1.1, label=f"to ${variable}^{{-{power:g}}}$")
        _error_curve(lower, grid, np.abs(exact - total) / leading, exact / leading, colour)


def _error_curve(axes: Axes, grid: np.ndarray, error: np.ndarray, size: np.ndarray, colour: str) -> None:
    """The error as far as the accuracy of the exact quantity lets it be seen."""
    seen = error > FLOOR * np.maximum(size, 1)
    last = np.argmin(seen) if not seen.all() else len(grid)
    axes.plot(grid[:last], error[:last], color=colour, linewidth=1.3)


def _slope_guide(axes: Axes, statement: AsymptoticTo, leading: Expr, variable: Symbol, grid: np.ndarray) -> None:
    """A grey line with the slope that the claimed remainder asks for, through the middle of the first curve."""
    slope = degree(statement.remainder, variable) - degree(leading, variable)
    line = next((ln for ln in reversed(axes.get_lines()) if len(ln.get_xdata()) > 4), None)
    if line is None:
        return
    x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
    anchor = int(0.75 * len(x))
    level = 4 * y[anchor] * (grid / x[anchor]) ** slope
    shown = (grid >= x[anchor] / 30) & (grid <= x[-1]) & (level < 10 * y.max())
    axes.plot(grid[shown], level[shown], color="#999999", linewidth=1, linestyle=(0, (6, 3)))
    middle = np.flatnonzero(shown)[int(0.35 * shown.sum())]
    axes.annotate(
        f"slope ${slope:g}$", (grid[middle], level[middle]), (8, 4), textcoords="offset points", color="#666666", fontsize=9.5
    )


def by_order(claim: Expr, variable: Symbol) -> tuple[Expr, list[Expr]]:
    """(part that does not depend on the variable, the other terms by falling degree in it)."""
    groups: dict[float, Expr] = {}
    for term in Add.make_args(claim):
        groups[degree(term, variable)] = groups.get(degree(term, variable), S.Zero) + term
    constant = groups.pop(0.0, S.Zero)
    return constant, [groups[d] for d in sorted(groups, reverse=True)]


def degree(term: Expr, variable: Symbol) -> float:
    """The exponent of the variable in a term that is a power of it times the rest."""
    if not term.has(variable):
        return 0.0
    return float(simplify(variable * term.diff(variable) / term))


def _scaled_label(lhs: Expr, constant: Expr, leading: Expr, printer: FormulaPrinter) -> str:
    left = printer.doprint(lhs)
    if constant != 0:
        left = rf"[{left} - {printer.script(constant)}]"
    text = printer.script(leading)
    return mathtext(rf"{left}\;/\;[{text}]")


# Laws.


def _law(entry: Entry, statement: ConvergesInLaw) -> Figure:
    variable = statement.variable
    printer = FormulaPrinter()
    at = next(s for s in entry.symbols if s not in (variable, tau))
    fixed = {**_TYPICAL, tau: 1.0}
    reach = 1.0
    while _along(statement.rhs, entry, at, np.array([reach]), fixed)[0] > 1e-4:
        reach *= 1.05
    grid = np.linspace(0, reach, 400)
    limit = _along(statement.rhs, entry, at, grid, fixed)
    rate = -degree(statement.remainder, variable)
    figure, upper, lower = two_panels(to_plot(entry.title))
    for count, colour in zip((3, 10, 100), COLOURS, strict=False):
        tail = _along(statement.lhs, entry, at, grid, {**fixed, variable: count})
        upper.plot(grid, tail, color=colour, label=f"${_tex(variable, printer)} = {count}$")
        lower.plot(grid, (tail - limit) * count**rate, color=colour, linewidth=1.3)
    upper.plot(grid, limit, color=LIMIT, linestyle="--", linewidth=1.3, label=f"${mathtext(printer.doprint(statement.rhs))}$")
    upper.set_yscale("log")
    upper.set_ylim(5e-5, 1.4)
    upper.set_ylabel(f"${mathtext(printer.doprint(statement.lhs))}$")
    upper.legend(loc="upper right", title=rf"${_tex(tau, printer)} = 1$", title_fontsize=9.5)
    lower.axhline(0, color=LIMIT, linewidth=0.8)
    power = "" if rate == 1 else f"^{{{rate:g}}}"
    lower.set_ylabel(rf"${_tex(variable, printer)}{power}\times$(tail $-$ limit)")
    lower.set_xlabel(f"${_tex(at, printer)}$")
    lower.set_xlim(0, reach)
    return figure


# Equalities.


def _equality(entry: Entry) -> Figure:
    from infscale_sym.quantities.namespaces import MPMATH

    statement = entry.statement
    sweep = SWEEPS.get(entry.id) or _plain_sweep(entry)
    road = ROADS.get(entry.id, Road())
    road = _OWN_ROADS.get(entry.id, road)
    printer = FormulaPrinter()
    quantity = sweep.quantity if sweep.quantity is not None else statement.lhs
    shown = sweep.quantity if sweep.quantity is not None else statement.rhs
    space = np.geomspace if sweep.log else np.linspace
    grid, dots = space(*sweep.ends, 200), space(*sweep.ends, _DOTS)
    symbols = tuple(dict.fromkeys((*entry.symbols, *(s for s in quantity.free_symbols if isinstance(s, Symbol)))))
    own = mpmath_function(quantity, symbols, {**MPMATH, **road.mp})
    other = mpmath_function(statement.lhs, symbols, {**MPMATH, **road.mp})
    claim = mpmath_function(statement.rhs, symbols, {**MPMATH, **road.mp}) if sweep.quantity is not None else None
    figure, upper, lower = two_panels(to_plot(entry.title))
    assert sweep.along is not None
    marked = False
    for value, colour in zip(sweep.values, COLOURS, strict=False):
        fixed = {**_TYPICAL, **sweep.fixed, sweep.curve: value}
        curve = _along(shown, entry, sweep.along, grid, fixed)
        name = f"${_tex(sweep.curve, printer)} = {value:g}$"
        upper.plot(grid, curve, color=colour, label=name)
        points = [[float(at) if s == sweep.along else fixed[s] for s in symbols] for at in dots]
        values = np.array([float(own(*point, digits=20)) for point in points])
        upper.plot(dots, values, "o", color=colour, markerfacecolor="white", markeredgewidth=1.1)
        left = np.array([float(other(*point, digits=20)) for point in points])
        if claim is not None:
            right = np.array([float(claim(*point, digits=20)) for point in points])
        else:
            right = _along(statement.rhs, entry, sweep.along, dots, fixed)
        difference = np.abs(left - right) / np.abs(right)
        lower.plot(dots, np.maximum(difference, 1e-17), "o", color=colour, markerfacecolor="white", markeredgewidth=1.1)
        marked = True
    if marked:
        note = "computed independently" if road.note else "computed in another arithmetic"
        upper.plot([], [], "o", color="#555555", markerfacecolor="white", markeredgewidth=1.1, label=note)
    if sweep.log:
        upper.set_xscale("log")
        if sweep.along is lambda_ and isinstance(quantity, RenormalizedRidge):
            upper.set_yscale("log")
    upper.set_ylabel(f"${mathtext(printer.doprint(quantity))}$")
    upper.legend(loc="best")
    upper.set_xlim(*sweep.ends)
    lower.set_yscale("log")
    lower.set_ylim(5e-18, 1e-8)
    lower.axhline(np.finfo(float).eps, color="#999999", linestyle="--", linewidth=1)
    lower.annotate(
        "rounding of float64", (0.995, np.finfo(float).eps), (0, 3), xycoords=("axes fraction", "data"),
        textcoords="offset points", ha="right", color="#666666", fontsize=9,
    )  # fmt: skip
    lower.set_ylabel("|left $-$ right| / right")
    lower.set_xlabel(f"${_tex(sweep.along, printer)}$")
    return figure


def _plain_sweep(entry: Entry) -> Sweep:
    """Along the first symbol over the range in which checks draw it, for a few values of the second."""
    first, *rest = entry.symbols
    low, high = (float(end) for end in BY_SYMBOL[first].between)
    if not rest:
        return Sweep(first, (low, high), False, first, (low,))
    ends = [float(end) for end in BY_SYMBOL[rest[0]].between]
    return Sweep(first, (low, high), False, rest[0], tuple(np.linspace(*ends, 3)))


def _along(expr: Expr, entry: Entry, variable: Symbol, grid: np.ndarray, fixed: Mapping[Symbol, float]) -> np.ndarray:
    """`expr` along `grid`; the other symbols are numbers. Uses the NumPy evaluators of the registry."""
    from infscale_sym.quantities.namespaces import NUMPY

    symbols = tuple(dict.fromkeys((variable, *(s for s in expr.free_symbols if isinstance(s, Symbol)))))
    function = numpy_function(expr, symbols, NUMPY)
    with np.errstate(all="ignore"):
        values = function(*(grid if s == variable else float(fixed[s]) for s in symbols))
    return np.broadcast_to(np.asarray(values, float), grid.shape)


def _tex(symbol: Symbol | None, printer: FormulaPrinter) -> str:
    return printer.doprint(symbol)


def mathtext(latex: str) -> str:
    """LaTeX of this project in the part of it that matplotlib sets."""
    latex = re.sub(r"\\[Bb]igg?[lr]?(?=[(\[\])|])", "", latex)
    latex = latex.replace(r"\operatorname", r"\mathrm").replace(r"\le ", r"\leq ")
    return latex.replace(r"\mathbb{P}", r"\mathrm{P}")
