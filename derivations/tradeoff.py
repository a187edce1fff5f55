# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # More answers or more data?
#
# Halder & Pehlevan (arXiv:2512.19905, Remark 6) compare two ways to spend compute: more answers $k$ at inference, or more
# training pairs $n$. For best-of-k with the teacher as judge, at fixed $\alpha=d/n<1$ and under two conditions of
# smallness, they find $|d\log\delta/d\log k|=2\gg|d\log\delta/d\log n|$.
#
# The first half is a law, and it is derived below with its remainder. The second half depends on what one puts in for the
# offset of the student: here both slopes are computed, exactly and in closed form, and "$\gg$" becomes a number.

# %%
# %load_ext infscale_sym
from sympy import Derivative, Integer, Rational, log, sqrt

from infscale_sym.theory.scaling import *

model = (alpha, sigma, gamma, Sigma, nu)

# %% [markdown]
# ## The exponent in the answers
#
# $\delta=s^2\,\mathbb E F_k$, and $s^2$ does not depend on $k$.

# %% tags=["derives:tradeoff.exponents"]
answers = Derivation("tradeoff.exponents", SampleExponent(k, *model))
answers.claim(
    -k * Derivative(log(AveragedSelectionError(k, *model)), k),
    Unfold(SampleExponent),
    "definition of the exponent",
)

# %% tags=["derives:tradeoff.exponents"]


def exact_exponent(point, digits):
    """The exponent of the exact average, in float64."""
    import mpmath

    from infscale_sym.theory.scaling.values import sample_exponent

    return mpmath.mpf(float(sample_exponent(float(point[k]), *(float(point[s]) for s in model))))


answers.claim(
    Integer(2),
    SlopeOfLaw(
        "best-of-k.averaged.corrected",
        1 / k,
        exact=exact_exponent,
        values={
            alpha: (Rational(1, 5), Rational(1, 10)),
            sigma: (1,),
            gamma: (Rational(1, 2), Rational(1, 3)),
            Sigma: (1,),
            nu: (Rational(1, 4), Rational(1, 2)),
        },
        at=("1e3", "1e6"),
    ),
    "the averaged law is a pure power of k",
    hypotheses=[
        "3 Q < s^2; the expansion holds in a sector of complex k, so it may be differentiated"
    ],
    remainder=1 / k,
)

# %% tags=["derives:tradeoff.exponents"]
answers.conclude()

# %% [markdown]
# ## The exponent in the data
#
# For many answers $\delta\sim\pi s^2/(k^2\sqrt{1-2Q/s^2})$ (`best-of-k.averaged.corrected`). At fixed $d$ more data means
# a smaller $\alpha=d/n$, so $-d/d\ln n=\alpha\,d/d\alpha$.

# %% tags=["derives:tradeoff.data-exponent.corrected"]
kappa = RenormalizedRidge(BareRidge(alpha, sigma, gamma), alpha, Sigma)
share = DegreesOfFreedom(kappa, Sigma)
s2 = PredictiveVariance(alpha, sigma, gamma, Sigma)
data = Derivation("tradeoff.data-exponent.corrected", DataExponent(*model))
data.claim(
    alpha * Derivative(log(s2 / sqrt(1 - 2 * TeacherRisk(*model) / s2)), alpha),
    Unfold(DataExponent),
    "definition: k drops out of the slope in alpha",
    hypotheses=["2 Q < s^2"],
)

# %% [markdown]
# **Isotropic features.** The equation of the renormalised ridge, $\lambda=\kappa(1-\alpha m)$ with
# $m=\mathrm{df}_1(\kappa)$, turns the predictive variance into $s^2=\gamma^2\kappa/\alpha$, and the risk into a multiple of
# it.

# %% tags=["derives:tradeoff.data-exponent.corrected"]
data.claim(
    alpha * Derivative(log(gamma**2 * kappa / alpha) - log(1 - 2 * offset_ratio(share)) / 2, alpha),
    Isotropic(),
    "closed forms of s^2 and Q/s^2",
    hypotheses=["Sigma = number * I; Q is the risk of ridge regression (predictive.mean-law)"],
)

# %% [markdown]
# **Implicit differentiation.** $\kappa$ moves with $\alpha$: $\alpha\,d\kappa/d\alpha=\kappa/(1-\alpha m^2)$.

# %% tags=["derives:tradeoff.data-exponent.corrected"]
data.claim(
    data_exponent(share, TeacherRisk(*model) / s2),
    ImplicitSlope(),
    "differentiate, put in the slope of the ridge, and write Q/s^2 for its closed form",
)

# %% tags=["derives:tradeoff.data-exponent.corrected"]
data.conclude()

# %% [markdown]
# The first term is the slope of $s^2$, the second that of $Q/s^2$. The printed law keeps neither: with $s^2\to\sigma^2$ and
# $q$ in place of $Q$ only the squared bias is left, $q\propto\kappa^2$, and the slope is small with $q/\sigma^2$. But the
# offset of the student is mostly *variance*: noise of the training set that it has fitted. For a teacher from the
# student's prior ($\nu=\gamma$) the exponent is
#
# $$\frac{\alpha m^2\,(2-3\alpha m)}{(1-\alpha m^2)(1-2\alpha m)},$$
#
# which for a small ridge, $m\to1$, is $\alpha(2-3\alpha)/((1-\alpha)(1-2\alpha))$: no small number unless $\alpha$ is. It
# reaches 2, the exponent in the answers, at $\alpha=(4-\sqrt2)/7=0.369\ldots$, and grows without bound as
# $\alpha\to\tfrac12$.

# %% tags=["numbers"]
from sympy import Symbol, factor, limit, simplify, solve

part = Symbol("m", positive=True)
own_prior = simplify(data_exponent(part, offset_ratio(part)).subs(nu, gamma))
claimed = (
    alpha * part**2 * (2 - 3 * alpha * part) / ((1 - alpha * part**2) * (1 - 2 * alpha * part))
)
assert simplify(own_prior - claimed) == 0
equal = min(solve(own_prior.subs(part, 1) - 2, alpha))
print("small ridge:", factor(own_prior.subs(part, 1)))
print("both exponents equal at alpha =", equal, "=", f"{float(equal):.12f}")
assert simplify(equal - (4 - sqrt(2)) / 7) == 0

# %% [markdown]
# How, then, can the remark hold "at fixed $\alpha<1$"? Through its condition $(\gamma^2/d)\,\mathrm{Tr}(B\Sigma)\ll\sigma^2$:
# for isotropic features that ratio is exactly $\alpha m/(1-\alpha m)$, so the condition *is* $\alpha m\ll1$. Either
# $\alpha$ itself is small, or the ridge is so large that the student learns next to nothing ($m\ll1$), against the other
# condition $R\ll\sigma^2$ in units where $\sigma^2\lesssim\Sigma$. Where the condition holds the conclusion does: the
# exponent is then close to $2\alpha m^2$. Where $\alpha$ is merely below 1 it need not.

# %% tags=["numbers"]
learned = gamma**2 * Symbol("kappa", positive=True) * part
noise = (
    gamma**2 * Symbol("kappa", positive=True) * (1 - alpha * part) / alpha
)  # lambda = kappa (1 - alpha m)
assert simplify(learned / noise - alpha * part / (1 - alpha * part)) == 0
assert limit(own_prior / (2 * alpha * part**2), alpha, 0) == 1

# %% [markdown]
# ## What the slopes are at finite k
#
# Exact slopes of the exact average at finite $k$ (lines), the limits of large $k$ (dashed), and what the printed law gives
# for the data (dotted).

# %% tags=["figure"]
from infscale_sym.theory.scaling.figures import both_exponents

both_exponents()

# %% [markdown]
# ## Where more answers beat more data
#
# The ratio of the two exponents in the limit of many answers. Left: a teacher from the student's prior, against $\alpha$
# and the noise. Right: small ridge, $\sigma=0.1\,\gamma S$, against $\alpha$ and the strength of the teacher.

# %% tags=["figure"]
from infscale_sym.theory.scaling.figures import answers_or_data

answers_or_data()

# %% [markdown]
# In the grey region $2Q>s^2$: there the law in $k$ is $k^{-\theta}$, $\theta=s^2/Q<2$, and because $\theta$ depends on
# $\alpha$ the slope in $\ln n$ grows like $\ln k$. With enough answers already drawn, data wins on that side always.
#
# ## Numbers to take along
#
# The closed form against the slope of the exact average at finite $k$ (another method: no asymptotic law, no implicit
# derivative), and the printed one; the limit is reached the later, the nearer $2Q$ is to $s^2$. The last line holds the
# parameters of the authors' own best-of-k figure, where $\alpha=10^{-3}$ and their conclusion is right.

# %% tags=["numbers"]
from infscale_sym import formula
from infscale_sym.theory.scaling.values import data_exponent_at

printed, corrected = (
    formula(f"tradeoff.data-exponent.{kind}") for kind in ("printed", "corrected")
)
settings = (
    (0.05, 1.0, 0.5, 1.0, 0.5),
    (0.3, 0.1, 1.0, 1.0, 1.0),
    (0.3694, 0.01, 1.0, 1.0, 1.0),
    (0.4, 0.1, 1.0, 1.0, 0.5),
    (1e-3, 1e-4, 1e-3, 1.0, 2.0),
)
for setting in settings:
    few, some, many = data_exponent_at([10, 1e3, 1e6], *setting)
    claim, wrong = (float(f.rhs.numpy(*setting)) for f in (corrected, printed))
    print(
        f"alpha = {setting[0]:<6}  k = 10: {few:.4f}  10^3: {some:.4f}  10^6: {many:.4f}"
        f"  closed form: {claim:.4f}  printed: {wrong:.4f}  ratio {2 / claim:.3g}"
    )
    assert abs(claim - many) < abs(claim - some) < abs(claim - few)
    assert abs(claim / many - 1) < 6e-3
