"""Named quantities of memorization by the linear denoiser (THEORY section 6; H, arXiv:2411.17807).

Lengths in units of sigma_0. Inner products of densities in units of the sampling law's own, <s, s> = (4 pi)^(-d/2). The noise
enters through zeta = l (e^(2T) - 1)/sigma_0^2 alone: variant (i) generates the variance g(x) = (1 + zeta) x^2/(x + zeta)^2
along an eigenvector of the training set's covariance with eigenvalue x (1 + zeta becomes v + zeta at finite d).
"""

from __future__ import annotations

from sympy import Expr, Integral, Rational, log, oo, pi, sqrt

from infscale_sym.notation.heads import Head, normal_density
from infscale_sym.notation.symbols import (
    alpha,
    dimension,
    eigenvalue,
    examples,
    half_gap,
    kernel_width,
    offset_across,
    offset_along,
    pole,
    pole_width,
    z,
    zeta,
)

_HALF = Rational(1, 2)


def generated_variance(x: Expr, noise: Expr, mean: Expr = 1) -> Expr:
    """g(x): variance generated along an eigenvector with eigenvalue x of the covariance, whose mean eigenvalue is `mean`."""
    return (mean + noise) * x**2 / (x + noise) ** 2


class NormalOverlap(Head):
    """int N(x; 0, a) N(x; delta, b) dx in units of (4 pi)^(-1/2), one coordinate; a >= 0 (a point at a = 0), b > 0."""

    nargs = 3  # a, b, delta
    slots = (eigenvalue, kernel_width, offset_along)
    meaning = "inner product of two normal densities, variances a and b, a distance apart, in units of (4 pi)^(-1/2)"
    template = r"\omega\left({0},{1};{2}\right)"

    def unfold(self) -> Expr:
        one, two, apart = self.args
        second = normal_density((sqrt(one) * z - apart) / sqrt(two)) / sqrt(two)
        return Integral(2 * sqrt(pi) * normal_density(z) * second, (z, -oo, oo))


class PairStatistic(Head):
    """(||g - s||^2 - ||g - K||^2)/||s||^2 for two examples m +- delta e in d dimensions, variant (i); bandwidth h_K.

    g: generated law; s: sampling law; K: Gaussian kernels of width h_K at the examples. m lies o_1 along e and o_2 across from
    the mean of s. ||g||^2 (infinite where d > 1) cancels: the difference is the limit of that of ever wider g.
    """

    nargs = 6
    slots = (dimension, half_gap, offset_along, offset_across, zeta, kernel_width)
    meaning = "memorization statistic of two training examples, in units of the sampling law's squared norm"
    template = r"M_{{2}}\left({0};{1},{2},{3};{4},{5}\right)"

    def unfold(self) -> Expr:
        d, gap, along, across, noise, h = self.args
        g = generated_variance(gap**2, noise, gap**2 / d)
        near = NormalOverlap(g, 1, along) * NormalOverlap(0, 1, across) * NormalOverlap(0, 1, 0) ** (d - 2)
        kernel = NormalOverlap(g, h**2, gap) * NormalOverlap(0, h**2, 0) ** (d - 1)
        own = NormalOverlap(h**2, h**2, 0)
        return 1 - 2 * near + 2 * kernel - (own**d + NormalOverlap(h**2, h**2, 2 * gap) * own ** (d - 1)) / 2


class KernelNorm(Head):
    """E ||K||^2/||s||^2 over training sets of n examples in d dimensions."""

    nargs = 3
    slots = (examples, dimension, kernel_width)
    meaning = "mean squared norm of the kernel estimate, in units of the sampling law's"
    template = r"\mathbb{{E}}\left\Vert K_{{{0}}}\right\Vert^2\left({1},{2}\right)"

    def unfold(self) -> Expr:
        n, d, h = self.args
        pair = Integral(normal_density(z) * NormalOverlap(h**2, h**2, sqrt(2) * z), (z, -oo, oo))
        return NormalOverlap(h**2, h**2, 0) ** d / n + (1 - 1 / n) * pair**d


class SpectralMean(Head):
    """int f(x) dMP(x): the mean of f over the eigenvalues x of the covariance, d, n -> oo at d/n = alpha (Marchenko-Pastur)."""

    nargs = 2  # expression in x, alpha
    slots = (eigenvalue, alpha)
    meaning = "mean over the eigenvalues x of the training set's covariance, d, n -> oo at fixed d/n"
    template = r"\left\langle {0}\right\rangle_{{{1}}}"


class LogMean(Head):
    """(1/2) < ln((x + p)^2 + q^2) >: the log-determinant at the complex ridge p + i q, q >= 0."""

    nargs = 3
    slots = (pole, pole_width, alpha)
    meaning = "mean logarithm of the distance |x + p + i q| of an eigenvalue from a pole"
    template = r"\mathcal{{L}}_{{{2}}}\left({0},{1}\right)"

    def unfold(self) -> Expr:
        p, q, ratio = self.args
        x = eigenvalue
        return SpectralMean(log(x + p) if q == 0 else _HALF * log((x + p) ** 2 + q**2), ratio)


class PoleMean(Head):
    """< (x + p)/((x + p)^2 + q^2) >: the real part of the mean of 1/(x + p + i q)."""

    nargs = 3
    slots = (pole, pole_width, alpha)
    meaning = "real part of the mean of 1/(x + p + i q) over the eigenvalues"
    template = r"\mathcal{{P}}_{{{2}}}\left({0},{1}\right)"

    def unfold(self) -> Expr:
        p, q, ratio = self.args
        return SpectralMean((eigenvalue + p) / ((eigenvalue + p) ** 2 + q**2), ratio)


class SpreadMean(Head):
    """< q/((x + p)^2 + q^2) >: minus the imaginary part of the mean of 1/(x + p + i q)."""

    nargs = 3
    slots = (pole, pole_width, alpha)
    meaning = "minus the imaginary part of the mean of 1/(x + p + i q) over the eigenvalues"
    template = r"\mathcal{{S}}_{{{2}}}\left({0},{1}\right)"

    def unfold(self) -> Expr:
        p, q, ratio = self.args
        return SpectralMean(q / ((eigenvalue + p) ** 2 + q**2), ratio)


class SamplingRate(Head):
    """lim (1/d) ln(<g, s>/<s, s>), d, n -> oo at d/n = alpha, variant (i); in probability."""

    nargs = 2
    slots = (alpha, zeta)
    meaning = "rate per dimension of the generated law's inner product with the sampling law"
    template = r"\gamma_{{s}}\left({0},{1}\right)"


class KernelRate(Head):
    """lim (1/d) ln(<g, K>/<s, s>), K the kernels at the training examples; also the limit of the mean of the logarithms."""

    nargs = 3
    slots = (alpha, zeta, kernel_width)
    meaning = "rate per dimension of the generated law's inner product with kernels at the training examples"
    template = r"\gamma_{{K}}\left({0},{1},{2}\right)"


class FreshRate(Head):
    """The same with the kernels at fresh draws from the sampling law (a fixed number of them, or as many as a power of d)."""

    nargs = 3
    slots = (alpha, zeta, kernel_width)
    meaning = "rate per dimension of the generated law's inner product with kernels at fresh draws"
    template = r"\gamma_{{0}}\left({0},{1},{2}\right)"


class MemoryGap(Head):
    """KernelRate - FreshRate: by how much the generated law is nearer to the examples it was trained on."""

    nargs = 3
    slots = (alpha, zeta, kernel_width)
    meaning = "what training examples have over fresh draws in the rate per dimension"
    template = r"\Delta\gamma\left({0},{1},{2}\right)"

    def unfold(self) -> Expr:
        return KernelRate(*self.args) - FreshRate(*self.args)


class KernelAdvantage(Head):
    """KernelRate at h_K = 1 (where H's bandwidth n^(-1/d) tends) minus SamplingRate."""

    nargs = 2
    slots = (alpha, zeta)
    meaning = "what the kernel estimate has over the sampling law in the rate per dimension, at bandwidth sigma_0"
    template = r"\gamma_{{K-s}}\left({0},{1}\right)"

    def unfold(self) -> Expr:
        ratio, noise = self.args
        return KernelRate(ratio, noise, 1) - SamplingRate(ratio, noise)


class HellingerRate(Head):
    """-lim (1/d) ln int (g s)^(1/2) dx, d/n = alpha < 1, variant (i); one less the integral is the squared distance."""

    nargs = 2
    slots = (alpha, zeta)
    meaning = "rate per dimension at which the overlap int (g s)^(1/2) dx of the generated and the sampling law falls"
    template = r"\gamma_{{\mathrm{{H}}}}\left({0},{1}\right)"


HEADS: tuple[type[Head], ...] = (
    NormalOverlap,
    PairStatistic,
    KernelNorm,
    SpectralMean,
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
