# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Harder prompts gain less
#
# The advantage of more samples shrinks as the task gets harder, say Halder & Pehlevan (arXiv:2512.19905). A prompt is as
# hard as its offset $|\tau|$ is large: so far is the student's mean from the teacher's answer, in units of the spread of
# the answers. This page makes the sentence precise for best-of-k with the teacher as judge, proves it at *every* number of
# answers, and then asks what "harder" means for a whole task, where it turns out that label noise acts the other way.

# %%
# %load_ext infscale_sym
from sympy import Derivative, Integral, Rational, diff, exp, log, pi, sqrt

from infscale_sym.theory.scaling import *

# %% [markdown]
# ## Many answers
#
# The gain of $k$ answers is how many times smaller they make the error: $\mathcal G_k(\tau)=F_1/F_k$.

# %% tags=["derives:difficulty"]
gain = Derivation("difficulty", SampleGain(k, tau))
gain.claim(
    SelectionError(1, 0, tau, tau) / SelectionError(k, 0, tau, tau),
    Unfold(SampleGain),
    "definition of the gain",
)

# %% tags=["derives:difficulty"]
gain.claim(
    (1 + tau**2) / SelectionError(k, 0, tau, tau),
    UseEquality("selection.single-answer"),
    "one answer",
)


# %% tags=["derives:difficulty"]
def exact_gain(point, digits):
    """(1 + tau^2)/F_k by enclosure."""
    import mpmath

    with mpmath.workdps(digits + 10):
        offset = mpmath.mpf(point[tau].numerator) / point[tau].denominator
        return (1 + offset**2) / best_of_k_exact(point, digits)


gain.claim(
    (1 + tau**2) / (pi * exp(tau**2) / k**2),
    UseFormula("best-of-k.leading", k, exact=exact_gain, digits=30),
    "relative error O(1/k) in F_k, hence O(k) in the gain",
    remainder=k,
)

# %% tags=["derives:difficulty"]
gain.claim(k**2 * (1 + tau**2) * exp(-(tau**2)) / pi, Algebra(), "collect")

# %% tags=["derives:difficulty"]
gain.conclude()

# %% [markdown]
# The gain always grows as $k^2$, but its constant falls: in $v=\tau^2$ it is $(1+v)e^{-v}/\pi$, with slope $-v\,e^{-v}/\pi$.

# %% tags=["numbers"]
from sympy import Symbol, simplify

v = Symbol("v", nonnegative=True)
slope = simplify(diff((1 + v) * exp(-v) / pi, v))
print("slope in tau^2 of the constant:", slope)
assert slope.is_nonpositive

# %% [markdown]
# ## Every number of answers
#
# That is a statement about $k\to\infty$, and it comes late: at a large offset the law takes over only beyond
# $k\sim e^{\tau^2/2}$. So ask at finite $k$ how much the error grows, relatively, when the prompt becomes a little harder:
# $\mathcal D_k=d\ln F_k/d\tau^2$. With more answers it is larger.

# %% tags=["derives:difficulty.slope"]
slopes = Derivation("difficulty.slope", DifficultySlope(m, tau))


def steps_from_definition(count):
    """(expression, rule) four times: from the slope at `count` answers to integrals."""
    inside = tail_integral(count)
    opened = Derivative(log(SelectionError(count, 0, tau, tau)), tau) / (2 * tau)
    moved = Integral(diff(2 * r * power_of_survival(count), tau), *inside.limits)
    return (
        (opened, Unfold(DifficultySlope)),
        (Derivative(log(inside), tau) / (2 * tau), AsTail()),
        (moved / inside / (2 * tau), SlopeOfTail()),
        (slope_integral(count) / (2 * tau * inside), ByParts()),
    )


opened, tails, moved, folded = steps_from_definition(m)
slopes.claim(*opened, "definition of the slope")

# %% tags=["derives:difficulty.slope"]
slopes.claim(*tails, "F is the integral of the tail of the closest answer's squared distance")

# %% tags=["derives:difficulty.slope"]
slopes.claim(*moved, "differentiate under the integral")

# %% tags=["derives:difficulty.slope"]
slopes.claim(*folded, "dS/dtau = tanh(tau r) (-dS/dr), and the boundary term vanishes")

# %% [markdown]
# So the slope is the mean of $\eta=[r\tanh(\tau r)]'/2\tau r$ under the weight $rS^m$. As $r$ grows, $\eta$ falls from 1
# to 0. More answers multiply the weight by $S^{k-m}$, which falls too: the weight moves to where $\eta$ is larger. That is
# Chebyshev's integral inequality, and the step is an inequality.

# %% tags=["derives:difficulty.slope"]
slopes.claim(
    slope_integral(k) / (2 * tau * tail_integral(k)),
    MoreAnswers(m),
    "a falling function, weighted nearer to zero",
    hypotheses=["k >= m", "the mean is even in tau: take tau > 0"],
)

# %% tags=["derives:difficulty.slope"]
slopes.claim(DifficultySlope(k, tau), Backwards(steps_from_definition(k)), "the slope at k answers")

# %% tags=["derives:difficulty.slope"]
slopes.conclude()

# %% [markdown]
# At $m=1$ the slope is $1/(1+\tau^2)$, at $k\to\infty$ it is 1; at every $k$ it lies between. Integrate from an easier
# prompt $\tau_0$ to a harder one $\tau$:

# %% tags=["derives:difficulty.every-k"]
every = Derivation("difficulty.every-k", SampleGain(k, tau))
log_ratio = Integral(2 * x * (DifficultySlope(1, x) - DifficultySlope(k, x)), (x, tau_0, tau))
every.claim(
    SampleGain(k, tau_0) * exp(log_ratio),
    FromEasier(),
    "the slope of ln(F_1/F_k) in tau^2 is D_1 - D_k",
    hypotheses=["the gain is even in the offset: take 0 <= tau_0 <= tau"],
)

# %% tags=["derives:difficulty.every-k"]
every.claim(
    SampleGain(k, tau_0),
    DropFalling("difficulty.slope"),
    "the integrand is nowhere positive",
    hypotheses=["tau_0 <= tau, both >= 0; k >= 1"],
)

# %% tags=["derives:difficulty.every-k"]
every.conclude()

# %% [markdown]
# The same two lines with $m$ in place of 1 give: $F_m/F_k$ falls with $|\tau|$ for all $k>m\ge1$, so the local exponent
# $-d\ln F_k/d\ln k$ falls as well. And $F_k/(1+\tau^2)$, the error in units of that of one answer, rises with $|\tau|$ at
# every $k>1$.

# %% tags=["figure"]
from infscale_sym.theory.scaling.figures import gains_and_exponents

gains_and_exponents(offsets=(0.25, 1.0, 2.0, 3.0, 4.0))

# %% [markdown]
# ## Over prompts
#
# Average both errors over prompts and training sets, where $\tau\sim N(0,Q/s^2)$.

# %% tags=["derives:difficulty.averaged"]
model = (alpha, sigma, gamma, Sigma, nu)
ratio = TeacherRisk(*model) / PredictiveVariance(alpha, sigma, gamma, Sigma)
mean = Derivation("difficulty.averaged", AveragedSampleGain(k, *model))
mean.claim(
    AveragedSelectionError(1, *model) / AveragedSelectionError(k, *model),
    Unfold(AveragedSampleGain),
    "definition of the averaged gain",
)

# %% tags=["derives:difficulty.averaged"]
mean.claim((1 + ratio) / AveragedSelectionError(k, *model), AverageOfOne(), "one answer, averaged")


# %% tags=["derives:difficulty.averaged"]
def exact_averaged(point, digits):
    """(1 + Q/s^2)/E F_k in float64."""
    return averaged_exact({**point, k: 1}, digits) / averaged_exact(point, digits)


mean.claim(
    (1 + ratio) / (pi / (k**2 * sqrt(1 - 2 * ratio))),
    UseFormula(
        "best-of-k.averaged.corrected",
        k,
        exact=exact_averaged,
        values={
            alpha: (Rational(1, 5), Rational(1, 10)),
            sigma: (1,),
            gamma: (Rational(1, 2), Rational(1, 3)),
            Sigma: (1,),
            nu: (Rational(1, 4), Rational(1, 2)),
        },
    ),
    "the averaged law",
    hypotheses=["3 Q < s^2, so that the next order has a finite mean too"],
    remainder=k,
)

# %% tags=["derives:difficulty.averaged"]
mean.claim(k**2 * (1 + ratio) * sqrt(1 - 2 * ratio) / pi, Algebra(), "collect")

# %% tags=["derives:difficulty.averaged"]
mean.conclude()

# %% [markdown]
# With $v=Q/s^2$ the logarithm of the constant has the slope $\tfrac1{1+v}-\tfrac1{1-2v}=-3v/((1+v)(1-2v))$: it falls, to
# zero at $2Q=s^2$. At finite $k$ too, the averaged gain falls with $v$: it is the mean of $F_1/F_k$ under a weight $F_k$
# times a Gaussian that widens with $v$, and $F_1/F_k$ falls with $|\tau|$.
#
# ## What makes a task harder?
#
# So everything hangs on $v=Q/s^2$. For isotropic features, with $m=\mathrm{df}_1(\kappa)$ the share of the teacher that
# the student keeps,
#
# $$v=\alpha m\left[1+\left(\frac{\nu^2}{\gamma^2}-1\right)\frac{1-m}{1-\alpha m^2}\right].$$
#
# A larger teacher norm $\nu$ is harder, always. Noise is not: it hides the teacher, so $Q$ rises, but it also widens the
# answers, and $s^2$ wins. For a teacher from the student's prior $v=\alpha m$, and $m$ falls as the noise grows: **more
# label noise raises the gain of more answers**. For $\alpha<1$ it does so at every noise level exactly if
# $\nu^2\le(2-\alpha)\gamma^2$; otherwise weak noise makes the task harder first.

# %% tags=["numbers"]
a, c, h = (
    Symbol(name, positive=True) for name in ("alpha", "c", "h")
)  # h = kappa/Sigma, c = nu^2/gamma^2 - 1
share = 1 / (1 + h)
hardness = a * share * (1 + c * (1 - share) / (1 - a * share**2))
at_weak_noise = simplify(diff(hardness, h).subs(h, 0))
print("slope of Q/s^2 in kappa at weak noise:", at_weak_noise.factor())
assert simplify(at_weak_noise - a * (c / (1 - a) - 1)) == 0
# It is nowhere positive if c <= ((1+h)^2 - a)^2/((1+h)^2 (1-a-h^2)) for h^2 < 1 - a; that bound rises with h from 1 - a:
bound = ((1 + h) ** 2 - a) ** 2 / ((1 + h) ** 2 * (1 - a - h**2))
claimed = -a / (1 + h) ** 2 + a * c * (1 - a - h**2) / ((1 + h) ** 2 - a) ** 2
assert simplify(diff(hardness, h) - claimed) == 0
assert simplify(bound.subs(h, 0) - (1 - a)) == 0
rises = 2 * (1 + h) / ((1 + h) ** 2 - a) - 1 / (1 + h) + h / (1 - a - h**2)
assert simplify(diff(log(bound), h) - 2 * rises) == 0
assert (
    simplify(
        2 * (1 + h) / ((1 + h) ** 2 - a)
        - 1 / (1 + h)
        - ((1 + h) ** 2 + a) / ((1 + h) * ((1 + h) ** 2 - a))
    )
    == 0
)

# %% tags=["figure"]
from infscale_sym.theory.scaling.figures import what_is_harder

what_is_harder()

# %% [markdown]
# Nor does less data always make a task harder in this sense: where the prior is right or too narrow it does, but with a
# teacher weaker than the prior expects ($\nu=\gamma/2$) $Q/s^2$ has a maximum below $\alpha=1$. A student with hardly any
# data knows that it knows nothing, its answers spread widely, and some of them are good.
#
# ## Numbers to take along
#
# The error in units of that of one answer, enclosed on a grid of offsets: it rises with $|\tau|$ at every $k$ shown. The
# theorem above says that it does so at every real $k>1$.

# %% tags=["numbers"]
from itertools import pairwise

from infscale_sym import formula

gain_of = formula("difficulty").lhs
offsets = [n / 4 for n in range(13)]
for count in (2, 3, 10, 100, 10**6):
    balls = [gain_of.arb(count, offset, digits=20) for offset in offsets]
    assert all(harder < easier for easier, harder in pairwise(balls))
    print(
        f"k = {count:>7}:  gain at tau = 0, 1, 2, 3: ",
        *(f"{float(balls[i].mid()):.6g}" for i in (0, 4, 8, 12)),
    )
