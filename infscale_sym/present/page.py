"""A page for the browser that needs no network: KaTeX, its style and its fonts are written into it.

KaTeX is kept in `present/katex` under its own licences (MIT; the fonts SIL OFL 1.1). Without JavaScript the page shows
the LaTeX.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from infscale_sym.present.facts import TITLE, definition_lines, domain_latex, facts, used
from infscale_sym.present.glossary import glossary
from infscale_sym.present.latex import aligned, statement_latex
from infscale_sym.present.prose import to_html
from infscale_sym.present.rename import Renaming
from infscale_sym.present.steps import derivation_html

if TYPE_CHECKING:
    from infscale_sym.derive.engine import Derivation
    from infscale_sym.notation.formula import Formula

_STYLE = """
body { max-width: 56rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 Georgia, 'Times New Roman', serif; color: #1a1a1a; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .2rem; } code { font-size: .85rem; color: #555; }
div.math { margin: .9rem 0; overflow-x: auto; overflow-y: hidden; white-space: pre; }
div.math.set { white-space: normal; }
span.math .katex { font-size: 1.05em; } div.math .katex { font-size: 1.12em; }
dl { display: grid; grid-template-columns: 6.5rem 1fr; gap: .1rem .8rem; font-size: .92rem; margin: .4rem 0; }
dt { font-style: italic; color: #555; } dd { margin: 0; }
details { margin: .6rem 0; } summary { cursor: pointer; color: #0b5394; } ol { padding-left: 1.4rem; }
p.check { font-size: .82rem; color: #666; margin: 0 0 .8rem; }
table { border-collapse: collapse; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; }
th { border-bottom: 1px solid #888; } a { color: #0b5394; }
@media print { details > * { display: block; } }
"""

_SCRIPT = """
for (const element of document.querySelectorAll('.math')) {
  const source = element.textContent, block = element.tagName === 'DIV';
  katex.render(source, element, { displayMode: block, throwOnError: false, strict: 'ignore' });
  element.title = source;
  element.classList.add('set');
}
"""


def page(formulas: Sequence[Formula], symbols: Renaming | None, derivations: dict[str, Derivation]) -> str:
    """A complete HTML document, about half a megabyte, with everything it needs inside."""
    body = [f"<h1>{TITLE}</h1>"]
    for formula in formulas:
        body.append(f'<h2 id="{formula.id}">{to_html(formula.title)}</h2>\n<code>{formula.id}</code>')
        body.append(_block(statement_latex(formula, symbols)))
        domain = domain_latex(formula, symbols)
        domain = f'<span class="math">{html.escape(domain)}</span>' if domain else ""
        words = facts(formula, to_html, lambda id: f'<a href="#{id}"><code>{id}</code></a>', domain)
        body.append("<dl>" + "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in words) + "</dl>")
        if formula.id in derivations:
            derivation = derivations[formula.id]
            title = f"Derivation, {html.escape(derivation.verdict)}"
            steps = derivation_html(derivation, symbols)
            body.append(f"<details open><summary>{title}</summary>{steps}</details>")
    table = glossary(used(formulas, derivations), symbols)
    if table.definitions:
        body.append("<h2>Definitions</h2>")
        body.append(_block(aligned(definition_lines(table.definitions, symbols))))
    rows = ["<tr><th>symbol</th><th>domain</th><th>meaning</th><th>in the papers</th></tr>"]
    for line in table.lines:
        words = "".join(f"<td>{to_html(text)}</td>" for text in (line.domain, line.meaning, line.papers))
        rows.append(f'<tr><td><span class="math">{html.escape(line.latex)}</span></td>{words}</tr>')
    body.append("<h2>Notation</h2>\n<table>\n" + "\n".join(rows) + "\n</table>")
    return _frame("\n".join(body))


def _block(latex: str) -> str:
    return f'<div class="math">{html.escape(latex)}</div>'


def _frame(body: str) -> str:
    script = _asset("katex.min.js").replace("</script", "<\\/script")
    notice = html.escape(_asset("LICENSE").splitlines()[2])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{TITLE}</title>\n<!-- KaTeX: MIT licence, {notice}; its fonts: SIL OFL 1.1 -->\n"
        f"<style>{_style_sheet()}{_STYLE}</style>\n</head>\n<body>\n{body}\n"
        f"<script>{script}</script>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )


@cache
def _style_sheet() -> str:
    """KaTeX's style with the fonts that are kept here as data; the other font faces are dropped."""
    fonts = files("infscale_sym.present") / "katex" / "fonts"

    def face(match: re.Match[str]) -> str:
        name = re.search(r"fonts/(KaTeX_[\w-]+\.woff2)", match[0])
        if name is None or not (fonts / name[1]).is_file():
            return ""
        data = base64.b64encode((fonts / name[1]).read_bytes()).decode()
        source = f"src:url(data:font/woff2;base64,{data}) format('woff2')"
        return re.sub(r"src:[^}]*", lambda _: source, match[0])

    return re.sub(r"@font-face\{[^}]*\}", face, _asset("katex.min.css"))


def _asset(name: str) -> str:
    return (files("infscale_sym.present") / "katex" / name).read_text(encoding="utf-8")
