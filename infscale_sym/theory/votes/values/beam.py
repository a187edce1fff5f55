"""Search in L stages, each a best-of-(k/L) choice (`search.beam`), in float64 and to any number of digits.

R is what is left to undo, R_0 = rho. With n stages to go the increment xi ~ N(0, 1/L) kept is the one of k/L with the least
|xi + R/n|; in units of 1/sqrt(L), x = sqrt(L) xi + o with o = sqrt(L) R/n has the density (k/L) phi(x - o) S(|x|; o)^(k/L-1),
and R becomes R (n - 1)/n + x/sqrt(L). At the end z + tau = R + D, D = tau - rho, so E R^2 and E R suffice. They are functions
of one variable at each stage, integrated by Gauss-Legendre rules and carried from stage to stage by Chebyshev interpolation.
Float64: relative error about 1e-10; mpmath: two sets of nodes agree to the digits asked for.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from scipy.special import log_ndtr

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.dyadic import from_mpf, midpoint
from infscale_sym.evaluate.inputs import check_range, exact, float_array
from infscale_sym.evaluate.lambdify import to_mpf

Array = NDArray[np.float64]
DEEPEST = 64
#: Interpolation nodes of a stage, besides those for the width of its window.
NODES = 40


def beam_error(k: Any, stages: Any, tau: Any, rho: Any) -> Any:
    """E (z + tau)^2 of search in `stages` stages with k judgements in all; float64, broadcasting, relative error about 1e-10.

    stages: whole, 1 to 64. k: real, stages <= k <= 1e8 (each stage draws k/stages increments; real: the same integrals).
    |tau|, |rho| <= 8. Dimensionless. Many tau at one (k, stages, rho) share their work. Raises DomainError outside.
    """
    k, depth = float_array(k, "k"), float_array(stages, "L")
    tau, rho = float_array(tau, "tau"), float_array(rho, "rho")
    check_range(depth, "L", 1, DEEPEST)
    check_range(k, "k", 1, 1e8)
    for value, name in ((tau, "tau"), (rho, "rho")):
        check_range(value, name, -8, 8)
    k, depth, tau, rho = np.broadcast_arrays(k, depth, tau, rho)
    if not ((depth == np.round(depth)) & (k >= depth)).all():
        raise DomainError("the number of stages must be whole and at most k")
    flat, own = np.unique(np.stack([k.ravel(), depth.ravel(), rho.ravel()]), axis=1, return_inverse=True)
    result = np.empty(k.size)
    for index, (number, level, judge) in enumerate(flat.T):
        rows = np.ravel(own) == index
        square, mean = _moments(number / level, int(level), float(judge))
        gap = tau.ravel()[rows] - judge
        result[rows] = square + 2 * gap * mean + gap**2
    return result.reshape(k.shape)[()]


def _farthest(o: Array, each: float) -> Array:
    """The distance beyond which a chosen increment is found with a probability below exp(-40)."""
    low, high = np.zeros_like(o), np.abs(o) + 9.5
    for _ in range(40):
        middle = (low + high) / 2
        short = -each * _log_survival(middle, o) < 40
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return high


def _log_survival(r: Array, o: Array) -> Array:
    """ln P(|z + o| > r)."""
    return np.logaddexp(log_ndtr(o - r), log_ndtr(-o - r))


def _moments(each: float, depth: int, rho: float) -> tuple[float, float]:
    """E R^2 and E R after all stages."""
    root = math.sqrt(depth)
    windows = [(rho, rho)]
    for n in range(depth, 1, -1):
        ends = np.linspace(*windows[-1], 9)
        jump = _farthest(root * ends / n, each) / root
        windows.append((float((ends * (n - 1) / n - jump).min()), float((ends * (n - 1) / n + jump).max())))
    node, weight = np.polynomial.legendre.leggauss(90)
    node, weight = (node + 1) / 2, weight / 2
    later: Array | None = None
    square = mean = np.zeros(1)
    for n in range(1, depth + 1):
        low, high = windows[depth - n]
        size = 1 if n == depth else min(129, int(NODES + 5 * (high - low) * root))
        at = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (np.arange(size) + 0.5) / size)
        o = root * at / n
        far = _farthest(o, each)
        r = far[:, None] * node
        rest = (each - 1) * _log_survival(r, o[:, None])
        parts = [weight * far[:, None] * np.exp(rest - (r - sign * o[:, None]) ** 2 / 2) for sign in (1, -1)]
        # The rule's own mass in place of 1: what is cut off is spread over the rest.
        mass = sum(p.sum(axis=1) for p in parts)
        square, mean = np.zeros(size), np.zeros(size)
        for sign, part in zip((1, -1), parts, strict=True):
            reached = at[:, None] * (n - 1) / n + sign * r / root
            if later is None:
                values = reached**2, reached
            else:
                left, right = windows[depth - n + 1]
                place = (2 * reached - left - right) / (right - left)
                values = chebyshev.chebval(place, later)
            square, mean = square + (part * values[0]).sum(axis=1), mean + (part * values[1]).sum(axis=1)
        square, mean = square / mass, mean / mass
        if n < depth:
            later = _coefficients(np.stack([square, mean], axis=1))
    return float(square[0]), float(mean[0])


def _coefficients(values: Array) -> Array:
    """Chebyshev coefficients, shape (N, m), of m functions given at the roots of T_N in the order of `_moments`."""
    size = len(values)
    angle = np.pi * (np.arange(size) + 0.5) / size
    out = 2 / size * np.cos(np.arange(size)[:, None] * angle) @ values
    out[0] /= 2
    return out


def beam_error_mp(k: Any, stages: Any, tau: Any, rho: Any, digits: int = 50) -> Any:
    """E (z + tau)^2 as an mpf to `digits` digits; stages whole, 1 to 16; k from 500 times the stages to 1e20.

    |tau|, |rho| <= 4. At large k an increment kept reaches little, and few nodes suffice. Two sets of nodes must agree.
    Raises DomainError and ValidationError.
    """
    import mpmath

    number, depth = exact(k, "k"), exact(stages, "L")
    if depth != int(depth) or not 1 <= depth <= 16:
        raise DomainError(f"the number of stages must be whole, 1 to 16; got {stages}")
    if not 500 * depth <= number <= 10**20:
        raise DomainError(f"k must lie in [500 L, 1e20] here; got {k}")
    with mpmath.workdps(digits + 15):
        A, R = to_mpf(tau), to_mpf(rho)
        if abs(A) > 4 or abs(R) > 4:
            raise DomainError(f"|tau|, |rho| <= 4 are needed; got {tau}, {rho}")

        def value(density: float) -> Any:
            square, mean = _moments_mp(number, int(depth), exact(rho), digits, density)
            return square + 2 * (A - R) * mean + (A - R) ** 2

        return agree(value, (1.0, 1.3, 1.7), digits, "search in stages")


@cache
def _moments_mp(number: Any, depth: int, rho: Any, digits: int, density: float) -> tuple[Any, Any]:
    import flint

    from infscale_sym.theory.votes.values.exact import _gauss

    # E R^2 may be 1/k^2 of what it is compared with.
    nepers = 2.303 * (digits + 8)
    with flint.ctx.workprec(int(3.33 * (digits + 20)) + 64):
        each, judge, root = from_mpf(to_mpf(number)) / depth, from_mpf(to_mpf(rho)), flint.arb(depth).sqrt()
        root2, norm = flint.arb(2).sqrt(), 1 / (2 * flint.arb.pi()).sqrt()
        rule = _gauss(int(density * (0.55 * nepers + 40)), int(digits * density) + 1)
        windows: list[tuple[Any, Any]] = [(judge, flint.arb(0))]
        for n in range(depth, 1, -1):
            centre, half = windows[-1]
            o = abs(float((root * centre / n).mid())) + float((root * half / n).mid())
            jump = _reach(float(each.mid()), o, nepers)
            windows.append(((centre * (n - 1) / n).mid(), (half * (n - 1) / n + jump / root).mid()))
        later: tuple[list[Any], list[Any], Any, Any] | None = None
        for n in range(1, depth + 1):
            centre, half = windows[depth - n]
            width = float((half * root).mid())
            size = 1 if n == depth else int(density * (8 + nepers / math.log(1 + 4 / width)))
            nodes = [((2 * i + 1) * flint.arb.pi() / (2 * size)).cos() for i in range(size)]
            squares, means = [], []
            for place in nodes:
                at = centre + half * place
                o = root * at / n
                far = flint.arb(_reach(float(each.mid()), abs(float(o.mid())), nepers))
                total = [flint.arb(0)] * 3
                for x, weight in rule:
                    r = x * far
                    survival = (((r - o) / root2).erfc() + ((r + o) / root2).erfc()) / 2
                    rest = ((each - 1) * survival.log()).exp() * weight
                    for sign in (1, -1):
                        chance = rest * (-((r - sign * o) ** 2) / 2).exp()
                        reached = at * (n - 1) / n + sign * r / root
                        if later is None:
                            values = reached * reached, reached
                        else:
                            y = (reached - later[2]) / later[3]
                            values = _clenshaw(later[0], y), _clenshaw(later[1], y)
                        total = [a + (chance * v).mid() for a, v in zip(total, (1, *values), strict=True)]
                scale = each * norm * far
                squares.append((total[1] * scale).mid())
                means.append((total[2] * scale).mid())
            later = _series(squares, size), _series(means, size), centre, half if n < depth else flint.arb(1)
        return midpoint(squares[0]), midpoint(means[0])


def _reach(each: float, o: float, nepers: float) -> float:
    """A distance beyond which a chosen increment has a probability below exp(-nepers)."""
    low, high = 0.0, o + math.sqrt(2 * nepers)
    for _ in range(60):
        middle = (low + high) / 2
        inside = -each * float(_log_survival(np.array(middle), np.array(o)))
        low, high = (middle, high) if inside < nepers else (low, middle)
    return high


def _series(values: list[Any], size: int) -> list[Any]:
    import flint

    step = flint.arb.pi() / (2 * size)
    table = [(step * i).cos() for i in range(4 * size)]
    out = []
    for order in range(size):
        total = sum((v * table[(order * (2 * i + 1)) % (4 * size)] for i, v in enumerate(values)), flint.arb(0))
        out.append((total * 2 / size if order else total / size).mid())
    return out


def _clenshaw(coefficients: list[Any], y: Any) -> Any:
    one, two = y * 0, y * 0
    for c in reversed(coefficients[1:]):
        one, two = (c + 2 * y * one - two).mid(), one
    return coefficients[0] + y * one - two
