"""The words of a formula (title, meaning, deviation) are plain text with ASCII mathematics in it, such as "kappa (HP: R)".

Here the mathematics in such a text is found and set as mathematics, for LaTeX, Markdown and HTML. Only single names and
their exponents are recognised; what is not recognised stays text, escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

_GREEK = re.findall(r"\w+", "alpha beta gamma delta epsilon eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega")
_GREEK += ["Gamma", "Delta", "Theta", "Lambda", "Sigma", "Phi", "Psi", "Omega"]
_LETTERS = "αβγδεηθκλμνξπρστφχψωΓΔΘΛΣΦΨΩ"
_UNICODE = dict(zip(_LETTERS, _GREEK, strict=True))
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SIGNS = {">=": r"\ge", "<=": r"\le", "->": r"\to", "!=": r"\ne"}

_SCRIPTS = r"(?:_(?:\w+|\{\w+\}|\([^()]*\)))?(?:\^(?:-?\d+\.\d+|-?\w+|\([^()]*\)))?'?"
_NAME = "|".join(
    (
        rf"(?!Gamma [a-z])(?:{'|'.join(_GREEK)})(?![A-Za-z])",  # but the Gamma of "Gamma integrals" is a word
        r"(?:sum|int|sup|min)(?=_)",
        r"[A-Za-z](?=[_^])",  # any letter with a script
        r"[b-zB-HJ-Z](?![\w'’]|-[a-z]|\.\w)",  # a letter by itself: not the words a, A, I, nor best-of-k's k
        r"I(?=\s*[-,;)]|$)",
        r"df1",
        r"oo(?!\w)",
    )
)
_MATH = re.compile(
    rf"(?P<root>\bsqrt\([^()]*(?:\([^()]*\)[^()]*)*\))"
    rf"|(?P<name>(?<![\w'’])(?<!\w-)(?:{_NAME}){_SCRIPTS})"
    r"|(?P<power>(?<=[)\d])\^(?:-?\d+\.\d+|-?\w+|\([^()]*\)))"
    r"|(?P<sign>>=|<=|->|(?<![\d)\]])!=)"  # 0!=1 is a factorial
    r"|(?P<compare>(?<= )[<>](?= ))"
)
_TEX_SPECIAL = {c: "\\" + c for c in "#$%&_{}"} | {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}
#: In Markdown these would start emphasis, code, a link, HTML or a table cell.
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>|$])")


def _tex_character(c: str) -> str:
    return _TEX_SPECIAL.get(c, c)


def to_tex(text: str) -> str:
    """For the body of a LaTeX document."""
    return _convert(text, "$", "$", lambda plain: "".join(map(_tex_character, plain)))


def to_markdown(text: str) -> str:
    """For Markdown with $...$ mathematics."""
    return _convert(text, "$", "$", lambda plain: _MARKDOWN_SPECIAL.sub(r"\\\1", plain))


def to_plot(text: str) -> str:
    """For a label that matplotlib sets."""
    return _convert(text, "$", "$", lambda plain: plain.replace("$", r"\$"))


def to_html(text: str) -> str:
    """For the page of `present.page`, which sets the elements <span class=math>."""
    return _convert(text, '<span class="math">', "</span>", html.escape, escape_math=True)


def _convert(text: str, before: str, after: str, escape: Callable[[str], str], escape_math: bool = False) -> str:
    text = re.sub("[⁻⁰¹²³⁴-⁹]+", lambda m: "^" + m[0].translate(_SUPERSCRIPTS), text)
    for letter, name in _UNICODE.items():
        text = re.sub(rf"{letter}(?=[A-Za-z])", f"{name} ", text).replace(letter, name)
    text = re.sub(r"(?<=[\w)])\*(?=[\w(])", " ", text.replace("**", "^"))  # as SymPy prints in evidence
    out, at = [], 0
    for match in _MATH.finditer(text):
        math = _math(match)
        out.append(escape(text[at : match.start()]))
        out.append(before + (html.escape(math) if escape_math else math) + after)
        at = match.end()
    out.append(escape(text[at:]))
    return "".join(out)


def _math(match: re.Match[str]) -> str:
    token = match[0]
    if match["sign"] or match["compare"]:
        return _SIGNS.get(token, token)
    if match["root"]:
        return rf"\sqrt{{{_expression(token[5:-1])}}}"
    return _expression(token)


def _expression(token: str) -> str:
    token = re.sub(r"([_^])\(([^()]*)\)", lambda m: f"{m[1]}{{{m[2]}}}", token)
    token = re.sub(r"([_^])(-?\d+\.\d+|-?\w+)", _script, token)
    token = re.sub(r"(?<![A-Za-z\\])(sum|int|sup|min)(?![A-Za-z])", r"\\\1", token)
    token = token.replace("df1", r"\mathrm{df}_1").replace("*", r"\,")
    token = re.sub(r"(?<![A-Za-z\\])oo(?![A-Za-z])", r"\\infty", token)
    return re.sub(rf"(?<![A-Za-z\\])({'|'.join(_GREEK)})(?![A-Za-z])", r"\\\1", token)


def _script(match: re.Match[str]) -> str:
    """x_T^2 tokenizes '_' with 'T' and '^' with '2'; a script of several letters is upright unless it is a name."""
    inside = match[2]
    if len(inside) > 1 and inside.isalpha() and inside not in _GREEK:
        inside = rf"\mathrm{{{inside}}}"
    return f"{match[1]}{{{inside}}}"
