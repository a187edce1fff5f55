"""The standard normal law for drawing by inversion: its distribution function and quantiles, also on the scale of logarithms.

float64, elementwise, as SciPy computes them: `ndtr(x)` = P(z < x), `log_ndtr`, and their inverses `ndtri`, `ndtri_exp`.
"""

from scipy.special import log_ndtr, ndtr, ndtri, ndtri_exp

__all__ = ["log_ndtr", "ndtr", "ndtri", "ndtri_exp"]
