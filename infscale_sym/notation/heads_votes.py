"""Named quantities of the wing on other ways to spend k answers (THEORY section 4): votes, and search in stages."""

from __future__ import annotations

from sympy import Expr, Integral, Product, Rational, Sum, exp, factorial, gamma, oo, sqrt

from infscale_sym.notation.heads import Head, WeightLaplace, normal_density
from infscale_sym.notation.symbols import (
    bin_width,
    grid_shift,
    i_bin,
    i_prime,
    k,
    m,
    p_1,
    p_2,
    remaining,
    rho,
    stages,
    t,
    tau,
    tie,
    u,
    x,
    xi,
    z,
    z_prime,
)


class MeanVote(Head):
    """E (mean of z_1 ... z_k + tau)^2: the mean of the k answers is given; k a whole number."""

    nargs = 2
    slots = (k, tau)
    meaning = "mean squared error, in units of s^2, of the mean of k answers"
    template = r"V^{{\mathrm{{mean}}}}_{{{0}}}\left({1}\right)"


class WeightedMeanVote(Head):
    """E (sum_i w_i (z_i + tau)/sum_i w_i)^2: the mean of the k answers with the judge's softmax weights is given."""

    nargs = 4
    slots = (k, t, tau, rho)
    meaning = "mean squared error, in units of s^2, of the mean of k answers with softmax weights"
    template = r"V^{{\mathrm{{soft}}}}_{{{0}}}\left({1};{2},{3}\right)"


def _weight(temperature: Expr, offset: Expr) -> Expr:
    return exp(-((z + offset) ** 2) / (2 * temperature))


class OffsetLaplace(Head):
    """E[(z+tau) w(z) exp(-u w(z))]; for t > 0."""

    nargs = 4
    slots = (u, t, tau, rho)
    meaning = "one answer's weighted error, Laplace transformed"
    template = r"b_1\left({0};{1},{2},{3}\right)"

    def unfold(self) -> Expr:
        at, temperature, teacher, offset = self.args
        w = _weight(temperature, offset)
        return Integral((z + teacher) * w * normal_density(z) * exp(-at * w), (z, -oo, oo))


class SquareLaplace(Head):
    """E[(z+tau)^2 w(z)^2 exp(-u w(z))]; for t > 0."""

    nargs = 4
    slots = (u, t, tau, rho)
    meaning = "one answer's squared error with its weight squared, Laplace transformed"
    template = r"b_2\left({0};{1},{2},{3}\right)"

    def unfold(self) -> Expr:
        at, temperature, teacher, offset = self.args
        w = _weight(temperature, offset)
        return Integral((z + teacher) ** 2 * w**2 * normal_density(z) * exp(-at * w), (z, -oo, oo))


class WeightedMeanIntegral(Head):
    """k int u b_2(u) a(u)^(k-1) du + k (k-1) int u b_1(u)^2 a(u)^(k-2) du, over u > 0."""

    nargs = 4
    slots = (k, t, tau, rho)
    meaning = "integral form of the error of the weighted mean"
    template = r"\mathcal{{I}}^{{\mathrm{{soft}}}}_{{{0}}}\left({1};{2},{3}\right)"

    def unfold(self) -> Expr:
        k_, t_, tau_, rho_ = self.args
        a = WeightLaplace(u, t_, rho_)
        own = k_ * SquareLaplace(u, t_, tau_, rho_) * a ** (k_ - 1)
        pairs = k_ * (k_ - 1) * OffsetLaplace(u, t_, tau_, rho_) ** 2 * a ** (k_ - 2)
        return Integral(u * (own + pairs), (u, 0, oo))


class NormalShare(Head):
    """P(z' <= z), z' standard normal."""

    nargs = 1
    slots = (z,)
    meaning = "standard normal distribution function"
    template = r"\Phi\left({0}\right)"

    def unfold(self) -> Expr:
        return Integral(normal_density(z_prime), (z_prime, -oo, self.args[0]))

    def fdiff(self, argindex: int = 1) -> Expr:
        """The normal density."""
        return normal_density(self.args[0])


class MedianVote(Head):
    """E (median + tau)^2 for an odd number of answers; for other real k >= 1 the integral that odd k have in common."""

    nargs = 2
    slots = (k, tau)
    meaning = "mean squared error, in units of s^2, of the median of an odd number k of answers"
    template = r"V^{{\mathrm{{med}}}}_{{{0}}}\left({1}\right)"


class MedianSpread(Head):
    """Variance of the median of an odd number of standard normals: Gamma(k+1)/Gamma((k+1)/2)^2 int z^2 (P Q)^((k-1)/2) phi."""

    nargs = 1
    slots = (k,)
    meaning = "variance of the median of an odd number k of standard normal draws"
    template = r"\mathcal{{M}}_{{{0}}}"

    def unfold(self) -> Expr:
        (k_,) = self.args
        share = NormalShare(z)
        inside = z**2 * (share * (1 - share)) ** ((k_ - 1) / 2) * normal_density(z)
        return gamma(k_ + 1) / gamma((k_ + 1) / 2) ** 2 * Integral(inside, (z, -oo, oo))


class MiddlePairVote(Head):
    """E (mean of the two middle answers + tau)^2, k even; for other real k >= 2 the integral that even k have in common."""

    nargs = 2
    slots = (k, tau)
    meaning = "mean squared error, in units of s^2, of the median of an even number k of answers (mean of the two middle ones)"
    template = r"V^{{\mathrm{{mid}}}}_{{{0}}}\left({1}\right)"


class MiddlePairSpread(Head):
    """Variance of the mean of the two middle ones of an even number of standard normals."""

    nargs = 1
    slots = (k,)
    meaning = "variance of the mean of the two middle ones of an even number k of standard normal draws"
    template = r"\mathcal{{M}}'_{{{0}}}"

    def unfold(self) -> Expr:
        (k_,) = self.args
        below, above = NormalShare(z), 1 - NormalShare(z_prime)
        inside = ((z + z_prime) / 2) ** 2 * (below * above) ** (k_ / 2 - 1) * normal_density(z) * normal_density(z_prime)
        return gamma(k_ + 1) / gamma(k_ / 2) ** 2 * Integral(inside, (z, -oo, z_prime), (z_prime, -oo, oo))


class BinShare(Head):
    """p_i = P((i + varsigma - 1/2) Delta < z < (i + varsigma + 1/2) Delta), z standard normal."""

    nargs = 3
    slots = (i_bin, bin_width, grid_shift)
    meaning = "probability that an answer falls into bin i"
    template = r"p_{{{0}}}"

    def unfold(self) -> Expr:
        at, width, shift = self.args
        half = Rational(1, 2)
        return NormalShare((at + shift + half) * width) - NormalShare((at + shift - half) * width)


class MajorityVote(Head):
    """Answers are counted in bins centred at z = (i + varsigma) Delta, i whole; the centre of the fullest bin is given.

    The error is E (centre + tau)^2. Bins that are equally full share the choice: each is taken with the same probability.
    """

    nargs = 4
    slots = (k, bin_width, grid_shift, tau)
    meaning = "mean squared error, in units of s^2, of the centre of the fullest bin (ties: one of them at random)"
    template = r"V^{{\mathrm{{maj}}}}_{{{0}}}\left({1},{2};{3}\right)"


class ManyAnswers(Head):
    """The limit of an expression as a variable in it tends to oo."""

    nargs = 2  # expression, variable
    slots = (tau, k)
    meaning = "limit of the expression"
    template = r"\lim_{{{1}\to\infty}}{0}"


class MajorityLimit(Head):
    """What the error of the majority vote tends to as k -> oo."""

    nargs = 3
    slots = (bin_width, grid_shift, tau)
    meaning = "mean squared error, in units of s^2, of the centre of the fullest bin among infinitely many answers"
    template = r"V^{{\mathrm{{maj}}}}_{{\infty}}\left({0},{1};{2}\right)"

    def unfold(self) -> Expr:
        return ManyAnswers(MajorityVote(k, *self.args), k)


class WinningChance(Head):
    """The probability that bin i is the one given: E of 1/(number of fullest bins) where bin i is among them."""

    nargs = 4
    slots = (i_bin, k, bin_width, grid_shift)
    meaning = "probability that the majority vote gives bin i"
    template = r"W_{{{0}}}\left({1};{2},{3}\right)"


class PartialExponential(Head):
    """sum_(n < m) x^n/n!, m a whole number: the exponential series before its m-th power."""

    nargs = 2
    slots = (m, xi)
    meaning = "exponential series up to the power m - 1"
    template = r"e_{{{0}}}\left({1}\right)"


class CoefficientOf(Head):
    """The coefficient of a power of the generating variable in an expression."""

    nargs = 3  # expression, generating variable, power
    slots = (x, xi, m)
    meaning = "coefficient of a power of the generating variable"
    template = r"\left[{1}^{{{2}}}\right]{0}"


def bin_factor(at: Expr, width: Expr, shift: Expr) -> Expr:
    """What bin `at` contributes when the fullest bin holds m answers: fewer than m of them, or m and a tie."""
    load = BinShare(at, width, shift) * xi
    return PartialExponential(m, load) + tie * load**m / factorial(m)


class MajorityPolynomial(Head):
    """sum_i ((i + varsigma) Delta + tau)^2 W_i with the chances W_i from the generating function of the counts."""

    nargs = 4
    slots = (k, bin_width, grid_shift, tau)
    meaning = "error of the majority vote from the generating function of the counts"
    template = r"\mathcal{{I}}^{{\mathrm{{maj}}}}_{{{0}}}\left({1},{2};{3}\right)"

    def unfold(self) -> Expr:
        k_, width, shift, tau_ = self.args
        others = Product(bin_factor(i_prime, width, shift), (i_prime, -oo, oo)) / bin_factor(i_bin, width, shift)
        wins = BinShare(i_bin, width, shift) ** m / factorial(m) * CoefficientOf(Integral(others, (tie, 0, 1)), xi, k_ - m)
        return Sum(((i_bin + shift) * width + tau_) ** 2 * gamma(k_ + 1) * Sum(wins, (m, 1, k_)), (i_bin, -oo, oo))


class RaceTail(Head):
    """P(N_2 > N_1) + P(N_2 = N_1)/2: of k answers, N_1 fall into the likeliest bin (p_1) and N_2 into the second (p_2)."""

    nargs = 3
    slots = (k, p_1, p_2)
    meaning = "probability that the second likeliest bin is ahead of the likeliest after k answers (ties: one half)"
    template = r"\mathbb{{P}}_{{{0}}}\left(N_2\succ N_1\right)"


class ScaledRace(Head):
    """sqrt(k) (1 - (sqrt(p_1) - sqrt(p_2))^2)^(-k) RaceTail(k, p_1, p_2): what is left when the exponential is taken out."""

    nargs = 3
    slots = (k, p_1, p_2)
    meaning = "the same probability without its exponential fall and its factor k^(-1/2)"
    template = r"\mathcal{{R}}_{{{0}}}\left({1},{2}\right)"

    def unfold(self) -> Expr:
        k_, one, two = self.args
        return sqrt(k_) * (1 - (sqrt(one) - sqrt(two)) ** 2) ** (-k_) * RaceTail(k_, one, two)


class BeamError(Head):
    """Search in L stages with k judgements in all, k/L a stage; the error E (z + tau)^2 of the answer that results.

    The answer is z = sum_l xi_l, xi_l independent N(0, 1/L), known stage by stage. The judge wants z = -rho. With the partial
    answer z_(l-1) at hand, R = z_(l-1) + rho is still to be undone in n = L - l + 1 stages, an equal share R/n in each: of k/L
    increments drawn, the one with the least |xi + R/n| is kept. L = 1 is best-of-k.
    """

    nargs = 4
    slots = (k, stages, tau, rho)
    meaning = "mean squared error, in units of s^2, of search in L stages, each a best-of-(k/L) choice of an increment"
    template = r"V^{{\mathrm{{beam}}}}_{{{0}}}\left({1};{2},{3}\right)"


class BeforeLastStage(Head):
    """E over R, what is left to undo before the last of L stages, of an expression in R."""

    nargs = 4  # expression, k, L, rho
    slots = (remaining, k, stages, rho)
    meaning = "expectation over what is left to undo before the last stage"
    template = r"\mathbb{{E}}_{{{1},{2};{3}}}\left[{0}\right]"


HEADS: tuple[type[Head], ...] = (
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
