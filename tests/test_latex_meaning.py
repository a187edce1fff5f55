r"""What is printed means what was to be printed: a reader of LaTeX of our own evaluates the text, and the numbers are compared.

The reader follows the usual reading of mathematics and knows nothing of SymPy or of the printer: juxtaposition multiplies; a
superscript takes the one letter, number or bracket before it; a minus sign takes a product; what follows \sum, \prod or a
derivative bar belongs to it up to the next plus or minus; an integral ends in its d; \ln takes one letter or bracket. What can
be read in two ways (two signs in a row, a power of a fraction, two numbers side by side) is refused.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sympy
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from sympy import Add, Derivative, Integral, Mul, Pow, Product, Rational, Sum, collect_const, symbols

from infscale_sym.present.latex import aligned, expr_latex, pieces, relation_lines
from infscale_sym.present.printer import FormulaPrinter
from infscale_sym.present.rename import Renaming
from infscale_sym.present.width import tokens
from infscale_sym.theory.coverage.notation import ScaledLoss
from infscale_sym.theory.optima.notation import InverseCoefficient
from infscale_sym.theory.regression.matrix_notation import Resolvent, Times
from infscale_sym.theory.selection.notation import k, rho, tau
from infscale_sym.theory.votes.notation import NormalShare

Point = Mapping[str, Any]
Value = Callable[[Point], Any]

u, v, w, x, y = symbols("u v w x y", positive=True)
n = sympy.Symbol("n", positive=True)
POINT: Point = {"u": mpf("0.7"), "v": mpf("1.9"), "w": mpf("2.3"), "x": mpf("1.3"), "y": mpf("0.6"), "n": mpf("1.1")}
POINT |= {r"\tau": mpf("0.9"), r"\rho": mpf("1.7"), "k": mpf("2.1"), "a": mpf("0.4"), "b": mpf("1.2"), "c": mpf("-0.8")}

#: Nodes and step of integrals and derivatives: the same for both sides, so that these are compared exactly, however few.
NODES = (mpf("0.2"), mpf("0.9"))
STEP = mpf(10) ** -9


_CONSTANTS = {sympy.E: lambda: +mp.e, sympy.pi: lambda: +mp.pi, sympy.I: lambda: mp.mpc(0, 1)}


# Two ways to a number: from the expression, and from the text.


def value_of(expr: Any, at: Point) -> Any:
    """The number that a SymPy expression stands for."""
    if isinstance(expr, sympy.Symbol):
        return at[expr.name]
    if isinstance(expr, sympy.Rational):
        return mpf(expr.p) / expr.q
    if expr in _CONSTANTS:
        return _CONSTANTS[expr]()
    if isinstance(expr, (Add, Mul)):
        values = [value_of(arg, at) for arg in expr.args]
        return mp.fsum(values) if isinstance(expr, Add) else mp.fprod(values)
    if isinstance(expr, sympy.exp):
        return mp.exp(value_of(expr.args[0], at))
    if isinstance(expr, Pow):
        return mp.power(value_of(expr.base, at), value_of(expr.exp, at))
    if isinstance(expr, sympy.log):
        return mp.log(value_of(expr.args[0], at))
    if isinstance(expr, (Integral, Sum, Product)):
        *inner, (variable, low, high) = expr.limits
        inside = expr.func(expr.function, *inner) if inner else expr.function
        kind = {Integral: integral, Sum: total, Product: product}[type(expr)]
        return kind(variable.name, value_of(low, at), value_of(high, at), lambda point: value_of(inside, point), at)
    if isinstance(expr, Derivative):
        return slope(expr.variables[0].name, lambda inside: value_of(expr.expr, inside), at)
    raise NotImplementedError(type(expr))


def integral(name: str, low: Any, high: Any, inside: Value, at: Point) -> Any:
    width = high - low
    return width * mp.fsum(inside({**at, name: low + node * width}) for node in NODES)


def total(name: str, low: Any, high: Any, inside: Value, at: Point) -> Any:
    return mp.fsum(inside({**at, name: mpf(i)}) for i in range(int(low), int(high) + 1))


def product(name: str, low: Any, high: Any, inside: Value, at: Point) -> Any:
    return mp.fprod(inside({**at, name: mpf(i)}) for i in range(int(low), int(high) + 1))


def slope(name: str, inside: Value, at: Point) -> Any:
    return (inside({**at, name: at[name] + STEP}) - inside({**at, name: at[name] - STEP})) / (2 * STEP)


def times(one: Value, two: Value) -> Value:
    return lambda at: one(at) * two(at)


def over(above: Value, below: Value) -> Value:
    return lambda at: above(at) / below(at)


class Unclear(Exception):
    """The text is no mathematics, or can be read in two ways."""


class Undefined(Exception):
    """The expression has no value at the point."""


class Reader:
    """Recursive descent over the tokens of a LaTeX text."""

    OPENING, CLOSING = ("(", "["), (")", "]")
    SIZES = (r"\left", r"\right", r"\Bigl", r"\Bigr")
    SPACES = (r"\,", r"\!", r"\;", r"\quad", r"\qquad", "&", r"\\")

    def __init__(self, text: str) -> None:
        for layout in (r"\begin{aligned}", r"\end{aligned}", "[3pt]"):
            text = text.replace(layout, "")
        self.parts = [part for part in tokens(text) if part not in (*self.SIZES, *self.SPACES)]
        self.at = 0

    def read(self) -> Value:
        """The whole text."""
        value = self.sum()
        if self.next is not None:
            raise Unclear(f"{self.next} at {self.at}")
        return value

    @property
    def next(self) -> str | None:
        return self.parts[self.at] if self.at < len(self.parts) else None

    def take(self, *wanted: str) -> str:
        part = self.next
        if part is None or (wanted and part not in wanted):
            raise Unclear(f"{wanted} expected at {self.at}, found {part}")
        self.at += 1
        return part

    def follows(self, *parts: str) -> bool:
        return tuple(self.parts[self.at : self.at + len(parts)]) == parts

    def sum(self) -> Value:
        terms = [self.signed()]
        while self.next in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            term = self.product()
            terms.append(lambda at, sign=sign, term=term: sign * term(at))
        return lambda at: mp.fsum(term(at) for term in terms)

    def signed(self) -> Value:
        if self.next != "-":
            return self.product()
        self.take()
        term = self.product()
        return lambda at: -term(at)

    def product(self) -> Value:
        """Factors up to a plus, a minus, a closing bracket or the d of an integral."""
        value, number = self.factor()
        while True:
            if self.next in (r"\cdot", r"\times"):
                self.take()
                more, number = self.factor()
            elif self.next == "/":
                self.take()
                below, number = self.powered()
                value = over(value, below)
                continue
            elif self.next in (None, "+", "-", "=", ",", "}", *self.CLOSING) or self.follows(r"\mathrm", "{", "d", "}"):
                return value
            else:
                before = number
                more, number = self.factor()
                if before and number:
                    raise Unclear("two numbers side by side")
            value = times(value, more)

    def factor(self) -> tuple[Value, bool]:
        """A factor, and whether it is a number in digits."""
        if self.next == r"\int":
            return self.integral(), False
        if self.next in (r"\sum", r"\prod"):
            kind = total if self.take() == r"\sum" else product
            self.take("_")
            self.take("{")
            name = self.take()
            self.take("=")
            low = self.sum()
            self.take("}")
            high = self.script()
            inside = self.product()
            return (lambda at: kind(name, low(at), high(at), inside, at)), False
        if self.follows(r"\frac", "{", "d", "}", "{", "d") or self.follows(r"\frac", "{", r"\partial", "}", "{", r"\partial"):
            self.at += 6
            name = self.take()
            self.take("}")
            inside = self.product()
            return (lambda at: slope(name, inside, at)), False
        return self.powered()

    def integral(self) -> Value:
        self.take(r"\int")
        self.take("_")
        low = self.group()
        high = self.script()
        inside = self.signed()
        if self.next != r"\mathrm":
            raise Unclear("a sum under an integral")
        self.at += 4
        name = self.take()
        return lambda at: integral(name, low(at), high(at), inside, at)

    def script(self) -> Value:
        self.take("^")
        return self.group()

    def group(self) -> Value:
        self.take("{")
        value = self.sum()
        self.take("}")
        return value

    def powered(self) -> tuple[Value, bool]:
        """A letter, a number, a bracket, a function, with its superscript."""
        start = self.at
        value, kind = self.atom()
        if self.next == "^":
            if kind == "fraction":
                raise Unclear("a power of a fraction without brackets")
            exponent = self.script()
            if self.next == "^":
                raise Unclear("two superscripts")
            if self.parts[start] == "e":
                return (lambda at: mp.exp(exponent(at))), False
            return (lambda at: mp.power(value(at), exponent(at))), kind == "number"
        return value, kind == "number"

    def atom(self) -> tuple[Value, str]:
        part = self.take()
        if part.isdigit():
            while self.next is not None and self.next.isdigit():
                part += self.take()
            return (lambda at: mpf(part)), "number"
        if part in self.OPENING:
            value = self.sum()
            self.take(self.CLOSING[self.OPENING.index(part)])
            return value, "bracket"
        if part == "|":  # as SymPy prints it, around a group
            inside = self.group()
            self.take("|")
            return (lambda at: abs(inside(at))), "bracket"
        if part == r"\frac":
            above, below = self.group(), self.group()
            return over(above, below), "fraction"
        if part == r"\sqrt":
            inside = self.group()
            return (lambda at: mp.sqrt(inside(at))), "root"
        if part == r"\exp":
            if self.next not in self.OPENING:
                raise Unclear(r"\exp without brackets")
            inside = self.atom()[0]
            return (lambda at: mp.exp(inside(at))), "function"
        if part == r"\ln":
            exponent = self.script() if self.next == "^" else None
            inside = self.powered()[0]
            if exponent is not None:
                return (lambda at: mp.power(mp.log(inside(at)), exponent(at))), "function"
            return (lambda at: mp.log(inside(at))), "function"
        if part in ("e", "i", r"\pi"):
            constant = {"e": sympy.E, "i": sympy.I, r"\pi": sympy.pi}[part]
            return (lambda at: _CONSTANTS[constant]()), "letter"
        if part.isalpha() or part in (r"\tau", r"\rho"):
            return (lambda at: at[part]), "letter"
        raise Unclear(f"{part} at {self.at}")


def same(one: Any, two: Any) -> bool:
    """Equal to ten digits, of the size of the terms that may have cancelled."""
    return bool(abs(one - two) <= mpf(10) ** -10 * max(1, abs(one), abs(two)))


def check(expr: Any, text: str, at: Point = POINT) -> None:
    """Raise AssertionError unless the text stands for the expression, Undefined where that has no value."""
    with mp.workdps(50):
        try:
            wanted = value_of(expr, at)
        except (ZeroDivisionError, ValueError, OverflowError):
            raise Undefined from None
        if not mp.isfinite(wanted):
            raise Undefined
        try:
            got = Reader(text).read()(at)
        except Unclear as problem:
            raise AssertionError(f"{problem}: {text} for {sympy.srepr(expr)}") from None
        assert same(got, wanted), f"{text} is {mp.nstr(got, 12)}, not {mp.nstr(wanted, 12)}, for {sympy.srepr(expr)}"


# The reader itself.


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("w - u + v", 2.3 - 0.7 + 1.9),
        ("w - (u + v)", 2.3 - 0.7 - 1.9),
        (r"2 \cdot 3^{x} y", 2 * 3**1.3 * 0.6),
        (r"- \frac{x^{2}}{2} - 1", -(1.3**2) / 2 - 1),
        (r"e^{- x^{2}/2}", math.exp(-(1.3**2) / 2)),
        (r"x/2 y", 1.3 / 2 * 0.6),
        (r"\sum_{n=1}^{3} n x + y", 6 * 1.3 + 0.6),
        (r"\prod_{n=1}^{3} \left(n + x\right) y", 2.3 * 0.6 * 3.3 * 0.6 * 4.3 * 0.6),
        (r"\frac{d}{d x} x^{2} y", 2 * 1.3 * 0.6),
        (r"\ln x \, y", math.log(1.3) * 0.6),
        (r"\int_{0}^{2} - u \,\mathrm{d}u x", -2 * (0.4 + 1.8) * 1.3),
    ],
)
def test_the_reader_reads_as_people_do(text: str, wanted: float):
    with mp.workdps(50):
        assert abs(Reader(text).read()(POINT) - wanted) < 1e-9


@pytest.mark.parametrize(
    "text",
    ["x + - y", "- - x", r"\frac{x}{y}^{2}", "x^{2}^{3}", "2^{x} 3", r"\exp x", r"\int_{0}^{1} u + x \,\mathrm{d}u", "(x", "x)",
     "", r"\sum_{n=1}^{3} - n", r"\frac{d}{d x} - x"],
)  # fmt: skip
def test_the_reader_refuses_what_is_unclear(text: str):
    with pytest.raises(Unclear):
        Reader(text).read()


# Every context around every unevaluated sum and product.

_LOOSE = {
    "sum": Add(u, v, evaluate=False),
    "difference": Add(u, Mul(-1, v), evaluate=False),
    "negative sum": Mul(-1, Add(u, v), evaluate=False),
    "collected": collect_const(-u - v),
    "twice a sum": Mul(2, Add(u, v), evaluate=False),
    "minus twice a sum": Mul(-2, Add(u, v), evaluate=False),
    "half a sum": Mul(Rational(-1, 2), Add(u, Mul(-1, v), evaluate=False), evaluate=False),
    "product": Mul(u, v, evaluate=False),
    "negative product": Mul(-1, u, v, evaluate=False),
    "nested product": Mul(-3, Mul(u, v, evaluate=False), evaluate=False),
    "two signs": Mul(-1, Mul(-1, u, evaluate=False), evaluate=False),
    "one times a sum": Mul(1, Add(u, v, evaluate=False), evaluate=False),
    "sum sign": Mul(u, Sum(n * v, (n, 1, 3)), evaluate=False),
    "product sign": Product(n + u, (n, 1, 3)),
    "integral": Integral(u + x * v, (u, 0, 2)),
    "derivative": Derivative(Mul(-1, Add(x**2, v), evaluate=False), x),
    "negative power": Pow(Add(u, v, evaluate=False), -1, evaluate=False),
    "negative number": sympy.Integer(-2),
    "negative fraction": Rational(-2, 3),
}
_CONTEXTS: dict[str, Callable[[Any], Any]] = {
    "behind a minus": lambda e: Add(w, Mul(-1, e, evaluate=False), evaluate=False),
    "behind a plus": lambda e: Add(w, e, evaluate=False),
    "before a plus": lambda e: Add(e, w, evaluate=False),
    "negated": lambda e: Mul(-1, e, evaluate=False),
    "squared": lambda e: Pow(e, 2, evaluate=False),
    "under a root": lambda e: Pow(e, Rational(1, 2), evaluate=False),
    "to a fraction": lambda e: Pow(e, Rational(-3, 2), evaluate=False),
    "in an exponent": lambda e: Pow(2, e, evaluate=False),
    "exponential": lambda e: sympy.exp(e, evaluate=False),
    "logarithm": lambda e: sympy.log(e, evaluate=False),
    "differentiated": lambda e: Derivative(Mul(x, e, evaluate=False), x),
    "differentiated alone": lambda e: Derivative(Add(Mul(x, e, evaluate=False), w, evaluate=False), x),
    "integrated": lambda e: Integral(e, (u, 0, 1)),
    "summed": lambda e: Sum(e, (n, 1, 3)),
    "multiplied up": lambda e: Product(e, (n, 1, 3)),
    "above a bar": lambda e: Mul(e, Pow(w, -1), evaluate=False),
    "above a number": lambda e: Mul(Rational(1, 3), e, evaluate=False),
    "below a bar": lambda e: Mul(w, Pow(e, -1, evaluate=False), evaluate=False),
    "first of a product": lambda e: Mul(e, w, evaluate=False),
    "last of a product": lambda e: Mul(w, e, evaluate=False),
    "times a number": lambda e: Mul(3, e, evaluate=False),
    "times a logarithm": lambda e: Mul(sympy.log(w), e, Pow(y, -1), evaluate=False),
    "times a root": lambda e: Mul(Pow(2 / sympy.pi, Rational(1, 2)), e, sympy.log(w), evaluate=False),
    "times a sum sign": lambda e: Mul(Sum(n * w, (n, 1, 3)), e, evaluate=False),
}


@pytest.mark.parametrize("kind", _LOOSE)
def test_unevaluated_sums_and_products_keep_their_brackets(kind: str):
    for context, outer in itertools.product(_CONTEXTS, ("negated", "squared", "last of a product", "in an exponent", "")):
        expr = _CONTEXTS[context](_LOOSE[kind])
        expr = _CONTEXTS[outer](expr) if outer else expr
        check(expr, expr_latex(expr))
        check(expr, broken(expr, 6))


def broken(expr: Any, line: float) -> str:
    """`expr` over several lines."""
    printer = FormulaPrinter()
    text = aligned(relation_lines("x ", "=", pieces(expr, printer, line), "", line))
    head, _, rest = text.partition("=")
    assert head.replace(r"\begin{aligned}", "").replace(r"\\[3pt]", "").split() in (["x", "&"], ["x", "&", "&\\quad"])
    return rest


def test_the_sign_before_what_was_collected():
    assert expr_latex(w + collect_const(-u - v)) == "w - (u + v)"
    assert expr_latex(w + collect_const(-2 * u - 2 * v)) in ("w - 2 (u + v)", "w - (2 u + 2 v)")
    lines = broken(w + collect_const(-u - v), 2).removesuffix(r"\end{aligned}").split("\n")
    assert [line.removesuffix(r" \\[3pt]").strip() for line in lines] == [
        "w", r"&\quad - \Bigl(u", r"&\quad\qquad + v\Bigr)", ""
    ]  # fmt: skip


def test_the_sign_reaches_every_term_of_a_numerical_sum():
    assert Reader(expr_latex(Mul(-1, Add(-3, Rational(-1, 2), 3, evaluate=False), evaluate=False))).read()(POINT) == 0.5


_RENAMED = {"tau": "a-b", "rho": "a b", "k": "-c"}


@pytest.mark.parametrize("symbol", [tau, rho, k], ids=str)
def test_a_symbol_that_the_reader_writes_as_an_expression_keeps_its_brackets(symbol: sympy.Symbol):
    a, b, c = POINT["a"], POINT["b"], POINT["c"]
    at = POINT | {"tau": a - b, "rho": a * b, "k": -c}
    mine = Renaming.from_mapping(_RENAMED)
    for context, inner in itertools.product(_CONTEXTS, (symbol, Mul(-1, symbol), Mul(symbol, u), Pow(symbol, 2))):
        expr = _CONTEXTS[context](inner)
        check(expr, expr_latex(expr, mine), at)


@pytest.mark.parametrize(
    ("expr", "wanted"),
    [
        (Times(x + y, w), r"(x + y)\,w"),
        (Times(x, Times(y, w + v)), r"x\,y\,(w + v)"),
        (Resolvent(-x), r"(C+(- x))^{-1}"),
        (Pow(NormalShare(tau) * (1 - NormalShare(tau)), k), r"(\Phi(\tau) (1 - \Phi(\tau)))^{k}"),
        (ScaledLoss(k + 1, tau, rho), r"(k + 1)^{\rho}\mathcal{L}_{(k + 1)}(\tau,\rho)"),
        (InverseCoefficient(x + y, k), r"[k^{-1}](x + y)"),
        (InverseCoefficient(x, k) ** 2, r"([k^{-1}]x)^{2}"),
        (Mul(InverseCoefficient(x, k), Pow(w, y), evaluate=False), r"w^{y} [k^{-1}]x"),
    ],
)
def test_arguments_of_named_quantities_keep_their_brackets(expr: Any, wanted: str):
    assert expr_latex(expr) == wanted


# Anything.


def trees() -> st.SearchStrategy[Any]:
    """Expressions of a few levels, evaluated or not."""
    whole = st.sampled_from([-3, -2, -1, 1, 2, 3]).map(sympy.Integer)
    ratios = st.sampled_from([Rational(p, q) for p in (-2, -1, 1, 2, 3) for q in (2, 3)])
    leaves = st.one_of(st.sampled_from([u, v, w, x, y, n, sympy.pi]), whole, ratios)

    def grow(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(inner, min_size=2, max_size=3)
        powers = st.sampled_from([2, 3, -1, -2, Rational(1, 2), Rational(-1, 2), Rational(3, 2)])
        return st.one_of(
            st.builds(lambda args, now: Add(*args, evaluate=now), several, st.booleans()),
            st.builds(lambda args, now: Mul(*args, evaluate=now), several, st.booleans()),
            st.builds(lambda arg: Mul(-1, arg, evaluate=False), inner),
            st.builds(lambda arg, power: Pow(arg, power, evaluate=False), inner, powers),
            st.builds(lambda arg: Pow(2, arg, evaluate=False), inner),
            st.builds(lambda arg: sympy.exp(arg, evaluate=False), inner),
            st.builds(lambda arg: sympy.log(arg, evaluate=False), inner),
            st.builds(lambda arg: Integral(arg, (u, 0, 1)), inner),
            st.builds(lambda arg: Sum(arg, (n, 1, 3)), inner),
            st.builds(lambda arg: Product(arg, (n, 1, 3)), inner),
            st.builds(lambda arg: Derivative(Mul(x, arg, evaluate=False), x), inner),
            st.builds(lambda arg: collect_const(sympy.expand(arg)), inner),
        )

    return st.recursive(leaves, grow, max_leaves=6)


_SETTINGS = settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


@_SETTINGS
@given(trees())
def test_any_expression_reads_as_itself(expr: Any):
    try:
        check(expr, expr_latex(expr))
    except Undefined:
        reject()


@_SETTINGS
@given(trees(), st.sampled_from([3.0, 10.0, 25.0]))
def test_any_expression_reads_as_itself_over_several_lines(expr: Any, line: float):
    try:
        check(expr, broken(expr, line))
    except Undefined:
        reject()
