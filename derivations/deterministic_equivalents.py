# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What a student knows before it answers
#
# A Bayesian linear student sees $n$ prompts with $d$ features each and predicts a new answer as $N(m,s^2)$. When $n$
# and $d$ are both large, what it predicts hardly depends on which data it saw: random matrices may be replaced by
# plain numbers. This page derives those numbers (Halder & Pehlevan, arXiv:2512.19905, Result 1) from the posterior,
# for any feature covariance $\Sigma$, and goes one step further than the paper: the mean squared offset $Q$ of the
# prediction, with its training noise and its fluctuations (Atanasov, Zavatone-Veth & Pehlevan, arXiv:2405.00592).
#
# **The model.** Features $\phi=x/\sqrt d$, $x\sim N(0,\Sigma)$; answers $y=w\cdot\phi+\sigma\varepsilon$; prior
# $w\sim N(0,\gamma^2I)$; $\alpha=d/n$. Rows $x_i$ of the data $X$, sample covariance $C=\frac1n\sum_ix_ix_i^\top$, so
# that $\Phi^\top\Phi=C/\alpha$.
#
# **How the lines are checked.** Algebra is checked by SymPy. An identity between random matrices holds for each
# training set by itself: it is checked at small ones, with a row left out by inverting again, and must refuse a
# number changed by $10^{-6}$. A limit $n,d\to\infty$ at fixed $\alpha$ is checked at training sets of growing size:
# the distance of the two sides must fall with the stated power of $d$, and its mean, extrapolated in $1/d$, must
# vanish. Sixty draws at each size see a change of one part in fifty, so that is the change which these lines must
# refuse.

# %%
# %load_ext infscale_sym
from infscale_sym.theory.regression import *

G, G1 = Resolvent(lambda_), LeftOut(lambda_)
kappa = RenormalizedRidge(lambda_, alpha, Sigma)
bare = BareRidge(alpha, sigma, gamma)
Gb, renormalized = Resolvent(bare), RenormalizedRidge(bare, alpha, Sigma)

# %% [markdown]
# ## The student does ridge regression
#
# The posterior precision is $\Lambda=I/\gamma^2+\Phi^\top\Phi/\sigma^2=(C+\lambda)/\alpha\sigma^2$: the posterior
# mean is ridge regression on $C$, with a ridge that is read off.

# %% tags=["derives:ridge.bare"]
ridge = Derivation("ridge.bare", bare)
ridge.claim(
    alpha * sigma**2 / gamma**2,
    PosteriorIsRidge(),
    "the posterior mean is linear in the answers; ridge regression with this lambda is the same map",
)

# %% tags=["derives:ridge.bare"]
ridge.conclude()

# %% [markdown]
# ## How much of the teacher survives
#
# Averaged over the noise, the mean is $\mu=C(C+\lambda)^{-1}w$. Its normalised trace $\eta$ is the share of the
# teacher that is kept. Two ways to write it will meet: one row of the data at a time, and all at once.

# %% tags=["derives:predictive.mean"]
mean = Derivation("predictive.mean", MeanShrinkage(lambda_, alpha, Sigma))
mean.claim(TraceMean(word(C, G)), DefinedAsLimit(MeanShrinkage), "eta is the limit of this trace")

# %% [markdown]
# **One row.** $C$ is a mean over rows, and all rows are alike.

# %% tags=["derives:predictive.mean"]
mean.claim(
    RowMean(RowForm(G)),
    EverySample("exchangeable rows"),
    "the sample covariance is a mean over rows, and all rows are alike",
)

# %% [markdown]
# **Leave it out.** $x_1$ sits inside $(C+\lambda)^{-1}$ too. Take it out: Sherman and Morrison's formula for a change
# of rank one, with $1/n=\alpha/d$.

# %% tags=["derives:predictive.mean"]
form = RowForm(G1)
mean.claim(
    RowMean(form / (1 + alpha * form)),
    EverySample("Sherman-Morrison"),
    "a change of rank one divides the form by 1 plus alpha times the form without the row",
)

# %% [markdown]
# **Concentration.** Now $x_1$ is independent of the matrix between it. A quadratic form in Gaussian variables
# $\frac1dx^\top Ax$ has the mean $\frac1d\mathrm{Tr}\,\Sigma A$ and the variance $\frac2{d^2}\mathrm{Tr}\,(\Sigma
# A)^2=O(1/d)$, as $\|A\|\le1/\lambda$. Averaged over the $n$ rows of one training set, what is left is $O(1/d)$; so
# is what the row itself contributes to the trace, $|\mathrm{Tr}\,\Sigma(G_{\setminus1}-G)|\le\|\Sigma\|/\lambda$. And
# the trace of $G$ self-averages: changing one of $n$ rows moves it by that little, so (Efron and Stein) its variance
# is $O(1/d)$ at most.

# %% tags=["derives:predictive.mean"]
trace = TraceMean(word(Sigma, G))
mean.claim(
    trace / (1 + alpha * trace),
    RandomMatrixLimit(),
    "the form concentrates at the trace; error O(1/d)",
    hypotheses=["lambda > 0 and bounded Sigma: the resolvent is at most 1/lambda"],
)

# %% [markdown]
# **The renormalised ridge** is defined by the kernel matrix: $1/\kappa$ is the limit of
# $\frac1n\mathrm{Tr}(\frac1nXX^\top+\lambda)^{-1}$, whose eigenvalues other than $1/\lambda$ are those of $G$; so
# $\lambda/\kappa=1-\alpha\eta$. With $\eta$ as it stands, $\lambda/\kappa=1/(1+\alpha b)$, $b$ the trace.

# %% tags=["derives:predictive.mean"]
mean.claim(lambda_ / kappa * trace, InsertRidge(), "lambda/kappa = 1 - alpha eta = 1/(1 + alpha b)")

# %% [markdown]
# **All at once.** What does the resolvent look like? Guess that the data act like $h\Sigma$ with a number $h$, and
# expand $G=(C+\lambda)^{-1}$ about $H=(h\Sigma+\lambda)^{-1}$. That is exact for every $h$; take $h=\lambda/\kappa$.

# %% tags=["derives:predictive.mean"]
h = lambda_ / kappa
H = Equivalent(h, lambda_)
mean.claim(
    h
    * (
        TraceMean(word(Sigma, H))
        + h * TraceMean(word(Sigma, H, Sigma, G))
        - TraceMean(word(Sigma, H, C, G))
    ),
    EverySample("resolvent identity"),
    "G = H + H (h Sigma - C) G",
)

# %% [markdown]
# The last trace is again a mean over rows, and $x_1$ is again taken out of the resolvent beside it.

# %% tags=["derives:predictive.mean"]
mean.claim(
    h
    * (
        TraceMean(word(Sigma, H))
        + h * TraceMean(word(Sigma, H, Sigma, G))
        - RowMean(RowForm(word(G1, Sigma, H)) / (1 + alpha * form))
    ),
    EverySample("Sherman-Morrison"),
    "the same division, with any vector on the right",
)

# %% [markdown]
# **Why that $h$.** The numerator concentrates at $\frac1d\mathrm{Tr}\,\Sigma H\Sigma G$ and the denominator at
# $1+\alpha b=1/h$: the two last terms cancel, and $G$ may be replaced by $H$ under a trace. Nothing used that the
# matrix in front was $\Sigma$, so
# $$(C+\lambda)^{-1}\;\simeq\;\Big(\tfrac\lambda\kappa\Sigma+\lambda\Big)^{-1}=\tfrac\kappa\lambda(\Sigma+\kappa)^{-1}$$
# under any bounded linear functional: this is the deterministic equivalent, and HP's $B=\kappa(\Sigma+\kappa)^{-1}$
# is the limit of $\lambda(C+\lambda)^{-1}$.

# %% tags=["derives:predictive.mean"]
mean.claim(
    h * TraceMean(word(Sigma, H)),
    RandomMatrixLimit(),
    "the row form concentrates at h times the second trace, and cancels it; error O(1/d)",
    hypotheses=["lambda > 0 and bounded Sigma"],
)

# %% tags=["derives:predictive.mean"]
mean.claim(
    DegreesOfFreedom(kappa, Sigma),
    DiagonalTrace(),
    "nothing random is left: the trace is a mean over the eigenvalues",
)

# %% tags=["derives:predictive.mean"]
mean.conclude()

# %% [markdown]
# The student keeps the share $\mathrm{df}_1(\kappa)$ of the teacher, as infinite data would with the larger ridge
# $\kappa$.
#
# ## The self-consistent equation
#
# What is $\kappa$? Its definition and the last result close on each other.

# %% tags=["derives:ridge.renormalized"]
close = Derivation("ridge.renormalized", lambda_)
close.claim(
    kappa * lambda_ * KernelTrace(lambda_),
    DefinedAsLimit(RenormalizedRidge),
    "1/kappa is the limit of the kernel's trace",
)

# %% tags=["derives:ridge.renormalized"]
close.claim(
    kappa * (1 - alpha * TraceMean(word(C, G))),
    EverySample("equal eigenvalues"),
    "both Gram matrices of the data share their nonzero eigenvalues; each other one adds 1/lambda",
)

# %% tags=["derives:ridge.renormalized"]
close.claim(
    kappa * (1 - alpha * MeanShrinkage(lambda_, alpha, Sigma)),
    DefinedAsLimit(MeanShrinkage),
    "eta by name",
)

# %% tags=["derives:ridge.renormalized"]
close.claim(
    kappa * (1 - alpha * DegreesOfFreedom(kappa, Sigma)),
    UseEqual("predictive.mean"),
    "the share kept is df1(kappa)",
)

# %% tags=["derives:ridge.renormalized"]
close.conclude()

# %% [markdown]
# The right side is convex in $\kappa$ and vanishes at 0, so there is one positive solution for every $\lambda>0$ and
# every $\alpha$. As $\lambda\to0$: for $\alpha<1$, $\kappa\simeq\lambda/(1-\alpha)\to0$; for $\alpha>1$, $\kappa$
# tends to the positive root of $\alpha\,\mathrm{df}_1(\kappa)=1$, a ridge that the missing data make; at $\alpha=1$,
# $\kappa\simeq\sqrt{\lambda/\tau}$ with $\tau=\frac1d\mathrm{Tr}\,\Sigma^{-1}$. For $\Sigma=S^2I$ the equation is
# quadratic:

# %% tags=["derives:ridge.isotropic"]
isotropic = Derivation("ridge.isotropic", kappa)
isotropic.claim(
    registry.statement("ridge.isotropic").rhs,
    PositiveRoot(),
    "(kappa - lambda)(Sigma + kappa) = alpha kappa Sigma has one positive root",
)

# %% tags=["derives:ridge.isotropic"]
isotropic.conclude()

# %% [markdown]
# ## How unsure the student is
#
# Averaged over prompts, $\phi^\top\Lambda^{-1}\phi$ is $\frac1d\mathrm{Tr}\,\Sigma\Lambda^{-1}$.

# %% tags=["derives:predictive.variance"]
variance = Derivation("predictive.variance", PredictiveVariance(alpha, sigma, gamma, Sigma))
posterior = DefinedAsLimit(PredictiveVariance)
variance.claim(posterior.meaning, posterior, "noise, and the posterior covariance at a new prompt")

# %% tags=["derives:predictive.variance"]
variance.claim(
    sigma**2 + gamma**2 * bare * TraceMean(word(Sigma, Gb)),
    EverySample("posterior covariance"),
    "the posterior covariance is gamma^2 lambda (C + lambda)^-1",
)

# %% tags=["derives:predictive.variance"]
variance.claim(
    sigma**2 + gamma**2 * renormalized * DegreesOfFreedom(renormalized, Sigma),
    RandomMatrixLimit(),
    "lambda (C + lambda)^-1 becomes kappa (Sigma + kappa)^-1; error O(1/d)",
    hypotheses=["lambda > 0 and bounded Sigma"],
)

# %% tags=["derives:predictive.variance"]
variance.conclude()

# %% [markdown]
# The self-consistent equation turns that into something simpler, which the paper does not print: **the predictive
# variance is the renormalised ridge itself**, $s^2=\gamma^2\kappa/\alpha$, just as the noise is the bare one,
# $\sigma^2=\gamma^2\lambda/\alpha$.

# %% tags=["derives:predictive.variance-ridge"]
units = Derivation(
    "predictive.variance-ridge", PredictiveVariance(alpha, sigma, gamma, Sigma)
)
units.claim(
    sigma**2 + gamma**2 * renormalized * DegreesOfFreedom(renormalized, Sigma),
    UseEqual("predictive.variance"),
    "as derived",
)

# %% tags=["derives:predictive.variance-ridge"]
units.claim(
    gamma**2 * renormalized / alpha,
    SelfConsistency(),
    "sigma^2 = gamma^2 lambda/alpha and kappa = lambda + alpha kappa df1",
)

# %% tags=["derives:predictive.variance-ridge"]
units.conclude()

# %% [markdown]
# ## How far off the student is
#
# The paper keeps of the prediction its mean over training sets, $m\simeq\phi^\top(I-B)w_T$, whose offset has the mean
# square $q$. One training set differs from the next, though, and the labels are noisy. For the full mean square $Q$
# go back to the posterior: $\mu-w=-\lambda(C+\lambda)^{-1}w+\frac{\sqrt
# d}{n}\sigma(C+\lambda)^{-1}X^\top\varepsilon$. Average over prompts, noise, and the direction of a teacher with
# $\frac1d|w|^2=\nu^2$.

# %% tags=["derives:predictive.mean-law"]
risk = Derivation("predictive.mean-law", TeacherRisk(alpha, sigma, gamma, Sigma, nu))
risk.claim(
    nu**2 * bare**2 * TraceMean(word(Gb, Sigma, Gb))
    + alpha * sigma**2 * TraceMean(word(Sigma, Gb, C, Gb)),
    BiasAndNoise(),
    "bias of a teacher of random direction, and noise",
)

# %% tags=["derives:predictive.mean-law"]
one, two = TraceMean(word(Sigma, Gb)), TraceMean(word(Sigma, Gb, Gb))
risk.claim(
    nu**2 * bare**2 * two + alpha * sigma**2 * (one - bare * two),
    EverySample("cyclic trace"),
    "the trace is cyclic, and C times its resolvent is 1 minus lambda times the resolvent",
)

# %% [markdown]
# **A derivative.** Two resolvents in one trace: $G^2=-\partial G/\partial\lambda$. The first trace tends to
# $\kappa\,\mathrm{df}_1(\kappa)/\lambda$, and so does its derivative (functions of $\lambda$ that are analytic and
# bounded near the positive axis converge with their derivatives). From the self-consistent equation
# $d\kappa/d\lambda=1/(1-\alpha\,\mathrm{df}_2)$: this is where the famous denominator comes from.

# %% tags=["derives:predictive.mean-law"]
df1, df2 = DegreesOfFreedom(renormalized, Sigma), SecondDegreesOfFreedom(renormalized, Sigma)
first = renormalized * df1 / bare
second = renormalized * df1 / bare**2 - df2 / (bare * (1 - alpha * df2))
risk.claim(
    nu**2 * bare**2 * second + alpha * sigma**2 * (first - bare * second),
    DifferentiatedEquivalent(),
    "the limit of the first trace, and minus its derivative; error O(1/d)",
    hypotheses=["lambda > 0 and bounded Sigma"],
)

# %% tags=["derives:predictive.mean-law"]
statement = registry.statement("predictive.mean-law")
risk.claim(
    statement.rhs,
    SelfConsistency(),
    "q = nu^2 kappa (df1 - df2), and lambda = kappa (1 - alpha df1)",
)

# %% tags=["derives:predictive.mean-law"]
risk.conclude()

# %% [markdown]
# So $Q$ is $q$ *plus the noise*, all of it *divided by* $1-\alpha\,\mathrm{df}_2<1$. Where $\alpha$ is small,
# $Q\simeq q$; at $\alpha$ of order one the two differ by factors, and near $\alpha=1$ without a ridge $Q$ diverges
# while $q$ vanishes.
#
# For a teacher of fixed weights in the eigenbasis the same holds with
# $$q=\tfrac1d\sum_iw_i^2s_i\,\kappa^2/(s_i+\kappa)^2:$$
# put $\lambda I+J\Sigma$ in the place of the ridge, which leaves every step as it is, and differentiate in $J$ at $0$.
# And as $\mu$ is, on average, $(I-B)w_T$, the moments with a judge $w_R$ follow, $g=w_T-w_R$:
# $$E\Delta_T\Delta_R=Q-\tfrac1dw_T^\top B\Sigma g,\qquad
# E\Delta_R^2=Q-\tfrac2dw_T^\top B\Sigma g+\tfrac1dg^\top\Sigma g.$$
# Given the training set the pair $(\Delta_T,\Delta_R)$ is exactly Gaussian over prompts, both being linear in $\phi$; its
# covariance, three quadratic forms in $\mu$, self-averages. So it is Gaussian in the limit, with these moments. Here they
# are against fitted students with one teacher and one judge, at $d=400$ and $n=800$, $200$.

# %% tags=["numbers"]
import numpy as np

from infscale_sym.sampling.threads import single_threaded_algebra
from infscale_sym.theory.regression.values.offsets import offset_moments

rng, d = np.random.default_rng(20251219), 400
spectrum = np.resize([2.0, 0.5], d)
w_t, w_r = np.cos(0.37 * np.arange(d)) + 0.5, np.sin(0.9 * np.arange(d))
noise, prior = 0.7, 0.9
for n in (800, 200):
    drawn = []
    for _ in range(40):
        x = rng.standard_normal((n, d)) * np.sqrt(spectrum)
        y = x @ w_t / np.sqrt(d) + noise * rng.standard_normal(n)
        lam = d / n * (noise / prior) ** 2
        with single_threaded_algebra():
            mu = np.sqrt(d) * np.linalg.solve(x.T @ x / n + lam * np.eye(d), x.T @ y / n)
        u, v = mu - w_t, mu - w_r
        drawn.append([np.mean(spectrum * u * u), np.mean(spectrum * u * v), np.mean(spectrum * v * v)])
    average, error = np.mean(drawn, 0), np.std(drawn, 0, ddof=1) / np.sqrt(len(drawn))
    law = offset_moments(d / n, noise, prior, spectrum, w_t, w_r)
    short = offset_moments(d / n, noise, prior, spectrum, w_t, w_r, law="printed")
    wanted = np.array([law.teacher, law.cross, law.judge])
    print(f"alpha = {d / n:g}:  drawn " + ", ".join(f"{a:.3f}({1000 * e:.0f})" for a, e in zip(average, error, strict=True)))
    print("              law   " + ", ".join(f"{v:.3f}" for v in wanted))
    print(f"              printed {short.teacher:.3f}, {short.cross:.3f}, {short.judge:.3f}")
    assert np.all(np.abs(average - wanted) < 4 * error + 0.01)  # 1/d corrections are below 0.01
    assert abs(average[0] - short.teacher) > 10 * error[0]

# %% [markdown]
# ## Double descent
#
# Left, $Q$ against the amount of data for wider and wider priors. The points are students of 40 training sets drawn at
# $d=80$ (two standard errors; only the label noise is averaged by hand). Without a ridge more data first *hurt*: at
# $n=d$ the data can just be interpolated, noise and all, and $Q\to\infty$. Right, the share of it that the printed $q$
# keeps.

# %% tags=["figure"]
from infscale_sym.theory.regression.figures import double_descent

double_descent((0.5, 2, 10, np.inf), d=80, training_sets=40, seed=3)

# %% [markdown]
# The limits can be had in closed form. For $\Sigma=I$ and $\gamma=\infty$: $Q=\sigma^2\alpha/(1-\alpha)$ for
# $\alpha<1$, and $Q=\nu^2(1-1/\alpha)+\sigma^2/(\alpha-1)$ for $\alpha>1$.
#
# ## Power laws
#
# Real spectra look like $s_i=i^{-(1+a)}$. Left: with fewer data than weights $\kappa$ does not follow $\lambda$ to
# zero; the eigenvalues below a floor cannot be seen at all (dotted: the root of $\alpha\,\mathrm{df}_1=1$). Right, a
# student whose prior fits its teacher: while noise is no matter the error falls as $n^{-a}$, later as $n^{-a/(1+a)}$.

# %% tags=["figure"]
from infscale_sym.theory.regression.figures import power_law_ridge

power_law_ridge((0.5, 1, 2), 100_000, 10.0, noises=(1, 0.3, 0.1, 0.03, 0.01), a=1)

# %% [markdown]
# ## Numbers to take along
#
# First, $\kappa$ of two spectra from the root of the self-consistent equation, and from a count that knows no
# equation: the moments of the kernel matrix by planar pairings (non-crossing partitions), summed into $1/\kappa$.
# Second, a student whose teacher is drawn from its prior knows exactly how wrong it is: $Q=s^2-\sigma^2$, to fifty
# digits.

# %% tags=["numbers"]
from fractions import Fraction

import mpmath

from infscale_sym.theory.regression.values.planar import ridge_from_moments_mp
from infscale_sym.theory.regression.values.ridge_exact import predictive_variance_mp, renormalized_ridge_mp, teacher_risk_mp
from infscale_sym.theory.regression.values.spectrum import PowerLaw

for name, Spectrum in (("2, 1/2", [2, Fraction(1, 2)]), ("i^-3/2, i <= 30", PowerLaw("0.5", 30))):
    root = renormalized_ridge_mp(2, Fraction(3, 2), Spectrum, digits=20)
    count = ridge_from_moments_mp(2, Fraction(3, 2), Spectrum, digits=20)
    print(f"{name:>16}:  root {mpmath.nstr(root, 20)}   planar pairings {mpmath.nstr(count, 20)}")
    with mpmath.workdps(30):
        assert abs(root / count - 1) < mpmath.mpf(10) ** -19

model = (Fraction(3, 2), Fraction(4, 5), Fraction(11, 10), [2, Fraction(1, 2)])
with mpmath.workdps(60):
    gap = teacher_risk_mp(*model, model[2], digits=52) - (predictive_variance_mp(*model, digits=52) - model[1] ** 2)
    print("Q - (s^2 - sigma^2) for a teacher from the prior: below 1e-50:", abs(gap) < mpmath.mpf(10) ** -50)
    assert abs(gap) < mpmath.mpf(10) ** -50
