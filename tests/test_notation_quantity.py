"""The identity of a quantity: (package, name), stable when a cell runs again, and distinct across packages."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Dummy, Integral, Symbol, exp, latex

from infscale_sym.errors import NotationError
from infscale_sym.evaluate.lambdify import arb_function, mpmath_function, numpy_function
from infscale_sym.notation.formula import equality
from infscale_sym.notation.quantity import Quantity, quantity

x = Symbol("x", real=True)


def made(package: str, power: int, **evaluators: Any) -> Any:
    body = {"__module__": package, "slots": (x,), "meaning": "a test", "unfold": lambda self: self.args[0] ** power}
    body |= evaluators
    return type(Quantity)("TwiceNamed", (Quantity,), body)


def test_two_packages_may_use_one_name():
    one, two = made("package_one", 1), made("package_two", 2)
    assert one != two
    assert one(x) + two(x) == two(x) + one(x)
    assert one(x) != two(x)
    assert numpy_function(one(x) + 10 * two(x), (x,))(3.0) == 93.0


def test_one_of_this_package_and_a_strangers_of_its_name():
    from infscale_sym.theory.votes.notation import MeanVote

    body = {"__module__": "package_six", "slots": (x,), "unfold": lambda self: 2 * self.args[0]}
    theirs, ours = type(Quantity)("MeanVote", (Quantity,), body)(x), MeanVote(*MeanVote.slots)
    assert theirs + ours == ours + theirs
    assert theirs != ours


def test_names_in_generated_code_never_meet():
    """b__c of package a, and c of package a__b."""
    bodies = [{"__module__": package, "slots": (x,), "unfold": lambda self, n=n: n * self.args[0]} for package, n in PAIR]
    one, two = (type(Quantity)(name, (Quantity,), body) for name, body in zip(("b__c", "c"), bodies, strict=True))
    assert numpy_function(one(x) + 10 * two(x), (x,))(1.0) == 75


PAIR = (("a", 5), ("a__b", 7))


def test_dummies_in_a_definition_are_no_change():
    def made(power: int) -> Any:
        def unfold(self: Any) -> Any:
            d = Dummy("d")
            return Integral(d**power, (d, 0, self.args[0]))

        return type(Quantity)("WithDummy", (Quantity,), {"__module__": "package_seven", "slots": (x,), "unfold": unfold})

    assert made(1) is made(1)
    with pytest.raises(NotationError, match="defined already, and differently"):
        made(2)


def test_a_cell_that_runs_again_gives_the_same_class_with_its_new_evaluators():
    first = made("package_three", 3, numpy=lambda at: at**3)
    again = made("package_three", 3)
    assert again is first
    assert first.numpy is None


def test_a_cell_with_super_runs_again():
    def cell() -> Any:
        class WithSuper(Quantity):
            slots = (x,)

            def _latex(self, printer: Any, exp: str | None = None) -> str:
                return super()._latex(printer, exp) + "!"

        return WithSuper

    first = cell()
    assert cell() is first
    assert latex(first(x)) == "!"


def test_a_changed_definition_is_refused():
    made("package_four", 3)
    with pytest.raises(NotationError, match="TwiceNamed of package_four is defined already, and differently"):
        made("package_four", 4)


def test_two_symbols_of_one_name_are_refused():
    with pytest.raises(NotationError, match="two symbols are called x, with the assumptions"):
        equality("test.symbols", made("package_five", 5)(x), exp(Symbol("x", positive=True)))


def test_what_quantity_refuses():
    with pytest.raises(NotationError, match="must be an identifier"):
        quantity("not one", (x,), "Q", meaning="a test")
    with pytest.raises(NotationError, match="besides the slots"):
        quantity("Other", (x,), "Q", definition=x + Symbol("y"), meaning="a test")
    with pytest.raises(NotationError, match="may use #1 for its arguments"):
        quantity("Another", (x,), "Q(#2)", meaning="a test")
    with pytest.raises(NotationError, match="x is a slot, and a variable of integration"):
        quantity("YetAnother", (x,), "Q", definition=Integral(x, (x, 0, 1)), meaning="a test")


@pytest.mark.parametrize("name", ["gamma", "zeta", "sin", "erf", "beta", "exp"])
def test_a_name_of_a_known_function_brings_none_of_its_numbers(name: str):
    mine = quantity(name, (x,), "g(#1)", definition=2 * x, meaning="twice x")
    assert mine(2).evalf() == mine(2).n(30) == mine(2)
    for make in (numpy_function, mpmath_function, arb_function):
        assert make(mine(x) + 1, (x,))(2) == 5
