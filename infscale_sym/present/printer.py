"""SymPy to LaTeX the way the field writes it: constants first, 1 - x rather than -x + 1, one root, e to a short exponent.

The printer only arranges: what it prints multiplies and adds up to exactly the expression.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from sympy import Add, Derivative, Dummy, E, Expr, Integral, Limit, Mul, Pow, Product, S, Sum, Symbol, exp
from sympy.core.sorting import default_sort_key
from sympy.functions.elementary.hyperbolic import HyperbolicFunction
from sympy.functions.elementary.trigonometric import TrigonometricFunction
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE, precedence_traditional

from infscale_sym import registry
from infscale_sym.notation.quantity import Quantity
from infscale_sym.present.arrange import HALF, Parts, negative, negative_power, ordered_terms, parts_of
from infscale_sym.present.rename import Renaming, core
from infscale_sym.present.width import bracket, plain_brackets, tightness, width

#: An exponent wider than this, or with a fraction, integral or exponential of its own, is written \exp(...).
WIDEST_EXPONENT = 16.0
#: A sum wider than this leaves the numerator and stands in brackets behind the fraction.
WIDEST_NUMERATOR = 24.0

#: What a text binds like, as SymPy counts it.
_BINDS = {"sum": PRECEDENCE["Add"], "product": PRECEDENCE["Mul"], "power": PRECEDENCE["Pow"], "atom": PRECEDENCE["Atom"]}
#: Around an argument in a template: what follows it where it is a base (or a letter before brackets), and where it is a
#: factor; what precedes it where it is a factor.
_BASE = re.compile(r"\^|\\left")
_FACTOR = re.compile(r"\\,")
_AFTER_FACTOR = re.compile(r"(\\,|\)|\\right\]|\\top |\}\})\Z")


def reaches_on(expr: Any) -> bool:
    """Whether a factor behind it would be read as part of it: what a sum sign or a derivative acts on has no end of its own."""
    if isinstance(expr, Quantity):
        return re.search(r"(\}\}|\\right\])\{\d\}\Z", type(expr).template) is not None
    if isinstance(expr, Mul):
        return any(reaches_on(factor) for factor in expr.args)
    return isinstance(expr, (Integral, Sum, Product, Derivative, Limit))


class FormulaPrinter(LatexPrinter):
    """LaTeX for this project's expressions; `renaming` holds the reader's replacements."""

    def __init__(self, renaming: Renaming | None = None) -> None:
        super().__init__({"ln_notation": True, "order": "none"})
        self.renaming = renaming or Renaming()
        self._inline = 0
        self._numerator = WIDEST_NUMERATOR

    def _print(self, expr: Any, **kwargs: Any) -> str:
        """Quantities are printed here and not by themselves, so that their letters can be the reader's."""
        if isinstance(expr, Quantity):
            text = self.quantity(expr)
            return self._raised(text, kwargs["exp"]) if kwargs.get("exp") else text
        return super()._print(expr, **kwargs)

    def quantity(self, expr: Quantity) -> str:
        """A named quantity with its arguments."""
        own = self.renaming.quantities.get(type(expr))
        if own is not None and "#" in own:
            return re.sub(r"#(\d)", lambda m: self._print(expr.args[int(m[1]) - 1]), own)
        template = type(expr).template
        args = self.arguments(expr)
        if own is not None:
            letter = core(type(expr)).replace("{", "{{").replace("}", "}}")
            new = own.replace("{", "{{").replace("}", "}}")
            rest = template.removeprefix(r"\ln ")[len(letter) :]
            if (rest.startswith("_") and tightness(own) != "atom") or (re.search("[_^]", own) and rest.startswith("_")):
                new = "{{" + new + "}}"
            template = (r"\ln " if template.startswith(r"\ln ") else "") + new + rest
        return plain_brackets(template.format(*args))

    def arguments(self, expr: Quantity) -> list[str]:
        """Its arguments, in brackets where the template makes them more than one of a list: k^2, k|z|, A B and C + A."""
        template, out = type(expr).template, []
        for i, arg in enumerate(expr.args):
            text = self._print(arg)
            loose = tightness(text)
            for at in re.finditer(rf"\{{{i}\}}", template):
                before, after = template[: at.start()], template[at.end() :]
                base, factor = _BASE.match(after), _FACTOR.match(after)
                if (
                    (base and loose != "atom")
                    or (loose == "sum" and (factor or _AFTER_FACTOR.search(before)))
                    or (factor and reaches_on(arg))
                    or (before.endswith("+") and text.startswith("-"))
                ):
                    text = bracket(text)
                    break
            out.append(text)
        return out

    def _print_Symbol(self, expr: Symbol, style: str = "plain") -> str:
        own = self.renaming.symbols.get(expr)
        if own is not None:
            return own
        if (entry := registry.symbol_entry(expr)) is not None:
            return entry.latex
        if isinstance(expr, Dummy) or len(expr.name) == 1 or re.fullmatch(r"[A-Za-z]+(_\w+)?", expr.name):
            return super()._print_Symbol(Symbol(expr.name), style)
        return super()._print_Symbol(expr, style)

    def _print_Indexed(self, expr: Any) -> str:
        name = str(expr.base)
        base = next((self._print(line.symbol) for line in registry.symbol_entries() if line.symbol.name == name), name)
        if tightness(base) != "atom":
            base = bracket(base)
        elif "_" in base:
            base = f"{{{base}}}"
        return f"{base}_{{{','.join(self._print(i) for i in expr.indices)}}}"

    def parenthesize(self, item: Any, level: int, is_neg: bool = False, strict: bool = False) -> str:
        """In brackets where SymPy's own printing would set them, and where the text binds more loosely than its class does."""
        text = self._print(item)
        binds = min(precedence_traditional(item), _BINDS[tightness(text)])
        if (is_neg and strict) or binds < level or (not strict and binds <= level):
            return self._add_parens(text)
        return text

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        return " ".join(self.signed_terms(expr)).removeprefix("+ ")

    def signed_terms(self, expr: Any) -> list[str]:
        """Each term with its sign in front: '+ ...' or '- ...'; the first without '+'."""
        out = []
        for i, term in enumerate(ordered_terms(expr)):
            if negative(term):
                out.append(f"- {self.factor(-term)}")
                continue
            text = self._print(term)
            if i and tightness(text) == "sum" and (text.startswith("-") or not isinstance(term, Add)):
                text = bracket(text)  # a symbol that the reader writes as a sum, or a second sign
            out.append(f"+ {text}" if i else text)
        return out

    def factor(self, expr: Expr, last: bool = True) -> str:
        """As a factor of a product, in brackets where the product would be read differently without."""
        text = self._print(expr)
        return bracket(text) if tightness(text) == "sum" or (not last and reaches_on(expr)) else text

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
            return f"- {self.factor(-expr)}"
        parts = parts_of(expr)
        front, behind = self.fraction(parts)
        texts = [self.factor(f, last=i == len(behind) - 1) for i, f in enumerate(behind)]
        return self.product([front, *texts] if front else texts) or "1"

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
        bottom = self._side(parts.coefficient.q, list(parts.below), parts.root_below if not parts.root_above else ())
        ends = not self._inline if bottom else not behind  # nothing follows that could be read into the last factor above
        top = self._side(parts.coefficient.p, above, parts.root_above if not parts.root_below else (), ends)
        if parts.root_above and parts.root_below:
            over, under = (self._radicand(bases) for bases in (parts.root_above, parts.root_below))
            ratio = self._slashed(over, under) if self._inline else rf"\frac{{{over}}}{{{under}}}"
            root = rf"\sqrt{{{ratio}}}"
            numbers = "" if parts.coefficient.p == 1 else str(parts.coefficient.p)
            rest = self._side(1, above, (), ends)
            top = self.product([text for text in (numbers, root, rest) if text])
        if not bottom:
            return top, behind
        if self._inline:
            return self._slashed(top or "1", bottom), behind
        if len(above) == 1 and bare:
            top = self._print(above[0])  # a sum alone above the bar needs no brackets
        if len(parts.below) == 1 and parts.coefficient.q == 1 and not parts.root_below:
            bottom = self._print(parts.below[0])
        return rf"\frac{{{top or '1'}}}{{{bottom}}}", behind

    def _side(self, number: int, factors: list[Expr], roots: tuple[Expr, ...], ends: bool = True) -> str:
        texts = [] if number == 1 else [str(number)]
        if roots:
            texts.append(rf"\sqrt{{{self._radicand(roots)}}}")
        texts += [self.factor(f, last=ends and i == len(factors) - 1) for i, f in enumerate(factors)]
        return self.product(texts)

    def _radicand(self, bases: tuple[Expr, ...]) -> str:
        return self._print(bases[0]) if len(bases) == 1 else self.product([self.factor(base) for base in bases])

    def _slashed(self, top: str, bottom: str) -> str:
        tight = tightness(bottom) in ("atom", "power") and " " not in bottom.strip()
        return f"{bracket(top) if tightness(top) == 'sum' else top}/{bottom if tight else bracket(bottom)}"

    def _print_Rational(self, expr: Any) -> str:
        if expr.q == 1:
            return str(expr.p)
        sign, p = ("- ", -expr.p) if expr.p < 0 else ("", expr.p)
        return f"{sign}{p}/{expr.q}" if self._inline else rf"{sign}\frac{{{p}}}{{{expr.q}}}"

    def _print_Product(self, expr: Any) -> str:
        # What stands under a product sign is never broken across lines: the narrowest form, one fraction.
        self._numerator = math.inf
        try:
            return self._over(r"\prod", expr, self._print)
        finally:
            self._numerator = WIDEST_NUMERATOR

    def _over(self, sign: str, expr: Any, ends: Callable[[Any], str]) -> str:
        """A sum or product sign with its limits, and what it stands over."""
        opening = ""
        for variable, low, high in expr.limits:
            opening = rf"{sign}_{{{self._print(variable)}={ends(low)}}}^{{{ends(high)}}} " + opening
        return opening + self.factor(expr.function)

    def _print_atan(self, expr: Any, exp: Any = None) -> str:
        inside = self._print(expr.args[0])
        plain = expr.args[0].is_Symbol or (isinstance(expr.args[0], Pow) and expr.args[0].exp == HALF)
        plain = plain and tightness(inside) in ("atom", "power")
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
        return f"{opening}{bracket(inside) if self.framed(expr.function) else inside}{closing}"

    def framed(self, integrand: Any) -> bool:
        """Whether an integrand stands in brackets: a sum, but not a product with a minus sign."""
        return tightness(self._print(integrand)) == "sum" and not (isinstance(integrand, Mul) and negative(integrand))

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
        return self._over(r"\sum", expr, self.script)

    def _print_And(self, expr: Any) -> str:
        return r",\quad ".join(self._print(arg) for arg in sorted(expr.args, key=default_sort_key))
