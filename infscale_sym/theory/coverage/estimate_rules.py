"""Rules for estimates of pass@k from n attempts: subsets of attempts, and moments of the binomial law.

For `coverage.unbiased`, `coverage.unbiased.variance` and `coverage.plug-in` (model: L, arXiv:2410.16377). Identities are
checked by SymPy and by writing out all subsets for n = 1 to 5, moments for k = 2 to 6, a remainder by its measured exponent in
n.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

from sympy import (
    Add,
    Expr,
    Rational,
    Sum,
    Symbol,
    binomial,
    diff,
    exp,
    expand,
    gamma,
    gammasimp,
)

from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import INSTANCES, SYMBOLIC, is_zero
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.lambdify import mpmath_function
from infscale_sym.theory.coverage.notation import (
    EstimatorMean,
    InferenceLoss,
    PairLoss,
    PlugInMean,
    attempts,
    failed,
    p_fail,
    shape_a,
    shape_b,
)
from infscale_sym.theory.coverage.rules import inside
from infscale_sym.theory.selection.notation import k

a, b, n, p = shape_a, shape_b, attempts, p_fail
_AB = (shape_a, shape_b)


@dataclass(frozen=True)
class SubsetsOfAttempts:
    """C(n, f) C(f, k)/C(n, k) = C(n-k, f-k): choose the k attempts that fail first; then the binomial theorem."""

    name: str = "binomial theorem"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The identity by SymPy's Gamma functions; sum_i C(m, i) p^i (1-p)^(m-i) = 1; and the whole, exactly, for n up to 5."""
        if before != EstimatorMean(n, k, p).unfold():
            raise DerivationError("the sum must be the definition of the mean")
        quotient = binomial(n, failed) * binomial(failed, k) / (binomial(n, k) * binomial(n - k, failed - k))
        if gammasimp(quotient.rewrite(gamma)) != 1:
            raise DerivationError("C(n, f) C(f, k) is not C(n, k) C(n-k, f-k)")
        for count in range(1, 6):
            for size in range(1, count + 1):
                whole = _subset_mean(before, count, size)
                if whole != expand(after.subs(k, size)):
                    raise DerivationError(f"for n = {count}, k = {size} the mean is {whole}")
        return Evidence(SYMBOLIC, "C(n,f) C(f,k) = C(n,k) C(n-k,f-k) by SymPy; polynomials in p compared for n = 1 to 5")


@cache
def _subset_mean(definition: Sum, count: int, size: int) -> Expr:
    return expand(Add(*(definition.function.subs({n: count, k: size, failed: i}) for i in range(count + 1))))


@dataclass(frozen=True)
class PairsOfSubsets:
    """(C(f, k)/C(n, k))^2 is the share of the pairs of k-subsets in which all fail; such a pair has k + J attempts."""

    name: str = "pairs of subsets"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """All pairs of subsets of up to 5 attempts, as polynomials in p."""
        opened = after.replace(lambda e: isinstance(e, PairLoss), lambda e: e.unfold())
        if opened == after:
            raise DerivationError("the claim must name the chance that two sets of attempts fail")
        open_loss = opened.replace(lambda e: isinstance(e, InferenceLoss), lambda e: _power_of(e))
        start = inside(before).replace(lambda e: isinstance(e, InferenceLoss), lambda e: _power_of(e))
        for count in range(1, 6):
            for size in range(1, count + 1):
                left, right = (_at_numbers(side, count, size) for side in (start, open_loss))
                wanted = expand(_pairs(count, size) - _power.subs(k, size) ** 2)
                if not (left == right == wanted):
                    raise DerivationError(f"for n = {count}, k = {size} the pairs fail with {_pairs(count, size)}")
        return Evidence(INSTANCES, "all pairs of subsets, for n = 1 to 5 and every k")


@cache
def _at_numbers(side: Expr, count: int, size: int) -> Expr:
    return expand(side.subs({n: count, k: size}).doit())


@cache
def _pairs(count: int, size: int) -> Expr:
    sets = list(combinations(range(count), size))
    return Add(*(p ** len({*one, *two}) for one in sets for two in sets)) / len(sets) ** 2


_power = Symbol("m_k", positive=True) ** k


def _power_of(loss: Expr) -> Expr:
    """E p^m is linear in the law of p: compare at one p; the square of the mean is no average and keeps a symbol of its own."""
    m = loss.args[0]
    return _power if m == k else p**m


@dataclass(frozen=True)
class MomentsOfShare:
    """E(f/n)^k to the order 1/n: S(k, k) = 1 and S(k, k-1) = k (k-1)/2 in E f^k = sum_j S(k, j) n (n-1) ... (n-j+1) p^j."""

    exact: Callable[..., Any]
    name: str = "moments of the binomial law"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Exact moments for k = 2 to 6 from the sum's own definition at n = 1 to k, expanded in 1/n; the remainder measured."""
        import mpmath

        if before != PlugInMean(n, k, p).unfold():
            raise DerivationError("the sum must be the definition of the mean")
        for size in range(2, 7):
            moment = _moment(size)
            series = 1 - Add(*(expand(moment / n**size).coeff(n, -i) * n**-i for i in (0, 1)))
            if not is_zero(expand(series) - expand(after.subs(k, size))):
                raise DerivationError(f"for k = {size} the mean is {series} + O(n^-2)")
        slopes = []
        function = mpmath_function(after, (n, k, p), {})
        for size, fail in ((3, Rational(2, 5)), (7, Rational(3, 4))):
            with mpmath.workdps(60):
                gaps = [
                    abs(self.exact(big, size, fail, digits=45) - function(big, size, fail, digits=45)) for big in ("1e4", "1e8")
                ]
                slopes.append(float(mpmath.log10(gaps[1] / gaps[0]) / 4))
        if any(abs(slope + 2) > 0.04 for slope in slopes):
            raise DerivationError(f"the error goes with the exponents {slopes}")
        return Evidence(INSTANCES, f"moments for k = 2 to 6 from generating functions; error exponent {slopes[0]:.4f}")


@cache
def _moment(size: int) -> Expr:
    """E f^size of the binomial law as a polynomial in n: derivatives of (1 - p + p e^s)^n at s = 0."""
    s = Symbol("s", real=True)
    return expand(diff((1 - p + p * exp(s)) ** n, s, size).subs(s, 0))
