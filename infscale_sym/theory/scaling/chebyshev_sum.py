"""Rules about order: leaving one answer out, Chebyshev's sum inequality, and dropping what is not negative.

For `monotone` and `temperature.zero.boundary`. The k + 1 answers have squared errors y_i, distances r_i from the judge's answer
and weights w_i = exp(-r_i^2/(2t)); W is the sum of the weights and A the weighted mean of the errors. Identities over all k + 1
answers are checked symbolically, for every k at once: with h = 1/(W - w), each sum over one answer of a monomial in h and y is
a symbol, and two of these symbols are known.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, IndexedBase, Integer, Mul, S, Sum, Symbol, cancel, cosh, diff, exp, expand, tanh

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import SYMBOLIC, is_zero, outside, same
from infscale_sym.errors import DerivationError
from infscale_sym.notation.operators import Expectation, normal_density
from infscale_sym.theory.selection.notation import SelectionError, k, rho
from infscale_sym.theory.selection.rules import i, j_, weight

#: Squared errors y_i, and G_i = r_i^2 + 2 D r_i tanh(rho r_i): their means given the distances, less D^2.
error = IndexedBase("y", nonnegative=True)
mean_error = IndexedBase("G", real=True)
W = Symbol("W", positive=True)
A = Symbol("A", nonnegative=True)
#: D = tau - rho: how far the judge's answer is from the teacher's.
drift = Symbol("D", real=True)


def over_answers(summand: Expr, index: Symbol = j_) -> Sum:
    """The sum over all k + 1 answers."""
    return Sum(summand, (index, 1, k + 1))


def without_one() -> Expr:
    """The weighted mean of the others, answer j left out, averaged over j."""
    return over_answers((A * W - weight[j_] * error[j_]) / (W - weight[j_])) / (k + 1)


def pair_kernel() -> Expr:
    """w_i w_j/((W - w_i)(W - w_j)), not negative."""
    return weight[i] * weight[j_] / ((W - weight[i]) * (W - weight[j_]))


def over_pairs(core: Expr) -> Expr:
    """(1/(2 (k+1) W)) sum over pairs of the kernel times (w_i - w_j) times `core`."""
    inner = over_answers(over_answers(pair_kernel() * (weight[i] - weight[j_]) * core, i))
    return inner / (2 * (k + 1) * W)


def mean_at_distance(at: Expr) -> Expr:
    """E[x | |x| = r] = r tanh(rho r) for x = z + rho, z standard normal."""
    return at * tanh(rho * at)


@dataclass(frozen=True)
class AverageOfAll:
    """The error of the chosen answer among k + 1, given the answers, is the weighted mean A."""

    name: str = "weighted mean of all answers"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The claim is E[A] and the quantity is the error of k + 1 answers."""
        if not isinstance(before, SelectionError) or before.args[0] != k + 1 or after != Expectation(A):
            raise DerivationError("by definition the error of k + 1 answers is E[A]")
        return Evidence(SYMBOLIC, "A is by definition the mean of the errors with the weights of the choice")


@dataclass(frozen=True)
class LeaveOneOut:
    """A = mean over j of A without j, minus a sum over pairs (Chebyshev's identity for the weights 1/(W - w_j))."""

    name: str = "leave one out"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Reduce the claim to symbols for its sums over one answer; what is left must be A, for every k."""
        if before != Expectation(A):
            raise DerivationError("this rule opens E[A]")
        if not isinstance(after, Expectation):
            raise DerivationError("the claim must be one expectation")
        left = simplify(_letters(after.args[0]) - A)
        if left != 0:
            raise DerivationError(f"the claim differs from A by {left}")
        return Evidence(SYMBOLIC, "sums over one answer reduced with sum w = W and sum w y = A W, for every k")


def _letters(expr: Expr) -> Expr:
    """Replace each sum over answers by a symbol: monomials h^a y^b summed over one answer, two of them known."""
    hi, hj, yi, yj = (Symbol(name, positive=True) for name in ("h_i", "h_j", "y_i", "y_j"))
    back = {weight[i]: W - 1 / hi, weight[j_]: W - 1 / hj, error[i]: yi, error[j_]: yj}
    count = k + 1

    def letter(part: Expr, h: Symbol, y: Symbol) -> Expr:
        a, b = part.as_coeff_exponent(h)[1], part.as_coeff_exponent(y)[1]
        if not is_zero(part - h**a * y**b):
            raise DerivationError(f"{part} is no monomial")
        if (a, b) == (0, 0):
            return count
        if (a, b) == (-1, 0):  # sum w = W
            return (count - 1) * W
        total = Symbol(f"T_{a}_{b}")
        return W * Symbol("T_0_1") - A * W if (a, b) == (-1, 1) else total  # sum w y = A W

    def single(total: Sum) -> Expr:
        summand, *limits = total.args
        if any(limit[1:] != (1, k + 1) for limit in limits):
            raise DerivationError("the sums must run over all k + 1 answers")
        out = Integer(0)
        for term in expand(cancel(summand.subs(back))).as_ordered_terms():
            constant, rest = term.as_independent(hi, hj, yi, yj)
            own, other = rest.as_independent(hj, yj)
            names = {limit[0] for limit in limits}
            if (i not in names and own != 1) or (j_ not in names and other != 1):
                raise DerivationError("a summand depends on an answer that is not summed over")
            value = letter(other, hj, yj) if j_ in names else Integer(1)
            out += constant * value * (letter(own, hi, yi) if i in names else Integer(1))
        return out

    def flat(total: Sum) -> Sum:
        inner = total.args[0]
        factors = Mul.make_args(inner)
        nested = [f for f in factors if isinstance(f, Sum)]
        if not nested:
            return total
        rest = Mul(*(f for f in factors if not isinstance(f, Sum)))
        return Sum(rest * nested[0].args[0], *nested[0].args[1:], *total.args[1:])

    return expr.replace(lambda e: isinstance(e, Sum), lambda e: single(flat(e)))


@dataclass(frozen=True)
class AverageOverSigns:
    """Given the distance |x| = r, the error (x + D)^2 is on average r^2 + 2 D r tanh(rho r) + D^2; the weights see only r."""

    name: str = "average over signs"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """In the pair sum y_j - y_i becomes G_j - G_i; SymPy takes the conditional mean from the density."""
        at = Symbol("r", positive=True)
        up, down = normal_density(at - rho), normal_density(-at - rho)
        mean = (up * (at + drift) ** 2 + down * (-at + drift) ** 2) / (up + down)
        wanted = at**2 + 2 * drift * mean_at_distance(at) + drift**2
        if simplify((mean - wanted).rewrite(exp)) != 0:
            raise DerivationError("the conditional mean of the error is another")
        pair = over_pairs(error[j_] - error[i])
        if after != before.subs(pair, over_pairs(mean_error[j_] - mean_error[i])) or after == before:
            raise DerivationError("only the errors in the pair sum may be replaced by their conditional means")
        return Evidence(SYMBOLIC, "two points of equal distance weighted by the normal density; D^2 cancels in the difference")


@dataclass(frozen=True)
class DropPairs:
    """Leave out the pair sum: in each pair the answer with the larger weight has the smaller error, so no term is negative."""

    fold: bool = False  # the errors are already averaged over signs
    name: str = "Chebyshev's sum inequality"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """What is left out is the pair sum with minus sign; its summand is not negative by monotony, shown by SymPy."""
        base = mean_error if self.fold else error
        one, two = base[j_], base[i]
        if before != Expectation(without_one() - over_pairs(one - two)) or after != Expectation(without_one()):
            raise DerivationError("exactly the pair sum may be left out")
        at, heat = Symbol("r", positive=True), Symbol("t", positive=True)
        falls = diff(exp(-(at**2) / (2 * heat)), at)
        if not falls.is_negative:
            raise DerivationError("the weight does not fall with the distance")
        if not self.fold:
            return Evidence(SYMBOLIC, "w falls with y, so (w_i - w_j)(y_j - y_i) >= 0", at_most=True)
        _conditional_error_rises()
        return Evidence(SYMBOLIC, "w falls and r^2 + 2 D r tanh(rho r) rises with r", at_most=True)


def _conditional_error_rises() -> None:
    """0 <= d/dr [r tanh(rho r)]/(2 rho r) <= 1, so d/dr [r^2 + 2 D r tanh(rho r)] = 2 r (1 + 2 rho D e), 0 <= e <= 1.

    Linear in e, that is at least 2 r min(1, 1 + 2 rho D) >= 0. e = (tanh(u)/u + 1 - tanh(u)^2)/2, u = rho r > 0 (e is even
    in u), and 0 <= tanh(u) <= u.
    """
    u, at = Symbol("u", positive=True), Symbol("r", positive=True)
    e = (tanh(u) / u + 1 - tanh(u) ** 2) / 2
    if simplify(diff(mean_at_distance(at), at) / (2 * rho * at) - e.subs(u, rho * at)) != 0:
        raise DerivationError("the slope of r tanh(rho r) is another")
    # u - tanh(u) is 0 at 0 and has the slope tanh(u)^2, hence is not negative; 1 - tanh^2 = 1/cosh^2.
    above = u - tanh(u)
    if above.subs(u, 0) != 0 or simplify(diff(above, u) - tanh(u) ** 2) != 0:
        raise DerivationError("tanh(u) <= u could not be shown")
    if simplify(2 * (1 - e) - above / u - tanh(u) ** 2) != 0 or simplify(1 - tanh(u) ** 2 - 1 / cosh(u) ** 2) != 0:
        raise DerivationError("0 <= e <= 1 could not be shown")


@dataclass(frozen=True)
class AnyKAnswers:
    """Whichever answer is left out, k independent answers remain: every term of the mean is F_k."""

    name: str = "exchangeability of the answer left out"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Each summand is the sum without answer j over the weights without answer j; there are k + 1 and a factor 1/(k+1)."""
        if not isinstance(before, Expectation) or not isinstance(after, SelectionError) or after.args[0] != k:
            raise DerivationError("this rule ends in the error of k answers")
        total = next(iter(before.args[0].atoms(Sum)), None)
        if total is None or total.args[1] != (j_, 1, k + 1):
            raise DerivationError("the claim must be a sum over all k + 1 answers")
        numerator, denominator = total.args[0].as_numer_denom()
        ratio = (A * W - weight[j_] * error[j_]) / (W - weight[j_])
        if not is_zero(simplify(numerator / denominator - ratio)):
            raise DerivationError("a summand is not the weighted mean of the others")
        if not same(simplify(outside(before.args[0], total) * (k + 1)), S.One):
            raise DerivationError("the k + 1 equal terms are not divided by k + 1")
        return Evidence(SYMBOLIC, "A W - w_j y_j and W - w_j are the sums over the k others; all answers have one law")
