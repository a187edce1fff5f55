"""Every symbol of the project, once: its SymPy object, LaTeX, domain, meaning, and what the papers call it.

Letters clash between the sources: R is a ridge and a distance, S a scale and a survival function, phi a feature and a
density. Here every object has one symbol of its own; the last column of the table keeps the papers readable.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Symbol


@dataclass(frozen=True)
class Notation:
    """One line of the notation table. `between` is the range that random checks draw from (inside the domain)."""

    symbol: Symbol
    latex: str
    domain: str
    meaning: str
    papers: str = ""
    between: tuple[str, str] = ("0.1", "3")


k = Symbol("k", positive=True)
t = Symbol("t", nonnegative=True)
tau = Symbol("tau", real=True)
rho = Symbol("rho", real=True)
z = Symbol("z", real=True)
r = Symbol("r", nonnegative=True)
u = Symbol("u", nonnegative=True)
x = Symbol("x", nonnegative=True)
y = Symbol("y", nonnegative=True)
j = Symbol("j", integer=True, nonnegative=True)
alpha = Symbol("alpha", positive=True)
sigma = Symbol("sigma", positive=True)
gamma = Symbol("gamma", positive=True)
lambda_ = Symbol("lambda", positive=True)
Sigma = Symbol("Sigma", positive=True)
nu = Symbol("nu", positive=True)
kappa = Symbol("kappa", positive=True)

NOTATION: tuple[Notation, ...] = (
    Notation(
        k,
        "k",
        "k >= 1 real (an integer where answers are drawn)",
        "number of answers drawn",
        between=("1", "40"),
    ),
    Notation(
        t,
        "t",
        "0 <= t <= oo",
        "dimensionless temperature T/(2 s^2); t = 0 is best-of-k",
        "HP: T (in units of 2 s^2)",
    ),
    Notation(tau, r"\tau", "real", "standardised teacher offset (m - y_T)/s", "HP: Delta_T/s", ("-2.5", "2.5")),
    Notation(rho, r"\rho", "real", "standardised judge offset (m - y_R)/s", "HP: Delta_R/s", ("-2.5", "2.5")),
    Notation(z, "z", "real", "standardised answer (y - m)/s, a standard normal draw", between=("-3", "3")),
    Notation(r, "r", "r >= 0", "distance |z + rho| of an answer from the judge's", between=("0.01", "4")),
    Notation(u, "u", "u >= 0", "Laplace variable conjugate to the sum of weights"),
    Notation(x, "x", "x >= 0", "distance of the chosen answer in units of 1/k", between=("0.05", "6")),
    Notation(y, "y", "y >= 0", "squared distance of the chosen answer in units of 1/k^2", between=("0.05", "20")),
    Notation(j, "j", "j = 0, 1, 2, ...", "order of a term", between=("0", "8")),
    Notation(alpha, r"\alpha", "alpha > 0", "features per training pair, d/n", between=("0.05", "2.5")),
    Notation(sigma, r"\sigma", "sigma > 0", "standard deviation of the label noise (units of y)", between=("0.6", "1.5")),
    Notation(gamma, r"\gamma", "gamma > 0", "prior standard deviation of a weight", between=("0.3", "0.8")),
    Notation(lambda_, r"\lambda", "lambda > 0", "bare ridge (units of Sigma)", between=("0.01", "3")),
    Notation(kappa, r"\kappa", "kappa > 0", "renormalised ridge (units of Sigma)", "HP: R", ("0.01", "3")),
    Notation(
        Sigma,
        r"\Sigma",
        "positive eigenvalues",
        "feature covariance; a number stands for Sigma = number * I",
        "HP: Sigma; S^2 when isotropic",
        ("0.2", "3"),
    ),
    Notation(nu, r"\nu", "nu > 0", "root mean square teacher weight: nu^2 = w_T' w_T / d", between=("0.1", "1")),
)

BY_SYMBOL: dict[Symbol, Notation] = {line.symbol: line for line in NOTATION}
