"""What a named quantity is: an unevaluated SymPy function that carries its LaTeX, its meaning, its definition and the
functions that compute it.

A quantity prints as a symbol and opens one level with `unfold()`; it never evaluates by itself. Its identity is
(package, name): stable when a notebook cell runs again and when it travels to a worker process, and distinct from a
quantity of the same name in another package, in SymPy's ordering and in generated code alike. Nothing about a quantity is
kept elsewhere: a subclass in another package is as good as one of this.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from sympy import Dummy, Expr, Function, Symbol, sympify, true
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.logic.boolalg import Boolean

from infscale_sym.errors import NotationError
from infscale_sym.notation.lazy import Lazy, lazy
from infscale_sym.notation.symbols import same_assumptions

#: The class attributes that may hold an evaluator.
EVALUATORS = ("numpy", "mpmath", "arb", "referee_mpmath", "referee_arb", "draw")

_OWN = __name__.partition(".")[0]
_KNOWN: dict[tuple[str, str], QuantityMeta] = {}


class QuantityMeta(type(Function), type):
    """Identity by (package, name); the number of arguments from `slots`; evaluators named as '.module:function'."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **keywords: Any) -> QuantityMeta:
        module = namespace.get("__module__", "__main__")
        namespace.setdefault("package", module.partition(".")[0])
        if "slots" in namespace:
            namespace.setdefault("nargs", len(namespace["slots"]))
        folder = getattr(sys.modules.get(module), "__package__", None)
        for attribute in EVALUATORS:
            if isinstance(namespace.get(attribute), str):
                namespace[attribute] = lazy(folder)(namespace[attribute])
        new = super().__new__(mcs, name, bases, namespace, **keywords)
        old = _KNOWN.setdefault(new.key, new)
        if old is new:
            return new
        if "slots" in namespace and not _same_definition(old, new):
            place = f" (module {old.__module__})" if old.__module__ != module else ""
            raise NotationError(
                f"the quantity {name} of {new.package}{place} is defined already, and differently; a changed definition "
                "needs another name, or a fresh session"
            )
        cell = namespace.pop("__classcell__", None)
        if cell is not None:  # a method that says super() means the class that is handed out
            cell.cell_contents = old
        if "slots" in namespace:  # an evaluator that the cell no longer gives is gone
            namespace = {**dict.fromkeys(EVALUATORS), **namespace}
        for attribute, value in namespace.items():  # the cell ran again: what may change, its evaluators and words, does
            if attribute not in ("__dict__", "__weakref__", "nargs"):  # SymPy keeps nargs, and the slots are the same
                setattr(old, attribute, value)
        return old

    @property
    def key(cls) -> tuple[str, str]:
        """(package, name): what makes it this quantity and no other."""
        return cls.package, cls.__name__

    @property
    def code_name(cls) -> str:
        """Its name in generated code, an identifier that no quantity of another package has."""
        return f"q{len(cls.package)}_{cls.package}_{cls.__name__}"  # the length tells where the package ends

    def __eq__(cls, other: object) -> bool:
        return cls is other or (isinstance(other, QuantityMeta) and cls.key == other.key)

    def __hash__(cls) -> int:
        return hash(cls.key)


def _same_definition(old: Any, new: Any) -> bool:
    """Whether two classes have the same slots, and the same definition in them."""
    if old.slots != new.slots or old.domain != new.domain:
        return False
    try:
        # Of one instance: SymPy's cache takes two classes of one name for one, and would hand out the old one's for both.
        instance = old(*old.slots)
        return _undummied(old.unfold(instance)) == _undummied(new.unfold(instance))
    except Exception:  # a definition that fails on its own slots is compared by its code
        one, two = old.unfold.__code__, new.unfold.__code__
        return (one.co_code, one.co_consts, one.co_names) == (two.co_code, two.co_consts, two.co_names)


def _undummied(expr: Expr) -> Expr:
    """An expression with its dummies, which are new each time it is made, replaced by symbols in the order of their making."""
    dummies = sorted(expr.atoms(Dummy), key=lambda dummy: dummy.dummy_index)
    return expr.xreplace({dummy: Symbol(f"dummy {n} {dummy.name}", **_given(dummy)) for n, dummy in enumerate(dummies)})


def _given(symbol: Any) -> dict[str, Any]:
    """The assumptions that a symbol was made with."""
    return {key: value for key, value in symbol._assumptions_orig.items() if key != "commutative"}


class Quantity(Function, metaclass=QuantityMeta):
    """A named unevaluated quantity.

    A subclass sets `slots` (the symbols that stand for its arguments), `template` (LaTeX; {0}, {1} are the arguments),
    `meaning` (one line), `unfold()` where its definition is a formula, `domain` (a condition on the slots beyond their own
    assumptions), and its evaluators, each a function or its place '.module:function':

    * `numpy(*args)`: float64, broadcasting; `mpmath(*args, digits=)`: an mpf; `arb(*args, digits=)`: a ball;
    * `referee_mpmath`, `referee_arb`: the same number by an independent computation, for verification;
    * `draw(*args, trials=, seed=)`: (mean, standard error) by simulation, sharing no code with the evaluators.

    Without an evaluator of its own it gets numbers from its definition (`infscale_sym.evaluate.definition`).
    """

    package: str
    is_operator: bool = False  # like an expectation, with no letter of its own: no line in the notation table
    meaning: str = ""
    template: str = ""
    slots: tuple[Expr, ...] = ()
    nargs = None
    domain: Boolean = true
    numpy: Any = None
    mpmath: Any = None
    arb: Any = None
    referee_mpmath: Any = None
    referee_arb: Any = None
    draw: Any = None

    @classmethod
    def eval(cls, *args: Any) -> None:
        """Never evaluate on construction: a quantity is a name."""
        return None

    def unfold(self) -> Expr:
        """The definition, one level deep; the quantity itself where the definition is not a formula."""
        return self

    @classmethod
    def definition(cls) -> Expr:
        """The definition in the class's own slots."""
        return cls(*cls.slots).unfold()

    def _eval_evalf(self, prec: int) -> None:
        """No number: SymPy would take the function of that name in mpmath, be it another."""
        return None

    # SymPy orders and hashes by class name and content: the package belongs to it.
    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.package, *self._args)

    @classmethod
    def class_key(cls) -> tuple[int, int, str]:
        """SymPy's key for ordering, made unique across packages."""
        first, second, name = super().class_key()
        return first, second, name if cls.package == _OWN else f"{name}@{cls.package}"

    def _code(self, printer: Any) -> str:
        return f"{type(self).code_name}({', '.join(printer._print(arg) for arg in self.args)})"

    _numpycode = _scipycode = _mpmathcode = _pythoncode = _arbcode = _code

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = self.template.format(*(printer._print(arg) for arg in self.args))
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


def quantity(
    name: str,
    slots: Sequence[Expr],
    latex: str,
    *,
    definition: Expr | None = None,
    meaning: str,
    domain: Boolean = true,
    numpy: Callable[..., Any] | None = None,
    mpmath: Callable[..., Any] | None = None,
    arb: Callable[..., Any] | None = None,
    draw: Callable[..., Any] | None = None,
) -> Any:
    r"""A quantity of one's own, for a notebook: a class as good as one written out (`Quantity`).

    `slots`: its arguments, as symbols. `latex`: a template in which #1, #2 ... are the arguments, e.g.
    r"\mathcal{A}_{#1}(#2)". `definition`: an expression in the slots, which may hold an unevaluated Integral or Sum, or
    `Root`; numbers come from it where no evaluator is given, and a given one is compared with it before it is used.
    Raises NotationError for a name that is no identifier, a definition with other symbols than the slots, a template with
    a parameter that does not exist, and a name that is taken by another definition.
    """
    if not name.isidentifier():
        raise NotationError(f"a quantity's name must be an identifier, like MeanAbsoluteError; got {name!r}")
    if not meaning.strip():
        raise NotationError(f"{name}: say in a few words what it means (meaning=...): the glossary prints it")
    places = tuple(slots) if isinstance(slots, Sequence) else (slots,)
    if not all(isinstance(place, Symbol) for place in places) or len(set(places)) != len(places):
        raise NotationError(f"{name}: the slots are different symbols, one for each argument; got {places}")
    same_assumptions(places, name)
    if isinstance(domain, str):
        raise NotationError(f"{name}: domain is a SymPy condition like {places[0]} > 2; got the string {domain!r}")
    if isinstance(definition, str) or callable(definition):
        raise NotationError(f"{name}: the definition is an expression in {places}; got {type(definition).__name__}")
    definition = None if definition is None else sympify(definition)
    unknown = definition.free_symbols - set(places) if definition is not None else set()
    if unknown:
        same_assumptions({*unknown, *places}, name)
        names = ", ".join(sorted(map(str, unknown)))
        raise NotationError(f"{name}: the definition has {names} besides the slots {', '.join(map(str, places))}")
    bound = {v for part in definition.atoms(ExprWithLimits) for v in part.variables} if definition is not None else set()
    if bound & set(places):
        names = ", ".join(sorted(map(str, bound & set(places))))
        raise NotationError(f"{name}: {names} is a slot, and a variable of integration or summation too; give it another name")

    def unfold(self: Quantity) -> Expr:
        if definition is None:
            return self
        free = set[Any]().union(*(arg.free_symbols for arg in self.args))
        # An argument called like a variable of the definition's own integral must stay what it is.
        opened = definition.xreplace({own: _another(own, free | bound) for own in sorted(bound & free, key=str)})
        return opened.subs(dict(zip(places, self.args, strict=True)), simultaneous=True)  # type: ignore[arg-type]

    frame = sys._getframe(1).f_globals
    body = {
        "__module__": frame.get("__name__", "__main__"),
        "__doc__": meaning,
        "slots": places,
        "template": _template(name, latex, len(places)),
        "meaning": meaning,
        "domain": domain,
        "unfold": unfold,
        "numpy": numpy,
        "mpmath": mpmath,
        "arb": arb,
        "draw": draw,
    }
    return QuantityMeta(name, (Quantity,), body)


def _another(variable: Any, taken: set[Any]) -> Symbol:
    """A symbol like `variable`, with a name that is not taken."""
    names = {symbol.name for symbol in taken}
    number = next(n for n in range(1, len(names) + 2) if f"{variable.name}_{n}" not in names)
    return Symbol(f"{variable.name}_{number}", **_given(variable))


def _template(name: str, latex: str, count: int) -> str:
    """A format string from LaTeX with the parameters #1 ... #count."""
    text = latex.replace("{", "{{").replace("}", "}}")
    parts = text.split("#")
    for part in parts[1:]:
        if not part[:1].isdigit() or not 1 <= int(part[0]) <= count:
            most = f"#1 to #{count}" if count > 1 else "#1"
            raise NotationError(f"{name}: the LaTeX may use {most} for its arguments; got {latex!r}")
    return parts[0] + "".join(f"{{{int(part[0]) - 1}}}{part[1:]}" for part in parts[1:])


def quantities_of(expr: Any) -> list[Any]:
    """The classes of the named quantities in an expression, in a fixed order."""
    return sorted({type(atom) for atom in expr.atoms(Quantity)}, key=lambda cls: cls.code_name)


__all__ = ["EVALUATORS", "Lazy", "Quantity", "QuantityMeta", "quantities_of", "quantity"]
