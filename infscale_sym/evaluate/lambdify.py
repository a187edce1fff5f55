"""From a SymPy expression to a function of numbers: NumPy float64, mpmath at any precision, Arb balls.

The named quantities (heads) of an expression are looked up by name in a namespace that the caller passes, so this module
knows nothing of how they are computed. Rational numbers stay exact until the target's arithmetic receives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sympy import Expr, Integral, Sum, Symbol, lambdify
from sympy.core.function import Application
from sympy.printing.pycode import PythonCodePrinter

from infscale_sym.errors import NoEvaluator

Namespace = Mapping[str, Callable[..., Any]]


def numpy_function(expr: Expr, args: Sequence[Symbol], heads: Namespace) -> Callable[..., Any]:
    """`expr` as a function of float64 scalars or arrays (positional, in the order of `args`); broadcasts.

    Raises NoEvaluator where a quantity of `expr` is not in `heads`, as do the other two.
    """
    _check_heads(expr, heads, "in float64")
    # cse would hoist bound variables out of Integral and Sum.
    cse = not expr.has(Integral, Sum)
    return lambdify(list(args), expr, modules=[dict(heads), "scipy"], cse=cse, docstring_limit=0)


def mpmath_function(
    expr: Expr, args: Sequence[Symbol], heads: Namespace, quadrature: Callable[..., Any] | None = None
) -> Callable[..., Any]:
    """`expr` as f(*values, digits=50) -> mpf; values are exact rationals, mpf, ints or decimal strings.

    The head functions receive `digits` as a keyword. Working precision: `digits` plus 15 guard digits. Unevaluated
    integrals need a `quadrature(integrand, (low, high))`: mpmath.quad alone is silently wrong on infinite ranges.
    """
    if quadrature is None and expr.has(Integral):
        raise TypeError("an unevaluated integral needs a quadrature: give the quantity a head of its own, or pass one")
    _check_heads(expr, heads, "to any number of digits")
    import mpmath

    state = {"digits": 50}
    bound = {name: _with_digits(function, state) for name, function in heads.items()}
    modules = [{**bound, "quad": quadrature} if quadrature else bound, "mpmath"]
    compiled = lambdify(list(args), expr, modules=modules, docstring_limit=0)  # a docstring takes a fifth of the time

    def function(*values: Any, digits: int = 50) -> Any:
        with mpmath.workdps(digits + 15):
            state["digits"] = digits
            return mpmath.mpmathify(compiled(*(to_mpf(value) for value in values)))

    return function


def arb_function(expr: Expr, args: Sequence[Symbol], heads: Namespace) -> Callable[..., Any]:
    """`expr` as f(*values, digits=50) -> flint.arb, a ball that contains the value; heads must return balls."""
    _check_heads(expr, heads, "as a ball")
    import flint

    state = {"digits": 50}
    namespace: dict[str, Any] = {name: _with_digits(function, state) for name, function in heads.items()}
    namespace |= {"arb": flint.arb, "fmpq": flint.fmpq, "arb_pi": flint.arb.pi, "arb_e": flint.arb.const_e, "power": power}
    printer = ArbPrinter({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True})
    compiled = lambdify(list(args), expr, modules=[namespace], printer=printer, docstring_limit=0)

    def function(*values: Any, digits: int = 50) -> Any:
        with flint.ctx.workprec(int(3.33 * digits) + 64):
            state["digits"] = digits + 5
            return flint.arb(compiled(*(to_arb(value) for value in values)))

    return function


def _check_heads(expr: Expr, heads: Namespace, how: str) -> None:
    """Raise NoEvaluator, naming them, if there are quantities in `expr` (not functions of SymPy's) that are not in `heads`."""
    own = {type(e).__name__ for e in expr.atoms(Application) if not (type(e).__module__ or "").startswith("sympy.")}
    if missing := sorted(own - set(heads)):
        verb = "has" if len(missing) == 1 else "have"
        raise NoEvaluator(f"{' and '.join(missing)} {verb} no function that computes it {how}")


#: SymPy's functions that a ball has as a method.
_BALL_METHODS = {
    **{name: name for name in ("exp", "log", "erf", "erfc", "gamma", "sin", "cos", "tan", "asin", "acos", "atan")},
    **{name: name for name in ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh")},
    "loggamma": "lgamma",
}


class ArbPrinter(PythonCodePrinter):
    """Python source for python-flint: every constant exact, every function a method of a ball, and nothing else."""

    language = "Python"

    def _print(self, expr: Any, **kwargs: Any) -> str:
        # Before SymPy's own methods, which would print a call of Python's math.
        return self._function(expr) if isinstance(expr, Application) else super()._print(expr, **kwargs)

    def _function(self, expr: Any) -> str:
        name = type(expr).__name__
        if name in _BALL_METHODS:
            return f"({self._print(expr.args[0])}).{_BALL_METHODS[name]}()"
        if type(expr).__module__.startswith("sympy."):
            raise TypeError(f"{name} has no enclosure here; there are {', '.join(_BALL_METHODS)}")
        return f"{name}({', '.join(self._print(arg) for arg in expr.args)})"

    def _refuse(self, expr: Any) -> str:
        raise TypeError(f"{type(expr).__name__} would decide on a ball by its centre: it has no enclosure here")

    _print_Relational = _print_ITE = _print_And = _print_Or = _print_Not = _refuse

    def _print_Integer(self, expr: Any) -> str:
        return f"arb({int(expr)})"

    def _print_int(self, expr: Any) -> str:
        return f"arb({expr})"

    def _print_Rational(self, expr: Any) -> str:
        return f"arb(fmpq({expr.p}, {expr.q}))"

    _print_Half = _print_Rational

    def _print_Pi(self, expr: Any) -> str:
        return "arb_pi()"

    def _print_Exp1(self, expr: Any) -> str:
        return "arb_e()"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, exponent = self._print(expr.base), expr.exp
        if exponent.is_Integer:
            return f"power({base}, {int(exponent)})"
        if exponent.is_Rational and exponent.q == 2:  # by the root: Arb's own power takes the logarithm, infinite at 0
            root = f"({base}).{'sqrt' if exponent > 0 else 'rsqrt'}()"
            return root if abs(exponent.p) == 1 else f"power({root}, {abs(exponent.p)})"
        return f"power({base}, {self._print(exponent)})"

    def _print_Float(self, expr: Any) -> str:
        raise TypeError(f"{expr} is a rounded number: write it as a Rational so that the ball can contain it")

    def _print_Integral(self, expr: Any) -> str:
        kind = type(expr).__name__.lower()
        raise TypeError(f"an unevaluated {kind} has no enclosure here: give the quantity a head of its own")

    _print_Sum = _print_Product = _print_Derivative = _print_Limit = _print_Integral


def power(base: Any, exponent: Any) -> Any:
    """base**exponent as a ball, finite wherever the power is; exponent: an integer or a ball.

    Arb's own power of a ball that reaches 0 is nan, as it takes the logarithm. So a whole power is multiplied out there (an
    even one without the negative numbers that a product of balls brings in), and another one, which needs base >= 0, spans
    from 0 to the power of the upper end.
    """
    import flint

    if not isinstance(exponent, int) and exponent.is_integer():
        exponent = int(exponent.unique_fmpz())
    if not base.contains(0) or not base.is_finite():
        return base**exponent
    if not isinstance(exponent, int):
        if not (base.lower() >= 0 and exponent > 0):
            return flint.arb.nan()
        return flint.arb(0).union(base.upper() ** exponent).nonnegative_part()
    if exponent < 0:
        return 1 / power(base, -exponent)
    if exponent < 2:
        return base if exponent else flint.arb(1)
    if exponent % 2:
        return base * power(base, exponent - 1)
    half = power(base, exponent // 2)
    return (half * half).nonnegative_part()


def remembering(table: Namespace) -> dict[str, Callable[..., Any]]:
    """The same functions, each value computed once, or anew for more digits: a quadrature or a perturbed claim asks for
    them again and again."""

    def remember(function: Callable[..., Any]) -> Callable[..., Any]:
        memory: dict[Any, tuple[int, Any]] = {}

        def call(*args: Any, digits: int) -> Any:
            key = tuple(a._mpf_ if hasattr(a, "_mpf_") else str(a) for a in args)
            if memory.get(key, (0, None))[0] < digits:
                memory[key] = digits, function(*args, digits=digits)
            return memory[key][1]

        return call

    return {name: remember(function) for name, function in table.items()}


def to_mpf(value: Any) -> Any:
    """An mpf at the current precision from an exact rational, a number or a decimal string."""
    import mpmath

    from infscale_sym.evaluate.inputs import exact

    if isinstance(value, mpmath.mpf) and not mpmath.isnan(value):
        return value
    number = exact(value, infinite=True)
    return mpmath.inf if isinstance(number, float) else mpmath.mpf(number.numerator) / number.denominator


def to_arb(value: Any) -> Any:
    """A ball at the current precision that contains the exact value."""
    import flint

    from infscale_sym.evaluate.inputs import exact

    if isinstance(value, flint.arb):
        return value
    number = exact(value)
    assert not isinstance(number, float)  # infinity was refused
    return flint.arb(flint.fmpq(number.numerator, number.denominator))


def _with_digits(function: Callable[..., Any], state: Mapping[str, int]) -> Callable[..., Any]:
    def bound(*values: Any) -> Any:
        return function(*values, digits=state["digits"])

    return bound
