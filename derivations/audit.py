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
    again = verify(formula(row["id"]).record, digits=20, quick=True)
    print(f"{row['id']}: {again.verdict}")
    assert again.verdict == row["verdict"]
