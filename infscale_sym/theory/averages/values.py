"""Averages of the best-of-k error over prompts and training sets: E F_k(0; tau, tau), tau ~ N(0, Q/s^2), judge = teacher.

The quantity of `best-of-k.averaged.corrected`. The order of integration is exchanged: with r = w/k, E F_k =
int_0^oo 2 r E_tau[S(r; tau)^k] dr, so one table of tails serves the whole average. Q is the risk of `predictive.mean-law`,
isotropic Sigma (AZP, arXiv:2405.00592); s^2 comes from the Marchenko-Pastur law in the high-precision evaluators. Float64:
relative error about 1e-12 for k <= 1e9 and Q/s^2 <= 2; mpmath: to the digits asked for, k <= 1e60, Q/s^2 < 1/2, two meshes.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.inputs import exact
from infscale_sym.evaluate.lambdify import to_mpf


def averaged_selection_error(k: Any, alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any) -> Any:
    """E F_k(0; tau, tau) over tau ~ N(0, Q/s^2); float64, k broadcasts, model parameters are numbers.

    Relative error about 1e-12 for k <= 1e9 while Q/s^2 <= 2. Dimensionless (delta/s^2).
    """
    import numpy as np

    from infscale_sym.theory.regression.values.ridge import predictive_variance, teacher_risk

    ratio = float(teacher_risk(alpha, sigma, gamma, Sigma, nu) / predictive_variance(alpha, sigma, gamma, Sigma))
    return gaussian_average(np.asarray(k, float), ratio)


def gaussian_average(k: Any, ratio: float) -> Any:
    """E F_k(0; tau, tau) over tau ~ N(0, ratio); float64, shape of k. Raises DomainError for a negative ratio."""
    import numpy as np

    from infscale_sym.theory.selection.values.numeric import selection_error_numpy

    if not 0 <= ratio < 20:
        raise DomainError(f"E Delta_T^2/s^2 must lie in [0, 20); got {ratio:g}")
    scale = np.sqrt(ratio)
    # While ratio < 1/2 the integrand is exp(-tau^2 (1/(2 ratio) - 1)) up to its turn at sqrt(2 ln k): go as far as needed.
    reach = min(40.0, scale * 9 / np.sqrt(max(1 - 2 * ratio, 0.05))) if ratio else 0.0
    step = min(0.08, scale / 6) if ratio else 1.0
    tau = np.arange(0, reach + step, step)
    weight = np.exp(-(tau**2) / (2 * ratio)) if ratio else np.ones(1)
    weight[1:] *= 2
    k = np.asarray(k, float)
    values = selection_error_numpy(k.reshape(-1, 1), 0.0, tau, tau)
    return ((values @ weight) / weight.sum()).reshape(k.shape)[()]


def averaged_selection_error_mp(k: Any, alpha: Any, sigma: Any, gamma: Any, Sigma: Any, nu: Any, digits: int = 50) -> Any:
    """The same to `digits` digits, for any k up to 1e60: a double trapezoidal sum on two meshes that must agree; mpf."""
    import mpmath

    from infscale_sym.theory.regression.values.ridge_exact import predictive_variance_mp, teacher_risk_mp

    with mpmath.workdps(digits + 15):
        risk = teacher_risk_mp(alpha, sigma, gamma, Sigma, nu, digits + 5)
        ratio = risk / predictive_variance_mp(alpha, sigma, gamma, Sigma, digits + 5)
        return gaussian_average_mp(k, ratio, digits)


def gaussian_average_mp(k: Any, ratio: Any, digits: int = 50, moment: int = 0) -> Any:
    """E F_k(0; tau, tau) over tau ~ N(0, ratio), 0 < ratio < 1/2, two meshes that agree; mpf. Arithmetic by Arb, for speed.

    moment = 1: the integrand times -k ln S, so that the result is -d/d ln k of the average.
    """
    import mpmath

    with mpmath.workdps(digits + 15):
        ratio = to_mpf(ratio)
        if not 0 < ratio < mpmath.mpf(1) / 2:
            raise DomainError(f"high-precision averages need 0 < E Delta_T^2/s^2 < 1/2; got {mpmath.nstr(ratio, 6)}")
        if exact(k, "k") < 1:
            raise DomainError(f"k must be at least 1; got {k}")
        number = to_mpf(k)

        def value(density: float) -> Any:
            return _double_sum(number, ratio, digits, density, moment)

        return agree(value, (1.0, 1.3, 1.7, 2.3, 3.0, 4.0, 5.5), digits, "average over prompts")


def _double_sum(k: Any, ratio: Any, digits: int, density: float, moment: int = 0) -> Any:
    """Trapezoidal rule in tau (Gaussian) and in s, `k p sinh(tau r)/tau = exp(s - exp(-s))`, p = 2 phi(tau): the left side
    is about -k ln S, so the integrand falls off doubly exponentially at both ends. `density` scales the number of nodes."""
    import flint
    import mpmath

    from infscale_sym.evaluate.dyadic import from_mpf, midpoint

    guard = int(mpmath.log10(k)) + 1
    need = (digits + 6) * 2.302585
    with flint.ctx.workprec(int(3.33 * (digits + guard)) + 64):
        K = from_mpf(k)
        V = from_mpf(ratio)
        half = flint.arb(1) / 2
        # In tau: F grows as exp(tau^2), leaving a Gaussian of variance 1/(1/ratio - 2); sum F against exp(-tau^2/(2 ratio)).
        spread = float(mpmath.sqrt(1 / (1 / ratio - 2)))
        reach = spread * (2 * need) ** 0.5 + 1
        # And F lies between about pi/k^2 and 1 + tau^2.
        reach = min(reach, float(mpmath.sqrt(2 * ratio * (need + 2 * mpmath.log(k)))) + 2)
        step_tau = min(float(mpmath.sqrt(ratio)), spread) * 4.0 / need**0.5
        # F turns at tau_k = sqrt(2 ln k): in imaginary direction at pi/tau_k, where the Gaussian has left k^(2 - 1/ratio).
        turn = float(mpmath.sqrt(2 * mpmath.log(k) + 1))
        left = max(need - float((1 / ratio - 2) * mpmath.log(k)), 1.0)
        step_tau = min(step_tau, 5.6 * math.pi / turn / left) / density
        # In s: where |Im(s - exp(-s))| exceeds pi/2, r is too small for exp(-r) to grow; measured strip about 1.2.
        step_s = 7.5 / need / density
        h_tau = from_mpf(mpmath.mpf(step_tau))
        h_s = from_mpf(mpmath.mpf(step_s))
        first = int(-math.log(need) / step_s) - 1
        nodes: list[tuple[Any, Any]] = []

        def node(m: int) -> tuple[Any, Any]:
            while len(nodes) <= m:
                s = h_s * (first + len(nodes))
                decay = (-s).exp()
                nodes.append(((s - decay).exp(), (1 + decay) * h_s))
            return nodes[m]

        total, norm = flint.arb(0), flint.arb(0)
        root2 = flint.arb(2).sqrt()
        for i in range(int(reach / step_tau) + 2):
            tau = h_tau * i
            weight = (-tau * tau / (2 * V)).exp() * (1 if i == 0 else 2)
            norm += weight
            p = (-tau * tau / 2).exp() * (flint.arb(2) / flint.arb.pi()).sqrt()
            inner = flint.arb(0)
            for m in itertools.count():  # as far as the integrand goes
                scaled, rate = node(m)
                stretched = tau * scaled / (K * p)
                # asinh(x)/tau and its logarithmic derivative in x
                r = stretched.asinh() / tau if i else scaled / (K * p)
                rise = scaled / (K * p * (1 + stretched * stretched).sqrt())
                inside = half * (((r - tau) / root2).erf() + ((r + tau) / root2).erf())
                if inside > half:  # the tail itself, where 1 - inside would round to nothing
                    exponent = K * (half * (((r - tau) / root2).erfc() + ((r + tau) / root2).erfc())).log()
                else:
                    exponent = K * (-inside).log1p()
                # Beyond the range of the erfc (r >> tau) its logarithm is no number any more, and nothing is left.
                if not exponent.is_finite() or float(exponent.mid()) < -need - 20:
                    break
                inner += rate * r * rise * exponent.exp() * (-exponent) ** moment
            total += weight * inner * 2
        value = total / norm
        return midpoint(value)
