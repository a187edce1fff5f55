# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The joint law of the two offsets
#
# A student answers $m=\mu\cdot\phi$; the teacher would say $y_T=w_T\cdot\phi$, the judge $y_R=w_R\cdot\phi$. What best-of-$k$
# makes of this depends on the offsets $\Delta_T=m-y_T$ and $\Delta_R=m-y_R$ alone, in units of the predictive standard
# deviation $s$. This page derives their law over prompts and training sets when $n$ and $d$ are large, with
# $\alpha=d/n$ fixed (model and notation: Halder & Pehlevan, arXiv:2512.19905): a Gaussian pair, with three second
# moments. Then it says how far from Gaussian the pair is at finite $d$, and puts the whole beside students that were
# drawn.
#
# **Fixed weights.** $w_T$ and $w_R$ do not depend on the training inputs or their noise; $\frac1d|w_T|^2$ and $\frac1d|w_R|^2$
# stay bounded. $\nu^2=\frac1d|w_T|^2$, $\nu_R^2=\frac1d|w_R|^2$, and $c_{TR}=\frac1dw_T^\top w_R$ is what the two
# share. $C$ is the sample covariance, $\lambda$ the bare and $\kappa$ the renormalised ridge; $Q=\mathbb E\Delta_T^2$
# and the deterministic equivalents are derived on their own page.
#
# **How the lines are checked.** As there: an identity at small training sets to 11 digits, with a number changed by
# $10^{-6}$ refused; a limit by its measured rate, with a change of one part in fifty refused.

# %%
# %load_ext infscale_sym
from infscale_sym.theory.mean_law import *

model = (alpha, sigma, gamma, Sigma)
bare = BareRidge(alpha, sigma, gamma)
kappa = RenormalizedRidge(bare, alpha, Sigma)
G, H = Resolvent(bare), Equivalent(bare / kappa, bare)
Q = TeacherRisk(*model, nu)
kept = kappa * DegreesOfFreedom(kappa, Sigma)
spare = dimension / alpha - dimension
V1, V2 = (SpreadMoment(p, dimension, alpha) for p in (1, 2))


def ratio(p):
    """The p-th moment of a chi-square with d over one with n - d + 1 degrees of freedom."""
    return ChiSquareMoment(p, dimension) * ChiSquareMoment(-p, spare + 1)

# %% [markdown]
# ## The product of the two offsets
#
# Put $g=w_T-w_R$. The offsets differ by a term that no data enter, $\Delta_R=\Delta_T+g\cdot\phi$, so the product is
# $Q$ plus $\frac1d\,\mathbb E(\mu-w_T)^\top\Sigma g$. The label noise has no mean; without it
# $\mu-w_T=-\lambda(C+\lambda)^{-1}w_T$.

# %% tags=["derives:predictive.cross-law"]
cross = Derivation("predictive.cross-law", CrossRisk(*model, nu, overlap))
cross.claim(
    Q - bare * WeightForm(word(G, Sigma)),
    LinearInTheJudge(),
    "the offsets differ by g'phi; the mean of mu - w_T over the noise is -lambda (C + lambda)^-1 w_T",
)

# %% [markdown]
# **Between fixed weights.** The deterministic equivalent $\lambda(C+\lambda)^{-1}\simeq B=\kappa(\Sigma+\kappa)^{-1}$ holds for
# every linear functional that stays bounded, and $A\mapsto\frac1dw_T^\top A\,\Sigma g$ is one: its size is at most
# $\|A\|\,\|\Sigma\|$ times $\frac1d|w_T||g|$. Only the rate differs. A trace averages over all directions, one pair of
# directions does not: from one training set to the next this form scatters by $O(d^{-1/2})$. Its mean is off by $O(1/d)$,
# and that is what the moment needs. (A coordinate of $x$ may change its sign without changing the law of the data. So
# the mean over all signs of the coordinates has the same expectation, and it scatters by $O(1/d)$; both rates are measured.)
#
# So for any fixed weights and any bounded $\Sigma$
# $$\mathbb E\,\Delta_T\Delta_R=Q-\tfrac1dw_T^\top B\,\Sigma\,(w_T-w_R).$$

# %% tags=["derives:predictive.cross-law"]
cross.claim(
    Q - bare * WeightForm(word(H, Sigma)),
    FixedWeightLimit(),
    "the equivalent of the resolvent between two fixed vectors; error O(1/d) on average",
    hypotheses=["lambda > 0, bounded Sigma, fixed weights with bounded mean squares"],
)

# %% [markdown]
# Where $\Sigma$ is isotropic, or where the weights are alike on all eigenvalues, the form is the trace times
# $\frac1dw_T^\top g=\nu^2-c_{TR}$. This is the registered statement.

# %% tags=["derives:predictive.cross-law"]
cross.claim(
    Q - (nu**2 - overlap) * kept,
    NoPreferredDirection(),
    "weights alike on every eigenvalue",
    hypotheses=["Sigma = number * I, or weights that prefer no eigenvalue"],
)

# %% tags=["derives:predictive.cross-law"]
cross.conclude()

# %% [markdown]
# ## The judge's own offset
#
# Squaring $\Delta_R=\Delta_T+g\cdot\phi$ gives the same form twice, and a term without any data.

# %% tags=["derives:predictive.judge-law"]
judge = Derivation("predictive.judge-law", JudgeRisk(*model, nu, nu_R, overlap))
judge.claim(
    Q - 2 * bare * WeightForm(word(G, Sigma)) + GapForm(Sigma),
    LinearInTheJudge(),
    "the square of the offset to the teacher plus g'phi",
)

# %% tags=["derives:predictive.judge-law"]
judge.claim(
    Q - 2 * bare * WeightForm(word(H, Sigma)) + GapForm(Sigma),
    FixedWeightLimit(),
    "the equivalent of the resolvent between two fixed vectors; error O(1/d) on average",
    hypotheses=["lambda > 0, bounded Sigma, fixed weights with bounded mean squares"],
)

# %% tags=["derives:predictive.judge-law"]
judge.claim(
    Q - 2 * (nu**2 - overlap) * kept + (nu**2 - 2 * overlap + nu_R**2) * MeanEigenvalue(Sigma),
    NoPreferredDirection(),
    "weights alike on every eigenvalue",
    hypotheses=["Sigma = number * I, or weights that prefer no eigenvalue"],
)

# %% tags=["derives:predictive.judge-law"]
judge.conclude()

# %% [markdown]
# HP-code's judge, $y_R=y_T-c\,(m-y_T)$, is no fixed weight vector: it moves with the training set. There
# $\Delta_R=(1+c)\Delta_T$ draw by draw, and the moments are $(1+c)Q$ and $(1+c)^2Q$ without any derivation.
#
# **Limit and average** were exchanged, for the moments are averages over training sets. With $\lambda>0$ one may:
# $\lambda G$ has a norm of at most 1, so that every form between weights is bounded by $\|\Sigma\|$ times the size of the
# weights, and the noise term by $\sigma^2\|\Sigma\|\alpha/(4\lambda)$. Without a ridge one may not at $\alpha=1$, where the
# mean grows without bound; at finite size it exists only for $n>d+1$, and the fourth moment only for $n>d+3$ (below).
#
# ## $Q$ for fixed weights
#
# The page on deterministic equivalents derives $Q$ for a teacher of random direction. For fixed weights the bias is
# $\frac{\lambda^2}dw_T^\top G\Sigma G\,w_T$, $G=(C+\lambda)^{-1}$. Put $\lambda I+J\Sigma$ in the place of the ridge:
# $G\Sigma G$ is minus the derivative of $G$ in $J$ at 0. The equivalent becomes $H=(h\Sigma+\lambda+J\Sigma)^{-1}$ with
# $1/h=1+\frac\alpha d\mathrm{Tr}\,\Sigma H$, and SymPy differentiates that equation. With $h=\lambda/\kappa$ at $J=0$,
# $\lambda H=B$: the bias tends to $q=\frac1dw_T^\top B\Sigma Bw_T$ times $dh/dJ+1$.

# %% tags=["numbers"]
from sympy import Function, Symbol, diff, simplify, solve

J, df2, h0 = Symbol("J"), Symbol("df2", positive=True), Symbol("h0", positive=True)
h = Function("h")(J)
# d/dJ of (1/d) Tr Sigma H = -(h' + 1) (1/d) Tr Sigma H Sigma H, and the last trace is df2/h^2 at J = 0
slope_of_trace = -(diff(h, J) + 1) * df2 / h**2
rate = solve(diff(1 / h, J) - alpha * slope_of_trace, diff(h, J))[0].subs(h, h0)
print("dh/dJ + 1 =", simplify(rate + 1))
assert simplify(rate + 1 - 1 / (1 - alpha * df2)) == 0

# %% [markdown]
# So the bias is $q/(1-\alpha\,\mathrm{df}_2)$; the noise term is a trace and knows no teacher. Together:
# $$Q=\frac{\tfrac1dw_T^\top B\Sigma Bw_T+\alpha\sigma^2\mathrm{df}_2}{1-\alpha\,\mathrm{df}_2}$$
# for any fixed weights. The students below have a power-law spectrum and weights that follow it.
#
# ## A teacher drawn from the prior
#
# If $w_T\sim N(0,\gamma^2I)$, the student's prior is right, and it knows how wrong it is: $Q=s^2-\sigma^2$. No limit
# is needed. On average over teachers and noise this holds at every training set, of any size.

# %% tags=["derives:predictive.prior-teacher"]
prior = Derivation("predictive.prior-teacher", TeacherRisk(*model, gamma))
prior.claim(
    gamma**2 * bare**2 * TraceMean(word(G, Sigma, G))
    + alpha * sigma**2 * TraceMean(word(Sigma, G, C, G)),
    TeacherFromThePrior(),
    "bias of a teacher drawn from the prior, and noise",
)

# %% tags=["derives:predictive.prior-teacher"]
prior.claim(
    gamma**2 * bare * TraceMean(word(Sigma, G)),
    EverySample("cyclic trace"),
    "alpha sigma^2 = lambda gamma^2, and (C + lambda) cancels one resolvent",
)

# %% tags=["derives:predictive.prior-teacher"]
prior.claim(
    TraceMean(word(Sigma, PosteriorCovariance(alpha, sigma, gamma))),
    EverySample("posterior covariance"),
    "the posterior covariance is gamma^2 lambda (C + lambda)^-1",
)

# %% tags=["derives:predictive.prior-teacher"]
prior.claim(
    PredictiveVariance(*model) - sigma**2,
    DefinedAsLimit(PredictiveVariance),
    "the predictive variance is the noise and this trace",
)

# %% tags=["derives:predictive.prior-teacher"]
prior.conclude()

# %% [markdown]
# What does a judge see of that? Put $\nu=\gamma$ in the product of the offsets.

# %% tags=["derives:predictive.prior-teacher.cross"]
shared = Derivation("predictive.prior-teacher.cross", CrossRisk(*model, gamma, overlap))
shared.claim(
    TeacherRisk(*model, gamma) - (gamma**2 - overlap) * kept,
    UseAt("predictive.cross-law", ((nu, gamma),)),
    "the product of the offsets at nu = gamma",
)

# %% tags=["derives:predictive.prior-teacher.cross"]
shared.claim(
    PredictiveVariance(*model) - sigma**2 - (gamma**2 - overlap) * kept,
    UseAt("predictive.prior-teacher"),
    "Q = s^2 - sigma^2",
)

# %% tags=["derives:predictive.prior-teacher.cross"]
shared.claim(
    (PredictiveVariance(*model) - sigma**2) * overlap / gamma**2,
    UseAt("predictive.variance"),
    "s^2 - sigma^2 = gamma^2 kappa df1(kappa)",
)

# %% tags=["derives:predictive.prior-teacher.cross"]
shared.conclude()

# %% [markdown]
# The factor is $c_{TR}/\gamma^2$: the judge's offset is correlated with the teacher's in so far as its weights are.
# A judge drawn from the prior by itself has $c_{TR}\to0$, and an offset uncorrelated with the teacher's.
#
# ## Why the pair is Gaussian
#
# Given the training set, $\mu$ is a constant vector, and $\Delta_T=(\mu-w_T)\cdot\phi$ and $\Delta_R=(\mu-w_R)\cdot\phi$ are
# linear in the Gaussian prompt: over prompts they are *exactly* a Gaussian pair, at every $n$ and $d$. So is each
# combination $a\Delta_T+b\Delta_R$, with a variance $V$ that depends on the training set. Over training sets it is a
# mixture, and how far a mixture is from a normal law is a matter of the scatter of $V$ alone: the kurtosis is
# $3\,\mathbb EV^2/(\mathbb EV)^2$.
#
# Without a ridge ($\gamma=\infty$, $n>d$) all can be had exactly, at finite size. Then $\mu-w_T$ is pure noise, the same
# for every teacher, and $V$, in units of $\sigma^2$, does not depend on $\Sigma$ either.

# %% tags=["derives:predictive.ridgeless-kurtosis"]
kurtosis = Derivation("predictive.ridgeless-kurtosis", OffsetKurtosis(dimension, alpha))
kurtosis.claim(
    3 * V2 / V1**2,
    NormalGivenTheData(),
    "given the training set the offset is normal with variance sigma^2 V",
)

# %% [markdown]
# **A Wishart matrix.** With white rows $Z=X\Sigma^{-1/2}$, the vector $\Sigma^{1/2}(\mu-w_T)$ is, given $X$, normal with
# covariance $\sigma^2d\,(Z^\top Z)^{-1}$. So $V=z^\top(Z^\top Z)^{-1}z$ in law, $z$ standard normal and independent of
# $Z$. Write $z=|z|e$. Then $1/e^\top(Z^\top Z)^{-1}e$ is the squared distance of the vector $Ze$ from the span
# of the $d-1$ directions orthogonal to $e$: a normal vector projected onto $n-d+1$ dimensions, whatever $e$ is. So
# $V$ is $\chi^2_d$ over an independent $\chi^2_{n-d+1}$.

# %% tags=["derives:predictive.ridgeless-kurtosis"]
kurtosis.claim(
    3 * ratio(2) / ratio(1) ** 2,
    RatioOfChiSquares(),
    "squared length of z, over a squared distance in n - d + 1 dimensions",
    hypotheses=["gamma = oo and n = d/alpha > d + 3"],
)

# %% tags=["derives:predictive.ridgeless-kurtosis"]
kurtosis.claim(
    3 * (1 + 2 / dimension) * (1 + 2 / (spare - 3)),
    ChiSquareMoments(),
    "E X = f, E X^2 = f (f + 2), E 1/X = 1/(f - 2), E 1/X^2 = 1/((f - 2)(f - 4))",
)

# %% tags=["derives:predictive.ridgeless-kurtosis"]
kurtosis.conclude()

# %% [markdown]
# The excess over 3 is $6/((1-\alpha)d)+O(d^{-2})$: the rate is $1/d$. The same moments give
# $\mathbb E\Delta_T^2=\sigma^2d/(n-d-1)$, which is the law's $\sigma^2\alpha/(1-\alpha)$ times
# $1+\alpha/((1-\alpha)d)+O(d^{-2})$: that, too, is reached as $1/d$.
#
# **From the kurtosis to the law.** Moments are not yet a law. Compare characteristic functions: given the training set
# $\mathbb E\cos(\varpi\Delta_T/\sigma)=e^{-\varpi^2V/2}$, a convex function of $V\ge0$ whose second derivative is at most
# $\varpi^4/4$. Taylor's formula with remainder does the rest.

# %% tags=["derives:predictive.gaussian-bound"]
bound = Derivation("predictive.gaussian-bound", CharacteristicGap(frequency, dimension, alpha))
bound.claim(
    frequency**4 / 8 * (V2 - V1**2),
    JensenGap(),
    "the linear term has no mean, and the second derivative is at most w^4/4",
    hypotheses=["V >= 0 with a finite second moment: n = d/alpha > d + 3"],
)

# %% tags=["derives:predictive.gaussian-bound"]
bound.claim(
    frequency**4 / 24 * V1**2 * (OffsetKurtosis(dimension, alpha) - 3),
    ByKurtosis(),
    "the kurtosis is 3 E V^2 over the square of E V",
)

# %% tags=["derives:predictive.gaussian-bound"]
bound.claim(
    frequency**4 / 24 * ratio(1) ** 2 * (OffsetKurtosis(dimension, alpha) - 3),
    RatioOfChiSquares(),
    "squared length of z, over a squared distance in n - d + 1 dimensions",
)

# %% tags=["derives:predictive.gaussian-bound"]
bound.claim(
    frequency**4 / 24 * (dimension / (spare - 1)) ** 2 * (OffsetKurtosis(dimension, alpha) - 3),
    ChiSquareMoments(),
    "E X = f, E 1/X = 1/(f - 2)",
)

# %% tags=["derives:predictive.gaussian-bound"]
bound.conclude()

# %% [markdown]
# **With a ridge** the first step is the same, for each combination $a\Delta_T+b\Delta_R$: its characteristic function at
# frequency 1 lies above that of the normal law with the same variance, by at most $\frac18\mathrm{Var}\,V$, $V$ now the
# variance of the combination over prompts. $V$ is a smooth function of the Gaussian rows and noise, so
# $\mathrm{Var}\,V\le\mathbb E|\nabla V|^2$ (Poincaré's inequality). For the noise,
# $\nabla V=\frac2d(\partial\mu/\partial\varepsilon)^\top\Sigma(\mu-w)(a+b)^2$ with $w=(aw_T+bw_R)/(a+b)$, and
# $\partial\mu/\partial\varepsilon=\frac{\sigma\sqrt d}n(C+\lambda)^{-1}X^\top$ has a norm of at most
# $\frac\sigma2\sqrt{d/(n\lambda)}$: with $\lambda>0$ and bounded $\Sigma$, $|\nabla V|^2=O(1/d)$. The rows enter through the
# same resolvent, with the same order. So $V$ self-averages with variance $O(1/d)$, and by Cramér and Wold the
# pair is Gaussian in the limit, with characteristic functions that differ by $O(1/d)$. The students below show that rate.
#
# ## Against students that were drawn
#
# Ten families of students, fitted end to end with $\sigma=0.8$, $\gamma=1$: $\alpha$ from 0.05 to 1.5, $\Sigma=I$ and the
# power law $s_i=(i/d)^{-3/2}$, $d=9,18,36,72$, with one teacher and a judge of its own. Label noise and rows are drawn;
# only the prompts are averaged by hand. The deviation from the law, extrapolated in $1/d$, in standard errors over
# training sets. (The largest eigenvalue of the power law grows as $d^{3/2}$: it is outside the hypotheses above, which ask
# for a bounded $\Sigma$. There the students alone speak.)

# %% tags=["numbers"]
import numpy as np

from infscale_sym.theory.mean_law.evidence import laws, students

print("                 deviation in standard errors        standard error in %     printed q instead")
for family in students():
    value, error = family.at_infinity()
    law, short = (laws(family.spectrum, family.alpha, 72, name) for name in ("full", "printed"))
    wrong = (value + 1 - short / law) / error
    print(
        f"{family.spectrum:>9} {family.alpha:<4}  "
        + "  ".join(f"{z:6.1f}" for z in value / error)
        + "          "
        + "  ".join(f"{100 * e:.2f}" for e in error)
        + "        "
        + "  ".join(f"{z:5.0f}" for z in wrong)
    )
    assert np.abs(value / error).max() < 4
    assert error.max() < 0.005
    assert wrong.min() > 6

# %% [markdown]
# Columns: $\mathbb E\Delta_T^2$, $\mathbb E\Delta_T\Delta_R$, $\mathbb E\Delta_R^2$. The printed $q$ in the place of
# $Q$ is rejected everywhere. The three columns of one row come from the same students and are correlated.
#
# For the *rate*, one student scatters too much. Averaged by hand over the label noise and over the signs of the
# coordinates, which changes no mean, a few thousand training sets see deviations of a few parts in ten thousand.

# %% tags=["figure"]
from infscale_sym.theory.mean_law.figures import deviations_from_the_law

deviations_from_the_law()

# %% [markdown]
# Left: 30 deviations at $d=\infty$, from the students as they are. Middle: the relative deviation of the mean at finite
# $d$ from the law, and right: the excess of the kurtosis of $\Delta_T$; solid lines $\Sigma=I$, dashed lines the power
# law, bars two standard errors. Both fall as $1/d$. The exponents, with a correction of relative order $1/d$ allowed for:

# %% tags=["numbers"]
print("                 exponent of E Delta_T^2/Q - 1     of the kurtosis minus 3")
found = []
for family in students():
    (p, e), (r, f) = family.exponent(0), family.kurtosis_exponent(0)
    print(f"{family.spectrum:>9} {family.alpha:<4}  {p:18.2f} +- {e:.2f}   {r:20.3f} +- {f:.3f}")
    assert abs(p + 1) < 4 * e
    assert abs(r + 1) < 4 * f
    found.append([p, e, r, f])
p, e, r, f = np.array(found).T
(p, e), (r, f) = ((np.average(a, weights=b**-2), np.sum(b**-2) ** -0.5) for a, b in ((p, e), (r, f)))
print(f"   pooled        {p:17.2f} +- {e:.2f}   {r:20.3f} +- {f:.3f}")
assert abs(p + 1) < 4 * e < 0.25
assert abs(r + 1) < 4 * f < 0.05

# %% [markdown]
# ## Numbers to take along
#
# First: a golden student, $\alpha=\sigma=\gamma=\Sigma=\nu=1$, where $\kappa$ is the golden ratio $\varphi$ and
# $Q=1/\varphi$. A judge with weights of the same size and $c_{TR}=1/2$ has $\mathbb E\Delta_T\Delta_R=1/(2\varphi)$ and
# $\mathbb E\Delta_R^2=1$. Second: the bound on the characteristic function where it is nearly reached, at low
# frequency.

# %% tags=["numbers"]
import mpmath

from infscale_sym.catalog import formula
from infscale_sym.theory.mean_law.values import cross_risk_from_law_mp, judge_risk_from_law_mp

with mpmath.workdps(60):
    golden = (1 + mpmath.sqrt(5)) / 2
    one = abs(cross_risk_from_law_mp(1, 1, 1, 1, 1, "0.5") - 1 / (2 * golden))
    two = abs(judge_risk_from_law_mp(1, 1, 1, 1, 1, 1, "0.5") - 1)
    print("golden student, to 50 digits:", one < mpmath.mpf(10) ** -50, two < mpmath.mpf(10) ** -50)
    assert max(one, two) < mpmath.mpf(10) ** -50

entry = formula("predictive.gaussian-bound")
for d in (10, 100, 1000):
    gap, most = (float(side.mp("0.1", d, "0.5", digits=20)) for side in (entry.lhs, entry.rhs))
    print(f"d = {d:>4}: gap {gap:.6e}, bound {most:.6e}, share {gap / most:.4f}")
    assert 0 < gap < most
