"""Coverage (pass@k) to any number of digits: Arb balls, and mpmath values that are their centres (L, arXiv:2410.16377).

E p^k for p ~ Beta(a, b) and what follows from it, by Gamma functions in Arb; the precision is raised until the ball is
narrower than the digits asked for, however much cancels. k, a, b are numbers or decimal strings; k may be as large as 1e1000.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.dyadic import midpoint
from infscale_sym.evaluate.inputs import exact
from infscale_sym.evaluate.lambdify import to_arb, to_mpf

#: Guard digits, raised until the ball is narrow.
_GUARDS = (5, 45, 150, 500, 1500, 4500)


def _narrow(function: Callable[..., Any], values: tuple[Any, ...], digits: int) -> Any:
    """function of balls at the values, at a precision that gives `digits` digits (as far as balls given allow)."""
    import flint

    ball = None
    for guard in _GUARDS:
        with flint.ctx.workprec(int(3.33 * (digits + guard)) + 64):
            ball = function(*(to_arb(v) for v in values))
            if ball.is_finite() and (ball.rel_accuracy_bits() > 3.33 * digits + 4 or ball.is_exact()):
                return ball
            if any(isinstance(v, flint.arb) and not v.is_exact() for v in values) and guard > 100:
                return ball  # the arguments themselves are no better known
    raise ValidationError(f"coverage: {digits} digits are not reached; ask for fewer")


def _centre(ball: Any, digits: int) -> Any:
    import mpmath

    with mpmath.workdps(digits + 15):
        return midpoint(ball)


def _check(k: Any, a: Any, b: Any) -> None:
    """Raise DomainError unless k >= 0 and a, b > 0 (balls: as far as they say)."""
    for value, name, least in ((k, "k", False), (a, "a", True), (b, "b", True)):
        if hasattr(value, "rad"):
            bad = value <= 0 if least else value < 0
        else:
            number = exact(value, name)
            bad = number <= 0 if least else number < 0
        if bad:
            raise DomainError(f"{name} must be {'positive' if least else 'at least 0'}; got {value}")


def _deficit(k: Any, a: Any, b: Any) -> Any:
    """D = -ln E p^k of balls."""
    return (a + b + k).lgamma() + a.lgamma() - (a + k).lgamma() - (a + b).lgamma()


def loss_arb(k: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """E p^k as a ball of relative radius below 10^-digits; k >= 0, a, b > 0. Raises DomainError, ValidationError."""
    _check(k, a, b)
    return _narrow(lambda *v: (-_deficit(*v)).exp(), (k, a, b), digits)


def loss_mp(k: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """E p^k; mpf."""
    return _centre(loss_arb(k, a, b, digits), digits)


def passk_arb(k: Any, a: Any, b: Any, ceiling: Any = 1, digits: int = 50) -> Any:
    """pass@k = A (1 - E p^k) as a ball of relative radius below 10^-digits."""
    _check(k, a, b)
    return _narrow(lambda k, a, b, top: -top * (-_deficit(k, a, b)).expm1(), (k, a, b, ceiling), digits)


def passk_mp(k: Any, a: Any, b: Any, ceiling: Any = 1, digits: int = 50) -> Any:
    """pass@k; mpf."""
    return _centre(passk_arb(k, a, b, ceiling, digits), digits)


def scaled_loss_mp(k: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """k^b E p^k; mpf; k > 0."""
    _check(k, a, b)
    return _centre(_narrow(lambda k, a, b: (b * k.log() - _deficit(k, a, b)).exp(), (k, a, b), digits), digits)


def centred_loss_mp(k_bar: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """k_bar^b E p^k at k = k_bar - a - (b-1)/2; mpf."""

    def value(at: Any, a: Any, b: Any) -> Any:
        return (b * at.log() - _deficit(at - a - (b - 1) / 2, a, b)).exp()

    return _centre(_narrow(value, (k_bar, a, b), digits), digits)


def local_exponent_arb(k: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """k (psi(a+b+k) - psi(a+k)) as a ball."""
    _check(k, a, b)
    return _narrow(lambda k, a, b: k * ((a + b + k).digamma() - (a + k).digamma()), (k, a, b), digits)


def local_exponent_mp(k: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """k (psi(a+b+k) - psi(a+k)); mpf."""
    return _centre(local_exponent_arb(k, a, b, digits), digits)


def effective_exponent_mp(k_eff: Any, a: Any, b: Any, varkappa: Any, digits: int = 50) -> Any:
    """varkappa times the local exponent at k_eff; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        return to_mpf(varkappa) * local_exponent_mp(k_eff, a, b, digits)


def attempts_needed_mp(k_0: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """The k at which E p^k = Gamma(a+b)/Gamma(a) k_0^-b; mpf. A change of sign in Arb encloses it to 10^-digits.

    Newton's method for g(k) = ln Gamma(a+b+k) - ln Gamma(a+k) - b ln k_0, which increases. Raises DomainError where the loss
    asked for is more than 1.
    """
    import flint
    import mpmath

    from infscale_sym.evaluate.dyadic import from_mpf

    lead = float(mpmath.log10(to_mpf(k_0)))
    inner = digits + 20 + 2 * max(0, int(lead))
    with flint.ctx.workprec(int(3.33 * inner) + 64), mpmath.workdps(inner + 15):
        first, second, start = to_arb(a), to_arb(b), to_arb(k_0)
        goal = second * start.log()

        def gap(k: Any) -> Any:
            return (first + second + k).lgamma() - (first + k).lgamma() - goal

        if not gap(flint.arb(0)) < 0:
            raise DomainError(f"the loss asked for must be less than 1; at k_0 = {k_0} it is not")
        at = start
        for _ in range(100):
            slope = (first + second + at).digamma() - (first + at).digamma()
            moved = (at - gap(at) / slope).mid()
            moved = moved if moved > 0 else (at / 2).mid()
            close = abs(moved - at) < abs(moved) * flint.arb(10) ** (-digits // 2 - 6)
            at = moved
            if close:
                break
        at = (at - gap(at) / ((first + second + at).digamma() - (first + at).digamma())).mid()
        small = flint.arb(10) ** -digits
        if not (gap(at * (1 - small)) < 0 < gap(at * (1 + small))):
            raise ValidationError("attempts needed: no change of sign; ask for fewer digits")
        return mpmath.mpf(midpoint(from_mpf(midpoint(at))))


def target_cost_mp(k_0: Any, a: Any, b: Any, tokens: Any, flops: Any, digits: int = 50) -> Any:
    """tokens x flops x attempts needed; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        return to_mpf(tokens) * to_mpf(flops) * attempts_needed_mp(k_0, a, b, digits)


def pair_loss_mp(n: Any, k: Any, a: Any, b: Any, digits: int = 50) -> Any:
    """sum_j C(k, j) C(n-k, j)/C(n, k) E p^(k+j); mpf; whole 1 <= k <= n."""
    import mpmath
    from mpmath import binomial

    count, size = whole(n, "n"), whole(k, "k")
    with mpmath.workdps(digits + 15):
        terms = (
            binomial(size, j) * binomial(count - size, j) * loss_mp(size + j, a, b, digits + 10)
            for j in range(min(size, count - size) + 1)
        )
        return mpmath.fsum(terms) / binomial(count, size)


def plug_in_mean_mp(n: Any, k: Any, p: Any, digits: int = 50) -> Any:
    """E(1 - (f/n)^k), f binomial; mpf; k whole, 1 to 60, n as large as 1e200.

    E f^k = sum_j S(k, j) n (n-1) ... (n-j+1) p^j with Stirling's numbers of the second kind.
    """
    import mpmath

    size = whole(k, "k")
    if size > 60:
        raise DomainError(f"k must be at most 60 here; got {k}")
    with mpmath.workdps(digits + 25):
        count, fail = to_mpf(n), to_mpf(p)
        total, falling = mpmath.mpf(0), mpmath.mpf(1)
        for j, number in enumerate(_stirling_numbers(size)):
            total += number * falling * fail**j / count**size
            falling *= count - j
        return 1 - total


def _stirling_numbers(size: int) -> list[int]:
    """S(size, 0), ..., S(size, size)."""
    row = [1]
    for _ in range(size):
        row = [0] + [row[j - 1] + (j * row[j] if j < len(row) else 0) for j in range(1, len(row) + 1)]
    return row


def whole(value: Any, name: str) -> int:
    """A whole number, exactly. Raises DomainError for others."""
    number = exact(value, name)
    if number != int(number) or number < 0:
        raise DomainError(f"{name} must be a whole number; got {value}")
    return int(number)


def all_failed_mp(f: Any, n: Any, digits: int = 50) -> Any:
    """1 if f = n, else 0; mpf."""
    import mpmath

    return mpmath.mpf(1 if exact(f, "f") == exact(n, "n") else 0)
