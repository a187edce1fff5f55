"""Coverage (pass@k) in float64 (L, arXiv:2410.16377): failure probability p ~ Beta(a, b), attempts independent given p.

All of it (`coverage.loss`, `coverage.passk`, ...) stands on one number, D = -ln E p^k = ln Gamma(a+b+k) + ln Gamma(a) -
ln Gamma(a+k) - ln Gamma(a+b), symmetric in k and b. Differences of log-gamma values lose its digits. Here a is first
raised to 16 or more,

    D(a) = D(a + m) + sum_(i < m) log1p(k b/((a+i)(a+b+k+i))),

then Stirling's formula is put in and its four terms are joined exactly:

    k log1p(b/(a+k)) + b log1p(k/(a+b)) - (a - 1/2) log1p(k b/(a (a+b+k))) + differences of 1/z, 1/z^3, ...

Every term is positive but the third, which is smaller than each of the first two (a log1p(x/a) <= x and
log1p(x) >= x/(1+x)): nothing cancels. Relative error of D below 2e-15 for k to 1e18, a and b from 1e-12 to 1e12.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import check_range, float_array

Array = NDArray[np.float64]

#: Where Stirling's series is used, and its coefficients B_2n/(2n (2n-1)): the first left out is 1.6e-17 of D.
LARGE = 16.0
STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)

#: Ranges of the arguments.
MOST, LEAST_SHAPE, MOST_SHAPE = 1e18, 1e-12, 1e12


def log_loss(k: Any, a: Any, b: Any) -> Any:
    """ln E p^k <= 0, p ~ Beta(a, b); dimensionless, float64, broadcasts. Relative error below 2e-15.

    k real, 0 to 1e18; a, b in [1e-12, 1e12]. Raises DomainError outside.
    """
    k, a, b = _arguments(k, a, b)
    return -_deficit(k, a, b)


def loss(k: Any, a: Any, b: Any) -> Any:
    """E p^k, the chance that all of k attempts fail, between 0 and 1; as `log_loss`.

    Relative error about 2e-15 (1 + |ln loss|): no double does better, as k and b are rounded themselves.
    """
    return np.exp(log_loss(k, a, b))


def passk(k: Any, a: Any, b: Any, ceiling: Any = 1.0) -> Any:
    """pass@k = A (1 - E p^k), the chance that one of k attempts succeeds at least; A = `ceiling` in [0, 1].

    float64, broadcasts, relative error below 5e-15, however small; arguments as in `log_loss`. Raises DomainError outside.
    """
    ceiling = float_array(ceiling, "ceiling")
    check_range(ceiling, "ceiling", 0.0, 1.0)
    return -ceiling * np.expm1(log_loss(k, a, b))


def failk(k: Any, a: Any, b: Any, ceiling: Any = 1.0) -> Any:
    """1 - pass@k = 1 - A + A E p^k, without cancellation; as `passk`."""
    ceiling = float_array(ceiling, "ceiling")
    check_range(ceiling, "ceiling", 0.0, 1.0)
    return (1 - ceiling) + ceiling * loss(k, a, b)


def scaled_loss(k: Any, a: Any, b: Any) -> Any:
    """k^b E p^k, which tends to Gamma(a+b)/Gamma(a); k > 0; as `loss`."""
    k, a, b = _arguments(k, a, b)
    return np.exp(b * np.log(k) - _deficit(k, a, b))


def centred_loss(k_bar: Any, a: Any, b: Any) -> Any:
    """k_bar^b E p^k at k = k_bar - a - (b-1)/2, which must not be negative; as `loss`."""
    k_bar, a, b = (float_array(v, name) for v, name in ((k_bar, "k_bar"), (a, "a"), (b, "b")))
    return np.exp(b * np.log(k_bar) + log_loss(k_bar - a - (b - 1) / 2, a, b))


def local_exponent(k: Any, a: Any, b: Any) -> Any:
    """-d ln E p^k/d ln k = k (psi(a+b+k) - psi(a+k)), dimensionless; broadcasts; relative error below 2e-15."""
    k, a, b = _arguments(k, a, b)
    return k * _digamma_difference(a + k, b)


def effective_exponent(k_eff: Any, a: Any, b: Any, varkappa: Any) -> Any:
    """-d ln E p^(k_eff)/d ln k with k_eff = k^varkappa: varkappa times `local_exponent` at k_eff."""
    return float_array(varkappa, "varkappa") * local_exponent(k_eff, a, b)


def attempts_needed(target: Any, a: Any, b: Any) -> Any:
    """The real k at which E p^k = target, 0 < target <= 1; broadcasts; relative error about 1e-14 (1 + 1/exponent).

    Newton steps for D in ln k, kept in a bracket. With a ceiling A put (pass@k wanted) = A (1 - target). Raises DomainError
    where more than 1e18 attempts are needed.
    """
    target, a, b = np.broadcast_arrays(float_array(target, "target"), float_array(a, "a"), float_array(b, "b"))
    if not ((target > 0) & (target <= 1)).all():
        bad = target[~((target > 0) & (target <= 1))].ravel()[0]
        raise DomainError(f"target must lie in (0, 1]: the share of solvable problems left unsolved; got {bad:g}")
    wanted = -np.log(target)
    top = np.full(wanted.shape, MOST)
    if (-log_loss(top, a, b) < wanted).any():
        raise DomainError("the target needs more than 1e18 attempts; take a larger one")
    low, high = np.full(wanted.shape, np.log(1e-30)), np.log(top)
    # the chord through one attempt is exact to first order; far out Newton converges from either side
    first = -log_loss(np.ones_like(wanted), a, b)
    at = np.clip(np.where(wanted > 0, np.log(np.maximum(wanted, 1e-300) / first), low), low, high)
    for _ in range(100):
        k = np.exp(at)
        gap = _deficit(k, a, b) - wanted
        low, high = np.where(gap < 0, at, low), np.where(gap >= 0, at, high)
        step = gap / (k * _digamma_difference(a + k, b))
        moved = at - step
        moved = np.where((moved > low) & (moved < high), moved, (low + high) / 2)
        settled = np.abs(moved - at) <= 4e-16 * np.maximum(np.abs(at), 1)
        at = moved
        if (settled | (wanted == 0)).all():
            break
    return np.where(wanted == 0, 0.0, np.exp(at))[()]


def leading_attempts(target: Any, a: Any, b: Any) -> Any:
    """k_0 = (Gamma(a+b)/(Gamma(a) target))^(1/b), the number of attempts by the leading power law; broadcasts."""
    from scipy.special import gammaln

    target, a, b = (float_array(v, name) for v, name in ((target, "target"), (a, "a"), (b, "b")))
    return np.exp((gammaln(a + b) - gammaln(a) - np.log(target)) / b)


def attempts_needed_from(k_0: Any, a: Any, b: Any) -> Any:
    """The k at which E p^k = Gamma(a+b)/Gamma(a) k_0^-b; broadcasts; as `attempts_needed`."""
    from scipy.special import gammaln

    k_0, a, b = (float_array(v, name) for v, name in ((k_0, "k_0"), (a, "a"), (b, "b")))
    return attempts_needed(np.exp(gammaln(a + b) - gammaln(a) - b * np.log(k_0)), a, b)


def target_cost(k_0: Any, a: Any, b: Any, tokens: Any, flops: Any) -> Any:
    """tokens x flops x `attempts_needed_from`, in FLOPs; broadcasts."""
    return float_array(tokens, "tokens") * float_array(flops, "flops") * attempts_needed_from(k_0, a, b)


def stopped_attempts(k: Any, a: Any, b: Any) -> Any:
    """Expected number of attempts if one stops at the first success, or after k: E (1 - p^k)/(1 - p) = sum_(j<k) E p^j.

    k real >= 1 (whole where attempts are made), a and b as in `log_loss`; broadcasts; relative error about 1e-14.
    """
    k, a, b = _arguments(k, a, b)
    if (k < 1).any():
        raise DomainError(f"k must be at least 1; got {k[k < 1].ravel()[0]:g}")
    deficit = _deficit(k, a, b)
    flat = (k * np.exp(-deficit) - (1 - a - b) * np.expm1(-deficit)) / np.where(b < 0.5, 1 - b, 1.0)
    # For larger b this would cancel. After a first failure p ~ Beta(a+1, b) with k - 1 attempts left; now b - 1 > -(a+1).
    beta, rest = b - 1, k - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        power = -(a + b) * np.expm1(-_deficit(rest, a + 1, beta)) / beta
    power = np.where(np.abs(beta) < 1e-150, (a + 1) * _digamma_difference(a + 1, rest), power)
    return np.where(b < 0.5, flat, 1 + a / (a + b) * power)[()]


def attempt_correlation(a: Any, b: Any) -> Any:
    """Correlation of the outcomes of two attempts on the same problem, Var p/(E p (1 - E p)) = 1/(a+b+1)."""
    a, b = float_array(a, "a"), float_array(b, "b")
    mean = a / (a + b)
    return (loss(2.0, a, b) - mean**2) / (mean * b / (a + b))


def shared_passk(k: Any, a: Any, b: Any, ceiling: Any, share: Any) -> Any:
    """pass@k if, with probability `share` in [0, 1] per problem, all k attempts have one outcome; broadcasts."""
    share = float_array(share, "share")
    check_range(share, "share", 0.0, 1.0)
    return share * passk(1.0, a, b, ceiling) + (1 - share) * passk(k, a, b, ceiling)


def failure_chance(f: Any, n: Any, a: Any, b: Any, ceiling: Any = 1.0) -> Any:
    """P(f of n attempts fail): beta-binomial times A, and 1 - A more at f = n; f, n whole, 0 <= f <= n; broadcasts."""
    f, n = float_array(f, "f"), float_array(n, "n")
    return float_array(ceiling, "ceiling") * np.exp(log_failure_chance(f, n, a, b)) + (1 - ceiling) * (f == n)


def log_failure_chance(f: Any, n: Any, a: Any, b: Any) -> Any:
    """ln P(f of n attempts fail), beta-binomial, no ceiling; f, n whole, 0 <= f <= n <= 1e12; broadcasts.

    C(n, f) E p^f (1-p)^(n-f), both factors as products of two losses; the first with the uniform law, for which every f is
    as likely. Absolute error about 1e-15 times the larger of ln C(n, f) and 1.
    """
    f, n = float_array(f, "f"), float_array(n, "n")
    _, a, b = _arguments(0.0, a, b)
    if not ((f >= 0) & (f <= n) & (n <= MOST_SHAPE) & (f == np.floor(f)) & (n == np.floor(n))).all():
        raise DomainError("f and n must be whole numbers with 0 <= f <= n <= 1e12")
    g, one = n - f, np.ones_like(f)
    flat = _deficit(f, one, one) + _deficit(g, one, one + f)
    return flat - _deficit(f, a, b) - _deficit(g, b, a + f) - np.log1p(n)


def unbiased_passk(n: Any, c: Any, k: Any) -> Any:
    """1 - C(n-c, k)/C(n, k), the unbiased estimate of pass@k from c successes in n attempts; whole numbers, k, c <= n.

    float64, broadcasts, relative error below 5e-15 at any n up to 1e12: C(n-c, k)/C(n, k) is E p^k with a = n-c-k+1, b = c.
    Raises DomainError for k > n: no estimate from n attempts is unbiased then.
    """
    n, c, k = (float_array(v, name) for v, name in ((n, "n"), (c, "c"), (k, "k")))
    n, c, k = np.broadcast_arrays(n, c, k)
    for values, name in ((n, "n"), (c, "c"), (k, "k")):
        if not ((values >= 0) & (values == np.floor(values)) & (values <= MOST_SHAPE)).all():
            raise DomainError(f"{name} must be a whole number from 0 to 1e12; got {values.ravel()[0]:g}")
    if (c > n).any():
        raise DomainError("c must be at most n: successes in n attempts")
    if (k > n).any():
        bad = k > n
        raise DomainError(
            f"k must be at most n: from n attempts nothing estimates pass@k without bias for k > n; "
            f"got k = {k[bad].ravel()[0]:g}, n = {n[bad].ravel()[0]:g}; fit a and b instead"
        )
    left = n - c - k
    value = -np.expm1(-_deficit(k, np.maximum(left, 0) + 1, c))
    return np.where(left < 0, 1.0, value)[()]


def plug_in_passk(n: Any, c: Any, k: Any) -> Any:
    """1 - (1 - c/n)^k, the biased estimate: too small on average for k > 1; broadcasts; n >= 1, 0 <= c <= n."""
    n, c, k = (float_array(v, name) for v, name in ((n, "n"), (c, "c"), (k, "k")))
    if not ((n >= 1) & (c >= 0) & (c <= n)).all():
        raise DomainError("0 <= c <= n and n >= 1 are needed: c successes in n attempts")
    with np.errstate(divide="ignore"):
        return -np.expm1(k * np.log1p(-c / n))


def estimator_variance(n: int, k: int, a: Any, b: Any) -> Any:
    """Variance of `unbiased_passk` from n attempts on one problem drawn at random: E E p^(k+J) - (E p^k)^2; 1 <= k <= n whole.

    J is how many of k attempts out of n are not among k others: hypergeometric. a, b broadcast; relative error about 1e-13.
    """
    if not (n == int(n) and k == int(k) and 1 <= k <= n):
        raise DomainError(f"n and k must be whole numbers with 1 <= k <= n; got n = {n}, k = {k}")
    a, b = float_array(a, "a"), float_array(b, "b")
    outside = np.arange(0, min(k, n - k) + 1, dtype=float)
    # P(J = j) = C(k, j) C(n-k, j)/C(n, k), from its ratios and normalised
    ratio = (k - outside[:-1]) * (n - k - outside[:-1]) / (outside[:-1] + 1) ** 2
    logs = np.concatenate([[0.0], np.cumsum(np.log(ratio))])
    chance = np.exp(logs - logs.max())
    chance /= chance.sum()
    first = log_loss(float(k), a, b)
    # E p^(k+j) - (E p^k)^2 = (E p^k)^2 expm1(ln E p^(k+j) - 2 ln E p^k)
    over = np.expm1(log_loss(k + outside, a[..., None], b[..., None]) - 2 * first[..., None])
    return np.exp(2 * first) * (chance * over).sum(axis=-1)


def posterior_passk(k: Any, f: Any, n: Any, a: Any, b: Any) -> Any:
    """Chance that one of k more attempts succeeds where f of n have failed: E(1 - p^k | f), p | f ~ Beta(a+f, b+n-f)."""
    f, n = float_array(f, "f"), float_array(n, "n")
    if not ((f >= 0) & (f <= n)).all():
        raise DomainError("0 <= f <= n is needed: failures in n attempts")
    return passk(k, float_array(a, "a") + f, float_array(b, "b") + n - f)


def _arguments(k: Any, a: Any, b: Any) -> tuple[Array, Array, Array]:
    k, a, b = float_array(k, "k"), float_array(a, "a"), float_array(b, "b")
    check_range(k, "k", 0.0, MOST)
    check_range(a, "a", LEAST_SHAPE, MOST_SHAPE)
    check_range(b, "b", LEAST_SHAPE, MOST_SHAPE)
    return k, a, b


def _deficit(k: Any, a: Any, b: Any) -> Any:
    """D = -ln E p^k for k >= 0, a > 0 and b > -a (b < 0 is a formal value, with D < 0)."""
    k, a, b = np.broadcast_arrays(k, a, b)
    total, product = np.zeros(a.shape), np.zeros(a.shape)
    for i in range(int(LARGE)):
        below = a < LARGE - i
        if not below.any():
            break
        with np.errstate(over="ignore"):
            more = np.where(below, (k / (a + b + k + i)) * (b / (a + i)), 0.0)
        product = product + more + product * more
        if i % 4 == 3:
            total, product = total + np.log1p(product), np.zeros(a.shape)
    total = total + np.log1p(product)
    base = np.where(a < LARGE, a + np.ceil(LARGE - a), a)
    third = (base - 0.5) * np.log1p((k / (base + b + k)) * (b / base))
    total = total + (k * np.log1p(b / (base + k)) + (b * np.log1p(k / (base + b)) - third))
    return (total + _stirling_part(k, base, b))[()]


def _stirling_part(k: Any, z: Any, b: Any) -> Any:
    """sum c_n [z^-m - (z+k)^-m - (z+b)^-m + (z+b+k)^-m], m = 2n - 1, from differences that are never formed by subtraction.

    For a product, D2(f g) = D2f g(z) + D'_k f D_b g + D'_b f D_k g + f(z+b+k) D2g: D_k, D_b differences at z, dashed ones
    shifted by the other step, D2 the second difference.
    """
    one, two, three, four = 1 / z, 1 / (z + k), 1 / (z + b), 1 / (z + b + k)
    by_k, by_k_far, by_b, by_b_far = k * one * two, k * three * four, b * one * three, b * two * four
    second = k * b * (2 * z + b + k) * one * two * three * four
    # f = 1/z^2
    f4 = four * four
    f_k_far, f_b_far = by_k_far * (three + four), by_b_far * (two + four)
    f_second = second * one + by_k_far * by_b + by_b_far * by_k + four * second
    total = STIRLING[0] * second
    g1, g_k, g_b, g_second = one, by_k, by_b, second
    f_k, f_b, f2, f3 = by_k * (one + two), by_b * (one + three), two * two, three * three
    for coefficient in STIRLING[1:]:
        g_second = f_second * g1 + f_k_far * g_b + f_b_far * g_k + f4 * g_second
        g_k, g_b = f_k * g1 + f2 * g_k, f_b * g1 + f3 * g_b
        g1 = g1 * one * one
        total = total + coefficient * g_second
    return total


def _digamma_difference(z: Any, b: Any) -> Any:
    """psi(z + b) - psi(z) for z > 0, b >= 0, all terms of one sign but for a correction of at most 3e-4."""
    z, b = np.broadcast_arrays(z, b)
    total = np.zeros(z.shape)
    for i in range(int(LARGE)):
        below = z < LARGE - i
        if not below.any():
            break
        total = total + np.where(below, (b / (z + b + i)) / (z + i), 0.0)
    base = np.where(z < LARGE, z + np.ceil(LARGE - z), z)
    one, two = 1 / base, 1 / (base + b)
    step = (b / (base + b)) / base  # one - two
    total = total + np.log1p(b / base) + step / 2
    power, gap = one * one, step * (one + two)
    square_gap, two_square = gap, two * two
    for n, coefficient in enumerate(STIRLING, start=1):  # B_2n/(2n) = (2n - 1) c_n
        total = total + (2 * n - 1) * coefficient * gap
        gap = square_gap * power + two_square * gap
        power = power * one * one
    return total[()]
