"""SymPy's `simplify` with a cache.

A rule is asked about each step once with the claim and three times with a perturbed one. What does not depend on the claim need
not be simplified again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy

simplify: Callable[..., Any] = lru_cache(maxsize=5000)(sympy.simplify)
