# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The audit of the paper
#
# Halder & Pehlevan (arXiv:2512.19905) state results and remarks about a solvable model of inference-time scaling. Here
# is every one of them that the project's notes quote, with a verdict, and three legs of evidence side by side: a
# derivation whose steps are checked, digits against the exact quantity, and a simulation that shares nothing with
# either but the definition of the model. No leg stands for another.
#
# *Holds* means an equality, or an inequality, everywhere in its domain; *holds in the limit* an asymptotic statement
# with the measured order of its remainder; *refuted* means that there is a counterexample, and then the corrected
# statement follows with its own verdict.
#
# The table is made from the ledger that `infscale verify --report` wrote, which holds all numbers behind it; nothing in
# it is typed.

# %%
from IPython.display import Markdown

from infscale_sym import formula
from infscale_sym.present import audit

rows = audit.load("../docs/ledger/ledger.json")
Markdown(audit.markdown(rows))

# %% [markdown]
# ## A sample, verified now
#
# A stored table can be old. Some statements, drawn with a fixed seed, are verified again here (with fewer points and
# draws than for the ledger), and must come to the same verdict.

# %%
import numpy as np

from infscale_sym.verify import verify

cheap = [row for row in rows if row["seconds"] < 8]
for number in sorted(np.random.default_rng(20251219).choice(len(cheap), 4, replace=False)):
    row = cheap[number]
    again = verify(formula(row["id"]), digits=20, quick=True)
    print(f"{row['id']}: {again.verdict}")
    assert again.verdict == row["verdict"]

# %% [markdown]
# ## Where theory and simulation disagree
#
# **The average over prompts** (Results 1, 3 and Remark 5). The printed predictive mean is the mean over training sets.
# One training set differs from the next, and its noise stays in the prediction: $Q$ in place of $q$. Students
# fitted end to end at four sizes, extrapolated in $1/d$, decide between the laws:

# %%
from infscale_sym.theory.regression.evidence import extrapolated_evidence

evidence = extrapolated_evidence()
for law in ("full", "printed"):
    apart = np.array([(row.delta - getattr(row, law)) / row.error for row in evidence])
    spread = np.sqrt(np.mean(apart**2))
    print(f"{law:>8}: {apart.size} settings, root mean square {spread:.2f} standard errors")
    assert (spread < 1.2) == (law == "full")

# %% [markdown]
# The printed law holds where the training noise is negligible: for one answer its defect is exactly
# $\alpha\,\mathrm{df}_2$ of $\sigma^2 + Q$ (`averaged.printed-law-reach`), within one per cent for $\alpha \le 0.01$.
# With a judge of its own (HP-code's $c = 1$) at zero temperature there is no such domain: what many answers leave is
# $c^2 Q$, and at small $\alpha$ nearly all of $Q$ is training noise.

# %%
from infscale_sym import regression_error

d, sigma, gamma, nu = 10, 0.3, 1.0, 1.0
for alpha in (0.001, 0.05, 0.5):
    model = (d / alpha, d, 1.0, sigma, gamma, nu)
    for c in (0, 1):
        full, printed = (float(regression_error(64, 0, *model, c=c, law=law)) for law in ("full", "printed"))
        print(f"alpha = {alpha:<5}  c = {c}  k = 64: printed {100 * (printed / full - 1):+6.1f} %")

# %% [markdown]
# **The third term in $1/t$** (HP-code) has the wrong dependence on $k$: it vanishes at two and three answers, where
# the true one does not, because the fourth sample cumulant of $k$ draws is not a multiple of that of one.
#
# **The best number of answers** (Remark 3): the printed $2t_*/(t_* - t)$ is the temperature rule of Remark 4 solved for
# $k$. That is the $k$ for which $t$ is the best temperature, not the best $k$ at $t$, which is
# $\tfrac43 t_c/(t_c - t)$ for the threshold $t_c$.
#
# **Thresholds and optima** (Remarks 2 to 4) are right in their growing terms as $1 + 2\rho\tau \to 0^+$ and
# only there; their constants are not.

# %%
from fractions import Fraction

from infscale_sym.theory.optima.values.exact import critical_temperature_mp

h, rho = Fraction(10**6), Fraction(3, 2)
boundary = critical_temperature_mp((1 / h - 1) / (2 * rho), rho, 20)
constant = float(boundary - int(3 * rho**2 * h))
print(f"threshold minus 3 rho^2 h: {constant:.5f}; printed +3, exact criterion -5/3")
assert abs(constant + 5 / 3) < 1e-5

# %% [markdown]
# **More samples against more data** (Remark 6): the data exponent of the printed law leaves out the same training noise.
# The conclusion "samples, not data" needs $\alpha\,\mathrm{df}_1 \ll 1$, which is what the remark's own condition
# $(\gamma^2/d)\operatorname{Tr} B\Sigma \ll \sigma^2$ says; a fixed $\alpha < 1$ is not enough.

# %%
from infscale_sym.theory.scaling.values import data_exponent

printed = formula("tradeoff.data-exponent.printed").rhs
for alpha in (0.001, 0.05, 0.3):
    values = {"alpha": alpha, "sigma": 0.1, "gamma": 1.0, "Sigma": 1.0, "nu": 1.0}
    claimed = float(printed.numpy(*(values[str(s)] for s in formula("tradeoff.data-exponent.printed").symbols)))
    true = float(data_exponent(*values.values()))
    print(f"alpha = {alpha:<5}  data exponent {true:.4f}, printed {claimed:.4f}; sample exponent 2")

# %% [markdown]
# ## Where the theory is better than printed
#
# *Monotonicity*: with the teacher as judge one answer more never hurts, at any temperature and offset; and it suffices
# that $1 + 2\rho(\tau - \rho) \ge 0$ (`monotone`, `monotone.close-judge`: proved for every whole $k$). *Difficulty*: the
# gain falls with the offset at every $k$, not only in the limit (`difficulty.every-k`). *The predictive variance* is the
# renormalised ridge in other units, $s^2 = \gamma^2\kappa/\alpha$ (`predictive.variance-ridge`).
#
# The numbers above come from the committed ledger and evidence, whose generators are `infscale verify --report` and
# `tests/data/make_regression_evidence.py`, and from the library as it runs here.
