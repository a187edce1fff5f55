"""Symbols and named quantities of choosing one of k answers by a noisy reward (HP, arXiv:2512.19905)."""

from __future__ import annotations

from sympy import Expr, Integral, Symbol, erf, erfc, exp, log, oo, sqrt

from infscale_sym.notation.operators import normal_density
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry

k = Symbol("k", positive=True)
t = Symbol("t", nonnegative=True)
tau = Symbol("tau", real=True)
rho = Symbol("rho", real=True)
z = Symbol("z", real=True)
r = Symbol("r", nonnegative=True)
u = Symbol("u", nonnegative=True)
x = Symbol("x", nonnegative=True)
y = Symbol("y", nonnegative=True)
j = Symbol("j", integer=True, nonnegative=True)
m = Symbol("m", positive=True)
z_prime = Symbol("z_prime", real=True)
xi = Symbol("xi", positive=True)
w = Symbol("w", real=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(
        k,
        "k",
        "k >= 1 real (an integer where answers are drawn)",
        "number of answers drawn",
        between=("1", "40"),
        typical=2,
        counted=True,
    ),
    SymbolEntry(
        t,
        "t",
        "0 <= t <= oo",
        "dimensionless temperature T/(2 s^2); t = 0 is best-of-k",
        "HP: T (in units of 2 s^2)",
        typical=1,
    ),
    SymbolEntry(tau, r"\tau", "real", "standardised teacher offset (m - y_T)/s", "HP: Delta_T/s", ("-2.5", "2.5"), typical=1),
    SymbolEntry(rho, r"\rho", "real", "standardised judge offset (m - y_R)/s", "HP: Delta_R/s", ("-2.5", "2.5"), typical=0.5),
    SymbolEntry(z, "z", "real", "standardised answer (y - m)/s, a standard normal draw", between=("-3", "3")),
    SymbolEntry(r, "r", "r >= 0", "distance |z + rho| of an answer from the judge's", between=("0.01", "4")),
    SymbolEntry(u, "u", "u >= 0", "Laplace variable conjugate to the sum of weights"),
    SymbolEntry(x, "x", "x >= 0", "distance of the chosen answer in units of 1/k", between=("0.05", "6")),
    SymbolEntry(y, "y", "y >= 0", "squared distance of the chosen answer in units of 1/k^2", between=("0.05", "20")),
    SymbolEntry(j, "j", "j = 0, 1, 2, ...", "order of a term", between=("0", "8")),
    SymbolEntry(m, "m", "1 <= m <= k", "a smaller number of answers", between=("1", "20"), typical=1, counted=True),
    SymbolEntry(z_prime, "z'", "real", "a second standard normal, independent of z", between=("-3", "3")),
    SymbolEntry(xi, r"\xi", "formal", "generating variable conjugate to the number of answers"),
    SymbolEntry(w, "w", "real", "how rare a prompt is, against tau_k: (tau^2 - tau_k^2)/2", between=("-3", "3")),
)

#: Families of draws, which occur in derivations only.
FAMILIES = (
    ("z", ("real", "the k answers, independent standard normal draws")),
    ("w", ("positive", "the weight of answer i before normalisation, exp(-(z_i + rho)^2/(2 t))")),
)


class SelectionError(Quantity):
    """F_k(t; tau, rho): expected squared error, in units of s^2, of one answer picked among k with softmax weights."""

    slots = (k, t, tau, rho)
    meaning = "selection error: mean squared error of the chosen answer in units of s^2 (HP: delta/s^2)"
    template = r"F_{{{0}}}\left({1};{2},{3}\right)"
    numpy = ".values.numeric:selection_error_numpy"
    mpmath = ".values.highprec:selection_error_mp"
    arb = ".values.enclosure:selection_error_arb"
    draw = ".draws.selection:mean_error"


class WeightLaplace(Quantity):
    """a(u) = E exp(-u w(z)), w(z) = exp(-(z+rho)^2/(2t)); for t > 0."""

    slots = (u, t, rho)
    meaning = "Laplace transform of one answer's weight"
    template = r"a\left({0};{1},{2}\right)"

    def unfold(self) -> Expr:
        at, temperature, offset = self.args
        w = exp(-((z + offset) ** 2) / (2 * temperature))
        return Integral(normal_density(z) * exp(-at * w), (z, -oo, oo))


class ErrorLaplace(Quantity):
    """b(u) = E[(z+tau)^2 w(z) exp(-u w(z))]; for t > 0."""

    slots = (u, t, tau, rho)
    meaning = "one answer's weighted squared error, Laplace transformed"
    template = r"b\left({0};{1},{2},{3}\right)"

    def unfold(self) -> Expr:
        at, temperature, teacher, offset = self.args
        w = exp(-((z + offset) ** 2) / (2 * temperature))
        return Integral((z + teacher) ** 2 * w * normal_density(z) * exp(-at * w), (z, -oo, oo))


class SelectionIntegral(Quantity):
    """k * int_0^oo b(u) a(u)^(k-1) du: the exact form, and for non-integer k the definition, of the selection error."""

    slots = (k, t, tau, rho)
    meaning = "integral form of the selection error"
    template = r"\mathcal{{I}}_{{{0}}}\left({1};{2},{3}\right)"
    numpy = ".values.numeric:selection_error_numpy"
    mpmath = ".values.highprec:selection_error_mp"
    arb = ".values.enclosure:selection_error_arb"

    def unfold(self) -> Expr:
        k_, t_, tau_, rho_ = self.args
        return k_ * Integral(ErrorLaplace(u, t_, tau_, rho_) * WeightLaplace(u, t_, rho_) ** (k_ - 1), (u, 0, oo))


class Survival(Quantity):
    """S(r; rho) = P(|z + rho| > r), z standard normal."""

    slots = (r, rho)
    meaning = "survival function of |z + rho|: probability that one answer is farther than r from the judge's"
    template = r"S\left({0};{1}\right)"
    numpy = ".values.survival:survival"
    mpmath = ".values.highprec:survival_mp"
    arb = ".values.enclosure:survival_arb"

    def unfold(self) -> Expr:
        at, offset = self.args
        return (erfc((at - offset) / sqrt(2)) + erfc((at + offset) / sqrt(2))) / 2

    def fdiff(self, argindex: int = 1) -> Expr:
        """dS/dr = -(phi(r-rho) + phi(r+rho)); dS/drho = phi(r-rho) - phi(r+rho)."""
        at, offset = self.args
        if argindex == 1:
            return -(normal_density(at - offset) + normal_density(at + offset))
        return normal_density(at - offset) - normal_density(at + offset)


class LogSurvival(Quantity):
    """ln S(r; rho), kept as a quantity of its own so that no rewriting loses the tail."""

    slots = (r, rho)
    meaning = "logarithm of the survival function of |z + rho|"
    template = r"\ln S\left({0};{1}\right)"
    numpy = ".values.survival:log_survival"
    mpmath = ".values.highprec:log_survival_mp"
    arb = ".values.enclosure:log_survival_arb"

    def unfold(self) -> Expr:
        return log(1 - (erf((self.args[0] - self.args[1]) / sqrt(2)) + erf((self.args[0] + self.args[1]) / sqrt(2))) / 2)

    def fdiff(self, argindex: int = 1) -> Expr:
        """d ln S = dS/S."""
        survival = Survival(*self.args)
        return survival.fdiff(argindex) / survival


class SquaredMinimum(Quantity):
    """E min_{i<=k} (z_i + tau)^2: best-of-k when the judge is the teacher, k a whole number."""

    slots = (k, tau)
    meaning = "expected squared distance of the closest of k answers"
    template = r"\mathbb{{E}}\Big[\min_{{i\le {0}}}\left(z_i+{1}\right)^2\Big]"
    draw = ".draws.selection:squared_minimum"


class MinimumTail(Quantity):
    """P(min_{i<=k} |z_i + tau| > r)."""

    slots = (r, k, tau)
    meaning = "probability that every one of k answers is farther than r"
    template = r"\mathbb{{P}}\Big(\min_{{i\le {1}}}\left|z_i+{2}\right|>{0}\Big)"
    draw = ".draws.selection:minimum_tail"


QUANTITIES: tuple[type[Quantity], ...] = (
    SelectionError,
    WeightLaplace,
    ErrorLaplace,
    SelectionIntegral,
    Survival,
    LogSurvival,
    SquaredMinimum,
    MinimumTail,
)
