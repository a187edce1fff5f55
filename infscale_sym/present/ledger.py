"""The ledger: every verdict with its three legs, what was expected, and the smallest perturbation caught.

Three files say the same: ledger.md to read, ledger.json for machines (schema version 1), ledger.tex to compile.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infscale_sym import registry
from infscale_sym.errors import DomainError
from infscale_sym.notation.relations import AsymptoticTo, AtMost, ConvergesInLaw
from infscale_sym.present import audit
from infscale_sym.present.document import PREAMBLE, facts_markdown, facts_tex, one_equation, to_tex_id
from infscale_sym.present.files import write_whole
from infscale_sym.present.glossary import glossary, markdown_table, tex_table
from infscale_sym.present.latex import statement_latex
from infscale_sym.present.prose import to_markdown, to_tex

if TYPE_CHECKING:
    from sympy import Symbol

    from infscale_sym.notation.formula import Formula
    from infscale_sym.notation.relations import Relation
    from infscale_sym.verify.record import Verdict

SCHEMA = 1
_LEGS = ("derivation", "digits", "simulation")
_REFUTED = "refuted"
#: Facts of a formula that its verdict says already.
_SAID = ("expected", "derivation")


def write(verdicts: Sequence[Verdict], folder: str | Path) -> tuple[Path, ...]:
    """Write ledger.md, ledger.json and ledger.tex into `folder`, which is made if need be; returns their paths.

    Each file is whole or not written. Raises DomainError where the folder cannot be written to.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DomainError(f"cannot write into {folder}: {error.strerror or error}") from None
    content = {"ledger.md": markdown(verdicts), "ledger.json": machine(verdicts), "ledger.tex": document(verdicts)}
    for name, text in content.items():
        write_whole(folder / name, text)
    return tuple(folder / name for name in content)


def summary(verdicts: Sequence[Verdict]) -> str:
    """One sentence: how many verdicts are as expected, and which are not."""
    wrong = [verdict.id for verdict in verdicts if not verdict.as_expected]
    count = f"{len(verdicts) - len(wrong)} of {len(verdicts)} verdicts are as expected"
    return f"{count}; not so: {', '.join(wrong)}" if wrong else f"{count}"


def machine(verdicts: Sequence[Verdict]) -> str:
    """The ledger as JSON: {"schema", "as_expected", "formulas": [verdict with id, legs, title, latex, partner ...]}."""
    import datetime

    import infscale_sym
    from infscale_sym.verify.evidence import fingerprints

    rows = rows_of(verdicts)
    ledger = {
        "schema": SCHEMA,
        "as_expected": all(verdict.as_expected for verdict in verdicts),
        "date": datetime.date.today().isoformat(),
        "version": infscale_sym.__version__,
        "formulas": rows,
        "sources": fingerprints((row["topic"], row["script"]) for row in rows),
    }
    return json.dumps(ledger, indent=2, ensure_ascii=False, default=lambda number: number.item()) + "\n"  # NumPy scalars


def rows_of(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """One JSON-ready row per verdict, with what the registry says of its formula."""
    rows = []
    for verdict in verdicts:
        formula = _formula(verdict.id)
        row: dict[str, Any] = verdict.as_dict()
        if formula is not None:
            row |= {
                **described(formula),
                "printed": formula.source.key == "HP",
            }
        rows.append(row)
    return rows


def described(formula: Formula) -> dict[str, Any]:
    """What is registered of a formula, JSON-ready: what can be shown without building it again."""
    topic = registry.topic_of(formula.id)
    return {
        "title": formula.title,
        "topic": topic.name if topic else "",
        "statement": str(formula.statement),
        "text": statement_text(formula.statement),
        "latex": statement_latex(formula),
        "symbols": [str(symbol) for symbol in formula.symbols],
        "assumptions": [f"{symbol}{_assumption(symbol)}" for symbol in formula.symbols],
        "domain": str(formula.domain),
        "only_where": formula.only_where,
        "source": str(formula.source),
        "arxiv": formula.source.arxiv,
        "locator": formula.source.locator,
        "deviation": formula.deviation,
        "script": formula.script,
        "underived": formula.underived,
        "partner": formula.partner,
    }


def statement_text(statement: Relation) -> str:
    """The statement on one line, in the syntax of SymPy's expressions."""
    sign = "<=" if isinstance(statement, AtMost) else "="
    if not isinstance(statement, AsymptoticTo):
        return f"{statement.lhs} {sign} {statement.rhs}"
    towards = f"as {statement.variable} -> {statement.limit}"
    if isinstance(statement, ConvergesInLaw):
        return f"{statement.lhs} -> {statement.rhs} {towards}, error O({statement.remainder})"
    return f"{statement.lhs} = {statement.rhs} + O({statement.remainder}) {towards}"


def _assumption(symbol: Symbol) -> str:
    if symbol.is_positive:
        return " > 0"
    if symbol.is_nonnegative:
        return " >= 0"
    return " real" if symbol.is_real else ""


def markdown(verdicts: Sequence[Verdict]) -> str:
    """The ledger as Markdown: one table, then every formula with its evidence."""
    head = ("formula", "verdict", "as expected", *_LEGS, "smallest perturbation caught", "seconds")
    out = ["# Ledger", f"{to_markdown(summary(verdicts))}."]
    rows = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for verdict in verdicts:
        cells = [f"[`{verdict.id}`](#{_anchor(verdict.id)})", to_markdown(verdict.verdict), _expectation(verdict, to_markdown)]
        cells += [_leg(verdict, name, to_markdown) for name in _LEGS]
        cells += [to_markdown(verdict.smallest_caught), f"{verdict.seconds:.1f}"]
        rows.append(f"| {' | '.join(cells)} |")
    out.append("\n".join(rows))
    if any(row.get("printed") for row in rows_of(verdicts)):
        out.append(f"## Audit of the paper\n\n{audit.markdown(rows_of(verdicts))}")
    formulas = []
    for verdict in verdicts:
        formula = _formula(verdict.id)
        out.append(f"## {verdict.id}")
        if formula is not None:
            formulas.append(formula)
            out.append(f"{to_markdown(formula.title)}\n\n$$\n{statement_latex(formula)}\n$$")
        lines = [f"- **{to_markdown(verdict.verdict)}** (expected: {to_markdown(verdict.expected)})"]
        lines += [f"- {name}: {words}" for name, words in _evidence(verdict, to_markdown)]
        if formula is not None:
            lines += [f"- {name}: {words}" for name, words in facts_markdown(formula) if name not in _SAID]
        out.append("\n".join(lines))
    out.append(f"## Notation\n\n{markdown_table(glossary([f.statement for f in formulas]).lines)}")
    return "\n\n".join(out)


def document(verdicts: Sequence[Verdict]) -> str:
    """The ledger as a LaTeX document; on landscape pages."""
    out = [
        PREAMBLE.replace("margin=25mm", "landscape,margin=20mm"),
        r"\title{Ledger of the solvable theory of inference-time scaling}",
        r"\author{infscale-sym}",
        r"\date{}",
        r"\begin{document}",
        r"\maketitle",
        f"{to_tex(summary(verdicts))}.",
        r"{\footnotesize\setlength{\tabcolsep}{4pt}",
    ]
    spec = "".join(rf">{{\raggedright\arraybackslash}}p{{{width}\linewidth}}" for width in _WIDTHS)
    head = ("formula", "verdict", "as expected", *_LEGS, "smallest perturbation caught", "s")
    out.append(rf"\begin{{longtable}}{{@{{}}{spec}@{{}}}}")
    out.append(" & ".join(rf"\textbf{{{name}}}" for name in head) + r" \\ \hline \endhead")
    for verdict in verdicts:
        cells = [rf"\texttt{{{to_tex_id(verdict.id)}}}", to_tex(verdict.verdict), _expectation(verdict, to_tex)]
        cells += [_leg(verdict, name, to_tex) for name in _LEGS]
        cells += [to_tex(verdict.smallest_caught), f"{verdict.seconds:.1f}"]
        out.append(" & ".join(cells) + r" \\[3pt]")
    out += [r"\end{longtable}}"]
    if any(row.get("printed") for row in rows_of(verdicts)):
        out += [r"\section*{Audit of the paper}", audit.tex(rows_of(verdicts))]
    formulas = []
    for verdict in verdicts:
        formula = _formula(verdict.id)
        out.append(rf"\subsection*{{\texttt{{{to_tex_id(verdict.id)}}}}}")
        facts = [("verdict", rf"\textbf{{{to_tex(verdict.verdict)}}} (expected: {to_tex(verdict.expected)})")]
        facts += _evidence(verdict, to_tex)
        if formula is not None:
            formulas.append(formula)
            out.append(to_tex(formula.title) + "\n" + one_equation(formula, None))
            facts += [(name, words) for name, words in facts_tex(formula) if name not in _SAID]
        items = "\n".join(rf"\item[{name}] {words}" for name, words in facts)
        out.append(
            "\\begin{list}{}{\\setlength{\\labelwidth}{26mm}\\setlength{\\leftmargin}{29mm}\\setlength{\\itemsep}{0pt}"
            f"\\setlength{{\\parsep}}{{0pt}}\\renewcommand{{\\makelabel}}[1]{{\\textit{{#1}}\\hfill}}}}\n{items}\n\\end{{list}}"
        )
    out.append(r"\section*{Notation}")
    out.append(tex_table(glossary([f.statement for f in formulas]).lines))
    out.append("\\end{document}\n")
    return "\n".join(out)


#: Shares of the landscape page, for the eight columns; the gaps between them take the rest.
_WIDTHS = (0.16, 0.09, 0.09, 0.13, 0.16, 0.13, 0.12, 0.03)


def _formula(id: str) -> Formula | None:

    return next((formula for formula in registry.formulas() if formula.id == id), None)


def _anchor(id: str) -> str:
    """What Markdown renderers make of the heading: lower case without dots."""
    return id.replace(".", "")


def _expectation(verdict: Verdict, text: Callable[[str], str]) -> str:
    return "yes" if verdict.as_expected else text(f"no: {verdict.expected} was expected")


def _leg(verdict: Verdict, name: str, text: Callable[[str], str]) -> str:
    leg = next((leg for leg in verdict.legs if leg.name == name), None)
    if leg is None:
        return "none"
    mark = "" if leg.agrees is not False or verdict.verdict == _REFUTED else "disagrees: "
    return text(mark + leg.summary)


def _evidence(verdict: Verdict, text: Callable[[str], str]) -> list[tuple[str, str]]:
    """The legs in full; for a refuted claim its digits are the counterexample."""
    out = []
    for leg in verdict.legs:
        name = "counterexample" if verdict.verdict == _REFUTED and leg.name == "digits" else leg.name
        agrees = {True: "agrees", False: "disagrees", None: "no say"}[leg.agrees]
        words = f"{leg.summary} ({agrees})"
        if leg.evidence:
            words += f". {leg.evidence}"
        out.append((name, text(words)))
    out.append(("perturbation", text(verdict.smallest_caught or "none")))
    return out
