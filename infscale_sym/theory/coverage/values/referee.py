"""Coverage by its definition, to any number of digits: averages over p ~ Beta(a, b) as integrals, estimates as sums.

The referee of `coverage` and `coverage_exact` (model: L, arXiv:2410.16377). No Gamma function enters; the law of p is
normalised by its own integral. p = 1/(1 + exp(-x)), x = centre + pi sinh(u), trapezoidal sums in u: the integrands fall doubly
exponentially. Arb numbers whose radii are dropped; a value is returned only where two meshes agree to the digits asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.dyadic import midpoint
from infscale_sym.evaluate.inputs import exact
from infscale_sym.evaluate.lambdify import to_arb, to_mpf
from infscale_sym.theory.coverage.values.exact import whole

#: One point of a mesh: ln p, ln(1 - p), weight.
Point = tuple[Any, Any, Any]
_STEPS = (1 / 20, 1 / 28, 1 / 40, 1 / 56, 1 / 80, 1 / 160, 1 / 320)


@lru_cache(maxsize=64)
def _mesh(a: Any, b: Any, step: float, centre: int, bits: int) -> tuple[Point, ...]:
    """The mesh with the law's weights, normalised to sum 1; a, b exact."""
    import flint

    with flint.ctx.workprec(bits):
        first, second, h = to_arb(a), to_arb(b), flint.arb(step)
        nepers, middle = 0.7 * bits + 40, flint.arb(centre)
        low = -math.asinh((nepers / float(a) + centre) / math.pi)
        high = math.asinh((nepers / float(b) + max(0, -centre)) / math.pi)
        points, total = [], flint.arb(0)
        for i in range(int(low / step) - 1, int(high / step) + 2):
            grow = (h * i).exp()
            x = middle + flint.arb.pi() * (grow - 1 / grow) / 2
            log_p = -(-x).exp().log1p() if x > 0 else x - x.exp().log1p()
            log_q = log_p - x
            weight = ((first * log_p + second * log_q).exp() * (grow + 1 / grow)).mid()
            points.append((log_p.mid(), log_q.mid(), weight))
            total += weight
        return tuple((log_p, log_q, (w / total).mid()) for log_p, log_q, w in points)


def averages(functions: Callable[[Any, Any], Sequence[Any]], a: Any, b: Any, digits: int, centre: int = 0) -> tuple[Any, ...]:
    """E g(ln p, ln(1-p)) for each of the positive functions g, mpf, relative error below 10^-digits.

    Raises ValidationError where no two meshes agree; a, b in [0.05, 1000].
    """
    import flint
    import mpmath

    first, second = exact(a, "a"), exact(b, "b")
    if not (0.05 <= first <= 1000 and 0.05 <= second <= 1000):
        raise DomainError(f"a and b must lie in [0.05, 1000] here; got {a} and {b}")
    bits = int(3.33 * digits) + 80

    def means(step: float) -> tuple[Any, ...]:
        sums: list[Any] = []
        for log_p, log_q, weight in _mesh(first, second, step, centre, bits):
            for n, value in enumerate(functions(log_p, log_q)):
                if n == len(sums):
                    sums.append(flint.arb(0))
                sums[n] = (sums[n] + weight * value).mid()
        return tuple(midpoint(s) for s in sums)

    with flint.ctx.workprec(bits), mpmath.workdps(digits + 15):
        return agree(means, _STEPS, digits, "the law of p")


def loss_by_law_mp(k: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """E p^k as an integral over p; mpf."""
    number = to_arb_exact(k)
    return averages(lambda log_p, _: ((number * log_p).exp(),), a, b, digits)[0]


def passk_by_law_mp(k: Any, a: Any, b: Any, ceiling: Any = 1, digits: int = 50) -> Any:
    """A E(1 - p^k) as an integral over p; mpf."""
    number = to_arb_exact(k)
    return to_mpf(ceiling) * averages(lambda log_p, _: (-(number * log_p).expm1(),), a, b, digits)[0]


def exponent_by_law_mp(k: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """-k E(p^k ln p)/E p^k; mpf."""
    number = to_arb_exact(k)

    def both(log_p: Any, _: Any) -> tuple[Any, Any]:
        power = (number * log_p).exp()
        return power, -number * log_p * power

    loss, slope = averages(both, a, b, digits)
    return slope / loss


def stopped_attempts_mp(k: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """E (1 - p^k)/(1 - p), the expected number of attempts up to the first success, at most k; mpf."""
    number = to_arb_exact(k)
    return averages(lambda log_p, log_q: (-(number * log_p).expm1() * (-log_q).exp(),), a, b, digits)[0]


def attempt_correlation_mp(a: Any, b: Any, digits: int = 50) -> Any:
    """Var p/(E p (1 - E p)) from the moments of the law of p; mpf."""
    fail, success, product = averages(lambda x, y: (x.exp(), y.exp(), (x + y).exp()), a, b, digits + 5)
    return 1 - product / (fail * success)


def shared_passk_mp(k: Any, a: Any, b: Any, ceiling: Any, copying: Any, digits: int = 50) -> Any:
    """pass@k where all attempts at a problem have one outcome with probability `copying`; mpf."""
    number, share = to_arb_exact(k), to_arb_exact(copying)

    def success(log_p: Any, log_q: Any) -> tuple[Any]:
        return (share * log_q.exp() - (1 - share) * (number * log_p).expm1(),)

    return to_mpf(ceiling) * averages(success, a, b, digits)[0]


def sticky_loss_mp(k: Any, a: Any, b: Any, copying: Any, digits: int = 50) -> Any:
    """k^b E p (varrho + (1 - varrho) p)^(k-1); mpf; k from 1 to 1e40."""
    import mpmath

    number, fresh = to_arb_exact(k), 1 - exact(copying, "varrho")
    share = to_arb_exact(fresh)
    where = round(math.log(max(1.0, float(exact(k, "k")) * float(fresh) / float(exact(b, "b")))))

    def fail(log_p: Any, log_q: Any) -> tuple[Any]:
        return ((log_p + (number - 1) * (-share * log_q.exp()).log1p()).exp(),)

    with mpmath.workdps(digits + 15):
        return to_mpf(k) ** to_mpf(b) * averages(fail, a, b, digits, where)[0]


def failure_chance_mp(f: Any, n: Any, a: Any, b: Any, ceiling: Any = 1, digits: int = 50) -> Any:
    """P(f of n attempts fail): the binomial law averaged over p, and the share of unsolvable problems at f = n; mpf."""
    import mpmath

    fails, count = whole(f, "f"), whole(n, "n")
    if fails > count:
        raise DomainError(f"f must be at most n; got f = {f}, n = {n}")
    mixed = averages(lambda x, y: ((fails * x + (count - fails) * y).exp(),), a, b, digits)[0]
    with mpmath.workdps(digits + 15):
        top = to_mpf(ceiling)
        return top * math.comb(count, fails) * mixed + (1 - top) * (fails == count)


def posterior_passk_mp(k: Any, f: Any, n: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """Bayes: E(p^f (1-p)^(n-f) (1 - p^k))/E(p^f (1-p)^(n-f)); mpf."""
    number, fails, others = to_arb_exact(k), to_arb_exact(f), to_arb_exact(exact(n, "n") - exact(f, "f"))

    def both(log_p: Any, log_q: Any) -> tuple[Any, Any]:
        seen = (fails * log_p + others * log_q).exp()
        return seen, -seen * (number * log_p).expm1()

    seen, success = averages(both, a, b, digits)
    return success / seen


def estimator_mean_mp(n: Any, k: Any, p: Any, digits: int = 50) -> Any:
    """E(1 - C(n-c, k)/C(n, k)), summed over all numbers of failures; mpf; whole 1 <= k <= n <= 10000."""
    return _mean_of(n, k, p, digits, lambda f, count, size: 1 - _subsets(f, count, size))


def estimator_variance_mp(n: Any, k: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """Variance of 1 - C(n-c, k)/C(n, k) over problems and attempts, summed over all numbers of failures; mpf; n <= 60."""
    import mpmath

    count, size = whole(n, "n"), whole(k, "k")
    if not 1 <= size <= count <= 60:
        raise DomainError(f"1 <= k <= n <= 60 is needed here; got k = {k}, n = {n}")
    range_f = range(size, count + 1)
    chances = averages(lambda x, y: [(f * x + (count - f) * y).exp() for f in range_f], a, b, digits + 5)
    with mpmath.workdps(digits + 15):
        shares = [_subsets(f, count, size) for f in range_f]
        law = [math.comb(count, f) * c for f, c in zip(range_f, chances, strict=True)]
        mean = mpmath.fsum(c * s for c, s in zip(law, shares, strict=True))
        return mpmath.fsum(c * s * s for c, s in zip(law, shares, strict=True)) - mean**2


def _subsets(f: int, count: int, size: int) -> Any:
    import mpmath

    return mpmath.mpf(math.comb(f, size)) / math.comb(count, size)


def _mean_of(n: Any, k: Any, p: Any, digits: int, estimate: Callable[[int, int, int], Any]) -> Any:
    import mpmath

    count, size = whole(n, "n"), whole(k, "k")
    if not 1 <= size <= count <= 10000:
        raise DomainError(f"1 <= k <= n <= 10000 is needed here; got k = {k}, n = {n}")
    with mpmath.workdps(digits + 15):
        fail = to_mpf(p)
        law = ((f, math.comb(count, f) * fail**f * (1 - fail) ** (count - f)) for f in range(count + 1))
        return mpmath.fsum(chance * estimate(f, count, size) for f, chance in law)


def to_arb_exact(value: Any) -> Any:
    """A ball at a precision that leaves only rounding far below any digits asked for here."""
    import flint

    with flint.ctx.workprec(2000):
        return to_arb(value)
