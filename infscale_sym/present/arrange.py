"""In which order a product's factors and a sum's terms are printed, and what goes above, below and behind the fraction bar."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sympy import Add, Basic, Expr, Integral, Mul, Pow, Rational, S, Sum, Symbol, erf, erfc, exp, fraction, log
from sympy.core.sorting import default_sort_key
from sympy.tensor.indexed import Indexed

from infscale_sym import registry
from infscale_sym.notation.operators import Expectation, Supremum
from infscale_sym.notation.quantity import Quantity

#: Letters that stand first in a product; the others in the order of the notation table.
_FIRST = ("k", "z", "r", "u", "x", "y", "w")
HALF = Rational(1, 2)
#: Largest common denominator that is taken out of a sum.
_WIDEST = 48


@dataclass(frozen=True)
class Parts:
    """A product sorted for printing: coefficient * prod(above) / prod(below) * sqrt(root_above / root_below) * prod(behind)."""

    coefficient: Any
    above: tuple[Expr, ...]
    below: tuple[Expr, ...]
    root_above: tuple[Expr, ...]
    root_below: tuple[Expr, ...]
    behind: tuple[Expr, ...]


@lru_cache(maxsize=10_000)  # printing asks again and again: once to find the sign, once to print, once to break the line
def parts_of(expr: Any) -> Parts:
    """Sort the factors of a product; their product is `expr`."""
    number, rest = expr.as_coeff_Mul()
    coefficient: Any = Rational(number) if number.is_Rational else S.One
    factors = list(Mul.make_args(rest)) if number.is_Rational else [number, *Mul.make_args(rest)]
    above: list[Any] = []
    below: list[Any] = []
    root_above: list[Any] = []
    root_below: list[Any] = []
    behind: list[Any] = []
    for factor in factors:
        if isinstance(factor, (Integral, Expectation, Supremum)):
            behind.append(factor)
            continue
        base, exponent = (factor, S.One) if isinstance(factor, exp) else factor.as_base_exp()
        rooted = (base.is_Integer and base.is_positive) or base is S.Pi or (isinstance(base, Symbol) and base.is_nonnegative)
        if exponent == HALF and rooted:
            root_above.append(base)
        elif exponent == -HALF and rooted:
            root_below.append(base)
        elif negative_power(exponent):
            below.append(Pow(base, -exponent))
        else:
            above.append(factor)
    # 20 (x - 1) rather than (20 x - 20), with the first term positive.
    for i, factor in enumerate(above):
        if isinstance(factor, Add):
            content, primitive = factor.as_content_primitive()
            if fraction(content)[1] > _WIDEST:  # 1 + b/24 - b^2/5760 stays as it is
                content, primitive = S.One, factor
            if content != 1 or coefficient.is_negative:
                flip = negative(_sorted_terms(primitive)[0])
                coefficient *= -content if flip else content
                above[i] = _opposite(primitive) if flip else primitive
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


def _opposite(expr: Any) -> Expr:
    terms: list[Any] = [Mul(-1, term) for term in Add.make_args(expr)]
    return Add(*terms)


def negative_power(exponent: Any) -> bool:
    """Whether a power with this exponent is printed below the bar."""
    return bool(exponent.is_negative) if exponent.is_number else bool(exponent.as_coeff_Mul()[0].is_negative)


def _symbol_rank(expr: Basic) -> tuple[tuple[int, int], str]:
    if isinstance(expr, Indexed):
        return (_rank(str(expr.base)), str(expr))
    if isinstance(expr, Symbol):
        return (_rank(expr.name), expr.name)
    return ((2000, 0), "")


@lru_cache(maxsize=2000)
def _rank(name: str) -> tuple[int, int]:
    """Where a letter stands among the factors of a product; an auxiliary one last."""
    if name in _FIRST:
        return (-1, _FIRST.index(name))
    return registry.symbol_place(name) or (1000, 0)


def _factor_key(factor: Any) -> tuple[Any, ...]:
    base = factor if isinstance(factor, exp) else factor.as_base_exp()[0]
    if base.is_number and not isinstance(factor, exp):
        kind = 0
    elif isinstance(base, (Symbol, Indexed)):
        kind = 1
    elif isinstance(base, Quantity):
        kind = 6 if base.template.startswith(r"\ln ") else 3 if r"\left" in base.template else 2
    elif isinstance(base, exp):
        kind = 5
    elif isinstance(base, Add):
        kind = 4
    else:
        kind = 6
    return (kind, _symbol_rank(base), default_sort_key(factor))


def _weight(expr: Any) -> float:
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
            argument: Any = base.args[0]
            number, _ = argument.as_coeff_Mul()
            total += 0.01 * abs(float(number)) if number.is_Rational else 0.01
        elif base.has(Integral, Sum):
            total += 20.0
        elif not base.is_number:
            total += times
    return total


@lru_cache(maxsize=10_000)
def _sorted_terms(expr: Any) -> tuple[Expr, ...]:
    keyed = []
    for term in Add.make_args(expr):
        power = next(
            (f.as_base_exp()[1] for f in Mul.make_args(term) if getattr(f.as_base_exp()[0], "name", "") == _FIRST[0]), S.Zero
        )
        ranks = min((_symbol_rank(s) for s in term.atoms(Symbol, Indexed)), default=((-1, 0), ""))
        degree = -float(power) if power.is_Rational else 0.0
        keyed.append(((degree, _weight(term), ranks, default_sort_key(term)), term))
    return tuple(term for _, term in sorted(keyed, key=lambda pair: pair[0]))


def ordered_terms(expr: Any) -> list[Expr]:
    """The terms of a sum in reading order: falling powers of k, then rising degree, a positive term in front."""
    terms = _sorted_terms(expr)
    first = next((i for i, term in enumerate(terms) if not negative(term)), 0)
    return [terms[first], *terms[:first], *terms[first + 1 :]]


def negative(term: Any) -> bool:
    """Whether a term is printed with a minus sign in front."""
    if isinstance(term, Mul):
        return bool(parts_of(term).coefficient.is_negative)
    return bool(term.is_Number and term.is_negative)
