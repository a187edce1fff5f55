"""Statements as LaTeX: one line where it fits, broken before a plus or minus where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sympy import Add, Derivative, Expr, Integral, Mul, Sum, exp

from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.relations import AsymptoticTo, AtMost, ConvergesInLaw, Relation
from infscale_sym.present.arrange import negative, ordered_terms, parts_of
from infscale_sym.present.printer import FormulaPrinter
from infscale_sym.present.rename import Renaming
from infscale_sym.present.width import bracket, width

if TYPE_CHECKING:
    from infscale_sym.notation.formula import Formula

#: Digits to a line: an A4 page in 11 pt has about 82, and the equation number and its distance take ten.
LINE = 70.0


def expr_latex(expr: Expr, symbols: Renaming | None = None) -> str:
    """An expression as LaTeX on one line, without delimiters; `symbols` is the reader's own notation."""
    return FormulaPrinter(symbols).doprint(expr)


def statement_latex(formula: Formula, symbols: Renaming | None = None, line: float = LINE) -> str:
    """The statement of a formula as LaTeX, without delimiters; `aligned` over several lines where it is long."""
    lines = statement_lines(formula.statement, symbols, line)
    if len(lines) == 1:
        return lines[0].replace("&", "")
    return aligned(lines)


def aligned(lines: Sequence[str]) -> str:
    """Lines with one `&` each as an `aligned` block, a little apart so that fractions do not touch."""
    return "\\begin{aligned}\n" + " \\\\[3pt]\n".join(lines) + "\n\\end{aligned}"


def statement_lines(statement: Relation, symbols: Renaming | None = None, line: float = LINE) -> list[str]:
    """The lines of a statement, each with one `&` to align at."""
    return list(_usual_lines(statement, line)) if symbols is None else _lines(statement, FormulaPrinter(symbols), line)


@lru_cache(maxsize=1000)  # a document prints a statement several times
def _usual_lines(statement: Relation, line: float) -> tuple[str, ...]:
    return tuple(_lines(statement, FormulaPrinter(), line))


def _lines(statement: Relation, printer: FormulaPrinter, line: float) -> list[str]:
    left = printer.doprint(statement.lhs)
    tail = ""
    sign = r"\le" if isinstance(statement, AtMost) else "="
    if isinstance(statement, AsymptoticTo):
        order = order_latex(statement.remainder, printer)
        going = rf"{printer.doprint(statement.variable)} \to {printer.doprint(statement.limit)}"
        if isinstance(statement, ConvergesInLaw):
            sign = rf"\;\xrightarrow{{\;{going}\;}}\;"
            tail = rf",\qquad \text{{error }} {order}"
        else:
            tail = rf"+ {order} \qquad ({going})"
    return relation_lines(f"{left} ", sign, pieces(statement.rhs, printer, line), tail, line)


def order_latex(remainder: Expr, printer: FormulaPrinter) -> str:
    """O(remainder)."""
    return (r"\mathcal{O}" + bracket(printer.doprint(remainder))).replace(r"}\left", r"}\!\left", 1)


def relation_lines(left: str, sign: str, right: Pieces, tail: str, line: float) -> list[str]:
    r"""`left & sign right tail` packed into lines of at most `line` digits, later ones led by `&\quad`.

    Where nothing would fit beside a wide left side, the right side starts on a line of its own.
    """
    first = right[0] if isinstance(right[0], str) else right[0][0]
    beside = width(left)
    if beside > line / 2 and width(first) > line - beside - 3:
        lines, beside = [f"{left}&", rf"&\quad {sign}"], 2.0
    else:
        lines = [f"{left}&{sign}"]
    room = line - beside - 3
    full = max(room - 2, 0.5 * line)
    for piece in [*right, *([tail] if tail else [])]:
        whole = piece if isinstance(piece, str) else " ".join(piece)
        fits = width(whole) <= room
        fresh = lines[-1].endswith(sign)
        if not fits and not fresh and not whole.startswith(","):
            lines.append(r"&\quad")
            room, fresh = full, True
        if fits or isinstance(piece, str) or width(whole) <= room:
            lines[-1] += f" {whole}"
            room -= width(whole)
            continue
        for i, part in enumerate(piece):  # broken inside its brackets
            if i and width(part) > room:
                lines.append(r"&\quad\qquad")
                room = full - 4
            lines[-1] += f" {part}"
            room -= width(part)
    return [text.rstrip() for text in lines]


#: The pieces of an expression between which a line may break: a string is not broken, a list may be, if it must.
Pieces = list[str | list[str]]


def pieces(expr: Any, printer: FormulaPrinter, line: float = LINE) -> Pieces:
    """`expr` as pieces, the terms of a sum first of all; joined by spaces they are its LaTeX.

    What is too wide for a line breaks inside its brackets, which then have a fixed size, since growing brackets cannot
    span lines.
    """
    if not isinstance(expr, Add):
        return _whole_or_parts(chunks(expr, printer, line))
    out: Pieces = []
    for i, (term, text) in enumerate(zip(ordered_terms(expr), printer.signed_terms(expr), strict=True)):
        minus = negative(term)
        inner = chunks(term, printer, line)
        if i and not minus and inner[0].startswith("-"):
            inner = _framed(r"\Bigl(", inner, r"\Bigr)")
        if len(inner) == 1:
            out.append(text)
        elif minus or i == 0:
            out.append(inner)
        else:
            out.append(["+ " + inner[0], *inner[1:]])
    return out


def _whole_or_parts(inner: list[str]) -> Pieces:
    return [inner[0]] if len(inner) == 1 else [inner]


def chunks(expr: Any, printer: FormulaPrinter, line: float = LINE) -> list[str]:
    """`expr` cut into strings between which a line may break, one only if it is short."""
    whole = printer.doprint(expr)
    if width(whole) <= 0.75 * line:
        return [whole]
    if isinstance(expr, Add):
        out: list[str] = []
        for piece in pieces(expr, printer, line):
            out += [piece] if isinstance(piece, str) else piece
        return out
    if isinstance(expr, Mul) and negative(expr):
        first, *rest = factor_chunks(-expr, printer, line)
        return [f"- {first}", *rest]
    if isinstance(expr, Mul):
        return _product_chunks(expr, printer, line) or [whole]
    if isinstance(expr, Integral):
        opening, closing = printer.integral_frame(expr)
        if printer.framed(expr.function):
            return _framed(rf"{opening}\Bigl(", chunks(expr.function, printer, line), rf"\Bigr){closing}")
        return _framed(opening, chunks(expr.function, printer, line), closing)
    if isinstance(expr, Sum):
        body = printer.doprint(expr.function)
        return _framed(whole.removesuffix(body), chunks(expr.function, printer, line), "") if whole.endswith(body) else [whole]
    if isinstance(expr, Derivative):
        inside = rf"\left({printer.doprint(expr.expr)}\right)"
        opening = rf"{whole.removesuffix(inside)}\Bigl("
        return _framed(opening, chunks(expr.expr, printer, line), r"\Bigr)") if whole.endswith(inside) else [whole]
    if isinstance(expr, exp):
        return _framed(r"\exp\Bigl(", chunks(expr.args[0], printer, line), r"\Bigr)")
    if isinstance(expr, Quantity):
        return _quantity_chunks(expr, printer, line) or [whole]
    return [whole]


def factor_chunks(expr: Any, printer: FormulaPrinter, line: float, last: bool = True) -> list[str]:
    """The same as a factor of a product, with brackets around it where the printer sets them."""
    if printer.factor(expr, last) == printer.doprint(expr):
        return chunks(expr, printer, line)
    opening, closing = (r"\Bigl[", r"\Bigr]") if isinstance(expr, Integral) else (r"\Bigl(", r"\Bigr)")
    return _framed(opening, chunks(expr, printer, line), closing)


def _framed(opening: str, inner: list[str], closing: str) -> list[str]:
    if len(inner) == 1:
        return [f"{opening}{inner[0]}{closing}"]
    return [opening + inner[0], *inner[1:-1], inner[-1] + closing]


def _product_chunks(expr: Mul, printer: FormulaPrinter, line: float) -> list[str]:
    """Break the factors behind the fraction, each within its own brackets."""
    parts = parts_of(expr)
    if not parts.behind:  # a sum leaves the fraction, so that it can be broken
        sums = tuple(factor for factor in parts.above if isinstance(factor, Add))
        parts = replace(parts, above=tuple(f for f in parts.above if f not in sums), behind=sums)
    wide = tuple(f for f in parts.above if isinstance(f, exp) and width(printer.doprint(f)) > 0.5 * line)
    if wide:  # an exponential that fills a line leaves the fraction, too
        rest = tuple(f for f in parts.above if f not in wide)
        parts = replace(parts, above=rest, behind=wide + parts.behind)
    front, behind = printer.fraction(parts)
    if not behind:
        return []
    out = [front] if front else []
    for i, factor in enumerate(behind):
        pieces = factor_chunks(factor, printer, line, last=i == len(behind) - 1)
        long = width(out[-1]) > 0.3 * line or isinstance(factor, exp) if out else False
        if long and width(out[-1]) + width(pieces[0]) > 0.7 * line:
            out += [rf"\times {pieces[0]}", *pieces[1:]]
        elif out:
            out[-1] += f" {pieces[0]}"
            out += pieces[1:]
        else:
            out += pieces
    return out


def _quantity_chunks(expr: Any, printer: FormulaPrinter, line: float) -> list[str]:
    """Break the widest argument of a quantity, its brackets at a fixed size."""
    args = printer.arguments(expr)
    widest = max(range(len(args)), key=lambda i: width(args[i]))
    marker = "\x00"
    text = type(expr).template.format(*(marker if i == widest else arg for i, arg in enumerate(args)))
    before, _, after = text.partition(marker)
    if marker in after or type(expr) in printer.renaming.quantities or args[widest] != printer.doprint(expr.args[widest]):
        return []
    fixed = {r"\left": r"\Bigl", r"\right": r"\Bigr"}
    for old, new in fixed.items():
        before, after = before.replace(old, new), after.replace(old, new)
    return _framed(before, chunks(expr.args[widest], printer, line), after)
