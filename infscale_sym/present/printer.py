"""SymPy to LaTeX the way the field writes it: constants first, 1 - x rather than -x + 1, one root, e to a short exponent.

The printer only arranges: what it prints multiplies and adds up to exactly the expression.
"""

from __future__ import annotations

import math
import re
from typing import Any

from sympy import Add, Dummy, E, Expr, Integral, Mul, Pow, S, Sum, Symbol, exp
from sympy.core.sorting import default_sort_key
from sympy.functions.elementary.hyperbolic import HyperbolicFunction
from sympy.functions.elementary.trigonometric import TrigonometricFunction
from sympy.printing.latex import LatexPrinter

from infscale_sym.notation.heads import Head, LogSurvival
from infscale_sym.notation.symbols import BY_SYMBOL, NOTATION
from infscale_sym.present.arrange import HALF, Parts, negative, negative_power, ordered_terms, parts_of
from infscale_sym.present.rename import Notation, core
from infscale_sym.present.width import bracket, plain_brackets, tightness, width

#: An exponent wider than this, or with a fraction, integral or exponential of its own, is written \exp(...).
WIDEST_EXPONENT = 16.0
#: A sum wider than this leaves the numerator and stands in brackets behind the fraction.
WIDEST_NUMERATOR = 24.0


class FormulaPrinter(LatexPrinter):
    """LaTeX for this project's expressions; `notation` holds the reader's replacements."""

    def __init__(self, notation: Notation | None = None) -> None:
        super().__init__({"ln_notation": True, "order": "none"})
        self.notation = notation or Notation()
        self._inline = 0
        self._numerator = WIDEST_NUMERATOR

    def _print(self, expr: Any, **kwargs: Any) -> str:
        """Named quantities are printed here and not by themselves, so that their letters can be the reader's."""
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
        for i, text in enumerate(args):  # k^2 and k|z| in a template hold for a letter, not for whatever replaces it
            if re.search(rf"\{{{i}\}}(\^|\\left)", template) and tightness(text) != "atom":
                args[i] = bracket(text)
        if own is not None:
            letter = core(type(expr)).replace("{", "{{").replace("}", "}}")
            new = own.replace("{", "{{").replace("}", "}}")
            rest = template.removeprefix(r"\ln ")[len(letter) :]
            if (rest.startswith("_") and tightness(own) != "atom") or (re.search("[_^]", own) and rest.startswith("_")):
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

    def _print_Indexed(self, expr: Any) -> str:
        name = str(expr.base)
        base = next((self._print(line.symbol) for line in NOTATION if line.symbol.name == name), name)
        if tightness(base) != "atom":
            base = bracket(base)
        elif "_" in base:
            base = f"{{{base}}}"
        return f"{base}_{{{','.join(self._print(i) for i in expr.indices)}}}"

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        return " ".join(self.signed_terms(expr)).removeprefix("+ ")

    def signed_terms(self, expr: Any) -> list[str]:
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
        """Whether a symbol or named quantity that the reader writes as a sum stands bare."""
        return any(text == own for own in (*self.notation.symbols.values(), *self.notation.heads.values()))

    def factor(self, expr: Expr, last: bool = True) -> str:
        """As a factor of a product."""
        text = self._print(expr)
        loose = tightness(text)
        if isinstance(expr, Add) or (loose == "sum" and not isinstance(expr, (Integral, Sum, Pow))):
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

    def _print_Mul(self, expr: Any) -> str:
        if negative(expr):
            return f"- {self._wrapped_negative(-expr)}"
        parts = parts_of(expr)
        front, behind = self.fraction(parts)
        texts = [self.factor(f, last=i == len(behind) - 1) for i, f in enumerate(behind)]
        return self.product([front, *texts] if front else texts) or "1"

    def _wrapped_negative(self, expr: Any) -> str:
        text = self._print(expr)
        return bracket(text) if isinstance(expr, Add) else text

    def fraction(self, parts: Parts) -> tuple[str, list[Any]]:
        """(text of the fraction, factors that stand behind it)."""
        above, behind = list(parts.above), list(parts.behind)
        bare = parts.coefficient.p == 1 and not parts.root_above
        if parts.below or parts.root_below or parts.coefficient.q != 1:
            # A sum stays in the numerator only where it is all of it, and short.
            sums = [f for f in above if isinstance(f, Add)]
            alone = len(above) == 1 and bare
            short = all(width(self._print(f)) < self._numerator for f in sums)
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

    def _print_Rational(self, expr: Any) -> str:
        if expr.q == 1:
            return str(expr.p)
        sign, p = ("- ", -expr.p) if expr.p < 0 else ("", expr.p)
        return f"{sign}{p}/{expr.q}" if self._inline else rf"{sign}\frac{{{p}}}{{{expr.q}}}"

    def _print_Product(self, expr: Any) -> str:
        # What stands under a product sign is never broken across lines: the narrowest form, one fraction.
        self._numerator = math.inf
        try:
            return super()._print_Product(expr)
        finally:
            self._numerator = WIDEST_NUMERATOR

    def _print_atan(self, expr: Any, exp: Any = None) -> str:
        inside = self._print(expr.args[0])
        plain = expr.args[0].is_Symbol or (isinstance(expr.args[0], Pow) and expr.args[0].exp == HALF)
        text = rf"\arctan {inside}" if plain else rf"\arctan\left({inside}\right)"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    _print_Half = _print_Rational

    def _print_Pow(self, expr: Any) -> str:
        base, exponent = expr.base, expr.exp
        if base is E:
            return self._print_exp(exp(exponent, evaluate=False))
        if exponent == HALF:
            return rf"\sqrt{{{self._print(base)}}}"
        if negative_power(exponent):
            front, behind = self.fraction(Parts(S.One, (), (Pow(base, -exponent),), (), (), ()))
            if exponent == -HALF and not self._inline:
                front = rf"\frac{{1}}{{\sqrt{{{self._print(base)}}}}}"
            return self.product([front, *(self.factor(f) for f in behind)])
        if isinstance(base, (TrigonometricFunction, HyperbolicFunction)) and exponent.is_Integer:  # tan^2 x
            return self._print(base, exp=self.script(exponent))
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
        if self._inline or (width(text) <= WIDEST_EXPONENT and not inner):
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

    def _print_beta(self, expr: Any, exp: str | None = None) -> str:
        raised = "" if exp is None else f"^{{{exp}}}"
        return rf"\operatorname{{B}}{raised}{bracket(', '.join(self._print(arg) for arg in expr.args))}"

    def _print_Integral(self, expr: Any) -> str:
        """Several variables from the outside in; a sum under the integral in brackets."""
        opening, closing = self.integral_frame(expr)
        inside = self._print(expr.function)
        if isinstance(expr.function, Add) or (tightness(inside) == "sum" and not isinstance(expr.function, (Mul, Pow, exp))):
            inside = bracket(inside)
        return f"{opening}{inside}{closing}"

    def integral_frame(self, expr: Any) -> tuple[str, str]:
        """What stands before and behind the integrand."""
        opening = closing = ""
        for variable, *ends in expr.limits:
            limits = f"_{{{self.script(ends[0])}}}^{{{self.script(ends[1])}}}" if len(ends) == 2 else ""
            opening = rf"\int{limits} " + opening
            closing += rf" \,\mathrm{{d}}{self._print(variable)}"
        return opening, closing

    def _print_polygamma(self, expr: Any, exp: str | None = None) -> str:
        order, at = expr.args
        primes = "'" * int(order) if order.is_Integer and order <= 2 else rf"^{{({self._print(order)})}}"
        text = rf"\psi{primes}{bracket(self._print(at))}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _print_Sum(self, expr: Any) -> str:
        opening = ""
        for variable, low, high in expr.limits:
            opening = rf"\sum_{{{self._print(variable)}={self.script(low)}}}^{{{self.script(high)}}} " + opening
        inside = self._print(expr.function)
        return opening + (bracket(inside) if isinstance(expr.function, Add) else inside)

    def _print_And(self, expr: Any) -> str:
        return r",\quad ".join(self._print(arg) for arg in sorted(expr.args, key=default_sort_key))

