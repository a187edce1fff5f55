"""The independent check: draw and count (the model of HP, arXiv:2512.19905, and its neighbours). NumPy only.

Nothing here knows a formula or a quadrature of the package; it shares with the rest only the definition of the
model. `selection` simulates the choice among k answers at fixed offsets, `chosen_answers` the answer that best-of-k
picks, `regression` teacher and student from the training data to the score. Every estimate comes with its standard
error; a seed fixes every number bit for bit, whatever the number of workers and the chunk size.
"""

from infscale_sym.sampling.streams import Estimate
from infscale_sym.theory.regression.draws.regression import RegressionResult, regression
from infscale_sym.theory.regression.draws.spectra import ShareEstimate, posterior_against_ridge, ridge_share
from infscale_sym.theory.selection.draws.selection import SelectionResult, chosen_answers, selection

__all__ = [
    "Estimate",
    "RegressionResult",
    "SelectionResult",
    "ShareEstimate",
    "chosen_answers",
    "posterior_against_ridge",
    "regression",
    "ridge_share",
    "selection",
]
