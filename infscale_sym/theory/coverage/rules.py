"""Rules for coverage (L, arXiv:2410.16377): attempts as trees of outcomes, Beta integrals, registered equalities, telescoping.

For the exact formulas `coverage.loss`, `coverage.passk`, `coverage.failures` and `coverage.correlated.*`. The probability of
what k attempts give is summed over all sequences of outcomes, for k = 1 to 5, and compared at every failure probability p; the
average over p ~ Beta(a, b) is then a Beta integral, checked symbolically.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

from sympy import (
    Add,
    Derivative,
    Expr,
    Integer,
    Integral,
    Mul,
    Rational,
    Sum,
    Symbol,
    diff,
    expand,
    expand_func,
    expand_log,
    gamma,
    gammasimp,
    log,
    powsimp,
    together,
)

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import INSTANCES, SYMBOLIC, is_zero
from infscale_sym.errors import DerivationError
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.relations import Equal
from infscale_sym.theory.coverage.notation import (
    AllFailed,
    FailureChance,
    PassAtK,
    ProblemAverage,
    SharedPassAtK,
    StickyLoss,
    StoppedAttempts,
    attempts,
    ceiling,
    copying,
    failed,
    p_fail,
    shape_a,
    shape_b,
)
from infscale_sym.theory.selection.notation import j, k

a, b, n, p = shape_a, shape_b, attempts, p_fail
_AB = (shape_a, shape_b)

# Trees of outcomes. True is a failure.


def _chance(outcomes: tuple[bool, ...]) -> Expr:
    """Of independent attempts at one problem."""
    return Mul(*(p if fails else 1 - p for fails in outcomes))


def _sticky_chance(outcomes: tuple[bool, ...]) -> Expr:
    """Each attempt repeats the outcome of the one before with probability varrho, and is a fresh one else."""
    out = _chance(outcomes[:1])
    for before, now in pairwise(outcomes):
        out *= copying * int(before == now) + (1 - copying) * _chance((now,))
    return out


def _shared_chance(outcomes: tuple[bool, ...]) -> Expr:
    """With probability varrho all outcomes are that of the first."""
    alike = _chance(outcomes[:1]) if len(set(outcomes)) == 1 else Integer(0)
    return copying * alike + (1 - copying) * _chance(outcomes)


def inside(expr: Expr) -> Expr:
    """Averages over p opened: their integrand functions, so that two sides can be compared at every p."""
    return expr.replace(lambda e: isinstance(e, ProblemAverage), lambda e: e.args[0])


@dataclass(frozen=True)
class OutcomesOfAttempts:
    """A chance about k attempts at a problem, as an average over p: the tree of outcomes is summed.

    `kind`: what is asked, and how attempts depend on each other. A share 1 - A of the problems always fails.
    """

    name: str = "outcomes of the attempts"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """All sequences of 1 to 5 outcomes, at the problem's p, as polynomials in p (and varrho)."""
        law: Callable[[tuple[bool, ...]], Expr]
        if isinstance(before, PassAtK):
            law, factor, wins = _chance, ceiling, True
        elif isinstance(before, SharedPassAtK):
            law, factor, wins = _shared_chance, ceiling, True
        elif isinstance(before, StickyLoss):
            law, factor, wins = _sticky_chance, k**b, False
        else:
            raise DerivationError("this is for chances about k attempts")
        claimed = inside(after) / factor
        for count in range(1, 6):
            total = Add(*(law(o) for o in product((True, False), repeat=count) if (not all(o)) == wins))
            if not is_zero(expand(total) - expand(simplify(claimed.subs(k, count)))):
                raise DerivationError(f"for {count} attempts the chance is {expand(total)}")
        return Evidence(INSTANCES, "all sequences of outcomes, for k = 1 to 5")


@dataclass(frozen=True)
class CountFailures:
    """f of n attempts fail: binomial given p; a problem that cannot be solved has f = n."""

    name: str = "binomial law"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """All sequences of 1 to 5 outcomes, each number of failures."""
        if before != FailureChance(failed, n, a, b, ceiling):
            raise DerivationError("this is for the law of the failures")
        for count in range(1, 6):
            for fails in range(count + 1):
                total = Add(*(_chance(o) for o in product((True, False), repeat=count) if sum(o) == fails))
                wanted = ceiling * total + (1 - ceiling) * int(fails == count)
                claimed = inside(after).subs({n: count, failed: fails})
                claimed = claimed.subs(AllFailed(fails, count), int(fails == count))
                if not is_zero(expand(wanted) - expand(claimed)):
                    raise DerivationError(f"for {fails} of {count} the chance is {wanted}")
        return Evidence(INSTANCES, "all sequences of outcomes, for n = 1 to 5")


@dataclass(frozen=True)
class StopAtSuccess:
    """Attempt j + 1 is made exactly if the first j have failed: the expected number is the sum of those chances."""

    name: str = "sum of tail probabilities"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Expected number over all sequences of outcomes, for k = 1 to 5."""
        if not isinstance(before, StoppedAttempts) or after != before.unfold():
            raise DerivationError("the claim must be the sum of the losses from 0 to k - 1")
        for count in range(1, 6):
            made = Add(
                *(_chance(o) * (o.index(False) + 1 if False in o else count) for o in product((True, False), repeat=count))
            )
            if not is_zero(expand(made) - Add(*(p**i for i in range(count)))):
                raise DerivationError("the expected number is not the sum of p^j")
        return Evidence(INSTANCES, "all sequences of outcomes, for k = 1 to 5")


# Definitions, Beta integrals and registered equalities.


def _beta_value(integral: Integral) -> Expr:
    """int_0^1 constant p^(s-1) (1-p)^(t-1) dp from the exponents in the integrand."""
    variable, low, high = integral.limits[0]
    if (low, high) != (0, 1):
        raise DerivationError("a Beta integral runs from 0 to 1")
    total = Integer(0)
    for term in Add.make_args(expand(powsimp(integral.function), deep=False)):
        slope = simplify(diff(expand_log(log(term), force=True), variable))
        up = simplify((slope * variable).subs(variable, 0))
        down = simplify(together((slope - up / variable) * (1 - variable)).subs(variable, 0))
        down = -simplify(down)
        if not is_zero(simplify(slope - up / variable + down / (1 - variable))):
            raise DerivationError("the integrand is no product of powers of p and 1 - p")
        constant = simplify(term / (variable**up * (1 - variable) ** down))
        if constant.has(variable):
            constant = constant.subs(variable, Rational(1, 2))
        total += constant * gamma(up + 1) * gamma(down + 1) / gamma(up + down + 2)
    return total


_BETA: dict[Integral, Expr] = {}


@dataclass(frozen=True)
class BetaIntegral:
    """int_0^1 p^(s-1) (1-p)^(t-1) dp = Gamma(s) Gamma(t)/Gamma(s+t), s, t > 0."""

    name: str = "Beta integral"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Exponents from the logarithmic derivative of the integrand; the Gamma functions compared by SymPy."""

        def value(integral: Integral) -> Expr:
            if integral not in _BETA:
                _BETA[integral] = _beta_value(integral)
            return _BETA[integral]

        done = before.replace(lambda e: isinstance(e, Integral), value)
        if done == before:
            raise DerivationError("there is no integral")
        if not same_gammas(done, after):
            raise DerivationError(f"the Beta integrals give {done}")
        return Evidence(SYMBOLIC, "exponents read off; Gamma functions by SymPy")


def same_gammas(one: Expr, two: Expr) -> bool:
    """Whether SymPy can show that two expressions with Gamma functions, binomials and named quantities are equal."""
    if one == two:
        return True
    difference = one - two
    if differs(difference):
        return False
    difference = difference.rewrite(gamma)
    return is_zero(difference) or simplify(gammasimp(expand_func(difference))) == 0


def differs(difference: Expr) -> bool:
    """Whether an expression is certainly not zero: its value at one point. SymPy, which may take long, is not asked then."""
    named = {e: Symbol(f"value_{i}", positive=True) for i, e in enumerate(sorted(difference.atoms(Quantity), key=str))}
    plain = difference.xreplace(named).replace(lambda e: isinstance(e, Derivative), lambda e: e.doit())
    letters = sorted(plain.free_symbols, key=str)
    value = plain.subs({s: Rational(13 + 5 * i, 11 + 2 * i) for i, s in enumerate(letters)}).evalf(40)
    return bool(value.is_number) and abs(value) > 1e-25


@dataclass(frozen=True)
class Insert:
    """Put registered equalities in place of their left sides, whatever stands for their symbols."""

    ids: tuple[str, ...]
    name: str = "registered equalities"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Replace on both sides (the claim may call a closed form by its name) and compare."""
        done, claim = (put_in(self.ids, side) for side in (before, after))
        if (done == before and claim == after) or not same_gammas(done, claim):
            raise DerivationError(f"{', '.join(self.ids)} give another expression")
        return Evidence(SYMBOLIC, f"{', '.join(self.ids)} put in")


def put_in(ids: tuple[str, ...], expr: Any) -> Expr:
    """The right sides of registered equalities in place of their left sides. Raises DerivationError for other statements."""
    for id in ids:
        statement = registry.statement(id)
        if not isinstance(statement, Equal):
            raise DerivationError(f"{id} is no equality")
        letters, claim = statement.lhs.args, statement.rhs.rewrite(gamma)
        for found in expr.atoms(type(statement.lhs)):
            expr = expr.subs(found, claim.subs(dict(zip(letters, found.args, strict=True)), simultaneous=True))
    return expr


@dataclass(frozen=True)
class Differentiate:
    """Carry out the derivatives; Gamma' = Gamma psi."""

    name: str = "differentiation"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """By SymPy."""
        done = before.replace(
            lambda e: isinstance(e, Derivative), lambda e: diff(expand_log(e.args[0], force=True), *e.args[1:])
        )
        if done == before or differs(done - after) or not is_zero(done - after):
            raise DerivationError(f"the derivative is {done}")
        return Evidence(SYMBOLIC, "differentiated by SymPy")


@dataclass(frozen=True)
class Telescope:
    """sum_(j < k) E p^j = T_k - T_0 with T_(j+1) - T_j = E p^j."""

    name: str = "telescoping sum"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The difference of the claim at k + 1 and k is the summand, and the claim vanishes at k = 0; by SymPy."""
        if not isinstance(before, Sum) or before.limits != ((j, 0, k - 1),):
            raise DerivationError("the sum must run over j from 0 to k - 1")
        claim, summand = (put_in(("coverage.loss",), e) for e in (after, before.function.subs(j, k)))
        if not same_gammas(simplify(gammasimp((claim.subs(k, k + 1) - claim) / summand)), Integer(1)):
            raise DerivationError("the differences of the claim are not the summand")
        if not is_zero(simplify(claim.subs(k, 0))):
            raise DerivationError("the claim does not vanish at k = 0")
        return Evidence(SYMBOLIC, "T_(k+1) - T_k = E p^k by SymPy, T_0 = 0")
