"""How a derivation looks in a notebook: `%load_ext infscale_sym` sets each step in the project's own LaTeX.

A line of a chain repeats its left side only where that is short; long lines are broken as in the LaTeX export.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infscale_sym.present.latex import aligned, order_latex, pieces, relation_lines, statement_latex
from infscale_sym.present.printer import FormulaPrinter
from infscale_sym.present.prose import to_markdown
from infscale_sym.present.width import width

if TYPE_CHECKING:
    from infscale_sym.derive.engine import Derivation, Step

#: Width of a line in digits: what a notebook shows without scrolling.
LINE = 84.0
#: A left side wider than this is not repeated: it is the line above.
WIDEST_LEFT = 30.0

_MARKS = {"symbolic": "checked symbolically", "instances": "checked symbolically at k = 2, 3, 4 only"}


def step_markdown(step: Step) -> str:
    """One step: the line of mathematics, its rule and reason, and in small print how it was checked."""
    printer = FormulaPrinter()
    left = printer.doprint(step.before)
    if width(left) > WIDEST_LEFT:
        left = r"\cdots"
    sign = r"\le" if step.evidence.at_most else "="
    tail = "" if step.remainder is None else f"+ {order_latex(step.remainder, printer)}"
    lines = relation_lines(f"{left} ", sign, pieces(step.after, printer, LINE), tail, LINE)
    math = lines[0].replace("&", "") if len(lines) == 1 else aligned(lines)
    given = "".join(f" *Hypothesis:* {to_markdown(words)}." for words in step.hypotheses)
    check = f"{_MARKS.get(step.evidence.kind, 'checked numerically')}: {step.evidence.detail}; {step.caught}"
    words = f"**{to_markdown(step.rule)}** — {to_markdown(step.reason)}.{given}"
    return f"$$\n{math}\n$$\n\n{words}\n\n<small>{to_markdown(check)}</small>"


def derivation_markdown(derivation: Derivation) -> str:
    """The result in a box, with the verdict of its derivation."""
    return f"$$\n\\boxed{{{statement_latex(derivation.formula, line=LINE)}}}\n$$\n\n`{derivation.id}`: {derivation.verdict}"


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext infscale_sym`: steps and derivations are shown as above."""
    formatter = shell.display_formatter.formatters["text/markdown"]
    formatter.for_type_by_name("infscale_sym.derive.engine", "Step", step_markdown)
    formatter.for_type_by_name("infscale_sym.derive.engine", "Derivation", derivation_markdown)
