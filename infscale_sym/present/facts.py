"""What every export says of a formula besides its statement: the facts, the definitions, the expressions that occur."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sympy import true

from infscale_sym.present.latex import LINE, pieces, relation_lines
from infscale_sym.present.printer import FormulaPrinter
from infscale_sym.present.rename import Renaming

if TYPE_CHECKING:
    from sympy import Basic

    from infscale_sym.derive.engine import Derivation
    from infscale_sym.notation.formula import Formula

TITLE = "Formulas of the solvable theory of inference-time scaling"


def definition_lines(definitions: Sequence[tuple[Basic, Basic]], symbols: Renaming | None) -> list[str]:
    """Lines `quantity &= definition`."""
    printer = FormulaPrinter(symbols)
    out = []
    for quantity, opened in definitions:
        out += relation_lines(f"{printer.doprint(quantity)} ", "=", pieces(opened, printer), "", LINE)  # type: ignore[arg-type]
    return out


def domain_latex(formula: Formula, symbols: Renaming | None = None) -> str:
    """The condition on the symbols as LaTeX; empty where the symbols' own domains are all there is."""
    return "" if formula.domain == true else FormulaPrinter(symbols).doprint(formula.domain)


Text = Callable[[str], str]


def facts(formula: Formula, text: Text, code: Text, domain: str) -> list[tuple[str, str]]:
    """(name, words) of what a formula carries besides its statement; `text` sets words, `code` sets an id."""
    out = [
        ("domain", domain or "wherever its symbols are defined (see the notation)"),
        ("source", text(str(formula.source))),
        ("deviation", text(formula.deviation)),
        ("expected", text(formula.expected.value)),
    ]
    if formula.only_where:
        out.append(("only where", text(formula.only_where)))
    if formula.underived:
        out.append(("derivation", text(formula.underived)))
    if formula.partner:
        out.append(("see also", code(formula.partner)))
    return out


def used(formulas: Sequence[Formula], derivations: dict[str, Derivation]) -> list[Basic]:
    """Every expression that is exported, for the notation table."""
    out: list[Basic] = [part for formula in formulas for part in (formula.statement, formula.domain)]
    for derivation in derivations.values():
        out += [derivation.start, *(step.after for step in derivation.steps)]
    return out
