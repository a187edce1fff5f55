"""The notation table: exactly the symbols and named quantities that the given formulas use, and what the papers call them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sympy import Basic, Symbol
from sympy.tensor.indexed import IndexedBase

from infscale_sym import registry
from infscale_sym.notation.quantity import Quantity
from infscale_sym.present.printer import FormulaPrinter
from infscale_sym.present.prose import to_markdown, to_tex
from infscale_sym.present.rename import Renaming


@dataclass(frozen=True)
class Line:
    """One line of the table: LaTeX of the symbol, then words."""

    latex: str
    domain: str
    meaning: str
    papers: str


@dataclass(frozen=True)
class Glossary:
    """The table and the definitions of the named quantities in it, each a pair of LaTeX sides."""

    lines: tuple[Line, ...]
    definitions: tuple[tuple[Quantity, Basic], ...]


def glossary(used: Iterable[Basic], symbols: Renaming | None = None) -> Glossary:
    """Everything that occurs in the expressions `used`, and in the definitions of the quantities that occur there."""
    printer = FormulaPrinter(symbols)
    found: set[Symbol] = set()
    families: set[str] = set()
    quantities: dict[type[Quantity], Any] = {}
    definitions: list[tuple[Quantity, Basic]] = []
    waiting = list(used)
    while waiting:
        expr = waiting.pop()
        families |= {str(base) for base in expr.atoms(IndexedBase)}
        found |= {s for s in expr.atoms(Symbol) if s.name not in families or registry.symbol_entry(s) is not None}
        for quantity in expr.atoms(Quantity):
            if type(quantity) in quantities:
                continue
            named: Any = quantity if type(quantity).is_operator else type(quantity)(*type(quantity).slots)
            quantities[type(quantity)] = named
            opened = named.unfold()
            if opened != named:
                definitions.append((named, opened))
                waiting.append(opened)
            found |= {s for arg in named.args for s in arg.atoms(Symbol)} if named is not quantity else set()
    lines = []
    taken = set()
    # Those of no topic, like a reader's own, stand last, in the order in which they were met.
    order = {cls: place for place, cls in enumerate(dict.fromkeys((*registry.quantities(), *quantities)))}
    for cls in sorted(quantities, key=lambda cls: order[cls]):
        if not cls.is_operator:
            lines.append(_quantity_line(quantities[cls], printer))
            taken.add(lines[-1].latex)
    symbol_lines = []
    for line in registry.symbol_entries():
        latex = printer.doprint(line.symbol)
        if line.symbol in found and latex not in taken:
            symbol_lines.append(Line(latex, line.domain, line.meaning, line.papers))
    described = registry.families()
    for name in sorted(families & set(described)):
        symbol_lines.append(Line(f"{name}_{{i}}", *described[name], ""))
    # A letter of somebody's own is described by the line that stands above, or as an auxiliary one.
    described_here = {s.name for s in found if registry.symbol_entry(s) is not None} | families
    others = sorted({s.name: s for s in found if registry.symbol_entry(s) is None}.values(), key=str)
    for symbol in others:
        if symbol.name not in described_here and not _index(symbol):
            domain = "positive" if symbol.is_positive else ">= 0" if symbol.is_nonnegative else "real"
            symbol_lines.append(Line(printer.doprint(symbol), domain, "auxiliary variable of the derivation", ""))
    definitions.sort(key=lambda pair: order[type(pair[0])])
    return Glossary((*symbol_lines, *lines), tuple(definitions))


def _index(symbol: Symbol) -> bool:
    return bool(symbol.is_integer) and symbol.name in ("i", "j", "m")


def _quantity_line(quantity: Quantity, printer: FormulaPrinter) -> Line:
    cls = type(quantity)
    meaning, papers = cls.meaning, ""
    match = re.search(r"\s*\(((?:HP|L|H|AZP): [^()]*)\)\Z", meaning)
    if match:
        meaning, papers = meaning[: match.start()], match[1]
    hidden = [arg for i, arg in enumerate(quantity.args) if f"{{{i}}}" not in cls.template]
    if hidden:
        meaning += f"; a function of {', '.join(str(arg) for arg in hidden)}"
    return Line(printer.doprint(quantity), "", meaning, papers)


def markdown_table(lines: Iterable[Line]) -> str:
    """The table in Markdown; a | inside mathematics would end its cell and is written \\vert."""
    rows = ["| symbol | domain | meaning | in the papers |", "|---|---|---|---|"]
    for line in lines:
        latex = line.latex.replace(r"\left|", r"\left\vert ").replace(r"\right|", r"\right\vert ").replace("|", r"\vert ")
        cells = (f"${latex}$", *map(to_markdown, (line.domain, line.meaning, line.papers)))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def tex_table(lines: Iterable[Line]) -> str:
    """The table as a LaTeX longtable."""
    head = r"\textbf{symbol} & \textbf{domain} & \textbf{meaning} & \textbf{in the papers} \\ \hline"
    rows = [
        r"\begin{longtable}{@{}p{0.27\textwidth}>{\raggedright}p{0.15\textwidth}"
        r">{\raggedright}p{0.36\textwidth}>{\raggedright\arraybackslash}p{0.14\textwidth}@{}}",
        rf"{head} \endhead",
    ]
    for line in lines:
        rows.append(rf"${line.latex}$ & {to_tex(line.domain)} & {to_tex(line.meaning)} & {to_tex(line.papers)} \\")
    return "\n".join(["{\\small", *rows, r"\end{longtable}}"]) + "\n"
