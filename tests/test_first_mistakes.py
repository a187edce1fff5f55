"""The first attempts of somebody who states a result of their own: what is wrong is said in one clear sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Integral, Symbol, exp, oo, pi, sqrt

from infscale_sym import Derivation, asymptotic, equality, inequality, quantity, registry
from infscale_sym.cli import main
from infscale_sym.derive.asymptotics import ExpandUnderIntegral
from infscale_sym.derive.rules import Algebra, Integrate, Substitute, Unfold
from infscale_sym.errors import InfscaleError, ValidationError
from infscale_sym.notation.check import ExactDraw, LimitDraw, Sweep
from infscale_sym.notation.formula import Formula
from infscale_sym.notation.operators import normal_density
from infscale_sym.present.document import render
from infscale_sym.present.prose import to_tex
from infscale_sym.theory.selection.notation import LogSurvival, k, r, rho, tau

w = Symbol("w", positive=True)
p = 2 * normal_density(tau)
TAIL = Integral(exp(k * LogSurvival(r, tau)), (r, 0, oo))
SCALED = Integral(exp(k * LogSurvival(w / (k * p), tau)), (w, 0, oo)) / (k * p)
LIMIT = Integral(exp(-w), (w, 0, oo)) / (k * p)
RIGHT = sqrt(pi / 2) * exp(tau**2 / 2) / k
WORDS = "mean absolute error of the best of k"


def stated(**changes: Any) -> Any:
    """The quantity of docs/your-own-result.md, with changes."""
    given = {"name": "MistakenError", "slots": (k, tau), "latex": "M_{#1}(#2)", "definition": TAIL, "meaning": WORDS, **changes}
    return quantity(given.pop("name"), given.pop("slots"), given.pop("latex"), **given)


A = stated()
LEAST = quantity("MistakenLeast", (k,), "m_{#1}", definition=Integral((1 - r) ** k, (r, 0, 1)), meaning="the least of k")


def law(rhs: Any = RIGHT, **changes: Any) -> Formula:
    """The claim of docs/your-own-result.md, with changes."""
    return asymptotic("mistaken.law", A(k, tau), rhs, **{"variable": k, "remainder": k**-2, **changes})


def refused(attempt: Callable[[], Any], said: str) -> None:
    """The attempt ends in one sentence, and not in a traceback of somebody else's."""
    with pytest.raises(InfscaleError) as caught:
        attempt()
    text = str(caught.value)
    assert said in text, text
    assert "\n" not in text


STATING: dict[str, tuple[Callable[[], Any], str]] = {
    "another definition": (lambda: stated(definition=2 * TAIL), "is defined already, and differently"),
    "a letter besides the slots": (lambda: stated(name="M1", slots=(k,), latex="M"), "has tau besides the slots k"),
    "a letter with other assumptions": (
        lambda: stated(name="M1", slots=(Symbol("k"), tau)),
        "two symbols are called k, with the assumptions none and positive=True",
    ),
    "a parameter that is none": (lambda: stated(name="M1", latex="M_{#3}"), "may use #1 to #2 for its arguments"),
    "a name with a blank": (lambda: stated(name="my error"), "must be an identifier"),
    "no words": (lambda: stated(name="M1", meaning=" "), "say in a few words what it means"),
    "slots that are expressions": (lambda: stated(name="M1", slots=(k / 2, tau)), "different symbols, one for each argument"),
    "one slot twice": (lambda: stated(name="M1", slots=(k, k)), "different symbols, one for each argument"),
    "a definition as text": (lambda: stated(name="M1", definition="1/k"), "is an expression in (k, tau); got str"),
    "a quantity's domain as text": (lambda: stated(name="M1", domain="k>2"), "like k > 2; got the string 'k>2'"),
    "a definition as a function": (
        lambda: stated(name="M1", definition=lambda k: k),
        "is an expression in (k, tau); got function",
    ),
    "an id in capitals": (
        lambda: asymptotic("My.Law", A(k, tau), RIGHT, variable=k, remainder=k**-2),
        "must be lower-case words",
    ),
    "k without positive=True": (lambda: law(RIGHT.subs(k, Symbol("k"))), "two symbols are called k"),
    "a variable that is not there": (
        lambda: law(variable=rho, remainder=rho**-2),
        "rho, which tends to a limit, is not on the left",
    ),
    "a remainder as text": (lambda: law(remainder="k**-2"), "the remainder is an expression, like k**-2; got 'k**-2'"),
    "a remainder that is no power": (lambda: law(remainder=exp(-k)), "must be a power of k, like k**-2; got exp(-k)"),
    "no remainder": (lambda: law(remainder=0), "must be a power of k, like k**-2; got 0"),
    "a remainder without the variable": (
        lambda: law(remainder=tau**-2),
        "the remainder must hold k, like k**-2; got tau**(-2)",
    ),
    "a domain as text": (
        lambda: law(domain="k>2"),
        "domain is a SymPy condition like k > 2; got the string 'k>2'",
    ),
    "a right side as text": (lambda: law("1/k"), "the right side is a SymPy expression, like 1/k; got the string '1/k'"),
    "a left side without arguments": (
        lambda: equality("mistaken.mean", LEAST, 1 / k),
        "the left side is a SymPy expression, like 1/k; got MistakenLeast",
    ),
    "an unknown word": (
        lambda: law(doman=k > 2),
        "there is no doman=; the names are title, variable, remainder, limit, source",
    ),
    "its nearest": (lambda: law().using(doman=k > 2), ", of which domain is the nearest"),
    "a derivation too early": (lambda: law(derivation=None), "derivation= is given afterwards, with .using(derivation=...)"),
    "a figure of another kind": (lambda: law().plot("law.jpg"), "must end in .png, .svg or .pdf"),
}


@pytest.mark.parametrize("name", STATING)
def test_stating(name: str):
    refused(*STATING[name])


def test_a_cell_that_runs_again_changes_nothing_but_what_may_change():
    again = stated(meaning="in other words")
    assert again is A
    assert A.meaning == "in other words"
    assert stated() is A
    one = stated(name="M2", slots=k, latex="M_{#1}", definition=1)
    assert one(k).unfold() == 1


def drawn(function: Any) -> Callable[[], Any]:
    """The simulation of a claim by a function."""
    return lambda: equality("mistaken.mean", LEAST(k), 1 / (k + 1)).using(draw=function).simulate(quick=True)


DRAWING = {
    "another name": (drawn(lambda n, rng: 1.0), "takes rng and symbols of the statement (k) by their names, and trials"),
    "no generator": (drawn(lambda k: 1.0), "takes rng and symbols of the statement (k) by their names, and trials"),
    "nothing": (drawn(lambda k, rng: None), "the drawing returns None at k = 29; one number is wanted"),
    "an array for one trial": (
        drawn(lambda k, rng: rng.random(3)),
        "an array of shape (3,) for one trial at k = 29; one number is wanted",
    ),
    "too much at once": (drawn(lambda k, rng, trials: rng.random((trials, 2))), "trials at once at k ="),
    "one number for many": (drawn(lambda k, rng, trials: 0.5), "an array of shape () for"),
    "a failure": (drawn(lambda k, rng: 1 / 0), "the drawing fails at k ="),
    "a sampler without its words": (
        drawn(ExactDraw(lambda k: 1.0)),
        "(k, rng) or (k, rng, trials), or a sampler (k, *, trials, seed) -> (mean, standard error); got a function of (k)",
    ),
    "a sampler that is none": (drawn(ExactDraw(3)), "(mean, standard error); got 3"),
    "no function": (drawn(3), "a drawing is a function, an ExactDraw or a LimitDraw; got 3"),
}


@pytest.mark.parametrize("name", DRAWING)
def test_drawing(name: str):
    refused(*DRAWING[name])


def least(k: int, rng: np.random.Generator, trials: int) -> np.ndarray:
    """LEAST drawn many times at once."""
    return rng.random((trials, k)).min(axis=1)


BELOW = asymptotic("mistaken.below", LEAST(k), 1 / k, variable=k, remainder=k**-2)


def test_a_function_is_drawn_as_it_is_in_what_draws():
    mean = equality("mistaken.mean", LEAST(k), 1 / (k + 1))
    assert mean.using(draw=ExactDraw(least)).simulate(quick=True).agrees
    assert BELOW.using(draw=LimitDraw(least, sizes=(4, 6, 9, 14))).simulate(quick=True).agrees


def test_what_is_inconclusive_says_what_to_do():
    few = BELOW.using(draw=LimitDraw(least, trials=300)).simulate()
    assert few.agrees is None
    assert few.evidence.endswith("too few draws to tell; use LimitDraw(sizes=(4, 6, 9, 14), trials=600_000)")
    own = BELOW.using(draw=LimitDraw(least, sizes=(4, 6, 9), quick_trials=300)).simulate(quick=True)
    assert own.evidence.endswith("; draw without quick, or use LimitDraw(trials=...) with more than 200000")


def test_a_remainder_that_is_not_below_the_term_or_too_few_sizes():
    flat = asymptotic("mistaken.flat", LEAST(k), 1 / k, variable=k, remainder=1 / k)
    refused(flat.using(draw=LimitDraw(least)).simulate, "the remainder 1/k is not below the claim 1/k as k grows: nothing is")
    refused(BELOW.using(draw=LimitDraw(least, sizes=(4, 6))).simulate, "3 different sizes at least are wanted; got (4, 6)")


HALF = quantity("MistakenHalf", (k, tau), "h_{#1}(#2)", definition=tau * LEAST(k - 3).unfold(), meaning="t times the least")
LINEAR = asymptotic("mistaken.half", HALF(k, tau), tau / k, variable=k, remainder=k**-2)


def lines(formula: Formula) -> list[Any]:
    """The curves of the upper panel that are labelled."""
    return [line for line in formula.plot().figure.axes[0].get_lines() if np.size(line.get_xdata()) > 4]


def test_a_figure_starts_in_the_domain_and_leaves_out_what_vanishes():
    inside = replace(LINEAR, domain=k > 3)
    (*curves,) = lines(inside)  # for tau = 0 and its largest value: the first vanishes
    assert len(curves) == 1
    assert curves[0].get_xdata()[0] == 4
    one = lines(LINEAR.using(sweep=Sweep(k, (4, 1000), True, log_height=True, points=9)))
    assert [line.get_xdata()[0] for line in one] == [4]
    bound = inequality("mistaken.bound", LEAST(k), 1 / k).using(sweep=Sweep(k, (1, 9)))
    assert len(lines(bound)) == 2
    refused(LINEAR.using(sweep=Sweep(k, (4, 9), True, fixed={tau: 0})).plot, "vanishes on every curve; say sweep=Sweep(fixed=")


def test_a_figure_says_where_the_left_side_has_no_value():
    def refuse(k: Any, **_: Any) -> Any:
        raise ValidationError("it diverges")

    rough = quantity("MistakenRough", (k,), "R_{#1}", meaning="without a value", numpy=refuse)
    said = (
        "the left side has no value at k = 1, where the figure starts (it diverges); say where it is drawn, like sweep=Sweep(k"
    )
    refused(asymptotic("mistaken.rough", rough(k), 1 / k, variable=k, remainder=k**-2).plot, said + ", (4, 1000), True)")


def test_a_quantity_without_numbers_says_what_to_pass():
    bare = quantity("MistakenBare", (k,), "B_{#1}", meaning="nothing to compute it from")
    assert "pass definition= or mpmath= to quantity()" in digits(equality("mistaken.bare", bare(k), 1 / k))[1]


def test_a_factorial_is_no_inequality_and_the_domain_is_exported():
    assert to_tex("0!=1, k != 2") == r"0!=1, $k$ $\ne$ 2"
    held = replace(BELOW, domain=k > 2)
    for format in ("tex", "markdown", "html"):
        assert "k &gt; 2" in (text := render([held], format)) or "k > 2" in text


@pytest.mark.parametrize(("name", "said"), [("nofile.py", "there is no such file"), ("__init__.py", "part of a package")])
def test_a_module_that_is_no_file_of_formulas(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv(registry.VARIABLE, "")
    (tmp_path / "__init__.py").write_text("")
    try:
        assert main(["--module", str(tmp_path / name), "list"]) == 2
    finally:
        registry._foreign.cache_clear()
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert said in err


def test_draws_of_another_thing_disagree():
    leg = (
        equality("mistaken.mean", LEAST(k), 1 / (k + 1))
        .using(draw=lambda k, rng, trials: rng.random((trials, k)).max(1))
        .simulate()
    )
    assert leg.agrees is False


def started(steps: int) -> Derivation:
    """The derivation of docs/your-own-result.md after a few steps."""
    derivation = Derivation(law())
    line = ((TAIL, Unfold(A)), (SCALED, Substitute(r, w, w / (k * p))), (LIMIT, ExpandUnderIntegral(k, 1, k**-2)))
    for after, rule in line[:steps]:
        derivation.claim(after, rule, "as on the page")
    return derivation


DERIVING: dict[str, tuple[Callable[[], Any], str]] = {
    "of no formula": (lambda: Derivation(42), "that of a Formula, or of the id of a registered one; got 42"),
    "of an unknown id": (lambda: Derivation("mistaken.id").formula, "no formula has the id 'mistaken.id'"),
    "a quantity with its arguments": (
        lambda: Unfold(A(k, tau)),
        "takes the quantity itself, like MistakenError, without arguments",
    ),
    "another quantity": (lambda: started(0).claim(TAIL, Unfold(LogSurvival), ""), "nothing to unfold: LogSurvival"),
    "a rule as text": (lambda: started(0).claim(TAIL, "algebra", ""), "got Integral and 'algebra'"),
    "a rule's class": (lambda: started(0).claim(TAIL, Algebra, ""), "got Integral and Algebra"),
    "a factor left out": (
        lambda: started(1).claim(k * SCALED, Substitute(r, w, w / (k * p)), ""),
        "step 2 (substitution): the integrand becomes",
    ),
    "two letters of one name": (
        lambda: started(1).claim(SCALED, Substitute(r, Symbol("w"), Symbol("w") / (k * p)), ""),
        "two symbols are called w",
    ),
    "too early": (
        lambda: started(1).claim(LIMIT, ExpandUnderIntegral(k, 1, k**-2), ""),
        "the exponent k*LogSurvival(r, tau) grows with k: measure the variable in another unit",
    ),
    "a wrong coefficient": (
        lambda: started(2).claim(2 * LIMIT, ExpandUnderIntegral(k, 1, k**-2), ""),
        "over 0 < w < oo the coefficient of k^-1 is",
    ),
    "a step in an integral that SymPy does not know": (
        lambda: started(1).claim(RIGHT, Integrate(), ""),
        "SymPy leaves an integral",
    ),
    "an end too early": (lambda: started(1).conclude(), "ends in Integral"),
    "no step": (lambda: started(0).conclude(), "needs at least one step"),
    "not concluded": (lambda: law().using(derivation=started(1)), "call its conclude() first"),
    "no derivation": (lambda: law().using(derivation=lambda: None).derivation(), "or a function that returns one; got None"),
}


@pytest.mark.parametrize("name", DERIVING)
def test_deriving(name: str):
    refused(*DERIVING[name])


def digits(formula: Formula) -> tuple[bool | None, str]:
    """What the digits say."""
    leg = formula.verdict(quick=True).leg("digits")
    return leg.agrees, leg.evidence


def test_what_claims_nothing_gets_no_verdict():
    assert digits(law(remainder=1 / k)) == (
        None,
        f"the remainder 1/k is not below the claim {RIGHT} as k grows: nothing is claimed",
    )
    assert digits(equality("mistaken.same", A(k, tau), A(k, tau))) == (
        None,
        "both sides are the same expression: nothing is claimed",
    )
    zero = asymptotic("mistaken.zero", LEAST(k), 0, variable=k, remainder=1 / k)
    assert digits(zero) == (None, "a claim of 0 is but a bound: state the leading term, or an inequality")


def test_a_wrong_coefficient_and_a_wrong_order_are_told_with_the_point():
    wrong = asymptotic("mistaken.coefficient", LEAST(k), 2 / k, variable=k, remainder=k**-2)
    assert digits(wrong)[0] is False
    assert "the claim gives 2.0e-6 (100 % off); the error goes as k^-1.000, claimed k^-2" in digits(wrong)[1]
    order = asymptotic("mistaken.order", LEAST(k), 1 / k, variable=k, remainder=k**-3)
    assert "the error goes as k^-2.000, claimed k^-3" in digits(order)[1]


@pytest.mark.parametrize(
    ("name", "evaluator", "said"),
    [
        ("M3", lambda k, digits: 1 / k, "disagrees with its definition: at k ="),
        ("M4", lambda k: 1 / (k + 1), "must take digits= beside (k,)"),
    ],
)
def test_an_evaluator_is_held_against_the_definition(name: str, evaluator: Callable[..., Any], said: str):
    mine = quantity(name, (k,), "m_{#1}", definition=LEAST(k).unfold(), meaning="the least of k", mpmath=evaluator)
    agrees, text = digits(equality("mistaken.evaluator", mine(k), 1 / (k + 1)))
    assert agrees is None
    assert said in text


def test_an_inequality_needs_no_enclosure():
    held = inequality("mistaken.below", LEAST(k), 1 / k)
    assert held.verdict(quick=True).leg("digits").summary == "holds at 2 points (self-validated)"
    agrees, text = digits(inequality("mistaken.above", 1 / k, LEAST(k)))
    assert agrees is False
    assert text.startswith("counterexample: at k =")


def test_numbers_of_an_array_are_no_surprise():
    values = LEAST.definition()
    assert np.allclose(equality("mistaken.mean", LEAST(k), 1 / (k + 1)).lhs.numpy(np.array([1.0, 4.0])), [1 / 2, 1 / 5])
    assert values.has(Integral)
