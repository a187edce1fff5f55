"""Rules for memorization by the linear denoiser: Gaussian overlaps, spectral limits, partial fractions, the log-determinant.

For `denoiser.memorization.*`, `denoiser.log-determinant` and `denoiser.hellinger` (H, arXiv:2411.17807).
Overlaps and spectral means are checked symbolically, as the mean of the same function of the eigenvalue x; that a rate is the
spectral mean which it is said to be is also looked at on drawn training sets, where a mean 10 % off must be rejected.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sympy import (
    QQ,
    Add,
    Expr,
    Integer,
    Integral,
    Poly,
    Rational,
    Symbol,
    diff,
    exp,
    expand,
    expand_power_base,
    fraction,
    integrate,
    limit,
    log,
    nan,
    oo,
    pi,
    powdenest,
    sqrt,
    together,
    zoo,
)

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, is_zero, only_integral
from infscale_sym.errors import DerivationError
from infscale_sym.evaluate.lambdify import numpy_function
from infscale_sym.evaluate.points import SEED
from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.denoiser.notation import MarchenkoPasturMean, zeta
from infscale_sym.theory.memorization.notation import (
    FreshRate,
    HellingerRate,
    KernelRate,
    LogMean,
    NormalOverlap,
    PoleMean,
    SamplingRate,
    SpreadMean,
    generated_variance,
    kernel_width,
    per_feature,
)
from infscale_sym.theory.regression.notation import alpha, eigenvalue, kappa, lambda_
from infscale_sym.theory.selection.notation import z

x = eigenvalue
_HALF = Rational(1, 2)


@cache
def _overlap_lemma() -> bool:
    """The product of two normal densities by completing the square, for variances a >= 0 and b > 0, with SymPy."""
    a, b, apart = Symbol("a", nonnegative=True), Symbol("b", positive=True), Symbol("delta", real=True)
    exponent = -(z**2) / 2 - (sqrt(a) * z - apart) ** 2 / (2 * b)
    stiff, peak = (a + b) / b, sqrt(a) * apart / (a + b)
    rest = simplify(expand(exponent + stiff * (z - peak) ** 2 / 2))
    front = 2 * sqrt(pi) / (2 * pi * sqrt(b)) * sqrt(2 * pi / stiff)
    claim = sqrt(2 / (a + b)) * exp(-(apart**2) / (2 * (a + b)))
    written = NormalOverlap(a, b, apart).unfold().function
    same = simplify(powdenest(written / (exp(exponent) / sqrt(pi * b)), force=True)) == 1
    return same and z not in rest.free_symbols and simplify((front * exp(rest) / claim) ** 2) == 1


@dataclass(frozen=True)
class GaussianOverlaps:
    """int N(x; 0, a) N(x; delta, b) dx = N(delta; 0, a + b): every named overlap in closed form."""

    name: str = "overlap of two Gaussians"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The lemma by completing the square, then the two sides."""
        if not _overlap_lemma() or not before.has(NormalOverlap):
            raise DerivationError("there is no overlap to integrate")

        def closed(e: Expr) -> Expr:
            one, two, apart = e.args
            return sqrt(2 / (one + two)) * exp(-(apart**2) / (2 * (one + two)))

        done = before.replace(lambda e: isinstance(e, NormalOverlap), closed)
        if not equal_powers(done, after):
            raise DerivationError(f"the overlaps give {done}")
        return Evidence(SYMBOLIC, "square completed by SymPy for any two variances and any distance")


@cache
def _integrated(integral: Integral) -> Expr:
    return simplify(integrate(integral.function, *integral.limits, conds="none"))


@dataclass(frozen=True)
class WholePower:
    """Evaluate the one integral in closed form (SymPy); it may stand under a symbolic power."""

    name: str = "integration under a power"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The integral by SymPy, then powers of positive bases compared."""
        integral = only_integral(before)
        value = _integrated(integral)
        if value.has(Integral) or not equal_powers(before.subs(integral, value), after):
            raise DerivationError(f"the integral is {value}")
        return Evidence(SYMBOLIC, f"the integral is {value}, by SymPy")


def differs(gap: Expr) -> bool:
    """Whether an expression is certainly not zero, at one point: spares the simplification of what is wrong."""
    letters = sorted(gap.free_symbols, key=str)
    value = gap.subs({s: Rational(2 * n + 3, n + 4) for n, s in enumerate(letters)})
    return bool(value.is_number) and abs(value.evalf(40)) > 1e-25


def equal_powers(one: Expr, two: Expr) -> bool:
    """Whether two sums of products of powers with symbolic exponents agree (bases positive)."""

    def spread(e: Expr) -> Expr:
        return expand(expand_power_base(powdenest(expand(e, power_base=True, force=True), force=True), force=True))

    if one.has(Integral) or two.has(Integral):
        mark = Symbol("M", positive=True)  # integrals over the same range are compared by their integrands
        one = one.replace(Integral, lambda f, *ends: mark * powdenest(f, force=True))
        two = two.replace(Integral, lambda f, *ends: mark * powdenest(f, force=True))
    if differs(one - two):
        return False
    gap = spread(one) - spread(two)
    return gap == 0 or is_zero(gap) or simplify(powdenest(gap, force=True)) == 0


# Rates per dimension: what they are the limits of.


def _over(noise: Expr, width: Expr) -> Expr:
    return generated_variance(x, noise) + width**2


def meaning(rate: Expr) -> Expr:
    """The spectral mean that a rate is, d, n -> oo: the trace of C settles at d, the offset of the mean is O(1) in all."""
    if isinstance(rate, SamplingRate):
        ratio, noise = rate.args
        return -MarchenkoPasturMean(log(_over(noise, 1) / 2), ratio) / 2
    if isinstance(rate, (KernelRate, FreshRate)):
        ratio, noise, width = rate.args
        over = _over(noise, width)
        distance = x / over if isinstance(rate, KernelRate) else 1 / over
        return -MarchenkoPasturMean(log(over / 2) + distance, ratio) / 2
    if isinstance(rate, HellingerRate):
        ratio, noise = rate.args
        over = _over(noise, 1)
        return MarchenkoPasturMean(2 * log(over) - log(4 * (over - 1)), ratio) / 4
    raise DerivationError(f"{rate} is no rate per dimension")


_RATES = (SamplingRate, KernelRate, FreshRate, HellingerRate)


@dataclass(frozen=True)
class RateAsSpectralMean:
    """A rate is written as the spectral mean that it is the limit of: looked at on training sets, or where the rates have
    `registered` formulas, by these."""

    registered: tuple[str, ...] = ()
    name: str = "spectral mean"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The form of the mean; d = 16, 32, 64 extrapolated in 1/d against it, and a mean 10 % off refused."""
        opened = before.replace(lambda e: isinstance(e, _RATES), meaning)
        if opened == before or expand(opened - after) != 0:
            raise DerivationError("the limit is the spectral mean of another function")
        if self.registered:
            known = {type(registry.statement(id).lhs) for id in self.registered}
            if missing := sorted(str(rate) for rate in before.atoms(*_RATES) if type(rate) not in known):
                raise DerivationError(f"{', '.join(self.registered)} say nothing of {', '.join(missing)}")
            return Evidence(SYMBOLIC, f"the limits of {', '.join(self.registered)}")
        quantity = next(type(e) for e in before.atoms(*_RATES))
        worst, control = limit_of_draws(quantity)
        if not (worst < 4 and control > 6):
            raise DerivationError(f"drawn rates differ by {worst:.1f} standard errors, a mean 10 % off by {control:.1f}")
        words = f"drawn training sets, d = 16, 32, 64 extrapolated: {worst:.1f} standard errors; a mean 10 % off: {control:.0f}"
        return Evidence(NUMERIC, words)


#: alpha, zeta, h_K at which limits are looked at: fewer and more examples than dimensions.
CASES = ((4.0, 1.0, 0.5), (0.5, 3.0, 0.4))


@cache
def limit_of_draws(quantity: type) -> tuple[float, float]:
    """(largest deviation, smallest deviation of a mean 10 % off), in standard errors; from drawn training sets."""
    rng = np.random.default_rng(SEED)
    worst, control = 0.0, np.inf
    with single_threaded_algebra():
        for ratio, noise, width in CASES:
            if quantity is HellingerRate and ratio > 1:
                continue
            sizes, means, errors = (16, 32, 64), [], []
            for d in sizes:
                values = [_drawn(quantity, d, round(d / ratio), noise, width, rng) for _ in range(160)]
                means.append(np.mean(values))
                errors.append(np.std(values, ddof=1) / np.sqrt(len(values)))
            design = np.vander(1 / np.array(sizes), 2) / np.array(errors)[:, None]
            covariance = np.linalg.inv(design.T @ design)
            value = (covariance @ design.T @ (np.array(means) / np.array(errors)))[1]
            error = np.sqrt(covariance[1, 1])
            wanted = number(meaning(quantity(*(alpha, zeta, kernel_width)[: len(quantity.slots)])), ratio, noise, width)
            worst = max(worst, abs(value - wanted) / error)
            control = min(control, abs(value - 1.1 * wanted) / error)
    return worst, float(control)


def _drawn(quantity: type, d: int, n: int, noise: float, width: float, rng: np.random.Generator) -> float:
    """(1/d) ln of the overlap for one training set; for kernels the mean of the logarithms."""
    data = rng.standard_normal((n, d))
    mean = data.mean(axis=0)
    values, axes = np.linalg.eigh((data - mean).T @ (data - mean) / n)
    values = np.maximum(values, 0)
    g = (values.mean() + noise) * (values / (values + noise)) ** 2
    if quantity is HellingerRate:
        return float(-np.sum(np.log(4 * g / (1 + g) ** 2)) / 4 + np.sum((mean @ axes) ** 2 / (1 + g)) / 4) / d
    over = g + (1.0 if quantity is SamplingRate else width**2)
    points = {SamplingRate: np.zeros((1, d)), KernelRate: data, FreshRate: rng.standard_normal((200, d))}[quantity]
    square = np.mean(((points - mean) @ axes) ** 2, axis=0)
    return float(-np.sum(np.log(over / 2) + square / over) / (2 * d))


def number(expr: Expr, ratio: float, noise: float, width: float) -> float:
    """An expression in spectral means at one alpha, zeta, h_K, in float64, by 4000 nodes of the Marchenko-Pastur law."""
    angles = np.pi * (np.arange(4000) + 0.5) / 4000
    nodes = 1 + ratio + 2 * np.sqrt(ratio) * np.cos(angles)
    weights = 2 * np.sin(angles) ** 2 / (4000 * nodes)
    point = {zeta: noise, kernel_width: width, alpha: ratio}

    def mean(e: Expr) -> Expr:
        function: Callable[..., Any] = numpy_function(e.args[0].subs(point), [x], {})
        atom = (1 - 1 / ratio) * function(0.0) if ratio > 1 else 0.0
        return Integer(1) * float(np.sum(weights * function(nodes)) + atom)

    return float(expr.replace(lambda e: isinstance(e, MarchenkoPasturMean), mean).subs(point))


# Means over the spectrum.

_NAMES = (LogMean, PoleMean, SpreadMean)


def integrand(expr: Expr) -> Expr:
    """f with expr = <f>: names opened, constants taken under the mean. The expression must be linear in means at one alpha."""
    opened = expr.replace(lambda e: isinstance(e, _NAMES), lambda e: e.unfold())
    means = sorted(opened.atoms(MarchenkoPasturMean), key=str)
    if len({e.args[1] for e in means}) > 1:
        raise DerivationError("means at different alpha")
    marks = {e: Symbol(f"mean_{n}") for n, e in enumerate(means)}
    marked = expand(opened.subs(marks))
    total = marked.subs(dict.fromkeys(marks.values(), 0))
    for mean, mark in marks.items():
        if diff(marked, mark, 2) != 0 or diff(marked, mark).free_symbols & set(marks.values()):
            raise DerivationError("the expression is not linear in the means")
        total += diff(marked, mark) * mean.args[0]
    return total


@dataclass(frozen=True)
class SameMean:
    """Two expressions are the mean of the same function of x, up to a multiple of x - 1, whose mean is 0 (Tr C/d -> 1)."""

    name: str = "partial fractions"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The difference of the integrands has a constant slope c and the value -c at x = 0."""
        if before == after:
            raise DerivationError("nothing has changed")
        root = Symbol("root", positive=True)  # (1 + zeta)^(1/2): the integrands' slopes are rational in it
        gap = (integrand(before) - integrand(after)).subs(zeta, root**2 - 1)
        if differs(gap - diff(gap, x) * (x - 1)):
            raise DerivationError("the integrands differ by more than a multiple of x - 1")
        slope = _in_lowest_terms(diff(gap, x))
        if x in slope.free_symbols:
            raise DerivationError("the integrands differ by more than a multiple of x - 1")
        at = Integer(1 if gap.subs(x, 0).has(oo, -oo, zoo, nan) else 0)
        rest = (gap - slope * (x - 1)).subs(x, at)
        if not _no_constant(rest):
            raise DerivationError(f"the integrands differ by {rest}")
        return Evidence(SYMBOLIC, "the integrands differ by a multiple of x - 1: slope and value by SymPy")


def _in_lowest_terms(rational: Expr) -> Expr:
    """A rational function reduced, term by term in the field of fractions: much faster than over a common denominator."""
    field = QQ.frac_field(*sorted(rational.free_symbols, key=str)) if rational.free_symbols else QQ
    total = field.zero
    for term in Add.make_args(rational):
        total += field.from_sympy(together(term))
    return field.to_sympy(total)


def _no_constant(rest: Expr) -> bool:
    """Whether a sum of rational terms and rational multiples of logarithms of rational terms vanishes (arguments positive)."""
    plain, product = Integer(0), Integer(1)
    for term in Add.make_args(expand(rest)) if rest != 0 else ():
        factor, logarithm = term.as_independent(log)
        if logarithm == 1:
            plain += term
        elif isinstance(logarithm, log) and (4 * factor).is_Integer:
            product *= logarithm.args[0] ** (4 * factor)
        else:
            return False
    return _in_lowest_terms(plain) == 0 and _in_lowest_terms(product) == 1


@dataclass(frozen=True)
class LogDeterminant:
    """<ln(x + lambda)> has the slope <1/(x + lambda)> = kappa/(lambda (1 + kappa)) in lambda, and at infinity it is ln lambda.

    The resolvent is `predictive.mean`: 1 - lambda <1/(x + lambda)> = 1/(1 + kappa).
    """

    ridge: Expr
    name: str = "integration over the ridge"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Along lambda = kappa (1 - alpha/(1 + kappa)), by SymPy: the slope, and the limit kappa -> oo."""
        if before != MarchenkoPasturMean(log(x + lambda_), alpha):
            raise DerivationError("this rule is for the mean of ln(x + lambda)")
        path = kappa * (1 - alpha / (1 + kappa))
        claim = after.subs(self.ridge, kappa)
        if claim.has(type(self.ridge)):
            raise DerivationError("another ridge occurs")
        claim = claim.subs(lambda_, path)
        slope = simplify(diff(claim, kappa) - kappa / (path * (1 + kappa)) * diff(path, kappa))
        if slope != 0:
            raise DerivationError(f"the slope is off by {slope}")
        end = limit(claim - log(kappa), kappa, oo)
        if simplify(end) != 0:
            raise DerivationError(f"as lambda -> oo the claim is off by {end}")
        return Evidence(SYMBOLIC, "slope and value at infinity by SymPy")


@dataclass(frozen=True)
class RidgeToZero:
    """<ln x> at alpha < 1: the log-determinant as the ridge, and with it kappa, tends to 0."""

    name: str = "limit of the log-determinant"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The limit kappa -> 0 by SymPy."""
        value = log(1 + kappa) + (1 - 1 / alpha) * log(1 - alpha / (1 + kappa)) - 1 / (1 + kappa)
        mean = MarchenkoPasturMean(log(x), alpha)
        if not before.has(mean) or not is_zero(expand(before.subs(mean, limit(value, kappa, 0)) - after)):
            raise DerivationError("<ln x> is -1 + (1 - 1/alpha) ln(1 - alpha)")
        return Evidence(SYMBOLIC, "lambda/kappa = 1 - alpha/(1 + kappa); limit by SymPy")


@dataclass(frozen=True)
class LargestVariance:
    """-<x/(1 + g)>/2 is at most its value with g at its supremum 1 + zeta, and <x> = 1."""

    name: str = "bound"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """1/(1 + g) - 1/(2 + zeta) is a quotient of polynomials with positive coefficients."""
        over = _over(zeta, 1)
        rest = after + 1 / (2 * (2 + zeta))
        if not is_zero(simplify(integrand(before) + x / over / 2)) or differs(rest) or not is_zero(rest):
            raise DerivationError("the bound is -1/(2 (2 + zeta))")
        top, bottom = fraction(together(1 / over - 1 / (2 + zeta)))
        for part in (top, bottom):
            if any(c < 0 for c in Poly(expand(part), x, zeta).coeffs()):
                raise DerivationError("the difference could be negative")
        return Evidence(SYMBOLIC, "x^2 <= (x + zeta)^2: the difference has positive coefficients", at_most=True)


@dataclass(frozen=True)
class NarrowSpectrum:
    """<F(x)> at small alpha: F(1) + F''(1) alpha/2 + O(alpha^2), as <x - 1> = 0, <(x - 1)^2> = alpha, <(x - 1)^3> = alpha^2."""

    name: str = "many examples"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The coefficient by SymPy, the remainder by its exponent."""
        function = integrand(before)
        if before.atoms(MarchenkoPasturMean).pop().args[1] != 1 / per_feature:
            raise DerivationError("this rule takes alpha = 1/n_d")
        series = function.subs(x, 1) + diff(function, x, 2).subs(x, 1) / (2 * per_feature)
        if expand(fraction(together(series - after))[0]) != 0:
            raise DerivationError(f"the first order is {series}")
        steep = _measured_gap_slope()
        if abs(steep + 2) > 0.02:
            raise DerivationError(f"the remainder falls with the exponent {steep:.3f}")
        return Evidence(NUMERIC, f"coefficient by SymPy; error exponent {steep:.4f} measured from n_d = 1e3 to 1e7")


@cache
def _measured_gap_slope() -> float:
    import mpmath

    from infscale_sym.theory.memorization.values_exact import memory_gap_mp

    errors = []
    for ratio in ("1e-3", "1e-7"):
        with mpmath.workdps(50):
            value = memory_gap_mp(ratio, "0.8", "0.7", 30)
            noise, width = mpmath.mpf("0.8"), mpmath.mpf("0.7")
            errors.append(abs(value - mpmath.mpf(ratio) * noise / (1 + (1 + noise) * width**2) ** 2))
    return float(mpmath.log10(errors[1] / errors[0]) / 4)


__all__ = [
    "GaussianOverlaps",
    "LargestVariance",
    "LogDeterminant",
    "NarrowSpectrum",
    "RateAsSpectralMean",
    "RidgeToZero",
    "SameMean",
    "WholePower",
    "equal_powers",
    "integrand",
    "limit_of_draws",
    "meaning",
]
