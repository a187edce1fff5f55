"""Rules about draws for the votes: definitions, pairs of draws, order statistics, counts in bins.

For the exact formulas `vote.mean`, `vote.weighted-mean`, `vote.median` and `vote.majority`.
Each is checked symbolically: for any k where the statement is a polynomial identity in k, else at small whole k.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations, product
from math import comb, factorial
from typing import Any

from sympy import (
    Add,
    Dummy,
    Expr,
    Function,
    Indexed,
    Integer,
    Integral,
    Mul,
    Poly,
    Product,
    Rational,
    Sum,
    Symbol,
    beta,
    diff,
    exp,
    expand,
    factorial2,
    gamma,
    gammasimp,
    integrate,
    oo,
    powsimp,
)

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import INSTANCES, SYMBOLIC, is_zero, only_integral, split
from infscale_sym.errors import DerivationError
from infscale_sym.notation.operators import Expectation, normal_density
from infscale_sym.theory.selection.notation import WeightLaplace, k, m, rho, t, tau, u, z, z_prime
from infscale_sym.theory.selection.rules import SMALL_COUNTS, TOTAL, draw, weight
from infscale_sym.theory.votes.notation import (
    BinShare,
    CoefficientOf,
    MajorityPolynomial,
    MajorityVote,
    NormalShare,
    OffsetLaplace,
    PartialExponential,
    SquareLaplace,
    WinningChance,
    bin_width,
    grid_shift,
    i_bin,
    i_prime,
)


@dataclass(frozen=True)
class DefinitionOfVote:
    """The error of a vote is the expectation of the squared error of the one answer that it gives.

    `given(n)`: the answer for n draws, an expression in draw[1] ... draw[n] and weight[1] ... weight[n].
    """

    given: Callable[[int], Expr]
    name: str = "definition of the vote"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Draw by draw: the claim's integrand is (answer + tau)^2."""
        if not isinstance(after, Expectation):
            raise DerivationError("the claim must be one expectation")
        for count in SMALL_COUNTS:
            wanted = (self.given(count) + tau) ** 2
            gap = after.args[0].subs(k, count).doit() - wanted
            if _differs(gap) or simplify(gap) != 0:
                raise DerivationError(f"for {count} answers the squared error is {wanted}")
        return Evidence(INSTANCES, "the squared error draw by draw, for k = 2, 3, 4")


def _differs(gap: Expr) -> bool:
    """Whether an expression in the draws is certainly not zero, at one point: spares the simplification of what is wrong."""
    letters = sorted(gap.atoms(Indexed) | {s for s in gap.free_symbols if not isinstance(s, Indexed)}, key=str)
    return abs(gap.subs({s: Rational(2 * n + 3, n + 5) for n, s in enumerate(letters)}).evalf(30)) > 1e-15


def mean_of_draws(count: int) -> Expr:
    """(z_1 + ... + z_n)/n."""
    return Add(*(draw[n] for n in range(1, count + 1))) / count


def weighted_mean_of_draws(count: int) -> Expr:
    """The mean of the draws with the weights w_i."""
    every = range(1, count + 1)
    return Add(*(weight[n] * draw[n] for n in every)) / Add(*(weight[n] for n in every))


@dataclass(frozen=True)
class MomentsOfDraws:
    """The expectation of a square in the draws' sum: times k^2 it is a polynomial of degree 2 in k, so three k settle it."""

    name: str = "moments of independent draws"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Expand at k = 1, 2, 3 and put in E z = 0, E z^2 = 1; the claim must be as simple in k."""
        if not isinstance(before, Expectation):
            raise DerivationError("this rule averages one expectation")
        claim = expand(after * k**2)
        if not claim.is_polynomial(k) or Poly(claim, k).degree() > 2:
            raise DerivationError("the claim times k^2 is no polynomial of degree 2 in k")
        for count in (1, 2, 3):
            draws = [draw[n] for n in range(1, count + 1)]
            inside = Poly(expand(before.args[0].subs(k, count).doit()), *draws)
            value = Integer(0)
            for powers, coefficient in inside.terms():
                if all(p % 2 == 0 for p in powers):
                    value += coefficient * Mul(*(factorial2(p - 1) if p else 1 for p in powers))
            if not is_zero(value - after.subs(k, count)):
                raise DerivationError(f"for {count} answers the expectation is {expand(value)}")
        return Evidence(SYMBOLIC, "k^2 times either side is a polynomial of degree 2 in k; equal at k = 1, 2, 3")


def _terms(expr: Expr) -> list[tuple[Expr, Expr]]:
    """(coefficient, expectation) of an expression linear in expectations."""
    found = sorted(expr.atoms(Expectation), key=str)
    names = {e: Dummy(f"E{n}") for n, e in enumerate(found)}
    opened = expand(expr.subs(names))
    out = [(opened.coeff(name), e) for e, name in names.items()]
    if not out or not is_zero(opened - Add(*(c * names[e] for c, e in out))):
        raise DerivationError("the claim is not a sum of expectations")
    return out


@dataclass(frozen=True)
class ExchangePairs:
    """The square of a sum over exchangeable draws: k times the first square and k (k - 1) times the first pair."""

    name: str = "exchangeability of pairs"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Average each term of the claim over all permutations of the draws and compare."""
        inside = before.args[0]
        for count in SMALL_COUNTS:
            every = range(1, count + 1)
            whole = Add(*(weight[n] for n in every)) ** 2
            total = Integer(0)
            for coefficient, mean in _terms(after):
                one = mean.args[0].subs(k, count).doit() * whole
                for order in permutations(every):
                    moved = {a[n]: a[order[n - 1]] for n in every for a in (weight, draw)}
                    total += coefficient.subs(k, count) * one.subs(moved, simultaneous=True) / factorial(count)
            if expand(total - inside.subs(k, count).doit() * whole) != 0:
                raise DerivationError(f"for {count} answers the terms do not add up to the square")
        return Evidence(INSTANCES, "averaged over all permutations of the draws, for k = 2, 3, 4")


@dataclass(frozen=True)
class SquareReciprocalAsIntegral:
    """1/W^2 = int_0^oo u exp(-u W) du. The order may be exchanged: with |z + tau| for z + tau the integral is finite."""

    name: str = "Laplace representation of the square"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Integrate the claim's integrand over u at fixed draws."""
        integral = only_integral(after)
        if integral.limits[0] != (u, 0, oo):
            raise DerivationError("the claim must be an integral over u from 0 to oo")
        constant, factor = split(after, integral)
        total = Symbol("W", positive=True)
        opened = expand((factor * integral.function).replace(lambda e: isinstance(e, Expectation), lambda e: e.args[0]))
        done = Add(*(integrate(part, (u, 0, oo)) for part in Add.make_args(opened.subs(TOTAL, total))))
        wanted = before.replace(lambda e: isinstance(e, Expectation), lambda e: e.args[0]).subs(TOTAL, total)
        if not is_zero(constant) or expand(done - wanted) != 0:
            raise DerivationError(f"the u-integral gives {done}")
        return Evidence(SYMBOLIC, "int u exp(-u W) du = 1/W^2 by SymPy, term by term")


@dataclass(frozen=True)
class IndependentFactors:
    """In each term, E of a product of functions of different draws is the product of the expectations."""

    name: str = "independence in each term"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Write every factor over draws not used yet, for k = 2, 3, 4, and compare the sums."""
        old, new = only_integral(before), only_integral(after)
        if old.limits != new.limits:
            raise DerivationError("the range of the integral has changed")
        (zero, one), (moved, two) = split(before, old), split(after, new)
        for count in SMALL_COUNTS:
            left = expand(one * old.function).replace(lambda e: isinstance(e, Expectation), lambda e: e.args[0])
            right = Add(*(_over_draws(part, count) for part in Add.make_args(expand(two * new.function))))
            gap = expand(powsimp(expand(left.subs(k, count).doit())) - powsimp(expand(right)))
            if not is_zero(moved - zero) or gap != 0:
                raise DerivationError(f"for {count} answers the products over draws are not the integrand")
        return Evidence(INSTANCES, "each term is a product over draws, for k = 2, 3, 4")


def _over_draws(term: Expr, count: int) -> Expr:
    """A product of powers of one-draw expectations as an expression in `count` draws; those with an error come first."""
    fresh: Iterator[int] = iter(range(1, count + 1))
    out = Integer(1)
    factors = term.subs(k, count).as_powers_dict().items()
    for base, power in sorted(factors, key=lambda item: (not item[0].has(draw), str(item[0]))):
        if not isinstance(base, Expectation):
            out *= base**power
            continue
        if not (power.is_Integer and power >= 0):
            raise DerivationError(f"the power {power} is no number of draws")
        for _ in range(int(power)):
            n = next(fresh, None)
            if n is None:
                raise DerivationError(f"more factors than the {count} draws")
            out *= base.args[0].subs({weight[1]: weight[n], draw[1]: draw[n]}, simultaneous=True)
    if next(fresh, None) is not None and term.has(Expectation):
        raise DerivationError(f"fewer factors than the {count} draws")
    return out


@dataclass(frozen=True)
class OneWeightedDraw:
    """Expectations over one standard normal draw by name: a, b_1, b_2 are integrals against the normal density."""

    name: str = "expectations over one weighted draw"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Unfold the names and compare integrands."""
        average = Function("N")

        def written(e: Expr) -> Expr:
            w = exp(-((z + rho) ** 2) / (2 * t))
            return average(expand(powsimp(e.args[0].subs({weight[1]: w, draw[1]: z}))))

        def opened(e: Expr) -> Expr:
            integral = e.unfold()
            return average(expand(powsimp(integral.function / normal_density(z))))

        left = before.replace(lambda e: isinstance(e, Expectation), written)
        right = after.replace(lambda e: isinstance(e, (WeightLaplace, OffsetLaplace, SquareLaplace)), opened)
        old, new = only_integral(left), only_integral(right)
        if old.limits != new.limits or expand(old.function - new.function) != 0 or left / old != right / new:
            raise DerivationError("the one-draw expectations are not a, b_1, b_2")
        return Evidence(SYMBOLIC, "same integrands against the normal density")


_P, _Q = Symbol("P", positive=True), Symbol("Q", positive=True)


@dataclass(frozen=True)
class MiddleAnswer:
    """The density of the middle one of an odd number of draws: that of P = Phi(z), which is Beta((k+1)/2, (k+1)/2)."""

    name: str = "order statistics"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """d/dP of P(at least (k+1)/2 of k draws are below), a sum of binomials, at k = 1, 3, 5, 7, 9."""
        integral = only_integral(after)
        if integral.limits[0] != (z, -oo, oo):
            raise DerivationError("the claim must integrate over one draw")
        _, factor = split(after, integral)
        density = (factor * integral.function / (z + tau) ** 2 / normal_density(z)).subs(NormalShare(z), _P)
        for count in (1, 3, 5, 7, 9):
            below = Add(*(comb(count, n) * _P**n * (1 - _P) ** (count - n) for n in range((count + 1) // 2, count + 1)))
            if not is_zero(simplify(diff(below, _P) - density.subs(k, count))):
                raise DerivationError(f"for {count} answers the density of P is {diff(below, _P)}")
        _share_is_the_integral_of_the_density()
        return Evidence(INSTANCES, "derivative of the binomial sum, for k = 1, 3, 5, 7, 9")


def _share_is_the_integral_of_the_density() -> None:
    if not is_zero(diff(NormalShare(z).unfold(), z) - NormalShare(z).fdiff()):
        raise DerivationError("Phi is not the integral of the normal density")


@dataclass(frozen=True)
class MiddlePair:
    """The joint density of the two middle ones of an even number of draws, in P = Phi(z) < Q = Phi(z')."""

    name: str = "joint order statistics"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Mixed derivative of P(X <= z, Y <= z'), a sum of trinomials, at k = 2, 4, 6."""
        integral = only_integral(after)
        if integral.limits != ((z, -oo, z_prime), (z_prime, -oo, oo)):
            raise DerivationError("the claim must integrate over z < z'")
        _, factor = split(after, integral)
        square = ((z + z_prime) / 2 + tau) ** 2 * normal_density(z) * normal_density(z_prime)
        density = simplify(factor * integral.function / square).subs({NormalShare(z): _P, NormalShare(z_prime): _Q})
        for count in (2, 4, 6):
            half, joint = count // 2, Integer(0)
            for a, b in product(range(half, count + 1), range(count + 1)):
                if half + 1 <= a + b <= count:
                    ways = comb(count, a) * comb(count - a, b)
                    joint += ways * _P**a * (_Q - _P) ** b * (1 - _Q) ** (count - a - b)
            if not is_zero(expand(diff(joint, _P, _Q)) - expand(simplify(density.subs(k, count)))):
                raise DerivationError(f"for {count} answers the joint density is another")
        _share_is_the_integral_of_the_density()
        return Evidence(INSTANCES, "mixed derivative of the trinomial sum, for k = 2, 4, 6")


@dataclass(frozen=True)
class SymmetricAboutZero:
    """Mirrored draws are as likely: the square with tau becomes tau^2 plus the same integral at tau = 0."""

    name: str = "symmetry"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The mass is one by the Beta integral; the rest is even in tau by z -> -z (and z <-> z')."""
        old, new = only_integral(before), only_integral(after)
        (constant, factor), (_, other) = split(after, new), split(before, old)
        if new.limits != old.limits or expand(constant - tau**2) != 0:
            raise DerivationError("the claim must be tau^2 plus the integral at tau = 0")
        if factor * new.function - (other * old.function).subs(tau, 0) != 0:
            raise DerivationError("the integral left is not the one at tau = 0")
        mirror = {z: -z_prime, z_prime: -z} if len(old.limits) == 2 else {z: -z}
        shares = {NormalShare(-z): 1 - NormalShare(z), NormalShare(-z_prime): 1 - NormalShare(z_prime)}
        mirrored = old.function.subs(mirror, simultaneous=True).subs(shares).subs(tau, -tau)
        if not is_zero(simplify(mirrored - old.function)):
            raise DerivationError("the integrand is not mirrored")
        # Mass one, in terms of P and Q: B(a, a) for one draw, int Q^a (1-Q)^(a-1)/a dQ = B(a+1, a)/a for two.
        half = (k + 1) / 2 if len(old.limits) == 1 else k / 2
        value = beta(half, half) if len(old.limits) == 1 else beta(half + 1, half) / half
        if gammasimp(other * value.rewrite(gamma)) != 1:
            raise DerivationError("the density does not have mass one")
        return Evidence(SYMBOLIC, "mirror image of the integrand; mass one by the Beta integral")


@dataclass(frozen=True)
class CentreOfABin:
    """The majority vote gives the centre of one bin: sum over the bins of squared error times the chance of that bin."""

    name: str = "law of the bin given"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The place in the claim is half way between the edges of the bin."""
        if not isinstance(before, MajorityVote) or before.args[0] != k or before.args[3] != tau or not isinstance(after, Sum):
            raise DerivationError("the claim must be a sum over the bins")
        grid = before.args[1:3]
        chance = WinningChance(i_bin, k, *grid)
        edges = [e.args[0] for e in BinShare(i_bin, *grid).unfold().atoms(NormalShare)]
        centre = Add(*edges) / 2
        if after.limits[0] != (i_bin, -oo, oo) or not is_zero(expand(after.function - (centre + tau) ** 2 * chance)):
            raise DerivationError(f"a bin's squared error is {(centre + tau) ** 2}")
        return Evidence(SYMBOLIC, "the centre half way between the edges")


#: Shares of three bins for the enumeration: any numbers that sum to one.
_SHARES = (Rational(1, 2), Rational(1, 3), Rational(1, 6))


@dataclass(frozen=True)
class CountInBins:
    """The counts are multinomial: their generating function, with m answers in the bin given and at most m elsewhere.

    Of n other bins with m answers theta^n is kept, and int_0^1 theta^n dtheta = 1/(n+1) is the chance against them.
    """

    name: str = "generating function of the counts"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Three bins of unequal shares, k = 1, 2, 3, 4: all counts enumerated, in rational numbers. Opens the claim by name."""
        opened = after.replace(lambda e: isinstance(e, MajorityPolynomial), lambda e: e.unfold())
        if not isinstance(opened, Sum) or opened.limits != before.limits:
            raise DerivationError("the claim must be a sum over the same bins")
        place = before.function / WinningChance(i_bin, k, bin_width, grid_shift)
        chance = opened.function / place
        if chance.has(tau):
            raise DerivationError("the squared error of a bin has changed")
        for count in (1, 2, 3, 4):
            wanted = _enumerated(count)
            for number in range(3):
                if _chance_of(chance, number, count) != wanted[number]:
                    raise DerivationError(f"for {count} answers and three bins the chances are {wanted}")
        return Evidence(INSTANCES, "three bins of unequal shares enumerated exactly, for k = 1, 2, 3, 4")


def _enumerated(count: int) -> list[Expr]:
    out: list[Expr] = [Integer(0)] * 3
    for counts in product(range(count + 1), repeat=3):
        if sum(counts) == count:
            ways = factorial(count) // (factorial(counts[0]) * factorial(counts[1]) * factorial(counts[2]))
            chance = ways * Mul(*(p**n for p, n in zip(_SHARES, counts, strict=True)))
            best = [b for b in range(3) if counts[b] == max(counts)]
            for b in best:
                out[b] += chance / len(best)
    return out


def _chance_of(expr: Expr, number: int, count: int) -> Expr:
    """The claim's chance of bin `number` with three bins and `count` answers, as an exact number."""
    total = Integer(0)
    (inner,) = expr.atoms(Sum)
    _, factor = split(expr, inner)
    if inner.limits[0] != (m, 1, k):
        raise DerivationError("the sum must run over the answers in the bin given")
    for most in range(1, count + 1):
        total += _numbers(inner.function.subs({m: most, k: count}), number)
    return simplify(factor.subs(k, count) * total)


def _numbers(expr: Any, number: int) -> Expr:
    share = {BinShare(b, bin_width, grid_shift): p for b, p in enumerate(_SHARES)}

    def opened(e: Any) -> Expr:
        return e.replace(
            lambda f: isinstance(f, PartialExponential),
            lambda f: Add(*(f.args[1] ** n / factorial(n) for n in range(int(f.args[0])))),
        )

    def coefficient(e: Any) -> Expr:
        inside, variable, power = e.args
        (whole,) = inside.atoms(Integral)
        (every,) = whole.atoms(Product)
        shares = every.function.subs(i_prime, 0), every.function.subs(i_prime, 1), every.function.subs(i_prime, 2)
        kept = Mul(*(opened(f.subs(share)) for f in shares)) * opened((whole.function / every).subs(i_bin, number).subs(share))
        if not kept.is_polynomial(variable):
            raise DerivationError("the factor left out is not that of the bin given")
        done = integrate(expand(kept), *whole.limits)
        return Poly(expand(done), variable).coeff_monomial(variable ** int(power))

    values = expr.replace(lambda e: isinstance(e, CoefficientOf), coefficient)
    return values.subs(i_bin, number).subs(share)
