"""Rules for votes among many answers: ratios of means, quantiles, the race of two bins, search in stages.

For `vote.weighted-mean.first-correction`, `vote.median.large-k`, `vote.majority.rate`, `search.beam` and the like.
The coefficients of an expansion are checked symbolically, its remainder by the measured exponent over four decades of k.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sympy import (
    Add,
    Expr,
    Integer,
    Mul,
    Rational,
    Sum,
    Symbol,
    cos,
    diff,
    exp,
    expand,
    numer,
    oo,
    pi,
    rf,
    series,
    sin,
    solve,
    sqrt,
    together,
)

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.numbers import evaluate
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, is_zero, only_integral, split
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.points import random_points
from infscale_sym.notation.operators import Expectation, normal_density
from infscale_sym.theory.selection.notation import SelectionError, k, rho, t, tau, z
from infscale_sym.theory.selection.rules import draw, weight
from infscale_sym.theory.votes.notation import (
    BeamError,
    BeforeLastStage,
    BinShare,
    ManyAnswers,
    MedianSpread,
    MiddlePairSpread,
    NormalShare,
    RaceTail,
    WinningChance,
    angle,
    i_bin,
    p_1,
    p_2,
    remaining,
    stages,
)


@dataclass(frozen=True)
class Far:
    """Where the remainder of an expansion in 1/k is measured, and by which evaluator of the exact quantity.

    `exact`: f(*values of `names`, digits=...) -> mpf, k first. `power`: the remainder is O(k^-power).
    """

    exact: Callable[..., Any]
    names: tuple[Symbol, ...]
    power: int
    at: tuple[str, str] = ("1e4", "1e8")
    values: Mapping[Symbol, Sequence[Any]] = field(default_factory=dict)
    digits: int = 40
    points: int = 2

    def measured(self, claim: Expr) -> str:
        """The exponent of |exact - claim| between the two k, in words; DerivationError if it is not -power within 2 %."""
        import mpmath

        slopes = []
        for point in random_points(self.names[1:], self.points, self.values):
            errors = []
            for big in self.at:
                value = _exact(self.exact, (int(float(big)), *point.values()), self.digits)
                got = evaluate(claim, {k: big, **point}, self.digits)
                with mpmath.workdps(self.digits + 10):
                    errors.append(abs(value - got))
            if not all(errors):
                raise DerivationError("the error vanishes: both sides come from the same computation")
            span = mpmath.log(mpmath.mpf(self.at[1]) / mpmath.mpf(self.at[0]))
            slopes.append(float(mpmath.log(errors[1] / errors[0]) / span))
        if any(abs(slope + self.power) > 0.02 * self.power for slope in slopes):
            raise DerivationError(f"the error falls with the exponents {slopes}, not {-self.power}")
        return f"error exponent {slopes[0]:.4f} measured from k = {self.at[0]} to {self.at[1]}"


@cache
def _exact(function: Callable[..., Any], values: tuple[Any, ...], digits: int) -> Any:
    return function(*values, digits=digits)


def weighted_moment(square: int, error: int) -> Expr:
    """E[w^square (z + tau)^error] of one draw, as an expectation."""
    return Expectation(weight[1] ** square * (draw[1] + tau) ** error)


@dataclass(frozen=True)
class RatioOfMeans:
    """E (N/W)^2 for N = mean of w (z + tau), W = mean of w, to order k^-order (0 or 1): Taylor's theorem in the fluctuations.

    N/W lies between the least and the largest draw, so its fourth moment grows as ln^2 k at most, and W is far from its mean
    with a probability exponentially small in k: the expansion may be averaged term by term.
    """

    order: int
    name: str = "delta method"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Second derivatives of (N/W)^2 times the covariances of the two means, which are those of one draw over k."""
        above, below = Symbol("N", real=True), Symbol("W", positive=True)
        f = (above / below) ** 2
        wx, w = weighted_moment(1, 1), weighted_moment(1, 0)
        moments = {
            (2, 0): weighted_moment(2, 2) - wx**2,
            (1, 1): weighted_moment(2, 1) - wx * w,
            (0, 2): weighted_moment(2, 0) - w**2,
        }
        wanted = f
        if self.order:
            double = {(2, 0): diff(f, above, 2), (1, 1): 2 * diff(f, above, below), (0, 2): diff(f, below, 2)}
            wanted = f + Add(*(double[key] * moments[key] / (2 * k) for key in moments))
        names = {weighted_moment(a, b): Symbol(f"m{a}{b}", positive=True) for a, b in ((1, 0), (1, 1), (2, 0), (2, 1), (2, 2))}
        gap = (wanted.subs({above: wx, below: w}) - after).subs(names)
        if gap.has(Expectation) or not is_zero(expand(gap * names[w] ** 4)):
            raise DerivationError("the expansion in the fluctuations of the two means is another")
        return Evidence(SYMBOLIC, f"derivatives by SymPy, to order 1/k^{self.order}")


@dataclass(frozen=True)
class WeightMoments:
    """E[w^a (z + tau)^b] with w = exp(-(z + rho)^2/(2t)): Gaussian integrals, by completing the square."""

    far: Far
    name: str = "moments of the weight"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The square completed and the moments of the shifted normal put in; the remainder of the whole chain measured."""
        warm = Symbol("t", positive=True)
        one, two = (Symbol(f"e_{a}", positive=True) for a in (1, 2))  # the exponentials in E w and E w^2
        table = {weighted_moment(a, b): _gaussian(a, b, warm, e) for a, e in ((1, one), (2, two)) for b in (0, 1, 2)}
        quotient = rho**2 / (1 + warm) - rho**2 / (2 + warm)
        claim = after.subs(t, warm).replace(exp, lambda power: two / one**2 if simplify(power - quotient) == 0 else exp(power))
        gap = before.subs(table) - claim
        if gap.has(Expectation) or expand(numer(together(gap))) != 0:
            raise DerivationError("the Gaussian integrals give another expression")
        return Evidence(NUMERIC, f"square completed by SymPy (symbolic); {self.far.measured(after)}")


def _gaussian(square: int, error: int, warm: Symbol, size: Symbol) -> Expr:
    """E[w^a (z + tau)^b], b <= 2: w^a phi is a constant times another normal density. `size` stands for exp(constant)."""
    mean, variance = -square * rho / (warm + square), warm / (warm + square)
    constant = -square * rho**2 / (2 * (warm + square))
    exponent = -square * (z + rho) ** 2 / (2 * warm) - z**2 / 2
    if simplify(exponent - constant + (z - mean) ** 2 / (2 * variance)) != 0:
        raise DerivationError("the square is not complete")
    place = mean + tau
    return sqrt(variance) * size * (1, place, place**2 + variance)[error]


@dataclass(frozen=True)
class MiddleQuantile:
    """The variance of the middle draw(s) in powers of 1/k: the quantile function's series at 1/2, and Dirichlet moments.

    P of the middle one of an odd number is Beta(a, a), a = (k+1)/2; of an even number the spacings below, between and above the
    two middle ones are Dirichlet(k/2, 1, k/2). The normal quantile is analytic at 1/2 and P - 1/2 is of order k^(-1/2), its
    tails beyond any fixed distance exponentially small in k, the quantile's growth there logarithmic: term by term is allowed.
    """

    pair: bool
    far: Far
    name: str = "quantiles and spacings"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Series of the quantile by reversion in SymPy; moments as rational functions of k; remainder measured."""
        spread = MiddlePairSpread(k) if self.pair else MedianSpread(k)
        value = before.subs(spread, _spread_series(self.pair))
        gap = expand(after - value)
        small = Symbol("epsilon", positive=True)
        for power in range(3):
            if not is_zero(gap.subs(k, 1 / small).coeff(small, power)):
                raise DerivationError(f"the coefficient of k^-{power} is {value.subs(k, 1 / small).coeff(small, power)}")
        if not is_zero(gap):
            raise DerivationError("the claim has terms beyond k^-2")
        return Evidence(NUMERIC, f"coefficients by SymPy (symbolic); {self.far.measured(after)}")


@cache
def _spread_series(pair: bool) -> Expr:
    """The variance to k^-2: E of the squared quantile (mean of two quantiles) at 1/2 + e to fourth order in e."""
    e = Symbol("e", real=True)
    # Phi(z) - 1/2 = z/sqrt(2 pi) - z^3/(6 sqrt(2 pi)) + ..., reversed: z = a e + b e^3 + ...
    share = series(normal_density(z), z, 0, 4).removeO().integrate((z, 0, z))
    a, b = Symbol("a"), Symbol("b")
    reversed_ = expand(share.subs(z, a * e + b * e**3) - e)
    (found,) = solve([reversed_.coeff(e, 1), reversed_.coeff(e, 3)], [a, b], dict=True)

    def quantile(at: Expr) -> Expr:
        return found[a] * at + found[b] * at**3

    below, between, above = (Symbol(n, positive=True) for n in ("below", "between", "above"))
    half = k / 2 if pair else (k + 1) / 2
    shape = {below: half, above: half, **({between: Integer(1)} if pair else {})}
    total = Add(*shape.values())
    # P - 1/2 = (below - above -+ between)/2, the spacings summing to one
    ends = [(below - above + s * between) / 2 for s in ((-1, 1) if pair else (0,))]
    inside = expand((Add(*(quantile(x) for x in ends)) / len(ends)) ** 2)
    out = Integer(0)
    for term in Add.make_args(inside):
        powers = term.as_powers_dict()
        orders = {s: int(powers.get(s, 0)) for s in (below, between, above)}
        if sum(orders.values()) > 4:
            continue
        rest = term / Mul(*(s**n for s, n in orders.items()))
        moment = Mul(*(rf(shape.get(s, Integer(1)), n) for s, n in orders.items())) / rf(total, sum(orders.values()))
        out += rest * moment.expand(func=True)
    small = Symbol("epsilon", positive=True)
    return expand(series(simplify(out.subs(k, 1 / small)), small, 0, 3).removeO()).subs(small, 1 / k)


@dataclass(frozen=True)
class UnderLimit:
    """Apply another rule to what stands under a limit in k."""

    rule: Any
    name: str = "under the limit"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Both sides are limits k -> oo; the rule checks what stands in them."""
        if not all(isinstance(e, ManyAnswers) and e.args[1] == k for e in (before, after)):
            raise DerivationError("both sides must be limits k -> oo")
        return self.rule.check(before.args[0], after.args[0])


@dataclass(frozen=True)
class LikeliestBin:
    """As k -> oo the vote goes to the likeliest bin, whose centre is nearest to 0; to the two likeliest by halves if `tie`.

    Bin i is given with a probability of at most P(N_i >= N_0) <= M_i^k, M_i = 1 - (sqrt(p_0) - sqrt(p_i))^2 (Chernoff), and of
    at most k p_i. So the others add at most the sum of (centre + tau)^2 (k p_i M^k)^(1/2), M < 1 the largest M_i, which tends
    to 0: p_i falls as a Gaussian. With `tie`, z -> -z exchanges bins 0 and -1.
    """

    tie: bool = False
    name: str = "likeliest bin"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Chernoff's bound, the fall of p with the distance of the centre, and the order of the distances, by SymPy."""
        if not isinstance(before, ManyAnswers) or before.args[1] != k or not isinstance(before.args[0], Sum):
            raise DerivationError("expected the limit of a sum over the bins")
        chance = WinningChance(i_bin, k, *before.args[0].function.atoms(WinningChance).pop().args[2:])
        place = before.args[0].function / chance
        width, shift = chance.args[2:]
        if place.has(k) or before.args[0].limits[0] != (i_bin, -oo, oo) or (shift == Rational(1, 2)) != self.tie:
            raise DerivationError("expected the limit of a sum over the bins of squared errors times chances")
        at, centre = Symbol("x", positive=True), Symbol("c", positive=True)
        step = p_1 / at + p_2 * at + 1 - p_1 - p_2  # E at^(N_i - N_0) for one answer
        least = step.subs(at, sqrt(p_1) / sqrt(p_2))
        flat = simplify(diff(step, at).subs(at, sqrt(p_1) / sqrt(p_2)))
        if flat != 0 or simplify(expand(least - 1 + (sqrt(p_1) - sqrt(p_2)) ** 2)) != 0:
            raise DerivationError("Chernoff's bound is another")
        share = BinShare(i_bin, width, shift).unfold().subs(i_bin, centre / width - shift)
        fall = diff(share, centre)
        wanted = normal_density(centre - width / 2) * (exp(-centre * width) - 1)  # negative for c > 0
        if simplify(expand(fall / normal_density(centre - width / 2) - wanted / normal_density(centre - width / 2))) != 0:
            raise DerivationError("the share of a bin does not fall with the distance of its centre as expected")
        mirrored = share.subs(centre, -centre).replace(
            lambda e: isinstance(e, NormalShare), lambda e: 1 - NormalShare(expand(-e.args[0]))
        )
        opened = share.replace(lambda e: isinstance(e, NormalShare), lambda e: NormalShare(expand(e.args[0])))
        if expand(mirrored - opened) != 0:
            raise DerivationError("the share of a bin is not even in its centre")
        # (i + varsigma)^2 - varsigma^2 = i (i + 2 varsigma): positive for i > 0, and for i < 0 where |i| > 2 varsigma
        if expand((i_bin + shift) ** 2 - shift**2 - i_bin * (i_bin + 2 * shift)) != 0:
            raise DerivationError("the distances of the centres are in another order")
        value = place.subs(i_bin, 0)
        if self.tie:
            value = (value + place.subs(i_bin, -1)) / 2
        if expand(value - after) != 0:
            raise DerivationError(f"the plateau is {expand(value)}")
        return Evidence(SYMBOLIC, "Chernoff's bound; p falls with |c|, its slope is phi(c - Delta/2)(exp(-c Delta) - 1) < 0")


@dataclass(frozen=True)
class SaddleCircle:
    """The race as an integral over the circle through the saddle point of the generating function of N_2 - N_1.

    P(D > 0) + P(D = 0)/2 = (1/2 pi) int G(e^s)^k coth(s/2)/2, s = lambda + i varphi; at e^lambda = sqrt(p_1/p_2) G is real.
    """

    digits: int = 40
    name: str = "generating function on a circle"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """G on the circle by SymPy; the integral against the trinomial law added up, at k = 1, 2, 3, 7, 20."""
        import mpmath

        from infscale_sym.theory.votes.values.race import race_by_counts_mp

        claimed = only_integral(after)
        if claimed.limits[0] != (angle, -pi, pi):
            raise DerivationError("the claim must integrate over the angle from -pi to pi")
        one, two = sqrt(p_1), sqrt(p_2)
        phase = cos(angle) + sin(angle) * sqrt(-1)
        on_circle = p_1 * two / one / phase + p_2 * one / two * phase + 1 - p_1 - p_2
        if simplify(expand(on_circle) - (1 - (one - two) ** 2 - 2 * one * two * (1 - cos(angle)))) != 0:
            raise DerivationError("the generating function on the circle is another")
        for point in random_points([k, p_1, p_2], 5, {k: (1, 2, 3, 7, 20)}):
            factor = before / RaceTail(k, p_1, p_2)
            with mpmath.workdps(self.digits):
                wanted = evaluate(factor, point, self.digits) * race_by_counts_mp(*point.values(), digits=self.digits)
                _, outside = split(after, claimed)
                total, nodes = mpmath.mpf(0), 400
                for n in range(nodes):
                    at = {**point, angle: mpmath.pi * (2 * mpmath.mpf(n) / nodes - 1)}
                    total += _function(claimed.function, tuple(at))(*at.values(), digits=self.digits)
                got = evaluate(outside, point, self.digits) * total * 2 * mpmath.pi / nodes
                if abs(got - wanted) > abs(wanted) * mpmath.mpf(10) ** (6 - self.digits):
                    raise DerivationError(f"at {point} the race is {mpmath.nstr(wanted, 20)}, not {mpmath.nstr(got, 20)}")
        return Evidence(NUMERIC, f"G on the circle by SymPy; {self.digits - 6} digits against the trinomial law at 5 points")


@cache
def _function(expr: Expr, names: tuple[Symbol, ...]) -> Callable[..., Any]:
    from infscale_sym.evaluate.lambdify import mpmath_function

    return mpmath_function(expr, list(names), {})


@dataclass(frozen=True)
class LaplaceAtZero:
    """int exp(-k h) g near the one minimum of h, h(0) = 0: g(0) sqrt(2 pi/(k h''(0))) (1 + O(1/k)) (Laplace's method)."""

    far: Far
    name: str = "Laplace's method"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Second derivative of the logarithm of the base at zero by SymPy; the remainder measured."""
        integral = only_integral(before)
        _, factor = split(before, integral)
        powers = integral.function.as_powers_dict()
        bases = [base for base, power in powers.items() if power == k]
        if len(bases) != 1 or simplify(bases[0].subs(angle, 0)) != 1:
            raise DerivationError("expected one k-th power that is 1 at zero")
        bend = -diff(bases[0], angle, 2).subs(angle, 0)
        kernel = (integral.function / bases[0] ** k).subs(angle, 0)
        gap = (after / (factor * kernel * sqrt(2 * pi / (k * bend)))) ** 2
        if simplify(gap) != 1:
            raise DerivationError(f"the leading term is {simplify(factor * kernel * sqrt(2 * pi / (k * bend)))}")
        return Evidence(NUMERIC, f"value and bend at zero by SymPy (symbolic); {self.far.measured(after)}")


@dataclass(frozen=True)
class LastStage:
    """The last of L stages is a best-of-(k/L) choice with all of R to undo, in units of the increment's 1/sqrt(L)."""

    name: str = "last stage"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """With xi = z/sqrt(L): distance to the judge's wish and final error are those of a selection, up to the factor L."""
        if (
            before != BeamError(k, stages, tau, rho)
            or not isinstance(after, BeforeLastStage)
            or after.args[1:] != (k, stages, rho)
        ):
            raise DerivationError("the claim must be an expectation over what is left before the last stage")
        (chosen,) = after.args[0].atoms(SelectionError)
        factor = after.args[0] / chosen
        each, heat, teacher, judge = chosen.args
        increment = z / sqrt(stages)
        final = increment + remaining + tau - rho
        if heat != 0 or not is_zero(each - k / stages) or factor.has(SelectionError):
            raise DerivationError("each stage is a best-of-(k/L) choice")
        if not is_zero(expand(factor * (z + teacher) ** 2 - final**2)):
            raise DerivationError("the error of the choice is not that of the answer")
        if not is_zero(expand((z + judge) ** 2 - stages * (increment + remaining) ** 2)):
            raise DerivationError("the judge of the choice is not that of the stage")
        return Evidence(SYMBOLIC, "xi = z/sqrt(L) in error and reward")


@dataclass(frozen=True)
class InsertBestOfK:
    """Insert best-of-k.misspecified in the last stage, at what is then left to undo."""

    name: str = "best-of-k in the last stage"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Structural: the registered right side with the stage's number of answers and offsets."""
        statement = registry.statement("best-of-k.misspecified")
        (chosen,) = before.args[0].atoms(SelectionError)
        each, _, teacher, judge = chosen.args
        value = statement.rhs.subs({k: each, tau: teacher, rho: judge}, simultaneous=True)
        wanted = before.args[0].subs(chosen, value)
        if not isinstance(after, BeforeLastStage) or after.args[1:] != before.args[1:]:
            raise DerivationError("the claim must be the same expectation")
        if not is_zero(simplify(wanted - after.args[0])):
            raise DerivationError(f"inserted, the formula gives {simplify(wanted)}")
        return Evidence(SYMBOLIC, "best-of-k.misspecified with k/L answers, offsets times sqrt(L)")


@dataclass(frozen=True)
class EvenShares:
    """Before the last stage rho/L is left up to O(1/k), so in a term that has k^-2 already R may be replaced by it."""

    far: Far
    name: str = "even shares"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """What an exact stage leaves, R (n-1)/n, from n = L down to 2; the remainder measured at L = 1, 2, 3."""
        for depth in range(1, 9):
            if not is_zero(Mul(*(Rational(n - 1, n) for n in range(2, depth + 1))) - Rational(1, depth)):
                raise DerivationError(f"{depth} stages do not leave an even share")
        constant = before.args[0].coeff(k, 0) if before.args[0].is_Add else Integer(0)
        if constant.has(remaining):
            raise DerivationError("a term without k^-2 depends on what is left")
        if not is_zero(expand(before.args[0].subs(remaining, rho / stages) - after)):
            raise DerivationError("the claim is not the value at R = rho/L")
        return Evidence(NUMERIC, f"shares by telescoping (symbolic); {self.far.measured(after)}")
