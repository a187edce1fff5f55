"""The generalization error of the regression model, from its physical parameters to delta (HP, arXiv:2512.19905).

delta(k, T) = E sum_i p_i (y_i - y_T)^2 over answers, prompts and training sets, d, n -> oo at alpha = d/n. There the offsets
(Delta_T, Delta_R) are a Gaussian pair (`predictive.mean-law`) and s^2 is the same for all prompts, so
delta = s^2 E F_k(T/(2 s^2); tau, rho) over that pair. The printed law (HP Result 1) keeps of Delta_T only -phi' B w_T, which
drops the training noise alpha sigma^2 df2 and the fluctuations 1/(1 - alpha df2). Relative error below 1e-10 in float64; `.mp`
to the digits asked for, `.enclose` a ball.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal, NamedTuple

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import exact, float_array

Law = Literal["full", "printed"]


class RegressionErrorFunction:
    """delta(k, T), units of y^2, averaged over answers, prompts and training sets in the proportional limit.

    `regression_error(k, T, n, d, Sigma, sigma, gamma, teacher, judge=None, c=None, law="full")`: float64. k: number of
    answers, real, 1 to 1e16. T: temperature of the reward -(y - y_R)^2, 0 (best-of-k) to inf; T/(2 s^2) must be 0, within
    [1e-6, 1e6] or inf. n, d: training pairs and dimensions, only d/n counts. sigma: noise, gamma: prior width. k, T, n, d,
    sigma and gamma broadcast; many k at one setting share their work.
    Sigma: S^2, eigenvalues, a matrix or a PowerLaw; features are x/sqrt(d). teacher: root mean square weight, or weights w_T.
    judge: weights w_R; or c: the judge y_R = y_T - c (m - y_T) of HP's code; neither: the teacher judges.
    law: "full", or "printed" for the published mean m = phi'(I - B) w_T. Relative error below 1e-10.

    `.mp(..., digits=50)`: one value as an mpf; `.enclose(..., digits=15)`: one value as an Arb ball that contains it (T = 0 and
    whole k up to 1e4, or T = inf, or k = 1). Both want Sigma as a number or a list of eigenvalues. Raises DomainError for
    anything else.
    """

    @property
    def __name__(self) -> str:
        return "regression_error"

    def __call__(
        self,
        k: Any,
        T: Any,
        n: Any,
        d: Any,
        Sigma: Any,
        sigma: Any,
        gamma: Any,
        teacher: Any,
        judge: Any = None,
        c: Any = None,
        law: Law = "full",
    ) -> Any:
        """Float64 values; shape: the broadcast of k, T, n, d, sigma and gamma."""
        from infscale_sym.theory.regression.values.gaussian_pair import pair_average
        from infscale_sym.theory.regression.values.offsets import offset_moments

        heat = _temperature(T)
        _dimension(d, teacher, judge)
        moments = offset_moments(_positive(d, "d") / _positive(n, "n"), sigma, gamma, Sigma, teacher, judge, c, law)
        s2 = moments.variance
        pair = (value / s2 for value in (moments.teacher, moments.cross, moments.judge))
        return s2 * pair_average(k, _in_range(heat / (2 * s2), heat, s2), *pair)

    def mp(
        self,
        k: Any,
        T: Any,
        n: Any,
        d: Any,
        Sigma: Any,
        sigma: Any,
        gamma: Any,
        teacher: Any,
        judge: Any = None,
        c: Any = None,
        law: Law = "full",
        digits: int = 50,
    ) -> Any:
        """One value as an mpmath.mpf that two meshes agree on. Seconds at T = 0 and T >= 2 s^2, minutes between."""
        import mpmath

        from infscale_sym.evaluate.lambdify import to_mpf
        from infscale_sym.theory.regression.values.gaussian_pair_exact import line_average_mp

        model = _exact_model(T, n, d, Sigma, sigma, gamma, teacher, judge, c, law)
        with mpmath.workdps(digits + 15):
            s2, rest, drift, last = _moments(model, to_mpf, digits)
            heat = to_mpf(model.T) / (2 * s2)
            return s2 * (rest / s2 + line_average_mp(k, heat, 1 + drift, last / s2, digits + 2))

    def enclose(
        self,
        k: Any,
        T: Any,
        n: Any,
        d: Any,
        Sigma: Any,
        sigma: Any,
        gamma: Any,
        teacher: Any,
        judge: Any = None,
        c: Any = None,
        law: Law = "full",
        digits: int = 15,
    ) -> Any:
        """One value as a flint.arb ball that provably contains it: T = 0 and whole k <= 1e4, or T = inf, or k = 1. Seconds."""
        import flint

        from infscale_sym.evaluate.lambdify import to_arb
        from infscale_sym.theory.regression.values.gaussian_pair_enclosure import line_average_arb

        model = _exact_model(T, n, d, Sigma, sigma, gamma, teacher, judge, c, law)
        with flint.ctx.workprec(int(3.33 * digits) + 160):
            s2, rest, drift, last = _moments(model, to_arb, digits + 15)
            heat = model.T if model.T in (0, math.inf) else 1  # only k = 1 is left, where the temperature is of no account
            return rest + s2 * line_average_arb(k, heat, drift, last / s2, digits + 1)

    def __repr__(self) -> str:
        return "<regression_error(k, T, n, d, Sigma, sigma, gamma, teacher, judge=None, c=None, law='full')>"


regression_error = RegressionErrorFunction()


def _positive(value: Any, name: str) -> np.ndarray:
    array = float_array(value, name)
    if not (array > 0).all():
        raise DomainError(f"{name} must be positive; got {array[~(array > 0)].ravel()[0]:g}")
    return array


def _temperature(value: Any) -> np.ndarray:
    array = float_array(value, "T", infinite=True)
    if not (array >= 0).all():
        raise DomainError(f"T must lie in [0, inf]; got {array[~(array >= 0)].ravel()[0]:g}")
    return array


def _in_range(t: Any, T: Any, s2: Any) -> Any:
    for at, heat, square in np.broadcast(t, T, s2):
        if not (at in (0.0, math.inf) or 1e-6 <= at <= 1e6):
            ends = f"[{2e-6 * square:g}, {2e6 * square:g}]"
            raise DomainError(f"T must be 0, inf or lie in {ends}, which is 2 s^2 times [1e-6, 1e6]; got {heat:g}")
    return t


def _dimension(d: Any, teacher: Any, judge: Any) -> None:
    """Weights must have d entries."""
    for name, weights in (("teacher", teacher), ("judge", judge)):
        if weights is not None and np.ndim(weights) and not np.all(np.asarray(d, float) == np.shape(weights)[0]):
            raise DomainError(f"{name} must have d weights, d = {d}; got shape {np.shape(weights)}")


class _Model(NamedTuple):
    """Exact rational parameters; the judge is `gap` = w_T - w_R, or c."""

    T: Any
    alpha: Fraction
    sigma: Fraction
    gamma: Fraction
    spectrum: list[Fraction]
    teacher: list[Fraction]
    gap: list[Fraction] | None
    c: Fraction
    law: str


def _exact_model(
    T: Any, n: Any, d: Any, Sigma: Any, sigma: Any, gamma: Any, teacher: Any, judge: Any, c: Any, law: Any
) -> _Model:
    if law not in ("full", "printed"):
        raise DomainError(f'law must be "full" or "printed"; got {law!r}')
    if judge is not None and c is not None:
        raise DomainError("give the judge by weights or by c, not both")
    if judge is not None and not np.ndim(teacher):
        raise DomainError("a judge given by weights needs a teacher given by weights, not a root mean square weight")
    _dimension(d, teacher, judge)
    pairs, size = _rational(n, "n"), _rational(d, "d")
    spectrum = [_rational(v, "Sigma") for v in _listed(Sigma, "Sigma")]
    weights = [Fraction(exact(v, "teacher")) for v in _listed(teacher, "teacher")]
    if len(weights) > 1 and len(spectrum) == 1:
        spectrum *= len(weights)
    if len(spectrum) > 1 and len(weights) == 1:
        weights *= len(spectrum)
    gap = (
        None
        if judge is None
        else [w - Fraction(exact(v, "judge")) for w, v in zip(weights, _listed(judge, "judge"), strict=True)]
    )
    if len(spectrum) != len(weights):
        raise DomainError(f"Sigma and teacher must have one length; got {len(spectrum)} and {len(weights)}")
    heat = exact(T, "T", infinite=True)
    if heat < 0:
        raise DomainError(f"T must lie in [0, inf]; got {T}")
    share = Fraction(exact(0 if c is None else c, "c"))
    return _Model(
        heat,
        size / pairs,
        _rational(sigma, "sigma"),
        _rational(gamma, "gamma"),
        spectrum,
        weights,
        gap,
        share,
        law,
    )


def _rational(value: Any, name: str) -> Fraction:
    number = exact(value, name)
    if not number > 0:
        raise DomainError(f"{name} must be positive; got {value}")
    return Fraction(number)


def _listed(value: Any, name: str) -> Sequence[Any]:
    scalar = isinstance(value, str) or np.isscalar(value) or hasattr(value, "__float__")
    if np.ndim(value) > 1 or not (np.ndim(value) or scalar):
        raise DomainError(f"{name} must here be a number or a list of numbers; got {type(value).__name__}")
    return list(np.asarray(value, dtype=object)) if np.ndim(value) else [value]


def _moments(model: _Model, number: Any, digits: int) -> tuple[Any, Any, Any, Any]:
    """(s^2, what is left of E Delta_T^2 given Delta_R, E Delta_T Delta_R/E Delta_R^2 - 1, E Delta_R^2) as mpf or as balls."""
    from infscale_sym.evaluate.lambdify import to_mpf
    from infscale_sym.theory.regression.values import ridge_exact

    solve = ridge_exact.renormalized_ridge_mp if number is to_mpf else ridge_exact.renormalized_ridge_arb
    same = len(set(model.spectrum)) == 1
    bare = model.alpha * model.sigma**2 / model.gamma**2
    kappa = solve(bare, model.alpha, model.spectrum[0] if same else model.spectrum, digits + 15)
    alpha, noise, prior = (number(v) for v in (model.alpha, model.sigma**2, model.gamma**2))
    values, weights = ([number(v) for v in part] for part in (model.spectrum, model.teacher))
    size = len(values)
    left = [kappa / (s + kappa) for s in values]  # B
    df1 = sum((1 - b for b in left), number(0)) / size
    df2 = sum(((1 - b) ** 2 for b in left), number(0)) / size
    first = sum((s * (b * w) ** 2 for s, b, w in zip(values, left, weights, strict=True)), number(0)) / size
    if model.law == "full":
        first = (first + alpha * noise * df2) / (1 - alpha * df2)
    s2 = noise + prior * kappa * df1
    if model.gap is None:
        if model.c == -1:
            return s2, first, number(0), number(0)
        share = number(1 + model.c)
        return s2, number(0), number(Fraction(-model.c, 1) / (1 + model.c)), share**2 * first
    gap = [number(v) for v in model.gap]
    mixed = sum((b * s * w * g for b, s, w, g in zip(left, values, weights, gap, strict=True)), number(0)) / size
    apart = sum((s * g * g for s, g in zip(values, gap, strict=True)), number(0)) / size
    cross, last = first - mixed, first - 2 * mixed + apart
    return s2, first - cross * cross / last, (mixed - apart) / last, last
