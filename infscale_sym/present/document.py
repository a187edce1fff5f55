"""Formulas for taking along: a complete LaTeX document, environments to paste, Markdown, or a page for the browser.

Each formula comes with its domain, source, deviation and expected verdict, the derivations on demand, and a notation table of
what occurs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from infscale_sym.present.facts import TITLE, definition_lines, domain_latex, facts, used
from infscale_sym.present.glossary import glossary, markdown_table, tex_table
from infscale_sym.present.latex import LINE, aligned, statement_latex, statement_lines
from infscale_sym.present.page import page
from infscale_sym.present.prose import to_markdown, to_tex
from infscale_sym.present.rename import Renaming
from infscale_sym.present.steps import derivation_align, derivation_markdown

if TYPE_CHECKING:
    from infscale_sym.derive.engine import Derivation
    from infscale_sym.notation.formula import Formula

FORMATS = ("equation", "align", "tex", "markdown", "html")

PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[a4paper,margin=25mm]{geometry}
\usepackage{amsmath,amssymb,array,longtable}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\setlength{\emergencystretch}{3em}
"""


def render(
    formulas: Sequence[Formula],
    format: str = "equation",
    symbols: Renaming | None = None,
    derivations: dict[str, Derivation] | None = None,
) -> str:
    """The formulas in one of FORMATS. `derivations` maps ids to the derivations to be exported with them."""
    render_all = {"equation": equation, "align": align, "tex": document, "markdown": markdown, "html": page}[format]
    return render_all(formulas, symbols, derivations or {})


def label(id: str) -> str:
    """The \\label of a formula: eq:best-of-k-leading."""
    return "eq:" + id.replace(".", "-")


def equation(formulas: Sequence[Formula], symbols: Renaming | None, derivations: dict[str, Derivation]) -> str:
    """One `equation` environment for each formula, followed by its derivation."""
    out = []
    for formula in formulas:
        out.append(one_equation(formula, symbols))
        if formula.id in derivations:
            out.append(derivation_align(derivations[formula.id], symbols, label(formula.id) + "-derived"))
    return "\n".join(out)


def one_equation(formula: Formula, symbols: Renaming | None) -> str:
    """The statement as a labelled `equation`."""
    text = statement_latex(formula, symbols, LINE)
    return f"\\begin{{equation}}\\label{{{label(formula.id)}}}\n{text}\n\\end{{equation}}\n"


def align(formulas: Sequence[Formula], symbols: Renaming | None, derivations: dict[str, Derivation]) -> str:
    """The formulas in one `align`, or, where derivations are asked for, one `align` for each derivation."""
    rows = []
    out = []
    for formula in formulas:
        if formula.id in derivations:
            out.append(derivation_align(derivations[formula.id], symbols, label(formula.id)))
            continue
        lines = statement_lines(formula.statement, symbols, LINE)
        rows.append(" \\notag \\\\\n".join(lines) + rf" \label{{{label(formula.id)}}}")
    if rows:
        out.insert(0, "\\begin{align}\n" + " \\\\\n".join(rows) + "\n\\end{align}\n")
    return "\n".join(out)


def document(formulas: Sequence[Formula], symbols: Renaming | None, derivations: dict[str, Derivation]) -> str:
    """A complete LaTeX document: every formula with its domain, source, deviation and expected verdict; notation table."""
    out = [PREAMBLE, rf"\title{{{TITLE}}}", r"\author{infscale-sym}", r"\date{}", r"\begin{document}", r"\maketitle"]
    for formula in formulas:
        out.append(rf"\subsection*{{{to_tex(formula.title)}}}")
        out.append(rf"Formula \texttt{{{to_tex_id(formula.id)}}}")
        out.append(one_equation(formula, symbols))
        items = [rf"\item[{name}] {words}" for name, words in facts_tex(formula, symbols)]
        body = "\n".join(items)
        out.append(
            "\\begin{list}{}{\\setlength{\\labelwidth}{22mm}\\setlength{\\leftmargin}{25mm}\\setlength{\\itemsep}{0pt}"
            "\\setlength{\\parsep}{0pt}\\renewcommand{\\makelabel}[1]{\\textit{#1}\\hfill}}\n" + body + "\n\\end{list}"
        )
        if formula.id in derivations:
            derivation = derivations[formula.id]
            out.append(rf"\paragraph{{Derivation, {to_tex(derivation.verdict)}.}}")
            out.append(derivation_align(derivation, symbols, label(formula.id) + "-derived"))
    table = glossary(used(formulas, derivations), symbols)
    if table.definitions:
        out.append(r"\section*{Definitions}")
        out.append("\\begin{align*}\n" + " \\\\\n".join(definition_lines(table.definitions, symbols)) + "\n\\end{align*}")
    out.append(r"\section*{Notation}")
    out.append(tex_table(table.lines))
    out.append("\\end{document}\n")
    return "\n".join(out)


def markdown(formulas: Sequence[Formula], symbols: Renaming | None, derivations: dict[str, Derivation]) -> str:
    """Sections with $$...$$ mathematics, the derivations, the definitions and the notation table."""
    out = []
    for formula in formulas:
        out.append(f"## {to_markdown(formula.title)}")
        out.append(f"`{formula.id}`")
        out.append(f"$$\n{statement_latex(formula, symbols)}\n$$")
        out.append("\n".join(f"- {name}: {words}" for name, words in facts_markdown(formula, symbols)))
        if formula.id in derivations:
            out.append(f"### Derivation\n\n{derivation_markdown(derivations[formula.id], symbols)}".rstrip())
    table = glossary(used(formulas, derivations), symbols)
    if table.definitions:
        out.append(f"## Definitions\n\n$$\n{aligned(definition_lines(table.definitions, symbols))}\n$$")
    out.append(f"## Notation\n\n{markdown_table(table.lines)}")
    return "\n\n".join(out)


def facts_tex(formula: Formula, symbols: Renaming | None = None) -> list[tuple[str, str]]:
    """Domain, source, deviation, expected verdict, partner, as LaTeX text."""
    return facts(formula, to_tex, lambda id: rf"\texttt{{{to_tex_id(id)}}}", _math("$", domain_latex(formula, symbols)))


def facts_markdown(formula: Formula, symbols: Renaming | None = None) -> list[tuple[str, str]]:
    """The same as Markdown."""
    return facts(formula, to_markdown, lambda id: f"`{id}`", _math("$", domain_latex(formula, symbols)))


def to_tex_id(id: str) -> str:
    """An id in LaTeX text, with places where it may break."""
    return id.replace(".", r".\allowbreak{}").replace("-", r"-\allowbreak{}")


def _math(delimiter: str, latex: str) -> str:
    return f"{delimiter}{latex}{delimiter}" if latex else ""
