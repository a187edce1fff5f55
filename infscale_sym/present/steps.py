"""A derivation as Markdown, LaTeX and HTML: one step, one line of mathematics, one reason, and how the step was checked."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infscale_sym.present.latex import LINE, aligned, order_latex, pieces, relation_lines
from infscale_sym.present.printer import FormulaPrinter
from infscale_sym.present.prose import to_html, to_markdown, to_tex
from infscale_sym.present.rename import Renaming
from infscale_sym.present.width import width

if TYPE_CHECKING:
    from infscale_sym.derive.engine import Derivation

#: A quantity wider than this, in digits, stands on a line of its own above the chain that is aligned at the signs behind it.
WIDEST_START = 22.0


@dataclass(frozen=True)
class StepLine:
    """One step ready to be set: the lines of mathematics (each with one `&`) and the words about them."""

    lines: tuple[str, ...]
    rule: str
    reason: str
    hypotheses: tuple[str, ...]
    check: str

    @property
    def latex(self) -> str:
        """The mathematics without delimiters."""
        if len(self.lines) == 1:
            return self.lines[0].replace("&", "")
        return aligned(self.lines)


def step_lines(derivation: Derivation, symbols: Renaming | None = None, line: float = LINE) -> Iterator[StepLine]:
    """The steps of a derivation in order; the first is led by the quantity that the derivation starts from."""
    yield from _step_lines(derivation, symbols, line, chain=False)


def _step_lines(derivation: Derivation, symbols: Renaming | None, line: float, chain: bool) -> Iterator[StepLine]:
    """`chain`: all steps will be aligned at their signs."""
    printer = FormulaPrinter(symbols)
    start = printer.doprint(derivation.start)
    tail = ""
    for i, step in enumerate(derivation.steps):
        if step.remainder is not None:  # what was left out once is left out in every later line
            tail = f"+ {order_latex(step.remainder, printer)}"
        sign = r"\le" if step.evidence.at_most else "="
        right = pieces(step.after, printer, line)
        if i == 0 and chain and width(start) > WIDEST_START:
            lines = [f"&{start}", *relation_lines("", sign, right, tail, line)]
        else:
            lines = relation_lines(f"{start} " if i == 0 else "", sign, right, tail, line)
        check = f"checked {'symbolically' if step.evidence.kind == 'symbolic' else 'numerically'}: {step.evidence.detail}"
        if step.caught:
            check += f"; {step.caught}"
        yield StepLine(tuple(lines), step.rule, step.reason, step.hypotheses, check)


def derivation_markdown(derivation: Derivation, symbols: Renaming | None = None) -> str:
    """A numbered list: rule and reason, the line of mathematics, hypotheses and evidence."""
    out = [_opening(derivation, to_markdown)]
    for number, step in enumerate(step_lines(derivation, symbols), start=1):
        out.append(f"**{number}. {to_markdown(_sentence(step.rule))}** {to_markdown(_sentence(step.reason))}")
        out.append(f"$$\n{step.latex}\n$$")
        if step.hypotheses:
            out.append("Under: " + "; ".join(map(to_markdown, step.hypotheses)) + ".")
        out.append(f"*{to_markdown(_sentence(step.check))}*")
    out.append(f"Verdict of the derivation: **{derivation.verdict}**.")
    return "\n\n".join(part for part in out if part) + "\n"


def derivation_align(derivation: Derivation, symbols: Renaming | None = None, label: str = "") -> str:
    r"""An `align` environment: each step's words as \intertext, then its line; only the last line is numbered."""
    rows = []
    steps = list(_step_lines(derivation, symbols, LINE, chain=True))
    for number, step in enumerate(steps, start=1):
        words = rf"\emph{{{number}. {to_tex(_sentence(step.rule))}}} {to_tex(_sentence(step.reason))}"
        if step.hypotheses:
            words += f" Under: {'; '.join(map(to_tex, step.hypotheses))}."
        words += rf" {{\footnotesize [{to_tex(step.check)}]}}"
        for i, text in enumerate(step.lines):
            last = number == len(steps) and i == len(step.lines) - 1
            end = (rf" \label{{{label}}}" if label else "") if last else r" \notag \\"
            rows.append((f"\\intertext{{{words}}}\n" if i == 0 else "") + text + end)
    # \intertext may not open the environment: the first words stand before it.
    first, body = rows[0].split("\n", 1) if rows else ("", "")
    opening = first.removeprefix("\\intertext{").removesuffix("}")
    head = _opening(derivation, to_tex)
    paragraph = f"{head} {opening}".strip()
    return f"{paragraph}\n\\begin{{align}}\n" + "\n".join([body, *rows[1:]]) + "\n\\end{align}\n"


def derivation_html(derivation: Derivation, symbols: Renaming | None = None) -> str:
    """A numbered list for the page of `present.page`."""
    items = []
    for step in step_lines(derivation, symbols):
        words = f"<b>{to_html(_sentence(step.rule))}</b> {to_html(_sentence(step.reason))}"
        under = f"<p>Under: {'; '.join(map(to_html, step.hypotheses))}.</p>" if step.hypotheses else ""
        math = f'<div class="math">{html.escape(step.latex)}</div>'
        items.append(f'<li>{words}{math}{under}<p class="check">{to_html(_sentence(step.check))}</p></li>')
    opening = _opening(derivation, to_html)
    return (f"<p>{opening}</p>" if opening else "") + "<ol>\n" + "\n".join(items) + "\n</ol>\n"


def _opening(derivation: Derivation, convert: Callable[[str], str]) -> str:
    return convert(_sentence(derivation.opening)) if derivation.opening else ""


def _sentence(text: str) -> str:
    """With a capital letter, unless it starts with a symbol, and a full stop."""
    text = text.strip()
    if not text:
        return ""
    first = text.split()[0]
    if first.isalpha() and len(first) > 1 and first.islower() and first not in ("tau", "rho", "kappa", "sigma", "lambda"):
        text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?:" else text + "."
