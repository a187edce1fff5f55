"""Named quantities of memorization by the linear denoiser (`denoiser.memorization.*`; Halder, arXiv:2411.17807).

Lengths in units of sigma_0. Inner products of densities in units of the sampling law's own, <s, s> = (4 pi)^(-d/2). The noise
enters through zeta = l (e^(2T) - 1)/sigma_0^2 alone: variant (i) generates the variance g(x) = (1 + zeta) x^2/(x + zeta)^2
along an eigenvector of the training set's covariance with eigenvalue x (1 + zeta becomes v + zeta at finite d).
"""

from __future__ import annotations

from sympy import Expr, Integral, Rational, Symbol, log, oo, pi, sqrt

from infscale_sym.notation.operators import normal_density
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.denoiser.notation import MarchenkoPasturMean, zeta
from infscale_sym.theory.regression.notation import alpha, dimension, eigenvalue, examples
from infscale_sym.theory.selection.notation import z

per_feature = Symbol("n_d", positive=True)
kernel_width = Symbol("h_K", positive=True)
half_gap = Symbol("delta", positive=True)
offset_along = Symbol("o_1", real=True)
offset_across = Symbol("o_2", real=True)
pole = Symbol("p", positive=True)
pole_width = Symbol("q", nonnegative=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(per_feature, "n_{d}", "n_d > 0", "training examples per dimension, n/d", between=("0.2", "20"), typical=10),
    SymbolEntry(
        kernel_width,
        "h_{K}",
        "h_K > 0",
        "bandwidth of the Gaussian kernels, in units of sigma_0; n^(-1/d) in H's code",
        between=("0.5", "1.2"),
        typical=0.7,
    ),
    SymbolEntry(half_gap, r"\delta", "delta > 0", "half the distance of two training examples, in units of sigma_0", typical=1),
    SymbolEntry(
        offset_along,
        "o_1",
        "real",
        "offset of the examples' mean along the line through them",
        between=("-1", "1"),
        typical=0.3,
    ),
    SymbolEntry(
        offset_across, "o_2", "real", "offset of the examples' mean across that line", between=("-1", "1"), typical=0.3
    ),
    SymbolEntry(pole, "p", "p > 0", "minus the real part of a pole among the eigenvalues", between=("0.2", "2")),
    SymbolEntry(pole_width, "q", "q >= 0", "imaginary part of that pole", between=("0.2", "2")),
)


_HALF = Rational(1, 2)


def generated_variance(x: Expr, noise: Expr, mean: Expr = 1) -> Expr:
    """g(x): variance generated along an eigenvector with eigenvalue x of the covariance, whose mean eigenvalue is `mean`."""
    return (mean + noise) * x**2 / (x + noise) ** 2


class NormalOverlap(Quantity):
    """int N(x; 0, a) N(x; delta, b) dx in units of (4 pi)^(-1/2), one coordinate; a >= 0 (a point at a = 0), b > 0."""

    slots = (eigenvalue, kernel_width, offset_along)  # a, b, delta
    meaning = "inner product of two normal densities, variances a and b, a distance apart, in units of (4 pi)^(-1/2)"
    template = r"\omega\left({0},{1};{2}\right)"
    numpy = ".values:normal_overlap"
    mpmath = ".values_exact:normal_overlap_mp"

    def unfold(self) -> Expr:
        one, two, apart = self.args
        second = normal_density((sqrt(one) * z - apart) / sqrt(two)) / sqrt(two)
        return Integral(2 * sqrt(pi) * normal_density(z) * second, (z, -oo, oo))


class PairStatistic(Quantity):
    """(||g - s||^2 - ||g - K||^2)/||s||^2 for two examples m +- delta e in d dimensions, variant (i); bandwidth h_K.

    g: generated law; s: sampling law; K: Gaussian kernels of width h_K at the examples. m lies o_1 along e and o_2 across from
    the mean of s. ||g||^2 (infinite where d > 1) cancels: the difference is the limit of that of ever wider g.
    """

    slots = (dimension, half_gap, offset_along, offset_across, zeta, kernel_width)
    meaning = "memorization statistic of two training examples, in units of the sampling law's squared norm"
    template = r"M_{{2}}\left({0};{1},{2},{3};{4},{5}\right)"
    numpy = ".values:pair_statistic"
    mpmath = ".values_exact:pair_statistic_mp"
    draw = ".draws:pair_statistic"

    def unfold(self) -> Expr:
        d, gap, along, across, noise, h = self.args
        g = generated_variance(gap**2, noise, gap**2 / d)
        near = NormalOverlap(g, 1, along) * NormalOverlap(0, 1, across) * NormalOverlap(0, 1, 0) ** (d - 2)
        kernel = NormalOverlap(g, h**2, gap) * NormalOverlap(0, h**2, 0) ** (d - 1)
        own = NormalOverlap(h**2, h**2, 0)
        return 1 - 2 * near + 2 * kernel - (own**d + NormalOverlap(h**2, h**2, 2 * gap) * own ** (d - 1)) / 2


class KernelNorm(Quantity):
    """E ||K||^2/||s||^2 over training sets of n examples in d dimensions."""

    slots = (examples, dimension, kernel_width)
    meaning = "mean squared norm of the kernel estimate, in units of the sampling law's"
    template = r"\mathbb{{E}}\left\Vert K_{{{0}}}\right\Vert^2\left({1},{2}\right)"
    numpy = ".values:kernel_norm"
    mpmath = ".values_exact:kernel_norm_mp"
    draw = ".draws:kernel_norm"

    def unfold(self) -> Expr:
        n, d, h = self.args
        pair = Integral(normal_density(z) * NormalOverlap(h**2, h**2, sqrt(2) * z), (z, -oo, oo))
        return NormalOverlap(h**2, h**2, 0) ** d / n + (1 - 1 / n) * pair**d


class LogMean(Quantity):
    """(1/2) < ln((x + p)^2 + q^2) >: the log-determinant at the complex ridge p + i q, q >= 0."""

    slots = (pole, pole_width, alpha)
    meaning = "mean logarithm of the distance |x + p + i q| of an eigenvalue from a pole"
    template = r"\mathcal{{L}}_{{{2}}}\left({0},{1}\right)"
    numpy = ".values:log_mean"
    mpmath = ".values_exact:log_mean_mp"
    draw = ".draws:log_mean"

    def unfold(self) -> Expr:
        p, q, ratio = self.args
        x = eigenvalue
        return MarchenkoPasturMean(log(x + p) if q == 0 else _HALF * log((x + p) ** 2 + q**2), ratio)


class PoleMean(Quantity):
    """< (x + p)/((x + p)^2 + q^2) >: the real part of the mean of 1/(x + p + i q)."""

    slots = (pole, pole_width, alpha)
    meaning = "real part of the mean of 1/(x + p + i q) over the eigenvalues"
    template = r"\mathcal{{P}}_{{{2}}}\left({0},{1}\right)"
    numpy = ".values:pole_mean"
    mpmath = ".values_exact:pole_mean_mp"
    draw = ".draws:pole_mean"

    def unfold(self) -> Expr:
        p, q, ratio = self.args
        return MarchenkoPasturMean((eigenvalue + p) / ((eigenvalue + p) ** 2 + q**2), ratio)


class SpreadMean(Quantity):
    """< q/((x + p)^2 + q^2) >: minus the imaginary part of the mean of 1/(x + p + i q)."""

    slots = (pole, pole_width, alpha)
    meaning = "minus the imaginary part of the mean of 1/(x + p + i q) over the eigenvalues"
    template = r"\mathcal{{S}}_{{{2}}}\left({0},{1}\right)"
    numpy = ".values:spread_mean"
    mpmath = ".values_exact:spread_mean_mp"
    draw = ".draws:spread_mean"

    def unfold(self) -> Expr:
        p, q, ratio = self.args
        return MarchenkoPasturMean(q / ((eigenvalue + p) ** 2 + q**2), ratio)


class SamplingRate(Quantity):
    """lim (1/d) ln(<g, s>/<s, s>), d, n -> oo at d/n = alpha, variant (i); in probability."""

    slots = (alpha, zeta)
    meaning = "rate per dimension of the generated law's inner product with the sampling law"
    template = r"\gamma_{{s}}\left({0},{1}\right)"
    numpy = ".values:sampling_rate"
    mpmath = ".values_exact:sampling_rate_mp"
    draw = ".draws:sampling_rate"


class KernelRate(Quantity):
    """lim (1/d) ln(<g, K>/<s, s>), K the kernels at the training examples; also the limit of the mean of the logarithms."""

    slots = (alpha, zeta, kernel_width)
    meaning = "rate per dimension of the generated law's inner product with kernels at the training examples"
    template = r"\gamma_{{K}}\left({0},{1},{2}\right)"
    numpy = ".values:kernel_rate"
    mpmath = ".values_exact:kernel_rate_mp"
    draw = ".draws:kernel_rate"


class FreshRate(Quantity):
    """The same with the kernels at fresh draws from the sampling law (a fixed number of them, or as many as a power of d)."""

    slots = (alpha, zeta, kernel_width)
    meaning = "rate per dimension of the generated law's inner product with kernels at fresh draws"
    template = r"\gamma_{{0}}\left({0},{1},{2}\right)"
    numpy = ".values:fresh_rate"
    mpmath = ".values_exact:fresh_rate_mp"
    draw = ".draws:fresh_rate"


class MemoryGap(Quantity):
    """KernelRate - FreshRate: by how much the generated law is nearer to the examples it was trained on."""

    slots = (alpha, zeta, kernel_width)
    meaning = "what training examples have over fresh draws in the rate per dimension"
    template = r"\Delta\gamma\left({0},{1},{2}\right)"
    numpy = ".values:memory_gap"
    mpmath = ".values_exact:memory_gap_mp"

    def unfold(self) -> Expr:
        return KernelRate(*self.args) - FreshRate(*self.args)


class KernelAdvantage(Quantity):
    """KernelRate at h_K = 1 (where H's bandwidth n^(-1/d) tends) minus SamplingRate."""

    slots = (alpha, zeta)
    meaning = "what the kernel estimate has over the sampling law in the rate per dimension, at bandwidth sigma_0"
    template = r"\gamma_{{K-s}}\left({0},{1}\right)"
    numpy = ".values:kernel_advantage"
    mpmath = ".values_exact:kernel_advantage_mp"
    arb = ".values_exact:kernel_advantage_arb"
    draw = ".draws:kernel_advantage"

    def unfold(self) -> Expr:
        ratio, noise = self.args
        return KernelRate(ratio, noise, 1) - SamplingRate(ratio, noise)


class HellingerRate(Quantity):
    """-lim (1/d) ln int (g s)^(1/2) dx, d/n = alpha < 1, variant (i); one less the integral is the squared distance."""

    slots = (alpha, zeta)
    meaning = "rate per dimension at which the overlap int (g s)^(1/2) dx of the generated and the sampling law falls"
    template = r"\gamma_{{\mathrm{{H}}}}\left({0},{1}\right)"
    numpy = ".values:hellinger_rate"
    mpmath = ".values_exact:hellinger_rate_mp"
    draw = ".draws:hellinger_rate"


QUANTITIES: tuple[type[Quantity], ...] = (
    NormalOverlap,
    PairStatistic,
    KernelNorm,
    LogMean,
    PoleMean,
    SpreadMean,
    SamplingRate,
    KernelRate,
    FreshRate,
    MemoryGap,
    KernelAdvantage,
    HellingerRate,
)
