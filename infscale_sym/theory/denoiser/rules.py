"""Rules about training sets for the linear denoiser (H, arXiv:2411.17807): means over the spectrum of a sample covariance.

For `denoiser.kl.*`. An expression linear in SpectralMeans is one mean of a summand in x_C and v (a constant c is the mean of
c/d), so that two such expressions are compared summand by summand, symbolically, with the logarithms as symbols. Wishart
moments in closed form are also compared with sums over the mean spectrum.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import (
    Dummy,
    Expr,
    Function,
    Integer,
    Rational,
    Symbol,
    diff,
    expand,
    expand_log,
    factor,
    gamma,
    gammasimp,
    limit,
    log,
    polygamma,
    together,
)

from infscale_sym.derive.cached import simplify
from infscale_sym.derive.engine import Evidence
from infscale_sym.derive.rules import NUMERIC, SYMBOLIC, only_integral
from infscale_sym.errors import DerivationError
from infscale_sym.theory.denoiser.notation import (
    DigammaSum,
    DirectionDivergence,
    ExpectedDivergence,
    LogMoment,
    ResolventMoment,
    ScaleLog,
    SpectralMean,
    divergence_of,
    mean_variance,
    zeta,
)
from infscale_sym.theory.regression.notation import dimension, eigenvalue, examples

_n, _d, _x, _v = examples, dimension, eigenvalue, mean_variance
_NAMES = (ResolventMoment, LogMoment, ScaleLog)


def vanishes(expr: Expr) -> bool:
    """Whether an expression rational in its symbols and in logarithms of them is zero: a point first, then its numerator."""
    opened = expand_log(expr.replace(lambda e: isinstance(e, log), lambda e: log(factor(e.args[0]))), force=True)
    letters = {e: Dummy(f"l{i}") for i, e in enumerate(sorted(opened.atoms(log, polygamma, Function), key=str))}
    opened = opened.subs(letters)
    free = sorted(opened.free_symbols, key=str)
    if abs(opened.subs({s: Rational(3 * i + 2, i + 5) for i, s in enumerate(free)}).evalf(30)) > 1e-15:
        return False
    return expand(together(opened).as_numer_denom()[0]) == 0


def summand(expr: Expr) -> Expr:
    """The summand whose SpectralMean is `expr`; the other named quantities of the spectrum opened."""
    opened = expr.replace(lambda e: isinstance(e, _NAMES), lambda e: e.unfold())
    opened = opened.replace(lambda e: isinstance(e, ExpectedDivergence), lambda e: e.unfold())
    means = sorted(opened.atoms(SpectralMean), key=str)
    letters = {e: Dummy(f"S{i}") for i, e in enumerate(means)}
    linear = expand(opened.subs(letters))
    total, rest = Integer(0), linear
    for mean, letter in letters.items():
        if mean.args[1:] != (_n, _d):
            raise DerivationError(f"{mean} is a mean over other training sets")
        factor = linear.coeff(letter, 1)
        total, rest = total + factor * mean.args[0], rest - expand(factor * letter)
    rest = expand(rest)
    if rest.has(*letters.values(), _x, _v) if letters else rest.has(_x, _v):
        raise DerivationError("the expression is not linear in means over the spectrum")
    return (total + rest / _d).replace(
        lambda e: isinstance(e, DirectionDivergence), lambda e: divergence_of(e.args[0], e.args[1] ** 2)
    )


def _require(before: Expr, after: Expr, words: str) -> None:
    if not vanishes(before - after):
        raise DerivationError(words)


@dataclass(frozen=True)
class GaussianLogRatio:
    """The logarithm of a ratio of normal densities under an integral, written out."""

    name: str = "log-likelihood ratio"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Integrands equal, logarithms expanded."""
        one, two = only_integral(before), only_integral(after)
        gap = expand_log(one.function - two.function, force=True)
        if one.limits != two.limits or simplify(expand(gap)) != 0 or before != one or after != two:
            raise DerivationError("the integrands differ")
        return Evidence(SYMBOLIC, "logarithms of exponentials")


@dataclass(frozen=True)
class Linear:
    """Split, join or name means over the spectrum; the divergence of a direction in closed form (denoiser.kl)."""

    name: str = "linearity"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Summand against summand."""
        _require(summand(before), summand(after), "the summands differ")
        return Evidence(SYMBOLIC, "summand by summand")


@dataclass(frozen=True)
class ScaleIdentity:
    """<v f(x)> = ((n-1)/n) <f> + (2/(d n)) <x f'>.

    v = Tr C/d is a Gamma variable of shape d (n-1)/2 and scale 2/(d n), independent of the ratios x/v; for f = x^p the identity
    is E v^(p+1) = E v^p ((n-1)/n + 2 p/(d n)), and both sides are linear in f.
    """

    name: str = "scale of a Wishart matrix"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The coefficient of v replaced; the Gamma moments by SymPy."""
        p, shape = Symbol("p", positive=True), _d * (_n - 1) / 2
        ratio = gammasimp(gamma(shape + p + 1) / gamma(shape + p)) * 2 / (_d * _n)
        if simplify(ratio - (_n - 1) / _n - 2 * p / (_d * _n)) != 0:
            raise DerivationError("the moments of the Gamma law differ")
        letter = Dummy("scale_log", positive=True)
        inside = expand_log(summand(before), force=True).subs(log(_v + zeta), letter)
        slope = diff(inside, _v)
        if slope.has(_v):
            raise DerivationError("the summand is not linear in v")
        wanted = inside.subs(_v, 0) + slope * (_n - 1) / _n + 2 / (_d * _n) * _x * diff(slope, _x)
        _require(wanted.subs(letter, log(_v + zeta)), summand(after), "the identity gives another summand")
        return Evidence(SYMBOLIC, "moments of the Gamma law; linear in f")


@dataclass(frozen=True)
class WishartMoments:
    """<1> = d, <v> = <x> = d (n-1)/n, <ln v> from the Gamma law, <ln x> = d ln(2/n) + Psi(n, d) (Bartlett: det is a product of
    independent chi-squared variables), <1/x> = n d/(n-d-2), <v/x> = (d (n-1) - 2)/(n-d-2) by the identity of the scale.
    """

    name: str = "moments of a Wishart matrix"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Term by term; means of ln x and 1/x also summed over the mean spectrum at n = 9, d = 3 and n = 12, d = 4."""
        shape, room = _d * (_n - 1) / 2, _n - _d - 2
        p = Symbol("p", positive=True)
        if simplify(diff(gamma(shape + p) / gamma(shape), p).subs(p, 0) - polygamma(0, shape)) != 0:
            raise DerivationError("E ln of a Gamma variable")
        inverse = _n / room
        table = {
            (0, 0, 0): Integer(1),
            (1, 0, 0): (_n - 1) / _n,
            (0, 1, 0): (_n - 1) / _n,
            (0, -1, 0): inverse,
            # f = 1/x in the identity of the scale
            (1, -1, 0): inverse * ((_n - 1) / _n - 2 / (_d * _n)),
            (0, 0, 1): log(2 / _n) + DigammaSum(_n, _d) / _d,
            (0, 0, 2): polygamma(0, shape) - log(_n * _d / 2),
        }
        own, scale = Dummy("ln x"), Dummy("ln v")
        inside = expand(expand_log(summand(before), force=True)).subs({log(_x): own, log(_v): scale})
        total, used = Integer(0), set()
        for term in expand(inside).as_ordered_terms():
            key = (
                int(simplify(_v * diff(term, _v) / term)),
                int(simplify(_x * diff(term, _x) / term)),
                1 if term.has(own) else 2 if term.has(scale) else 0,
            )
            if key not in table:
                raise DerivationError(f"no moment is known for {term}")
            used.add(key)
            total += term.subs({_v: 1, _x: 1, own: 1, scale: 1}) * table[key]
        _require(_d * total, after, "the moments give another value")
        kind = NUMERIC if used & {(0, -1, 0), (1, -1, 0), (0, 0, 1)} else SYMBOLIC
        if kind == NUMERIC:
            _against_spectrum()
        return Evidence(kind, "term by term" + ("; against the mean spectrum" if kind == NUMERIC else ""))


def _against_spectrum() -> None:
    """<1/x> and <ln x> in closed form against sums over the mean spectrum."""
    import numpy as np
    from scipy.special import digamma

    from infscale_sym.theory.denoiser.values.spectrum import mean_spectrum

    for n, d in ((9, 3), (12, 4)):
        c, w = mean_spectrum(float(n), d)
        logs = d * np.log(2 / n) + sum(digamma((n - j) / 2) for j in range(1, d + 1))
        if abs(w @ (1 / c) / (n * d / (n - d - 2)) - 1) > 1e-9 or abs(w @ np.log(c) - logs) > 1e-9:
            raise DerivationError(f"the mean spectrum at n = {n}, d = {d} has other moments")


@dataclass(frozen=True)
class AtLargeNoise:
    """The leading order as zeta -> oo, where (v + zeta) x^2/(x + zeta)^2 -> x^2/zeta; the error is measured."""

    at: tuple[int, int] = (10**4, 10**8)
    name: str = "large noise"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """The summands' difference vanishes in the limit (SymPy)."""
        gap = expand_log(summand(before) - summand(after), force=True)
        big = Symbol("b", positive=True)
        point = {_x: Rational(3, 5), _v: Rational(7, 5), _n: 9, _d: 3}
        if abs(gap.subs(point).subs(zeta, 10**12).evalf(30)) > 1e-8:
            raise DerivationError("the limit is another")
        parts = gap.subs(zeta, 1 / big)
        if limit(simplify(expand_log(parts.subs({log(1 / big): -log(big)}), force=True)), big, 0, "+") != 0:
            raise DerivationError("the limit is another")
        return Evidence(SYMBOLIC, "limit of the summand; dominated by |ln x| + x + v, which have means for n > d")


@dataclass(frozen=True)
class AroundTruth:
    """Second order around x = v = 1: E(x-1) = E(v-1) = -1/n, E(x-1)^2 = (d+1)/n, E(v-1)^2 = E(x-1)(v-1) = 2/(d n)."""

    at: tuple[int, int] = (10**3, 10**6)
    name: str = "expansion around the sampling law"

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Derivatives by SymPy; the remainder's exponent from two n at d = 3."""
        inside = summand(before)
        at = {_x: 1, _v: 1}
        square, level = (_d + 1) / _n, 2 / (_d * _n)
        value = inside.subs(at) - (diff(inside, _x) + diff(inside, _v)).subs(at) / _n
        value += diff(inside, _x, 2).subs(at) * square / 2 + diff(inside, _v, 2).subs(at) * level / 2
        value += diff(inside, _x, _v).subs(at) * level
        wanted = _d * value
        # what the summand holds of 1/n itself meets only the leading term
        leading, slope = (simplify(diff(wanted.subs(_n, 1 / Symbol("e")), Symbol("e"), i).subs(Symbol("e"), 0)) for i in (0, 1))
        _require(leading + slope / _n, after, "the expansion is another")
        gaps = []
        import mpmath

        from infscale_sym.derive.numbers import evaluate
        from infscale_sym.theory.denoiser.values.expectation import expected_divergence_mp

        for n in self.at:
            point = {_n: n, _d: 3, zeta: Rational(4, 5)}
            gaps.append(abs(expected_divergence_mp(n, 3, Rational(4, 5), 30) - evaluate(after, point, 30)))
        slope = float(mpmath.log(gaps[1] / gaps[0]) / mpmath.log(self.at[1] / self.at[0]))
        if abs(slope + 2) > 0.02:
            raise DerivationError(f"the error falls as n^{slope:.3f}, not as 1/n^2")
        return Evidence(NUMERIC, f"derivatives by SymPy; error exponent {slope:.4f} from n = {self.at[0]} to {self.at[1]}")
