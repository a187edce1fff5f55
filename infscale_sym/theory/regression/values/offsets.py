"""Second moments of the offsets over prompts and training sets, any spectrum (`predictive.mean-law`; AZP, arXiv:2405.00592).

In the proportional limit (Delta_T, Delta_R) is a centred Gaussian pair. With B = kappa (Sigma + kappa)^-1 and g = w_T - w_R,
    E Delta_T^2       = Q = ((1/d) w_T' B Sigma B w_T + alpha sigma^2 df2)/(1 - alpha df2),
    E Delta_T Delta_R = Q - (1/d) w_T' B Sigma g,
    E Delta_R^2       = Q - (2/d) w_T' B Sigma g + (1/d) g' Sigma g;
for the judge of HP's code, y_R = y_T - c (m - y_T), they are Q, (1 + c) Q, (1 + c)^2 Q. The printed law has q in place of Q.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import float_array
from infscale_sym.theory.regression.values.ridge import (
    bare_ridge,
    left_over,
    predictive_variance,
    renormalized_ridge,
    risk,
    teacher_square,
)
from infscale_sym.theory.regression.values.spectrum import Spectrum, spectrum


@dataclass(frozen=True)
class OffsetMoments:
    """The law of the offsets: second moments and the predictive variance, each float64 in units of y^2, one shape."""

    teacher: Any
    """E Delta_T^2, Delta_T = m - y_T."""
    cross: Any
    """E Delta_T Delta_R, Delta_R = m - y_R."""
    judge: Any
    """E Delta_R^2."""
    variance: Any
    """s^2, the predictive variance averaged over prompts."""


def offset_moments(
    alpha: Any,
    sigma: Any,
    gamma: Any,
    Sigma: Any,
    teacher: Any,
    judge: Any = None,
    c: Any = None,
    law: Literal["full", "printed"] = "full",
) -> OffsetMoments:
    """Moments of (Delta_T, Delta_R) over prompts and training sets, d, n -> oo at alpha = d/n; and s^2.

    alpha: d/n > 0, any size. sigma > 0: label noise. gamma > 0: prior width, inf allowed (ridgeless). These three broadcast.
    Sigma: number * I, 1-d eigenvalues, symmetric positive definite matrix, PowerLaw, or spectrum(...).
    teacher: root mean square weight nu > 0 (averaged over directions), or weights w_T of shape (d,) in the coordinates in
    which Sigma is given (for a list of eigenvalues: the eigenbasis).
    judge: weights w_R of shape (d,), if the teacher is given by weights; or c: any real number, the judge of HP's code,
    Delta_R = (1 + c) Delta_T. Neither: the judge is the teacher. Weights must not depend on the training set.
    law: "full", or "printed" for HP's mean m = phi'(I - B) w_T, which drops training noise and fluctuations.

    Relative error of the largest moment below 1e-13. Raises DomainError for anything else.
    """
    if law not in ("full", "printed"):
        raise DomainError(f'law must be "full" or "printed"; got {law!r}')
    if judge is not None and c is not None:
        raise DomainError("give the judge by weights or by c, not both")
    known = spectrum(Sigma)
    al, noise, prior = (
        float_array(v, name, infinite=name == "gamma") for v, name in ((alpha, "alpha"), (sigma, "sigma"), (gamma, "gamma"))
    )
    kappa = np.asarray(renormalized_ridge(bare_ridge(al, noise, prior), al, known))
    q = left_over(kappa, known, teacher_square(teacher, known, "teacher"), 2)
    first = q if law == "printed" else risk(q, kappa, al, noise, known)
    variance = np.broadcast_to(predictive_variance(al, noise, prior, known), first.shape)
    if judge is None:
        factor = 1 + float_array(0.0 if c is None else c, "c")
        if factor.ndim:
            raise DomainError(f"c must be one number; got shape {factor.shape}")
        cross, last = factor * first, factor**2 * first
    else:
        cross, last = _with_judge(first, kappa, known, teacher, judge)
    return OffsetMoments(*(np.asarray(value)[()] for value in (first, cross, last, variance)))


def _with_judge(first: Any, kappa: np.ndarray, known: Spectrum, teacher: Any, judge: Any) -> tuple[np.ndarray, np.ndarray]:
    """(E Delta_T Delta_R, E Delta_R^2) from E Delta_T^2 for a judge given by weights."""
    if float_array(teacher, "teacher").ndim == 0:
        raise DomainError("a judge given by weights needs a teacher given by weights, not a root mean square weight")
    w, other = known.components(teacher, "teacher"), known.components(judge, "judge")
    if w.shape != other.shape:
        raise DomainError(f"teacher and judge must have one shape; got {w.shape} and {other.shape}")
    gap = w - other
    mixed = left_over(kappa, known, w * gap, 1)  # (1/d) w_T' B Sigma g
    return first - mixed, first - 2 * mixed + np.mean(known.eigenvalues * gap**2)
