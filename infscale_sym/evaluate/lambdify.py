"""From a SymPy expression to a function of numbers: NumPy float64, mpmath at any precision, Arb balls.

The named quantities of an expression bring their own evaluators (class attributes `numpy`, `mpmath`, `arb`); one without an
evaluator but with a definition gets its numbers from that (`infscale_sym.evaluate.definition`). Generated code calls a
quantity by package and name, so that two of one name in two packages never meet. Rational numbers stay exact until the
target's arithmetic receives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sympy import Dummy, Expr, Integral, Sum, Symbol, lambdify
from sympy.core.function import Application, AppliedUndef
from sympy.printing.numpy import SciPyPrinter
from sympy.printing.pycode import MpmathPrinter, PythonCodePrinter

from infscale_sym.errors import EvaluationError, NotationError, ValidationError
from infscale_sym.notation.operators import Root
from infscale_sym.notation.quantity import Quantity, QuantityMeta, quantities_of

#: Functions that stand in for evaluators of quantities, by class.
Instead = Mapping[Any, Callable[..., Any]]
_UNEVALUATED = (Integral, Sum, Root)
_MORE = 12
_OWN = __name__.partition(".")[0]


def numpy_function(expr: Expr, args: Sequence[Symbol], instead: Instead | None = None) -> Callable[..., Any]:
    """`expr` as a function of float64 scalars or arrays (positional, in the order of `args`); broadcasts.

    An integral, sum or root in it is computed value by value: integrals in doubles where these settle it, else in mpmath,
    which is slow, but right."""
    if expr.has(*_UNEVALUATED):
        return _value_by_value(_in_doubles(expr, args, instead), mpmath_function(expr, args, instead))
    modules = [_functions(expr, "numpy", instead), "scipy"]
    return lambdify(list(args), expr, modules=modules, cse=True, docstring_limit=0)


def mpmath_function(
    expr: Expr,
    args: Sequence[Symbol],
    instead: Instead | None = None,
    quadrature: Callable[..., Any] | None = None,
    cache: dict[Any, tuple[int, Any]] | None = None,
) -> Callable[..., Any]:
    """`expr` as f(*values, digits=50) -> mpf; values are exact rationals, mpf, ints or decimal strings.

    Quantities' evaluators receive `digits` as a keyword. Working precision: `digits` plus 15 guard digits. Integrals are
    computed by `quadrature(integrand, (low, high))`, by default `definition.integral`. `cache`: a dictionary of the
    caller's in which quantities' values are kept, so that each is computed once, or anew for more digits.
    """
    import mpmath

    from infscale_sym.evaluate import definition

    state = {"digits": 50}
    table = _functions(expr, "mpmath", instead)
    if cache is not None:
        table = {name: _remembered(name, function, cache) for name, function in table.items()}
    bound: dict[str, Any] = {name: _with_digits(function, state) for name, function in table.items()}
    bound |= {"integral_": quadrature or definition.integral, "sum_": definition.summation, "root_": definition.root}
    printer = _MpmathPrinter({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True})
    # A docstring takes a fifth of the time.
    compiled = lambdify(list(args), expr, modules=[bound, "mpmath"], printer=printer, docstring_limit=0)

    # What integrates, sums or solves needs more digits of its parts than it gives.
    more = _MORE if expr.has(*_UNEVALUATED) else 0

    def function(*values: Any, digits: int = 50) -> Any:
        with mpmath.workdps(digits + more + 15):
            state["digits"] = digits + more
            return mpmath.mpmathify(compiled(*(to_mpf(value) for value in values)))

    return function


def arb_function(expr: Expr, args: Sequence[Symbol], instead: Instead | None = None) -> Callable[..., Any]:
    """`expr` as f(*values, digits=50) -> flint.arb, a ball that contains the value; evaluators must return balls."""
    import flint

    from infscale_sym.evaluate.definition import ball_integral

    state = {"digits": 50}
    table = _functions(expr, "arb", instead)
    namespace: dict[str, Any] = {name: _with_digits(function, state) for name, function in table.items()}
    namespace |= {"arb": flint.arb, "fmpq": flint.fmpq, "arb_pi": flint.arb.pi, "arb_e": flint.arb.const_e}
    namespace |= {"power": power}
    namespace |= {"ball_integral_": ball_integral}
    printer = ArbPrinter({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True})
    compiled = lambdify(list(args), expr, modules=[namespace], printer=printer, docstring_limit=0)

    def function(*values: Any, digits: int = 50) -> Any:
        with flint.ctx.workprec(int(3.33 * digits) + 64):
            state["digits"] = digits + 5
            return flint.arb(compiled(*(to_arb(value) for value in values)))

    return function


def _functions(expr: Expr, arithmetic: str, instead: Instead | None) -> dict[str, Callable[..., Any]]:
    """Code name -> function, for every named quantity of an expression."""
    known = instead or {}
    if undefined := sorted({str(f.func) for f in expr.atoms(AppliedUndef)}):
        raise EvaluationError(f"{', '.join(undefined)}: a function of SymPy without a meaning; make it a quantity")
    return {cls.code_name: known[cls] if cls in known else evaluator(cls, arithmetic) for cls in quantities_of(expr)}


def evaluator(cls: QuantityMeta, arithmetic: str) -> Callable[..., Any]:
    """How a quantity is computed in an arithmetic ("numpy", "mpmath" or "arb"): its own evaluator, or its definition.

    An evaluator of another package is compared with the definition, where there is one, before it is used.
    Raises EvaluationError where there is neither.
    """
    own = getattr(cls, arithmetic)
    if own is not None:
        return own if cls.package == _OWN or not defined(cls) else _trusted(cls, arithmetic, own)
    if not defined(cls):
        raise EvaluationError(
            f"{cls.__name__} has no {arithmetic} evaluator and no definition to compute it from: pass definition= or "
            f"{arithmetic}= to quantity(), or give the class the attribute {arithmetic}"
        )
    return _from_definition(cls, arithmetic)


def defined(cls: Any) -> bool:
    """Whether the definition of a quantity is a formula."""
    return cls.unfold is not Quantity.unfold and not isinstance(cls.definition(), cls)


def _from_definition(cls: Any, arithmetic: str) -> Callable[..., Any]:
    """The definition as a function of the quantity's arguments; compiled on the first call."""
    made: list[Callable[..., Any]] = []

    def function(*values: Any, **digits: int) -> Any:
        if not made:
            names = [Dummy(f"x_{i}", **_assumptions(slot)) for i, slot in enumerate(cls.slots)]
            make = {"numpy": numpy_function, "mpmath": mpmath_function, "arb": arb_function}[arithmetic]
            made.append(make(cls(*names).unfold(), names))
        return made[0](*values, **digits)

    function.__name__ = f"definition_of_{cls.__name__}"
    return function


def _assumptions(slot: Expr) -> dict[str, bool]:
    return dict(slot._assumptions_orig) if isinstance(slot, Symbol) else {}  # type: ignore[attr-defined]


#: Evaluators of other packages that agreed with their definitions, in this process.
_AGREED: set[tuple[Any, str, Any]] = set()


def _trusted(cls: Any, arithmetic: str, own: Callable[..., Any]) -> Callable[..., Any]:
    """A user's evaluator, compared with the definition at three points before its first value is handed out."""

    def function(*values: Any, **digits: int) -> Any:
        if (cls.key, arithmetic, own) not in _AGREED:
            _compare(cls, arithmetic, own)
            _AGREED.add((cls.key, arithmetic, own))
        return own(*values, **digits)

    function.__name__ = getattr(own, "__name__", cls.__name__)
    return function


def _compare(cls: Any, arithmetic: str, own: Callable[..., Any]) -> None:
    """Raises ValidationError with the point where an evaluator and the definition differ."""
    import mpmath

    from infscale_sym.evaluate.points import points_in

    if arithmetic != "numpy" and not _takes_digits(own):
        raise EvaluationError(f"the {arithmetic} evaluator of {cls.__name__} must take digits= beside {cls.slots}")
    symbols = [slot for slot in cls.slots if isinstance(slot, Symbol)]
    whole = _from_definition(cls, "mpmath")
    for point in points_in(symbols, cls.domain, 3):
        values = [point.get(slot, slot) for slot in cls.slots]
        with mpmath.workdps(30):
            wanted = whole(*values, digits=20)
            if arithmetic == "numpy":
                got, close = mpmath.mpf(float(own(*map(float, values)))), mpmath.mpf("1e-9")
            elif arithmetic == "mpmath":
                got, close = own(*map(to_mpf, values), digits=20), mpmath.mpf("1e-18")
            else:
                from infscale_sym.evaluate.dyadic import midpoint

                ball = own(*map(to_arb, values), digits=20)
                got, close = midpoint(ball), mpmath.mpf("1e-18") + abs(midpoint(ball.rad()) / (wanted or 1))
            if not abs(got - wanted) <= close * abs(wanted):
                at = ", ".join(f"{slot} = {float(value):.6g}" for slot, value in zip(cls.slots, values, strict=True))
                off = mpmath.nstr(abs(got - wanted) / abs(wanted), 2) if wanted else "all"
                raise ValidationError(
                    f"the {arithmetic} evaluator of {cls.__name__} disagrees with its definition: at {at} it gives "
                    f"{mpmath.nstr(got, 12)}, the definition {mpmath.nstr(wanted, 12)} (a part of {off} off)"
                )


def _takes_digits(function: Callable[..., Any]) -> bool:
    """Whether a function can be called with digits=."""
    import inspect

    from infscale_sym.notation.lazy import Lazy

    try:
        known = inspect.signature(function.resolve() if isinstance(function, Lazy) else function).parameters.values()
    except (TypeError, ValueError):  # of a compiled function nothing is known
        return True
    return any(parameter.name == "digits" or parameter.kind is parameter.VAR_KEYWORD for parameter in known)


def _in_doubles(expr: Expr, args: Sequence[Symbol], instead: Instead | None) -> Callable[..., Any] | None:
    """`expr` with its integrals in float64, at scalars; None where it has anything else to settle."""
    from infscale_sym.evaluate import definition_float

    if expr.has(Sum, Root) or any(len(integral.limits) != 1 for integral in expr.atoms(Integral)):
        return None
    table = {**_functions(expr, "numpy", instead), "integral_": definition_float.integral}
    printer = _Float64Printer({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True})
    return lambdify(list(args), expr, modules=[table, "scipy"], printer=printer, docstring_limit=0)


def _value_by_value(quick: Callable[..., Any] | None, sure: Callable[..., Any]) -> Callable[..., Any]:
    """A function of float64 arrays from two of scalars: the quick one where it settles, else the one in mpmath."""
    import numpy as np

    from infscale_sym.evaluate.definition_float import Unsettled

    def one(*values: float) -> float:
        if quick is not None:
            try:
                return float(quick(*values))
            except Unsettled:
                pass
        return float(sure(*values, digits=17))

    def many(*values: Any) -> Any:
        return np.vectorize(one, otypes=[float])(*values)[()] if values else one()

    return many


class _Float64Printer(SciPyPrinter):
    """An integral as a call of the function that checks itself, or gives up."""

    def _print_Integral(self, expr: Any) -> str:
        variable, low, high = (self._print(part) for part in expr.limits[0])
        return f"integral_(lambda {variable}: {self._print(expr.function)}, ({low}, {high}))"


class _MpmathPrinter(MpmathPrinter):
    """Integrals, sums and roots as calls of the functions that check themselves; nested ones from the outside in."""

    def _print_Integral(self, expr: Any) -> str:
        return self._nested("integral_", expr.function, expr.limits)

    def _print_Sum(self, expr: Any) -> str:
        return self._nested("sum_", expr.function, expr.limits)

    def _print_Root(self, expr: Any) -> str:
        return self._nested("root_", expr.function, expr.limits)

    def _nested(self, name: str, inside: Expr, limits: Any) -> str:
        code = self._print(inside)
        for limit in limits:
            if len(limit) != 3:
                raise EvaluationError(f"an integral or sum without limits has no value: {inside}")
            variable, low, high = (self._print(part) for part in limit)
            code = f"{name}(lambda {variable}: {code}, ({low}, {high}))"
        return code


#: SymPy's functions that a ball has as a method.
_BALL_METHODS = {
    **{name: name for name in ("exp", "log", "erf", "erfc", "gamma", "sin", "cos", "tan", "asin", "acos", "atan")},
    **{name: name for name in ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh")},
    "loggamma": "lgamma",
}
#: Those that are analytic wherever they are finite; the others have branch cuts, of which Arb's integration must be told.
_ENTIRE = {"exp", "erf", "erfc", "gamma", "sin", "cos", "tan", "sinh", "cosh", "tanh"}


class ArbPrinter(PythonCodePrinter):
    """Python source for python-flint: every constant exact, every function a method of a ball, and nothing else."""

    language = "Python"
    _variable: Symbol | None = None  # of the integral that is being printed

    def _print(self, expr: Any, **kwargs: Any) -> str:
        # Before SymPy's own methods, which would print a call of Python's math.
        return self._function(expr) if isinstance(expr, Application) else super()._print(expr, **kwargs)

    def _function(self, expr: Any) -> str:
        if isinstance(expr, Quantity):
            if self._variable is not None and expr.has(self._variable):
                raise EvaluationError(f"{type(expr).__name__} under an integral has no enclosure: give an arb evaluator")
            return expr._code(self)
        name = type(expr).__name__
        if name in _BALL_METHODS:
            flag = "" if name in _ENTIRE else self._flag(expr)
            return f"({self._print(expr.args[0])}).{_BALL_METHODS[name]}({flag})"
        raise TypeError(f"{name} has no enclosure here; there are {', '.join(_BALL_METHODS)}")

    def _flag(self, expr: Any) -> str:
        """The flag that tells a function with a branch cut that it must be analytic on the ball that it is given."""
        if self._variable is None or not expr.has(self._variable):
            return ""
        if type(expr).__name__ not in ("log", "Pow"):
            raise EvaluationError(f"{type(expr).__name__} under an integral has no enclosure: give an arb evaluator")
        return "analytic=analytic_"

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
            root = f"({base}).{'sqrt' if exponent > 0 else 'rsqrt'}({self._flag(expr)})"
            return root if abs(exponent.p) == 1 else f"power({root}, {abs(exponent.p)})"
        if flag := self._flag(expr):
            return f"({base}).pow({self._print(exponent)}, {flag})"
        return f"power({base}, {self._print(exponent)})"

    def _print_Float(self, expr: Any) -> str:
        raise TypeError(f"{expr} is a rounded number: write it as a Rational so that the ball can contain it")

    def _print_Integral(self, expr: Any) -> str:
        if len(expr.limits) != 1 or len(expr.limits[0]) != 3 or self._variable is not None:
            raise EvaluationError("only a single integral has an enclosure: give the quantity an arb evaluator")
        variable, low, high = expr.limits[0]
        if low.is_infinite or high.is_infinite:
            raise EvaluationError(
                "an integral over an infinite range has no enclosure, for nothing bounds its tail: give the quantity an arb "
                "evaluator"
            )
        ends = f"{self._print(low)}, {self._print(high)}"
        self._variable = variable
        try:
            return f"ball_integral_(lambda {variable}, analytic_: {self._print(expr.function)}, {ends})"
        finally:
            self._variable = None

    def _print_Sum(self, expr: Any) -> str:
        kind = type(expr).__name__.lower()
        raise EvaluationError(f"an unevaluated {kind} has no enclosure here: give the quantity an arb evaluator")

    _print_Root = _print_Product = _print_Derivative = _print_Limit = _print_Sum


def power(base: Any, exponent: Any) -> Any:
    """base**exponent as a ball, finite wherever the power is; exponent: an integer or a ball.

    Arb's own power of a ball that reaches 0 is nan, as it takes the logarithm. So a whole power is multiplied out there (an
    even one without the negative numbers that a product of balls brings in), and another one, which needs base >= 0, spans
    from 0 to the power of the upper end.
    """
    import flint

    if isinstance(base, flint.acb):  # under an integral: nothing is known of its sign
        return base**exponent
    if not isinstance(exponent, int) and exponent.is_integer():
        exponent = int(exponent.unique_fmpz())
    if not base.contains(0) and base.is_finite() and isinstance(exponent, int):
        # On one side of 0 a power is monotone: of a wide ball its ends are closer than a product, which may reach 0.
        narrow = 16 * base.rad() < abs(base.mid())
        return base**exponent if narrow else (base.lower() ** exponent).union(base.upper() ** exponent)
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


def _remembered(name: str, function: Callable[..., Any], cache: dict[Any, tuple[int, Any]]) -> Callable[..., Any]:
    def call(*args: Any, digits: int) -> Any:
        key = (name, *(a._mpf_ if hasattr(a, "_mpf_") else str(a) for a in args))
        if cache.get(key, (0, None))[0] < digits:
            cache[key] = digits, function(*args, digits=digits)
        return cache[key][1]

    return call


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


__all__ = [
    "Instead",
    "NotationError",
    "arb_function",
    "defined",
    "evaluator",
    "mpmath_function",
    "numpy_function",
    "to_arb",
    "to_mpf",
]
