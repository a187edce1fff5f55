"""Moments of products of sample means exactly in the number of draws, and joint cumulants of one normal answer.

Each is computed in two independent ways: the expectation of a product by set partitions of its factors (any k) and by
writing out every choice of draws (a given k). Used by `high_temperature.cumulants` (HP Result 2, arXiv:2512.19905).
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

from sympy import Add, Expr, Integer, Mul, expand, factorial, factorial2, ff
from sympy.functions.combinatorial.numbers import stirling
from sympy.utilities.iterables import multiset_partitions

from infscale_sym.notation.operators import Expectation
from infscale_sym.theory.high_temperature.notation import JointCumulant, loss, penalty
from infscale_sym.theory.selection.notation import k, rho, tau, z


def largest_joint_cumulant(order: int) -> int:
    """c with |joint cumulant| <= c times the product of the variables' bounds: sum over m of S(order, m) (m-1)!."""
    return int(sum(stirling(order, m) * factorial(m - 1) for m in range(1, order + 1)))


def one_draw_moment(a: int, b: int) -> Expr:
    """E[l^a g^b] of one answer, by name."""
    return Expectation(loss**a * penalty**b)


@cache
def mean_of_product(factors: tuple[tuple[int, int], ...]) -> Expr:
    """E of prod_j <l^a_j g^b_j> over k independent draws, exactly in k: a polynomial in 1/k and one-draw moments.

    A product of p means is k^-p times a sum over p indices. Indices that coincide form the blocks of a set partition; with
    m blocks there are k (k-1) ... (k-m+1) ways, and the blocks are independent.
    """
    total = Integer(0)
    p = len(factors)
    for blocks in multiset_partitions(list(range(p))):
        moments = [one_draw_moment(sum(factors[n][0] for n in b), sum(factors[n][1] for n in b)) for b in blocks]
        total += expand(ff(k, len(blocks)), func=True) / k**p * Mul(*moments)
    return expand(total)


def enumerated_mean(factors: tuple[tuple[int, int], ...], count: int) -> Expr:
    """The same for `count` draws, by writing out every choice of indices: the referee of `mean_of_product`."""
    total = Integer(0)
    for indices in product(range(count), repeat=len(factors)):
        term = Integer(1)
        for n in set(indices):
            chosen = [f for f, at in zip(factors, indices, strict=True) if at == n]
            term *= one_draw_moment(sum(f[0] for f in chosen), sum(f[1] for f in chosen))
        total += term
    return expand(total / Integer(count) ** len(factors))


@cache
def normal_cumulant(a: int, b: int) -> Expr:
    """Joint cumulant of a losses and b penalties of one standard normal answer, as a polynomial in tau and rho."""

    def moment(mean: Any) -> Expr:
        inside = expand(mean.args[0].subs({loss: (z + tau) ** 2, penalty: (z + rho) ** 2 / 2}))
        return sum((c * normal_moment(int(n)) for n, c in _powers(inside).items()), Integer(0))

    return expand(JointCumulant(a, b).unfold().replace(lambda e: isinstance(e, Expectation), moment))


def _powers(polynomial: Expr) -> dict[int, Expr]:
    out: dict[int, Expr] = {}
    for term in Add.make_args(polynomial):
        c, power = term.as_independent(z)
        degree = int(power.as_powers_dict()[z]) if power != 1 else 0
        out[degree] = out.get(degree, Integer(0)) + c
    return out


def normal_moment(n: int) -> Expr:
    """E z^n for a standard normal z, 0 or (n-1)!!: by parts E z^n = (n-1) E z^(n-2)."""
    return Integer(0) if n % 2 else factorial2(n - 1)
