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
C = Symbol("C", positive=True)
loss = Symbol("ell", nonnegative=True)
penalty = Symbol("g", nonnegative=True)
m = Symbol("m", positive=True)
tau_0 = Symbol("tau_0", real=True)
hardness = Symbol("h", positive=True)
vartheta = Symbol("vartheta", positive=True)
omega = Symbol("omega", positive=True)
z_prime = Symbol("z_prime", real=True)
v_tau = Symbol("v_tau", positive=True)
v_cross = Symbol("v_cross", real=True)
v_rho = Symbol("v_rho", positive=True)

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
    Notation(C, "C", "d x d matrix", "sample covariance of the features, (1/n) sum_i x_i x_i'"),
    Notation(nu, r"\nu", "nu > 0", "root mean square teacher weight: nu^2 = w_T' w_T / d", between=("0.1", "1")),
    Notation(loss, r"\ell", "ell >= 0", "squared error (z + tau)^2 of one answer in units of s^2", between=("0.01", "9")),
    Notation(
        penalty, "g", "g >= 0", "half the squared distance to the judge, (z + rho)^2/2; w = exp(-g/t)", between=("0.01", "9")
    ),
    Notation(m, "m", "1 <= m <= k", "a smaller number of answers", between=("1", "20")),
    Notation(tau_0, r"\tau_0", "real, |tau_0| < |tau|", "standardised teacher offset of an easier prompt", "", ("-2.5", "2.5")),
    Notation(
        hardness,
        "h",
        "h > 0",
        "how little the judge tells: h = s^2/(s^2 + 2 Delta_T Delta_R) = 1/(1 + 2 rho tau)",
        "HP: s^2/C1",
        ("20", "200"),
    ),
    Notation(
        vartheta,
        r"\vartheta",
        "0 < vartheta < 1",
        "temperature in units of the printed threshold 3 rho^2 h",
        between=("0.1", "0.6"),
    ),
    Notation(omega, r"\omega", "omega > 0", "teacher offset at high temperature, tau sqrt(t)", between=("0.3", "2")),
    Notation(z_prime, "z'", "real", "a second standard normal, independent of z", between=("-3", "3")),
    Notation(v_tau, r"v_{\tau}", "v_tau >= 0", "E tau^2 over prompts and training sets", between=("0.3", "0.8")),
    Notation(
        v_cross,
        r"v_{\tau\rho}",
        "v_cross^2 <= v_tau v_rho",
        "E tau rho over prompts and training sets",
        between=("-0.25", "0.25"),
    ),
    Notation(v_rho, r"v_{\rho}", "v_rho >= 0", "E rho^2 over prompts and training sets", between=("0.3", "0.8")),
)

BY_SYMBOL: dict[Symbol, Notation] = {line.symbol: line for line in NOTATION}
