"""SymPy to LaTeX the way the field writes it: constants first, 1 - x rather than -x + 1, one root, e to a short exponent.

The printer only arranges; what it prints multiplies and adds up to exactly the expression (`parts_of` is tested for that).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sympy import Add, Basic, Dummy, E, Expr, Integral, Mul, Pow, Rational, S, Sum, Symbol, erf, erfc, exp, log
from sympy.core.sorting import default_sort_key
from sympy.printing.latex import LatexPrinter
from sympy.tensor.indexed import Indexed

from infscale_sym.notation.heads import Expectation, Head, LogSurvival, Supremum
from infscale_sym.notation.symbols import BY_SYMBOL, NOTATION, k
from infscale_sym.present.rename import Notation, core
from infscale_sym.present.width import bracket, plain_brackets, tightness, width

#: An exponent wider than this, or with a fraction, integral or exponential of its own, is written \exp(...).
WIDEST_EXPONENT = 16.0
#: A sum wider than this leaves the numerator and stands in brackets behind the fraction.
WIDEST_NUMERATOR = 24.0

_FIRST = ("k", "z", "r", "u", "x", "y", "w")
_RANK = {name: i for i, name in enumerate((*_FIRST, *(line.symbol.name for line in NOTATION if line.symbol.name not in _FIRST)))}
_HALF = Rational(1, 2)


@dataclass(frozen=True)
class Parts:
    """A product sorted for printing: coefficient * prod(above) / prod(below) * sqrt(root_above / root_below) * prod(behind)."""

    coefficient: Rational
    above: tuple[Expr, ...]
    below: tuple[Expr, ...]
    root_above: tuple[Expr, ...]
    root_below: tuple[Expr, ...]
    behind: tuple[Expr, ...]


def parts_of(expr: Expr) -> Parts:
    """Sort the factors of a product; their product is `expr`."""
    number, rest = expr.as_coeff_Mul()
    coefficient = Rational(number) if number.is_Rational else S.One
    factors = list(Mul.make_args(rest)) if number.is_Rational else [number, *Mul.make_args(rest)]
    above, below, root_above, root_below, behind = [], [], [], [], []
    for factor in factors:
        if isinstance(factor, (Integral, Expectation, Supremum)):
            behind.append(factor)
            continue
        base, exponent = (factor, S.One) if isinstance(factor, exp) else factor.as_base_exp()
        rooted = base.is_Integer and base.is_positive or base is S.Pi or isinstance(base, Symbol) and base.is_nonnegative
        if exponent == _HALF and rooted:
            root_above.append(base)
        elif exponent == -_HALF and rooted:
            root_below.append(base)
        elif _negative(exponent):
            below.append(Pow(base, -exponent))
        else:
            above.append(factor)
    # 20 (x - 1) rather than (20 x - 20), with the first term positive.
    for i, factor in enumerate(above):
        if isinstance(factor, Add):
            content, primitive = factor.as_content_primitive()
            if content != 1 or coefficient.is_negative:
                flip = negative(_sorted_terms(primitive)[0])
                coefficient *= -content if flip else content
                above[i] = Add(*(-t for t in primitive.args)) if flip else primitive
    # sqrt(n)/(q) with n dividing q is 1/(q/n sqrt(n)): the root of 2 pi comes out in one piece.
    for base in [b for b in root_above if b.is_Integer]:
        if coefficient.q % int(base) == 0:
            root_above.remove(base)
            root_below.append(base)
            coefficient = coefficient * base
    if not any(isinstance(b, (Sum, Pow)) and b.has(Sum) for b in below):
        behind = [f for f in above if isinstance(f, Sum)] + behind
        above = [f for f in above if not isinstance(f, Sum)]
    if below or root_below or coefficient.q != 1:
        behind = [f for f in above if isinstance(f, (erf, erfc, log))] + behind
        above = [f for f in above if not isinstance(f, (erf, erfc, log))]
    order = _factor_key
    return Parts(
        coefficient,
        tuple(sorted(above, key=order)),
        tuple(sorted(below, key=order)),
        tuple(sorted(root_above, key=order)),
        tuple(sorted(root_below, key=order)),
        tuple(sorted(behind, key=lambda f: (not isinstance(f, Sum), default_sort_key(f)))),
    )


def _negative(exponent: Expr) -> bool:
    return bool(exponent.is_negative) if exponent.is_number else bool(exponent.as_coeff_Mul()[0].is_negative)


def _symbol_rank(expr: Basic) -> tuple[int, str]:
    if isinstance(expr, Indexed):
        return (_RANK.get(str(expr.base), 50), str(expr))
    if isinstance(expr, Symbol):
        return (_RANK.get(expr.name, 40), expr.name)
    return (60, "")


def _factor_key(factor: Expr) -> tuple[Any, ...]:
    base = factor if isinstance(factor, exp) else factor.as_base_exp()[0]
    if base.is_number and not isinstance(factor, exp):
        kind = 0
    elif isinstance(base, (Symbol, Indexed)):
        kind = 1
    elif isinstance(base, Head):
        kind = 2 if r"\left" not in base.template else 3
    elif isinstance(base, exp):
        kind = 5
    elif isinstance(base, Add):
        kind = 4
    else:
        kind = 6
    return (kind, _symbol_rank(base), default_sort_key(factor))


def _weight(expr: Expr) -> float:
    """How late a term stands in a sum: roughly its degree, with integrals last."""
    if expr.is_number and not expr.has(exp):
        return 0.0
    total = 0.0
    for factor in Mul.make_args(expr):
        base, exponent = (factor, S.One) if isinstance(factor, exp) else factor.as_base_exp()
        times = abs(float(exponent)) if exponent.is_Rational else 1.0
        if isinstance(base, Add) and factor == expr:
            total += 0.5 if exponent.is_Integer else 10.0  # a square early, a root late
        elif isinstance(base, Add):
            total += times * max(_weight(term) for term in base.args)
        elif isinstance(base, exp):
            number, _ = base.args[0].as_coeff_Mul()
            total += 0.01 * abs(float(number)) if number.is_Rational else 0.01
        elif base.has(Integral, Sum):
            total += 20.0
        elif not base.is_number:
            total += times
    return total


def _sorted_terms(expr: Expr) -> list[Expr]:
    keyed = []
    for term in Add.make_args(expr):
        power = next((f.as_base_exp()[1] for f in Mul.make_args(term) if f.as_base_exp()[0] == k), S.Zero)
        ranks = min((_symbol_rank(s) for s in term.atoms(Symbol, Indexed)), default=(0, ""))
        degree = -float(power) if power.is_Rational else 0.0
        keyed.append(((degree, _weight(term), ranks, default_sort_key(term)), term))
    return [term for _, term in sorted(keyed, key=lambda pair: pair[0])]


def ordered_terms(expr: Add) -> list[Expr]:
    """The terms of a sum in reading order: falling powers of k, then rising degree, a positive term in front."""
    terms = _sorted_terms(expr)
    first = next((i for i, term in enumerate(terms) if not negative(term)), 0)
    return [terms[first], *terms[:first], *terms[first + 1 :]]


def negative(term: Expr) -> bool:
    """Whether a term is printed with a minus sign in front."""
    if isinstance(term, Mul):
        return bool(parts_of(term).coefficient.is_negative)
    return bool(term.is_Number and term.is_negative)


class FormulaPrinter(LatexPrinter):
    """LaTeX for this project's expressions; `notation` holds the reader's replacements."""

    def __init__(self, notation: Notation | None = None) -> None:
        super().__init__({"ln_notation": True, "order": "none"})
        self.notation = notation or Notation()
        self._inline = 0

    def _print(self, expr: Any, **kwargs: Any) -> str:
        """Heads are printed here and not by themselves, so that their letters can be the reader's."""
        if isinstance(expr, Head):
            text = self.head(expr)
            return self._raised(text, kwargs["exp"]) if kwargs.get("exp") else text
        return super()._print(expr, **kwargs)

    def head(self, expr: Head) -> str:
        """A named quantity with its arguments."""
        args = [self._print(arg) for arg in expr.args]
        own = self.notation.heads.get(type(expr))
        if own is not None and "#" in own:
            return re.sub(r"#(\d)", lambda m: args[int(m[1]) - 1], own)
        template = type(expr).template
        if own is not None:
            letter = core(type(expr)).replace("{", "{{").replace("}", "}}")
            new = own.replace("{", "{{").replace("}", "}}")
            rest = template.removeprefix(r"\ln ")[len(letter) :]
            if rest.startswith("_") and tightness(own) != "atom" or re.search("[_^]", own) and rest.startswith("_"):
                new = "{{" + new + "}}"
            template = (r"\ln " if isinstance(expr, LogSurvival) else "") + new + rest
        return plain_brackets(template.format(*args))

    def _print_Symbol(self, expr: Symbol, style: str = "plain") -> str:
        own = self.notation.symbols.get(expr)
        if own is not None:
            return own
        if expr in BY_SYMBOL:
            return BY_SYMBOL[expr].latex
        if isinstance(expr, Dummy) or len(expr.name) == 1 or re.fullmatch(r"[A-Za-z]+(_\w+)?", expr.name):
            return super()._print_Symbol(Symbol(expr.name), style)
        return super()._print_Symbol(expr, style)

    def _print_Indexed(self, expr: Indexed) -> str:
        base = {"z": self._print(next(n.symbol for n in NOTATION if n.symbol.name == "z"))}.get(str(expr.base), str(expr.base))
        return f"{base}_{{{','.join(self._print(i) for i in expr.indices)}}}"

    def _print_Add(self, expr: Add, order: Any = None) -> str:
        return " ".join(self.signed_terms(expr)).removeprefix("+ ")

    def signed_terms(self, expr: Add) -> list[str]:
        """Each term with its sign in front: '+ ...' or '- ...'; the first without '+'."""
        out = []
        for i, term in enumerate(ordered_terms(expr)):
            sign = "- " if negative(term) else ("" if i == 0 else "+ ")
            text = self._print(-term if negative(term) else term)
            if tightness(text) == "sum" and (sign == "- " or i) and not isinstance(term, Integral):
                text = bracket(text) if self._renamed_sum(text) else text
            out.append(sign + text)
        return out

    def _renamed_sum(self, text: str) -> bool:
        """Whether a symbol or head that the reader writes as a sum stands bare."""
        return any(text == own for own in (*self.notation.symbols.values(), *self.notation.heads.values()))

    def factor(self, expr: Expr, last: bool = True) -> str:
        """As a factor of a product."""
        text = self._print(expr)
        loose = tightness(text)
        if isinstance(expr, Add) or loose == "sum" and not isinstance(expr, (Integral, Sum, Pow)):
            return bracket(text)
        if not last and isinstance(expr, (Integral, Sum)):
            return bracket(text)
        return text

    def product(self, factors: list[str]) -> str:
        """Factors side by side, a dot where digits would run together."""
        out = ""
        for text in factors:
            if out and text[:1].isdigit():
                out += r" \cdot "
            elif out:
                out += r" \, " if re.search(r"\\(ln|exp|sup|int|sum)\b[^ ]*$", out) else " "
            out += text
        return out

    def _print_Mul(self, expr: Expr) -> str:
        if negative(expr):
            return f"- {self._wrapped_negative(-expr)}"
        parts = parts_of(expr)
        front, behind = self.fraction(parts)
        texts = [self.factor(f, last=i == len(behind) - 1) for i, f in enumerate(behind)]
        return self.product([front, *texts] if front else texts) or "1"

    def _wrapped_negative(self, expr: Expr) -> str:
        text = self._print(expr)
        return bracket(text) if isinstance(expr, Add) else text

    def fraction(self, parts: Parts) -> tuple[str, list[Expr]]:
        """(text of the fraction, factors that stand behind it)."""
        above, behind = list(parts.above), list(parts.behind)
        bare = parts.coefficient.p == 1 and not parts.root_above
        if parts.below or parts.root_below or parts.coefficient.q != 1:
            # A sum stays in the numerator only where it is all of it, and short.
            sums = [f for f in above if isinstance(f, Add)]
            alone = len(above) == 1 and bare
            short = all(width(self._print(f)) < WIDEST_NUMERATOR for f in sums)
            if sums and not self._inline and not (alone and short and (parts.below or parts.root_below)):
                above = [f for f in above if f not in sums]
                behind = sums + behind
        top = self._side(parts.coefficient.p, above, parts.root_above if not parts.root_below else ())
        bottom = self._side(parts.coefficient.q, list(parts.below), parts.root_below if not parts.root_above else ())
        if parts.root_above and parts.root_below:
            over = "".join(self._print(b) + " " for b in parts.root_above).strip()
            under = self.product([self._print(b) for b in parts.root_below])
            root = rf"\sqrt{{\frac{{{over}}}{{{under}}}}}" if not self._inline else rf"\sqrt{{{over}/{under}}}"
            numbers = "" if parts.coefficient.p == 1 else str(parts.coefficient.p)
            rest = self._side(1, above, ())
            top = self.product([text for text in (numbers, root, rest) if text])
        if not bottom:
            return top, behind
        if self._inline:
            tight = tightness(bottom) in ("atom", "power") and " " not in bottom.strip()
            return f"{top or '1'}/{bottom if tight else bracket(bottom)}", behind
        if len(above) == 1 and top and isinstance(above[0], Add) and bare:
            top = self._print(above[0])  # a sum alone above the bar needs no brackets
        if len(parts.below) == 1 and isinstance(parts.below[0], Add) and parts.coefficient.q == 1 and not parts.root_below:
            bottom = self._print(parts.below[0])
        return rf"\frac{{{top or '1'}}}{{{bottom}}}", behind

    def _side(self, number: int, factors: list[Expr], roots: tuple[Expr, ...]) -> str:
        texts = [] if number == 1 else [str(number)]
        if roots:
            texts.append(rf"\sqrt{{{self.product([self._print(b) for b in roots])}}}")
        texts += [self.factor(f, last=i == len(factors) - 1) for i, f in enumerate(factors)]
        return self.product(texts)

    def _print_Rational(self, expr: Rational) -> str:
        if expr.q == 1:
            return str(expr.p)
        sign, p = ("- ", -expr.p) if expr.p < 0 else ("", expr.p)
        return f"{sign}{p}/{expr.q}" if self._inline else rf"{sign}\frac{{{p}}}{{{expr.q}}}"

    _print_Half = _print_Rational

    def _print_Pow(self, expr: Pow) -> str:
        base, exponent = expr.base, expr.exp
        if base is E:
            return self._print_exp(exp(exponent, evaluate=False))
        if exponent == _HALF:
            return rf"\sqrt{{{self._print(base)}}}"
        if _negative(exponent):
            front, behind = self.fraction(Parts(S.One, (), (Pow(base, -exponent),), (), (), ()))
            if exponent == -_HALF and not self._inline:
                front = rf"\frac{{1}}{{\sqrt{{{self._print(base)}}}}}"
            return self.product([front, *(self.factor(f) for f in behind)])
        return self._raised(self._print(base), self.script(exponent))

    def script(self, expr: Expr) -> str:
        """As an exponent: fractions with a slash."""
        self._inline += 1
        try:
            return self._print(expr)
        finally:
            self._inline -= 1

    def _raised(self, base: str, exponent: str) -> str:
        if tightness(base) != "atom":
            base = bracket(base)
        return f"{base}^{{{exponent}}}"

    def _print_exp(self, expr: Any, exp: str | None = None) -> str:
        text = self.script(expr.args[0])
        inner = re.search(r"\\(exp|frac|int|sum|sup|ln)\b|e\^", text)
        if self._inline or width(text) <= WIDEST_EXPONENT and not inner:
            done = f"e^{{{text}}}"
        else:
            done = rf"\exp{bracket(self._print(expr.args[0]))}"
        return done if exp is None else f"{bracket(done)}^{{{exp}}}"

    def _print_ExpBase(self, expr: Any, exp: str | None = None) -> str:
        return self._print_exp(expr, exp)

    def _print_Exp1(self, expr: Any, exp: str | None = None) -> str:
        return "e" if exp is None else f"e^{{{exp}}}"

    def _print_log(self, expr: Any, exp: str | None = None) -> str:
        raised = "" if exp is None else f"^{{{exp}}}"
        text = self._print(expr.args[0])
        return rf"\ln{raised} {text}" if tightness(text) in ("atom", "power") else rf"\ln{raised}{bracket(text)}"

    def _named(self, name: str, expr: Any, exp: str | None) -> str:
        raised = "" if exp is None else f"^{{{exp}}}"
        return rf"\operatorname{{{name}}}{raised}{bracket(self._print(expr.args[0]))}"

    def _print_erf(self, expr: Any, exp: str | None = None) -> str:
        return self._named("erf", expr, exp)

    def _print_erfc(self, expr: Any, exp: str | None = None) -> str:
        return self._named("erfc", expr, exp)

    def _print_Integral(self, expr: Integral) -> str:
        """Several variables from the outside in; a sum under the integral in brackets."""
        opening, closing = self.integral_frame(expr)
        inside = self._print(expr.function)
        if isinstance(expr.function, Add) or tightness(inside) == "sum" and not isinstance(expr.function, (Mul, Pow, exp)):
            inside = bracket(inside)
        return f"{opening}{inside}{closing}"

    def integral_frame(self, expr: Integral) -> tuple[str, str]:
        """What stands before and behind the integrand."""
        opening = closing = ""
        for variable, *ends in expr.limits:
            limits = f"_{{{self.script(ends[0])}}}^{{{self.script(ends[1])}}}" if len(ends) == 2 else ""
            opening = rf"\int{limits} " + opening
            closing += rf" \,\mathrm{{d}}{self._print(variable)}"
        return opening, closing

    def _print_Sum(self, expr: Sum) -> str:
        opening = ""
        for variable, low, high in expr.limits:
            opening = rf"\sum_{{{self._print(variable)}={self.script(low)}}}^{{{self.script(high)}}} " + opening
        inside = self._print(expr.function)
        return opening + (bracket(inside) if isinstance(expr.function, Add) else inside)

    def _print_And(self, expr: Any) -> str:
        return r",\quad ".join(self._print(arg) for arg in sorted(expr.args, key=default_sort_key))

