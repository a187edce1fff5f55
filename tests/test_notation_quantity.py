"""The identity of a quantity: (package, name), stable when a cell runs again, and distinct across packages."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Symbol, exp

from infscale_sym.errors import NotationError
from infscale_sym.evaluate.lambdify import numpy_function
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


def test_a_cell_that_runs_again_gives_the_same_class_with_its_new_evaluators():
    first = made("package_three", 3, numpy=lambda at: at**3)
    again = made("package_three", 3)
    assert again is first
    assert first.numpy is None


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
