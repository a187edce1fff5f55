"""Rules about T = 0: the slope in temperature as a sum over pairs of answers, and the pairs that a small t can exchange.

For `temperature.zero.boundary` and `temperature.zero.approach`; HP, arXiv:2512.19905, has neither. Answer i has the squared
error y_i, the squared distance s_i from the judge's answer and the weight w_i = exp(-s_i/(2 t)). Identities over all k answers
are checked for every k at once: sums over one answer become symbols. Remainders are measured on the exact excess.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sympy import (
    Derivative,
    EulerGamma,
    Expr,
    Function,
    Indexed,
    IndexedBase,
    Integer,
    Integral,
    Subs,
    Sum,
    Symbol,
    cancel,
    cosh,
    diff,
    exp,
    expand,
    expand_log,
    gamma,
    limit,
    log,
    oo,
    pi,
    series,
    sinh,
    sqrt,
    tanh,
)

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, clearly_not_zero, is_zero, split
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.notation.operators import Expectation, normal_density
from infscale_sym.theory.scaling.chebyshev_sum import _conditional_error_rises, drift, error, mean_at_distance, mean_error
from infscale_sym.theory.selection.notation import SelectionError, Survival, k, r, rho, t, tau
from infscale_sym.theory.selection.rules import TOTAL, i, j_, weight
from infscale_sym.theory.zero_temperature.notation import ColdPairs, ThermalExcess, ZetaSlope, coldness

#: Squared distances from the judge's answer, and the temperature that is integrated over.
square = IndexedBase("s", nonnegative=True)
heat = Symbol("t_1", positive=True)
#: The difference of two answers' squared distances in units of 2t.
v = Symbol("v", positive=True)

#: Where remainders are measured, in float64: (k, tau, rho), k > 2, and two values of beta.
_POINTS = ((3.0, 1.0, 0.5), (4.5, 0.3, 1.2))
_BETWEEN = (1e3, 1e5)
_DECADES = (1e1, 1e2, 1e3, 1e4)


def pair_covariance(base: Any) -> Expr:
    """Twice the covariance of the errors `base` and the squared distances: sum over pairs, with the weights of both."""
    core = weight[i] * weight[j_] * (base[i] - base[j_]) * (square[i] - square[j_])
    return Sum(Sum(core, (i, 1, k)), (j_, 1, k)) / TOTAL**2


def heating(base: Any, end: Expr) -> Expr:
    """int_0^end E[covariance]/(2 t_1^2) dt_1; the weights are those at the temperature t_1."""
    return Integral(Expectation(pair_covariance(base)) / (4 * heat**2), (heat, 0, end))


def two_answers() -> Expr:
    """Integral over the pairs that a small t can exchange: distances r and r' = (r^2 + 2 v/beta)^(1/2), all others farther."""
    other = sqrt(r**2 + 2 * v / coldness)
    return (
        k
        * (k - 1)
        * Integral(
            _density(r)
            * _density(other)
            * Survival(other, rho) ** (k - 2)
            * (_mean(other) - _mean(r))
            / (coldness * other * (1 + exp(v))),
            (r, 0, oo),
            (v, 0, oo),
        )
    )


def fermi_integral() -> Expr:
    """The leading term as an integral over v: the logarithm is cut off where r is of the order t^(1/2)."""
    level = 1 + 2 * rho * (tau - rho)
    inside = level * (log(2 * coldness / v) - EulerGamma) + 2 * ColdPairs(k, tau, rho)
    return 2 * k * (k - 1) * exp(-(rho**2)) / (pi * coldness**2) * Integral(v / (1 + exp(v)) * inside, (v, 0, oo))


def _density(at: Expr) -> Expr:
    return normal_density(at - rho) + normal_density(at + rho)


def _mean(at: Expr) -> Expr:
    return at**2 + 2 * (tau - rho) * at * tanh(rho * at)


@dataclass(frozen=True)
class Fluctuations:
    """d<y>/dt = Cov(y, s)/(2t^2), a sum over pairs: (1/4t^2) sum w_i w_j (y_i - y_j)(s_i - s_j)/W^2. Integrated from t = 0.

    `at_zero`: the chain starts from the error at t = 0, else from the excess.
    """

    name: str = "slope in temperature"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The quotient rule with symbols for the sums, for every k; the starting value is the limit t -> 0."""
        if isinstance(before, ThermalExcess):
            end, wanted = before.args[1], heating(error, before.args[1])
        elif isinstance(before, SelectionError) and before.args[1] == 0:
            end = t
            wanted = SelectionError(before.args[0], t, *before.args[2:]) - heating(error, t)
        else:
            raise DerivationError("this rule starts from the error at t = 0 or from what heat adds to it")
        if after != wanted:
            raise DerivationError(f"the slope integrated to {end} is another")
        _check_slope()
        return Evidence(SYMBOLIC, "quotient rule and covariance with letters for the sums over one answer, for every k")


@cache
def _check_slope() -> None:
    """d/dt (sum w y/sum w), w = exp(-s/2t), against the pair sum expanded into sums over one answer."""
    at = Symbol("t", positive=True)
    s, y = Symbol("s", nonnegative=True), Symbol("y", nonnegative=True)
    factor = cancel(diff(exp(-s / (2 * at)), at) / exp(-s / (2 * at)))
    letters = {(a, b): Symbol(f"W_{a}{b}", positive=True) for a in range(2) for b in range(2)}  # sum w s^a y^b

    def total(monomial: Expr) -> Expr:
        a, b = monomial.as_coeff_exponent(s)[1], monomial.as_coeff_exponent(y)[1]
        return cancel(monomial / (s**a * y**b)) * letters[int(a), int(b)]

    mean, whole = letters[0, 1], letters[0, 0]
    slope = (total(factor * y) * whole - mean * total(factor)) / whole**2
    pairs = Integer(0)
    one, two = (Symbol("y_1"), Symbol("s_1")), (Symbol("y_2"), Symbol("s_2"))
    for term in expand((one[0] - two[0]) * (one[1] - two[1])).as_ordered_terms():
        sign = term.subs(dict.fromkeys((*one, *two), 1))
        powers = [letters[int(term.has(x[1])), int(term.has(x[0]))] for x in (one, two)]
        pairs += sign * powers[0] * powers[1]
    if simplify(slope - pairs / (4 * at**2 * whole**2)) != 0:
        raise DerivationError("the slope in temperature is not the sum over pairs")


@dataclass(frozen=True)
class SignsInPairs:
    """Given the distances, the errors may be averaged over the signs: y_i becomes G_i + D^2, and D^2 cancels in each pair."""

    name: str = "average over signs in pairs"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """SymPy takes the conditional mean from the density; only the errors in the pair sum may be replaced."""
        at = Symbol("r", positive=True)
        up, down = normal_density(at - rho), normal_density(-at - rho)
        mean = (up * (at + drift) ** 2 + down * (-at + drift) ** 2) / (up + down)
        if simplify((mean - at**2 - 2 * drift * mean_at_distance(at) - drift**2).rewrite(exp)) != 0:
            raise DerivationError("the conditional mean of the error is another")
        if after == before or after != before.subs(pair_covariance(error), pair_covariance(mean_error)):
            raise DerivationError("only the errors in the pair sum may be replaced by their conditional means")
        return Evidence(SYMBOLIC, "two points of equal distance weighted by the normal density; D^2 cancels in the difference")


@dataclass(frozen=True)
class DropHeating:
    """Leave out what the temperature adds: G rises with the distance, so (G_i - G_j)(s_i - s_j) >= 0 in every pair."""

    name: str = "Chebyshev's sum inequality at every temperature"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """What is left out is exactly the integral of the pair sum, with minus sign; G rises, shown by SymPy."""
        if before != after - heating(mean_error, t) or not isinstance(after, SelectionError):
            raise DerivationError("exactly the integral over the temperature may be left out")
        core = pair_covariance(mean_error).atoms(Indexed)
        if {str(letter.base) for letter in core} != {"w", "G", "s"}:
            raise DerivationError("the pair sum is another")
        _conditional_error_rises()
        return Evidence(SYMBOLIC, "r^2 + 2 D r tanh(rho r) rises with r, and so does s = r^2", at_most=True)


@dataclass(frozen=True)
class OnlyPairs:
    """Triples within reach are rarer by t^(1/2): what a small t adds is the exchange of the nearest answer with the second.

    The integral over the temperature is done: int_0^t ds/(8 s^2 cosh^2(x/(4s))) = 1/(x (1 + exp(x/2t))) for x > 0.
    """

    name: str = "pairs"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Weights of two by SymPy; then the exact excess less the integral over pairs: its measured exponent in beta."""
        if before != heating(mean_error, 1 / coldness):
            raise DerivationError("this rule starts from the integral over the temperature")
        _check_exchange()
        # An unordered pair, the nearer first: k (k-1)/2 pairs times two orders; dr' = (t/r') dv.
        if after != two_answers():
            raise DerivationError("the integral over pairs is another")
        return Evidence(NUMERIC, f"two weights by SymPy; {_remainders()[0]}")


@cache
def _check_exchange() -> None:
    """The slope of x/(1 + exp(x/2t)) in t is x^2 w_1 w_2/(2 t^2 W^2): (1/4t^2) times two ordered pairs times x^2."""
    at, gap = Symbol("t", positive=True), Symbol("x", positive=True)
    two = exp(-gap / (2 * at)) / (1 + exp(-gap / (2 * at))) ** 2  # w_1 w_2/W^2
    done = gap / (1 + exp(gap / (2 * at)))
    if simplify((two * gap**2 / (2 * at**2) - diff(done, at)).rewrite(exp)) != 0 or limit(done, at, 0, "+") != 0:
        raise DerivationError("two answers are exchanged with another probability")


@dataclass(frozen=True)
class LogarithmOfPairs:
    """Pairs count alike per unit of ln r from t^(1/2) up to r = 1: a logarithm, and the finite part M of what cuts it off.

    At r ~ t^(1/2): int_0^R dr/(r^2 + x)^(1/2) = ln(2R/x^(1/2)) + o(1). Beyond: int_R^oo h dr/r = -h(0) ln R
    - h(0) gamma_E/2 + M, as int_R^oo exp(-r^2) dr/r = -ln R - gamma_E/2 + o(1). The sum does not depend on R.
    """

    name: str = "asymptotic matching"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Both pieces and the slope at r = 0 by SymPy; the remainder by its measured exponent in beta."""
        if before != two_answers():
            raise DerivationError("this rule starts from the integral over pairs")
        integral = next(iter(after.atoms(Integral)), None)
        if integral is None or integral.limits != ((v, 0, oo),):
            raise DerivationError("the claim must be an integral over v")
        constant, factor = split(after, integral)
        # G' = 2 r h, f(0)^2 = (2/pi) exp(-rho^2); dr' = dx/(2r') and G(r') - G(r) = x G'/(2r); x dx/2 = 2 v dv/beta^2
        wanted = k * (k - 1) * _both_pieces() * (2 / pi) * exp(-(rho**2)) * 2 * v / coldness**2 / (1 + exp(v))
        ratio = _one_log((factor * integral.function / wanted).subs(_PLAIN))
        if constant != 0 or clearly_not_zero(ratio - 1) or cancel(ratio) != 1:
            raise DerivationError("the two pieces do not add up to the claim")
        return Evidence(NUMERIC, f"both pieces by SymPy; {_remainders()[1]}")


#: Symbols for the named quantity and for Euler's constant, so that the rest is rational in logarithms.
_PLAIN = {ColdPairs(k, tau, rho): Symbol("M"), EulerGamma: Symbol("gamma_E")}


@cache
def _both_pieces() -> Expr:
    """int h dr/r' over both pieces, at x = 2 v/beta: the cut R cancels."""
    reach, gap, at = Symbol("R", positive=True), Symbol("x", positive=True), Symbol("r", positive=True)
    near = log(at + sqrt(at**2 + gap))
    if simplify(diff(near, at) - 1 / sqrt(at**2 + gap)) != 0:
        raise DerivationError("the inner integral is another")
    inner = log(2 * reach) - near.subs(at, 0)  # at R^2 >> x
    # f^2 G'/(2r) over f(0)^2 is the integrand of M but for S^(k-2); its value at r = 0 is the level.
    slope = cosh(rho * at) ** 2 + (tau - rho) / at * (sinh(2 * rho * at) / 2 + rho * at)
    whole = (_density(at) / _density(Integer(0))) ** 2 * diff(_mean(at), at) / (2 * at)
    if simplify(((whole - exp(-(at**2)) * slope) * exp(at**2)).rewrite(exp)) != 0:
        raise DerivationError("the slope of the mean error over pairs is another")
    level = 1 + 2 * rho * (tau - rho)
    if expand(series(slope, at, 0, 1).removeO() - level) != 0:
        raise DerivationError("the slope at r = 0 is another")
    outer = -level * log(reach) - level * EulerGamma / 2 + ColdPairs(k, tau, rho)
    total = expand(_one_log(level * inner + outer))
    if total.has(reach):
        raise DerivationError("the cut does not cancel")
    return total.subs(gap, 2 * v / coldness)


def _one_log(expr: Expr) -> Expr:
    """Logarithms of products as sums."""
    return expr.replace(log, lambda argument: expand_log(log(argument), force=True))


@dataclass(frozen=True)
class FermiIntegrals:
    """int_0^oo v^(s-1)/(1 + e^v) dv = Gamma(s) (1 - 2^(1-s)) zeta(s): its value at s = 2, and its slope there for ln v."""

    name: str = "Fermi integrals"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Value and slope by SymPy; Euler's constant cancels. The formula: term by term, 1/(1+e^v) = sum (-1)^(n+1) e^(-nv)."""
        integral = next(iter(before.atoms(Integral)), None)
        if integral is None or integral.limits != ((v, 0, oo),):
            raise DerivationError("expected one integral over v")
        constant, factor = split(before, integral)
        inside = expand(_one_log(expand((integral.function * (1 + exp(v)) / v).cancel())))
        letter = Symbol("ell")
        inside = inside.subs(log(v), letter)
        if constant != 0 or inside.has(v) or inside.coeff(letter, 2) != 0:
            raise DerivationError("the integrand is not linear in ln v")
        s, zeta_ = Symbol("s", positive=True), Function("zeta_1")
        mellin = gamma(s) * (1 - 2 ** (1 - s)) * zeta_(s)
        value, slope = (_at_two(e, s, zeta_) for e in (mellin, diff(mellin, s)))
        total = factor * (inside.coeff(letter, 0) * value + inside.coeff(letter, 1) * slope)
        if not is_zero(expand(_one_log(expand(total - after)))):
            raise DerivationError("the integrals do not give the claim")
        return Evidence(SYMBOLIC, "Mellin transform of 1/(1 + e^v) and its slope at s = 2; Euler's constant cancels")


def _at_two(expr: Expr, s: Symbol, zeta_: Any) -> Expr:
    out = expr.replace(lambda e: isinstance(e, (Derivative, Subs)), lambda e: ZetaSlope(2)).subs(s, 2)
    return expand(simplify(out.subs(zeta_(2), pi**2 / 6).doit()))


@cache
def _remainders() -> tuple[str, str]:
    """How the exact excess departs from the integral over pairs, and that from the claim, in float64.

    The first by its exponent in beta: triples within reach give beta^(-5/2). The second, known to the next order: around
    r = 0 the pairs expand in even powers of r and all powers of r'; odd powers of r' leave no finite part, so that the next
    term is beta^-3 (A ln beta + B) and the one after it smaller by 1/beta. Hence beta^3 times the gap is linear in ln beta.
    """
    claim = float_value(fermi_integral())
    pairs = float_value(two_answers())

    def exact(count: float, teacher: float, judge: float, beta: float) -> float:
        return float(ThermalExcess.numpy(count, 1 / beta, teacher, judge))

    slopes, bends = [], []
    for point in _POINTS:
        gaps = [abs(exact(*point, beta) - pairs(*point, beta)) for beta in _BETWEEN]
        slopes.append(math.log(gaps[1] / gaps[0]) / math.log(_BETWEEN[1] / _BETWEEN[0]))
        scaled = [beta**3 * (pairs(*point, beta) - claim(*point, beta)) for beta in _DECADES]
        triples = zip(scaled, scaled[1:], scaled[2:], strict=False)
        bends.append([abs(x - 2 * y + z) / max(abs(x), abs(z)) for x, y, z in triples])
    if not all(-2.55 < slope < -2.45 for slope in slopes):
        raise DerivationError(f"the exact excess less the pairs goes as beta to the powers {slopes}, not -5/2")
    if not all(late < 0.3 * early and late < 0.02 for early, late in bends):
        raise DerivationError(f"beta^3 (pairs less claim) is not linear in ln(beta): it bends by {bends}")
    return (
        f"the exact excess less the pairs goes as beta^{slopes[0]:.3f} from beta = {_BETWEEN[0]:g} to {_BETWEEN[1]:g}",
        f"beta^3 (pairs less claim) is linear in ln(beta) to {bends[0][1]:.1e} from beta = {_DECADES[1]:g} to {_DECADES[-1]:g}",
    )


def float_value(expr: Expr) -> Any:
    """One of the integrals of this file as f(k, tau, rho, beta) in float64.

    Gauss-Legendre in q and p, v = q^2 and r = sinh(p)/beta^(1/2). Relative error about 1e-16 beta: the difference of two mean
    errors loses digits.
    """
    integral = next(iter(expr.atoms(Integral)))
    _, factor = split(expr, integral)
    inner = [name for name, *_ in integral.limits]
    function = numpy_function(factor * integral.function, [k, tau, rho, coldness, r, v])
    nodes, weights = np.polynomial.legendre.leggauss(120)

    def panel(high: float) -> tuple[np.ndarray, np.ndarray]:
        return high / 2 * (1 + nodes), high / 2 * weights

    def value(count: float, teacher: float, judge: float, beta: float) -> float:
        q, q_weight = panel(6.8)
        over_v = 2 * q * q_weight
        if r not in inner:
            return float(over_v @ function(count, teacher, judge, beta, math.nan, q**2))
        p, p_weight = panel(math.asinh((abs(judge) + 9) * math.sqrt(beta)))
        near, over_r = np.sinh(p)[:, None] / math.sqrt(beta), np.cosh(p) / math.sqrt(beta) * p_weight
        return float(over_r @ function(count, teacher, judge, beta, near, q**2) @ over_v)

    return value
