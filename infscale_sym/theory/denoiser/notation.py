"""Named quantities of the linear one-step denoiser (Halder, arXiv:2411.17807), for the formulas `denoiser.*`.

Lengths in units of sigma_0; divergences in nats. C is the covariance (1/n) of the n training examples, x_C one of its d
eigenvalues, v their mean. Variant (i): the map is fitted to infinitely many noise draws; (ii): to one for each example.
"""

from __future__ import annotations

from sympy import Expr, Integral, Product, Sum, Symbol, atan, exp, log, oo, polygamma, sqrt, tan

from infscale_sym.notation.operators import normal_density
from infscale_sym.notation.quantity import Quantity
from infscale_sym.notation.symbols import SymbolEntry
from infscale_sym.theory.regression.notation import alpha, dimension, eigenvalue, examples
from infscale_sym.theory.selection.notation import j, x, z

zeta = Symbol("zeta", positive=True)
diffusion_time = Symbol("T", positive=True)
noise_scale = Symbol("l", positive=True)
mean_variance = Symbol("v", positive=True)
mean_offset = Symbol("mu", real=True)
denoising_steps = Symbol("M", positive=True)

SYMBOLS: tuple[SymbolEntry, ...] = (
    SymbolEntry(
        zeta,
        r"\zeta",
        "zeta > 0",
        "squared noise-to-signal ratio at diffusion time T, l (e^(2T) - 1)/sigma_0^2",
        between=("0.2", "3"),
        typical=1,
    ),
    SymbolEntry(diffusion_time, "T", "T > 0", "diffusion time of the denoiser", "H: T", ("0.2", "2")),
    SymbolEntry(noise_scale, "l", "l > 0", "noise scale of the diffusion, in units of sigma_0^2", "", ("0.01", "1")),
    SymbolEntry(
        mean_variance,
        "v",
        "v > 0",
        "mean eigenvalue of the training covariance, in units of sigma_0^2",
        "",
        ("0.6", "1.4"),
    ),
    SymbolEntry(mean_offset, r"\mu", "real", "offset of a mean along one direction, in units of sigma_0", between=("-2", "2")),
    SymbolEntry(denoising_steps, "M", "M = 1, 2, 3, ...", "number of denoising steps", between=("1", "12"), counted=True),
)


_v = mean_variance


def variance_of(own: Expr, noise: Expr, mean: Expr) -> Expr:
    """Variance that variant (i) generates along an eigenvector of variance `own`."""
    return (mean + noise) * own**2 / (own + noise) ** 2


def divergence_of(g: Expr, offset_square: Expr = 0) -> Expr:
    """(g - 1 - ln g + mu^2)/2."""
    return (g - 1 - log(g) + offset_square) / 2


class GeneratedVariance(Quantity):
    """c^2 W^2 along an eigenvector of C: W = e^-T x/(e^-2T x + l (1 - e^-2T)), c^2 = e^-2T v + l (1 - e^-2T)."""

    slots = (diffusion_time, noise_scale, eigenvalue, mean_variance)
    meaning = "variance that the denoiser generates along an eigenvector of the training set's covariance"
    template = r"\sigma^2_{{\mathrm{{gen}}}}\left({0},{1};{2},{3}\right)"
    numpy = ".values.numeric:generated_variance"
    mpmath = ".values.expectation:generated_variance_mp"
    arb = ".values.expectation:generated_variance_arb"

    def unfold(self) -> Expr:
        time, scale, own, mean = self.args
        added = scale * (1 - exp(-2 * time))
        gain = exp(-time) * own / (exp(-2 * time) * own + added)
        return (exp(-2 * time) * mean + added) * gain**2


class DirectionDivergence(Quantity):
    """KL(N(mu, g) || N(0, 1)): what one direction adds to the divergence."""

    slots = (x, mean_offset)  # g, mu
    meaning = "Kullback-Leibler divergence of a normal law with this variance and mean from the standard one, in nats"
    template = r"\mathrm{{KL}}\left({0};{1}\right)"
    numpy = ".values.numeric:direction_divergence"
    mpmath = ".values.expectation:direction_divergence_mp"
    draw = ".draws:direction_divergence"

    def unfold(self) -> Expr:
        g, mu = self.args
        at = mu + sqrt(g) * z
        return Integral(normal_density(z) * (log(normal_density(z) / sqrt(g)) - log(normal_density(at))), (z, -oo, oo))


class SpectralMean(Quantity):
    """E sum over the eigenvalues x_C of C of an expression in x_C and v, over training sets of n examples in d dimensions."""

    slots = (eigenvalue, examples, dimension)  # expression, n, d
    meaning = "mean over training sets of the sum over the covariance's eigenvalues"
    template = r"\left\langle {0}\right\rangle_{{{1},{2}}}"


class MarchenkoPasturMean(Quantity):
    """Mean of an expression in x_C over the Marchenko-Pastur law of ratio alpha = d/n < 1, sigma_0 = 1."""

    slots = (eigenvalue, alpha)  # expression, alpha
    meaning = "mean over the Marchenko-Pastur law"
    template = r"\left\langle {0}\right\rangle_{{{1}}}"


class ExpectedDivergence(Quantity):
    """E KL(generated || sampling law), one step, variant (i). m - mu_0 is independent of C, E mu^2 = 1/n in each direction."""

    slots = (examples, dimension, zeta)
    meaning = "expected divergence of the one-step denoiser's law from the sampling law (infinitely many noise draws)"
    template = r"\mathcal{{K}}_{{{0},{1}}}\left({2}\right)"
    numpy = ".values.numeric:expected_divergence"
    mpmath = ".values.expectation:expected_divergence_mp"
    arb = ".values.enclosure:expected_divergence_arb"
    draw = ".draws:expected_divergence"

    def unfold(self) -> Expr:
        n, d, noise = self.args
        return SpectralMean(DirectionDivergence(variance_of(eigenvalue, noise, _v), 1 / sqrt(n)), n, d)


class FitDivergence(Quantity):
    """E KL(N(m, C) || sampling law)."""

    slots = (examples, dimension)
    meaning = "expected divergence of the fitted normal law N(m, C) from the sampling law"
    template = r"\mathcal{{K}}^{{\mathrm{{fit}}}}_{{{0},{1}}}"
    numpy = ".values.numeric:fit_divergence"
    mpmath = ".values.expectation:fit_divergence_mp"
    draw = ".draws:fit_divergence"

    def unfold(self) -> Expr:
        n, d = self.args
        return SpectralMean(DirectionDivergence(eigenvalue, 1 / sqrt(n)), n, d)


class ResolventMoment(Quantity):
    """E Tr (C + zeta)^-j."""

    slots = (j, zeta, examples, dimension)  # j, zeta, n, d
    meaning = "mean trace of a power of the resolvent, E Tr (C + zeta)^-j"
    template = r"R_{{{0}}}\left({1};{2},{3}\right)"
    numpy = ".values.numeric:resolvent_moment"
    mpmath = ".values.expectation:resolvent_moment_mp"

    def unfold(self) -> Expr:
        power, noise, n, d = self.args
        return SpectralMean((eigenvalue + noise) ** -power, n, d)


class LogMoment(Quantity):
    """E ln det(C + zeta)."""

    slots = (zeta, examples, dimension)
    meaning = "mean logarithm of the determinant, E ln det(C + zeta)"
    template = r"L\left({0};{1},{2}\right)"
    numpy = ".values.numeric:log_moment"
    mpmath = ".values.expectation:log_moment_mp"

    def unfold(self) -> Expr:
        noise, n, d = self.args
        return SpectralMean(log(eigenvalue + noise), n, d)


class ScaleLog(Quantity):
    """E ln(v + zeta): n d v is chi-squared with d (n - 1) degrees of freedom."""

    slots = (zeta, examples, dimension)
    meaning = "mean of ln(v + zeta), v the mean eigenvalue of C"
    template = r"\ell_v\left({0};{1},{2}\right)"
    numpy = ".values.numeric:scale_logs"
    mpmath = ".values.expectation:scale_log_mp"

    def unfold(self) -> Expr:
        noise, n, d = self.args
        return SpectralMean(log(_v + noise) / d, n, d)


class DigammaSum(Quantity):
    """sum_(j=1)^d psi((n - j)/2)."""

    slots = (examples, dimension)
    meaning = "sum of digamma functions"
    template = r"\Psi\left({0},{1}\right)"
    numpy = ".values.numeric:digamma_sum"
    mpmath = ".values.expectation:digamma_sum_mp"

    def unfold(self) -> Expr:
        n, d = self.args
        return Sum(polygamma(0, (n - j) / 2), (j, 1, d))


class ProportionalDivergence(Quantity):
    """KL/d of variant (i) as d, n -> oo at fixed alpha = d/n < 1: v -> 1, and the mean's offset adds nothing."""

    slots = (alpha, zeta)
    meaning = "divergence of the one-step denoiser per dimension, d and n large at fixed d/n"
    template = r"\mathcal{{K}}_{{\infty}}\left({0};{1}\right)"
    numpy = ".values.numeric:proportional_divergence"
    mpmath = ".values.expectation:proportional_divergence_mp"
    draw = ".draws:proportional_divergence"

    def unfold(self) -> Expr:
        ratio, noise = self.args
        return MarchenkoPasturMean(divergence_of(variance_of(eigenvalue, noise, 1)), ratio)


class OneDrawSpread(Quantity):
    """E Tr of the generated covariance in variant (ii)."""

    slots = (examples, dimension, zeta)
    meaning = "expected total variance that is generated, one noise draw for each example"
    template = r"\mathcal{{V}}_{{{0},{1}}}\left({2}\right)"
    numpy = ".values.numeric:one_draw_spread"
    mpmath = ".values.expectation:one_draw_spread_mp"
    draw = ".draws:one_draw_spread"


class OneDrawLongDivergence(Quantity):
    """E KL(generated || sampling law) of variant (ii) as T -> oo: the map is fitted to pure noise."""

    slots = (examples, dimension)
    meaning = "expected divergence with one noise draw for each example and T = oo"
    template = r"\mathcal{{K}}^{{(1)}}_{{{0},{1}}}\left(\infty\right)"
    numpy = ".values.numeric:long_one_draw_divergence"
    mpmath = ".values.expectation:long_one_draw_divergence_mp"
    draw = ".draws:long_one_draw_divergence"


class OneDrawProportional(Quantity):
    """KL/d of variant (ii) as d, n -> oo at fixed alpha = d/n < 1."""

    slots = (alpha, zeta)
    meaning = "divergence per dimension with one noise draw for each example, d and n large at fixed d/n"
    template = r"\mathcal{{K}}^{{(1)}}_{{\infty}}\left({0};{1}\right)"
    numpy = ".values.numeric:one_draw_proportional"
    mpmath = ".values.expectation:one_draw_proportional_mp"
    draw = ".draws:one_draw_proportional"


class StepsVariance(Quantity):
    """Variance generated by M steps at noise levels s_j = tan(j theta/M), theta = arctan sqrt zeta, from v + zeta."""

    slots = (denoising_steps, zeta, eigenvalue, mean_variance)
    meaning = "variance that M denoising steps generate along an eigenvector of the training set's covariance"
    template = r"\sigma^2_{{{0}}}\left({1};{2},{3}\right)"
    numpy = ".values.steps:steps_variance"
    mpmath = ".values.steps:steps_variance_mp"

    def unfold(self) -> Expr:
        M, noise, own, mean = self.args
        level = [tan((j - i) * atan(sqrt(noise)) / M) for i in (0, 1)]
        return (mean + noise) * Product((own + level[0] * level[1]) / (own + level[0] ** 2), (j, 1, M)) ** 2


class StepsFloor(Quantity):
    """KL per dimension left by M steps with infinitely many examples: x_C = v = 1."""

    slots = (denoising_steps, zeta)
    meaning = "divergence per dimension that M steps leave however many examples there are"
    template = r"\mathcal{{K}}_{{\infty,{0}}}\left({1}\right)"
    numpy = ".values.steps:steps_floor"
    mpmath = ".values.steps:steps_floor_mp"

    def unfold(self) -> Expr:
        M, noise = self.args
        return divergence_of(StepsVariance(M, noise, 1, 1))


QUANTITIES: tuple[type[Quantity], ...] = (
    GeneratedVariance,
    DirectionDivergence,
    SpectralMean,
    MarchenkoPasturMean,
    ExpectedDivergence,
    FitDivergence,
    ResolventMoment,
    LogMoment,
    ScaleLog,
    DigammaSum,
    ProportionalDivergence,
    OneDrawSpread,
    OneDrawLongDivergence,
    OneDrawProportional,
    StepsVariance,
    StepsFloor,
)
