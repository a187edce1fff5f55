# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A generative model tested for real
#
# Levi (arXiv:2410.16377) supposes that the chance that an attempt fails follows a Beta law over problems, and tests this on a
# variational autoencoder that reconstructs images from a latent code with a temperature. Here is the smallest such experiment
# in which everything can be known: a *linear* autoencoder on the 1797 handwritten digits of 8×8 pixels that come with
# scikit-learn (`pip install 'infscale-sym[digits]'`). The model is fitted in closed form. The chance that an attempt succeeds
# is an integral that we compute to 13 digits, for every image, also where it is $10^{-12}$. So one can see what no
# experiment with counts sees: the true law of the chances, the true ceiling, and the truth of every forecast.
#
# ## The model
#
# Probabilistic PCA (Tipping & Bishop 1999): $x=\mu+Wz+\text{noise}$ with $z\sim\mathcal N(0,I_q)$ and noise of variance
# $\sigma^2$ in each of $D=64$ pixels. With $\lambda_1\ge\lambda_2\ge\dots$ the eigenvalues of the sample covariance and $u_j$
# its eigenvectors, maximum likelihood gives
# $$\sigma^2=\frac1{D-q}\sum_{j>q}\lambda_j,\qquad
# W=\bigl(u_1\sqrt{\lambda_1-\sigma^2},\dots,u_q\sqrt{\lambda_q-\sigma^2}\bigr).$$
# The code of an image is Gaussian with mean $M^{-1}W'(x-\mu)$ and covariance $\sigma^2M^{-1}$, $M=W'W+\sigma^2$: the encoder
# is linear too, and this is the optimum of a linear autoencoder (Lucas et al. 2019, arXiv:1911.02469). We fit $q=12$ codes to
# the first 899 images and make all attempts on the other 898.
#
# An **attempt** at temperature $t$ draws a code with the covariance $t\,\sigma^2M^{-1}$ around the mean code and decodes it.
# It **succeeds** if the squared error, summed over pixels, is at most $\varepsilon=400$ (2.5 grey levels of 16 a pixel).

# %%
import numpy as np
from scipy.special import chdtri, chndtr

from infscale_sym import fit_coverage
from infscale_sym.theory.autoencoder import *
from infscale_sym.theory.autoencoder.draws import fit_linear_vae, load_digits
from infscale_sym.theory.autoencoder.values import error_law
from infscale_sym.theory.coverage.fit import Counts

images, labels = load_digits()
train, test = images[:899], images[899:]
model = fit_linear_vae(train, 12)
eigenvalues = (model.loadings**2).sum(axis=0) + model.sigma2
threshold, warmths = 400.0, np.array([0.1, 0.3, 1.0, 3.0, 10.0])
print(f"sigma2 = {model.sigma2:.6g}, kept eigenvalues {eigenvalues[0]:.6g} to {eigenvalues[-1]:.6g}")

# %% [markdown]
# ## The chance of success, exactly
#
# In the basis $u_j$ an error has two parts. What lies outside the span of $W$ no code can change: the **floor**
# $r^2=\sum_{j>q}c_j^2$, $c_j=u_j'(x-\mu)$. Inside, the mean code misses the best one by $c_j\sigma^2/\lambda_j$,
# and noise comes on top:
# $$\text{error}=r^2+t\sum_{j\le q}S_j^2\bigl(\xi_j-\delta_j/\sqrt t\bigr)^2,\qquad
# S_j^2=\sigma^2\bigl(1-\sigma^2/\lambda_j\bigr),\quad
# \delta_j=\frac{\sigma^2c_j}{\lambda_jS_j},\quad \xi_j\sim\mathcal N(0,1).$$
# So $P=\Pr(Q\le y)$ with $y=\varepsilon-r^2$ and $Q$ a weighted sum of noncentral $\chi^2_1$ variables. Its Laplace transform
# is elementary, and
# $$\Pr(Q\le y)=\frac1{2\pi i}\int_{c-i\infty}^{c+i\infty}
# \frac{e^{sy}}s\prod_j\frac{e^{-sw_ja_j^2/(1+2w_js)}}{\sqrt{1+2w_js}}\,ds,
# \qquad w_j=tS_j^2,\quad a_j=\delta_j/\sqrt t.$$
# Put $c>0$ at the saddle point, and the integrand is nowhere larger than at $c$: a chance of $10^{-12}$ costs no digits. Bend
# the path to the left into a parabola, where $e^{sy}$ falls; the trapezoidal rule then converges geometrically. For chances
# near 1 a saddle between the first branch point and the pole at 0 gives $1-P$, again with all digits. All images and
# temperatures are one call:

# %%
law = error_law(test, model.mean, model.loadings, model.codes(test), model.covariance)
exact = law.chances(threshold, warmths[:, None])
P = np.exp(exact.log_below)
solvable = law.floor < threshold
ceiling = solvable.mean()
print(f"solvable: {solvable.sum()} of {len(test)} images, {ceiling:.4f}")
print("t        pass@1    least P of the solvable")
for t, row in zip(warmths, P, strict=True):
    print(f"{t:<6g} {row.mean():9.6f}    {row[solvable].min():.3e}")

# %% [markdown]
# Images with $r^2\ge\varepsilon$ are never solved. So here the **ceiling** of coverage is not a parameter to be fitted: it is
# the share of images with $r^2<\varepsilon$, and the temperature does not move it.
#
# Five test images, from easy to hopeless, with three attempts each at $t=1$ and at $t=10$:

# %% tags=["figure"]
from infscale_sym.theory.autoencoder.figures import gallery_picture

rng = np.random.default_rng(7)
order = np.argsort(law.floor)
rows = order[[90, 450, 640, 710, 840]]
factor = np.linalg.cholesky(model.covariance)
shown = (1.0, 10.0)
noise = rng.standard_normal((5, 2, 3, 12)) * np.sqrt(shown)[:, None, None]
attempts = model.decode(model.codes(test[rows])[:, None, None] + noise @ factor.T)
errors = ((attempts - test[rows][:, None, None]) ** 2).sum(axis=-1)
gallery_picture(test[rows], attempts, shown, errors, P[[2, 4]][:, rows].T, threshold)

# %% [markdown]
# ## By simulation
#
# One hundred attempts on each image at each temperature, drawn as codes and decoded into pixels; nothing of the formula is
# used. If $P$ is right, a count has the Binomial law, and its probability transform, spread evenly over its interval as
# counts are discrete, fills $[0,1]$ evenly over all images and temperatures.

# %%
from scipy.special import bdtr

number = 100
rng = np.random.default_rng(2)
counts = np.array([model.successes(test, threshold, t, number, rng) for t in warmths])
open_ = (P > 1e-3) & (P < 1 - 1e-3)
low = np.where(counts > 0, bdtr(counts - 1.0, number, P), 0.0)[open_]
high = bdtr(counts, number, P)[open_]
edges = np.linspace(0, 1, 21)[:, None]
bins = np.diff(np.clip((edges - low) / (high - low), 0, 1).sum(axis=1))
scores = ((counts - number * P)[open_]) / np.sqrt(number * (P * (1 - P))[open_])
print(f"{open_.sum()} pairs of an image and a temperature with 0.001 < P < 0.999")
print(f"z-scores: mean {scores.mean():+.3f} +- {scores.size**-0.5:.3f}, mean square {(scores**2).mean():.3f}")
print(f"successes where P = 0: {counts[P == 0].sum()}")

# %% tags=["figure"]
from infscale_sym.theory.autoencoder.figures import simulation_picture

simulation_picture(warmths, P, counts, number, bins)

# %% [markdown]
# ## Is the law of the chances a Beta law?
#
# Now forget $P$ and look at the counts only, as an experimenter does: fit the Beta law by maximum likelihood, with a ceiling
# where the counts ask for one, and test it against 99 tables drawn from the fitted law.

# %%
fits = [fit_coverage(Counts.of(np.full(len(test), number), row), replicates=99) for row in counts]


def local_exponent(log_fail, k):
    """-d ln(1 - pass@k/A)/d ln k of images with these ln(1 - P)."""
    left = np.exp(k * log_fail)
    return -k * (log_fail * left).mean() / left.mean()


print("t        a       b   [95 % interval]   ceiling [95 % interval]  goodness p   local exponent at k = 100, 1000")
for t, fit, row in zip(warmths, fits, exact.log_above, strict=True):
    b, A = fit.b_interval, fit.ceiling_interval
    print(
        f"{t:<5g} {fit.a:7.3g} {fit.b:7.3f}  [{b.low:.3f}, {b.high:.3f}]    {fit.ceiling:.3f} [{A.low:.3f}, {A.high:.3f}]"
        f"     {fit.goodness.p:.3f}        {local_exponent(row[solvable], 100):.3f}  {local_exponent(row[solvable], 1000):.3f}"
    )
print(f"true ceiling {ceiling:.3f}")

# %% tags=["figure"]
from infscale_sym.theory.autoencoder.figures import law_picture

law_picture(warmths[[1, 3, 4]], exact.log_below[[1, 3, 4]], [fits[1], fits[3], fits[4]], 12)

# %% [markdown]
# The answer depends on the temperature.
#
# - *Cold* ($t\le1$). Nearly every image is solved always or never, and a Beta law with both shapes small, plus a ceiling,
#   passes: there is little to contradict it.
# - *Warm* ($t=3$). The law is rejected. The density near $P=1$ does not rise or fall like a power.
# - *Hot* ($t=10$). All chances are small; a Beta law with large $a$, plus a ceiling, passes again. It is wrong where it
#   matters: the ceiling it reports is no ceiling, and the interval excludes the truth.
#
# In the lower row of the picture, the reason. The small chances follow a power law, roughly, with an exponent well below the
# fitted ones. A hundred attempts see little of it, and the fit takes the slow tail for images that cannot be solved.
#
# A stricter threshold or a laxer one, at $t=1$, and ten times as many attempts:

# %%
print("threshold  attempts  true A   fitted A [95 % interval]   fitted b [95 % interval]   goodness p   local, k = 100")
for level, tries in ((200.0, 100), (300.0, 100), (600.0, 100), (400.0, 3000)):
    below, above = law.chances(level, 1.0)
    drawn = rng.binomial(tries, np.exp(below))
    fit = fit_coverage(Counts.of(np.full(len(test), tries), drawn), replicates=39)
    b, A = fit.b_interval, fit.ceiling_interval
    local = local_exponent(above[law.floor < level], 100)
    print(
        f"{level:<9g} {tries:<9d} {(law.floor < level).mean():.3f}    {fit.ceiling:.3f} [{A.low:.3f}, {A.high:.3f}]       "
        f"{fit.b:.3f} [{b.low:.3f}, {b.high:.3f}]       {fit.goodness.p:.2f}         {local:.3f}"
    )

# %% [markdown]
# With enough attempts the test sees at $t=1$ too that the law is not Beta.
#
# A table is one draw. The hot verdict in ten more tables at $t=10$:

# %%
again = [fit_coverage(Counts.of(np.full(len(test), number), rng.binomial(number, P[4])), replicates=19) for _ in range(10)]
passed = sum(fit.goodness.p > 0.05 for fit in again)
missed = sum(fit.ceiling_interval.high < ceiling for fit in again)
print(f"of 10 tables, {passed} pass the test at 5 %; in {missed} the interval of the ceiling lies below the truth")

# %% [markdown]
# ## What the forecasts are worth
#
# For these images pass@$k=\frac1n\sum_i\bigl(1-(1-P_i)^k\bigr)$ is known at every $k$.

# %%
k = np.geomspace(1, 1e8, 161)
truth = [-np.expm1(k[:, None] * row).mean(axis=1) for row in exact.log_above]
print("t      pass@1e6    forecast   95 % band")
for t, fit, row in zip(warmths, fits, exact.log_above, strict=True):
    at, (lo, hi) = -np.expm1(1e6 * row).mean(), fit.band(1e6)
    print(f"{t:<5g} {at:9.4f}   {fit.passk(1e6):9.4f}   [{lo:.4f}, {hi:.4f}] {'holds' if lo <= at <= hi else 'misses'}")

# %% tags=["figure"]
from infscale_sym.theory.autoencoder.figures import coverage_picture

coverage_picture(warmths, k, truth, fits, ceiling)

# %% [markdown]
# ## The tail exponent, from the geometry
#
# Why is the tail so slow? Close to the ceiling the codes that succeed fill a small ball, $y=\varepsilon-r^2\to0$:
# $$P\approx C\,y^{q/2},\qquad C=\frac{e^{-\sum_j\delta_j^2/2t}}{\Gamma(\frac q2+1)\prod_j\sqrt{2tS_j^2}},$$
# with the relative correction $\frac y{q+2}\sum_j(a_j^2-1)/(2w_j)$, from the Laplace transform at infinity. The floor $r^2$
# has some density $f$ at $\varepsilon$ over the solvable images. So
# $\Pr(P<x)\approx f(\varepsilon)\,\mathbb E\,C^{-2/q}\,x^{2/q}$, and
# $$1-\frac{\text{pass@}k}A\simeq f(\varepsilon)\,\Gamma\bigl(1+\tfrac2q\bigr)\,\mathbb E\,C^{-2/q}\;k^{-2/q}:$$
# the tail exponent is $b=2/q$, **whatever the temperature and the threshold**, as long as $\mathbb E\,C^{-2/q}<\infty$. They
# only move the constant.
#
# For images that the model makes itself all of this is closed: $r^2\sim\sigma^2\chi^2_{D-q}$, and the $\delta_j$ are
# independent $\mathcal N(0,v_j)$, $v_j=\sigma^2/(\lambda_j-\sigma^2)$. The mean is finite only above $t_c=2v_{\max}/q$:
# $$\mathbb E\,C^{-2/q}=2t\,\Bigl(\Gamma(\tfrac q2+1)^2\prod_jS_j^2\Bigr)^{1/q}\prod_j\Bigl(1-\frac{2v_j}{qt}\Bigr)^{-1/2},
# \qquad b=\min\Bigl(\frac2q,\frac t{v_{\max}}\Bigr).$$
# Colder than $t_c$ a second kind of hard image decides, whose best code lies so far out that the sampler hardly reaches it
# ($\ln P\approx-\delta^2/2t$), and the exponent falls with the temperature. (A moment $\mathbb E\,P^{-s}$ is finite for $s$
# below both bounds, by Jensen's inequality for the density over the ball, and infinite beyond either.) Real pixels are
# bounded, so is $\delta$, and $2/q$ is the last word at any $t>0$.

# %%
from infscale_sym.theory.autoencoder.tail import GeneratedImages

own = GeneratedImages(eigenvalues, model.sigma2, 64)
own_threshold = model.sigma2 * chdtri(52, 0.2)  # 80 % of the model's own images can be solved
v = own.shift_variance
print(f"v = {v.min():.4f} to {v.max():.4f}, t_c = {own.freezing:.4f}, b above it {own.exponent(1.0):.4f}")
print("t        constant of k^(-1/6)    unsolved share x k^(1/6), over it, at k = 1e4, 1e8, 1e16")
settled = []
for t in warmths[1:]:
    constant = own.constant(own_threshold, t)
    ratio = own.unsolved([1e4, 1e8, 1e16], own_threshold, t, 8192).share * np.array([1e4, 1e8, 1e16]) ** (1 / 6) / constant
    settled.append(ratio[-1])
    print(f"{t:<6g} {constant:12.5f}            " + "   ".join(f"{value:.2f}" for value in ratio))

# %% [markdown]
# The law is right, and reached only far beyond any experiment: at $k=10^4$ the local exponent, $-d\ln(1-\text{pass@}k/A)/d\ln
# k$, is still about 0.2. The exponents fitted to a hundred attempts are two to five times the limit. (Here $\varepsilon$ is
# lower than for the real images, whose floors have a longer tail than the model's.)

# %% tags=["figure"]
from infscale_sym.theory.autoencoder.figures import exponent_picture

far = np.geomspace(1, 1e12, 73)
curves = {t: own.unsolved(far, own_threshold, t).exponent for t in warmths[1:].tolist()}
by_threshold = {0.8: curves[1.0]}
for share in (0.2, 0.5, 0.95):
    by_threshold[share] = own.unsolved(far, model.sigma2 * chdtri(52, 1 - share), 1.0).exponent
exponent_picture(far, curves, dict(zip(warmths[1:].tolist(), fits[1:], strict=True)), by_threshold, 12)

# %% [markdown]
# ## Which temperature?
#
# The constant $t\prod_j(1-2v_j/qt)^{-1/2}$ has its minimum at a few $t_c$: deep coverage wants a cool sampler, neither frozen
# nor warm. On the real images likewise; at one attempt the coldest tried is the best, and more attempts want more warmth:

# %%
fine = np.geomspace(0.003, 3, 25)
log_fail = law.chances(threshold, fine[:, None]).log_above[:, solvable]
for attempts_made in (1, 10, 100, 10_000):
    left = np.exp(attempts_made * log_fail).mean(axis=1)
    print(f"k = {attempts_made:<6d} best t {fine[left.argmin()]:.3g}, unsolved of the solvable {left.min():.5f}")
grid = np.geomspace(own.freezing * 1.01, 2, 400)
best = grid[own.constant(own_threshold, grid).argmin()]
print(f"own images, k -> oo: best t {best:.3g} = {best / own.freezing:.2f} t_c")

# %% [markdown]
# Sampling buys little from this model: its mean code is already nearly the best one. What is lost, is lost to the floor.
#
# ## Numbers to take along
#
# The exact chance against SciPy's noncentral $\chi^2$ law where all weights are equal; the small-ball law with its
# correction; the simulation (no success where $P=0$, mean square of the scores); the verdicts on the Beta law; and the
# constant of the tail.

# %%
from infscale_sym.theory.autoencoder.quadratic_form import chance_below

equal = chance_below(2.0 * np.array([0.1, 5.0, 30.0]), np.full(12, 2.0), np.full(12, 0.5))
assert np.abs(equal / chndtr([0.1, 5.0, 30.0], 12, 3.0) - 1).max() < 1e-9
close = law.floor[:5] + 1e-3
ratio = np.exp(np.diag(law.chances(close[:, None], 1.0).log_below) - np.diag(law.log_small_ball(close[:, None], 1.0)))[:5]
correction = 1e-3 / 14 * ((law.shift[:5] ** 2 - 1) / (2 * law.spread)).sum(axis=1)
assert np.abs((ratio - 1) / correction - 1).max() < 1e-2
assert counts[P == 0].sum() == 0
assert abs((scores**2).mean() - 1) < 4 * np.sqrt(2 / scores.size)
assert ((bins - bins.mean()) ** 2 / bins.mean()).sum() < chdtri(19, 1e-4)
assert fits[3].goodness.p <= 0.05 < min(fits[0].goodness.p, fits[1].goodness.p)
assert passed > 0
assert missed > 10 - missed
assert all(fit.b_interval.low > own.exponent(1.0) for fit in fits[2:])
assert np.abs(np.array(settled) - 1).max() < 0.02
