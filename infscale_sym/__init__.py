"""Machine-checked companion of the solvable theory of inference-time scaling (Halder & Pehlevan, arXiv:2512.19905).

    infscale_sym.formula(id)            a registered formula: statement, LaTeX, numbers, verdict
    infscale_sym.catalog.formulas()     all of them, in reading order
    infscale_sym.selection_error(...)   the exact error F_k(t; tau, rho) of choosing one of k answers
    infscale_sym.regression_error(...)  the error of the whole regression model, from its physical parameters to delta
    infscale_sym.plan(...)              the best split of a budget between training examples and answers, or the way to a target
    infscale_sym.passk(k, a, b)         coverage, pass@k, of problems with failure probabilities from Beta(a, b)
    infscale_sym.unbiased_passk(n,c,k)  the estimate of pass@k without bias, from c successes in n attempts
    infscale_sym.fit_coverage(...)      the Beta law of coverage (pass@k) fitted to counts, which read_counts(...) reads
    infscale_sym.simulate               the independent check: draw and count
    infscale_sym.errors                 what bad input raises

    infscale_sym.quantity(...)          a named quantity of your own, from its definition
    infscale_sym.asymptotic(...)        a claim of your own; equality(...) and inequality(...) likewise
    infscale_sym.Derivation(claim)      its derivation, every step checked
    infscale_sym.registry               the topics: this package's, other packages', and a user's own files

Everything is imported on first use, so that `import infscale_sym` costs nothing.

Docstrings cite a formula by its id (`infscale show ID`) and the sources by letters: HP, Halder & Pehlevan, arXiv:2512.19905
(HP-code is their companion code); L, Levi, arXiv:2410.16377; H, Halder, arXiv:2411.17807; AZP, Atanasov, Zavatone-Veth &
Pehlevan, arXiv:2405.00592. oo is infinity.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infscale_sym import catalog as catalog
    from infscale_sym import errors as errors
    from infscale_sym import registry as registry
    from infscale_sym import simulate as simulate
    from infscale_sym.catalog import formula as formula
    from infscale_sym.derive.engine import Derivation as Derivation
    from infscale_sym.notation.formula import Formula as Formula
    from infscale_sym.notation.formula import asymptotic as asymptotic
    from infscale_sym.notation.formula import equality as equality
    from infscale_sym.notation.formula import inequality as inequality
    from infscale_sym.notation.quantity import Quantity as Quantity
    from infscale_sym.notation.quantity import quantity as quantity
    from infscale_sym.notation.topic import Topic as Topic
    from infscale_sym.theory.coverage.fit.fit import fit_coverage as fit_coverage
    from infscale_sym.theory.coverage.fit.table import read_counts as read_counts
    from infscale_sym.theory.coverage.values.numeric import passk as passk
    from infscale_sym.theory.coverage.values.numeric import unbiased_passk as unbiased_passk
    from infscale_sym.theory.planning.plan import plan as plan
    from infscale_sym.theory.regression.values.error import regression_error as regression_error
    from infscale_sym.theory.selection.values import selection_error as selection_error

    __version__: str

_SUBMODULES = ("catalog", "errors", "registry", "simulate")
#: Public name -> the module that defines it.
_OBJECTS = {
    "Derivation": "infscale_sym.derive.engine",
    "Formula": "infscale_sym.notation.formula",
    "Quantity": "infscale_sym.notation.quantity",
    "Topic": "infscale_sym.notation.topic",
    "asymptotic": "infscale_sym.notation.formula",
    "equality": "infscale_sym.notation.formula",
    "fit_coverage": "infscale_sym.theory.coverage.fit",
    "formula": "infscale_sym.catalog",
    "inequality": "infscale_sym.notation.formula",
    "passk": "infscale_sym.theory.coverage.values.numeric",
    "plan": "infscale_sym.theory.planning.plan",
    "quantity": "infscale_sym.notation.quantity",
    "read_counts": "infscale_sym.theory.coverage.fit",
    "regression_error": "infscale_sym.theory.regression.values.error",
    "selection_error": "infscale_sym.theory.selection.values",
    "unbiased_passk": "infscale_sym.theory.coverage.values.numeric",
}

__all__ = [
    "Derivation",
    "Formula",
    "Quantity",
    "Topic",
    "__version__",
    "asymptotic",
    "catalog",
    "equality",
    "errors",
    "fit_coverage",
    "formula",
    "inequality",
    "passk",
    "plan",
    "quantity",
    "read_counts",
    "registry",
    "regression_error",
    "selection_error",
    "simulate",
    "unbiased_passk",
]


def __getattr__(name: str) -> Any:
    """Import what `__all__` names when it is first asked for (PEP 562)."""
    if name in _SUBMODULES:
        return importlib.import_module(f"infscale_sym.{name}")
    if name in _OBJECTS:
        return getattr(importlib.import_module(_OBJECTS[name]), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("infscale-sym")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext infscale_sym` in a notebook: derivations are set as mathematics (present.notebook)."""
    from infscale_sym.present.notebook import load_ipython_extension

    load_ipython_extension(shell)
