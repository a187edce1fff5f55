"""How wide a piece of LaTeX prints, and how tightly it holds together: what line breaking and brackets need to know.

Widths are in digits of the current font (one digit is half an em), an estimate that is a little generous: within about
15 % of what TeX sets for the formulas of this project.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_SPACES = {r"\,": 0.4, r"\:": 0.5, r"\;": 0.6, r"\!": -0.4, r"\ ": 0.6, r"\quad": 2.0, r"\qquad": 4.0, "~": 0.6}
_FREE = {r"\displaystyle", r"\limits", r"\nolimits", "{", "}", "&"}
_WRAPPERS = {r"\mathbb", r"\mathcal", r"\mathrm", r"\text", r"\operatorname", r"\overline", r"\mathbf", r"\mathit", r"\hat"}
_NAMES = {r"\ln", r"\log", r"\exp", r"\min", r"\max", r"\sup", r"\inf", r"\lim", r"\cosh", r"\sinh", r"\tan"}
_RELATIONS = {"=", "<", ">", r"\le", r"\ge", r"\leq", r"\geq", r"\to", r"\approx", r"\sim", r"\wedge", r"\neq"}
_TIMES = {r"\cdot", r"\times"}
_BINARY = {"+", "-", r"\pm", *_TIMES}
_LARGE = {r"\int": 1.6, r"\sum": 3.0, r"\prod": 2.8, r"\infty": 2.0}
_SIZED = re.compile(r"\\[Bb]igg?[lrm]?\Z")


def tokens(text: str) -> list[str]:
    """The control words, control symbols and characters of `text`, white space dropped."""
    return [token for token in _TOKEN.findall(text) if not token.isspace()]


def group_end(parts: list[str], start: int) -> int:
    """Index after the group or single token that begins at `start`."""
    if start >= len(parts) or parts[start] != "{":
        return min(start + 1, len(parts))
    depth = 0
    for at in range(start, len(parts)):
        depth += {"{": 1, "}": -1}.get(parts[at], 0)
        if depth == 0:
            return at + 1
    return len(parts)


def width(text: str) -> float:
    """Estimated width of LaTeX mathematics in digits."""
    return _width(tokens(text))


def _width(parts: list[str]) -> float:
    total, at, script = 0.0, 0, 0.0  # script: width of the sub- or superscript just set, under which another may go
    while at < len(parts):
        token = parts[at]
        at += 1
        if token in "^_":
            end = group_end(parts, at)
            inside = 0.72 * _width(parts[at:end])
            total += max(0.0, inside - script)
            script, at = max(script, inside), end
            continue
        script = 0.0
        if token == r"\frac":
            middle = group_end(parts, at)
            end = group_end(parts, middle)
            total += max(_width(parts[at:middle]), _width(parts[middle:end])) + 0.8
            at = end
        elif token in (r"\sqrt", r"\xrightarrow"):
            end = group_end(parts, at)
            total += _width(parts[at:end]) + 1.8
            at = end
        elif token in _WRAPPERS:
            end = group_end(parts, at)
            total += _width(parts[at:end])
            at = end
        elif token in (r"\left", r"\right") or _SIZED.match(token):
            total += 0.5  # a tall bracket is wide
        elif token in _FREE:
            pass
        elif token in _SPACES:
            total += _SPACES[token]
        elif token in _NAMES:
            total += 1.05 * (len(token) - 1)
        elif token in _RELATIONS:
            total += 3.0
        elif token in _BINARY:
            total += 2.5
        elif token in _LARGE:
            total += _LARGE[token]
        elif token in "()[]|,;.!":
            total += 0.8
        else:
            total += 1.15
    return total


def tightness(text: str) -> str:
    """'atom', 'power', 'product' or 'sum': what binds most loosely at the top level of `text`.

    An atom may take an exponent as it stands; a power may not, but multiplies; a product ends in something that a
    following factor could be read into; a sum needs brackets in every product. An integral sign and its d are brackets.
    A bracket is a factor where a space stands before it, and the arguments of a function where none does.
    """
    parts, apart = [], set()
    for token in _TOKEN.findall(text):
        if token.isspace():
            apart.add(len(parts))
        else:
            parts.append(token)
    depth, atoms, power, slash, operator = 0, 0, False, False, False
    at, integrals = 0, []
    while at < len(parts):
        token = parts[at]
        if token in (r"\left", r"\right") or _SIZED.match(token):
            delimiter = parts[at + 1] if at + 1 < len(parts) else "."
            plain = not token.endswith(("t", "l", "r"))  # \Big( says by its delimiter which side it is
            opening = delimiter in "([" if plain else token == r"\left" or token.endswith("l")
            atoms += opening and depth == 0 and (at == 0 or at in apart)
            depth += 1 if opening else -1
            at += 2  # the delimiter
            continue
        if token == r"\int":
            operator = operator or depth == 0
            depth += 1
            integrals.append(depth)
        elif integrals and depth == integrals[-1] and parts[at : at + 4] == [r"\mathrm", "{", "d", "}"]:
            depth = integrals.pop() - 1
            at += 4
            continue
        elif token in "([":
            atoms += depth == 0 and (at == 0 or at in apart)
            depth += 1
        elif token in ")]":
            depth -= 1
        elif depth == 0:
            if token in (_BINARY - _TIMES) or token in _RELATIONS:
                return "sum"
            if token in "^_":
                power = power or token == "^"
                at = group_end(parts, at + 1)
                continue
            if token == "/" or token in _TIMES:
                slash = True
            elif token in _NAMES or (token in _LARGE and token != r"\infty"):
                operator = True
            elif token in _WRAPPERS or token in (r"\sqrt", "{"):
                atoms += 1
                at = group_end(parts, at if token == "{" else at + 1)
                continue
            elif token == r"\frac":
                slash = True
                at = group_end(parts, group_end(parts, at + 1))
                continue
            elif token not in _SPACES and token not in (".", "!"):
                atoms += not token.isdigit() or at == 0 or not parts[at - 1].isdigit()
        at += 1
    if slash or operator or atoms > 1:
        return "product"
    return "power" if power else "atom"


_TALL = re.compile(r"\\(frac|int|sum|sup|prod|min|sqrt\{\\frac|Big)")


def bracket(text: str, opening: str = "(", closing: str = ")") -> str:
    """`text` in brackets that grow with it where it is tall, and plain ones where it is not."""
    if _TALL.search(text):
        return rf"\left{opening}{text}\right{closing}"
    return f"{opening}{text}{closing}"


def plain_brackets(text: str) -> str:
    r"""\left( and \right) without the words where nothing inside is tall."""
    if _TALL.search(text):
        return text
    return re.sub(r"\\(left|right)(?=[(\[\])|])", "", text)
