"""The standard normal law for drawing by inversion: its distribution function and quantiles, also on the scale of logarithms.

float64, elementwise, as SciPy computes them: `ndtr(x)` = P(z < x), `log_ndtr`, and their inverses `ndtri`, `ndtri_exp`.
"""

from typing import Any

import scipy.special as special

ndtr: Any = special.ndtr
log_ndtr: Any = special.log_ndtr
ndtri: Any = special.ndtri
ndtri_exp: Any = special.ndtri_exp
