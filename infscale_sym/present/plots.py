"""A picture of a registered formula, drawn by the kind of its statement: both sides above, their difference below.

Asymptotic statements: the exact quantity over its leading term against k, with the successive partial sums of the claim, and
the relative error of the claim, which must fall with the slope of its remainder. Laws: tails at several k against the limit
law. Equalities: the claim as a curve, and on it as dots the quantity by the independent computation that verification uses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Add, Expr, Mul, S, Symbol, expand, oo, simplify

from infscale_sym import registry
from infscale_sym.errors import DomainError, InfscaleError
from infscale_sym.evaluate.domain import inside
from infscale_sym.evaluate.lambdify import mpmath_function
from infscale_sym.notation.check import Sweep
from infscale_sym.notation.formula import Formula
from infscale_sym.notation.relations import AsymptoticTo, AtMost, ConvergesInLaw
from infscale_sym.present.printer import FormulaPrinter
from infscale_sym.present.prose import to_plot
from infscale_sym.present.style import COLOURS, LIMIT, styled, two_panels
from infscale_sym.present.sweeps import along, held_at, plain_curves, plain_sweep
from infscale_sym.present.width import bracket, tightness
from infscale_sym.verify.digits import independent_ways

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Relative accuracy of the float64 quantities, with a margin: smaller differences are not shown as if they were known.
FLOOR = 3e-13
_DOTS = 11


def draw(formula: Formula) -> Figure:
    """The figure of a registered formula; every number in it is computed now."""
    statement = formula.statement
    with styled():
        if isinstance(statement, ConvergesInLaw):
            return _law(formula, statement)
        if isinstance(statement, AsymptoticTo):
            return _asymptotic(formula, statement)
        if isinstance(statement, AtMost):
            return _inequality(formula, statement)
        return _equality(formula)


# Asymptotic statements.


def _asymptotic(formula: Formula, statement: AsymptoticTo) -> Figure:
    variable = statement.variable
    constant, orders = by_order(statement.rhs, variable)
    if not orders:  # the claim is the limit itself
        constant, orders = S.Zero, [constant]
    printer = FormulaPrinter()
    label = _scaled_label(statement.lhs, constant, orders[0], printer)
    series = len(orders) > 2
    sweep = formula.sweep or plain_curves(formula, series)
    varied = tuple(sweep.values[: len(COLOURS)]) or (None,)  # None: one curve, nothing else varies
    variants = [held_at(formula, sweep) | ({} if value is None else {sweep.curve: value}) for value in varied]
    given = sweep.log or sweep.along == variable
    low, high = sweep.ends if given else (_first(formula, variable, variants), 1e4 if series else 1e5)
    high = high if given else max(high, 1000 * low)
    grid = np.geomspace(low, high, sweep.points)
    if variable.is_integer:
        grid = np.unique(np.round(grid))
    held = _held(formula, held_at(formula, sweep), {variable, sweep.curve}, printer)
    figure, upper, lower = two_panels(to_plot(formula.title), rf"${label}$" + held)
    partner = registry.formula(formula.partner) if formula.partner else None
    top = 1.0
    drawn = False
    for value, fixed, colour in zip(varied, variants, COLOURS, strict=False):
        leading = along(orders[0], variable, grid, fixed)
        if not leading.any():  # it vanishes there, as at tau = 0: there is nothing to measure by
            continue
        drawn = True
        _must_have_a_value(formula, statement, grid[0], fixed)
        exact = along(statement.lhs, variable, grid, fixed)
        offset = along(constant, variable, grid, fixed)
        claim = along(statement.rhs, variable, grid, fixed)
        known = np.abs(exact) * FLOOR < 0.02 * np.abs(leading)
        name = "" if value is None else f"${_tex(sweep.curve, printer)} = {value:g}$"
        if series:
            _partial_sums(upper, lower, orders, variable, grid, fixed, exact - offset, name)
            continue
        ratio = (exact - offset) / leading
        upper.plot(grid[known], ratio[known], color=colour, label=name or "exact")
        top = max(top, ratio[known].max(initial=1.0))
        error = np.abs(exact - claim) / np.abs(leading)
        _error_curve(lower, grid, error, np.abs(exact / leading), colour)
        if partner:
            theirs = by_order(partner.statement.rhs, variable)
            other = theirs[1][0] if theirs[1] else theirs[0]
            level = along(other, variable, grid[-1:], fixed)[0] / leading[-1]
            upper.axhline(level, color=colour, linestyle=":", linewidth=1.1)
    if not drawn:
        raise DomainError(f"{formula.id}: the leading term {orders[0]} vanishes on every curve; say sweep=Sweep(fixed=...)")
    first = f"to ${variable}^{{{degree(orders[0], variable):g}}}$" if series else "the claimed limit"
    upper.axhline(1, color=COLOURS[0] if series else LIMIT, linestyle="--", linewidth=1.1, label=first)
    if partner:
        upper.plot([], [], color="#7F7F7F", linestyle=":", label=f"leading term of {partner.id}")
    upper.set_xscale("log")
    upper.set_ylabel("exact / leading term" if constant == 0 else "(exact $-$ limit) / leading term")
    upper.set_ylim(0, 2 if series else min(1.15 * top, 3))
    if series:
        upper.set_ylim(0.3, 1.5)
    upper.legend(loc="best", ncols=2 if series else 1)
    _slope_guide(lower, statement, orders[0], variable, grid)
    lower.set_yscale("log")
    lower.set_ylabel("|left $-$ right|\n/ leading term")
    lower.set_xlabel(f"${_tex(variable, printer)}$")
    return figure


def _first(formula: Formula, variable: Symbol, variants: Sequence[Mapping[Symbol, float]]) -> float:
    """The least of 1, 2, 3, ... that is inside the domain on every curve; 1 where none is found."""
    if not formula.domain.has(variable):
        return 1.0
    places = np.unique(np.round(np.concatenate([np.arange(1.0, 65.0), np.geomspace(64, 1e6, 43)])))
    good = [np.broadcast_to(inside(formula.domain, {**fixed, variable: places}), places.shape) for fixed in variants]
    found = np.flatnonzero(np.logical_and.reduce(good))
    return float(places[found[0]]) if len(found) else 1.0


def _must_have_a_value(formula: Formula, statement: AsymptoticTo, at: float, fixed: Mapping[Symbol, float]) -> None:
    """Raise DomainError where the left side has no value at the start of the axis."""
    try:
        value = along(statement.lhs, statement.variable, np.array([at]), fixed)[0]
        said = "" if np.isfinite(value) or formula.sweep is not None else f"it is {value}"
    except (InfscaleError, ArithmeticError) as error:
        said = str(error)
    if said:
        ends = f"({max(4, round(4 * at))}, {max(1000, round(1000 * at))})"
        raise DomainError(
            f"{formula.id}: the left side has no value at {statement.variable} = {at:g}, where the figure starts ({said}); say "
            f"where it is drawn, like sweep=Sweep({statement.variable}, {ends}, True)"
        )


def _partial_sums(
    upper: Axes,
    lower: Axes,
    orders: Sequence[Expr],
    variable: Symbol,
    grid: np.ndarray,
    fixed: Mapping[Symbol, float],
    exact: np.ndarray,
    name: str,
) -> None:
    """The exact quantity, and the claim cut off after each of its orders."""
    leading = along(orders[0], variable, grid, fixed)
    upper.plot(grid, exact / leading, color=LIMIT, linewidth=2.4, label=f"exact, {name}" if name else "exact")
    total = np.zeros_like(grid)
    for order, colour in zip(orders, COLOURS, strict=False):
        total = total + along(order, variable, grid, fixed)
        power = -degree(order, variable)
        if order is not orders[0]:
            upper.plot(grid, total / leading, color=colour, linewidth=1.1, label=f"to ${variable}^{{-{power:g}}}$")
        _error_curve(lower, grid, np.abs((exact - total) / leading), np.abs(exact / leading), colour)


def _error_curve(axes: Axes, grid: np.ndarray, error: np.ndarray, size: np.ndarray, colour: str) -> None:
    """The error as far as the accuracy of the exact quantity lets it be seen."""
    seen = error > FLOOR * np.maximum(size, 1)
    last = np.argmin(seen) if not seen.all() else len(grid)
    axes.plot(grid[:last], error[:last], color=colour, linewidth=1.3)


def _slope_guide(axes: Axes, statement: AsymptoticTo, leading: Expr, variable: Symbol, grid: np.ndarray) -> None:
    """A grey line with the slope that the claimed remainder asks for, through the middle of the first curve."""
    slope = degree(statement.remainder, variable) - degree(leading, variable)
    line = next((ln for ln in reversed(axes.get_lines()) if np.size(ln.get_xdata()) > 4), None)
    if line is None:
        return
    x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
    anchor = int(0.75 * len(x))
    level = (4 if abs(slope) < 3 else 60) * y[anchor] * (grid / x[anchor]) ** slope
    shown = (grid >= x[anchor] / 30) & (grid <= x[-1]) & (level < 10 * y.max())
    axes.plot(grid[shown], level[shown], color="#999999", linewidth=1, linestyle=(0, (6, 3)))
    middle = np.flatnonzero(shown)[int(0.35 * shown.sum())]
    at = (grid[middle], level[middle])
    axes.annotate(f"claimed slope ${slope:g}$", at, (8, 4), textcoords="offset points", color="#666666", fontsize=9.5)


def by_order(claim: Expr, variable: Symbol) -> tuple[Expr, list[Expr]]:
    """(part that does not depend on the variable, the other terms by falling degree in it)."""
    groups: dict[float, Expr] = {}
    factored = isinstance(claim, Mul) and any(isinstance(f, Add) and f.has(variable) for f in claim.args)
    for term in Add.make_args(expand(claim) if factored else claim):
        groups[degree(term, variable)] = groups.get(degree(term, variable), S.Zero) + term
    constant = groups.pop(0.0, S.Zero)
    return constant, [groups[d] for d in sorted(groups, reverse=True)]


def degree(term: Expr, variable: Symbol) -> float:
    """The exponent with which a term grows or falls in the variable; a logarithm beside the power counts for nothing."""
    if not term.has(variable):
        return 0.0
    if isinstance(term, Add):
        return max(degree(part, variable) for part in term.args)
    slope = simplify(variable * term.diff(variable) / term)
    return float(slope.limit(variable, oo) if slope.has(variable) else slope)  # 2 - 1/ln(k), say, for k^2/ln(k)


def _scaled_label(lhs: Expr, constant: Expr, leading: Expr, printer: FormulaPrinter) -> str:
    left = printer.doprint(lhs)
    if constant != 0:
        limit = printer.script(constant)
        left = rf"[{left} - {bracket(limit) if tightness(limit) == 'sum' else limit}]"
    text = printer.script(leading)
    if len(left) + len(text) > 160:  # too long for a line
        text = r"\mathrm{leading\;term}"
        left = printer.doprint(lhs) if constant == 0 else rf"[{printer.doprint(lhs)} - \mathrm{{limit}}]"
    return mathtext(rf"{left}\;/\;[{text}]")


# Laws.


def _law(formula: Formula, statement: ConvergesInLaw) -> Figure:
    variable = statement.variable
    printer = FormulaPrinter()
    at = next(s for s in formula.symbols if s != variable)
    fixed = held_at(formula, formula.sweep or Sweep())
    reach = 1.0
    while along(statement.rhs, at, np.array([reach]), fixed)[0] > 1e-4:
        reach *= 1.05
    grid = np.linspace(0, reach, 400)
    limit = along(statement.rhs, at, grid, fixed)
    rate = -degree(statement.remainder, variable)
    figure, upper, lower = two_panels(to_plot(formula.title))
    for count, colour in zip((3, 10, 100), COLOURS, strict=False):
        tail = along(statement.lhs, at, grid, {**fixed, variable: count})
        upper.plot(grid, tail, color=colour, label=f"${_tex(variable, printer)} = {count}$")
        lower.plot(grid, (tail - limit) * count**rate, color=colour, linewidth=1.3)
    upper.plot(grid, limit, color=LIMIT, linestyle="--", linewidth=1.3, label=f"${mathtext(printer.doprint(statement.rhs))}$")
    upper.set_yscale("log")
    upper.set_ylim(5e-5, 1.4)
    upper.set_ylabel(f"${mathtext(printer.doprint(statement.lhs))}$")
    held = _held(formula, fixed, {variable, at}, printer).removeprefix(", ")
    upper.legend(loc="upper right", title=held, title_fontsize=9.5)
    lower.axhline(0, color=LIMIT, linewidth=0.8)
    power = "" if rate == 1 else f"^{{{rate:g}}}"
    lower.set_ylabel(rf"${_tex(variable, printer)}{power}\times$(tail $-$ limit)")
    lower.set_xlabel(f"${_tex(at, printer)}$")
    lower.set_xlim(0, reach)
    return figure


# Inequalities.


def _inequality(formula: Formula, statement: AtMost) -> Figure:
    """The larger side as a line, the smaller as a dashed one, and the gap between them."""
    sweep = formula.sweep or plain_sweep(formula)
    printer = FormulaPrinter()
    space = np.geomspace if sweep.log else np.linspace
    grid = space(*sweep.ends, 161)
    held = _held(formula, held_at(formula, sweep), {sweep.along, sweep.curve}, printer)
    figure, upper, lower = two_panels(to_plot(formula.title), held.removeprefix(", "))
    for value, colour in zip(sweep.values or (None,), COLOURS, strict=False):
        fixed = held_at(formula, sweep) | ({} if value is None else {sweep.curve: value})
        less, more = (along(side, sweep.along, grid, fixed) for side in (statement.lhs, statement.rhs))
        upper.plot(grid, more, color=colour, label=None if value is None else f"${_tex(sweep.curve, printer)} = {value:g}$")
        upper.plot(grid, less, color=colour, linestyle="--")
        lower.plot(grid, (more - less) / np.abs(more), color=colour, linewidth=1.3)
    upper.plot([], [], color="#555555", label=f"${mathtext(printer.doprint(statement.rhs))}$")
    upper.plot([], [], color="#555555", linestyle="--", label=f"${mathtext(printer.doprint(statement.lhs))}$")
    for axes in (upper, lower):
        axes.set_xlim(*sweep.ends)
        if sweep.log:
            axes.set_xscale("log")
    heights = np.concatenate([np.asarray(line.get_ydata(), float) for line in upper.get_lines() if np.size(line.get_ydata())])
    if heights.min() > 0 and heights.max() > 50 * heights.min():
        upper.set_yscale("log")
    upper.set_ylabel("both sides")
    upper.legend(loc="best")
    lower.axhline(0, color=LIMIT, linewidth=0.8)
    lower.set_ylabel("(right $-$ left) / right")
    lower.set_xlabel(f"${_tex(sweep.along, printer)}$")
    return figure


# Equalities.


def _equality(formula: Formula) -> Figure:

    statement = formula.statement
    sweep = formula.sweep or plain_sweep(formula)
    instead = independent_ways(formula, "mpmath") | dict(sweep.independent)
    printer = FormulaPrinter()
    quantity = sweep.quantity if sweep.quantity is not None else statement.lhs
    shown = sweep.quantity if sweep.quantity is not None else statement.rhs
    space = np.geomspace if sweep.log else np.linspace
    grid, dots = space(*sweep.ends, 200), space(*sweep.ends, _DOTS)
    symbols = tuple(dict.fromkeys((*formula.symbols, *(s for s in quantity.free_symbols if isinstance(s, Symbol)))))
    own = mpmath_function(quantity, symbols, instead)
    other = mpmath_function(statement.lhs, symbols, instead)
    claim = mpmath_function(statement.rhs, symbols, instead) if sweep.quantity is not None else None
    held = _held(formula, held_at(formula, sweep), {sweep.along, sweep.curve}, printer)
    figure, upper, lower = two_panels(to_plot(formula.title), held.removeprefix(", "))
    assert sweep.along is not None
    varied = sweep.values[: len(COLOURS)] or (None,)  # None: one curve, nothing else varies
    variants = [held_at(formula, sweep) | ({} if value is None else {sweep.curve: value}) for value in varied]
    curves = [along(shown, sweep.along, grid, fixed) for fixed in variants]
    breadth = 1.6
    for n, (value, fixed, curve, colour) in enumerate(zip(varied, variants, curves, COLOURS, strict=False)):
        name = "the formula" if value is None else f"${_tex(sweep.curve, printer)} = {value:g}$"
        if n == 0 and len(curves) > 1:  # curves that coincide are drawn thinner and thinner
            breadth = 2.0 * len(curves) - 0.8 if np.allclose(curves[1], curve) else 1.6
        elif n > 0 and np.allclose(curves[n - 1], curve):
            breadth = max(breadth - 2.0, 1.2)
        upper.plot(grid, curve, color=colour, linewidth=breadth, label=name)
        points = [[float(at) if s == sweep.along else fixed[s] for s in symbols] for at in dots]
        values = np.array([float(own(*point, digits=20)) for point in points])
        upper.plot(dots, values, "o", color=colour, markerfacecolor="white", markeredgewidth=1.1)
        if claim is not None:
            left = np.array([float(other(*point, digits=20)) for point in points])
            right = np.array([float(claim(*point, digits=20)) for point in points])
        else:
            left, right = values, along(statement.rhs, sweep.along, dots, fixed)
        size = np.abs(right)
        difference = np.abs(left - right) / np.where(size == 0, size.max(), size)  # at a zero in units of the curve
        lower.plot(dots, np.maximum(difference, 1e-17), "o", color=colour, markerfacecolor="white", markeredgewidth=1.1)
    note = "computed independently" if sweep.note or formula.check.note else "computed in another arithmetic"
    upper.plot([], [], "o", color="#555555", markerfacecolor="white", markeredgewidth=1.1, label=note)
    if sweep.log:
        upper.set_xscale("log")
    if sweep.log_height:
        upper.set_yscale("log")
    upper.set_ylabel(f"${mathtext(printer.doprint(quantity))}$")
    if upper.get_legend_handles_labels()[0]:
        upper.legend(loc="best")
    upper.set_xlim(*sweep.ends)
    lower.set_yscale("log")
    lower.set_ylim(3e-18, 1e-8)
    lower.axhline(np.finfo(float).eps, color="#999999", linestyle="--", linewidth=1)
    note, at = "rounding of float64; an exact 0 is drawn at $10^{-17}$", (0.995, 2.2e-16)
    place: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    lower.annotate(note, at, (0, -4), ha="right", va="top", color="#666666", fontsize=9, **place)
    lower.set_ylabel("|left $-$ right| / right")
    lower.set_xlabel(f"${_tex(sweep.along, printer)}$")
    return figure


def _held(formula: Formula, fixed: Mapping[Symbol, float], varied: set[Symbol | None], printer: FormulaPrinter) -> str:
    """', alpha = 0.5, gamma = 1': what stands still in the picture."""
    return "".join(f", ${_tex(s, printer)} = {fixed[s]:g}$" for s in formula.symbols if s not in varied)


def _tex(symbol: Symbol | None, printer: FormulaPrinter) -> str:
    return printer.doprint(symbol)


def mathtext(latex: str) -> str:
    """LaTeX of this project in the part of it that matplotlib sets."""
    latex = re.sub(r"\\[Bb]igg?[lr]?(?=[(\[\])|])", "", latex)
    latex = latex.replace(r"\operatorname", r"\mathrm").replace(r"\le ", r"\leq ")
    return latex.replace(r"\mathbb{P}", r"\mathrm{P}")
