"""Named quantities of other ways to spend k answers: votes (`vote.*`), and search in stages (`search.beam`).

Errors in units of s^2, offsets in units of s; answers and softmax weights are those of HP (arXiv:2512.19905).
"""

from __future__ import annotations

from sympy import Expr, Integral, Product, Rational, Sum, Symbol, exp, factorial, gamma, oo, sqrt

from infscale_sym.notation.operators import normal_density
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.selection.notation import WeightLaplace, k, m, rho, t, tau, u, x, xi, z, z_prime

p_1 = Symbol("p_1", positive=True)
p_2 = Symbol("p_2", positive=True)
bin_width = Symbol("Delta", positive=True)
grid_shift = Symbol("varsigma", nonnegative=True)
stages = Symbol("L", positive=True)
tie = Symbol("theta", nonnegative=True)
i_bin = Symbol("i_bin", integer=True)
i_prime = Symbol("i_prime", integer=True)
angle = Symbol("varphi", real=True)
remaining = Symbol("R", real=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(p_1, "p_1", "p_2 < p_1 < 1", "probability of the likeliest bin", between=("0.35", "0.6")),
    SymbolEntry(p_2, "p_2", "0 < p_2 < p_1", "probability of the second likeliest bin", between=("0.1", "0.3")),
    SymbolEntry(bin_width, r"\Delta", "Delta > 0", "width of a bin of answers, in units of s", between=("0.8", "2.5")),
    SymbolEntry(
        grid_shift,
        r"\varsigma",
        "0 <= varsigma <= 1/2",
        "shift of the grid against the predictive mean, in bin widths: bins are centred at z = (i + varsigma) Delta",
        between=("0.05", "0.45"),
    ),
    SymbolEntry(
        stages, "L", "L = 1, 2, 3, ...", "number of stages in which an answer is built", between=("1", "4"), counted=True
    ),
    SymbolEntry(tie, r"\theta", "0 <= theta <= 1", "shares the choice among equally full bins: int theta^n dtheta = 1/(n+1)"),
    SymbolEntry(i_bin, "i", "a whole number", "number of a bin", between=("0", "4")),
    SymbolEntry(i_prime, "i'", "a whole number", "number of another bin", between=("0", "4")),
    SymbolEntry(
        angle, r"\varphi", "-pi <= varphi <= pi", "angle on the circle of the generating variable", between=("-3", "3")
    ),
    SymbolEntry(remaining, "R", "real", "what is left to undo of the judge's offset, in units of s", between=("-2", "2")),
)


class MeanVote(Quantity):
    """E (mean of z_1 ... z_k + tau)^2: the mean of the k answers is given; k a whole number."""

    slots = (k, tau)
    meaning = "mean squared error, in units of s^2, of the mean of k answers"
    template = r"V^{{\mathrm{{mean}}}}_{{{0}}}\left({1}\right)"
    numpy = ".values.numeric:mean_vote"
    mpmath = ".values.exact:mean_vote_mp"
    draw = ".draws:mean_of_answers"


class WeightedMeanVote(Quantity):
    """E (sum_i w_i (z_i + tau)/sum_i w_i)^2: the mean of the k answers with the judge's softmax weights is given."""

    slots = (k, t, tau, rho)
    meaning = "mean squared error, in units of s^2, of the mean of k answers with softmax weights"
    template = r"V^{{\mathrm{{soft}}}}_{{{0}}}\left({1};{2},{3}\right)"
    numpy = ".values.numeric:weighted_mean_vote"
    mpmath = ".values.exact:weighted_mean_vote_mp"
    draw = ".draws:weighted_mean_of_answers"


def _weight(temperature: Expr, offset: Expr) -> Expr:
    return exp(-((z + offset) ** 2) / (2 * temperature))


class OffsetLaplace(Quantity):
    """E[(z+tau) w(z) exp(-u w(z))]; for t > 0."""

    slots = (u, t, tau, rho)
    meaning = "one answer's weighted error, Laplace transformed"
    template = r"b_1\left({0};{1},{2},{3}\right)"

    def unfold(self) -> Expr:
        at, temperature, teacher, offset = self.args
        w = _weight(temperature, offset)
        return Integral((z + teacher) * w * normal_density(z) * exp(-at * w), (z, -oo, oo))


class SquareLaplace(Quantity):
    """E[(z+tau)^2 w(z)^2 exp(-u w(z))]; for t > 0."""

    slots = (u, t, tau, rho)
    meaning = "one answer's squared error with its weight squared, Laplace transformed"
    template = r"b_2\left({0};{1},{2},{3}\right)"

    def unfold(self) -> Expr:
        at, temperature, teacher, offset = self.args
        w = _weight(temperature, offset)
        return Integral((z + teacher) ** 2 * w**2 * normal_density(z) * exp(-at * w), (z, -oo, oo))


class WeightedMeanIntegral(Quantity):
    """k int u b_2(u) a(u)^(k-1) du + k (k-1) int u b_1(u)^2 a(u)^(k-2) du, over u > 0."""

    slots = (k, t, tau, rho)
    meaning = "integral form of the error of the weighted mean"
    template = r"\mathcal{{I}}^{{\mathrm{{soft}}}}_{{{0}}}\left({1};{2},{3}\right)"
    numpy = ".values.numeric:weighted_mean_vote"
    mpmath = ".values.exact:weighted_mean_vote_mp"

    def unfold(self) -> Expr:
        k_, t_, tau_, rho_ = self.args
        a = WeightLaplace(u, t_, rho_)
        own = k_ * SquareLaplace(u, t_, tau_, rho_) * a ** (k_ - 1)
        pairs = k_ * (k_ - 1) * OffsetLaplace(u, t_, tau_, rho_) ** 2 * a ** (k_ - 2)
        return Integral(u * (own + pairs), (u, 0, oo))


class NormalShare(Quantity):
    """P(z' <= z), z' standard normal."""

    slots = (z,)
    meaning = "standard normal distribution function"
    template = r"\Phi\left({0}\right)"

    def unfold(self) -> Expr:
        return Integral(normal_density(z_prime), (z_prime, -oo, self.args[0]))

    def fdiff(self, argindex: int = 1) -> Expr:
        """The normal density."""
        return normal_density(self.args[0])


class MedianVote(Quantity):
    """E (median + tau)^2 for an odd number of answers; for other real k >= 1 the integral that odd k have in common."""

    slots = (k, tau)
    meaning = "mean squared error, in units of s^2, of the median of an odd number k of answers"
    template = r"V^{{\mathrm{{med}}}}_{{{0}}}\left({1}\right)"
    numpy = ".values.numeric:median_vote"
    mpmath = ".values.exact:median_vote_mp"
    draw = ".draws:median_of_odd_number"


class MedianSpread(Quantity):
    """Variance of the median of an odd number of standard normals: Gamma(k+1)/Gamma((k+1)/2)^2 int z^2 (P Q)^((k-1)/2) phi."""

    slots = (k,)
    meaning = "variance of the median of an odd number k of standard normal draws"
    template = r"\mathcal{{M}}_{{{0}}}"
    numpy = ".values.numeric:median_spread"
    mpmath = ".values.exact:median_spread_mp"

    def unfold(self) -> Expr:
        (k_,) = self.args
        share = NormalShare(z)
        inside = z**2 * (share * (1 - share)) ** ((k_ - 1) / 2) * normal_density(z)
        return gamma(k_ + 1) / gamma((k_ + 1) / 2) ** 2 * Integral(inside, (z, -oo, oo))


class MiddlePairVote(Quantity):
    """E (mean of the two middle answers + tau)^2, k even; for other real k >= 2 the integral that even k have in common."""

    slots = (k, tau)
    meaning = "mean squared error, in units of s^2, of the median of an even number k of answers (mean of the two middle ones)"
    template = r"V^{{\mathrm{{mid}}}}_{{{0}}}\left({1}\right)"
    numpy = ".values.numeric:middle_pair_vote"
    mpmath = ".values.exact:middle_pair_vote_mp"
    draw = ".draws:median_of_even_number"


class MiddlePairSpread(Quantity):
    """Variance of the mean of the two middle ones of an even number of standard normals."""

    slots = (k,)
    meaning = "variance of the mean of the two middle ones of an even number k of standard normal draws"
    template = r"\mathcal{{M}}'_{{{0}}}"
    numpy = ".values.numeric:middle_pair_spread"
    mpmath = ".values.exact:middle_pair_spread_mp"

    def unfold(self) -> Expr:
        (k_,) = self.args
        below, above = NormalShare(z), 1 - NormalShare(z_prime)
        inside = ((z + z_prime) / 2) ** 2 * (below * above) ** (k_ / 2 - 1) * normal_density(z) * normal_density(z_prime)
        return gamma(k_ + 1) / gamma(k_ / 2) ** 2 * Integral(inside, (z, -oo, z_prime), (z_prime, -oo, oo))


class BinShare(Quantity):
    """p_i = P((i + varsigma - 1/2) Delta < z < (i + varsigma + 1/2) Delta), z standard normal."""

    slots = (i_bin, bin_width, grid_shift)
    meaning = "probability that an answer falls into bin i"
    template = r"p_{{{0}}}"
    numpy = ".values.numeric:bin_share"

    def unfold(self) -> Expr:
        at, width, shift = self.args
        half = Rational(1, 2)
        return NormalShare((at + shift + half) * width) - NormalShare((at + shift - half) * width)


class MajorityVote(Quantity):
    """Answers are counted in bins centred at z = (i + varsigma) Delta, i whole; the centre of the fullest bin is given.

    The error is E (centre + tau)^2. Bins that are equally full share the choice: each is taken with the same probability.
    """

    slots = (k, bin_width, grid_shift, tau)
    meaning = "mean squared error, in units of s^2, of the centre of the fullest bin (ties: one of them at random)"
    template = r"V^{{\mathrm{{maj}}}}_{{{0}}}\left({1},{2};{3}\right)"
    numpy = ".values.majority:majority_vote"
    mpmath = ".values.majority:majority_vote_mp"
    draw = ".draws:majority_of_answers"


class ManyAnswers(Quantity):
    """The limit of an expression as a variable in it tends to oo."""

    slots = (tau, k)  # expression, variable
    meaning = "limit of the expression"
    template = r"\lim_{{{1}\to\infty}}{0}"


class MajorityLimit(Quantity):
    """What the error of the majority vote tends to as k -> oo."""

    slots = (bin_width, grid_shift, tau)
    meaning = "mean squared error, in units of s^2, of the centre of the fullest bin among infinitely many answers"
    template = r"V^{{\mathrm{{maj}}}}_{{\infty}}\left({0},{1};{2}\right)"
    numpy = ".values.majority:majority_limit"
    mpmath = ".values.majority:majority_limit_mp"

    def unfold(self) -> Expr:
        return ManyAnswers(MajorityVote(k, *self.args), k)


class WinningChance(Quantity):
    """The probability that bin i is the one given: E of 1/(number of fullest bins) where bin i is among them."""

    slots = (i_bin, k, bin_width, grid_shift)
    meaning = "probability that the majority vote gives bin i"
    template = r"W_{{{0}}}\left({1};{2},{3}\right)"


class PartialExponential(Quantity):
    """sum_(n < m) x^n/n!, m a whole number: the exponential series before its m-th power."""

    slots = (m, xi)
    meaning = "exponential series up to the power m - 1"
    template = r"e_{{{0}}}\left({1}\right)"


class CoefficientOf(Quantity):
    """The coefficient of a power of the generating variable in an expression."""

    slots = (x, xi, m)  # expression, generating variable, power
    meaning = "coefficient of a power of the generating variable"
    template = r"\left[{1}^{{{2}}}\right]{0}"


def bin_factor(at: Expr, width: Expr, shift: Expr) -> Expr:
    """What bin `at` contributes when the fullest bin holds m answers: fewer than m of them, or m and a tie."""
    load = BinShare(at, width, shift) * xi
    return PartialExponential(m, load) + tie * load**m / factorial(m)


class MajorityPolynomial(Quantity):
    """sum_i ((i + varsigma) Delta + tau)^2 W_i with the chances W_i from the generating function of the counts."""

    slots = (k, bin_width, grid_shift, tau)
    meaning = "error of the majority vote from the generating function of the counts"
    template = r"\mathcal{{I}}^{{\mathrm{{maj}}}}_{{{0}}}\left({1},{2};{3}\right)"
    numpy = ".values.majority:majority_vote"
    mpmath = ".values.majority:majority_vote_mp"

    def unfold(self) -> Expr:
        k_, width, shift, tau_ = self.args
        others = Product(bin_factor(i_prime, width, shift), (i_prime, -oo, oo)) / bin_factor(i_bin, width, shift)
        wins = BinShare(i_bin, width, shift) ** m / factorial(m) * CoefficientOf(Integral(others, (tie, 0, 1)), xi, k_ - m)
        return Sum(((i_bin + shift) * width + tau_) ** 2 * gamma(k_ + 1) * Sum(wins, (m, 1, k_)), (i_bin, -oo, oo))


class RaceTail(Quantity):
    """P(N_2 > N_1) + P(N_2 = N_1)/2: of k answers, N_1 fall into the likeliest bin (p_1) and N_2 into the second (p_2)."""

    slots = (k, p_1, p_2)
    meaning = "probability that the second likeliest bin is ahead of the likeliest after k answers (ties: one half)"
    template = r"\mathbb{{P}}_{{{0}}}\left(N_2\succ N_1\right)"
    numpy = ".values.race:race_tail"
    mpmath = ".values.race:race_tail_mp"


class ScaledRace(Quantity):
    """sqrt(k) (1 - (sqrt(p_1) - sqrt(p_2))^2)^(-k) RaceTail(k, p_1, p_2): what is left when the exponential is taken out."""

    slots = (k, p_1, p_2)
    meaning = "the same probability without its exponential fall and its factor k^(-1/2)"
    template = r"\mathcal{{R}}_{{{0}}}\left({1},{2}\right)"
    numpy = ".values.race:scaled_race"
    mpmath = ".values.race:scaled_race_mp"
    draw = ".draws:race_of_bins"

    def unfold(self) -> Expr:
        k_, one, two = self.args
        return sqrt(k_) * (1 - (sqrt(one) - sqrt(two)) ** 2) ** (-k_) * RaceTail(k_, one, two)


class BeamError(Quantity):
    """Search in L stages with k judgements in all, k/L a stage; the error E (z + tau)^2 of the answer that results.

    The answer is z = sum_l xi_l, xi_l independent N(0, 1/L), known stage by stage. The judge wants z = -rho. With the partial
    answer z_(l-1) at hand, R = z_(l-1) + rho is still to be undone in n = L - l + 1 stages, an equal share R/n in each: of k/L
    increments drawn, the one with the least |xi + R/n| is kept. L = 1 is best-of-k.
    """

    slots = (k, stages, tau, rho)
    meaning = "mean squared error, in units of s^2, of search in L stages, each a best-of-(k/L) choice of an increment"
    template = r"V^{{\mathrm{{beam}}}}_{{{0}}}\left({1};{2},{3}\right)"
    numpy = ".values.beam:beam_error"
    mpmath = ".values.beam:beam_error_mp"
    draw = ".draws:search_in_stages"


class BeforeLastStage(Quantity):
    """E over R, what is left to undo before the last of L stages, of an expression in R."""

    slots = (remaining, k, stages, rho)  # expression, k, L, rho
    meaning = "expectation over what is left to undo before the last stage"
    template = r"\mathbb{{E}}_{{{1},{2};{3}}}\left[{0}\right]"


QUANTITIES: tuple[type[Quantity], ...] = (
    MeanVote,
    WeightedMeanVote,
    OffsetLaplace,
    SquareLaplace,
    WeightedMeanIntegral,
    NormalShare,
    MedianVote,
    MedianSpread,
    MiddlePairVote,
    MiddlePairSpread,
    BinShare,
    MajorityVote,
    ManyAnswers,
    MajorityLimit,
    WinningChance,
    PartialExponential,
    CoefficientOf,
    MajorityPolynomial,
    RaceTail,
    ScaledRace,
    BeamError,
    BeforeLastStage,
)
