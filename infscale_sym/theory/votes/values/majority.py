"""The majority vote over bins (`vote.majority`): the chance of each bin to be the fullest, and the error of its centre.

The counts of k answers in the bins are multinomial. Their generating function gives the chance that bin i is fullest, ties
shared: W_i = k! sum_m p_i^m/m! [xi^(k-m)] int_0^1 prod_(i' != i) (e_m(p_i' xi) + theta (p_i' xi)^m/m!) dtheta. Coefficients are
taken on a circle in float64 (absolute error about 1e-13) and by polynomial arithmetic in Arb (any digits, k up to 40); the
referee enumerates all counts.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import check_range, exact, float_array
from infscale_sym.evaluate.lambdify import to_mpf
from infscale_sym.theory.votes.values.numeric import bin_share

Array = NDArray[np.float64]
MOST = 500
MOST_EXACT = 40


def majority_vote(k: Any, width: Any, shift: Any, tau: Any) -> Any:
    """E (centre of the fullest bin + tau)^2; float64, broadcasting, absolute error about 1e-13 times (1 + tau^2).

    k: whole, 1 to 500. width: of a bin, 0.05 to 100. shift: of the grid in bin widths, 0 to 1. Many tau share their work.
    Raises DomainError outside.
    """
    k, width, shift = float_array(k, "k"), float_array(width, "Delta"), float_array(shift, "varsigma")
    tau = float_array(tau, "tau")
    check_range(k, "k", 1, MOST)
    check_range(width, "Delta", 0.05, 100)
    check_range(shift, "varsigma", 0, 1)
    if not (k == np.round(k)).all():
        raise DomainError(f"k must be whole; got {k[k != np.round(k)].ravel()[0]:g}")
    k, width, shift, tau = np.broadcast_arrays(k, width, shift, tau)
    flat, own = np.unique(np.stack([k.ravel(), width.ravel(), shift.ravel()]), axis=1, return_inverse=True)
    result = np.empty(k.size)
    for index, (count, size, place) in enumerate(flat.T):
        rows = np.ravel(own) == index
        centres, chances = winning_chances(int(count), size, place)
        result[rows] = ((centres + tau.ravel()[rows, None]) ** 2) @ chances
    return result.reshape(k.shape)[()]


def winning_chances(k: int, width: float, shift: float) -> tuple[Array, Array]:
    """Centres of the bins that matter, in units of s, and the chance of each to be given; they sum to 1 within 1e-13."""
    reach = math.ceil(9 / width + 1)
    number = np.arange(-reach, reach + 1)
    share = bin_share(number, width, shift)
    number, share = number[share > 1e-19], share[share > 1e-19]
    return np.asarray((number + shift) * width, dtype=np.float64), fullest_chances(k, share)


def fullest_chances(k: int, share: Any) -> Array:
    """The chance of each category to be the most frequent of k independent draws, ties shared equally; error about 1e-13.

    k: whole, 1 to 500. share: the categories' probabilities, positive; what is missing to 1 are draws that do not vote. If
    nobody votes, no category wins. Exact for the multinomial law (a sum over the winner's count). Raises DomainError.
    """
    share = _checked_shares(k, share)
    turn, take = _circle(k, share)
    load = share[:, None] * k * turn
    power = np.exp(-share * k)[:, None] * np.ones_like(load)
    partial = np.zeros_like(load)
    chances = np.zeros(share.size)
    for most in range(1, k + 1):
        partial = partial + power
        power = power * load / most
        for tie, part in _ties(share.size, k, most):
            factor = partial + tie * power
            before = np.cumprod(np.vstack([np.ones_like(load[:1]), factor[:-1]]), axis=0)
            after = np.cumprod(np.vstack([np.ones_like(load[:1]), factor[:0:-1]]), axis=0)[::-1]
            chances += part * ((power * before * after) @ take).real
    return chances


def winning_chance(k: int, own: float, rivals: Any) -> float:
    """fullest_chances of the first of the categories `own`, *`rivals`; rivals of equal share are taken together."""
    rivals = np.asarray(rivals, dtype=np.float64).ravel()
    share = _checked_shares(k, np.append(own, rivals))
    turn, take = _circle(k, share)
    kind, number = np.unique(rivals, return_counts=True)
    kind, number = np.append(own, kind), number[:, None]
    load = kind[:, None] * k * turn
    power = np.exp(-kind * k)[:, None] * np.ones_like(load)
    partial = np.zeros_like(load)
    chance = 0.0
    for most in range(1, k + 1):
        partial = partial + power
        power = power * load / most
        for tie, part in _ties(share.size, k, most):
            others = np.prod((partial[1:] + tie * power[1:]) ** number, axis=0)
            chance += part * float(((power[0] * others) @ take).real)
    return chance


def _checked_shares(k: int, share: Any) -> Array:
    share = float_array(share, "share").ravel()
    if not (share.size and (share > 0).all() and share.sum() <= 1 + 1e-12):
        raise DomainError(f"shares must be positive probabilities whose sum is at most 1; got {share.tolist()}")
    if not 1 <= k <= MOST or int(k) != k:
        raise DomainError(f"k must be whole, 1 to {MOST}; got {k}")
    return share


def _circle(k: int, share: Array) -> tuple[Any, Any]:
    """Points on the unit circle, and the weights that take k! times a coefficient of xi^k from values on |xi| = k.

    There every factor, times exp(-p k), is at most 1 in modulus. The draws that do not vote are in the weights.
    """
    nodes = int(k + 14 * math.sqrt(k) + 60)
    nodes += nodes % 2
    angle = np.arange(nodes // 2 + 1) * 2 * np.pi / nodes
    twice = np.where((angle == 0) | (np.arange(angle.size) == nodes // 2), 1.0, 2.0)
    turn = np.exp(1j * angle)
    scale = math.exp(gammaln(k + 1) + k - k * math.log(k)) / nodes
    return turn, scale * twice * np.exp(max(1 - share.sum(), 0.0) * k * (turn - 1) - 1j * k * angle)


def _ties(categories: int, k: int, most: int) -> list[tuple[float, float]]:
    """Nodes and weights on [0, 1] for 1/(1 + number of ties), when the fullest category has `most` of the k draws."""
    node, weight = np.polynomial.legendre.leggauss(min(categories - 1, k // most) // 2 + 1)
    return list(zip((node + 1) / 2, weight / 2, strict=True))


def _shares_exact(width: Any, shift: Any, digits: int) -> tuple[list[int], list[Any]]:
    """Numbers of the bins out to where the normal law has fallen below 10^-digits, and their shares as Arb numbers."""
    import flint

    size, place = exact(width, "Delta"), exact(shift, "varsigma")
    if not (Fraction(1, 4) <= size <= 100 and 0 <= place <= 1):
        raise DomainError(f"the width must lie in [0.25, 100] and the shift in [0, 1]; got {width}, {shift}")
    reach = math.sqrt(2 * 2.303 * (digits + 8)) / float(size)
    root2 = flint.arb(2).sqrt()

    def edge(number: int, half: int) -> Any:
        at = (Fraction(number) + Fraction(place) + Fraction(half, 2)) * Fraction(size)
        return flint.arb(flint.fmpq(at.numerator, at.denominator)) / root2

    numbers = list(range(-math.ceil(reach) - 1, math.ceil(reach) + 1))
    shares = []
    for number in numbers:
        low, high = edge(number, -1), edge(number, 1)
        shares.append(((low.erfc() - high.erfc()) if number >= 0 else ((-high).erfc() - (-low).erfc())) / 2)
    return numbers, shares


def _sum_of_squares(numbers: list[int], chances: list[Any], width: Any, shift: Any, tau: Any) -> Any:
    from infscale_sym.evaluate.dyadic import from_mpf, midpoint

    size, place, offset = (from_mpf(to_mpf(v)) for v in (width, shift, tau))
    return midpoint(sum((c * ((place + n) * size + offset) ** 2 for n, c in zip(numbers, chances, strict=True)), 0 * size))


def _whole(k: Any, most: int) -> int:
    number = exact(k, "k")
    if number != int(number) or not 1 <= number <= most:
        raise DomainError(f"k must be whole, 1 to {most}, here; got {k}")
    return int(number)


def majority_vote_mp(k: Any, width: Any, shift: Any, tau: Any, digits: int = 50) -> Any:
    """E (centre of the fullest bin + tau)^2 from the generating function, in polynomial arithmetic; mpf.

    k whole, 1 to 40; width 0.25 to 100; shift 0 to 1. Raises DomainError outside.
    """
    return _by_polynomials(_whole(k, MOST_EXACT), width, shift, tau, digits)


def _by_polynomials(count: int, width: Any, shift: Any, tau: Any, digits: int) -> Any:
    import flint
    import mpmath

    with mpmath.workdps(digits + 15), flint.ctx.workprec(int(3.33 * (digits + 20)) + 64):
        numbers, shares = _shares_exact(width, shift, digits)
        chances = [flint.arb(0)] * len(shares)
        terms = [[flint.arb(1)] for _ in shares]  # p^n/n!
        for row, p in zip(terms, shares, strict=True):
            for n in range(1, count + 1):
                row.append(row[-1] * p / n)
        for most in range(-(-count // len(shares)), count + 1):  # with fewer in the fullest bin they do not all fit
            partial, power = [row[:most] for row in terms], [row[most] for row in terms]
            ties = count // most - 1  # so many other bins can hold as many
            for tie, weight in _cotes(max(ties, 0)):
                factors = [flint.arb_poly([*low, tie * high]) for low, high in zip(partial, power, strict=True)]
                before, after = [flint.arb_poly([1])], [flint.arb_poly([1])]
                for one, two in zip(factors[:-1], factors[:0:-1], strict=True):
                    before.append(_cut(before[-1] * one, count - most))
                    after.append(_cut(after[-1] * two, count - most))
                for i, (one, two) in enumerate(zip(before, reversed(after), strict=True)):
                    chances[i] += weight * power[i] * (one * two)[count - most]
        chances = [c * math.factorial(count) for c in chances]
        return _sum_of_squares(numbers, chances, width, shift, tau)


def majority_limit(width: Any, shift: Any, tau: Any) -> Any:
    """The mean of (centre + tau)^2 over the likeliest bins (one, or two that are equally likely); float64, broadcasting.

    width: 0.05 to 100; shift: 0 to 1. Raises DomainError outside.
    """
    width, shift, tau = np.broadcast_arrays(
        float_array(width, "Delta"), float_array(shift, "varsigma"), float_array(tau, "tau")
    )
    check_range(width, "Delta", 0.05, 100)
    check_range(shift, "varsigma", 0, 1)
    number = np.arange(-2, 2)
    share = bin_share(number, width[..., None], shift[..., None])
    best = share > share.max(axis=-1, keepdims=True) * (1 - 1e-13)
    error = ((number + shift[..., None]) * width[..., None] + tau[..., None]) ** 2
    return (np.where(best, error, 0.0).sum(axis=-1) / best.sum(axis=-1))[()]


def majority_limit_mp(width: Any, shift: Any, tau: Any, digits: int = 50) -> Any:
    """The limit k -> oo of the majority vote's error: the exact vote at a k where all other bins together count for nothing.

    Bin i is ahead of the likeliest with a probability below (1 - (sqrt(p) - sqrt(p_i))^2)^k (Chernoff); and of B bins the
    fullest holds m = k/B answers at least, which bin i does with a probability below C(k, m) p_i^m. The k with which the
    smaller of the two is below the digits is looked for; where it is above 400, DomainError. width from 1; shift 0 to 1; mpf.
    """
    import mpmath

    numbers, shares = _shares_exact(width, shift, digits)
    sizes = np.array([float(share.mid()) for share in shares])
    ahead = sizes > sizes.max() * (1 - 1e-12)
    fall = np.log1p(-((np.sqrt(sizes.max()) - np.sqrt(sizes[~ahead])) ** 2))
    need = 2.303 * (digits + 4) + 2 * math.log(10 + abs(float(exact(tau))) + len(numbers) * float(exact(width)))

    def beyond(count: int) -> float:
        """ln of a bound on the probability of each of the other bins."""
        most = -(-count // len(numbers))
        return float(np.minimum(count * fall, np.log(sizes[~ahead]) * most + math.log(math.comb(count, most))).max())

    count = next((count for count in range(2, 401) if beyond(count) < -need), 0)
    if not count:
        raise DomainError(f"{digits} digits of the limit need k above 400 here: take wider bins or a smaller shift")
    with mpmath.workdps(digits + 15):
        return _by_polynomials(count, width, shift, tau, digits)


def _cut(polynomial: Any, degree: int) -> Any:
    return type(polynomial)(polynomial.coeffs()[: degree + 1])


def _cotes(degree: int) -> list[tuple[Any, Any]]:
    """Nodes and weights on (0, 1), rational, that integrate polynomials of this degree exactly."""
    import flint

    nodes = [flint.fmpq(2 * n + 1, 2 * degree + 2) for n in range(degree + 1)]
    rows = flint.fmpq_mat([[x**n for x in nodes] for n in range(degree + 1)])
    right = flint.fmpq_mat([[flint.fmpq(1, n + 1)] for n in range(degree + 1)])
    weights = rows.solve(right).entries()
    return [(flint.arb(x), flint.arb(w)) for x, w in zip(nodes, weights, strict=True)]


def majority_by_counts_mp(k: Any, width: Any, shift: Any, tau: Any, digits: int = 50) -> Any:
    """The same from the definition: all ways in which k answers fall into the bins, one by one; mpf. k whole, 1 to 6."""
    import flint
    import mpmath

    count = _whole(k, 6)
    with mpmath.workdps(digits + 15), flint.ctx.workprec(int(3.33 * (digits + 20)) + 64):
        numbers, shares = _shares_exact(width, shift, digits)
        chances = [flint.arb(0)] * len(shares)

        def fill(start: int, left: int, chance: Any, most: int, fullest: tuple[int, ...]) -> None:
            if left == 0:
                for i in fullest:
                    chances[i] += chance / len(fullest)
                return
            for i in range(start, len(shares)):
                part = chance
                for n in range(1, left + 1):
                    part = part * shares[i] / n
                    winners = (i,) if n > most else (*fullest, i) if n == most else fullest
                    fill(i + 1, left - n, part, max(n, most), winners)

        fill(0, count, flint.arb(math.factorial(count)), 0, ())
        return _sum_of_squares(numbers, chances, width, shift, tau)
